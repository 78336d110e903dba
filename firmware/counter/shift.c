// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/shift.h"

#include <string.h>

#include "firmware/base/money.h"

static bool is_trade(enum till_kind kind)
{
	return kind == TILL_SALE || kind == TILL_REVERSAL || kind == TILL_REFUND;
}

struct shift_sums shift_sums_of(const struct till_total *totals, int count)
{
	struct shift_sums s = { 0 };

	for (int i = 0; i < count; i++) {
		const struct till_total *t = &totals[i];

		if (strcmp(t->tender, "cash") != 0)
			continue;
		if (t->kind == TILL_COUNT)
			s.difference += t->amount;
		else
			s.cash += t->amount;
		if (t->kind == TILL_FLOAT)
			s.first += t->amount;
		else if (t->kind == TILL_IN)
			s.drawer_in += t->amount;
		else if (t->kind == TILL_OUT)
			s.drawer_out -= t->amount;
	}
	return s;
}

int64_t shift_tender_net(const struct till_total *totals, int count, const char *tender)
{
	int64_t net = 0;

	for (int i = 0; i < count; i++)
		if (is_trade(totals[i].kind) && strcmp(totals[i].tender, tender) == 0)
			net += totals[i].amount;
	return net;
}

bool shift_tender_first(const struct till_total *totals, int at)
{
	if (!is_trade(totals[at].kind))
		return false;
	for (int i = 0; i < at; i++)
		if (is_trade(totals[i].kind) && strcmp(totals[i].tender, totals[at].tender) == 0)
			return false;
	return true;
}

enum reason shift_open_verdict(bool open, int64_t first)
{
	return open || first < 0 || first > MONEY_MAX ? REASON_BAD_REQUEST : REASON_NONE;
}

enum reason shift_close_verdict(bool open, bool paying, int64_t counted)
{
	if (!open)
		return REASON_SHIFT_CLOSED;
	if (counted < 0 || counted > MONEY_MAX)
		return REASON_BAD_REQUEST;
	return paying ? REASON_BUSY : REASON_NONE;
}

enum reason shift_cash_verdict(const struct till_facts *till, int64_t amount)
{
	if (!till->open)
		return till->wanted ? REASON_SHIFT_CLOSED : REASON_NONE;
	if (amount < 0 && -amount > till->cash)
		return REASON_DRAWER_SHORT;
	return amount > MONEY_MAX - till->cash ? REASON_BAD_REQUEST : REASON_NONE;
}

enum reason shift_move_verdict(const struct till_facts *till, int64_t amount, bool approved)
{
	if (amount == 0 || amount > MONEY_MAX || amount < -MONEY_MAX)
		return REASON_BAD_REQUEST;
	if (!till->open)
		return REASON_SHIFT_CLOSED;
	/* Asked first: who could try sums alone would learn what is in the drawer, and count it so.
	 */
	if (amount < 0 && !approved)
		return REASON_APPROVAL_NEEDED;
	return shift_cash_verdict(till, amount);
}
