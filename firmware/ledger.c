// SPDX-License-Identifier: Apache-2.0
/* Events: chained, written in the transaction of their effect, published after its commit. */
#include <assert.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/figures.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/store/till.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

#define STUCK_MS      60000 /* several rounds of sending again */
#define ACK_NOTE_MS   1000  /* an acknowledgement is written down after so long at the latest... */
#define ACK_SHOW_MS   200   /* ...and shown */
#define SERVED_MS     1000  /* who did something is still there for so long */
#define KEEP_DAYS     30    /* of acknowledged events, at least: a restored HQ may want them */
#define KEEP_DAYS_MAX 3650
#define EPOCH_MAX     INT64_C(4102444800) /* 2100: no clock says later */
#define FRESH_BYTES   (1024 * 1024)	  /* published in one step; the rest follows in the next */
#define REJECTS_MAX   1000		  /* kept of one acknowledgement: so many tell enough */

void ledger_load(struct station *st)
{
	struct slice last;

	st->ledger = store_ledger(st->store);
	st->acked.noted = st->ledger.acked;
	/* The chain goes on from the newest event, whose text is the one truth about its hash. */
	if (st->ledger.last && !st->ledger.prev[0] &&
	    store_event_text(st->store, st->ledger.epoch, st->ledger.last, &last))
		hash_text(last, st->ledger.prev);
}

/* Policy `privacy`. What is no number of days is as if nothing was said. */
int64_t ledger_keep_days(struct station *st)
{
	const struct json retain = json_get(policy_get(st, "privacy"), "retain_days");
	const int64_t days = json_int_or(json_get(retain, "journal"), 0);

	return days >= KEEP_DAYS && days <= KEEP_DAYS_MAX ? days : KEEP_DAYS;
}

int64_t ledger_waiting(struct station *st)
{
	return store_waiting(st->store) - (st->ledger.acked - st->acked.noted);
}

struct ledger ledger_next_to_go(struct station *st)
{
	struct ledger l = store_ledger_waiting(st->store);

	if (l.epoch == st->ledger.epoch)
		l.acked = st->ledger.acked;
	return l;
}

void ledger_note_acked(struct station *st)
{
	if (st->acked.noted == st->ledger.acked ||
	    (!store_changed(st->store) && !st->stopping && station_mono(st) < st->acked.note_ms))
		return;
	store_acked(st->store, st->ledger.epoch, st->ledger.acked, &st->ledger);
	st->acked.noted = st->ledger.acked;
}

/* An acknowledgement alone is no reason for a commit: lost, HQ gives it again when the events come
 * again. Nor are screens painted for each of a hundred a second. */
static void take_acked(struct station *st, int64_t seq)
{
	const int64_t now = station_mono(st);

	if (st->acked.noted == st->ledger.acked)
		st->acked.note_ms = now + ACK_NOTE_MS;
	st->ledger.acked = seq;
	station_wake_at(st, st->acked.note_ms);
	if (seq == st->ledger.last || now >= st->acked.show_ms) {
		st->acked.show_ms = now + ACK_SHOW_MS;
		st->dirty = true;
	}
}

void ledger_open_epoch(struct station *st)
{
	int64_t epoch = station_now(st) / 1000;
	int64_t floor = store_meta(st->store, "epoch_floor", 0); /* known before a restore */

	if (floor < st->ledger.epoch)
		floor = st->ledger.epoch;
	if (epoch <= floor)
		epoch = floor + 1;
	/* The row of the epoch that ends says its last event, and by its hash what that was. */
	if (st->ledger.epoch)
		store_acked(st->store, st->ledger.epoch, st->ledger.acked, &st->ledger);
	store_ledger_open(st->store, epoch);
	ledger_load(st);
}

/*
 * HQ has events of this lane under an epoch this database never had: it is an older copy, and the
 * clock was too wrong for the epoch it opened. Under the old one HQ takes nothing, so the lane goes
 * on under one above. Once a life: were two machines this lane, they would raise it in turn.
 */
static bool raise_epoch(struct station *st, int64_t seen)
{
	if (seen <= st->ledger.epoch || seen > EPOCH_MAX || st->epoch_raised)
		return false;
	st->epoch_raised = true;
	store_meta_set(st->store, "epoch_floor", seen);
	log_warning(
		"HQ knows events of this lane under epoch %lld, above %lld: this database is an "
		"older copy; going on under a new epoch",
		(long long)seen, (long long)st->ledger.epoch);
	ledger_open_epoch(st);
	st->fresh_after = st->ledger.last;
	st->dirty = true;
	return true;
}

void ledger_number(struct station *st, const char *kind, char dst[NUMBER_TEXT_MAX])
{
	char marked[16];

	text_fmt(marked, sizeof(marked), "%s%s", st->real ? "SZK-" : "", kind);
	number_text(marked, store_number_next(st->store, kind, st->ledger.epoch), st->config->lane,
		    st->ledger.epoch, dst);
}

struct slice event_person(struct station *st, char memory[PERSON_MAX], const char *name,
			  const char *text)
{
	uint8_t random[8];
	char salt[17];
	struct buf b;

	if (!text[0])
		return (struct slice){ 0 };
	st->clock.random(st->clock.ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), salt);
	buf_init(&b, memory, PERSON_MAX);
	jw_open(&b, NULL, '{');
	jw_str(&b, "salt", salt);
	jw_str(&b, name, text);
	jw_close(&b, '}');
	assert(!b.overflow);
	return buf_read(&b);
}

struct buf event_begin(struct station *st)
{
	struct buf b;

	buf_init(&b, st->event_body, sizeof(st->event_body));
	buf_byte(&b, '{');
	return b;
}

int64_t event_end(struct station *st, const char *type, struct buf *body, struct slice person,
		  char ret_id[ULID_TEXT_MAX])
{
	char id[ULID_TEXT_MAX], at[TIME_TEXT_MAX], hash[HASH_TEXT_MAX];
	int64_t seq = st->ledger.last + 1;
	struct buf e;

	assert(!body->overflow);
	if (person.n) {
		hash_text(person, hash);
		jw_str(body, "person_hash", hash);
	}
	buf_byte(body, '}');
	ulid_make(&st->clock, id);
	time_format(station_now(st), at);
	buf_init(&e, st->event_text, sizeof(st->event_text));
	jw_open(&e, NULL, '{');
	jw_int(&e, "seq", seq);
	jw_str(&e, "id", id);
	jw_str(&e, "type", type);
	jw_str(&e, "at", at);
	jw_str(&e, "prev", st->ledger.prev);
	jw_raw(&e, "body", buf_read(body));
	jw_close(&e, '}');
	assert(!e.overflow); /* every text in a body is bounded where it comes in */
	hash_text(buf_read(&e), hash);
	if (!st->real) /* nobody is told of what is practised */
		store_event(st->store, st->ledger.epoch, seq, type, buf_read(&e), person);
	figures_own(st, type, buf_read(body));
	st->ledger.last = seq;
	memcpy(st->ledger.prev, hash, sizeof(st->ledger.prev));
	st->dirty = true;
	if (ret_id)
		memcpy(ret_id, id, ULID_TEXT_MAX);
	return seq;
}

enum batch_for { BATCH_FRESH, BATCH_AGAIN, BATCH_SIBLING };

/* One batch from `after` on as a message; the last seq in it. `more`: the next batch may
 * follow in this step, and then whether it will; or NULL. */
static int64_t publish(struct station *st, int64_t epoch, int64_t after, enum batch_for whom,
		       bool *more)
{
	struct door_out out = { .kind = OUT_UP,
				.up.again = whom == BATCH_AGAIN,
				.up.sibling = whom == BATCH_SIBLING };
	struct buf b = door_room(st->door, &out, UP_MESSAGE_MAX);
	int64_t last;

	jw_open(&b, NULL, '{');
	jw_str(&b, "store", st->config->store);
	jw_str(&b, "lane", st->config->lane);
	jw_int(&b, "epoch", epoch);
	jw_open(&b, "events", '[');
	last = store_batch(st->store, epoch, after, UP_MESSAGE_MAX - 8, &b);
	jw_close(&b, ']');
	jw_close(&b, '}');
	if (whom == BATCH_SIBLING && last <= after)
		return last;
	out.up.epoch = epoch;
	out.up.first = after + 1;
	out.up.last = b.overflow ? after : last;
	if (more)
		out.up.more = *more =
			*more && last > after && !b.overflow && !door_urgent(st->door);
	if (b.overflow)
		log_error("event %lld/%lld does not fit a message", (long long)epoch,
			  (long long)after + 1);
	door_emit_room(st->door, &out, last > after && !b.overflow ? b.len : 0);
	return last;
}

void ledger_publish_fresh(struct station *st)
{
	while (st->fresh_after < st->ledger.last && door_pending(st->door) < FRESH_BYTES) {
		int64_t last = publish(st, st->ledger.epoch, st->fresh_after, BATCH_FRESH, NULL);

		st->fresh_after = last > st->fresh_after ? last : st->ledger.last;
	}
	if (st->fresh_after < st->ledger.last)
		station_wake_at(st, station_mono(st));
	ledger_announce(st);
}

void ledger_announce(struct station *st)
{
	struct ledger l = ledger_next_to_go(st);
	struct door_out out = { .kind = OUT_ACKED };

	out.acked.epoch = l.epoch;
	out.acked.acked = l.acked;
	out.acked.last = l.last;
	out.acked.waiting = ledger_waiting(st);
	out.acked.served = st->served_ms && station_mono(st) - st->served_ms < SERVED_MS;
	door_emit(st->door, &out, (struct slice){ 0 });
}

bool ledger_stuck(const struct station *st)
{
	return st->unheard_ms && station_mono(st) - st->unheard_ms >= STUCK_MS;
}

/* Only HQ's own acknowledgement says that events arrive: a broker takes and drops what is too large
 * for it or not allowed, without a word. */
void ledger_tick(struct station *st)
{
	if (!station_hq_reachable(st) || ledger_waiting(st) == 0)
		st->unheard_ms = 0;
	else if (!st->unheard_ms)
		st->unheard_ms = station_mono(st);
	if (ledger_stuck(st) == st->stuck_told)
		return;
	st->stuck_told = !st->stuck_told;
	st->dirty = true;
	if (st->stuck_told)
		log_error("HQ is there and acknowledges no events: does the broker let this lane "
			  "publish on .../%s/up, and messages of 64 KiB through?",
			  st->config->lane);
	else
		log_notice("HQ takes events again");
}

void ledger_pull(struct station *st, int64_t epoch, int64_t after, int messages)
{
	bool more;

	do {
		more = --messages > 0 && door_pending(st->door) < FRESH_BYTES;
		after = publish(st, epoch, after, BATCH_AGAIN, &more);
		/* Nothing in this transaction can be lost, so the loop may send while we read. */
		if (more && !store_changed(st->store))
			door_flush(st->door);
	} while (more);
}

bool ledger_tell_again(struct station *st, int64_t epoch, int64_t after, int messages)
{
	while (messages-- > 0 && door_pending(st->door) < FRESH_BYTES) {
		const int64_t last = publish(st, epoch, after, BATCH_SIBLING, NULL);

		if (last <= after)
			return true;
		after = last;
	}
	return false;
}

void ledger_told(struct station *st, int64_t epoch, const char *lane, const char *ask)
{
	struct door_out out = { .kind = OUT_UP, .up.sibling = true, .up.told = true };
	const int64_t next = store_ledger_next(st->store, epoch);
	struct ledger l = { 0 };
	char memory[512];
	struct buf b;

	if (epoch == st->ledger.epoch)
		l = st->ledger;
	else
		store_ledger_of(st->store, epoch, &l);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "ask", "told");
	jw_str(&b, "id", ask);
	jw_str(&b, "lane", lane);
	jw_int(&b, "epoch", epoch);
	jw_int(&b, "last", l.last);
	if (next)
		jw_int(&b, "next", next);
	jw_close(&b, '}');
	door_emit(st->door, &out, buf_read(&b));
}

static void keep_rejects(struct station *st, int64_t epoch, struct slice reject)
{
	struct json list;
	struct json_walk w;
	struct ledger l;
	char reason[128];
	int kept = 0;

	if (reject.n == 0 || json_check(reject, &list) < 0 ||
	    !store_ledger_of(st->store, epoch, &l))
		return;
	for (w = json_walk(list); json_next(&w) && kept < REJECTS_MAX;) {
		int64_t seq = json_int_or(json_get(w.value, "seq"), 0);

		if (seq < 1 || seq > l.last)
			continue;
		kept++;
		if (json_string(json_get(w.value, "reason"), reason, sizeof(reason)) < 0)
			text_fmt(reason, sizeof(reason), "unknown");
		store_rejected(st->store, epoch, seq, slice_of(reason));
		log_warning("HQ rejects event %lld/%lld: %s", (long long)epoch, (long long)seq,
			    reason);
	}
}

void ledger_acked(struct station *st, int64_t epoch, int64_t seq, struct slice reject)
{
	struct ledger l;
	const bool known = store_ledger_of(st->store, epoch, &l);

	if (raise_epoch(st, epoch)) {
		ledger_announce(st);
		return;
	}
	if (known && epoch == st->ledger.epoch)
		l = st->ledger;

	/* Of an epoch before a restore HQ may have more than this database remembers. */
	if (known && epoch < st->ledger.epoch && seq > l.last)
		seq = l.last;
	/* Above what was sent: not ours to believe. Below what was acknowledged: HQ was restored
	 * and needs those again, which the window does by itself. */
	if (!known || seq < 0 || seq > l.last) {
		st->counters.acks_ignored++;
		log_warning("acknowledgement %lld/%lld is above what was sent: ignored",
			    (long long)epoch, (long long)seq);
		report_refused(st, slice_of("ack"), "above_sent");
		return;
	}
	keep_rejects(st, epoch, reject);
	if (epoch == st->ledger.epoch && seq != st->ledger.acked) {
		st->unheard_ms = 0;
		take_acked(st, seq);
	} else if (epoch != st->ledger.epoch && seq != l.acked) {
		st->unheard_ms = 0;
		store_acked(st->store, epoch, seq, &st->ledger);
		st->dirty = true;
	}
	if (seq < l.acked)
		letters_tell_lost(st);
	ledger_announce(st);
}
