// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/refund.h"

int64_t refund_of_pieces(const struct order_line *line, int64_t n)
{
	int64_t gone = line->short_ + line->returned;

	if (line->paid < 0 || n <= 0 || gone + n > line->qty)
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

		if (!p->captured || !p->online || take <= 0)
			continue;
		ret_legs[n++] = (struct refund_leg){ i, take };
		amount -= take;
	}
	*ret_rest = amount;
	return n;
}
