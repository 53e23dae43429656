//! What will come of the form: the very plan that would be applied, a refusal, or what is still missing.

use super::{Field, Obstacle, field_of};
use crate::domain::VersionId;
use crate::tui::ask::Failure;
use crate::vault::{PlannedPut, StateToken, VaultError};
use crate::versioning::{Change, Plan, Refusal};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forecast {
    /// Nothing is known yet.
    Nothing,
    /// Something must be typed first.
    Missing(Field),
    /// It will be stored, with this change.
    Apply {
        change: Box<Change>,
        /// Another version that holds the same value.
        same_value_as: Option<VersionId>,
        /// Whether KMS would refuse a value of this size.
        exceeds_kms_limit: bool,
    },
    /// The version is there already, with this very value.
    Unchanged(VersionId),
    /// It would be refused.
    Refused {
        /// The field that causes it; `None`: the secret as a whole.
        field: Option<Field>,
        refusal: Refusal,
    },
    /// A field cannot be read: a sentence.
    Wrong(Field, String),
    /// It could not be found out.
    Failed(Failure),
}

impl Forecast {
    /// The fields make no request.
    pub fn of_obstacle(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Missing(field) => Self::Missing(field),
            Obstacle::Refused(field, refusal) => Self::Refused { field: Some(field), refusal },
            Obstacle::Wrong(field, sentence) => Self::Wrong(field, sentence),
        }
    }

    /// The vault has planned a put; the token is of the state that it was made from.
    pub fn of_plan(planned: PlannedPut) -> (Self, StateToken) {
        let forecast = match planned.plan {
            Plan::Unchanged => Self::Unchanged(planned.version_id),
            Plan::Apply(change) => Self::Apply {
                change,
                same_value_as: planned.same_value_as,
                exceeds_kms_limit: planned.exceeds_kms_limit,
            },
        };
        (forecast, planned.token)
    }

    /// The vault would not do it.
    pub fn of_failure(failure: Failure) -> Self {
        match failure {
            Failure::Vault(VaultError::Refused(refusal)) => {
                Self::Refused { field: field_of(&refusal), refusal }
            }
            failure => Self::Failed(failure),
        }
    }

    /// What a rule of the contract said of a new secret.
    pub fn of_creation(result: Result<Change, Refusal>, exceeds_kms_limit: bool) -> Self {
        match result {
            Ok(change) => Self::Apply { change: Box::new(change), same_value_as: None, exceeds_kms_limit },
            Err(refusal) => Self::Refused { field: field_of(&refusal), refusal },
        }
    }
}
