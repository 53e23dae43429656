//! The dialogs, and the screens of an app without an open vault. Each is a [`Layer`](super::layer::Layer); only
//! `open` names them all.

pub mod code;
pub mod copy_field;
pub mod diff;
pub mod discard;
pub mod facts;
pub mod first_run;
pub mod generator;
pub mod help;
pub mod history;
mod history_view;
pub mod labels;
pub mod many_form;
pub mod many_plan;
pub mod merge_plan;
pub mod merged_file;
pub mod opening;
pub mod other_vault;
pub mod palette;
pub mod plan;
pub mod plan_layer;
#[cfg(feature = "engines")]
pub mod pull_plan;
#[cfg(feature = "engines")]
pub mod push_plan;
pub mod put;
pub mod take_back;
pub mod tasks;
pub mod unlock;
pub mod which;
pub mod write_file;
