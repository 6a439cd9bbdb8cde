#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What `make fuzz` runs: search.sh FOLDER TARGET..., from the top of a build tree, FOLDER being
# tests/fuzz of the sources. Searches with each target for FUZZ_SECONDS from its corpus and from
# what earlier searches learnt (fuzz-found/TARGET/corpus/), one after the other. An input that
# breaks something is kept as fuzz-found/TARGET/{crash,leak,oom,timeout}-*, and the search goes on
# with the next target; the exit code then is 1.
set -uo pipefail
folder=${1:?tests/fuzz of the sources}
shift
seconds=${FUZZ_SECONDS:-60}
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "FUZZ_SECONDS is a number of seconds, not '$seconds'" >&2
  exit 2
fi
# As in `make check`.
export G_SLICE=always-malloc UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS="suppressions=$folder/../lsan.supp:print_suppressions=0"
failed=0
for name; do
  out=fuzz-found/$name
  log=$out/log
  mkdir -p "$out/corpus" || exit 1
  dict=()
  [ -e "$folder/dict/$name" ] && dict=(-dict="$folder/dict/$name")
  before=$(find "$out" -maxdepth 1 -name '*-*' | sort)
  # The bound outside is for a target that hangs where libFuzzer's own alarm does not reach.
  timeout --kill-after=10 $((seconds + 120)) "./tests/fuzz/$name" -max_total_time="$seconds" \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$out/" "${dict[@]}" \
    "$out/corpus" "$folder/corpus/$name" >"$log" 2>&1
  status=$?
  runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
  seen=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1)
  echo "$name: $seconds s, ${runs:-?} inputs, ${seen:-no coverage}"
  [ "$status" -eq 0 ] && continue
  failed=1
  grep -E '^(==[0-9]+== ?(ERROR|WARNING)|ERROR|SUMMARY|.*runtime error|\*\*|.*[Aa]ssert)' "$log" | cut -c -200 | head -n 5
  comm -13 <(echo "$before") <(find "$out" -maxdepth 1 -name '*-*' | sort) |
    sed "s|.*|  found &; again: ./tests/fuzz/$name &|"
  echo "  exit code $status; all of it: $log"
done
exit "$failed"
