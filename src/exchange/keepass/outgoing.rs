//! What secrets become in a database, so that an import makes the same secrets of it again.
//!
//! | here | there |
//! | --- | --- |
//! | the name, or the name before it was transliterated | groups and the title |
//! | a value of fields | username, password, URL, `otp`, notes and further fields |
//! | any other text | the password |
//! | a binary value | an attachment, called as the entry; one that came from an entry goes back to it |
//! | versions | history; the current one is the entry itself |
//! | ids, labels and notes of versions, description, retention | fields that begin with `etui` |
//! | tags | tags, `key=value` where they have a value |
//! | rotation | expiry |

use std::collections::{BTreeMap, HashMap, HashSet};

use super::database::Uuid;
use super::incoming::{FIELDS, TITLE};
use super::own::{self, DESCRIPTION, KEEP, LABELS, NOTE, VERSION};
use crate::content::json_text::string_members;
use crate::domain::{SecretValue, Timestamp, ValueType, from_hexadecimal, hexadecimal};
use crate::exchange::entry::Fields;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use crate::versioning::fit_name;

/// A group under way: the groups in it by their names, and its entries.
#[derive(Default)]
pub(super) struct Group<'a> {
    pub(super) groups: BTreeMap<String, Group<'a>>,
    pub(super) entries: Vec<Entry<'a>>,
}

/// An entry with all that it was.
pub(super) struct Entry<'a> {
    pub(super) uuid: Uuid,
    pub(super) created: Timestamp,
    pub(super) tags: String,
    /// After so many days it expires.
    pub(super) days: Option<u32>,
    /// The last one is the current one.
    pub(super) snapshots: Vec<Snapshot<'a>>,
}

/// An entry at one time.
pub(super) struct Snapshot<'a> {
    pub(super) changed: Timestamp,
    /// Keys and values, and whether a value is to be hidden on the screen.
    pub(super) strings: Vec<(String, SecretBytes, bool)>,
    pub(super) attachments: Vec<(String, &'a SecretValue)>,
}

/// What an attachment is: a secret whose entry is another one.
struct Attached<'a> {
    file: String,
    secret: &'a IncomingSecret,
}

/// Makes groups and entries of secrets; what they cannot hold is among the losses.
pub(super) fn group<'a>(batch: &'a IncomingBatch, losses: &mut Vec<Loss>) -> Group<'a> {
    let by_name: HashMap<&str, &IncomingSecret> =
        batch.secrets.iter().map(|secret| (secret.name.as_str(), secret)).collect();
    let mut attached: HashMap<&str, Vec<Attached<'_>>> = HashMap::new();
    let mut goes_elsewhere = HashSet::new();
    for secret in &batch.secrets {
        if let Some((owner, file)) = owner_of(secret, &by_name) {
            attached.entry(owner).or_default().push(Attached { file, secret });
            goes_elsewhere.insert(secret.name.as_str());
        }
    }
    let mut root = Group::default();
    let mut taken = HashSet::new();
    for secret in &batch.secrets {
        if goes_elsewhere.contains(secret.name.as_str()) {
            continue;
        }
        let path = original_name(secret).unwrap_or(&secret.name);
        let (groups, title) = path.rsplit_once('/').unwrap_or(("", path));
        let mut group = &mut root;
        for part in groups.split('/').filter(|part| !part.is_empty()) {
            group = group.groups.entry(part.to_owned()).or_default();
        }
        let files = attached.remove(secret.name.as_str()).unwrap_or_default();
        let uuid = uuid_tag(secret).filter(|uuid| !taken.contains(uuid));
        let uuid = uuid.unwrap_or_else(|| own::uuid_of(&secret.name));
        taken.insert(uuid);
        group.entries.extend(entry(secret, title, uuid, &files, losses));
    }
    root
}

/// The name that a secret had before it was made one of ours.
fn original_name(secret: &IncomingSecret) -> Option<&str> {
    let description = secret.facts.description.as_str();
    let is_it = description != secret.name && fit_name(description).as_str() == secret.name;
    Some(description).filter(|_| is_it)
}

/// The id of the entry that a secret came from.
fn uuid_tag(secret: &IncomingSecret) -> Option<Uuid> {
    uuid_of_digits(tag(secret, own::UUID_TAG)?)
}

fn uuid_of_digits(digits: &str) -> Option<Uuid> {
    let is_written_so = |uuid: &Uuid| hexadecimal(uuid) == digits;
    from_hexadecimal(digits)?.try_into().ok().filter(is_written_so)
}

fn tag<'a>(secret: &'a IncomingSecret, key: &str) -> Option<&'a str> {
    secret.facts.tags.iter().find(|(known, _)| known.as_str() == key).map(|(_, value)| value.as_str())
}

/// The secret whose entry this one was attached to, and the name of the file; only where all that is known of it has
/// a place there.
fn owner_of<'a>(
    secret: &IncomingSecret,
    by_name: &HashMap<&'a str, &'a IncomingSecret>,
) -> Option<(&'a str, String)> {
    let (id, file) = tag(secret, own::UUID_TAG)?.split_once('/')?;
    let (folder, _) = secret.name.rsplit_once('/')?;
    let (owner, of) = by_name.get_key_value(folder)?;
    let uuid = uuid_of_digits(id)?;
    let is_ordered = |secret: &IncomingSecret, may_be_equal: bool| {
        let last = secret.versions.len().saturating_sub(1);
        secret.versions.iter().all(|version| version.created.is_some())
            && secret.versions.windows(2).all(|pair| {
                pair[0].created < pair[1].created || (may_be_equal && pair[0].created == pair[1].created)
            })
            && secret.labels.iter().all(|(label, position)| !label.is_current() || *position == last)
    };
    let has_more = secret.labels.iter().any(|(label, _)| !label.is_built_in())
        || secret.versions.iter().any(|version| version.note.is_some())
        || secret.versions.iter().any(|version| version.value.value_type() == ValueType::Text)
        || secret.facts.tags.len() > 1
        || secret.facts.rotation.is_some()
        || secret.facts.retention.is_some()
        || !(secret.facts.description.is_empty() || original_name(secret).is_some());
    let fits = uuid_tag(of) == Some(uuid)
        && of.versions.iter().all(|version| version.value.value_type() == ValueType::Text)
        && is_ordered(of, false)
        && is_ordered(secret, false)
        && !has_more;
    fits.then(|| (*owner, file.to_owned()))
}

fn entry<'a>(
    secret: &'a IncomingSecret,
    title: &str,
    uuid: Uuid,
    files: &[Attached<'a>],
    losses: &mut Vec<Loss>,
) -> Option<Entry<'a>> {
    let current = secret.labels.iter().find(|(label, _)| label.is_current()).map(|(_, position)| *position);
    let current = current.or_else(|| secret.versions.len().checked_sub(1))?;
    let mut order: Vec<usize> = (0..secret.versions.len()).filter(|at| *at != current).collect();
    order.push(current);
    let created =
        secret.created.or_else(|| secret.versions.first()?.created).unwrap_or(Timestamp::clamped(0));
    let time = |version: &IncomingVersion| version.created.unwrap_or(created);
    let mut times: Vec<(Timestamp, Option<usize>)> = Vec::new();
    if files.is_empty() {
        times.extend(order.into_iter().map(|at| (time(&secret.versions[at]), Some(at))));
    } else {
        // The entry as it was whenever something of it changed.
        let of_files = files.iter().flat_map(|file| &file.secret.versions);
        let mut all: Vec<Timestamp> = secret.versions.iter().chain(of_files).map(time).collect();
        all.sort_unstable();
        all.dedup();
        let newest = |then| secret.versions.iter().rposition(|version| time(version) <= then);
        times.extend(all.into_iter().map(|then| (then, newest(then))));
    }
    let snapshots: Vec<Snapshot<'_>> = times
        .into_iter()
        .map(|(changed, at)| Snapshot {
            changed,
            strings: strings(secret, title, at, losses),
            attachments: attachments(secret, title, at, files, changed),
        })
        .collect();
    Some(Entry {
        uuid,
        created,
        tags: tags(secret, uuid, losses),
        days: secret.facts.rotation.map(|interval| interval.days().into()),
        snapshots,
    })
}

fn attachments<'a>(
    secret: &'a IncomingSecret,
    title: &str,
    at: Option<usize>,
    files: &[Attached<'a>],
    then: Timestamp,
) -> Vec<(String, &'a SecretValue)> {
    let own = at.map(|at| &secret.versions[at].value);
    let own =
        own.filter(|value| value.value_type() == ValueType::Binary).map(|value| (title.to_owned(), value));
    let of_files = files.iter().filter_map(|file| {
        let made = |version: &&IncomingVersion| version.created.is_none_or(|created| created <= then);
        Some((file.file.clone(), &file.secret.versions.iter().rfind(made)?.value))
    });
    own.into_iter().chain(of_files).collect()
}

fn strings(
    secret: &IncomingSecret,
    title: &str,
    at: Option<usize>,
    losses: &mut Vec<Loss>,
) -> Vec<(String, SecretBytes, bool)> {
    let text = |text: &str| SecretBytes::copy_of(text.as_bytes());
    let mut strings = vec![(TITLE.to_owned(), text(title), false)];
    if let Some(version) = at.map(|at| &secret.versions[at])
        && version.value.value_type() == ValueType::Text
    {
        if version.value.expose().iter().any(|byte| *byte < b' ' && !b"\t\n\r".contains(byte)) {
            let what = "its control characters as soon as another program saves the file";
            losses.push(Loss::new(&secret.name, what));
            losses.dedup();
        }
        match fields(&version.value) {
            Some(fields) => strings.extend(fields.into_iter().map(|(key, value)| {
                let is_hidden = !["UserName", "URL", "Notes"].contains(&key.as_str());
                (key, value, is_hidden)
            })),
            None => strings.push(("Password".to_owned(), SecretBytes::copy_of(version.value.expose()), true)),
        }
    }
    // KeePassXC expects these fields in every entry.
    for (key, _) in FIELDS.into_iter().filter(|(key, _)| *key != "otp") {
        if !strings.iter().any(|(known, ..)| known == key) {
            strings.push((key.to_owned(), SecretBytes::new(), key == "Password"));
        }
    }
    let mut own = |key: &str, value: &str| {
        if !value.is_empty() {
            strings.push((key.to_owned(), text(value), false));
        }
    };
    if original_name(secret).is_none() {
        own(DESCRIPTION, secret.facts.description.as_str());
    }
    if let Some(kept) = secret.facts.retention {
        own(KEEP, &kept.versions().to_string());
    }
    if let Some(at) = at {
        let version = &secret.versions[at];
        let labels = secret.labels.iter().filter(|(_, position)| *position == at);
        let labels: Vec<&str> = labels.map(|(label, _)| label.as_str()).collect();
        own(VERSION, version.id.as_ref().map_or("", |id| id.as_str()));
        own(LABELS, &labels.join(", "));
        own(NOTE, version.note.as_ref().map_or("", |note| note.as_str()));
    }
    strings
}

/// The fields of a value that an import would make again byte by byte; `None` where it would not.
fn fields(value: &SecretValue) -> Option<Vec<(String, SecretBytes)>> {
    let members = string_members(value.expose())?;
    let is_reserved = |key: &str| {
        key.is_empty()
            || key == TITLE
            || own::ALL.contains(&key)
            || FIELDS.iter().any(|(there, _)| key == *there)
    };
    if members.iter().any(|(key, _)| is_reserved(key) || !is_xml(key)) {
        return None;
    }
    let here_of = |key: &str| FIELDS.iter().position(|(_, here)| key == *here);
    let (mut known, mut others): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|(key, _)| here_of(key).is_some());
    known.sort_by_key(|(key, _)| here_of(key));
    let mut made = Fields::new();
    for (key, value) in known.iter().chain(&others) {
        made.add(key, value.duplicate());
    }
    if made.into_bytes()?.expose() != value.expose() {
        return None;
    }
    for (key, _) in &mut known {
        if let Some(at) = here_of(key) {
            FIELDS[at].0.clone_into(key);
        }
    }
    known.append(&mut others);
    Some(known)
}

/// Whether XML can hold a text (XML 1.0, section 2.2).
pub(super) fn is_xml(text: &str) -> bool {
    text.chars().all(|character| {
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })
}

/// The tags in one text, as KeePass keeps them.
fn tags(secret: &IncomingSecret, uuid: Uuid, losses: &mut Vec<Loss>) -> String {
    let mut tags = Vec::new();
    for (key, value) in secret.facts.tags.iter() {
        let (key, value) = (key.as_str(), value.as_str());
        if key == own::UUID_TAG && value == hexadecimal(&uuid) {
            continue;
        }
        let tag = if value.is_empty() { key.to_owned() } else { format!("{key}={value}") };
        let splits = tag.contains([';', ',', '\t', '\n']) || tag.trim() != tag || key.contains('=');
        match splits || !is_xml(&tag) {
            true => losses.push(Loss::new(&secret.name, format!("its tag '{key}'"))),
            false => tags.push(tag),
        }
    }
    tags.join(";")
}
