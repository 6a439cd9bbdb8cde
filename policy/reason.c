/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "policy/reason.h"

#include <string.h>

#include "policy/day.h"
#include "policy/decision.h"

/* {a} attribute, {s} service, {r} rule, {d} date, {n} of {m} values, {x} detail, {w} what is wrong
 * with a value, {o} the sentence of the whole, {i} the attribute of the subject, {j} its sentence
 */
static const struct {
	const char *code, *en, *sv;
} table[REASON_LAST + 1] = {
	[REASON_NONE] = {"none", "Nothing was decided.", "Inget har avgjorts."},
	[REASON_GIVEN] = {"given", "Given by \"{r}\".", "Lämnas ut enligt \"{r}\"."},
	[REASON_GIVEN_PART] = {"given-part",
			       "Given by \"{r}\"; {n} of {m} values, the others are not for {s}.",
			       "Lämnas ut enligt \"{r}\"; {n} av {m} värden, övriga är inte till "
			       "för {s}."},
	[REASON_GIVEN_SUBJECT] = {"given-subject",
				  "Given by \"{r}\" as the login name (NameID/sub).",
				  "Lämnas ut enligt \"{r}\" som inloggningsidentitet "
				  "(NameID/sub)."},
	[REASON_UNKNOWN_ATTRIBUTE] = {"unknown-attribute",
				      "{s} asks for \"{a}\", which nobody has defined here.",
				      "{s} frågar efter \"{a}\", som inte är definierad här."},
	[REASON_NO_RULE] = {"no-rule", "{s} asks for it, but no release gives it to {s}.",
			    "{s} frågar efter uppgiften, men ingen regel lämnar ut den dit."},
	[REASON_SET_ASIDE] = {"set-aside",
			      "{s} carries several categories; only the most minimal, {x}, counts.",
			      "{s} har flera kategorier; bara den minsta, {x}, räknas."},
	[REASON_NOT_FOR_PERSON] = {"not-for-person",
				   "\"{r}\" gives it to {s}, but not for this person.",
				   "\"{r}\" lämnar ut den till {s}, men gäller inte den här "
				   "personen."},
	[REASON_NOT_YET] = {"not-yet", "\"{r}\" starts {d}.", "\"{r}\" börjar gälla {d}."},
	[REASON_RULE_ENDED] = {"rule-ended", "\"{r}\" ended {d}.", "\"{r}\" slutade gälla {d}."},
	[REASON_AGREEMENT_ENDED] = {"agreement-ended", "Agreement \"{x}\" of \"{r}\" ended {d}.",
				    "Avtalet \"{x}\" för \"{r}\" gick ut {d}."},
	[REASON_NOT_APPROVED] = {"not-approved", "\"{r}\" waits for approval by two ({m} of 2).",
				 "\"{r}\" väntar på godkännande av två ({m} av 2)."},
	[REASON_GIVEN_AGREED] = {"given-agreed", "Given by \"{r}\"; the person said yes on {d}.",
				 "Lämnas ut enligt \"{r}\"; personen sa ja {d}."},
	[REASON_HELD] = {"held",
			 "{s} has newly asked for it; waits for an admin (portvakt metadata "
			 "approve).",
			 "{s} har nyligen börjat fråga efter den; väntar på godkännande."},
	[REASON_LEVEL_TOO_LOW] = {"level-too-low", "\"{r}\" demands login at {l}; this one is {x}.",
				  "\"{r}\" kräver inloggning på nivå {l}; den här är {x}."},
	[REASON_TO_ASK] = {"to-ask", "The person will be asked.",
			   "Personen kommer att tillfrågas."},
	[REASON_DECLINED] = {"declined", "The person said no on {d}.", "Personen sa nej {d}."},
	[REASON_TOO_YOUNG] = {"too-young", "\"{r}\" asks the person, who is too young to be asked.",
			      "\"{r}\" frågar personen, som är för ung för att tillfrågas."},
	[REASON_TEMPLATE_GAP] = {"template-gap",
				 "The value lacks {x}, which the form for {s} needs.",
				 "Värdet saknar {x} som formatet till {s} behöver."},
	[REASON_NOT_ASCII] = {"not-ascii", "{s} cannot take å, ä, ö (guard ascii).",
			      "{s} klarar inte å, ä, ö (guard ascii)."},
	[REASON_NOT_ASKED] = {"not-asked", "\"{r}\" would give it, but {s} does not ask for it.",
			      "\"{r}\" skulle ge den, men {s} frågar inte efter den."},
	[REASON_NOT_REQUIRED] = {"not-required",
				 "\"{r}\" gives it only if required; {s} calls it optional.",
				 "\"{r}\" ger den bara om den krävs; {s} anger den som valfri."},
	[REASON_MUST_BE_NAMED] = {"must-be-named",
				  "\"{r}\" gives what is asked for, but {a} must be named.",
				  "\"{r}\" ger det som efterfrågas, men {a} måste nämnas vid "
				  "namn."},
	[REASON_NO_VALUE] = {"no-value", "The directory has no value for this person.",
			     "Katalogen saknar värde för personen."},
	[REASON_NO_ALIAS] = {"no-alias", "The person is protected and has no alias value.",
			     "Personen har skyddade uppgifter och saknar aliasvärde."},
	[REASON_SEVERAL_VALUES] = {"several-values",
				   "{a} must have one value, the directory has {m}.",
				   "{a} ska ha ett värde, katalogen har {m}."},
	[REASON_BAD_VALUE] = {"bad-value", "The value breaks the form of {a} ({w}).",
			      "Värdet följer inte formatet för {a} ({w})."},
	[REASON_FOREIGN_SCOPE] = {"foreign-scope", "The domain {x} is not one of ours.",
				  "Domänen {x} är inte vår."},
	[REASON_FILTERED] = {"filtered",
			     "\"{r}\" gives only some values; this person has none of them.",
			     "\"{r}\" ger bara vissa värden; personen har inget av dem."},
	[REASON_NEVER] = {"never", "Stopped by \"{r}\".", "Stoppas av \"{r}\"."},
	[REASON_ANSWER_REFUSED] = {"answer-refused",
				   "Would be given, but the whole answer is refused: {o}",
				   "Skulle lämnas ut, men hela svaret stoppas: {o}"},
	[REASON_REFUSED_NO_RULE] = {"refused-no-rule", "No release lets this person into {s}.",
				    "Ingen regel släpper in personen i {s}."},
	[REASON_REFUSED_STOPPED] = {"refused-stopped", "{s} is shut by \"{r}\".",
				    "{s} är stängd av \"{r}\"."},
	[REASON_REFUSED_MISSING] = {"refused-missing",
				    "{s} must not be answered without {u}, and {u} is withheld: "
				    "{v}",
				    "{s} får inte svar utan {u}, och {u} lämnas inte ut: {v}"},
	[REASON_REFUSED_LEVEL] = {"refused-level", "{s} demands {k} of this person.",
				  "{s} kräver {k} av personen."},
	[REASON_REFUSED_TO_ASK] = {"refused-to-ask",
				   "The person will be asked; without a yes nothing is left.",
				   "Personen kommer att tillfrågas; utan ett ja återstår inget."},
	[REASON_REFUSED_TOO_YOUNG] = {"refused-too-young",
				      "Only a yes would let the person in, who is too young to be "
				      "asked.",
				      "Bara ett ja skulle släppa in personen, som är för ung för "
				      "att tillfrågas."},
	[REASON_REFUSED_DECLINED] = {"refused-declined", "The person declined and nothing is left.",
				     "Personen avböjde och inget återstår."},
	[REASON_REFUSED_TRIAL] = {"refused-trial", "{s} is a trial service; only test persons.",
				  "{s} är en testtjänst; bara testpersoner."},
	[REASON_REFUSED_TOO_BIG] = {"refused-too-big", "The answer is {y} bytes, {s} takes {z}.",
				    "Svaret är {y} byte, {s} tar {z}."},
	[REASON_REFUSED_SUBJECT] = {"refused-subject",
				    "{s} identifies people by {i}, which is withheld: {j}",
				    "{s} känner igen personer på {i}, som inte lämnas ut: {j}"},
};

const char *reason_code_name(Reason reason)
{
	g_assert(reason >= REASON_NONE && reason <= REASON_LAST);
	return table[reason].code;
}

static const char *sentence_of(Reason reason, const char *language)
{
	return strcmp(language, "sv") == 0 ? table[reason].sv : table[reason].en;
}

static void append_field(GString *text, char field, const Decision *decision,
			 const DecisionRow *row, const char *language)
{
	const Attribute *subject = decision->subject.attribute;
	g_autofree char *whole = NULL;

	switch (field) {
	case 's':
		g_string_append(text, decision->service);
		break;
	case 'r':
		g_string_append(text, row->rule.title);
		break;
	case 'a':
		g_string_append(text, row->name);
		break;
	case 'd':
		g_string_append_printf(text, DAY_FORMAT, DAY_PARTS(row->date));
		break;
	case 'n':
		g_string_append_printf(text, "%u", row->values ? row->values->len : 0);
		break;
	case 'm':
		g_string_append_printf(text, "%u", row->total);
		break;
	case 'x':
		/* a login that proved no level */
		g_string_append(text, row->detail                   ? row->detail
				      : strcmp(language, "sv") == 0 ? "ingen"
								    : "none");
		break;
	case 'w':
		g_string_append(text, value_fault_text(row->fault, language));
		break;
	case 'l':
		g_string_append(text, row->level);
		break;
	case 'k':
		g_string_append(text, decision->level_demanded);
		break;
	case 'y':
		g_string_append_printf(text, "%u", decision->size);
		break;
	case 'z':
		g_string_append_printf(text, "%u", decision->size_max);
		break;
	case 'u':
		g_string_append(text, decision->missing->name);
		break;
	case 'v':
		whole = reason_sentence(decision, decision_row(decision, decision->missing),
					language);
		g_string_append(text, whole);
		break;
	case 'o':
		whole = reason_sentence(decision, NULL, language);
		g_string_append(text, whole);
		break;
	case 'i':
		g_string_append(text, subject->name);
		break;
	case 'j':
		whole = reason_sentence(decision, decision_row(decision, subject), language);
		g_string_append(text, whole);
		break;
	default:
		g_assert_not_reached();
	}
}

char *reason_sentence(const Decision *decision, const DecisionRow *row, const char *language)
{
	const DecisionRow whole = {.reason = decision->reason, .rule = decision->rule};
	const char *sentence;
	GString *text = g_string_new(NULL);

	if (!row)
		row = &whole;
	sentence = sentence_of(row->reason, language);
	for (const char *c = sentence; *c; c++) {
		if (*c != '{') {
			g_string_append_c(text, *c);
			continue;
		}
		append_field(text, c[1], decision, row, language);
		c += 2;
	}
	return g_string_free(text, FALSE);
}
