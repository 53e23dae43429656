//! Random work on a copy: every operation of the contract, as the rules decide it.

use super::model::Replica;
use crate::domain::{
    Description, Note, Retention, RotationInterval, SecretName, StageLabel, TagKey, TagValue, Tags,
    Timestamp, VersionId,
};
use crate::versioning::{
    self, Change, Comparison, Deletion, Direction, MetadataUpdate, Operation, PutTerms, StageMove, StageSet,
    VersionRef, suggest_first_version_id, suggest_version_id,
};

pub(super) fn secret_name(text: &str) -> SecretName {
    SecretName::new(text).unwrap()
}

fn label(text: &str) -> StageLabel {
    StageLabel::new(text).unwrap()
}

fn tag(key: &str, value: &str) -> Tags {
    [(TagKey::new(key).unwrap(), TagValue::new(value).unwrap())].into_iter().collect()
}

impl Replica {
    /// Stores a first version under this name, if it is free.
    pub(super) fn make(&mut self, name: &str, value: u8) {
        let name = secret_name(name);
        let taken = self.find(&name).map(|row| self.secrets[&row].state.clone());
        let first = VersionRef { key: self.choices.key(), id: suggest_first_version_id(None) };
        let change =
            versioning::create(&name, &Description::default(), &Tags::new(), &first, &[], taken.as_ref());
        if let Ok(change) = change {
            let row = self.choices.row();
            self.create(row, &name, &change, value);
        }
    }

    pub(super) fn row(&self, name: &str) -> [u8; 16] {
        self.find(&secret_name(name)).expect("there is a secret of this name")
    }

    /// Puts a value under the id that is suggested, or under this one.
    pub(super) fn put(&mut self, name: &str, id: Option<&str>, value: u8) {
        let row = self.row(name);
        self.put_at(row, id, value, StageSet::current());
    }

    fn put_at(&mut self, row: [u8; 16], id: Option<&str>, value: u8, stages: StageSet) {
        let key = self.choices.key();
        let held = &self.secrets[&row];
        let free = suggest_version_id(&held.state, None);
        let version_id = id.map_or_else(|| free.clone(), |id| VersionId::new(id).unwrap());
        let comparison =
            held.state.version(&version_id).map(|version| match held.values[&version.key] == value {
                true => Comparison::Same,
                false => Comparison::Differs,
            });
        let terms = PutTerms { version_id, stages, key, comparison, free };
        let plan = versioning::put(&held.state, &terms);
        self.carry_out(row, plan, value);
    }

    fn carry_out(
        &mut self,
        row: [u8; 16],
        plan: Result<versioning::Plan, versioning::Refusal>,
        value: u8,
    ) -> bool {
        match plan.as_ref().ok().and_then(versioning::Plan::change) {
            Some(change) => {
                let change: Change = change.clone();
                self.apply(row, &change, value);
                true
            }
            None => false,
        }
    }

    pub(super) fn stage(&mut self, name: &str, text: &str, to: Option<&str>, from: Option<&str>) {
        let id = |text: &str| VersionId::new(text).unwrap();
        let row = self.row(name);
        if let Ok(request) = StageMove::new(label(text), to.map(id), from.map(id)) {
            let plan = versioning::move_stage(&self.secrets[&row].state, &request);
            self.carry_out(row, plan, 0);
        }
    }

    pub(super) fn roll_back(&mut self, name: &str) {
        let row = self.row(name);
        let plan = versioning::rollback(&self.secrets[&row].state);
        self.carry_out(row, plan, 0);
    }

    pub(super) fn describe(&mut self, name: &str, text: &str) {
        let row = self.row(name);
        let update = MetadataUpdate {
            description: Some(Description::new(text).unwrap()),
            ..MetadataUpdate::default()
        };
        let plan = versioning::update(&self.secrets[&row].state, &update);
        self.carry_out(row, plan, 0);
    }

    pub(super) fn set_tag(&mut self, name: &str, key: &str, value: &str) {
        let row = self.row(name);
        let update = MetadataUpdate { tags: tag(key, value), ..MetadataUpdate::default() };
        let plan = versioning::update(&self.secrets[&row].state, &update);
        self.carry_out(row, plan, 0);
    }

    pub(super) fn keep(&mut self, name: &str, versions: u32) {
        let row = self.row(name);
        let retention = Some(Retention::new(versions).ok());
        let update = MetadataUpdate { retention, ..MetadataUpdate::default() };
        let plan = versioning::update(&self.secrets[&row].state, &update);
        self.carry_out(row, plan, 0);
    }

    pub(super) fn rename(&mut self, name: &str, new: &str) {
        let row = self.row(name);
        self.rename_at(row, new);
    }

    fn rename_at(&mut self, row: [u8; 16], new: &str) {
        let new = secret_name(new);
        let taken = self.find(&new).map(|row| self.secrets[&row].state.clone());
        let plan = versioning::rename(&self.secrets[&row].state, &new, taken.as_ref());
        self.carry_out(row, plan, 0);
    }

    pub(super) fn delete(&mut self, name: &str, deletion: Deletion) {
        let row = self.row(name);
        let plan = versioning::delete(&self.secrets[&row].state, deletion, self.now());
        self.carry_out(row, plan, 0);
    }

    pub(super) fn annotate(&mut self, name: &str, id: &str, text: &str) {
        let row = self.row(name);
        let id = VersionId::new(id).unwrap();
        let plan = versioning::annotate(&self.secrets[&row].state, &id, Note::new(text).ok().as_ref());
        self.carry_out(row, plan, 0);
    }

    pub(super) fn restore(&mut self, name: &str) {
        let row = self.row(name);
        let plan = versioning::restore(&self.secrets[&row].state);
        self.carry_out(row, plan, 0);
    }

    /// Does one thing by chance.
    pub(super) fn work(&mut self) {
        self.clock += self.choices.next() % 1_500;
        let rows: Vec<[u8; 16]> = self.secrets.keys().copied().collect();
        let chance = self.choices.below(100);
        if rows.is_empty() || chance < 10 {
            let name = *self.choices.one_of(&["a", "b", "c", "d"]);
            let value = u8::try_from(self.choices.below(3)).unwrap();
            return self.make(name, value);
        }
        let row = *self.choices.one_of(&rows);
        let state = self.secrets[&row].state.clone();
        let version = self.choices.one_of(&state.versions).id.clone();
        let text = self.choices.below(1_000).to_string();
        let plan = match chance {
            10..35 => {
                let value = u8::try_from(self.choices.below(6)).unwrap();
                let id = *self.choices.one_of(&[None, None, None, Some("v2"), Some("x")]);
                let stages = match self.choices.below(4) {
                    0 => StageSet::new([label("L")]).unwrap(),
                    1 => StageSet::new([StageLabel::current(), label("M")]).unwrap(),
                    _ => StageSet::current(),
                };
                return self.put_at(row, id, value, stages);
            }
            35..50 => {
                let label = match self.choices.below(6) {
                    0 => StageLabel::previous(),
                    1 => StageLabel::current(),
                    2 | 3 => label("L"),
                    _ => label("M"),
                };
                let bearer = state.labels.target(&label).map(|target| target.id.clone());
                let request = match (self.choices.below(3), bearer) {
                    (0, Some(bearer)) => StageMove::new(label, None, Some(bearer)),
                    _ => StageMove::new(label, Some(version), None),
                };
                request.and_then(|request| versioning::move_stage(&state, &request))
            }
            50..56 => versioning::rollback(&state),
            56..72 => {
                let mut update = MetadataUpdate::default();
                match self.choices.below(6) {
                    0 => update.description = Description::new(&text).ok(),
                    1 => update.tags = tag("one", &text),
                    2 => update.tags = tag("two", &text),
                    3 => update.untag = vec![TagKey::new("one").unwrap()],
                    4 => {
                        update.retention = Some(*self.choices.one_of(&[
                            None,
                            Retention::new(2).ok(),
                            Retention::new(3).ok(),
                        ]))
                    }
                    _ => {
                        update.rotation = Some(
                            RotationInterval::new(1 + u32::try_from(self.choices.below(9)).unwrap()).ok(),
                        )
                    }
                }
                versioning::update(&state, &update)
            }
            72..77 => versioning::annotate(&state, &version, Note::new(&text).ok().as_ref()),
            77..82 => {
                let new = *self.choices.one_of(&["a", "b", "c", "d", "e", "f"]);
                return self.rename_at(row, new);
            }
            82..87 if state.planned_deletion.is_none() => {
                versioning::delete(&state, Deletion::Window(7), self.now())
            }
            82..88 => versioning::restore(&state),
            88 => versioning::purge(&state, Timestamp::clamped(i64::MAX / 2), self.now(), true),
            89 => versioning::delete(&state, Deletion::Force, self.now()),
            90 => return self.change_lock(Operation::ChangePassword),
            91 => return self.change_lock(Operation::Rekey),
            92..98 => {
                self.take_back(Direction::Undo);
                return;
            }
            _ => {
                self.take_back(Direction::Redo);
                return;
            }
        };
        self.carry_out(row, plan, 0);
    }
}
