// SPDX-License-Identifier: Apache-2.0
/*
 * What staff have to do about orders that nobody prepares: goods of orders that will not be fetched
 * go back to their place, parcels that are missing are looked for. Read with the queue, from what
 * is filed by time, so that no more is looked at than is shown.
 */
#include <string.h>

#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"

#define TASKS_SHOWN  60	 /* of each kind */
#define TASKS_LOOKED 512 /* those that are done included */

static void write_task(struct station *st, struct buf *b, const char *task, const char *why)
{
	char number[128];

	order_number(&st->order, number, sizeof(number));
	jw_open(b, NULL, '{');
	jw_str(b, "task", task);
	jw_slice(b, "order", st->order.id);
	jw_str(b, "number", number);
	if (why)
		jw_str(b, "why", why);
	jw_value(b, "shelf", st->order.shelf);
}

/* Goes back, if it is so by what is known now; false: not. */
static bool put_back(struct station *st, struct buf *b, const char *id)
{
	const char *why;

	if (prep_unstaged(st, slice_of(id)) || !order_load(st, slice_of(id)))
		return false;
	why = prep_put_back(&st->order, st->config->store, station_now(st));
	if (!why)
		return false;
	st->figures.no_shows_seen += strcmp(why, "no_show") == 0;
	write_task(st, b, "put_back", why);
	jw_close(b, '}');
	return true;
}

/* `until`: only those filed under an earlier time. */
static void write_filed(struct station *st, struct buf *b, const char *status, const char *until)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	char key[LOOKUP_WALK_MAX] = "", id[ID_MAX + 1] = "";
	int n = 0;

	for (int i = 0; i < TASKS_LOOKED && n < TASKS_SHOWN; i++) {
		if (!store_lookup_walk(st->store, gen, LOOKUP_STATUS, status, key, id) ||
		    (until && strcmp(key, until) >= 0))
			return;
		n += put_back(st, b, id);
	}
}

static void write_searches(struct station *st, struct buf *b)
{
	char id[ID_MAX + 1] = "";

	for (int n = 0; n < TASKS_SHOWN && store_over_of(st->store, "search", "true", id); n++) {
		if (!order_load(st, slice_of(id)))
			continue;
		for (struct json_walk w = json_walk(st->order.parcels); json_next(&w);) {
			if (!parcel_sought(&st->order, w.value))
				continue;
			write_task(st, b, "search", NULL);
			jw_value(b, "label", json_get(w.value, "label"));
			jw_close(b, '}');
		}
	}
}

/* Orders with pieces that were not handed over; those whose goods all go back stand above. */
static void write_kept(struct station *st, struct buf *b)
{
	char id[ID_MAX + 1] = "";

	for (int n = 0; n < TASKS_SHOWN && store_over_of(st->store, "kept", "true", id); n++) {
		const struct order_line *first = NULL;

		if (!order_load(st, slice_of(id)) ||
		    (!prep_unstaged(st, slice_of(id)) &&
		     prep_put_back(&st->order, st->config->store, station_now(st))))
			continue;
		for (int i = 0; i < st->order.line_count && !first; i++)
			if (st->order.lines[i].kept > 0)
				first = &st->order.lines[i];
		if (!first)
			continue;
		write_task(st, b, "put_back", kept_name(first->kept_why));
		jw_int(b, "pieces", prep_kept(&st->order));
		jw_close(b, '}');
	}
}

void tasks_write(struct station *st, struct buf *b)
{
	char until[LOOKUP_WALK_MAX];

	text_fmt(until, sizeof(until), "ready:%013lld", (long long)station_now(st));
	jw_open(b, NULL, '[');
	st->figures.no_shows_seen = 0;
	write_filed(st, b, "ready", until);
	write_filed(st, b, "over", NULL);
	write_kept(st, b);
	write_searches(st, b);
	jw_close(b, ']');
}
