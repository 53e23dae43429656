//! `etui demo`: the app on a throwaway vault.

use clap::Args;

use super::tui;
use crate::app_options::{AppOptions, Ownership};
use crate::cli::exit_code::Finish;
use crate::cli::globals::AppLook;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::demo;

/// Try the app on a throwaway vault of sample secrets
///
/// The samples are fake, and everything can be tried on them. The vault is in a folder of its own and is deleted when
/// you leave the app; your own vault is neither opened nor changed.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  etui demo")]
pub(in crate::cli) struct Demo {
    #[command(flatten)]
    look: AppLook,
}

impl RunCommand for Demo {
    const JSON: Json = Json::Unchanged("it draws the app");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let options = tui::options_without_vault(invocation, self.look)?;
        let mut vault = demo::Demo::make(invocation.now())?;
        if let Some(signal) = vault.interrupted_by() {
            drop(vault);
            return tui::end_by(Some(signal));
        }
        let options = AppOptions {
            vault_path: vault.vault_path(),
            // Samples go nowhere.
            remotes_file: None,
            ownership: Ownership::Demo { password: demo::PASSWORD, first: demo::FIRST },
            ..options
        };
        let left_by = (invocation.app().run)(options, Some(demo::password()));
        // A signal that ends the process runs no destructor: the vault goes first.
        drop(vault);
        tui::end_by(left_by?)
    }
}
