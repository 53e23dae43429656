//! The command line from outside: the real binary in a home of its own, its stdout, stderr and exit code.

mod agent;
mod api;
mod deletion;
mod get;
mod init;
mod list;
mod password;
mod prompt;
mod put;
mod stage;
mod support;
mod usage;
mod verify;
mod worked_example;
