//! The app without a terminal: keys in, effects done in place against a real vault, screens out as text.

mod browse;
mod clipboard;
mod demo;
mod diff;
mod files;
mod finding;
mod first_run;
mod generator;
mod harness;
mod history;
mod keys;
mod labels;
mod lock;
mod metadata;
mod mouse;
mod other_vault;
mod palette;
mod paste;
mod pictures;
mod plain;
mod plans;
mod put_form;
mod rooms;
mod sample;
mod sizes;
mod worked_example;
