/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

/*
 * Why an attribute was given or withheld, and why a whole answer was refused: a closed list.
 * Codes are a public interface (JSON of `explain`, ledger); they are never renamed.
 */
typedef enum {
	REASON_NONE = 0, /* nothing was decided: withheld */

	/* given */
	REASON_GIVEN,
	REASON_GIVEN_PART,    /* some values given, the others not for this service */
	REASON_GIVEN_AGREED,  /* given, since the person said yes */
	REASON_GIVEN_SUBJECT, /* given, as the name of the person (NameID, sub) */

	/* withheld; among the releases the one that came furthest down this list is told */
	REASON_UNKNOWN_ATTRIBUTE, /* asked for by a name the registry lacks */
	REASON_NO_RULE,           /* asked, but no release names it */
	REASON_SET_ASIDE,         /* belongs to a category that a more minimal one sets aside */
	REASON_NOT_FOR_PERSON,
	REASON_NOT_YET,
	REASON_RULE_ENDED,
	REASON_AGREEMENT_ENDED,
	REASON_NOT_APPROVED, /* two must approve the release, and have not */
	REASON_NOT_ASKED,
	REASON_NOT_REQUIRED,
	REASON_MUST_BE_NAMED, /* `requested` does not cover its kind */
	REASON_HELD,          /* newly asked for, or by a new category; waits for an admin */
	REASON_NO_VALUE,
	REASON_NO_ALIAS, /* of a protected person; told to nobody without the protected-data role */
	REASON_SEVERAL_VALUES,
	REASON_BAD_VALUE,
	REASON_FOREIGN_SCOPE,
	REASON_FILTERED, /* `only` left nothing */
	REASON_NEVER,
	REASON_LEVEL_TOO_LOW,  /* the release demands a level that the login did not prove */
	REASON_TO_ASK,         /* the person will be asked */
	REASON_DECLINED,       /* the person said no */
	REASON_TOO_YOUNG,      /* only releases that ask give it, and the person may not be asked */
	REASON_TEMPLATE_GAP,   /* the value lacks what its form for this service needs */
	REASON_NOT_ASCII,      /* `guard ascii` */
	REASON_ANSWER_REFUSED, /* would be given, but the answer as a whole is refused */

	/* the whole answer refused */
	REASON_REFUSED_NO_RULE,
	REASON_REFUSED_STOPPED,   /* a never takes login */
	REASON_REFUSED_SUBJECT,   /* the attribute that the service knows people by is withheld */
	REASON_REFUSED_MISSING,   /* `needs` */
	REASON_REFUSED_LEVEL,     /* `demand`, and what no release gives at this level */
	REASON_REFUSED_TO_ASK,    /* nothing is left until the person says yes */
	REASON_REFUSED_DECLINED,  /* the person said no, and nothing is left */
	REASON_REFUSED_TOO_YOUNG, /* nothing is left that may leave without asking */
	REASON_REFUSED_TRIAL,     /* a trial service is for test persons alone */
	REASON_REFUSED_TOO_BIG,   /* `guard size` */

	REASON_LAST = REASON_REFUSED_TOO_BIG
} Reason;

struct Decision;
struct DecisionRow;

/* "given", "not-for-person" and so on; "none" for REASON_NONE. Static. */
const char *reason_code_name(Reason reason);

/* The sentence an admin reads, with names filled in, without file and line (which the row has).
 * row: a row of that decision, or NULL for the reason of the whole. language: "sv" or "en".
 * Holds no value of the person. Returns: transfer full. */
char *reason_sentence(const struct Decision *decision, const struct DecisionRow *row,
		      const char *language);
