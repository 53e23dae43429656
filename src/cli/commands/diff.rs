//! `etui diff`: what changed between two versions.

use std::str::FromStr;

use clap::Args;
use serde::Serialize;

#[cfg(feature = "engines")]
use super::engine_access::EngineRemote;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, Output};
use crate::cli::past::{AS_OF, AtArgument};
use crate::cli::reference::{FieldName, Reference, Referred, ValueReference};
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, Key, Kind, NAME, Schema, key};
#[cfg(feature = "engines")]
use crate::config::remotes::RemoteName;
use crate::content::{self, Difference, Likeness};
use crate::domain::{Timestamp, ValueType, visible, visible_value};
#[cfg(feature = "engines")]
use crate::engine::Transfer;
use crate::memory::SecretBytes;
#[cfg(feature = "engines")]
use crate::vault::Vault;
use crate::versioning::Selector;

/// Show what changed between two versions
///
/// With one REF: what it changed compared with the version before it; with --at: what changed since then. JSON objects
/// and dotenv files are compared by key, other texts by line. Values stay masked unless --reveal shows them.
///
/// With the name of a remote that is an engine, and no secret of that name here: what a push of the version would
/// change there.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui diff app/config                       the last change
  etui diff app/config app/config:canary     what a canary would change
  etui diff 'app/config#v1' app/config --reveal
  etui diff 'app/config::tls.cert'           the last change of one field
  etui diff app/config --at 2d               what changed in the last two days
  etui diff team db/password                 what differs from the remote 'team'")]
pub(in crate::cli) struct Diff {
    /// The version, or the older one of two: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N, then '::FIELD'
    #[arg(value_name = "REF", value_parser = ValueReference::from_str)]
    reference: ValueReference,

    /// The newer one
    #[arg(value_name = "REF", value_parser = ValueReference::from_str)]
    other: Option<ValueReference>,

    #[command(flatten)]
    at: AtArgument,

    /// Show the values
    #[arg(long, conflicts_with = "json")]
    reveal: bool,

    #[cfg(feature = "engines")]
    #[command(flatten)]
    access: super::engine_access::EngineAccess,
}

/// One side of the comparison.
struct Side {
    title: String,
    version: Version,
    value_type: ValueType,
    bytes: SecretBytes,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DiffJson<'a> {
    from: &'a Version,
    to: &'a Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    same: bool,
    changes: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    secret_name: String,
    version_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_before: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_after: Option<usize>,
    /// The one thing that the texts differ in.
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<&'static str>,
}

impl RunCommand for Diff {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key(
            "From",
            Kind::Object(&[&[
                NAME,
                ID,
                key("Field", Kind::Text, "the field").if_any("one was named"),
                key("Remote", Kind::Text, "where it is").if_any("it is not here"),
            ]]),
            "the older side, or the one at a remote",
        ),
        key(
            "To",
            Kind::Object(&[&[NAME, ID, key("Field", Kind::Text, "the field").if_any("one was named")]]),
            "the newer side",
        ),
        Key { means: "the time that the older side is of", ..AS_OF },
        key("Same", Kind::Flag, "whether the values are the same, byte for byte"),
        key(
            "Changes",
            Kind::List(&Kind::Object(&[&[
                key("Change", Kind::Word(&["added", "removed", "changed"]), "what happened there"),
                key("Key", Kind::Text, "the key").if_any("values are compared key by key"),
                key("Place", Kind::Text, "the lines").if_any("values are compared line by line"),
                key("BytesBefore", Kind::Number, "the length before").if_any("it was there"),
                key("BytesAfter", Kind::Number, "the length after").if_any("it is there"),
                key("Only", Kind::Text, "the one thing that differs, such as white space")
                    .if_any("there is one"),
            ]])),
            "what differs; empty for binary values",
        ),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let at = self.at.time(invocation)?;
        let mut vault = invocation.unlock()?;
        #[cfg(feature = "engines")]
        if let Some((before, after)) = self.with_remote(invocation, &mut vault)? {
            drop(vault.lock());
            return self.tell(invocation.output(), None, &before, &after);
        }
        let (before, after) = match (&self.other, at) {
            (Some(other), _) => (self.reference.read_at(&mut vault, at)?, other.read(&mut vault)?),
            (None, Some(at)) => {
                let before = self.reference.read_at(&mut vault, Some(at))?;
                let mut now = self.reference.clone();
                // It may have another name by now.
                if let Some(name) = vault.past_secret(&now.version.name, at)?.name_now {
                    now.version.name = name;
                }
                (before, now.read(&mut vault)?)
            }
            (None, None) => {
                let after = self.reference.read(&mut vault)?;
                // By its id, lest a label moves between the two reads.
                let id = after.outcome.version.id.clone();
                let selector = Selector { version_id: Some(id), stage: None, older: 1 };
                let version = Reference { name: self.reference.version.name.clone(), selector };
                let before = ValueReference { version, field: self.reference.field.clone() };
                (before.read(&mut vault)?, after)
            }
        };
        drop(vault.lock());
        let (field, other_field) =
            (self.reference.field.as_ref(), self.other.as_ref().unwrap_or(&self.reference).field.as_ref());
        let (before, after) = (Side::of(before, field), Side::of(after, other_field));
        self.tell(invocation.output(), at, &before, &after)
    }
}

impl Diff {
    /// The version there and the one here, where a remote is named and no secret.
    #[cfg(feature = "engines")]
    fn with_remote(
        &self,
        invocation: &Invocation,
        vault: &mut Vault,
    ) -> anyhow::Result<Option<(Side, Side)>> {
        let (Some(other), Reference { name, selector }) = (&self.other, &self.reference.version) else {
            return Ok(None);
        };
        let is_plain = *selector == Selector::default() && self.reference.field.is_none();
        let Ok(remote) = RemoteName::new(name.as_str()) else { return Ok(None) };
        if !is_plain || invocation.remotes()?.get(&remote).is_none() || vault.describe(name).is_ok() {
            return Ok(None);
        }
        let remote = EngineRemote::find(invocation, &remote)?;
        let after = other.read(vault)?;
        let mut bao = self.access.connect(invocation, &remote)?;
        let called = remote.name.as_str();
        let Reference { name, selector } = &other.version;
        let mut transfer = Transfer::new(vault, &mut bao, called)?;
        let (id, value) = transfer.version_there(name, selector)?;
        let value_type = value.value_type();
        let bytes = match &other.field {
            None => value.into_bytes(),
            Some(field) => content::field(value.expose(), field.as_str()).map_err(|_| {
                CliError::not_found(format!("'{name}#{id}' at {called} has no field '{field}'"), "")
            })?,
        };
        let field = other.field.as_ref();
        let before = Side {
            title: format!("{called}: {name}#{id}{}", behind(field)),
            version: Version {
                secret_name: name.as_str().to_owned(),
                version_id: id,
                field: field.map(ToString::to_string),
                remote: Some(called.to_owned()),
            },
            value_type,
            bytes,
        };
        Ok(Some((before, Side::of(after, field))))
    }

    fn tell(
        &self,
        output: &Output,
        at: Option<Timestamp>,
        before: &Side,
        after: &Side,
    ) -> anyhow::Result<Finish> {
        let are_text = [before, after].iter().all(|one| one.value_type == ValueType::Text);
        let differences = are_text.then(|| content::between(before.bytes.expose(), after.bytes.expose()));
        let same = before.value_type == after.value_type && before.bytes.expose() == after.bytes.expose();
        if output.audience() == Audience::Machine {
            output.json(&DiffJson {
                from: &before.version,
                to: &after.version,
                as_of: at.map(|at| at.to_string()),
                same,
                changes: differences.unwrap_or_default().into_iter().map(change).collect(),
            })?;
            return Ok(Finish::Done);
        }
        let time = at.map(|at| format!(" at {at}")).unwrap_or_default();
        let heading = format!("{}{time} → {}", before.title, after.title);
        match differences {
            _ if same => output.text(&format!("{heading}: the same value\n"))?,
            None if self.reveal => {
                return Err(CliError::usage(
                    "a binary value is not shown",
                    "write both to files with `etui get --out`, and compare those",
                )
                .into());
            }
            None => {
                let (before, after) = (before.bytes.len(), after.bytes.len());
                output.text(&format!("{heading}: {before} → {after} bytes of binary\n"))?;
            }
            // The same fields, spelled in another way.
            Some(found) if found.is_empty() => {
                output.text(&format!("{heading}: the same keys and values, written differently\n"))?;
            }
            Some(found) if self.reveal => revealed(&heading, &found, output)?,
            Some(found) => output.text(&masked(&heading, &found))?,
        }
        Ok(Finish::Done)
    }
}

impl Side {
    fn of(referred: Referred, field: Option<&FieldName>) -> Self {
        Self {
            title: title(&referred, field),
            version: version(&referred, field),
            value_type: referred.value_type(),
            bytes: referred.into_bytes(),
        }
    }
}

fn behind(field: Option<&FieldName>) -> String {
    field.map(|field| format!("::{field}")).unwrap_or_default()
}

fn title(Referred { outcome, .. }: &Referred, field: Option<&FieldName>) -> String {
    format!("{}#{}{}", outcome.name, outcome.version.id, behind(field))
}

fn version(Referred { outcome, .. }: &Referred, field: Option<&FieldName>) -> Version {
    Version {
        secret_name: outcome.name.as_str().to_owned(),
        version_id: outcome.version.id.as_str().to_owned(),
        field: field.map(ToString::to_string),
        remote: None,
    }
}

fn change(difference: Difference) -> Change {
    Change {
        change: difference.word(),
        only: difference.likeness().map(Likeness::word),
        place: difference.place.key().is_none().then(|| difference.place.to_string()),
        key: difference.place.key().map(str::to_owned),
        bytes_before: difference.before.map(|text| text.len()),
        bytes_after: difference.after.map(|text| text.len()),
    }
}

fn masked(heading: &str, differences: &[Difference]) -> String {
    let mut text = format!("{heading}\n");
    for one in differences {
        let place = one.place.to_string();
        let (sign, place, sizes) = (one.sign(), visible(&place), one.sizes());
        text += &format!("{sign} {place} {}, {sizes}", one.word());
        if let Some(likeness) = one.likeness() {
            text += &format!(", {}", likeness.sentence());
        }
        text.push('\n');
    }
    text
}

/// The texts themselves, made harmless where a terminal shows them.
fn revealed(heading: &str, differences: &[Difference], output: &Output) -> anyhow::Result<()> {
    let mut out = SecretBytes::new();
    out.extend(heading.as_bytes());
    out.push(b'\n');
    for one in differences {
        out.extend(format!("@ {} {}\n", visible(&one.place.to_string()), one.word()).as_bytes());
        for (sign, text) in [(b'-', &one.before), (b'+', &one.after)] {
            for line in text.iter().flat_map(|text| text.expose().split_inclusive(|byte| *byte == b'\n')) {
                out.push(sign);
                match std::str::from_utf8(line) {
                    Ok(line) if output.stdout_is_terminal() => visible_value(line, &mut out),
                    _ => out.extend(line),
                }
                if !line.ends_with(b"\n") {
                    out.push(b'\n');
                }
            }
        }
    }
    output.bytes(out.expose())
}
