#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A service that no rule lets in, and one that a rule lets in and tells nothing, which is what SWAMID's
# release check means by "noec": whatever a service asks for, it gets a transient NameID and no
# attributes. At a running portvakt with a real directory.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
pupil=noabjo
transient=urn:oasis:names:tc:SAML:2.0:nameid-format:transient

# metadata ENTITYID: of a service that asks for all it can think of, and has no entity category.
metadata() {
  cat <<END
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="$1"
    xmlns:attr="urn:oasis:names:tc:SAML:metadata:attribute"
    xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
  <Extensions><attr:EntityAttributes>
    <saml:Attribute Name="urn:oasis:names:tc:SAML:profiles:subject-id:req"
        NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">
      <saml:AttributeValue>any</saml:AttributeValue></saml:Attribute>
  </attr:EntityAttributes></Extensions>
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <AssertionConsumerService index="0" Location="$1/acs"
        Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
    <AttributeConsumingService index="0"><ServiceName xml:lang="sv">Frågvis</ServiceName>
      <RequestedAttribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.6" isRequired="true"/>
      <RequestedAttribute Name="urn:oid:0.9.2342.19200300.100.1.3" isRequired="true"/>
      <RequestedAttribute Name="urn:oid:1.3.6.1.4.1.2428.90.1.5" isRequired="true"/>
      <RequestedAttribute Name="urn:oid:2.16.840.1.113730.3.1.241" isRequired="true"/>
      <RequestedAttribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.9" isRequired="true"/>
    </AttributeConsumingService>
  </SPSSODescriptor>
</EntityDescriptor>
END
}
for name in noec unlisted; do
  metadata "https://$name.example" | "$portvakt" metadata add - --config "$bed_conf" --because 'a test' >"$work/add"
done
cat >"$bed/policy.d/noec.policy" <<'END'
policy 1
service Noec is "https://noec.example"
release "Bara inloggning" {
    to service Noec; for student, staff; give login; silent
    because "Test av inloggning"; basis "6.1 e"
}
expect student at Noec gets login
END
hangup >"$work/reload"

# visit NAME LOGIN: a new browser asks from that service.
visit() {
  fresh "$1-$2"
  ask --issuer "https://$1.example" --id "_$tap_count"
  type_in "$2" "$(bed_password "$2")"
}
# names: format and value of the NameID.
names() {
  response "concat(//*[local-name()='NameID']/@Format, ' ', //*[local-name()='NameID'])"
}
rows() {
  sqlite3 -readonly "$bed/store/portvakt.db" \
    "SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM ledger_given)"
}

# --- no rule --------------------------------------------------------------------------------------
before=$(rows)
visit unlisted "$pupil"
is 'a service that no rule lets in is refused' "$browser_status $(outcome)" '403 not-open'
is 'since there is no rule' "$(tail -n 1 "$bed/log/portvakt.log" | jq -r .error)" refused-no-rule
like 'in plain words' "$(browser_text)" '*Skolan har inte öppnat den här tjänsten för dig*'
is 'it may be told, and of nobody' \
  "$(response "concat(/*/*[local-name()='Status']/*/@Value, ' ', /*/*/*/*/@Value)") $(response "count(//*[local-name()='Assertion'])")" \
  'urn:oasis:names:tc:SAML:2.0:status:Responder urn:oasis:names:tc:SAML:2.0:status:RequestDenied 0'
is 'nothing is entered, since nothing left' "$(rows)" "$before"
ask --issuer https://unlisted.example --passive true
like 'IsPassive gets no page' "$(response "string(//*[local-name()='StatusCode']/*/@Value)")" '*NoPassive'
fresh
ask --issuer https://nobody.example
is 'a service that nobody knows gets no answer at all' \
  "$browser_status $(outcome) $(response 'count(/*)')" '400 saml-unknown-service '

# --- login and nothing else -----------------------------------------------------------------------
visit noec "$pupil"
first=$(names)
like 'a rule that gives only login lets in with a transient NameID' "$browser_status $first" \
  "200 $transient _*"
is 'and no attributes, whatever is asked for' \
  "$(response "count(//*[local-name()='AttributeStatement' or local-name()='Attribute'])")" 0
is 'the answer is a whole one' \
  "$(response "concat(count(//*[local-name()='Assertion']), count(//*[local-name()='AuthnStatement']))")" 11
ok 'the value says nothing' bash -c "! grep -qF -e '$pupil' -e jntsr7 <<<'$first'"
after=$(rows)
is 'the ledger has the answer, and no attribute' "$after" "$((${before%|*} + 1))|${before#*|}"
ask --issuer https://noec.example
second=$(names)
like 'the same person again' "$second" "$transient _*"
ok 'is another name' test "$first" != "$second"
visit noec asajon
like 'and so is somebody else' "$(names)" "$transient _*"
ok 'by yet another' test "$(names)" != "$first" -a "$(names)" != "$second"
ask --issuer https://noec.example --format urn:oasis:names:tc:SAML:2.0:nameid-format:persistent
like 'a persistent name, if asked for, is not made up' \
  "$(response "string(//*[local-name()='StatusCode']/*/@Value)") $(response "count(//*[local-name()='Assertion'])")" \
  'urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy 0'
out=$("$portvakt" explain --config "$bed_conf" -p "$pupil" -s Noec -j)
is 'explain says the same: let in, and told nothing' \
  "$(jq -c '[.outcome, .subject.attribute, ([.attributes[].values[]] | length), ([.attributes[].reason] | unique)]' <<<"$out")" \
  '["answered","transient",0,["no-rule"]]'
tap_done
