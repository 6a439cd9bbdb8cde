/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * application/x-www-form-urlencoded (WHATWG URL, section 5), read strictly: from a raw query or
 * from a body.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "idp/http/request.h"

typedef struct {
	char *name;      /* decoded */
	char *value;     /* decoded; UTF-8 without NUL. "a" and "a=" both give "" */
	char *raw_name;  /* as received, still escaped: what a Redirect signature was made over */
	char *raw_value; /* as received; NULL when there was no '=' */
} FormPair;

typedef struct {
	GPtrArray *pairs; /* FormPair, in the order received */
} Form;

/*
 * Reads `length` bytes. Refused with HTTP_ERROR 400: a '%' without two hex digits, %00, control
 * characters or bytes past ASCII unescaped, decoded text that is not UTF-8, an empty name, more
 * than LIMIT_HTTP_PARAMETERS pairs. "" gives no pairs. Empty pieces ("a=1&&b=2") are refused too.
 */
Form *form_parse(const char *bytes, gsize length, GError **error);

/* The request's query; none gives an empty form. */
Form *form_from_query(const HttpRequest *request, GError **error);

/* The request's body; any content type but application/x-www-form-urlencoded is refused (415). */
Form *form_from_body(const HttpRequest *request, GError **error);

/* Wipes the values (a password may be among them) and frees. */
void form_free(Form *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Form, form_free)

/*
 * The value of `name` (transfer none), or NULL when absent. Given twice it is NULL with HTTP_ERROR
 * 400: two readers would take different ones. So: NULL without error means absent.
 */
const char *form_get(const Form *form, const char *name, GError **error);

/* The whole pair, for callers that need the raw text; same outcomes as form_get(). */
const FormPair *form_get_pair(const Form *form, const char *name, GError **error);

/* Whether any name occurs twice. */
bool form_has_duplicates(const Form *form);
