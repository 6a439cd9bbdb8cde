#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What clang-format, shellcheck and mandoc have to say.
set -euo pipefail
: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
for tool in clang-format shellcheck mandoc; do
  command -v "$tool" >/dev/null || tap_skip_all "no $tool here"
done
cd "$top_srcdir"

mapfile -t c < <(find idp policy metadata contrib tests -name '*.[ch]' | LC_ALL=C sort)
ok 'C is formatted as .clang-format says' clang-format --dry-run -Werror "${c[@]}"

mapfile -t scripts < <(find contrib tests .ci -type f \
  \( -name '*.sh' -o -perm -u+x \) -exec grep -lE '^#!.*(bash|/sh)|shellcheck shell=' {} + | LC_ALL=C sort)
for script in "${scripts[@]}"; do
  ok "shellcheck $script" shellcheck -x --source-path="$top_srcdir" "$script"
done

mapfile -t pages < <(find idp policy metadata templates contrib -name '*.[1-8]' -type f | LC_ALL=C sort)
for page in "${pages[@]}"; do
  # STYLE tells of a missing Mdocdate and other habits of BSD's own tree.
  ok "mandoc $page" mandoc -T lint -W warning "$page"
done
tap_done
