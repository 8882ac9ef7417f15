//! What goes wrong on purpose, and to which requests.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::message::Kind;

/// Something that goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with `busy` (51), and nothing is done.
    Busy,
    /// It is refused with `unavailable` (52), and nothing is done.
    Unavailable,
    /// The connection is dropped, and nothing is done.
    Dropped,
    /// It is done, but the connection is dropped before the answer: the client cannot know.
    LostReply,
    /// It is done, but never answered, and the connection stays: the client waits.
    NoReply,
    /// It is done and answered, but late.
    Delayed(Duration),
}

/// The words for kinds of requests.
const KINDS: [(&str, Kind); 8] = [
    ("bind", Kind::Bind),
    ("search", Kind::Search),
    ("modify", Kind::Modify),
    ("add", Kind::Add),
    ("delete", Kind::Delete),
    ("modify-dn", Kind::ModifyDn),
    ("compare", Kind::Compare),
    ("extended", Kind::Extended),
];

/// The words for what happens; that a request is delayed goes with a number.
const FAULTS: [(&str, Fault); 5] = [
    ("busy", Fault::Busy),
    ("unavailable", Fault::Unavailable),
    ("dropped", Fault::Dropped),
    ("lose-reply", Fault::LostReply),
    ("no-reply", Fault::NoReply),
];

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = KINDS.iter().find(|(_, known)| known == self);
        formatter.write_str(word.map_or("unbind", |(word, _)| word))
    }
}

impl fmt::Display for Fault {
    /// Writes what `from_str` reads.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Delayed(length) = self {
            return write!(formatter, "delayed={}", length.as_millis());
        }
        let word = FAULTS.iter().find(|(_, known)| known == self);
        formatter.write_str(word.map_or("", |(word, _)| word))
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = KINDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, kind)| *kind).ok_or_else(|| {
            let words = KINDS.map(|(word, _)| word).join(", ");
            format!("`{word}` is no request: expected one of {words}")
        })
    }
}

impl FromStr for Fault {
    type Err = String;

    /// Reads `busy`, `unavailable`, `dropped`, `lose-reply`, `no-reply`, or a delay in
    /// milliseconds: `delayed=250`.
    fn from_str(word: &str) -> Result<Self, String> {
        if let Some(number) = word.strip_prefix("delayed=") {
            let milliseconds = number.parse();
            return milliseconds
                .map(|number| Self::Delayed(Duration::from_millis(number)))
                .map_err(|_| format!("`{number}` is no number of milliseconds"));
        }
        let known = FAULTS.iter().find(|(known, _)| *known == word);
        known.map(|(_, fault)| *fault).ok_or_else(|| {
            let words = FAULTS.map(|(word, _)| word).join(", ");
            format!("`{word}` is no fault: expected {words} or delayed=MILLISECONDS")
        })
    }
}

/// A fault that is to happen, and to which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedFault {
    /// What happens.
    pub fault: Fault,
    /// To which kind of request; `None` means those that write.
    pub kind: Option<Kind>,
    /// To every which request of those: 1 means each.
    pub every: u32,
    /// How often in all.
    pub at_most: u32,
    /// How many requests of those there were.
    seen: u32,
}

impl PlannedFault {
    /// A fault that happens to each request of a kind, as often as is said.
    pub const fn new(fault: Fault, kind: Option<Kind>, at_most: u32) -> Self {
        Self {
            fault,
            kind,
            every: 1,
            at_most,
            seen: 0,
        }
    }

    /// What happens to a request; it is used up by that.
    pub fn strike(&mut self, kind: Kind) -> Option<Fault> {
        let is_meant = self.kind.map_or(kind.is_write(), |wanted| wanted == kind);
        if !is_meant || self.at_most == 0 {
            return None;
        }
        self.seen = self.seen.wrapping_add(1);
        if !self.seen.is_multiple_of(self.every.max(1)) {
            return None;
        }
        self.at_most -= 1;
        Some(self.fault)
    }

    /// What happens to a request under several plans: the first that is due strikes, and only
    /// that one is used up. Plans that are used up go.
    pub fn strike_first(planned: &mut Vec<Self>, kind: Kind) -> Option<Fault> {
        let due = planned.iter_mut().find_map(|one| one.strike(kind));
        planned.retain(|one| one.at_most > 0);
        due
    }
}

impl FromStr for PlannedFault {
    type Err = String;

    /// Reads `busy:request=modify:every=3:at-most=2`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(':');
        let fault = words.next().unwrap_or_default().parse()?;
        let mut planned = Self::new(fault, None, u32::MAX);
        for word in words {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| format!("`{word}` is no option: expected NAME=VALUE"))?;
            let number = || {
                let number = value.parse::<u32>().ok().filter(|number| *number > 0);
                number.ok_or_else(|| format!("`{name}` takes a number from 1 on, not `{value}`"))
            };
            match name {
                "request" => planned.kind = Some(value.parse()?),
                "every" => planned.every = number()?,
                "at-most" => planned.at_most = number()?,
                _ => {
                    let known = "request, every or at-most";
                    return Err(format!(
                        "`{name}` is no option of a fault: expected {known}"
                    ));
                }
            }
        }
        Ok(planned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_and_strikes_as_it_says() {
        let mut plan: PlannedFault = "lose-reply:request=add:every=2:at-most=2".parse().unwrap();
        let kinds = [
            Kind::Add,
            Kind::Modify,
            Kind::Add,
            Kind::Add,
            Kind::Add,
            Kind::Add,
            Kind::Add,
        ];
        let struck = kinds.map(|kind| plan.strike(kind).is_some());
        assert_eq!(struck, [false, false, true, false, true, false, false]);
        let mut writes: PlannedFault = "delayed=250".parse().unwrap();
        let late = Some(Fault::Delayed(Duration::from_millis(250)));
        assert_eq!(writes.strike(Kind::Search), None);
        assert_eq!(writes.strike(Kind::ModifyDn), late);
    }

    #[test]
    fn what_is_no_plan_is_told_with_what_was_expected() {
        for (text, told) in [
            ("", "`` is no fault: expected busy"),
            ("delayed=soon", "`soon` is no number of milliseconds"),
            ("busy:request=write", "expected one of bind, search"),
            ("busy:every=0", "`every` takes a number from 1 on"),
            ("busy:often=2", "expected request, every or at-most"),
            ("busy:twice", "expected NAME=VALUE"),
        ] {
            let error = text.parse::<PlannedFault>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
