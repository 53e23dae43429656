//! The contract from outside: through the rules alone, and through the vault.

#[path = "../support/mod.rs"]
mod support;

mod random_operations;
mod worked_example;
