//! The agent: a process of its own that keeps one vault key, so that scripts need no password for a while.
//!
//! - `limits`: how long it keeps the key, on a clock that counts sleep.
//! - `protocol`: what is asked and answered, byte by byte.
//! - `socket`: where agents are reached, and that nobody else's process is on either end.
//! - `keeper`: which request gets the key and which one ends it; `server`: the process around it.
//! - `start`: how the key comes to a new agent: through a socket, never by argv or environment.
//! - `serving`: how other processes that keep a vault unlocked are asked to lock it.
//! - `client`: asking for the key, for the time that is left, and for the end.
//!
//! One agent and one socket for each vault id. As with ssh-agent: while it runs, any process of the same
//! user can have the key. It is wiped, and the process gone, at the idle limit, at the absolute limit, by
//! [`Agent::lock`], by SIGTERM, and when somebody asks for another key id of the same vault: that is how a
//! rekey elsewhere is noticed.

mod client;
mod error;
mod keeper;
mod limits;
mod protocol;
mod server;
mod serving;
mod socket;
mod start;

pub use client::{Agent, Remaining};
pub use error::AgentError;
pub use limits::Limits;
pub use protocol::Purpose;
pub use serving::LockRequests;
pub use socket::{check_directory, directory};
pub use start::{run_agent, start};

/// The hidden argument with which the binary becomes an agent.
pub const AGENT_ARGUMENT: &str = "agent-process";
