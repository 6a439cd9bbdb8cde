/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * libmicrohttpd repairs much of what RFC 9112 forbids: bare LF, NUL, folded lines, more than one
 * space. A proxy in front may have read the same bytes as two requests. The library parses in
 * place, so where the parsed pieces lie in its buffer shows whether anything was repaired.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "idp/http/request.h"

typedef struct {
	const char *start;       /* the head in the library's buffer; the method lies first */
	gsize size;              /* up to and with the empty line */
	const char *version;     /* inside the buffer */
	gsize target_length;     /* of the raw target */
	const HttpField *fields; /* in the order received, names and values inside the buffer */
	gsize n_fields;
} GateHead;

/*
 * Whether the head was exactly METHOD SP TARGET SP VERSION CRLF *(NAME ":" OWS VALUE CRLF) CRLF.
 * The library has overwritten ':' and each byte of a line end by NUL; so one thing is not seen: NUL
 * LF in place of CR LF. It ends the line there for everybody who takes a lone LF at all.
 */
bool gate_is_exact(const GateHead *head);
