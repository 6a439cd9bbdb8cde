#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What people were told and answered, as the school shows it (portvakt choices): to which words, for
# how long, what is told of a protected person, and a yes that an admin takes back for somebody; and
# what makes an answer count no more.
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
up() {
  printf 'rootdn cn=root,dc=skola,dc=example\nrootpw root\n' >"$work/root.conf"
  bed_pki && bed_directory "$work/root.conf" && bed_service_metadata && bed_idp &&
    printf '\n[person]\nmax-age = 1s\n' >>"$bed_conf" && bed_serve
}
_bed_up up
sso=$idp_url/saml/sso authnrequest=$top_builddir/tests/lib/authnrequest
store=$bed/store/portvakt.db
unset SUDO_UID
account=$(id -un "$({ cat /proc/self/loginuid 2>/dev/null; echo; } | grep -vx 4294967295 | grep . || id -u)")

# choices ARGUMENT...: out (with what it says on stderr) and code.
choices() {
  out=$("$portvakt" choices --config "$bed_conf" "$@" 2>&1 </dev/null)
  code=$?
}
json() {
  choices --json "${@:2}"
  jq -c "$1" <<<"$out"
}
policy() {
  printf '%s\n' 'policy 1' 'service Matteboken is "https://shib.localhost/shibboleth"' "$@" >"$bed/policy.d/school.policy"
  hangup >"$work/reload"
  tail -n 1 "$work/reload" | grep -q '"message":"reloaded"' || sed 's/^/# /' "$work/reload"
}
# release TITLE PAGE GIFTS BECAUSE MORE
release() {
  echo "release \"$1\" { to service Matteboken; for everyone; give $3; $2; because \"$4\"; ${5:-} }"
}
page() {
  case $(_xpath "string(//main/@data-page)") in
    inform) echo told ;;
    ask) echo asked ;;
    post) echo "given $(attributes)" ;;
    *) outcome ;;
  esac
}
marks() {
  printf 'dn: uid=perstr,ou=people,dc=skola,dc=example\nchangetype: modify\nreplace: securityMarking\nsecurityMarking: %s\n' "$1" |
    LDAPNOINIT=1 ldapmodify -x -H "ldapi://${bed//\//%2F}%2Fldap%2Frun%2Fldapi" \
      -D cn=root,dc=skola,dc=example -w root >/dev/null
  sleep 1.1
}
in=$(release In silent eduPersonPrincipalName In)
asks() {
  release Utskick ask mail Nyhetsbrev "$@"
}

# --- what is listed -------------------------------------------------------------------------------
policy "$in" "$(asks 'because en "Newsletter"; basis "6.1 a"')" "$(release Bok inform displayName Lektion 'basis "6.1 e"')"
choices --person perstr
is 'nobody has said anything yet' "$code $out" '0 Nobody has been told or has answered anything.'
come perstr
say yes
is 'a yes' "$(page)" 'given displayName eduPersonPrincipalName mail '
choices --person perstr --language sv
like 'says to which release, what, why, and that it was consent' "$out" \
  "*perstr*Matteboken (https://shib.localhost/shibboleth), personal*20??-??-??*sa ja (samtycke)*\"Utskick\"*mail*\[sv\] Nyhetsbrev*"
like 'and what was told' "$out" '*fick veta*displayName*\[sv\] Lektion*'
ok 'and no value' bash -c "! grep -q '@skola' <<<'$out'"
is 'as JSON too' "$(json '.[] | select(.said == "yes") | [.person, .role, .release, .consent, .language, .because_sv, .because_en, .attributes, .in_policy, .agreed == .time]' --person perstr)" \
  '["perstr","staff","Utskick",true,"sv",["Nyhetsbrev"],["Newsletter"],["mail"],true,true]'
is 'of all at a service, by their entries' "$(json '[.[] | .person] | unique' --service Matteboken)" \
  '["uid=perstr,ou=people,dc=skola,dc=example"]'
is 'by its entityID as well' "$(json length --service https://shib.localhost/shibboleth)" 2
choices --service Mattebok
like 'a slip is no service where nobody was asked' "$code $out" "1 *no service is called 'Mattebok'; did you mean 'Matteboken'*"
choices
is 'it must be said whose, or where' "$code" 2
choices --service Matteboken --protected
is 'a look behind a marking is at one person' "$code" 2

# --- what changes of the policy mean --------------------------------------------------------------
policy "$in" "$(asks 'because en "Letters"; basis "6.1 a"')" "$(release Bok inform displayName Lektion 'basis "6.1 f"')"
come perstr
is 'another ground of what is told, and other words in a language that was not read, ask nobody' "$(page)" \
  'given displayName eduPersonPrincipalName mail '
policy "$in" "$(asks 'basis "6.1 e"')" "$(release Bok inform displayName Lektion)"
come perstr
is 'what was consent and is none is asked anew' "$(page)" asked
choices --person perstr
like 'and the yes stands there as one to what is gone' "$out" '*said yes (consent) (no longer in the policy)*'
say yes
is 'a yes' "$(page)" 'given displayName eduPersonPrincipalName mail '
is 'leaves a trace of the other one' "$(json '[.[] | select(.said != "seen") | [.said, .consent]] | sort' --person perstr)" \
  '[["lapsed",true],["yes",false]]'
policy "$in" "$(asks 'basis "6.1 a"')" "$(release Bok inform displayName Lektion)"
come perstr
is 'and is none when it becomes consent' "$(page)" asked
browser_get "${browser_url/lang=sv/lang=en}"
say yes
is 'in English' "$(page)" 'given displayName eduPersonPrincipalName mail '
browser_get "$idp_url/me/choices?lang=en"
like 'the person sees it too' "$(browser_text)" '*You said yes, but it has not counted since*It was a yes from*'
like 'and what counts' "$(browser_text)" '*You said yes on*'

# --- somebody protected ---------------------------------------------------------------------------
marks Sekretessmarkering
choices --person perstr
is 'of a protected person nothing was ever said' "$code $out" '0 Nobody has been told or has answered anything.'
is 'also among all' "$(json length --service Matteboken)" 0
choices withdraw --yes --person perstr --service Matteboken
is 'and there is nothing to withdraw' "$code $out" '1 portvakt: perstr has said yes to nothing that counts at Matteboken'
looks="SELECT count(*) FROM ledger WHERE outcome = 'looked'"
choices --protected --person perstr --service Matteboken
if [ "$(id -u)" = 0 ]; then
  like 'but for whoever has the role' "$code $out" '0 perstr*said yes*'
  is 'whose look is in the ledger' "$(sqlite3 -readonly "$store" "$looks AND service = 'https://shib.localhost/shibboleth'")" 1
else
  like 'the role is needed for more' "$code $out" '1 *protected-data role*'
  is 'and whoever has it not leaves no look' "$(sqlite3 -readonly "$store" "$looks")" 0
fi
marks Ingen

# --- taken back for somebody ----------------------------------------------------------------------
choices withdraw --person perstr --service Matteboken --dry-run
like 'said, and not done' "$code $out" "0 perstr*said yes*$account would withdraw this for perstr; nothing is written*"
choices withdraw --person perstr --service Matteboken
like 'and not without being asked' "$code $out" '1 *say --yes. Nothing was changed.'
choices withdraw --person perstr --service Matteboken --role student --yes
is 'in another role they have said nothing' "$code" 1
choices withdraw --person perstr --yes
is 'it must be said where' "$code" 2
come perstr
is 'so it counts still' "$(page)" 'given displayName eduPersonPrincipalName mail '
choices withdraw --person perstr --service Matteboken --yes
like 'a yes is withdrawn beside the daemon' "$code $out" "0 *$account has withdrawn this for perstr*"
is 'and it stands there by whom' "$(json '[.[] | select(.withdrawn_by) | [.said, .withdrawn_by, .agreed != null]]' --person perstr)" \
  "[[\"lapsed\",\"$account\",true]]"
choices withdraw --person perstr --service Matteboken --yes
is 'once' "$code" 1
come perstr
is 'the person is asked again, and nothing leaves before' "$(page)" asked
like 'explain says so' "$("$portvakt" explain --config "$bed_conf" --person perstr --service Matteboken --language en)" '*the person will be asked*'

# --- two tabs, and what is over -------------------------------------------------------------------
cp "$browser_page" "$work/tab.html"
say no
is 'a no in one tab' "$(page)" 'given displayName eduPersonPrincipalName '
cp "$work/tab.html" "$browser_page"
browser_url=$idp_url/consent
say yes
is 'and a yes in the other, which is the last' "$(page)" 'given displayName eduPersonPrincipalName mail '
is 'are one answer' "$(json '[.[] | select(.said == "yes" or .said == "no")] | length' --person perstr)" 1
sed 's/shib\.localhost\/shibboleth/shic.localhost\/shibboleth/' "$bed/sp/shib-metadata.xml" >"$bed/sp/shic.xml"
"$portvakt" metadata add --config "$bed_conf" --because 'Another' "$bed/sp/shic.xml" >/dev/null 2>&1
policy 'release "In" { to any; for everyone; give eduPersonPrincipalName; silent; because "In" }' \
  'release "U" { to any; for everyone; give mail; ask; because "Nyhetsbrev"; basis "6.1 a" }'
ask --issuer https://shic.localhost/shibboleth
is 'another service asks by itself' "$(page)" asked
say no
come perstr
is 'and a no there is none here' "$(page)" 'given eduPersonPrincipalName mail '
# The store is held up until both wait for it: the yes is taken back, and the login that found it
# comes after.
counted() {
  curl -sSf "http://127.0.0.1:$health_port/metrics" | awk -v row="$1" 'index($0, row " ") == 1 { print $NF }'
}
under_way() { [ "$(counted portvakt_visits_under_way)" -ge "$1" ]; }
queued() { counted 'portvakt_queue_jobs{queue="writer"}'; }
# let_go N: when the second is at work, and a commit more than N waits for the writer. Where N was one
# that the writer has taken meanwhile, from work of its own, there is none more.
let_go() {
  wait_for 60 'the login' under_way 2
  for _ in {1..10}; do
    if [ "$(queued)" -gt "$1" ]; then break; fi
    sleep 0.05
  done
  touch "$work/let-go"
}
browser_get "$idp_url/me/choices"
browser_form ".//input[@name='said'][@value='yes']"
cp -r "$browser_dir" "$work/back"
sqlite3 "$store" >"$work/holder" 2>&1 \
  < <(printf '%s\n' '.timeout 5000' 'BEGIN EXCLUSIVE;' '.print held'
    for ((i = 0; i < 600; i++)); do [ -e "$work/let-go" ] && break; sleep 0.05; done) & holder=$!
wait_for 60 'the lock of the store' grep -q held "$work/holder"
(
  browser_dir=$work/back browser_page=$work/back/page.html browser_headers=$work/back/headers
  form_data=$work/back/form browser_jar=$work/back/jar
  browser_send
) & back=$!
wait_for 60 'the yes to be taken back' under_way 1
# from a thread to the writer, which is told by nobody
sleep 0.2
let_go "$(queued)" & watcher=$!
ask
is 'nothing leaves by a yes that is taken back meanwhile' "$(page)" store-slow
wait "$holder" "$back" "$watcher"
ask
is 'the next try finds the no' "$(page)" 'given eduPersonPrincipalName '
sqlite3 "$store" 'PRAGMA busy_timeout=5000; UPDATE choice SET expires = 1' >/dev/null
come perstr
is 'what is over is asked anew, a no as a yes' "$(page)" asked
is 'and is listed no more' "$(json length --person perstr)" 0
ask --issuer https://shic.localhost/shibboleth
is 'there too' "$(page)" asked
tap_done
