// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/trust/hash.h"
#include "sync/hq/lease.h"
#include "sync/hq/quota.h"

#define ANNOUNCE_MAX 64 /* messages a stream; who is further behind asks */
#define PRUNE_EVERY  1000
#define PENDING_MAX  64

const struct stream_kind stream_kinds[STREAM_KINDS] = {
	{ "orders", "order", true },   { "catalog", "product", false },
	{ "stock", "stock", true },    { "loyalty", "member", true },
	{ "policy", "policy", false }, { "timeline", "entry", true },
};

const struct stream_kind *stream_by_name(const char *name)
{
	for (int i = 0; i < STREAM_KINDS; i++) {
		if (strcmp(stream_kinds[i].name, name) == 0)
			return &stream_kinds[i];
	}
	return NULL;
}

const struct stream_kind *stream_by_type(const char *type)
{
	for (int i = 0; i < STREAM_KINDS; i++) {
		if (strcmp(stream_kinds[i].type, type) == 0)
			return &stream_kinds[i];
	}
	return NULL;
}

/* ---- numbering ---- */

static bool read_state(struct hq *hq, const char *store, const struct stream_kind *kind,
		       struct stream_state *ret_state)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT epoch, head, count, sum FROM stream"
				     " WHERE store = ? AND stream = ?",
				     "tt", store, kind->name);

	if (!db_row(&hq->db, q))
		return false;
	*ret_state = (struct stream_state){ db_int(q, 0), db_int(q, 1), db_int(q, 2),
					    (uint64_t)db_int(q, 3) };
	db_done(q);
	return true;
}

static void write_state(struct hq *hq, const char *store, const struct stream_kind *kind,
			const struct stream_state *s)
{
	db_run(&hq->db,
	       "INSERT INTO stream (store, stream, epoch, head, count, sum) VALUES (?, ?, ?, ?, ?, "
	       "?)"
	       " ON CONFLICT (store, stream) DO UPDATE SET epoch = excluded.epoch,"
	       " head = excluded.head, count = excluded.count, sum = excluded.sum",
	       "ttiiii", store, kind->name, s->epoch, s->head, s->count, (int64_t)s->sum);
}

static void add_news(struct hq *hq, const char *store, const char *stream)
{
	struct hq_news *n = &hq->news;

	for (int i = 0; i < n->count; i++) {
		if (strcmp(n->stream[i].store, store) == 0 &&
		    strcmp(n->stream[i].stream, stream) == 0)
			return;
	}
	if (n->count == HQ_NEWS_MAX) {
		n->all = true;
		return;
	}
	slice_copy(slice_of(store), n->stream[n->count].store, sizeof(n->stream[0].store));
	slice_copy(slice_of(stream), n->stream[n->count].stream, sizeof(n->stream[0].stream));
	n->count++;
}

/* One row of the log: where the stream stands now, and the message that brought it here. */
static void log_state(struct hq *hq, const char *store, const struct stream_kind *kind,
		      const struct stream_state *s, struct slice message)
{
	db_run(&hq->db,
	       "INSERT INTO log (store, stream, epoch, seq, count, sum, message, made_s)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	       "ttiiiisi", store, kind->name, s->epoch, s->head, s->count, (int64_t)s->sum, message,
	       hq_now_s(hq));
	hq->logged = true;
	add_news(hq, store, kind->name);
	if (!lease_mine(hq, store))
		db_tell(&hq->db);
}

static struct stream_state begin_stream(struct hq *hq, const char *store,
					const struct stream_kind *kind)
{
	struct stream_state s = { 0 };

	db_begin(&hq->db);
	s.epoch = hq_now_s(hq);
	write_state(hq, store, kind, &s);
	log_state(hq, store, kind, &s, (struct slice){ NULL, 0 });
	return s;
}

struct stream_state stream_open(struct hq *hq, const char *store, const struct stream_kind *kind)
{
	struct stream_state s;

	return read_state(hq, store, kind, &s) ? s : begin_stream(hq, store, kind);
}

void stream_hold(struct hq *hq, const char *store, const struct stream_kind *kind)
{
	char name[sizeof(hq->held_stream)];

	if (text_fmt(name, sizeof(name), "%s/%s", store, kind->name) == 0 &&
	    hq->held == hq->db.transaction && strcmp(name, hq->held_stream) == 0)
		return;
	if (!db_number(&hq->db, 0,
		       "SELECT 1 FROM stream WHERE store = ? AND stream = ? /*PG FOR UPDATE*/",
		       "tt", store, kind->name))
		begin_stream(hq, store, kind);
	hq->held = hq->db.transaction;
	slice_copy(slice_of(name), hq->held_stream, sizeof(hq->held_stream));
}

void stream_renumber(struct hq *hq, const char *store, const struct stream_kind *kind, int64_t seen)
{
	struct stream_state s = stream_open(hq, store, kind);
	int64_t now = hq_now_s(hq);

	db_begin(&hq->db);
	s.epoch = (s.epoch > seen ? s.epoch : seen) + 1;
	if (s.epoch < now)
		s.epoch = now;
	s.head = 0;
	db_run(&hq->db, "DELETE FROM log WHERE store = ? AND stream = ?", "tt", store, kind->name);
	db_run(&hq->db, "DELETE FROM sent WHERE store = ? AND stream = ?", "tt", store, kind->name);
	db_run(&hq->db, "DELETE FROM snapshot WHERE store = ? AND stream = ?", "tt", store,
	       kind->name);
	write_state(hq, store, kind, &s);
	log_state(hq, store, kind, &s, (struct slice){ NULL, 0 });
	hq_alarm(hq, store, "-", "renumbered", kind->name);
}

/* ---- writing messages ---- */

void op_put(struct buf *b, const struct stream_kind *kind, const char *id, int64_t rev,
	    struct slice body)
{
	jw_open(b, NULL, '{');
	jw_str(b, "op", "put");
	jw_str(b, "type", kind->type);
	jw_str(b, "id", id);
	jw_int(b, "rev", rev);
	jw_raw(b, "body", body);
	jw_close(b, '}');
}

static void op_del(struct buf *b, const struct stream_kind *kind, const char *id, int64_t rev)
{
	jw_open(b, NULL, '{');
	jw_str(b, "op", "del");
	jw_str(b, "type", kind->type);
	jw_str(b, "id", id);
	jw_int(b, "rev", rev);
	jw_close(b, '}');
}

void stream_write_upto(struct hq *hq, struct buf *b, const char *store,
		       const struct stream_kind *kind)
{
	struct db_stmt *q;

	if (!kind->has_upto)
		return;
	q = db_query(&hq->db,
		     "SELECT lane, epoch, seq FROM taken t WHERE store = ? AND NOT EXISTS"
		     " (SELECT 1 FROM taken x WHERE x.store = t.store AND x.lane = t.lane"
		     " AND x.epoch > t.epoch) ORDER BY lane",
		     "t", store);
	jw_open(b, "upto", '{');
	while (db_row(&hq->db, q)) {
		char lane[ID_MAX + 1];

		db_copy(q, 0, lane, sizeof(lane));
		jw_open(b, lane, '[');
		jw_int(b, NULL, db_int(q, 1));
		jw_int(b, NULL, db_int(q, 2));
		jw_close(b, ']');
	}
	jw_close(b, '}');
}

/* ---- flush: touched records become numbered messages ---- */

struct flush {
	struct hq *hq;
	char store[ID_MAX + 1];
	const struct stream_kind *kind;
	struct stream_state state;
};

static void flush_message(struct flush *f, bool last)
{
	struct hq *hq = f->hq;
	struct buf *m = &hq->message;

	f->state.head++;
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_str(m, "stream", f->kind->name);
	jw_int(m, "epoch", f->state.epoch);
	jw_int(m, "seq", f->state.head);
	/* An upto in front of the puts it covers would uncover them for a moment. */
	if (last)
		stream_write_upto(hq, m, f->store, f->kind);
	jw_open(m, "ops", '[');
	buf_slice(m, buf_read(&hq->ops));
	jw_close(m, ']');
	jw_close(m, '}');
	if (m->overflow) {
		log_error("stream: a message of %s does not fit", f->kind->name);
		hq->db.error = DB_BROKEN;
		return;
	}
	log_state(hq, f->store, f->kind, &f->state, buf_read(m));
	if (f->state.head % PRUNE_EVERY == 0)
		db_run(&hq->db,
		       "DELETE FROM log WHERE store = ? AND stream = ? AND epoch = ? AND seq <= ?",
		       "ttii", f->store, f->kind->name, f->state.epoch,
		       f->state.head - HQ_LOG_KEEP);
	buf_reset(&hq->ops);
}

/* Adds one touched record's op; columns are those of flush_stream()'s query. */
static void flush_record(struct flush *f, struct db_stmt *q)
{
	struct slice id = db_slice(q, 0), op = db_slice(q, 3), body = db_slice(q, 6);
	bool was_live = db_int(q, 1) != 0, live = db_int(q, 5) == 0;
	int64_t rev = db_int(q, 4);
	char id_text[ID_MAX + 1];

	slice_copy(id, id_text, sizeof(id_text));
	if (f->hq->ops.len && f->hq->ops.len + body.n + op.n > HQ_OPS_MAX)
		flush_message(f, false);
	if (was_live)
		f->state.sum ^= hash_record(f->kind->type, id, db_int(q, 2));
	if (live)
		f->state.sum ^= hash_record(f->kind->type, id, rev);
	f->state.count += (int)live - (int)was_live;
	if (op.p)
		jw_raw(&f->hq->ops, NULL, op);
	else if (live)
		op_put(&f->hq->ops, f->kind, id_text, rev, body);
	else
		op_del(&f->hq->ops, f->kind, id_text, rev);
}

static void flush_stream(struct hq *hq, const char *store, const struct stream_kind *kind)
{
	struct flush f = { .hq = hq, .kind = kind, .state = stream_open(hq, store, kind) };
	struct db_stmt *q;

	slice_copy(slice_of(store), f.store, sizeof(f.store));
	buf_reset(&hq->ops);
	q = db_query(&hq->db,
		     "SELECT t.id, t.was_live, t.was_rev, t.op, r.rev, r.deleted, r.body"
		     " FROM touched t JOIN record r USING (store, stream, id)"
		     " WHERE t.flush = ? AND t.store = ? AND t.stream = ? ORDER BY t.n",
		     "itt", hq->flush, f.store, kind->name);
	while (db_row(&hq->db, q))
		flush_record(&f, q);
	if (hq->ops.len)
		flush_message(&f, true);
	write_state(hq, f.store, kind, &f.state);
}

void stream_flush(struct hq *hq)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store, stream FROM touched WHERE flush = ?"
				     " GROUP BY store, stream ORDER BY min(n)",
				     "i", hq->flush);
	bool any = false;

	while (db_row(&hq->db, q)) {
		char store[ID_MAX + 1], stream[16];
		const struct stream_kind *kind;

		db_copy(q, 0, store, sizeof(store));
		db_copy(q, 1, stream, sizeof(stream));
		kind = stream_by_name(stream);
		if (kind)
			flush_stream(hq, store, kind);
		any = true;
	}
	if (any)
		db_run(&hq->db, "DELETE FROM touched WHERE flush = ?", "i", hq->flush++);
}

/* ---- announcing ---- */

/* A stream of which not all has been published. */
struct pending {
	char store[ID_MAX + 1], stream[16];
	int64_t epoch, head, sent;
};

/* The head alone: what is below it lanes ask for. */
static void announce_head(struct hq *hq, const struct pending *p)
{
	char memory[256];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "stream", p->stream);
	jw_int(&b, "epoch", p->epoch);
	jw_int(&b, "seq", p->head);
	jw_open(&b, "ops", '[');
	jw_close(&b, ']');
	jw_close(&b, '}');
	post_add(&hq->post, buf_read(&b), "%s/down/%s", p->store, p->stream);
}

static void announce_stream(struct hq *hq, struct pending *p)
{
	bool any = false;
	struct db_stmt *q;

	if (p->head - p->sent > ANNOUNCE_MAX)
		p->sent = p->head - 1;
	q = db_query(&hq->db,
		     "SELECT message FROM log WHERE store = ? AND stream = ? AND epoch = ?"
		     " AND seq > ? AND message IS NOT NULL ORDER BY seq",
		     "ttii", p->store, p->stream, p->epoch, p->sent);
	/* A full post drops acknowledgements too; lanes that miss this are seen to lag. */
	while (db_row(&hq->db, q)) {
		any = true;
		if (hq->post.bytes < QUOTA_POST_FULL)
			post_add(&hq->post, db_slice(q, 0), "%s/down/%s", p->store, p->stream);
	}
	/* A new epoch begins without a log. */
	if (!any && hq->post.bytes < QUOTA_POST_FULL)
		announce_head(hq, p);
	db_run(&hq->db,
	       "INSERT INTO sent (store, stream, epoch, seq) VALUES (?, ?, ?, ?)"
	       " ON CONFLICT (store, stream)"
	       " DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq",
	       "ttii", p->store, p->stream, p->epoch, p->head);
}

void stream_announce_heads(struct hq *hq)
{
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT s.store, s.stream, l.message FROM stream s"
			 " JOIN log l ON l.store = s.store AND l.stream = s.stream"
			 " AND l.epoch = s.epoch AND l.seq = s.head WHERE l.message IS NOT NULL"
			 " AND EXISTS (SELECT 1 FROM mine m WHERE m.store = s.store)"
			 " AND NOT EXISTS (SELECT 1 FROM sent t WHERE t.store = s.store)",
			 "");

	while (db_row(&hq->db, q)) {
		char store[ID_MAX + 1], stream[16];

		db_copy(q, 0, store, sizeof(store));
		db_copy(q, 1, stream, sizeof(stream));
		if (lease_holds(hq, store) && hq->post.bytes < QUOTA_POST_FULL)
			post_add(&hq->post, db_slice(q, 2), "%s/down/%s", store, stream);
	}
	db_run(&hq->db,
	       "INSERT INTO sent (store, stream, epoch, seq)"
	       " SELECT store, stream, epoch, head FROM stream s"
	       " WHERE EXISTS (SELECT 1 FROM mine m WHERE m.store = s.store)"
	       " AND NOT EXISTS (SELECT 1 FROM sent t WHERE t.store = s.store)",
	       "");
}

#define PENDING                                                                                    \
	"SELECT s.store, s.stream, s.epoch, s.head, coalesce(t.seq, 0) FROM stream s"              \
	" LEFT JOIN sent t ON t.store = s.store AND t.stream = s.stream"                           \
	" AND t.epoch = s.epoch WHERE (t.seq IS NULL OR t.seq < s.head)"

static int read_pending(struct hq *hq, struct db_stmt *q, struct pending *pending)
{
	int n = 0;

	while (n < PENDING_MAX && db_row(&hq->db, q)) {
		struct pending *p = &pending[n++];

		db_copy(q, 0, p->store, sizeof(p->store));
		db_copy(q, 1, p->stream, sizeof(p->stream));
		p->epoch = db_int(q, 2);
		p->head = db_int(q, 3);
		p->sent = db_int(q, 4);
	}
	db_done(q);
	return n;
}

static int find_pending(struct hq *hq, struct pending *pending)
{
	struct db_stmt *q =
		db_query(&hq->db,
			 PENDING " AND EXISTS (SELECT 1 FROM mine m WHERE m.store = s.store)"
				 " ORDER BY s.store, s.stream LIMIT ?",
			 "i", (int64_t)PENDING_MAX);

	return read_pending(hq, q, pending);
}

static int compare_news(const void *a, const void *b)
{
	const struct hq_news_stream *x = a, *y = b;
	int stores = strcmp(x->store, y->store);

	return stores ? stores : strcmp(x->stream, y->stream);
}

/* What this process numbered: costs what changed, not what exists. */
static void announce_news(struct hq *hq)
{
	struct pending one[PENDING_MAX];

	qsort(hq->news.stream, (size_t)hq->news.count, sizeof(hq->news.stream[0]), compare_news);
	for (int i = 0; i < hq->news.count; i++) {
		struct db_stmt *q;

		if (!lease_mine(hq, hq->news.stream[i].store))
			continue;
		q = db_query(&hq->db, PENDING " AND s.store = ? AND s.stream = ?", "tt",
			     hq->news.stream[i].store, hq->news.stream[i].stream);
		if (read_pending(hq, q, one) > 0 && lease_holds(hq, one[0].store))
			announce_stream(hq, &one[0]);
	}
}

static void announce_all(struct hq *hq)
{
	struct pending pending[PENDING_MAX];
	bool stuck = false;
	int n;

	while (!stuck && (n = find_pending(hq, pending)) > 0) {
		for (int i = 0; i < n; i++) {
			/* A store that was taken from us is left to its new owner. */
			if (lease_holds(hq, pending[i].store))
				announce_stream(hq, &pending[i]);
			else
				stuck = true;
		}
	}
}

void stream_announce(struct hq *hq, bool fresh)
{
	if (fresh) {
		db_run(&hq->db, "DELETE FROM sent", "");
		stream_announce_heads(hq);
	}
	if (fresh || hq->news.all)
		announce_all(hq);
	else
		announce_news(hq);
	if (!hq->db.error)
		hq->news = (struct hq_news){ .count = 0 };
}
