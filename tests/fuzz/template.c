/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a template or a text, against a context that holds everything that must not get
 * through, beside every type a value can have. */
#include "idp/page/template.h"
#include "tests/fuzz/target.h"

#include <string.h>

#define CONTEXT                                                                                    \
	"{'x': <'<script>\"\\'&'>, 'p': <'p'>, 'yes': <true>, 'no': <false>, 'n': <@ms nothing>,"  \
	" 'l': <['<', '\"']>, 'm': <{'x': <'\\'>'>, 'l': <[{'x': <'<'>}, {'x': <'>'>}]>}>}"

static void tell_refusal(const GError *error)
{
	static const char *const codes[] = {
		[TEMPLATE_ERROR_SYNTAX] = "syntax",
		[TEMPLATE_ERROR_PARTIAL] = "partial",
		[TEMPLATE_ERROR_TOO_DEEP] = "too-deep",
		[TEMPLATE_ERROR_TOO_LARGE] = "too-large",
	};

	g_assert_true(error->domain == TEMPLATE_ERROR);
	fuzz_verdict("refused %s: %s", codes[error->code], error->message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *source = NULL;
	g_autoptr(TemplateSet) set = template_set_new();
	g_autoptr(GError) error = NULL;

	/* what the loader hands over is UTF-8 without NUL, and short enough to be a template */
	if (size > 4096 || !g_utf8_validate((const char *)data, (gssize)size, NULL)) {
		fuzz_verdict("refused: not UTF-8, or long");
		return 0;
	}
	source = g_strndup((const char *)data, size);
	if (!template_set_add(set, "p", TEMPLATE_TEXT, "p", 1, source, &error)) {
		tell_refusal(error);
		return 0;
	}
	template_set_seal(set);
	(void)template_set_is_complete(set, NULL);

	g_autoptr(GVariant) context = g_variant_ref_sink(g_variant_new_parsed(CONTEXT));
	g_autofree char *out = template_render(template_set_get(set, "p"), context, &error);
	g_assert_true(!out || (strlen(out) <= TEMPLATE_OUTPUT_MAX && !strpbrk(out, "<>\"'")));
	if (out)
		fuzz_verdict("taken: %s", out);
	else
		tell_refusal(error);
	return 0;
}
