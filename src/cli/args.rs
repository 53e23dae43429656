//! What can be typed, and how it is read: only the arguments of the command that was called are built.
//!
//! Building all commands costs more than anything else that a small command does. So the first word that is the
//! name of a command decides which one is built beside the flags that all of them know. What is read that way
//! reads the same with all of them. What is not is read once more with all commands: they know better what was
//! meant, and whether the word was the value of a flag.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser};

use super::commands::{APP, GROUPS};
use super::globals::{AppLook, Globals};
use super::help::{self, Length};
use super::row::{ReadyCommand, Row};

/// A secrets vault: immutable versions, movable stage labels, one encrypted file.
///
/// Without a command the terminal app opens. A version of a secret is named as NAME (the current one),
/// 'NAME#VERSION' or 'NAME:LABEL', each with ~N for N versions older.
#[derive(Parser)]
#[command(
    name = "etui",
    version,
    max_term_width = 100,
    after_long_help = "\
Exit codes:
  0 done
  1 unexpected
  2 usage or invalid input
  3 no such secret, version or label
  4 rejected: exists with a different value, scheduled for deletion, label rules
  5 not unlocked: wrong or missing password
  6 integrity: damaged or tampered vault
  7 busy: another process holds the vault

Examples:
  etui                                    open the app
  etui init                               make the vault
  printf %s \"$TOKEN\" | etui new api/token  store a first version
  etui get api/token                      print the current version
  etui get 'api/token:ACSPrevious'        print the one before"
)]
struct Arguments {
    #[command(flatten)]
    look: AppLook,
    #[command(flatten)]
    globals: Globals,
}

/// A command line that was read.
pub(super) struct Read {
    pub(super) look: AppLook,
    pub(super) globals: Globals,
    pub(super) command: ReadyCommand,
}

/// Every command with its arguments.
pub(super) fn all_commands() -> clap::Command {
    Arguments::command().subcommands(rows().map(Row::command))
}

fn rows() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().flat_map(|group| group.rows)
}

/// Every command, as its help shows it.
fn all_commands_for_help(length: Length) -> clap::Command {
    help::of(all_commands(), GROUPS, length)
}

/// `etui help` says everything, as `--help` does.
fn length_of_help(arguments: &[OsString]) -> Length {
    let asks_for_all = |word: &&OsString| *word == "--help" || *word == "help";
    let words = arguments.iter().take_while(|word| *word != "--");
    if words.skip(1).any(|word| asks_for_all(&word)) { Length::Long } else { Length::Short }
}

/// The flags that every command knows, and the one command that these words may be about.
fn called_command(arguments: &[OsString]) -> clap::Command {
    let called = arguments.iter().skip(1).find_map(|word| row(word.to_str()?));
    Arguments::command().subcommands(called.map(Row::command))
}

fn row(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

/// Reads a command line.
///
/// # Errors
/// Where it starts nothing: help, version, a mistake.
pub(super) fn read(arguments: &[OsString]) -> Result<Read, clap::Error> {
    let mut matches = matches(arguments)?;
    let Arguments { look, globals } = Arguments::from_arg_matches_mut(&mut matches)?;
    let command = match matches.remove_subcommand() {
        // Without a command it is the app; its own arguments need not be built for that.
        None => APP.read(&mut APP.command().try_get_matches_from([APP.name])?)?,
        Some((name, mut matches)) => {
            let row = row(&name).expect("only commands with a row are built");
            if look.plain && !row.command().get_arguments().any(|argument| argument.get_id() == "plain") {
                let sentence = "--plain is for the app, not for commands";
                return Err(Arguments::command().error(ErrorKind::ArgumentConflict, sentence));
            }
            row.read(&mut matches)?
        }
    };
    Ok(Read { look, globals, command })
}

fn matches(arguments: &[OsString]) -> Result<ArgMatches, clap::Error> {
    called_command(arguments).try_get_matches_from(arguments).or_else(|error| match error.kind() {
        ErrorKind::DisplayVersion => Err(error),
        ErrorKind::DisplayHelp => {
            all_commands_for_help(length_of_help(arguments)).try_get_matches_from(arguments)
        }
        _ => all_commands().try_get_matches_from(arguments),
    })
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};
    use proptest::prelude::Rng as _;
    use proptest::test_runner::{RngAlgorithm, TestRng};

    use super::*;

    /// Everything that a command line says, one line for each argument, the commands one below the other.
    fn meaning(matches: &ArgMatches) -> String {
        let mut lines: Vec<String> = matches
            .ids()
            .map(|id| {
                let values = matches.get_raw(id.as_str()).map(Iterator::collect::<Vec<_>>);
                format!("{id} {:?} {values:?}", matches.value_source(id.as_str()))
            })
            .collect();
        // What every command knows comes in the order of the words, the rest in that of the arguments.
        lines.sort();
        if let Some((name, matches)) = matches.subcommand() {
            lines.push(format!("> {name}\n{}", meaning(matches)));
        }
        lines.join("\n")
    }

    /// Where the called command alone accepts a line, what it reads and what all commands read.
    fn readings(called: Command, line: &[OsString]) -> Option<(String, Result<String, clap::Error>)> {
        let called = called.try_get_matches_from(line).ok()?;
        let whole = all_commands().try_get_matches_from(line);
        Some((meaning(&called), whole.map(|matches| meaning(&matches))))
    }

    struct Lines<'a>(&'a mut TestRng);

    impl Lines<'_> {
        fn below(&mut self, end: usize) -> usize {
            (self.0.next_u64() % end as u64) as usize
        }

        fn command(&mut self) -> &'static str {
            let rows: Vec<&Row> = rows().collect();
            self.one_of(&rows).name
        }

        fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
            &choices[self.below(choices.len())]
        }

        /// Words that are mostly right: a command with its arguments, the flags of every command around it.
        fn line(&mut self, all: &Command) -> Vec<OsString> {
            let command = all.find_subcommand(self.command()).unwrap();
            let mut words = vec!["etui".to_owned()];
            let globals: Vec<&Arg> =
                all.get_arguments().filter(|argument| argument.is_global_set()).collect();
            for _ in 0..self.below(3) {
                let argument = self.one_of(&globals);
                self.push(argument, &mut words);
            }
            if self.below(10) > 0 {
                words.push(command.get_name().to_owned());
                let own: Vec<&Arg> = command.get_arguments().collect();
                for argument in &own {
                    if argument.is_required_set() || self.below(6) == 0 {
                        self.push(argument, &mut words);
                    }
                }
                for _ in 0..self.below(3) {
                    let argument = self.one_of(&globals);
                    self.push(argument, &mut words);
                }
            }
            if self.below(8) == 0 {
                let at = 1 + self.below(words.len());
                words.insert(at, self.value(None));
            }
            words.into_iter().map(OsString::from).collect()
        }

        fn push(&mut self, argument: &Arg, words: &mut Vec<String>) {
            if argument.is_last_set() {
                words.push("--".to_owned());
            }
            let flag = match (argument.get_long(), argument.get_short()) {
                (_, Some(short)) if self.below(2) == 0 => Some(format!("-{short}")),
                (Some(long), _) => Some(format!("--{long}")),
                _ => None,
            };
            let value = argument.get_action().takes_values().then(|| self.value(Some(argument)));
            match (flag, value) {
                (Some(flag), Some(value)) if flag.starts_with("--") && self.below(2) == 0 => {
                    words.push(format!("{flag}={value}"));
                }
                (flag, value) => words.extend(flag.into_iter().chain(value)),
            }
        }

        /// Something that the argument may take; now and then the name of a command, which it might hide.
        fn value(&mut self, argument: Option<&Arg>) -> String {
            let possible = argument.map(Arg::get_possible_values).unwrap_or_default();
            match self.below(4) {
                0 => self.command().to_owned(),
                _ if !possible.is_empty() => self.one_of(&possible).get_name().to_owned(),
                1 => self.one_of(&["a=b", "A=db", "a=:canary", "15m", "--", "help", "-x"]).to_string(),
                2 => self.one_of(&["1", "3", "20", "64"]).to_string(),
                _ => self.one_of(&["db", "v1", "canary", "shop/db", "path", "bash"]).to_string(),
            }
        }
    }

    /// With the called command alone a line must never mean anything else than with all commands.
    #[test]
    fn what_the_called_command_accepts_all_commands_read_in_the_same_way() {
        let mut all = all_commands();
        all.build();
        let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut accepted = 0;
        for _ in 0..2500 {
            let line = Lines(&mut rng).line(&all);
            if let Some((called, whole)) = readings(called_command(&line), &line) {
                accepted += 1;
                assert_eq!(Some(called), whole.ok(), "{line:?}");
            }
        }
        assert!(accepted > 700, "only {accepted} lines were accepted");
    }

    #[test]
    fn a_difference_between_the_two_would_be_seen() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let line = words("etui --vault get get x --json");
        let (called, whole) = readings(called_command(&line), &line).unwrap();
        assert_eq!(called, whole.unwrap());
        // A default that only the one of the two has.
        let other = called_command(&line)
            .mut_subcommand("get", |get| get.arg(Arg::new("planted").long("planted").default_value("x")));
        let (called, whole) = readings(other, &line).unwrap();
        assert_ne!(called, whole.unwrap());
        // A word that is the value of a flag in the one and a command in the other.
        let line = words("etui --vault list");
        let other = Command::new("etui")
            .arg(Arg::new("vault").long("vault").action(clap::ArgAction::SetTrue))
            .subcommand(Command::new("list"));
        let (called, whole) = readings(other, &line).unwrap();
        assert_ne!(called, whole.unwrap());
    }

    #[test]
    fn the_name_of_a_command_may_be_the_value_of_a_flag() {
        let line: Vec<OsString> = ["etui", "--vault", "get", "list"].map(OsString::from).into();
        let matches = matches(&line).unwrap();
        assert_eq!(matches.subcommand_name(), Some("list"));
        assert_eq!(matches.get_one::<std::path::PathBuf>("vault"), Some(&"get".into()));
    }
}
