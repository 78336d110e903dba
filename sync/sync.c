// SPDX-License-Identifier: Apache-2.0
#include "sync/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"
#include "sync/decode.h"
#include "sync/figures.h"
#include "sync/peers.h"
#include "sync/up.h"

/* Refusals reported to the door: this many at once, then one a second. */
#define REPORT_BURST	20
#define REPORT_EVERY_MS 1000
#define WILL_BYTES	256

struct sync {
	struct sync_setup setup;
	struct sync_pipe pipe;
	struct door *door;
	struct clock clock;
	struct route_base base;
	char subscription[ROUTE_SUBSCRIPTIONS][ROUTE_TOPIC_MAX];
	char up_topic[ROUTE_TOPIC_MAX];
	char ask_topic[ROUTE_TOPIC_MAX];
	char state_topic[ROUTE_TOPIC_MAX];
	char claim_topic[ROUTE_TOPIC_MAX];

	bool linked;
	bool told_linked;	/* what the door was told last */
	struct trust_keys keys; /* of HQ, valid now */
	struct peers peers;
	bool broker_new; /* the door was not told yet what follows */
	bool taken;
	char trouble[BROKER_TROUBLE_MAX];
	bool leaving;
	int64_t conn;
	int outstanding;
	struct up up;

	int64_t beat_n; /* the highest counter of a signed beat */
	int64_t report_credit_ms;
	int64_t report_at_ms;

	char heartbeat[SYNC_HEARTBEAT_BYTES];
	size_t heartbeat_len;
	bool heartbeat_new;
	int64_t heartbeat_at_ms; /* when the last one went */

	struct buf scratch; /* FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX, touched for signatures only */
	struct buf wire;    /* one outgoing message */
	char will[WILL_BYTES + FRAME_TOPIC_MAX];
	size_t will_len;
	struct figures figures;
};

static int64_t now_ms(const struct sync *s)
{
	return s->clock.mono_ms(s->clock.ctx);
}

/* ---- life ---- */

static int make_topics(struct sync *s)
{
	if (strlen(s->base.prefix) > ROUTE_PREFIX_MAX)
		return -ENAMETOOLONG;
	for (int i = 0; i < ROUTE_SUBSCRIPTIONS; i++)
		if (route_subscription(&s->base, i, s->subscription[i]) < 0)
			return -ENAMETOOLONG;
	if (route_own(&s->base, ROUTE_UP, s->up_topic) < 0 ||
	    route_own(&s->base, ROUTE_ASK, s->ask_topic) < 0 ||
	    route_own(&s->base, ROUTE_STATE, s->state_topic) < 0 ||
	    route_own(&s->base, ROUTE_CLAIM, s->claim_topic) < 0)
		return -ENAMETOOLONG;
	return 0;
}

static int make_buffer(struct buf *b, size_t size)
{
	char *memory = malloc(size);

	if (!memory)
		return -ENOMEM;
	buf_init(b, memory, size);
	return 0;
}

int sync_new(const struct sync_setup *setup, const struct sync_pipe *pipe, struct door *door,
	     const struct clock *clock, struct sync **ret_sync)
{
	struct sync *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return -ENOMEM;
	s->setup = *setup;
	s->pipe = *pipe;
	s->door = door;
	s->clock = *clock;
	s->base = (struct route_base){ setup->prefix, setup->store, setup->lane };
	s->keys = *setup->keys;
	s->conn = setup->first_conn - 1;
	s->beat_n = setup->first_beat - 1;
	s->report_credit_ms = REPORT_BURST * REPORT_EVERY_MS;
	s->report_at_ms = now_ms(s);
	s->heartbeat_at_ms = s->report_at_ms - SYNC_HEARTBEAT_MAX_MS;
	up_init(&s->up, clock);
	if (make_buffer(&s->scratch, FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX) < 0 ||
	    make_buffer(&s->wire, FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX) < 0)
		goto out;
	err = make_topics(s);
out:
	if (err < 0)
		sync_free(s);
	else
		*ret_sync = s;
	return err;
}

void sync_free(struct sync *s)
{
	if (!s)
		return;
	free(s->scratch.p);
	free(s->wire.p);
	free(s);
}

bool sync_connected(const struct sync *s)
{
	return s->linked;
}

int sync_outstanding(const struct sync *s)
{
	return s->outstanding;
}

void *sync_pipe_ctx(const struct sync *s)
{
	return s->pipe.ctx;
}

const char *sync_subscription(const struct sync *s, int i)
{
	return i >= 0 && i < ROUTE_SUBSCRIPTIONS ? s->subscription[i] : NULL;
}

/* ---- out ---- */

static void sign_into(struct sync *s, const char *topic, struct slice json, struct buf *payload)
{
	buf_reset(&s->scratch);
	frame_sign(s->setup.lane, s->setup.pair, topic, json, &s->scratch, payload);
}

/* 0, or -ENOTCONN, -ENOBUFS, -EMSGSIZE, or what the pipe says. */
static int publish(struct sync *s, enum route route, const char *topic, struct slice json,
		   bool retain)
{
	struct slice payload = json;
	int err;

	if (!s->linked || s->leaving)
		return -ENOTCONN;
	if (s->outstanding >= SYNC_PUBACK_MAX)
		return -ENOBUFS;
	if (s->setup.sign) {
		buf_reset(&s->wire);
		sign_into(s, topic, json, &s->wire);
		if (s->wire.overflow)
			return -EMSGSIZE;
		payload = buf_read(&s->wire);
	}
	if (payload.n > FRAME_MESSAGE_MAX)
		return -EMSGSIZE;
	err = s->pipe.publish(s->pipe.ctx, topic, payload, retain);
	if (err < 0)
		return err;
	s->outstanding++;
	s->figures.published[route]++;
	return 0;
}

static void send_heartbeat(struct sync *s)
{
	char text[SYNC_HEARTBEAT_BYTES + 64];
	struct buf b;

	buf_init(&b, text, sizeof(text));
	buf_fmt(&b, "{\"online\":true,\"conn\":%lld,", (long long)s->conn);
	buf_add(&b, s->heartbeat, s->heartbeat_len);
	s->heartbeat_at_ms = now_ms(s);
	/* What could not go stays new and is tried again a second later. */
	s->heartbeat_new =
		b.overflow || publish(s, ROUTE_STATE, s->state_topic, buf_read(&b), true) < 0;
}

static int64_t heartbeat_due_ms(const struct sync *s)
{
	if (!s->linked || s->leaving || s->heartbeat_len == 0)
		return UP_NEVER_MS;
	return s->heartbeat_at_ms +
	       (s->heartbeat_new ? SYNC_HEARTBEAT_MIN_MS : SYNC_HEARTBEAT_MAX_MS);
}

static void tell_link(struct sync *s)
{
	struct door_event e = { .kind = DOOR_LINK, .link.up = s->linked };

	if (s->told_linked != s->linked && door_submit(s->door, &e, (struct slice){ 0 }) == 0)
		s->told_linked = s->linked;
}

static void tell_broker(struct sync *s)
{
	struct door_event e = { .kind = DOOR_BROKER, .broker.taken = s->taken };

	memcpy(e.broker.trouble, s->trouble, sizeof(e.broker.trouble));
	if (s->broker_new && door_submit(s->door, &e, (struct slice){ 0 }) == 0)
		s->broker_new = false;
}

void sync_broker(struct sync *s, const char *trouble, bool taken)
{
	if (s->leaving || (s->taken == taken && strcmp(s->trouble, trouble) == 0))
		return;
	s->taken = taken;
	text_fmt(s->trouble, sizeof(s->trouble), "%s", trouble);
	s->broker_new = true;
	tell_broker(s);
}

static void pull_rows(struct sync *s)
{
	struct door_event e = { .kind = DOOR_PULL };

	if (!up_pull(&s->up, s->outstanding < SYNC_PUBACK_WINDOW, &e.pull.epoch, &e.pull.after))
		return;
	e.pull.messages = up_pull_messages(&s->up);
	if (door_submit(s->door, &e, (struct slice){ 0 }) < 0)
		up_pull_failed(&s->up);
}

/* Does what is due and says when it wants to be called again. */
void sync_tick(struct sync *s)
{
	int64_t now = now_ms(s), at = now + SYNC_HEARTBEAT_MAX_MS;

	if (s->leaving)
		return;
	tell_link(s);
	tell_broker(s);
	pull_rows(s);
	if (heartbeat_due_ms(s) <= now)
		send_heartbeat(s);
	if (!s->pipe.wake)
		return;
	/* The door was full: try again soon. */
	if (s->told_linked != s->linked || s->broker_new ||
	    (s->up.linked && s->up.round && !s->up.pulling))
		at = now + SYNC_HEARTBEAT_MIN_MS;
	if (heartbeat_due_ms(s) < at)
		at = heartbeat_due_ms(s);
	if (up_deadline_ms(&s->up) < at)
		at = up_deadline_ms(&s->up);
	s->pipe.wake(s->pipe.ctx, at);
}

static void take_batch(struct sync *s, const struct door_out *out, struct slice payload)
{
	int64_t first = out->up.first, last = out->up.last;
	int err;

	if (out->up.told) {
		if (publish(s, ROUTE_ASK, s->ask_topic, payload, false) < 0)
			s->figures.unsent++;
	} else if (out->up.sibling) {
		if (payload.n > 0 && publish(s, ROUTE_UP, s->up_topic, payload, false) < 0)
			s->figures.unsent++;
	} else if (!out->up.again && last >= first && payload.n > 0) {
		err = publish(s, ROUTE_UP, s->up_topic, payload, false);
		up_fresh(&s->up, out->up.epoch, first, last, err == 0);
		s->figures.unsent += err < 0;
	} else if (out->up.again && up_batch(&s->up, out->up.epoch, first, last, out->up.more)) {
		err = publish(s, ROUTE_UP, s->up_topic, payload, false);
		if (err < 0)
			up_unsent(&s->up, first);
		s->figures.unsent += err < 0;
	}
}

static void take_heartbeat(struct sync *s, struct slice payload)
{
	if (payload.n > sizeof(s->heartbeat))
		return;
	memcpy(s->heartbeat, payload.p, payload.n);
	s->heartbeat_len = payload.n;
	s->heartbeat_new = true;
}

/* Keys that cannot be read would shut HQ out for good. */
static void take_keys(struct sync *s, struct slice payload)
{
	const char *what;
	int line;

	trust_keys_parse(payload, &s->keys, &line, &what);
}

void sync_output(struct sync *s, const struct door_out *out, struct slice payload)
{
	switch (out->kind) {
	case OUT_UP:
		take_batch(s, out, payload);
		break;
	case OUT_ACKED:
		up_served(&s->up, out->acked.served);
		up_acked(&s->up, out->acked.epoch, out->acked.acked, out->acked.last);
		break;
	case OUT_ASK:
		if (publish(s, ROUTE_ASK, s->ask_topic, payload, false) < 0)
			s->figures.unsent++;
		break;
	case OUT_CLAIM:
		if (publish(s, ROUTE_CLAIM, s->claim_topic, payload, false) < 0)
			s->figures.unsent++;
		break;
	case OUT_HEARTBEAT:
		if (out->heartbeat.epoch)
			s->setup.epoch = out->heartbeat.epoch;
		take_heartbeat(s, payload);
		break;
	case OUT_KEYS:
		take_keys(s, payload);
		break;
	case OUT_LANES:
		peers_set(&s->peers, payload);
		break;
	case OUT_LOG:
	case OUT_RESTART:
	case OUT_REPLY:
	case OUT_SCREEN:
	case OUT_SESSION:
	case OUT_PIN:
	case OUT_PRINT:
	case OUT_FEEDBACK:
	case OUT_DISPLAY:
	case OUT_WAKE:
	case OUT_METRICS:
	case OUT_STOPPED:
		return;
	}
	sync_tick(s);
}

/* ---- the link ---- */

static void write_offline(const struct sync *s, struct buf *text)
{
	buf_fmt(text, "{\"online\":false,\"epoch\":%lld,\"conn\":%lld}", (long long)s->setup.epoch,
		(long long)s->conn);
}

void sync_attempt(struct sync *s, const char **ret_topic, struct slice *ret_will)
{
	char text[WILL_BYTES];
	struct buf json, will;

	s->conn++;
	s->figures.attempts++;
	buf_init(&json, text, sizeof(text));
	write_offline(s, &json);
	buf_init(&will, s->will, sizeof(s->will));
	if (s->setup.sign)
		sign_into(s, s->state_topic, buf_read(&json), &will);
	else
		buf_slice(&will, buf_read(&json));
	*ret_topic = s->state_topic;
	*ret_will = buf_read(&will);
}

void sync_up(struct sync *s)
{
	s->linked = true;
	s->outstanding = 0;
	s->heartbeat_new = true;
	/* First the door: the step asks for what is missing before rows go up again. */
	tell_link(s);
	up_link(&s->up, true);
	sync_tick(s);
}

void sync_down(struct sync *s)
{
	s->figures.lost += s->linked;
	s->linked = false;
	s->outstanding = 0;
	up_link(&s->up, false);
	sync_tick(s);
}

void sync_delivered(struct sync *s)
{
	if (s->outstanding > 0)
		s->outstanding--;
	/* Room again, if rows are waiting for it. */
	if (s->up.round)
		sync_tick(s);
}

void sync_goodbye(struct sync *s)
{
	char text[WILL_BYTES];
	struct buf b;

	buf_init(&b, text, sizeof(text));
	write_offline(s, &b);
	publish(s, ROUTE_STATE, s->state_topic, buf_read(&b), true);
	s->leaving = true;
}

/* ---- in ---- */

/* A topic as it may stand in a report: valid UTF-8 of bounded length. */
static struct slice report_topic(const char *topic)
{
	struct slice s = slice_of(topic);

	if (!utf8_valid(s) || text_has_control(s))
		return slice_of("?");
	return utf8_cut(s, ROUTE_TOPIC_MAX / 4);
}

static void refuse(struct sync *s, const char *topic, enum refusal why)
{
	struct door_event e = { .kind = DOOR_REFUSED };
	int64_t now = now_ms(s);

	s->figures.refused[why]++;
	s->report_credit_ms += now - s->report_at_ms;
	s->report_at_ms = now;
	if (s->report_credit_ms > REPORT_BURST * REPORT_EVERY_MS)
		s->report_credit_ms = REPORT_BURST * REPORT_EVERY_MS;
	if (s->report_credit_ms < REPORT_EVERY_MS)
		return;
	s->report_credit_ms -= REPORT_EVERY_MS;
	slice_copy(slice_of(refusal_name(why)), e.refused.why, sizeof(e.refused.why));
	if (door_submit(s->door, &e, report_topic(topic)) < 0)
		s->figures.door_full++;
}

/* KID + 1 of the stream key that signed a frame, 0: none did. KID must be the number as we would
 * write it. */
static uint16_t signer_of(struct sync *s, const struct frame *f, const char *topic)
{
	if (!f->is_signed)
		return 0;
	for (int i = 0; i < s->keys.count; i++) {
		const struct trust_key *key = &s->keys.key[i];
		char kid[8];

		if (key->purpose != KEY_STREAM ||
		    text_fmt(kid, sizeof(kid), "%u", (unsigned)key->kid) < 0 ||
		    strcmp(kid, f->kid) != 0)
			continue;
		buf_reset(&s->scratch);
		return frame_verify(f, topic, key->public_key, &s->scratch) ? key->kid + 1 : 0;
	}
	return 0;
}

/* Takes the frame off; false when the message is refused. Whether a lane has signed is judged
 * when it is known which lane speaks. */
static bool open_message(struct sync *s, enum route route, const char *topic, struct slice payload,
			 struct frame *ret_frame, uint16_t *ret_signer)
{
	bool must = route_from_hq(route) && trust_keys_has(s->setup.keys, KEY_STREAM);

	if (frame_open(payload, ret_frame) < 0) {
		refuse(s, topic, must ? REFUSED_SIGNATURE : REFUSED_FRAME);
		return false;
	}
	*ret_signer = must ? signer_of(s, ret_frame, topic) : 0;
	if (must && *ret_signer == 0) {
		refuse(s, topic, REFUSED_SIGNATURE);
		return false;
	}
	return true;
}

static void submit(struct sync *s, const struct door_event *event, struct slice payload)
{
	if (door_submit(s->door, event, payload) < 0)
		s->figures.door_full++;
}

static void take_beat(struct sync *s, const char *topic, struct json root, bool retained)
{
	struct door_event e;
	int64_t n;

	if (decode_beat(root, &e, &n) < 0) {
		refuse(s, topic, REFUSED_SHAPE);
		return;
	}
	if (e.beat.online && trust_keys_has(s->setup.keys, KEY_STREAM)) {
		/* The broker's stored beat says nothing about now, but what it has shown once
		 * cannot be shown again as news. */
		if (n <= s->beat_n && !retained) {
			refuse(s, topic, n < 0 ? REFUSED_SHAPE : REFUSED_REPLAY);
			return;
		}
		if (n > s->beat_n)
			s->beat_n = n;
		e.beat.n = n;
	}
	if (!retained)
		submit(s, &e, (struct slice){ 0 });
}

static void take_down(struct sync *s, const struct route_found *at, const char *topic,
		      struct slice text, struct json root, uint16_t signer)
{
	struct door_event e;
	int err = decode_down(text, root, at->stream, at->direct, &e);

	if (err == -ENOENT)
		refuse(s, topic, REFUSED_STREAM);
	else if (err == -EBADMSG)
		refuse(s, topic, REFUSED_SHAPE);
	if (err < 0)
		return;
	e.down.signer = signer;
	submit(s, &e, text);
}

static void take_cmd(struct sync *s, const char *topic, struct slice text, struct json root,
		     uint16_t signer)
{
	struct door_event e;

	if (decode_cmd(text, root, &e) < 0) {
		refuse(s, topic, REFUSED_SHAPE);
		return;
	}
	e.cmd.signer = signer;
	submit(s, &e, e.cmd.args.n ? text : (struct slice){ 0 });
}

static void take_ack(struct sync *s, const char *topic, struct slice text, struct json root)
{
	struct door_event e;

	if (decode_ack(text, root, &e) < 0)
		refuse(s, topic, REFUSED_SHAPE);
	else
		submit(s, &e, e.ack.reject.n ? text : (struct slice){ 0 });
}

static bool read_json(struct sync *s, const char *topic, struct slice text, struct json *ret_root)
{
	if (json_check(text, ret_root) == 0)
		return true;
	refuse(s, topic, utf8_valid(text) ? REFUSED_JSON : REFUSED_UTF8);
	return false;
}

static int decode_lane(const struct sync *s, const struct route_found *at, struct slice text,
		       struct json root, struct door_event *ret_event)
{
	if (at->route == ROUTE_UP)
		return decode_up(text, root, s->setup.store, at->lane, ret_event);
	if (at->route == ROUTE_ASK)
		return decode_ask(root, at->lane, s->setup.lane, ret_event);
	if (at->route == ROUTE_STATE)
		return decode_state(root, at->lane, ret_event);
	return decode_claim(root, ret_event);
}

/* Our own word is signed as we sign, whatever the policy says of this lane. */
static enum peer_verdict judge_lane(struct sync *s, const char *lane, const struct frame *f,
				    const char *topic)
{
	buf_reset(&s->scratch);
	if (strcmp(lane, s->setup.lane) != 0)
		return peers_judge(&s->peers, lane, f, topic, &s->scratch);
	if (!s->setup.sign || (f->is_signed && strcmp(f->kid, lane) == 0 &&
			       frame_verify(f, topic, s->setup.pair->public_key, &s->scratch)))
		return PEER_HEARD;
	return PEER_SIGNATURE;
}

/* A lane of this store, this one included: of its own words only claims matter, which come back
 * as echoes. What the broker stored tells how a lane stands, and nothing else. */
static void take_lane(struct sync *s, const struct route_found *at, const char *topic,
		      const struct frame *f, bool retained)
{
	const bool claim = at->route == ROUTE_CLAIM;
	enum peer_verdict heard = PEER_HEARD;
	struct door_event e;
	struct json root;
	int err;

	if ((!claim && strcmp(at->lane, s->setup.lane) == 0) ||
	    (retained && at->route != ROUTE_STATE))
		return;
	/* Whose claim it is stands inside. */
	if (!claim)
		heard = judge_lane(s, at->lane, f, topic);
	if (heard == PEER_HEARD && !read_json(s, topic, f->json, &root))
		return;
	err = heard == PEER_HEARD ? decode_lane(s, at, f->json, root, &e) : -EACCES;
	if (err == 0 && claim)
		heard = judge_lane(s, e.claim.lane, f, topic);
	if (heard != PEER_HEARD)
		refuse(s, topic, heard == PEER_UNKNOWN ? REFUSED_LANE : REFUSED_SIGNATURE);
	else if (err == -EBADMSG)
		refuse(s, topic, REFUSED_SHAPE);
	else if (err == 0)
		submit(s, &e, at->route == ROUTE_UP ? f->json : (struct slice){ 0 });
}

void sync_receive(struct sync *s, const char *topic, struct slice payload, bool retained)
{
	struct route_found at;
	struct frame frame;
	struct slice text;
	struct json root;
	uint16_t signer;
	int err = route_find(&s->base, topic, &at);

	if (s->leaving)
		return;
	if (err < 0) {
		refuse(s, topic, err == -EINVAL ? REFUSED_STREAM : REFUSED_TOPIC);
		return;
	}
	s->figures.received[at.route]++;
	if (payload.n > FRAME_MESSAGE_MAX) {
		refuse(s, topic, REFUSED_TOO_BIG);
		return;
	}
	if (!open_message(s, at.route, topic, payload, &frame, &signer))
		return;
	text = frame.json;
	switch (at.route) {
	case ROUTE_DOWN:
		/* Loose: a record that is no UTF-8 is set aside by the step, and its stream goes
		 * on. */
		if (json_check_loose(text, &root) == 0)
			take_down(s, &at, topic, text, root, signer);
		else
			refuse(s, topic, REFUSED_JSON);
		break;
	case ROUTE_ACK:
		/* A stored acknowledgement is an old one; HQ's next says where it stands. */
		if (!retained && read_json(s, topic, text, &root))
			take_ack(s, topic, text, root);
		break;
	case ROUTE_BEAT:
		if (read_json(s, topic, text, &root))
			take_beat(s, topic, root, retained);
		break;
	case ROUTE_UP:
	case ROUTE_ASK:
	case ROUTE_STATE:
	case ROUTE_CLAIM:
		take_lane(s, &at, topic, &frame, retained);
		break;
	case ROUTE_CMD:
		/* A stored one is an old one; HQ knows by the answers which to send again. */
		if (!retained && read_json(s, topic, text, &root))
			take_cmd(s, topic, text, root, signer);
		break;
	case ROUTE_BLOB:
		break; /* counted above */
	}
}

void sync_metrics(const struct sync *s, struct buf *text)
{
	struct figures f = s->figures;

	f.up = s->linked;
	f.outstanding = (uint64_t)s->outstanding;
	f.rounds = s->up.rounds;
	figures_write(&f, text);
}
