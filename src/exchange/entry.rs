//! An entry of another program: one field is the value as it is, several become one JSON value.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

#[cfg(any(feature = "keepass", feature = "yaml"))]
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::error::ExchangeError;
use crate::content::fields;
use crate::domain::{SecretValue, TagKey, TagValue, Tags, Timestamp, ValueType};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use crate::versioning::fit_name;

/// Fields that are the value of an entry where there is nothing else; any other keeps its name.
const VALUES: [&[u8]; 4] = [b"password", b"notes", b"totp", b"note"];

/// What is said of an entry in which nothing is filled in.
pub(super) const EMPTY: &str = "it has no value";

/// The fields of one version of an entry, in an order that is always the same.
#[derive(Debug, Default)]
pub(super) struct Fields {
    list: Vec<(SecretBytes, SecretBytes)>,
    /// Each name that is taken, and how far it has been counted: many fields may have one name.
    counts: BTreeMap<Name, u32>,
}

/// The name of a field, which the user of the other program chose.
#[derive(Debug)]
struct Name(SecretBytes);

impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        self.0.expose()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.expose().cmp(other.0.expose())
    }
}

impl Fields {
    pub(super) const fn new() -> Self {
        Self { list: Vec::new(), counts: BTreeMap::new() }
    }

    /// Adds a field; an empty one counts as not there, and a second one of a name gets a number.
    pub(super) fn add(&mut self, name: &str, value: SecretBytes) {
        if value.is_empty() {
            return;
        }
        let free = self.free_name(name);
        self.push(free, value);
    }

    /// A name, with the next free number where it is taken.
    fn free_name(&mut self, name: &str) -> SecretBytes {
        let mut free = SecretBytes::copy_of(name.as_bytes());
        let Some(mut count) = self.counts.get(name.as_bytes()).copied() else { return free };
        while self.counts.contains_key(free.expose()) {
            count += 1;
            free.truncate(name.len());
            free.extend(format!("-{count}").as_bytes());
        }
        if let Some(counted) = self.counts.get_mut(name.as_bytes()) {
            *counted = count;
        }
        free
    }

    fn push(&mut self, name: SecretBytes, value: SecretBytes) {
        self.counts.insert(Name(name.duplicate()), 1);
        self.list.push((name, value));
    }

    /// The same fields with another value in one of them; it is added where it is not there.
    pub(super) fn with(&self, name: &str, value: &SecretBytes) -> Self {
        let is_it = |known: &SecretBytes| known.expose() == name.as_bytes();
        let mut fields = Self::new();
        for (known, old) in &self.list {
            let value = if is_it(known) { value } else { old };
            fields.push(known.duplicate(), value.duplicate());
        }
        if !self.counts.contains_key(name.as_bytes()) {
            fields.push(SecretBytes::copy_of(name.as_bytes()), value.duplicate());
        }
        fields
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The value that they make; `None` where nothing is filled in. A username alone would be taken for a password by
    /// whoever asks for the value, and by an export.
    pub(super) fn into_bytes(mut self) -> Option<SecretBytes> {
        match self.list.len() {
            0 => None,
            1 if self.list.iter().all(|(name, _)| VALUES.contains(&name.expose())) => {
                self.list.pop().map(|(_, value)| value)
            }
            _ => {
                let mut out = SecretBytes::new();
                let mut before = b'{';
                for (name, value) in &self.list {
                    out.push(before);
                    write_string(name.expose_text()?, &mut out);
                    out.push(b':');
                    write_string(value.expose_text()?, &mut out);
                    before = b',';
                }
                out.push(b'}');
                Some(out)
            }
        }
    }
}

/// The username among the fields of a value.
pub(super) fn account(value: &[u8]) -> Option<SecretBytes> {
    let (_, fields) = fields(value)?;
    fields.into_iter().find(|field| field.key == USERNAME).map(|field| field.value)
}

/// The field that tells accounts of one name apart.
pub(super) const USERNAME: &str = "username";

/// Appends a JSON string; serde_json writes the pieces between escapes one after the other and keeps none.
pub(super) fn write_string(text: &str, out: &mut SecretBytes) {
    serde_json::to_writer(out, text).expect("writing text into memory cannot fail");
}

/// Makes a text value, or says among the losses why there is none.
pub(super) fn text_value(name: &str, text: SecretBytes, losses: &mut Vec<Loss>) -> Option<SecretValue> {
    if text.is_empty() {
        losses.push(Loss::whole(name, EMPTY));
        return None;
    }
    match SecretValue::new(ValueType::Text, text) {
        Ok(value) => Some(value),
        Err(invalid) => {
            losses.push(Loss::whole(name, invalid));
            None
        }
    }
}

/// Adds an entry with its versions, oldest first; what has no value is named among the losses.
pub(super) fn add_entry(
    batch: &mut IncomingBatch,
    name: String,
    versions: impl IntoIterator<Item = (Fields, Option<Timestamp>)>,
) -> Option<&mut IncomingSecret> {
    let versions = versions.into_iter();
    // One version is the rule, and of it there may be many thousands.
    let mut incoming = Vec::with_capacity(versions.size_hint().0);
    for (fields, created) in versions {
        let value = fields.into_bytes().unwrap_or_default();
        if let Some(value) = text_value(&name, value, &mut batch.losses) {
            incoming.push(IncomingVersion { created, ..IncomingVersion::of(value) });
        }
    }
    if incoming.is_empty() {
        return None;
    }
    keep_order(incoming.iter_mut().map(|version| &mut version.created));
    // Whatever has fields is a login, and a site may have several.
    batch.account_of = Some(account);
    batch.secrets.push(IncomingSecret::without_labels(name, incoming));
    batch.secrets.last_mut()
}

/// The other program's order stands, whatever the clocks of its machines said: none of the times at which versions were
/// made, the oldest first, is later than the next one.
pub(super) fn keep_order<'a>(made: impl DoubleEndedIterator<Item = &'a mut Option<Timestamp>>) {
    let mut next: Option<Timestamp> = None;
    for time in made.rev() {
        *time = match (*time, next) {
            (Some(time), Some(next)) => Some(time.min(next)),
            (time, next) => time.or(next),
        };
        next = *time;
    }
}

/// Versions of old passwords, the oldest first: the entry as it is, with the password of that time. It is known when
/// each was replaced, which is when the next one was made.
pub(super) fn old_passwords(
    fields: &Fields,
    mut old: Vec<(SecretBytes, Option<Timestamp>)>,
    created: Option<Timestamp>,
) -> Vec<(Fields, Option<Timestamp>)> {
    // Where all times are there they decide.
    if old.iter().all(|(_, replaced)| replaced.is_some()) {
        old.sort_by_key(|(_, replaced)| *replaced);
    }
    let mut made = created;
    let version = |(password, replaced): (SecretBytes, Option<Timestamp>)| {
        (fields.with("password", &password), std::mem::replace(&mut made, replaced))
    };
    old.into_iter().map(version).collect()
}

/// A time that another program wrote, or its loss: what is empty is not a time.
pub(super) fn time_of(
    name: &str,
    what: &str,
    text: &str,
    losses: &mut Vec<Loss>,
    read: impl FnOnce(&str) -> Option<Timestamp>,
) -> Option<Timestamp> {
    if text.is_empty() {
        return None;
    }
    let time = read(text);
    if time.is_none() {
        losses.push(Loss::new(name, format!("{what}: it is not a time between 1970 and 9999-12-30")));
    }
    time
}

/// A member by its name, if that reads as one; nothing else of a file is ever shown.
pub(super) fn member_in_words(name: &str) -> String {
    let is_word = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word { format!("its '{name}'") } else { "an unknown member".to_owned() }
}

/// Adds a tag, or says why it cannot be one here.
pub(super) fn add_tag(tag: (&str, &str), tags: &mut Tags, name: &str, losses: &mut Vec<Loss>) {
    let (key, value) = tag;
    let why = match (TagKey::new(key), TagValue::new(value)) {
        (Ok(key), Ok(value)) => match tags.get(&key) {
            Some(known) if *known == value => return,
            Some(_) => "another tag has this key".to_owned(),
            None if tags.len() == Tags::LIMIT => format!("a secret has at most {} tags", Tags::LIMIT),
            None => return tags.set(key, value),
        },
        (Err(invalid), _) | (_, Err(invalid)) => invalid.to_string(),
    };
    let shown: String = key.chars().take(TagKey::LIMIT).collect();
    losses.push(Loss::new(name, format!("the tag '{shown}': {why}")));
}

/// Its mark as a favorite, in words.
pub(super) const FAVORITE: &str = "its mark as a favorite";
/// What is said of a folder that nothing lies in.
pub(super) const EMPTY_FOLDER: &str = "no item is in this folder";
/// When an entry was made, in words.
pub(super) const CREATED: &str = "the time of its creation";
/// When an entry was changed, in words.
pub(super) const CHANGED: &str = "the time of its last change";

/// The name of an entry in a folder. One without a name is not called as the folder itself.
pub(super) fn below(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => format!("{folder}/{}", fit_name("")),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// That it is in the trash, in words.
pub(super) const TRASHED: &str = "it is in the trash there";

/// What an item that cannot be read is called: by its name, where there is one, else by its number.
pub(super) fn name_or_number(name: Result<SecretBytes, ExchangeError>, position: usize) -> String {
    let name = name.ok().and_then(|name| name.expose_text().map(str::to_owned));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("item {}", position + 1))
}

/// The host of an address, with its port; the whole address where there is none to be seen.
pub(super) fn host(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() { url } else { host }
}

/// The bytes that base64 means, with white space anywhere.
#[cfg(any(feature = "keepass", feature = "yaml"))]
pub(super) fn from_base64(text: &SecretBytes) -> Option<SecretBytes> {
    let mut packed = SecretBytes::with_capacity(text.len());
    for part in text.expose().split(u8::is_ascii_whitespace) {
        packed.extend(part);
    }
    let mut bytes = SecretBytes::zeroed(packed.len());
    let length = STANDARD.decode_slice(packed.expose(), bytes.expose_mut()).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// The id by which another program knows an entry, as the tag that keeps it.
pub(super) fn source_id(tag: &'static str, id: &str) -> Option<(TagKey, TagValue)> {
    let value = TagValue::new(id).ok().filter(|value| !value.as_str().is_empty());
    TagKey::new(tag).ok().zip(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(fields: &[(&str, &str)]) -> Option<String> {
        let mut made = Fields::new();
        for (name, value) in fields {
            made.add(name, SecretBytes::copy_of(value.as_bytes()));
        }
        made.into_bytes().map(|bytes| bytes.expose_text().unwrap().to_owned())
    }

    #[test]
    fn one_field_is_the_value_and_several_become_json() {
        assert_eq!(value(&[("password", "p\"w")]).unwrap(), "p\"w");
        assert_eq!(value(&[("username", ""), ("password", "p"), ("url", "")]).unwrap(), "p");
        assert_eq!(
            value(&[("username", "u"), ("password", "p\"w\n")]).unwrap(),
            r#"{"username":"u","password":"p\"w\n"}"#
        );
        assert_eq!(value(&[("password", "")]), None);
    }

    #[test]
    fn fields_of_the_same_name_are_all_kept() {
        assert_eq!(
            value(&[("pin", "1"), ("pin", "2"), ("pin", "3")]).unwrap(),
            r#"{"pin":"1","pin-2":"2","pin-3":"3"}"#
        );
    }

    #[test]
    fn a_number_that_is_a_name_already_is_passed_over() {
        assert_eq!(
            value(&[("pin-2", "1"), ("pin", "2"), ("pin", "3"), ("pin-2", "4"), ("pin", "5")]).unwrap(),
            r#"{"pin-2":"1","pin":"2","pin-3":"3","pin-2-2":"4","pin-4":"5"}"#
        );
    }

    // Counting from the start for each field, or looking at all fields for each number, takes hours here.
    #[test]
    fn many_fields_of_one_name_are_added_at_once() {
        let mut fields = Fields::new();
        for _ in 0..100_000 {
            fields.add("pin", SecretBytes::copy_of(b"x"));
        }
        assert_eq!(fields.list.len(), 100_000);
        assert_eq!(fields.list[99_999].0.expose(), b"pin-100000");
        let changed = fields.with("pin", &SecretBytes::copy_of(b"y"));
        assert_eq!((changed.list[0].1.expose(), changed.list[1].1.expose()), (&b"y"[..], &b"x"[..]));
    }

    #[test]
    fn the_host_of_an_address_has_no_scheme_user_or_path() {
        for (url, expected) in [
            ("https://example.com/login?x=1", "example.com"),
            ("https://user@example.com:8443", "example.com:8443"),
            ("android://hash==@com.example.app/", "com.example.app"),
            ("example.com", "example.com"),
            ("file:///x", "file:///x"),
            ("", ""),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
