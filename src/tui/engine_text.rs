//! What came of a push or pull, in one line.

use super::app::Tone;
use super::jobs::EngineDone;
use crate::engine::{EngineError, PushReport, wording};
use crate::vault::import_wording::{self, Tense};
use crate::vault::{ImportReport, OnRefusal};

pub fn done(done: &EngineDone) -> (Tone, String) {
    match done {
        EngineDone::PushPlanned { remote, report } => {
            (Tone::Note, format!("{}; :push shows it", wording::summary(report, remote, Tense::Would)))
        }
        EngineDone::Pushed { remote, report } => pushed(remote, report),
        EngineDone::PullPlanned { report, .. } => {
            (Tone::Note, format!("{}; :pull shows it", pulled(report, Tense::Would)))
        }
        EngineDone::Pulled { report, .. } => {
            (Tone::Done, format!("{} · u undoes", pulled(report, Tense::Did)))
        }
    }
}

fn pulled(report: &ImportReport, tense: Tense) -> String {
    import_wording::summary(report, tense, OnRefusal::LeaveOut)
}

fn pushed(remote: &str, report: &PushReport) -> (Tone, String) {
    let summary = wording::summary(report, remote, Tense::Did);
    match (&report.failed, report.refused().next()) {
        (Some(error @ EngineError::Stopped), _) => (Tone::Note, format!("{summary}; {error}")),
        (Some(error), _) => (Tone::Failed, format!("{summary}; {error}")),
        (None, Some(_)) => (Tone::Failed, summary),
        (None, None) => (Tone::Done, summary),
    }
}
