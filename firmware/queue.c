// SPDX-License-Identifier: Apache-2.0
/* Who and what waits: customers who are here, orders to hand over, orders to prepare. */
#include <string.h>

#include "firmware/documents.h"
#include "firmware/overlay.h"
#include "firmware/streams.h"

#define QUEUE_PASSED_MAX 32 /* then those that are done are no longer filed as waiting */
#define QUEUE_SHOWN	 60 /* of each status */

static void add_queued(struct buf *b, const char *order, const char *status, int64_t waiting_s)
{
	jw_open(b, NULL, '{');
	jw_str(b, "order", order);
	jw_str(b, "status", status);
	jw_int(b, "waiting_s", waiting_s);
	jw_close(b, '}');
}

/* Waiting in steps of half a minute, so that a quiet shop has quiet screens. */
static int64_t waited_s(struct station *st, int64_t since_ms)
{
	int64_t s = since_ms ? (station_now(st) - since_ms) / 1000 : 0;

	return s > 0 ? s / 30 * 30 : 0;
}

static int64_t waiting_since(struct station *st, const char *id)
{
	struct record r;
	struct json body;
	char text[48];
	int64_t at = 0;

	if (!store_find(st->store, STREAM_ORDERS, slice_of(id), &r) ||
	    json_check(r.body, &body) < 0)
		return 0;
	if (json_string(json_get(body, "ready_at"), text, sizeof(text)) <= 0 &&
	    json_string(json_get(body, "placed_at"), text, sizeof(text)) <= 0)
		return 0;
	return time_parse(slice_of(text), &at) == 0 ? at : 0;
}

static const char *const statuses[] = { "ready", "picking", "placed" };
#define STATUSES COUNT_OF(statuses)

struct waits {
	char id[STATUSES][QUEUE_SHOWN][ID_MAX + 1];
	int count[STATUSES];
};

/* By HQ's word, or by what a lane has done since. */
static void sort_in(struct station *st, const char *id, const char *status, struct waits *w)
{
	struct json over;
	size_t s;

	for (s = 0; s < STATUSES; s++)
		if (overlay_get(st, slice_of(id), "status", &over) ? json_is(over, statuses[s])
								   : !strcmp(status, statuses[s]))
			break;
	if (s < STATUSES && w->count[s] < QUEUE_SHOWN)
		text_fmt(w->id[s][w->count[s]++], ID_MAX + 1, "%s", id);
}

/* Orders of one status by HQ's word; how many of them are handed over already, which HQ has not
 * written yet. */
static int collect(struct station *st, const char *status, struct waits *w)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	char id[ID_MAX + 1] = "";
	struct order_fact done;
	int passed = 0, n = 0;

	while (n < QUEUE_SHOWN &&
	       store_lookup_next(st->store, gen, LOOKUP_STATUS, slice_of(status), id)) {
		if (store_order_fact(st->store, slice_of(id), &done)) {
			passed++;
			continue;
		}
		sort_in(st, id, status, w);
		n++;
	}
	return passed;
}

static void write_queue(struct station *st, struct buf *b)
{
	char id[ID_MAX + 1] = "";
	struct waits w = { 0 };
	int64_t at = 0;
	int passed = 0;

	for (size_t s = 0; s < COUNT_OF(statuses); s++)
		passed += collect(st, statuses[s], &w);
	jw_open(b, NULL, '[');
	for (int n = 0; n < QUEUE_SHOWN && store_here_next(st->store, id, &at); n++)
		add_queued(b, id, "here", waited_s(st, at));
	for (size_t s = 0; s < COUNT_OF(statuses); s++)
		for (int i = 0; i < w.count[s]; i++)
			add_queued(b, w.id[s][i], statuses[s],
				   waited_s(st, waiting_since(st, w.id[s][i])));
	jw_close(b, ']');
	if (passed > QUEUE_PASSED_MAX)
		file_out_done(st);
}

/* Reading a hundred orders for every scan is what a person would wait for; so only when one has
 * changed, and now and then for the waiting times. */
void queue_refresh(struct station *st)
{
	int64_t now = station_mono(st);
	struct buf b;

	if (st->queue_n && !st->queue_stale && now - st->queue_ms < QUEUE_AGE_MS)
		return;
	buf_init(&b, st->queue, sizeof(st->queue));
	write_queue(st, &b);
	st->queue_n = b.overflow ? 0 : b.len;
	st->queue_stale = false;
	st->queue_ms = now;
}

void queue_document(struct station *st, struct buf *b)
{
	jw_raw(b, "queue", st->queue_n ? (struct slice){ st->queue, st->queue_n } : slice_of("[]"));
}
