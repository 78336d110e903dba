// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/putback.h"

#include <errno.h>
#include <string.h>

#include "sync/hq/export.h"

/* Writes a row of the table that remembers what was done; false when it was there. */
static bool first_time(struct hq *hq, const char *store, const char *lane, const char *stream)
{
	return db_run(&hq->db,
		      "INSERT INTO put_back (store, lane, stream) VALUES (?, ?, ?)"
		      " ON CONFLICT (store, lane, stream) DO NOTHING",
		      "ttt", store, lane, stream) > 0;
}

void putback_suspect(struct hq *hq, const char *store)
{
	db_begin(&hq->db);
	first_time(hq, store, "", "");
	if (first_time(hq, "", "", ""))
		putback_number_ahead(hq);
}

bool putback_heard(struct hq *hq, const char *store, const char *lane, bool knows)
{
	if (knows)
		putback_suspect(hq, store);
	else if (!db_number(&hq->db, 0,
			    "SELECT 1 FROM put_back WHERE store = ? AND lane = '' AND stream = ''",
			    "t", store))
		return false;
	return first_time(hq, store, lane, "");
}

void putback_stream(struct hq *hq, const char *store, const struct stream_kind *kind, int64_t seen)
{
	if (first_time(hq, store, "", kind->name))
		stream_renumber(hq, store, kind, seen);
}

/* ---- numbers ---- */

/* A row far ahead that goes again: SQLite then goes on above it, PostgreSQL where it is told. */
static void events_ahead(struct hq *hq)
{
	struct hq_db *db = &hq->db;

	db_numbering(db);
	db_run(db,
	       "INSERT INTO event (n, store, lane, epoch, seq, text, taken_at)"
	       " SELECT coalesce(max(n), 0) + ?, '-', '-', 0, 0, '{}', '' FROM event",
	       "i", PUTBACK_EVENTS_AHEAD);
	db_number(db, 0,
		  "SELECT max(n) /*PG, setval(pg_get_serial_sequence('event', 'n'), max(n))*/"
		  " FROM event",
		  "");
	db_run(db, "DELETE FROM event WHERE store = '-'", "");
}

static void grants_ahead(struct hq *hq)
{
	struct hq_db *db = &hq->db;

	db_run(db,
	       "INSERT INTO points_grant (n, store, lane, ask, member, points, made_s)"
	       " SELECT coalesce(max(n), 0) + ?, '-', '-', '-', '-', 0, 0 FROM points_grant",
	       "i", PUTBACK_EVENTS_AHEAD);
	db_number(
		db, 0,
		"SELECT max(n) /*PG, setval(pg_get_serial_sequence('points_grant', 'n'), max(n))*/"
		" FROM points_grant",
		"");
	db_run(db, "DELETE FROM points_grant WHERE store = '-'", "");
}

void putback_number_ahead(struct hq *hq)
{
	struct hq_db *db = &hq->db;

	db_meta_set(db, "beat", db_meta(db, "beat", 0) + EXPORT_BEATS_AHEAD);
	events_ahead(hq);
	grants_ahead(hq);
}

/* ---- told by an operator ---- */

struct place {
	char store[ID_MAX + 1], stream[16];
};

/* The stream behind this one; false when there are no more. */
static bool next_place(struct hq *hq, const char *only, struct place *p)
{
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT store, stream FROM stream WHERE (store, stream) > (?, ?)"
			 " AND store = coalesce(?, store) ORDER BY store, stream LIMIT 1",
			 "ttt", p->store, p->stream, only);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, p->store, sizeof(p->store));
	db_copy(q, 1, p->stream, sizeof(p->stream));
	db_done(q);
	return true;
}

/* The highest epoch its lanes told of, and by no clock that ever was right or will be. */
static int64_t told_epoch(struct hq *hq, const struct place *p)
{
	return db_number(&hq->db, 0,
			 "SELECT max(epoch) FROM lane_cursor WHERE store = ? AND stream = ?"
			 " AND epoch <= ?",
			 "tti", p->store, p->stream, hq_now_s(hq) + PUTBACK_EPOCH_AHEAD_S);
}

int64_t putback_renumber(struct hq *hq, const char *store)
{
	struct place p = { .store = "" };
	int64_t streams = 0;

	if (db_begin(&hq->db) < 0)
		return -EIO;
	putback_number_ahead(hq);
	while (next_place(hq, store, &p)) {
		const struct stream_kind *kind = stream_by_name(p.stream);

		if (!kind)
			continue;
		stream_hold(hq, p.store, kind);
		stream_renumber(hq, p.store, kind, told_epoch(hq, &p));
		streams++;
	}
	db_tell(&hq->db);
	return hq->db.error ? -EIO : streams;
}
