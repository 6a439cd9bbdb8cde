#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Root runs the commands of an installation whose keys and store belong to another user, beside its
# daemon and without it, and leaves no file of its own in the store's folder.
# shellcheck disable=SC2119 # `ask` may do without arguments
set -u
# shellcheck source=tests/lib/visit.sh
. "${top_srcdir:?}/tests/lib/visit.sh"
[ "$(id -u)" -eq 0 ] || tap_skip_all 'only root can be root and another user'
bed_test_open
export LDAPNOINIT=1
user=nobody
group=$(id -gn "$user")
give() {
  chown -R "$user:$group" "$bed"/{keys,store,log,run} "$bed/ldap/password" "$bed/pki/idp.localhost.key"
}
# What serves is that user; a build's folder may be closed to it, so it takes a copy of the program.
serve() {
  _run portvakt setpriv --reuid="$user" --regid="$group" --clear-groups "$bed/portvakt" serve \
    --config "$bed_conf"
  _await portvakt curl -sSf --cacert "$bed_ca" -o /dev/null "$idp_url/saml/metadata"
}
up() {
  bed_pki && bed_directory && bed_service_metadata && bed_idp || return 1
  mkdir "$bed/pages" && cp -r "$top_srcdir/templates/." "$bed/pages" &&
    sed -i "s|^folder = .*/templates$|folder = $bed/pages|" "$bed_conf"
  install -m 755 "$portvakt" "$bed/portvakt"
  chmod 755 "$bed"/{,metadata.d,policy.d,pki} && chmod -R a+rX "$bed"/{pages,metadata.d,policy.d}
  chmod 644 "$bed_conf" "$bed/pki"/*.crt
  cat >"$bed/policy.d/skyddade.policy" <<'POLICY'
policy 1
release "Skyddade i matteboken" {
    to service Matteboken; for protected student
    give eduPersonPrincipalName; silent
    approved by two; because "Matematik även för dem"; basis "6.1 e"
}
POLICY
  sed -i '/^expect protected everyone/d' "$bed/policy.d/school.policy"
  for folder in "$work" "$bed"; do
    while [ "$folder" != / ]; do chmod o+x "$folder" 2>/dev/null; folder=$(dirname "$folder"); done
  done
  give && serve
}
if ! up; then
  echo 'Bail out! the installation did not start'
  exit 1
fi

sso=$idp_url/saml/sso
authnrequest=$top_builddir/tests/lib/authnrequest

# run COMMAND...: as root
run() {
  out=$("$portvakt" "$@" --config "$bed_conf" 2>&1 </dev/null)
  code=$?
}
not_theirs() {
  find "$bed/store" ! -user "$user" | wc -l
}
n=0
every_command() { # WHEN
  run check
  is "$1: check" "$code" 0
  [ "$code" = 0 ] || echo "# ${out//$'\n'/ }"
  run explain --person alvlin --service Matteboken --json
  is "$1: explain, which reads the store" "$code $(jq -r .store <<<"$out")" '0 read'
  run eppn show --person alvlin --json
  is "$1: eppn show" "$code" 0
  n=$((n + 1))
  run eppn rotate --person alvlin --only-identifiers --apply --yes
  is "$1: eppn rotate, which writes the store" "$code" 0
  [ "$code" = 0 ] || echo "# ${out//$'\n'/ }"
  run eppn show --person alvlin --json
  is "$1: and it is written" "$(jq -r .renewed <<<"$out")" "$n"
  run policy approve --yes skyddade.policy 'Skyddade i matteboken'
  is "$1: policy approve" "$code" 0
  [ "$code" = 0 ] || echo "# ${out//$'\n'/ }"
  run policy approvals
  is "$1: policy approvals" "$code" 0
  run masterdata lint
  ok "$1: masterdata lint" test "$code" -le 1 -a -n "$out"
  is "$1: no file of the store's folder is root's" "$(not_theirs)" 0
}
every_command 'beside the daemon'
bed_halt portvakt TERM
every_command 'without the daemon'
serve
is 'the daemon starts again' "$?" 0
fresh
ask
type_in alvlin "$(bed_password alvlin)"
ok 'and lets people in' test -n "$(attributes)"
bed_halt portvakt TERM

chown daemon "$bed/keys/ledger.key"
run check
like 'a key of somebody who has nothing to do with it is refused to root too' "$code $out" \
  '1 *ledger.key: this secret belongs to another user*'
tap_done
