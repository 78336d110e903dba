// SPDX-License-Identifier: Apache-2.0
#include "tests/json_part.h"

#include <stdio.h>
#include <string.h>

#include "firmware/base/json.h"

static bool part_of(struct json have, struct json part, const char *at, char *why, size_t cap);

static bool members(struct json have, struct json part, const char *at, char *why, size_t cap)
{
	for (struct json_walk w = json_walk(part); json_next(&w);) {
		char name[128], path[512];

		if (json_string(w.name, name, sizeof(name)) < 0)
			return false;
		snprintf(path, sizeof(path), "%s.%s", at, name);
		if (!part_of(json_get(have, name), w.value, path, why, cap))
			return false;
	}
	return true;
}

static bool elements(struct json have, struct json part, const char *at, char *why, size_t cap)
{
	struct json_walk h = json_walk(have);
	int n = 0;

	if (have.type == JSON_ARRAY && json_count(part) == 0 && json_count(have) > 0) {
		snprintf(why, cap, "%s should be empty", at);
		return false;
	}
	for (struct json_walk w = json_walk(part); json_next(&w); n++) {
		char path[512];

		snprintf(path, sizeof(path), "%s[%d]", at, n);
		if (!json_next(&h)) {
			snprintf(why, cap, "%s is missing", path);
			return false;
		}
		if (!part_of(h.value, w.value, path, why, cap))
			return false;
	}
	return true;
}

static bool part_of(struct json have, struct json part, const char *at, char *why, size_t cap)
{
	const struct slice h = json_text(have), p = json_text(part);

	if (have.type == part.type && part.type == JSON_OBJECT)
		return members(have, part, at, why, cap);
	if (have.type == part.type && part.type == JSON_ARRAY)
		return elements(have, part, at, why, cap);
	if (have.type == part.type && h.n == p.n && memcmp(h.p, p.p, p.n) == 0)
		return true;
	snprintf(why, cap, "%s is %.*s, expected %.*s", at[0] ? at : "it",
		 have.type == JSON_NONE ? 6 : (int)h.n, have.type == JSON_NONE ? "absent" : h.p,
		 (int)p.n, p.p);
	return false;
}

bool json_has_part(const char *text, const char *part, char *ret_why, size_t cap)
{
	struct json have, want;

	ret_why[0] = '\0';
	if (json_check(slice_of(part), &want) < 0) {
		snprintf(ret_why, cap, "what is expected is no JSON: %s", part);
		return false;
	}
	if (json_check(slice_of(text), &have) < 0) {
		snprintf(ret_why, cap, "no JSON");
		return false;
	}
	return part_of(have, want, "", ret_why, cap);
}
