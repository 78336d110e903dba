// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/hq_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "firmware/base/log.h"
#include "sync/hq/schema.h"
#include "sync/hq/schema_ops.h"

#define SCHEMA_VERSION 2

static void fail(struct hq_db *db, const char *doing)
{
	if (!db->error) {
		db->error = sqlite3_extended_errcode(db->sql);
		if (!db->error)
			db->error = SQLITE_ERROR;
		log_error("database: %s: %s", doing, sqlite3_errmsg(db->sql));
	}
}

static int exec(struct hq_db *db, const char *text)
{
	if (db->error)
		return -EIO;
	if (sqlite3_exec(db->sql, text, NULL, NULL, NULL) != SQLITE_OK) {
		fail(db, text);
		return -EIO;
	}
	return 0;
}

/* ---- locks between programs ---- */

static int lock_byte(struct hq_db *db, short type, off_t byte)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	return fcntl(db->lock_fd, F_OFD_SETLK, &lock) == 0 ? 0 : -errno;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int lock_writer(struct hq_db *db)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	int64_t until = now_ms() + DB_WAIT_MS;
	int err;

	while ((err = lock_byte(db, F_WRLCK, 0)) == -EAGAIN || err == -EACCES) {
		if (now_ms() > until)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return err;
}

int db_claim_serve(struct hq_db *db)
{
	return lock_byte(db, F_WRLCK, 1) == 0 ? 0 : -EBUSY;
}

/* ---- open and close ---- */

static int open_lock(struct hq_db *db, const char *path)
{
	char name[4096];

	if (text_fmt(name, sizeof(name), "%s.lock", path) < 0)
		return -ENAMETOOLONG;
	db->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return db->lock_fd < 0 ? -errno : 0;
}

/* Seeds of signing keys will stand in it, so it is made before SQLite makes it readable. */
static int make_file(const char *path, bool create)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | (create ? O_CREAT : 0), 0600);

	if (fd < 0)
		return -errno;
	return close(fd) == 0 ? 0 : -errno;
}

static int prepare_file(struct hq_db *db)
{
	int64_t version;

	sqlite3_busy_timeout(db->sql, DB_WAIT_MS);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (db_begin(db) < 0)
		return -EIO;
	version = db_number(db, 0, "PRAGMA user_version", "");
	if (version > SCHEMA_VERSION) {
		db_rollback(db);
		return -EPROTO;
	}
	if (version == 0)
		exec(db, schema_file);
	if (version < 2)
		exec(db, schema_ops);
	return db_commit(db);
}

int db_open(struct hq_db *db, const char *path, bool create, const char **ret_what)
{
	int err;

	*db = (struct hq_db){ .lock_fd = -1 };
	*ret_what = "cannot open the file";
	err = make_file(path, create);
	if (err < 0)
		return err;
	err = open_lock(db, path);
	if (err == 0)
		err = lock_writer(db);
	if (err < 0)
		goto fail;
	err = -EIO;
	*ret_what = "is no database of lada-hq";
	if (sqlite3_open_v2(path, &db->sql, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
		     "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=16777216;") < 0)
		goto fail;
	lock_byte(db, F_UNLCK, 0);
	err = prepare_file(db);
	if (err == -EPROTO)
		*ret_what = "was made by a newer lada-hq";
	if (err == 0)
		err = exec(db, schema_session);
	if (err == 0)
		return 0;
fail:
	db_close(db);
	return err;
}

void db_close(struct hq_db *db)
{
	for (int i = 0; i < db->statement_count; i++)
		sqlite3_finalize(db->statement[i].stmt);
	if (db->sql)
		sqlite3_close(db->sql);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	*db = (struct hq_db){ .lock_fd = -1 };
}

/* ---- transactions ---- */

int db_begin(struct hq_db *db)
{
	if (db->error)
		return -EIO;
	if (db->writing)
		return 0;
	if (lock_writer(db) < 0) {
		log_error("database: another program has been writing for %d s", DB_WAIT_MS / 1000);
		db->error = SQLITE_BUSY;
		return -EBUSY;
	}
	db->writing = true;
	if (exec(db, "BEGIN IMMEDIATE") < 0) {
		db_rollback(db);
		return -EIO;
	}
	return 0;
}

static void end(struct hq_db *db)
{
	db->writing = false;
	lock_byte(db, F_UNLCK, 0);
}

int db_begin_read(struct hq_db *db)
{
	return exec(db, "BEGIN");
}

void db_end_read(struct hq_db *db)
{
	exec(db, "COMMIT");
}

int db_commit(struct hq_db *db)
{
	if (!db->writing)
		return db->error ? -EIO : 0;
	if (exec(db, "COMMIT") < 0) {
		db_rollback(db);
		return -EIO;
	}
	end(db);
	return 0;
}

void db_rollback(struct hq_db *db)
{
	if (!db->writing)
		return;
	for (int i = 0; i < db->statement_count; i++)
		sqlite3_reset(db->statement[i].stmt);
	if (!sqlite3_get_autocommit(db->sql))
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	end(db);
}

/* ---- statements ---- */

static sqlite3_stmt *find_statement(struct hq_db *db, const char *text)
{
	int n = db->statement_count;

	for (int i = 0; i < n; i++) {
		if (db->statement[i].text == text)
			return db->statement[i].stmt;
	}
	if (n == DB_STATEMENTS_MAX) {
		log_error("database: more than %d statements", DB_STATEMENTS_MAX);
		db->error = SQLITE_MISUSE;
		return NULL;
	}
	if (sqlite3_prepare_v3(db->sql, text, -1, SQLITE_PREPARE_PERSISTENT, &db->statement[n].stmt,
			       NULL) != SQLITE_OK) {
		fail(db, text);
		return NULL;
	}
	db->statement[n].text = text;
	db->statement_count++;
	return db->statement[n].stmt;
}

static int bind_text(sqlite3_stmt *q, int i, struct slice s)
{
	if (!s.p)
		return sqlite3_bind_null(q, i);
	return sqlite3_bind_text64(q, i, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static sqlite3_stmt *query(struct hq_db *db, const char *text, const char *types, va_list args)
{
	sqlite3_stmt *q = db->error ? NULL : find_statement(db, text);
	int rc = SQLITE_OK;

	if (!q)
		return NULL;
	sqlite3_reset(q);
	for (int i = 1; *types && rc == SQLITE_OK; i++, types++) {
		if (*types == 'i') {
			rc = sqlite3_bind_int64(q, i, va_arg(args, int64_t));
		} else if (*types == 't') {
			rc = bind_text(q, i, slice_of(va_arg(args, const char *)));
		} else if (*types == 's') {
			rc = bind_text(q, i, va_arg(args, struct slice));
		} else {
			struct slice s = va_arg(args, struct slice);

			rc = sqlite3_bind_blob64(q, i, s.p, s.n, SQLITE_STATIC);
		}
	}
	if (rc != SQLITE_OK) {
		fail(db, text);
		return NULL;
	}
	return q;
}

sqlite3_stmt *db_query(struct hq_db *db, const char *text, const char *types, ...)
{
	sqlite3_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, types, args);
	va_end(args);
	return q;
}

bool db_row(struct hq_db *db, sqlite3_stmt *q)
{
	int rc;

	if (!q || db->error)
		return false;
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		fail(db, sqlite3_sql(q));
	sqlite3_reset(q);
	return false;
}

void db_done(sqlite3_stmt *q)
{
	if (q)
		sqlite3_reset(q);
}

int db_run(struct hq_db *db, const char *text, const char *types, ...)
{
	sqlite3_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, types, args);
	va_end(args);
	if (db_row(db, q))
		db_done(q);
	return db->error ? 0 : sqlite3_changes(db->sql);
}

int64_t db_number(struct hq_db *db, int64_t otherwise, const char *text, const char *types, ...)
{
	int64_t value = otherwise;
	sqlite3_stmt *q;
	va_list args;

	va_start(args, types);
	q = query(db, text, types, args);
	va_end(args);
	if (db_row(db, q)) {
		if (sqlite3_column_type(q, 0) != SQLITE_NULL)
			value = db_int(q, 0);
		db_done(q);
	}
	return value;
}

int64_t db_int(sqlite3_stmt *q, int column)
{
	return sqlite3_column_int64(q, column);
}

struct slice db_slice(sqlite3_stmt *q, int column)
{
	const char *p = (const char *)sqlite3_column_blob(q, column);
	int n = sqlite3_column_bytes(q, column);

	/* SQLite gives NULL for an empty blob; an empty text is not NULL to us. */
	if (!p && sqlite3_column_type(q, column) != SQLITE_NULL)
		p = "";
	return (struct slice){ p, (size_t)n };
}

void db_copy(sqlite3_stmt *q, int column, char *dst, size_t cap)
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
	db_run(db, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", "ti", name, value);
}
