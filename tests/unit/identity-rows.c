/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the store keeps of people for ever: EPPNs, identifiers, renewals, continuations. */
#include "idp/identity/continuation.h"
#include "idp/identity/eppn.h"
#include "idp/identity/identifier.h"
#include "idp/identity/rotation.h"
#include "idp/identity/row.h"
#include "policy/value.h"
#include "tests/unit/store-world.h"

#include <string.h>

#define NOW   1800000000
#define SCOPE "skola.example"

/* ---- EPPN ---- */

static void test_fold(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} table[] = {
		{"k7m2@skola.example", "k7m2@skola.example", true},
		{"k7m2@skola.example", "K7M2@Skola.Example", true},
		{"\xc3\x85sa@skola.example", "a\xcc\x8asa@skola.example", true},
		{"\xef\xbd\x8b"
		 "7@skola.example",
		 "k7@skola.example", true},
		{"stra\xc3\x9f"
		 "e@skola.example",
		 "STRASSE@skola.example", true},
		{"anna@skola.example", "an\xc2\xadna@skola.example", true},
		{"anna@skola.example", "anna\xe2\x80\x8b@skola.example", true},
		{"anna@skola.example",
		 "\xef\xbb\xbf"
		 "anna\xef\xb8\x8f@skola.example",
		 true},
		{"a\xcc\x8asa@skola.example", "a\xe2\x80\x8d\xcc\x8asa@skola.example", true},
		{"iris@skola.example", "IR\xc4\xb0S@skola.example", true},
		{"iris@skola.example", "\xc4\xb1ris@skola.example", true},
		{"asa@skola.example", "\xc3\xa5sa@skola.example", false},
		{"k7m2@skola.example", "k7m2@skola.exampl", false},
		{"k7m2@skola.example", "k7m 2@skola.example", false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *a = eppn_fold(table[i].a);
		g_autofree char *b = eppn_fold(table[i].b);
		g_assert_true(g_str_equal(a, b) == table[i].same);
		g_autofree char *again = eppn_fold(a);
		g_assert_cmpstr(a, ==, again);
	}
	g_assert_null(eppn_fold("\xff@skola.example"));
}

/* Each character alone: small and large are one, and what is folded stays. */
static void test_fold_characters(void)
{
	for (gunichar c = 1; c <= 0x10ffff; c++) {
		const gunichar spellings[] = {c, g_unichar_toupper(c), g_unichar_tolower(c)};
		g_autofree char *first = NULL;

		for (gsize i = 0; g_unichar_isdefined(c) && i < G_N_ELEMENTS(spellings); i++) {
			g_autofree char *text = g_ucs4_to_utf8(&spellings[i], 1, NULL, NULL, NULL);
			g_autofree char *folded = eppn_fold(text);
			g_autofree char *again = eppn_fold(folded);

			g_assert_cmpstr(folded, ==, again);
			if (first)
				g_assert_cmpstr(folded, ==, first);
			else
				first = g_steal_pointer(&folded);
		}
	}
}

static void test_eppn(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	g_autoptr(EppnRow) anna = eppn_row_new("K7M2@" SCOPE, "anna", ROLE_STUDENT, false, NOW);
	g_autoptr(EppnRow) again =
		eppn_row_new("K7M2@" SCOPE, "anna", ROLE_STUDENT, false, NOW + 9);
	g_autoptr(EppnRow) eva = eppn_row_new("k7m2@" SCOPE, "eva", ROLE_STUDENT, true, NOW);
	g_autoptr(EppnRow) found = NULL;
	g_autoptr(EppnRow) opened = NULL;
	StoreCommit *commit;

	g_assert_cmpint(eppn_find(world->reader, "k7m2@" SCOPE, &found, NULL), ==, STORE_ABSENT);
	g_assert_null(found);
	for (EppnRow *const *row = (EppnRow *const[]){anna, again, NULL}; *row; row++) {
		commit = store_commit_new(NOW, NULL, NULL);
		eppn_remember(commit, *row);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	}
	commit = store_commit_new(NOW, NULL, NULL);
	eppn_remember(commit, eva);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_CONFLICT);
	g_assert_cmpint(eppn_find(world->reader, "k7m2@SKOLA.example", &found, NULL), ==, STORE_OK);
	g_assert_cmpstr(found->person, ==, "anna");
	g_assert_cmpstr(found->eppn, ==, "K7M2@" SCOPE);
	g_assert_cmpint(found->role, ==, ROLE_STUDENT);
	g_assert_false(found->open);
	g_assert_cmpint(found->first_seen, ==, NOW - NOW % 86400);

	commit = store_commit_new(NOW, NULL, NULL);
	eppn_open(commit, found);
	g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	g_assert_cmpint(eppn_find(world->reader, "k7m2@" SCOPE, &opened, NULL), ==, STORE_OK);
	g_assert_true(opened->open);
	g_assert_cmpstr(opened->person, ==, "anna");
	g_assert_cmpint(opened->first_seen, ==, found->first_seen);
}

/* Two first logins at once differ in all but whose it is, and the first one's row stays. */
static void test_eppn_at_once(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	static const struct {
		const char *eppn, *person;
		Role role;
		bool open;
		int64_t now;
		StoreOutcome outcome;
	} table[] = {
		{"K7M2@" SCOPE, "anna", ROLE_STUDENT, false, NOW, STORE_OK},
		{"K7M2@" SCOPE, "anna", ROLE_STUDENT, false, NOW + 86400, STORE_OK},
		{"K7M2@" SCOPE, "anna", ROLE_STUDENT, true, NOW, STORE_OK},
		{"K7M2@" SCOPE, "anna", ROLE_STAFF, false, NOW, STORE_OK},
		{"k7m2@" SCOPE, "anna", ROLE_STUDENT, false, NOW, STORE_OK},
		{"K7M2@" SCOPE, "eva", ROLE_STUDENT, false, NOW, STORE_CONFLICT},
		{"k7m2@" SCOPE, "eva", ROLE_STAFF, true, NOW + 86400, STORE_CONFLICT},
		{"K7M2@" SCOPE, "Anna", ROLE_STUDENT, false, NOW, STORE_CONFLICT},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		g_autoptr(EppnRow) found = NULL;
		g_autoptr(EppnRow) row = eppn_row_new(table[i].eppn, table[i].person, table[i].role,
						      table[i].open, table[i].now);

		eppn_remember(commit, row);
		g_assert_cmpint(store_world_apply(world, commit), ==, table[i].outcome);
		g_assert_cmpint(eppn_find(world->reader, "k7m2@" SCOPE, &found, NULL), ==,
				STORE_OK);
		g_assert_cmpstr(found->eppn, ==, "K7M2@" SCOPE);
		g_assert_cmpstr(found->person, ==, "anna");
		g_assert_cmpint(found->role, ==, ROLE_STUDENT);
		g_assert_false(found->open);
		g_assert_cmpint(found->first_seen, ==, NOW - NOW % 86400);
	}
}

static StoreOutcome assign(StoreWorld *world, const char *eppn, const char *person, const char *old)
{
	g_autoptr(EppnRow) row = eppn_row_new(eppn, person, ROLE_STAFF, true, NOW);
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	eppn_assign(commit, row, old);
	return store_world_apply(world, commit);
}

static void test_eppn_of(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	g_autofree char *eppn = NULL;

	g_assert_cmpint(eppn_of(world->reader, "anna", ROLE_STAFF, &eppn, NULL), ==, STORE_ABSENT);
	g_assert_cmpint(assign(world, "k7@" SCOPE, "anna", NULL), ==, STORE_OK);
	g_assert_cmpint(assign(world, "k8@" SCOPE, "anna", NULL), ==, STORE_CONFLICT);
	g_assert_cmpint(assign(world, "K7@" SCOPE, "eva", NULL), ==, STORE_CONFLICT);
	g_assert_cmpint(assign(world, "k8@" SCOPE, "anna", "k7@" SCOPE), ==, STORE_OK);
	/* the old one is nobody else's, though anna has it no more */
	g_assert_cmpint(assign(world, "k7@" SCOPE, "eva", NULL), ==, STORE_CONFLICT);
	g_assert_cmpint(eppn_of(world->reader, "anna", ROLE_STUDENT, &eppn, NULL), ==,
			STORE_ABSENT);
	g_assert_cmpint(eppn_of(world->reader, "anna", ROLE_STAFF, &eppn, NULL), ==, STORE_OK);
	g_assert_cmpstr(eppn, ==, "k8@" SCOPE);
}

/* ---- continuation and rotation ---- */

static void test_continuation(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	static const struct {
		const char *key, *earlier;
		StoreOutcome outcome;
	} table[] = {
		{"new", "old", STORE_OK},
		{"new", "old", STORE_OK},
		{"new", "other", STORE_CONFLICT},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		continuation_remember(commit, table[i].key, table[i].earlier);
		g_assert_cmpint(store_world_apply(world, commit), ==, table[i].outcome);
	}
	g_autofree char *new = continuation_of(world->reader, "new", NULL);
	g_autofree char *old = continuation_of(world->reader, "old", NULL);
	g_autofree char *else_ = continuation_of(world->reader, "else", NULL);
	g_assert_cmpstr(new, ==, "old");
	g_assert_cmpstr(old, ==, "old");
	g_assert_cmpstr(else_, ==, "else");
}

static void test_rotation(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	Rotation before, after;

	g_assert_true(rotation_find(world->reader, "anna", &before, NULL));
	g_assert_cmpuint(before.count, ==, 0);
	for (unsigned i = 1; i <= 3; i++) {
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		rotation_renew(commit, "anna", &before, NOW + i);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		commit = store_commit_new(NOW, NULL, NULL);
		rotation_renew(commit, "anna", &before, NOW + i);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_CONFLICT);
		g_assert_true(rotation_find(world->reader, "anna", &after, NULL));
		g_assert_cmpuint(after.count, ==, i);
		g_assert_cmpint(after.at, ==, NOW + i);
		before = after;
	}
}

/* Each beginning is one of its own; only who began last can end it or take it back. */
static void test_rotation_in_two(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	Rotation found = {0}, first, second;

	for (unsigned known = 0; known < 2; known++) {
		Rotation now;
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		rotation_begin(commit, "anna", &found, NOW, &first);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		g_assert_true(rotation_find(world->reader, "anna", &now, NULL));
		g_assert_true(now.pending);
		g_assert_cmpuint(now.count, ==, found.count + 1);
		commit = store_commit_new(NOW, NULL, NULL);
		rotation_undo(commit, "anna", &first, &found);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		g_assert_true(rotation_find(world->reader, "anna", &now, NULL));
		g_assert_false(now.pending);
		g_assert_cmpuint(now.count, ==, found.count);
		g_assert_cmpint(now.at, ==, found.at);

		commit = store_commit_new(NOW, NULL, NULL);
		rotation_begin(commit, "anna", &now, NOW, &first);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		commit = store_commit_new(NOW, NULL, NULL);
		rotation_begin(commit, "anna", &first, NOW, &second);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		commit = store_commit_new(NOW, NULL, NULL);
		rotation_end(commit, "anna", &first, NOW);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_CONFLICT);
		commit = store_commit_new(NOW, NULL, NULL);
		rotation_end(commit, "anna", &second, NOW);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
		g_assert_true(rotation_find(world->reader, "anna", &found, NULL));
		g_assert_false(found.pending);
		g_assert_cmpuint(found.count, ==, second.count);
	}
}

/* ---- identifiers ---- */

static void test_base32(void)
{
	static const struct {
		const char *bytes, *text;
	} table[] = {
		{"", ""},
		/* RFC 4648, 10, those without padding */
		{"fooba", "mzxw6ytb"},
		{"foobafooba", "mzxw6ytbmzxw6ytb"},
		{"\xff\xff\xff\xff\xff", "77777777"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text =
			identifier_base32((const uint8_t *)table[i].bytes, strlen(table[i].bytes));
		g_assert_cmpstr(text, ==, table[i].text);
	}
}

static char *random_text(void)
{
	static const char *const letters[] = {"a", "B", "7", " ", "/", "\xc3\xa5", "@", "|"};
	GString *text = g_string_new(NULL);
	for (int n = g_test_rand_int_range(1, 40); n > 0; n--)
		g_string_append(text, letters[g_test_rand_int_range(0, G_N_ELEMENTS(letters))]);
	return g_string_free(text, FALSE);
}

/* Whoever it is, wherever and whenever: another value, and one that the profile allows. */
static void test_values_differ(void)
{
	static const char *const scopes[] = {SCOPE, NULL};
	g_autoptr(Secret) key = secret_new_random(SEAL_KEY_BYTES);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < 20000; i++) {
		g_autofree char *person = random_text();
		g_autofree char *service = random_text();
		const IdentifierPlace place = {
			.kind = i % 4 ? IDENTIFIER_PAIRWISE : IDENTIFIER_SUBJECT,
			.person = person,
			.rotation = (unsigned)g_test_rand_int_range(0, 3),
			.service = i % 4 ? service : NULL,
			.protocol = i % 4 ? PROTOCOL_SAML : 0,
		};
		bool is_new = g_hash_table_add(places, g_strdup_printf("%u\n%s\n%u\n%s", place.kind,
								       person, place.rotation,
								       i % 4 ? service : ""));
		char *value = identifier_make(key, &place, SCOPE);
		g_autofree char *again = identifier_make(key, &place, SCOPE);
		g_assert_cmpstr(value, ==, again);
		g_assert_cmpuint(strcspn(value, "@"), ==, IDENTIFIER_LENGTH);
		g_assert_cmpuint(strspn(value, "abcdefghijklmnopqrstuvwxyz234567"), ==,
				 IDENTIFIER_LENGTH);
		g_assert_cmpint(
			value_judge(attribute_by_name(identifier_name(place.kind)), value, scopes),
			==, VALUE_GOOD);
		g_assert_true(g_hash_table_add(seen, value) == is_new);
	}
}

/* Person and service are told apart, wherever the one ends and the other begins. */
static void test_no_place_is_two(void)
{
	g_autoptr(Secret) key = secret_new_random(SEAL_KEY_BYTES);
	static const IdentifierPlace places[] = {
		{IDENTIFIER_PAIRWISE, "a b", 0, "c", PROTOCOL_SAML},
		{IDENTIFIER_PAIRWISE, "a", 0, "b c", PROTOCOL_SAML},
		{IDENTIFIER_PAIRWISE, "a", 0, "b c", PROTOCOL_OIDC},
		{IDENTIFIER_PAIRWISE, "a", 0, "oidc b c", PROTOCOL_SAML},
		{IDENTIFIER_PAIRWISE, "a", 1, "b c", PROTOCOL_SAML},
		{IDENTIFIER_PAIRWISE, "1 a", 0, "b c", PROTOCOL_SAML},
		{IDENTIFIER_PAIRWISE, "a 1 b", 0, "", PROTOCOL_SAML},
		{IDENTIFIER_SUBJECT, "a b", 0, NULL, 0},
		{IDENTIFIER_SUBJECT, "a", 0, NULL, 0},
		{IDENTIFIER_SUBJECT, "a", 10, NULL, 0},
	};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
		g_assert_true(g_hash_table_add(seen, identifier_make(key, &places[i], SCOPE)));
}

static StoreOutcome keep(StoreWorld *world, const char *person, const char *service,
			 const char *value)
{
	const IdentifierPlace place = {IDENTIFIER_PAIRWISE, person, 0, service, PROTOCOL_SAML};
	StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
	identifier_keep(commit, &place, value);
	return store_world_apply(world, commit);
}

static void test_kept(void)
{
	g_autoptr(StoreWorld) world = store_world_new();
	const IdentifierPlace place = {IDENTIFIER_PAIRWISE, "anna", 0, "https://a", PROTOCOL_SAML};
	const IdentifierPlace renewed = {IDENTIFIER_PAIRWISE, "anna", 1, "https://a",
					 PROTOCOL_SAML};
	g_autofree char *value = NULL;
	g_autofree char *owner = NULL;

	g_assert_cmpint(identifier_find(world->reader, &place, &value, NULL), ==, STORE_ABSENT);
	g_assert_cmpint(keep(world, "anna", "https://a", "v@" SCOPE), ==, STORE_OK);
	g_assert_cmpint(keep(world, "anna", "https://a", "v@" SCOPE), ==, STORE_OK);
	g_assert_cmpint(keep(world, "anna", "https://b", "v@" SCOPE), ==, STORE_OK);
	g_assert_cmpint(keep(world, "anna", "https://a", "w@" SCOPE), ==, STORE_CONFLICT);
	g_assert_cmpint(keep(world, "eva", "https://a", "V@" SCOPE), ==, STORE_CONFLICT);
	g_assert_cmpint(identifier_find(world->reader, &renewed, &value, NULL), ==, STORE_ABSENT);
	g_assert_cmpint(identifier_find(world->reader, &place, &value, NULL), ==, STORE_OK);
	g_assert_cmpstr(value, ==, "v@" SCOPE);
	g_assert_cmpint(
		identifier_owner(world->reader, IDENTIFIER_PAIRWISE, "V@" SCOPE, &owner, NULL), ==,
		STORE_OK);
	g_assert_cmpstr(owner, ==, "anna");
}

/* ---- a damaged row is a fault, never no row ---- */

static void test_damaged(void)
{
	static const struct {
		StoreTable table;
		const char *key;
	} rows[] = {
		{STORE_EPPN, "k7@" SCOPE},
		{STORE_EPPN_OF, "staff anna"},
		{STORE_CONTINUATION, "anna"},
		{STORE_ROTATION, "anna"},
		{STORE_IDENTIFIER, "subject 0 4 anna "},
	};
	g_autoptr(StoreWorld) world = store_world_new();
	g_autoptr(GBytes) broken = g_bytes_new_static("\1\0x", 3);
	const IdentifierPlace place = {IDENTIFIER_SUBJECT, "anna", 0, NULL, 0};
	g_autoptr(EppnRow) row = NULL;
	char *text = NULL;
	Rotation rotation;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		StoreCommit *commit = store_commit_new(NOW, NULL, NULL);
		store_ensure(commit, rows[i].table, rows[i].key, NULL, broken);
		g_assert_cmpint(store_world_apply(world, commit), ==, STORE_OK);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		const bool faults[] = {
			eppn_find(world->reader, "k7@" SCOPE, &row, &error) == STORE_FAULT,
			i == 1 && eppn_of(world->reader, "anna", ROLE_STAFF, &text, NULL) ==
					  STORE_FAULT,
			i == 2 && !continuation_of(world->reader, "anna", NULL),
			i == 3 && !rotation_find(world->reader, "anna", &rotation, NULL),
			i == 4 &&
				identifier_find(world->reader, &place, &text, NULL) == STORE_FAULT,
		};
		g_assert_true(faults[i]);
		g_assert_null(text);
		g_assert_error(error, STORE_ERROR, STORE_ERROR_CORRUPT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(seal_init());
	g_test_add_func("/identity/eppn/fold", test_fold);
	g_test_add_func("/identity/eppn/fold/characters", test_fold_characters);
	g_test_add_func("/identity/eppn/row", test_eppn);
	g_test_add_func("/identity/eppn/at-once", test_eppn_at_once);
	g_test_add_func("/identity/eppn/of", test_eppn_of);
	g_test_add_func("/identity/continuation", test_continuation);
	g_test_add_func("/identity/rotation", test_rotation);
	g_test_add_func("/identity/rotation-in-two", test_rotation_in_two);
	g_test_add_func("/identity/identifier/base32", test_base32);
	g_test_add_func("/identity/identifier/differ", test_values_differ);
	g_test_add_func("/identity/identifier/places", test_no_place_is_two);
	g_test_add_func("/identity/identifier/kept", test_kept);
	g_test_add_func("/identity/damaged", test_damaged);
	return g_test_run();
}
