//! Where etui's files are: the directories of the platform, `XDG_*` honoured on every platform.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

const FOLDER: &str = "etui";

/// The directories of etui. None of them need exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
    config: PathBuf,
    state: PathBuf,
    runtime: Option<PathBuf>,
}

impl Paths {
    /// Finds the directories; `None` where there is no home directory to begin with.
    pub fn find() -> Option<Self> {
        let platform = ProjectDirs::from("", "", FOLDER).map(|project| Self {
            data: project.data_dir().to_owned(),
            config: project.config_dir().to_owned(),
            // macOS has no directory for state: what is remembered is beside the data there.
            state: project.state_dir().map_or_else(|| project.data_local_dir().join("state"), Path::to_owned),
            runtime: project.runtime_dir().map(Path::to_owned),
        });
        Self::with_xdg(platform, |name| std::env::var_os(name))
    }

    /// Puts the `XDG_*` directories that are set over those of the platform. As their specification asks,
    /// relative ones are ignored.
    fn with_xdg(platform: Option<Self>, variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let xdg = |name: &str| {
            let folder = PathBuf::from(variable(name)?);
            folder.is_absolute().then(|| folder.join(FOLDER))
        };
        let of_platform = |directory: fn(&Self) -> &PathBuf| platform.as_ref().map(directory).cloned();
        Some(Self {
            data: xdg("XDG_DATA_HOME").or_else(|| of_platform(|paths| &paths.data))?,
            config: xdg("XDG_CONFIG_HOME").or_else(|| of_platform(|paths| &paths.config))?,
            state: xdg("XDG_STATE_HOME").or_else(|| of_platform(|paths| &paths.state))?,
            runtime: xdg("XDG_RUNTIME_DIR")
                .or_else(|| platform.as_ref().and_then(|paths| paths.runtime.clone())),
        })
    }

    /// The path of the vault, unless another one is named.
    pub fn default_vault(&self) -> PathBuf {
        self.data.join("vault.etui")
    }

    /// Settings, themes, keymap.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// What this machine remembers of each vault.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Sockets, where the platform has a place for them.
    pub fn runtime(&self) -> Option<&Path> {
        self.runtime.as_deref()
    }
}

/// A path as it was typed: `~` at its beginning is the home folder; spaces around it mean nothing.
pub fn typed(text: &str) -> PathBuf {
    with_home(Path::new(text.trim()))
}

/// A path with the home folder in the place of a `~` at its beginning: no shell expands it in a service's
/// environment, in a `.env` file or behind `--vault=`.
pub fn with_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir().filter(|home| home.is_absolute())) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home,
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform() -> Paths {
        Paths {
            data: "/home/a/data".into(),
            config: "/home/a/config".into(),
            state: "/home/a/state".into(),
            runtime: None,
        }
    }

    #[test]
    fn xdg_directories_go_before_those_of_the_platform() {
        let set = |name: &str| match name {
            "XDG_DATA_HOME" => Some("/x/data".into()),
            "XDG_RUNTIME_DIR" => Some("/run/user/1".into()),
            _ => None,
        };
        let paths = Paths::with_xdg(Some(platform()), set).unwrap();
        assert_eq!(paths.default_vault(), Path::new("/x/data/etui/vault.etui"));
        assert_eq!(paths.runtime(), Some(Path::new("/run/user/1/etui")));
        assert_eq!(paths.config(), Path::new("/home/a/config"));
        assert_eq!(paths.state(), Path::new("/home/a/state"));
    }

    #[test]
    fn a_tilde_is_the_home_folder_at_the_beginning_of_a_path_only() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(with_home(Path::new("~/x.etui")), home.join("x.etui"));
        assert_eq!(typed(" ~ "), home);
        for path in ["~x/y", "./~/x", "/a/~", "x", ""] {
            assert_eq!(with_home(Path::new(path)), Path::new(path));
        }
    }

    #[test]
    fn relative_xdg_directories_are_ignored() {
        let set = |_: &str| Some("somewhere".into());
        assert_eq!(Paths::with_xdg(Some(platform()), set), Some(platform()));
    }

    #[test]
    fn without_a_home_everything_must_come_from_xdg() {
        assert_eq!(Paths::with_xdg(None, |_| None), None);
        let set = |name: &str| Some(format!("/x/{name}").into());
        assert!(Paths::with_xdg(None, set).is_some());
    }
}
