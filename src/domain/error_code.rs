//! The codes of every refusal, as the KMS API spells them.

/// What an operation answers when it refuses (KMS API 2016-01-20; what is etui's own
/// says so).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A required parameter is absent.
    MissingParameter,
    /// A malformed name, id, label, value, combination or page; an unknown parameter.
    InvalidParameter,
    /// An action that does not exist.
    InvalidApiName,
    /// A line that is not a request.
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
    /// A dry run, which carries nothing out.
    DryRunOperationError,
    /// The caller may read and not change.
    NoPermission,
    /// A signature that was not made with the secret of its key, or not over this request.
    SignatureDoesNotMatch,
    /// An access key that does not exist.
    AccessKeyNotFound,
    /// A signature without a time, or with one that is none.
    IllegalTimestamp,
    /// A signature whose time is too far from now.
    TimestampExpired,
    /// A signature that was used before.
    SignatureNonceUsed,
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
            Self::DryRunOperationError => "DryRunOperationError",
            Self::NoPermission => "Forbidden.NoPermission",
            Self::SignatureDoesNotMatch => "SignatureDoesNotMatch",
            Self::AccessKeyNotFound => "InvalidAccessKeyId.NotFound",
            Self::IllegalTimestamp => "IllegalTimestamp",
            Self::TimestampExpired => "InvalidTimeStamp.Expired",
            Self::SignatureNonceUsed => "SignatureNonceUsed",
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
            | Self::LimitExceeded
            | Self::DryRunOperationError
            | Self::SignatureDoesNotMatch
            | Self::IllegalTimestamp
            | Self::TimestampExpired
            | Self::SignatureNonceUsed => 400,
            Self::NotUnlocked | Self::NoPermission => 403,
            Self::ResourceNotFound | Self::AccessKeyNotFound => 404,
            Self::ResourceExist
            | Self::ResourceInDeleteWindow
            | Self::ResourceInUse
            | Self::ResourceChanged => 409,
            Self::IntegrityFailure | Self::InternalFailure => 500,
            Self::VaultBusy => 503,
        }
    }
}
