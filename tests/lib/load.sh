# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the test
# A portvakt that listens plainly, and what loads it (tests/bench/load, tests/lib/slow).
#
#   load_test               directory and portvakt are up; sets `server`, its process, and
#                           `sanitized`, 1 if the build looks for mistakes and is slow, else 0
#   load OPTION...          tests/bench/load towards it, with requests of a service
#   slow OPTION...          tests/lib/slow towards it
#   users                   file with people and passwords, for load --login
#   figure NAME FILE        a number of the JSON line in the file, or 0
#   rows TABLE              how many rows the store has of it
#   resident                MiB of memory the portvakt has used at most

: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"

_load_start() {
  bed_pki && bed_directory && bed_service_metadata && bed_idp || return 1
  sed -i '/^tls-/d' "$bed_conf"
  _run portvakt "$portvakt" serve --config "$bed_conf"
  _await portvakt curl -sSf -o /dev/null -H "Host: idp.localhost:$idp_port" \
    "http://127.0.0.1:$idp_port/saml/metadata"
}

load_test() {
  local i
  _bed_up _load_start
  server=$(cat "$bed/run/portvakt.pid")
  sanitized=0
  if grep -qE 'lib(asan|tsan)' "/proc/$server/maps"; then sanitized=1; fi
  for ((i = 0; i < 64; i++)); do
    echo "/saml/sso?$("$top_builddir/tests/lib/authnrequest")"
  done >"$work/targets"
  users=$work/users
  bed_logins | awk -F '\t' '$3 != "both" && $4 == "" && $3 != "staff" { print $1 ":" $2 }' >"$users"
}

load() {
  "$top_builddir/tests/bench/load" -c "127.0.0.1:$idp_port" -H "idp.localhost:$idp_port" \
    -t "$work/targets" "$@"
}

slow() {
  "$top_builddir/tests/lib/slow" -c "127.0.0.1:$idp_port" -H "idp.localhost:$idp_port" "$@"
}

figure() {
  jq -r ".$1 // 0 | floor" "$2" 2>/dev/null || echo 0
}

rows() {
  sqlite3 -readonly "$bed/store/portvakt.db" "SELECT count(*) FROM $1"
}

resident() {
  awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$server/status"
}
