//! A plain JSON object or YAML mapping: the names on the way to a value, with `/` between them, are the name of its
//! secret.

use std::collections::HashSet;

use super::document::{Node, parse, text_or_spelling};
use super::entry::{below, text_value};
use super::error::ExchangeError;
use super::place::{Text, without_mark};
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion};

/// Objects may be nested this deep.
const DEEPEST: usize = 64;
const TWICE: &str = "the name of this key stands in the file already";

/// Reads a file. Texts are values as they are; numbers, `true` and `false` as they are written, and whole lists as
/// JSON.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is neither, or is nested deeper than 64 levels; for YAML that
/// says too much by its aliases [`ExchangeError::TooLarge`].
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    if !without_mark(text).trim_ascii_start().starts_with(b"{") {
        return read_yaml(text);
    }
    let mut batch = IncomingBatch::new();
    match parse(&Text::of(text)) {
        Ok(object) => add(object, "", 0, &mut HashSet::new(), &mut batch)?,
        // A mapping of YAML may begin so, too.
        Err(no_json) => return read_yaml(text).map_err(|_| no_json),
    }
    Ok(batch)
}

/// Adds what is in an object. A key may hold a `/`, so two ways may lead to one name.
fn add(
    object: Node<'_>,
    folder: &str,
    depth: usize,
    names: &mut HashSet<String>,
    batch: &mut IncomingBatch,
) -> Result<(), ExchangeError> {
    if depth == DEEPEST {
        return Err(object.fault(format!("objects are nested deeper than {DEEPEST} levels")));
    }
    for (key, value) in object.members()?.iter() {
        let name = below(folder, key);
        if value.spelled().starts_with('{') && value.spelled() != "{}" {
            add(value, &name, depth + 1, names, batch)?;
            continue;
        }
        if !names.insert(name.clone()) {
            return Err(value.fault(TWICE));
        }
        let text = if value.is_null() { Default::default() } else { text_or_spelling(value)? };
        if let Some(value) = text_value(&name, text, &mut batch.losses) {
            batch.secrets.push(IncomingSecret::without_labels(name, vec![IncomingVersion::of(value)]));
        }
    }
    Ok(())
}

#[cfg(feature = "yaml")]
use in_yaml::read as read_yaml;

#[cfg(not(feature = "yaml"))]
fn read_yaml(_text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    Err(ExchangeError::NotBuilt {
        lacks: crate::domain::NotBuilt { what: "read YAML", feature: "yaml" },
        otherwise: "convert it to JSON with `yq -o=json`",
    })
}

#[cfg(feature = "yaml")]
mod in_yaml {
    use std::collections::HashSet;

    use super::{IncomingBatch, IncomingSecret, IncomingVersion, TWICE, text_value};
    use crate::domain::{SecretValue, ValueType};
    use crate::exchange::entry::{below, from_base64};
    use crate::exchange::error::ExchangeError;
    use crate::exchange::place::Place;
    use crate::exchange::yaml::{Id, Tagged, Yaml};
    use crate::memory::SecretBytes;
    use crate::vault::Loss;

    /// Reads the documents of a file, of which each is a mapping.
    pub(super) fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
        let yaml = Yaml::read(text)?;
        let roots = yaml.roots();
        let mut reading = Reading { yaml, batch: IncomingBatch::new(), names: HashSet::new() };
        let mut is_any = false;
        for root in roots {
            // A document that begins and ends says nothing.
            if !reading.yaml.is_null(root) {
                reading.add(root, "", 0)?;
                is_any = true;
            }
        }
        if !is_any {
            let what = "a JSON object or a YAML mapping is expected here";
            return Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what));
        }
        Ok(reading.batch)
    }

    struct Reading {
        yaml: Yaml,
        batch: IncomingBatch,
        /// Two documents may say the same name.
        names: HashSet<String>,
    }

    impl Reading {
        fn add(&mut self, map: Id, folder: &str, depth: usize) -> Result<(), ExchangeError> {
            for (key, value) in self.yaml.members(map)? {
                let name = below(folder, self.yaml.text(key).unwrap_or_default());
                self.yaml.pay(value, depth, name.len())?;
                if self.yaml.is_map(value) && !self.yaml.is_empty_map(value) {
                    self.add(value, &name, depth + 1)?;
                    continue;
                }
                if !self.names.insert(name.clone()) {
                    return Err(self.yaml.fault(key, TWICE));
                }
                if self.yaml.tag(value) == Tagged::Other {
                    self.batch.losses.push(Loss::new(&name, "its tag, which other programs may understand"));
                }
                if let Some(value) = self.value(value, &name)? {
                    let versions = vec![IncomingVersion::of(value)];
                    self.batch.secrets.push(IncomingSecret::without_labels(name, versions));
                }
            }
            Ok(())
        }

        fn value(&mut self, id: Id, name: &str) -> Result<Option<SecretValue>, ExchangeError> {
            let text = if self.yaml.is_null(id) { SecretBytes::new() } else { self.yaml.leaf(id)? };
            if self.yaml.tag(id) != Tagged::Binary {
                return Ok(text_value(name, text, &mut self.batch.losses));
            }
            let bytes = from_base64(&text).ok_or_else(|| self.yaml.fault(id, "base64 is expected here"))?;
            match SecretValue::new(ValueType::Binary, bytes) {
                Ok(value) => Ok(Some(value)),
                Err(invalid) => {
                    self.batch.losses.push(Loss::whole(name, invalid));
                    Ok(None)
                }
            }
        }
    }
}
