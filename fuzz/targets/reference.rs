//! Any bytes through `reference` of `src/fuzzing.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| etui::fuzzing::reference(bytes));
