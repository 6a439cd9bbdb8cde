#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# `portvakt policy fmt`: which files it writes, what it keeps of them, and when it leaves them alone.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
portvakt=$(realpath "$top_builddir/idp/portvakt")
tap_folder
cd "$work"

loose='policy 1; never "N" { give mail # all of it
because "x" }'
neat='policy 1

never "N" {
    give    mail  # all of it
    because "x"
}'
# fmt ARGUMENT...: what it prints is in out (with stderr), its exit code in code.
fmt() {
  code=0
  out=$("$portvakt" policy fmt "$@" 2>&1) || code=$?
}
files() { find . -type f -printf '%P\n' | LC_ALL=C sort | tr '\n' ' '; }

echo "$loose" >a.policy
echo "$neat" >b.policy
fmt --check a.policy b.policy
is '--check names what would be changed' "$out $code" 'a.policy 1'
is 'and changes nothing' "$(cat a.policy)" "$loose"
fmt --check b.policy
is '--check says nothing of what is laid out' "$out$code" 0
fmt --stdout a.policy
is '--stdout prints the text' "$out$code" "${neat}0"
is 'and changes nothing' "$(cat a.policy)" "$loose"
is 'standard input is laid out to standard output' "$("$portvakt" policy fmt - <a.policy)" "$neat"

chmod 640 a.policy
if [ "$(id -u)" -eq 0 ]; then chown daemon:daemon a.policy; fi
before=$(stat -c '%a %u %g' a.policy) inode=$(stat -c %i b.policy)
ln -s a.policy link.policy
fmt link.policy b.policy
is 'what was changed is named' "$out $code" 'link.policy 0'
is 'the file is laid out' "$(cat a.policy)" "$neat"
is 'mode and owner are kept' "$(stat -c '%a %u %g' a.policy)" "$before"
ok 'a link stays a link' test -L link.policy
is 'what is laid out is not written' "$(stat -c %i b.policy)" "$inode"
is 'nothing is left behind' "$(files)" 'a.policy b.policy '

echo 'policy 1; service "x' >broken.policy
cp a.policy c.policy
echo "$loose" >d.policy
fmt broken.policy d.policy
like 'a file that cannot be read is told of with its line' "$out" \
  'portvakt: broken.policy:1:19: this text has no closing quote*^*'
is 'and left alone' "$code $(cat broken.policy)" '1 policy 1; service "x'
is 'while the others are laid out' "$(cat d.policy)" "$neat"
rm broken.policy

fmt nowhere.policy
is 'a file that is not there' "$out $code" 'portvakt: nowhere.policy: No such file or directory 1'
fmt .
is 'a folder' "$out $code" 'portvakt: .: Is a directory 1'
mkfifo pipe.policy
code=0
timeout 10 "$portvakt" policy fmt pipe.policy >/dev/null 2>&1 || code=$?
is 'a pipe is not waited for' "$code" 1
rm pipe.policy
head -c 1100000 /dev/zero | tr '\0' '#' >large.policy
fmt large.policy
is 'a file that is too large' "$code" 1
rm large.policy

mkdir closed
echo "$loose" >closed/a.policy
chmod 555 closed
if [ "$(id -u)" -ne 0 ]; then
  fmt closed/a.policy
  is 'where nothing can be written' "$code $(cat closed/a.policy)" "1 $loose"
fi

fmt
is 'without files: exit code 2' "$code" 2
fmt --check --stdout a.policy
is 'two things at once: exit code 2' "$code" 2
fmt --stdout a.policy b.policy
is 'the text of two files: exit code 2' "$code" 2

cd - >/dev/null
mapfile -t shipped < <(find "$top_srcdir/policy" "$top_srcdir/contrib" -name '*.policy')
fmt --check "${shipped[@]}"
is 'what is shipped is laid out' "$out" ''
tap_done
