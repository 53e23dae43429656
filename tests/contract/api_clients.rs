//! What real clients of KMS send besides the parameters of the documentation's examples, at the API.

use etui::kms::Format;
use etui::versioning::Direction;

use crate::api_support::Api;

/// A request as the SDK for Python writes it: key and instance named, `True`, `+` for a space.
const CREATE: &str = "Action=CreateSecret&SecretName=app%2Ftoken&VersionId=v1&SecretData=a+b%2Bc&EncryptionKeyId=key-1\
                      &DKMSInstanceId=kst-1&Policy=%7B%7D&ExtendedConfig=%7B%7D&EnableAutomaticRotation=False\
                      &RotationInterval=30d&Version=2016-01-20&Format=JSON&RegionId=cn-hangzhou&SignatureType=";

#[test]
fn a_create_that_names_key_instance_and_policy_creates_and_keeps_the_rotation_interval() {
    let mut api = Api::new();
    insta::assert_snapshot!(api.json(CREATE), @r#"{"RequestId":"<id>","SecretName":"app/token","VersionId":"v1","SecretType":"Generic"}"#);
    assert_eq!(api.succeed("Action=GetSecretValue&SecretName=app/token")["SecretData"], "a b+c");
    let name = etui::domain::SecretName::new("app/token").unwrap();
    let days = |api: &mut Api| api.vault.describe(&name).unwrap().secret.facts.rotation.map(|it| it.days());
    assert_eq!(days(&mut api), Some(30));
    // It is one change in the history.
    api.change(|vault| drop(vault.take_back(Direction::Undo, None).unwrap()));
    let planned = &api.succeed("Action=DescribeSecret&SecretName=app/token")["PlannedDeleteTime"];
    assert!(planned.is_string(), "{planned}");
}

#[test]
fn a_secret_is_named_by_its_arn_wherever_it_is_named() {
    let mut api = Api::with_the_worked_example();
    let arn = "acs:kms:cn-hangzhou:123456:secret/db";
    assert_eq!(api.succeed(&format!("Action=GetSecretValue&SecretName={arn}"))["SecretName"], "db");
    api.succeed(&format!(
        "Action=TagResources&ResourceType=secret&ResourceId.1={arn}&Tag.1.Key=a&Tag.1.Value=b"
    ));
    let batch = format!(r#"{{"Action":"BatchGetSecretValue","SecretsList":[{{"SecretName":"{arn}"}}]}}"#);
    assert_eq!(api.succeed(&batch)["SecretValues"][0]["SecretData"], "four");
}

#[test]
fn labels_come_as_a_list_as_text_as_an_object_and_flattened() {
    let mut api = Api::with_the_worked_example();
    let put = |id: &str| format!("Action=PutSecretValue&SecretName=db&SecretData=x&VersionId={id}");
    api.succeed(&format!("{}&VersionStages=%5B%22one%22%5D", put("v5")));
    api.succeed(&format!("{}&VersionStages.1=one&VersionStages.2=two", put("v6")));
    api.succeed(
        r#"{"Action":"PutSecretValue","SecretName":"db","SecretData":"x","VersionId":"v7","VersionStages":{"VersionStage":["two"]}}"#,
    );
    let labels = api.labels("db");
    assert!(labels.starts_with("v7 {two}, v6 {one}, v5 {}, v4 {ACSCurrent"), "{labels}");
}

#[test]
fn a_null_is_a_parameter_that_is_not_there() {
    let mut api = Api::with_the_worked_example();
    let get = r#"{"Action":"GetSecretValue","SecretName":"db","VersionId":null,"VersionStage":null,"Recipient":null,"Nothing":null}"#;
    assert_eq!(api.succeed(get)["VersionId"], "v4");
    let missing = api.json(r#"{"Action":"GetSecretValue","SecretName":null}"#);
    assert!(missing.contains("MissingParameter"), "{missing}");
}

#[test]
fn a_batch_tells_values_and_errors_as_plain_lists() {
    let mut api = Api::with_the_worked_example();
    api.succeed("Action=CreateSecret&SecretName=gone&VersionId=v1&SecretData=x");
    api.succeed("Action=DeleteSecret&SecretName=gone");
    let list = r#"[{"SecretName":"db"},{"SecretName":"db","VersionId":"v1"},{"SecretName":"db","VersionStage":"ACSPrevious","VersionId":null},{"SecretName":"none"},{"SecretName":"gone","FetchExtendedConfig":"true"}]"#;
    let as_text = serde_json::to_string(list).unwrap();
    let answer = api.json(&format!(r#"{{"Action":"BatchGetSecretValue","SecretsList":{as_text}}}"#));
    insta::assert_snapshot!(answer);
    let xml = api.answer(
        r#"Action=BatchGetSecretValue&SecretsList=[{"SecretName":"db"},{"SecretName":"none"}]"#,
        Format::Xml,
    );
    insta::assert_snapshot!(xml);
}

#[test]
fn a_batch_names_1_to_20_secrets() {
    let mut api = Api::with_the_worked_example();
    let batch = |count: usize| {
        let entries = vec![r#"{"SecretName":"db"}"#; count].join(",");
        format!(r#"{{"Action":"BatchGetSecretValue","SecretsList":[{entries}]}}"#)
    };
    assert_eq!(api.succeed(&batch(20))["SecretValues"].as_array().map(Vec::len), Some(20));
    for line in [
        batch(0),
        batch(21),
        r#"{"Action":"BatchGetSecretValue","SecretsList":[{"Name":"db"}]}"#.to_owned(),
        r#"{"Action":"BatchGetSecretValue","SecretsList":[{"SecretName":null}]}"#.to_owned(),
        r#"{"Action":"BatchGetSecretValue","SecretsList":"db"}"#.to_owned(),
    ] {
        assert!(api.json(&line).contains(r#""Code":"InvalidParameter""#), "{line}");
    }
}

#[test]
fn tags_of_many_secrets_are_set_listed_and_removed() {
    let mut api = Api::with_the_worked_example();
    api.succeed("Action=CreateSecret&SecretName=api&VersionId=v1&SecretData=x");
    let many = "ResourceType=secret&ResourceId.1=db&ResourceId.2=api";
    insta::assert_snapshot!(api.json(&format!("Action=TagResources&{many}&Tag.1.Key=env&Tag.1.Value=prod&Tag.2.Key=team&Tag.2.Value=")), @r#"{"RequestId":"<id>"}"#);
    api.succeed(r#"{"Action":"TagResources","ResourceType":"secret","ResourceId":["db"],"Tag":[{"Key":"env","Value":"test"}]}"#);
    insta::assert_snapshot!(api.json("Action=ListTagResources&ResourceType=secret"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"api","ResourceType":"secret","TagKey":"env","TagValue":"prod"},{"ResourceId":"api","ResourceType":"secret","TagKey":"team","TagValue":""},{"ResourceId":"db","ResourceType":"secret","TagKey":"env","TagValue":"test"},{"ResourceId":"db","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
    insta::assert_snapshot!(api.json("Action=ListTagResources&ResourceType=secret&Tag.1.Key=env&Tag.1.Value=prod"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"api","ResourceType":"secret","TagKey":"env","TagValue":"prod"},{"ResourceId":"api","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
    insta::assert_snapshot!(api.json("Action=ListTagResources&ResourceType=secret&ResourceId.1=db&Tag.1.Key=team"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"db","ResourceType":"secret","TagKey":"env","TagValue":"test"},{"ResourceId":"db","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
    api.succeed("Action=UntagResources&ResourceType=secret&ResourceId.1=db&TagKey.1=env&TagKey.2=none");
    api.succeed("Action=UntagResources&ResourceType=secret&ResourceId.1=api&All=True");
    insta::assert_snapshot!(api.json("Action=ListTagResources&ResourceType=secret"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"db","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
}

#[test]
fn a_long_list_of_tags_comes_page_by_page() {
    let mut api = Api::new();
    let tags: Vec<String> = (0..20).map(|key| format!(r#"{{"TagKey":"k{key}","TagValue":"v"}}"#)).collect();
    for number in 0..12 {
        api.succeed(&format!(
            r#"{{"Action":"CreateSecret","SecretName":"s{number:02}","VersionId":"v1","SecretData":"x","Tags":[{}]}}"#,
            tags.join(",")
        ));
    }
    let list = "Action=ListTagResources&ResourceType=secret";
    let count = |answer: &serde_json::Value| answer["TagResources"]["TagResource"].as_array().unwrap().len();
    let mut pages = Vec::new();
    let mut line = list.to_owned();
    loop {
        let answer = api.succeed(&line);
        pages.push(count(&answer));
        let Some(token) = answer["NextToken"].as_str() else { break };
        line = format!("{list}&NextToken={token}");
    }
    assert_eq!(pages, [100, 100, 40]);
}

#[test]
fn requests_about_tags_that_are_refused_change_nothing() {
    let mut api = Api::with_the_worked_example();
    let before = api.file();
    let tag = "Action=TagResources&ResourceType=secret&ResourceId.1=db";
    for (line, code) in [
        (format!("{tag}&ResourceId.2=none&Tag.1.Key=a&Tag.1.Value=b"), "Forbidden.ResourceNotFound"),
        (format!("{tag}&Tag.1.Key=a&Tag.2.Key=a"), "InvalidParameter"),
        (format!("{tag}&Tag.1.Key=acs:a&Tag.1.Value=b"), "InvalidParameter"),
        (format!("{tag}&Tag.1.Name=a"), "InvalidParameter"),
        (format!("{tag}&Tag.1.Key=a&Tag.1.Key=b"), "InvalidParameter"),
        (tag.to_owned(), "MissingParameter"),
        ("Action=TagResources&ResourceType=key&ResourceId.1=db&Tag.1.Key=a".to_owned(), "InvalidParameter"),
        ("Action=UntagResources&ResourceType=secret&ResourceId.1=db".to_owned(), "MissingParameter"),
        (
            "Action=UntagResources&ResourceType=secret&ResourceId.1=none&All=true".to_owned(),
            "Forbidden.ResourceNotFound",
        ),
        (
            "Action=ListTagResources&ResourceType=secret&ResourceId.1=none".to_owned(),
            "Forbidden.ResourceNotFound",
        ),
        ("Action=ListTagResources".to_owned(), "MissingParameter"),
    ] {
        let answer = api.json(&line);
        assert!(answer.contains(&format!(r#""Code":"{code}""#)), "{line}: {answer}");
        assert!(api.file() == before, "the vault file changed: {line}");
    }
}

#[test]
fn there_is_one_region_and_there_are_no_policies() {
    let mut api = Api::with_the_worked_example();
    insta::assert_snapshot!(api.json("Action=DescribeRegions"), @r#"{"RequestId":"<id>","Regions":{"Region":[{"RegionId":"local"}]}}"#);
    for line in [
        "Action=GetSecretPolicy&SecretName=db&PolicyName=default",
        "Action=SetSecretPolicy&SecretName=db&PolicyName=default&Policy=x",
    ] {
        assert!(api.json(line).contains(r#""Code":"UnsupportedOperation""#), "{line}");
    }
}

#[test]
fn an_interval_that_is_none_and_rotation_without_a_hand_are_refused() {
    let mut api = Api::new();
    let create = "Action=CreateSecret&SecretName=db&VersionId=v1&SecretData=x";
    for (parameter, code) in [
        ("RotationInterval=30", "InvalidParameter"),
        ("RotationInterval=400d", "InvalidParameter"),
        ("RotationInterval=0d", "InvalidParameter"),
        ("EnableAutomaticRotation=True&RotationInterval=30d", "UnsupportedOperation"),
        ("DryRun=true", "DryRunOperationError"),
    ] {
        let answer = api.json(&format!("{create}&{parameter}"));
        assert!(answer.contains(&format!(r#""Code":"{code}""#)), "{parameter}: {answer}");
    }
    assert_eq!(api.succeed("Action=ListSecrets")["TotalCount"], 0);
}
