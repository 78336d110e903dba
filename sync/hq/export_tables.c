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
	{ "handover",
	  "SELECT order_id, n, store, lane, epoch, seq, event, at, surplus, undone FROM handover"
	  " ORDER BY order_id, n",
	  "INSERT INTO handover (order_id, n, store, lane, epoch, seq, event, at, surplus, undone)"
	  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	  "sissiissii",
	  { T("order"), N("n"), T("store"), T("lane"), N("epoch"), N("seq"), T("event"), T("at"),
	    N("surplus"), N("undone"), END } },
	{ "handed",
	  "SELECT order_id, n, line, qty FROM handed ORDER BY order_id, n, line",
	  "INSERT INTO handed (order_id, n, line, qty) VALUES (?, ?, ?, ?)",
	  "sisi",
	  { T("order"), N("n"), T("line"), N("qty"), END } },
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
};
