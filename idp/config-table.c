/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config-table.h"

#include "idp/config-name.h"
#include "policy/guess.h"

/* clang-format off */
const ConfigSetting config_table[] = {
	{"server", "listen", CONFIG_TEXT, "127.0.0.1:8080", false, 0, 0,
	 "Address and port to serve on."},
	{"server", "tls-certificate", CONFIG_PATH, NULL, false, 0, 0,
	 "Certificate chain (PEM) when Portvakt speaks TLS itself; with tls-key. Left out behind a proxy."},
	{"server", "tls-key", CONFIG_PATH, NULL, false, 0, 0,
	 "Private key (PEM) of tls-certificate, readable by its owner alone."},
	{"server", "trusted-proxies", CONFIG_LIST, NULL, false, 0, 0,
	 "Addresses and networks of proxies in front, whose X-Forwarded-For says who asks."},
	{"server", "hsts", CONFIG_BOOL, "no", false, 0, 0,
	 "Tell browsers to come by https only, for a year (Strict-Transport-Security)."},
	{"server", "workers", CONFIG_COUNT, "2", false, 1, 64,
	 "Threads that parse, decide and sign; as many as there are cores."},
	{"server", "io-threads", CONFIG_COUNT, "2", false, 1, 16,
	 "Threads that read and write the network."},
	{"server", "queue", CONFIG_COUNT, "1024", false, 16, 65536,
	 "Requests that may wait for a thread; more are answered 503."},

	{"health", "listen", CONFIG_TEXT, NULL, false, 0, 0,
	 "Address and port for monitors; left out, there are none. One written-out address, and not one "
	 "that everybody reaches: it speaks plain HTTP and asks nobody who they are."},

	{"huvudman", "file", CONFIG_PATH, NULL, true, 0, 0,
	 "Where several huvudmän share one installation: the configuration of this one, with all groups "
	 "but [server], [health] and [huvudman NAME]."},

	{"idp", "base-url", CONFIG_TEXT, NULL, true, 0, 0,
	 "The https address people and services see, without a path."},
	{"idp", "entity-id", CONFIG_TEXT, NULL, false, 0, 0,
	 "SAML entityID; base-url/saml/metadata when left out."},
	{"idp", "scopes", CONFIG_LIST, NULL, true, 0, 0,
	 "Domains that the school owns; values of any other are withheld."},
	{"idp", "name-sv", CONFIG_TEXT, NULL, true, 0, 0,
	 "Name of the school or huvudman in Swedish, shown on every page."},
	{"idp", "name-en", CONFIG_TEXT, NULL, true, 0, 0,
	 "The same in English."},
	{"idp", "support-email", CONFIG_TEXT, NULL, true, 0, 0,
	 "Where the helpdesk is reached; on error pages and in our metadata."},
	{"idp", "time-zone", CONFIG_TEXT, "Europe/Stockholm", false, 0, 0,
	 "Where a day begins and ends, for the dates in policy."},

	{"saml", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Private key (PEM) that signs assertions and Responses."},
	{"saml", "certificate", CONFIG_PATH, NULL, true, 0, 0,
	 "Its certificate (PEM), published in our metadata."},

	{"directory", "uri", CONFIG_LIST, NULL, true, 0, 0,
	 "Addresses of the same directory, tried in order: ldap:// with StartTLS, or ldaps://."},
	{"directory", "ca", CONFIG_PATH, NULL, true, 0, 0,
	 "Certificates (PEM) that the directory's own must chain to."},
	{"directory", "bind-dn", CONFIG_TEXT, NULL, true, 0, 0,
	 "Who Portvakt is to the directory when it searches."},
	{"directory", "password-file", CONFIG_PATH, NULL, true, 0, 0,
	 "File with the password of bind-dn, readable by its owner alone."},
	{"directory", "base", CONFIG_TEXT, NULL, true, 0, 0,
	 "Where people are searched for."},
	{"directory", "login-filter", CONFIG_TEXT, "(uid={login})", false, 0, 0,
	 "LDAP filter that finds one person; {login} is what the person typed, escaped."},
	{"directory", "person-key", CONFIG_TEXT, "entryUUID", false, 0, 0,
	 "Attribute that never changes and is never given to another: best the school system's own id."},
	{"directory", "student", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions ATTRIBUTE=VALUE (or ATTRIBUTE=*), one of which makes a person a pupil."},
	{"directory", "staff", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes a person staff."},
	{"directory", "guardian", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes a person a guardian."},
	{"directory", "teacher", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes staff a teacher."},
	{"directory", "test", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes a person a test person."},
	{"directory", "protected-attribute", CONFIG_TEXT, NULL, true, 0, 0,
	 "Attribute that marks protected identity, or `none' if the directory holds no such person."},
	{"directory", "protected-no", CONFIG_LIST, NULL, false, 0, 0,
	 "Its values that mean `not protected'; any other value, and none at all, means protected."},
	{"directory", "protected-group", CONFIG_TEXT, NULL, false, 0, 0,
	 "DN of a group whose members have protected identity, whatever their marking says."},
	{"directory", "protected-group-attribute", CONFIG_TEXT, "member", false, 0, 0,
	 "Attribute with the DNs of its members."},
	{"directory", "eppn-student", CONFIG_TEXT, "eduPersonPrincipalName", false, 0, 0,
	 "Attribute with the EPPN of the pupil role."},
	{"directory", "eppn-staff", CONFIG_TEXT, "eduPersonPrincipalName", false, 0, 0,
	 "Attribute with the EPPN of the staff role."},
	{"directory", "eppn-guardian", CONFIG_TEXT, "eduPersonPrincipalName", false, 0, 0,
	 "Attribute with the EPPN of the guardian role."},
	{"directory", "year", CONFIG_TEXT, NULL, false, 0, 0,
	 "Attribute with a pupil's school year; that of sisSchoolGrade where it is left out."},
	{"directory", "gymnasium", CONFIG_LIST, NULL, false, 0, 0,
	 "Conditions, one of which makes digits there a year of upper secondary school."},
	{"directory", "gymnasium-prefix", CONFIG_LIST, "GY;G", false, 0, 0,
	 "What stands before the digit of such a year, as in GY1 and Gy 1."},
	{"directory", "birth-date", CONFIG_TEXT, NULL, false, 0, 0,
	 "Attribute with a day of birth or a personal number, for age alone; left out, those of the "
	 "registry that tell it."},
	{"directory", "start-tls", CONFIG_BOOL, "yes", false, 0, 0,
	 "Whether ldap:// is secured by StartTLS; without it an ldap:// address is refused."},
	{"directory", "decoy-dn", CONFIG_TEXT, NULL, false, 0, 0,
	 "An entry nobody uses, with a password like others': an unknown user costs a bind against it."},
	{"directory", "connections", CONFIG_COUNT, "4", false, 1, 64,
	 "Connections held to the directory, and threads that wait for it."},

	{"person", "max-age", CONFIG_DURATION, "5m", false, 0, HOUR,
	 "How long what the directory said of a person is used again; 0s asks each time."},

	{"registry", "folder", CONFIG_PATH, "attributes.d", false, 0, 0,
	 "Folder of *.attributes files, which define attributes of the school's own; it need not be "
	 "there. It and they belong to root or to whoever runs portvakt; nobody else may write them."},

	{"attributes", "*", CONFIG_TEXT, NULL, false, 0, 0,
	 "REGISTRY-NAME = LDAP-NAME, where the directory calls an attribute something else."},

	{"alias", "*", CONFIG_TEXT, NULL, false, 0, 0,
	 "REGISTRY-NAME = LDAP-NAME, the attribute that holds a protected person's alias."},

	{"protected", "suppress", CONFIG_LIST, "school;study;family;personal-number;birth;contact", false, 0, 0,
	 "Attributes, and kinds of them, that never leave about a protected person, alias or not."},
	{"protected", "guardian-lookup", CONFIG_TEXT, "norEduPersonNIN", false, 0, 0,
	 "Attribute by which a child is found whom a guardian's sisLegalGuardianFor names."},
	{"protected", "role-group", CONFIG_TEXT, NULL, false, 0, 0,
	 "Unix group that has the protected-data role; left out, only root has it."},

	{"policy", "folder", CONFIG_PATH, "policy.d", false, 0, 0,
	 "Folder of the *.policy files. It and they belong to root or to whoever runs portvakt; "
	 "nobody else may write them."},
	{"policy", "confirm-widening", CONFIG_BOOL, "no", false, 0, 0,
	 "A reload that would release more waits for `portvakt policy confirm'; what ran goes on. "
	 "One that sets this to no waits too."},
	{"metadata", "folder", CONFIG_PATH, "metadata.d", false, 0, 0,
	 "Folder of single services' metadata; see portvakt-metadata(1)."},

	{"feed", "file", CONFIG_PATH, NULL, true, 0, 0,
	 "Signed metadata of a federation (an EntitiesDescriptor), fetched by you."},
	{"feed", "certificate", CONFIG_PATH, NULL, true, 0, 0,
	 "Certificate (PEM) of the one who signs it; no other signature is believed. It and its "
	 "folder belong to root or to whoever runs portvakt; nobody else may write them."},
	{"feed", "trial", CONFIG_BOOL, "no", false, 0, 0,
	 "Whether it is a trial federation: its services are for test persons alone."},

	{"group", "dn", CONFIG_TEXT, NULL, false, 0, 0,
	 "DN of a group in the directory: in it is whoever's DN that entry has."},
	{"group", "attribute", CONFIG_TEXT, "member", false, 0, 0,
	 "Attribute of it with the DNs of its members."},
	{"group", "filter", CONFIG_TEXT, NULL, false, 0, 0,
	 "LDAP filter: in it is whoever's own entry it fits."},
	{"group", "role", CONFIG_LIST, NULL, false, 0, 0,
	 "Roles in which it counts: student, staff, guardian; all where it is left out."},

	{"level", "proved-by", CONFIG_LIST, NULL, false, 0, 0,
	 "Ways of logging in that prove the level: password. Left out, nothing proves it yet."},
	{"level", "includes", CONFIG_LIST, NULL, false, 0, 0,
	 "Levels that whoever proves this one has proved too."},
	{"level", "uri", CONFIG_TEXT, NULL, false, 0, 0,
	 "What services are told of the level (AuthnContextClassRef, acr)."},

	{"store", "file", CONFIG_PATH, PORTVAKT_STATEDIR "/portvakt.db", false, 0, 0,
	 "The SQLite store: sessions, spent asks, ledger."},
	{"ledger", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Key of the ledger's HMACs: 32 bytes, readable by its owner alone."},
	{"ledger", "keep", CONFIG_DURATION, "396d", false, DAY, 3660 * DAY,
	 "How long a ledger row is kept; 396 days is a school year and time to ask about it."},
	{"seal", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Key of the sealed handles in pages: 32 bytes, readable by its owner alone."},

	{"identifiers", "key", CONFIG_PATH, NULL, true, 0, 0,
	 "Key that new pairwise-ids and subject-ids are made with: 32 bytes, readable by its owner alone."},
	{"eppn", "source", CONFIG_TEXT, "directory", false, 0, 0,
	 "Where EPPNs are read: directory, or store, for a directory that nobody can write."},
	{"eppn", "scope", CONFIG_TEXT, NULL, false, 0, 0,
	 "Scope of new EPPNs: one of scopes. Default: the first of them."},

	{"consent", "age", CONFIG_COUNT, "13", false, 13, 99,
	 "Pupils younger than that, or whose age is not known, are not asked; what only rules that ask "
	 "give stays inside."},

	{"consent", "keep", CONFIG_DURATION, NULL, false, DAY, 3660 * DAY,
	 "How long what a person was told and answered is kept after it last counted at a login; not less "
	 "than keep of [ledger], which is the default."},

	{"session", "idle", CONFIG_DURATION, "60m", false, MINUTE, 7 * DAY,
	 "A session ends this long after its last use."},
	{"session", "absolute", CONFIG_DURATION, "10h", false, MINUTE, 30 * DAY,
	 "A session ends this long after the login, used or not."},
	{"session", "idle-student", CONFIG_DURATION, NULL, false, MINUTE, 7 * DAY, "idle, for pupils."},
	{"session", "idle-staff", CONFIG_DURATION, NULL, false, MINUTE, 7 * DAY, "idle, for staff."},
	{"session", "idle-guardian", CONFIG_DURATION, NULL, false, MINUTE, 7 * DAY, "idle, for guardians."},
	{"session", "absolute-student", CONFIG_DURATION, NULL, false, MINUTE, 30 * DAY, "absolute, for pupils."},
	{"session", "absolute-staff", CONFIG_DURATION, NULL, false, MINUTE, 30 * DAY, "absolute, for staff."},
	{"session", "absolute-guardian", CONFIG_DURATION, NULL, false, MINUTE, 30 * DAY, "absolute, for guardians."},

	{"templates", "folder", CONFIG_PATH, PORTVAKT_DATADIR "/templates", false, 0, 0,
	 "Folder of the pages, styles and texts."},
};
/* clang-format on */

const gsize config_table_length = G_N_ELEMENTS(config_table);

const ConfigSetting *config_settings(gsize *ret_count)
{
	*ret_count = config_table_length;
	return config_table;
}

const char *config_table_group(const char *group)
{
	if (g_str_has_prefix(group, "directory "))
		return "directory";
	if (g_str_has_prefix(group, "huvudman "))
		return "huvudman";
	NamedKind kind = named_kind(group);
	return kind == NAMED_NONE ? group : named_word(kind);
}

bool config_table_is_shared(const char *group)
{
	return g_str_equal(group, "server") || g_str_equal(group, "health") ||
	       g_str_equal(group, "huvudman");
}

const ConfigSetting *config_table_find(const char *group, const char *key)
{
	for (gsize i = 0; i < config_table_length; i++)
		if (g_str_equal(config_table[i].group, config_table_group(group)) &&
		    (g_str_equal(config_table[i].key, "*") ||
		     g_str_equal(config_table[i].key, key)))
			return &config_table[i];
	return NULL;
}

char *config_table_guess(const char *word, const char *group)
{
	g_autofree const char **names = g_new(const char *, config_table_length);
	gsize n = 0;
	for (gsize i = 0; i < config_table_length; i++)
		if (!group || g_str_equal(config_table[i].group, config_table_group(group)))
			names[n++] = group ? config_table[i].key : config_table[i].group;
	const char *best = guess_nearest(word, names, n);
	return best ? g_strdup_printf("; did you mean '%s'?", best) : g_strdup("");
}
