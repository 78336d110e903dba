// SPDX-License-Identifier: Apache-2.0
#include "firmware/trust/rotate.h"

#include <errno.h>
#include <string.h>

static int fail(const char *why, const char **ret_why)
{
	*ret_why = why;
	return -EINVAL;
}

static int read_key(struct json v, bool with_key, struct trust_key *ret_key)
{
	char purpose[16], base64[64];
	struct trust_key key = { 0 };
	int64_t kid;

	if (json_int(json_get(v, "kid"), &kid) < 0 || kid < 0 || kid > UINT8_MAX ||
	    json_string(json_get(v, "purpose"), purpose, sizeof(purpose)) < 0 ||
	    trust_purpose_find(slice_of(purpose), &key.purpose) < 0)
		return -EINVAL;
	if (with_key && (json_string(json_get(v, "key"), base64, sizeof(base64)) < 0 ||
			 base64_decode(slice_of(base64), false, key.public_key,
				       sizeof(key.public_key)) != (int)sizeof(key.public_key)))
		return -EINVAL;
	key.kid = (uint8_t)kid;
	*ret_key = key;
	return 0;
}

static int read_list(struct json list, bool with_key, struct trust_keys *keys, const char **ret_why)
{
	if (list.type == JSON_NONE)
		return 0;
	if (list.type != JSON_ARRAY)
		return fail("shape", ret_why);
	for (struct json_walk w = json_walk(list); json_next(&w);) {
		if (keys->count == TRUST_KEYS_MAX)
			return fail("keys_count", ret_why);
		if (read_key(w.value, with_key, &keys->key[keys->count]) < 0)
			return fail("keys_shape", ret_why);
		keys->count++;
	}
	return 0;
}

int trust_change_read(struct json body, struct trust_change *ret_change, const char **ret_why)
{
	struct trust_change change = { .added.count = 0 };

	if (read_list(json_get(body, "add"), true, &change.added, ret_why) < 0 ||
	    read_list(json_get(body, "withdrawn"), false, &change.withdrawn, ret_why) < 0)
		return -EINVAL;
	*ret_change = change;
	return 0;
}

/* Adds those that are not withdrawn. One KID of a purpose is one key for good: a code or frame
 * names no more of it. */
static int add_valid(const struct trust_keys *from, const struct trust_keys *withdrawn,
		     struct trust_keys *keys, const char **ret_why)
{
	for (int i = 0; i < from->count; i++) {
		const struct trust_key *k = &from->key[i];
		const struct trust_key *same = trust_keys_find(keys, k->purpose, k->kid);

		if (trust_keys_find(withdrawn, k->purpose, k->kid))
			continue;
		if (same && memcmp(same->public_key, k->public_key, TRUST_PUBLIC_BYTES) != 0)
			return fail("keys_kid", ret_why);
		if (same)
			continue;
		if (keys->count == TRUST_KEYS_MAX)
			return fail("keys_count", ret_why);
		keys->key[keys->count++] = *k;
	}
	return 0;
}

int trust_change_apply(const struct trust_keys *pinned, const struct trust_change *change,
		       struct trust_keys *ret_keys, const char **ret_why)
{
	struct trust_keys keys = { .count = 0 };

	if (add_valid(pinned, &change->withdrawn, &keys, ret_why) < 0 ||
	    add_valid(&change->added, &change->withdrawn, &keys, ret_why) < 0)
		return -EINVAL;
	*ret_keys = keys;
	return 0;
}
