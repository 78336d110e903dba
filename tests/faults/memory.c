// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX	  64
#define CHANGE_COUNTER_AT 24 /* sqlite.org/fileformat2.html, "the database header" */
#define VALID_FOR_AT	  92
#define HEADER_BYTES	  100

struct file {
	char name[MEMORY_NAME_MAX];
	bool used;
	struct image image;
	sqlite3 *connection;
};

/* SQLite hands a file back with its methods in front. */
struct handle {
	sqlite3_file base;
	struct file *file;
	bool anonymous;
};

/* The one place with state of the process: SQLite's list of file systems is such state too. */
static struct file files[FILES_MAX];

static void die(const char *what)
{
	fprintf(stderr, "memory: %s\n", what);
	abort();
}

static struct file *find(const char *name)
{
	for (int i = 0; i < FILES_MAX; i++)
		if (files[i].used && strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

static struct file *make(const char *name)
{
	for (int i = 0; i < FILES_MAX; i++) {
		if (files[i].used)
			continue;
		memset(&files[i], 0, sizeof(files[i]));
		files[i].used = true;
		snprintf(files[i].name, sizeof(files[i].name), "%s", name);
		return &files[i];
	}
	die("too many files");
	return NULL;
}

static void make_room(struct image *image, size_t n)
{
	size_t cap = image->cap ? image->cap : 65536;

	while (cap < n)
		cap *= 2;
	if (cap == image->cap)
		return;
	image->p = realloc(image->p, cap);
	if (!image->p)
		die("out of memory");
	image->cap = cap;
}

void image_free(struct image *image)
{
	free(image->p);
	*image = (struct image){ 0 };
}

/* ---- what SQLite calls ---- */

static struct image *image_of(sqlite3_file *f)
{
	return &((struct handle *)(void *)f)->file->image;
}

static int x_close(sqlite3_file *f)
{
	struct handle *h = (void *)f;

	if (h->anonymous) {
		image_free(&h->file->image);
		h->file->used = false;
	}
	return SQLITE_OK;
}

static int x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	const struct image *image = image_of(f);
	size_t have = (size_t)at < image->n ? image->n - (size_t)at : 0;

	if (have >= (size_t)n) {
		memcpy(p, image->p + at, (size_t)n);
		return SQLITE_OK;
	}
	memset(p, 0, (size_t)n);
	if (have)
		memcpy(p, image->p + at, have);
	return SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct image *image = image_of(f);
	size_t end = (size_t)at + (size_t)n;

	make_room(image, end);
	if (end > image->n) {
		if ((size_t)at > image->n)
			memset(image->p + image->n, 0, (size_t)at - image->n);
		image->n = end;
	}
	memcpy(image->p + at, p, (size_t)n);
	return SQLITE_OK;
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	struct image *image = image_of(f);

	if ((size_t)n < image->n)
		image->n = (size_t)n;
	return SQLITE_OK;
}

static int x_sync(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;
	return SQLITE_OK;
}

static int x_size(sqlite3_file *f, sqlite3_int64 *ret_n)
{
	*ret_n = (sqlite3_int64)image_of(f)->n;
	return SQLITE_OK;
}

/* One thread, and nobody keeps a transaction open while another connection works. */
static int x_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int x_reserved(sqlite3_file *f, int *ret_held)
{
	(void)f;
	*ret_held = 0;
	return SQLITE_OK;
}

static int x_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int x_sector(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

static int x_traits(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = x_close,
	.xRead = x_read,
	.xWrite = x_write,
	.xTruncate = x_truncate,
	.xSync = x_sync,
	.xFileSize = x_size,
	.xLock = x_lock,
	.xUnlock = x_lock,
	.xCheckReservedLock = x_reserved,
	.xFileControl = x_control,
	.xSectorSize = x_sector,
	.xDeviceCharacteristics = x_traits,
};

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	struct handle *h = (void *)f;

	(void)vfs;
	h->anonymous = !name;
	h->file = name ? find(name) : NULL;
	if (!h->file)
		h->file = make(name ? name : "");
	h->base.pMethods = &methods;
	if (ret_flags)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)sync;
	memory_remove(name);
	return SQLITE_OK;
}

static int x_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret_yes)
{
	(void)vfs;
	(void)flags;
	*ret_yes = find(name) != NULL;
	return SQLITE_OK;
}

static int x_full_path(sqlite3_vfs *vfs, const char *name, int cap, char *dst)
{
	(void)vfs;
	snprintf(dst, (size_t)cap, "%s", name);
	return SQLITE_OK;
}

static int x_random(sqlite3_vfs *vfs, int n, char *dst)
{
	(void)vfs;
	memset(dst, 7, (size_t)n); /* the same in every run */
	return n;
}

static int x_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int x_time(sqlite3_vfs *vfs, double *ret_days)
{
	(void)vfs;
	*ret_days = 2461367.5;
	return SQLITE_OK;
}

/* Runs for every connection that is opened. The journal of a transaction needs no file, and
 * `PRAGMA journal_mode=WAL`, which is not to be had here, leaves that as it is. */
static int on_connection(sqlite3 *db, char **ret_message, const struct sqlite3_api_routines *api)
{
	struct file *f = find(sqlite3_db_filename(db, "main"));

	(void)ret_message;
	(void)api;
	if (f && !f->connection)
		f->connection = db;
	return sqlite3_exec(db, "PRAGMA journal_mode=MEMORY", NULL, NULL, NULL);
}

void memory_start(void)
{
	static sqlite3_vfs vfs = {
		.iVersion = 1,
		.szOsFile = sizeof(struct handle),
		.mxPathname = MEMORY_NAME_MAX,
		.zName = "memory",
		.xOpen = x_open,
		.xDelete = x_delete,
		.xAccess = x_access,
		.xFullPathname = x_full_path,
		.xRandomness = x_random,
		.xSleep = x_sleep,
		.xCurrentTime = x_time,
	};

	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_initialize() != SQLITE_OK || sqlite3_vfs_register(&vfs, 1) != SQLITE_OK ||
	    sqlite3_auto_extension((void (*)(void))on_connection) != SQLITE_OK)
		die("SQLite does not start");
}

/* ---- what the simulation calls ---- */

sqlite3 *memory_connection(const char *name)
{
	struct file *f = find(name);

	return f ? f->connection : NULL;
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void write_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

void memory_save(const char *name, struct image *image)
{
	const struct file *f = find(name);

	if (!f)
		die("no such file");
	make_room(image, f->image.n);
	memcpy(image->p, f->image.p, f->image.n);
	image->n = f->image.n;
}

void memory_load(const char *name, const struct image *image)
{
	struct file *f = find(name);
	uint32_t counter = 0;

	if (!f)
		f = make(name);
	if (f->image.n >= HEADER_BYTES)
		counter = read_u32(f->image.p + CHANGE_COUNTER_AT);
	make_room(&f->image, image->n);
	memcpy(f->image.p, image->p, image->n);
	f->image.n = image->n;
	/* Another one than any connection has seen. */
	write_u32(f->image.p + CHANGE_COUNTER_AT, counter + 1);
	write_u32(f->image.p + VALID_FOR_AT, counter + 1);
	if (f->connection)
		memory_forget_temporary(name);
}

void memory_forget_temporary(const char *name)
{
	sqlite3 *db = memory_connection(name);
	sqlite3_stmt *q = NULL;
	char sql[4096] = "";
	size_t n = 0;

	sqlite3_prepare_v2(db, "SELECT name FROM sqlite_temp_schema WHERE type='table'", -1, &q,
			   NULL);
	while (sqlite3_step(q) == SQLITE_ROW && n < sizeof(sql))
		n += (size_t)snprintf(sql + n, sizeof(sql) - n, "DELETE FROM temp.%s;",
				      (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	if (n >= sizeof(sql) || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

void memory_remove(const char *name)
{
	struct file *f = find(name);

	if (!f)
		return;
	image_free(&f->image);
	f->used = false;
}
