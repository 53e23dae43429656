//! Any bytes as an opened record.

use super::{EventRecord, Head, SecretRecordView, VersionRecord};
use crate::store::format::FormatVersion;
use crate::versioning::VersionKey;

/// A record is read or refused. What is read means the same when it is written and read again.
pub fn record(bytes: &[u8]) {
    if let Some(view) = SecretRecordView::parse(bytes) {
        assert!(view.labels.iter().count() == view.labels.len());
        assert!(view.tags.iter().count() == view.tags.len());
    }
    for format in FormatVersion::ALL {
        if let Some(version) = VersionRecord::decode(bytes, VersionKey(1), format) {
            assert_eq!(version.encode(format).expose(), bytes, "one version has one record");
        }
        if let Some(head) = Head::decode(bytes, format) {
            assert_eq!(head.encode().expose(), bytes, "one head has one record");
        }
        if let Some(event) = EventRecord::decode(bytes, format) {
            let again = event.encode();
            assert!(EventRecord::decode(again.expose(), format) == Some(event), "an event means the same");
        }
    }
}
