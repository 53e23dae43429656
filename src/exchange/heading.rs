//! By which columns a CSV file is known to be of a format. A heading may hold all columns of several formats; the
//! one with the most of them is meant.

/// The columns that every file of a format has, in lower case, and how such a file differs from other CSV.
pub(super) struct Heading {
    /// The name of the format.
    pub(super) format: &'static str,
    pub(super) columns: &'static [&'static str],
    /// What takes the meaning from a quote within quotes, beside another quote.
    pub(super) escape: Option<u8>,
    /// Whether a row may be longer than the heading.
    pub(super) is_ragged: bool,
    /// Whether it may have been copied from a page, with entities for some characters.
    pub(super) may_have_entities: bool,
}

impl Heading {
    const fn new(format: &'static str, columns: &'static [&'static str]) -> Self {
        Self { format, columns, escape: None, is_ragged: false, may_have_entities: false }
    }
}

pub(super) static CHROME: Heading = Heading::new("chrome", &["name", "url", "username", "password"]);
pub(super) static FIREFOX: Heading = Heading::new("firefox", &["url", "username", "password", "guid"]);
pub(super) static ONE_PASSWORD: Heading = Heading::new("1password", &["title", "password"]);
pub(super) static KEEPASSXC: Heading = Heading::new("keepassxc", &["group", "title", "username", "password"]);
pub(super) static BITWARDEN: Heading =
    Heading::new("bitwarden", &["type", "name", "login_username", "login_password"]);
/// Without `totp` in older files, which the browser showed as a page.
pub(super) static LASTPASS: Heading = Heading {
    may_have_entities: true,
    ..Heading::new("lastpass", &["url", "username", "password", "extra", "name", "grouping", "fav"])
};
pub(super) static NORDPASS: Heading =
    Heading::new("nordpass", &["name", "url", "username", "password", "note", "cardnumber", "folder"]);
/// Without `vault`, `email` and `autofillUrls` in older files.
pub(super) static PROTON: Heading = Heading::new(
    "protonpass",
    &["type", "name", "url", "username", "password", "note", "totp", "createtime", "modifytime"],
);
pub(super) static DASHLANE: Heading =
    Heading::new("dashlane", &["username", "username2", "username3", "title", "password", "category"]);
/// Further fields of an entry stand behind the last column.
pub(super) static ROBOFORM: Heading = Heading {
    is_ragged: true,
    ..Heading::new("roboform", &["name", "url", "matchurl", "login", "pwd", "folder"])
};
/// A quote within quotes has a backslash before it, as has a backslash.
pub(super) static KEEPASS_1: Heading = Heading {
    escape: Some(b'\\'),
    ..Heading::new("keepass1", &["account", "login name", "password", "web site", "comments"])
};

static HEADINGS: [&Heading; 11] = [
    &CHROME,
    &FIREFOX,
    &ONE_PASSWORD,
    &KEEPASSXC,
    &BITWARDEN,
    &LASTPASS,
    &NORDPASS,
    &PROTON,
    &DASHLANE,
    &ROBOFORM,
    &KEEPASS_1,
];

/// The format whose columns a heading has; of several the one with the most.
pub(super) fn recognise(has: impl Fn(&str) -> bool) -> Option<&'static Heading> {
    let fitting = HEADINGS.iter().filter(|heading| heading.columns.iter().all(|column| has(column)));
    fitting.max_by_key(|heading| heading.columns.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Source;

    #[test]
    fn of_the_formats_whose_columns_are_there_the_one_with_the_most_is_meant() {
        let recognised = |text: &str| {
            let columns: Vec<&str> = text.split(',').collect();
            recognise(|column| columns.contains(&column)).map(|heading| heading.format)
        };
        for (text, format) in [
            ("name,url,username,password,note", Some("chrome")),
            ("url,username,password,totp,extra,name,grouping,fav", Some("lastpass")),
            ("title,url,username,password,notes,otpauth", Some("1password")),
            ("group,title,username,password,url,notes", Some("keepassxc")),
            ("username,username2,username3,title,password,note,url,category,otpurl", Some("dashlane")),
            ("name,password", None),
        ] {
            assert_eq!(recognised(text), format, "{text}");
        }
    }

    #[test]
    fn every_heading_is_that_of_a_format_and_recognised_as_that() {
        for heading in HEADINGS {
            assert!(Source::named(heading.format).is_some(), "{}", heading.format);
            let recognised = recognise(|column| heading.columns.contains(&column));
            assert_eq!(recognised.map(|found| found.format), Some(heading.format));
        }
    }
}
