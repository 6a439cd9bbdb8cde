#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Who is treated like whom: a protected person like anybody outside the rule, a person whose role is
# gone like one who has none, an Englishman like a Swede.
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
visit_test

# log_in USER OPTION...: from the question to the page after the password.
log_in() {
  local user=$1
  shift
  fresh "$user"
  ask "$@"
  type_in "$user" "$(bed_password "$user")"
}

second_status() {
  response 'string(//*[local-name()="StatusCode"]/*/@Value)' | sed 's/.*://'
}

# --- a protected pupil, and a principal outside the rule ------------------------------------------
# what differs between any two visits is left out: references, IDs, cookies, times
trace() {
  local reference=none
  reference=$(_xpath "string(//*[@id='reference'])")
  echo "$browser_status"
  sed -E "s/$reference/REFERENCE/; s/(name=\"SAMLResponse\" value=\")[^\"]*/\1RESPONSE/" "$browser_page"
  tr -d '\r' <"$browser_headers" | sed -E 's/^(Set-Cookie: [^=]*)=[^;]*/\1/; /^(Date|Content-Length):/d'
  grep -F "\"reference\":\"$reference\"" "$bed/log/portvakt.log" |
    jq -c 'del(.time, .reference, .response_id, .milliseconds)'
}
log_in saglun --id _closed
trace >"$work/protected"
log_in evalun --id _closed
trace >"$work/outside"
like 'a principal is outside the rule' "$(head -n 1 "$work/outside"; tail -n 1 "$work/outside")" '403*"outcome":"not-open"*'
is 'a protected pupil looks the same, on the page and in the log' \
  "$(diff "$work/protected" "$work/outside")" ''
fresh saglun
for user in saglun evalun; do
  log_in "$user" --id _closed
  ask --id _again
  trace >"$work/again-$user"
done
is 'and the same by session' "$(diff "$work/again-saglun" "$work/again-evalun")" ''

# --- languages ------------------------------------------------------------------------------------
log_in noabjo
for page in / /logout "/login"; do
  browser_get "$idp_url$page"
  link=$(_xpath 'string(//nav/a[@lang="en"]/@href)')
  browser_get "$idp_url$link"
  is "$page is in English for who wants it" "$browser_status $(_xpath 'string(/html/@lang)')" '200 en'
done

# --- a role that is taken away --------------------------------------------------------------------
log_in noabjo
ask --passive true --id _before
is 'with a session IsPassive is answered' "$(_xpath "count(//input[@name='SAMLResponse'])")" 1
sed -i 's/^student = .*/student = eduPersonAffiliation=nobody/' "$bed_conf"
like 'a condition that nobody meets is read' "$(hangup)" '*"reloaded"*'
ask --id _open
is 'who has no role any more is told on a page' "$browser_status $(second_status)" '403 RequestDenied'
ask --passive true --id _quiet
is 'and IsPassive shows no page' "$browser_status $(second_status)" '200 NoPassive'
tap_done
