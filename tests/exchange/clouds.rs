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
        "line 1, column 1: this object has no 'SecretData': it is not an answer with a value"
    );
}

#[test]
fn a_description_of_aws_gives_its_secret_description_tags_and_time() {
    let place = Place::new();
    let mut vault = place.create();
    let file = r#"{"ARN":"arn:x","Name":"db","Description":"what for","LastChangedDate":1700000000.5,"CreatedDate":1.6e9,
        "Tags":[{"Key":"env","Value":"prod"},{"Key":"acs:x","Value":""}],"VersionIdsToStages":{"v1":["AWSCURRENT"],"v0":["AWSPREVIOUS"]},
        "RotationEnabled":true,"KmsKeyId":"alias/k"}
        {"ARN":"arn:x","Name":"db","VersionId":"v1","SecretString":"s","VersionStages":["AWSCURRENT"],"CreatedDate":1700000000.9}
        {"ARN":"arn:y","Name":"other","VersionIdsToStages":{"v1":["AWSCURRENT"]}}"#;
    let batch = parsed(cloud::read_aws, file);
    assert_eq!(
        lost(&batch),
        [
            "'db' loses the tag 'acs:x': a tag key cannot begin with 'acs:'",
            "'db' loses its automatic rotation",
            "'db' loses the time of its last change",
            "'db' loses its 'KmsKeyId'",
            "'db' loses its version 'v0': the file has no value for it",
            "'other' is left out: the file describes it without a value",
        ]
    );
    import(&mut vault, &batch);
    insta::assert_snapshot!(shown(&mut vault), @r#"
    db "what for" Tags({TagKey("env"): TagValue("prod")}) 2020-09-13T12:26:40Z None None
      ACSCurrent = v1
      v1 2023-11-14T22:13:20Z None text "s"
    "#);
}

#[test]
fn versions_of_one_second_keep_the_order_that_their_labels_tell() {
    let answer = |id: &str, label: &str| {
        format!(
            r#"{{"SecretName":"db","VersionId":"{id}","SecretData":"{id}","CreateTime":"2024-01-01T00:00:00Z",
            "VersionStages":{{"VersionStage":["{label}"]}}}}"#
        )
    };
    let order = |vault: &mut etui::vault::Vault| {
        let versions = vault.describe(&secret_name("db")).unwrap().secret.versions;
        versions.iter().map(|version| version.id.to_string()).collect::<Vec<_>>()
    };
    let (old, new) = (answer("v9", "ACSPrevious"), answer("v10", "ACSCurrent"));
    // In one file, the newer one first; and in two files, one after the other.
    let place = Place::new();
    let mut vault = place.create();
    import(&mut vault, &parsed(cloud::read_alibaba, format!("{new}{old}")));
    assert_eq!(order(&mut vault), ["v9", "v10"]);
    let place = Place::new();
    let mut vault = place.create();
    import(&mut vault, &parsed(cloud::read_alibaba, &old));
    import(&mut vault, &parsed(cloud::read_alibaba, &new));
    assert_eq!(order(&mut vault), ["v9", "v10"]);
}
