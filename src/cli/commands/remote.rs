//! `etui remote`: names for the places that copies and secrets are taken to.

use std::path::Path;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Key, Kind, Schema, key};
use crate::cli::stream::refuse_stream;
use crate::cli::table::{Cell, Table};
use crate::config::SettingsError;
use crate::config::remotes::{Addition, NoSuchRemote, RemoteName, RemoteUrl, Remotes};
use crate::domain::{ErrorCode, nearest, visible};

/// Name the places that this machine syncs with, as git does
///
/// A remote is where copies meet: a file that no etui opens as its vault. Its URL is kept in remotes.toml beside the
/// settings and holds no password or token.
#[derive(Debug, Args)]
#[command(after_long_help = "\
URLs:
  file:PATH                             a file, such as one on a stick
  ssh://[USER@]HOST[:PORT]/PATH         a file on a server; /~/PATH is below the home folder there
  git:REPOSITORY[#PATH]                 a file in a git repository [without PATH: vault.etui]
  openbao:https://HOST[:PORT]/MOUNT/PATH  secrets in OpenBao or HashiCorp Vault

Examples:
  etui remote add server ssh://server.example/~/vault.etui
  etui remote add stick file:/media/stick/vault.etui
  etui remote add git git:git@host.example:me/vault.git
  etui remote list
  etui remote remove stick")]
pub(in crate::cli) struct Remote {
    #[command(subcommand)]
    action: RemoteAction,
}

#[derive(Debug, Subcommand)]
enum RemoteAction {
    /// Add a remote
    #[command(after_long_help = "Example:\n  etui remote add server ssh://server.example/~/vault.etui")]
    Add {
        /// A name for it: letters, digits, '-', '_' and '.'
        #[arg(value_name = "NAME", value_parser = RemoteName::new)]
        new_remote: RemoteName,
        /// Where it is: file:PATH, ssh://HOST/PATH, git:REPOSITORY, openbao:https://HOST/PATH
        url: String,
    },
    /// List all remotes
    #[command(after_long_help = "Example:\n  etui remote list")]
    List,
    /// Remove a remote; what is there stays
    #[command(after_long_help = "Example:\n  etui remote remove stick")]
    Remove {
        /// Its name
        #[arg(value_name = "NAME", value_parser = RemoteName::new)]
        remote: RemoteName,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RemoteJson<'a> {
    name: &'a str,
    kind: &'a str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RemotesJson<'a> {
    remotes: Vec<RemoteJson<'a>>,
}

const REMOTE: &[Key] = &[
    key("Name", Kind::Text, "the name of the remote"),
    key("Kind", Kind::Word(&["file", "ssh", "git", "openbao"]), "what is there"),
    key("Url", Kind::Text, "where it is"),
];

impl RunCommand for Remote {
    const JSON: Json = Json::Answers(&[
        Schema::when("remote add, remote remove", &[REMOTE]),
        Schema::when(
            "remote list",
            &[&[key("Remotes", Kind::List(&Kind::Object(&[REMOTE])), "all remotes, by name")]],
        ),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let path = invocation.remotes_path()?;
        let mut remotes = invocation.remotes()?;
        match self.action {
            RemoteAction::List => list(invocation, &remotes)?,
            RemoteAction::Add { new_remote: name, url } => {
                refuse_stream(Path::new(url.strip_prefix("file:").unwrap_or(&url)), "a remote")?;
                let url = typed(&url)?;
                let sentence = match remotes.add(name.clone(), url.clone()) {
                    Addition::Taken => return Err(taken(&name).into()),
                    Addition::Known => format!("'{name}' is already there: nothing to change"),
                    Addition::Added => {
                        remotes.save(&path).map_err(not_saved)?;
                        format!("added remote '{name}': {url}")
                    }
                };
                say(invocation, &sentence, &name, &url)?;
            }
            RemoteAction::Remove { remote: name } => {
                let Some(removed) = remotes.remove(&name) else {
                    return Err(unknown(&remotes, &name).into());
                };
                remotes.save(&path).map_err(not_saved)?;
                say(invocation, &format!("removed remote '{name}'"), &name, &removed.url)?;
            }
        }
        Ok(Finish::Done)
    }
}

fn typed(url: &str) -> anyhow::Result<RemoteUrl> {
    let folder = std::env::current_dir()
        .map_err(|error| CliError::system("cannot find the current folder", &error))?;
    RemoteUrl::typed(url, &folder, std::env::home_dir().as_deref())
        .map_err(|error| CliError::usage(error.to_string(), "").into())
}

fn taken(name: &RemoteName) -> CliError {
    let sentence = format!("there is already a remote '{name}' with another URL");
    CliError::refused(ErrorCode::ResourceExist, sentence, "choose another name, or remove that one first")
}

/// There is no remote of this name.
fn unknown(remotes: &Remotes, name: &RemoteName) -> CliError {
    let names = remotes.iter().map(|(known, _)| known.as_str());
    let hint = match nearest(name.as_str(), names) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "run `etui remote list` to see all, or `etui remote add` to add one".to_owned(),
    };
    CliError::not_found(format!("there is no remote '{name}'"), hint)
}

/// Of a name that is not known the nearest one is a better hint.
pub(super) fn no_such(remotes: &Remotes, none: NoSuchRemote) -> CliError {
    match none {
        NoSuchRemote::Unknown(name) => unknown(remotes, &name),
        none => CliError::usage(none.to_string(), none.hint()),
    }
}

fn not_saved(error: SettingsError) -> CliError {
    CliError::unexpected(error.to_string(), "")
}

fn say(invocation: &Invocation, sentence: &str, name: &RemoteName, url: &RemoteUrl) -> anyhow::Result<()> {
    let output = invocation.output();
    output.changed(sentence, None);
    match output.audience() {
        Audience::Machine => output.json(&json(name, url)),
        Audience::Person | Audience::Pipe => output.done(sentence),
    }
}

fn json<'a>(name: &'a RemoteName, url: &'a RemoteUrl) -> RemoteJson<'a> {
    RemoteJson { name: name.as_str(), kind: url.kind(), url: url.to_string() }
}

fn list(invocation: &Invocation, remotes: &Remotes) -> anyhow::Result<()> {
    let output = invocation.output();
    let all = remotes.iter().map(|(name, remote)| (name, &remote.url));
    match output.audience() {
        Audience::Machine => {
            output.json(&RemotesJson { remotes: all.map(|(name, url)| json(name, url)).collect() })
        }
        Audience::Pipe => {
            let lines = all.map(|(name, url)| format!("{name}\t{}\n", visible(&url.to_string())));
            output.text(&lines.collect::<String>())
        }
        Audience::Person => {
            let mut table = Table::new(["NAME", "URL"]);
            for (name, url) in all {
                table.push([Cell::plain(name.as_str()), Cell::plain(visible(&url.to_string()))]);
            }
            output.text(&table.render(output.palette()))
        }
    }
}
