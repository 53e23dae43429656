//! HTTP to one node of an engine: one connection at a time, kept open from request to request.
//!
//! Requests and answers hold tokens and values, so both are built and read in wiping buffers; a library for HTTP would
//! keep copies. What rustls holds between its own buffers and the socket is beyond our reach. No proxy is asked: an
//! engine is reached directly, and nobody on the way learns its address.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::address::Address;
use super::error::{CertificateFault, EngineError};
use crate::domain::{reason, visible};
use crate::memory::SecretBytes;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A busy cluster answers late; nobody waits for longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The longest answer: a value of 1 MiB may be six times as long in JSON.
const LONGEST: usize = 16 * 1024 * 1024;
/// All authorities of the world fit into it.
const LONGEST_FILE: u64 = 4 * 1024 * 1024;
const MOST_HEADERS: usize = 64;

/// Whose certificates are trusted.
#[derive(Debug, Clone)]
pub enum Authorities {
    /// Those that this system trusts.
    OfSystem,
    /// Those of a file, as PEM.
    OfFile(Vec<u8>),
}

impl Authorities {
    /// Those of a PEM file.
    ///
    /// # Errors
    /// [`NoAuthorities`]; whether it holds any is found when they are used.
    pub fn of_file(path: &Path) -> Result<Self, NoAuthorities> {
        let named = || visible(&path.display().to_string()).into_owned();
        let mut pem = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut pem));
        match read {
            Err(error) => Err(NoAuthorities::Unreadable { path: named(), reason: reason(&error) }),
            Ok(length) if length as u64 > LONGEST_FILE => Err(NoAuthorities::TooLong { path: named() }),
            Ok(_) => Ok(Self::OfFile(pem)),
        }
    }
}

/// Why there are no authorities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAuthorities {
    /// The file cannot be read.
    #[error("cannot read the file of authorities '{path}': {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The file is something else.
    #[error("the file of authorities '{path}' is too long")]
    TooLong {
        /// The file.
        path: String,
    },
    /// The file holds none.
    #[error("there is no certificate in PEM form")]
    NotPem,
    /// The system has none.
    #[error("this system has no list of trusted certificates")]
    NoneOfSystem,
}

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    /// How far the storage was, where a node tells it.
    pub(super) index: Option<String>,
    /// For how many seconds it asks to wait.
    pub(super) retry_after: Option<u64>,
    pub(super) body: SecretBytes,
}

/// A way to one node.
pub(super) struct Wire {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
    open: Option<Stream>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// What TLS needs to know.
///
/// # Errors
/// [`NoAuthorities`].
pub(super) fn tls_with(authorities: &Authorities) -> Result<Arc<ClientConfig>, NoAuthorities> {
    let mut roots = RootCertStore::empty();
    let none = match authorities {
        Authorities::OfSystem => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            NoAuthorities::NoneOfSystem
        }
        Authorities::OfFile(pem) => {
            roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
            NoAuthorities::NotPem
        }
    };
    if roots.is_empty() {
        return Err(none);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // It has the versions that the features of the crate name.
    let Ok(builder) = builder else { return Err(none) };
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

impl Wire {
    pub(super) const fn new(address: Address, tls: Option<Arc<ClientConfig>>) -> Self {
        Self { address, tls, open: None }
    }

    pub(super) const fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn host(&self) -> String {
        self.address.authority()
    }

    /// Sends a request, which holds everything but the head of its host, and reads the answer.
    pub(super) fn exchange(&mut self, request: &Request<'_>) -> Result<Answer, EngineError> {
        let until = Instant::now() + ANSWER_WITHIN * 2;
        if let Some(stream) = self.open.take() {
            match self.over(stream, request, until) {
                // A connection that the server ended while nobody used it: what only reads is asked once more.
                Err(_) if request.body.is_none() => {}
                other => return other,
            }
        }
        let stream = self.connect()?;
        self.over(stream, request, until)
    }

    fn over(
        &mut self,
        mut stream: Stream,
        request: &Request<'_>,
        until: Instant,
    ) -> Result<Answer, EngineError> {
        let bytes = request.to_bytes(&self.host());
        stream
            .write_all(bytes.expose())
            .and_then(|()| stream.flush())
            .map_err(|error| self.broken(&error))?;
        let (answer, stays_open) = self.read(&mut stream, until)?;
        self.open = stays_open.then_some(stream);
        Ok(answer)
    }

    fn connect(&self) -> Result<Stream, EngineError> {
        let unreachable = |why: String| EngineError::Unreachable { host: self.host(), why };
        let found = (self.address.host.as_str(), self.address.port).to_socket_addrs();
        let found = found.map_err(|error| unreachable(resolve_fault(&error)))?;
        let mut why = "no address of that name".to_owned();
        for address in found {
            // Whatever else the name stands for, plain HTTP does not leave this machine.
            if self.address.is_loopback() && !address.ip().is_loopback() {
                continue;
            }
            match TcpStream::connect_timeout(&address, CONNECT_WITHIN) {
                Ok(stream) => return self.greet(stream),
                Err(error) => why = reason(&error),
            }
        }
        Err(unreachable(why))
    }

    fn greet(&self, stream: TcpStream) -> Result<Stream, EngineError> {
        let set = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(ANSWER_WITHIN)))
            .and_then(|()| stream.set_write_timeout(Some(ANSWER_WITHIN)));
        set.map_err(|error| self.broken(&error))?;
        let Some(config) = &self.tls else { return Ok(Stream::Plain(stream)) };
        let name = ServerName::try_from(self.address.host.clone());
        let failed = || EngineError::NotTls { host: self.host() };
        let name = name.map_err(|_| failed())?;
        let connection = ClientConnection::new(config.clone(), name).map_err(|_| failed())?;
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| self.broken(&error))?;
        }
        Ok(Stream::Tls(Box::new(stream)))
    }

    fn read(&self, stream: &mut Stream, until: Instant) -> Result<(Answer, bool), EngineError> {
        let mut bytes = SecretBytes::new();
        let mut piece = SecretBytes::zeroed(16 * 1024);
        let mut more = |bytes: &mut SecretBytes| -> Result<bool, EngineError> {
            if Instant::now() > until {
                return Err(self.unavailable("its answer takes too long"));
            }
            if bytes.len() > LONGEST {
                return Err(self.unavailable("its answer is too long"));
            }
            let length = stream.read(piece.expose_mut()).map_err(|error| self.broken(&error))?;
            bytes.extend(&piece.expose()[..length]);
            Ok(length > 0)
        };
        let head = loop {
            match head_of(bytes.expose()) {
                Ok(Some(head)) if head.status >= 200 => break head,
                // "100 Continue", which nobody asked for.
                Ok(Some(head)) => bytes.remove(0..head.length),
                Ok(None) if more(&mut bytes)? => {}
                Ok(None) => return Err(self.unavailable("it ended the connection")),
                Err(NotHttp) => return Err(self.unavailable("its answer is not HTTP")),
            }
        };
        bytes.remove(0..head.length);
        let mut stays_open = head.stays_open;
        match head.body {
            Body::None => {}
            Body::Sized(length) => {
                while bytes.len() < length {
                    if !more(&mut bytes)? {
                        return Err(self.unavailable("it ended the connection"));
                    }
                }
                bytes.truncate(length);
            }
            Body::Chunked => {
                let mut whole = SecretBytes::new();
                while !take_chunk(&mut bytes, &mut whole)
                    .map_err(|_| self.unavailable("its answer is not HTTP"))?
                {
                    if whole.len() > LONGEST {
                        return Err(self.unavailable("its answer is too long"));
                    }
                    if !more(&mut bytes)? {
                        return Err(self.unavailable("it ended the connection"));
                    }
                }
                bytes = whole;
            }
            Body::ToTheEnd => {
                while more(&mut bytes)? {}
                stays_open = false;
            }
        }
        let Head { status, location, index, retry_after, .. } = head;
        Ok((Answer { status, location, index, retry_after, body: bytes }, stays_open))
    }

    pub(super) fn unavailable(&self, why: &'static str) -> EngineError {
        EngineError::Unavailable { host: self.host(), why }
    }

    /// What broke a connection. The words of TLS libraries are about their insides.
    fn broken(&self, error: &io::Error) -> EngineError {
        let host = self.host();
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return match error {
                rustls::Error::InvalidCertificate(fault) => {
                    EngineError::Certificate { host, why: certificate_fault(fault) }
                }
                _ => EngineError::NotTls { host },
            };
        }
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => self.unavailable("there is no answer"),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                self.unavailable("it ended the connection")
            }
            _ => EngineError::Unreachable { host, why: reason(error) },
        }
    }
}

const fn certificate_fault(fault: &CertificateError) -> CertificateFault {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateFault::NotYet
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherHost
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownAuthority,
        CertificateError::Revoked => CertificateFault::Revoked,
        _ => CertificateFault::Unverifiable,
    }
}

/// The resolver's own words come without a number of the system.
fn resolve_fault(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => reason(error),
        None => "its name is not known".to_owned(),
    }
}

/// A request.
pub(super) struct Request<'a> {
    pub(super) method: &'static str,
    /// From the first slash on, percent-encoded.
    pub(super) path: String,
    pub(super) token: Option<&'a SecretBytes>,
    pub(super) namespace: Option<&'a str>,
    /// How far the storage of the node must be.
    pub(super) index: Option<&'a str>,
    pub(super) body: Option<&'a SecretBytes>,
}

impl Request<'_> {
    fn to_bytes(&self, host: &str) -> SecretBytes {
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

struct Head {
    length: usize,
    status: u16,
    location: Option<String>,
    index: Option<String>,
    retry_after: Option<u64>,
    body: Body,
    stays_open: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Body {
    None,
    Sized(usize),
    Chunked,
    ToTheEnd,
}

#[derive(Debug, PartialEq, Eq)]
struct NotHttp;

/// The head of an answer, if it is all there.
fn head_of(bytes: &[u8]) -> Result<Option<Head>, NotHttp> {
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
fn take_chunk(bytes: &mut SecretBytes, whole: &mut SecretBytes) -> Result<bool, NotHttp> {
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
