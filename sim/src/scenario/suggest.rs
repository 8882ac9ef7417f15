//! "Did you mean": the known word that is nearest to a misspelt one.

/// The candidate that `written` most likely stands for, if any is near enough.
///
/// Case, `-`, `_` and blanks do not count as differences, so `displayName` finds `display-name`.
pub(crate) fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let plain = squeeze(written);
    let allowed = match plain.chars().count() {
        0 => return None,
        1..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let squeezed = squeeze(candidate);
        let mut distance = strsim::damerau_levenshtein(&plain, &squeezed);
        if distance > allowed && is_part(&plain, &squeezed) {
            distance = allowed;
        }
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What is known of the product and not modelled, where a scenario may ask for it: a key, a word,
/// and what to do instead.
const NOT_MODELLED: &[(&str, &str, &str)] =
    &[("type", "device", DEVICES), ("type", "computer", DEVICES)];

const DEVICES: &str = "write `type: computer` under `ad` and `type: device` under `cloud`";

/// What to do instead of something that is known and not modelled.
pub(super) fn not_modelled(key: &str, word: &str) -> Option<&'static str> {
    let mut known = NOT_MODELLED.iter();
    let found = known.find(|(of, name, _)| *of == key && name.eq_ignore_ascii_case(word));
    found.map(|(_, _, help)| *help)
}

/// Whether a word of at least four letters is the beginning or the end of the other.
fn is_part(written: &str, candidate: &str) -> bool {
    let (short, long) = if written.len() < candidate.len() {
        (written, candidate)
    } else {
        (candidate, written)
    };
    short.len() >= 4 && (long.starts_with(short) || long.ends_with(short))
}

fn squeeze(word: &str) -> String {
    // Longer words are no names of ours: comparing them letter by letter would only cost time.
    let letters = word
        .chars()
        .take(128)
        .filter(|c| !matches!(c, '-' | '_' | ' '));
    letters.flat_map(char::to_lowercase).collect()
}

/// `a`, `b` and `c`, broken into lines that fit a terminal.
pub(super) fn listed<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    let mut text = String::new();
    let mut line = 0;
    for word in words {
        if !text.is_empty() {
            text.push(',');
            let separator = if line + word.len() > 70 { '\n' } else { ' ' };
            line = if separator == '\n' { 0 } else { line + 2 };
            text.push(separator);
        }
        text.push('`');
        text.push_str(word);
        text.push('`');
        line += word.len() + 2;
    }
    text
}

/// The help under a misspelt word: the nearest candidate, or all of them.
pub(crate) fn help(what: &str, written: &str, candidates: &[&str]) -> String {
    if let Some(near) = nearest(written, candidates.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match candidates {
        [] => format!("there is no {what} at all"),
        [only] => format!("the only {what} is `{only}`"),
        _ => format!("choose one of {}", listed(candidates.iter().copied())),
    }
}

#[cfg(test)]
mod tests {
    use super::{help, listed, nearest};

    #[test]
    fn near_words_are_found_whatever_their_case() {
        assert_eq!(nearest("moev", ["move", "remove-value"]), Some("move"));
        assert_eq!(
            nearest("displayName", ["display-name", "mail"]),
            Some("display-name")
        );
        assert_eq!(nearest("jdo", ["j.doe", "jdoe"]), Some("jdoe"));
        assert_eq!(nearest("licenses", ["licences", "roles"]), Some("licences"));
        assert_eq!(
            nearest("scheduler", ["scope", "schedule"]),
            Some("schedule")
        );
    }

    #[test]
    fn far_words_are_not() {
        assert_eq!(nearest("zebra", ["move", "rename"]), None);
        assert_eq!(nearest("", ["move"]), None);
        assert_eq!(nearest("ou", ["upn", "sid"]), None);
    }

    #[test]
    fn help_lists_what_there_is() {
        assert_eq!(
            help("step", "zebra", &["move", "set"]),
            "choose one of `move`, `set`"
        );
        assert_eq!(help("role", "zebra", &["User"]), "the only role is `User`");
        let long: Vec<&str> = std::iter::repeat_n("abcdefghij", 12).collect();
        assert!(listed(long).lines().all(|line| line.len() < 90));
    }
}
