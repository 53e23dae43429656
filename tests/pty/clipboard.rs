//! The way of a value to a clipboard that only the terminal leads to, and the holder for the others.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::support::Home;

#[test]
fn a_holder_that_reaches_no_clipboard_answers_nothing_and_fails() {
    let home = Home::new();
    let mut holder = Command::new(env!("CARGO_BIN_EXE_etui"))
        .arg(etui::platform::clipboard::HOLDER_ARGUMENT)
        .env_clear()
        .envs(home.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut request = 1_000_u64.to_be_bytes().to_vec();
    request.extend(b"s3cret-value");
    holder.stdin.take().unwrap().write_all(&request).unwrap();
    let mut answer = Vec::new();
    holder.stdout.take().unwrap().read_to_end(&mut answer).unwrap();
    let mut complaint = String::new();
    holder.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert!(!holder.wait().unwrap().success());
    assert_eq!(answer, b"");
    assert!(!complaint.contains("s3cret-value"), "{complaint}");
}
