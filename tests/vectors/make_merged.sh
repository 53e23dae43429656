#!/usr/bin/env bash
# How the frozen merged vault was made: make_merged.sh ETUI FOLDER. It is never made anew. The merge of the frozen one was
# made by `merge::merges_two_files` of tests/crash, which does what `etui merge` does.
set -euo pipefail

binary=$1
mkdir -p "$2"
cd "$2"
export HOME=$PWD XDG_STATE_HOME=$PWD/state XDG_CONFIG_HOME=$PWD/config
unset XDG_RUNTIME_DIR
umask 077
printf 'correct horse battery staple' > password

etui() {
    vault=$1
    shift
    "$binary" --quiet --vault "$vault.etui" --password-file password --accept-other --accept-older "$@" > out
}

etui mine init --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1
printf one | etui mine new db/password --version-id v1 --description 'main database' --tag team=payments
printf x | etui mine new shared --version-id v1
printf y | etui mine new gone --version-id v1
cp mine.etui theirs.etui
printf 'mine two' | etui mine put db/password --version-id v2
printf same | etui mine put shared --version-id v2
printf here | etui mine new both --version-id v1 --note 'made here'
etui mine set shared --description 'by mine'
sleep 1.1
printf 'theirs two' | etui theirs put db/password --version-id v2 --note 'the other v2'
etui theirs set db/password --rotate 90
printf same | etui theirs put shared --version-id v2
printf there | etui theirs new both --version-id v1
printf new | etui theirs new there --version-id v1
etui theirs rename shared shared/renamed
etui theirs set there --description tmp
etui theirs undo
etui mine merge theirs.etui
etui mine undo
