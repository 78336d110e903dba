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

/* ---- all that came ---- */

static struct intake_held *find_held(struct intake *in, const char *store)
{
	for (int i = 0; i < in->held_count; i++) {
		if (strcmp(in->held[i].store, store) == 0)
			return &in->held[i];
	}
	return NULL;
}

static void release(struct intake *in, struct intake_held *held)
{
	*held = in->held[--in->held_count];
}

/* It waits, or waits for longer. Of too many nothing is kept: it comes again. */
static void hold(struct intake *in, struct inbox *box, const char *store, int64_t now)
{
	struct intake_held *held = find_held(in, store);

	if (!held && in->held_count == INTAKE_HELD_MAX) {
		inbox_limit(box, store, 0);
		return;
	}
	if (!held) {
		held = &in->held[in->held_count++];
		*held = (struct intake_held){ .pause_ms = INTAKE_PAUSE_MIN_MS / 2 };
		slice_copy(slice_of(store), held->store, sizeof(held->store));
		log_notice("store %s waits: another program holds what it needs", store);
	}
	held->pause_ms *= 2;
	if (held->pause_ms > INTAKE_PAUSE_MAX_MS)
		held->pause_ms = INTAKE_PAUSE_MAX_MS;
	held->next_ms = now + held->pause_ms;
}

static void untake(struct inbox *box)
{
	for (struct inbox_item *i = box->first; i; i = i->next)
		i->taken = false;
}

/* One transaction: this store's messages, or with NULL those of all that need not wait. */
static int take_some(struct intake *in, struct inbox *box, const char *store)
{
	struct letter *last = in->hq->post.last;
	int err;

	for (struct inbox_item *i = box->first; i; i = i->next) {
		if (store ? strcmp(i->store, store) != 0 : find_held(in, i->store) != NULL)
			continue;
		intake_message(in, i->topic, (struct slice){ i->text, i->n }, i->retained);
		i->taken = true;
	}
	err = db_commit(&in->hq->db);
	if (err == 0) {
		inbox_sweep(box);
		return 0;
	}
	untake(box);
	post_cut(&in->hq->post, last); /* it says what was not committed */
	return err;
}

/* False when the database itself is not to be had. */
static bool take_alone(struct intake *in, struct inbox *box, const char *of)
{
	struct hq *hq = in->hq;
	struct intake_held *held;
	char store[ID_MAX + 1]; /* of is in a message that goes */

	slice_copy(slice_of(of), store, sizeof(store));
	if (take_some(in, box, store) == 0) {
		held = find_held(in, store);
		if (held)
			release(in, held);
		return true;
	}
	if (hq->db.error != DB_LATER || !db_again(&hq->db))
		return false;
	hold(in, box, store, hq->clock.mono_ms(hq->clock.ctx));
	return true;
}

/* One whose turn it is: those that wait have theirs after a pause. */
static const struct inbox_item *next_alone(struct intake *in, const struct inbox *box, bool apart,
					   int64_t now)
{
	const struct inbox_item *i = box->first;

	for (; i; i = i->next) {
		const struct intake_held *held = find_held(in, i->store);

		if (held ? now >= held->next_ms : apart)
			break;
	}
	return i;
}

static int take_apart(struct intake *in, struct inbox *box)
{
	struct hq *hq = in->hq;
	int64_t now = hq->clock.mono_ms(hq->clock.ctx), until = now + INTAKE_APART_MS;
	const bool apart = in->apart > 0;
	const struct inbox_item *i = next_alone(in, box, apart, now);

	/* Not for ever: many small transactions are slow, and all in one may do again. */
	in->apart = i && in->apart ? in->apart - 1 : 0;
	if (!i)
		return 0;
	db_patience(&hq->db, INTAKE_PATIENCE_MS);
	while (i && now < until && take_alone(in, box, i->store)) {
		now = hq->clock.mono_ms(hq->clock.ctx);
		i = next_alone(in, box, apart, now);
	}
	if (!i)
		in->apart = 0;
	db_patience(&hq->db, 0);
	return db_commit(&hq->db);
}

/* What those that wait cannot keep; and who waited, but came no more. */
static void look_at_held(struct intake *in, struct inbox *box)
{
	int64_t now = in->hq->clock.mono_ms(in->hq->clock.ctx);

	for (int i = in->held_count; i-- > 0;) {
		inbox_limit(box, in->held[i].store, INTAKE_KEEP_MAX);
		if (now > in->held[i].next_ms + INTAKE_FORGET_MS)
			release(in, &in->held[i]);
	}
}

int intake_take(struct intake *in, struct inbox *box)
{
	struct hq_db *db = &in->hq->db;
	int err = 0;

	look_at_held(in, box);
	if (!in->apart)
		err = take_some(in, box, NULL);
	if (err < 0) {
		/* A file has one lock: there is nothing to take apart. */
		if (db->error != DB_LATER || !db_is_shared(db) || !db_again(db))
			return err;
		in->apart = INTAKE_APART_TURNS;
	}
	return in->apart || in->held_count ? take_apart(in, box) : 0;
}
