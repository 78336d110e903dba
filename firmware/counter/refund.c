// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/refund.h"

int64_t refund_of_pieces(const struct order_line *line, int64_t n)
{
	int64_t gone = line->short_ + line->returned;

	if (line->paid < 0 || n <= 0 || n > line->qty - gone)
		return 0;
	return money_part(line->paid, line->qty, gone, n);
}

/* What the lines cost without pieces that are gone; false: a price is not known. */
static bool cost_now(const struct order *o, int64_t *ret_cost)
{
	int64_t cost = 0;

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const int64_t gone = l->short_ + l->returned;

		if (l->paid < 0)
			return false;
		cost += l->paid - money_part(l->paid, l->qty, 0, gone < l->qty ? gone : l->qty);
	}
	*ret_cost = cost;
	return o->line_count > 0;
}

int64_t refund_owed(const struct order *o, int64_t worth, const int64_t *given)
{
	int64_t cost, paid = 0;

	bool known = o->due > 0;

	if (!cost_now(o, &cost))
		return worth;
	for (int i = 0; i < o->payment_count; i++) {
		const struct order_payment *p = &o->payments[i];

		if (p->captured)
			paid += p->amount - (p->refunded > given[i] ? p->refunded : given[i]);
		known = known || p->captured;
	}
	if (!known) /* nothing is due, and nobody said who paid */
		return worth;
	paid -= cost - worth;
	if (paid < 0)
		return 0;
	return paid < worth ? paid : worth;
}

int refund_legs(const struct order *o, int64_t amount, const int64_t *given,
		struct refund_leg ret_legs[ORDER_PAYMENTS_MAX], int64_t *ret_rest)
{
	int n = 0;

	for (int i = 0; i < o->payment_count && amount > 0; i++) {
		const struct order_payment *p = &o->payments[i];
		int64_t back = p->refunded > given[i] ? p->refunded : given[i];
		int64_t left = p->amount - back;
		int64_t take = left < amount ? left : amount;

		/* What was paid here goes back here, whole; where some of it is back already, that
		 * is no longer possible, and HQ pays what is left. */
		if (!p->captured || !(p->online || back > 0) || take <= 0)
			continue;
		ret_legs[n++] = (struct refund_leg){ i, take };
		amount -= take;
	}
	*ret_rest = amount;
	return n;
}

int64_t refund_left(const struct order_payment *p, int64_t given)
{
	const int64_t back = p->refunded > given ? p->refunded : given;

	return p->captured && p->amount > back ? p->amount - back : 0;
}

bool refund_is_here(const struct order_payment *p)
{
	return !p->online && !json_is(p->tender, "gift") && !json_is(p->tender, "points") &&
	       !json_is(p->tender, "coupon") && !json_is(p->tender, "transfer");
}

/* How early a payment is paid back; those the sequence does not name come last. */
static int rank_of(const struct order_payment *p, const char (*sequence)[REFUND_TENDER_MAX],
		   int sequence_max)
{
	for (int i = 0; i < sequence_max && sequence[i][0]; i++)
		if (json_is(p->tender, sequence[i]))
			return i;
	return sequence_max;
}

int refund_split(const struct order *o, int64_t amount, const int64_t *given,
		 const char (*sequence)[REFUND_TENDER_MAX], int sequence_max,
		 struct refund_leg ret_legs[ORDER_PAYMENTS_MAX], int64_t *ret_rest)
{
	int n = 0;

	for (int rank = 0; rank <= sequence_max; rank++) {
		for (int i = 0; i < o->payment_count && amount > 0; i++) {
			const int64_t left = refund_left(&o->payments[i], given[i]);
			const int64_t take = left < amount ? left : amount;

			if (take <= 0 || rank_of(&o->payments[i], sequence, sequence_max) != rank)
				continue;
			ret_legs[n++] = (struct refund_leg){ i, take };
			amount -= take;
		}
	}
	*ret_rest = amount;
	return n;
}

int64_t vat_amount(int64_t gross, struct json vat)
{
	char text[8];
	int64_t rate = 0;
	__int128 twice;

	if (vat.type == JSON_NUMBER)
		rate = json_int_or(vat, 0);
	else if (json_string(vat, text, sizeof(text)) > 0 && text_digits(slice_of(text)))
		for (const char *p = text; *p; p++)
			rate = rate * 10 + (*p - '0');
	if (rate <= 0 || rate > 100 || gross <= 0)
		return 0;
	twice = (__int128)gross * rate * 2 + 100 + rate;
	return (int64_t)(twice / (2 * (100 + rate)));
}
