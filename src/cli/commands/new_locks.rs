//! What `passwd` and `rekey` have in common: the current password, a new one, a new cost, a new key file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::backup::refuse_unfit_copy;
use super::cost::CostArguments;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::invocation::opened::Opened;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::password::{self, PasswordSource};
use crate::cli::progress::ProgressLine;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::stream::{folder_exists, refuse_stream};
use crate::domain::visible;
use crate::generator::PasswordOf;
use crate::memory::SecretBytes;
use crate::vault::{NewKeyFile, Relock, Relocked, Relocking, Vault, refuse_existing, wording};

/// The answer of both.
pub(super) const RELOCKED: Json = Json::Answers(&[Schema::only(&[&[
    key("Vault", Kind::Text, "the vault file"),
    key("KdfMemoryMiB", Kind::Number, "memory of Argon2id in MiB"),
    key("KdfPasses", Kind::Number, "its passes"),
    key("KdfLanes", Kind::Number, "its lanes"),
    key("KeyFile", Kind::Text, "the key file that was made").if_any("one was made"),
    key("KeptCopy", Kind::Text, "the copy that was made before").if_any("one was made"),
    key("Backups", Kind::List(&Kind::Text), "copies on this machine that still open with the old password"),
]])]);

/// How the vault is locked from now on.
#[derive(Debug, Args)]
pub(in crate::cli) struct NewLocks {
    /// Read the new password from a file, `-` for stdin
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,

    #[command(flatten)]
    cost: CostArguments,

    /// Create a new key file, which is then needed too
    #[arg(long, value_name = "FILE", conflicts_with = "no_key_file")]
    key_file_out: Option<PathBuf>,

    /// Stop using a key file
    #[arg(long)]
    no_key_file: bool,

    /// Make a checked copy here first; nothing is changed if that fails
    #[arg(long, value_name = "FILE")]
    keep_copy: Option<PathBuf>,
}

/// The answer of both commands.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewLocksJson<'a> {
    vault: &'a Path,
    #[serde(rename = "KdfMemoryMiB")]
    kdf_memory_mib: u32,
    kdf_passes: u32,
    kdf_lanes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_copy: Option<&'a Path>,
    /// Copies that still open with the old password.
    backups: &'a [PathBuf],
}

impl NewLocks {
    /// Takes the current password, asks for the new one, changes the locks, and tells it.
    pub(super) fn apply(self, invocation: &Invocation, what: Relocking) -> anyhow::Result<Finish> {
        let cost = self.cost.chosen()?;
        let given = self.given_password(invocation)?;
        if let Some(path) = &self.key_file_out {
            refuse_stream(path, "a key file")?;
            refuse_existing(path)?;
            folder_exists(path)?;
        }
        if let Some(path) = &self.keep_copy {
            refuse_unfit_copy(path)?;
        }
        let Opened { mut vault, credentials: present, .. } = invocation.unlock_to_relock()?;
        let password = match given {
            Some(password) => {
                password::note_weak(invocation.output(), &password, PasswordOf::Vault);
                password
            }
            None if invocation.with_terminal(|terminal| terminal.is_none()) => {
                return Err(CliError::not_unlocked(
                    "there is no terminal to ask for the new master password",
                    "name a file with --new-password-file",
                )
                .into());
            }
            None => invocation.with_terminal(password::ask_new)?,
        };
        let kept_copy = match self.keep_copy {
            Some(path) => Some(path),
            None => offer_copy(invocation, &mut vault, what)?,
        };
        if let Some(path) = &kept_copy {
            keep_copy(invocation, &mut vault, path)?;
        }
        let key_file = match (self.key_file_out, self.no_key_file) {
            (Some(path), _) => NewKeyFile::Make(path),
            (None, true) => NewKeyFile::Drop,
            (None, false) => NewKeyFile::Keep,
        };
        let output = invocation.output();
        let mut line = ProgressLine::new(output, "re-encrypting everything");
        let present_key_file = invocation.key_file()?;
        let request = Relock { what, present, password, present_key_file, key_file, cost };
        let relocked = vault.relock(request, &mut |progress| line.show(progress));
        drop(line);
        let relocked = relocked.map_err(|failed| {
            if let Some(sentence) = failed.about_key_file() {
                output.note(&sentence);
            }
            failed.error
        })?;
        invocation.lock_agent(relocked.identity_before);
        invocation.say_notices(vault.take_notices());
        output.changed("the vault has a new lock", None);
        tell(output, vault.path(), &relocked, kept_copy.as_deref())?;
        Ok(Finish::Done)
    }

    fn given_password(&self, invocation: &Invocation) -> Result<Option<SecretBytes>, CliError> {
        let Some(file) = &self.new_password_file else { return Ok(None) };
        let source = PasswordSource::of_file(file);
        if source == PasswordSource::Stdin {
            drop(invocation.claim_stdin("the new password")?);
        }
        source.read(invocation.output(), "--new-password-file")
    }
}

/// Offers to keep a copy, where somebody reads what is written: `None` where not.
///
/// A copy opens with the password of before. That is what it is for where a new password is mistyped or forgotten, and
/// what must not be where the old one has leaked: the reason why a vault key is replaced.
fn offer_copy(
    invocation: &Invocation,
    vault: &mut Vault,
    what: Relocking,
) -> anyhow::Result<Option<PathBuf>> {
    let output = invocation.output();
    let somebody_is_there =
        output.audience() == Audience::Person && output.loudness() > Loudness::Quiet && invocation.can_ask();
    if !somebody_is_there {
        return Ok(None);
    }
    let changes = vault.state()?.number();
    let path = free_path_beside(vault.path(), changes);
    let (opens_with, answers, otherwise) = match what {
        Relocking::Password => ("it still opens with the old password", "[Y/n]", true),
        Relocking::VaultKey => {
            ("it still opens with the old password, so not if that has leaked", "[y/N]", false)
        }
    };
    let question = format!("Keep a checked copy in '{}'? ({opens_with}) {answers} ", path.display());
    Ok(invocation.confirms(&visible(&question), otherwise).then_some(path))
}

/// `vault-before-128.etui`, or the first with a number behind it that is free.
fn free_path_beside(vault: &Path, changes: u64) -> PathBuf {
    let stem = vault.file_stem().unwrap_or_default();
    let name = |more: &str| {
        let mut name = stem.to_owned();
        name.push(format!("-before-{changes}{more}.etui"));
        vault.with_file_name(name)
    };
    let others = (2_u32..).map(|number| name(&format!("-{number}")));
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    [name("")].into_iter().chain(others).find(is_free).unwrap_or_else(|| name(""))
}

fn keep_copy(invocation: &Invocation, vault: &mut Vault, path: &Path) -> anyhow::Result<()> {
    let mut line = ProgressLine::new(invocation.output(), "copying");
    let copied = vault.back_up(path, &mut |progress| line.show(progress));
    drop(line);
    copied.with_context(|| format!("no copy was made in '{}', so nothing was changed", path.display()))?;
    Ok(())
}

fn tell(output: &Output, vault: &Path, relocked: &Relocked, kept_copy: Option<&Path>) -> anyhow::Result<()> {
    let key_file = relocked.made_key_file.as_deref();
    if output.audience() == Audience::Machine {
        return output.json(&NewLocksJson {
            vault,
            kdf_memory_mib: relocked.cost.memory_kib() / 1024,
            kdf_passes: relocked.cost.passes(),
            kdf_lanes: relocked.cost.lanes(),
            key_file,
            kept_copy,
            backups: &relocked.backups,
        });
    }
    let mut sentence = wording::relocked(relocked);
    if let Some(path) = key_file {
        sentence += &format!("\n{}", wording::key_file_made(path));
    }
    if let Some(path) = kept_copy {
        sentence += &format!("\nthe copy '{}' was checked; it opens with the old password", path.display());
    }
    output.done(&sentence)?;
    for sentence in wording::not_reached(relocked) {
        output.note(&sentence);
    }
    Ok(())
}
