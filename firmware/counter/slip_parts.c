// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/slip_parts.h"

static int64_t between(int64_t n, int64_t most)
{
	if (n < 0 || most < 0)
		return 0;
	return n < most ? n : most;
}

static void share_goods(const struct order_line *l, struct pickup_line done, int64_t n[SLIP_PARTS])
{
	n[PART_MISSING] = between(l->short_ + done.short_, l->qty);
	n[PART_BEFORE] = between(l->handed, l->qty - n[PART_MISSING]);
	n[PART_NOW] = between(pickup_leaves(l, done), l->qty - n[PART_MISSING] - n[PART_BEFORE]);
	n[PART_WAITS] = l->qty - n[PART_MISSING] - n[PART_BEFORE] - n[PART_NOW];
}

static bool handed_before(const struct order *o)
{
	for (int i = 0; i < o->line_count; i++)
		if (o->lines[i].goods && o->lines[i].handed > 0)
			return true;
	return false;
}

static void share_other(const struct order *o, const struct pickup_line *done, int line,
			int64_t n[SLIP_PARTS])
{
	const struct order_line *l = &o->lines[line];
	const int goods = order_line_is_deposit(l) ? order_deposit_goods(o, line) : -1;
	int64_t of[SLIP_PARTS] = { 0 }, all = 0, left;

	n[PART_MISSING] = between(l->short_ + done[line].short_, l->qty);
	left = l->qty - n[PART_MISSING];
	if (goods >= 0 && o->lines[goods].goods) {
		share_goods(&o->lines[goods], done[goods], of);
		all = of[PART_BEFORE] + of[PART_NOW] + of[PART_WAITS];
	}
	if (all == 0) {
		n[handed_before(o) ? PART_BEFORE : PART_NOW] = left;
		return;
	}
	/* A pack has several bottles, so not always one for one. */
	n[PART_BEFORE] = left * of[PART_BEFORE] / all;
	n[PART_NOW] = left * (of[PART_BEFORE] + of[PART_NOW]) / all - n[PART_BEFORE];
	n[PART_WAITS] = left - n[PART_BEFORE] - n[PART_NOW];
}

/* HQ may have lowered a quantity below what was counted. */
static int64_t worth_of(const struct order_line *l, int64_t from, int64_t n)
{
	from = between(from, l->qty);
	return money_part(l->paid, l->qty, from, between(n, l->qty - from));
}

/* Missing and returned pieces are one sequence, as they are paid back; what went out comes next. */
static void add_worth(const struct order_line *l, int64_t short_now, struct slip_line *s)
{
	const int64_t gone = l->short_ + short_now;

	s->worth[PART_MISSING] =
		worth_of(l, 0, l->short_) + worth_of(l, l->short_ + l->returned, short_now);
	s->worth[PART_NOW] = worth_of(l, gone + s->n[PART_BEFORE], s->n[PART_NOW]);
	s->worth[PART_WAITS] =
		worth_of(l, gone + s->n[PART_BEFORE] + s->n[PART_NOW], s->n[PART_WAITS]);
	s->worth[PART_BEFORE] =
		l->paid - s->worth[PART_MISSING] - s->worth[PART_NOW] - s->worth[PART_WAITS];
}

struct slip_line slip_line_of(const struct order *o, const struct pickup_line *done, int line)
{
	const struct order_line *l = &o->lines[line];
	struct slip_line s = { { 0 }, { 0 } };

	if (l->goods)
		share_goods(l, done[line], s.n);
	else
		share_other(o, done, line, s.n);
	if (l->paid >= 0)
		add_worth(l, done[line].short_, &s);
	return s;
}

struct slip_sums slip_sums_of(const struct order *o, const struct pickup_line *done)
{
	struct slip_sums sums = { .known = o->line_count > 0 };

	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const struct slip_line s = slip_line_of(o, done, i);

		for (int p = 0; p < SLIP_PARTS; p++) {
			sums.entries += s.n[p] > 0;
			sums.n[p] += s.n[p];
			sums.worth[p] += s.worth[p];
		}
		sums.known = sums.known && l->paid >= 0;
		if (l->paid < 0)
			continue;
		sums.total += l->paid;
		sums.returned += worth_of(l, l->short_, l->returned);
	}
	return sums;
}
