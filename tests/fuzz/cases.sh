#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The corpora as a whole. That each case does what it must is for the targets, which replay them.
set -euo pipefail
: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
cd "$top_srcdir/tests/fuzz"

# What is hostile must be refused; some of it may be taken as what it is, harmless.
hostile_least=700
refused_least=600

targets() { sed -n 's/^FUZZ_TARGETS += tests\/fuzz\///p' module.am | LC_ALL=C sort; }
folders() { find "$1" -mindepth 1 -maxdepth 1 "${@:2}" -printf '%f\n' | LC_ALL=C sort; }
is 'each target has a corpus, and each corpus a target' "$(folders corpus -type d)" "$(targets)"
is 'each target says what must happen' "$(folders want -type f)" "$(targets)"
is 'a dictionary is that of a target' "$(comm -23 <(folders dict -type f) <(targets))" ''

# One case under two names is one case.
twins() {
  local target
  for target in $(targets); do
    (cd "corpus/$target" && sha256sum -- * | LC_ALL=C sort |
      awk -v t="$target" '$1 == last { print t "/" $2 " is " name } { last = $1; name = $2 }')
  done
}
is 'no case is there twice' "$(twins)" ''
is 'names are words' "$(cd corpus && find . -mindepth 2 -type f | grep -vE '^\./[a-z-]+/[a-z0-9.-]+$')" ''

lines() { cat want/* | grep -vE '^(#|honest-|$)' | cut -f 2 | grep -cE "$1"; }
hostile=$(lines '^(refused|harmless)([ ,]|$)')
refused=$(lines '^refused([ ,]|$)')
ok "at least $hostile_least hostile cases ($hostile)" [ "$hostile" -ge "$hostile_least" ]
ok "at least $refused_least of them refused ($refused)" [ "$refused" -ge "$refused_least" ]
tap_done
