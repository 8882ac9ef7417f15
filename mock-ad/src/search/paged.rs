//! Results in pages, and the cookies between them (RFC 2696; MS-ADTS 3.1.1.3.4.1.1).

use std::sync::Arc;

use super::controls::{ber, oid};
use super::run::Place;
use super::{Control, SearchState};

/// MaxResultSetsPerConn: how many searches a connection may have open (MS-ADTS 3.1.1.3.4.6).
const OPEN_MAX: usize = 10;

/// Where a paged search goes on.
#[derive(Debug, Clone)]
pub(super) enum Rest {
    /// In the order of the directory, from a place on.
    From(Place),
    /// In an order of its own.
    Sorted(Arc<[Place]>, usize),
}

/// A paged search that has not come to its end.
#[derive(Debug, Clone)]
pub(super) struct Open {
    cookie: [u8; 16],
    /// What the search asked for; a cookie belongs to it alone.
    search: u64,
    pub(super) rest: Rest,
}

impl SearchState {
    /// The search of a cookie, which is used up by that; `None` if it is not a cookie of this
    /// connection and this search, or no longer.
    pub(super) fn resume(&mut self, cookie: &[u8], search: u64) -> Option<Open> {
        let at = self
            .open
            .iter()
            .position(|open| open.cookie == cookie && open.search == search)?;
        Some(self.open.remove(at))
    }

    /// Remembers where a search goes on and gives the cookie for it. The oldest is forgotten if
    /// too many are open, as domain controllers do.
    pub(super) fn keep(&mut self, search: u64, rest: Rest) -> [u8; 16] {
        self.serial += 1;
        let mut cookie = [0; 16];
        cookie[..8].copy_from_slice(&self.serial.to_le_bytes());
        cookie[8..].copy_from_slice(&store::mix(search, self.serial).to_le_bytes());
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        self.open.push(Open {
            cookie,
            search,
            rest,
        });
        cookie
    }

    /// How many paged searches are open.
    pub fn open_searches(&self) -> usize {
        self.open.len()
    }

    /// Forgets all cookies, as a domain controller does when it needs the room.
    pub fn forget(&mut self) {
        self.open.clear();
    }
}

/// The response with the cookie of the next page, or none after the last.
pub(super) fn response(cookie: &[u8]) -> Control {
    let mut contents = Vec::new();
    // A domain controller does not estimate how many there are.
    ber::put_integer(&mut contents, ber::INTEGER, 0);
    ber::put(&mut contents, ber::OCTETS, cookie);
    Control {
        oid: oid::PAGED_RESULTS.to_owned(),
        critical: false,
        value: Some(ber::sequence(&contents)),
    }
}
