// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>

#include "sync/hq/list.h"

/* One lane's row of `fleet`. */
struct lane_row {
	char store[ID_MAX + 1], lane[ID_MAX + 1], version[ID_MAX + 1], seen_at[TIME_TEXT_MAX];
	bool online;
	int64_t outbox, taken_epoch, taken_seq;
};

static bool next_lane(struct hq *hq, struct db_stmt *q, struct lane_row *row)
{
	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, row->store, sizeof(row->store));
	db_copy(q, 1, row->lane, sizeof(row->lane));
	row->online = db_int(q, 2) != 0;
	db_copy(q, 3, row->version, sizeof(row->version));
	row->outbox = db_int(q, 4);
	db_copy(q, 5, row->seen_at, sizeof(row->seen_at));
	row->taken_epoch = db_int(q, 6);
	row->taken_seq = db_int(q, 7);
	return true;
}

static struct db_stmt *query_lanes(struct hq *hq)
{
	/* Lanes are known by their state, their events, or both. */
	return db_query(
		&hq->db,
		"SELECT k.store, k.lane, coalesce(l.online, 0), coalesce(l.version, ''),"
		" coalesce(l.outbox, 0), coalesce(l.seen_at, ''), coalesce(t.epoch, 0),"
		" coalesce(t.seq, 0) FROM (SELECT store, lane FROM lane UNION"
		" SELECT store, lane FROM taken) k"
		" LEFT JOIN lane l ON l.store = k.store AND l.lane = k.lane"
		" LEFT JOIN taken t ON t.store = k.store AND t.lane = k.lane AND t.epoch ="
		" (SELECT max(epoch) FROM taken x WHERE x.store = k.store AND x.lane = k.lane)"
		" ORDER BY k.store, k.lane",
		"");
}

static struct db_stmt *query_cursors(struct hq *hq, const struct lane_row *row)
{
	return db_query(
		&hq->db,
		"SELECT s.stream, s.epoch, s.head, coalesce(c.epoch, 0), coalesce(c.seq, 0)"
		" FROM stream s LEFT JOIN lane_cursor c ON c.store = s.store"
		" AND c.stream = s.stream AND c.lane = ?2 WHERE s.store = ?1 ORDER BY s.stream",
		"tt", row->store, row->lane);
}

static struct db_stmt *query_alarms(struct hq *hq)
{
	return db_query(&hq->db,
			"SELECT store, lane, kind, detail, times, first_at, last_at FROM alarm"
			" ORDER BY last_at DESC, store, lane, kind",
			"");
}

/* ---- for people ---- */

static void print_cursors(struct hq *hq, const struct lane_row *row, FILE *out)
{
	struct db_stmt *q = query_cursors(hq, row);

	while (db_row(&hq->db, q)) {
		char stream[16];

		db_copy(q, 0, stream, sizeof(stream));
		if (db_int(q, 3) != db_int(q, 1))
			fprintf(out, "  %s new of %" PRId64, stream, db_int(q, 2));
		else if (db_int(q, 4) != db_int(q, 2))
			fprintf(out, "  %s %" PRId64 " of %" PRId64, stream, db_int(q, 4),
				db_int(q, 2));
		else
			fprintf(out, "  %s %" PRId64, stream, db_int(q, 2));
	}
	fputc('\n', out);
}

static int print_fleet(struct hq *hq, FILE *out)
{
	struct db_stmt *q = query_lanes(hq);
	struct lane_row row;

	while (next_lane(hq, q, &row)) {
		fprintf(out,
			"%s/%s  %s  version %s  outbox %" PRId64 "  events %" PRId64 "  seen %s\n",
			row.store, row.lane, row.online ? "online" : "OFFLINE",
			row.version[0] ? row.version : "?", row.outbox, row.taken_seq,
			row.seen_at[0] ? row.seen_at : "never");
		print_cursors(hq, &row, out);
	}
	q = query_alarms(hq);
	while (db_row(&hq->db, q)) {
		char text[5][TIME_TEXT_MAX + ID_MAX * 2];
		static const int column[5] = { 0, 1, 2, 3, 6 };

		for (int i = 0; i < 5; i++)
			db_copy(q, column[i], text[i], sizeof(text[i]));
		fprintf(out, "ALARM %s/%s  %s (%s)  %" PRId64 " times, last %s\n", text[0], text[1],
			text[2], text[3], db_int(q, 4), text[4]);
	}
	return hq->db.error ? -EIO : 0;
}

/* ---- for programs ---- */

static void write_lane(struct hq *hq, struct buf *m, const struct lane_row *row)
{
	struct db_stmt *q = query_cursors(hq, row);

	jw_open(m, NULL, '{');
	jw_str(m, "store", row->store);
	jw_str(m, "lane", row->lane);
	jw_bool(m, "online", row->online);
	jw_str(m, "version", row->version);
	jw_int(m, "outbox", row->outbox);
	jw_str(m, "seen_at", row->seen_at);
	jw_open(m, "events", '{');
	jw_int(m, "epoch", row->taken_epoch);
	jw_int(m, "seq", row->taken_seq);
	jw_close(m, '}');
	jw_open(m, "streams", '{');
	while (db_row(&hq->db, q)) {
		char stream[16];

		db_copy(q, 0, stream, sizeof(stream));
		jw_open(m, stream, '{');
		jw_int(m, "epoch", db_int(q, 1));
		jw_int(m, "head", db_int(q, 2));
		jw_int(m, "cursor_epoch", db_int(q, 3));
		jw_int(m, "cursor", db_int(q, 4));
		jw_close(m, '}');
	}
	jw_close(m, '}');
	jw_close(m, '}');
}

static void write_alarms(struct hq *hq, struct buf *m)
{
	static const char *const names[] = { "store", "lane",	  "kind",   "detail",
					     "times", "first_at", "last_at" };
	struct db_stmt *q = query_alarms(hq);

	while (db_row(&hq->db, q)) {
		jw_open(m, NULL, '{');
		for (int i = 0; i < 7; i++) {
			if (i == 4)
				jw_int(m, names[i], db_int(q, i));
			else
				jw_slice(m, names[i], db_slice(q, i));
		}
		jw_close(m, '}');
	}
}

int list_fleet(struct hq *hq, bool json, FILE *out)
{
	struct buf *m = &hq->message;
	struct lane_row row;
	struct db_stmt *q;

	if (!json)
		return print_fleet(hq, out);
	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_open(m, "lanes", '[');
	q = query_lanes(hq);
	while (next_lane(hq, q, &row))
		write_lane(hq, m, &row);
	jw_close(m, ']');
	jw_open(m, "alarms", '[');
	write_alarms(hq, m);
	jw_close(m, ']');
	jw_close(m, '}');
	if (m->overflow)
		return -EFBIG;
	fwrite(m->p, 1, m->len, out);
	fputc('\n', out);
	return hq->db.error ? -EIO : 0;
}
