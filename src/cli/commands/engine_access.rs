//! How an engine is reached: the flags and the environment for it, and the connection.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::remote::unknown;
use crate::cli::error::{CliError, reason};
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::location;
use crate::cli::password;
use crate::cli::stream::refuse_stream;
use crate::config::duration;
use crate::config::remotes::{RemoteName, RemoteUrl};
use crate::domain::visible;
use crate::engine::{Access, Address, Authorities, Bao, Login, NoEngine};
use crate::memory::SecretBytes;

/// No token is longer; more means that the wrong file was named.
const LONGEST_TOKEN: usize = 64 * 1024;
/// All authorities of the world fit into it.
const LONGEST_AUTHORITIES: usize = 4 * 1024 * 1024;
/// An election takes a few seconds, and a node some more to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access to the engine")]
pub(super) struct EngineAccess {
    /// Read the token from a file [default: BAO_TOKEN or VAULT_TOKEN of the environment]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    token_file: Option<PathBuf>,

    /// Run a command with `sh -c`; its stdout is the token
    #[arg(long, value_name = "CMD", conflicts_with = "token_file", hide_short_help = true)]
    token_command: Option<OsString>,

    /// Log in with AppRole: the id of the role
    #[arg(long, value_name = "ID", requires = "secret_id_file", hide_short_help = true)]
    role_id: Option<String>,

    /// The file that holds the secret id of the role
    #[arg(long, value_name = "FILE", requires = "role_id", hide_short_help = true)]
    secret_id_file: Option<PathBuf>,

    /// Trust only the authorities of this PEM file [default: those of this system; env: BAO_CACERT, VAULT_CACERT]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    ca_file: Option<PathBuf>,

    /// Allow plain HTTP: everybody on the way can read the secrets
    ///
    /// To this machine itself it is always allowed.
    #[arg(long, hide_short_help = true)]
    insecure_http: bool,

    /// For how long an engine that does not answer is asked again [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, hide_short_help = true)]
    wait: Option<Duration>,
}

/// Where an engine is.
pub(super) struct EngineRemote {
    /// The name that this machine gives it.
    pub(super) name: RemoteName,
    /// Its address.
    pub(super) address: Address,
}

impl EngineRemote {
    /// The remote of this name.
    pub(super) fn find(invocation: &Invocation, name: &RemoteName) -> Result<Self, CliError> {
        let remotes = invocation.remotes()?;
        let url = &remotes.get(name).ok_or_else(|| unknown(name))?.url;
        let RemoteUrl::OpenBao { .. } = url else {
            return Err(CliError::usage(
                format!("remote '{name}' is no engine, but a copy of the vault ({})", url.kind()),
                "name one whose URL begins with openbao:",
            ));
        };
        let address = url.to_string().parse();
        let address =
            address.map_err(|error: crate::engine::NotAnAddress| CliError::usage(error.to_string(), ""))?;
        Ok(Self { name: name.clone(), address })
    }
}

impl EngineAccess {
    /// Reaches it.
    pub(super) fn connect(&self, invocation: &Invocation, remote: &EngineRemote) -> anyhow::Result<Bao> {
        let named = |name: &str| {
            location::variable(&format!("BAO_{name}"))
                .or_else(|| location::variable(&format!("VAULT_{name}")))
        };
        let authorities = match self.ca_file.clone().or_else(|| named("CACERT").map(PathBuf::from)) {
            None => Authorities::OfSystem,
            Some(path) => {
                let pem = read(&path, "the file of authorities", LONGEST_AUTHORITIES)?;
                Authorities::OfFile(pem.expose().to_vec())
            }
        };
        let access = Access {
            address: remote.address.clone(),
            login: self.login(invocation, named("TOKEN"))?,
            authorities,
            allows_plain_http: self.insecure_http,
            namespace: named("NAMESPACE")
                .and_then(|name| name.into_string().ok())
                .filter(|name| is_one_line(name.as_bytes())),
            patience: self.wait.unwrap_or(PATIENCE),
        };
        Bao::connect(access).map_err(|error| match error {
            NoEngine::Engine(error) => error.into(),
            NoEngine::Authorities(error) => {
                CliError::usage(error.to_string(), "name a file with --ca-file").into()
            }
        })
    }

    fn login(&self, invocation: &Invocation, variable: Option<OsString>) -> Result<Option<Login>, CliError> {
        if let (Some(role), Some(path)) = (&self.role_id, &self.secret_id_file) {
            let role = SecretBytes::copy_of(role.as_bytes());
            return Ok(Some(Login::AppRole {
                role,
                secret: read_token(invocation, path, "secret id file")?,
            }));
        }
        let token = match (&self.token_file, &self.token_command) {
            (Some(path), _) => read_token(invocation, path, "token file")?,
            (None, Some(command)) => {
                password::printed_by(command, "the token command failed", LONGEST_TOKEN)?
            }
            (None, None) => match variable {
                Some(token) => SecretBytes::from_vec(token.into_vec()),
                None => return Ok(None),
            },
        };
        one_line(token).map(|token| Some(Login::Token(token)))
    }
}

fn read_token(invocation: &Invocation, path: &Path, what: &str) -> Result<SecretBytes, CliError> {
    refuse_stream(path, &format!("a {what}"))?;
    let noted =
        File::open(path).and_then(|file| password::note_open_file(invocation.output(), what, path, &file));
    noted.map_err(|error| unreadable(path, &format!("the {what}"), &error))?;
    one_line(read(path, &format!("the {what}"), LONGEST_TOKEN)?)
}

fn read(path: &Path, what: &str, longest: usize) -> Result<SecretBytes, CliError> {
    let read = File::open(path).and_then(|file| input::read_up_to(file, longest));
    let bytes = read.map_err(|error| unreadable(path, what, &error))?;
    if bytes.len() > longest {
        let path = path.display().to_string();
        return Err(CliError::usage(
            format!("{what} '{}' is too long", visible(&path)),
            "name the right file",
        ));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, what: &str, error: &std::io::Error) -> CliError {
    let path = path.display().to_string();
    CliError::usage(format!("cannot read {what} '{}': {}", visible(&path), reason(error)), "")
}

/// A token goes into a line of HTTP.
fn one_line(mut token: SecretBytes) -> Result<SecretBytes, CliError> {
    input::trim_line_end(&mut token);
    match !token.is_empty() && is_one_line(token.expose()) {
        true => Ok(token),
        false => Err(CliError::usage("what was given as the token is empty or has several lines", "")),
    }
}

fn is_one_line(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| (0x21..0x7f).contains(byte))
}
