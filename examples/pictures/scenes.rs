//! What the pictures show: the samples of the demo at a fixed time, and the keys that lead to each screen.

use std::sync::atomic::Ordering;

use etui::demo;
use etui::domain::Timestamp;
use etui::tui::Theme;
use etui::tui::glyphs::Glyphs;

use super::animation::{self, Frame};
use super::svg;
use crate::harness::{Harness, NOW};

/// Columns.
const WIDTH: u16 = 108;

/// The keys that lead to a screen.
type Play = fn(&mut Harness);

/// The pictures by name.
pub fn all() -> Vec<(&'static str, String)> {
    let scenes: [(&str, u16, Play); 4] =
        [("browse", 26, browse), ("put", 26, put), ("labels", 26, labels), ("diff", 19, diff)];
    let still = scenes.into_iter().map(|(name, rows, play)| {
        let mut app = app(rows);
        play(&mut app);
        (name, svg::draw(&app.buffer(), &svg::DARK))
    });
    still.chain([("rotation", rotation())]).collect()
}

/// The animated picture: a put with what it will do, and the way back.
fn rotation() -> String {
    let mut app = app(26);
    let mut frames = Vec::new();
    let mut show =
        |app: &Harness, key, says, time| frames.push(Frame { cells: app.buffer(), key, says, time });
    show(&app, "", "a secret, its versions and their labels", 20);
    app.press("p");
    show(&app, "p", "put a new value", 12);
    for part in ["demo-", "Falc", "on3-", "gard", "en"] {
        app.type_text(part);
        show(&app, "p", "put a new value", 3);
    }
    show(&app, "p", "put a new value: \"After this\" shows what will change", 32);
    app.press("Ctrl-s");
    show(&app, "Ctrl-s", "stored: the new version is current, the old one previous", 32);
    app.press("b");
    show(&app, "b", "roll back: which labels will move", 32);
    app.press("Enter");
    show(&app, "Enter", "rolled back: nothing is lost, and u undoes", 36);
    animation::draw(&frames, 7)
}

/// The app on the samples, as if they were the user's.
fn app(rows: u16) -> Harness {
    let mut app = Harness::locked((WIDTH, rows), |vault, clock| {
        let set_clock = &mut |time: Timestamp| clock.0.store(time.seconds(), Ordering::SeqCst);
        demo::fill(vault, Timestamp::clamped(NOW), set_clock).expect("the samples fit into a vault");
    });
    app.wear(Theme::named("dark", Glyphs::UNICODE));
    app.state.app.path = "~/.local/share/etui/vault.etui".to_owned();
    app.unlock();
    find(&mut app, demo::FIRST);
    app
}

/// Puts the cursor on a secret, and shows the whole list again.
fn find(app: &mut Harness, name: &str) {
    app.press("/").type_text(name).press("Enter Esc");
}

fn browse(_: &mut Harness) {}

fn put(app: &mut Harness) {
    app.press("p").type_text("demo-Falcon3-garden").press("Tab Tab").type_text("rotated, as every quarter");
}

fn labels(app: &mut Harness) {
    app.press("s j j j");
}

fn diff(app: &mut Harness) {
    find(app, "shop/config");
    app.press("2 j Space k d r");
}
