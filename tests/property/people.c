// SPDX-License-Identifier: Apache-2.0
/* What happens next, as things stand, and who does it. */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#include "tests/property/kinds.h"

static const char *const names[KINDS] = {
	"code scanned",	   "order typed",
	"found by pin",	   "taken",
	"vouched",	   "item checked",
	"item scanned",	   "age seen",
	"item short",	   "paid",
	"receipted",	   "reversed",
	"handed over",	   "pickup cancelled",
	"prep started",	   "picked",
	"put back",	   "prep short",
	"substituted",	   "staged",
	"unstaged",	   "prep cancelled",
	"parcel",	   "label scanned",
	"return started",  "return line",
	"return accepted", "return cancelled",
	"complained",	   "shift opened",
	"shift closed",	   "shift reported",
	"cash moved",	   "approved",
	"logged in",	   "extended",
	"odd scan",	   "bad input",
	"pressed again",   "other press",
	"HQ hears",	   "HQ writes",
	"HQ changes",	   "HQ sloppy",
	"HQ stock",	   "HQ snapshot",
	"HQ answers",	   "HQ policy",
	"sibling",	   "paper",
	"printer",	   "restart",
	"time passes",	   "line",
};

const char *people_kind(uint16_t kind)
{
	return kind < KINDS ? names[kind] : "nothing";
}

/* ---- choosing ---- */

struct weight {
	int kind, weight;
};

/* At any moment. */
static const struct weight always[] = {
	{ CODE_SCANNED, 30 },
	{ ORDER_TYPED, 10 },
	{ FOUND_BY_PIN, 8 },
	{ TAKEN, 8 },
	{ VOUCHED, 8 },
	{ ITEM_SCANNED, 10 },
	{ PREP_STARTED, 25 },
	{ UNSTAGED, 8 },
	{ PARCEL, 20 },
	{ LABEL_SCANNED, 10 },
	{ RETURN_STARTED, 25 },
	{ COMPLAINED, 4 },
	{ REVERSED, 12 },
	{ SHIFT_OPENED, 12 },
	{ SHIFT_CLOSED, 4 },
	{ SHIFT_REPORTED, 6 },
	{ CASH_MOVED, 14 },
	{ LOGGED_IN, 10 },
	{ EXTENDED, 6 },
	{ ODD_SCAN, 14 },
	{ BAD_INPUT, 16 },
	{ PRESSED_AGAIN, 10 },
	{ OTHER_PRESS, 12 },
	{ HQ_HEARS, 10 },
	{ HQ_WRITES, 20 },
	{ HQ_CHANGES, 12 },
	{ HQ_SLOPPY, 3 },
	{ HQ_STOCK, 6 },
	{ HQ_SNAPSHOT, 3 },
	{ HQ_POLICY, 5 },
	{ PAPER, 20 },
	{ PRINTER, 3 },
	{ RESTART, 4 },
	{ TIME_PASSES, 14 },
	{ LINE, 4 },
	{ APPROVED, 3 },
	{ HANDED_OVER, 3 },
	{ PAID, 3 },
	{ PICKED, 2 },
	{ RETURN_LINE, 2 },
	{ RETURN_ACCEPTED, 2 },
	{ STAGED, 2 },
};

/* With something open, what belongs to it. */
static const struct weight in_pickup[] = {
	{ AGE_SEEN, 70 }, { ITEM_SHORT, 40 },	 { REVERSED, 25 },	   { HANDED_OVER, 120 },
	{ PAID, 20 },	  { LABEL_SCANNED, 40 }, { PICKUP_CANCELLED, 12 }, { ITEM_SCANNED, 30 },
};
static const struct weight lacks_items[] = { { ITEM_CHECKED, 400 }, { ITEM_SCANNED, 400 } };
static const struct weight lacks_serial[] = { { ITEM_SCANNED, 800 } };
static const struct weight lacks_age[] = { { AGE_SEEN, 600 } };
static const struct weight lacks_money[] = { { PAID, 600 } };
static const struct weight lacks_receipt[] = { { RECEIPTED, 600 } };
static const struct weight lacks_nothing[] = { { HANDED_OVER, 900 }, { RECEIPTED, 40 } };
static const struct weight in_prep[] = {
	{ ITEM_SCANNED, 30 }, { PUT_BACK, 60 },	      { PREP_SHORT, 70 },     { SUBSTITUTED, 70 },
	{ STAGED, 60 },	      { LABEL_SCANNED, 100 }, { PREP_CANCELLED, 15 },
};
static const struct weight lacks_pieces[] = { { PICKED, 400 }, { ITEM_SCANNED, 300 } };
static const struct weight lacks_shelf[] = { { STAGED, 900 } };
static const struct weight in_return[] = {
	{ RETURN_LINE, 150 },
	{ ITEM_SCANNED, 80 },
	{ RETURN_ACCEPTED, 40 },
	{ RETURN_CANCELLED, 20 },
};
static const struct weight lacks_lines[] = { { RETURN_LINE, 700 } };
static const struct weight has_lines[] = { { RETURN_ACCEPTED, 500 } };
static const struct weight in_asking[] = { { FOUND_BY_PIN, 700 } };
static const struct weight in_waiting[] = { { HQ_ANSWERS, 700 }, { TIME_PASSES, 100 } };
static const struct weight in_blocked[] = { { APPROVED, 1500 } };
static const struct weight logged_out[] = { { LOGGED_IN, 2500 } };
static const struct weight with_sibling[] = { { SIBLING, 60 } };

struct choice {
	const struct weight *list;
	size_t n;
};

static void add(struct choice *all, int *n, const struct weight *list, size_t count)
{
	all[(*n)++] = (struct choice){ list, count };
}

#define ADD(list) add(all, &n, list, COUNT_OF(list))

static int open_work(struct run *r, struct chance *c, struct choice *all, int n)
{
	const struct wanted w = wanted_now(r, c);

	switch (r->station.st->desks[DESK_COUNTER].mode) {
	case MODE_PICKUP:
		ADD(in_pickup);
		if (w.serial)
			ADD(lacks_serial);
		else if (w.line)
			ADD(lacks_items);
		else if (w.age)
			ADD(lacks_age);
		else if (w.due && r->plan.external)
			ADD(lacks_receipt);
		else if (w.due)
			ADD(lacks_money);
		else
			ADD(lacks_nothing);
		break;
	case MODE_PREP:
		ADD(in_prep);
		if (w.line)
			ADD(lacks_pieces);
		else
			ADD(lacks_shelf);
		break;
	case MODE_RETURN:
		ADD(in_return);
		if (w.begun)
			ADD(has_lines);
		else
			ADD(lacks_lines);
		break;
	case MODE_ASKING:
		ADD(in_asking);
		break;
	case MODE_COUNT: /* nobody of these begins one; unit_stock_model does */
	case MODE_IDLE:
		break;
	}
	return n;
}

static int choices(struct run *r, struct chance *c, struct choice all[8])
{
	const struct station *st = r->station.st;
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	int n = 0;

	ADD(always);
	if (r->plan.two_lanes)
		ADD(with_sibling);
	if (!r->station.token[0] || st->locked || r->station.status == 401)
		ADD(logged_out);
	if (desk->blocked.active)
		ADD(in_blocked);
	if (desk->waiting.active)
		ADD(in_waiting);
	return open_work(r, c, all, n);
}

uint16_t people_choose(struct run *r, struct chance *c)
{
	struct choice all[8];
	const int n = choices(r, c, all);
	int64_t sum = 0, at;

	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n; k++)
			sum += all[i].list[k].weight;
	at = chance_below(c, sum);
	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n; k++) {
			at -= all[i].list[k].weight;
			if (at < 0)
				return (uint16_t)all[i].list[k].kind;
		}
	return HQ_HEARS;
}

/* ---- doing ---- */

static void count(struct run *r, const char *what)
{
	if (r->station.status == 200)
		r->accepted++;
	if (r->station.status >= 400) {
		r->refused++;
		refusals_check(r, what);
	}
}

void press(struct run *r, struct chance *c, const char *verb, const char *args)
{
	char key[64] = "";

	/* Most presses have a key; the same once more is another kind of event. */
	if (chance_in(c, 700))
		text_fmt(key, sizeof(key), "press-%d", ++r->press);
	text_fmt(r->last_verb, sizeof(r->last_verb), "%s", verb);
	text_fmt(r->last_args, sizeof(r->last_args), "%s", args);
	text_fmt(r->last_press, sizeof(r->last_press), "%s", key);
	refusals_begin();
	bench_verb(&r->station, verb, args, key);
	count(r, verb);
	if (r->station.claimed && chance_in(c, 930))
		bench_echo(&r->station);
}

void scan(struct run *r, struct chance *c, const char *text, bool kiosk)
{
	const struct notice *notice =
		&r->station.st->desks[kiosk ? DESK_KIOSK : DESK_COUNTER].notice;
	const int64_t before = notice->n;
	char args[512];
	struct buf b;

	if (!kiosk && chance_in(c, 400)) {
		buf_init(&b, args, sizeof(args));
		jw_open(&b, NULL, '{');
		jw_str(&b, "code", text);
		jw_close(&b, '}');
		if (buf_str(&b))
			press(r, c, "scan", args);
		return;
	}
	refusals_begin();
	r->station.reply[0] = '\0';
	bench_scan(&r->station, text, kiosk);
	if (notice->n != before && notice->level == NOTICE_BAD) {
		text_fmt(r->station.reply, sizeof(r->station.reply), "\"%s\"", notice->code);
		r->refused++;
		refusals_check(r, "scan");
	}
	if (r->station.claimed && chance_in(c, 930))
		bench_echo(&r->station);
}

int64_t odd_qty(struct chance *c, int64_t qty)
{
	static const int64_t odd[] = { 0, -1, -3, 100000, 100001, INT64_MAX, INT64_MIN, 99 };

	return chance_in(c, 60) ? odd[chance_below(c, COUNT_OF(odd))] : qty;
}

bool open_order(struct run *r)
{
	char id[ID_MAX + 1];

	text_fmt(id, sizeof(id), "%s", r->station.st->desks[DESK_COUNTER].row.order);
	return id[0] && bench_order(&r->station, id);
}

int open_line(struct run *r, struct chance *c)
{
	const int i = order_of(slice_of(r->station.st->desks[DESK_COUNTER].row.order));
	const int64_t any = chance_below(c, LINES_MAX * 20);

	if (chance_in(c, 40))
		return (int)any;
	return i < 0 || r->books.orders[i].line_count == 0
		       ? 1
		       : 1 + (int)(any % r->books.orders[i].line_count);
}

int some_order(struct run *r, struct chance *c, const char *const *statuses)
{
	const int first = (int)chance_below(c, r->plan.orders);

	if (chance_in(c, 60))
		return first;
	for (int n = 0; n < r->plan.orders; n++) {
		const int i = (first + n) % r->plan.orders;

		for (int k = 0; statuses[k]; k++)
			if (r->books.orders[i].there &&
			    !strcmp(r->books.orders[i].status, statuses[k]))
				return i;
	}
	return first;
}

void people_do(struct run *r, uint16_t kind, struct chance *c)
{
	if (kind <= PICKUP_CANCELLED)
		do_pickup(r, kind, c);
	else if (kind <= LABEL_SCANNED)
		do_prep(r, kind, c);
	else if (kind <= COMPLAINED)
		do_return(r, kind, c);
	else if (kind <= EXTENDED)
		do_money(r, kind, c);
	else if (kind <= OTHER_PRESS)
		do_odd(r, kind, c);
	else if (kind <= HQ_POLICY)
		hq_act(r, c, kind);
	else
		do_world(r, kind, c);
}
