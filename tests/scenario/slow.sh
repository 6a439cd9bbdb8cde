#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Slow ones in every way, from one address and from many, and junk beside them, while people log in:
# nobody is kept waiting, and a stop waits for nobody slow.
#
#   SLOW_COUNT, SLOW_SECONDS   connections, half from one address; how long (1000; 8)
#   SLOW_RATE                  logins a second (50)
#   P99_MS                     what a login may take meanwhile (10000: this is about being served;
#                              what it takes is for a machine that does nothing else)
set -u
# shellcheck source=tests/lib/load.sh
. "${top_srcdir:?}/tests/lib/load.sh"
load_test
count=${SLOW_COUNT:-1000} seconds=${SLOW_SECONDS:-8} rate=${SLOW_RATE:-50} limit=${P99_MS:-10000}
[ "$sanitized" -eq 0 ] || count=300 rate=10

load --login "$users" -n 8 -p 4 >"$work/warm" || cat "$work/warm"
slow -n $((count / 2)) -j 50 -T $((seconds + 4)) >"$work/slow-one" 2>&1 &
one=$!
slow -n $((count / 2)) -j 50 -T $((seconds + 4)) --spread >"$work/slow-many" 2>&1 &
many=$!
held() { ss -Htn state established "( sport = :$idp_port )" | wc -l; }
most() { [ "$(held)" -gt $((count * 3 / 4)) ]; }
ok "$count slow connections are there" wait_for 10 'the slow ones' most

load --login "$users" -n $((seconds * rate)) -r "$rate" -p 32 -f 127.9.0.1 -T $((seconds * 3)) >"$work/logins" 2>&1
is 'everybody is let in meanwhile' "$? $(figure "done" "$work/logins")" "0 $((seconds * rate))"
ok "logins have p99 below $limit ms ($(figure p99_ms "$work/logins"))" \
  test "$(figure p99_ms "$work/logins")" -lt "$limit"
wait "$one"
is 'junk is refused, each and at once' "$?" 0
wait "$many"
is 'also beside slow ones from many addresses' "$?" 0
ok 'some of them were given up' test $(($(figure closed "$work/slow-one") + $(figure closed "$work/slow-many"))) -gt 0
echo "# logins: $(cat "$work/logins")"
echo "# slow: $(cat "$work/slow-one") $(cat "$work/slow-many")"
echo "# memory $(resident) MiB"

# A stop amid slow ones and logins: who asked is answered, and the slow ones do not delay it.
slow -n $((count / 4)) -T 30 --spread >"$work/last" 2>&1 &
last=$!
some() { [ "$(held)" -gt $((count / 6)) ]; }
wait_for 60 'the slow ones' some
before=$(rows ledger)
load --login "$users" -n 100000 -p 8 -f 127.9.0.1 -T 30 --drain >"$work/stopped" 2>"$work/wrong" &
logins=$!
came() { [ "$(rows ledger)" -gt "$before" ]; }
wait_for 60 'the first login' came
began=$SECONDS
bed_halt portvakt
is 'a stop amid them ends well' "$?" 0
# Who is answered may take ten seconds of it.
ok "within the time ($((SECONDS - began)) s)" test $((SECONDS - began)) -le 13
wait "$logins"
is 'nobody is told half of an answer, or to come again' "$? $(cat "$work/wrong")" '0 '
ok "and some were let in ($(figure "done" "$work/stopped"))" test "$(figure "done" "$work/stopped")" -gt 0
kill "$last"
wait "$last" 2>/dev/null
tap_done
