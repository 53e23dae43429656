//! What can be asked: one row for each action, and one file for each group of them.

mod batch;
mod filters;
mod lifecycle;
mod listing;
mod metadata;
mod policy;
mod random;
mod regions;
mod resource_tags;
mod rotation;
mod stages;
mod values;

use super::error::{KmsError, shown_name};
use super::parameters::{Accepted, Effect, Parameters};
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
    /// Parameters that clients of KMS send and that mean nothing here.
    pub(super) ignored: &'static [&'static str],
    /// Whether it can change the vault.
    pub(super) effect: Effect,
    /// Reads the parameters, asks the vault and sends the answer.
    pub(super) run: fn(&mut Vault, &mut Parameters, Reply<'_>) -> Result<Sent, KmsError>,
}

impl Action {
    /// What a request for it may carry.
    pub(super) const fn accepts(&self) -> Accepted {
        Accepted {
            action: self.name,
            effect: self.effect,
            required: self.required,
            optional: self.optional,
            ignored: self.ignored,
        }
    }
}

static ACTIONS: &[Action] = &[
    Action {
        name: "CreateSecret",
        required: &["SecretName", "VersionId", "SecretData"],
        optional: &[
            "SecretDataType",
            "Description",
            "Tags",
            "SecretType",
            "EnableAutomaticRotation",
            "RotationInterval",
        ],
        ignored: &["EncryptionKeyId", "DKMSInstanceId", "Policy", "ExtendedConfig"],
        effect: Effect::Changes,
        run: values::create,
    },
    Action {
        name: "PutSecretValue",
        required: &["SecretName", "VersionId", "SecretData"],
        optional: &["SecretDataType", "VersionStages"],
        ignored: &[],
        effect: Effect::Changes,
        run: values::put,
    },
    Action {
        name: "GetSecretValue",
        required: &["SecretName"],
        optional: &["VersionStage", "VersionId"],
        ignored: &[],
        effect: Effect::Reads,
        run: values::get,
    },
    Action {
        name: "BatchGetSecretValue",
        required: &["SecretsList"],
        optional: &[],
        ignored: &[],
        effect: Effect::Reads,
        run: batch::get,
    },
    Action {
        name: "ListSecretVersionIds",
        required: &["SecretName"],
        optional: &["IncludeDeprecated", "PageNumber", "PageSize"],
        ignored: &[],
        effect: Effect::Reads,
        run: listing::versions,
    },
    Action {
        name: "UpdateSecretVersionStage",
        required: &["SecretName", "VersionStage"],
        optional: &["RemoveFromVersion", "MoveToVersion"],
        ignored: &[],
        effect: Effect::Changes,
        run: stages::update,
    },
    Action {
        name: "ListSecrets",
        required: &[],
        optional: &["FetchTags", "Filters", "PageNumber", "PageSize"],
        ignored: &[],
        effect: Effect::Reads,
        run: listing::secrets,
    },
    Action {
        name: "DescribeSecret",
        required: &["SecretName"],
        optional: &["FetchTags"],
        ignored: &[],
        effect: Effect::Reads,
        run: listing::describe,
    },
    Action {
        name: "DeleteSecret",
        required: &["SecretName"],
        optional: &["ForceDeleteWithoutRecovery", "RecoveryWindowInDays"],
        ignored: &[],
        effect: Effect::Changes,
        run: lifecycle::delete,
    },
    Action {
        name: "RestoreSecret",
        required: &["SecretName"],
        optional: &[],
        ignored: &[],
        effect: Effect::Changes,
        run: lifecycle::restore,
    },
    Action {
        name: "UpdateSecret",
        required: &["SecretName"],
        optional: &["Description"],
        ignored: &["ExtendedConfig"],
        effect: Effect::Changes,
        run: metadata::update,
    },
    Action {
        name: "TagResource",
        required: &["SecretName", "Tags"],
        optional: &[],
        ignored: &[],
        effect: Effect::Changes,
        run: metadata::tag,
    },
    Action {
        name: "UntagResource",
        required: &["SecretName", "TagKeys"],
        optional: &[],
        ignored: &[],
        effect: Effect::Changes,
        run: metadata::untag,
    },
    Action {
        name: "TagResources",
        required: &["ResourceType", "ResourceId", "Tag"],
        optional: &[],
        ignored: &[],
        effect: Effect::Changes,
        run: resource_tags::tag,
    },
    Action {
        name: "UntagResources",
        required: &["ResourceType", "ResourceId"],
        optional: &["TagKey", "All"],
        ignored: &[],
        effect: Effect::Changes,
        run: resource_tags::untag,
    },
    Action {
        name: "ListTagResources",
        required: &["ResourceType"],
        optional: &["ResourceId", "Tag", "NextToken"],
        ignored: &[],
        effect: Effect::Reads,
        run: resource_tags::list,
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
        ignored: &[],
        effect: Effect::Reads,
        run: random::password,
    },
    Action {
        name: "RotateSecret",
        required: &["SecretName", "VersionId"],
        optional: &[],
        ignored: &[],
        effect: Effect::Changes,
        run: rotation::rotate,
    },
    Action {
        name: "UpdateSecretRotationPolicy",
        required: &["SecretName", "EnableAutomaticRotation"],
        optional: &["RotationInterval"],
        ignored: &[],
        effect: Effect::Changes,
        run: rotation::update_policy,
    },
    Action {
        name: "GetSecretPolicy",
        required: &["SecretName"],
        optional: &["PolicyName"],
        ignored: &[],
        effect: Effect::Reads,
        run: policy::get,
    },
    Action {
        name: "SetSecretPolicy",
        required: &["SecretName"],
        optional: &["PolicyName", "Policy"],
        ignored: &[],
        effect: Effect::Changes,
        run: policy::set,
    },
    Action {
        name: "DescribeRegions",
        required: &[],
        optional: &[],
        ignored: &[],
        effect: Effect::Reads,
        run: regions::describe,
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
        for action in ACTIONS {
            let accepted = action.accepts();
            let names: BTreeSet<&str> = accepted.names().chain(action.ignored.iter().copied()).collect();
            assert_eq!(names.len(), accepted.names().count() + action.ignored.len(), "{}", action.name);
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
