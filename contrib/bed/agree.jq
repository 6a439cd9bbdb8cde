# SPDX-License-Identifier: AGPL-3.0-or-later
# What contrib/bed/agree tells. $got (Response), $given (explain), $held (page of the service, or
# null): {SAML Name: [value, ...]}; $explain, $ledger: the documents; $id: of the Response.
# The last line is "They agree." or "They do not agree.".
def show: if . == null then "nothing" elif . == [] then "no value" else join(", ") end;

($explain[0].attributes | map({key: .saml, value: .name}) | from_entries) as $names
| def name: $names[.] // .;
  def table($title): "  \($title):", (to_entries[] | "    \(.key | name) = \(.value | show)");
  def differ($what; $left; $right): if $left == $right then empty else
    "\($what) has \($left | show), but \($right | show) was expected" end;
  $ledger[0] as $row
| ([$got, $given, $held // {}] | map(keys) | add | unique) as $all
# One entry in the ledger for each value.
| ([$got | to_entries[] | (.key | name) as $name | .value[] | $name] | sort) as $values
| [ ($all[] | differ("\(name): the Response"; $got[.]; $given[.])),
    ($all[] | select($held != null) | differ("\(name): the service"; $held[.]; $given[.])),
    differ("the ledger"; $row.attributes | sort; $values),
    differ("the ledger\u0027s Response ID"; [$row.responseId]; [$id]) ] as $wrong
| ($got | table("Received in the Response")),
  ($held | values | table("Held by the service")),
  "  Withheld, and why:",
  ($explain[0].attributes[] | select(.values // [] | length == 0)
    | "    \(.name): \(.sentence // .reason)"
      + (if .rule.file then " (\(.rule.file):\(.rule.line))" else "" end)),
  "  Ledger row:",
  ($row | to_entries[] | "    \(.key): \(.value | if type == "array" then unique | show else . end)"),
  ($wrong[] | "  DISAGREE: " + .),
  if $wrong == [] then "  They agree." else "  They do not agree." end
