//! Messes beyond the bound, drawn by a seed.

use store::Entropy;

use super::{Anchor, Mess, Of, Synced, Thing, Type};

/// So many draws are tried for one possible mess.
const TRIES_MAX: usize = 10_000;

/// Possible messes of so many people and objects, without a bound on what is odd about them. Equal
/// seeds give equal messes.
pub fn sample(people: u8, cloud: u8, seed: u64, count: usize) -> Vec<Mess> {
    let mut entropy = Entropy::new(seed);
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let mut draws = (0..TRIES_MAX).map(|_| draw(people, cloud, &mut entropy));
        match draws.find(Mess::is_possible) {
            Some(mess) => found.push(mess.canonical()),
            None => break,
        }
    }
    found
}

fn draw(people: u8, cloud: u8, entropy: &mut Entropy) -> Mess {
    let mut below = |bound: u64| entropy.next_u64() % bound;
    let has = (0..people).map(|_| below(4) != 0).collect();
    let mut owners: Vec<Option<u8>> = (0..people).map(Some).collect();
    owners.resize(usize::from(cloud.max(people)), None);
    owners.truncate(usize::from(cloud));
    let things = owners
        .into_iter()
        .map(|owner| {
            let owner = owner.filter(|_| below(5) != 0);
            let person = |below: &mut dyn FnMut(u64) -> u64| below(u64::from(people)) as u8;
            Thing {
                owner,
                kind: match below(12) {
                    0 => Type::Guest,
                    1 => Type::Group,
                    2 => Type::Contact,
                    _ => Type::User,
                },
                upn: match below(2) {
                    0 => Of::Person(person(&mut below)),
                    _ => Of::Nobody,
                },
                primary: match below(4) {
                    0 | 1 => Some(Of::Person(person(&mut below))),
                    2 => Some(Of::Nobody),
                    _ => None,
                },
                alias: (below(4) == 0).then(|| person(&mut below)),
                anchor: match below(4) {
                    0 => Anchor::Person(person(&mut below)),
                    1 => Anchor::Stale,
                    _ => Anchor::None,
                },
                synced: match below(3) {
                    0 => Synced::Yes,
                    1 => Synced::Formerly,
                    _ => Synced::Never,
                },
                role: below(5) == 0,
                deleted: below(4) == 0,
                holds: (below(4) == 0) != owner.is_some(),
                mapped: below(6) == 0,
            }
        })
        .collect();
    Mess {
        people: has,
        things,
    }
}
