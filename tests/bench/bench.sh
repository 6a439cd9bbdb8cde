#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# `make bench`: what a single sign-on with a session and a whole login cost, as CPU of the daemon
# and as a ratio to one bare RSA-2048 signature measured inside the same loaded process. Real slapd
# with the sample school, real store on disk, plain HTTP on loopback as behind a proxy. Fails when a
# single sign-on costs more than the limit.
#
#   BENCH_SSO, BENCH_LOGINS   visits of each (default 6000 and 2000)
#   BENCH_LIMIT               most bare signatures a single sign-on may cost (default 8)
set -euo pipefail
: "${top_srcdir:?is set by make bench}" "${top_builddir:?is set by make bench}"
# shellcheck source=contrib/bed/bed.sh
. "$top_srcdir/contrib/bed/bed.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/portvakt-bench.XXXXXX")
if [ "$(id -u)" -eq 0 ]; then chmod o+x "$work"; fi
finish() {
  bed_stop || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

bed_open "$work/bed" "$top_builddir/idp/portvakt"
bed_pki
bed_directory
bed_service_metadata
bed_idp
rm "$bed"/keys/saml.{key,crt}
sed -i '/^tls-/d' "$bed_conf"
"$portvakt" keys new --config "$bed_conf" --type rsa-2048 saml >"$bed/log/setup.log"

_run portvakt "$top_builddir/tests/bench/server" "$bed_conf"
_await portvakt curl -sSf -o /dev/null -H "Host: idp.localhost:$idp_port" \
  "http://127.0.0.1:$idp_port/saml/metadata"
server=$(cat "$bed/run/portvakt.pid")
slapd=$(cat "$bed/ldap/slapd.pid")

# usage: CPU of the daemon and of one bare signature since the last time, as JSON.
usage() {
  local lines
  lines=$(grep -c cpu_us "$bed/log/portvakt.log" || true)
  kill -USR1 "$server"
  wait_for 5 'the figures' bash -c "[ \$(grep -c cpu_us '$bed/log/portvakt.log') -gt $lines ]"
  grep cpu_us "$bed/log/portvakt.log" | tail -n 1
}

# Ticks of CPU that slapd has used.
slapd_ticks() {
  awk '{ print $14 + $15 }' "/proc/$slapd/stat"
}

load() {
  "$top_builddir/tests/bench/load" -c "127.0.0.1:$idp_port" -H "idp.localhost:$idp_port" \
    -t "$work/targets" "$@"
}

# measure WHAT VISITS OPTION...: one line of the table; sets ratio.
measure() {
  local what=$1 visits=$2 ticks before got
  shift 2
  ticks=$(slapd_ticks)
  usage >/dev/null
  before=$(load -n "$visits" "$@") || { echo "$before" >&2; return 1; }
  got=$(usage)
  ticks=$(($(slapd_ticks) - ticks))
  jq -rn --arg what "$what" --argjson n "$visits" --argjson load "$before" --argjson used "$got" \
    --argjson slapd "$((ticks * 1000000 / $(getconf CLK_TCK)))" '
    def r(d): . * pow(10; d) | round / pow(10; d);
    "\($what): \($used.cpu_us / $n | r(0)) us CPU = " +
    "\($used.cpu_us / $n / $used.bare_us | r(2)) bare signatures of \($used.bare_us | r(0)) us " +
    "(slapd beside it: \($slapd / $n | r(0)) us); " +
    "\($load.per_second | r(0))/s, p50 \($load.p50_ms | r(1)) ms, p99 \($load.p99_ms | r(1)) ms, " +
    "most \($load.max_ms | r(1)) ms, memory \($used.rss_kb / 1024 | r(1)) MiB"'
  ratio=$(jq -n --argjson n "$visits" --argjson used "$got" '$used.cpu_us / $n / $used.bare_us')
}

for ((i = 0; i < 64; i++)); do
  echo "/saml/sso?$("$top_builddir/tests/lib/authnrequest")"
done >"$work/targets"
bed_logins | awk -F '\t' '$3 != "both" && $4 == "" && $3 != "staff" { print $1 ":" $2 }' >"$work/users"

echo "$(nproc) cores, client and directory on the same; $(openssl version | cut -d' ' -f1,2)"
load -n 32 -p 4 -l "$work/users" -s "$work/cookies" >/dev/null
load -n 500 -p 8 -k "$work/cookies" >/dev/null # warm
measure 'login' "${BENCH_LOGINS:-2000}" -p 8 -l "$work/users"
measure 'single sign-on' "${BENCH_SSO:-6000}" -p 8 -k "$work/cookies"
if jq -en --argjson ratio "$ratio" --argjson limit "${BENCH_LIMIT:-8}" '$ratio > $limit' >/dev/null; then
  echo "a single sign-on costs more than ${BENCH_LIMIT:-8} bare signatures"
  exit 1
fi
