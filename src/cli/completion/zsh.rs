//! The script for zsh: as the library's, but for paths behind '~'.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::env::EnvCompleter;

use super::wanted::{INDEX, Wanted};

/// A folder gets no space, so that one can walk into it. zsh would quote a '~', which means itself then: behind
/// one, only what follows the last '/' is completed.
const ZSH: &str = r#"#compdef etui
_etui() {
    local kept
    local -a answers folders others
    answers=("${(@f)$(_CLAP_IFS=$'\n' INDEX=$((CURRENT - 1)) VARIABLE=zsh etui -- "${words[@]}" 2> /dev/null)}")
    [[ -n $answers ]] || return
    if [[ $PREFIX == '~'*/* ]]; then
        kept="${(Q)PREFIX%/*}/"
        answers=("${(@)answers#$kept}")
        compset -P '*/'
    fi
    folders=("${(@)${(@M)answers:#*/}%/}")
    others=("${(@)answers:#*/}")
    (( $#folders )) && _describe -V values folders -S / -r /
    (( $#others )) && _describe -V values others
}
compdef _etui etui
"#;

/// The script for zsh, and the answers of the library.
pub(super) struct Zsh;

impl EnvCompleter for Zsh {
    fn name(&self) -> &'static str {
        "zsh"
    }

    fn is(&self, name: &str) -> bool {
        name == "zsh"
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _program: &str,
        _completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        out.write_all(ZSH.replace("INDEX", INDEX).replace("VARIABLE", variable).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        arguments: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        Wanted(clap_complete::env::Zsh).write_complete(command, arguments, folder, out)
    }
}
