//! One word for another, always the same one, and never one word for two.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// Words that say something about directories and nothing about anybody.
const KEPT: &[&str] = &[
    // Address types, and the parts of X.500 names.
    "smtp",
    "sip",
    "x500",
    "x400",
    "eum",
    "cn",
    "ou",
    "dc",
    "o",
    // Ends of domain names, and the service's own.
    "com",
    "net",
    "org",
    "edu",
    "gov",
    "local",
    "lan",
    "internal",
    "intern",
    "corp",
    "test",
    "example",
    "invalid",
    "localhost",
    "onmicrosoft",
    "mail",
    "microsoft",
    "de",
    "ch",
    "at",
    "fr",
    "uk",
    "co",
    "us",
    "nl",
    "eu",
    "it",
    "es",
    "pl",
    "be",
    "dk",
    "se",
    "no",
    "fi",
    "au",
    "ca",
    "jp",
    // What the default rules look for in names (rules R5.9 and R5.10).
    "user",
    "group",
    "contact",
    "notsynced",
    "donotsync",
    "msol",
    "aad",
    "cas",
    "systemmailbox",
    "discoverysearchmailbox",
    "federatedemail",
    "healthmailbox",
    "migration",
    "krbtgt",
    "azureadsso",
    "azureadssoacc",
    "exchange",
    "sync",
    "inprogress",
    // Well-known containers and what they hold.
    "users",
    "computers",
    "builtin",
    "system",
    "configuration",
    "schema",
    "person",
    "domain",
    "admins",
    "guests",
    "controllers",
    "administrator",
    "guest",
    "administrators",
    "services",
    "foreignsecurityprincipals",
    "managed",
    "service",
    "accounts",
    "program",
    "data",
    "deleted",
    "objects",
    "lostandfound",
    "organizational",
    "unit",
    "container",
    "del",
    "cnf",
    "licence",
    "license",
    "that",
    "the",
    "export",
    "does",
    "not",
    "name",
    "unknown",
];

/// How long a word may be that is too short to tell anything.
const TELLS_NOTHING: usize = 2;

/// Gives words for words.
#[derive(Debug)]
pub(super) struct Words {
    key: Uuid,
    /// Every word of the text; known before the first is given, so that no other word is one.
    originals: BTreeSet<String>,
    given: BTreeMap<String, String>,
    used: BTreeSet<String>,
    /// Whether words are only taken down.
    is_reading: bool,
}

impl Words {
    pub(super) fn new(key: &str) -> Self {
        Self {
            key: Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes()),
            originals: BTreeSet::new(),
            given: BTreeMap::new(),
            used: BTreeSet::new(),
            is_reading: true,
        }
    }

    /// From now on words are given.
    pub(super) fn begin(&mut self) {
        self.is_reading = false;
    }

    /// Sixteen bytes that follow from the key and from these.
    pub(super) fn digest(&self, kind: &str, bytes: &[u8]) -> [u8; 16] {
        let mut all = kind.as_bytes().to_vec();
        all.push(0);
        all.extend_from_slice(bytes);
        *Uuid::new_v5(&self.key, &all).as_bytes()
    }

    /// Text with each of its words replaced; what is between them, and upper case, stays.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            if end > 0 {
                let (word, behind) = rest.split_at(end);
                out.push_str(&self.word(word));
                rest = behind;
            }
            let end = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        out
    }

    fn word(&mut self, word: &str) -> String {
        // As the directories compare: a word in another case is the same word.
        let folded = word.to_lowercase();
        if KEPT.contains(&folded.as_str()) {
            return word.to_owned();
        }
        if self.is_reading {
            self.originals.insert(folded);
            return word.to_owned();
        }
        if let Some(known) = self.given.get(&folded) {
            return in_case(known, word);
        }
        let given = (0u32..1 << 20)
            .map(|attempt| self.attempt(&folded, attempt))
            .find(|it| {
                let tells = it.chars().count() > TELLS_NOTHING;
                let is_original = tells && self.originals.contains(it);
                !is_original && !self.used.contains(it) && !KEPT.contains(&it.as_str())
            })
            .unwrap_or_default();
        self.used.insert(given.clone());
        let shown = in_case(&given, word);
        self.given.insert(folded, given);
        shown
    }

    /// A word of the same length and kind of characters; longer ones where all of that are taken.
    fn attempt(&self, word: &str, attempt: u32) -> String {
        const VOWELS: &[u8] = b"aeiou";
        const CONSONANTS: &[u8] = b"bdfghklmnprstvz";
        const OTHERS: [char; 6] = ['ä', 'ö', 'ü', 'é', 'ñ', 'å'];
        let mut out = String::new();
        let extra = (attempt / 64) as usize;
        let characters = word.chars().chain(std::iter::repeat_n('x', extra));
        let mut stream = Vec::new();
        for (place, character) in characters.enumerate() {
            if place % 16 == 0 {
                let seed = format!("{word}\0{attempt}\0{}", place / 16);
                stream = self.digest("word", seed.as_bytes()).to_vec();
                // The version and the variant are always the same bits.
                stream[6] ^= stream[0] << 4;
                stream[8] ^= stream[1] << 6;
            }
            let random = usize::from(stream[place % 16]);
            out.push(if character.is_numeric() {
                char::from(b'0' + (random % 10) as u8)
            } else if !character.is_ascii() {
                OTHERS[random % OTHERS.len()]
            } else if place % 2 == 0 {
                char::from(CONSONANTS[random % CONSONANTS.len()])
            } else {
                char::from(VOWELS[random % VOWELS.len()])
            });
        }
        out
    }
}

/// The word written in upper and lower case as another is.
fn in_case(given: &str, like: &str) -> String {
    let all_upper = like.chars().all(|c| !c.is_lowercase()) && like.chars().any(char::is_uppercase);
    let mut pattern = like.chars();
    given
        .chars()
        .map(|c| {
            let upper = pattern.next().map_or(all_upper, char::is_uppercase);
            let mut raised = c.to_uppercase();
            match (upper, raised.next(), raised.next()) {
                (true, Some(one), None) => one,
                _ => c,
            }
        })
        .collect()
}
