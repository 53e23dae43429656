//! The worked example of the contract, typed into the form.

use crate::harness::Harness;

/// The labels of each version, newest first, as the vault has them.
fn labels(harness: &Harness) -> Vec<String> {
    let details = harness.state.app.browse().unwrap().known().unwrap();
    details
        .secret
        .versions
        .iter()
        .rev()
        .map(|version| {
            let labels = details.secret.labels.of(version.key);
            let labels: Vec<&str> = labels.iter().map(|label| label.as_str()).collect();
            format!("{} {}", version.id, labels.join(","))
        })
        .collect()
}

fn put(harness: &mut Harness, value: &str) {
    harness.press("p").type_text(value);
    harness.press("Ctrl-s");
}

#[test]
fn every_line_of_the_worked_example_holds_through_the_form() {
    let mut harness = Harness::open((120, 40), |_, _| {});
    harness.press("n").type_text("db").press("Tab").type_text("one").press("Ctrl-s");
    assert_eq!(labels(&harness), ["v1 ACSCurrent"]);

    put(&mut harness, "two");
    assert_eq!(labels(&harness), ["v2 ACSCurrent", "v1 ACSPrevious"]);

    harness.press("p").type_text("three").press("Tab Backspace").type_text("UStage1").press("Ctrl-s");
    assert_eq!(labels(&harness), ["v3 UStage1", "v2 ACSCurrent", "v1 ACSPrevious"]);

    // The form begins with the labels of the selected version.
    harness.press("p").type_text("four").press("Tab").type_text("ACSCurrent Ustage2").press("Ctrl-s");
    let after_four = ["v4 ACSCurrent,UStage1,Ustage2", "v3 ", "v2 ACSPrevious", "v1 "];
    assert_eq!(labels(&harness), after_four);
    harness.assert_shows("v3       – no label");

    // The same version with its own value: success, and nothing changes.
    harness.press("p").type_text("two").press("Shift-Tab Shift-Tab Backspace").type_text("2");
    harness.assert_shows("v2 already holds this value: nothing will change");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "v2 already holds this value: nothing changed");
    assert_eq!(labels(&harness), after_four);

    // The same version with another value: refused before anything is sent, and the form stays as typed.
    harness.press("p").type_text("another").press("Shift-Tab Shift-Tab Backspace").type_text("2");
    harness.assert_shows("version 'v2' of secret 'db' already exists with a");
    harness.press("Ctrl-s");
    harness.assert_shows("Ctrl-n uses the next free id, v5");
    harness.assert_shows("•••••••");
    assert_eq!(labels(&harness), after_four);
    harness.press("Esc l Enter b Enter");
    assert_eq!(labels(&harness), ["v4 ACSPrevious,UStage1,Ustage2", "v3 ", "v2 ACSCurrent", "v1 "]);
}
