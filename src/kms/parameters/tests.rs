//! What a request may give, and how it is refused.

use super::*;
use crate::domain::{StageLabel, VersionId};
use crate::kms::{actions, request};

fn parameters(line: &str) -> Result<Parameters, KmsError> {
    let request = request::read(line.as_bytes(), 1)?;
    Parameters::of(actions::find(&request.action)?.accepts(), request.parameters, &Permissions::all())
}

#[track_caller]
fn refused(line: &str) -> (&'static str, String, String) {
    let error = parameters(line).err().unwrap();
    (error.code().as_str(), error.to_string(), error.hint())
}

/// The parameters of a ListSecrets with one parameter.
fn listing(parameter: &str, value: &str) -> Parameters {
    parameters(&format!("{{\"Action\":\"ListSecrets\",\"{parameter}\":{value}}}")).unwrap()
}

#[test]
fn the_first_missing_parameter_is_named() {
    let missing = |line: &str| {
        let (code, message, _) = refused(line);
        assert_eq!(code, "MissingParameter");
        message
    };
    assert_eq!(missing("Action=GetSecretValue"), "parameter 'SecretName' of GetSecretValue is missing");
    assert_eq!(
        missing("Action=PutSecretValue&SecretData=x&SecretName=db"),
        "parameter 'VersionId' of PutSecretValue is missing"
    );
    // What is missing is told before what is too much.
    assert_eq!(
        missing("Action=PutSecretValue&SecretNam=db"),
        "parameter 'SecretName' of PutSecretValue is missing"
    );
}

#[test]
fn an_unknown_parameter_is_refused_by_name() {
    let (code, message, hint) = refused("Action=GetSecretValue&SecretName=db&VersionStages=x");
    assert_eq!(code, "InvalidParameter");
    assert_eq!(message, "GetSecretValue has no parameter 'VersionStages'");
    assert_eq!(hint, "its parameters are SecretName, VersionStage, VersionId");
}

#[test]
fn a_name_that_may_be_a_piece_of_a_value_is_not_repeated() {
    for line in [
        "Action=PutSecretValue&SecretName=db&VersionId=v1&SecretData=a&hunter2!=x",
        "Action=PutSecretValue&SecretName=db&VersionId=v1&SecretData=a&%ff%fehunter2=x",
        r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v1","SecretData":"a","hunter2 ":1}"#,
    ] {
        let (code, message, hint) = refused(line);
        assert_eq!(code, "InvalidParameter");
        assert!(!format!("{message}{hint}").contains("hunter2"), "{message}");
    }
}

#[test]
fn a_parameter_that_stands_twice_is_refused() {
    let (code, message, _) = refused("Action=GetSecretValue&SecretName=db&SecretName=db");
    assert_eq!((code, &message[..]), ("InvalidParameter", "parameter 'SecretName' is in the request twice"));
    let (code, ..) = refused(r#"{"Action":"GetSecretValue","SecretName":"db","Secret\u004eame":"db"}"#);
    assert_eq!(code, "InvalidParameter");
}

#[test]
fn the_common_parameters_of_the_api_are_ignored() {
    let common: Vec<String> = COMMON.iter().map(|name| format!("&{name}=x")).collect();
    assert!(parameters(&format!("Action=ListSecrets{}", common.concat())).is_ok());
}

#[test]
fn numbers_come_as_such_or_as_strings() {
    let number = |value| listing("PageSize", value).number("PageSize");
    for value in ["20", "\"20\""] {
        assert_eq!(number(value), Ok(Some(20)));
    }
    assert_eq!(number("99999999999999999999"), Ok(Some(u32::MAX)));
    for value in ["-1", "1.0", "1e1", "\"\"", "\" 1\"", "\"+1\"", "true", "[1]"] {
        let refusal = KmsError::Shape { parameter: "PageSize", expected: "a whole number" };
        assert_eq!(number(value), Err(refusal), "{value}");
    }
    for value in ["null", " null "] {
        assert_eq!(number(value), Ok(None));
    }
    assert_eq!(parameters("Action=ListSecrets").unwrap().number("PageSize"), Ok(None));
    assert_eq!(parameters("Action=ListSecrets&PageSize=7").unwrap().number("PageSize"), Ok(Some(7)));
}

#[test]
fn booleans_come_as_such_or_as_strings_in_any_case() {
    let flag = |value| listing("FetchTags", value).flag("FetchTags");
    assert_eq!(flag("true"), Ok(Some(true)));
    assert_eq!(flag("\"true\""), Ok(Some(true)));
    assert_eq!(flag("\"false\""), Ok(Some(false)));
    assert_eq!(flag("\"True\""), Ok(Some(true)));
    assert_eq!(flag("\"FALSE\""), Ok(Some(false)));
    assert_eq!(flag("null"), Ok(None));
    for value in ["1", "\"\"", "\"yes\"", "\"true \""] {
        let refusal = KmsError::Shape { parameter: "FetchTags", expected: "true or false" };
        assert_eq!(flag(value), Err(refusal), "{value}");
    }
}

#[test]
fn lists_come_as_arrays_or_as_strings_that_hold_one() {
    let stages = |value: &str| {
        let line = format!(
            "{{\"Action\":\"PutSecretValue\",\"SecretName\":\"db\",\"VersionId\":\"v1\",\"SecretData\":\"x\",\
             \"VersionStages\":{value}}}"
        );
        let read = |entry: &Entry<'_>| entry.word(|text| StageLabel::new(text).map(|_| text.to_owned()));
        parameters(&line).unwrap().list("VersionStages", "a list", read)
    };
    let expected = Ok(Some(vec!["ACSCurrent".to_owned(), "canary".to_owned()]));
    assert_eq!(stages(r#"["ACSCurrent","c\u0061nary"]"#), expected);
    assert_eq!(stages(r#""[\"ACSCurrent\", \"c\\u0061nary\"]""#), expected);
    assert_eq!(stages("[]"), Ok(Some(vec![])));
    assert_eq!(stages(r#"{"VersionStage":["ACSCurrent","canary"]}"#), expected);
    assert_eq!(stages(r#""{\"VersionStage\":[\"ACSCurrent\",\"canary\"]}""#), expected);
    assert_eq!(stages("null"), Ok(None));
    for value in [
        "\"ACSCurrent\"",
        "\"\"",
        "[1]",
        "[null]",
        "[[\"a\"]]",
        "{\"VersionStages\":[\"a\"]}",
        "{\"VersionStage\":\"a\"}",
        "{\"VersionStage\":[\"a\"],\"VersionStage\":[\"a\"]}",
        "{}",
    ] {
        let refusal = KmsError::Shape { parameter: "VersionStages", expected: "a list" };
        assert_eq!(stages(value), Err(refusal), "{value}");
    }
    assert!(matches!(stages(r#"["a b"]"#), Err(KmsError::Malformed { parameter: "VersionStages", .. })));
}

#[test]
fn a_word_is_a_string_and_follows_its_own_rules() {
    let id = |value: &str| {
        let line = format!("{{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\",\"VersionId\":{value}}}");
        parameters(&line).unwrap().optional("VersionId", VersionId::new)
    };
    assert_eq!(id("\"v1\""), Ok(Some(VersionId::new("v1").unwrap())));
    assert_eq!(id("null"), Ok(None));
    for value in ["1", "[\"v1\"]", "true"] {
        let refusal = KmsError::Shape { parameter: "VersionId", expected: "a string of UTF-8 text" };
        assert_eq!(id(value), Err(refusal), "{value}");
    }
    let error = id("\"v 1\"").unwrap_err();
    assert_eq!(
        (error.code().as_str(), &error.to_string()[..], &error.hint()[..]),
        (
            "InvalidParameter",
            "a version id cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @",
            "correct parameter 'VersionId'"
        )
    );
}

#[test]
fn a_secret_is_named_by_its_name_or_by_its_arn() {
    let name = |text: &str| secret_name(text).map(|name| name.as_str().to_owned());
    assert_eq!(name("shop/db").as_deref(), Ok("shop/db"));
    assert_eq!(name("acs:kms:cn-hangzhou:1234567890:secret/shop/db").as_deref(), Ok("shop/db"));
    assert_eq!(name("acs:kms:::secret/db").as_deref(), Ok("db"));
    for text in [
        "acs:kms:cn-hangzhou:1234567890:key/db",
        "acs:kms:cn-hangzhou:1234567890:secret/",
        "acs:ram:cn-hangzhou:1234567890:secret/db",
        "acs:kms:cn-hangzhou:secret/db",
        "acs:kms:cn-hangzhou:1:secret/acs/db",
    ] {
        assert!(name(text).is_err(), "{text}");
    }
}

#[test]
fn what_clients_send_and_means_nothing_here_is_ignored_where_it_belongs() {
    let create = "Action=CreateSecret&SecretName=db&VersionId=v1&SecretData=x";
    for parameter in ["EncryptionKeyId", "DKMSInstanceId", "Policy", "ExtendedConfig", "FetchExtendedConfig"]
    {
        assert!(parameters(&format!("{create}&{parameter}=x")).is_ok(), "{parameter}");
    }
    let (_, message, _) = refused("Action=GetSecretValue&SecretName=db&EncryptionKeyId=x");
    assert_eq!(message, "GetSecretValue has no parameter 'EncryptionKeyId'");
}

#[test]
fn a_dry_run_is_not_carried_out_and_an_encrypted_answer_is_not_given_in_plain() {
    let get = "Action=GetSecretValue&SecretName=db";
    for word in ["false", "False"] {
        assert!(parameters(&format!("{get}&DryRun={word}")).is_ok());
    }
    assert_eq!(refused(&format!("{get}&DryRun=True")).0, "DryRunOperationError");
    assert_eq!(refused(&format!("{get}&DryRun=maybe")).0, "InvalidParameter");
    assert_eq!(refused(&format!("{get}&Recipient=x")).0, "UnsupportedOperation");
    assert!(parameters(r#"{"Action":"GetSecretValue","SecretName":"db","Recipient":null}"#).is_ok());
}

#[test]
fn permissions_hide_secrets_outside_of_a_folder_and_refuse_changes() {
    let read = |line: &str, permissions: &Permissions| {
        let request = request::read(line.as_bytes(), 1).unwrap();
        Parameters::of(actions::find(&request.action).unwrap().accepts(), request.parameters, permissions)
    };
    let shop = Permissions { scope: Scope::folder("shop"), access: Access::ReadOnly };
    let code = |line: &str| match read(line, &shop).and_then(|parameters| parameters.secret_name()) {
        Ok(_) => "",
        Err(error) => error.code().as_str(),
    };
    assert_eq!(code("Action=GetSecretValue&SecretName=shop/db"), "");
    assert_eq!(code("Action=GetSecretValue&SecretName=other/db"), "Forbidden.ResourceNotFound");
    assert_eq!(code("Action=RestoreSecret&SecretName=shop/db"), "Forbidden.NoPermission");
}
