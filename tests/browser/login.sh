#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A person logs in at real services, in a real browser: see login.mjs.
set -euo pipefail
: "${top_srcdir:?is set by make check}" "${top_builddir:?is set by make check}"
# shellcheck source=tests/lib/browser.sh
. "$top_srcdir/tests/lib/browser.sh"
browser_tests login.mjs
