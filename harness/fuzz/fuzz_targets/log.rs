//! Logs.

#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "each target checks one thing of those that are shared")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::log_file(bytes));
