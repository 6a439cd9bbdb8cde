# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# For tests that need a whole installation: `bed_test` starts one in a folder of its own (contrib/bed
# has the words to use it), and it is stopped when the test ends. A portvakt that ends with anything
# but 0, as under a sanitizer that found something, fails the test.

: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
# shellcheck source=contrib/bed/bed.sh
. "$top_srcdir/contrib/bed/bed.sh"
# shellcheck source=contrib/bed/browser.sh
. "$top_srcdir/contrib/bed/browser.sh"

_bed_up() {
  bed_test_open
  "$@" || { echo 'Bail out! the installation did not start'; exit 1; }
}

# bed_test: everything up, or the whole test has failed.
bed_test() {
  _bed_up bed_start
}

# bed_test_idp: the same without the services, of which there is only the metadata.
bed_test_idp() {
  _bed_up bed_start_idp
}

# bed_test_open: names everything, starts nothing; tests that go step by step.
bed_test_open() {
  local tool
  for tool in slapd apache2 shibd curl jq xmllint sqlite3; do
    command -v "$tool" >/dev/null || tap_skip_all "no $tool here"
  done
  tap_folder
  bed_open "$work/bed" "$top_builddir/idp/portvakt"
}

tap_cleanup() {
  [ -z "${bed:-}" ] || bed_stop
}
