//! The fields of a form: what they hold, and whether it is a loss where that goes.

use crate::generator::Strength;
use crate::memory::SecretBytes;
use crate::tui::kit::edit_buffer::{EditBuffer, Lines};
use crate::tui::kit::field::Shown;
use crate::tui::kit::label_field::LabelField;
use crate::tui::kit::path_field::PathField;

/// Which field it is: a constant of its layer, and its word in a form that a lock keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(pub &'static str);

/// What a field holds.
pub enum Content {
    Text(EditBuffer),
    /// Several lines.
    Lines(EditBuffer),
    /// What is not shown, unless that is asked for.
    Masked(EditBuffer, Shown),
    /// A new password: masked, and judged.
    NewPassword(EditBuffer, Option<Strength>, Shown),
    /// A path, which Tab completes.
    Path(PathField),
    Choice {
        options: Vec<String>,
        chosen: usize,
    },
    /// Stage labels: those taken, and the one being typed.
    Labels(LabelField),
    /// Several that are on or off, and the one with the cursor.
    Switches {
        options: Vec<(&'static str, bool)>,
        at: usize,
    },
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

pub struct Field {
    pub(super) id: Id,
    pub(super) label: &'static str,
    pub(super) content: Content,
    /// Shown in it while it is empty.
    pub(super) placeholder: String,
    /// Shown behind a short field.
    pub(super) unit: &'static str,
    /// What it held at first.
    pub(super) first: SecretBytes,
    pub(super) loss: Loss,
    pub(super) rows: u16,
    /// Whether it is there now.
    pub(super) is_hidden: bool,
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
        buffer.set(text);
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

    /// A new password.
    pub fn new_password(id: Id, label: &'static str) -> Self {
        Self::new(id, label, Content::NewPassword(EditBuffer::new(Lines::Single), None, Shown::Masked))
    }

    pub fn path(id: Id, label: &'static str, text: &str) -> Self {
        Self::new(id, label, Content::Path(PathField::with_text(text)))
    }

    pub fn labels(id: Id, label: &'static str, labels: LabelField) -> Self {
        Self::new(id, label, Content::Labels(labels))
    }

    pub fn choice(id: Id, label: &'static str, options: &[&str], chosen: usize) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self::new(id, label, Content::Choice { options, chosen })
    }

    /// Several that are on or off, all on at first.
    pub fn switches(id: Id, label: &'static str, options: &[&'static str]) -> Self {
        let options = options.iter().map(|option| (*option, true)).collect();
        Self::new(id, label, Content::Switches { options, at: 0 })
    }

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
        if let Some(buffer) = self.buffer_mut() {
            buffer.forget_typing();
        }
        self.first = self.buffer().map(EditBuffer::duplicate).unwrap_or_default();
    }

    pub(super) const fn buffer(&self) -> Option<&EditBuffer> {
        match &self.content {
            Content::Text(text)
            | Content::Lines(text)
            | Content::Masked(text, _)
            | Content::NewPassword(text, ..) => Some(text),
            Content::Path(path) => Some(path.text()),
            Content::Labels(labels) => Some(labels.input()),
            Content::Choice { .. } | Content::Switches { .. } => None,
        }
    }

    pub(super) const fn buffer_mut(&mut self) -> Option<&mut EditBuffer> {
        match &mut self.content {
            Content::Text(text)
            | Content::Lines(text)
            | Content::Masked(text, _)
            | Content::NewPassword(text, ..) => Some(text),
            Content::Path(path) => Some(path.text_mut()),
            Content::Labels(labels) => Some(labels.input_mut()),
            Content::Choice { .. } | Content::Switches { .. } => None,
        }
    }

    /// Whether it holds something else than at first.
    pub(super) fn differs(&self) -> bool {
        self.buffer().is_some_and(|text| text.text().as_bytes() != self.first.expose())
    }

    /// Whether what is typed is shown, where it can be hidden.
    pub(super) const fn shown_mut(&mut self) -> Option<&mut Shown> {
        match &mut self.content {
            Content::Masked(_, shown) | Content::NewPassword(_, _, shown) => Some(shown),
            _ => None,
        }
    }

    /// Whether it is a line that is hidden at first.
    pub(super) fn is_password(&self) -> bool {
        self.is_masked() && self.buffer().is_some_and(|text| text.lines() == Lines::Single)
    }

    pub(super) const fn is_masked(&self) -> bool {
        matches!(self.content, Content::Masked(..) | Content::NewPassword(..))
    }

    /// The names that a path could go on with.
    pub(super) fn choices(&self) -> &[String] {
        match &self.content {
            Content::Path(path) => path.choices(),
            _ => &[],
        }
    }
}
