//! The programs of `fuzz/` have a lock file of their own, and nothing here builds them: it must follow ours.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// The packages of a lock file: each name with its versions, and the names of what etui depends on.
fn packages(lock: &str) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let lock: Table = lock.parse().unwrap();
    let (mut versions, mut of_etui): (BTreeMap<String, BTreeSet<String>>, _) = Default::default();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        versions.entry(name.to_owned()).or_default().insert(package["version"].as_str().unwrap().to_owned());
        if name == "etui" {
            let names = package["dependencies"].as_array().unwrap().iter().filter_map(Value::as_str);
            of_etui = names.map(|entry| entry.split(' ').next().unwrap().to_owned()).collect();
        }
    }
    (versions, of_etui)
}

/// What a lock file of `fuzz/` does not follow.
pub fn behind(manifest: &str, ours: &str, theirs: &str) -> Vec<String> {
    let manifest: Table = manifest.parse().unwrap();
    let ((our_versions, _), (their_versions, they_name)) = (packages(ours), packages(theirs));
    let is_needed = |entry: &Value| entry.get("optional").is_none();
    let needed = manifest["dependencies"].as_table().unwrap().iter().filter(|(_, entry)| is_needed(entry));
    let missing = needed.filter(|(name, _)| !they_name.contains(*name)).map(|(name, _)| name.clone());
    let differing = their_versions.iter().filter_map(|(name, versions)| {
        let ours = our_versions.get(name)?;
        (!versions.is_subset(ours)).then(|| format!("{name} {versions:?}, here {ours:?}"))
    });
    missing.chain(differing).collect()
}
