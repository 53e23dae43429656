//! Any CSV file with a heading: whoever imports it says which column is what, or the names of the columns do.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::columns::{Others, Role, is_words, read as read_rows};
use super::error::ExchangeError;
use super::place::Place;
use super::table::Table;
use crate::domain::{Invalid, TagKey};
use crate::vault::IncomingBatch;

/// A field of an entry, and the columns that are taken for it where nobody names one.
struct Field {
    name: &'static str,
    /// What it is called in a value; the name and the folder of an entry are none.
    in_value: &'static str,
    columns: &'static [&'static str],
}

const NAME: &str = "name";
const FOLDER: &str = "folder";
/// Before the key of a tag.
const TAG: &str = "tag:";

/// In the order of the fields of a value.
static FIELDS: [Field; 8] = [
    Field { name: NAME, in_value: "", columns: &["name", "title", "account"] },
    Field { name: FOLDER, in_value: "", columns: &["folder", "group", "category"] },
    Field {
        name: "username",
        in_value: "username",
        columns: &["username", "user name", "user", "login", "login name", "email"],
    },
    Field { name: "password", in_value: "password", columns: &["password", "pwd", "passwd"] },
    Field { name: "value", in_value: "password", columns: &["value", "secret"] },
    Field { name: "url", in_value: "url", columns: &["url", "website", "web site"] },
    Field { name: "otp", in_value: "totp", columns: &["otp", "totp", "otpauth"] },
    Field { name: "note", in_value: "notes", columns: &["note", "notes", "comment", "comments"] },
];

/// Which field a column becomes: `password=Pwd`, `tag:env=Environment`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedColumn {
    /// The position among the fields; a tag stands behind them.
    rank: usize,
    tag: Option<TagKey>,
    /// As it is typed; upper and lower case are the same in a heading.
    column: String,
}

/// Why a text says of no column what it becomes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotMapped {
    /// There is no `=`, or nothing behind it.
    #[error("'{0}' is not FIELD=COLUMN")]
    NoColumn(String),
    /// No such field.
    #[error(
        "'{0}' is not a field; fields are name, folder, username, password, value, url, otp, note and tag:KEY"
    )]
    NoField(String),
    /// The key cannot be one of a tag.
    #[error(transparent)]
    Tag(#[from] Invalid),
    /// No column is the name.
    #[error("no column is the name: add name=COLUMN")]
    NoName,
    /// Several columns are the name.
    #[error("several columns are the name: leave one of them")]
    SeveralNames,
}

impl MappedColumn {
    fn is_name(&self) -> bool {
        FIELDS.get(self.rank).is_some_and(|field| field.name == NAME)
    }
}

impl FromStr for MappedColumn {
    type Err = NotMapped;

    fn from_str(text: &str) -> Result<Self, NotMapped> {
        let (field, column) = text.split_once('=').unwrap_or((text, ""));
        let (field, column) = (field.trim(), column.trim());
        if column.is_empty() {
            return Err(NotMapped::NoColumn(text.to_owned()));
        }
        let column = column.to_owned();
        if let Some(key) = field.strip_prefix(TAG) {
            return Ok(Self { rank: FIELDS.len(), tag: Some(TagKey::new(key)?), column });
        }
        let rank = FIELDS.iter().position(|known| known.name == field);
        let rank = rank.ok_or_else(|| NotMapped::NoField(field.to_owned()))?;
        Ok(Self { rank, tag: None, column })
    }
}

/// Which columns become what; any other column is named as lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap(Vec<MappedColumn>);

impl ColumnMap {
    /// The map of these columns.
    ///
    /// # Errors
    /// [`NotMapped::NoName`] and [`NotMapped::SeveralNames`].
    pub fn new(mut columns: Vec<MappedColumn>) -> Result<Self, NotMapped> {
        columns.sort_by_key(|column| column.rank);
        match columns.iter().filter(|column| column.is_name()).count() {
            0 => Err(NotMapped::NoName),
            1 => Ok(Self(columns)),
            _ => Err(NotMapped::SeveralNames),
        }
    }

    /// For each field the first column of the heading that is usually called so.
    fn by_names(table: &Table<'_>) -> Self {
        let columns = FIELDS.iter().enumerate().filter_map(|(rank, field)| {
            let column = field.columns.iter().find(|column| table.has(column))?;
            Some(MappedColumn { rank, tag: None, column: (*column).to_owned() })
        });
        Self(columns.collect())
    }
}

impl FromStr for ColumnMap {
    type Err = NotMapped;

    /// Reads a list with commas in it.
    fn from_str(text: &str) -> Result<Self, NotMapped> {
        Self::new(text.split(',').map(str::parse).collect::<Result<_, _>>()?)
    }
}

impl fmt::Display for ColumnMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, MappedColumn { rank, tag, column }) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            match tag {
                Some(key) => write!(formatter, "{comma}{TAG}{}={column}", key.as_str())?,
                None => write!(formatter, "{comma}{}={column}", FIELDS[*rank].name)?,
            }
        }
        Ok(())
    }
}

/// Reads a file whose columns are named; without a map the usual names of columns say what they are.
///
/// # Errors
/// [`ExchangeError`] where a column that is named is not there, or where no column is the name of the entries.
pub fn read(text: &[u8], map: Option<&ColumnMap>) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::read(text, &[])?;
    let map = map.map_or_else(|| ColumnMap::by_names(&table), Clone::clone);
    let columns: Vec<String> = map.0.iter().map(|mapped| mapped.column.to_lowercase()).collect();
    let malformed = |what: String| {
        let what = format!("{what}; {}", heading_in_words(&table, &columns));
        Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what))
    };
    if let Some(at) = columns.iter().position(|column| !table.has(column)) {
        return malformed(format!("the heading has no column '{}'", map.0[at].column));
    }
    if !map.0.iter().any(MappedColumn::is_name) {
        return malformed("no column is called name, title or account: say which one is the name".to_owned());
    }
    let role = |mapped: &MappedColumn| match (&mapped.tag, FIELDS.get(mapped.rank)) {
        (Some(key), _) => Role::Tag(key.clone()),
        (None, Some(Field { name: NAME, .. })) => Role::Name,
        (None, Some(Field { name: FOLDER, .. })) => Role::Folder('/'),
        (None, Some(field)) => Role::Field(field.in_value),
        (None, None) => Role::Silent,
    };
    let roles: Vec<_> = columns.iter().map(String::as_str).zip(map.0.iter().map(role)).collect();
    Ok(read_rows(&table, &roles, Others::Losses, |_| false))
}

/// The columns that a heading has, as far as they read as names. Where none of them is known, the first line may
/// well be no heading, and is not shown.
fn heading_in_words(table: &Table<'_>, wanted: &[String]) -> String {
    let is_usual = |column: &String| FIELDS.iter().any(|field| field.columns.contains(&column.as_str()));
    let columns = table.columns();
    if !columns.iter().any(|column| wanted.contains(column) || is_usual(column)) {
        return "the first line does not look like a heading".to_owned();
    }
    let words: Vec<String> =
        columns.iter().filter(|column| is_words(column)).map(|column| format!("'{column}'")).collect();
    let more = columns.len() - words.len();
    let shown = words.join(", ");
    match more {
        0 => format!("it has {shown}"),
        more => format!("it has {shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_and_written_alike() {
        let map: ColumnMap = "password=Pwd, name=Title,tag:env=Environment,url=Web Site".parse().unwrap();
        assert_eq!(map.to_string(), "name=Title,password=Pwd,url=Web Site,tag:env=Environment");
        assert_eq!(map.to_string().parse(), Ok(map));
        let fault = |text: &str| text.parse::<ColumnMap>().unwrap_err().to_string();
        assert_eq!(fault("name"), "'name' is not FIELD=COLUMN");
        assert_eq!(fault("password=Pwd"), "no column is the name: add name=COLUMN");
        assert_eq!(fault("tag:a=b"), "no column is the name: add name=COLUMN");
        assert_eq!(fault("name=a,name=b"), "several columns are the name: leave one of them");
        assert!(fault("pin=Pin").starts_with("'pin' is not a field; fields are name, folder"));
        assert!(fault("tag:=Pin").starts_with("a tag key must not be empty"), "{}", fault("tag:=Pin"));
    }

    #[test]
    fn what_may_be_a_value_is_not_shown_as_a_column() {
        let fault = |text: &str, map: &str| {
            read(text.as_bytes(), Some(&map.parse().unwrap())).map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            fault("Title,Pwd,hunter2\n", "name=Title,password=Password"),
            "line 1, column 1: the heading has no column 'Password'; it has 'title', 'pwd' and 1 more"
        );
        assert_eq!(
            fault("shop,correct horse\n", "name=Title,password=Pwd"),
            "line 1, column 1: the heading has no column 'Title'; the first line does not look like a heading"
        );
        let error = read(b"url,password\nu,p\n", None).map(|_| ()).unwrap_err().to_string();
        assert_eq!(
            error,
            "line 1, column 1: no column is called name, title or account: say which one is the name; it has 'url', 'password'"
        );
    }
}
