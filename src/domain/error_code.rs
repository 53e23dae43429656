//! The codes of every refusal, as the KMS API spells them.

/// What an operation answers when it refuses (KMS API 2016-01-20; the last four and
/// `Rejected.ResourceChanged` are etui's own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A required parameter is absent.
    MissingParameter,
    /// A malformed name, id, label, value, combination or page; an unknown parameter.
    InvalidParameter,
    /// An action that does not exist.
    InvalidApiName,
    /// A line that is no request.
    ParseRequestParameterException,
    /// Rotation of a generic secret; an undo of what cannot be undone.
    UnsupportedOperation,
    /// No such secret, version or label.
    ResourceNotFound,
    /// The name is taken; the version id is taken by another value.
    ResourceExist,
    /// The secret is scheduled for deletion.
    ResourceInDeleteWindow,
    /// The secret is not scheduled for deletion.
    ResourceInUse,
    /// More than 8 labels or 20 tags.
    LimitExceeded,
    /// The secret changed since the plan was made (etui).
    ResourceChanged,
    /// Wrong or missing password (etui).
    NotUnlocked,
    /// A damaged or tampered vault (etui).
    IntegrityFailure,
    /// Another process holds the vault (etui).
    VaultBusy,
    /// What should not happen.
    InternalFailure,
}

impl ErrorCode {
    /// The code as the API spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingParameter => "MissingParameter",
            Self::InvalidParameter => "InvalidParameter",
            Self::InvalidApiName => "InvalidApiName",
            Self::ParseRequestParameterException => "ParseRequestParameterException",
            Self::UnsupportedOperation => "UnsupportedOperation",
            Self::ResourceNotFound => "Forbidden.ResourceNotFound",
            Self::ResourceExist => "Rejected.ResourceExist",
            Self::ResourceInDeleteWindow => "Rejected.ResourceInDeleteWindow",
            Self::ResourceInUse => "Rejected.ResourceInUse",
            Self::LimitExceeded => "Rejected.LimitExceeded",
            Self::ResourceChanged => "Rejected.ResourceChanged",
            Self::NotUnlocked => "NotUnlocked",
            Self::IntegrityFailure => "IntegrityFailure",
            Self::VaultBusy => "VaultBusy",
            Self::InternalFailure => "InternalFailure",
        }
    }

    /// The HTTP status with which KMS sends it.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::MissingParameter
            | Self::InvalidParameter
            | Self::InvalidApiName
            | Self::ParseRequestParameterException
            | Self::UnsupportedOperation
            | Self::LimitExceeded => 400,
            Self::NotUnlocked => 403,
            Self::ResourceNotFound => 404,
            Self::ResourceExist
            | Self::ResourceInDeleteWindow
            | Self::ResourceInUse
            | Self::ResourceChanged => 409,
            Self::IntegrityFailure | Self::InternalFailure => 500,
            Self::VaultBusy => 503,
        }
    }
}
