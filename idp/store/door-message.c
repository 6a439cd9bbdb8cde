/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/store/door-message.h"

#include <string.h>

#include "idp/limits.h"

#define HEAD_BYTES 8
static const char commit_head[HEAD_BYTES] = {'P', 'v', 'k', 't', 'd', 'o', '0', '1'};
static const char answer_head[HEAD_BYTES] = {'P', 'v', 'k', 't', 'r', 'e', '0', '1'};

/* verb, table, key, owner, value, old, expires */
#define OP_TYPE "(ssmaymaymaymayx)"
/* attribute, mac, file, line */
#define VALUE_TYPE "(saysu)"
/* time, expires, outcome, reference, generation, protocol, service, Response ID, account, person,
 * values */
#define LEDGER_TYPE "(xxssssssmsaya" VALUE_TYPE ")"
/* now, operations, ledger row */
#define COMMIT_TYPE "(xa" OP_TYPE "m" LEDGER_TYPE ")"
/* outcome, op, operation and value of each take, error */
#define ANSWER_TYPE "(sua(uay)ms)"

enum {
	HAS_KEY = 1,
	HAS_OWNER = 2,
	HAS_VALUE = 4,
	HAS_OLD = 8,
	HAS_EXPIRES = 16, /* other than 0 */
};

static const struct {
	const char *name;
	unsigned must, may;
} verbs[] = {
	[STORE_PUT_NEW] = {"put-new", HAS_KEY | HAS_VALUE, HAS_OWNER | HAS_EXPIRES},
	[STORE_PUT] = {"put", HAS_KEY | HAS_VALUE, HAS_OWNER | HAS_EXPIRES},
	[STORE_ENSURE] = {"ensure", HAS_KEY | HAS_VALUE | HAS_EXPIRES, HAS_OWNER},
	[STORE_CLAIM] = {"claim", HAS_KEY | HAS_OWNER | HAS_VALUE | HAS_EXPIRES, 0},
	[STORE_EXPECT] = {"expect", HAS_KEY | HAS_EXPIRES, HAS_VALUE},
	[STORE_TAKE] = {"take", HAS_KEY, 0},
	[STORE_SWAP] = {"swap", HAS_KEY | HAS_VALUE | HAS_OLD, HAS_EXPIRES},
	[STORE_TOUCH] = {"touch", HAS_KEY, HAS_EXPIRES},
	[STORE_DROP] = {"drop", HAS_KEY, 0},
	[STORE_DROP_OWNER] = {"drop-owner", HAS_OWNER, 0},
};

static const struct {
	const char *name;
	StoreOutcome outcome;
} outcomes[] = {{"ok", STORE_OK},
		{"conflict", STORE_CONFLICT},
		{"capped", STORE_CAPPED},
		{"unwanted", STORE_UNWANTED},
		{"fault", STORE_FAULT}};

static bool refuse(const char *why, GError **error)
{
	g_set_error(error, STORE_ERROR, STORE_ERROR_FOREIGN, "what came is no message of ours: %s",
		    why);
	return false;
}

/* ---- the frame ---- */

static GBytes *frame(const char *head, GVariant *content)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(content);
	gsize length = g_variant_get_size(packed);
	char *message = g_malloc(HEAD_BYTES + length);

	memcpy(message, head, HEAD_BYTES);
	g_variant_store(packed, message + HEAD_BYTES);
	return g_bytes_new_take(message, HEAD_BYTES + length);
}

static GVariant *unframe(GBytes *message, const char *head, const char *type, GError **error)
{
	gsize length;
	const char *bytes = g_bytes_get_data(message, &length);
	g_autoptr(GBytes) content = NULL;
	g_autoptr(GVariant) packed = NULL;

	if (length < HEAD_BYTES || memcmp(bytes, head, HEAD_BYTES - 2) != 0) {
		refuse("it begins otherwise", error);
		return NULL;
	}
	if (memcmp(bytes, head, HEAD_BYTES) != 0) {
		refuse("it is of another version of portvakt; restart portvakt serve after an "
		       "upgrade",
		       error);
		return NULL;
	}
	content = g_bytes_new_from_bytes(message, HEAD_BYTES, length - HEAD_BYTES);
	packed = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), content, FALSE));
	if (g_variant_is_normal_form(packed))
		return g_steal_pointer(&packed);
	refuse("it is cut or damaged", error);
	return NULL;
}

static GVariant *bytes_of(const void *bytes, gsize length)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, length > 0 ? bytes : NULL, length, 1);
}

static GVariant *hash_of(const uint8_t *hash)
{
	return bytes_of(hash, SEAL_HASH_BYTES);
}

static GVariant *value_of(GBytes *value)
{
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);

	return bytes_of(bytes, length);
}

static bool read_hash(GVariant *from, uint8_t hash[SEAL_HASH_BYTES])
{
	gsize length;
	const void *bytes = g_variant_get_fixed_array(from, &length, 1);

	if (length != SEAL_HASH_BYTES)
		return false;
	memcpy(hash, bytes, SEAL_HASH_BYTES);
	return true;
}

/* NULL when it is longer than a row's value may be. */
static GBytes *read_value(GVariant *from)
{
	gsize length;
	const void *bytes = g_variant_get_fixed_array(from, &length, 1);

	return length <= LIMIT_STORE_VALUE ? g_bytes_new(bytes, length) : NULL;
}

/* ---- a commit ---- */

static GVariant *pack_op(const StoreOp *op)
{
	const bool keyed = op->verb != STORE_DROP_OWNER;

	return g_variant_new("(ssm@aym@aym@aym@ayx)", verbs[op->verb].name,
			     store_table_info(op->table)->name, keyed ? hash_of(op->key) : NULL,
			     op->owned ? hash_of(op->owner) : NULL,
			     op->value != NULL ? value_of(op->value) : NULL,
			     op->old != NULL ? value_of(op->old) : NULL, op->expires);
}

static GVariant *pack_ledger(const LedgerRow *row)
{
	GVariantBuilder values;

	g_variant_builder_init(&values, G_VARIANT_TYPE("a" VALUE_TYPE));
	for (unsigned i = 0; i < row->values->len; i++) {
		const LedgerValue *value = row->values->pdata[i];

		g_variant_builder_add(&values, "(s@aysu)", value->attribute, hash_of(value->mac),
				      value->file, (guint32)value->line);
	}
	return g_variant_new("(xxssssssms@aya" VALUE_TYPE ")", row->time, row->expires,
			     ledger_outcome_name(row->outcome), row->reference, row->generation,
			     row->protocol, row->service, row->response_id, row->account,
			     hash_of(row->person), &values);
}

GBytes *door_message_commit(const StoreCommit *commit, GError **error)
{
	g_autoptr(GBytes) message = NULL;
	GVariantBuilder ops;

	g_variant_builder_init(&ops, G_VARIANT_TYPE("a" OP_TYPE));
	for (unsigned i = 0; i < commit->ops->len; i++)
		g_variant_builder_add_value(&ops, pack_op(&g_array_index(commit->ops, StoreOp, i)));
	message = frame(commit_head,
			g_variant_new("(xa" OP_TYPE "m@" LEDGER_TYPE ")", commit->now, &ops,
				      commit->ledger != NULL ? pack_ledger(commit->ledger) : NULL));
	if (g_bytes_get_size(message) <= LIMIT_DOOR_MESSAGE)
		return g_steal_pointer(&message);
	g_set_error(error, STORE_ERROR, STORE_ERROR_LIMIT,
		    "a commit of %" G_GSIZE_FORMAT " bytes; beside portvakt serve %d are allowed",
		    g_bytes_get_size(message), LIMIT_DOOR_MESSAGE);
	return NULL;
}

static bool find_verb(const char *name, StoreVerb *verb)
{
	for (*verb = 0; *verb < G_N_ELEMENTS(verbs); (*verb)++)
		if (strcmp(verbs[*verb].name, name) == 0)
			return true;
	return false;
}

static bool find_table(const char *name, StoreTable *table)
{
	for (*table = 0; *table < STORE_TABLES; (*table)++)
		if (strcmp(store_table_info(*table)->name, name) == 0)
			return true;
	return false;
}

/* Whether a row of the table may expire then. */
static bool may_expire(StoreVerb verb, StoreTable table, int64_t expires)
{
	const StoreTableInfo *info = store_table_info(table);

	if (info->ages && (verbs[verb].must & HAS_EXPIRES) == 0)
		return expires >= 0;
	return !info->fleeting &&
	       (expires == STORE_NEVER || (expires == 0 && (verbs[verb].must & HAS_VALUE) == 0));
}

static bool fill_op(StoreCommit *commit, StoreOp *op, GVariant *const parts[4], int64_t expires)
{
	g_autoptr(GBytes) value = NULL;

	if (parts[0] != NULL && !read_hash(parts[0], op->key))
		return false;
	op->owned = parts[1] != NULL;
	if (op->owned && !read_hash(parts[1], op->owner))
		return false;
	if (parts[2] != NULL && (value = read_value(parts[2])) == NULL)
		return false;
	if (parts[3] != NULL && (op->old = read_value(parts[3])) == NULL)
		return false;
	op->expires = expires;
	if (value != NULL)
		store_op_value(commit, op, value, expires);
	return true;
}

static bool read_op(StoreCommit *commit, GVariant *packed, GError **error)
{
	const char *verb_name, *table_name;
	g_autoptr(GVariant) key = NULL;
	g_autoptr(GVariant) owner = NULL;
	g_autoptr(GVariant) value = NULL;
	g_autoptr(GVariant) old = NULL;
	unsigned has;
	int64_t expires;
	StoreVerb verb;
	StoreTable table;

	g_variant_get(packed, "(&s&sm@aym@aym@aym@ayx)", &verb_name, &table_name, &key, &owner,
		      &value, &old, &expires);
	if (!find_verb(verb_name, &verb) || !find_table(table_name, &table))
		return refuse("it has an operation or a table that this version has not", error);
	has = (key != NULL ? HAS_KEY : 0) | (owner != NULL ? HAS_OWNER : 0) |
	      (value != NULL ? HAS_VALUE : 0) | (old != NULL ? HAS_OLD : 0) |
	      (expires != 0 ? HAS_EXPIRES : 0);
	if ((has & verbs[verb].must) != verbs[verb].must ||
	    (has & ~(verbs[verb].must | verbs[verb].may)) != 0)
		return refuse("an operation lacks something, or has too much", error);
	if (!may_expire(verb, table, expires))
		return refuse("a row expires when none of its table may", error);
	if (!fill_op(commit, store_commit_op(commit, verb, table),
		     (GVariant *const[]){key, owner, value, old}, expires))
		return refuse("a key or a value is too long or too short", error);
	return true;
}

static bool read_ops(StoreCommit *commit, GVariant *packed, GError **error)
{
	gsize n = g_variant_n_children(packed);
	unsigned takes = 0;

	if (n > LIMIT_DOOR_OPS)
		return refuse("it has too many operations", error);
	for (gsize i = 0; i < n; i++) {
		g_autoptr(GVariant) op = g_variant_get_child_value(packed, i);

		if (!read_op(commit, op, error))
			return false;
		takes += g_array_index(commit->ops, StoreOp, i).verb == STORE_TAKE;
	}
	return takes <= LIMIT_DOOR_TAKES || refuse("it takes too many rows", error);
}

static bool read_ledger_values(LedgerRow *row, GVariant *packed)
{
	gsize n = g_variant_n_children(packed);

	if (n > LIMIT_LEDGER_VALUES)
		return false;
	for (gsize i = 0; i < n; i++) {
		LedgerValue *value = ledger_row_value(row);
		g_autoptr(GVariant) mac = NULL;
		guint32 line;

		g_variant_get_child(packed, i, "(s@aysu)", &value->attribute, &mac, &value->file,
				    &line);
		value->line = line;
		if (!read_hash(mac, value->mac))
			return false;
	}
	return true;
}

static bool read_outcome(LedgerRow *row, const char *name)
{
	for (LedgerOutcome o = LEDGER_ANSWERED; o <= LEDGER_LOOKED; o++)
		if (strcmp(ledger_outcome_name(o), name) == 0)
			row->outcome = o;
	return row->outcome != LEDGER_NOTHING &&
	       (row->account != NULL) == (row->outcome == LEDGER_LOOKED);
}

static bool read_ledger(StoreCommit *commit, GVariant *packed, GError **error)
{
	g_autoptr(LedgerRow) row = ledger_row_alloc();
	const char *outcome;
	g_autoptr(GVariant) person = NULL;
	g_autoptr(GVariant) values = NULL;

	g_variant_get(packed, "(xx&ssssssms@ay@a" VALUE_TYPE ")", &row->time, &row->expires,
		      &outcome, &row->reference, &row->generation, &row->protocol, &row->service,
		      &row->response_id, &row->account, &person, &values);
	if (row->time < 0 || row->expires < 0 || !read_outcome(row, outcome) ||
	    !read_hash(person, row->person) || !read_ledger_values(row, values))
		return refuse("its ledger row is none", error);
	store_add_ledger(commit, g_steal_pointer(&row));
	return true;
}

StoreCommit *door_message_read_commit(GBytes *message, StoreDone done, gpointer data,
				      GError **error)
{
	g_autoptr(GVariant) packed = unframe(message, commit_head, COMMIT_TYPE, error);
	g_autoptr(GVariant) ops = NULL;
	g_autoptr(GVariant) ledger = NULL;
	g_autoptr(StoreCommit) commit = NULL;
	int64_t now;

	if (packed == NULL)
		return NULL;
	g_variant_get(packed, "(x@a" OP_TYPE "m@" LEDGER_TYPE ")", &now, &ops, &ledger);
	if (now < 0) {
		refuse("it is from before there were any", error);
		return NULL;
	}
	commit = store_commit_new(now, done, data);
	if (!read_ops(commit, ops, error) ||
	    (ledger != NULL && !read_ledger(commit, ledger, error)))
		return NULL;
	return g_steal_pointer(&commit);
}

/* ---- an answer ---- */

static GBytes *answer_of(StoreOutcome outcome, unsigned op, GVariantBuilder *taken,
			 const char *error)
{
	const char *name = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++)
		if (outcomes[i].outcome == outcome)
			name = outcomes[i].name;
	g_assert(name != NULL);
	return frame(answer_head, g_variant_new("(sua(uay)ms)", name, op, taken, error));
}

GBytes *door_message_answer(const StoreCommit *commit, const StoreResult *result)
{
	GVariantBuilder taken;

	if (result->outcome == STORE_FAULT)
		return door_message_fault(result->error->message);
	g_variant_builder_init(&taken, G_VARIANT_TYPE("a(uay)"));
	for (unsigned i = 0; i < commit->ops->len; i++)
		if (store_taken(commit, i) != NULL)
			g_variant_builder_add(&taken, "(u@ay)", (guint32)i,
					      value_of(store_taken(commit, i)));
	return answer_of(result->outcome, result->op, &taken, NULL);
}

GBytes *door_message_fault(const char *text)
{
	g_autofree char *clean = g_utf8_make_valid(text, -1);
	GVariantBuilder taken;

	g_variant_builder_init(&taken, G_VARIANT_TYPE("a(uay)"));
	return answer_of(STORE_FAULT, 0, &taken, clean);
}

/* Each take has had a value, and nothing else has. */
static bool read_taken(StoreCommit *commit, StoreOutcome outcome, GVariant *packed)
{
	gsize at = 0;

	for (unsigned i = 0; i < commit->ops->len; i++) {
		StoreOp *op = &g_array_index(commit->ops, StoreOp, i);
		g_autoptr(GVariant) value = NULL;
		guint32 of;

		if (op->verb != STORE_TAKE || outcome != STORE_OK)
			continue;
		if (at >= g_variant_n_children(packed))
			return false;
		g_variant_get_child(packed, at++, "(u@ay)", &of, &value);
		if (of != i || (op->taken = read_value(value)) == NULL)
			return false;
	}
	return at == g_variant_n_children(packed);
}

StoreOutcome door_message_read_answer(GBytes *message, StoreCommit *commit, unsigned *op,
				      GError **error)
{
	g_autoptr(GVariant) packed = unframe(message, answer_head, ANSWER_TYPE, error);
	g_autoptr(GVariant) taken = NULL;
	const char *name, *text;
	StoreOutcome outcome = STORE_FAULT;
	bool known = false;

	if (packed == NULL)
		return STORE_FAULT;
	g_variant_get(packed, "(&su@a(uay)m&s)", &name, op, &taken, &text);
	for (gsize i = 0; i < G_N_ELEMENTS(outcomes) && !known; i++) {
		known = strcmp(outcomes[i].name, name) == 0;
		outcome = outcomes[i].outcome;
	}
	if (!known || (text != NULL) != (outcome == STORE_FAULT) ||
	    *op > (outcome == STORE_FAULT ? 0 : commit->ops->len) ||
	    !read_taken(commit, outcome, taken)) {
		refuse("it answers something else", error);
		return STORE_FAULT;
	}
	if (outcome == STORE_FAULT)
		g_set_error_literal(error, STORE_ERROR, STORE_ERROR_IO, text);
	return outcome;
}
