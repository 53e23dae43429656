//! Sources of one-time codes: Aegis's unencrypted export, and lists of `otpauth://` URIs. Each becomes a secret whose
//! value is a URI, which `etui code` makes codes from.

use super::document::{Members, Node, parse, text_or_spelling};
use super::entry::{FAVORITE, below, member_in_words, source_id, text_value};
use super::error::ExchangeError;
use super::place::{Text, without_mark};
use crate::codes::{percent_decoded, percent_encode};
use crate::domain::{Description, TagKey, TagValue, Tags};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};

const SCHEME: &str = "otpauth://";

/// Reads a file of URIs, one per line; empty lines and lines with a `#` are passed over. A secret is called as the
/// label of its URI, the issuer being its folder.
///
/// # Errors
/// [`ExchangeError`] where no line is such a URI; of several lines one that is none is an entry that cannot be read.
pub fn read_uris(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let mut is_any_uri = false;
    for (position, line) in without_mark(text).split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let uri = std::str::from_utf8(line).ok();
        let is_uri =
            |text: &&str| text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
        let Some(uri) = uri.filter(is_uri) else {
            let name = format!("line {}", position + 1);
            batch.secrets.push(IncomingSecret::unreadable(name, "an otpauth:// URI is expected here"));
            continue;
        };
        is_any_uri = true;
        add(&mut batch, label(uri), SecretBytes::copy_of(line));
    }
    match is_any_uri {
        true => Ok(batch),
        false => Err(ExchangeError::in_words("no line is an otpauth:// URI")),
    }
}

/// The label of a URI, in the folder of its issuer: what stands before the first colon, or the parameter of that name.
fn label(uri: &str) -> String {
    let (path, query) = uri[SCHEME.len()..].split_once('?').unwrap_or((&uri[SCHEME.len()..], ""));
    let label = path.split('#').next().and_then(|path| path.split_once('/')).map_or("", |(_, label)| label);
    let label = percent_decoded(label);
    let label = label.expose_text().unwrap_or_default();
    if let Some((issuer, account)) = label.split_once(':') {
        return called(issuer.trim(), account.trim());
    }
    let issuer = query.split(['&', '#']).find_map(|parameter| parameter.strip_prefix("issuer="));
    let issuer = percent_decoded(issuer.unwrap_or_default());
    called(issuer.expose_text().unwrap_or_default().trim(), label.trim())
}

/// An account in the folder of its issuer. One without a name is called as its issuer.
fn called(issuer: &str, account: &str) -> String {
    if account.is_empty() { issuer.to_owned() } else { below(issuer, account) }
}

fn add(batch: &mut IncomingBatch, name: String, uri: SecretBytes) -> Option<&mut IncomingSecret> {
    let value = text_value(&name, uri, &mut batch.losses)?;
    batch.secrets.push(IncomingSecret::without_labels(name, vec![IncomingVersion::of(value)]));
    batch.secrets.last_mut()
}

/// Members of an entry that are looked at, or say nothing of their own.
const ENTRY: [&str; 11] = [
    "type",
    "uuid",
    "name",
    "issuer",
    "note",
    "favorite",
    "icon",
    "icon_mime",
    "icon_hash",
    "info",
    "groups",
];

/// Reads Aegis's export. The groups of an entry become tags, its note the description.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export; [`ExchangeError::Encrypted`] for the
/// encrypted kind.
pub fn read_aegis(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let text = Text::of(text);
    let root = parse(&text)?.members()?;
    root.get("header")?.members()?;
    let content = root.get("db")?;
    if content.spelled().starts_with('"') {
        return Err(ExchangeError::Encrypted);
    }
    let content = content.members()?;
    let group = |node: &Node<'_>| {
        let members = node.members()?;
        Ok((members.text_of("uuid")?, members.text_of("name")?))
    };
    let groups =
        content.entries_of("groups")?.iter().map(group).collect::<Result<Vec<_>, ExchangeError>>()?;
    let mut batch = IncomingBatch::new();
    for (position, entry) in content.get("entries")?.entries()?.into_iter().enumerate() {
        let read = entry.members().and_then(|members| add_entry(&members, &groups, &mut batch));
        if let Err(error) = read {
            batch.secrets.push(IncomingSecret::unreadable(format!("entry {}", position + 1), error));
        }
    }
    for (member, _) in content.others(&["version", "entries", "groups", "icons_optimized"]) {
        batch.losses.push(Loss::of_source("the file", member_in_words(member)));
    }
    Ok(batch)
}

fn add_entry(
    entry: &Members<'_>,
    groups: &[(SecretBytes, SecretBytes)],
    batch: &mut IncomingBatch,
) -> Result<(), ExchangeError> {
    let (account, issuer) = (entry.text_of("name")?, entry.text_of("issuer")?);
    let words = |text: &SecretBytes| text.expose_text().unwrap_or_default().to_owned();
    let name = called(&words(&issuer), &words(&account));
    let uri = uri(entry, &account, &issuer)?;
    let mut losses = Vec::new();
    for (member, what) in [("favorite", FAVORITE), ("icon", "its icon")] {
        if entry.find(member).is_some_and(|value| value.spelled() != "false") {
            losses.push(Loss::new(&name, what));
        }
    }
    losses.extend(entry.others(&ENTRY).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    let mut tags = Tags::new();
    for id in entry.entries_of("groups")? {
        let id = id.text()?;
        let group = groups.iter().find(|(known, _)| known.expose() == id.expose());
        match group.and_then(|(_, name)| TagKey::new(name.expose_text()?).ok()) {
            Some(key) if tags.len() < Tags::LIMIT => tags.set(key, TagValue::default()),
            _ => losses.push(Loss::new(&name, "one of its groups: it cannot be a tag here")),
        }
    }
    let note = entry.text_of("note")?;
    let description = Description::new(note.expose_text().unwrap_or_default());
    if description.is_err() {
        losses.push(Loss::new(&name, "its note: it cannot be a description here"));
    }
    let id = source_id("aegis-uuid", entry.text_of("uuid")?.expose_text().unwrap_or_default());
    batch.losses.append(&mut losses);
    if let Some(secret) = add(batch, name, uri) {
        secret.facts.tags = tags;
        secret.facts.description = description.unwrap_or_default();
        secret.source_id = id;
    }
    Ok(())
}

/// The URI of an entry, with all that Aegis knows of its codes.
fn uri(
    entry: &Members<'_>,
    account: &SecretBytes,
    issuer: &SecretBytes,
) -> Result<SecretBytes, ExchangeError> {
    let info = entry.get("info")?.members()?;
    let kind = entry.get("type")?.text()?;
    let secret = info.get("secret")?.text()?;
    let mut uri = SecretBytes::new();
    uri.extend(SCHEME.as_bytes());
    // As Aegis writes it itself: a code of Steam is one of time with letters.
    let is_steam = kind.expose() == b"steam";
    percent_encode(if is_steam { b"totp" } else { kind.expose() }, &mut uri);
    uri.push(b'/');
    if !issuer.is_empty() {
        percent_encode(issuer.expose(), &mut uri);
        uri.push(b':');
    }
    percent_encode(account.expose(), &mut uri);
    uri.extend(b"?secret=");
    percent_encode(secret.expose(), &mut uri);
    if !issuer.is_empty() {
        uri.extend(b"&issuer=");
        percent_encode(issuer.expose(), &mut uri);
    }
    if is_steam {
        uri.extend(b"&encoder=steam");
    }
    for (member, value) in info.others(&["secret"]) {
        uri.push(b'&');
        percent_encode(if member == "algo" { b"algorithm" } else { member.as_bytes() }, &mut uri);
        uri.push(b'=');
        percent_encode(text_or_spelling(value)?.expose(), &mut uri);
    }
    Ok(uri)
}
