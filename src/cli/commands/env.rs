//! `etui env`: variables for a shell to read.

use clap::{Args, ValueEnum};

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::variables::VariableArguments;
use crate::memory::SecretBytes;

/// Print variables as commands of a shell, for direnv
///
/// The shell that reads them hands the values on to every program that it starts; `etui run` gives them to one
/// program. In direnv's .envrc: eval "$(etui env --prefix app)"
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  eval \"$(etui env --env PGPASSWORD='db/login::password')\"
  etui env --shell fish --prefix app | source")]
pub(in crate::cli) struct Env {
    #[command(flatten)]
    variables: VariableArguments,

    /// The shell that reads them
    #[arg(long, value_enum, value_name = "SHELL", default_value_t = Shell::Bash)]
    shell: Shell,
}

/// Whose commands are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// Also direnv, dash and others like them
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

impl RunCommand for Env {
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        if self.variables.is_empty() {
            return Err(CliError::missing(
                "no variable is named",
                "name some with --env VAR=REF, --env-file, --env-from or --prefix",
            )
            .into());
        }
        let output = invocation.output();
        if output.stdout_is_terminal() {
            return Err(CliError::usage(
                "the values are for a shell and not for a terminal",
                "let a shell read them: eval \"$(etui env …)\"",
            )
            .into());
        }
        let mut vault = invocation.unlock()?;
        let variables = self.variables.read(&mut vault, &[])?;
        drop(vault.lock());
        let mut commands = SecretBytes::new();
        for variable in variables.iter() {
            self.shell.write(&variable.name, variable.value.expose(), &mut commands);
        }
        output.bytes(commands.expose())?;
        Ok(Finish::Done)
    }
}

impl Shell {
    /// Between `'…'` a shell reads every byte as it is but the quote itself; fish also reads `\\` and `\'` there.
    fn write(self, name: &str, value: &[u8], out: &mut SecretBytes) {
        let (start, end) = match self {
            Self::Bash | Self::Zsh => (format!("export {name}='"), "'\n"),
            Self::Fish => (format!("set -gx {name} '"), "';\n"),
        };
        out.extend(start.as_bytes());
        for &byte in value {
            match (byte, self) {
                (b'\'', Self::Bash | Self::Zsh) => out.extend(b"'\\''"),
                (b'\'' | b'\\', Self::Fish) => out.extend(&[b'\\', byte]),
                (other, _) => out.push(other),
            }
        }
        out.extend(end.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shell: Shell, value: &str) -> String {
        let mut out = SecretBytes::new();
        shell.write("A", value.as_bytes(), &mut out);
        out.expose_text().unwrap().to_owned()
    }

    #[test]
    fn nothing_in_a_value_is_read_by_the_shell() {
        assert_eq!(written(Shell::Bash, "a'b\\$(x)\n`"), "export A='a'\\''b\\$(x)\n`'\n");
        assert_eq!(written(Shell::Fish, "a'b\\$(x)\n"), "set -gx A 'a\\'b\\\\$(x)\n';\n");
    }
}
