//! `etui copy`: a value into the clipboard.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::app_options::clipboard_setting;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::reference::ValueReference;
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, Kind, NAME, Schema, key};
use crate::config::duration;
use crate::platform::clipboard::{Clipboard, ClipboardError, ClipboardSetting, Route, clear_later};
use crate::platform::signals::{Signal, Signals};
use crate::platform::wait::{self, Waiter};

/// Copy a value to the clipboard, and clear it after a while
///
/// The settings say how (`clipboard`) and for how long (`clipboard_clear_after`). Where a process must stay for the
/// clipboard to work or to be cleared, it stays in the background, or with --foreground in this terminal.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui copy db/password
  etui copy 'db/login::password'       one field of a JSON object, a dotenv file or a value of pass
  etui copy 'db/password#v3' --foreground")]
pub(in crate::cli) struct Copy {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N, then '::FIELD'
    #[arg(value_name = "REF", value_parser = ValueReference::from_str)]
    reference: ValueReference,

    /// Stay until it is cleared; Ctrl-c clears it at once
    #[arg(long)]
    foreground: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CopyJson<'a> {
    secret_name: &'a str,
    version_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    route: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared_in_seconds: Option<u64>,
}

impl RunCommand for Copy {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        NAME,
        ID,
        key("Field", Kind::Text, "the field that was copied").if_any("one was named"),
        key("Route", Kind::Text, "where it went: system, osc52, command"),
        key("ClearedInSeconds", Kind::Number, "when it is cleared").if_any("etui clears it"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let settings = invocation.settings()?;
        let mut vault = invocation.unlock()?;
        let referred = self.reference.read(&mut vault)?;
        drop(vault.lock());
        let field = self.reference.field.as_ref().map(ToString::to_string);
        let (name, id) = (referred.outcome.name.clone(), referred.outcome.version.id.clone());
        let what = match &field {
            None => format!("version '{id}' of '{name}'"),
            Some(field) => format!("field '{field}' of version '{id}' of '{name}'"),
        };
        let value = referred.into_bytes();
        if value.is_empty() {
            return Err(CliError::usage(
                format!("{what} is empty: there is nothing to copy"),
                "name another field",
            )
            .into());
        }
        let setting = clipboard_setting(&settings);
        let mut clipboard = Clipboard::new(setting.clone());
        let failed = |error: ClipboardError| match error {
            ClipboardError::Interrupted(by) => CliError::interrupted(by),
            error => CliError::unexpected(error.to_string(), error.hint()),
        };
        let route = clipboard.copy(&value, settings.clipboard_clear_after).map_err(failed)?;
        drop(value);
        let output = invocation.output();
        let sentence = format!("copied {what}; {}", promise(route));
        output.changed(&sentence, None);
        // What is copied is cleared, whether that can be told or not.
        let told = match output.audience() {
            Audience::Machine => output.json(&CopyJson {
                secret_name: name.as_str(),
                version_id: id.as_str(),
                field,
                route: word(route),
                cleared_in_seconds: cleared_in(route).map(|after| after.as_secs()),
            }),
            Audience::Person | Audience::Pipe => output.done(&sentence),
        };
        let Some(after) = cleared_in(route) else { return told.map(|()| Finish::Done) };
        if self.foreground {
            stay(after)?;
            clipboard.clear_if_ours().map_err(failed)?;
        } else if let (Route::Command { .. }, ClipboardSetting::Command { clear: Some(clear), .. }) =
            (route, &setting)
        {
            // On the system's route the holder clears; here nobody would.
            clear_later(clear, after).map_err(failed)?;
        }
        told.map(|()| Finish::Done)
    }
}

const fn word(route: Route) -> &'static str {
    match route {
        Route::System { .. } => "system",
        Route::Osc52 => "osc52",
        Route::Command { .. } => "command",
    }
}

const fn cleared_in(route: Route) -> Option<Duration> {
    match route {
        Route::System { cleared_in } => Some(cleared_in),
        Route::Osc52 => None,
        Route::Command { cleared_in } => cleared_in,
    }
}

fn promise(route: Route) -> String {
    match (route, cleared_in(route)) {
        (_, Some(after)) => format!("it will be cleared in {}", duration::words(after)),
        (Route::Osc52, None) => "it was sent to the terminal, which does not let it be cleared".to_owned(),
        (_, None) => "nothing clears it: there is no clipboard_clear in the settings".to_owned(),
    }
}

/// Waits until the time has come, or a signal asks to go.
fn stay(after: Duration) -> anyhow::Result<()> {
    use std::os::fd::AsFd;
    let signals = Signals::listen_to(&Signal::ENDING)?;
    let deadline = wait::now().saturating_add(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
    Waiter::new()?.wait(&[signals.as_fd()], Some(deadline))?;
    Ok(())
}
