//! The same requests over HTTP: a real server on 127.0.0.1, with a copy of the vault, asked with signed requests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use etui::domain::ErrorCode;
use etui::http::{AccessKey, Address, Idle, Keeper, Server, Signing};
use etui::kms::{Format, Permissions};
use etui::memory::SecretBytes;
use etui::platform::signals::Signals;
use etui::vault::{Answers, LockedVault, Vault};
use etui::versioning::{AccessKeyId, Origin};
use serde_json::value::RawValue;

use crate::api_support::{HandClock, credentials, environment, without_request_id};
use crate::support::http::{Client, encoded, post};
use crate::support::signed::{Key, V1, V3};

const ID: &str = "LTAI-of-a-test";
const SECRET: &str = "secret-of-a-test";

/// Bytes before the first record of a vault file.
const HEADER_OF_SQLITE: usize = 100;

/// A server under way.
pub struct Endpoint {
    address: String,
    path: PathBuf,
    directory: PathBuf,
    asked: usize,
    server: Option<JoinHandle<Option<ErrorCode>>>,
}

impl Endpoint {
    /// Serves a copy of a vault file.
    pub fn of_copy(path: &Path, directory: &Path, clock: &HandClock) -> Self {
        let directory = directory.join("over-http");
        std::fs::create_dir(&directory).unwrap();
        let copy = directory.join("vault.etui");
        std::fs::copy(path, &copy).unwrap();
        let mut endpoint = Self { address: String::new(), path: copy, directory, asked: 0, server: None };
        let mut vault = endpoint.open(clock);
        let identity = vault.key_identity().unwrap();
        let keeper = Keeper::new(vault, identity, None, Answers::default(), Permissions::all());
        let server = Server::listen(&Address::any_port(), None).unwrap();
        endpoint.address = server.address().to_string();
        let key =
            AccessKey { id: AccessKeyId::new(ID).unwrap(), secret: SecretBytes::copy_of(SECRET.as_bytes()) };
        endpoint.server = Some(std::thread::spawn(move || {
            let mut signals = Signals::listen_to(&[]).unwrap();
            server.run(keeper, Signing::With(key), Idle::Never, None, &mut signals, &mut |_| {}).unwrap()
        }));
        endpoint
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The vault once more, for what the API cannot do.
    pub fn open(&self, clock: &HandClock) -> Vault {
        let origin = Origin::Api(AccessKeyId::new(ID).unwrap());
        let locked = LockedVault::open(self.path(), environment(&self.directory, clock, origin)).unwrap();
        locked.unlock(&credentials(), Answers::default()).map_err(|failed| failed.error).unwrap()
    }

    /// The answer to what a line of `etui api` asks, in turn with both signatures.
    #[track_caller]
    pub fn answer(&mut self, line: &str, format: Format) -> String {
        let form = match format {
            Format::Json => as_form(line),
            Format::Xml => as_form(line) + "&Format=XML",
        };
        self.asked += 1;
        let key = Key { endpoint: &self.address, id: ID, secret: SECRET };
        let pairs: Vec<(Vec<u8>, Vec<u8>)> = form.split('&').map(decoded_pair).collect();
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).ok();
        let action = pairs.iter().find(|(name, _)| name == b"Action").and_then(|(_, action)| text(action));
        let pairs: Option<Vec<_>> =
            pairs.iter().map(|(name, value)| Some((text(name)?, text(value)?))).collect();
        let request = match (pairs, action) {
            // Version 1 signs the parameters as text.
            (Some(pairs), action) if action.is_none() || self.asked.is_multiple_of(2) => {
                post(&self.address, &V1::of(&key, pairs).sign().form())
            }
            (_, Some(action)) => {
                let mut request = V3::of(&key, &action);
                request.body = form;
                request.sign().request()
            }
            (_, None) => panic!("{line} can be signed in neither way"),
        };
        let mut client = Client::connect(&self.address);
        client.send(request.as_bytes());
        let answer = client.answer().unwrap();
        let id = answer.header("x-acs-request-id").unwrap();
        assert_eq!(without_request_id(&answer.body), answer.body.replacen(&id, "<id>", 1));
        let status = match format {
            Format::Json => format!("\"HttpStatus\":{},", answer.status),
            Format::Xml => format!("<HttpStatus>{}<", answer.status),
        };
        assert_eq!(answer.status != 200, answer.body.contains(&status), "{answer:?}");
        without_request_id(&answer.body)
    }
}

impl Drop for Endpoint {
    /// Ends the server: it ends where its vault can no longer be trusted.
    fn drop(&mut self) {
        let Some(server) = self.server.take().filter(|_| !std::thread::panicking()) else { return };
        let mut bytes = std::fs::read(&self.path).unwrap();
        bytes.iter_mut().skip(HEADER_OF_SQLITE).for_each(|byte| *byte ^= 1);
        std::fs::write(&self.path, bytes).unwrap();
        if !server.is_finished() {
            assert!(self.answer("Action=ListSecrets", Format::Json).contains("\"IntegrityFailure\""));
        }
        assert_eq!(server.join().unwrap(), Some(ErrorCode::IntegrityFailure));
    }
}

/// What a line asks, as a form: text and other values of JSON become text, lists and objects text of JSON.
fn as_form(line: &str) -> String {
    let Ok(members) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(line) else {
        return line.to_owned();
    };
    let pairs = members.iter().filter(|(_, value)| value.get() != "null").map(|(name, value)| {
        let text = serde_json::from_str::<String>(value.get());
        format!("{}={}", encoded(name), encoded(text.as_deref().unwrap_or(value.get())))
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn decoded_pair(pair: &str) -> (Vec<u8>, Vec<u8>) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decoded(name), decoded(value))
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16)).unwrap();
        decoded.push(match byte {
            b'%' => u8::try_from(16 * digit() + digit()).unwrap(),
            b'+' => b' ',
            other => other,
        });
    }
    decoded
}
