# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the caller
# What contrib/demo and contrib/check do before they start: Debian packages, installed without a
# single service of theirs being started; a folder of their own; a copy of the sources in it.

packages_build=(autoconf automake autoconf-archive make gcc libc6-dev pkg-config libglib2.0-dev
  libxml2-dev libxmlsec1-dev liblasso3-dev libldap-dev libmicrohttpd-dev libgnutls28-dev
  libsqlite3-dev libsodium-dev libssl-dev libjansson-dev libseccomp-dev)
packages_bed=(slapd ldap-utils apache2 libapache2-mod-auth-mellon libapache2-mod-shib openssl
  curl ca-certificates jq libxml2-utils sqlite3 iproute2)
packages_check=(git xz-utils argon2 xmlsec1 clang libclang-rt-14-dev clang-format clang-tidy
  shellcheck mandoc bash-completion nginx-light chromium libnss3-tools binutils)

policy_rc_d=/usr/sbin/policy-rc.d
policy_rc_d_saved=$policy_rc_d.before-portvakt

# packages_missing PACKAGE...: prints those that are not installed.
packages_missing() {
  local package
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

# packages_node: prints what a test in a browser needs besides, where there is no npm as yet.
packages_node() {
  command -v npm >/dev/null || echo npm
  command -v node >/dev/null || echo nodejs
}

_as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian asks policy-rc.d before it starts a service of a package; ours says no to all.
_hold_services() {
  # A run that was killed half-way has left its own in place; then the one before is saved already.
  if [ -e "$policy_rc_d" ] && ! grep -q portvakt "$policy_rc_d"; then
    _as_root mv "$policy_rc_d" "$policy_rc_d_saved"
  fi
  printf '#!/bin/sh\n# portvakt: start nothing while packages are installed\nexit 101\n' |
    _as_root tee "$policy_rc_d" >/dev/null
  _as_root chmod 755 "$policy_rc_d"
}

_release_services() {
  _as_root rm -f "$policy_rc_d"
  if [ -e "$policy_rc_d_saved" ]; then
    _as_root mv "$policy_rc_d_saved" "$policy_rc_d"
  fi
}

# What systemd would start at the next boot; nothing where there is no systemd.
_enabled_units() {
  if [ -d /run/systemd/system ]; then
    systemctl list-unit-files --state=enabled --no-legend | awk '{ print $1 }' | sort
  fi
}

# packages_install PACKAGE...: installs those that are missing; returns 1 where it may not.
packages_install() {
  local missing before new status=0
  mapfile -t missing < <(packages_missing "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  echo "Installing ${#missing[@]} Debian packages (their services stay off): ${missing[*]}" >&2
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    echo "I am not root and there is no sudo. Run this as root, then start me again:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  before=$(_enabled_units)
  (
    trap _release_services EXIT
    trap 'exit 130' INT TERM
    _hold_services
    # -y alone does not overwrite anybody's configuration files.
    _as_root apt-get update -qq &&
      _as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
  ) >&2 || status=$?
  mapfile -t new < <(comm -13 <(echo "$before") <(_enabled_units))
  if [ "${#new[@]}" -gt 0 ]; then
    _as_root systemctl disable --quiet "${new[@]}" >&2 || true
  fi
  return "$status"
}

# folder_open FOLDER NAME: sets `folder`, and makes it if need be; with an empty FOLDER, a new one.
# It bears a mark, and only what bears it is ever removed. Returns 1 for a folder that is not ours
# or that another run is using.
folder_open() {
  local mark=.portvakt-$2
  if [ -z "$1" ]; then
    folder=$(mktemp -d "${TMPDIR:-/tmp}/portvakt-$2.XXXXXX")
  elif [ -d "$1" ] && [ ! -e "$1/$mark" ] && [ -n "$(ls -A "$1")" ]; then
    echo "$1 holds things that are not the $2's; name another folder" >&2
    return 1
  else
    mkdir -p "$1" && folder=$(cd "$1" && pwd)
  fi
  # As root, slapd and Apache are somebody else, who must pass through.
  if [ "$(id -u)" -eq 0 ]; then chmod o+x "$folder"; fi
  touch "$folder/$mark"
  exec 9<"$folder/$mark"
  if ! flock -n 9; then
    folder=
    echo "another $2 is at work in $1" >&2
    return 1
  fi
}

# folder_remove NAME: removes it.
folder_remove() {
  if [ -n "${folder:-}" ] && [ -e "$folder/.portvakt-$1" ]; then
    # make distcheck leaves a read-only tree where it failed.
    chmod -R u+w "$folder" && rm -rf "$folder"
  fi
}

# sources_copy FROM TO: the sources without what a build, git or npm has put there, so that the
# tree they lie in is only read. Folders of builds are known by their config.status.
sources_copy() {
  local build excluded=()
  while IFS= read -r build; do
    excluded+=("--exclude=./$build")
  done < <(find "$1" -mindepth 2 -maxdepth 2 -name config.status -printf '%P\n' | sed 's|/.*||')
  mkdir -p "$2"
  tar -C "$1" "${excluded[@]}" --exclude=./.git --exclude=./autom4te.cache \
    --exclude=./config.status --exclude=./config.h --exclude=./Makefile --exclude=node_modules \
    --exclude=.deps --exclude='*.o' --exclude='*.a' --exclude='*.trs' -cf - . |
    tar -C "$2" -xf -
}
