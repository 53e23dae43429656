//! The suggested version id, case by case.

use super::super::test_support::{label, secret};
use super::*;

/// What is suggested for versions of these ids, oldest first.
fn suggested(versions: &str) -> String {
    suggest_version_id(&secret(versions, ""), None).to_string()
}

/// The same in a copy that is called `nb`.
fn suggested_by_nb(versions: &str) -> String {
    let nb = CopyName::new("nb").unwrap();
    suggest_version_id(&secret(versions, ""), Some(&nb)).to_string()
}

#[test]
fn the_first_version_is_v1() {
    assert_eq!(suggested(""), "v1");
}

#[test]
fn the_last_run_of_digits_in_the_newest_id_is_counted_up_and_its_width_kept() {
    for (newest, next) in [
        ("v1", "v2"),
        ("v9", "v10"),
        ("v09", "v10"),
        ("v099", "v100"),
        ("2026-11", "2026-12"),
        ("2026-12", "2026-13"),
        ("00000000000000000000000000000203", "00000000000000000000000000000204"),
        ("v1.2-rc", "v1.3-rc"),
        ("7", "8"),
        ("999999999999999999999999999999", "1000000000000000000000000000000"),
        ("r2d9/x", "r2d10/x"),
    ] {
        assert_eq!(suggested(newest), next, "after {newest}");
    }
}

#[test]
fn the_newest_version_counts_and_not_the_largest() {
    assert_eq!(suggested("v7 v3"), "v4");
}

#[test]
fn counting_goes_on_until_an_id_is_free() {
    assert_eq!(suggested("v5 v6 v7 v4"), "v8");
    assert_eq!(suggested("a-3 a-2 a"), "a-4");
}

#[test]
fn an_id_without_digits_gets_2_appended() {
    assert_eq!(suggested("first"), "first-2");
    assert_eq!(suggested("first first-2"), "first-3");
}

#[test]
fn where_the_id_would_be_over_64_characters_it_is_vn() {
    assert_eq!(suggested(&"a".repeat(62)), format!("{}-2", "a".repeat(62)));
    assert_eq!(suggested(&"a".repeat(63)), "v2");
    assert_eq!(suggested(&"a".repeat(64)), "v2");
    assert_eq!(suggested(&"9".repeat(63)), format!("1{}", "0".repeat(63)));
    assert_eq!(suggested(&"9".repeat(64)), "v2");
    assert_eq!(suggested(&format!("v3 v4 {}", "9".repeat(64))), "v5");
}

// Guards: after a merge the copy without a name went on with the name of the other one.
#[test]
fn each_copy_goes_on_with_its_own_name_or_with_none() {
    for (versions, plain, nb) in [
        ("", "v1", "v1-nb"),
        ("v7", "v8", "v8-nb"),
        ("v7 v8-nb", "v9", "v9-nb"),
        ("v7 v8-nb v8-server2", "v9", "v9-nb"),
        // Each counted from v7 for itself.
        ("v7 v8-nb v8", "v9", "v9-nb"),
        ("v8-nb v9-nb v9", "v10", "v10-nb"),
        ("v9-nb v9 v8", "v10", "v10-nb"),
        ("v10 v9-nb", "v11", "v10-nb"),
        ("2026-11", "2026-12", "2026-12-nb"),
        ("2026-12-nb", "2026-13-nb", "2026-13-nb"),
        // Only what some ids of a row end in is the name of a copy.
        ("2026-11 2026-12-nb", "2026-13", "2026-13-nb"),
        ("2026-10 2026-11-nb 2026-12-nb", "2026-13", "2026-13-nb"),
        ("2026-10 2026-11-server2 2026-12-nb", "2026-13", "2026-13-nb"),
        ("2026-11-nb 2026-12-server2", "2026-13", "2026-13-nb"),
        ("2026-11-nb 2026-12-nb", "2026-13-nb", "2026-13-nb"),
        ("v1.1-rc v1.2-rc", "v1.3-rc", "v1.3-rc-nb"),
        ("first", "first-2", "first-2-nb"),
        ("first first-2-nb", "first-3", "first-3-nb"),
        ("v8-2", "v8-3", "v8-3-nb"),
        ("v1.2-rc", "v1.3-rc", "v1.3-rc-nb"),
        ("v1.2-rc-nb", "v1.3-rc-nb", "v1.3-rc-nb"),
    ] {
        assert_eq!(
            (suggested(versions).as_str(), suggested_by_nb(versions).as_str()),
            (plain, nb),
            "{versions}"
        );
    }
    assert_eq!(suggested_by_nb(&"9".repeat(62)), "v2-nb", "with the name it would be too long");
}

#[test]
fn what_is_suggested_is_always_free() {
    let mut versions = vec!["x".to_owned()];
    for _ in 0..300 {
        let next = suggested(&versions.join(" "));
        assert!(!versions.contains(&next), "{next} is taken");
        versions.push(next);
    }
    // A label of the same text is nothing to an id.
    assert_eq!(suggest_version_id(&secret("v1", "v2=v1"), None).as_str(), label("v2").as_str());
}
