/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What stands between a decision and its answer: what the person has still to be told or asked, and
 * what leaves by what they have said. The flow and `portvakt explain' ask the same question here.
 *
 * A page shows all there is to be told, if it was not told before, and one matter that is asked, if
 * one has no answer; where several have none there is a page for each, one after the other.
 */
#pragma once

#include "idp/choice/choice.h"
#include "policy/policy.h"

/* Bytes of what names a page's matters. */
#define CONSENT_PRINT_BYTES 16

/* Borrowed, for as long as the Consent lives. */
typedef struct {
	const Policy *policy;
	const LedgerKey *key;
	StoreReader *reader; /* NULL: there is no store yet, so nobody has said anything */
	GTimeZone *zone;
	const char *identity; /* of the person: continuation.h */
	const char *lang;     /* in which the page is read: "sv" or "en" */
	const Person *person;
	const Service *service;
	Circumstances circumstances; /* without answers */
	ChoiceTime at;
} ConsentCase;

typedef struct {
	ConsentCase of;
	GPtrArray *matters; /* Matter *, as matters_of() */
	Decision *first;    /* without answers */
	Decision *answered; /* by what was said; NULL: nothing was */
	/* what is due, of the matters; both NULL: nothing is, and the decision stands */
	const Matter *told, *asked;
	Decision *hoped;  /* as if the person said yes to all that has no answer; NULL: that lets
			     them in nowhere, and likewise the following */
	Decision *wished; /* as if they said yes to `asked' and no to the rest */
	Decision *sure;   /* as if they said no */
	bool lets_in;     /* the person is let in even if they say no to what has no answer */
	bool too_young;   /* something is not asked, since the person is too young */
	const Matter *heard_told, *heard_asked; /* by consent_hear() */
} Consent;

void consent_free(Consent *consent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Consent, consent_free)

/* Whether the person may not be asked: a pupil who is younger than that many years at `today`
 * (yyyymmdd), or of whom nobody knows how old they are. */
bool consent_is_too_young(const Person *person, unsigned age, unsigned today);

/* Looks up what the person has said before, and decides. `first' (transfer full, also on a fault)
 * is what policy_decide() says in these circumstances. NULL on a fault of the store. Transfer full.
 */
Consent *consent_find(const ConsentCase *of, Decision *first, GError **error);

/* By what has been said: transfer none; transfer full, once, after which only the matters are left.
 */
const Decision *consent_decision(const Consent *consent);
Decision *consent_take_decision(Consent *consent);

/*
 * The values of an attribute that the page shows of what it tells or asks: of what is told, those
 * that leave whatever is said; of what is asked, those that a yes adds. Where nothing leaves unless
 * the person says yes, all that leave then are shown of both. char *, which belong to `consent'.
 * Transfer container; NULL: none.
 */
GPtrArray *consent_values(const Consent *consent, const Matter *matter, const Attribute *attribute);

/* Why they are refused, as pages and the log tell it. declined: they have said no just now. */
Reason consent_refusal(const Decision *decision, bool declined);

/* What names the matters of the page that is due. */
void consent_print(const Consent *consent, uint8_t print[CONSENT_PRINT_BYTES]);

/*
 * Takes what the person said to a page of that print in that language ("sv", "en"): "yes" or "no"
 * where something was asked, else anything. True: its matters are as they were, and are said from
 * now on; the rest of `consent` is decided anew. False: nothing has changed, since the page was
 * about something else than what would be told or asked now, or the answer is none.
 */
bool consent_hear(Consent *consent, const uint8_t print[CONSENT_PRINT_BYTES], const char *answer,
		  const char *lang);

/* Adds, for an answer that leaves by what was said before: choice_use() for each of it. Not of what
 * was heard. */
void consent_use(const Consent *consent, StoreCommit *commit);

/* Adds what was heard. A yes to what is asked in other words now is forgotten with that. False on a
 * fault of the store. */
bool consent_keep(const Consent *consent, StoreCommit *commit, GError **error);
