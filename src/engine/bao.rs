//! OpenBao and HashiCorp Vault: the key-value engine of version 2.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::address::Address;
use super::error::EngineError;
use super::wire::{Answer, Authorities, NoAuthorities, Request, Wire, tls_with};
use super::{Engine, EngineSecret, EngineVersion};
use crate::content::escape_json;
use crate::content::json_text::{members, unescape};
use crate::memory::SecretBytes;

/// The first wait between two attempts, and the longest.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(3)];
const MOST_REDIRECTS: u32 = 3;
/// Folders below folders, as many as a name has parts at most.
const DEEPEST: usize = 64;

/// Who asks.
pub enum Login {
    /// A token, as it is.
    Token(SecretBytes),
    /// A role of AppRole, which gives a token.
    AppRole {
        /// Its id.
        role: SecretBytes,
        /// The secret of the role.
        secret: SecretBytes,
    },
}

/// How an engine is reached.
pub struct Access {
    /// Where.
    pub address: Address,
    /// Who asks; `None` where nothing was found.
    pub login: Option<Login>,
    /// Whose certificates are trusted.
    pub authorities: Authorities,
    /// Whether plain HTTP may leave this machine.
    pub allows_plain_http: bool,
    /// The namespace, where there are some.
    pub namespace: Option<String>,
    /// For how long an engine that does not answer is asked again.
    pub patience: Duration,
}

/// A place in a key-value engine.
pub struct Bao {
    wire: Wire,
    /// The node that was named, for when another one that it named is gone.
    home: Address,
    access: Access,
    token: SecretBytes,
    mount: String,
    /// The path below the mount, with a slash at its end unless it is empty.
    base: String,
    kept: Option<Option<u64>>,
    /// How far the storage was after the last write: a follower that is not so far yet would tell what was before.
    index: Option<String>,
    since: Option<Instant>,
}

/// Why an engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoEngine {
    /// The certificates of authorities.
    #[error(transparent)]
    Authorities(#[from] NoAuthorities),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

#[derive(Deserialize)]
struct Told<T> {
    data: T,
}

#[derive(Deserialize)]
struct MountData {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct ConfigData {
    max_versions: u64,
}

#[derive(Deserialize)]
struct KeysData {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct SecretData {
    current_version: u64,
    current_metadata_version: Option<u64>,
    custom_metadata: Option<BTreeMap<String, String>>,
    max_versions: u64,
    versions: BTreeMap<String, VersionData>,
}

#[derive(Deserialize)]
struct VersionData {
    created_time: String,
    deletion_time: String,
    destroyed: bool,
}

#[derive(Deserialize)]
struct StoredData {
    version: u64,
}

#[derive(Deserialize)]
struct DocumentData<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SealData {
    sealed: bool,
}

impl Bao {
    /// Logs in and finds the mount.
    ///
    /// # Errors
    /// [`NoEngine`].
    pub fn connect(mut access: Access) -> Result<Self, NoEngine> {
        let address = access.address.clone();
        let host = address.authority();
        if !address.is_tls && !address.is_loopback() && !access.allows_plain_http {
            return Err(EngineError::PlainHttp { host }.into());
        }
        let login = access.login.take().ok_or(EngineError::NoToken { host })?;
        let tls = if address.is_tls { Some(tls_with(&access.authorities)?) } else { None };
        let mut bao = Self {
            wire: Wire::new(address.clone(), tls),
            home: address,
            access,
            token: SecretBytes::new(),
            mount: String::new(),
            base: String::new(),
            kept: None,
            index: None,
            since: None,
        };
        let mut attempt = 0;
        loop {
            match bao.enter(&login) {
                Err(error) if error.may_pass() => {
                    attempt += 1;
                    bao.wait(attempt, error)?;
                }
                other => break other?,
            }
        }
        Ok(bao)
    }

    fn enter(&mut self, login: &Login) -> Result<(), EngineError> {
        self.token = match login {
            Login::Token(token) => token.duplicate(),
            Login::AppRole { role, secret } => self.log_in(role, secret)?,
        };
        self.find_mount()
    }

    fn log_in(&mut self, role: &SecretBytes, secret: &SecretBytes) -> Result<SecretBytes, EngineError> {
        let path = "auth/approle/login";
        let refused = || EngineError::TokenNotAccepted { host: self.home.authority() };
        let mut body = SecretBytes::new();
        body.extend(b"{\"role_id\":");
        body.extend(escape_json(role.expose_text().ok_or_else(refused)?).expose());
        body.extend(b",\"secret_id\":");
        body.extend(escape_json(secret.expose_text().ok_or_else(refused)?).expose());
        body.push(b'}');
        let refused = refused();
        let answer = self.send("POST", path, Some(&body))?;
        if matches!(answer.status, 400 | 403) {
            return Err(refused);
        }
        let answer = self.judged(answer, "write", path)?.ok_or(refused)?;
        let token = members(answer.expose()).ok().and_then(|all| member(&all, "auth").map(RawValue::get));
        let token = token.and_then(|auth| {
            let all = members(auth.as_bytes()).ok()?;
            unescape(member(&all, "client_token")?)
        });
        token.ok_or_else(|| self.senseless(path, "it has no token"))
    }

    /// The mount that the path begins with. Where it may not be asked for, it is the first part of the path.
    fn find_mount(&mut self) -> Result<(), EngineError> {
        let path = self.home.path.clone();
        let asked = format!("sys/internal/ui/mounts/{}", percent_encoded(&path));
        let answer = self.send("GET", &asked, None)?;
        let mount = match answer.status {
            403 | 404 => {
                self.know_token(answer.status)?;
                path.split('/').next().unwrap_or_default().to_owned()
            }
            _ => {
                let body = self.judged(answer, "read", &asked)?.unwrap_or_default();
                let told: MountData = self.told(&body, &asked)?;
                let version = told.options.and_then(|options| options.get("version").cloned());
                let mount = told.path.trim_matches('/').to_owned();
                if told.kind != "kv" || version.as_deref() != Some("2") {
                    return Err(EngineError::NotKeyValue { host: self.wire.host(), mount });
                }
                mount
            }
        };
        let below = path.strip_prefix(&mount).unwrap_or_default().trim_matches('/');
        self.base = if below.is_empty() { String::new() } else { format!("{below}/") };
        self.mount = mount;
        Ok(())
    }

    /// A token that may not ask about itself is as good as none.
    fn know_token(&mut self, status: u16) -> Result<(), EngineError> {
        if status == 403 && self.send("GET", "auth/token/lookup-self", None)?.status == 403 {
            return Err(EngineError::TokenNotAccepted { host: self.wire.host() });
        }
        Ok(())
    }

    fn path(&self, kind: &str, name: &str) -> String {
        percent_encoded(&format!("{}/{kind}/{}{name}", self.mount, self.base))
    }

    /// Sends a request, and goes where the node says that its leader is.
    fn send(
        &mut self,
        method: &'static str,
        path: &str,
        body: Option<&SecretBytes>,
    ) -> Result<Answer, EngineError> {
        let mut redirects = 0;
        loop {
            let request = Request {
                method,
                path: format!("/v1/{path}"),
                token: (!self.token.is_empty()).then_some(&self.token),
                namespace: self.access.namespace.as_deref(),
                index: self.index.as_deref(),
                body,
            };
            let answer = match self.wire.exchange(&request) {
                Err(error) => {
                    self.go_home();
                    self.index = None;
                    return Err(error);
                }
                Ok(answer) => answer,
            };
            if !matches!(answer.status, 301 | 302 | 307 | 308) {
                if method != "GET" && answer.index.is_some() {
                    self.index.clone_from(&answer.index);
                }
                return Ok(answer);
            }
            redirects += 1;
            let target = answer.location.as_deref().and_then(|location| self.leader(location));
            match target {
                Some(address) if redirects <= MOST_REDIRECTS => {
                    let tls = if address.is_tls { Some(self.tls()?) } else { None };
                    self.wire = Wire::new(address, tls);
                }
                _ => {
                    let host = self.wire.host();
                    self.go_home();
                    return Err(EngineError::Standby { host });
                }
            }
        }
    }

    /// Where a node sends whoever asks it. The token goes along, so it must be as safe there as here.
    fn leader(&self, location: &str) -> Option<Address> {
        let (address, _) = location.split_once("/v1/")?;
        let address: Address = format!("openbao:{address}/{}", self.home.path).parse().ok()?;
        let is_safe =
            address.is_tls || (!self.home.is_tls && (address.is_loopback() || self.access.allows_plain_http));
        is_safe.then_some(address)
    }

    fn tls(&self) -> Result<std::sync::Arc<rustls::ClientConfig>, EngineError> {
        tls_with(&self.access.authorities).map_err(|_| EngineError::NotTls { host: self.wire.host() })
    }

    fn go_home(&mut self) {
        if *self.wire.address() != self.home {
            let tls = if self.home.is_tls { self.tls().ok() } else { None };
            self.wire = Wire::new(self.home.clone(), tls);
        }
    }

    /// Asks, and takes the answer apart: `None` where there is nothing.
    fn ask(
        &mut self,
        method: &'static str,
        path: &str,
        body: Option<&SecretBytes>,
        action: &'static str,
    ) -> Result<Option<SecretBytes>, EngineError> {
        let answer = self.send(method, path, body)?;
        self.judged(answer, action, path)
    }

    fn judged(
        &mut self,
        answer: Answer,
        action: &'static str,
        path: &str,
    ) -> Result<Option<SecretBytes>, EngineError> {
        let host = self.wire.host();
        // What the server says is looked at and never shown.
        let says = |words: &str| find(answer.body.expose(), words.as_bytes());
        let name = || path.rsplit_once(&self.base).map_or(path, |(_, name)| name).to_owned();
        Err(match answer.status {
            200..300 => return Ok(Some(answer.body)),
            404 => return Ok(None),
            400 if says("check-and-set") => EngineError::Changed { name: name() },
            412 => self.wire.unavailable("it has not seen the last change yet"),
            413 => EngineError::TooLarge { host, name: name() },
            500 if says("too large") => EngineError::TooLarge { host, name: name() },
            403 => {
                self.know_token(403)?;
                EngineError::Forbidden { host, action, path: path.to_owned() }
            }
            429 => self.wire.unavailable("it has too much to do"),
            500 if says("not active") => EngineError::Standby { host },
            500 | 502 | 503 | 504 => self.why_not(answer.status)?,
            status => EngineError::Refused { host, action, path: path.to_owned(), status },
        })
    }

    /// Why a node does not serve.
    fn why_not(&mut self, status: u16) -> Result<EngineError, EngineError> {
        let answer = self.send("GET", "sys/seal-status", None)?;
        let is_sealed = serde_json::from_slice(answer.body.expose()).is_ok_and(|told: SealData| told.sealed);
        Ok(match status {
            _ if is_sealed => EngineError::Sealed { host: self.wire.host() },
            503 => EngineError::Standby { host: self.wire.host() },
            _ => self.wire.unavailable("it reports a failure of its own"),
        })
    }

    fn told<'a, T: Deserialize<'a>>(&self, body: &'a SecretBytes, path: &str) -> Result<T, EngineError> {
        let told: Result<Told<T>, _> = serde_json::from_slice(body.expose());
        told.map(|told| told.data).map_err(|_| self.senseless(path, "it is not the JSON that was expected"))
    }

    fn senseless(&self, path: &str, what: &'static str) -> EngineError {
        EngineError::Senseless { host: self.wire.host(), path: path.to_owned(), what }
    }

    /// The names in a folder, those of its folders too.
    fn list(&mut self, folder: &str, depth: usize, names: &mut Vec<String>) -> Result<(), EngineError> {
        let path = format!("{}?list=true", self.path("metadata", folder).trim_end_matches('/'));
        let Some(body) = self.ask("GET", &path, None, "list")? else { return Ok(()) };
        let told: KeysData = self.told(&body, &path)?;
        for key in told.keys {
            let name = format!("{folder}{key}");
            match key.ends_with('/') {
                true if depth < DEEPEST => self.list(&name, depth + 1, names)?,
                true => {}
                false => names.push(name),
            }
        }
        Ok(())
    }
}

impl Engine for Bao {
    fn kept_versions(&mut self) -> Result<Option<u64>, EngineError> {
        if let Some(kept) = self.kept {
            return Ok(kept);
        }
        let path = format!("{}/config", self.mount);
        let kept = match self.ask("GET", &path, None, "read") {
            Ok(Some(body)) => Some(self.told::<ConfigData>(&body, &path)?.max_versions),
            Ok(None) | Err(EngineError::Forbidden { .. }) => None,
            Err(error) => return Err(error),
        };
        self.kept = Some(kept);
        Ok(kept)
    }

    fn names(&mut self) -> Result<Vec<String>, EngineError> {
        let mut names = Vec::new();
        self.list("", 0, &mut names)?;
        Ok(names)
    }

    fn secret(&mut self, name: &str) -> Result<Option<EngineSecret>, EngineError> {
        let path = self.path("metadata", name);
        let Some(body) = self.ask("GET", &path, None, "read")? else { return Ok(None) };
        let told: SecretData = self.told(&body, &path)?;
        let version = |(number, version): (String, VersionData)| {
            let is_live = !version.destroyed && version.deletion_time.is_empty();
            Some((number.parse().ok()?, EngineVersion { created: version.created_time, is_live }))
        };
        Ok(Some(EngineSecret {
            current: told.current_version,
            versions: told.versions.into_iter().filter_map(version).collect(),
            entries: told.custom_metadata.unwrap_or_default(),
            revision: told.current_metadata_version,
            kept: told.max_versions,
        }))
    }

    fn document(&mut self, name: &str, number: u64) -> Result<Option<SecretBytes>, EngineError> {
        let path = format!("{}?version={number}", self.path("data", name));
        let Some(body) = self.ask("GET", &path, None, "read")? else { return Ok(None) };
        let told: DocumentData<'_> = self.told(&body, &path)?;
        Ok(told.data.map(|data| SecretBytes::copy_of(data.get().as_bytes())))
    }

    fn store(&mut self, name: &str, after: u64, document: &SecretBytes) -> Result<u64, EngineError> {
        let path = self.path("data", name);
        let mut body = SecretBytes::with_capacity(document.len() + 64);
        body.extend(format!("{{\"options\":{{\"cas\":{after}}},\"data\":").as_bytes());
        body.extend(document.expose());
        body.push(b'}');
        let answer = self.ask("POST", &path, Some(&body), "write")?;
        let answer = answer
            .ok_or_else(|| EngineError::NotKeyValue { host: self.wire.host(), mount: self.mount.clone() })?;
        Ok(self.told::<StoredData>(&answer, &path)?.version)
    }

    fn mark(
        &mut self,
        name: &str,
        entries: &BTreeMap<String, String>,
        revision: Option<u64>,
    ) -> Result<(), EngineError> {
        let path = self.path("metadata", name);
        let mut body = SecretBytes::new();
        body.extend(b"{\"custom_metadata\":");
        // Writing into memory does not fail, and all keys are texts.
        let _ = serde_json::to_writer(&mut body, entries);
        if let Some(revision) = revision {
            body.extend(format!(",\"metadata_cas\":{revision}").as_bytes());
        }
        body.push(b'}');
        self.ask("POST", &path, Some(&body), "write").map(|_| ())
    }

    fn wait(&mut self, attempt: u32, cause: EngineError) -> Result<(), EngineError> {
        let now = Instant::now();
        let since = match self.since {
            Some(since) if attempt > 1 => since,
            _ => *self.since.insert(now),
        };
        if now.duration_since(since) >= self.access.patience {
            let seconds = self.access.patience.as_secs();
            return Err(EngineError::GaveUp { cause: Box::new(cause), seconds });
        }
        let [first, longest] = WAITS;
        thread::sleep((first * 2_u32.saturating_pow(attempt.saturating_sub(1).min(8))).min(longest));
        Ok(())
    }
}

fn member<'a>(members: &[(&'a RawValue, &'a RawValue)], name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(known, _)| known.get().trim_matches('"') == name).map(|(_, value)| *value)
}

fn find(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window == words)
}

/// A path, every character by number that a path cannot hold: names there may have any.
fn percent_encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(byte.into()),
            b'/' | b'-' | b'_' | b'.' | b'~' | b'+' | b'=' | b'@' => encoded.push(byte.into()),
            other => encoded += &format!("%{other:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_a_path_travels() {
        assert_eq!(percent_encoded("secret/data/a+b=@c/ä?x=2"), "secret/data/a+b=@c/%C3%A4%3Fx=2");
    }
}
