//! The dialogs, and the screens of an app without an open vault. Each is a [`Layer`](super::layer::Layer); only
//! `open` names them all.

pub mod code;
pub mod copy_field;
pub mod diff;
mod diff_view;
pub mod discard;
pub mod facts;
mod facts_view;
pub mod first_run;
pub mod generator;
mod generator_view;
pub mod help;
pub mod history;
mod history_view;
pub mod labels;
mod labels_view;
pub mod opening;
pub mod other_vault;
pub mod palette;
mod palette_view;
pub mod plan;
pub mod put;
pub mod take_back;
pub mod tasks;
pub mod unlock;
pub mod which;
mod which_view;
pub mod write_file;
