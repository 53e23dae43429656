//! What a query finds, and what it says of itself.

use super::*;

#[derive(Default)]
struct Secret {
    name: &'static str,
    description: &'static str,
    tags: &'static [(&'static str, &'static str)],
    tags_text: &'static str,
    labels: &'static [&'static str],
    due: bool,
    deleted: bool,
}

impl Candidate for Secret {
    fn name(&self) -> &[u8] {
        self.name.as_bytes()
    }
    fn description(&self) -> &[u8] {
        self.description.as_bytes()
    }
    fn tags_text(&self) -> &[u8] {
        self.tags_text.as_bytes()
    }
    fn any_tag(&self, condition: &mut dyn FnMut(&[u8], &[u8]) -> bool) -> bool {
        self.tags.iter().any(|(key, value)| condition(key.as_bytes(), value.as_bytes()))
    }
    fn any_label(&self, condition: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.labels.iter().any(|label| condition(label.as_bytes()))
    }
    fn is_due(&self) -> bool {
        self.due
    }
    fn is_deleted(&self) -> bool {
        self.deleted
    }
}

fn found(query: &str, secrets: &[Secret]) -> Vec<&'static str> {
    let query = Query::parse(query);
    let mut ranked: Vec<_> =
        secrets.iter().filter_map(|secret| Some((query.rank(secret)?, secret.name))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, name)| name).collect()
}

fn named(name: &'static str) -> Secret {
    Secret { name, ..Secret::default() }
}

#[test]
fn the_best_answer_comes_first() {
    let secrets = [
        named("d-b/pool"),
        Secret { name: "mail", description: "the db of mails", ..Secret::default() },
        named("shop/adb"),
        named("shop/db/password"),
        named("shop/db/url"),
        named("db"),
        named("unrelated"),
    ];
    assert_eq!(
        found("db", &secrets),
        ["db", "shop/db/url", "shop/db/password", "shop/adb", "mail", "d-b/pool"]
    );
}

#[test]
fn a_space_means_and_and_the_order_of_terms_does_not_matter() {
    let secrets = [named("shop/db/url"), named("shop/api"), named("db/url")];
    assert_eq!(found("db shop", &secrets), ["shop/db/url"]);
    assert_eq!(found("shop db", &secrets), ["shop/db/url"]);
}

#[test]
fn signs_ask_exactly() {
    let secrets = [named("shop/db"), named("shop/adb-x"), named("db/shop"), named("d-b")];
    for (query, expected) in [
        ("'db", &["shop/db", "db/shop", "shop/adb-x"][..]),
        ("^shop", &["shop/db", "shop/adb-x"]),
        ("shop$", &["db/shop"]),
        ("^d-b$", &["d-b"]),
        ("!shop", &["d-b"]),
        ("db !^", &["shop/db", "db/shop", "shop/adb-x", "d-b"]),
        ("'", &["d-b", "shop/db", "db/shop", "shop/adb-x"]),
    ] {
        assert_eq!(found(query, &secrets), expected, "{query}");
    }
}

#[test]
fn an_upper_case_letter_means_itself_and_a_lower_case_one_both() {
    let secrets = [named("Mail/Inbox"), named("mail/out")];
    assert_eq!(found("mail", &secrets), ["mail/out", "Mail/Inbox"]);
    assert_eq!(found("Mail", &secrets), ["Mail/Inbox"]);
}

#[test]
fn letters_must_stand_in_order_within_one_word_of_the_path() {
    let secrets = [named("shop/db/password"), named("shop/api-key")];
    assert_eq!(found("pswd", &secrets), ["shop/db/password"]);
    assert_eq!(found("ak", &secrets), ["shop/api-key"]);
    assert_eq!(found("dbpw", &secrets), [""; 0]);
    assert_eq!(found("swd", &secrets), [""; 0]);
}

#[test]
fn labels_tags_due_and_deleted_narrow() {
    let secrets = [
        Secret { name: "a", labels: &["ACSCurrent", "canary"], due: true, ..Secret::default() },
        Secret {
            name: "b",
            tags: &[("env", "prod"), ("owner", "me")],
            tags_text: "env\0prod\0owner\0me\0",
            ..Secret::default()
        },
        Secret {
            name: "c",
            tags: &[("env", "test")],
            tags_text: "env\0test\0",
            deleted: true,
            ..Secret::default()
        },
    ];
    for (query, expected) in [
        ("@canary", &["a"][..]),
        ("@can", &["a"]),
        ("#env", &["b", "c"]),
        ("#env=prod", &["b"]),
        ("#env=", &["b", "c"]),
        ("#en=prod", &[]),
        ("due", &["a"]),
        ("deleted", &["c"]),
        ("is:due", &["a"]),
        ("is:deleted", &["c"]),
        ("#env !prod", &["c"]),
        ("#", &["a", "b", "c"]),
    ] {
        assert_eq!(found(query, &secrets), expected, "{query}");
    }
    assert!(Query::parse("x deleted").wants_deleted());
}

#[test]
fn on_a_command_line_bare_words_are_text() {
    let secrets = [
        Secret { name: "a", due: true, ..Secret::default() },
        Secret { name: "b", deleted: true, ..Secret::default() },
        named("due/deleted"),
    ];
    for (words, expected) in [
        (&["due"][..], &["due/deleted"][..]),
        (&["deleted"], &["due/deleted"]),
        (&["is:due"], &["a"]),
        (&["is:deleted"], &["b"]),
        (&["is:due is:deleted"], &[]),
        (&["due", "^due"], &["due/deleted"]),
        (&[], &["a", "b", "due/deleted"]),
    ] {
        let query = Query::of_arguments(words.iter().copied()).unwrap();
        let let_through = secrets.iter().filter(|secret| query.rank(*secret).is_some());
        assert_eq!(let_through.map(|secret| secret.name).collect::<Vec<_>>(), expected, "{words:?}");
    }
    let error = Query::of_arguments(["db", "is:old"]).unwrap_err();
    assert_eq!(error.to_string(), "unknown condition 'is:old'");
    assert!(Query::of_arguments(["@x", "db"]).unwrap().ranks());
    assert!(!Query::of_arguments(["@x", "#y", "is:due", "!z"]).unwrap().ranks());
}

#[test]
fn what_matched_is_told_for_highlighting() {
    let marked = |query: &str, name: &str| {
        let mut text = name.to_owned();
        for range in Query::parse(query).matches(name).into_iter().rev() {
            text.insert(range.end, ']');
            text.insert(range.start, '[');
        }
        text
    };
    assert_eq!(marked("db", "adb/db-x"), "adb/[db]-x");
    assert_eq!(marked("pswd", "db/password"), "db/[p]a[s]s[w]or[d]");
    assert_eq!(marked("^db rd$", "db/password"), "[db]/passwo[rd]");
    assert_eq!(marked("pass sword", "db/password"), "db/[password]");
    assert_eq!(marked("@pass", "db/password"), "db/password");
}

proptest::proptest! {
    #[test]
    #[allow(clippy::disallowed_methods, reason = "no secret, and the samples are texts that stay")]
    fn what_a_narrower_query_lets_through_the_other_one_did_too(
        texts in proptest::collection::vec("[abAB/é-]{1,8}", 1..12),
        queries in proptest::collection::vec("['^!@#]?[abAB$é= ]{0,4}", 2),
        is_typed_behind in proptest::bool::ANY,
    ) {
        let earlier = Query::parse(&queries[0]);
        let typed = if is_typed_behind { queries.concat() } else { queries[1].clone() };
        let later = Query::parse(&typed);
        if later.narrows(&earlier) {
            for text in texts {
                let text: &'static str = text.leak();
                let tags: &'static [_] = vec![(text, "ab"), ("ab", text)].leak();
                let labels: &'static [_] = vec![text].leak();
                for secret in [
                    named(text),
                    Secret { name: "x", description: text, ..Secret::default() },
                    Secret { name: "x", tags, labels, ..Secret::default() },
                ] {
                    let (new, old) = (later.rank(&secret), earlier.rank(&secret));
                    proptest::prop_assert!(new.is_none() || old.is_some(), "{typed:?} {queries:?} {text:?}");
                }
            }
        }
    }
}

#[test]
fn a_letter_typed_behind_a_query_narrows_it_and_one_taken_away_does_not() {
    let narrows = |new: &str, old: &str| Query::parse(new).narrows(&Query::parse(old));
    for (new, old) in [
        ("d", ""),
        ("db", "d"),
        ("db ", "db"),
        ("db u", "db"),
        ("dB", "d"),
        ("^db", "^d"),
        ("@ca", "@c"),
        ("#env=p", "#env="),
        ("#env=pr", "#env=p"),
        ("db !x", "db"),
    ] {
        assert!(narrows(new, old), "{new:?} {old:?}");
    }
    for (new, old) in [("d", "db"), ("!db", "!d"), ("due", "du"), ("dueb", "due"), ("db", "dB"), ("b", "d")] {
        assert!(!narrows(new, old), "{new:?} {old:?}");
    }
}

#[test]
fn descriptions_are_searched_in_any_script() {
    let secrets = [Secret { name: "a", description: "Schlüssel für Ärzte", ..Secret::default() }];
    assert_eq!(found("ärzte", &secrets), ["a"]);
    assert_eq!(found("SCHLÜSSEL", &secrets), [""; 0]);
    assert_eq!(found("für", &secrets), ["a"]);
}
