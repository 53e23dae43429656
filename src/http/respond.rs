//! Writes answers as HTTP has them.

use crate::domain::Timestamp;
use crate::kms::Format;
use crate::memory::SecretBytes;

/// An answer and how it goes out.
pub(super) struct Response<'a> {
    pub(super) status: u16,
    pub(super) request_id: &'a str,
    pub(super) format: Format,
    pub(super) body: &'a SecretBytes,
    pub(super) keep_alive: bool,
    /// HEAD asks for the head alone.
    pub(super) is_head: bool,
    pub(super) time: Timestamp,
}

impl Response<'_> {
    pub(super) fn write(&self) -> SecretBytes {
        let (status, words) = (self.status, reason(self.status));
        let kind = match self.format {
            Format::Json => "application/json;charset=utf-8",
            // The older SDK knows XML by exactly this.
            Format::Xml => "text/xml;charset=utf-8",
        };
        let connection = if self.keep_alive { "keep-alive" } else { "close" };
        let allow = if status == 405 { "Allow: GET, POST\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status} {words}\r\nDate: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             x-acs-request-id: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
             {allow}Connection: {connection}\r\n\r\n",
            self.time.http_date(),
            self.body.len(),
            self.request_id,
        );
        let mut bytes = SecretBytes::with_capacity(head.len() + self.body.len());
        bytes.extend(head.as_bytes());
        if !self.is_head {
            bytes.extend(self.body.expose());
        }
        bytes
    }
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}
