#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A person is told and asked what a service may know, in a real browser: see consent.mjs.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/browser.sh
. "$top_srcdir/tests/lib/browser.sh"

# Matteboken tells; Biblioteket tells, and asks besides.
pages() {
  cat >"$bed/policy.d/school.policy" <<'END'
policy 1
service Matteboken is "https://shib.localhost/shibboleth"
service Biblioteket is "https://mellon.localhost/mellon" { asks sn, mail }
release "Matteboken" {
    to service Matteboken; for student, staff
    give eduPersonPrincipalName, displayName, norEduPersonNIN
    because "Övningar och prov i matematik"; because en "Exercises and tests in mathematics"
}
release "Biblioteket" {
    to service Biblioteket; for student, staff
    give eduPersonPrincipalName, displayName, sisSchoolUnitCode
    because "Låna böcker i skolbiblioteket"; because en "Borrow books from the school library"
}
release "Påminnelser" {
    to service Biblioteket; for student, staff; give mail
    ask; basis "6.1 a"
    because "Biblioteket skriver till dig när en bok ska lämnas tillbaka"
    because en "The library writes to you when a book is due"
}
END
  kill -HUP "$(cat "$bed/run/portvakt.pid")"
  wait_for 60 'the reload' grep -q '"message":"reloaded"' "$bed/log/portvakt.log"
}
browser_tests consent.mjs pages
