/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/lib/vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
	sqlite3_file base;
	sqlite3_file *real; /* behind this */
	gint64 chunk;       /* of what a hint allocates */
} File;

static sqlite3_vfs *disk;
static bool skip_syncs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static VfsFaults faults;
static VfsCounts counts;
static const char *file; /* that says what happens, or NULL */
static struct timespec file_time;

/* ---- what happens ---- */

void vfs_set(const VfsFaults *new)
{
	pthread_mutex_lock(&lock);
	faults = *new;
	counts = (VfsCounts){.room = new->room};
	pthread_mutex_unlock(&lock);
}

VfsCounts vfs_counts(void)
{
	pthread_mutex_lock(&lock);
	VfsCounts now = counts;
	pthread_mutex_unlock(&lock);
	return now;
}

static unsigned ops_from_text(const char *text)
{
	static const struct {
		const char *name;
		VfsOps op;
	} names[] = {{"read", VFS_READ},
		     {"write", VFS_WRITE},
		     {"sync", VFS_SYNC},
		     {"truncate", VFS_TRUNCATE}};
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	unsigned ops = 0;

	for (unsigned i = 0; words[i]; i++)
		for (unsigned n = 0; n < G_N_ELEMENTS(names); n++)
			if (g_str_equal(words[i], names[n].name))
				ops |= names[n].op;
	return ops;
}

static VfsFaults faults_from_text(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
	VfsFaults read = {0};

	for (unsigned i = 0; words[i]; i++) {
		const char *equals = strchr(words[i], '=');
		const char *value = equals ? equals + 1 : "";
		guint64 number = g_ascii_strtoull(value, NULL, 10);

		if (g_str_has_prefix(words[i], "sync-ms=")) {
			read.sync_ms = (unsigned)number;
		} else if (g_str_has_prefix(words[i], "fail=")) {
			read.fail = ops_from_text(value);
		} else if (g_str_has_prefix(words[i], "how=")) {
			read.how = *value == 'f' ? VFS_FULL : *value == 's' ? VFS_SHORT : VFS_EIO;
		} else if (g_str_has_prefix(words[i], "at=")) {
			read.at = (unsigned)number;
		} else if (g_str_equal(words[i], "onward")) {
			read.onward = true;
		} else if (g_str_has_prefix(words[i], "room=")) {
			read.limited = true;
			read.room = (gint64)number;
		} else {
			g_assert_cmpstr(words[i], ==, "");
		}
	}
	return read;
}

/* With the lock. */
static void follow_file(void)
{
	g_autofree char *text = NULL;
	struct stat st;

	if (!file || stat(file, &st) != 0 ||
	    (st.st_mtim.tv_sec == file_time.tv_sec && st.st_mtim.tv_nsec == file_time.tv_nsec) ||
	    !g_file_get_contents(file, &text, NULL, NULL))
		return;
	file_time = st.st_mtim;
	faults = faults_from_text(text);
	counts = (VfsCounts){.room = faults.room};
}

/* Whether this operation fails; it is counted. */
static bool fails(VfsOps op, VfsHow *how)
{
	bool failing;

	pthread_mutex_lock(&lock);
	follow_file();
	*how = faults.how;
	failing = (faults.fail & op) != 0;
	if (failing) {
		unsigned nth = ++counts.operations;

		failing = faults.at == 0 || nth == faults.at || (faults.onward && nth > faults.at);
	}
	counts.failed += failing;
	pthread_mutex_unlock(&lock);
	return failing;
}

/* Whether the disk has room for the file to reach `end`; it is taken. */
static bool room_to(sqlite3_file *real, gint64 end)
{
	sqlite3_int64 size = 0;
	bool room = true;

	pthread_mutex_lock(&lock);
	follow_file();
	if (faults.limited && real->pMethods->xFileSize(real, &size) == SQLITE_OK && end > size) {
		room = end - size <= counts.room;
		if (room)
			counts.room -= end - size;
		counts.failed += !room;
	}
	pthread_mutex_unlock(&lock);
	return room;
}

static int error_of(VfsHow how, int eio)
{
	return how == VFS_FULL ? SQLITE_FULL : eio;
}

/* ---- a file of the store ---- */

static sqlite3_file *real_of(sqlite3_file *base)
{
	return ((File *)base)->real;
}

static int file_close(sqlite3_file *base)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xClose(real);
}

static int file_read(sqlite3_file *base, void *bytes, int length, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(base);
	VfsHow how;

	if (fails(VFS_READ, &how))
		return SQLITE_IOERR_READ;
	return real->pMethods->xRead(real, bytes, length, at);
}

static int file_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(base);
	VfsHow how;

	if (fails(VFS_WRITE, &how)) {
		if (how == VFS_SHORT)
			real->pMethods->xWrite(real, bytes, length / 2, at);
		return error_of(how, SQLITE_IOERR_WRITE);
	}
	if (!room_to(real, at + length))
		return SQLITE_FULL;
	return real->pMethods->xWrite(real, bytes, length, at);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	sqlite3_file *real = real_of(base);
	sqlite3_int64 before = 0, after = 0;
	VfsHow how;
	int rc;

	if (fails(VFS_TRUNCATE, &how))
		return error_of(how, SQLITE_IOERR_TRUNCATE);
	real->pMethods->xFileSize(real, &before);
	rc = real->pMethods->xTruncate(real, size);
	real->pMethods->xFileSize(real, &after);
	/* The disk has it again. */
	pthread_mutex_lock(&lock);
	if (faults.limited)
		counts.room += before - after;
	pthread_mutex_unlock(&lock);
	return rc;
}

/* The disk takes so long, or until its file says that it takes another time. */
static void take_ms(unsigned ms)
{
	gint64 end = g_get_monotonic_time() + ms * (gint64)1000;
	bool slow = true;

	while (slow && g_get_monotonic_time() < end) {
		g_usleep((gulong)CLAMP(end - g_get_monotonic_time(), 0, 5000));
		pthread_mutex_lock(&lock);
		follow_file();
		slow = !file || faults.sync_ms == ms;
		pthread_mutex_unlock(&lock);
	}
}

static int file_sync(sqlite3_file *base, int flags)
{
	sqlite3_file *real = real_of(base);
	VfsHow how;
	bool failing = fails(VFS_SYNC, &how);
	unsigned ms;

	pthread_mutex_lock(&lock);
	ms = faults.sync_ms;
	counts.syncs++;
	pthread_mutex_unlock(&lock);
	take_ms(ms);
	if (failing)
		return error_of(how, SQLITE_IOERR_FSYNC);
	return skip_syncs ? SQLITE_OK : real->pMethods->xSync(real, flags);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xFileSize(real, size);
}

static int file_lock(sqlite3_file *base, int level)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xUnlock(real, level);
}

static int file_is_reserved(sqlite3_file *base, int *reserved)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xCheckReservedLock(real, reserved);
}

/* A hint of the size to come allocates what lies before it, in chunks; unix says IOERR_WRITE when
 * the disk is full. */
static int file_control(sqlite3_file *base, int what, void *value)
{
	sqlite3_file *real = real_of(base);

	if (what == SQLITE_FCNTL_CHUNK_SIZE)
		((File *)base)->chunk = *(int *)value;
	if (what == SQLITE_FCNTL_SIZE_HINT) {
		gint64 hint = *(sqlite3_int64 *)value, chunk = MAX(((File *)base)->chunk, 1);

		hint = (hint + chunk - 1) / chunk * chunk;
		if (!room_to(real, hint))
			return SQLITE_IOERR_WRITE;
	}
	return real->pMethods->xFileControl(real, what, value);
}

static int file_sector(sqlite3_file *base)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xSectorSize(real);
}

static int file_traits(sqlite3_file *base)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xDeviceCharacteristics(real);
}

static int shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **memory)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xShmMap(real, page, size, extend, memory);
}

static int shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xShmLock(real, offset, n, flags);
}

static void shm_barrier(sqlite3_file *base)
{
	sqlite3_file *real = real_of(base);

	real->pMethods->xShmBarrier(real);
}

static int shm_unmap(sqlite3_file *base, int remove)
{
	sqlite3_file *real = real_of(base);

	return real->pMethods->xShmUnmap(real, remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_is_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

/* ---- the disk ---- */

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags,
		     int *ret_flags)
{
	File *opened = (File *)base;
	int rc;

	opened->real = (sqlite3_file *)(opened + 1);
	opened->chunk = 0;
	opened->base.pMethods = NULL;
	rc = disk->xOpen(disk, name, opened->real, flags, ret_flags);
	if (opened->real->pMethods)
		opened->base.pMethods = &methods;
	return rc;
}

static sqlite3_vfs shim;

void vfs_register(void)
{
	if (disk)
		return;
	disk = sqlite3_vfs_find(NULL);
	g_assert_nonnull(disk);
	/* All but opening is the disk's own, and looks only at what is copied here. */
	shim = *disk;
	shim.zName = "portvakt-shim";
	shim.szOsFile = (int)sizeof(File) + disk->szOsFile;
	shim.xOpen = open_file;
	shim.pNext = NULL;
	int rc = sqlite3_vfs_register(&shim, 1);
	g_assert_cmpint(rc, ==, SQLITE_OK);
}

void vfs_skip_syncs(void)
{
	skip_syncs = true;
}

void vfs_register_from_environment(void)
{
	const char *sync_ms = g_getenv("PORTVAKT_BENCH_FSYNC_MS");
	const char *path = g_getenv("PORTVAKT_VFS_FILE");

	if (!sync_ms && !path)
		return;
	file = path;
	if (sync_ms)
		vfs_set(&(VfsFaults){.sync_ms = (unsigned)g_ascii_strtoull(sync_ms, NULL, 10)});
	vfs_register();
}
