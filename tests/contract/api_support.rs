//! A vault behind the API door: lines in, answers out.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use etui::domain::{ErrorCode, Timestamp};
use etui::kms::{Format, serve};
use etui::memory::SecretBytes;
use etui::vault::{Clock, Credentials, Environment, KdfCost, Vault};
use etui::versioning::Origin;
use serde_json::Value;

/// 2026-11-24T12:00:00Z.
const NOON: i64 = 1_795_521_600;

/// A clock that stands until it is moved.
#[derive(Clone)]
struct HandClock(Arc<AtomicI64>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::clamped(self.0.load(Ordering::Relaxed))
    }
}

/// A cheap vault of its own, open, with its door.
pub struct Door {
    pub vault: Vault,
    path: PathBuf,
    clock: HandClock,
    _directory: tempfile::TempDir,
}

impl Door {
    /// An empty vault.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.etui");
        let clock = HandClock(Arc::new(AtomicI64::new(NOON)));
        let credentials = Credentials::new(SecretBytes::copy_of(b"correct horse"), None).unwrap();
        let environment = Environment {
            state_directory: Some(directory.path().join("state")),
            clock: Box::new(clock.clone()),
            origin: Origin::CommandLine,
        };
        let cost = KdfCost::new(8, 1, 1).unwrap();
        let vault = Vault::create(&path, &credentials, cost, environment).unwrap();
        Self { vault, path, clock, _directory: directory }
    }

    /// A vault with the worked example of the contract in it, after its fourth call, a minute between calls.
    pub fn with_the_worked_example() -> Self {
        let mut door = Self::new();
        for line in [
            r#"{"Action":"CreateSecret","SecretName":"db","VersionId":"v1","SecretData":"one"}"#,
            r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v2","SecretData":"two"}"#,
            r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v3","SecretData":"three","VersionStages":["UStage1"]}"#,
            r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v4","SecretData":"four","VersionStages":["ACSCurrent","UStage1","Ustage2"]}"#,
        ] {
            door.succeed(line);
            door.pass_seconds(60);
        }
        door
    }

    /// Lets time pass.
    pub fn pass_seconds(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The bytes of the vault file.
    pub fn file(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    /// Overwrites the vault file behind the back of the open vault.
    pub fn put_back(&self, bytes: &[u8]) {
        std::fs::write(&self.path, bytes).unwrap();
    }

    /// The lines that answer, as they are written, and the code that ends the run.
    pub fn serve(&mut self, input: &[u8], format: Format) -> (Vec<String>, Option<ErrorCode>) {
        let mut output = Vec::new();
        let code = serve(&mut self.vault, input, &mut output, format).unwrap();
        let output = String::from_utf8(output).unwrap();
        assert!(output.is_empty() || output.ends_with('\n'), "{output}");
        (output.lines().map(str::to_owned).collect(), code)
    }

    /// The one answer to a request, its RequestId checked and replaced by `<id>`.
    pub fn answer(&mut self, line: &str, format: Format) -> String {
        let (answers, _) = self.serve(line.as_bytes(), format);
        let [answer] = &answers[..] else { panic!("{answers:?}") };
        without_request_id(answer)
    }

    /// As `answer`, in JSON.
    pub fn json(&mut self, line: &str) -> String {
        self.answer(line, Format::Json)
    }

    /// The answer to a request that must succeed, as a value.
    #[track_caller]
    pub fn succeed(&mut self, line: &str) -> Value {
        let (answers, code) = self.serve(line.as_bytes(), Format::Json);
        assert_eq!(code, None, "{line}: {answers:?}");
        serde_json::from_str(&answers[0]).unwrap()
    }

    /// All versions of a secret with their labels, newest first.
    pub fn labels(&mut self, name: &str) -> String {
        let line =
            format!("Action=ListSecretVersionIds&IncludeDeprecated=true&PageSize=100&SecretName={name}");
        let answer = self.succeed(&line);
        let versions = answer["VersionIds"]["VersionId"].as_array().unwrap().clone();
        let shown = versions.iter().map(|version| {
            let stages = version["VersionStages"]["VersionStage"].as_array().unwrap();
            let stages: Vec<&str> = stages.iter().map(|stage| stage.as_str().unwrap()).collect();
            format!("{} {{{}}}", version["VersionId"].as_str().unwrap(), stages.join(", "))
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// Replaces the RequestId, which must be a lower-case UUID.
#[track_caller]
pub fn without_request_id(answer: &str) -> String {
    let start = answer.find("RequestId").unwrap() + "RequestId".len();
    let start = start + answer[start..].find(|character: char| character.is_ascii_hexdigit()).unwrap();
    let id = &answer[start..start + 36];
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{answer}");
    assert!(!id.contains(|character: char| character.is_ascii_uppercase()), "{answer}");
    answer.replacen(id, "<id>", 1)
}
