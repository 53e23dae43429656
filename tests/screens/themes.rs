//! The colours: every theme, and none.

use etui::tui::glyphs::Glyphs;
use etui::tui::theme::{Role, THEMES};
use etui::tui::{Event, Theme};
use ratatui::style::{Color, Modifier};

use crate::browse::on_password;
use crate::harness::Harness;

/// Every theme, and the default one as `NO_COLOR` wants it.
fn themes() -> Vec<(&'static str, Theme)> {
    let mut themes: Vec<_> =
        THEMES.iter().map(|(name, _)| (*name, Theme::named(name, Glyphs::UNICODE))).collect();
    themes.push(("no_colour", Theme::named("terminal", Glyphs::UNICODE).without_colour()));
    themes
}

fn put_form() -> Harness {
    let mut harness = on_password();
    harness.press("p").type_text("a new value");
    harness
}

#[test]
fn browse_and_the_put_form_in_every_theme() {
    let (mut browse, mut form) = (on_password(), put_form());
    browse.resize(80, 24);
    form.resize(80, 24);
    for (name, theme) in themes() {
        let seen = browse.wear(theme.clone()).buffer();
        insta::assert_debug_snapshot!(format!("theme_browse_{name}"), seen);
        let seen = form.wear(theme).dialog_buffer();
        insta::assert_debug_snapshot!(format!("theme_put_form_{name}"), seen);
    }
}

#[test]
fn the_selected_row_is_marked_and_reversed_whatever_the_background_of_the_terminal() {
    let mut harness = on_password();
    for (name, theme) in themes() {
        harness.wear(theme);
        let cells = harness.buffer();
        let is_marked = |row: &u16| cells[(2, *row)].symbol() == "❯";
        let row = (0..cells.area.height).find(is_marked).expect(name);
        for column in 4..20 {
            let style = cells[(column, row)].style();
            let is_reversed = style.add_modifier.contains(Modifier::REVERSED);
            // Reversed, or with both colours said: never a colour of ours on a background of theirs.
            let has_both =
                [style.fg, style.bg].iter().all(|colour| !matches!(colour, None | Some(Color::Reset)));
            assert!(is_reversed || has_both, "{name}: {style:?}");
        }
    }
}

#[test]
fn without_colour_nothing_has_one_and_the_default_theme_has_no_background() {
    for (screen, mut harness) in [("browse", on_password()), ("put form", put_form())] {
        for (name, theme) in themes() {
            harness.wear(theme);
            let cells = harness.buffer();
            for cell in cells.content() {
                if name == "no_colour" {
                    assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{screen}: {cell:?}");
                }
                if name == "terminal" {
                    assert_eq!(cell.bg, Color::Reset, "{screen}: {cell:?}");
                }
            }
        }
    }
}

/// Where a text stands first: column and row.
#[track_caller]
fn place(harness: &Harness, text: &str) -> (u16, u16) {
    let screen = harness.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| Some((line.find(text)?, row, line)));
    let (at, row, line) = found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}"));
    (u16::try_from(line[..at].chars().count()).unwrap(), u16::try_from(row).unwrap())
}

#[test]
fn with_the_terminal_s_own_colours_whatever_is_read_has_the_default_foreground() {
    for mut harness in [on_password(), put_form()] {
        harness.wear(Theme::named("terminal", Glyphs::UNICODE));
        for cell in harness.buffer().content() {
            let is_read = cell.symbol().chars().any(char::is_alphanumeric);
            assert!(!is_read || cell.fg == Color::Reset, "{cell:?}");
        }
    }
}

#[test]
fn a_mark_keeps_its_colour_on_the_selected_row() {
    for (keys, role_is_reversed) in [("l", true), ("1", false)] {
        let mut harness = on_password();
        harness.wear(Theme::named("dark", Glyphs::UNICODE)).press(keys);
        let theme = Theme::named("dark", Glyphs::UNICODE);
        let (column, row) = place(&harness, "●");
        let cell = &harness.buffer()[(column, row)];
        assert_eq!(Some(cell.fg), theme.style(Role::Current).fg, "{keys}: {cell:?}");
        assert_eq!(cell.modifier.contains(Modifier::REVERSED), role_is_reversed, "{keys}: {cell:?}");
    }
    let mut harness = on_password();
    harness.wear(Theme::named("dark", Glyphs::UNICODE)).press("j");
    let (column, row) = place(&harness, "5mo  !");
    let cell = &harness.buffer()[(column + 5, row)];
    assert_eq!(Some(cell.fg), Theme::named("dark", Glyphs::UNICODE).style(Role::Due).fg);
    assert!(cell.modifier.contains(Modifier::REVERSED));
}

#[test]
fn folders_stand_out_and_what_is_due_warns() {
    let mut harness = on_password();
    let theme = Theme::named("dark", Glyphs::UNICODE);
    harness.wear(theme.clone());
    for (text, role) in [
        ("personal/", Role::Folder),
        ("mail", Role::Text),
        ("1 due", Role::Warning),
        ("5 secrets", Role::Muted),
        ("5mo", Role::Muted),
    ] {
        let (column, row) = place(&harness, text);
        assert_eq!(Some(harness.buffer()[(column, row)].fg), theme.style(role).fg, "{text}");
    }
}

#[test]
fn what_a_dialog_lies_over_steps_back() {
    for (name, theme) in themes() {
        let mut harness = on_password();
        harness.wear(theme.clone()).press("D");
        let cells = harness.buffer();
        let behind = theme.style(Role::Behind);
        for column in 0..20 {
            for row in 1..10 {
                let cell = &cells[(column, row)];
                assert_eq!(cell.fg, behind.fg.unwrap_or(Color::Reset), "{name}: {cell:?}");
                assert_eq!(cell.modifier, behind.add_modifier, "{name}: {cell:?}");
            }
        }
        harness.press("Esc");
        assert!(harness.buffer()[(4, 7)].modifier.contains(Modifier::REVERSED), "{name}");
    }
}

#[test]
fn the_theme_follows_the_background_that_the_terminal_names() {
    let mut harness = on_password();
    let has = |harness: &Harness, name: &str| {
        harness.state.app.theme.style(Role::Text) == Theme::named(name, Glyphs::UNICODE).style(Role::Text)
    };
    assert!(has(&harness, "terminal"));
    harness.event(Event::Background([0x1e, 0x1e, 0x1e]));
    assert!(has(&harness, "dark"));
    harness.state.app.all_settings.theme = etui::config::ThemeName::Dark;
    harness.event(Event::Background([0xff, 0xff, 0xff]));
    assert!(has(&harness, "dark"), "what is set stays");
}
