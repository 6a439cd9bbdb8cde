#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The protected page of a service in the bed: shows what the service was told about its visitor.
# /hemma shows it to people, /hemma?plain prints every variable as NAME=VALUE, for the tests.
set -eu
umask 077

# One value a line, for HTML. mod_auth_mellon hands values over with & already escaped.
values() {
  tr ';' '\n' <<<"${1//&amp;/\&}" |
    sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e '$!s/$/<br>/'
}

if [ "${QUERY_STRING:-}" = plain ]; then
  printf 'Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
  env | LC_ALL=C sort
  exit 0
fi

printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
cat <<HTML
<!doctype html>
<html lang="sv">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$BED_SERVICE</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
  td, th { text-align: left; padding: .4rem 1rem .4rem 0; vertical-align: top }
  td { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
</style>
<h1>$BED_SERVICE</h1>
<p id="inne">Du är inloggad. Det här är allt vi fick veta om dig:</p>
<table>
HTML
while IFS=$'\t' read -r name _; do
  variable=${name//-/_}
  if [ -n "${!variable+set}" ]; then
    printf '<tr><th>%s<td id="%s">%s\n' "$name" "$name" "$(values "${!variable}")"
  fi
done <"$BED_NAMES"
echo '</table></html>'
