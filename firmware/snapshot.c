// SPDX-License-Identifier: Apache-2.0
/*
 * A stream from its beginning: parts are asked for at our own pace into a generation of records
 * that nobody sees, and the last one makes it the live one at once. A part is up to 1 MiB, more
 * than a person at the counter would wait for, so it goes in slices; see struct load.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/orders.h"
#include "firmware/station.h"
#include "firmware/streams.h"

#define PARTS_MAX	   8	     /* asked for and not here yet */
#define PARTS_BYTES	   (3 << 20) /* the door's queue takes no more */
#define PART_BYTES_ASSUMED (1 << 20) /* before one came */
#define GUESTS_PER_SLICE   50

static int32_t window_of(const struct follow *f)
{
	const size_t part = f->part_bytes ? f->part_bytes : PART_BYTES_ASSUMED;
	const size_t fit = PARTS_BYTES / part;

	return fit < 1 ? 1 : fit > PARTS_MAX ? PARTS_MAX : (int32_t)fit;
}

static void send_ask(struct station *st, enum stream s, const struct shadow *sh, int32_t from,
		     int32_t count)
{
	struct door_out out = { .kind = OUT_ASK };
	char id[ULID_TEXT_MAX], memory[512];
	struct buf b;

	ulid_make(&st->clock, id);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "ask", "part");
	jw_str(&b, "id", id);
	jw_str(&b, "snapshot", sh->id);
	jw_str(&b, "stream", stream_name(s));
	jw_int(&b, "from", from);
	jw_int(&b, "count", count);
	jw_close(&b, '}');
	door_emit(st->door, &out, buf_read(&b));
}

/* From the first that is missing on: at the beginning, and again when an ask brought nothing. */
void snapshot_ask(struct station *st, enum stream s, const struct shadow *sh)
{
	struct follow *f = &st->follow[s];
	const int32_t window = window_of(f);
	int32_t until;

	f->part_from = until = store_part_missing(st->store, s, 1);
	while (until - f->part_from + 1 < window && until < sh->parts &&
	       !store_part_seen(st->store, s, until + 1))
		until++;
	if (f->part_until < until)
		f->part_until = until;
	send_ask(st, s, sh, f->part_from, until - f->part_from + 1);
}

/* The next ones while the last ones are on their way, so that nothing ever waits for an ask. */
static void ask_ahead(struct station *st, enum stream s, const struct shadow *sh)
{
	struct follow *f = &st->follow[s];
	const int32_t window = window_of(f);
	int32_t coming, from = f->part_until + 1, count;

	f->part_from = store_part_missing(st->store, s, f->part_from < 1 ? 1 : f->part_from);
	coming = f->part_until - f->part_from + 1 -
		 store_parts_between(st->store, s, f->part_from, f->part_until);
	if (coming < 0 || from < f->part_from) {
		coming = 0;
		from = f->part_from;
	}
	while (from <= sh->parts && store_part_seen(st->store, s, from))
		from++;
	count = window - coming;
	if (from + count - 1 > sh->parts)
		count = sh->parts - from + 1;
	stream_ask_soon(st, s, ASK_AGAIN_MS);
	if (!st->link_up || coming > window / 2 || count < 1)
		return;
	f->part_until = from + count - 1;
	send_ask(st, s, sh, from, count);
}

static bool newer(int64_t epoch, int64_t seq, int64_t than_epoch, int64_t than_seq)
{
	return epoch > than_epoch || (epoch == than_epoch && seq > than_seq);
}

static void tell_desks(struct station *st)
{
	char id[ID_MAX + 1];

	for (int d = 0; d < DESK_COUNT; d++)
		if (st->desks[d].mode == MODE_PICKUP) {
			memcpy(id, st->desks[d].row.order, sizeof(id));
			order_changed(st, slice_of(id));
		}
}

/* The snapshot is whole: it is the truth from this commit on. Its records stand under the status
 * that this store's facts give them; conflicts are looked for later, a few at a time. */
static void flip(struct station *st, enum stream s, const struct shadow *sh)
{
	struct cursor old = store_cursor(st->store, s);
	struct cursor c = { sh->epoch, sh->seq, sh->gen, sh->count, sh->sum };
	struct slice upto = store_shadow_upto(st->store, s);

	/* What was applied meanwhile has gone into the shadow too. */
	if (old.epoch == c.epoch && old.seq > c.seq)
		c.seq = old.seq;
	if (old.gen)
		store_gen_discard(st->store, old.gen);
	if (old.epoch != c.epoch)
		store_upto_clear(st->store, s);
	stream_take_upto(st, s, upto);
	store_cursor_set(st->store, s, &c);
	store_shadow_drop(st->store, s);
	log_notice("%s: snapshot of %lld records taken, at %lld/%lld", stream_name(s),
		   (long long)c.count, (long long)c.epoch, (long long)c.seq);
	if (s == STREAM_ORDERS) {
		st->load.guests = true;
		st->load.guest[0] = '\0';
		tell_desks(st);
	}
	stream_look_for_held(st, s, &c);
	st->dirty = st->queue_stale = st->lanes_stale = true;
	stream_ask_now(st, s);
}

void snapshot_offer(struct station *st, const struct door_down *d, struct slice payload)
{
	struct shadow sh = { .epoch = d->epoch, .seq = d->seq, .parts = d->parts }, old;
	struct cursor c = store_cursor(st->store, d->stream);
	struct follow *f = &st->follow[d->stream];

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
	stream_resync_over(st, d->stream);
	memcpy(sh.id, d->snapshot, sizeof(sh.id));
	sh.gen = store_gen_new(st->store);
	store_shadow_set(st->store, d->stream, &sh, span_of(payload, d->upto));
	f->part_from = f->part_until = 0;
	f->part_bytes = 0;
	if (sh.parts < 1)
		flip(st, d->stream, &sh); /* of nothing: it is whole as it is */
	else
		stream_ask_now(st, d->stream);
}

void snapshot_drop_guests(struct station *st)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	struct record r;

	for (int i = 0; i < GUESTS_PER_SLICE && st->load.guests; i++) {
		st->load.guests = store_guest_next(st->store, st->load.guest);
		if (st->load.guests && store_record(st->store, gen, slice_of(st->load.guest), &r))
			store_guest_drop(st->store, slice_of(st->load.guest));
	}
}

static bool wanted(struct station *st, const struct door_down *d, struct shadow *ret_shadow)
{
	return store_shadow(st->store, d->stream, ret_shadow) &&
	       !strcmp(ret_shadow->id, d->snapshot) && d->epoch == ret_shadow->epoch &&
	       d->part >= 1 && d->part <= ret_shadow->parts &&
	       !store_part_seen(st->store, d->stream, d->part);
}

bool snapshot_cut(const struct station *st)
{
	return st->load.cut;
}

void snapshot_part(struct station *st, const struct door_down *d, struct slice payload)
{
	struct ops_target t = { .stream = d->stream, .epoch = d->epoch, .seq = d->seq };
	struct slice ops = span_of(payload, d->ops);
	struct follow *f = &st->follow[d->stream];
	struct load *load = &st->load;
	struct shadow sh;

	if (!load->cut)
		load->at = 0, load->rejects = 0;
	load->cut = false;
	if (!wanted(st, d, &sh)) {
		st->counters.down_dropped++;
		return;
	}
	t.gen = sh.gen;
	t.count = sh.count;
	t.sum = sh.sum;
	t.rejects = load->rejects;
	load->cut = !ops_apply_slice(st, &t, ops, &load->at);
	load->rejects = t.rejects;
	sh.count = t.count;
	sh.sum = t.sum;
	store_shadow_count(st->store, d->stream, sh.count, sh.sum);
	if (load->cut) {
		door_keep(st->door);
		return;
	}
	if (payload.n > f->part_bytes)
		f->part_bytes = payload.n;
	store_part_mark(st->store, d->stream, d->part);
	if (store_part_count(st->store, d->stream) == sh.parts)
		flip(st, d->stream, &sh);
	else
		ask_ahead(st, d->stream, &sh);
}

void snapshot_gone(struct station *st, const struct door_down *d)
{
	struct shadow sh;

	if (!store_shadow(st->store, d->stream, &sh) || strcmp(sh.id, d->snapshot))
		return;
	store_gen_discard(st->store, sh.gen);
	store_shadow_drop(st->store, d->stream);
	stream_ask_now(st, d->stream);
}
