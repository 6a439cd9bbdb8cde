#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# An administrator looks at the registry, and defines an attribute of the school's own.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
tap_folder
umask 022

# attributes ARGS...: sets said (both streams) and code.
attributes() {
  code=0
  said=$("$top_builddir/idp/portvakt" attributes "$@" 2>&1) || code=$?
}

attributes --shipped --language sv
is 'what is shipped is listed without a configuration' "$code" 0
like 'in Swedish' "$said" $'*\nmail  *contact  *flera  *e-postadress\n*'
is 'all of it' "$(wc -l <<<"$said")" 63
attributes --shipped --json
is 'JSON tells all of each' "$(jq -c '.[] | select(.name == "sisSchoolUnitCode")' <<<"$said")" \
  "$(printf %s '{"name":"sisSchoolUnitCode","saml":"urn:oid:1.2.752.194.10.2.4",' \
    '"legacy":["urn:mace:dir:attribute-def:sisSchoolUnitCode"],"claim":"sis_school_unit_code",' \
    '"scope":"sis","kind":"school","sensitivity":"personal","must_be_named":false,"scoped":false,' \
    '"single":false,"syntax":"unit-code","forms":["{unit}"],"label":{"sv":"skolenhetskod",' \
    '"en":"school unit code","fi":"kouluyksikkökoodi"},"explanation":{"sv":"En sifferkod som säger' \
    ' vilken skola du går eller jobbar på.","en":"A number that says which school you go to or work' \
    ' at.","fi":"Numerokoodi, joka kertoo, missä koulussa käyt tai työskentelet."},"own":false}')"
is 'with a text in three languages for every one' \
  "$(jq '[.[] | select((.label | length) == 3 and (.explanation | length) == 3)] | length' <<<"$said")" 63
for name in norEduPersonNIN urn:oid:1.3.6.1.4.1.2428.90.1.5 noredu_person_nin; do
  attributes --shipped --language en "$name"
  like "one is found by $name" "$said" $'norEduPersonNIN: personal or interim identity number\n*values *one: nin\n*given *only where a release names it'
done
attributes --shipped givenNam
is 'a name that is none' "$code" 1
is 'is guessed' "$said" "portvakt attributes: no attribute is called 'givenNam'; did you mean 'givenName'?"
attributes --shipped a b
is 'two names are one too many' "$code" 2

# --- the school's own -----------------------------------------------------------------------------
mkdir "$work/attributes.d"
cat >"$work/portvakt.conf" <<'END'
[idp]
base-url = https://idp.skola.example
scopes = skola.example
name-sv = Skolan
name-en = The school
support-email = hjalp@skola.example
[saml]
key = saml.key
certificate = saml.crt
[directory main]
uri = ldapi://%2Frun%2Fslapd
ca = ca.pem
bind-dn = cn=portvakt
password-file = password
base = dc=skola
student = a=student
protected-attribute = none
[ledger]
key = ledger.key
[seal]
key = seal.key
[identifiers]
key = identifiers.key
END
cat >"$work/attributes.d/bibliotek.attributes" <<'END'
[libraryCard]
saml = https://bibblan.example/attribute/card
legacy = urn:bibblan:card
claim = library_card
kind = code
syntax = digits 6
single = yes
label-sv = lånekort

[sisSchoolCourseTeacher]
form = {unit}:{group}
END
attributes --config "$work/portvakt.conf" --language en
is 'what the school defines is listed too' "$code" 0
like 'and marked' "$said" $'*\nlibraryCard *code *one *lånekort \\*\n* defined by the school'
attributes --config "$work/portvakt.conf" --language sv urn:bibblan:card
like 'and told whole' "$said" \
  $'libraryCard: lånekort\n*slag         code (personlig)\n*värden       ett: digits 6\n*definierat   av skolan'
attributes --config "$work/portvakt.conf" sisSchoolCourseTeacher
like 'groups are written as this school does' "$said" $'*\n  forms *{unit}:{group}\n*'

for guide in guide.md handbok.md; do
  sed -n '/^    \[lanekort\]$/,/^$/s/^    //p' "$top_srcdir/doc/$guide" >"$work/attributes.d/$guide.attributes"
  attributes --config "$work/portvakt.conf" --language sv lanekort
  like "$guide shows one that is right" "$code $said" '0 lanekort: lånekort*code*ett: digits 6*av skolan'
  rm "$work/attributes.d/$guide.attributes"
done
cat >"$work/attributes.d/fel.attributes" <<'END'
[epost]
saml = urn:x:epost
claim = email
END
attributes --config "$work/portvakt.conf"
is 'what would pass for another is refused' "$code" 1
like 'with the line' "$said" \
  "portvakt: fel.attributes:3:1: email would pass epost off as mail; take another name"
code=0
said=$("$top_builddir/idp/portvakt" check --config "$work/portvakt.conf" --offline 2>&1) || code=$?
is 'and stops the load' "$code" 1
rm "$work/attributes.d/fel.attributes"
chmod 666 "$work/attributes.d/bibliotek.attributes"
attributes --config "$work/portvakt.conf"
like 'so does a file that others can write' "$said" '*chmod*'
tap_done
