// SPDX-License-Identifier: Apache-2.0
/* What events do to an order's payments and its receipt; see effect_order.h. */
#include <errno.h>

#include "firmware/base/money.h"
#include "sync/hq/effect_inside.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/fact.h"
#include "sync/hq/order.h"

const char *effect_fiscal_recorded(const struct happening *h)
{
	struct change done = { .name = "state", .json = slice_of("\"done\"") };
	struct change change = { .name = "fiscal" };
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err != -EINVAL)
		fact_receipt_add(h->hq, o.holder, o.id);
	if (err < 0)
		return effect_not_open(err);
	buf_reset(&h->hq->lines);
	edit_object(&h->hq->lines, NULL, json_get(o.root, "fiscal"), &done, 1);
	change.json = buf_read(&h->hq->lines);
	return effect_save(h, &o, &change, 1);
}

struct slice effect_totals(struct json totals, int64_t amount, struct buf *out)
{
	struct edit_text room[2];
	struct change changes[2] = { { .name = "due" }, { .name = "paid" } };

	changes[0].json = edit_int(json_int_or(json_get(totals, "due"), 0) - amount, &room[0]);
	if (json_get(totals, "paid").type == JSON_NUMBER)
		changes[1].json =
			edit_int(json_int_or(json_get(totals, "paid"), 0) + amount, &room[1]);
	edit_object(out, NULL, totals, changes, 2);
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

/* Copies the payments, but for the one of this id, into an array left open. */
static struct json copy_payments(const struct effect_order *o, struct json id, struct buf *out)
{
	struct json_walk w = json_walk(json_get(o->root, "payments"));
	struct json found = { .type = JSON_NONE };

	buf_reset(out);
	jw_open(out, NULL, '[');
	while (json_next(&w)) {
		if (slice_same(json_text(json_get(w.value, "id")), json_text(id)))
			found = w.value;
		else
			jw_raw(out, NULL, json_text(w.value));
	}
	return found;
}

static const char *save_payments(const struct happening *h, const struct effect_order *o,
				 int64_t amount)
{
	struct change changes[2] = { { .name = "payments" }, { .name = "totals" } };
	char memory[4096];
	struct buf totals;

	buf_init(&totals, memory, sizeof(memory));
	changes[0].json = buf_read(&h->hq->lines);
	changes[1].json = effect_totals(json_get(o->root, "totals"), amount, &totals);
	if (h->hq->lines.overflow || totals.overflow)
		return "too_big";
	return effect_save(h, o, changes, 2);
}

static bool is_payment_text(struct json v)
{
	return v.type == JSON_STRING && json_text(v).n <= ORDER_PAYMENT_TEXT_MAX;
}

/* The record's sums would no longer agree, or it would have more payments than a station takes; the
 * event is there for a person. */
static const char *surplus_of(const struct effect_order *o, struct json was, int64_t amount)
{
	if (payment_captured(was) ||
	    amount > json_int_or(json_get(json_get(o->root, "totals"), "due"), 0))
		return "paid_too_much";
	if (was.type == JSON_NONE &&
	    json_count(json_get(o->root, "payments")) >= ORDER_PAYMENTS_MAX)
		return "too_many_payments";
	return NULL;
}

const char *effect_payment_taken(const struct happening *h)
{
	struct json id = json_get(h->body, "payment"), tender = json_get(h->body, "tender");
	struct change changes[5] = {
		{ .name = "id", .json = json_text(id) },
		{ .name = "tender", .json = json_text(tender) },
		{ .name = "state", .json = slice_of("\"captured\"") },
		{ .name = "amount", .json = json_text(json_get(h->body, "amount")) },
		{ .name = "where", .json = slice_of("\"till\"") },
	};
	const char *surplus;
	struct json was;
	int64_t amount;
	struct effect_order o;
	int err = effect_open(h, &o);

	if (err == -EINVAL || !is_payment_text(id) || !is_payment_text(tender) ||
	    json_int(json_get(h->body, "amount"), &amount) < 0 || amount < 0 || amount > MONEY_MAX)
		return "body";
	if (err < 0) {
		fact_taken(h->hq, o.holder, o.id, json_text(id), json_text(tender), amount);
		return NULL;
	}
	was = copy_payments(&o, id, &h->hq->lines);
	if (!payment_captured(was))
		fact_taken(h->hq, o.holder, o.id, json_text(id), json_text(tender), amount);
	if (fact_is_reversed(h->hq, o.holder, o.id, json_text(id))) {
		effect_touch_order(h);
		return NULL;
	}
	surplus = surplus_of(&o, was, amount);
	if (surplus) {
		hq_alarm(h->hq, h->store, h->lane, surplus, o.id);
		effect_touch_order(h);
		return NULL;
	}
	effect_write_payment(h, &o, &h->hq->lines, was, changes, 5);
	jw_close(&h->hq->lines, ']');
	return save_payments(h, &o, amount);
}

/* What another lane took for the same order did not fit while this was paid; now it may. */
static void take_waiting(const struct happening *h)
{
	struct buf *copy = &h->hq->edited;
	struct effect_order o;
	struct slice kept;
	struct json root;

	if (effect_open(h, &o) < 0)
		return;
	/* It stands where effect_keep() writes. */
	buf_reset(copy);
	buf_slice(copy, o.record.body);
	if (copy->overflow || json_check(buf_read(copy), &root) < 0)
		return;
	kept = effect_keep(h->hq, o.holder, o.id, root);
	if (kept.n && !slice_same(kept, buf_read(copy)))
		record_put(h->hq, o.record.store, stream_by_name("orders"), o.id, o.record.rev + 1,
			   kept);
}

const char *effect_payment_reversed(const struct happening *h)
{
	struct json id = json_get(h->body, "payment"), was;
	struct change failed = { .name = "state", .json = slice_of("\"failed\"") };
	int64_t amount;
	struct effect_order o;
	const char *why;
	int err = effect_open(h, &o);

	if (err == -EINVAL || id.type != JSON_STRING)
		return "body";
	fact_reversed(h->hq, o.holder, o.id, json_text(id));
	if (err < 0)
		return NULL;
	was = copy_payments(&o, id, &h->hq->lines);
	if (!json_is(json_get(was, "state"), "captured")) {
		effect_touch_order(h);
		return NULL;
	}
	amount = json_int_or(json_get(was, "amount"), 0);
	edit_object(&h->hq->lines, NULL, was, &failed, 1);
	jw_close(&h->hq->lines, ']');
	why = save_payments(h, &o, -amount);
	if (!why)
		take_waiting(h);
	return why;
}
