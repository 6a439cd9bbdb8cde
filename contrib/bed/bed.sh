# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# A whole installation in one folder: directory, identity provider, two real service providers.
#
#   . contrib/bed/bed.sh
#   bed_open FOLDER BINARY [PORT]   names everything (see there); starts nothing
#   bed_start                       all of it, in order; or the single steps below
#   bed_stop                        stops what was started, the last first
#
# Everything but a list of ports is written below FOLDER, listens on 127.0.0.1 only, and only
# processes that were started here are stopped. A function that fails says why on stderr and returns
# 1; callers run under `set -e`. Waiting is polling with a limit, never a fixed sleep.

# The daemons live in /usr/sbin, which is not on everybody's path.
PATH=$PATH:/usr/sbin:/sbin
bed_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# bed_free_port: prints the first of eight free loopback ports. Tests that run side by side have
# different process ids and so start to look at different places; and what one has taken and does not
# listen on yet stands in a file, beside their folders, for as long as it runs.
bed_free_port() (
  local range=${PORTVAKT_PORTS:-22104-31999} list=${TMPDIR:-/tmp}/portvakt-ports.$UID
  local first=${range%-*} last=${range#*-} blocks i pid port taken claims=''
  umask 077
  if ! { [ ! -L "$list" ] && exec 9>>"$list" && [ -O "$list" ] && flock 9; }; then
    echo "no list of ports can be kept in $list" >&2
    exit 1
  fi
  while read -r pid port; do
    [ ! -d "/proc/$pid" ] || claims+="$pid $port"$'\n'
  done <"$list"
  taken=$(ss -Hltn | awk '{ sub(/.*:/, "", $4); print $4 }'; awk '{ print $2 }' <<<"$claims")
  blocks=$(((last - first + 1) / 8))
  for ((i = 0; i < blocks; i++)); do
    port=$((first + 8 * (($$ + i) % blocks)))
    if ! grep -qxE "$(seq -s '|' "$port" $((port + 7)))" <<<"$taken"; then
      printf '%s%s %s\n' "$claims" "$$" "$port" >"$list"
      echo "$port"
      exit 0
    fi
  done
  echo "no eight free ports in $range" >&2
  exit 1
)

# bed_open FOLDER BINARY [PORT]: FOLDER is made if it is missing. BINARY is the portvakt to run; the
# attribute-map tool lies in the same build tree. PORT is the first of six ports.
bed_open() {
  local port
  bed=$1 portvakt=$2
  port=${3:-$(bed_free_port)}
  bed_build=$(cd "$(dirname "$portvakt")/.." && pwd)
  idp_port=$port mellon_port=$((port + 1)) shib_port=$((port + 2)) ldap_port=$((port + 3))
  health_port=$((port + 5))
  idp_url=https://idp.localhost:$idp_port
  mellon_url=https://mellon.localhost:$mellon_port
  shib_url=https://shib.localhost:$shib_port
  idp_entity=$idp_url/saml/metadata
  # An entityID is a name, not an address: the policy is the same whatever the ports are.
  mellon_entity=https://mellon.localhost/mellon
  shib_entity=https://shib.localhost/shibboleth
  bed_running=()
  declare -gA bed_pid=()
  mkdir -p "$bed"/{pki,keys,log,ldap,policy.d,metadata.d,store,sp/run,sp/htdocs,run,tmp}
  bed=$(cd "$bed" && pwd)
  bed_ca=$bed/pki/ca.crt
  bed_conf=$bed/portvakt.conf
  chmod 700 "$bed"/{keys,store,log,metadata.d}
  # As root, Apache's children and slapd are somebody else, who must pass through.
  if [ "$(id -u)" -eq 0 ]; then chmod o+x "$bed" "$bed/ldap" "$bed/sp"; fi
}

# --- running things -------------------------------------------------------------------------------

# wait_for SECONDS WHAT COMMAND...: polls until COMMAND succeeds.
wait_for() {
  local limit=$1 what=$2 end
  shift 2
  end=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -gt "$end" ]; then
      echo "waited $limit s in vain for $what" >&2
      return 1
    fi
    sleep 0.05
  done
}

# _run NAME COMMAND...: starts a daemon that stays in the foreground, as a child of this shell.
_run() {
  local name=$1
  shift
  "$@" >>"$bed/log/$name.log" 2>&1 </dev/null &
  # Kept here too: what we started is stopped even if somebody takes the folder away.
  bed_pid[$name]=$!
  echo $! >"$bed/run/$name.pid"
  bed_running+=("$name")
}

# The shell may reap the child at any moment, and remembers its code until _halt waits for it: one
# that is a zombie or gone has ended.
_alive() {
  local pid=${bed_pid[$1]:-} state
  [ -n "$pid" ] || return 1
  state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null)
  [ -n "$state" ] && [[ $state != Z* ]]
}

_ready() {
  local name=$1
  shift
  # A daemon that has died ends the waiting at once.
  ! _alive "$name" || "$@"
}

# _await NAME COMMAND...: waits until COMMAND succeeds, or tells the end of the daemon's log.
_await() {
  local name=$1
  if ! wait_for 60 "$name" _ready "$@" || ! _alive "$name"; then
    echo "$name did not start; the end of its log:" >&2
    tail -n 15 "$bed/log/$name.log" >&2
    return 1
  fi
}

_ended() {
  ! _alive "$1"
}

# portvakt waits ten seconds for those it is answering, and then ends: soon after that it is too late.
_halt() {
  local name=$1 signal=$2 pid=${bed_pid[$1]:-} status=0
  [ -n "$pid" ] || return 0
  kill -s "$signal" "$pid" 2>/dev/null || true
  wait_for 15 "the end of $name" _ended "$name" || true
  if _alive "$name"; then
    echo "$name does not stop; killing it" >&2
    kill -s KILL "$pid" 2>/dev/null || true
  fi
  wait "$pid" 2>/dev/null || status=$?
  unset "bed_pid[$name]"
  rm -f "$bed/run/$name.pid"
  return "$status"
}

# slapd is no child of ours, and its script knows it by a file in the folder. Where that is gone, the
# process is known by its command line.
_halt_lost_slapd() {
  local pid=${bed_pid[slapd]:-}
  if [ -n "$pid" ] && tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null |
    grep -qxF "$bed/ldap/slapd.conf"; then
    kill "$pid"
  fi
}

# bed_halt NAME [SIGNAL]: stops one daemon; returns its exit code (0 where it was not running).
bed_halt() {
  local name=$1 status=0 i rest=()
  if [ "$name" = slapd ]; then
    "$bed_source/contrib/school/slapd" stop "$bed/ldap" || _halt_lost_slapd
  else
    _halt "$name" "${2:-TERM}" || status=$?
  fi
  for i in "${bed_running[@]}"; do
    [ "$i" = "$name" ] || rest+=("$i")
  done
  bed_running=("${rest[@]+"${rest[@]}"}")
  return "$status"
}

# bed_stop: stops everything, the last first. Returns 1 if portvakt did not end well (that is how a
# sanitizer reports what it found).
bed_stop() {
  local name status=0 code
  while [ "${#bed_running[@]}" -gt 0 ]; do
    name=${bed_running[-1]} code=0
    bed_halt "$name" || code=$?
    if [ "$name" = portvakt ] && [ "$code" -ne 0 ]; then
      echo "portvakt ended with exit code $code; the end of its log:" >&2
      tail -n 40 "$bed/log/portvakt.log" >&2
      status=1
    fi
  done
  return "$status"
}

# --- keys and certificates ------------------------------------------------------------------------

# _certify NAME SAN: a P-256 key and a certificate for it, signed by the demo CA.
# Portvakt tells monitors of a certificate that ends within 30 days.
_certify() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -sha256 -days 90 \
    -CA "$bed_ca" -CAkey "$bed/pki/ca.key" -subj "/CN=$1" -addext "subjectAltName=$2" \
    -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth \
    -keyout "$bed/pki/$1.key" -out "$bed/pki/$1.crt" 2>"$bed/tmp/openssl" ||
    { cat "$bed/tmp/openssl" >&2; return 1; }
}

# bed_pki [HOST...]: the demo CA and what it signs; portvakt's certificate is good for the hosts too.
# It can sign for this machine's loopback only, and its key
# is gone when it has: whoever trusts it trusts nothing more.
# shellcheck disable=SC2120 # few have more
bed_pki() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -sha256 -days 90 \
    -subj "/CN=Portvakt demo CA" -addext keyUsage=critical,keyCertSign,cRLSign \
    -addext 'nameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.1/255.255.255.255' \
    -keyout "$bed/pki/ca.key" -out "$bed_ca" 2>"$bed/tmp/openssl" ||
    { cat "$bed/tmp/openssl" >&2; return 1; }
  _certify idp.localhost "$(printf 'DNS:%s,' "$@" | sed 's/DNS:,//')DNS:idp.localhost" &&
    _certify mellon.localhost DNS:mellon.localhost &&
    _certify shib.localhost DNS:shib.localhost &&
    _certify 127.0.0.1 IP:127.0.0.1,DNS:localhost &&
    rm "$bed/pki/ca.key"
}

# _service_key NAME: the SAML key of a service, self-signed as they mostly are.
_service_key() {
  openssl req -x509 -newkey rsa:2048 -noenc -sha256 -days 30 -subj "/CN=$1" \
    -keyout "$bed/sp/$1.key" -out "$bed/sp/$1.crt" 2>"$bed/tmp/openssl" ||
    { cat "$bed/tmp/openssl" >&2; return 1; }
}

_certificate_text() {
  sed -e '/^-----/d' "$1" | tr -d '\n'
}

# --- configuration --------------------------------------------------------------------------------

# _fill FILE: prints a template of contrib/bed with its @NAMES@ filled in.
_fill() {
  local user=''
  if [ "$(id -u)" -eq 0 ]; then user=$'User www-data\\\nGroup www-data'; fi
  sed -e "s|@BED@|$bed|g" -e "s|@APACHE_USER@|$user|g" \
    -e "s|@IDP_PORT@|$idp_port|g" -e "s|@MELLON_PORT@|$mellon_port|g" \
    -e "s|@SHIB_PORT@|$shib_port|g" -e "s|@LDAP_PORT@|$ldap_port|g" \
    -e "s|@HEALTH_PORT@|$health_port|g" \
    -e "s|@SOURCE@|$bed_source|g" -e "s|@IDP_URL@|$idp_url|g" -e "s|@MELLON_URL@|$mellon_url|g" -e "s|@SHIB_URL@|$shib_url|g" \
    -e "s|@IDP_ENTITY@|$idp_entity|g" -e "s|@MELLON_ENTITY@|$mellon_entity|g" \
    -e "s|@SHIB_ENTITY@|$shib_entity|g" \
    -e "s|@MELLON_CERT@|${mellon_cert:-}|g" -e "s|@SHIB_CERT@|${shib_cert:-}|g" \
    "$bed_source/contrib/bed/$1"
}

# bed_service_metadata: keys and metadata of the two services, in $bed/sp.
bed_service_metadata() {
  local mellon_cert shib_cert
  _service_key mellon && _service_key shib || return 1
  mellon_cert=$(_certificate_text "$bed/sp/mellon.crt")
  shib_cert=$(_certificate_text "$bed/sp/shib.crt")
  _fill mellon-metadata.xml.in >"$bed/sp/mellon-metadata.xml"
  _fill shib-metadata.xml.in >"$bed/sp/shib-metadata.xml"
}

# bed_configure_services: what a service provider needs besides the metadata of the identity provider.
bed_configure_services() {
  local map=$bed_build/contrib/bed/attribute-map log
  cp "$bed_source/contrib/bed/page.cgi" "$bed/sp/htdocs/page.cgi"
  chmod 755 "$bed/sp/htdocs/page.cgi"
  _fill httpd.conf.in >"$bed/sp/httpd.conf"
  _fill shibboleth2.xml.in >"$bed/sp/shibboleth2.xml"
  "$map" shib >"$bed/sp/attribute-map.xml"
  "$map" mellon >"$bed/sp/mellon-names.conf"
  "$map" names >"$bed/sp/names"
  # The packaged filter, with our names for the two attributes it calls by short ones: a scope that
  # is not in our metadata, or an affiliation that does not exist, is dropped as everywhere else.
  sed -e 's/"eppn"/"eduPersonPrincipalName"/' -e 's/"affiliation"/"eduPersonScopedAffiliation"/' \
    -e 's/"unscoped-affiliation"/"eduPersonAffiliation"/' \
    -e 's/"primary-affiliation"/"eduPersonPrimaryAffiliation"/' \
    /etc/shibboleth/attribute-policy.xml >"$bed/sp/attribute-policy.xml"
  for log in shibd native; do
    {
      echo "log4j.rootCategory=INFO, file"
      echo "log4j.appender.file=org.apache.log4j.FileAppender"
      echo "log4j.appender.file.fileName=$bed/sp/run/$log.log"
      echo "log4j.appender.file.layout=org.apache.log4j.PatternLayout"
      echo "log4j.appender.file.layout.ConversionPattern=%d %p %c %x: %m%n"
    } >"$bed/sp/$log.logger"
  done
  if [ "$(id -u)" -eq 0 ]; then
    # Apache's children own what they read.
    chown -R www-data:www-data "$bed/sp"
    chown root "$bed/sp/htdocs/page.cgi"
  fi
}

# --- the steps ------------------------------------------------------------------------------------

# bed_directory [EXTRA...]: a slapd with the sample school, and with more LDIF if there is any.
# shellcheck disable=SC2120 # only the benchmark has more
bed_directory() {
  "$bed_source/contrib/school/slapd" start "$bed/ldap" "$ldap_port" "$bed_ca" \
    "$bed/pki/127.0.0.1.crt" "$bed/pki/127.0.0.1.key" "$@" || return 1
  bed_pid[slapd]=$(cat "$bed/ldap/slapd.pid")
  bed_running+=(slapd)
}

# _setup COMMAND...: runs a command of portvakt; what it says is shown only if it fails.
_setup() {
  "$portvakt" "$@" >"$bed/log/setup.log" 2>&1 || { cat "$bed/log/setup.log" >&2; return 1; }
}

# bed_idp: configuration, keys, policy and the services' metadata of a portvakt; starts nothing.
bed_idp() {
  _fill portvakt.conf.in >"$bed_conf" &&
    install -m 644 "$bed_source/contrib/school/school.policy" "$bed/policy.d/school.policy" &&
    _setup keys new --config "$bed_conf" &&
    _setup metadata add --config "$bed_conf" --because 'It is part of the demo' \
      "$bed/sp/mellon-metadata.xml" &&
    _setup metadata add --config "$bed_conf" --because 'It is part of the demo' \
      "$bed/sp/shib-metadata.xml"
}

# bed_serve: starts the portvakt.
bed_serve() {
  _run portvakt "$portvakt" serve --config "$bed_conf"
  _await portvakt curl -sSf --cacert "$bed_ca" -o /dev/null "$idp_url/saml/metadata"
}

# bed_services: starts shibd and Apache, which hold our metadata.
bed_services() {
  curl -sSf --max-time 10 --cacert "$bed_ca" -o "$bed/sp/idp-metadata.xml" \
    "$idp_url/saml/metadata" && bed_configure_services || return 1
  # Until its own configuration is read, each logs where the package's says: in /var/log.
  SHIBSP_LOGGING=$bed/sp/shibd.logger _run shibd shibd -f -F -c "$bed/sp/shibboleth2.xml" -p "$bed/sp/run/shibd.pid"
  _await shibd test -S "$bed/sp/run/shibd.sock" || return 1
  SHIBSP_LOGGING=$bed/sp/native.logger _run apache apache2 -DFOREGROUND -f "$bed/sp/httpd.conf"
  _await apache curl -sSf --cacert "$bed_ca" "$shib_url/Shibboleth.sso/Metadata"
}

# bed_start: everything, in the one order that works: each takes what the one before has made.
bed_start() {
  bed_start_idp && bed_services
}

# bed_start_idp: all but the services, of which there is only the metadata.
bed_start_idp() {
  bed_pki && bed_directory && bed_service_metadata && bed_idp && bed_serve
}

# --- looking --------------------------------------------------------------------------------------

# bed_logins: people of the sample school, one per line, tabs between: login, password, kind
# (pupil, teacher, staff, both), note, name, title.
bed_logins() {
  awk -F '[ ]*[|][ ]*' -v OFS='\t' '/^[0-9]/ {
    print $2, ($12 == "utf8" ? "blåbär & Åska" : "katten-sover-gott"), $5, $12, $3 " " $4, $13
  }' "$bed_source/contrib/school/people"
}

# bed_password LOGIN: the password of one of them.
bed_password() {
  bed_logins | awk -F '\t' -v login="$1" '$1 == login { print $2 }'
}

# bed_explain LOGIN ROLE SERVICE: what portvakt explain says, as JSON.
bed_explain() {
  "$portvakt" explain --config "$bed_conf" --person "$1" --role "$2" --service "$3" --json \
    --language en
}

# bed_person_key LOGIN: what the directory calls that person for ever.
bed_person_key() {
  LDAPTLS_CACERT=$bed_ca ldapsearch -LLL -o ldif-wrap=no -x -ZZ \
    -H "ldap://127.0.0.1:$ldap_port" -D cn=portvakt,ou=service,dc=skola,dc=example \
    -y "$bed/ldap/password" -b ou=people,dc=skola,dc=example "(uid=$1)" portvaktPersonId |
    sed -n 's/^portvaktPersonId: //p'
}

# bed_ledger_row RESPONSE: the ledger row of the Response in that file, as `agree` wants it.
bed_ledger_row() {
  local id
  id=$(xmllint --nonet --xpath 'string(/*/@ID)' "$1")
  # An ID of ours is letters, digits, _ and -; anything else must not reach SQL.
  [[ $id =~ ^[A-Za-z0-9_.-]+$ ]] || return 1
  sqlite3 -readonly "$bed/store/portvakt.db" "
    SELECT json_object('responseId', response_id, 'time', time, 'outcome', outcome,
      'protocol', protocol, 'service', service, 'generation', generation, 'reference', reference,
      'person', person, 'expires', expires, 'values', (
        SELECT json_group_array(json_object('attribute', attribute, 'mac', mac, 'rule', rule))
        FROM ledger_given WHERE entry = ledger.id))
    FROM ledger WHERE response_id = '$id'"
}

# bed_agree LOGIN ROLE SERVICE RESPONSE HELD: whether what a service received in that Response, what
# it holds (file of NAME=VALUE lines), explain and the ledger are the same. Its files: in $bed/tmp.
bed_agree() {
  bed_explain "$1" "$2" "$3" >"$bed/tmp/explain.json" &&
    bed_ledger_row "$4" >"$bed/tmp/ledger.json" &&
    "$bed_source/contrib/bed/agree" --response "$4" --explain "$bed/tmp/explain.json" \
      --ledger "$bed/tmp/ledger.json" --key "$bed/keys/ledger.key" \
      --person "$(bed_person_key "$1")" --held "$5" --names "$bed/sp/names"
}
