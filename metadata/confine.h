/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "metadata/error.h"

/* What the process that reads an aggregate may still cost. A 128 MiB aggregate needs four to five
 * times its size as a tree (measured on 62 MB), and is held once more beside it; doubled. */
#define CONFINE_MEMORY  2147483648 /* bytes of address space */
#define CONFINE_SECONDS 120        /* of CPU: thirty times what eduGAIN takes */
#define CONFINE_FILE    268435456  /* bytes of a file; FEED_INDEX_BYTES_MAX */

/*
 * Takes from this process, for good and before it reads what a stranger wrote, all that reading and
 * computing do not need. From then on it can read, write, seek, map memory without execution, ask
 * for the time and end; no new descriptor can be opened (no file, so no key; no socket), and no
 * program, process or thread started, no process signalled or traced. Anything else is EPERM. Core
 * dumps are off, and it dies with the thread that started it.
 *
 * To be called while there is one thread. False with METADATA_ERROR_IO when the kernel grants less;
 * the process must then end. Built with a sanitizer, address space is not limited: its shadow
 * alone takes terabytes.
 */
bool confine_process(GError **error);
