//! `etui env`: variables for a shell to read.

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::cli::shell::Shell;
use crate::cli::variables::VariableArguments;
use crate::memory::SecretBytes;

/// Print variables as commands of a shell, for direnv
///
/// The shell that reads them passes the values to every program that it starts; `etui run` gives them to one
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

impl RunCommand for Env {
    const JSON: Json = Json::Unchanged("it prints commands for a shell");

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
        let variables = self.variables.read(invocation, &mut vault, &[])?;
        drop(vault.lock());
        let mut commands = SecretBytes::new();
        for variable in variables.iter() {
            self.shell.export(&variable.name, variable.value.expose(), &mut commands);
        }
        output.bytes(commands.expose())?;
        Ok(Finish::Done)
    }
}
