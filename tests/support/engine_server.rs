//! A key-value engine of version 2 on a port of this machine, for commands that need one: it remembers what it was
//! asked, and fails when it is told to. A real OpenBao is tried by `tests/engines`.
#![allow(dead_code, reason = "each test binary takes what it needs")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

/// The token that it knows.
pub const TOKEN: &str = "the-token";
/// The role that gets it.
pub const ROLE: &str = "the-role";
/// The secret of the role, which is good for one login.
pub const ROLE_SECRET: &str = "the-secret-id";

/// The namespace that it does not have.
pub const NO_NAMESPACE: &str = "nosuch";

#[derive(Default)]
struct Kept {
    documents: Vec<Value>,
    entries: BTreeMap<String, String>,
    revision: u64,
}

type Secrets = BTreeMap<String, Kept>;

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The method and the path, as they were sent.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub at: Instant,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// An answer that a test gives instead of its own.
pub struct Scripted {
    /// Only requests whose line has it get the answer.
    pub to: &'static str,
    pub status: u16,
    /// Whole lines.
    pub headers: String,
    pub body: Value,
}

#[derive(Default)]
struct World {
    /// By namespace; the one without a name is the root.
    secrets: BTreeMap<String, Secrets>,
    heard: Vec<Heard>,
    scripted: VecDeque<Scripted>,
    /// Where it sends everybody, if it is on standby.
    leader: Option<String>,
    is_sealed: bool,
    used_role_secret: bool,
}

/// It ends with the test binary.
pub struct EngineServer {
    port: u16,
    is_tls: bool,
    world: Arc<Mutex<World>>,
}

impl EngineServer {
    pub fn start() -> Self {
        Self::listening(None)
    }

    /// It speaks TLS.
    pub fn with_tls(config: ServerConfig) -> Self {
        Self::listening(Some(Arc::new(config)))
    }

    fn listening(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, is_tls: tls.is_some(), world: Arc::default() };
        let world = server.world.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (world, tls) = (world.clone(), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &world),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, stream), &world)
                    }
                });
            }
        });
        server
    }

    /// The address of the server, with a slash at its end.
    pub fn origin(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}/", self.port)
    }

    /// Its address as a remote has it.
    pub fn url(&self) -> String {
        format!("openbao:{}secret/app", self.origin())
    }

    /// Somebody stores a text.
    pub fn put(&self, name: &str, value: &str) {
        self.with_root(|secrets| {
            secrets.entry(name.to_owned()).or_default().documents.push(json!({ "value": value }));
        });
    }

    /// The newest document of a secret.
    pub fn newest(&self, name: &str) -> Option<Value> {
        self.with_root(|secrets| secrets.get(name)?.documents.last().cloned())
    }

    /// An entry beside the versions of a secret, in a namespace.
    pub fn entry_in(&self, namespace: &str, name: &str, entry: &str) -> Option<String> {
        let world = self.world.lock().unwrap();
        world.secrets.get(namespace)?.get(name)?.entries.get(entry).cloned()
    }

    /// Somebody copies all secrets of the root to another namespace.
    pub fn copy_root_to(&self, namespace: &str) {
        let mut world = self.world.lock().unwrap();
        let copies = world.secrets.entry(String::new()).or_default().iter().map(|(name, kept)| {
            let Kept { documents, entries, revision } = kept;
            (
                name.clone(),
                Kept { documents: documents.clone(), entries: entries.clone(), revision: *revision },
            )
        });
        let copies = copies.collect();
        world.secrets.insert(namespace.to_owned(), copies);
    }

    fn with_root<T>(&self, work: impl FnOnce(&mut Secrets) -> T) -> T {
        work(self.world.lock().unwrap().secrets.entry(String::new()).or_default())
    }

    /// The next request that is meant gets this answer.
    pub fn answers(&self, to: &'static str, status: u16, headers: &str, body: Value) {
        let scripted = Scripted { to, status, headers: headers.to_owned(), body };
        self.world.lock().unwrap().scripted.push_back(scripted);
    }

    /// It sends everybody to this origin.
    pub fn stands_by(&self, leader: &str) {
        self.world.lock().unwrap().leader = Some(leader.to_owned());
    }

    pub fn seal(&self, is_sealed: bool) {
        self.world.lock().unwrap().is_sealed = is_sealed;
    }

    /// What it was asked so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.world.lock().unwrap().heard.clone()
    }
}

/// Answers the requests of one connection.
fn serve(stream: impl Read + Write, world: &Mutex<World>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(length) if length > 0 => {}
            Ok(_) => return None,
            // It is TLS: as servers do, it is told in plain words.
            Err(_) => return reader.get_mut().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok(),
        }
        let mut heard = Heard { line: line.trim_end().to_owned(), headers: Vec::new(), at: Instant::now() };
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            match header.trim_end().split_once(": ") {
                Some((name, text)) => heard.headers.push((name.to_owned(), text.to_owned())),
                None => break,
            }
        }
        let length = heard.header("Content-Length").map_or(Some(0), |text| text.parse().ok())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = serde_json::from_slice(&body).ok();
        let (status, headers, answer) = respond(&mut world.lock().unwrap(), &heard, body)?;
        let text = answer.to_string();
        let length = text.len();
        let whole = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n{text}");
        reader.get_mut().write_all(whole.as_bytes()).ok()?;
        reader.get_mut().flush().ok()?;
    }
}

fn respond(world: &mut World, heard: &Heard, body: Option<Value>) -> Option<(u16, String, Value)> {
    world.heard.push(heard.clone());
    let mut words = heard.line.split_whitespace();
    let (method, path) = (words.next()?, words.next()?.strip_prefix("/v1/")?);
    if let Some(at) = world.scripted.iter().position(|scripted| heard.line.contains(scripted.to)) {
        let Scripted { status, headers, body, .. } = world.scripted.remove(at)?;
        return Some((status, headers, body));
    }
    let plain = |(status, body)| Some((status, String::new(), body));
    let errors = |status, text: &str| plain((status, json!({ "errors": [text] })));
    if path == "sys/seal-status" {
        return plain((200, json!({ "sealed": world.is_sealed })));
    }
    if world.is_sealed {
        return errors(503, "Vault is sealed");
    }
    if let Some(leader) = &world.leader {
        return Some((307, format!("Location: {leader}v1/{path}\r\n"), json!({})));
    }
    if path == "auth/approle/login" {
        let body = body?;
        let is_known = body["role_id"] == ROLE && body["secret_id"] == ROLE_SECRET && !world.used_role_secret;
        world.used_role_secret |= is_known;
        return match is_known {
            true => plain((200, json!({ "auth": { "client_token": TOKEN } }))),
            false => errors(400, "invalid role or secret ID"),
        };
    }
    if heard.header("X-Vault-Token") != Some(TOKEN) {
        return errors(403, "permission denied");
    }
    let namespace = heard.header("X-Vault-Namespace").unwrap_or_default();
    if namespace == NO_NAMESPACE {
        return errors(404, "namespace not found");
    }
    plain(answer(method, path, body, world.secrets.entry(namespace.to_owned()).or_default()))
}

fn answer(method: &str, path: &str, body: Option<Value>, secrets: &mut Secrets) -> (u16, Value) {
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
