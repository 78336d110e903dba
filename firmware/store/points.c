// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/points.h"

#include "firmware/store/db.h"

#define PRUNE_SLICE 200

/* HQ's record of members does not have this row yet; ?1 is the stream. */
#define UNCOUNTED                                                                                  \
	" AND NOT EXISTS (SELECT 1 FROM upto u WHERE u.stream=?1 AND u.lane=p.lane"                \
	" AND (u.epoch, u.seq) >= (p.epoch, p.seq))"

void store_points_add(struct store *st, const struct points_row *row)
{
	db_run(st,
	       "INSERT INTO points (member, points, note, lane, epoch, seq, at)"
	       " VALUES (?,?,?,?,?,?,?)",
	       "sissiii", row->member, row->points, row->note, row->lane, row->epoch, row->seq,
	       row->at_ms);
}

int64_t store_points_delta(struct store *st, const char *member)
{
	return db_number(st, 0, "SELECT sum(p.points) FROM points p WHERE p.member=?2" UNCOUNTED,
			 "is", (int64_t)STREAM_LOYALTY, member);
}

int64_t store_points_noted(struct store *st, const char *member, const char *note)
{
	return db_number(st, 0,
			 "SELECT count(*) FROM points p WHERE p.member=?2 AND p.note=?3" UNCOUNTED,
			 "iss", (int64_t)STREAM_LOYALTY, member, note);
}

int64_t store_points_spent(struct store *st, const char *member, const char *lane)
{
	return -db_number(st, 0,
			  "SELECT sum(p.points) FROM points p WHERE p.member=?2 AND p.lane=?3"
			  " AND p.note='allowance'" UNCOUNTED,
			  "iss", (int64_t)STREAM_LOYALTY, member, lane);
}

void store_points_prune(struct store *st, int64_t before_ms)
{
	/* Rows stand in the order of time. */
	db_run(st,
	       "DELETE FROM points WHERE n IN (SELECT p.n FROM (SELECT * FROM points ORDER BY n"
	       " LIMIT ?3) p WHERE p.at < ?2 AND EXISTS (SELECT 1 FROM upto u WHERE u.stream=?1"
	       " AND u.lane=p.lane AND (u.epoch, u.seq) >= (p.epoch, p.seq)))",
	       "iii", (int64_t)STREAM_LOYALTY, before_ms, (int64_t)PRUNE_SLICE);
}

void store_order_points_add(struct store *st, struct slice order, const struct order_points *add)
{
	db_run(st,
	       "INSERT INTO order_points (id, member, earned, back, redeemed, worth, given)"
	       " VALUES (?,?,?,?,?,?,?) ON CONFLICT (id, member) DO UPDATE SET"
	       " earned=earned+excluded.earned, back=back+excluded.back,"
	       " redeemed=redeemed+excluded.redeemed, worth=worth+excluded.worth,"
	       " given=given+excluded.given",
	       "tsiiiii", order, add->member, add->earned, add->back, add->redeemed, add->worth,
	       add->given);
}

bool store_order_points_next(struct store *st, struct slice order, struct order_points *ret_points)
{
	struct order_points p = { .member = "" };
	sqlite3_stmt *row = db_query(st,
				     "SELECT member, earned, back, redeemed, worth, given"
				     " FROM order_points WHERE id=? AND member>? ORDER BY member"
				     " LIMIT 1",
				     "ts", order, ret_points->member);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), p.member, sizeof(p.member));
	p.earned = db_int(row, 1);
	p.back = db_int(row, 2);
	p.redeemed = db_int(row, 3);
	p.worth = db_int(row, 4);
	p.given = db_int(row, 5);
	db_done(row);
	*ret_points = p;
	return true;
}
