#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# `portvakt eppn`, with a real directory and beside a running portvakt.
# shellcheck disable=SC2119 # `fresh` and `ask` may do without arguments
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
bed_test_open

people=ou=people,dc=skola,dc=example
writer=cn=eppn,ou=service,dc=skola,dc=example
powerless=cn=powerless,ou=service,dc=skola,dc=example
root=cn=root,dc=skola,dc=example
socket=$bed/ldap/run/ldapi
new=300 # pupils without an EPPN

# pupil N [UUID]: an entry; with UUID as slapadd wants it.
pupil() {
  printf 'dn: uid=new%s,%s\n' "$1" "$people"
  printf 'objectClass: %s\n' inetOrgPerson eduPerson portvaktSchoolPerson
  printf 'uid: new%s\ncn: Ny %s\ngivenName: Ny\nsn: Elev %s\nsecurityMarking: Ingen\n' "$1" "$1" "$1"
  printf 'eduPersonAffiliation: student\nuserPassword: katten\n'
  if [ -n "${2-}" ]; then printf 'entryUUID: %s\n' "$2"; fi
}
school() {
  local n
  for n in "$writer" "$powerless"; do
    printf 'dn: %s\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n' "$n"
    n=${n%%,*}
    printf 'cn: %s\nuserPassword: skriv-hemligt\n\n' "${n#cn=}"
  done
  for n in $(seq 1 "$new"); do
    pupil "$n" "$(printf '5d0f7e52-3f6b-4c8e-9b20-%012d' "$n")"
    echo
  done
}
mkdir -p "$bed"
school >"$work/new.ldif"
cat >"$work/writer.conf" <<END
rootdn $root
rootpw rot-hemligt
access to dn.children=$people attrs=entry,eduPersonPrincipalName,portvaktStaffPrincipalName
	by dn.exact=$writer write
	by * break
END
# entryUUID is what a re-import renews.
keyed() {
  sed -i '/^person-key/d; s/^decoy-dn/person-key = entryUUID\n&/' "$bed_conf"
}
if ! { bed_pki && bed_directory "$work/new.ldif" "$work/writer.conf" && bed_service_metadata &&
  bed_idp && keyed && bed_serve; }; then
  echo 'Bail out! the installation did not start'
  exit 1
fi
sso=$idp_url/saml/sso
authnrequest=$top_builddir/tests/lib/authnrequest
(umask 077 && echo skriv-hemligt >"$work/password")
without_power=(--bind-dn "$powerless" --password-file "$work/password")
credential=(--bind-dn "$writer" --password-file "$work/password")

# run SUBCOMMAND...: what it prints is in out, what it says besides in err, its exit code in code.
run() {
  out=$("$portvakt" eppn "$1" --config "$bed_conf" "${@:2}" 2>"$work/err" </dev/null)
  code=$?
  err=$(<"$work/err")
}

ldap() {
  LDAPNOINIT=1 "$1" -x -H "ldapi://${socket//\//%2F}" -D "$root" -w rot-hemligt "${@:2}"
}

# values [ATTRIBUTE]: DN and value of everybody, one per line.
values() {
  ldap ldapsearch -LLL -o ldif-wrap=no -b "$people" "(${1:-eduPersonPrincipalName}=*)" \
    "${1:-eduPersonPrincipalName}" |
    awk -F ': ' '/^dn: /{dn=$2} /^[a-zA-Z]*PrincipalName: /{print dn "\t" $2}' | sort
}

eppn_of() {
  values "${2:-eduPersonPrincipalName}" | awk -F '\t' -v dn="uid=$1,$people" '$1 == dn {print $2}'
}

rows() {
  sqlite3 "file:$bed/store/portvakt.db?mode=ro" "select count(*) from eppn"
}

form='[bcdfghjkmnp-tv-xz][2-9]'
form="^($form){7}@skola\\.example\$"

# --- assign: a dry run ----------------------------------------------------------------------------
values >"$work/before"
before=$(rows)
run assign
is 'whoever has no EPPN gets a proposal' "$code $(grep -c '^add: eduPersonPrincipalName$' <<<"$out")" "0 $new"
like 'it is said that nothing was changed' "$err" "*$new EPPNs proposed. Nothing was changed*"
values >"$work/after"
ok 'nor was it: not the directory' cmp "$work/before" "$work/after"
is 'and not the store' "$(rows)" "$before"
is 'each value is of the form, and no two are one' \
  "$(sed -n 's/^eduPersonPrincipalName: //p' <<<"$out" | grep -Ec "$form") $(sed -n 's/^eduPersonPrincipalName: //p' <<<"$out" | sort -u | wc -l)" "$new $new"
cp "$work/err" "$work/err.ldif"
printf '%s\n' "$out" >"$work/dry.ldif"
ok 'it is LDIF that the directory takes' ldap ldapmodify -n -f "$work/dry.ldif"
run assign --csv
is 'CSV has the same people' "$code $(head -n 1 <<<"$out" | tr -d '\r') $(grep -c ',student,' <<<"$out")" \
  "0 person-key,dn,role,eppn $new"
run assign --role staff
is 'of a role where nobody lacks one there is nothing' "$code $(grep -c '^add:' <<<"$out")" '0 0'

# --- assign: who may write ------------------------------------------------------------------------
run assign --apply --yes
like 'writing needs an account' "$code $err" '1 *--bind-dn and --password-file*'
run assign --apply --yes --bind-dn cn=portvakt,ou=service,dc=skola,dc=example --password-file "$work/password"
like "the daemon's own is refused" "$code $err" '1 *the daemon does not know*'
run assign --apply --yes --bind-dn "$writer" --password-file "$bed/ldap/password"
like 'and so is its password file' "$code $err" '1 *the daemon does not know*'
cp "$work/password" "$work/open"
chmod 644 "$work/open"
run assign --apply --yes --bind-dn "$writer" --password-file "$work/open"
like 'a password that others may read is refused' "$code $err" '1 *chmod*'
(umask 077 && echo wrong >"$work/wrong")
run assign --apply --yes --bind-dn "$writer" --password-file "$work/wrong"
like 'a wrong one too' "$code $err" '1 *'
run assign --apply --yes "${without_power[@]}"
is 'who may not write is told for each, and stopped after twenty' \
  "$code $(grep -c "^uid=new[0-9]*,$people: " <<<"$err") $(grep -c 'none of the first 20' <<<"$err")" '1 20 1'
sed "s,^file = .*portvakt.db,file = $bed/store/none.db," "$bed_conf" >"$work/none.conf"
out=$("$portvakt" eppn assign --config "$work/none.conf" --apply --yes "${credential[@]}" 2>&1 </dev/null)
like 'without a store nothing is written, and nothing made' "$? $out" '1 *start portvakt once*'
ok 'of the wrong owner' test ! -e "$bed/store/none.db"
run assign --apply "${credential[@]}"
like 'without a terminal nobody is asked, and nothing done' "$code $err" "1 *$new EPPNs will be written*--yes*"
is "no setting of the daemon's names an account that may write" \
  "$(grep -rc "$writer" "$bed_conf")" 0
values >"$work/after"
ok 'after all that nothing is changed' cmp "$work/before" "$work/after"

# --- assign: killed in the middle, and resumed ------------------------------------------------------
before=$(rows)
"$portvakt" eppn assign --config "$bed_conf" --apply --yes --csv "${credential[@]}" \
  >"$work/killed.csv" 2>"$work/killed.err" </dev/null &
killed=$!
while [ "$(rows)" -lt $((before + 20)) ] && kill -0 "$killed" 2>/dev/null; do sleep 0.02; done
kill -KILL "$killed" 2>/dev/null
wait "$killed" 2>/dev/null
part=$(($(values | wc -l) - $(wc -l <"$work/before")))
ok "killed in the middle ($part of $new are written)" test "$part" -gt 0 -a "$part" -lt "$new"
values >"$work/part"
is 'what the directory has the store has' "$((part <= $(rows)))" 1
run assign --apply --yes "${credential[@]}"
like 'a second run does the rest' "$code $err" "0 *$((new - part)) EPPNs written, of $((new - part)).*"
values >"$work/after"
is 'and everybody has one' "$(($(wc -l <"$work/after") - $(wc -l <"$work/before")))" "$new"
is 'who had one keeps it' "$(comm -23 "$work/part" "$work/after" | wc -l)" 0
is 'no two are one' "$(cut -f 2 "$work/after" | sort | uniq -d | wc -l)" 0
run assign --apply --yes "${credential[@]}"
like 'a third has nothing to do' "$code $err" '0 *nobody lacks an EPPN*'
out=$("$portvakt" eppn assign --config "$bed_conf" --apply --yes --bind-dn "$writer" --password-file - \
  2>&1 <"$work/password")
like 'the password may come through a pipe' "$? $out" '0 *nobody lacks an EPPN*'
out=$("$portvakt" eppn assign --config "$bed_conf" --apply --yes --bind-dn "$writer" --password-file - \
  2>&1 </dev/null)
like 'but not be none' "$? $out" '1 *no password*'

# --- assign: what cannot be given -----------------------------------------------------------------
ldap ldapmodify >/dev/null <<END
dn: uid=new1,$people
changetype: modify
delete: eduPersonPrincipalName
END
sed 's/^eppn-staff.*/eppn-staff = eduPersonPrincipalName/' "$bed_conf" >"$work/shared.conf"
out=$("$portvakt" eppn assign --config "$work/shared.conf" --role student 2>&1 </dev/null)
code=$?
like 'one attribute for two roles of one human is an error that says what to do' "$code $out" \
  "1 *uid=noohad,*set eppn-staff in portvakt.conf(5)*"
first=$(eppn_of new2)

# --- two at once ----------------------------------------------------------------------------------
{
  for n in $(seq 1 60); do
    printf 'dn: uid=new%s,%s\nchangetype: modify\nreplace: eduPersonPrincipalName\n\n' "$n" "$people"
  done
} | ldap ldapmodify >/dev/null
sides=()
for side in a b; do
  "$portvakt" eppn assign --config "$bed_conf" --apply --yes "${credential[@]}" \
    >"$work/side.$side" 2>&1 </dev/null &
  sides+=($!)
done
wait "${sides[@]}"
is 'two at once leave nobody without' "$(values | wc -l)" "$(wc -l <"$work/after")"
is 'and give no value twice' "$(values | cut -f 2 | sort | uniq -d | wc -l)" 0
ok 'a value that was taken away is never given again' test "$(eppn_of new2)" != "$first"
is 'not to anybody' "$(values | grep -c "$first")" 0

# --- show -----------------------------------------------------------------------------------------
eppn=$(eppn_of new3)
run show "$eppn"
like 'show says since when, as what, and who has it' "$code $out" \
  "0 $eppn*as student since 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]*person: *uid=new3,* has it now as student, and is the person*"
run show "${eppn^^}" --json
is 'in any spelling, and as JSON' "$code $(jq -r '"\(.agrees) \(.eppns[0].role) \(.entries[0].same_person)"' <<<"$out")" \
  '0 true student true'
run show --person new3 --json
is 'of a person it tells every EPPN they ever had' "$code $(jq -r '[.eppns[].eppn] | length > 1' <<<"$out")" '0 true'
run show --person new3
like 'and which they have now, in which role' "$code $out" "0 *person: *directory:*student: $eppn*uid=new3,*"
run show nobody@skola.example
like 'of nobody it says so' "$code $err" '1 *nobody has it*'
run show
like 'it wants one of two' "$code $err" '2 *an EPPN or --person*'

# --- adopt ----------------------------------------------------------------------------------------
# give N EPPN: the directory gives it from now on.
give() {
  ldap ldapmodify >/dev/null <<END
dn: uid=new$1,$people
changetype: modify
replace: eduPersonPrincipalName
eduPersonPrincipalName: $2
END
}
# recreate N EPPN: the entry is made anew, with a new entryUUID.
recreate() {
  ldap ldapdelete "uid=new$1,$people" &&
    { pupil "$1"; printf 'eduPersonPrincipalName: %s\n' "$2"; } | ldap ldapadd >/dev/null
}
run adopt "$eppn" --person new3 --yes
like 'who has it still has nothing to adopt' "$code $out" '0 *0 adopted, 1 were so already*'
other=$(eppn_of new4)
run adopt "$other" --person new3 --yes
like 'what the directory does not give is not adopted' "$code $err" '1 *does not give it to uid=new3,*'
run adopt never-seen@skola.example --person new3 --yes
like 'nor what nobody ever had' "$code $err" '1 *nobody has been seen with it*'
give 3 "$other"
give 4 "$eppn"
run adopt "$eppn" --person new4 --yes
like 'swapped values are told to be mended' "$code $err" '1 *still in the directory (uid=new3,*mend the directory*rotate*'
run show "$eppn"
like 'and show tells who is who' "$out" "*uid=new3,* is the person, and does not have it now*uid=new4,* is somebody else*"
run export --csv
is 'export leaves both out, and says so' "$code $(grep -c -e "$eppn" -e "$other" <<<"$out") $(grep -c "another person's" <<<"$err")" '1 0 2'
give 3 "$eppn"
give 4 "$other"
recreate 3 "$eppn"
fresh
ask
type_in new3 katten
is 'made anew, they are somebody else, and refused' "$(outcome)" eppn-taken
run adopt "$eppn" --person new3
like 'it is asked for' "$code $err" '1 *1 of 1 EPPNs will be adopted, for ever*--yes*'
run adopt "$eppn" --person new3 --dry-run
like 'a dry run says what would be' "$code $out" '0 *1 would be adopted*'
run adopt "$eppn" --person new3 --yes
like 'one is adopted' "$code $out" '0 *1 adopted*'
fresh
ask
type_in new3 katten
ok 'and is no stranger to a login any more' test "$(outcome)" != eppn-taken -a -n "$(session)"
run show "$eppn" --json
is 'and is the person from then on' "$(jq -r '"\(.agrees) \(.entries[0].same_person)"' <<<"$out")" 'true true'
give 4 "$eppn"
recreate 3 "$eppn"
run adopt "$eppn" --person new3 --yes
like 'what two have now is nobody'\''s' "$code $err" '1 *another entry has it too*'
give 4 "$other"
run adopt "$eppn" --person new3 --yes
like 'made anew once more it is adopted once more' "$code $out" '0 *1 adopted*'

# The entry's name, and what a file says, would move the cursor of whoever reads about them.
rename() { # OLD NEW: relative DNs
  printf 'dn:: %s\nchangetype: modrdn\nnewrdn:: %s\ndeleteoldrdn: 0\n' \
    "$(printf '%s,%s' "$1" "$people" | base64 -w 0)" "$(printf '%s' "$2" | base64 -w 0)" |
    ldap ldapmodify >/dev/null
}
rename uid=new9 $'cn=\e[2JNy'
run show --person new9
like 'a name that acts on a terminal is shown without that' "$code $out" '0 *cn=�[[]2JNy,*'
is 'every byte of it' "$(grep -c $'\e' <<<"$out")" 0
printf 'eppn,login\n\e[2J@skola.example,new9\n' >"$work/acts.csv"
run adopt --csv "$work/acts.csv" --yes
is 'and so is what a file says' "$code $(grep -c $'\e' <<<"$err")" '1 0'
rename $'cn=\e[2JNy' uid=new9

a=$(eppn_of new5) b=$(eppn_of new6) c=$(eppn_of new7)
recreate 5 "$a"
recreate 6 "$b"
printf 'login;eppn\r\n' >"$work/adopt.csv"
run adopt --csv "$work/adopt.csv" --yes
like 'a CSV without its columns is refused' "$code $err" '1 *adopt.csv:1: the first line names the columns*'
for head in login,eppn,Login eppn,login,eppn person-key,eppn,person-key login,person-key,eppn; do
  echo "$head" >"$work/adopt.csv"
  run adopt --csv "$work/adopt.csv" --yes
  like "a CSV that names its people twice over, $head, is refused" "$code $err" '1 *adopt.csv:1: *'
done
printf 'name,login,eppn\r\n"Ny, 5",new5,%s\r\nNy 6,new6,%s\r\nNy 7,new7,%s\r\nNy 8,new5,%s\r\nNy 9,nobody-here,%s\r\n' \
  "$a" "$b" "$other" "$a" "$c" >"$work/adopt.csv"
run adopt --csv "$work/adopt.csv" --yes
is 'bad lines are told by their numbers, all of them' \
  "$code $(grep -o 'adopt.csv:[0-9]*' <<<"$err" | sort -u | tr '\n' ' ')" '1 adopt.csv:4 adopt.csv:5 adopt.csv:6 '
run show "$a" --json
is 'and nothing is written' "$(jq -r .agrees <<<"$out")" false
printf '\xef\xbb\xbflogin,eppn\nnew5,%s\nnew6,%s\nnew7,%s\n' "$a" "$b" "$c" >"$work/adopt.csv"
run adopt --csv "$work/adopt.csv" --yes
like 'a good one is, whole' "$code $out" '0 *2 adopted, 1 were so already*'
run adopt --csv "$work/adopt.csv" --yes
like 'again it does nothing' "$code $out" '0 *0 adopted, 3 were so already*'

# The new entry has got, and used, an EPPN of its own before somebody noticed.
d=$(eppn_of new8)
ldap ldapdelete "uid=new8,$people"
pupil 8 | ldap ldapadd >/dev/null
run assign --apply --yes "${credential[@]}"
give 8 "$d"
run adopt "$d" --person new8 --yes
like 'who is known on their own is not made another' "$code $err" '1 *known on its own, by 1 other EPPNs and 0 identifiers*--force*'
run adopt "$d" --person new8 --yes --force
like 'unless that is given up' "$code $out" '0 *1 adopted*'

# --- rotate ---------------------------------------------------------------------------------------
fresh
ask
type_in new10 katten
before=$(eppn_of new10)
sessions() {
  sqlite3 "file:$bed/store/portvakt.db?mode=ro" "select count(*) from session"
}
live=$(sessions)
run rotate --person new10
is 'rotate first prints what it would do' \
  "$code $(grep -c -e '^delete: eduPersonPrincipalName' -e '^add: eduPersonPrincipalName' <<<"$out") $(grep -c "$before" <<<"$out")" '0 2 1'
is 'and does nothing' "$(eppn_of new10) $(sessions)" "$before $live"
run rotate --person new10 --apply "${credential[@]}"
like 'it asks' "$code $err" '1 *will not know them again*cannot be undone*--yes*'
run rotate --person new10 --apply --yes "${without_power[@]}"
like 'where the directory refuses nothing else is done' "$code $err" '1 *nothing else was done; run this again*'
is 'and they are still logged in' "$(eppn_of new10) $(sessions)" "$before $live"
script -qec "'$portvakt' eppn rotate --config '$bed_conf' --person new10 --apply ${credential[*]}" \
  /dev/null <<<n >"$work/asked" 2>&1
is 'at a terminal one may say no' "$? $(grep -c 'Nothing was changed' "$work/asked") $(eppn_of new10)" "1 1 $before"
run rotate --person new10 --apply --yes "${credential[@]}"
after=$(eppn_of new10)
ok 'then there is a new EPPN' test "$code" -eq 0 -a "$before" != "$after" -a -n "$after"
is 'no session of theirs is left' "$(sessions)" "$((live - 1))"
ask
is 'the browser that was logged in is not' "$(login_page)" 1
run show --person new10 --json
is 'the old value stays theirs, and the identifiers are renewed' \
  "$(jq -r --arg b "$before" '"\([.eppns[].eppn] | index($b) != null) \(.renewed)"' <<<"$out")" 'true 1'
run rotate --person noohad --apply --yes "${credential[@]}"
is 'of two roles both get one' "$code $(grep -Ec '^(student|staff) ' <<<"$out") $(cut -d ' ' -f 2 <<<"$out" | sort -u | wc -l)" '0 2 2'
before=$(eppn_of noohad) staff=$(eppn_of noohad portvaktStaffPrincipalName)
run rotate --person noohad --role staff --apply --yes "${credential[@]}"
ok 'or the one that is named' test "$(eppn_of noohad)" = "$before" -a \
  "$(eppn_of noohad portvaktStaffPrincipalName)" != "$staff"
run rotate --person new11 --only-identifiers
like 'without --apply there is nothing to write elsewhere' "$code.$out.$err" '0..Nothing was changed*'
run rotate --person new11 --only-identifiers --apply
like 'who gets identifiers alone is promised no EPPN' "$code.$out.$err" \
  '1..*gets no new EPPN, and new identifiers*'
run rotate --person new11 --only-identifiers --apply --yes
eleven=$(eppn_of new11)
run show --person new11 --json
is 'identifiers alone can be renewed' "$code $(jq -r .renewed <<<"$out")" '0 1'

# --- export ---------------------------------------------------------------------------------------
run export
csv=$(tail -n +2 <<<"$out" | tr -d '\r' | cut -d , -f 1,3 | sort)
is 'export has a head' "$(head -n 1 <<<"$out" | tr -d '\r')" 'person-key,role,userName'
"$portvakt" eppn export --config "$bed_conf" >/dev/full 2>"$work/err"
like 'a list that the disk has no room for is no success' "$? $(<"$work/err")" '1 *not whole: No space left*'
run export --scim
is 'SCIM says the same' "$(jq -r '"\(.externalId),\(.userName)"' <<<"$out" | sort)" "$csv"
is 'as SCIM users' "$(jq -r '.schemas[0]' <<<"$out" | sort -u)" urn:ietf:params:scim:schemas:core:2.0:User
run export --ldif
is 'and LDIF' "$(sed -n 's/^[a-zA-Z]*PrincipalName: //p' <<<"$out" | sort)" "$(cut -d , -f 2 <<<"$csv" | sort)"
is 'of everybody who has one' "$(wc -l <<<"$csv")" "$(($(values | wc -l) + $(values portvaktStaffPrincipalName | wc -l)))"

broken=('=1+1@elsewhere.example' 'a b@skola.example')
for n in 0 1; do
  before=$(eppn_of new$((20 + n)))
  give "$((20 + n))" "${broken[n]}"
  run export
  is "what a login never releases is not provisioned either (${broken[n]})" \
    "$code $(grep -cF "${broken[n]}" <<<"$out") $(grep -c "^uid=new$((20 + n)),.*none that can be released" <<<"$err")" '1 0 1'
  give "$((20 + n))" "$before"
done

# --- the store as the source ----------------------------------------------------------------------
sed 's/^\[seal\]/[eppn]\nsource = store\n&/' "$bed_conf" >"$work/store.conf"
from_store() {
  out=$("$portvakt" eppn "$1" --config "$work/store.conf" "${@:2}" 2>"$work/err" </dev/null)
  code=$?
  err=$(<"$work/err")
}
values >"$work/before"
from_store assign --role student --apply --yes
pupils=$(ldap ldapsearch -LLL -b "$people" '(eduPersonAffiliation=student)' dn | grep -c '^dn')
like 'where nobody can write the directory the store is written, without an account' "$code $err" \
  "0 *$pupils EPPNs written, of $pupils.*"
values >"$work/after"
ok 'and the directory is not' cmp "$work/before" "$work/after"
from_store export --role student
is 'export reads the store then' "$code $(tail -n +2 <<<"$out" | wc -l) $(grep -c "$eleven" <<<"$out")" "0 $pupils 0"
mine=$(tr -d '\r' <<<"$out" | awk -F , -v n="$(ldap ldapsearch -LLL -b "uid=new11,$people" -s base entryUUID | sed -n 's/^entryUUID: //p')" '$1 == n {print $3}')
from_store rotate --person new11 --apply --yes
from_store show --person new11 --json
is 'rotate writes the store' "$code $(jq -r --arg m "$mine" '"\([.eppns[].eppn] | index($m) != null) \(.renewed)"' <<<"$out")" '0 true 2'

# --- the command line -----------------------------------------------------------------------------
run nothing
is 'a subcommand nobody knows' "$code" 2
for sub in assign adopt show rotate export; do
  ok "$sub --help tells its options" bash -c "'$portvakt' eppn $sub --help | grep -q -- --config"
done
is 'no EPPN and no key is in the log' \
  "$(grep -cE "$eppn|$after|[0-9a-f]{8}-[0-9a-f]{4}-" "$bed/log/portvakt.log")" 0
tap_done
