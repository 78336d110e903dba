// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/till.h"

#include "firmware/store/db.h"

#define TAKEN_ROW                                                                                  \
	"SELECT payment, tender, amount, ref, state, at, lane, epoch, seq FROM payment WHERE id=?"

static bool read_taken(sqlite3_stmt *row, struct taken *ret_taken)
{
	struct taken t = { 0 };

	if (!row)
		return false;
	slice_copy(db_text(row, 0), t.payment, sizeof(t.payment));
	slice_copy(db_text(row, 1), t.tender, sizeof(t.tender));
	t.amount = db_int(row, 2);
	slice_copy(db_text(row, 3), t.ref, sizeof(t.ref));
	t.state = (enum taken_state)db_int(row, 4);
	t.at_ms = db_int(row, 5);
	slice_copy(db_text(row, 6), t.lane, sizeof(t.lane));
	t.epoch = db_int(row, 7);
	t.seq = db_int(row, 8);
	db_done(row);
	*ret_taken = t;
	return true;
}

void store_taken_set(struct store *st, struct slice order, const struct taken *t)
{
	db_run(st, "INSERT OR REPLACE INTO payment VALUES (?,?,?,?,?,?,?,?,?,?)", "tssisiisii",
	       order, t->payment, t->tender, t->amount, t->ref, (int64_t)t->state, t->at_ms,
	       t->lane, t->epoch, t->seq);
}

bool store_taken_next(struct store *st, struct slice order, struct taken *ret_taken)
{
	return read_taken(db_query(st, TAKEN_ROW " AND payment>? ORDER BY payment LIMIT 1", "ts",
				   order, ret_taken->payment),
			  ret_taken);
}

bool store_taken(struct store *st, struct slice order, struct slice payment,
		 struct taken *ret_taken)
{
	return read_taken(db_query(st, TAKEN_ROW " AND payment=?", "tt", order, payment),
			  ret_taken);
}

bool store_taken_order(struct store *st, const char *payment, char ret_order[ID_MAX + 1])
{
	sqlite3_stmt *row =
		db_query(st, "SELECT id FROM payment WHERE payment=? LIMIT 1", "s", payment);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), ret_order, ID_MAX + 1);
	db_done(row);
	return true;
}

void store_taken_told(struct store *st, struct slice order)
{
	db_run(st, "UPDATE payment SET state=2 WHERE id=? AND state=0", "t", order);
}

bool store_taken_open(struct store *st, int64_t *at_ms, char ret_order[ID_MAX + 1],
		      struct taken *ret_taken)
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT payment, tender, amount, ref, state, at, lane, epoch, seq, id"
			 " FROM payment WHERE state=0 AND (at, payment) < (?, ?)"
			 " ORDER BY at DESC, payment DESC LIMIT 1",
			 "is", *at_ms, ret_taken->payment);

	if (!row)
		return false;
	slice_copy(db_text(row, 9), ret_order, ID_MAX + 1);
	*at_ms = db_int(row, 5);
	return read_taken(row, ret_taken);
}

int64_t store_number_next(struct store *st, const char *kind, int64_t epoch)
{
	db_run(st,
	       "INSERT INTO number VALUES (?,?,1) ON CONFLICT (kind, epoch) DO UPDATE SET n=n+1",
	       "si", kind, epoch);
	return db_number(st, 1, "SELECT n FROM number WHERE kind=? AND epoch=?", "si", kind, epoch);
}

#define PAPER "SELECT doc, kind, number, id, at, body FROM paper WHERE "

/* The body stays borrowed until the statement's next use. */
static bool read_paper(sqlite3_stmt *row, struct paper *ret_paper)
{
	struct paper p = { 0 };

	if (!row)
		return false;
	slice_copy(db_text(row, 0), p.doc, sizeof(p.doc));
	slice_copy(db_text(row, 1), p.kind, sizeof(p.kind));
	slice_copy(db_text(row, 2), p.number, sizeof(p.number));
	slice_copy(db_text(row, 3), p.order, sizeof(p.order));
	p.at_ms = db_int(row, 4);
	p.body = db_text(row, 5);
	*ret_paper = p;
	return true;
}

void store_paper_add(struct store *st, const struct paper *p)
{
	db_run(st, "INSERT OR REPLACE INTO paper VALUES (?,?,?,?,?,?)", "ssssit", p->doc, p->kind,
	       p->number, p->order, p->at_ms, p->body);
}

bool store_paper(struct store *st, const char *doc, struct paper *ret_paper)
{
	return read_paper(db_query(st, PAPER "doc=?", "s", doc), ret_paper);
}

bool store_paper_next(struct store *st, const char *order, struct paper *ret_paper)
{
	return read_paper(db_query(st, PAPER "id=? AND doc>? ORDER BY doc LIMIT 1", "ss", order,
				   ret_paper->doc),
			  ret_paper);
}
