# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
# For tests that need the sample school behind a real slapd. Source it, or call it:
#
#   slapd.sh pki DIR           a CA (ca.pem), a server certificate for 127.0.0.1 and localhost
#                              (cert.pem, key.pem), one for another host (other.pem, other-key.pem)
#                              and a foreign CA (foreign.pem), in DIR
#   slapd.sh up DIR [EXTRA...] the same, and a slapd in DIR/slapd on ports of its own choice
#   slapd.sh down DIR          ends that slapd

school_top=${top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}

# DIR NAME SUBJECT: a self-signed CA.
school_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$3" \
		-keyout "$1/$2-key.pem" -out "$1/$2.pem" 2>/dev/null
}

# DIR NAME SAN: a certificate of that CA.
school_cert() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
		-keyout "$1/$2-key.pem" -out "$1/$2.csr" 2>/dev/null
	openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.pem" -CAkey "$1/ca-key.pem" -days 2 \
		-CAcreateserial -extfile <(printf 'subjectAltName=%s\n' "$3") \
		-out "$1/$2.pem" 2>/dev/null
}

school_pki() {
	[[ -f $1/other.pem ]] && return
	mkdir -p "$1"
	school_ca "$1" ca "Sample school CA"
	school_ca "$1" foreign "Foreign CA"
	school_cert "$1" cert IP:127.0.0.1,DNS:localhost
	mv "$1/cert-key.pem" "$1/key.pem"
	school_cert "$1" other DNS:ldap.other.example
}

school_up() {
	school_pki "$1"
	"$school_top/contrib/school/slapd" start "$1/slapd" 0 \
		"$1/ca.pem" "$1/cert.pem" "$1/key.pem" "${@:2}"
}

school_down() {
	"$school_top/contrib/school/slapd" stop "$1/slapd"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	set -euo pipefail
	"school_$1" "${@:2}"
fi
