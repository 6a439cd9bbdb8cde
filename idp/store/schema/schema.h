/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The tables of the SQLite store, as numbered steps. A step that has been released is never
 * changed: a new one follows it. The number of steps done is the file's user_version.
 */
#pragma once

#include <glib.h>

/* "Pvkt": the file's application_id, by which file(1) and we know it. */
#define SCHEMA_APPLICATION_ID 0x50766b74

/* SQL of step i + 1, that brings a store of version i to version i + 1. */
extern const char *const schema_steps[];
extern const int schema_version;
