// SPDX-License-Identifier: Apache-2.0
/* What the counter's document says of money. What should be in the drawer is not in it: whoever
 * closes the shift counts it blind. */
#include <string.h>

#include "firmware/documents.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/orders.h"

#define OPEN_SHOWN 20

static void add_payment(struct buf *b, const struct taken *t)
{
	char at[TIME_TEXT_MAX];

	jw_str(b, "payment", t->payment);
	jw_str(b, "tender", t->tender);
	jw_int(b, "amount", t->amount);
	if (t->ref[0])
		jw_str(b, "ref", t->ref);
	time_format(t->at_ms, at);
	jw_str(b, "at", at);
	jw_str(b, "lane", t->lane);
}

/* Those of before are shown as well; `paid` is what was paid for this handover. */
static void add_payments(struct station *st, struct buf *b)
{
	struct taken t = { .payment = "" };
	int64_t paid = 0;

	jw_open(b, "payments", '[');
	while (store_taken_next(st->store, st->order.id, &t)) {
		jw_open(b, NULL, '{');
		add_payment(b, &t);
		jw_bool(b, "reversed", t.state == TAKEN_BACK);
		jw_close(b, '}');
		paid += t.state == TAKEN ? t.amount : 0;
	}
	jw_close(b, ']');
	jw_int(b, "paid", paid + loyalty_laid(st));
}

static void add_receipt(struct station *st, struct buf *b)
{
	struct receipt r;

	if (!store_receipt(st->store, st->order.id, &r)) {
		jw_null(b, "receipt");
		return;
	}
	jw_open(b, "receipt", '{');
	jw_str(b, "register", r.register_id);
	jw_str(b, "number", r.number);
	jw_int(b, "total", r.total);
	jw_close(b, '}');
}

void money_pickup_document(struct station *st, struct buf *b)
{
	const struct order *o = &st->order;
	const bool external = money_policy_now(st).external;
	const struct json buyer = json_get(o->body, "buyer");

	jw_int(b, "due", pay_due(o, st->done));
	add_payments(st, b);
	add_receipt(st, b);
	jw_bool(b, "receipt_needed",
		external && (pay_due(o, st->done) > 0 || pay_receipt_only(o, st->done)));
	jw_value(b, "nip", json_get(buyer, "nip"));
}

static void add_shift(struct station *st, struct buf *b)
{
	struct shift_row s;
	char at[TIME_TEXT_MAX];

	if (!store_shift(st->store, &s)) {
		jw_null(b, "shift");
		return;
	}
	time_format(s.opened_ms, at);
	jw_open(b, "shift", '{');
	jw_str(b, "shift", s.number);
	jw_str(b, "staff", s.staff);
	jw_str(b, "opened_at", at);
	jw_int(b, "handovers", s.handovers);
	jw_close(b, '}');
}

/* Taken, and its order not handed over: cancelled at the counter, or by HQ. */
static void add_open(struct station *st, struct buf *b)
{
	struct taken t = { .payment = "" };
	char order[ID_MAX + 1];
	int64_t at = INT64_MAX;

	jw_open(b, "unsettled", '[');
	for (int n = 0; n < OPEN_SHOWN && store_taken_open(st->store, &at, order, &t); n++) {
		jw_open(b, NULL, '{');
		jw_str(b, "order", order);
		add_payment(b, &t);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

void money_document(struct station *st, struct buf *b)
{
	const struct pay_policy p = money_policy_now(st);

	add_shift(st, b);
	jw_open(b, "paying", '{');
	jw_str(b, "fiscal", p.external ? "external" : "none");
	jw_open(b, "tenders", '[');
	for (int i = 0; i < p.tender_count; i++)
		jw_str(b, NULL, p.tender[i]);
	jw_close(b, ']');
	jw_bool(b, "ref", p.ref);
	jw_bool(b, "shift_wanted", json_true(json_get(policy_get(st, "till"), "shifts")));
	jw_close(b, '}');
	add_open(st, b);
}
