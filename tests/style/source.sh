#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The rules of the house that a machine can see: who may include what, what nobody may call, how a
# file begins and how long it is.
set -euo pipefail
: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
cd "$top_srcdir"

mapfile -t sources < <(find idp policy metadata contrib tests -name '*.[ch]' | LC_ALL=C sort)
mapfile -t product < <(printf '%s\n' "${sources[@]}" | grep -E '^(idp|policy|metadata)/')

# none TEXT COMMAND...: passes if the command prints nothing.
none() {
  local text=$1 out
  shift
  out=$("$@" || true)
  is "$text" "$out" ''
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'

# only_in HEADER FILES: the header is included by files of that pattern (ERE) only.
only_in() {
  none "<$1> is included by $2 only" includers "$1" "$2"
}
includers() {
  grep -nE "$include($1)" "${product[@]}" | grep -vE "^($2):"
}

only_in 'libxml/|xmlsec/' 'metadata/xml/[^/]*'
only_in 'lasso/' 'idp/saml/lasso\.c'
only_in 'ldap|lber' 'idp/masterdata/directory[^/]*'
only_in 'microhttpd' 'idp/http/[^/]*'
only_in 'gnutls' 'idp/http/[^/]*'
only_in 'sqlite3' 'idp/store/sqlite[^/]*'
only_in 'sodium' 'idp/seal\.c'
only_in 'openssl/' '(idp/(crypto|keypair)\.c|metadata/(digest\.c|xml/[^/]*))'
only_in 'seccomp' 'metadata/confine\.c'
only_in 'jansson' 'idp/json\.c'

# apart FOLDER WHAT: no file of the folder includes what matches.
apart() {
  none "$1 includes nothing of $2" included "$1" "$2"
}
included() {
  printf '%s\n' "${product[@]}" | grep "^$1/" | xargs -r grep -nE "$include($2)"
}
apart policy 'idp/|metadata/'
apart policy 'gio/|unistd|fcntl|sys/|time\.h|pthread'
apart metadata 'idp/'
apart idp/saml 'idp/oidc/|idp/store/sqlite|idp/store/postgresql'
apart idp/oidc 'idp/saml/|idp/store/sqlite|idp/store/postgresql'

none 'includes of ours are rooted' grep -nE '^#include "(\.|[^/"]*")' "${sources[@]}"

# Each has a better one in GLib or libc, or hides where the program goes.
banned='strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|scanf|sscanf|fscanf'
banned+='|system|popen|rand|random|srand|alloca|tmpnam|mktemp|gmtime|localtime|ctime|asctime'
banned+='|bcmp|bcopy|bzero|putenv|vfork|g_thread_pool_new|g_strcpy|g_test_trap_fork'
none 'no banned function is called' \
  grep -nE "(^|[^[:alnum:]_.>\"])($banned)[[:space:]]*\(" "${product[@]}"
none 'there is no goto' grep -nE '(^|[^[:alnum:]_"])goto[[:space:]]+[[:alnum:]_]+;' "${sources[@]}"
prints() {
  printf '%s\n' "${product[@]}" | grep -vE '^idp/(main\.c|command/)' |
    xargs grep -nE '(^|[^[:alnum:]_])(printf|puts|putchar|g_print|g_printerr|perror)[[:space:]]*\('
}
none 'library code does not print' prints

begins() {
  local file
  for file; do
    [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: AGPL-3.0-or-later */' ] || echo "$file"
  done
}
once() {
  local file
  for file; do
    case $file in *.h) grep -qx '#pragma once' "$file" || echo "$file" ;; esac
  done
}
long() {
  wc -l "$@" | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines: two nouns" }'
}
none 'every C file begins with its licence' begins "${sources[@]}"
none 'every header says #pragma once' once "${sources[@]}"
none 'no file is longer than 700 lines' long "${sources[@]}"
none 'no whitespace ends a line' grep -nE '[[:blank:]]+$' "${sources[@]}"

tap_done
