//! The KMS API over HTTP, on this machine only: what `etui serve` runs.
//!
//! What happens to a request:
//!
//! 1. `server` waits for sockets, signals and answers in one loop; `connection` reads what is there and writes
//!    what can be written, so that a slow client holds nobody up; `transport` is a socket with or without TLS;
//! 2. `message` cuts requests out of the bytes, in wiping buffers (`httparse` parses the heads);
//! 3. `gate` looks who asks: host, method, signature (`signature`), time and nonce (`nonces`);
//! 4. `worker` owns the vault, on a thread of its own; it asks the [`kms`](crate::kms) module and locks and unlocks;
//! 5. the answer goes back to the loop, and a line about it to `log`, which never waits for whoever reads it.
//!
//! Every bound is a constant beside what it bounds: connections, bytes of a head and of a body, bytes of all
//! bodies, time for a request, nonces, lines of the log that wait.

mod access_key;
mod address;
mod connection;
mod gate;
mod listener;
mod log;
mod message;
mod nonces;
mod respond;
mod server;
mod signature;
mod tls;
mod transport;
mod worker;

pub use access_key::AccessKey;
pub use address::{Address, NotLocal};
pub use gate::Signing;
pub use log::Log;
pub use server::{LogLine, Server};
pub use tls::Certificates;
pub use worker::{Idle, Keeper};
