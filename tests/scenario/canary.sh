#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# What must not be found: known passwords, cookies, handles, tokens, a personal number, attribute
# values, a RelayState, keys. Only the EPPN is in the store, once, so that it is never given away.
# After logins good and bad, what people were told and answered, faults of directory and store, and
# broken requests with a secret in every odd place, none is in the log, in what commands say but to
# whoever explains a login, in the store (its freed pages too) or in a temporary file, in whatever
# spelling; nothing leaves a core; and what was typed as a password is not in the memory of the
# process any more.
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
bed_test_open
mkdir "$work/tmp" "$work/cores"
ulimit -c unlimited 2>/dev/null
# where portvakt would put a temporary file, or a core
serve() {
  pushd "$work/cores" >/dev/null && TMPDIR=$work/tmp bed_serve && popd >/dev/null || return
}
if ! { bed_pki && bed_directory && bed_service_metadata && bed_idp && serve; }; then
  echo 'Bail out! the installation did not start'
  exit 1
fi
sso=$idp_url/saml/sso authnrequest=$top_builddir/tests/lib/authnrequest
store=$bed/store/portvakt.db
pupil=noabjo right=$(bed_password noabjo)
wrong='Kanarie-fel-73915' odd='Kanarie-udda-62840' relay='Kanarie-relay-51726'

# secret NAME VALUE: one more that must not be found.
secret() {
  [ -z "$2" ] || printf '%s\t%s\n' "$1" "$2" >>"$work/secrets"
}

# What the browser holds now.
note_browser() {
  local name value
  while IFS=$'\t' read -r name value; do secret "cookie $name" "$value"; done \
    < <(awk '/__Host-/ { print $6 "\t" $7 }' "$browser_jar")
  for name in handle csrf; do secret "$name" "$(_xpath "string(//input[@name='$name']/@value)")"; done
}

# forgotten WHEN: no password that was typed is in the memory of portvakt.
forgotten() {
  local typed
  # a sanitizer keeps what was freed, the buffers of GnuTLS too, so that nothing lies over it
  if [ "$(id -u)" -ne 0 ] || ldd "$portvakt" | grep -qE 'lib(asan|tsan)'; then
    echo '# the memory of portvakt is looked at by root, and without sanitizers only'
    return
  fi
  "$top_builddir/tests/lib/memory" "${bed_pid[portvakt]}" >"$work/memory"
  ok "$1: the memory is readable, $(stat -c %s "$work/memory") bytes" grep -aq portvakt "$work/memory"
  for typed in "$right" "$wrong"; do
    is "and holds no password that was typed" "$(grep -a -o -F "$typed" "$work/memory" | wc -l)" 0
  done
  rm "$work/memory"
}

secret 'right password' "$right"
secret 'wrong password' "$wrong"
secret 'odd place' "$odd"
secret RelayState "$relay"
secret mail "$pupil@elev.skola.example"
secret 'bind password' "$(head -c 200 "$bed/ldap/password" | tr -d '\n')"
secret 'SAML key' "$(sed -n 3p "$bed/keys/saml.key")"
while IFS='|' read -r _ _ given family _ eppn _ _ _ _ number _; do
  secret 'personal number' "$number"
  secret EPPN "$eppn"
  secret name "$given $family"
done < <(grep "| $pupil |" "$top_srcdir/contrib/school/people" | sed 's/ *| */|/g')

# ---- what people are told and asked, with an address for a country (`c'), which is broken ----

cp "$bed/policy.d/school.policy" "$work/school.policy"
cat >"$bed/policy.d/school.policy" <<'END'
policy 1
service Matteboken is "https://shib.localhost/shibboleth" { asks displayName, c, norEduPersonNIN, mail }
release "Bok" { to service Matteboken; for student; give displayName, c, norEduPersonNIN; inform; because "Lektion"; basis "6.1 e" }
release "Brev" { to service Matteboken; for student; give mail; ask; because "Nyhetsbrev"; basis "6.1 a" }
release "Skyddade" { to service Matteboken; for protected student; give displayName; silent; approved by two; because "Lektion" }
END
# answer WHAT: that button of the page
answer() {
  note_browser
  say "$1"
}
sed -i '/^\[attributes\]$/a c = mail' "$bed_conf"
like 'a policy that asks' "$(hangup)" '*more is released than before*"reloaded"*'
fresh asked
ask --relay "$relay"
type_in "$pupil" "$right"
is 'people are told and asked' "$(_xpath 'string(//main/@data-page)')" ask
answer maybe
answer no
is 'who says no' "$(attributes)" 'displayName norEduPersonNIN '
browser_get "$idp_url/me/choices"
note_browser
browser_form ".//input[@name='said']"
browser_send
note_browser
ask
answer yes
is 'and yes' "$(attributes)" 'displayName mail norEduPersonNIN '
browser_get "$idp_url/me/choices"
note_browser
# commands that read people or policies: all they say but explain's own answer
portvakt() {
  "$portvakt" "$@" --config "$bed_conf" </dev/null 2>&1
}
cp "$work/school.policy" "$work/new.policy"
{
  { "$portvakt" explain --config "$bed_conf" -p "$pupil" -s Matteboken >/dev/null; } 2>&1
  portvakt explain -p "$pupil" -s Matteboken -m -l en
  portvakt explain -p "$pupil" -s Matteboken -m --json
  portvakt who norEduPersonNIN
  portvakt who mail --json
  portvakt diff "$work/new.policy"
  portvakt diff --json "$work/new.policy"
  portvakt diff --symbolic "$work/new.policy"
  portvakt report register
  portvakt report register --json
  portvakt policy waiting
  portvakt policy confirm --yes
  portvakt policy approvals
  portvakt policy approve --yes school.policy Skyddade
  portvakt metadata holds
  portvakt metadata holds Matteboken
  portvakt metadata hold --yes Matteboken mail
  portvakt metadata approve --yes Matteboken
  portvakt masterdata lint
  portvakt check
} >"$work/commanded"
like 'a broken value is withheld' "$(cat "$work/commanded")" '*breaks the form*'
mv "$work/school.policy" "$bed/policy.d/school.policy"
sed -i '/^c = mail$/d' "$bed_conf"
# another process, in whose memory only what follows is looked for
bed_halt portvakt
serve

# ---- what people do, and what goes wrong ----

fresh
ask --relay "$relay"
note_browser
type_in "$pupil" "$wrong"
note_browser
type_in "$pupil" "$right"
is 'a login' "$(attributes)" 'eduPersonPrincipalName eduPersonScopedAffiliation '
note_browser
cookies=$(awk '/__Host-/ { printf "%s=%s; ", $6, $7 }' "$browser_jar")
ask
browser_get "$idp_url/logout"
note_browser
forgotten 'at once'
hangup >/dev/null
bed_explain "$pupil" student Matteboken >"$work/explained"

fresh typo
ask
type_in "$odd" "$wrong"
note_browser
type_in "$wrong" "$right"

sqlite3 "$store" >"$work/holder" 2>&1 \
  < <(printf '%s\n' '.timeout 5000' 'BEGIN EXCLUSIVE;' '.print held'
    for ((i = 0; i < 300; i++)); do [ -e "$work/let-go" ] && break; sleep 0.1; done) & holder=$!
wait_for 60 'the lock of the store' grep -q held "$work/holder"
fresh no-store
ask
type_in "$pupil" "$right"
is 'a store that cannot be written is a fault' "$browser_status" 503
touch "$work/let-go"
note_browser
wait "$holder"

bed_halt slapd
fresh no-directory
ask --relay "$relay"
note_browser
type_in "$pupil" "$right"
is 'a directory that is gone is a fault' "$browser_status" 503

# odd_request CURL-OPTION...: whatever it is answered.
odd_request() {
  curl -sS --max-time 10 --cacert "$bed_ca" -o /dev/null "$@" 2>/dev/null
}
odd_request "$idp_url/$odd"
odd_request "$idp_url/static/$odd.css"
odd_request "$idp_url/login?password=$odd&password=$odd"
odd_request "$idp_url/login?handle=$odd&lang=$odd"
odd_request "$idp_url/error?errorurl_code=$odd"
odd_request -X "$odd" "$idp_url/"
odd_request -H "Host: $odd" "$idp_url/"
odd_request -H "X-$odd: $odd" -H "$odd : a" "$idp_url/"
odd_request -H "Cookie: __Host-portvakt-session=$odd; $odd" "$idp_url/"
odd_request -H "Accept-Language: $odd" -H "User-Agent: $odd" -H "Referer: $idp_url/$odd" "$idp_url/"
odd_request -H "Origin: https://$odd" --data "login=$odd&password=$odd" "$idp_url/login"
odd_request -H "Content-Type: $odd" --data "login=$pupil&password=$odd" "$idp_url/login"
odd_request -H "Origin: $idp_url" --data "password=$odd%zz" "$idp_url/login"
odd_request -H "Origin: $idp_url" -H "Cookie: $cookies" --data "csrf=$odd" "$idp_url/logout"
odd_request --data "SAMLRequest=$odd" "$sso"
odd_request "$sso?SAMLRequest=$odd&RelayState=$odd"
for option in id consuming-index acs-index destination version issued force format context; do
  odd_request "$sso?$("$authnrequest" "--$option" "_$odd")"
done
odd_request "$sso?$("$authnrequest" --acs "https://$odd.example/")"
odd_request "$sso?$("$authnrequest" --relay "$odd")"
for file in "$work"/*/jar; do
  browser_jar=$file
  while read -r name value; do secret "cookie $name" "$value"; done \
    < <(awk '/__Host-/ { print $6, $7 }' "$file")
done
ok "the log tells of it all ($(wc -l <"$bed/log/portvakt.log") lines)" \
  test "$(wc -l <"$bed/log/portvakt.log")" -ge 30

# ---- where it must not be ----

# spellings TEXT: as it is, in hex, percent escapes and the three ways it may stand in base64.
spellings() {
  local i
  echo "$1"
  printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/$/\n/'
  printf %s "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ /%/g; s/$/\n/'
  printf %s "$1" | jq -sRr @uri
  for i in 0 1 2; do
    # what stands beside it changes the first and the last letters only
    printf "%${i}s%s" '' "$1" | base64 -w 0 | sed "s/=*$//; s/^.\{$((i ? i + 1 : 0))\}//; s/.\$/\n/"
  done | tee >(tr +/ -_)
}
sort -u "$work/secrets" -o "$work/secrets"
# spell NAMES: what the secrets look like, but for those of that name, or of no other (`only NAME').
spell() {
  if [ "$1" = only ]; then
    grep "^$2"$'\t' "$work/secrets"
  else
    grep -v "^$1"$'\t' "$work/secrets"
  fi | while IFS=$'\t' read -r _ value; do spellings "$value"; done | awk 'length > 5' | sort -u
}
spell nothing >"$work/spellings"
spell EPPN >"$work/spellings-but-eppn"
spell only EPPN >"$work/spellings-eppn"
ok "there are things to find: $(wc -l <"$work/secrets"), in $(wc -l <"$work/spellings") spellings" \
  test "$(wc -l <"$work/secrets")" -ge 21
# found FILE...: which of them is there; of those in that file, `found_of LIST FILE...'
found() {
  found_of "$work/spellings" "$@"
}
found_of() {
  grep -a -o -h -i -F -f "$@" 2>/dev/null | sort | uniq -c | head -n 5
}
printf %s "in the middle of $odd" | base64 >"$work/control"
like 'what is searched for is found where it is' "$(found "$work/control")" '*[A-Za-z]*'
is 'none is in the log' "$(found "$bed/log/portvakt.log")" ''
is 'none is in what commands say' "$(found "$work/commanded")" ''
for page in metrics health/ready health/live; do
  curl -sS "http://127.0.0.1:$health_port/$page"
done >"$work/monitored"
like 'monitors are told' "$(cat "$work/monitored")" '*portvakt_visits_total*degraded*'
is 'none is in what monitors are told' "$(found "$work/monitored")" ''
mapfile -t stored < <(find "$bed/store" -type f)
is 'none but the EPPN is in the store' "$(found_of "$work/spellings-but-eppn" "${stored[@]}")" ''
sqlite3 -readonly "$store" .dump >"$work/dump"
like 'which is in its own row' "$(grep '^INSERT INTO eppn ' "$work/dump" | found_of "$work/spellings-eppn")" '*1 *'
is 'and nowhere else' "$(grep -v '^INSERT INTO eppn ' "$work/dump" | found_of "$work/spellings-eppn")" ''
rm "$work/dump"
is 'there is no temporary file' "$(find "$work/tmp" "$work/cores" -type f)" ''
# in_hex FILE...: raw bytes, so that a key can be searched for
in_hex() {
  cat "$@" | od -An -v -tx1 | tr -d ' \n'
}
for key in ledger seal identifiers; do
  in_hex "$bed/keys/$key.key" >"$work/key"
  is "the $key key is not in log or store" \
    "$(in_hex "$bed/log/portvakt.log" "${stored[@]}" | grep -c -F -f "$work/key")" 0
  base64 -w 0 "$bed/keys/$key.key" | cut -c 1-40 >>"$work/key"
  is "nor in another spelling" "$(grep -a -c -i -F -f "$work/key" "$bed/log/portvakt.log")" 0
done

forgotten 'long after'
if [ "$(id -u)" -eq 0 ]; then
  ok 'nobody else may read the memory' \
    setpriv --reuid=65534 --clear-groups sh -c "! cat /proc/${bed_pid[portvakt]}/maps"
fi

{ (cd "$work/cores" && sh -c 'kill -ABRT $$'); } 2>/dev/null
echo "# a process without such care leaves $(find "$work/cores" -type f | wc -l) core here"
rm -f "$work/cores"/*
for signal in ABRT SEGV; do
  if [ "$signal" = SEGV ]; then serve; fi
  { kill -s "$signal" "${bed_pid[portvakt]}"; wait "${bed_pid[portvakt]}"; } 2>/dev/null
  is "SIG$signal leaves no core" "$(find "$work/cores" -type f)" ''
  unset 'bed_pid[portvakt]'
done
bed_running=()
tap_done
