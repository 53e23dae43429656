//! The worked example of the contract through the command line.

use super::support::Home;

fn labels(home: &Home) -> String {
    let log = home.etui(&["log", "db", "--all", "--json"]).succeeded().json();
    let entries = log["VersionIds"]["VersionId"].as_array().unwrap();
    let told = entries.iter().map(|version| {
        let labels: Vec<&str> = version["VersionStages"]["VersionStage"]
            .as_array()
            .unwrap()
            .iter()
            .map(|label| label.as_str().unwrap())
            .collect();
        format!("{} {{{}}}", version["VersionId"].as_str().unwrap(), labels.join(" "))
    });
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn every_line_of_the_worked_example_holds() {
    let home = Home::with_vault();
    home.pipe("a", &["new", "db", "--version-id", "v1"]).succeeded();
    assert_eq!(labels(&home), "v1 {ACSCurrent}");
    home.pipe("b", &["put", "db", "--version-id", "v2"]).succeeded();
    assert_eq!(labels(&home), "v2 {ACSCurrent}, v1 {ACSPrevious}");
    home.pipe("c", &["put", "db", "--version-id", "v3", "--stage", "UStage1"]).succeeded();
    assert_eq!(labels(&home), "v3 {UStage1}, v2 {ACSCurrent}, v1 {ACSPrevious}");
    let three = ["--stage", "ACSCurrent", "--stage", "UStage1", "--stage", "Ustage2"];
    home.pipe("d", &[&["put", "db", "--version-id", "v4"], &three[..]].concat()).succeeded();
    let end = "v4 {ACSCurrent UStage1 Ustage2}, v3 {}, v2 {ACSPrevious}, v1 {}";
    assert_eq!(labels(&home), end);

    let before = home.bytes_of_vault();
    home.pipe("b", &["put", "db", "--version-id", "v2"]).succeeded();
    home.pipe("x", &["put", "db", "--version-id", "v2"]).failed(4);
    assert_eq!(labels(&home), end);
    assert!(home.bytes_of_vault() == before, "neither may touch the file");
}
