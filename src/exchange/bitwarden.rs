//! Bitwarden's exports, unencrypted or with a password of their own. The JSON knows the history of a password; the CSV
//! does not.

use super::document::{Members, Node, parse, text_or_spelling};
use super::entry::{
    CHANGED, CREATED, EMPTY_FOLDER, FAVORITE, Fields, TRASHED, account, add_entry, below, member_in_words,
    name_or_number, old_passwords, source_id, time_of,
};
use super::error::ExchangeError;
use super::heading;
use super::locks::Locks;
use super::place::{Text, without_mark};
use super::protected;
use super::table::{Row, Table};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, Loss};

/// Reads a file, CSV or JSON: which, its first character says.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export;
/// [`ExchangeError::Encrypted`] for one that only the account opens, [`ExchangeError::Locked`] for one with a password.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    read_locked(text, None)
}

/// Reads a file as [`read`] does, also one with a password.
///
/// # Errors
/// As [`read`]; [`ExchangeError::WrongLocks`] for another password, [`ExchangeError::TooCostly`] before so much is
/// spent.
pub fn read_locked(text: &[u8], locks: Option<&Locks>) -> Result<IncomingBatch, ExchangeError> {
    let first = without_mark(text).iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return read_csv(text);
    }
    let text = Text::of(text);
    let root = parse(&text)?.members()?;
    let is_set = |member| root.find(member).is_some_and(|node| node.spelled() == "true");
    match (is_set("encrypted"), is_set("passwordProtected")) {
        (false, _) => read_json(&root),
        (true, false) => Err(ExchangeError::Encrypted),
        (true, true) => {
            let opened = protected::open(&root, locks)?;
            // Places in what was encrypted say nothing to anybody.
            let text = Text::of(opened.expose());
            parse(&text).and_then(|node| read_json(&node.members()?)).map_err(|error| match error {
                ExchangeError::Malformed { .. } => ExchangeError::Damaged,
                other => other,
            })
        }
    }
}

/// Columns of personal exports and of those of an organization.
const KNOWN: [&str; 12] = [
    "folder",
    "collections",
    "favorite",
    "type",
    "name",
    "notes",
    "fields",
    "reprompt",
    "login_uri",
    "login_username",
    "login_password",
    "login_totp",
];

fn read_csv(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::of(text, &heading::BITWARDEN)?;
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
        // An organization's export has collections instead, with commas between them.
        let (collection, others) =
            row.text("collections").split_once(',').unwrap_or((row.text("collections"), ""));
        let folder = match row.text("folder") {
            "" => collection,
            folder => folder,
        };
        let name = below(folder, row.text("name"));
        if row.is_refused(&mut batch, &name) {
            continue;
        }
        if !others.is_empty() {
            batch.losses.push(Loss::new(&name, COLLECTIONS));
        }
        for (column, what) in [("favorite", FAVORITE), ("reprompt", REPROMPT)] {
            if row.is_set(column) {
                batch.losses.push(Loss::new(&name, what));
            }
        }
        let mut fields = Fields::new();
        for (field, column) in [("username", "login_username"), ("password", "login_password")] {
            fields.add(field, row.bytes(column));
        }
        for address in addresses(row.text("login_uri")) {
            fields.add("url", SecretBytes::copy_of(address.as_bytes()));
        }
        for (field, column) in [("totp", "login_totp"), ("notes", "notes")] {
            fields.add(field, row.bytes(column));
        }
        add_custom_fields(&row, &mut fields);
        for (column, field) in row.others(&KNOWN) {
            fields.add(column, field.duplicate());
        }
        add_entry(&mut batch, name, [(fields, None)]);
    }
    Ok(batch)
}

/// The addresses of a login stand in one column with commas between them. An address may hold commas itself, so
/// only one before another scheme counts.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let begins = |rest: &str| {
        let scheme = rest.trim_start().split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest.take()?;
        let cut = whole.match_indices(',').map(|(at, _)| at).find(|at| begins(&whole[at + 1..]));
        let (address, more) = cut.map_or((whole, None), |at| (&whole[..at], Some(&whole[at + 1..])));
        rest = more;
        Some(address.trim())
    })
}

/// Custom fields stand in one column, a line `name: value` for each.
fn add_custom_fields(row: &Row<'_>, fields: &mut Fields) {
    for line in row.text("fields").lines().filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap_or(("", line));
        let name = if name.is_empty() { NAMELESS } else { name };
        fields.add(name, SecretBytes::copy_of(value.as_bytes()));
    }
}

const REPROMPT: &str = "that the password is asked for again";
const PASSKEYS: &str = "its passkeys";
const PASSWORD_CHANGED: &str = "the time at which its password was changed last";
const ARCHIVED: &str = "that it is archived";
const ORGANIZATION: &str = "that it belongs to an organization";
const COLLECTIONS: &str = "that it is in other collections too";

/// What a custom field is called that has no name.
const NAMELESS: &str = "field";

fn read_json(root: &Members<'_>) -> Result<IncomingBatch, ExchangeError> {
    let mut folders = folders_of(root, "folders")?;
    folders.extend(folders_of(root, "collections")?);
    let mut batch = IncomingBatch::new();
    batch.account_of = Some(account);
    for (position, item) in root.get("items")?.entries()?.into_iter().enumerate() {
        let mut losses = Vec::new();
        match item.members().and_then(|members| read_item(&members, &mut folders, &mut losses)) {
            Ok(secret) => batch.secrets.extend(secret),
            Err(error) => {
                losses.clear();
                let name = item.members().and_then(|members| members.text_of("name"));
                batch.secrets.push(IncomingSecret::unreadable(name_or_number(name, position), error));
            }
        }
        batch.losses.append(&mut losses);
    }
    for Folder { name, .. } in folders.iter().filter(|folder| !folder.is_used && !folder.name.is_empty()) {
        let name = name.expose_text().unwrap_or_default();
        batch.losses.push(Loss::whole(name, EMPTY_FOLDER));
    }
    for (member, _) in root.others(&["encrypted", "folders", "collections", "items"]) {
        batch.losses.push(Loss::of_source("the file", member_in_words(member)));
    }
    Ok(batch)
}

/// A folder or a collection, and whether an item lies in it.
struct Folder {
    id: SecretBytes,
    name: SecretBytes,
    is_used: bool,
}

fn folders_of(root: &Members<'_>, member: &str) -> Result<Vec<Folder>, ExchangeError> {
    root.entries_of(member)?
        .iter()
        .map(|node| {
            let members = node.members()?;
            Ok(Folder { id: members.get("id")?.text()?, name: members.text_of("name")?, is_used: false })
        })
        .collect()
}

/// Members of an item that are looked at, or say nothing of their own.
const ITEM: [&str; 22] = [
    "id",
    "organizationId",
    "folderId",
    "collectionIds",
    "type",
    "object",
    "name",
    "notes",
    "favorite",
    "reprompt",
    "fields",
    "login",
    "secureNote",
    "passwordHistory",
    "creationDate",
    "revisionDate",
    "archivedDate",
    "deletedDate",
    "edit",
    "viewPassword",
    "organizationUseTotp",
    "permissions",
];
const URI: [&str; 2] = ["uri", "match"];
const FIELD: [&str; 4] = ["name", "value", "type", "linkedId"];
const LOGIN: [&str; 6] = ["username", "password", "uris", "totp", "fido2Credentials", "passwordRevisionDate"];

/// Reads an item; `None` where nothing of it comes here, which is among the losses then.
fn read_item(
    item: &Members<'_>,
    folders: &mut [Folder],
    losses: &mut Vec<Loss>,
) -> Result<Option<IncomingSecret>, ExchangeError> {
    let mut id = item.text_of("folderId")?;
    let collections = item.entries_of("collectionIds")?;
    if id.is_empty()
        && let Some(first) = collections.first()
    {
        id = first.text()?;
    }
    for lies_in in collections.iter().map(|collection| collection.text()).chain([Ok(id.duplicate())]) {
        let lies_in = lies_in?;
        let known = folders.iter_mut().filter(|folder| folder.id.expose() == lies_in.expose());
        known.for_each(|folder| folder.is_used = true);
    }
    let folder = folders.iter().find(|folder| folder.id.expose() == id.expose());
    let folder = folder.and_then(|folder| folder.name.expose_text()).unwrap_or_default();
    let name = item.text_of("name")?;
    let name = below(folder, name.expose_text().unwrap_or_default());
    if item.find("deletedDate").is_some() {
        losses.push(Loss::whole(&name, TRASHED));
        return Ok(None);
    }
    for (member, what, unless) in [("favorite", FAVORITE, "false"), ("reprompt", REPROMPT, "0")] {
        if item.find(member).is_some_and(|value| value.spelled() != unless) {
            losses.push(Loss::new(&name, what));
        }
    }
    if collections.len() > 1 {
        losses.push(Loss::new(&name, COLLECTIONS));
    }
    for (member, what) in [("archivedDate", ARCHIVED), ("organizationId", ORGANIZATION)] {
        if item.find(member).is_some() {
            losses.push(Loss::new(&name, what));
        }
    }
    let login = item.find("login").map(|login| login.members()).transpose()?;
    if let Some(login) = &login {
        if !login.entries_of("fido2Credentials")?.is_empty() {
            losses.push(Loss::new(&name, PASSKEYS));
        }
        for uri in login.entries_of("uris")? {
            let uri = uri.members()?;
            if uri.find("match").is_some() {
                losses.push(Loss::new(&name, "how one of its addresses is matched"));
            }
            losses.extend(uri.others(&URI).map(|(member, _)| Loss::new(&name, member_in_words(member))));
        }
        losses.extend(login.others(&LOGIN).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    }
    for field in item.entries_of("fields")? {
        let field = field.members()?;
        if field.find("linkedId").is_some() {
            losses.push(Loss::new(&name, "a field that is linked to another one"));
        } else if field.find("value").is_none_or(|value| value.spelled() == "\"\"") {
            losses.push(Loss::new(&name, "a field without a value"));
        }
        losses.extend(field.others(&FIELD).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    }
    // An object is a kind of item that is not known here: its members become fields.
    let is_object = |node: Node<'_>| node.spelled().starts_with('{');
    for (member, node) in item.others(&ITEM) {
        if !is_object(node) {
            losses.push(Loss::new(&name, member_in_words(member)));
        }
    }
    let fields = fields_of(item)?;
    let created = time(item, "creationDate", &name, CREATED, losses)?;
    let mut versions = history(item, &fields, created, &name, losses)?;
    versions.push((fields, time(item, "revisionDate", &name, CHANGED, losses)?));
    if let Some(login) = &login
        && let Some(changed) = time(login, "passwordRevisionDate", &name, PASSWORD_CHANGED, losses)?
        && versions.iter().all(|(_, made)| *made != Some(changed))
    {
        losses.push(Loss::new(&name, PASSWORD_CHANGED));
    }
    let mut read = IncomingBatch::new();
    if let Some(secret) = add_entry(&mut read, name, versions) {
        secret.created = created;
        secret.source_id = source_id("bitwarden-id", item.text_of("id")?.expose_text().unwrap_or_default());
    }
    losses.append(&mut read.losses);
    Ok(read.secrets.pop())
}

/// The fields of an item, whatever type it is of: a login's come first, in an order of ours.
fn fields_of(item: &Members<'_>) -> Result<Fields, ExchangeError> {
    let mut fields = Fields::new();
    if let Some(login) = item.find("login") {
        let login = login.members()?;
        for member in ["username", "password"] {
            fields.add(member, login.text_of(member)?);
        }
        for uri in login.entries_of("uris")? {
            fields.add("url", uri.members()?.text_of("uri")?);
        }
        fields.add("totp", login.text_of("totp")?);
    }
    for (_, part) in item.others(&ITEM).filter(|(_, node)| node.spelled().starts_with('{')) {
        for (name, value) in part.members()?.iter().filter(|(_, value)| !value.is_null()) {
            fields.add(name, text_or_spelling(value)?);
        }
    }
    fields.add("notes", item.text_of("notes")?);
    for field in item.entries_of("fields")? {
        let field = field.members()?;
        let name = field.text_of("name")?;
        let name = name.expose_text().filter(|name| !name.is_empty()).unwrap_or(NAMELESS);
        if let Some(value) = field.find("value") {
            fields.add(name, text_or_spelling(value)?);
        }
    }
    Ok(fields)
}

/// Old passwords, the oldest first: the entry as it is, with the password of that time.
fn history(
    item: &Members<'_>,
    fields: &Fields,
    created: Option<Timestamp>,
    name: &str,
    losses: &mut Vec<Loss>,
) -> Result<Vec<(Fields, Option<Timestamp>)>, ExchangeError> {
    let mut old = Vec::new();
    for entry in item.entries_of("passwordHistory")? {
        let entry = entry.members()?;
        let password = entry.text_of("password")?;
        if !password.is_empty() {
            let replaced =
                time(&entry, "lastUsedDate", name, "the time at which a password was replaced", losses)?;
            old.push((password, replaced));
        }
    }
    // The newest stands first.
    old.reverse();
    Ok(old_passwords(fields, old, created))
}

fn time(
    members: &Members<'_>,
    member: &str,
    name: &str,
    what: &str,
    losses: &mut Vec<Loss>,
) -> Result<Option<Timestamp>, ExchangeError> {
    let text = members.text_of(member)?;
    Ok(time_of(name, what, text.expose_text().unwrap_or_default(), losses, |text| text.parse().ok()))
}
