//! A push: each secret is planned again when its turn comes, and once more whenever something changed meanwhile or an
//! answer was lost; so what was done is recognised, and nothing is done twice.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::super::EngineSecret;
use super::super::document::{document_of, same_value};
use super::super::error::EngineError;
use super::super::patience::{Mends, patiently};
use super::super::push::{self, PushPlan, PushRefusal, PushTerms, Situation};
use super::super::report::{PushOutcome, PushReport, PushRow};
use super::Transfer;
use crate::domain::SecretName;
use crate::vault::{Progress, Watch};
use crate::versioning::{SecretState, VersionKey};

/// After so many secrets what was seen is kept; what is lost by a kill is recognised by its values.
const KEPT_AFTER: usize = 25;

impl Transfer<'_> {
    /// What a push would do.
    pub fn plan_push(
        &mut self,
        names: &[SecretName],
        terms: &PushTerms,
        watch: &mut Watch<'_>,
    ) -> PushReport {
        self.each(names, watch, |this, name| this.plan_one(name, terms))
    }

    /// Pushes; each secret as it is planned then.
    pub fn push(&mut self, names: &[SecretName], terms: &PushTerms, watch: &mut Watch<'_>) -> PushReport {
        let mut turns = 0;
        let mut report = self.each(names, watch, |this, name| {
            let outcome = this.push_one(name, terms);
            turns += 1;
            if turns % KEPT_AFTER == 0 {
                this.keep_seen()?;
            }
            outcome
        });
        if let Err(error) = self.keep_seen() {
            report.failed.get_or_insert(error);
        }
        report
    }

    /// Gives every secret its turn, until all had it or the engine cannot be used.
    fn each(
        &mut self,
        names: &[SecretName],
        watch: &mut Watch<'_>,
        mut turn: impl FnMut(&mut Self, &SecretName) -> Result<PushOutcome, EngineError>,
    ) -> PushReport {
        let mut report = PushReport::default();
        for (position, name) in names.iter().enumerate() {
            let outcome = match turn(self, name) {
                Ok(outcome) => outcome,
                Err(error) if error.is_of_one_secret() => PushOutcome::Failed(error),
                Err(error) => {
                    report.failed = Some(error);
                    break;
                }
            };
            report.rows.push(PushRow { name: name.clone(), outcome });
            let progress = Progress { done: position as u64 + 1, total: names.len() as u64 };
            if watch(progress) == ControlFlow::Break(()) {
                report.failed = Some(EngineError::Stopped);
                break;
            }
        }
        report
    }

    fn plan_one(&mut self, name: &SecretName, terms: &PushTerms) -> Result<PushOutcome, EngineError> {
        let state = self.vault.describe(name)?.secret;
        let there = self.secret_there(name.as_str())?;
        let known = self.recognise(&state, there.as_ref())?;
        Ok(match self.decide(&state, there.as_ref(), &known, terms)? {
            Ok(plan) => PushOutcome::Goes(plan),
            Err(refusal) => PushOutcome::Refused(refusal),
        })
    }

    fn decide(
        &mut self,
        state: &SecretState,
        there: Option<&EngineSecret>,
        known: &BTreeMap<u64, VersionKey>,
        terms: &PushTerms,
    ) -> Result<Result<PushPlan, PushRefusal>, EngineError> {
        let kept = self.ask(|engine| engine.kept_versions())?.unwrap_or(0);
        let name = state.name.as_str();
        let row = self.rows.get(&state.name).copied().unwrap_or_default();
        // A secret that has this name by now is another one.
        let earlier_name = self.seen.earlier_name(name, row);
        let earlier_name =
            earlier_name.filter(|before| !self.rows.keys().any(|name| name.as_str() == *before));
        let seen = self.seen.secret(name);
        Ok(push::plan(&Situation { state, there, seen, known, earlier_name, kept }, terms))
    }

    /// Which version here each number there is: known since the last look, or by its value.
    fn recognise(
        &mut self,
        state: &SecretState,
        there: Option<&EngineSecret>,
    ) -> Result<BTreeMap<u64, VersionKey>, EngineError> {
        let Some(there) = there else { return Ok(BTreeMap::new()) };
        let name = state.name.clone();
        let mut known = push::remembered(there, self.seen.secret(name.as_str()));
        for (number, mut candidates) in push::to_compare(state, there, &known) {
            if candidates.is_empty() {
                continue;
            }
            let Some(document) = self.document_there(name.as_str(), number)? else { continue };
            // Of two versions with one value, the one that is not there yet.
            candidates.sort_by_key(|candidate| known.values().any(|known| *known == candidate.key));
            for candidate in candidates {
                if same_value(&document, &self.value(&name, &candidate)?) {
                    known.insert(number, candidate.key);
                    break;
                }
            }
        }
        Ok(known)
    }
    fn push_one(&mut self, name: &SecretName, terms: &PushTerms) -> Result<PushOutcome, EngineError> {
        let mut done = PushPlan::default();
        // Somebody else may be at it, or a node that follows tells what was before.
        let refusal = patiently(self, Mends::SilenceAndChanges, |this| this.attempt(name, terms, &mut done))?;
        Ok(refusal.map_or(PushOutcome::Goes(done), PushOutcome::Refused))
    }

    /// Plans a secret and does it: versions, then labels. Whatever changed meanwhile, or may have, ends the attempt.
    fn attempt(
        &mut self,
        name: &SecretName,
        terms: &PushTerms,
        done: &mut PushPlan,
    ) -> Result<Option<PushRefusal>, EngineError> {
        let state = self.vault.describe(name)?.secret;
        let there = self.secret_there(name.as_str())?;
        let mut known = self.recognise(&state, there.as_ref())?;
        let plan = match self.decide(&state, there.as_ref(), &known, terms)? {
            Ok(plan) => plan,
            Err(refusal) => return Ok(Some(refusal)),
        };
        let changed = || EngineError::Changed { name: name.as_str().to_owned() };
        done.merge(&plan);
        if !plan.changes_anything() {
            if let Some(there) = &there {
                self.remember(name, there, &known);
            }
            return Ok(None);
        }
        let there = there.unwrap_or_default();
        let mut current = there.current;
        for version in &plan.store {
            let document = document_of(&self.value(name, version)?, terms.layout);
            let number = self.engine.store(name.as_str(), current, &document)?;
            if number != current + 1 {
                return Err(changed());
            }
            known.insert(number, version.key);
            current = number;
        }
        let mut now = self.secret_there(name.as_str())?.unwrap_or_default();
        if now.current != current || now.entries != there.entries {
            return Err(changed());
        }
        if plan.writes_entries {
            self.engine.mark(name.as_str(), &plan.entries, now.revision)?;
            // An engine that counts no revisions takes whatever was written last.
            now = self.secret_there(name.as_str())?.unwrap_or_default();
            if now.entries != plan.entries {
                return Err(changed());
            }
        }
        self.remember(name, &now, &known);
        Ok(None)
    }
}
