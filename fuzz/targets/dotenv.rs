//! Any bytes through `dotenv` of `src/fuzzing.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| etui::fuzzing::dotenv(bytes));
