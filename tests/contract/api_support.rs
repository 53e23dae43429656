//! A vault behind the KMS API: lines in, answers out. With the feature `serve` each line is asked over HTTP, too, of a
//! server with a vault of its own that began as a copy: both must answer the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use etui::domain::{ErrorCode, Timestamp};
use etui::kms::{Format, serve};
use etui::memory::SecretBytes;
use etui::vault::{Clock, Credentials, Environment, KdfCost, Vault};
use etui::versioning::Origin;
use serde_json::Value;

#[cfg(feature = "serve")]
use crate::api_over_http::Endpoint;

/// 2026-11-24T12:00:00Z.
const NOON: i64 = 1_795_521_600;

/// A clock that stands until it is moved.
#[derive(Clone)]
pub struct HandClock(Arc<AtomicI64>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::clamped(self.0.load(Ordering::Relaxed))
    }
}

/// A cheap vault of its own, open, with its API.
pub struct Api {
    pub vault: Vault,
    path: PathBuf,
    clock: HandClock,
    #[cfg(feature = "serve")]
    over_http: Option<Endpoint>,
    _directory: tempfile::TempDir,
}

/// The bytes of a vault file, and of the one that is asked over HTTP.
#[derive(PartialEq, Eq)]
pub struct Files(Vec<Vec<u8>>);

impl Api {
    /// An empty vault.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.etui");
        let clock = HandClock(Arc::new(AtomicI64::new(NOON)));
        let environment = environment(directory.path(), &clock, Origin::CommandLine);
        let cost = KdfCost::new(8, 1, 1).unwrap();
        let vault = Vault::create(&path, &credentials(), cost, environment).unwrap();
        Self {
            vault,
            #[cfg(feature = "serve")]
            over_http: Some(Endpoint::of_copy(&path, directory.path(), &clock)),
            path,
            clock,
            _directory: directory,
        }
    }

    /// The same, for what only a line can say or ask: it is not asked over HTTP.
    pub fn by_line_alone(mut self) -> Self {
        #[cfg(feature = "serve")]
        {
            self.over_http = None;
        }
        self
    }

    /// A vault with the worked example of the contract in it, after its fourth call, a minute between calls.
    pub fn with_the_worked_example() -> Self {
        let mut api = Self::new();
        for line in [
            r#"{"Action":"CreateSecret","SecretName":"db","VersionId":"v1","SecretData":"one"}"#,
            r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v2","SecretData":"two"}"#,
            r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v3","SecretData":"three","VersionStages":["UStage1"]}"#,
            r#"{"Action":"PutSecretValue","SecretName":"db","VersionId":"v4","SecretData":"four","VersionStages":["ACSCurrent","UStage1","Ustage2"]}"#,
        ] {
            api.succeed(line);
            api.pass_seconds(60);
        }
        api
    }

    /// Lets time pass.
    pub fn pass_seconds(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The bytes of the vault files.
    pub fn file(&self) -> Files {
        Files(self.paths().into_iter().map(|path| std::fs::read(path).unwrap()).collect())
    }

    /// Overwrites the vault files behind the back of the open vaults.
    pub fn put_back(&self, files: &Files) {
        for (path, bytes) in self.paths().into_iter().zip(&files.0) {
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// Makes a change that the API has no action for.
    pub fn change(&mut self, make: impl Fn(&mut Vault)) {
        make(&mut self.vault);
        #[cfg(feature = "serve")]
        if let Some(endpoint) = &self.over_http {
            make(&mut endpoint.open(&self.clock));
        }
    }

    fn paths(&self) -> Vec<&Path> {
        let mut paths = vec![self.path.as_path()];
        #[cfg(feature = "serve")]
        paths.extend(self.over_http.as_ref().map(Endpoint::path));
        paths
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
    #[track_caller]
    pub fn answer(&mut self, line: &str, format: Format) -> String {
        let (answers, _) = self.serve(line.as_bytes(), format);
        let [answer] = &answers[..] else { panic!("{answers:?}") };
        let answer = without_request_id(answer);
        #[cfg(feature = "serve")]
        if let Some(endpoint) = &mut self.over_http {
            let other = endpoint.answer(line, format);
            // Random by its purpose.
            let is_random = answer.contains("RandomPassword") && other.contains("RandomPassword");
            assert!(is_random || other == answer, "{line}\nline: {answer}\nHTTP: {other}");
        }
        answer
    }

    /// As `answer`, in JSON.
    #[track_caller]
    pub fn json(&mut self, line: &str) -> String {
        self.answer(line, Format::Json)
    }

    /// The answer to a request that must succeed, as a value.
    #[track_caller]
    pub fn succeed(&mut self, line: &str) -> Value {
        let answer: Value = serde_json::from_str(&self.json(line)).unwrap();
        assert_eq!(answer.get("Code"), None, "{line}: {answer}");
        answer
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

pub fn credentials() -> Credentials {
    Credentials::new(SecretBytes::copy_of(b"correct horse"), None).unwrap()
}

pub fn environment(directory: &Path, clock: &HandClock, origin: Origin) -> Environment {
    Environment {
        state_directory: Some(directory.join("state")),
        ..Environment::new(Box::new(clock.clone()), origin)
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
