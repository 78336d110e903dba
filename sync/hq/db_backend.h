// SPDX-License-Identifier: Apache-2.0
/*
 * Between hq_db.c and the two databases. Only these see it. A backend reports a failure with
 * db_fail() and returns an error; hq_db.c keeps the statements, and calls nothing but rollback,
 * revive and close while db->error is set.
 */
#ifndef LADA_SYNC_HQ_DB_BACKEND_H
#define LADA_SYNC_HQ_DB_BACKEND_H

#include "sync/hq/hq_db.h"

#define DB_PARAMETERS_MAX 16

struct db_stmt {
	struct hq_db *db;
	const char *text, *types;
	int64_t life; /* of the connection it was prepared in; 0 not yet */
	void *inside; /* the backend's own */
	bool walks;   /* row by row, while nothing else is asked */
};

struct db_backend {
	bool shared; /* several instances may serve */
	int (*open)(struct hq_db *db, const char *where, bool create, const char **ret_what);
	void (*close)(struct hq_db *db);
	int (*begin)(struct hq_db *db);
	int (*commit)(struct hq_db *db);
	void (*rollback)(struct hq_db *db);
	bool (*revive)(struct hq_db *db); /* after DB_LOST; quick, without waiting for long */
	int (*exec)(struct hq_db *db, const char *text);
	int (*prepare)(struct db_stmt *q);
	void (*finish)(struct db_stmt *q); /* also of one that was never prepared */
	int (*start)(struct db_stmt *q, const struct db_value *values, int count);
	bool (*row)(struct db_stmt *q); /* false at the end or after a failure */
	void (*done)(struct db_stmt *q);
	int (*changes)(struct db_stmt *q);
	bool (*is_null)(struct db_stmt *q, int column);
	int64_t (*number)(struct db_stmt *q, int column);
	struct slice (*slice)(struct db_stmt *q, int column);
	int (*claim_serve)(struct hq_db *db);
	bool (*changed)(struct hq_db *db);
	void (*tell)(struct hq_db *db);
	int (*fd)(const struct hq_db *db);
	void (*patience)(struct hq_db *db, int ms);
	void (*tidy)(struct hq_db *db);
	void (*numbering)(struct hq_db *db);
	int64_t (*horizon)(struct hq_db *db);
};

extern const struct db_backend db_sqlite, db_postgres;

/* Keeps the first error and logs it, unless it is DB_LATER, which is nobody's fault. */
void db_fail(struct hq_db *db, enum db_error error, const char *doing, const char *why);
/* Milliseconds of a clock that never goes back. */
int64_t db_mono_ms(void);

#endif
