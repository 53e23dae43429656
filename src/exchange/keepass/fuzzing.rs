//! Any bytes as a database, and as what whoever knows its password may have put inside.

use super::blocks::{join_authenticated, join_hashed};
use super::container::{Opened, inside};
use super::read::read;
use super::xml::Xml;
use super::{database, incoming};
use crate::exchange::inflate::gunzip;
use crate::memory::SecretBytes;

/// What is unpacked may be so long here, that a run stays short.
const MOST: usize = 1 << 20;

/// A database is read up to where a password is needed, and the layers behind it as if it had been right.
pub fn keepass(bytes: &[u8]) {
    let _ = read(bytes, None);
    let key = SecretBytes::zeroed(64);
    for joined in [join_hashed(bytes), join_authenticated(bytes, &key)].into_iter().flatten() {
        assert!(joined.len() <= bytes.len(), "blocks hold no more than their file");
    }
    if let Ok(unpacked) = gunzip(bytes, MOST) {
        assert!(unpacked.len() <= MOST, "a limit holds");
    }
    if let Ok(opened) = inside(bytes) {
        assert!(opened.xml.len() <= bytes.len());
        entries(opened);
    }
    entries(Opened {
        xml: SecretBytes::copy_of(bytes),
        stream: None,
        binaries: vec![SecretBytes::zeroed(1)],
    });
}

/// The XML within.
fn entries(opened: Opened) {
    let Some(text) = opened.xml.expose_text() else { return };
    if let Ok(database) = database::read(Xml::new(text, opened.stream), opened.binaries) {
        let batch = incoming::batch(database);
        assert!(
            batch
                .secrets
                .iter()
                .all(|secret| secret.labels.iter().all(|(_, at)| *at < secret.versions.len()))
        );
    }
}
