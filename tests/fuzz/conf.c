/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as portvakt.conf: an error says file, line and column in text that can be shown, and
 * what is taken has every value that must be there. */
#include "idp/config.h"
#include "tests/fuzz/target.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* "3:7": the place without the file. */
static void tell_refusal(const GError *error, const char *path)
{
	gsize length = strlen(path);

	g_assert_true(error->domain == CONFIG_ERROR);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_assert_true(strncmp(error->message, path, length) == 0 && error->message[length] == ':');
	const char *place = error->message + length + 1;
	const char *message = strstr(place, ": ");
	g_assert_true(message && message - place < 20);
	fuzz_verdict("refused %.*s: %s", (int)(message - place), place, message + strlen(": "));
}

static void has(const Config *config, const char *prefix, const char *name,
		const ConfigSetting *setting)
{
	g_autofree char *group = g_strconcat(prefix, name, NULL);
	g_assert_true(!setting->mandatory || config_has(config, group, setting->key));
}

/* What must be there: in every group of its kind, and in one that is of one huvudman only where
 * there is one. */
static void check_mandatory(const Config *config, const ConfigSetting *setting)
{
	const char *const *names = config_huvudmen(config);

	if (strcmp(setting->group, "huvudman") == 0)
		for (; *names; names++)
			has(config, "huvudman ", *names, setting);
	else if (strcmp(setting->group, "feed") == 0)
		for (const char *const *feed = config_feeds(config); *feed; feed++)
			has(config, "", *feed, setting);
	else if (strcmp(setting->group, "directory") == 0 && !*names)
		has(config, "", config_directories(config)[0], setting);
	else if (!*names)
		has(config, "", setting->group, setting);
}

static void check(const Config *config)
{
	gsize count = 0;
	const ConfigSetting *table = config_settings(&count);
	const char *directory = config_directories(config)[0];

	g_assert_true((directory == NULL) == (config_huvudmen(config)[0] != NULL));
	for (gsize i = 0; i < count; i++) {
		const char *group = directory && strcmp(table[i].group, "directory") == 0
					    ? directory
					    : table[i].group;
		if (table[i].type == CONFIG_COUNT || table[i].type == CONFIG_DURATION) {
			gint64 number = config_number(config, group, table[i].key);
			g_assert_true(number == 0 ||
				      (number >= table[i].low && number <= table[i].high));
		}
		check_mandatory(config, &table[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("conf", MFD_CLOEXEC);
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	g_autoptr(GError) error = NULL;

	g_assert_true(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	g_autoptr(Config) config = config_load(path, &error);
	g_assert_true((config != NULL) == (error == NULL));
	if (config) {
		check(config);
		fuzz_verdict("taken");
	} else {
		tell_refusal(error, path);
	}
	close(fd);
	return 0;
}
