// SPDX-License-Identifier: Apache-2.0
/* Facts: what this store has done to orders and stock; laid over HQ's records when read. */
#include <string.h>

#include "firmware/store/db.h"
#include "firmware/store/store.h"

bool store_order_fact(struct store *st, struct slice order, struct order_fact *ret_fact)
{
	struct order_fact f = { 0 };
	sqlite3_stmt *row = db_query(
		st, "SELECT status, at, lane, epoch, seq, event FROM fact WHERE id=? AND line=''",
		"t", order);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), f.status, sizeof(f.status));
	f.at_ms = db_int(row, 1);
	slice_copy(db_text(row, 2), f.lane, sizeof(f.lane));
	f.epoch = db_int(row, 3);
	f.seq = db_int(row, 4);
	slice_copy(db_text(row, 5), f.event, sizeof(f.event));
	db_done(row);
	*ret_fact = f;
	return true;
}

bool store_order_gone(struct store *st, struct slice order)
{
	struct order_fact f;

	return store_order_fact(st, order, &f) && strcmp(f.status, "partly_collected") != 0;
}

void store_order_fact_set(struct store *st, struct slice order, const struct order_fact *f)
{
	db_run(st,
	       "INSERT OR REPLACE INTO fact (id, line, handed, short, status, at, lane, epoch, seq,"
	       " event) VALUES (?,'',0,0,?,?,?,?,?,?)",
	       "tsisiis", order, f->status, f->at_ms, f->lane, f->epoch, f->seq, f->event);
}

bool store_order_fact_next(struct store *st, char id[ID_MAX + 1])
{
	sqlite3_stmt *row =
		db_query(st,
			 "SELECT id FROM fact WHERE id>?1 AND line='' UNION SELECT id FROM payment"
			 " WHERE id>?1 ORDER BY id LIMIT 1",
			 "s", id);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), id, ID_MAX + 1);
	db_done(row);
	return true;
}

int64_t store_conflict_rev(struct store *st, struct slice order, const char *field)
{
	return db_number(st, -1, "SELECT rev FROM conflict WHERE id=? AND field=?", "ts", order,
			 field);
}

void store_conflict_set(struct store *st, struct slice order, const char *field, int64_t rev)
{
	db_run(st, "INSERT OR REPLACE INTO conflict VALUES (?,?,?)", "tsi", order, field, rev);
}

struct line_fact store_line_fact(struct store *st, struct slice order, struct slice line)
{
	struct line_fact f = { 0 };
	sqlite3_stmt *row =
		db_query(st, "SELECT handed, short, returned FROM fact WHERE id=? AND line=?", "tt",
			 order, line);

	if (!row)
		return f;
	f.handed = db_int(row, 0);
	f.short_ = db_int(row, 1);
	f.returned = db_int(row, 2);
	db_done(row);
	return f;
}

void store_line_fact_add(struct store *st, struct slice order, struct slice line,
			 struct line_fact add)
{
	db_run(st,
	       "INSERT INTO fact (id, line, handed, short, returned) VALUES (?,?,?,?,?)"
	       " ON CONFLICT (id, line) DO UPDATE SET handed=handed+excluded.handed,"
	       " short=short+excluded.short, returned=returned+excluded.returned",
	       "ttiii", order, line, add.handed, add.short_, add.returned);
}

void store_order_facts_drop(struct store *st, struct slice order)
{
	db_run(st, "DELETE FROM fact WHERE id=?", "t", order);
	db_run(st, "DELETE FROM conflict WHERE id=?", "t", order);
}

int64_t store_refunded(struct store *st, struct slice order, struct slice payment)
{
	return db_number(st, 0, "SELECT amount FROM fact_refund WHERE id=? AND payment=?", "tt",
			 order, payment);
}

void store_refunded_add(struct store *st, struct slice order, struct slice payment, int64_t amount)
{
	db_run(st,
	       "INSERT INTO fact_refund VALUES (?,?,?) ON CONFLICT (id, payment) DO UPDATE"
	       " SET amount=amount+excluded.amount",
	       "tti", order, payment, amount);
}

void store_stock_delta_add(struct store *st, struct slice sku, int64_t delta, const char *lane,
			   int64_t epoch, int64_t seq)
{
	db_run(st, "INSERT INTO passing (sku, delta, lane, epoch, seq) VALUES (?,?,?,?,?)", "tisii",
	       sku, delta, lane, epoch, seq);
}

int64_t store_stock_delta(struct store *st, struct slice sku)
{
	const int64_t base = db_base(st) ? store_stock_delta(db_base(st), sku) : 0;

	return base +
	       db_number(st, 0, "SELECT sum(delta) FROM temp.delta_of WHERE sku=?", "t", sku);
}

bool store_stock_moved(struct store *st, struct slice sku)
{
	return db_number(st, 0, "SELECT count(*) FROM temp.delta_of WHERE sku=?", "t", sku) > 0 ||
	       (db_base(st) && store_stock_moved(db_base(st), sku));
}

void store_stock_deltas_covered(struct store *st, struct slice lane, int64_t epoch, int64_t seq)
{
	db_run(st,
	       "DELETE FROM passing WHERE n IN (SELECT n FROM temp.delta_of WHERE lane=? AND "
	       "(epoch, seq) <= (?, ?))",
	       "tii", lane, epoch, seq);
}
