//! The terminal in the hands of the user's editor: the app goes on without it, locks on time, and hears when the
//! editor has ended.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::domain::{SecretValue, reason};
use crate::memory::SecretBytes;
use crate::platform::child::{ChildError, exit_words};
use crate::platform::editor::{Editor, EditorKind, Place, Scratch, wipe_left_behind};
use crate::platform::signals::Signal;
use crate::tui::ask::Editing;
use crate::tui::event::EditorEnd;

const NO_MEMORY: &str = "there is no directory in memory for the value: set XDG_RUNTIME_DIR to one";
const OWN_COPIES: &str = "etui does not know this editor: it may keep copies of the value";

/// An editor that runs. Its drop overwrites and removes the file.
pub(super) struct Away {
    scratch: Scratch,
    before: SecretBytes,
    kind: EditorKind,
    status: Receiver<Result<ExitStatus, ChildError>>,
    wake: UnixStream,
    /// The signal that ends the app as soon as the editor has ended.
    pub(super) ending: Option<Signal>,
}

impl Away {
    /// Puts the text into a file in memory; [`start`](Self::start) comes when the terminal has been given back.
    ///
    /// # Errors
    /// A sentence for the user; nothing is left behind then.
    pub(super) fn prepare(editing: Editing) -> Result<(Scratch, SecretBytes), String> {
        // What an edit that was killed left is not for anybody any more.
        wipe_left_behind();
        let place = Place::find();
        if matches!(place, Place::Disk(_)) {
            return Err(NO_MEMORY.to_owned());
        }
        let scratch = Scratch::new(&place, editing.extension, &editing.text)
            .map_err(|error| format!("cannot make a file for the editor: {}", reason(&error)))?;
        Ok((scratch, editing.text))
    }

    /// Starts the editor on a thread that does nothing but wait for it.
    ///
    /// # Errors
    /// When the system gives no thread or descriptor.
    pub(super) fn start(editor: Editor, scratch: Scratch, before: SecretBytes) -> io::Result<Self> {
        let (wake, bell) = UnixStream::pair()?;
        let (sender, status) = channel();
        let (kind, path) = (editor.kind(), scratch.path().to_owned());
        thread::Builder::new().name("editor".to_owned()).spawn(move || {
            let _ = sender.send(editor.run(&path));
            // Dropping the bell rings too.
            let _ = (&bell).write(&[1]);
        })?;
        Ok(Self { scratch, before, kind, status, wake, ending: None })
    }

    /// What the editor left; to be called when its descriptor rings.
    pub(super) fn finish(self) -> EditorEnd {
        match self.status.recv() {
            Err(_) => EditorEnd::Failed("lost track of the editor".to_owned()),
            Ok(Err(error)) => EditorEnd::Failed(format!("cannot start the editor: {error}")),
            Ok(Ok(status)) if !status.success() => EditorEnd::Failed(format!(
                "the editor ended with {}: nothing was changed; VISUAL or the settings name another one",
                exit_words(status)
            )),
            Ok(Ok(_)) => match self.scratch.changed(&self.before, SecretValue::LIMIT) {
                Err(error) => {
                    EditorEnd::Failed(format!("cannot read what the editor saved: {}", reason(&error)))
                }
                Ok(None) => EditorEnd::Unchanged,
                Ok(Some(text)) => self.saved(text),
            },
        }
    }

    fn saved(&self, text: SecretBytes) -> EditorEnd {
        if text.len() > SecretValue::LIMIT {
            let sentence = "what the editor saved is larger than a value can be: nothing was changed";
            return EditorEnd::Failed(sentence.to_owned());
        }
        if text.expose_text().is_none() {
            let sentence = "what the editor saved is not UTF-8: nothing was changed";
            return EditorEnd::Failed(sentence.to_owned());
        }
        let remark = (self.kind == EditorKind::Unknown).then_some(OWN_COPIES);
        EditorEnd::Saved { text, remark }
    }
}

impl AsFd for Away {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
