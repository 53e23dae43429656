//! `run --mask`: which output is masked, and what is said about it.

use std::sync::Arc;

use super::invocation::Invocation;
use super::variables::Variables;
use crate::masking::{Forms, Masker, SHORTEST_VALUE};
use crate::platform::filtered_run::Filter;

/// Variables by which programs that run tools for a language model say so.
const AGENTS: [&str; 10] = [
    "AI_AGENT",
    "CLAUDECODE",
    "CLAUDE_CODE",
    "CODEX_SANDBOX",
    "CURSOR_AGENT",
    "GEMINI_CLI",
    "OPENCODE_CLIENT",
    "AUGMENT_AGENT",
    "ANTIGRAVITY_AGENT",
    "CLINE_ACTIVE",
];

/// The variable by which an agent says that it runs this process; an empty one says nothing.
pub(super) fn agent() -> Option<&'static str> {
    AGENTS.into_iter().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The forms of the values that come from the vault, and a word about those that are too short.
pub(super) fn forms(variables: &Variables, invocation: &Invocation) -> Option<Arc<Forms>> {
    let from_vault = || variables.iter().filter(|variable| variable.origin.is_some());
    let short: Vec<String> = from_vault()
        .filter(|variable| !Forms::can_mask(variable.value.expose()))
        .map(|variable| format!("'{}'", variable.name))
        .collect();
    if !short.is_empty() {
        invocation
            .output()
            .note(&format!("not masked, since shorter than {SHORTEST_VALUE} bytes: {}", short.join(", ")));
    }
    Forms::of(from_vault().map(|variable| variable.value.expose())).map(Arc::new)
}

impl Filter for Masker {
    fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        Masker::push(self, bytes, out);
    }

    fn flush(&mut self, out: &mut dyn FnMut(&[u8])) {
        Masker::flush(self, out);
    }

    fn holds_back(&self) -> bool {
        self.held() > 0
    }
}
