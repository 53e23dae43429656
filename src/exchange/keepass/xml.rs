//! Elements of an XML file, one after the other, their text in wiping buffers. There are no entities but those of
//! XML itself, and a document type is refused: nothing that is short can become long.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::crypto::foreign::KeyStream;
use crate::exchange::entry::from_base64;
use crate::exchange::error::ExchangeError;
use crate::exchange::place::Place;
use crate::memory::SecretBytes;

/// Elements may be nested this deep.
const DEEPEST: usize = 256;

/// A file under way.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    /// Elements that are open.
    depth: usize,
    /// By which protected values are hidden, in the order in which they stand.
    stream: Option<KeyStream>,
}

/// The beginning of an element. Whoever asks for it reads the element to its end: by `text`, `value` or `skip`, or
/// by asking for children until there is none.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    pub(super) fn name(&self) -> &str {
        self.0.name().into_inner()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<SecretBytes> {
        let found = self.0.try_get_attribute(name).ok()??;
        Some(SecretBytes::copy_of(found.value.as_bytes()))
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.attribute(name).is_some_and(|value| value.expose().eq_ignore_ascii_case(b"true"))
    }
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str, stream: Option<KeyStream>) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text, depth: 0, stream }
    }

    /// An error at this place; nothing of the file is in it.
    pub(super) fn fault(&self, what: &str) -> ExchangeError {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        ExchangeError::malformed(Place::of_byte(self.text.as_bytes(), at), what)
    }

    fn event(&mut self) -> Result<Event<'a>, ExchangeError> {
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(self.fault("a document type is refused")),
            Ok(event) => Ok(event),
            Err(_) => Err(self.fault("this is not XML, or the text is cut off")),
        }
    }

    /// The next element in the one that is open; `None` at its end. At first: the root.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, ExchangeError> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(self.fault("elements are nested too deeply"));
                    }
                    return Ok(Some(Element(start)));
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(None);
                }
                Event::Eof if self.depth > 0 => return Err(self.fault("the text is cut off")),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// The text of the element that is open, to its end.
    pub(super) fn text(&mut self) -> Result<SecretBytes, ExchangeError> {
        let mut text = SecretBytes::new();
        loop {
            match self.event()? {
                Event::Text(part) => extend_with_line_ends(&part, &mut text),
                Event::CData(part) => extend_with_line_ends(&part, &mut text),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => text.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
                    Ok(None) => match resolve_predefined_entity(&reference) {
                        Some(meant) => text.extend(meant.as_bytes()),
                        None => return Err(self.fault("an entity is not known")),
                    },
                    Err(_) => return Err(self.fault("a character reference is not one")),
                },
                Event::Start(_) => return Err(self.fault("text is expected here")),
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(text);
                }
                Event::Eof => return Err(self.fault("the text is cut off")),
                _ => {}
            }
        }
    }

    /// The value of the element that is open, to its end; one that is protected comes out of the stream.
    pub(super) fn value(&mut self, element: &Element<'_>) -> Result<SecretBytes, ExchangeError> {
        if self.stream.is_none() || !element.is_set("Protected") {
            return self.text();
        }
        let mut value = self.base64()?;
        if let Some(stream) = &mut self.stream {
            stream.apply(value.expose_mut()).map_err(|_| ExchangeError::Damaged)?;
        }
        Ok(value)
    }

    /// The bytes that the text of the open element means, to its end.
    pub(super) fn base64(&mut self) -> Result<SecretBytes, ExchangeError> {
        let text = self.text()?;
        from_base64(&text).ok_or_else(|| self.fault("base64 is expected here"))
    }

    /// Reads an element to its end. Protected values in it go through the stream as all do.
    pub(super) fn skip(&mut self, element: &Element<'_>) -> Result<(), ExchangeError> {
        if self.stream.is_some() && element.is_set("Protected") {
            return self.value(element).map(drop);
        }
        while let Some(inner) = self.child()? {
            self.skip(&inner)?;
        }
        Ok(())
    }
}

/// Appends a text whose line ends are LF, as XML has it (XML 1.0, section 2.11).
fn extend_with_line_ends(part: &str, text: &mut SecretBytes) {
    let mut rest = part.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'\r') {
        text.extend(&rest[..at]);
        text.push(b'\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    text.extend(rest);
}
