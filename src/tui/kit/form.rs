//! Fields below each other: who has the cursor, what is typed, pasted, chosen and completed, what would be lost, how
//! they are drawn and where a click lands.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Hit};
use super::edit_buffer::{EditBuffer, Lines};
use super::field::{self, Focus, Shown};
use super::label_field::LabelField;
use super::line::{LinePen, width};
use super::path_field::{Completed, PathField};
use super::strength::Strength;
use crate::memory::SecretBytes;
use crate::tui::action::Action;
use crate::tui::ask::{Answer, Answered, Asks, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::place::Reopen;
use crate::tui::theme::{Role, Theme};

/// Columns for the mark of the focus, before the labels.
const MARK: u16 = 2;
/// Columns for the labels.
const LABELS: u16 = 17;
/// Columns of a short field, before what it counts.
const SHORT: u16 = 8;

/// The column in which what is typed begins, within the form.
pub const CONTENT: u16 = MARK + LABELS;

/// Which field it is: a constant of its layer, and its word in a form that a lock keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(pub &'static str);

/// What a field holds.
pub enum Content {
    /// One line.
    Text(EditBuffer),
    /// Several lines.
    Lines(EditBuffer),
    /// What is not shown, unless that is asked for.
    Masked(EditBuffer, Shown),
    /// A new master password: masked, and judged.
    NewPassword(EditBuffer, Option<Strength>),
    /// A path, which Tab completes.
    Path(PathField),
    /// One of several.
    Choice { options: Vec<String>, chosen: usize },
    /// Stage labels: those taken, and the one being typed.
    Labels(LabelField),
    /// Several that are on or off, and the one with the cursor.
    Switches { options: Vec<(&'static str, bool)>, at: usize },
}

/// Whether it is a loss where what is typed goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It is: the form asks first, and a lock keeps it.
    Counts,
    /// It is typed again at once: a path alone is kept by a lock, but nobody is asked.
    Little,
    /// A word that only confirms: it goes.
    None,
}

/// A field.
pub struct Field {
    id: Id,
    label: &'static str,
    content: Content,
    /// Shown in it while it is empty.
    placeholder: String,
    /// Shown behind a short field.
    unit: &'static str,
    /// What it held at first.
    first: SecretBytes,
    loss: Loss,
    rows: u16,
    /// Whether it is there now.
    is_hidden: bool,
}

/// How a field is drawn beyond what it holds.
#[derive(Default)]
pub struct Look {
    /// How many rows it takes, where that is not always the same.
    pub rows: Option<u16>,
    /// Shown in it while it is empty.
    pub placeholder: Option<String>,
    /// At the right end of its first row.
    pub side: String,
    /// Below it.
    pub below: Vec<(String, Role)>,
}

impl Field {
    fn new(id: Id, label: &'static str, content: Content) -> Self {
        let mut field = Self {
            id,
            label,
            content,
            placeholder: String::new(),
            unit: "",
            first: SecretBytes::new(),
            loss: Loss::Counts,
            rows: 1,
            is_hidden: false,
        };
        field.settle();
        field
    }

    /// One line of text.
    pub fn text(id: Id, label: &'static str, text: &str) -> Self {
        Self::new(id, label, Content::Text(EditBuffer::with_text(text)))
    }

    /// Several lines of text, in so many rows.
    pub fn lines(id: Id, label: &'static str, text: &str, rows: u16) -> Self {
        let mut buffer = EditBuffer::new(Lines::Many);
        buffer.insert(text);
        Self { rows, ..Self::new(id, label, Content::Lines(buffer)) }
    }

    /// A line that is not shown.
    pub fn masked(id: Id, label: &'static str) -> Self {
        Self::new(id, label, Content::Masked(EditBuffer::new(Lines::Single), Shown::Masked))
    }

    /// Several lines that are not shown, in so many rows.
    pub fn masked_lines(id: Id, label: &'static str, rows: u16) -> Self {
        let content = Content::Masked(EditBuffer::new(Lines::Many), Shown::Masked);
        Self { rows, ..Self::new(id, label, content) }
    }

    /// A new master password.
    pub fn new_password(id: Id, label: &'static str) -> Self {
        Self::new(id, label, Content::NewPassword(EditBuffer::new(Lines::Single), None))
    }

    /// A path.
    pub fn path(id: Id, label: &'static str, text: &str) -> Self {
        Self::new(id, label, Content::Path(PathField::with_text(text)))
    }

    /// Stage labels.
    pub fn labels(id: Id, label: &'static str, labels: LabelField) -> Self {
        Self::new(id, label, Content::Labels(labels))
    }

    /// A choice.
    pub fn choice(id: Id, label: &'static str, options: &[&str], chosen: usize) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self::new(id, label, Content::Choice { options, chosen })
    }

    /// Several that are on or off, all on at first.
    pub fn switches(id: Id, label: &'static str, options: &[&'static str]) -> Self {
        let options = options.iter().map(|option| (*option, true)).collect();
        Self::new(id, label, Content::Switches { options, at: 0 })
    }

    /// Types into it.
    pub fn set(&mut self, text: &str) {
        if let Some(buffer) = self.buffer_mut() {
            buffer.set(text);
        }
    }

    /// Shown in it while it is empty.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = text.into();
        self
    }

    /// A short field, and what stands behind it.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Whether it is a loss where what is typed goes.
    #[must_use]
    pub const fn loss(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// What it holds now is what it held at first.
    fn settle(&mut self) {
        self.first = self.buffer().map(EditBuffer::duplicate).unwrap_or_default();
    }

    const fn buffer(&self) -> Option<&EditBuffer> {
        match &self.content {
            Content::Text(text)
            | Content::Lines(text)
            | Content::Masked(text, _)
            | Content::NewPassword(text, _) => Some(text),
            Content::Path(path) => Some(path.text()),
            Content::Labels(labels) => Some(labels.input()),
            Content::Choice { .. } | Content::Switches { .. } => None,
        }
    }

    const fn buffer_mut(&mut self) -> Option<&mut EditBuffer> {
        match &mut self.content {
            Content::Text(text)
            | Content::Lines(text)
            | Content::Masked(text, _)
            | Content::NewPassword(text, _) => Some(text),
            Content::Path(path) => Some(path.text_mut()),
            Content::Labels(labels) => Some(labels.input_mut()),
            Content::Choice { .. } | Content::Switches { .. } => None,
        }
    }

    /// Whether it holds something else than at first.
    fn differs(&self) -> bool {
        self.buffer().is_some_and(|text| text.text().as_bytes() != self.first.expose())
    }

    const fn is_masked(&self) -> bool {
        matches!(self.content, Content::Masked(..) | Content::NewPassword(..))
    }

    /// The names that a path could go on with.
    fn choices(&self) -> &[String] {
        match &self.content {
            Content::Path(path) => path.choices(),
            _ => &[],
        }
    }

    /// The rows of what is typed.
    fn rows(&self, look: &Look) -> u16 {
        look.rows.unwrap_or(self.rows)
    }

    /// The rows that it takes, what stands below included.
    fn height(&self, look: &Look) -> u16 {
        let below = look.below.len() + usize::from(!self.choices().is_empty());
        self.rows(look) + u16::try_from(below).unwrap_or(u16::MAX)
    }
}

/// What a key or an answer did to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// Nothing: the key is for somebody else.
    Nothing,
    /// The cursor is elsewhere now, or something looks otherwise.
    Moved,
    /// What the fields say is something else now.
    Changed,
}

/// Fields below each other.
pub struct Form {
    fields: Vec<Field>,
    focus: usize,
    completed: Question,
}

impl Form {
    /// With the cursor in the first field.
    pub const fn new(fields: Vec<Field>) -> Self {
        Self { fields, focus: 0, completed: Question::new() }
    }

    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Wipes what was typed, with its fields.
    pub fn clear(&mut self) {
        self.fields.clear();
        self.focus = 0;
    }

    pub fn has(&self, id: Id) -> bool {
        self.fields.iter().any(|field| field.id == id)
    }

    /// Puts a field behind another one, or at the end.
    pub fn insert_behind(&mut self, before: Id, field: Field) {
        let at = self.fields.iter().position(|field| field.id == before);
        self.fields.insert(at.map_or(self.fields.len(), |at| at + 1), field);
    }

    /// Puts other fields behind one in the place of all that are there; those are answered.
    pub fn replace_behind(&mut self, before: Id, fields: Vec<Field>) -> Vec<Field> {
        let at = self.fields.iter().position(|field| field.id == before).map_or(0, |at| at + 1);
        let gone = self.fields.split_off(at);
        self.fields.extend(fields);
        self.focus = self.focus.min(at.saturating_sub(1));
        gone
    }

    /// Whether the field with the cursor is chosen from, and not typed into.
    pub fn is_choosing(&self) -> bool {
        self.fields.get(self.focus).is_some_and(|field| field.buffer().is_none())
    }

    /// Takes a field away, what was typed into it included.
    pub fn remove(&mut self, id: Id) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.fields.remove(at);
            if self.focus > at || self.focus >= self.fields.len() {
                self.focus = self.focus.saturating_sub(1);
            }
        }
    }

    fn get(&self, id: Id) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// What is typed into a field; nothing where there is no such field.
    pub fn text(&self, id: Id) -> &str {
        self.get(id).and_then(Field::buffer).map_or("", EditBuffer::text)
    }

    /// The one explicit copy of what is typed into a field.
    pub fn duplicate(&self, id: Id) -> SecretBytes {
        self.get(id).and_then(Field::buffer).map(EditBuffer::duplicate).unwrap_or_default()
    }

    /// What is typed into a field, to change it.
    pub fn buffer_mut(&mut self, id: Id) -> Option<&mut EditBuffer> {
        self.fields.iter_mut().find(|field| field.id == id)?.buffer_mut()
    }

    /// Shows a field, or hides it: what is typed into it stays.
    pub fn show(&mut self, id: Id, is_shown: bool) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.is_hidden = !is_shown;
        }
    }

    /// The fields that are there, in order.
    pub fn shown(&self) -> impl Iterator<Item = Id> {
        self.fields.iter().filter(|field| !field.is_hidden).map(|field| field.id)
    }

    /// The labels of a field.
    pub fn labels(&self, id: Id) -> Option<&LabelField> {
        match &self.get(id)?.content {
            Content::Labels(labels) => Some(labels),
            _ => None,
        }
    }

    /// The labels of a field, to change them.
    pub fn labels_mut(&mut self, id: Id) -> Option<&mut LabelField> {
        match self.fields.iter_mut().find(|field| field.id == id).map(|field| &mut field.content) {
            Some(Content::Labels(labels)) => Some(labels),
            _ => None,
        }
    }

    /// Chooses an option.
    pub fn set_chosen(&mut self, id: Id, option: usize) {
        let field = self.fields.iter_mut().find(|field| field.id == id);
        if let Some(Content::Choice { chosen, .. }) = field.map(|field| &mut field.content) {
            *chosen = option;
        }
    }

    /// The names that the path with the cursor could go on with.
    pub fn path_choices(&self, id: Id) -> &[String] {
        self.get(id).map_or(&[], Field::choices)
    }

    /// Goes to another field that is there.
    fn step(&mut self, step: isize) {
        let count = self.fields.len().cast_signed();
        for _ in 0..count {
            let next = self.focus.cast_signed() + step;
            self.focus = next.rem_euclid(count).unsigned_abs();
            if !self.fields[self.focus].is_hidden {
                return;
            }
        }
    }

    /// Which option of a choice is chosen.
    pub fn chosen(&self, id: Id) -> usize {
        match self.get(id).map(|field| &field.content) {
            Some(Content::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    /// Whether a field holds something else than at first.
    pub fn differs(&self, id: Id) -> bool {
        self.get(id).is_some_and(Field::differs)
    }

    /// The field with the cursor.
    pub fn focused(&self) -> Option<Id> {
        self.fields.get(self.focus).map(|field| field.id)
    }

    /// Puts the cursor into a field.
    pub fn go_to(&mut self, id: Id) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.focus = at;
        }
    }

    /// The buffer that takes what is typed.
    pub fn field(&mut self) -> Option<&mut EditBuffer> {
        self.fields.get_mut(self.focus)?.buffer_mut()
    }

    /// The active contexts, with those of the layer behind that of the field.
    pub fn contexts(&self, own: &[Context]) -> Contexts {
        let with = |fields: &[Context]| [fields, own].concat();
        match self.fields.get(self.focus).map(|field| &field.content) {
            None => Contexts::commanding(own),
            Some(Content::Choice { .. } | Content::Switches { .. }) => {
                Contexts::choosing(&with(&[Context::FormChoice, Context::FormLine]))
            }
            Some(Content::Lines(_)) => Contexts::typing(&with(&[Context::FormLines])),
            Some(Content::Path(_)) => Contexts::typing(&with(&[Context::FormPath, Context::FormLine])),
            Some(Content::Labels(_)) => Contexts::typing(&with(&[Context::FormLabels, Context::FormLine])),
            Some(Content::Text(_) | Content::Masked(..) | Content::NewPassword(..)) => {
                Contexts::typing(&with(&[Context::FormLine]))
            }
        }
    }

    /// Does what a key means in every form.
    pub fn act(&mut self, action: Action, asks: &mut Asks) -> Did {
        match action {
            Action::NextField if self.move_switch(1) => {}
            Action::PreviousField if self.move_switch(-1) => {}
            Action::NextField => {
                self.step(1);
                self.enter_switches(false);
            }
            Action::PreviousField => {
                self.step(-1);
                self.enter_switches(true);
            }
            Action::NextChoice => return self.choose(1),
            Action::PreviousChoice => return self.choose(-1),
            Action::NewLine => {
                return match self.field().map(|field| field.insert("\n")) {
                    Some(true) => Did::Changed,
                    Some(false) | None => Did::Nothing,
                };
            }
            Action::Complete => self.complete(asks),
            Action::ToggleShown => {
                for field in &mut self.fields {
                    if let Content::Masked(_, shown) = &mut field.content {
                        *shown = shown.other();
                    }
                }
            }
            _ => return Did::Nothing,
        }
        Did::Moved
    }

    /// Goes to the switch before or behind in the same field, where there is one.
    fn move_switch(&mut self, step: isize) -> bool {
        let Some(Content::Switches { options, at }) =
            self.fields.get_mut(self.focus).map(|field| &mut field.content)
        else {
            return false;
        };
        let next = at.checked_add_signed(step).filter(|next| *next < options.len());
        *at = next.unwrap_or(*at);
        next.is_some()
    }

    /// The cursor comes from above or below.
    fn enter_switches(&mut self, from_below: bool) {
        if let Some(Content::Switches { options, at }) =
            self.fields.get_mut(self.focus).map(|field| &mut field.content)
        {
            *at = if from_below { options.len().saturating_sub(1) } else { 0 };
        }
    }

    /// Which switches of a field are on.
    pub fn switched_on(&self, id: Id) -> impl Iterator<Item = bool> {
        let options = match self.get(id).map(|field| &field.content) {
            Some(Content::Switches { options, .. }) => options.as_slice(),
            _ => &[],
        };
        options.iter().map(|(_, is_on)| *is_on)
    }

    fn choose(&mut self, step: isize) -> Did {
        if let Some(Content::Switches { options, at }) =
            self.fields.get_mut(self.focus).map(|field| &mut field.content)
            && let Some((_, is_on)) = options.get_mut(*at)
        {
            *is_on = !*is_on;
            return Did::Changed;
        }
        self.focused().map_or(Did::Nothing, |id| self.turn(id, step))
    }

    /// Goes to another option of a choice, wherever the cursor is.
    pub fn turn(&mut self, id: Id, step: isize) -> Did {
        let field = self.fields.iter_mut().find(|field| field.id == id);
        let Some(Content::Choice { options, chosen }) = field.map(|field| &mut field.content) else {
            return Did::Nothing;
        };
        let count = options.len().max(1);
        *chosen = chosen.wrapping_add_signed(step).wrapping_add(count) % count;
        Did::Changed
    }

    /// Completes the path, or goes on where there is nothing to complete.
    fn complete(&mut self, asks: &mut Asks) {
        let typed = match self.fields.get(self.focus).map(|field| &field.content) {
            Some(Content::Path(path)) if !path.text().is_empty() => path.text().text().to_owned(),
            _ => return self.step(1),
        };
        self.completed.ask(asks, Work::CompletePath { typed });
    }

    /// What is typed in the field with the cursor has changed.
    pub fn on_text(&mut self) {
        match self.fields.get_mut(self.focus).map(|field| &mut field.content) {
            Some(Content::NewPassword(text, strength)) => *strength = Strength::of(text.text()),
            Some(Content::Path(path)) => path.forget_choices(),
            _ => {}
        }
    }

    /// Whether it waits for an answer: that a path is completed.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.completed.awaits(ticket)
    }

    /// Takes the answer that it waits for.
    pub fn answered(&mut self, answered: Answered) -> Did {
        self.completed.forget();
        let count = self.fields.len().max(1);
        let focused = self.fields.get_mut(self.focus).map(|field| &mut field.content);
        let (Ok(Answer::PathCompleted { typed, completion }), Some(Content::Path(path))) =
            (answered.result, focused)
        else {
            return Did::Nothing;
        };
        match path.complete(&typed, completion) {
            Completed::Longer => Did::Changed,
            Completed::Nothing if count > 1 => {
                self.step(1);
                Did::Moved
            }
            Completed::Nothing | Completed::Listed | Completed::Late => Did::Moved,
        }
    }

    /// Does what a click on a part of it means.
    pub fn hit(&mut self, hit: Hit) -> Did {
        match hit {
            Hit::Field(at) if at < self.fields.len() => {
                self.focus = at;
                Did::Moved
            }
            Hit::Option(at, option) => match self.fields.get_mut(at).map(|field| &mut field.content) {
                Some(Content::Choice { options, chosen }) if option < options.len() => {
                    self.focus = at;
                    *chosen = option;
                    Did::Changed
                }
                Some(Content::Switches { options, at: switch }) if option < options.len() => {
                    self.focus = at;
                    *switch = option;
                    options[option].1 = !options[option].1;
                    Did::Changed
                }
                _ => Did::Nothing,
            },
            Hit::Field(_) => Did::Nothing,
        }
    }

    /// Whether something was typed that is a loss.
    pub fn is_dirty(&self) -> bool {
        self.fields.iter().any(|field| field.loss == Loss::Counts && field.differs())
    }

    /// What a lock keeps of what was typed: no password, and no word that only confirms. `None`: nothing was typed.
    pub fn keep(&self, mut form: Reopen) -> Option<Reopen> {
        if !self.fields.iter().any(|field| field.loss != Loss::None && field.differs()) {
            return None;
        }
        for field in self.fields.iter().filter(|field| field.loss != Loss::None && !field.is_masked()) {
            match (&field.content, field.buffer()) {
                (Content::Choice { chosen, .. }, _) => form.set(field.id.0, &chosen.to_string()),
                (_, Some(text)) if field.differs() => form.set(field.id.0, text.text()),
                _ => {}
            }
        }
        form.set("focus", self.focused().map_or("", |id| id.0));
        Some(form)
    }

    /// Types again what a lock kept. After each field `changed` may fit the form to what it says: a choice may add
    /// fields behind it.
    pub fn take_back(&mut self, kept: &Reopen, mut changed: impl FnMut(&mut Self)) {
        let mut at = 0;
        while let Some(field) = self.fields.get_mut(at) {
            at += 1;
            let Some(text) = kept.get(field.id.0) else {
                continue;
            };
            match &mut field.content {
                Content::Choice { options, chosen } => {
                    *chosen = text.parse().ok().filter(|at| *at < options.len()).unwrap_or(*chosen);
                }
                Content::Masked(..) | Content::NewPassword(..) | Content::Switches { .. } => {}
                _ => {
                    if let Some(buffer) = field.buffer_mut() {
                        buffer.set(text);
                    }
                }
            }
            changed(self);
        }
        let focus = self.fields.iter().position(|field| kept.get("focus") == Some(field.id.0));
        self.focus = focus.unwrap_or(0);
    }

    /// How many rows it takes.
    pub fn rows(&self) -> u16 {
        self.rows_with(&|_| Look::default())
    }

    /// How many rows it takes with a look for each field.
    pub fn rows_with(&self, look: &dyn Fn(Id) -> Look) -> u16 {
        let shown = self.fields.iter().filter(|field| !field.is_hidden);
        shown.map(|field| field.height(&look(field.id))).sum()
    }

    /// Draws the fields from the top of an area; answers where the cursor stands. Without `takes_keys` no field has
    /// the focus.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, takes_keys: bool) -> Option<Position> {
        self.draw_with(canvas, area, takes_keys, &|_| Look::default())
    }

    /// Draws the fields with a look for each.
    pub fn draw_with(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        takes_keys: bool,
        look: &dyn Fn(Id) -> Look,
    ) -> Option<Position> {
        let mut row = 0;
        let mut cursor = None;
        for (at, field) in self.fields.iter().enumerate().filter(|(_, field)| !field.is_hidden) {
            let look = look(field.id);
            let height = field.height(&look).min(area.height.saturating_sub(row));
            let place = Rect { y: area.y + row.min(area.height), height, ..area };
            row += field.height(&look);
            if height == 0 {
                continue;
            }
            canvas.hit(place, Hit::Field(at));
            cursor = cursor.or(field.draw(canvas, place, at, takes_keys && at == self.focus, &look));
        }
        cursor
    }
}

impl Field {
    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        at: usize,
        is_focused: bool,
        look: &Look,
    ) -> Option<Position> {
        let theme = canvas.theme();
        let rows = self.rows(look);
        let glyphs = &theme.glyphs;
        let (mark, role) =
            if is_focused { (glyphs.selected, Role::TitleFocused) } else { (" ", Role::Muted) };
        let mut pen = LinePen::new(canvas.buffer, area, 0);
        pen.text(mark, theme.style(Role::Accent)).skip(MARK - 1);
        pen.fitted(self.label, LABELS - 1, theme.style(role), glyphs);
        let content = Rect {
            x: area.x + CONTENT,
            width: area.width.saturating_sub(CONTENT + 1),
            height: rows.min(area.height),
            ..area
        };
        let mut place = content;
        if !look.side.is_empty() {
            LinePen::new(canvas.buffer, place, 0).right(&look.side, theme.style(Role::Hint));
            place.width = place.width.saturating_sub(width(&look.side) + 1);
        }
        let mut below = Rect { y: content.y + rows, height: area.height.saturating_sub(rows), ..content };
        let choices = self.choices();
        if !choices.is_empty() && below.height > 0 {
            let hint = theme.style(Role::Hint);
            LinePen::new(canvas.buffer, below, 0).fitted(&choices.join("  "), below.width, hint, glyphs);
            below = Rect { y: below.y + 1, height: below.height - 1, ..below };
        }
        for (row, (text, role)) in (0..below.height).zip(&look.below) {
            LinePen::new(canvas.buffer, below, row).fitted(text, below.width, theme.style(*role), glyphs);
        }
        if !self.unit.is_empty() {
            let columns = SHORT.min(place.width);
            LinePen::new(canvas.buffer, place, 0).skip(columns).text(self.unit, theme.style(Role::Hint));
            place.width = columns;
        }
        let shown = match &self.content {
            Content::Choice { options, chosen } => {
                return draw_choice(canvas, place, at, options, *chosen, is_focused);
            }
            Content::Labels(labels) => return draw_labels(canvas, place, labels, is_focused),
            Content::Switches { options, at: switch } => {
                return draw_switches(canvas, place, at, options, is_focused.then_some(*switch));
            }
            Content::Masked(_, shown) => *shown,
            Content::NewPassword(_, strength) => {
                if let Some(strength) = strength {
                    let meter = (Strength::WIDTH + 1).min(place.width);
                    place.width -= meter;
                    let right = Rect { x: place.right() + 1, width: meter - 1, ..place };
                    strength.draw(&mut LinePen::new(canvas.buffer, right, 0), theme);
                }
                Shown::Masked
            }
            Content::Text(_) | Content::Lines(_) | Content::Path(_) => Shown::Plainly,
        };
        let text = self.buffer()?;
        if text.is_empty() {
            let hint = theme.style(Role::Hint);
            let placeholder = look.placeholder.as_ref().unwrap_or(&self.placeholder);
            LinePen::new(canvas.buffer, place, 0).fitted(placeholder, place.width, hint, glyphs);
        }
        let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
        field::draw(canvas.buffer, place, text, shown, focus, theme.style(Role::Text), glyphs)
    }
}

/// All options side by side where there is room, else the one that is chosen between arrows.
fn draw_choice(
    canvas: &mut Canvas<'_>,
    place: Rect,
    at: usize,
    options: &[String],
    chosen: usize,
    is_focused: bool,
) -> Option<Position> {
    let theme: &Theme = canvas.theme();
    let glyphs = &theme.glyphs;
    let style = theme.style(Role::Text);
    let sign_of = |is_chosen| if is_chosen { glyphs.radio_on } else { glyphs.radio_off };
    let wanted: u16 = options.iter().map(|option| width(option) + width(glyphs.radio_on) + 3).sum();
    if wanted <= place.width + 2 {
        let mut cursor = None;
        let mut column = place.x;
        for (position, option) in options.iter().enumerate() {
            let is_chosen = position == chosen;
            let part = Rect { x: column, width: place.right().saturating_sub(column), height: 1, ..place };
            let role = if is_chosen { Role::Accent } else { Role::Muted };
            let mut pen = LinePen::new(canvas.buffer, part, 0);
            pen.text(sign_of(is_chosen), theme.style(role)).skip(1).text(option, style);
            let end = pen.column();
            canvas.hit(Rect { width: end - column, ..part }, Hit::Option(at, position));
            if is_chosen && is_focused {
                cursor = Some(Position::new(column + 1, place.y));
            }
            column = (end + 2).min(place.right());
        }
        return cursor;
    }
    let arrows = theme.style(if is_focused { Role::Accent } else { Role::Muted });
    let mut pen = LinePen::new(canvas.buffer, place, 0);
    pen.text(glyphs.left, arrows).skip(1);
    pen.text(options.get(chosen).map_or("", String::as_str), style).skip(1).text(glyphs.right, arrows);
    pen.skip(2).text(&format!("{} of {}", chosen + 1, options.len()), theme.style(Role::Hint));
    is_focused.then_some(Position::new(place.x, place.y))
}

/// All switches side by side; the cursor stands on one of them.
fn draw_switches(
    canvas: &mut Canvas<'_>,
    place: Rect,
    at: usize,
    options: &[(&'static str, bool)],
    focused: Option<usize>,
) -> Option<Position> {
    let theme: &Theme = canvas.theme();
    let mut cursor = None;
    let mut column = place.x;
    for (position, (word, is_on)) in options.iter().enumerate() {
        let part = Rect { x: column, width: place.right().saturating_sub(column), height: 1, ..place };
        let is_here = focused == Some(position);
        let sign = if *is_on { "[x]" } else { "[ ]" };
        let role = if is_here { Role::TitleFocused } else { Role::Text };
        let mut pen = LinePen::new(canvas.buffer, part, 0);
        pen.text(sign, theme.style(if *is_on { Role::Accent } else { Role::Muted }));
        pen.skip(1).text(word, theme.style(role));
        let end = pen.column();
        canvas.hit(Rect { width: end - column, ..part }, Hit::Option(at, position));
        if is_here {
            cursor = Some(Position::new(column + 1, place.y));
        }
        column = (end + 3).min(place.right());
    }
    cursor
}

/// The labels taken as chips, and behind them the one being typed, with what Tab would add.
fn draw_labels(
    canvas: &mut Canvas<'_>,
    place: Rect,
    labels: &LabelField,
    is_focused: bool,
) -> Option<Position> {
    let theme: &Theme = canvas.theme();
    let mut pen = LinePen::new(canvas.buffer, place, 0);
    for (label, can_be_removed) in labels.chips() {
        pen.text(label.as_str(), theme.style(Role::Chip));
        if can_be_removed {
            pen.skip(1).text(theme.glyphs.cross, theme.style(Role::Muted));
        }
        pen.skip(2);
    }
    let x = pen.column();
    let rest = Rect { x, width: place.right().saturating_sub(x), ..place };
    let (input, style) = (labels.input(), theme.style(Role::Text));
    let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
    let cursor = field::draw(canvas.buffer, rest, input, Shown::Plainly, focus, style, &theme.glyphs);
    if is_focused && let Some(ghost) = labels.completed().and_then(|label| label.get(input.len()..)) {
        let typed = width(input.text());
        LinePen::new(canvas.buffer, rest, 0).skip(typed).text(ghost, theme.style(Role::Hint));
    }
    cursor
}
