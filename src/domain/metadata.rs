//! What is known about a secret besides its versions: description, tags, notes, retention, rotation.

use std::collections::BTreeMap;
use std::fmt;

use super::invalid::Invalid;
use super::wiped_text::WipedText;

fn check_length(what: &'static str, text: &str, limit: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if length > limit {
        return Err(Invalid::TooLong { what, limit, length, unit: "characters" });
    }
    Ok(())
}

/// What a secret is for: 0 to 8,192 characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(WipedText);

impl Description {
    /// The largest number of characters.
    pub const LIMIT: usize = 8_192;

    /// Checks and takes a description; the empty one means none.
    ///
    /// # Errors
    /// [`Invalid::TooLong`].
    pub fn new(text: &str) -> Result<Self, Invalid> {
        check_length("a description", text, Self::LIMIT)?;
        Ok(Self(WipedText::new(text)))
    }

    /// The description as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

/// A remark on a version, like a commit message: 1 to 512 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(WipedText);

impl Note {
    /// The largest number of characters.
    pub const LIMIT: usize = 512;

    /// Checks and takes a note. "No note" is `None`, not an empty one.
    ///
    /// # Errors
    /// [`Invalid::Empty`] and [`Invalid::TooLong`].
    pub fn new(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::Empty { what: "a note" });
        }
        check_length("a note", text, Self::LIMIT)?;
        Ok(Self(WipedText::new(text)))
    }

    /// Takes what a field or a flag holds: nothing means no note.
    ///
    /// # Errors
    /// [`Invalid::TooLong`].
    pub fn from_field(text: &str) -> Result<Option<Self>, Invalid> {
        if text.is_empty() { Ok(None) } else { Self::new(text).map(Some) }
    }

    /// The note as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The key of a tag: 1 to 128 characters, not beginning with `aliyun` or `acs:` (KMS, TagResource).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagKey(WipedText);

impl TagKey {
    /// The largest number of characters.
    pub const LIMIT: usize = 128;

    /// Checks and takes a key.
    ///
    /// # Errors
    /// [`Invalid`] says which rule the key breaks.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        const WHAT: &str = "a tag key";
        if text.is_empty() {
            return Err(Invalid::Empty { what: WHAT });
        }
        check_length(WHAT, text, Self::LIMIT)?;
        for prefix in ["aliyun", "acs:"] {
            if text.starts_with(prefix) {
                return Err(Invalid::Prefix { what: WHAT, prefix });
            }
        }
        Ok(Self(WipedText::new(text)))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for TagKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The value of a tag: 0 to 256 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TagValue(WipedText);

impl TagValue {
    /// The largest number of characters.
    pub const LIMIT: usize = 256;

    /// Checks and takes a value.
    ///
    /// # Errors
    /// [`Invalid::TooLong`].
    pub fn new(text: &str) -> Result<Self, Invalid> {
        check_length("a tag value", text, Self::LIMIT)?;
        Ok(Self(WipedText::new(text)))
    }

    /// The value as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for TagValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The tags of a secret, sorted by key. The limit of 20 is a rule of `versioning`, so that going over it
/// is answered with `Rejected.LimitExceeded` and not as a malformed parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(BTreeMap<TagKey, TagValue>);

impl Tags {
    /// The largest number of tags on one secret (KMS, TagResource).
    pub const LIMIT: usize = 20;

    /// No tags.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Sets a tag; the value it had before is replaced.
    pub fn set(&mut self, key: TagKey, value: TagValue) {
        self.0.insert(key, value);
    }

    /// Removes a tag; whether it was there.
    pub fn remove(&mut self, key: &TagKey) -> bool {
        self.0.remove(key).is_some()
    }

    /// The value of a tag.
    pub fn get(&self, key: &TagKey) -> Option<&TagValue> {
        self.0.get(key)
    }

    /// The number of tags.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tags, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&TagKey, &TagValue)> {
        self.0.iter()
    }
}

impl FromIterator<(TagKey, TagValue)> for Tags {
    fn from_iter<I: IntoIterator<Item = (TagKey, TagValue)>>(tags: I) -> Self {
        Self(tags.into_iter().collect())
    }
}

/// How many versions of a secret are kept: 1 to 1,000, all versions counted (etui; KMS always keeps 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(u16);

impl Retention {
    /// Checks and takes a number of versions.
    ///
    /// # Errors
    /// [`Invalid::Range`].
    pub fn new(versions: u32) -> Result<Self, Invalid> {
        match u16::try_from(versions) {
            Ok(number @ 1..=1_000) => Ok(Self(number)),
            _ => Err(Invalid::Range { what: "the number of versions to keep", least: 1, most: 1_000 }),
        }
    }

    /// The number of versions.
    pub const fn versions(self) -> usize {
        self.0 as usize
    }
}

/// How old a current version may grow before it is due for rotation: 1 to 365 days (etui).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationInterval(u16);

impl RotationInterval {
    /// Checks and takes a number of days.
    ///
    /// # Errors
    /// [`Invalid::Range`].
    pub fn new(days: u32) -> Result<Self, Invalid> {
        match u16::try_from(days) {
            Ok(number @ 1..=365) => Ok(Self(number)),
            _ => Err(Invalid::Range { what: "a rotation interval in days", least: 1, most: 365 }),
        }
    }

    /// The number of days.
    pub const fn days(self) -> u16 {
        self.0
    }
}

/// What is known about a secret besides its name and its versions. A new kind of metadata is a field here: states,
/// imports and outcomes carry it along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// What it is for.
    pub description: Description,
    /// Its tags.
    pub tags: Tags,
    /// How many versions are kept from the next put on, if that is limited (etui).
    pub retention: Option<Retention>,
    /// How old its current version may grow (etui).
    pub rotation: Option<RotationInterval>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_metadata_hold_at_their_edges() {
        assert!(Description::new(&"ä".repeat(8_192)).is_ok());
        assert!(Description::new(&"ä".repeat(8_193)).is_err());
        assert!(Note::new(&"n".repeat(512)).is_ok());
        assert!(Note::new(&"n".repeat(513)).is_err());
        assert!(TagKey::new(&"k".repeat(128)).is_ok());
        assert!(TagKey::new(&"k".repeat(129)).is_err());
        assert!(TagValue::new(&"v".repeat(256)).is_ok());
        assert!(TagValue::new(&"v".repeat(257)).is_err());
        assert!(TagValue::new("").is_ok());
        assert!(Retention::new(0).is_err() && Retention::new(1).is_ok());
        assert!(Retention::new(1_000).is_ok() && Retention::new(1_001).is_err());
        assert!(RotationInterval::new(0).is_err() && RotationInterval::new(1).is_ok());
        assert!(RotationInterval::new(365).is_ok() && RotationInterval::new(366).is_err());
    }

    #[test]
    fn reserved_tag_keys_are_refused() {
        assert!(matches!(TagKey::new("aliyun"), Err(Invalid::Prefix { .. })));
        assert!(matches!(TagKey::new("acs:env"), Err(Invalid::Prefix { .. })));
        assert!(TagKey::new("acs").is_ok());
    }

    #[test]
    fn an_empty_note_field_is_no_note() {
        assert_eq!(Note::from_field(""), Ok(None));
        assert_eq!(Note::from_field("x").unwrap().unwrap().as_str(), "x");
    }
}
