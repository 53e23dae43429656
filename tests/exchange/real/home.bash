# What the checks of this folder share: a home of their own with an empty vault, and the table of leaves.
#
# usage, as the first thing in a check: . "$(dirname "$(realpath "$0")")/home.bash"
set -euo pipefail
real=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
check=$(basename "$0")
etui=$(realpath "$1")
home=$(mktemp -d)
started=()
trap 'for one in "${started[@]}"; do kill "$one" 2>/dev/null || true; done; rm -rf "$home"' EXIT
cd "$home"

skip() {
    echo "$check: skipped: $1"
    exit 0
}

# Ends the check unless each of these programs is here.
need() {
    for program in "$@"; do
        command -v "$program" >/dev/null || skip "no $program"
    done
}

# Makes a folder `venv` with these packages of Python.
need_python() {
    python3 -m venv venv >/dev/null 2>&1 || skip "python3 has no venv"
    venv/bin/pip install --quiet "$@" >/dev/null 2>&1 || skip "pip cannot install $*"
}

make_vault() {
    (umask 077 && head -c 24 /dev/urandom | base64 >password)
    export ETUI_PASSWORD_FILE=$home/password HOME=$home XDG_CONFIG_HOME=$home/c XDG_DATA_HOME=$home/d \
        XDG_STATE_HOME=$home/s XDG_RUNTIME_DIR=$home/r
    mkdir -m 700 r
    "$etui" init --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1 >/dev/null 2>&1
}

# Imports, and fails unless every leaf of leaves.json is in the vault or named in the report. A second import
# must change nothing.
#
# usage: check_leaves ARGUMENTS OF etui import
check_leaves() {
    "$etui" import "$@" >report 2>&1 || { cat report; exit 1; }
    "$etui" export json --plaintext >vault.json 2>/dev/null
    python3 "$real/leaves.py" leaves.json vault.json report
    "$etui" import "$@" >again 2>&1
    grep -q "nothing changed" again || { echo "$check: the second import changed something"; exit 1; }
}
