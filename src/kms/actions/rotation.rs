//! Rotation: RotateSecret and UpdateSecretRotationPolicy are refused, as KMS refuses them for generic secrets. The
//! interval that CreateSecret takes is kept.

use crate::domain::{Invalid, RotationInterval};
use crate::kms::error::KmsError;
use crate::kms::parameters::Parameters;
use crate::kms::reply::{Reply, Sent};
use crate::vault::Vault;

const INTERVAL: &str = "RotationInterval";

/// RotateSecret.
pub(super) fn rotate(_: &mut Vault, _: &mut Parameters, _: Reply<'_>) -> Result<Sent, KmsError> {
    Err(KmsError::Rotation { action: "RotateSecret" })
}

/// UpdateSecretRotationPolicy.
pub(super) fn update_policy(_: &mut Vault, _: &mut Parameters, _: Reply<'_>) -> Result<Sent, KmsError> {
    Err(KmsError::Rotation { action: "UpdateSecretRotationPolicy" })
}

/// `RotationInterval` of CreateSecret, in days: `7d`, `168h`, `604800s`, rounded up to whole days.
///
/// # Errors
/// `UnsupportedOperation` where `EnableAutomaticRotation` asks for rotation without a hand.
pub(super) fn interval(parameters: &Parameters) -> Result<Option<RotationInterval>, KmsError> {
    if parameters.flag("EnableAutomaticRotation")? == Some(true) {
        return Err(KmsError::Rotation { action: "EnableAutomaticRotation" });
    }
    let days = parameters.optional(INTERVAL, |text| Ok(days(text)))?;
    let Some(days) = days else { return Ok(None) };
    let days = days.ok_or(KmsError::Shape {
        parameter: INTERVAL,
        expected: "a number with the unit d, h, m or s, such as 30d",
    })?;
    let malformed = |invalid: Invalid| KmsError::Malformed { parameter: INTERVAL, invalid };
    RotationInterval::new(days).map(Some).map_err(malformed)
}

fn days(text: &str) -> Option<u32> {
    let number = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let in_a_day = match &text[number.len()..] {
        "d" => 1,
        "h" => 24,
        "m" => 24 * 60,
        "s" => 24 * 60 * 60,
        _ => return None,
    };
    number.bytes().all(|digit| digit.is_ascii_digit()).then_some(())?;
    number.parse::<u32>().ok().map(|number| number.div_ceil(in_a_day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_number_with_a_unit_and_counts_in_whole_days() {
        let cases = [("7d", 7), ("168h", 7), ("6h", 1), ("10080m", 7), ("604800s", 7), ("604801s", 8)];
        for (text, expected) in cases {
            assert_eq!(days(text), Some(expected), "{text}");
        }
        for text in ["", "7", "d", "7w", "-7d", "+7d", "7.5d", "7 d", "99999999999d"] {
            assert_eq!(days(text), None, "{text}");
        }
    }
}
