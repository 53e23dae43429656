//! What reads from outside, each as a function of any bytes: it may refuse them, it may not panic, and what it promises
//! besides holds. The targets of `fuzz/` and a test here call the same functions.

pub use crate::cli::fuzzing::{reference, template};
pub use crate::config::any_settings as settings;
#[cfg(feature = "keepass")]
pub use crate::exchange::keepass::keepass;
pub use crate::kms::fuzzing::api_line;
pub use crate::store::fuzzing::record;
pub use crate::tui::fuzzing::{keymap, terminal};

use crate::exchange::{Reader, Source};
use crate::{codes, content, domain, query};

/// A function of any bytes, by the name of its target and of the folder of its first inputs (`fuzz/seeds`).
pub type Target = (&'static str, fn(&[u8]));

/// All of them. A program of `fuzz/` calls one of these functions by its path, so that the others are not linked: each
/// branch that is linked has a counter, and every run reads all of them.
pub const TARGETS: &[Target] = &[
    ("api_line", api_line),
    ("archive", archive),
    ("code", code),
    ("csv", csv),
    ("dotenv", dotenv),
    ("field", field),
    ("json", json),
    #[cfg(feature = "keepass")]
    ("keepass", keepass),
    ("keymap", keymap),
    ("query", query),
    ("record", record),
    ("reference", reference),
    ("settings", settings),
    ("template", template),
    ("terminal", terminal),
    ("visible", visible),
];

/// A file of an import through all readers whose formats begin so.
fn imports(bytes: &[u8], is_wanted: fn(&str) -> bool) {
    for source in Source::all().iter().filter(|source| is_wanted(source.name())) {
        match source.reader() {
            Reader::File(read)
            | Reader::LooseFile(read)
            | Reader::Nameless(read)
            | Reader::OnlyNamed(read) => {
                // An error quotes nothing that may be a secret, whatever it is.
                if let Err(error) = read(bytes) {
                    assert!(!error.to_string().contains("hunter2"), "{} quotes the file", source.name());
                }
            }
            Reader::Columns(read) => drop(read(bytes, None)),
            Reader::Locked(read) => drop(read(bytes, None)),
            Reader::PasswordStore | Reader::AgeStore | Reader::Vault => {}
        }
    }
}

const JSON: [&str; 9] =
    ["json", "bitwarden", "protonpass", "map", "hashicorp", "kubernetes", "aegis", "otpauth", "alibaba"];

/// The archive of 1Password.
pub fn archive(bytes: &[u8]) {
    imports(bytes, |name| name == "1password");
}

/// CSV of every program.
pub fn csv(bytes: &[u8]) {
    imports(bytes, |name| !JSON.contains(&name) && name != "dotenv");
}

/// JSON of every program.
pub fn json(bytes: &[u8]) {
    imports(bytes, |name| JSON.contains(&name));
    let _ = content::json_fault(bytes);
    let _ = content::json_text::string_members(bytes);
}

/// NAME=value lines.
pub fn dotenv(bytes: &[u8]) {
    imports(bytes, |name| name == "dotenv");
    let each = content::dotenv::parse_each(bytes);
    if let Ok(all) = content::dotenv::parse(bytes) {
        assert_eq!(all.len(), each.len(), "a file is read whole or line by line alike");
    }
}

/// Fields of a value: one that is replaced has the new text, and the others keep theirs.
pub fn field(bytes: &[u8]) {
    let Some((_, fields)) = content::named_fields(bytes) else { return };
    let new = crate::memory::SecretBytes::copy_of(b"new text");
    for one in fields.iter().take(4) {
        let Ok(changed) = content::with_field(bytes, &one.key, &new) else { continue };
        let found = content::field(changed.expose(), &one.key);
        assert!(
            found.is_ok_and(|found| found.expose() == new.expose()),
            "the field that was replaced is there"
        );
    }
}

/// A one-time code of a value.
pub fn code(bytes: &[u8]) {
    if let Ok(source) = codes::CodeSource::of_value(bytes) {
        let _ = source.code_at(1_700_000_000);
        assert!(codes::CodeSource::of_text(source.uri("a").expose()).is_ok(), "its URI is one again");
    }
}

/// What was typed into the filter means something, on every name.
pub fn query(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let query = query::Query::parse(text);
    // Names are ASCII.
    let typed: String = text.chars().filter(char::is_ascii).collect();
    for name in ["db/password", &typed] {
        for range in query.matches(name) {
            assert!(name.get(range).is_some(), "what matched is a part of the name");
        }
    }
    assert!(query.is_empty() || query.narrows(&query));
}

/// What is shown obeys nobody.
pub fn visible(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert!(!domain::visible(&text).chars().any(char::is_control));
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::TARGETS;

    /// The first inputs of a target.
    fn seeds(name: &str) -> Vec<Vec<u8>> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// Some of the bytes of one input, then some of another, with a few bytes changed.
    fn near(inputs: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
        let input = prop::sample::select(inputs);
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
        (input.clone(), input, any::<[prop::sample::Index; 2]>(), changes).prop_map(
            |(first, second, cuts, changes)| {
                let from = cuts[1].index(second.len() + 1);
                let mut bytes = [&first[..cuts[0].index(first.len() + 1)], &second[from..]].concat();
                for (at, byte) in changes {
                    if !bytes.is_empty() {
                        let at = at.index(bytes.len());
                        bytes[at] = byte;
                    }
                }
                bytes
            },
        )
    }

    fn cases() -> ProptestConfig {
        ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }
    }

    #[test]
    fn whatever_comes_from_outside_is_read_or_refused() {
        for (name, target) in TARGETS {
            let seeds = seeds(name);
            assert!(!seeds.is_empty(), "{name} has a first input");
            seeds.iter().for_each(|seed| target(seed));
            let any = prop_oneof![
                4 => near(seeds),
                1 => prop::collection::vec(any::<u8>(), 0..200),
                1 => ".{0,80}".prop_map(String::into_bytes),
            ];
            let ran = proptest::test_runner::TestRunner::new(cases()).run(&any, |bytes| {
                target(&bytes);
                Ok(())
            });
            assert!(ran.is_ok(), "{name}: {}", ran.unwrap_err());
        }
    }

    /// Bytes near to the first inputs, by chance that is the same in every run (SplitMix64), without coverage: for
    /// machines on which cargo-fuzz is not.
    #[test]
    #[ignore = "takes minutes: FUZZ_TARGET=record FUZZ_RUNS=10000000 cargo test --lib fuzzing -- --ignored --nocapture"]
    fn many_inputs_near_to_real_ones() {
        let wanted = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
        let runs: u64 = std::env::var("FUZZ_RUNS").expect("FUZZ_RUNS is a number").parse().unwrap();
        let (_, target) =
            TARGETS.iter().find(|(name, _)| *name == wanted).expect("the target is in the table");
        let inputs = seeds(&wanted);
        let mut state = runs;
        let mut below = |limit: usize| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap()
        };
        let mut bytes = Vec::new();
        for run in 0..runs {
            bytes.clear();
            let (first, second) = (&inputs[below(inputs.len())], &inputs[below(inputs.len())]);
            let cut = below(first.len() + 1);
            bytes.extend_from_slice(&first[..cut]);
            // Mostly the same input goes on, shifted by little.
            let rest = if run % 4 == 0 { &second[below(second.len() + 1)..] } else { &first[cut..] };
            bytes.extend_from_slice(rest);
            for _ in 0..below(4) {
                if !bytes.is_empty() {
                    let at = below(bytes.len());
                    bytes[at] = match below(3) {
                        0 => u8::try_from(below(256)).unwrap(),
                        1 => bytes[at] ^ (1 << below(8)),
                        _ => bytes[below(bytes.len())],
                    };
                }
            }
            target(&bytes);
        }
        println!("{wanted}: {runs} inputs read or refused");
    }

    #[test]
    fn each_target_has_its_program_and_its_first_inputs() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        let names = |folder: &str| {
            let entries = fs::read_dir(root.join(folder)).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            names.sort();
            names
        };
        let known: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!((names("seeds"), names("targets")), (known.clone(), known.clone()));
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
        for name in known {
            assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name} is built");
        }
    }
}
