# SPDX-License-Identifier: AGPL-3.0-or-later
# Whether what people were shown and asked is what explain said, before and after: a line for each
# difference. Reads what agreeing.jq has made of explain (from=before, from=after) and what the
# visitor met (from=met).
BEGIN { FS = "\t" }
function differ(text) { print number ": " text }
function has(list, text) { return index("\n" list, "\n" text "\n") }
# The texts of one list that the other has not, in a few words.
function without(list, other,   n, i, text, left) {
  n = split(list, text, "\n")
  for (i = 1; i < n; i++) if (!has(other, text[i])) left = left " [" text[i] "]"
  return left
}
from == "before" && $2 == "due" { due[$1] = $3 }
from == "before" && $2 == "grant" && $3 == "inform" && $4 == "given" { tell[$1] = tell[$1] $5 "\n" }
from == "before" && $2 == "grant" && $4 == "to-ask" {
  toask[$1] = toask[$1] $5 "\n"
  basis[$1, $5] = $6
}
from == "before" && $4 == "too-young" { young[$1] = 1 }
from == "before" && $3 == "guard size" { tight[$1] = 1 }
from == "before" && $2 == "given" { all[$1] = all[$1] $6 "\n" }
from == "after" && $2 == "due" { still[$1] = $3 }
from == "after" && $2 == "outcome" { outcome[$1] = $3 }
from == "after" && $2 == "grant" {
  state[$1, $5] = $4
  said = $4 == "agreed" ? "yes" : $4 == "declined" ? "no" : $3 == "inform" ? "seen" : ""
  if (said) said_all[$1] = said_all[$1] said "\t" $5 "\n"
}
from == "after" && $2 == "shown" && $3 == "inform" { leaves[$1] = leaves[$1] $5 "\n" }
from == "after" && $2 == "shown" && $3 == "ask" { agreed[$1, $4] = agreed[$1, $4] $5 "\n" }
from == "met" {
  if (!($1 in seen)) { seen[$1] = 1; order[++cases] = $1 }
  met[$1] = met[$1] $2 "\t" $3 "\t" $4 "\t" $5 "\n"
}

# One page: what it asked about, and what came of it.
function close_page() {
  if (!pages) return
  if (kind == "ask") {
    if (!has(toask[number], why)) differ("is asked [" why "], which explain does not")
    if ((basis[number, why] ~ /^6\.1 a/) != (consent == "consent"))
      differ("[" why "] is " consent ", its basis " basis[number, why])
    asked = asked why "\n"
    if (answer == "yes" || answer == "no") {
      if (outcome[number] == "answered" && state[number, why] != (answer == "yes" ? "agreed" : "declined"))
        differ("said " answer " to [" why "], which explain calls " state[number, why])
      if (answer == "yes" && outcome[number] == "answered" && without(values, agreed[number, why]))
        differ("said yes to [" why "], and does not leave:" without(values, agreed[number, why]))
    }
  } else if ((why != "") || (shuts != ""))
    differ("is asked where there is no question")
  else if (young_shown != (number in young))
    differ("is " (young_shown ? "" : "not ") "told to be too young")
  if (answer == "yes") {
    allowed = allowed values
    agreed_to = agreed_to agreed[number, why]
  }
  last = kind; last_answer = answer; last_effect = shuts
}
function look(   n, i, line, part, choices, ended, passive) {
  pages = told = shown = asked = allowed = agreed_to = last = last_answer = last_effect = ""
  n = split(met[number], line, "\n")
  for (i = 1; i < n; i++) {
    split(line[i], part, "\t")
    if (part[1] == "page") {
      close_page()
      pages++
      kind = part[2]; why = values = answer = shuts = consent = ""; young_shown = 0
    } else if (part[1] == "told-why") told = told part[2] "\n"
    else if (part[1] == "told-value") {
      if (part[2] !~ /•/) { shown = shown part[2] "\n"; all[number] = all[number] part[2] "\n" }
    }
    else if (part[1] == "asked-why") why = part[2]
    else if (part[1] == "asked-value") {
      if (part[2] !~ /•/) { values = values part[2] "\n"; all[number] = all[number] part[2] "\n" }
    }
    else if (part[1] == "asked-basis") consent = part[2]
    else if (part[1] == "effect") shuts = part[2]
    else if (part[1] == "young") young_shown = 1
    else if (part[1] == "answer") answer = part[2]
    else if (part[1] == "end") ended = part[2]
    else if (part[1] == "choice") choices = choices part[2] "\t" part[3] "\t" part[4] "\n"
    else if (part[1] == "status" && part[2] ~ /NoPassive|NoAuthnContext/) passive = 1
  }
  close_page()
  if (passive && pages) differ("is shown a page that nobody may be")
  if (passive) return
  if ((due[number] == "true") != (pages > 0))
    differ((pages ? "" : "no ") "page is shown, and explain says " (due[number] == "true" ? "one" : "none") " is due")
  if (told && (without(told, tell[number]) || without(tell[number], told)))
    differ("is told" without(told, tell[number]) " and not" without(tell[number], told))
  if (ended == "stayed") return
  if (still[number] == "true") differ("has answered, and explain says that a page is due")
  if (last_answer == "yes" || last_answer == "seen" || (last_answer == "no" && last_effect == "free")) {
    if (ended != "post") differ("was told to get in, and does not")
  } else if (last_answer == "no" && ended == "post") differ("was told to stay outside, and does not")
  if (outcome[number] != "answered") return
  # what would be too much for the service is not asked about
  if (!(number in tight) && without(toask[number], asked)) differ("is not asked" without(toask[number], asked))
  if (told && without(leaves[number], shown allowed))
    differ("is not shown what leaves:" without(leaves[number], shown allowed))
  if (without(agreed_to, all[number])) differ("says yes and is not shown" without(agreed_to, all[number]))
  if (told && without(shown, leaves[number])) differ("is shown what does not leave:" without(shown, leaves[number]))
  n = split(said_all[number], line, "\n")
  for (i = 1; i < n; i++)
    if (!has(choices, service[number] "\t" line[i]))
      differ("finds on the page of choices nothing of: " line[i])
}
from == "plan" { service[$1] = $4 }
END { for (c = 1; c <= cases; c++) { number = order[c]; look() } }
