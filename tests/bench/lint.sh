#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What `portvakt masterdata lint` takes for 50,000 good entries and for 200,000 broken ones, with a
# real slapd on the same cores. Fails when a figure is beyond its limit.
#
#   BENCH_LINT_S   most seconds for 50,000 entries, the directory's included (default 20)
#   BENCH_LINT_MB  most memory for 200,000 broken ones (default 200)
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "${top_srcdir:?is set by make bench}/tests/bench/lib.sh"
printf 'maxsize 4294967296\nsizelimit size.prtotal=unlimited\n' >"$work/size.conf"
here=$top_srcdir/tests/bench

# ticks PID: CPU the process has taken, in hundredths of a second.
ticks() {
  awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

# directory FILTER N: a slapd with the sample school and so many pupils more, through the filter.
directory() {
  rm -rf "$bed/ldap"
  mkdir "$bed/ldap"
  if [ "$(id -u)" -eq 0 ]; then chmod o+x "$bed/ldap"; fi
  "$here/pupils" big "$2" ssha | "$1" >"$work/people.ldif"
  bed_directory "$work/people.ldif" "$work/size.conf"
  rm "$work/people.ldif"
}

# lint WHAT OPTION...: measured; sets seconds and mb.
lint() {
  local what=$1 pid slapd own=0 began=$EPOCHREALTIME line
  slapd=$(ticks "${bed_pid[slapd]}")
  "$portvakt" masterdata lint --config "$bed_conf" --language en "${@:2}" >"$work/out" &
  pid=$!
  mb=0
  # What was seen last of a process that ends is what it came to, or nearly.
  while line=$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status" 2>/dev/null) &&
    [ -n "$line" ]; do
    mb=$line
    own=$(ticks "$pid" 2>/dev/null) || break
    sleep 0.1
  done
  wait "$pid" || true
  seconds=$(jq -n "$EPOCHREALTIME - $began | . * 100 | round / 100")
  slapd=$(($(ticks "${bed_pid[slapd]}") - slapd))
  echo "$what: $seconds s, $(jq -n "$own / 100") s CPU of its own, $(jq -n "$slapd / 100") s of slapd; $mb MB"
}

bed_pki
bed_service_metadata
bed_idp
echo '== masterdata lint'
directory cat 50000
lint '50,000 entries' --json
within 'seconds' "$seconds" "${BENCH_LINT_S:-20}"
within 'entries that were not seen' "$(jq "50031 - .entries" "$work/out")" 0
lint '50,000 entries, and who will fail to log in at two services' --csv \
  --service Matteboken --service Biblioteket
within 'seconds' "$seconds" "${BENCH_LINT_S:-20}"
bed_halt slapd
directory "$here/broken" 200000
lint '200,000 broken entries' --json --service Biblioteket
within 'MB' "$mb" "${BENCH_LINT_MB:-200}"
within 'entries that were not seen' "$(jq "200031 - .entries" "$work/out")" 0
bench_done
