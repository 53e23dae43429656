//! What is a request, however its bytes arrive, and what is none.

use super::*;

/// Requests as `METHOD path?query body`, and how it ended, when the bytes come in pieces of one size.
fn read(bytes: &[u8], piece: usize) -> (Vec<String>, Option<Broken>) {
    let mut incoming = Incoming::new();
    let mut found = Vec::new();
    for piece in bytes.chunks(piece) {
        incoming.add(piece);
        loop {
            match incoming.next() {
                Ok(Found::Nothing) => break,
                Ok(Found::Expecting) => found.push("100".to_owned()),
                Ok(Found::Whole(request)) => {
                    let text = |bytes: &SecretBytes| bytes.expose_text().unwrap().to_owned();
                    let alive = if request.keep_alive { "" } else { " close" };
                    let (query, body) = (text(&request.query), text(&request.body));
                    found.push(format!("{} {}?{query} {body}{alive}", request.method, request.path));
                }
                Err(broken) => return (found, Some(broken)),
            }
        }
    }
    (found, None)
}

#[track_caller]
fn assert_reads(bytes: &str, expected: &[&str]) {
    for piece in [1, 2, 3, 7, 64, usize::MAX] {
        let (found, broken) = read(bytes.as_bytes(), piece.min(bytes.len()));
        assert_eq!(broken, None, "{bytes:?} in pieces of {piece}");
        assert_eq!(found, expected, "{bytes:?} in pieces of {piece}");
    }
}

#[track_caller]
fn assert_breaks(bytes: &[u8], expected: Broken) {
    for piece in [1, 100, usize::MAX] {
        assert_eq!(read(bytes, piece.min(bytes.len())).1, Some(expected), "in pieces of {piece}");
    }
}

#[test]
fn requests_are_cut_wherever_the_bytes_are_cut() {
    assert_reads("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &["GET /? "]);
    assert_reads("\r\nGET /?a=b HTTP/1.1\n\n", &["GET /?a=b "]);
    assert_reads(
        "POST /?x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\nConnection: Close\r\n\r\n",
        &["POST /?x abc", "GET /y?  close"],
    );
    assert_reads(
        "GET http://localhost:1/?q HTTP/1.1\r\n\r\nGET http://a HTTP/1.0\r\n\r\n",
        &["GET /?q ", "GET /?  close"],
    );
}

#[test]
fn a_body_comes_in_chunks_too() {
    assert_reads(
        "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: x\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
        &["POST /? abc0123456789", "GET /2? "],
    );
}

#[test]
fn a_client_that_expects_to_be_told_is_told_once() {
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let mut incoming = Incoming::new();
    incoming.add(head.as_bytes());
    assert!(matches!(incoming.next(), Ok(Found::Expecting)));
    assert!(matches!(incoming.next(), Ok(Found::Nothing)));
    incoming.add(b"ab");
    assert!(matches!(incoming.next(), Ok(Found::Whole(_))));
}

#[test]
fn what_is_no_request_is_told_as_soon_as_it_can_be() {
    assert_breaks(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", Broken::Malformed);
    assert_breaks(b"GET / HTTP/1.1\r\nbad header\r\n\r\n", Broken::Malformed);
    assert_breaks(b"GET / HTTP/2.0\r\n\r\n", Broken::Version);
    assert_breaks(
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        Broken::Malformed,
    );
    assert_breaks(b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", Broken::Malformed);
    assert_breaks(b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", Broken::Malformed);
    assert_breaks(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", Broken::Encoding);
    assert_breaks(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", Broken::Malformed);
    assert_breaks(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", Broken::Malformed);
}

#[test]
fn heads_and_bodies_have_a_limit() {
    let head = |length: usize| {
        let rest = "GET /? HTTP/1.1\r\n\r\n".len();
        format!("GET /?{} HTTP/1.1\r\n\r\n", "x".repeat(length - rest)).into_bytes()
    };
    assert_eq!(read(&head(LONGEST_HEAD), 4096).0.len(), 1);
    assert_eq!(read(&head(LONGEST_HEAD + 1), 4096).1, Some(Broken::HeadTooLong));
    let endless = [b"GET /?".to_vec(), vec![b'x'; 4 * LONGEST_HEAD]].concat();
    assert_eq!(read(&endless, 4096).1, Some(Broken::HeadTooLong));
    let headers = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MOST_HEADERS + 1));
    assert_eq!(read(headers.as_bytes(), 4096).1, Some(Broken::HeadTooLong));
    for length in ["8388609", "99999999999999999999999"] {
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
        assert_breaks(head.as_bytes(), Broken::BodyTooLong);
    }
    assert_breaks(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n800001\r\n", Broken::BodyTooLong);
    let line = format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;{}", "x".repeat(20_000));
    assert_eq!(read(line.as_bytes(), 4096).1, Some(Broken::Malformed));
}
