//! What is written beside the versions of a secret in an engine: which number is which version, which label marks
//! which, the description and the tags.
//!
//! Engines take up to 64 entries of printable text, of at most 512 bytes each. The ids are packed:
//! `etui.versions` is `1:v1 2:v2 …`, and goes on in `etui.versions.2`. A label is an entry, `etui.label.ACSCurrent` is
//! `v2`. The description and the tags are entries of their own names, so that what others write there are tags too.

use std::collections::BTreeMap;

use crate::domain::{Description, Facts, StageLabel, TagKey, TagValue, Tags, VersionId, visible};

/// How many entries an engine takes.
pub(super) const MOST_ENTRIES: usize = 64;
/// The longest name of an entry in bytes.
const LONGEST_NAME: usize = 128;
/// The longest text of an entry in bytes.
const LONGEST: usize = 512;

const VERSIONS: &str = "etui.versions";
const LABEL: &str = "etui.label.";
const TAG: &str = "etui.tag.";
const OURS: &str = "etui.";
const DESCRIPTION: &str = "description";
/// Ends what was cut.
const CUT: &str = "…";
/// Stands for no text: engines refuse an empty one.
const EMPTY: &str = "\\e";

/// The marks of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// The id of each number.
    pub versions: BTreeMap<u64, VersionId>,
    /// The id of the version that each label marks.
    pub labels: BTreeMap<StageLabel, VersionId>,
    /// The description and the tags, by the names and in the spelling of entries.
    pub facts: BTreeMap<String, String>,
}

impl Marks {
    /// Reads entries; what is none of ours and too odd for a tag is passed over.
    pub fn of_entries(entries: &BTreeMap<String, String>) -> Self {
        let mut marks = Self::default();
        for (name, text) in entries {
            if is_of_versions(name) {
                for pair in text.split(' ') {
                    if let Some((number, id)) = pair.split_once(':')
                        && let (Ok(number), Ok(id)) = (number.parse(), VersionId::new(id))
                    {
                        marks.versions.insert(number, id);
                    }
                }
            } else if let Some(label) = name.strip_prefix(LABEL) {
                if let (Ok(label), Ok(id)) = (StageLabel::new(label), VersionId::new(text)) {
                    marks.labels.insert(label, id);
                }
            } else {
                marks.facts.insert(name.clone(), text.clone());
            }
        }
        marks
    }

    /// Writes entries.
    pub fn entries(&self) -> BTreeMap<String, String> {
        let mut entries = self.facts.clone();
        let labels =
            self.labels.iter().map(|(label, id)| (format!("{LABEL}{label}"), id.as_str().to_owned()));
        entries.extend(labels);
        let mut packed: Vec<String> = Vec::new();
        for (number, id) in &self.versions {
            let pair = format!("{number}:{id}");
            match packed.last_mut() {
                Some(text) if text.len() + 1 + pair.len() <= LONGEST => *text += &format!(" {pair}"),
                _ => packed.push(pair),
            }
        }
        for (position, text) in packed.into_iter().enumerate() {
            let name =
                if position == 0 { VERSIONS.to_owned() } else { format!("{VERSIONS}.{}", position + 1) };
            entries.insert(name, text);
        }
        entries
    }

    /// The number of a version.
    pub fn number_of(&self, id: &VersionId) -> Option<u64> {
        // The newest, where one id was written twice.
        self.versions.iter().rev().find(|(_, known)| *known == id).map(|(number, _)| *number)
    }

    /// The description and the tags, and the entries that are not tags.
    pub fn read_facts(&self) -> (Facts, Vec<String>) {
        let mut facts = Facts::default();
        let mut odd = Vec::new();
        for (name, text) in &self.facts {
            let text = unescape(text);
            if name == DESCRIPTION {
                match Description::new(&text) {
                    Ok(description) => facts.description = description,
                    Err(_) => odd.push(name.clone()),
                }
                continue;
            }
            let name = unescape(name);
            let key = TagKey::new(name.strip_prefix(TAG).unwrap_or(&name));
            match (key, TagValue::new(&text)) {
                (Ok(key), Ok(value)) if facts.tags.len() < Tags::LIMIT => facts.tags.set(key, value),
                _ => odd.push(name),
            }
        }
        (facts, odd)
    }
}

/// What the description and the tags become, and the names of those that are cut or cannot be held.
pub(super) fn write_facts(facts: &Facts) -> (BTreeMap<String, String>, Vec<String>, Vec<String>) {
    let (mut entries, mut cut, mut left_out) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut add = |name: String, what: String, text: &str| {
        let (text, is_whole) = escaped(text);
        if name.len() > LONGEST_NAME {
            left_out.push(what);
            return;
        }
        if !is_whole {
            cut.push(what);
        }
        entries.insert(name, text);
    };
    if !facts.description.is_empty() {
        add(DESCRIPTION.to_owned(), "its description".to_owned(), facts.description.as_str());
    }
    for (key, value) in facts.tags.iter() {
        let key = key.as_str();
        let is_plain = key != DESCRIPTION && !key.starts_with(OURS);
        let name = escape_all(&if is_plain { key.to_owned() } else { format!("{TAG}{key}") });
        add(name, format!("its tag '{}'", visible(key)), value.as_str());
    }
    (entries, cut, left_out)
}

/// An entry of the description or of a tag, as people call it.
pub(super) fn in_words(name: &str) -> String {
    match name == DESCRIPTION {
        true => "its description".to_owned(),
        false => format!("its tag '{}'", visible(name.strip_prefix(TAG).unwrap_or(name))),
    }
}

fn is_of_versions(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(VERSIONS) else { return false };
    rest.is_empty() || rest.strip_prefix('.').is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The text as engines take it, and whether it is whole.
fn escaped(text: &str) -> (String, bool) {
    if text.is_empty() {
        return (EMPTY.to_owned(), true);
    }
    let whole = escape_all(text);
    if whole.len() <= LONGEST {
        return (whole, true);
    }
    let mut cut = String::with_capacity(LONGEST);
    for character in text.chars() {
        let piece = escape(character);
        if cut.len() + piece.len() + CUT.len() > LONGEST {
            break;
        }
        cut += &piece;
    }
    (cut + CUT, false)
}

fn escape_all(text: &str) -> String {
    text.chars().map(escape).collect()
}

/// Engines refuse what is not printable.
fn escape(character: char) -> String {
    let mut buffer = [0; 4];
    let text = character.encode_utf8(&mut buffer);
    match character {
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        _ if matches!(visible(text), std::borrow::Cow::Borrowed(_)) => text.to_owned(),
        _ => format!("\\u{{{:x}}}", u32::from(character)),
    }
}

/// What [`escape`] wrote; whatever else stands behind a backslash stays as it is.
fn unescape(text: &str) -> String {
    if text == EMPTY {
        return String::new();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out += &rest[..at];
        let behind = &rest[at + 1..];
        let hex = behind.strip_prefix("u{").and_then(|hex| hex.split_once('}'));
        let by_number =
            hex.and_then(|(hex, after)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, after)));
        let known = match behind.as_bytes().first() {
            Some(b'\\') => Some(('\\', &behind[1..])),
            Some(b'n') => Some(('\n', &behind[1..])),
            Some(b'r') => Some(('\r', &behind[1..])),
            Some(b't') => Some(('\t', &behind[1..])),
            _ => by_number,
        };
        (rest, _) = match known {
            Some((character, after)) => (after, out.push(character)),
            None => (behind, out.push('\\')),
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(description: &str, tags: &[(&str, &str)]) -> Facts {
        let mut facts = Facts { description: Description::new(description).unwrap(), ..Facts::default() };
        for (key, value) in tags {
            facts.tags.set(TagKey::new(key).unwrap(), TagValue::new(value).unwrap());
        }
        facts
    }

    fn marks(versions: u64) -> Marks {
        let id = |number| VersionId::new(&format!("version-{number}")).unwrap();
        let mut marks = Marks {
            versions: (1..=versions).map(|number| (number, id(number))).collect(),
            ..Marks::default()
        };
        marks.labels.insert(StageLabel::current(), id(versions));
        marks
    }

    #[test]
    fn ids_and_labels_are_read_by_people_too() {
        let entries = marks(2).entries();
        assert_eq!(entries["etui.versions"], "1:version-1 2:version-2");
        assert_eq!(entries["etui.label.ACSCurrent"], "version-2");
    }

    #[test]
    fn five_hundred_versions_fit_and_no_entry_is_too_long() {
        let marks = marks(500);
        let entries = marks.entries();
        assert!(entries.len() <= MOST_ENTRIES, "{}", entries.len());
        assert!(entries.values().all(|text| text.len() <= LONGEST));
        assert_eq!(Marks::of_entries(&entries), marks);
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_said() {
        let (entries, cut, left_out) =
            write_facts(&facts(&"ä\n".repeat(300), &[(&"k".repeat(128), "v"), ("description", "d")]));
        assert_eq!((cut.as_slice(), left_out.len()), (["its description".to_owned()].as_slice(), 0));
        assert!(entries["description"].len() <= LONGEST && entries["description"].ends_with('…'));
        assert_eq!(entries["etui.tag.description"], "d");
        let (_, _, left_out) = write_facts(&facts("", &[(&"ä".repeat(100), "v")]));
        assert_eq!(left_out.len(), 1);
    }

    #[test]
    fn what_others_wrote_there_are_tags() {
        let entries = BTreeMap::from([
            ("owner".to_owned(), "ops".to_owned()),
            ("note\\u{a}".to_owned(), "x".repeat(400)),
        ]);
        let (read, odd) = Marks::of_entries(&entries).read_facts();
        assert_eq!(read, facts("", &[("owner", "ops")]));
        assert_eq!(odd, ["note\n"]);
    }

    proptest! {
        #[test]
        fn facts_that_fit_come_back_as_they_were(
            description in "(\\PC|[\\n\\t\\\\\u{202e}\u{a0}]){0,60}",
            value in "(\\PC|\\n){0,40}",
            key in "[a-z.]{1,20}",
        ) {
            let before = facts(&description, &[(&key, &value), ("etui.x", "")]);
            let (entries, cut, left_out) = write_facts(&before);
            prop_assert!(cut.is_empty() && left_out.is_empty());
            let is_shown_as_it_is = |text: &str| matches!(visible(text), std::borrow::Cow::Borrowed(_));
            prop_assert!(entries.values().all(|text| !text.is_empty() && is_shown_as_it_is(text)));
            let (after, odd) = Marks { facts: entries, ..Marks::default() }.read_facts();
            prop_assert!(odd.is_empty());
            prop_assert_eq!(after, before);
        }
    }
}
