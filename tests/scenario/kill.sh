#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# kill -9 at any moment under load: no Response has reached a browser whose ledger row is not there,
# no Response ID has two rows, what was spent or ended stays so. The moments are spread evenly from
# before portvakt serves until it has served for a while; meanwhile it commits, checkpoints, sweeps
# rows that have expired and, in every third round, reads its configuration anew again and again.
# `make soak` does more rounds. (tests/unit/store-kill kills the writer at chosen moments.)
#
#   KILL_ROUNDS   how often (default 40)
set -u
# shellcheck source=tests/lib/load.sh
. "${top_srcdir:?}/tests/lib/load.sh"
load_test
rounds=${KILL_ROUNDS:-40}
store=$bed/store/portvakt.db
load_sessions
touch "$work/received" "$work/ended"

# Rows that expired long ago, so that sweeping is always going on.
age_rows() {
  sqlite3 -cmd '.timeout 60000' "$store" "
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO spent_ask SELECT randomblob(32), NULL, x'', 1 FROM n"
}

# Logs one of the sessions out, and notes its cookies once the page says so.
leave() {
  local cookies=$1 token
  token=$(plain /logout -H "Cookie: $cookies" |
    xmllint --html --xpath "string(//input[@name='csrf']/@value)" - 2>/dev/null) || return
  plain /logout -H "Cookie: $cookies" -H "Origin: https://$idp_host" -o /dev/null \
    --data-urlencode "csrf=$token" 2>/dev/null && echo "$cookies" >>"$work/ended"
}

# Asks for reloads without end, from when portvakt has come far enough to hear of them.
reload() {
  until awk '/^Sig(Blk|Cgt)/ && $2 ~ /[13579bdf]$/ { heard = 1 } END { exit !heard }' \
    "/proc/$1/status" 2>/dev/null; do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.01
  done
  while kill -HUP "$1" 2>/dev/null; do sleep 0.02; done
}

# Some time, evenly spread up to $1 seconds.
some_time() {
  sleep "$(awk -v most="$1" -v random="$SRANDOM" 'BEGIN { printf "%.6f", most * random / 2^32 }')"
}

# What a start takes here: it is to serve in most of the rounds.
bed_halt portvakt
began=${EPOCHREALTIME/[.,]/}
load_serve
most=$(awk -v us="$((${EPOCHREALTIME/[.,]/} - began))" 'BEGIN { print 0.5 + us / 1e6 }')

load_start logins -n 10000000 -T 900 -p 4 -l "$work/users" -R "$work/received"
load_start sso -n 10000000 -T 900 -p 4 -k "$work/cookies" -R "$work/received"
early=0
for ((round = 0; round < rounds; round++)); do
  bed_halt portvakt KILL 2>/dev/null
  if [ $((round % 10)) -eq 0 ]; then age_rows; fi
  _run portvakt "$portvakt" serve --config "$bed_conf"
  pid=${bed_pid[portvakt]}
  before=$(wc -l <"$work/received")
  beside=
  if [ $((round % 3)) -eq 0 ]; then
    reload "$pid" & beside=$!
  elif [ $((round % 3)) -eq 1 ]; then
    leaving=$(grep -v $'\t$' "$work/received" | tail -n 1 | cut -f 3)
    (until leave "$leaving" || ! kill -0 "$pid"; do sleep 0.02; done) >/dev/null 2>&1 & beside=$!
  fi
  some_time "$most"
  kill -0 "$pid" 2>/dev/null || { echo '# it has ended by itself'; break; }
  { kill -9 "$pid"; wait "$pid"; } 2>/dev/null
  [ -z "$beside" ] || wait "$beside" 2>/dev/null
  if [ "$(wc -l <"$work/received")" -eq "$before" ]; then early=$((early + 1)); fi
done
is 'it never ended by itself' "$round" "$rounds"
bed_halt portvakt KILL 2>/dev/null
kill "${load_pid[@]}"
wait "${load_pid[@]}" 2>/dev/null

is 'the store is whole' "$(sqlite3 "$store" 'PRAGMA integrity_check')" ok
sqlite3 -readonly "$store" 'SELECT response_id FROM ledger' | sort >"$work/rows"
cut -f 1 "$work/received" | sort >"$work/ids"
ok "answers were received: $(wc -l <"$work/ids") in $rounds rounds, of which $early ended before one was" \
  test "$(wc -l <"$work/ids")" -ge $((2 * rounds))
is 'each has its row in the ledger' "$(comm -23 "$work/ids" "$work/rows" | wc -l)" 0
is 'no Response ID has two rows' "$(uniq -d "$work/rows" | wc -l)" 0
is 'no Response was received twice' "$(uniq -d "$work/ids" | wc -l)" 0

ok 'the door for commands is left by a kill' test -S "$store.door"
load_serve || { echo 'Bail out! it does not start after a kill'; exit 1; }
is 'and there anew, for its user alone' "$(stat -c '%F %a' "$store.door")" 'socket 600'
again() {
  local cookies form
  while IFS=$'\t' read -r _ _ cookies form; do
    curl -sS --max-time 10 -H "Host: $idp_host" -H "Origin: https://$idp_host" \
      -H "Cookie: $cookies" --data "$form" "$idp_plain/login"
  done | grep -c 'name="SAMLResponse"'
}
awk -F '\t' '$4 != ""' "$work/received" | shuf -n 100 >"$work/forms"
ok "whole logins were among them" test -s "$work/forms"
is 'a login that was spent before a kill is spent' "$(again <"$work/forms")" 0
returned=0
while IFS= read -r cookies; do
  if plain "$(head -n 1 "$work/targets")" -H "Cookie: $cookies" | grep -q 'name="SAMLResponse"'; then
    returned=$((returned + 1))
  fi
done <"$work/ended"
ok "some were logged out ($(wc -l <"$work/ended"))" test -s "$work/ended"
is 'who was logged out before a kill is logged out' "$returned" 0
ok 'and it goes on serving' load -n 20 -p 4 -k "$work/cookies"
tap_done
