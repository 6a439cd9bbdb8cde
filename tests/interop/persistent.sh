#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A persistent NameID at mod_auth_mellon and mod_shib: each knows a person by a name of its own, again
# when the person comes again; and what a service says of NameIDs in its request is kept to.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"
bed_test_open
persistent=urn:oasis:names:tc:SAML:2.0:nameid-format:persistent

policy() {
  cat >"$bed/policy.d/persistent.policy" <<'END'
policy 1
service Matteboken { subject pairwise }
service Biblioteket { subject pairwise also attribute }
release "Namn" {
    to service Matteboken or Biblioteket; for student, staff; give pairwise-id; silent
    because "Samma elev varje gång"; basis "6.1 e"
}
END
  # The expectations of the demo are exact, and this gives more.
  sed -i '/^expect .* gets eduPerson/d' "$bed/policy.d/school.policy"
}
# mellon asks for the first format that its metadata names.
both() {
  sed -i "s|<NameIDFormat>[^<]*|<NameIDFormat>$persistent|" "$bed/sp/mellon-metadata.xml"
}
if ! { bed_pki && bed_directory && bed_service_metadata && both && bed_idp && policy && bed_serve && bed_services; }; then
  echo 'Bail out! the installation did not start'
  exit 1
fi

# visit BROWSER URL LOGIN: logs in there in a new browser; leaves the Response.
visit() {
  browser_open "$work/$1" "$bed_ca"
  browser_get "$2/hemma"
  browser_login "$3" "$(bed_password "$3")"
  browser_get "$2/hemma?plain"
  cp "$browser_page" "$work/held"
}
value() { xmllint --xpath "string($1)" "$browser_response" 2>/dev/null; }
count() { xmllint --xpath "count($1)" "$browser_response" 2>/dev/null; }
name_id="//*[local-name()='NameID']"
pairwise="//*[@Name='urn:oasis:names:tc:SAML:attribute:pairwise-id']"
held() { sed -n "s/^$1=//p" "$work/held"; }

# --- mod_shib -------------------------------------------------------------------------------------
visit one "$shib_url" noabjo
first=$(value "$name_id")
like 'mod_shib gets 160 bits in base32, under our domain' "$first" '????????????????????????????????@skola.example'
ok 'in lower case, so that no two differ in case alone' bash -c "[[ '${first%@*}' != *[!a-z2-7]* ]]"
is 'as a persistent NameID' "$(value "$name_id/@Format")" "$persistent"
is 'of ours, for it' "$(value "$name_id/@NameQualifier") $(value "$name_id/@SPNameQualifier")" \
  "$idp_entity $shib_entity"
is 'and not as an attribute too' "$(count "$pairwise")" 0
is 'mod_shib takes it, qualifiers and all' "$(held persistent_id)" "$idp_entity!$shib_entity!$first"
ok 'Response, explain, ledger and mod_shib agree' \
  bed_agree noabjo student "$shib_entity" "$browser_response" "$work/held"
out=$("$portvakt" explain --config "$bed_conf" -p noabjo -s Matteboken -l en)
like 'explain tells of the NameID, and of the rule that gives it' "$out" \
  "*
NameID: pairwise-id, $persistent
*pairwise-id*= $first
      Given by \"Namn\" as the login name (NameID/sub).*persistent.policy:4*"
out=$("$portvakt" explain --config "$bed_conf" -p noabjo -s Matteboken -l sv)
like 'in Swedish too' "$out" '*Lämnas ut enligt "Namn" som inloggningsidentitet (NameID/sub).*'
browser_get "$mellon_url/hemma"
browser_login noabjo 'no password is asked for'
other=$(value "$name_id")
visit two "$shib_url" noabjo
is 'who comes again, in another browser, has the same name' "$(value "$name_id")" "$first"
visit three "$shib_url" alvlin
ok 'somebody else has another' [ "$(value "$name_id")" != "$first" ]

# --- mod_auth_mellon ------------------------------------------------------------------------------
visit four "$mellon_url" noabjo
is 'mod_auth_mellon asks for a persistent NameID and gets one' "$(value "$name_id/@Format")" "$persistent"
is 'it is the same as before' "$(value "$name_id")" "$other"
ok "and not mod_shib's" [ "$other" != "$first" ]
is 'it is an attribute too, as the policy says' "$(value "$pairwise/*")" "$other"
is 'mod_auth_mellon holds it' "$(held MELLON_NAME_ID) $(held pairwise_id)" "$other $other"
ok 'Response, explain, ledger and mod_auth_mellon agree' \
  bed_agree noabjo student "$mellon_entity" "$browser_response" "$work/held"

# --- what is agreed on can fail -------------------------------------------------------------------
sed "s|>$first<|>a$first<|" "$work/two/response.xml" >"$work/changed.xml"
# differs RESPONSE: it was compared, and found to be something else.
differs() {
  local out
  if out=$(bed_agree noabjo student "$shib_entity" "$1" "$work/held.shib" 2>&1); then return 1; fi
  echo "$out"
  [[ $out == *'  They do not agree.' ]]
}
printf 'persistent_id=a!b!%s\n' "$first" >"$work/held.shib"
ok 'another NameID would have been noticed' differs "$work/changed.xml"
sed "s|$persistent|${persistent%persistent}transient|" "$work/two/response.xml" >"$work/changed.xml"
ok 'and a transient one' differs "$work/changed.xml"

# --- what a request may say -----------------------------------------------------------------------
authnrequest=$top_builddir/tests/lib/authnrequest
# asks LOGIN POLICY: a request with that NameIDPolicy, and the login if it is asked for; the status.
asks() {
  browser_open "$work/asks" "$bed_ca"
  browser_get "$idp_url/saml/sso?$("$authnrequest" --inside "<samlp:NameIDPolicy $2/>")"
  if browser_form ".//input[@type='password']"; then
    browser_fill "$(form_field text)" "$1"
    browser_fill "$(form_field password)" "$(bed_password "$1")"
    browser_send
  fi
  _xpath "string(//input[@name='SAMLResponse']/@value)" | base64 -d >"$browser_response"
  value "(//*[local-name()='StatusCode'])[last()]/@Value" | sed 's/.*://'
}
rows() { sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM identifier'; }
before=$(rows)
is 'a name that would have to be made is not, where AllowCreate is false' \
  "$(asks asajon "Format='$persistent' AllowCreate='false'")" InvalidNameIDPolicy
is 'nor where it is left out, which means the same' "$(asks asajon "Format='$persistent'")" InvalidNameIDPolicy
is 'and none was made' "$(rows)" "$before"
is 'where it is true, it is made' "$(asks asajon "AllowCreate='true' Format='$persistent'")" Success
ok 'and stored' [ "$(rows)" -gt "$before" ]
made=$(value "$name_id")
is 'and then given without leave too' "$(asks asajon "Format='$persistent'")" Success
is 'the same' "$(value "$name_id")" "$made"
is 'who asks for none in particular gets it' \
  "$(asks asajon "AllowCreate='1'") $(value "$name_id")" "Success $made"
is 'who asks for a transient one gets none' \
  "$(asks asajon "Format='${persistent%persistent}transient' AllowCreate='1'")" InvalidNameIDPolicy
tap_done
