// SPDX-License-Identifier: Apache-2.0
/* Applying the ops of a message to a generation of records. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/commands.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/privacy.h"
#include "firmware/station.h"
#include "firmware/streams.h"
#include "firmware/trust/hash.h"

#define REJECTS_PER_MESSAGE 1000
/* One step's share of a message that may be cut, and how often it is looked whether somebody
 * waits at the counter. */
#define SLICE_OPS      512
#define SLICE_BYTES    (512 * 1024)
#define SLICE_LOOK_OPS 16

/* Members of an op, in the order of op_names. */
enum { OP_WORD, OP_TYPE, OP_ID, OP_REV, OP_BODY, OP_OF, OP_CUSTOMER, OP_ABOUT, OP_MEMBERS };
static const char *const op_names[OP_MEMBERS] = { "op",	  "type", "id",	      "rev",
						  "body", "of",	  "customer", "about" };

struct op {
	struct slice text;
	char id[ID_MAX + 1];
	int64_t rev;
	struct json body;
	struct json of;
	struct json customer, about; /* `erase` */
	struct record old;
	bool known;
	bool erased; /* it is of somebody who is to be forgotten */
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
	struct buf b;

	/* A message may hold half a million pieces of rubbish; a thousand of them tell enough. */
	if (t->quiet || ++t->rejects > REJECTS_PER_MESSAGE)
		return;

	store_letter(st->store, t->stream, t->epoch, t->seq, slice_of(op->id), reason,
		     op->erased ? slice_of("{}") : op->text, station_now(st));
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

/* A list of people or lanes that is no list must not lock everyone out: the last one stays. */
static bool policy_fits(const struct op *op)
{
	static const char *const lists[][2] = { { "staff", "people" }, { "lanes", "lanes" } };

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		if (!strcmp(op->id, lists[i][0]) &&
		    json_get(op->body, lists[i][1]).type != JSON_ARRAY)
			return false;
	return true;
}

/* NULL or why the body is no record of its stream. */
static const char *check_body(struct station *st, const struct ops_target *t, const struct op *op)
{
	struct instore_rules in_store;

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
	if (t->stream == STREAM_POLICY && !policy_fits(op))
		return "shape";
	if (t->stream == STREAM_POLICY && !strcmp(op->id, "keys"))
		return policy_keys_wrong(st, op->body);
	if (t->stream == STREAM_POLICY && !strcmp(op->id, "codes"))
		return instore_rules_read(op->body, &in_store);
	return NULL;
}

/* The record an op builds on: this generation's, or for one on its way the live one's. Its body
 * is copied to st->body. False when there is none. */
static bool base_of(struct station *st, const struct ops_target *t, const struct op *op,
		    struct record *ret_base)
{
	int64_t live = store_cursor(st->store, t->stream).gen;
	bool other = !op->known && t->gen != GEN_GUEST && live && t->gen != live;

	if (op->known)
		*ret_base = op->old;
	else if (!other || !store_record(st->store, live, slice_of(op->id), ret_base))
		return false;
	if (ret_base->body.n > sizeof(st->body))
		ret_base->body.n = 0;
	memcpy(st->body, ret_base->body.p, ret_base->body.n);
	ret_base->body.p = st->body;
	return true;
}

/* The same for what lies beside the stream. */
static bool guest_of(struct station *st, const struct ops_target *t, const struct op *op,
		     struct record *ret_base)
{
	if (t->stream != STREAM_ORDERS || t->gen == GEN_GUEST ||
	    !store_record(st->store, GEN_GUEST, slice_of(op->id), ret_base) ||
	    ret_base->body.n > sizeof(st->body))
		return false;
	memcpy(st->body, ret_base->body.p, ret_base->body.n);
	ret_base->body.p = st->body;
	return true;
}

static void before_replaced(struct station *st, const struct ops_target *t, const struct op *op,
			    struct slice was, struct slice now)
{
	if (t->stream == STREAM_ORDERS && now.n)
		privacy_replaced(st, op->id, was, now);
	file_record_out(st, t->stream, t->gen, op->id, was);
}

static void keep(struct station *st, struct ops_target *t, const struct op *op,
		 const struct record *r)
{
	struct record old;

	count_out(t, op);
	if (counted(r))
		count_in(t, op);
	if (op->known && store_record(st->store, t->gen, slice_of(op->id), &old))
		before_replaced(st, t, op, old.body, r->body);
	store_record_set(st->store, t->gen, slice_of(op->id), r);
	if (t->gen == GEN_GUEST)
		store_guest_came(st->store, slice_of(op->id), station_now(st));
}

/* A stored body, which was checked when it came, is looked up again. */
static void look_up_again(struct station *st, const struct ops_target *t, const struct record *r,
			  const char *id)
{
	struct json body;

	if (r->body.n == 0 || json_check(r->body, &body) < 0)
		return;
	file_record(st, t->stream, t->gen, id, body);
	if (r->state == RECORD_UNREADABLE && t->stream == STREAM_ORDERS)
		file_order_status(st, t->gen, slice_of(id));
}

static void order_is_new(struct station *st, const struct ops_target *t, const struct op *op)
{
	if (!t->live || t->stream != STREAM_ORDERS)
		return;
	store_guest_drop(st->store, slice_of(op->id));
	order_changed(st, slice_of(op->id));
}

/* HQ's newest word cannot be understood. What it said last stays in force, but nobody hands an
 * order over by it. */
static void apply_unreadable(struct station *st, struct ops_target *t, const struct op *op,
			     const char *why)
{
	struct record base, r = { op->rev, RECORD_UNREADABLE, slice_of("") };

	if (base_of(st, t, op, &base) || guest_of(st, t, op, &base))
		r.body = base.body;
	if (r.body.n && t->stream != STREAM_ORDERS)
		r.state = RECORD_LIVE;
	keep(st, t, op, &r);
	look_up_again(st, t, &r, op->id);
	reject(st, t, op, why);
	order_is_new(st, t, op);
}

static void put_done(struct station *st, struct ops_target *t, const struct op *op)
{
	if (t->stream == STREAM_ORDERS)
		file_order(st, t->gen, op->id, &st->order); /* as check_body() read it */
	else
		file_record(st, t->stream, t->gen, op->id, op->body);
	if (t->live && t->stream == STREAM_ORDERS)
		order_conflict_check(st, slice_of(op->id));
	order_is_new(st, t, op);
}

static void apply_put(struct station *st, struct ops_target *t, const struct op *op)
{
	const char *why = check_body(st, t, op);
	struct record r = { op->rev, RECORD_LIVE, json_text(op->body) };

	if (why) {
		apply_unreadable(st, t, op, why);
		return;
	}
	keep(st, t, op, &r);
	put_done(st, t, op);
}

/* Most puts of a snapshot are of records that are not there yet: one statement does it. False:
 * it is there, or the put cannot be read, and nothing was changed. */
static bool apply_new(struct station *st, struct ops_target *t, const struct op *op)
{
	struct record r = { op->rev, RECORD_LIVE, json_text(op->body) };

	if (t->gen == GEN_GUEST || check_body(st, t, op) ||
	    !store_record_add(st->store, t->gen, slice_of(op->id), &r))
		return false;
	count_in(t, op);
	put_done(st, t, op);
	return true;
}

static void apply_del(struct station *st, struct ops_target *t, const struct op *op)
{
	struct record r = { op->rev, RECORD_DELETED, slice_of("") };

	keep(st, t, op, &r);
	order_is_new(st, t, op);
}

/* HQ counts it, so its rev is kept, and of an order what the shop needs without its person. */
static bool put_erased(struct station *st, struct ops_target *t, struct op *op)
{
	struct record r = { op->rev, RECORD_UNREADABLE, slice_of("") };
	struct json rest;

	if (op->body.type != JSON_OBJECT || !utf8_valid(op->text) ||
	    !privacy_is_erased(st, t->stream, op->id, op->body))
		return false;
	op->known = store_record(st->store, t->gen, slice_of(op->id), &op->old);
	if (op->known && op->rev <= op->old.rev)
		return true;
	op->erased = true;
	r.body = privacy_rest(st, t->stream, op->body);
	if (r.body.n == 0 || json_check(r.body, &rest) < 0) {
		keep(st, t, op, &r);
		return true;
	}
	op->body = rest;
	apply_put(st, t, op);
	return true;
}

/* Also of a member who is not known here, or known by a later word: it is about a customer. */
static void erase_customer(struct station *st, const struct ops_target *t, const struct op *op)
{
	char customer[ID_MAX + 1];

	if (t->stream == STREAM_LOYALTY &&
	    json_string(op->customer, customer, sizeof(customer)) > 0 &&
	    id_valid(slice_of(customer)))
		privacy_erase(st, customer, op->id, op->about);
}

static void drop_facts(struct station *st, const char *order)
{
	store_order_facts_drop(st->store, slice_of(order));
	file_reopened(st, slice_of(order));
}

/* HQ takes back what the store did: the one way a fact is lowered. Of nothing it is rejected, but
 * its rev counts: HQ has it. */
static void apply_reopen(struct station *st, struct ops_target *t, const struct op *op)
{
	struct record r = { .state = RECORD_DELETED, .body = slice_of("") };
	bool known = base_of(st, t, op, &r);
	bool nothing = t->stream != STREAM_ORDERS || !known || r.state == RECORD_DELETED;
	struct order_fact f;
	char of[ID_MAX + 1];

	if (!nothing && t->live && store_order_fact(st->store, slice_of(op->id), &f) &&
	    json_is(op->of, f.event))
		drop_facts(st, op->id);
	if (!nothing && t->live && json_string(op->of, of, sizeof(of)) > 0)
		store_reopened_add(st->store, slice_of(of), station_now(st));
	r.rev = op->rev;
	keep(st, t, op, &r);
	look_up_again(st, t, &r, op->id);
	if (nothing)
		reject(st, t, op, "nothing_to_reopen");
	order_is_new(st, t, op);
}

static bool read_op(struct station *st, struct ops_target *t, const struct json m[OP_MEMBERS],
		    struct op *op)
{
	if (json_string(m[OP_ID], op->id, sizeof(op->id)) < 0 || !id_valid(slice_of(op->id))) {
		op->id[0] = '\0';
		reject(st, t, op, "bad_id");
		return false;
	}
	if (json_int(m[OP_REV], &op->rev) < 0 || op->rev < 0) {
		reject(st, t, op, "bad_rev");
		return false;
	}
	op->body = m[OP_BODY];
	op->of = m[OP_OF];
	op->customer = m[OP_CUSTOMER];
	op->about = m[OP_ABOUT];
	return true;
}

static void apply_op(struct station *st, struct ops_target *t, struct json v)
{
	struct json m[OP_MEMBERS];
	struct op op = { .text = json_text(v) };
	const char *why = NULL;
	bool put;

	json_pick(v, op_names, m, OP_MEMBERS);
	if (!read_op(st, t, m, &op))
		return;
	put = json_is(m[OP_WORD], "put");
	if (!json_is(m[OP_TYPE], stream_type(t->stream)))
		why = "wrong_type";
	else if (!put && !json_is(m[OP_WORD], "del") && !json_is(m[OP_WORD], "erase") &&
		 !json_is(m[OP_WORD], "reopen"))
		why = "unknown_op";
	if (json_is(m[OP_WORD], "erase") && !why)
		erase_customer(st, t, &op);
	if (put && !why && st->privacy.any && put_erased(st, t, &op))
		return;
	if (put && !why && apply_new(st, t, &op))
		return;
	op.known = store_record(st->store, t->gen, slice_of(op.id), &op.old);
	if (op.known && op.rev <= op.old.rev) {
		if (why)
			reject(st, t, &op, why);
	} else if (why) {
		apply_unreadable(st, t, &op, why);
	} else if (put) {
		apply_put(st, t, &op);
	} else if (json_is(m[OP_WORD], "reopen")) {
		apply_reopen(st, t, &op);
	} else {
		apply_del(st, t, &op);
	}
}

static bool slice_full(struct station *st, int done, size_t bytes)
{
	return done >= SLICE_OPS || bytes >= SLICE_BYTES ||
	       (done % SLICE_LOOK_OPS == 0 && door_urgent(st->door));
}

static void apply_value(struct station *st, struct ops_target *t, struct json v)
{
	struct op op = { .text = json_text(v) };

	if (v.type == JSON_OBJECT)
		apply_op(st, t, v);
	else
		reject(st, t, &op, "shape");
}

bool ops_apply_slice(struct station *st, struct ops_target *t, struct slice ops, size_t *at)
{
	struct json_walk w = json_walk(json_accepted(ops));
	const size_t from = *at;
	int done = 0;

	if (w.at && from)
		w.at = ops.p + from;
	while (json_next(&w)) {
		apply_value(st, t, w.value);
		*at = (size_t)(w.at - ops.p);
		if (slice_full(st, ++done, *at - from))
			return false;
	}
	return true;
}

void ops_apply(struct station *st, struct ops_target *t, struct slice ops)
{
	struct json_walk w = json_walk(json_accepted(ops));

	while (json_next(&w))
		apply_value(st, t, w.value);
}
