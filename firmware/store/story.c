// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/story.h"

#include "firmware/store/db.h"

#define PRUNE_SLICE 200

#define COLUMNS                                                                                    \
	"SELECT s.customer, s.back, s.event, s.kind, s.outcome, s.doc, s.status, s.ord, s.staff,"  \
	" s.text, s.lane, s.epoch, s.seq FROM story s WHERE "
/* HQ's stream does not have this row yet; ?1 is the stream. */
#define UNCOUNTED                                                                                  \
	" AND NOT EXISTS (SELECT 1 FROM upto u WHERE u.stream=?1 AND u.lane=s.lane"                \
	" AND (u.epoch, u.seq) >= (s.epoch, s.seq))"
#define IN_ORDER " ORDER BY s.back, s.event LIMIT 1"

int64_t story_back(int64_t at_ms)
{
	if (at_ms < 0)
		at_ms = 0;
	return at_ms < STORY_END_MS ? STORY_END_MS - at_ms : 0;
}

int64_t story_at_ms(int64_t back)
{
	return STORY_END_MS - back;
}

void store_story_add(struct store *st, const struct story_row *row)
{
	db_run(st,
	       "INSERT OR IGNORE INTO story (customer, back, event, kind, outcome, doc, status,"
	       " ord, staff, text, lane, epoch, seq) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
	       "sisssssssssii", row->customer, row->back, row->event, row->kind, row->outcome,
	       row->doc, row->status, row->order, row->staff, row->text, row->lane, row->epoch,
	       row->seq);
}

static bool read_row(sqlite3_stmt *row, struct story_row *r)
{
	if (!row)
		return false;
	slice_copy(db_text(row, 0), r->customer, sizeof(r->customer));
	r->back = db_int(row, 1);
	slice_copy(db_text(row, 2), r->event, sizeof(r->event));
	slice_copy(db_text(row, 3), r->kind, sizeof(r->kind));
	slice_copy(db_text(row, 4), r->outcome, sizeof(r->outcome));
	slice_copy(db_text(row, 5), r->doc, sizeof(r->doc));
	slice_copy(db_text(row, 6), r->status, sizeof(r->status));
	slice_copy(db_text(row, 7), r->order, sizeof(r->order));
	slice_copy(db_text(row, 8), r->staff, sizeof(r->staff));
	slice_copy(db_text(row, 9), r->text, sizeof(r->text));
	slice_copy(db_text(row, 10), r->lane, sizeof(r->lane));
	r->epoch = db_int(row, 11);
	r->seq = db_int(row, 12);
	db_done(row);
	return true;
}

bool store_story_next(struct store *st, const char *customer, struct story_row *ret_row)
{
	return read_row(
		db_query(st,
			 COLUMNS
			 "s.customer=?2 AND (s.back, s.event) > (?3, ?4)" UNCOUNTED IN_ORDER,
			 "isis", (int64_t)STREAM_TIMELINE, customer, ret_row->back, ret_row->event),
		ret_row);
}

bool store_story_next_of(struct store *st, const char *doc, struct story_row *ret_row)
{
	return read_row(
		db_query(st,
			 COLUMNS "s.doc=?2 AND s.doc<>'' AND (s.back, s.event) > (?3, ?4)" UNCOUNTED
				 IN_ORDER,
			 "isis", (int64_t)STREAM_TIMELINE, doc, ret_row->back, ret_row->event),
		ret_row);
}

void store_story_erase(struct store *st, const char *who)
{
	db_run(st, "DELETE FROM story WHERE customer=? AND customer<>''", "s", who);
	db_run(st, "DELETE FROM story WHERE doc=? AND doc<>''", "s", who);
	db_run(st, "UPDATE contact SET customer='' WHERE customer=?", "s", who);
}

int64_t store_story_prune(struct store *st, int64_t before_ms, int64_t all_before_ms)
{
	/* The oldest first. */
	const int64_t counted = db_run(
		st,
		"DELETE FROM story WHERE (customer, back, event) IN (SELECT s.customer, s.back,"
		" s.event FROM (SELECT * FROM story WHERE back>?2 ORDER BY back DESC LIMIT ?3) s"
		" WHERE EXISTS (SELECT 1 FROM upto u WHERE u.stream=?1 AND u.lane=s.lane"
		" AND (u.epoch, u.seq) >= (s.epoch, s.seq)))",
		"iii", (int64_t)STREAM_TIMELINE, story_back(before_ms), (int64_t)PRUNE_SLICE);

	return counted +
	       db_run(st,
		      "DELETE FROM story WHERE (customer, back, event) IN (SELECT customer, back,"
		      " event FROM story WHERE back>? ORDER BY back DESC LIMIT ?)",
		      "ii", story_back(all_before_ms), (int64_t)PRUNE_SLICE);
}

bool store_contact(struct store *st, enum desk desk, struct contact_row *ret_row)
{
	struct contact_row c = { .kind = 0 };
	sqlite3_stmt *row = db_query(st,
				     "SELECT kind, work, begun, last, waited, ord, customer, staff,"
				     " reason, noted FROM contact WHERE desk=?",
				     "i", (int64_t)desk);

	if (!row)
		return false;
	c.kind = db_int(row, 0);
	c.work = db_int(row, 1) != 0;
	c.begun_ms = db_int(row, 2);
	c.last_ms = db_int(row, 3);
	c.waited_ms = db_int(row, 4);
	slice_copy(db_text(row, 5), c.order, sizeof(c.order));
	slice_copy(db_text(row, 6), c.customer, sizeof(c.customer));
	slice_copy(db_text(row, 7), c.staff, sizeof(c.staff));
	slice_copy(db_text(row, 8), c.reason, sizeof(c.reason));
	c.noted = db_int(row, 9);
	db_done(row);
	*ret_row = c;
	return true;
}

void store_contact_set(struct store *st, enum desk desk, const struct contact_row *c)
{
	db_run(st,
	       "INSERT OR REPLACE INTO contact (desk, kind, work, begun, last, waited, ord,"
	       " customer, staff, reason, noted) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
	       "iiiiiissssi", (int64_t)desk, c->kind, (int64_t)c->work, c->begun_ms, c->last_ms,
	       c->waited_ms, c->order, c->customer, c->staff, c->reason, c->noted);
}

void store_contact_drop(struct store *st, enum desk desk)
{
	db_run(st, "DELETE FROM contact WHERE desk=?", "i", (int64_t)desk);
}
