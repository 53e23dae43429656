//! CSV exports of password managers that differ in little but their columns: a table for each says what becomes of
//! them. Columns that a table does not name become fields of the value.

use super::bitwarden::addresses;
use super::columns::{Others, Role, read};
use super::document::{parse, text_or_spelling};
use super::entry::{FAVORITE, Fields};
use super::error::ExchangeError;
use super::heading::{self, Heading};
use super::place::Text;
use super::table::{Row, Table};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;
use crate::vault::IncomingBatch;

/// An export, and what becomes of its columns; the order is that of the fields in a value.
struct Export {
    heading: &'static Heading,
    roles: &'static [(&'static str, Role)],
    /// Whether a row only names a folder.
    is_folder: fn(&Row<'_>) -> bool,
}

impl Export {
    fn read(&self, text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
        Ok(read(&Table::of(text, self.heading)?, self.roles, Others::Fields, self.is_folder))
    }
}

static LASTPASS: Export = Export {
    heading: &heading::LASTPASS,
    roles: &[
        ("name", Role::Name),
        ("grouping", Role::Folder('\\')),
        ("username", Role::Field("username")),
        ("password", Role::Field("password")),
        ("url", Role::Fields(lastpass_address)),
        ("totp", Role::Field("totp")),
        ("extra", Role::Field("notes")),
        ("fav", Role::Flag(FAVORITE)),
    ],
    is_folder: |_| false,
};

/// Reads LastPass's export: `url,username,password,totp,extra,name,grouping,fav`.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_lastpass(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    LASTPASS.read(text)
}

/// A secure note has this address, and no other.
fn lastpass_address(row: &Row<'_>, fields: &mut Fields) {
    if row.text("url") != "http://sn" {
        fields.add("url", row.bytes("url"));
    }
}

static NORDPASS: Export = Export {
    heading: &heading::NORDPASS,
    roles: &[
        ("name", Role::Name),
        ("folder", Role::Folder('/')),
        ("shared_folder", Role::Folder('/')),
        ("type", Role::Silent),
        ("username", Role::Field("username")),
        ("password", Role::Field("password")),
        ("url", Role::Field("url")),
        ("additional_urls", Role::Fields(nordpass_addresses)),
        ("totp", Role::Field("totp")),
        ("note", Role::Field("notes")),
        ("custom_fields", Role::Fields(nordpass_custom_fields)),
    ],
    is_folder: |row| row.text("type") == "folder",
};

/// Reads NordPass's export: `name,url,additional_urls,username,password,note,cardholdername,…,folder,…,type,
/// custom_fields`.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_nordpass(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    NORDPASS.read(text)
}

/// A JSON list of addresses.
fn nordpass_addresses(row: &Row<'_>, fields: &mut Fields) {
    let column = "additional_urls";
    let text = Text::of(row.text(column).as_bytes());
    let listed = parse(&text).and_then(|list| {
        list.entries()?.iter().map(|address| address.text()).collect::<Result<Vec<_>, ExchangeError>>()
    });
    match listed {
        Ok(listed) => listed.into_iter().for_each(|address| fields.add("url", address)),
        Err(_) => fields.add(column, row.bytes(column)),
    }
}

/// A JSON list of labels and values.
fn nordpass_custom_fields(row: &Row<'_>, fields: &mut Fields) {
    let column = "custom_fields";
    let read = || {
        let field = |node: super::document::Node<'_>| {
            let members = node.members()?;
            let value = members.find("value").map(text_or_spelling).transpose()?;
            Ok((members.text_of("label")?, value.unwrap_or_default()))
        };
        parse(&Text::of(row.text(column).as_bytes()))?.entries()?.into_iter().map(field).collect()
    };
    let listed: Result<Vec<(SecretBytes, SecretBytes)>, ExchangeError> = read();
    match listed {
        Ok(listed) => {
            for (label, value) in listed {
                let label = label.expose_text().filter(|label| !label.is_empty());
                fields.add(label.unwrap_or("field"), value);
            }
        }
        Err(_) => fields.add(column, row.bytes(column)),
    }
}

static PROTON: Export = Export {
    heading: &heading::PROTON,
    roles: &[
        ("name", Role::Name),
        ("vault", Role::Folder('/')),
        ("type", Role::Silent),
        ("username", Role::Fields(proton_account)),
        ("email", Role::Silent),
        ("password", Role::Field("password")),
        ("url", Role::Fields(|row, fields| add_addresses(row.text("url"), fields))),
        ("autofillurls", Role::Fields(|row, fields| add_addresses(row.text("autofillurls"), fields))),
        ("totp", Role::Field("totp")),
        ("note", Role::Field("notes")),
        ("createtime", Role::Created(seconds)),
        ("modifytime", Role::Changed(seconds)),
    ],
    is_folder: |_| false,
};

/// Reads Proton Pass's CSV export: `type,name,url,email,username,password,note,totp,createTime,modifyTime,vault`.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_proton(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    PROTON.read(text)
}

/// An account may be known by its address alone.
fn proton_account(row: &Row<'_>, fields: &mut Fields) {
    let is_named = !row.text("username").is_empty();
    fields.add("username", row.bytes("username"));
    fields.add(if is_named { "email" } else { "username" }, row.bytes("email"));
}

fn add_addresses(text: &str, fields: &mut Fields) {
    for address in addresses(text) {
        fields.add("url", SecretBytes::copy_of(address.trim().as_bytes()));
    }
}

pub(super) fn seconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_seconds(text.parse().ok()?).ok()
}

static DASHLANE: Export = Export {
    heading: &heading::DASHLANE,
    roles: &[
        ("title", Role::Name),
        ("category", Role::Folder('/')),
        ("username", Role::Field("username")),
        ("username2", Role::Field("username")),
        ("username3", Role::Field("username")),
        ("password", Role::Field("password")),
        ("url", Role::Field("url")),
        ("otpurl", Role::Field("totp")),
        ("otpsecret", Role::Field("totp")),
        ("note", Role::Field("notes")),
    ],
    is_folder: |_| false,
};

/// Reads the `credentials.csv` of Dashlane's export: `username,username2,username3,title,password,note,url,category,
/// otpUrl`.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_dashlane(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    DASHLANE.read(text)
}

static ROBOFORM: Export = Export {
    heading: &heading::ROBOFORM,
    roles: &[
        ("name", Role::Name),
        ("folder", Role::Folder('/')),
        ("login", Role::Fields(|row, fields| add_unquoted(row, "login", "username", fields))),
        ("pwd", Role::Fields(|row, fields| add_unquoted(row, "pwd", "password", fields))),
        ("url", Role::Fields(|row, fields| add_unquoted(row, "url", "url", fields))),
        ("matchurl", Role::Fields(roboform_address)),
        ("rffieldsv2", Role::Fields(roboform_fields)),
        ("note", Role::Fields(|row, fields| add_unquoted(row, "note", "notes", fields))),
    ],
    is_folder: |_| false,
};

/// Reads RoboForm's export: `Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2`, further fields behind the last
/// column.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_roboform(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    ROBOFORM.read(text)
}

/// Before what begins with `@` or `'` RoboForm puts a `'`, so that no spreadsheet takes it for something else.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['@', '\''])).unwrap_or(text)
}

fn add_unquoted(row: &Row<'_>, column: &str, field: &str, fields: &mut Fields) {
    fields.add(field, SecretBytes::copy_of(unquoted(row.text(column)).as_bytes()));
}

/// The address that a form is found by is nearly always that of the site.
fn roboform_address(row: &Row<'_>, fields: &mut Fields) {
    if row.text("matchurl") != row.text("url") {
        fields.add("url", row.bytes("matchurl"));
    }
}

/// Each field of a form stands in a cell as `name,,,type,value`, the value with all its commas.
fn roboform_fields(row: &Row<'_>, fields: &mut Fields) {
    let cells = row.surplus().iter().filter_map(SecretBytes::expose_text);
    for cell in [row.text("rffieldsv2")].into_iter().chain(cells).filter(|cell| !cell.is_empty()) {
        let parts: Vec<&str> = cell.splitn(5, ',').collect();
        let [name, _, _, _, value] = parts[..] else {
            fields.add("field", SecretBytes::copy_of(cell.as_bytes()));
            continue;
        };
        // The account itself stands in columns of its own too.
        let column = match name {
            "User ID$" => Some("login"),
            "Password$" => Some("pwd"),
            _ => None,
        };
        if column.is_some_and(|column| unquoted(row.text(column)) == value) {
            continue;
        }
        let name = match name {
            "User ID$" => "username",
            "Password$" => "password",
            "TOTP KEY$" => "totp",
            "" | "-no-name-" => "field",
            other => other,
        };
        fields.add(name, SecretBytes::copy_of(value.as_bytes()));
    }
}

static KEEPASS_1: Export = Export {
    heading: &heading::KEEPASS_1,
    roles: &[
        ("account", Role::Name),
        ("login name", Role::Field("username")),
        ("password", Role::Field("password")),
        ("web site", Role::Field("url")),
        ("comments", Role::Field("notes")),
    ],
    is_folder: |_| false,
};

/// Reads the CSV of KeePass 1, which KeePass 2 writes too: `"Account","Login Name","Password","Web Site","Comments"`.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_keepass_1(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    KEEPASS_1.read(text)
}
