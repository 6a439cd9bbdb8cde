#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What `portvakt who` and `portvakt report register` tell of a policy; no directory is asked.
set -u
# shellcheck source=tests/lib/bed.sh
. "${top_srcdir:?}/tests/lib/bed.sh"
bed_test_open
if ! { bed_pki && mkdir -p "$bed/ldap" && echo secret >"$bed/ldap/password" && chmod 600 "$bed/ldap/password" &&
  bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
cat >"$bed/policy.d/school.policy" <<'END'
policy 1
service Matteboken is "https://shib.localhost/shibboleth"
service Biblioteket is "https://mellon.localhost/mellon"
release "Matteboken" {
    to service Matteboken; for student in grade 7-9, teacher
    give eduPersonPrincipalName, mail; silent
    because "Matematik"; because en "Mathematics"; basis "6.1 e"
    agreement "PUB 7" until 2040-06-30
}
release "Biblioteket" {
    to service Biblioteket; for staff; give mail, displayName, title; silent
    because "Boklån"; basis "6.1 e"; until 2039-12-31
}
release "Framtiden" { to service "https://ny.example"; for guardian; give mail; silent; because "=2+3"; basis "6.1 e" }
never "Adresser" { to service Matteboken; for student; give any contact; because "Beslut" }
END

# run COMMAND OPTION...: the answer is in out (with what it says on stderr), the exit code in code.
run() {
  out=$("$portvakt" "$1" --config "$bed_conf" "${@:2}" 2>&1)
  code=$?
}

# --- who ------------------------------------------------------------------------------------------
run who mail -l en
like 'who can get an attribute: by which line' "$code $out" '0 mail ?*, contact?*school.policy:4 "Matteboken"*school.policy:10 "Biblioteket"*'
like 'whom a never stops is not told' "$(sed -n '/:4 /,/:10 /p' <<<"$out")" '*teachers*'
is 'not a word of pupils' "$(sed -n '/:4 /,/:10 /p' <<<"$out" | grep -c 'student\|pupil')" 0
like 'with the day on which it ends' "$out" '*until 2039-12-31*'
like 'and the agreement' "$out" '*until 2040-06-30*agreement PUB 7*'
like 'at which service, by name and id' "$out" '*Matteboken ?https://shib.localhost/shibboleth?*'
like 'and where there is no metadata yet' "$out" '*https://ny.example*no metadata yet*'
run who mail -l sv
like 'in Swedish' "$code $out" '0 mail ?*?*"Matteboken"*till 2040-06-30*metadata saknas än*'
run who mail --service Biblioteket -l en
is 'at one service' "$code $(grep -c '^school.policy' <<<"$out")" '0 1'
run who mail --json -l en
is 'as JSON' "$(jq -c 'map([.line, .services[0].name, .services[0].known, .asked])' <<<"$out")" \
  '[[4,"Matteboken",true,true],[10,"Biblioteket",true,true],[14,"https://ny.example",false,false]]'
run who mail --on 2040-01-01 -l en
is 'on a later day' "$code $(grep -c '^school.policy' <<<"$out") $(grep -c Biblioteket <<<"$out")" '0 2 0'
run who urn:oid:0.9.2342.19200300.100.1.3 -l en
like 'by its SAML Name' "$code $out" '0 mail ?*'
run who login -l en
is 'who is let in, and where' "$code $(sed -n 's/^school.policy:[0-9]* //p; s/^    \([^ ]*\).*/\1/p' <<<"$out" | tr '\n' ' ')" \
  '0 "Matteboken" Matteboken "Matteboken" Matteboken "Biblioteket" Biblioteket "Framtiden" https://ny.example '
like 'for which people' "$out" 'login ?to be let in?*students in grade 7-9*teachers*staff*guardians*'
run who login --service Biblioteket -l sv
like 'at one service, in Swedish' "$code $out" '0 login ?att släppas in?*"Biblioteket"*personal*till 2039-12-31*Biblioteket*'
run who norEduPersonNIN -l en
like 'nobody' "$code $out" '0 norEduPersonNIN *nobody can ever get it*'
run who maill
like 'an attribute that is none is guessed at' "$code $out" "1 *no attribute is called 'maill'; did you mean 'mail'*"
run who mail --service Mattebocken
like 'and so is a service' "$code $out" "1 *did you mean 'Matteboken'*"
run who mail --on 2027-02-30
like 'a day that is none' "$code $out" '1 *is not a day*'
run who mail --on 2020-01-01
like 'a day that has been' "$code $out" '1 *from today on*'
run who
like 'an attribute is needed' "$code $out" '2 *one attribute, or login*'

# --- the register ---------------------------------------------------------------------------------
run report register -l en
like 'each recipient with what it receives, about whom, and why' "$code $out" \
  '0 *The Maths Book ?https://shib.localhost/shibboleth?*purpose *Mathematics*basis *6.1 e*agreement *PUB 7, until 2040-06-30*eduPersonPrincipalName*school.policy:4 "Matteboken"*'
like 'what is permitted and not asked for is said so' "$out" '*title, role? [[]not asked for today]*'
run report register -l sv
like 'in Swedish' "$code $out" '0 *Matteboken ?https://*ändamål *Matematik*grund *avtal *PUB 7, till 2040-06-30*'
like 'in columns, whatever the letters' "$out" $'*\n  ändamål      Matematik\n  grund        6.1 e\n*'
run report register --csv -l en
is 'as CSV, a row for each recipient and whom it is about' "$code $(grep -c '^' <<<"$out")" '0 5'
is 'with what is told of those' "$(grep -c '"Matteboken"\|Mathematics' <<<"$out") $(grep students <<<"$out" | grep -c '(mail,')" '2 0'
like 'what a spreadsheet would take for a formula is text' "$out" "*,'=2+3,*"
like 'with a head' "$out" 'service,id,purpose,basis,agreement,agreement_until,persons,attributes,*'
run report register --json -l en
is 'as JSON' "$(jq -c 'map(select(.title == "Matteboken"))[0] | [.purpose, .basis, .agreement, .agreement_until, (.attributes | map(.name) | unique)]' <<<"$out")" \
  '["Mathematics","6.1 e","PUB 7","2040-06-30",["eduPersonPrincipalName","mail"]]'
run report register --csv --json
like 'one form at a time' "$code $out" '2 *--csv or --json*'
run report
like 'a word is needed' "$code $out" '2 *report register*'

# --- a policy with an error -----------------------------------------------------------------------
sed -i 's/displayName/displayNamn/' "$bed/policy.d/school.policy"
run check --offline --language sv
like 'check tells what is wrong in Swedish' "$code $out" "1 *okänt namn på attribut: 'displayNamn'; menade du 'displayName'*"
run check --offline --language en
like 'or in English' "$code $out" "1 *no attribute is called 'displayNamn'; did you mean 'displayName'*"
out=$(LC_ALL=sv_SE.UTF-8 "$portvakt" check --offline --config "$bed_conf" 2>/dev/null)
like 'as the locale says where nothing is said' "$out" '*menade du*'
run who mail --language sv
like 'and so do the commands that do not get further' "$code $out" '1 *menade du*'
tap_done
