// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/fleet.h"

#include <inttypes.h>
#include <string.h>

#include "firmware/base/log.h"
#include "sync/hq/ledger.h"
#include "sync/hq/replay.h"
#include "sync/hq/snapshot.h"

/* A will, or a retained state, of an older connection says nothing about this one. */
static bool is_old(struct hq *hq, const char *store, const char *lane, int64_t epoch, int64_t conn)
{
	return db_number(&hq->db, 0,
			 "SELECT 1 FROM lane WHERE store = ? AND lane = ?"
			 " AND (epoch > ?3 OR (epoch = ?3 AND conn > ?4))",
			 "ttii", store, lane, epoch, conn) != 0;
}

static void keep_online(struct hq *hq, const char *store, const char *lane, int64_t epoch,
			int64_t conn, struct json root)
{
	char version[ID_MAX + 1], at[TIME_TEXT_MAX];

	json_string(json_get(root, "version"), version, sizeof(version));
	hq_now_text(hq, at);
	db_run(&hq->db,
	       "INSERT OR REPLACE INTO lane (store, lane, online, epoch, conn, outbox, version,"
	       " state, seen_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)",
	       "ttiiitst", store, lane, epoch, conn, json_int_or(json_get(root, "outbox"), 0),
	       version, json_text(root), at);
}

static void keep_offline(struct hq *hq, const char *store, const char *lane, int64_t epoch,
			 int64_t conn)
{
	char at[TIME_TEXT_MAX];

	hq_now_text(hq, at);
	db_run(&hq->db,
	       "INSERT INTO lane (store, lane, online, epoch, conn, outbox, version, state, "
	       "seen_at)"
	       " VALUES (?1, ?2, 0, ?3, ?4, 0, '', '{}', ?5) ON CONFLICT DO UPDATE"
	       " SET online = 0, epoch = ?3, conn = ?4, seen_at = ?5",
	       "ttiit", store, lane, epoch, conn, at);
}

/* Is a lane's picture of a stream right, as of where it stands? What the log has forgotten
 * cannot be judged. */
static bool sum_agrees(struct hq *hq, const char *store, const struct stream_kind *kind,
		       int64_t epoch, int64_t seq, struct json cursor)
{
	struct json sum = json_get(cursor, "sum");
	int64_t count;
	char told[17], right[17];
	bool agrees;
	sqlite3_stmt *q;

	if (json_int(json_get(cursor, "count"), &count) < 0 ||
	    json_string(sum, told, sizeof(told)) < 0)
		return true;
	q = db_query(&hq->db,
		     "SELECT count, sum FROM log WHERE store = ? AND stream = ? AND epoch = ?"
		     " AND seq = ?",
		     "ttii", store, kind->name, epoch, seq);
	if (!db_row(&hq->db, q))
		return true;
	text_fmt(right, sizeof(right), "%016" PRIx64, (uint64_t)db_int(q, 1));
	agrees = db_int(q, 0) == count && strcmp(told, right) == 0;
	db_done(q);
	return agrees;
}

static void offer_again(struct hq *hq, const char *store, const char *lane,
			const struct stream_kind *kind)
{
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);

	if (db_number(&hq->db, 0,
		      "SELECT 1 FROM offered WHERE store = ? AND lane = ? AND stream = ?"
		      " AND at_ms > ?",
		      "ttti", store, lane, kind->name, now - FLEET_OFFER_MS))
		return;
	db_run(&hq->db,
	       "INSERT OR REPLACE INTO offered (store, lane, stream, at_ms) VALUES (?, ?, ?, ?)",
	       "ttti", store, lane, kind->name, now);
	hq_alarm(hq, store, lane, "diverged", kind->name);
	snapshot_offer(hq, store, lane, kind, true);
}

static void take_cursor(struct hq *hq, const char *store, const char *lane, struct json name,
			struct json cursor)
{
	const struct stream_kind *kind;
	struct stream_state state;
	int64_t epoch, seq;
	char text[16];

	if (json_string(name, text, sizeof(text)) < 0)
		return;
	kind = stream_by_name(text);
	if (!kind || json_int(json_get(cursor, "epoch"), &epoch) < 0 || epoch < 0 ||
	    json_int(json_get(cursor, "seq"), &seq) < 0 || seq < 0)
		return;
	db_run(&hq->db,
	       "INSERT OR REPLACE INTO lane_cursor (store, lane, stream, epoch, seq)"
	       " VALUES (?, ?, ?, ?, ?)",
	       "tttii", store, lane, kind->name, epoch, seq);
	state = stream_open(hq, store, kind);
	/* A lane that stays connected while HQ is restored asks for nothing. */
	if (replay_is_ahead(hq, &state, epoch, seq))
		replay_stream(hq, store, lane, kind, epoch, seq);
	else if (!sum_agrees(hq, store, kind, epoch, seq, cursor))
		offer_again(hq, store, lane, kind);
}

void fleet_state(struct hq *hq, const char *store, const char *lane, struct json root)
{
	struct json online = json_get(root, "online");
	struct json_walk cursors = json_walk(json_get(root, "cursors"));
	int64_t epoch = json_int_or(json_get(root, "epoch"), 0);
	int64_t conn = json_int_or(json_get(root, "conn"), 0);

	if (online.type != JSON_BOOL || root.n > FLEET_STATE_MAX) {
		hq_alarm(hq, store, lane, "bad_message", "state");
		return;
	}
	if (is_old(hq, store, lane, epoch, conn))
		return;
	db_begin(&hq->db);
	if (!json_true(online)) {
		keep_offline(hq, store, lane, epoch, conn);
		return;
	}
	keep_online(hq, store, lane, epoch, conn, root);
	ledger_remind(hq, store, lane, epoch, json_int_or(json_get(root, "acked"), 0));
	while (json_next(&cursors))
		take_cursor(hq, store, lane, cursors.name, cursors.value);
}

/* ---- lanes that lag ---- */

#define LAGGING                                                                                    \
	" FROM lane_cursor c JOIN lane l ON l.store = c.store AND l.lane = c.lane"                 \
	" JOIN stream s ON s.store = c.store AND s.stream = c.stream"                              \
	" WHERE l.online AND (c.epoch <> s.epoch OR c.seq < s.head)"

void fleet_tick(struct hq *hq)
{
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);

	db_run(&hq->db,
	       "DELETE FROM lag WHERE NOT EXISTS (SELECT 1" LAGGING
	       " AND c.store = lag.store AND c.lane = lag.lane AND c.stream = lag.stream"
	       " AND c.epoch = lag.epoch AND c.seq = lag.seq)",
	       "");
	db_run(&hq->db,
	       "INSERT OR IGNORE INTO lag (store, lane, stream, epoch, seq, since_ms)"
	       " SELECT c.store, c.lane, c.stream, c.epoch, c.seq, ?" LAGGING,
	       "i", now);
	for (;;) {
		char store[ID_MAX + 1], lane[ID_MAX + 1], stream[16];
		int64_t epoch, seq;
		sqlite3_stmt *q = db_query(&hq->db,
					   "SELECT store, lane, stream, epoch, seq FROM lag"
					   " WHERE since_ms <= ? LIMIT 1",
					   "i", now - FLEET_LAG_MS);

		if (!db_row(&hq->db, q))
			return;
		db_copy(q, 0, store, sizeof(store));
		db_copy(q, 1, lane, sizeof(lane));
		db_copy(q, 2, stream, sizeof(stream));
		epoch = db_int(q, 3);
		seq = db_int(q, 4);
		db_done(q);
		db_run(&hq->db,
		       "UPDATE lag SET since_ms = ? WHERE store = ? AND lane = ? AND stream = ?",
		       "ittt", now, store, lane, stream);
		replay_stream(hq, store, lane, stream_by_name(stream), epoch, seq);
	}
}
