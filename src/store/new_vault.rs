//! Making a vault: the file, its header and wrapped key, its first event and its first head.

use std::path::Path;

use super::codec::Head;
use super::error::StoreError;
use super::format::FormatVersion;
use super::header::{Header, KeyFileUse};
use super::last_seen::LastSeen;
use super::open;
use super::open_store::OpenStore;
use super::rekey::append_vault_event;
use super::rows::execute;
use super::transaction::{Moment, seal_head};
use super::vault_file::{Purpose, VaultFile, VaultRow};
use crate::crypto::{self, KdfCost, KeyEncryptionKey, KeyFile, MasterPassword, Padding, VaultKey, VaultKeys};
use crate::domain::reason;
use crate::memory::KeyArena;
use crate::store::seals::Seals;
use crate::versioning::Operation;

/// Creates a vault of a format at a path where nothing is.
///
/// # Errors
/// [`StoreError::Exists`], [`StoreError::OutOfMemory`], [`StoreError::System`]; nothing is left behind.
pub fn create(
    path: &Path,
    format: FormatVersion,
    password: &MasterPassword,
    key_file: Option<&KeyFile>,
    cost: KdfCost,
    state_directory: Option<&Path>,
    moment: Moment,
) -> Result<OpenStore, StoreError> {
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(StoreError::Exists(path.to_owned()));
    }
    let arena = new_arena()?;
    let vault_key = VaultKey::make(&arena)?;
    let mut header = Header {
        format,
        vault_id: crypto::make_random()?,
        key_id: crypto::make_random()?,
        cost,
        salt: [0; 16],
        key_file: if key_file.is_some() { KeyFileUse::Needed } else { KeyFileUse::None },
        commitment: [0; 32],
    };
    // Deriving the key takes a second; the file is made after it, so that giving up leaves nothing.
    let key_encryption_key = lock_with(&mut header, password, key_file, &arena)?;
    let open::Unnamed { opened, temporary, path } = open::create(path, format)?;
    let (row, keys, head) = fill(opened, &header, &key_encryption_key, &vault_key, moment)
        .map_err(|error| temporary.name_in(error, &path))?;
    let placed = open::Placed::of(temporary, &path)?;
    let file = VaultFile::open(&path).and_then(|file| match file.row == row {
        true => Ok(file),
        false => Err(StoreError::integrity("it is not what was written a moment ago")),
    });
    // What cannot be opened now is not left behind: its key file goes, too.
    let file = file.map_err(|error| placed.take_back(error))?;
    let mut store = OpenStore::new_vault(file, keys, head, state_directory.map(LastSeen::new));
    store.remember(moment.now);
    Ok(store)
}

/// Puts a fresh salt and commitment into a header; answers the key that wraps the vault key.
pub(super) fn lock_with(
    header: &mut Header,
    password: &MasterPassword,
    key_file: Option<&KeyFile>,
    arena: &std::sync::Arc<KeyArena>,
) -> Result<KeyEncryptionKey, StoreError> {
    header.salt = crypto::make_random()?;
    let root = crypto::derive_root(arena, password, key_file, &header.salt, &header.cost)?;
    header.commitment = root.derive_commitment();
    Ok(root.derive_key_encryption_key())
}

/// Maps the locked pages for the keys of one vault.
pub(super) fn new_arena() -> Result<std::sync::Arc<KeyArena>, StoreError> {
    KeyArena::new().map_err(|error| StoreError::System {
        doing: "mapping memory for keys".to_owned(),
        reason: reason(&error),
    })
}

/// Writes header, first event and head into empty tables, and closes the file.
fn fill(
    opened: open::Opened,
    header: &Header,
    key_encryption_key: &KeyEncryptionKey,
    vault_key: &VaultKey,
    moment: Moment,
) -> Result<(VaultRow, VaultKeys, Head), StoreError> {
    let bytes = header.encode();
    let keys = vault_key.derive_keys(&header.vault_id);
    let seals = Seals::new(header.vault_id);
    let wrapped_key = key_encryption_key.wrap(vault_key, &bytes)?;
    let mut head = Head::empty(header.format);
    let first_head = keys.seal(&seals.head(&bytes, &wrapped_key), head.encode().expose(), Padding::Record)?;
    let row = VaultRow {
        header_hash: crypto::sha256(&bytes).to_vec(),
        header: bytes,
        wrapped_key,
        head: first_head,
    };
    execute(
        &opened.connection,
        "INSERT INTO vault (one, header, header_hash, wrapped_key, head) VALUES (1, ?1, ?2, ?3, ?4)",
        (&row.header, &row.header_hash, &row.wrapped_key, &row.head),
    )?;
    let mut file = VaultFile::of(opened)?;
    file.begin(Purpose::Write)?;
    let mut store = OpenStore::new_vault(file, keys, head.clone(), None);
    append_vault_event(&store, &mut head, Operation::Init, moment)?;
    let row = seal_head(&store, &head)?;
    execute(store.file.connection(), "UPDATE vault SET head = ?1", [&row.head])?;
    store.file.commit(row)?;
    let OpenStore { file, keys, .. } = store;
    Ok((file.row, keys, head))
}
