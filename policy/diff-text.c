/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Entries as sentences. */
#include <string.h>

#include "policy/diff.h"

/* {g} what is given about whom, {n} what is no longer; {a} the attribute, {p} the people, {x} how
 * it was, {y} how it is. */
static const struct {
	const char *wider_en, *narrower_en, *wider_sv, *narrower_sv;
} sentences[DIFF_WHAT_LAST + 1] = {
	[DIFF_LOGIN] = {"{g}", "{n}", "{g}", "{n}"},
	[DIFF_ATTRIBUTE] = {"{g}", "{n}", "{g}", "{n}"},
	[DIFF_OPENED] = {"{g}, since what the service waited for is given now",
			 "{n}, since what the service waits for is not given any more",
			 "{g}, eftersom det som tjänsten väntade på nu lämnas ut",
			 "{n}, eftersom det som tjänsten väntar på inte lämnas ut"},
	[DIFF_LEVEL] = {"{g} at a lower level of login: {y} instead of {x}",
			"{g} only at a higher level of login: {x} instead of {y}",
			"{g} vid lägre inloggningsnivå: {y} i stället för {x}",
			"{g} bara vid högre inloggningsnivå: {x} i stället för {y}"},
	[DIFF_CONSENT] = {"{g} without asking them", "{g} only if they say yes",
			  "{g} utan att de tillfrågas", "{g} bara om de säger ja"},
	[DIFF_PAGE] = {"{p} are shown less before they are let in: {y} instead of {x}",
		       "{p} are shown more before they are let in: {x} instead of {y}",
		       "{p} får se mindre innan de släpps in: {y} i stället för {x}",
		       "{p} får se mer innan de släpps in: {x} i stället för {y}"},
	[DIFF_APPROVAL] = {"{g} without approval by two", "{g} only when two have approved it",
			   "{g} utan att två har godkänt det", "{g} först när två har godkänt det"},
	[DIFF_ASK] = {"{g} even if the service asks for less",
		      "{g} only if the service asks for more",
		      "{g} även om tjänsten frågar efter mindre",
		      "{g} bara om tjänsten frågar efter mer"},
	[DIFF_NEEDS] = {"the service is answered without this line: {x}",
			"the service is answered only with this line: {y}",
			"tjänsten får svar utan den här raden: {x}",
			"tjänsten får svar bara med den här raden: {y}"},
	[DIFF_SUBJECT] = {"the service knows people by another name: {y} instead of {x}",
			  "the service knows people by another name: {y} instead of {x}",
			  "tjänsten känner igen personer på något annat: {y} i stället för {x}",
			  "tjänsten känner igen personer på något annat: {y} i stället för {x}"},
	[DIFF_RENAME] = {"{a} leaves by another name: {y} instead of {x}",
			 "{a} leaves by another name: {y} instead of {x}",
			 "{a} lämnas ut under ett annat namn: {y} i stället för {x}",
			 "{a} lämnas ut under ett annat namn: {y} i stället för {x}"},
	[DIFF_FORM] = {"values leave in another form: {y} instead of {x}",
		       "values leave in another form: {y} instead of {x}",
		       "värden lämnas ut i en annan form: {y} i stället för {x}",
		       "värden lämnas ut i en annan form: {y} i stället för {x}"},
	[DIFF_PROTOCOL] = {"the service is answered in another way: {y} instead of {x}",
			   "the service is answered in another way: {y} instead of {x}",
			   "tjänsten får svar på ett annat sätt: {y} i stället för {x}",
			   "tjänsten får svar på ett annat sätt: {y} i stället för {x}"},
	[DIFF_REGISTRY] = {"{a} is another attribute than before: {y} instead of {x}",
			   "{a} is another attribute than before: {y} instead of {x}",
			   "{a} är ett annat attribut än förut: {y} i stället för {x}",
			   "{a} är ett annat attribut än förut: {y} i stället för {x}"},
};

static const char *const may_en =
	"too many rules meet here to tell; take it that more is given than before";
static const char *const may_sv =
	"för många regler möts här för att det ska kunna avgöras; räkna med att mer lämnas ut än "
	"förut";

static void append_given(GString *text, const DiffEntry *entry, bool gone, bool sv)
{
	const char *people = sv ? entry->people_sv : entry->people_en;

	if (!entry->attribute) {
		g_string_append_printf(text,
				       sv ? (gone ? "%s släpps inte längre in" : "%s släpps in")
					  : (gone ? "%s are no longer let in" : "%s are let in"),
				       people);
		return;
	}
	g_string_append_printf(
		text,
		sv ? (gone ? "%s lämnas inte längre ut om %s" : "%s lämnas ut om %s")
		   : (gone ? "%s is no longer given about %s" : "%s is given about %s"),
		entry->attribute, people);
	if (entry->values)
		g_string_append_printf(text, sv ? " (bara %s)" : " (only %s)", entry->values);
}

static void append_before_or_after(GString *text, const DiffEntry *entry, const char *said, bool sv)
{
	const char *unsaid = sv ? "inget" : "nothing";

	if (entry->what == DIFF_LEVEL)
		unsaid = sv ? "ingen" : "none";
	g_string_append(text, said ? said : unsaid);
}

static void append_field(GString *text, char field, const DiffEntry *entry, bool sv)
{
	switch (field) {
	case 'g':
	case 'n':
		append_given(text, entry, field == 'n', sv);
		break;
	case 'a':
		g_string_append(text, entry->attribute);
		break;
	case 'p':
		g_string_append(text, sv ? entry->people_sv : entry->people_en);
		break;
	case 'x':
		append_before_or_after(text, entry, entry->before, sv);
		break;
	case 'y':
		append_before_or_after(text, entry, entry->after, sv);
		break;
	}
}

static const char *sentence_of(const DiffEntry *entry, bool sv)
{
	bool narrower = entry->way == DIFF_NARROWER;

	if (entry->way == DIFF_MAY_WIDEN)
		return sv ? may_sv : may_en;
	if (sv)
		return narrower ? sentences[entry->what].narrower_sv
				: sentences[entry->what].wider_sv;
	return narrower ? sentences[entry->what].narrower_en : sentences[entry->what].wider_en;
}

char *diff_sentence(const DiffEntry *entry, const char *language)
{
	bool sv = strcmp(language, "sv") == 0;
	GString *text = g_string_new(NULL);

	for (const char *at = sentence_of(entry, sv); *at; at++) {
		if (*at == '{') {
			append_field(text, at[1], entry, sv);
			at += 2;
		} else {
			g_string_append_c(text, *at);
		}
	}
	if (entry->rule.file) {
		g_string_append_printf(text, " (%s:%u", entry->rule.file, entry->rule.line);
		if (entry->rule.title)
			g_string_append_printf(text, " \"%s\"", entry->rule.title);
		g_string_append_c(text, ')');
	}
	return g_string_free(text, FALSE);
}
