# SPDX-License-Identifier: AGPL-3.0-or-later
# What contrib/bed/agree tells. $got (Response), $given (explain), $held (page of the service, or
# null): {SAML Name: [value, ...]}; $macs: what the ledger must hold for $got; $explain, $ledger: the
# documents; $id: of the Response. The last line is "They agree." or "They do not agree.".
def show: if . == null then "nothing" elif . == [] then "no value" else join(", ") end;
def where: if . then "\(.file):\(.line)" else null end;

$explain[0].attributes as $rows
| ($rows | map(select(.saml) | {key: .saml, value: .name}) | from_entries) as $names
| ($rows | map({key: .name, value: (.rule | where)}) | from_entries) as $rules
| $ledger[0] as $row
| def name: $names[.] // .;
  def table($title): "  \($title):", (to_entries[] | "    \(.key | name) = \(.value | show)");
  def differ($what; $has; $want): if $has == $want then empty else
    "\($what) has \($has | show), but \($want | show) was expected" end;
  ([$got, $given, $held // {}] | map(keys) | add | unique) as $all
| ($row.values | map({attribute, mac}) | sort) as $kept
| [ ($all[] | differ("\(name): the Response"; $got[.]; $given[.])),
    ($all[] | select($held != null) | differ("\(name): the service"; $held[.]; $given[.])),
    differ("the ledger"; $kept | map(.attribute); $macs | map(.attribute) | sort),
    (if $kept == ($macs | sort) then empty else "the ledger has HMACs of other values" end),
    ($row.values[] | differ("\(.attribute): the ledger"; [.rule]; [$rules[.attribute]])),
    differ("the ledger\u0027s Response ID"; [$row.responseId]; [$id]) ] as $wrong
| ($got | table("Received in the Response")),
  ($held | values | table("Held by the service")),
  "  Withheld, and why:",
  ($rows[] | select(.values // [] | length == 0)
    | "    \(.name): \(.sentence // .reason)" + (.rule | where | if . then " (\(.))" else "" end)),
  "  Ledger row:",
  ($row | to_entries[] | select(.key != "values") | "    \(.key): \(.value)"),
  ($row.values | group_by(.attribute)[]
    | "    \(.[0].attribute) (\(.[0].rule)): \(map(.mac[:12] + "...") | join(", "))"),
  ($wrong[] | "  DISAGREE: " + .),
  if $wrong == [] then "  They agree." else "  They do not agree." end
