//! Proton Pass's unencrypted exports: `data.json` of the ZIP, and CSV.

use super::document::{Members, Node, parse, text_or_spelling};
use super::entry::{
    CHANGED, CREATED, Fields, TRASHED, account, add_entry, below, member_in_words, name_or_number, source_id,
    time_of,
};
use super::error::ExchangeError;
use super::logins::{read_proton, seconds};
use super::place::{Text, without_mark};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, Loss};

/// Reads a file, CSV or JSON: which, its first character says.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export; [`ExchangeError::Encrypted`] for the
/// encrypted kind.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let first = without_mark(text).iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') { read_json(text) } else { read_proton(text) }
}

const ITEM: [&str; 9] = [
    "itemId",
    "shareId",
    "data",
    "state",
    "aliasEmail",
    "contentFormatVersion",
    "createTime",
    "modifyTime",
    "pinned",
];
const DATA: [&str; 4] = ["metadata", "extraFields", "type", "content"];
const METADATA: [&str; 3] = ["name", "note", "itemUuid"];
/// Members of the content of a login, in the order of its fields, and what they are called here.
const LOGIN: [(&str, &str); 5] = [
    ("itemUsername", "username"),
    ("itemEmail", "email"),
    ("password", "password"),
    ("urls", "url"),
    ("totpUri", "totp"),
];
/// The state of an item in the trash.
const IN_TRASH: &str = "2";

fn read_json(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let text = Text::of(text);
    let root = parse(&text)?.members()?;
    if root.find("encrypted").is_some_and(|node| node.spelled() == "true") {
        return Err(ExchangeError::Encrypted);
    }
    let mut batch = IncomingBatch::new();
    batch.account_of = Some(account);
    for (_, vault) in root.get("vaults")?.members()?.iter() {
        let vault = vault.members()?;
        let folder = vault.text_of("name")?;
        let folder = folder.expose_text().unwrap_or_default();
        if !vault.text_of("description")?.is_empty() {
            batch.losses.push(Loss::new(folder, "the description of this vault"));
        }
        for (position, item) in vault.get("items")?.entries()?.into_iter().enumerate() {
            let mut losses = Vec::new();
            match item.members().and_then(|item| read_item(&item, folder, &mut losses)) {
                Ok(secret) => batch.secrets.extend(secret),
                Err(error) => {
                    losses.clear();
                    let name = item.members().and_then(|item| name_of(&item));
                    let name = below(folder, &name_or_number(name, position));
                    batch.secrets.push(IncomingSecret::unreadable(name, error));
                }
            }
            batch.losses.append(&mut losses);
        }
        for (member, _) in vault.others(&["name", "description", "display", "items"]) {
            batch.losses.push(Loss::new(folder, member_in_words(member)));
        }
    }
    for (member, _) in root.others(&["version", "userId", "encrypted", "vaults"]) {
        batch.losses.push(Loss::of_source("the file", member_in_words(member)));
    }
    Ok(batch)
}

fn name_of(item: &Members<'_>) -> Result<SecretBytes, ExchangeError> {
    item.get("data")?.members()?.get("metadata")?.members()?.text_of("name")
}

/// Reads an item; `None` where nothing of it comes here, which is among the losses then.
fn read_item(
    item: &Members<'_>,
    folder: &str,
    losses: &mut Vec<Loss>,
) -> Result<Option<IncomingSecret>, ExchangeError> {
    let data = item.get("data")?.members()?;
    let metadata = data.get("metadata")?.members()?;
    let name = name_of(item)?;
    let name = below(folder, name.expose_text().unwrap_or_default());
    if item.find("state").is_some_and(|state| state.spelled() == IN_TRASH) {
        losses.push(Loss::whole(&name, TRASHED));
        return Ok(None);
    }
    if item.find("pinned").is_some_and(|pinned| pinned.spelled() == "true") {
        losses.push(Loss::new(&name, "that it is pinned"));
    }
    let unknown = item.others(&ITEM).chain(data.others(&DATA)).chain(metadata.others(&METADATA));
    losses.extend(unknown.map(|(member, _)| Loss::new(&name, member_in_words(member))));
    let mut fields = Fields::new();
    let content = data.get("content")?.members()?;
    add_login(&content, &mut fields)?;
    fields.add("email", item.text_of("aliasEmail")?);
    let known = LOGIN.map(|(member, _)| member);
    for (member, value) in content.others(&known) {
        if member == "passkeys" {
            losses.push(Loss::new(&name, "its passkeys"));
        } else if value.spelled().starts_with('[') {
            add_listed(member, value, &mut fields)?;
        } else {
            fields.add(member, text_or_spelling(value)?);
        }
    }
    add_extra(&data.entries_of("extraFields")?, &mut fields)?;
    fields.add("notes", metadata.text_of("note")?);
    let mut time = |member, what| -> Option<Timestamp> {
        time_of(&name, what, item.find(member)?.spelled(), losses, seconds)
    };
    let (created, changed) = (time("createTime", CREATED), time("modifyTime", CHANGED));
    let mut read = IncomingBatch::new();
    if let Some(secret) = add_entry(&mut read, name, [(fields, changed)]) {
        secret.created = created;
        secret.source_id = source_id("proton-id", item.text_of("itemId")?.expose_text().unwrap_or_default());
    }
    losses.append(&mut read.losses);
    Ok(read.secrets.pop())
}

fn add_login(content: &Members<'_>, fields: &mut Fields) -> Result<(), ExchangeError> {
    let is_named = !content.text_of("itemUsername")?.is_empty();
    for (member, field) in LOGIN {
        // An account may be known by its address alone.
        let field = if field == "email" && !is_named { "username" } else { field };
        match content.find(member) {
            Some(list) if list.spelled().starts_with('[') => {
                for entry in list.entries()? {
                    fields.add(field, entry.text()?);
                }
            }
            Some(text) => fields.add(field, text.text()?),
            None => {}
        }
    }
    Ok(())
}

/// A list of fields or of anything else.
fn add_listed(member: &str, list: Node<'_>, fields: &mut Fields) -> Result<(), ExchangeError> {
    let entries = list.entries()?;
    if entries.iter().all(|entry| entry.spelled().starts_with('{')) {
        return add_extra(&entries, fields);
    }
    for entry in entries {
        fields.add(member, text_or_spelling(entry)?);
    }
    Ok(())
}

/// Fields that somebody added, and sections of such fields.
fn add_extra(extra: &[Node<'_>], fields: &mut Fields) -> Result<(), ExchangeError> {
    for field in extra {
        let field = field.members()?;
        if field.find("sectionFields").is_some() {
            add_section(&field, fields)?;
            continue;
        }
        add_field(&field, fields)?;
    }
    Ok(())
}

/// The fields of a section, which hold no further sections.
fn add_section(section: &Members<'_>, fields: &mut Fields) -> Result<(), ExchangeError> {
    fields.add("section", section.text_of("sectionName")?);
    for field in section.entries_of("sectionFields")? {
        add_field(&field.members()?, fields)?;
    }
    Ok(())
}

fn add_field(field: &Members<'_>, fields: &mut Fields) -> Result<(), ExchangeError> {
    let name = field.text_of("fieldName")?;
    let name = name.expose_text().filter(|name| !name.is_empty()).unwrap_or("field");
    let Some(data) = field.find("data") else { return Ok(()) };
    for (_, value) in data.members()?.others(&[]) {
        fields.add(name, text_or_spelling(value)?);
    }
    Ok(())
}
