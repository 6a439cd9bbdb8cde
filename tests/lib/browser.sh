# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# For tests in a real browser.

: "${top_srcdir:?is set by make check}"
# shellcheck source=tests/lib/bed.sh
. "$top_srcdir/tests/lib/bed.sh"

# browser_tests PROGRAM [COMMAND...]: runs tests/browser/PROGRAM in headless Chromium against a whole
# installation, after COMMAND has made of it what it needs. It prints its own plan, so this is the
# last thing a test does.
browser_tests() {
  local tool program=$1
  shift
  for tool in node npm certutil "${CHROMIUM:-chromium}"; do
    command -v "$tool" >/dev/null || tap_skip_all "no $tool here"
  done
  bed_test
  if [ $# -gt 0 ] && ! "$@"; then echo 'Bail out! the installation is not as it should be'; exit 1; fi
  mkdir -p "$work/js" "$work/home/.pki/nssdb"
  cp "$top_srcdir"/tests/browser/{*.mjs,package.json,package-lock.json,.npmrc} "$work/js"
  chmod -R u+w "$work/js"
  (cd "$work/js" && npm_config_cache=$work/npm npm ci --ignore-scripts) >"$work/npm.log" 2>&1 ||
    { sed 's/^/# /' "$work/npm.log"; echo 'Bail out! npm ci failed'; exit 1; }
  certutil -d "sql:$work/home/.pki/nssdb" -N --empty-password
  certutil -d "sql:$work/home/.pki/nssdb" -A -n demo -t C,, -i "$bed_ca"
  IDP_URL=$idp_url MELLON_URL=$mellon_url SHIB_URL=$shib_url BROWSER_HOME=$work/home \
    timeout 300 node "$work/js/$program" || echo "Bail out! $program did not end well"
}
