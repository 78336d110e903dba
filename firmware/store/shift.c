// SPDX-License-Identifier: Apache-2.0
/* Shifts of this lane, the movements of money in them, and receipts of the shop's fiscal till. */
#include "firmware/store/db.h"
#include "firmware/store/till.h"

#define SLICE_ROWS 500

/* ---- receipts ---- */

void store_receipt_add(struct store *st, struct slice order, const struct receipt *r)
{
	db_run(st,
	       "INSERT INTO receipt (id, register, number, total, payment, at)"
	       " VALUES (?,?,?,?,?,?)",
	       "tssisi", order, r->register_id, r->number, r->total, r->payment, r->at_ms);
}

bool store_receipt(struct store *st, struct slice order, struct receipt *ret_receipt)
{
	struct receipt r = { 0 };
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT register, number, total, r.payment, r.at FROM receipt r"
			 " LEFT JOIN payment p ON p.id=r.id AND p.payment=r.payment"
			 " WHERE r.id=? AND coalesce(p.state, 0)<>1 ORDER BY n DESC LIMIT 1",
			 "t", order);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), r.register_id, sizeof(r.register_id));
	slice_copy(db_text(row, 1), r.number, sizeof(r.number));
	r.total = db_int(row, 2);
	slice_copy(db_text(row, 3), r.payment, sizeof(r.payment));
	r.at_ms = db_int(row, 4);
	db_done(row);
	*ret_receipt = r;
	return true;
}

bool store_receipt_used(struct store *st, struct slice order, const struct receipt *r,
			int64_t since_ms, char ret_order[ID_MAX + 1])
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT r.id FROM receipt r"
				     " LEFT JOIN payment p ON p.id=r.id AND p.payment=r.payment"
				     " WHERE r.number=? AND r.register=? AND r.at>? AND r.id<>?"
				     " AND coalesce(p.state, 0)<>1 LIMIT 1",
				     "ssit", r->number, r->register_id, since_ms, order);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), ret_order, ID_MAX + 1);
	db_done(row);
	return true;
}

bool store_receipt_paid(struct store *st, struct slice order, const char *payment)
{
	return db_number(st, 0, "SELECT 1 FROM receipt WHERE id=? AND payment=? LIMIT 1", "ts",
			 order, payment) != 0;
}

/* ---- shifts ---- */

#define SHIFT_ROW                                                                                  \
	"SELECT shift, number, staff, opened, closed, counted, expected, handovers FROM shift "

static bool read_shift(sqlite3_stmt *row, struct shift_row *ret_shift)
{
	struct shift_row s = { 0 };

	if (!row)
		return false;
	s.shift = db_int(row, 0);
	slice_copy(db_text(row, 1), s.number, sizeof(s.number));
	slice_copy(db_text(row, 2), s.staff, sizeof(s.staff));
	s.opened_ms = db_int(row, 3);
	s.closed_ms = db_int(row, 4);
	s.counted = db_int(row, 5);
	s.expected = db_int(row, 6);
	s.handovers = db_int(row, 7);
	db_done(row);
	*ret_shift = s;
	return true;
}

bool store_shift(struct store *st, struct shift_row *ret_shift)
{
	struct shift_row s;

	if (!read_shift(db_query(st, SHIFT_ROW "ORDER BY shift DESC LIMIT 1", ""), &s) ||
	    s.closed_ms)
		return false;
	*ret_shift = s;
	return true;
}

bool store_shift_of(struct store *st, int64_t shift, struct shift_row *ret_shift)
{
	return read_shift(db_query(st, SHIFT_ROW "WHERE shift=?", "i", shift), ret_shift);
}

int64_t store_shift_add(struct store *st, const struct shift_row *s)
{
	db_run(st,
	       "INSERT INTO shift (number, staff, opened, closed, counted, expected, handovers)"
	       " VALUES (?,?,?,0,0,0,0)",
	       "ssi", s->number, s->staff, s->opened_ms);
	return db_number(st, 0, "SELECT max(shift) FROM shift", "");
}

void store_shift_close(struct store *st, const struct shift_row *s)
{
	db_run(st, "UPDATE shift SET closed=?, counted=?, expected=? WHERE shift=?", "iiii",
	       s->closed_ms, s->counted, s->expected, s->shift);
}

void store_shift_handover(struct store *st)
{
	db_run(st,
	       "UPDATE shift SET handovers=handovers+1 WHERE shift=(SELECT max(shift) FROM shift)"
	       " AND closed=0",
	       "");
}

void store_shift_forget(struct store *st)
{
	db_run(st, "UPDATE shift SET closed=max(opened, 1), counted=-1 WHERE closed=0", "");
}

/* ---- movements ---- */

void store_till_add(struct store *st, const struct till_row *row)
{
	db_run(st,
	       "INSERT INTO till (shift, kind, tender, amount, reason, id, staff, at)"
	       " VALUES (?,?,?,?,?,?,?,?)",
	       "iisisssi", row->shift, (int64_t)row->kind, row->tender, row->amount, row->reason,
	       row->id, row->staff, row->at_ms);
}

bool store_till_next(struct store *st, int64_t shift, enum till_kind from, enum till_kind to,
		     struct till_row *ret_row)
{
	struct till_row t = { .shift = shift };
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT n, kind, tender, amount, reason, id, staff, at FROM till"
			 " WHERE shift=? AND kind BETWEEN ? AND ? AND n>?"
			 " ORDER BY n LIMIT 1",
			 "iiii", shift, (int64_t)from, (int64_t)to, ret_row->n);

	if (!row)
		return false;
	t.n = db_int(row, 0);
	t.kind = (enum till_kind)db_int(row, 1);
	slice_copy(db_text(row, 2), t.tender, sizeof(t.tender));
	t.amount = db_int(row, 3);
	slice_copy(db_text(row, 4), t.reason, sizeof(t.reason));
	slice_copy(db_text(row, 5), t.id, sizeof(t.id));
	slice_copy(db_text(row, 6), t.staff, sizeof(t.staff));
	t.at_ms = db_int(row, 7);
	db_done(row);
	*ret_row = t;
	return true;
}

int store_till_totals(struct store *st, int64_t shift, struct till_total *ret_totals)
{
	int count = 0;
	sqlite3_stmt *row = db_query(st,
				     "SELECT kind, tender, sum(amount), count(*) FROM till"
				     " WHERE shift=? GROUP BY kind, tender LIMIT ?",
				     "ii", shift, (int64_t)TILL_TOTALS_MAX);

	for (bool more = row; more; more = db_next(st, row)) {
		struct till_total *t = &ret_totals[count++];

		t->kind = (enum till_kind)db_int(row, 0);
		slice_copy(db_text(row, 1), t->tender, sizeof(t->tender));
		t->amount = db_int(row, 2);
		t->count = db_int(row, 3);
	}
	if (row)
		db_done(row);
	return count;
}

int64_t store_till_cash(struct store *st, int64_t shift)
{
	return db_number(st, 0,
			 "SELECT coalesce(sum(amount), 0) FROM till WHERE shift=? AND tender='cash'"
			 " AND kind<>?",
			 "ii", shift, (int64_t)TILL_COUNT);
}

void store_till_prune(struct store *st, int64_t before_ms)
{
	db_run(st,
	       "DELETE FROM till WHERE n IN (SELECT n FROM till ORDER BY n LIMIT ?) AND at<?"
	       " AND NOT EXISTS (SELECT 1 FROM shift s WHERE s.shift=till.shift AND s.closed=0)",
	       "ii", (int64_t)SLICE_ROWS, before_ms);
}
