// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/schema_facts.h"

/* Whose record an older handover changed: the store's own, or else the first live one. */
#define HOLDER                                                                                     \
	"CASE WHEN EXISTS (SELECT 1 FROM record r WHERE r.stream = 'orders'"                       \
	" AND r.store = h.store AND r.id = h.order_id AND r.deleted = 0) THEN h.store"             \
	" ELSE coalesce((SELECT min(r.store) FROM record r WHERE r.stream = 'orders'"              \
	" AND r.id = h.order_id AND r.deleted = 0), h.store) END"

const char schema_facts[] =
	/* As before, but numbered per order of one store, `holder`: another may use its id. */
	"CREATE TABLE handover_4 (holder TEXT NOT NULL, order_id TEXT NOT NULL,"
	" n INTEGER NOT NULL, store TEXT NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, event TEXT NOT NULL, at TEXT NOT NULL, surplus INTEGER NOT NULL,"
	" undone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (holder, order_id, n))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO handover_4 (holder, order_id, n, store, lane, epoch, seq, event, at, surplus,"
	" undone) SELECT " HOLDER
	", order_id, n, store, lane, epoch, seq, event, at, surplus, undone FROM handover h;"
	"CREATE TABLE handed_4 (holder TEXT NOT NULL, order_id TEXT NOT NULL, n INTEGER NOT NULL,"
	" line TEXT NOT NULL, qty INTEGER NOT NULL, PRIMARY KEY (holder, order_id, n, line))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO handed_4 (holder, order_id, n, line, qty)"
	" SELECT h.holder, p.order_id, p.n, p.line, p.qty FROM handed p JOIN handover_4 h"
	" ON h.order_id = p.order_id AND h.n = p.n;"
	"DROP TABLE handed; DROP TABLE handover;"
	"ALTER TABLE handover_4 RENAME TO handover; ALTER TABLE handed_4 RENAME TO handed;"

	/* Pieces of a line that were short while preparing, and that came back. */
	"CREATE TABLE line_fact (holder TEXT NOT NULL, order_id TEXT NOT NULL, line TEXT NOT NULL,"
	" short INTEGER NOT NULL, returned INTEGER NOT NULL,"
	" PRIMARY KEY (holder, order_id, line)) STRICT, WITHOUT ROWID;"

	/* Payments taken at tills; payment and tender are JSON texts. */
	"CREATE TABLE till_fact (holder TEXT NOT NULL, order_id TEXT NOT NULL,"
	" payment TEXT NOT NULL, tender TEXT NOT NULL, amount INTEGER NOT NULL,"
	" reversed INTEGER NOT NULL, PRIMARY KEY (holder, order_id, payment))"
	" STRICT, WITHOUT ROWID;"

	/* Orders for which a fiscal receipt was made. */
	"CREATE TABLE receipt_fact (holder TEXT NOT NULL, order_id TEXT NOT NULL,"
	" PRIMARY KEY (holder, order_id)) STRICT, WITHOUT ROWID;";

const char schema_refunds[] =
	/* What stores paid back of a payment, or asked HQ to; payment is JSON text. */
	"CREATE TABLE refund_fact (holder TEXT NOT NULL, order_id TEXT NOT NULL,"
	" payment TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (holder, order_id, payment))"
	" STRICT, WITHOUT ROWID;";

const char schema_points[] =
	/* Points of an order, by member: earned for it and taken back of these; redeemed for it,
	 * worth so many grosze, and given back of those. */
	"CREATE TABLE points_fact (holder TEXT NOT NULL, order_id TEXT NOT NULL,"
	" member TEXT NOT NULL, earned INTEGER NOT NULL, back INTEGER NOT NULL,"
	" redeemed INTEGER NOT NULL, worth INTEGER NOT NULL, given INTEGER NOT NULL,"
	" PRIMARY KEY (holder, order_id, member)) STRICT, WITHOUT ROWID;"

	/* Which stores know a customer (`cID`) or a case (`tID`): what happens to either is told to
	 * them. */
	"CREATE TABLE story_place (key TEXT NOT NULL, store TEXT NOT NULL,"
	" PRIMARY KEY (key, store)) STRICT, WITHOUT ROWID;"

	/* Pieces of a product that came back, by the reason that was said. */
	"CREATE TABLE return_reason (sku TEXT NOT NULL, reason TEXT NOT NULL,"
	" pieces INTEGER NOT NULL, PRIMARY KEY (sku, reason)) STRICT, WITHOUT ROWID;"

	/* Key figures as lanes told them of a day; hours is the event's own text. */
	"CREATE TABLE day_figures (store TEXT NOT NULL, day TEXT NOT NULL, lane TEXT NOT NULL,"
	" hours TEXT NOT NULL, taken_at TEXT NOT NULL, PRIMARY KEY (store, day, lane))"
	" STRICT, WITHOUT ROWID;"

	/* Customers who were erased, by store; the lanes that have done it; what events about them
	 * name: their orders, cases, members. */
	"CREATE TABLE erasure (store TEXT NOT NULL, customer TEXT NOT NULL, member TEXT NOT NULL,"
	" at TEXT NOT NULL, PRIMARY KEY (store, customer)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE erased_by (store TEXT NOT NULL, customer TEXT NOT NULL, lane TEXT NOT NULL,"
	" at TEXT NOT NULL, PRIMARY KEY (store, customer, lane)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE erased_id (store TEXT NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL,"
	" PRIMARY KEY (store, id)) STRICT, WITHOUT ROWID;";
