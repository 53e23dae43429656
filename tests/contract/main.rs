//! The contract from outside: through the rules alone, through the vault, and through the KMS API.

#[path = "../support/mod.rs"]
mod support;

mod api_actions;
mod api_clients;
mod api_metadata;
#[cfg(feature = "serve")]
mod api_over_http;
mod api_refusals;
mod api_support;
mod batch;
mod bulk;
mod create_secret;
mod delete_secret;
#[cfg(feature = "engines")]
mod engines;
mod get_secret_value;
mod history;
mod limits;
mod list_secrets;
mod merge;
mod merge_answers;
mod merge_shared;
mod metadata;
mod password;
mod plans;
mod put_secret_value;
mod random_merge;
mod random_operations;
mod random_past;
mod random_undo;
mod refusals;
mod rekey;
mod undo;
mod unlock;
mod update_secret_version_stage;
mod upgrade;
mod verify;
mod which;
mod worked_example;
