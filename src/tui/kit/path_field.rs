//! A field for a path, completed with a key.

use super::edit_buffer::EditBuffer;
use crate::platform::user_files::Completion;

/// What a completion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    /// The path is longer now.
    Longer,
    /// It is as it was, and there are several ways to go on.
    Listed,
    /// There is nothing to complete.
    Nothing,
    /// Something else was typed meanwhile.
    Late,
}

/// The path being typed, and the names that it could go on with.
pub struct PathField {
    text: EditBuffer,
    choices: Vec<String>,
}

impl PathField {
    /// A field with a path in it.
    pub fn with_text(text: &str) -> Self {
        Self { text: EditBuffer::with_text(text), choices: Vec::new() }
    }

    /// The path as it is typed.
    pub const fn text(&self) -> &EditBuffer {
        &self.text
    }

    /// The path, to edit it.
    pub const fn text_mut(&mut self) -> &mut EditBuffer {
        &mut self.text
    }

    /// The names that it could go on with, after a completion that left a doubt.
    pub fn choices(&self) -> &[String] {
        &self.choices
    }

    /// The path was edited: what it could go on with is not known any more.
    pub fn forget_choices(&mut self) {
        self.choices.clear();
    }

    /// Takes a completion of what was typed when it was asked for.
    pub fn complete(&mut self, typed: &str, completion: Completion) -> Completed {
        if self.text.text() != typed {
            return Completed::Late;
        }
        self.choices = completion.choices;
        if completion.text != typed {
            self.text.set(&completion.text);
            Completed::Longer
        } else if self.choices.is_empty() {
            Completed::Nothing
        } else {
            Completed::Listed
        }
    }
}
