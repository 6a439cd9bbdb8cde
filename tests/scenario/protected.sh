#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Protected identity: a marking that comes during a session, what an admin sees, and who may look
# behind it.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
# What the directory says of somebody is used again for two seconds.
up() {
  printf 'rootdn cn=root,dc=skola,dc=example\nrootpw root\n' >"$work/root.conf"
  bed_pki && bed_directory "$work/root.conf" && bed_service_metadata && bed_idp &&
    printf '\n[person]\nmax-age = 2s\n' >>"$bed_conf" && bed_serve
}
_bed_up up
sso=$idp_url/saml/sso authnrequest=$top_builddir/tests/lib/authnrequest
db=$bed/store/portvakt.db

# run COMMAND...: portvakt's answer is in out (with what it says on stderr), its exit code in code.
run() {
  out=$("$portvakt" "$1" --config "$bed_conf" "${@:2}" 2>&1)
  code=$?
}

# account USER: who that is in the ledger: the one who logged in, where the kernel knows.
unset SUDO_UID
account() {
  local uid
  uid=$(cat /proc/self/loginuid 2>/dev/null)
  id -un "$(grep -vx 4294967295 <<<"$uid" | grep . || id -u "$1")"
}

looks() {
  sqlite3 -readonly "$db" "SELECT $1 FROM ledger WHERE outcome = 'looked' ORDER BY id"
}

# --- the marking comes during a session ------------------------------------------------------------
marks() { # LDIF...: changes of the pupil's entry, by the one who may write
  printf 'dn: uid=noabjo,ou=people,dc=skola,dc=example\nchangetype: modify\n%s\n' "$1" |
    LDAPNOINIT=1 ldapmodify -x -H "ldapi://${bed//\//%2F}%2Fldap%2Frun%2Fldapi" \
      -D cn=root,dc=skola,dc=example -w root >/dev/null
}
# given: what a question by session comes to: status, page, attributes.
given() {
  ask --id "_given$RANDOM$RANDOM"
  echo "$browser_status $(_xpath 'string(//h1)') $(attributes)"
}
fresh pupil
ask --id _before
type_in noabjo "$(bed_password noabjo)"
open='200 Välkommen in! eduPersonPrincipalName eduPersonScopedAffiliation '
closed='403 Skolan har inte öppnat den här tjänsten för dig '
is 'a pupil is let in' "$(given)" "$open"
marks $'replace: securityMarking\nsecurityMarking: Sekretessmarkering'
sleep 2.1
is 'marked, and max-age past: nothing leaves by the same session' "$(given)" "$closed"
like 'with the status of everybody outside' "$(response 'string(//*[local-name()="StatusCode"]/*/@Value)')" '*RequestDenied'
is 'nor any value' "$(grep -c 'jntsr7' "$work/response.xml")" 0
marks $'replace: securityMarking\nsecurityMarking: Ingen'
sleep 2.1
is 'no longer marked, the pupil is let in again' "$(given)" "$open"
marks 'delete: securityMarking'
sleep 2.1
is 'without a marking, which is not the same as none' "$(given)" "$closed"
marks $'add: securityMarking\nsecurityMarking: Ingen'
bed_halt slapd
sed -i 's/^access to dn.children=.*/access to attrs=securityMarking\n\tby * none\n&/' "$bed/ldap/slapd.conf"
bed_directory
sleep 2.1
is 'a marking that we may not read counts as protected' "$(given)" "$closed"
bed_halt slapd
sed -i '/^access to attrs=securityMarking/,+1d' "$bed/ldap/slapd.conf"
bed_directory
sleep 2.1
is 'and may be read again' "$(given)" "$open"

# --- let in by a rule that says so -----------------------------------------------------------------
sed -i '/^expect protected everyone/d' "$bed/policy.d/school.policy"
cat >"$bed/policy.d/skyddade.policy" <<'END'
policy 1
release "Skyddade i Matteboken" {
    to      service Matteboken
    for     protected student
    give    eduPersonPrincipalName, displayName, sisSchoolUnitCode unasked, sn unasked, mail
    silent
    approved by two
    because "Matematik även för dem"
}
END
hangup >/dev/null
# as UID COMMAND...: as an administrator who has logged in with that uid and become root.
as() {
  if [ -w /proc/self/loginuid ] && (echo "$1" >/proc/self/loginuid) 2>/dev/null; then
    (echo "$1" >/proc/self/loginuid && exec "${@:2}")
  else
    env SUDO_UID="$1" "${@:2}"
  fi
}
approved() {
  local admin
  for admin in daemon nobody; do
    as "$(id -u $admin)" "$portvakt" policy approve --yes --config "$bed_conf" skyddade.policy \
      'Skyddade i Matteboken' >"$work/approve" 2>&1
  done
  hangup >/dev/null
}
approved
# logged: the last line of the log, what differs between any two visits masked.
logged() {
  tail -n 1 "$bed/log/portvakt.log" |
    jq -c '(.time, .reference, .response_id) |= "#\(length)" | .milliseconds = "#"'
}
for person in saglun noabjo; do
  fresh "$person"
  ask --id _open
  type_in "$person" "$(bed_password "$person")"
  [ $person = noabjo ] || response 'string(.)' >"$work/let-in"
  [ $person = noabjo ] || attributes >"$work/names"
  logged >"$work/log-$person"
done
is 'a rule for protected persons lets them in, with aliases alone' "$(<"$work/names")" \
  'displayName eduPersonPrincipalName sn '
like 'by the name they have outside' "$(<"$work/let-in")" '*Lo Ask*'
is 'and nothing of the real one' "$(grep -ciE 'saga|lundqvist|00001001' "$work/let-in")" 0
is 'the log of it is that of anybody' "$(diff "$work/log-saglun" "$work/log-noabjo")" ''
run explain -p saglun -s Matteboken --json
is 'an ordinary admin sees an ordinary pupil whom no rule is for' \
  "$(jq -c '[.outcome, .reason, ([.attributes[] | select(.rule) | .reason] | unique), ([.attributes[].values[]] | length)]' <<<"$out")" \
  '["refused","refused-no-rule",["not-for-person"],0]'
if [ "$(id -u)" -eq 0 ]; then
  run explain -p saglun -s Matteboken --protected --json -l sv
  is 'the truth has the reason of each' \
    "$(jq -c '[.outcome, (.attributes[] | select(.rule) | .name + " " + .reason + " " + (.values | join(",")))]' <<<"$out")" \
    '["answered","eduPersonPrincipalName given v36zbs@skola.example","eduPersonScopedAffiliation not-for-person ","sisSchoolUnitCode no-alias ","displayName given Lo Ask","sn given Ask","mail no-value "]'
  like 'in words' "$out" '*Personen har skyddade uppgifter och saknar aliasvärde.*'
fi
sed -i 's/^    give .*/    give    pairwise-id unasked/' "$bed/policy.d/skyddade.policy"
approved
fresh saglun
ask --id _pairwise
type_in saglun "$(bed_password saglun)"
is 'an identifier leaves by it' "$(attributes)" 'pairwise-id '
bed_halt portvakt
sqlite3 "$db" 'DELETE FROM identifier'
bed_serve
fresh saglun
ask --id _lost
type_in saglun "$(bed_password saglun)"
is 'which is missed when it is lost' "$(outcome)" identifier-lost
run explain -p saglun -s Matteboken --json
is 'and that does not tell an ordinary admin that it was given' "$(jq -r .reason <<<"$out")" refused-no-rule
run masterdata lint -q --limit 0 --service Matteboken
is 'nor does a lint' "$(grep -c 'identifier of this person' <<<"$out")" 0
looked=$(looks 'count(*)')
rm "$bed/policy.d/skyddade.policy"

# --- an ordinary admin ----------------------------------------------------------------------------
# saglun is protected and noabjo is not; both are pupils of 7B. Seen from outside they differ by name
# and by what the rule for pupils gives; a protected one is a teacher's like of whom no rule is.
sed -i 's/for     student, teacher/for     teacher/; s/^expect student at Matteboken gets .*/expect student at Matteboken is refused/' \
  "$bed/policy.d/school.policy"
hangup >/dev/null
for person in saglun noabjo; do
  run explain -p "$person" -s Matteboken -l en
  echo "$code $out" | sed "s/$person/PUPIL/" >"$work/seen-$person"
done
is 'a protected pupil is explained as any pupil outside the rule' "$(diff "$work/seen-saglun" "$work/seen-noabjo")" ''
for person in saglun noabjo; do
  run explain -p "$person" -s Matteboken --json
  echo "$code $out" | sed "s/$person/PUPIL/" >"$work/seen-$person"
done
is 'in JSON too' "$(diff "$work/seen-saglun" "$work/seen-noabjo")" ''
is 'with the reason of everybody outside' \
  "$(jq -c '[.attributes[] | select(.rule) | .reason] | unique' <<<"$out")" '["not-for-person"]'
is 'and nothing is entered' "$(looks 'count(*)')" "$looked"

# --- the protected-data role ----------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ]; then
  run explain -p saglun -s Matteboken --protected -l en
  like 'root may look, though a portvakt serves' "$code $out" '0 *saglun (student, protected identity)*'
  is 'which is entered, with account and service' "$(looks 'protocol || " " || service || " " || account' | tail -n 1)" \
    "unix $shib_entity $(account root)"
  is 'about that person' "$(looks 'person' | tail -n 1)" \
    "$(printf 'portvakt ledger person 1\0%s\0' "$(bed_person_key saglun)" |
      openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(xxd -p -c 64 "$bed/keys/ledger.key")" | sed 's/.*= //')"
  run explain -p noabjo -s Matteboken --protected -j
  is 'a look at who is not protected is entered just so' "$code $(jq -r .protected <<<"$out") $(looks 'count(*)')" "0 false $((looked + 2))"
  bed_halt portvakt
  mv "$bed/store" "$bed/store-away"
  mkdir -m 700 "$bed/store"
  run explain -p saglun -s Matteboken --protected -l en
  like 'without a store no look' "$code $out" '1 *there is no store yet; start portvakt once*'
  is 'nor one that is made for it' "$(ls -A "$bed/store")" ''
  rmdir "$bed/store"
  mv "$bed/store-away" "$bed/store"

  # as somebody else, with and without the group
  other=www-data group=$(getent group 65534 | cut -d: -f1)
  chown -R "$other" "$bed"/{keys,store,metadata.d} "$bed/ldap/password"
  chmod o+x "$bed" "$bed/ldap"
  other_run() {
    out=$(setpriv --reuid="$other" --regid="$1" --clear-groups "$portvakt" explain --config "$bed_conf" "${@:2}" 2>&1)
    code=$?
  }
  other_run "$other" -p noabjo -s Biblioteket -l en
  like 'whoever runs portvakt may explain' "$code $out" '0 *let in*'
  for person in saglun noabjo nobody-here; do
    other_run "$other" -p "$person" -s Matteboken --protected
    echo "$code $out"
  done | sort -u >"$work/refused"
  is 'without the role everybody is refused in the same words' "$(<"$work/refused")" \
    '1 portvakt: this takes the protected-data role, which only root has until [protected] role-group names a Unix group'
  sed -i "s/^\[policy\]/[protected]\nrole-group = $group\n\n[policy]/" "$bed_conf"
  other_run "$other" -p saglun -s Matteboken --protected
  like 'nor outside the group' "$code $out" "1 *be root or in the group $group"
  is 'and none of it is entered' "$(looks 'count(*)')" $((looked + 2))
  other_run "$group" -p saglun -s Matteboken --protected -l sv
  like 'a member of the group may look' "$code $out" '0 *saglun (elev, skyddade uppgifter)*'
  is 'and is entered by name' "$(looks 'account' | tail -n 1)" "$(account "$other")"
  sed -i 's/^role-group = .*/role-group = no-such-group/' "$bed_conf"
  other_run "$group" -p saglun -s Matteboken --protected
  like 'a group that is not there is told of' "$code $out" '1 *portvakt.conf:*no group called no-such-group'
  # no row, no look
  sed -i '/^role-group = /d' "$bed_conf"
  mv "$bed/store" "$bed/store-away"
  : >"$bed/store"
  run explain -p saglun -s Matteboken --protected -l en
  like 'no row, no look' "$code $(grep -c saglun <<<"$out")" '1 0'
  rm "$bed/store"
  mv "$bed/store-away" "$bed/store"
  chown -R "$(id -un)" "$bed"/{keys,store,metadata.d} "$bed/ldap/password"
fi
tap_done
