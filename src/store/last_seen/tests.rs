//! What this machine remembers, and forgets nothing of.

use super::*;

const VAULT: [u8; 16] = [1; 16];

fn seen(number: u64) -> Seen {
    Seen { number, random: [number as u8; 16], when: Timestamp::clamped(9) }
}

fn memory() -> (tempfile::TempDir, LastSeen, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let memory = LastSeen::new(&folder.path().join("state"));
    let path = folder.path().join("ä vault.etui");
    (folder, memory, path)
}

fn seen_at(memory: &LastSeen, path: &Path) -> Option<u64> {
    memory.recall(&VAULT, path).seen.map(|seen| seen.number)
}

#[test]
fn a_newer_change_replaces_an_older_one_and_not_the_other_way_round() {
    let (_folder, memory, path) = memory();
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    memory.remember(&VAULT, &path, seen(4), Lowering::Never).unwrap();
    assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(5)));
    memory.remember(&VAULT, &path, seen(6), Lowering::Never).unwrap();
    assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(6)));
    memory.remember(&VAULT, &path, seen(2), Lowering::Accepted).unwrap();
    assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(2)));
}

#[test]
fn an_answer_counts_for_its_path_and_a_new_path_is_held_against_the_newest() {
    let (_folder, memory, path) = memory();
    let copy = path.with_extension("copy");
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    assert_eq!(seen_at(&memory, &copy), Some(5), "a moved vault is no way round");
    memory.remember(&VAULT, &copy, seen(2), Lowering::Accepted).unwrap();
    assert_eq!((seen_at(&memory, &copy), seen_at(&memory, &path)), (Some(2), Some(5)));
    assert_eq!(seen_at(&memory, &path.with_extension("third")), Some(5));
}

#[test]
fn a_path_remembers_its_vault() {
    let (_folder, memory, path) = memory();
    assert!(!memory.knows_path(&path));
    memory.remember(&VAULT, &path, seen(1), Lowering::Never).unwrap();
    assert!(memory.knows_path(&path));
    assert_eq!(memory.recall(&[2; 16], &path).vault_at_path, Some(VAULT));
    memory.remember(&[2; 16], &path, seen(1), Lowering::Never).unwrap();
    assert_eq!(memory.recall(&VAULT, &path).vault_at_path, Some([2; 16]));
}

// Guards: a vault that comes back to its path after another one was there is held against what was seen of it.
#[test]
fn another_vault_at_a_path_in_between_lowers_nothing() {
    let (_folder, memory, path) = memory();
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    memory.remember(&[2; 16], &path, seen(1), Lowering::Never).unwrap();
    memory.remember(&VAULT, &path, seen(3), Lowering::Never).unwrap();
    assert_eq!(seen_at(&memory, &path), Some(5));
    assert_eq!(memory.recall(&[2; 16], &path).vault_at_path, Some(VAULT));
}

// Guards: the lock, from the reading of what is remembered to its being written again.
#[test]
fn sessions_that_remember_at_once_lose_nothing_of_each_other() {
    let (folder, memory, path) = memory();
    let copy = &|number: u64| path.with_extension(number.to_string());
    let numbers = |session: u64| (1..=10).map(move |at| 10 * session + at);
    std::thread::scope(|scope| {
        for session in 0..8 {
            let own = LastSeen::new(&folder.path().join("state"));
            scope.spawn(move || {
                for number in numbers(session) {
                    own.remember(&VAULT, &copy(number), seen(number), Lowering::Never).unwrap();
                }
            });
        }
    });
    for number in (0..8).flat_map(numbers) {
        assert_eq!(seen_at(&memory, &copy(number)), Some(number));
    }
}

#[test]
fn a_line_that_cannot_be_read_is_kept_and_named_once_and_the_others_hold() {
    let (_folder, memory, path) = memory();
    let other = path.with_extension("other");
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    memory.remember(&[2; 16], &other, seen(7), Lowering::Never).unwrap();
    let mut text = fs::read(memory.file()).unwrap();
    text.extend_from_slice(b"future line\n\xff\xfe\n");
    fs::write(memory.file(), text).unwrap();
    let trouble = memory.recall(&[2; 16], &other).trouble.unwrap();
    assert!(trouble.starts_with("2 lines") && trouble.contains(FILE_OF_UNREADABLE), "{trouble}");
    memory.remember(&[2; 16], &other, seen(8), Lowering::Never).unwrap();
    assert_eq!(memory.recall(&[2; 16], &other).trouble, None);
    assert_eq!(seen_at(&memory, &path), Some(5));
    let kept = fs::read(memory.folder.join(FILE_OF_UNREADABLE)).unwrap();
    assert_eq!(kept, b"future line\n\xff\xfe\n");
}

#[test]
fn nothing_is_written_after_a_read_that_failed() {
    let (_folder, memory, path) = memory();
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    let kept = memory.folder.join("kept");
    fs::rename(memory.file(), &kept).unwrap();
    // Reading a folder fails, whoever reads.
    fs::create_dir(memory.file()).unwrap();
    assert!(memory.recall(&VAULT, &path).trouble.is_some());
    assert!(memory.remember(&VAULT, &path, seen(6), Lowering::Never).is_err());
    fs::remove_dir(memory.file()).unwrap();
    fs::rename(&kept, memory.file()).unwrap();
    assert_eq!(seen_at(&memory, &path), Some(5));
}

#[test]
fn a_power_loss_takes_no_more_than_the_last_session() {
    let (folder, memory, path) = memory();
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    drop(memory);
    let memory = LastSeen::new(&folder.path().join("state"));
    memory.remember(&VAULT, &path, seen(6), Lowering::Never).unwrap();
    memory.remember(&VAULT, &path, seen(7), Lowering::Never).unwrap();
    let whole = fs::read(memory.file()).unwrap();
    for lost in [&b""[..], &[0; 300], b"etui last s", &whole[..30]] {
        fs::write(memory.file(), lost).unwrap();
        assert_eq!(seen_at(&memory, &path), Some(6), "{lost:?}");
    }
    fs::remove_file(memory.file()).unwrap();
    assert_eq!(seen_at(&memory, &path), Some(6));
}

// Guards: what was acknowledged is remembered after a power loss, too. A command that writes once waits for two
// syncs; a session that writes often does not wait each time.
#[test]
fn what_a_session_saw_is_synced_before_it_has_its_name_and_later_when_it_ends() {
    use crate::store::observed::{self, Step};
    let (folder, memory, path) = memory();
    let state = folder.path().join("state");
    let folder_synced = || Step::FolderSynced(state.clone());
    observed::take();
    memory.remember(&VAULT, &path, seen(5), Lowering::Never).unwrap();
    assert_eq!(observed::take(), [Step::MemorySynced, Step::Remembered]);
    drop(memory);
    assert_eq!(observed::take(), [folder_synced()]);

    let memory = LastSeen::new(&state);
    for number in 6..9 {
        memory.remember(&VAULT, &path, seen(number), Lowering::Never).unwrap();
    }
    let first = [Step::MemorySynced, Step::Remembered];
    let kept = [Step::MemorySynced, folder_synced(), Step::Remembered];
    assert_eq!(observed::take(), [&first[..], &kept, &[Step::Remembered]].concat());
    drop(memory);
    assert_eq!(observed::take(), [Step::MemorySynced, folder_synced()]);

    // One that only looked has nothing to sync.
    let memory = LastSeen::new(&state);
    assert_eq!(seen_at(&memory, &path), Some(8));
    drop(memory);
    assert_eq!(observed::take(), []);
}

#[test]
fn what_an_older_etui_remembered_is_read_once_and_left() {
    let (_folder, memory, path) = memory();
    make_private_folder(&memory.folder).unwrap();
    let path_line = hexadecimal(path.as_os_str().as_bytes());
    let text = format!(
        "etui last seen 1\nvault {} 5 {} 9\npath {} {path_line}\nbackup {} {path_line}\n",
        hexadecimal(&VAULT),
        hexadecimal(&[5; 16]),
        hexadecimal(&VAULT),
        hexadecimal(&VAULT),
    );
    let before = memory.folder.join(FILE_BEFORE);
    fs::write(&before, &text).unwrap();
    assert!(memory.knows_path(&path));
    assert_eq!(memory.recall(&VAULT, &path).seen, Some(seen(5)));
    assert_eq!(memory.backups(&VAULT), std::slice::from_ref(&path));
    memory.remember(&VAULT, &path, seen(6), Lowering::Never).unwrap();
    assert_eq!(fs::read_to_string(&before).unwrap(), text);
    fs::write(&before, "vault of an etui that goes on").unwrap();
    assert_eq!(seen_at(&memory, &path), Some(6));
    assert_eq!(memory.recall(&VAULT, &path).trouble, None);
}
