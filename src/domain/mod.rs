//! The words of the field: secret names, version ids, stage labels, values, metadata, time.
//!
//! Each type is validated once, in its constructor, and keeps its field private; nothing here does
//! I/O, cryptography or drawing. The limits are those of Alibaba Cloud KMS Secrets Manager
//! (API 2016-01-20) unless a type says otherwise.
//!
//! All of them are short texts, so the compiler holds them apart. What is right compiles:
//!
//! ```
//! use etui::domain::{SecretName, StageLabel, VersionId};
//!
//! fn move_label(_of: &SecretName, _label: &StageLabel, _to: &VersionId) {}
//!
//! let name = SecretName::new("db/password")?;
//! move_label(&name, &StageLabel::new("canary")?, &VersionId::new("v2")?);
//! assert_eq!(name, "db/password".parse()?);
//! # Ok::<(), etui::domain::Invalid>(())
//! ```
//!
//! A label is not a version id, even where both are called `v2`:
//!
//! ```compile_fail,E0308
//! # use etui::domain::{SecretName, StageLabel, VersionId};
//! # fn move_label(_of: &SecretName, _label: &StageLabel, _to: &VersionId) {}
//! let (name, id) = (SecretName::new("db").unwrap(), VersionId::new("v2").unwrap());
//! move_label(&name, &id, &id);
//! ```
//!
//! A version id is not a secret name:
//!
//! ```compile_fail,E0308
//! # use etui::domain::{SecretName, VersionId};
//! fn open(_name: &SecretName) {}
//! open(&VersionId::new("db").unwrap());
//! ```
//!
//! Nor is a folder, whose name ends with a slash:
//!
//! ```compile_fail,E0308
//! # use etui::domain::{Folder, SecretName};
//! fn open(_name: &SecretName) {}
//! open(&Folder::new("db/").unwrap());
//! ```
//!
//! Two kinds are never equal:
//!
//! ```compile_fail,E0308
//! # use etui::domain::{StageLabel, VersionId};
//! let same = StageLabel::new("v2").unwrap() == VersionId::new("v2").unwrap();
//! ```
//!
//! A tag's value cannot be set under another value, or its key taken for one:
//!
//! ```compile_fail,E0308
//! # use etui::domain::{TagKey, TagValue, Tags};
//! let (key, value) = (TagKey::new("env").unwrap(), TagValue::new("prod").unwrap());
//! Tags::new().set(value, key);
//! ```
//!
//! And only a constructor makes one, so that none is unchecked:
//!
//! ```compile_fail,E0423
//! # use etui::domain::SecretName;
//! let name = SecretName("no name at all".to_owned());
//! ```

mod age;
mod copy_name;
mod error_code;
mod folder;
mod hexadecimal;
mod identifier;
mod invalid;
mod json_string;
mod metadata;
mod nearest;
mod not_built;
mod number;
mod point_in_time;
mod reason;
mod secret_name;
mod secret_value;
mod stage_label;
mod state_fingerprint;
mod timestamp;
mod value_kind;
mod version_id;
mod visible;
mod wiped_text;

pub use age::{age, age_short, days_until, in_days};
pub use copy_name::CopyName;
pub use error_code::ErrorCode;
pub use folder::Folder;
pub use hexadecimal::{byte_of_hexadecimal, from_hexadecimal, hexadecimal, hexadecimal_digits};
pub use invalid::Invalid;
pub use json_string::unescape_json;
pub use metadata::{Description, Facts, Note, Retention, RotationInterval, TagKey, TagValue, Tags};
pub use nearest::nearest;
pub use not_built::NotBuilt;
pub use number::{count, grouped};
pub use point_in_time::{NoPointInTime, PointInTime};
pub use reason::reason;
pub use secret_name::SecretName;
pub use secret_value::{SecretValue, ValueType};
pub use stage_label::StageLabel;
pub use state_fingerprint::StateFingerprint;
pub use timestamp::Timestamp;
pub use value_kind::kind_of_value;
pub use version_id::VersionId;
pub use visible::{visible, visible_lines, visible_value};
