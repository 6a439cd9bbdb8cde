#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Many at once, while the configuration is read anew and the directory stands still for a moment:
# nobody is lost or mixed up, and nothing that threads share is touched without a lock. The last is
# seen in a build with --enable-sanitizers=thread: portvakt then ends with another code than 0.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
# One for each visitor: more than ten wrong passwords for one person would have to wait.
pupils=(noabjo alvlin akeobe yusabd marnys astwik gusfal)
right=$(bed_password noabjo)
crowd=6 rounds=4

# seen WHAT: one line of what a visitor has come to: its question, the status, whose answer it got.
seen() {
  local value
  value=$(_xpath "string(//input[@name='SAMLResponse']/@value)" | base64 -d 2>/dev/null |
    grep -o 'InResponseTo="[^"]*"' | head -n 1)
  echo "$1 $browser_status ${value:-nothing}"
}

log_in() {
  rm -f "$browser_jar"
  ask --id "$1" || return
  type_in "$pupil" "$2"
  seen "$1"
}

visitor() {
  local n=$1 pupil=${pupils[$1]} i
  fresh "visitor$n"
  for ((i = 0; i < rounds; i++)); do
    log_in "_wrong-$n-$i" 'not this one'
    log_in "_login-$n-$i" "$right"
    ask --id "_sso-$n-$i"
    seen "_sso-$n-$i"
    ask_by_post --id "_post-$n-$i"
    seen "_post-$n-$i"
    ask --acs https://elsewhere.example/
    browser_get "$idp_url/saml/metadata"
    browser_get "$idp_url/there-is-nothing"
  done
}

visitors=()
for ((n = 0; n < crowd; n++)); do
  visitor "$n" >"$work/seen$n" 2>&1 &
  visitors+=($!)
done
slapd=$(cat "$bed/ldap/db/slapd.pid")
for ((i = 0; i < 6; i++)); do
  sleep 0.5
  kill -HUP "$(cat "$bed/run/portvakt.pid")"
  if [ "$i" -eq 3 ]; then
    kill -STOP "$slapd"
    sleep 1.5
    kill -CONT "$slapd"
  fi
done
wait "${visitors[@]}"
cat "$work"/seen* >"$work/all"

is 'every visit came to an end' "$(wc -l <"$work/all")" $((4 * crowd * rounds))
is 'with a page, or with try again' "$(awk '$2 != 200 && $2 != 503' "$work/all")" ''
is 'no answer is to a question of somebody else' \
  "$(awk '$3 != "nothing" && $3 != "InResponseTo=\"" $1 "\""' "$work/all")" ''
is 'a wrong password never gives an answer' "$(grep -c '^_wrong.*InResponseTo' "$work/all")" 0
ok "most were let in ($(grep -c InResponseTo "$work/all"))" \
  test "$(grep -c InResponseTo "$work/all")" -ge $((crowd * rounds))
like 'it was read anew meanwhile' "$(grep -c '"message":"reloaded"' "$bed/log/portvakt.log")" '[4-9]'
is 'the ledger has a row for each answer' \
  "$(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger')" \
  "$(grep -c InResponseTo "$work/all")"

# A stop amid visits waits for them.
visitor 6 >/dev/null 2>&1 &
last=$!
sleep 0.3
bed_halt portvakt
code=$?
is 'a stop amid visits ends well' "$code" 0
[ "$code" -eq 0 ] || sed -n '/^WARNING\|^SUMMARY\|^==.*ERROR/,$p' "$bed/log/portvakt.log" | head -n 120 | sed 's/^/# /'
kill "$last" 2>/dev/null
wait "$last" 2>/dev/null
tap_done
