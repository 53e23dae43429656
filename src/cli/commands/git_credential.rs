//! `etui git-credential`: git's passwords in the vault (gitcredentials(7), git-credential(1)).

use clap::Args;

use crate::cli::credential_store::{self as credentials, Account};
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::domain::{TagKey, Timestamp};
use crate::memory::SecretBytes;
use crate::vault::Vault;

/// Give git passwords from the vault, and store those that it learns
///
/// git calls it: `git config --global credential.helper '!etui git-credential'`, or, with a link named
/// git-credential-etui in PATH, `git config --global credential.helper etui`. The password of a user at a host is the
/// secret git/HOST/USER; its tags hold protocol, host, path and user, and etui searches by these. A password that the
/// server refused is marked with the label 'rejected' and not given again until another one is stored. It never asks
/// anything: while the vault is locked it answers nothing, and git goes on to its next helper or asks.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  git config --global credential.helper '!etui git-credential'
  printf 'protocol=https\\nhost=example.com\\n' | etui git-credential get")]
pub(in crate::cli) struct GitCredential {
    /// What git wants: get, store or erase; anything else is ignored
    #[arg(value_name = "OPERATION")]
    operation: String,
}

const PROTOCOL: &str = "git-protocol";
const HOST: &str = "git-host";
const PATH: &str = "git-path";
const USER: &str = "git-username";
const EXPIRY: &str = "git-expires";

/// git itself refuses longer lines.
const LONGEST: usize = 256 * 1024;

impl RunCommand for GitCredential {
    const JSON: Json = Json::Unchanged("it speaks the protocol of git");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let work: fn(&mut Vault, &Request, &Invocation) -> anyhow::Result<()> = match self.operation.as_str()
        {
            "get" => get,
            "store" => store,
            "erase" => erase,
            // As gitcredentials(7) asks of helpers.
            _ => return Ok(Finish::Done),
        };
        let text = input::stdin()
            .and_then(|stdin| input::read_up_to(stdin, LONGEST))
            .map_err(|error| CliError::system("cannot read the request of git from stdin", &error))?;
        let Some(request) = Request::parse(&text) else { return Ok(Finish::Done) };
        if let Some(mut vault) = invocation.unlock_without_asking()? {
            work(&mut vault, &request, invocation)?;
        }
        Ok(Finish::Done)
    }
}

/// The attributes that count; others are ignored.
#[derive(Default)]
struct Request {
    protocol: String,
    host: String,
    path: Option<String>,
    username: Option<String>,
    password: Option<SecretBytes>,
    expiry: Option<i64>,
}

impl Request {
    /// `None` without a protocol and a host.
    fn parse(text: &SecretBytes) -> Option<Self> {
        let mut request = Self::default();
        for line in text.expose().split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()) {
            let Some(at) = line.iter().position(|byte| *byte == b'=') else { continue };
            let (key, value) = (&line[..at], &line[at + 1..]);
            if key == b"password" {
                request.password = Some(SecretBytes::copy_of(value));
                continue;
            }
            let Ok(value) = std::str::from_utf8(value) else { continue };
            match key {
                b"protocol" => value.clone_into(&mut request.protocol),
                b"host" => value.clone_into(&mut request.host),
                b"path" => request.path = Some(value.to_owned()).filter(|path| !path.is_empty()),
                b"username" => request.username = Some(value.to_owned()),
                b"password_expiry_utc" => request.expiry = value.parse().ok(),
                _ => {}
            }
        }
        (!request.protocol.is_empty() && !request.host.is_empty()).then_some(request)
    }

    /// Whether an account is for the same place, and for the same user where one is named. Exactly: a password for
    /// https is never for http, nor one for another port.
    fn is_about(&self, account: &Account) -> bool {
        account.tag(PROTOCOL) == Some(&self.protocol)
            && account.tag(HOST) == Some(&self.host)
            && account.tag(PATH) == self.path.as_deref()
            && self.username.as_deref().is_none_or(|user| account.tag(USER) == Some(user))
    }

    fn accounts(&self, vault: &mut Vault) -> anyhow::Result<Vec<Account>> {
        let mut accounts = credentials::accounts(vault, PROTOCOL)?;
        accounts.retain(|account| self.is_about(account));
        Ok(accounts)
    }
}

/// The account, or of several the one whose password was stored last.
fn get(vault: &mut Vault, request: &Request, invocation: &Invocation) -> anyhow::Result<()> {
    let mut accounts = request.accounts(vault)?;
    let now = invocation.now();
    accounts.retain(|account| !account.is_rejected && !has_expired(account, now));
    let Some(account) = accounts.into_iter().max_by_key(|account| account.stored) else { return Ok(()) };
    let password = credentials::password(vault, &account)?;
    let user = account.tag(USER).unwrap_or_default();
    let breaks_the_line = |text: &[u8]| text.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0));
    if breaks_the_line(password.expose()) || breaks_the_line(user.as_bytes()) {
        invocation
            .output()
            .note(&format!("the password in '{}' has a line end, and git can take none", account.name));
        return Ok(());
    }
    let mut answer = SecretBytes::new();
    for (key, value) in [("username", user.as_bytes()), ("password", password.expose())] {
        answer.extend(key.as_bytes());
        answer.push(b'=');
        answer.extend(value);
        answer.push(b'\n');
    }
    if let Some(expiry) = account.tag(EXPIRY) {
        answer.extend(format!("password_expiry_utc={expiry}\n").as_bytes());
    }
    invocation.output().bytes(answer.expose())
}

fn has_expired(account: &Account, now: Timestamp) -> bool {
    account
        .tag(EXPIRY)
        .and_then(|expiry| expiry.parse::<i64>().ok())
        .is_some_and(|expiry| expiry <= now.seconds())
}

fn store(vault: &mut Vault, request: &Request, _: &Invocation) -> anyhow::Result<()> {
    let (Some(user), Some(password)) = (&request.username, &request.password) else { return Ok(()) };
    if password.is_empty() {
        return Ok(());
    }
    let expiry = request.expiry.map(|expiry| expiry.to_string());
    let mut pairs = vec![(PROTOCOL, request.protocol.as_str()), (HOST, &request.host), (USER, user)];
    pairs.extend(request.path.as_deref().map(|path| (PATH, path)));
    pairs.extend(expiry.as_deref().map(|expiry| (EXPIRY, expiry)));
    let tags = credentials::tags(&pairs)?;
    if let Some(account) = request.accounts(vault)?.first() {
        let untag = if expiry.is_none() { vec![TagKey::new(EXPIRY)?] } else { Vec::new() };
        return credentials::store(vault, account, &tags, &untag, password);
    }
    let path = request.path.as_deref().map(|path| format!("/{path}")).unwrap_or_default();
    let name = format!("git/{}{path}/{user}", credentials::host_in_name(&request.host));
    let description = format!("git: {}://{}{path}", request.protocol, request.host);
    credentials::create(vault, &name, &description, tags, password)
}

/// Only the password that was refused, and only while it is the current one.
fn erase(vault: &mut Vault, request: &Request, _: &Invocation) -> anyhow::Result<()> {
    let Some(password) = &request.password else { return Ok(()) };
    for account in request.accounts(vault)? {
        credentials::reject(vault, &account, password)?;
    }
    Ok(())
}
