#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# An agreement that ends soon: `check`, the log and health say so, with how many people lose what.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
health_url=http://127.0.0.1:$health_port
school=$bed/policy.d/school.policy
log=$bed/log/portvakt.log
cp "$school" "$work/before"

# ends DAYS: Matteboken's agreement ends so many days from now.
ends() {
  sed "/^release \"Matteboken\"/,/^}/s/^    silent/&\n    agreement \"PUB 7\" until $(TZ=Europe/Stockholm date -d "+$1 days" +%F)/" \
    "$work/before" >"$school"
}
# check OPTION...: the answer is in out, the exit code in code.
check() {
  out=$("$portvakt" check --config "$bed_conf" "$@" 2>&1)
  code=$?
}
told() {
  grep -c '"an agreement ends"' "$log"
}
wait_told() {
  wait_for 60 'the log' bash -c "[ \$(grep -c '\"an agreement ends\"' '$log') -ge $1 ]"
}
# health_has TEXT PATTERN: health says that, which it does when the log has been told.
says() {
  curl -sS "$health_url/health/ready" |
    jq -r '.checks[] | select(.check == "agreements") | "\(.status) \(.says)"'
}
is_said() {
  # shellcheck disable=SC2053 # a pattern is what is wanted
  [[ $(says) == $1 ]]
}
health_has() {
  wait_for 60 'health' is_said "$2"
  like "$1" "$(says)" "$2"
}

# Days are counted from today: not over midnight.
left=$(TZ=Europe/Stockholm date '+%H %M %S' | awk '{ print 86400 - (3600 * $1 + 60 * $2 + $3) }')
[ "$left" -gt 120 ] || sleep "$left"

check --directory
like 'none ends' "$code $out" '0 *agreements: none ends in 90 days*'
like 'and all that the policy speaks of is there' "$out" "*ok *policy: every group, unit and attribute in it is somebody's*"
check --directory --offline
like 'one cannot count without it' "$code $out" '2 *--offline or --directory*'

for i in {1..9}; do
  echo "release \"A $i\" { to service \"https://a.example\"; for student; give mail; silent; because \"x\"; basis \"6.1 e\"; agreement \"A $i\" until $(TZ=Europe/Stockholm date -d "+$i days" +%F) }"
done | sed '1i policy 1' >"$bed/policy.d/many.policy"
check --directory
is 'of many only the next ones are counted' \
  "$(grep -c 'agreement "A .*ends.*; nobody in the directory' <<<"$out")" 8
rm "$bed/policy.d/many.policy"

# What nobody has: the directory is asked, not only the files.
cat >"$bed/policy.d/none.policy" <<'RULES'
policy 1
release "None" {
    to service "https://a.example"
    for student at unit "99999999"
    give mail, initials, pairwise-id, subject-id
    silent
    because "x"
    basis "6.1 e"
}
RULES
check --directory
like 'a unit of nobody is warned of' "$code $out" '0 *warning *none.policy:4:*: unit 99999999 is nobody*'
like 'and an attribute of nobody' "$out" '*warning *none.policy:5:*: nobody in the directory has attribute initials*'
is 'but not what somebody has, nor what is made at the login' "$(grep -c 'nobody in the directory has attribute' <<<"$out")" 1
cp "$bed_conf" "$work/years.conf"
sed -i '/^\[directory/a year = initials' "$bed_conf"
sed -i 's/for student at unit/for student in grade 7 at unit/' "$bed/policy.d/none.policy"
check --directory
like 'and years where nobody is in any' "$out" '*warning *none.policy:4:9: no student in the directory has a school year that can be read*'
cp "$work/years.conf" "$bed_conf"
check --directory
is 'which are there where somebody is' "$(grep -c 'school year' <<<"$out")" 0
sed -i 's/for student in grade 7 at unit/for student at unit/' "$bed/policy.d/none.policy"
check --directory --language sv
like 'in Swedish' "$out" '*warning *none.policy:4:*: ingen hör till skolenheten 99999999*ingen i katalogen har attributet initials*'
check --directory --strict
is 'strictly that is wrong' "$code" 1
check
is 'without the directory nothing of it is said' "$(grep -c '99999999\|initials' <<<"$out")" 0
rm "$bed/policy.d/none.policy"

ends 26
check --directory
like 'check counts who loses what' "$code $out" \
  '0 *warning *school.policy:7: agreement "PUB 7" ends *, in 26 days; persons who then lose something: Matteboken: *'
is 'once' "$(grep -c '"PUB 7" ends' <<<"$out")" 1
check --directory --language sv
like 'in Swedish' "$(grep 'avtal "PUB 7"' <<<"$out")" 'warning *school.policy:7: avtal "PUB 7" slutar *, om 26 dagar; personer som då förlorar något: Matteboken: *'
like 'and when the policy changes' "$out" '*policy: ändras av sig själv, härnäst *"Matteboken"*slutar lämna ut något*'
check --language sv
like 'and what the policy itself warns of' "$out" '*warning *school.policy:*avtalet "PUB 7" går ut om 26 dagar*'
check
is 'without a count too' "$(grep -c 'agreement "PUB 7" ends in 26 days' <<<"$out")" 1
check --directory
like 'and says when the policy changes by itself' "$out" '*changes by itself, next on *"Matteboken"*gives nothing any more*'
persons=$(grep -oE 'Matteboken: [0-9]+$' <<<"$out" | tr -dc 0-9)
ok 'all who are let in are counted, and nobody else' test "$persons" -gt 5
hangup >"$work/reload"
wait_told 1
is 'the log has it' "$(grep '"an agreement ends"' "$log" | tail -n 1 | jq -c '[.days, .persons, .rule]')" \
  "[\"26\",\"$persons\",\"school.policy:7\"]"
health_has 'health too' "degraded agreement \"PUB 7\" ends *, in 26 days; *Matteboken: $persons"
hangup >"$work/reload"
sleep 1.5
is 'once' "$(told)" 1
ends 7
hangup >"$work/reload"
wait_told 2
is 'and again a week before' "$(told) $(grep '"an agreement ends"' "$log" | tail -n 1 | jq -r .days)" '2 7'
ends 80
hangup >"$work/reload"
wait_told 3
health_has 'three months before it is nothing to worry about' \
  'ready agreement "PUB 7" ends *, in 80 days*'
like 'no name and no value is in it' "$(grep -c '@skola' "$log")" 0

# --- a directory that is away ----------------------------------------------------------------------
bed_halt slapd
ends 1
hangup >"$work/reload"
wait_told 4
like 'without a directory it is told without a number' \
  "$(grep '"an agreement ends"' "$log" | tail -n 1 | jq -c '[.days, .persons, (.error | length > 0)]')" '?"1",null,true?'
check --directory
like 'and check says why' "$code $out" '1 *wrong*'
bed_halt portvakt
is 'it ends well, in the middle of it too' "$?" 0
tap_done
