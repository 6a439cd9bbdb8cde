#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# While the directory is away, in whatever manner, who was read a moment ago is let in and others are
# told within four seconds; when it is back, so is everything. And what the school takes away is
# given to nobody later than `max-age` allows.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
slapd_uri=ldap://127.0.0.1:$ldap_port
started=$(date +%s)
portvakt_pid=$(cat "$bed/run/portvakt.pid")
request=$("$authnrequest")

# directory_is URIS MAX-AGE: has portvakt read that anew.
directory_is() {
  sed -i -e '/^\[person\]/,/^$/d' -e "s|^uri = .*|uri = $1|" "$bed_conf"
  printf '\n[person]\nmax-age = %s\n' "$2" >>"$bed_conf"
  hangup >"$work/hangup"
  ok "$1 and $2 are read" grep -q '"reloaded"' "$work/hangup"
}

slapd_up() {
  bed_directory
}

# log_in USER: in a browser of that name.
log_in() {
  fresh "$1"
  ask --id _login
  type_in "$1" "$(bed_password "$1")"
}

# timed COMMAND...: sets `took`, in milliseconds.
timed() {
  local start end
  start=$(date +%s%N)
  "$@"
  end=$(date +%s%N)
  took=$(((end - start) / 1000000))
}

# visit FILE URL: by session; its status, and the seconds from the request to the answer.
visit() {
  curl -sS --max-time 20 --cacert "$bed_ca" -b "$work/noabjo/jar" -o /dev/null \
    -w '%{http_code} %{time_pretransfer} %{time_total}\n' "$2" | awk '{ print $1, $3 - $2 }' >"$1"
}

# crowd COMMAND...: twelve at a time with the same session, and one who only wants the first page;
# COMMAND is run while they wait.
crowd() {
  local i pids=()
  rm -f "$work"/crowd.*
  for i in {1..12}; do
    visit "$work/crowd.$i" "$sso?$request" &
    pids+=($!)
  done
  sleep 0.3
  visit "$work/page" "$idp_url/login" &
  pids+=($!)
  "$@"
  wait "${pids[@]}"
}

statuses() {
  cut -d ' ' -f 1 "$work"/crowd.* | sort -u | tr '\n' ' '
}

# told KIND [COMMAND...]: that a crowd is told, and soon.
told() {
  local kind=$1 worst
  shift
  crowd "${@:-true}"
  worst=$(cut -d ' ' -f 2 "$work"/crowd.* | sort -g | tail -n 1)
  is "$kind: everybody is told that the directory is away" "$(statuses)" '503 '
  ok "$kind: within four seconds ($worst s)" awk "BEGIN { exit !($worst < 4) }"
  like "$kind: and who wants something else does not wait" "$(cat "$work/page")" '200 [01]*'
}

recovers() {
  timed wait_for 10 "an answer" answered
  ok "$1: it is back without a restart (after $took ms)" answered
}

answered() {
  [ "$(visit /dev/stdout "$sso?$request" | cut -d ' ' -f 1)" = 200 ]
}

# --- who was read a moment ago --------------------------------------------------------------------
log_in noabjo
is 'a pupil logs in' "$browser_status $(outcome)" '200 page'
bed_halt slapd
ask --id _away
is 'with slapd stopped the session is served' "$(response 'string(/*/@InResponseTo)')" _away
fresh other
ask
fill_in alvlin "$(bed_password alvlin)"
timed browser_send
is 'nobody can log in' "$browser_status $(outcome)" '503 directory-down'
ok "and is told so within four seconds ($took ms)" test "$took" -lt 4000
like 'and when to try again' "$(tr -d '\r' <"$browser_headers")" '*Retry-After: *'
like 'a reload is taken' "$(hangup)" '*"reloaded"*'
browser_open_again() {
  browser_dir=$work/$1 browser_jar=$work/$1/jar browser_page=$work/$1/page.html
  browser_headers=$work/$1/headers
}
browser_open_again noabjo
ask --id _reloaded
is 'and the session still served' "$(response 'string(/*/@InResponseTo)')" _reloaded
directory_is "$slapd_uri" 1s
sleep 1.1
told 'stopped, and nobody is fresh'
slapd_up
recovers stopped

# --- however it fails -----------------------------------------------------------------------------
directory_is "$slapd_uri" 0s
slapd_pid=$(cat "$bed/ldap/slapd.pid")
kill -STOP "$slapd_pid"
told 'frozen'
kill -CONT "$slapd_pid"
recovers frozen
kill -STOP "$slapd_pid"
told 'killed while it is asked' kill -KILL "$slapd_pid"
slapd_up
recovers killed

"$top_builddir/tests/lib/misbehave" closed silent silent silent full stalled-tls dripping-tls \
  >"$work/rogues" &
rogues_pid=$!
all_there() { [ "$(wc -l <"$work/rogues")" -eq 7 ]; }
wait_for 60 'the rogues' all_there
mapfile -t rogue <"$work/rogues"
declare -A kinds=(
  ['refused']=${rogue[0]}
  ['three that take connections and say nothing']="${rogue[1]};${rogue[2]};${rogue[3]}"
  ['packets vanish']=${rogue[4]}
  ['TLS that stalls']=${rogue[5]}
  ['TLS that drips, and one that is silent']="${rogue[6]};${rogue[1]}"
)
for kind in "${!kinds[@]}"; do
  directory_is "${kinds[$kind]}" 0s
  told "$kind"
done
directory_is "${rogue[1]};$slapd_uri" 0s
ok 'a second address takes over' wait_for 10 'an answer' answered
timed answered
ok "and nobody waits for the first any more ($took ms)" test "$took" -lt 1000
kill "$rogues_pid"

# --- what the school takes away -------------------------------------------------------------------
directory_is "$slapd_uri" 5m
bed_halt slapd
printf 'rootdn cn=admin,dc=skola,dc=example\nrootpw offentligt\n' >>"$bed/ldap/slapd.conf"
slapd_up
for user in alvlin noabjo gusfal; do
  log_in "$user"
done
people=ou=people,dc=skola,dc=example
LDAPNOINIT=1 ldapmodify -x -H "ldapi://${bed//\//%2F}%2Fldap%2Frun%2Fldapi" \
  -D cn=admin,dc=skola,dc=example -w offentligt >/dev/null <<LDIF
dn: uid=alvlin,$people
changetype: delete

dn: uid=noabjo,$people
changetype: modify
replace: securityMarking
securityMarking: Sekretessmarkering

dn: uid=gusfal,$people
changetype: modify
delete: eduPersonAffiliation
LDIF
# seen USER: what a service asks for in that browser comes to.
seen() {
  browser_open_again "$1"
  ask --id _later
  echo "$browser_status $(login_page) $(response 'count(//*[local-name()="Assertion"])')"
}
is 'who is removed is given within max-age' "$(seen alvlin)" '200 0 1'
is 'and who is marked' "$(seen noabjo)" '200 0 1'
is 'and who has lost the role' "$(seen gusfal)" '200 0 1'
directory_is "$slapd_uri" 2s
sleep 2.1
is 'after it, who is removed is asked to log in' "$(seen alvlin)" '200 1 '
is 'who is marked is turned away' "$(seen noabjo)" '403 0 0'
is 'and who has lost the role' "$(seen gusfal)" '403 0 0'
bed_halt slapd
sleep 2.1
is 'nor is anything given because nobody can be asked' "$(seen noabjo) $(seen alvlin)" '503 0  503 0 '
is 'it was one portvakt all the time' "$(cat "$bed/run/portvakt.pid")" "$portvakt_pid"
echo "# $(($(date +%s) - started)) s"
tap_done
