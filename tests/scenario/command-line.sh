#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Help, manual and completion tell of the same commands and options.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
portvakt=$top_builddir/idp/portvakt

# What the completion needs of bash-completion: the words of the line, and the one that is typed.
_init_completion() {
  words=("${line[@]}") cword=$((${#line[@]} - 1))
  cur=${words[cword]} prev=${words[cword - 1]}
}
_filedir() { :; }
# shellcheck source=contrib/completion/portvakt
. "$top_srcdir/contrib/completion/portvakt"

# offered WORD...: the long options the completion offers after `portvakt WORD...`.
offered() {
  line=(portvakt "$@" --)
  COMPREPLY=()
  _portvakt
  printf '%s\n' "${COMPREPLY[@]}" | grep '^--' | LC_ALL=C sort
}
helped() {
  "$portvakt" "$@" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' |
    grep -v -- --help-all | LC_ALL=C sort -u
}
# The options a manual page has an item for.
manual() {
  { grep -ohE '^\.It Fl .*' "$top_srcdir/idp/command/$1.1" || true; } |
    grep -oE 'Fl -[a-z-]+|Fl [a-zA-Z] , -[a-z-]+' | grep -oE -- '-[a-z-]+$' | sed 's/^/-/' | LC_ALL=C sort -u
}

metadata_help=''
for command in add holds approve hold; do
  help=$(helped metadata "$command")
  is "the completion offers what metadata $command takes" "$(offered metadata "$command")" "$help"
  metadata_help+=$help$'\n'
done
is 'portvakt-metadata(1) tells of what they take' "$(manual portvakt-metadata)" \
  "$(grep -vx -- --help <<<"$metadata_help" | sed '/^$/d' | LC_ALL=C sort -u)"
for command in serve check explain choices who diff 'report register' attributes 'masterdata lint' 'keys new'; do
  read -ra words_of <<<"$command"
  ok "portvakt $command --help" "$portvakt" "${words_of[@]}" --help
  help=$(helped "${words_of[@]}")
  is "the completion offers what $command takes" "$(offered "${words_of[@]}")" "$help"
  is "portvakt-${words_of[0]}(1) tells of what $command takes" \
    "$(manual "portvakt-${words_of[0]}")" "$(grep -vx -- --help <<<"$help" || true)"
done
# of_verbs COMMAND VERB...: those whose options one page tells of.
of_verbs() {
  local verb help all=''
  for verb in "${@:2}"; do
    help=$(helped "$1" "$verb")
    is "the completion offers what $1 $verb takes" "$(offered "$1" "$verb")" "$help"
    all+=$help$'\n'
  done
  is "portvakt-$1(1) tells of what they take" "$(manual "portvakt-$1")" \
    "$(grep -vx -- --help <<<"$all" | sed '/^$/d' | LC_ALL=C sort -u)"
}
of_verbs eppn assign adopt show rotate export
of_verbs policy approve approvals withdraw waiting confirm fmt

# words_after WORD...: the words the completion offers after `portvakt WORD...`.
words_after() {
  line=(portvakt "$@" '')
  COMPREPLY=()
  _portvakt
  printf '%s\n' "${COMPREPLY[@]}" | grep -v '^-' | LC_ALL=C sort
}
is 'the completion offers the commands' "$(words_after)" \
  "$("$portvakt" --help | sed -n 's/^  \([a-z]\+\) .*/\1/p' | LC_ALL=C sort)"
# Each command with each word that may follow it, as the help lists them.
all=$("$portvakt" --help | awk '/^  [a-z]/ { name = $1; if (!/:$/) print name }
  /^      / { gsub(",", ""); for (i = 1; i <= NF; i++) print name, $i }' | LC_ALL=C sort)
is 'portvakt(1) tells of the commands that the help lists' \
  "$(sed -n 's/^\.It Cm //p' "$top_srcdir/idp/command/portvakt.1" | sed 's/ , /\n/g' | LC_ALL=C sort)" "$all"
while read -r command verbs; do
  is "the completion offers what follows $command" "$(words_after "$command" | paste -sd ' ')" "$verbs"
  for verb in $verbs; do
    said=$("$portvakt" "$command" "$verb" --nonsense 2>&1) || true
    like "there is $command $verb" "$said" '*--nonsense*'
  done
  said=$("$portvakt" "$command" 2>&1) || true
  is "which says so when none does" \
    "$(for verb in $verbs; do grep -qw -- "$verb" <<<"$said" || echo "$verb"; done)" ''
done < <(awk 'NF > 1 { verbs[$1] = verbs[$1] " " $2 } END { for (c in verbs) print c verbs[c] }' <<<"$all")
code=0
"$portvakt" explian >/dev/null 2>&1 || code=$?
is 'a command that is not there: exit code 2' "$code" 2
tap_done
