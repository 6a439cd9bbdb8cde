#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Under which names somebody is known: an EPPN is one human's for ever, whatever becomes of entries;
# an identifier that was given stays, whatever becomes of keys; neither is in a log.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
export LDAPNOINIT=1
people=ou=people,dc=skola,dc=example

# A directory that may be written, whose person key outlives entries, and services that want it all.
up() {
  printf 'rootdn cn=admin,dc=skola,dc=example\nrootpw offentligt\n' >"$work/admin.conf"
  bed_pki && bed_directory "$work/admin.conf" && bed_service_metadata && bed_idp || return 1
  sed -i '/^expect .* gets eduPerson/d' "$bed/policy.d/school.policy"
  cat >"$bed/policy.d/names.policy" <<'POLICY'
policy 1
service Matteboken { asks pairwise-id required, subject-id }
service Biblioteket { asks pairwise-id required, subject-id }
release "Namn" {
    to      service Matteboken or Biblioteket
    for     student, teacher
    give    pairwise-id, subject-id
    silent
    because "Prov"
}
POLICY
  sed -i -e '/^person-key/d' -e '/^\[directory/a person-key = portvaktPersonId' "$bed_conf"
  printf '\n[person]\nmax-age = 0s\n' >>"$bed_conf"
  bed_serve
}
_bed_up up
sso=$idp_url/saml/sso
authnrequest=$top_builddir/tests/lib/authnrequest
db=$bed/store/portvakt.db

# directory: changes it, by LDIF on standard input.
directory() {
  ldapmodify -x -H "ldapi://${bed//\//%2F}%2Fldap%2Frun%2Fldapi" -D cn=admin,dc=skola,dc=example \
    -w offentligt >"$work/ldapmodify" 2>&1 || cat "$work/ldapmodify" >&2
}

# entry USER: the one the school began with, but for its entryUUID.
entry() {
  "$top_srcdir/contrib/school/ldif" | awk -v RS= -v ORS='\n\n' -v dn="dn: uid=$1,$people" \
    'index($0, dn "\n") == 1' | grep -v '^entryUUID'
}

# has_eppn USER EPPN
has_eppn() {
  directory <<LDIF
dn: uid=$1,$people
changetype: modify
replace: eduPersonPrincipalName
eduPersonPrincipalName: $2
LDIF
}

# log_in USER OPTION...: from the question to the page after the password.
log_in() {
  local user=$1
  shift
  fresh "$user"
  ask --id _login "$@"
  type_in "$user" "$(bed_password "$user")"
}
library=(--issuer "$mellon_entity" --destination "$sso" --sign "$bed/sp/mellon.key")

# value NAME: of the attribute in the Response on the page.
value() {
  _xpath "string(//input[@name='SAMLResponse']/@value)" | base64 -d |
    xmllint --xpath "string(//*[@FriendlyName='$1'])" - 2>/dev/null | tr -d ' \n'
}
refused() {
  echo "$browser_status $(outcome) $(response 'string(//*[local-name()="StatusCode"]/*/@Value)' | sed 's/.*://')"
}
# told USER ATTRIBUTE: what explain says it is.
told() {
  bed_explain "$1" student Matteboken |
    jq -r --arg name "$2" '.attributes[] | select(.name == $name) | "\(.made_at_first_login) \(.values | join(","))"'
}
rows() {
  sqlite3 -readonly "$db" "SELECT count(*) FROM $1"
}

# --- the first login, and explain before and after ------------------------------------------------
user=noabjo eppn=$(entry noabjo | sed -n 's/^eduPersonPrincipalName: //p')
is 'before the first login there is no pairwise-id' "$(told $user pairwise-id)" 'true '
is 'the subject-id is the EPPN' "$(told $user subject-id)" "false $eppn"
log_in $user
pairwise=$(value pairwise-id)
like 'the first login gives 160 bits in our scope' "$pairwise" \
  "$(printf '[a-z2-7]%.0s' {1..32})@skola.example"
is 'and the EPPN as subject-id' "$(value eduPersonPrincipalName) $(value subject-id)" "$eppn $eppn"
is 'which explain now says too' "$(told $user pairwise-id)" "false $pairwise"
is 'the EPPN has one row, the pairwise-id two' "$(rows eppn) $(rows identifier)" '1 2'
ask --id _again
is 'by session it is the same' "$(value pairwise-id)" "$pairwise"
ask "${library[@]}"
library_pairwise=$(value pairwise-id)
ok 'another service gets another' test -n "$library_pairwise" -a "$library_pairwise" != "$pairwise"
is 'and the same subject-id' "$(value subject-id)" "$eppn"
is 'that is two rows more' "$(rows eppn) $(rows identifier)" '1 4'

# --- two first logins at once ---------------------------------------------------------------------
for i in 1 2 3 4; do
  (
    fresh "race$i"
    ask --id "_race$i"
    type_in gusfal "$(bed_password gusfal)"
    echo "$browser_status $(value pairwise-id)" >"$work/race$i.value"
  ) &
  racers+=($!)
done
wait "${racers[@]}"
is 'four first logins at once end with one value' "$(sort -u "$work"/race?.value | wc -l)" 1
like 'which all of them get' "$(cat "$work/race1.value")" '200 *@skola.example'
is 'and no more rows than one needs' "$(rows eppn) $(rows identifier)" '2 6'

# --- another key of identifiers -------------------------------------------------------------------
rm "$bed/keys/identifiers.key"
like 'without the key nothing is loaded' "$(hangup)" '*"not reloaded*identifiers.key*keys new*'
_setup keys new --config "$bed_conf" identifiers
like 'with a new one it is' "$(hangup)" '*"reloaded"*'
log_in $user
is 'and changes nothing that was given' "$(value pairwise-id)" "$pairwise"

# --- the yearly import ----------------------------------------------------------------------------
directory <<LDIF
dn: uid=$user,$people
changetype: delete

LDIF
entry $user | sed '1a changetype: add' | directory
log_in $user
is 'who is made anew with the same person id is the same' \
  "$(value eduPersonPrincipalName) $(value pairwise-id)" "$eppn $pairwise"
# the same EPPN, but another person id: a stranger
directory <<LDIF
dn: uid=$user,$people
changetype: modify
replace: portvaktPersonId
portvaktPersonId: S9911
LDIF
log_in $user
is 'with another person id it is a stranger, who is refused' "$(refused)" '403 eppn-taken RequestDenied'
like 'in plain words' "$(browser_text)" '*Ditt användar-id har varit någon annans*Kod att visa*support@*'
log_in $user "${library[@]}"
is 'everywhere' "$(refused)" '403 eppn-taken RequestDenied'
fresh
browser_get "$idp_url/login"
type_in $user "$(bed_password $user)"
is 'also where no service asks' "$browser_status $(outcome) $(session)" '403 eppn-taken '
log_in $user
ask --passive true --id _quiet
is 'the refused have no session' "$(response 'string(//*[local-name()="StatusCode"]/*/@Value)' | sed 's/.*://')" NoPassive
like 'explain says so' "$(bed_explain $user student Matteboken | jq -c '[.outcome, .reason, .attributes]')" \
  '\["refused","eppn-taken",\[\]\]'
directory <<LDIF
dn: uid=$user,$people
changetype: modify
replace: portvaktPersonId
portvaktPersonId: S11
LDIF

# --- swapped --------------------------------------------------------------------------------------
other=gusfal other_eppn=$(entry gusfal | sed -n 's/^eduPersonPrincipalName: //p')
has_eppn $user x@skola.example
has_eppn $other "$eppn"
has_eppn $user "$other_eppn"
for one in $user $other; do
  log_in "$one"
  is "of two with swapped EPPNs $one is refused" "$(refused)" '403 eppn-taken RequestDenied'
done
has_eppn $other x@skola.example
capitals=$(tr '[:lower:]' '[:upper:]' <<<"${eppn%@*}")@skola.example
has_eppn $user "$capitals"
has_eppn $other "$other_eppn"
log_in $user
is 'put right, in capitals, it is the same EPPN' "$browser_status $(value eduPersonPrincipalName)" "200 $capitals"
has_eppn $user "$eppn"
for one in $user $other; do
  log_in "$one"
  is "put right, $one is let in" "$browser_status $(value eduPersonPrincipalName)" "200 $(entry "$one" | sed -n 's/^eduPersonPrincipalName: //p')"
done

# --- two entries with one EPPN --------------------------------------------------------------------
has_eppn lejhad "$capitals"
for one in $user lejhad; do
  log_in "$one"
  is "of two who have one EPPN $one is refused" "$(refused)" '403 eppn-shared RequestDenied'
done
like 'in plain words' "$(browser_text)" '*Två personer har fått samma användar-id*Kod att visa*'
like 'explain says so' "$(bed_explain $user student Matteboken | jq -c '[.outcome, .reason, .attributes]')" \
  '\["refused","eppn-shared",\[\]\]'
has_eppn lejhad z@skola.example
for one in $user lejhad; do
  log_in "$one"
  like "with one each, $one is let in" "$browser_status $(value eduPersonPrincipalName)" '200 *@skola.example'
done

# --- an EPPN that changes hands while its first login is still being written -----------------------
first=alvlin second=akeobe
# disk WORD...: what the disk does from now on (tests/lib/vfs.h).
disk() {
  echo "$*" >"$work/disk.new"
  mv "$work/disk.new" "$work/disk"
}
# filled: the store writes nothing for itself any more.
filled() {
  [ "$(sqlite3 -readonly "$db" 'SELECT sum(length(bytes)) FROM reserve')" = $((20 << 20)) ]
}
# is_entering: a commit has been written since the disk became slow, and waits for it.
is_entering() {
  grep -q sync "$work/disk" && [ "$db-wal" -nt "$work/disk" ]
}
# queued: another commit waits for that one.
queued() {
  curl -sSf "http://127.0.0.1:$health_port/metrics" | grep -q '^portvakt_queue_jobs{queue="writer"} [1-9]'
}
# goes_on: the disk is well as soon as another commit waits for it.
goes_on() {
  wait_for 60 'the second commit' queued
  rows eppn >"$work/rows"
  disk
}
bed_halt portvakt
export PORTVAKT_VFS_FILE=$work/disk
real=$portvakt
portvakt=$top_builddir/tests/lib/daemon
disk
bed_serve
before=$(rows eppn)
wait_for 60 'the reserve' filled
# Who waits for the disk is sent away after two seconds: all that can be done before is.
cat >"$work/hand-over" <<LDIF
dn: uid=$first,$people
changetype: modify
replace: eduPersonPrincipalName
eduPersonPrincipalName: y@skola.example

dn: uid=$second,$people
changetype: modify
replace: eduPersonPrincipalName
eduPersonPrincipalName: $(entry $first | sed -n 's/^eduPersonPrincipalName: //p')
LDIF
fresh $second
ask --id _second
fill_in $second "$(bed_password $second)"
(
  fresh $first
  ask --id _first
  fill_in $first "$(bed_password $first)"
  disk sync-ms=60000
  browser_send
  echo "$browser_status $(value eduPersonPrincipalName)" >"$work/first"
) &
entering=$!
wait_for 60 'the first commit' is_entering
directory <"$work/hand-over"
goes_on &
going=$!
browser_send
wait "$entering" "$going"
is 'the first had not been entered yet' "$(cat "$work/rows")" "$before"
is 'the commit knows that the second is a second' "$(refused)" '403 eppn-taken RequestDenied'
like 'which the log says' "$(grep '"eppn-taken"' "$bed/log/portvakt.log" | tail -n 1)" '*let in just now*'
is 'and has no session' "$(session)" ''
is 'the first has what they were promised' "$(cat "$work/first")" \
  "200 $(entry $first | sed -n 's/^eduPersonPrincipalName: //p')"

# --- identifiers that are renewed while a login that has seen the old ones is on its way --------------
fresh $first
ask --id _late
fill_in $first "$(bed_password $first)"
disk sync-ms=60000
"$real" eppn rotate --config "$bed_conf" --person $first --only-identifiers --apply --yes \
  >"$work/renewed" 2>&1 &
renewing=$!
wait_for 60 'the renewal' is_entering
goes_on &
going=$!
browser_send
wait "$going"
wait "$renewing"
is 'the renewal is done' $? 0
is 'and the commit knows that the login is of before' "$browser_status $(outcome) $(session)" \
  '503 person-changing '
log_in $first
is 'the next try is let in' "$browser_status" 200
bed_halt portvakt
portvakt=$real
bed_serve

# --- a store that has lost what the ledger knows --------------------------------------------------
bed_halt portvakt
sqlite3 "$db" 'DELETE FROM identifier'
bed_serve
log_in $user
is 'a lost identifier is no new one' "$(refused)" '500 identifier-lost RequestDenied'
like 'which the log says loudly' "$(grep identifier-lost "$bed/log/portvakt.log" | tail -n 1)" \
  '*"level":"warning"*backup*'
like 'and explain too' "$(bed_explain $user student Matteboken | jq -r .reason)" identifier-lost
fresh
browser_get "$idp_url/login"
type_in $user "$(bed_password $user)"
is 'where no service asks one is let in' "$(outcome)$browser_status" 'page200'
log_in marnys
like 'and who never had one gets one' "$browser_status $(value pairwise-id)" '200 *@skola.example'

# --- where the store is the source of EPPNs -------------------------------------------------------
printf '\n[eppn]\nsource = store\n' >>"$bed_conf"
like 'check says what provisioning needs then' "$("$portvakt" check --config "$bed_conf" --offline)" \
  '*warning*portvakt.conf:*eppn export*'
like 'it is read' "$(hangup)" '*"reloaded"*'
log_in ailpai
like 'who has none in the store has none, and gets a subject-id that is none' \
  "$browser_status $(value eduPersonPrincipalName) $(value subject-id)" \
  "200  $(printf '[a-z2-7]%.0s' {1..32})@skola.example"
log_in marnys
is 'who was known by the EPPN is not made a stranger' "$(refused)" '500 identifier-lost RequestDenied'

# --- nowhere to be read ---------------------------------------------------------------------------
printf '%s\n' "$pairwise" "$library_pairwise" "$eppn" "$other_eppn" S11 S13 >"$work/values"
is 'no value and no person key is in the log' "$(grep -c -w -F -f "$work/values" "$bed/log/portvakt.log")" 0
bed_halt portvakt
mv "$bed/store" "$bed/store.away"
like 'without a store explain says so and goes on' \
  "$("$portvakt" explain --config "$bed_conf" -p $user -s Matteboken -l en 2>&1)" '*as if nobody*let in: *first login*'
is 'also in JSON' "$(bed_explain $user student Matteboken | jq -r '.store + " " + .outcome')" 'absent answered'
tap_done
