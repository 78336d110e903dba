// SPDX-License-Identifier: Apache-2.0
/*
 * What time it is. The machine's wall clock may be wrong by years, jump and step back; HQ's beats
 * carry its time. Nothing is ordered by time, but codes run out by it, and people read it.
 *
 * station_now() is the monotonic clock plus a base. The base follows the wall clock, or HQ's time
 * where the two are apart by more than CORRECT_MS. When the base jumps, what is under way (locks,
 * sessions, presses, arrivals) is moved along, so that it lasts as long as it was meant to.
 */
#include <stdlib.h>

#include "firmware/base/log.h"
#include "firmware/ledger.h"
#include "firmware/station.h"

#define CORRECT_MS	 2000
#define NOISE_MS	 50	      /* the two clocks are not read at once */
#define SHOWN_MS	 60000	      /* off by more than this: people are told */
#define KEEP_MS		 (600 * 1000) /* HQ's time is written down so often */
#define LATE_BEATS	 3
#define JUMP_TOLD_MS	 60000
#define PLAUSIBLE_MIN_MS INT64_C(1577836800000) /* 2020 */
#define PLAUSIBLE_MAX_MS INT64_C(4102444800000) /* 2100 */

static int64_t wall(const struct station *st)
{
	return st->clock.wall_ms(st->clock.ctx);
}

int64_t station_now(const struct station *st)
{
	return station_mono(st) + st->clocks.base_ms;
}

/* HQ's time minus the monotonic clock. A beat is late by as long as it was under way, never
 * early, so the largest of the last few is the nearest. */
static int64_t hq_base(const struct clocks *c)
{
	int64_t most = c->beats[0];

	for (int i = 1; i < c->beat_count; i++)
		most = c->beats[i] > most ? c->beats[i] : most;
	return most;
}

bool clocks_hq_known(const struct station *st)
{
	return st->clocks.beat_count > 0;
}

int64_t clocks_offset(const struct station *st)
{
	const struct clocks *c = &st->clocks;

	return wall(st) - station_mono(st) - (c->beat_count ? hq_base(c) : c->base_ms);
}

/* Before the first beat of this life: by the last life's difference, if that leads to a time
 * HQ's clock has not shown already, else the wall clock. */
static int64_t base_at_start(struct station *st)
{
	const int64_t seen = store_meta(st->store, "hq_time", 0);
	/* A restored copy's difference is of another day, and perhaps of another machine. */
	const int64_t offset =
		store_meta(st->store, "restored", 0) ? 0 : store_meta(st->store, "hq_offset", 0);
	const int64_t now = wall(st), corrected = now + offset;
	int64_t best = now;

	/* A clock that was behind and is not any more has been set right meanwhile. */
	if (offset > CORRECT_MS && now < seen)
		best = corrected;
	if (offset < -CORRECT_MS && corrected >= seen)
		best = corrected;
	if (best < seen)
		best = seen; /* it is later than HQ said last, whatever the clock says */
	return best - station_mono(st);
}

/* In whole minutes, so that screens are quiet. */
static void show(struct station *st)
{
	const int64_t off = clocks_offset(st) / SHOWN_MS * (SHOWN_MS / 1000);

	if (off == st->clocks.shown_s)
		return;
	st->clocks.shown_s = off;
	st->dirty = true;
}

void clocks_start(struct station *st)
{
	struct clocks *c = &st->clocks;

	*c = (struct clocks){ .wall_base_ms = wall(st) - station_mono(st) };
	c->base_ms = base_at_start(st);
	c->start_mono_ms = station_mono(st);
	c->beat_n = c->beat_noted = clocks_first_beat(st) - 1;
	show(st);
}

static void tell_jump(struct station *st, int64_t now)
{
	struct clocks *c = &st->clocks;
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
	struct buf b;

	c->jump_told_ms = now;
	if (llabs(c->wall_base_ms - c->jump_from_ms) <= CORRECT_MS) {
		c->jumped = false; /* there and back */
		return;
	}
	time_format(c->jump_from_ms + now, from);
	time_format(c->wall_base_ms + now, to);
	c->jumped = false;
	log_warning("the clock has jumped from %s to %s", from, to);
	b = event_begin(st);
	jw_str(&b, "from", from);
	jw_str(&b, "to", to);
	event_end(st, "clock.jumped", &b, (struct slice){ 0 }, NULL);
}

/* Did somebody set the wall clock? At most one event a minute tells of it, from where it was to
 * where it is then. */
static void watch_wall(struct station *st)
{
	struct clocks *c = &st->clocks;
	const int64_t now = station_mono(st);
	int64_t base = wall(st) - now;

	if (llabs(base - c->wall_base_ms) < NOISE_MS)
		base = c->wall_base_ms;
	if (llabs(base - c->wall_base_ms) > CORRECT_MS && !c->jumped) {
		c->jumped = true;
		c->jump_from_ms = c->wall_base_ms;
	}
	c->wall_base_ms = base;
	if (!c->jumped)
		return;
	if (!c->jump_told_ms || now - c->jump_told_ms >= JUMP_TOLD_MS)
		tell_jump(st, now);
	else
		station_wake_at(st, c->jump_told_ms + JUMP_TOLD_MS);
}

static void move_base(struct station *st, int64_t base)
{
	struct clocks *c = &st->clocks;
	const int64_t by = base - c->base_ms, before = station_now(st);

	c->base_ms = base;
	if (llabs(by) > CORRECT_MS) {
		store_times_move(st->store, before, by);
		st->queue_stale = true;
	}
}

/* Nobody but the wall clock to ask: when it was set it is believed, though not against what HQ
 * has said in an earlier life. */
static int64_t base_alone(struct station *st, int64_t wall_moved)
{
	struct clocks *c = &st->clocks;
	int64_t least;

	if (llabs(wall_moved) <= CORRECT_MS)
		return c->base_ms + wall_moved;
	least = store_meta(st->store, "hq_time", 0) - c->start_mono_ms;
	return c->wall_base_ms > least ? c->wall_base_ms : least;
}

void clocks_look(struct station *st)
{
	struct clocks *c = &st->clocks;
	const int64_t before = c->wall_base_ms;
	int64_t base;

	watch_wall(st);
	if (c->beat_count == 0)
		base = base_alone(st, c->wall_base_ms - before);
	else if (llabs(hq_base(c) - c->wall_base_ms) > CORRECT_MS)
		base = hq_base(c);
	else
		base = c->wall_base_ms;
	move_base(st, base);
	show(st);
}

/* Written down now and then, not with every beat. */
static void keep(struct station *st)
{
	struct clocks *c = &st->clocks;
	const int64_t now = station_mono(st), offset = -clocks_offset(st);

	if (c->kept && llabs(offset - c->kept_offset_ms) <= CORRECT_MS &&
	    now - c->kept_ms < KEEP_MS)
		return;
	c->kept = true;
	c->kept_ms = now;
	c->kept_offset_ms = offset;
	store_meta_set(st->store, "hq_offset", offset);
	store_meta_set(st->store, "hq_time", now + hq_base(c));
}

/* A beat that is late says little, until it is the rule: then HQ's clock was set back. One that
 * is early can only mean that the others were late, or that it was set forward. */
static bool starts_anew(struct clocks *c, int64_t sample)
{
	const int64_t apart = c->beat_count ? sample - hq_base(c) : 0;

	c->late_beats = apart < -CORRECT_MS ? c->late_beats + 1 : 0;
	return apart > CORRECT_MS || c->late_beats >= LATE_BEATS;
}

void clocks_beat(struct station *st, int64_t at_ms)
{
	struct clocks *c = &st->clocks;
	const int64_t sample = at_ms - station_mono(st);

	if (at_ms < PLAUSIBLE_MIN_MS || at_ms > PLAUSIBLE_MAX_MS)
		return;
	if (starts_anew(c, sample)) {
		c->beat_count = 0;
		c->late_beats = 0;
	}
	if (c->late_beats)
		return;
	if (c->beat_count == 0)
		c->beat_next = 0;
	c->beats[c->beat_next++ % CLOCK_BEATS] = sample;
	if (c->beat_count < CLOCK_BEATS)
		c->beat_count++;
	clocks_look(st);
	keep(st);
}

int64_t clocks_first_beat(const struct station *st)
{
	return store_meta(st->store, "hq_beat", -1) + 1;
}

/* With what else is written, and now and then without: a beat alone is no reason for a commit. */
void clocks_note_beat(struct station *st)
{
	struct clocks *c = &st->clocks;
	const int64_t now = station_mono(st);

	if (c->beat_n == c->beat_noted ||
	    (now < c->beat_note_ms && !st->stopping && !store_changed(st->store)))
		return;
	store_meta_set(st->store, "hq_beat", c->beat_n < INT64_MAX ? c->beat_n : INT64_MAX - 1);
	c->beat_noted = c->beat_n;
	c->beat_note_ms = now + KEEP_MS;
}

bool clocks_settled(const struct station *st)
{
	return clocks_hq_known(st) ||
	       station_mono(st) - st->clocks.start_mono_ms > 24 * 3600 * INT64_C(1000);
}
