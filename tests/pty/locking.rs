//! The lock that comes by itself.

use crate::support::{Home, NAME, PASSWORD};

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
