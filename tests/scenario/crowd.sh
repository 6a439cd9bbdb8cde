#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Many at once, who log in, are asked and answer, while policy and attributes change under them,
# admins let wishes pass, and the directory stands still for a moment: nobody is lost or mixed up,
# nothing leaves after a no, and nothing that threads share is touched without a lock. The last is
# seen in a build with --enable-sanitizers=thread: portvakt then ends with another code than 0.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
# One for each visitor: more than ten wrong passwords for one person would have to wait.
pupils=(noabjo alvlin akeobe yusabd marnys astwik gusfal)
right=$(bed_password noabjo)
crowd=6 rounds=4

# seen WHAT: one line of what a visitor has come to: its question, the status, whose answer it got.
seen() {
  local value
  value=$(_xpath "string(//input[@name='SAMLResponse']/@value)" | base64 -d 2>/dev/null |
    grep -o 'InResponseTo="[^"]*"' | head -n 1)
  echo "$1 $browser_status ${value:-nothing}"
}

log_in() {
  rm -f "$browser_jar"
  ask --id "$1" || return
  type_in "$pupil" "$2"
  seen "$1"
}

visitor() {
  local n=$1 pupil=${pupils[$1]} i
  fresh "visitor$n"
  for ((i = 0; i < rounds; i++)); do
    log_in "_wrong-$n-$i" 'not this one'
    log_in "_login-$n-$i" "$right"
    ask --id "_sso-$n-$i"
    seen "_sso-$n-$i"
    ask_by_post --id "_post-$n-$i"
    seen "_post-$n-$i"
    ask --acs https://elsewhere.example/
    browser_get "$idp_url/saml/metadata"
    browser_get "$idp_url/there-is-nothing"
  done
}

# chooser N WHO: logs in again and again where people are asked, says yes and no by turns, and takes
# back what was said; a line for each: what `seen' says, the last answer, what left.
chooser() {
  local n=$1 i k said
  fresh "chooser$n"
  for ((i = 0; i < rounds + 2; i++)); do
    rm -f "$browser_jar"
    said=nothing
    ask --issuer "$mellon_entity" --sign "$bed/sp/mellon.key" --destination "$sso" --id "_choose-$n-$i"
    type_in "$2" "$right"
    for ((k = 0; k < 3; k++)); do
      browser_form ".//button[@name='answer']" || break
      if [ $((i % 2)) -eq 0 ]; then said=no; else said=yes; fi
      browser_fill answer "$said"
      browser_send
    done
    echo "$(seen "_choose-$n-$i") $said $(attributes_of | tr '\n' ' ')"
    browser_get "$idp_url/me/choices"
    browser_form ".//input[@name='said']" && browser_send
  done
}
# The names of the attributes on the page; `attributes' of visit.sh has one file for all browsers.
attributes_of() {
  _xpath "string(//input[@name='SAMLResponse']/@value)" | base64 -d 2>/dev/null |
    grep -o 'FriendlyName="[^"]*"' | sort
}

reloads() {
  grep -c '"message":"reloaded"' "$bed/log/portvakt.log"
}
is_read() {
  [ "$(reloads)" -gt "$before" ]
}

# change N: the Nth change of what is configured.
change() {
  local gift=sn
  [ $(($1 % 2)) -eq 0 ] || gift='sn, givenName'
  echo "policy 1
service Biblioteket { asks sn, givenName }
release \"Klubb\" { to service Biblioteket; for student; give $gift; ask; because \"Klubb\"; basis \"6.1 a\" }" \
    >"$bed/policy.d/klubb.new"
  mv "$bed/policy.d/klubb.new" "$bed/policy.d/klubb.policy"
  printf '[card%d]\nsaml = urn:x:card:%d\nclaim = card%d\nkind = code\nlabel-sv = kort\n' "$1" "$1" "$1" \
    >"$bed/attributes.d/own.new"
  mv "$bed/attributes.d/own.new" "$bed/attributes.d/own.attributes"
  before=$(reloads)
  kill -HUP "$(cat "$bed/run/portvakt.pid")"
  wait_for 60 'the reload' is_read
  if [ $(($1 % 2)) -eq 0 ]; then
    "$portvakt" metadata hold --config "$bed_conf" --yes Biblioteket mail
  else
    "$portvakt" metadata approve --config "$bed_conf" --yes Biblioteket
  fi >>"$work/holds" 2>&1
}

mkdir "$bed/attributes.d"
sed -i '/^expect student at Biblioteket/d' "$bed/policy.d/school.policy"
change 0
visitors=()
for who in lejhad zoeren lejhad; do
  chooser "${#visitors[@]}" "$who" >"$work/chosen${#visitors[@]}" 2>"$work/chooser-errors" &
  visitors+=($!)
done
for ((n = 0; n < crowd; n++)); do
  visitor "$n" >"$work/seen$n" 2>&1 &
  visitors+=($!)
done
slapd=$(cat "$bed/ldap/db/slapd.pid")
for ((i = 0; i < 6; i++)); do
  sleep 0.5
  change $((i + 1))
  if [ "$i" -eq 3 ]; then
    kill -STOP "$slapd"
    sleep 1.5
    kill -CONT "$slapd"
  fi
done
wait "${visitors[@]}"
cat "$work"/seen* "$work"/chosen* >"$work/all"

is 'every visit came to an end' "$(wc -l <"$work/all")" $((4 * crowd * rounds + 3 * (rounds + 2)))
is 'with a page, or with try again' "$(awk '$2 != 200 && $2 != 503' "$work/all")" ''
is 'no answer is to a question of somebody else' \
  "$(awk '$3 != "nothing" && $3 != "InResponseTo=\"" $1 "\""' "$work/all")" ''
is 'a wrong password never gives an answer' "$(grep -c '^_wrong.*InResponseTo' "$work/all")" 0
ok "most were let in ($(grep -c InResponseTo "$work/all"))" \
  test "$(grep -c InResponseTo "$work/all")" -ge $((crowd * rounds))
ok "people were asked ($(grep -c ' yes \| no ' "$work"/chosen1))" grep -q ' yes .*"sn"' "$work/chosen1"
is 'and nothing leaves after a no' "$(grep ' no .*"\(sn\|givenName\)"' "$work/chosen1")" ''
like 'wishes were let pass meanwhile' "$(grep -c 'has let it pass' "$work/holds") $(grep -c 'holds it' "$work/holds")" '[1-9] [1-9]'
like 'it was read anew meanwhile' "$(reloads)" '[4-9]'
is 'the ledger has a row for each answer' \
  "$(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger')" \
  "$(grep -c InResponseTo "$work/all")"

# A stop amid visits waits for them.
visitor 6 >/dev/null 2>&1 &
last=$!
sleep 0.3
bed_halt portvakt
code=$?
is 'a stop amid visits ends well' "$code" 0
[ "$code" -eq 0 ] || sed -n '/^WARNING\|^SUMMARY\|^==.*ERROR/,$p' "$bed/log/portvakt.log" | head -n 120 | sed 's/^/# /'
kill "$last" 2>/dev/null
wait "$last" 2>/dev/null
tap_done
