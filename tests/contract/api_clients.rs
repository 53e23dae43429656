//! What real clients of KMS send besides the parameters of the documentation's examples, at the API.

use etui::kms::Format;
use etui::versioning::Direction;

use crate::api_support::Door;

/// A request as the SDK for Python writes it: key and instance named, `True`, `+` for a space.
const CREATE: &str = "Action=CreateSecret&SecretName=app%2Ftoken&VersionId=v1&SecretData=a+b%2Bc&EncryptionKeyId=key-1\
                      &DKMSInstanceId=kst-1&Policy=%7B%7D&ExtendedConfig=%7B%7D&EnableAutomaticRotation=False\
                      &RotationInterval=30d&Version=2016-01-20&Format=JSON&RegionId=cn-hangzhou&SignatureType=";

#[test]
fn a_create_that_names_key_instance_and_policy_creates_and_keeps_the_rotation_interval() {
    let mut door = Door::new();
    insta::assert_snapshot!(door.json(CREATE), @r#"{"RequestId":"<id>","SecretName":"app/token","VersionId":"v1","SecretType":"Generic"}"#);
    assert_eq!(door.succeed("Action=GetSecretValue&SecretName=app/token")["SecretData"], "a b+c");
    let name = etui::domain::SecretName::new("app/token").unwrap();
    let days =
        |door: &mut Door| door.vault.describe(&name).unwrap().secret.facts.rotation.map(|it| it.days());
    assert_eq!(days(&mut door), Some(30));
    // It is one change in the history.
    door.change(|vault| drop(vault.take_back(Direction::Undo, None).unwrap()));
    let planned = &door.succeed("Action=DescribeSecret&SecretName=app/token")["PlannedDeleteTime"];
    assert!(planned.is_string(), "{planned}");
}

#[test]
fn a_secret_is_named_by_its_arn_wherever_it_is_named() {
    let mut door = Door::with_the_worked_example();
    let arn = "acs:kms:cn-hangzhou:123456:secret/db";
    assert_eq!(door.succeed(&format!("Action=GetSecretValue&SecretName={arn}"))["SecretName"], "db");
    door.succeed(&format!(
        "Action=TagResources&ResourceType=secret&ResourceId.1={arn}&Tag.1.Key=a&Tag.1.Value=b"
    ));
    let batch = format!(r#"{{"Action":"BatchGetSecretValue","SecretsList":[{{"SecretName":"{arn}"}}]}}"#);
    assert_eq!(door.succeed(&batch)["SecretValues"][0]["SecretData"], "four");
}

#[test]
fn labels_come_as_a_list_as_text_as_an_object_and_flattened() {
    let mut door = Door::with_the_worked_example();
    let put = |id: &str| format!("Action=PutSecretValue&SecretName=db&SecretData=x&VersionId={id}");
    door.succeed(&format!("{}&VersionStages=%5B%22one%22%5D", put("v5")));
    door.succeed(&format!("{}&VersionStages.1=one&VersionStages.2=two", put("v6")));
    door.succeed(
        r#"{"Action":"PutSecretValue","SecretName":"db","SecretData":"x","VersionId":"v7","VersionStages":{"VersionStage":["two"]}}"#,
    );
    let labels = door.labels("db");
    assert!(labels.starts_with("v7 {two}, v6 {one}, v5 {}, v4 {ACSCurrent"), "{labels}");
}

#[test]
fn a_null_is_a_parameter_that_is_not_there() {
    let mut door = Door::with_the_worked_example();
    let get = r#"{"Action":"GetSecretValue","SecretName":"db","VersionId":null,"VersionStage":null,"Recipient":null,"Nothing":null}"#;
    assert_eq!(door.succeed(get)["VersionId"], "v4");
    let missing = door.json(r#"{"Action":"GetSecretValue","SecretName":null}"#);
    assert!(missing.contains("MissingParameter"), "{missing}");
}

#[test]
fn a_batch_tells_values_and_errors_as_plain_lists() {
    let mut door = Door::with_the_worked_example();
    door.succeed("Action=CreateSecret&SecretName=gone&VersionId=v1&SecretData=x");
    door.succeed("Action=DeleteSecret&SecretName=gone");
    let list = r#"[{"SecretName":"db"},{"SecretName":"db","VersionId":"v1"},{"SecretName":"db","VersionStage":"ACSPrevious","VersionId":null},{"SecretName":"none"},{"SecretName":"gone","FetchExtendedConfig":"true"}]"#;
    let as_text = serde_json::to_string(list).unwrap();
    let answer = door.json(&format!(r#"{{"Action":"BatchGetSecretValue","SecretsList":{as_text}}}"#));
    insta::assert_snapshot!(answer);
    let xml = door.answer(
        r#"Action=BatchGetSecretValue&SecretsList=[{"SecretName":"db"},{"SecretName":"none"}]"#,
        Format::Xml,
    );
    insta::assert_snapshot!(xml);
}

#[test]
fn a_batch_names_1_to_20_secrets() {
    let mut door = Door::with_the_worked_example();
    let batch = |count: usize| {
        let entries = vec![r#"{"SecretName":"db"}"#; count].join(",");
        format!(r#"{{"Action":"BatchGetSecretValue","SecretsList":[{entries}]}}"#)
    };
    assert_eq!(door.succeed(&batch(20))["SecretValues"].as_array().map(Vec::len), Some(20));
    for line in [
        batch(0),
        batch(21),
        r#"{"Action":"BatchGetSecretValue","SecretsList":[{"Name":"db"}]}"#.to_owned(),
        r#"{"Action":"BatchGetSecretValue","SecretsList":[{"SecretName":null}]}"#.to_owned(),
        r#"{"Action":"BatchGetSecretValue","SecretsList":"db"}"#.to_owned(),
    ] {
        assert!(door.json(&line).contains(r#""Code":"InvalidParameter""#), "{line}");
    }
}

#[test]
fn tags_of_many_secrets_are_set_listed_and_removed() {
    let mut door = Door::with_the_worked_example();
    door.succeed("Action=CreateSecret&SecretName=api&VersionId=v1&SecretData=x");
    let many = "ResourceType=secret&ResourceId.1=db&ResourceId.2=api";
    insta::assert_snapshot!(door.json(&format!("Action=TagResources&{many}&Tag.1.Key=env&Tag.1.Value=prod&Tag.2.Key=team&Tag.2.Value=")), @r#"{"RequestId":"<id>"}"#);
    door.succeed(r#"{"Action":"TagResources","ResourceType":"secret","ResourceId":["db"],"Tag":[{"Key":"env","Value":"test"}]}"#);
    insta::assert_snapshot!(door.json("Action=ListTagResources&ResourceType=secret"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"api","ResourceType":"secret","TagKey":"env","TagValue":"prod"},{"ResourceId":"api","ResourceType":"secret","TagKey":"team","TagValue":""},{"ResourceId":"db","ResourceType":"secret","TagKey":"env","TagValue":"test"},{"ResourceId":"db","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
    insta::assert_snapshot!(door.json("Action=ListTagResources&ResourceType=secret&Tag.1.Key=env&Tag.1.Value=prod"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"api","ResourceType":"secret","TagKey":"env","TagValue":"prod"},{"ResourceId":"api","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
    insta::assert_snapshot!(door.json("Action=ListTagResources&ResourceType=secret&ResourceId.1=db&Tag.1.Key=team"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"db","ResourceType":"secret","TagKey":"env","TagValue":"test"},{"ResourceId":"db","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
    door.succeed("Action=UntagResources&ResourceType=secret&ResourceId.1=db&TagKey.1=env&TagKey.2=none");
    door.succeed("Action=UntagResources&ResourceType=secret&ResourceId.1=api&All=True");
    insta::assert_snapshot!(door.json("Action=ListTagResources&ResourceType=secret"), @r#"{"RequestId":"<id>","TagResources":{"TagResource":[{"ResourceId":"db","ResourceType":"secret","TagKey":"team","TagValue":""}]}}"#);
}

#[test]
fn a_long_list_of_tags_comes_page_by_page() {
    let mut door = Door::new();
    let tags: Vec<String> = (0..20).map(|key| format!(r#"{{"TagKey":"k{key}","TagValue":"v"}}"#)).collect();
    for number in 0..12 {
        door.succeed(&format!(
            r#"{{"Action":"CreateSecret","SecretName":"s{number:02}","VersionId":"v1","SecretData":"x","Tags":[{}]}}"#,
            tags.join(",")
        ));
    }
    let list = "Action=ListTagResources&ResourceType=secret";
    let count = |answer: &serde_json::Value| answer["TagResources"]["TagResource"].as_array().unwrap().len();
    let mut pages = Vec::new();
    let mut line = list.to_owned();
    loop {
        let answer = door.succeed(&line);
        pages.push(count(&answer));
        let Some(token) = answer["NextToken"].as_str() else { break };
        line = format!("{list}&NextToken={token}");
    }
    assert_eq!(pages, [100, 100, 40]);
}

#[test]
fn requests_about_tags_that_are_refused_change_nothing() {
    let mut door = Door::with_the_worked_example();
    let before = door.file();
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
        let answer = door.json(&line);
        assert!(answer.contains(&format!(r#""Code":"{code}""#)), "{line}: {answer}");
        assert!(door.file() == before, "the vault file changed: {line}");
    }
}

#[test]
fn there_is_one_region_and_there_are_no_policies() {
    let mut door = Door::with_the_worked_example();
    insta::assert_snapshot!(door.json("Action=DescribeRegions"), @r#"{"RequestId":"<id>","Regions":{"Region":[{"RegionId":"local"}]}}"#);
    for line in [
        "Action=GetSecretPolicy&SecretName=db&PolicyName=default",
        "Action=SetSecretPolicy&SecretName=db&PolicyName=default&Policy=x",
    ] {
        assert!(door.json(line).contains(r#""Code":"UnsupportedOperation""#), "{line}");
    }
}

#[test]
fn an_interval_that_is_none_and_rotation_without_a_hand_are_refused() {
    let mut door = Door::new();
    let create = "Action=CreateSecret&SecretName=db&VersionId=v1&SecretData=x";
    for (parameter, code) in [
        ("RotationInterval=30", "InvalidParameter"),
        ("RotationInterval=400d", "InvalidParameter"),
        ("RotationInterval=0d", "InvalidParameter"),
        ("EnableAutomaticRotation=True&RotationInterval=30d", "UnsupportedOperation"),
        ("DryRun=true", "DryRunOperationError"),
    ] {
        let answer = door.json(&format!("{create}&{parameter}"));
        assert!(answer.contains(&format!(r#""Code":"{code}""#)), "{parameter}: {answer}");
    }
    assert_eq!(door.succeed("Action=ListSecrets")["TotalCount"], 0);
}
