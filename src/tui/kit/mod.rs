//! The small parts that screens are made of.

pub mod canvas;
pub mod edit_buffer;
pub mod field;
pub mod footer;
pub mod form;
pub mod header;
pub mod label_field;
pub mod line;
pub mod panel;
pub mod path_field;
pub mod plan_box;
pub mod plan_list;
pub mod progress;
pub mod rows;
pub mod scroll;
pub mod spinner;
pub mod strength;
pub mod text_area;
pub mod toast;
pub mod two_answers;
mod typing_history;

pub use edit_buffer::{EditBuffer, Lines};
