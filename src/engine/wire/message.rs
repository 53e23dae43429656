//! Requests and answers of HTTP/1.1 in wiping buffers.

use crate::memory::SecretBytes;

/// The longest answer: a value of 1 MiB may be six times as long in JSON.
pub(super) const LONGEST: usize = 16 * 1024 * 1024;
const MOST_HEADERS: usize = 64;

/// What a server answered.
pub(in crate::engine) struct Answer {
    pub(in crate::engine) status: u16,
    pub(in crate::engine) location: Option<String>,
    /// How far the storage was, where a node tells it.
    pub(in crate::engine) index: Option<String>,
    /// For how many seconds it asks to wait.
    pub(in crate::engine) retry_after: Option<u64>,
    pub(in crate::engine) body: SecretBytes,
}

/// A request.
pub(in crate::engine) struct Request<'a> {
    pub(in crate::engine) method: &'static str,
    /// From the first slash on, percent-encoded.
    pub(in crate::engine) path: String,
    pub(in crate::engine) token: Option<&'a SecretBytes>,
    pub(in crate::engine) namespace: Option<&'a str>,
    /// How far the storage of the node must be.
    pub(in crate::engine) index: Option<&'a str>,
    pub(in crate::engine) body: Option<&'a SecretBytes>,
}

impl Request<'_> {
    pub(super) fn to_bytes(&self, host: &str) -> SecretBytes {
        let length = self.body.map_or(0, SecretBytes::len);
        let mut bytes = SecretBytes::with_capacity(length + 1024);
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: etui/{}\r\nX-Vault-Request: true\r\n",
            self.method,
            self.path,
            env!("CARGO_PKG_VERSION")
        );
        bytes.extend(head.as_bytes());
        if let Some(namespace) = self.namespace {
            bytes.extend(format!("X-Vault-Namespace: {namespace}\r\n").as_bytes());
        }
        if let Some(index) = self.index {
            // A node that is not so far yet passes the request on to its leader if it may, and says so otherwise.
            let index = format!("X-Vault-Index: {index}\r\nX-Vault-Inconsistent: forward-active-node\r\n");
            bytes.extend(index.as_bytes());
        }
        if let Some(token) = self.token {
            bytes.extend(b"X-Vault-Token: ");
            bytes.extend(token.expose());
            bytes.extend(b"\r\n");
        }
        if let Some(body) = self.body {
            let length = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
            bytes.extend(length.as_bytes());
            bytes.extend(body.expose());
        } else {
            bytes.extend(b"\r\n");
        }
        bytes
    }
}

/// What stands in front of the body of an answer.
pub(super) struct Head {
    pub(super) length: usize,
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) index: Option<String>,
    pub(super) retry_after: Option<u64>,
    pub(super) body: Body,
    pub(super) stays_open: bool,
}

/// Where the body of an answer ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    Sized(usize),
    Chunked,
    ToTheEnd,
}

/// What was read is not an answer in HTTP.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotHttp;

/// The head of an answer, if it is all there.
pub(super) fn head_of(bytes: &[u8]) -> Result<Option<Head>, NotHttp> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(NotHttp),
    };
    let status = response.code.ok_or(NotHttp)?;
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok()).map(str::trim)
    };
    let is_chunked =
        header("Transfer-Encoding").is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"));
    let body = match header("Content-Length") {
        _ if matches!(status, 100..200 | 204 | 304) => Body::None,
        _ if is_chunked => Body::Chunked,
        Some(length) => Body::Sized(length.parse().ok().filter(|length| *length <= LONGEST).ok_or(NotHttp)?),
        None => Body::ToTheEnd,
    };
    let closes = header("Connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let location = header("Location").map(str::to_owned);
    let index = header("X-Vault-Index").map(str::to_owned);
    // A date is passed over: nobody here knows the clock of the other side.
    let retry_after =
        header("Retry-After").and_then(|seconds| seconds.parse::<u64>().ok()).filter(|seconds| *seconds > 0);
    Ok(Some(Head {
        length,
        status,
        location,
        index,
        retry_after,
        body,
        stays_open: !closes && response.version == Some(1),
    }))
}

/// Moves whole chunks from `bytes` to `whole`; true after the last one.
pub(super) fn take_chunk(bytes: &mut SecretBytes, whole: &mut SecretBytes) -> Result<bool, NotHttp> {
    loop {
        let (start, length) = match httparse::parse_chunk_size(bytes.expose()) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(false),
            Err(_) => return Err(NotHttp),
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST).ok_or(NotHttp)?;
        let end = start + length;
        // Behind each chunk stands an empty line; what trails the last one is of no use here.
        if bytes.len() < end + 2 {
            return Ok(false);
        }
        whole.extend(&bytes.expose()[start..end]);
        bytes.remove(0..end + 2);
        if length == 0 {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_how_long_the_answer_is() {
        let head = |text: &str| head_of(text.as_bytes()).unwrap().map(|head| (head.status, head.body));
        assert_eq!(head("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), Some((200, Body::Sized(3))));
        assert_eq!(head("HTTP/1.1 204 No Content\r\n\r\n"), Some((204, Body::None)));
        assert_eq!(head("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"), Some((200, Body::Chunked)));
        assert_eq!(head("HTTP/1.1 200 OK\r\nContent-Le"), None);
        assert!(head_of(b"\x15\x03\x01\0\x02\x02P").is_err());
        assert!(head_of(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n").is_err());
    }

    #[test]
    fn chunks_become_one_body_wherever_they_are_cut() {
        let sent = b"3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\n\r\n";
        for cut in 0..=sent.len() {
            let (mut bytes, mut whole) = (SecretBytes::copy_of(&sent[..cut]), SecretBytes::new());
            let is_done = take_chunk(&mut bytes, &mut whole).unwrap();
            assert_eq!(is_done, cut == sent.len(), "{cut}");
            bytes.extend(&sent[cut..]);
            assert!(is_done || take_chunk(&mut bytes, &mut whole).unwrap());
            assert_eq!(whole.expose(), b"abcdefgh");
        }
    }

    #[test]
    fn a_request_names_its_host_and_its_length() {
        let (token, body) = (SecretBytes::copy_of(b"t"), SecretBytes::copy_of(b"{}"));
        let request = Request {
            method: "POST",
            path: "/v1/a".to_owned(),
            token: Some(&token),
            namespace: None,
            index: None,
            body: Some(&body),
        };
        let text = request.to_bytes("h:1").expose_text().unwrap().to_owned();
        assert!(text.starts_with("POST /v1/a HTTP/1.1\r\nHost: h:1\r\n"), "{text}");
        assert!(
            text.ends_with(
                "X-Vault-Token: t\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            ),
            "{text}"
        );
    }
}
