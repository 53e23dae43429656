//! What a value is made of: the fields of a JSON object or a dotenv file, and how two values differ.
//!
//! Pure functions over bytes; nothing here knows of secrets, versions or a vault. Whatever comes out of a value
//! lies in wiping buffers, but for names of fields, which are told like names of secrets.
//!
//! - [`dotenv`] reads and writes `NAME=value` lines; `json_text` finds the pieces of JSON.
//! - [`fields`](fn@fields) are what a value of either kind has.
//! - [`between`] and [`pieces`] tell how two texts differ, [`Likeness`] how little; [`bytes`](mod@bytes) is for
//!   binary.

pub mod bytes;
mod difference;
pub mod dotenv;
mod field;
pub(crate) mod json_text;
mod likeness;

pub use difference::{Basis, Difference, Piece, Place, between, pieces, pieces_by_line};
pub use field::{Field, Shape, fields};
pub use likeness::Likeness;
