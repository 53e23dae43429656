//! The small parts that screens are made of.

pub mod edit_buffer;
pub mod field;
pub mod footer;
pub mod header;
pub mod line;
pub mod panel;
pub mod path_field;
pub mod strength;
pub mod toast;

pub use edit_buffer::{EditBuffer, Lines};
