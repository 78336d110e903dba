// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/handover.h"

#include <errno.h>
#include <string.h>

#include "sync/hq/order.h"

#define TOLD_MAX (4 * HANDOVER_PLACE_MAX)

struct side {
	char place[HANDOVER_PLACE_MAX];
	char at[TIME_TEXT_MAX + 8];
	int64_t n, epoch, seq;
};

int64_t handover_pieces(struct hq *hq, const char *holder, const char *order, struct slice line)
{
	return db_number(&hq->db, 0,
			 "SELECT sum(p.qty) FROM handed p JOIN handover h"
			 " ON h.holder = p.holder AND h.order_id = p.order_id AND h.n = p.n"
			 " WHERE p.holder = ? AND p.order_id = ? AND p.line = ? AND h.undone = 0",
			 "tts", holder, order, line);
}

int64_t handover_add(const struct happening *h, const char *holder, const char *order)
{
	int64_t n = db_number(&h->hq->db, 0,
			      "SELECT max(n) FROM handover WHERE holder = ? AND order_id = ?", "tt",
			      holder, order) +
		    1;
	char event[ID_MAX + 1] = "", at[TIME_TEXT_MAX + 8] = "";
	struct json time;

	json_string(h->id, event, sizeof(event));
	if (json_check(h->at, &time) == 0)
		json_string(time, at, sizeof(at));
	db_run(&h->hq->db,
	       "INSERT INTO handover (holder, order_id, n, store, lane, epoch, seq, event, at,"
	       " surplus) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
	       "ttittiitt", holder, order, n, h->store, h->lane, h->epoch, h->seq, event, at);
	return n;
}

static void add_row(struct hq *hq, const char *holder, const char *order, int64_t n,
		    struct slice line, int64_t qty)
{
	db_run(&hq->db,
	       "INSERT INTO handed (holder, order_id, n, line, qty) VALUES (?, ?, ?, ?, ?)"
	       " ON CONFLICT (holder, order_id, n, line)"
	       " DO UPDATE SET qty = handed.qty + excluded.qty",
	       "ttisi", holder, order, n, line, qty);
}

void handover_add_line(struct hq *hq, const char *holder, const char *order, int64_t n,
		       struct slice line, int64_t qty)
{
	if (line.n <= ORDER_LINE_ID_MAX) /* no order has a longer one */
		add_row(hq, holder, order, n, line, qty);
}

/* Shorts stand under a name that no line has: a line is a number or a text in quotes. */
static bool short_name(struct slice line, struct buf *b)
{
	buf_byte(b, 's');
	buf_slice(b, line);
	return !b->overflow;
}

int64_t handover_shorts(struct hq *hq, const char *holder, const char *order, struct slice line)
{
	char memory[ORDER_LINE_ID_MAX + 2];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	return short_name(line, &b) ? handover_pieces(hq, holder, order, buf_read(&b)) : 0;
}

void handover_add_short(struct hq *hq, const char *holder, const char *order, int64_t n,
			struct slice line, int64_t qty)
{
	char memory[ORDER_LINE_ID_MAX + 2];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	if (short_name(line, &b))
		add_row(hq, holder, order, n, buf_read(&b), qty);
}

/* ---- doubles ---- */

static bool read_side(struct hq *hq, struct db_stmt *q, struct side *ret_side)
{
	struct side s;
	char store[ID_MAX + 1], lane[ID_MAX + 1];

	if (!db_row(&hq->db, q))
		return false;
	s.n = db_int(q, 0);
	db_copy(q, 1, store, sizeof(store));
	db_copy(q, 2, lane, sizeof(lane));
	s.epoch = db_int(q, 3);
	s.seq = db_int(q, 4);
	db_copy(q, 5, s.at, sizeof(s.at));
	db_done(q);
	text_fmt(s.place, sizeof(s.place), "%s/%s", store, lane);
	*ret_side = s;
	return true;
}

#define SIDE "SELECT n, store, lane, epoch, seq, at FROM handover WHERE holder = ? AND order_id = ?"

static bool side_of(struct hq *hq, const char *holder, const char *order, int64_t n,
		    struct side *ret_side)
{
	return read_side(hq, db_query(&hq->db, SIDE " AND n = ?", "tti", holder, order, n),
			 ret_side);
}

/* The handover before this one that stands. */
static bool side_before(struct hq *hq, const char *holder, const char *order, int64_t n,
			struct side *ret_side)
{
	return read_side(hq,
			 db_query(&hq->db,
				  SIDE
				  " AND n < ? AND undone = 0 AND surplus = 0 ORDER BY n LIMIT 1",
				  "tti", holder, order, n),
			 ret_side);
}

static bool side_at(struct hq *hq, const char *holder, const char *order, const char *store,
		    const char *lane, int64_t epoch, int64_t seq, struct side *ret_side)
{
	return read_side(hq,
			 db_query(&hq->db,
				  SIDE " AND store = ? AND lane = ? AND (seq = ? OR ? = 0)"
				       " AND (epoch = ? OR ? = 0) ORDER BY n DESC LIMIT 1",
				  "ttttiiii", holder, order, store, lane, seq, seq, epoch, epoch),
			 ret_side);
}

/* Writes the row of this pair, or finds it written. */
static void note_pair(struct hq *hq, const char *order, const struct side *first,
		      const struct side *second, int64_t pieces, bool seen)
{
	bool ordered = strcmp(first->place, second->place) <= 0;
	char now[TIME_TEXT_MAX];

	hq_now_text(hq, now);
	db_run(&hq->db,
	       "INSERT INTO doubled (order_id, a, b, first_place, first_at, first_epoch, first_seq,"
	       " second_place, second_at, second_epoch, second_seq, pieces, seen, told, found_at)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)"
	       " ON CONFLICT (order_id, a, b) DO UPDATE SET first_place = excluded.first_place,"
	       " first_at = excluded.first_at, first_epoch = excluded.first_epoch,"
	       " first_seq = excluded.first_seq, second_place = excluded.second_place,"
	       " second_at = excluded.second_at, second_epoch = excluded.second_epoch,"
	       " second_seq = excluded.second_seq,"
	       " pieces = CASE WHEN excluded.pieces > doubled.pieces THEN excluded.pieces"
	       " ELSE doubled.pieces END,"
	       " seen = CASE WHEN excluded.seen > doubled.seen THEN excluded.seen"
	       " ELSE doubled.seen END",
	       "tttttiittiiiit", order, ordered ? first->place : second->place,
	       ordered ? second->place : first->place, first->place, first->at, first->epoch,
	       first->seq, second->place, second->at, second->epoch, second->seq, pieces,
	       (int64_t)seen, now);
}

static void alarm(const struct happening *h, const char *order, const struct side *first,
		  const struct side *second)
{
	char detail[4 * ID_MAX + 64];

	text_fmt(detail, sizeof(detail), "%s: %s first, %s again", order, first->place,
		 second->place);
	hq_alarm(h->hq, h->store, h->lane, "pickup.doubled", detail);
}

bool handover_doubled(const struct happening *h, const char *holder, const char *order, int64_t n,
		      int64_t surplus)
{
	struct side first, second;

	db_run(&h->hq->db,
	       "UPDATE handover SET surplus = ? WHERE holder = ? AND order_id = ? AND n = ?",
	       "itti", surplus, holder, order, n);
	if (!side_before(h->hq, holder, order, n, &first) ||
	    !side_of(h->hq, holder, order, n, &second))
		return false;
	note_pair(h->hq, order, &first, &second, surplus, true);
	alarm(h, order, &first, &second);
	return true;
}

/* Is this place one of the words of `told`? One's name may begin another's. */
static bool has_told(const char *told, const char *place)
{
	const size_t n = strlen(place);

	for (; *told; told += strspn(told, " ")) {
		const size_t word = strcspn(told, " ");

		if (word == n && memcmp(told, place, n) == 0)
			return true;
		told += word;
	}
	return false;
}

/* Who told, each once. */
static void add_teller(struct hq *hq, const char *order, const struct side *a, const struct side *b,
		       const char *place)
{
	bool ordered = strcmp(a->place, b->place) <= 0;
	const char *low = ordered ? a->place : b->place, *high = ordered ? b->place : a->place;
	char told[TOLD_MAX], more[TOLD_MAX];
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT told FROM doubled WHERE order_id = ? AND a = ?"
				     " AND b = ?",
				     "ttt", order, low, high);

	if (!db_row(&hq->db, q))
		return;
	db_copy(q, 0, told, sizeof(told));
	db_done(q);
	if (has_told(told, place) ||
	    text_fmt(more, sizeof(more), "%s%s%s", told, told[0] ? " " : "", place) < 0)
		return;
	db_run(&hq->db, "UPDATE doubled SET told = ? WHERE order_id = ? AND a = ? AND b = ?",
	       "tttt", more, order, low, high);
}

/* A handover HQ has not taken (yet). */
static struct side unknown_side(const char *store, const char *lane, int64_t epoch, int64_t seq)
{
	struct side s = { .n = INT64_MAX, .epoch = epoch, .seq = seq };

	text_fmt(s.place, sizeof(s.place), "%s/%s", store, lane);
	return s;
}

void handover_told(const struct happening *h, const char *holder, const char *order,
		   const char *lane, int64_t epoch, int64_t seq)
{
	struct side own, other;

	if (!side_at(h->hq, holder, order, h->store, h->lane, 0, 0, &own))
		own = unknown_side(h->store, h->lane, 0, 0);
	if (!side_at(h->hq, holder, order, h->store, lane, epoch, seq, &other))
		other = unknown_side(h->store, lane, epoch, seq);
	if (own.n < other.n)
		note_pair(h->hq, order, &own, &other, 0, false);
	else
		note_pair(h->hq, order, &other, &own, 0, false);
	add_teller(h->hq, order, &own, &other, own.place);
	if (own.n < other.n)
		alarm(h, order, &own, &other);
	else
		alarm(h, order, &other, &own);
}

/* ---- opening again ---- */

int handover_event(struct hq *hq, const char *holder, const char *order, char ret_event[ID_MAX + 1])
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT event FROM handover WHERE holder = ? AND order_id = ?"
				     " AND undone = 0 AND surplus = 0 ORDER BY n DESC LIMIT 1",
				     "tt", holder, order);

	if (!db_row(&hq->db, q))
		return -ENOENT;
	db_copy(q, 0, ret_event, ID_MAX + 1);
	db_done(q);
	return 0;
}

int64_t handover_next(struct hq *hq, const char *holder, const char *order, int64_t n,
		      char ret_event[ID_MAX + 1])
{
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT n, event FROM handover WHERE holder = ? AND order_id = ?"
			 " AND undone = 0 AND n > ? ORDER BY n LIMIT 1",
			 "tti", holder, order, n);

	if (!db_row(&hq->db, q))
		return 0;
	n = db_int(q, 0);
	db_copy(q, 1, ret_event, ID_MAX + 1);
	db_done(q);
	return n;
}

bool handover_place(struct hq *hq, const char *holder, const char *order, bool surplus,
		    struct handover_place *ret_place)
{
	struct handover_place p;
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store, lane, at FROM handover WHERE holder = ?"
				     " AND order_id = ? AND undone = 0"
				     " AND (surplus > 0) = (? > 0) ORDER BY n DESC LIMIT 1",
				     "tti", holder, order, (int64_t)surplus);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, p.store, sizeof(p.store));
	db_copy(q, 1, p.lane, sizeof(p.lane));
	db_copy(q, 2, p.at, sizeof(p.at));
	db_done(q);
	*ret_place = p;
	return true;
}

void handover_undo(struct hq *hq, const char *holder, const char *order)
{
	db_run(&hq->db, "UPDATE handover SET undone = 1 WHERE holder = ? AND order_id = ?", "tt",
	       holder, order);
}
