/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "idp/command/csv.h"
#include "idp/command/eppn.h"
#include "idp/command/find-person.h"
#include "idp/identity/continuation.h"
#include "idp/identity/rotation.h"
#include "idp/identity/row.h"
#include "idp/limits.h"
#include "idp/printable.h"
#include "metadata/read.h"

static char *login, *csv_file;
static gboolean force, dry_run, yes;

static const GOptionEntry entries[] = {
	{"person", 'p', 0, G_OPTION_ARG_FILENAME, &login, "Who has the EPPN now, by login name",
	 "LOGIN"},
	{"csv", 0, 0, G_OPTION_ARG_FILENAME, &csv_file,
	 "Many at once: a file with a header and the columns eppn and login, or eppn and "
	 "person-key; - is standard input",
	 "FILE"},
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "Judge everything, write nothing", NULL},
	{"force", 0, 0, G_OPTION_ARG_NONE, &force,
	 "Give up what services know of the new person key already", NULL},
	{"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "Do not ask before writing", NULL},
	G_OPTION_ENTRY_NULL,
};

/* One EPPN, and who is said to be the human who had it. */
typedef struct {
	unsigned line; /* of the CSV; 0: from the command line */
	char *eppn, *who;
	EppnRow *row; /* who had it */
	DirectoryEntry *entry;
	bool is_so; /* already */
} Adoption;

typedef struct {
	guint eppns, identifiers; /* that are stored under it */
} History;

typedef struct {
	EppnDesk *desk;
	bool by_key;           /* `who` is a person key */
	GPtrArray *adoptions;  /* Adoption */
	GHashTable *living;    /* identity -> DN of an entry that has it now */
	GHashTable *continued; /* identities that a newer key continues */
	GHashTable *histories; /* person key of an adoption -> History */
	guint read, wrong;
	GError *error;
} Adopt;

static void adoption_free(gpointer data)
{
	Adoption *adoption = data;

	g_free(adoption->eppn);
	g_free(adoption->who);
	g_clear_pointer(&adoption->row, eppn_row_free);
	g_clear_pointer(&adoption->entry, entry_unref);
	g_free(adoption);
}

static void refuse(Adopt *adopt, const Adoption *adoption, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static void refuse(Adopt *adopt, const Adoption *adoption, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	g_autofree char *eppn = printable(adoption->eppn, -1, 0xfffd);
	g_autofree char *fit = printable(what, -1, 0xfffd);
	eppn_progress("", 0);
	if (adoption->line > 0)
		g_printerr("%s:%u: %s: %s\n", csv_file, adoption->line, eppn, fit);
	else
		g_printerr("%s: %s\n", eppn, fit);
	adopt->wrong++;
}

/* ---- what is asked for ---- */

static void add_adoption(Adopt *adopt, unsigned line, const char *eppn, const char *who)
{
	Adoption *adoption = g_new0(Adoption, 1);

	adoption->line = line;
	adoption->eppn = g_strstrip(g_strdup(eppn));
	adoption->who = g_strstrip(g_strdup(who));
	g_ptr_array_add(adopt->adoptions, adoption);
}

/* Where the column stands, -1 where there is none. False where there are several: whichever were
 * taken would be a guess about who is who. */
static bool find_column(const CsvRecord *head, const char *name, int *ret_place, GError **error)
{
	*ret_place = -1;
	for (guint i = 0; i < head->fields->len; i++) {
		g_autofree char *field = g_strstrip(g_strdup(head->fields->pdata[i]));
		if (g_ascii_strcasecmp(field, name) != 0)
			continue;
		if (*ret_place >= 0)
			return command_set_error(error,
						 "%s:%u: the column %s is there twice; leave one",
						 csv_file, head->line, name);
		*ret_place = (int)i;
	}
	return true;
}

/* Where the EPPN stands, and where who has it. */
static bool read_head(Adopt *adopt, const CsvRecord *head, int *ret_eppn, int *ret_who,
		      GError **error)
{
	int login_at, key_at;

	if (!find_column(head, "eppn", ret_eppn, error) ||
	    !find_column(head, "login", &login_at, error) ||
	    !find_column(head, "person-key", &key_at, error))
		return false;
	if (*ret_eppn < 0 || (login_at < 0) == (key_at < 0))
		return command_set_error(
			error,
			"%s:%u: the first line names the columns, with commas between them: eppn, "
			"and either login or person-key",
			csv_file, head->line);
	adopt->by_key = key_at >= 0;
	*ret_who = adopt->by_key ? key_at : login_at;
	return true;
}

static bool take_records(Adopt *adopt, const GPtrArray *records, GError **error)
{
	const CsvRecord *head = records->len > 0 ? records->pdata[0] : NULL;
	int eppn, who;

	if (!head)
		return command_set_error(error, "%s: the file is empty", csv_file);
	if (!read_head(adopt, head, &eppn, &who, error))
		return false;
	for (guint i = 1; i < records->len; i++) {
		const CsvRecord *record = records->pdata[i];
		if (record->fields->len != head->fields->len)
			return command_set_error(
				error, "%s:%u: there are %u fields, and the first line has %u",
				csv_file, record->line, record->fields->len, head->fields->len);
		add_adoption(adopt, record->line, record->fields->pdata[eppn],
			     record->fields->pdata[who]);
	}
	return true;
}

static bool read_csv(Adopt *adopt, GError **error)
{
	bool is_stdin = g_str_equal(csv_file, "-");
	int fd = is_stdin ? STDIN_FILENO : open(csv_file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return command_set_error(error, "%s: %s", csv_file, g_strerror(errno));
	g_autoptr(GBytes) bytes = metadata_read(fd, csv_file, LIMIT_CSV_BYTES, error);
	if (!is_stdin)
		close(fd);
	if (!bytes)
		return false;
	gsize length;
	const char *text = g_bytes_get_data(bytes, &length);
	g_autoptr(GPtrArray) records = csv_read(text, length, error);
	if (!records)
		g_prefix_error(error, "%s:", csv_file);
	return records && take_records(adopt, records, error);
}

/* ---- what is known ---- */

static bool find_entry(Adopt *adopt, Adoption *adoption, GError **error)
{
	Directory *directory = adopt->desk->generation->directory;
	DirectoryOutcome outcome =
		adopt->by_key ? directory_read(directory, g_get_monotonic_time(), adoption->who,
					       &adoption->entry, error)
			      : directory_find(directory, adoption->who, &adoption->entry, error);

	if (outcome == DIRECTORY_FAULT)
		return false;
	if (outcome != DIRECTORY_FOUND)
		refuse(adopt, adoption, "%s '%s': %s", adopt->by_key ? "person key" : "login",
		       adoption->who, command_not_found(outcome));
	return true;
}

static bool find_row(Adopt *adopt, Adoption *adoption, GError **error)
{
	StoreOutcome outcome = STORE_ABSENT;

	if (g_utf8_validate(adoption->eppn, -1, NULL))
		outcome = eppn_desk_find(adopt->desk, adoption->eppn, &adoption->row, error);
	if (outcome == STORE_ABSENT)
		refuse(adopt, adoption,
		       "nobody has been seen with it; whoever has it now keeps it, there is "
		       "nothing to adopt");
	return outcome != STORE_FAULT;
}

static bool find_all(Adopt *adopt, GError **error)
{
	g_autoptr(GHashTable) eppns = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < adopt->adoptions->len; i++) {
		Adoption *adoption = adopt->adoptions->pdata[i];

		eppn_progress("looked up:", i + 1);
		if (!find_row(adopt, adoption, error) ||
		    (adoption->row && !find_entry(adopt, adoption, error)))
			return false;
		if (!adoption->row || !adoption->entry)
			continue;
		bool eppn_is_new = g_hash_table_add(eppns, adoption->row->person);
		bool key_is_new =
			g_hash_table_add(keys, (gpointer)(guintptr)entry_key(adoption->entry));
		if (!eppn_is_new || !key_is_new)
			refuse(adopt, adoption, "an earlier line says it of the same %s",
			       key_is_new ? "person who had it" : "person who has it now");
		g_hash_table_insert(adopt->histories, g_strdup(entry_key(adoption->entry)),
				    g_new0(History, 1));
	}
	eppn_progress("", 0);
	return true;
}

static bool look_at(const DirectoryWalked *walked, gpointer data)
{
	Adopt *adopt = data;

	adopt->read = walked->number;
	eppn_progress("people read:", walked->number);
	if (walked->outcome != DIRECTORY_FOUND)
		return true;
	char *identity = eppn_desk_identity(adopt->desk, entry_key(walked->entry), &adopt->error);
	if (identity)
		g_hash_table_replace(adopt->living, identity, g_strdup(entry_dn(walked->entry)));
	return identity != NULL;
}

static bool note_continuation(GBytes *value, gpointer data)
{
	Adopt *adopt = data;
	char *identity = row_unpack(value, &adopt->error);

	if (identity)
		g_hash_table_add(adopt->continued, identity);
	return identity != NULL;
}

static bool note_eppn(GBytes *value, gpointer data)
{
	Adopt *adopt = data;
	g_autoptr(EppnRow) row = eppn_row_from_bytes(value, &adopt->error);
	History *history = row ? g_hash_table_lookup(adopt->histories, row->person) : NULL;

	if (history)
		history->eppns++;
	return row != NULL;
}

/* A row that says whose an identifier is. */
static bool note_identifier(GBytes *value, gpointer data)
{
	Adopt *adopt = data;
	g_autofree char *person = row_unpack(value, &adopt->error);
	History *history = person ? g_hash_table_lookup(adopt->histories, person) : NULL;

	if (history)
		history->identifiers++;
	return person != NULL;
}

static bool gather(Adopt *adopt, GError **error)
{
	StoreReader *reader = adopt->desk->reader;
	bool good = directory_walk(adopt->desk->generation->directory, NULL, look_at, adopt, error);

	eppn_progress("", 0);
	good = good && (adopt->error ||
			(store_walk(reader, STORE_CONTINUATION, note_continuation, adopt, error) &&
			 store_walk(reader, STORE_EPPN, note_eppn, adopt, error) &&
			 store_walk(reader, STORE_IDENTIFIER, note_identifier, adopt, error)));
	if (!good || !adopt->error)
		return good;
	g_propagate_error(error, g_steal_pointer(&adopt->error));
	return false;
}

/* ---- judging ---- */

/* Whether the person has that EPPN now; where the store is the source they have it afterwards. */
static bool has_it(Adopt *adopt, const Adoption *adoption)
{
	const EppnRow *row = adoption->row;
	unsigned roles = masterdata_roles(adopt->desk->generation->masterdata, adoption->entry);
	g_autofree char *now = NULL;
	g_autofree char *folded = NULL;
	g_autofree char *wanted = eppn_fold(row->eppn);

	if (!(roles & row->role)) {
		refuse(adopt, adoption, "it is a %s's, and %s is none", role_name(row->role),
		       entry_dn(adoption->entry));
		return false;
	}
	if (adopt->desk->from_store)
		return true;
	if (eppn_desk_now(adopt->desk, adoption->entry, "", row->role, &now, NULL) == EPPN_NOW_ONE)
		folded = eppn_fold(now);
	if (g_strcmp0(folded, wanted) != 0) {
		refuse(adopt, adoption,
		       "the directory does not give it to %s as a %s; write it there first",
		       entry_dn(adoption->entry), role_name(row->role));
		return false;
	}
	if (entry_marks(adoption->entry) & ENTRY_EPPN_SHARED) {
		refuse(adopt, adoption, "another entry has it too; take it from one of them first");
		return false;
	}
	return true;
}

/* Whether whoever had it is gone. */
static bool is_free(Adopt *adopt, const Adoption *adoption, GError **error)
{
	g_autoptr(DirectoryEntry) before = NULL;
	const char *dn = g_hash_table_lookup(adopt->living, adoption->row->person);
	DirectoryOutcome outcome =
		directory_read(adopt->desk->generation->directory, g_get_monotonic_time(),
			       adoption->row->person, &before, error);

	if (outcome == DIRECTORY_FAULT)
		return false;
	if (outcome == DIRECTORY_FOUND)
		dn = entry_dn(before);
	if (dn || outcome == DIRECTORY_AMBIGUOUS)
		refuse(adopt, adoption,
		       "who had it is still in the directory (%s). If values have been swapped, "
		       "mend the directory; if %s is another human, give them a new one: portvakt "
		       "eppn rotate",
		       dn ? dn : "in several entries", entry_dn(adoption->entry));
	return true;
}

/* Whether the new key has nothing of its own that would be lost. */
static void judge_history(Adopt *adopt, const Adoption *adoption)
{
	const char *key = entry_key(adoption->entry);
	const History *history = g_hash_table_lookup(adopt->histories, key);

	if (g_hash_table_contains(adopt->continued, key))
		refuse(adopt, adoption,
		       "another entry continues the identity of %s; chains are not made",
		       entry_dn(adoption->entry));
	else if ((history->eppns > 0 || history->identifiers > 0) && !force)
		refuse(adopt, adoption,
		       "%s is known on its own, by %u other EPPNs and %u identifiers: what "
		       "services have of the person under these would be lost to them. If it is "
		       "the same human all the same, say --force",
		       entry_dn(adoption->entry), history->eppns, history->identifiers);
}

static bool judge(Adopt *adopt, Adoption *adoption, GError **error)
{
	const char *key = entry_key(adoption->entry);
	g_autofree char *identity = eppn_desk_identity(adopt->desk, key, error);
	guint wrong = adopt->wrong;

	if (!identity)
		return false;
	adoption->is_so = g_str_equal(identity, adoption->row->person);
	if (adoption->is_so)
		return true;
	if (!g_str_equal(identity, key)) {
		refuse(adopt, adoption,
		       "%s continues another identity already, and that cannot be undone",
		       entry_dn(adoption->entry));
		return true;
	}
	if (!has_it(adopt, adoption))
		return true;
	if (!is_free(adopt, adoption, error))
		return false;
	if (adopt->wrong == wrong)
		judge_history(adopt, adoption);
	return true;
}

static bool judge_all(Adopt *adopt, GError **error)
{
	for (guint i = 0; i < adopt->adoptions->len; i++) {
		Adoption *adoption = adopt->adoptions->pdata[i];
		if (adoption->row && adoption->entry && !judge(adopt, adoption, error))
			return false;
	}
	return true;
}

/* ---- writing ---- */

static guint count_new(const Adopt *adopt)
{
	guint n = 0;

	for (guint i = 0; i < adopt->adoptions->len; i++)
		n += ((const Adoption *)adopt->adoptions->pdata[i])->is_so ? 0 : 1;
	return n;
}

static bool write_one(Adopt *adopt, const Adoption *adoption, GError **error)
{
	g_autoptr(StoreCommit) commit = store_commit_new(adopt->desk->now, NULL, NULL);

	continuation_remember(commit, entry_key(adoption->entry), adoption->row->person);
	StoreOutcome outcome = eppn_desk_commit(adopt->desk, commit, error);
	if (outcome == STORE_CONFLICT)
		refuse(adopt, adoption, "somebody else has adopted it in the meantime");
	return outcome != STORE_FAULT;
}

static bool write_all(Adopt *adopt, GError **error)
{
	guint n = count_new(adopt);
	g_autofree char *question = g_strdup_printf(
		"%u of %u EPPNs will be adopted, for ever%s.", n, adopt->adoptions->len,
		force ? "; what services know of the new person keys is given up" : "");

	if (n > 0 && !dry_run && !command_confirm(question, yes)) {
		adopt->wrong++;
		return true;
	}
	for (guint i = 0; !dry_run && i < adopt->adoptions->len; i++) {
		const Adoption *adoption = adopt->adoptions->pdata[i];
		if (!adoption->is_so && !write_one(adopt, adoption, error))
			return false;
		eppn_progress("adopted:", i + 1);
	}
	eppn_progress("", 0);
	g_print("%u %s, %u were so already\n", n - adopt->wrong,
		dry_run ? "would be adopted" : "adopted", adopt->adoptions->len - n);
	return true;
}

static bool adopt_run(Adopt *adopt, const CommandLine *line, GError **error)
{
	if (csv_file && !read_csv(adopt, error))
		return false;
	if (!csv_file)
		add_adoption(adopt, 0, line->rest[0], login);
	if (!eppn_desk_open(adopt->desk, line, error) ||
	    (!dry_run && !eppn_desk_write(adopt->desk, error)) || !find_all(adopt, error))
		return false;
	if (adopt->desk->reader && (!gather(adopt, error) || !judge_all(adopt, error)))
		return false;
	if (adopt->wrong == 0)
		return write_all(adopt, error);
	g_printerr("Nothing was changed.\n");
	return true;
}

static int adopt_all(const CommandLine *line)
{
	EppnDesk desk = {0};
	Adopt adopt = {.desk = &desk};
	g_autoptr(GError) error = NULL;

	adopt.adoptions = g_ptr_array_new_with_free_func(adoption_free);
	adopt.living = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	adopt.continued = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	adopt.histories = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	bool good = adopt_run(&adopt, line, &error);
	if (!good)
		command_fail(error);
	g_hash_table_unref(adopt.histories);
	g_hash_table_unref(adopt.continued);
	g_hash_table_unref(adopt.living);
	g_ptr_array_unref(adopt.adoptions);
	g_clear_error(&adopt.error);
	eppn_desk_close(&desk);
	return good && adopt.wrong == 0 ? COMMAND_DONE : COMMAND_PROBLEM;
}

static bool arguments_fit(const CommandLine *line)
{
	guint n = line->rest ? g_strv_length(line->rest) : 0;

	if (csv_file ? n == 0 && !login : n == 1 && login)
		return true;
	g_printerr("portvakt eppn adopt: give an EPPN and --person, or --csv\n"
		   "Try `portvakt eppn adopt --help'.\n");
	return false;
}

int command_eppn_adopt(int argc, char **argv)
{
	CommandLine line = {
		.name = "eppn adopt",
		.arguments = "[EPPN]",
		.summary = "Says that the person who has this EPPN now is the human who had it "
			   "before, though the\ndirectory has made the entry anew under another "
			   "person key. Everything that services know\nof them goes on. It cannot "
			   "be undone.",
		.entries = entries,
	};
	int result = COMMAND_USAGE;

	if (command_parse(&line, &argc, &argv) && arguments_fit(&line))
		result = command_start_libraries() ? adopt_all(&line) : COMMAND_PROBLEM;
	command_line_clear(&line);
	g_clear_pointer(&login, g_free);
	g_clear_pointer(&csv_file, g_free);
	return result;
}
