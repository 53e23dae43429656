//! Which secret here an incoming one is: found by what it is, never by where it stands in its file.
//!
//! It is matched by the id that its source has of it, by its content, by its username, and by its name where nothing
//! else tells. So the same file with its rows in another order brings nothing new, and no account gets the
//! password of another one.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::super::error::VaultError;
use super::super::incoming::{IncomingBatch, IncomingSecret};
use super::NAME_TAG;
use crate::domain::SecretName;
use crate::memory::SecretBytes;
use crate::store::{EqualTags, OpenStore, SecretRecordView, StoreError, StoredSecret};
use crate::versioning::{Labelling, SecretState, distinct_name, fit_name, is_made_of};

/// Where an incoming secret goes.
pub(super) struct Target {
    pub(super) name: SecretName,
    /// What its source calls it, where that is another name.
    pub(super) given: Option<String>,
    /// An equal one stands in the source, and that one is imported.
    pub(super) stands_again: bool,
}

/// A name as long as this and cut has lost no more than its end.
const KEPT_OF_LONG_NAMES: usize = 80;

pub(super) fn find_targets(store: &mut OpenStore, batch: &IncomingBatch) -> Result<Vec<Target>, VaultError> {
    let mut matching = Matching::new(batch);
    matching.match_with(store)?;
    matching.name_new_ones(store)?;
    // The sums of the file hold only before the first change.
    for name in matching.names.iter().flatten() {
        store.prove(name)?;
    }
    let targets = batch.secrets.iter().zip(matching.names).zip(matching.stands_again);
    let target = |((secret, name), stands_again): ((&IncomingSecret, Option<SecretName>), bool)| {
        let name = name.unwrap_or_else(|| fit_name(&secret.name));
        let given = secret.name.strip_prefix(&batch.prefix).unwrap_or(&secret.name);
        Target { given: (name.as_str() != secret.name).then(|| given.to_owned()), name, stands_again }
    };
    Ok(targets.map(target).collect())
}

/// An incoming secret that is to be matched.
struct Stranger {
    /// Its position in the batch.
    at: usize,
    /// What its name becomes, as long as nothing else is called so.
    base: SecretName,
    /// How many different ones of its source have the name that it has there.
    namesakes: usize,
}

/// A secret here that an incoming one may be. The smaller the rank, the better the evidence.
struct Evidence {
    rank: u8,
    stranger: usize,
    name: SecretName,
}

struct Matching<'a> {
    batch: &'a IncomingBatch,
    /// Sorted by what they are, so that the order of the file decides nothing.
    strangers: Vec<Stranger>,
    /// The name of each secret of the batch, once it is known.
    names: Vec<Option<SecretName>>,
    stands_again: Vec<bool>,
    /// Of equal ones, all but the first with that one.
    twins: Vec<(usize, usize)>,
    claimed: HashSet<SecretName>,
}

impl<'a> Matching<'a> {
    fn new(batch: &'a IncomingBatch) -> Self {
        let is_stranger = |at: &usize| {
            let secret = &batch.secrets[*at];
            secret.unreadable.is_none() && !secret.versions.is_empty()
        };
        let stranger = |at| Stranger { at, base: base_of(&batch.secrets[at]), namesakes: 1 };
        let mut strangers: Vec<Stranger> =
            (0..batch.secrets.len()).filter(is_stranger).map(stranger).collect();
        strangers.sort_by(|one, other| {
            let bases = one.base.cmp(&other.base);
            bases.then_with(|| compare(&batch.secrets[one.at], &batch.secrets[other.at]))
        });
        Self {
            batch,
            strangers,
            names: vec![None; batch.secrets.len()],
            stands_again: vec![false; batch.secrets.len()],
            twins: Vec::new(),
            claimed: HashSet::new(),
        }
    }

    fn secret(&self, stranger: usize) -> &'a IncomingSecret {
        &self.batch.secrets[self.strangers[stranger].at]
    }

    fn account(&self, stranger: usize) -> Option<SecretBytes> {
        let newest = self.secret(stranger).versions.last()?;
        let account = (self.batch.account_of?)(newest.value.expose())?;
        (!account.is_empty()).then_some(account)
    }

    fn is_placed(&self, stranger: usize) -> bool {
        self.names[self.strangers[stranger].at].is_some()
    }

    /// Gives a name away, unless another one has it.
    fn place(&mut self, stranger: usize, name: &SecretName) -> bool {
        let is_free = self.claimed.insert(name.clone());
        if is_free {
            self.names[self.strangers[stranger].at] = Some(name.clone());
        }
        is_free
    }

    /// Finds those that are here.
    fn match_with(&mut self, store: &mut OpenStore) -> Result<(), VaultError> {
        self.fold_equal_ones();
        for stranger in 0..self.strangers.len() {
            if keeps_its_name(self.secret(stranger)) && !self.is_placed(stranger) {
                let base = self.strangers[stranger].base.clone();
                self.place(stranger, &base);
            }
        }
        if (0..self.strangers.len()).all(|stranger| self.is_placed(stranger)) {
            return Ok(());
        }
        store.load_all()?;
        let here = Here::find(store, self)?;
        for stranger in 0..self.strangers.len() {
            let id = self.secret(stranger).source_id.as_ref();
            let known = id.and_then(|(key, value)| here.by_id.get(&(key.as_str(), value.as_str())));
            if let Some(name) = known.filter(|name| name.as_str().starts_with(&self.batch.prefix)) {
                self.place(stranger, name);
            }
        }
        let mut evidence = Vec::new();
        let mut first = 0;
        while first < self.strangers.len() {
            let base = &self.strangers[first].base;
            let count = self.strangers[first..].iter().take_while(|other| other.base == *base).count();
            if let Some(names) = here.by_base.get(base) {
                self.weigh(store, first..first + count, names, &mut evidence)?;
            }
            first += count;
        }
        evidence.sort_by(|one, other| {
            (one.rank, one.stranger, &one.name).cmp(&(other.rank, other.stranger, &other.name))
        });
        for Evidence { stranger, name, .. } in evidence {
            if !self.is_placed(stranger) {
                self.place(stranger, &name);
            }
        }
        Ok(())
    }

    /// Equal ones lie side by side: the first stands for all. Counts those that share a name, too.
    fn fold_equal_ones(&mut self) {
        let batch = self.batch;
        let mut kept: Vec<Stranger> = Vec::with_capacity(self.strangers.len());
        for stranger in std::mem::take(&mut self.strangers) {
            match kept.last() {
                Some(before)
                    if compare(&batch.secrets[before.at], &batch.secrets[stranger.at]) == Ordering::Equal =>
                {
                    self.stands_again[stranger.at] = true;
                    self.twins.push((stranger.at, before.at));
                }
                _ => kept.push(stranger),
            }
        }
        let mut count_of: HashMap<&str, usize> = HashMap::new();
        for stranger in &kept {
            *count_of.entry(batch.secrets[stranger.at].name.as_str()).or_default() += 1;
        }
        for stranger in &mut kept {
            stranger.namesakes = count_of[batch.secrets[stranger.at].name.as_str()];
        }
        self.strangers = kept;
    }

    /// What speaks for each secret here being one of a group that shares a base.
    fn weigh(
        &self,
        store: &mut OpenStore,
        group: std::ops::Range<usize>,
        names: &[SecretName],
        evidence: &mut Vec<Evidence>,
    ) -> Result<(), VaultError> {
        let open: Vec<usize> = group.filter(|stranger| !self.is_placed(*stranger)).collect();
        let accounts: Vec<Option<SecretBytes>> = open.iter().map(|open| self.account(*open)).collect();
        let newest = open.iter().filter_map(|open| self.secret(*open).versions.last());
        let newest: Vec<SecretBytes> =
            newest.map(|version| SecretBytes::copy_of(version.value.expose())).collect();
        let tags: Vec<EqualTags> = newest.iter().map(|value| store.equal_tags(value)).collect();
        for name in names.iter().filter(|name| !self.claimed.contains(*name)) {
            let Some(here) = store.secret(name)? else { continue };
            let account_here = match accounts.iter().any(Option::is_some) {
                true => self.account_here(store, &here)?,
                false => None,
            };
            for (at, stranger) in open.iter().enumerate() {
                let account = accounts[at].as_ref();
                if !is_made_of(
                    name,
                    &self.strangers[*stranger].base,
                    account.and_then(SecretBytes::expose_text),
                ) {
                    continue;
                }
                let holds = !store.versions_holding(&here, &tags[at], &newest[at])?.is_empty();
                let rank = self.rank(*stranger, &here, holds, account, account_here.as_ref());
                evidence.extend(rank.map(|rank| Evidence { rank, stranger: *stranger, name: name.clone() }));
            }
        }
        Ok(())
    }

    fn account_here(
        &self,
        store: &OpenStore,
        here: &StoredSecret,
    ) -> Result<Option<SecretBytes>, VaultError> {
        let (Some(account_of), Some(current)) = (self.batch.account_of, here.state().labels.current()) else {
            return Ok(None);
        };
        Ok(account_of(store.value(here, current.key)?.expose()).filter(|account| !account.is_empty()))
    }

    fn rank(
        &self,
        stranger: usize,
        here: &StoredSecret,
        holds_the_value: bool,
        account: Option<&SecretBytes>,
        account_here: Option<&SecretBytes>,
    ) -> Option<u8> {
        let secret = self.secret(stranger);
        let Stranger { base, namesakes, .. } = &self.strangers[stranger];
        let state = here.state();
        if let Some((key, value)) = &secret.source_id
            && state.facts.tags.get(key).is_some_and(|other| other != value)
        {
            return None;
        }
        let given = secret.name.strip_prefix(&self.batch.prefix).unwrap_or(&secret.name);
        let kept_as_tag = || {
            state.facts.tags.iter().any(|(key, value)| (key.as_str(), value.as_str()) == (NAME_TAG, given))
        };
        let is_called_so =
            state.name.as_str() == secret.name || state.facts.description.as_str() == given || kept_as_tag();
        let is_alone = *namesakes == 1;
        match (account, account_here) {
            _ if holds_the_value => Some(if is_called_so { 1 } else { 2 }),
            (Some(account), Some(here)) => {
                account.equals(here.expose()).then_some(if is_called_so { 3 } else { 4 })
            }
            (None, None) if is_called_so => Some(5),
            _ if is_alone && is_called_so => Some(6),
            _ if is_alone && state.name == *base && !self.came_by_another_name(state, base, given) => Some(7),
            _ => None,
        }
    }

    /// Whether a secret here may be another one that only became the same name: it keeps what its own source
    /// calls it, or nothing of that name is left.
    fn came_by_another_name(&self, state: &SecretState, base: &SecretName, given: &str) -> bool {
        let fits = |kept: &str| fit_name(&format!("{}{kept}", self.batch.prefix)) == *base;
        let tag = state.facts.tags.iter().find(|(key, _)| key.as_str() == NAME_TAG);
        let mut kept =
            tag.map(|(_, value)| value.as_str()).into_iter().chain([state.facts.description.as_str()]);
        fits("") || kept.any(|kept| kept != given && kept != base.as_str() && fits(kept))
    }

    /// Names those that are not here: what is called alone so keeps its name, equal names are told apart by
    /// username, and by number where that does not do.
    fn name_new_ones(&mut self, store: &mut OpenStore) -> Result<(), VaultError> {
        for keeps_name in [true, false] {
            for stranger in 0..self.strangers.len() {
                let Stranger { base, namesakes, .. } = &self.strangers[stranger];
                let (base, is_alone) = (base.clone(), *namesakes == 1);
                let has_its_name = is_alone && base.as_str() == self.secret(stranger).name;
                if self.is_placed(stranger) || keeps_name && !has_its_name {
                    continue;
                }
                if is_alone && store.secret(&base)?.is_none() && self.place(stranger, &base) || keeps_name {
                    continue;
                }
                let account = self.account(stranger);
                let account = account.as_ref().and_then(SecretBytes::expose_text);
                for number in 1.. {
                    let name = distinct_name(&base, account, number);
                    if !self.claimed.contains(&name) && store.secret(&name)?.is_none() {
                        self.place(stranger, &name);
                        break;
                    }
                }
            }
        }
        for (at, before) in std::mem::take(&mut self.twins) {
            self.names[at] = self.names[before].clone();
        }
        Ok(())
    }
}

/// A source with the same rules for names as ours.
fn keeps_its_name(secret: &IncomingSecret) -> bool {
    secret.labelling != Labelling::NewestIsCurrent && SecretName::new(&secret.name).is_ok()
}

fn base_of(secret: &IncomingSecret) -> SecretName {
    match SecretName::new(&secret.name) {
        Ok(name) if keeps_its_name(secret) => name,
        _ => fit_name(&secret.name),
    }
}

/// An order of entries by what they are. Equal ones are the same entry.
fn compare(one: &IncomingSecret, other: &IncomingSecret) -> Ordering {
    let versions = || {
        let values = |secret: &'_ IncomingSecret| secret.versions.len();
        values(one).cmp(&values(other)).then_with(|| {
            let pairs = one.versions.iter().zip(&other.versions);
            pairs.fold(Ordering::Equal, |order, (one, other)| {
                order
                    .then_with(|| one.value.expose().cmp(other.value.expose()))
                    .then_with(|| one.created.cmp(&other.created))
            })
        })
    };
    one.name.cmp(&other.name).then_with(|| one.source_id.cmp(&other.source_id)).then_with(versions)
}

/// The secrets here that may be meant.
struct Here<'a> {
    by_id: HashMap<(&'a str, &'a str), SecretName>,
    by_base: HashMap<SecretName, Vec<SecretName>>,
}

impl<'a> Here<'a> {
    fn find(store: &OpenStore, matching: &Matching<'a>) -> Result<Self, VaultError> {
        let batch = matching.batch;
        let ids =
            matching.strangers.iter().filter_map(|stranger| batch.secrets[stranger.at].source_id.as_ref());
        let ids: HashMap<&'a str, &'a str> = ids.map(|(key, value)| (value.as_str(), key.as_str())).collect();
        let bases: HashMap<&str, &SecretName> =
            matching.strangers.iter().map(|stranger| (stranger.base.as_str(), &stranger.base)).collect();
        let mut long: HashMap<&str, Vec<&SecretName>> = HashMap::new();
        for (text, base) in &bases {
            if let Some(start) = text.get(..KEPT_OF_LONG_NAMES) {
                long.entry(start).or_default().push(base);
            }
        }
        let mut here = Self { by_id: HashMap::new(), by_base: HashMap::new() };
        for record in store.records() {
            let damaged = || StoreError::integrity("the record of a secret makes no sense");
            let view = SecretRecordView::parse(record).ok_or_else(damaged)?;
            let name = SecretName::new(view.name).map_err(|_| damaged())?;
            for (key, value) in view.tags.iter() {
                if let Some((value, known)) = ids.get_key_value(value)
                    && *known == key
                {
                    here.by_id.insert((*known, *value), name.clone());
                }
            }
            let starts = view.name.match_indices('-').map(|(at, _)| &view.name[..at]).chain([view.name]);
            let mut may_be: Vec<&SecretName> = starts.filter_map(|start| bases.get(start).copied()).collect();
            if view.name.len() == SecretName::LIMIT {
                may_be.extend(
                    view.name
                        .get(..KEPT_OF_LONG_NAMES)
                        .and_then(|start| long.get(start))
                        .into_iter()
                        .flatten(),
                );
                may_be.sort_unstable();
                may_be.dedup();
            }
            for base in may_be {
                here.by_base.entry(base.clone()).or_default().push(name.clone());
            }
        }
        Ok(here)
    }
}
