//! A window that is dragged about.

use std::time::Duration;

use crate::support::{Home, NAME};

#[test]
fn a_storm_of_a_thousand_sizes_loses_nothing_of_a_form() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.unlock();
    terminal.press("p");
    terminal.wait_for_text("Ctrl-s");
    terminal.press("typed before the storm");
    terminal.wait_for_text("22 bytes");
    for step in 0..1_000_u32 {
        let columns = u16::try_from(step * 7_919 % 500 + 1).unwrap();
        let rows = u16::try_from(step * 104_729 % 500 + 1).unwrap();
        terminal.resize((columns, rows));
        terminal.read_for(Duration::ZERO);
    }
    for extreme in [(1, 1), (500, 500), (500, 1), (1, 500), (80, 24)] {
        terminal.resize(extreme);
        terminal.read_for(Duration::from_millis(20));
    }
    terminal.wait_for_text("22 bytes");
    terminal.press(" and after");
    terminal.wait_for_text("32 bytes");
    terminal.press("\x13");
    terminal.wait_for_text("v2 stored");
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());
    assert_eq!(home.value_of(NAME), b"typed before the storm and after");
}
