// SPDX-License-Identifier: Apache-2.0
/*
 * Who serves an order (counter/claim.h), word by word, and then three lanes on a bus that delays
 * as it likes within what a lane waits: never two of them hold one order at once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/counter/claim.h"

#define LAPSE_MS 90000

static struct claim_word word(enum claim_op op, const char *lane, const char *claim)
{
	struct claim_word w = { .op = op };

	slice_copy(slice_of("ZAM-1"), w.order, sizeof(w.order));
	slice_copy(slice_of(lane), w.lane, sizeof(w.lane));
	slice_copy(slice_of(claim), w.claim, sizeof(w.claim));
	return w;
}

static struct claim_result hear(struct claims *c, enum claim_op op, const char *lane,
				const char *claim, int64_t now_ms)
{
	const struct claim_word w = word(op, lane, claim);

	return claim_heard(c, &w, now_ms);
}

static void begin(struct claims *c, const char *id)
{
	struct claim_result r;

	claims_init(c, "k1");
	claim_line(c, true, "0", 0);
	r = claim_take(c, slice_of("ZAM-1"), id, 1000);
	assert_true(r.say);
	assert_int_equal(r.word.op, CLAIM_OP_TAKE);
	assert_string_equal(r.word.claim, id);
	assert_int_equal(c->own.state, CLAIM_PENDING);
}

static void settle(struct claims *c, const char *id)
{
	begin(c, id);
	hear(c, CLAIM_OP_TAKE, "k1", id, 1050);
	assert_int_equal(claim_due_ms(c, LAPSE_MS), 1350);
	assert_int_equal(claim_tick(c, "x", LAPSE_MS, 1349).change, CLAIM_UNCHANGED);
	assert_int_equal(claim_tick(c, "x", LAPSE_MS, 1350).change, CLAIM_CHANGED);
	assert_int_equal(c->own.state, CLAIM_HOLDING);
}

static void test_settles(void **state)
{
	struct claims c;
	struct claim_result r;

	(void)state;
	settle(&c, "05");
	r = claim_tick(&c, "x", LAPSE_MS, 21000);
	assert_true(r.say);
	assert_int_equal(r.word.op, CLAIM_OP_KEEP);
	claim_touch(&c, 30000);
	for (int64_t at = 41000; at < 120000; at += 20000) {
		assert_int_equal(claim_tick(&c, "x", LAPSE_MS, at).word.op, CLAIM_OP_KEEP);
		hear(&c, CLAIM_OP_KEEP, "k1", "05", at + 50);
	}
	r = claim_tick(&c, "x", LAPSE_MS, 120000);
	assert_int_equal(r.change, CLAIM_LAPSED);
	assert_int_equal(r.word.op, CLAIM_OP_DROP);
	assert_int_equal(c.own.state, CLAIM_NONE);
}

static void test_no_echo(void **state)
{
	struct claims c;
	struct claim_result r;

	(void)state;
	begin(&c, "05");
	/* A take of an earlier life of this lane is no echo. */
	hear(&c, CLAIM_OP_TAKE, "k1", "04", 1050);
	assert_int_equal(claim_tick(&c, "x", LAPSE_MS, 2999).change, CLAIM_UNCHANGED);
	assert_int_equal(claim_tick(&c, "x", LAPSE_MS, 3000).change, CLAIM_CHANGED);
	assert_int_equal(c.own.state, CLAIM_ISOLATED);
	r = claim_tick(&c, "06", LAPSE_MS, 6000);
	assert_int_equal(r.word.op, CLAIM_OP_TAKE);
	assert_string_equal(r.word.claim, "06");
	assert_int_equal(c.own.state, CLAIM_PENDING);
}

static void test_two_takes(void **state)
{
	struct claims c;
	struct claim_result r;

	(void)state;
	begin(&c, "05");
	/* k2 may have heard our take before it wanted the order itself: it hears it again. */
	r = hear(&c, CLAIM_OP_TAKE, "k2", "06", 1100);
	assert_int_equal(r.change, CLAIM_UNCHANGED);
	assert_true(r.say);
	assert_int_equal(r.word.op, CLAIM_OP_TAKE);
	assert_string_equal(r.word.claim, "05");
	assert_int_equal(c.own.state, CLAIM_PENDING);
	r = hear(&c, CLAIM_OP_TAKE, "k3", "04", 1110);
	assert_int_equal(r.change, CLAIM_LOST);
	assert_int_equal(r.word.op, CLAIM_OP_DROP);
	assert_string_equal(r.word.claim, "05");
	assert_int_equal(c.own.state, CLAIM_NONE);
}

static void test_holder(void **state)
{
	struct claims c;
	struct claim_result r;

	(void)state;
	settle(&c, "05");
	/* A smaller id comes too late. */
	r = hear(&c, CLAIM_OP_TAKE, "k2", "01", 2000);
	assert_int_equal(r.change, CLAIM_UNCHANGED);
	assert_int_equal(r.word.op, CLAIM_OP_HELD);
	assert_string_equal(r.word.claim, "05");
	/* Two that were settled apart. */
	assert_int_equal(hear(&c, CLAIM_OP_KEEP, "k2", "06", 2100).word.op, CLAIM_OP_HELD);
	assert_int_equal(hear(&c, CLAIM_OP_KEEP, "k2", "04", 2200).change, CLAIM_LOST);

	begin(&c, "01");
	assert_int_equal(hear(&c, CLAIM_OP_HELD, "k2", "09", 1100).change, CLAIM_LOST);
}

static void test_elsewhere(void **state)
{
	const struct slice order = slice_of("ZAM-1");
	struct claims c;

	(void)state;
	claims_init(&c, "k1");
	claim_line(&c, true, "0", 0);
	assert_false(claim_elsewhere(&c, order, 0));
	hear(&c, CLAIM_OP_TAKE, "k2", "05", 1000);
	assert_true(claim_elsewhere(&c, order, 60999));
	assert_false(claim_elsewhere(&c, order, 61000));
	assert_false(claim_elsewhere(&c, slice_of("ZAM-2"), 1000));
	hear(&c, CLAIM_OP_KEEP, "k2", "05", 30000);
	assert_true(claim_elsewhere(&c, order, 89999));
	hear(&c, CLAIM_OP_DROP, "k2", "04", 31000);
	assert_true(claim_elsewhere(&c, order, 31000));
	hear(&c, CLAIM_OP_DROP, "k2", "05", 32000);
	assert_false(claim_elsewhere(&c, order, 32000));
	for (int i = 0; i < 2 * CLAIM_LANES_MAX; i++) {
		char lane[16];

		text_fmt(lane, sizeof(lane), "x%d", i);
		hear(&c, CLAIM_OP_TAKE, lane, "07", 40000 + i);
	}
	assert_int_equal(c.count, CLAIM_LANES_MAX);
}

/* Unheard for 60 s a claim has ended, on both sides: who has it takes it anew. */
static void test_unheard_for_good(void **state)
{
	const struct slice order = slice_of("ZAM-1");
	struct claims c;
	struct claim_result r;

	(void)state;
	claims_init(&c, "k1");
	claim_line(&c, true, "0", 0);
	hear(&c, CLAIM_OP_TAKE, "k2", "01", 0);
	hear(&c, CLAIM_OP_KEEP, "k2", "01", 59999);
	assert_true(claim_elsewhere(&c, order, 119998));
	hear(&c, CLAIM_OP_KEEP, "k2", "01", 119999);
	assert_false(claim_elsewhere(&c, order, 120000));
	claim_take(&c, order, "05", 120000);
	assert_int_equal(hear(&c, CLAIM_OP_HELD, "k2", "01", 120010).change, CLAIM_UNCHANGED);
	assert_int_equal(c.own.state, CLAIM_PENDING);
	hear(&c, CLAIM_OP_TAKE, "k1", "05", 120020);
	claim_tick(&c, "x", LAPSE_MS, 120320);
	assert_int_equal(c.own.state, CLAIM_HOLDING);
	assert_int_equal(hear(&c, CLAIM_OP_KEEP, "k2", "01", 121000).change, CLAIM_UNCHANGED);

	/* Ours, and nobody hears it. */
	settle(&c, "05");
	for (int64_t at = 21000; at < 61050; at += 20000)
		assert_int_equal(claim_tick(&c, "x", LAPSE_MS, at).word.op, CLAIM_OP_KEEP);
	assert_int_equal(claim_due_ms(&c, LAPSE_MS), 61050);
	r = claim_tick(&c, "07", LAPSE_MS, 61050);
	assert_int_equal(r.word.op, CLAIM_OP_TAKE);
	assert_string_equal(r.word.claim, "07");
	assert_int_equal(c.own.state, CLAIM_PENDING);

	/* Another lane does not hear it, and does not give way. */
	settle(&c, "05");
	assert_int_equal(hear(&c, CLAIM_OP_KEEP, "k2", "06", 2000).word.op, CLAIM_OP_HELD);
	hear(&c, CLAIM_OP_KEEP, "k2", "06", 22000);
	assert_int_equal(claim_due_ms(&c, LAPSE_MS) <= 22000, true);
	r = claim_tick(&c, "07", LAPSE_MS, 22000);
	assert_int_equal(r.word.op, CLAIM_OP_TAKE);
	assert_int_equal(hear(&c, CLAIM_OP_HELD, "k2", "06", 22100).change, CLAIM_LOST);
}

/* Alone, for want of an echo only: a holder's word still counts. */
static void test_alone_but_told(void **state)
{
	struct claims c;
	struct claim_result r;

	(void)state;
	begin(&c, "05");
	claim_tick(&c, "x", LAPSE_MS, 3000);
	assert_int_equal(c.own.state, CLAIM_ISOLATED);
	assert_int_equal(hear(&c, CLAIM_OP_TAKE, "k2", "01", 3100).change, CLAIM_UNCHANGED);
	r = hear(&c, CLAIM_OP_HELD, "k2", "01", 3200);
	assert_int_equal(r.change, CLAIM_LOST);
	assert_int_equal(c.own.state, CLAIM_NONE);
}

static void test_line(void **state)
{
	struct claims c;
	struct claim_result r;

	(void)state;
	settle(&c, "05");
	assert_int_equal(claim_line(&c, false, "06", 2000).change, CLAIM_CHANGED);
	assert_int_equal(c.own.state, CLAIM_ISOLATED);
	assert_int_equal(claim_due_ms(&c, LAPSE_MS), CLAIM_NEVER_MS);
	r = claim_line(&c, true, "07", 9000);
	assert_int_equal(r.word.op, CLAIM_OP_TAKE);
	assert_string_equal(r.word.claim, "07");
	assert_int_equal(c.own.state, CLAIM_PENDING);
	assert_int_equal(c.own.touch_ms, 1000);

	claims_init(&c, "k1");
	assert_false(claim_take(&c, slice_of("ZAM-1"), "05", 0).say);
	assert_int_equal(c.own.state, CLAIM_ISOLATED);
	assert_false(claim_drop(&c).say);
}

/* ---- three lanes on one bus ---- */

#define LANES	3
#define ON_BUS	4096
#define FAST_MS 140 /* there and back is less than CLAIM_SETTLE_MS */

struct travelling {
	struct claim_word word;
	int to;
	int64_t at_ms;
};

struct bus {
	struct claims lanes[LANES];
	struct travelling words[ON_BUS];
	int count;
	int64_t arrives[LANES]; /* in order, to each */
	int64_t broker_ms[LANES];
	int64_t now_ms;
	unsigned int seed;
	int next_id;
};

static void send_word(struct bus *b, int from, const struct claim_result *r)
{
	int64_t at = b->now_ms + rand_r(&b->seed) % (FAST_MS / 2);

	if (!r->say)
		return;
	/* One lane's words reach the broker, and the broker's a lane, in order. */
	b->broker_ms[from] = at > b->broker_ms[from] ? at : b->broker_ms[from];
	for (int i = 0; i < LANES; i++) {
		int64_t there = b->broker_ms[from] + rand_r(&b->seed) % (FAST_MS / 2);

		assert_true(b->count < ON_BUS);
		b->words[b->count++] = (struct travelling){ r->word, i, there };
	}
}

static void deliver(struct bus *b)
{
	for (int n = 0; n < b->count; n++) {
		struct travelling t = b->words[n];
		struct claim_result r;

		if (t.at_ms > b->now_ms)
			continue;
		b->words[n--] = b->words[--b->count];
		r = claim_heard(&b->lanes[t.to], &t.word, b->now_ms);
		send_word(b, t.to, &r);
	}
}

static void act(struct bus *b, int i)
{
	struct claims *c = &b->lanes[i];
	struct claim_result r;
	char id[16];

	/* A clock of its own: ids of different lanes come in any order. */
	text_fmt(id, sizeof(id), "%05d%d", rand_r(&b->seed) % 100000, i);
	if (c->own.state == CLAIM_NONE && !claim_elsewhere(c, slice_of("ZAM-1"), b->now_ms))
		r = claim_take(c, slice_of("ZAM-1"), id, b->now_ms);
	else if (rand_r(&b->seed) % 3 == 0)
		r = claim_drop(c);
	else
		return;
	send_word(b, i, &r);
}

static void run(unsigned int seed)
{
	struct bus *b = calloc(1, sizeof(*b));
	int held = 0;

	b->seed = seed;
	for (int i = 0; i < LANES; i++) {
		char lane[8];

		text_fmt(lane, sizeof(lane), "k%d", i);
		claims_init(&b->lanes[i], lane);
		claim_line(&b->lanes[i], true, "0", 0);
	}
	for (b->now_ms = 1; b->now_ms < 20000; b->now_ms++) {
		int holders = 0;

		deliver(b);
		for (int i = 0; i < LANES; i++) {
			struct claim_result r;

			r = claim_tick(&b->lanes[i], "none", LAPSE_MS, b->now_ms);
			send_word(b, i, &r);
			if (rand_r(&b->seed) % 700 == 0)
				act(b, i);
			holders += b->lanes[i].own.state == CLAIM_HOLDING;
			assert_true(b->lanes[i].own.state != CLAIM_ISOLATED);
		}
		held += holders;
		if (holders > 1)
			fail_msg("seed %u: %d lanes hold it at %lld", seed, holders,
				 (long long)b->now_ms);
	}
	assert_true(held > 1000);
	free(b);
}

static void test_never_two(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 300; seed++)
		run(seed);
}

/* Words overtake each other: what has ended stays so. */
static void test_ended_for_good(void **state)
{
	const struct slice order = slice_of("ZAM-1");
	struct claims c;

	(void)state;
	claims_init(&c, "k1");
	claim_line(&c, true, "0", 0);
	hear(&c, CLAIM_OP_TAKE, "k2", "05", 1000);
	hear(&c, CLAIM_OP_DROP, "k2", "05", 1100);
	hear(&c, CLAIM_OP_KEEP, "k2", "05", 1200);
	assert_false(claim_elsewhere(&c, order, 1200));
	/* The drop came first of all. */
	hear(&c, CLAIM_OP_DROP, "k2", "06", 1300);
	hear(&c, CLAIM_OP_TAKE, "k2", "06", 1400);
	assert_false(claim_elsewhere(&c, order, 1400));
	/* Another take ended it; a take that is older by its id ends nothing. */
	hear(&c, CLAIM_OP_TAKE, "k2", "08", 1500);
	hear(&c, CLAIM_OP_TAKE, "k2", "09", 1600);
	hear(&c, CLAIM_OP_DROP, "k2", "09", 1700);
	hear(&c, CLAIM_OP_KEEP, "k2", "08", 1800);
	assert_false(claim_elsewhere(&c, order, 1800));
	hear(&c, CLAIM_OP_TAKE, "k2", "0b", 1900);
	hear(&c, CLAIM_OP_TAKE, "k2", "0a", 2000);
	hear(&c, CLAIM_OP_DROP, "k2", "0a", 2100);
	hear(&c, CLAIM_OP_KEEP, "k2", "0b", 2200);
	assert_true(claim_elsewhere(&c, order, 2200));
	/* Nor does it take anything from us. */
	settle(&c, "05");
	hear(&c, CLAIM_OP_DROP, "k2", "01", 3000);
	assert_int_equal(hear(&c, CLAIM_OP_KEEP, "k2", "01", 3100).change, CLAIM_UNCHANGED);
	assert_int_equal(c.own.state, CLAIM_HOLDING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settles),		 cmocka_unit_test(test_no_echo),
		cmocka_unit_test(test_two_takes),	 cmocka_unit_test(test_holder),
		cmocka_unit_test(test_elsewhere),	 cmocka_unit_test(test_line),
		cmocka_unit_test(test_ended_for_good),	 cmocka_unit_test(test_never_two),
		cmocka_unit_test(test_unheard_for_good), cmocka_unit_test(test_alone_but_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
