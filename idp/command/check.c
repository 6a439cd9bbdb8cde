/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "idp/agreements.h"
#include "idp/apart.h"
#include "idp/command/command.h"
#include "idp/command/say.h"
#include "idp/generation.h"
#include "idp/presence.h"
#include "policy/day.h"
#include "policy/register.h"

#define DAY_SECONDS 86400
/* A certificate that services have pinned takes weeks to replace everywhere. */
#define WARN_DAYS 60

static gboolean strict;
static gboolean offline;
static gboolean count_people;
static char *language;

static const GOptionEntry entries[] = {
	{"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "Take warnings for errors", NULL},
	{"offline", 0, 0, G_OPTION_ARG_NONE, &offline, "Do not ask the directory", NULL},
	{"directory", 0, 0, G_OPTION_ARG_NONE, &count_people,
	 "Also read everybody in the directory: count who loses what when an agreement ends, and "
	 "warn of groups, units and attributes of nobody",
	 NULL},
	{"language", 'l', 0, G_OPTION_ARG_STRING, &language,
	 "Of what is said of the policy: sv or en (default: by the locale)", "LANG"},
	G_OPTION_ENTRY_NULL,
};

typedef struct {
	unsigned wrong, warnings;
} Tally;

static const char *whose =
	""; /* "NAME: " of the huvudman that is told about, where there are several */

static void tell_good(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void tell_good(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_print("ok       %s%s\n", whose, text);
}

static void tell_warning(Tally *tally, const char *text)
{
	tally->warnings++;
	g_print("warning  %s%s\n", whose, text);
}

static void tell_wrong(Tally *tally, const GError *error)
{
	tally->wrong++;
	g_print("wrong    %s%s\n", whose, error->message);
}

static void check_certificate(Tally *tally, const Generation *generation, gint64 now)
{
	const XmlCertificate *certificate = xml_key_certificate(generation->key);
	gint64 left = (certificate->not_after - now) / DAY_SECONDS;
	g_autofree char *text = g_strdup_printf("the SAML certificate %s in %" G_GINT64_FORMAT
						" days; services must get the new one "
						"before",
						left < 0 ? "ended" : "ends", left);
	if (certificate->not_before > now)
		tell_warning(tally, "the SAML certificate is not valid yet");
	else if (left < WARN_DAYS)
		tell_warning(tally, text);
	else
		tell_good("keys: %s of %u bits, certificate valid %" G_GINT64_FORMAT " days more",
			  certificate->kind == XML_KEY_RSA ? "RSA" : "EC", certificate->bits, left);
}

static void check_feeds(const Generation *generation)
{
	g_autoptr(GArray) feeds = generation_feeds(generation);
	for (guint i = 0; i < feeds->len; i++) {
		const FeedStatus *feed = &g_array_index(feeds, FeedStatus, i);
		g_autoptr(GDateTime) until = g_date_time_new_from_unix_utc(feed->valid_until);
		g_autofree char *date = g_date_time_format(until, "%Y-%m-%dT%H:%M:%SZ");
		tell_good("feed %s: %u services, valid until %s%s", feed->name, feed->entities,
			  date, feed->is_old ? ", from the last good copy" : "");
	}
}

static void check_store(Tally *tally, const Generation *generation)
{
	g_autoptr(GError) error = NULL;
	const char *file = config_path(generation->config, "store", "file");
	if (g_access(file, F_OK) != 0) {
		tell_good("store: %s will be made at the first start", file);
		return;
	}
	g_autoptr(StoreReader) reader = store_reader_open(store_sqlite, file, &error);
	if (reader)
		tell_good("store: %s", file);
	else
		tell_wrong(tally, error);
}

static void check_directory(Tally *tally, const Generation *generation)
{
	g_autoptr(GError) error = NULL;
	if (offline)
		tell_warning(tally, "the directory was not asked (--offline)");
	else if (directory_check(generation->directory, &error))
		tell_good("directory: every address answers and knows us");
	else
		tell_wrong(tally, error);
}

static void check_holds(const Generation *generation)
{
	const HoldsCount count = holds_count(generation->holds);
	g_autofree char *text = holds_count_text(&count);
	tell_good("holds: %s%s", text, count.services ? "; see `portvakt metadata holds'" : "");
}

static bool look_at(const DirectoryEntry *entry, gpointer presence)
{
	presence_add(presence, entry);
	return true;
}

static void tell_ends(Tally *tally, const GPtrArray *ends)
{
	for (guint i = 0; i < ends->len; i++) {
		const AgreementEnd *end = ends->pdata[i];
		g_autofree char *sentence = agreement_end_sentence(end, language);
		g_autofree char *text =
			g_strdup_printf("%s:%u: %s", end->rule.file, end->rule.line, sentence);
		tell_warning(tally, text);
	}
	if (!ends->len)
		tell_good("%s", say("agreements: none ends in 90 days",
				    "avtal: inget slutar inom 90 dagar"));
}

/* In one walk through the directory: what ends soon, and who loses what then; what the policy
 * speaks of and nobody has. False: that was not asked for, or could not be counted. */
static bool check_people(Tally *tally, const Generation *generation, gint64 now)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) ends =
		agreements_ending(generation->policy, generation_today(generation->zone, now));
	g_autoptr(Presence) presence = presence_new(generation);
	if (!count_people)
		return false;
	if (!agreements_count(generation, ends, now, look_at, presence, &error)) {
		tell_wrong(tally, error);
		return false;
	}
	g_autoptr(GPtrArray) missing = presence_warnings(presence);
	tell_ends(tally, ends);
	for (guint i = 0; i < missing->len; i++)
		tell_warning(tally, missing->pdata[i]);
	if (!missing->len)
		tell_good("%s", say("policy: every group, unit and attribute in it is somebody's",
				    "policy: varje grupp, skolenhet och attribut i den är någons"));
	return true;
}

/* Whether it is the policy's own warning of an end that is told with a count. */
static bool is_of_end(const Generation *generation, const char *warning, unsigned today)
{
	g_autoptr(GArray) turns = policy_turns(generation->policy);
	for (guint i = 0; i < turns->len; i++) {
		const PolicyTurn *turn = &g_array_index(turns, PolicyTurn, i);
		if (!turn->agreement || turn->last < today)
			continue;
		g_autofree char *place =
			g_strdup_printf("%s:%u:", turn->rule.file, turn->agreement_line);
		g_autofree char *name = g_strdup_printf("\"%s\"", turn->agreement);
		if (g_str_has_prefix(warning, place) && strstr(warning, name))
			return true;
	}
	return false;
}

static void tell_warnings(Tally *tally, const Generation *generation, gint64 now, bool counted)
{
	unsigned today = generation_today(generation->zone, now);
	for (guint i = 0; i < generation->warnings->len; i++) {
		const char *warning = generation->warnings->pdata[i];
		if (!counted || !is_of_end(generation, warning, today))
			tell_warning(tally, warning);
	}
}

/* Where services are treated otherwise than services are. */
static void check_deviations(const Generation *generation)
{
	const GPtrArray *all = entity_set_entities(generation->entities);
	for (guint i = 0; i < all->len; i++) {
		const Entity *entity = all->pdata[i];
		const char *name =
			policy_service_name(generation->policy, PROTOCOL_SAML, entity->id);
		g_autoptr(GArray) lines =
			policy_deviations(generation->policy, PROTOCOL_SAML, entity->id);
		for (guint j = 0; j < lines->len; j++) {
			const PolicyDeviation *line = &g_array_index(lines, PolicyDeviation, j);
			tell_good(say("%s deviates: %s (%s:%u)", "%s avviker: %s (%s:%u)"),
				  name ? name : entity->id, line->text, line->file, line->line);
		}
	}
}

/* What time alone will do, the next of it. */
static void check_turns(const Generation *generation, gint64 now)
{
	unsigned today = generation_today(generation->zone, now);
	g_autoptr(GArray) turns = policy_turns(generation->policy);
	for (guint i = 0; i < turns->len; i++) {
		const PolicyTurn *turn = &g_array_index(turns, PolicyTurn, i);
		if (turn->day <= today)
			continue;
		tell_good(say("policy: changes by itself, next on " DAY_FORMAT
			      ", when \"%s\" (%s:%u) %s",
			      "policy: ändras av sig själv, härnäst " DAY_FORMAT
			      ", då \"%s\" (%s:%u) %s"),
			  DAY_PARTS(turn->day), turn->rule.title, turn->rule.file, turn->rule.line,
			  turn->ends ? say("gives nothing any more", "slutar lämna ut något")
				     : say("begins", "börjar gälla"));
		return;
	}
}

static void check_generation(Tally *tally, const Generation *generation, gint64 now)
{
	tell_good("metadata: %u services", entity_set_size(generation->entities));
	check_feeds(generation);
	check_holds(generation);
	tell_good("%s", say("policy: read, and all its expectations hold",
			    "policy: läst, och alla dess förväntningar håller"));
	tell_good("pages: all templates and texts");
	check_certificate(tally, generation, now);
	check_store(tally, generation);
	check_directory(tally, generation);
	check_deviations(generation);
	check_turns(generation, now);
	tell_warnings(tally, generation, now, check_people(tally, generation, now));
	g_print("%sgeneration %s\n", whose, generation->id);
}

/* `loaded`: those before it in the file. */
static void check_apart(Tally *tally, const Generation *generation, const GPtrArray *loaded)
{
	for (guint i = 0; i < loaded->len; i++) {
		g_autoptr(GError) error = NULL;
		if (!apart(generation, loaded->pdata[i], &error))
			tell_wrong(tally, error);
	}
}

static void check_one(Tally *tally, Config *main, const char *huvudman, const char *file,
		      GPtrArray *loaded)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	g_autofree char *prefix = *huvudman ? g_strconcat(huvudman, ": ", NULL) : g_strdup("");
	g_autofree char *group = g_strconcat("huvudman ", huvudman, NULL);
	whose = prefix;
	g_autoptr(Config) config = command_config_of(main, huvudman, &error);
	g_autoptr(Generation) generation = config ? generation_load(config, now, &error) : NULL;
	if (generation) {
		tell_good("configuration: %s", *huvudman ? config_path(main, group, "file") : file);
		check_apart(tally, generation, loaded);
		check_generation(tally, generation, now);
		g_ptr_array_add(loaded, g_steal_pointer(&generation));
	} else {
		tell_wrong(tally, error);
	}
	whose = "";
}

static void check_all(Tally *tally, const CommandLine *line)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) loaded =
		g_ptr_array_new_with_free_func((GDestroyNotify)generation_unref);
	g_autoptr(Config) main = config_load(line->config, &error);
	g_auto(GStrv) names = main ? command_huvudmen(line, main, &error) : NULL;
	if (!names) {
		tell_wrong(tally, error);
		return;
	}
	for (char **name = names; *name; name++)
		check_one(tally, main, *name, line->config, loaded);
}

static bool options_are_whole(void)
{
	if (!offline || !count_people)
		return command_language("check", &language);
	g_printerr("portvakt check: --offline or --directory, not both\n"
		   "Try `portvakt check --help'.\n");
	return false;
}

int command_check(int argc, char **argv)
{
	CommandLine line = {
		.name = "check",
		.summary =
			"Proves without side effects that `portvakt serve' would work:\n"
			"configuration, keys, metadata, policy and its expectations, pages, store, "
			"directory.",
		.entries = entries,
	};
	Tally tally = {0};
	int result = COMMAND_USAGE;
	if (command_parse(&line, &argc, &argv) && options_are_whole()) {
		if (command_start_libraries())
			check_all(&tally, &line);
		else
			tally.wrong++;
		result = tally.wrong || (strict && tally.warnings) ? COMMAND_PROBLEM : COMMAND_DONE;
	}
	command_line_clear(&line);
	g_clear_pointer(&language, g_free);
	return result;
}
