//! Whatever the size, something sensible is drawn and nothing is lost.

use crate::browse::on_password;
use crate::harness::Harness;
use crate::sample;

#[test]
fn a_terminal_that_is_too_small_is_told_so_in_a_sentence() {
    let mut harness = on_password();
    harness.resize(39, 10);
    harness.assert_shows("etui needs 40x10 cells");
    harness.resize(40, 9);
    harness.assert_shows("etui needs 40x10 cells");
    harness.resize(40, 10);
    harness.assert_shows("Secrets");
}

#[test]
fn a_storm_of_sizes_loses_nothing() {
    let mut harness = on_password();
    harness.press("p");
    harness.type_text("typed\nvalue");
    for step in 0..1000_u32 {
        let columns = u16::try_from(step * 7919 % 500 + 1).unwrap();
        let rows = u16::try_from(step * 104_729 % 200 + 1).unwrap();
        harness.resize(columns, rows);
        if step % 7 == 0 {
            let _ = harness.screen();
        }
    }
    harness.resize(120, 40);
    harness.press("Alt-r");
    harness.assert_shows("typed");
    harness.assert_shows("value");
}

#[test]
fn every_screen_can_be_drawn_at_every_size() {
    let keys = ["", "p", "n", "s", "s n", "c", "D", "?", ":", "/", "l l", "r"];
    for (columns, rows) in [(1, 1), (2, 2), (40, 10), (41, 11), (60, 20), (99, 12), (100, 10), (300, 100)] {
        for keys in keys {
            let mut harness = Harness::open((120, 40), sample::shop);
            harness.press("j j j j j");
            if !keys.is_empty() {
                harness.press(keys);
            }
            harness.resize(columns, rows);
            let _ = harness.screen();
        }
    }
}
