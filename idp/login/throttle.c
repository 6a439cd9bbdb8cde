/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/login/throttle.h"

#include <pthread.h>
#include <string.h>

#include "idp/limits.h"
#include "idp/seal.h"

typedef struct {
	uint8_t key[THROTTLE_HASH_BYTES]; /* first: a bucket is its own key in the hash table */
	GList link;                       /* in Table.order */
	unsigned wrong;                   /* of a person: wrong tries, and those under way */
	gint64 last;                      /* of a person: when the last one was admitted */
	gint64 until; /* of a person: end of the hold; of an address: when all tries are back */
} Bucket;

typedef struct {
	GHashTable *buckets; /* Bucket, owned */
	GQueue order;        /* the one used last is first */
	unsigned cap;
	guint64 evicted;
} Table;

struct Throttle {
	pthread_mutex_t lock;
	Secret *key;
	Table tables[THROTTLE_KINDS];
	guint64 admitted, held[THROTTLE_KINDS];
};

/* ---- tables ---- */

/* The key is a keyed hash: nobody outside can make two collide. */
static guint bucket_hash(gconstpointer key)
{
	guint hash;
	memcpy(&hash, key, sizeof hash);
	return hash;
}

static gboolean bucket_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, THROTTLE_HASH_BYTES) == 0;
}

static Bucket *table_find(Table *table, const uint8_t *key)
{
	Bucket *bucket = g_hash_table_lookup(table->buckets, key);

	if (bucket) {
		g_queue_unlink(&table->order, &bucket->link);
		g_queue_push_head_link(&table->order, &bucket->link);
	}
	return bucket;
}

static void table_drop(Table *table, Bucket *bucket)
{
	g_queue_unlink(&table->order, &bucket->link);
	g_hash_table_remove(table->buckets, bucket);
}

/* Whether it says no more than no bucket would. */
static bool is_over(const Bucket *bucket, gint64 now)
{
	return bucket->until <= now &&
	       (bucket->wrong == 0 || now - bucket->last >= LIMIT_THROTTLE_FORGET_MS);
}

static Bucket *table_find_or_make(Table *table, const uint8_t *key, gint64 now)
{
	Bucket *bucket = table_find(table, key);

	if (bucket)
		return bucket;
	/* two out for one in: what is over goes in time, and nobody waits for a great cleaning */
	for (int i = 0; i < 2; i++) {
		GList *oldest = g_queue_peek_tail_link(&table->order);
		if (oldest && is_over(oldest->data, now))
			table_drop(table, oldest->data);
	}
	if (table->order.length >= table->cap) {
		table_drop(table, g_queue_peek_tail(&table->order));
		table->evicted++;
	}
	bucket = g_new0(Bucket, 1);
	memcpy(bucket->key, key, THROTTLE_HASH_BYTES);
	bucket->link.data = bucket;
	g_hash_table_add(table->buckets, bucket);
	g_queue_push_head_link(&table->order, &bucket->link);
	return bucket;
}

Throttle *throttle_new(void)
{
	static const unsigned caps[THROTTLE_KINDS] = {
		[THROTTLE_KNOWN] = LIMIT_THROTTLE_KNOWN,
		[THROTTLE_UNKNOWN] = LIMIT_THROTTLE_UNKNOWN,
		[THROTTLE_ADDRESS] = LIMIT_THROTTLE_ADDRESSES,
	};
	Throttle *throttle = g_new0(Throttle, 1);

	pthread_mutex_init(&throttle->lock, NULL);
	throttle->key = secret_new_random(SEAL_KEY_BYTES);
	for (unsigned i = 0; i < THROTTLE_KINDS; i++) {
		throttle->tables[i].buckets =
			g_hash_table_new_full(bucket_hash, bucket_equal, g_free, NULL);
		throttle->tables[i].cap = caps[i];
	}
	return throttle;
}

void throttle_free(Throttle *throttle)
{
	if (!throttle)
		return;
	for (unsigned i = 0; i < THROTTLE_KINDS; i++)
		g_hash_table_unref(throttle->tables[i].buckets);
	secret_unref(throttle->key);
	pthread_mutex_destroy(&throttle->lock);
	g_free(throttle);
}

/* ---- keys ---- */

static void hash(const Throttle *throttle, const GString *what, uint8_t key[THROTTLE_HASH_BYTES])
{
	uint8_t mac[SEAL_HASH_BYTES];

	seal_hmac(throttle->key, what->str, what->len, mac);
	memcpy(key, mac, THROTTLE_HASH_BYTES);
}

/* As a directory compares names, near enough: RFC 4518, section 2. */
static char *prepare(const char *login)
{
	g_autofree char *normal = g_utf8_normalize(login, -1, G_NORMALIZE_NFKC);
	g_autofree char *folded = g_utf8_casefold(normal ? normal : "", -1);
	g_autofree char *again = g_utf8_normalize(folded, -1, G_NORMALIZE_NFKC);
	g_autoptr(GString) out = g_string_new(NULL);

	for (char *p = again; *p; p = g_utf8_next_char(p)) {
		if (!g_unichar_isspace(g_utf8_get_char(p)))
			g_string_append_unichar(out, g_utf8_get_char(p));
		else if (out->len > 0 && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	g_strchomp(out->str);
	return g_strdup(out->str);
}

/* The NULs keep the parts apart: none of them can hold one. */
static void hash_person(const Throttle *throttle, const ThrottleWho *who, uint8_t *key)
{
	g_autofree char *prepared = who->person ? NULL : prepare(who->login);
	g_autoptr(GString) what = g_string_new(who->person ? "person" : "login");

	g_string_append_c(what, '\0');
	g_string_append(what, who->person ? who->person : prepared);
	g_string_append_c(what, '\0');
	g_string_append(what, who->browser ? who->browser : "");
	hash(throttle, what, key);
}

static void hash_address(const Throttle *throttle, const ThrottleWho *who, uint8_t *key)
{
	g_autoptr(GString) what = g_string_new("address");

	g_string_append_len(what, (const char *)&who->peer, sizeof who->peer);
	hash(throttle, what, key);
}

/* ---- tries ---- */

static gint64 person_wait(Table *table, const uint8_t *key, gint64 now)
{
	const Bucket *bucket = table_find(table, key);

	return bucket ? MAX(bucket->until - now, 0) : 0;
}

/* An address is full when all its tries are on their way back. */
static gint64 address_wait(Table *table, const uint8_t *key, gint64 now)
{
	const gint64 room = (gint64)(LIMIT_THROTTLE_ADDRESS - 1) * LIMIT_THROTTLE_ADDRESS_MS;
	const Bucket *bucket = table_find(table, key);

	return bucket ? MAX(bucket->until - now - room, 0) : 0;
}

static gint64 hold_after(unsigned wrong)
{
	gint64 hold = 1000;

	if (wrong <= LIMIT_THROTTLE_FREE)
		return 0;
	for (; wrong > LIMIT_THROTTLE_FREE + 1 && hold < LIMIT_THROTTLE_HOLD_MS; wrong--)
		hold *= 2;
	return MIN(hold, LIMIT_THROTTLE_HOLD_MS);
}

static void count(Throttle *throttle, gint64 now, ThrottleTry *try)
{
	Bucket *person = table_find_or_make(&throttle->tables[try->kind], try->person, now);

	if (is_over(person, now))
		person->wrong = 0;
	person->wrong = MIN(person->wrong + 1, G_MAXUINT / 2);
	person->last = now;
	gint64 hold = hold_after(person->wrong);
	if (hold > 0)
		person->until = try->hold = now + hold;
	if (try->kind == THROTTLE_UNKNOWN) {
		Bucket *address =
			table_find_or_make(&throttle->tables[THROTTLE_ADDRESS], try->address, now);
		address->until = MAX(address->until, now) + LIMIT_THROTTLE_ADDRESS_MS;
	}
	try->counted = true;
	throttle->admitted++;
}

static void uncount(Throttle *throttle, ThrottleTry *try, bool forget)
{
	Table *persons = &throttle->tables[try->kind];
	Table *addresses = &throttle->tables[THROTTLE_ADDRESS];
	Bucket *person = try->counted ? table_find(persons, try->person) : NULL;
	Bucket *address = try->counted && try->kind == THROTTLE_UNKNOWN
				  ? table_find(addresses, try->address)
				  : NULL;

	if (person) {
		person->wrong -= person->wrong > 0;
		/* a later try's hold stays */
		if (person->until == try->hold)
			person->until = 0;
		if (forget || person->wrong == 0)
			table_drop(persons, person);
	}
	if (address)
		address->until -= LIMIT_THROTTLE_ADDRESS_MS;
	*try = (ThrottleTry){0};
}

gint64 throttle_admit(Throttle *throttle, const ThrottleWho *who, gint64 now, ThrottleTry *try)
{
	ThrottleTry next = {.kind = who->browser ? THROTTLE_KNOWN : THROTTLE_UNKNOWN};
	ThrottleKind by = next.kind;

	hash_person(throttle, who, next.person);
	hash_address(throttle, who, next.address);
	pthread_mutex_lock(&throttle->lock);
	uncount(throttle, try, false);
	gint64 wait = person_wait(&throttle->tables[by], next.person, now);
	if (wait == 0 && by == THROTTLE_UNKNOWN) {
		wait = address_wait(&throttle->tables[THROTTLE_ADDRESS], next.address, now);
		by = wait > 0 ? THROTTLE_ADDRESS : by;
	}
	if (wait == 0) {
		count(throttle, now, &next);
		*try = next;
	} else {
		throttle->held[by]++;
	}
	pthread_mutex_unlock(&throttle->lock);
	return wait;
}

unsigned throttle_seconds(gint64 wait)
{
	return (unsigned)((wait + 4999) / 5000 * 5);
}

static void settle(Throttle *throttle, ThrottleTry *try, bool right)
{
	pthread_mutex_lock(&throttle->lock);
	uncount(throttle, try, right && try->kind == THROTTLE_KNOWN);
	pthread_mutex_unlock(&throttle->lock);
}

void throttle_give_back(Throttle *throttle, ThrottleTry *try)
{
	settle(throttle, try, false);
}

void throttle_right(Throttle *throttle, ThrottleTry *try)
{
	settle(throttle, try, true);
}

void throttle_stats(Throttle *throttle, ThrottleStats *stats)
{
	pthread_mutex_lock(&throttle->lock);
	stats->admitted = throttle->admitted;
	for (unsigned i = 0; i < THROTTLE_KINDS; i++) {
		stats->held[i] = throttle->held[i];
		stats->evicted[i] = throttle->tables[i].evicted;
		stats->entries[i] = throttle->tables[i].order.length;
	}
	pthread_mutex_unlock(&throttle->lock);
}
