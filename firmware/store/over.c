// SPDX-License-Identifier: Apache-2.0
/* What lanes have done with an order that is HQ's to say, until HQ says it. */
#include "firmware/store/db.h"
#include "firmware/store/store.h"

#define OVER "SELECT what, value, rev, lane, epoch, seq, at FROM over WHERE id=?"

static bool read_over(sqlite3_stmt *row, struct over *ret_over)
{
	struct over o = { 0 };

	if (!row)
		return false;
	slice_copy(db_text(row, 0), o.what, sizeof(o.what));
	slice_copy(db_text(row, 1), o.value, sizeof(o.value));
	o.rev = db_int(row, 2);
	slice_copy(db_text(row, 3), o.lane, sizeof(o.lane));
	o.epoch = db_int(row, 4);
	o.seq = db_int(row, 5);
	o.at_ms = db_int(row, 6);
	db_done(row);
	*ret_over = o;
	return true;
}

void store_over_set(struct store *st, struct slice order, const struct over *o)
{
	db_run(st, "INSERT OR REPLACE INTO over VALUES (?,?,?,?,?,?,?,?)", "tssisiii", order,
	       o->what, o->value, o->rev, o->lane, o->epoch, o->seq, o->at_ms);
}

bool store_over_next(struct store *st, struct slice order, struct over *ret_over)
{
	return read_over(
		db_query(st, OVER " AND what>? ORDER BY what LIMIT 1", "ts", order, ret_over->what),
		ret_over);
}

bool store_over(struct store *st, struct slice order, const char *what, struct over *ret_over)
{
	return read_over(db_query(st, OVER " AND what=?", "ts", order, what), ret_over);
}

void store_over_drop(struct store *st, struct slice order, const char *what)
{
	db_run(st, "DELETE FROM over WHERE id=? AND what=?", "ts", order, what);
}

bool store_over_of(struct store *st, const char *what, const char *value, char id[ID_MAX + 1])
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT id FROM over WHERE what IN ('status','search','kept')"
				     " AND what=? AND value=? AND id>? ORDER BY id LIMIT 1",
				     "sss", what, value, id);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), id, ID_MAX + 1);
	db_done(row);
	return true;
}

bool store_over_swapped(struct store *st, const char *part, char id[ID_MAX + 1])
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT id FROM over WHERE what>='swaps:' AND what<'swaps;'"
				     " AND id>? AND instr(value, ?) > 0 ORDER BY id LIMIT 1",
				     "ss", id, part);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), id, ID_MAX + 1);
	db_done(row);
	return true;
}
