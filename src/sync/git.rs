//! A copy in a git repository, through the system's git: a clone, a commit, a push that is refused where somebody else
//! was quicker. The clone has no files checked out, so no filter and no attribute touches the copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{self, Said, Stdout};
use super::{Carrier, CarrierError, Fetched};
use crate::vault::Replaced;

/// What makes git work on another repository than the one that is meant.
const NOT_INHERITED: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_NAMESPACE"];

/// A vault file in a repository.
pub(super) struct Git {
    repository: String,
    path: String,
    scratch: PathBuf,
    clones: usize,
    clone: Option<Clone>,
}

/// A clone, and what it was made from.
struct Clone {
    folder: PathBuf,
    /// `None` where nothing was ever committed.
    head: Option<String>,
    branch: String,
}

impl Git {
    pub(super) fn of(repository: &str, path: &str, scratch: &Path) -> Self {
        let (repository, path) = (repository.to_owned(), path.to_owned());
        Self { repository, path, scratch: scratch.to_owned(), clones: 0, clone: None }
    }

    fn command(&self, clone: Option<&Clone>) -> Command {
        let mut command = Command::new("git");
        for name in NOT_INHERITED {
            command.env_remove(name);
        }
        // Nobody is asked anything.
        command.env("GIT_TERMINAL_PROMPT", "0");
        if std::env::var_os("GIT_SSH_COMMAND").is_none() && std::env::var_os("GIT_SSH").is_none() {
            command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
        }
        if let Some(clone) = clone {
            command.arg("-C").arg(&clone.folder);
        }
        command
    }

    /// Runs git in the clone; `None` where it says no.
    fn try_git(
        &self,
        clone: &Clone,
        arguments: &[&str],
        input: Option<&Path>,
    ) -> Result<Result<String, Said>, CarrierError> {
        let output = self.scratch.join("stdout");
        let mut command = self.command(Some(clone));
        let ended =
            program::run("git", command.args(arguments), input, Stdout::File(&output), &self.scratch)?;
        if !ended.status.success() {
            return Ok(Err(ended.said));
        }
        let text = fs::read_to_string(&output)
            .map_err(|error| CarrierError::system("reading what git said", &error))?;
        Ok(Ok(text.trim_end().to_owned()))
    }

    fn git(&self, clone: &Clone, arguments: &[&str], input: Option<&Path>) -> Result<String, CarrierError> {
        self.try_git(clone, arguments, input)?.map_err(|said| self.not_put(arguments[0], &said))
    }

    fn not_fetched(&self, command: &str, said: &Said) -> CarrierError {
        CarrierError::NotFetched { doing: self.doing(command), reason: said.last_words() }
    }

    fn not_put(&self, command: &str, said: &Said) -> CarrierError {
        CarrierError::NotPut { doing: self.doing(command), reason: said.last_words() }
    }

    fn doing(&self, command: &str) -> String {
        format!("git {command} of {}", self.repository)
    }

    fn clone_anew(&mut self) -> Result<(), CarrierError> {
        let folder = self.scratch.join(format!("clone-{}", self.clones));
        self.clones += 1;
        let mut command = self.command(None);
        command.args(["clone", "--quiet", "--no-checkout", "--no-tags", "--depth", "1", "--"]);
        command.arg(&self.repository).arg(&folder);
        let ended = program::run("git", &mut command, None, Stdout::Nowhere, &self.scratch)?;
        if !ended.status.success() {
            return Err(self.not_fetched("clone", &ended.said));
        }
        let mut clone = Clone { folder, head: None, branch: String::new() };
        clone.head = self.try_git(&clone, &["rev-parse", "--quiet", "--verify", "HEAD"], None)?.ok();
        let branch = self.try_git(&clone, &["symbolic-ref", "--short", "HEAD"], None)?;
        clone.branch = branch.map_err(|said| self.not_fetched("symbolic-ref", &said))?;
        self.clone = Some(clone);
        Ok(())
    }

    /// The commit that has the copy and all else that was there; `None` where it would change nothing.
    fn commit(&self, clone: &Clone, copy: &Path) -> Result<Option<String>, CarrierError> {
        let blob = self.git(clone, &["hash-object", "-w", "--no-filters", "--stdin"], Some(copy))?;
        if let Some(head) = &clone.head {
            self.git(clone, &["read-tree", head], None)?;
        }
        let entry = format!("100644,{blob},{}", self.path);
        self.git(clone, &["update-index", "--add", "--cacheinfo", &entry], None)?;
        let tree = self.git(clone, &["write-tree"], None)?;
        let mut arguments = Vec::new();
        // git refuses to commit as nobody.
        if self.try_git(clone, &["var", "GIT_COMMITTER_IDENT"], None)?.is_err() {
            arguments.extend(["-c", "user.name=etui", "-c", "user.email=etui@localhost"]);
        }
        arguments.extend(["commit-tree", &tree, "-m", "Sync the vault"]);
        if let Some(head) = &clone.head {
            let before = self.git(clone, &["rev-parse", &format!("{head}^{{tree}}")], None)?;
            if before == tree {
                return Ok(None);
            }
            arguments.extend(["-p", head]);
        }
        self.git(clone, &arguments, None).map(Some)
    }
}

impl Carrier for Git {
    fn fetch(&mut self, copy: &Path) -> Result<Fetched, CarrierError> {
        self.clone_anew()?;
        let clone = self.clone.as_ref().expect("it was made a moment ago");
        if clone.head.is_none() {
            return Ok(Fetched::Nothing);
        }
        let object = format!("HEAD:{}", self.path);
        if self.try_git(clone, &["cat-file", "-e", &object], None)?.is_err() {
            return Ok(Fetched::Nothing);
        }
        let mut command = self.command(Some(clone));
        command.args(["cat-file", "blob", &object]);
        let ended = program::run("git", &mut command, None, Stdout::File(copy), &self.scratch)?;
        match ended.status.success() {
            true => Ok(Fetched::Copy),
            false => Err(self.not_fetched("cat-file", &ended.said)),
        }
    }

    fn put(&mut self, copy: &Path) -> Result<Replaced, CarrierError> {
        if self.clone.is_none() {
            self.clone_anew()?;
        }
        let clone = self.clone.as_ref().expect("there is one now");
        let Some(commit) = self.commit(clone, copy)? else { return Ok(Replaced::Done) };
        let target = format!("refs/heads/{}", clone.branch);
        let pushed =
            self.try_git(clone, &["push", "--quiet", "origin", &format!("{commit}:{target}")], None)?;
        let Err(said) = pushed else { return Ok(Replaced::Done) };
        // Why it was refused is told in the user's language; where the branch stands now is not.
        let listed = self.git(clone, &["ls-remote", "--quiet", "origin", &target], None)?;
        let now = listed.split_whitespace().next();
        if now != clone.head.as_deref() {
            return Ok(Replaced::Moved);
        }
        // A git that is killed leaves its lock there, and every later one refuses to go on.
        match said.quoted_path(".lock") {
            Some(lock) => {
                Err(CarrierError::Locked { doing: self.doing("push"), lock: lock.replace("/./", "/") })
            }
            None => Err(self.not_put("push", &said)),
        }
    }
}
