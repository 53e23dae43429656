//! The script for zsh: as the library's, but for paths behind '~'.

/// A folder gets no space, so that one can walk into it. zsh would quote a '~', which means itself then: behind
/// one, only what follows the last '/' is completed.
pub(super) const SCRIPT: &str = r#"#compdef etui
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
