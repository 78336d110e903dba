// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/figure.h"

#include "firmware/store/db.h"

#define PRUNE_SLICE 500

/* A lane that tells ever new parts fills no table: above the number they are `other`. */
static bool part_fits(struct store *st, int64_t day, int hour, const char *lane, const char *what)
{
	return db_number(st, 0,
			 "SELECT count(*) FROM figure WHERE day=? AND hour=? AND lane=? AND what=?",
			 "iiss", day, (int64_t)hour, lane, what) < TALLY_PARTS;
}

static bool add_to(struct store *st, int64_t day, int hour, const char *lane, const char *what,
		   const char *part, const struct tally_row *row)
{
	return db_run(st,
		      "UPDATE figure SET n=n+?, sum=sum+? WHERE day=? AND hour=? AND lane=?"
		      " AND what=? AND part=?",
		      "iiiisss", row->n, row->sum, day, (int64_t)hour, lane, what, part) > 0;
}

static void add_row(struct store *st, int64_t day, int hour, const char *lane,
		    const struct tally_row *row)
{
	const char *part = row->part;

	if (add_to(st, day, hour, lane, row->what, part, row))
		return;
	if (!part_fits(st, day, hour, lane, row->what)) {
		part = TALLY_OTHER;
		if (add_to(st, day, hour, lane, row->what, part, row))
			return;
	}
	db_run(st,
	       "INSERT INTO figure (day, hour, lane, what, part, n, sum) VALUES (?,?,?,?,?,?,?)",
	       "iisssii", day, (int64_t)hour, lane, row->what, part, row->n, row->sum);
}

void store_figures_add(struct store *st, int64_t day, int hour, const char *lane,
		       const struct tally *add)
{
	for (int i = 0; i < add->count; i++)
		add_row(st, day, hour, lane, &add->rows[i]);
}

void store_figures_read(struct store *st, int64_t day, int hour, const char *lane, struct tally *t)
{
	const int64_t from = hour < 0 ? 0 : hour, to = hour < 0 ? 23 : hour;
	sqlite3_stmt *row = db_query(st,
				     "SELECT what, part, sum(n), sum(sum) FROM figure WHERE day=?1"
				     " AND hour BETWEEN ?2 AND ?3 AND lane=coalesce(?4, lane)"
				     " GROUP BY what, part ORDER BY what, part",
				     "iiis", day, from, to, lane);

	if (!row)
		return;
	do
		tally_add(t, db_text(row, 0), db_text(row, 1), db_int(row, 2), db_int(row, 3));
	while (db_next(st, row));
	db_done(row);
}

void store_figures_clear(struct store *st, int64_t day, const char *lane)
{
	db_run(st, "DELETE FROM figure WHERE day=? AND hour BETWEEN 0 AND 23 AND lane=?", "is", day,
	       lane);
}

int64_t store_figures_first(struct store *st)
{
	return db_number(st, 0, "SELECT min(day) FROM figure", "");
}

void store_figures_prune(struct store *st, int64_t before_day)
{
	db_run(st,
	       "DELETE FROM figure WHERE (day, hour, lane, what, part) IN (SELECT day, hour, lane,"
	       " what, part FROM figure WHERE day<? LIMIT ?)",
	       "ii", before_day, (int64_t)PRUNE_SLICE);
	db_run(st, "DELETE FROM figure_told WHERE day<?", "i", before_day);
}

/* ---- what was told ---- */

bool store_figures_told(struct store *st, const char *lane, int64_t day,
			struct figures_told *ret_told)
{
	sqlite3_stmt *row =
		db_query(st, "SELECT epoch, seq, at, stale FROM figure_told WHERE day=? AND lane=?",
			 "is", day, lane);

	if (!row)
		return false;
	*ret_told = (struct figures_told){ db_int(row, 0), db_int(row, 1), db_int(row, 2),
					   db_int(row, 3) != 0 };
	db_done(row);
	return true;
}

void store_figures_told_set(struct store *st, const char *lane, int64_t day,
			    const struct figures_told *told)
{
	db_run(st,
	       "INSERT OR REPLACE INTO figure_told (day, lane, epoch, seq, at, stale)"
	       " VALUES (?,?,?,?,?,?)",
	       "isiiii", day, lane, told->epoch, told->seq, told->at_ms, (int64_t)told->stale);
}

void store_figures_stale(struct store *st, const char *lane, int64_t day)
{
	db_run(st, "UPDATE figure_told SET stale=1 WHERE day=? AND lane=? AND stale=0", "is", day,
	       lane);
}

int64_t store_figures_again(struct store *st, const char *lane, int64_t before_ms, int64_t now_ms)
{
	return db_number(st, 0,
			 "SELECT day FROM figure_told WHERE stale=1 AND lane=? AND (at<? OR at>?)"
			 " ORDER BY day LIMIT 1",
			 "sii", lane, before_ms, now_ms);
}

/* ---- since when ---- */

void store_opened_set(struct store *st, enum desk desk, struct slice order, int64_t at_ms)
{
	db_run(st, "INSERT OR REPLACE INTO opened (desk, id, at) VALUES (?,?,?)", "iti",
	       (int64_t)desk, order, at_ms);
}

int64_t store_opened(struct store *st, enum desk desk, struct slice order)
{
	return db_number(st, 0, "SELECT at FROM opened WHERE desk=? AND id=?", "it", (int64_t)desk,
			 order);
}

int64_t store_here_at(struct store *st, struct slice order)
{
	return db_number(st, 0, "SELECT at FROM here WHERE id=?", "t", order);
}
