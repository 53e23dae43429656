//! What is said about a panic: where it happened, never what was in hand.

use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// While it lives, a panic is written down instead of printed: the message would land in the middle of the
/// screen, and its text may hold part of a value. The drop prints it, when the terminal has been given back.
pub(super) struct PanicNote {
    written: Arc<Mutex<Option<String>>>,
    previous: Option<Hook>,
}

impl PanicNote {
    /// Takes the place of the hook that is there.
    pub(super) fn install() -> Self {
        let written = Arc::new(Mutex::new(None));
        let previous = panic::take_hook();
        let note = Arc::clone(&written);
        panic::set_hook(Box::new(move |info| {
            let mut note = note.lock().unwrap_or_else(PoisonError::into_inner);
            // The first is the cause; others follow from it.
            note.get_or_insert_with(|| sentence(info));
        }));
        Self { written, previous: Some(previous) }
    }

    /// The sentence about the panic that happened, if one did.
    pub(super) fn take(&self) -> Option<String> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for PanicNote {
    fn drop(&mut self) {
        if let Some(sentence) = self.take() {
            // Nobody may be there to read it.
            let _ = writeln!(std::io::stderr().lock(), "etui: {sentence}");
        }
        // A thread that is panicking may not touch the hook; the process is ending then.
        if !std::thread::panicking()
            && let Some(previous) = self.previous.take()
        {
            panic::set_hook(previous);
        }
    }
}

fn sentence(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!("etui {} crashed at {place}; this is a bug, please report it", env!("CARGO_PKG_VERSION"))
}
