//! UpdateSecret, TagResource, UntagResource and GetRandomPassword at the KMS API.

use etui::kms::Format;

use crate::api_support::Api;

const DESCRIBE: &str = "Action=DescribeSecret&SecretName=db&FetchTags=true";

#[test]
fn update_secret_changes_the_description_and_nothing_about_versions() {
    let mut api = Api::with_the_worked_example();
    let labels = api.labels("db");
    insta::assert_snapshot!(api.json(r#"{"Action":"UpdateSecret","SecretName":"db","Description":"the database"}"#), @r#"{"RequestId":"<id>","SecretName":"db"}"#);
    assert_eq!(api.succeed(DESCRIBE)["Description"], "the database");
    assert_eq!(api.succeed(DESCRIBE)["UpdateTime"], "2026-11-24T12:04:00Z");
    assert_eq!(api.labels("db"), labels);
    let before = api.file();
    // The same again, and a request that names nothing to change.
    api.succeed("Action=UpdateSecret&SecretName=db&Description=the%20database");
    api.succeed("Action=UpdateSecret&SecretName=db");
    assert!(api.file() == before, "an update that changes nothing wrote something");
    api.succeed("Action=UpdateSecret&SecretName=db&Description=");
    assert_eq!(api.succeed(DESCRIBE)["Description"], "");
}

#[test]
fn tag_resource_and_untag_resource_change_tags_and_answer_their_request_id_alone() {
    let mut api = Api::with_the_worked_example();
    let labels = api.labels("db");
    let tag = r#"{"Action":"TagResource","SecretName":"db","Tags":[{"TagKey":"env","TagValue":"prod"},{"TagKey":"team","TagValue":""}]}"#;
    insta::assert_snapshot!(api.json(tag), @r#"{"RequestId":"<id>"}"#);
    // Lists as the API has them, in a string.
    insta::assert_snapshot!(api.json(r#"Action=TagResource&SecretName=db&Tags=[{"TagKey":"env","TagValue":"test"}]"#), @r#"{"RequestId":"<id>"}"#);
    let tags = r#"{"Tag":[{"TagKey":"env","TagValue":"test"},{"TagKey":"team","TagValue":""}]}"#;
    assert_eq!(api.succeed(DESCRIBE)["Tags"].to_string(), tags);
    insta::assert_snapshot!(api.json(r#"{"Action":"UntagResource","SecretName":"db","TagKeys":["env","nothing"]}"#), @r#"{"RequestId":"<id>"}"#);
    assert_eq!(api.succeed(DESCRIBE)["Tags"].to_string(), r#"{"Tag":[{"TagKey":"team","TagValue":""}]}"#);
    api.succeed(r#"Action=UntagResource&SecretName=db&TagKeys=["team"]"#);
    assert_eq!(api.succeed(DESCRIBE)["Tags"].to_string(), r#"{"Tag":[]}"#);
    assert_eq!(api.labels("db"), labels);
}

#[test]
fn their_answers_in_xml() {
    let mut api = Api::with_the_worked_example();
    let mut xml = |line: &str| {
        let answer = api.answer(line, Format::Xml);
        answer.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().to_owned()
    };
    insta::assert_snapshot!(xml("Action=UpdateSecret&SecretName=db&Description=x"), @"<UpdateSecretResponse><RequestId><id></RequestId><SecretName>db</SecretName></UpdateSecretResponse>");
    insta::assert_snapshot!(xml(r#"Action=TagResource&SecretName=db&Tags=[{"TagKey":"a","TagValue":"b"}]"#), @"<TagResourceResponse><RequestId><id></RequestId></TagResourceResponse>");
    insta::assert_snapshot!(xml(r#"Action=UntagResource&SecretName=db&TagKeys=["a"]"#), @"<UntagResourceResponse><RequestId><id></RequestId></UntagResourceResponse>");
    let random = xml("Action=GetRandomPassword&PasswordLength=8&ExcludePunctuation=true");
    assert!(random.starts_with("<GetRandomPasswordResponse><RequestId><id></RequestId><RandomPassword>"));
    assert!(random.ends_with("</RandomPassword></GetRandomPasswordResponse>"), "{random}");
}

fn random(api: &mut Api, parameters: &str) -> String {
    let answer = api.succeed(&format!("Action=GetRandomPassword{parameters}"));
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    answer["RandomPassword"].as_str().unwrap().to_owned()
}

#[test]
fn get_random_password_has_32_characters_unless_asked_otherwise() {
    let mut api = Api::new();
    assert_eq!(random(&mut api, "").len(), 32);
    for length in [8, 128] {
        assert_eq!(random(&mut api, &format!("&PasswordLength={length}")).len(), length);
    }
    assert_ne!(random(&mut api, ""), random(&mut api, ""));
}

#[test]
fn get_random_password_leaves_out_what_is_excluded() {
    let mut api = Api::new();
    let only = |api: &mut Api, parameters: &str, allowed: fn(&u8) -> bool| {
        let password = random(api, &format!("&PasswordLength=128{parameters}"));
        assert!(password.bytes().all(|byte| allowed(&byte)), "{parameters}: {password}");
    };
    only(&mut api, "&ExcludeLowercase=true", |byte| !byte.is_ascii_lowercase());
    only(&mut api, "&ExcludeUppercase=true", |byte| !byte.is_ascii_uppercase());
    only(&mut api, "&ExcludeNumbers=true", |byte| !byte.is_ascii_digit());
    only(&mut api, "&ExcludePunctuation=true", |byte| !byte.is_ascii_punctuation());
    only(&mut api, "&ExcludeCharacters=0aZ%26%22", |byte| !b"0aZ&\"".contains(byte));
    let letters =
        "&ExcludeNumbers=true&ExcludePunctuation=true&ExcludeUppercase=true&ExcludeCharacters=abcdefgh";
    only(&mut api, letters, |byte| (b'i'..=b'z').contains(byte));
}

#[test]
fn requiring_one_of_each_type_is_not_the_default_and_holds_where_it_is_asked_for() {
    let mut api = Api::new();
    let each = "&PasswordLength=8&RequireEachIncludedType=true";
    for _ in 0..100 {
        let password = random(&mut api, each);
        for holds in [
            u8::is_ascii_lowercase as fn(&u8) -> bool,
            u8::is_ascii_uppercase,
            u8::is_ascii_digit,
            u8::is_ascii_punctuation,
        ] {
            assert!(password.bytes().any(|byte| holds(&byte)), "{password}");
        }
    }
    // Among eight of 94 characters one type is missing about half of the time: not a hundred times in a row.
    let misses = |password: String| !password.bytes().any(|byte| byte.is_ascii_digit());
    assert!((0..100).any(|_| misses(random(&mut api, "&PasswordLength=8"))));
}

/// A request, and the code, message and hint that refuse it.
type Refused = (&'static str, &'static str, &'static str, &'static str);

#[test]
fn refusals_change_nothing() {
    let mut api = Api::with_the_worked_example();
    api.succeed("Action=CreateSecret&SecretName=gone&VersionId=v1&SecretData=x");
    api.succeed("Action=DeleteSecret&SecretName=gone&RecoveryWindowInDays=7");
    let before = api.file();
    let in_window = "secret 'gone' is scheduled for deletion on 2026-12-01T12:04:00Z";
    let restore = "run `etui restore gone` to cancel the deletion";
    let tags = "a JSON list of objects with TagKey and TagValue, each key once";
    #[allow(clippy::disallowed_methods, reason = "no secret, and the table takes texts that stay")]
    let not_tags: &'static str = Box::leak(format!("parameter 'Tags' is not {tags}").into_boxed_str());
    let refusals: &[Refused] = &[
        ("Action=UpdateSecret", "MissingParameter", "parameter 'SecretName' of UpdateSecret is missing", ""),
        (
            "Action=UpdateSecret&SecretName=none&Description=x",
            "Forbidden.ResourceNotFound",
            "there is no secret 'none'",
            "run `etui list` to see the names",
        ),
        (
            "Action=UpdateSecret&SecretName=gone&Description=x",
            "Rejected.ResourceInDeleteWindow",
            in_window,
            restore,
        ),
        (
            "Action=UpdateSecret&SecretName=db&Name=x",
            "InvalidParameter",
            "UpdateSecret has no parameter 'Name'",
            "its parameters are SecretName, Description",
        ),
        (
            r#"Action=TagResource&SecretName=gone&Tags=[{"TagKey":"a","TagValue":"b"}]"#,
            "Rejected.ResourceInDeleteWindow",
            in_window,
            restore,
        ),
        (
            "Action=TagResource&SecretName=db",
            "MissingParameter",
            "parameter 'Tags' of TagResource is missing",
            "",
        ),
        (
            "Action=TagResource&SecretName=db&Tags=env",
            "InvalidParameter",
            not_tags,
            "correct parameter 'Tags'",
        ),
        (
            r#"Action=TagResource&SecretName=db&Tags=[{"TagKey":"a"}]"#,
            "InvalidParameter",
            not_tags,
            "correct parameter 'Tags'",
        ),
        (
            r#"Action=TagResource&SecretName=db&Tags=[{"TagKey":"a","TagValue":"1"},{"TagKey":"a","TagValue":"2"}]"#,
            "InvalidParameter",
            not_tags,
            "correct parameter 'Tags'",
        ),
        (
            r#"Action=TagResource&SecretName=db&Tags=[{"TagKey":"acs:a","TagValue":"b"}]"#,
            "InvalidParameter",
            "a tag key cannot begin with 'acs:'",
            "correct parameter 'Tags'",
        ),
        (
            "Action=UntagResource&SecretName=db",
            "MissingParameter",
            "parameter 'TagKeys' of UntagResource is missing",
            "",
        ),
        (
            "Action=UntagResource&SecretName=db&TagKeys=env",
            "InvalidParameter",
            "parameter 'TagKeys' is not a JSON list of tag keys",
            "correct parameter 'TagKeys'",
        ),
        (
            r#"Action=UntagResource&SecretName=none&TagKeys=["a"]"#,
            "Forbidden.ResourceNotFound",
            "there is no secret 'none'",
            "run `etui list` to see the names",
        ),
        (
            "Action=GetRandomPassword&PasswordLength=7",
            "InvalidParameter",
            "a random password has 8 to 128 characters",
            "",
        ),
        (
            "Action=GetRandomPassword&PasswordLength=129",
            "InvalidParameter",
            "a random password has 8 to 128 characters",
            "",
        ),
        (
            "Action=GetRandomPassword&PasswordLength=99999999999999999999",
            "InvalidParameter",
            "a random password has 8 to 128 characters",
            "",
        ),
        (
            "Action=GetRandomPassword&PasswordLength=x",
            "InvalidParameter",
            "parameter 'PasswordLength' is not a whole number",
            "correct parameter 'PasswordLength'",
        ),
        (
            "Action=GetRandomPassword&ExcludeNumbers=yes",
            "InvalidParameter",
            "parameter 'ExcludeNumbers' is not true or false",
            "correct parameter 'ExcludeNumbers'",
        ),
        (
            "Action=GetRandomPassword&ExcludeLowercase=true&ExcludeUppercase=true&ExcludeNumbers=true&ExcludePunctuation=true",
            "InvalidParameter",
            "no characters are left to choose from",
            "exclude less",
        ),
        (
            "Action=GetRandomPassword&ExcludeCharacters=0123456789&RequireEachIncludedType=true",
            "InvalidParameter",
            "each included type of character is required, but one of them has no characters left",
            "exclude the whole type, or do not require one of each",
        ),
    ];
    for &(line, code, message, hint) in refusals {
        let answer: serde_json::Value = serde_json::from_str(&api.json(line)).unwrap();
        let said = [&answer["Code"], &answer["Message"], &answer["Hint"]];
        assert_eq!(said, [code, message, hint], "{line}");
        assert!(api.answer(line, Format::Xml).contains(&format!("<Code>{code}</Code>")), "{line}");
        assert!(api.file() == before, "the vault file changed: {line}");
    }
}

#[test]
fn twenty_tags_and_not_one_more() {
    let mut api = Api::with_the_worked_example();
    let tags = |numbers: std::ops::Range<usize>| {
        let tags: Vec<String> =
            numbers.map(|number| format!(r#"{{"TagKey":"k{number}","TagValue":"x"}}"#)).collect();
        format!(r#"{{"Action":"TagResource","SecretName":"db","Tags":[{}]}}"#, tags.join(","))
    };
    api.succeed(&tags(0..20));
    let before = api.file();
    for numbers in [20..21, 0..21] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(api.json(&tags(numbers)), @r#"{"RequestId":"<id>","HttpStatus":400,"Code":"Rejected.LimitExceeded","Message":"secret 'db' would carry more than 20 tags","Hint":"remove a tag first"}"#);
        }
    }
    assert!(api.file() == before);
    api.succeed(&tags(3..4));
}
