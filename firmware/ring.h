// SPDX-License-Identifier: Apache-2.0
/*
 * A bounded first-in first-out of records (a fixed-size value and some payload) in one block of
 * memory. Not locked: the owner does that. When it runs empty it starts at the block's beginning
 * again, so a block that is rarely full keeps few pages busy.
 */
#ifndef LADA_FIRMWARE_RING_H
#define LADA_FIRMWARE_RING_H

#include "firmware/base/bytes.h"

struct ring {
	char *memory;
	size_t size;
	size_t head; /* oldest record */
	size_t tail; /* where the next one goes */
	size_t wrap; /* records end here and go on at 0; size when nothing wrapped */
	size_t count;
	size_t reserved; /* where the record goes that is being made */
};

int ring_init(struct ring *r, size_t size); /* -ENOMEM */
void ring_free(struct ring *r);
/* -ENOBUFS when it does not fit now. */
int ring_push(struct ring *r, const void *value, size_t value_size, struct slice payload);
/* Room for the payload of the next record, which ring_fill() then makes one of the ring; until
 * then others may be popped, and none pushed. NULL when it does not fit now. A room that is not
 * filled is simply left. */
char *ring_reserve(struct ring *r, size_t value_size, size_t payload_max);
void ring_fill(struct ring *r, const void *value, size_t value_size, size_t payload_n);
/* The oldest record; both pointers stay valid until it is popped. False when empty. */
bool ring_peek(const struct ring *r, size_t value_size, const void **ret_value,
	       struct slice *ret_payload);
void ring_pop(struct ring *r);

#endif
