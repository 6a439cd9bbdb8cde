#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A guardian's children and the group of those with protected identity, from the configuration to
# what a service would get.
set -u
# shellcheck source=tests/lib/bed.sh
. "${top_srcdir:?}/tests/lib/bed.sh"
bed_test_open

# Alva is no secret, Saga is marked, Noa is in the group.
alva=201903149972 saga=201312129839 noa=201305259932
guardian() { # LOGIN CHILD...
  cat <<END
dn: uid=$1,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: portvaktSisPerson
objectClass: portvaktSchoolPerson
uid: $1
portvaktPersonId: V-$1
cn: Vårdnadshavare
sn: Vårdnadshavare
securityMarking: Ingen
eduPersonAffiliation: affiliate
END
  printf 'sisLegalGuardianFor: %s\n' "${@:2}"
  echo
}
people() {
  guardian vardan $alva $saga $noa
  guardian moster $saga
  guardian farbror 201001019999
  cat <<END
dn: ou=groups,dc=skola,dc=example
objectClass: organizationalUnit
ou: groups

dn: cn=protected,ou=groups,dc=skola,dc=example
objectClass: groupOfNames
cn: protected
member: uid=noabjo,ou=people,dc=skola,dc=example
END
}
rules() {
  cat <<'END'
access to dn.exact=cn=protected,ou=groups,dc=skola,dc=example
	by dn.exact=cn=portvakt,ou=service,dc=skola,dc=example compare
END
}
people >"$work/people.ldif"
rules >"$work/rules.conf"
if ! { bed_pki && bed_directory "$work/people.ldif" "$work/rules.conf" && bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
sed -i 's/^teacher = .*/&\nguardian = eduPersonAffiliation=affiliate/' "$bed_conf"
cat >"$bed/policy.d/guardian.policy" <<'END'
policy 1
release "Frånvaro" {
    to      service Matteboken
    for     guardian
    give    sisLegalGuardianFor unasked
    because "Frånvaroanmälan"
    silent
}
END
sed -i '/^expect guardian at any is refused/d' "$bed/policy.d/school.policy"

# children: of whom Matteboken would hear, in order.
children() {
  "$portvakt" explain --config "$bed_conf" -p vardan -s Matteboken --json |
    jq -r '[.attributes[] | select(.name == "sisLegalGuardianFor").values[]] | sort | join(" ")'
}
verdict() {
  "$portvakt" explain --config "$bed_conf" -p "$1" -s Matteboken --language en | head -n 5
}

is 'a marked child is not named' "$(children)" "$noa $alva"
like 'a pupil without a mark is let in' "$(verdict noabjo)" '*let in: *'
"$portvakt" masterdata lint --config "$bed_conf" --csv --service Matteboken >"$work/lint.csv"
is 'lint does not tell that an only child is marked, but that one is nobody' \
  "$(grep '^error,service-refused,' "$work/lint.csv" | grep -o 'uid=[a-z]*')" uid=farbror

group=cn=protected,ou=groups,dc=skola,dc=example
sed -i "s/^protected-no = .*/&\nprotected-group = $group/" "$bed_conf"
is 'nor is one in the group' "$(children)" "$alva"
like 'and a member of the group is like anybody outside the rule' "$(verdict noabjo)" '*refused: *'
like 'others are let in' "$(verdict alvlin)" '*let in: *'
ok 'check can ask the group' "$portvakt" check --config "$bed_conf"

sed -i 's/^protected-group = cn=protected/protected-group = cn=hidden/' "$bed_conf"
is 'while nobody knows the group, no child is named' "$(children)" ''
like 'and nobody is let in' "$(verdict alvlin)" '*refused: *'
like 'which check tells' "$("$portvakt" check --config "$bed_conf" 2>&1)" '*everybody counts as protected*'

sed -i 's/^protected-group = .*//' "$bed_conf"
printf '\n[protected]\nguardian-lookup = uid\n' >>"$bed_conf"
is 'children are looked for by the attribute that is named' "$(children)" ''
tap_done
