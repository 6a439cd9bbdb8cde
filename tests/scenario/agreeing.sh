#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What explain says, what people are shown and asked, what a login releases and what the ledger says
# are the same: for made-up people, services and policies, through a real directory and a real
# portvakt, while people answer, change their minds and come again, services ask for more and an
# administrator lets that pass.
#
#   AGREEING_SEED, AGREEING_ROUNDS, AGREEING_PEOPLE   other people and policies, more of them
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
bed_test_open
seed=${AGREEING_SEED:-22} rounds=${AGREEING_ROUNDS:-2} people=${AGREEING_PEOPLE:-48}
lib=$top_srcdir/tests/lib
agreeing=$top_builddir/tests/lib/agreeing
authnrequest=$top_builddir/tests/lib/authnrequest
services=6
hash=$("$top_srcdir/contrib/school/ldif" |
  awk '/^userPassword: / && index($2, "{SSHA}") == 1 { hash = $2 } END { print hash }')
"$agreeing" people "$seed" "$people" "$hash" >"$work/people.ldif"

# metadata PHASE: as the services are then.
metadata() {
  local i certificate
  certificate=$(sed '/-----/d' "$bed/sp/shib.crt" | tr -d '\n')
  for ((i = 0; i < services; i++)); do
    "$agreeing" service "$seed" "$i" "$1" "$certificate" >"$bed/metadata.d/sp$i.xml" || return 1
    chmod 644 "$bed/metadata.d/sp$i.xml"
  done
}
up() {
  bed_pki && bed_directory "$work/people.ldif" && bed_service_metadata && bed_idp && metadata 0 &&
    rm "$bed"/keys/saml.{key,crt} && _setup keys new --config "$bed_conf" --type p-256 saml &&
    sed -i '/^tls-/d' "$bed_conf" && cat >>"$bed_conf" <<'END'

[level grund]
proved-by = password

[level eid2]
includes = grund
uri = http://id.swedenconnect.se/loa/1.0/uncertified-loa2

[group vikarier]
dn = cn=vikarier,ou=people,dc=skola,dc=example

[group larare]
filter = (title=lärare)
role = staff
END
}
if ! up; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
# who: login, tab, roles
awk '/^uid: / { uid = $2 } /^eduPersonAffiliation: (student|employee)/ {
  role[uid] = role[uid] " " ($2 == "student" ? "student" : "staff") }
  END { for (uid in role) print uid "\t" role[uid] }' "$work/people.ldif" | sort >"$work/who"
looks=()
[ "$(id -u)" -ne 0 ] || looks=(--protected)
: >"$work/kinds"
: >"$work/was-held"
: >"$work/approved"

# next_policy: the next one by the seed that loads.
try=0
next_policy() {
  local i
  for ((i = 0; i < 60; i++)); do
    "$agreeing" policy $((seed * 1000 + try++)) "$1" >"$bed/policy.d/school.policy"
    "$portvakt" check --offline --config "$bed_conf" >"$work/check" 2>&1 && return
  done
  sed 's/^/# /' "$work/check"
  return 1
}

# as UID COMMAND...: as an administrator of that uid who has become root, where that can be played.
as() {
  if [ -w /proc/self/loginuid ] && (echo "$1" >/proc/self/loginuid) 2>/dev/null; then
    (echo "$1" >/proc/self/loginuid && exec "${@:2}")
  else
    env SUDO_UID="$1" "${@:2}"
  fi
}
# Two of them open a service to protected people.
open_protected() {
  local uid
  for uid in "$(id -u daemon)" "$(id -u nobody)"; do
    as "$uid" "$portvakt" policy approve --yes --config "$bed_conf" school.policy Skyddade
  done >"$work/approve" 2>&1
}

# let_pass: of what is held, an administrator approves about the half.
let_pass() {
  local service name
  "$portvakt" metadata holds --config "$bed_conf" --json 2>"$work/holds" |
    jq -r '.[] | .service as $s | .asks[] | select(.held and .attribute) | [$s, .attribute] | @tsv' |
    awk 'NR % 2 == 1' >"$work/pass"
  while IFS=$'\t' read -r service name; do
    "$portvakt" metadata approve --yes --config "$bed_conf" "$service" "$name" >"$work/pass.log" 2>&1 ||
      return 1
    grep -qxF "$service"$'\t'"$name" "$work/was-held" &&
      printf '%s\t%s\n' "$service" "$name" >>"$work/approved"
  done <"$work/pass"
  "$portvakt" metadata holds --config "$bed_conf" --json | jq -r '.[] | .service as $s | .asks[]
    | select(.held and .category) | [$s, .category] | @tsv' | head -n 1 >"$work/pass"
  while IFS=$'\t' read -r service name; do
    "$portvakt" metadata approve --yes --config "$bed_conf" "$service" "$name" >"$work/pass.log" 2>&1 ||
      return 1
  done <"$work/pass"
}

serve() {
  _run portvakt "$portvakt" serve --config "$bed_conf"
  _await portvakt curl -sSf -o /dev/null "http://127.0.0.1:$health_port/health/live"
}
# A reload compares what is released, which takes its time with such policies.
reload() {
  local before
  before=$(grep -c '"message":"reloaded' "$bed/log/portvakt.log")
  kill -HUP "$(cat "$bed/run/portvakt.pid")"
  wait_for 60 'the reload' \
    bash -c "[ \$(grep -c '\"message\":\"reloaded' '$bed/log/portvakt.log') -gt $before ]"
}

# --- visits ---------------------------------------------------------------------------------------

# plan CASE LOGIN ROLE SERVICE new|kept [OPTION...]
plan() {
  local language=sv
  [ $((10#${2#agr} % 3)) -ne 0 ] || language=en
  printf '%s\t' "$1" "$2" "$3" "sp$4" "$5" "$language"
  printf '/saml/sso?%s\n' "$("$authnrequest" --issuer "https://sp$4.example/saml" "${@:6}")"
}
# everybody: all, in one of their roles, at some service.
everybody() {
  local login roles i=0 role password
  while IFS=$'\t' read -r login roles; do
    # shellcheck disable=SC2086 # a list of words
    set -- $roles
    role=$1
    [ $(((i + n) % 2)) -eq 0 ] || role=${2:-$1}
    password=()
    [ $((i % 5)) -ne 2 ] || password=(--context urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport)
    plan "a$i" "$login" "$role" $(((i + n) % services)) new "${password[@]}"
    [ $((i % 13)) -ne 5 ] ||
      plan "x$i" "$login" "$role" $(((i + n) % services)) new --context urn:example:unknown
    i=$((i + 1))
  done <"$work/who"
}
# again: those who have said something, at the same service and by their session, and some more.
again() {
  local case login role service i=0
  while IFS=$'\t' read -r case login role service _; do
    [[ $case = a* ]] || continue
    if [ -n "$(awk -F '\t' -v case="$case" '$1 == case && $2 == "page"' "$work/met")" ]; then
      if [ $((i % 4)) -eq 3 ]; then
        plan "p$i" "$login" "$role" "${service#sp}" kept --passive true
      else
        plan "b$i" "$login" "$role" "${service#sp}" kept
      fi
    elif [ $((i % 5)) -eq 1 ]; then
      plan "c$i" "$login" "$role" $(((${service#sp} + 1) % services)) kept
    fi
    i=$((i + 1))
  done <"$work/plan.a"
}
# minds: those who have said something may take it back.
minds() {
  awk -F '\t' -v OFS='\t' 'NR == FNR { if ($2 == "answer" && $3 != "seen") said[$1] = 1; next }
    $1 in said { print $1, $2, $3, "kept", $6, "change" }' "$work/met" "$work/plan.a"
}
visitor() {
  "$top_builddir/tests/lib/visitor" --connect "127.0.0.1:$idp_port" --host "idp.localhost:$idp_port" \
    --password katten-sover-gott --jars "$work/jars" --seed "$seed"
}
# explain FOLDER: what it says of each visit.
explain() {
  rm -rf "${work:?}/$1"
  mkdir "$work/$1"
  # shellcheck disable=SC2016 # the inner shell's
  awk -F '\t' '$1 !~ /^x/ { sub(/^sp/, "", $4)
    print $1, $2, $3, "https://sp" $4 ".example/saml", $6 }' "$work/plan" |
    xargs -P 2 -L 1 bash -c '"$0" explain --config "$1" --json ${2:+"$2"} --person "$5" \
      --role "$6" --service "$7" --language "$8" >"$3/$4.json"' \
      "$portvakt" "$bed_conf" "${looks[*]-}" "$work/$1" || return 1
  jq -r -f "$lib/agreeing.jq" "$work/$1"/*.json >"$work/$1.rows"
}

# compare: what differs, by what it is.
compare() {
  # a visit that was to come to an answer, and came to it
  awk -F '\t' '$2 == "end" { end[$1] = $3 } $2 == "status" && $3 ~ /NoPassive|NoAuthnContext/ { no[$1] = 1 }
    END { for (i in end) if (end[i] != "stayed" && !(i in no)) print i }' "$work/met" >"$work/whole"
  awk -F '\t' 'NR == FNR { whole[$1] = 1; next } $1 in whole' "$work/whole" "$work/after.rows" >"$work/said"
  awk -F '\t' '$2 == "attribute" || $2 == "subject"' "$work/said" | sort >"$work/said.released"
  awk -F '\t' '$2 == "attribute" || $2 == "subject"' "$work/met" | sort >"$work/released"
  diff "$work/said.released" "$work/released" >"$work/differs-release"
  # what the ledger says, by Response
  awk -F '\t' -v OFS='\t' '$2 == "given" { print $1, $3, $4, $5, $6 }' "$work/said" |
    "$agreeing" macs "$bed/keys/ledger.key" | sort -u >"$work/entered"
  sqlite3 -readonly -separator $'\t' "$bed/store/portvakt.db" "
    SELECT l.response_id, g.attribute, g.rule, g.mac FROM ledger l LEFT JOIN ledger_given g
      ON l.id = g.entry WHERE l.outcome = 'answered'" >"$work/rows"
  awk -F '\t' -v OFS='\t' 'NR == FNR { if ($2 == "id") of[$3] = $1; next }
    $1 in of && $2 { print of[$1], $2, $3, $4 }' "$work/met" "$work/rows" | sort -u >"$work/ledger"
  diff "$work/entered" "$work/ledger" >"$work/differs-ledger"
  # an answer has a row, and nothing else has
  awk -F '\t' '$2 == "id" { id[$1] = $3 } $2 == "status" { status[$1] = status[$1] " " $3 }
    END { for (i in id) if (status[i] ~ /:Success$/) print id[i] }' "$work/met" >>"$work/answered"
  diff <(sort -u "$work/answered") <(cut -f 1 "$work/rows" | sort -u) >>"$work/differs-ledger"
  # who was refused, and why; of a protected person the log does not say the true reason
  jq -r 'select(.reference) | [.reference, if .outcome | IN("not-open", "declined", "too-young")
    then .error else .outcome end] | @tsv' "$bed/log/portvakt.log" 2>"$work/log" |
    awk -F '\t' -v OFS='\t' 'FILENAME == ARGV[1] { why[$1] = $2; next }
      FILENAME == ARGV[2] { whole[$1] = 1; next }
      FILENAME == ARGV[3] && $2 == "outcome" { said[$1] = $4 }
      FILENAME == ARGV[3] && $2 == "protected" { protected[$1] = $3 == "true" }
      FILENAME == ARGV[4] && $2 == "status" { status[$1] = status[$1] " " $3 }
      FILENAME == ARGV[4] && $2 == "end" && $1 in whole {
        reason = $3 == "post" ? "" : $4 in why ? why[$4] : $3
        if (reason != said[$1] && !(protected[$1] && reason && said[$1]))
          print $1 ": explain says \"" said[$1] "\", the login \"" reason "\""
        if (status[$1] !~ (said[$1] ? /:Responder .*:RequestDenied$/ : /^ [^ ]*:Success$/))
          print $1 ": the service is told" status[$1] " and explain says \"" said[$1] "\""
      }' - "$work/whole" "$work/after.rows" "$work/met" >"$work/differs-outcome"
  awk -f "$lib/agreeing.awk" from=plan "$work/plan" from=before "$work/before.rows" from=after "$work/after.rows" \
    from=met "$work/met" >"$work/differs-pages"
}

# note: what was the case, for the end.
note() {
  awk -F '\t' '$2 == "kind" { print $3 } $2 == "reason" { print $3 } $2 == "outcome" && $4 { print $4 }' \
    "$work/before.rows" "$work/after.rows"
  awk -F '\t' '$2 == "answer" { print $2 " " $3 } $2 == "end" { print $2 " " $3 } $2 == "asked-basis" { print $3 }
    $2 == "status" { sub(/.*:/, "", $3); print $3 }' "$work/met"
  # which words of the rule gave it
  awk -F '\t' 'NR == FNR {
      if (/^release/) line = FNR
      rule["school.policy:" line] = rule["school.policy:" line] $0
      next
    }
    $2 == "given" {
      n = split("in group|in grade|in gymnasium|at unit|only|if required|unasked|until|from|demand grund", words, "|")
      for (i = 1; i <= n; i++) if (index(rule[$4], " " words[i])) print "given " words[i]
    }' "$bed/policy.d/school.policy" "$work/said"
  # what was held and let pass since
  awk -F '\t' -v OFS='\t' -v held="$work/was-held" 'FILENAME == ARGV[1] { of[$1] = "https://" $4 ".example/saml"; next }
    FILENAME == ARGV[2] { pass[$1, $2] = 1; next }
    FILENAME == ARGV[3] && $2 == "reason" && $3 == "held" { print of[$1], $4 >>held }
    FILENAME == ARGV[4] && $2 == "given" && (of[$1], $3) in pass { print "approved later" }' \
    "$work/plan" "$work/approved" "$work/after.rows" "$work/said"
}

# stage TEXT: all that is planned.
stage() {
  explain before >"$work/stage" 2>&1
  is "explain explains ($1, $(wc -l <"$work/plan") visits)" "$? $(cat "$work/stage")" '0 '
  awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $5, $6, $7 }' "$work/plan" | visitor >"$work/met" 2>"$work/stage"
  is 'everybody came' "$? $(head -n 5 "$work/stage")" '0 '
  explain after >"$work/stage" 2>&1
  is 'and is explained' "$? $(cat "$work/stage")" '0 '
  compare
  is "what was released is what explain says ($(wc -l <"$work/released") values)" \
    "$(head -n 6 "$work/differs-release")" ''
  is "and what the ledger says ($(wc -l <"$work/ledger") rows)" "$(head -n 6 "$work/differs-ledger")" ''
  is "who is refused is refused by explain, for the same reason" "$(head -n 6 "$work/differs-outcome")" ''
  is "what people are told and asked is what explain says ($(grep -c $'\tpage\t' "$work/met") pages)" \
    "$(head -n 6 "$work/differs-pages")" ''
  note >>"$work/kinds"
  # to look at, with PORTVAKT_KEEP
  if cat "$work"/differs-* | grep -q .; then
    mkdir "$work/bad-$tap_count"
    cp -r "$work"/{plan,met,before,after,before.rows,after.rows} "$work"/differs-* "$bed/policy.d/school.policy" \
      "$bed/metadata.d" "$work/bad-$tap_count"
  fi
}

for ((n = 1; n <= rounds; n++)); do
  next_policy "$n" || { echo "Bail out! no policy was found"; exit 1; }
  [ "$n" -ne 1 ] || serve
  open_protected
  metadata "$n"
  reload
  everybody >"$work/plan"
  cp "$work/plan" "$work/plan.a"
  stage "round $n, policy $((try - 1))"
  minds | visitor >"$work/minds" 2>"$work/stage"
  is "who changes their mind can ($(wc -l <"$work/minds"))" "$? $(cat "$work/stage")" '0 '
  awk -F '\t' '$2 == "changed" { print $2 " " $4 }' "$work/minds" >>"$work/kinds"
  again >"$work/plan"
  let_pass
  is 'what is held can be approved' "$?" 0
  reload
  stage "and again"
done


# What never came would be compared in vain. A short run of other dice may miss one of them.
sort "$work/kinds" | uniq -c | awk '{ n = $1; $1 = ""; print substr($0, 2) "\t" n }' >"$work/counts"
required='grep'
[ -z "${AGREEING_SEED-}" ] || [ "$rounds" -ge 5 ] || required=true
while read -r kind; do
  ok "it has come: $kind" "$required" -q "^$kind"$'\t' "$work/counts"
done <<'END'
answer seen
answer yes
answer no
consent
other
end stayed
changed yes
changed no
too-young
refused-too-young
refused-declined
RequestDenied
NoPassive
NoAuthnContext
held
held but named
held category
approved later
level-too-low
refused-level
given demand grund
given-part
filtered
template
template-gap
renamed
lower-case
not-ascii
subject
subject and attribute
refused-subject
refused-missing
refused-too-big
not-yet
rule-ended
agreement-ended
given until
given in group
given in grade
given in gymnasium
given at unit
never
refused-stopped
refused-no-rule
set-aside
must-be-named
not-required
not-asked
no-value
several-values
foreign-scope
unknown-attribute
END
bed_halt portvakt
is 'it ends well' "$?" 0
tap_done
