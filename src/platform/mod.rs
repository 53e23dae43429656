//! What the operating system offers, each thing behind a small interface: where files are, the terminal, the
//! clipboard, the editor, other programs, folders and sockets of our own, signals, and time that counts sleep.

pub mod child;
pub mod clipboard;
pub mod editor;
pub mod environment;
pub mod filtered_run;
pub mod paths;
pub mod private_folder;
pub mod private_socket;
pub mod signals;
pub mod terminal;
pub mod user_files;
pub mod wait;
