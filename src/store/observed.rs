//! What tests learn of the order in which things reach the disk, and what they let happen in between.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::open::{Journal, look_at_journal};

/// A step whose place in the order is a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The names in this folder are on the disk.
    FolderSynced(PathBuf),
    /// This machine remembers a state of a vault.
    Remembered,
    /// What this machine remembers is on the disk, but for its name.
    MemorySynced,
}

/// What a test does at each file that is about to be removed.
type Looks = Box<dyn FnMut(&Path)>;

thread_local! {
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
    static AFTER_THE_LOOK: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
    static BEFORE_REMOVALS: RefCell<Option<Looks>> = const { RefCell::new(None) };
}

/// Lets something happen once, on this thread, between the next look at a journal and the first read.
pub(super) fn after_the_look(happens: impl FnOnce() + 'static) {
    AFTER_THE_LOOK.replace(Some(Box::new(happens)));
}

pub(super) fn looked_at_journal() {
    let happens = AFTER_THE_LOOK.take();
    if let Some(happens) = happens {
        happens();
    }
}

/// Lets somebody look, on this thread, at each file that is about to be removed.
pub(super) fn before_removals(looks: impl FnMut(&Path) + 'static) {
    BEFORE_REMOVALS.replace(Some(Box::new(looks)));
}

pub(super) fn removing(path: &Path) {
    BEFORE_REMOVALS.with_borrow_mut(|looks| looks.iter_mut().for_each(|look| look(path)));
}

pub(super) fn folder_synced(folder: &Path) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::FolderSynced(folder.to_owned())));
}

pub(super) fn remembered() {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Remembered));
}

pub(super) fn memory_synced() {
    STEPS.with_borrow_mut(|steps| steps.push(Step::MemorySynced));
}

/// The steps of this thread since this was asked last.
pub(super) fn take() -> Vec<Step> {
    STEPS.take()
}

/// Names the file that this process, started by a test as another one, spills into.
const SPILL_INTO: &str = "ETUI_UNIT_TEST_SPILL_INTO";

/// Longer than SQLite waits for a lock.
const SPILLED_FOR: Duration = Duration::from_secs(7);

/// Lets another process come to where a change that outgrows its memory begins to spill, and answers then: readers
/// are shut out, the journal is live, and the file is as it was. It takes the change back a while later.
pub(super) fn let_another_process_spill(path: &Path) {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::observed::a_process_that_spills"])
        .env(SPILL_INTO, path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while look_at_journal(path) != Ok(Journal::Live) {
        assert_eq!(writer.try_wait().unwrap(), None, "it ended before it spilled");
        thread::yield_now();
    }
    thread::spawn(move || writer.wait());
}

#[test]
fn a_process_that_spills() {
    let Some(path) = std::env::var_os(SPILL_INTO).map(PathBuf::from) else { return };
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // SQLite itself goes on to the first page at once.
    let journal = PathBuf::from(format!("{}-journal", path.display()));
    std::fs::write(&journal, [1; 512]).unwrap();
    thread::sleep(SPILLED_FOR);
    std::fs::remove_file(&journal).unwrap();
    connection.execute_batch("ROLLBACK").unwrap();
}
