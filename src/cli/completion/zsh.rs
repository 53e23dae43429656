//! The script for zsh: as the library's, but for paths behind '~'.

/// A folder gets no space, so that one can walk into it. zsh would quote a '~', which means itself then: behind
/// one, only what follows the last '/' is completed.
///
/// As a file `_etui` of a package it is the body of the function that zsh loads at the first Tab: then it must complete
/// at once, not only define what completes the next time.
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
if [[ $funcstack[1] == _etui ]]; then
    _etui "$@"
else
    compdef _etui etui
fi
"#;
