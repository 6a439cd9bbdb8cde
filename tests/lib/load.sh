# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the test
# A portvakt under load: many visits at once by tests/bench/load, or slow connections by
# tests/lib/slow, over plain HTTP as behind a proxy, so that it is portvakt that is busy and not the
# client.
#
#   load_test                 directory and portvakt are up, signing with RSA-2048, without TLS; sets
#                             `idp_host`, `idp_plain`, `server`, its process, and `sanitized`, 1 if
#                             the build looks for mistakes and is slow, else 0; writes $work/targets
#                             and $work/users (also in `users`)
#   load_serve                starts portvakt again
#   load_sessions             writes the cookies of 32 sessions to $work/cookies
#   load OPTION...            visits; see tests/bench/load --help
#   load_start NAME OPTION... the same beside the test, its figures and failures in $work/NAME.*;
#                             load_pid[NAME] is its process
#   load_end NAME             waits for it; the figures as JSON
#   slow OPTION...            tests/lib/slow towards it
#   plain PATH [CURL...]      one request by curl; the page on stdout
#   figure NAME FILE          a number of the JSON line in the file, or 0
#   rows TABLE                how many rows the store has of it
#   resident                  MiB of memory the portvakt has used at most

: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"
declare -A load_pid=()

_load_up() {
  bed_pki && bed_directory && bed_service_metadata && bed_idp && rm "$bed"/keys/saml.{key,crt} &&
    sed -i '/^tls-/d' "$bed_conf" &&
    _setup keys new --config "$bed_conf" --type rsa-2048 saml && load_serve
}

load_test() {
  local i
  _bed_up _load_up
  sanitized=0
  if grep -qE 'lib(asan|tsan)' "/proc/$server/maps"; then sanitized=1; fi
  for ((i = 0; i < 64; i++)); do
    echo "/saml/sso?$("$top_builddir/tests/lib/authnrequest")"
  done >"$work/targets"
  users=$work/users
  # each has one role, and the services are open to it: a visit of theirs ends with a Response
  bed_logins | awk -F '\t' '$3 != "both" && $4 == "" && $3 != "staff" { print $1 ":" $2 }' >"$users"
}

load_serve() {
  idp_host=idp.localhost:$idp_port idp_plain=http://127.0.0.1:$idp_port
  _run portvakt "$portvakt" serve --config "$bed_conf"
  _await portvakt plain /saml/metadata -o /dev/null || return 1
  server=$(cat "$bed/run/portvakt.pid")
}

load_sessions() {
  load -n 32 -p 4 -l "$work/users" -s "$work/cookies" >/dev/null
}

# A function that runs beside the test is a shell of its own: the command takes its place, so that
# whoever stops the one stops the other.
_in_place() {
  if [ "$BASHPID" -eq "$$" ]; then "$@"; else exec "$@"; fi
}

load() {
  _in_place "$top_builddir/tests/bench/load" -c "127.0.0.1:$idp_port" -H "$idp_host" -t "$work/targets" "$@"
}

load_start() {
  local name=$1
  shift
  load "$@" >"$work/$name.figures" 2>"$work/$name.failures" &
  load_pid[$name]=$!
}

load_end() {
  wait "${load_pid[$1]}"
  unset "load_pid[$1]"
  cat "$work/$1.figures"
}

slow() {
  _in_place "$top_builddir/tests/lib/slow" -c "127.0.0.1:$idp_port" -H "$idp_host" "$@"
}

plain() {
  local path=$1
  shift
  curl -sSf --max-time 10 -H "Host: $idp_host" "$@" "$idp_plain$path"
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
