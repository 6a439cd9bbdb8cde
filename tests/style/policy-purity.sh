#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# libpolicy is pure: what it includes is its own, GLib and the basics of libc; what it calls of
# others works on memory. No file, clock, network, environment or random comes in unseen.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
cd "$top_srcdir"

# What may be called: GLib's functions on memory, and what compiler and sanitizers add.
allowed=$(
  tr -d '\n' <<'END'
^(g_(array|ptr_array|hash_table|string|list|strv|unichar|utf8|ascii|atomic_ref_count)_[a-z0-9_]+
|g_date_(clear|set_dmy|valid_dmy|days_between|add_days|get_year|get_month|get_day)
|g_(free|malloc|malloc0|malloc_n|malloc0_n|realloc|memdup2|strdup|strdupv|strndup|strdup_printf|strdup_vprintf|strconcat)
|g_(strfreev|strcmp0|str_hash|str_equal|str_has_prefix|str_has_suffix|snprintf|utf8_skip)
|g_(set_error|set_error_literal|assertion_message|assertion_message_expr)
|g_quark_from_static_string
|(mem|str)[a-z]+
|__(popcountdi2|stack_chk_fail|mem[a-z]+_chk|str[a-z]+_chk|[a-z]*printf_chk)
|__(asan|ubsan|sanitizer|sancov|start___sancov|stop___sancov)_[a-z0-9_]+
|_GLOBAL_OFFSET_TABLE_|__gcc_personality_v0|_Unwind_Resume)$
END
)

includes() {
  grep -Hn '^[[:space:]]*#[[:space:]]*include' policy/*.[ch] |
    grep -vE '#include ("policy/[a-z]+\.h"|<(glib|stdatomic|stdbool|stddef|stdint|stdlib|string)\.h>)$' || true
}
symbols() {
  nm --format=posix "$1" "$top_builddir/policy/libpolicy.a" | awk 'NF > 1 { print $1 }' |
    LC_ALL=C sort -u
}
foreign() {
  LC_ALL=C comm -23 <(symbols --undefined-only) <(symbols --defined-only) | grep -vE "$allowed" || true
}
unseen() {
  grep -xE "$allowed" <<'END' || true
open
fopen
read
time
clock_gettime
getenv
socket
printf
random
pthread_create
g_file_get_contents
g_get_real_time
g_date_time_new_now_local
g_date_set_time_t
g_random_int
g_getenv
g_log
END
}

is 'policy includes nothing but GLib, the basics of libc and itself' "$(includes)" ''
ok 'libpolicy.a can be read' test -n "$(symbols --defined-only)"
is 'libpolicy.a calls nothing but what works on memory' "$(foreign)" ''
is 'files, clock, environment, random, threads and logs would be seen' "$(unseen)" ''
tap_done
