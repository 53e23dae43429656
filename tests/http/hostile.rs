//! Slow, broken, huge and endless requests: they are refused or left, and hold nobody up.

use super::server::open;
use crate::support::http::post;

const GET: &str = "Action=GetSecretValue&SecretName=db";

#[test]
fn slow_clients_hold_nobody_up() {
    let (_place, served) = open();
    let request = post(served.endpoint(), GET);
    // More of them than a pool of threads would have: each sent all but the last byte.
    let mut slow: Vec<_> = (0..300)
        .map(|_| {
            let mut client = served.connect();
            client.send(&request.as_bytes()[..request.len() - 1]);
            client
        })
        .collect();
    assert_eq!(served.form(GET).json()["SecretData"], "one");
    // And each of them is answered in the end.
    let last = &request.as_bytes()[request.len() - 1..];
    for client in &mut slow {
        client.send(last);
        assert_eq!(client.answer().unwrap().json()["SecretData"], "one");
    }
}

#[test]
fn more_connections_than_there_is_room_for_take_the_place_of_the_most_silent() {
    let (_place, served) = open();
    let _silent: Vec<_> = (0..600).map(|_| served.connect()).collect();
    assert_eq!(served.form(GET).json()["SecretData"], "one");
}

#[test]
fn a_request_comes_byte_by_byte_or_in_chunks() {
    let (_place, served) = open();
    let mut client = served.connect();
    for byte in post(served.endpoint(), GET).bytes() {
        client.send(&[byte]);
    }
    assert_eq!(client.answer().unwrap().json()["SecretData"], "one");
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
        served.endpoint()
    );
    let chunks: String = GET.bytes().map(|byte| format!("1\r\n{}\r\n", char::from(byte))).collect();
    client.send(format!("{head}{chunks}0\r\n\r\n").as_bytes());
    assert_eq!(client.answer().unwrap().json()["SecretData"], "one");
}

#[test]
fn what_is_no_http_is_told_so_and_left() {
    let (_place, served) = open();
    for (bytes, status) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], 400),
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: 8388609\r\n\r\n", 413),
    ] {
        let mut client = served.connect();
        client.send(bytes);
        let answer = client.answer().unwrap();
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("connection").as_deref(), Some("close"));
        assert!(client.answer().is_none());
    }
    assert_eq!(served.form(GET).status, 200);
}

#[test]
fn a_head_has_at_most_128_kib_and_a_value_of_kms_fits_into_it() {
    let (_place, served) = open();
    let value = "%C3".repeat(30_720).replace("%C3%C3", "%C3%A4");
    let put = format!(
        "POST /?Action=PutSecretValue&SecretName=db&VersionId=v2&SecretData={value} HTTP/1.1\r\nHost: {}\r\n\r\n",
        served.endpoint()
    );
    assert_eq!(served.ask(put.as_bytes()).status, 200);
    let stored = served.form(GET).json()["SecretData"].as_str().unwrap().len();
    assert_eq!(stored, 30_720);
    // An endless one is told so while it still comes.
    let mut client = served.connect();
    client.send(b"GET /?");
    while client.send(&[b'x'; 65_536]) {
        if client.is_answered() {
            break;
        }
    }
    assert_eq!(client.answer().unwrap().status, 431);
}

#[test]
fn a_value_of_1_mib_comes_and_goes_and_all_clients_together_hold_a_bounded_part_of_memory() {
    let (_place, served) = open();
    let value = "x".repeat(1024 * 1024);
    let put = served.form(&format!("Action=PutSecretValue&SecretName=db&VersionId=v2&SecretData={value}"));
    assert_eq!(put.status, 200);
    assert_eq!(served.form(GET).json()["SecretData"].as_str().unwrap().len(), value.len());
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 8388608\r\n\r\n",
        served.endpoint()
    );
    let mut many: Vec<_> = (0..20)
        .map(|_| {
            let mut client = served.connect();
            client.send(head.as_bytes());
            for _ in 0..7 {
                client.send(value.as_bytes());
            }
            client
        })
        .collect();
    assert_eq!(served.form("Action=DescribeRegions").status, 200);
    let refused = many.iter_mut().filter(|client| client.is_answered()).count();
    assert!(refused > 0, "nobody was refused");
    for client in many.iter_mut().filter(|client| client.is_answered()) {
        assert_eq!(client.answer().unwrap().status, 503);
    }
}
