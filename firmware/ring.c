// SPDX-License-Identifier: Apache-2.0
#include "firmware/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 16

struct record {
	size_t total; /* header, value and payload, aligned */
	size_t payload;
};

static size_t aligned(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

int ring_init(struct ring *r, size_t size)
{
	*r = (struct ring){ .memory = malloc(size), .size = size, .wrap = size };
	return r->memory ? 0 : -ENOMEM;
}

void ring_free(struct ring *r)
{
	free(r->memory);
	*r = (struct ring){ 0 };
}

/* Finds room for n bytes in one piece: the place, or SIZE_MAX. */
static size_t place_for(struct ring *r, size_t n)
{
	if (r->count == 0) {
		r->head = r->tail = 0;
		r->wrap = r->size;
	}
	if (r->tail < r->head || (r->tail == r->head && r->count))
		return r->head - r->tail >= n ? r->tail : SIZE_MAX;
	if (r->size - r->tail >= n)
		return r->tail;
	return r->head >= n ? 0 : SIZE_MAX;
}

static size_t before_payload(size_t value_size)
{
	return aligned(sizeof(struct record)) + aligned(value_size);
}

char *ring_reserve(struct ring *r, size_t value_size, size_t payload_max)
{
	const size_t before = before_payload(value_size);

	r->reserved = place_for(r, before + aligned(payload_max + 1));
	return r->reserved == SIZE_MAX ? NULL : r->memory + r->reserved + before;
}

void ring_fill(struct ring *r, const void *value, size_t value_size, size_t payload_n)
{
	const size_t before = before_payload(value_size);
	const struct record rec = { before + aligned(payload_n + 1), payload_n };
	char *at = r->memory + r->reserved;

	memcpy(at, &rec, sizeof(rec));
	memcpy(at + aligned(sizeof(rec)), value, value_size);
	at[before + payload_n] = '\0';
	if (r->count == 0) { /* all that was there when it was reserved may be popped by now */
		r->head = r->reserved;
		r->wrap = r->size;
	} else if (r->reserved < r->tail) {
		r->wrap = r->tail;
	}
	r->tail = r->reserved + rec.total;
	r->count++;
}

int ring_push(struct ring *r, const void *value, size_t value_size, struct slice payload)
{
	char *room = ring_reserve(r, value_size, payload.n);

	if (!room)
		return -ENOBUFS;
	if (payload.n)
		memcpy(room, payload.p, payload.n);
	ring_fill(r, value, value_size, payload.n);
	return 0;
}

bool ring_peek(const struct ring *r, size_t value_size, const void **ret_value,
	       struct slice *ret_payload)
{
	struct record rec;
	const char *at = r->memory + r->head;

	if (r->count == 0)
		return false;
	memcpy(&rec, at, sizeof(rec));
	*ret_value = at + aligned(sizeof(rec));
	*ret_payload =
		(struct slice){ at + aligned(sizeof(rec)) + aligned(value_size), rec.payload };
	return true;
}

void ring_pop(struct ring *r)
{
	struct record rec;

	memcpy(&rec, r->memory + r->head, sizeof(rec));
	r->head += rec.total;
	r->count--;
	if (r->head == r->wrap) {
		r->head = 0;
		r->wrap = r->size;
	}
}
