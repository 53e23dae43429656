//! A disk that takes no more.

use rustix::process::{Resource, getrlimit, prlimit};

use crate::support::{Home, NAME, VALUE};

#[test]
fn a_put_on_a_full_disk_says_so_keeps_the_form_and_succeeds_when_there_is_room_again() {
    let home = Home::new();
    home.make_vault();
    // No file may grow beyond one block, and writing beyond fails instead of ending the process.
    let mut terminal = home.script((80, 24), "trap '' XFSZ; ulimit -S -f 1; exec etui");
    terminal.unlock();
    terminal.press("p");
    terminal.wait_for_text("Ctrl-s");
    terminal.paste("typed-once");
    terminal.wait_for_text("10 bytes");
    terminal.press("\x13");
    terminal.wait_for("the refusal", |screen| {
        let words = screen.contents().replace('│', " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        words.contains("vault.etui failed: file too large nothing was changed")
    });
    assert!(terminal.screen().contents().contains("10 bytes"), "{}", terminal.picture());
    assert_eq!(home.value_of(NAME), VALUE.as_bytes());

    prlimit(Some(terminal.process()), Resource::Fsize, getrlimit(Resource::Fsize)).unwrap();
    terminal.press("\x13");
    terminal.wait_for_text("v2 stored");
    terminal.press("\x03");
    assert!(terminal.wait_for_end().success());
    assert_eq!(home.value_of(NAME), b"typed-once");
}
