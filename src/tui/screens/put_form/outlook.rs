//! What will come of the form: the very plan that would be applied, a refusal, or what is still missing.

use super::{Field, Obstacle, field_of};
use crate::domain::VersionId;
use crate::vault::{PlannedPut, StateToken, VaultError};
use crate::versioning::{Change, Plan, Refusal};

/// What will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forecast {
    /// Nothing is known yet.
    Nothing,
    /// Something must be typed first.
    Missing(Field),
    /// It will be stored, with this change.
    Apply {
        /// What changes.
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
        /// Why.
        refusal: Refusal,
    },
    /// A field cannot be read: a sentence.
    Wrong(Field, String),
    /// It could not be found out.
    Failed(VaultError),
}

/// A forecast and whether it is of what is typed now.
#[derive(Debug)]
pub struct Outlook {
    /// The newest forecast.
    pub forecast: Forecast,
    /// Whether a newer one is being made: this one is dimmed meanwhile.
    pub is_pending: bool,
}

impl Outlook {
    /// Nothing is known yet.
    pub const fn nothing() -> Self {
        Self { forecast: Forecast::Nothing, is_pending: false }
    }

    /// Something must be typed first.
    pub const fn of_missing(field: Field) -> Self {
        Self { forecast: Forecast::Missing(field), is_pending: false }
    }

    /// The fields make no request.
    pub fn of_obstacle(obstacle: Obstacle) -> Self {
        let forecast = match obstacle {
            Obstacle::Missing(field) => Forecast::Missing(field),
            Obstacle::Refused(field, refusal) => Forecast::Refused { field: Some(field), refusal },
            Obstacle::Wrong(field, sentence) => Forecast::Wrong(field, sentence),
        };
        Self { forecast, is_pending: false }
    }

    /// The vault has planned a put; the token is of the state that it was made from.
    pub fn of_plan(result: Result<Box<PlannedPut>, VaultError>) -> (Self, Option<StateToken>) {
        let (forecast, token) = match result {
            Ok(planned) => {
                let planned = *planned;
                let forecast = match planned.plan {
                    Plan::Unchanged => Forecast::Unchanged(planned.version_id),
                    Plan::Apply(change) => Forecast::Apply {
                        change,
                        same_value_as: planned.same_value_as,
                        exceeds_kms_limit: planned.exceeds_kms_limit,
                    },
                };
                (forecast, Some(planned.token))
            }
            Err(VaultError::Refused(refusal)) => {
                (Forecast::Refused { field: field_of(&refusal), refusal }, None)
            }
            Err(error) => (Forecast::Failed(error), None),
        };
        (Self { forecast, is_pending: false }, token)
    }

    /// What a rule of the contract said of a new secret.
    pub fn of_creation(result: Result<Change, Refusal>, exceeds_kms_limit: bool) -> Self {
        let forecast = match result {
            Ok(change) => {
                Forecast::Apply { change: Box::new(change), same_value_as: None, exceeds_kms_limit }
            }
            Err(refusal) => Forecast::Refused { field: field_of(&refusal), refusal },
        };
        Self { forecast, is_pending: false }
    }
}
