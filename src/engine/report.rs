//! What a push would do or did.

use super::error::EngineError;
use super::push::{PushPlan, PushRefusal};
use crate::domain::SecretName;

/// What a push would do or did: a row for every secret.
#[derive(Debug, Default)]
pub struct PushReport {
    /// The secrets, by name.
    pub rows: Vec<PushRow>,
    /// What ended it before all secrets had their turn.
    pub failed: Option<EngineError>,
}

/// What a push does with one secret.
#[derive(Debug)]
pub struct PushRow {
    /// The secret.
    pub name: SecretName,
    /// What becomes of it.
    pub outcome: PushOutcome,
}

/// What becomes of one secret.
#[derive(Debug)]
pub enum PushOutcome {
    /// It changes there, or stays as it is.
    Goes(PushPlan),
    /// It stays as it is there.
    Refused(PushRefusal),
    /// The engine said no to this one.
    Failed(EngineError),
}

impl PushReport {
    /// Whether anything changes there.
    pub fn changes_anything(&self) -> bool {
        self.rows.iter().any(|row| row.outcome.changes_anything())
    }

    /// The secrets that ought to have been pushed and are not.
    pub fn refused(&self) -> impl Iterator<Item = &PushRow> {
        self.rows.iter().filter(|row| match &row.outcome {
            PushOutcome::Goes(_) => false,
            PushOutcome::Refused(refusal) => !refusal.is_expected(),
            PushOutcome::Failed(_) => true,
        })
    }
}

impl PushOutcome {
    /// Whether it changes there.
    pub fn changes_anything(&self) -> bool {
        matches!(self, Self::Goes(plan) if plan.changes_anything())
    }
}
