/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A disk that misbehaves when told to: an SQLite VFS that stands before the default one. What it
 * does to files of a store (the database, its log and its journal) is one value, VfsFaults, which
 * a test in the same process sets, or a scenario writes into a file that a whole daemon follows.
 * The file of shared memory (-shm) is no file of the disk and is left alone.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	VFS_READ = 1 << 0,
	VFS_WRITE = 1 << 1,
	VFS_SYNC = 1 << 2,
	VFS_TRUNCATE = 1 << 3,
	VFS_ALL = (1 << 4) - 1,
} VfsOps;

typedef enum {
	VFS_EIO = 0, /* the operation does nothing and is SQLITE_IOERR_READ, _WRITE, ... */
	VFS_FULL,    /* the operation does nothing and is SQLITE_FULL */
	VFS_SHORT,   /* a write does the first half of its bytes and is SQLITE_IOERR_WRITE */
} VfsHow;

typedef struct {
	unsigned sync_ms; /* each sync takes so much longer */
	unsigned fail;    /* VfsOps that fail; 0: none */
	VfsHow how;
	unsigned at;  /* only the at-th of them from now on, from 1; 0: each */
	bool onward;  /* that one, and all after it */
	bool limited; /* the disk has only `room` bytes left for files to grow by, else SQLITE_FULL;
		       * writes within a file's size succeed */
	gint64 room;
} VfsFaults;

#define VFS_NO_FAULTS ((VfsFaults){0})

/* Counted since the last vfs_set(). */
typedef struct {
	unsigned operations; /* of the kinds in `fail` */
	unsigned failed;     /* by us, for want of room included */
	unsigned syncs;      /* begun */
	gint64 room;
} VfsCounts;

/* Registers it as SQLite's default, once, before the first store is opened. Without faults. */
void vfs_register(void);

/*
 * For a whole daemon. Registers it if one of these is in the environment, else does nothing:
 *   PORTVAKT_BENCH_FSYNC_MS=N  each sync takes N ms longer
 *   PORTVAKT_VFS_FILE=PATH     the file, if it is there, says what happens from now on, and is read
 *                              anew when it has been replaced: words separated by white space,
 *                              sync-ms=N, fail=read,write,sync,truncate, how=eio|full|short, at=N,
 *                              onward, room=BYTES. A sync that is under way ends when another
 *                              sync-ms is said.
 */
void vfs_register_from_environment(void);

/* Syncs are counted, delayed and fail as told, but nothing is synced: for a test with thousands of
 * commits, which no power cut follows. Before the first store is opened. */
void vfs_skip_syncs(void);

/* From now on. Any thread. */
void vfs_set(const VfsFaults *faults);
VfsCounts vfs_counts(void);
