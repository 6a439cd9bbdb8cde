/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/generation.h"

#include <string.h>

#include "idp/approval.h"
#include "idp/attribute-file.h"
#include "idp/directory-options.h"
#include "idp/group-options.h"
#include "idp/keys.h"
#include "idp/known-services.h"
#include "idp/meaning.h"
#include "idp/saml/own-metadata.h"

static atomic_uint alive;
static atomic_ullong serials;

unsigned generation_alive(void)
{
	return atomic_load(&alive);
}

static void generation_free(Generation *generation)
{
	g_clear_pointer(&generation->policy, policy_unref);
	g_clear_pointer(&generation->registry, registry_unref);
	g_clear_pointer(&generation->assurance, assurance_free);
	g_free(generation->registry_sum);
	g_free(generation->meaning);
	g_clear_pointer(&generation->files, policy_files_free);
	g_clear_pointer(&generation->entities, entity_set_free);
	g_clear_pointer(&generation->holds, holds_free);
	g_clear_pointer(&generation->pages, pages_unref);
	g_clear_pointer(&generation->directory, directory_free);
	g_clear_pointer(&generation->masterdata, masterdata_free);
	g_clear_pointer(&generation->identity.certificates, g_ptr_array_unref);
	g_clear_pointer(&generation->key, xml_key_unref);
	g_clear_pointer(&generation->sealer, sealer_unref);
	g_clear_pointer(&generation->ledger_key, ledger_key_unref);
	g_clear_pointer(&generation->identifiers_key, secret_unref);
	g_clear_pointer(&generation->zone, g_time_zone_unref);
	g_free(generation->sso_url);
	g_free(generation->reader_metadata);
	g_free(generation->entity_id);
	g_clear_pointer(&generation->warnings, g_ptr_array_unref);
	g_clear_pointer(&generation->secrets, g_array_unref);
	g_clear_pointer(&generation->config, config_unref);
	g_free(generation);
	atomic_fetch_sub(&alive, 1);
}

Generation *generation_ref(Generation *generation)
{
	atomic_fetch_add_explicit(&generation->references, 1, memory_order_relaxed);
	return generation;
}

void generation_unref(Generation *generation)
{
	if (generation &&
	    atomic_fetch_sub_explicit(&generation->references, 1, memory_order_acq_rel) == 1)
		generation_free(generation);
}

unsigned generation_today(GTimeZone *zone, gint64 now)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now);
	g_autoptr(GDateTime) here = g_date_time_to_timezone(utc, zone);
	return (unsigned)(g_date_time_get_year(here) * 10000 + g_date_time_get_month(here) * 100 +
			  g_date_time_get_day_of_month(here));
}

static void warn_all(Generation *generation, const GPtrArray *lines)
{
	for (guint i = 0; i < lines->len; i++)
		g_ptr_array_add(generation->warnings, g_strdup(lines->pdata[i]));
}

/* Says where a file that does not do is named, and how it is made. */
static bool fail_key(const Config *config, const char *group, const char *key, GError **error)
{
	g_autofree char *where = config_where(config, group, key);
	g_prefix_error(error, "%s: ", where);
	if (error && g_error_matches(*error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		char *hint = g_strconcat((*error)->message, "; `portvakt keys new` makes it", NULL);
		g_free((*error)->message);
		(*error)->message = hint;
	}
	return false;
}

static void note_secret(Generation *generation, const char *group, const char *key,
			const void *bytes, gsize length)
{
	GenerationSecret secret = {.group = group, .key = key};
	seal_hash("portvakt generation secret 1", bytes, length, secret.print);
	g_array_append_val(generation->secrets, secret);
}

static bool load_saml_key(Generation *generation, GError **error)
{
	const Config *config = generation->config;
	g_autoptr(Secret) key =
		keys_read(config_path(config, "saml", "key"), keys_owner(config), error);
	g_autofree char *certificate = NULL;
	gsize length = 0;
	if (!key)
		return fail_key(config, "saml", "key", error);
	if (!g_file_get_contents(config_path(config, "saml", "certificate"), &certificate, &length,
				 error))
		return fail_key(config, "saml", "certificate", error);
	generation->key =
		xml_key_new(secret_bytes(key), secret_length(key), certificate, length, error);
	if (generation->key) {
		g_autoptr(GBytes) public = xml_key_public_der(generation->key);
		note_secret(generation, "saml", "key", g_bytes_get_data(public, NULL),
			    g_bytes_get_size(public));
		return true;
	}
	g_prefix_error(error, "%s, %s: ", config_path(config, "saml", "key"),
		       config_path(config, "saml", "certificate"));
	return fail_key(config, "saml", "key", error);
}

/* What the key file that [GROUP] key names holds. */
static Secret *read_key(Generation *generation, const char *group, GError **error)
{
	const Config *config = generation->config;
	const char *path = config_path(config, group, "key");
	g_autoptr(Secret) file = keys_read(path, keys_owner(config), error);
	Secret *key = file ? secret_new_key(secret_bytes(file), secret_length(file), error) : NULL;
	if (file && !key)
		g_prefix_error(error, "%s: ", path);
	if (key)
		note_secret(generation, group, "key", secret_bytes(key), secret_length(key));
	else
		fail_key(config, group, "key", error);
	return key;
}

static bool load_keys(Generation *generation, GError **error)
{
	if (!load_saml_key(generation, error))
		return false;
	g_autoptr(Secret) ledger = read_key(generation, "ledger", error);
	g_autoptr(Secret) seal = ledger ? read_key(generation, "seal", error) : NULL;
	generation->identifiers_key = seal ? read_key(generation, "identifiers", error) : NULL;
	if (!generation->identifiers_key)
		return false;
	generation->ledger_key = ledger_key_new(secret_bytes(ledger), secret_length(ledger), error);
	generation->sealer = sealer_new(secret_bytes(seal), secret_length(seal), error);
	return generation->ledger_key && generation->sealer;
}

static void fill_identity(Generation *generation)
{
	const Config *config = generation->config;
	SamlIdentity *identity = &generation->identity;
	const char *base = config_text(config, "idp", "base-url");
	generation->entity_id = config_has(config, "idp", "entity-id")
					? g_strdup(config_text(config, "idp", "entity-id"))
					: g_strconcat(base, "/saml/metadata", NULL);
	identity->entity_id = generation->entity_id;
	identity->base_url = base;
	identity->scopes = config_list(config, "idp", "scopes");
	identity->name_sv = config_text(config, "idp", "name-sv");
	identity->name_en = config_text(config, "idp", "name-en");
	identity->support_email = config_text(config, "idp", "support-email");
	identity->key = generation->key;
	identity->certificates = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_ptr_array_add(identity->certificates,
			g_bytes_ref(xml_key_certificate_der(generation->key)));
	generation->sso_url = own_metadata_sso_url(identity);
	generation->reader_metadata = own_metadata_for_reader(identity);
}

/* Says of an error from "[GROUP] KEY: …" where that was written. */
static void locate(const Config *config, GError **error)
{
	g_autoptr(GRegex) form = g_regex_new("^\\[([^]]+)\\] ([^:]+): ", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	if (!error || (*error)->domain != G_KEY_FILE_ERROR ||
	    !g_regex_match(form, (*error)->message, 0, &match))
		return;
	g_autofree char *group = g_match_info_fetch(match, 1);
	g_autofree char *key = g_match_info_fetch(match, 2);
	g_autofree char *where = config_where(config, group, key);
	g_prefix_error(error, "%s: ", where);
}

static void warn_key(Generation *generation)
{
	const Config *config = generation->config;
	const char *group = config_directories(config)[0];
	const char *key = config_text(config, group, "person-key");
	if (!directory_makes_key(key))
		return;
	g_autofree char *where = config_where(config, group, "person-key");
	g_ptr_array_add(
		generation->warnings,
		g_strdup_printf(
			"%s: person-key is %s, which the directory makes anew where people "
			"are deleted and loaded again, as in a yearly re-import: each is then "
			"somebody else to every service. Load the school system's own id of "
			"the person (SS 12000 Person.id) into an attribute, and name that one",
			where, key));
}

static bool load_assurance(Generation *generation, GError **error)
{
	generation->assurance = assurance_new(generation->config, error);
	return generation->assurance != NULL;
}

static bool load_registry(Generation *generation, GError **error)
{
	const Config *config = generation->config;
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	generation->registry = attribute_folder_read(config_path(config, "registry", "folder"),
						     config_huvudman(config), sum, error);
	generation->registry_sum = g_strdup(g_checksum_get_string(sum));
	if (generation->registry)
		return true;
	g_autofree char *where = config_where(config, "registry", "folder");
	g_prefix_error(error, "%s: ", where);
	return false;
}

static bool load_masterdata(Generation *generation, GError **error)
{
	g_autoptr(MasterdataOptions) meaning = masterdata_options_new();
	g_autoptr(DirectoryOptions) options = directory_options_new();
	directory_options_fill_meaning(generation->config, meaning);
	meaning->registry = registry_ref(generation->registry);
	if (group_options_fill(generation->config, &options->groups, &meaning->groups, error))
		generation->masterdata = masterdata_new(meaning, error);
	if (generation->masterdata) {
		directory_options_fill(generation->config, generation->masterdata, options);
		generation->directory = directory_new(
			options, masterdata_attributes(generation->masterdata), error);
	}
	if (!generation->directory) {
		locate(generation->config, error);
		return false;
	}
	warn_all(generation, masterdata_warnings(generation->masterdata));
	warn_key(generation);
	return true;
}

static void name_feeds(GChecksum *sum, const GPtrArray *feeds)
{
	for (guint i = 0; i < feeds->len; i++) {
		g_autoptr(GBytes) print = feed_fingerprint(feeds->pdata[i]);
		gsize length = 0;
		const guchar *bytes = g_bytes_get_data(print, &length);
		g_checksum_update(sum, bytes, (gssize)length);
	}
}

/* An approval makes another policy of the same text. */
static void name_approvals(GChecksum *sum, const Policy *policy)
{
	g_autoptr(GArray) approvals = policy_approvals(policy);
	for (guint i = 0; i < approvals->len; i++) {
		const PolicyApproval *one = &g_array_index(approvals, PolicyApproval, i);
		g_checksum_update(sum, (const guchar *)one->canonical, -1);
		g_checksum_update(sum, (const guchar *)(one->approvers < 2 ? "-" : "+"), 1);
	}
}

static void generation_name(Generation *generation, const GArray *sources)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	const GPtrArray *all = entity_set_entities(generation->entities);
	for (guint i = 0; i < sources->len; i++) {
		const PolicySource *source = &g_array_index(sources, PolicySource, i);
		g_checksum_update(sum, (const guchar *)source->name,
				  (gssize)strlen(source->name) + 1);
		g_checksum_update(sum, (const guchar *)source->bytes, (gssize)source->length);
	}
	for (guint i = 0; i < all->len; i++) {
		gsize length = 0;
		const guchar *bytes =
			g_bytes_get_data(((const Entity *)all->pdata[i])->bytes, &length);
		g_checksum_update(sum, bytes, (gssize)length);
	}
	name_feeds(sum, entity_set_feeds(generation->entities));
	name_approvals(sum, generation->policy);
	g_autofree char *held = holds_fingerprint(generation->holds);
	g_checksum_update(sum, (const guchar *)held, -1);
	g_checksum_update(sum, (const guchar *)generation->reader_metadata, -1);
	g_checksum_update(sum, (const guchar *)config_checksum(generation->config), -1);
	g_checksum_update(sum, (const guchar *)generation->registry_sum, -1);
	g_strlcpy(generation->digest, g_checksum_get_string(sum), sizeof generation->digest);
	g_strlcpy(generation->id, generation->digest, sizeof generation->id);
}

static GArray *policy_feeds(const EntitySet *entities)
{
	const GPtrArray *feeds = entity_set_feeds(entities);
	GArray *named = g_array_new(FALSE, FALSE, sizeof(PolicyFeed));
	for (guint i = 0; i < feeds->len; i++) {
		const PolicyFeed feed = {feed_name(feeds->pdata[i]),
					 feed_is_trial(feeds->pdata[i])};
		g_array_append_val(named, feed);
	}
	return named;
}

/* What is said of the policy. */
static const char *say(const Config *config, const char *en, const char *sv) G_GNUC_FORMAT(2)
	G_GNUC_FORMAT(3);
static const char *say(const Config *config, const char *en, const char *sv)
{
	return g_strcmp0(config_language(config), "sv") == 0 ? sv : en;
}

static bool load_policy(Generation *generation, gint64 now, GError **error)
{
	const Config *config = generation->config;
	if (!generation->files)
		generation->files = policy_files_read(config, error);
	if (!generation->files)
		return false;
	const GArray *sources = generation->files->sources;
	const PolicySource *files = (const PolicySource *)(const void *)sources->data;
	g_autoptr(GPtrArray) texts = policy_texts(files, sources->len);
	g_autoptr(KnownServices) known = known_services_new(generation->entities, texts, now);
	g_auto(ApprovalCounter)
		approvals = {.place = config_path(generation->config, "store", "file")};
	g_autoptr(GArray) feeds = policy_feeds(generation->entities);
	g_autofree const char **groups = group_options_names(config);
	gsize n_levels = 0;
	const PolicyLevel *levels = assurance_levels(generation->assurance, &n_levels);
	const PolicyContext context = {
		.feeds = (const PolicyFeed *)(const void *)feeds->data,
		.n_feeds = feeds->len,
		.scopes = config_list(config, "idp", "scopes"),
		.huvudman = config_huvudman(config),
		.language = config_language(config),
		.today = generation_today(generation->zone, now),
		.attributes = generation->registry,
		.groups = groups,
		.levels = levels,
		.n_levels = n_levels,
		.services = (const Service *const *)known->services->pdata,
		.n_services = known->services->len,
		.approvers = approval_count,
		.approvers_data = &approvals,
	};
	generation->policy = policy_load(files, sources->len, &context, error);
	if (!generation->policy)
		return false;
	/* what two have approved must not fall asleep because the store cannot be read just now */
	if (approvals.error) {
		g_propagate_prefixed_error(error, g_steal_pointer(&approvals.error), "%s",
					   say(config,
					       "the approvals of the policy cannot be read: ",
					       "godkännandena av policyn kan inte läsas: "));
		return false;
	}
	warn_all(generation, policy_warnings(generation->policy));
	if (!sources->len)
		g_ptr_array_add(
			generation->warnings,
			g_strdup_printf(
				say(config,
				    "%s: there is no *.policy file here, so that no service is open to anybody",
				    "%s: här finns ingen *.policy-fil, så ingen tjänst är öppen för någon"),
				config_path(config, "policy", "folder")));
	generation_name(generation, sources);
	return true;
}

static bool load_pages(Generation *generation, GError **error)
{
	const PageOptions options = {
		.folder = config_path(generation->config, "templates", "folder"),
		.name_sv = generation->identity.name_sv,
		.name_en = generation->identity.name_en,
		.support_email = generation->identity.support_email,
	};
	generation->pages = pages_load(&options, error);
	return generation->pages != NULL;
}

static void fill_identity_rules(Generation *generation)
{
	generation->identities = (IdentityRules){
		.policy = generation->policy,
		.key = generation->identifiers_key,
		.ledger_key = generation->ledger_key,
		.scopes = config_list(generation->config, "idp", "scopes"),
		.eppn_in_store =
			g_str_equal(config_text(generation->config, "eppn", "source"), "store"),
		.subject_in_directory =
			masterdata_reads(generation->masterdata, attribute_by_name("subject-id")),
	};
	if (!generation->identities.eppn_in_store)
		return;
	g_autofree char *where = config_where(generation->config, "eppn", "source");
	g_ptr_array_add(generation->warnings,
			g_strdup_printf("%s: EPPNs are in the store, where no provisioning can "
					"read them: feed every tool that tells services of people "
					"with `portvakt eppn export'",
					where));
}

static void fill_session_options(Generation *generation)
{
	const struct {
		const char *key;
		unsigned *seconds;
	} limits[] = {
		{"idle", &generation->session.idle},
		{"absolute", &generation->session.absolute},
		{"idle-student", &generation->session.idle_student},
		{"idle-staff", &generation->session.idle_staff},
		{"idle-guardian", &generation->session.idle_guardian},
		{"absolute-student", &generation->session.absolute_student},
		{"absolute-staff", &generation->session.absolute_staff},
		{"absolute-guardian", &generation->session.absolute_guardian},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(limits); i++)
		*limits[i].seconds =
			(unsigned)config_number(generation->config, "session", limits[i].key);
}

static bool load_zone(Generation *generation, GError **error)
{
	const char *name = config_text(generation->config, "idp", "time-zone");
	generation->zone = g_time_zone_new_identifier(name);
	if (generation->zone)
		return true;
	g_autofree char *where = config_where(generation->config, "idp", "time-zone");
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE,
		    "%s: there is no time zone called %s (is the package tzdata installed?)", where,
		    name);
	return false;
}

static bool load_feed(Generation *generation, const char *group, gint64 now, GError **error)
{
	const Config *config = generation->config;
	g_autofree char *folder = g_path_get_dirname(config_path(config, "store", "file"));
	const FeedOptions options = {
		.name = group + strlen("feed "),
		.file = config_path(config, group, "file"),
		.certificate = config_path(config, group, "certificate"),
		.folder = folder,
		.is_trial = config_bool(config, group, "trial"),
	};
	Feed *feed = feed_load(&options, now, generation->warnings, error);
	if (feed) {
		entity_set_add_feed(generation->entities, feed);
		return true;
	}
	g_autofree char *where = config_where(config, group, "file");
	g_prefix_error(error, "%s: feed %s: ", where, options.name);
	return false;
}

/* What is asked for newly is held from here on: nobody sees the services before. */
static bool load_holds(Generation *generation, gint64 now, GError **error)
{
	const char *place = config_path(generation->config, "store", "file");
	generation->holds =
		holds_new(place, generation->entities, generation->registry, now, error);
	if (!generation->holds) {
		g_prefix_error(error, "what services asked for until now cannot be read: ");
		return false;
	}
	entity_set_dress(generation->entities, holds_dress, generation->holds);
	return true;
}

static bool load_entities(Generation *generation, gint64 now, GError **error)
{
	const Config *config = generation->config;
	const char *const *feeds = config_feeds(config);
	generation->entities =
		entity_set_load(config_path(config, "metadata", "folder"), now, error);
	bool good = generation->entities;
	for (; good && *feeds; feeds++)
		good = load_feed(generation, *feeds, now, error);
	if (good)
		warn_all(generation, entity_set_warnings(generation->entities));
	return good && load_holds(generation, now, error);
}

void generation_keep_feeds(Generation *generation)
{
	const GPtrArray *feeds = entity_set_feeds(generation->entities);
	for (guint i = 0; i < feeds->len; i++) {
		g_autoptr(GError) error = NULL;
		if (!feed_keep(feeds->pdata[i], &error))
			g_ptr_array_add(generation->warnings,
					g_strdup_printf("feed %s: it is used, but not kept for the "
							"next start: %s",
							feed_status(feeds->pdata[i]).name,
							error->message));
	}
}

GArray *generation_feeds(const Generation *generation)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(FeedStatus));
	const GPtrArray *feeds = entity_set_feeds(generation->entities);
	for (guint i = 0; i < feeds->len; i++) {
		const FeedStatus status = feed_status(feeds->pdata[i]);
		g_array_append_val(all, status);
	}
	return all;
}

Generation *generation_load(Config *config, gint64 now, GError **error)
{
	return generation_load_files(config, NULL, now, error);
}

Generation *generation_load_files(Config *config, PolicyFiles *files, gint64 now, GError **error)
{
	g_autoptr(Generation) generation = g_new0(Generation, 1);
	atomic_init(&generation->references, 1);
	atomic_fetch_add(&alive, 1);
	generation->serial = atomic_fetch_add(&serials, 1);
	generation->warnings = g_ptr_array_new_with_free_func(g_free);
	generation->secrets = g_array_new(FALSE, FALSE, sizeof(GenerationSecret));
	generation->config = config_ref(config);
	generation->files = files;
	if (!load_zone(generation, error) || !load_keys(generation, error) ||
	    !load_assurance(generation, error) || !load_registry(generation, error) ||
	    !load_masterdata(generation, error))
		return NULL;
	generation->meaning = meaning_text(config, generation->registry_sum);
	fill_identity(generation);
	if (!load_entities(generation, now, error) || !load_policy(generation, now, error) ||
	    !load_pages(generation, error))
		return NULL;
	fill_session_options(generation);
	fill_identity_rules(generation);
	generation->ledger_keep = config_number(generation->config, "ledger", "keep");
	generation->choice_keep = config_has(generation->config, "consent", "keep")
					  ? config_number(generation->config, "consent", "keep")
					  : generation->ledger_keep;
	return g_steal_pointer(&generation);
}
