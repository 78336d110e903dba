// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/figure.h"

#include <string.h>

#include "firmware/base/text.h"

static bool is_figure(struct json v)
{
	int64_t n;

	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	return json_int(v, &n) == 0 && n >= -FIGURE_MAX && n <= FIGURE_MAX;
}

static const char *wrong(const char *what, char *room, size_t cap)
{
	text_fmt(room, cap, "%s must be a whole number of at most %lld", what,
		 (long long)FIGURE_MAX);
	return room;
}

static const char *check_stock(struct json body, char *room, size_t cap)
{
	struct json_walk other = json_walk(json_get(body, "other"));

	if (!is_figure(json_get(body, "on_hand")))
		return wrong("`on_hand`", room, cap);
	if (!is_figure(json_get(body, "reserved")))
		return wrong("`reserved`", room, cap);
	while (json_next(&other)) {
		if (!is_figure(json_get(other.value, "on_hand")))
			return wrong("`on_hand` of `other`", room, cap);
	}
	return NULL;
}

static const char *check_member(struct json body, char *room, size_t cap)
{
	struct json_walk lanes = json_walk(json_get(body, "allowance"));

	if (!is_figure(json_get(body, "points")))
		return wrong("`points`", room, cap);
	while (json_next(&lanes)) {
		if (!is_figure(lanes.value))
			return wrong("`allowance`", room, cap);
	}
	return NULL;
}

const char *figure_check(const char *type, struct json body, char *ret_room, size_t cap)
{
	if (strcmp(type, "stock") == 0)
		return check_stock(body, ret_room, cap);
	if (strcmp(type, "member") == 0)
		return check_member(body, ret_room, cap);
	return NULL;
}

int64_t figure_of(struct json v)
{
	return is_figure(v) ? json_int_or(v, 0) : 0;
}

bool figure_add(int64_t a, int64_t b, int64_t *ret_sum)
{
	int64_t sum = a + b;

	if (sum < -FIGURE_MAX || sum > FIGURE_MAX)
		return false;
	*ret_sum = sum;
	return true;
}
