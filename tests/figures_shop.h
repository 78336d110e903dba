// SPDX-License-Identifier: Apache-2.0
/*
 * A shop whose key figures are looked at (tests/shop.h), in Warsaw. Include after cmocka.h.
 */
#ifndef LADA_TESTS_FIGURES_SHOP_H
#define LADA_TESTS_FIGURES_SHOP_H

#include "firmware/counter/figures.h"
#include "firmware/store/figure.h"
#include "tests/second_lane.h"

#define HOUR_MS (3600 * INT64_C(1000))
#define DAY_MS	(24 * HOUR_MS)

static inline struct tally *figures_of(struct shop *s, int64_t day, int hour, const char *lane)
{
	static struct tally t;

	t.count = 0;
	store_figures_read(s->st->store, day, hour, lane, &t);
	return &t;
}

static inline int64_t today(const struct shop *s)
{
	int hour;

	return figures_day(s->wall_ms, &hour);
}

static inline int64_t n_of(struct shop *s, const char *lane, const char *what, const char *part)
{
	return tally_n(figures_of(s, today(s), -1, lane), what, part);
}

static inline int64_t sum_of(struct shop *s, const char *lane, const char *what, const char *part)
{
	return tally_sum(figures_of(s, today(s), -1, lane), what, part);
}

/* As many ticks as the screens' figures, and what is to be told, take. */
static inline void settle(struct shop *s)
{
	shop_tick(s, 5000);
	for (int i = 0; i < 20; i++)
		shop_tick(s, 100);
}

static inline void beat(struct shop *s)
{
	struct door_event e = { .kind = DOOR_BEAT, .beat.online = true };

	e.beat.at_ms = s->wall_ms;
	shop_submit(s, &e, NULL);
}

static inline struct shop *open_shop(void)
{
	struct shop *s = shop_stocked(1);

	link_is(s, true);
	beat(s);
	return s;
}

static inline void put_order(struct shop *s, const char *id, int seq, const char *more)
{
	char ops[1024];

	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"%s\",\"rev\":%d,\"body\":{"
		 "\"status\":\"ready\",\"lines\":[{\"line\":1,\"sku\":\"S1\",\"qty\":1}]%s}}]",
		 id, seq + 10, more);
	shop_down(s, STREAM_ORDERS, 7, seq, ops, NULL);
}

static const char no_checks[] =
	"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"pickup\",\"rev\":1,\"body\":{"
	"\"check_items\":\"none\",\"id_search\":\"allow\"}}]";

static inline void scan_and_hand_over(struct shop *s, const char *order)
{
	char code[CODE_TEXT_MAX];

	shop_sign_code(s, order, code);
	shop_scan(s, code);
	shop_verb(s, "pickup.handover", "{}", NULL);
	assert_int_equal(s->status, 200);
}

static inline struct shop *open_file_shop(void)
{
	struct shop *s = shop_open_file(1);

	shop_begin_stream(s, STREAM_ORDERS);
	shop_begin_stream(s, STREAM_POLICY);
	shop_down(s, STREAM_POLICY, 7, 1, SHOP_STAFF, NULL);
	shop_down(s, STREAM_POLICY, 7, 2, no_checks, NULL);
	shop_down(s, STREAM_ORDERS, 7, 1, SHOP_ORDER, NULL);
	shop_log_in(s);
	link_is(s, true);
	beat(s);
	return s;
}

#endif
