// SPDX-License-Identifier: Apache-2.0
/* Taking an export in; see export.h. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "firmware/trust/hash.h"
#include "firmware/trust/keys.h"
#include "sync/hq/export.h"
#include "sync/hq/export_tables.h"
#include "sync/hq/putback.h"
#include "sync/hq/stream.h"

struct restore {
	struct hq *hq;
	struct json line;
	struct slice value[EXPORT_COLUMNS_MAX]; /* p NULL: absent */
	struct buf room;			/* unescaped texts, in hq->message */
	uint8_t seed[TRUST_SEED_BYTES];
};

static struct slice read_text(struct restore *r, struct json v)
{
	char *at = r->room.p + r->room.len;
	int n = json_string(v, at, r->room.cap - r->room.len);

	if (n < 0)
		return (struct slice){ NULL, 0 };
	r->room.len += (size_t)n + 1;
	return (struct slice){ at, (size_t)n };
}

/* False when the member is there and of the wrong type, or a number that is not there. */
static bool read_column(struct restore *r, const struct export_column *c, struct slice *ret_value)
{
	struct json v = json_get(r->line, c->name);
	char base64[2 * TRUST_SEED_BYTES];
	int64_t n;

	*ret_value = (struct slice){ NULL, 0 };
	if (v.type == JSON_NONE)
		return c->type != EXPORT_NUMBER;
	switch (c->type) {
	case EXPORT_NUMBER:
		*ret_value = json_text(v);
		return json_int(v, &n) == 0;
	case EXPORT_TEXT:
		*ret_value = read_text(r, v);
		return ret_value->p != NULL;
	case EXPORT_JSON:
		*ret_value = v.type == JSON_STRING ? read_text(r, v) : json_text(v);
		return ret_value->p != NULL;
	case EXPORT_BYTES:
		*ret_value = (struct slice){ (const char *)r->seed, sizeof(r->seed) };
		return json_string(v, base64, sizeof(base64)) > 0 &&
		       base64_decode(slice_of(base64), false, r->seed, sizeof(r->seed)) ==
			       TRUST_SEED_BYTES;
	}
	return false;
}

static int64_t number_of(struct restore *r, const char *name)
{
	return json_int_or(json_get(r->line, name), 0);
}

static void put_meta(struct restore *r)
{
	char name[ID_MAX + 1];

	if (slice_copy(r->value[0], name, sizeof(name)) == 0)
		db_meta_set(&r->hq->db, name, number_of(r, "value"));
}

static void put_key(struct restore *r)
{
	struct slice *v = r->value;

	db_run(&r->hq->db,
	       "INSERT INTO key (n, kid, purpose, seed, public, made_at, state)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	       "iisbsss", number_of(r, "n"), number_of(r, "kid"), v[2], v[3], v[4], v[5], v[6]);
	sodium_memzero(r->seed, sizeof(r->seed));
}

/* Above every epoch the stations may have seen of it, so that they ask for everything. */
static void put_stream(struct restore *r)
{
	int64_t epoch = number_of(r, "epoch") + 1, now = hq_now_s(r->hq);

	db_run(&r->hq->db,
	       "INSERT INTO stream (store, stream, epoch, head, count, sum) VALUES (?, ?, ?, 0, 0,"
	       " 0)",
	       "ssi", r->value[0], r->value[1], epoch > now ? epoch : now);
}

static void put_record(struct restore *r)
{
	struct slice *v = r->value;

	db_run(&r->hq->db,
	       "INSERT INTO record (store, stream, id, rev, deleted, body) VALUES (?, ?, ?, ?, ?, "
	       "?)",
	       "sssiis", v[0], v[1], v[2], number_of(r, "rev"), number_of(r, "deleted"), v[5]);
}

static void put_row(struct restore *r, const struct export_table *t)
{
	struct db_value values[EXPORT_COLUMNS_MAX];

	for (int i = 0; t->types[i]; i++) {
		values[i] = (struct db_value){ .type = t->types[i], .slice = r->value[i] };
		if (t->types[i] == 'i')
			values[i].number = number_of(r, t->column[i].name);
	}
	db_run_values(&r->hq->db, t->insert, t->types, values);
}

static const char *put_line(struct restore *r)
{
	const struct export_table *t = export_tables, *end = t + EXPORT_TABLES;
	struct json kind = json_get(r->line, "export");

	while (t < end && !json_is(kind, t->kind))
		t++;
	if (t == end)
		return NULL; /* of a later version */
	r->room.len = 0;
	for (int i = 0; t->column[i].name; i++) {
		if (!read_column(r, &t->column[i], &r->value[i]))
			return t->column[i].name;
	}
	if (t->insert)
		put_row(r, t);
	else if (strcmp(t->kind, "meta") == 0)
		put_meta(r);
	else if (strcmp(t->kind, "key") == 0)
		put_key(r);
	else if (strcmp(t->kind, "stream") == 0)
		put_stream(r);
	else
		put_record(r);
	return r->hq->db.error ? "the database refuses it" : NULL;
}

/* ---- count and sum of what was taken in ---- */

static void count_stream(struct hq *hq, const char *store, const struct stream_kind *kind)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT id, rev FROM record WHERE store = ? AND stream = ?"
				     " AND deleted = 0",
				     "tt", store, kind->name);
	int64_t count = 0;
	uint64_t sum = 0;

	while (db_row(&hq->db, q)) {
		sum ^= hash_record(kind->type, db_slice(q, 0), db_int(q, 1));
		count++;
	}
	db_run(&hq->db, "UPDATE stream SET count = ?, sum = ? WHERE store = ? AND stream = ?",
	       "iitt", count, (int64_t)sum, store, kind->name);
	/* As stream_open() begins a numbering. */
	db_run(&hq->db,
	       "INSERT INTO log (store, stream, epoch, seq, count, sum, message, made_s)"
	       " SELECT store, stream, epoch, 0, count, sum, NULL, ? FROM stream"
	       " WHERE store = ? AND stream = ?",
	       "itt", hq_now_s(hq), store, kind->name);
}

static void count_all(struct hq *hq)
{
	char store[ID_MAX + 1] = "", stream[16] = "";

	for (;;) {
		const struct stream_kind *kind;
		struct db_stmt *q = db_query(&hq->db,
					     "SELECT store, stream FROM stream"
					     " WHERE (store, stream) > (?, ?)"
					     " ORDER BY store, stream LIMIT 1",
					     "tt", store, stream);

		if (!db_row(&hq->db, q))
			return;
		db_copy(q, 0, store, sizeof(store));
		db_copy(q, 1, stream, sizeof(stream));
		db_done(q);
		kind = stream_by_name(stream);
		if (kind)
			count_stream(hq, store, kind);
	}
}

/* What is numbered by the database goes on above what was taken in, and above what the old HQ may
 * have given since. */
static void number_on(struct hq *hq)
{
	db_number(&hq->db, 0,
		  "SELECT max(n) /*PG, setval(pg_get_serial_sequence('key', 'n'), max(n))*/"
		  " FROM key",
		  "");
	putback_number_ahead(hq);
}

/* ---- a whole text ---- */

static bool next_line(struct slice *text, struct slice *ret_line)
{
	const char *lf;

	if (!text->n)
		return false;
	lf = memchr(text->p, '\n', text->n);
	*ret_line = (struct slice){ text->p, lf ? (size_t)(lf - text->p) : text->n };
	text->p += ret_line->n + (lf ? 1 : 0);
	text->n -= ret_line->n + (lf ? 1 : 0);
	return true;
}

bool export_is(struct slice text)
{
	struct slice line;
	struct json root;

	return next_line(&text, &line) && json_check(line, &root) == 0 &&
	       root.type == JSON_OBJECT && json_is(json_get(root, "export"), "lada-hq");
}

static bool is_empty(struct hq *hq)
{
	return !db_number(&hq->db, 0,
			  "SELECT 1 FROM (SELECT 1 AS x FROM record UNION ALL SELECT 1 FROM event"
			  " UNION ALL SELECT 1 FROM key UNION ALL SELECT 1 FROM taken"
			  " UNION ALL SELECT 1 FROM stream) t LIMIT 1",
			  "");
}

static int take_lines(struct restore *r, const char *name, struct slice text, long *lines)
{
	struct slice line;

	while (next_line(&text, &line)) {
		const char *why = "no JSON";

		++*lines;
		if (!line.n)
			continue;
		if (json_check(line, &r->line) == 0 && r->line.type == JSON_OBJECT)
			why = put_line(r);
		if (why) {
			fprintf(stderr, "%s:%ld: %s\n", name, *lines, why);
			return -EBADMSG;
		}
	}
	return 0;
}

int export_restore(struct hq *hq, const char *name, struct slice text, long *ret_lines)
{
	struct restore r = { .hq = hq };
	long lines = 0;
	int err;

	buf_init(&r.room, hq->message.p, hq->message.cap);
	if (db_begin(&hq->db) < 0)
		return -EIO;
	err = is_empty(hq) ? take_lines(&r, name, text, &lines) : -EEXIST;
	if (err < 0) {
		db_rollback(&hq->db);
		return err;
	}
	count_all(hq);
	number_on(hq);
	db_tell(&hq->db);
	if (db_commit(&hq->db) < 0)
		return -EIO;
	*ret_lines = lines;
	return 0;
}
