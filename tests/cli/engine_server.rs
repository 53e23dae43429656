//! A key-value engine of version 2 on a port of this machine, for commands that need one. A real OpenBao is tried by
//! `tests/engines`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The token that it knows.
pub const TOKEN: &str = "the-token";

#[derive(Default)]
struct Kept {
    documents: Vec<Value>,
    entries: BTreeMap<String, String>,
    revision: u64,
}

type Secrets = Arc<Mutex<BTreeMap<String, Kept>>>;

/// It ends with the test binary.
pub struct EngineServer {
    port: u16,
    secrets: Secrets,
}

impl EngineServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), secrets: Secrets::default() };
        let secrets = server.secrets.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let secrets = secrets.clone();
                std::thread::spawn(move || serve(stream, &secrets));
            }
        });
        server
    }

    /// Its address as a remote has it.
    pub fn url(&self) -> String {
        format!("openbao:http://127.0.0.1:{}/secret/app", self.port)
    }

    /// Somebody stores a text.
    pub fn put(&self, name: &str, value: &str) {
        self.secrets
            .lock()
            .unwrap()
            .entry(name.to_owned())
            .or_default()
            .documents
            .push(json!({ "value": value }));
    }

    /// The newest document of a secret.
    pub fn newest(&self, name: &str) -> Option<Value> {
        self.secrets.lock().unwrap().get(name)?.documents.last().cloned()
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, secrets: &Secrets) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let (mut length, mut token) = (0, String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            match header.trim_end().split_once(": ") {
                Some(("Content-Length", text)) => length = text.parse().ok()?,
                Some(("X-Vault-Token", text)) => token = text.to_owned(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, answer) = match token == TOKEN {
            true => answer(&method, path.strip_prefix("/v1/")?, serde_json::from_slice(&body).ok(), secrets),
            false => (403, json!({ "errors": ["permission denied"] })),
        };
        let text = answer.to_string();
        write!(writer, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{text}", text.len()).ok()?;
    }
}

fn answer(method: &str, path: &str, body: Option<Value>, secrets: &Secrets) -> (u16, Value) {
    let mut secrets = secrets.lock().unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mismatch = || (400, json!({ "errors": ["check-and-set parameter did not match"] }));
    let missing = (404, json!({ "errors": [] }));
    let data = |data: Value| (200, json!({ "data": data }));
    if path.starts_with("sys/internal/ui/mounts/") {
        return data(json!({ "path": "secret/", "type": "kv", "options": { "version": "2" } }));
    }
    if path == "secret/config" {
        return data(json!({ "max_versions": 0 }));
    }
    if query == "list=true" {
        let below = path.strip_prefix("secret/metadata/app").unwrap_or_default().trim_start_matches('/');
        let below = if below.is_empty() { String::new() } else { format!("{below}/") };
        let mut keys: Vec<String> = Vec::new();
        for name in secrets.keys().filter_map(|name| name.strip_prefix(&below)) {
            let key =
                name.split_once('/').map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/"));
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        return if keys.is_empty() { missing } else { data(json!({ "keys": keys })) };
    }
    if let Some(name) = path.strip_prefix("secret/metadata/app/") {
        if method == "POST" {
            let kept = secrets.entry(name.to_owned()).or_default();
            let body = body.unwrap_or_default();
            if body["metadata_cas"].as_u64() != Some(kept.revision) {
                return mismatch();
            }
            kept.entries = serde_json::from_value(body["custom_metadata"].clone()).unwrap_or_default();
            kept.revision += 1;
            return (200, json!({}));
        }
        let Some(kept) = secrets.get(name) else { return missing };
        let version = |number: usize| {
            let created = format!("2026-12-01T00:00:{number:02}.5Z");
            (number.to_string(), json!({ "created_time": created, "deletion_time": "", "destroyed": false }))
        };
        let versions: serde_json::Map<String, Value> = (1..=kept.documents.len()).map(version).collect();
        return data(json!({
            "current_version": kept.documents.len(), "current_metadata_version": kept.revision,
            "custom_metadata": kept.entries, "max_versions": 0, "versions": versions,
        }));
    }
    let Some(name) = path.strip_prefix("secret/data/app/") else { return missing };
    if method == "POST" {
        let kept = secrets.entry(name.to_owned()).or_default();
        let body = body.unwrap_or_default();
        if body["options"]["cas"].as_u64() != Some(kept.documents.len() as u64) {
            return mismatch();
        }
        kept.documents.push(body["data"].clone());
        return data(json!({ "version": kept.documents.len() }));
    }
    let number: usize = query.strip_prefix("version=").and_then(|number| number.parse().ok()).unwrap_or(0);
    match secrets.get(name).and_then(|kept| kept.documents.get(number.checked_sub(1)?)) {
        Some(document) => data(json!({ "data": document })),
        None => missing,
    }
}
