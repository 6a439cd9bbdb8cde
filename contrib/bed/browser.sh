# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the caller
# A browser without JavaScript, made of curl and xmllint: follows redirects, keeps cookies, reads
# the form of a page whatever it is called, fills it in and posts it as a browser would.
#
#   browser_open FOLDER CA     a new browser with no cookies; its page lies in FOLDER
#   browser_get URL [CURL OPTION...]   goes there; then:
#   browser_status browser_url browser_page     what it has come to (the page is a file)
#   browser_form [XPATH]       true if the page has a form (that matches); sets form_action, and
#                              form_data: the fields it would send, as a file of NAME=VALUE lines
#   browser_fill NAME VALUE    fills in a field
#   browser_send               posts the form and follows
#   browser_login USER PASSWORD [ROLE]   goes on from here, over the forms in between, until a page
#                              without a form to send is reached
#   browser_response           the last SAMLResponse that was posted, decoded, is in this file
#
# No HTTP status is an error here; only a browser that gets no answer at all returns 1.

browser_open() {
  browser_dir=$1 browser_ca=$2
  mkdir -p "$browser_dir"
  browser_jar=$browser_dir/jar
  browser_page=$browser_dir/page.html
  browser_response=$browser_dir/response.xml
  browser_headers=$browser_dir/headers
  form_data=$browser_dir/form
  rm -f "$browser_jar" "$browser_page" "$browser_response"
}

_browser_curl() {
  local out
  out=$(curl -sS --max-time 30 --max-redirs 20 -L --cacert "$browser_ca" -b "$browser_jar" \
    -c "$browser_jar" -D "$browser_headers" -o "$browser_page" \
    -H 'Accept: text/html,application/xhtml+xml' -H "Accept-Language: ${browser_language:-sv}" \
    -w '%{http_code} %{url_effective}' "$@") || return 1
  browser_status=${out%% *}
  browser_url=${out#* }
}

browser_get() {
  _browser_curl "$@"
}

# _xpath EXPRESSION: what xmllint finds in the page; empty where it finds nothing.
_xpath() {
  xmllint --html --encode utf-8 --xpath "$1" "$browser_page" 2>/dev/null || true
}

# browser_text: the page's words, without markup.
browser_text() {
  _xpath 'string(//body)' | tr -s ' \n\t' ' '
}

_origin() {
  sed -E 's|^(https?://[^/]*).*|\1|' <<<"$1"
}

# _absolute REFERENCE: the address it has, seen from this page (RFC 3986, as far as forms go).
_absolute() {
  case $1 in
    http://* | https://*) echo "$1" ;;
    '') echo "$browser_url" ;;
    //*) echo "${browser_url%%:*}:$1" ;;
    /*) echo "$(_origin "$browser_url")$1" ;;
    \?*) echo "${browser_url%%\?*}$1" ;;
    *) echo "$(sed -E 's|[?#].*||; s|/[^/]*$||' <<<"$browser_url")/$1" ;;
  esac
}

browser_form() {
  local form="(//form${1:+[$1]})[1]" n i name
  [ "$(_xpath "count($form)")" = 1 ] || return 1
  form_action=$(_absolute "$(_xpath "string($form/@action)")")
  form_method=$(_xpath "translate($form/@method,'ADEGHOPST','adeghopst')")
  # What a browser sends by itself: hidden and text fields, ticked boxes, and the first button.
  local fields="$form//input[@name][not(@disabled)][not(@type) or not(@type='submit' or \
    @type='button' or @type='checkbox' or @type='radio') or @checked] | $form//select[@name] | \
    ($form//button[@name][not(@type) or @type='submit'] | $form//input[@name][@type='submit'])[1]"
  n=$(_xpath "count($fields)")
  : >"$form_data"
  for ((i = 1; i <= n; i++)); do
    name=$(_xpath "string(($fields)[$i]/@name)")
    printf '%s=%s\n' "$name" "$(_xpath "string(($fields)[$i]/@value)")" >>"$form_data"
  done
}

# form_field TYPE: the name of the form's first field of that type ("text" also by default).
form_field() {
  _xpath "string((//form//input[@type='$1'$([ "$1" != text ] || echo ' or not(@type)')])[1]/@name)"
}

browser_fill() {
  grep -v "^$1=" "$form_data" >"$form_data.new" || true
  printf '%s=%s\n' "$1" "$2" >>"$form_data.new"
  mv "$form_data.new" "$form_data"
}

browser_send() {
  local args=() line name i=0 origin from=$browser_url
  while IFS= read -r line; do
    name=${line%%=*}
    printf %s "${line#*=}" >"$form_data.$i"
    # From a file: a response is longer than a command line may be, and a password is no argument.
    # curl leaves out the name of an empty file.
    if [ -s "$form_data.$i" ]; then
      args+=(--data-urlencode "$name@$form_data.$i")
    else
      args+=(--data-urlencode "$name=")
    fi
    if [ "$name" = SAMLResponse ]; then base64 -d <"$form_data.$i" >"$browser_response"; fi
    i=$((i + 1))
  done <"$form_data"
  if [ "$form_method" != post ]; then args+=(--get); fi
  origin=$(_origin "$from")
  # Pages send Referrer-Policy same-origin, so no address of ours goes elsewhere.
  if [ "$origin" = "$(_origin "$form_action")" ]; then args+=(-e "$from"); fi
  _browser_curl -H "Origin: $origin" "${args[@]}" "$form_action"
}

# _browser_role ROLE: chooses it where the page asks for a role: a button or a radio button.
_browser_role() {
  local name
  name=$(_xpath "string((//form//*[@value='$1'][@type='radio' or @type='submit'])[1]/@name)")
  [ -n "$name" ] || return 1
  browser_fill "$name" "$1"
}

browser_login() {
  local user=$1 password=$2 role=${3:-} steps=0 filled=
  # A page that refuses has a button for the person to press; nothing presses it for them.
  while [ "$browser_status" != 403 ] &&
    { browser_form ".//input[@name='SAMLResponse'] or .//input[@type='password'] or .//button[@name='answer']" ||
      { [ -n "$role" ] && browser_form ".//*[@value='$role']"; }; }; do
    if [ $((steps += 1)) -gt 8 ]; then
      echo "the browser goes round in circles at $browser_url" >&2
      return 1
    fi
    if grep -qE '^(SAMLResponse|answer)=' "$form_data"; then
      : # a page that tells what leaves has one button
    elif [ -n "$(form_field password)" ]; then
      # A login page once more means that the password was not taken.
      [ -z "$filled" ] || return 0
      filled=yes
      browser_fill "$(form_field text)" "$user"
      browser_fill "$(form_field password)" "$password"
    else
      _browser_role "$role"
      role=
    fi
    browser_send || return 1
  done
}
