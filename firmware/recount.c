// SPDX-License-Identifier: Apache-2.0
/*
 * What the heartbeat says a stream holds must be what is there. Count and sum are kept as records
 * come and go; a file that was damaged or written by hand would go on saying the old ones, and
 * HQ would never know. So they are counted anew at each start, over the live generations.
 */
#include "firmware/base/log.h"
#include "firmware/station.h"
#include "firmware/streams.h"
#include "firmware/trust/hash.h"

struct recount {
	const char *type;
	int64_t count;
	uint64_t sum;
};

static void add(void *ctx, struct slice id, int64_t rev)
{
	struct recount *r = ctx;

	r->count++;
	r->sum ^= hash_record(r->type, id, rev);
}

void station_recount(struct station *st)
{
	for (int i = 0; i < STREAM_COUNT; i++) {
		enum stream s = (enum stream)i;
		struct cursor c = store_cursor(st->store, s);
		struct recount r = { .type = stream_type(s) };

		store_counted(st->store, c.gen, add, &r);
		if (r.count == c.count && r.sum == c.sum)
			continue;
		log_warning("%s: %lld records where %lld were counted: HQ will be told",
			    stream_name(s), (long long)r.count, (long long)c.count);
		c.count = r.count;
		c.sum = r.sum;
		store_cursor_set(st->store, s, &c);
	}
}
