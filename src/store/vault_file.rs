//! A vault file that is open and found sound, without any key: where every transaction begins.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::error::StoreError;
use super::header::Header;
use super::open::{self, FileStamp, Journal, Opened, State, Temporary};
use super::rows::{blob, each, first, integer};
use super::schema;
use super::system_error::{Told as _, errno_of_file};

/// The one row of `vault`, as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VaultRow {
    pub(super) header: Vec<u8>,
    pub(super) header_hash: Vec<u8>,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) head: Vec<u8>,
}

impl VaultRow {
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut found = None;
        let sql = "SELECT header, header_hash, wrapped_key, head FROM vault LIMIT 2";
        each(connection, sql, [], |row| {
            let read = Self {
                header: blob(row, 0)?.to_vec(),
                header_hash: blob(row, 1)?.to_vec(),
                wrapped_key: blob(row, 2)?.to_vec(),
                head: blob(row, 3)?.to_vec(),
            };
            match found.replace(read) {
                None => Ok(()),
                Some(_) => Err(StoreError::integrity("it has more than one vault row")),
            }
        })?;
        found.ok_or_else(|| StoreError::integrity("its vault row is missing"))
    }
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Looking; several processes can.
    Read,
    /// Changing; one process at a time, the others wait.
    Write,
}

/// An open vault file.
pub struct VaultFile {
    pub(super) opened: Opened,
    pub(super) row: VaultRow,
    pub(super) header: Header,
    /// After an I/O error the connection's cache is not trusted any more.
    doubtful: bool,
}

/// Replacing the file again and again while we open it is no accident.
const ATTEMPTS: usize = 3;

impl VaultFile {
    /// Opens a file the one way and reads its header.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Integrity`], [`StoreError::Busy`], [`StoreError::System`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::of(open::open(path)?)
    }

    /// Opens a copy for looking only; see [`open::open_copy`].
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_copy(path: &Path) -> Result<Self, StoreError> {
        Self::of(open::open_copy(path)?)
    }

    pub(super) fn of(mut opened: Opened) -> Result<Self, StoreError> {
        let read = |opened: &Opened| -> Result<(VaultRow, Header), StoreError> {
            let row = VaultRow::read(&opened.connection)?;
            let header = Header::decode(&row.header, &row.header_hash)?;
            // What was just looked at is not looked at again.
            if opened.tables != Some(header.format) {
                refuse_another_schema(&opened.connection, &header)?;
            }
            Ok((row, header))
        };
        let (row, header) = match read(&opened) {
            Err(_) if show(&mut opened, State::AsItLies) => read(&opened)?,
            first => first?,
        };
        Ok(Self { opened, row, header, doubtful: false })
    }

    /// The resolved path.
    pub fn path(&self) -> &Path {
        &self.opened.path
    }

    /// The header as it was when the file was opened or looked at last.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Reads the vault row again before a password is tried: it may have been changed since.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn look_again(&mut self) -> Result<(), StoreError> {
        match self.begin(Purpose::Read)? {
            Some(row) => {
                self.roll_back();
                self.take_row(row)
            }
            None => Ok(()),
        }
    }

    /// Where a writer left a journal, the file may be in either of two states, and a change of the password may
    /// lie between them. Takes the header of the other one; `false` where it is the same, where there is none,
    /// and where it is that of another key: which of two keys is right must not depend on who comes first.
    pub fn take_other_header(&mut self) -> bool {
        let Some(aside) = &self.opened.aside else { return false };
        let before = aside.shown();
        let (row, header) = (self.row.clone(), self.header.clone());
        if !self.show(before.other()) {
            return false;
        }
        let other = VaultRow::read(&self.opened.connection);
        let is_other = other.is_ok_and(|other| other.header != row.header && self.take_row(other).is_ok());
        if is_other && self.header.key_id == header.key_id {
            return true;
        }
        (self.row, self.header) = (row, header);
        self.show(before);
        false
    }

    /// Whether nobody has told yet which state of the file is right.
    pub(super) fn is_unsettled(&self) -> bool {
        self.opened.aside.as_ref().is_some_and(|aside| !aside.is_settled())
    }

    /// Shows a state of a file that is unsettled; `false` where that state cannot be opened at all.
    pub(super) fn show(&mut self, state: State) -> bool {
        show(&mut self.opened, state)
    }

    /// Whether both states of a file that is unsettled are the same state of the vault.
    pub(super) fn states_agree(&mut self) -> bool {
        let Some(shown) = self.opened.aside.as_ref().map(open::Aside::shown) else { return true };
        let one = VaultRow::read(&self.opened.connection);
        let other = self.show(shown.other()).then(|| VaultRow::read(&self.opened.connection));
        self.show(shown);
        one.is_ok_and(|row| other == Some(Ok(row)))
    }

    /// Brings the file into the state that a key has vouched for, and opens it again; answers the copies of what
    /// was there. `None` where there is nothing to go back to: it is only looked at, or others were quicker.
    pub(super) fn settle(&mut self, state: State) -> Result<Option<open::Aside>, StoreError> {
        let Some(mut aside) = self.opened.aside.take() else { return Ok(None) };
        if aside.is_only_looked_at() {
            aside.show(state, &mut self.opened.connection);
            aside.set_settled();
            self.opened.aside = Some(aside);
            return Ok(None);
        }
        self.close()?;
        let settled = aside.settle(&self.opened.path, state);
        self.doubtful = true;
        if settled? {
            self.reopen()?;
            return Ok(Some(aside));
        }
        self.reopen().map(|()| None)
    }

    /// Sentences about what is not as it should be but stops nothing.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.opened.notices)
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.opened.connection
    }

    /// Begins a transaction and reads the vault row in it; `None` where the file is unsettled.
    ///
    /// The file must be the one that was seen last, unchanged but for commits of other processes; else it
    /// is closed and opened again, since a file copied over the open one would otherwise be read half from
    /// SQLite's page cache and written into a mixture. A journal that a killed writer left must not be met
    /// by SQLite before it was set aside.
    pub(super) fn begin(&mut self, purpose: Purpose) -> Result<Option<VaultRow>, StoreError> {
        for _ in 0..ATTEMPTS {
            if self.is_unsettled() && FileStamp::of(&self.opened.path)? != self.opened.stamp {
                self.doubtful = true;
            }
            // After an error of the disk nothing that SQLite has in its cache is believed.
            self.doubtful |= errno_of_file(self.connection()).is_some();
            if self.doubtful || self.writer_left_a_journal()? {
                self.reopen()?;
            }
            if self.is_unsettled() {
                return Ok(None);
            }
            #[cfg(test)]
            super::observed::looked_at_journal();
            self.execute(match purpose {
                Purpose::Read => "BEGIN",
                Purpose::Write => "BEGIN IMMEDIATE",
            })?;
            match self.first_look() {
                Ok(Some(row)) => return Ok(Some(row)),
                Ok(None) => {
                    self.roll_back();
                    self.reopen()?;
                    if self.is_unsettled() {
                        return Ok(None);
                    }
                    self.execute(match purpose {
                        Purpose::Read => "BEGIN",
                        Purpose::Write => "BEGIN IMMEDIATE",
                    })?;
                    if let Some(row) = self.look_after_reopening().inspect_err(|_| self.roll_back())? {
                        return Ok(Some(row));
                    }
                    self.roll_back();
                    self.doubtful = true;
                }
                // A change that outgrew its memory began between the two looks: it is waited for above.
                Err(StoreError::Busy) if self.writer_is_at_work() => self.roll_back(),
                Err(error) => {
                    self.roll_back();
                    return Err(error);
                }
            }
        }
        Err(StoreError::Busy)
    }

    fn writer_is_at_work(&self) -> bool {
        matches!(open::look_at_journal(&self.opened.path), Ok(Journal::Live))
    }

    /// Waits for a writer that is at work.
    fn writer_left_a_journal(&self) -> Result<bool, StoreError> {
        let settled_copy = self.opened.aside.is_some();
        Ok(!settled_copy
            && open::look_at_journal(&self.opened.path)? == Journal::Live
            && open::left_by_a_writer(&self.opened.path)?.is_some())
    }

    /// Ends a transaction without changing anything.
    pub(super) fn roll_back(&self) {
        // Without a transaction there is nothing to roll back, and that is the only error.
        let _ = self.opened.connection.execute_batch("ROLLBACK");
    }

    /// Commits, and remembers how the file looks now. Once the commit has succeeded the answer is yes, whatever
    /// looking at the file says.
    ///
    /// # Errors
    /// Where nothing was changed, [`StoreError::Unknown`] where that is not known, and
    /// [`StoreError::Replaced`] where the change lies in a file without a name.
    pub(super) fn commit(&mut self, row: VaultRow) -> Result<(), StoreError> {
        if let Err(error) = self.execute("COMMIT") {
            self.roll_back();
            return self.after_failed_commit(row, error);
        }
        match FileStamp::of(&self.opened.path) {
            Ok(stamp) if stamp.is_same_file(&self.opened.stamp) => self.opened.stamp = stamp,
            Ok(_) | Err(StoreError::Missing(_)) => {
                let saved = self.save_beside().map_err(|error| error.to_string());
                self.doubtful = true;
                return Err(StoreError::Replaced { saved });
            }
            Err(_) => self.doubtful = true,
        }
        self.take_row(row)
    }

    /// The change is wholly in or wholly out: only the file knows which.
    fn after_failed_commit(&mut self, row: VaultRow, error: StoreError) -> Result<(), StoreError> {
        if error == StoreError::Busy {
            return Err(error);
        }
        self.doubtful = true;
        let unknown = match &error {
            StoreError::System { doing, reason } => {
                StoreError::Unknown { doing: doing.clone(), reason: reason.clone() }
            }
            other => StoreError::Unknown { doing: "the commit".to_owned(), reason: other.to_string() },
        };
        let Ok(Some(found)) = self.begin(Purpose::Read) else { return Err(unknown) };
        self.roll_back();
        if found == self.row {
            return Err(error);
        }
        // It is in; but the journal's going may not be on the disk yet, and would take it back.
        let is_durable = found == row && open::sync_folder(open::folder_of(&self.opened.path)).is_ok();
        if is_durable { self.take_row(row) } else { Err(unknown) }
    }

    /// Writes what the open connection holds to a new file beside the path that leads elsewhere by now.
    fn save_beside(&self) -> Result<PathBuf, StoreError> {
        let path = &self.opened.path;
        let saved = open::free_name(path, "-conflict-");
        let temporary = Temporary::new_for(&saved)?;
        self.copy_into(temporary.path()).map_err(|error| temporary.name_in(error, &saved))?;
        temporary.place(&saved)?;
        Ok(saved)
    }

    fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        let mut copy = open::connect_new(path)?;
        Backup::new(&self.opened.connection, &mut copy)
            .and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None))
            .on(&self.opened.connection)?;
        copy.close().or_else(|(copy, error)| Err(error).on(&copy))
    }

    /// Whether an `init` was cut short that did not make the vault in one step: it holds nothing at all.
    pub fn has_no_event(&self) -> bool {
        let connection = self.connection();
        ["event", "secret", "version"].iter().all(|table| {
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1)");
            first(connection, &sql, [], |row| integer(row, 0)) == Ok(Some(0))
        })
    }

    /// Takes a verified row for the newest.
    pub(super) fn take_row(&mut self, row: VaultRow) -> Result<(), StoreError> {
        if row.header != self.row.header {
            let header = Header::decode(&row.header, &row.header_hash)?;
            // Another process may have upgraded the vault since the tables were looked at.
            if header.format != self.header.format {
                refuse_another_schema(&self.opened.connection, &header)?;
            }
            self.header = header;
        }
        self.row = row;
        Ok(())
    }

    fn execute(&mut self, sql: &str) -> Result<(), StoreError> {
        self.opened.connection.execute_batch(sql).on(&self.opened.connection).inspect_err(|error| {
            self.doubtful |= matches!(error, StoreError::System { .. });
        })
    }

    /// `None`: the file is not the one that was seen last.
    fn first_look(&mut self) -> Result<Option<VaultRow>, StoreError> {
        // Reading first takes the lock, after which no other etui writes.
        let row = match VaultRow::read(&self.opened.connection) {
            Ok(row) => row,
            Err(_) if self.was_replaced()? => return Ok(None),
            Err(error) => return Err(error),
        };
        let stamp = FileStamp::of(&self.opened.path)?;
        Ok((stamp == self.opened.stamp).then_some(row))
    }

    /// Between opening and locking another process may have committed; but it must be the same file.
    fn look_after_reopening(&mut self) -> Result<Option<VaultRow>, StoreError> {
        let row = VaultRow::read(&self.opened.connection)?;
        let stamp = FileStamp::of(&self.opened.path)?;
        if !stamp.is_same_file(&self.opened.stamp) {
            return Ok(None);
        }
        self.opened.stamp = stamp;
        Ok(Some(row))
    }

    fn was_replaced(&self) -> Result<bool, StoreError> {
        Ok(FileStamp::of(&self.opened.path)? != self.opened.stamp)
    }

    /// Whether the file is only looked at.
    pub(super) fn is_copy(&self) -> bool {
        match &self.opened.aside {
            Some(aside) => aside.is_only_looked_at(),
            None => self.opened.is_copy,
        }
    }

    /// Opens the file that this process has just put in the place of the one that was open.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where it is another one by now, and as [`open`](Self::open).
    pub(super) fn open_replaced(&mut self, row: &VaultRow) -> Result<(), StoreError> {
        self.roll_back();
        self.reopen()?;
        match VaultRow::read(&self.opened.connection)? {
            found if found == *row => self.take_row(found),
            _ => Err(StoreError::integrity("it is not what was written a moment ago")),
        }
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        if self.is_copy() {
            return Err(StoreError::integrity("it changed while it was read"));
        }
        let path = self.opened.path.clone();
        self.close()?;
        self.doubtful = true;
        let mut fresh = open::open(&path)?;
        fresh.notices.clear();
        fresh.notices.append(&mut self.opened.notices);
        self.opened = fresh;
        self.doubtful = false;
        Ok(())
    }

    /// The old connection is closed before there is a new one: closing it later would drop the new one's lock.
    fn close(&mut self) -> Result<(), StoreError> {
        let none = Connection::open_in_memory().on(&self.opened.connection)?;
        drop(std::mem::replace(&mut self.opened.connection, none));
        self.opened.aside = None;
        Ok(())
    }
}

/// The tables must be those of the format that the header names.
fn refuse_another_schema(connection: &Connection, header: &Header) -> Result<(), StoreError> {
    match schema::check(connection)? == header.format {
        true => Ok(()),
        false => Err(StoreError::integrity("its tables are not those of the format that its header names")),
    }
}

fn show(opened: &mut Opened, state: State) -> bool {
    opened.aside.as_mut().is_some_and(|aside| aside.show(state, &mut opened.connection))
}
