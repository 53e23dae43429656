//! The app without a terminal: keys in, effects done in place against a real vault, screens out as text.

#[path = "../support/ages.rs"]
mod ages;
mod browse;
mod clipboard;
mod copying;
#[cfg(feature = "keepass")]
mod databases;
mod demo;
mod diff;
mod editor;
#[cfg(feature = "engines")]
#[path = "../support/engine_server.rs"]
mod engine_server;
#[cfg(feature = "engines")]
mod engines;
mod files;
mod finding;
mod first_run;
#[path = "../support/fixtures.rs"]
mod fixtures;
mod following;
mod forms;
mod generator;
mod harness;
mod history;
mod keys;
mod labels;
mod layers;
mod live;
mod lock;
mod many;
mod merging;
mod metadata;
mod mouse;
mod other_vault;
mod palette;
mod paste;
mod pictures;
mod plain;
mod plans;
mod put_form;

mod sample;
mod sizes;
mod tasks;
mod ten_tasks;
mod themes;
mod values;
mod which;
mod worked_example;
