//! The exact shape of every answer, in both formats.

use super::*;
use crate::domain::{Description, Facts, StageLabel, TagKey, TagValue, ValueType, VersionId};
use crate::versioning::{Change, Existence, LabelMap, Operation, Shift, VersionKey};

const SOME_ID: &str = "00000000-0000-4000-8000-000000000000";

/// What is written, its RequestId replaced by `<id>`.
fn written(answer: &Answer<'_>, format: Format) -> String {
    let mut out = SecretBytes::new();
    answer.write(format, &mut out);
    let mut text = out.expose_text().unwrap().to_owned();
    let start = text.find("RequestId").unwrap() + "RequestId".len();
    let start = start + text[start..].find(|character: char| character.is_ascii_hexdigit()).unwrap();
    text.replace_range(start..start + SOME_ID.len(), "<id>");
    assert!(!text.contains('\n'));
    text
}

fn json(answer: &Answer<'_>) -> String {
    written(answer, Format::Json)
}

fn xml(answer: &Answer<'_>) -> String {
    let text = written(answer, Format::Xml);
    text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().to_owned()
}

fn name() -> SecretName {
    SecretName::new("shop/db").unwrap()
}

fn id(text: &str) -> VersionId {
    VersionId::new(text).unwrap()
}

fn label(text: &str) -> StageLabel {
    StageLabel::new(text).unwrap()
}

fn noon(day: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_521_600 + day * Timestamp::DAY).unwrap()
}

fn version(key: i64) -> VersionState {
    VersionState {
        key: VersionKey(key),
        id: id(&format!("v{key}")),
        given: None,
        order: key.unsigned_abs(),
        created: noon(key),
        value_type: ValueType::Text,
        size: 5,
        note: None,
    }
}

/// The worked example of the contract, after its fourth call.
fn secret() -> SecretState {
    let versions: Vec<VersionState> = (1..=4).map(version).collect();
    let mut labels = LabelMap::new();
    for (text, version) in [("UStage1", 3), ("Ustage2", 3), ("ACSPrevious", 1), ("ACSCurrent", 3)] {
        labels.point(&label(text), &versions[version].reference());
    }
    SecretState {
        name: name(),
        given_name: None,
        facts: Facts {
            description: Description::new("the \"shop\" database\n").unwrap(),
            tags: [("env", "prod"), ("team", "a & b")]
                .map(|(key, value)| (TagKey::new(key).unwrap(), TagValue::new(value).unwrap()))
                .into_iter()
                .collect(),
            ..Facts::default()
        },
        created: noon(0),
        updated: noon(4),
        planned_deletion: None,
        labels,
        next_order: 5,
        versions,
    }
}

fn got(value_type: ValueType, value: &[u8]) -> GetOutcome {
    GetOutcome {
        name: name(),
        version: version(4),
        stages: vec![label("ACSCurrent"), label("UStage1")],
        value: SecretValue::new(value_type, SecretBytes::copy_of(value)).unwrap(),
    }
}

fn changed(change: Option<Change>) -> ChangeOutcome {
    ChangeOutcome { name: name(), change, time: noon(9) }
}

#[test]
fn create_secret() {
    let outcome = CreateOutcome { name: name(), version_id: id("v1"), stages: vec![label("ACSCurrent")] };
    let answer = Answer::create(&outcome);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","VersionId":"v1","SecretType":"Generic"}"#);
    insta::assert_snapshot!(xml(&answer), @"<CreateSecretResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><VersionId>v1</VersionId><SecretType>Generic</SecretType></CreateSecretResponse>");
}

#[test]
fn put_secret_value() {
    let outcome = PutOutcome {
        name: name(),
        version_id: id("v4"),
        stages: vec![label("ACSCurrent"), label("UStage1")],
        created: true,
        moved: vec![],
        destroyed: vec![],
        same_value_as: None,
        exceeds_kms_limit: false,
    };
    let answer = Answer::put(&outcome);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","VersionId":"v4","VersionStages":{"VersionStage":["ACSCurrent","UStage1"]}}"#);
    insta::assert_snapshot!(xml(&answer), @"<PutSecretValueResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><VersionId>v4</VersionId><VersionStages><VersionStage>ACSCurrent</VersionStage><VersionStage>UStage1</VersionStage></VersionStages></PutSecretValueResponse>");
}

#[test]
fn put_secret_value_of_a_version_that_lost_its_labels() {
    let outcome = PutOutcome {
        name: name(),
        version_id: id("v1"),
        stages: vec![],
        created: false,
        moved: vec![],
        destroyed: vec![],
        same_value_as: None,
        exceeds_kms_limit: false,
    };
    let answer = Answer::put(&outcome);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","VersionId":"v1","VersionStages":{"VersionStage":[]}}"#);
    insta::assert_snapshot!(xml(&answer), @"<PutSecretValueResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><VersionId>v1</VersionId><VersionStages></VersionStages></PutSecretValueResponse>");
}

#[test]
fn get_secret_value_of_text() {
    let outcome = got(ValueType::Text, "p&ss \"<ä>\"\r\n\t]]>".as_bytes());
    let answer = Answer::get(&outcome);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","VersionId":"v4","SecretData":"p&ss \"<ä>\"\r\n\t]]>","SecretDataType":"text","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent","UStage1"]},"CreateTime":"2026-11-28T12:00:00Z"}"#);
    insta::assert_snapshot!(xml(&answer), @r#"<GetSecretValueResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><VersionId>v4</VersionId><SecretData>p&amp;ss "&lt;ä&gt;"&#13;&#10;&#9;]]&gt;</SecretData><SecretDataType>text</SecretDataType><SecretType>Generic</SecretType><VersionStages><VersionStage>ACSCurrent</VersionStage><VersionStage>UStage1</VersionStage></VersionStages><CreateTime>2026-11-28T12:00:00Z</CreateTime></GetSecretValueResponse>"#);
}

#[test]
fn get_secret_value_of_binary() {
    let outcome = got(ValueType::Binary, b"\x00\xff>a");
    let answer = Answer::get(&outcome);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","VersionId":"v4","SecretData":"AP8+YQ==","SecretDataType":"binary","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent","UStage1"]},"CreateTime":"2026-11-28T12:00:00Z"}"#);
    assert!(
        xml(&answer).contains("<SecretData>AP8+YQ==</SecretData><SecretDataType>binary</SecretDataType>")
    );
}

#[test]
fn update_secret_version_stage_and_restore_secret() {
    let outcome = changed(None);
    insta::assert_snapshot!(json(&Answer::stage(&outcome)), @r#"{"RequestId":"<id>","SecretName":"shop/db"}"#);
    insta::assert_snapshot!(json(&Answer::restore(&outcome)), @r#"{"RequestId":"<id>","SecretName":"shop/db"}"#);
    insta::assert_snapshot!(xml(&Answer::stage(&outcome)), @"<UpdateSecretVersionStageResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName></UpdateSecretVersionStageResponse>");
    insta::assert_snapshot!(xml(&Answer::restore(&outcome)), @"<RestoreSecretResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName></RestoreSecretResponse>");
}

#[test]
fn update_secret_tag_resource_and_untag_resource() {
    let outcome = changed(None);
    insta::assert_snapshot!(json(&Answer::update(&outcome)), @r#"{"RequestId":"<id>","SecretName":"shop/db"}"#);
    insta::assert_snapshot!(xml(&Answer::update(&outcome)), @"<UpdateSecretResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName></UpdateSecretResponse>");
    insta::assert_snapshot!(json(&Answer::tag()), @r#"{"RequestId":"<id>"}"#);
    insta::assert_snapshot!(xml(&Answer::tag()), @"<TagResourceResponse><RequestId><id></RequestId></TagResourceResponse>");
    insta::assert_snapshot!(json(&Answer::untag()), @r#"{"RequestId":"<id>"}"#);
    insta::assert_snapshot!(xml(&Answer::untag()), @"<UntagResourceResponse><RequestId><id></RequestId></UntagResourceResponse>");
}

#[test]
fn get_random_password() {
    let value = SecretValue::new(ValueType::Text, SecretBytes::copy_of(b"a<b&\"c")).unwrap();
    let answer = Answer::random_password(&value);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","RandomPassword":"a<b&\"c"}"#);
    insta::assert_snapshot!(xml(&answer), @r#"<GetRandomPasswordResponse><RequestId><id></RequestId><RandomPassword>a&lt;b&amp;"c</RandomPassword></GetRandomPasswordResponse>"#);
}

#[test]
fn delete_secret_with_a_window() {
    let mut change = Change::of(Operation::Delete);
    change.planned_deletion = Some(Shift::new(None, Some(noon(39))));
    let outcome = changed(Some(change));
    let answer = Answer::delete(&outcome);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","PlannedDeleteTime":"2027-01-02T12:00:00Z"}"#);
    insta::assert_snapshot!(xml(&answer), @"<DeleteSecretResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><PlannedDeleteTime>2027-01-02T12:00:00Z</PlannedDeleteTime></DeleteSecretResponse>");
}

#[test]
fn delete_secret_by_force_tells_the_time_of_deletion() {
    for planned in [None, Some(noon(39))] {
        let mut change = Change::of(Operation::ForceDelete);
        change.existence = Existence::Disappears;
        change.planned_deletion = planned.map(|planned| Shift::new(Some(planned), None));
        let outcome = changed(Some(change));
        assert!(json(&Answer::delete(&outcome)).ends_with(r#""PlannedDeleteTime":"2026-12-03T12:00:00Z"}"#));
    }
}

#[test]
fn describe_secret() {
    let secret = secret();
    let answer = Answer::describe(&secret, FetchTags::Yes);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","Description":"the \"shop\" database\n","CreateTime":"2026-11-24T12:00:00Z","UpdateTime":"2026-11-28T12:00:00Z","SecretType":"Generic","Tags":{"Tag":[{"TagKey":"env","TagValue":"prod"},{"TagKey":"team","TagValue":"a & b"}]}}"#);
    insta::assert_snapshot!(xml(&answer), @r#"<DescribeSecretResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><Description>the "shop" database&#10;</Description><CreateTime>2026-11-24T12:00:00Z</CreateTime><UpdateTime>2026-11-28T12:00:00Z</UpdateTime><SecretType>Generic</SecretType><Tags><Tag><TagKey>env</TagKey><TagValue>prod</TagValue></Tag><Tag><TagKey>team</TagKey><TagValue>a &amp; b</TagValue></Tag></Tags></DescribeSecretResponse>"#);
}

#[test]
fn describe_secret_without_tags_in_its_window() {
    let mut secret = secret();
    secret.planned_deletion = Some(noon(30));
    let answer = Answer::describe(&secret, FetchTags::No);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","Description":"the \"shop\" database\n","CreateTime":"2026-11-24T12:00:00Z","UpdateTime":"2026-11-28T12:00:00Z","SecretType":"Generic","PlannedDeleteTime":"2026-12-24T12:00:00Z"}"#);
}

#[test]
fn list_secret_version_ids_newest_first() {
    let secret = secret();
    let page = Page::new(1, 20).unwrap();
    let answer = Answer::versions(&secret, IncludeDeprecated::No, page);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","PageNumber":1,"PageSize":20,"TotalCount":2,"VersionIds":{"VersionId":[{"VersionId":"v4","CreateTime":"2026-11-28T12:00:00Z","VersionStages":{"VersionStage":["ACSCurrent","UStage1","Ustage2"]}},{"VersionId":"v2","CreateTime":"2026-11-26T12:00:00Z","VersionStages":{"VersionStage":["ACSPrevious"]}}]}}"#);
    insta::assert_snapshot!(xml(&answer), @"<ListSecretVersionIdsResponse><RequestId><id></RequestId><SecretName>shop/db</SecretName><PageNumber>1</PageNumber><PageSize>20</PageSize><TotalCount>2</TotalCount><VersionIds><VersionId><VersionId>v4</VersionId><CreateTime>2026-11-28T12:00:00Z</CreateTime><VersionStages><VersionStage>ACSCurrent</VersionStage><VersionStage>UStage1</VersionStage><VersionStage>Ustage2</VersionStage></VersionStages></VersionId><VersionId><VersionId>v2</VersionId><CreateTime>2026-11-26T12:00:00Z</CreateTime><VersionStages><VersionStage>ACSPrevious</VersionStage></VersionStages></VersionId></VersionIds></ListSecretVersionIdsResponse>");
}

#[test]
fn list_secret_version_ids_by_pages_with_deprecated_ones() {
    let secret = secret();
    let page = Page::new(2, 3).unwrap();
    let answer = Answer::versions(&secret, IncludeDeprecated::Yes, page);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretName":"shop/db","PageNumber":2,"PageSize":3,"TotalCount":4,"VersionIds":{"VersionId":[{"VersionId":"v1","CreateTime":"2026-11-25T12:00:00Z","VersionStages":{"VersionStage":[]}}]}}"#);
    let everything = json(&Answer::versions(&secret, IncludeDeprecated::Yes, Page::all()));
    assert!(everything.contains(r#""PageNumber":1,"PageSize":4,"TotalCount":4,"#), "{everything}");
    let beyond = json(&Answer::versions(&secret, IncludeDeprecated::No, Page::new(9, 1).unwrap()));
    assert!(beyond.ends_with(r#""TotalCount":2,"VersionIds":{"VersionId":[]}}"#), "{beyond}");
}

#[test]
fn list_secrets_without_any() {
    let answer = Answer::secrets(std::iter::empty(), 0, Page::new(1, 10).unwrap(), FetchTags::Yes);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","SecretList":{"Secret":[]},"PageNumber":1,"PageSize":10,"TotalCount":0}"#);
    insta::assert_snapshot!(xml(&answer), @"<ListSecretsResponse><RequestId><id></RequestId><SecretList></SecretList><PageNumber>1</PageNumber><PageSize>10</PageSize><TotalCount>0</TotalCount></ListSecretsResponse>");
}

#[test]
fn a_refusal() {
    let answer =
        Answer::error(ErrorCode::ResourceNotFound, "there is no secret 'a<b'\u{1b}[2J", "look\nagain");
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","HttpStatus":404,"Code":"Forbidden.ResourceNotFound","Message":"there is no secret 'a<b'␛[2J","Hint":"look␊again"}"#);
    insta::assert_snapshot!(xml(&answer), @"<Error><RequestId><id></RequestId><HttpStatus>404</HttpStatus><Code>Forbidden.ResourceNotFound</Code><Message>there is no secret 'a&lt;b'␛[2J</Message><Hint>look␊again</Hint></Error>");
}

#[test]
fn the_refusal_of_the_vault_keeps_its_code_sentence_and_hint() {
    let answer = Answer::of_vault_error(&VaultError::Busy);
    insta::assert_snapshot!(json(&answer), @r#"{"RequestId":"<id>","HttpStatus":503,"Code":"VaultBusy","Message":"another process holds the vault","Hint":"wait until it has finished, then try again"}"#);
}

#[test]
fn a_value_that_xml_cannot_carry_is_refused_in_xml_only() {
    for bad in ["a\0b", "a\u{1b}b", "\u{ffff}", "\u{fffe}"] {
        let outcome = got(ValueType::Text, bad.as_bytes());
        let answer = Answer::get(&outcome);
        let mut out = SecretBytes::copy_of(b"before ");
        assert_eq!(answer.write(Format::Xml, &mut out), Some(ErrorCode::UnsupportedOperation));
        let text = out.expose_text().unwrap();
        assert!(text.starts_with("before <?xml version=\"1.0\" encoding=\"UTF-8\"?><Error>"), "{text}");
        assert!(!text.contains("SecretData"), "{text}");
        assert_eq!(answer.write(Format::Json, &mut out), None);
    }
}

#[test]
fn writing_answers_the_code_of_the_refusal() {
    let mut out = SecretBytes::new();
    let refusal = Answer::error(ErrorCode::MissingParameter, "a", "b");
    assert_eq!(refusal.write(Format::Json, &mut out), Some(ErrorCode::MissingParameter));
    assert_eq!(refusal.write(Format::Xml, &mut out), Some(ErrorCode::MissingParameter));
    let outcome = changed(None);
    assert_eq!(Answer::stage(&outcome).write(Format::Xml, &mut out), None);
}

mod properties {
    use proptest::prelude::*;
    use quick_xml::events::Event;

    use super::*;

    /// Any text value: characters that need care more often than others.
    fn value() -> impl Strategy<Value = String> {
        let care = prop::sample::select(vec![
            '<', '>', '&', '"', '\'', '\\', '\r', '\n', '\t', ' ', ']', '\u{85}', '\u{2028}',
        ]);
        prop::collection::vec(prop_oneof![care, any::<char>()], 1..30).prop_map(String::from_iter)
    }

    /// The text within an element, as an XML reader sees it.
    fn text_of(document: &str, element: &str) -> String {
        let mut reader = quick_xml::Reader::from_str(document);
        let mut inside = false;
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => inside = start.name().as_ref() == element,
                Event::End(_) => inside = false,
                Event::Text(part) if inside => text.push_str(&part),
                Event::GeneralRef(reference) if inside => match reference.resolve_char_ref().unwrap() {
                    Some(character) => text.push(character),
                    None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap()),
                },
                Event::Eof => return text,
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn a_json_reader_gets_back_any_value(text in value()) {
            let outcome = got(ValueType::Text, text.as_bytes());
            let mut out = SecretBytes::new();
            Answer::get(&outcome).write(Format::Json, &mut out);
            let read: serde_json::Value = serde_json::from_slice(out.expose()).unwrap();
            prop_assert_eq!(read["SecretData"].as_str(), Some(&text[..]));
            prop_assert!(!out.expose().contains(&b'\n'));
        }

        #[test]
        fn an_xml_reader_gets_back_any_value_or_a_refusal(text in value()) {
            let outcome = got(ValueType::Text, text.as_bytes());
            let mut out = SecretBytes::new();
            let refusal = Answer::get(&outcome).write(Format::Xml, &mut out);
            let document = out.expose_text().unwrap();
            prop_assert!(!document.contains('\n') && !document.contains('\r'));
            match refusal {
                None => prop_assert_eq!(text_of(document, "SecretData"), text),
                Some(code) => prop_assert_eq!(text_of(document, "Code"), code.as_str()),
            }
        }
    }
}
