// SPDX-License-Identifier: Apache-2.0
#include "sync/peers.h"

#include <string.h>

static void add(struct peers *peers, struct json v)
{
	struct json key = json_get(v, "key");
	char base64[64];
	int i = peers->count;

	if (i == PEERS_MAX || json_string(json_get(v, "lane"), peers->lanes[i].lane,
					  sizeof(peers->lanes[i].lane)) <= 0)
		return;
	peers->count++;
	peers->lanes[i].has_key = key.type != JSON_NONE && key.type != JSON_NULL;
	peers->keyed = peers->keyed || peers->lanes[i].has_key;
	if (json_string(key, base64, sizeof(base64)) < 0 ||
	    base64_decode(slice_of(base64), false, peers->lanes[i].key, TRUST_PUBLIC_BYTES) !=
		    TRUST_PUBLIC_BYTES)
		memset(peers->lanes[i].key, 0xff, TRUST_PUBLIC_BYTES); /* no point of the curve */
}

void peers_set(struct peers *peers, struct slice list)
{
	struct json lanes;

	*peers = (struct peers){ .count = 0 };
	if (list.n == 0 || json_check(list, &lanes) < 0)
		return;
	for (struct json_walk w = json_walk(lanes); json_next(&w);)
		add(peers, w.value);
}

enum peer_verdict peers_judge(const struct peers *peers, const char *lane, const struct frame *f,
			      const char *topic, struct buf *scratch)
{
	if (!peers->keyed)
		return PEER_HEARD;
	for (int i = 0; i < peers->count; i++) {
		if (strcmp(peers->lanes[i].lane, lane) != 0)
			continue;
		if (!peers->lanes[i].has_key)
			return PEER_HEARD;
		return f->is_signed && strcmp(f->kid, lane) == 0 &&
				       frame_verify(f, topic, peers->lanes[i].key, scratch)
			       ? PEER_HEARD
			       : PEER_SIGNATURE;
	}
	return PEER_UNKNOWN;
}
