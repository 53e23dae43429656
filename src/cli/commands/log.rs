//! `etui log`: ListSecretVersionIds.

use clap::Args;

use super::show::secret_at;
use crate::cli::color::Role;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::past::{AS_OF, AsOf, AtArgument, DESTROYED};
use crate::cli::row::RunCommand;
use crate::cli::schema::{CREATED, ID, Json, Kind, NAME, STAGES, Schema, key};
use crate::cli::table::{Cell, Table};
use crate::domain::{Note, SecretName, StageLabel, Timestamp, age, visible};
use crate::kms::{Answer, IncludeDeprecated};
use crate::versioning::{PastSecret, SecretState, VersionState};

/// List the versions of a secret, newest first
///
/// Versions without a label are left out unless --all is given; they can still be read by their id. It prints a table
/// on a terminal; through a pipe id, labels, time and note, with tabs between them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui log db/password
  etui log db/password --all --json
  etui log db/password --at 3d")]
pub(in crate::cli) struct Log {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,

    /// Also versions without a label
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    at: AtArgument,
}

impl RunCommand for Log {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        NAME,
        key("PageNumber", Kind::Number, "1"),
        key("PageSize", Kind::Number, "how many are listed"),
        key("TotalCount", Kind::Number, "the same"),
        key(
            "VersionIds",
            Kind::Object(&[&[key(
                "VersionId",
                Kind::List(&Kind::Object(&[&[
                    ID,
                    CREATED,
                    STAGES,
                    key("Note", Kind::Text, "the note").if_any("it has one"),
                    DESTROYED,
                ]])),
                "versions, newest first",
            )]]),
            "the versions",
        ),
        AS_OF,
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let at = self.at.time(invocation)?;
        let mut vault = invocation.unlock()?;
        let PastSecret { state: secret, destroyed } = secret_at(&mut vault, &self.name, at)?;
        let include = if self.all { IncludeDeprecated::Yes } else { IncludeDeprecated::No };
        let listed: Vec<&VersionState> = secret
            .versions
            .iter()
            .rev()
            .filter(|version| self.all || secret.labels.marks(version.key))
            .collect();
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => {
                output.answer_with(&Answer::log(&secret, include, &destroyed), &AsOf::of(at))?
            }
            Audience::Pipe => output.text(&lines(&secret, &listed))?,
            Audience::Person => {
                output.text(&table(&secret, &listed, invocation.now()).render(output.palette()))?
            }
        }
        let hidden = secret.versions.len() - listed.len();
        if hidden > 0 && output.audience() == Audience::Person {
            let versions = crate::cli::wording::count(hidden as u64, "version");
            output.note(&format!("{versions} without a label not shown; --all shows them"));
        }
        Ok(Finish::Done)
    }
}

fn lines(secret: &SecretState, versions: &[&VersionState]) -> String {
    let line = |version: &&VersionState| {
        let labels = labels(secret, version, ",");
        format!("{}\t{labels}\t{}\t{}\n", version.id, version.created, note(version))
    };
    versions.iter().map(line).collect()
}

fn table(secret: &SecretState, versions: &[&VersionState], now: Timestamp) -> Table<4> {
    let mut table = Table::new(["VERSION", "LABELS", "AGE", "NOTE"]);
    for version in versions {
        let is_current = secret.labels.current().is_some_and(|current| current.key == version.key);
        let id = version.id.as_str();
        table.push([
            if is_current { Cell::styled(Role::Accent, id) } else { Cell::plain(id) },
            Cell::plain(labels(secret, version, ", ")),
            Cell::styled(Role::Muted, age(version.created, now)),
            Cell::plain(note(version)),
        ]);
    }
    table
}

/// The labels of a version, built-in ones first.
pub(super) fn labels(secret: &SecretState, version: &VersionState, separator: &str) -> String {
    let labels = secret.labels.of(version.key);
    labels.iter().map(StageLabel::as_str).collect::<Vec<_>>().join(separator)
}

fn note(version: &VersionState) -> String {
    version.note.as_ref().map(Note::as_str).map(visible).unwrap_or_default().into_owned()
}
