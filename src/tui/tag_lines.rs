//! Tags as they are typed: one `key=value` on each line.

use crate::domain::{TagKey, TagValue, Tags, visible};

/// What the empty field says.
pub const PLACEHOLDER: &str = "one key=value per line";

/// The lines of some tags.
pub fn write(tags: &Tags) -> String {
    let lines: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    lines.join("\n")
}

/// Reads the lines: blank ones mean nothing, one without `=` is a key alone.
///
/// # Errors
/// A sentence for the user.
pub fn read(text: &str) -> Result<Tags, String> {
    let mut tags = Tags::new();
    for line in text.split('\n').filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = TagKey::new(key).map_err(|invalid| invalid.to_string())?;
        let value = TagValue::new(value).map_err(|invalid| invalid.to_string())?;
        if tags.get(&key).is_some() {
            return Err(format!("the tag '{}' is there twice", visible(key.as_str())));
        }
        tags.set(key, value);
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let tags = read("env=prod\n\nteam=a=b\nalone").unwrap();
        assert_eq!(tags.len(), 3);
        assert_eq!(write(&tags), "alone=\nenv=prod\nteam=a=b");
        assert_eq!(read(&write(&tags)), Ok(tags));
    }

    #[test]
    fn a_tag_that_is_there_twice_is_named() {
        assert_eq!(read("a=1\na=2"), Err("the tag 'a' is there twice".to_owned()));
        assert!(read("=1").is_err());
    }
}
