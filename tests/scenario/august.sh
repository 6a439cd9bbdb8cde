#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# August: the school's directory is made anew from the school system. 2,000 pupils have logged in at
# two services; their entries are deleted and made again, with new entryUUIDs and the person ids they
# had; they all log in again and are the same people to both. Then 100 get new person ids too: nobody
# can know that they are the same, so they are refused until an administrator says so.
#   AUGUST_PUPILS=N           another number of pupils (a build with sanitizers has 400)
set -u
# shellcheck source=tests/lib/load.sh
. "${top_srcdir:?}/tests/lib/load.sh"
# A build that looks for mistakes is slow.
pupils=2000
if ldd "$top_builddir/idp/portvakt" | grep -qE "lib(asan|tsan)"; then pupils=400; fi
pupils=${AUGUST_PUPILS:-$pupils}
moved=$((pupils / 20))
people=ou=people,dc=skola,dc=example

# manage TOOL ARGS...: as the school system's account, which may write.
manage() {
  LDAPNOINIT=1 "$1" -x -H "ldapi://${bed//\//%2F}%2Fldap%2Frun%2Fldapi" -D cn=admin,dc=skola,dc=example \
    -w offentligt "${@:2}"
}
uuids() {
  manage ldapsearch -LLL -o ldif-wrap=no -b "$people" '(uid=aug*)' entryUUID | sed -n 's/^entryUUID: //p' | sort
}

up() {
  # each is known to the school system by a person id
  "$top_srcdir/tests/bench/pupils" aug "$pupils" ssha >"$work/pupils.ldif"
  # In the place of the rules of the sample school, which stand after these lines.
  printf 'rootdn cn=admin,dc=skola,dc=example\nrootpw offentligt\nsizelimit unlimited\n' >"$work/admin.conf"
  bed_pki && bed_directory "$work/pupils.ldif" "$work/admin.conf" && bed_service_metadata && bed_idp &&
    rm "$bed"/keys/saml.{key,crt} && sed -i '/^tls-/d' "$bed_conf" &&
    _setup keys new --config "$bed_conf" --type rsa-2048 saml || return 1
  cat >"$bed/policy.d/august.policy" <<'END'
policy 1
service Matteboken { subject pairwise; asks subject-id }
service Biblioteket { asks pairwise-id, subject-id }
release "Alla namn" {
    to service Matteboken or Biblioteket; for student, staff; silent
    give eduPersonPrincipalName, pairwise-id, subject-id
    because "Samma elev efter sommaren"; basis "6.1 e"
}
END
  sed -i '/^expect .* gets eduPerson/d' "$bed/policy.d/school.policy"
  load_serve
}
_bed_up up

seq -f 'aug%05g:katten-sover-gott' "$pupils" >"$work/users"
# everyone NAME [OPTION...]: all log in at Matteboken and go on to Biblioteket; what each was told
# stands in $work/NAME. Requests are good for eight minutes.
everyone() {
  local name=$1
  shift
  "$top_builddir/tests/lib/authnrequest" --id _first | sed 's|^|/saml/sso?|' >"$work/first"
  "$top_builddir/tests/lib/authnrequest" --id _second --issuer "$mellon_entity" --destination "$idp_url/saml/sso" \
    --sign "$bed/sp/mellon.key" | sed 's|^|/saml/sso?|' >"$work/second"
  rm -f "$work/values"
  "$top_builddir/tests/bench/load" -c "127.0.0.1:$idp_port" -H "$idp_host" -S -t "$work/first" -N "$work/second" \
    -l "$work/users" -n "$(wc -l <"$work/users")" -p 16 -T 120 -V "$work/values" "$@" >"$work/$name.figures"
  sort "$work/values" >"$work/$name" 2>/dev/null
}
# ended NAME: how many visits have ended so, by outcome or fault. The log keeps silent about some.
ended() {
  curl -sS "http://127.0.0.1:$health_port/metrics" |
    awk -v name="outcome=\"$1\"" '/^portvakt_visits_total/ && index($0, name) { sum += $2 } END { print sum + 0 }'
}
names() {
  grep -o "$1=[^	]*" "$work/before" | sort -u | wc -l
}

# --- before the summer ----------------------------------------------------------------------------
everyone before
is "$pupils pupils log in, each at two services" "$(wc -l <"$work/before") $(figure failed "$work/before.figures")" \
  "$((2 * pupils)) 0"
is 'each has an EPPN' "$(names eduPersonPrincipalName)" "$pupils"
is 'one subject-id for both' "$(names subject-id)" "$pupils"
is 'a pairwise-id at one' "$(names pairwise-id)" "$pupils"
is 'and another, as NameID, at the other' "$(grep 'shibboleth' "$work/before" | grep -o 'NameID=[^	]*@skola.example' | sort -u | wc -l)" "$pupils"
is 'which nobody has in common' \
  "$(grep -oE '(NameID|pairwise-id)=[a-z2-7]{32}@' "$work/before" | cut -d = -f 2 | sort | uniq -d | wc -l)" 0
uuids >"$work/uuids.before"

# --- the import -----------------------------------------------------------------------------------
sed -n 's/^dn: //p' "$work/pupils.ldif" >"$work/dns"
ok 'all entries are deleted' manage ldapdelete -f "$work/dns"
is 'there is nobody left' "$(uuids | wc -l)" 0
ok 'and made again' manage ldapadd -f "$work/pupils.ldif"
uuids >"$work/uuids.after"
is 'with new entryUUIDs, all of them' \
  "$(wc -l <"$work/uuids.after") $(comm -12 "$work/uuids.before" "$work/uuids.after" | wc -l)" "$pupils 0"
everyone after
is 'everyone logs in again' "$(wc -l <"$work/after") $(figure failed "$work/after.figures")" "$((2 * pupils)) 0"
# The NameIDs of Biblioteket are transient.
lasting() { sed '/mellon/s/NameID=[^	]*//' "$1"; }
is 'and is told of with the same EPPN, pairwise-id, subject-id and NameID' \
  "$(diff <(lasting "$work/before") <(lasting "$work/after") | grep -c '^[<>]')" 0
is 'nobody was refused' "$(ended login) $(ended sso) $(curl -sS "http://127.0.0.1:$health_port/metrics" |
  awk '/^portvakt_faults_total/ { sum += $2 } END { print sum + 0 }')" "$((2 * pupils)) $((2 * pupils)) 0"

# --- new person ids -------------------------------------------------------------------------------
head -n "$moved" "$work/users" >"$work/moved" && mv "$work/moved" "$work/users"
while IFS=: read -r user _; do
  printf 'dn: uid=%s,%s\nchangetype: modify\nreplace: portvaktPersonId\nportvaktPersonId: new-%s\n\n' "$user" "$people" "$user"
done <"$work/users" >"$work/modify.ldif"
ok "$moved get new person ids" manage ldapmodify -f "$work/modify.ldif"
everyone refused 2>/dev/null
is 'they are refused: their EPPNs are of people with other ids' \
  "$(figure "done" "$work/refused.figures") $(figure failed "$work/refused.figures") $(ended eppn-taken)" \
  "0 $moved $moved"
{
  echo eppn,login
  while IFS=: read -r user _; do echo "$user@skola.example,$user"; done <"$work/users"
} >"$work/same.csv"
ok 'an administrator says that they are the same' \
  "$portvakt" eppn adopt --config "$bed_conf" --yes --csv "$work/same.csv"
everyone adopted
is 'then they log in' "$(wc -l <"$work/adopted") $(figure failed "$work/adopted.figures")" "$((2 * moved)) 0"
is 'and are who they were' \
  "$(comm -23 <(lasting "$work/adopted" | sort) <(lasting "$work/before" | sort) | wc -l)" 0
ok 'no name is in the log' bash -c "! grep -qE '[a-z2-7]{32}@skola|aug[0-9]{5}@' '$bed/log/portvakt.log'"
echo "# $(cat "$work"/{before,after}.figures | jq -c '{done, seconds, per_second}' | paste -sd ' ')"
tap_done
