#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A reload that would release more, with [policy] confirm-widening: what ran goes on, until an
# administrator lets it in; also over a restart, at a running portvakt.
# shellcheck disable=SC2119 # `ask` may do without arguments
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
health_url=http://127.0.0.1:$health_port
pupil=noabjo
school=$bed/policy.d/school.policy
cp "$school" "$work/narrow"
sed -e '/Matteboken"/,/^}/s/, eduPersonScopedAffiliation/&, displayName/' \
  -e '/at Matteboken gets/s/, eduPersonScopedAffiliation/&, displayName/' "$school" >"$work/wide"
narrow='200 page eduPersonPrincipalName eduPersonScopedAffiliation '
wide='200 page displayName eduPersonPrincipalName eduPersonScopedAffiliation '

# try: what a login at Matteboken comes to.
try() {
  fresh try
  ask --id "_$RANDOM"
  type_in "$pupil" "$(bed_password "$pupil")"
  echo "$browser_status $(outcome) $(attributes)"
}
# policy VERB...: its answer is in out (with what it says on stderr), its exit code in code.
policy() {
  out=$("$portvakt" policy "$1" --config "$bed_conf" "${@:2}" 2>&1 </dev/null)
  code=$?
}
# diff [OPTION...]: its answer is in out, its exit code in code.
diff() {
  out=$("$portvakt" diff --config "$bed_conf" --symbolic -l en "$@" 2>&1)
  code=$?
}
# agree NAME WIDER SED: with such a configuration diff and waiting say the same: 0 no more, 1 more.
agree() {
  local waiting
  cp "$bed_conf" "$work/conf"
  sed -i "$3" "$bed_conf"
  waiting=$("$portvakt" policy waiting --config "$bed_conf" --json | jq '.wider | length > 0')
  diff --json
  is "diff and waiting agree of $1" "$code $waiting" "$2 $([ "$2" -eq 1 ] && echo true || echo false)"
  cp "$work/conf" "$bed_conf"
}
put() {
  install -m 644 "$1" "$school.new" && mv "$school.new" "$school"
}
# as UID COMMAND...: as an administrator who has logged in with that uid and become root.
as() {
  if [ -w /proc/self/loginuid ] && (echo "$1" >/proc/self/loginuid) 2>/dev/null; then
    (echo "$1" >/proc/self/loginuid && exec "${@:2}")
  else
    env SUDO_UID="$1" "${@:2}"
  fi
}

# --- nobody waits ---------------------------------------------------------------------------------
policy waiting
like 'what is configured runs' "$code $out" '0 What is configured runs already.'
put "$work/wide"
policy waiting
like 'what a reload would release is told beforehand' "$code $out" \
  '0 *runs*is configured*+ *displayName*The next reload takes it, since*confirm-widening*'
like 'and by diff' "$("$portvakt" diff --config "$bed_conf" --symbolic -l en)" '*displayName*More is released*'
hangup >"$work/reload"
like 'it is logged, and taken' "$(cat "$work/reload")" \
  '*"more is released than before"*displayName*"reloaded"*'
is 'it is released' "$(try)" "$wide"
put "$work/narrow"
is 'less is nothing to tell of' "$(hangup | jq -r .message | sort -u | tr '\n' ' ')" 'reloaded '

# --- who waits ------------------------------------------------------------------------------------
sed -i 's/^\[policy\]$/&\nconfirm-widening = yes/' "$bed_conf"
grep -q '^confirm-widening' "$bed_conf" || printf '[policy]\nconfirm-widening = yes\n' >>"$bed_conf"
is 'to wait from now on is nothing more either' "$(hangup | jq -r .message | sort -u | tr '\n' ' ')" \
  'reloaded '
put "$work/wide"
hangup >"$work/reload"
like 'then it waits, and the log says what' "$(cat "$work/reload")" \
  '*"more would be released"*displayName*"not reloaded: the generation before goes on"*waits for*policy confirm*displayName*'
is 'what ran goes on' "$(try)" "$narrow"
like 'health says so' "$(curl -sS "$health_url/health/ready")" '*waits for*policy confirm*'
policy waiting
like 'it is told what waits' "$code $out" '1 *+ *displayName*It waits for*policy confirm*'
policy waiting --json
is 'as JSON' "$(jq -c '[.waits, (.wider | length)]' <<<"$out")" '[true,1]'
digest=$(jq -r '.configured[:12]' <<<"$out")
policy confirm
like 'where nobody can be asked nothing is confirmed' "$code $out" '1 *displayName*--yes. Nothing was changed.*'
policy confirm 0123456789ab --yes
like 'nor is what is not there' "$code $out" "1 *$digest is configured now, and not 0123456789ab*"
policy confirm 01 --yes
like 'nor what is no digest' "$code $out" '1 *names no generation*'
policy confirm -n
like 'a dry run writes nothing' "$code $out" '0 *would let this be released; nothing is written*'
is 'and still it waits' "$(try)" "$narrow"
cp "$work/wide" "$work/wider"
echo '# seen by nobody' >>"$work/wider"
put "$work/wider"
policy confirm --yes "$digest"
like 'an edit after the look is not confirmed with it' "$code $out" '1 *look again*'
put "$work/wide"
out=$(as "$(id -u daemon)" "$portvakt" policy confirm --config "$bed_conf" --yes "$digest" 2>&1)
like 'who has seen it lets it in, at once' "$? $out" '0 *displayName*has confirmed it, and it runs.'
is 'and it is released' "$(try)" "$wide"
like 'by whom is in the log' "$(grep '"more is released than before"' "$bed/log/portvakt.log" | tail -n 1)" '*"confirmed-by":"*"*'
policy waiting
like 'nothing waits any more' "$code $out" '0 What is configured runs already.'

# --- a new one in its place -----------------------------------------------------------------------
put "$work/narrow"
hangup >"$work/reload"
put "$work/wide"
hangup >"$work/reload"
is 'back and forth: what was confirmed once waits again' "$(try)" "$narrow"
put "$work/narrow"
hangup >"$work/reload"
policy waiting
like 'what waits is gone with the next reload' "$code $out" '0 *runs already.'

# --- what the words mean ---------------------------------------------------------------------------
printf '\n[level eid9]\n' >>"$bed_conf"
hangup >"$work/reload"
like 'words that mean something else wait too' "$(cat "$work/reload")" \
  '*"more would be released"*[[]level eid9] says something else*"not reloaded*'
diff
like 'diff tells them' "$code $out" \
  '1 *mean*[?] [[]level eid9] says something else*nothing changes*More MAY be released*'
diff --json
is 'as JSON' "$(jq -c '[.wider, .configuration[].section, .configuration[].way]' <<<"$out")" \
  '["may","level eid9","may-widen"]'
diff "$bed/policy.d"
like 'but not between two policies under one configuration' "$code $out" '0 *Nothing is released*'
bed_halt portvakt
out=$(timeout 20 "$portvakt" serve --config "$bed_conf" 2>&1 </dev/null)
like 'and a start is no way around that either' "$? $out" \
  '1 *what ran before cannot go on*level eid9*'
policy confirm --yes
like 'it is confirmed like the rest' "$code $out" '0 *[[]level eid9] says something else*has confirmed it*'
bed_serve
is 'and runs' "$(try)" "$narrow"

# --- what diff tells -------------------------------------------------------------------------------
agree 'nothing' 0 ''
agree 'a server that is another' 0 's|^uri = .*|uri = ldaps://127.0.0.1:1|'
agree 'scopes' 1 's/^scopes = .*/scopes = annan.example/'
agree 'who is a teacher' 1 's/^teacher = .*/teacher = eduPersonAffiliation=employee/'
agree 'where an attribute is' 1 '$ a [attributes]\nmail = uid'
agree 'an age' 1 '$ a [consent]\nage = 15'
agree 'who waits' 1 's/^confirm-widening = .*/confirm-widening = no/'
put "$work/wide"
agree 'a policy' 1 ''
put "$work/narrow"

# --- over a restart -------------------------------------------------------------------------------
put "$work/wide"
bed_halt portvakt
is 'it ends well' "$?" 0
bed_serve
like 'a start is no way around it' "$(tail -n 7 "$bed/log/portvakt.log")" \
  '*"what ran before goes on: what is configured waits"*'
is 'what ran before the restart runs' "$(try)" "$narrow"
hangup >"$work/reload"
is 'nor is a reload after it' "$(try)" "$narrow"
bed_halt portvakt
policy confirm --yes
like 'it can be confirmed without a daemon' "$code $out" '0 *has confirmed it: it holds from the next start*'
bed_serve
is 'and the start takes it' "$(try)" "$wide"

# --- who waits no more -----------------------------------------------------------------------------
put "$work/narrow"
hangup >"$work/reload"
sed -i 's/^confirm-widening = .*/confirm-widening = no/' "$bed_conf"
put "$work/wide"
hangup >"$work/reload"
like 'a reload that is to wait for nobody waits itself' "$(cat "$work/reload")" \
  '*"more would be released"*confirm-widening is not yes any more*"not reloaded*'
policy waiting
like 'it is told what waits' "$code $out" '1 *confirm-widening is not yes*displayName*It waits for*'
bed_halt portvakt
bed_serve
like 'a start is no way around it' "$(tail -n 7 "$bed/log/portvakt.log")" \
  '*"what ran before goes on: what is configured waits"*'
hangup >"$work/reload"
is 'nor is a reload after it' "$(try)" "$narrow"
policy confirm --yes
like 'it is confirmed like the rest' "$code $out" '0 *has confirmed it, and it runs.'
is 'and released' "$(try)" "$wide"
put "$work/narrow"
hangup >"$work/reload"
put "$work/wide"
like 'from then on nobody waits' "$(hangup)" '*"more is released than before"*displayName*"reloaded"*'
bed_halt portvakt
echo rubbish >"$bed/store/portvakt.db.policy"
bed_serve
is 'and nothing depends on what is kept' "$(try)" "$wide"
sed -i 's/^confirm-widening = .*/confirm-widening = yes/' "$bed_conf"
hangup >"$work/reload"

# --- what is kept ---------------------------------------------------------------------------------
kept=$bed/store/portvakt.db.policy
ok 'what runs is kept' test -s "$kept"
chmod 666 "$kept"
policy waiting
like 'it is not believed where others may write it' "$code $out" '1 *portvakt.db.policy*not believed*'
chmod 644 "$kept"
cp "$kept" "$work/kept"
echo rubbish >"$kept"
policy waiting
like 'nor if it is none of ours' "$code $out" '1 *portvakt.db.policy*no policy*'
bed_halt portvakt
out=$("$portvakt" serve --config "$bed_conf" 2>&1)
like 'and nothing starts that nobody can compare' "$? $out" '1 *portvakt.db.policy*'
cp "$work/kept" "$kept"
bed_serve
is 'put back, it does' "$(try)" "$wide"
bed_halt portvakt
is 'and ends well' "$?" 0
tap_done
