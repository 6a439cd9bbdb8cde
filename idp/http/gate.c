/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/http/gate.h"

#include <string.h>

/* Skips the two bytes of a CRLF at *at. */
static bool skip_line_end(const char **at, const char *end)
{
	if (end - *at < 2 || (*at)[0] != '\0' || (*at)[1] != '\0')
		return false;
	*at += 2;
	return true;
}

static bool skip_field(const char **at, const char *end, const HttpField *field)
{
	/* A folded line was moved elsewhere; a NUL or bare LF before it shifts the next name. */
	if (field->name != *at || field->name_length >= (gsize)(end - *at))
		return false;
	const char *value = field->name + field->name_length + 1;
	if (field->value < value || field->value > end ||
	    field->value_length > (gsize)(end - field->value))
		return false;
	for (; value < field->value; value++)
		if (*value != ' ' && *value != '\t')
			return false;
	*at = field->value + field->value_length;
	return skip_line_end(at, end);
}

bool gate_is_exact(const GateHead *head)
{
	const char *end = head->start + head->size;
	gsize method_length = strnlen(head->start, head->size);
	const char *at = head->start + method_length + 1 + head->target_length + 1;

	if (head->size < method_length + head->target_length + 2 || at != head->version)
		return false;
	at += strnlen(at, (gsize)(end - at));
	if (!skip_line_end(&at, end))
		return false;
	for (gsize i = 0; i < head->n_fields; i++)
		if (!skip_field(&at, end, &head->fields[i]))
			return false;
	return skip_line_end(&at, end) && at == end;
}
