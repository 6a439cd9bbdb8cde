# SPDX-License-Identifier: AGPL-3.0-or-later
# What `portvakt explain --json' says of files CASE.json, in lines CASE TAB WHAT TAB TEXT...:
#
#   attribute NAME VALUE, subject FORMAT VALUE   what leaves, by the names that it leaves by
#   given NAME RULE PERSON VALUE                 the same, as the ledger would have it
#   outcome answered|refused REASON
#   due true|false                               a page is to be seen first
#   protected true|false
#   grant PAGE STATE WHY BASIS                   of each release
#   shown PAGE WHY VALUE                         what a page of that release shows, but for numbers
#                                                that are veiled there
#   reason CODE NAME                             of each attribute
#   kind WORD                                    what else is the case
def rule: .file + ":" + (.line | tostring);
. as $all
| (input_filename | sub(".*/"; "") | sub("[.]json$"; "")) as $case
| (.subject // {}) as $subject
| (reduce .attributes[] as $row ({}; .[$row.name] = $row.values)) as $values
| (
    (.attributes[] | select(.values | length > 0)
      | .name as $name | (.told_as // .saml) as $told | (.rule | rule) as $rule | .values[]
      | ["given", $name, $rule, $all.person, .],
        (select($name != $subject.attribute or $subject.also_attribute)
          | ["attribute", $told, .])),
    (select(.outcome == "answered" and $subject.value != null)
      | ["subject", $subject.format, $subject.value]),
    ["outcome", .outcome, (if .outcome == "answered" then "" else .reason end)],
    ["due", (.page_due // false | tostring)],
    ["protected", (.protected // false | tostring)],
    ((.grants // [])[] | .because as $why
      | ["grant", .page, .state, $why, .basis // ""],
        (.page as $page | select(.state == "given" or .state == "agreed") | .attributes[]
          | select(. != "norEduPersonNIN") | $values[.] // [] | .[]
          | ["shown", $page, $why, .])),
    (.attributes[] | ["reason", .reason, .name]),
    (.attributes[] | select(.held and (.values | length > 0)) | ["kind", "held but named"]),
    (.attributes[] | select(.told_as and (.values | length > 0)) | ["kind", "renamed"]),
    (.attributes[] | select(.values | length > 0) | .name as $name
      | $all.deviations[].text | select(startswith("value " + $name + " ")) | ["kind", "template"]),
    (.attributes[] | select(.values | length > 0) | .name as $name
      | $all.deviations[].text | select(startswith("lower-case " + $name)) | ["kind", "lower-case"]),
    (select(.outcome == "answered" and $subject.value != null) | ["kind", "subject"]),
    (select($subject.also_attribute) | ["kind", "subject and attribute"]),
    (select(any(.deviations[]; .text | startswith("guard size "))) | ["kind", "guard size"]),
    (select(.held_categories | length > 0) | ["kind", "held category"]),
    (select(.protected and .outcome == "answered") | ["kind", "protected"]),
    (select(.level_wanted) | ["kind", "level wanted"])
  )
| [$case] + .
| @tsv
