/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The made-up school of tests/scenario/agreeing.sh, by a seed, and what its Responses say; without
 * a line of what it tests.
 *
 *   agreeing people SEED N HASH       LDIF of N people, whose password has that hash
 *   agreeing service SEED I CERT      metadata of the Ith service, with that certificate (Base64)
 *   agreeing policy SEED              a policy; most load, not all
 *   agreeing decode <FILE...>         of files N.xml: lines "N TAB what TAB name TAB value"
 *   agreeing macs KEYFILE             of lines "N TAB attribute TAB rule TAB person TAB value" the
 *                                     same with the ledger's HMAC in the place of the last two
 */
#include <gio/gio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SERVICES 5

static GRand *dice;

static bool one_in(int n)
{
	return g_rand_int_range(dice, 0, n) == 0;
}

static unsigned below(unsigned n)
{
	return (unsigned)g_rand_int_range(dice, 0, (gint32)n);
}

static const char *pick(const char *const *of)
{
	return of[below(g_strv_length((char **)(guintptr)of))];
}

/* ---- people ---- */

static const char *const names[] = {"Alva", "Åke", "Yusuf", "Märta", "Олена",   "عمر",
				    "Áilu", "Zoë", "明",    "Bo",    "O'Brian", NULL};
static const char *const units[] = {"00001001", "00001002", "12345678", NULL};
static const char *const grades[] = {"0", "1", "4", "6", "7", "9", "GY1", "GY3", "åtta", NULL};

static void print_student(const char *uid)
{
	const char *unit = pick(units);
	if (!one_in(12))
		printf("eduPersonPrincipalName: %s-e@%s\n", uid,
		       one_in(15) ? "annan.example" : "skola.example");
	if (!one_in(6))
		printf("sisSchoolUnitCode: %s\n", unit);
	if (!one_in(6))
		printf("sisSchoolGrade: %s\n", pick(grades));
	for (unsigned i = below(4); i > 0; i--)
		printf("sisSchoolCourseStudent: %s/%uA%s\n", unit, i, one_in(2) ? "-MA" : "");
}

static void print_staff(const char *uid)
{
	if (!one_in(12))
		printf("portvaktStaffPrincipalName: %s-p@skola.example\n", uid);
	printf("portvaktStaffUnitCode: %s\n", pick(units));
	if (one_in(2))
		printf("title: lärare\n");
}

/* The values of an attribute stand together, as slapadd wants them. */
static void print_affiliations(bool studies, bool works, bool teaches)
{
	static const char *const words[] = {"student", "member", "employee", "faculty"};
	const bool has[] = {studies, studies, works, teaches};
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (has[i])
			printf("eduPersonAffiliation: %s\n", words[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (has[i])
			printf("eduPersonScopedAffiliation: %s@skola.example\n", words[i]);
}

static void print_person(unsigned i, const char *hash)
{
	g_autofree char *uid = g_strdup_printf("agr%03u", i);
	const char *given = pick(names), *surname = pick(names);
	unsigned kind = below(8);
	printf("dn: uid=%s,ou=people,dc=skola,dc=example\nobjectClass: inetOrgPerson\n"
	       "objectClass: eduPerson\nobjectClass: norEduPerson\n"
	       "objectClass: schacContactLocation\nobjectClass: portvaktSisPerson\n"
	       "objectClass: portvaktSchoolPerson\nuid: %s\nportvaktPersonId: %s\n"
	       "cn: %s %s\nsn: %s\ngivenName: %s\n",
	       uid, uid, uid, given, surname, surname, given);
	if (!one_in(5))
		printf("displayName: %s %s\n", given, surname);
	for (unsigned n = below(3); n > 0; n--)
		printf("mail: %s.%u@skola.example\n", uid, n);
	if (!one_in(3))
		printf("norEduPersonNIN: 20100101%04u\n", 1000 + i);
	printf("schacHomeOrganization: skola.example\n");
	printf("securityMarking: %s\n", one_in(7) ? "Sekretessmarkering" : "Ingen");
	if (one_in(2))
		printf("portvaktAliasName: Lo Ask\nportvaktAliasGivenName: Lo\n"
		       "portvaktAliasSurname: Ask\n");
	if (one_in(9))
		printf("portvaktTestPerson: TRUE\n");
	print_affiliations(kind < 5 || kind == 7, kind >= 5, kind >= 6);
	if (kind < 5 || kind == 7)
		print_student(uid);
	if (kind >= 5)
		print_staff(uid);
	printf("userPassword: %s\n\n", hash);
}

/* ---- services ---- */

static const struct {
	const char *name, *saml;
} attributes[] = {
	{"eduPersonPrincipalName", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"},
	{"eduPersonScopedAffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.9"},
	{"displayName", "urn:oid:2.16.840.1.113730.3.1.241"},
	{"givenName", "urn:oid:2.5.4.42"},
	{"sn", "urn:oid:2.5.4.4"},
	{"mail", "urn:oid:0.9.2342.19200300.100.1.3"},
	{"norEduPersonNIN", "urn:oid:1.3.6.1.4.1.2428.90.1.5"},
	{"sisSchoolUnitCode", "urn:oid:1.2.752.194.10.2.4"},
	{"sisSchoolGrade", "urn:oid:1.2.752.194.10.2.2"},
	{"pairwise-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id"},
	{"subject-id", "urn:oasis:names:tc:SAML:attribute:subject-id"},
	{"schacHomeOrganization", "urn:oid:1.3.6.1.4.1.25178.1.2.9"},
};

static const char *const categories[] = {
	"https://refeds.org/category/anonymous",
	"https://refeds.org/category/pseudonymous",
	"https://refeds.org/category/personalized",
	"http://refeds.org/category/research-and-scholarship",
	"https://refeds.org/category/code-of-conduct/v2",
	NULL,
};

static void print_service(unsigned number, const char *certificate)
{
	printf("<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" "
	       "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "
	       "entityID=\"https://sp%u.example/saml\">\n",
	       number);
	if (one_in(2))
		printf("<Extensions><mdattr:EntityAttributes "
		       "xmlns:mdattr=\"urn:oasis:names:tc:SAML:metadata:attribute\" "
		       "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Attribute "
		       "Name=\"http://macedir.org/entity-category\" "
		       "NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"
		       "<saml:AttributeValue>%s</saml:AttributeValue>"
		       "<saml:AttributeValue>%s</saml:AttributeValue>"
		       "</saml:Attribute></mdattr:EntityAttributes></Extensions>\n",
		       pick(categories), pick(categories));
	printf("<SPSSODescriptor "
	       "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n"
	       "<KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s"
	       "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>\n"
	       "<AssertionConsumerService index=\"1\" isDefault=\"true\" "
	       "Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" "
	       "Location=\"https://sp%u.example/acs\"/>\n"
	       "<AttributeConsumingService index=\"1\" isDefault=\"true\">"
	       "<ServiceName xml:lang=\"sv\">Tjänst %u</ServiceName>\n",
	       certificate, number, number);
	for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (!one_in(3) || i == number)
			printf("<RequestedAttribute Name=\"%s\" "
			       "NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\" "
			       "isRequired=\"%s\"/>\n",
			       attributes[i].saml, one_in(2) ? "true" : "false");
	printf("</AttributeConsumingService></SPSSODescriptor></EntityDescriptor>\n");
}

/* ---- policies ---- */

static const char *const psets[] = {"student",
				    "staff",
				    "teacher",
				    "everyone",
				    "test student",
				    "student in grade 4-9",
				    "student in gymnasium 1-3",
				    "student at unit \"00001001\"",
				    "staff at unit \"00001002\" or \"12345678\"",
				    NULL};
static const char *const days[] = {"2020-01-01", "2026-01-01", "2040-06-30", NULL};

static char *targets(void)
{
	switch (below(5)) {
	case 0:
		return g_strdup("any");
	case 1:
		return g_strdup("category personalized or pseudonymous");
	case 2:
		return g_strdup("protocol saml");
	case 3:
		return g_strdup_printf("service S%u or S%u", below(SERVICES), below(SERVICES));
	default:
		return g_strdup_printf("service S%u", below(SERVICES));
	}
}

static char *only(const char *attribute)
{
	if (strcmp(attribute, "eduPersonScopedAffiliation") == 0)
		return g_strdup(one_in(2) ? " only \"student\" or \"faculty\"" : "");
	if (strcmp(attribute, "mail") == 0 && one_in(3))
		return g_strdup(" only beginning \"agr00\"");
	return g_strdup("");
}

/* Personal numbers are given to named services alone. */
static char *gifts(bool named)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GString *text = g_string_new(one_in(4) ? "requested" : one_in(4) ? "required" : "");
	if (one_in(9))
		g_string_append_printf(text, "%slogin", text->len ? ", " : "");
	for (unsigned n = 1 + below(5); n > 0; n--) {
		const char *attribute = attributes[below(G_N_ELEMENTS(attributes))].name;
		g_autofree char *facet = only(attribute);
		bool strict = strcmp(attribute, "norEduPersonNIN") == 0;
		if ((strict && !named) || !g_hash_table_add(seen, (gpointer)(guintptr)attribute))
			continue;
		g_string_append_printf(text, "%s%s%s%s", text->len ? ", " : "", attribute,
				       one_in(6) ? " if required" : "", facet);
	}
	if (!text->len)
		g_string_append(text, "displayName");
	return g_string_free(text, FALSE);
}

static void print_release(unsigned number)
{
	g_autofree char *to = targets();
	g_autofree char *what = gifts(g_str_has_prefix(to, "service"));
	printf("release \"R%u\" { to %s\n    for %s", number, to, pick(psets));
	if (one_in(3))
		printf(", %s", pick(psets));
	if (one_in(4))
		printf(" except %s", pick(psets));
	printf("\n    give %s\n    silent; because \"x\"; basis \"6.1 e\"", what);
	if (one_in(4))
		printf("; until %s", pick(days));
	if (one_in(6))
		printf("; agreement \"P%u\" until %s", number, pick(days));
	printf(" }\n");
}

static void print_never(unsigned number)
{
	static const char *const taken[] = {"any contact",
					    "any name",
					    "mail only beginning \"agr01\"",
					    "displayName",
					    "eduPersonScopedAffiliation only \"member\"",
					    "anything",
					    NULL};
	g_autofree char *to = targets();
	printf("never \"N%u\" { to %s; for %s; give %s; because \"x\" }\n", number, to, pick(psets),
	       pick(taken));
}

static void print_block(unsigned number)
{
	static const char *const lines[] = {
		"needs displayName or mail",
		"needs sisSchoolGrade of student",
		"rename givenName to \"fornamn\" without format",
		"rename mail to \"http://schemas.example/mail\"",
		"lower-case mail",
		"guard ascii",
		"guard size 400 bytes",
		"asks title",
		"asks sisSchoolGrade, mail required",
		"subject pairwise",
		"value sisSchoolUnitCode \"SE-{value}\"",
		NULL,
	};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	printf("service S%u is \"https://sp%u.example/saml\"", number, number);
	for (unsigned n = below(3); n > 0; n--) {
		const char *line = pick(lines);
		char *verb = g_strndup(line, strcspn(line, " ") + 2);
		if (!g_hash_table_add(seen, verb))
			continue;
		printf("%s\n    %s", g_hash_table_size(seen) == 1 ? " {" : "", line);
	}
	printf("%s\n", g_hash_table_size(seen) ? " }" : "");
	/* whoever is known by pairwise-id gets it */
	printf("release \"S%u\" { to service S%u; for everyone; give pairwise-id unasked; silent; "
	       "because \"x\"; basis \"6.1 e\" }\n",
	       number, number);
}

static void print_policy(void)
{
	printf("policy 1\n");
	for (unsigned i = 0; i < SERVICES; i++)
		print_block(i);
	for (unsigned n = 4 + below(6), i = 0; i < n; i++)
		print_release(i);
	for (unsigned n = below(3), i = 0; i < n; i++)
		print_never(i);
	if (one_in(2))
		printf("release \"Skyddade\" { to service S%u; for protected everyone; give "
		       "displayName, eduPersonPrincipalName; silent; approved by two; because "
		       "\"x\"; basis \"6.1 e\" }\n",
		       below(SERVICES));
}

/* ---- Responses ---- */

typedef struct {
	const char *number;
	char *attribute; /* whose values are read */
	char *format;    /* of the NameID that is read */
	GString *text;
} Reader;

static const char *local(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

static const char *value_of(const char *wanted, const gchar **attribute_names,
			    const gchar **attribute_values)
{
	for (; *attribute_names; attribute_names++, attribute_values++)
		if (strcmp(*attribute_names, wanted) == 0)
			return *attribute_values;
	return "";
}

static void on_start(GMarkupParseContext *context, const gchar *name, const gchar **keys,
		     const gchar **values, gpointer data, GError **error)
{
	Reader *reader = data;
	g_string_truncate(reader->text, 0);
	if (strcmp(local(name), "Response") == 0)
		printf("%s\tid\t\t%s\n", reader->number, value_of("ID", keys, values));
	if (strcmp(local(name), "Attribute") == 0) {
		g_free(reader->attribute);
		reader->attribute = g_strdup(value_of("Name", keys, values));
	}
	if (strcmp(local(name), "NameID") == 0) {
		g_free(reader->format);
		reader->format = g_strdup(value_of("Format", keys, values));
	}
}

static void on_end(GMarkupParseContext *context, const gchar *name, gpointer data, GError **error)
{
	Reader *reader = data;
	if (strcmp(local(name), "AttributeValue") == 0)
		printf("%s\tattribute\t%s\t%s\n", reader->number, reader->attribute,
		       reader->text->str);
	if (strcmp(local(name), "NameID") == 0 && !g_str_has_suffix(reader->format, ":transient"))
		printf("%s\tsubject\t%s\t%s\n", reader->number, reader->format, reader->text->str);
}

static void on_text(GMarkupParseContext *context, const gchar *text, gsize length, gpointer data,
		    GError **error)
{
	g_string_append_len(((Reader *)data)->text, text, (gssize)length);
}

static int decode(char **files)
{
	static const GMarkupParser parser = {on_start, on_end, on_text, NULL, NULL};
	for (; *files; files++) {
		g_autofree char *number = g_path_get_basename(*files);
		g_autofree char *xml = NULL;
		g_autoptr(GError) error = NULL;
		Reader reader = {.number = number, .text = g_string_new(NULL)};
		gsize length = 0;
		number[strcspn(number, ".")] = '\0';
		g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(
			&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
		if (!g_file_get_contents(*files, &xml, &length, &error) ||
		    !g_markup_parse_context_parse(context, xml, (gssize)length, &error) ||
		    !g_markup_parse_context_end_parse(context, &error)) {
			g_printerr("%s: %s\n", *files, error->message);
			return 1;
		}
		g_string_free(reader.text, TRUE);
		g_free(reader.attribute);
		g_free(reader.format);
	}
	return 0;
}

/* As idp/ledger.h says a value is kept. */
static int macs(const char *key_file)
{
	g_autofree char *key = NULL;
	gsize length = 0;
	char line[8192];
	if (!g_file_get_contents(key_file, &key, &length, NULL))
		return 1;
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		g_auto(GStrv) parts = g_strsplit(line, "\t", 5);
		if (g_strv_length(parts) != 5)
			return 1;
		const char *const texts[] = {"portvakt ledger value 1", parts[3], parts[1],
					     parts[4]};
		g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key, length);
		for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
			g_hmac_update(hmac, (const guchar *)texts[i], (gssize)strlen(texts[i]) + 1);
		printf("%s\t%s\t%s\t%s\n", parts[0], parts[1], parts[2], g_hmac_get_string(hmac));
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	if (strcmp(verb, "decode") == 0)
		return decode(argv + 2);
	if (strcmp(verb, "macs") == 0 && argc == 3)
		return macs(argv[2]);
	if (argc < 3)
		return 2;
	guint64 number = argc > 3 ? g_ascii_strtoull(argv[3], NULL, 10) : 0;
	/* each service has dice of its own, so that it does not depend on which are asked for */
	dice = g_rand_new_with_seed((guint32)g_ascii_strtoull(argv[2], NULL, 10) * 16 +
				    (strcmp(verb, "service") == 0 ? 1 + (guint32)number : 0));
	if (strcmp(verb, "people") == 0 && argc == 5)
		for (unsigned i = 0; i < number; i++)
			print_person(i, argv[4]);
	else if (strcmp(verb, "service") == 0 && argc == 5)
		print_service((unsigned)number, argv[4]);
	else if (strcmp(verb, "policy") == 0)
		print_policy();
	else
		return 2;
	g_rand_free(dice);
	return 0;
}
