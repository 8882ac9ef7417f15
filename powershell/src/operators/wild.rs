//! Patterns with `*`, `?` and `[a-z]`.

/// Whether a text fits a pattern of `-like`.
pub fn wildcard(pattern: &str, text: &str, case_sensitive: bool) -> bool {
    let fold = |text: &str| -> Vec<char> {
        if case_sensitive {
            text.chars().collect()
        } else {
            text.to_lowercase().chars().collect()
        }
    };
    let parts = parsed(&fold(pattern));
    fits(&parts, &fold(text))
}

/// A piece of a pattern.
enum Part {
    One(char),
    AnyOne,
    AnyMany,
    Set(Vec<(char, char)>),
}

fn parsed(pattern: &[char]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(c) = pattern.get(at) {
        at += 1;
        match c {
            '`' => {
                parts.push(Part::One(pattern.get(at).copied().unwrap_or('`')));
                at += 1;
            }
            '*' => parts.push(Part::AnyMany),
            '?' => parts.push(Part::AnyOne),
            '[' => match set(pattern, at) {
                Some((ranges, end)) => {
                    parts.push(Part::Set(ranges));
                    at = end;
                }
                None => parts.push(Part::One('[')),
            },
            other => parts.push(Part::One(*other)),
        }
    }
    parts
}

/// The ranges of a set, and where it ends.
fn set(pattern: &[char], mut at: usize) -> Option<(Vec<(char, char)>, usize)> {
    let mut ranges = Vec::new();
    loop {
        let c = *pattern.get(at)?;
        at += 1;
        if c == ']' {
            return Some((ranges, at));
        }
        let is_range = pattern.get(at) == Some(&'-') && pattern.get(at + 1) != Some(&']');
        if is_range {
            ranges.push((c, *pattern.get(at + 1)?));
            at += 2;
        } else {
            ranges.push((c, c));
        }
    }
}

/// Goes back to the last `*` when something does not fit.
fn fits(parts: &[Part], text: &[char]) -> bool {
    let (mut part, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        let c = text[at];
        let matched = match parts.get(part) {
            Some(Part::AnyMany) => {
                star = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::One(wanted)) => *wanted == c,
            Some(Part::AnyOne) => true,
            Some(Part::Set(ranges)) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)),
            None => false,
        };
        if matched {
            part += 1;
            at += 1;
            continue;
        }
        let Some((star_part, star_at)) = star else {
            return false;
        };
        part = star_part + 1;
        at = star_at + 1;
        star = Some((star_part, at));
    }
    parts[part..].iter().all(|it| matches!(it, Part::AnyMany))
}
