#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The store's disk is slow, or full: nobody waits longer than two seconds to be told, nothing leaves
# without its row in the ledger, and everybody is let in again when the disk is well.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
store=$bed/store/portvakt.db
log=$bed/log/portvakt.log

# disk WORD...: what the disk does from now on (tests/lib/vfs.h).
disk() {
  echo "$*" >"$work/disk.new"
  mv "$work/disk.new" "$work/disk"
}
ledger() {
  sqlite3 -readonly "$store" 'SELECT count(*) FROM ledger'
}
in_ledger() {
  sqlite3 -readonly "$store" "SELECT count(*) FROM ledger WHERE response_id = '$1'"
}
# logs_in USER: logs in, from the page of the browser; 0: with a Response that has a row.
logs_in() {
  type_in "$1" "$(bed_password "$1")"
  id=$(response 'string(/*/@ID)')
  [ -n "$id" ] && [ "$(in_ledger "$id")" = 1 ]
}

bed_halt portvakt
export PORTVAKT_VFS_FILE=$work/disk
portvakt=$top_builddir/tests/lib/daemon
disk
bed_serve

filled() {
  [ "$(sqlite3 -readonly "$store" 'SELECT sum(length(bytes)) FROM reserve')" = $((20 << 20)) ]
}
ok 'the reserve is filled in passing' wait_for 60 'the reserve' filled

# --- slow -----------------------------------------------------------------------------------------
fresh slow
ask --id _slow
before=$(ledger)
fill_in noabjo "$(bed_password noabjo)"
disk sync-ms=60000
begin=${EPOCHREALTIME/[.,]/}
browser_send
took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
is 'who waits for a slow disk is told so' "$browser_status $(_xpath "count(//input[@name='SAMLResponse'])")" '503 0'
like 'and when to come back' "$(tr -d '\r' <"$browser_headers")" '*[Rr]etry-[Aa]fter:*'
ok "after $took ms, before the disk is done" test "$took" -ge 1900 -a "$took" -lt 5500
is 'without a session' "$(session)" ''
is 'by a page with its reference and the way back' \
  "$(_xpath "count(//*[@id='reference'])") $(_xpath "count(//a[starts-with(@href, '/login?handle=')])")" '1 1'
again=$idp_url$(_xpath "string(//a[starts-with(@href, '/login?handle=')]/@href)")
disk
reference=$(_xpath "string(//*[@id='reference'])")
tells() {
  grep -F "\"reference\":\"$reference\"" "$log" | grep -q '"outcome":"store-slow"'
}
ok 'the log tells that the answer came too late' wait_for 10 'the line' tells
is 'the ledger has the row, which tells of more than left' "$(ledger)" $((before + 1))
taken_back() {
  [ "$(sqlite3 -readonly "$store" 'SELECT count(*) FROM spent_ask')" = 0 ]
}
ok 'the rest is taken back' wait_for 10 'that' taken_back
browser_get "$again"
ok 'and the person is let in who tries again' logs_in noabjo
is 'to what was asked' "$(response 'string(/*/@InResponseTo)')" _slow

# --- full -----------------------------------------------------------------------------------------
disk room=0
good=0
for user in $(bed_logins | awk -F '\t' '$3 == "pupil" && $4 == "" {print $1}' | head -n 12); do
  fresh "full-$user"
  ask
  if logs_in "$user"; then good=$((good + 1)); fi
done
ok "$good people log in on a full disk" test "$good" -ge 8
bed_halt portvakt
is 'a stop on a full disk ends well' "$?" 0
sqlite3 "$store" 'DELETE FROM reserve; VACUUM'
rm -f "$store-wal"
bed_serve
fresh none
ask --id _none
before=$(ledger)
type_in noabjo "$(bed_password noabjo)"
is 'without a reserve there is no answer without a row' "$browser_status $(outcome)" '503 store-down'
is 'and no session' "$(session) $(ledger)" " $before"
ok 'the log warns of it' wait_for 10 'the warning' grep -q 'a twentieth or less' "$log"
disk
fresh again
ask
ok 'when there is room, people are let in without a restart' logs_in noabjo
bed_halt portvakt
is 'the store is whole' "$(sqlite3 "$store" 'PRAGMA integrity_check')" ok
tap_done
