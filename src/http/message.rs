//! Cuts requests out of a stream of bytes, in wiping buffers: the older SDK puts values into the query.

use crate::memory::SecretBytes;

/// The most bytes of a request line with its headers: a value of 30,720 bytes, percent-encoded, fits.
pub(super) const LONGEST_HEAD: usize = 128 * 1024;

/// The most bytes of a body.
pub(super) const LONGEST_BODY: usize = 8 * 1024 * 1024;

/// The most headers of a request.
const MOST_HEADERS: usize = 100;

/// The most bytes of the line that begins a chunk, and of the headers behind the last one.
const LONGEST_CHUNK_LINE: usize = 8 * 1024;

/// A whole request.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: SecretBytes,
    pub(super) headers: Headers,
    pub(super) body: SecretBytes,
    /// Whether another request may follow on the connection.
    pub(super) keep_alive: bool,
}

/// Headers, names in lower case.
#[derive(Default)]
pub(super) struct Headers(Vec<(String, SecretBytes)>);

impl Headers {
    /// The values under a name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.expose())
    }

    /// The one value under a name, as text; `None` where there is none, or more than one.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let value = values.next()?;
        values.next().is_none().then(|| std::str::from_utf8(value).ok().map(str::trim)).flatten()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    fn has_token(&self, name: &str, token: &str) -> bool {
        self.all(name)
            .filter_map(|value| std::str::from_utf8(value).ok())
            .flat_map(|value| value.split(','))
            .any(|word| word.trim().eq_ignore_ascii_case(token))
    }
}

/// What the bytes so far are.
pub(super) enum Found {
    /// Not yet a request.
    Nothing,
    /// The head of one whose client waits to be told to go on.
    Expecting,
    /// A request.
    Whole(Box<Request>),
}

/// Bytes that are not an HTTP request that is answered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    Malformed,
    HeadTooLong,
    BodyTooLong,
    Version,
    Encoding,
}

impl Broken {
    pub(super) const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::HeadTooLong => 431,
            Self::BodyTooLong => 413,
            Self::Version => 505,
            Self::Encoding => 501,
        }
    }

    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Malformed => "this is not an HTTP request",
            Self::HeadTooLong => "the request line and the headers have more than 128 KiB",
            Self::BodyTooLong => "the body has more than 8 MiB",
            Self::Version => "only HTTP/1.0 and HTTP/1.1 are spoken here",
            Self::Encoding => "only the transfer encoding 'chunked' is understood here",
        }
    }
}

/// A head, and how its body comes.
struct Head {
    request: Request,
    framing: Framing,
    expects: bool,
}

enum Framing {
    Length(usize),
    /// The chunks so far lie in the request's body.
    Chunked {
        at: Chunk,
    },
}

enum Chunk {
    /// Before the line with its size.
    Size,
    /// So many bytes of it are still to come, its line end not counted.
    Data(usize),
    /// After its bytes, before its line end.
    End,
    /// After the last one: headers that nobody reads.
    Trailer,
}

/// The bytes of one connection that are not yet a request.
pub(super) struct Incoming {
    bytes: SecretBytes,
    /// The head is parsed again when so many bytes are there, or its end is seen: a client that sends byte by byte
    /// costs no more than one that does not.
    look_at: usize,
    head: Option<Box<Head>>,
}

impl Incoming {
    pub(super) const fn new() -> Self {
        Self { bytes: SecretBytes::new(), look_at: 1, head: None }
    }

    /// Whether a request has begun.
    pub(super) fn has_begun(&self) -> bool {
        self.head.is_some() || !self.bytes.is_empty()
    }

    /// How many bytes are held.
    pub(super) fn held(&self) -> usize {
        self.bytes.len() + self.head.as_ref().map_or(0, |head| head.request.body.len())
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        // A head that ended somewhere in the last bytes and these.
        let from = self.bytes.len().saturating_sub(3);
        self.bytes.extend(bytes);
        let new = &self.bytes.expose()[from..];
        if self.head.is_none() && new.windows(2).any(|pair| pair == b"\n\n" || pair == b"\n\r") {
            self.look_at = 0;
        }
    }

    /// The next request, if it is there.
    pub(super) fn next(&mut self) -> Result<Found, Broken> {
        if self.head.is_none() && !self.read_head()? {
            return Ok(Found::Nothing);
        }
        let Some(head) = &mut self.head else { return Ok(Found::Nothing) };
        let is_whole = match &mut head.framing {
            Framing::Length(length) => {
                let is_whole = self.bytes.len() >= *length;
                if is_whole {
                    head.request.body = SecretBytes::copy_of(&self.bytes.expose()[..*length]);
                    self.bytes.remove(0..*length);
                }
                is_whole
            }
            Framing::Chunked { at } => read_chunks(&mut self.bytes, &mut head.request.body, at)?,
        };
        if is_whole {
            self.look_at = 1;
            return Ok(self.head.take().map_or(Found::Nothing, |head| Found::Whole(Box::new(head.request))));
        }
        Ok(if std::mem::take(&mut head.expects) { Found::Expecting } else { Found::Nothing })
    }

    fn read_head(&mut self) -> Result<bool, Broken> {
        // An empty line before a request is passed over (RFC 9112, section 2.2).
        let empty = self.bytes.expose().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.bytes.remove(0..empty);
        if self.bytes.is_empty() || self.bytes.len() < self.look_at {
            return Ok(false);
        }
        self.look_at = self.bytes.len().saturating_mul(2);
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let length = match parsed.parse(self.bytes.expose()) {
            Ok(httparse::Status::Complete(length)) if length <= LONGEST_HEAD => length,
            Ok(httparse::Status::Partial) if self.bytes.len() <= LONGEST_HEAD => return Ok(false),
            Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(Broken::HeadTooLong),
            Err(httparse::Error::Version) => return Err(Broken::Version),
            Err(_) => return Err(Broken::Malformed),
        };
        let head = head_of(&parsed)?;
        self.head = Some(Box::new(head));
        self.bytes.remove(0..length);
        Ok(true)
    }
}

fn head_of(parsed: &httparse::Request<'_, '_>) -> Result<Head, Broken> {
    let (Some(method), Some(target), Some(version)) = (parsed.method, parsed.path, parsed.version) else {
        return Err(Broken::Malformed);
    };
    let copied = |header: &httparse::Header<'_>| {
        (header.name.to_ascii_lowercase(), SecretBytes::copy_of(header.value.trim_ascii()))
    };
    let headers = Headers(parsed.headers.iter().map(copied).collect());
    let framing = framing(&headers)?;
    let is_newer = version == 1;
    let keep_alive = match is_newer {
        true => !headers.has_token("connection", "close"),
        false => headers.has_token("connection", "keep-alive"),
    };
    let expects = is_newer && headers.has_token("expect", "100-continue");
    // A proxy's form of the target (RFC 9112, section 3.2.2) names the host once more.
    let target = match target.strip_prefix("http://") {
        Some(rest) => rest.find(['/', '?']).map_or("/", |start| &rest[start..]),
        None => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = if path.is_empty() { "/" } else { path };
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: SecretBytes::copy_of(query.as_bytes()),
        headers,
        body: SecretBytes::new(),
        keep_alive,
    };
    Ok(Head { request, framing, expects })
}

/// A body whose length is told twice is refused: two readers could cut it in two ways.
fn framing(headers: &Headers) -> Result<Framing, Broken> {
    match (headers.has("transfer-encoding"), headers.has("content-length")) {
        (true, true) => Err(Broken::Malformed),
        (true, false) => match headers.one("transfer-encoding") {
            Some(encoding) if encoding.eq_ignore_ascii_case("chunked") => {
                Ok(Framing::Chunked { at: Chunk::Size })
            }
            _ => Err(Broken::Encoding),
        },
        (false, true) => {
            let length = headers.one("content-length").ok_or(Broken::Malformed)?;
            if length.is_empty() || !length.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(Broken::Malformed);
            }
            let length: usize = length.parse().map_err(|_| Broken::BodyTooLong)?;
            if length > LONGEST_BODY { Err(Broken::BodyTooLong) } else { Ok(Framing::Length(length)) }
        }
        (false, false) => Ok(Framing::Length(0)),
    }
}

/// Moves the data of chunks into `body`; whether the last one has come.
fn read_chunks(bytes: &mut SecretBytes, body: &mut SecretBytes, at: &mut Chunk) -> Result<bool, Broken> {
    let mut read = 0;
    let is_whole = loop {
        let rest = &bytes.expose()[read..];
        match at {
            Chunk::Size => match httparse::parse_chunk_size(rest) {
                Ok(httparse::Status::Complete((length, size))) => {
                    read += length;
                    let size = usize::try_from(size).map_err(|_| Broken::BodyTooLong)?;
                    if size > LONGEST_BODY - body.len() {
                        return Err(Broken::BodyTooLong);
                    }
                    *at = if size == 0 { Chunk::Trailer } else { Chunk::Data(size) };
                }
                Ok(httparse::Status::Partial) if rest.len() <= LONGEST_CHUNK_LINE => break false,
                _ => return Err(Broken::Malformed),
            },
            Chunk::Data(left) => {
                let part = &rest[..rest.len().min(*left)];
                body.extend(part);
                read += part.len();
                *left -= part.len();
                if *left > 0 {
                    break false;
                }
                *at = Chunk::End;
            }
            Chunk::End => match rest {
                [b'\r', b'\n', ..] => {
                    read += 2;
                    *at = Chunk::Size;
                }
                [] | [b'\r'] => break false,
                _ => return Err(Broken::Malformed),
            },
            Chunk::Trailer => match rest.iter().position(|&byte| byte == b'\n') {
                Some(end) => {
                    read += end + 1;
                    if rest[..end].trim_ascii_end().is_empty() {
                        break true;
                    }
                }
                None if rest.len() <= LONGEST_CHUNK_LINE => break false,
                None => return Err(Broken::Malformed),
            },
        }
    };
    bytes.remove(0..read);
    Ok(is_whole)
}

#[cfg(test)]
mod tests;
