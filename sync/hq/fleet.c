// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/fleet.h"

#include <inttypes.h>
#include <string.h>

#include "firmware/base/log.h"
#include "sync/hq/command.h"
#include "sync/hq/lease.h"
#include "sync/hq/ledger.h"
#include "sync/hq/putback.h"
#include "sync/hq/quota.h"
#include "sync/hq/replay.h"
#include "sync/hq/snapshot.h"

/* A will, or a retained state, of an older connection says nothing about this one. */
static bool is_old(struct hq *hq, const char *store, const char *lane, int64_t epoch, int64_t conn)
{
	return db_number(&hq->db, 0,
			 "SELECT 1 FROM lane WHERE store = ? AND lane = ?"
			 " AND (epoch > ? OR (epoch = ? AND conn > ?))",
			 "ttiii", store, lane, epoch, epoch, conn) != 0;
}

/* How many of the events a lane says it has written HQ has not taken. */
static int64_t lacking(struct hq *hq, const char *store, const char *lane, int64_t epoch,
		       int64_t last_seq)
{
	int64_t taken = db_number(&hq->db, 0,
				  "SELECT seq FROM taken WHERE store = ? AND lane = ?"
				  " AND epoch = ?",
				  "tti", store, lane, epoch);

	return last_seq > taken ? last_seq - taken : 0;
}

/* Since when HQ lacks events: kept while it goes on lacking some. */
static int64_t behind_since(struct hq *hq, const char *store, const char *lane, int64_t epoch,
			    int64_t last_seq)
{
	int64_t since;

	if (!lacking(hq, store, lane, epoch, last_seq))
		return 0;
	since = db_number(&hq->db, 0, "SELECT behind_ms FROM lane WHERE store = ? AND lane = ?",
			  "tt", store, lane);
	return since ? since : hq->clock.wall_ms(hq->clock.ctx);
}

static int64_t number_of(struct json root, const char *name)
{
	int64_t n = json_int_or(json_get(root, name), 0);

	return n < 0 || n > HQ_REV_MAX ? 0 : n;
}

static void keep_online(struct hq *hq, const char *store, const char *lane, int64_t epoch,
			int64_t conn, struct json root)
{
	int64_t outbox = number_of(root, "outbox"), last = number_of(root, "acked") + outbox;
	char version[ID_MAX + 1] = "", at[TIME_TEXT_MAX];

	json_string(json_get(root, "version"), version, sizeof(version));
	hq_now_text(hq, at);
	db_run(&hq->db,
	       "INSERT INTO lane (store, lane, online, epoch, conn, outbox, version, state,"
	       " seen_at, last_seq, behind_ms, isolated) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, "
	       "?)"
	       " ON CONFLICT (store, lane) DO UPDATE SET online = 1, epoch = excluded.epoch,"
	       " conn = excluded.conn, outbox = excluded.outbox, version = excluded.version,"
	       " state = excluded.state, seen_at = excluded.seen_at, last_seq = excluded.last_seq,"
	       " behind_ms = excluded.behind_ms, isolated = excluded.isolated, back_epoch = 0",
	       "ttiiitstiii", store, lane, epoch, conn, outbox, version, json_text(root), at, last,
	       behind_since(hq, store, lane, epoch, last),
	       (int64_t)json_true(json_get(root, "isolated")));
}

static void keep_offline(struct hq *hq, const char *store, const char *lane, int64_t epoch,
			 int64_t conn)
{
	char at[TIME_TEXT_MAX];

	hq_now_text(hq, at);
	db_run(&hq->db,
	       "INSERT INTO lane (store, lane, online, epoch, conn, outbox, version, state, "
	       "seen_at)"
	       " VALUES (?, ?, 0, ?, ?, 0, '', '{}', ?) ON CONFLICT (store, lane) DO UPDATE"
	       " SET online = 0, epoch = excluded.epoch, conn = excluded.conn,"
	       " seen_at = excluded.seen_at",
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
	struct db_stmt *q;

	if (json_int(json_get(cursor, "count"), &count) < 0 ||
	    json_string(sum, told, sizeof(told)) < 0)
		return true;
	q = db_query(&hq->db,
		     "SELECT count, sum FROM log WHERE store = ? AND stream = ? AND epoch = ?"
		     " AND seq = ? UNION ALL SELECT count, sum FROM stream WHERE store = ?"
		     " AND stream = ? AND epoch = ? AND head = ? LIMIT 1",
		     "ttiittii", store, kind->name, epoch, seq, store, kind->name, epoch, seq);
	if (!db_row(&hq->db, q))
		return true;
	text_fmt(right, sizeof(right), "%016" PRIx64, (uint64_t)db_int(q, 1));
	agrees = db_int(q, 0) == count && strcmp(told, right) == 0;
	db_done(q);
	return agrees;
}

/* How long to leave the lane alone after an offer made now; 0 = it is still to be left alone. */
static int64_t offer_wait(struct hq *hq, const char *store, const char *lane,
			  const struct stream_kind *kind, int64_t now)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT at_ms, wait_ms FROM offered WHERE store = ?"
				     " AND lane = ? AND stream = ?",
				     "ttt", store, lane, kind->name);
	int64_t passed, wait;

	if (!db_row(&hq->db, q))
		return FLEET_OFFER_MS;
	passed = now - db_int(q, 0);
	wait = db_int(q, 1);
	db_done(q);
	if (passed < wait)
		return 0;
	if (passed > 2 * wait)
		return FLEET_OFFER_MS; /* it was right meanwhile */
	return 2 * wait < FLEET_OFFER_MAX_MS ? 2 * wait : FLEET_OFFER_MAX_MS;
}

static void offer_again(struct hq *hq, const char *store, const char *lane,
			const struct stream_kind *kind)
{
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	int64_t wait = offer_wait(hq, store, lane, kind, now);

	if (!wait)
		return;
	db_run(&hq->db,
	       "INSERT INTO offered (store, lane, stream, at_ms, wait_ms) VALUES (?, ?, ?, ?, ?)"
	       " ON CONFLICT (store, lane, stream) DO UPDATE SET at_ms = excluded.at_ms,"
	       " wait_ms = excluded.wait_ms",
	       "tttii", store, lane, kind->name, now, wait);
	hq_alarm(hq, store, lane, "diverged", kind->name);
	snapshot_offer(hq, store, lane, kind, true);
}

/* Where a lane says it stands in a stream; NULL when it says nothing of use. */
static const struct stream_kind *read_cursor(struct json name, struct json cursor,
					     int64_t *ret_epoch, int64_t *ret_seq)
{
	const struct stream_kind *kind;
	char text[16];
	int64_t epoch, seq;

	if (json_string(name, text, sizeof(text)) < 0)
		return NULL;
	kind = stream_by_name(text);
	if (!kind || json_int(json_get(cursor, "epoch"), &epoch) < 0 || epoch < 0 ||
	    json_int(json_get(cursor, "seq"), &seq) < 0 || seq < 0)
		return NULL;
	*ret_epoch = epoch;
	*ret_seq = seq;
	return kind;
}

/* Has the lane numbers this file never gave? */
static bool any_ahead(struct hq *hq, const char *store, struct json_walk cursors)
{
	while (json_next(&cursors)) {
		struct stream_state state;
		int64_t epoch, seq;
		const struct stream_kind *kind =
			read_cursor(cursors.name, cursors.value, &epoch, &seq);

		if (!kind)
			continue;
		state = stream_open(hq, store, kind);
		if (replay_is_ahead(hq, &state, epoch, seq))
			return true;
	}
	return false;
}

/* `back`: this file was put back, and what it has said since may be other than what it said
 * before under the same numbers. */
static void take_cursor(struct hq *hq, const char *store, const char *lane, struct json name,
			struct json cursor, bool back)
{
	struct stream_state state;
	int64_t epoch, seq;
	const struct stream_kind *kind = read_cursor(name, cursor, &epoch, &seq);
	char sum[17];

	if (!kind)
		return;
	if (json_string(json_get(cursor, "sum"), sum, sizeof(sum)) < 0)
		sum[0] = '\0';
	db_run(&hq->db,
	       "INSERT INTO lane_cursor (store, lane, stream, epoch, seq, count, sum)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (store, lane, stream) DO UPDATE SET"
	       " epoch = excluded.epoch, seq = excluded.seq, count = excluded.count,"
	       " sum = excluded.sum",
	       "tttiiit", store, lane, kind->name, epoch, seq,
	       json_int_or(json_get(cursor, "count"), -1), sum);
	state = stream_open(hq, store, kind);
	if (back && epoch == state.epoch && seq <= state.head) {
		putback_stream(hq, store, kind, epoch);
		replay_stream(hq, store, lane, kind, epoch, seq);
		return;
	}
	if (epoch > state.epoch)
		replay_note_far(hq, store, lane, kind, epoch);
	/* A lane that stays connected while HQ is restored asks for nothing. */
	if (replay_is_ahead(hq, &state, epoch, seq))
		replay_stream(hq, store, lane, kind, epoch, seq);
	else if (!sum_agrees(hq, store, kind, epoch, seq, cursor))
		offer_again(hq, store, lane, kind);
}

/* A live word under an epoch below the newest: an older copy of the lane's database is running,
 * and what it writes is not the lane's. */
static void note_back(struct hq *hq, const char *store, const char *lane, int64_t epoch)
{
	char detail[64];

	if (!db_run(&hq->db,
		    "UPDATE lane SET back_epoch = ? WHERE store = ? AND lane = ? AND epoch > ?",
		    "itti", epoch, store, lane, epoch))
		return;
	text_fmt(detail, sizeof(detail), "epoch %" PRId64 " is not the newest", epoch);
	hq_alarm(hq, store, lane, "epoch_back", detail);
	ledger_tell_newest(hq, store, lane);
}

bool fleet_is_back(struct hq *hq, const char *store, const char *lane, int64_t epoch)
{
	return db_number(&hq->db, 0,
			 "SELECT 1 FROM lane WHERE store = ? AND lane = ? AND back_epoch = ?",
			 "tti", store, lane, epoch) != 0;
}

/* NULL, or what in the message says that another lane wrote it. */
static const char *other_identity(const char *store, const char *lane, struct json root)
{
	struct json s = json_get(root, "store"), l = json_get(root, "lane");

	if ((s.type != JSON_NONE && !json_is(s, store)) ||
	    (l.type != JSON_NONE && !json_is(l, lane)))
		return "state: names another lane";
	return NULL;
}

void fleet_state(struct hq *hq, const char *store, const char *lane, struct json root,
		 bool retained)
{
	struct json online = json_get(root, "online");
	struct json_walk cursors = json_walk(json_get(root, "cursors"));
	int64_t epoch = json_int_or(json_get(root, "epoch"), 0);
	int64_t conn = json_int_or(json_get(root, "conn"), 0);
	const char *other;
	bool knows, back;

	if (online.type != JSON_BOOL || root.n > FLEET_STATE_MAX) {
		hq_alarm(hq, store, lane, "bad_message", "state");
		return;
	}
	other = other_identity(store, lane, root);
	if (other) {
		hq_alarm(hq, store, lane, "identity", other);
		return;
	}
	db_begin(&hq->db);
	if (is_old(hq, store, lane, epoch, conn)) {
		if (json_true(online) && !retained)
			note_back(hq, store, lane, epoch);
		return;
	}
	if (!json_true(online)) {
		keep_offline(hq, store, lane, epoch, conn);
		return;
	}
	keep_online(hq, store, lane, epoch, conn, root);
	knows = ledger_remind(hq, store, lane, epoch, json_int_or(json_get(root, "acked"), 0));
	knows = any_ahead(hq, store, cursors) || knows;
	back = putback_heard(hq, store, lane, knows);
	if (back)
		ledger_remind_older(hq, store, lane, epoch);
	while (json_next(&cursors))
		take_cursor(hq, store, lane, cursors.name, cursors.value, back);
}

/* ---- lanes that lag ---- */

#define LAGGING                                                                                    \
	" FROM lane_cursor c JOIN lane l ON l.store = c.store AND l.lane = c.lane"                 \
	" JOIN stream s ON s.store = c.store AND s.stream = c.stream"                              \
	" WHERE l.online = 1 AND l.seen_at > ? AND (c.epoch <> s.epoch OR c.seq < s.head)"         \
	" AND EXISTS (SELECT 1 FROM mine m WHERE m.store = c.store)"

/* The one that has stood still for longest is sent what it lacks; false when there is none. */
static bool send_lagging(struct hq *hq, int64_t now)
{
	char store[ID_MAX + 1], lane[ID_MAX + 1], stream[16];
	int64_t epoch, seq;
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store, lane, stream, epoch, seq FROM lag"
				     " WHERE since_ms <= ? ORDER BY since_ms LIMIT 1",
				     "i", now - FLEET_LAG_MS);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, store, sizeof(store));
	db_copy(q, 1, lane, sizeof(lane));
	db_copy(q, 2, stream, sizeof(stream));
	epoch = db_int(q, 3);
	seq = db_int(q, 4);
	db_done(q);
	db_run(&hq->db, "UPDATE lag SET since_ms = ? WHERE store = ? AND lane = ? AND stream = ?",
	       "ittt", now, store, lane, stream);
	if (lease_holds(hq, store))
		replay_stream(hq, store, lane, stream_by_name(stream), epoch, seq);
	return true;
}

void fleet_tick(struct hq *hq)
{
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	char heard[TIME_TEXT_MAX];

	command_tick(hq);
	/* Who fell silent, its will lost with a broker, does not take what is sent to it. */
	time_format(hq->clock.wall_ms(hq->clock.ctx) - FLEET_SILENT_MS, heard);
	db_run(&hq->db,
	       "DELETE FROM lag WHERE NOT EXISTS (SELECT 1" LAGGING
	       " AND c.store = lag.store AND c.lane = lag.lane AND c.stream = lag.stream"
	       " AND c.epoch = lag.epoch AND c.seq = lag.seq)",
	       "t", heard);
	db_run(&hq->db,
	       "INSERT INTO lag (store, lane, stream, epoch, seq, since_ms)"
	       " SELECT c.store, c.lane, c.stream, c.epoch, c.seq, ?" LAGGING
	       " ON CONFLICT (store, lane, stream) DO NOTHING",
	       "it", now, heard);
	/* Many may lag at once; what others wait for goes between. */
	for (int i = 0; i < FLEET_LAGGING_MAX && hq->post.bytes < QUOTA_POST_EASY; i++) {
		if (!send_lagging(hq, now))
			return;
	}
}
