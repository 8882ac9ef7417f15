//! Any text is a script that ends within its limits, and can be looked through before it runs.
//!
//! `cargo +nightly fuzz run script -- -max_total_time=60 -max_len=4096`
#![no_main]

use libfuzzer_sys::fuzz_target;
use powershell::host::MemoryHost;
use powershell::interpreter::{Interpreter, Limits};

fuzz_target!(|text: &str| {
    let modules = vec![powershell::cmdlets::core()];
    powershell::check::check("C:\\x.ps1", text, &modules, &|_| None);
    let limits = Limits {
        steps: 5_000,
        memory: 4_000_000,
        depth: 32,
    };
    let host = Box::new(MemoryHost::answering(&["y", "1"]));
    let mut session = Interpreter::new(host, modules, limits);
    session.run_script("C:\\x.ps1", text, Vec::new());
});
