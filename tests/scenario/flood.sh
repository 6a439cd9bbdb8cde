#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A flood of strangers' AuthnRequests: nothing of it is stored, and who has a page on the screen or a
# session does not notice it. `make flood` makes it last a minute.
#
#   FLOOD_SECONDS, FLOOD_RATE   how long, and how many a second are tried (5; 5000)
#   P99_MS                      what single sign-on may take meanwhile (10000: this is about being
#                               served; what it takes is for a machine that does nothing else)
set -u
# shellcheck source=tests/lib/load.sh
. "${top_srcdir:?}/tests/lib/load.sh"
load_test
seconds=${FLOOD_SECONDS:-5} rate=${FLOOD_RATE:-5000} crowd=800
# What a build that looks for mistakes takes of it.
[ "$sanitized" -eq 0 ] || rate=1000 crowd=560

load --login "$users" -n 8 -p 4 -s "$work/cookies" >"$work/warm" || cat "$work/warm"
# Four pages on screens, from before the flood.
load --login "$users" -n 4 -p 4 --hold "$work/go" -f 127.8.0.1 -T $((seconds + 30)) >"$work/early" 2>&1 &
early=$!
four_came() { [ "$(ss -Htn state established src 127.8.0.1 | wc -l)" -ge 4 ]; }
wait_for 60 'four to come' four_came
sleep 0.5
# What the store lays by is not the flood's.
laid_by() {
  curl -sSf "http://127.0.0.1:$health_port/metrics" |
    awk '/^portvakt_store_reserve/ { n[$2]++ } END { for (i in n) exit !(i > 0 && n[i] == 2) }'
}
wait_for 60 'the reserve' laid_by
asks=$(rows spent_ask) ledger=$(rows ledger) sessions=$(rows session)
store=$(du -sb "$bed/store" | cut -f 1) log=$(stat -c %s "$bed/log/portvakt.log")

load --anonymous -n 10000000 -p "$crowd" -r "$rate" -T "$seconds" --spread -f 127.20.0.0 >"$work/flood" 2>&1 &
flood=$!
sleep 1
is 'nothing of it is stored' "$(rows spent_ask) $(rows ledger) $(rows session) $(du -sb "$bed/store" | cut -f 1)" \
  "$asks $ledger $sessions $store"
touch "$work/go"
load -k "$work/cookies" -n $((seconds * 20)) -r 10 -p 8 -f 127.9.0.1 -T $((seconds - 2)) >"$work/sso" 2>&1
wait "$early"
is 'whoever had a page on the screen is let in' "$? $(figure "done" "$work/early")" '0 4'
ok 'whoever has a session is let in' test "$(figure failed "$work/sso")" -eq 0 -a "$(figure "done" "$work/sso")" -gt 0
wait "$flood"
is 'the strangers get a page, or 503 with Retry-After' "$?" 0
is 'all that is stored is of those who were let in' \
  "$(rows spent_ask) $(rows session) $(rows ledger)" \
  "$((asks + 4)) $((sessions + 4)) $((ledger + 4 + $(figure "done" "$work/sso")))"
echo "# flood: $(cat "$work/flood")"
echo "# single sign-on during it: $(cat "$work/sso")"
echo "# the pages from before it, with the time they were looked at: $(cat "$work/early")"
echo "# memory $(resident) MiB; the log grew by $(($(stat -c %s "$bed/log/portvakt.log") - log)) bytes"

limit=${P99_MS:-10000}
ok "single sign-on has p99 below $limit ms during it ($(figure p99_ms "$work/sso"))" \
  test "$(figure p99_ms "$work/sso")" -lt "$limit"
[ "$sanitized" -eq 1 ] || ok "memory is bounded ($(resident) MiB)" test "$(resident)" -lt 192
ok 'whoever comes after it is let in' load --login "$users" -n 4 -p 2
bed_halt portvakt
is 'it ends well' "$?" 0
tap_done
