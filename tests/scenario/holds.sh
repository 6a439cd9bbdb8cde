#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A service of a federation asks for more from one day to the next. Whoever it asks gets no more out
# until somebody has looked: what is new is held, over reloads, restarts and kill -9, and given once
# it is approved. A service of a trial federation is nobody's but test persons'.
# shellcheck disable=SC2119 # fresh and ask take options, and need none
set -uo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/visit.sh
. "$top_srcdir/tests/lib/visit.sh"
visit_test
pupil=noabjo
right=$(bed_password "$pupil")
feed=$work/fidus.xml
aggregate=$top_builddir/tests/lib/aggregate
eppn=urn:oid:1.3.6.1.4.1.5923.1.1.1.6
affiliation=urn:oid:1.3.6.1.4.1.5923.1.1.1.9
display=urn:oid:2.16.840.1.113730.3.1.241
sn=urn:oid:2.5.4.4
rs=http://refeds.org/category/research-and-scholarship

# service NAME[!]... [+CATEGORY]...: the federation says that Matteboken asks for that.
service() {
  local word wishes='' categories=''
  for word; do
    case $word in
      +*) categories+="<saml:AttributeValue>${word#+}</saml:AttributeValue>" ;;
      *!) wishes+="<RequestedAttribute Name=\"${word%!}\" isRequired=\"true\"/>" ;;
      *) wishes+="<RequestedAttribute Name=\"$word\"/>" ;;
    esac
  done
  sed -e "s|<SPSSODescriptor |<Extensions><mdattr:EntityAttributes xmlns:mdattr=\"urn:oasis:names:tc:SAML:metadata:attribute\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Attribute Name=\"http://macedir.org/entity-category\">$categories</saml:Attribute></mdattr:EntityAttributes></Extensions>&|" \
    -ze 's|<RequestedAttribute[^>]*/>||g' -e "s|</AttributeConsumingService>|${wishes//&/\\&}&|" "$work/shib.xml" >"$work/service.xml"
  "$aggregate" --key "$work/fidus.key" --cert "$work/fidus.pem" --entities "${entities:-20}" \
    "$work/service.xml" >"$feed.new"
  mv "$feed.new" "$feed"
}
# now NAME...: the same, and a reload.
now() {
  service "$@"
  hangup >"$work/reload"
}
# gets TEXT NAME...: a pupil logs in, and that is given.
gets() {
  fresh
  ask
  type_in "$pupil" "$right" || true
  is "$1" "$(attributes)" "$2"
}
# held: what `metadata holds' says of all services, in few words.
held() {
  "$portvakt" metadata holds --config "$bed_conf" --json |
    jq -r '.[] | .service as $s | .asks[] | (.attribute // "+" + .category) + (if .only_required_held then "!" else "" end)' |
    sort | tr '\n' ' '
}
metadata() {
  out=$("$portvakt" metadata "$1" --config "$bed_conf" "${@:2}" 2>&1)
  code=$?
}
explain() {
  "$portvakt" explain --config "$bed_conf" --language en --person "$pupil" --service "$shib_entity" 2>&1
}
plain='eduPersonPrincipalName eduPersonScopedAffiliation '
named='displayName eduPersonPrincipalName eduPersonScopedAffiliation '

chmod 755 "$work"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/fidus.key" -out "$work/fidus.pem" -days 30 \
  -subj "/CN=fidus" 2>/dev/null
chmod 644 "$work/fidus.pem"
mv "$(grep -l "$shib_entity" "$bed"/metadata.d/*.xml)" "$work/shib.xml"
printf '[feed fidus]\nfile = %s\ncertificate = %s\n' "$feed" "$work/fidus.pem" >>"$bed_conf"
cat >"$bed/policy.d/school.policy" <<'END'
policy 1
release "Federationen" { to federation fidus; for student; give requested; silent; because "Undervisning" }
release "Forskning" { to category research-and-scholarship; for student; give sn; silent; because "Forskning" }
END
rows() {
  sqlite3 "$bed/store/portvakt.db" 'SELECT group_concat(hex(value)) FROM hold'
}
service "$eppn!" "$affiliation!"
before=$(rows)
is 'before the first load nothing is held' "$(held)" ''
is 'and looking writes nothing' "$(rows)" "$before"
now "$eppn!" "$affiliation!"
like 'the feed is taken' "$(cat "$work/reload")" '*"reloaded"*'
gets 'what a service asks for at first it gets' "$plain"
is 'and each has its row' "$(sqlite3 "$bed/store/portvakt.db" "SELECT rows FROM tally WHERE name = 'hold'")" 22
before=$(rows)
hangup >/dev/null
is 'which a load of the same leaves as it is' "$(rows)" "$before"

# --- it asks for more -----------------------------------------------------------------------------
now "$eppn!" "$affiliation!" "$display"
like 'the reload says that something is held' "$(cat "$work/reload")" \
  '*"held":"1 attribute and 0 categories of 1 service are held"*'
gets 'what it newly asks for it does not get' "$plain"
like 'explain says why' "$(explain)" "*displayName*newly asked for*metadata approve*"
is 'it is listed' "$(held)" 'displayName '
metadata holds
like 'with a word on what it would come to' "$code $out" \
  "0 $shib_entity (Matteboken)*displayName: newly asked for, since 20*; \"Federationen\" (school.policy:2) would give it"
like 'check counts it' "$("$portvakt" check --offline --config "$bed_conf" 2>&1)" '*1 attribute and 0 categories of 1 service are held*'
like 'so do the numbers' "$(curl -s "http://127.0.0.1:$health_port/metrics")" '*portvakt_held_asks 1*'
bed_halt portvakt KILL 2>/dev/null
bed_serve
gets 'kill -9 changes nothing' "$plain"

# --- and somebody looks ---------------------------------------------------------------------------
metadata approve "$shib_entity" mail
like 'what it does not ask for cannot be approved' "$code $out" '1 *asks for no '"'mail'"'*'
metadata approve nobody
like 'nor can a service that is none' "$code $out" '1 *'"no service is called 'nobody'"'*'
metadata approve
like 'which one must be said' "$code $out" '2 *say which service*'
metadata approve --dry-run "$shib_entity"
like 'first it is only shown' "$code $out" '0 *displayName: newly asked for*nothing is written*'
is 'and still held' "$(held)" 'displayName '
metadata approve "$shib_entity" displayName </dev/null
like 'nobody says yes, nobody approves' "$code $out" '1 *'
is 'it is still held' "$(held)" 'displayName '
metadata approve --yes "$shib_entity" displayName
like 'it is approved beside the daemon' "$code $out" '0 *has let it pass, from the next reload on*'
gets 'which is for the next reload' "$plain"
is 'nothing is held any more' "$(held)" ''
hangup >/dev/null
gets 'then it is given' "$named"
metadata approve --yes "$shib_entity"
like 'there is nothing left to approve' "$code $out" '0 *nothing that is held*'
metadata holds "$shib_entity"
like 'who approved it is known' "$code $out" '0 *eduPersonPrincipalName: let pass, as it was there from the beginning*displayName: let pass by *, 20*'

# --- withdrawn and made again ---------------------------------------------------------------------
now "$eppn!" "$affiliation!"
gets 'what it asks for no more it does not get' "$plain"
now "$eppn!" "$affiliation!" "$display"
gets 'and when it asks again it must be looked at again' "$plain"
bed_halt portvakt
metadata approve --yes "$shib_entity" "$display"
like 'also without a daemon' "$code $out" '0 *has let it pass*'
bed_serve
gets 'and is given from the start on' "$named"
metadata hold --yes "$shib_entity" displayName
like 'an approval can be taken back' "$code $out" '0 *holds it, from the next reload on*'
hangup >/dev/null
gets 'and holds' "$plain"
metadata approve --yes "$shib_entity"
rm "$feed"
entities=21 service >/dev/null
sed -i 's/shib.localhost/gone.localhost/' "$work/service.xml"
"$aggregate" --key "$work/fidus.key" --cert "$work/fidus.pem" "$work/service.xml" >"$feed"
hangup >/dev/null
fresh
ask
is 'while the federation does not have it, it is unknown' "$browser_status $(outcome)" '400 saml-unknown-service'
bed_halt portvakt KILL 2>/dev/null
service "$eppn!" "$affiliation!" "$display" "$sn"
bed_serve
gets 'when it is back, it has what it had, and no more' "$named"
is 'what it asks for beside is held' "$(held)" 'sn '

# --- an attribute of the school's own ---------------------------------------------------------------
mkdir "$bed/attributes.d"
cat >"$bed/attributes.d/own.attributes" <<'END'
[libraryCard]
saml = https://bibblan.example/attribute/card
claim = library_card
kind = code
syntax = digits 6
label-sv = lånekort
END
now "$eppn!" "$affiliation!" "$display" https://bibblan.example/attribute/card
is "one of the school's own is listed by its name" "$(held)" 'libraryCard '
like 'and counted' "$(cat "$work/reload")" '*"held":"1 attribute and 0 categories of 1 service are held"*'
metadata holds
like 'with what it would come to' "$code $out" '0 *libraryCard: newly asked for*; "Federationen" (school.policy:2) would give it*'
like 'explain says why' "$(explain)" '*libraryCard*newly asked for*metadata approve*'
now "$eppn!" "$affiliation!" "$display" https://bibblan.example/attribute/card 'urn:x&#x9b;2K&#x202e;&#10;y'
metadata holds "$shib_entity"
like 'what would act on a terminal does not' "$code $out" '0 *urn:x[?]2K[?]*y: newly asked for*'
is 'byte by byte' "$(grep -c $'\xc2\x9b\|\xe2\x80\xae' <<<"$out")" 0
metadata approve --yes "$shib_entity" libraryCard
like 'and approved by it' "$code $out" '0 *libraryCard: newly asked for*has let it pass*'

# --- a category, and what becomes required --------------------------------------------------------
now "$eppn!" "$affiliation!" "$display!" "+$rs"
is 'what is newly carried or required is held' "$(held)" '+research-and-scholarship displayName! '
gets 'what was given as optional goes on, but the category opens nothing' "$named"
metadata holds
like 'what the category would open is said' "$out" '*category research-and-scholarship: newly carried, since 20*"Federationen" (school.policy:2), "Forskning" (school.policy:3) would give *sn*'
metadata approve --yes "$shib_entity" research-and-scholarship
hangup >/dev/null
gets 'approved, it does, and asks for what belongs to it' "${named}givenName mail sn "

# --- a trial federation ---------------------------------------------------------------------------
cp "$feed" "$work/trial.xml"
printf '[feed trial]\nfile = %s\ncertificate = %s\ntrial = yes\n' "$work/trial.xml" "$work/fidus.pem" >>"$bed_conf"
like 'a trial service never stands for a real one' "$(hangup)" \
  '*feed trial: 21 of its services are also in *fidus.xml, which counts*"reloaded"*'
gets 'whose people log in as before' "${named}givenName mail sn "
sed -i '/^\[feed fidus\]/,/^certificate/d' "$bed_conf"
sed -i 's/federation fidus/federation trial/' "$bed/policy.d/school.policy"
like 'alone, it is there' "$(hangup)" '*"reloaded"*'
fresh
ask
type_in "$pupil" "$right" || true
is 'but for no pupil' "$(outcome)" not-open
like 'since it is for trial' "$(explain)" '*trial service*only test persons*'
is 'nor has it anything of what the real one had' "$("$portvakt" metadata holds --config "$bed_conf" --json "$shib_entity" | jq -r '.[0] | "\(.trial) \([.asks[].account // empty] | length)"')" 'true 0'
tap_done
