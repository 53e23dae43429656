//! `etui list`: ListSecrets.

use clap::Args;

use crate::cli::color::Role;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::past::{AS_OF, AsOf, AtArgument};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, NAME, Schema, TAGS, TYPE, key};
use crate::cli::table::{Cell, Table};
use crate::domain::{Invalid, TagKey, TagValue, Timestamp, age, visible};
use crate::kms::Answer;
use crate::query::{Catalogue, Query};
use crate::vault::SecretSummary;

/// List secrets
///
/// It prints a table on a terminal, and one name per line through a pipe. Secrets that are scheduled for deletion are
/// marked in the table, and left out of a pipe unless --deleted asks for them. All conditions must hold; of several
/// tags with the same key, one is enough.
///
/// QUERY is the language of the app's filter. A word is text: in the name, the description or the tags, or its
/// letters in order within a word of the name; lower-case letters match both cases. 'text must occur exactly, ^text at
/// the start and text$ at the end of the name, !text not at all. @label, #tag and #tag=value ask for labels and
/// tags; is:due and is:deleted for what is due for rotation or scheduled for deletion. With text the best answer
/// comes first, else names are in order.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui list                      everything
  etui list prod db              what contains both words
  etui list '@canary #env=prod'  what has the label and the tag
  etui list is:due '!test'       what is due for rotation, except tests
  etui list --tag env=prod --tag env=stage
  etui list --stale 90           what is older than 90 days
  etui list --at 2024-11-03      what there was when that day began")]
pub(in crate::cli) struct List {
    /// What to look for: text, @label, #tag[=value], is:due, is:deleted
    #[arg(value_name = "QUERY")]
    words: Vec<String>,

    /// Secrets with this tag (repeatable)
    #[arg(long = "tag", value_name = "KEY[=VALUE]", value_parser = tag)]
    tags: Vec<(TagKey, Option<TagValue>)>,

    /// Only secrets that are scheduled for deletion
    #[arg(long)]
    deleted: bool,

    #[command(flatten)]
    at: AtArgument,

    /// Only secrets not rotated for DAYS, or for their own interval
    #[arg(long, value_name = "DAYS", num_args = 0..=1)]
    stale: Option<Option<u32>>,
}

fn tag(text: &str) -> Result<(TagKey, Option<TagValue>), Invalid> {
    match text.split_once('=') {
        Some((key, value)) => Ok((TagKey::new(key)?, Some(TagValue::new(value)?))),
        None => Ok((TagKey::new(text)?, None)),
    }
}

const NO_SECRETS: &str = "there are no secrets yet: create one with `etui new NAME`";
const NO_SECRETS_THEN: &str = "there were no secrets at that time";
const NO_MATCH: &str = "no secret matches";

/// What is listed.
#[derive(Clone, Copy)]
struct Shown<'a> {
    at: Option<Timestamp>,
    query: &'a Query,
    /// Said where there is nothing.
    otherwise: &'a str,
}

impl RunCommand for List {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key(
            "SecretList",
            Kind::Object(&[&[key(
                "Secret",
                Kind::List(&Kind::Object(&[&[
                    NAME,
                    TYPE,
                    key("CreateTime", Kind::Time, "when the secret was created"),
                    key("UpdateTime", Kind::Time, "when it last changed"),
                    key("PlannedDeleteTime", Kind::Time, "from when on it can be purged")
                        .if_any("it is scheduled for deletion"),
                    TAGS,
                    key("Description", Kind::Text, "what it is for; may be empty"),
                    key("CurrentVersionId", Kind::Text, "the id of the current version"),
                    key("CurrentCreateTime", Kind::Time, "when that was stored"),
                    key(
                        "VersionStages",
                        Kind::Object(&[&[key("VersionStage", Kind::List(&Kind::Text), "labels")]]),
                        "all labels of the secret",
                    ),
                    key("Due", Kind::Flag, "whether the current version is due for rotation"),
                ]])),
                "secrets, in the order of the text form",
            )]]),
            "the secrets",
        ),
        key("PageNumber", Kind::Number, "1"),
        key("PageSize", Kind::Number, "how many are listed"),
        key("TotalCount", Kind::Number, "the same"),
        AS_OF,
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let query = Query::of_arguments(self.words.iter().map(String::as_str)).map_err(|unknown| {
            CliError::usage(unknown.to_string(), "conditions are is:due and is:deleted")
        })?;
        let at = self.at.time(invocation)?;
        let mut vault = invocation.unlock()?;
        let listing = match at {
            None => vault.list()?,
            Some(at) => vault.past_list(at)?,
        };
        let otherwise = match at {
            _ if !listing.is_empty() => NO_MATCH,
            None => NO_SECRETS,
            Some(_) => NO_SECRETS_THEN,
        };
        let listed = Shown { at, query: &query, otherwise };
        // Only a search needs what makes searching fast.
        if query.is_empty() {
            if self.wants_all() && invocation.output().audience() == Audience::Pipe {
                return self.print_names(listing.names(), listed.query, invocation);
            }
            return self.print(listing.iter(), &listed, invocation);
        }
        let catalogue = Catalogue::of(listing);
        let found = found(&catalogue, &query, at.unwrap_or_else(|| invocation.now()));
        self.print(found.into_iter().map(|at| catalogue.summary(at)), &listed, invocation)
    }
}

impl List {
    /// Prints those that the flags let through; `otherwise` is what a person is told where there are none.
    fn print<'a>(
        &self,
        found: impl Iterator<Item = SecretSummary<'a>>,
        listed: &Shown<'_>,
        invocation: &Invocation,
    ) -> anyhow::Result<Finish> {
        let Shown { at, query, otherwise } = *listed;
        // What was due then counts from then; how old something is counts from now.
        let (then, now) = (at.unwrap_or_else(|| invocation.now()), invocation.now());
        let matches = found.filter(|secret| self.matches(secret, then));
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => {
                let matches = matches.collect::<Vec<_>>();
                output.answer_with(&Answer::list(&matches, then), &AsOf::of(at))?;
            }
            Audience::Pipe => {
                let names = matches.map(|secret| (secret.name, secret.planned_deletion));
                return self.print_names(names, query, invocation);
            }
            Audience::Person => match matches.collect::<Vec<_>>().as_slice() {
                [] => output.note(otherwise),
                matches => output.text(&table(matches, then, now, output))?,
            },
        }
        Ok(Finish::Done)
    }

    /// Whether no flag asks more of a secret than its name and its deletion tell.
    fn wants_all(&self) -> bool {
        self.tags.is_empty() && self.stale.is_none() && !self.deleted
    }

    /// Prints names alone. Whoever reads them would run into those that can no longer be read: they are left out
    /// unless they were asked for.
    fn print_names<'a>(
        &self,
        found: impl Iterator<Item = (&'a str, Option<Timestamp>)>,
        query: &Query,
        invocation: &Invocation,
    ) -> anyhow::Result<Finish> {
        let asks_for_deleted = self.deleted || query.wants_deleted();
        let mut names = String::new();
        for (name, _) in found.filter(|(_, planned)| asks_for_deleted || planned.is_none()) {
            names.push_str(name);
            names.push('\n');
        }
        invocation.output().text(&names)?;
        Ok(Finish::Done)
    }

    fn matches(&self, secret: &SecretSummary<'_>, now: Timestamp) -> bool {
        (!self.deleted || secret.planned_deletion.is_some())
            && self.tags.iter().all(|(key, _)| self.has_tag(secret, key))
            && self.stale.is_none_or(|days| is_stale(secret, days, now))
    }

    /// Whether any of the values that are asked for under this key is there.
    fn has_tag(&self, secret: &SecretSummary<'_>, key: &TagKey) -> bool {
        let asked = || self.tags.iter().filter(|(asked, _)| asked == key).map(|(_, value)| value);
        let wanted =
            |found: &str| asked().any(|value| value.as_ref().is_none_or(|value| value.as_str() == found));
        secret.tags.iter().any(|(found, value)| found == key.as_str() && wanted(value))
    }
}

/// The positions of what the query lets through: the best first, or in the order of names where none is better.
fn found(catalogue: &Catalogue, query: &Query, now: Timestamp) -> Vec<usize> {
    let answers = (0..catalogue.len())
        .filter_map(|position| Some((query.rank(&catalogue.candidate(position, now))?, position)));
    let mut answers: Vec<_> = answers.collect();
    if query.ranks() {
        answers.sort_unstable();
    }
    answers.into_iter().map(|(_, position)| position).collect()
}

fn is_stale(secret: &SecretSummary<'_>, days: Option<u32>, now: Timestamp) -> bool {
    match days {
        None => secret.is_due(now),
        Some(days) => secret.current.created.plus_days(days) < now,
    }
}

fn table(secrets: &[SecretSummary<'_>], then: Timestamp, now: Timestamp, output: &Output) -> String {
    if output.loudness() < Loudness::Verbose {
        let mut table = Table::new(["NAME", "CURRENT", "AGE", ""]);
        for secret in secrets {
            table.push(columns(secret, then, now));
        }
        return table.render(output.palette());
    }
    let mut table = Table::new(["NAME", "CURRENT", "AGE", "", "LABELS", "TAGS", "DESCRIPTION"]);
    for secret in secrets {
        let [name, current, age, mark] = columns(secret, then, now);
        let labels: Vec<&str> = secret.labels.iter().map(|(label, _)| label).collect();
        let tags: Vec<String> = secret.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        table.push([
            name,
            current,
            age,
            mark,
            Cell::plain(labels.join(", ")),
            Cell::plain(visible(&tags.join(", "))),
            Cell::plain(visible(secret.description)),
        ]);
    }
    table.render(output.palette())
}

fn columns(secret: &SecretSummary<'_>, then: Timestamp, now: Timestamp) -> [Cell; 4] {
    let mark = match secret.planned_deletion {
        Some(planned) if planned <= then => Cell::styled(Role::Danger, "deleted, can be purged"),
        Some(planned) => Cell::styled(Role::Danger, format!("deleted, restorable at least until {planned}")),
        None if secret.is_due(then) => Cell::styled(Role::Warning, "due"),
        None => Cell::plain(""),
    };
    [
        Cell::plain(secret.name),
        Cell::styled(Role::Accent, secret.current.id),
        Cell::styled(Role::Muted, age(secret.current.created, now)),
        mark,
    ]
}
