#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What is wrong with a policy, a directory or a service never stops a running portvakt and never
# makes it release more: policies with every kind of mistake, values past every limit from a real
# directory, names made to pass for others.
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
bed_test_open
umask 022
school=$bed/policy.d/school.policy
log=$bed/log/portvakt.log
turning=$'\u202e' unseen=$'\u200b' cyrillic=$'\u043e'

# --- people whom no directory should have -----------------------------------------------------------
# entry UID: one with more lines from standard input.
entry() {
  cat <<LDIF
dn: uid=$1,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: portvaktSchoolPerson
objectClass: hostilePerson
uid: $1
cn: x
portvaktPersonId: H-$1
securityMarking: Ingen
eduPersonAffiliation: student
userPassword: {SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD
LDIF
  cat
  echo
}
# written NAME VALUE: a line of LDIF, whatever is in the value.
written() {
  printf '%s:: %s\n' "$1" "$(printf %s "$2" | base64 -w 0)"
}
{
  entry stor < <(
    written sn Stor
    echo "mail: $(head -c 1048576 /dev/zero | tr '\0' a)@skola.example"
    seq -f 'eduPersonEntitlement: urn:kanarie:%.0f' 10000
    written eduPersonPrincipalName stor@skola.example
  )
  entry udda < <(
    written sn "Kanarie${turning}uld"
    written displayName "Kanarie${unseen}Namn"
    written rawName $'Kanarie\xff\xc3'
    written eduPersonPrincipalName "kanarie@sk${cyrillic}la.example"
    written eduPersonScopedAffiliation student@annan.example
    written eduPersonScopedAffiliation "student@sk${cyrillic}la.example"
    written eduPersonScopedAffiliation member@skola.example
    written mail udda@skola.example
  )
} >"$work/hostile.ldif"
cat >"$work/hostile.conf" <<'END'
attributetype ( 2.25.1.7 NAME 'rawName' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
objectclass ( 2.25.1.8 NAME 'hostilePerson' SUP top AUXILIARY MAY rawName )
END
if ! { bed_pki && bed_directory "$work/hostile.conf" "$work/hostile.ldif" && bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
sed -i '/^\[attributes\]$/a givenName = rawName' "$bed_conf"
cat >"$school" <<'END'
policy 1
service Bok is "https://shib.localhost/shibboleth" {
    asks givenName, sn, displayName, mail, eduPersonEntitlement, eduPersonPrincipalName, eduPersonScopedAffiliation
}
release "Bok" {
    to      service Bok
    for     student
    give    givenName, sn, displayName, mail, eduPersonEntitlement, eduPersonPrincipalName, eduPersonScopedAffiliation
    silent
    because "Undervisning"
}
END
cp "$school" "$work/good.policy"
bed_serve || { echo 'Bail out! it does not start'; exit 1; }
sso=$idp_url/saml/sso authnrequest=$top_builddir/tests/lib/authnrequest

# gets WHO: what leaves for that person.
gets() {
  fresh "$1"
  ask --id "_$RANDOM"
  type_in "$1" katten-sover-gott
  echo "$browser_status $(attributes)"
}
# reasons WHO: why of what it has and a rule names, as explain says.
reasons() {
  "$portvakt" explain --config "$bed_conf" -p "$1" -s Bok --json 2>>"$work/stderr" |
    jq -r '[.attributes[] | select(.reason | IN("no-value", "no-rule") | not) | .name + "=" + .reason] | sort | join(" ")'
}
is 'values past what anybody reads are left out, and nothing else' "$(gets stor)" \
  '200 eduPersonPrincipalName sn '
is 'for a reason' "$(reasons stor)" \
  'eduPersonEntitlement=bad-value eduPersonPrincipalName=given mail=bad-value sn=given'
gets udda >"$work/got"
is 'so are values that are no text, that turn the writing, and of scopes that are not ours' "$(cat "$work/got")" \
  '200 eduPersonScopedAffiliation mail '
is 'of several values the sound one leaves' \
  "$(browser_page=$work/udda/page.html response "//*[local-name()='Attribute'][@FriendlyName='eduPersonScopedAffiliation']/*/text()")" member@skola.example
is 'each for its reason' "$(reasons udda)" \
  'displayName=bad-value eduPersonPrincipalName=foreign-scope eduPersonScopedAffiliation=given-part givenName=bad-value mail=given sn=bad-value'
is 'nothing of them is in the log' "$(cat "$log" "$work/stderr" | grep -a -i -c 'kanarie\|aaaaaaaa\|udda@')" 0

# --- policies with mistakes -------------------------------------------------------------------------
attempts() {
  grep -c '"message":"\(not \)\?reloaded' "$log"
}
# put FILE: as the policy; `reloaded', or the error that the log has.
put() {
  local before
  install -m 644 "$1" "$school.new" && mv "$school.new" "$school"
  before=$(attempts)
  kill -HUP "${bed_pid[portvakt]}"
  until [ "$(attempts)" -gt "$before" ]; do
    kill -0 "${bed_pid[portvakt]}" || return
    sleep 0.02
  done
  grep '"message":"\(not \)\?reloaded' "$log" | tail -n 1 |
    jq -r 'if .message == "reloaded" then .message else .error end'
}
# refused TEXT WHERE-AND-WHY LINE...: that policy is.
refused() {
  printf '%s\n' 'policy 1' "${@:3}" >"$work/policy"
  like "$1" "$(put "$work/policy")" "*school.policy:$2"
}
other='' mistakes=0
while read -r name verdict; do
  [[ $verdict == refused* ]] || continue
  mistakes=$((mistakes + 1))
  got=$(put "$top_srcdir/tests/fuzz/corpus/policy/$name")
  [[ $got == *school.policy:* ]] || other+="$name: $got"$'\n'
done <"$top_srcdir/tests/fuzz/want/policy"
is "each mistake that is known, of $mistakes, is refused with its place" "$other" ''
ok 'and they are many' test "$mistakes" -ge 70
refused 'expectations that contradict each other' \
  '3:1: these expectations contradict each other: line 3 says nothing, line 4 says mail*' \
  'release "A" { to service "https://a.example"; for student; give mail; silent; because "x" }' \
  'expect student at "https://a.example" gets nothing' 'expect student at "https://a.example" gets mail'
refused 'personal numbers for a category' \
  '2:*"A" gives norEduPersonNIN (personal-number) to category *code-of-conduct/v2*only to named services*' \
  'release "A" { to category coco-v2; for student; give norEduPersonNIN; silent; because "x" }'
refused 'a name that would pass for another attribute' \
  '2:*renaming givenName to urn:oid:0.9.2342.19200300.100.1.3 would pass it off as mail*' \
  'service "https://a.example" { rename givenName to "urn:oid:0.9.2342.19200300.100.1.3" }'
refused 'an entityID that is a client_id too' '3:*is an entityID and a client_id*' \
  'service Bok is "https://shib.localhost/shibboleth"' \
  'service Kopia is client "https://shib.localhost/shibboleth"'
refused 'a scope that is not ours' "2:*scope 'annan.example' is not one of this huvudman's*" \
  'service "https://a.example" { scope "annan.example" }'
{
  cat "$work/good.policy"
  seq 9998 | # with the two of that file
    sed 's|.*|release "R&" { to service "https://&.example"; for student; give mail; silent; because "x" }|'
} >"$work/many.policy"
{
  cat "$work/many.policy"
  echo 'release "En till" { to service "https://e.example"; for student; give mail; silent; because "x" }'
} >"$work/more.policy"
like 'more rules than there may be' "$(put "$work/more.policy")" '*school.policy:*more than 10000 rules*'
is 'whatever was refused, what ran goes on' "$(gets udda)" '200 eduPersonScopedAffiliation mail '
is 'as many as there may be are taken' "$(put "$work/many.policy")" reloaded
is 'and the one that counts gives what it says' "$(gets udda)" '200 eduPersonScopedAffiliation mail '
printf '%s\n' 'policy 1' 'release "Klient" { to client "https://shib.localhost/shibboleth"; for student; give pairwise-id unasked; silent; because "x" }' \
  >"$work/client.policy"
like 'a rule for a client of that name' "$(put "$work/client.policy")" 'reloaded'
is 'lets nobody in at the service' "$(gets udda)" '403 '

# --- services that call themselves something else ---------------------------------------------------
sed -i 's/^    silent$/    inform/' "$work/good.policy"
sed -i 's|>Matteboken<|>Matte\&#x202e;bo\&#x200b;k\&lt;b\&gt;\&#x2028;Skolverket<|' "$bed"/metadata.d/*.xml
is 'a service with a name that turns the writing' "$(put "$work/good.policy")" reloaded
fresh named
ask
like 'is called what can be read of it' "$(_xpath "string(//*[@id='service'])")" 'Mattebok<b> Skolverket'
type_in udda katten-sover-gott
is 'also where people are told' \
  "$(_xpath 'string(//main/@data-page)') $(grep -c "$turning\|$unseen\|<b>" "$browser_page")" 'inform 0'
is 'and what admins read' "$({
  "$portvakt" explain --config "$bed_conf" -p udda -s Bok -m
  "$portvakt" who --config "$bed_conf" mail
  "$portvakt" report register --config "$bed_conf"
  "$portvakt" metadata holds --config "$bed_conf"
  "$portvakt" check --offline --config "$bed_conf"
} 2>&1 | grep -c "$turning")" 0
bed_halt portvakt
is 'it ends well' "$?" 0
tap_done
