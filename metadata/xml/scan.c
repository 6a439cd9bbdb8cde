/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "metadata/xml/scan.h"

#include <string.h>

typedef struct {
	const char *start, *p, *end;
	const XmlLimits *limits;
	guint nodes, attributes, depth;
	bool root_done;
	GError **error;
} Scan;

/* The place of `at` as line:column, both from 1, columns in characters. */
G_GNUC_PRINTF(4, 5)
static bool refuse(Scan *scan, XmlError code, const char *at, const char *format, ...)
{
	guint line = 1;
	const char *from = scan->start;
	for (const char *nl; from < at && (nl = memchr(from, '\n', at - from)); from = nl + 1)
		line++;
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(scan->error, XML_ERROR, code, "%u:%ld: %s", line,
		    at > from ? g_utf8_strlen(from, at - from) + 1 : 1, what);
	return false;
}

static bool starts(const Scan *scan, const char *text)
{
	gsize n = strlen(text);
	return (gsize)(scan->end - scan->p) >= n && memcmp(scan->p, text, n) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(Scan *scan)
{
	while (scan->p < scan->end && is_space(*scan->p))
		scan->p++;
}

/* Moves past the next `text`; false, not moved, when there is none. */
static bool skip_past(Scan *scan, const char *text)
{
	const char *found = memmem(scan->p, scan->end - scan->p, text, strlen(text));
	if (found)
		scan->p = found + strlen(text);
	return found;
}

static bool count_node(Scan *scan)
{
	if (++scan->nodes > scan->limits->nodes)
		return refuse(scan, XML_ERROR_LIMIT, scan->p, "more than %u elements and texts",
			      scan->limits->nodes);
	return true;
}

/* NUL first: a C string would end there for one reader and go on for another. */
static bool check_bytes(Scan *scan)
{
	gsize len = scan->end - scan->start;
	if (len == 0)
		return refuse(scan, XML_ERROR_SYNTAX, scan->start, "empty");
	if (len > scan->limits->bytes)
		return refuse(scan, XML_ERROR_LIMIT, scan->start, "more than %zu bytes",
			      scan->limits->bytes);
	if (starts(scan, "\xfe\xff") || starts(scan, "\xff\xfe"))
		return refuse(scan, XML_ERROR_ENCODING, scan->start,
			      "this is UTF-16; only UTF-8 is read");
	if (memchr(scan->start, 0, len))
		return refuse(scan, XML_ERROR_ENCODING, scan->start,
			      "a NUL byte within; only UTF-8 is read");
	const char *bad;
	if (!g_utf8_validate_len(scan->start, len, &bad))
		return refuse(scan, XML_ERROR_ENCODING, bad, "not UTF-8");
	return true;
}

/* name="value" of the XML declaration. Returns the value (not terminated), NULL when there is no
 * such pair here. */
static const char *declared(Scan *scan, const char *name, gsize *len)
{
	skip_space(scan);
	if (!starts(scan, name))
		return NULL;
	scan->p += strlen(name);
	skip_space(scan);
	if (scan->p == scan->end || *scan->p != '=')
		return NULL;
	scan->p++;
	skip_space(scan);
	if (scan->p == scan->end || (*scan->p != '"' && *scan->p != '\''))
		return NULL;
	const char *value = scan->p + 1;
	const char *close = memchr(value, *scan->p, scan->end - value);
	if (!close)
		return NULL;
	scan->p = close + 1;
	*len = close - value;
	return value;
}

/* XML 1.1 reads line ends and control characters otherwise, another encoding reads everything
 * otherwise: UTF-7 hides "<" from whoever looks for it. */
static bool scan_declaration(Scan *scan)
{
	if (!starts(scan, "<?xml") || scan->end - scan->p < 6 || !is_space(scan->p[5]))
		return true;
	const char *at = scan->p;
	scan->p += 5;
	gsize len;
	const char *version = declared(scan, "version", &len);
	if (!version || len != 3 || memcmp(version, "1.0", 3) != 0)
		return refuse(scan, XML_ERROR_FORBIDDEN, at, "not version 1.0 of XML");
	const char *encoding = declared(scan, "encoding", &len);
	if (encoding && (len != 5 || g_ascii_strncasecmp(encoding, "UTF-8", 5) != 0))
		return refuse(scan, XML_ERROR_ENCODING, encoding,
			      "an encoding other than UTF-8 is declared; only UTF-8 is read");
	declared(scan, "standalone", &len);
	skip_space(scan);
	if (!starts(scan, "?>"))
		return refuse(scan, XML_ERROR_SYNTAX, scan->p, "a broken XML declaration");
	scan->p += 2;
	return true;
}

/* At '&'. Only the five entities and character references, so that nothing can expand. */
static bool scan_reference(Scan *scan)
{
	static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		if (starts(scan, known[i])) {
			scan->p += strlen(known[i]);
			return true;
		}
	}
	if (starts(scan, "&#")) {
		scan->p += 2;
		return true; /* libxml2 judges the number */
	}
	return refuse(scan, XML_ERROR_FORBIDDEN, scan->p, "an entity reference");
}

/* Within quotes: up to and past the closing one. */
static bool scan_value(Scan *scan, char quote)
{
	while (scan->p < scan->end && *scan->p != quote) {
		if (*scan->p == '<')
			return refuse(scan, XML_ERROR_SYNTAX, scan->p, "\"<\" in an attribute");
		if (*scan->p != '&')
			scan->p++;
		else if (!scan_reference(scan))
			return false;
	}
	if (scan->p == scan->end)
		return refuse(scan, XML_ERROR_SYNTAX, scan->p, "the document ends within a tag");
	scan->p++;
	return true;
}

static bool count_attribute(Scan *scan, guint *here)
{
	if (++scan->attributes > scan->limits->attributes)
		return refuse(scan, XML_ERROR_LIMIT, scan->p, "more than %u attributes",
			      scan->limits->attributes);
	if (++*here > scan->limits->attributes_per_element)
		return refuse(scan, XML_ERROR_LIMIT, scan->p,
			      "more than %u attributes on one element",
			      scan->limits->attributes_per_element);
	return true;
}

/* After "<" of a start tag: up to and past its ">". */
static bool scan_start_tag(Scan *scan)
{
	if (scan->root_done)
		return refuse(scan, XML_ERROR_SYNTAX, scan->p - 1, "an element after the document");
	if (!count_node(scan))
		return false;
	if (++scan->depth > scan->limits->depth)
		return refuse(scan, XML_ERROR_LIMIT, scan->p, "more than %u levels of elements",
			      scan->limits->depth);
	guint here = 0;
	while (scan->p < scan->end && *scan->p != '>') {
		char c = *scan->p++;
		if (c == '<')
			return refuse(scan, XML_ERROR_SYNTAX, scan->p - 1, "\"<\" within a tag");
		if (c == '=' && !count_attribute(scan, &here))
			return false;
		if ((c == '"' || c == '\'') && !scan_value(scan, c))
			return false;
	}
	if (scan->p == scan->end)
		return refuse(scan, XML_ERROR_SYNTAX, scan->p, "the document ends within a tag");
	if (scan->p[-1] == '/')
		scan->depth--;
	scan->root_done = scan->depth == 0;
	scan->p++;
	return true;
}

/* After "</". */
static bool scan_end_tag(Scan *scan)
{
	if (scan->depth == 0)
		return refuse(scan, XML_ERROR_SYNTAX, scan->p, "an end tag without its start");
	if (!skip_past(scan, ">"))
		return refuse(scan, XML_ERROR_SYNTAX, scan->p, "the document ends within a tag");
	scan->root_done = --scan->depth == 0;
	return true;
}

/* At "<!": a comment or CDATA section; everything else belongs to a DTD. */
static bool scan_declared_markup(Scan *scan)
{
	const char *at = scan->p;
	bool comment = starts(scan, "<!--");
	if (!comment && !(starts(scan, "<![CDATA[") && scan->depth > 0))
		return refuse(scan, XML_ERROR_FORBIDDEN, at, "a DOCTYPE or other declaration");
	if (!count_node(scan))
		return false;
	scan->p += comment ? 4 : 9;
	if (!skip_past(scan, comment ? "-->" : "]]>"))
		return refuse(scan, XML_ERROR_SYNTAX, at, "a %s without end",
			      comment ? "comment" : "CDATA section");
	return true;
}

static bool scan_markup(Scan *scan)
{
	if (starts(scan, "<!"))
		return scan_declared_markup(scan);
	if (starts(scan, "<?"))
		return refuse(scan, XML_ERROR_FORBIDDEN, scan->p, "a processing instruction");
	bool end = starts(scan, "</");
	scan->p += end ? 2 : 1;
	return end ? scan_end_tag(scan) : scan_start_tag(scan);
}

/* A run of text. Outside the root only white space may stand. */
static bool scan_text(Scan *scan)
{
	const char *at = scan->p;
	if (scan->depth == 0) {
		skip_space(scan);
		if (scan->p < scan->end && *scan->p != '<')
			return refuse(scan, XML_ERROR_SYNTAX, scan->p, "text %s the document",
				      scan->root_done ? "after" : "before");
		return scan->p > at || refuse(scan, XML_ERROR_SYNTAX, at, "not XML");
	}
	if (!count_node(scan))
		return false;
	while (scan->p < scan->end && *scan->p != '<') {
		if (*scan->p != '&')
			scan->p++;
		else if (!scan_reference(scan))
			return false;
	}
	return true;
}

bool xml_scan(const void *bytes, gsize len, const XmlLimits *limits, GError **error)
{
	Scan scan = {.start = bytes, .p = bytes, .limits = limits, .error = error};
	scan.end = scan.start + len;
	if (!check_bytes(&scan))
		return false;
	if (starts(&scan, "\xef\xbb\xbf"))
		scan.p += 3;
	if (!scan_declaration(&scan))
		return false;
	while (scan.p < scan.end) {
		if (*scan.p == '<' ? !scan_markup(&scan) : !scan_text(&scan))
			return false;
	}
	if (!scan.root_done)
		return refuse(&scan, XML_ERROR_SYNTAX, scan.end, "the document ends too early");
	return true;
}
