//! `etui serve` under way, and a client of HTTP that sends exactly the bytes that it is given.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Long enough for the slowest machine; reached by failures alone.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server. It is killed when it is dropped.
pub struct Served {
    child: Child,
    /// What it printed to connect with.
    pub exports: Value,
    log: Option<BufReader<ChildStderr>>,
}

impl Served {
    /// Starts `etui … serve --json`, and waits until it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.arg("--json").stdin(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let log = child.stderr.take().map(BufReader::new);
        let mut served = Self { child, exports: Value::Null, log };
        served.exports = match serde_json::from_str(&line) {
            Ok(exports) => exports,
            Err(_) => panic!("{line}{}", served.rest_of_log()),
        };
        served
    }

    pub fn endpoint(&self) -> &str {
        self.exports["ETUI_SERVE_ENDPOINT"].as_str().unwrap()
    }

    pub fn key_id(&self) -> &str {
        self.exports["ALIBABA_CLOUD_ACCESS_KEY_ID"].as_str().unwrap()
    }

    pub fn key_secret(&self) -> &str {
        self.exports["ALIBABA_CLOUD_ACCESS_KEY_SECRET"].as_str().unwrap()
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A connection of its own.
    pub fn connect(&self) -> Client {
        Client::connect(self.endpoint())
    }

    /// The answer to one request on a connection of its own.
    pub fn ask(&self, request: &[u8]) -> Answer {
        let mut client = self.connect();
        client.send(request);
        client.answer().unwrap()
    }

    /// A POST of a form, unsigned.
    pub fn form(&self, form: &str) -> Answer {
        self.ask(post(self.endpoint(), form).as_bytes())
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// The next line of its log.
    pub fn log_line(&mut self) -> String {
        let mut line = String::new();
        self.log.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// Waits for its end, and answers its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end");
    }

    pub fn rest_of_log(&mut self) -> String {
        let mut text = String::new();
        if let Some(log) = &mut self.log {
            log.read_to_string(&mut text).unwrap();
        }
        text
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A POST of a form.
pub fn post(host: &str, form: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \
         {}\r\n\r\n{form}",
        form.len()
    )
}

/// One connection, and whether its answers have no body (HEAD).
pub struct Client(BufReader<TcpStream>, bool);

impl Client {
    /// Connects to a server of this machine.
    pub fn connect(endpoint: &str) -> Self {
        let stream = TcpStream::connect(endpoint).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream), false)
    }

    /// The next answers are to HEAD.
    pub fn without_bodies(mut self) -> Self {
        self.1 = true;
        self
    }

    /// Sends bytes; a server that has left does not read them.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.get_mut().write_all(bytes).is_ok()
    }

    /// The same connection, to send while answers are read.
    pub fn sender(&self) -> TcpStream {
        self.0.get_ref().try_clone().unwrap()
    }

    /// Whether bytes of an answer are here.
    pub fn is_answered(&self) -> bool {
        let stream = self.0.get_ref();
        stream.set_nonblocking(true).unwrap();
        let is_answered = matches!(stream.peek(&mut [0]), Ok(1));
        stream.set_nonblocking(false).unwrap();
        is_answered
    }

    /// The next answer; `None` where the server ended the connection.
    pub fn answer(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.0.read_line(&mut head) {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
        let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; if self.1 { 0 } else { length }];
        self.0.read_exact(&mut body).ok()?;
        let status = head[9..12].parse().unwrap();
        Some(Answer { status, head, body: String::from_utf8(body).unwrap() })
    }
}

/// An answer of HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.head, name)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The code of a refusal; empty where it is none.
    pub fn code(&self) -> String {
        self.json()["Code"].as_str().unwrap_or_default().to_owned()
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let values = head.lines().filter_map(|line| line.split_once(':'));
    values
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .next()
}

/// Percent-encodes all but letters, digits and `-_.~`.
pub fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
