// SPDX-License-Identifier: Apache-2.0
/*
 * HQ's database: opening, statements, transactions. It is an SQLite file, or PostgreSQL where
 * several `serve` share the work (db_sqlite.c, db_postgres.c; db_backend.h is between).
 *
 * SQL is written once, in what both take: `?` or `?N` for parameters, ON CONFLICT with its
 * columns named, no rowid, numbers for booleans. What stands in a comment that begins with PG is
 * for PostgreSQL alone: SELECT … [PG FOR UPDATE].
 *
 * Errors stick, like a full struct buf: the first one is logged, every later statement does
 * nothing and finds nothing, and db_commit() rolls back and returns an error. So code in between
 * reads straight on and only whoever commits must look. -EAGAIN says that the transaction as a
 * whole may be tried again, once db_again() has made the database usable: another instance was
 * faster, or the connection was lost. A commit whose answer was lost may have been done, so what
 * is tried again must bear to be done twice.
 *
 * On PostgreSQL transactions are REPEATABLE READ: of two that change one row, or hold one row
 * with FOR UPDATE, the second fails. Read, in the transaction, what is decided on.
 */
#ifndef LADA_SYNC_HQ_DB_H
#define LADA_SYNC_HQ_DB_H

#include "firmware/base/bytes.h"

#define DB_STATEMENTS_MAX 384
#define DB_WAIT_MS	  60000 /* for other programs: a large import takes its time */
#define DB_SERVE_WAIT_MS  2000 /* a serve waits no longer than this for the file: beats must go on \
				*/
#define DB_SERVE_ROW_MS 300    /* nor than this for a row: other stores can go first */
#define DB_TRIES_MAX	8      /* of one transaction, before somebody must look */

enum db_error {
	DB_FINE,
	DB_LATER,  /* somebody else was faster: the transaction may be tried again at once */
	DB_LOST,   /* the connection, or the server, is gone */
	DB_BROKEN, /* all else: stop */
};

struct db_backend;
struct db_stmt;

struct db_value {
	char type; /* as in db_query() */
	int64_t number;
	struct slice slice;
};

struct hq_db {
	const struct db_backend *backend; /* NULL: not open */
	void *inside;			  /* the backend's own */
	enum db_error error;		  /* the first failure */
	bool writing;
	int64_t transaction; /* counts them, to know what was checked in this one */
	int64_t life;	     /* counts connections: what was prepared in another is gone */
	int statement_count;
	struct db_stmt *statement[DB_STATEMENTS_MAX];
};

/* Opens `where`: postgresql://… or a file's path; with `create` the tables, and the file, which
 * nobody but its owner may read, are made. 0 or negative errno; *db is then closed and *ret_what
 * says why. */
int db_open(struct hq_db *db, const char *where, bool create, const char **ret_what);
void db_close(struct hq_db *db);
bool db_is_url(const char *where);
/* `where` without user names and passwords, for messages. */
void db_shown(const char *where, char *dst, size_t cap);

/* -EBUSY when another serve runs on this file. The lock goes with the process. On PostgreSQL it
 * shortens the waiting for other programs and always gives 0. */
int db_claim_serve(struct hq_db *db);
/* A serve waits for a row no longer than `ms` from now on, 0: as usual. Outside transactions; a
 * file has no rows to wait for. */
void db_patience(struct hq_db *db, int ms);
/* May several serve? Then they must hold leases (lease.h). */
bool db_is_shared(const struct hq_db *db);
/* Has another program, perhaps, written since this was last asked? */
bool db_changed(struct hq_db *db);
/* In a transaction: others are to look at once when it is committed. */
void db_tell(struct hq_db *db);
/* To poll for reading beside others, -1 for none: db_changed() then says more. */
int db_fd(const struct hq_db *db);
/* Now and then, outside transactions: keeps the tables of this connection small. */
void db_tidy(struct hq_db *db);

/* In a transaction, before it numbers events. */
void db_numbering(struct hq_db *db);
/* The largest number of an event such that none at or below it can still come; those above are to
 * be read later. Outside transactions. */
int64_t db_horizon(struct hq_db *db);

/* Nested calls are not needed: db_begin() in a transaction is the same transaction. */
int db_begin(struct hq_db *db);
/* 0, -EAGAIN or -EIO; after an error nothing of it is kept (but see above). */
int db_commit(struct hq_db *db);
void db_rollback(struct hq_db *db);
/* All that is read in between is as of one moment; others may write meanwhile. */
int db_begin_read(struct hq_db *db);
void db_end_read(struct hq_db *db);
/* After -EAGAIN: ready for another try? False when it is not to be had now (call again, after a
 * pause) or ever (db->error is DB_BROKEN). Tables of this connection may have been emptied:
 * db->life has changed then. */
bool db_again(struct hq_db *db);
/* The same for a program that has nothing else to do: counts `*tries`, and waits. */
bool db_try_again(struct hq_db *db, int err, int *tries);

/*
 * A statement, prepared once, with its parameters in order: i = int64_t, t = const char * (NULL
 * is NULL), s = struct slice (a NULL p is NULL), b = struct slice as a BLOB. `text` is a literal,
 * known by its address, always with the same `types`. Texts are borrowed until the statement is
 * used again. NULL after an error, which the others accept. On PostgreSQL all rows are fetched at
 * once: walk large tables in pieces, or with db_walk().
 */
struct db_stmt *db_query(struct hq_db *db, const char *text, const char *types, ...);
/* The same for tables that do not fit into memory: on PostgreSQL, too, rows come one by one. Until
 * db_row() has said that there are no more, or db_done(), nothing else may be asked. */
struct db_stmt *db_walk(struct hq_db *db, const char *text, const char *types, ...);
/* The next row, or false at the end (the statement is then reset). */
bool db_row(struct hq_db *db, struct db_stmt *q);
/* Ends a walk early. */
void db_done(struct db_stmt *q);
/* Runs a statement that gives no rows; how many rows it changed. */
int db_run(struct hq_db *db, const char *text, const char *types, ...);
/* The same with as many values as `types` has letters. */
int db_run_values(struct hq_db *db, const char *text, const char *types,
		  const struct db_value *values);
/* First column of the first row as a number, or `otherwise`. */
int64_t db_number(struct hq_db *db, int64_t otherwise, const char *text, const char *types, ...);
/* Statements without parameters or rows, several in one text. */
int db_exec(struct hq_db *db, const char *text);

/* Columns of the current row; texts live until the next step or reset. */
int64_t db_int(struct db_stmt *q, int column);
struct slice db_slice(struct db_stmt *q, int column); /* p is NULL for NULL */
/* Copies into dst; cut to "" when it does not fit. */
void db_copy(struct db_stmt *q, int column, char *dst, size_t cap);

/* Small facts about the database itself. */
int64_t db_meta(struct hq_db *db, const char *name, int64_t otherwise);
void db_meta_set(struct hq_db *db, const char *name, int64_t value);

#endif
