#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# `portvakt masterdata lint` with a real directory: the sample school is clean, a broken one is told
# of, nothing tells who is protected, and an unfinished report says so.
set -u
# shellcheck source=tests/lib/bed.sh
. "${top_srcdir:?}/tests/lib/bed.sh"
bed_test_open
people=5000

# What the table of findings knows is tested one by one in tests/unit/lint; here is what only a real
# directory can say.
cat >"$work/flaws.ldif" <<'END'
dn: uid=tvilling1,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: norEduPerson
objectClass: portvaktSisPerson
objectClass: portvaktSchoolPerson
uid: tvilling1
cn: Tva Lika
sn: Lika
displayName: =2+3
securityMarking: Ingen
eduPersonAffiliation: student
eduPersonPrincipalName: q2w3r4@skola.example
sisSchoolGrade: 4
norEduPersonNIN: 20150101-2380

dn: uid=tvilling2,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: norEduPerson
objectClass: portvaktSisPerson
objectClass: portvaktSchoolPerson
uid: tvilling2
cn: Tva Lika
sn: Lika
securityMarking: Ingen
eduPersonAffiliation: student
eduPersonPrincipalName: q2w3r4@skola.example
sisSchoolGrade: 4

dn: uid=nycklar,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: portvaktSchoolPerson
uid: nycklar
uid: nycklar2
cn: Tre Nycklar
sn: Nycklar
securityMarking: Ingen

dn: cn=nyckellos,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: portvaktSchoolPerson
cn: nyckellos
sn: Nyckel
mail: x
eduPersonAffiliation: employee
END

# lint OPTION...: what it prints is in $work/out and $work/err, its exit code in code.
lint() {
  code=0
  "$portvakt" masterdata lint --config "$bed_conf" --language en "$@" >"$work/out" 2>"$work/err" ||
    code=$?
}
# codes: each finding with its number.
codes() {
  jq -r '.counts | to_entries | map("\(.key) \(.value)") | sort | .[]' "$work/out"
}
setting() {
  sed -i "s/^$1 = .*/$1 = $2/" "$bed_conf"
}

# The same directory, once with one protected pupil and once with nobody protected at all.
compare_protected() {
  lint --csv --service Matteboken --service Biblioteket
  sort "$work/out" | grep -v ',service-closed,' >"$work/one"
  grep ',service-closed,' "$work/out" >"$work/one-closed"
  setting protected-no 'Ingen; Sekretessmarkering'
  lint --csv --service Matteboken --service Biblioteket
  sort "$work/out" | grep -v ',service-closed,' >"$work/none"
  grep ',service-closed,' "$work/out" >"$work/none-closed"
  setting protected-no Ingen
}

# --- the sample school ----------------------------------------------------------------------------
if ! { bed_pki && bed_directory && bed_service_metadata && bed_idp; }; then
  echo 'Bail out! the installation was not made'
  exit 1
fi
lint --json --service Matteboken --service Biblioteket
is 'the sample school has no error' "$code $(jq -c '[.errors, .complete]' "$work/out")" '0 [0,true]'
is 'and but for check digits that are wrong on purpose, no warning' \
  "$(codes | grep -v '^service-closed')" $'number-check-digit 31\nrole-two 1'
like 'progress is no part of the report' "$(cat "$work/err")" ''
lint --quiet --limit 1
like 'quiet, notes are left out' "$code $(cat "$work/out")" '0 warning*number-check-digit*and 30 more*'
lint --strict
is 'strict, a warning is an error' "$code" 1
lint --keys
ok 'people may go by person key' grep -q '^    S21$' "$work/out"
ok 'nothing of it is entered anywhere' test ! -e "$bed/store/portvakt.db"
compare_protected
ok 'no finding tells who is protected' cmp "$work/one" "$work/none"
is 'only how many no rule lets in' "$(cut -d, -f5- "$work/one-closed" | tr -d '\r' | sort)" \
  "$(printf '%s,"%s: %s: Persons whom no rule lets in (counted, not listed). No rule is for them."\n' \
    staff 5 Matteboken student 1 Biblioteket student 1 Matteboken)"
is 'who then are fewer' "$(cut -d, -f5- "$work/none-closed")" "$(cut -d, -f5- "$work/one-closed" | grep staff)"
is 'nobody of them is named, and the marking is not written out' \
  "$(grep -c 'uid=' "$work/one-closed") $(grep -ci sekretess "$work/one")" '0 0'
"$portvakt" masterdata lint --config "$bed_conf" --language sv >"$work/out"
like 'in Swedish' "$(tail -n 1 "$work/out")" '31 poster på * s: 0 fel, 31 varningar, 1 anmärkning'

# --- what the store has seen ----------------------------------------------------------------------
# A pupil logs in with the EPPN that the directory gives; then the meaning of the directory changes.
bed_serve || echo 'not ok - portvakt did not start'
browser_open "$work/browser" "$bed_ca"
browser_get "$idp_url/login"
browser_login noabjo "$(bed_password noabjo)"
like 'somebody logs in' "$browser_status $(cat "$browser_page")" '200*data-page="start"*logged-in*'
lint --json
is 'whose EPPN is still theirs' "$code $(codes)" $'0 number-check-digit 31\nrole-two 1'
setting person-key uid
lint --csv
is 'by another person key it was somebody else who had it' "$code $(grep -c eppn-taken "$work/out")" '1 1'
ok 'and that is told of who has it now' grep -q '^error,eppn-taken,"uid=noabjo,' "$work/out"
setting person-key portvaktPersonId
setting protected-no Annat
lint --csv
is 'now protected, it is nobody else'"'"'s business that it was in use before' \
  "$code $(grep -c rotate "$work/out")" '0 0'
if [ "$(id -u)" -eq 0 ]; then
  lint --csv --protected
  is 'but for the role' "$(grep protected-rotate "$work/out" | cut -d, -f1-3)" \
    'warning,protected-rotate,"uid=noabjo'
  is 'whose look is entered' "$(sqlite3 -readonly "$bed/store/portvakt.db" \
    "select count(*) from ledger where outcome = 'looked' and service = 'masterdata lint'")" 1
else
  lint --protected
  like 'who has not the role may not look' "$code $(cat "$work/err")" '1 *protected-data role*'
fi
setting protected-no Ingen
bed_halt portvakt
sed -i 's/^decoy-dn = /protected-group = cn=nobody-here,dc=skola,dc=example\n&/' "$bed_conf"
lint --json
is 'a group that cannot be read is told once' "$code $(codes | grep -v check-digit)" \
  $'1 group-unreadable 1\nrole-two 1'
lint --limit 1 --service Matteboken
is 'numbers are no list that was cut' "$(grep -A 2 'Matteboken.*No rule' "$work/out" | grep -c more)" 0
sed -i '/^protected-group = /d' "$bed_conf"
bed_halt slapd

# --- a broken one ---------------------------------------------------------------------------------
rm -r "$bed/ldap"
mkdir "$bed/ldap"
if [ "$(id -u)" -eq 0 ]; then chmod o+x "$work" "$bed" "$bed/ldap"; fi
"$top_srcdir/tests/bench/pupils" elev "$people" ssha | "$top_srcdir/tests/bench/broken" \
  >"$work/pupils.ldif"
printf 'maxsize 268435456\nsizelimit size.prtotal=unlimited\n' >"$work/size.conf"
if ! bed_directory "$work/pupils.ldif" "$work/flaws.ldif" "$work/size.conf"; then
  echo 'Bail out! the broken directory did not start'
  exit 1
fi
setting person-key uid
sed -i 's/^person-key = /login-filter = (|(uid={login})(cn={login}))\n&/' "$bed_conf"
lint --csv --service Biblioteket
is 'errors are told by the exit code' "$code" 1
found() { # CODE LOGIN [TEXT]
  grep -qE "^(error|warning|note),$1,\"?(uid|cn)=$2,.*${3-}" "$work/out"
}
ok 'two with one EPPN, the first' found eppn-duplicate tvilling1 'uid=tvilling2'
ok 'and the second' found eppn-duplicate tvilling2 'uid=tvilling1'
ok 'neither is let in at the service' found service-refused tvilling1 Biblioteket
ok 'several person keys' found key-several nycklar
ok 'no role' found role-none nycklar
ok 'no person key' found key-missing nyckellos
ok 'no marking' found marking-unreadable nyckellos
ok 'no EPPN as staff' found eppn-missing nyckellos portvaktStaffPrincipalName,staff
ok 'a number that is written in another way than most' found number-mixed tvilling1 'most:'
is 'each row has six columns' \
  "$(sed -E 's/"([^"]|"")*"//g' "$work/out" | awk -F , '{ print NF }' | sort -u)" 6
is 'no row holds a personal number or a name' \
  "$(grep -cE '20150101|Lika|201001229|,Elev' "$work/out")" 0
sed -i 's/^person-key = .*/person-key = displayName/' "$bed_conf"
lint --csv --keys
is 'a spreadsheet takes none for a formula' "$(cut -d, -f3 "$work/out" | grep 2+3 | sort -u)" "'=2+3"
setting person-key uid

limit_ms=2000
if ldd "$portvakt" | grep -qE 'lib(asan|tsan)'; then limit_ms=10000; fi
lint --json --limit 3
took=$(jq .milliseconds "$work/out")
is "all of them are seen" "$(jq .entries "$work/out")" $((people + 31 + 4))
ok "$people broken entries take $took ms, at most $limit_ms" test "$took" -le "$limit_ms"
is 'findings are cut, counts are not' \
  "$(jq -c '[([.findings[] | select(.code == "value-scope")] | length), .counts["value-scope"]]' "$work/out")" \
  "[3,$((people / 16))]"
is 'every way of breaking one is found' "$(codes | sed 's/ .*//' | paste -sd ' ')" \
  "$(printf '%s\n' eppn-{duplicate,form,missing,name,personal-number,scope,taken,unreadable,upper-case} \
    key-{missing,several} mail-form marking-unreadable number-{check-digit,day,mixed} role-{none,two} \
    student-grade unit-code value-{long,padded,scope} | paste -sd ' ')"

# --- protected persons ----------------------------------------------------------------------------
compare_protected
ok 'among thousands no finding tells who is protected' cmp "$work/one" "$work/none"

# --- unfinished -----------------------------------------------------------------------------------
# It waits for a reader of its report, so that it is interrupted in the middle.
mkfifo "$work/pipe"
"$portvakt" masterdata lint --config "$bed_conf" --language en --json >"$work/pipe" 2>"$work/err" &
pid=$!
exec 4<"$work/pipe"
head -c 1000 <&4 >"$work/out"
kill -INT "$pid"
cat <&4 >>"$work/out"
exec 4<&-
code=0
wait "$pid" || code=$?
is 'interrupted, the report says that it is not complete' \
  "$code $(jq -c '[.complete, .incomplete]' "$work/out")" '1 [false,"interrupted"]'
ok 'it had not seen everybody' test "$(jq .entries "$work/out")" -lt "$people"
like 'and so does stderr' "$(cat "$work/err")" '*not complete*interrupted*'

script=$(command -v script || true)
if [ -n "$script" ]; then
  "$script" -qec "$portvakt masterdata lint --config $bed_conf --language en --limit 1" "$work/typed" \
    </dev/null >/dev/null
  ok 'on a terminal it says how far it has come' grep -qE '[0-9]+ entries, [0-9]+ a second' "$work/typed"
fi
bed_halt slapd
lint --json
is 'without a directory there is no report that looks whole' \
  "$code $(jq -c '[.complete, .entries]' "$work/out")" '1 [false,0]'

# --- the command line -----------------------------------------------------------------------------
for wrong in '--csv --json' '--limit -5' '--language fi' 'everything'; do
  read -ra words <<<"$wrong"
  lint "${words[@]}"
  is "lint $wrong: exit code 2" "$code" 2
done
lint --service Mattebocken
like 'a service nobody knows is guessed at' "$code $(cat "$work/err")" "1 *did you mean 'Matteboken'*"
tap_done
