// SPDX-License-Identifier: Apache-2.0
/*
 * PostgreSQL, through libpq. Rows are as durable as the server's own settings say, but never
 * less than synchronous_commit. A connection that has not answered for long is given up by TCP
 * (tcp_user_timeout); what an instance holds while it hangs, the server frees
 * (idle_in_transaction_session_timeout).
 */
#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/hq/db_backend.h"
#include "sync/hq/db_dialect.h"
#include "sync/hq/schema.h"

#define IDLE_MAX_MS   5000 /* in a transaction, before the server frees what it holds */
#define LOOK_EVERY_MS 5000 /* should a notice have been lost */
#define CHANNEL	      "lada_hq"
#define MAKING_LOCK   "7810207" /* advisory locks: one makes the tables; */
#define NUMBER_LOCK   "7810208" /* who numbers events shares this one */

struct server {
	PGconn *c;
	char *url;
	bool serving;
	int names;	  /* statements are called s1, s2, … */
	int64_t told;	  /* the transaction that has said NOTIFY */
	int64_t numbered; /* the one that holds NUMBER_LOCK */
	int64_t look_at_ms;
};

struct answer {
	char name[16];
	PGresult *result;
	int row;
	char *bytes; /* of the last BYTEA that was read */
	bool more;   /* walking: rows are on their way */
};

static struct server *server_of(const struct hq_db *db)
{
	return db->inside;
}

/* ---- errors ---- */

static enum db_error kind_of(const struct server *s, const PGresult *r)
{
	static const char *const later[] = { "40001", "40P01", "55P03", "23505" };
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

	if (PQstatus(s->c) != CONNECTION_OK)
		return DB_LOST;
	for (size_t i = 0; state && i < COUNT_OF(later); i++) {
		if (strcmp(state, later[i]) == 0)
			return DB_LATER;
	}
	return DB_BROKEN;
}

/* What libpq says of the last failure. */
static void first_line(const struct server *s, char *dst, size_t cap)
{
	const char *text = PQerrorMessage(s->c);
	struct slice line = { text, strcspn(text, "\n") };

	slice_copy(utf8_cut(line, cap - 1), dst, cap);
}

/* 0 when the result is a good one. */
static int check(struct hq_db *db, const char *doing, PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);
	char why[256];

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return 0;
	first_line(server_of(db), why, sizeof(why));
	db_fail(db, kind_of(server_of(db), r), doing, why);
	return -EIO;
}

static int run(struct hq_db *db, const char *text)
{
	PGresult *r = PQexec(server_of(db)->c, text);
	int err = check(db, text, r);

	PQclear(r);
	return err;
}

static int postgres_exec(struct hq_db *db, const char *text)
{
	char *memory = malloc(DIALECT_MAX);
	struct buf b;
	int err = -ENOMEM;

	buf_init(&b, memory, memory ? DIALECT_MAX : 0);
	dialect_tables(text, &b);
	if (buf_str(&b))
		err = run(db, b.p);
	else
		db_fail(db, DB_BROKEN, "exec", "too long");
	free(memory);
	return err;
}

/* The first column of the only row as text, "" without one. */
static void ask(struct hq_db *db, const char *text, char *dst, size_t cap)
{
	PGresult *r = PQexec(server_of(db)->c, text);

	dst[0] = '\0';
	if (check(db, text, r) == 0 && PQntuples(r) == 1)
		slice_copy(slice_of(PQgetvalue(r, 0, 0)), dst, cap);
	PQclear(r);
}

/* ---- transactions ---- */

static int postgres_begin(struct hq_db *db)
{
	return run(db, "BEGIN ISOLATION LEVEL REPEATABLE READ");
}

static int postgres_commit(struct hq_db *db)
{
	return run(db, "COMMIT");
}

static void postgres_rollback(struct hq_db *db)
{
	struct server *s = server_of(db);

	if (PQtransactionStatus(s->c) != PQTRANS_IDLE)
		PQclear(PQexec(s->c, "ROLLBACK"));
}

/* ---- open and close ---- */

/* The server writes to the log of whoever runs lada-hq only what is worth reading. */
static void on_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

static int connect_server(struct server *s)
{
	/* Later ones win, so the URL may say otherwise. */
	static const char *const names[] = {
		"connect_timeout",  "keepalives_idle",	"keepalives_interval",
		"keepalives_count", "tcp_user_timeout", "fallback_application_name",
		"dbname",	    "client_encoding",	NULL
	};
	const char *values[] = { "5", "5", "2", "3", "10000", "lada-hq", s->url, "UTF8", NULL };

	if (s->c)
		PQfinish(s->c);
	s->c = PQconnectdbParams(names, values, 1);
	if (PQstatus(s->c) != CONNECTION_OK)
		return -ENOTCONN;
	PQsetNoticeReceiver(s->c, on_notice, NULL);
	s->look_at_ms = 0;
	return 0;
}

/* A serve neither waits for long nor holds what others wait for. */
static int set_patience(struct hq_db *db)
{
	bool serving = server_of(db)->serving;
	char text[128];

	text_fmt(text, sizeof(text),
		 "SET lock_timeout TO %d; SET idle_in_transaction_session_timeout TO %d",
		 serving ? DB_SERVE_ROW_MS : DB_WAIT_MS, serving ? IDLE_MAX_MS : 0);
	return run(db, text);
}

/* A commit must have reached the disk when it is answered. */
static int set_session(struct hq_db *db)
{
	char text[32];

	run(db, "SET default_transaction_isolation TO 'repeatable read';"
		"SET client_min_messages TO warning; LISTEN " CHANNEL ";");
	ask(db, "SHOW synchronous_commit", text, sizeof(text));
	if (strcmp(text, "off") == 0)
		run(db, "SET synchronous_commit TO on");
	set_patience(db);
	return postgres_exec(db, schema_session);
}

static void warn(struct hq_db *db)
{
	char text[32];

	ask(db, "SHOW fsync", text, sizeof(text));
	if (strcmp(text, "off") == 0)
		log_warning("database: the server runs with fsync off: a power cut loses what was "
			    "acknowledged");
}

static int64_t read_version(struct hq_db *db)
{
	char text[32];

	ask(db, "SELECT to_regclass('meta') IS NOT NULL AND to_regclass('taken') IS NOT NULL", text,
	    sizeof(text));
	if (strcmp(text, "t") != 0)
		return 0;
	ask(db, "SELECT value FROM meta WHERE name = 'schema'", text, sizeof(text));
	return strtoll(text, NULL, 10);
}

static int make_tables(struct hq_db *db, int64_t version)
{
	for (; version < SCHEMA_VERSION; version++) {
		const struct schema_step *step = &schema_steps[version];

		if (postgres_exec(db, step->both) < 0 ||
		    (step->postgres && postgres_exec(db, step->postgres) < 0))
			return -EIO;
	}
	db_meta_set(db, "schema", SCHEMA_VERSION);
	return db->error ? -EIO : 0;
}

static int prepare_tables(struct hq_db *db, bool create, const char **ret_what)
{
	int64_t version;

	/* Whoever waits here must then see what the other has made: no snapshot before it. */
	if (run(db, "SELECT pg_advisory_lock(" MAKING_LOCK ")") < 0)
		return -EIO;
	version = read_version(db);
	*ret_what = "is no database of lada-hq";
	if (version == 0 && !create)
		return -ENOENT;
	*ret_what = "was made by a newer lada-hq";
	if (version > SCHEMA_VERSION)
		return -EPROTO;
	*ret_what = "cannot make its tables";
	if (version < SCHEMA_VERSION) {
		db_begin(db);
		make_tables(db, version);
		if (db_commit(db) < 0)
			return -EIO;
	}
	return run(db, "SELECT pg_advisory_unlock(" MAKING_LOCK ")");
}

static int postgres_open(struct hq_db *db, const char *where, bool create, const char **ret_what)
{
	struct server *s = calloc(1, sizeof(*s));
	char text[32], why[256];
	int err;

	*ret_what = "out of memory";
	if (!s)
		return -ENOMEM;
	db->inside = s;
	s->url = strdup(where);
	if (!s->url)
		return -ENOMEM;
	*ret_what = "cannot connect to the server";
	if (connect_server(s) < 0) {
		first_line(s, why, sizeof(why));
		db_fail(db, DB_BROKEN, "connect", why);
		return -ENOTCONN;
	}
	*ret_what = "the server's encoding is not UTF8";
	ask(db, "SHOW server_encoding", text, sizeof(text));
	if (strcmp(text, "UTF8") != 0)
		return -EINVAL;
	err = prepare_tables(db, create, ret_what);
	if (err < 0)
		return err;
	*ret_what = "cannot make its temporary tables";
	return set_session(db);
}

static void postgres_close(struct hq_db *db)
{
	struct server *s = server_of(db);

	if (!s)
		return;
	if (s->c)
		PQfinish(s->c);
	if (s->url)
		explicit_bzero(s->url, strlen(s->url)); /* there may be a password in it */
	free(s->url);
	free(s);
}

static bool postgres_revive(struct hq_db *db)
{
	struct server *s = server_of(db);
	char why[256];

	db->error = DB_FINE;
	if (connect_server(s) < 0) {
		db->error = DB_LOST;
		first_line(s, why, sizeof(why));
		log_warning("database: not there: %s", why);
		return false;
	}
	if (set_session(db) < 0) {
		db->error = DB_LOST;
		return false;
	}
	return true;
}

/* ---- statements ---- */

static int postgres_prepare(struct db_stmt *q)
{
	enum { INT8 = 20, TEXT = 25, BYTEA = 17 };
	struct server *s = server_of(q->db);
	struct answer *a = q->inside ? q->inside : calloc(1, sizeof(*a));
	Oid types[DB_PARAMETERS_MAX];
	char text[4096];
	struct buf b;
	PGresult *r;
	int n = 0, err;

	q->inside = a;
	buf_init(&b, text, sizeof(text));
	dialect_query(q->text, &b);
	if (!a || !buf_str(&b)) {
		db_fail(q->db, DB_BROKEN, q->text, "no room");
		return -ENOMEM;
	}
	for (; q->types[n]; n++)
		types[n] = q->types[n] == 'i' ? INT8 : q->types[n] == 'b' ? BYTEA : TEXT;
	text_fmt(a->name, sizeof(a->name), "s%d", ++s->names);
	r = PQprepare(s->c, a->name, text, n, types);
	err = check(q->db, q->text, r);
	PQclear(r);
	return err;
}

static void postgres_done(struct db_stmt *q)
{
	struct answer *a = q->inside;

	if (!a)
		return;
	PQclear(a->result);
	while (a->more) {
		a->result = PQgetResult(server_of(q->db)->c);
		a->more = a->result != NULL;
		PQclear(a->result);
	}
	free(a->bytes);
	a->result = NULL;
	a->bytes = NULL;
}

static void postgres_finish(struct db_stmt *q)
{
	postgres_done(q);
	free(q->inside);
}

static void put_number(int64_t value, char dst[8])
{
	for (int i = 0; i < 8; i++)
		dst[i] = (char)((uint64_t)value >> (56 - 8 * i));
}

static int start_walk(struct db_stmt *q, int count, const char *const *p, const int *n,
		      const int *binary)
{
	struct server *s = server_of(q->db);
	struct answer *a = q->inside;
	char why[256];

	a->more = PQsendQueryPrepared(s->c, a->name, count, p, n, binary, 0) &&
		  PQsetSingleRowMode(s->c);
	if (a->more)
		return 0;
	first_line(s, why, sizeof(why));
	db_fail(q->db, kind_of(s, NULL), q->text, why);
	return -EIO;
}

/* The end comes as a result of its own, without rows. */
static bool walk_on(struct db_stmt *q)
{
	struct answer *a = q->inside;

	PQclear(a->result);
	a->result = a->more ? PQgetResult(server_of(q->db)->c) : NULL;
	a->row = 0;
	if (!a->result) {
		a->more = false;
		return false;
	}
	if (PQresultStatus(a->result) == PGRES_SINGLE_TUPLE)
		return true;
	check(q->db, q->text, a->result);
	return false;
}

static int postgres_start(struct db_stmt *q, const struct db_value *values, int count)
{
	const char *p[DB_PARAMETERS_MAX];
	int n[DB_PARAMETERS_MAX], binary[DB_PARAMETERS_MAX];
	char number[DB_PARAMETERS_MAX][8];
	struct answer *a = q->inside;

	for (int i = 0; i < count; i++) {
		const struct db_value *v = &values[i];

		binary[i] = 1; /* a text's binary form is its bytes */
		p[i] = v->slice.p;
		n[i] = (int)v->slice.n;
		if (v->type == 'i') {
			put_number(v->number, number[i]);
			p[i] = number[i];
			n[i] = 8;
		}
	}
	postgres_done(q);
	a->row = -1;
	if (q->walks)
		return start_walk(q, count, p, n, binary);
	a->result = PQexecPrepared(server_of(q->db)->c, a->name, count, p, n, binary, 0);
	return check(q->db, q->text, a->result);
}

static bool postgres_row(struct db_stmt *q)
{
	struct answer *a = q->inside;

	if (q->walks)
		return walk_on(q);
	return a->result && ++a->row < PQntuples(a->result);
}

static int postgres_changes(struct db_stmt *q)
{
	struct answer *a = q->inside;

	return (int)strtol(PQcmdTuples(a->result), NULL, 10);
}

static bool postgres_is_null(struct db_stmt *q, int column)
{
	struct answer *a = q->inside;

	return PQgetisnull(a->result, a->row, column) == 1;
}

static int64_t postgres_number(struct db_stmt *q, int column)
{
	struct answer *a = q->inside;
	const char *text = PQgetvalue(a->result, a->row, column);

	return text[0] == 't' ? 1 : strtoll(text, NULL, 10);
}

static struct slice postgres_slice(struct db_stmt *q, int column)
{
	enum { BYTEA = 17 };
	struct answer *a = q->inside;
	const char *p = PQgetvalue(a->result, a->row, column);
	size_t n = (size_t)PQgetlength(a->result, a->row, column);

	if (PQgetisnull(a->result, a->row, column))
		return (struct slice){ NULL, 0 };
	if (PQftype(a->result, column) != BYTEA)
		return (struct slice){ p, n };
	free(a->bytes);
	n = n >= 2 ? (n - 2) / 2 : 0; /* \x and hex digits */
	a->bytes = malloc(n + 1);
	if (!a->bytes || hex_decode((struct slice){ p + 2, 2 * n }, (uint8_t *)a->bytes, n) < 0)
		return (struct slice){ "", 0 };
	return (struct slice){ a->bytes, n };
}

/* ---- other programs ---- */

static int postgres_claim_serve(struct hq_db *db)
{
	server_of(db)->serving = true;
	warn(db);
	return set_patience(db);
}

static bool postgres_changed(struct hq_db *db)
{
	struct server *s = server_of(db);
	int64_t now = db_mono_ms();
	bool changed = now >= s->look_at_ms;
	char why[256];
	PGnotify *n;

	if (!PQconsumeInput(s->c)) {
		first_line(s, why, sizeof(why));
		db_fail(db, DB_LOST, "listen", why);
		return false;
	}
	while ((n = PQnotifies(s->c))) {
		changed = changed || n->be_pid != PQbackendPID(s->c);
		PQfreemem(n);
	}
	if (changed)
		s->look_at_ms = now + LOOK_EVERY_MS;
	return changed;
}

static void postgres_tell(struct hq_db *db)
{
	if (server_of(db)->told == db->transaction)
		return;
	server_of(db)->told = db->transaction;
	run(db, "NOTIFY " CHANNEL);
}

static int postgres_fd(const struct hq_db *db)
{
	return PQsocket(server_of(db)->c);
}

static void postgres_patience(struct hq_db *db, int ms)
{
	char text[48];

	text_fmt(text, sizeof(text), "SET lock_timeout TO %d", ms ? ms : DB_SERVE_ROW_MS);
	run(db, text);
}

/* Nobody but their session can vacuum temporary tables. */
static void postgres_tidy(struct hq_db *db)
{
	run(db, "VACUUM touched, sent, lag, offered");
}

/*
 * Numbers are given in the order of inserting and seen in the order of committing, so one may
 * appear below another that was read before. Whoever numbers shares a lock until the commit; who
 * has it alone for a moment knows that all numbers given so far are decided.
 */
static void postgres_numbering(struct hq_db *db)
{
	if (server_of(db)->numbered == db->transaction)
		return;
	server_of(db)->numbered = db->transaction;
	run(db, "SELECT pg_advisory_xact_lock_shared(" NUMBER_LOCK ")");
}

static int64_t postgres_horizon(struct hq_db *db)
{
	char text[32];

	run(db, "SELECT pg_advisory_lock(" NUMBER_LOCK ")");
	ask(db, "SELECT coalesce(max(n), 0) FROM event", text, sizeof(text));
	run(db, "SELECT pg_advisory_unlock(" NUMBER_LOCK ")");
	return db->error ? 0 : strtoll(text, NULL, 10);
}

const struct db_backend db_postgres = {
	.shared = true,
	.open = postgres_open,
	.close = postgres_close,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.revive = postgres_revive,
	.exec = postgres_exec,
	.prepare = postgres_prepare,
	.finish = postgres_finish,
	.start = postgres_start,
	.row = postgres_row,
	.done = postgres_done,
	.changes = postgres_changes,
	.is_null = postgres_is_null,
	.number = postgres_number,
	.slice = postgres_slice,
	.claim_serve = postgres_claim_serve,
	.changed = postgres_changed,
	.tell = postgres_tell,
	.fd = postgres_fd,
	.patience = postgres_patience,
	.tidy = postgres_tidy,
	.numbering = postgres_numbering,
	.horizon = postgres_horizon,
};
