//! The terminal app: state as data, a pure update, a pure view; effects are done outside.
//!
//! What comes from outside is an [`Event`]; what a key means is an [`Action`]; what shall be done outside is
//! an [`Effect`]. [`update`](update::update) alone changes the [`State`], [`view`](view::view) only reads it,
//! [`perform`] alone touches the vault. The runtime joins them with a terminal and a worker thread.

pub mod action;
pub mod as_command;
pub mod catalogue;
pub mod change_request;
pub mod command;
mod comparison;
pub mod context;
mod draft;
pub mod editing;
pub mod effect;
pub mod event;
pub mod glyphs;
pub mod holders;
pub mod jobs;
pub mod keymap;
pub mod keys_reference;
pub mod layout;
mod lock;
pub mod modals;
mod mouse;
mod paste;
mod place;
pub mod plan_text;
mod replies;
mod runtime;
pub mod screens;
pub mod search;
pub mod session;
pub mod state;
mod tag_lines;
pub mod theme;
pub mod update;
pub mod user_keymap;
pub mod view;
mod when;
pub mod widgets;

pub use action::Action;
pub use effect::{Effect, Reply, Slot, Work, perform};
pub use event::{Event, LockReason, Moment, Mouse, MouseKind};
pub use keymap::Keymap;
pub use runtime::run;
pub use session::{CopyRoute, CopyTarget, Session};
pub use state::State;
pub use theme::Theme;
