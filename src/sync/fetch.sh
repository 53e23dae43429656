p=$1
[ -e "$p" ] || exit 44
[ ! -e "$p-journal" ] || exit 45
exec cat < "$p"
