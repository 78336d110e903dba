// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/export_tables.h"

#include <stddef.h>

#define N(name)                                                                                    \
	{                                                                                          \
		name, EXPORT_NUMBER                                                                \
	}
#define T(name)                                                                                    \
	{                                                                                          \
		name, EXPORT_TEXT                                                                  \
	}
#define J(name)                                                                                    \
	{                                                                                          \
		name, EXPORT_JSON                                                                  \
	}
#define B(name)                                                                                    \
	{                                                                                          \
		name, EXPORT_BYTES                                                                 \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, EXPORT_NUMBER                                                                \
	}

const struct export_table export_tables[EXPORT_TABLES] = {
	{ "meta",
	  "SELECT name, value FROM meta WHERE name = 'beat'",
	  NULL,
	  NULL,
	  { T("name"), N("value"), END } },
	{ "key",
	  "SELECT n, kid, purpose, seed, public, made_at, state FROM key ORDER BY n",
	  NULL,
	  NULL,
	  { N("n"), N("kid"), T("purpose"), B("seed"), T("public"), T("made_at"), T("state"),
	    END } },
	{ "stream",
	  "SELECT store, stream, epoch FROM stream ORDER BY store, stream",
	  NULL,
	  NULL,
	  { T("store"), T("stream"), N("epoch"), END } },
	{ "record",
	  "SELECT store, stream, id, rev, deleted, body FROM record ORDER BY store, stream, id",
	  NULL,
	  NULL,
	  { T("store"), T("stream"), T("id"), N("rev"), N("deleted"), J("body"), END } },
	{ "taken",
	  "SELECT store, lane, epoch, seq, hash FROM taken ORDER BY store, lane, epoch",
	  "INSERT INTO taken (store, lane, epoch, seq, hash) VALUES (?, ?, ?, ?, ?)",
	  "ssiis",
	  { T("store"), T("lane"), N("epoch"), N("seq"), T("hash"), END } },
	{ "event",
	  "SELECT n, store, lane, epoch, seq, text, person, rejected, taken_at FROM event"
	  " ORDER BY n",
	  "INSERT INTO event (n, store, lane, epoch, seq, text, person, rejected, taken_at)"
	  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	  "issiissss",
	  { N("n"), T("store"), T("lane"), N("epoch"), N("seq"), J("e"), J("person"), T("rejected"),
	    T("taken_at"), END } },
	{ "grant",
	  "SELECT n, store, lane, ask, member, points, made_s, used FROM points_grant ORDER BY n",
	  "INSERT INTO points_grant (n, store, lane, ask, member, points, made_s, used)"
	  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	  "issssiii",
	  { N("n"), T("store"), T("lane"), T("ask"), T("member"), N("points"), N("made_s"),
	    N("used"), END } },
	{ "command",
	  "SELECT id, store, lane, cmd, args, made_at, expires_ms, said, state, detail, done_at"
	  " FROM command ORDER BY id",
	  "INSERT INTO command (id, store, lane, cmd, args, made_at, expires_ms, said, state,"
	  " detail, done_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	  "ssssssiisss",
	  { T("id"), T("store"), T("lane"), T("cmd"), J("args"), T("made_at"), N("expires_ms"),
	    N("said"), T("state"), T("detail"), T("done_at"), END } },
	/* Those of older versions name no holder: then the store's own order, or else anybody's. */
	{ "handover",
	  "SELECT holder, order_id, n, store, lane, epoch, seq, event, at, surplus, undone"
	  " FROM handover ORDER BY holder, order_id, n",
	  "INSERT INTO handover (holder, order_id, n, store, lane, epoch, seq, event, at, surplus,"
	  " undone) VALUES (coalesce(?1, (SELECT r.store FROM record r WHERE r.stream = 'orders'"
	  " AND r.id = ?2 AND r.deleted = 0 ORDER BY r.store = ?4 DESC, r.store LIMIT 1), ?4),"
	  " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	  "ssissiissii",
	  { T("holder"), T("order"), N("n"), T("store"), T("lane"), N("epoch"), N("seq"),
	    T("event"), T("at"), N("surplus"), N("undone"), END } },
	{ "handed",
	  "SELECT holder, order_id, n, line, qty FROM handed ORDER BY holder, order_id, n, line",
	  "INSERT INTO handed (holder, order_id, n, line, qty) VALUES (coalesce(?1,"
	  " (SELECT min(h.holder) FROM handover h WHERE h.order_id = ?2 AND h.n = ?3), '-'),"
	  " ?2, ?3, ?4, ?5)",
	  "ssisi",
	  { T("holder"), T("order"), N("n"), T("line"), N("qty"), END } },
	{ "line_fact",
	  "SELECT holder, order_id, line, short, returned FROM line_fact"
	  " ORDER BY holder, order_id, line",
	  "INSERT INTO line_fact (holder, order_id, line, short, returned)"
	  " VALUES (?, ?, ?, ?, ?)",
	  "sssii",
	  { T("holder"), T("order"), T("line"), N("short"), N("returned"), END } },
	{ "till_fact",
	  "SELECT holder, order_id, payment, tender, amount, reversed FROM till_fact"
	  " ORDER BY holder, order_id, payment",
	  "INSERT INTO till_fact (holder, order_id, payment, tender, amount, reversed)"
	  " VALUES (?, ?, ?, ?, ?, ?)",
	  "ssssii",
	  { T("holder"), T("order"), T("payment"), T("tender"), N("amount"), N("reversed"), END } },
	{ "receipt_fact",
	  "SELECT holder, order_id FROM receipt_fact ORDER BY holder, order_id",
	  "INSERT INTO receipt_fact (holder, order_id) VALUES (?, ?)",
	  "ss",
	  { T("holder"), T("order"), END } },
	{ "refund_fact",
	  "SELECT holder, order_id, payment, amount FROM refund_fact"
	  " ORDER BY holder, order_id, payment",
	  "INSERT INTO refund_fact (holder, order_id, payment, amount) VALUES (?, ?, ?, ?)",
	  "sssi",
	  { T("holder"), T("order"), T("payment"), N("amount"), END } },
	{ "story_place",
	  "SELECT key, store FROM story_place ORDER BY key, store",
	  "INSERT INTO story_place (key, store) VALUES (?, ?)",
	  "ss",
	  { T("key"), T("store"), END } },
	{ "return_reason",
	  "SELECT sku, reason, pieces FROM return_reason ORDER BY sku, reason",
	  "INSERT INTO return_reason (sku, reason, pieces) VALUES (?, ?, ?)",
	  "ssi",
	  { T("sku"), T("reason"), N("pieces"), END } },
	{ "points_fact",
	  "SELECT holder, order_id, member, earned, back, redeemed, worth, given"
	  " FROM points_fact ORDER BY holder, order_id, member",
	  "INSERT INTO points_fact (holder, order_id, member, earned, back, redeemed, worth, given)"
	  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	  "sssiiiii",
	  { T("holder"), T("order"), T("member"), N("earned"), N("back"), N("redeemed"), N("worth"),
	    N("given"), END } },
	{ "erasure",
	  "SELECT store, customer, member, at FROM erasure ORDER BY store, customer",
	  "INSERT INTO erasure (store, customer, member, at) VALUES (?, ?, ?, ?)",
	  "ssss",
	  { T("store"), T("customer"), T("member"), T("at"), END } },
	{ "erased_by",
	  "SELECT store, customer, lane, at FROM erased_by ORDER BY store, customer, lane",
	  "INSERT INTO erased_by (store, customer, lane, at) VALUES (?, ?, ?, ?)",
	  "ssss",
	  { T("store"), T("customer"), T("lane"), T("at"), END } },
	{ "erased_id",
	  "SELECT store, id, customer FROM erased_id ORDER BY store, id",
	  "INSERT INTO erased_id (store, id, customer) VALUES (?, ?, ?)",
	  "sss",
	  { T("store"), T("id"), T("customer"), END } },
	{ "doubled",
	  "SELECT order_id, a, b, first_at, first_epoch, first_seq, first_place, second_at,"
	  " second_epoch, second_seq, second_place, pieces, seen, told, found_at FROM doubled"
	  " ORDER BY order_id, a, b",
	  "INSERT INTO doubled (order_id, a, b, first_at, first_epoch, first_seq, first_place,"
	  " second_at, second_epoch, second_seq, second_place, pieces, seen, told, found_at)"
	  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	  "ssssiissiisiiss",
	  { T("order"), T("a"), T("b"), T("first_at"), N("first_epoch"), N("first_seq"),
	    T("first_place"), T("second_at"), N("second_epoch"), N("second_seq"), T("second_place"),
	    N("pieces"), N("seen"), T("told"), T("found_at"), END } },
	{ "day_figures",
	  "SELECT store, day, lane, hours, taken_at FROM day_figures ORDER BY store, day, lane",
	  "INSERT INTO day_figures (store, day, lane, hours, taken_at) VALUES (?, ?, ?, ?, ?)",
	  "sssss",
	  { T("store"), T("day"), T("lane"), J("hours"), T("taken_at"), END } },
};
