//! The help of every command in one place: manual pages, and the reference in `docs/cli.md`.

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use super::row::Group;

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
pub(super) fn reference(commands: Command, groups: &[Group]) -> String {
    let commands = wide(commands);
    let mut text = INTRODUCTION.to_owned();
    for group in groups {
        let links = group.rows.iter().map(|row| format!("[`{0}`](#etui-{0})", row.name));
        text += &format!("- {}: {}\n", group.title, links.collect::<Vec<_>>().join(", "));
    }
    text += SCRIPTING;
    text += "\n## Options of every command\n\n";
    text += &fenced(common(&commands.clone().render_long_help().to_string()));
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

Generated from the help of every command; a test compares the two. `etui COMMAND -h` shows the same, `--help` more.

- [Naming a version](#naming-a-version)
- [Exit codes](#exit-codes)
- [In scripts](#in-scripts)
- [Options of every command](#options-of-every-command)
";

const SCRIPTING: &str = "
## Naming a version

```text
REF = NAME [ #VERSION_ID | :LABEL ] [ ~N | ~ ]...
```

`db/password` is the current version (marked `ACSCurrent`), `db/password:ACSPrevious` the one before, `db/password:canary` \
the one that your own label marks, `db/password#v3` a version by its id, and `~N` behind any of them N versions older by \
the order in which they were made (`~` is `~1`). Quote references with `#` and `~`: some shells read these characters.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | unexpected, or the system said no |
| 2 | usage or invalid input |
| 3 | no such secret, version or label |
| 4 | rejected: exists with another value, scheduled for deletion, label rules |
| 5 | not unlocked: wrong or missing password |
| 6 | integrity: damaged or tampered vault |
| 7 | busy: another process holds the vault |

`run` ends with the code of its program; 125 is our own failure before the program started, 126 and 127 are as a shell \
gives them.

## In scripts

- `--json` prints one object on stdout, with the keys of the KMS API where it has them; errors are one object on stderr.
- The password comes from `etui unlock`, `--password-file`, `--password-command` or their variables; never from the \
command line. Nothing is asked where stdin is no terminal.
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
    let help = command.render_help().to_string();
    let usage = &help[help.find("Usage:").unwrap_or(0)..];
    let own = usage.split("\nOptions of every command:").next().unwrap_or_default();
    // Every command has it, and the list of the others says it once.
    let own: Vec<&str> = own.lines().filter(|line| !line.trim_start().starts_with("-h, --help")).collect();
    let own = own.join("\n");
    let own = own.trim_end().strip_suffix("Options:").unwrap_or(own.trim_end());
    *text += &format!("\n### `etui {name}`\n\n{about}\n\n");
    *text += &fenced(&format!("{}\n\n{examples}", own.trim_end()));
}
