//! What tests learn of the order in which things reach the disk.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// A step whose place in the order is a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The names in this folder are on the disk.
    FolderSynced(PathBuf),
    /// This machine remembers a state of a vault.
    Remembered,
}

thread_local! {
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn folder_synced(folder: &Path) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::FolderSynced(folder.to_owned())));
}

pub(super) fn remembered() {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Remembered));
}

/// The steps of this thread since this was asked last.
pub(super) fn take() -> Vec<Step> {
    STEPS.take()
}
