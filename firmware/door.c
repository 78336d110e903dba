// SPDX-License-Identifier: Apache-2.0
#include "firmware/door.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "firmware/ring.h"

/* Bulk takes a few messages of the largest size, out a few of the largest documents. */
#define NOW_BYTES (512 * 1024)
#define BULK_BYTES (4 * 1024 * 1024)
#define OUT_BYTES (8 * 1024 * 1024)

struct door {
	pthread_mutex_t lock;
	pthread_cond_t came; /* something is in */
	pthread_cond_t left; /* something went out of `out` */
	struct ring now;
	struct ring bulk;
	struct ring out;
	size_t urgent;		/* how many in `now` somebody waits for */
	struct ring *taken;	/* whose oldest record the step is reading */
	bool collected;		/* out's oldest record is being read by the loop */
	size_t pending;		/* records in `out` behind the last flush: not yet visible */
	size_t pending_bytes;
	void (*wake_loop)(void *ctx);
	void *ctx;
};

static const struct {
	const char *name;
	const char *type;
} streams[STREAM_COUNT] = {
	[STREAM_ORDERS] = { "orders", "order" },   [STREAM_CATALOG] = { "catalog", "product" },
	[STREAM_STOCK] = { "stock", "stock" },	   [STREAM_LOYALTY] = { "loyalty", "member" },
	[STREAM_POLICY] = { "policy", "policy" },  [STREAM_TIMELINE] = { "timeline", "entry" },
};

const char *stream_name(enum stream s)
{
	return streams[s].name;
}

const char *stream_type(enum stream s)
{
	return streams[s].type;
}

int stream_find(struct slice name, enum stream *ret_stream)
{
	for (int i = 0; i < STREAM_COUNT; i++) {
		if (slice_eq(name, streams[i].name)) {
			*ret_stream = (enum stream)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *screen_name(enum screen s)
{
	switch (s) {
	case SCREEN_COUNTER:
		return "counter";
	case SCREEN_CUSTOMER:
		return "customer";
	case SCREEN_BOARD:
		return "board";
	case SCREEN_MANAGE:
		return "manage";
	case SCREEN_LOGIN:
		return "login";
	}
	return "?";
}

struct slice span_of(struct slice payload, struct span s)
{
	return (struct slice){ payload.p + s.at, s.n };
}

struct door *door_new(void (*wake_loop)(void *ctx), void *ctx)
{
	struct door *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	if (ring_init(&d->now, NOW_BYTES) < 0 || ring_init(&d->bulk, BULK_BYTES) < 0 ||
	    ring_init(&d->out, OUT_BYTES) < 0) {
		door_free(d);
		return NULL;
	}
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->came, NULL);
	pthread_cond_init(&d->left, NULL);
	d->wake_loop = wake_loop;
	d->ctx = ctx;
	return d;
}

void door_free(struct door *d)
{
	if (!d)
		return;
	ring_free(&d->now);
	ring_free(&d->bulk);
	ring_free(&d->out);
	free(d);
}

bool door_is_bulk(enum door_kind kind)
{
	return kind == DOOR_DOWN || kind == DOOR_PULL || kind == DOOR_UP || kind == DOOR_LANE ||
	       kind == DOOR_AGAIN || kind == DOOR_CMD;
}

static bool patient(enum door_kind kind)
{
	return kind == DOOR_ACK || kind == DOOR_TICK || kind == DOOR_BEAT;
}

int door_submit(struct door *d, const struct door_event *event, struct slice payload)
{
	const bool bulk = door_is_bulk(event->kind);
	int err;

	if (payload.n > DOOR_PAYLOAD_MAX)
		return -EMSGSIZE;
	pthread_mutex_lock(&d->lock);
	err = ring_push(bulk ? &d->bulk : &d->now, event, sizeof(*event), payload);
	d->urgent += err == 0 && !bulk && !patient(event->kind);
	pthread_cond_signal(&d->came);
	pthread_mutex_unlock(&d->lock);
	return err;
}

static bool take(struct door *d, bool wait, bool bulk, struct door_event *ret_event,
		 struct slice *ret_payload)
{
	const void *value;
	bool got;

	pthread_mutex_lock(&d->lock);
	if (d->taken)
		ring_pop(d->taken);
	d->taken = NULL;
	while (wait && d->now.count == 0 && d->bulk.count == 0)
		pthread_cond_wait(&d->came, &d->lock);
	if (d->now.count)
		d->taken = &d->now;
	else if (bulk && d->bulk.count)
		d->taken = &d->bulk;
	got = d->taken && ring_peek(d->taken, sizeof(*ret_event), &value, ret_payload);
	if (got)
		*ret_event = *(const struct door_event *)value;
	if (got && d->taken == &d->now)
		d->urgent -= !patient(ret_event->kind);
	pthread_mutex_unlock(&d->lock);
	return got;
}

bool door_take(struct door *d, bool wait, struct door_event *ret_event, struct slice *ret_payload)
{
	return take(d, wait, true, ret_event, ret_payload);
}

bool door_take_now(struct door *d, struct door_event *ret_event, struct slice *ret_payload)
{
	return take(d, false, false, ret_event, ret_payload);
}

bool door_urgent(struct door *d)
{
	bool urgent;

	pthread_mutex_lock(&d->lock);
	urgent = d->urgent > 0;
	pthread_mutex_unlock(&d->lock);
	return urgent;
}

void door_keep(struct door *d)
{
	d->taken = NULL; /* only the step thread reads or writes it */
}

void door_emit(struct door *d, const struct door_out *out, struct slice payload)
{
	pthread_mutex_lock(&d->lock);
	while (ring_push(&d->out, out, sizeof(*out), payload) < 0) {
		/* Only what the loop may already see can make room. */
		assert(d->wake_loop && d->out.count > d->pending);
		d->wake_loop(d->ctx);
		pthread_cond_wait(&d->left, &d->lock);
	}
	d->pending++;
	d->pending_bytes += payload.n;
	pthread_mutex_unlock(&d->lock);
}

void door_flush(struct door *d)
{
	size_t released;

	pthread_mutex_lock(&d->lock);
	released = d->pending;
	d->pending = 0;
	d->pending_bytes = 0;
	pthread_mutex_unlock(&d->lock);
	if (released && d->wake_loop)
		d->wake_loop(d->ctx);
}

size_t door_pending(const struct door *d)
{
	return d->pending_bytes; /* only the step thread writes it */
}

bool door_collect(struct door *d, struct door_out *ret_out, struct slice *ret_payload)
{
	const void *value;
	bool got;

	pthread_mutex_lock(&d->lock);
	if (d->collected) {
		ring_pop(&d->out);
		pthread_cond_signal(&d->left);
	}
	got = d->out.count > d->pending &&
	      ring_peek(&d->out, sizeof(*ret_out), &value, ret_payload);
	if (got)
		*ret_out = *(const struct door_out *)value;
	d->collected = got;
	pthread_mutex_unlock(&d->lock);
	return got;
}
