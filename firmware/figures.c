// SPDX-License-Identifier: Apache-2.0
/* Counting: what events add, and for how long this lane was cut off. */
#include "firmware/figures.h"

#include <string.h>

#include "firmware/counter/figures.h"
#include "firmware/orders.h"
#include "firmware/prep.h"
#include "firmware/store/figure.h"

#define OFFLINE_NOTE_MS	 60000 /* what is lost of it, at most, when the power goes */
#define OFFLINE_LEAST_MS 1000

void figures_start(struct station *st)
{
	st->figures.next_day = store_meta(st->store, "figures_next", 0);
}

void figures_keep(struct station *st, const char *lane, int64_t day, int hour,
		  const struct tally *add)
{
	struct station_figures *f = &st->figures;

	store_figures_add(st->store, day, hour, lane, add);
	f->stale = f->stale || day == f->day || day == f->day - 7;
	if (strcmp(lane, st->config->lane) != 0)
		return;
	if (day < f->next_day)
		store_figures_stale(st->store, lane, day);
	tally_add_all(&f->since, add);
	f->metrics_stale = true;
}

/* Has that lane told of the day since, so that this event is in what it told? */
static bool is_told(struct station *st, const struct origin *o, int64_t day)
{
	struct figures_told told;

	return store_figures_told(st->store, o->lane, day, &told) &&
	       (o->epoch < told.epoch || (o->epoch == told.epoch && o->seq <= told.seq));
}

void figures_own(struct station *st, const char *type, struct slice body)
{
	struct tally *add = &st->figures.work;
	const int64_t now = station_now(st);
	struct json root;
	int hour;
	const int64_t day = figures_day(now, &hour);

	if (st->real || !figures_counts(type) || json_check(body, &root) < 0)
		return;
	add->count = 0;
	figures_add(add, type, root, st->config->lane, now);
	if (add->count)
		figures_keep(st, st->config->lane, day, hour, add);
}

void figures_heard(struct station *st, const struct origin *o, const char *type, struct json body)
{
	struct tally *add = &st->figures.work;
	int hour;
	const int64_t day = figures_day(o->at_ms, &hour);

	if (strcmp(type, "day.figures") == 0) {
		figures_heard_day(st, o, body);
		return;
	}
	if (!figures_counts(type) || is_told(st, o, day))
		return;
	add->count = 0;
	figures_add(add, type, body, o->lane, o->at_ms);
	if (add->count)
		figures_keep(st, o->lane, day, hour, add);
}

/* ---- what events have to say for that ---- */

void figures_opened(struct station *st, enum desk desk)
{
	store_opened_set(st->store, desk, st->order.id, station_now(st));
}

void figures_took(struct station *st, enum desk desk, struct buf *b)
{
	const int64_t now = station_now(st), here = store_here_at(st->store, st->order.id);
	const int64_t opened = store_opened(st->store, desk, st->order.id);
	const int64_t waited =
		figures_seconds(here && (!opened || here < opened) ? here : opened, now);
	const int64_t handled = figures_seconds(opened, now);

	if (waited >= 0)
		jw_int(b, "waited", waited);
	if (handled >= 0)
		jw_int(b, "handled", handled);
}

void figures_promised(struct station *st, struct buf *b)
{
	char at[TIME_TEXT_MAX];
	struct json body;
	struct record r;

	if (st->order.status == ORDER_READY || st->order.status == ORDER_EXPIRED ||
	    !store_find(st->store, STREAM_ORDERS, st->order.id, &r) ||
	    json_check(r.body, &body) < 0 || json_get(body, "ready_at").type == JSON_STRING)
		return;
	if (st->order.promised_ms) {
		time_format(st->order.promised_ms, at);
		jw_str(b, "promised", at);
	} else {
		jw_null(b, "promised");
	}
}

/* ---- cut off ---- */

static const char *const whys[FIGURES_OFFLINE] = { "broker", "hq", "isolated" };

static void note_offline(struct station *st, int why)
{
	struct station_figures *f = &st->figures;
	const int64_t seconds = f->down[why].ms / 1000;
	struct tally *add = &f->work;
	int hour;
	const int64_t day = figures_day(station_now(st), &hour);

	add->count = 0;
	tally_add(add, slice_of("offline"), slice_of(whys[why]), f->down[why].begun ? 1 : 0,
		  seconds);
	figures_keep(st, st->config->lane, day, hour, add);
	f->down[why].begun = false;
	f->down[why].ms -= seconds * 1000;
}

static void look_offline(struct station *st)
{
	const bool down[FIGURES_OFFLINE] = { !st->link_up, st->link_up && !station_hq_reachable(st),
					     station_isolated(st) };
	struct station_figures *f = &st->figures;
	const int64_t now = station_mono(st);

	for (int i = 0; i < FIGURES_OFFLINE; i++) {
		if (f->down[i].is && f->looked_ms)
			f->down[i].ms += now - f->looked_ms;
		if (f->down[i].ms >= OFFLINE_NOTE_MS ||
		    (f->down[i].ms >= OFFLINE_LEAST_MS && !down[i]))
			note_offline(st, i);
		if (!down[i])
			f->down[i].ms = 0;
		else if (!f->down[i].is)
			f->down[i].begun = true;
		f->down[i].is = down[i];
	}
	f->looked_ms = now;
}

void figures_tick(struct station *st)
{
	if (st->real)
		return;
	look_offline(st);
	figures_tell(st);
	figures_screen_tick(st);
}

/* By the time the journal ages by (store/prune.c): a clock that was wrong takes nothing away. */
void figures_prune(struct station *st)
{
	const int64_t aged = store_meta(st->store, "aged", station_now(st));
	int hour;

	store_figures_prune(st->store, figures_day(aged, &hour) -
					       figures_keep_days(policy_get(st, "privacy")));
}
