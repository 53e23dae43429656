//! Text that others wrote: whatever is in it, it stays text.

use std::time::Duration;

use etui::domain::{Description, Note, SecretName, TagKey, TagValue, Tags};
use etui::vault::{CreateRequest, PutRequest};

use crate::fixtures::{create_request, put_request, text};
use crate::support::{Home, SIZES};

/// A title for the window, a copy to the clipboard, another colour, a way out of the alternate screen; text
/// that runs backwards, marks without width, a hyphen that is not seen.
const HOSTILE: &str = "a\u{1b}]0;owned\u{7}b\u{1b}]52;c;b3duZWQ=\u{7}c\u{1b}[31md\u{1b}[?1049le\u{9b}31mf\
    \u{202e}g\u{2066}h\u{200b}i\u{feff}j\u{ad}k\u{8}l";

/// What must never arrive at the terminal as it is.
const NEVER: [&str; 9] =
    ["\u{1b}]0;", "\u{1b}]52;", "\u{9b}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\u{ad}", "\u{8}"];

/// A vault with such text wherever the rules allow it: everywhere but in a name.
fn fill(home: &Home) {
    home.make_vault();
    let mut vault = home.open_vault();
    assert!(SecretName::new(HOSTILE).is_err(), "a name with such characters is refused");
    let mut tags = Tags::new();
    tags.set(TagKey::new("owner").unwrap(), TagValue::new(HOSTILE).unwrap());
    let create = CreateRequest {
        description: Description::new(HOSTILE).unwrap(),
        tags,
        note: Note::from_field(HOSTILE).unwrap(),
        ..create_request("hostile", "v1", text(HOSTILE))
    };
    vault.create_secret(&create).unwrap();
    let value = text(&format!("{HOSTILE}\nsecond line\n{HOSTILE}"));
    let put = PutRequest {
        note: Note::from_field("harmless").unwrap(),
        ..put_request("hostile", "v2", value, "ACSCurrent")
    };
    vault.put_secret_value(&put).unwrap();
}

#[test]
fn escape_sequences_and_invisible_characters_never_reach_the_terminal_raw() {
    for size in SIZES {
        let home = Home::new();
        fill(&home);
        let mut terminal = home.app(size);
        terminal.unlock();
        terminal.press("/hostile\r");
        terminal.wait_for_text("1/2");
        terminal.press("2");
        terminal.wait_for_text("v1");
        // Every place that shows such text: the value of both versions, what is known, the history, the forms.
        terminal.press("3r");
        terminal.wait_for_text("second line");
        terminal.press("2jr");
        terminal.read_for(Duration::from_millis(100));
        terminal.press("3r");
        terminal.read_for(Duration::from_millis(200));
        for keys in ["H", "\x1b", "m", "\x1b", "p", "\x1br", "\x1b", "D", "\x1b"] {
            terminal.press(keys);
            terminal.read_for(Duration::from_millis(150));
        }
        let screen = terminal.picture();
        terminal.press("\x03");
        assert!(terminal.wait_for_end().success(), "{screen}");
        let written = terminal.written();
        for never in NEVER {
            assert!(!written.contains(never), "{never:?} reached the terminal; the last screen:\n{screen}");
        }
        // They are neither sent nor passed over: whoever looks sees that they are there.
        assert!(written.contains("‹U+202E›"), "what cannot be seen is named; the last screen:\n{screen}");
        assert!(terminal.clipboard().copied.is_empty());
        // Its own sequences are there, and once each: nobody else left the alternate screen.
        assert_eq!(written.matches("\x1b[?1049l").count(), 1);
    }
}
