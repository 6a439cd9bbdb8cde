#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The comparison of `contrib/demo --once` can fail: it does when one attribute, or one value, more
# is in a captured Response, when one is missing, and when the ledger or the service's page differ.
set -euo pipefail
: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"
bed_test

browser_open "$work/browser" "$bed_ca"
browser_get "$shib_url/hemma"
browser_login noabjo "$(bed_password noabjo)"
browser_get "$shib_url/hemma?plain"
cp "$browser_page" "$work/held"
cp "$browser_response" "$work/response.xml"
bed_explain noabjo student "$shib_entity" >"$work/explain.json"
bed_ledger_row "$browser_response" >"$work/ledger.json"
person=$(bed_person_key noabjo)

# agrees [OPTION FILE...]: the comparison, with some of the files exchanged.
agrees() {
  "$top_srcdir/contrib/bed/agree" --response "$work/response.xml" --explain "$work/explain.json" \
    --ledger "$work/ledger.json" --key "$bed/keys/ledger.key" --person "$person" --held "$work/held" --names "$bed/sp/names" "$@"
}
differs() {
  local out
  # Not any failure will do: it must have compared, and say so.
  if out=$(agrees "$@" 2>&1); then return 1; fi
  echo "$out"
  [[ $out == *'  They do not agree.' ]]
}

ok 'what was captured agrees' agrees

# The prefix that stands before an element's name there.
prefix=$(grep -oE '<([A-Za-z0-9]+:)?AttributeStatement' "$work/response.xml" | tr -d '<' |
  sed 's/AttributeStatement//')
end="</${prefix}AttributeStatement>"
attribute="<${prefix}Attribute Name=\"urn:oid:0.9.2342.19200300.100.1.3\"><${prefix}AttributeValue>\
noa@skola.example</${prefix}AttributeValue></${prefix}Attribute>"
sed "s|$end|$attribute$end|" "$work/response.xml" >"$work/more.xml"
ok 'one attribute was added to the copy' bash -c "! cmp -s '$work/response.xml' '$work/more.xml'"
ok 'then it does not agree' differs --response "$work/more.xml"

sed "s|</${prefix}AttributeStatement>|${attribute/noa@/}$end|" "$work/response.xml" >"$work/empty.xml"
ok 'nor with one that has no value of note' differs --response "$work/empty.xml"

value="<${prefix}AttributeValue>alum@skola.example</${prefix}AttributeValue>"
sed "s|</${prefix}Attribute>$end|$value&|" "$work/response.xml" >"$work/value.xml"
ok 'one value was added to the copy' bash -c "! cmp -s '$work/response.xml' '$work/value.xml'"
ok 'then it does not agree' differs --response "$work/value.xml"

sed 's|jntsr7@|jntsr8@|' "$work/response.xml" >"$work/other.xml"
ok 'nor with another value' differs --response "$work/other.xml"

jq '.attributes |= map(select(.name != "eduPersonPrincipalName"))' "$work/explain.json" >"$work/less.json"
ok 'nor if explain gives one less' differs --explain "$work/less.json"

# otherwise WHAT FILTER: the ledger row after a jq filter.
otherwise() {
  jq "$2" "$work/ledger.json" >"$work/ledger-$tap_count.json"
  ok "nor if the ledger $1" differs --ledger "$work/ledger-$tap_count.json"
}
otherwise 'names one more' '.values += [.values[0] | .attribute = "mail"]'
otherwise 'names one less' '.values |= .[1:]'
otherwise 'has the HMAC of another value' '.values[0].mac |= (.[1:] + .[:1])'
otherwise 'names another line of policy' '.values[0].rule += "9"'
otherwise 'row is of another Response' '.responseId = "_other"'

(cat "$work/held"; echo 'mail=noa@skola.example') >"$work/held-more"
ok 'nor if the service holds one more' differs --held "$work/held-more"
grep -v '^eduPersonPrincipalName=' "$work/held" >"$work/held-less"
ok 'nor if it holds one less' differs --held "$work/held-less"
tap_done
