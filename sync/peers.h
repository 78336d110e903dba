// SPDX-License-Identifier: Apache-2.0
/*
 * Whose word counts among the lanes of a store: by policy `lanes`, which the step hands on. Where
 * that lists keys, a lane with a key must sign by it and one that is not listed is not heard;
 * without keys everybody on the broker is believed, as nothing else is possible.
 */
#ifndef LADA_SYNC_PEERS_H
#define LADA_SYNC_PEERS_H

#include "firmware/base/json.h"
#include "firmware/trust/frame.h"

#define PEERS_MAX 64

struct peers {
	struct {
		char lane[ID_MAX + 1];
		bool has_key;
		uint8_t key[TRUST_PUBLIC_BYTES];
	} lanes[PEERS_MAX];
	int count;
	bool keyed; /* some lane has a key */
};

/* From the list of policy `lanes`, or nothing. A key that cannot be read is one nobody has. */
void peers_set(struct peers *peers, struct slice list);

enum peer_verdict { PEER_HEARD, PEER_UNKNOWN, PEER_SIGNATURE };
enum peer_verdict peers_judge(const struct peers *peers, const char *lane, const struct frame *f,
			      const char *topic, struct buf *scratch);

#endif
