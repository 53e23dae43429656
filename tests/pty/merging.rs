//! A conflict file beside the vault, in the real binary.

use crate::support::{Home, NAME, PASSWORD, SIZES};

#[test]
fn a_conflict_file_is_offered_merged_and_deleted() {
    for size in SIZES {
        let home = Home::new();
        home.make_vault();
        let copy = home.vault().with_extension("sync-conflict-20261124-120000-ABCDEFG.etui");
        std::fs::copy(home.vault(), &copy).unwrap();
        home.create_in(&copy, "made/there");
        home.create_in(&home.vault(), "made/here");
        let mut terminal = home.app(size);
        terminal.wait_for_text("Master password");
        terminal.press(&format!("{PASSWORD}\r"));
        terminal.wait_for_text("Other copy");
        terminal.press("\x13");
        terminal.wait_for_text("made/there");
        terminal.press("\r");
        terminal.wait_for_text("Delete the merged file?");
        terminal.press("l\r");
        terminal.wait_until("the deletion", |_| !copy.exists());
        terminal.press("\x03");
        assert!(terminal.wait_for_end().success());
        for name in [NAME, "made/here", "made/there"] {
            assert!(!home.value_of(name).is_empty(), "{name}");
        }
    }
}
