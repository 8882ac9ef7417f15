//! Hazards: right actions at the wrong time, by name.
//!
//! Nearly everything that goes wrong in directory synchronisation is a step that would be fine
//! earlier or later. The table says what each costs and what to do instead; [`Watch`] notices
//! them, action by action, on the world as it is at that point.

mod watch;

pub use watch::{Labels, Met, Watch};

/// How bad a hazard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It can be undone, with work.
    Warning,
    /// Something is gone for good.
    Danger,
}

/// One hazard, as the table states it.
#[derive(Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Its number, such as `W04`.
    pub number: &'static str,
    /// Its name, such as `one-cycle-swap`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it costs.
    pub cost: &'static str,
    /// What to do instead.
    pub instead: &'static str,
    /// The cases of the case library that it was seen in.
    pub cases: &'static str,
}

macro_rules! hazards {
    ($($constant:ident $number:literal $name:literal $severity:ident $cases:literal
        $cost:literal => $instead:literal;)+) => {
        $(
            #[doc = concat!("`", $number, " ", $name, "`: ", $cost, ".")]
            pub const $constant: Hazard = Hazard {
                number: $number,
                name: $name,
                severity: Severity::$severity,
                cost: $cost,
                instead: $instead,
                cases: $cases,
            };
        )+

        /// Every hazard, in the order of their numbers.
        pub const HAZARDS: &[Hazard] = &[$($constant),+];
    };
}

hazards! {
    W01 "W01" "purge-before-identify" Danger "C33, C52, C72"
        "mailbox, files and licences of the account are gone for good"
        => "look what the account holds; purge the twin that holds nothing, restore the other";
    W02 "W02" "anchor-while-synced" Warning "C57"
        "the tenant refuses to change the id of a synced account, and a script is half done"
        => "take the account out of sync first: out of scope, synchronise, restore";
    W03 "W03" "twin-still-in-bin" Warning "C10, C12"
        "an account in the recycle bin holds the value, so it is refused or comes back"
        => "remove the twin from the recycle bin first";
    W04 "W04" "one-cycle-swap" Warning "C63"
        "one export takes the value from one object and gives it to another in no promised order"
        => "take it away, synchronise, then give it";
    W05 "W05" "restore-too-early" Warning "C34, C60"
        "the engine has not seen its own deletion yet: it exports it again at every cycle and fails"
        => "run another cycle first, so that an import confirms the deletion";
    W06 "W06" "split-move" Warning "C35"
        "the account was deleted in one cycle and comes back in a later one; it was away between"
        => "make both moves before one cycle, so that the deletion is called off";
    W07 "W07" "stale-anchor-soft-match" Warning "C04, C22, C23"
        "the account found by name carries another id: an error, or a twin with a placeholder"
        => "clear the id or set it to the new anchor before the object comes into scope";
    W08 "W08" "role-present" Warning "C74"
        "the account found holds a directory role, so it is not matched"
        => "take the roles away, match, give them back; have a second administrator";
    W09 "W09" "guard-left-open" Warning "C43, C51, C53"
        "a guard was lifted and never set again: the next mistake goes through"
        => "set it again right after the one cycle that needed it";
    W10 "W10" "scope-before-load" Warning "C15, C16"
        "the match replaces the account's addresses with those of Active Directory"
        => "take what only the cloud knows into Active Directory before the match";
    W11 "W11" "licence-before-guid" Warning "C71"
        "the account gets a second mailbox, since nothing says that it has one on-premises"
        => "let the object with its mailbox GUID be synchronised first";
    W12 "W12" "group-out-of-scope" Danger "C61"
        "a group is deleted at once, without a recycle bin, and what it granted with it"
        => "keep groups in scope; where they have to leave, copy members and permissions first";
    W13 "W13" "clock" Danger "C54, C59"
        "30 days in the recycle bin are over, and what the account held is gone for good"
        => "bring it back before that";
    W14 "W14" "order-of-first-sync" Warning "C08, C09"
        "the first export goes out with an unverified suffix; mending it later matches nobody"
        => "verify the domain or set the suffix before the first export";
    W15 "W15" "remap-after-2026-07" Warning "C74"
        "the account is mapped to another object of Active Directory: the hard match is refused"
        => "clear onPremisesObjectIdentifier before the match";
}

/// The hazard of a number or name, whatever its case.
pub fn hazard(word: &str) -> Option<&'static Hazard> {
    let is_it =
        |it: &&Hazard| it.number.eq_ignore_ascii_case(word) || it.name.eq_ignore_ascii_case(word);
    HAZARDS.iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazards_are_found_by_number_and_by_name() {
        assert_eq!(hazard("w04"), Some(&W04));
        assert_eq!(hazard("one-cycle-swap"), Some(&W04));
        assert_eq!(hazard("W16"), None);
        assert!(HAZARDS.windows(2).all(|two| two[0].number < two[1].number));
        assert_eq!(HAZARDS.len(), 15);
    }
}
