/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/lint-report.h"

#include "idp/command/csv.h"
#include "idp/json.h"

#include <string.h>

/* Findings that are told together: of one code; at services of one code, service, attribute and
 * reason. */
typedef struct {
	LintCode code;
	guint64 count;
	char *sentence;
	GPtrArray *examples; /* char * */
	bool listed;         /* examples are entries */
} Group;

struct LintReport {
	LintReportOptions options;
	GHashTable *groups; /* char * -> Group */
	GPtrArray *order;   /* Group, as they came; borrowed */
	guint64 counts[LINT_SEVERITIES];
	bool begun; /* JSON: the first finding is written */
};

static void group_free(gpointer data)
{
	Group *group = data;
	g_free(group->sentence);
	g_ptr_array_unref(group->examples);
	g_free(group);
}

LintReport *lint_report_new(const LintReportOptions *options)
{
	LintReport *report = g_new0(LintReport, 1);
	report->options = *options;
	report->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, group_free);
	report->order = g_ptr_array_new();
	if (options->form == REPORT_CSV)
		g_print("severity,code,dn,attribute,role,text\r\n");
	if (options->form == REPORT_JSON)
		g_print("{\"findings\": [");
	return report;
}

void lint_report_free(LintReport *report)
{
	if (!report)
		return;
	g_ptr_array_unref(report->order);
	g_hash_table_unref(report->groups);
	g_free(report);
}

guint64 lint_report_count(const LintReport *report, LintSeverity severity)
{
	return report->counts[severity];
}

static const char *say(const LintReport *report, const char *en, const char *sv)
{
	return strcmp(report->options.language, "sv") == 0 ? sv : en;
}

static const char *who(const LintReport *report, const LintFinding *finding)
{
	const char *who = report->options.keys && finding->key ? finding->key : finding->dn;
	return who ? who : "";
}

/* ---- groups ---- */

/* Is the detail another one for each entry? */
static bool detail_varies(const LintFinding *finding)
{
	static const char *const varying[] = {"foreign-scope", "several-values", NULL};
	return finding->dn && (!finding->service ||
			       (finding->reason && g_strv_contains(varying, finding->reason)));
}

/* The sentence of a whole group: what is different from entry to entry is left out. */
static char *group_sentence(const LintReport *report, const LintFinding *finding)
{
	LintFinding whole = *finding;
	if (detail_varies(finding))
		whole.detail = NULL;
	g_autofree char *sentence = lint_sentence(&whole, report->options.language);
	return finding->service && finding->attribute
		       ? g_strdup_printf("%s [%s]", sentence, finding->attribute)
		       : g_steal_pointer(&sentence);
}

static Group *group_of(LintReport *report, const LintFinding *finding)
{
	bool service = finding->service != NULL;
	const char *parts[] = {
		service ? finding->service : "",
		service && finding->attribute ? finding->attribute : "",
		service && finding->reason ? finding->reason : "",
		service && finding->detail && !detail_varies(finding) ? finding->detail : ""};
	g_autofree char *key = g_strdup_printf("%d\n%d\n%s\n%s\n%s\n%s", (int)finding->code,
					       finding->dn ? 0 : (int)finding->role, parts[0],
					       parts[1], parts[2], parts[3]);
	Group *group = g_hash_table_lookup(report->groups, key);
	if (group)
		return group;
	group = g_new0(Group, 1);
	group->code = finding->code;
	group->listed = finding->dn != NULL;
	group->examples = g_ptr_array_new_with_free_func(g_free);
	group->sentence = group_sentence(report, finding);
	g_ptr_array_add(report->order, group);
	g_hash_table_insert(report->groups, g_steal_pointer(&key), group);
	return group;
}

static char *example(const LintReport *report, const LintFinding *finding)
{
	GString *text = g_string_new(who(report, finding));
	const char *attribute = finding->service ? NULL : finding->attribute;
	if (attribute)
		g_string_append_printf(text, "  %s", attribute);
	if (finding->role)
		g_string_append_printf(text, "  %s", role_name(finding->role));
	if (finding->detail && detail_varies(finding))
		g_string_append_printf(text, "  (%s)", finding->detail);
	return g_string_free(text, FALSE);
}

/* ---- CSV and JSON ---- */

/* "12: " before the sentence of a count. */
static char *counted_sentence(const LintReport *report, const LintFinding *finding)
{
	g_autofree char *sentence = lint_sentence(finding, report->options.language);
	return finding->count == 1 && finding->dn
		       ? g_steal_pointer(&sentence)
		       : g_strdup_printf("%u: %s", finding->count, sentence);
}

static void print_csv(const LintReport *report, const LintFinding *finding)
{
	const LintKind *kind = lint_kind(finding->code);
	g_autofree char *sentence = counted_sentence(report, finding);
	const char *const fields[] = {lint_severity_name(kind->severity),
				      kind->name,
				      who(report, finding),
				      finding->attribute ? finding->attribute : "",
				      finding->role ? role_name(finding->role) : "",
				      sentence,
				      NULL};
	g_autoptr(GString) row = g_string_new(NULL);
	csv_append_shown(row, fields);
	g_print("%s", row->str);
}

static void print_json(LintReport *report, const LintFinding *finding)
{
	const LintKind *kind = lint_kind(finding->code);
	g_autofree char *sentence = lint_sentence(finding, report->options.language);
	GVariantDict dict;
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "severity", "s", lint_severity_name(kind->severity));
	g_variant_dict_insert(&dict, "code", "s", kind->name);
	if (finding->dn)
		g_variant_dict_insert(&dict, report->options.keys ? "key" : "dn", "s",
				      who(report, finding));
	else
		g_variant_dict_insert(&dict, "count", "u", finding->count);
	if (finding->attribute)
		g_variant_dict_insert(&dict, "attribute", "s", finding->attribute);
	if (finding->role)
		g_variant_dict_insert(&dict, "role", "s", role_name(finding->role));
	if (finding->service)
		g_variant_dict_insert(&dict, "service", "s", finding->service);
	if (finding->reason)
		g_variant_dict_insert(&dict, "reason", "s", finding->reason);
	g_variant_dict_insert(&dict, "text", "s", sentence);
	g_autofree char *text = json_from_variant(g_variant_dict_end(&dict), false);
	g_print("%s\n%s", report->begun ? "," : "", text);
	report->begun = true;
}

void lint_report_add(const LintFinding *finding, gpointer data)
{
	LintReport *report = data;
	const LintReportOptions *options = &report->options;
	Group *group = group_of(report, finding);
	bool told = !options->limit || group->count < options->limit || !finding->dn;

	report->counts[lint_kind(finding->code)->severity] += finding->count;
	group->count += finding->count;
	if (!told)
		return;
	if (options->form == REPORT_CSV)
		print_csv(report, finding);
	else if (options->form == REPORT_JSON)
		print_json(report, finding);
	else if (finding->dn)
		g_ptr_array_add(group->examples, example(report, finding));
	else if (finding->role)
		g_ptr_array_add(group->examples, g_strdup(role_name(finding->role)));
	else if (finding->attribute && !finding->service)
		g_ptr_array_add(group->examples, g_strdup(finding->attribute));
}

/* ---- the end ---- */

static gint compare_groups(gconstpointer a, gconstpointer b)
{
	const Group *first = *(const Group *const *)a, *second = *(const Group *const *)b;
	int severities =
		(int)lint_kind(second->code)->severity - (int)lint_kind(first->code)->severity;
	return severities ? severities : (int)first->code - (int)second->code;
}

static void print_group(const LintReport *report, const Group *group)
{
	const LintKind *kind = lint_kind(group->code);
	g_print("%-7s  %s  %" G_GUINT64_FORMAT "\n  %s\n", lint_severity_name(kind->severity),
		kind->name, group->count, group->sentence);
	for (guint i = 0; i < group->examples->len; i++)
		g_print("    %s\n", (const char *)group->examples->pdata[i]);
	if (group->listed && report->options.limit && group->count > report->options.limit)
		g_print("    %s %" G_GUINT64_FORMAT " %s\n", say(report, "and", "och"),
			group->count - report->options.limit,
			say(report, "more (--limit)", "till (--limit)"));
	g_print("\n");
}

static char *counted(const LintReport *report, LintSeverity severity)
{
	static const struct {
		const char *one_en, *more_en, *one_sv, *more_sv;
	} words[LINT_SEVERITIES] = {
		[LINT_NOTE] = {"note", "notes", "anmärkning", "anmärkningar"},
		[LINT_WARNING] = {"warning", "warnings", "varning", "varningar"},
		[LINT_ERROR] = {"error", "errors", "fel", "fel"},
	};
	guint64 count = report->counts[severity];
	bool one = count == 1;
	return g_strdup_printf("%" G_GUINT64_FORMAT " %s", count,
			       say(report, one ? words[severity].one_en : words[severity].more_en,
				   one ? words[severity].one_sv : words[severity].more_sv));
}

static void print_summary(const LintReport *report, guint entries, double seconds,
			  const char *incomplete)
{
	g_autofree char *errors = counted(report, LINT_ERROR);
	g_autofree char *warnings = counted(report, LINT_WARNING);
	g_autofree char *notes = counted(report, LINT_NOTE);
	if (incomplete)
		g_print("%s: %s\n", say(report, "NOT COMPLETE", "INTE FULLSTÄNDIG"), incomplete);
	g_print("%u %s %.1f s: %s, %s, %s\n", entries,
		entries == 1 ? say(report, "entry in", "post på")
			     : say(report, "entries in", "poster på"),
		seconds, errors, warnings, notes);
}

static void finish_text(LintReport *report, guint entries, double seconds, const char *incomplete)
{
	bool quiet = report->options.quiet;
	g_ptr_array_sort(report->order, compare_groups);
	for (guint i = 0; i < report->order->len; i++) {
		const Group *group = report->order->pdata[i];
		if (!quiet || lint_kind(group->code)->severity > LINT_NOTE)
			print_group(report, group);
	}
	if (!quiet || incomplete || report->counts[LINT_ERROR] || report->counts[LINT_WARNING])
		print_summary(report, entries, seconds, incomplete);
}

static void finish_json(const LintReport *report, guint entries, double seconds,
			const char *incomplete)
{
	guint64 counts[LINT_CODES] = {0};
	for (guint i = 0; i < report->order->len; i++) {
		const Group *group = report->order->pdata[i];
		counts[group->code] += group->count;
	}
	GVariantDict codes, dict;
	g_variant_dict_init(&codes, NULL);
	for (unsigned code = 0; code < LINT_CODES; code++)
		if (counts[code])
			g_variant_dict_insert(&codes, lint_kind((LintCode)code)->name, "t",
					      counts[code]);
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "entries", "u", entries);
	g_variant_dict_insert(&dict, "milliseconds", "x", (gint64)(seconds * 1000));
	g_variant_dict_insert(&dict, "complete", "b", !incomplete);
	if (incomplete)
		g_variant_dict_insert(&dict, "incomplete", "s", incomplete);
	for (unsigned severity = 0; severity < LINT_SEVERITIES; severity++) {
		g_autofree char *name =
			g_strconcat(lint_severity_name((LintSeverity)severity), "s", NULL);
		g_variant_dict_insert(&dict, name, "t", report->counts[severity]);
	}
	g_variant_dict_insert_value(&dict, "counts", g_variant_dict_end(&codes));
	g_autofree char *text = json_from_variant(g_variant_dict_end(&dict), false);
	/* the members of that object after those that are written */
	g_print("\n], %s\n", text + 1);
}

void lint_report_finish(LintReport *report, guint entries, double seconds, const char *incomplete)
{
	if (report->options.form == REPORT_JSON)
		finish_json(report, entries, seconds, incomplete);
	else if (report->options.form == REPORT_TEXT)
		finish_text(report, entries, seconds, incomplete);
}
