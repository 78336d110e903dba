// SPDX-License-Identifier: Apache-2.0
/* What went back of an order's payments: paid at the counter, or asked of HQ; see effect_order.h.
 */
#include <errno.h>

#include "firmware/base/money.h"
#include "sync/hq/effect_inside.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/fact.h"
#include "sync/hq/order.h"

#define PAYMENT_MAX 4096 /* bytes of one, as JSON; a larger one is written as it came */

static int64_t amount_of(struct json v)
{
	const int64_t n = json_int_or(v, 0);

	return n < 0 || n > MONEY_MAX ? 0 : n;
}

static int64_t told_of(struct json legs, struct json id)
{
	int64_t sum = 0;

	for (struct json_walk w = json_walk(legs); json_next(&w);)
		if (slice_same(json_text(json_get(w.value, "payment")), json_text(id)))
			sum += amount_of(json_get(w.value, "amount"));
	return sum;
}

void effect_write_refunded(struct buf *out, struct json payment, int64_t refunded)
{
	const int64_t amount = amount_of(json_get(payment, "amount"));
	struct edit_text room;
	struct change changes[] = { { .name = "refunded" }, { .name = "state" } };

	refunded = refunded > amount ? amount : refunded;
	changes[0].json = edit_int(refunded, &room);
	changes[1].json = slice_of(refunded == amount ? "\"refunded\"" : "\"partly_refunded\"");
	edit_object(out, NULL, payment, changes, COUNT_OF(changes));
}

void effect_write_payment(const struct happening *h, const struct effect_order *o, struct buf *out,
			  struct json was, const struct change *changes, size_t count)
{
	char memory[PAYMENT_MAX];
	struct json payment;
	int64_t back;
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	edit_object(&b, NULL, was, changes, count);
	if (b.overflow || json_check(buf_read(&b), &payment) < 0) {
		edit_object(out, NULL, was, changes, count);
		return;
	}
	back = fact_refund(h->hq, o->holder, o->id, json_text(json_get(payment, "id")));
	if (back > amount_of(json_get(payment, "refunded")))
		effect_write_refunded(out, payment, back);
	else
		edit_object(out, NULL, was, changes, count);
}

void effect_refund_note(const struct happening *h, const struct effect_order *o, struct json legs)
{
	for (struct json_walk w = json_walk(legs); json_next(&w);) {
		const struct json id = json_get(w.value, "payment");
		const int64_t amount = amount_of(json_get(w.value, "amount"));

		if (id.type == JSON_STRING && amount > 0)
			fact_refund_add(h->hq, o->holder, o->id, json_text(id), amount);
	}
}

struct slice effect_refunds(const struct happening *h, const struct effect_order *o,
			    struct json legs, struct buf *out)
{
	const struct slice none = { NULL, 0 };
	bool changed = false;

	effect_refund_note(h, o, legs);
	buf_reset(out);
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(json_get(o->root, "payments")); json_next(&w);) {
		const int64_t told = told_of(legs, json_get(w.value, "id"));
		const int64_t back = amount_of(json_get(w.value, "refunded")) + told;

		if (told == 0 || !payment_captured(w.value)) {
			jw_raw(out, NULL, json_text(w.value));
			continue;
		}
		if (back > amount_of(json_get(w.value, "amount")))
			hq_alarm(h->hq, h->store, h->lane, "refunded_too_much", o->id);
		effect_write_refunded(out, w.value, back);
		changed = true;
	}
	jw_close(out, ']');
	return changed && !out->overflow ? buf_read(out) : none;
}

const char *effect_refund_requested(const struct happening *h)
{
	struct change change = { .name = "payments" };
	struct effect_order o;
	int err = effect_open_sold(h, &o);

	if (err == -EINVAL)
		return "body";
	if (err < 0) {
		effect_refund_note(h, &o, json_get(h->body, "legs"));
		return NULL;
	}
	change.json = effect_refunds(h, &o, json_get(h->body, "legs"), &h->hq->message);
	return effect_save(h, &o, &change, 1);
}
