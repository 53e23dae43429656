//! The KMS API: requests in the API's own words (JSON or query string), answers in its own shapes (JSON or
//! XML).
//!
//! [`serve`](fn@serve) reads one request per line, asks the [`Vault`](crate::vault::Vault) and writes one [`Answer`] a
//! line. The command line's `--json` prints the same answers. Nothing is decided here: the contract lives in
//! `versioning`, and this module only translates. What happens to a line:
//!
//! 1. `lines` cuts it off, in a wiping buffer;
//! 2. `request` reads its action and its parameters (JSON by `content::json_text`), each straight into a wiping buffer
//!    of its own, so that `SecretData` is never in a `String`;
//! 3. `actions` finds the row of the action and, by `parameters`, checks what was given against it;
//! 4. the action makes validated words of them, asks the vault, and sends an answer through `reply`;
//! 5. `json` or `xml` writes it.
//!
//! To add an action, write its function in a file of `actions/` and give it a row in the table of
//! `actions/mod.rs`.
//!
//! Shapes and names are those of Alibaba Cloud KMS, API 2016-01-20, for generic secrets.

mod actions;
mod answer;
mod call;
mod error;
mod flattened;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod json;
mod lines;
mod page;
mod parameters;
mod permissions;
mod reply;
mod request;
mod request_id;
mod serve;
mod xml;

pub use answer::{Answer, Format};
pub use call::{Call, Pair, Refused, Responded, decoded_pairs};
pub use page::{FetchTags, IncludeDeprecated, Page};
pub use permissions::{Access, Permissions, Scope};
pub use serve::serve;
