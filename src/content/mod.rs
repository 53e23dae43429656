//! What a value is made of: the fields of a JSON object, a dotenv file or a value of pass, and how two values
//! differ.
//!
//! Pure functions over bytes; nothing here knows of secrets, versions or a vault. Whatever comes out of a value
//! lies in wiping buffers, but for names of fields, which are told like names of secrets.
//!
//! - [`dotenv`] reads and writes `NAME=value` lines; `json_text` finds the pieces of JSON.
//! - [`fields`](fn@fields) are what such a value has, [`field`](fn@field) is one of them; [`named_fields`] may
//!   be told by their keys.
//! - [`is_variable_name`] and [`steers_programs`] judge names of environment variables.
//! - [`between`] and [`pieces`] tell how two texts differ, [`Likeness`] how little; [`bytes`](mod@bytes) is for
//!   binary.

pub mod bytes;
mod difference;
pub mod dotenv;
mod field;
mod json_fault;
pub(crate) mod json_text;
mod likeness;
mod variable;

pub use difference::{Basis, Difference, Piece, Place, between, pieces, pieces_by_line};
pub use field::{Field, NoField, NotReplaced, Shape, field, fields, named_fields, with_field};
pub use json_fault::{JsonFault, json_fault, looks_like_json};
pub use json_text::{escape as escape_json, string_members};
pub use likeness::Likeness;
pub use variable::{is_variable_name, steers_programs};
