#!/usr/bin/env bash
# How the frozen vaults were made: make_vault.sh ETUI VAULT, by an etui that makes vaults of the format in question.
# They are never made anew; another format gets another file.
set -euo pipefail

binary=$1
vault=$(realpath -m "$2")
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME=$home XDG_STATE_HOME=$home/state XDG_CONFIG_HOME=$home/config
unset XDG_RUNTIME_DIR
cd "$home"
umask 077
printf 'first password' > first
printf 'p\xc3\xa4ssword' > second

etui() { "$binary" --quiet --vault "$vault" --password-file "${password:-first}" "$@" > "$home/out"; }

etui init --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1
printf hunter1 | etui new db/password --version-id v1 --stage blue --note 'from the old wiki' \
    --description 'main database' --tag team=payments --tag env=
printf hunter2 | etui put db/password --version-id v2
printf hunter3 | etui put db/password --version-id v3 --stage canary --note trial
etui set 'db/password#v1' --note 'better known'
etui stage db/password canary --to v1
etui rollback db/password
etui set db/password --keep 3 --rotate 90
printf '{"user":"\xc3\xa4","n":4}' | etui put db/password --version-id v4
head -c 5000 /dev/zero | tr '\0' '\007' | etui new tls/key --version-id 2026-11 --type binary
etui rename tls/key tls/private
printf 'gone soon' | etui new old --version-id v1
etui rm old
etui restore old
etui rm old
printf 'gone for good' | etui new temporary --version-id v1 --description 'not for long' --tag env=test
etui set temporary --keep 5 --rotate 30
etui rm temporary --force --yes
cat > import.json <<'JSON'
{"Format":"etui","FormatVersion":1,"Secrets":[{"SecretName":"imported/one","Description":"from elsewhere",
"Versions":[
{"VersionId":"a1","CreateTime":"2020-02-29T12:00:00Z","Note":"the first","SecretDataType":"text","SecretData":"one"},
{"VersionId":"a2","CreateTime":"2021-02-28T12:00:00Z","Note":"the second","SecretDataType":"text","SecretData":"two"}],
"Stages":[{"VersionStage":"ACSCurrent","VersionId":"a2"},{"VersionStage":"ACSPrevious","VersionId":"a1"}]}]}
JSON
etui import json import.json
etui set imported/one --description 'taken back'
etui undo
etui redo
etui undo
"$binary" --quiet --vault "$vault" --password-file first passwd --new-password-file second \
    --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1 > "$home/out"
password=second etui rekey --new-password-file second --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1
printf last | password=second etui put imported/one --version-id a3
