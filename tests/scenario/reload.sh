#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Reload under load: logins and single sign-ons at full speed while the configuration is read anew
# five times a second, now with another policy, now with one that is broken, a key that is
# unreadable or metadata that is none. Nobody is lost; what is broken is refused, and said why; each
# answer is of one generation, in what it releases and in what the ledger says; and a generation
# that nobody uses any more is gone.
#
#   RELOAD_ROUNDS   how many reloads (default 48)
set -u
# shellcheck source=tests/lib/load.sh
. "${top_srcdir:?}/tests/lib/load.sh"
load_test
rounds=${RELOAD_ROUNDS:-48}
pid=${bed_pid[portvakt]}
school=$bed/policy.d/school.policy
log=$bed/log/portvakt.log
load_sessions

# The visible change: Matteboken gets the affiliation by one policy and does not by the other.
cp "$school" "$work/with.policy"
sed -e '/Matteboken"/,/^}/s/, eduPersonScopedAffiliation//' \
  -e '/at Matteboken gets/s/, eduPersonScopedAffiliation//' "$school" >"$work/without.policy"
echo 'release "Biblioteket' | cat "$school" - >"$work/broken.policy"
sed 's/^expect guardian at any is refused$/expect student at any is refused/' "$school" \
  >"$work/unproven.policy"
echo '<EntityDescriptor' >"$work/broken.xml"
metadata=$bed/metadata.d/reload-broken.xml

attempts() {
  grep -c '"message":"\(not \)\?reloaded' "$log"
}

# attempt: SIGHUP, and what became of it: the message and the error of the log line.
attempt() {
  local before
  before=$(attempts)
  kill -HUP "$pid"
  until [ "$(attempts)" -gt "$before" ]; do
    kill -0 "$pid" || return
    sleep 0.01
  done
  grep '"message":"\(not \)\?reloaded' "$log" | tail -n 1 | jq -r '"\(.message): \(.error)"'
}

# An editor's way to put a file in its place: at once.
put() {
  install -m 644 "$1" "$2.new" && mv "$2.new" "$2"
}

# turn N: the Nth change. Says whether it must be refused, and by what words.
turn() {
  case $(($1 % 8)) in
    0) put "$work/without.policy" "$school"; echo 'reloaded*' ;;
    1) put "$work/broken.policy" "$school"; echo 'not reloaded*: *school.policy:*' ;;
    2) put "$work/with.policy" "$school"; echo 'reloaded*' ;;
    3) chmod 644 "$bed/keys/seal.key"; echo 'not reloaded*: *seal.key*' ;;
    4) chmod 600 "$bed/keys/seal.key"; put "$work/without.policy" "$school"; echo 'reloaded*' ;;
    5) put "$work/broken.xml" "$metadata"; echo 'not reloaded*: *reload-broken.xml*' ;;
    6) rm "$metadata"; put "$work/with.policy" "$school"; echo 'reloaded*' ;;
    7) put "$work/unproven.policy" "$school"; echo 'not reloaded*: *school.policy:*' ;;
  esac
}

memory() {
  awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
}

load_start logins -n 10000000 -T 600 -p 4 -S -l "$work/users" -R "$work/received"
load_start sso -n 10000000 -T 600 -p 4 -S -k "$work/cookies" -R "$work/received"
other=
for ((i = 0; i < rounds; i++)); do
  want=$(turn "$i")
  got=$(attempt)
  # shellcheck disable=SC2053 # a pattern is what is wanted
  [[ $got == $want ]] || other+="$i: $got, not $want"$'\n'
  if [ "$i" -eq $((rounds / 2)) ]; then half=$(memory); fi
  sleep 0.15
done
kill "${load_pid[@]}"
wait "${load_pid[@]}" 2>/dev/null

is 'what is sound is taken, what is broken is refused, and said why' "$other" ''
is 'no visit failed' "$(cat "$work"/*.failures)" ''
sort "$work/received" | cut -f 1,2 >"$work/released"
sqlite3 -readonly -separator $'\t' "$bed/store/portvakt.db" "
  SELECT l.response_id, l.generation, group_concat(DISTINCT w.text) FROM ledger l
    JOIN (SELECT * FROM ledger_value ORDER BY entry, n) v ON v.entry = l.id
    JOIN ledger_word w ON w.id = v.attribute GROUP BY l.id" | sort >"$work/ledger"
# 1 ID, 2 attributes of the Response, 3 generation, 4 attributes of the ledger
join -t $'\t' "$work/released" "$work/ledger" >"$work/both"
ok "answers came all the time ($(wc -l <"$work/released") during $rounds reloads)" \
  test "$(wc -l <"$work/released")" -ge $((2 * rounds))
is 'each has its row in the ledger' "$(wc -l <"$work/both")" "$(wc -l <"$work/released")"
is 'which says what was released' "$(awk -F '\t' '$2 != $4' "$work/both" | head -n 3)" ''
is 'two generations have answered' "$(cut -f 3 "$work/both" | sort -u | wc -l)" 2
is 'and each released its own' "$(cut -f 2,3 "$work/both" | sort -u | wc -l)" 2

# A worker holds the generation it used last: after some visits, that is the current one.
load -n 200 -p 8 -k "$work/cookies" >/dev/null
like 'the last one is taken' "$(turn 0 >/dev/null; attempt)" 'reloaded*'
alive=$(grep '"message":"reloaded' "$log" | tail -n 1 | jq -r .generations)
ok "generations that nobody uses are gone ($alive are left of $rounds)" test "$alive" -le 3
grown=$(($(memory) - half))
# a short run is still filling caches, and under a sanitizer the size says nothing
if [ "$rounds" -lt 100 ] || ldd "$portvakt" | grep -qE 'lib(asan|tsan)'; then
  echo "# memory: $grown kB more after the last half"
else
  ok "memory is flat: $grown kB more after the last half" test "$grown" -lt 1024
fi
bed_halt portvakt
code=$?
is 'the stop is clean, without a leak' "$code" 0
ok 'and the door for commands is gone' test ! -e "$bed/store/portvakt.db.door"
[ "$code" -eq 0 ] || sed -n '/^WARNING\|^SUMMARY\|^==.*ERROR/,$p' "$log" | head -n 120 | sed 's/^/# /'
tap_done
