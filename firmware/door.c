// SPDX-License-Identifier: Apache-2.0
#include "firmware/door.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "firmware/ring.h"

/* Now takes one message of the largest size, which an acknowledgement may be, and hundreds of small
 * ones; bulk takes a few of them, out a few of the largest documents, rows what a window of batches
 * needs to keep the broker busy. */
#define NOW_BYTES  (2 * 1024 * 1024)
#define BULK_BYTES (4 * 1024 * 1024)
#define OUT_BYTES  (6 * 1024 * 1024)
#define ROWS_BYTES (2 * 1024 * 1024)

struct outlet {
	struct ring ring;
	size_t pending; /* records behind the last flush: not yet visible */
};

struct door {
	pthread_mutex_t lock;
	pthread_cond_t came; /* something is in */
	pthread_cond_t left; /* something went out of `out` or `rows` */
	struct ring now;
	struct ring bulk;
	struct outlet out;
	struct outlet rows;	/* events said again: behind all that a person may wait for */
	size_t urgent;		/* how many in `now` somebody waits for */
	struct ring *taken;	/* whose oldest record the step is reading */
	struct ring *collected; /* whose oldest record the loop is reading */
	size_t pending_bytes;	/* of both outlets */
	uint32_t kinds;		/* that go out */
	bool collecting;	/* the loop comes again by itself: need not be woken */
	void (*wake_loop)(void *ctx);
	void *ctx;
};

static const struct {
	const char *name;
	const char *type;
} streams[STREAM_COUNT] = {
	[STREAM_ORDERS] = { "orders", "order" },  [STREAM_CATALOG] = { "catalog", "product" },
	[STREAM_STOCK] = { "stock", "stock" },	  [STREAM_LOYALTY] = { "loyalty", "member" },
	[STREAM_POLICY] = { "policy", "policy" }, [STREAM_TIMELINE] = { "timeline", "entry" },
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
	    ring_init(&d->out.ring, OUT_BYTES) < 0 || ring_init(&d->rows.ring, ROWS_BYTES) < 0) {
		door_free(d);
		return NULL;
	}
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->came, NULL);
	pthread_cond_init(&d->left, NULL);
	d->wake_loop = wake_loop;
	d->ctx = ctx;
	d->kinds = DOOR_ALL;
	return d;
}

void door_free(struct door *d)
{
	if (!d)
		return;
	ring_free(&d->now);
	ring_free(&d->bulk);
	ring_free(&d->out.ring);
	ring_free(&d->rows.ring);
	free(d);
}

bool door_is_bulk(enum door_kind kind)
{
	return kind == DOOR_DOWN || kind == DOOR_PULL || kind == DOOR_UP || kind == DOOR_LANE ||
	       kind == DOOR_AGAIN || kind == DOOR_TOLD || kind == DOOR_CMD;
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

bool door_is_rows(const struct door_out *out)
{
	return out->kind == OUT_UP && (out->up.again || out->up.sibling);
}

/* Only what the loop may already see can make room. */
static void wait_for_room(struct door *d, const struct outlet *o)
{
	assert(d->wake_loop && o->ring.count > o->pending);
	d->wake_loop(d->ctx);
	pthread_cond_wait(&d->left, &d->lock);
}

static void note_emitted(struct door *d, struct outlet *o, size_t n)
{
	o->pending++;
	d->pending_bytes += n;
}

uint32_t door_only(struct door *d, uint32_t kinds)
{
	const uint32_t before = d->kinds;

	d->kinds = kinds; /* only the step thread reads or writes it */
	return before;
}

static bool dropped(const struct door *d, const struct door_out *out)
{
	return !(d->kinds & (UINT32_C(1) << out->kind));
}

void door_emit(struct door *d, const struct door_out *out, struct slice payload)
{
	struct outlet *o = door_is_rows(out) ? &d->rows : &d->out;

	if (dropped(d, out))
		return;
	pthread_mutex_lock(&d->lock);
	while (ring_push(&o->ring, out, sizeof(*out), payload) < 0)
		wait_for_room(d, o);
	note_emitted(d, o, payload.n);
	pthread_mutex_unlock(&d->lock);
}

struct buf door_room(struct door *d, const struct door_out *out, size_t max)
{
	struct outlet *o = door_is_rows(out) ? &d->rows : &d->out;
	struct buf b;
	char *room;

	pthread_mutex_lock(&d->lock);
	while (!(room = ring_reserve(&o->ring, sizeof(*out), max)))
		wait_for_room(d, o);
	pthread_mutex_unlock(&d->lock);
	buf_init(&b, room, max);
	return b;
}

void door_emit_room(struct door *d, const struct door_out *out, size_t n)
{
	struct outlet *o = door_is_rows(out) ? &d->rows : &d->out;

	if (dropped(d, out))
		return;
	pthread_mutex_lock(&d->lock);
	ring_fill(&o->ring, out, sizeof(*out), n);
	note_emitted(d, o, n);
	pthread_mutex_unlock(&d->lock);
}

void door_flush(struct door *d)
{
	bool released;

	pthread_mutex_lock(&d->lock);
	released = (d->out.pending || d->rows.pending) && !d->collecting;
	d->out.pending = d->rows.pending = 0;
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
		ring_pop(d->collected);
		pthread_cond_signal(&d->left);
	}
	d->collected = NULL;
	if (d->out.ring.count > d->out.pending)
		d->collected = &d->out.ring;
	else if (d->rows.ring.count > d->rows.pending)
		d->collected = &d->rows.ring;
	got = d->collected && ring_peek(d->collected, sizeof(*ret_out), &value, ret_payload);
	if (got)
		*ret_out = *(const struct door_out *)value;
	d->collecting = got;
	pthread_mutex_unlock(&d->lock);
	return got;
}
