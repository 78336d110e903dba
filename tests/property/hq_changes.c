// SPDX-License-Identifier: Apache-2.0
/* What HQ changes of an order by its own will, or its customer's. */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS (24 * 3600 * INT64_C(1000))

static int64_t due_of(const struct book_order *o)
{
	return order_total(o) - order_captured(o);
}

static void add_line(struct chance *c, struct book_order *o)
{
	struct book_line *l = &o->lines[o->line_count];

	if (o->line_count == LINES_MAX)
		return;
	*l = (struct book_line){ .sku = (int)chance_below(c, SKUS), .qty = 1 + chance_below(c, 3) };
	l->paid = sku_prices[l->sku] * l->qty;
	o->line_count++;
}

/* A line that nobody has paid for, and of which nothing left. */
static void take_line_out(struct chance *c, struct book_order *o)
{
	struct book_line *l = &o->lines[chance_below(c, o->line_count)];

	if (!l->gone && l->handed + l->short_ + l->returned == 0 && l->paid <= due_of(o) &&
	    o->line_count > 1)
		l->gone = true;
}

static void pay_online(struct run *r, struct book_order *o)
{
	struct book_payment *p = &o->payments[o->payment_count];

	if (due_of(o) <= 0 || o->payment_count > PAYMENTS_MAX - 6)
		return;
	*p = (struct book_payment){ .amount = due_of(o), .captured = true, .online = true };
	text_fmt(p->id, sizeof(p->id), "h%lld", (long long)r->hq_rev);
	text_fmt(p->tender, sizeof(p->tender), "blik");
	o->payment_count++;
}

static void pay_back(struct chance *c, struct book_order *o)
{
	for (int n = 0; n < o->payment_count; n++) {
		struct book_payment *p = &o->payments[n];

		if (!p->captured || !p->online || p->refunded >= p->amount)
			continue;
		p->refunded += 1 + chance_below(c, p->amount - p->refunded);
		return;
	}
}

void hq_change(struct run *r, struct chance *c, struct book_order *o)
{
	static const char *const statuses[] = { "cancelled", "on_hold", "ready", "placed",
						"expired" };
	struct book_line *l = &o->lines[chance_below(c, o->line_count)];

	switch (chance_below(c, 8)) {
	case 0:
		o->status = statuses[chance_below(c, 5)];
		break;
	case 1:
		add_line(c, o);
		break;
	case 2:
		take_line_out(c, o);
		break;
	case 3:
		pay_online(r, o);
		break;
	case 4:
		pay_back(c, o);
		break;
	case 5: /* one more of it */
		if (!l->gone && l->short_ == 0 && l->returned == 0) {
			l->paid += l->paid / l->qty;
			l->qty++;
		}
		break;
	case 6:
		o->collect_by_ms = r->station.wall_ms + (chance_below(c, 6) - 1) * DAY_MS;
		break;
	default:
		text_fmt(o->shelf, sizeof(o->shelf), "H-%d", (int)chance_below(c, 9));
		break;
	}
}
