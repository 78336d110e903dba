// SPDX-License-Identifier: Apache-2.0
#include "sync/decode.h"

#include <errno.h>

#include "firmware/base/clock.h"

/* The members of a down message, found in one pass: a message may be 1 MiB long. */
struct members {
	struct json stream, epoch, seq, upto, ops, snapshot, answer;
};

static void find_members(struct json root, struct members *m)
{
	const struct {
		const char *name;
		struct json *value;
	} want[] = {
		{ "stream", &m->stream }, { "epoch", &m->epoch }, { "seq", &m->seq },
		{ "upto", &m->upto },	  { "ops", &m->ops },	  { "snapshot", &m->snapshot },
		{ "answer", &m->answer },
	};
	struct json_walk w = json_walk(root);

	while (json_next(&w))
		for (size_t i = 0; i < COUNT_OF(want); i++)
			if (want[i].value->type == JSON_NONE && json_is(w.name, want[i].name))
				*want[i].value = w.value;
}

/* n = 0 unless v is of that type. */
static struct span span_in(struct slice text, struct json v, enum json_type type)
{
	if (v.type != type)
		return (struct span){ 0 };
	return (struct span){ (uint32_t)(v.p - text.p), (uint32_t)v.n };
}

static int read_count(struct json v, int64_t least, int64_t *ret_value)
{
	int64_t value;

	if (json_int(v, &value) < 0 || value < least)
		return -EBADMSG;
	*ret_value = value;
	return 0;
}

static int read_part(struct json v, int64_t least, int32_t *ret_part)
{
	int64_t value;

	if (read_count(v, least, &value) < 0 || value > DECODE_PARTS_MAX)
		return -EBADMSG;
	*ret_part = (int32_t)value;
	return 0;
}

static int read_id(struct json v, char ret_id[ID_MAX + 1])
{
	char id[ID_MAX + 1];

	if (json_string(v, id, sizeof(id)) < 0 || !id_valid(slice_of(id)))
		return -EBADMSG;
	return slice_copy(slice_of(id), ret_id, ID_MAX + 1);
}

static int read_grant(const struct members *m, struct door_down *down)
{
	down->what = DOWN_GRANT;
	return read_id(json_get(m->answer, "grant"), down->order) < 0
		       ? -EBADMSG
		       : read_count(json_get(m->answer, "points"), 0, &down->points);
}

static int read_answer(const struct members *m, struct door_down *down)
{
	struct json order = json_get(m->answer, "order");

	if (read_id(json_get(m->answer, "ask"), down->ask) < 0)
		return -EBADMSG;
	if (json_get(m->answer, "grant").type != JSON_NONE)
		return read_grant(m, down);
	if (order.type == JSON_NONE)
		return -ENOMSG;
	if (read_id(order, down->order) < 0 || json_get(m->answer, "found").type != JSON_BOOL)
		return -EBADMSG;
	down->what = DOWN_ANSWER;
	down->found = json_true(json_get(m->answer, "found"));
	if (down->found && m->ops.type != JSON_ARRAY)
		return -EBADMSG;
	return 0;
}

static int read_snapshot(const struct members *m, struct door_down *down)
{
	struct json part = json_get(m->snapshot, "part");

	if (read_id(json_get(m->snapshot, "id"), down->snapshot) < 0)
		return -EBADMSG;
	if (json_true(json_get(m->snapshot, "gone"))) {
		down->what = DOWN_GONE;
		down->epoch = json_int_or(m->epoch, 0);
		return 0;
	}
	if (read_count(m->epoch, 1, &down->epoch) < 0 ||
	    read_count(json_get(m->snapshot, "seq"), 0, &down->seq) < 0 ||
	    read_part(json_get(m->snapshot, "parts"), 0, &down->parts) < 0)
		return -EBADMSG;
	down->what = part.type == JSON_NONE ? DOWN_OFFER : DOWN_PART;
	if (down->what == DOWN_OFFER)
		return 0;
	if (read_part(part, 1, &down->part) < 0 || down->part > down->parts ||
	    m->ops.type != JSON_ARRAY)
		return -EBADMSG;
	return 0;
}

static int read_ops(const struct members *m, struct door_down *down)
{
	/* Nothing else tells which stream is numbered, so here the name must be there. */
	if (m->stream.type == JSON_NONE || read_count(m->epoch, 1, &down->epoch) < 0 ||
	    read_count(m->seq, 0, &down->seq) < 0 || m->ops.type != JSON_ARRAY)
		return -EBADMSG;
	down->what = DOWN_OPS;
	return 0;
}

int decode_down(struct slice text, struct json root, enum stream stream, bool direct,
		struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct members m = { 0 };
	int err;

	if (root.type != JSON_OBJECT)
		return -EBADMSG;
	find_members(root, &m);
	if (m.stream.type != JSON_NONE && m.stream.type != JSON_STRING)
		return -EBADMSG;
	if (m.stream.type == JSON_STRING && !json_is(m.stream, stream_name(stream)))
		return -ENOENT;
	e.down.stream = stream;
	e.down.direct = direct;
	if (m.answer.type != JSON_NONE)
		err = read_answer(&m, &e.down);
	else if (m.snapshot.type != JSON_NONE)
		err = read_snapshot(&m, &e.down);
	else
		err = read_ops(&m, &e.down);
	if (err < 0)
		return err;
	e.down.ops = span_in(text, m.ops, JSON_ARRAY);
	e.down.upto = span_in(text, m.upto, JSON_OBJECT);
	*ret_event = e;
	return 0;
}

int decode_ack(struct slice text, struct json root, struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_ACK };

	if (read_count(json_get(root, "epoch"), 1, &e.ack.epoch) < 0 ||
	    read_count(json_get(root, "seq"), 0, &e.ack.seq) < 0)
		return -EBADMSG;
	e.ack.reject = span_in(text, json_get(root, "reject"), JSON_ARRAY);
	*ret_event = e;
	return 0;
}

/* What an unknown command wants may look like anything, but who it is and how long it counts must
 * be there. */
int decode_cmd(struct slice text, struct json root, struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_CMD };
	struct json name = json_get(root, "cmd"), args = json_get(root, "args");
	char expires[TIME_TEXT_MAX + 16];

	if (read_id(json_get(root, "id"), e.cmd.id) < 0 || name.type != JSON_STRING ||
	    (args.type != JSON_NONE && args.type != JSON_OBJECT) ||
	    json_string(json_get(root, "expires"), expires, sizeof(expires)) <= 0 ||
	    time_parse(slice_of(expires), &e.cmd.expires_ms) < 0)
		return -EBADMSG;
	if (json_string(name, e.cmd.name, sizeof(e.cmd.name)) < 0)
		e.cmd.name[0] = '\0';
	e.cmd.args = span_in(text, args, JSON_OBJECT);
	*ret_event = e;
	return 0;
}

int decode_beat(struct json root, struct door_event *ret_event, int64_t *ret_n)
{
	struct door_event e = { .kind = DOOR_BEAT };
	struct json online = json_get(root, "online"), n = json_get(root, "n");
	int64_t count = -1;
	char at[TIME_TEXT_MAX + 16];

	if (online.type != JSON_BOOL)
		return -EBADMSG;
	if (n.type != JSON_NONE && read_count(n, 0, &count) < 0)
		return -EBADMSG;
	e.beat.online = json_true(online);
	if (json_string(json_get(root, "at"), at, sizeof(at)) > 0)
		time_parse(slice_of(at), &e.beat.at_ms);
	*ret_event = e;
	*ret_n = count;
	return 0;
}

int decode_up(struct slice text, struct json root, const char *store, const char *lane,
	      struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_UP };
	struct json events = json_get(root, "events");

	if (!json_is(json_get(root, "store"), store) || !json_is(json_get(root, "lane"), lane) ||
	    read_count(json_get(root, "epoch"), 1, &e.up.epoch) < 0 || events.type != JSON_ARRAY)
		return -EBADMSG;
	slice_copy(slice_of(lane), e.up.lane, sizeof(e.up.lane));
	e.up.events = span_in(text, events, JSON_ARRAY);
	*ret_event = e;
	return 0;
}

int decode_state(struct json root, const char *lane, struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_LANE };
	struct json online = json_get(root, "online");

	if (online.type != JSON_BOOL || read_count(json_get(root, "epoch"), 1, &e.lane.epoch) < 0 ||
	    read_count(json_get(root, "conn"), 0, &e.lane.conn) < 0)
		return -EBADMSG;
	e.lane.online = json_true(online);
	if (e.lane.online && (read_count(json_get(root, "acked"), 0, &e.lane.acked) < 0 ||
			      read_count(json_get(root, "outbox"), 0, &e.lane.outbox) < 0 ||
			      e.lane.acked > INT64_MAX - e.lane.outbox))
		return -EBADMSG;
	slice_copy(slice_of(lane), e.lane.lane, sizeof(e.lane.lane));
	*ret_event = e;
	return 0;
}

static int decode_told(struct json root, const char *lane, struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_TOLD };
	struct json next = json_get(root, "next");

	if (read_id(json_get(root, "id"), e.told.ask) < 0 ||
	    read_count(json_get(root, "epoch"), 1, &e.told.epoch) < 0 ||
	    read_count(json_get(root, "last"), 0, &e.told.last) < 0 ||
	    (next.type != JSON_NONE && read_count(next, e.told.epoch + 1, &e.told.next) < 0))
		return -EBADMSG;
	slice_copy(slice_of(lane), e.told.lane, sizeof(e.told.lane));
	*ret_event = e;
	return 0;
}

int decode_ask(struct json root, const char *lane, const char *own, struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_AGAIN };
	struct json ask = json_get(root, "ask");

	if (ask.type != JSON_STRING)
		return -EBADMSG;
	if ((!json_is(ask, "up") && !json_is(ask, "told")) || !json_is(json_get(root, "lane"), own))
		return -ENOMSG;
	if (json_is(ask, "told"))
		return decode_told(root, lane, ret_event);
	if (read_count(json_get(root, "epoch"), 1, &e.again.epoch) < 0 ||
	    read_count(json_get(root, "after"), 0, &e.again.after) < 0)
		return -EBADMSG;
	slice_copy(slice_of(lane), e.again.lane, sizeof(e.again.lane));
	read_id(json_get(root, "id"), e.again.ask); /* without one nobody waits for the end */
	*ret_event = e;
	return 0;
}

int decode_claim(struct json root, struct door_event *ret_event)
{
	struct door_event e = { .kind = DOOR_CLAIM };
	char op[16];

	if (json_string(json_get(root, "op"), op, sizeof(op)) < 0 ||
	    read_id(json_get(root, "order"), e.claim.order) < 0 ||
	    read_id(json_get(root, "lane"), e.claim.lane) < 0 ||
	    read_id(json_get(root, "claim"), e.claim.claim) < 0)
		return -EBADMSG;
	if (claim_op_find(slice_of(op), &e.claim.op) < 0)
		return -ENOMSG; /* of a later version */
	*ret_event = e;
	return 0;
}
