//! Draws the generator.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::generator::{Choice, Drawn, Generator, Kind};
use crate::generator::{CharacterClass, RequireEach};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::theme::{Role, Theme};

/// The column in which the choices begin.
const LABEL: u16 = 16;
/// Rows of the recipe of a password, which is the longer one: the pane does not jump.
const RECIPE_ROWS: u16 = 5;
/// Rows for the value: 128 characters on the narrowest screen.
const VALUE_ROWS: u16 = 3;

/// Draws it.
pub fn draw(pane: &Generator, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let area = centred(canvas.body(), 66, RECIPE_ROWS + VALUE_ROWS + 3);
    let inside = canvas.dialog(area, "Generate", "");
    let mut cursor = None;
    for (row, choices) in (0..).zip(rows(pane.kind())) {
        let line = Rect { y: inside.y + row, height: 1, ..inside };
        if row < inside.height {
            cursor = cursor.or(draw_row(pane, choices, theme, canvas.buffer, line));
        }
    }
    let note = match pane.drawn() {
        Drawn::Asked(asked) => {
            asked.good().map_or_else(String::new, |generated| format!("{:.1} bits", generated.bits))
        }
        Drawn::Wrong(..) => String::new(),
    };
    let title = if pane.replaces() { "Value: replaces the one in the form" } else { "Value" };
    canvas.divider(area, RECIPE_ROWS + 1, title, &note);
    let below = Rect {
        y: (inside.y + RECIPE_ROWS + 1).min(inside.bottom()),
        height: inside.height.saturating_sub(RECIPE_ROWS + 1),
        ..inside
    };
    draw_value(pane, theme, canvas.buffer, below);
    cursor
}

const fn rows(kind: Kind) -> &'static [&'static [Choice]] {
    match kind {
        Kind::Password => &[
            &[Choice::Kind],
            &[Choice::Length],
            &[
                Choice::Class(CharacterClass::Lowercase),
                Choice::Class(CharacterClass::Uppercase),
                Choice::Class(CharacterClass::Numbers),
                Choice::Class(CharacterClass::Punctuation),
            ],
            &[Choice::RequireEach],
            &[Choice::Exclude],
        ],
        Kind::Passphrase => &[&[Choice::Kind], &[Choice::Words], &[Choice::Separator]],
    }
}

const fn name_of(choice: Choice) -> &'static str {
    match choice {
        Choice::Kind => "Kind",
        Choice::Length => "Length",
        Choice::Class(_) => "Characters",
        Choice::Exclude => "Leave out",
        Choice::RequireEach => "One of each",
        Choice::Words => "Words",
        Choice::Separator => "Separator",
    }
}

/// What stands behind a field.
const fn hint_of(choice: Choice) -> &'static str {
    match choice {
        Choice::Length => "8 to 128",
        Choice::Words => "3 to 20",
        _ => "",
    }
}

fn draw_row(
    pane: &Generator,
    choices: &[Choice],
    theme: &Theme,
    buffer: &mut Buffer,
    line: Rect,
) -> Option<Position> {
    let focus = pane.focus();
    let is_focused = choices.contains(&focus);
    let (mark, style) = if is_focused {
        (theme.glyphs.selected, theme.style(Role::TitleFocused))
    } else {
        (" ", theme.style(Role::Muted))
    };
    let first = choices.first().copied()?;
    LinePen::new(buffer, line, 0).text(mark, theme.style(Role::Accent)).skip(1).text(name_of(first), style);
    let area = Rect { x: line.x + LABEL, width: line.width.saturating_sub(LABEL + 1), ..line };
    if let Some(text) = pane.text(first) {
        let place = if is_focused { Focus::Here } else { Focus::Elsewhere };
        let hint = hint_of(first);
        let columns = if hint.is_empty() { area.width } else { area.width.min(6) };
        LinePen::new(buffer, area, 0).skip(columns).text(hint, theme.style(Role::Hint));
        let area = Rect { width: columns, ..area };
        let style = theme.style(Role::Text);
        return field::draw(buffer, area, text, Shown::Plainly, place, style, &theme.glyphs);
    }
    let mut pen = LinePen::new(buffer, area, 0);
    let mut cursor = None;
    for choice in choices {
        for (is_on, sign, word) in signs(pane, *choice, theme) {
            let is_here = *choice == focus && (is_on || matches!(choice, Choice::Class(_)));
            if is_here {
                cursor = Some(Position::new(pen.column() + 1, area.y));
            }
            let role = if is_here { Role::TitleFocused } else { Role::Text };
            pen.text(sign, theme.style(if is_on { Role::Accent } else { Role::Muted }));
            pen.skip(1).text(word, theme.style(role)).skip(3);
        }
    }
    cursor
}

/// The signs of a choice that is not typed, each with whether it is on.
fn signs(pane: &Generator, choice: Choice, theme: &Theme) -> Vec<(bool, &'static str, &'static str)> {
    let radio =
        |is_on: bool, word| (is_on, if is_on { theme.glyphs.radio_on } else { theme.glyphs.radio_off }, word);
    let two = |is_first: bool, first, second| vec![radio(is_first, first), radio(!is_first, second)];
    match choice {
        Choice::Kind => two(pane.kind() == Kind::Password, "password", "passphrase"),
        Choice::RequireEach => two(pane.require_each() == RequireEach::Yes, "always", "as chance has it"),
        Choice::Class(class) => {
            let word = match class {
                CharacterClass::Lowercase => "a-z",
                CharacterClass::Uppercase => "A-Z",
                CharacterClass::Numbers => "0-9",
                CharacterClass::Punctuation => "!?#",
            };
            let is_on = pane.includes(class);
            vec![(is_on, if is_on { "[x]" } else { "[ ]" }, word)]
        }
        Choice::Length | Choice::Exclude | Choice::Words | Choice::Separator => Vec::new(),
    }
}

fn draw_value(pane: &Generator, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let generated = match pane.drawn() {
        Drawn::Wrong(sentence, hint) => return draw_wrong(sentence, hint, theme, buffer, area),
        Drawn::Asked(asked) => match asked.known() {
            None => return,
            Some(Err(failure)) => {
                return draw_wrong(&failure.sentence(), &failure.hint(), theme, buffer, area);
            }
            Some(Ok(generated)) => generated,
        },
    };
    // Printable ASCII: a byte is a column.
    let mut rest = generated.text.expose_text().unwrap_or_default();
    for row in 0..area.height {
        let (line, after) = rest.split_at(rest.len().min(usize::from(area.width)));
        let mut pen = LinePen::new(buffer, area, row);
        match pane.shown() {
            Shown::Plainly => pen.text(line, theme.style(Role::Text)),
            Shown::Masked => pen.text(&theme.glyphs.mask.repeat(line.len()), theme.style(Role::Text)),
        };
        rest = after;
    }
}

fn draw_wrong(sentence: &str, hint: &str, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let lines = [(sentence, Role::Danger), (hint, Role::Muted)].into_iter();
    let lines =
        lines.flat_map(|(text, role)| wrapped(text, area.width).into_iter().map(move |line| (line, role)));
    for (row, (line, role)) in (0..area.height).zip(lines) {
        LinePen::new(buffer, area, row).text(&line, theme.style(role));
    }
}
