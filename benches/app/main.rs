//! How long the app's own work takes with 100,000 secrets, from an event to the drawn cells, beside the 16 ms of
//! a frame: the update, what it asks of the worker excepted, and the view.
//!
//! `cargo bench --bench app` prints criterion's report and then a table of medians. Without `--bench` (under
//! `cargo test --all-targets`) everything runs once on a tiny vault.

#[allow(dead_code, unused_macros, reason = "the tests of the screens use the rest")]
#[path = "../../tests/screens/harness.rs"]
mod harness;
mod medians;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use etui::domain::{Description, SecretName, SecretValue, TagKey, TagValue, Tags, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::tui::{Answered, Event};
use etui::vault::{CreateRequest, Vault};

use rustix::time::{ClockId, clock_gettime};

use harness::{Harness, PASSWORD};
use medians::Medians;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let secrets = if is_bench { 100_000 } else { 20 };
    let mut bench = Bench {
        criterion: Criterion::default()
            .sample_size(10)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(2))
            .configure_from_args(),
        medians: Medians::default(),
        app: Harness::locked((120, 40), |vault, _| fill(vault, secrets)),
    };
    bench.app.hold();
    bench.first_list();
    bench.tree();
    bench.flat();
    bench.put();
    bench.marks();
    bench.criterion.final_summary();
    bench.medians.print();
}

struct Bench {
    criterion: Criterion,
    medians: Medians,
    app: Harness,
}

impl Bench {
    /// Measures the work on one event, each time after `before` has brought the app to where it comes.
    fn measure(
        &mut self,
        what: &str,
        mut before: impl FnMut(&mut Harness),
        mut event: impl FnMut(&mut Harness) -> Option<Answered>,
        key: &str,
    ) {
        let (app, medians) = (&mut self.app, &mut self.medians);
        self.criterion.bench_function(what, |bencher| {
            bencher.iter_custom(|turns| {
                let taken = (0..turns).map(|_| {
                    before(app);
                    settle(app);
                    let reply = event(app);
                    let begin = time_of_thread();
                    match reply {
                        Some(reply) => app.event(Event::Answered(reply)),
                        None => {
                            app.press(key);
                        }
                    }
                    black_box(app.cursor());
                    time_of_thread() - begin
                });
                let taken = taken.sum();
                medians.note(what, taken, turns);
                taken
            });
        });
        settle(app);
    }

    /// Measures a key.
    fn key(&mut self, what: &str, key: &str, before: impl FnMut(&mut Harness)) {
        self.measure(what, before, |_| None, key);
    }

    fn first_list(&mut self) {
        let lock = |app: &mut Harness| {
            app.press("Ctrl-l");
        };
        let unlock = |app: &mut Harness| {
            app.type_text(PASSWORD).press("Enter");
            app.answer()
        };
        self.measure("the first list", lock, unlock, "");
    }

    fn tree(&mut self) {
        self.key("tree: the next row", "j", |_| {});
        self.key("tree: open a folder", "l", |app| {
            app.press("g h h h");
        });
        self.key("tree: close it", "h", |app| {
            app.press("g h h h l");
        });
        self.queries("tree");
        self.key("from the tree to the flat list", "t", |app| {
            if !app.state.app.browse().is_some_and(|browse| browse.rows.is_tree()) {
                app.press("t");
            }
        });
    }

    fn flat(&mut self) {
        self.key("flat: the next row", "j", |_| {});
        self.key("flat: a page further", "PgDn", |_| {});
        self.key("flat: to the end", "G", |app| {
            app.press("g");
        });
        self.queries("flat");
        self.key("flat: another order", "o", |_| {});
        while self.app.state.app.browse().is_some_and(|browse| !browse.rows.is_tree()) {
            self.app.press("t");
        }
    }

    /// Queries of which the last key is measured: the first letters of a word that every name holds, one that
    /// none does, letters in order, words that are all over the place, a term of tags, and the way back.
    fn queries(&mut self, layout: &str) {
        for (what, query) in [
            ("filter, 1st letter", "p"),
            ("filter, 2nd letter", "pa"),
            ("filter, 3rd letter", "pas"),
            ("filter, letters in order", "pswd"),
            ("filter, a letter of no name", "q"),
            ("filter, found in few", "77777"),
            ("filter, in no name", "ssss"),
            ("filter, three words", "team service prod"),
            ("filter, other letters", "è"),
            ("filter, by tag", "#env=p"),
        ] {
            let (start, last) = query.split_at(query.char_indices().next_back().map_or(0, |(at, _)| at));
            self.key(&format!("{layout}: {what} ({query})"), last, |app| {
                app.press("Esc Esc /").type_text(start);
            });
        }
        self.key(&format!("{layout}: a letter taken back (pas)"), "Backspace", |app| {
            app.press("Esc Esc /").type_text("pas");
        });
        self.key(&format!("{layout}: leave the filter"), "Esc", |app| {
            app.press("Esc Esc /").type_text("pas");
        });
        self.app.press("Esc Esc");
    }

    /// A fresh list, as after every put.
    fn put(&mut self) {
        let refresh = |app: &mut Harness| {
            app.state.app.asks.work(etui::tui::Work::List);
            let effects = app.state.app.asks.take();
            app.run(effects);
            app.answer()
        };
        self.measure("the list after a put", |_| {}, refresh, "");
        let filter = |app: &mut Harness| {
            app.press("Esc Esc /").type_text("pas").press("Enter");
        };
        self.measure("the filtered list after a put", filter, refresh, "");
    }
}

/// What is measured again with every secret marked, beside the same without.
const WITH_MARKS: [(&str, &str, &[&str], &str); 6] = [
    ("tree: the next row", "j", &[], ""),
    ("tree: open a folder", "l", &["g", "h", "h", "h"], ""),
    ("tree: filter, 1st letter (p)", "p", &["/"], ""),
    ("tree: filter, 3rd letter (pas)", "s", &["/"], "pa"),
    ("tree: filter, in no name (ssss)", "s", &["/"], "sss"),
    ("tree: mark a folder, or unmark it", "Space", &["g", "h", "h", "h"], ""),
];

/// What stands behind the names of those.
const MARKED: &str = ", all marked";

impl Bench {
    /// The same frames without and with marks: the table ends with how they compare.
    fn marks(&mut self) {
        for marked in ["", MARKED] {
            if !marked.is_empty() {
                mark_all(&mut self.app);
            }
            for (what, key, before, text) in WITH_MARKS {
                self.key(&format!("{what}{marked}"), key, |app| {
                    leave_filter(app);
                    for key in before {
                        app.press(key);
                    }
                    app.type_text(text);
                });
            }
            leave_filter(&mut self.app);
        }
        for (what, ..) in WITH_MARKS {
            self.medians.compare(&format!("{what}{MARKED}"), what);
        }
    }
}

/// `Esc` in the list itself would take the marks away.
fn leave_filter(app: &mut Harness) {
    if app.state.app.browse().is_some_and(|browse| browse.is_filtering()) {
        app.press("Esc");
    }
}

fn mark_all(app: &mut Harness) {
    app.press("Esc Esc g");
    settle(app);
    let all = app.state.app.browse().map_or(0, |browse| browse.catalogue.len());
    let marked = |app: &Harness| app.state.app.browse().map_or(0, |browse| browse.marks.len());
    while marked(app) < all {
        // A folder that is open shows its own before the next one.
        app.press("h Space j");
        settle(app);
    }
}

/// The processor's time, which does not depend on what else the machine does.
fn time_of_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("the clock counts from the start of the thread")
}

/// The worker does what is left to do.
fn settle(app: &mut Harness) {
    while let Some(reply) = app.answer() {
        app.event(Event::Answered(reply));
    }
}

fn fill(vault: &mut Vault, secrets: usize) {
    let numbers: Vec<usize> = (0..secrets).collect();
    for share in numbers.chunks(1_000) {
        let stored = vault.batch(|changes| {
            share.iter().try_for_each(|number| changes.create_secret(&new_secret(*number)).map(drop))
        });
        stored.expect("a batch of new secrets");
    }
}

fn new_secret(number: usize) -> CreateRequest {
    let name = format!("team-{}/service-{}/password-{number}", number % 50, number % 700);
    let mut tags = Tags::new();
    let environment = if number.is_multiple_of(3) { "prod" } else { "test" };
    tags.set(TagKey::new("env").expect("a key"), TagValue::new(environment).expect("a value"));
    CreateRequest {
        name: SecretName::new(&name).expect("a name"),
        version_id: VersionId::new("v1").expect("an id"),
        value: SecretValue::new(ValueType::Text, SecretBytes::copy_of(b"correct horse battery staple"))
            .expect("a value"),
        description: Description::new("a password of a service").expect("a description"),
        tags,
        extra_stages: Vec::new(),
        note: None,
    }
}
