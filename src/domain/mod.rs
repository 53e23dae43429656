//! The words of the field: secret names, version ids, stage labels, values, metadata, time.
//!
//! Each type is validated once, in its constructor, and keeps its field private; nothing here does
//! I/O, cryptography or drawing. The limits are those of Alibaba Cloud KMS Secrets Manager
//! (API 2016-01-20) unless a type says otherwise.

mod age;
mod error_code;
mod folder;
mod identifier;
mod invalid;
mod json_string;
mod metadata;
mod reason;
mod secret_name;
mod secret_value;
mod stage_label;
mod timestamp;
mod value_kind;
mod version_id;
mod visible;
mod wiped_text;

pub use age::{age, age_short};
pub use error_code::ErrorCode;
pub use folder::Folder;
pub use invalid::Invalid;
pub use json_string::unescape_json;
pub use metadata::{Description, Note, Retention, RotationInterval, TagKey, TagValue, Tags};
pub use reason::reason;
pub use secret_name::SecretName;
pub use secret_value::{SecretValue, ValueType};
pub use stage_label::StageLabel;
pub use timestamp::Timestamp;
pub use value_kind::kind_of_value;
pub use version_id::VersionId;
pub use visible::{visible, visible_lines, visible_value};
