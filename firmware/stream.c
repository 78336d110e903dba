// SPDX-License-Identifier: Apache-2.0
/*
 * The streams from HQ: cursors, gaps, snapshots. The broker may lose, repeat and reorder; what
 * is missing is asked for until HQ says that nothing is.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/station.h"

#define ASK_AGAIN_MS 4000	/* plus jitter: at most 5 s */
#define ASK_JITTER_MS 900
#define REPLAY_QUIET_MS 300	/* replays came, then silence: ask whether that was all */
#define DOUBT_AGAIN_MS 1000
#define DOUBT_ROUNDS 6 /* of asking: even where every fifth message is lost, one comes through */
#define REPLAY_BATCH 64		/* messages HQ sends an ask */
#define PARTS_PER_ASK 8

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

static void ask_parts(struct station *st, enum stream s, const struct shadow *sh)
{
	struct follow *f = &st->follow[s];
	char id[ULID_TEXT_MAX], memory[512];
	struct buf b = begin_ask(st, "part", id, memory, sizeof(memory));

	f->part_from = store_part_missing(st->store, s, 1);
	f->part_until = f->part_from + PARTS_PER_ASK - 1;
	if (f->part_until > sh->parts)
		f->part_until = sh->parts;
	jw_str(&b, "snapshot", sh->id);
	jw_str(&b, "stream", stream_name(s));
	jw_int(&b, "from", f->part_from);
	jw_int(&b, "count", f->part_until - f->part_from + 1);
	send_ask(st, &b);
}

static void ask_now(struct station *st, enum stream s)
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
		ask_parts(st, s, &sh);
	} else {
		struct cursor c = store_cursor(st->store, s);
		char id[ULID_TEXT_MAX], memory[512];
		struct buf b = begin_ask(st, "stream", id, memory, sizeof(memory));

		jw_str(&b, "stream", stream_name(s));
		jw_int(&b, "epoch", c.epoch);
		jw_int(&b, "after", c.seq);
		send_ask(st, &b);
	}
	station_wake_at(st, f->next_ask_ms);
}

static void ask_soon(struct station *st, enum stream s, int64_t in_ms)
{
	struct follow *f = &st->follow[s];
	int64_t at = station_mono(st) + in_ms;

	if (!f->wanted || at < f->next_ask_ms)
		f->next_ask_ms = at;
	f->wanted = true;
	station_wake_at(st, f->next_ask_ms);
}

void stream_link_up(struct station *st)
{
	for (int s = 0; s < STREAM_COUNT; s++)
		ask_now(st, (enum stream)s);
}

void stream_tick(struct station *st)
{
	for (int s = 0; s < STREAM_COUNT; s++) {
		struct follow *f = &st->follow[s];

		if (!f->wanted || !st->link_up)
			continue;
		if (station_mono(st) >= f->next_ask_ms)
			ask_now(st, (enum stream)s);
		else
			station_wake_at(st, f->next_ask_ms);
	}
}

/* `upto`: what HQ had heard of each lane when it wrote this. */
static void take_upto(struct station *st, enum stream s, struct slice upto)
{
	struct json object;
	char lane[ID_MAX + 1];

	if (upto.n == 0 || json_check(upto, &object) < 0)
		return;
	for (struct json_walk w = json_walk(object); json_next(&w);) {
		struct json_walk pair = json_walk(w.value);
		int64_t epoch, seq;

		if (json_string(w.name, lane, sizeof(lane)) < 0 || !id_valid(slice_of(lane)) ||
		    !json_next(&pair) ||
		    json_int(pair.value, &epoch) < 0 || !json_next(&pair) ||
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
	take_upto(st, s, upto);
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

static void apply_held(struct station *st, enum stream s, struct cursor *c)
{
	struct slice text;
	struct json message;

	while (store_held(st->store, s, c->epoch, c->seq + 1, &text) &&
	       text.n < sizeof(st->message)) {
		memcpy(st->message, text.p, text.n);
		if (json_check_loose((struct slice){ st->message, text.n }, &message) < 0)
			return;
		apply_message(st, s, c, c->seq + 1, json_text(json_get(message, "ops")),
			      json_text(json_get(message, "upto")));
	}
	store_unhold(st->store, s, c->epoch, c->seq);
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
	struct json list;

	return ops.n == 0 || json_check_loose(ops, &list) < 0 || json_count(list) == 0;
}

/* A replay was used: ask again at once when HQ's batch is spent, else when it falls silent. */
static void replay_came(struct station *st, enum stream s)
{
	struct follow *f = &st->follow[s];

	if (!f->wanted)
		return;
	if (++f->replayed >= REPLAY_BATCH)
		ask_now(st, s);
	else
		ask_soon(st, s, REPLAY_QUIET_MS);
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
		ask_now(st, d->stream);
		return true;
	}
	if (f->rounds == f->doubt.round)
		return true; /* the same message repeated */
	f->doubt.round = f->rounds;
	if (++f->doubt.seen >= DOUBT_ROUNDS)
		return false;
	ask_soon(st, d->stream, DOUBT_AGAIN_MS);
	return true;
}

static void on_ops(struct station *st, const struct door_down *d, struct slice payload)
{
	struct follow *f = &st->follow[d->stream];
	struct cursor c = store_cursor(st->store, d->stream);
	struct slice ops = span_of(payload, d->ops);
	bool empty = is_empty(ops);

	if (d->epoch != c.epoch) {
		if (d->epoch > c.epoch && !f->wanted) {
			ask_now(st, d->stream);
		} else if (d->epoch < c.epoch) {
			st->counters.down_old_epoch++;
			report_refused(st, slice_of(stream_name(d->stream)), "old_epoch");
		}
		return;
	}
	if (d->seq <= c.seq) {
		st->counters.down_dropped++;
		if (d->direct && empty && d->seq == c.seq)
			f->wanted = false;
		return;
	}
	if (doubtful_head(st, d, &c, empty))
		return;
	if (d->seq > c.seq + 1) {
		if (!empty || !d->direct)
			hold(st, d, payload);
		if (!f->wanted || (d->direct && empty))
			ask_now(st, d->stream);
		return;
	}
	apply_message(st, d->stream, &c, d->seq, ops, span_of(payload, d->upto));
	apply_held(st, d->stream, &c);
	if (d->direct)
		replay_came(st, d->stream);
}

static bool newer(int64_t epoch, int64_t seq, int64_t than_epoch, int64_t than_seq)
{
	return epoch > than_epoch || (epoch == than_epoch && seq > than_seq);
}

static void on_offer(struct station *st, const struct door_down *d, struct slice payload)
{
	struct shadow sh = { .epoch = d->epoch, .seq = d->seq, .parts = d->parts }, old;
	struct cursor c = store_cursor(st->store, d->stream);

	if (newer(c.epoch, c.seq, d->epoch, d->seq)) {
		if (d->epoch < c.epoch) {
			st->counters.down_old_epoch++;
			report_refused(st, slice_of(stream_name(d->stream)), "old_epoch");
		}
		return;
	}
	if (store_shadow(st->store, d->stream, &old)) {
		if (!strcmp(old.id, d->snapshot) || newer(old.epoch, old.seq, d->epoch, d->seq))
			return;
		store_gen_discard(st->store, old.gen);
		store_shadow_drop(st->store, d->stream);
	}
	if (d->parts < 1)
		return; /* a snapshot has at least one part, an empty one too */
	memcpy(sh.id, d->snapshot, sizeof(sh.id));
	sh.gen = store_gen_new(st->store);
	store_shadow_set(st->store, d->stream, &sh, span_of(payload, d->upto));
	ask_now(st, d->stream);
}

/* The snapshot is whole: it is the truth from this commit on. */
static void flip(struct station *st, enum stream s, const struct shadow *sh)
{
	struct cursor old = store_cursor(st->store, s);
	struct cursor c = { sh->epoch, sh->seq, sh->gen, sh->count, sh->sum };
	struct slice upto = store_shadow_upto(st->store, s);
	char id[ID_MAX + 1];

	/* What was applied meanwhile has gone into the shadow too. */
	if (old.epoch == c.epoch && old.seq > c.seq)
		c.seq = old.seq;
	if (old.gen)
		store_gen_discard(st->store, old.gen);
	if (old.epoch != c.epoch)
		store_upto_clear(st->store, s);
	take_upto(st, s, upto);
	store_cursor_set(st->store, s, &c);
	store_shadow_drop(st->store, s);
	log_notice("%s: snapshot of %lld records taken, at %lld/%lld", stream_name(s),
		   (long long)c.count, (long long)c.epoch, (long long)c.seq);
	if (s == STREAM_ORDERS) {
		store_guests_prune(st->store, c.gen);
		id[0] = '\0';
		while (store_contradicted_next(st->store, c.gen, id)) {
			order_conflict_check(st, slice_of(id));
			store_lookup_status(st->store, c.gen, slice_of(id), "collected");
		}
		for (int d = 0; d < DESK_COUNT; d++)
			if (st->desks[d].mode == MODE_PICKUP) {
				memcpy(id, st->desks[d].row.order, sizeof(id));
				order_changed(st, slice_of(id));
			}
	}
	apply_held(st, s, &c);
	st->dirty = st->queue_stale = st->lanes_stale = true;
	ask_now(st, s);
}

static void on_part(struct station *st, const struct door_down *d, struct slice payload)
{
	struct follow *f = &st->follow[d->stream];
	struct ops_target t = { .stream = d->stream, .epoch = d->epoch, .seq = d->seq };
	struct shadow sh;

	if (!store_shadow(st->store, d->stream, &sh) || strcmp(sh.id, d->snapshot) ||
	    d->epoch != sh.epoch || d->part < 1 || d->part > sh.parts ||
	    store_part_seen(st->store, d->stream, d->part)) {
		st->counters.down_dropped++;
		return;
	}
	t.gen = sh.gen;
	t.count = sh.count;
	t.sum = sh.sum;
	ops_apply(st, &t, span_of(payload, d->ops));
	sh.count = t.count;
	sh.sum = t.sum;
	store_shadow_count(st->store, d->stream, sh.count, sh.sum);
	store_part_mark(st->store, d->stream, d->part);
	if (store_part_count(st->store, d->stream) == sh.parts)
		flip(st, d->stream, &sh);
	else if (store_part_missing(st->store, d->stream, f->part_from) > f->part_until)
		ask_now(st, d->stream);
	else
		ask_soon(st, d->stream, ASK_AGAIN_MS);
}

static void on_gone(struct station *st, const struct door_down *d)
{
	struct shadow sh;

	if (!store_shadow(st->store, d->stream, &sh) || strcmp(sh.id, d->snapshot))
		return;
	store_gen_discard(st->store, sh.gen);
	store_shadow_drop(st->store, d->stream);
	ask_now(st, d->stream);
}

void stream_down(struct station *st, const struct door_down *d, struct slice payload)
{
	switch (d->what) {
	case DOWN_OPS:
		on_ops(st, d, payload);
		break;
	case DOWN_OFFER:
		on_offer(st, d, payload);
		break;
	case DOWN_PART:
		on_part(st, d, payload);
		break;
	case DOWN_GONE:
		on_gone(st, d);
		break;
	case DOWN_ANSWER:
		break; /* desks wait for it */
	}
}
