/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/page/page-put.h"

#include "idp/page/page-set.h"

/* What a person sees when even the page cannot be made: a limit of template.h was passed. */
static const char last_resort[] =
	"<!DOCTYPE html><html lang=\"sv\"><title>Fel</title><h1>Något gick sönder hos oss</h1>"
	"<p>Gå tillbaka till tjänsten och försök igen.</p>"
	"<p lang=\"en\">Something broke on our side. Go back to the service and try again.</p>";

/*
 * What others wrote as one line of plain text. The attacks prevented are a name that turns the
 * direction of the text after it around, and one that pushes our own words off the page.
 */
static char *clean(const char *text, glong most)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *out = g_string_new(NULL);
	glong length = 0;

	for (char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		GUnicodeType type = g_unichar_type(c);
		if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
		    type == G_UNICODE_PARAGRAPH_SEPARATOR)
			c = ' ';
		/* U+200C and U+200D join and part letters in several scripts */
		else if (type == G_UNICODE_FORMAT && c != 0x200c && c != 0x200d)
			continue;
		if (++length > most) {
			g_string_append(out, "…");
			break;
		}
		g_string_append_unichar(out, c);
	}
	return g_strstrip(g_string_free(out, FALSE));
}

char *page_clean(const char *name)
{
	return clean(name, PAGE_NAME_MAX);
}

char *page_clean_text(const char *text)
{
	return clean(text, PAGE_TEXT_MAX);
}

void page_put(GVariantDict *context, const char *key, const char *text)
{
	if (text)
		g_variant_dict_insert_value(context, key,
					    g_variant_new_take_string(g_utf8_make_valid(text, -1)));
}

void page_put_name(GVariantDict *context, const char *key, const char *name)
{
	if (name)
		g_variant_dict_insert_value(context, key,
					    g_variant_new_take_string(page_clean(name)));
}

void page_put_text(GVariantDict *context, const char *key, const char *text)
{
	g_variant_dict_insert_value(context, key, g_variant_new_take_string(page_clean_text(text)));
}

void page_put_true(GVariantDict *context, const char *key, bool value)
{
	g_variant_dict_insert(context, key, "b", value);
}

HttpResponse *page_respond(const Pages *pages, const char *lang, unsigned status,
			   const char *template, GVariantDict *context, const char *csp)
{
	g_autofree char *html = page_set_render(pages, lang, template, context, NULL);

	if (!html)
		return http_response_html(500, g_strdup(last_resort), CSP_BASE CSP_OURS);
	HttpResponse *response = http_response_html(status, g_steal_pointer(&html), csp);
	http_response_set(response, "Content-Language", lang);
	return response;
}
