//! Every refusal of the KMS API: its exact answer, and a vault file that is byte for byte as it was.

use etui::domain::ErrorCode;
use etui::kms::Format;

use crate::api_support::Api;

/// A request and what it is refused with: HTTP status, code, message, hint.
type Refused = (&'static str, u16, &'static str, &'static str, &'static str);

#[track_caller]
fn check(api: &mut Api, refusals: &[Refused]) {
    let before = api.file();
    for &(line, status, code, message, hint) in refusals {
        let text = |text: &str| serde_json::to_string(text).unwrap();
        let expected = format!(
            "{{\"RequestId\":\"<id>\",\"HttpStatus\":{status},\"Code\":{},\"Message\":{},\"Hint\":{}}}",
            text(code),
            text(message),
            text(hint)
        );
        assert_eq!(api.json(line), expected, "{line}");
        assert!(api.answer(line, Format::Xml).contains(&format!("<Code>{code}</Code>")), "{line}");
        assert!(api.file() == before, "the vault file changed: {line}");
    }
}

const CORRECT_NAME: &str = "correct parameter 'SecretName'";
const CORRECT_DATA: &str = "correct parameter 'SecretData'";

const ACTIONS: &str = "the actions are CreateSecret, PutSecretValue, GetSecretValue, BatchGetSecretValue, \
                   ListSecretVersionIds, UpdateSecretVersionStage, ListSecrets, DescribeSecret, DeleteSecret, \
                   RestoreSecret, UpdateSecret, TagResource, UntagResource, TagResources, UntagResources, \
                   ListTagResources, GetRandomPassword, RotateSecret, UpdateSecretRotationPolicy, \
                   GetSecretPolicy, SetSecretPolicy, DescribeRegions";

#[test]
fn what_no_form_can_say() {
    let hint = "write one request per line: {\"Action\":\"GetSecretValue\",\"SecretName\":\"db\"} or \
                Action=GetSecretValue&SecretName=db";
    let parse = "ParseRequestParameterException";
    check(
        &mut Api::with_the_worked_example().by_line_alone(),
        &[
            ("hunter2", 400, parse, "line 1 is neither a JSON object nor a query string (column 1)", hint),
            (
                r#"{"Action":"PutSecretValue","SecretData":hunter2}"#,
                400,
                parse,
                "line 1 is neither a JSON object nor a query string (column 41)",
                hint,
            ),
            (
                r#"{"Action":["GetSecretValue"]}"#,
                400,
                "InvalidApiName",
                "parameter 'Action' is not the name of an action",
                ACTIONS,
            ),
            (
                r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v9","SecretData":12345}"#,
                400,
                "InvalidParameter",
                "parameter 'SecretData' is not a string",
                CORRECT_DATA,
            ),
        ],
    );
}

#[test]
fn what_is_no_request() {
    check(
        &mut Api::with_the_worked_example(),
        &[
            (
                "SecretName=db",
                400,
                "MissingParameter",
                "parameter 'Action' is missing",
                "name the operation, as in Action=GetSecretValue",
            ),
            ("Action=CreateKey", 400, "InvalidApiName", "there is no action 'CreateKey'", ACTIONS),
            (
                "Action=RotateSecret&SecretName=db&VersionId=v9",
                400,
                "UnsupportedOperation",
                "RotateSecret does not work on secrets of type Generic, which are all that there are here",
                "rotate by hand: PutSecretValue stores the new value, moves ACSCurrent to it and keeps the old \
                 one as ACSPrevious",
            ),
            (
                "Action=UpdateSecretRotationPolicy&SecretName=db&EnableAutomaticRotation=true",
                400,
                "UnsupportedOperation",
                "UpdateSecretRotationPolicy does not work on secrets of type Generic, which are all that there \
                 are here",
                "rotate by hand: PutSecretValue stores the new value, moves ACSCurrent to it and keeps the old \
                 one as ACSPrevious",
            ),
        ],
    );
}

#[test]
fn parameters_that_are_missing_unknown_or_there_twice() {
    check(
        &mut Api::with_the_worked_example(),
        &[
            (
                "Action=CreateSecret&SecretName=new&VersionId=v1",
                400,
                "MissingParameter",
                "parameter 'SecretData' of CreateSecret is missing",
                "",
            ),
            (
                r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v9","SecretData":"x","VersionStags":["a"]}"#,
                400,
                "InvalidParameter",
                "PutSecretValue has no parameter 'VersionStags'",
                "its parameters are SecretName, VersionId, SecretData, SecretDataType, VersionStages",
            ),
            (
                "Action=DeleteSecret&SecretName=db&SecretName=db",
                400,
                "InvalidParameter",
                "parameter 'SecretName' is in the request twice",
                "leave one of the two out",
            ),
        ],
    );
}

#[test]
fn malformed_parameters() {
    let invalid = "InvalidParameter";
    check(
        &mut Api::with_the_worked_example(),
        &[
            (
                "Action=GetSecretValue&SecretName=a%20b",
                400,
                invalid,
                "a secret name cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @",
                CORRECT_NAME,
            ),
            (
                "Action=GetSecretValue&SecretName=",
                400,
                invalid,
                "a secret name must not be empty",
                CORRECT_NAME,
            ),
            (
                "Action=CreateSecret&SecretName=acs/new&VersionId=v1&SecretData=x",
                400,
                invalid,
                "a secret name cannot begin with 'acs/'",
                CORRECT_NAME,
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=",
                400,
                invalid,
                "a secret value must not be empty",
                CORRECT_DATA,
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=hunter%ff",
                400,
                invalid,
                "a text value must be UTF-8; anything else is stored with type binary",
                CORRECT_DATA,
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=hunter2&SecretDataType=binary",
                400,
                invalid,
                "parameter 'SecretData' is not base64 with padding, as a binary value must be",
                CORRECT_DATA,
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=x&SecretDataType=Text",
                400,
                invalid,
                "parameter 'SecretDataType' is not 'text' or 'binary'",
                "correct parameter 'SecretDataType'",
            ),
            (
                "Action=CreateSecret&SecretName=new&VersionId=v1&SecretData=x&SecretType=Rds",
                400,
                invalid,
                "parameter 'SecretType' is not 'Generic', the one type of secret that is kept here",
                "correct parameter 'SecretType'",
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=x&VersionStages=canary",
                400,
                invalid,
                "parameter 'VersionStages' is not a JSON list of stage labels",
                "correct parameter 'VersionStages'",
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=x&VersionStages=[]",
                400,
                invalid,
                "the list of stage labels is empty",
                "give at least one label, or leave the list out to mean ACSCurrent",
            ),
            (
                r#"Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=x&VersionStages=["ACSPrevious","ACSCurrent"]"#,
                400,
                invalid,
                "one version cannot be both ACSCurrent and ACSPrevious",
                "name one of the two: the version that was current becomes the previous one by itself",
            ),
            (
                r#"{"Action":"CreateSecret","SecretName":"new","VersionId":"v1","SecretData":"x","Tags":[{"Key":"a","Value":"b"}]}"#,
                400,
                invalid,
                "parameter 'Tags' is not a JSON list of objects with TagKey and TagValue, each key once",
                "correct parameter 'Tags'",
            ),
            (
                r#"{"Action":"CreateSecret","SecretName":"new","VersionId":"v1","SecretData":"x","Tags":[{"TagKey":"a","TagValue":"b"},{"TagKey":"a","TagValue":"b"}]}"#,
                400,
                invalid,
                "parameter 'Tags' is not a JSON list of objects with TagKey and TagValue, each key once",
                "correct parameter 'Tags'",
            ),
            (
                r#"{"Action":"CreateSecret","SecretName":"new","VersionId":"v1","SecretData":"x","Tags":[{"TagKey":"acs:a","TagValue":"b"}]}"#,
                400,
                invalid,
                "a tag key cannot begin with 'acs:'",
                "correct parameter 'Tags'",
            ),
            (
                "Action=ListSecrets&PageNumber=0",
                400,
                invalid,
                "a page number must be between 1 and 2147483647",
                "correct parameter 'PageNumber'",
            ),
            (
                "Action=ListSecretVersionIds&SecretName=db&PageSize=101",
                400,
                invalid,
                "a page size must be between 1 and 100",
                "correct parameter 'PageSize'",
            ),
            (
                r#"{"Action":"DeleteSecret","SecretName":"db","RecoveryWindowInDays":6}"#,
                400,
                invalid,
                "a recovery window lasts 7 to 30 days",
                "",
            ),
            (
                "Action=DeleteSecret&SecretName=db&RecoveryWindowInDays=7&ForceDeleteWithoutRecovery=true",
                400,
                invalid,
                "force and a recovery window exclude each other",
                "leave one of the two out",
            ),
        ],
    );
}

#[test]
fn what_the_rules_refuse() {
    let mut api = Api::with_the_worked_example();
    api.succeed("Action=CreateSecret&SecretName=gone&VersionId=v1&SecretData=x");
    api.succeed("Action=DeleteSecret&SecretName=gone");
    for label in 3..=6 {
        let stage = "Action=UpdateSecretVersionStage&SecretName=db&MoveToVersion=v1&VersionStage";
        api.succeed(&format!("{stage}=UStage{label}"));
    }
    check(
        &mut api,
        &[
            (
                "Action=CreateSecret&SecretName=db&VersionId=v1&SecretData=one",
                409,
                "Rejected.ResourceExist",
                "secret 'db' already exists",
                "choose another name, or add a version with `etui put db`",
            ),
            (
                "Action=CreateSecret&SecretName=gone&VersionId=v1&SecretData=x",
                409,
                "Rejected.ResourceInDeleteWindow",
                "the name 'gone' belongs to a secret that is scheduled for deletion on 2026-12-24T12:04:00Z",
                "restore it with `etui restore gone`, or delete it for good with `etui rm gone --force`",
            ),
            (
                "Action=GetSecretValue&SecretName=none",
                404,
                "Forbidden.ResourceNotFound",
                "there is no secret 'none'",
                "run `etui list` to see the names",
            ),
            (
                "Action=GetSecretValue&SecretName=db&VersionId=v9",
                404,
                "Forbidden.ResourceNotFound",
                "secret 'db' has no version 'v9'",
                "run `etui log db --all` to see its versions and their labels",
            ),
            (
                "Action=GetSecretValue&SecretName=db&VersionId=v1&VersionStage=ACSCurrent",
                400,
                "InvalidParameter",
                "version 'v1' of secret 'db' is not the one that the label marks: that is 'v4'",
                "name the version or the label, not both",
            ),
            (
                "Action=GetSecretValue&SecretName=gone",
                409,
                "Rejected.ResourceInDeleteWindow",
                "secret 'gone' is scheduled for deletion on 2026-12-24T12:04:00Z",
                "run `etui restore gone` to cancel the deletion",
            ),
            (
                "Action=PutSecretValue&SecretName=none&VersionId=v1&SecretData=x",
                404,
                "Forbidden.ResourceNotFound",
                "there is no secret 'none'",
                "run `etui list` to see the names",
            ),
            (
                "Action=PutSecretValue&SecretName=db&VersionId=v2&SecretData=hunter2",
                409,
                "Rejected.ResourceExist",
                "version 'v2' of secret 'db' already exists with a different value",
                "choose another version id: 'v5' is free",
            ),
            (
                r#"Action=PutSecretValue&SecretName=db&VersionId=v9&SecretData=x&VersionStages=["ninth"]"#,
                400,
                "Rejected.LimitExceeded",
                "secret 'db' would carry more than 8 stage labels, ACSCurrent and ACSPrevious counted",
                "remove a custom label first, or use one that is there",
            ),
            (
                "Action=UpdateSecretVersionStage&SecretName=db&VersionStage=UStage1",
                400,
                "InvalidParameter",
                "no version is named for label 'UStage1'",
                "name the version that gets it, or the one that loses it",
            ),
            (
                "Action=UpdateSecretVersionStage&SecretName=db&VersionStage=ACSCurrent&RemoveFromVersion=v4",
                400,
                "InvalidParameter",
                "label 'ACSCurrent' can be moved, but not removed",
                "name the version that gets it instead",
            ),
            (
                "Action=RestoreSecret&SecretName=db",
                409,
                "Rejected.ResourceInUse",
                "secret 'db' is not scheduled for deletion",
                "",
            ),
            (
                "Action=DeleteSecret&SecretName=gone",
                409,
                "Rejected.ResourceInDeleteWindow",
                "secret 'gone' is scheduled for deletion on 2026-12-24T12:04:00Z",
                "run `etui restore gone` to cancel the deletion",
            ),
        ],
    );
}

#[test]
fn more_than_twenty_tags() {
    let tags = |count: usize| {
        let tags = (0..count).map(|number| format!(r#"{{"TagKey":"k{number}","TagValue":"v"}}"#));
        let tags = tags.collect::<Vec<_>>().join(",");
        let create = r#"{"Action":"CreateSecret","SecretName":"tagged","VersionId":"v1","SecretData":"x""#;
        format!("{create},\"Tags\":[{tags}]}}")
    };
    let mut api = Api::new();
    let before = api.file();
    assert!(api.json(&tags(21)).contains("Rejected.LimitExceeded"));
    assert!(api.file() == before);
    api.succeed(&tags(20));
}

#[test]
fn a_value_over_1_mib() {
    let create = |length: usize| {
        format!("Action=CreateSecret&SecretName=large&VersionId=v1&SecretData={}", "x".repeat(length))
    };
    let mut api = Api::new();
    let before = api.file();
    let refusal = api.json(&create(1024 * 1024 + 1));
    insta::assert_snapshot!(refusal, @r#"{"RequestId":"<id>","HttpStatus":400,"Code":"InvalidParameter","Message":"a secret value has at most 1048576 bytes, this one has 1048577","Hint":"correct parameter 'SecretData'"}"#);
    assert!(api.file() == before);
    api.succeed(&create(1024 * 1024));
    let answer = api.succeed("Action=GetSecretValue&SecretName=large");
    assert_eq!(answer["SecretData"].as_str().map(str::len), Some(1024 * 1024));
}

#[test]
fn a_value_that_xml_cannot_carry() {
    let mut api = Api::new();
    api.succeed("Action=CreateSecret&SecretName=s&VersionId=v1&SecretData=a%00b");
    let refusal = api.answer("Action=GetSecretValue&SecretName=s", Format::Xml);
    insta::assert_snapshot!(refusal, @r#"<?xml version="1.0" encoding="UTF-8"?><Error><RequestId><id></RequestId><HttpStatus>400</HttpStatus><Code>UnsupportedOperation</Code><Message>the answer holds a character that XML cannot carry</Message><Hint>ask for it with --format json</Hint></Error>"#);
}

#[test]
fn an_integrity_failure_ends_the_run() {
    let mut api = Api::with_the_worked_example();
    let older = api.file();
    api.succeed("Action=PutSecretValue&SecretName=db&VersionId=v5&SecretData=five");
    api.put_back(&older);
    let (answers, code) =
        api.serve("Action=GetSecretValue&SecretName=db\n".repeat(3).as_bytes(), Format::Json);
    assert_eq!(code, Some(ErrorCode::IntegrityFailure));
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].contains(r#""HttpStatus":500,"Code":"IntegrityFailure","#), "{}", answers[0]);
    assert!(!answers[0].contains("SecretData"), "{}", answers[0]);
}
