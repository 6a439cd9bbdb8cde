/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/masterdata/directory-editor.h"

#include "idp/fault.h"
#include "idp/limits.h"
#include "idp/masterdata/condition.h"
#include "idp/masterdata/directory-inside.h"

struct DirectoryEditor {
	Link *link; /* NULL: lost */
};

static gint64 after_ms(gint64 ms)
{
	return g_get_monotonic_time() + ms * G_TIME_SPAN_MILLISECOND;
}

/* LINK_OK, LINK_REFUSED, or that another address may be tried; error is set but for LINK_OK. */
static LinkResult open_at(Directory *directory, unsigned uri, const char *bind_dn, Secret *password,
			  Link **ret_link, GError **error)
{
	gint64 deadline = after_ms(LIMIT_DIRECTORY_URI_MS);
	g_autoptr(Link) link = servers_open(directory->servers, uri, deadline, error);
	if (!link)
		return LINK_LOST;
	LinkResult bound = link_bind(link, bind_dn, secret_text(password), secret_length(password),
				     deadline, error);
	if (bound == LINK_REFUSED)
		g_set_error(error, CHANGE_ERROR, CHANGE_DENIED,
			    "the directory refuses %s; is the password right?", bind_dn);
	if (bound == LINK_OK)
		*ret_link = g_steal_pointer(&link);
	return bound;
}

DirectoryEditor *directory_editor_open(Directory *directory, const char *bind_dn, Secret *password,
				       GError **error)
{
	g_autoptr(GString) failures = g_string_new(NULL);

	if (!bind_dn || !*bind_dn || !secret_length(password)) {
		/* a server may well take an empty one for a wish to be anonymous, and say Success
		 */
		g_set_error(error, CHANGE_ERROR, CHANGE_DENIED,
			    "writing in the directory takes an account and its password");
		return NULL;
	}
	for (unsigned i = 0; i < servers_count(directory->servers); i++) {
		g_autoptr(GError) failure = NULL;
		Link *link = NULL;
		LinkResult result = open_at(directory, i, bind_dn, password, &link, &failure);
		if (result == LINK_OK) {
			DirectoryEditor *editor = g_new0(DirectoryEditor, 1);
			editor->link = link;
			return editor;
		}
		if (result == LINK_REFUSED) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return NULL;
		}
		g_string_append_printf(failures, "%s%s", failures->len ? "; " : "",
				       failure->message);
	}
	g_set_error_literal(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN, failures->str);
	return NULL;
}

bool directory_editor_set(DirectoryEditor *editor, const char *dn, const char *attribute,
			  const char *before, const char *after, GError **error)
{
	g_assert(*dn && *after && condition_is_attribute(attribute));
	if (!editor->link) {
		g_set_error(error, FAULT_ERROR, FAULT_DIRECTORY_DOWN,
			    "the connection to the directory is lost");
		return false;
	}
	LinkResult result = link_change(editor->link, dn, attribute, before, after,
					after_ms(LIMIT_DIRECTORY_CHANGE_MS), error);
	if (result == LINK_LOST) {
		g_prefix_error(error, "whether it is written is not known; look and try again: ");
		g_clear_pointer(&editor->link, link_free);
	}
	return result == LINK_OK;
}

void directory_editor_close(DirectoryEditor *editor)
{
	if (!editor)
		return;
	link_free(editor->link);
	g_free(editor);
}
