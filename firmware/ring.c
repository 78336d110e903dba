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
	if (r->head < n)
		return SIZE_MAX;
	r->wrap = r->tail;
	return 0;
}

int ring_push(struct ring *r, const void *value, size_t value_size, struct slice payload)
{
	struct record rec = { 0 };
	size_t at;

	rec.payload = payload.n;
	rec.total = aligned(sizeof(rec)) + aligned(value_size) + aligned(payload.n + 1);
	at = place_for(r, rec.total);
	if (at == SIZE_MAX)
		return -ENOBUFS;
	memcpy(r->memory + at, &rec, sizeof(rec));
	memcpy(r->memory + at + aligned(sizeof(rec)), value, value_size);
	if (payload.n)
		memcpy(r->memory + at + aligned(sizeof(rec)) + aligned(value_size), payload.p,
		       payload.n);
	r->memory[at + aligned(sizeof(rec)) + aligned(value_size) + payload.n] = '\0';
	r->tail = at + rec.total;
	r->count++;
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
