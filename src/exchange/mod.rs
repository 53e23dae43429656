//! Other programs' formats: what comes in from them, and what goes out to them.

pub mod dotenv;
