// SPDX-License-Identifier: Apache-2.0
/* Applying the ops of a message to a generation of records. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

#define REJECTS_PER_MESSAGE 1000
#define FILING 2 /* rises when look_up_product() files by more keys; 2: in-store items */

struct op {
	struct slice text;
	char id[ID_MAX + 1];
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
	struct buf b;

	/* A message may hold half a million pieces of rubbish; a thousand of them tell enough. */
	if (t->quiet || ++t->rejects > REJECTS_PER_MESSAGE)
		return;

	store_letter(st->store, t->stream, t->epoch, t->seq, slice_of(op->id), reason, op->text,
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

/* An order's status is what this store did, else what HQ wrote. */
static void look_up_status(struct station *st, int64_t gen, const char *hq, const char *id)
{
	struct order_fact f;

	if (strcmp(hq, "returned") != 0 && gen == store_cursor(st->store, STREAM_ORDERS).gen &&
	    store_order_fact(st->store, slice_of(id), &f))
		store_lookup_status(st->store, gen, slice_of(id), f.status);
	else if (hq[0])
		store_lookup_status(st->store, gen, slice_of(id), hq);
}

static void look_up_order(struct station *st, int64_t gen, struct json body, const char *id)
{
	char status[256];

	json_string(json_get(body, "status"), status, sizeof(status)); /* "" when it has none */
	look_up_status(st, gen, status, id);
	look_up_text(st, gen, LOOKUP_NUMBER, json_get(body, "number"), id);
	look_up_text(st, gen, LOOKUP_PHONE, json_get(json_get(body, "customer"), "phone_hash"), id);
}

static void look_up_product(struct station *st, int64_t gen, struct json body, const char *id)
{
	char text[32], keys[CODE_KEYS_MAX][CODE_KEY_MAX];

	for (struct json_walk w = json_walk(json_get(body, "gtin")); json_next(&w);) {
		struct json code =
			w.value.type == JSON_OBJECT ? json_get(w.value, "code") : w.value;
		int n = json_string(code, text, sizeof(text)) > 0 ? code_keys(slice_of(text), keys)
								  : 0;

		for (int i = 0; i < n; i++)
			store_lookup_add(st->store, gen, LOOKUP_GTIN, slice_of(keys[i]),
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

static void keep(struct station *st, struct ops_target *t, const struct op *op,
		 const struct record *r)
{
	count_out(t, op);
	if (counted(r))
		count_in(t, op);
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
	look_up(st, t, body, id);
	if (r->state == RECORD_UNREADABLE)
		look_up_status(st, t->gen, order_status_name(ORDER_ON_HOLD), id);
}

/* What was filed under fewer keys gets those it lacks; no key was ever given up. */
static void file_again(struct station *st, int64_t gen)
{
	struct ops_target t = { .stream = STREAM_CATALOG, .gen = gen };
	char id[ID_MAX + 1] = "";
	struct record r;

	while (gen && store_record_next(st->store, gen, id))
		if (store_record(st->store, gen, slice_of(id), &r))
			look_up_again(st, &t, &r, id);
}

void ops_file_again(struct station *st)
{
	struct shadow shadow;

	if (store_meta(st->store, "filing", 0) == FILING)
		return;
	file_again(st, store_cursor(st->store, STREAM_CATALOG).gen);
	if (store_shadow(st->store, STREAM_CATALOG, &shadow))
		file_again(st, shadow.gen);
	store_meta_set(st->store, "filing", FILING);
}

static void order_is_new(struct station *st, const struct ops_target *t, const struct op *op)
{
	if (!t->live || t->stream != STREAM_ORDERS)
		return;
	store_record_drop(st->store, GEN_GUEST, slice_of(op->id));
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

static void apply_put(struct station *st, struct ops_target *t, const struct op *op)
{
	const char *why = check_body(st, t, op);
	struct record r = { op->rev, RECORD_LIVE, json_text(op->body) };

	if (why) {
		apply_unreadable(st, t, op, why);
		return;
	}
	keep(st, t, op, &r);
	look_up(st, t, op->body, op->id);
	if (t->live && t->stream == STREAM_ORDERS)
		order_conflict_check(st, slice_of(op->id));
	order_is_new(st, t, op);
}

static void apply_del(struct station *st, struct ops_target *t, const struct op *op)
{
	struct record r = { op->rev, RECORD_DELETED, slice_of("") };

	keep(st, t, op, &r);
	order_is_new(st, t, op);
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
		store_order_facts_drop(st->store, slice_of(op->id));
	if (!nothing && t->live && json_string(op->of, of, sizeof(of)) > 0)
		store_reopened_add(st->store, slice_of(of), station_now(st));
	r.rev = op->rev;
	keep(st, t, op, &r);
	look_up_again(st, t, &r, op->id);
	if (nothing)
		reject(st, t, op, "nothing_to_reopen");
	order_is_new(st, t, op);
}

static bool read_op(struct station *st, struct ops_target *t, struct json v, struct op *op)
{
	if (json_string(json_get(v, "id"), op->id, sizeof(op->id)) < 0 ||
	    !id_valid(slice_of(op->id))) {
		op->id[0] = '\0';
		reject(st, t, op, "bad_id");
		return false;
	}
	if (json_int(json_get(v, "rev"), &op->rev) < 0 || op->rev < 0) {
		reject(st, t, op, "bad_rev");
		return false;
	}
	op->known = store_record(st->store, t->gen, slice_of(op->id), &op->old);
	return true;
}

static void apply_op(struct station *st, struct ops_target *t, struct json v)
{
	struct op op = { .text = json_text(v),
			 .body = json_get(v, "body"),
			 .of = json_get(v, "of") };
	struct json word = json_get(v, "op");
	const char *why = NULL;

	if (!read_op(st, t, v, &op))
		return;
	if (!json_is(json_get(v, "type"), stream_type(t->stream)))
		why = "wrong_type";
	else if (!json_is(word, "put") && !json_is(word, "del") && !json_is(word, "erase") &&
		 !json_is(word, "reopen"))
		why = "unknown_op";
	if (op.known && op.rev <= op.old.rev) {
		if (why)
			reject(st, t, &op, why);
	} else if (why) {
		apply_unreadable(st, t, &op, why);
	} else if (json_is(word, "put")) {
		apply_put(st, t, &op);
	} else if (json_is(word, "reopen")) {
		apply_reopen(st, t, &op);
	} else {
		apply_del(st, t, &op);
	}
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
