// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/quota.h"

#include <stdlib.h>

#include "firmware/trust/hash.h"

#define SETS  8192
#define WAYS  4
#define MILLI 1000

struct bucket {
	uint64_t lane; /* hash of its name; 0 = free */
	int64_t at_ms; /* when it was refilled last */
	int64_t asks_milli;
	int64_t bytes; /* below 0 after a large answer */
	int64_t alarm_ms;
};

struct quota {
	struct bucket bucket[SETS][WAYS];
};

static uint64_t name_of(const char *store, const char *lane)
{
	char text[2 * ID_MAX + 2];
	uint64_t h;

	text_fmt(text, sizeof(text), "%s/%s", store, lane);
	h = hash_record("lane", slice_of(text), 0);
	return h ? h : 1;
}

static int64_t at_most(int64_t n, int64_t max)
{
	return n > max ? max : n;
}

static void refill(struct bucket *b, int64_t now)
{
	int64_t ms = at_most(now - b->at_ms, QUOTA_BYTES_MAX / QUOTA_BYTES_PER_S * 2 * MILLI);

	b->at_ms = now;
	b->asks_milli = at_most(b->asks_milli + ms * QUOTA_ASKS_PER_S, QUOTA_ASKS_MAX * MILLI);
	b->bytes = at_most(b->bytes + ms * (QUOTA_BYTES_PER_S / MILLI), QUOTA_BYTES_MAX);
}

static struct bucket *find(struct hq *hq, const char *store, const char *lane)
{
	uint64_t name = name_of(store, lane);
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	struct bucket *set, *spare;

	if (!hq->quota)
		hq->quota = calloc(1, sizeof(*hq->quota));
	if (!hq->quota)
		return NULL;
	set = hq->quota->bucket[name % SETS];
	spare = set;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].lane)
			refill(&set[i], now);
		if (set[i].lane == name)
			return &set[i];
		if (!set[i].lane || (spare->lane && set[i].bytes > spare->bytes))
			spare = &set[i];
	}
	*spare = (struct bucket){ .lane = name,
				  .at_ms = now,
				  .asks_milli = QUOTA_ASKS_MAX * MILLI,
				  .bytes = QUOTA_BYTES_MAX,
				  .alarm_ms = now - QUOTA_ALARM_MS };
	return spare;
}

static bool post_allows(const struct hq *hq, const struct bucket *b)
{
	size_t waits = hq->post.bytes;

	return waits < QUOTA_POST_EASY ||
	       (waits < QUOTA_POST_FULL && b->bytes > QUOTA_BYTES_MAX / 2);
}

bool quota_ask(struct hq *hq, const char *store, const char *lane, bool bulk)
{
	struct bucket *b = find(hq, store, lane);

	if (!b)
		return true; /* out of memory is no reason to be silent */
	if (b->asks_milli >= MILLI && (!bulk || b->bytes > 0)) {
		if (bulk && !post_allows(hq, b))
			return false;
		b->asks_milli -= MILLI;
		return true;
	}
	if (b->at_ms - b->alarm_ms >= QUOTA_ALARM_MS) {
		b->alarm_ms = b->at_ms;
		hq_alarm(hq, store, lane, "asks_limited",
			 b->asks_milli < MILLI ? "too many" : "too many bytes");
	}
	return false;
}

void quota_answered(struct hq *hq, const char *store, const char *lane, size_t bytes)
{
	struct bucket *b = find(hq, store, lane);

	if (b)
		b->bytes -= (int64_t)bytes;
}

void quota_free(struct hq *hq)
{
	free(hq->quota);
	hq->quota = NULL;
}
