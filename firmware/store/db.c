// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware/base/log.h"
#include "firmware/store/ahead.h"
#include "firmware/store/person.h"
#include "firmware/store/schema.h"
#include "firmware/store/store.h"

#define STATEMENTS_MAX 384 /* more than there are in this folder: test_source counts */
#define CACHE_KIB      4096
/* A handover changes a few bytes in several tables, and each changed page is written whole. */
#define PAGE_BYTES 1024
/* The write-ahead log is moved into the database when idle; this bounds it while busy. */
#define WAL_PAGES 16000

struct store {
	sqlite3 *db;
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} statement[STATEMENTS_MAX];
	int statements;
	int64_t changes;    /* rows changed before this transaction */
	struct store *base; /* NULL, or whose products, stock and policies are read */
	int64_t first;	    /* own generations and jobs have numbers above */
	char trouble[256];
};

static void keep_trouble(struct store *st, const char *doing)
{
	int code = sqlite3_extended_errcode(st->db);

	if (st->trouble[0])
		return;
	snprintf(st->trouble, sizeof(st->trouble), "database: %s: %s%s", doing,
		 sqlite3_errmsg(st->db),
		 (code & 0xff) == SQLITE_FULL ? "; free space on the disk that holds `data`" : "");
	log_error("%s", st->trouble);
}

void store_practise(struct store *st, struct store *base, int64_t first)
{
	st->base = base;
	st->first = first;
}

struct store *db_base(const struct store *st)
{
	return st->base;
}

int64_t db_first(const struct store *st)
{
	return st->first;
}

const char *store_trouble(const struct store *st)
{
	return st->trouble;
}

static sqlite3_stmt *statement(struct store *st, const char *sql)
{
	sqlite3_stmt *made = NULL;

	for (int i = 0; i < st->statements; i++)
		if (st->statement[i].sql == sql)
			return st->statement[i].stmt;
	if (st->statements == STATEMENTS_MAX) {
		snprintf(st->trouble, sizeof(st->trouble), "database: too many statements");
		abort(); /* our defect: a constant is too small */
	}
	if (sqlite3_prepare_v3(st->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL)) {
		keep_trouble(st, sql);
		return NULL;
	}
	st->statement[st->statements].sql = sql;
	st->statement[st->statements++].stmt = made;
	return made;
}

static void bind(sqlite3_stmt *s, const char *types, va_list args)
{
	for (int i = 1; *types; i++, types++) {
		if (*types == 'i') {
			sqlite3_bind_int64(s, i, va_arg(args, int64_t));
		} else if (*types == 's') {
			sqlite3_bind_text(s, i, va_arg(args, const char *), -1, SQLITE_STATIC);
		} else if (*types == 'p') {
			void *p = va_arg(args, void *);

			sqlite3_bind_pointer(s, i, p, va_arg(args, const char *), NULL);
		} else {
			struct slice t = va_arg(args, struct slice);

			sqlite3_bind_text(s, i, t.p ? t.p : "", (int)t.n, SQLITE_STATIC);
		}
	}
}

static sqlite3_stmt *prepare_bound(struct store *st, const char *sql, const char *types,
				   va_list args)
{
	sqlite3_stmt *s = st->trouble[0] ? NULL : statement(st, sql);

	if (s) {
		sqlite3_reset(s); /* a text may still be borrowed from its last row */
		bind(s, types, args);
	}
	return s;
}

int64_t db_run(struct store *st, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s;
	va_list args;
	int code;

	va_start(args, types);
	s = prepare_bound(st, sql, types, args);
	va_end(args);
	if (!s)
		return 0;
	code = sqlite3_step(s);
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		keep_trouble(st, sql);
	db_done(s);
	return sqlite3_changes64(st->db);
}

bool db_next(struct store *st, sqlite3_stmt *row)
{
	int code = sqlite3_step(row);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		keep_trouble(st, sqlite3_sql(row));
	return code == SQLITE_ROW;
}

sqlite3_stmt *db_query(struct store *st, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s;
	va_list args;

	va_start(args, types);
	s = prepare_bound(st, sql, types, args);
	va_end(args);
	if (s && !db_next(st, s)) {
		db_done(s);
		return NULL;
	}
	return s;
}

void db_done(sqlite3_stmt *row)
{
	sqlite3_reset(row);
	sqlite3_clear_bindings(row);
}

int64_t db_int(sqlite3_stmt *row, int column)
{
	return sqlite3_column_int64(row, column);
}

struct slice db_text(sqlite3_stmt *row, int column)
{
	const char *p = (const char *)sqlite3_column_text(row, column);

	return (struct slice){ p ? p : "", p ? (size_t)sqlite3_column_bytes(row, column) : 0 };
}

int64_t db_number(struct store *st, int64_t otherwise, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s;
	va_list args;
	int64_t value = otherwise;

	va_start(args, types);
	s = prepare_bound(st, sql, types, args);
	va_end(args);
	if (!s)
		return otherwise;
	if (db_next(st, s))
		value = db_int(s, 0);
	db_done(s);
	return value;
}

static int execute(struct store *st, const char *sql)
{
	if (st->trouble[0])
		return -EIO;
	if (sqlite3_exec(st->db, sql, NULL, NULL, NULL)) {
		keep_trouble(st, sql);
		return -EIO;
	}
	return 0;
}

static int64_t pragma(struct store *st, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(st->db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

static int migrate(struct store *st, char *ret_message, size_t cap)
{
	int64_t version = pragma(st, "PRAGMA user_version");
	int64_t owner = pragma(st, "PRAGMA application_id");
	char sql[96];

	if (version < 0 || (owner != 0 && owner != SCHEMA_APPLICATION_ID) ||
	    (owner == 0 && pragma(st, "SELECT count(*) FROM sqlite_schema") > 0)) {
		text_fmt(ret_message, cap,
			 "the database is no Lada database or is damaged (%s); move it away or "
			 "restore a backup with `lada restore FILE`",
			 sqlite3_errmsg(st->db));
		return -EBADMSG;
	}
	if (version > (int64_t)schema_version()) {
		text_fmt(ret_message, cap,
			 "the database was written by a newer Lada (schema %lld, this one knows "
			 "%zu); install that version again",
			 (long long)version, schema_version());
		return -EBADMSG;
	}
	for (size_t n = (size_t)version; n < schema_version(); n++) {
		text_fmt(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%zu;",
			 SCHEMA_APPLICATION_ID, n + 1);
		execute(st, "BEGIN IMMEDIATE");
		execute(st, schema_migration(n));
		execute(st, sql);
		if (execute(st, "COMMIT") < 0) {
			text_fmt(ret_message, cap, "%s", st->trouble);
			return -EIO;
		}
	}
	return 0;
}

/* What needs no disk: messages before their turn, which are asked for again, and which jobs wait
 * or are being printed, which answer belongs to a key, stock changes by their sku: that saves
 * indexes. */
static const char in_memory[] =
	"CREATE TEMP TABLE held (stream INTEGER, epoch INTEGER, seq INTEGER, bytes INTEGER,"
	" message TEXT, PRIMARY KEY (stream, epoch, seq)) WITHOUT ROWID;"
	"CREATE TEMP TABLE waiting_job (job INTEGER PRIMARY KEY);"
	"CREATE TEMP TRIGGER job_added AFTER INSERT ON main.job WHEN new.status < 2 BEGIN"
	" INSERT OR IGNORE INTO waiting_job VALUES (new.job); END;"
	"CREATE TEMP TRIGGER job_changed AFTER UPDATE OF status ON main.job BEGIN"
	" DELETE FROM waiting_job WHERE job=old.job AND new.status >= 2;"
	" INSERT OR IGNORE INTO waiting_job SELECT new.job WHERE new.status < 2; END;"
	"CREATE TEMP TRIGGER job_gone AFTER DELETE ON main.job BEGIN"
	" DELETE FROM waiting_job WHERE job=old.job; END;"
	"CREATE TEMP TABLE press_key (key TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;"
	"CREATE TEMP TRIGGER press_added AFTER INSERT ON main.passing WHEN new.key NOT NULL BEGIN"
	" INSERT OR REPLACE INTO press_key VALUES (new.key, new.n); END;"
	"CREATE TEMP TRIGGER press_gone AFTER DELETE ON main.passing WHEN old.key NOT NULL BEGIN"
	" DELETE FROM press_key WHERE key=old.key AND n=old.n; END;"
	"CREATE TEMP TABLE delta_of (n INTEGER PRIMARY KEY, sku TEXT, delta INTEGER, lane TEXT,"
	" epoch INTEGER, seq INTEGER);"
	"CREATE INDEX temp.delta_of_sku ON delta_of (sku);"
	"CREATE TEMP TRIGGER delta_added AFTER INSERT ON main.passing WHEN new.sku NOT NULL BEGIN"
	" INSERT INTO delta_of VALUES (new.n, new.sku, new.delta, new.lane, new.epoch, new.seq); "
	"END;"
	"CREATE TEMP TRIGGER delta_gone AFTER DELETE ON main.passing WHEN old.sku NOT NULL BEGIN"
	" DELETE FROM delta_of WHERE n=old.n; END;";

/* What the file already has of it. */
static const char from_file[] =
	"INSERT INTO temp.waiting_job SELECT job FROM job WHERE status < 2;"
	"INSERT OR REPLACE INTO temp.press_key SELECT key, n FROM passing WHERE key NOT NULL"
	" ORDER BY n;"
	"INSERT INTO temp.delta_of SELECT n, sku, delta, lane, epoch, seq FROM passing"
	" WHERE sku NOT NULL;";

void store_remember(struct store *st)
{
	execute(st, "DELETE FROM temp.held; DELETE FROM temp.waiting_job;"
		    "DELETE FROM temp.press_key; DELETE FROM temp.delta_of;");
	execute(st, from_file);
}

static int set_up(struct store *st)
{
	char cache[48];

	text_fmt(cache, sizeof(cache), "PRAGMA cache_size=-%d", CACHE_KIB);
	sqlite3_extended_result_codes(st->db, 1);
	execute(st, "PRAGMA journal_mode=WAL");
	execute(st, "PRAGMA synchronous=FULL");
	execute(st, "PRAGMA mmap_size=0");
	execute(st, "PRAGMA secure_delete=ON");
	execute(st, "PRAGMA temp_store=MEMORY");
	execute(st, cache);
	sqlite3_wal_autocheckpoint(st->db, WAL_PAGES);
	execute(st, in_memory);
	return execute(st, from_file);
}

int store_open(const char *path, struct store **ret_store, char *ret_message, size_t cap)
{
	struct store *st = calloc(1, sizeof(*st));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	char size[48];
	int err;

	if (!st)
		return -ENOMEM;
	if (sqlite3_open_v2(path ? path : ":memory:", &st->db, flags, path ? ahead_vfs() : NULL)) {
		text_fmt(ret_message, cap, "%s: %s", path, sqlite3_errmsg(st->db));
		store_close(st);
		return -EIO;
	}
	journal_functions(st->db);
	text_fmt(size, sizeof(size), "PRAGMA page_size=%d", PAGE_BYTES);
	execute(st, size); /* a database that is there keeps its own */
	err = migrate(st, ret_message, cap);
	if (err == 0 && set_up(st) < 0) {
		text_fmt(ret_message, cap, "%s", st->trouble);
		err = -EIO;
	}
	if (err < 0) {
		store_close(st);
		return err;
	}
	*ret_store = st;
	return 0;
}

/* When the file came to be, to the nanosecond; 0 where its file system does not say. */
static int64_t file_born(const char *path)
{
	struct statx s;

	if (statx(AT_FDCWD, path, 0, STATX_BTIME, &s) < 0 || !(s.stx_mask & STATX_BTIME))
		return 0;
	return s.stx_btime.tv_sec * INT64_C(1000000000) + s.stx_btime.tv_nsec;
}

bool store_know_file(struct store *st, const char *path)
{
	const int64_t born = file_born(path), known = store_meta(st, "file_born", 0);
	const bool copied = born != 0 && known != 0 && born != known;

	if (born == 0 || born == known)
		return false;
	store_begin(st);
	store_meta_set(st, "file_born", born);
	if (copied)
		store_meta_set(st, "restored", 1);
	store_commit(st);
	return copied;
}

bool store_know_mark(struct store *st, int64_t epoch, int64_t last)
{
	const struct ledger l = store_ledger(st);
	const bool known = store_meta(st, "restored", 0) != 0;

	if (l.epoch > epoch || (l.epoch == epoch && l.last >= last))
		return false;
	store_begin(st);
	if (l.epoch)
		store_meta_set(st, "restored", 1);
	if (store_meta(st, "epoch_floor", 0) < epoch)
		store_meta_set(st, "epoch_floor", epoch);
	store_commit(st);
	return l.epoch && !known;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	for (int i = 0; i < st->statements; i++)
		sqlite3_finalize(st->statement[i].stmt);
	sqlite3_close(st->db);
	free(st);
}

void store_begin(struct store *st)
{
	db_run(st, "BEGIN IMMEDIATE", "");
	st->changes = sqlite3_total_changes64(st->db);
}

bool store_changed(const struct store *st)
{
	return sqlite3_total_changes64(st->db) != st->changes;
}

int64_t store_changes(const struct store *st)
{
	return sqlite3_total_changes64(st->db);
}

int store_commit(struct store *st)
{
	/* A statement left open for a borrowed text would keep a reader's mark on the write-ahead
	 * log, which then grows and never goes into the database. */
	for (int i = 0; i < st->statements; i++)
		if (sqlite3_stmt_busy(st->statement[i].stmt))
			db_done(st->statement[i].stmt);
	db_run(st, "COMMIT", "");
	return st->trouble[0] ? -EIO : 0;
}

void store_checkpoint(struct store *st)
{
	if (!st->trouble[0])
		sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

int store_scrub(struct store *st, int64_t *page, int pages)
{
	return st->trouble[0] ? -EIO : db_scrub(st->db, page, pages);
}

int64_t store_meta(struct store *st, const char *key, int64_t otherwise)
{
	return db_number(st, otherwise, "SELECT value FROM meta WHERE key=?", "s", key);
}

void store_meta_set(struct store *st, const char *key, int64_t value)
{
	db_run(st,
	       "INSERT INTO meta VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value",
	       "si", key, value);
}
