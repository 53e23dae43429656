//! Processes that are killed, losses of power, and processes that work at the same time: what was acknowledged is
//! there. What works on a vault is tested in every format.
#![allow(clippy::duplicate_mod, reason = "the same tests for each format")]

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod crash_states;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod formats_and_power;
mod init;
#[cfg(target_os = "linux")]
mod merge;
#[cfg(target_os = "linux")]
mod recorder;
mod upgrade;

#[path = "."]
mod format_1 {
    const FORMAT: etui::vault::FormatVersion = etui::vault::FormatVersion::One;

    mod folders;
    mod journal;
    mod others;
    #[cfg(target_os = "linux")]
    pub mod power_loss;
    pub mod puts;
    mod rekey;
}

#[path = "."]
mod format_2 {
    const FORMAT: etui::vault::FormatVersion = etui::vault::FormatVersion::Two;

    mod folders;
    mod journal;
    mod others;
    #[cfg(target_os = "linux")]
    mod power_loss;
    mod puts;
    mod rekey;
}
