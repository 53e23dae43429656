//! One client: what it sent so far, what it is still to be sent, and how long that may take.

use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd};

use super::message::{Broken, Found, Incoming, Request};
use super::transport::Transport;
use crate::memory::SecretBytes;
use crate::platform::wait::Interest;

/// How long a connection may lie between two requests, in milliseconds.
const IDLE: u64 = 60_000;

/// How long a request may take to arrive, and an answer to be taken.
const PATIENCE: u64 = 30_000;

/// How long a client that is being left may still send, so that it reads why.
const PARTING: u64 = 2_000;

/// So many bytes are read from one client before the others have their turn.
const TURN: usize = 256 * 1024;

pub(super) struct Connection {
    transport: Transport,
    incoming: Incoming,
    out: SecretBytes,
    written: usize,
    state: State,
    /// When the state began.
    since: u64,
    ends: Ends,
}

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The client: a request.
    Reading,
    /// The vault: an answer.
    Asked,
    /// The client: that it takes its answer.
    Writing,
    /// The client: that it ends, too.
    Parting,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Open,
    AfterAnswer,
}

/// What came of reading.
pub(super) enum Event {
    /// Nothing more is here.
    Nothing,
    /// More may be here, and others have their turn first.
    Turn,
    Request(Box<Request>),
    Broken(Broken),
}

impl Connection {
    pub(super) fn new(transport: Transport, now: u64) -> Self {
        Self {
            transport,
            incoming: Incoming::new(),
            out: SecretBytes::new(),
            written: 0,
            state: State::Reading,
            since: now,
            ends: Ends::Open,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Whether it waits for the first byte of a request.
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Reading && !self.incoming.has_begun()
    }

    /// Whether it can be left without breaking a promise: nothing of it is being carried out.
    pub(super) fn can_be_left(&self) -> bool {
        matches!(self.state, State::Reading | State::Parting)
    }

    pub(super) fn since(&self) -> u64 {
        self.since
    }

    /// How many bytes of requests and answers it holds.
    pub(super) fn held(&self) -> usize {
        self.incoming.held() + self.out.len()
    }

    /// What to wait for; `None` while the vault is asked.
    pub(super) fn interest(&self) -> Option<Interest> {
        match self.state {
            State::Reading if self.transport.is_pending() => Some(Interest::Both),
            State::Reading | State::Parting => Some(Interest::Read),
            State::Writing => Some(Interest::Write),
            State::Asked | State::Over => None,
        }
    }

    /// When it has waited long enough.
    pub(super) fn deadline(&self) -> Option<u64> {
        let patience = match self.state {
            State::Reading if self.is_idle() => IDLE,
            State::Reading | State::Writing => PATIENCE,
            State::Parting => PARTING,
            State::Asked | State::Over => return None,
        };
        Some(self.since + patience)
    }

    /// Reads what is there, up to one request.
    pub(super) fn read(&mut self, now: u64) -> Event {
        let mut buffer = SecretBytes::zeroed(16 * 1024);
        let mut read = 0;
        if self.transport.flush().is_err() {
            self.state = State::Over;
        }
        while self.state == State::Reading && read < TURN {
            match self.transport.read(buffer.expose_mut()) {
                Ok(0) => self.state = State::Over,
                Ok(count) => {
                    if self.is_idle() {
                        self.since = now;
                    }
                    read += count;
                    self.incoming.add(&buffer.expose()[..count]);
                    match self.take_request(now) {
                        Event::Nothing => {}
                        event => return event,
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.state = State::Over,
            }
        }
        if self.state == State::Parting {
            self.drain(&mut buffer);
        }
        if read >= TURN { Event::Turn } else { Event::Nothing }
    }

    /// The next request of what was read.
    pub(super) fn take_request(&mut self, now: u64) -> Event {
        if self.state != State::Reading {
            return Event::Nothing;
        }
        loop {
            match self.incoming.next() {
                Ok(Found::Nothing) => return Event::Nothing,
                Ok(Found::Expecting) => {
                    // A few bytes into an empty buffer: they are taken at once or the client is gone.
                    if self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n").is_err() {
                        self.state = State::Over;
                        return Event::Nothing;
                    }
                }
                Ok(Found::Whole(request)) => {
                    self.enter(State::Asked, now);
                    if !request.keep_alive {
                        self.ends = Ends::AfterAnswer;
                    }
                    return Event::Request(request);
                }
                Err(broken) => {
                    self.ends = Ends::AfterAnswer;
                    return Event::Broken(broken);
                }
            }
        }
    }

    /// Takes an answer and writes what can be written of it.
    pub(super) fn answer(&mut self, response: SecretBytes, now: u64) {
        self.out = response;
        self.written = 0;
        if self.ends == Ends::AfterAnswer {
            self.incoming = Incoming::new();
        }
        self.enter(State::Writing, now);
        self.write(now);
    }

    /// Whether another request may follow its answer.
    pub(super) fn keeps_alive(&self) -> bool {
        self.ends == Ends::Open
    }

    /// Ends it once its answer is out.
    pub(super) fn end_after_answer(&mut self) {
        self.ends = Ends::AfterAnswer;
    }

    /// Ends it now.
    pub(super) fn leave(&mut self) {
        self.state = State::Over;
    }

    pub(super) fn write(&mut self, now: u64) {
        while self.state == State::Writing && self.written < self.out.len() {
            match self.transport.write(&self.out.expose()[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.state = State::Over,
            }
        }
        if self.transport.flush().is_err() {
            self.state = State::Over;
        }
        if self.state == State::Writing && !self.transport.is_pending() {
            self.out.clear();
            self.written = 0;
            match self.ends {
                Ends::Open => self.enter(State::Reading, now),
                Ends::AfterAnswer => {
                    self.transport.end();
                    self.enter(State::Parting, now);
                }
            }
        }
    }

    /// Reads away what the client still sends: closing a socket with unread bytes would take the answer back.
    fn drain(&mut self, buffer: &mut SecretBytes) {
        for _ in 0..TURN / buffer.len() {
            match self.transport.read(buffer.expose_mut()) {
                Ok(0) => self.state = State::Over,
                Ok(_) => continue,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(_) => self.state = State::Over,
            }
            return;
        }
    }

    fn enter(&mut self, state: State, now: u64) {
        self.state = state;
        self.since = now;
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.transport.as_fd()
    }
}
