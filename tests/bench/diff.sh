#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# How long `portvakt diff` takes for many people and services, with a real slapd on the same cores.
# Fails when it is beyond its limit.
#
#   BENCH_DIFF_S   most seconds for 5,000 people at 100 services, the directory's included (default 20)
set -euo pipefail
# shellcheck source=tests/bench/lib.sh
. "${top_srcdir:?is set by make bench}/tests/bench/lib.sh"
people=5000 services=100
agreeing=$top_builddir/tests/lib/agreeing
"$top_srcdir/tests/bench/pupils" many "$people" ssha >"$work/people.ldif"
bed_pki
bed_directory "$work/people.ldif"
bed_service_metadata
bed_idp
certificate=$(sed '/-----/d' "$bed/sp/shib.crt" | tr -d '\n')
for ((i = 2; i < services; i++)); do
  "$agreeing" service 7 "$i" 0 "$certificate" >"$bed/metadata.d/sp$i.xml"
  chmod 644 "$bed/metadata.d/sp$i.xml"
done
# A release of its own for each service, and some for all; the new one gives more at every tenth.
{
  echo 'policy 1'
  for ((i = 2; i < services; i++)); do
    echo "service S$i is \"https://sp$i.example/saml\" { asks eduPersonPrincipalName required, displayName, mail }"
    echo "release \"S$i\" { to service S$i; for student in grade 4-9, teacher; give eduPersonPrincipalName, displayName; silent; because \"x\"; basis \"6.1 e\" }"
  done
  echo 'release "Kategori" { to category personalized; for staff; give requested; silent; because "x"; basis "6.1 e" }'
  echo 'never "Nummer" { give any personal-number; because "x" }'
} >"$bed/policy.d/school.policy"
mkdir "$work/new"
sed 's/^\(release "S[0-9]*5".*\)displayName; silent/\1displayName, mail; silent/' \
  "$bed/policy.d/school.policy" >"$work/new/school.policy"

# diff WHAT OPTION...: measured; sets seconds.
diff() {
  local began=$EPOCHREALTIME
  "$portvakt" diff --config "$bed_conf" --json --quiet "${@:2}" "$work/new" >"$work/out" || true
  seconds=$(jq -n "$EPOCHREALTIME - $began | . * 100 | round / 100")
  echo "$1: $seconds s, $(jq -c '.wider' "$work/out")"
}
diff "$people people at $services services" --persons
within seconds "$seconds" "${BENCH_DIFF_S:-20}"
diff "whoever there may be at $services services" --symbolic
within seconds "$seconds" "${BENCH_DIFF_S:-20}"
bench_done
