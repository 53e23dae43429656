//! `etui serve`: the KMS API over HTTP, for clients on this machine.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::agent::LockRequests;
use crate::cli::error::{CliError, reason};
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, Loudness, Output};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::shell::Shell;
use crate::cli::stream::{is_stream, refuse_stream};
use crate::config::duration;
use crate::demo::{self, Demo};
use crate::domain::{Folder, Timestamp, visible};
use crate::exchange::{LONGEST_FILE, json};
use crate::http::{AccessKey, Address, Certificates, Idle, Keeper, Log, LogLine, Server, Signing};
use crate::kms::{Access, Permissions, Scope};
use crate::memory::SecretBytes;
use crate::platform::editor::Place;
use crate::platform::private_folder::PrivateFolder;
use crate::platform::signals::Signals;
use crate::vault::{
    Answers, Clock as _, Credentials, Environment, KeyIdentity, LockedVault, SystemClock, Vault,
    write_secret_file,
};
use crate::versioning::{AccessKeyId, Origin};

/// A key file has two short lines; much more means that the wrong file was named.
const LONGEST_KEY_FILE: usize = 1024;

/// Answer the KMS API over HTTP, for programs on this machine
///
/// A program that uses Alibaba Cloud KMS Secrets Manager works against the vault: set `endpoint` (and
/// `protocol` to http) in the configuration of its client, and export the access key that is printed. Requests are
/// signed as for KMS. It listens on this machine only, and writes one line for each request to stderr: action,
/// secret, status, time; never a value.
///
/// SIGHUP, `etui lock` and the idle limit lock the vault; requests are refused with NotUnlocked until `etui
/// unlock`. SIGTERM and Ctrl-C end it after the requests that have begun. docs/kms.md says what differs from KMS.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui serve --demo                               sample secrets in a throwaway vault
  etui serve --prefix shop/dev --read-only        one folder of your vault, for reading
  etui serve --listen 127.0.0.1:8080 --access-key-file key --seed secrets.json
                                                  a fixed port and key, for tests")]
pub(in crate::cli) struct Serve {
    /// A local address with port, or unix:PATH [default: 127.0.0.1, any port]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Address>,

    /// Serve the secrets below this folder only
    #[arg(long, value_name = "PATH", value_parser = Folder::new)]
    prefix: Option<Folder>,

    /// Refuse every change
    #[arg(long)]
    read_only: bool,

    /// Serve a throwaway vault filled from an `etui export json` file, `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    seed: Option<PathBuf>,

    /// Serve a throwaway vault of sample secrets
    #[arg(long)]
    demo: bool,

    /// Answer unsigned requests of any user of this machine
    #[arg(long, conflicts_with = "access_key_file")]
    no_auth: bool,

    /// Read the access key from a file: id and secret, a line each
    ///
    /// Without it one is made for this run.
    #[arg(long, value_name = "FILE")]
    access_key_file: Option<PathBuf>,

    /// Speak TLS with a certificate made for this run
    #[arg(long)]
    tls: bool,

    /// Lock after this time without a request
    #[arg(long = "for", value_name = "TIME", default_value = "15m", value_parser = duration::parse)]
    idle: Duration,
}

const SIGNED: &str = "requests are signed";
const MADE_HERE: &str = "the access key was made for this run";
const WITH_TLS: &str = "--tls was given";

/// What is served, and what of it ends with the process.
struct Served {
    keeper: Keeper,
    idle: Idle,
    locks: Option<LockRequests>,
    _throwaway: Option<Demo>,
}

impl RunCommand for Serve {
    const JSON: Json = Json::Answers(&[Schema::when(
        "once, before the first request; requests are answered over HTTP, as KMS does",
        &[&[
            key("ETUI_SERVE_ENDPOINT", Kind::Text, "the address with its port"),
            key("ETUI_SERVE_PROTOCOL", Kind::Word(&["http", "https"]), "the protocol"),
            key("ALIBABA_CLOUD_ACCESS_KEY_ID", Kind::Text, "the id of the access key").if_any(SIGNED),
            key("ALIYUN_ACCESS_KEY_ID", Kind::Text, "the same").if_any(SIGNED),
            key("ALIBABA_CLOUD_ACCESS_KEY_SECRET", Kind::Text, "its secret").if_any(MADE_HERE),
            key("ALIYUN_ACCESS_KEY_SECRET", Kind::Text, "the same").if_any(MADE_HERE),
            key("ALIBABA_CLOUD_CA_BUNDLE", Kind::Text, "the authority that clients trust").if_any(WITH_TLS),
            key("NODE_EXTRA_CA_CERTS", Kind::Text, "the same").if_any(WITH_TLS),
        ]],
    )]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let signing = self.signing()?;
        let certificates = self.tls.then(Certificates::make).transpose()?;
        let trust = certificates.as_ref().map(Trust::write).transpose()?;
        // The port is taken before the password is asked for: one that is in use is told at once.
        let address = self.listen.clone().unwrap_or_else(Address::any_port);
        let server = Server::listen(&address, certificates)
            .map_err(|error| CliError::system(format!("cannot listen at {address}"), &error))?;
        let served = self.serve_what(invocation, &signing)?;
        let mut signals =
            Signals::listen().map_err(|error| CliError::system("cannot listen to signals", &error))?;
        self.say_how_to_connect(output, &server, &signing, trust.as_ref())?;
        let log = (output.loudness() > Loudness::Quiet).then(|| Log::to(io::stderr())).transpose();
        let log = log.map_err(|error| CliError::system("cannot write a log", &error))?;
        let mut tell = |line: LogLine| {
            if let Some(log) = &log {
                log.add(visible(&told(&line)).into_owned());
            }
        };
        let failure = server
            .run(served.keeper, signing, served.idle, served.locks, &mut signals, &mut tell)
            .map_err(|error| CliError::system("cannot continue to serve", &error))?;
        Ok(failure.map_or(Finish::Done, Finish::Refused))
    }
}

impl Serve {
    fn signing(&self) -> anyhow::Result<Signing> {
        if self.no_auth {
            return Ok(Signing::Nobody);
        }
        self.access_key_file.as_deref().map_or(Ok(()), |path| refuse_stream(path, "an access key file"))?;
        let key = match &self.access_key_file {
            None => AccessKey::make()?,
            Some(path) => AccessKey::parse(&read(path, LONGEST_KEY_FILE)?).ok_or_else(|| {
                CliError::usage(
                    format!("'{}' is not an access key", path.display()),
                    "write the id (at most 40 characters) and the secret (8 to 128) on a line each",
                )
            })?,
        };
        Ok(Signing::With(key))
    }

    fn serve_what(&self, invocation: &Invocation, signing: &Signing) -> anyhow::Result<Served> {
        let key_id = match signing {
            Signing::With(key) => Some(key.id),
            Signing::Nobody => AccessKeyId::new(""),
        };
        let origin = key_id.map_or(Origin::CommandLine, Origin::Api);
        let throwaway = self.throwaway(invocation)?;
        let (mut vault, identity, answers) = match &throwaway {
            Some(demo) => {
                let (vault, identity) = open_throwaway(demo, origin)?;
                (vault, identity, Answers::default())
            }
            None => {
                let mut vault = invocation.unlock()?;
                let identity = vault.key_identity()?;
                (vault, identity, invocation.answers())
            }
        };
        vault.set_origin(origin);
        self.note_empty_folder(invocation.output(), &mut vault)?;
        let agent = if throwaway.is_none() { invocation.agent_of(identity) } else { None };
        let locks = agent.as_ref().and_then(|agent| match LockRequests::listen(agent) {
            Ok(locks) => Some(locks),
            Err(error) => {
                invocation.output().note(&format!("`etui lock` does not reach this process: {error}"));
                None
            }
        });
        let scope = self.prefix.as_ref().map_or_else(Scope::all, |folder| Scope::folder(folder.as_str()));
        let access = if self.read_only { Access::ReadOnly } else { Access::Full };
        let permissions = Permissions { scope, access };
        let idle = if throwaway.is_some() { Idle::Never } else { Idle::After(self.idle) };
        let keeper = Keeper::new(vault, identity, agent, answers, permissions);
        Ok(Served { keeper, idle, locks, _throwaway: throwaway })
    }

    fn throwaway(&self, invocation: &Invocation) -> anyhow::Result<Option<Demo>> {
        let now: Timestamp = SystemClock.now();
        Ok(match (&self.seed, self.demo) {
            (Some(path), _) => {
                let text = match is_stream(path) {
                    true => input::read_up_to(invocation.claim_stdin("the secrets")?, LONGEST_FILE)
                        .map_err(|error| CliError::system("cannot read the secrets from stdin", &error))?,
                    false => read(path, LONGEST_FILE)?,
                };
                let batch = json::read(text.expose())?;
                Some(Demo::seeded(&batch)?)
            }
            (None, true) => Some(Demo::make(now)?),
            (None, false) => None,
        })
    }

    /// A mistyped folder would be served as an empty one.
    fn note_empty_folder(&self, output: &Output, vault: &mut Vault) -> anyhow::Result<()> {
        let Some(folder) = &self.prefix else { return Ok(()) };
        if !vault.list()?.iter().any(|secret| secret.name.starts_with(folder.as_str())) {
            output.note(&format!("there is no secret below '{}' yet", folder.as_str()));
        }
        Ok(())
    }

    fn say_how_to_connect(
        &self,
        output: &Output,
        server: &Server,
        signing: &Signing,
        trust: Option<&Trust>,
    ) -> anyhow::Result<()> {
        let endpoint = server.address().to_string();
        let exports = self.exports(&endpoint, signing, trust);
        if output.audience() == Audience::Machine {
            return output.json_of_texts(&exports);
        }
        let mut text = SecretBytes::new();
        for (name, value) in exports {
            Shell::Bash.export(name, value.as_bytes(), &mut text);
        }
        output.bytes(text.expose())
    }

    fn exports<'a>(
        &self,
        endpoint: &'a str,
        signing: &'a Signing,
        trust: Option<&'a Trust>,
    ) -> Vec<(&'static str, &'a str)> {
        let protocol = if self.tls { "https" } else { "http" };
        let mut exports = vec![("ETUI_SERVE_ENDPOINT", endpoint), ("ETUI_SERVE_PROTOCOL", protocol)];
        let mut export = |names: [&'static str; 2], value| exports.extend(names.map(|name| (name, value)));
        if let Signing::With(key) = signing {
            export(["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_ID"], key.id.as_str());
            // A secret that came from a file is known to whoever wrote the file, and belongs into no log.
            let secret = key.secret.expose_text().filter(|_| self.access_key_file.is_none());
            if let Some(secret) = secret {
                export(["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIYUN_ACCESS_KEY_SECRET"], secret);
            }
        }
        if let Some(path) = trust.and_then(|trust| trust.path.to_str()) {
            export(["ALIBABA_CLOUD_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"], path);
        }
        exports
    }
}

/// The certificate that clients must trust, in a folder that goes with the process.
struct Trust {
    path: PathBuf,
    _folder: PrivateFolder,
}

impl Trust {
    fn write(certificates: &Certificates) -> anyhow::Result<Self> {
        let folder = PrivateFolder::new(Place::find().path(), "etui-serve")
            .map_err(|error| CliError::system("cannot make a folder for the certificate", &error))?;
        let path = folder.path().join("ca.pem");
        write_secret_file(&path, &SecretBytes::copy_of(certificates.authority_pem().as_bytes()))?;
        Ok(Self { path, _folder: folder })
    }
}

fn open_throwaway(demo: &Demo, origin: Origin) -> anyhow::Result<(Vault, KeyIdentity)> {
    let environment = Environment::new(Box::new(SystemClock), origin);
    let locked = LockedVault::open(&demo.vault_path(), environment)?;
    let credentials = Credentials::new(demo::password(), None)?;
    let mut vault = locked.unlock(&credentials, Answers::default()).map_err(|failed| failed.error)?;
    let identity = vault.key_identity()?;
    Ok((vault, identity))
}

fn read(path: &Path, longest: usize) -> Result<SecretBytes, CliError> {
    let read = File::open(path).and_then(|file| input::read_up_to(file, longest));
    read.map_err(|error| {
        let sentence = format!("cannot read '{}': {}", path.display(), reason(&error));
        CliError::usage(sentence, "name another file")
    })
}

/// `PutSecretValue shop/db 409 Rejected.ResourceExist 1.2 ms`.
fn told(line: &LogLine) -> String {
    let action = line.action.unwrap_or("-");
    let secret = line.secret.as_ref().map_or("-", |name| name.as_str());
    let code = line.code.map(|code| format!(" {code}")).unwrap_or_default();
    let milliseconds = line.took.as_secs_f64() * 1000.0;
    format!("{action} {secret} {}{code} {milliseconds:.1} ms", line.status)
}
