/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "idp/approval.h"
#include "idp/command/policy-fmt.h"
#include "idp/command/policy.h"
#include "idp/generation.h"
#include "policy/guess.h"

static PolicyOptions options;

static const GOptionEntry entries[] = {
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run, "Say everything, write nothing",
	 NULL},
	{"json", 'j', 0, G_OPTION_ARG_NONE, &options.as_json, "Print JSON (approvals, waiting)",
	 NULL},
	{"yes", 0, 0, G_OPTION_ARG_NONE, &options.yes,
	 "Do not ask whether the text that is printed is the one to approve", NULL},
	G_OPTION_ENTRY_NULL,
};

/* What is approved, or taken back, and by whom. */
typedef struct {
	Generation *generation;
	GArray *approvals;         /* PolicyApproval: all that the policy has */
	const PolicyApproval *one; /* of them */
	Approver approver;
	char *hash;
} Errand;

static void errand_clear(Errand *errand)
{
	g_free(errand->hash);
	approver_clear(&errand->approver);
	g_clear_pointer(&errand->approvals, g_array_unref);
	g_clear_pointer(&errand->generation, generation_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Errand, errand_clear)

static const char *store_place(const Generation *generation)
{
	return config_path(generation->config, "store", "file");
}

/* ---- which release, and who ---- */

static bool fail_title(const Errand *errand, const char *title, GError **error)
{
	g_autoptr(GPtrArray) titles = g_ptr_array_new();
	for (guint i = 0; i < errand->approvals->len; i++)
		g_ptr_array_add(titles, (char *)(guintptr)g_array_index(errand->approvals,
									PolicyApproval, i)
						.title);
	const char *guess = guess_nearest(title, (const char *const *)titles->pdata, titles->len);
	return command_set_error(
		error,
		"no release that two must approve is called \"%s\"%s%s%s (`portvakt policy "
		"approvals' lists them)",
		title, guess ? "; did you mean \"" : "", guess ? guess : "", guess ? "\"?" : "");
}

/* That the file whose text was read is the one the release stands in: what the policy calls it
 * (`skola.policy', `NAME/skola.policy'), or a path to it. */
static bool is_the_file(const Generation *generation, const PolicyApproval *one, const char *file)
{
	g_autofree char *base = g_path_get_basename(file);
	g_autofree char *ours_base = g_path_get_basename(one->file);
	g_autofree char *path = g_build_filename(
		config_path(generation->config, "policy", "folder"), one->file, NULL);
	struct stat named, ours;
	if (g_str_equal(file, one->file))
		return true;
	return g_str_equal(base, ours_base) && stat(file, &named) == 0 && stat(path, &ours) == 0 &&
	       named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
}

static bool find_release(Errand *errand, const char *file, const char *title, GError **error)
{
	errand->approvals = policy_approvals(errand->generation->policy);
	for (guint i = 0; !errand->one && i < errand->approvals->len; i++) {
		const PolicyApproval *one = &g_array_index(errand->approvals, PolicyApproval, i);
		if (g_str_equal(one->title, title))
			errand->one = one;
	}
	if (!errand->one)
		return fail_title(errand, title, error);
	if (!is_the_file(errand->generation, errand->one, file))
		return command_set_error(
			error, "\"%s\" stands in %s/%s, not in %s", title,
			config_path(errand->generation->config, "policy", "folder"),
			errand->one->file, file);
	errand->hash = approval_hash(errand->one->canonical);
	return true;
}

bool policy_find_approver(const Generation *generation, Approver *approver, GError **error)
{
	const char *place = store_place(generation);
	struct stat store;
	if (stat(place, &store) != 0)
		return command_no_store(place, error);
	if (!approver_find(approver, error))
		return false;
	/* root is taken for one person, whoever is root */
	if (approver->uid != 0 && approver->uid == store.st_uid)
		return command_set_error(
			error,
			"%s is the account of the daemon and not of a person; log in as yourself "
			"and use sudo",
			approver->account);
	return true;
}

static bool prepare(Errand *errand, const CommandLine *line, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	errand->generation = command_generation(line, now, error);
	return errand->generation && find_release(errand, line->rest[1], line->rest[2], error) &&
	       policy_find_approver(errand->generation, &errand->approver, error);
}

/* ---- what is written ---- */

/* Applies the commit to the store, beside a running daemon or without one. */
static StoreOutcome apply(const Errand *errand, StoreCommit *commit, GError **error)
{
	g_autoptr(Store) store =
		store_open_beside(store_sqlite, store_place(errand->generation), error);
	return store ? command_commit(store, commit,
				      "the store holds as many approvals as it can; withdraw those "
				      "of texts that are gone (`portvakt policy approvals')",
				      error)
		     : STORE_FAULT;
}

static void tell_state(unsigned approvers)
{
	if (approvers >= 2)
		g_print("Two have approved it: it holds from the next reload on (systemctl reload "
			"portvakt).\n");
	else
		g_print("%u of 2 have approved it: it gives nothing until another administrator "
			"does too.\n",
			approvers);
}

static int approve(const CommandLine *line)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_auto(Errand) errand = {0};
	if (!prepare(&errand, line, &error))
		return command_fail(error);
	g_assert(errand.one);
	Approval approval = {
		.hash = errand.hash,
		.uid = errand.approver.uid,
		.account = errand.approver.account,
		.title = (char *)(guintptr)errand.one->title,
		.time = now,
	};
	g_print("%s\n", errand.one->canonical);
	if (options.dry_run) {
		g_print("%s would approve this; nothing is written (--dry-run).\n",
			errand.approver.account);
		return COMMAND_DONE;
	}
	/* of the text above, whatever the file says by now */
	g_autofree char *question =
		g_strdup_printf("%s will approve this text.", errand.approver.account);
	if (!command_confirm(question, options.yes))
		return COMMAND_PROBLEM;
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	approval_give(commit, &approval);
	StoreOutcome outcome = apply(&errand, commit, &error);
	if (error)
		return command_fail(error);
	bool new = outcome == STORE_OK;
	g_print("%s has approved this%s.\n", errand.approver.account, new ? "" : " before");
	tell_state(errand.one->approvers + new);
	return COMMAND_DONE;
}

static int withdraw(const CommandLine *line)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_auto(Errand) errand = {0};
	if (!prepare(&errand, line, &error))
		return command_fail(error);
	g_assert(errand.one);
	if (options.dry_run) {
		g_print("%s would take back an approval of \"%s\"; nothing is written (--dry-run).\n",
			errand.approver.account, errand.one->title);
		return COMMAND_DONE;
	}
	g_autoptr(StoreCommit) commit = store_commit_new(now, NULL, NULL);
	approval_withdraw(commit, errand.hash, errand.approver.uid);
	StoreOutcome outcome = apply(&errand, commit, &error);
	if (outcome == STORE_CONFLICT)
		command_set_error(&error, "%s has not approved \"%s\" as it stands now",
				  errand.approver.account, errand.one->title);
	if (error)
		return command_fail(error);
	g_print("%s has taken back the approval of \"%s\"; from the next reload on (systemctl reload "
		"portvakt) it counts no more.\n",
		errand.approver.account, errand.one->title);
	return COMMAND_DONE;
}

/* ---- what is listed ---- */

static char *date_of(gint64 time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
	return g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
}

static GVariant *approval_variant(const Approval *approval)
{
	g_autofree char *date = date_of(approval->time);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "account", "s", approval->account);
	g_variant_dict_insert(&dict, "uid", "u", (guint32)approval->uid);
	g_variant_dict_insert(&dict, "time", "s", date);
	return g_variant_dict_end(&dict);
}

/* A text that was or may be approved. one: NULL if the policy has it no more. */
typedef struct {
	const PolicyApproval *one;
	const char *title;
	const char *hash;
	const GPtrArray *all;
} Listed;

static void print_listed(const Listed *listed)
{
	const PolicyApproval *one = listed->one;
	if (one)
		g_print("%s:%u: \"%s\" (%u of 2)\n", one->file, one->line, one->title,
			one->approvers);
	else
		g_print("\"%s\": a text that is not in the policy\n", listed->title);
	for (guint i = 0; i < listed->all->len; i++) {
		const Approval *approval = listed->all->pdata[i];
		g_autofree char *date = date_of(approval->time);
		if (g_str_equal(approval->hash, listed->hash))
			g_print("    %s, %s\n", approval->account, date);
	}
}

static GVariant *listed_variant(const Listed *listed)
{
	GVariantBuilder given;
	GVariantDict dict;
	g_variant_builder_init(&given, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < listed->all->len; i++) {
		const Approval *approval = listed->all->pdata[i];
		if (g_str_equal(approval->hash, listed->hash))
			g_variant_builder_add_value(&given, approval_variant(approval));
	}
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "title", "s", listed->title);
	g_variant_dict_insert(&dict, "hash", "s", listed->hash);
	g_variant_dict_insert(&dict, "in_policy", "b", listed->one != NULL);
	if (listed->one) {
		g_variant_dict_insert(&dict, "file", "s", listed->one->file);
		g_variant_dict_insert(&dict, "line", "u", listed->one->line);
		g_variant_dict_insert(&dict, "text", "s", listed->one->canonical);
		g_variant_dict_insert(&dict, "approved", "b", listed->one->approvers >= 2);
	}
	g_variant_dict_insert_value(&dict, "approvals", g_variant_builder_end(&given));
	return g_variant_dict_end(&dict);
}

static void list(const GArray *releases, const GPtrArray *all,
		 void (*tell)(const Listed *listed, GVariantBuilder *rows), GVariantBuilder *rows)
{
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < releases->len; i++) {
		const PolicyApproval *one = &g_array_index(releases, PolicyApproval, i);
		char *hash = approval_hash(one->canonical);
		const Listed listed = {one, one->title, hash, all};
		g_hash_table_add(told, hash);
		tell(&listed, rows);
	}
	for (guint i = 0; i < all->len; i++) {
		const Approval *approval = all->pdata[i];
		const Listed listed = {NULL, approval->title, approval->hash, all};
		if (g_hash_table_add(told, g_strdup(approval->hash)))
			tell(&listed, rows);
	}
}

static void tell_text(const Listed *listed, GVariantBuilder *rows)
{
	print_listed(listed);
}

static void tell_json(const Listed *listed, GVariantBuilder *rows)
{
	g_variant_builder_add_value(rows, listed_variant(listed));
}

static int approvals(const CommandLine *line)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_autoptr(Generation) generation = command_generation(line, now, &error);
	g_autoptr(GPtrArray) all =
		generation ? approval_read_all(store_place(generation), &error) : NULL;
	if (!all)
		return command_fail(error);
	g_autoptr(GArray) releases = policy_approvals(generation->policy);
	if (!options.as_json) {
		list(releases, all, tell_text, NULL);
		if (releases->len + all->len == 0)
			g_printerr("No release needs approval, and none has been given.\n");
		return COMMAND_DONE;
	}
	GVariantBuilder rows;
	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	list(releases, all, tell_json, &rows);
	command_print_json(g_variant_builder_end(&rows));
	return COMMAND_DONE;
}

/* ---- the command ---- */

static int waiting(const CommandLine *line)
{
	return policy_waiting(line, &options);
}

static int confirm(const CommandLine *line)
{
	return policy_confirm(line, &options);
}

static int run(const CommandLine *line)
{
	static const struct {
		const char *name;
		guint arguments, optional;
		int (*run)(const CommandLine *line);
		const char *usage;
	} verbs[] = {
		{"approve", 2, 0, approve, "approve FILE TITLE"},
		{"approvals", 0, 0, approvals, "approvals"},
		{"withdraw", 2, 0, withdraw, "withdraw FILE TITLE"},
		{"waiting", 0, 0, waiting, "waiting"},
		{"confirm", 0, 1, confirm, "confirm [DIGEST]"},
	};
	const char *verb = line->rest ? line->rest[0] : "";
	for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (!g_str_equal(verbs[i].name, verb))
			continue;
		guint n = g_strv_length(line->rest) - 1;
		if (n < verbs[i].arguments || n > verbs[i].arguments + verbs[i].optional) {
			g_printerr("portvakt policy: it is `portvakt policy %s'\n", verbs[i].usage);
			return COMMAND_USAGE;
		}
		return command_start_libraries() ? verbs[i].run(line) : COMMAND_PROBLEM;
	}
	g_printerr("portvakt policy: say what to do: approve, approvals, withdraw, waiting, "
		   "confirm or fmt\n");
	return COMMAND_USAGE;
}

int command_policy(int argc, char **argv)
{
	if (argc > 1 && g_str_equal(argv[1], "fmt"))
		return policy_fmt(argc - 1, argv + 1);
	CommandLine line = {
		.name = "policy",
		.arguments = "approve FILE TITLE | approvals | withdraw FILE TITLE | waiting | "
			     "confirm [DIGEST] | fmt FILE...",
		.summary =
			"Approves a release that two administrators must approve before it gives "
			"anything,\nlists what has been approved by whom, and takes an approval of "
			"one's own back.\nSays what waits because it would release more than what "
			"runs, and lets it in.\n`portvakt policy fmt --help' tells how files are "
			"laid out.",
		.entries = entries,
	};
	int result = command_parse(&line, &argc, &argv) ? run(&line) : COMMAND_USAGE;
	command_line_clear(&line);
	return result;
}
