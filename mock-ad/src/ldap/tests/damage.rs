//! Requests whose bytes are damaged, from the seeds of the fuzz targets.

use proptest::prelude::*;

use super::*;
use crate::search::Filter;

macro_rules! seeds {
    ($folder:literal, $($name:literal)*) => {
        [$(include_str!(concat!("../../../../fuzz/seeds/", $folder, "/", $name))),*]
    };
}

const MESSAGES: [&str; 12] = seeds!("message", "add.hex" "bind.hex" "compare.hex" "delete.hex"
    "dirsync.hex" "extended-then-unbind.hex" "modify.hex" "paged-sorted.hex" "rename.hex"
    "root-dse.hex" "search.hex" "vlv.hex");

const FILTERS: [&str; 12] = seeds!("filter", "anr" "bare" "bitwise" "bracket" "chain" "escapes"
    "order" "present" "ranged" "rule-alone" "stars" "substrings");

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    let digits: String = hexadecimal.split_whitespace().collect();
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// The codes of all results that `bytes` get, as a server would answer them.
fn answered(mut bytes: &[u8], host: &mut Standalone) -> Vec<u32> {
    let mut session = Session::administrator();
    let mut codes = Vec::new();
    let mut out = Vec::new();
    while let Ok(Some(length)) = frame_length(bytes)
        && length <= bytes.len()
    {
        let (frame, rest) = bytes.split_at(length);
        bytes = rest;
        let answer = match decode(frame) {
            Ok(message) => respond(&mut session, message, host),
            Err(failure) => respond_to_failure(&failure, host),
        };
        for response in &answer.responses {
            encode(response, &mut out);
            if let Body::Result(_, outcome) | Body::Extended { outcome, .. } = &response.body {
                codes.push(outcome.code.0);
            }
        }
    }
    codes
}

#[test]
fn seeds_are_requests_that_reach_the_directory() {
    let codes = MESSAGES.map(|seed| answered(&bytes_of(seed), &mut host()));
    assert_eq!(codes.concat(), [0, 0, 6, 53, 0, 0, 0, 0, 0, 0, 0, 0]);
    let unread = FILTERS.map(|seed| Filter::parse(seed).is_err());
    // The one that names no attribute once made a filter that was not read again.
    assert_eq!(unread.iter().filter(|unread| **unread).count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_requests_are_answered_or_refused(
        seed in proptest::sample::select(MESSAGES.as_slice()),
        second in proptest::sample::select(MESSAGES.as_slice()),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..5),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = bytes_of(seed);
        bytes.truncate(bytes.len() / 2 + cut.index(bytes.len()));
        bytes.extend(bytes_of(second));
        for (place, byte) in &damage {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        answered(&bytes, &mut host());
    }

    #[test]
    fn damaged_filters_that_are_read_are_written_so_that_they_are_read_again(
        seed in proptest::sample::select(FILTERS.as_slice()),
        damage in proptest::collection::vec(
            (any::<proptest::sample::Index>(), proptest::sample::select(&b"()&|!=*:\\<>~]c "[..])),
            0..4,
        ),
    ) {
        let mut bytes = seed.as_bytes().to_vec();
        for (place, byte) in &damage {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        let text = String::from_utf8(bytes).unwrap();
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
    }
}
