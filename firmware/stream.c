// SPDX-License-Identifier: Apache-2.0
/*
 * The streams from HQ: cursors, gaps, snapshots. The broker may lose, repeat and reorder; what
 * is missing is asked for until HQ says that nothing is.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/station.h"
#include "firmware/streams.h"

#define ASK_JITTER_MS	900
#define REPLAY_QUIET_MS 300 /* replays came, then silence: ask whether that was all */
#define DOUBT_AGAIN_MS	1000
#define DOUBT_ROUNDS	6 /* of asking: even where every fifth message is lost, one comes through */
#define VAIN_FREE	2 /* answers without what was asked for until asking slows down */
#define REPLAY_BATCH	64 /* messages HQ sends an ask */

static int64_t jitter(struct station *st, int64_t max)
{
	uint32_t r;

	st->clock.random(st->clock.ctx, &r, sizeof(r));
	return (int64_t)(r % (uint32_t)max);
}

static void send_ask(struct station *st, struct buf *b)
{
	struct door_out out = { .kind = OUT_ASK };

	jw_close(b, '}');
	door_emit(st->door, &out, buf_read(b));
}

static struct buf begin_ask(struct station *st, const char *what, char ret_id[ULID_TEXT_MAX],
			    char *memory, size_t cap)
{
	struct buf b;

	ulid_make(&st->clock, ret_id);
	buf_init(&b, memory, cap);
	jw_open(&b, NULL, '{');
	jw_str(&b, "ask", what);
	jw_str(&b, "id", ret_id);
	return b;
}

void stream_ask_order(struct station *st, const char *order, char ret_ask[ULID_TEXT_MAX])
{
	char memory[256];
	struct buf b = begin_ask(st, "order", ret_ask, memory, sizeof(memory));

	jw_str(&b, "order", order);
	send_ask(st, &b);
}

void stream_ask_grant(struct station *st, const char *member, int64_t points, const char *order,
		      char ask[ULID_TEXT_MAX])
{
	char memory[512];
	struct buf b;

	if (!ask[0])
		ulid_make(&st->clock, ask);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "ask", "grant");
	jw_str(&b, "id", ask);
	jw_str(&b, "member", member);
	jw_int(&b, "points", points);
	jw_str(&b, "order", order);
	send_ask(st, &b);
}

/* HQ has commanded that the stream be taken anew, and no snapshot of it was begun since. */
static const char *resync_key(enum stream s, char memory[32])
{
	text_fmt(memory, 32, "resync_%s", stream_name(s));
	return memory;
}

static bool resyncs(struct station *st, enum stream s)
{
	char key[32];

	return store_meta(st->store, resync_key(s, key), 0) != 0;
}

void stream_ask_now(struct station *st, enum stream s)
{
	struct follow *f = &st->follow[s];
	struct shadow sh;

	f->wanted = true;
	f->replayed = 0;
	f->rounds++;
	if (!st->link_up)
		return;
	f->next_ask_ms = station_mono(st) + ASK_AGAIN_MS + jitter(st, ASK_JITTER_MS);
	if (store_shadow(st->store, s, &sh)) {
		snapshot_ask(st, s, &sh);
	} else {
		struct cursor c = store_cursor(st->store, s);
		char id[ULID_TEXT_MAX], memory[512];
		struct buf b = begin_ask(st, "stream", id, memory, sizeof(memory));

		/* As a new station asks: HQ offers a snapshot. */
		if (resyncs(st, s))
			c.epoch = c.seq = 0;
		jw_str(&b, "stream", stream_name(s));
		jw_int(&b, "epoch", c.epoch);
		jw_int(&b, "after", c.seq);
		send_ask(st, &b);
	}
	station_wake_at(st, f->next_ask_ms);
}

void stream_ask_soon(struct station *st, enum stream s, int64_t in_ms)
{
	struct follow *f = &st->follow[s];
	int64_t at = station_mono(st) + in_ms;

	if (!f->wanted || at < f->next_ask_ms)
		f->next_ask_ms = at;
	f->wanted = true;
	station_wake_at(st, f->next_ask_ms);
}

void stream_resync(struct station *st, enum stream s)
{
	struct shadow sh;
	char key[32];

	/* A snapshot that is on its way brings the stream anew already. */
	if (!store_shadow(st->store, s, &sh))
		store_meta_set(st->store, resync_key(s, key), 1);
	stream_ask_now(st, s);
}

void stream_resync_over(struct station *st, enum stream s)
{
	char key[32];

	if (resyncs(st, s))
		store_meta_set(st->store, resync_key(s, key), 0);
}

void stream_link_up(struct station *st)
{
	for (int s = 0; s < STREAM_COUNT; s++)
		stream_ask_now(st, (enum stream)s);
}

void stream_tick(struct station *st)
{
	for (int s = 0; s < STREAM_COUNT; s++) {
		struct follow *f = &st->follow[s];

		if (!f->wanted || !st->link_up)
			continue;
		if (station_mono(st) >= f->next_ask_ms)
			stream_ask_now(st, (enum stream)s);
		else
			station_wake_at(st, f->next_ask_ms);
	}
}

/* `upto`: what HQ had heard of each lane when it wrote this. */
void stream_take_upto(struct station *st, enum stream s, struct slice upto)
{
	struct json object;
	char lane[ID_MAX + 1];

	if (upto.n == 0 || json_check(upto, &object) < 0)
		return;
	for (struct json_walk w = json_walk(object); json_next(&w);) {
		struct json_walk pair = json_walk(w.value);
		int64_t epoch, seq;

		if (json_string(w.name, lane, sizeof(lane)) < 0 || !id_valid(slice_of(lane)) ||
		    !json_next(&pair) || json_int(pair.value, &epoch) < 0 || !json_next(&pair) ||
		    json_int(pair.value, &seq) < 0)
			continue;
		store_upto_set(st->store, s, slice_of(lane), epoch, seq);
		if (s == STREAM_STOCK)
			store_stock_deltas_covered(st->store, slice_of(lane), epoch, seq);
	}
}

/* A live message above a snapshot that is still coming belongs to that one too, or the flip would
 * take it back. */
static void apply_to_shadow(struct station *st, enum stream s, int64_t epoch, int64_t seq,
			    struct slice ops)
{
	struct ops_target t = { .stream = s, .epoch = epoch, .seq = seq, .quiet = true };
	struct shadow sh;

	if (!store_shadow(st->store, s, &sh) || sh.epoch != epoch || seq <= sh.seq)
		return;
	t.gen = sh.gen;
	t.count = sh.count;
	t.sum = sh.sum;
	ops_apply(st, &t, ops);
	store_shadow_count(st->store, s, t.count, t.sum);
}

static void apply_message(struct station *st, enum stream s, struct cursor *c, int64_t seq,
			  struct slice ops, struct slice upto)
{
	struct ops_target t = { .stream = s, .epoch = c->epoch, .seq = seq, .live = true };

	t.gen = c->gen;
	t.count = c->count;
	t.sum = c->sum;
	stream_take_upto(st, s, upto);
	ops_apply(st, &t, ops);
	apply_to_shadow(st, s, c->epoch, seq, ops);
	c->seq = seq;
	c->count = t.count;
	c->sum = t.sum;
	store_cursor_set(st->store, s, c);
	st->lanes_stale = true;
	st->counters.down_applied++;
	st->dirty = true;
}

/* Is the next message here already? What the cursor covers is held for nothing. */
void stream_look_for_held(struct station *st, enum stream s, const struct cursor *c)
{
	struct slice text;

	store_unhold(st->store, s, c->epoch, c->seq);
	st->load.held[s] = store_held(st->store, s, c->epoch, c->seq + 1, &text);
}

static void apply_held(struct station *st, enum stream s)
{
	struct cursor c = store_cursor(st->store, s);
	struct json message;
	struct slice text;

	st->load.held[s] = false;
	if (!store_held(st->store, s, c.epoch, c.seq + 1, &text) || text.n >= sizeof(st->message))
		return;
	memcpy(st->message, text.p, text.n);
	message = json_accepted((struct slice){ st->message, text.n });
	apply_message(st, s, &c, c.seq + 1, json_text(json_get(message, "ops")),
		      json_text(json_get(message, "upto")));
	stream_look_for_held(st, s, &c);
}

bool stream_busy(const struct station *st)
{
	for (int s = 0; s < STREAM_COUNT; s++)
		if (st->load.held[s])
			return true;
	return st->load.guests;
}

void stream_work(struct station *st)
{
	for (int s = 0; s < STREAM_COUNT; s++)
		if (st->load.held[s]) {
			apply_held(st, (enum stream)s);
			return;
		}
	if (st->load.guests)
		snapshot_drop_guests(st);
}

static void hold(struct station *st, const struct door_down *d, struct slice payload)
{
	struct slice ops = span_of(payload, d->ops), upto = span_of(payload, d->upto);
	struct buf b;

	buf_init(&b, st->message, sizeof(st->message));
	jw_open(&b, NULL, '{');
	if (upto.n)
		jw_raw(&b, "upto", upto);
	jw_raw(&b, "ops", ops.n ? ops : slice_of("[]"));
	jw_close(&b, '}');
	if (!b.overflow)
		store_hold(st->store, d->stream, d->epoch, d->seq, buf_read(&b));
}

static bool is_empty(struct slice ops)
{
	struct json_walk w = json_walk(json_accepted(ops));

	return !json_next(&w);
}

/* A replay was used: ask again at once when HQ's batch is spent, else when it falls silent. */
static void replay_came(struct station *st, enum stream s)
{
	struct follow *f = &st->follow[s];

	if (!f->wanted)
		return;
	if (++f->replayed >= REPLAY_BATCH)
		stream_ask_now(st, s);
	else
		stream_ask_soon(st, s, REPLAY_QUIET_MS);
}

/*
 * An empty message sent directly is most often HQ's word that nothing is missing. When it stands
 * just above the cursor it is either a real message without ops or a head whose message was lost
 * on the way. Asking tells, because then the lost one comes first; but the pipe repeats and loses,
 * so it is believed only when many rounds of asking brought nothing else.
 */
static bool doubtful_head(struct station *st, const struct door_down *d, const struct cursor *c,
			  bool empty)
{
	struct follow *f = &st->follow[d->stream];

	if (!d->direct || !empty || d->seq != c->seq + 1)
		return false;
	if (f->doubt.epoch != d->epoch || f->doubt.seq != d->seq) {
		f->doubt.epoch = d->epoch;
		f->doubt.seq = d->seq;
		f->doubt.seen = 0;
		f->doubt.round = f->rounds;
		stream_ask_now(st, d->stream);
		return true;
	}
	if (f->rounds == f->doubt.round)
		return true; /* the same message repeated */
	f->doubt.round = f->rounds;
	if (++f->doubt.seen >= DOUBT_ROUNDS)
		return false;
	stream_ask_soon(st, d->stream, DOUBT_AGAIN_MS);
	return true;
}

/* HQ has answered, and what comes next here was not among it. It was lost, once or twice; what the
 * broker never lets through must not be asked for as fast as HQ answers. */
static void ask_for_the_rest(struct station *st, enum stream s)
{
	struct follow *f = &st->follow[s];

	if (!f->wanted || ++f->vain <= VAIN_FREE)
		stream_ask_now(st, s);
}

static void on_ops(struct station *st, const struct door_down *d, struct slice payload)
{
	struct follow *f = &st->follow[d->stream];
	struct cursor c = store_cursor(st->store, d->stream);
	struct slice ops = span_of(payload, d->ops);
	struct shadow coming;
	bool empty = is_empty(ops);

	if (d->epoch != c.epoch) {
		if (d->epoch > c.epoch && !f->wanted) {
			stream_ask_now(st, d->stream);
		} else if (d->epoch < c.epoch) {
			st->counters.down_old_epoch++;
			report_refused(st, slice_of(stream_name(d->stream)), "old_epoch");
		}
		return;
	}
	if (d->seq <= c.seq) {
		st->counters.down_dropped++;
		/* A late one says nothing about a snapshot that is on its way. */
		if (d->direct && empty && d->seq == c.seq &&
		    !store_shadow(st->store, d->stream, &coming))
			f->wanted = false;
		return;
	}
	if (doubtful_head(st, d, &c, empty))
		return;
	if (d->seq > c.seq + 1) {
		if (!empty || !d->direct)
			hold(st, d, payload);
		if (!f->wanted || (d->direct && empty))
			ask_for_the_rest(st, d->stream);
		return;
	}
	f->vain = 0;
	apply_message(st, d->stream, &c, d->seq, ops, span_of(payload, d->upto));
	stream_look_for_held(st, d->stream, &c);
	if (d->direct)
		replay_came(st, d->stream);
}

void stream_down(struct station *st, const struct door_down *d, struct slice payload)
{
	switch (d->what) {
	case DOWN_OPS:
		on_ops(st, d, payload);
		break;
	case DOWN_OFFER:
		snapshot_offer(st, d, payload);
		break;
	case DOWN_PART:
		snapshot_part(st, d, payload);
		break;
	case DOWN_GONE:
		snapshot_gone(st, d);
		break;
	case DOWN_ANSWER:
	case DOWN_GRANT:
		break; /* desks wait for it */
	}
}
