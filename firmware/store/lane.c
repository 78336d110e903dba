// SPDX-License-Identifier: Apache-2.0
/* Other lanes of the store: which of their events were heard, as ranges that are kept merged. */
#include <string.h>

#include "firmware/store/db.h"
#include "firmware/store/store.h"

/* The end of the range that holds `seq`, or seq - 1 when none does. */
static int64_t end_of_range(struct store *st, struct slice lane, int64_t epoch, int64_t seq)
{
	const int64_t last =
		db_number(st, 0,
			  "SELECT last FROM heard WHERE lane=? AND epoch=? AND first<=?"
			  " ORDER BY first DESC LIMIT 1",
			  "tii", lane, epoch, seq);

	return last >= seq ? last : seq - 1;
}

bool store_heard(struct store *st, struct slice lane, int64_t epoch, int64_t seq)
{
	return end_of_range(st, lane, epoch, seq) >= seq;
}

int64_t store_heard_from(struct store *st, struct slice lane, int64_t epoch, int64_t after)
{
	return end_of_range(st, lane, epoch, after + 1);
}

void store_heard_add(struct store *st, struct slice lane, int64_t epoch, int64_t first,
		     int64_t last)
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT min(first), max(last) FROM heard WHERE lane=? AND epoch=?"
			 " AND first<=? AND last>=?",
			 "tiii", lane, epoch, last + 1, first - 1);

	if (row && db_int(row, 1) > 0) {
		first = db_int(row, 0) < first ? db_int(row, 0) : first;
		last = db_int(row, 1) > last ? db_int(row, 1) : last;
	}
	if (row)
		db_done(row);
	db_run(st, "DELETE FROM heard WHERE lane=? AND epoch=? AND first BETWEEN ? AND ?", "tiii",
	       lane, epoch, first, last);
	db_run(st, "INSERT INTO heard VALUES (?,?,?,?)", "tiii", lane, epoch, first, last);
}

void store_listen_add(struct store *st, struct slice lane, int64_t epoch, int64_t after)
{
	db_run(st, "INSERT OR IGNORE INTO listen VALUES (?,?,?)", "tii", lane, epoch, after);
}

bool store_listen(struct store *st, struct slice lane, int64_t *ret_epoch, int64_t *ret_after)
{
	sqlite3_stmt *row = db_query(st, "SELECT epoch, after FROM listen WHERE lane=?", "t", lane);

	if (!row)
		return false;
	*ret_epoch = db_int(row, 0);
	*ret_after = db_int(row, 1);
	db_done(row);
	return true;
}

void store_listen_drop(struct store *st, struct slice lane)
{
	db_run(st, "DELETE FROM listen WHERE lane=?", "t", lane);
}

void store_reopened_add(struct store *st, struct slice event, int64_t at_ms)
{
	db_run(st, "INSERT OR IGNORE INTO reopened VALUES (?,?)", "ti", event, at_ms);
}

bool store_reopened(struct store *st, struct slice event)
{
	return db_number(st, 0, "SELECT 1 FROM reopened WHERE event=?", "t", event) == 1;
}
