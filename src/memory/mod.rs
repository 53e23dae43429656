//! Bytes that wipe themselves, and the little that must be asked of the operating system about memory.
//!
//! All `unsafe` of the project but one question to SQLite (`store`) is here: mapping, locking and excluding from
//! core dumps the pages in which keys live (`key_arena.rs`), setting a flag of the descriptors that were inherited
//! (`process.rs`), and looking at stdout before the runtime does (`stdout.rs`). Everything else builds on these:
//!
//! - [`SecretBytes`]: values, passwords, opened records. Grows by copy-and-wipe, wiped on drop.
//! - [`KeyArena`] and [`Key32`]: 32-byte keys in locked pages.
//! - [`process::harden`]: no core dumps, not dumpable.
//! - [`wipe_stack`]: what decryption leaves on the stack.

mod key_arena;
pub mod process;
mod reading;
mod secret_bytes;
mod stack;
mod stdout;

pub use key_arena::{Key32, KeyArena};
pub use reading::read_up_to;
pub use secret_bytes::SecretBytes;
pub use stack::wipe_stack;
pub use stdout::stdout_was_closed;
