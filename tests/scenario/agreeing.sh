#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What explain says, what a login releases and what the ledger says are the same: for made-up people,
# services and policies, through a real directory and a real portvakt.
#
#   AGREEING_SEED, AGREEING_ROUNDS, AGREEING_PEOPLE   other people and policies, more of them
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
bed_test_open
seed=${AGREEING_SEED:-7} rounds=${AGREEING_ROUNDS:-2} people=${AGREEING_PEOPLE:-48}
agreeing=$top_builddir/tests/lib/agreeing
authnrequest=$top_builddir/tests/lib/authnrequest
services=5
hash=$("$top_srcdir/contrib/school/ldif" |
  awk '/^userPassword: / && index($2, "{SSHA}") == 1 { hash = $2 } END { print hash }')
"$agreeing" people "$seed" "$people" "$hash" >"$work/people.ldif"
up() {
  local i
  bed_pki && bed_directory "$work/people.ldif" && bed_service_metadata && bed_idp || return 1
  for ((i = 0; i < services; i++)); do
    "$agreeing" service "$seed" "$i" "$(sed '/-----/d' "$bed/sp/shib.crt" | tr -d '\n')" \
      >"$bed/metadata.d/sp$i.xml" || return 1
    chmod 644 "$bed/metadata.d/sp$i.xml"
  done
}
if ! up; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
sso=$idp_url/saml/sso
# who: login, tab, roles
awk '/^uid: / { uid = $2 } /^eduPersonAffiliation: (student|employee)/ {
  role[uid] = role[uid] " " ($2 == "student" ? "student" : "staff") }
  END { for (uid in role) print uid "\t" role[uid] }' "$work/people.ldif" | sort >"$work/who"
looks=()
[ "$(id -u)" -ne 0 ] || looks=(--protected)

# next_policy ROUND: the next one by the seed that loads.
try=0
next_policy() {
  local i
  for ((i = 0; i < 60; i++)); do
    "$agreeing" policy $((seed * 1000 + try++)) >"$bed/policy.d/school.policy"
    "$portvakt" check --offline --config "$bed_conf" >"$work/check" 2>&1 && return
  done
  sed 's/^/# /' "$work/check"
  return 1
}

# visit CASE LOGIN ROLE SERVICE: what comes of it, in $work/cases.
visit() {
  local case=$1 role=$3 id=https://sp$4.example/saml reason=
  browser_get "$sso?$("$authnrequest" --issuer "$id")"
  if [ -n "$(form_field password)" ]; then
    browser_form ".//input[@type='password']"
    browser_fill "$(form_field text)" "$2"
    browser_fill "$(form_field password)" katten-sover-gott
    browser_send
    if browser_form ".//*[@value='$role'][@type='submit' or @type='radio']"; then
      _browser_role "$role"
      browser_send
    fi
  fi
  if [ "$browser_status" = 200 ] && browser_form ".//input[@name='SAMLResponse']"; then
    sed -n 's/^SAMLResponse=//p' "$form_data" | base64 -d >"$work/xml/$case.xml"
  else
    reason=$(grep -F "\"reference\":\"$(_xpath "string(//*[@id='reference'])")\"" \
      "$bed/log/portvakt.log" | tail -n 1 | jq -r 'if .outcome == "not-open" then .error else .outcome end')
  fi
  printf '%s\t%s\t%s\t%s\t%s\n' "$case" "$2" "$role" "$id" "$reason" >>"$work/cases"
}

# round: everybody, in one of their roles, at some services; then what explain says of each.
round() {
  local login roles role i=0 case
  rm -rf "$work/xml" "$work/explain" "$work/cases"
  mkdir "$work/xml" "$work/explain"
  while IFS=$'\t' read -r login roles; do
    # shellcheck disable=SC2086 # a list of words
    set -- $roles
    role=$1
    [ $((i % 2)) -eq 0 ] || role=${2:-$1}
    fresh agreeing
    visit "c$i-a" "$login" "$role" $((i % services))
    visit "c$i-b" "$login" "$role" $(((i + 1 + i / services) % services))
    i=$((i + 1))
  done <"$work/who"
  while IFS=$'\t' read -r case login role id _; do
    "$portvakt" explain --config "$bed_conf" --person "$login" --role "$role" --service "$id" \
      --json --language en "${looks[@]}" >"$work/explain/$case.json" || return 1
  done <"$work/cases"
}

# compare: sets what differs.
compare() {
  local row
  # what was released
  find "$work/xml" -name '*.xml' -print0 | xargs -0r "$agreeing" decode >"$work/decoded" || return 1
  awk -F '\t' '$2 != "id"' "$work/decoded" | sort >"$work/released"
  # what explain says: told attributes by the names they are told by, and the subject
  for row in "$work"/explain/*.json; do
    jq -r --arg case "$(basename "$row" .json)" '
      .subject as $s
      | (.attributes[] | select(.values | length > 0)
          | select(.name != $s.attribute or $s.also_attribute)
          | (.told_as // .saml) as $name | .values[] | [$case, "attribute", $name, .] | @tsv),
        (select(.outcome == "answered" and $s.value != null)
          | [$case, "subject", $s.format, $s.value] | @tsv)' "$row"
  done | sort >"$work/said"
  diff "$work/said" "$work/released" >"$work/differs-release"
  # what the ledger says, by Response
  for row in "$work"/explain/*.json; do
    jq -r --arg case "$(basename "$row" .json)" '.person as $p
      | .attributes[] | select(.values | length > 0) | .name as $name
      | (.rule.file + ":" + (.rule.line | tostring)) as $rule
      | .values[] | [$case, $name, $rule, $p, .] | @tsv' "$row"
  done | "$agreeing" macs "$bed/keys/ledger.key" | sort -u >"$work/entered"
  sqlite3 -readonly -separator $'\t' "$bed/store/portvakt.db" "
    SELECT l.response_id, g.attribute, g.rule, g.mac FROM ledger_given g
      JOIN ledger l ON l.id = g.entry WHERE l.outcome = 'answered'" >"$work/rows"
  awk -F '\t' 'NR == FNR { if ($2 == "id") of[$4] = $1; next }
    $1 in of { print of[$1] "\t" $2 "\t" $3 "\t" $4 }' "$work/decoded" "$work/rows" |
    sort -u >"$work/ledger"
  diff "$work/entered" "$work/ledger" >"$work/differs-ledger"
  # who was refused, and why; of a protected person the log does not say the true reason
  while IFS=$'\t' read -r case _ _ _ reason; do
    jq -r --arg reason "$reason" --arg case "$case" '
      (if .outcome == "answered" then "" else .reason end) as $said
      | select($said != $reason and ((.protected // false | not) or $said == "" or $reason == ""))
      | "\($case) \(.person) \(.service): explain says \"\($said)\", the login \"\($reason)\""' \
      "$work/explain/$case.json"
  done <"$work/cases" >"$work/differs-outcome"
}

# A reload compares what is released, which takes its time with such policies.
reload() {
  local before
  before=$(grep -c '"message":"reloaded' "$bed/log/portvakt.log")
  kill -HUP "$(cat "$bed/run/portvakt.pid")"
  wait_for 60 'the reload' \
    bash -c "[ \$(grep -c '\"message\":\"reloaded' '$bed/log/portvakt.log') -gt $before ]"
}

for ((n = 1; n <= rounds; n++)); do
  next_policy || { echo "Bail out! no policy was found"; exit 1; }
  if [ "$n" -eq 1 ]; then bed_serve; else reload; fi
  round >"$work/round" 2>&1
  is "everybody came (round $n, policy $((try - 1)))" "$? $(cat "$work/round")" '0 '
  compare
  is "what was released is what explain says ($(wc -l <"$work/released") values)" \
    "$(head -n 6 "$work/differs-release")" ''
  is "and what the ledger says ($(wc -l <"$work/ledger") rows)" "$(head -n 6 "$work/differs-ledger")" ''
  is "who is refused is refused by explain, for the same reason ($(grep -c $'[a-z]$' "$work/cases") of $(wc -l <"$work/cases"))" \
    "$(head -n 6 "$work/differs-outcome")" ''
  ok 'it was worth the while' test "$(wc -l <"$work/released")" -gt 40
done
bed_halt portvakt
is 'it ends well' "$?" 0
tap_done
