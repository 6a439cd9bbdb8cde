#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# kill -9 while people say yes: who was let in by what they said has said it for good, once; who was
# not is asked again, or has said it. `make soak' does more rounds.
#
#   KILL_ROUNDS   how often (default 10)
# shellcheck disable=SC2119 # words of visit.sh may stand alone
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test
rounds=${KILL_ROUNDS:-10}
people=(asajon perstr frihed mohrah ingber evalun karnyb jonisa lissko)
store=$bed/store/portvakt.db

# asks ROUND: from the next start on everybody is asked something new.
asks() {
  cat >"$bed/policy.d/school.policy" <<END
policy 1
service Matteboken is "https://shib.localhost/shibboleth"
release "In" { to service Matteboken; for staff; give eduPersonPrincipalName; silent; because "In" }
release "Brev" { to service Matteboken; for staff; give mail; ask; because "Brev $1"; basis "6.1 a" }
END
}
restart() {
  bed_serve >/dev/null 2>&1 || { echo 'Bail out! it does not start after a kill'; exit 1; }
}

asks 0
hangup >/dev/null
for person in "${people[@]}"; do
  fresh "$person"
  ask
  type_in "$person" "$(bed_password "$person")"
done

# of WHO: that person's browser.
of() {
  browser_dir=$work/$1 browser_jar=$browser_dir/jar browser_page=$browser_dir/page.html
  browser_headers=$browser_dir/headers form_data=$browser_dir/form browser_response=$browser_dir/response.xml
}

acknowledged=0 cut=0 lost=0 doubled=0 unasked=0
# More, where the machine was never as fast, or never as slow, as the moments are late.
for ((round = 1; round <= rounds || (round <= 4 * rounds && (acknowledged == 0 || cut == 0)); round++)); do
  bed_halt portvakt
  asks "$round"
  restart
  for person in "${people[@]}"; do
    of "$person"
    ask
    browser_form ".//button[@value='yes']" || unasked=$((unasked + 1))
    rm -f "$browser_page"
  done
  jobs=()
  for person in "${people[@]}"; do
    (of "$person" && browser_url=$idp_url/consent form_action=$idp_url/consent form_method=post browser_send) \
      >/dev/null 2>&1 &
    jobs+=($!)
  done
  sleep "$(awk -v random="$SRANDOM" 'BEGIN { printf "%.3f", 0.8 * random / 2^32 }')"
  bed_halt portvakt KILL 2>/dev/null
  wait "${jobs[@]}" 2>/dev/null
  restart
  for person in "${people[@]}"; do
    of "$person"
    given=no
    ! grep -q 'name="SAMLResponse"' "$browser_page" 2>/dev/null || given=yes
    ask
    kept=no
    [[ $(attributes) != *mail* ]] || kept=yes
    if [ $given = yes ]; then acknowledged=$((acknowledged + 1)); else cut=$((cut + 1)); fi
    [ "$given $kept" != 'yes no' ] || lost=$((lost + 1))
  done
  n=$(sqlite3 -readonly "$store" "SELECT count(*) FROM choice WHERE instr(value, 'Brev $round' || char(0))")
  if [ "$n" -gt "${#people[@]}" ]; then doubled=$((doubled + 1)); fi
done
ok "answers were acknowledged ($acknowledged) and cut off ($cut)" test "$acknowledged" -gt 0 -a "$cut" -gt 0
is 'everybody was asked each time' "$unasked" 0
is 'none that was acknowledged is lost' "$lost" 0
is 'none is there twice' "$doubled" 0
is 'the store is whole' "$(sqlite3 -readonly "$store" 'PRAGMA integrity_check')" ok
is 'what gave mail has its row' "$(sqlite3 -readonly "$store" \
  "SELECT count(*) >= $acknowledged FROM ledger_given WHERE attribute = 'mail'")" 1
tap_done
