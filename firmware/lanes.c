// SPDX-License-Identifier: Apache-2.0
/*
 * The other lanes of the store: what they did is heard on `up`, HQ or no HQ, and what was not
 * heard is asked of them. Until everything up to their newest event is heard, or HQ's records
 * have it, this lane is isolated: an order may be gone without its knowing.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/station.h"
#include "firmware/streams.h"

#define ASK_AGAIN_MS	4000 /* plus jitter: at most 5 s */
#define ASK_JITTER_MS	900
#define ASK_QUIET_MS	300 /* events came, then silence: ask for the rest */
#define ASKS_MAX	12  /* for what HQ has anyway; then it is gone there */
#define ANSWER_MESSAGES 16  /* of 64 KiB, an ask */

/* ---- who there is ---- */

bool lanes_several(struct station *st)
{
	struct json lanes = json_get(policy_get(st, "lanes"), "lanes");
	int64_t gen = store_cursor(st->store, STREAM_POLICY).gen;
	struct record r;

	if (st->real)
		return false; /* nobody else practises with it */
	if (lanes.type != JSON_ARRAY && gen &&
	    store_record(st->store, gen, slice_of("lanes"), &r) && r.state != RECORD_DELETED)
		return true;
	return json_count(lanes) > 1;
}

static bool listed(struct station *st, const char *lane)
{
	for (struct json_walk w = json_walk(json_get(policy_get(st, "lanes"), "lanes"));
	     json_next(&w);)
		if (json_is(json_get(w.value, "lane"), lane))
			return true;
	return false;
}

/* NULL when there are more lanes than any store has. */
static struct sibling *sibling_of(struct station *st, const char *lane)
{
	struct sibling *s;

	for (int i = 0; i < st->sibling_count; i++)
		if (strcmp(st->siblings[i].lane, lane) == 0)
			return &st->siblings[i];
	if (st->sibling_count == SIBLINGS_MAX)
		return NULL;
	s = &st->siblings[st->sibling_count++];
	*s = (struct sibling){ 0 };
	slice_copy(slice_of(lane), s->lane, sizeof(s->lane));
	return s;
}

/* ---- what is missing ---- */

/* Up to which of its events HQ's orders have them. */
static int64_t covered(struct station *st, const struct sibling *s)
{
	int64_t epoch, seq;

	if (!store_upto(st->store, STREAM_ORDERS, slice_of(s->lane), &epoch, &seq) ||
	    epoch < s->epoch)
		return 0;
	return epoch == s->epoch ? seq : INT64_MAX;
}

static bool behind(struct station *st, const struct sibling *s)
{
	const int64_t have = covered(st, s);

	return have < s->last &&
	       store_heard_from(st->store, slice_of(s->lane), s->epoch, have) < s->last;
}

/* The event behind which the first one is missing. */
struct gap {
	int64_t epoch, after;
};

/* Is all to be heard that this lane did, HQ's records notwithstanding, and from where on? States
 * do not tell when that is done: the broker's stored one may be of long ago, a lane that is gone
 * is online until its will comes, and none names an epoch before a restore. */
static bool listening(struct station *st, const struct sibling *s, struct gap *ret_gap)
{
	struct gap g;

	if (!store_listen(st->store, slice_of(s->lane), &g.epoch, &g.after))
		return false;
	g.epoch = g.epoch > 0 ? g.epoch : 1; /* no lane was known to have done anything */
	g.after = store_heard_from(st->store, slice_of(s->lane), g.epoch, g.after);
	*ret_gap = g;
	return true;
}

/* What has to be heard and was not; false: nothing. */
static bool missing(struct station *st, const struct sibling *s, struct gap *ret_gap)
{
	struct gap g;
	const bool listens = listening(st, s, &g);

	if (behind(st, s) && (!listens || g.epoch > s->epoch)) {
		g.epoch = s->epoch;
		g.after = store_heard_from(st->store, slice_of(s->lane), s->epoch, covered(st, s));
	} else if (!listens) {
		return false;
	}
	*ret_gap = g;
	return true;
}

static bool caught_up(struct station *st)
{
	for (int i = 0; i < st->sibling_count; i++) {
		const struct sibling *s = &st->siblings[i];

		if (s->online && listed(st, s->lane) && behind(st, s))
			return false;
	}
	return true;
}

bool lane_unheard(struct station *st)
{
	struct json key = { 0 };

	for (struct json_walk w = json_walk(json_get(policy_get(st, "lanes"), "lanes"));
	     json_next(&w);)
		if (json_is(json_get(w.value, "lane"), st->config->lane))
			key = json_get(w.value, "key");
	return !st->config->sign && key.type != JSON_NONE && key.type != JSON_NULL;
}

bool station_isolated(struct station *st)
{
	if (st->lanes_stale) {
		st->isolated =
			lanes_several(st) && (!st->link_up || lane_unheard(st) || !caught_up(st));
		st->lanes_stale = false;
	}
	return st->isolated;
}

/* Something changed by which a lane may be isolated or not. */
static void reconsider(struct station *st)
{
	const bool before = st->isolated;

	st->lanes_stale = true;
	if (station_isolated(st) != before)
		st->dirty = true;
}

/* What was asked before does not tell of what is done from now on. */
static void ask_anew(struct station *st, struct sibling *s)
{
	if (!s)
		return;
	s->ask[0] = '\0';
	if (!s->online || !st->link_up)
		return;
	s->ask_ms = station_mono(st) + ASK_QUIET_MS;
	station_wake_at(st, s->ask_ms);
}

void lanes_listen(struct station *st)
{
	for (struct json_walk w = json_walk(json_get(policy_get(st, "lanes"), "lanes"));
	     json_next(&w);) {
		char lane[ID_MAX + 1];
		int64_t epoch = 0, seq = 0;

		if (json_string(json_get(w.value, "lane"), lane, sizeof(lane)) <= 0 ||
		    strcmp(lane, st->config->lane) == 0)
			continue;
		store_upto(st->store, STREAM_ORDERS, slice_of(lane), &epoch, &seq);
		store_listen_add(st->store, slice_of(lane), epoch, seq);
		ask_anew(st, sibling_of(st, lane));
	}
}

/* ---- asking ---- */

static int64_t jitter(struct station *st)
{
	uint32_t r;

	st->clock.random(st->clock.ctx, &r, sizeof(r));
	return (int64_t)(r % ASK_JITTER_MS);
}

/* It has been heard up to the end of an epoch. */
static void listen_on(struct station *st, struct sibling *s, int64_t next)
{
	store_listen_drop(st->store, slice_of(s->lane));
	if (next > 0)
		store_listen_add(st->store, slice_of(s->lane), next, 0);
	else
		s->ask[0] = '\0';
}

/* What a lane lacks, with HQ's help or without, for good: told, and not asked for again. */
static void give_up(struct station *st, struct sibling *s, const struct gap *g)
{
	log_warning("lane %s does not say what it did after %lld/%lld; HQ has it", s->lane,
		    (long long)g->epoch, (long long)g->after);
	listen_on(st, s, g->epoch < s->epoch ? s->epoch : 0);
	s->asked = 0;
}

static void ask(struct station *st, struct sibling *s, const struct gap *g)
{
	struct door_out out = { .kind = OUT_ASK };
	char memory[512];
	struct buf b;

	if (!s->ask[0])
		ulid_make(&st->clock, s->ask);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "ask", "up");
	jw_str(&b, "id", s->ask);
	jw_str(&b, "lane", s->lane);
	jw_int(&b, "epoch", g->epoch);
	jw_int(&b, "after", g->after);
	jw_close(&b, '}');
	door_emit(st->door, &out, buf_read(&b));
	s->ask_ms = station_mono(st) + ASK_AGAIN_MS + jitter(st);
	station_wake_at(st, s->ask_ms);
}

/* Asked in vain too often for what HQ has, or for what was before the lane's own epoch? */
static bool in_vain(struct station *st, struct sibling *s, const struct gap *g)
{
	const bool again = g->after == s->asked_from && g->epoch == s->asked_epoch;

	s->asked = again ? s->asked + 1 : 0;
	s->asked_from = g->after;
	s->asked_epoch = g->epoch;
	return s->asked > ASKS_MAX && (g->epoch < s->epoch || !behind(st, s));
}

static void ask_what_is_missing(struct station *st, struct sibling *s)
{
	struct gap g;

	s->ask_ms = 0;
	if (!s->online || !st->link_up || !missing(st, s, &g))
		return;
	if (in_vain(st, s, &g)) {
		give_up(st, s, &g);
		if (!missing(st, s, &g))
			return;
	}
	ask(st, s, &g);
}

void lane_told(struct station *st, const struct door_event *e)
{
	struct sibling *s = sibling_of(st, e->told.lane);
	struct gap g;

	if (!s || !s->ask[0] || strcmp(e->told.ask, s->ask) != 0 || !listening(st, s, &g) ||
	    g.epoch != e->told.epoch || g.after < e->told.last)
		return;
	listen_on(st, s, e->told.next);
	ask_what_is_missing(st, s);
}

void lane_state(struct station *st, const struct door_event *e)
{
	struct sibling *s = sibling_of(st, e->lane.lane);
	const int64_t last = e->lane.acked + e->lane.outbox;

	/* A state of an earlier connection is old news, the late will of one above all. */
	if (!s || e->lane.epoch < s->epoch || (e->lane.epoch == s->epoch && e->lane.conn < s->conn))
		return;
	if (e->lane.epoch > s->epoch || (e->lane.conn > s->conn && e->lane.online))
		s->last = 0;
	s->epoch = e->lane.epoch;
	s->conn = e->lane.conn;
	s->online = e->lane.online;
	/* States of a connection overtake each other; what a lane has done it does not undo. */
	if (s->online && last > s->last)
		s->last = last;
	if (s->online && s->ask_ms == 0)
		ask_what_is_missing(st, s);
	reconsider(st);
}

void lanes_link(struct station *st)
{
	/* Who is there is told anew, maybe before it is known here that the line is up; until then
	 * nobody is known to be. */
	for (int i = 0; i < st->sibling_count; i++) {
		struct sibling *s = &st->siblings[i];

		s->online = s->online && st->link_up;
		s->ask_ms = 0;
		if (s->online)
			ask_what_is_missing(st, s);
	}
	reconsider(st);
}

void lanes_tick(struct station *st)
{
	const int64_t now = station_mono(st);

	for (int i = 0; i < st->sibling_count; i++) {
		struct sibling *s = &st->siblings[i];

		if (s->ask_ms && now >= s->ask_ms)
			ask_what_is_missing(st, s);
		else if (s->ask_ms)
			station_wake_at(st, s->ask_ms);
	}
	reconsider(st);
}

/* ---- hearing, and being asked ---- */

static void hear(struct station *st, struct origin *o, struct json e)
{
	char id[ID_MAX + 1], type[64], at[48];

	if (json_string(json_get(e, "id"), id, sizeof(id)) <= 0 ||
	    json_string(json_get(e, "type"), type, sizeof(type)) <= 0)
		return;
	o->event = id;
	o->at_ms = station_now(st);
	if (json_string(json_get(e, "at"), at, sizeof(at)) > 0)
		time_parse(slice_of(at), &o->at_ms);
	effect_apply(st, o, type, json_get(e, "body"));
}

void lane_events(struct station *st, const struct door_event *e, struct slice payload)
{
	struct sibling *s = sibling_of(st, e->up.lane);
	struct json events;
	int64_t seq;

	if (!s || json_check(span_of(payload, e->up.events), &events) < 0)
		return;
	for (struct json_walk w = json_walk(events); json_next(&w);) {
		struct origin o = { .lane = s->lane,
				    .epoch = e->up.epoch,
				    .person = json_get(w.value, "person") };

		if (json_int(json_get(json_get(w.value, "e"), "seq"), &seq) < 0 || seq < 1 ||
		    store_heard(st->store, slice_of(s->lane), e->up.epoch, seq))
			continue;
		o.seq = seq;
		store_heard_add(st->store, slice_of(s->lane), e->up.epoch, seq, seq);
		hear(st, &o, json_get(w.value, "e"));
	}
	if (s->ask_ms) {
		s->ask_ms = station_mono(st) + ASK_QUIET_MS;
		station_wake_at(st, s->ask_ms);
	}
	reconsider(st);
}

void lane_again(struct station *st, const struct door_event *e)
{
	if (ledger_tell_again(st, e->again.epoch, e->again.after, ANSWER_MESSAGES) &&
	    e->again.ask[0] && e->again.epoch <= st->ledger.epoch)
		ledger_told(st, e->again.epoch, e->again.lane, e->again.ask);
}
