//! Lists that a query string or a form spells entry by entry: `ResourceId.2=db`, `Tag.1.Key=env`.

use super::error::KmsError;
use super::request::{Given, Parameter};
use crate::memory::SecretBytes;

/// The largest position that an entry may have.
const MOST_ENTRIES: u32 = 1_000;

/// One list under way: its parameter, and its entries as they came.
struct List {
    name: SecretBytes,
    entries: Vec<(u32, Entry)>,
}

enum Entry {
    Word(SecretBytes),
    Record(Vec<(SecretBytes, SecretBytes)>),
}

/// Puts flattened lists together, each as the JSON that it means; all other parameters stay as they are. `is_known`
/// tells the names of parameters.
///
/// # Errors
/// `InvalidParameter` where an entry stands twice or is not text.
pub(super) fn gathered(
    given: Vec<Parameter>,
    is_known: impl Fn(&[u8]) -> bool,
) -> Result<Vec<Parameter>, KmsError> {
    let mut gathered = Vec::new();
    let mut lists: Vec<List> = Vec::new();
    for parameter in given {
        let place = Place::of(parameter.name.expose()).filter(|place| is_known(place.list));
        let (Some(place), Given::Text(value)) = (place, &parameter.value) else {
            gathered.push(parameter);
            continue;
        };
        let value = quoted(value)?;
        let list = match lists.iter().position(|list| list.name.expose() == place.list) {
            Some(position) => &mut lists[position],
            None => {
                lists.push(List { name: SecretBytes::copy_of(place.list), entries: Vec::new() });
                lists.last_mut().expect("one was just added")
            }
        };
        list.add(&place, value)?;
    }
    gathered.extend(lists.into_iter().map(List::into_parameter));
    Ok(gathered)
}

/// `Tag.1.Key`, taken apart.
struct Place<'a> {
    list: &'a [u8],
    position: u32,
    member: Option<&'a [u8]>,
}

impl<'a> Place<'a> {
    fn of(name: &'a [u8]) -> Option<Self> {
        let mut parts = name.split(|&byte| byte == b'.');
        let list = parts.next()?;
        let position: u32 = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
        let member = parts.next();
        let is_whole = parts.next().is_none() && member.is_none_or(|member| !member.is_empty());
        (is_whole && (1..=MOST_ENTRIES).contains(&position)).then_some(Self { list, position, member })
    }
}

impl List {
    fn add(&mut self, place: &Place<'_>, value: SecretBytes) -> Result<(), KmsError> {
        let entry = self.entries.iter_mut().find(|(position, _)| *position == place.position);
        match (entry.map(|(_, entry)| entry), place.member) {
            (None, None) => self.entries.push((place.position, Entry::Word(value))),
            (None, Some(member)) => {
                let record = Entry::Record(vec![(SecretBytes::copy_of(member), value)]);
                self.entries.push((place.position, record));
            }
            (Some(Entry::Record(members)), Some(member))
                if members.iter().all(|(name, _)| name.expose() != member) =>
            {
                members.push((SecretBytes::copy_of(member), value));
            }
            _ => return Err(KmsError::EntryTwice),
        }
        Ok(())
    }

    fn into_parameter(mut self) -> Parameter {
        self.entries.sort_by_key(|(position, _)| *position);
        let mut text = SecretBytes::new();
        text.push(b'[');
        for (at, (_, entry)) in self.entries.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            match entry {
                Entry::Word(value) => text.extend(value.expose()),
                Entry::Record(members) => {
                    text.push(b'{');
                    for (at, (name, value)) in members.iter().enumerate() {
                        if at > 0 {
                            text.push(b',');
                        }
                        // What is not a name of a member is refused as one when the list is read.
                        text.extend(quoted(name).unwrap_or_else(|_| SecretBytes::copy_of(b"\"\"")).expose());
                        text.push(b':');
                        text.extend(value.expose());
                    }
                    text.push(b'}');
                }
            }
        }
        text.push(b']');
        Parameter { name: self.name, value: Given::Json(text) }
    }
}

fn quoted(text: &SecretBytes) -> Result<SecretBytes, KmsError> {
    let text = text.expose_text().ok_or(KmsError::EntryNotText)?;
    let mut quoted = SecretBytes::with_capacity(text.len() + 2);
    serde_json::to_writer(&mut quoted, text).expect("writing text into memory cannot fail");
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Vec<(String, String)>, KmsError> {
        let bytes = |text: &str| SecretBytes::copy_of(text.as_bytes());
        let given = pairs
            .iter()
            .map(|(name, value)| Parameter { name: bytes(name), value: Given::Text(bytes(value)) });
        let known = |name: &[u8]| [&b"Tag"[..], b"ResourceId"].contains(&name);
        let text = |bytes: &SecretBytes| bytes.expose_text().unwrap().to_owned();
        let shown = |parameter: &Parameter| {
            let (Given::Text(value) | Given::Json(value)) = &parameter.value;
            (text(&parameter.name), text(value))
        };
        Ok(gathered(given.collect(), known)?.iter().map(shown).collect())
    }

    #[test]
    fn entries_are_put_together_in_the_order_of_their_numbers() {
        let pairs = [
            ("Action", "x"),
            ("ResourceId.2", "b"),
            ("Tag.1.Key", "k\"\n"),
            ("ResourceId.1", "a"),
            ("Tag.1.Value", ""),
            ("Other.1", "stays"),
        ];
        let expected = [
            ("Action", "x"),
            ("Other.1", "stays"),
            ("ResourceId", r#"["a","b"]"#),
            ("Tag", r#"[{"Key":"k\"\n","Value":""}]"#),
        ];
        assert_eq!(read(&pairs).unwrap(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn an_entry_that_stands_twice_is_refused() {
        for pairs in [
            [("ResourceId.1", "a"), ("ResourceId.1", "b")],
            [("Tag.1.Key", "a"), ("Tag.1.Key", "b")],
            [("Tag.1", "a"), ("Tag.1.Key", "b")],
        ] {
            assert_eq!(read(&pairs).unwrap_err(), KmsError::EntryTwice);
        }
    }

    #[test]
    fn what_is_no_place_in_a_list_stays_as_it_is() {
        for name in ["Tag", "Tag.", "Tag.0", "Tag.x", "Tag.1.", "Tag.1.Key.2", "Tag.99999", "Tag.-1"] {
            assert_eq!(read(&[(name, "v")]).unwrap(), [(name.to_owned(), "v".to_owned())]);
        }
    }
}
