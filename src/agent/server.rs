//! The agent's loop: waits for clients, for the limit, and for signals.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use super::keeper::{Keeper, Verdict};
use super::protocol::{REQUEST_LENGTH, Request};
use super::socket::{self, OwnSocket};
use crate::platform::signals::{Signal, Signals};
use crate::platform::wait::{self, Readiness, Waiter};

/// So many clients may be in the middle of asking; then the one that has been silent longest has to go.
const MOST_CLIENTS: usize = 256;

/// A client that has not finished asking.
struct Client {
    stream: UnixStream,
    request: [u8; REQUEST_LENGTH],
    read: usize,
}

/// How asking went on.
enum Asked {
    NotYet,
    Gone,
    Fully,
}

impl Client {
    fn read(&mut self) -> Asked {
        loop {
            match self.stream.read(&mut self.request[self.read..]) {
                Ok(0) => return Asked::Gone,
                Ok(count) => self.read += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Asked::NotYet,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Asked::Gone,
            }
            if self.read == REQUEST_LENGTH {
                return Asked::Fully;
            }
        }
    }

    /// An answer is shorter than any socket's buffer, so it is written at once or the client is gone.
    fn answer(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }
}

/// Answers until the time is over, a client asks for the end, or a signal comes; the key is wiped and the
/// socket gone when it returns.
///
/// # Errors
/// When the system cannot wait. The key is wiped all the same.
pub(super) fn serve(
    own: OwnSocket,
    mut keeper: Keeper,
    signals: &mut Signals,
    waiter: &Waiter,
) -> io::Result<()> {
    let mut clients: Vec<Client> = Vec::new();
    while !keeper.is_over(wait::now()) {
        let ready = {
            let mut sources: Vec<BorrowedFd<'_>> = vec![signals.as_fd(), own.listener.as_fd()];
            sources.extend(clients.iter().map(|client| client.stream.as_fd()));
            waiter.wait(&sources, Some(keeper.deadline()))?
        };
        if ends(&signals.take()) {
            break;
        }
        // From the back, so that removing one leaves the positions of those before it.
        for at in (0..clients.len()).rev().filter(|at| ready[at + 2] != Readiness::Quiet) {
            match clients[at].read() {
                Asked::NotYet => {}
                Asked::Gone => drop(clients.remove(at)),
                Asked::Fully => {
                    let mut client = clients.remove(at);
                    match keeper.judge(Request::decode(&client.request), wait::now()) {
                        Verdict::Answer(bytes) => client.answer(bytes.expose()),
                        Verdict::WipeThenAnswer(byte) => {
                            drop(keeper);
                            drop(own);
                            client.answer(&[byte]);
                            return Ok(());
                        }
                    }
                }
            }
        }
        if ready[1] == Readiness::Readable {
            accept(&own, &mut clients);
        }
    }
    Ok(())
}

fn ends(signals: &[Signal]) -> bool {
    signals.iter().any(|signal| signal.ends_the_process())
}

fn accept(own: &OwnSocket, clients: &mut Vec<Client>) {
    while let Ok((stream, _)) = own.listener.accept() {
        if !socket::is_own(&stream) || stream.set_nonblocking(true).is_err() {
            continue;
        }
        if clients.len() == MOST_CLIENTS {
            clients.remove(0);
        }
        clients.push(Client { stream, request: [0; REQUEST_LENGTH], read: 0 });
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
