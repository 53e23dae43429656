//! The one way in which an action answers.

use super::answer::{Answer, Format};
use crate::domain::ErrorCode;
use crate::memory::SecretBytes;

/// Where the answer to one request goes. It is given away with the answer, so none is sent twice.
pub(super) struct Reply<'a> {
    pub(super) request_id: &'a str,
    pub(super) format: Format,
    pub(super) out: &'a mut SecretBytes,
}

/// The answer was written; only [`Reply::send`] makes one, so that none is forgotten.
pub(super) struct Sent {
    refusal: Option<ErrorCode>,
}

impl Reply<'_> {
    /// Writes the answer.
    pub(super) fn send(self, answer: &Answer<'_>) -> Sent {
        Sent { refusal: answer.write_as(self.request_id, self.format, self.out) }
    }
}

impl Sent {
    /// The code, if what was written is a refusal.
    pub(super) fn refusal(&self) -> Option<ErrorCode> {
        self.refusal
    }
}
