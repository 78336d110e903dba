// SPDX-License-Identifier: Apache-2.0
/*
 * What policy says of keys and lanes: who may sign what (the loop's side is told), and whether
 * this lane still belongs to its store. Looked at again whenever the policy stream has moved.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/commands.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/orders.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

const struct trust_keys *station_keys(struct station *st)
{
	const struct trust_keys *pinned = &st->config->keys;
	struct trust_change less = { .withdrawn = st->keys_change.withdrawn };
	const char *why;

	if (st->real)
		return &st->keys; /* training.c's */
	if (!trust_keys_has(pinned, KEY_STREAM))
		return pinned;
	if (trust_change_apply(pinned, &st->keys_change, &st->keys, &why) == 0 &&
	    trust_keys_has(&st->keys, KEY_STREAM))
		return &st->keys;
	/* The keys file was changed since and does not go with what was added by policy. What was
	 * withdrawn stays so, unless nobody could sign anything any more. */
	if (trust_change_apply(pinned, &less, &st->keys, &why) == 0 &&
	    trust_keys_has(&st->keys, KEY_STREAM))
		return &st->keys;
	return pinned;
}

bool station_signer_valid(struct station *st, uint16_t signer)
{
	if (!trust_keys_has(&st->config->keys, KEY_STREAM))
		return true;
	policies_follow(st);
	/* Not signed at all: sync lets no such message in; a test speaks at the door itself. */
	return signer == 0 || trust_keys_find(station_keys(st), KEY_STREAM, (uint8_t)(signer - 1));
}

const char *policy_keys_wrong(const struct station *st, struct json body)
{
	struct trust_change change;
	struct trust_keys keys;
	const char *why = NULL;

	if (trust_change_read(body, &change, &why) < 0)
		return why;
	if (!trust_keys_has(&st->config->keys, KEY_STREAM))
		return NULL; /* not honoured here */
	if (trust_change_apply(&st->config->keys, &change, &keys, &why) < 0)
		return why;
	return trust_keys_has(&keys, KEY_STREAM) ? NULL : "keys_none_left";
}

static bool differs(struct slice text, char last[HASH_TEXT_MAX])
{
	char hash[HASH_TEXT_MAX];

	hash_text(text, hash);
	if (strcmp(hash, last) == 0)
		return false;
	memcpy(last, hash, sizeof(hash));
	return true;
}

static void follow_keys(struct station *st)
{
	struct json body = policy_get(st, "keys");
	struct trust_change change = { .added.count = 0 };
	struct door_out out = { .kind = OUT_KEYS };
	char memory[TRUST_KEYS_TEXT_MAX];
	const char *why = "";
	struct buf text;

	if (body.type == JSON_OBJECT && trust_change_read(body, &change, &why) < 0)
		return; /* checked when it came: it never gets here */
	if (body.type == JSON_OBJECT && !trust_keys_has(&st->config->keys, KEY_STREAM))
		log_warning("policy keys is not honoured: no stream key is pinned, so nobody signed"
			    " it");
	st->keys_change = change;
	buf_init(&text, memory, sizeof(memory));
	trust_keys_write(station_keys(st), &text);
	if (!differs(buf_read(&text), st->keys_hash))
		return;
	/* What waits for its turn may be signed by a key that is none any more; it is asked for
	 * again. */
	for (int s = 0; s < STREAM_COUNT; s++)
		store_unhold(st->store, (enum stream)s, 0, INT64_MAX);
	door_emit(st->door, &out, buf_read(&text));
}

/* Is this lane one of those listed, with this station's key where it signs? */
static bool is_listed(const struct station *st, struct json lanes)
{
	for (struct json_walk w = json_walk(lanes); json_next(&w);) {
		struct json key = json_get(w.value, "key");

		if (json_is(json_get(w.value, "lane"), st->config->lane))
			return !st->config->sign || key.type != JSON_STRING ||
			       json_is(key, st->identity);
	}
	return false;
}

/* Nothing that is open goes on; what was decided stays, and its prints come out. */
static void stop_serving(struct station *st)
{
	struct word_values v = words_none();

	for (int d = 0; d < DESK_COUNT; d++) {
		struct desk_state *desk = &st->desks[d];
		struct call c = serving_take_back(st, (enum desk)d);

		if (desk->waiting.active)
			c = desk->waiting.call;
		desk->waiting.active = false;
		desk_forget_kept(st, (enum desk)d);
		if (desk->mode == MODE_PICKUP || desk->mode == MODE_RETURN)
			pickup_close(st, (enum desk)d);
		else
			desk_set_mode(st, (enum desk)d, MODE_IDLE);
		desk->greeted[0] = '\0';
		answer_no(st, &c, 409, REASON_REVOKED, &v);
	}
}

static void follow_lanes(struct station *st)
{
	struct json lanes = json_get(policy_get(st, "lanes"), "lanes");
	struct door_out out = { .kind = OUT_LANES };
	struct slice text = lanes.type == JSON_ARRAY ? json_text(lanes) : (struct slice){ 0 };
	bool revoked = json_count(lanes) > 0 && !is_listed(st, lanes);

	if (differs(text, st->lanes_hash)) {
		door_emit(st->door, &out, text);
		st->lanes_stale = true;
		if (lane_unheard(st))
			log_error("policy lanes has a key of this lane, and it does not sign: set"
				  " sign = yes in lada.conf, or nobody hears it");
	}
	if (revoked == st->revoked)
		return;
	st->revoked = revoked;
	st->dirty = true;
	if (revoked) {
		log_error("policy lanes does not list this lane: nothing is served");
		stop_serving(st);
	} else {
		log_notice("policy lanes lists this lane again");
		for (int d = 0; d < DESK_COUNT; d++)
			notice_clear(st, (enum desk)d);
	}
}

void policies_follow(struct station *st)
{
	struct cursor c = store_cursor(st->store, STREAM_POLICY);

	if (st->policy_known && c.gen == st->policy_at.gen && c.epoch == st->policy_at.epoch &&
	    c.seq == st->policy_at.seq)
		return;
	st->policy_known = true;
	st->policy_at = c;
	follow_keys(st);
	follow_lanes(st);
}

bool revoked_verb(const char *verb)
{
	static const char *const serving[] = { "scan",		 "pickup.",    "prep.",
					       "return.",	 "complaint.", "drawer.",
					       "print.again",	 "fiscal.",    "pay.",
					       "training.start", "stock.",     "order." };

	for (size_t i = 0; i < COUNT_OF(serving); i++)
		if (strncmp(verb, serving[i], strlen(serving[i])) == 0)
			return true;
	return false;
}
