#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Rules that speak of years, school units, groups and levels, and of what the school defines, with a
# real directory.
set -u
# shellcheck source=tests/lib/bed.sh
. "${top_srcdir:?}/tests/lib/bed.sh"
bed_test_open
if ! { bed_pki && bed_directory && bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
umask 022
more=$(dirname "$bed_conf")/conf.d/standing.conf
mkdir -p "$(dirname "$more")"
cat >"$more" <<'END'
[group chefer]
filter = (|(uid=evalun)(uid=asajon))
[group elever]
filter = (eduPersonAffiliation=student)
role = staff
[level eid2]
includes = password
[attributes]
libraryCard = uid
END
folder=$(dirname "$bed_conf")/attributes.d
mkdir -p "$folder"
cat >"$folder/bibliotek.attributes" <<'END'
[libraryCard]
saml = https://bibblan.example/attribute/card
legacy = urn:bibblan:kort
claim = library_card
kind = code
label-sv = lånekort
END
sed 's/Name="shoeSize"/Name="urn:bibblan:kort"/' "$top_srcdir/tests/fuzz/corpus/entity/honest-whole" \
  >"$bed/metadata.d/bibblan.xml"
rm "$bed"/policy.d/*.policy
cat >"$bed/policy.d/standing.policy" <<'END'
policy 1
service Bok is "https://mellon.localhost/mellon" {
    asks uid, displayName, sisSchoolUnitCode, libraryCard, eduPersonPrincipalName, sn, givenName
}
release "Åk 7-9" { to service Bok; for student in grade 7-9; give uid; silent; because "x" }
release "Gymnasiet" { to service Bok; for student in gymnasium 1; give displayName; silent; because "x" }
release "Björkbacken" { to service Bok; for everyone at unit "00001001"; give sisSchoolUnitCode; silent; because "x" }
release "Chefer" { to service Bok; for staff in group chefer; give sn; silent; because "x" }
release "Elever som personal" { to service Bok; for everyone in group elever; give givenName; silent; because "x" }
release "Kort" { to service Bok; for student; give libraryCard; silent; because "x" }
release "Bibblan" { to service "https://sp.example/md"; for student; give requested; silent; because "x" }
release "E-legitimation" { to service Bok; for staff; give eduPersonPrincipalName; demand eid2; silent; because "x" }
END

# given PERSON [ROLE]: what is given, and of the others the reason.
given() {
  "$portvakt" explain --config "$bed_conf" -p "$1" -s Bok ${2:+-r "$2"} --json 2>/dev/null |
    jq -r '[.attributes[] | select(.values | length > 0) | .name + "=" + .values[0]] | sort | join(" ")'
}
reason() {
  "$portvakt" explain --config "$bed_conf" -p "$1" -s Bok ${3:+-r "$3"} --json 2>/dev/null |
    jq -r --arg name "$2" '.attributes[] | select(.name == $name).reason'
}
said=$("$portvakt" check --config "$bed_conf" 2>&1)
is 'all of it can be checked' "$(grep '^wrong' <<<"$said")" ''
is 'a pupil of year 7' "$(given noabjo)" 'libraryCard=noabjo sisSchoolUnitCode=00001001 uid=noabjo'
is 'a pupil of year 1 of the compulsory school' "$(given alvlin)" \
  'libraryCard=alvlin sisSchoolUnitCode=00001001'
is 'a pupil of year 1 of the upper secondary school' "$(given maymag)" \
  'displayName=Maya Magnusson libraryCard=maymag'
is 'who is of the other year is told so' "$(reason maymag uid)" not-for-person
is 'a principal, by the group' "$(given evalun)" 'sisSchoolUnitCode=00001001 sn=Lund'
is 'somebody who is not in it' "$(reason jonisa sn)" not-for-person
is 'a group that counts for staff does for one who is both' "$(given noohad staff)" \
  'givenName=Noor sisSchoolUnitCode=00001001'
is 'and not in the role of a pupil' "$(reason noohad givenName student)" not-for-person
is 'a level that a password does not prove' "$(reason evalun eduPersonPrincipalName)" level-too-low

out=$("$portvakt" explain --config "$bed_conf" -p noabjo -s https://sp.example/md --json 2>/dev/null)
is 'what a service asks for by a name that the school has defined is understood, and given' \
  "$(jq -c '.attributes[] | select(.name == "libraryCard") | [.reason, .values[0], .asked_in]' <<<"$out")" \
  '["given","noabjo","bibblan.xml"]'

# --- what cannot be asked about lets nobody in ----------------------------------------------------
printf '[group borta]\ndn = cn=borta,dc=skola,dc=example\n' >>"$more"
said=$("$portvakt" explain --config "$bed_conf" -p noabjo -s Bok 2>&1)
like 'a group that is not there' "$said" '*asking who is in the group borta: the directory does not say*'
said=$("$portvakt" check --config "$bed_conf" 2>&1)
like 'and check says so' "$said" '*nobody can log in while the directory does not say who is in a group*'
tap_done
