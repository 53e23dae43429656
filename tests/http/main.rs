//! `etui serve`, met over HTTP: who is let in, what is answered, and what no client can do to it.
#![cfg(feature = "serve")]

#[path = "../support/mod.rs"]
mod support;

mod gate;
mod hostile;
mod life;
mod load;
mod server;
mod signatures;
mod tls;
