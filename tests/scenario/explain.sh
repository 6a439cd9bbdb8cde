#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What `portvakt explain` and `portvakt check` tell an admin, with a real directory.
set -u
# shellcheck source=tests/lib/bed.sh
. "${top_srcdir:?}/tests/lib/bed.sh"
bed_test_open
printf 'rootdn cn=admin,dc=skola,dc=example\nrootpw offentligt\n' >"$work/admin.conf"
if ! { bed_pki && bed_directory "$work/admin.conf" && bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi

# run COMMAND...: portvakt's answer is in out (with what it says on stderr), its exit code in code.
run() {
  out=$("$portvakt" "$1" --config "$bed_conf" "${@:2}" 2>&1)
  code=$?
}

# --- explain --------------------------------------------------------------------------------------
run explain --person noabjo --service Matteboken --language en
like 'a pupil is let in by a line of policy' "$code $out" '0 *let in: *"Matteboken"*[[]school.policy:7]*'
like 'what is given stands there with its line' "$out" '*+ eduPersonPrincipalName *= jntsr7@skola.example*[[]school.policy:7]*'
like 'what is withheld with where it is asked for' "$out" '*- displayName *asks for it, but no release*(required in *.xml)*'
run explain -p noabjo -s https://shib.localhost/shibboleth -l sv
like 'by entityID, and in Swedish' "$code $out" '0 *släpps in: Lämnas ut enligt "Matteboken"*'
run explain -p saglun -s Matteboken -l en
like 'a protected pupil is like anybody outside the rule' "$code $out" \
  '0 *refused: No release lets this person into Matteboken.*- eduPersonPrincipalName *not for this person.*[[]school.policy:7]*'
is 'and nothing says why' "$(grep -ciE 'protect|skydd|sekretess|Ingen regel' <<<"$out")" 0
run explain -p noabjo -s Matteboken -j
is 'JSON says of each what was asked, and of the whole what page is due' \
  "$(sed '/^portvakt explain: /d' <<<"$out" | jq -c '[.page, (.grants | length), .held_categories, (.attributes[] | select(.name == "displayName") | [.asked, .held])]')" \
  '["silent",1,[],[true,false]]'
run explain -p noabjo -s Matteboken --mask -l en
is 'masked, there are no values' "$(grep -c 'jntsr7' <<<"$out") $(grep -c '= \*\*\*' <<<"$out")" '0 3'
run explain -p noohad -s Matteboken -l en
like 'of several roles one must be said' "$code $out" '1 *say which with --role*'
# eppn: of the JSON in out, where stderr tells that there is no store yet.
eppn() {
  sed '/^portvakt explain: /d' <<<"$out" |
    jq -r '.attributes[] | select(.name == "eduPersonPrincipalName").values[0]'
}
run explain -p noohad -s Biblioteket -r student -j
student=$(eppn)
run explain -p noohad -s Biblioteket -r staff -j
staff=$(eppn)
ok 'each role has its own name' test -n "$student" -a -n "$staff" -a "$student" != "$staff"
run explain -p noohad -s Biblioteket -r guardian
like 'a role the person has not' "$code $out" '1 *no guardian*'
run explain -p nobody-here -s Matteboken
like 'nobody by that name' "$code $out" '1 *nobody in the directory has it*'
run explain -p '*' -s Matteboken
like 'a name is no filter' "$code $out" '1 *nobody in the directory has it*'
run explain -p noabjo -s Mattebocken
like 'a service nobody knows is guessed at' "$code $out" "1 *did you mean 'Matteboken'*"
echo 'policy 1; service NE is "https://ne.example/saml"' >"$bed/policy.d/ne.policy"
for name in NE https://ne.example/saml; do
  run explain -p noabjo -s $name
  like "of one that only the policy knows, $name, the metadata is missed" "$code $out" "1 *the policy names '$name', but its metadata is not here*"
done
rm "$bed/policy.d/ne.policy"
run explain -s Matteboken
like 'a person must be named' "$code $out" '2 *--person*'
run explain -p noabjo -r boss -s Matteboken
like 'in a role that there is' "$code $out" '2 *--role is student, staff or guardian*'
out=$(LC_ALL=C "$portvakt" explain --config "$bed_conf" -p noabjo -s Biblioteket --json)
is 'JSON is UTF-8 whatever the locale' \
  "$(jq -r '.attributes[] | select(.name == "displayName").values[0]' <<<"$out")" 'Noa Björklund'
in_language() {
  env -u LC_ALL -u LC_MESSAGES -u LANGUAGE -u LANG "$@" \
    "$portvakt" explain --config "$bed_conf" -p noabjo -s Matteboken | head -n 2 | tail -n 1
}
for locale in LANG=sv_SE.UTF-8 LC_MESSAGES=sv_SE.UTF-8; do
  like "$locale asks for Swedish" "$(in_language LC_ALL= LANG=en_GB.UTF-8 "$locale")" 'släpps in: *'
done
like 'LC_ALL for English all the same' "$(in_language LC_ALL=C LANG=sv_SE.UTF-8)" 'let in: *'
is 'it has file and line for each that a rule decides' \
  "$(jq -c '[.attributes[] | select(.reason != "no-rule") | .rule.file + ":" + (.rule.line | tostring)] | unique | map(test("^school.policy:[0-9]+$")) | all' <<<"$out")" true
is 'and the file where the others are asked for' \
  "$("$portvakt" explain --config "$bed_conf" -p noabjo -s Matteboken --json |
    jq -c '[.attributes[] | select(.reason == "no-rule") | .asked_in] | map(endswith(".xml")) | all')" true
ok 'nothing of it is entered anywhere' test ! -e "$bed/store/portvakt.db"

# --- what services and people have said -----------------------------------------------------------
cp "$bed/policy.d/school.policy" "$work/school.policy"
sed -i "/at Matteboken gets/d" "$bed/policy.d/school.policy"
cat >>"$bed/policy.d/school.policy" <<'END'
service Matteboken { rename displayName to "https://schemas.example/name"; lower-case displayName }
release "Frivilligt" { to service Matteboken; for staff, student; give displayName; ask; because "Du syns med namn"; basis "6.1 a" }
END
run explain -p noabjo -s Matteboken -l en
like 'what is asked is said so, with the rule' "$code $out" \
  '0 *has still to see a page first*"Frivilligt": the person will be asked  [[]school.policy:*displayName*'
like 'and where the service is treated otherwise' "$out" '*deviation: *rename displayName to "https://schemas.example/name"*[[]school.policy:*'
run explain -p noabjo -s Matteboken -l sv
like 'in Swedish' "$out" '*ska först se en sida*"Frivilligt": personen kommer att tillfrågas*avvikelse: *rename*'
run explain -p noabjo -s Matteboken -j
is 'as JSON' "$(sed '/^portvakt explain: /d' <<<"$out" |
  jq -c '[.page, .page_due, (.grants[] | select(.page == "ask") | [.rule.title, .state, .attributes, .basis]), (.deviations | length > 1), (.attributes[] | select(.name == "displayName") | .reason)]')" \
  '["ask",true,["Frivilligt","to-ask",["displayName"],"6.1 a"],true,"to-ask"]'
run check
like 'check tells of deviations too' "$out" '*ok *Matteboken deviates: *rename displayName*?school.policy:*'
run check -l sv
like 'in Swedish' "$out" '*ok *Matteboken avviker: *rename displayName*?school.policy:*'

# --- a student whose school year nobody knows -----------------------------------------------------
sed "/at Matteboken gets/d" "$work/school.policy" >"$bed/policy.d/school.policy"
cat >>"$bed/policy.d/school.policy" <<'END'
release "Namn" { to service Matteboken; for student; give login, displayName; silent; because "x"; basis "6.1 e" }
never "Inte de yngsta" { to service Matteboken; for student in grade 0-3; give displayName; because "x" }
END
grade() {
  LDAPNOINIT=1 ldapmodify -x -H "ldapi://${bed//\//%2F}%2Fldap%2Frun%2Fldapi" -D cn=admin,dc=skola,dc=example \
    -w offentligt >"$work/ldapmodify" 2>&1 <<END || cat "$work/ldapmodify" >&2
dn: uid=noabjo,ou=people,dc=skola,dc=example
changetype: modify
$1
END
}
run explain -p noabjo -s Matteboken -l en
like 'in grade 8 the never for 0-3 is for somebody else' "$out" '*+ displayName *'
is 'and the year is not spoken of' "$(grep -c 'school year' <<<"$out")" 0
grade 'replace: sisSchoolGrade
sisSchoolGrade: 8B?'
run explain -p noabjo -s Matteboken -l en
like 'with a year that cannot be read it is for them' "$code $out" \
  '0 *the school year is not known*- displayName *"Inte de yngsta"*'
grade 'delete: sisSchoolGrade'
run explain -p noabjo -s Matteboken -l sv
like 'and without any, in Swedish' "$code $out" '0 *årskursen är inte känd*- displayName *"Inte de yngsta"*'
run explain -p noabjo -s Matteboken -j
is 'as JSON' "$(sed '/^portvakt explain: /d' <<<"$out" |
  jq -c '[.year_known, (.attributes[] | select(.name == "displayName") | .reason)]')" '[false,"never"]'
run who displayName
like 'who tells it too' "$code $out" '0 *students except in grade 0-3 or in an unknown year*'
grade 'add: sisSchoolGrade
sisSchoolGrade: 8'
mv "$work/school.policy" "$bed/policy.d/school.policy"

# --- check ----------------------------------------------------------------------------------------
run check
is 'a whole installation is right' "$code $(grep -c '^wrong' <<<"$out")" '0 0'
like 'and says so of each part' "$out" '*configuration*metadata: 2 services*policy*pages*keys: RSA of 3072*store*directory*'
ok 'without making anything' test ! -e "$bed/store/portvakt.db"
run check --strict --language en
is 'of the policy of the demo there is nothing to be said' "$code $(grep -cv '^ok\|^generation' <<<"$out")" '0 0'
echo 'policy 1; release "A" { to service Matteboken; for staff; give eduPersonScopedAffiliation; silent; because "x" }' >"$bed/policy.d/a.policy"
run check
like 'warnings are told' "$code $out" '0 *warning *a.policy:1:*"A" has no basis*'
run check --strict
is 'and count where they should' "$code" 1
rm "$bed/policy.d/a.policy"
run check --offline
like 'the directory may be left out' "$out" '*warning*--offline*'
echo 'expect student at Matteboken gets mail' >>"$bed/policy.d/school.policy"
run check
like 'an expectation that fails is wrong, with line and person' "$code $out" '1 *wrong*school.policy:*'
sed -i '$d' "$bed/policy.d/school.policy"
chmod 666 "$bed/policy.d/school.policy"
run check
like 'a policy that others may write is wrong' "$code $out" '1 *wrong*school.policy*chmod*'
chmod 644 "$bed/policy.d/school.policy"
: >"$bed/policy.d/empty.policy"
run check
like 'an empty file is told of, not stumbled over' "$code $out" '1 *wrong*empty.policy:1*'
rm "$bed/policy.d/empty.policy"
chmod 777 "$bed/policy.d"
run check
like 'and so is its folder' "$code $out" '1 *wrong*portvakt.conf:*policy.d*chmod*'
chmod 755 "$bed/policy.d"
chmod 666 "$bed"/metadata.d/shib*.xml
run check
like 'metadata that others may write is wrong' "$code $out" '1 *wrong*chmod*'
chmod 644 "$bed"/metadata.d/shib*.xml
bed_halt slapd
run check
like 'a directory that does not answer is wrong' "$code $out" "1 *wrong*127.0.0.1:$ldap_port*"
tap_done
