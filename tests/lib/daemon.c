/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * portvakt as it is, all its commands, but its store lies on the disk of tests/lib/vfs.h: for
 * scenarios, which set `portvakt` to this program and PORTVAKT_VFS_FILE.
 */
#include "tests/lib/vfs.h"

static void __attribute__((constructor)) before_main(void)
{
	vfs_register_from_environment();
}
