//! Any bytes as a line of the API.

use super::{decoded_pairs, request};

/// A line is a request or refused.
pub fn api_line(bytes: &[u8]) {
    // Whether it is JSON or a query string, its parts are no longer than itself.
    if let Ok(request) = request::read(bytes, 1) {
        assert!(request.parameters.len() <= bytes.len());
    }
    let _ = decoded_pairs(bytes);
}
