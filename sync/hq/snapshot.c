// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/snapshot.h"

#include <string.h>

#include "sync/hq/erase.h"

/* Room in a part for all that stands around its ops. */
#define PART_HEAD_MAX	1024
#define RECORDS_AT_ONCE 500

struct snapshot {
	char id[ULID_TEXT_MAX];
	int64_t epoch, seq, parts;
};

static void add_part(struct hq *hq, struct snapshot *s)
{
	s->parts++;
	db_run(&hq->db, "INSERT INTO snapshot_part (snapshot, part, ops) VALUES (?, ?, ?)", "tis",
	       s->id, s->parts, buf_read(&hq->ops));
	buf_reset(&hq->ops);
}

/* Adds the records behind `id`, which moves on; false when there were no more. */
static bool add_page(struct hq *hq, const char *store, const struct stream_kind *kind,
		     struct snapshot *s, char id[ID_MAX + 1])
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT id, rev, body FROM record WHERE store = ?"
				     " AND stream = ? AND deleted = 0 AND id > ?"
				     " ORDER BY id LIMIT ?",
				     "ttti", store, kind->name, id, (int64_t)RECORDS_AT_ONCE);
	bool any = false;

	while (db_row(&hq->db, q)) {
		struct slice body = db_slice(q, 2);

		any = true;
		db_copy(q, 0, id, ID_MAX + 1);
		/* 512 holds an op's own members around the body. */
		if (hq->ops.len + body.n + 512 > HQ_PART_MAX - PART_HEAD_MAX)
			add_part(hq, s);
		op_put(&hq->ops, kind, id, db_int(q, 1), body);
	}
	return any;
}

struct tombstones {
	struct hq *hq;
	struct snapshot *s;
};

static void add_tombstone(void *ctx, struct slice op)
{
	struct tombstones *t = ctx;

	if (t->hq->ops.len + op.n + 512 > HQ_PART_MAX - PART_HEAD_MAX)
		add_part(t->hq, t->s);
	jw_raw(&t->hq->ops, NULL, op);
}

static void add_records(struct hq *hq, const char *store, const struct stream_kind *kind,
			struct snapshot *s)
{
	char id[ID_MAX + 1] = "";

	buf_reset(&hq->ops);
	while (add_page(hq, store, kind, s, id))
		;
	/* A station that was put back from an older copy may still hold who was erased since. */
	if (strcmp(kind->type, "member") == 0)
		erase_ops(hq, store, add_tombstone, &(struct tombstones){ hq, s });
	if (hq->ops.len || !s->parts)
		add_part(hq, s);
}

static void make(struct hq *hq, const char *store, const struct stream_kind *kind,
		 struct snapshot *ret_snapshot)
{
	struct stream_state state;
	struct snapshot s = { .parts = 0 };

	db_begin(&hq->db);
	state = stream_open(hq, store, kind);
	s.epoch = state.epoch;
	s.seq = state.head;
	ulid_make(&hq->clock, s.id);
	buf_reset(&hq->message);
	stream_write_upto(hq, &hq->message, store, kind);
	db_run(&hq->db,
	       "INSERT INTO snapshot (id, store, stream, epoch, seq, parts, upto, made_s)"
	       " VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
	       "tttiisi", s.id, store, kind->name, s.epoch, s.seq, buf_read(&hq->message),
	       hq_now_s(hq));
	add_records(hq, store, kind, &s);
	db_run(&hq->db, "UPDATE snapshot SET parts = ? WHERE id = ?", "it", s.parts, s.id);
	*ret_snapshot = s;
}

/* A snapshot that still does: not old, and the log goes on where it ends. */
static bool find_recent(struct hq *hq, const char *store, const struct stream_kind *kind,
			struct snapshot *ret_snapshot)
{
	struct db_stmt *q = db_query(
		&hq->db,
		"SELECT n.id, n.epoch, n.seq, n.parts FROM snapshot n JOIN stream s"
		" ON s.store = n.store AND s.stream = n.stream AND s.epoch = n.epoch"
		" WHERE n.store = ?1 AND n.stream = ?2 AND n.made_s > ?3 AND (n.seq = s.head OR"
		" EXISTS (SELECT 1 FROM log l WHERE l.store = ?1 AND l.stream = ?2"
		" AND l.epoch = n.epoch AND l.seq = n.seq + 1)) ORDER BY n.seq DESC, n.id DESC "
		"LIMIT 1",
		"tti", store, kind->name, hq_now_s(hq) - SNAPSHOT_SHARE_S);
	struct snapshot s;

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, s.id, sizeof(s.id));
	s.epoch = db_int(q, 1);
	s.seq = db_int(q, 2);
	s.parts = db_int(q, 3);
	db_done(q);
	*ret_snapshot = s;
	return true;
}

/* Begins a message about a snapshot; part 0 is the offer itself. */
static void write_head(struct buf *m, const struct stream_kind *kind, const struct snapshot *s,
		       int64_t part)
{
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_str(m, "stream", kind->name);
	jw_int(m, "epoch", s->epoch);
	jw_open(m, "snapshot", '{');
	jw_str(m, "id", s->id);
	jw_int(m, "seq", s->seq);
	if (part)
		jw_int(m, "part", part);
	jw_int(m, "parts", s->parts);
	jw_close(m, '}');
}

void snapshot_offer(struct hq *hq, const char *store, const char *lane,
		    const struct stream_kind *kind, bool fresh)
{
	struct buf *m = &hq->message;
	struct snapshot s;
	struct db_stmt *q;

	if (fresh || !find_recent(hq, store, kind, &s))
		make(hq, store, kind, &s);
	write_head(m, kind, &s, 0);
	/* As of the snapshot, not of now. */
	q = db_query(&hq->db, "SELECT upto FROM snapshot WHERE id = ? AND upto <> ''", "t", s.id);
	if (db_row(&hq->db, q)) {
		buf_byte(m, ',');
		buf_slice(m, db_slice(q, 0));
		db_done(q);
	}
	jw_close(m, '}');
	post_add(&hq->post, buf_read(m), "%s/%s/down/%s", store, lane, kind->name);
}

static void say_gone(struct hq *hq, const char *store, const char *lane,
		     const struct stream_kind *kind, const char *id)
{
	struct buf *m = &hq->message;

	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_str(m, "stream", kind->name);
	jw_open(m, "snapshot", '{');
	jw_str(m, "id", id);
	jw_bool(m, "gone", true);
	jw_close(m, '}');
	jw_close(m, '}');
	post_add(&hq->post, buf_read(m), "%s/%s/down/%s", store, lane, kind->name);
}

void snapshot_parts(struct hq *hq, const char *store, const char *lane,
		    const struct stream_kind *kind, const char *id, int64_t from, int64_t count)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT epoch, seq, parts FROM snapshot"
				     " WHERE id = ? AND store = ? AND stream = ?",
				     "ttt", id, store, kind->name);
	struct buf *m = &hq->message;
	struct snapshot s;

	if (!db_row(&hq->db, q)) {
		say_gone(hq, store, lane, kind, id);
		return;
	}
	s = (struct snapshot){ .epoch = db_int(q, 0), .seq = db_int(q, 1), .parts = db_int(q, 2) };
	slice_copy(slice_of(id), s.id, sizeof(s.id));
	db_done(q);
	if (count > SNAPSHOT_PARTS_MAX)
		count = SNAPSHOT_PARTS_MAX;
	q = db_query(&hq->db,
		     "SELECT part, ops FROM snapshot_part WHERE snapshot = ? AND part >= ?"
		     " ORDER BY part LIMIT ?",
		     "tii", id, from, count);
	while (db_row(&hq->db, q)) {
		write_head(m, kind, &s, db_int(q, 0));
		jw_open(m, "ops", '[');
		buf_slice(m, db_slice(q, 1));
		jw_close(m, ']');
		jw_close(m, '}');
		post_add(&hq->post, buf_read(m), "%s/%s/down/%s", store, lane, kind->name);
	}
}

void snapshot_drop_old(struct hq *hq)
{
	int64_t before = hq_now_s(hq) - SNAPSHOT_KEEP_S;

	if (!db_number(&hq->db, 0, "SELECT 1 FROM snapshot WHERE made_s < ? LIMIT 1", "i", before))
		return;
	db_begin(&hq->db);
	db_run(&hq->db, "DELETE FROM snapshot WHERE made_s < ?", "i", before);
}
