//! The examples of the help are command lines that etui reads, as a shell hands them over.

use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};

use super::program::write_program;
use super::support::Home;

/// The lines of the examples of a command, without what is said behind them.
pub fn examples(help: &str) -> Vec<String> {
    let lines = help.split("\nExample").nth(1).unwrap_or_default().lines().skip(1);
    let lines = lines.take_while(|line| line.starts_with("  ")).map(str::trim_start);
    lines
        .filter(|line| line.contains("etui "))
        .map(|line| line.split("   ").next().unwrap().trim_end().to_owned())
        .collect()
}

#[test]
fn every_example_of_the_help_is_read() {
    let home = Home::empty();
    fs::create_dir(home.path().join("bin")).unwrap();
    // It only writes down what a shell hands over to it.
    let etui = "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done > \"$LOG\"\n";
    write_program(&home.path().join("bin/etui"), etui);
    let log = home.path().join("log");
    let mut read = 0;
    for command in etui::cli::commands() {
        let help = home.etui(&[&command, "--help"]).succeeded();
        for example in examples(help.text()) {
            // Only what calls etui counts; the programs around it need not be here.
            for part in example.split(" | ").filter(|part| part.contains("etui ")) {
                let _ = fs::remove_file(&log);
                let line = part.replace("echo 'source <(", "").replace(")' >> ~/.bashrc", "");
                let line = line.replace(")' >> ~/.zshrc", "").replace("mkdir -p", "true");
                let line = line.replace(" > ~/", " > ./").replace("config/", "").replace("completions/", "");
                let line = line.replace("./.fish/", "./").replace("./.etui/", "./");
                let mut shell = Command::new("bash");
                shell.args(["-c", &line]).env_clear().envs(home.environment()).env("LOG", &log);
                shell.env("PATH", format!("{}:/usr/bin:/bin", home.path().join("bin").display()));
                shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                let _ = shell.current_dir(home.path()).status().unwrap();
                let Ok(words) = fs::read_to_string(&log) else { continue };
                let words = words.split_terminator('\0').map(OsString::from);
                let words = [OsString::from("etui")].into_iter().chain(words);
                assert!(etui::cli::check(words).is_ok(), "{command}: {example}");
                read += 1;
            }
        }
    }
    assert!(read >= 90, "only {read} examples were read");
}
