//! `etui api` as a command; what the API answers is tested with the contract.

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn api_answers_line_by_line_and_ends_with_the_first_refusal() {
    let home = Home::with_secret();
    let requests = "\
{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\"}
Action=GetSecretValue&SecretName=nothing
no request
{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\",\"VersionId\":\"v1\"}
";
    let run = home.pipe(requests, &["api"]);
    assert_eq!(run.code, Some(3), "{run}");
    let answers: Vec<serde_json::Value> =
        run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["SecretData"], "two");
    assert_eq!(answers[1]["Code"], "Forbidden.ResourceNotFound");
    assert_eq!(answers[2]["Code"], "ParseRequestParameterException");
    assert_eq!(answers[3]["SecretData"], "one");
    assert_eq!(run.stderr, "");
}

#[test]
fn api_succeeds_when_every_request_does() {
    let home = Home::with_secret();
    home.pipe("Action=ListSecrets\n", &["api"]).succeeded();
    assert_eq!(home.pipe("", &["api"]).succeeded().text(), "");
}

#[test]
fn api_answers_in_xml_when_asked_to() {
    let home = Home::with_secret();
    let run = home.pipe("Action=GetSecretValue&SecretName=db", &["api", "--format", "xml"]).succeeded();
    assert!(run.text().contains("<SecretData>two</SecretData>"), "{run}");
}

#[test]
fn api_needs_its_stdin_for_the_requests() {
    let home = Home::with_secret();
    assert_snapshot!(home.pipe("x", &["api", "--password-file", "-"]).failed(2), @r#"
        exit 2
        stderr:
        error: stdin cannot hold both the password and the requests
        hint: name a file for one of them
        "#);
    home.pipe("", &["api", "--format", "yaml"]).failed(2);
}
