//! Any bytes through `template` of `src/fuzzing.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| etui::fuzzing::template(bytes));
