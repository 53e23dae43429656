//! The help of every command in one place: manual pages, and the reference in `docs/cli.md`.

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

/// All commands, built and as wide as they are on a wide terminal.
fn wide(commands: Command) -> Command {
    let mut commands = commands.term_width(100);
    commands.build();
    commands
}

/// The manual page of etui or of one of its commands; `None` where there is no such command.
pub(super) fn page(commands: Command, name: Option<&str>) -> Option<io::Result<Vec<u8>>> {
    let command = wide(commands);
    let of = match name {
        None => &command,
        Some(name) => command.find_subcommand(name)?,
    };
    let mut page = Vec::new();
    Some(Man::new(of.clone()).render(&mut page).map(|()| page))
}

/// Writes all pages into a directory.
pub(super) fn write_pages(commands: Command, directory: &Path) -> io::Result<()> {
    clap_mangen::generate_to(commands, directory)
}

/// The text of `docs/cli.md`.
pub(super) fn reference(commands: Command) -> String {
    let command = wide(commands);
    let mut text = String::from(
        "# The command line\n\nGenerated from the help of every command; a test compares the two.\n",
    );
    push(&mut text, command.clone(), "etui");
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set()) {
        push(&mut text, sub.clone(), &format!("etui {}", sub.get_name()));
    }
    text
}

fn push(text: &mut String, mut command: Command, title: &str) {
    let help = command.render_long_help().to_string();
    // What is the same for every command stands in the first section.
    let (own, common) = match help.split_once("\nOptions of every command:\n") {
        Some((own, rest)) if title != "etui" => (own, after_common(rest)),
        _ => (help.as_str(), ""),
    };
    let lines: Vec<&str> = own.trim_end().lines().chain(common.lines()).map(str::trim_end).collect();
    text.push_str(&format!("\n## `{title}`\n\n```text\n{}\n```\n", lines.join("\n")));
}

/// The examples come last, behind the options of every command.
fn after_common(rest: &str) -> &str {
    rest.find("\nExample").map_or("", |at| &rest[at..])
}
