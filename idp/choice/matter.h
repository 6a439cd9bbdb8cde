/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A matter: one thing that a person is told or asked before something leaves. What releases that
 * ask would give is one matter for each of them; what all releases that inform give is one
 * together.
 *
 * A matter is the same as long as its receiver, its purposes and the names of its attributes are.
 * Its canonical text is made of these alone: it does not change when the policy is put in other
 * words, files or order, or when a release is given another title.
 *
 * What is told is the same in every language: its text has the Swedish purposes. What is asked is
 * answered by the words that were read, so it has a text for each language, and when a purpose is
 * put in other words in one of them only those are asked again who read it there. And it says
 * whether the page called it consent: who agreed to something else has not consented, nor the other
 * way round. Any other change of its basis leaves it as it is.
 */
#pragma once

#include "idp/ledger.h"
#include "policy/decision.h"
#include "policy/service.h"

/* What a person has said to a matter. */
typedef enum {
	SAID_NOTHING = 0,
	SAID_SEEN, /* was told */
	SAID_YES,
	SAID_NO,
	SAID_LAPSED, /* was a yes, and is nothing any more; of a row, never of a matter */
} Said;

/* Why, as the policy says it; either is the other where it is said in one language only. */
typedef struct {
	const char *sv, *en;
} Purpose;

typedef struct {
	bool asks;              /* else it informs */
	char *id;               /* see matter_id(); of the text in Swedish */
	char *id_en;            /* in English; the same where the words are */
	const Service *service; /* the receiver; borrowed */
	GArray *purposes;       /* Purpose, by the Swedish text, each once; belong to the policy */
	GPtrArray *attributes;  /* const Attribute *, by name, each once */
	const char *title;      /* of the release that asks; NULL where it informs */
	bool is_consent;        /* what is asked rests on consent (GDPR, article 6.1 a) */
	Said said;              /* for whoever looks it up: nothing yet */
	const char *lang;       /* in which it was said, "sv" or "en"; NULL: nothing was */
	int64_t time;           /* when, in seconds since 1970 */
	int64_t agreed;         /* when the last yes was said, whatever was since; 0: never */
	GBytes *found;          /* the row that says so; NULL: none does yet */
	int64_t expires;        /* of the row */
} Matter;

void matter_free(Matter *matter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Matter, matter_free)

/*
 * What that person is to be told or asked at the service: Matter *, transfer full, first what there
 * is to be told, if there is anything. `decision` is one made without answers, and it, the service
 * and the key's person (continuation.h) are those of one visit. Who is too young is not asked.
 */
GPtrArray *matters_of(const Decision *decision, const Service *service, const LedgerKey *key,
		      const char *person);

/*
 * The canonical text: lines of `WORD LENGTH:TEXT`, where LENGTH is the number of bytes of TEXT.
 *
 *     choice 1:1                    the form of this text
 *     ask 0: / inform 0:
 *     consent 0:                    where what is asked is consent
 *     to-saml 4:NAME / to-oidc      the receiver, by its entityID or client_id
 *     because 4:TEXT                each purpose, sorted by its bytes
 *     give 4:NAME                   each attribute, sorted by its bytes; none: the login alone
 *
 * In that language, "sv" or "en"; what informs has one text. Transfer full.
 */
char *matter_text(const Matter *matter, const char *lang);

/* What a canonical text is called in the store and in pages: 43 characters of unpadded base64url,
 * by the ledger key and the person, so that it tells nothing to whoever has not got both. Transfer
 * full. */
#define MATTER_ID_LENGTH 43
char *matter_id(const LedgerKey *key, const char *person, const char *text);

/* Of both, the id in that language; anything but "sv" is "en", as pages have it. Transfer none. */
const char *matter_id_in(const Matter *matter, const char *lang);
/* Whether it is one of both. */
bool matter_has_id(const Matter *matter, const char *id);
