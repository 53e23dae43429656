//! What the command lines of AWS and Alibaba Cloud print.

use etui::exchange::cloud;

use crate::helpers::{import, lost, parsed, shown, told};
use crate::support::rules::secret_name;
use crate::support::vaults::Place;

#[test]
fn answers_of_aws_become_versions_with_their_stages() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(cloud::read_aws, include_bytes!("fixtures/aws.json"));
    import(&mut vault, &batch);
    insta::assert_snapshot!(shown(&mut vault), @r#"
    prod/db "" Tags({}) 2024-01-01T11:00:00Z None None
      ACSCurrent = a1b2c3d4-5678-90ab-cdef-EXAMPLE22222
      ACSPrevious = a1b2c3d4-5678-90ab-cdef-EXAMPLE11111
      live = a1b2c3d4-5678-90ab-cdef-EXAMPLE22222
      a1b2c3d4-5678-90ab-cdef-EXAMPLE11111 2024-01-01T11:00:00Z None text "{\"username\":\"app\",\"password\":\"old\"}"
      a1b2c3d4-5678-90ab-cdef-EXAMPLE22222 2024-05-06T07:08:09Z None text "{\"username\":\"app\",\"password\":\"new\"}"
    "#);
    assert_eq!(told(&import(&mut vault, &batch)), ["prod/db: same"]);
}

#[test]
fn a_batch_of_aws_holds_binary_values_and_names_what_could_not_be_read() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(cloud::read_aws, include_bytes!("fixtures/aws-batch.json"));
    assert_eq!(lost(&batch), ["'locked' is left out: it could not be read there"]);
    assert_eq!(told(&import(&mut vault, &batch)).len(), 1);
    let got = vault.get_secret_value(&secret_name("tls"), &etui::versioning::Selector::default()).unwrap();
    assert_eq!(got.value.expose(), [0, 255, 10, 7]);
    assert_eq!(got.version.created.to_string(), "2024-05-06T07:08:09Z");
}

#[test]
fn answers_of_alibaba_become_versions_with_their_stages() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(cloud::read_alibaba, include_bytes!("fixtures/alibaba.json"));
    assert_eq!(lost(&batch), ["'db/password' loses its automatic rotation"]);
    import(&mut vault, &batch);
    insta::assert_snapshot!(shown(&mut vault), @r#"
    db/password "" Tags({}) 2024-01-01T00:00:00Z None None
      ACSCurrent = v2
      ACSPrevious = v1
      UStage1 = v2
      v1 2024-01-01T00:00:00Z None binary "\0�"
      v2 2024-05-06T07:08:09Z None text "ü\n🔑"
    "#);
    assert_eq!(told(&import(&mut vault, &batch)), ["db/password: same"]);
}

#[test]
fn a_later_answer_moves_the_stages_as_a_put_does() {
    let place = Place::new();
    let mut vault = place.create();
    import(&mut vault, &parsed(cloud::read_alibaba, include_bytes!("fixtures/alibaba.json")));
    let rotated = r#"{"SecretName":"db/password","VersionId":"v3","SecretData":"three",
        "VersionStages":{"VersionStage":["ACSCurrent"]}}"#;
    assert_eq!(told(&import(&mut vault, &parsed(cloud::read_alibaba, rotated))), ["db/password: gets v3"]);
    let labels = vault.describe(&secret_name("db/password")).unwrap().secret.labels;
    let marked: Vec<String> = labels.iter().map(|(label, target)| format!("{label}={}", target.id)).collect();
    assert_eq!(marked, ["ACSCurrent=v3", "ACSPrevious=v2", "UStage1=v2"]);
}

#[test]
fn an_answer_without_a_value_is_refused_with_its_place() {
    let list = "{\n \"SecretName\": \"db\",\n \"VersionIds\": {\"VersionId\": []}\n}";
    let error = cloud::read_alibaba(list.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1, column 1: this object has no 'SecretData': it is not the answer that holds a value"
    );
}
