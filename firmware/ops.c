// SPDX-License-Identifier: Apache-2.0
/* Applying the ops of a message to a generation of records. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

#define LETTER_OP_MAX 65536

struct op {
	struct slice text;
	char id[ID_MAX + 1];
	bool has_rev;
	int64_t rev;
	struct json body;
	struct json of;
	struct record old;
	bool known;
};

static bool counted(const struct record *r)
{
	return r->state != RECORD_DELETED;
}

static void count_out(struct ops_target *t, const struct op *op)
{
	if (!op->known || !counted(&op->old))
		return;
	t->count--;
	t->sum ^= hash_record(stream_type(t->stream), slice_of(op->id), op->old.rev);
}

static void count_in(struct ops_target *t, const struct op *op)
{
	t->count++;
	t->sum ^= hash_record(stream_type(t->stream), slice_of(op->id), op->rev);
}

static void reject(struct station *st, struct ops_target *t, const struct op *op,
		   const char *reason)
{
	struct slice text = op->text;
	struct buf b;

	if (text.n > LETTER_OP_MAX)
		text = (struct slice){ "", 0 };
	store_letter(st->store, t->stream, t->epoch, t->seq, slice_of(op->id), reason, text,
		     station_now(st));
	st->counters.letters++;
	log_warning("%s %lld/%lld: cannot apply %s: %s", stream_name(t->stream),
		    (long long)t->epoch, (long long)t->seq, op->id[0] ? op->id : "an op", reason);
	b = event_begin(st);
	jw_str(&b, "stream", stream_name(t->stream));
	jw_int(&b, "seq", t->seq);
	jw_str(&b, "id", op->id);
	jw_str(&b, "reason", reason);
	event_end(st, "sync.rejected", &b, (struct slice){ 0 }, NULL);
}

static void look_up_text(struct station *st, int64_t gen, enum lookup kind, struct json v,
			 const char *id)
{
	char text[256];

	if (json_string(v, text, sizeof(text)) > 0)
		store_lookup_add(st->store, gen, kind, slice_of(text), slice_of(id));
}

static void look_up_order(struct station *st, int64_t gen, struct json body, const char *id)
{
	struct order_fact f;

	look_up_text(st, gen, LOOKUP_STATUS, json_get(body, "status"), id);
	if (!json_is(json_get(body, "status"), "returned") &&
	    gen == store_cursor(st->store, STREAM_ORDERS).gen &&
	    store_order_fact(st->store, slice_of(id), &f))
		store_lookup_status(st->store, gen, slice_of(id), f.status);
	look_up_text(st, gen, LOOKUP_NUMBER, json_get(body, "number"), id);
	look_up_text(st, gen, LOOKUP_PHONE, json_get(json_get(body, "customer"), "phone_hash"), id);
}

static void look_up_product(struct station *st, int64_t gen, struct json body, const char *id)
{
	char gtin[32], gtin14[15];

	for (struct json_walk w = json_walk(json_get(body, "gtin")); json_next(&w);) {
		struct json code = w.value.type == JSON_OBJECT ? json_get(w.value, "code") : w.value;

		if (json_string(code, gtin, sizeof(gtin)) > 0 && gtin_pad(slice_of(gtin), gtin14))
			store_lookup_add(st->store, gen, LOOKUP_GTIN, slice_of(gtin14),
					 slice_of(id));
	}
}

static void look_up_member(struct station *st, int64_t gen, struct json body, const char *id)
{
	for (struct json_walk w = json_walk(json_get(body, "card")); json_next(&w);)
		look_up_text(st, gen, LOOKUP_CARD, w.value, id);
	look_up_text(st, gen, LOOKUP_PHONE, json_get(body, "phone_hash"), id);
	look_up_text(st, gen, LOOKUP_CUSTOMER, json_get(body, "customer"), id);
}

static void look_up(struct station *st, const struct ops_target *t, struct json body,
		    const char *id)
{
	switch (t->stream) {
	case STREAM_ORDERS:
		look_up_order(st, t->gen, body, id);
		break;
	case STREAM_CATALOG:
		look_up_product(st, t->gen, body, id);
		break;
	case STREAM_LOYALTY:
		look_up_member(st, t->gen, body, id);
		break;
	case STREAM_TIMELINE:
		look_up_text(st, t->gen, LOOKUP_CUSTOMER, json_get(body, "customer"), id);
		break;
	case STREAM_STOCK:
	case STREAM_POLICY:
		break;
	}
}

/* NULL or why the body is no record of its stream. */
static const char *check_body(struct station *st, const struct ops_target *t, const struct op *op)
{
	if (op->body.type != JSON_OBJECT)
		return "shape";
	if (!utf8_valid(op->text))
		return "utf8";
	if (json_depth(op->body) > JSON_DEPTH_MAX)
		return "too_deep";
	if (t->stream == STREAM_ORDERS)
		return order_read(slice_of(op->id), op->rev, op->body, &st->order);
	if (t->stream == STREAM_POLICY && op->body.n >= sizeof(st->policy))
		return "too_large";
	return NULL;
}

static void apply_put(struct station *st, struct ops_target *t, struct op *op)
{
	const char *why = check_body(st, t, op);
	struct record r = { op->rev, why ? RECORD_UNREADABLE : RECORD_LIVE,
			    why ? slice_of("") : json_text(op->body) };

	count_out(t, op);
	count_in(t, op);
	store_record_set(st->store, t->gen, slice_of(op->id), &r);
	if (why) {
		reject(st, t, op, why);
		return;
	}
	look_up(st, t, op->body, op->id);
	if (!t->live || t->stream != STREAM_ORDERS)
		return;
	store_record_drop(st->store, GEN_GUEST, slice_of(op->id));
	order_conflict_check(st, slice_of(op->id));
	order_changed(st, slice_of(op->id));
}

static void apply_del(struct station *st, struct ops_target *t, struct op *op)
{
	struct record r = { op->rev, RECORD_DELETED, slice_of("") };

	count_out(t, op);
	store_record_set(st->store, t->gen, slice_of(op->id), &r);
	if (t->live && t->stream == STREAM_ORDERS) {
		store_record_drop(st->store, GEN_GUEST, slice_of(op->id));
		order_changed(st, slice_of(op->id));
	}
}

/* HQ takes back what the store did: the one way a fact is lowered. */
static void apply_reopen(struct station *st, struct ops_target *t, struct op *op)
{
	struct order_fact f;
	struct record r;
	struct json body;

	if (t->stream != STREAM_ORDERS || !op->known || op->old.state == RECORD_DELETED) {
		reject(st, t, op, "nothing_to_reopen");
		return;
	}
	if (store_order_fact(st->store, slice_of(op->id), &f) && json_is(op->of, f.event))
		store_order_facts_drop(st->store, slice_of(op->id));
	count_out(t, op);
	count_in(t, op);
	if (op->old.body.n >= sizeof(st->body))
		return;
	memcpy(st->body, op->old.body.p, op->old.body.n);
	r = (struct record){ op->rev, op->old.state, { st->body, op->old.body.n } };
	store_record_set(st->store, t->gen, slice_of(op->id), &r);
	if (r.state == RECORD_LIVE && json_check(r.body, &body) == 0)
		look_up(st, t, body, op->id);
	order_changed(st, slice_of(op->id));
}

static void apply_op(struct station *st, struct ops_target *t, struct json v)
{
	struct op op = { .text = json_text(v), .body = json_get(v, "body"), .of = json_get(v, "of") };
	struct json word = json_get(v, "op");

	if (json_string(json_get(v, "id"), op.id, sizeof(op.id)) < 0 ||
	    !id_valid(slice_of(op.id))) {
		op.id[0] = '\0';
		reject(st, t, &op, "bad_id");
		return;
	}
	if (json_int(json_get(v, "rev"), &op.rev) < 0 || op.rev < 0) {
		reject(st, t, &op, "bad_rev");
		return;
	}
	if (!json_is(json_get(v, "type"), stream_type(t->stream))) {
		reject(st, t, &op, "wrong_type");
		return;
	}
	op.known = store_record(st->store, t->gen, slice_of(op.id), &op.old);
	if (op.known && op.rev <= op.old.rev)
		return;
	if (json_is(word, "put"))
		apply_put(st, t, &op);
	else if (json_is(word, "del") || json_is(word, "erase"))
		apply_del(st, t, &op);
	else if (json_is(word, "reopen"))
		apply_reopen(st, t, &op);
	else
		reject(st, t, &op, "unknown_op");
}

void ops_apply(struct station *st, struct ops_target *t, struct slice ops)
{
	struct json list;

	if (json_check_loose(ops, &list) < 0)
		return;
	for (struct json_walk w = json_walk(list); json_next(&w);) {
		if (w.value.type == JSON_OBJECT) {
			apply_op(st, t, w.value);
		} else {
			struct op op = { .text = json_text(w.value) };

			reject(st, t, &op, "shape");
		}
	}
}
