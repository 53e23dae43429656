//! The keys that are active here, grouped and searchable; made from the keymap.

use ratatui::layout::{Position, Rect};

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::{Context, Contexts};
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::Keymap;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{width, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::{below, indented, row_of};
use crate::tui::kit::scroll::scrolled;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::layer::{Flow, Layer};
use crate::tui::layout;
use crate::tui::theme::Role;

/// The help: where it stands and what is searched.
pub struct Help {
    /// The contexts of what lies below.
    contexts: Contexts,
    top: usize,
    search: EditBuffer,
    is_searching: bool,
}

enum HelpRow {
    Title(&'static str),
    Key { keys: String, description: String },
    Blank,
}

/// The lines of the screen; many keys and a long description go on in the next one.
struct HelpLines {
    rows: Vec<HelpRow>,
    /// How wide the column of the keys is.
    keys: u16,
}

/// The spaces before the keys, and those between them and what they do.
const GAP: u16 = 3;
/// The column of the keys takes a quarter of the width at most, but has room for one long key.
const LEAST_KEYS: u16 = 16;

impl HelpLines {
    /// Breaks keys and descriptions into lines for a width. The column of the keys is as wide as they need.
    fn of(rows: Vec<HelpRow>, columns: u16) -> Self {
        let most = (columns / 4).max(LEAST_KEYS);
        let widths = rows.iter().map(|row| match row {
            HelpRow::Key { keys, .. } => {
                wrapped(keys, most).iter().map(|line| width(line)).max().unwrap_or(0)
            }
            HelpRow::Title(_) | HelpRow::Blank => 0,
        });
        let width = widths.max().unwrap_or(0);
        let room = columns.saturating_sub(width + 2 * GAP + 1);
        let rows = rows.into_iter().flat_map(|row| match row {
            HelpRow::Key { keys, description } => {
                let (keys, description) = (wrapped(&keys, most), wrapped(&description, room));
                let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
                (0..keys.len().max(description.len()))
                    .map(|at| HelpRow::Key { keys: line(&keys, at), description: line(&description, at) })
                    .collect()
            }
            HelpRow::Title(_) | HelpRow::Blank => vec![row],
        });
        Self { rows: rows.collect(), keys: width }
    }
}

impl Help {
    /// Of the keys in these contexts, from the top.
    pub const fn new(contexts: Contexts) -> Self {
        Self { contexts, top: 0, search: EditBuffer::new(Lines::Single), is_searching: false }
    }

    fn rows(&self, keymap: &Keymap, glyphs: &Glyphs) -> Vec<HelpRow> {
        let contexts = &self.contexts;
        let wanted = self.search.text().to_lowercase();
        let mut rows = Vec::new();
        for context in contexts.iter() {
            let mut group: Vec<HelpRow> = keymap
                .rows(*context)
                .filter_map(|binding| {
                    let keys: Vec<String> =
                        keymap.living_keys(contexts, binding).map(|key| key.shown(glyphs)).collect();
                    let mut keys = keys.join(" ");
                    // What has no key at all has a name for the palette.
                    if binding.keys.is_empty() && contexts.contains(&Context::OutsideFields) {
                        keys = format!(":{}", binding.action.name());
                    }
                    let description = binding.explanation.as_ref().unwrap_or(&binding.description);
                    let is_wanted = [keys.as_str(), description, &binding.description, binding.action.name()]
                        .iter()
                        .any(|text| text.to_lowercase().contains(&wanted));
                    (!keys.is_empty() && is_wanted)
                        .then(|| HelpRow::Key { keys, description: description.clone() })
                })
                .collect();
            if !group.is_empty() {
                if !rows.is_empty() {
                    rows.push(HelpRow::Blank);
                }
                rows.push(HelpRow::Title(Context::title(*context)));
                rows.append(&mut group);
            }
        }
        if contexts.contains(&Context::Browse) {
            rows.extend(legend(&wanted, glyphs, rows.is_empty()));
        }
        rows
    }

    fn lines(&self, app: &App) -> HelpLines {
        let columns = layout::inside(area(app.size)).width;
        HelpLines::of(self.rows(&app.keymap, &app.theme.glyphs), columns)
    }

    fn draw_search(&self, inside: Rect, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        if !self.is_searching && self.search.is_empty() {
            canvas.pen(inside, 0).skip(1).text("/ to search", theme.style(Role::Hint));
            return None;
        }
        canvas.pen(inside, 0).skip(1).text("/ ", theme.style(Role::Accent));
        let line = indented(row_of(inside, 0), 3, 1);
        let focus = if self.is_searching { Focus::Here } else { Focus::Elsewhere };
        field::draw(canvas, line, &self.search, Shown::Plainly, focus)
    }
}

/// What the signs mean, as far as it is looked for.
fn legend(wanted: &str, glyphs: &Glyphs, is_first: bool) -> Vec<HelpRow> {
    let signs = [
        (glyphs.current, "ACSCurrent: what get and your programs receive"),
        (glyphs.previous, "ACSPrevious: the version that was current before"),
        (glyphs.custom, "a stage label of your own"),
        (glyphs.deprecated, "no label"),
        (glyphs.marked, "marked for a diff"),
        (glyphs.due, "due for rotation"),
        (glyphs.cross, "scheduled for deletion"),
    ];
    let key = |(sign, meaning): (&str, &str)| HelpRow::Key {
        keys: sign.to_owned(),
        description: meaning.to_owned(),
    };
    let found: Vec<HelpRow> =
        signs.into_iter().filter(|(_, meaning)| meaning.to_lowercase().contains(wanted)).map(key).collect();
    match (found.is_empty(), is_first) {
        (true, _) => found,
        (false, true) => [HelpRow::Title("Signs")].into_iter().chain(found).collect(),
        (false, false) => [HelpRow::Blank, HelpRow::Title("Signs")].into_iter().chain(found).collect(),
    }
}

impl Layer for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn contexts(&self) -> Contexts {
        if self.is_searching {
            Contexts::typing(&[Context::HelpSearch])
        } else {
            Contexts::commanding(&[Context::Help, Context::Lists])
        }
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        self.is_searching.then_some(&mut self.search)
    }

    fn changed(&mut self, _app: &mut App) {
        self.top = 0;
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let rows = self.lines(app).rows.len();
        let height = usize::from(area(app.size).height.saturating_sub(3));
        let last = rows.saturating_sub(height);
        self.top = scrolled(self.top, last, height, action);
        match action {
            Action::Filter => self.is_searching = true,
            Action::Enter => self.is_searching = false,
            Action::Escape if self.is_searching || !self.search.is_empty() => {
                self.is_searching = false;
                self.search.clear();
            }
            Action::Escape | Action::Back | Action::Help => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let HelpLines { rows, keys: key_width } = self.lines(canvas.app);
        let area = area(canvas.app.size);
        let height = usize::from(area.height.saturating_sub(3));
        let note = if rows.len() > height {
            let last = (self.top + height).min(rows.len());
            format!("{last}/{}", rows.len())
        } else {
            String::new()
        };
        let inside = canvas.dialog(area, "Keys available here", &note);
        let cursor = self.draw_search(inside, canvas);
        let list = below(inside, 1);
        for (line, row) in (0..list.height).zip(rows.iter().skip(self.top)) {
            let mut pen = canvas.pen(list, line);
            match row {
                HelpRow::Title(title) => {
                    pen.skip(1).text(title, theme.style(Role::TitleFocused));
                }
                HelpRow::Key { keys, description } => {
                    pen.skip(GAP).fitted(keys, key_width, theme.style(Role::Key), &theme.glyphs).skip(GAP);
                    let room = pen.room().saturating_sub(1);
                    pen.fitted(description, room, theme.style(Role::Text), &theme.glyphs);
                }
                HelpRow::Blank => {}
            }
        }
        cursor.or(Some(Position::new(inside.x + 1, list.y)))
    }
}

fn area(size: (u16, u16)) -> Rect {
    let body = layout::areas(size).body;
    centred(body, 84, body.height)
}
