//! Any bytes through `api_line` of `src/fuzzing.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| etui::fuzzing::api_line(bytes));
