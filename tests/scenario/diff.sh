#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What `portvakt diff` tells an admin of a policy that is not in force yet, with a real directory.
set -u
# shellcheck source=tests/lib/bed.sh
. "${top_srcdir:?}/tests/lib/bed.sh"
bed_test_open
if ! { bed_pki && bed_directory && bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
school=$bed/policy.d/school.policy

# run OPTION...: the answer is in out (with what it says on stderr), the exit code in code.
run() {
  out=$("$portvakt" diff --config "$bed_conf" --language en "$@" 2>&1)
  code=$?
}

# another SED: a folder with the policy as sed makes it of the one that holds.
another() {
  rm -rf "$work/new"
  mkdir "$work/new"
  sed "$@" "$school" >"$work/new/school.policy"
}

another ''
run "$work/new"
like 'the same policy releases no more' "$code $out" '0 before:*after:*nothing changes*Nothing is released that was not.'
is 'and says so quietly' "$(grep -c '^ *[+?]' <<<"$out")" 0

# Matteboken gets displayName too.
another -e '/Matteboken"/,/^}/s/, eduPersonScopedAffiliation/&, displayName/' \
  -e '/at Matteboken gets/s/, eduPersonScopedAffiliation/&, displayName/'
run --persons "$work/new"
like 'one attribute more is told with how many get it, and the line' "$code $out" \
  '1 *Matteboken*+ gains displayName for * pupils*[[]school.policy:*]*More is released*'
run --persons -l sv "$work/new"
like 'in Swedish' "$code $out" '1 *Matteboken*+ får displayName för * elever*Mer lämnas ut*'
pupils=$(grep -oE 'för [0-9]+ elever' <<<"$out" | head -n 1 | tr -dc 0-9)
run --persons --json "$work/new"
is 'as JSON' "$(jq -c '[.wider, (.persons.changes[] | select(.what != "anything") | [.name, .what, .way, .attribute, .role, .count])]' <<<"$out")" \
  "[\"yes\",[\"Matteboken\",\"attribute\",\"wider\",\"displayName\",\"student\",$pupils],[\"Matteboken\",\"attribute\",\"wider\",\"displayName\",\"staff\",5]]"
is 'without a value of anybody' "$(grep -cE '@skola|Björklund' <<<"$out")" 0
run --persons "$work/new" "$bed/policy.d"
like 'the other way round it is lost, which is nothing more' "$code $out" \
  '0 *Matteboken*- loses displayName for * pupils*Nothing is released that was not.'
run --persons --service Biblioteket "$work/new"
like 'another service does not change' "$code $out" '0 *nothing changes*'
run --persons --service Mattebocken "$work/new"
like 'one that nobody knows is guessed at' "$code $out" "2 *did you mean 'Matteboken'*"

# --- everything else than the policy ---------------------------------------------------------------
sed 's/^scopes = .*/scopes = annan.example/' "$bed_conf" >"$work/other.conf"
run --persons "$bed_conf" "$work/other.conf"
like 'another configuration: with other scopes all is lost, but its words mean something else' \
  "$code $out" '1 *[?] [[]idp] says something else*- lets in * no more*More MAY be released*'
run --persons -l sv "$bed_conf" "$work/other.conf"
like 'in Swedish' "$code $out" '1 *[?] [[]idp] säger något annat*Mer KAN komma att lämnas ut*'
sed 's/^name-en = .*/name-en = Another/' "$bed_conf" >"$work/other.conf"
run --symbolic "$bed_conf" "$work/other.conf"
like 'one with another name' "$code $out" '0 *nothing changes*Nothing is released*'

# --- mistakes --------------------------------------------------------------------------------------
run --symbolic --persons "$work/new"
like 'both halves alone are the whole' "$code $out" '2 *or neither for both*'
run a b c
like 'three policies' "$code $out" '2 *two policies at most*'
run "$work/nowhere"
like 'one that is not there' "$code $out" '2 *nowhere*'
echo 'release' >>"$work/new/school.policy"
run "$work/new"
like 'one that does not load, with its line' "$code $out" '2 *school.policy:*'
run
like 'nothing has run yet' "$code $out" '2 *has not taken a policy yet*'
bed_halt slapd
another ''
run "$work/new"
like 'a directory that does not answer' "$code $out" '2 *'
run --symbolic "$work/new"
like 'is not asked for kinds of people' "$code $out" '0 *Whoever may be in the directory*Nothing is released*'
tap_done
