/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "policy/arena.h"
#include "policy/people.h"
#include "policy/source.h"
#include "policy/subject.h"

/*
 * The policy as written: what the grammar makes of the files and everything else reads. All of it
 * belongs to the arena; lists are a pointer and a length.
 */

/* One service outside: an entityID or a client_id. */
typedef struct {
	Protocol protocol;
	const char *id;
} Ident;

/* Before names are resolved: `service NE`, `service "https://…"`, `client "…"`, `tag skolan`. */
typedef struct {
	enum { NAMED_SERVICE, NAMED_TAG, NAMED_IDENT } type;
	const char *name; /* of a service or tag */
	Ident ident;
	Place place;
	const Ident *meaning; /* resolved: what it stands for */
	unsigned n_meaning;
} Literal;

typedef enum {
	ATOM_ANY,
	ATOM_LITERAL,
	ATOM_CATEGORY,
	ATOM_REGISTERED_BY,
	ATOM_FEDERATION,
	ATOM_PROTOCOL,
} AtomType;

typedef struct {
	AtomType type;
	Literal *literals; /* ATOM_LITERAL, as written */
	unsigned n_literals;
	Ident *idents; /* ATOM_LITERAL, resolved: any of them */
	unsigned n_idents;
	const char **texts; /* ATOM_CATEGORY: URIs; ATOM_REGISTERED_BY: authorities;
			       ATOM_FEDERATION: names of feeds: any of them */
	unsigned n_texts;
	unsigned *numbers; /* of the idents or texts, ascending, once they are numbered (index.c) */
	Protocol protocol; /* ATOM_PROTOCOL */
	Place place;
} Atom;

/* Atoms that must all hold (`and`). */
typedef struct {
	Atom *atoms;
	unsigned n_atoms;
	Place place;
} Target;

/* Any of the targets (`,`), but none of the exceptions. */
typedef struct {
	Target *targets;
	unsigned n_targets;
	Target *exceptions;
	unsigned n_exceptions;
} Targets;

/* What of a value a facet looks at. */
typedef enum {
	FACET_VALUE,     /* all of it, or the part before @ */
	FACET_BEGINNING, /* its beginning */
	FACET_UNIT,
	FACET_SUBJECT,
	FACET_KIND,
} FacetType;

/* `only`: a value must meet every facet, by any one of its texts. */
typedef struct {
	FacetType type;
	const char **texts;
	unsigned n_texts;
} Facet;

typedef struct {
	Facet *facets; /* none: every value */
	unsigned n_facets;
} Only;

typedef enum { GIFT_LOGIN, GIFT_REQUESTED, GIFT_REQUIRED, GIFT_ATTRIBUTE } GiftType;

typedef struct {
	GiftType type;
	const Attribute *attribute; /* GIFT_ATTRIBUTE */
	bool unasked;
	bool if_required;
	Only only;
	Place place;
} Gift;

typedef struct {
	const char *language; /* NULL: in any */
	const char *text;
} Because;

/* Words of a set of attributes, by their index. */
#define ATTRIBUTE_WORDS ((ATTRIBUTE_MAX + 63) / 64)

typedef struct {
	const char *title;
	Place place; /* of the word `release` */
	Place title_place;
	Targets to;
	People people;
	Gift *gifts;
	unsigned n_gifts;
	Because *becauses;
	unsigned n_becauses;
	PageKind page; /* PAGE_INFORM if nothing is said */
	Place page_place;
	const char *basis;
	Place basis_place;
	const char *demand;     /* name of a level; NULL: any will do */
	unsigned demand_number; /* of that level, once it is numbered */
	Place demand_place;
	Place new_asks_place; /* `new asks pass`; line 0: not said */
	const char *agreement;
	unsigned from, until, agreement_until; /* yyyymmdd; 0: not said */
	Place agreement_place;
	Place protected_place; /* the first `protected` of `for`; line 0: none */
	Place by_two_place;    /* `approved by two`; line 0: not said */
	const char **clauses;  /* where two must approve: as canonical.h writes them, in the order
				  they stand in */
	unsigned n_clauses;
	const char *canonical; /* resolved, where two must approve; else NULL */
	unsigned approvers;    /* different people who approved that; 2 stands for more too */
	/* once it is indexed: */
	uint64_t named[ATTRIBUTE_WORDS]; /* the attributes it names */
	bool gives_asked;                /* it has `requested` or `required` */
	bool is_literal;                 /* each of its targets names services */
	bool is_sensitive;               /* it gives something sensitive, or might */
} Release;

typedef enum { TAKEN_LOGIN, TAKEN_ANYTHING, TAKEN_KIND, TAKEN_ATTRIBUTE } TakenType;

typedef struct {
	TakenType type;
	AttributeKind kind;         /* TAKEN_KIND */
	const Attribute *attribute; /* TAKEN_ATTRIBUTE */
	Only only;
	Place place;
} Taken;

typedef struct {
	const char *title;
	Place place;
	Place title_place;
	Targets to; /* no `to`: one target, any */
	People people;
	Taken *taken;
	unsigned n_taken;
	Because *becauses;
	unsigned n_becauses;
} Never;

typedef struct {
	const Attribute *attribute;
	bool required;
} Ask;

/* `needs sisSchoolGrade or sisSchoolUnitCode of student` */
typedef struct {
	const Attribute **attributes; /* one of them must be given */
	unsigned n_attributes;
	People of; /* no psets: everyone */
	Place place;
} Need;

/* `demand eid2 of staff` */
typedef struct {
	const char *level;
	unsigned number; /* of that level, once it is numbered */
	People of;
	Place place;
} Demand;

/* `signal eid2 as "http://…"` */
typedef struct {
	const char *level;
	const char *uri;
	Place place;
} Signal;

/* `rename mail to "…" without format in saml` */
typedef struct {
	const Attribute *attribute;
	const char *to;
	bool without_format;
	bool in_saml, in_oidc; /* both where nothing is said */
	Place place;
} Rename;

/* `value sisSchoolCourseStudent "{unit}/{group}"`; `lower-case mail` has no form. */
typedef struct {
	const Attribute *attribute;
	const char *form; /* NULL: of `lower-case` */
	Place place;
} Shape;

typedef enum { SIGN_UNSAID, SIGN_RESPONSE, SIGN_ASSERTION, SIGN_BOTH } Sign;
typedef enum { ENCRYPT_UNSAID, ENCRYPT_ALWAYS, ENCRYPT_NEVER, ENCRYPT_WHEN_POSSIBLE } Encrypt;
typedef enum { REQUESTS_UNSAID, REQUESTS_SIGNED, REQUESTS_UNSIGNED } Requests;

/* What a line of a block that comes at most once says, and where; line 0: not said. */
typedef struct {
	const char *text;
	Place place;
} Setting;

/* One `service` block or line. */
typedef struct {
	const char *name; /* NULL: the block is of an ident */
	Place name_place;
	Literal *idents; /* what the name stands for; none: the block adds to one named elsewhere */
	unsigned n_idents;
	Literal block;  /* whom the block is about, when name is NULL */
	Setting *lines; /* all of them, as canonical.h writes them, in the order they stand in */
	unsigned n_lines;
	Ask *asks;
	unsigned n_asks;
	Need *needs;
	unsigned n_needs;
	Demand *demands;
	unsigned n_demands;
	Signal *signals;
	unsigned n_signals;
	Rename *renames;
	unsigned n_renames;
	Shape *values;
	unsigned n_values;
	Shape *lower_cases;
	unsigned n_lower_cases;
	Place guard_ascii_place; /* line 0: not said */
	unsigned guard_size;     /* bytes; 0: not said */
	Place guard_size_place;
	Setting issuer, scope, start;
	Sign sign;
	Place sign_place;
	Encrypt encrypt;
	Place encrypt_place;
	Requests requests;
	Place requests_place;
	Subject subject;
	Place subject_place; /* line 0: not said */
	const Ident *about;  /* resolved: all ids the block is about */
	unsigned n_about;
	Place place;
} ServiceBlock;

typedef struct {
	const char *name;
	Place name_place;
	Literal *members;
	unsigned n_members;
	Place place;
} Tag;

typedef enum {
	EXPECT_REFUSED, /* also `gets nothing` */
	EXPECT_LOGIN,
	EXPECT_GETS,
	EXPECT_NEVER_GETS,
	EXPECT_ASKED,
	EXPECT_INFORMED,
} ExpectType;

typedef struct {
	const Attribute *attribute;
	Only only;
} Expected;

typedef struct {
	ExpectType type;
	People people;
	const Attribute **without;
	unsigned n_without;
	unsigned on; /* yyyymmdd; 0: today */
	Targets at;
	Expected *gets; /* EXPECT_GETS */
	unsigned n_gets;
	const Attribute *attribute; /* EXPECT_NEVER_GETS: this, or */
	AttributeKind kind;         /* this kind */
	Place place;
} Expect;

/* All files together. Arrays of pointers; the arena owns what they point to. */
typedef struct {
	GPtrArray *releases;
	GPtrArray *nevers;
	GPtrArray *services; /* ServiceBlock */
	GPtrArray *tags;
	GPtrArray *expects;
} Rules;

void rules_init(Rules *rules);
void rules_clear(Rules *rules);

/* How many rules of all sorts there are. */
unsigned rules_count(const Rules *rules);

/* Whether a basis is consent, by how it begins: "6.1 a", "art. 6.1 (a)", "samtycke", "consent", in
 * any case, whatever more is said of it. "6.1 avtal" is not. */
bool rules_is_consent(const char *basis);
