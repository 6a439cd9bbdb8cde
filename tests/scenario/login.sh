#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A login from the first page to the Response, and what can go wrong on the way: at a running
# portvakt with a real directory, by a browser made of curl.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
pupil=noabjo
right=$(bed_password "$pupil")

# --- the straight way -----------------------------------------------------------------------------
fresh
ask --id _first --relay 'tillbaka & "hem"'
like 'the page is in Swedish' "$(browser_text)" '*ösenord*'
like 'and names the service' "$(browser_text)" '*Matteboken*'
cookie=$(grep __Host-portvakt-browser "$browser_jar")
like 'the pre-login cookie is for this host, secure and httponly' "$cookie" '#HttpOnly_*	FALSE	/	TRUE	0	__Host-portvakt-browser	*'
type_in "$pupil" "$right"
is 'a right password leads to a Response' "$browser_status $(response 'string(/*/@InResponseTo)')" '200 _first'
is 'RelayState comes back as it was' "$(_xpath "string(//input[@name='RelayState']/@value)")" 'tillbaka & "hem"'
is 'the Response holds EPPN and scoped affiliation and nothing else' "$(attributes)" \
  'eduPersonPrincipalName eduPersonScopedAffiliation '
is 'assertion and Response are both signed' "$(response "count(//*[local-name()='Signature'])")" 2
like 'the session cookie is for this host, secure and httponly' \
  "$(grep __Host-portvakt-session "$browser_jar")" '#HttpOnly_*	FALSE	/	TRUE	0	__Host-portvakt-session	*'
first_id=$(response 'string(/*/@ID)')
first_name=$(response "string(//*[local-name()='NameID'])")
instant=$(response "string(//@AuthnInstant)")

# --- with a session -------------------------------------------------------------------------------
request=$("$authnrequest" --id _again)
browser_get "$sso?$request"
is 'a session needs no page' "$(response 'string(/*/@InResponseTo)')" _again
second_id=$(response 'string(/*/@ID)')
like 'with IDs of its own' "$second_id $first_id" '_* _*'
ok 'that differ' test "$second_id" != "$first_id"
ok 'and another transient name' test "$(response "string(//*[local-name()='NameID'])")" != "$first_name"
is 'and the time of the login' "$(response "string(//@AuthnInstant)")" "$instant"
browser_get "$sso?$request"
is 'the same request again is answered again' "$(response 'string(/*/@InResponseTo)')" _again
ok 'with fresh IDs' test "$(response 'string(/*/@ID)')" != "$second_id"
rows() {
  sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger'
}
before=$(rows)
is 'HEAD is not answered, so nothing is entered' "$(curl -sSI -o /dev/null -w '%{http_code}' \
  --cacert "$bed_ca" -b "$browser_jar" "$sso?$("$authnrequest")") $(rows)" "405 $before"
ask --id _silent --passive true
is 'IsPassive is answered' "$(response 'string(/*/@InResponseTo)')" _silent
ask_by_post --id _posted
is 'a POST finds the session after its detour' "$(response 'string(/*/@InResponseTo)')" _posted
sleep 1
ask --id _forced --force true
is 'ForceAuthn shows the login page all the same' "$(login_page)" 1
type_in "$pupil" "$right"
ok 'and gives a fresh AuthnInstant' test "$(response "string(//@AuthnInstant)")" != "$instant"

# --- passwords ------------------------------------------------------------------------------------
wrong() {
  fresh
  ask
  type_in "$2" "$3"
  is "$1" "$browser_status $(login_page) $(grep -c __Host-portvakt-session "$browser_jar")" '200 1 0'
  text=$(browser_text)
}
wrong 'a wrong password shows the page again' "$pupil" 'not this one'
wrong_text=${text//$pupil/}
type_in "$pupil" "$right"
is 'which is good for another try' "$(attributes)" 'eduPersonPrincipalName eduPersonScopedAffiliation '
wrong 'an unknown user the same' nobody-here 'not this one'
is 'in the same words' "${text//nobody-here/}" "$wrong_text"
wrong 'an empty password' "$pupil" ''
wrong 'an empty user' '' "$right"
wrong 'a filter in the user name' '*' "$right"
wrong 'a longer filter' ')(uid=*' "$right"
wrong 'a password of 2000 bytes' "$pupil" "$(printf 'p%.0s' $(seq 2000))"
fresh
ask
type_in " $pupil " "$right"
is 'blanks around the user name do not matter' "$browser_status $(attributes)" \
  '200 eduPersonPrincipalName eduPersonScopedAffiliation '

# --- other people's pages -------------------------------------------------------------------------
fresh attacker
ask
browser_form ".//input[@type='password']"
cp "$form_data" "$work/stolen"
action=$form_action
fresh victim
ask
browser_form
cp "$work/stolen" "$form_data"
form_action=$action
browser_fill "$(form_field text)" "$pupil"
browser_fill "$(form_field password)" "$right"
browser_send
like "a page of another browser's is refused" "$browser_status $(outcome)" '40? login-o*'
is 'and nobody is logged in' "$(grep -c __Host-portvakt-session "$browser_jar")" 0

origin() {
  local text=$1 want=$2
  shift 2
  fresh
  ask
  browser_form
  browser_fill "$(form_field text)" "$pupil"
  browser_fill "$(form_field password)" "$right"
  args=()
  while IFS= read -r line; do args+=(--data-urlencode "$line"); done <"$form_data"
  _browser_curl "$@" "${args[@]}" "$form_action"
  is "$text" "$browser_status $(outcome)" "$want"
}
origin 'no Origin' '403 login-origin'
origin 'Origin null' '403 login-origin' -H 'Origin: null'
origin "another's Origin" '403 login-origin' -H 'Origin: https://shib.localhost'
origin 'the Origin of another port' '403 login-origin' -H 'Origin: https://idp.localhost'
fresh
ask
browser_form
browser_fill csrf wrong
browser_fill "$(form_field text)" "$pupil"
browser_fill "$(form_field password)" "$right"
browser_send
is 'a wrong token' "$browser_status $(outcome)" '403 login-origin'
fresh
ask
browser_form
handle=$(sed -n 's/^handle=//p' "$form_data")
other=A
[ "${handle:40:1}" != A ] || other=B
browser_fill handle "${handle:0:40}$other${handle:41}"
browser_fill "$(form_field text)" "$pupil"
browser_send
like 'an altered handle' "$browser_status $(outcome)" '40[03] *'

# --- a page that was left open --------------------------------------------------------------------
# open_page SECONDS: the login page that was made so long ago, in the browser it was made for.
open_page() {
  fresh
  read -r cookie handle < <("$top_builddir/tests/lib/handle" "$bed/keys/seal.key" "$1" \
    "$shib_entity" "$shib_url/Shibboleth.sso/SAML2/POST")
  printf '#HttpOnly_idp.localhost\tFALSE\t/\tTRUE\t0\t__Host-portvakt-browser\t%s\n' "$cookie" \
    >"$browser_jar"
  browser_get "$idp_url/login?handle=$handle"
}
open_page 590
is 'after nine minutes the page is still good' "$browser_status $(login_page)" '200 1'
type_in "$pupil" "$right"
is 'and leads to the service' "$(response 'string(/*/@InResponseTo)')" _old
open_page 601
is 'after ten it has expired' "$browser_status $(outcome)" '400 login-expired'
like 'and shows a way back' "$(cat "$browser_page")" "*href=\"$shib_url*"

# --- the same page sent twice ---------------------------------------------------------------------
fresh
ask --id _twice
type_in "$pupil" "$right"
cp "$form_data" "$work/sent"
sent_to=$form_action
is 'sent once, it is answered' "$(response 'string(/*/@InResponseTo)')" _twice
browser_url=$idp_url/login
form_action=$sent_to
browser_send
is 'sent twice, it is not' "$browser_status $(outcome)" '400 login-spent'
like 'but shows a way back to the service' "$(cat "$browser_page")" "*href=\"$shib_url*"

# --- people ---------------------------------------------------------------------------------------
library() {
  ask --issuer "$mellon_entity" --destination "$sso" --sign "$bed/sp/mellon.key"
}
both=noohad
fresh
library
type_in "$both" "$(bed_password "$both")"
is 'who is pupil and staff is asked as what' \
  "$browser_status $(_xpath "count(//*[@name='role'])") $(grep -c __Host-portvakt-session "$browser_jar")" '200 2 0'
browser_form
browser_fill role guardian
browser_send
like 'a role one does not have' "$browser_status $(outcome)" '403 login-no-role'
student="" staff=""
for role in student staff; do
  fresh
  library
  type_in "$both" "$(bed_password "$both")"
  browser_form
  browser_fill role $role
  browser_send
  is "as $role" "$browser_status $(response "string(//*[@FriendlyName='sisSchoolUnitCode'])" | tr -d ' \n')" \
    "200 $([ $role = student ] && echo 00001002 || echo 00001001)"
  declare "$role=$(response "string(//*[@FriendlyName='eduPersonPrincipalName'])" | tr -d ' \n')"
  library
  is "who stays $role at the next service" \
    "$(response "string(//*[@FriendlyName='eduPersonPrincipalName'])" | tr -d ' \n')" "${!role}"
done
ok 'the two roles have two names' test -n "$student" -a -n "$staff" -a "$student" != "$staff"

protected=$(awk -F '[ ]*[|][ ]*' '$12 == "protected" {print $2}' "$top_srcdir/contrib/school/people")
fresh
ask --id _closed
type_in "$protected" "$(bed_password "$protected")"
is 'a protected pupil is refused' "$browser_status $(outcome)" '403 not-open'
like 'in plain words' "$(browser_text)" '*Skolan har inte öppnat den här tjänsten för dig*'
is 'whose button tells the service RequestDenied' \
  "$(response "concat(/*/*[local-name()='Status']/*/@Value, ' ', /*/*/*/*/@Value)") $(response "count(//*[local-name()='Assertion'])")" \
  'urn:oasis:names:tc:SAML:2.0:status:Responder urn:oasis:names:tc:SAML:2.0:status:RequestDenied 0'
ask --passive true --id _quiet
like 'silently, no page is shown' "$(response 'string(//*[local-name()="StatusCode"]/*/@Value)')" '*NoPassive'

# --- the session ----------------------------------------------------------------------------------
fresh
ask
type_in "$pupil" "$right"
token=$(session)
ask --force true
type_in alvlin "$(bed_password alvlin)"
ok 'another person, another session' test "$(session)" != "$token"
old=$(curl -sS --cacert "$bed_ca" -H "Cookie: __Host-portvakt-session=$token" "$sso?$("$authnrequest")")
like 'and the first one is gone' "$old" '*type="password"*'
browser_get "$idp_url/logout"
browser_form
browser_send
is 'logging out' "$browser_status $(grep -c __Host-portvakt-session "$browser_jar")" '200 0'
ask
is 'shows the login page again' "$(login_page)" 1

# --- reload ---------------------------------------------------------------------------------------
echo 'release "Trasig" { to service Matteboken; for studnet }' >>"$bed/policy.d/school.policy"
like 'a broken policy is not taken, and told with line and guess' "$(hangup)" '*not reloaded*school.policy:*student*'
fresh
ask
type_in "$pupil" "$right"
is 'the generation before goes on' "$(attributes)" 'eduPersonPrincipalName eduPersonScopedAffiliation '
sed -i '/Trasig/d; s/eduPersonPrincipalName, eduPersonScopedAffiliation$/eduPersonPrincipalName/' "$bed/policy.d/school.policy"
like 'a whole policy is taken' "$(hangup)" '*"reloaded"*'
ask
is 'and holds at once' "$(attributes)" 'eduPersonPrincipalName '

again_works() {
  fresh
  ask
  type_in "$pupil" "$right"
  [ "$(attributes)" = 'eduPersonPrincipalName ' ]
}

printf '[session]\nidle = 50m\n' >>"$bed_conf"
like 'another configuration is another generation' \
  "$(hangup | jq -c 'select(.message == "reloaded") | .generation != .before')" '*true'
sed -i 's/^tls-key/workers = 3\n&/' "$bed_conf"
like 'what only a restart changes is warned of' "$(hangup)" '*portvakt.conf:*workers*restart*"reloaded"*'
sed -i "s|^base-url = .*|base-url = $shib_url|" "$bed_conf"
like 'another address is not taken' "$(hangup)" '*not reloaded*portvakt.conf:*base-url*restart*'
sed -i "s|^base-url = .*|base-url = $idp_url|; /^workers/d; /^\[session\]/d; /^idle = 50m/d" "$bed_conf"

# --- the directory is gone ------------------------------------------------------------------------
fresh waiting
ask
fill_in "$pupil" "$right"
bed_halt slapd
begin=$(date +%s%N)
browser_send
took=$((($(date +%s%N) - begin) / 1000000))
is 'without the directory a login says try again' "$browser_status $(outcome)" '503 directory-down'
ok "within four seconds ($took ms)" test "$took" -lt 4000
like 'with Retry-After' "$(tr -d '\r' <"$browser_headers")" '*[Rr]etry-[Aa]fter:*'
bed_directory
ok 'when it is back, it works without a restart' wait_for 15 recovery again_works
fresh
ask
stopped=$(cat "$bed/ldap/slapd.pid")
fill_in "$pupil" "$right"
kill -STOP "$stopped"
begin=$(date +%s%N)
browser_send
took=$((($(date +%s%N) - begin) / 1000000))
kill -CONT "$stopped"
is 'a directory that hangs is as good as gone' "$browser_status $(outcome)" '503 directory-down'
ok "within four seconds too ($took ms)" test "$took" -lt 4000
ok 'and back when it goes on' wait_for 15 recovery again_works

# --- secrets --------------------------------------------------------------------------------------
bed_halt portvakt
is 'it ends well' "$?" 0
starts() {
  "$portvakt" serve --config "$bed_conf" >"$work/start.log" 2>&1
}
chmod 644 "$bed/keys/saml.key"
starts
is 'with a key that others may read it does not start' "$?" 1
like 'and says what to do' "$(cat "$work/start.log")" "*chmod 0600 $bed/keys/saml.key*"
chmod 600 "$bed/keys/saml.key"
cp "$bed_conf" "$work/conf"
echo '[sever]' >>"$bed_conf"
starts
is 'with a broken configuration it does not start' "$?" 1
like 'and says file, line, column and guess' "$(cat "$work/start.log")" "*portvakt.conf:[0-9]*:1: *sever*server*"
# mistake TEXT SED WANT: with that change of the configuration it does not start, and says so.
mistake() {
  sed "$2" "$work/conf" >"$bed_conf"
  timeout 20 "$portvakt" serve --config "$bed_conf" >"$work/start.log" 2>&1
  like "$1 is told with file, line and column" "$? $(cat "$work/start.log")" "1 $3"
}
mistake 'a condition that is none' 's/^student = .*/student = pupil/' \
  "*portvakt.conf:$(grep -n '^student = ' "$work/conf" | cut -d: -f1):[0-9]*: *student*pupil*ATTRIBUTE=VALUE*"
mistake 'an attribute that is none' 's/^sisSchoolUnitCode.staff/sisSchoolUnitCoda.staff/' \
  '*portvakt.conf:[1-9]*sisSchoolUnitCoda*sisSchoolUnitCode*'
mistake 'a CA that is not there' 's/^ca = .*/ca = nowhere.pem/' '*portvakt.conf:[1-9]*nowhere.pem*'
mistake 'an address that is none' '/^\[server\]/,/^\[/s/^listen = .*/listen = here/' '*portvakt.conf:[1-9]*here*127.0.0.1:8443*'
mistake 'a TLS key of another certificate' 's|idp.localhost.key|shib.localhost.key|' '*portvakt.conf:[1-9]*do not match*'
mistake 'a password that is not there' 's|^password-file = .*|password-file = nowhere|' '*portvakt.conf:[1-9]*nowhere*'
mistake 'a key that is not there' 's/saml.key/nowhere.key/' '*portvakt.conf:[1-9]*nowhere.key*keys new*'
mistake 'a certificate that is not there' 's/saml.crt/nowhere.crt/' '*portvakt.conf:[1-9]*nowhere.crt*keys new*'
mistake 'a certificate that is none' 's/saml.crt/ledger.key/' '*portvakt.conf:[1-9]*ledger.key*certificate*'
mistake 'a policy folder that is not there' 's/policy.d/nowhere.d/' '*portvakt.conf:[1-9]*nowhere.d*'
cp "$work/conf" "$bed_conf"
mkdir "$work/empty"
sed "s|^folder = .*policy.d|folder = $work/empty|" "$work/conf" >"$bed_conf"
like 'a policy folder without a policy is warned of' \
  "$("$portvakt" check --config "$bed_conf" 2>&1)" "*warning*$work/empty*no service is open*"
sed "s|^person-key = .*|person-key = entryUUID|" "$work/conf" >"$bed_conf"
like 'a person key that a re-import renews is warned of' \
  "$("$portvakt" check --config "$bed_conf" 2>&1)" \
  "*warning*portvakt.conf:[1-9]*person-key is entryUUID*SS 12000*"
sed "s|^protected-no = .*|&\nprotected-group = cn=gone,dc=skola,dc=example|" "$work/conf" >"$bed_conf"
like 'a protected group that nobody can ask stops the check' \
  "$("$portvakt" check --config "$bed_conf" 2>&1)" \
  '*does not say who is in the protected-group cn=gone*'
cp "$work/conf" "$bed_conf"
ok 'no password, cookie or value is in the log' \
  bash -c "! grep -qF -e '$right' -e '$token' -e '$student' -e '$staff' -e '$pupil' '$bed/log/portvakt.log'"
tap_done
