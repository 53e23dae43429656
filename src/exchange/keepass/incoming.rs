//! What groups and entries become here.
//!
//! | there | here |
//! | --- | --- |
//! | groups and title | the name; the root group is left out of it |
//! | username, password, URL, `otp`, notes, further fields | the fields of the value |
//! | history | versions, with the times at which they were made |
//! | attachments | binary secrets below the entry, with versions of their own |
//! | tags | tags without a value, or with what stands behind a `=` |
//! | expiry | the rotation interval: the days from the last change to it |
//! | the fields that an export adds | ids, labels and notes of versions, description, retention |

use std::collections::HashMap;

use super::database::{Attachment, Content, Database, Entry, Group, Uuid};
use super::own::{self, DESCRIPTION, KEEP, LABELS, NOTE, VERSION};
use crate::domain::{
    Description, Note, Retention, RotationInterval, SecretValue, StageLabel, Tags, Timestamp, ValueType,
    VersionId, hexadecimal,
};
use crate::exchange::entry::{
    CHANGED, CREATED, EMPTY, EMPTY_FOLDER, Fields, account, add_tag, below, from_base64, host, keep_order,
    source_id, time_of,
};
use crate::exchange::inflate::LARGEST;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use crate::versioning::Labelling;

/// What the fields of every entry are called there and here, in the order of a value.
pub(super) const FIELDS: [(&str, &str); 5] =
    [("UserName", "username"), ("Password", "password"), ("URL", "url"), ("otp", "totp"), ("Notes", "notes")];
pub(super) const TITLE: &str = "Title";

/// Seconds from the beginning of the year 1, from which times are counted there.
pub(super) const YEAR_1_TO_1970: i64 = 62_135_596_800;

/// Makes secrets of a database.
pub(super) fn batch(mut database: Database) -> IncomingBatch {
    let mut incoming = Incoming {
        batch: IncomingBatch::new(),
        binaries: std::mem::take(&mut database.binaries),
        recycle_bin: database.recycle_bin,
        room: LARGEST,
    };
    incoming.batch.account_of = Some(account);
    for what in database.unplaced {
        incoming.batch.losses.push(Loss::of_source("the database", what));
    }
    if let Some(root) = database.root {
        incoming.group(root, "", false);
    }
    incoming.batch
}

struct Incoming {
    batch: IncomingBatch,
    binaries: HashMap<u32, Content>,
    recycle_bin: Option<Uuid>,
    /// How much may still be copied out of attachments, which many entries may share.
    room: usize,
}

impl Incoming {
    fn group(&mut self, group: Group, path: &str, mut is_in_bin: bool) {
        is_in_bin |= group.uuid.is_some() && group.uuid == self.recycle_bin;
        if !is_in_bin {
            for what in group.unplaced {
                let name = if path.is_empty() { "the root group" } else { path };
                self.batch.losses.push(Loss::new(name, what));
            }
            if group.entries.is_empty() && group.groups.is_empty() && !path.is_empty() {
                self.batch.losses.push(Loss::whole(path, EMPTY_FOLDER));
            }
        }
        for entry in group.entries {
            let name = below(path, &title(&entry));
            match is_in_bin {
                true => self.batch.losses.push(Loss::whole(name, "it is in the recycle bin there")),
                false => self.entry(entry, name),
            }
        }
        for inner in group.groups {
            let path = below(path, inner.name.expose_text().unwrap_or_default());
            self.group(inner, &path, is_in_bin);
        }
    }

    fn entry(&mut self, mut entry: Entry, name: String) {
        for what in std::mem::take(&mut entry.unplaced) {
            self.batch.losses.push(Loss::new(&name, what));
        }
        let mut snapshots = std::mem::take(&mut entry.history);
        if snapshots.iter().any(|older| older.string(TITLE) != entry.string(TITLE)) {
            self.batch.losses.push(Loss::new(&name, "titles that it had before"));
        }
        snapshots.push(entry);
        let created = {
            let current = &snapshots[snapshots.len() - 1];
            time(&name, CREATED, &current.created, &mut self.batch.losses)
        };
        let mut times: Vec<Option<Timestamp>> = snapshots
            .iter()
            .map(|snapshot| time(&name, CHANGED, &snapshot.changed, &mut self.batch.losses))
            .collect();
        let current = &snapshots[snapshots.len() - 1];
        let is_own = !current.string(VERSION).is_empty();
        // An export of ours has the times of one machine, or of copies that were merged: they are right.
        if !is_own {
            keep_order(times.iter_mut());
        }
        let is_whole = is_whole(&snapshots);
        let has_fields = is_whole || snapshots.iter().any(|snapshot| !fields(snapshot).is_empty());
        let attached = self.attachments(&snapshots, &times, &name, is_whole);
        let id = current
            .uuid
            .filter(|uuid| !(is_own && *uuid == own::uuid_of(&name)))
            .map(|uuid| hexadecimal(&uuid));
        let id = |file: &str| id.as_deref().and_then(|id| source_id(own::UUID_TAG, &format!("{id}{file}")));
        let versions = if has_fields { self.versions(&snapshots, &times, &name) } else { Vec::new() };
        if !has_fields && attached.is_empty() {
            self.batch.losses.push(Loss::whole(&name, EMPTY));
        }
        if !versions.is_empty() {
            let mut secret = IncomingSecret::without_labels(&name, versions);
            secret.created = created;
            secret.source_id = id("");
            add_facts(current, times.last().copied().flatten(), &mut secret, &mut self.batch.losses);
            add_labels(&snapshots, &mut secret, &mut self.batch.losses);
            self.batch.secrets.push(secret);
        }
        for (file, versions) in attached {
            let mut secret = IncomingSecret::without_labels(below(&name, &file), versions);
            secret.created = created;
            secret.source_id = id(&format!("/{file}"));
            self.batch.secrets.push(secret);
        }
    }

    /// The versions of the fields, oldest first.
    fn versions(
        &mut self,
        snapshots: &[Entry],
        times: &[Option<Timestamp>],
        name: &str,
    ) -> Vec<IncomingVersion> {
        let mut versions = Vec::with_capacity(snapshots.len());
        for (at, (snapshot, created)) in snapshots.iter().zip(times).enumerate() {
            let made = fields(snapshot);
            if made.is_empty() {
                let file =
                    snapshot.attachments.iter().find(|(file, _)| file.expose() == snapshot.string(TITLE));
                if let Some((_, attachment)) = file.filter(|_| is_whole(snapshots)) {
                    let value = self.copied(attachment, name);
                    let version = value
                        .map(|value| IncomingVersion { created: *created, ..IncomingVersion::of(value) });
                    versions.extend(version.map(|version| (version, at)));
                } else if at + 1 == snapshots.len() {
                    self.batch.losses.push(Loss::new(name, "that its fields are empty now"));
                }
                continue;
            }
            if refers(snapshot) {
                let what = "what a field refers to: the reference is kept as text";
                self.batch.losses.push(Loss::new(name, what));
            }
            match SecretValue::new(ValueType::Text, made.into_bytes().unwrap_or_default()) {
                Ok(value) => {
                    let version = IncomingVersion { created: *created, ..IncomingVersion::of(value) };
                    versions.push((version, at));
                }
                Err(invalid) => {
                    self.batch.losses.push(Loss::new(name, format!("one of its versions: {invalid}")));
                }
            }
        }
        self.batch.losses.dedup();
        add_own(snapshots, &mut versions);
        versions.into_iter().map(|(version, _)| version).collect()
    }

    /// The attachments that an entry has now, each with its versions; `is_whole` leaves out the one that is the entry.
    fn attachments(
        &mut self,
        snapshots: &[Entry],
        times: &[Option<Timestamp>],
        name: &str,
        is_whole: bool,
    ) -> Vec<(String, Vec<IncomingVersion>)> {
        let current = &snapshots[snapshots.len() - 1];
        let is_entry = |key: &SecretBytes| is_whole && key.expose() == current.string(TITLE);
        let is_kept = |key: &SecretBytes| {
            is_entry(key) || current.attachments.iter().any(|(known, _)| known.expose() == key.expose())
        };
        if snapshots.iter().flat_map(|older| &older.attachments).any(|(key, _)| !is_kept(key)) {
            self.batch.losses.push(Loss::new(name, "attachments that were removed from it"));
        }
        let mut attached = Vec::new();
        for (at, (key, _)) in current.attachments.iter().enumerate().filter(|(_, (key, _))| !is_entry(key)) {
            let is_it = |(known, _): &&(SecretBytes, Attachment)| known.expose() == key.expose();
            // Several may have one name.
            let before_it = current.attachments[..at].iter().filter(is_it).count();
            let mut versions = Vec::new();
            let mut before = None;
            for (snapshot, created) in snapshots.iter().zip(times) {
                let found = snapshot.attachments.iter().filter(is_it).nth(before_it);
                let Some((_, attachment)) =
                    found.filter(|(_, now)| before.is_none_or(|before| now != before))
                else {
                    continue;
                };
                before = Some(attachment);
                if let Some(value) = self.copied(attachment, name) {
                    versions.push(IncomingVersion { created: *created, ..IncomingVersion::of(value) });
                }
            }
            if !versions.is_empty() {
                attached.push((key.expose_text().unwrap_or_default().to_owned(), versions));
            }
        }
        attached
    }

    /// The value of an attachment, or its loss.
    fn copied(&mut self, attachment: &Attachment, name: &str) -> Option<SecretValue> {
        let content = match attachment {
            Attachment::Here(content) => Some(content),
            Attachment::Number(number) => self.binaries.get(number),
        };
        let made = match content {
            None => Err("it is not in the file".to_owned()),
            Some(Content::Damaged) => Err("it is damaged".to_owned()),
            Some(Content::Bytes(bytes)) if bytes.len() > SecretValue::LIMIT => {
                let (limit, length) = (SecretValue::LIMIT, bytes.len());
                Err(format!("a secret value has at most {limit} bytes, this one has {length}"))
            }
            Some(Content::Bytes(bytes)) if bytes.len() > self.room => {
                Err("attachments of more than 256 MiB in all are not read".to_owned())
            }
            Some(Content::Bytes(bytes)) => {
                self.room -= bytes.len();
                SecretValue::new(ValueType::Binary, bytes.duplicate()).map_err(|invalid| invalid.to_string())
            }
        };
        made.map_err(|why| self.batch.losses.push(Loss::new(name, format!("an attachment: {why}")))).ok()
    }
}

/// Whether an attachment that is called as the entry is its value: it never has that and fields at the same time.
fn is_whole(snapshots: &[Entry]) -> bool {
    let has_file =
        |entry: &Entry| entry.attachments.iter().any(|(file, _)| file.expose() == entry.string(TITLE));
    snapshots.iter().any(has_file)
        && snapshots.iter().all(|entry| !has_file(entry) || fields(entry).is_empty())
}

/// What an entry is called: by its title, else its address or its username.
fn title(entry: &Entry) -> String {
    let text = |key| std::str::from_utf8(entry.string(key)).unwrap_or_default();
    let names = [text(TITLE), host(text("URL")), text("UserName")];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or("entry").to_owned()
}

fn fields(entry: &Entry) -> Fields {
    let mut fields = Fields::new();
    for (there, here) in FIELDS {
        fields.add(here, SecretBytes::copy_of(entry.string(there)));
    }
    let is_known = |key: &[u8]| {
        key == TITLE.as_bytes()
            || FIELDS.iter().any(|(there, _)| key == there.as_bytes())
            || own::ALL.iter().any(|own| key == own.as_bytes())
    };
    for (key, value) in entry.strings.iter().filter(|(key, _)| !is_known(key.expose())) {
        fields.add(key.expose_text().filter(|key| !key.is_empty()).unwrap_or("field"), value.duplicate());
    }
    fields
}

/// Whether a field names a field of another entry instead of having a value.
fn refers(entry: &Entry) -> bool {
    const REFERENCE: &[u8] = b"{REF:";
    entry.strings.iter().any(|(_, value)| {
        value.expose().windows(REFERENCE.len()).any(|window| window.eq_ignore_ascii_case(REFERENCE))
    })
}

/// A time of the XML: RFC 3339, or seconds since the year 1 in base64.
fn time(name: &str, what: &str, text: &SecretBytes, losses: &mut Vec<Loss>) -> Option<Timestamp> {
    time_of(name, what, text.expose_text().unwrap_or_default().trim(), losses, |written| {
        if written.contains('-') {
            return written.parse().ok();
        }
        let seconds = i64::from_le_bytes(from_base64(text)?.expose().try_into().ok()?);
        Timestamp::from_seconds(seconds.checked_sub(YEAR_1_TO_1970)?).ok()
    })
}

/// Tags, expiry, and what an export of ours added to the entry.
fn add_facts(
    current: &Entry,
    changed: Option<Timestamp>,
    secret: &mut IncomingSecret,
    losses: &mut Vec<Loss>,
) {
    let name = secret.name.clone();
    secret.facts.tags = tags(current, &name, losses);
    let own = |key| std::str::from_utf8(current.string(key)).ok().filter(|text| !text.is_empty());
    if let Some(description) = own(DESCRIPTION).and_then(|text| Description::new(text).ok()) {
        secret.facts.description = description;
    }
    let retention = own(KEEP).and_then(|number| number.parse().ok());
    secret.facts.retention = retention.and_then(|number| Retention::new(number).ok());
    if current.expires {
        let expiry = time(&name, "its expiry", &current.expiry, losses);
        let days = expiry.zip(changed).map(|(expiry, changed)| expiry.seconds_since(changed));
        let whole = days
            .filter(|seconds| *seconds > 0)
            .map(|seconds| (seconds + Timestamp::DAY - 1) / Timestamp::DAY);
        let interval = whole.and_then(|days| RotationInterval::new(u32::try_from(days).ok()?).ok());
        match (interval, days) {
            (Some(_), Some(seconds)) if seconds % Timestamp::DAY != 0 => {
                losses.push(Loss::new(&name, "the hour of its expiry: it is due at the end of that day"));
            }
            (None, Some(..=0)) => {
                losses.push(Loss::new(&name, "its expiry: it expired when it was changed last"))
            }
            (None, Some(_)) => {
                losses.push(Loss::new(&name, "its expiry: it is more than 365 days after the last change"))
            }
            _ => {}
        }
        secret.facts.rotation = interval;
    }
}

fn tags(entry: &Entry, name: &str, losses: &mut Vec<Loss>) -> Tags {
    let mut tags = Tags::new();
    let text = entry.tags.expose_text().unwrap_or_default();
    for tag in text.split([';', ',', '\t', '\n']).map(str::trim).filter(|tag| !tag.is_empty()) {
        let (key, value) = tag.split_once('=').filter(|(key, _)| !key.is_empty()).unwrap_or((tag, ""));
        add_tag((key, value), &mut tags, name, losses);
    }
    tags
}

/// Ids and notes of versions that came from etui. A program that changed an entry copied them to the new one, which
/// is another version.
fn add_own(snapshots: &[Entry], versions: &mut [(IncomingVersion, usize)]) {
    let text = |at: usize, key| std::str::from_utf8(snapshots[at].string(key)).unwrap_or_default();
    let mut taken: Vec<(VersionId, usize)> = Vec::new();
    for position in 0..versions.len() {
        let at = versions[position].1;
        let Ok(id) = VersionId::new(text(at, VERSION)) else { continue };
        let earlier = taken.iter().find(|(known, _)| *known == id).map(|(_, earlier)| *earlier);
        if earlier.is_some_and(|earlier| !versions[earlier].0.value.equals(&versions[position].0.value)) {
            continue;
        }
        taken.push((id.clone(), position));
        let version = &mut versions[position].0;
        version.note = Note::from_field(text(at, NOTE)).ok().flatten();
        version.id = Some(id);
    }
}

/// Labels that came from etui, unless another program changed the entry since: then the newest version is the
/// current one.
fn add_labels(snapshots: &[Entry], secret: &mut IncomingSecret, losses: &mut Vec<Loss>) {
    let mut labels: Vec<(StageLabel, usize)> = Vec::new();
    for snapshot in snapshots {
        let text = |key| std::str::from_utf8(snapshot.string(key)).unwrap_or_default();
        let marked = secret
            .versions
            .iter()
            .position(|version| version.id.as_ref().is_some_and(|id| id.as_str() == text(VERSION)));
        let Some(position) = marked else { continue };
        for label in text(LABELS).split(',').filter_map(|label| StageLabel::new(label.trim()).ok()) {
            labels.retain(|(known, _)| *known != label);
            labels.push((label, position));
        }
    }
    let is_changed = secret.versions.last().is_some_and(|newest| newest.id.is_none());
    if labels.is_empty() {
        return;
    }
    if is_changed {
        if labels.iter().any(|(label, _)| !label.is_built_in()) {
            losses.push(Loss::new(&secret.name, "its labels: another program changed it since the export"));
        }
        return;
    }
    secret.labelling = Labelling::KeptHere;
    secret.labels = labels;
    // A current version need not be the newest one.
    let mut order: Vec<usize> = (0..secret.versions.len()).collect();
    order.sort_by_key(|at| secret.versions[*at].created);
    let place = |old: usize| order.iter().position(|at| *at == old).unwrap_or(old);
    for (_, position) in &mut secret.labels {
        *position = place(*position);
    }
    let mut taken: Vec<Option<IncomingVersion>> = secret.versions.drain(..).map(Some).collect();
    secret.versions = order.iter().filter_map(|at| taken[*at].take()).collect();
}
