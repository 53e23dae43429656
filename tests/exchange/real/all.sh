#!/usr/bin/env bash
# Every check of this folder: etui beside the programs themselves. One whose programs are not here says so and
# is skipped.
#
# usage: tests/exchange/real/all.sh ETUI
set -euo pipefail
here=$(dirname "$(realpath "$0")")
for check in "$here"/*.sh; do
    [ "$check" = "$here/all.sh" ] || "$check" "$1"
done
