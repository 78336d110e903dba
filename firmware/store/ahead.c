// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/ahead.h"

#include <sqlite3.h>
#include <stdint.h>
#include <string.h>

#define BLOCK_BYTES (32 * 1024)

/* Small: SQLite makes room for one in every temporary table, too. */
struct ahead {
	sqlite3_file base;
	sqlite3_int64 next; /* where a read would follow the one before */
	sqlite3_int64 at;   /* of the block */
	int n;		    /* bytes of it that are good, 0 none */
	char *block;	    /* made when it is first filled */
};

/* The file of the system's own layer stands behind ours. */
static sqlite3_file *real(sqlite3_file *f)
{
	return (sqlite3_file *)(void *)((struct ahead *)(void *)f + 1);
}

static int ahead_close(sqlite3_file *f)
{
	sqlite3_free(((struct ahead *)(void *)f)->block);
	return real(f)->pMethods->xClose(real(f));
}

/* Fills the block from `at` on; a short file gives a short block. */
static void fill(sqlite3_file *f, sqlite3_int64 at)
{
	struct ahead *a = (struct ahead *)(void *)f;
	sqlite3_int64 size = 0, left;

	a->n = 0;
	if (!a->block)
		a->block = sqlite3_malloc(BLOCK_BYTES);
	if (!a->block || real(f)->pMethods->xFileSize(real(f), &size) || size <= at)
		return;
	left = size - at;
	left = left < BLOCK_BYTES ? left : BLOCK_BYTES;
	if (real(f)->pMethods->xRead(real(f), a->block, (int)left, at) == SQLITE_OK) {
		a->at = at;
		a->n = (int)left;
	}
}

static int ahead_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	struct ahead *a = (struct ahead *)(void *)f;
	const int follows = at == a->next;

	a->next = at + n;
	if (follows && (at < a->at || at + n > a->at + a->n))
		fill(f, at);
	if (at < a->at || at + n > a->at + a->n)
		return real(f)->pMethods->xRead(real(f), p, n, at);
	memcpy(p, a->block + (at - a->at), (size_t)n);
	return SQLITE_OK;
}

static int ahead_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	((struct ahead *)(void *)f)->n = 0;
	return real(f)->pMethods->xWrite(real(f), p, n, at);
}

static int ahead_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	((struct ahead *)(void *)f)->n = 0;
	return real(f)->pMethods->xTruncate(real(f), size);
}

static int ahead_sync(sqlite3_file *f, int flags)
{
	return real(f)->pMethods->xSync(real(f), flags);
}

static int ahead_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

/* Another process may have written while nobody held the file. */
static int ahead_lock(sqlite3_file *f, int lock)
{
	((struct ahead *)(void *)f)->n = 0;
	return real(f)->pMethods->xLock(real(f), lock);
}

static int ahead_unlock(sqlite3_file *f, int lock)
{
	return real(f)->pMethods->xUnlock(real(f), lock);
}

static int ahead_reserved(sqlite3_file *f, int *ret)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), ret);
}

static int ahead_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int ahead_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int ahead_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int ahead_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
}

/* A transaction begins: another process may have moved what we wrote from the log to the file. */
static int ahead_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	((struct ahead *)(void *)f)->n = 0;
	return real(f)->pMethods->xShmLock(real(f), at, n, flags);
}

static void ahead_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int ahead_shm_unmap(sqlite3_file *f, int remove)
{
	return real(f)->pMethods->xShmUnmap(real(f), remove);
}

/* Version 2: memory mapping is not offered. A layer below of version 1 has no shared memory. */
#define METHODS(version)                                                                           \
	{                                                                                          \
		.iVersion = version, .xClose = ahead_close, .xRead = ahead_read,                   \
		.xWrite = ahead_write, .xTruncate = ahead_truncate, .xSync = ahead_sync,           \
		.xFileSize = ahead_size, .xLock = ahead_lock, .xUnlock = ahead_unlock,             \
		.xCheckReservedLock = ahead_reserved, .xFileControl = ahead_control,               \
		.xSectorSize = ahead_sector, .xDeviceCharacteristics = ahead_device,               \
		.xShmMap = ahead_shm_map, .xShmLock = ahead_shm_lock,                              \
		.xShmBarrier = ahead_shm_barrier, .xShmUnmap = ahead_shm_unmap,                    \
	}

static const sqlite3_io_methods methods_1 = METHODS(1), methods_2 = METHODS(2);

static int ahead_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	sqlite3_vfs *below = vfs->pAppData;
	struct ahead *a = (struct ahead *)(void *)f;
	int code;

	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return below->xOpen(below, name, f, flags, out);
	a->base.pMethods = NULL;
	a->next = -1;
	a->at = 0;
	a->n = 0;
	a->block = NULL;
	code = below->xOpen(below, name, real(f), flags, out);
	if (real(f)->pMethods)
		a->base.pMethods = real(f)->pMethods->iVersion >= 2 ? &methods_2 : &methods_1;
	return code;
}

const char *ahead_vfs(void)
{
	static sqlite3_vfs vfs; /* SQLite's list of layers is the process's, and links this in */
	sqlite3_vfs *below;

	if (sqlite3_vfs_find(AHEAD_VFS))
		return AHEAD_VFS;
	below = sqlite3_vfs_find(NULL);
	if (!below)
		return NULL;
	vfs = *below;
	vfs.zName = AHEAD_VFS;
	vfs.pAppData = below;
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct ahead) + below->szOsFile;
	vfs.xOpen = ahead_open;
	return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? AHEAD_VFS : NULL;
}
