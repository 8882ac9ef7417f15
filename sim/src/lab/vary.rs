//! What is drawn for a seed: people, companies, one of several, numbers.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::Entropy;

use super::model::{Between, Vary};
use crate::scenario::{Named, Spanned};

/// Sets what labs draw apart from what worlds draw.
const LABS: u64 = 0x4C41_4253;

/// The texts of labs say `she`, so that no pronoun has to be drawn.
const FIRST: [&str; 48] = [
    "Adela", "Agnes", "Alba", "Amina", "Anja", "Astrid", "Beate", "Bianca", "Carla", "Celia",
    "Clara", "Dalia", "Daria", "Edith", "Elena", "Emma", "Esther", "Farah", "Fiona", "Flora",
    "Gerda", "Greta", "Hanna", "Helga", "Ida", "Irina", "Jana", "Judith", "Julia", "Katja", "Lena",
    "Leyla", "Luisa", "Maren", "Mira", "Nadia", "Nina", "Olga", "Paula", "Petra", "Rosa", "Ruth",
    "Selma", "Sonja", "Tamar", "Thea", "Vera", "Wilma",
];

const LAST: [&str; 48] = [
    "Abel", "Adler", "Amsel", "Bach", "Becker", "Berger", "Brandt", "Conrad", "Dorn", "Eder",
    "Falk", "Fiedler", "Frank", "Gruber", "Haas", "Hahn", "Hartung", "Holt", "Huber", "Jansen",
    "Keller", "Kern", "Klein", "Kramer", "Lang", "Lindner", "Lorenz", "Maurer", "Moser", "Nagel",
    "Neumann", "Otto", "Pohl", "Prinz", "Quast", "Reimer", "Richter", "Roth", "Sauer", "Schubert",
    "Stark", "Thoma", "Ulrich", "Vogt", "Wagner", "Weber", "Winter", "Zeller",
];

const COMPANY: [&str; 16] = [
    "Amberline",
    "Brightmoor",
    "Cobaltworks",
    "Driftwood",
    "Eastmere",
    "Fernhill",
    "Greyharbour",
    "Hazelbrook",
    "Ironbridge",
    "Junipercove",
    "Kestrelway",
    "Larkspur",
    "Millstone",
    "Northgate",
    "Oakhaven",
    "Pinewater",
];

/// The values of every placeholder, for one seed.
pub(super) fn draw(vary: &Named<Spanned<Vary>>, seed: u64) -> BTreeMap<String, String> {
    let mut drawing = Drawing {
        entropy: Entropy::new(store::mix(LABS, seed)),
        first: FIRST.to_vec(),
        last: LAST.to_vec(),
        company: COMPANY.to_vec(),
        values: BTreeMap::from([("seed".to_owned(), seed.to_string())]),
    };
    for (name, vary) in vary.iter() {
        match &vary.value {
            Vary::Person => drawing.person(name),
            Vary::Company => drawing.company(name),
            Vary::OneOf(texts) => {
                let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
                let chosen = drawing
                    .below(texts.len())
                    .and_then(|place| texts.get(place));
                let chosen = chosen.copied().unwrap_or_default().to_owned();
                drawing.values.insert(name.value.clone(), chosen);
            }
            Vary::Number(Between { from, to }) => {
                let width = to.saturating_sub(*from) as usize + 1;
                let more = drawing.below(width).unwrap_or_default() as u32;
                let number = from.saturating_add(more).to_string();
                drawing.values.insert(name.value.clone(), number);
            }
        }
    }
    drawing.values
}

struct Drawing {
    entropy: Entropy,
    first: Vec<&'static str>,
    last: Vec<&'static str>,
    company: Vec<&'static str>,
    values: BTreeMap<String, String>,
}

impl Drawing {
    fn below(&mut self, count: usize) -> Option<usize> {
        let drawn = self.entropy.next_u64();
        (count > 0).then(|| (drawn % count as u64) as usize)
    }

    /// Takes one of several words; once all are taken, numbers tell them apart.
    fn word(&mut self, of: fn(&mut Self) -> &mut Vec<&'static str>, otherwise: &str) -> String {
        let length = of(self).len();
        match self.below(length) {
            Some(place) => of(self).swap_remove(place).to_owned(),
            None => format!("{otherwise}{}", self.values.len()),
        }
    }

    fn put(&mut self, name: &str, field: &str, value: String) {
        self.values.insert(format!("{name}.{field}"), value);
    }

    fn person(&mut self, name: &str) {
        let first = self.word(|it| &mut it.first, "Robin");
        let last = self.word(|it| &mut it.last, "Field");
        let (low_first, low_last) = (first.to_lowercase(), last.to_lowercase());
        let initial = low_first.get(..1).unwrap_or_default();
        let guid = uuid::Uuid::from_bytes(self.entropy.next_uuid());
        self.put(name, "name", format!("{first} {last}"));
        self.put(name, "local", format!("{low_first}.{low_last}"));
        self.put(name, "sam", format!("{initial}.{low_last}"));
        self.put(name, "short", format!("{initial}{low_last}"));
        self.put(name, "guid", guid.to_string());
        self.put(name, "anchor", STANDARD.encode(guid.to_bytes_le()));
        self.put(name, "swapped", STANDARD.encode(guid.as_bytes()));
        self.put(name, "first", first);
        self.put(name, "last", last);
    }

    fn company(&mut self, name: &str) {
        let company = self.word(|it| &mut it.company, "Company");
        let word = company.to_lowercase();
        self.put(name, "domain", format!("{word}.example"));
        self.put(name, "other-domain", format!("{word}-group.example"));
        self.put(name, "initial", format!("{word}.onmicrosoft.com"));
        self.put(name, "base", format!("DC={word},DC=test"));
        self.put(name, "local", format!("corp.{word}.local"));
        self.put(name, "word", word);
        self.put(name, "name", company);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vary(entries: &[(&str, Vary)]) -> Named<Spanned<Vary>> {
        let entries = entries.iter().cloned();
        Named(
            entries
                .map(|(name, vary)| (Spanned::derived(name.to_owned()), Spanned::derived(vary)))
                .collect(),
        )
    }

    #[test]
    fn equal_seeds_draw_alike_and_others_do_not() {
        let vary = vary(&[
            ("a", Vary::Person),
            ("b", Vary::Person),
            ("f", Vary::Company),
        ]);
        assert_eq!(draw(&vary, 7), draw(&vary, 7));
        let different = (0..20).filter(|seed| draw(&vary, *seed) != draw(&vary, seed + 1));
        assert_eq!(different.count(), 20);
    }

    #[test]
    fn no_two_people_share_a_name() {
        let names: Vec<String> = (0..40).map(|place| format!("p{place}")).collect();
        let people: Vec<_> = names.iter().map(|it| (it.as_str(), Vary::Person)).collect();
        let values = draw(&vary(&people), 3);
        let all: std::collections::BTreeSet<_> = names
            .iter()
            .map(|name| values[&format!("{name}.short")].clone())
            .collect();
        assert_eq!(all.len(), 40);
    }

    #[test]
    fn an_anchor_is_the_guid_in_base64() {
        let values = draw(&vary(&[("a", Vary::Person)]), 1);
        let guid: uuid::Uuid = values["a.guid"].parse().expect("a GUID");
        assert_eq!(values["a.anchor"], STANDARD.encode(guid.to_bytes_le()));
        assert_ne!(values["a.anchor"], values["a.swapped"]);
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let vary = vary(&[("n", Vary::Number(Between { from: 4, to: 6 }))]);
        let drawn: std::collections::BTreeSet<_> =
            (0..50).map(|seed| draw(&vary, seed)["n"].clone()).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), ["4", "5", "6"]);
    }
}
