//! The help: of etui itself with its commands in groups, of a command without the options that all of them take.

use clap::{Arg, Command};

use super::random::HEADING;
use super::row::Group;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// `-h`: what fits a screen of 24 lines.
    Short,
    /// `--help`: everything.
    Long,
}

/// Said at the end of the help of every command.
pub(super) const OTHER_OPTIONS: &str =
    "Every command also takes the options of `etui -h`: --vault, --json, -q …";

/// How wide a screen is at least.
const COLUMNS: usize = 80;

/// Every command as its help shows it. `commands` are all of them, `groups` how they belong together.
pub(super) fn of(commands: Command, groups: &[Group], length: Length) -> Command {
    let options = options_of_etui(&commands, length);
    let listed = match length {
        Length::Short => names(groups),
        Length::Long => names_with_what_they_do(groups, &commands),
    };
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{listed}{options}{{after-help}}"
    );
    commands
        .override_usage("etui [OPTIONS] [COMMAND]")
        .mut_args(|argument| if argument.is_global_set() { argument.hide(true) } else { argument })
        .mut_subcommands(of_command)
        .after_help("etui COMMAND -h describes a command; --help says everything.")
        .help_template(template)
}

/// The options of etui itself and of every command, laid out by the library.
fn options_of_etui(commands: &Command, length: Length) -> String {
    let alone = commands.clone().mut_subcommands(|command| command.hide(true)).help_template("{all-args}");
    let mut alone = match length {
        Length::Short => alone.mut_args(|argument| argument.help_heading(None)),
        Length::Long => alone,
    };
    let text = match length {
        Length::Short => alone.render_help(),
        Length::Long => alone.render_long_help(),
    };
    text.ansi().to_string().trim_end().to_owned()
}

fn of_command(command: Command) -> Command {
    let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let makes_values = command.get_arguments().any(|argument| argument.get_id() == "generate");
    let command = command
        .hide(true)
        .after_help(OTHER_OPTIONS)
        .after_long_help(format!("{examples}\n\n{OTHER_OPTIONS}").trim_start().to_owned());
    if !makes_values {
        return command;
    }
    // What the generator takes is of use behind --generate only.
    command.mut_args(|argument| {
        let is_rare = is_of_generator(&argument);
        if is_rare { argument.hide_short_help(true) } else { argument }
    })
}

/// Whether an argument says what a random value is made of.
pub(super) fn is_of_generator(argument: &Arg) -> bool {
    argument.get_help_heading() == Some(HEADING)
}

/// The names of the commands of each group, on as many lines as they need.
fn names(groups: &[Group]) -> String {
    let indent = groups.iter().map(|group| group.title.len()).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for group in groups {
        let mut line = format!("{:<indent$}", format!("{}:", group.title));
        for row in group.rows {
            if line.len() + row.name.len() > COLUMNS {
                text += &format!("{}\n", line.trim_end());
                line = " ".repeat(indent);
            }
            line += &format!("{} ", row.name);
        }
        text += &format!("{}\n", line.trim_end());
    }
    text + "\n"
}

fn names_with_what_they_do(groups: &[Group], commands: &Command) -> String {
    let width =
        groups.iter().flat_map(|group| group.rows).map(|row| row.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for group in groups {
        text += &format!("{}:\n", group.title);
        for row in group.rows {
            let command = commands.find_subcommand(row.name);
            let about = command.and_then(Command::get_about).map(ToString::to_string).unwrap_or_default();
            text += &format!("  {:<width$}  {about}\n", row.name);
        }
        text.push('\n');
    }
    text
}
