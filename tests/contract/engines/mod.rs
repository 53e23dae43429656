//! Pushes and pulls between vaults and an engine that lives in memory: what is where afterwards, whatever failed.

mod broken_off;
mod model;
mod pull;
mod push;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use etui::engine::{Layout, Patterns, PushOutcome, PushReport, PushTerms, Transfer};
use etui::vault::{ImportReport, OnRefusal, Vault};
use etui::versioning::Selector;

use crate::support::fixtures::{labels, secret_name};
use model::ModelEngine;

/// The name of the remote in all tests.
const REMOTE: &str = "team";

/// Labels that every secret has.
fn usual() -> PushTerms {
    PushTerms { labels: Vec::new(), all_versions: false, layout: Layout::Whole }
}

/// All that there is.
fn all() -> PushTerms {
    PushTerms { all_versions: true, ..usual() }
}

fn with_labels(words: &str) -> PushTerms {
    PushTerms { labels: labels(words), ..usual() }
}

fn push(vault: &mut Vault, engine: &mut ModelEngine, terms: &PushTerms) -> PushReport {
    let mut transfer = Transfer::new(vault, engine, REMOTE).unwrap();
    let names = transfer.names(&Patterns::default());
    transfer.push(&names, terms, &mut |_| ControlFlow::Continue(()))
}

fn plan_push(vault: &mut Vault, engine: &mut ModelEngine, terms: &PushTerms) -> PushReport {
    let mut transfer = Transfer::new(vault, engine, REMOTE).unwrap();
    let names = transfer.names(&Patterns::default());
    transfer.plan_push(&names, terms, &mut |_| ControlFlow::Continue(()))
}

fn pull(vault: &mut Vault, engine: &mut ModelEngine) -> ImportReport {
    let watch = &mut |_| ControlFlow::Continue(());
    let mut transfer = Transfer::new(vault, engine, REMOTE).unwrap();
    let taken = transfer.read(&Patterns::default(), None, watch).unwrap();
    let planned = taken.plan(vault).unwrap();
    let report = taken.bring_in(vault, OnRefusal::LeaveOut, watch).unwrap();
    assert_eq!(report, planned);
    report
}

/// A line for each secret: what a push does with it, in a word, and what it says about it.
fn told(report: &PushReport) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for row in &report.rows {
        let what = match &row.outcome {
            PushOutcome::Goes(plan) => {
                let mut words: Vec<String> =
                    plan.store.iter().map(|version| format!("+{}", version.id)).collect();
                words.extend(plan.labels.iter().map(|label| {
                    let id = |id: &Option<etui::domain::VersionId>| {
                        id.as_ref().map_or("-".to_owned(), ToString::to_string)
                    };
                    format!("{}:{}>{}", label.label, id(&label.from), id(&label.to))
                }));
                words.extend(plan.facts.iter().cloned());
                words.extend(plan.remarks.iter().map(|remark| format!("({remark})")));
                if plan.changes_anything() {
                    words.join(" ")
                } else {
                    format!("same {}", words.join(" ")).trim().to_owned()
                }
            }
            PushOutcome::Refused(refusal) => format!("refused: {refusal}"),
            PushOutcome::Failed(error) => format!("failed: {error}"),
        };
        lines.push(format!("{} {what}", row.name));
    }
    lines.extend(report.failed.iter().map(|error| format!("ended: {error}")));
    lines
}

/// Everything of a vault that travels: descriptions, tags, versions with their values, labels.
fn shape(vault: &mut Vault) -> BTreeMap<String, String> {
    let listing = vault.list().unwrap();
    let stays = listing.iter().filter(|summary| summary.planned_deletion.is_none());
    let names: Vec<String> = stays.map(|summary| summary.name.to_owned()).collect();
    drop(listing);
    let mut shape = BTreeMap::new();
    for name in names {
        let state = vault.describe(&secret_name(&name)).unwrap().secret;
        let mut text = format!("{:?} {:?}", state.facts.description, state.facts.tags);
        for version in &state.versions {
            let selector = Selector { version_id: Some(version.id.clone()), stage: None, older: 0 };
            let value = vault.get_secret_value(&secret_name(&name), &selector).unwrap().value;
            let labels: Vec<String> = state.labels.of(version.key).iter().map(ToString::to_string).collect();
            text += &format!("\n{} {} {:?} {labels:?}", version.id, version.value_type, value.expose());
        }
        shape.insert(name, text);
    }
    shape
}
