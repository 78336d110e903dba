// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/ledger.h"

#include "firmware/base/log.h"
#include "firmware/trust/hash.h"
#include "sync/hq/effect.h"
#include "sync/hq/erase.h"
#include "sync/hq/fleet.h"
#include "sync/hq/stream.h"

#define OLDER_MAX   8 /* epochs of a lane before its newest that are asked for again */
#define REASON_MAX  64
#define REJECTS_MAX 8192 /* bytes of `reject`; what is more is on file only */
#define NO_HASH	    "00000000000000000000000000000000"

/* One batch on its way into the ledger. */
struct batch {
	struct hq *hq;
	const char *store, *lane;
	int64_t epoch;
	int64_t seq;		  /* the last one taken */
	char hash[HASH_TEXT_MAX]; /* of its text */
	struct buf rejects;
};

enum taking { TAKING_DONE, TAKING_GAP, TAKING_FORK, TAKING_BROKEN };

static void load(struct batch *b)
{
	struct db_stmt *q = db_query(&b->hq->db,
				     "SELECT seq, hash FROM taken"
				     " WHERE store = ? AND lane = ? AND epoch = ?",
				     "tti", b->store, b->lane, b->epoch);

	b->seq = 0;
	slice_copy(slice_of(NO_HASH), b->hash, sizeof(b->hash));
	if (db_row(&b->hq->db, q)) {
		b->seq = db_int(q, 0);
		db_copy(q, 1, b->hash, sizeof(b->hash));
		db_done(q);
	}
}

static void note_reject(struct batch *b, int64_t seq, const char *reason)
{
	if (b->rejects.cap - b->rejects.len < REASON_MAX + 64)
		return;
	jw_open(&b->rejects, NULL, '{');
	jw_int(&b->rejects, "seq", seq);
	jw_str(&b->rejects, "reason", reason);
	jw_close(&b->rejects, '}');
}

/* A number already taken must be the event already taken. */
static enum taking take_repeat(struct batch *b, int64_t seq, struct slice text)
{
	enum taking taking = TAKING_DONE;
	char reason[REASON_MAX] = "";
	struct db_stmt *q = db_query(&b->hq->db,
				     "SELECT text, rejected FROM event"
				     " WHERE store = ? AND lane = ? AND epoch = ? AND seq = ?",
				     "ttii", b->store, b->lane, b->epoch, seq);

	if (db_row(&b->hq->db, q)) {
		if (!slice_same(db_slice(q, 0), text))
			taking = TAKING_FORK;
		db_copy(q, 1, reason, sizeof(reason));
		db_done(q);
	}
	if (taking == TAKING_DONE && reason[0])
		note_reject(b, seq, reason);
	return taking;
}

/* NULL, or why an event that stands in its place cannot be acted on. */
static const char *check_event(struct json e, struct json person, char type[ID_MAX + 1])
{
	struct json body = json_get(e, "body"), at = json_get(e, "at");
	char hash[HASH_TEXT_MAX], text[ID_MAX + 1];
	int64_t ms;

	if (json_string(json_get(e, "type"), type, ID_MAX + 1) <= 0 || !id_valid(slice_of(type)))
		return "type";
	if (json_string(json_get(e, "id"), text, sizeof(text)) <= 0 || !id_valid(slice_of(text)))
		return "id";
	if (json_string(at, text, sizeof(text)) <= 0 || time_parse(slice_of(text), &ms) < 0)
		return "at";
	if (body.type != JSON_OBJECT)
		return "body";
	if (person.type == JSON_NONE)
		return NULL; /* may have been purged */
	hash_text(json_text(person), hash);
	if (json_string(json_get(body, "person_hash"), text, sizeof(text)) <= 0 ||
	    !hash_text_eq(hash, text))
		return "person_hash";
	return NULL;
}

static void keep_event(struct batch *b, int64_t seq, struct slice text, struct slice person,
		       const char *reason)
{
	char at[TIME_TEXT_MAX];

	hq_now_text(b->hq, at);
	db_run(&b->hq->db,
	       "INSERT INTO event (store, lane, epoch, seq, text, person, rejected, taken_at)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	       "ttiisstt", b->store, b->lane, b->epoch, seq, text, person, reason, at);
	b->seq = seq;
	hash_text(text, b->hash);
}

static void take_next(struct batch *b, int64_t seq, struct json e, struct json person)
{
	struct slice person_text = { NULL, 0 };
	char type[ID_MAX + 1] = "";
	const char *reason = check_event(e, person, type);

	if (!reason) {
		struct happening h = { .hq = b->hq,
				       .store = b->store,
				       .lane = b->lane,
				       .epoch = b->epoch,
				       .seq = seq,
				       .type = type,
				       .id = json_get(e, "id"),
				       .at = json_text(json_get(e, "at")),
				       .body = json_get(e, "body"),
				       .person = person };

		reason = effect_apply(&h);
		if (person.type != JSON_NONE && !erase_about(b->hq, b->store, h.body))
			person_text = json_text(person);
	}
	if (reason) {
		note_reject(b, seq, reason);
		hq_alarm(b->hq, b->store, b->lane, "event_rejected", reason);
	}
	keep_event(b, seq, json_text(e), person_text, reason);
}

static enum taking take_one(struct batch *b, struct json element)
{
	struct json e = json_get(element, "e"), prev = json_get(e, "prev");
	char hash[HASH_TEXT_MAX];
	int64_t seq;

	if (e.type != JSON_OBJECT || json_int(json_get(e, "seq"), &seq) < 0 || seq < 1)
		return TAKING_BROKEN;
	if (seq <= b->seq)
		return take_repeat(b, seq, json_text(e));
	if (seq > b->seq + 1)
		return TAKING_GAP;
	if (json_string(prev, hash, sizeof(hash)) < 0 || !hash_text_eq(hash, b->hash))
		return TAKING_FORK;
	take_next(b, seq, e, json_get(element, "person"));
	return TAKING_DONE;
}

/* False when the batch is of a fork: what it says of itself is not acknowledged. */
static bool take_all(struct batch *b, struct json events)
{
	struct json_walk w = json_walk(events);
	enum taking taking = TAKING_DONE;
	char detail[96];

	while (taking == TAKING_DONE && json_next(&w))
		taking = take_one(b, w.value);
	text_fmt(detail, sizeof(detail), "epoch %lld, after seq %lld", (long long)b->epoch,
		 (long long)b->seq);
	switch (taking) {
	case TAKING_DONE:
	case TAKING_GAP: /* the acknowledgement says from where */
		return true;
	case TAKING_FORK:
		hq_alarm(b->hq, b->store, b->lane, "fork", detail);
		return false;
	case TAKING_BROKEN:
		hq_alarm(b->hq, b->store, b->lane, "event_unreadable", detail);
		return true;
	}
	return false;
}

static void acknowledge(struct batch *b)
{
	struct buf *m = &b->hq->message;

	buf_reset(m);
	jw_open(m, NULL, '{');
	jw_int(m, "epoch", b->epoch);
	jw_int(m, "seq", b->seq);
	if (b->rejects.len) {
		jw_open(m, "reject", '[');
		buf_slice(m, buf_read(&b->rejects));
		jw_close(m, ']');
	}
	jw_close(m, '}');
	post_add(&b->hq->post, buf_read(m), "%s/%s/ack", b->store, b->lane);
}

/* NULL, or the alarm for a batch that is not this lane's. */
static const char *check_sender(const struct batch *b, struct json root)
{
	struct json store = json_get(root, "store"), lane = json_get(root, "lane");

	if (store.type == JSON_STRING && lane.type == JSON_STRING &&
	    (!json_is(store, b->store) || !json_is(lane, b->lane)))
		return "identity";
	if (!json_is(store, b->store) || !json_is(lane, b->lane) || b->epoch < 1 ||
	    json_get(root, "events").type != JSON_ARRAY)
		return "bad_message";
	return fleet_is_back(b->hq, b->store, b->lane, b->epoch) ? "epoch_back" : NULL;
}

static void keep_place(struct batch *b)
{
	db_run(&b->hq->db,
	       "INSERT INTO taken (store, lane, epoch, seq, hash) VALUES (?, ?, ?, ?, ?)"
	       " ON CONFLICT (store, lane, epoch) DO UPDATE SET seq = excluded.seq,"
	       " hash = excluded.hash",
	       "ttiit", b->store, b->lane, b->epoch, b->seq, b->hash);
	/* It has what it said it wrote: not behind any more. */
	db_run(&b->hq->db,
	       "UPDATE lane SET behind_ms = 0 WHERE store = ? AND lane = ? AND epoch = ?"
	       " AND last_seq <= ? AND behind_ms <> 0",
	       "ttii", b->store, b->lane, b->epoch, b->seq);
}

bool ledger_remind(struct hq *hq, const char *store, const char *lane, int64_t epoch, int64_t acked)
{
	struct batch b = { .hq = hq, .store = store, .lane = lane, .epoch = epoch };

	load(&b);
	if (epoch < 1 || acked <= b.seq)
		return false;
	acknowledge(&b);
	return true;
}

void ledger_remind_older(struct hq *hq, const char *store, const char *lane, int64_t epoch)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT epoch, seq FROM taken WHERE store = ? AND lane = ?"
				     " AND epoch < ? ORDER BY epoch DESC LIMIT ?",
				     "ttii", store, lane, epoch, (int64_t)OLDER_MAX);

	while (db_row(&hq->db, q)) {
		struct batch b = { .hq = hq,
				   .store = store,
				   .lane = lane,
				   .epoch = db_int(q, 0),
				   .seq = db_int(q, 1) };

		acknowledge(&b);
	}
}

void ledger_tell_newest(struct hq *hq, const char *store, const char *lane)
{
	struct batch b = { .hq = hq, .store = store, .lane = lane };

	b.epoch = db_number(&hq->db, 0, "SELECT epoch FROM lane WHERE store = ? AND lane = ?", "tt",
			    store, lane);
	load(&b);
	if (b.epoch > 0)
		acknowledge(&b);
}

void ledger_up(struct hq *hq, const char *store, const char *lane, struct json root)
{
	struct batch b = { .hq = hq, .store = store, .lane = lane };
	char rejects[REJECTS_MAX];
	const char *alarm;
	int64_t before;
	bool whole;

	if (json_int(json_get(root, "epoch"), &b.epoch) < 0)
		b.epoch = 0;
	alarm = check_sender(&b, root);
	if (alarm) {
		hq_alarm(hq, store, lane, alarm, "up");
		return;
	}
	buf_init(&b.rejects, rejects, sizeof(rejects));
	db_begin(&hq->db);
	db_numbering(&hq->db);
	load(&b);
	before = b.seq;
	whole = take_all(&b, json_get(root, "events"));
	if (b.seq > before)
		keep_place(&b);
	stream_flush(hq);
	/* A cumulative number would also cover what the fork has under it. */
	if (whole || b.seq > before)
		acknowledge(&b);
}
