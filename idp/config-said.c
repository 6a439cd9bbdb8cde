/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/config-inside.h"

#include "idp/config-table.h"

bool config_fail(GError **error, const ConfigPlace *place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s:%u:%u: %s", place->file,
		    place->line, place->column, text);
	return false;
}

void config_said_free(gpointer data)
{
	ConfigSaid *said = data;
	g_free(said->file);
	g_free(said->text);
	g_strfreev(said->list);
	g_free(said->path);
	g_free(said);
}

char *config_said_name(const char *group, const char *key)
{
	return g_strconcat(group, "\037", key, NULL);
}

static bool parse_duration(const char *text, gint64 *ret)
{
	static const struct {
		char letter;
		gint64 seconds;
	} units[] = {{'s', 1}, {'m', MINUTE}, {'h', HOUR}, {'d', DAY}};
	char *end = NULL;
	if (!g_ascii_isdigit(text[0]))
		return false;
	gint64 count = g_ascii_strtoll(text, &end, 10);
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (end[0] == units[i].letter && end[1] == '\0')
			return !__builtin_mul_overflow(count, units[i].seconds, ret);
	return false;
}

static bool parse_count(const char *text, gint64 *ret)
{
	guint64 number = 0;
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &number, NULL))
		return false;
	*ret = (gint64)number;
	return true;
}

static char **split_list(const char *text)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	g_auto(GStrv) parts = g_strsplit(text, ";", -1);
	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_strv_builder_add(list, *part);
	return g_strv_builder_end(list);
}

bool config_said_judge(const Config *config, const ConfigSetting *setting, ConfigSaid *said,
		       const char *key, GError **error)
{
	switch (setting->type) {
	case CONFIG_TEXT:
		break;
	case CONFIG_PATH:
		said->path = g_canonicalize_filename(said->text, config->folder);
		break;
	case CONFIG_LIST:
		said->list = split_list(said->text);
		break;
	case CONFIG_BOOL:
		if (!g_str_equal(said->text, "yes") && !g_str_equal(said->text, "no"))
			return config_fail(error, &said->place, "%s takes yes or no", key);
		said->number = said->text[0] == 'y';
		break;
	case CONFIG_COUNT:
		if (!parse_count(said->text, &said->number))
			return config_fail(error, &said->place, "%s takes a whole number", key);
		break;
	case CONFIG_DURATION:
		if (!parse_duration(said->text, &said->number))
			return config_fail(error, &said->place,
					   "%s takes a time such as 45s, 60m, 10h or 7d", key);
		break;
	}
	if (setting->high && (said->number < setting->low || said->number > setting->high))
		return config_fail(error, &said->place,
				   "%s must lie between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
				   "%s",
				   key, setting->low, setting->high,
				   setting->type == CONFIG_DURATION ? " seconds" : "");
	return true;
}
