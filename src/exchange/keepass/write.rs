//! Writes a database: KDBX 4 with Argon2id, ChaCha20 and authenticated blocks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::blocks::{block_key, split_authenticated};
use super::database::Uuid;
use super::header::{ARGON2ID, CHACHA20};
use super::incoming::YEAR_1_TO_1970;
use super::outgoing::{self, Entry, Group, Snapshot};
use super::own;
use crate::crypto::foreign::{ForeignArgon2, KeyStream, StreamKind, hmac_sha256, sha256_of, sha512_of};
use crate::crypto::{CryptoError, KdfCost, make_random};
use crate::domain::{SecretValue, Timestamp};
use crate::exchange::error::ExchangeError;
use crate::exchange::keepass_start::SIGNATURE;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, Loss};

const NOTHING_SHORT: &str = "keys and nonces have the lengths that they must have";

/// What writes databases.
#[derive(Debug, Clone, Copy)]
pub struct Writer(());

impl Writer {
    /// One that writes.
    ///
    /// # Errors
    /// None: a build without databases has another one.
    pub const fn new() -> Result<Self, ExchangeError> {
        Ok(Self(()))
    }

    /// Writes secrets into a database that a password opens; what it cannot hold is answered beside it.
    ///
    /// # Errors
    /// [`CryptoError`] where the system gives no memory for the key derivation, or no random bytes.
    pub fn write(
        self,
        batch: &IncomingBatch,
        password: &SecretBytes,
        cost: KdfCost,
    ) -> Result<(SecretBytes, Vec<Loss>), CryptoError> {
        write(batch, password, cost)
    }
}

fn write(
    batch: &IncomingBatch,
    password: &SecretBytes,
    cost: KdfCost,
) -> Result<(SecretBytes, Vec<Loss>), CryptoError> {
    let mut losses = Vec::new();
    let root = outgoing::group(batch, &mut losses);
    let stream_key = SecretBytes::copy_of(&make_random::<64>()?);
    let both = sha512_of(&[stream_key.expose()]);
    let (key, nonce) = both.expose().split_at(32);
    let mut document = Document {
        out: SecretBytes::new(),
        stream: KeyStream::new(StreamKind::ChaCha20, key, &nonce[..12])?,
        binaries: Vec::new(),
    };
    document.file(&root);
    let mut inner = SecretBytes::with_capacity(document.out.len() + 1024);
    inner_field(&mut inner, 1, &[&3_u32.to_le_bytes()]);
    inner_field(&mut inner, 2, &[stream_key.expose()]);
    for binary in &document.binaries {
        inner_field(&mut inner, 3, &[&[1], binary.expose()]);
    }
    inner_field(&mut inner, 0, &[]);
    inner.extend(document.out.expose());
    drop(document);

    let (master_seed, salt, iv) = (make_random::<32>()?, make_random::<32>()?, make_random::<12>()?);
    let header = header(&master_seed, &salt, &iv, cost);
    let composite = sha256_of(&[sha256_of(&[password.expose()]).expose()]);
    let kdf = ForeignArgon2::new(true, 0x13, cost.memory_kib(), cost.passes(), cost.lanes())?;
    let derived = kdf.derive(composite.expose(), &salt)?;
    let base = sha512_of(&[&master_seed, derived.expose(), &[1]]);
    let key = sha256_of(&[&master_seed, derived.expose()]);
    KeyStream::new(StreamKind::ChaCha20, key.expose(), &iv)?.apply(inner.expose_mut())?;

    let mut file = SecretBytes::with_capacity(inner.len() + 4096);
    file.extend(&header);
    file.extend(sha256_of(&[&header]).expose());
    file.extend(&hmac_sha256(block_key(u64::MAX, &base).expose(), &[&header]));
    split_authenticated(inner.expose(), &base, &mut file);
    Ok((file, losses))
}

fn inner_field(out: &mut SecretBytes, id: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(id);
    out.extend(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    parts.iter().for_each(|part| out.extend(part));
}

fn header(master_seed: &[u8], salt: &[u8], iv: &[u8], cost: KdfCost) -> Vec<u8> {
    let mut derivation = vec![0, 1];
    let mut entry = |kind: u8, key: &[u8], value: &[u8]| {
        derivation.push(kind);
        for part in [key, value] {
            derivation.extend((part.len() as u32).to_le_bytes());
            derivation.extend(part);
        }
    };
    const U32: u8 = 0x04;
    const U64: u8 = 0x05;
    const BYTES: u8 = 0x42;
    entry(BYTES, b"$UUID", &ARGON2ID);
    entry(BYTES, b"S", salt);
    entry(U32, b"P", &cost.lanes().to_le_bytes());
    entry(U64, b"M", &(u64::from(cost.memory_kib()) * 1024).to_le_bytes());
    entry(U64, b"I", &u64::from(cost.passes()).to_le_bytes());
    entry(U32, b"V", &0x13_u32.to_le_bytes());
    derivation.push(0);
    let mut header = SIGNATURE.to_vec();
    header.extend([0, 0, 4, 0]);
    let not_packed = 0_u32.to_le_bytes();
    let fields: [(u8, &[u8]); 6] =
        [(2, &CHACHA20), (3, &not_packed), (4, master_seed), (7, iv), (11, &derivation), (0, b"\r\n\r\n")];
    for (id, field) in fields {
        header.push(id);
        header.extend((field.len() as u32).to_le_bytes());
        header.extend(field);
    }
    header
}

/// The XML under way.
struct Document {
    out: SecretBytes,
    stream: KeyStream,
    binaries: Vec<SecretBytes>,
}

impl Document {
    fn raw(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    fn element(&mut self, name: &str, text: &str) {
        self.raw(&format!("<{name}>"));
        self.text(text.as_bytes());
        self.raw(&format!("</{name}>"));
    }

    /// A text with what XML means otherwise written as a reference; a reader would take CR for LF.
    fn text(&mut self, text: &[u8]) {
        for byte in text {
            match byte {
                b'<' => self.out.extend(b"&lt;"),
                b'>' => self.out.extend(b"&gt;"),
                b'&' => self.out.extend(b"&amp;"),
                b'\r' => self.out.extend(b"&#xD;"),
                other => self.out.push(*other),
            }
        }
    }

    fn base64(&mut self, bytes: &[u8]) {
        let mut encoded = SecretBytes::zeroed(bytes.len().div_ceil(3) * 4);
        STANDARD
            .encode_slice(bytes, encoded.expose_mut())
            .expect("the buffer has four characters for every three bytes");
        self.out.extend(encoded.expose());
    }

    fn file(&mut self, root: &Group<'_>) {
        self.raw("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<KeePassFile><Meta>");
        self.element("Generator", "etui");
        self.raw("<MemoryProtection><ProtectPassword>True</ProtectPassword></MemoryProtection>");
        // The programs drop older entries when they save a file that says nothing else.
        self.raw("<HistoryMaxItems>-1</HistoryMaxItems><HistoryMaxSize>-1</HistoryMaxSize>");
        self.raw("<RecycleBinEnabled>True</RecycleBinEnabled></Meta><Root>");
        self.group(root, "Root", "");
        self.raw("<DeletedObjects/></Root></KeePassFile>");
    }

    fn group(&mut self, group: &Group<'_>, name: &str, path: &str) {
        self.raw("<Group>");
        self.uuid(own::uuid_of(&format!("{path}/")));
        self.element("Name", name);
        for entry in &group.entries {
            self.entry(entry);
        }
        for (name, inner) in &group.groups {
            self.group(inner, name, &format!("{path}/{name}"));
        }
        self.raw("</Group>\n");
    }

    fn uuid(&mut self, uuid: Uuid) {
        self.raw("<UUID>");
        self.base64(&uuid);
        self.raw("</UUID>");
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let Some((current, older)) = entry.snapshots.split_last() else { return };
        self.begin_snapshot(entry, current);
        self.raw("<History>");
        for snapshot in older {
            self.begin_snapshot(entry, snapshot);
            self.raw("</Entry>");
        }
        self.raw("</History></Entry>\n");
    }

    fn begin_snapshot(&mut self, entry: &Entry<'_>, snapshot: &Snapshot<'_>) {
        self.raw("<Entry>");
        self.uuid(entry.uuid);
        self.element("Tags", &entry.tags);
        self.raw("<Times>");
        self.time("CreationTime", entry.created);
        self.time("LastModificationTime", snapshot.changed);
        self.time("LastAccessTime", snapshot.changed);
        let expiry = entry.days.map(|days| snapshot.changed.plus_days(days));
        self.time("ExpiryTime", expiry.unwrap_or(snapshot.changed));
        self.element("Expires", if expiry.is_some() { "True" } else { "False" });
        self.raw("<UsageCount>0</UsageCount>");
        self.time("LocationChanged", entry.created);
        self.raw("</Times>");
        for (key, value, is_hidden) in &snapshot.strings {
            self.string(key, value, *is_hidden);
        }
        for (file, value) in &snapshot.attachments {
            self.attachment(file, value);
        }
    }

    fn time(&mut self, name: &str, time: Timestamp) {
        self.raw(&format!("<{name}>"));
        self.base64(&(time.seconds() + YEAR_1_TO_1970).to_le_bytes());
        self.raw(&format!("</{name}>"));
    }

    /// What XML cannot hold is protected too: then it stands there as base64.
    fn string(&mut self, key: &str, value: &SecretBytes, is_hidden: bool) {
        self.raw("<String>");
        self.element("Key", key);
        let is_protected = is_hidden || !value.expose_text().is_some_and(outgoing::is_xml);
        if is_protected {
            let mut hidden = value.duplicate();
            self.stream.apply(hidden.expose_mut()).expect(NOTHING_SHORT);
            self.raw("<Value Protected=\"True\">");
            self.base64(hidden.expose());
        } else {
            self.raw("<Value>");
            self.text(value.expose());
        }
        self.raw("</Value></String>");
    }

    fn attachment(&mut self, file: &str, value: &SecretValue) {
        let known = self.binaries.iter().position(|binary| binary.equals(value.expose()));
        let number = known.unwrap_or_else(|| {
            self.binaries.push(SecretBytes::copy_of(value.expose()));
            self.binaries.len() - 1
        });
        self.raw("<Binary>");
        self.element("Key", file);
        self.raw(&format!("<Value Ref=\"{number}\"/></Binary>"));
    }
}
