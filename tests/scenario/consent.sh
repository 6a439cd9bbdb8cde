#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Before something leaves people are told what, once, or asked whether it may: what is shown when, to
# whom, what an answer counts for, how it is taken back, and that none is lost; at a running portvakt
# with a real directory, by a browser made of curl.
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
pupil=noabjo teacher=asajon
store=$bed/store/portvakt.db

# policy TEXT...: that is the policy from now on.
policy() {
  printf '%s\n' 'policy 1' 'service Matteboken is "https://shib.localhost/shibboleth"' "$@" >"$bed/policy.d/school.policy"
  hangup >"$work/reload"
  tail -n 1 "$work/reload" | grep -q '"message":"reloaded"' || sed 's/^/# /' "$work/reload"
}

# release TITLE PAGE GIFTS [BECAUSE] [MORE]
release() {
  echo "release \"$1\" { to service Matteboken; for everyone; give $3; $2; because \"${4:-$1}\"; ${5:-} }"
}
base=$(release Bok inform 'eduPersonPrincipalName, displayName' Lektion)

# page: where the browser has come to: told, asked, told+asked, the outcome of a fault, or the
# attributes of the Response.
page() {
  local told
  told=$(_xpath "count(//*[@id='told'])")
  case $(_xpath "string(//main/@data-page)") in
    inform) echo told ;;
    ask) [ "$told" = 1 ] && echo told+asked || echo asked ;;
    login) echo login ;;
    post) echo "given $(attributes)" ;;
    *) outcome ;;
  esac
}

# visit WHO: logs in as that person in a browser of their own, or comes again by session; where they
# have come to.
visit() {
  come "$1"
  echo "$browser_status $browser_url" >"$browser_dir/at"
  page
}

# of WHO: the browser of that person again, on the page where visit left it.
of() {
  browser_ca=$bed_ca
  browser_dir=$work/$1 browser_jar=$browser_dir/jar browser_page=$browser_dir/page.html
  browser_headers=$browser_dir/headers form_data=$browser_dir/form browser_response=$browser_dir/response.xml
  read -r browser_status browser_url <"$browser_dir/at"
}
rows() {
  sqlite3 -readonly "$store" "SELECT count(*) FROM $1"
}
counted() {
  curl -sSf "http://127.0.0.1:$health_port/metrics" |
    sed -n "s/^portvakt_choices_total{choice=\"$1\"} //p"
}

# --- to be told -----------------------------------------------------------------------------------
policy "$base"
is 'a pupil is told what leaves' "$(visit $pupil)" told
of $pupil
text=$(browser_text)
like 'about whom, to whom' "$text" '*Det här får Matteboken veta om dig*'
like 'the values' "$text" "*Noa Björklund*jntsr7@skola.example*"
like 'and why' "$text" '*Varför? Lektion*'
ok 'which is no consent' bash -c "! grep -qi 'samtyck' '$browser_page'"
is 'the page has an address of its own' "${browser_url%%\?*}" "$idp_url/consent"
like 'which nobody keeps' "$(<"$browser_headers")" '*[Cc]ache-[Cc]ontrol: no-store*'
is 'nothing is in the ledger yet' "$(rows ledger_entry)" 0
browser_get "${browser_url/lang=sv/lang=en}"
like 'in English too' "$(browser_text)" '*What The Maths Book will know about you*'
browser_get "${browser_url/lang=en/lang=sv}"
say seen
is 'then it leaves' "$(page)" 'given displayName eduPersonPrincipalName '
is 'and is in the ledger' "$(rows ledger_entry) $(rows choice)" '1 1'
is 'the next time nothing is shown' "$(visit $pupil)" 'given displayName eduPersonPrincipalName '
is 'another person is told' "$(visit $teacher)" told
of $teacher
like 'in the words for grown-ups' "$(browser_text)" '*När du loggar in lämnar skolan de här uppgifterna*'
say seen
is 'and goes on' "$(page)" 'given displayName eduPersonPrincipalName '

# --- what is the same, and what is not ------------------------------------------------------------
again() {
  local text=$1 want=$2
  shift 2
  policy "$@"
  is "$text" "$(visit $pupil)" "$want"
  [ "$want" = told ] || return
  of $pupil
  say seen
}
given='given displayName eduPersonPrincipalName '
again 'other white space, comments and order change nothing' "$given" '# en kommentar' \
  'release "Bok" {' '  because "Lektion"' '  inform # berätta' '  give displayName,' '   eduPersonPrincipalName' \
  '  for everyone' '  to service Matteboken' '}'
again 'nor does another title' "$given" "$(release Matte inform 'eduPersonPrincipalName, displayName' Lektion)"
again 'nor a translation' "$given" "$(release Bok inform 'eduPersonPrincipalName, displayName' Lektion 'because en "Lesson"')"
again 'nor two releases in place of one' "$given" "$(release A inform eduPersonPrincipalName Lektion)" \
  "$(release B inform displayName Lektion)"
mv "$bed/policy.d/school.policy" "$bed/policy.d/a-school.policy"
hangup >"$work/reload"
is 'nor another file' "$(visit $pupil)" "$given"
rm "$bed/policy.d/a-school.policy"
again 'nor what the person has no value of' "$given" "$(release Bok inform 'eduPersonPrincipalName, displayName, eduPersonOrcid' Lektion)"
again 'one attribute more is told' told "$(release Bok inform 'eduPersonPrincipalName, displayName, eduPersonScopedAffiliation' Lektion)"
again 'once' 'given displayName eduPersonPrincipalName eduPersonScopedAffiliation ' "$(release Bok inform 'eduPersonPrincipalName, displayName, eduPersonScopedAffiliation' Lektion)"
again 'another purpose is told' told "$(release Bok inform 'eduPersonPrincipalName, displayName' Läxor)"
again 'what was told before that is told again' told "$base"
again 'what leaves in silence is not' 'given eduPersonPrincipalName ' "$(release Bok silent eduPersonPrincipalName Tyst)"
sed 's/shib\.localhost\/shibboleth/shic.localhost\/shibboleth/' "$bed/sp/shib-metadata.xml" >"$bed/sp/shic.xml"
"$portvakt" metadata add --config "$bed_conf" --because 'Another' "$bed/sp/shic.xml" >/dev/null 2>&1
policy "${base/service Matteboken/any}"
is 'what Matteboken was told is told there' "$(visit $pupil)" "$given"
of $pupil
ask --issuer https://shic.localhost/shibboleth
is 'and is told anew of another receiver' "$(page)" told

# --- to be asked ----------------------------------------------------------------------------------
asks=$(release Utskick ask mail Nyhetsbrev 'basis "6.1 a"')
policy "$base" "$asks"
is 'who is asked is told on the same page, if it is new' "$(visit perstr)" told+asked
of perstr
like 'by name it is consent' "$(browser_text)" '*Vill du lämna de här uppgifterna också?*perstr@skola.example*Nyhetsbrev*samtycke*'
like 'and nothing hangs on it' "$(browser_text)" '*Du kommer in i Matteboken även om du svarar nej*'
say no
is 'a no costs what was asked alone' "$(page)" "$given"
is 'and is remembered' "$(visit perstr)" "$given"
is 'what was told before is not told again' "$(visit $teacher)" asked
of $teacher
say yes
is 'a yes gives it' "$(page)" 'given displayName eduPersonPrincipalName mail '
is 'and is remembered' "$(visit $teacher)" 'given displayName eduPersonPrincipalName mail '
like 'the log knows that somebody was asked and answered' \
  "$(jq -r 'select(.choice) | .choice' "$bed/log/portvakt.log" | sort | uniq -c | tr -s ' \n' ' ')" '*agreed*asked*declined*seen*told*'
is 'it is counted' "$(counted asked) $(counted agreed) $(counted declined)" '2 1 1'
policy "$base" "$(release Utskick ask 'mail, eduPersonScopedAffiliation' Nyhetsbrev)"
is 'a yes to less is none to more' "$(visit $teacher)" asked
of $teacher
ok 'without its basis it is not called consent' bash -c "! grep -qi 'samtyck' '$browser_page'"
say no
is 'the no holds' "$(page)" "$given"
policy "$base" "$asks"
is 'and the yes to less is no yes any more' "$(visit $teacher)" asked
of $teacher
say no
policy "$base" "$asks" "$(release Foto ask eduPersonScopedAffiliation Skolkatalog)"
is 'two questions are two pages' "$(visit perstr)" asked
of perstr
say yes
is 'of which one was answered before' "$(page)" 'given displayName eduPersonPrincipalName eduPersonScopedAffiliation '
policy "$asks"
is 'where only a yes opens the service, too' "$(visit frihed)" asked
of frihed
like 'a no keeps it shut, and that is said' "$(browser_text)" '*Svarar du nej kommer du inte in*'
say no
like 'declined' "$browser_status $(page) $(browser_text)" '403 declined *Du har sagt nej*Mina val*'
like 'the service is told that it was denied' "$(response '//*[local-name()="StatusCode"]/@Value' | tr '\n' ' ')" '*Responder*RequestDenied*'
is 'the next time it is the same' "$(visit frihed)" declined

# --- too young ------------------------------------------------------------------------------------
policy "$base" "$asks"
is 'who is too young is not asked' "$(visit alvlin)" told
of alvlin
like 'and reads why' "$(browser_text)" '*innan du har fyllt 13 år*'
say seen
is 'goes in with the rest' "$(page)" "$given"
is 'who is 15 is asked' "$(visit eliek)" told+asked
of eliek
like 'in words for pupils' "$(browser_text)" '*Får Matteboken veta det här också?*Ett ja här kallas samtycke*Ja, det får de*'
say yes
is 'and may say yes' "$(page)" 'given displayName eduPersonPrincipalName mail '
printf '[consent]\nage = 16\n' >>"$bed_conf"
hangup >"$work/reload"
is 'the age is that of the configuration' "$(visit eliek)" "$given"
sed -i '/^\[consent\]/,$d' "$bed_conf"
hangup >"$work/reload"
policy "$asks"
like 'and stays outside where there is no rest' "$(visit alvlin) $(of alvlin; browser_text)" 'too-young *Du kommer inte in här än*'

# --- IsPassive ------------------------------------------------------------------------------------
policy "$base"
of $teacher
ask --passive true
is 'with nothing left to show, IsPassive is answered' "$(page)" "$given"
policy "$(release Bok inform 'eduPersonPrincipalName, displayName, sn' Lektion)" 'service Matteboken { asks sn }'
ask --passive true --id _passive
like 'with a page left to show it is NoPassive' "$(response '//*[local-name()="StatusCode"]/@Value' | tr '\n' ' ')" '*Responder*NoPassive*'
ask --force true
type_in $teacher "$(bed_password $teacher)"
is 'after ForceAuthn the page comes' "$(page)" told
say seen
is 'and no second password' "$(page)" 'given displayName eduPersonPrincipalName sn '

# --- pages of others, twice, too late -------------------------------------------------------------
policy "$base" "$asks"
fresh one
ask
type_in mohrah "$(bed_password mohrah)"
echo "$browser_status $browser_url" >"$browser_dir/at"
is 'a page' "$(page)" told+asked
browser_form ".//button[@name='answer']"
cp "$form_data" "$work/page"
action=$form_action
post() {
  cp "$work/page" "$form_data"
  browser_fill answer "$1"
  form_action=$action form_method=post
  browser_url=${2:-$idp_url/consent}
  browser_send
}
fresh two
ask
type_in $teacher "$(bed_password $teacher)"
post yes
like "of another browser's is refused" "$browser_status $(outcome)" '400 login-other-browser'
of one
before=$(rows choice)
post yes https://shib.localhost/
is 'from another site too' "$browser_status $(outcome)" '403 login-origin'
post maybe
is 'an answer that is none is none' "$(page)" told+asked
post ''
is 'nor is an empty one' "$(page)" told+asked
is 'nothing was kept' "$(rows choice)" "$before"
post yes
is 'yes' "$(page)" 'given displayName eduPersonPrincipalName mail '
is 'is two rows' "$(($(rows choice) - before))" 2
post yes
is 'pressed twice it is the same' "$(page) $(($(rows choice) - before))" 'given displayName eduPersonPrincipalName mail  2'
post no
is 'who goes back and says no has said no' "$(page) $(($(rows choice) - before))" 'given displayName eduPersonPrincipalName  2'
policy "$base" "$(release Utskick ask 'mail, sn' Nyhetsbrev)" 'service Matteboken { asks sn }'
post yes
is 'a yes to what is asked in other words now is none' "$(page)" asked
policy "$base" "$(release Utskick ask 'mail, sn' 'Nya brev')" 'service Matteboken { asks sn }'
cp "$browser_page" "$work/shown.html"
say yes
is 'nor is one to a page that the policy has overtaken' "$(page)" asked
policy "$base" "$asks"
browser_get "$idp_url/logout"
browser_form
browser_send
post yes
is 'who has logged out in between logs in' "$(page)" login
type_in $teacher "$(bed_password $teacher)"
is 'as whoever they are, who is told' "$(page)" told
post yes
like "to whom another's page is none" "$browser_status $(page)" '400 login-other-person'
browser_get "$idp_url/consent?handle=x"
is 'a handle of nobody' "$browser_status" 400
is 'HEAD gives no answer' "$(curl -sSI -o /dev/null -w '%{http_code}' --cacert "$bed_ca" -b "$browser_jar" \
  "$idp_url/consent?handle=x")" 405

# --- taking back ----------------------------------------------------------------------------------
policy "$base" "$asks"
visit perstr >/dev/null
of perstr
browser_get "$idp_url/"
like 'the start page leads to the choices' "$(_xpath "string(//a[@id='choices']/@href)")" /me/choices
browser_get "$idp_url/me/choices"
like 'which say what was answered and when' "$(browser_text)" "*Det här har du svarat*Matteboken*Du sa nej 20??-??-??*Nyhetsbrev*"
like 'and what was told' "$(browser_text)" '*Det här har du fått veta*Matteboken*Lektion*'
ok 'and no value' bash -c "! grep -q 'perstr@' '$browser_page'"
browser_form ".//input[@name='said'][@value='no']"
browser_send
is 'a no can be forgotten' "$(visit perstr)" asked
of perstr
say yes
is 'then they are asked again' "$(page)" 'given displayName eduPersonPrincipalName mail '
browser_get "$idp_url/me/choices"
browser_form ".//input[@name='said'][@value='yes']"
cp "$form_data" "$work/back"
browser_send
like 'a yes can be taken back' "$browser_status $(browser_text)" '200 *Du sa nej*'
is 'which counts from the next login' "$(visit perstr)" "$given"
of perstr
cp "$work/back" "$form_data"
form_action=$idp_url/me/choices form_method=post browser_url=$idp_url/me/choices
browser_send
is 'pressed twice it is taken back once' "$(visit perstr)" "$given"
of $teacher
cp "$work/back" "$form_data"
form_action=$idp_url/me/choices form_method=post browser_url=$idp_url/me/choices
browser_send
like 'in the browser of somebody else it is refused' "$browser_status $(outcome)" '403 login-origin'
fresh nobody
browser_get "$idp_url/me/choices"
is 'without a session there is nothing to see' "$browser_url" "$idp_url/"

# --- nothing is lost ------------------------------------------------------------------------------
of perstr
policy "$base" "$(release Utskick ask 'mail, sn' Brev)" 'service Matteboken { asks sn }'
ask
is 'asked' "$(page)" asked
sqlite3 "$store" >"$work/holder" 2>&1 \
  < <(printf '%s\n' '.timeout 5000' 'BEGIN EXCLUSIVE;' '.print held'
    for ((i = 0; i < 300; i++)); do [ -e "$work/let-go" ] && break; sleep 0.1; done) & holder=$!
wait_for 60 'the lock of the store' grep -q held "$work/holder"
say yes
like 'where an answer cannot be kept nothing leaves' "$browser_status $(page)" '503 store-*'
touch "$work/let-go"
wait "$holder"
is 'and it may be given again' "$(visit perstr)" asked
of perstr
say yes
is 'for good' "$(page)" 'given displayName eduPersonPrincipalName mail sn '
bed_halt portvakt KILL 2>/dev/null
bed_serve || { echo 'Bail out! it does not start after a kill'; exit 1; }
is 'an answer outlives kill -9' "$(visit perstr)" 'given displayName eduPersonPrincipalName mail sn '
ok 'no value is in what is kept' bash -c "! sqlite3 -readonly '$store' 'SELECT CAST(value AS TEXT) FROM choice' | grep -aqE '@skola.example|Noa|jntsr7'"
tap_done
