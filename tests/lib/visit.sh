# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the test
# What a scenario says of visits to a running portvakt, by a browser made of curl (contrib/bed has
# its other words). A scenario sources this and begins with visit_test.
#
#   visit_test                directory and portvakt are up; sets `sso`, the address to ask at, and
#                             `authnrequest`, the tool that writes requests
#   fresh [NAME]              a new browser without cookies
#   ask OPTION...             sends such a request by Redirect
#   ask_by_post OPTION...     the same by POST, as from the service's page
#   login_page                1 if the page asks for a password, else 0
#   type_in USER PASSWORD     fills in the login page and sends it; 1 if there is none
#   fill_in USER PASSWORD     the same, but for sending it, which browser_send does: where time counts
#   session                   the browser's session token, if it has one
#   response XPATH            what that is in the Response on the page (also in $work/response.xml)
#   attributes                the names of the Response's attributes, sorted
#   outcome                   what the log has for the reference on the page; `page` if nothing
#   hangup                    has the configuration read anew; what the log says from then until
#                             it was taken or not

: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"

visit_test() {
  bed_test_idp
  sso=$idp_url/saml/sso
  authnrequest=$top_builddir/tests/lib/authnrequest
}

fresh() {
  browser_open "$work/${1:-b}" "$bed_ca"
}

# shellcheck disable=SC2120 # the scenarios pass some
ask() {
  browser_get "$sso?$("$authnrequest" "$@")"
}

ask_by_post() {
  "$authnrequest" --post "$@" | tr -d '\n' >"$browser_dir/body"
  _browser_curl -H 'Origin: https://shib.localhost' --data-binary "@$browser_dir/body" "$sso"
}

login_page() {
  _xpath "count(//input[@type='password'])"
}

fill_in() {
  browser_form ".//input[@type='password']" || return 1
  browser_fill "$(form_field text)" "$1"
  browser_fill "$(form_field password)" "$2"
}

type_in() {
  fill_in "$1" "$2" && browser_send
}

# say ANSWER: presses that button of the page that tells or asks.
say() {
  browser_form ".//button[@name='answer']" || return 1
  browser_fill answer "$1"
  browser_send
}

# come WHO: logs in as that person in a browser of their own, or comes again by session.
come() {
  # shellcheck disable=SC2119 # `ask` may do without arguments
  fresh "$1"
  [ ! -s "$work/$1.jar" ] || cp "$work/$1.jar" "$browser_jar"
  ask
  [ "$(login_page)" = 0 ] || type_in "$1" "$(bed_password "$1")"
  cp "$browser_jar" "$work/$1.jar"
}

session() {
  awk '/portvakt-session/ {print $7}' "$browser_jar"
}

response() {
  _xpath "string(//input[@name='SAMLResponse']/@value)" | base64 -d >"$work/response.xml"
  xmllint --xpath "$1" "$work/response.xml" 2>/dev/null
}

attributes() {
  response "//*[local-name()='Attribute']/@FriendlyName" | sed 's/.*"\(.*\)"/\1/' | sort | tr '\n' ' '
}

# _requests REFERENCE: the lines of the log that say how that request ended; what went wrong in it
# may stand there long before.
_requests() {
  grep -F "\"reference\":\"$1\"" "$bed/log/portvakt.log" | grep -F '"outcome":'
}

# outcome: what the log says by the reference on the page; of one without reference, "page".
outcome() {
  local reference
  reference=$(_xpath "string(//*[@id='reference'])")
  if [ -z "$reference" ] || ! wait_for 20 'the line of the request' _requests "$reference"; then
    echo page
  else
    _requests "$reference" | tail -n 1 | jq -r .outcome
  fi
}

hangup() {
  local lines before
  before=$(wc -l <"$bed/log/portvakt.log")
  lines=$(grep -c '"message":"\(not \)\?reloaded' "$bed/log/portvakt.log")
  kill -HUP "$(cat "$bed/run/portvakt.pid")"
  wait_for 60 'the reload' \
    bash -c "[ \$(grep -c '\"message\":\"\\(not \\)\\?reloaded' '$bed/log/portvakt.log') -gt $lines ]"
  tail -n "+$((before + 1))" "$bed/log/portvakt.log"
}
