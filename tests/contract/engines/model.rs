//! An engine in memory, which keeps the rules of a key-value engine of version 2 and fails when it is told to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use etui::engine::{Engine, EngineError, EngineSecret, EngineVersion};
use etui::memory::SecretBytes;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is answered.
    Answered,
    /// It does not arrive.
    Unheard,
    /// It is done, and the answer is lost.
    Lost,
}

#[derive(Debug, Default)]
pub struct Stored {
    pub secret: EngineSecret,
    pub documents: BTreeMap<u64, Vec<u8>>,
}

/// What an engine holds.
#[derive(Debug)]
pub struct World {
    pub secrets: BTreeMap<String, Stored>,
    pub kept: u64,
    pub counts_revisions: bool,
    ticks: u64,
}

impl World {
    pub fn new() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self { secrets: BTreeMap::new(), kept: 0, counts_revisions: true, ticks: 0 }))
    }

    /// Somebody else stores a version.
    pub fn put(&mut self, name: &str, document: &str) -> u64 {
        self.ticks += 1;
        let (ticks, kept) = (self.ticks, if self.kept == 0 { 10 } else { self.kept });
        let stored = self.secrets.entry(name.to_owned()).or_default();
        let secret = &mut stored.secret;
        secret.current += 1;
        secret
            .versions
            .insert(secret.current, EngineVersion { created: format!("tick {ticks}"), is_live: true });
        stored.documents.insert(secret.current, document.as_bytes().to_vec());
        while secret.versions.len() as u64 > kept {
            let oldest = *secret.versions.keys().next().unwrap();
            secret.versions.remove(&oldest);
            stored.documents.remove(&oldest);
        }
        secret.current
    }

    /// Somebody else deletes a version.
    pub fn delete(&mut self, name: &str, number: u64) {
        self.secrets.get_mut(name).unwrap().secret.versions.get_mut(&number).unwrap().is_live = false;
    }

    /// Somebody else writes an entry.
    pub fn write(&mut self, name: &str, entry: &str, text: &str) {
        let secret = &mut self.secrets.get_mut(name).unwrap().secret;
        secret.entries.insert(entry.to_owned(), text.to_owned());
        secret.revision = Some(secret.revision.unwrap_or(0) + 1);
    }

    pub fn document(&self, name: &str, number: u64) -> &str {
        std::str::from_utf8(&self.secrets[name].documents[&number]).unwrap()
    }

    pub fn entry(&self, name: &str, entry: &str) -> Option<&str> {
        self.secrets[name].secret.entries.get(entry).map(String::as_str)
    }
}

/// A connection to such a world.
pub struct ModelEngine {
    pub world: Rc<RefCell<World>>,
    /// What it calls itself.
    pub place: String,
    /// How many requests were made.
    pub requests: usize,
    /// What happens to the next ones; those after are answered.
    pub fates: Vec<Fate>,
    /// After so many requests nothing is answered any more.
    pub dies_after: usize,
    /// Done before the request of this number.
    pub meanwhile: Option<(usize, Box<dyn FnOnce()>)>,
}

impl ModelEngine {
    pub fn of(world: &Rc<RefCell<World>>) -> Self {
        Self {
            world: world.clone(),
            place: "address".to_owned(),
            requests: 0,
            fates: Vec::new(),
            dies_after: usize::MAX,
            meanwhile: None,
        }
    }

    fn request<T>(
        &mut self,
        work: impl FnOnce(&mut World) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let host = || "model".to_owned();
        if self.meanwhile.as_ref().is_some_and(|(at, _)| *at == self.requests)
            && let Some((_, work)) = self.meanwhile.take()
        {
            work();
        }
        if self.requests >= self.dies_after {
            return Err(EngineError::TokenNotAccepted { host: host() });
        }
        self.requests += 1;
        let fate = if self.fates.is_empty() { Fate::Answered } else { self.fates.remove(0) };
        let unavailable = Err(EngineError::Unavailable { host: host(), why: "it is a test" });
        match fate {
            Fate::Unheard => unavailable,
            Fate::Lost => {
                let _ = work(&mut self.world.borrow_mut());
                unavailable
            }
            Fate::Answered => work(&mut self.world.borrow_mut()),
        }
    }
}

impl Engine for ModelEngine {
    fn place(&self) -> &str {
        &self.place
    }

    fn kept_versions(&mut self) -> Result<Option<u64>, EngineError> {
        self.request(|world| Ok(Some(world.kept)))
    }

    fn names(&mut self) -> Result<Vec<String>, EngineError> {
        self.request(|world| Ok(world.secrets.keys().cloned().collect()))
    }

    fn secret(&mut self, name: &str) -> Result<Option<EngineSecret>, EngineError> {
        self.request(|world| {
            let counts = world.counts_revisions;
            let revision = |secret: &EngineSecret| counts.then_some(secret.revision.unwrap_or(0));
            Ok(world.secrets.get(name).map(|stored| {
                let revision = revision(&stored.secret);
                EngineSecret { revision, ..stored.secret.clone() }
            }))
        })
    }

    fn document(&mut self, name: &str, number: u64) -> Result<Option<SecretBytes>, EngineError> {
        self.request(|world| {
            let Some(stored) = world.secrets.get(name) else { return Ok(None) };
            let is_live = stored.secret.versions.get(&number).is_some_and(|version| version.is_live);
            Ok(stored.documents.get(&number).filter(|_| is_live).map(|bytes| SecretBytes::copy_of(bytes)))
        })
    }

    fn store(&mut self, name: &str, after: u64, document: &SecretBytes) -> Result<u64, EngineError> {
        self.request(|world| {
            if world.secrets.get(name).map_or(0, |stored| stored.secret.current) != after {
                return Err(EngineError::Changed { name: name.to_owned() });
            }
            Ok(world.put(name, document.expose_text().unwrap()))
        })
    }

    fn mark(
        &mut self,
        name: &str,
        entries: &BTreeMap<String, String>,
        revision: Option<u64>,
    ) -> Result<(), EngineError> {
        self.request(|world| {
            let secret = &mut world.secrets.entry(name.to_owned()).or_default().secret;
            if revision.is_some_and(|revision| secret.revision.unwrap_or(0) != revision) {
                return Err(EngineError::Changed { name: name.to_owned() });
            }
            secret.entries = entries.clone();
            secret.revision = Some(secret.revision.unwrap_or(0) + 1);
            Ok(())
        })
    }

    fn wait(&mut self, attempt: u32, cause: EngineError) -> Result<(), EngineError> {
        if attempt > 20 { Err(EngineError::GaveUp { cause: Box::new(cause), seconds: 0 }) } else { Ok(()) }
    }
}
