//! The command line from outside: the real binary in a home of its own, its stdout, stderr and exit code.

mod api;
mod deletion;
mod export;
mod get;
mod history;
mod import;
mod init;
mod list;
mod locks;
mod metadata;
mod password;
mod prompt;
mod put;
mod random;
mod stage;
mod support;
mod usage;
mod verify;
mod which;
mod worked_example;
