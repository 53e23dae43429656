//! The nodes of a cluster: who asks, which node answers, and why one does not.

use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::access::{Access, Login, NoEngine, token as one_word};
use super::super::address::Address;
use super::super::error::EngineError;
use super::super::wire::{Answer, Request, Wire, tls_with};
use crate::content::escape_json;
use crate::content::json_text::{members, unescape};
use crate::memory::SecretBytes;

/// The first wait between two attempts, and the longest.
const WAITS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(3)];
/// After so long a wait it is looked whether to stop.
const NAP: Duration = Duration::from_millis(100);
const MOST_REDIRECTS: u32 = 3;

/// A node that answers, and the one that was named.
pub(super) struct Node {
    wire: Wire,
    /// The node that was named, for when another one that it named is gone.
    home: Address,
    access: Access,
    token: SecretBytes,
    /// How far the storage was after the last write: a follower that is not so far yet would tell what was before.
    index: Option<String>,
    since: Option<Instant>,
}

#[derive(Deserialize)]
struct Told<T> {
    data: T,
}

#[derive(Deserialize)]
struct SealData {
    sealed: bool,
}

impl Node {
    /// The node that was named; nothing is sent yet.
    pub(super) fn of(mut access: Access) -> Result<(Self, Login), NoEngine> {
        let home = access.address.clone();
        let host = home.authority();
        if !home.is_tls && !home.is_loopback() && !access.allows_plain_http {
            return Err(EngineError::PlainHttp { host }.into());
        }
        let login = access.login.take().ok_or(EngineError::NoToken { host })?;
        let tls = if home.is_tls { Some(tls_with(&access.authorities)?) } else { None };
        let wire = Wire::new(home.clone(), tls);
        let node = Self { wire, home, access, token: SecretBytes::new(), index: None, since: None };
        Ok((node, login))
    }

    pub(super) fn host(&self) -> String {
        self.wire.host()
    }

    /// The mount and the path below it, as they were named.
    pub(super) fn named_path(&self) -> &str {
        &self.home.path
    }

    pub(super) fn log_in(&mut self, login: &Login) -> Result<(), EngineError> {
        self.token = match login {
            Login::Token(token) => token.duplicate(),
            Login::AppRole { role, secret } => self.token_of_role(role, secret)?,
        };
        Ok(())
    }

    fn token_of_role(
        &mut self,
        role: &SecretBytes,
        secret: &SecretBytes,
    ) -> Result<SecretBytes, EngineError> {
        let path = "auth/approle/login";
        let refused = EngineError::RoleNotAccepted { host: self.home.authority() };
        let (Some(role), Some(secret)) = (role.expose_text(), secret.expose_text()) else {
            return Err(refused);
        };
        let mut body = SecretBytes::new();
        body.extend(b"{\"role_id\":");
        body.extend(escape_json(role).expose());
        body.extend(b",\"secret_id\":");
        body.extend(escape_json(secret).expose());
        body.push(b'}');
        let answer = self.send("POST", path, Some(&body))?;
        if matches!(answer.status, 400 | 403) {
            return Err(refused);
        }
        let answer = self.judged(answer, "write", path, "")?.ok_or(refused)?;
        let token = members(answer.expose()).ok().and_then(|all| member(&all, "auth").map(RawValue::get));
        let token = token.and_then(|auth| {
            let all = members(auth.as_bytes()).ok()?;
            unescape(member(&all, "client_token")?)
        });
        token.and_then(|token| one_word(token).ok()).ok_or_else(|| self.senseless(path, "it has no token"))
    }

    /// After a refusal: a token that may not even ask about itself is as good as none.
    pub(super) fn know_token(&mut self) -> Result<(), EngineError> {
        if self.send("GET", "auth/token/lookup-self", None)?.status == 403 {
            return Err(EngineError::TokenNotAccepted { host: self.host() });
        }
        Ok(())
    }

    /// Sends a request, and goes where the node says that its leader is.
    pub(super) fn send(
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
            let went = match answer.location.as_deref().and_then(|location| self.leader(location)) {
                Some(address) if redirects <= MOST_REDIRECTS => self.go_to(address),
                _ => Err(EngineError::Standby { host: self.host() }),
            };
            if let Err(error) = went {
                self.go_home();
                return Err(error);
            }
        }
    }

    /// Where a node sends whoever asks it.
    fn leader(&self, location: &str) -> Option<Address> {
        let (address, _) = location.split_once("/v1/")?;
        format!("openbao:{address}/{}", self.home.path).parse().ok()
    }

    /// The token goes along, so it must be as safe there as it is at home.
    fn go_to(&mut self, address: Address) -> Result<(), EngineError> {
        let is_safe =
            address.is_tls || (!self.home.is_tls && (address.is_loopback() || self.access.allows_plain_http));
        if !is_safe {
            let (host, leader) = (self.host(), address.authority());
            return Err(EngineError::PlainHttpOfLeader { host, leader });
        }
        let tls = if address.is_tls { Some(self.tls()?) } else { None };
        self.wire = Wire::new(address, tls);
        Ok(())
    }

    fn tls(&self) -> Result<std::sync::Arc<rustls::ClientConfig>, EngineError> {
        tls_with(&self.access.authorities).map_err(|_| EngineError::NotTls { host: self.host() })
    }

    fn go_home(&mut self) {
        if *self.wire.address() != self.home {
            let tls = if self.home.is_tls { self.tls().ok() } else { None };
            self.wire = Wire::new(self.home.clone(), tls);
        }
    }

    /// Asks, and takes the answer apart: `None` where there is nothing. `name` is the secret that it is about.
    pub(super) fn ask(
        &mut self,
        method: &'static str,
        path: &str,
        body: Option<&SecretBytes>,
        (action, name): (&'static str, &str),
    ) -> Result<Option<SecretBytes>, EngineError> {
        let answer = self.send(method, path, body)?;
        self.judged(answer, action, path, name)
    }

    pub(super) fn judged(
        &mut self,
        answer: Answer,
        action: &'static str,
        path: &str,
        name: &str,
    ) -> Result<Option<SecretBytes>, EngineError> {
        let host = self.host();
        // What the server says is looked at and never shown.
        let says = |words: &str| find(answer.body.expose(), words.as_bytes());
        let (path, name) = (path.to_owned(), name.to_owned());
        Err(match answer.status {
            200..300 => return Ok(Some(answer.body)),
            404 => match &self.access.namespace {
                Some(namespace) if says("namespace not found") => {
                    EngineError::NoNamespace { host, namespace: namespace.clone() }
                }
                _ => return Ok(None),
            },
            // So does a node say that has just heard of the mount.
            400 if says("Upgrading from non-versioned") => {
                self.wire.unavailable("it is still preparing its storage for versions")
            }
            400 if says("check-and-set") => EngineError::Changed { name },
            412 => self.wire.unavailable("it has not seen the last change yet"),
            413 => EngineError::TooLarge { host, name },
            500 if says("too large") => EngineError::TooLarge { host, name },
            403 => {
                self.know_token()?;
                EngineError::Forbidden { host, action, path }
            }
            429 => EngineError::Busy { host, seconds: answer.retry_after },
            500 if says("not active") => EngineError::Standby { host },
            500 | 502 | 503 | 504 => self.why_not(answer.status)?,
            status => EngineError::Refused { host, action, path, status },
        })
    }

    /// Why a node does not serve.
    fn why_not(&mut self, status: u16) -> Result<EngineError, EngineError> {
        let answer = self.send("GET", "sys/seal-status", None)?;
        let is_sealed = serde_json::from_slice(answer.body.expose()).is_ok_and(|told: SealData| told.sealed);
        Ok(match status {
            _ if is_sealed => EngineError::Sealed { host: self.host() },
            503 => EngineError::Standby { host: self.host() },
            _ => self.wire.unavailable("it reports a failure of its own"),
        })
    }

    /// The `data` of an answer.
    pub(super) fn told<'a, T: Deserialize<'a>>(
        &self,
        body: &'a SecretBytes,
        path: &str,
    ) -> Result<T, EngineError> {
        let told: Result<Told<T>, _> = serde_json::from_slice(body.expose());
        told.map(|told| told.data).map_err(|_| self.senseless(path, "it is not the JSON that was expected"))
    }

    fn senseless(&self, path: &str, what: &'static str) -> EngineError {
        EngineError::Senseless { host: self.host(), path: path.to_owned(), what }
    }

    pub(super) fn wait(&mut self, attempt: u32, cause: EngineError) -> Result<(), EngineError> {
        let now = Instant::now();
        let since = match self.since {
            Some(since) if attempt > 1 => since,
            _ => *self.since.insert(now),
        };
        let patience = self.access.patience;
        let left = patience.saturating_sub(now.duration_since(since));
        let asked = cause.asked_pause();
        if asked.is_some_and(|asked| asked > left) {
            return Err(cause);
        }
        if left.is_zero() {
            return Err(EngineError::GaveUp { cause: Box::new(cause), seconds: patience.as_secs() });
        }
        let [first, longest] = WAITS;
        let own = (first * 2_u32.saturating_pow(attempt.saturating_sub(1).min(8))).min(longest);
        let until = now + own.max(asked.unwrap_or_default());
        while let Some(rest) = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
            if (self.access.is_stopped)() {
                return Err(EngineError::Stopped);
            }
            thread::sleep(rest.min(NAP));
        }
        Ok(())
    }
}

fn member<'a>(members: &[(&'a RawValue, &'a RawValue)], name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(known, _)| known.get().trim_matches('"') == name).map(|(_, value)| *value)
}

fn find(text: &[u8], words: &[u8]) -> bool {
    text.windows(words.len()).any(|window| window == words)
}
