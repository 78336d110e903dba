// SPDX-License-Identifier: Apache-2.0
/*
 * HQ's SQLite file: opening, schema, statements, transactions.
 *
 * Errors stick, like a full struct buf: the first one is logged, every later statement does
 * nothing and finds nothing, and db_commit() rolls back and returns -EIO. So code in between
 * reads straight on and only whoever commits must look.
 *
 * Several programs write one file (`serve` and a passing `import`). SQLite before 3.51.3 can
 * lose a WAL when two connections write or checkpoint at the same moment
 * (sqlite.org/wal.html#walresetbug), so every writer holds a lock on FILE.lock for as long as
 * its transaction and checkpoint last.
 */
#ifndef LADA_SYNC_HQ_DB_H
#define LADA_SYNC_HQ_DB_H

#include <sqlite3.h>

#include "firmware/base/bytes.h"

#define DB_STATEMENTS_MAX 128
#define DB_WAIT_MS	  60000 /* for other programs: a large import takes its time */

struct hq_db {
	sqlite3 *sql;
	int lock_fd; /* FILE.lock: byte 0 writers, byte 1 the one serve */
	bool writing;
	int error; /* SQLite's code of the first failure, 0 none */
	int statement_count;
	struct {
		const char *text; /* compared by address: statements are literals */
		sqlite3_stmt *stmt;
	} statement[DB_STATEMENTS_MAX];
};

/* Opens, and with `create` makes, the file; nobody but its owner may read a new one. 0 or
 * negative errno; *db is then closed and *ret_what says why. */
int db_open(struct hq_db *db, const char *path, bool create, const char **ret_what);
void db_close(struct hq_db *db);
/* -EBUSY when another serve runs on this file. The lock goes with the process. */
int db_claim_serve(struct hq_db *db);

/* Nested calls are not needed: db_begin() in a transaction is the same transaction. */
int db_begin(struct hq_db *db);
int db_commit(struct hq_db *db);
void db_rollback(struct hq_db *db);
/* All that is read in between is as of one moment; others may write meanwhile. */
int db_begin_read(struct hq_db *db);
void db_end_read(struct hq_db *db);

/*
 * A statement, prepared once, with its parameters in order: i = int64_t, t = const char * (NULL
 * is NULL), s = struct slice (a NULL p is NULL), b = struct slice as a BLOB. Texts are borrowed
 * until the statement is used again. NULL after an error, which the others accept.
 */
sqlite3_stmt *db_query(struct hq_db *db, const char *text, const char *types, ...);
/* The next row, or false at the end (the statement is then reset). */
bool db_row(struct hq_db *db, sqlite3_stmt *q);
/* Ends a walk early. */
void db_done(sqlite3_stmt *q);
/* Runs a statement that gives no rows; how many rows it changed. */
int db_run(struct hq_db *db, const char *text, const char *types, ...);
/* First column of the first row as a number, or `otherwise`. */
int64_t db_number(struct hq_db *db, int64_t otherwise, const char *text, const char *types, ...);

/* Columns of the current row; texts live until the next step or reset. */
int64_t db_int(sqlite3_stmt *q, int column);
struct slice db_slice(sqlite3_stmt *q, int column); /* p is NULL for NULL */
/* Copies into dst; cut to "" when it does not fit. */
void db_copy(sqlite3_stmt *q, int column, char *dst, size_t cap);

/* Small facts about the file itself. */
int64_t db_meta(struct hq_db *db, const char *name, int64_t otherwise);
void db_meta_set(struct hq_db *db, const char *name, int64_t value);

#endif
