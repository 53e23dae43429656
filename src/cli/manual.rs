//! The help of every command in one place: manual pages, and the reference in `docs/cli.md`.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use super::help::{self, Length};
use super::row::Group;

/// Every command with its help.
pub(super) struct Manual<'a> {
    /// Makes all commands.
    pub(super) commands: fn() -> Command,
    /// How they belong together.
    pub(super) groups: &'a [Group],
}

/// The library's pages leave out the text of an option that the short help hides.
fn showing_all(command: Command) -> Command {
    command.mut_args(|argument| argument.hide_short_help(false))
}

/// As wide as on a wide terminal.
fn built(commands: Command) -> Command {
    let mut commands = commands.term_width(100);
    commands.build();
    commands
}

impl Manual<'_> {
    /// The page of etui itself.
    fn page(&self) -> io::Result<Vec<u8>> {
        let commands = showing_all((self.commands)()).mut_subcommands(|command| command.hide(true));
        let commands = built(commands);
        let examples = commands.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let man = Man::new(commands.override_usage("etui [OPTIONS] [COMMAND]"));
        let mut page = beginning(&man)?;
        for group in self.groups {
            section(&mut page, group.title)?;
            for row in group.rows {
                let about = row.command().get_about().map(ToString::to_string).unwrap_or_default();
                writeln!(page, ".TP\n\\fB{}\\fR(1)\n{}", text(&format!("etui-{}", row.name)), text(&about))?;
            }
        }
        man.render_options_section(&mut page)?;
        sections(&mut page, &examples)?;
        man.render_version_section(&mut page)?;
        Ok(page)
    }

    /// The page of a command; `None` where there is no such command.
    fn page_of(&self, name: &str) -> Option<io::Result<Vec<u8>>> {
        let commands = help::of((self.commands)(), self.groups, Length::Long);
        let commands = built(commands.mut_subcommands(showing_all));
        let command = commands.find_subcommand(name)?.clone();
        let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let man = Man::new(command);
        Some(beginning(&man).and_then(|mut page| {
            man.render_options_section(&mut page)?;
            sections(&mut page, &examples)?;
            section(&mut page, "See also")?;
            writeln!(page, "\\fBetui\\fR(1)")?;
            Ok(page)
        }))
    }

    /// The manual page of etui or of one of its commands.
    pub(super) fn page_named(&self, name: Option<&str>) -> Option<io::Result<Vec<u8>>> {
        match name {
            None => Some(self.page()),
            Some(name) => self.page_of(name),
        }
    }

    /// How many pages there are.
    pub(super) fn pages(&self) -> usize {
        1 + self.groups.iter().map(|group| group.rows.len()).sum::<usize>()
    }

    /// Writes all pages into a directory.
    pub(super) fn write_pages(&self, directory: &Path) -> io::Result<()> {
        fs::write(directory.join("etui.1"), self.page()?)?;
        for row in self.groups.iter().flat_map(|group| group.rows) {
            let page = self.page_of(row.name).ok_or(io::ErrorKind::NotFound)??;
            fs::write(directory.join(format!("etui-{}.1", row.name)), page)?;
        }
        Ok(())
    }
}

fn beginning(man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    Ok(page)
}

fn section(page: &mut Vec<u8>, title: &str) -> io::Result<()> {
    writeln!(page, ".SH \"{}\"", title.to_uppercase())
}

/// A section for each line without an indent that ends with ':', as "Examples:".
fn sections(page: &mut Vec<u8>, help: &str) -> io::Result<()> {
    let mut is_open = false;
    for line in help.trim().lines() {
        match line.strip_suffix(':').filter(|title| !title.starts_with(' ')) {
            Some(title) => {
                if is_open {
                    writeln!(page, ".fi")?;
                }
                section(page, title)?;
                writeln!(page, ".nf")?;
                is_open = true;
            }
            None => writeln!(page, "{}", text(line))?,
        }
    }
    if is_open { writeln!(page, ".fi") } else { Ok(()) }
}

/// Text that no macro is read into.
fn text(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) { format!("\\&{escaped}") } else { escaped }
}

/// The text of `docs/cli.md`.
pub(super) fn reference(manual: &Manual<'_>) -> String {
    let Manual { commands, groups } = *manual;
    let of_etui = built(commands()).render_long_help().to_string();
    // What is built already would show the options of every command at each of them.
    let commands = built(help::of(commands(), groups, Length::Short).mut_subcommands(|command| {
        // The generator's options are described once, at `random`.
        let is_shown =
            |argument: &clap::Arg| !help::is_of_generator(argument) || command.get_name() == "random";
        let shown: Vec<clap::Id> =
            command.get_arguments().filter(|one| is_shown(one)).map(|one| one.get_id().clone()).collect();
        command.mut_args(|argument| {
            let is_shown = shown.contains(argument.get_id());
            argument.hide_short_help(!is_shown)
        })
    }));
    let mut text = INTRODUCTION.to_owned();
    for group in groups {
        let links = group.rows.iter().map(|row| format!("[`{0}`](#etui-{0})", row.name));
        text += &format!("- {}: {}\n", group.title, links.collect::<Vec<_>>().join(", "));
    }
    text += SCRIPTING;
    text += "\n## Options of every command\n\n";
    text += &fenced(common(&of_etui));
    for group in groups {
        text += &format!("\n## {}\n", group.title);
        for command in group.rows.iter().filter_map(|row| commands.find_subcommand(row.name)) {
            push(&mut text, command.clone());
        }
    }
    text
}

const INTRODUCTION: &str = "\
# The command line

Generated from the help of every command; a test compares the two. `etui COMMAND --help` says the same.

- [Naming a version](#naming-a-version)
- [Looking back](#looking-back)
- [Exit codes](#exit-codes)
- [In scripts](#in-scripts)
- [Options of every command](#options-of-every-command)
";

const SCRIPTING: &str = "
## Naming a version

```text
REF = NAME [ #VERSION_ID | :LABEL ] [ ~N | ~ ]... [ ::FIELD ]
```

`db/password` is the current version (marked `ACSCurrent`), `db/password:ACSPrevious` the one before, `db/password:canary` \
the one that your own label marks, `db/password#v3` a version by its id, and `~N` behind any of them N versions older by \
the order in which they were made (`~` is `~1`). `::FIELD` takes one field of a JSON object, a dotenv file or a value in \
the form of pass. Quote references with `#` and `~`: some shells read these characters.

## Looking back

`get`, `list`, `show`, `log` and `diff` take `--at TIME` and answer from the history: the state after the last change at \
or before TIME, with the names of that time. Nothing is changed.

| TIME | means |
| --- | --- |
| `2026-11-03T14:00:00Z`, `2026-11-03T14:00:00+01:00` | RFC 3339 |
| `'2026-11-03 14:00'` | that time in the time zone of this machine |
| `2026-11-03` | the first moment of that day, here |
| `3d`, `'2h ago'`, `'3 weeks ago'` | so long ago; s, m, h, d, w or their words |

A secret that did not exist then ends with exit code 3. So does the value of a version that was destroyed since (by \
retention, `rm --force` or `purge`); it is named with the time of that, and `show` and `log` tell what is still known of \
it. Where the clock of a machine was set back, changes count in the order in which they were made. What was due counts \
from TIME; ages count from now.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | unexpected, or refused by the system |
| 2 | usage or invalid input |
| 3 | no such secret, version or label |
| 4 | rejected: exists with a different value, scheduled for deletion, label rules |
| 5 | not unlocked: wrong or missing password |
| 6 | integrity: damaged or tampered vault |
| 7 | busy: another process holds the vault |

`run` ends with the code of its program; 125 is our own failure before the program started, 126 and 127 are as a shell \
gives them.

## In scripts

- `--json` prints one object on stdout, with the keys of the KMS API where it has them; errors are one object on stderr.
- The password comes from `etui unlock`, `--password-file`, `--password-command` or their variables; never from the \
command line. Nothing is asked where stdin is not a terminal.
- Values come from stdin or `--file`, byte for byte; `--trim` removes one line end.
- `-` is stdin or stdout for values, templates, imports and exports. Only one thing can be read from stdin.
- `--out` writes a file of mode 0600, and overwrites one that exists only with `--force`.
- A change that is stored ends with exit code 0 though its answer cannot be written; with `--json` the exit code is 1, \
and the error says `\"Stored\": true`.
";

fn fenced(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    format!("```text\n{}\n```\n", lines.join("\n"))
}

/// The options of every command, from the help of any.
fn common(help: &str) -> &str {
    let from = help.find("Options of every command:\n").unwrap_or(help.len());
    let options = &help[from..];
    &options[options.find('\n').unwrap_or(0)..options.find("\nExit codes:").unwrap_or(options.len())]
}

fn push(text: &mut String, mut command: Command) {
    let name = command.get_name().to_owned();
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let examples = examples.replace(help::OTHER_OPTIONS, "");
    let help = command.render_help().to_string();
    let own = help[help.find("Usage:").unwrap_or(0)..].replace(help::OTHER_OPTIONS, "");
    // Every command has it, and the list of the others says it once.
    let own: Vec<&str> = own.lines().filter(|line| !line.trim_start().starts_with("-h, --help")).collect();
    let own = own.join("\n");
    // Where all options have headings of their own, that line was the only one.
    let own = own.replace("Options:\n\n", "");
    let own = own.trim_end().strip_suffix("Options:").unwrap_or(own.trim_end());
    *text += &format!("\n### `etui {name}`\n\n{about}\n\n");
    *text += &fenced(&format!("{}\n\n{examples}", own.trim_end()));
}
