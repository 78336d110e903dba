// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/trust/frame.h"
#include "sync/hq/fleet.h"
#include "sync/hq/keyring.h"
#include "sync/hq/lease.h"
#include "sync/hq/ledger.h"
#include "sync/hq/replay.h"

int intake_init(struct intake *in, struct hq *hq, const char *prefix)
{
	size_t cap = FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX;
	char *p = malloc(cap);

	*in = (struct intake){ .hq = hq, .prefix = prefix };
	buf_init(&in->scratch, p, p ? cap : 0);
	return p ? 0 : -ENOMEM;
}

void intake_free(struct intake *in)
{
	free(in->scratch.p);
}

struct address {
	char store[ID_MAX + 1];
	char lane[ID_MAX + 1];
	char what[8];
};

/* PREFIX/STORE/LANE/WHAT */
static bool read_topic(const char *prefix, const char *topic, struct address *ret_address)
{
	size_t n = strlen(prefix);
	const char *store = topic + n + 1, *lane, *what;

	if (strncmp(topic, prefix, n) != 0 || topic[n] != '/')
		return false;
	lane = strchr(store, '/');
	what = lane ? strchr(lane + 1, '/') : NULL;
	if (!what)
		return false;
	if (slice_copy((struct slice){ store, (size_t)(lane - store) }, ret_address->store,
		       sizeof(ret_address->store)) < 0 ||
	    slice_copy((struct slice){ lane + 1, (size_t)(what - lane - 1) }, ret_address->lane,
		       sizeof(ret_address->lane)) < 0 ||
	    slice_copy(slice_of(what + 1), ret_address->what, sizeof(ret_address->what)) < 0)
		return false;
	return store_id_valid(slice_of(ret_address->store)) &&
	       lane_id_valid(slice_of(ret_address->lane));
}

/* NULL and the JSON, or why the payload is not let in. */
static const char *open_payload(struct intake *in, const struct address *a, const char *topic,
				struct slice payload, struct json *ret_root)
{
	uint8_t public_key[TRUST_PUBLIC_BYTES];
	struct frame frame;
	int listed;

	if (payload.n > HQ_MESSAGE_MAX)
		return "too_big";
	if (frame_open(payload, &frame) < 0)
		return "frame";
	listed = keyring_lane(in->hq, a->store, a->lane, public_key);
	if (listed == -EACCES)
		return "not_listed";
	if (frame.is_signed && strcmp(frame.kid, a->lane) != 0)
		return "kid";
	if (listed == 0 &&
	    (!frame.is_signed || !frame_verify(&frame, topic, public_key, &in->scratch)))
		return "signature";
	if (json_check(frame.json, ret_root) < 0 || ret_root->type != JSON_OBJECT)
		return "json";
	return NULL;
}

/* Wrong about who speaks, not about what is said. */
static bool is_identity(const char *why)
{
	return strcmp(why, "signature") == 0 || strcmp(why, "not_listed") == 0 ||
	       strcmp(why, "kid") == 0;
}

void intake_message(struct intake *in, const char *topic, struct slice payload, bool retained)
{
	struct address a;
	struct json root;
	const char *why;

	if (!read_topic(in->prefix, topic, &a))
		return;
	if (!lease_holds(in->hq, a.store)) {
		lease_meet(in->hq, a.store);
		return;
	}
	why = open_payload(in, &a, topic, payload, &root);
	if (why) {
		char detail[32];

		text_fmt(detail, sizeof(detail), "%s: %s", a.what, why);
		hq_alarm(in->hq, a.store, a.lane, is_identity(why) ? "identity" : "message_refused",
			 detail);
	} else if (strcmp(a.what, "state") == 0) {
		fleet_state(in->hq, a.store, a.lane, root, retained);
	} else if (retained) {
		/* Events and requests are never retained; a retained one is somebody's old copy. */
		hq_alarm(in->hq, a.store, a.lane, "message_retained", a.what);
	} else if (strcmp(a.what, "up") == 0) {
		ledger_up(in->hq, a.store, a.lane, root);
	} else if (strcmp(a.what, "ask") == 0) {
		replay_ask(in->hq, a.store, a.lane, root);
	}
}
