//! The command line from outside: the real binary in a home of its own, its stdout, stderr and exit code.

// It looks at the process by its /proc.
#[cfg(target_os = "linux")]
mod agent;
#[path = "../support/ages.rs"]
mod ages;
mod api;
mod as_command;
#[cfg(target_os = "linux")]
#[cfg(feature = "keepass")]
#[path = "../support/bombs.rs"]
mod bombs;
mod bulk;
// It looks at processes by their /proc.
#[cfg(target_os = "linux")]
mod children;
mod code;
mod completing;
mod conflict_files;
mod deletion;
mod documents;
// Its values lie in memory, which is known there.
#[cfg(target_os = "linux")]
mod edit;
#[cfg(all(feature = "engines", feature = "serve"))]
mod engine_nodes;
#[cfg(feature = "engines")]
#[path = "../support/engine_server.rs"]
mod engine_server;
mod every_command;
mod examples;
mod examples_run;
mod export;
// strace is there.
#[cfg(target_os = "linux")]
mod failing_disk;
mod fields;
#[path = "../support/fixtures.rs"]
mod fixtures;
mod full_disk;
mod get;
mod helpers;
mod history;
mod import;
mod init;
mod inject;
mod json;
mod list;
mod locks;
mod mask;
#[cfg(target_os = "linux")]
mod memory_limits;
mod merge;
mod merge_answers;
mod metadata;
mod password;
mod past;
#[path = "../support/program.rs"]
mod program;
mod prompt;
#[cfg(feature = "engines")]
mod push_and_pull;
mod put;
mod random;
mod readme;
// Its agent and its values lie in memory, which is known there.
#[cfg(target_os = "linux")]
mod recipes;
mod recovery_sheet;
mod remote;
mod run;
mod schemas;
mod stage;
mod stored;
mod streams;
mod support;
mod surroundings;
mod upgrade;
mod usage;
mod verify;
mod which;
mod worked_example;
