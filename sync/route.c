// SPDX-License-Identifier: Apache-2.0
#include "sync/route.h"

#include <errno.h>
#include <string.h>

const char *route_name(enum route route)
{
	switch (route) {
	case ROUTE_DOWN:
		return "down";
	case ROUTE_ACK:
		return "ack";
	case ROUTE_CMD:
		return "cmd";
	case ROUTE_BLOB:
		return "blob";
	case ROUTE_BEAT:
		return "hq";
	case ROUTE_UP:
		return "up";
	case ROUTE_ASK:
		return "ask";
	case ROUTE_STATE:
		return "state";
	case ROUTE_CLAIM:
		return "claim";
	}
	return "?";
}

bool route_from_hq(enum route route)
{
	return route <= ROUTE_BEAT;
}

/* Takes `level` and the '/' behind it off the front; true when it was there. */
static bool take_levels(struct slice *rest, const char *level)
{
	size_t n = strlen(level);

	if (!slice_starts(*rest, level) || rest->n <= n || rest->p[n] != '/')
		return false;
	rest->p += n + 1;
	rest->n -= n + 1;
	return true;
}

static int find_down(struct slice name, bool direct, struct route_found *ret_found)
{
	enum stream stream;

	if (stream_find(name, &stream) < 0)
		return -EINVAL;
	*ret_found =
		(struct route_found){ .route = ROUTE_DOWN, .stream = stream, .direct = direct };
	return 0;
}

static int find_own(struct slice rest, struct route_found *ret_found)
{
	static const enum route own[] = { ROUTE_ACK, ROUTE_CMD, ROUTE_BLOB };

	if (take_levels(&rest, "down"))
		return find_down(rest, true, ret_found);
	for (size_t i = 0; i < COUNT_OF(own); i++) {
		if (slice_eq(rest, route_name(own[i]))) {
			*ret_found = (struct route_found){ .route = own[i] };
			return 0;
		}
	}
	return -ENOENT;
}

static int find_sibling(struct slice rest, struct route_found *ret_found)
{
	static const enum route any[] = { ROUTE_UP, ROUTE_ASK, ROUTE_STATE };
	const char *slash = memchr(rest.p, '/', rest.n);
	struct slice lane;

	if (!slash)
		return -ENOENT;
	lane = (struct slice){ rest.p, (size_t)(slash - rest.p) };
	if (!id_valid(lane))
		return -ENOENT;
	rest = (struct slice){ slash + 1, rest.n - (size_t)(slash + 1 - rest.p) };
	for (size_t i = 0; i < COUNT_OF(any); i++) {
		if (slice_eq(rest, route_name(any[i]))) {
			*ret_found = (struct route_found){ .route = any[i] };
			return slice_copy(lane, ret_found->lane, sizeof(ret_found->lane));
		}
	}
	return -ENOENT;
}

int route_find(const struct route_base *base, const char *topic, struct route_found *ret_found)
{
	struct slice rest = slice_of(topic), own;

	if (!take_levels(&rest, base->prefix))
		return -ENOENT;
	if (slice_eq(rest, "hq")) {
		*ret_found = (struct route_found){ .route = ROUTE_BEAT };
		return 0;
	}
	if (!take_levels(&rest, base->store))
		return -ENOENT;
	if (slice_eq(rest, "claim")) {
		*ret_found = (struct route_found){ .route = ROUTE_CLAIM };
		return 0;
	}
	/* `down` is no lane's name, so this one goes before the lanes. */
	if (take_levels(&rest, "down"))
		return find_down(rest, false, ret_found);
	own = rest;
	if (take_levels(&own, base->lane) && find_own(own, ret_found) != -ENOENT)
		return find_own(own, ret_found);
	return find_sibling(rest, ret_found);
}

int route_subscription(const struct route_base *base, int i, char ret_topic[ROUTE_TOPIC_MAX])
{
	static const struct {
		bool own; /* P/S/L/tail, else P/S/tail */
		const char *tail;
	} table[ROUTE_SUBSCRIPTIONS - 1] = {
		{ false, "down/+" }, { true, "down/+" }, { false, "+/up" },
		{ true, "ack" },     { false, "+/ask" }, { false, "claim" },
		{ true, "cmd" },     { true, "blob" },	 { false, "+/state" },
	};

	if (i < 0 || i >= ROUTE_SUBSCRIPTIONS)
		return -ENOENT;
	if (i == ROUTE_SUBSCRIPTIONS - 1)
		return text_fmt(ret_topic, ROUTE_TOPIC_MAX, "%s/hq", base->prefix);
	return text_fmt(ret_topic, ROUTE_TOPIC_MAX, "%s/%s/%s%s%s", base->prefix, base->store,
			table[i].own ? base->lane : "", table[i].own ? "/" : "", table[i].tail);
}

int route_own(const struct route_base *base, enum route route, char ret_topic[ROUTE_TOPIC_MAX])
{
	if (route == ROUTE_CLAIM)
		return text_fmt(ret_topic, ROUTE_TOPIC_MAX, "%s/%s/claim", base->prefix,
				base->store);
	return text_fmt(ret_topic, ROUTE_TOPIC_MAX, "%s/%s/%s/%s", base->prefix, base->store,
			base->lane, route_name(route));
}
