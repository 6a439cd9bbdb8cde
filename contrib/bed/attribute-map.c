/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/attribute.h"

#include <stdio.h>
#include <string.h>

/*
 * Prints the attribute registry in the form a service provider wants it, so that a service of the
 * bed shows whatever reaches it. (Shibboleth's own map drops nearly all: with it the test "and
 * nothing else" could not fail.)
 *
 *   attribute-map shib      attribute-map.xml of the Shibboleth service provider
 *   attribute-map mellon    lines for Apache's configuration
 *   attribute-map names     NAME, tab, SAML Name, per line
 */

static void shib_line(const Attribute *a)
{
	if (a->scoped) {
		/* Only a value decoded as scoped is held against the scopes in our metadata. */
		printf("  <Attribute name=\"%s\" id=\"%s\">\n"
		       "    <AttributeDecoder xsi:type=\"ScopedAttributeDecoder\"/>\n"
		       "  </Attribute>\n",
		       a->saml, a->name);
	} else {
		printf("  <Attribute name=\"%s\" id=\"%s\"/>\n", a->saml, a->name);
	}
}

static void shib(const Attribute *table, size_t n)
{
	printf("<Attributes xmlns=\"urn:mace:shibboleth:2.0:attribute-map\"\n"
	       "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n");
	for (size_t i = 0; i < n; i++)
		shib_line(&table[i]);
	/* As in Shibboleth's own map, whose filter then holds the qualifiers against the two of us.
	 */
	printf("  <Attribute name=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" "
	       "id=\"persistent-id\">\n"
	       "    <AttributeDecoder xsi:type=\"NameIDAttributeDecoder\"\n"
	       "        formatter=\"$NameQualifier!$SPNameQualifier!$Name\"/>\n"
	       "  </Attribute>\n");
	printf("</Attributes>\n");
}

static void mellon(const Attribute *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("MellonSetEnvNoPrefix %s %s\n", table[i].name, table[i].saml);
}

static void names(const Attribute *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%s\t%s\n", table[i].name, table[i].saml);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(const Attribute *table, size_t n);
	} forms[] = {{"shib", shib}, {"mellon", mellon}, {"names", names}};
	size_t n;
	const Attribute *table = attribute_table(&n);

	for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS(forms); i++) {
		if (strcmp(argv[1], forms[i].name) == 0) {
			forms[i].print(table, n);
			return 0;
		}
	}
	fprintf(stderr, "usage: attribute-map shib|mellon|names\n");
	return 2;
}
