#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A service that is known by a federation's signed metadata alone: people log in to it while the
# federation says that it is one of theirs, and not a second longer.
# shellcheck disable=SC2119 # fresh and ask take options, and need none
set -uo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/visit.sh
. "$top_srcdir/tests/lib/visit.sh"
visit_test
pupil=noabjo
right=$(bed_password "$pupil")
feed=$work/federation.xml
aggregate=$top_builddir/tests/lib/aggregate

# signer NAME: a key with a certificate.
signer() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.pem" -days 30 \
    -subj "/CN=$1" 2>/dev/null
  chmod 644 "$work/$1.pem"
}
# federation SIGNER OPTION...: the aggregate, put there whole.
federation() {
  "$aggregate" --key "$work/$1.key" --cert "$work/$1.pem" "${@:2}" >"$feed.new"
  mv "$feed.new" "$feed"
}
# enter: a pupil logs in to the service.
enter() {
  fresh
  ask
  type_in "$pupil" "$right" || true
}
# enters TEXT: the same, and it is told who that is.
entered='eduPersonPrincipalName eduPersonScopedAffiliation '
enters() {
  enter
  is "$1" "$(attributes)" "$entered"
}
# unknown TEXT: the service is not led to a login.
unknown() {
  fresh
  ask
  is "$1" "$browser_status $(outcome)" '400 saml-unknown-service'
}
# reload: the log's last lines after one, where the warnings are.
reload() {
  hangup >/dev/null
  tail -n 8 "$bed/log/portvakt.log"
}
check() {
  "$portvakt" check --offline --config "$bed_conf" 2>&1
}

chmod 755 "$work"
signer federation
signer stranger
file=$(grep -l "$shib_entity" "$bed"/metadata.d/*.xml)
mv "$file" "$work/shib.xml"
hangup >/dev/null
unknown 'without metadata of it, a service is unknown'

# --- the federation knows it ----------------------------------------------------------------------
printf '[feed federation]\nfile = %s\ncertificate = %s\n' "$feed" "$work/federation.pem" >>"$bed_conf"
federation federation --entities 50 "$work/shib.xml"
like 'check says what is in the feed' "$(check)" '*ok*feed federation: 51 services, valid until 20*'
ok 'and writes nothing' test ! -e "$bed/store/feed-federation.index"
like 'the feed is taken' "$(reload)" '*"reloaded"*'
enters 'a service of the federation is logged in to'
ok 'what was read is kept for the next start' test -s "$bed/store/feed-federation.index"
explain() {
  "$portvakt" explain --config "$bed_conf" --language en --person "$pupil" --service "$1" 2>&1
}
like 'explain knows it by the name that the policy gives it' "$(explain Matteboken)" \
  "*let in*+ eduPersonPrincipalName*"
like 'and by entityID one that no rule names' \
  "$(explain https://7.federation.example/sp)" '*refused*- givenName *no release gives it*(required in federation.xml)*'
cp "$work/shib.xml" "$file"
like 'the same in a file of ours counts, and is told' "$(check)" "*warning*$shib_entity is also in*the single file counts*"
rm "$file"

# --- and then somebody else speaks for it ---------------------------------------------------------
federation stranger --entities 3
like 'what another has signed is not taken, but the rest of the reload is' "$(reload)" \
  '*feed federation: *federation.xml: *does not verify*last good copy*"reloaded"*'
enters 'the last good copy goes on'
like 'check warns of it too' "$(check)" '*from the last good copy*warning*does not verify*'
bed_halt portvakt
bed_serve
like 'also over a restart' "$(tail -n 20 "$bed/log/portvakt.log")" '*last good copy*"serving"*'
enters 'which lets in as before'
rm "$feed"
like 'nor is a file that is gone' "$(reload)" '*federation.xml: No such file*last good copy*"reloaded"*'
rm "$bed/store/feed-federation.index"
like 'without a copy there is no such generation' "$(reload)" \
  '*not reloaded*portvakt.conf:*feed federation: *federation.xml: No such file*'
enters 'and the one before goes on'

# --- until its time is over -----------------------------------------------------------------------
# On a machine where a reload and a login take as long, it is valid longer.
for valid in 10 30 90; do
  federation federation --valid "$valid" "$work/shib.xml"
  end=$((SECONDS + valid))
  said=$(reload)
  enter
  [ "$SECONDS" -ge "$((end - 1))" ] || break
done
like 'a feed that is valid for seconds is taken, with a warning' "$said" \
  '*feed federation: it is valid until*"reloaded"*'
is 'while it is valid, it is logged in to' "$(attributes)" "$entered"
is_over() {
  fresh
  ask
  [ "$browser_status" = 400 ]
}
ok 'then it is not, without a reload' wait_for $((end - SECONDS + 20)) 'the end of the feed' is_over
ok 'and not before' test "$SECONDS" -ge $((end - 1))
unknown 'the service is as one that was never known'
like 'a reload says so, and the school goes on' "$(reload)" '*none of its services is known*"reloaded"*'
is 'no child is left' "$(cat "/proc/${bed_pid[portvakt]}"/task/*/children)" ''
tap_done
