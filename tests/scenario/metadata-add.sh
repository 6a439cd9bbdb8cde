#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# An administrator makes services known: from a file, from standard input, from what was said.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
tap_folder
umask 022
known=$work/metadata.d
mkdir "$known"
corpus=$top_srcdir/tests/fuzz/corpus/entity

# add ARGS...: sets said (both streams) and code.
add() {
  code=0
  said=$("$top_builddir/idp/portvakt" metadata add --folder "$known" "$@" 2>&1) || code=$?
}
files() { find "$known" -mindepth 1 -printf '%f %m\n' | LC_ALL=C sort; }

add "$corpus/honest-whole" --because 'Agreement 2026-114' --dry-run
is 'a dry run is fine' "$code" 0
like 'it says what the service asks for' "$said" $'*\nasks for eduPersonPrincipalName, required\n*'
is 'and writes nothing' "$(files)" ''

add "$corpus/honest-whole" --because 'Åsa på Norrskolan bad om den -- snälla'
is 'a file is added' "$code" 0
like 'under a name that tells' "$(files)" 'sp.example-md-????????????.xml 644'
ok 'with the reason in Swedish, in the C locale too' \
  grep -q 'because: Åsa på Norrskolan bad om den - - snälla -->' "$known"/sp.example-md-*.xml
ok 'as XML that another reader takes' xmllint --noout "$known"/sp.example-md-*.xml

add "$corpus/honest-whole" --because again
is 'the same again is refused' "$code" 1
like 'with the way on' "$said" '*--replace*'
sed 's/sp.example\/acs/sp.example\/new/' "$corpus/honest-whole" >"$work/newer.xml"
add - --because newer --replace <"$work/newer.xml"
is 'standard input replaces it' "$code" 0
like 'and what changes is said' "$said" \
  $'*\n  - answers go to https://sp.example/acs *\n  + answers go to https://sp.example/new *'
is 'nothing is held, since it asks for nothing more' "$(grep -c held <<<"$said")" 0
is 'in one file' "$(files | wc -l)" 1
sed 's/<md:RequestedAttribute /<md:RequestedAttribute Name="urn:oid:2.5.4.4" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"\/>&/; t' \
  "$corpus/honest-whole" >"$work/more.xml"
add "$work/more.xml" --because more --replace --dry-run
like 'what it newly asks for is held, and how it is let pass is said' "$code $said" \
  $'0 *\n  + asks for sn\n*is held, *\n  portvakt metadata holds \'https://sp.example/md\'\n  portvakt metadata approve \'https://sp.example/md\'\n*'

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=service -days 30 \
  -keyout /dev/null -out "$work/cert.pem" 2>/dev/null
add --entity https://skrivlust.example --acs https://skrivlust.example/acs \
  --acs https://skrivlust.example/acs2 --cert "$work/cert.pem" --must-sign --name 'Skrivlust för åk 7' \
  --because 'asked for'
is 'a service without a file is added' "$code" 0
like 'with its name' "$said" $'*\nname (sv) Skrivlust för åk 7\n*'
like 'its addresses' "$said" $'*\nanswers go to https://skrivlust.example/acs2 (index 1)\n*'
like 'and its key' "$said" $'*\nrequests must be signed\n*'
is 'beside the other' "$(files | wc -l)" 2

# refused CODE PATTERN ARGS...
refused() {
  local want=$1 pattern=$2
  shift 2
  add "$@"
  is "refused with $want: $*" "$code" "$want"
  like "  saying why" "$said" "$pattern"
}
acs=https://sp.example/acs
refused 2 '*--because*' "$corpus/honest-least"
refused 2 '*either a FILE*' --because x
refused 2 '*either a FILE*' --because x "$corpus/honest-least" --acs "$acs"
refused 2 '*one FILE*' --because x "$corpus/honest-least" "$corpus/honest-whole"
refused 2 '*--help*' --because x --nonsense
refused 1 '*No such file*' --because x "$work/none"
refused 1 '*https://*' --because x --entity a --acs http://sp.example/acs
refused 1 '*1024 bits*' --because x "$corpus/weak-key"
refused 1 '*DOCTYPE*' --because x "$corpus/doctype"
refused 1 '*validUntil 2016*' --because x "$corpus/expired"
refused 1 '*not SAML metadata*' --because x "$corpus/not-metadata"
refused 1 '*no signing key*' --because x --entity a --acs "$acs" --must-sign
refused 1 '*not a certificate*' --because x --entity a --acs "$acs" --cert "$corpus/honest-whole"
refused 1 '*larger than*' --because x /dev/zero
is 'nothing came of any of them' "$(files | wc -l)" 2

chmod g+w "$known"
refused 1 "*chmod go-w $known*" --because x "$corpus/honest-least"
chmod g-w "$known"
code=0
"$top_builddir/idp/portvakt" metadata list >/dev/null 2>&1 || code=$?
is 'metadata without add: exit code 2' "$code" 2
tap_done
