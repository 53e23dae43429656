//! The journal of a killed writer beside a newer vault, which a program that syncs has put there: the app shows the
//! newer vault, and leaves it as it is.

use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::fixtures::{create_request, put_request, text};
use crate::support::{Home, NAME, Terminal};

const NEWER: &str = "put-on-the-other-machine";

/// Two states of one vault, and the journal of a writer that was killed on the older one.
struct States {
    older: Vec<u8>,
    newer: Vec<u8>,
    journal: Vec<u8>,
}

fn journal(home: &Home) -> PathBuf {
    home.path().join("vault.etui-journal")
}

impl States {
    /// The older one lies there afterwards.
    fn make(home: &Home) -> Self {
        home.make_vault();
        let older = fs::read(home.vault()).unwrap();
        let connection = rusqlite::Connection::open(home.vault()).unwrap();
        let change = "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; UPDATE secret SET record = randomblob(400); \
                      UPDATE version SET record = randomblob(400); UPDATE vault SET head = randomblob(2400)";
        connection.execute_batch(change).unwrap();
        connection.cache_flush().unwrap();
        let left = fs::read(journal(home)).unwrap();
        assert_ne!(left[0], 0, "a journal that SQLite plays back");
        drop(connection);
        fs::write(home.vault(), &older).unwrap();
        // On a machine with a memory of its own: this one has seen the older vault only.
        let state = home.path().join("state");
        let kept = home.path().join("kept");
        fs::rename(&state, &kept).unwrap();
        let mut vault = home.open_vault();
        vault.put_secret_value(&put_request(NAME, "v2", text(NEWER), "ACSCurrent")).unwrap();
        vault.create_secret(&create_request("from/elsewhere", "v1", text("x"))).unwrap();
        drop(vault);
        let newer = fs::read(home.vault()).unwrap();
        fs::remove_dir_all(&state).unwrap();
        fs::rename(&kept, &state).unwrap();
        fs::write(home.vault(), &older).unwrap();
        Self { older, newer, journal: left }
    }

    /// Puts the newer one in the place of the older, and the journal beside it.
    fn arrive(&self, home: &Home) {
        assert!(fs::read(home.vault()).unwrap() == self.older);
        fs::write(journal(home), &self.journal).unwrap();
        // Into the same file, as `cp` does: whoever has it open reads the new pages.
        fs::write(home.vault(), &self.newer).unwrap();
    }

    #[track_caller]
    fn assert_newer_is_untouched(&self, home: &Home, terminal: &mut Terminal) {
        terminal.wait_for_text("elsewhere");
        assert!(fs::read(home.vault()).unwrap() == self.newer, "{}", terminal.picture());
        assert!(!journal(home).exists(), "it is not there to be played back later");
        terminal.press("\x03");
        assert!(terminal.wait_for_end().success());
        assert_eq!(home.value_of(NAME), NEWER.as_bytes());
    }
}

// Guards: that file and journal are set aside before SQLite sees them, in the app as on the command line.
#[test]
fn an_app_that_starts_shows_the_newer_vault_and_leaves_it_as_it_is() {
    let home = Home::new();
    let states = States::make(&home);
    states.arrive(&home);
    let mut terminal = home.app((120, 40));
    terminal.unlock();
    states.assert_newer_is_untouched(&home, &mut terminal);
}

#[test]
fn an_app_that_is_open_takes_the_newer_vault_and_leaves_it_as_it_is() {
    let home = Home::new();
    let states = States::make(&home);
    let mut terminal = home.app((120, 40));
    terminal.unlock();
    // It must not look between the two files.
    terminal.send(Signal::STOP);
    states.arrive(&home);
    terminal.send(Signal::CONT);
    states.assert_newer_is_untouched(&home, &mut terminal);
}
