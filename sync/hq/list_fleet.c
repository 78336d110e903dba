// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/list_fleet.h"

#include <inttypes.h>
#include <string.h>

struct db_stmt *fleet_lanes(struct hq *hq)
{
	/* Lanes are known by their state, their events, or both. */
	return db_query(
		&hq->db,
		"SELECT k.store, k.lane, coalesce(l.online, 0), coalesce(l.version, ''),"
		" coalesce(l.outbox, 0), coalesce(l.seen_at, ''), coalesce(t.epoch, 0),"
		" coalesce(t.seq, 0), coalesce(l.isolated, 0), coalesce(l.epoch, 0),"
		" coalesce(l.last_seq, 0), coalesce(l.behind_ms, 0), coalesce(l.state, '{}'),"
		" (SELECT count(*) FROM event e WHERE e.store = k.store AND e.lane = k.lane"
		" AND e.rejected IS NOT NULL)"
		" FROM (SELECT store, lane FROM lane UNION SELECT store, lane FROM taken) k"
		" LEFT JOIN lane l ON l.store = k.store AND l.lane = k.lane"
		" LEFT JOIN taken t ON t.store = k.store AND t.lane = k.lane AND t.epoch ="
		" (SELECT max(epoch) FROM taken x WHERE x.store = k.store AND x.lane = k.lane)"
		" ORDER BY k.store, k.lane",
		"");
}

/* What the lane says it wrote against what HQ took, both of the newest epoch. */
static void compare_events(struct hq *hq, struct fleet_lane *row, int64_t last_seq,
			   int64_t behind_ms)
{
	int64_t taken = row->taken_epoch == row->epoch ? row->taken_seq : 0;
	int64_t now = hq->clock.wall_ms(hq->clock.ctx);

	if (row->taken_epoch > row->epoch)
		taken = last_seq;
	row->behind = last_seq > taken ? last_seq - taken : 0;
	row->behind_s = row->behind && behind_ms && now > behind_ms ? (now - behind_ms) / 1000 : 0;
}

bool fleet_next_lane(struct hq *hq, struct db_stmt *q, struct fleet_lane *row)
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
	row->isolated = row->online && db_int(q, 8) != 0;
	row->epoch = db_int(q, 9);
	compare_events(hq, row, db_int(q, 10), db_int(q, 11));
	row->rejected = db_int(q, 13);
	buf_reset(&hq->body);
	buf_slice(&hq->body, db_slice(q, 12));
	row->state = buf_read(&hq->body);
	return true;
}

/* ---- streams ---- */

struct db_stmt *fleet_streams(struct hq *hq, const struct fleet_lane *lane)
{
	/* h: the log where the cursor stands; n: the first message the lane lacks. */
	return db_query(
		&hq->db,
		"SELECT s.stream, s.epoch, s.head, coalesce(c.epoch, 0), coalesce(c.seq, 0),"
		" coalesce(c.count, -1), coalesce(c.sum, ''), coalesce(h.count, -1),"
		" coalesce(h.sum, 0), coalesce(n.made_s, 0), s.count, s.sum"
		" FROM stream s LEFT JOIN lane_cursor c ON c.store = s.store"
		" AND c.stream = s.stream AND c.lane = ?"
		" LEFT JOIN log h ON h.store = s.store AND h.stream = s.stream"
		" AND h.epoch = c.epoch AND h.seq = c.seq"
		" LEFT JOIN log n ON n.store = s.store AND n.stream = s.stream"
		" AND n.epoch = c.epoch AND n.seq = c.seq + 1"
		" WHERE s.store = ? ORDER BY s.stream",
		"tt", lane->lane, lane->store);
}

const char *fleet_verdict_word(enum fleet_verdict v)
{
	switch (v) {
	case FLEET_EQUAL:
		return "equal";
	case FLEET_BEHIND:
		return "behind";
	case FLEET_DIFFERS:
		return "differs";
	}
	return "?";
}

static enum fleet_verdict judge(const struct fleet_stream *s)
{
	if (s->cursor_epoch != s->epoch)
		return FLEET_BEHIND;
	if (s->cursor > s->head)
		return FLEET_DIFFERS; /* it has seen what HQ never said */
	/* What the log has forgotten cannot be judged. */
	if (s->count >= 0 && s->told_count >= 0 &&
	    (s->count != s->told_count || strcmp(s->sum, s->told_sum) != 0))
		return FLEET_DIFFERS;
	return s->cursor == s->head ? FLEET_EQUAL : FLEET_BEHIND;
}

bool fleet_next_stream(struct hq *hq, struct db_stmt *q, struct fleet_stream *ret_stream)
{
	struct fleet_stream s = { .behind = 0 };
	int64_t made_s, now = hq_now_s(hq);
	int at_head;

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, s.name, sizeof(s.name));
	s.epoch = db_int(q, 1);
	s.head = db_int(q, 2);
	s.cursor_epoch = db_int(q, 3);
	s.cursor = db_int(q, 4);
	s.told_count = db_int(q, 5);
	db_copy(q, 6, s.told_sum, sizeof(s.told_sum));
	at_head = s.cursor_epoch == s.epoch && s.cursor == s.head ? 1 : 0;
	s.count = db_int(q, at_head ? 10 : 7);
	text_fmt(s.sum, sizeof(s.sum), "%016" PRIx64, (uint64_t)db_int(q, at_head ? 11 : 8));
	made_s = db_int(q, 9);
	s.verdict = judge(&s);
	if (s.cursor_epoch != s.epoch)
		s.behind = s.head;
	else if (s.cursor < s.head)
		s.behind = s.head - s.cursor;
	s.behind_s = s.behind && made_s && now > made_s ? now - made_s : 0;
	*ret_stream = s;
	return true;
}

/* ---- alarms and doubles ---- */

struct db_stmt *fleet_alarms(struct hq *hq)
{
	return db_query(&hq->db,
			"SELECT store, lane, kind, detail, times, first_at, last_at FROM alarm"
			" ORDER BY last_at DESC, store, lane, kind",
			"");
}

struct db_stmt *fleet_doubles(struct hq *hq)
{
	return db_query(
		&hq->db,
		"SELECT order_id, first_place, first_at, first_epoch, first_seq, second_place,"
		" second_at, second_epoch, second_seq, pieces, seen, told, found_at"
		" FROM doubled ORDER BY found_at DESC, order_id, a, b",
		"");
}
