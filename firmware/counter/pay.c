// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/pay.h"

#include <string.h>

#include "firmware/counter/nip.h"
#include "firmware/counter/refund.h"

void pay_policy_tenders(struct json pickup, struct pay_policy *p)
{
	const struct json tenders = json_get(pickup, "tenders");

	p->tender_count = 0;
	for (struct json_walk w = json_walk(tenders); json_next(&w);)
		if (p->tender_count < PAY_TENDERS_MAX &&
		    json_string(w.value, p->tender[p->tender_count], TILL_TENDER_MAX) > 0)
			p->tender_count++;
	if (tenders.type == JSON_ARRAY)
		return;
	text_fmt(p->tender[p->tender_count++], TILL_TENDER_MAX, "card");
	text_fmt(p->tender[p->tender_count++], TILL_TENDER_MAX, "blik");
}

void pay_policy_fiscal(struct json fiscal, struct pay_policy *p)
{
	p->external = !json_is(json_get(fiscal, "mode"), "none");
	p->ref = json_true(json_get(fiscal, "ref"));
}

/* ---- what is due ---- */

static int64_t missing_before(const struct order *o)
{
	int64_t sum = 0;

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const int64_t n = l->short_ < l->qty ? l->short_ : l->qty;

		if (l->paid >= 0 && n > 0)
			sum += money_part(l->paid, l->qty, 0, n);
	}
	return sum;
}

static int64_t missing_now(const struct order *o, const struct pickup_line *done)
{
	int64_t sum = 0;

	for (int i = 0; i < o->line_count; i++)
		sum += refund_of_pieces(&o->lines[i], done[i].short_);
	return sum;
}

static int64_t above_zero(int64_t n)
{
	return n > 0 ? n : 0;
}

int64_t pay_due(const struct order *o, const struct pickup_line *done)
{
	return above_zero(order_due(o) - missing_now(o, done));
}

int64_t pay_at_till(const struct order *o)
{
	int64_t sum = 0;

	for (int i = 0; i < o->payment_count; i++) {
		const struct order_payment *p = &o->payments[i];

		if (p->captured && !p->online && !json_is(p->tender, "points") &&
		    !json_is(p->tender, "coupon"))
			sum += above_zero(p->amount - p->refunded);
	}
	return sum;
}

bool pay_receipt_only(const struct order *o, const struct pickup_line *done)
{
	const struct json fiscal = json_get(o->body, "fiscal");

	return pay_due(o, done) == 0 && !o->receipted &&
	       json_is(json_get(fiscal, "where"), "till") &&
	       json_is(json_get(fiscal, "state"), "todo") &&
	       !json_is(json_get(fiscal, "duty"), "exempt");
}

int64_t pay_receipt_total(const struct order *o, const struct pickup_line *done)
{
	return above_zero(above_zero(o->total) - missing_before(o) - missing_now(o, done));
}

/* ---- paying ---- */

static bool is_taken(const struct pay_policy *p, const char *tender)
{
	/* Points are redeemed, which is an act of its own. */
	if (strcmp(tender, "points") == 0)
		return false;
	for (int i = 0; i < p->tender_count; i++)
		if (strcmp(p->tender[i], tender) == 0)
			return true;
	return false;
}

/* Between businesses the worth of the whole deal counts, however many payments it has. */
static bool through_a_bank(const struct order *o, int64_t due)
{
	const struct json buyer = json_get(o->body, "buyer");
	const int64_t worth = o->total > due ? o->total : due;
	const bool business = json_is(json_get(buyer, "kind"), "business") ||
			      (json_is(json_get(buyer, "kind"), "sole_trader") &&
			       json_get(buyer, "nip").type == JSON_STRING);

	return business && worth > PAY_BUSINESS_CASH;
}

static enum reason take_cash(const struct pay_facts *f, struct pay_sum *ret_sum)
{
	const int64_t laid = f->given >= 0 ? f->given : f->amount;
	const int64_t amount = f->amount < f->due ? f->amount : f->due;
	enum reason r;

	if (laid < f->amount)
		return REASON_BAD_REQUEST;
	if (through_a_bank(f->order, f->due))
		return REASON_TENDER_REFUSED;
	r = shift_cash_verdict(&f->till, amount);
	if (r == REASON_NONE)
		*ret_sum = (struct pay_sum){ amount, laid - amount };
	return r;
}

/* One more payment than an order's record can have would be taken and not count. */
static bool one_too_many(int payments)
{
	return payments >= ORDER_PAYMENTS_MAX;
}

enum reason pay_verdict(const struct pay_facts *f, const struct pay_policy *p,
			struct pay_sum *ret_sum)
{
	if (one_too_many(f->payments) || f->amount <= 0 || f->amount > MONEY_MAX ||
	    f->given > MONEY_MAX || f->due == 0)
		return REASON_BAD_REQUEST;
	if (p->external)
		return REASON_FISCAL_NEEDED;
	if (!is_taken(p, f->tender))
		return REASON_TENDER_REFUSED;
	if (strcmp(f->tender, "cash") == 0)
		return take_cash(f, ret_sum);
	if (f->given >= 0)
		return REASON_BAD_REQUEST;
	if (f->amount > f->due)
		return REASON_OVERPAID;
	if (p->ref && !f->ref)
		return REASON_REF_NEEDED;
	*ret_sum = (struct pay_sum){ f->amount, 0 };
	return REASON_NONE;
}

enum reason pay_reverse_verdict(const struct reverse_facts *f)
{
	enum reason r;

	if (!f->known)
		return REASON_NOT_FOUND;
	if (f->taken_back || f->part_back)
		return REASON_ALREADY_RETURNED;
	if (f->gone)
		return REASON_ALREADY_COLLECTED;
	r = f->drawer ? shift_cash_verdict(&f->till, -f->amount) : REASON_NONE;
	if (r != REASON_NONE)
		return r;
	return f->approved ? REASON_NONE : REASON_APPROVAL_NEEDED;
}

/* ---- the shop's till ---- */

static bool nip_fits(const struct fiscal_facts *f)
{
	char nip[NIP_MAX], buyer[NIP_MAX];

	if (f->nip.n == 0)
		return true;
	return nip_read(f->nip, nip) && (!nip_read(f->buyer, buyer) || strcmp(nip, buyer) == 0);
}

enum reason pay_fiscal_verdict(const struct fiscal_facts *f, const struct pay_policy *p)
{
	if (!p->external || (f->due == 0 && !f->receipt_only) ||
	    (f->due > 0 && one_too_many(f->payments)))
		return REASON_BAD_REQUEST;
	if (!nip_fits(f))
		return REASON_NIP_WRONG;
	if (f->total != (f->receipt_only ? f->receipt_total : f->due))
		return REASON_PAYMENT_DUE;
	return f->used ? REASON_RECEIPT_USED : REASON_NONE;
}

/* ---- refunds ---- */

enum reason pay_refund_verdict(const struct till_facts *till, const char *tender, int64_t amount)
{
	if (amount <= 0 || amount > MONEY_MAX)
		return REASON_BAD_REQUEST;
	if (strcmp(tender, "cash") == 0)
		return shift_cash_verdict(till, -amount);
	if (strcmp(tender, "card") == 0 || strcmp(tender, "blik") == 0)
		return REASON_NONE;
	return REASON_TENDER_REFUSED;
}
