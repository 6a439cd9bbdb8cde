#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# No service gets an old EPPN with a new identifier, or the other way round, wherever `portvakt eppn
# rotate` is stopped, and whatever the daemon has read before.
# shellcheck disable=SC2119 # `ask` may do without arguments
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
bed_test_open
export LDAPNOINIT=1
people=ou=people,dc=skola,dc=example
root=cn=root,dc=skola,dc=example
socket=$bed/ldap/run/ldapi
db=$bed/store/portvakt.db
mkdir -p "$bed"
printf 'rootdn %s\nrootpw rot-hemligt\n' "$root" >"$work/root.conf"
up() {
  bed_pki && bed_directory "$work/root.conf" && bed_service_metadata && bed_idp || return 1
  sed -i '/^expect .* gets eduPerson/d' "$bed/policy.d/school.policy"
  cat >"$bed/policy.d/names.policy" <<'POLICY'
policy 1
service Matteboken { asks pairwise-id required, eduPersonPrincipalName required }
release "Namn" {
    to      service Matteboken
    for     student, teacher
    give    pairwise-id, eduPersonPrincipalName
    silent
    because "Prov"
}
POLICY
  bed_serve
}
if ! up; then
  echo 'Bail out! the installation did not start'
  exit 1
fi
sso=$idp_url/saml/sso
authnrequest=$top_builddir/tests/lib/authnrequest
(umask 077 && echo rot-hemligt >"$work/password")

eppn_of() {
  ldapsearch -x -H "ldapi://${socket//\//%2F}" -D "$root" -w rot-hemligt -LLL -o ldif-wrap=no \
    -s base -b "uid=$1,$people" "${2-eduPersonPrincipalName}" | sed -n 's/^[a-zA-Z]*PrincipalName: //p'
}
value() {
  response "string(//*[local-name()='Attribute'][@FriendlyName='$1']//*[local-name()='AttributeValue'])"
}
# given: what the page gives: EPPN and pairwise-id.
given() {
  echo "$(value eduPersonPrincipalName) $(value pairwise-id)"
}
log_in() {
  fresh "$2"
  ask
  type_in "$1" "$(bed_password "$1")"
  [ ! -e "$browser_jar" ] || cp "$browser_jar" "$work/jar.$2"
}
# by_session NAME: the browser that was used for log_in asks again.
by_session() {
  fresh "$1"
  cp "$work/jar.$1" "$browser_jar"
  ask
}
show() {
  "$portvakt" eppn show --config "$bed_conf" --json --person "$1" | jq -r .rotation_pending
}
rotate() {
  "$portvakt" eppn rotate --config "$bed_conf" --person "$1" --apply --yes --bind-dn "$root" \
    --password-file "$work/password" >"$work/rotate.out" 2>&1 </dev/null
}
pending() {
  [ "$(show "$1")" = true ]
}
changed() {
  [ -n "$(eppn_of "$1")" ] && [ "$(eppn_of "$1")" != "$2" ]
}
# Every thread of it: one that sleeps goes on for a moment after the signal.
stands() {
  ! sed 's/.*) //' "/proc/$1/task/"*/stat | grep -qv '^T'
}
stop_all() {
  kill -s STOP "${bed_pid[$1]}"
  wait_for 60 "$1 to stand" stands "${bed_pid[$1]}"
}
go_on() {
  kill -s CONT "${bed_pid[$1]}"
}

# begin_at_prompt USER: the command stands at its question, with all planned; answer with `say`.
begin_at_prompt() {
  rm -f "$work/typed" "$work/screen"
  mkfifo "$work/typed"
  script -qefc "exec '$portvakt' eppn rotate --config '$bed_conf' --person '$1' --apply --bind-dn '$root' --password-file '$work/password'" \
    "$work/screen" <"$work/typed" >/dev/null 2>&1 &
  typist=$!
  exec 7>"$work/typed"
  wait_for 60 'the question' grep -q 'cannot be undone' "$work/screen"
  command_pid=$(cat "/proc/$typist/task/$typist/children")
  command_pid=${command_pid%% *}
}
kill_command() {
  kill -s KILL "$command_pid"
  exec 7>&-
  wait "$typist" 2>/dev/null
}
is_refused() {
  is "$1: by a login nobody gets in" "$(log_in "$2" again && echo "$browser_status $(outcome)")" '503 person-changing'
  by_session "$3"
  is "$1: nor by a session" "$browser_status $(outcome)" '503 person-changing'
}
comes_out_new() { # WHAT USER EPPN PAIRWISE SESSION
  ok "$1: a rerun finishes" rotate "$2"
  is "$1: which show says" "$(show "$2")" false
  by_session "$5"
  is "$1: the old session is gone" "$(login_page)" 1
  log_in "$2" after
  read -r eppn pairwise <<<"$(given)"
  ok "$1: the EPPN is the directory's, and new" test "$eppn" = "$(eppn_of "$2")" -a "$eppn" != "$3"
  ok "$1: and the identifier is new too" test -n "$pairwise" -a "$pairwise" != "$4"
}

# --- killed at the question: nothing has begun ------------------------------------------------------
user=alvlin
log_in $user first
read -r old_eppn old_pairwise <<<"$(given)"
ok 'a service gets both' test "$old_eppn" = "$(eppn_of $user)" -a -n "$old_pairwise"
begin_at_prompt $user
kill_command
is 'killed at the question: nothing is pending' "$(show $user)" false
ask
is 'and the session gives what it gave' "$(given)" "$old_eppn $old_pairwise"

# --- killed after the first commit, before the directory ---------------------------------------------
begin_at_prompt $user
stop_all slapd
echo y >&7
# the store alone is asked: the directory stands still
ok 'the rotation begins in the store' wait_for 20 'the first commit' \
  bash -c "[ \$(sqlite3 'file:$db?mode=ro' 'select count(*) from rotation') = 1 ]"
kill_command
go_on slapd
wait_for 60 'the directory' pending $user
is_refused 'killed before or at the directory' $user first
comes_out_new 'killed before or at the directory' $user "$old_eppn" "$old_pairwise" first

# --- killed after the directory, before the last commit ---------------------------------------------
log_in $user second
read -r old_eppn old_pairwise <<<"$(given)"
begin_at_prompt $user
stop_all slapd
rows=$(sqlite3 "file:$db?mode=ro" 'select hex(value) from rotation')
echo y >&7
wait_for 60 'the first commit' \
  bash -c "[ \"\$(sqlite3 'file:$db?mode=ro' 'select hex(value) from rotation')\" != '$rows' ]"
stop_all portvakt
go_on slapd
ok 'the directory is changed' wait_for 20 'the directory' changed $user "$old_eppn"
# the last commit waits at the door of a daemon that will never read it
kill_command
bed_halt portvakt KILL 2>/dev/null
bed_serve
is 'the rotation is pending' "$(show $user)" true
is_refused 'killed after the directory' $user second
comes_out_new 'killed after the directory' $user "$old_eppn" "$old_pairwise" second

# --- what the daemon has read before ------------------------------------------------------------------
# Two roles: the page that asks which is made before who it is is asked, and what was read of the
# directory then is used when the answer comes.
log_in noohad roles
is 'a person of two roles is asked which' "$(_xpath "count(//*[@name='role'])")" 2
browser_form
browser_fill role student
before=$(eppn_of noohad)
ok 'then the names are renewed' rotate noohad
ok 'in the directory too' changed noohad "$before"
browser_send
is 'what was read before is not given with the new identifiers' "$browser_status $(outcome)" '503 person-changing'
# --- another source of EPPNs ----------------------------------------------------------------------
# Under `store' nobody asks whether an EPPN of the directory is shared, so what is read then may not
# be used when it counts again.
ldapmodify -x -H "ldapi://${socket//\//%2F}" -D "$root" -w rot-hemligt >/dev/null <<LDIF
dn: uid=noabjo,$people
changetype: modify
replace: eduPersonPrincipalName
eduPersonPrincipalName: $(eppn_of alvlin)
LDIF
sed -i 's/^\[seal\]/[eppn]\nsource = store\n&/' "$bed_conf"
like 'the store becomes the source' "$(hangup)" '*"reloaded*'
log_in alvlin shared
ok 'a shared EPPN of the directory is nothing then' test -n "$(session)" -a "$(outcome)" != eppn-shared
sed -i '/^source = store$/d' "$bed_conf"
like 'and is not any longer' "$(hangup)" '*"reloaded*'
by_session shared
is 'who was read without the question is read anew' "$(outcome)" eppn-shared

is 'no EPPN and no key is in the log' \
  "$(grep -cE "$old_eppn|$before|[0-9a-f]{8}-[0-9a-f]{4}-" "$bed/log/portvakt.log")" 0
tap_done
