#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The program is hardened as configure.ac means it to be: seen in the file that was linked.
set -u
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
command -v readelf >/dev/null || tap_skip_all 'no readelf here'
binary=$top_builddir/idp/portvakt

like 'it is position independent' "$(readelf -h "$binary")" '*Type:*DYN*'
like 'every symbol is bound at start' "$(readelf -d "$binary")" '*BIND_NOW*'
like 'the tables are read-only then' "$(readelf -lW "$binary")" '*GNU_RELRO*'
is 'the stack holds no code' "$(readelf -lW "$binary" | awk '/GNU_STACK/ { print $(NF - 1) }')" RW
ok 'it was told to guard its stacks' bash -c "readelf -sW '$binary' | grep -q __stack_chk_fail"
if [ "$(uname -m)" = x86_64 ]; then
  # Not the note of the whole: Debian's start files lack it.
  ok 'functions begin where jumps may land' \
    test "$(objdump -d --no-show-raw-insn "$binary" | grep -c endbr64)" -gt 500
fi
# A sanitizer brings checks of its own, which _FORTIFY_SOURCE would hide things from.
ok 'lengths are checked, or a sanitizer is in it' \
  bash -c "readelf -d '$binary' | grep -q 'san[.]so' || readelf -sW '$binary' | grep -q '_chk@'"
is 'it needs no library that it does not use' \
  "$(ldd -u "$binary" 2>/dev/null | grep -cE '/lib(lasso|ldap|lber|microhttpd|sqlite3|sodium|jansson|glib-2.0)[.-]')" 0
tap_done
