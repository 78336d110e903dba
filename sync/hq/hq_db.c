// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/hq_db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/hq/db_backend.h"

#define PAUSE_MAX_MS 1000

void db_fail(struct hq_db *db, enum db_error error, const char *doing, const char *why)
{
	if (db->error)
		return;
	db->error = error;
	if (error != DB_LATER)
		log_error("database: %s: %s", doing, why);
}

int64_t db_mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- open and close ---- */

bool db_is_url(const char *where)
{
	return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

void db_shown(const char *where, char *dst, size_t cap)
{
	const char *from, *at, *end;

	if (!db_is_url(where)) {
		if (text_fmt(dst, cap, "%s", where) < 0)
			text_fmt(dst, cap, "the file");
		return;
	}
	from = strstr(where, "://") + 3;
	end = from + strcspn(from, "?");
	for (at = end; at > from && at[-1] != '@'; at--)
		;
	if (text_fmt(dst, cap, "postgresql://%.*s", (int)(end - at), at) < 0)
		text_fmt(dst, cap, "the database");
}

int db_open(struct hq_db *db, const char *where, bool create, const char **ret_what)
{
	int err;

	*db = (struct hq_db){ .backend = db_is_url(where) ? &db_postgres : &db_sqlite, .life = 1 };
	err = db->backend->open(db, where, create, ret_what);
	if (err < 0)
		db_close(db);
	return err;
}

void db_close(struct hq_db *db)
{
	if (!db->backend)
		return;
	for (int i = 0; i < db->statement_count; i++) {
		db->backend->finish(db->statement[i]);
		free(db->statement[i]);
	}
	db->backend->close(db);
	*db = (struct hq_db){ 0 };
}

/* ---- several programs ---- */

int db_claim_serve(struct hq_db *db)
{
	return db->backend->claim_serve(db);
}

void db_patience(struct hq_db *db, int ms)
{
	if (!db->error && !db->writing)
		db->backend->patience(db, ms);
}

bool db_is_shared(const struct hq_db *db)
{
	return db->backend->shared;
}

bool db_changed(struct hq_db *db)
{
	return !db->error && db->backend->changed(db);
}

void db_tell(struct hq_db *db)
{
	if (!db->error)
		db->backend->tell(db);
}

int db_fd(const struct hq_db *db)
{
	return db->error ? -1 : db->backend->fd(db);
}

void db_tidy(struct hq_db *db)
{
	if (!db->error && !db->writing)
		db->backend->tidy(db);
}

void db_numbering(struct hq_db *db)
{
	if (!db->error)
		db->backend->numbering(db);
}

int64_t db_horizon(struct hq_db *db)
{
	return db->error ? 0 : db->backend->horizon(db);
}

/* ---- transactions ---- */

static int outcome(const struct hq_db *db)
{
	switch (db->error) {
	case DB_FINE:
		return 0;
	case DB_LATER:
	case DB_LOST:
		return -EAGAIN;
	case DB_BROKEN:
		break;
	}
	return -EIO;
}

int db_begin(struct hq_db *db)
{
	if (db->error)
		return outcome(db);
	if (db->writing)
		return 0;
	db->writing = true;
	db->transaction++;
	if (db->backend->begin(db) < 0)
		db_rollback(db);
	return outcome(db);
}

int db_begin_read(struct hq_db *db)
{
	if (db_exec(db, "BEGIN /*PG ISOLATION LEVEL REPEATABLE READ READ ONLY*/") == 0) {
		db->writing = true;
		db->transaction++;
	}
	return outcome(db);
}

void db_end_read(struct hq_db *db)
{
	db_rollback(db);
}

int db_commit(struct hq_db *db)
{
	if (!db->writing)
		return outcome(db);
	if (db->error || db->backend->commit(db) < 0)
		db_rollback(db);
	db->writing = false;
	return outcome(db);
}

void db_rollback(struct hq_db *db)
{
	if (!db->backend || !db->writing)
		return;
	for (int i = 0; i < db->statement_count; i++)
		db->backend->done(db->statement[i]);
	db->backend->rollback(db);
	db->writing = false;
}

bool db_again(struct hq_db *db)
{
	db_rollback(db);
	switch (db->error) {
	case DB_FINE:
		return true;
	case DB_LATER:
		db->error = DB_FINE;
		return true;
	case DB_LOST:
		if (!db->backend->revive(db))
			return false;
		db->life++;
		log_notice("database: connected again");
		return true;
	case DB_BROKEN:
		break;
	}
	return false;
}

bool db_try_again(struct hq_db *db, int err, int *tries)
{
	while (err == -EAGAIN && ++*tries < DB_TRIES_MAX) {
		int64_t pause_ms = INT64_C(20) << *tries;
		struct timespec t;

		if (db->error == DB_LOST)
			pause_ms = PAUSE_MAX_MS;
		t = (struct timespec){ pause_ms / 1000, pause_ms % 1000 * 1000000 };
		nanosleep(&t, NULL);
		if (db_again(db))
			return true;
	}
	return false;
}

/* ---- statements ---- */

static struct db_stmt *new_statement(struct hq_db *db, const char *text, const char *types)
{
	struct db_stmt *q;

	if (db->statement_count == DB_STATEMENTS_MAX || strlen(types) > DB_PARAMETERS_MAX) {
		db_fail(db, DB_BROKEN, text, "too many statements or parameters");
		return NULL;
	}
	q = calloc(1, sizeof(*q));
	if (!q) {
		db_fail(db, DB_BROKEN, text, "out of memory");
		return NULL;
	}
	*q = (struct db_stmt){ .db = db, .text = text, .types = types };
	db->statement[db->statement_count++] = q;
	return q;
}

static struct db_stmt *find_statement(struct hq_db *db, const char *text, const char *types)
{
	struct db_stmt *q = NULL;

	for (int i = 0; i < db->statement_count && !q; i++) {
		if (db->statement[i]->text == text)
			q = db->statement[i];
	}
	if (!q)
		q = new_statement(db, text, types);
	if (!q)
		return NULL;
	if (q->life != db->life) {
		if (db->backend->prepare(q) < 0)
			return NULL;
		q->life = db->life;
	}
	return q;
}

static struct db_stmt *query(struct hq_db *db, const char *text, bool walks, const char *types,
			     va_list args)
{
	struct db_value values[DB_PARAMETERS_MAX] = { 0 };
	struct db_stmt *q = db->error ? NULL : find_statement(db, text, types);
	int n = 0;

	if (!q)
		return NULL;
	for (; types[n]; n++) {
		values[n].type = types[n];
		if (types[n] == 'i') {
			values[n].number = va_arg(args, int64_t);
		} else if (types[n] == 't') {
			const char *t = va_arg(args, const char *);

			values[n].slice = t ? slice_of(t) : (struct slice){ NULL, 0 };
		} else {
			values[n].slice = va_arg(args, struct slice);
		}
	}
	q->walks = walks;
	return db->backend->start(q, values, n) < 0 ? NULL : q;
}

struct db_stmt *db_query(struct hq_db *db, const char *text, const char *types, ...)
{
	struct db_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, false, types, args);
	va_end(args);
	return q;
}

struct db_stmt *db_walk(struct hq_db *db, const char *text, const char *types, ...)
{
	struct db_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, true, types, args);
	va_end(args);
	return q;
}

bool db_row(struct hq_db *db, struct db_stmt *q)
{
	if (!q || db->error)
		return false;
	if (db->backend->row(q))
		return true;
	db->backend->done(q);
	return false;
}

void db_done(struct db_stmt *q)
{
	if (q)
		q->db->backend->done(q);
}

static int run(struct hq_db *db, struct db_stmt *q)
{
	int changes;

	if (!q)
		return 0;
	db->backend->row(q);
	changes = db->error ? 0 : db->backend->changes(q);
	db_done(q);
	return changes;
}

int db_run(struct hq_db *db, const char *text, const char *types, ...)
{
	struct db_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, false, types, args);
	va_end(args);
	return run(db, q);
}

int db_run_values(struct hq_db *db, const char *text, const char *types,
		  const struct db_value *values)
{
	struct db_stmt *q = db->error ? NULL : find_statement(db, text, types);

	if (q && db->backend->start(q, values, (int)strlen(types)) < 0)
		q = NULL;
	return run(db, q);
}

int64_t db_number(struct hq_db *db, int64_t otherwise, const char *text, const char *types, ...)
{
	int64_t value = otherwise;
	struct db_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, false, types, args);
	va_end(args);
	if (db_row(db, q)) {
		if (!db->backend->is_null(q, 0))
			value = db_int(q, 0);
		db_done(q);
	}
	return value;
}

int db_exec(struct hq_db *db, const char *text)
{
	if (db->error)
		return outcome(db);
	db->backend->exec(db, text);
	return outcome(db);
}

int64_t db_int(struct db_stmt *q, int column)
{
	return q->db->backend->number(q, column);
}

struct slice db_slice(struct db_stmt *q, int column)
{
	return q->db->backend->slice(q, column);
}

void db_copy(struct db_stmt *q, int column, char *dst, size_t cap)
{
	slice_copy(db_slice(q, column), dst, cap);
}

/* ---- meta ---- */

int64_t db_meta(struct hq_db *db, const char *name, int64_t otherwise)
{
	return db_number(db, otherwise, "SELECT value FROM meta WHERE name = ?", "t", name);
}

void db_meta_set(struct hq_db *db, const char *name, int64_t value)
{
	db_run(db,
	       "INSERT INTO meta (name, value) VALUES (?, ?)"
	       " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	       "ti", name, value);
}
