//! The SQLite file, and where a row meets `crypto`.
//!
//! - `open`: the one way in which a file is opened or created; `schema`: the tables and their check.
//! - `vault_file`: an open file without any key; `open_store`: an unlocked one and what was verified of it.
//! - `format`: which version of the format a vault is in.
//! - `buckets`, `secrets`, `versions`, `events`: reading what sums, MACs and chains vouch for; `transaction`: writing.
//! - `identities`: by which branches of one vault know each other's secrets; `fork`: where they went apart; `replace`:
//!   one in the place of another.
//! - `codec`, `seals`: how records are laid out and what each seal is bound to.
//! - `carry`: copies that travel, and putting one in the place of another file.
//! - `rekey`, `upgrade`: sealing everything again, under another key or in another format.
//! - `last_seen`: what this machine remembers of each vault; `check`: the full verification; `strays`: rows that
//!   nobody can reach; `watch`: how far something long has come.
//! - `system_error`: what the operating system said when SQLite failed.
//!
//! Invariant: nothing that was read decides anything before a key has vouched for it. Existence, uniqueness
//! and counts come from verified rows in memory, never from an index or a constraint of SQLite.

mod backup;
mod buckets;
mod carry;
mod chain;
mod check;
mod codec;
mod error;
mod events;
mod fork;
mod format;
mod header;
mod identities;
mod index;
mod kept;
mod last_seen;
mod new_vault;
#[cfg(test)]
mod observed;
mod open;
mod open_store;
mod rekey;
mod replace;
mod rows;
mod schema;
mod seals;
mod secrets;
mod strays;
mod system_error;
mod transaction;
mod unlock;
mod upgrade;
mod vault_file;
mod versions;
mod watch;

pub use carry::{Replaced, copy_of, put_in_place};
pub use check::CheckReport;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use codec::fuzzing;
pub use codec::{
    EventLink, EventRecord, MergeFacts, SecretRecordView, SummaryLabels, SummaryTags, past_record,
};
pub use error::StoreError;
pub use fork::{Fork, TailEvent};
pub use format::FormatVersion;
pub use header::{Header, KeyFileUse};
pub use index::SharedRecords;
pub use last_seen::remembers_vault_at;
pub use new_vault::create;
pub use open::{is_unfinished, names_beside, remove_unfinished, write_private_file};
pub use open_store::{Acceptance, News, OpenStore};
pub use rekey::Locks;
pub use secrets::{EqualTags, StoredSecret};
pub use transaction::{Batch, Moment, NewVersion, SecretHandle, WriteTransaction};
pub use unlock::open_vault_key;
pub use vault_file::VaultFile;
pub use watch::{Progress, Watch};
