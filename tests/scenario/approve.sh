#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What two administrators must approve: for protected persons a service is opened by two of them, and
# by nobody else; at a running portvakt with a real directory.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
protected=saglun
pupil=noabjo
title='Skyddade "i" matteboken'

# as UID COMMAND...: as an administrator who has logged in with that uid and become root.
as() {
  if [ -w /proc/self/loginuid ] && (echo "$1" >/proc/self/loginuid) 2>/dev/null; then
    (echo "$1" >/proc/self/loginuid && exec "${@:2}")
  else
    env SUDO_UID="$1" "${@:2}"
  fi
}
anna=$(id -u daemon) bengt=$(id -u nobody)
is_known_as() {
  [ "$(as "$anna" "$portvakt" policy approve --config "$bed_conf" -n "$file" "$title" | tail -n 1 | cut -d ' ' -f 1)" = daemon ]
}

# policy UID VERB...: its answer is in out (with what it says on stderr), its exit code in code.
policy() {
  out=$(as "$1" "$portvakt" policy "$2" --config "$bed_conf" "${@:3}" 2>&1)
  code=$?
}

# try LOGIN: what a login at Matteboken comes to.
try() {
  fresh try
  ask --id _try
  type_in "$1" "$(bed_password "$1")"
  echo "$browser_status $(outcome) $(attributes)"
}

# write GIFT [COMMENT]: the file, and the reload.
file=skyddade.policy
write() {
  cat >"$bed/policy.d/$file" <<END
policy 1
release "Skyddade \"i\" matteboken" { ${2-}
    to service Matteboken; for protected student
    give $1; silent
    approved by two; because "Matematik även för dem"; basis "6.1 e"
}
expect protected student at Matteboken gets $1
END
  hangup >"$work/reload"
}

like 'where no release needs two it says so' \
  "$("$portvakt" policy approvals --config "$bed_conf" 2>&1)" 'No release needs approval*'
sed -i '/^expect protected everyone/d' "$bed/policy.d/school.policy"
write eduPersonPrincipalName
like 'a release that nobody has approved is warned of' "$(cat "$work/reload")" \
  '*skyddade.policy:5:*gives nothing until two have approved it (0 of 2 have*"reloaded"*'
is 'and gives nothing, though the expectation of what it will give holds' "$(try $protected)" '403 not-open '
is 'the log says no more than of anybody outside a rule' \
  "$(tail -n 1 "$bed/log/portvakt.log" | jq -r .error)" refused-no-rule
is_known_as || { echo "# no two administrators can be played here"; tap_done; exit; }

# --- one, two ---------------------------------------------------------------------------------------
policy "$anna" approvals
like 'it is listed' "$code $out" '0 skyddade.policy:2: "Skyddade "i" matteboken" (0 of 2)'
policy "$anna" approve -n "$file" "$title"
like 'a dry run shows what would be approved, with what the names stand for' "$code $out" \
  '0 release "Skyddade \\"i\\" matteboken"
approved by two
basis "6.1 e"
because "Matematik även för dem"
for protected student
give eduPersonPrincipalName
silent
to service Matteboken
service Matteboken is "https://shib.localhost/shibboleth"

daemon would approve this*nothing is written*'
policy "$anna" approvals -j
is 'and writes nothing' "$(jq -c '.[0] | [.approvals, .approved, .in_policy, .line]' <<<"$out")" '[[],false,true,2]'
policy "$anna" approve "$file" "$title"
like 'where nobody can be asked nothing is approved' "$code $out" '1 release "Skyddade*--yes. Nothing was changed.*'
out=$(as "$anna" script -qec "'$portvakt' policy approve --config '$bed_conf' $file '$title'" /dev/null <<<n)
like 'who has read it is asked' "$? $out" '1 *service Matteboken is*daemon will approve this text. *y/N*Nothing was changed*'
policy "$anna" approvals -j
is 'and may say no' "$(jq -c '.[0].approvals' <<<"$out")" '[]'
policy "$anna" approve --yes "$bed/policy.d/$file" "$title"
like 'one approves' "$code $out" '0 *daemon has approved this.*1 of 2*another administrator*'
policy "$anna" approve --yes "$file" "$title"
like 'and cannot do so twice' "$code $out" '0 *daemon has approved this before.*1 of 2*'
out=$(as "$anna" env SUDO_UID="$bengt" SUDO_USER=nobody USER=nobody LOGNAME=nobody \
  "$portvakt" policy approve --yes --config "$bed_conf" "$file" "$title")
[ ! -w /proc/self/loginuid ] ||
  like 'nor as somebody else, by saying so' "$out" '*daemon has approved this before.*1 of 2*'
hangup >"$work/reload"
like 'one is not enough' "$(try $protected) $(cat "$work/reload")" '403 not-open *[(]1 of 2 have*"reloaded"*'
policy "$bengt" approve --yes "$file" "$title"
like 'another approves' "$code $out" '0 *nobody has approved this.*Two have approved it*reload*'
is 'that counts from the reload on' "$(try $protected)" '403 not-open '
like 'which makes another generation, though no file has changed' "$(hangup | tail -n 1 |
  jq -c '[.message, .generation != .before]')" '?"reloaded",true?'
is 'then a protected pupil is let in' "$(try $protected)" '200 page eduPersonPrincipalName '
is 'with the line in the ledger that two have approved' "$(sqlite3 -readonly "$bed/store/portvakt.db" \
  'SELECT rule FROM ledger_given ORDER BY rowid DESC LIMIT 1')" skyddade.policy:2
is 'others get what they got' "$(try $pupil)" '200 page eduPersonPrincipalName eduPersonScopedAffiliation '
out=$("$portvakt" explain --config "$bed_conf" -p $pupil -s Matteboken -l en)
is 'by lines of their own' "$(grep -c 'skyddade.policy' <<<"$out")" 0
policy "$bengt" approvals
like 'who and when is listed' "$code $out" '0 skyddade.policy:2: *[(]2 of 2)*
    daemon, 20??-??-??T??:??:??Z
    nobody, 20??-??-??T??:??:??Z'
like 'and check has nothing to warn of' "$("$portvakt" check --config "$bed_conf" 2>&1 | grep -c skyddade)" 0

# --- edits ----------------------------------------------------------------------------------------
write eduPersonPrincipalName '# as decided'
is 'a comment changes nothing' "$(try $protected)" '200 page eduPersonPrincipalName '
mv "$bed/policy.d/$file" "$bed/policy.d/zz.policy"
hangup >"$work/reload"
is 'nor does another file' "$(try $protected)" '200 page eduPersonPrincipalName '
rm "$bed/policy.d/zz.policy"
write 'eduPersonPrincipalName, eduPersonScopedAffiliation'
is 'a word does: it sleeps until that is approved' "$(try $protected)" '403 not-open '
policy "$anna" approvals
like 'what was approved is listed apart' "$code $out" '0 *[(]0 of 2)*"Skyddade*not in the policy*daemon*nobody*'
write eduPersonPrincipalName
is 'changed back, it is awake' "$(try $protected)" '200 page eduPersonPrincipalName '
sed -i 's|^service Matteboken is .*|&, "https://other.example"|' "$bed/policy.d/school.policy"
hangup >"$work/reload"
is 'a name that stands for one service more puts it to sleep' "$(try $protected)" '403 not-open '
sed -i 's|^\(service Matteboken is .*\), "https://other.example"|\1|' "$bed/policy.d/school.policy"
hangup >"$work/reload"
is 'and for the same again wakes it' "$(try $protected)" '200 page eduPersonPrincipalName '

# --- taking back ----------------------------------------------------------------------------------
policy "$bengt" withdraw -n "$file" "$title"
like 'a dry run of taking back' "$code $out" '0 nobody would take back*nothing is written*'
policy "$bengt" withdraw "$file" "$title"
like 'one takes back' "$code $out" '0 nobody has taken back*reload*'
policy "$bengt" withdraw "$file" "$title"
like 'but not what is not there' "$code $out" '1 *nobody has not approved*'
hangup >"$work/reload"
is 'and it sleeps' "$(try $protected)" '403 not-open '

# --- mistakes -------------------------------------------------------------------------------------
policy "$anna" approve --yes "$file" 'Skyddade i matteboken'
like 'a title that is none is guessed at' "$code $out" "1 *no release that two must approve is called*did you mean \"$title\"*"
policy "$anna" approve school.policy "$title"
like 'another file' "$code $out" "1 *stands in $bed/policy.d/$file, not in school.policy*"
cp "$bed/policy.d/$file" "$work/$file"
policy "$anna" approve --yes "$work/$file" "$title"
like 'a copy of the file is not the file' "$code $out" "1 *stands in $bed/policy.d/$file, not in $work/$file*"
policy "$anna" approve school.policy Matteboken
like 'a release that needs nobody' "$code $out" '1 *no release that two must approve is called "Matteboken"*'
policy "$anna" approve --yes "$file"
like 'a title is needed' "$code $out" '2 *approve FILE TITLE*'
policy "$anna" revoke
like 'a word that is none' "$code $out" '2 *say what to do*'
policy 4711 approve "$file" "$title"
like 'nobody in particular' "$code $out" '1 *user 4711 has no account*'
echo 'release' >>"$bed/policy.d/$file"
policy "$anna" approve --yes "$file" "$title"
like 'a policy that does not load' "$code $out" '1 *skyddade.policy:8:*'
write eduPersonPrincipalName
bed_halt portvakt
is 'it ends well' "$?" 0
policy "$bengt" approve --yes "$file" "$title"
like 'without a daemon too' "$code $out" '0 *nobody has approved this.*Two have approved it*'
mv "$bed/store" "$bed/store.away"
policy "$anna" approve --yes "$file" "$title"
like 'without a store there is nowhere to write it' "$code $out" '1 *no store yet*'
mkdir -m 700 "$bed/store"
head -c 8192 /dev/urandom >"$bed/store/portvakt.db"
chmod 600 "$bed/store/portvakt.db"
out=$("$portvakt" check --config "$bed_conf" 2>&1)
code=$?
like 'approvals that cannot be read stop a load' "$code $out" '1 *portvakt.db: *'
rm -r "$bed/store"
mv "$bed/store.away" "$bed/store"
ok 'no password is in the log' bash -c "! grep -qF '$(bed_password $protected)' '$bed/log/portvakt.log'"
tap_done
