// SPDX-License-Identifier: Apache-2.0
/* Orders are prepared, parcels come, goods go back to their place. */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#include "tests/property/kinds.h"

#define ARGS_MAX 512

static void start(struct run *r, struct chance *c)
{
	static const char *const statuses[] = { "placed", "picking", "expired", NULL };
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"order\":\"ZAM-%d\"}", some_order(r, c, statuses));
	press(r, c, "prep.start", args);
}

static int64_t pieces(struct run *r, struct chance *c, int line)
{
	const int i = order_of(slice_of(r->station.st->desks[DESK_COUNTER].row.order));
	const struct book_line *l;

	if (i < 0 || line < 1 || line > r->books.orders[i].line_count)
		return odd_qty(c, 1);
	l = &r->books.orders[i].lines[line - 1];
	return odd_qty(c, chance_in(c, 700) ? l->qty - l->handed - l->short_ - l->picked
					    : 1 + chance_below(c, 3));
}

static void line_verb(struct run *r, struct chance *c, const char *verb)
{
	const struct wanted w = wanted_now(r, c);
	const bool plain = w.line && !strcmp(verb, "prep.pick") && chance_in(c, 850);
	const int line = plain ? w.line : open_line(r, c);
	char args[ARGS_MAX], gtin[64] = "";

	if (!strcmp(verb, "prep.unpick") && chance_in(c, 300))
		text_fmt(gtin, sizeof(gtin), ",\"gtin\":\"%s\"", sku_gtins[chance_below(c, SKUS)]);
	text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":%lld%s}", line,
		 (long long)(gtin[0] || !strcmp(verb, "prep.unpick")
				     ? odd_qty(c, 1 + chance_below(c, 2))
			     : plain ? 1 + chance_below(c, w.pieces)
				     : pieces(r, c, line)),
		 gtin);
	press(r, c, verb, args);
}

static void be_short(struct run *r, struct chance *c)
{
	static const char *const thens[] = { "wait",	   "refund", "refund",
					     "substitute", "cancel", "shrug" };
	const struct wanted w = wanted_now(r, c);
	const int line = w.line && chance_in(c, 800) ? w.line : open_line(r, c);
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args),
		 "{\"line\":%d,\"qty\":%lld,\"reason\":\"brak\",\"then\":\"%s\"}", line,
		 (long long)odd_qty(c, 1 + chance_below(c, 3)),
		 thens[chance_below(c, chance_in(c, 100) ? 6 : 5)]);
	press(r, c, "prep.short", args);
}

static void substitute(struct run *r, struct chance *c)
{
	const struct wanted w = wanted_now(r, c);
	const int line = w.line && chance_in(c, 800) ? w.line : open_line(r, c);
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"line\":%d,\"gtin\":\"%s\",\"qty\":%lld%s}", line,
		 sku_gtins[chance_below(c, SKUS)], (long long)odd_qty(c, 1 + chance_below(c, 2)),
		 chance_in(c, 700) ? ",\"consent\":true" : "");
	press(r, c, "prep.substitute", args);
}

static void stage(struct run *r, struct chance *c)
{
	char args[ARGS_MAX];

	if (chance_in(c, 400)) {
		text_fmt(args, sizeof(args), "LH.B-%d", (int)chance_below(c, 9));
		scan(r, c, args, false);
		return;
	}
	text_fmt(args, sizeof(args), "{\"shelf\":\"B-%d\",\"parcels\":%lld}",
		 (int)chance_below(c, 9), (long long)odd_qty(c, 1 + chance_below(c, 2)));
	press(r, c, "prep.stage", args);
}

static void unstage(struct run *r, struct chance *c)
{
	static const char *const statuses[] = { "cancelled", "ready", NULL };
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"order\":\"ZAM-%d\"}", some_order(r, c, statuses));
	press(r, c, "prep.unstage", args);
}

/* A label of an order that has parcels, most of the time. */
static void some_label(struct run *r, struct chance *c, char *dst, size_t cap)
{
	const int first = (int)chance_below(c, r->plan.orders);
	const int n = (int)chance_below(c, PARCELS_DRAWN + 1);

	text_fmt(dst, cap, "LP.ZAM-%d.%d", first, n);
	for (int k = 0; k < r->plan.orders && chance_in(c, 950); k++) {
		const int i = (first + k) % r->plan.orders;

		if (r->books.orders[i].parcel_count == 0)
			continue;
		text_fmt(dst, cap, "LP.ZAM-%d.%d", i, 1 + n % r->books.orders[i].parcel_count);
		return;
	}
}

static void parcel(struct run *r, struct chance *c)
{
	static const char *const problems[] = { "missing", "damaged", "sent_back", "late" };
	char label[64], args[ARGS_MAX];

	some_label(r, c, label, sizeof(label));
	if (chance_in(c, 400)) {
		text_fmt(args, sizeof(args), "{\"label\":\"%s\"}", label);
		press(r, c, "parcel.receive", args);
	} else if (chance_in(c, 650)) {
		text_fmt(args, sizeof(args), "{\"label\":\"%s\",\"shelf\":\"C-%d\"}", label,
			 (int)chance_below(c, 5));
		press(r, c, "parcel.stage", args);
	} else {
		text_fmt(args, sizeof(args), "{\"label\":\"%s\",\"problem\":\"%s\"}", label,
			 problems[chance_below(c, 4)]);
		press(r, c, "parcel.problem", args);
	}
}

static void scan_label(struct run *r, struct chance *c)
{
	const char *open = r->station.st->desks[DESK_COUNTER].row.order;
	char label[ID_MAX + 16];

	some_label(r, c, label, sizeof(label));
	if (chance_in(c, 300))
		text_fmt(label, sizeof(label), "LH.A-%d", (int)chance_below(c, 7));
	else if (open[0] && chance_in(c, 600))
		text_fmt(label, sizeof(label), "LP.%s.%d", open, (int)chance_below(c, 3));
	scan(r, c, label, false);
}

void do_prep(struct run *r, int kind, struct chance *c)
{
	switch (kind) {
	case PREP_STARTED:
		start(r, c);
		break;
	case PICKED:
		line_verb(r, c, "prep.pick");
		break;
	case PUT_BACK:
		line_verb(r, c, "prep.unpick");
		break;
	case PREP_SHORT:
		be_short(r, c);
		break;
	case SUBSTITUTED:
		substitute(r, c);
		break;
	case STAGED:
		stage(r, c);
		break;
	case UNSTAGED:
		unstage(r, c);
		break;
	case PREP_CANCELLED:
		press(r, c, "prep.cancel", "{}");
		break;
	case PARCEL:
		parcel(r, c);
		break;
	default:
		scan_label(r, c);
		break;
	}
}
