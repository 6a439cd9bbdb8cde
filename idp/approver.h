/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which human runs a command that must be run by two of them. Who may write the store is root or
 * the daemon's user, so that everybody is root by the time they get here; asked is who they were
 * when they logged in:
 *
 *   1. the login uid that the kernel keeps (/proc/self/loginuid; pam_loginuid sets it). It goes
 * along through sudo, su and setuid, and only who has CAP_AUDIT_CONTROL can change it;
 *   2. where none was set, and the real user is root: SUDO_UID, which sudo sets itself. The
 *      environment of a process of root's is root's, since nothing of ours is set-uid;
 *   3. else the real user.
 *
 * So nobody without root's power can pass for another. Root can, as root can write the store
 * itself: approval by two holds against a slip and against one administrator in haste, not against
 * one who forges.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
	uid_t uid;
	char *account; /* its name; owned */
} Approver;

/* The rule above. loginuid: the text of /proc/self/loginuid, sudo_uid: of the environment; each
 * NULL if there is none. What is no number counts as none. */
uid_t approver_choose(uid_t real, const char *loginuid, const char *sudo_uid);

/* Who runs this process. False, with an error that says what to do, when that user has no account.
 */
bool approver_find(Approver *approver, GError **error);
void approver_clear(Approver *approver);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Approver, approver_clear)
