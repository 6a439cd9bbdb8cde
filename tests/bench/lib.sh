# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# What the benchmarks share: an installation to be, which goes when they end, a folder `work`, and
# figures that are held against their limits.
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

wrong=0
# within WHAT FIGURE LIMIT: says so, and counts what is not.
within() {
  if jq -en --argjson is "$2" --argjson most "$3" '$is <= $most' >/dev/null; then
    echo "    ok: $1 is $2, at most $3"
  else
    echo "    TOO MUCH: $1 is $2, at most $3"
    wrong=$((wrong + 1))
  fi
}

# The last of a benchmark: fails when a figure was beyond its limit.
bench_done() {
  [ "$wrong" -eq 0 ] || { echo "$wrong figures are beyond their limits"; exit 1; }
}
