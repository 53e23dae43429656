//! `etui random`: GetRandomPassword, and passphrases.

use clap::Args;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::random::RandomArguments;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::domain::{SecretValue, ValueType};
use crate::kms::Answer;

/// Print a random password or passphrase
///
/// All possible results are equally likely. The strength is printed on stderr. Nothing is stored; `etui put
/// --generate` stores one without showing it.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui random
  etui random --length 20 --no-symbols
  etui random --words 6")]
pub(in crate::cli) struct Random {
    #[command(flatten)]
    random: RandomArguments,
}

impl RunCommand for Random {
    const JSON: Json =
        Json::Answers(&[Schema::only(&[&[key("RandomPassword", Kind::Text, "the password or passphrase")]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let drawn = self.random.draw()?;
        let output = invocation.output();
        let mut text = drawn.generated.text;
        match output.audience() {
            Audience::Machine => {
                let password = SecretValue::new(ValueType::Text, text)?;
                output.answer(&Answer::random_password(&password))?;
            }
            Audience::Person | Audience::Pipe => {
                text.push(b'\n');
                output.bytes(text.expose())?;
            }
        }
        output.note(&drawn.sentence);
        Ok(Finish::Done)
    }
}
