//! The contract once more, written from its text alone with maps of plain strings: slow, small, and in
//! another manner than the rules, so that the two can be compared.

use std::collections::{BTreeMap, BTreeSet};

use super::step::{Seen, Step, Subject, Value, read, stored};

const CURRENT: &str = "ACSCurrent";
const PREVIOUS: &str = "ACSPrevious";
const DAY: i64 = 86_400;

/// All secrets, and the time.
pub struct Model {
    secrets: BTreeMap<String, Entry>,
    now: i64,
    newest_change: i64,
}

#[derive(Default)]
struct Entry {
    /// In the order of creation.
    made: Vec<(String, Value)>,
    /// Label to version id.
    marks: BTreeMap<String, String>,
    window: Option<i64>,
    keep: Option<usize>,
}

type Answer = Result<String, &'static str>;

impl Model {
    /// An empty vault made at `now`.
    pub fn new(now: i64) -> Self {
        Self { secrets: BTreeMap::new(), now, newest_change: now }
    }

    fn entry(&mut self, name: &str) -> Result<&mut Entry, &'static str> {
        self.secrets.get_mut(name).ok_or("Forbidden.ResourceNotFound")
    }

    fn usable(&mut self, name: &str) -> Result<&mut Entry, &'static str> {
        let entry = self.entry(name)?;
        if entry.window.is_some() { Err("Rejected.ResourceInDeleteWindow") } else { Ok(entry) }
    }

    fn create(&mut self, name: &str, id: &str, value: Value, extra: &[String]) -> Answer {
        if extra.iter().any(|label| label == PREVIOUS) {
            return Err("InvalidParameter");
        }
        if let Some(entry) = self.secrets.get(name) {
            return Err(match entry.window {
                Some(_) => "Rejected.ResourceInDeleteWindow",
                None => "Rejected.ResourceExist",
            });
        }
        let labels: BTreeSet<String> = extra.iter().cloned().chain([CURRENT.to_owned()]).collect();
        if labels.len() > 7 {
            return Err("Rejected.LimitExceeded");
        }
        let mut entry = Entry::default();
        entry.made.push((id.to_owned(), value));
        entry.marks = labels.into_iter().map(|label| (label, id.to_owned())).collect();
        let answer = stored(id, true, entry.labels_of(id));
        self.secrets.insert(name.to_owned(), entry);
        Ok(answer)
    }

    fn put(&mut self, name: &str, id: Option<&str>, value: Value, stages: &[String]) -> Answer {
        let wanted: BTreeSet<&str> = stages.iter().map(String::as_str).collect();
        if wanted.is_empty() || (wanted.contains(CURRENT) && wanted.contains(PREVIOUS)) {
            return Err("InvalidParameter");
        }
        let entry = self.usable(name)?;
        let id = id.map_or_else(|| entry.next_free_id(), str::to_owned);
        match entry.value_of(&id) {
            Some(there) if there == value => return Ok(stored(&id, false, entry.labels_of(&id))),
            Some(_) => return Err("Rejected.ResourceExist"),
            None => {}
        }
        let all: BTreeSet<&str> =
            entry.marks.keys().map(String::as_str).chain(wanted.iter().copied()).collect();
        if over_the_limit(&all) {
            return Err("Rejected.LimitExceeded");
        }
        let spared: BTreeSet<String> = entry.marks.values().cloned().collect();
        if wanted.contains(CURRENT) {
            let old = entry.marks[CURRENT].clone();
            entry.marks.insert(PREVIOUS.to_owned(), old);
        }
        for label in wanted {
            entry.marks.insert(label.to_owned(), id.clone());
        }
        entry.made.push((id.clone(), value));
        while entry.keep.is_some_and(|keep| entry.made.len() > keep) {
            let marked: BTreeSet<&String> = entry.marks.values().collect();
            let oldest = entry.made.iter().position(|(id, _)| !marked.contains(id) && !spared.contains(id));
            let Some(oldest) = oldest else { break };
            entry.made.remove(oldest);
        }
        Ok(stored(&id, true, entry.labels_of(&id)))
    }

    fn get(&mut self, name: &str, id: Option<&str>, stage: Option<&str>, older: u32) -> Answer {
        let entry = self.usable(name)?;
        if id.is_some_and(|id| entry.value_of(id).is_none()) {
            return Err("Forbidden.ResourceNotFound");
        }
        let marked = match stage {
            Some(stage) => Some(entry.marks.get(stage).ok_or("Forbidden.ResourceNotFound")?.as_str()),
            None => None,
        };
        let start = match (id, marked) {
            (Some(id), Some(marked)) if id != marked => return Err("InvalidParameter"),
            (Some(id), _) => id,
            (None, Some(marked)) => marked,
            (None, None) => &entry.marks[CURRENT],
        };
        let newest_first: Vec<&(String, Value)> =
            entry.made.iter().rev().skip_while(|(id, _)| id != start).collect();
        let (id, value) = newest_first.get(older as usize).ok_or("Forbidden.ResourceNotFound")?;
        Ok(read(id, *value, entry.labels_of(id)))
    }

    fn stage(&mut self, name: &str, label: &str, to: Option<&str>, from: Option<&str>) -> Answer {
        let built_in = label == CURRENT || label == PREVIOUS;
        if to.is_none() && (from.is_none() || built_in) {
            return Err("InvalidParameter");
        }
        let entry = self.usable(name)?;
        if [to, from].into_iter().flatten().any(|id| entry.value_of(id).is_none()) {
            return Err("Forbidden.ResourceNotFound");
        }
        let bearer = entry.marks.get(label).cloned();
        if from.is_some() && from != bearer.as_deref() {
            return Err("InvalidParameter");
        }
        let Some(to) = to else {
            entry.marks.remove(label);
            return Ok("moved".to_owned());
        };
        if bearer.as_deref() == Some(to) {
            return Ok("unchanged".to_owned());
        }
        if label == PREVIOUS && entry.marks[CURRENT] == to {
            return Err("InvalidParameter");
        }
        let all: BTreeSet<&str> = entry.marks.keys().map(String::as_str).chain([label]).collect();
        if over_the_limit(&all) {
            return Err("Rejected.LimitExceeded");
        }
        if label == CURRENT {
            let loser = entry.marks[CURRENT].clone();
            entry.marks.insert(PREVIOUS.to_owned(), loser);
        }
        entry.marks.insert(label.to_owned(), to.to_owned());
        Ok("moved".to_owned())
    }

    fn keep(&mut self, name: &str, versions: Option<usize>) -> Answer {
        let entry = self.usable(name)?;
        let before = std::mem::replace(&mut entry.keep, versions);
        Ok(if before == versions { "unchanged" } else { "kept" }.to_owned())
    }

    fn rename(&mut self, name: &str, to: &str) -> Answer {
        self.usable(name)?;
        if name == to {
            return Ok("unchanged".to_owned());
        }
        if let Some(taken) = self.secrets.get(to) {
            return Err(match taken.window {
                Some(_) => "Rejected.ResourceInDeleteWindow",
                None => "Rejected.ResourceExist",
            });
        }
        let entry = self.secrets.remove(name).expect("it was usable");
        self.secrets.insert(to.to_owned(), entry);
        Ok("renamed".to_owned())
    }

    fn rollback(&mut self, name: &str) -> Answer {
        let entry = self.usable(name)?;
        let previous = entry.marks.get(PREVIOUS).cloned().ok_or("Forbidden.ResourceNotFound")?;
        let current = entry.marks.insert(CURRENT.to_owned(), previous).unwrap();
        entry.marks.insert(PREVIOUS.to_owned(), current);
        Ok("moved".to_owned())
    }

    fn delete(&mut self, name: &str, days: Option<u32>, force: bool) -> Answer {
        if (force && days.is_some()) || days.is_some_and(|days| !(7..=30).contains(&days)) {
            return Err("InvalidParameter");
        }
        if force {
            self.entry(name)?;
            self.secrets.remove(name);
            return Ok("removed".to_owned());
        }
        let planned = self.now + i64::from(days.unwrap_or(30)) * DAY;
        self.usable(name)?.window = Some(planned);
        Ok(format!("scheduled {planned}"))
    }

    fn restore(&mut self, name: &str) -> Answer {
        self.entry(name)?.window.take().ok_or("Rejected.ResourceInUse")?;
        Ok("restored".to_owned())
    }

    fn purge(&mut self, name: &str, trust_clock: bool) -> Answer {
        let (now, newest_change) = (self.now, self.newest_change);
        let planned = self.entry(name)?.window.ok_or("Rejected.ResourceInUse")?;
        if now < newest_change && !trust_clock {
            return Err("Rejected.ResourceInUse");
        }
        if now < planned {
            return Err("Rejected.ResourceInDeleteWindow");
        }
        self.secrets.remove(name);
        Ok("removed".to_owned())
    }
}

impl Entry {
    fn value_of(&self, wanted: &str) -> Option<Value> {
        self.made.iter().find(|(id, _)| id == wanted).map(|(_, value)| *value)
    }

    fn labels_of(&self, wanted: &str) -> BTreeSet<String> {
        self.marks.iter().filter(|(_, id)| *id == wanted).map(|(label, _)| label.clone()).collect()
    }

    /// For the short ids of the random steps: one number too long for `u32` does not occur.
    fn next_free_id(&self) -> String {
        let (newest, _) = self.made.last().expect("a secret has a version");
        let digits_at = newest.trim_end_matches(|character: char| character.is_ascii_digit()).len();
        let (head, digits) = newest.split_at(digits_at);
        let (head, width, from) = match digits.parse::<u32>() {
            Ok(number) => (head.to_owned(), digits.len(), number + 1),
            Err(_) => (format!("{newest}-"), 1, 2),
        };
        (from..)
            .map(|number| format!("{head}{number:0width$}"))
            .find(|id| self.value_of(id).is_none())
            .unwrap()
    }
}

fn over_the_limit(labels: &BTreeSet<&str>) -> bool {
    labels.iter().filter(|&&label| label != CURRENT && label != PREVIOUS).count() > 6
}

impl Subject for Model {
    fn run(&mut self, step: &Step) -> String {
        let answer = match step {
            Step::Create { name, id, value, extra } => self.create(name, id, *value, extra),
            Step::Put { name, id, value, stages } => self.put(name, id.as_deref(), *value, stages),
            Step::Get { name, id, stage, older } => self.get(name, id.as_deref(), stage.as_deref(), *older),
            Step::Stage { name, label, move_to, remove_from } => {
                self.stage(name, label, move_to.as_deref(), remove_from.as_deref())
            }
            Step::Rollback { name } => self.rollback(name),
            Step::Delete { name, days, force } => self.delete(name, *days, *force),
            Step::Restore { name } => self.restore(name),
            Step::Purge { name, trust_clock } => self.purge(name, *trust_clock),
            Step::Keep { name, versions } => self.keep(name, versions.map(|versions| versions as usize)),
            Step::Rename { name, to } => self.rename(name, to),
            Step::Clock { seconds } => {
                self.now += seconds;
                return String::new();
            }
        };
        match answer {
            Ok(answer) => {
                let changes = !matches!(step, Step::Get { .. }) && !answer.starts_with("unchanged");
                if changes {
                    self.newest_change = self.now;
                }
                answer
            }
            Err(code) => code.to_owned(),
        }
    }

    fn see(&mut self) -> BTreeMap<String, Seen> {
        let seen = |entry: &Entry| Seen {
            versions: entry.made.iter().map(|(id, _)| id.clone()).collect(),
            marks: entry.marks.clone(),
            planned_deletion: entry.window,
        };
        self.secrets.iter().map(|(name, entry)| (name.clone(), seen(entry))).collect()
    }
}
