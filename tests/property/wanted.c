// SPDX-License-Identifier: Apache-2.0
/*
 * What the work that is open still lacks, as its screen says: so that people mostly do what comes
 * next, and a run gets to the end of what it begins.
 */
#include "tests/property/property.h"

#include <string.h>

#include "firmware/counter/pay.h"
#include "firmware/counter/prep.h"
#include "firmware/counter/returns.h"
#include "firmware/desk.h"
#include "tests/property/kinds.h"

/* Pieces of a line that have to be scanned yet. */
static int64_t pieces_of(const struct station *st, int i)
{
	const struct order_line *l = &st->order.lines[i];
	const struct pickup_line *d = &st->done[i];

	switch (st->desks[DESK_COUNTER].mode) {
	case MODE_PICKUP:
		return l->goods ? order_line_left(l) - d->short_ - d->checked : 0;
	case MODE_PREP:
		return prep_line_of(l).open;
	case MODE_RETURN:
		return return_line_is_goods(l) ? return_line_left(l) - d->checked : 0;
	case MODE_IDLE:
	case MODE_COUNT:
	case MODE_ASKING:
		return 0;
	}
	return 0;
}

static bool load(struct run *r)
{
	if (!open_order(r))
		return false;
	store_begin(r->station.store);
	for (int i = 0; i < r->station.st->order.line_count; i++) {
		const struct check c = store_check(r->station.store, DESK_COUNTER,
						   json_text(r->station.st->order.lines[i].id));

		r->station.st->done[i] =
			(struct pickup_line){ .checked = c.checked, .short_ = c.short_ };
	}
	if (r->station.st->desks[DESK_COUNTER].mode == MODE_PICKUP)
		pickup_goods_load(r->station.st, DESK_COUNTER, -1);
	store_commit(r->station.store);
	return true;
}

static void look_at_line(struct station *st, int i, struct wanted *w)
{
	const struct pickup_line *d = &st->done[i];

	w->begun = w->begun || d->checked > 0;
	w->serial = w->serial || (d->keeps_serials && d->checked > 0 && d->serials < d->checked);
	w->age =
		w->age || (st->order.lines[i].age_min > 0 && !pickup_age_checked(st, DESK_COUNTER));
}

struct wanted wanted_now(struct run *r, struct chance *c)
{
	struct station *st = r->station.st;
	struct wanted w = { .line = 0 };
	int lines[LINES_MAX], n = 0;

	if (!load(r))
		return w;
	for (int i = 0; i < st->order.line_count && n < LINES_MAX; i++) {
		look_at_line(st, i, &w);
		if (pieces_of(st, i) > 0)
			lines[n++] = i;
	}
	if (st->desks[DESK_COUNTER].mode == MODE_PICKUP)
		w.due = pay_due(&st->order, st->done);
	if (n == 0)
		return w;
	n = lines[chance_below(c, n)];
	w.line = (int)json_int_or(st->order.lines[n].id, 0);
	w.pieces = pieces_of(st, n);
	for (int i = 0; i < SKUS; i++)
		if (json_is(st->order.lines[n].sku, sku_names[i]))
			w.sku = i;
	return w;
}
