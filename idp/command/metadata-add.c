/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "idp/command/metadata.h"
#include "idp/config.h"
#include "metadata/add.h"
#include "metadata/read.h"

#define CERTIFICATE_MAX 65536 /* bytes of a --cert file */

static char *entity_id, *name, *because, *folder;
static char **acs, **certificates;
static gboolean must_sign, replace, dry_run;

/* Texts are FILENAMEs to GLib so that they come as typed: Swedish works in the C locale too. */
static const GOptionEntry entries[] = {
	{"entity", 'e', 0, G_OPTION_ARG_FILENAME, &entity_id,
	 "entityID: which of several in FILE, or of a service without a file", "ID"},
	{"acs", 'a', 0, G_OPTION_ARG_FILENAME_ARRAY, &acs,
	 "Where answers go (HTTP-POST); may be given again, the first is the default", "URL"},
	{"cert", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &certificates,
	 "Certificate of its signing key, PEM or DER; may be given again", "FILE"},
	{"must-sign", 0, 0, G_OPTION_ARG_NONE, &must_sign,
	 "Refuse its requests when they are not signed (with --cert)", NULL},
	{"name", 0, 0, G_OPTION_ARG_FILENAME, &name, "What people call it", "TEXT"},
	{"because", 'b', 0, G_OPTION_ARG_FILENAME, &because, "Why it is added; kept with it",
	 "TEXT"},
	{"replace", 0, 0, G_OPTION_ARG_NONE, &replace, "Replace what is known of it", NULL},
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "Say everything, write nothing", NULL},
	{"folder", 0, 0, G_OPTION_ARG_FILENAME, &folder,
	 "Folder instead of the configuration's [metadata] folder", "DIR"},
	G_OPTION_ENTRY_NULL,
};

static void clear_options(void)
{
	g_clear_pointer(&entity_id, g_free);
	g_clear_pointer(&name, g_free);
	g_clear_pointer(&because, g_free);
	g_clear_pointer(&folder, g_free);
	g_clear_pointer(&acs, g_strfreev);
	g_clear_pointer(&certificates, g_strfreev);
	must_sign = replace = dry_run = FALSE;
}

/* A file the administrator names, "-" for standard input. */
static GBytes *read_file(const char *path, gsize max, GError **error)
{
	if (strcmp(path, "-") == 0)
		return metadata_read(STDIN_FILENO, "standard input", max, error);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		metadata_refuse(error, METADATA_ERROR_IO, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	GBytes *bytes = metadata_read(fd, path, max, error);
	close(fd);
	return bytes;
}

static GPtrArray *read_certificates(GError **error)
{
	g_autoptr(GPtrArray) read = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	for (char **path = certificates; path && *path; path++) {
		GBytes *bytes = read_file(*path, CERTIFICATE_MAX, error);
		if (!bytes)
			return NULL;
		g_ptr_array_add(read, bytes);
	}
	return g_steal_pointer(&read);
}

static bool take_folder(const CommandLine *line, GError **error)
{
	if (folder)
		return true;
	g_autoptr(Config) config = command_config(line, error);
	if (config)
		folder = g_strdup(config_path(config, "metadata", "folder"));
	return folder;
}

static int add_service(const CommandLine *line, const char *path)
{
	g_autoptr(GError) error = NULL;
	if (!take_folder(line, &error))
		return command_fail(error);
	g_autoptr(GBytes) file = path ? read_file(path, ADD_FILE_MAX, &error) : NULL;
	g_autoptr(GPtrArray) keys = error ? NULL : read_certificates(&error);
	if (!keys)
		return command_fail(error);
	const MetadataAdd add = {
		.folder = folder,
		.file = file,
		.entity_id = entity_id,
		.acs = (const char *const *)acs,
		.certificates = keys,
		.name = name,
		.requests_signed = must_sign,
		.because = because,
		.replace = replace,
		.dry_run = dry_run,
		.now = g_get_real_time() / G_USEC_PER_SEC,
	};
	g_autofree char *report = NULL;
	bool done = metadata_add(&add, &report, &error);
	if (report)
		fputs(report, stdout);
	fflush(stdout);
	if (done)
		return COMMAND_DONE;
	command_fail(error);
	return error->code == METADATA_ERROR_USAGE ? COMMAND_USAGE : COMMAND_PROBLEM;
}

static int run(const CommandLine *line)
{
	char **rest = line->rest;
	if (rest && rest[1]) {
		g_printerr("portvakt metadata add: one FILE at a time\n");
		return COMMAND_USAGE;
	}
	return command_start_libraries() ? add_service(line, rest ? rest[0] : NULL)
					 : COMMAND_PROBLEM;
}

int command_metadata_add(int argc, char **argv)
{
	CommandLine line = {
		.name = "metadata add",
		.arguments = "[FILE|-]",
		.summary =
			"Makes a service known: from FILE, the metadata its supplier gave, or from "
			"--entity\nand --acs. Says what the service asks for, which only a policy "
			"line releases.",
		.entries = entries,
	};
	int result = command_parse(&line, &argc, &argv) ? run(&line) : COMMAND_USAGE;
	command_line_clear(&line);
	clear_options();
	return result;
}
