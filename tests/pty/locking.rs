//! The lock that comes by itself.

use crate::support::{Home, NAME, PASSWORD};

#[test]
fn what_others_printed_on_the_screen_goes_with_a_lock() {
    let home = Home::new();
    home.make_vault();
    let mut terminal = home.app((80, 24));
    terminal.unlock();
    terminal.print_beside("\x1b[1;1Hprinted by others\x1b[24;1Hand here\x1b[12;30Hand here");
    terminal.wait_for_text("printed by others");
    terminal.press("\x0c");
    terminal.wait_for_text("Master password");
    terminal.wait_for("a screen that is all the app's", |screen| {
        !screen.contents().contains("printed by others") && !screen.contents().contains("and here")
    });
}

#[test]
fn a_form_is_there_again_after_the_idle_lock() {
    let home = Home::new();
    home.make_vault();
    home.set("lock_after = '2s'");
    let mut terminal = home.app((80, 24));
    terminal.unlock();
    terminal.press("p");
    terminal.wait_for_text("Ctrl-s");
    terminal.press("typed before the lock");
    terminal.wait_for_text("21 bytes");
    // Nobody touches a key; the lock comes without one.
    terminal.wait_for_text("Master password");
    assert!(!terminal.screen().contents().contains("21 bytes"), "{}", terminal.picture());
    assert!(!terminal.screen().contents().contains(NAME), "{}", terminal.picture());
    terminal.press(&format!("{PASSWORD}\r"));
    terminal.wait_for_text("21 bytes");
    terminal.press("\x13");
    terminal.wait_for_text("v2 stored");
    terminal.press("\x03");
    terminal.wait_for_end();
    assert_eq!(home.value_of(NAME), b"typed before the lock");
}
