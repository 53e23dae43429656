//! Before SQLite plays a journal back: file and journal are copied, the copy is played back, and both the file
//! as it lies there and the copy are kept until a key has told which of them is the vault.
//!
//! A journal says nothing about the state of the file that it belongs to. Where a program that syncs has put a
//! newer file in the place of the one that a killed writer left, playing it back destroys the newer one.

use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::mem;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::FileStamp;
use super::beside::{Quiet, journal_of, left_by_a_writer, no_regular_file, open_regular};
use super::connect::{connect, connect_immutable, set_pragmas};
use super::files::{create_private_file, folder_of, free_name, remove_quietly, sync_folder};
use super::temporary::{Temporary, without_name};
use crate::store::error::StoreError;
use crate::store::schema;

/// The two states that a file with a journal may be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum State {
    /// What lies in the file.
    AsItLies,
    /// What is in it when its journal was played back.
    RolledBack,
}

/// What becomes of the file itself once it is known which state is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Purpose {
    /// It is only looked at, and never written to.
    Look,
    /// It is used.
    Use,
}

/// Copies of a file and its journal, and the state of the file that is not shown at the moment.
pub(in crate::store) struct Aside {
    shown: State,
    settled: bool,
    other: Option<Connection>,
    purpose: Purpose,
    file: FileStamp,
    journal: FileStamp,
    as_it_lay: Temporary,
    journal_as_it_lay: Temporary,
    _rolled_back: Temporary,
}

/// Copies a quiet file and its journal, and opens both states; the one with the journal played back is shown
/// first, since that is what SQLite would show.
pub(super) fn set_aside(
    path: &Path,
    mut quiet: Quiet,
    purpose: Purpose,
) -> Result<(Connection, Aside), StoreError> {
    let file = FileStamp::of(path)?;
    let journal = FileStamp::of(&journal_of(path))?;
    // Beside it there is room for it most likely; what is only looked at may lie where nothing can be written.
    let beside = folder_of(path).to_owned();
    let elsewhere = std::env::temp_dir();
    let folders = match purpose {
        Purpose::Use => [beside, elsewhere],
        Purpose::Look => [elsewhere, beside],
    };
    let copies = copy(path, &mut quiet, &folders[0])
        .or_else(|first| copy(path, &mut quiet, &folders[1]).map_err(|_| first));
    let (as_it_lay, journal_as_it_lay, rolled_back) = copies?;
    let doing = format!("playing back the journal of a copy of {}", path.display());
    drop(quiet);
    let states =
        [(State::RolledBack, play_back(rolled_back.path())), (State::AsItLies, checked(as_it_lay.path()))];
    let mut opened: Vec<(State, Connection)> = Vec::new();
    let mut failure = None;
    for (state, result) in states {
        match result {
            Ok(connection) => opened.push((state, connection)),
            Err(error) => failure = failure.or(Some(without_name(error, &doing))),
        }
    }
    // Where SQLite finds fault with one of them only, no key needs to be asked.
    let sound: Vec<bool> = opened.iter().map(|(_, connection)| is_sound(connection)).collect();
    if sound.contains(&true) {
        let mut sound = sound.into_iter();
        opened.retain(|_| sound.next() == Some(true));
    }
    let mut opened = opened.into_iter();
    let Some((shown, connection)) = opened.next() else {
        return Err(failure.unwrap_or_else(|| neither(path)));
    };
    let other = opened.next().map(|(_, connection)| connection);
    let aside = Aside {
        shown,
        settled: false,
        other,
        purpose,
        file,
        journal,
        as_it_lay,
        journal_as_it_lay,
        _rolled_back: rolled_back,
    };
    Ok((connection, aside))
}

/// Looks at a copy in which the journal was played back, whatever its tables are.
pub(super) fn look_when_played_back<T>(
    path: &Path,
    mut quiet: Quiet,
    look: impl FnOnce(&Connection) -> T,
) -> Result<T, StoreError> {
    let (_, _, rolled_back) = copy(path, &mut quiet, &std::env::temp_dir())?;
    let connection = connect(rolled_back.path())?;
    Ok(look(&connection))
}

/// The journal is of no use, and the file is not whole without it.
pub(in crate::store) fn neither(path: &Path) -> StoreError {
    StoreError::Integrity(format!(
        "it is not whole as it is, nor with the journal '{}' played back; both were left as they were",
        journal_of(path).display()
    ))
}

fn copy(
    path: &Path,
    quiet: &mut Quiet,
    folder: &Path,
) -> Result<(Temporary, Temporary, Temporary), StoreError> {
    let as_it_lay = copy_file(path, &mut quiet.0, folder)?;
    let rolled_back = copy_file(path, &mut quiet.0, folder)?;
    let journal = journal_of(path);
    let mut file = match open_regular(&journal) {
        Ok(Some(file)) => file,
        Ok(None) => return Err(no_regular_file(&journal)),
        Err(error) => return Err(StoreError::system("reading", &journal, &error)),
    };
    let kept = copy_file(&journal, &mut file, folder)?;
    let to_play = create_private_file(&journal_of(rolled_back.path()))
        .map_err(|error| without_name(error, &copying(&journal)))?;
    write_copy(&journal, &mut file, to_play)?;
    sync_folder(folder)?;
    Ok((as_it_lay, kept, rolled_back))
}

fn copy_file(path: &Path, from: &mut File, folder: &Path) -> Result<Temporary, StoreError> {
    let mut copy = Temporary::new_in(folder, &copying(path))?;
    let to = copy.file().try_clone().map_err(|error| StoreError::system("copying", path, &error))?;
    write_copy(path, from, to)?;
    Ok(copy)
}

fn copying(path: &Path) -> String {
    format!("copying {}", path.display())
}

fn write_copy(path: &Path, from: &mut File, mut to: File) -> Result<(), StoreError> {
    from.rewind()
        .and_then(|()| io::copy(from, &mut to))
        .and_then(|_| to.sync_all())
        .map_err(|error| StoreError::system("copying", path, &error))
}

fn is_sound(connection: &Connection) -> bool {
    let answer = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    answer.as_deref() == Ok("ok")
}

fn checked(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect_immutable(path)?;
    schema::check(&connection)?;
    set_pragmas(&connection)?;
    Ok(connection)
}

/// The first read plays the journal back, into the copy.
fn play_back(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    schema::check(&connection)?;
    drop(connection);
    checked(path)
}

impl State {
    pub(in crate::store) const fn other(self) -> Self {
        match self {
            Self::AsItLies => Self::RolledBack,
            Self::RolledBack => Self::AsItLies,
        }
    }
}

impl Aside {
    pub(in crate::store) const fn shown(&self) -> State {
        self.shown
    }

    /// Whether a key has told which state is right.
    pub(in crate::store) const fn is_settled(&self) -> bool {
        self.settled
    }

    pub(in crate::store) const fn set_settled(&mut self) {
        self.settled = true;
    }

    pub(in crate::store) fn is_only_looked_at(&self) -> bool {
        self.purpose == Purpose::Look
    }

    /// Shows the other state, if it can be opened at all.
    pub(in crate::store) fn show(&mut self, state: State, connection: &mut Connection) -> bool {
        if self.shown == state {
            return true;
        }
        let Some(other) = &mut self.other else { return false };
        mem::swap(other, connection);
        self.shown = state;
        true
    }

    /// Whether the file and its journal are still those that were copied.
    fn is_current(&self, path: &Path) -> bool {
        FileStamp::of(path) == Ok(self.file) && FileStamp::of(&journal_of(path)) == Ok(self.journal)
    }

    /// Brings the file into the state that a key has vouched for. No connection to it may be open.
    ///
    /// `false`: somebody else has changed it meanwhile, and everything must be looked at again.
    pub(in crate::store) fn settle(&mut self, path: &Path, state: State) -> Result<bool, StoreError> {
        let Some(quiet) = left_by_a_writer(path)? else { return Ok(false) };
        if !self.is_current(path) {
            return Ok(false);
        }
        let journal = journal_of(path);
        match state {
            // A journal holds nothing but what the file held before. The file is whole without it.
            State::AsItLies => quiet
                .0
                .sync_all()
                .and_then(|()| fs::remove_file(&journal))
                .map_err(|error| StoreError::system("removing", &journal, &error))
                .and_then(|()| sync_folder(folder_of(path)))?,
            State::RolledBack => {
                drop(quiet);
                let connection = connect(path)?;
                schema::check(&connection)?;
            }
        }
        Ok(true)
    }

    /// Keeps the copies of file and journal for good, and answers what the copy of the file is called: what
    /// was made of them is not what it should be.
    pub(in crate::store) fn keep(self, path: &Path) -> Result<PathBuf, StoreError> {
        let kept = free_name(path, "-before-recovery-");
        let Self { other, as_it_lay, journal_as_it_lay, .. } = self;
        drop(other);
        as_it_lay.place(&kept)?;
        journal_as_it_lay.place(&journal_of(&kept)).inspect_err(|_| remove_quietly(&kept))?;
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Guards: what is told names the file of the user, not one that is gone when they read it.
    #[test]
    fn a_copy_that_cannot_be_made_is_told_with_the_name_of_the_vault() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.etui");
        fs::write(&path, "a vault").unwrap();
        fs::write(journal_of(&path), "its journal").unwrap();
        let mut quiet = Quiet(File::open(&path).unwrap());
        let Err(error) = copy(&path, &mut quiet, &folder.path().join("missing")) else { panic!("copied") };
        let doing = format!("copying {}", path.display());
        assert_eq!(error, StoreError::System { doing, reason: "no such file or directory".to_owned() });
    }

    #[test]
    fn a_copy_that_cannot_be_played_back_is_told_with_the_name_of_the_vault() {
        let doing = "playing back the journal of a copy of /v.etui";
        let error = |doing: &str| StoreError::System { doing: doing.to_owned(), reason: "full".to_owned() };
        let names_a_copy = error("working on /tmp/.etui-tmp-0123456789abcdef");
        assert_eq!(without_name(names_a_copy, doing), error(doing));
        assert_eq!(without_name(error("reading /v.etui"), doing), error("reading /v.etui"));
    }
}
