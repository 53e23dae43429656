//! The colours: every theme, and none.

use etui::tui::Theme;
use etui::tui::glyphs::Glyphs;
use etui::tui::theme::THEMES;
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
