/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/approver.h"

#include <gio/gio.h>
#include <pwd.h>
#include <unistd.h>

/* What the kernel says where nobody has logged in: (uid_t)-1. */
#define UNSET ((guint64)G_MAXUINT32)

static bool read_uid(const char *text, uid_t *ret)
{
	g_autofree char *digits = text ? g_strstrip(g_strdup(text)) : NULL;
	guint64 value = 0;

	if (!digits || !g_ascii_string_to_unsigned(digits, 10, 0, UNSET - 1, &value, NULL))
		return false;
	*ret = (uid_t)value;
	return true;
}

uid_t approver_choose(uid_t real, const char *loginuid, const char *sudo_uid)
{
	uid_t uid = real;

	if (!read_uid(loginuid, &uid) && real == 0)
		read_uid(sudo_uid, &uid);
	return uid;
}

bool approver_find(Approver *approver, GError **error)
{
	g_autofree char *loginuid = NULL;
	g_autofree char *buffer = g_malloc(65536);
	struct passwd entry, *found = NULL;

	g_file_get_contents("/proc/self/loginuid", &loginuid, NULL, NULL);
	approver->uid = approver_choose(getuid(), loginuid, g_getenv("SUDO_UID"));
	if (getpwuid_r(approver->uid, &entry, buffer, 65536, &found) == 0 && found) {
		approver->account = g_strdup(found->pw_name);
		return true;
	}
	g_set_error(
		error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		"user %u has no account here, so that nobody could say whose approval it is; log "
		"in as yourself",
		(unsigned)approver->uid);
	return false;
}

void approver_clear(Approver *approver)
{
	g_clear_pointer(&approver->account, g_free);
}
