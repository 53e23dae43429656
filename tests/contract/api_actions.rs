//! The KMS API: every action in its own words.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;

use etui::domain::ErrorCode;
use etui::kms::{Format, serve};

use crate::api_support::Api;

#[test]
fn the_worked_example_of_the_contract_in_json() {
    let mut api = Api::new();
    let put = |id: &str, value: &str, stages: &str| {
        format!(
            r#"{{"Action":"PutSecretValue","SecretName":"db","VersionId":"{id}","SecretData":"{value}"{stages}}}"#
        )
    };
    let create = r#"{"Action":"CreateSecret","SecretName":"db","VersionId":"v1","SecretData":"one"}"#;
    insta::assert_snapshot!(api.json(create), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v1","SecretType":"Generic"}"#);
    assert_eq!(api.labels("db"), "v1 {ACSCurrent}");

    insta::assert_snapshot!(api.json(&put("v2", "two", "")), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v2","VersionStages":{"VersionStage":["ACSCurrent"]}}"#);
    assert_eq!(api.labels("db"), "v2 {ACSCurrent}, v1 {ACSPrevious}");

    let stages = r#","VersionStages":"[\"UStage1\"]""#;
    insta::assert_snapshot!(api.json(&put("v3", "three", stages)), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v3","VersionStages":{"VersionStage":["UStage1"]}}"#);
    assert_eq!(api.labels("db"), "v3 {UStage1}, v2 {ACSCurrent}, v1 {ACSPrevious}");

    let stages = r#","VersionStages":["ACSCurrent","UStage1","Ustage2"]"#;
    insta::assert_snapshot!(api.json(&put("v4", "four", stages)), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v4","VersionStages":{"VersionStage":["ACSCurrent","UStage1","Ustage2"]}}"#);
    let after = "v4 {ACSCurrent, UStage1, Ustage2}, v3 {}, v2 {ACSPrevious}, v1 {}";
    assert_eq!(api.labels("db"), after);

    let before = api.file();
    insta::assert_snapshot!(api.json(&put("v2", "two", "")), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v2","VersionStages":{"VersionStage":["ACSPrevious"]}}"#);
    insta::assert_snapshot!(api.json(&put("v2", "other", "")), @r#"{"RequestId":"<id>","HttpStatus":409,"Code":"Rejected.ResourceExist","Message":"version 'v2' of secret 'db' already exists with a different value","Hint":"choose another version id: 'v5' is free"}"#);
    assert_eq!(api.labels("db"), after);
    assert!(api.file() == before, "a put that changes nothing wrote something");
}

#[test]
fn the_worked_example_of_the_contract_as_query_strings_in_xml() {
    let mut api = Api::new();
    let put = "Action=PutSecretValue&SecretName=db&VersionId";
    let mut xml = |line: &str| {
        let answer = api.answer(line, Format::Xml);
        answer.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().to_owned()
    };
    insta::assert_snapshot!(xml("Action=CreateSecret&SecretName=db&VersionId=v1&SecretData=one"), @"<CreateSecretResponse><RequestId><id></RequestId><SecretName>db</SecretName><VersionId>v1</VersionId><SecretType>Generic</SecretType></CreateSecretResponse>");
    insta::assert_snapshot!(xml(&format!("{put}=v2&SecretData=two")), @"<PutSecretValueResponse><RequestId><id></RequestId><SecretName>db</SecretName><VersionId>v2</VersionId><VersionStages><VersionStage>ACSCurrent</VersionStage></VersionStages></PutSecretValueResponse>");
    insta::assert_snapshot!(xml(&format!("{put}=v3&SecretData=three&VersionStages=%5B%22UStage1%22%5D")), @"<PutSecretValueResponse><RequestId><id></RequestId><SecretName>db</SecretName><VersionId>v3</VersionId><VersionStages><VersionStage>UStage1</VersionStage></VersionStages></PutSecretValueResponse>");
    insta::assert_snapshot!(xml(&format!(r#"{put}=v4&SecretData=four&VersionStages=["ACSCurrent","UStage1","Ustage2"]"#)), @"<PutSecretValueResponse><RequestId><id></RequestId><SecretName>db</SecretName><VersionId>v4</VersionId><VersionStages><VersionStage>ACSCurrent</VersionStage><VersionStage>UStage1</VersionStage><VersionStage>Ustage2</VersionStage></VersionStages></PutSecretValueResponse>");
    insta::assert_snapshot!(xml(&format!("{put}=v2&SecretData=two")), @"<PutSecretValueResponse><RequestId><id></RequestId><SecretName>db</SecretName><VersionId>v2</VersionId><VersionStages><VersionStage>ACSPrevious</VersionStage></VersionStages></PutSecretValueResponse>");
    insta::assert_snapshot!(xml(&format!("{put}=v2&SecretData=other")), @"<Error><RequestId><id></RequestId><HttpStatus>409</HttpStatus><Code>Rejected.ResourceExist</Code><Message>version 'v2' of secret 'db' already exists with a different value</Message><Hint>choose another version id: 'v5' is free</Hint></Error>");
    insta::assert_snapshot!(xml("Action=GetSecretValue&SecretName=db&VersionStage=UStage1"), @"<GetSecretValueResponse><RequestId><id></RequestId><SecretName>db</SecretName><VersionId>v4</VersionId><SecretData>four</SecretData><SecretDataType>text</SecretDataType><SecretType>Generic</SecretType><VersionStages><VersionStage>ACSCurrent</VersionStage><VersionStage>UStage1</VersionStage><VersionStage>Ustage2</VersionStage></VersionStages><CreateTime>2026-11-24T12:00:00Z</CreateTime></GetSecretValueResponse>");
    assert_eq!(api.labels("db"), "v4 {ACSCurrent, UStage1, Ustage2}, v3 {}, v2 {ACSPrevious}, v1 {}");
}

#[test]
fn get_secret_value_reads_the_current_version_one_by_id_or_one_by_label() {
    let mut api = Api::with_the_worked_example();
    let get = "Action=GetSecretValue&SecretName=db";
    insta::assert_snapshot!(api.json(get), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v4","SecretData":"four","SecretDataType":"text","SecretType":"Generic","VersionStages":{"VersionStage":["ACSCurrent","UStage1","Ustage2"]},"CreateTime":"2026-11-24T12:03:00Z"}"#);
    insta::assert_snapshot!(api.json(&format!("{get}&VersionId=v1")), @r#"{"RequestId":"<id>","SecretName":"db","VersionId":"v1","SecretData":"one","SecretDataType":"text","SecretType":"Generic","VersionStages":{"VersionStage":[]},"CreateTime":"2026-11-24T12:00:00Z"}"#);
    assert_eq!(api.succeed(&format!("{get}&VersionStage=ACSPrevious"))["SecretData"], "two");
    assert_eq!(api.succeed(&format!("{get}&VersionStage=UStage1&VersionId=v4"))["SecretData"], "four");
}

#[test]
fn a_text_value_comes_back_as_it_was_given() {
    let mut api = Api::new();
    let value = "a\0b\r\n\t\"\\ é 🔑 \u{202e}\u{7f}";
    let quoted = serde_json::to_string(value).unwrap();
    let create = r#"{"Action":"CreateSecret","SecretName":"s","VersionId":"v1","SecretData":"#;
    api.succeed(&format!("{create}{quoted}}}"));
    assert_eq!(api.succeed("Action=GetSecretValue&SecretName=s")["SecretData"], value);
    let encoded: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
    api.succeed(&format!("Action=PutSecretValue&SecretName=s&VersionId=v1&SecretData={encoded}"));
}

#[test]
fn a_binary_value_is_base64_in_create_put_and_get() {
    let mut api = Api::new();
    let binary = "SecretName=s&SecretDataType=binary";
    api.succeed(&format!("Action=CreateSecret&{binary}&VersionId=v1&SecretData=AP8%2BYQ=="));
    let get = api.succeed("Action=GetSecretValue&SecretName=s");
    assert_eq!((&get["SecretData"], &get["SecretDataType"]), (&"AP8+YQ==".into(), &"binary".into()));
    api.succeed(&format!("Action=PutSecretValue&{binary}&VersionId=v2&SecretData=/w=="));
    assert_eq!(api.succeed("Action=GetSecretValue&SecretName=s")["SecretData"], "/w==");
    // The same bytes as text are another value.
    let as_text = "Action=PutSecretValue&SecretName=s&VersionId=v2&SecretData=/w==";
    assert!(api.json(as_text).contains("Rejected.ResourceExist"));
}

#[test]
fn update_secret_version_stage_moves_adds_and_removes_labels() {
    let mut api = Api::with_the_worked_example();
    let stage = "Action=UpdateSecretVersionStage&SecretName=db&VersionStage";
    insta::assert_snapshot!(api.json(&format!("{stage}=ACSCurrent&MoveToVersion=v2&RemoveFromVersion=v4")), @r#"{"RequestId":"<id>","SecretName":"db"}"#);
    assert_eq!(api.labels("db"), "v4 {ACSPrevious, UStage1, Ustage2}, v3 {}, v2 {ACSCurrent}, v1 {}");
    api.succeed(&format!("{stage}=canary&MoveToVersion=v1"));
    api.succeed(&format!("{stage}=UStage1&RemoveFromVersion=v4"));
    assert_eq!(api.labels("db"), "v4 {ACSPrevious, Ustage2}, v3 {}, v2 {ACSCurrent}, v1 {canary}");
    let before = api.file();
    api.succeed(&format!("{stage}=canary&MoveToVersion=v1"));
    assert!(api.file() == before, "a move to where the label is wrote something");
}

#[test]
fn list_secret_version_ids_pages_and_hides_deprecated_versions() {
    let mut api = Api::with_the_worked_example();
    let list = "Action=ListSecretVersionIds&SecretName=db";
    insta::assert_snapshot!(api.json(list), @r#"{"RequestId":"<id>","SecretName":"db","PageNumber":1,"PageSize":20,"TotalCount":2,"VersionIds":{"VersionId":[{"VersionId":"v4","CreateTime":"2026-11-24T12:03:00Z","VersionStages":{"VersionStage":["ACSCurrent","UStage1","Ustage2"]}},{"VersionId":"v2","CreateTime":"2026-11-24T12:01:00Z","VersionStages":{"VersionStage":["ACSPrevious"]}}]}}"#);
    insta::assert_snapshot!(api.json(&format!("{list}&IncludeDeprecated=true&PageNumber=2&PageSize=3")), @r#"{"RequestId":"<id>","SecretName":"db","PageNumber":2,"PageSize":3,"TotalCount":4,"VersionIds":{"VersionId":[{"VersionId":"v1","CreateTime":"2026-11-24T12:00:00Z","VersionStages":{"VersionStage":[]}}]}}"#);
}

/// Names of the secrets that a list shows.
fn names(api: &mut Api, parameters: &str) -> Vec<String> {
    let answer = api.succeed(&format!("{{\"Action\":\"ListSecrets\"{parameters}}}"));
    let secrets = answer["SecretList"]["Secret"].as_array().unwrap();
    secrets.iter().map(|secret| secret["SecretName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn list_secrets_filters_pages_and_fetches_tags() {
    let mut api = Api::new();
    for (name, about, tags) in [
        ("mail", "post", r#"[{"TagKey":"env","TagValue":"prod"},{"TagKey":"a","TagValue":""}]"#),
        ("db", "the <database>", r#"[]"#),
        ("api", "post", r#"[{"TagKey":"env","TagValue":"test"}]"#),
    ] {
        api.succeed(&format!(
            r#"{{"Action":"CreateSecret","SecretName":"{name}","VersionId":"v1","SecretData":"x","SecretType":"Generic","Description":"{about}","Tags":{tags}}}"#
        ));
        api.pass_seconds(60);
    }
    api.succeed("Action=DeleteSecret&SecretName=db&RecoveryWindowInDays=7");

    insta::assert_snapshot!(api.json("Action=ListSecrets&PageSize=2"), @r#"{"RequestId":"<id>","SecretList":{"Secret":[{"SecretName":"api","SecretType":"Generic","CreateTime":"2026-11-24T12:02:00Z","UpdateTime":"2026-11-24T12:02:00Z"},{"SecretName":"db","SecretType":"Generic","CreateTime":"2026-11-24T12:01:00Z","UpdateTime":"2026-11-24T12:03:00Z","PlannedDeleteTime":"2026-12-01T12:03:00Z"}]},"PageNumber":1,"PageSize":2,"TotalCount":3}"#);
    insta::assert_snapshot!(api.json("Action=ListSecrets&PageSize=2&PageNumber=2&FetchTags=true"), @r#"{"RequestId":"<id>","SecretList":{"Secret":[{"SecretName":"mail","SecretType":"Generic","CreateTime":"2026-11-24T12:00:00Z","UpdateTime":"2026-11-24T12:00:00Z","Tags":{"Tag":[{"TagKey":"a","TagValue":""},{"TagKey":"env","TagValue":"prod"}]}}]},"PageNumber":2,"PageSize":2,"TotalCount":3}"#);

    assert_eq!(names(&mut api, ""), ["api", "db", "mail"]);
    assert_eq!(names(&mut api, r#","Filters":[{"Key":"Description","Values":["post"]}]"#), ["api", "mail"]);
    assert_eq!(
        names(&mut api, r#","Filters":"[{\"Key\":\"TagValue\",\"Values\":[\"prod\",\"none\"]}]""#),
        ["mail"]
    );
    let both = r#"{"Key":"TagKey","Values":["env"]},{"Key":"SecretName","Values":["api","db"]}"#;
    assert_eq!(names(&mut api, &format!(",\"Filters\":[{both}]")), ["api"]);
    assert_eq!(api.succeed(&format!("Action=ListSecrets&Filters=[{both}]&PageNumber=9"))["TotalCount"], 1);
}

#[test]
fn describe_secret_works_in_the_deletion_window_too() {
    let mut api = Api::new();
    let tags = r#""[{\"TagKey\":\"env\",\"TagValue\":\"prod\"}]""#;
    api.succeed(&format!(
        r#"{{"Action":"CreateSecret","SecretName":"db","VersionId":"v1","SecretData":"x","Description":"d","Tags":{tags}}}"#
    ));
    api.pass_seconds(60);
    insta::assert_snapshot!(api.json("Action=DescribeSecret&SecretName=db&FetchTags=true"), @r#"{"RequestId":"<id>","SecretName":"db","Description":"d","CreateTime":"2026-11-24T12:00:00Z","UpdateTime":"2026-11-24T12:00:00Z","SecretType":"Generic","Tags":{"Tag":[{"TagKey":"env","TagValue":"prod"}]}}"#);
    insta::assert_snapshot!(api.json("Action=DeleteSecret&SecretName=db"), @r#"{"RequestId":"<id>","SecretName":"db","PlannedDeleteTime":"2026-12-24T12:01:00Z"}"#);
    insta::assert_snapshot!(api.json("Action=DescribeSecret&SecretName=db"), @r#"{"RequestId":"<id>","SecretName":"db","Description":"d","CreateTime":"2026-11-24T12:00:00Z","UpdateTime":"2026-11-24T12:01:00Z","SecretType":"Generic","PlannedDeleteTime":"2026-12-24T12:01:00Z"}"#);
    assert_eq!(api.labels("db"), "v1 {ACSCurrent}");
    insta::assert_snapshot!(api.json("Action=RestoreSecret&SecretName=db"), @r#"{"RequestId":"<id>","SecretName":"db"}"#);
    assert_eq!(api.succeed("Action=GetSecretValue&SecretName=db")["SecretData"], "x");
}

#[test]
fn delete_secret_by_force_removes_the_secret_at_once() {
    let mut api = Api::with_the_worked_example();
    insta::assert_snapshot!(api.json(r#"{"Action":"DeleteSecret","SecretName":"db","ForceDeleteWithoutRecovery":true}"#), @r#"{"RequestId":"<id>","SecretName":"db","PlannedDeleteTime":"2026-11-24T12:04:00Z"}"#);
    assert!(api.json("Action=DescribeSecret&SecretName=db").contains("Forbidden.ResourceNotFound"));
}

#[test]
fn a_refusal_does_not_end_the_run_and_the_first_one_is_told_at_its_end() {
    let mut api = Api::new();
    let input = "\n\
        Action=GetSecretValue&SecretName=db\r\n\
        hunter2\n\
        Action=CreateSecret&SecretName=db&VersionId=v1&SecretData=one\n\
        Action=GetSecretValue&SecretName=db";
    let (answers, code) = api.serve(input.as_bytes(), Format::Json);
    assert_eq!(code, Some(ErrorCode::ResourceNotFound));
    assert_eq!(answers.len(), 4);
    assert!(
        answers[1].contains("line 3 is neither a JSON object nor a query string (column 1)"),
        "{}",
        answers[1]
    );
    assert!(answers[3].contains(r#""SecretData":"one""#), "{}", answers[3]);
    assert_eq!(api.serve(b"", Format::Json), (vec![], None));
}

#[test]
fn every_answer_has_a_request_id_of_its_own() {
    let mut api = Api::new();
    let (answers, _) = api.serve("Action=ListSecrets\n".repeat(50).as_bytes(), Format::Json);
    let ids: std::collections::BTreeSet<&str> = answers.iter().map(|answer| &answer[14..50]).collect();
    assert_eq!(ids.len(), 50);
}

#[test]
fn a_line_over_8_mib_is_skipped_to_its_end_and_refused() {
    let mut api = Api::new();
    let head = b"Action=ListSecrets&Timestamp=";
    let mib = 1024 * 1024;
    let fits = head.chain(io::repeat(b'x').take(8 * mib - head.len() as u64)).chain(&b"\n"[..]);
    let too_long = head.chain(io::repeat(b'x').take(8 * mib - head.len() as u64 + 1)).chain(&b"\n"[..]);
    let next = &b"Action=ListSecrets\n"[..];
    let mut output = Vec::new();
    let input = io::BufReader::new(fits.chain(too_long).chain(next));
    let code = serve(&mut api.vault, input, &mut output, Format::Json).unwrap();
    assert_eq!(code, Some(ErrorCode::ParseRequestParameterException));
    let output = String::from_utf8(output).unwrap();
    let answers: Vec<&str> = output.lines().collect();
    assert_eq!(answers.len(), 3);
    assert!(answers[0].contains("SecretList"), "{}", answers[0]);
    assert!(answers[1].contains(r#""Message":"line 2 is longer than 8 MiB""#), "{}", answers[1]);
    assert!(answers[2].contains("SecretList"), "{}", answers[2]);
}

/// Lines that come into being as they are read, each only after the answer to the one before was flushed.
struct Questions {
    asked: usize,
    answered: Rc<Cell<usize>>,
    line: Vec<u8>,
    read: usize,
}

const QUESTIONS: usize = 10_000;

impl BufRead for Questions {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.line.len() && self.asked < QUESTIONS {
            assert_eq!(self.answered.get(), self.asked, "an answer was held back");
            self.line = match self.asked % 500 {
                0 => {
                    format!("Action=PutSecretValue&SecretName=db&VersionId=n{0}&SecretData={0}\n", self.asked)
                }
                1 => "not a request\n".to_owned(),
                _ => "Action=GetSecretValue&SecretName=db\n".to_owned(),
            }
            .into_bytes();
            self.read = 0;
            self.asked += 1;
        }
        Ok(&self.line[self.read..])
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount;
    }
}

impl Read for Questions {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Checks each answer when it is flushed, and keeps none.
struct Answers {
    line: Vec<u8>,
    answered: Rc<Cell<usize>>,
}

impl Write for Answers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let number = self.answered.get();
        let line = std::str::from_utf8(&self.line).unwrap();
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        let current = number - number % 500;
        let expected = match number % 500 {
            0 => format!("\"VersionId\":\"n{current}\""),
            1 => "ParseRequestParameterException".to_owned(),
            _ => format!("\"SecretData\":\"{current}\""),
        };
        assert!(line.contains(&expected), "answer {number}: {line}");
        self.answered.set(number + 1);
        self.line.clear();
        Ok(())
    }
}

#[test]
fn ten_thousand_requests_stream_each_answered_before_the_next_is_read() {
    let mut api = Api::with_the_worked_example();
    let answered = Rc::new(Cell::new(0));
    let questions = Questions { asked: 0, answered: Rc::clone(&answered), line: Vec::new(), read: 0 };
    let answers = Answers { line: Vec::new(), answered: Rc::clone(&answered) };
    let code = serve(&mut api.vault, questions, answers, Format::Json).unwrap();
    assert_eq!(code, Some(ErrorCode::ParseRequestParameterException));
    assert_eq!(answered.get(), QUESTIONS);
}
