//! Groups, entries and their fields, as they stand in the XML of a database.

use std::collections::HashMap;

use super::xml::{Element, Xml};
use crate::exchange::error::ExchangeError;
use crate::exchange::inflate::{LARGEST, NotInflated, gunzip};
use crate::memory::SecretBytes;

/// Groups, entries, fields and attachments in all: a file of few bytes for each must not become a large memory.
const MOST_KEPT: usize = 4_000_000;

/// Username, password, Enter: what is typed where nothing else is said, and some programs say it.
const USUAL_SEQUENCE: &[u8] = b"{USERNAME}{TAB}{PASSWORD}{ENTER}";

/// The id of a group or an entry.
pub(super) type Uuid = [u8; 16];

/// A whole database.
#[derive(Default)]
pub(super) struct Database {
    pub(super) root: Option<Group>,
    /// Attachments by their numbers.
    pub(super) binaries: HashMap<u32, Content>,
    pub(super) recycle_bin: Option<Uuid>,
    /// What is said of the database itself, and has no place here.
    pub(super) unplaced: Vec<&'static str>,
}

/// A group of entries.
#[derive(Default)]
pub(super) struct Group {
    pub(super) uuid: Option<Uuid>,
    pub(super) name: SecretBytes,
    pub(super) entries: Vec<Entry>,
    pub(super) groups: Vec<Group>,
    /// What is said of it that has no place here.
    pub(super) unplaced: Vec<&'static str>,
}

/// An entry, or what it was earlier.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) uuid: Option<Uuid>,
    /// Times as they are written; empty where there are none.
    pub(super) created: SecretBytes,
    pub(super) changed: SecretBytes,
    pub(super) expiry: SecretBytes,
    pub(super) expires: bool,
    pub(super) tags: SecretBytes,
    pub(super) strings: Vec<(SecretBytes, SecretBytes)>,
    pub(super) attachments: Vec<(SecretBytes, Attachment)>,
    /// What it was before, the oldest first.
    pub(super) history: Vec<Entry>,
    /// What is said of it that has no place here.
    pub(super) unplaced: Vec<&'static str>,
}

/// An attachment of an entry; a number always means the same one.
#[derive(PartialEq)]
pub(super) enum Attachment {
    /// One of the database, by its number.
    Number(u32),
    /// One that stands in the entry.
    Here(Content),
}

/// What an attachment holds.
pub(super) enum Content {
    Bytes(SecretBytes),
    /// It cannot be unpacked, which is no reason to refuse the rest of the database.
    Damaged,
}

/// Bytes are equal.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(bytes), Self::Bytes(other)) => bytes.equals(other.expose()),
            (Self::Damaged, Self::Damaged) => true,
            _ => false,
        }
    }
}

impl Entry {
    /// A field by its key; empty where there is none.
    pub(super) fn string(&self, key: &str) -> &[u8] {
        let found = self.strings.iter().find(|(known, _)| known.expose() == key.as_bytes());
        found.map_or(&[], |(_, value)| value.expose())
    }
}

/// Reads a database; `binaries` are attachments that stand outside of the XML.
pub(super) fn read(xml: Xml<'_>, binaries: Vec<SecretBytes>) -> Result<Database, ExchangeError> {
    let binaries = binaries.into_iter().map(Content::Bytes);
    let mut database = Database { binaries: (0..).zip(binaries).collect(), ..Database::default() };
    let mut read = Read { xml, kept: 0, room: LARGEST };
    let root = read.xml.child()?.filter(|root| root.name() == "KeePassFile");
    if root.is_none() {
        return Err(read.xml.fault("this is not a KeePass database"));
    }
    while let Some(part) = read.xml.child()? {
        match part.name() {
            "Meta" => read.meta(&mut database)?,
            "Root" => read.root(&mut database)?,
            _ => read.xml.skip(&part)?,
        }
    }
    if read.xml.child()?.is_some() || database.root.is_none() {
        return Err(read.xml.fault("this is not a KeePass database"));
    }
    Ok(database)
}

struct Read<'a> {
    xml: Xml<'a>,
    kept: usize,
    /// How much may still be unpacked.
    room: usize,
}

impl Read<'_> {
    fn keep_one(&mut self) -> Result<(), ExchangeError> {
        self.kept += 1;
        if self.kept > MOST_KEPT {
            return Err(ExchangeError::in_words("it holds more entries and fields than etui reads"));
        }
        Ok(())
    }

    /// Whether an element says anything, read to its end.
    fn says_something(&mut self) -> Result<bool, ExchangeError> {
        Ok(!self.xml.text()?.expose().trim_ascii().is_empty())
    }

    fn is_true(&mut self) -> Result<bool, ExchangeError> {
        Ok(self.xml.text()?.expose().trim_ascii().eq_ignore_ascii_case(b"true"))
    }

    fn uuid(&mut self) -> Result<Option<Uuid>, ExchangeError> {
        Ok(self.xml.base64()?.expose().try_into().ok())
    }

    /// Reads a custom icon: the id of none is all zeros.
    fn has_icon(&mut self) -> Result<bool, ExchangeError> {
        Ok(self.uuid()?.is_some_and(|icon| icon != [0; 16]))
    }

    fn has_children(&mut self) -> Result<bool, ExchangeError> {
        let mut has_some = false;
        while let Some(inner) = self.xml.child()? {
            has_some = true;
            self.xml.skip(&inner)?;
        }
        Ok(has_some)
    }

    fn meta(&mut self, database: &mut Database) -> Result<(), ExchangeError> {
        let mut has_bin = true;
        while let Some(part) = self.xml.child()? {
            let unplaced = match part.name() {
                "RecycleBinEnabled" => {
                    has_bin = self.is_true()?;
                    continue;
                }
                "RecycleBinUUID" => {
                    database.recycle_bin = self.uuid()?;
                    continue;
                }
                "Binaries" => {
                    self.binaries(database)?;
                    continue;
                }
                "DatabaseDescription" => self.says_something()?.then_some("its description"),
                "DefaultUserName" => self.says_something()?.then_some("its default username"),
                "CustomIcons" => self.has_children()?.then_some("its icons"),
                _ => {
                    self.xml.skip(&part)?;
                    continue;
                }
            };
            database.unplaced.extend(unplaced);
        }
        database.recycle_bin = database.recycle_bin.filter(|bin| has_bin && *bin != [0; 16]);
        Ok(())
    }

    fn binaries(&mut self, database: &mut Database) -> Result<(), ExchangeError> {
        while let Some(binary) = self.xml.child()? {
            self.keep_one()?;
            let number = binary.attribute("ID").and_then(|id| id.expose_text()?.parse().ok());
            let content = self.binary(&binary)?;
            match number {
                Some(number) => database.binaries.insert(number, content),
                None => return Err(self.xml.fault("an attachment has no number")),
            };
        }
        Ok(())
    }

    /// An attachment that stands in the XML. KeePassXC writes a packed one of no bytes as nothing.
    fn binary(&mut self, element: &Element<'_>) -> Result<Content, ExchangeError> {
        let bytes = match element.is_set("Protected") {
            true => self.xml.value(element)?,
            false => self.xml.base64()?,
        };
        if !element.is_set("Compressed") || bytes.is_empty() {
            return Ok(Content::Bytes(bytes));
        }
        match gunzip(bytes.expose(), self.room) {
            Ok(unpacked) => {
                self.room -= unpacked.len();
                Ok(Content::Bytes(unpacked))
            }
            Err(NotInflated::Damaged) => Ok(Content::Damaged),
            Err(NotInflated::TooLarge) => Err(ExchangeError::TooLarge { limit: LARGEST }),
        }
    }

    fn root(&mut self, database: &mut Database) -> Result<(), ExchangeError> {
        while let Some(part) = self.xml.child()? {
            match part.name() {
                "Group" if database.root.is_none() => database.root = Some(self.group()?),
                _ => self.xml.skip(&part)?,
            }
        }
        Ok(())
    }

    fn group(&mut self) -> Result<Group, ExchangeError> {
        self.keep_one()?;
        let mut group = Group::default();
        while let Some(part) = self.xml.child()? {
            let unplaced = match part.name() {
                "UUID" => {
                    group.uuid = self.uuid()?;
                    continue;
                }
                "Name" => {
                    group.name = self.xml.text()?;
                    continue;
                }
                "Entry" => {
                    let entry = self.entry()?;
                    group.entries.push(entry);
                    continue;
                }
                "Group" => {
                    let inner = self.group()?;
                    group.groups.push(inner);
                    continue;
                }
                "Notes" => self.says_something()?.then_some("the notes of this group"),
                "Tags" => self.says_something()?.then_some("the tags of this group"),
                "CustomIconUUID" => self.has_icon()?.then_some("the icon of this group"),
                "CustomData" => self.has_children()?.then_some("what plugins keep with this group"),
                "DefaultAutoTypeSequence" => self.says_something()?.then_some("how this group is typed"),
                _ => {
                    self.xml.skip(&part)?;
                    continue;
                }
            };
            group.unplaced.extend(unplaced);
        }
        Ok(group)
    }

    fn entry(&mut self) -> Result<Entry, ExchangeError> {
        self.keep_one()?;
        let mut entry = Entry::default();
        while let Some(part) = self.xml.child()? {
            let unplaced = match part.name() {
                "UUID" => {
                    entry.uuid = self.uuid()?;
                    continue;
                }
                "Tags" => {
                    entry.tags = self.xml.text()?;
                    continue;
                }
                "Times" => {
                    self.times(&mut entry)?;
                    continue;
                }
                "String" => {
                    self.string(&mut entry)?;
                    continue;
                }
                "Binary" => {
                    self.attachment(&mut entry)?;
                    continue;
                }
                "History" => {
                    while let Some(older) = self.xml.child()? {
                        match older.name() {
                            "Entry" => {
                                let older = self.entry()?;
                                entry.history.push(older);
                            }
                            _ => self.xml.skip(&older)?,
                        }
                    }
                    continue;
                }
                "IconID" => (!matches!(self.xml.text()?.expose(), b"" | b"0")).then_some("its icon"),
                "CustomIconUUID" => self.has_icon()?.then_some("its icon"),
                "ForegroundColor" | "BackgroundColor" => self.says_something()?.then_some("its colors"),
                "OverrideURL" => self.says_something()?.then_some("the program that opens its URL"),
                "CustomData" => self.has_children()?.then_some("what plugins keep with it"),
                "AutoType" => self.is_typed_otherwise()?.then_some("how it is typed"),
                _ => {
                    self.xml.skip(&part)?;
                    continue;
                }
            };
            entry.unplaced.extend(unplaced);
        }
        entry.unplaced.dedup();
        Ok(entry)
    }

    /// Whether anything but the usual is said of auto-type.
    fn is_typed_otherwise(&mut self) -> Result<bool, ExchangeError> {
        let mut is_other = false;
        while let Some(part) = self.xml.child()? {
            is_other |= match part.name() {
                "DefaultSequence" => !matches!(self.xml.text()?.expose(), b"" | USUAL_SEQUENCE),
                "Enabled" => self.xml.text()?.expose().eq_ignore_ascii_case(b"false"),
                "Association" => {
                    let mut says_something = false;
                    while self.xml.child()?.is_some() {
                        says_something |= self.says_something()?;
                    }
                    says_something
                }
                _ => {
                    self.xml.skip(&part)?;
                    false
                }
            };
        }
        Ok(is_other)
    }

    fn times(&mut self, entry: &mut Entry) -> Result<(), ExchangeError> {
        while let Some(part) = self.xml.child()? {
            match part.name() {
                "CreationTime" => entry.created = self.xml.text()?,
                "LastModificationTime" => entry.changed = self.xml.text()?,
                "ExpiryTime" => entry.expiry = self.xml.text()?,
                "Expires" => entry.expires = self.is_true()?,
                _ => self.xml.skip(&part)?,
            }
        }
        Ok(())
    }

    fn string(&mut self, entry: &mut Entry) -> Result<(), ExchangeError> {
        self.keep_one()?;
        let (mut key, mut value) = (SecretBytes::new(), SecretBytes::new());
        while let Some(part) = self.xml.child()? {
            match part.name() {
                "Key" => key = self.xml.text()?,
                "Value" => value = self.xml.value(&part)?,
                _ => self.xml.skip(&part)?,
            }
        }
        if value.expose_text().is_none() {
            return Err(self.xml.fault("a value is not UTF-8"));
        }
        entry.strings.push((key, value));
        Ok(())
    }

    fn attachment(&mut self, entry: &mut Entry) -> Result<(), ExchangeError> {
        self.keep_one()?;
        let mut key = SecretBytes::new();
        let mut attachment = None;
        while let Some(part) = self.xml.child()? {
            match part.name() {
                "Key" => key = self.xml.text()?,
                "Value" => match part.attribute("Ref").map(|number| number.expose_text()?.parse().ok()) {
                    Some(number) => {
                        self.xml.skip(&part)?;
                        attachment = number.map(Attachment::Number);
                    }
                    None => attachment = Some(Attachment::Here(self.binary(&part)?)),
                },
                _ => self.xml.skip(&part)?,
            }
        }
        let attachment = attachment.ok_or_else(|| self.xml.fault("an attachment has no content"))?;
        entry.attachments.push((key, attachment));
        Ok(())
    }
}
