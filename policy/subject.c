/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/subject.h"

#include <string.h>

const Subject subject_transient = {.format = SUBJECT_FORMAT_TRANSIENT};

static bool is_pairwise(const Attribute *attribute)
{
	return strcmp(attribute->name, "pairwise-id") == 0;
}

Subject subject_default(Protocol protocol)
{
	if (protocol == PROTOCOL_OIDC)
		return (Subject){.attribute = attribute_by_name("pairwise-id"),
				 .format = SUBJECT_FORMAT_PERSISTENT};
	return subject_transient;
}

const char *subject_default_format(const Attribute *attribute)
{
	if (!attribute)
		return SUBJECT_FORMAT_TRANSIENT;
	return is_pairwise(attribute) ? SUBJECT_FORMAT_PERSISTENT : SUBJECT_FORMAT_UNSPECIFIED;
}

char *subject_phrase(const Subject *subject)
{
	const Attribute *attribute = subject->attribute;
	GString *text = g_string_new("subject ");

	if (!attribute)
		g_string_append(text, "transient");
	else if (is_pairwise(attribute))
		g_string_append(text, "pairwise");
	else
		g_string_append_printf(text, "from %s", attribute->name);
	if (strcmp(subject->format, subject_default_format(attribute)) != 0)
		g_string_append_printf(text, " format \"%s\"", subject->format);
	if (subject->also_attribute)
		g_string_append(text, " also attribute");
	return g_string_free(text, FALSE);
}
