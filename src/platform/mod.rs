//! What the operating system offers, each thing behind a small door: where files lie, the terminal.

pub mod paths;
pub mod terminal;
