//! A line becomes an action and its parameters, each in a wiping buffer of its own.
//!
//! A line whose first character is `{` is a JSON object, any other a query string: `name=value` pairs joined
//! by `&`, percent-decoded, `+` a space (HTML, application/x-www-form-urlencoded: what the API's own clients
//! send). A JSON `null` is a parameter that is not there.

use serde_json::value::RawValue;

use super::error::KmsError;
use crate::content::json_text::{self, Column};
use crate::memory::SecretBytes;

/// A request that was read and not yet checked.
pub(super) struct Request {
    /// The value of `Action`.
    pub(super) action: Given,
    /// The other parameters, in their order; a name may be wrong or stand twice.
    pub(super) parameters: Vec<Parameter>,
}

/// One parameter as it was given.
pub(super) struct Parameter {
    /// Wiped too: a value that was not percent-encoded may spill into a name.
    pub(super) name: SecretBytes,
    /// What was given.
    pub(super) value: Given,
}

/// The value of a parameter as it was given.
pub(super) enum Given {
    /// A JSON string, unescaped, or a value of a query string, percent-decoded (perhaps not UTF-8).
    Text(SecretBytes),
    /// Any other JSON value, as it stands.
    Json(SecretBytes),
}

/// Reads a line.
///
/// # Errors
/// `ParseRequestParameterException` with the place; `MissingParameter` without an action, `InvalidParameter`
/// with two.
pub(super) fn read(line: &[u8], number: u64) -> Result<Request, KmsError> {
    let is_json = line.trim_ascii_start().first() == Some(&b'{');
    let read = if is_json { from_json(line) } else { from_query(line) };
    Request::of(read.map_err(|column| KmsError::NoRequest { line: number, column })?)
}

/// The parameter that names the action.
pub(super) const ACTION: &[u8] = b"Action";

impl Request {
    /// Finds the action among the parameters.
    ///
    /// # Errors
    /// `MissingParameter` without an action, `InvalidParameter` with two.
    pub(super) fn of(mut parameters: Vec<Parameter>) -> Result<Self, KmsError> {
        let is_action = |parameter: &Parameter| parameter.name.expose() == ACTION;
        let position = parameters.iter().position(is_action).ok_or(KmsError::NoAction)?;
        let action = parameters.remove(position).value;
        if parameters.iter().any(is_action) {
            return Err(KmsError::Twice { parameter: "Action" });
        }
        Ok(Self { action, parameters })
    }
}

fn from_json(line: &[u8]) -> Result<Vec<Parameter>, Column> {
    let read = |(name, value): (&RawValue, &RawValue)| {
        let place = |part: &str| Column(part.as_ptr() as usize - line.as_ptr() as usize + 1);
        let name = json_text::unescape(name).ok_or_else(|| place(name.get()))?;
        let spelled = value.get();
        let value = if spelled.starts_with('"') {
            Given::Text(json_text::unescape(value).ok_or_else(|| place(spelled))?)
        } else {
            Given::Json(SecretBytes::copy_of(spelled.as_bytes()))
        };
        Ok(Parameter { name, value })
    };
    let is_there = |(_, value): &(&RawValue, &RawValue)| value.get() != "null";
    json_text::members(line)?.into_iter().filter(is_there).map(read).collect()
}

fn from_query(line: &[u8]) -> Result<Vec<Parameter>, Column> {
    let mut start = 0;
    let mut parameters = Vec::new();
    for pair in line.split(|&byte| byte == b'&') {
        let equals = pair.iter().position(|&byte| byte == b'=').ok_or(Column(start + 1))?;
        let value_start = start + equals + 1;
        parameters.push(Parameter {
            name: percent_decoded(&pair[..equals], start)?,
            value: Given::Text(percent_decoded(&pair[equals + 1..], value_start)?),
        });
        start += pair.len() + 1;
    }
    Ok(parameters)
}

/// The pairs of a query string or a form, decoded, in their order; `None` where an encoding is none. A name without
/// `=` has an empty value.
pub(super) fn decoded_pairs(text: &[u8]) -> Option<Vec<(SecretBytes, SecretBytes)>> {
    let pair = |pair: &[u8]| {
        let equals = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let value = pair.get(equals + 1..).unwrap_or_default();
        Some((percent_decoded(&pair[..equals], 0).ok()?, percent_decoded(value, 0).ok()?))
    };
    text.split(|&byte| byte == b'&').filter(|given| !given.is_empty()).map(pair).collect()
}

/// `start` is where the text stands in its line, for the place of an error.
fn percent_decoded(text: &[u8], start: usize) -> Result<SecretBytes, Column> {
    let mut decoded = SecretBytes::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| matches!(byte, b'%' | b'+')) {
        decoded.extend(&rest[..at]);
        if rest[at] == b'+' {
            decoded.push(b' ');
            rest = &rest[at + 1..];
            continue;
        }
        let digit = |offset: usize| char::from(*rest.get(at + offset)?).to_digit(16);
        let byte = digit(1).zip(digit(2)).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
        decoded.push(byte.ok_or_else(|| Column(start + text.len() - rest.len() + at + 1))?);
        rest = &rest[at + 3..];
    }
    decoded.extend(rest);
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Action and parameters, JSON values that are not strings marked with a star.
    fn shown(line: &str) -> Result<Vec<(String, String)>, KmsError> {
        let request = read(line.as_bytes(), 7)?;
        let text = |bytes: &SecretBytes| String::from_utf8(bytes.expose().to_vec()).unwrap();
        let value = |given: &Given| match given {
            Given::Text(bytes) => text(bytes),
            Given::Json(bytes) => format!("*{}", text(bytes)),
        };
        let mut all = vec![("Action".to_owned(), value(&request.action))];
        all.extend(request.parameters.iter().map(|given| (text(&given.name), value(&given.value))));
        Ok(all)
    }

    fn refusal(line: &str) -> KmsError {
        shown(line).unwrap_err()
    }

    fn no_request(column: usize) -> KmsError {
        KmsError::NoRequest { line: 7, column: Column(column) }
    }

    #[track_caller]
    fn assert_reads(line: &str, expected: &[(&str, &str)]) {
        let read = shown(line).unwrap();
        let read: Vec<(&str, &str)> = read.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_request_is_a_json_object() {
        assert_reads(
            r#" {"SecretName":"db","Action":"Put","SecretData":"a\u0042\n","VersionStages":["x"],"PageSize":5}"#,
            &[
                ("Action", "Put"),
                ("SecretName", "db"),
                ("SecretData", "aB\n"),
                ("VersionStages", "*[\"x\"]"),
                ("PageSize", "*5"),
            ],
        );
    }

    #[test]
    fn a_request_is_a_query_string() {
        assert_reads(
            "Action=Put&SecretName=shop%2fdb&SecretData=100%25%20%C3%A4%0A=&VersionStages=%5B%22x%22%5D&Empty=",
            &[
                ("Action", "Put"),
                ("SecretName", "shop/db"),
                ("SecretData", "100% ä\n="),
                ("VersionStages", "[\"x\"]"),
                ("Empty", ""),
            ],
        );
    }

    #[test]
    fn a_plus_in_a_query_string_is_a_space() {
        assert_reads("Action=a+b%2B++", &[("Action", "a b+  ")]);
    }

    #[test]
    fn null_is_a_parameter_that_is_not_there() {
        assert_reads(
            r#"{"Action":"a","b":null,"c":"null","d":[null]}"#,
            &[("Action", "a"), ("c", "null"), ("d", "*[null]")],
        );
        assert_eq!(refusal(r#"{"Action":null}"#), KmsError::NoAction);
    }

    #[test]
    fn a_line_that_is_no_request_is_refused_with_its_place() {
        assert_eq!(refusal("hunter2"), no_request(1));
        assert_eq!(refusal("[1]"), no_request(1));
        assert_eq!(refusal("Action=Put&hunter2"), no_request(12));
        assert_eq!(refusal("Action=Put&"), no_request(12));
        assert_eq!(refusal("Action=100%"), no_request(11));
        assert_eq!(refusal("Action=1%zz"), no_request(9));
        assert_eq!(refusal("Action=%41%4"), no_request(11));
        assert_eq!(refusal("Action=%41&A%b=1"), no_request(13));
        assert_eq!(refusal(r#"{"SecretData":hunter2}"#), no_request(15));
        assert_eq!(refusal(r#"{"a":1} {"#), no_request(9));
        assert_eq!(refusal(r#"{"a":1, "SecretData":"\ud800"}"#), no_request(22));
    }

    #[test]
    fn the_message_does_not_quote_the_line() {
        for line in ["hunter2", r#"{"SecretData":hunter2}"#, r#"{"SecretData":"hunter2"#] {
            let error = refusal(line);
            assert!(!format!("{error} {} {error:?}", error.hint()).contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_request_names_one_action() {
        assert_eq!(refusal("SecretName=db"), KmsError::NoAction);
        assert_eq!(refusal("{}"), KmsError::NoAction);
        assert_eq!(refusal("Action=a&b=c&Action=a"), KmsError::Twice { parameter: "Action" });
        assert_eq!(refusal(r#"{"Action":"a","\u0041ction":"a"}"#), KmsError::Twice { parameter: "Action" });
    }

    proptest! {
        #[test]
        fn percent_decoding_takes_back_any_percent_encoding(bytes in any::<Vec<u8>>(), plain in any::<bool>()) {
            let encode = |&byte: &u8| match byte {
                b'a'..=b'z' if plain => char::from(byte).to_string(),
                b' ' if plain => "+".to_owned(),
                _ => format!("%{byte:02X}"),
            };
            let encoded: String = bytes.iter().map(encode).collect();
            let decoded = percent_decoded(encoded.as_bytes(), 0);
            prop_assert_eq!(decoded.map(|decoded| decoded.expose().to_vec()), Ok(bytes));
        }

        #[test]
        fn no_line_makes_reading_panic(line in any::<Vec<u8>>()) {
            let _ = read(&line, 1);
        }

        #[test]
        fn no_object_makes_reading_panic(inside in r#"[\\"u{}:,\[\]0-9a-f ]{0,30}"#) {
            let _ = read(format!("{{\"Action\":{inside}}}").as_bytes(), 1);
        }
    }
}
