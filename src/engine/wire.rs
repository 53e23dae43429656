//! HTTP to one node of an engine: one connection at a time, kept open from request to request.
//!
//! Requests and answers hold tokens and values, so both are built and read in wiping buffers; a library for HTTP would
//! keep copies. What rustls holds between its own buffers and the socket is beyond our reach. No proxy is asked: an
//! engine is reached directly, and nobody on the way learns its address.

mod message;
mod tls;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::address::Address;
use super::error::EngineError;
use crate::domain::reason;
use crate::memory::SecretBytes;

pub(super) use message::{Answer, Request};
use message::{Body, Head, LONGEST, NotHttp, head_of, take_chunk};
pub(super) use tls::tls_with;
pub use tls::{Authorities, NoAuthorities};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A busy cluster answers late; nobody waits for longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

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
                    EngineError::Certificate { host, why: tls::certificate_fault(fault) }
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

/// The resolver's own words come without a number of the system.
fn resolve_fault(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => reason(error),
        None => "its name is not known".to_owned(),
    }
}
