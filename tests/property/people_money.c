// SPDX-License-Identifier: Apache-2.0
/* Paying, shifts and the drawer, second persons; what is wrong or odd; and the rest of the world.
 */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#include "firmware/base/clock.h"
#include "firmware/counter/pay.h"
#include "firmware/desk.h"
#include "tests/property/kinds.h"

#define ARGS_MAX 512
#define HOUR_MS	 (3600 * INT64_C(1000))

static int64_t odd_money(struct chance *c, int64_t amount)
{
	static const int64_t odd[] = { 0, -1, 1, INT64_MAX, INT64_MIN, 1000000000000, 99999999 };

	return chance_in(c, 60) ? odd[chance_below(c, COUNT_OF(odd))] : amount;
}

static void pay(struct run *r, struct chance *c)
{
	static const char *const tenders[] = { "cash", "cash", "card", "card",	"cash",
					       "blik", "gift", "bank", "points" };
	const char *tender = tenders[chance_below(c, COUNT_OF(tenders))];
	const int64_t due = wanted_now(r, c).due;
	int64_t amount = chance_in(c, 700) ? due : 1 + chance_below(c, due + 1);
	char args[ARGS_MAX], given[64] = "";

	amount = odd_money(c, amount + (chance_in(c, 60) ? 1 : 0));
	if (!strcmp(tender, "cash") && chance_in(c, 300))
		text_fmt(given, sizeof(given), ",\"given\":%lld",
			 (long long)odd_money(c, amount / 2 + chance_below(c, due + 5000)));
	text_fmt(args, sizeof(args), "{\"tender\":\"%s\",\"amount\":%lld%s%s}", tender,
		 (long long)amount, given, chance_in(c, 500) ? ",\"ref\":\"AB12\"" : "");
	press(r, c, "pickup.pay", args);
}

static void receipt(struct run *r, struct chance *c)
{
	static const char *const how[] = { "",
					   "",
					   ",\"tender\":\"cash\"",
					   ",\"tender\":\"card\"",
					   ",\"nip\":\"5260250995\"",
					   ",\"nip\":\"123\"" };
	int64_t total = wanted_now(r, c).due;
	char args[ARGS_MAX];

	if (total == 0 && open_order(r))
		total = pay_receipt_total(&r->station.st->order, r->station.st->done);
	text_fmt(args, sizeof(args), "{\"register\":\"ABC1\",\"number\":\"%d\",\"total\":%lld%s}",
		 (int)chance_below(c, 50), (long long)odd_money(c, total),
		 how[chance_below(c, COUNT_OF(how))]);
	press(r, c, "fiscal.record", args);
}

/* A payment that a lane of the store took, or that is written as such, and of which some went back
 * or whatever; -1 none. */
static int till_payment(const struct book_order *o, bool some_back)
{
	for (int n = o->payment_count - 1; n >= 0; n--)
		if (!o->payments[n].online && o->payments[n].captured &&
		    (!some_back || o->payments[n].refunded > 0))
			return n;
	return -1;
}

static void reverse(struct run *r, struct chance *c)
{
	const int open = order_of(slice_of(r->station.st->desks[DESK_COUNTER].row.order));
	const int first = (int)chance_below(c, r->plan.orders);
	int i = open >= 0 && chance_in(c, 800) ? open : first, n;
	const char *payment = r->last_payment[0] ? r->last_payment : "p1";
	const bool some_back = chance_in(c, 300);
	char args[ARGS_MAX];

	for (n = 0; open < 0 && n < r->plan.orders && chance_in(c, 980); n++) {
		i = (first + n) % r->plan.orders;
		if (till_payment(&r->books.orders[i], some_back) >= 0)
			break;
	}
	n = till_payment(&r->books.orders[i], false);
	if (n >= 0 && chance_in(c, 900))
		payment = r->books.orders[i].payments[n].id;
	text_fmt(args, sizeof(args),
		 "{\"payment\":\"%s\",\"order\":\"ZAM-%d\",\"reason\":\"pomyłka\"}", payment, i);
	press(r, c, "pay.reverse", args);
}

static void move_cash(struct run *r, struct chance *c)
{
	const int64_t amount = chance_below(c, 40000) - 15000;
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"amount\":%lld,\"reason\":\"bank\"}",
		 (long long)odd_money(c, amount));
	press(r, c, "cash.move", args);
}

/* Counted right most of the time. */
static void close_shift(struct run *r, struct chance *c)
{
	const int64_t off = chance_in(c, 300) ? chance_below(c, 400) - 200 : 0;
	const int64_t counted = r->books.cash + off;
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"counted\":%lld}",
		 (long long)odd_money(c, counted > 0 ? counted : 0));
	press(r, c, "shift.close", args);
}

static void open_shift(struct run *r, struct chance *c)
{
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"float\":%lld}",
		 (long long)odd_money(c, chance_below(c, 30000)));
	press(r, c, "shift.open", args);
}

/* ---- people ---- */

static void approve(struct run *r, struct chance *c)
{
	static const char *const who[] = { "E3", "E4", "E5", "E3", "E5", "E4", "E2", "E1" };
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"staff\":\"%s\",\"pin\":\"482100\",\"reason\":\"zgoda\"}",
		 who[chance_below(c, COUNT_OF(who))]);
	press(r, c, "approve", args);
	if (!r->station.pin || chance_in(c, 30))
		return;
	refusals_begin();
	bench_pin(&r->station, chance_in(c, 920));
	if (r->station.status >= 400)
		refusals_check(r, "approve");
	if (r->station.claimed && chance_in(c, 930))
		bench_echo(&r->station);
}

static void log_in(struct run *r, struct chance *c)
{
	static const char *const who[] = { "E1", "E2", "E3", "E1", "E2", "E6" };
	const char *staff = who[chance_below(c, COUNT_OF(who))];
	char args[ARGS_MAX];

	if (chance_in(c, 80)) {
		press(r, c, "staff.logout", "{}");
		return;
	}
	text_fmt(args, sizeof(args), "{\"staff\":\"%s\",\"pin\":\"482100\"}", staff);
	press(r, c, "staff.login", args);
	refusals_begin();
	bench_pin(&r->station, chance_in(c, 930));
	if (r->station.status == 200)
		text_fmt(r->station.staff, sizeof(r->station.staff), "%s", staff);
	else if (r->station.status >= 400)
		refusals_check(r, "staff.login");
}

static void extend(struct run *r, struct chance *c)
{
	static const char *const statuses[] = { "ready", "expired", NULL };
	char args[ARGS_MAX], until[TIME_TEXT_MAX];

	time_format(r->station.wall_ms + (chance_below(c, 70) - 3) * 24 * HOUR_MS, until);
	text_fmt(args, sizeof(args), "{\"order\":\"ZAM-%d\",\"until\":\"%s\"}",
		 some_order(r, c, statuses), until);
	press(r, c, "order.extend", args);
}

void do_money(struct run *r, int kind, struct chance *c)
{
	switch (kind) {
	case PAID:
		pay(r, c);
		break;
	case RECEIPTED:
		receipt(r, c);
		break;
	case REVERSED:
		reverse(r, c);
		break;
	case SHIFT_OPENED:
		open_shift(r, c);
		break;
	case SHIFT_CLOSED:
		close_shift(r, c);
		break;
	case SHIFT_REPORTED:
		press(r, c, "shift.report", "{}");
		break;
	case CASH_MOVED:
		move_cash(r, c);
		break;
	case APPROVED:
		approve(r, c);
		break;
	case EXTENDED:
		extend(r, c);
		break;
	default:
		log_in(r, c);
		break;
	}
}
