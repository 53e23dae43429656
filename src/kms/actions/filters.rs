//! The `Filters` of ListSecrets: `[{"Key":"SecretName","Values":["db","cache"]}, …]`.

use crate::kms::error::KmsError;
use crate::kms::parameters::{Entry, Parameters};

/// The most values that one filter names (KMS, ListSecrets).
const MOST_VALUES: usize = 10;
const EXPECTED: &str = "a JSON list of objects with Key (SecretName, Description, TagKey or TagValue) and Values \
                        (a list of at most 10 strings)";

/// Which secrets a list shows. A value matches what equals it, letter by letter, as KMS documents it
/// (`SecretName=sec1 OR SecretName=sec2`).
pub(super) struct Filters(Vec<Filter>);

struct Filter {
    property: Property,
    values: Vec<String>,
}

/// What a filter looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Property {
    SecretName,
    Description,
    TagKey,
    TagValue,
}

impl Filters {
    /// Reads the parameter; without it every secret is shown.
    pub(super) fn of(parameters: &Parameters) -> Result<Self, KmsError> {
        let filters = parameters.list("Filters", EXPECTED, filter)?.unwrap_or_default();
        let mut merged: Vec<Filter> = Vec::new();
        for filter in filters {
            match merged.iter_mut().find(|earlier| earlier.property == filter.property) {
                // The values of one key: or, wherever they stand.
                Some(earlier) => earlier.values.extend(filter.values),
                None => merged.push(filter),
            }
        }
        Ok(Self(merged))
    }

    /// Whether a secret is shown: it matches a value of every key (etui: KMS does not say how several keys
    /// go together). A key without values asks for nothing.
    pub(super) fn accept<'a, T: Iterator<Item = (&'a str, &'a str)>>(
        &self,
        name: &str,
        description: &str,
        tags: impl Fn() -> T,
    ) -> bool {
        self.0.iter().all(|Filter { property, values }| {
            let named = |text: &str| values.iter().any(|value| value == text);
            values.is_empty()
                || match property {
                    Property::SecretName => named(name),
                    Property::Description => named(description),
                    Property::TagKey => tags().any(|(key, _)| named(key)),
                    Property::TagValue => tags().any(|(_, value)| named(value)),
                }
        })
    }
}

fn filter(entry: &Entry<'_>) -> Result<Filter, KmsError> {
    let [key, values] = entry.members(["Key", "Values"])?;
    let property = key.word(|text| {
        Ok(match text {
            "SecretName" => Some(Property::SecretName),
            "Description" => Some(Property::Description),
            "TagKey" => Some(Property::TagKey),
            "TagValue" => Some(Property::TagValue),
            _ => None,
        })
    })?;
    let property = property.ok_or_else(|| entry.misshapen())?;
    let values = values.list(|value| value.word(|text| Ok(text.to_owned())))?;
    if values.len() > MOST_VALUES {
        return Err(entry.misshapen());
    }
    Ok(Filter { property, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kms::actions;
    use crate::kms::permissions::Permissions;
    use crate::kms::request::{self, Given};
    use crate::memory::SecretBytes;

    fn filters(text: &str) -> Result<Filters, KmsError> {
        let list = actions::find(&Given::Text(SecretBytes::copy_of(b"ListSecrets"))).unwrap();
        let line = format!("{{\"Action\":\"ListSecrets\",\"Filters\":{text}}}");
        let request = request::read(line.as_bytes(), 1).unwrap();
        Filters::of(&Parameters::of(list.accepts(), request.parameters, &Permissions::all()).unwrap())
    }

    /// The names of those shown among four secrets.
    fn shown(text: &str) -> Vec<&'static str> {
        type Pairs = &'static [(&'static str, &'static str)];
        let secrets: [(&str, &str, Pairs); 4] = [
            ("api", "", &[]),
            ("cache", "the cache", &[("env", "prod")]),
            ("db", "the database", &[("env", "prod"), ("team", "shop")]),
            ("mail", "the database", &[("env", "test")]),
        ];
        let filters = filters(text).unwrap();
        let tags = |tags: Pairs| move || tags.iter().copied();
        let accepted = secrets.iter().filter(|(name, about, given)| filters.accept(name, about, tags(given)));
        accepted.map(|(name, _, _)| *name).collect()
    }

    #[test]
    fn a_filter_shows_what_equals_one_of_its_values() {
        assert_eq!(shown(r#"[{"Key":"SecretName","Values":["db","mail","none"]}]"#), ["db", "mail"]);
        assert_eq!(shown(r#"[{"Key":"SecretName","Values":["d"]}]"#), [""; 0]);
        assert_eq!(shown(r#"[{"Key":"Description","Values":["the database"]}]"#), ["db", "mail"]);
        assert_eq!(shown(r#"[{"Key":"TagKey","Values":["team"]}]"#), ["db"]);
        assert_eq!(shown(r#"[{"Key":"TagValue","Values":["test","shop"]}]"#), ["db", "mail"]);
    }

    #[test]
    fn values_of_one_key_go_together_by_or_and_different_keys_by_and() {
        let two_keys =
            r#"[{"Key":"TagValue","Values":["prod"]},{"Key":"Description","Values":["the database"]}]"#;
        assert_eq!(shown(two_keys), ["db"]);
        let one_key = r#"[{"Key":"SecretName","Values":["api"]},{"Values":["db"],"Key":"SecretName"}]"#;
        assert_eq!(shown(one_key), ["api", "db"]);
    }

    #[test]
    fn no_filter_and_a_filter_without_values_show_everything() {
        assert_eq!(shown("[]").len(), 4);
        assert_eq!(shown(r#"[{"Key":"TagKey","Values":[]}]"#).len(), 4);
    }

    #[test]
    fn filters_come_as_a_list_or_as_a_string_that_holds_one() {
        assert_eq!(shown(r#""[{\"Key\":\"SecretName\",\"Values\":[\"db\"]}]""#), ["db"]);
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        for text in [
            r#"{"Key":"SecretName","Values":["db"]}"#,
            r#"[{"Key":"SecretName"}]"#,
            r#"[{"Key":"SecretName","Values":"db"}]"#,
            r#"[{"Key":"SecretName","Values":[1]}]"#,
            r#"[{"Key":"Name","Values":["db"]}]"#,
            r#"[{"Key":"SecretName","Values":["db"],"Not":true}]"#,
            r#"[{"Key":"SecretName","Key":"SecretName"}]"#,
            r#"["SecretName"]"#,
            r#""db""#,
        ] {
            let error = filters(text).err().unwrap();
            assert_eq!(error.code().as_str(), "InvalidParameter", "{text}");
            assert!(error.to_string().starts_with("parameter 'Filters' is not a JSON list"), "{error}");
        }
    }

    #[test]
    fn a_filter_has_at_most_ten_values() {
        let with = |count: usize| {
            filters(&format!("[{{\"Key\":\"TagKey\",\"Values\":[{}]}}]", vec!["\"a\""; count].join(",")))
        };
        assert!(with(10).is_ok());
        assert!(with(11).is_err());
    }
}
