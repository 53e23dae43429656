//! `--at TIME`: what was at an earlier time.

use clap::Args;
use serde::Serialize;

use super::error::CliError;
use super::invocation::Invocation;
use super::output::Audience;
use super::schema::{Key, Kind, key};
use crate::domain::{PointInTime, Timestamp};

/// The time that reading commands take.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct AtArgument {
    /// As it was then: '2026-11-03 14:00', 2026-11-03, 3d, '2h ago', or RFC 3339
    ///
    /// From the history, by the names of that time; nothing is changed. Without an offset it is the time here, and a
    /// day is its first moment.
    #[arg(long, value_name = "TIME")]
    at: Option<PointInTime>,
}

impl AtArgument {
    /// The time, if one is given; it is told to whoever sits at a terminal.
    pub(super) fn time(self, invocation: &Invocation) -> Result<Option<Timestamp>, CliError> {
        let Some(at) = self.at else { return Ok(None) };
        let now = invocation.now();
        let at = at.from(now);
        if at > now {
            return Err(CliError::usage(
                format!("--at: {at} is in the future"),
                "leave --at out for what is now",
            ));
        }
        if invocation.output().audience() == Audience::Person {
            invocation.output().note(&format!("as it was at {at}"));
        }
        Ok(Some(at))
    }
}

/// The key that says of what time an answer tells.
pub(super) const AS_OF: Key =
    key("AsOf", Kind::Time, "the time that the answer is about").if_any("--at was given");

/// The key of a version that is not there any more.
pub(super) const DESTROYED: Key =
    key("DestroyTime", Kind::Time, "when it was destroyed").if_any("it was destroyed since that time");

/// `AsOf`, or nothing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AsOf {
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
}

impl AsOf {
    pub(super) fn of(at: Option<Timestamp>) -> Self {
        Self { as_of: at.map(|at| at.to_string()) }
    }
}
