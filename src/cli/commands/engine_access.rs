//! How an engine is reached: the flags and the environment for it, and the connection.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::remote::no_such;
use crate::cli::error::{CliError, reason};
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::location;
use crate::cli::password;
use crate::cli::stream::refuse_stream;
use crate::cli::usage::refuse_blank;
use crate::config::duration;
use crate::config::remotes::RemoteName;
use crate::domain::visible;
use crate::engine::{
    self, Access, Address, Authorities, Bao, Login, NoAuthorities, NoEngine, NotOneWord, Surroundings,
};
use crate::memory::SecretBytes;

/// No token is longer; more means that the wrong file was named.
const LONGEST_TOKEN: usize = 64 * 1024;

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

    /// Read the secret id of the role from a file
    #[arg(long, value_name = "FILE", requires = "role_id", hide_short_help = true)]
    secret_id_file: Option<PathBuf>,

    /// Trust only the authorities of this PEM file [default: those of this system; env: BAO_CACERT, VAULT_CACERT]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    ca_file: Option<PathBuf>,

    /// Ask in this namespace [env: BAO_NAMESPACE, VAULT_NAMESPACE]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    namespace: Option<OsString>,

    /// Allow plain HTTP: anyone on the network path can read the secrets
    ///
    /// To this machine itself it is always allowed.
    #[arg(long, hide_short_help = true)]
    insecure_http: bool,

    /// How long to retry an engine that does not answer [default: 30s]
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
        let (name, url) = remotes.engine(Some(name)).map_err(|none| no_such(&remotes, none))?;
        let address = url.to_string().parse();
        let address =
            address.map_err(|error: crate::engine::NotAnAddress| CliError::usage(error.to_string(), ""))?;
        Ok(Self { name: name.clone(), address })
    }
}

impl EngineAccess {
    /// Reaches it.
    pub(super) fn connect(&self, invocation: &Invocation, remote: &EngineRemote) -> anyhow::Result<Bao> {
        let surroundings = Surroundings::of(location::variable);
        let authorities = match self.ca_file.as_ref().or(surroundings.ca_file.as_ref()) {
            None => Ok(Authorities::OfSystem),
            Some(path) => Authorities::of_file(path),
        };
        let namespace = self.namespace.as_ref().or(surroundings.namespace.as_ref());
        let namespace =
            namespace.map(|text| engine::namespace(text.clone())).transpose().map_err(not_one_word)?;
        let access = Access {
            address: remote.address.clone(),
            login: self.login(invocation, surroundings.token)?,
            authorities: authorities.map_err(no_authorities)?,
            allows_plain_http: self.insecure_http,
            namespace,
            patience: self.wait.unwrap_or(engine::PATIENCE),
            is_stopped: Box::new(|| false),
        };
        Bao::connect(access).map_err(|error| match error {
            NoEngine::Engine(error) => error.into(),
            NoEngine::Authorities(error) => no_authorities(error).into(),
        })
    }

    fn login(
        &self,
        invocation: &Invocation,
        variable: Option<SecretBytes>,
    ) -> Result<Option<Login>, CliError> {
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
                refuse_blank("--token-command", Some(command))?;
                password::printed_by(command, "the token command failed", LONGEST_TOKEN)?
            }
            (None, None) => match variable {
                Some(token) => token,
                None => return Ok(None),
            },
        };
        engine::token(token).map(|token| Some(Login::Token(token))).map_err(not_one_word)
    }
}

fn not_one_word(error: NotOneWord) -> CliError {
    CliError::usage(error.to_string(), "")
}

fn no_authorities(error: NoAuthorities) -> CliError {
    CliError::usage(error.to_string(), "name a file with --ca-file")
}

fn read_token(invocation: &Invocation, path: &Path, what: &str) -> Result<SecretBytes, CliError> {
    refuse_stream(path, &format!("a {what}"))?;
    let noted =
        File::open(path).and_then(|file| password::note_open_file(invocation.output(), what, path, &file));
    noted.map_err(|error| unreadable(path, &format!("the {what}"), &error))?;
    let token = read(path, &format!("the {what}"))?;
    engine::token(token).map_err(not_one_word)
}

fn read(path: &Path, what: &str) -> Result<SecretBytes, CliError> {
    let read = File::open(path).and_then(|file| input::read_up_to(file, LONGEST_TOKEN));
    let bytes = read.map_err(|error| unreadable(path, what, &error))?;
    if bytes.len() > LONGEST_TOKEN {
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
