#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Real service providers: mod_auth_mellon and mod_shib behind a real Apache. They take our metadata
# as it is, people log in there, and what a service holds afterwards is what the policy gives.
set -euo pipefail
: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"
bed_test

# visit NAME URL LOGIN [ROLE]: a new browser logs in there; leaves the page it comes to.
visit() {
  browser_open "$work/$1" "$bed_ca"
  browser_get "$2/hemma"
  browser_login "$3" "$(bed_password "$3")" "${4:-}"
}

# inside URL: the browser stands on the protected page of that service.
inside() {
  [ "$browser_status" = 200 ] && [[ $browser_url == "$1/hemma"* ]] && grep -q 'id="inne"' "$browser_page"
}

# holds: "NAME=VALUE;VALUE" lines of all attributes the service's page has; all of it sorted, since
# a directory keeps no order of values.
holds() {
  local line
  browser_get "${browser_url%%\?*}?plain"
  grep -E "^($(cut -f 1 "$bed/sp/names" | tr - _ | paste -sd '|'))=" "$browser_page" | LC_ALL=C sort |
    while IFS= read -r line; do
      echo "${line%%=*}=$(tr ';' '\n' <<<"${line#*=}" | LC_ALL=C sort | paste -sd ';')"
    done
}

# agrees LOGIN ROLE SERVICE: Response, explain, ledger and the service's page say the same.
agrees() {
  browser_get "${browser_url%%\?*}?plain"
  cp "$browser_page" "$work/held"
  bed_agree "$1" "$2" "$3" "$browser_response" "$work/held"
}

status_code() {
  xmllint --xpath "string((//*[local-name()='StatusCode'])[$1]/@Value)" "$browser_response" 2>/dev/null
}

# --- a pupil ---
visit shib "$shib_url" noabjo
ok 'a pupil logs in at mod_shib' inside "$shib_url"
is 'mod_shib holds EPPN and scoped affiliation and nothing else' "$(holds)" \
  'eduPersonPrincipalName=jntsr7@skola.example
eduPersonScopedAffiliation=member@skola.example;student@skola.example'
ok 'Response, explain, ledger and mod_shib agree' agrees noabjo student "$shib_entity"

first=$(xmllint --xpath "string(//*[local-name()='NameID'])" "$browser_response")
instant=$(xmllint --xpath "string(//*[local-name()='AuthnStatement']/@AuthnInstant)" "$browser_response")

browser_get "$mellon_url/hemma"
browser_login noabjo 'no password is asked for'
ok 'with the session, mod_auth_mellon needs no password' inside "$mellon_url"
is 'mod_auth_mellon holds EPPN, name and school unit and nothing else' "$(holds)" \
  'displayName=Noa Björklund
eduPersonPrincipalName=jntsr7@skola.example
sisSchoolUnitCode=00001001'
ok 'Response, explain, ledger and mod_auth_mellon agree' agrees noabjo student "$mellon_entity"
second=$(xmllint --xpath "string(//*[local-name()='NameID'])" "$browser_response")
ok 'the two services got different NameIDs' [ "$first" != "$second" ]
is 'and the same AuthnInstant' \
  "$(xmllint --xpath "string(//*[local-name()='AuthnStatement']/@AuthnInstant)" "$browser_response")" "$instant"

visit mellon "$mellon_url" alvlin
ok 'a pupil logs in at mod_auth_mellon' inside "$mellon_url"

# --- others ---
visit teacher "$shib_url" asajon
ok 'a teacher logs in at mod_shib' inside "$shib_url"
is 'with the affiliations of staff' "$(holds)" \
  'eduPersonPrincipalName=rmt4d6@skola.example
eduPersonScopedAffiliation=employee@skola.example;faculty@skola.example;member@skola.example'

visit both "$mellon_url" noohad staff
ok 'who is both pupil and staff goes on as staff' inside "$mellon_url"
like 'with the EPPN of staff' "$(holds)" '*eduPersonPrincipalName=ppp35t@skola.example*'
visit both "$mellon_url" noohad student
like 'and as a pupil with that of a pupil' "$(holds)" '*eduPersonPrincipalName=q6nfgx@skola.example*'

visit names "$mellon_url" omamah
like 'a name in Arabic arrives whole' "$(holds)" '*displayName=عمر محمود*'
visit names "$mellon_url" sofoco
like 'and one with an apostrophe' "$(holds)" "*displayName=Sofia O*Connor*"

# --- refused ---
for service in mellon shib; do
  url=${service}_url
  visit "refused-$service" "${!url}" saglun
  is "a pupil with protected identity is refused at $service" "$browser_status" 403
  like 'on a page of ours' "$browser_url" "$idp_url/*"
  protected=$(browser_text)
  browser_form ".//input[@name='SAMLResponse']" && browser_send
  is 'its button takes RequestDenied to the service' "$(status_code 1) $(status_code 2)" \
    'urn:oasis:names:tc:SAML:2.0:status:Responder urn:oasis:names:tc:SAML:2.0:status:RequestDenied'
  is 'without an assertion' \
    "$(xmllint --xpath "count(//*[local-name()='Assertion'])" "$browser_response")" 0
  ok 'and the service lets nobody in' bash -c "! grep -q 'id=\"inne\"' '$browser_page'"
  # References differ from page to page.
  strip() { sed -E 's/[0-9A-Z]{10}//g'; }
  if [ "$service" = shib ]; then
    visit ordinary "$shib_url" evalun
    is 'the page is the one that anybody outside the rule meets' \
      "$(strip <<<"$protected")" "$(browser_text | strip)"
  fi
done

# --- what a service may ask for ---
visit force "$shib_url" noabjo
before=$(xmllint --xpath "string(//*[local-name()='AuthnStatement']/@AuthnInstant)" "$browser_response")
sleep 1
browser_get "$shib_url/Shibboleth.sso/Login?forceAuthn=true&target=$shib_url/hemma"
ok 'ForceAuthn shows the login page in spite of the session' browser_form ".//input[@type='password']"
browser_login noabjo "$(bed_password noabjo)"
ok 'and goes on' inside "$shib_url"
ok 'with a fresh AuthnInstant' \
  [ "$(xmllint --xpath "string(//*[local-name()='AuthnStatement']/@AuthnInstant)" "$browser_response")" \
    \> "$before" ]

browser_open "$work/passive" "$bed_ca"
browser_get "$mellon_url/mellon/login?IsPassive=true&ReturnTo=$mellon_url/hemma"
browser_login '' ''
is 'IsPassive without a session: NoPassive' "$(status_code 2)" \
  urn:oasis:names:tc:SAML:2.0:status:NoPassive
visit passive "$mellon_url" noabjo
browser_get "$shib_url/Shibboleth.sso/Login?isPassive=true&target=$shib_url/hemma"
browser_login '' ''
ok 'IsPassive with a session lets in' inside "$shib_url"

# --- nothing is written elsewhere ---
like 'shibd logs in the folder from its first line on' "$(head -n 1 "$bed/sp/run/shibd.log")" \
  '*library initialization*'
is 'no daemon writes where packages do' "$(
  for name in portvakt shibd apache; do
    pid=$(cat "$bed/run/$name.pid")
    for fd in "/proc/$pid/fd"/*; do
      file=$(readlink "$fd") || continue
      # the last digits of the flags: 1 or 2 is for writing
      grep -qE '^flags:.*[12]$' "/proc/$pid/fdinfo/${fd##*/}" || continue
      case $file in "$bed"/*) ;; /var/* | /etc/* | /run/*) echo "$name: $file" ;; esac
    done
  done)" ''

# --- our metadata ---
ok 'our metadata is XML' xmllint --noout "$bed/sp/idp-metadata.xml"
is 'with the scope' "$(xmllint --xpath "string(//*[local-name()='Scope'])" "$bed/sp/idp-metadata.xml")" \
  skola.example
tap_done
