// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/file.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/store/schema.h"

static int64_t number(sqlite3 *db, const char *sql, int64_t otherwise)
{
	sqlite3_stmt *s = NULL;
	int64_t value = otherwise;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

static bool sound(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	bool ok = false;

	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		ok = !strcmp((const char *)sqlite3_column_text(s, 0), "ok");
	sqlite3_finalize(s);
	return ok;
}

/* NULL with a message; the caller closes. */
static sqlite3 *open_ours(const char *path, char *ret_message, size_t cap)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ||
	    number(db, "PRAGMA application_id", 0) != SCHEMA_APPLICATION_ID) {
		text_fmt(ret_message, cap, "%s: %s", path,
			 sqlite3_errcode(db) ? sqlite3_errmsg(db) : "is no Lada database");
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db, 2000);
	return db;
}

static int copy_pages(sqlite3 *from, const char *to, char *ret_message, size_t cap)
{
	sqlite3 *copy = NULL;
	sqlite3_backup *b;
	int err = -EIO;

	int step = SQLITE_ERROR;

	if (sqlite3_open(to, &copy) == SQLITE_OK) {
		b = sqlite3_backup_init(copy, "main", from, "main");
		if (b) {
			step = sqlite3_backup_step(b, -1);
			sqlite3_backup_finish(b);
		}
		/* A file that is locked all the while is no error to finish(). */
		if (step == SQLITE_DONE && sqlite3_errcode(copy) == SQLITE_OK)
			err = sound(copy) ? 0 : -EBADMSG;
	}
	if (err < 0)
		text_fmt(ret_message, cap, "%s: %s", to,
			 err == -EBADMSG       ? "the copy is damaged"
			 : step == SQLITE_BUSY ? "the database is in use; try again"
					       : sqlite3_errmsg(copy));
	sqlite3_close(copy);
	return err;
}

int file_copy(const char *from, const char *to, char *ret_message, size_t cap)
{
	sqlite3 *db = open_ours(from, ret_message, cap);
	char temporary[PATH_MAX];
	int err;

	if (!db)
		return -EBADMSG;
	text_fmt(temporary, sizeof(temporary), "%s.new", to);
	unlink(temporary);
	err = copy_pages(db, temporary, ret_message, cap);
	sqlite3_close(db);
	if (err == 0 && (chmod(temporary, 0600) < 0 || rename(temporary, to) < 0)) {
		text_fmt(ret_message, cap, "%s: %s", to, strerror(errno));
		err = -EIO;
	}
	if (err < 0)
		unlink(temporary);
	return err;
}

void file_settle(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_close(db);
}

int file_mark_restored(const char *path, int64_t floor, char *ret_message, size_t cap)
{
	char sql[160];
	sqlite3 *db = NULL;
	int err = 0;

	text_fmt(sql, sizeof(sql),
		 "INSERT OR REPLACE INTO meta VALUES ('restored', 1), ('epoch_floor', %lld)",
		 (long long)floor);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL)) {
		text_fmt(ret_message, cap, "%s: %s", path, sqlite3_errmsg(db));
		err = -EIO;
	}
	sqlite3_close(db);
	return err;
}

int64_t file_epoch(const char *path)
{
	char message[256];
	sqlite3 *db = open_ours(path, message, sizeof(message));
	/* One that was restored and has not started since knows of a newer epoch than it has. */
	int64_t epoch =
		db ? number(db,
			    "SELECT max(coalesce((SELECT max(epoch) FROM ledger), 0),"
			    " coalesce((SELECT value FROM meta WHERE key='epoch_floor'), 0))",
			    0)
		   : 0;

	sqlite3_close(db);
	return epoch;
}

static struct slice column(sqlite3_stmt *s, int i)
{
	return (struct slice){ (const char *)sqlite3_column_text(s, i),
			       (size_t)sqlite3_column_bytes(s, i) };
}

int file_journal(const char *path, int64_t after,
		 bool (*each)(void *ctx, int64_t number, const struct file_event *event), void *ctx,
		 char *ret_message, size_t cap)
{
	static const char sql[] = "SELECT j.n, j.epoch, j.seq, j.seq <= l.acked, j.type, j.e,"
				  " j.person FROM journal j JOIN ledger l ON l.epoch = j.epoch"
				  " WHERE j.n > ? ORDER BY j.n";
	sqlite3 *db = open_ours(path, ret_message, cap);
	sqlite3_stmt *s = NULL;
	int code, err = 0;

	if (!db)
		return -EBADMSG;
	code = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	sqlite3_bind_int64(s, 1, after);
	while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		struct file_event e = { sqlite3_column_int64(s, 1),
					sqlite3_column_int64(s, 2),
					sqlite3_column_int(s, 3),
					column(s, 4),
					column(s, 5),
					column(s, 6) };

		code = each(ctx, sqlite3_column_int64(s, 0), &e) ? SQLITE_OK : SQLITE_DONE;
	}
	if (code != SQLITE_DONE && code != SQLITE_OK) {
		text_fmt(ret_message, cap, "%s: %s", path, sqlite3_errmsg(db));
		err = -EIO;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return err;
}

/* One query over a database that is only read. `row` returns false to stop. */
static int walk(const char *path, const char *sql, bool (*row)(void *ctx, sqlite3_stmt *s),
		void *ctx, char *ret_message, size_t cap)
{
	sqlite3 *db = open_ours(path, ret_message, cap);
	sqlite3_stmt *s = NULL;
	int code, err = 0;

	if (!db)
		return -EBADMSG;
	code = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW)
		code = row(ctx, s) ? SQLITE_OK : SQLITE_DONE;
	if (code != SQLITE_DONE) {
		text_fmt(ret_message, cap, "%s: %s", path, sqlite3_errmsg(db));
		err = -EIO;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return err;
}

struct epoch_walk {
	bool (*each)(void *ctx, const struct file_epoch *epoch);
	void *ctx;
};

static bool epoch_row(void *ctx, sqlite3_stmt *s)
{
	const struct epoch_walk *w = ctx;
	struct file_epoch e = { sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
				sqlite3_column_int64(s, 2), "", sqlite3_column_int64(s, 4) };

	slice_copy(column(s, 3), e.prev, sizeof(e.prev));
	return w->each(w->ctx, &e);
}

int file_epochs(const char *path, bool (*each)(void *ctx, const struct file_epoch *epoch),
		void *ctx, char *ret_message, size_t cap)
{
	struct epoch_walk w = { each, ctx };

	return walk(path, "SELECT epoch, last, acked, prev, noted FROM ledger_now ORDER BY epoch",
		    epoch_row, &w, ret_message, cap);
}

struct letter_walk {
	void (*each)(void *ctx, const struct file_letter *letter);
	void *ctx;
};

static bool letter_row(void *ctx, sqlite3_stmt *s)
{
	const struct letter_walk *w = ctx;
	struct file_letter l = { sqlite3_column_int64(s, 0),
				 sqlite3_column_int64(s, 1),
				 sqlite3_column_int64(s, 2),
				 sqlite3_column_int64(s, 3),
				 sqlite3_column_int64(s, 4),
				 column(s, 5),
				 column(s, 6),
				 column(s, 7) };

	w->each(w->ctx, &l);
	return true;
}

int file_letters(const char *path, void (*each)(void *ctx, const struct file_letter *letter),
		 void *ctx, char *ret_message, size_t cap)
{
	struct letter_walk w = { each, ctx };

	return walk(path,
		    "SELECT n, stream, epoch, seq, at, id, reason, op FROM letter ORDER BY n DESC",
		    letter_row, &w, ret_message, cap);
}

struct reject_walk {
	void (*each)(void *ctx, const struct file_reject *reject);
	void *ctx;
};

static bool reject_row(void *ctx, sqlite3_stmt *s)
{
	const struct reject_walk *w = ctx;
	struct file_reject r = { sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
				 column(s, 2), column(s, 3) };

	w->each(w->ctx, &r);
	return true;
}

int file_rejects(const char *path, void (*each)(void *ctx, const struct file_reject *reject),
		 void *ctx, char *ret_message, size_t cap)
{
	struct reject_walk w = { each, ctx };

	return walk(path,
		    "SELECT r.epoch, r.seq, coalesce(j.type, ''), r.reason FROM reject r"
		    " LEFT JOIN ledger l ON l.epoch=r.epoch LEFT JOIN journal j ON j.n=l.base+r.seq"
		    " ORDER BY r.epoch DESC, r.seq DESC",
		    reject_row, &w, ret_message, cap);
}

struct figure_walk {
	bool (*each)(void *ctx, const struct file_figure *row);
	void *ctx;
};

static bool figure_row(void *ctx, sqlite3_stmt *s)
{
	const struct figure_walk *w = ctx;
	const struct file_figure f = { sqlite3_column_int(s, 0),
				       sqlite3_column_int64(s, 1),
				       sqlite3_column_int64(s, 2),
				       column(s, 3),
				       column(s, 4),
				       column(s, 5) };

	return w->each(w->ctx, &f);
}

int file_day(const char *path, int64_t day,
	     bool (*each)(void *ctx, const struct file_figure *row), void *ctx, char *ret_message,
	     size_t cap)
{
	struct figure_walk w = { each, ctx };
	char sql[160];

	text_fmt(sql, sizeof(sql),
		 "SELECT hour, n, sum, lane, what, part FROM figure WHERE day=%lld"
		 " ORDER BY hour, what, part, lane",
		 (long long)day);
	return walk(path, sql, figure_row, &w, ret_message, cap);
}

int file_figures(const char *path, struct file_figures *ret, char *ret_message, size_t cap)
{
	sqlite3 *db = open_ours(path, ret_message, cap);

	if (!db)
		return -EBADMSG;
	if (!sound(db)) {
		text_fmt(ret_message, cap,
			 "%s: is damaged; stop ladad, then `lada restore` the newest backup", path);
		sqlite3_close(db);
		return -EBADMSG;
	}
	ret->records = number(db, "SELECT count(*) FROM record WHERE state=0", 0);
	ret->events = number(db, "SELECT count(*) FROM journal", 0);
	ret->waiting = number(db, "SELECT sum(last-acked) FROM ledger_now", 0);
	ret->letters = number(db, "SELECT count(*) FROM letter", 0);
	ret->jobs_unfinished = number(db, "SELECT count(*) FROM job WHERE status IN (0,1,3)", 0);
	sqlite3_close(db);
	return 0;
}
