// SPDX-License-Identifier: Apache-2.0
/* The records behind the streams; see stream.h. */
#include "sync/hq/stream.h"

static bool read_record(struct hq *hq, struct db_stmt *q, struct record *ret_record)
{
	struct record r;

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, r.store, sizeof(r.store));
	r.rev = db_int(q, 1);
	r.live = db_int(q, 2) == 0;
	buf_reset(&hq->body);
	buf_slice(&hq->body, db_slice(q, 3));
	r.body = buf_read(&hq->body);
	db_done(q);
	*ret_record = r;
	return true;
}

bool record_find(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		 struct record *ret_record)
{
	return read_record(hq,
			   db_query(&hq->db,
				    "SELECT store, rev, deleted, body FROM record"
				    " WHERE store = ? AND stream = ? AND id = ?",
				    "ttt", store, kind->name, id),
			   ret_record);
}

bool record_find_anywhere(struct hq *hq, const char *store, const struct stream_kind *kind,
			  const char *id, struct record *ret_record)
{
	return read_record(hq,
			   db_query(&hq->db,
				    "SELECT store, rev, deleted, body FROM record"
				    " WHERE stream = ?2 AND id = ?3 AND deleted = 0"
				    " ORDER BY store = ?1 DESC, store LIMIT 1",
				    "ttt", store, kind->name, id),
			   ret_record);
}

bool record_next_holder(struct hq *hq, const struct stream_kind *kind, const char *id,
			char store[ID_MAX + 1])
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store FROM record WHERE stream = ? AND id = ?"
				     " AND deleted = 0 AND store > ? ORDER BY store LIMIT 1",
				     "ttt", kind->name, id, store);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, store, ID_MAX + 1);
	db_done(q);
	return true;
}

bool record_is_ambiguous(struct hq *hq, const struct stream_kind *kind, const char *id)
{
	char store[ID_MAX + 1] = "";

	return record_next_holder(hq, kind, id, store) && record_next_holder(hq, kind, id, store);
}

/* Remembers what a record was before this transaction changed it, for count and sum. */
static void mark(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		 struct slice op)
{
	db_begin(&hq->db);
	stream_hold(hq, store, kind);
	db_run(&hq->db,
	       "INSERT INTO touched (flush, store, stream, id, was_live, was_rev, op)"
	       " SELECT ?5, ?1, ?2, ?3, coalesce(1 - r.deleted, 0), coalesce(r.rev, 0), ?4"
	       " FROM (SELECT 1 AS one) x LEFT JOIN record r"
	       " ON r.store = ?1 AND r.stream = ?2 AND r.id = ?3"
	       " WHERE x.one = 1 ON CONFLICT DO NOTHING",
	       "tttsi", store, kind->name, id, op, hq->flush);
}

static void write_record(struct hq *hq, const char *store, const struct stream_kind *kind,
			 const char *id, int64_t rev, bool deleted, struct slice body)
{
	mark(hq, store, kind, id, (struct slice){ NULL, 0 });
	db_run(&hq->db,
	       "INSERT INTO record (store, stream, id, rev, deleted, body) VALUES (?, ?, ?, ?, ?, "
	       "?)"
	       " ON CONFLICT (store, stream, id) DO UPDATE"
	       " SET rev = excluded.rev, deleted = excluded.deleted, body = excluded.body",
	       "tttiis", store, kind->name, id, rev, (int64_t)deleted, body);
}

void record_put(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		int64_t rev, struct slice body)
{
	write_record(hq, store, kind, id, rev, false, body);
}

void record_delete(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		   int64_t rev)
{
	write_record(hq, store, kind, id, rev, true, (struct slice){ NULL, 0 });
}

void record_touch(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id)
{
	mark(hq, store, kind, id, (struct slice){ NULL, 0 });
}

void record_say(struct hq *hq, const char *store, const struct stream_kind *kind, const char *id,
		struct slice op)
{
	mark(hq, store, kind, id, op);
}
