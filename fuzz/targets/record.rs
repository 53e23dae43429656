//! Any bytes through `record` of `src/fuzzing.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| etui::fuzzing::record(bytes));
