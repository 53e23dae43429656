//! `etui docker-credential`: passwords of registries in the vault (github.com/docker/docker-credential-helpers).

use std::collections::BTreeMap;

use clap::Args;

use crate::cli::credential_store::{self as credentials, Account};
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::content::{escape_json, string_members};
use crate::domain::ErrorCode;
use crate::memory::SecretBytes;
use crate::vault::Vault;

/// Give docker passwords of registries from the vault, and store those of `docker login`
///
/// docker calls it through a link named docker-credential-etui in PATH, with {"credsStore": "etui"} in
/// ~/.docker/config.json. The password for a registry is the secret docker/HOST; its tags hold the URL and the user.
/// After `docker logout` its current version is marked with the label 'rejected' and no longer given. It never asks
/// anything: while the vault is locked there are no credentials.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  mkdir -p ~/.local/bin && ln -s \"$(command -v etui)\" ~/.local/bin/docker-credential-etui
  echo https://index.docker.io/v1/ | etui docker-credential get")]
pub(in crate::cli) struct DockerCredential {
    /// What docker wants: get, store, erase, list or version
    #[arg(value_name = "OPERATION")]
    operation: String,
}

const URL: &str = "docker-url";
const USER: &str = "docker-username";

/// More than any request.
const LONGEST: usize = 2 * 1024 * 1024;

/// The words by which docker knows that there is no password.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// What docker is told on stdout.
struct Refused(String);

impl From<&str> for Refused {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self(crate::cli::error::explain(&error).sentence)
    }
}

impl RunCommand for DockerCredential {
    const JSON: Json = Json::Unchanged("it speaks the protocol of docker");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        match self.answer(invocation) {
            Ok(answer) => {
                invocation.output().bytes(answer.expose())?;
                Ok(Finish::Done)
            }
            Err(Refused(sentence)) => {
                invocation.output().text(&format!("{sentence}\n"))?;
                Ok(Finish::Refused(ErrorCode::InternalFailure))
            }
        }
    }
}

impl DockerCredential {
    fn answer(&self, invocation: &Invocation) -> Result<SecretBytes, Refused> {
        let work: fn(&mut Vault, &SecretBytes) -> Result<SecretBytes, Refused> = match self.operation.as_str()
        {
            "version" => {
                let version = format!("docker-credential-etui {}\n", env!("CARGO_PKG_VERSION"));
                return Ok(SecretBytes::from_vec(version.into_bytes()));
            }
            "get" => get,
            "store" => store,
            "erase" => erase,
            "list" => list,
            _ => {
                return Err(Refused(
                    "unknown operation: get, store, erase, list and version are known".to_owned(),
                ));
            }
        };
        let request = input::stdin()
            .and_then(|stdin| input::read_up_to(stdin, LONGEST))
            .map_err(|error| Refused(format!("cannot read the request from stdin: {error}")))?;
        let Some(mut vault) = invocation.unlock_without_asking()? else {
            invocation.output().note("the vault is locked: run `etui unlock` first");
            return Err(NOT_FOUND.into());
        };
        work(&mut vault, &request)
    }
}

fn accounts(vault: &mut Vault) -> Result<Vec<Account>, Refused> {
    let mut accounts = credentials::accounts(vault, URL)?;
    accounts.retain(|account| !account.is_rejected);
    Ok(accounts)
}

fn account(vault: &mut Vault, url: &SecretBytes) -> Result<Account, Refused> {
    let url =
        url.expose_text().map(str::trim).filter(|url| !url.is_empty()).ok_or("no credentials server URL")?;
    accounts(vault)?.into_iter().find(|account| account.tag(URL) == Some(url)).ok_or(NOT_FOUND.into())
}

fn get(vault: &mut Vault, url: &SecretBytes) -> Result<SecretBytes, Refused> {
    let account = account(vault, url)?;
    let password = credentials::password(vault, &account)?;
    let password = password.expose_text().ok_or("the stored password is not text")?;
    let tag = |key| account.tag(key).unwrap_or_default();
    let mut answer = SecretBytes::new();
    let members = [("{\"ServerURL\":", tag(URL)), (",\"Username\":", tag(USER)), (",\"Secret\":", password)];
    for (before, text) in members {
        answer.extend(before.as_bytes());
        answer.extend(escape_json(text).expose());
    }
    answer.extend(b"}\n");
    Ok(answer)
}

fn store(vault: &mut Vault, request: &SecretBytes) -> Result<SecretBytes, Refused> {
    let members = string_members(request.expose()).ok_or("the request is not a JSON object")?;
    let member = |key: &str| {
        let found = members.iter().rfind(|(name, _)| name == key);
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    };
    let text = |key| member(key).and_then(SecretBytes::expose_text);
    let url =
        text("ServerURL").map(str::trim).filter(|url| !url.is_empty()).ok_or("no credentials server URL")?;
    let user = text("Username").ok_or("no credentials username")?;
    let password = member("Secret").ok_or("no credentials secret")?;
    let tags =
        credentials::tags(&[(URL, url), (USER, user)]).map_err(|invalid| Refused(invalid.to_string()))?;
    // One that was refused, or logged out, too: it is replaced.
    let known = credentials::accounts(vault, URL)?.into_iter().find(|account| account.tag(URL) == Some(url));
    match known {
        Some(account) => credentials::store(vault, &account, &tags, &[], password)?,
        None => {
            let host = credentials::host_in_name(host_of(url));
            credentials::create(vault, &format!("docker/{host}"), &format!("docker: {url}"), tags, password)?;
        }
    }
    Ok(SecretBytes::new())
}

fn host_of(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    behind.split('/').next().unwrap_or(behind)
}

fn erase(vault: &mut Vault, url: &SecretBytes) -> Result<SecretBytes, Refused> {
    let account = account(vault, url)?;
    let password = credentials::password(vault, &account)?;
    credentials::reject(vault, &account, &password)?;
    Ok(SecretBytes::new())
}

fn list(vault: &mut Vault, _: &SecretBytes) -> Result<SecretBytes, Refused> {
    let accounts = accounts(vault)?;
    let users: BTreeMap<&str, &str> = accounts
        .iter()
        .filter_map(|account| Some((account.tag(URL)?, account.tag(USER).unwrap_or_default())))
        .collect();
    let pairs: Vec<String> = users
        .into_iter()
        .map(|(url, user)| {
            let text = |text| String::from_utf8_lossy(escape_json(text).expose()).into_owned();
            format!("{}:{}", text(url), text(user))
        })
        .collect();
    Ok(SecretBytes::from_vec(format!("{{{}}}\n", pairs.join(",")).into_bytes()))
}
