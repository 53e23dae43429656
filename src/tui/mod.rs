//! The terminal app: state as data, a pure update, a pure view; effects are done outside.
//!
//! What comes from outside is an [`Event`]; what a key means is an [`Action`]; what is to be done outside is
//! an [`Effect`]. [`update`](update::update) alone changes the [`State`], [`view`](view::view) only reads it,
//! [`perform`] alone touches the vault. The runtime joins them with a terminal and a worker thread.
//!
//! The [`State`] is the [`App`](app::App), which every part may use, and a stack of [`Layer`](layer::Layer)s over
//! the browse screen.

#![allow(
    missing_docs,
    reason = "nothing outside uses it as a library; what a name does not say is written down"
)]

pub mod action;
pub mod app;
pub mod as_command;
pub mod ask;
pub mod browse;
pub mod change_request;
pub mod command;
mod comparison;
pub mod context;
pub mod editing;
#[cfg(feature = "engines")]
mod engine_text;
pub mod event;
mod file_value;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
pub mod glyphs;
pub mod holders;
pub mod jobs;
pub mod keymap;
pub mod keys_reference;
pub mod kit;
pub mod layer;
pub mod layers;
pub mod layout;
mod lock;
mod mouse;
mod open;
pub mod outline;
pub mod paste;
mod place;
pub mod plan_text;
mod runtime;
pub mod session;
pub mod state;
mod tag_lines;
pub mod theme;
pub mod update;
pub mod user_keymap;
pub mod view;
mod when;

pub use action::Action;
pub use ask::perform::perform;
pub use ask::{Answer, Answered, Asked, Effect, Work};
pub use event::{Event, LockReason, Moment, Mouse, MouseKind};
pub use keymap::Keymap;
pub use runtime::run;
pub use session::{CopyRoute, CopyTarget, Session};
pub use state::State;
pub use theme::Theme;
