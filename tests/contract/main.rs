//! The contract from outside: through the vault, and through the API door.

mod api_door;
mod api_refusals;
mod api_support;
