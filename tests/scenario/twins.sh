#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Twins, alike but for the protection marking: nothing that leaves, nothing in the log, no count and
# no time tells them apart at a service that lets neither in. And the protected one at a service that
# is open to pupils is like the other at one that is not.
#   TWINS_COUNT     refused logins in each of the two parts (default 200; make bench: 1,000)
#   TWINS_PERCENT   how far the medians may be from each other (default 50, so that a busy machine
#                   is no failure; make bench: 5)
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
tap_folder
count=${TWINS_COUNT:-200}
most=${TWINS_PERCENT:-50}

# twin NAME NR MARKING: as long as the other in all but the marking.
twin() {
  cat <<END
dn: uid=$1,ou=people,dc=skola,dc=example
objectClass: inetOrgPerson
objectClass: eduPerson
objectClass: portvaktSisPerson
objectClass: portvaktSchoolPerson
entryUUID: 7a1d0e52-3f6b-4c8e-9b20-00000000009$2
portvaktPersonId: T$2
uid: $1
cn: Kim Ek$2
displayName: Kim Ek$2
givenName: Kim
sn: Ek$2
mail: $1@elev.skola.example
securityMarking: $3
eduPersonAffiliation: student
eduPersonScopedAffiliation: student@skola.example
eduPersonPrincipalName: bcdfg$2@skola.example
sisSchoolUnitCode: 00001001
sisSchoolGrade: 7
userPassword: {SSHA}JHywYNd73ln1p4yqBDHpCuaT5ZgxL5kD

END
}
{ twin tvilla 1 Ingen && twin tvillb 2 Sekretessmarkering; } >"$work/twins.ldif"
ordinary=tvilla protected=tvillb

# A second service, whose names are as long as the first's, is for teachers alone.
closed=https://shic.localhost/shibboleth
up() {
  bed_pki && bed_directory "$work/twins.ldif" && bed_service_metadata && bed_idp &&
    rm "$bed"/keys/saml.{key,crt} && _setup keys new --config "$bed_conf" --type p-256 saml &&
    sed 's/shib\.localhost/shic.localhost/g' "$bed/sp/shib-metadata.xml" \
      >"$bed/sp/shic-metadata.xml" &&
    _setup metadata add --config "$bed_conf" --because 'A twin' "$bed/sp/shic-metadata.xml" &&
    sed -i '/^tls-/d' "$bed_conf" &&
    cat >>"$bed/policy.d/school.policy" <<END &&
release "Stängt" {
    to      service "$closed"
    for     teacher
    give    eduPersonPrincipalName, eduPersonScopedAffiliation
    silent
    because "Bara för lärare"
}
END
    _run portvakt "$portvakt" serve --config "$bed_conf" &&
    _await portvakt curl -sSf -H "Host: idp.localhost:$idp_port" -o /dev/null \
      "http://127.0.0.1:$idp_port/saml/metadata"
}
bed_open "$work/bed" "$top_builddir/idp/portvakt"
up || { echo 'Bail out! the installation did not start'; exit 1; }
authnrequest=$top_builddir/tests/lib/authnrequest
for service in shib shic; do
  for ((i = 0; i < 16; i++)); do
    echo "/saml/sso?$("$authnrequest" --issuer "https://$service.localhost/shibboleth" --acs "https://$service.localhost:$shib_port/Shibboleth.sso/SAML2/POST")"
  done >"$work/$service.targets"
done

# twins FOLDER A-TARGETS B-TARGETS OPTION...: writes the figures and all that came to the folder.
twins() {
  local folder=$work/$1
  mkdir -p "$folder"
  "$top_builddir/tests/lib/twins" -c "127.0.0.1:$idp_port" -H "idp.localhost:$idp_port" -o "$folder" \
    -a "$ordinary:$(bed_password noabjo)" -b "$protected:$(bed_password noabjo)" \
    -A "$work/$2.targets" -B "$work/$3.targets" -n "$count" -m shic=shib "${@:4}" >"$folder/figures"
}

# log_of FOLDER TWIN: the lines of that twin, what differs between any two visits masked, each once:
# the log tells how often where they come too fast.
log_of() {
  grep -hFf "$work/$1/$2.references" "$bed/log/portvakt.log" |
    jq -c '(.time, .reference, .response_id) |= "#\(length)" | .milliseconds = "#"' |
    sed 's/shic\.localhost/shib.localhost/' | sort -u
}

# counts: what monitors are told and that only grows, without times and what the process used.
counts() {
  curl -sSf "http://127.0.0.1:$health_port/metrics" |
    grep -E '^portvakt_[a-z_]*_total' | grep -vE '_seconds|_bytes|directory_|_log_'
}

# grown BEFORE AFTER: what has grown, and by how much.
grown() {
  join -j 1 <(sed 's/ \([^ ]*\)$/\t\1/' "$1" | tr ' \t' '_ ' | sort) \
    <(sed 's/ \([^ ]*\)$/\t\1/' "$2" | tr ' \t' '_ ' | sort) | awk '$3 != $2 { print $1, $3 - $2 }'
}

# far FOLDER STEP: the middle one of how much the medians of the runs differ, in percent; and whether
# that is too much.
far() {
  percent=$(jq -s "map(.$2.percent) | sort | .[length / 2 | floor]" "$work/$1"*/figures)
  jq -en "($percent | fabs) >= $most" >/dev/null
}

# measure FOLDER A-TARGETS B-TARGETS: where a run is not within $most percent, the middle one of three
# counts, or of five; every second one begins with the other twin.
measure() {
  local more
  for more in 2-3 4-5; do
    if far "$1" login || far "$1" session; then
      twins "$1-${more%-*}" "$2" "$3" --b-first && twins "$1-${more#*-}" "$2" "$3"
    fi
  done
}

as_fast() {
  ! far "$1" "$2"
}

# same PART A-TARGETS B-TARGETS WHAT: all that is to be the same of one part.
same() {
  local figures percent
  ok "$4: $count logins" twins "$1" "$2" "$3"
  is "$4: every answer is the same, headers too" "$(cmp "$work/$1/a.texts" "$work/$1/b.texts" 2>&1)" ''
  is "$4: one text for the login and one by session" "$(grep -c '^===' "$work/$1/a.texts")" 2
  like "$4: which refuses" "$(<"$work/$1/a.texts")" '*HTTP/1.1 403 *status:Responder*status:RequestDenied*'
  is "$4: without assertion" "$(grep -c '<saml:Assertion' "$work/$1/b.texts")" 0
  log_of "$1" a >"$work/$1/a.log"
  log_of "$1" b >"$work/$1/b.log"
  is "$4: the log says the same" "$(diff "$work/$1/a.log" "$work/$1/b.log")" ''
  is "$4: in a line for the login and one by session" "$(wc -l <"$work/$1/b.log")" 2
  measure "$1" "$2" "$3"
  ok "$4: the login is as fast" as_fast "$1" login
  ok "$4: and by session" as_fast "$1" session
  for figures in "$work/$1"*/figures; do echo "# $1: $(<"$figures")"; done
}
same neither shic shic 'a service for neither'
same open shic shib 'an open service, and one that is not'

# --- counts and rows ------------------------------------------------------------------------------
counts >"$work/counted-0"
for twin in a b; do
  count=20
  [ $twin = a ] || ordinary=$protected
  twins "counts-$twin" shic shic >/dev/null
  counts >"$work/counted-$twin"
done
is 'what is counted is the same' \
  "$(diff <(grown "$work/counted-0" "$work/counted-a") <(grown "$work/counted-a" "$work/counted-b"))" ''
ok 'and there is something that counts' test -s "$work/counted-b"
ordinary=tvilla
is 'the ledger has nothing of either' "$(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(*) FROM ledger')" 0
is 'the sessions are as long' \
  "$(sqlite3 -readonly "$bed/store/portvakt.db" 'SELECT count(DISTINCT length(value)) FROM session')" 1
tap_done
