/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/difference.h"

#include <pthread.h>
#include <string.h>

#include "idp/choice/consent.h"
#include "idp/identity/identifier.h"
#include "idp/pool.h"

/* People who wait for a thread, each with an entry of some kilobytes. */
#define WAITING_MAX 256

/* What is counted together: all that tells two changes apart, in one word. */
typedef struct {
	guint64 key;
	guint count;
	DecisionRule rule;
} Count;

/* What a thread has counted. */
typedef struct {
	GHashTable *counts; /* guint64 -> Count */
} Tally;

struct Difference {
	DifferenceOptions options;
	bool same_people;               /* both sides read entries alike */
	unsigned age_before, age_after; /* from which people may be asked; looked up once, for a
					   configuration is no place for millions of questions */
	Pool *pool;
	GPtrArray *tallies; /* Tally, one a thread */
	guint added;        /* of the thread that adds */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t is_room;
	guint waiting; /* added and not yet decided on */
};

/* ---- counting ---- */

enum { KEY_PROTECTED = 1, KEY_ROLE = 1, KEY_NAME = 4, KEY_KIND = 12, KEY_WIDER = 16 };

static guint64 key_of(const DifferenceChange *change)
{
	guint64 name = change->attribute ? attribute_index(change->attribute) + 1 : 0;
	return (guint64)change->service << (KEY_WIDER + 1) |
	       (guint64)(change->wider ? 0 : 1) << KEY_WIDER | (guint64)change->kind << KEY_KIND |
	       name << KEY_NAME | (guint64)change->role << KEY_ROLE |
	       (change->is_protected ? KEY_PROTECTED : 0);
}

static DifferenceChange change_of(const Count *count)
{
	guint64 key = count->key;
	guint name = (guint)(key >> KEY_NAME) & 0xff;
	size_t n;
	return (DifferenceChange){
		.service = (guint)(key >> (KEY_WIDER + 1)),
		.kind = (DifferenceKind)((key >> KEY_KIND) & 0xf),
		.attribute = name ? &attribute_table(&n)[name - 1] : NULL,
		.wider = !(key >> KEY_WIDER & 1),
		.role = (Role)((key >> KEY_ROLE) & 7),
		.is_protected = key & KEY_PROTECTED,
		.count = count->count,
		.rule = count->rule,
	};
}

G_STATIC_ASSERT(ATTRIBUTE_MAX < 255 && DIFFERENCE_KINDS < 16);

static Tally *tally_new(void)
{
	Tally *tally = g_new0(Tally, 1);
	tally->counts = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return tally;
}

static void tally_free(gpointer data)
{
	Tally *tally = data;
	g_hash_table_unref(tally->counts);
	g_free(tally);
}

static void tally_add(Tally *tally, guint64 key, guint n, const DecisionRule *rule)
{
	Count *count = g_hash_table_lookup(tally->counts, &key);
	if (!count) {
		count = g_new0(Count, 1);
		count->key = key;
		g_hash_table_insert(tally->counts, &count->key, count);
	}
	count->count += n;
	/* the first one of the files, whoever came first */
	if (rule && rule->title &&
	    (!count->rule.title || g_strcmp0(rule->file, count->rule.file) < 0 ||
	     (g_strcmp0(rule->file, count->rule.file) == 0 && rule->line < count->rule.line)))
		count->rule = *rule;
}

static void tally_merge(Tally *total, const Tally *tally)
{
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, tally->counts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Count *count = value;
		tally_add(total, count->key, count->count, &count->rule);
	}
}

/* ---- comparing ---- */

/* One person in one role at one service. */
typedef struct {
	Tally *tally;
	guint service;
	Role role;
	bool is_protected;
	bool *noted; /* that something is wider, and that it is narrower */
} Case;

static void note(const Case *at, DifferenceKind kind, bool wider, const DecisionRow *row,
		 const DecisionRule *rule)
{
	const DifferenceChange change = {
		.service = at->service,
		.kind = kind,
		.attribute = row ? row->attribute : NULL,
		.wider = wider,
		.role = at->role,
		.is_protected = at->is_protected,
	};
	tally_add(at->tally, key_of(&change), 1, rule);
	at->noted[wider] = true;
}

static bool has_all(const GPtrArray *values, const GPtrArray *wanted)
{
	for (guint i = 0; i < wanted->len; i++)
		if (!g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)values,
						      wanted->pdata[i], g_str_equal, NULL))
			return false;
	return true;
}

/* Is it given only since the person said yes? */
static bool is_asked(const Decision *decision, const Attribute *attribute)
{
	for (guint i = 0; decision->grants && i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];
		if (grant->page == PAGE_ASK && grant->attributes &&
		    g_ptr_array_find(grant->attributes, attribute, NULL))
			return true;
	}
	return false;
}

static const DecisionRow *given_row(const Decision *decision, const Attribute *attribute)
{
	const DecisionRow *row = decision ? decision_row(decision, attribute) : NULL;
	return row && row->values ? row : NULL;
}

/* What `row` of `decision` gives that `other` does not. */
static void compare_row(const Case *at, const Decision *decision, const DecisionRow *row,
			const Decision *other, bool wider)
{
	const DecisionRow *old = given_row(other, row->attribute);
	if (!old) {
		note(at, DIFFERENCE_ATTRIBUTE, wider, row, &row->rule);
		return;
	}
	if (!has_all(old->values, row->values))
		note(at, DIFFERENCE_VALUES, wider, row, &row->rule);
	if (is_asked(other, row->attribute) && !is_asked(decision, row->attribute))
		note(at, DIFFERENCE_UNASKED, wider, row, &row->rule);
	/* by whatever name it went before, this one is new to the service */
	if (wider && decision_row_is_told(decision, row) && decision_row_is_told(other, old) &&
	    g_strcmp0(row->told_as, old->told_as) != 0)
		note(at, DIFFERENCE_NAME, true, row, NULL);
}

static bool is_answered(const Decision *decision)
{
	return decision && decision->outcome == OUTCOME_ANSWERED;
}

/* What `decision` has that `other` has not. */
static void compare_ways(const Case *at, const Decision *decision, const Decision *other,
			 bool wider)
{
	if (!is_answered(decision))
		return;
	if (!is_answered(other))
		note(at, DIFFERENCE_LOGIN, wider, NULL, &decision->rule);
	for (guint i = 0; i < decision->rows->len; i++) {
		const DecisionRow *row = decision->rows->pdata[i];
		if (row->values)
			compare_row(at, decision, row, other, wider);
	}
	if (!is_answered(other))
		return;
	if (decision->page < other->page)
		note(at, DIFFERENCE_UNSHOWN, wider, NULL, NULL);
	if (wider && (decision->subject.attribute != other->subject.attribute ||
		      g_strcmp0(decision->subject.format, other->subject.format) != 0))
		note(at, DIFFERENCE_NAME, true, NULL, NULL);
}

/* ---- deciding ---- */

/* Values of the identifiers that a login would make. Which ones makes no difference: they are the
 * person's own on both sides. */
static void add_identifiers(const Generation *generation, Person *person)
{
	const IdentityRules *rules = &generation->identities;
	g_autofree char *value = g_strconcat("made", "@", rules->scopes[0], NULL);
	for (unsigned kind = 0; kind < IDENTIFIER_KINDS; kind++) {
		const Attribute *attribute = attribute_by_name(identifier_name(kind));
		if (kind != IDENTIFIER_SUBJECT || !rules->subject_in_directory)
			person_add_value(person, attribute, value, -1);
	}
	if (rules->eppn_in_store)
		person_add_value(person, attribute_by_name("eduPersonPrincipalName"), value, -1);
}

static Person *make_person(const Generation *generation, const DirectoryEntry *entry, Role role)
{
	Person *person = masterdata_person(generation->masterdata, entry, role);
	add_identifiers(generation, person);
	return person;
}

/* A person on one of the sides, as in a login with a password. */
typedef struct {
	const Policy *policy;
	const Person *person;
	Circumstances circumstances;
	bool openly;
} Somebody;

static Somebody make_somebody(const DifferenceSide *side, unsigned age, const Person *person,
			      bool openly)
{
	return (Somebody){
		.policy = side->generation->policy,
		.person = person,
		.circumstances = {.today = side->today,
				  .level = assurance_of_password(side->generation->assurance),
				  .too_young = consent_is_too_young(person, age, side->today)},
		.openly = openly,
	};
}

static Decision *decide_with(const Somebody *who, const Service *service,
			     const Circumstances *circumstances)
{
	const Person *person = who->person;
	if (who->openly || !person->is_protected)
		return policy_decide_openly(who->policy, person, service, circumstances);
	return policy_decide_outside(who->policy, person, service, circumstances);
}

/* As if whoever is asked said yes. */
static Decision *decide(const Somebody *who, const Service *service)
{
	Circumstances circumstances = who->circumstances;
	g_autoptr(GArray) answers = NULL;
	if (!service)
		return NULL;
	g_autoptr(Decision) decision = decide_with(who, service, &circumstances);
	for (guint i = 0; decision->grants && i < decision->grants->len; i++) {
		const DecisionGrant *grant = decision->grants->pdata[i];
		const PersonAnswer yes = {grant->rule.title, true, circumstances.today};
		if (grant->state != GRANT_TO_ASK)
			continue;
		if (!answers)
			answers = g_array_new(FALSE, FALSE, sizeof(PersonAnswer));
		g_array_append_val(answers, yes);
	}
	if (!answers)
		return g_steal_pointer(&decision);
	circumstances.answers = (const PersonAnswer *)(void *)answers->data;
	circumstances.n_answers = answers->len;
	return decide_with(who, service, &circumstances);
}

static void judge_role(const Difference *difference, Tally *tally, const DirectoryEntry *entry,
		       Role role)
{
	const DifferenceOptions *options = &difference->options;
	g_autoptr(Person) after = make_person(options->after.generation, entry, role);
	g_autoptr(Person) other = difference->same_people
					  ? NULL
					  : make_person(options->before.generation, entry, role);
	const Person *before = other ? other : after;
	bool openly = options->openly;
	const Somebody old =
		make_somebody(&options->before, difference->age_before, before, openly);
	const Somebody new = make_somebody(&options->after, difference->age_after, after, openly);
	for (guint i = 0; i < options->n_services; i++) {
		const DifferenceService *service = &options->services[i];
		g_autoptr(Decision) was = decide(&old, service->before);
		g_autoptr(Decision) is = decide(&new, service->after);
		bool noted[2] = {false, false};
		const Case at = {
			.tally = tally,
			.service = i,
			.role = role,
			.is_protected = openly && (before->is_protected || after->is_protected),
			.noted = noted,
		};
		compare_ways(&at, is, was, true);
		compare_ways(&at, was, is, false);
		for (unsigned wider = 0; wider < 2; wider++)
			if (noted[wider])
				note(&at, DIFFERENCE_ANYTHING, wider, NULL, NULL);
	}
}

static void judge(void *job, void *worker, void *user)
{
	Difference *difference = user;
	g_autoptr(DirectoryEntry) entry = job;
	const DifferenceOptions *options = &difference->options;
	unsigned roles = masterdata_roles(options->after.generation->masterdata, entry);
	if (!difference->same_people)
		roles |= masterdata_roles(options->before.generation->masterdata, entry);
	for (unsigned role = ROLE_STUDENT; role <= ROLE_GUARDIAN; role <<= 1)
		if (roles & role)
			judge_role(difference, worker, entry, (Role)role);
	pthread_mutex_lock(&difference->lock);
	difference->waiting--;
	pthread_cond_signal(&difference->is_room);
	pthread_mutex_unlock(&difference->lock);
}

/* ---- the threads ---- */

static void *worker_new(void *user, GError **error)
{
	Difference *difference = user;
	Tally *tally = tally_new();
	g_ptr_array_add(difference->tallies, tally);
	return tally;
}

static unsigned age_of(const DifferenceSide *side)
{
	return (unsigned)config_number(side->generation->config, "consent", "age");
}

Difference *difference_new(const DifferenceOptions *options, GError **error)
{
	g_autoptr(Difference) difference = g_new0(Difference, 1);
	const PoolOptions pool = {
		.name = "difference",
		.threads = options->threads,
		.capacity = WAITING_MAX,
		.worker_new = worker_new,
		.work = judge,
		.user = difference,
	};
	difference->options = *options;
	difference->age_before = age_of(&options->before);
	difference->age_after = age_of(&options->after);
	difference->same_people = options->before.generation == options->after.generation ||
				  g_str_equal(config_checksum(options->before.generation->config),
					      config_checksum(options->after.generation->config));
	difference->tallies = g_ptr_array_new_with_free_func(tally_free);
	pthread_mutex_init(&difference->lock, NULL);
	pthread_cond_init(&difference->is_room, NULL);
	difference->pool = pool_new(&pool, error);
	return difference->pool ? g_steal_pointer(&difference) : NULL;
}

void difference_free(Difference *difference)
{
	if (!difference)
		return;
	pool_free(difference->pool);
	g_ptr_array_unref(difference->tallies);
	pthread_cond_destroy(&difference->is_room);
	pthread_mutex_destroy(&difference->lock);
	g_free(difference);
}

void difference_add(Difference *difference, DirectoryEntry *entry)
{
	pthread_mutex_lock(&difference->lock);
	while (difference->waiting == WAITING_MAX)
		pthread_cond_wait(&difference->is_room, &difference->lock);
	difference->waiting++;
	pthread_mutex_unlock(&difference->lock);
	difference->added++;
	/* there is room: what is worked on counts as waiting here, and is not in its queue */
	if (!pool_push(difference->pool, entry_ref(entry), POOL_FIRST, 0))
		g_assert_not_reached();
}

guint difference_size(const Difference *difference)
{
	return difference->added;
}

static gint by_key(gconstpointer a, gconstpointer b)
{
	guint64 first = (*(Count *const *)a)->key, second = (*(Count *const *)b)->key;
	return (first > second) - (first < second);
}

GArray *difference_finish(Difference *difference)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(DifferenceChange));
	pool_stop(difference->pool);
	Tally *total = difference->tallies->pdata[0];
	for (guint i = 1; i < difference->tallies->len; i++)
		tally_merge(total, difference->tallies->pdata[i]);
	g_autoptr(GPtrArray) counts = g_ptr_array_new();
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, total->counts);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		g_ptr_array_add(counts, value);
	g_ptr_array_sort(counts, by_key);
	for (guint i = 0; i < counts->len; i++) {
		const DifferenceChange change = change_of(counts->pdata[i]);
		g_array_append_val(changes, change);
	}
	return changes;
}
