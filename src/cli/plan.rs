//! `--dry-run`: what an operation would do, for people and as JSON with the `State` that `--if-state` takes.

use serde::Serialize;

use super::error::CliError;
use super::output::{Audience, Output};
use super::schema::{Key, Kind, NAME, key};
use super::wording;
use crate::domain::{SecretName, VersionId};
use crate::vault::StateToken;
use crate::versioning::{Change, Existence, LabelMove, Plan, Shift, VersionRef};

/// Reads what `--if-state` is given.
pub(super) fn state(text: &str) -> Result<StateToken, CliError> {
    text.parse().map_err(|_| CliError::usage("a state is the 32 digits that --dry-run --json printed", ""))
}

/// A plan as it is told.
pub(super) struct Preview<'a> {
    /// The secret.
    pub(super) name: &'a SecretName,
    /// The plan itself.
    pub(super) plan: &'a Plan,
    /// "store version 'v5' of 'db'".
    pub(super) would: String,
    /// Why nothing would change, where nothing would.
    pub(super) unchanged: String,
    /// The version that a put would store.
    pub(super) version_id: Option<&'a VersionId>,
    /// The state that the plan was made from; there is none where the secret is still to be made.
    pub(super) state: Option<StateToken>,
    /// Further remarks, one sentence each.
    pub(super) remarks: Vec<String>,
}

impl Preview<'_> {
    /// Prints it.
    pub(super) fn print(&self, output: &Output) -> anyhow::Result<()> {
        match output.audience() {
            Audience::Machine => output.json(&self.shape()),
            Audience::Person | Audience::Pipe => output.text(&self.text()),
        }
    }

    fn text(&self) -> String {
        let Some(change) = self.plan.change() else {
            return format!("nothing would change: {}\n", self.unchanged);
        };
        let mut lines = vec![format!("would {}", self.would)];
        if change.existence != Existence::Disappears {
            lines.extend(change.moves().into_iter().map(|moved| format!("  {}", wording::moves(&[moved]))));
        }
        let deprecated = deprecated(change);
        if !deprecated.is_empty() {
            lines.push(format!("  without a label then: {}", wording::ids(&deprecated)));
        }
        if !change.destroyed.is_empty() {
            lines.push(format!("  destroyed: {}", wording::ids(ids(&change.destroyed))));
        }
        if let Some(Shift { after, .. }) = &change.planned_deletion
            && change.existence == Existence::Stays
        {
            lines.push(match after {
                Some(planned) => format!("  can be removed for good from {planned}"),
                None => "  is no longer scheduled for deletion".to_owned(),
            });
        }
        lines.extend(self.remarks.iter().map(|remark| format!("  {remark}")));
        lines.join("\n") + "\n"
    }

    fn shape(&self) -> PlanJson<'_> {
        let change = self.plan.change();
        let moves = change.map(Change::moves).unwrap_or_default();
        PlanJson {
            secret_name: self.name.as_str(),
            version_id: self.version_id.map(VersionId::as_str),
            would_change: change.is_some(),
            label_moves: moves.iter().map(Move::of).collect(),
            destroyed: change.map(|change| texts(ids(&change.destroyed))).unwrap_or_default(),
            planned_delete_time: change
                .and_then(|change| change.planned_deletion.as_ref()?.after)
                .map(|planned| planned.to_string()),
            remarks: &self.remarks,
            state: self.state.map(|state| state.to_string()),
        }
    }
}

/// The JSON of a plan; keys as in the KMS API where it has one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlanJson<'a> {
    secret_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    would_change: bool,
    label_moves: Vec<Move>,
    destroyed: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_delete_time: Option<String>,
    #[serde(skip_serializing_if = "slice_is_empty")]
    remarks: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
}

/// The keys of a plan.
pub(super) const PREVIEW: &[Key] = &[
    NAME,
    key("VersionId", Kind::Text, "the id that the version would get").if_any("a version would be stored"),
    key("WouldChange", Kind::Flag, "whether anything would change"),
    MOVES,
    key("Destroyed", Kind::List(&Kind::Text), "versions that would be destroyed"),
    key("PlannedDeleteTime", Kind::Time, "from when on it could be purged")
        .if_any("it would be scheduled for deletion"),
    key("Remarks", Kind::List(&Kind::Text), "what else is worth knowing").if_any("there are any"),
    key("State", Kind::Text, "for --if-state: the state that this was planned from")
        .if_any("the secret exists"),
];

/// The labels that move.
pub(super) const MOVES: Key = key("LabelMoves", Kind::List(&Kind::Object(&[MOVE])), "the labels that move");

const MOVE: &[Key] = &[
    key("VersionStage", Kind::Text, "the label"),
    key("RemoveFromVersion", Kind::Text, "the version that loses it").or_null("if it marked none"),
    key("MoveToVersion", Kind::Text, "the version that gets it").or_null("if it is removed"),
];

/// One label leaving one version for another, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Move {
    version_stage: String,
    remove_from_version: Option<String>,
    move_to_version: Option<String>,
}

impl Move {
    pub(super) fn of(moved: &LabelMove) -> Self {
        let text = |id: &VersionId| id.as_str().to_owned();
        Self {
            version_stage: moved.label.as_str().to_owned(),
            remove_from_version: moved.from.as_ref().map(text),
            move_to_version: moved.to.as_ref().map(text),
        }
    }
}

fn slice_is_empty(slice: &[String]) -> bool {
    slice.is_empty()
}

/// Versions that lose their last label and stay.
fn deprecated(change: &Change) -> Vec<VersionId> {
    let Some(Shift { before, after }) = &change.labels else {
        return Vec::new();
    };
    let mut found: Vec<VersionId> = Vec::new();
    for (_, version) in before.iter() {
        let stays = change.destroyed.iter().all(|destroyed| destroyed.key != version.key);
        if stays && !after.marks(version.key) && !found.contains(&version.id) {
            found.push(version.id.clone());
        }
    }
    found
}

fn ids(versions: &[VersionRef]) -> impl Iterator<Item = &VersionId> {
    versions.iter().map(|version| &version.id)
}

fn texts<'a>(ids: impl Iterator<Item = &'a VersionId>) -> Vec<String> {
    ids.map(|id| id.as_str().to_owned()).collect()
}
