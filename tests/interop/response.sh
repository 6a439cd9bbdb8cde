#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The Response itself, as a real service got it: what mellon and Shibboleth would let pass and a
# stricter one would not is looked at here (saml2int; SAML profiles 4.1.4).
set -euo pipefail
: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"
bed_test

value() { xmllint --xpath "string($1)" "$browser_response" 2>/dev/null; }
count() { xmllint --xpath "count($1)" "$browser_response" 2>/dev/null; }
seconds() { date -u -d "$1" +%s; }
element() { echo "//*[local-name()='$1']"; }

# signed WHAT XPATH ID-ATTRIBUTE-OF: that signature verifies with the certificate in our metadata.
signed() {
  xmlsec1 --verify --enabled-key-data rsa --pubkey-cert-pem "$bed/keys/saml.crt" \
    --id-attr:ID "$2" --node-xpath "$1/*[local-name()='Signature']" "$browser_response"
}
protocol=urn:oasis:names:tc:SAML:2.0:protocol
assertion=urn:oasis:names:tc:SAML:2.0:assertion

command -v xmlsec1 >/dev/null || tap_skip_all 'no xmlsec1 here'

for service in mellon shib; do
  url=${service}_url entity=${service}_entity
  browser_open "$work/$service" "$bed_ca"
  browser_get "${!url}/hemma"
  browser_login noabjo "$(bed_password noabjo)"
  like "$service: logged in" "$browser_url" "${!url}/hemma*"
  acs=$(xmllint --xpath "string(//*[local-name()='AssertionConsumerService']/@Location)" \
    "$bed/sp/$service-metadata.xml")

  ok 'the Response is signed' signed /*[1] "$protocol:Response"
  ok 'the assertion is signed' signed "$(element Assertion)" "$assertion:Assertion"
  is 'there are two signatures' "$(count "$(element Signature)")" 2
  is 'each RSA with SHA-256' \
    "$(count "$(element SignatureMethod)[@Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256']")" 2
  is 'over a SHA-256 digest' \
    "$(count "$(element DigestMethod)[@Algorithm='http://www.w3.org/2001/04/xmlenc#sha256']")" 2
  is 'of the element it stands in' \
    "$(count "$(element Reference)[@URI=concat('#',../../../@ID)]")" 2

  is 'there is one assertion' "$(count "$(element Assertion)")" 1
  is 'with one AuthnStatement' "$(count "$(element AuthnStatement)")" 1
  is 'status Success' "$(value "$(element StatusCode)/@Value")" urn:oasis:names:tc:SAML:2.0:status:Success
  is 'Destination is the ACS' "$(value '/*/@Destination')" "$acs"
  is 'Recipient is the ACS' "$(value "$(element SubjectConfirmationData)/@Recipient")" "$acs"
  is 'Audience is the service' "$(value "$(element Audience)")" "${!entity}"
  is 'and nobody else' "$(count "$(element Audience)")" 1
  is 'both Issuers are our entityID' "$(count "$(element Issuer)[.='$idp_entity']")" 2
  like 'InResponseTo names the request' "$(value '/*/@InResponseTo')" '_*'
  is 'in the confirmation too' "$(value "$(element SubjectConfirmationData)/@InResponseTo")" \
    "$(value '/*/@InResponseTo')"
  is 'the confirmation has no NotBefore' "$(value "$(element SubjectConfirmationData)/@NotBefore")" ''
  life=$(($(seconds "$(value "$(element SubjectConfirmationData)/@NotOnOrAfter")") - \
    $(seconds "$(value '/*/@IssueInstant')")))
  ok "it is good for a few minutes ($life s)" [ "$life" -ge 60 -a "$life" -le 300 ]

  is 'the NameID is transient' "$(value "$(element NameID)/@Format")" \
    urn:oasis:names:tc:SAML:2.0:nameid-format:transient
  ok 'of 128 bits or more' [ "$(value "$(element NameID)" | wc -c)" -ge 22 ]
  is 'every attribute has NameFormat uri' \
    "$(count "$(element Attribute)[@NameFormat!='urn:oasis:names:tc:SAML:2.0:attrname-format:uri' or not(@NameFormat)]")" 0
  is 'and a FriendlyName' "$(count "$(element Attribute)[not(@FriendlyName)]")" 0
  is 'the login was by password over TLS' "$(value "$(element AuthnContextClassRef)")" \
    urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport
  is 'IDs differ' "$(value "$(element Assertion)/@ID" | grep -cxF "$(value '/*/@ID')")" 0
done
tap_done
