//! `etui diff`: what changed between two versions.

use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, Output};
use crate::cli::past::{AS_OF, AtArgument};
use crate::cli::reference::{FieldName, Reference, Referred, ValueReference};
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, Key, Kind, NAME, Schema, key};
use crate::content::{self, Difference, Likeness};
use crate::domain::{ValueType, visible, visible_value};
use crate::memory::SecretBytes;
use crate::versioning::Selector;

/// Say what changed between two versions
///
/// With one REF: what it changed compared with the version before it; with --at: what changed since then. JSON objects and dotenv files are compared
/// by key, other texts by line. Values stay masked unless --reveal shows them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui diff app/config                       the last change
  etui diff app/config app/config:canary     what a canary would change
  etui diff 'app/config#v1' app/config --reveal
  etui diff 'app/config::tls.cert'           the last change of one field
  etui diff app/config --at 2d               what changed in the last two days")]
pub(in crate::cli) struct Diff {
    /// The version, or the older one of two: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N; behind it '::FIELD'
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
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DiffJson {
    from: Version,
    to: Version,
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
            Kind::Object(&[&[NAME, ID, key("Field", Kind::Text, "the field").if_any("one was named")]]),
            "the older side",
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
        let are_text = [&before, &after].iter().all(|one| one.value_type() == ValueType::Text);
        let differences = are_text.then(|| content::between(before.expose(), after.expose()));
        let same = before.value_type() == after.value_type() && before.expose() == after.expose();
        let output = invocation.output();
        if output.audience() == Audience::Machine {
            output.json(&DiffJson {
                from: version(&before, field),
                to: version(&after, other_field),
                as_of: at.map(|at| at.to_string()),
                same,
                changes: differences.unwrap_or_default().into_iter().map(change).collect(),
            })?;
            return Ok(Finish::Done);
        }
        let time = at.map(|at| format!(" at {at}")).unwrap_or_default();
        let heading = format!("{}{time} → {}", title(&before, field), title(&after, other_field));
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
                let (before, after) = (before.expose().len(), after.expose().len());
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

fn title(Referred { outcome, .. }: &Referred, field: Option<&FieldName>) -> String {
    let field = field.map(|field| format!("::{field}")).unwrap_or_default();
    format!("{}#{}{field}", outcome.name, outcome.version.id)
}

fn version(Referred { outcome, .. }: &Referred, field: Option<&FieldName>) -> Version {
    Version {
        secret_name: outcome.name.as_str().to_owned(),
        version_id: outcome.version.id.as_str().to_owned(),
        field: field.map(ToString::to_string),
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
