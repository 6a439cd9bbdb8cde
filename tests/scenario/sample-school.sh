#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The sample school is what it says: it loads, everybody can log in, the service account reads no
# password, and its EPPNs and personal numbers keep the rules of the field.
set -uo pipefail
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"

. "$top_srcdir/tests/lib/slapd.sh"
school=$top_srcdir/contrib/school
dir=$(mktemp -d)
trap 'school_down "$dir"; rm -rf "$dir"' EXIT
chmod 755 "$dir"
people=ou=people,dc=skola,dc=example
service=cn=portvakt,ou=service,dc=skola,dc=example
count=0

ok() { # STATUS TEXT
	count=$((count + 1))
	[[ $1 -eq 0 ]] && echo "ok $count - $2" || echo "not ok $count - $2"
}

ldap() { # COMMAND ARGS...: over StartTLS, with our CA only
	"$1" -x -ZZ -H "ldap://127.0.0.1:$port" "${@:2}"
}

column() { # N: that column of `people`, a line each
	awk -F ' *[|] *' -v n="$1" '!/^#/ && NF > 11 { print $n }' "$school/people"
}

echo 1..12
school_up "$dir"
ok $? "the sample school loads into a real slapd with our schemas"
port=$(<"$dir/slapd/port")
export LDAPTLS_CACERT=$dir/ca.pem

failed=0
for uid in $(column 2); do
	password=katten-sover-gott
	[[ $uid == asajon ]] && password='blåbär & Åska'
	ldap ldapwhoami -D "uid=$uid,$people" -w "$password" >/dev/null || failed=1
done
ok $failed "everybody logs in with the password that the README tells"

ldap ldapwhoami -D "uid=alvlin,$people" -w katten-sover-got >/dev/null 2>&1
[[ $? -eq 49 ]]
ok $? "a wrong password is refused"

ldapwhoami -x -H "ldap://127.0.0.1:$port" -D "uid=alvlin,$people" -w katten-sover-gott \
	>/dev/null 2>&1
[[ $? -eq 13 ]]
ok $? "no password is taken without TLS"

ldap ldapsearch -LLL -D "$service" -y "$dir/slapd/password" -b "$people" \
	'(objectClass=inetOrgPerson)' '*' '+' >"$dir/seen" && ! grep -qi userpassword "$dir/seen"
ok $? "the service account reads people but no password"

[[ $(grep -c '^entryUUID: 7a1d0e52-3f6b-4c8e-9b20-' "$dir/seen") -eq $(column 1 | wc -l) ]]
ok $? "entryUUIDs are the fixed ones"

grep -hE '^(eduPerson|portvaktStaff)PrincipalName:' "$dir/seen" | sed 's/.*: //' >"$dir/eppn"
[[ -s $dir/eppn && -z $(sort "$dir/eppn" | uniq -d) ]] &&
	! grep -vqE '^[a-z0-9]{6}@skola\.example$' "$dir/eppn"
ok $? "each EPPN is pseudonymous and nobody else's, also those of two roles"

# Skolverket warns of three letters of the surname, and of two of each name (domain rule 3047).
awk -F ' *[|] *' '!/^#/ && NF > 11 { print tolower($3) "|" tolower($4) "|" $6 }' "$school/people" |
	sed -e 's/å\|ä\|á/a/g; s/ö\|ø/o/g; s/é\|ë/e/g; s/Å/a/g; s/Ö/o/g; s/Á/a/g; s/ž/z/g; s/ć/c/g' |
	awk -F'|' '/^[a-z]/ && (index($3, substr($2, 1, 3)) || index($3, substr($1, 1, 2) substr($2, 1, 2)) ||
		index($3, substr($2, 1, 2) substr($1, 1, 2))) { print; bad = 1 } END { exit bad }'
ok $? "no EPPN holds a part of the name"

column 11 | awk '{
	sum = 0
	for (i = 3; i <= 12; i++) {
		d = substr($1, i, 1) * (i % 2 ? 2 : 1)
		sum += int(d / 10) + d % 10
	}
	if (length($1) != 12 || sum % 10 == 0) bad = 1
} END { exit bad || NR == 0 }'
ok $? "every personal number has a wrong check digit"

[[ $(grep -c '^securityMarking: Sekretessmarkering' "$dir/seen") -eq 1 &&
	$(grep -c '^securityMarking: ' "$dir/seen") -eq $(column 1 | wc -l) ]]
ok $? "everybody has a marking, and one is protected"

# The same schemas as LDIF, loaded in the order of the README below cn=config.
mkdir "$dir/config"
{
	printf 'dn: cn=config\nobjectClass: olcGlobal\ncn: config\n\n'
	printf 'dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n'
	for schema in core cosine inetorgperson; do cat /etc/ldap/schema/$schema.ldif && echo; done
	for schema in eduperson noredu schac sis portvakt-school; do
		"$top_srcdir/contrib/ldap/to-ldif" "$top_srcdir/contrib/ldap/$schema.schema" && echo
	done
} >"$dir/config.ldif"
slapadd -n 0 -F "$dir/config" -l "$dir/config.ldif" >"$dir/config.log" 2>&1 ||
	{ sed 's/^/# /' "$dir/config.log"; false; }
ok $? "to-ldif makes what a server below cn=config loads"

school_down "$dir" && ! ldap ldapwhoami -D "$service" -y "$dir/slapd/password" >/dev/null 2>&1
ok $? "the server stops when told to"
