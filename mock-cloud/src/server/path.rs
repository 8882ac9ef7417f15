//! Paths of Graph: percent-decoded segments, keys in parentheses, casts and functions.
//!
//! The quirks of real clients are taken out here (double slashes, `delta()`, `graph.user`), so
//! that the routes can be read as the documentation writes them.

/// How many segments a path may have.
const SEGMENTS_MAX: usize = 16;

/// A path of Graph after its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// Whether it began with `/beta`.
    pub(super) beta: bool,
    /// The segments as written, decoded.
    pub(super) segments: Vec<String>,
    /// The segments in lower case: names and keys are compared without regard to case.
    pub(super) lower: Vec<String>,
}

/// Decodes `%41`; what is no escape stays as it is. `plus_is_space` is for query strings.
pub(super) fn percent_decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    let digit = |place: usize| {
        let byte = bytes.get(place).copied()?;
        char::from(byte).to_digit(16).map(|digit| digit as u8)
    };
    while let Some(&byte) = bytes.get(place) {
        let escape = (byte == b'%')
            .then(|| Some((digit(place + 1)?, digit(place + 2)?)))
            .flatten();
        if let Some((high, low)) = escape {
            decoded.push(high << 4 | low);
            place += 3;
        } else {
            let is_space = plus_is_space && byte == b'+';
            decoded.push(if is_space { b' ' } else { byte });
            place += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The name-value pairs of a query string or a form, decoded.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(name, true), percent_decode(value, true))
        })
        .collect()
}

/// Splits a path into segments; `None` where it has too many.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_decode(part, false))
        .collect();
    (parts.len() <= SEGMENTS_MAX).then_some(parts)
}

/// Actions that are posted because their question is long, and that change nothing.
const QUERIES: [&str; 6] = [
    "getbyids",
    "getmembergroups",
    "getmemberobjects",
    "checkmembergroups",
    "checkmemberobjects",
    "getuserownedobjects",
];

impl Path {
    /// Whether a request for this path with a method writes.
    pub(super) fn is_write(&self, method: &str) -> bool {
        let is_query = self
            .lower
            .last()
            .is_some_and(|it| QUERIES.contains(&it.as_str()));
        !matches!(method, "GET" | "HEAD") && !is_query
    }

    /// Reads the segments of a path that begins with a version; `None` for other paths.
    pub(super) fn parse(segments: &[String]) -> Option<Self> {
        let (version, rest) = segments.split_first()?;
        let beta = match version.to_ascii_lowercase().as_str() {
            "v1.0" => false,
            "beta" => true,
            _ => return None,
        };
        Some(Self::of(beta, rest))
    }

    /// The path of these segments.
    pub(super) fn of(beta: bool, segments: &[String]) -> Self {
        let mut plain = Vec::with_capacity(segments.len() + 1);
        for segment in segments {
            push(&mut plain, segment);
        }
        let lower = plain.iter().map(|segment| segment.to_lowercase()).collect();
        Self {
            beta,
            segments: plain,
            lower,
        }
    }

    /// The segment at a place as written; empty where there is none.
    pub(super) fn raw(&self, place: usize) -> &str {
        self.segments.get(place).map_or("", String::as_str)
    }

    /// The segments in lower case.
    pub(super) fn names(&self) -> Vec<&str> {
        self.lower.iter().map(String::as_str).collect()
    }
}

/// Adds a segment, and a second one for the key that it may carry in parentheses.
fn push(plain: &mut Vec<String>, segment: &str) {
    let name_and_key = segment
        .strip_suffix(')')
        .and_then(|rest| rest.split_once('('))
        .filter(|(name, _)| !name.is_empty() && !name.contains('@'));
    let Some((name, key)) = name_and_key else {
        plain.push(without_namespace(segment).to_owned());
        return;
    };
    plain.push(without_namespace(name).to_owned());
    let key = key.trim();
    if !key.is_empty() {
        let quoted = key
            .strip_prefix('\'')
            .and_then(|key| key.strip_suffix('\''));
        plain.push(quoted.unwrap_or(key).replace("''", "'"));
    }
}

/// A name without `microsoft.graph.`, which some clients shorten to `graph.`.
fn without_namespace(name: &str) -> &str {
    if name.contains('@') {
        return name;
    }
    let start = |length: usize| name.get(..length).unwrap_or_default();
    for namespace in ["microsoft.graph.", "graph."] {
        if start(namespace.len()).eq_ignore_ascii_case(namespace) {
            return &name[namespace.len()..];
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(path: &str) -> Vec<String> {
        Path::parse(&segments(path).unwrap()).unwrap().segments
    }

    #[test]
    fn the_spellings_of_real_clients_mean_the_same() {
        for path in [
            "/v1.0//users/delta()",
            "/v1.0/users/microsoft.graph.delta",
            "/V1.0/users/delta",
        ] {
            assert_eq!(plain(path), ["users", "delta"]);
        }
        assert_eq!(
            plain("/v1.0/users('a''b%40c.example')"),
            ["users", "a'b@c.example"]
        );
        assert_eq!(
            plain("/v1.0/directory/deletedItems/graph.user"),
            ["directory", "deletedItems", "user"]
        );
        assert_eq!(
            plain("/v1.0/users/graph.team@contoso.com"),
            ["users", "graph.team@contoso.com"]
        );
        assert_eq!(
            plain("/beta/directoryRoles(roleTemplateId='62e9')/members"),
            ["directoryRoles", "roleTemplateId='62e9'", "members"]
        );
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(percent_decode("a%4", false), "a%4");
        assert_eq!(percent_decode("%zz%41+", true), "%zzA ");
        assert_eq!(percent_decode("%ff", false), "\u{fffd}");
        assert_eq!(
            pairs("%24top=5&a=b%3Dc&&d"),
            [
                ("$top".into(), "5".into()),
                ("a".into(), "b=c".into()),
                ("d".into(), String::new())
            ]
        );
    }
}
