/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/command/find-person.h"

#include "idp/command/command.h"

const char *command_not_found(DirectoryOutcome outcome)
{
	switch (outcome) {
	case DIRECTORY_BAD_INPUT:
		return "it is empty, too long, or no UTF-8 text";
	case DIRECTORY_UNKNOWN:
		return "nobody in the directory has it; is it spelled right, and does base in "
		       "portvakt.conf(5) cover the person?";
	case DIRECTORY_AMBIGUOUS:
		return "several entries of the directory have it; leave it to one of them";
	case DIRECTORY_NO_KEY:
		return "the entry has no usable person key, or several; see `portvakt masterdata "
		       "lint'";
	default:
		g_assert_not_reached();
	}
}

DirectoryEntry *command_find_person(const Generation *generation, const char *login, GError **error)
{
	DirectoryEntry *entry = NULL;
	DirectoryOutcome outcome = directory_find(generation->directory, login, &entry, error);

	if (outcome != DIRECTORY_FOUND && outcome != DIRECTORY_FAULT)
		command_set_error(error, "login '%s': %s", login, command_not_found(outcome));
	return entry;
}
