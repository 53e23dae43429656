set -u
umask 077
p=$1 seen=$2 new=$3
case $p in
*/*) d=${p%/*}/ ;;
*) d=./ ;;
esac
sum() {
  if command -v sha256sum > /dev/null 2>&1; then sha256sum < "$1"
  elif command -v shasum > /dev/null 2>&1; then shasum -a 256 < "$1"
  else openssl dgst -sha256 -r < "$1"
  fi | cut -c1-64
}
older() { [ -n "$(find "$1" -prune -mmin "+$2" 2> /dev/null)" ]; }
# What a killed sync left
for f in "$d".etui-sync-*; do
  if older "$f" 60; then rm -f "$f"; fi
done
t=$(mktemp "$d.etui-sync-XXXXXXXX") || exit 46
l=$p.etui-lock
mine=$l/$$-${t##*-}
cleanup() {
  rm -f "$t"
  if [ -e "$mine" ]; then rm -f "$mine"; rmdir "$l"; fi
}
trap cleanup EXIT
trap 'exit 46' HUP INT TERM PIPE
cat > "$t" || exit 46
if [ "$(sum "$t")" != "$new" ]; then echo 'the upload was cut short' >&2; exit 47; fi
sync "$t" 2> /dev/null || sync
n=0
until mkdir "$l" 2> /dev/null; do
  if [ ! -d "$d" ] || [ ! -w "$d" ]; then echo "cannot write into $d" >&2; exit 46; fi
  # Only one at a time breaks the lock of somebody who was killed.
  if older "$l" 1; then
    if mkdir "$l.break" 2> /dev/null; then
      if older "$l" 1; then rm -f "$l"/*; rmdir "$l"; fi
      rmdir "$l.break"
      continue
    elif older "$l.break" 1; then
      rmdir "$l.break"
    fi
  fi
  n=$((n + 1))
  [ "$n" -lt 90 ] || exit 48
  sleep 1
done
: > "$mine"
[ ! -e "$p-journal" ] || exit 45
if [ "$seen" = none ]; then
  [ ! -e "$p" ] || exit 43
else
  [ -e "$p" ] && [ "$(sum "$p")" = "$seen" ] || exit 43
fi
# Whoever slept for a minute may have lost the lock.
[ -e "$mine" ] || exit 43
mv -f "$t" "$p" || exit 46
sync "$d" 2> /dev/null || true
