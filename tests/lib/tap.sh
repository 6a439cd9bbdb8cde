# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the test
# TAP for shell tests. A test sources this, calls ok/is/like, and ends with tap_done.
#
#   ok TEXT COMMAND...        passes if the command succeeds
#   is TEXT GOT WANT          passes if the two are equal
#   like TEXT GOT PATTERN     passes if the bash pattern (==) matches
#   tap_skip_all REASON       the whole test cannot run here
#   tap_folder                sets `work` to a new folder that is removed at the end
#   tap_done                  the plan; a test that ends without it has failed
#
# A test that needs to stop something at its end defines tap_cleanup.

# What is told in the language of the locale is the same for whoever runs the tests.
unset LANGUAGE
export LC_ALL=C.UTF-8

tap_count=0

_tap() {
  tap_count=$((tap_count + 1))
  echo "$1 $tap_count - $2"
}

ok() {
  local text=$1 out
  shift
  if out=$("$@" 2>&1); then
    _tap ok "$text"
  else
    _tap 'not ok' "$text"
    echo "# ${out//$'\n'/$'\n'# }"
  fi
}

is() {
  if [ "$2" = "$3" ]; then
    _tap ok "$1"
  else
    _tap 'not ok' "$1"
    printf 'got:  %s\nwant: %s\n' "$2" "$3" | sed 's/^/# /'
  fi
}

like() {
  # shellcheck disable=SC2053 # a pattern is what is wanted
  if [[ $2 == $3 ]]; then
    _tap ok "$1"
  else
    _tap 'not ok' "$1"
    printf 'got:     %s\npattern: %s\n' "$2" "$3" | sed 's/^/# /'
  fi
}

tap_skip_all() {
  echo "1..0 # SKIP $1"
  exit 0
}

tap_folder() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/portvakt-test.XXXXXX")
  # As root, slapd and Apache are somebody else, who must pass through.
  if [ "$(id -u)" -eq 0 ]; then chmod o+x "$work"; fi
}

tap_done() {
  echo "1..$tap_count"
}

_tap_end() {
  local status=$?
  trap '' INT TERM
  if declare -F tap_cleanup >/dev/null && ! tap_cleanup; then
    echo 'Bail out! clean-up failed'
    status=1
  fi
  # What runs beside a test that was cut short would go on without it.
  jobs -p | xargs -r kill 2>/dev/null
  # PORTVAKT_KEEP=1 leaves the folder of a test to look at.
  if [ -n "${work:-}" ] && [ -z "${PORTVAKT_KEEP:-}" ]; then rm -rf "$work"; fi
  exit "$status"
}
trap _tap_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
