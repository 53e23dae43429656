//! 1Password's unencrypted export, 1PUX: a ZIP archive with `export.data` in JSON, and the files of the items
//! (<https://support.1password.com/1pux-format/>).

use std::collections::{BTreeSet, HashSet};

use super::document::{Members, Node, parse, text_or_spelling};
use super::entry::{
    CHANGED, CREATED, FAVORITE, Fields, TRASHED, account, add_entry, add_tag, below, member_in_words,
    name_or_number, old_passwords, source_id, time_of,
};
use super::error::ExchangeError;
use super::inflate::LARGEST;
use super::logins::seconds;
use super::place::Text;
use super::zip::Archive;
use crate::domain::{SecretValue, TagKey, TagValue, Tags, Timestamp, ValueType};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};

const DATA: &str = "export.data";
const FILES: &str = "files/";

/// Members of an item that are looked at, or say nothing of their own.
const ITEM: [&str; 8] =
    ["uuid", "favIndex", "createdAt", "updatedAt", "state", "categoryUuid", "details", "overview"];
const DETAILS: [&str; 6] =
    ["loginFields", "notesPlain", "sections", "passwordHistory", "documentAttributes", "password"];
const OVERVIEW: [&str; 11] = [
    "title",
    "subtitle",
    "urls",
    "url",
    "tags",
    "ps",
    "pbe",
    "pgrng",
    "icons",
    "watchtowerExclusions",
    "passwordHealth",
];

/// Whether a file begins as such an archive does. The data may stand anywhere in it.
pub(super) fn is_archive(file: &[u8]) -> bool {
    file.starts_with(super::zip::SIGNATURE)
        && Archive::new(file, LARGEST).is_ok_and(|archive| archive.length(DATA).is_some())
}

/// Reads an archive.
///
/// # Errors
/// [`ExchangeError::Damaged`] and [`ExchangeError::TooLarge`] for the archive, [`ExchangeError::Malformed`] for the
/// JSON in it.
pub(super) fn read(file: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut archive = Archive::new(file, LARGEST)?;
    let data = archive.read(DATA)?.ok_or(ExchangeError::Damaged)?;
    let text = Text::of(data.expose());
    let root = parse(&text)?.members()?;
    let (batch, named, unkept) = (IncomingBatch::new(), HashSet::new(), BTreeSet::new());
    let mut reading = Reading { archive, batch, named, unkept };
    reading.batch.account_of = Some(account);
    for each in root.get("accounts")?.entries()? {
        for vault in each.members()?.get("vaults")?.entries()? {
            let vault = vault.members()?;
            let attributes = vault.get("attrs")?.members()?;
            let name = attributes.text_of("name")?;
            let folder = name.expose_text().unwrap_or_default();
            if !attributes.text_of("desc")?.is_empty() {
                reading.batch.losses.push(Loss::new(folder, "the description of this vault"));
            }
            for (position, item) in vault.entries_of("items")?.into_iter().enumerate() {
                let before = reading.batch.losses.len();
                if let Err(error) = item.members().and_then(|item| reading.item(&item, folder)) {
                    if !matches!(error, ExchangeError::Malformed { .. }) {
                        return Err(error);
                    }
                    reading.batch.losses.truncate(before);
                    let title = item.members().and_then(|item| title_of(&item));
                    let name = below(folder, &name_or_number(title, position));
                    reading.batch.secrets.push(IncomingSecret::unreadable(name, error));
                }
            }
        }
    }
    let Reading { archive, mut batch, named, unkept } = reading;
    batch.losses.extend(unkept.into_iter().map(|what| Loss::of_source("every item", what)));
    let is_file = |path: &&str| path.starts_with(FILES) && !path.ends_with('/');
    if archive.names().filter(is_file).any(|path| !named.contains(path)) {
        batch.losses.push(Loss::of_source("the archive", "files that no item names"));
    }
    Ok(batch)
}

struct Reading<'a> {
    archive: Archive<'a>,
    batch: IncomingBatch,
    /// The files that items name.
    named: HashSet<String>,
    /// What no item keeps: told once, since most items have it.
    unkept: BTreeSet<&'static str>,
}

fn title_of(item: &Members<'_>) -> Result<SecretBytes, ExchangeError> {
    item.get("overview")?.members()?.text_of("title")
}

/// A file of an item: its id and its name.
struct Attached {
    id: String,
    name: String,
}

impl Reading<'_> {
    fn item(&mut self, item: &Members<'_>, folder: &str) -> Result<(), ExchangeError> {
        let (details, overview) = (item.get("details")?.members()?, item.get("overview")?.members()?);
        let title = title_of(item)?;
        let name = below(folder, title.expose_text().unwrap_or_default());
        let is_trashed = |state: Node<'_>| matches!(state.spelled(), "\"trashed\"" | "\"deleted\"" | "true");
        if item.find("state").is_some_and(is_trashed) || item.find("trashed").is_some_and(is_trashed) {
            self.batch.losses.push(Loss::whole(name, TRASHED));
            return Ok(());
        }
        let lose = |batch: &mut IncomingBatch, what: String| batch.losses.push(Loss::new(&name, what));
        if item.find("favIndex").is_some_and(|index| index.spelled() != "0") {
            lose(&mut self.batch, FAVORITE.to_owned());
        }
        if item.find("state").is_some_and(|state| state.spelled() == "\"archived\"") {
            lose(&mut self.batch, "that it is archived".to_owned());
        }
        let others = item.others(&ITEM).chain(details.others(&DETAILS)).chain(overview.others(&OVERVIEW));
        for (member, _) in others {
            lose(&mut self.batch, member_in_words(member));
        }
        for (members, list, text, what) in [
            (&details, "sections", "title", "the titles of its sections"),
            (&overview, "urls", "label", "the labels of its addresses"),
        ] {
            for entry in members.entries_of(list)? {
                if entry.members()?.find(text).is_some_and(|text| text.spelled() != "\"\"") {
                    self.unkept.insert(what);
                }
            }
        }
        let mut files = Vec::new();
        let fields = fields(&details, &overview, &mut files)?;
        let mut time = |members: &Members<'_>, member, what| {
            let text = members.find(member).map_or("", |time| time.spelled());
            time_of(&name, what, text, &mut self.batch.losses, seconds)
        };
        let (created, changed) = (time(item, "createdAt", CREATED), time(item, "updatedAt", CHANGED));
        let mut old = Vec::new();
        for entry in details.entries_of("passwordHistory")? {
            let entry = entry.members()?;
            let replaced = time(&entry, "time", "the time at which a password was replaced");
            old.push((entry.get("value")?.text()?, replaced));
        }
        let mut versions = old_passwords(&fields, old, created);
        let is_file_alone = fields.is_empty() && !files.is_empty();
        versions.push((fields, changed));
        let id = item.text_of("uuid")?;
        let id = |file: &str| {
            let id = id.expose_text().filter(|id| !id.is_empty())?;
            source_id("1password-id", &format!("{id}{file}"))
        };
        let tags = tags(&overview, &name, &mut self.batch.losses)?;
        if !is_file_alone && let Some(secret) = add_entry(&mut self.batch, name.clone(), versions) {
            secret.created = created;
            secret.source_id = id("");
            secret.facts.tags = tags;
        }
        for file in files {
            self.file(&file, &name, created, changed, id(&format!("/{}", file.name)))?;
        }
        Ok(())
    }

    /// Adds a file of an item as a secret below it.
    fn file(
        &mut self,
        file: &Attached,
        item: &str,
        created: Option<Timestamp>,
        changed: Option<Timestamp>,
        source_id: Option<(TagKey, TagValue)>,
    ) -> Result<(), ExchangeError> {
        let path = format!("{FILES}{}__{}", file.id, file.name);
        self.named.insert(path.clone());
        let secret = below(item, &file.name);
        let why = match self.archive.length(&path) {
            None => "it is not in the archive".to_owned(),
            Some(length) if length > SecretValue::LIMIT => {
                format!("a secret value has at most {} bytes, this one has {length}", SecretValue::LIMIT)
            }
            Some(_) => {
                let content = self.archive.read(&path)?.unwrap_or_default();
                match SecretValue::new(ValueType::Binary, content) {
                    Ok(value) => {
                        let version = IncomingVersion { created: changed, ..IncomingVersion::of(value) };
                        let mut secret = IncomingSecret::without_labels(secret, vec![version]);
                        (secret.created, secret.source_id) = (created, source_id);
                        self.batch.secrets.push(secret);
                        return Ok(());
                    }
                    Err(invalid) => invalid.to_string(),
                }
            }
        };
        self.batch.losses.push(Loss::whole(secret, why));
        Ok(())
    }
}

fn fields(
    details: &Members<'_>,
    overview: &Members<'_>,
    files: &mut Vec<Attached>,
) -> Result<Fields, ExchangeError> {
    let mut fields = Fields::new();
    let logins: Vec<Members<'_>> =
        details.entries_of("loginFields")?.iter().map(Node::members).collect::<Result<_, _>>()?;
    let designated = |login: &Members<'_>, as_what: &str| {
        login.find("designation").is_some_and(|it| it.spelled().trim_matches('"') == as_what)
    };
    for what in ["username", "password"] {
        for login in logins.iter().filter(|login| designated(login, what)) {
            fields.add(what, login.text_of("value")?);
        }
    }
    fields.add("password", details.text_of("password")?);
    let mut urls = Vec::new();
    for url in overview.entries_of("urls")? {
        urls.push(url.members()?.text_of("url")?);
    }
    let first = overview.text_of("url")?;
    if urls.iter().all(|url| url.expose() != first.expose()) {
        urls.insert(0, first);
    }
    urls.into_iter().for_each(|url| fields.add("url", url));
    let is_account = |login: &&Members<'_>| designated(login, "username") || designated(login, "password");
    for login in logins.iter().filter(|login| !is_account(login)) {
        let name = login.text_of("name")?;
        fields.add(
            name.expose_text().filter(|name| !name.is_empty()).unwrap_or("field"),
            login.text_of("value")?,
        );
    }
    for section in details.entries_of("sections")? {
        let section = section.members()?;
        for field in section.entries_of("fields")? {
            add_field(&field.members()?, &mut fields, files)?;
        }
    }
    if let Some(document) = details.find("documentAttributes") {
        files.push(attached(&document.members()?)?);
    }
    fields.add("notes", details.text_of("notesPlain")?);
    Ok(fields)
}

/// A field of a section: its value is an object whose one member says of what kind it is.
fn add_field(
    field: &Members<'_>,
    fields: &mut Fields,
    files: &mut Vec<Attached>,
) -> Result<(), ExchangeError> {
    let title = field.text_of("title")?;
    let title = title.expose_text().filter(|title| !title.is_empty()).unwrap_or("field");
    let Some(value) = field.find("value") else { return Ok(()) };
    for (kind, value) in value.members()?.iter().filter(|(_, value)| !value.is_null()) {
        let name = if kind == "totp" { "totp" } else { title };
        match kind {
            "file" => files.push(attached(&value.members()?)?),
            // Its other members tell the same key in other words.
            "sshKey" => fields.add(name, value.members()?.text_of("privateKey")?),
            _ if value.spelled().starts_with('{') => {
                for (part, value) in value.members()?.iter().filter(|(_, value)| !value.is_null()) {
                    let name =
                        if part == "email_address" { name.to_owned() } else { format!("{name} {part}") };
                    fields.add(&name, text_or_spelling(value)?);
                }
            }
            _ => fields.add(name, text_or_spelling(value)?),
        }
    }
    Ok(())
}

fn attached(file: &Members<'_>) -> Result<Attached, ExchangeError> {
    let text = |member| -> Result<String, ExchangeError> {
        let text = file.get(member)?.text()?;
        Ok(text.expose_text().unwrap_or_default().to_owned())
    };
    Ok(Attached { id: text("documentId")?, name: text("fileName")? })
}

fn tags(overview: &Members<'_>, name: &str, losses: &mut Vec<Loss>) -> Result<Tags, ExchangeError> {
    let mut tags = Tags::new();
    for tag in overview.entries_of("tags")? {
        let tag = tag.text()?;
        add_tag((tag.expose_text().unwrap_or_default(), ""), &mut tags, name, losses);
    }
    Ok(tags)
}
