//! The loop: one thread that waits for clients, answers and signals.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::ServerConnection;

use super::address::Address;
use super::connection::{Connection, Event};
use super::gate::{Gate, Signing};
use super::listener::Listener;
use super::message::Broken;
use super::respond::Response;
use super::tls::Certificates;
use super::transport::Transport;
use super::worker::{Done, Idle, Keeper, Task};
use crate::agent::LockRequests;
use crate::domain::{ErrorCode, SecretName};
use crate::kms::{Format, Refused, Responded};
use crate::memory::SecretBytes;
use crate::platform::signals::{self, Signal, Signals};
use crate::platform::wait::{self, Interest, Waiter};
use crate::vault::{Clock as _, SystemClock};

/// So many clients are connected at most; then the one that has been silent longest has to go.
const MOST_CONNECTIONS: usize = 512;

/// So many bytes of requests and answers are held for all clients together.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// How long requests that are being carried out may take once the end was asked for, in milliseconds.
const ENDING: u64 = 10_000;

/// How long no client is accepted after the system had no descriptor for one, in milliseconds.
const PAUSE: u64 = 100;

/// What was asked and answered, for a log: nothing of it is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// What was asked for, where it is an action of the API.
    pub action: Option<&'static str>,
    /// The secret that was named.
    pub secret: Option<SecretName>,
    /// The status of HTTP.
    pub status: u16,
    /// Why it was refused.
    pub code: Option<&'static str>,
    /// From the last byte of the request to the answer.
    pub took: Duration,
}

/// A server that listens and has not begun to answer.
pub struct Server {
    listener: Listener,
    address: Address,
    certificates: Option<Certificates>,
}

impl Server {
    /// Begins to listen. A socket in the file system is for this user alone. It is put over nothing but the socket of
    /// a server that was killed.
    ///
    /// # Errors
    /// As the system says.
    pub fn listen(address: &Address, certificates: Option<Certificates>) -> io::Result<Self> {
        let (listener, address) = Listener::at(address)?;
        Ok(Self { listener, address, certificates })
    }

    /// Where it listens, the port chosen.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Answers until SIGTERM or SIGINT, and then what has begun. Answers the code of the failure that ended it,
    /// if one did: nothing that a damaged vault says can be trusted.
    ///
    /// SIGHUP, a lock request and the idle limit lock the vault; without anything that could unlock it (a vault that
    /// is thrown away), SIGHUP ends the server.
    ///
    /// # Errors
    /// When the system cannot wait or gives no thread.
    pub fn run(
        self,
        keeper: Keeper,
        signing: Signing,
        idle: Idle,
        locks: Option<LockRequests>,
        signals: &mut Signals,
        log: &mut dyn FnMut(LogLine),
    ) -> io::Result<Option<ErrorCode>> {
        let port = match &self.address {
            Address::Tcp(address) => Some(address.port()),
            Address::Unix(_) => None,
        };
        let (wake, waker) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        waker.set_nonblocking(true)?;
        let (task_sender, tasks) = channel();
        let (done_sender, done) = channel();
        let worker = std::thread::Builder::new()
            .name("vault".to_owned())
            .spawn(move || keeper.work(&tasks, &done_sender, &waker))?;
        let now = wait::now();
        let mut run = Run {
            server: self,
            gate: Gate::new(signing, port),
            connections: BTreeMap::new(),
            next_ticket: 0,
            asked: BTreeMap::new(),
            unfinished: Vec::new(),
            tasks: Some(task_sender),
            done,
            wake,
            worker: Some(worker),
            idle,
            locks_at: None,
            locks,
            accepts_from: 0,
            ends_by: None,
            failure: None,
            log,
        };
        run.use_until(now);
        let result = run.go(signals);
        run.tasks = None;
        if let Some(worker) = run.worker.take() {
            // A panic was told by its own hook; the key was wiped as it unwound.
            let _ = worker.join();
        }
        if let Address::Unix(path) = &run.server.address {
            let _ = std::fs::remove_file(path);
        }
        result?;
        Ok(run.failure)
    }
}

/// So many requests of one client are refused before the others have their turn.
const REQUESTS_IN_A_TURN: usize = 16;

/// How a connection goes on.
enum Step {
    /// At once.
    Again,
    /// When its client, or the vault, has done something.
    Waits,
    /// After the others.
    Later,
}

/// A request that the vault is being asked.
struct Asked {
    since: Instant,
    is_head: bool,
}

/// A server that answers.
struct Run<'a> {
    server: Server,
    gate: Gate,
    connections: BTreeMap<u64, Connection>,
    next_ticket: u64,
    asked: BTreeMap<u64, Asked>,
    /// Connections whose turn was over before they had to wait.
    unfinished: Vec<u64>,
    tasks: Option<Sender<Task>>,
    done: Receiver<Done>,
    wake: UnixStream,
    worker: Option<JoinHandle<()>>,
    idle: Idle,
    locks_at: Option<u64>,
    locks: Option<LockRequests>,
    accepts_from: u64,
    /// Set once the end was asked for.
    ends_by: Option<u64>,
    failure: Option<ErrorCode>,
    log: &'a mut dyn FnMut(LogLine),
}

impl Run<'_> {
    fn go(&mut self, signals: &mut Signals) -> io::Result<()> {
        let waiter = Waiter::new()?;
        loop {
            let now = wait::now();
            if self.ends_by.is_some_and(|by| self.connections.is_empty() || by <= now) {
                return Ok(());
            }
            let ready = self.wait(&waiter, signals, now)?;
            let now = wait::now();
            for signal in signals.take() {
                self.obey(signal, now)?;
            }
            signals::drain(&self.wake);
            while let Ok(done) = self.done.try_recv() {
                self.finish(done, now);
            }
            if self.worker.as_ref().is_some_and(JoinHandle::is_finished) {
                self.failure = Some(ErrorCode::InternalFailure);
                return Ok(());
            }
            self.answer_lock_requests();
            for ticket in std::mem::take(&mut self.unfinished).into_iter().chain(ready) {
                self.serve(ticket, now);
            }
            self.accept(now);
            self.leave_the_late(now);
            if self.locks_at.is_some_and(|at| at <= now) {
                self.lock(false, None);
            }
        }
    }

    /// Sleeps until there is something to do; answers which connections are ready.
    fn wait(&self, waiter: &Waiter, signals: &Signals, now: u64) -> io::Result<Vec<u64>> {
        let mut sources = vec![(signals.as_fd(), Interest::Read), (self.wake.as_fd(), Interest::Read)];
        let accepts = self.ends_by.is_none() && self.accepts_from <= now;
        if accepts {
            sources.push((self.server.listener.as_fd(), Interest::Read));
        }
        if let Some(locks) = &self.locks {
            sources.push((locks.as_fd(), Interest::Read));
        }
        let first = sources.len();
        let mut tickets = Vec::new();
        for (ticket, connection) in &self.connections {
            if let Some(interest) = connection.interest() {
                tickets.push(*ticket);
                sources.push((connection.as_fd(), interest));
            }
        }
        let deadlines = self.connections.values().filter_map(Connection::deadline);
        let pause = (!accepts && self.ends_by.is_none()).then_some(self.accepts_from);
        let turn = (!self.unfinished.is_empty()).then_some(now);
        let deadline = deadlines.chain(pause).chain(self.ends_by).chain(self.locks_at).chain(turn).min();
        let ready = waiter.wait_for(&sources, deadline)?;
        let is_ready = tickets.into_iter().zip(&ready[first..]).filter(|(_, ready)| **ready);
        Ok(is_ready.map(|(ticket, _)| ticket).collect())
    }

    fn obey(&mut self, signal: Signal, now: u64) -> io::Result<()> {
        match signal {
            Signal::Terminate | Signal::Interrupt | Signal::Quit => self.end(now),
            Signal::HangUp if self.idle == Idle::Never => self.end(now),
            Signal::HangUp => self.lock(true, None),
            Signal::Suspend if signals::can_be_continued() => return signals::stop(),
            Signal::Suspend | Signal::Continue | Signal::Resize | Signal::ChildEnded => {}
        }
        Ok(())
    }

    fn end(&mut self, now: u64) {
        if self.ends_by.is_none() {
            self.ends_by = Some(now + ENDING);
            for connection in self.connections.values_mut() {
                if connection.is_idle() {
                    connection.leave();
                } else {
                    connection.end_after_answer();
                }
            }
            self.connections.retain(|_, connection| !connection.is_over());
        }
    }

    fn lock(&mut self, with_agent: bool, told: Option<UnixStream>) {
        self.locks_at = None;
        if let Some(tasks) = &self.tasks {
            let _ = tasks.send(Task::Lock { with_agent, told });
        }
    }

    fn answer_lock_requests(&mut self) {
        while let Some(told) = self.locks.as_ref().and_then(LockRequests::take) {
            self.lock(false, Some(told));
        }
    }

    fn use_until(&mut self, now: u64) {
        self.locks_at = match self.idle {
            Idle::After(time) => {
                Some(now.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
            }
            Idle::Never => None,
        };
    }

    fn accept(&mut self, now: u64) {
        while self.ends_by.is_none() && self.accepts_from <= now {
            if self.connections.len() >= MOST_CONNECTIONS && !self.leave_the_most_silent() {
                return;
            }
            let socket = match self.server.listener.accept() {
                Ok(socket) => socket,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error)
                    if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) =>
                {
                    continue;
                }
                Err(_) => {
                    self.accepts_from = now + PAUSE;
                    return;
                }
            };
            let tls = self.server.certificates.as_ref();
            let tls = tls.map(|tls| ServerConnection::new(std::sync::Arc::clone(&tls.config))).transpose();
            let transport = tls.map_err(io::Error::other).and_then(|tls| Transport::new(socket, tls));
            if let Ok(transport) = transport {
                let ticket = self.next_ticket;
                self.next_ticket += 1;
                self.connections.insert(ticket, Connection::new(transport, now));
                self.serve(ticket, now);
            }
        }
    }

    /// Makes room for a client: whoever is between two requests goes before whoever is in the middle of one.
    fn leave_the_most_silent(&mut self) -> bool {
        let leavable = self.connections.iter().filter(|(_, connection)| connection.can_be_left());
        let most_silent = leavable
            .min_by_key(|(_, connection)| (!connection.is_idle(), connection.since()))
            .map(|(ticket, _)| *ticket);
        most_silent.and_then(|ticket| self.connections.remove(&ticket)).is_some()
    }

    fn leave_the_late(&mut self, now: u64) {
        self.connections.retain(|_, connection| {
            !connection.is_over() && connection.deadline().is_none_or(|deadline| deadline > now)
        });
    }

    /// Goes on with a connection as far as it goes without waiting, and no further than its turn.
    fn serve(&mut self, ticket: u64, now: u64) {
        for _ in 0..REQUESTS_IN_A_TURN {
            match self.step(ticket, now) {
                Step::Again => {}
                Step::Waits => return,
                Step::Later => break,
            }
        }
        self.unfinished.push(ticket);
    }

    fn step(&mut self, ticket: u64, now: u64) -> Step {
        let held: usize = self.connections.values().map(Connection::held).sum();
        let Some(connection) = self.connections.get_mut(&ticket) else { return Step::Waits };
        connection.write(now);
        let mut event = connection.take_request(now);
        if let Event::Nothing = event {
            event = connection.read(now);
        }
        match event {
            Event::Nothing | Event::Turn
                if held > MOST_HELD && connection.held() > MOST_HELD / MOST_CONNECTIONS =>
            {
                connection.end_after_answer();
                self.refuse(ticket, &TOO_MUCH, Format::Json, false, now);
            }
            Event::Nothing => return Step::Waits,
            Event::Turn => return Step::Later,
            Event::Broken(broken) => self.refuse(ticket, &of_broken(broken), Format::Json, false, now),
            Event::Request(request) => {
                let is_head = request.method == "HEAD";
                if self.ends_by.is_some() {
                    connection.end_after_answer();
                }
                let mut format = Format::Json;
                match self.gate.judge(&request, SystemClock.now(), &mut format) {
                    Ok(call) => {
                        self.asked.insert(ticket, Asked { since: Instant::now(), is_head });
                        if let Some(tasks) = &self.tasks {
                            let _ = tasks.send(Task::Answer { ticket, call, format });
                        }
                        return Step::Waits;
                    }
                    Err(refused) => self.refuse(ticket, &refused, format, is_head, now),
                }
            }
        }
        Step::Again
    }

    fn finish(&mut self, done: Done, now: u64) {
        let Done { ticket, format, body, responded } = done;
        if responded.code != Some(ErrorCode::NotUnlocked) {
            self.use_until(now);
        }
        if responded.code == Some(ErrorCode::IntegrityFailure) {
            self.failure = responded.code;
            self.end(now);
        }
        let Some(asked) = self.asked.remove(&ticket) else { return };
        self.tell(&responded, responded.status(), asked.since.elapsed());
        self.send(ticket, responded.status(), &responded.request_id, format, &body, asked.is_head, now);
        // The next request may be here already, and then nothing new comes to wake for.
        self.serve(ticket, now);
    }

    fn refuse(&mut self, ticket: u64, refused: &Refused, format: Format, is_head: bool, now: u64) {
        let mut body = SecretBytes::new();
        let responded = refused.write(format, &mut body);
        self.tell(&responded, refused.status, Duration::ZERO);
        self.send(ticket, refused.status, &responded.request_id, format, &body, is_head, now);
    }

    fn tell(&mut self, responded: &Responded, status: u16, took: Duration) {
        (self.log)(LogLine {
            action: responded.action,
            secret: responded.secret.clone(),
            status,
            code: responded.code.map(ErrorCode::as_str),
            took,
        });
    }

    #[expect(clippy::too_many_arguments, reason = "they are the parts of one answer, and used here once")]
    fn send(
        &mut self,
        ticket: u64,
        status: u16,
        request_id: &str,
        format: Format,
        body: &SecretBytes,
        is_head: bool,
        now: u64,
    ) {
        let Some(connection) = self.connections.get_mut(&ticket) else { return };
        let keep_alive = connection.keeps_alive();
        let time = SystemClock.now();
        let response = Response { status, request_id, format, body, keep_alive, is_head, time };
        connection.answer(response.write(), now);
    }
}

const fn of_broken(broken: Broken) -> Refused {
    Refused {
        status: broken.status(),
        code: ErrorCode::ParseRequestParameterException,
        message: broken.sentence(),
        hint: "send a request of HTTP/1.1 with the parameters in the query or in a form",
    }
}

const TOO_MUCH: Refused = Refused {
    status: 503,
    code: ErrorCode::VaultBusy,
    message: "clients send too much at once",
    hint: "try again",
};
