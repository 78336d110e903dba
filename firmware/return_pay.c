// SPDX-License-Identifier: Apache-2.0
/*
 * Money out of the till for what came back. Where the shop's fiscal till takes the money (policy
 * `fiscal`), it gives it back as well: the papers say how much, and no drawer of ours opens.
 */
#include <string.h>

#include "firmware/money.h"
#include "firmware/returns.h"

static bool is_money(const struct return_leg *leg)
{
	return leg->here && !leg->points;
}

/* What goes back here by this leg's tender, if no earlier leg has the same; else 0. */
static int64_t sum_of_tender(const struct return_legs *legs, int leg)
{
	const char *tender = legs->leg[leg].tender;
	int64_t sum = 0;

	for (int i = 0; i < legs->count; i++) {
		if (!is_money(&legs->leg[i]) || strcmp(legs->leg[i].tender, tender) != 0)
			continue;
		if (i < leg)
			return 0;
		sum += legs->leg[i].amount;
	}
	return sum;
}

enum reason return_pay_out(struct station *st, const struct call *c,
			   const struct return_payout *pay)
{
	const struct return_legs *legs = pay->legs;

	if (money_policy_now(st).external)
		return REASON_NONE;
	for (int i = 0; i < legs->count; i++) {
		const int64_t sum = is_money(&legs->leg[i]) ? sum_of_tender(legs, i) : 0;
		const enum reason r =
			sum > 0 ? money_refund_check(st, legs->leg[i].tender, sum) : REASON_NONE;

		if (r != REASON_NONE)
			return r;
	}
	for (int i = 0; i < legs->count; i++) {
		const int64_t sum = is_money(&legs->leg[i]) ? sum_of_tender(legs, i) : 0;

		if (sum > 0)
			money_refund_out(st, c, slice_of(pay->order), legs->leg[i].tender, sum,
					 pay->doc);
	}
	return REASON_NONE;
}
