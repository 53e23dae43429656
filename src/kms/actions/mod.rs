//! What can be asked: one row for each action, and one file for each group of them.

mod filters;
mod lifecycle;
mod listing;
mod metadata;
mod random;
mod rotation;
mod stages;
mod values;

use super::error::{KmsError, shown_name};
use super::parameters::Parameters;
use super::reply::{Reply, Sent};
use super::request::Given;
use crate::vault::Vault;

/// One action of the API: its name, its parameters and what it does.
pub(super) struct Action {
    /// As the API spells it.
    pub(super) name: &'static str,
    /// Parameters that must be there, in the order in which their absence is told.
    pub(super) required: &'static [&'static str],
    /// Parameters that may be there.
    pub(super) optional: &'static [&'static str],
    /// Reads the parameters, asks the vault and sends the answer.
    pub(super) run: fn(&mut Vault, &mut Parameters, Reply<'_>) -> Result<Sent, KmsError>,
}

impl Action {
    /// All parameters, required ones first.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.required.iter().chain(self.optional).copied()
    }
}

static ACTIONS: [Action; 15] = [
    Action {
        name: "CreateSecret",
        required: &["SecretName", "VersionId", "SecretData"],
        optional: &["SecretDataType", "Description", "Tags", "SecretType"],
        run: values::create,
    },
    Action {
        name: "PutSecretValue",
        required: &["SecretName", "VersionId", "SecretData"],
        optional: &["SecretDataType", "VersionStages"],
        run: values::put,
    },
    Action {
        name: "GetSecretValue",
        required: &["SecretName"],
        optional: &["VersionStage", "VersionId"],
        run: values::get,
    },
    Action {
        name: "ListSecretVersionIds",
        required: &["SecretName"],
        optional: &["IncludeDeprecated", "PageNumber", "PageSize"],
        run: listing::versions,
    },
    Action {
        name: "UpdateSecretVersionStage",
        required: &["SecretName", "VersionStage"],
        optional: &["RemoveFromVersion", "MoveToVersion"],
        run: stages::update,
    },
    Action {
        name: "ListSecrets",
        required: &[],
        optional: &["FetchTags", "Filters", "PageNumber", "PageSize"],
        run: listing::secrets,
    },
    Action {
        name: "DescribeSecret",
        required: &["SecretName"],
        optional: &["FetchTags"],
        run: listing::describe,
    },
    Action {
        name: "DeleteSecret",
        required: &["SecretName"],
        optional: &["ForceDeleteWithoutRecovery", "RecoveryWindowInDays"],
        run: lifecycle::delete,
    },
    Action { name: "RestoreSecret", required: &["SecretName"], optional: &[], run: lifecycle::restore },
    Action {
        name: "UpdateSecret",
        required: &["SecretName"],
        optional: &["Description"],
        run: metadata::update,
    },
    Action { name: "TagResource", required: &["SecretName", "Tags"], optional: &[], run: metadata::tag },
    Action {
        name: "UntagResource",
        required: &["SecretName", "TagKeys"],
        optional: &[],
        run: metadata::untag,
    },
    Action {
        name: "GetRandomPassword",
        required: &[],
        optional: &[
            "PasswordLength",
            "ExcludeCharacters",
            "ExcludeLowercase",
            "ExcludeUppercase",
            "ExcludeNumbers",
            "ExcludePunctuation",
            "RequireEachIncludedType",
        ],
        run: random::password,
    },
    Action {
        name: "RotateSecret",
        required: &["SecretName", "VersionId"],
        optional: &[],
        run: rotation::rotate,
    },
    Action {
        name: "UpdateSecretRotationPolicy",
        required: &["SecretName", "EnableAutomaticRotation"],
        optional: &["RotationInterval"],
        run: rotation::update_policy,
    },
];

/// The row of an action.
///
/// # Errors
/// `InvalidApiName`.
pub(super) fn find(name: &Given) -> Result<&'static Action, KmsError> {
    let name = name.text("Action").unwrap_or_default();
    ACTIONS.iter().find(|action| action.name == name).ok_or_else(|| {
        let known: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
        KmsError::UnknownAction { shown: shown_name(name.as_bytes()), known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::memory::SecretBytes;

    #[test]
    fn every_action_and_every_parameter_of_an_action_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = ACTIONS.iter().map(|action| action.name).collect();
        assert_eq!(names.len(), ACTIONS.len());
        for action in &ACTIONS {
            let names: BTreeSet<&str> = action.parameters().collect();
            assert_eq!(names.len(), action.parameters().count(), "{}", action.name);
        }
    }

    #[test]
    fn an_action_is_known_by_its_exact_name() {
        let find = |name: &str| find(&Given::Text(SecretBytes::copy_of(name.as_bytes())));
        assert_eq!(find("GetSecretValue").unwrap().name, "GetSecretValue");
        for name in ["getsecretvalue", "GetSecretValue ", "", "CreateKey", "Hunter 2"] {
            let error = find(name).err().unwrap();
            assert_eq!(error.code().as_str(), "InvalidApiName", "{name}");
        }
        assert_eq!(find("CreateKey").err().unwrap().to_string(), "there is no action 'CreateKey'");
        let hidden = find("hunter 2").err().unwrap().to_string();
        assert_eq!(hidden, "parameter 'Action' is not the name of an action");
    }
}
