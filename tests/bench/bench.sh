#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# `make bench`: what a single sign-on with a session and a whole login cost, as CPU of the daemon
# and as a ratio to one bare RSA-2048 signature measured inside the same loaded process; how they
# fare at a given rate, with a slow disk, behind TLS, beside ARGON2 logins and without a directory.
# Real slapd with a thousand pupils, real store on disk, clients with addresses of their own,
# throttling on. All of it on the same cores. Fails when a figure is beyond its limit, or when a
# visit failed that may not.
#
#   BENCH_SCALE     share of the visits that are made (default 1; 0.3 for a quick look)
#   BENCH_LIMIT     most bare signatures a single sign-on may cost (default 7)
#   BENCH_RATE      whole logins a second that must be kept up (default 400)
#   BENCH_P99_MS    most milliseconds that 99 of 100 of those may take (default 100)
#   BENCH_START_MS  most milliseconds from the start to the first answer (default 300)
#   BENCH_RSS_MB    most memory (default 30)
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "${top_srcdir:?is set by make bench}/tests/bench/lib.sh"

# kept_up RATE: the visits of the last measurement came as often as they should; one in twenty may
# be late at the end.
kept_up() {
  within "visits a second short of $1" \
    "$(jq -n --argjson is "$rate" --argjson due "$1" '[$due * 0.95 - $is, 0] | max | ceil')" 0
}

visits() {
  jq -n --argjson n "$1" --argjson scale "${BENCH_SCALE:-1}" '[$n * $scale | floor, 20] | max'
}

# --- the daemon ------------------------------------------------------------------------------------

# setting SECTION KEY VALUE: in the configuration.
setting() {
  sed -i "/^$2 = /d; s|^\[$1\]\$|&\n$2 = $3|" "$bed_conf"
  grep -q "^\[$1\]\$" "$bed_conf" || printf '\n[%s]\n%s = %s\n' "$1" "$2" "$3" >>"$bed_conf"
}

# serve [NAME=VALUE...]: starts it anew, with that environment; `server` is its pid.
serve() {
  local began
  [ -z "${server:-}" ] || bed_halt portvakt
  began=$(date +%s%N)
  _run portvakt env "$@" "$top_builddir/tests/bench/server" "$bed_conf"
  until curl -sSf --cacert "$bed_ca" -o /dev/null "${scheme:-http}://idp.localhost:$idp_port/saml/metadata" 2>/dev/null; do
    _alive portvakt || { tail "$bed/log/portvakt.log" >&2; return 1; }
    sleep 0.01
  done
  start_ms=$((($(date +%s%N) - began) / 1000000))
  server=$(cat "$bed/run/portvakt.pid")
}

# usage: CPU of the daemon and of one bare signature since the last time, as JSON.
usage() {
  local lines
  lines=$(grep -c cpu_us "$bed/log/portvakt.log" || true)
  kill -USR1 "$server"
  wait_for 5 'the figures' bash -c "[ \$(grep -c cpu_us '$bed/log/portvakt.log') -gt $lines ]"
  grep cpu_us "$bed/log/portvakt.log" | tail -n 1
}

# Microseconds of CPU that slapd has used.
slapd_us() {
  awk -v hz="$(getconf CLK_TCK)" '{ printf "%d\n", ($14 + $15) * 1000000 / hz }' "/proc/$slapd/stat"
}

load() {
  local in_place=()
  # beside others it takes the place of its shell, so that stopping the one stops the other
  if [ "$BASHPID" -ne $$ ]; then in_place=(exec); fi
  "${in_place[@]}" "$top_builddir/tests/bench/load" -c "127.0.0.1:$idp_port" -H "idp.localhost:$idp_port" \
    -t "$work/targets" -S ${scheme:+-C "$bed_ca"} "$@"
}

# measure WHAT VISITS OPTION...: a line with what that cost; sets `ratio`, `p99` and `rate`. With
# may_fail set, failed visits are told and not held against it.
measure() {
  local what=$1 n before got before_slapd
  n=$(visits "$2")
  shift 2
  before_slapd=$(slapd_us)
  usage >/dev/null
  before=$(load -n "$n" "$@" 2>"$work/errors") || [ -n "${may_fail:-}" ] ||
    { echo "$before" >&2; cat "$work/errors" >&2; return 1; }
  got=$(usage)
  jq -rn --arg what "$what" --argjson load "$before" --argjson used "$got" \
    --argjson slapd "$(($(slapd_us) - before_slapd))" '
    def r(d): . * pow(10; d) | round / pow(10; d);
    ($load.done + $load.failed) as $n |
    "\($what): \($used.cpu_us / $n | r(0)) us CPU = " +
    "\($used.cpu_us / $n / $used.bare_us | r(2)) bare signatures of \($used.bare_us | r(0)) us " +
    "(slapd beside it: \($slapd / $n | r(0)) us)\n" +
    "    \($load.per_second | r(0))/s, p50 \($load.p50_ms | r(1)) ms, p99 \($load.p99_ms | r(1)) ms, " +
    "most \($load.max_ms | r(1)) ms, errors \($load.failed), memory \($used.rss_kb * 1.024 / 1000 | r(1)) MB (once \($used.most_kb * 1.024 / 1000 | r(1)))"'
  ratio=$(jq -n --argjson load "$before" --argjson used "$got" \
    '$used.cpu_us / ($load.done + $load.failed) / $used.bare_us * 100 | round / 100')
  p99=$(jq .p99_ms <<<"$before")
  rate=$(jq .per_second <<<"$before")
  memory=$(jq '.rss_kb * 1.024 / 1000 * 10 | round / 10' <<<"$got")
}

# sessions FILE N: N people log in and leave their cookies there.
sessions() {
  rm -f "$1"
  load -n "$2" -p 8 -l "$work/users" -s "$1" >/dev/null
}

# --- the installation ------------------------------------------------------------------------------

bed_pki
"$top_srcdir/tests/bench/pupils" bench 1000 ssha >"$work/ssha.ldif"
"$top_srcdir/tests/bench/pupils" slow 200 argon2 >"$work/argon2.ldif"
bed_directory "$work/ssha.ldif" "$work/argon2.ldif"
slapd=$(cat "$bed/ldap/slapd.pid")
bed_service_metadata
bed_idp
rm "$bed"/keys/saml.{key,crt}
"$portvakt" keys new --config "$bed_conf" --type rsa-2048 saml >"$bed/log/setup.log"
cp "$bed_conf" "$work/tls.conf"
sed '/^tls-/d' "$work/tls.conf" >"$work/plain.conf"
for ((i = 0; i < 64; i++)); do
  echo "/saml/sso?$("$top_builddir/tests/lib/authnrequest")"
done >"$work/targets"
sed -n 's/^uid: \(.*\)/\1:katten-sover-gott/p' "$work/ssha.ldif" >"$work/users"
sed -n 's/^uid: \(.*\)/\1:katten-sover-gott/p' "$work/argon2.ldif" >"$work/slow-users"

echo "$(nproc) cores, clients and directory on the same; $(openssl version | cut -d' ' -f1,2)"
echo "a bare bind and search, $("$top_builddir/tests/bench/bind" -c "ldap://127.0.0.1:$ldap_port" -C "$bed_ca" \
  -D cn=portvakt,ou=service,dc=skola,dc=example -y "$bed/ldap/password" -l "$work/users" -p 4 -T 2)"
slow_binds=$("$top_builddir/tests/bench/bind" -c "ldap://127.0.0.1:$ldap_port" -C "$bed_ca" \
  -D cn=portvakt,ou=service,dc=skola,dc=example -y "$bed/ldap/password" -l "$work/slow-users" -p 4 -T 3)
echo "the same with ARGON2, $slow_binds"

# --- plain, as behind a proxy ----------------------------------------------------------------------

cp "$work/plain.conf" "$bed_conf"
serve
echo "from the start to the first answer: $start_ms ms"
within 'the start, in ms,' "$start_ms" "${BENCH_START_MS:-300}"
sessions "$work/cookies" 64
load -n 500 -p 8 -k "$work/cookies" >/dev/null # warm
measure 'login' 6000 -p 8 -l "$work/users"
half=$memory
measure 'single sign-on, people read at most 5 min ago' 8000 -p 8 -k "$work/cookies"
within 'a single sign-on, in bare signatures,' "$ratio" "${BENCH_LIMIT:-7}"
measure "login, ${BENCH_RATE:-400} a second" 4000 -p 64 -r "${BENCH_RATE:-400}" -l "$work/users"
kept_up "${BENCH_RATE:-400}"
within 'p99 of a login, in ms,' "$p99" "${BENCH_P99_MS:-100}"
echo "memory after 6,000 logins $half MB, after 10,000 $memory MB"
within 'memory, in MB,' "$memory" "${BENCH_RSS_MB:-30}"

# Logins at half the rate that the directory can judge ARGON2 at; nobody else may wait for them.
slow_rate=$((${slow_binds%%/*} / 2 + 1))
load -n "$(visits 2000)" -p 16 -r "$slow_rate" -l "$work/slow-users" >"$work/slow.json" \
  2>"$work/slow.errors" &
slow=$!
measure "single sign-on, 200 a second, beside $slow_rate ARGON2 logins a second" 1500 -p 8 -r 200 -k "$work/cookies"
within 'p99 of a single sign-on beside them, in ms,' "$p99" "${BENCH_P99_MS:-100}"
kill "$slow" 2>/dev/null || true
wait "$slow" 2>/dev/null || true
measure 'ARGON2 login, as fast as it goes' 400 -p 8 -l "$work/slow-users"
echo "    the directory's own limit: $slow_binds"

setting person max-age 0s
serve
sessions "$work/cookies" 64
measure 'single sign-on, people read each time' 4000 -p 8 -k "$work/cookies"
cp "$work/plain.conf" "$bed_conf"

# --- a slow disk -----------------------------------------------------------------------------------

serve PORTVAKT_BENCH_FSYNC_MS=5
sessions "$work/cookies" 64
measure 'login, 5 ms for each fsync' 3000 -p 32 -l "$work/users"
measure "login, ${BENCH_RATE:-400} a second, 5 ms for each fsync" 4000 -p 64 \
  -r "${BENCH_RATE:-400}" -l "$work/users"
kept_up "${BENCH_RATE:-400}"
within 'p99 of a login, in ms,' "$p99" "${BENCH_P99_MS:-100}"
measure 'single sign-on, 5 ms for each fsync' 4000 -p 32 -k "$work/cookies"

# --- no directory ----------------------------------------------------------------------------------

serve
sessions "$work/cookies" 64
kill -STOP "$slapd"
measure 'single sign-on without a directory, people read at most 5 min ago' 2000 -p 8 \
  -k "$work/cookies"
may_fail=1 measure 'login without a directory (each is a 503)' 40 -p 8 -l "$work/users"
kill -CONT "$slapd"
sed 's/^/    /' "$work/errors" | sort | uniq -c | sort -rn | head -n 3

# --- TLS of our own --------------------------------------------------------------------------------

scheme=https
cp "$work/tls.conf" "$bed_conf"
serve
sessions "$work/cookies" 64
measure 'login, TLS, a new connection each' 3000 -p 8 -F -l "$work/users"
measure 'single sign-on, TLS, connections kept' 4000 -p 8 -k "$work/cookies"
measure 'single sign-on, TLS, a new connection each' 2000 -p 8 -F -k "$work/cookies"

bench_done
