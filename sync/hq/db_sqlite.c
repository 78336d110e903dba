// SPDX-License-Identifier: Apache-2.0
/*
 * SQLite. Several programs write one file (`serve` and a passing `import`). SQLite before 3.51.3
 * can lose a WAL when two connections write or checkpoint at the same moment
 * (sqlite.org/wal.html#walresetbug), so every writer holds a lock on FILE.lock for as long as
 * its transaction and checkpoint last.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "firmware/base/text.h"
#include "sync/hq/db_backend.h"
#include "sync/hq/schema.h"

struct file {
	sqlite3 *sql;
	int lock_fd;	 /* FILE.lock: byte 0 writers, byte 1 the one serve */
	int64_t version; /* PRAGMA data_version when last asked */
	bool serving;
	sqlite3_stmt *begin, *commit; /* made when first needed */
};

static struct file *file_of(const struct hq_db *db)
{
	return db->inside;
}

static int fail(struct hq_db *db, const char *doing)
{
	db_fail(db, DB_BROKEN, doing, sqlite3_errmsg(file_of(db)->sql));
	return -EIO;
}

static int sqlite_exec(struct hq_db *db, const char *text)
{
	return sqlite3_exec(file_of(db)->sql, text, NULL, NULL, NULL) == SQLITE_OK ? 0
										   : fail(db, text);
}

/* The same for what every transaction says. */
static int exec_kept(struct hq_db *db, sqlite3_stmt **kept, const char *text)
{
	int rc = SQLITE_OK;

	if (!*kept)
		rc = sqlite3_prepare_v3(file_of(db)->sql, text, -1, SQLITE_PREPARE_PERSISTENT, kept,
					NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(*kept);
	/* Before the message is overwritten by the reset's. */
	if (rc != SQLITE_DONE)
		fail(db, text);
	sqlite3_reset(*kept);
	return rc == SQLITE_DONE ? 0 : -EIO;
}

/* ---- locks between programs ---- */

static int lock_byte(const struct file *f, short type, off_t byte)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	return fcntl(f->lock_fd, F_OFD_SETLK, &lock) == 0 ? 0 : -errno;
}

static int lock_writer(const struct file *f)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	int64_t until = db_mono_ms() + (f->serving ? DB_SERVE_WAIT_MS : DB_WAIT_MS);
	int err;

	while ((err = lock_byte(f, F_WRLCK, 0)) == -EAGAIN || err == -EACCES) {
		if (db_mono_ms() > until)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return err;
}

static int sqlite_claim_serve(struct hq_db *db)
{
	if (lock_byte(file_of(db), F_WRLCK, 1) < 0)
		return -EBUSY;
	file_of(db)->serving = true;
	return 0;
}

/* ---- transactions ---- */

static int sqlite_begin(struct hq_db *db)
{
	/* A serve goes on meanwhile: what it has to write can be tried again. */
	if (lock_writer(file_of(db)) < 0) {
		db_fail(db, file_of(db)->serving ? DB_LATER : DB_BROKEN, "BEGIN",
			"another program has been writing for too long");
		return -EBUSY;
	}
	return exec_kept(db, &file_of(db)->begin, "BEGIN IMMEDIATE");
}

static int sqlite_commit(struct hq_db *db)
{
	int err = exec_kept(db, &file_of(db)->commit, "COMMIT");

	if (err == 0)
		lock_byte(file_of(db), F_UNLCK, 0);
	return err;
}

static void sqlite_rollback(struct hq_db *db)
{
	struct file *f = file_of(db);

	if (!sqlite3_get_autocommit(f->sql))
		sqlite3_exec(f->sql, "ROLLBACK", NULL, NULL, NULL);
	lock_byte(f, F_UNLCK, 0);
}

/* A file is never lost for a while: its errors are DB_BROKEN. */
static bool sqlite_revive(struct hq_db *db)
{
	(void)db;
	return false;
}

/* ---- open and close ---- */

static int open_lock(struct file *f, const char *path)
{
	char name[4096];

	if (text_fmt(name, sizeof(name), "%s.lock", path) < 0)
		return -ENAMETOOLONG;
	f->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return f->lock_fd < 0 ? -errno : 0;
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
	struct file *f = file_of(db);
	int64_t version;

	sqlite3_busy_timeout(f->sql, DB_WAIT_MS);
	sqlite3_db_config(f->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (db_begin(db) < 0)
		return -EIO;
	version = db_number(db, 0, "PRAGMA user_version", "");
	if (version > SCHEMA_VERSION) {
		db_rollback(db);
		return -EPROTO;
	}
	for (; version < SCHEMA_VERSION; version++) {
		char set[40];

		db_exec(db, schema_steps[version].both);
		text_fmt(set, sizeof(set), "PRAGMA user_version = %d", (int)version + 1);
		db_exec(db, set);
	}
	return db_commit(db);
}

static int sqlite_open(struct hq_db *db, const char *path, bool create, const char **ret_what)
{
	struct file *f = calloc(1, sizeof(*f));
	int err;

	*ret_what = "cannot open the file";
	if (!f)
		return -ENOMEM;
	f->lock_fd = -1;
	db->inside = f;
	err = make_file(path, create);
	if (err == -ENOENT && !create)
		*ret_what = "there is no such database; import, keygen and serve make it";
	if (err == 0)
		err = open_lock(f, path);
	if (err == 0)
		err = lock_writer(f);
	if (err < 0)
		return err;
	*ret_what = "is no database of lada-hq";
	if (sqlite3_open_v2(path, &f->sql, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
			    "PRAGMA secure_delete=ON;"
			    "PRAGMA journal_size_limit=16777216;") < 0) {
		if (f->sql && (sqlite3_errcode(f->sql) & 0xff) == SQLITE_CORRUPT)
			*ret_what = "is damaged";
		return -EIO;
	}
	lock_byte(f, F_UNLCK, 0);
	err = prepare_file(db);
	if (err == -EPROTO)
		*ret_what = "was made by a newer lada-hq";
	return err < 0 ? err : sqlite_exec(db, schema_session);
}

static void sqlite_close(struct hq_db *db)
{
	struct file *f = file_of(db);

	if (!f)
		return;
	sqlite3_finalize(f->begin);
	sqlite3_finalize(f->commit);
	if (f->sql)
		sqlite3_close(f->sql);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	free(f);
}

/* ---- statements ---- */

static int sqlite_prepare(struct db_stmt *q)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v3(file_of(q->db)->sql, q->text, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
			       NULL) != SQLITE_OK)
		return fail(q->db, q->text);
	q->inside = stmt;
	return 0;
}

static void sqlite_finish(struct db_stmt *q)
{
	sqlite3_finalize(q->inside);
}

static int bind(sqlite3_stmt *stmt, int i, const struct db_value *v)
{
	if (v->type == 'i')
		return sqlite3_bind_int64(stmt, i, v->number);
	if (v->type == 'b')
		return sqlite3_bind_blob64(stmt, i, v->slice.p, v->slice.n, SQLITE_STATIC);
	if (!v->slice.p)
		return sqlite3_bind_null(stmt, i);
	return sqlite3_bind_text64(stmt, i, v->slice.p, v->slice.n, SQLITE_STATIC, SQLITE_UTF8);
}

static int sqlite_start(struct db_stmt *q, const struct db_value *values, int count)
{
	sqlite3_reset(q->inside);
	for (int i = 0; i < count; i++) {
		if (bind(q->inside, i + 1, &values[i]) != SQLITE_OK)
			return fail(q->db, q->text);
	}
	return 0;
}

static bool sqlite_row(struct db_stmt *q)
{
	int rc = sqlite3_step(q->inside);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail(q->db, q->text);
	return rc == SQLITE_ROW;
}

static void sqlite_done(struct db_stmt *q)
{
	sqlite3_reset(q->inside);
}

static int sqlite_changes(struct db_stmt *q)
{
	return sqlite3_changes(file_of(q->db)->sql);
}

static bool sqlite_is_null(struct db_stmt *q, int column)
{
	return sqlite3_column_type(q->inside, column) == SQLITE_NULL;
}

static int64_t sqlite_number(struct db_stmt *q, int column)
{
	return sqlite3_column_int64(q->inside, column);
}

static struct slice sqlite_slice(struct db_stmt *q, int column)
{
	const char *p = (const char *)sqlite3_column_blob(q->inside, column);
	int n = sqlite3_column_bytes(q->inside, column);

	/* SQLite gives NULL for an empty blob; an empty text is not NULL to us. */
	if (!p && !sqlite_is_null(q, column))
		p = "";
	return (struct slice){ p, (size_t)n };
}

/* ---- other programs ---- */

static bool sqlite_changed(struct hq_db *db)
{
	int64_t version = db_number(db, 0, "PRAGMA data_version", "");
	bool changed = version != file_of(db)->version;

	file_of(db)->version = version;
	return changed;
}

static void sqlite_nothing(struct hq_db *db)
{
	(void)db; /* data_version tells, one writer at a time numbers, temporary tables stay small
		   */
}

static void sqlite_patience(struct hq_db *db, int ms)
{
	(void)db;
	(void)ms;
}

static int sqlite_fd(const struct hq_db *db)
{
	(void)db;
	return -1;
}

static int64_t sqlite_horizon(struct hq_db *db)
{
	(void)db;
	return INT64_MAX;
}

const struct db_backend db_sqlite = {
	.shared = false,
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.revive = sqlite_revive,
	.exec = sqlite_exec,
	.prepare = sqlite_prepare,
	.finish = sqlite_finish,
	.start = sqlite_start,
	.row = sqlite_row,
	.done = sqlite_done,
	.changes = sqlite_changes,
	.is_null = sqlite_is_null,
	.number = sqlite_number,
	.slice = sqlite_slice,
	.claim_serve = sqlite_claim_serve,
	.changed = sqlite_changed,
	.tell = sqlite_nothing,
	.fd = sqlite_fd,
	.patience = sqlite_patience,
	.tidy = sqlite_nothing,
	.numbering = sqlite_nothing,
	.horizon = sqlite_horizon,
};
