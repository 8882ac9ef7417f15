//! A filter that is read is written so that it is read again.
//!
//! `cargo +nightly fuzz run filter -- -max_total_time=60`
#![no_main]

use libfuzzer_sys::fuzz_target;
use mock_ad::search::Filter;

fuzz_target!(|text: &str| {
    if let Ok(filter) = Filter::parse(text) {
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }
});
