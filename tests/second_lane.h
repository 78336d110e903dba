// SPDX-License-Identifier: Apache-2.0
/*
 * The second lane of a shop (k2), for tests of what is heard of it: the policy that there are two,
 * its state and its events. Include after cmocka.h.
 */
#ifndef LADA_TESTS_SECOND_LANE_H
#define LADA_TESTS_SECOND_LANE_H

#include "tests/shop.h"

static inline void link_is(struct shop *s, bool up)
{
	struct door_event e = { .kind = DOOR_LINK, .link.up = up };

	shop_submit(s, &e, NULL);
}

static inline void lane_is(struct shop *s, bool online, int64_t epoch, int64_t conn, int64_t acked,
			   int64_t outbox)
{
	struct door_event e = { .kind = DOOR_LANE };

	e.lane.online = online;
	e.lane.epoch = epoch;
	e.lane.conn = conn;
	e.lane.acked = acked;
	e.lane.outbox = outbox;
	text_fmt(e.lane.lane, sizeof(e.lane.lane), "k2");
	shop_submit(s, &e, NULL);
}

static inline void events(struct shop *s, int64_t epoch, const char *list)
{
	struct door_event e = { .kind = DOOR_UP };

	e.up.epoch = epoch;
	text_fmt(e.up.lane, sizeof(e.up.lane), "k2");
	e.up.events = (struct span){ 0, (uint32_t)strlen(list) };
	shop_submit(s, &e, list);
}

static inline const char *event(int64_t seq, const char *type, const char *body)
{
	static char text[4096];

	text_fmt(text, sizeof(text),
		 "[{\"e\":{\"seq\":%lld,\"id\":\"E%lld\",\"type\":\"%s\",\"at\":"
		 "\"2026-11-22T16:00:00.000Z\",\"prev\":\"0\",\"body\":%s}}]",
		 (long long)seq, (long long)seq, type, body);
	return text;
}

/* `isolated`: policy for a handover while alone. */
static inline struct shop *two_lanes(const char *isolated)
{
	static const char lanes[] =
		"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":1,\"body\":"
		"{\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}},"
		"{\"op\":\"put\",\"type\":\"policy\",\"id\":\"pickup\",\"rev\":1,\"body\":"
		"{\"isolated_handover\":\"%s\",\"check_items\":\"none\"}}]";
	struct shop *s = shop_stocked(1);
	char ops[1024];

	text_fmt(ops, sizeof(ops), lanes, isolated);
	shop_down(s, STREAM_POLICY, 7, 2, ops, NULL);
	return s;
}

#endif
