// SPDX-License-Identifier: Apache-2.0
/*
 * What SQLite leaves in a page between its cells' pointers and its cells: when a page is split or
 * joined its cells move, and secure_delete does not overwrite where they stood. This does, in the
 * file itself, through SQLite's own descriptor (another one's close would drop its locks). Nobody
 * reads a gap, so a write that breaks off half leaves a sound page.
 *
 * Pages are rewritten only while the log is empty, so the file is the truth, and what SQLite keeps
 * of them in memory is dropped after each slice: a page that changes later starts from a clean one.
 */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "firmware/store/db.h"
#include "firmware/store/person.h"

#define PAGE_MAX    65536
#define HEAD_BYTES  100 /* of the file, in front of the first page's own */
#define FREE_FIRST  32	/* in it: the first page of the list of free ones */
#define LEAF_HEAD   8
#define INNER_HEAD  12
#define TYPE_INDEX  2
#define TYPE_TABLE  5
#define TYPE_LEAF_I 10
#define TYPE_LEAF_T 13

static size_t be16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

/* Overwrites the gap of a page of a tree; false: there was nothing to overwrite, or it is none. */
static bool clean_gap(uint8_t *page, size_t size, size_t head)
{
	const uint8_t type = page[head];
	const bool inner = type == TYPE_INDEX || type == TYPE_TABLE;
	size_t from, to;
	bool any = false;

	if (!inner && type != TYPE_LEAF_I && type != TYPE_LEAF_T)
		return false;
	from = head + (inner ? INNER_HEAD : LEAF_HEAD) + 2 * be16(page + head + 3);
	to = be16(page + head + 5);
	if (to == 0)
		to = 65536;
	if (to > size || from > to)
		return false;
	for (size_t i = from; i < to && !any; i++)
		any = page[i] != 0;
	if (any)
		memset(page + from, 0, to - from);
	return any;
}

static sqlite3_file *file_of(sqlite3 *db)
{
	sqlite3_file *f = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &f) != SQLITE_OK || !f ||
	    !f->pMethods)
		return NULL;
	return f;
}

/* A page of a tree may look like any other: an overflow page begins with a page's number, which is
 * below 2^24 here, so with a zero; a trunk of the free list the same. */
static int scrub_pages(sqlite3_file *f, int64_t *page, int pages, size_t size, int64_t last)
{
	uint8_t memory[PAGE_MAX];

	for (; pages-- > 0 && *page < last; ++*page) {
		const sqlite3_int64 at = (sqlite3_int64)*page * (sqlite3_int64)size;

		if (f->pMethods->xRead(f, memory, (int)size, at) != SQLITE_OK)
			return -EIO;
		if (clean_gap(memory, size, *page == 0 ? HEAD_BYTES : 0) &&
		    f->pMethods->xWrite(f, memory, (int)size, at) != SQLITE_OK)
			return -EIO;
	}
	if (*page < last)
		return 0;
	return f->pMethods->xSync(f, SQLITE_SYNC_NORMAL) == SQLITE_OK ? 1 : -EIO;
}

int db_scrub(sqlite3 *db, int64_t *page, int pages)
{
	int frames = -1, moved = -1, err;
	sqlite3_file *f = file_of(db);
	uint8_t head[HEAD_BYTES];
	sqlite3_int64 bytes = 0;
	size_t size;

	if (!f) /* in memory: there is no file to leave anything in */
		return 1;
	if (sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &frames, &moved) !=
		    SQLITE_OK ||
	    frames != 0)
		return 0;
	if (f->pMethods->xFileSize(f, &bytes) != SQLITE_OK)
		return -EIO;
	if (bytes < HEAD_BYTES || f->pMethods->xRead(f, head, HEAD_BYTES, 0) != SQLITE_OK)
		return bytes == 0 ? 1 : -EIO;
	size = be16(head + 16) == 1 ? PAGE_MAX : be16(head + 16);
	if (size < 512 || size > PAGE_MAX)
		return -EIO;
	err = scrub_pages(f, page, pages, size, bytes / (sqlite3_int64)size);
	sqlite3_db_release_memory(db);
	return err;
}
