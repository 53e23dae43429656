//! ListSecretVersionIds, ListSecrets, DescribeSecret.

use super::filters::Filters;
use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::page::{FetchTags, IncludeDeprecated, Page};
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::{SecretSummary, Vault};

/// Entries on a page of versions, where none is named (KMS, ListSecretVersionIds).
const VERSIONS_ON_A_PAGE: u32 = 20;
/// Entries on a page of secrets, where none is named (KMS, ListSecrets).
const SECRETS_ON_A_PAGE: u32 = 10;

/// ListSecretVersionIds.
pub(super) fn versions(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let include = match parameters.flag("IncludeDeprecated")? {
        Some(true) => IncludeDeprecated::Yes,
        _ => IncludeDeprecated::No,
    };
    let page = page(parameters, VERSIONS_ON_A_PAGE)?;
    let details = vault.describe(&name)?;
    Ok(reply.send(&Answer::versions(&details.secret, include, page)))
}

/// ListSecrets.
pub(super) fn secrets(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let filters = Filters::of(parameters)?;
    let fetch_tags = fetch_tags(parameters)?;
    let page = page(parameters, SECRETS_ON_A_PAGE)?;
    let listing = vault.list()?;
    let accepts = |secret: &SecretSummary<'_>| {
        parameters.scope().holds(secret.name)
            && filters.accept(secret.name, secret.description, || secret.tags.iter())
    };
    let total = listing.iter().filter(accepts).count();
    let matches = listing.iter().filter(accepts);
    Ok(reply.send(&Answer::secrets(matches, total, page, fetch_tags)))
}

/// DescribeSecret.
pub(super) fn describe(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let fetch_tags = fetch_tags(parameters)?;
    let details = vault.describe(&name)?;
    Ok(reply.send(&Answer::describe(&details.secret, fetch_tags)))
}

fn fetch_tags(parameters: &Parameters) -> Result<FetchTags, KmsError> {
    Ok(match parameters.flag("FetchTags")? {
        Some(true) => FetchTags::Yes,
        _ => FetchTags::No,
    })
}

fn page(parameters: &Parameters, default_size: u32) -> Result<Page, KmsError> {
    const NUMBER: &str = "PageNumber";
    const SIZE: &str = "PageSize";
    let number = parameters.number(NUMBER)?;
    let size = parameters.number(SIZE)?;
    let is_page = number.is_none_or(|number| (1..=Page::LARGEST_NUMBER).contains(&number));
    let parameter = if is_page { SIZE } else { NUMBER };
    Page::new(number.unwrap_or(1), size.unwrap_or(default_size))
        .map_err(|invalid| KmsError::Malformed { parameter, invalid })
}
