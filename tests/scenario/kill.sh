#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# kill -9 at any moment under load: no Response has reached a browser whose ledger row is not there,
# and no Response ID has two rows. (tests/unit/store-kill kills the writer at chosen moments.)
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
rounds=${KILL_ROUNDS:-20}

fresh
ask
type_in noabjo "$(bed_password noabjo)"
token=$(session)
ok 'there is a session' test -n "$token"

# Asks again and again, each answer in a file of its own, until nobody answers.
load() {
  local i
  for ((i = 0; i < 2000; i++)); do
    curl -sS --max-time 5 --cacert "$bed_ca" -H "Cookie: __Host-portvakt-session=$token" \
      -o "$work/got/$1.$2.$i" "$sso?$request" 2>/dev/null || return 0
  done
}

mkdir "$work/got"
lost=0
for ((round = 0; round < rounds; round++)); do
  request=$("$authnrequest")
  for client in 1 2 3; do load "$round" "$client" & clients[client]=$!; done
  sleep "0.$((RANDOM % 6 + 1))$((RANDOM % 10))"
  kill -9 "$(cat "$bed/run/portvakt.pid")"
  wait "${clients[@]}"
  wait "$(cat "$bed/run/portvakt.pid")" 2>/dev/null
  bed_running=(slapd)
  bed_serve || { echo 'Bail out! it does not start after a kill'; exit 1; }
done

for file in "$work"/got/*; do
  value=$(xmllint --html --xpath "string(//input[@name='SAMLResponse']/@value)" "$file" 2>/dev/null)
  [ -n "$value" ] || continue
  base64 -d <<<"$value" 2>/dev/null | grep -o '<[a-z0-9]*:Response [^>]*' | grep -o ' ID="[^"]*"' |
    cut -d'"' -f2
done | sort >"$work/received"
sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT response_id FROM ledger' | sort >"$work/rows"
lost=$(comm -23 "$work/received" "$work/rows" | wc -l)
ok "answers were received ($(wc -l <"$work/received"))" test "$(wc -l <"$work/received")" -ge "$rounds"
is 'each has its row in the ledger' "$lost" 0
is 'no Response ID has two rows' "$(uniq -d "$work/rows" | wc -l)" 0
is 'no Response was received twice' "$(uniq -d "$work/received" | wc -l)" 0
tap_done
