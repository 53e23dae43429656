//! Text that was copied from a page of HTML: entities stand in it for some characters.

use crate::memory::SecretBytes;

const ENTITIES: [(&[u8], u8); 6] = [
    (b"&amp;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&quot;", b'"'),
    (b"&#39;", b'\''),
    (b"&#039;", b'\''),
];

/// Whether entities stand for all such characters: an address in any other text has an `&` of its own.
pub(super) fn is_written_with(text: &[u8]) -> bool {
    let mut after_and = text.split(|byte| *byte == b'&').skip(1).peekable();
    let begins_with_one = |rest: &[u8]| ENTITIES.iter().any(|(entity, _)| rest.starts_with(&entity[1..]));
    after_and.peek().is_some()
        && after_and.all(begins_with_one)
        && !text.iter().any(|byte| matches!(byte, b'<' | b'>'))
}

/// The text that is meant; `None` where no entity is in it.
pub(super) fn replaced(text: &[u8]) -> Option<SecretBytes> {
    let mut rest = text;
    let mut meant = SecretBytes::with_capacity(text.len());
    while let Some(at) = rest.iter().position(|byte| *byte == b'&') {
        meant.extend(&rest[..at]);
        let entity = ENTITIES.iter().find(|(entity, _)| rest[at..].starts_with(entity));
        let (length, byte) = entity.map_or((1, b'&'), |(entity, byte)| (entity.len(), *byte));
        meant.push(byte);
        rest = &rest[at + length..];
    }
    meant.extend(rest);
    (meant.len() < text.len()).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_with_entities_where_no_character_stands_for_itself() {
        for (text, expected) in [
            (&b"a&amp;b"[..], true),
            (b"&lt;a&gt;,&quot;b&quot;,it&#39;s", true),
            (b"a,b", false),
            (b"a&b", false),
            (b"a&amp;b,https://a.example?x=1&y=2", false),
            (b"a&amp;b,<c", false),
            (b"a&amp", false),
        ] {
            assert_eq!(is_written_with(text), expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn each_entity_is_replaced_once() {
        let replaced = |text: &[u8]| replaced(text).map(|text| text.expose_text().unwrap().to_owned());
        assert_eq!(replaced(b"&lt;a&gt; &amp;&quot;&#39;&#039; &amp;lt;").as_deref(), Some("<a> &\"'' &lt;"));
        assert_eq!(replaced(b"a & b"), None);
    }
}
