/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "idp/admission.h"
#include "idp/command/policy.h"
#include "idp/confirmation.h"
#include "idp/kept-policy.h"
#include "idp/limits.h"
#include "idp/widening.h"

/* So much of a digest tells generations apart. */
#define DIGEST_LEAST 12

#define WAIT_STEP_US 100000

/* What runs, what would follow it, and what that releases besides. */
typedef struct {
	Generation *after;
	char *base;       /* what runs, see kept_policy_base() */
	GPtrArray *wider; /* char *; NULL: it runs already */
	bool must_wait;   /* if it releases more */
	char *account;    /* who has confirmed it */
} Waiting;

static void waiting_clear(Waiting *waiting)
{
	g_clear_pointer(&waiting->after, generation_unref);
	g_clear_pointer(&waiting->base, g_free);
	g_clear_pointer(&waiting->wider, g_ptr_array_unref);
	g_clear_pointer(&waiting->account, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Waiting, waiting_clear)

static const char *store_place(const Generation *generation)
{
	return config_path(generation->config, "store", "file");
}

/* What ran may not load any more under the configuration of now: then nobody can tell, and all of
 * it has to be confirmed. */
static GPtrArray *compare(const Waiting *waiting, KeptPolicy *kept, gint64 now)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Generation) before = kept_policy_load(kept, waiting->after->config, now, &error);
	if (before)
		return widening_find(before, waiting->after, now);
	GPtrArray *wider = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(wider, g_strdup_printf("nobody can tell: what runs cannot be loaded any "
					       "more: %s",
					       error->message));
	return wider;
}

static bool find_waiting(Waiting *waiting, const CommandLine *line, gint64 now, GError **error)
{
	g_autoptr(GError) fault = NULL;
	waiting->after = command_generation(line, now, error);
	if (!waiting->after)
		return false;
	g_autoptr(KeptPolicy) kept = kept_policy_read(waiting->after->config, &fault);
	if (!kept && !fault)
		return command_set_error(error, "portvakt serve has not taken a policy yet: there "
						"is nothing that would be more than it");
	if (kept) {
		waiting->base = kept_policy_base(kept->digest, kept->taken);
		waiting->must_wait = admission_must_wait(kept->meaning, waiting->after);
	}
	if (kept && !g_str_equal(kept->digest, waiting->after->digest)) {
		waiting->wider = compare(waiting, kept, now);
		waiting->account = confirmation_find(store_place(waiting->after), waiting->base,
						     waiting->after->digest, now, &fault);
	}
	if (!fault)
		return true;
	g_propagate_error(error, g_steal_pointer(&fault));
	return false;
}

/* Is there anything that has to be confirmed? */
static bool waits(const Waiting *waiting)
{
	return waiting->wider && waiting->wider->len && waiting->must_wait && !waiting->account;
}

static void print_wider(const Waiting *waiting)
{
	g_print("generation %.12s runs, %s is configured\n", waiting->base, waiting->after->id);
	for (guint i = 0; i < waiting->wider->len; i++)
		g_print("  + %s\n", (const char *)waiting->wider->pdata[i]);
}

static const char *state_text(const Waiting *waiting)
{
	if (!waiting->wider)
		return "What is configured runs already.";
	if (!waiting->wider->len)
		return "It releases nothing more: the next reload takes it.";
	if (!waiting->must_wait)
		return "The next reload takes it, since [policy] confirm-widening is not set.";
	if (waiting->account)
		return "It has been confirmed: the next reload takes it.";
	return "It waits for `portvakt policy confirm'.";
}

static void print_json(const Waiting *waiting)
{
	GVariantBuilder wider;
	GVariantDict dict;
	g_variant_builder_init(&wider, G_VARIANT_TYPE("as"));
	for (guint i = 0; waiting->wider && i < waiting->wider->len; i++)
		g_variant_builder_add(&wider, "s", waiting->wider->pdata[i]);
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "running", "s", waiting->base);
	g_variant_dict_insert(&dict, "configured", "s", waiting->after->digest);
	g_variant_dict_insert_value(&dict, "wider", g_variant_builder_end(&wider));
	g_variant_dict_insert(&dict, "waits", "b", waits(waiting));
	if (waiting->account)
		g_variant_dict_insert(&dict, "confirmed_by", "s", waiting->account);
	command_print_json(g_variant_dict_end(&dict));
}

int policy_waiting(const CommandLine *line, const PolicyOptions *options)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_auto(Waiting) waiting = {0};
	if (!find_waiting(&waiting, line, now, &error))
		return command_fail(error);
	if (options->as_json) {
		print_json(&waiting);
	} else {
		if (waiting.wider)
			print_wider(&waiting);
		g_print("%s\n", state_text(&waiting));
	}
	return waits(&waiting) ? COMMAND_PROBLEM : COMMAND_DONE;
}

/* ---- confirming ---- */

/* What was looked at is what is there, if it was said what that was. */
static bool is_wanted(const Waiting *waiting, const char *digest, GError **error)
{
	if (!digest)
		return true;
	if (strlen(digest) < DIGEST_LEAST || strspn(digest, "0123456789abcdef") != strlen(digest))
		return command_set_error(error,
					 "'%s' names no generation: it is %d hex digits or more, "
					 "as `portvakt policy waiting' prints",
					 digest, DIGEST_LEAST);
	if (g_str_has_prefix(waiting->after->digest, digest))
		return true;
	return command_set_error(
		error, "%s is configured now, and not %s: look again (`portvakt policy waiting')",
		waiting->after->id, digest);
}

/* True: the daemon, told at its door, has taken it. */
static bool is_taken(const Waiting *waiting)
{
	g_autofree char *door = g_strconcat(store_place(waiting->after), ".door", NULL);
	gint64 until = g_get_monotonic_time() + LIMIT_CONFIRM_WAIT_MS * G_TIME_SPAN_MILLISECOND;
	while (access(door, F_OK) == 0 && g_get_monotonic_time() < until) {
		g_autoptr(KeptPolicy) kept = kept_policy_read(waiting->after->config, NULL);
		if (kept && g_str_equal(kept->digest, waiting->after->digest))
			return true;
		g_usleep(WAIT_STEP_US);
	}
	return false;
}

static int enter(const Waiting *waiting, const char *account, gint64 now, GError **error)
{
	g_autoptr(Store) store =
		store_open_beside(store_sqlite, store_place(waiting->after), error);
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	confirmation_give(commit, waiting->base, waiting->after->digest, account, now);
	if (!store ||
	    command_commit(store, commit, "the store takes no confirmation", error) != STORE_OK)
		return COMMAND_PROBLEM;
	g_clear_pointer(&store, store_close);
	if (is_taken(waiting))
		g_print("%s has confirmed it, and it runs.\n", account);
	else
		g_print("%s has confirmed it: it holds from the next start or reload on; if "
			"portvakt serve runs, its log says why it has not taken it.\n",
			account);
	return COMMAND_DONE;
}

int policy_confirm(const CommandLine *line, const PolicyOptions *options)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_auto(Waiting) waiting = {0};
	g_auto(Approver) approver = {0};
	if (!find_waiting(&waiting, line, now, &error) ||
	    !is_wanted(&waiting, line->rest[1], &error) ||
	    !policy_find_approver(waiting.after, &approver, &error))
		return command_fail(error);
	if (waiting.wider)
		print_wider(&waiting);
	if (!waiting.wider || !waiting.wider->len) {
		g_print("%s\n", state_text(&waiting));
		return COMMAND_DONE;
	}
	g_autofree char *question =
		g_strdup_printf("%s will let this be released.", approver.account);
	if (options->dry_run) {
		g_print("%s would let this be released; nothing is written (--dry-run).\n",
			approver.account);
		return COMMAND_DONE;
	}
	if (!command_confirm(question, options->yes))
		return COMMAND_PROBLEM;
	int result = enter(&waiting, approver.account, now, &error);
	return error ? command_fail(error) : result;
}
