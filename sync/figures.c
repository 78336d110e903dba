// SPDX-License-Identifier: Apache-2.0
#include "sync/figures.h"

const char *refusal_name(enum refusal why)
{
	switch (why) {
	case REFUSED_TOPIC:
		return "topic";
	case REFUSED_TOO_BIG:
		return "too_big";
	case REFUSED_FRAME:
		return "frame";
	case REFUSED_SIGNATURE:
		return "signature";
	case REFUSED_JSON:
		return "json";
	case REFUSED_UTF8:
		return "utf8";
	case REFUSED_SHAPE:
		return "shape";
	case REFUSED_STREAM:
		return "stream";
	case REFUSED_REPLAY:
		return "replay";
	case REFUSED_LANE:
		return "lane";
	}
	return "?";
}

static void one(struct buf *b, const char *name, const char *type, uint64_t n)
{
	buf_fmt(b, "# TYPE %s %s\n%s %llu\n", name, type, name, (unsigned long long)n);
}

static void by_topic(struct buf *b, const char *name, const uint64_t *n, bool ours)
{
	buf_fmt(b, "# TYPE %s counter\n", name);
	for (int i = 0; i < ROUTE_COUNT; i++)
		if (!ours || !route_from_hq((enum route)i))
			buf_fmt(b, "%s{topic=\"%s\"} %llu\n", name, route_name((enum route)i),
				(unsigned long long)n[i]);
}

void figures_write(const struct figures *f, struct buf *b)
{
	one(b, "lada_broker_up", "gauge", f->up);
	one(b, "lada_sync_outstanding", "gauge", f->outstanding);
	one(b, "lada_broker_attempts_total", "counter", f->attempts);
	one(b, "lada_broker_lost_total", "counter", f->lost);
	one(b, "lada_sync_unsent_total", "counter", f->unsent);
	one(b, "lada_sync_door_full_total", "counter", f->door_full);
	one(b, "lada_sync_resend_rounds_total", "counter", f->rounds);
	by_topic(b, "lada_sync_received_total", f->received, false);
	by_topic(b, "lada_sync_published_total", f->published, true);
	buf_text(b, "# TYPE lada_sync_refused_total counter\n");
	for (int i = 0; i < REFUSAL_COUNT; i++)
		buf_fmt(b, "lada_sync_refused_total{why=\"%s\"} %llu\n",
			refusal_name((enum refusal)i), (unsigned long long)f->refused[i]);
}
