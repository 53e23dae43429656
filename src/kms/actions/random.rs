//! GetRandomPassword.

use crate::domain::{SecretValue, ValueType};
use crate::generator::{CharacterClass, PasswordRecipe, RequireEach};
use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::Vault;

const CLASSES: [(&str, CharacterClass); 4] = [
    ("ExcludeLowercase", CharacterClass::Lowercase),
    ("ExcludeUppercase", CharacterClass::Uppercase),
    ("ExcludeNumbers", CharacterClass::Numbers),
    ("ExcludePunctuation", CharacterClass::Punctuation),
];

/// GetRandomPassword. Nothing is stored, so the vault is not asked.
pub(super) fn password(
    _: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let generated = recipe(parameters)?.generate()?;
    let password = SecretValue::new(ValueType::Text, generated.text)
        .map_err(|invalid| KmsError::Malformed { parameter: "PasswordLength", invalid })?;
    Ok(reply.send(&Answer::random_password(&password)))
}

fn recipe(parameters: &Parameters) -> Result<PasswordRecipe, KmsError> {
    let length = match parameters.number("PasswordLength")? {
        None => PasswordRecipe::DEFAULT_LENGTH,
        // What does not fit is out of range anyway.
        Some(length) => usize::try_from(length).unwrap_or(usize::MAX),
    };
    let excluded = parameters.optional("ExcludeCharacters", |text| Ok(text.to_owned()))?;
    let mut classes = Vec::new();
    for (parameter, class) in CLASSES {
        if parameters.flag(parameter)? != Some(true) {
            classes.push(class);
        }
    }
    let require_each = match parameters.flag("RequireEachIncludedType")? {
        Some(true) => RequireEach::Yes,
        _ => RequireEach::No,
    };
    Ok(PasswordRecipe::new(length, &classes, excluded.as_deref().unwrap_or_default(), require_each)?)
}
