//! `etui git-merge-driver`: what git runs where a vault file changed on both branches (gitattributes(5)).

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::merging::scratch;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::domain::visible;
use crate::exchange::{LONGEST_FILE, is_vault};
use crate::platform::private_folder::copy_privately;
use crate::platform::user_files::read_regular;
use crate::vault::merge::MergeRequest;
use crate::vault::merge_wording as wording;
use crate::vault::{Beside, Environment, LockedVault, SystemClock, Vault, VaultError, write_secret_file};
use crate::versioning::Origin;

/// Merge a vault file for git
///
/// git calls it, as `etui git-setup` told it to. The key comes from the agent (`etui unlock`), or from a password that
/// the environment names; it asks nothing. While the vault is locked, our side stays as it is and git reports a
/// conflict: unlock, then merge again with `git checkout -m -- FILE`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  git config merge.etui.driver 'etui git-merge-driver %O %A %B %P'")]
pub(in crate::cli) struct GitMergeDriver {
    /// %O, the version that both began with; a vault does not need it
    #[arg(value_name = "BASE")]
    _base: PathBuf,

    /// %A, our version; the merged one is written here
    #[arg(value_name = "OURS")]
    ours: PathBuf,

    /// %B, their version
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,

    /// %P, the path of the file, for messages
    #[arg(value_name = "PATH")]
    path: Option<String>,
}

impl RunCommand for GitMergeDriver {
    const JSON: Json = Json::Unchanged("git reads its exit code");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        // Nothing is opened where git works: no journal is ever beside its files, and ours stays until the end.
        let scratch = scratch(invocation)?;
        let called = self.path.clone().unwrap_or_else(|| self.ours.display().to_string());
        let ours = private_copy(&self.ours, &scratch.path().join("ours.etui"))?;
        let theirs = private_copy(&self.theirs, &scratch.path().join("theirs.etui"))?;
        // Told by the names that git gave, not by those of the copies.
        for (file, copy) in [(&self.ours, &ours), (&self.theirs, &theirs)] {
            if !is_vault(copy) {
                let sentence = format!("'{}' is not an etui vault", visible(&file.display().to_string()));
                return Err(CliError::usage(sentence, "").into());
            }
        }
        let environment = || Environment::new(Box::new(SystemClock), Origin::CommandLine);
        let unlock = |locked: LockedVault| -> anyhow::Result<Vault> {
            invocation.unlock_quietly(locked)?.ok_or_else(|| is_locked(&called).into())
        };
        let mut vault = unlock(LockedVault::open(&ours, environment())?)?;
        let mut other = match vault.open_beside(&theirs, Box::new(SystemClock))? {
            Beside::Open(other) => *other,
            Beside::Locked(locked) => unlock(*locked)?,
        };
        let merged =
            vault.merge(&mut other, &MergeRequest::default()).map_err(|error| failed(&error, &called))?;
        for (secret, conflict) in merged.conflicts() {
            let name = wording::name_of(secret);
            invocation.output().note(&format!("'{name}': conflict: {}", wording::conflict(conflict, None)));
        }
        let result = scratch.path().join("merged.etui");
        vault.copy_out(&result)?;
        // The file is git's own, for this merge only.
        let bytes = read_regular(&result, LONGEST_FILE)
            .map_err(|error| CliError::system("cannot read the merged file", &error))?;
        write_secret_file(&self.ours, &bytes)?;
        Ok(Finish::Done)
    }
}

fn private_copy(from: &Path, to: &Path) -> anyhow::Result<PathBuf> {
    let sentence = || format!("cannot read '{}'", from.display());
    copy_privately(from, to).map_err(|error| CliError::system(sentence(), &error))?;
    Ok(to.to_owned())
}

/// Exit code 1, as git expects of a driver that leaves a conflict.
fn is_locked(called: &str) -> CliError {
    CliError::unexpected(
        format!("the vault is locked: '{called}' is not merged, our version stays"),
        format!("run `etui unlock`, then `git checkout -m -- {called}`"),
    )
}

fn failed(error: &VaultError, called: &str) -> CliError {
    CliError::unexpected(
        format!("'{called}' is not merged, our version stays: {error}"),
        format!(
            "take their version with `git show MERGE_HEAD:{called} > theirs.etui`, then `etui merge theirs.etui`"
        ),
    )
}
