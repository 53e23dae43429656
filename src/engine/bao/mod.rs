//! OpenBao and HashiCorp Vault: the key-value engine of version 2.

mod node;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use self::node::Node;
use super::access::{Access, NoEngine};
use super::error::EngineError;
use super::patience::{Asker, Mends, patiently};
use super::{Engine, EngineSecret, EngineVersion};
use crate::memory::SecretBytes;

/// Folders below folders, as many as a name has parts at most.
const DEEPEST: usize = 64;

/// A place in a key-value engine.
pub struct Bao {
    node: Node,
    /// The address and the namespace.
    place: String,
    mount: String,
    /// The path below the mount, with a slash at its end unless it is empty.
    base: String,
    kept: Option<Option<u64>>,
}

#[derive(Deserialize)]
struct MountData {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct ConfigData {
    max_versions: u64,
}

#[derive(Deserialize)]
struct KeysData {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct SecretData {
    current_version: u64,
    current_metadata_version: Option<u64>,
    custom_metadata: Option<BTreeMap<String, String>>,
    max_versions: u64,
    versions: BTreeMap<String, VersionData>,
}

#[derive(Deserialize)]
struct VersionData {
    created_time: String,
    deletion_time: String,
    destroyed: bool,
}

#[derive(Deserialize)]
struct StoredData {
    version: u64,
}

#[derive(Deserialize)]
struct DocumentData<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl Bao {
    /// Logs in and finds the mount.
    ///
    /// # Errors
    /// [`NoEngine`].
    pub fn connect(access: Access) -> Result<Self, NoEngine> {
        let place = access.place();
        let (node, login) = Node::of(access)?;
        let mut bao = Self { node, place, mount: String::new(), base: String::new(), kept: None };
        // Apart: the secret of a role may be good for one use.
        bao.patiently(|bao| bao.node.log_in(&login))?;
        bao.patiently(Self::find_mount)?;
        Ok(bao)
    }

    fn patiently<T>(
        &mut self,
        work: impl FnMut(&mut Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        patiently(self, Mends::Silence, work)
    }

    /// The mount that the path begins with. Where it may not be asked for, it is the first part of the path.
    fn find_mount(&mut self) -> Result<(), EngineError> {
        let path = self.node.named_path().to_owned();
        let asked = format!("sys/internal/ui/mounts/{}", percent_encoded(&path));
        let answer = self.node.send("GET", &asked, None)?;
        let told = match answer.status {
            403 => {
                self.node.know_token()?;
                None
            }
            _ => self.node.judged(answer, "read", &asked, "")?,
        };
        let mount = match told {
            None => path.split('/').next().unwrap_or_default().to_owned(),
            Some(body) => {
                let told: MountData = self.node.told(&body, &asked)?;
                let version = told.options.and_then(|options| options.get("version").cloned());
                let mount = told.path.trim_matches('/').to_owned();
                if told.kind != "kv" || version.as_deref() != Some("2") {
                    return Err(EngineError::NotKeyValue { host: self.node.host(), mount });
                }
                mount
            }
        };
        let below = path.strip_prefix(&mount).unwrap_or_default().trim_matches('/');
        self.base = if below.is_empty() { String::new() } else { format!("{below}/") };
        self.mount = mount;
        Ok(())
    }

    fn path(&self, kind: &str, name: &str) -> String {
        percent_encoded(&format!("{}/{kind}/{}{name}", self.mount, self.base))
    }

    /// The names in a folder, those of its folders too.
    fn list(&mut self, folder: &str, depth: usize, names: &mut Vec<String>) -> Result<(), EngineError> {
        let path = format!("{}?list=true", self.path("metadata", folder).trim_end_matches('/'));
        let Some(body) = self.node.ask("GET", &path, None, ("list", folder))? else { return Ok(()) };
        let told: KeysData = self.node.told(&body, &path)?;
        for key in told.keys {
            let name = format!("{folder}{key}");
            match key.ends_with('/') {
                true if depth < DEEPEST => self.list(&name, depth + 1, names)?,
                true => {}
                false => names.push(name),
            }
        }
        Ok(())
    }
}

impl Engine for Bao {
    fn place(&self) -> &str {
        &self.place
    }

    fn kept_versions(&mut self) -> Result<Option<u64>, EngineError> {
        if let Some(kept) = self.kept {
            return Ok(kept);
        }
        let path = format!("{}/config", self.mount);
        let kept = match self.node.ask("GET", &path, None, ("read", "")) {
            Ok(Some(body)) => Some(self.node.told::<ConfigData>(&body, &path)?.max_versions),
            Ok(None) | Err(EngineError::Forbidden { .. }) => None,
            Err(error) => return Err(error),
        };
        self.kept = Some(kept);
        Ok(kept)
    }

    fn names(&mut self) -> Result<Vec<String>, EngineError> {
        let mut names = Vec::new();
        self.list("", 0, &mut names)?;
        Ok(names)
    }

    fn secret(&mut self, name: &str) -> Result<Option<EngineSecret>, EngineError> {
        let path = self.path("metadata", name);
        let Some(body) = self.node.ask("GET", &path, None, ("read", name))? else { return Ok(None) };
        let told: SecretData = self.node.told(&body, &path)?;
        let version = |(number, version): (String, VersionData)| {
            let is_live = !version.destroyed && version.deletion_time.is_empty();
            Some((number.parse().ok()?, EngineVersion { created: version.created_time, is_live }))
        };
        Ok(Some(EngineSecret {
            current: told.current_version,
            versions: told.versions.into_iter().filter_map(version).collect(),
            entries: told.custom_metadata.unwrap_or_default(),
            revision: told.current_metadata_version,
            kept: told.max_versions,
        }))
    }

    fn document(&mut self, name: &str, number: u64) -> Result<Option<SecretBytes>, EngineError> {
        let path = format!("{}?version={number}", self.path("data", name));
        let Some(body) = self.node.ask("GET", &path, None, ("read", name))? else { return Ok(None) };
        let told: DocumentData<'_> = self.node.told(&body, &path)?;
        Ok(told.data.map(|data| SecretBytes::copy_of(data.get().as_bytes())))
    }

    fn store(&mut self, name: &str, after: u64, document: &SecretBytes) -> Result<u64, EngineError> {
        let path = self.path("data", name);
        let mut body = SecretBytes::with_capacity(document.len() + 64);
        body.extend(format!("{{\"options\":{{\"cas\":{after}}},\"data\":").as_bytes());
        body.extend(document.expose());
        body.push(b'}');
        let answer = self.node.ask("POST", &path, Some(&body), ("write", name))?;
        let answer = answer
            .ok_or_else(|| EngineError::NotKeyValue { host: self.node.host(), mount: self.mount.clone() })?;
        Ok(self.node.told::<StoredData>(&answer, &path)?.version)
    }

    fn mark(
        &mut self,
        name: &str,
        entries: &BTreeMap<String, String>,
        revision: Option<u64>,
    ) -> Result<(), EngineError> {
        let path = self.path("metadata", name);
        let mut body = SecretBytes::new();
        body.extend(b"{\"custom_metadata\":");
        // Writing into memory does not fail, and all keys are texts.
        let _ = serde_json::to_writer(&mut body, entries);
        if let Some(revision) = revision {
            body.extend(format!(",\"metadata_cas\":{revision}").as_bytes());
        }
        body.push(b'}');
        self.node.ask("POST", &path, Some(&body), ("write", name)).map(|_| ())
    }

    fn wait(&mut self, attempt: u32, cause: EngineError) -> Result<(), EngineError> {
        self.node.wait(attempt, cause)
    }
}

impl Asker for Bao {
    fn engine(&mut self) -> &mut dyn Engine {
        self
    }
}

/// A path, every character by number that a path cannot hold: names there may have any.
fn percent_encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(byte.into()),
            b'/' | b'-' | b'_' | b'.' | b'~' | b'+' | b'=' | b'@' => encoded.push(byte.into()),
            other => encoded += &format!("%{other:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_a_path_travels() {
        assert_eq!(percent_encoded("secret/data/a+b=@c/ä?x=2"), "secret/data/a+b=@c/%C3%A4%3Fx=2");
    }
}
