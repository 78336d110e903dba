// SPDX-License-Identifier: Apache-2.0
/* The ring beside a plain queue: whatever is pushed, made in place, left or popped, in any order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/ring.h"

#define RING_BYTES 1024
#define RECORDS	   64
#define ROUNDS	   200000

/* What should be in it: record n has length[n] bytes, all of them the low byte of n. */
struct model {
	struct ring ring;
	size_t length[RECORDS];
	uint64_t first, next;
	uint32_t random;
};

static uint32_t chance(struct model *m, uint32_t below)
{
	m->random = m->random * 1664525 + 1013904223;
	return (m->random >> 8) % below;
}

static void push(struct model *m, size_t n)
{
	char text[256];

	memset(text, (int)(m->next & 0xff), n);
	if (ring_push(&m->ring, &m->next, sizeof(m->next), (struct slice){ text, n }) == 0)
		m->length[m->next++ % RECORDS] = n;
	else
		assert_int_not_equal(m->next, m->first); /* empty, it takes all that small */
}

static void pop(struct model *m)
{
	const void *value;
	struct slice payload;

	if (m->first == m->next) {
		assert_false(ring_peek(&m->ring, sizeof(m->first), &value, &payload));
		return;
	}
	assert_true(ring_peek(&m->ring, sizeof(m->first), &value, &payload));
	assert_memory_equal(value, &m->first, sizeof(m->first));
	assert_int_equal(payload.n, m->length[m->first % RECORDS]);
	for (size_t i = 0; i < payload.n; i++)
		assert_int_equal((uint8_t)payload.p[i], m->first & 0xff);
	assert_int_equal(payload.p[payload.n], 0);
	ring_pop(&m->ring);
	m->first++;
}

/* Made in place while the other side pops, shorter than it might have been; or left. */
static void make_in_place(struct model *m)
{
	const size_t max = chance(m, 200), n = chance(m, (uint32_t)max + 1);
	char *room = ring_reserve(&m->ring, sizeof(m->next), max);

	if (!room)
		return;
	memset(room, (int)(m->next & 0xff), n);
	for (uint32_t pops = chance(m, 4); pops > 0; pops--)
		pop(m);
	if (chance(m, 4) == 0)
		return;
	ring_fill(&m->ring, &m->next, sizeof(m->next), n);
	m->length[m->next++ % RECORDS] = n;
}

static void any_order_of_use(void **state)
{
	struct model m = { .random = 7 };

	(void)state;
	assert_int_equal(ring_init(&m.ring, RING_BYTES), 0);
	for (int i = 0; i < ROUNDS; i++) {
		switch (chance(&m, 3)) {
		case 0:
			push(&m, chance(&m, 200));
			break;
		case 1:
			make_in_place(&m);
			break;
		default:
			pop(&m);
		}
		assert_int_equal(m.ring.count, m.next - m.first);
	}
	while (m.first < m.next)
		pop(&m);
	pop(&m);
	ring_free(&m.ring);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const char large[RING_BYTES];
	struct ring r;
	int value = 1;

	(void)state;
	assert_int_equal(ring_init(&r, RING_BYTES), 0);
	assert_true(ring_push(&r, &value, sizeof(value), (struct slice){ large, RING_BYTES }) < 0);
	assert_null(ring_reserve(&r, sizeof(value), RING_BYTES));
	assert_int_equal(r.count, 0);
	ring_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_use),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
