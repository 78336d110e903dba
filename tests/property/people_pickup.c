// SPDX-License-Identifier: Apache-2.0
/* Customers come, are identified, pay, and get their goods; and some bring them back. */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#include "firmware/counter/pay.h"
#include "tests/property/kinds.h"

static const char *const waiting[] = { "ready", "partly_collected", NULL };
static const char *const gone[] = { "collected", "partly_collected", "returned", NULL };
#define ARGS_MAX 512

static void come(struct run *r, struct chance *c, int kind)
{
	static const char *const ways[] = { "document", "known", "app", "picture" };
	const int i = some_order(r, c, waiting);
	char id[ID_MAX + 1], args[ARGS_MAX], pin[8], phone[16];

	order_id(i, id);
	order_pin(chance_in(c, 850) ? i : i + 1, pin);
	order_phone(i, phone);
	switch (kind) {
	case CODE_SCANNED:
		scan(r, c, order_code(i, chance_in(c, 900) ? 0 : 1 + (int)chance_below(c, 3)),
		     chance_in(c, 150));
		return;
	case ORDER_TYPED:
		if (chance_in(c, 500))
			text_fmt(id, sizeof(id), "ZK %d/2026", i);
		scan(r, c, id, false);
		return;
	case FOUND_BY_PIN:
		if (r->station.st->desks[DESK_COUNTER].mode == MODE_ASKING && chance_in(c, 850)) {
			const int asked =
				order_of(slice_of(r->station.st->desks[DESK_COUNTER].row.order));

			order_pin(asked < 0 || chance_in(c, 150) ? i : asked, pin);
			scan(r, c, pin, false);
			return;
		}
		text_fmt(args, sizeof(args), "{\"%s\":\"%s\",\"pin\":\"%s\"}",
			 chance_in(c, 500) ? "order" : "phone", chance_in(c, 500) ? id : phone,
			 pin);
		press(r, c, "pickup.find", args);
		return;
	case TAKEN:
		text_fmt(args, sizeof(args), "{\"order\":\"%s\"}", id);
		press(r, c, "pickup.take", args);
		return;
	default:
		text_fmt(args, sizeof(args), "{\"order\":\"%s\",\"how\":\"%s\"}", id,
			 ways[chance_below(c, 4)]);
		press(r, c, "pickup.vouch", args);
		return;
	}
}

/* So many pieces of a line as still belong to it, most of the time. */
static int64_t pieces(struct run *r, struct chance *c, int line)
{
	const int i = order_of(slice_of(r->station.st->desks[DESK_COUNTER].row.order));
	const struct book_line *l;

	if (i < 0 || line < 1 || line > r->books.orders[i].line_count)
		return odd_qty(c, 1);
	l = &r->books.orders[i].lines[line - 1];
	return odd_qty(c, chance_in(c, 600) ? l->qty - l->handed - l->short_
					    : 1 + chance_below(c, l->qty));
}

static void check(struct run *r, struct chance *c)
{
	const struct wanted w = wanted_now(r, c);
	const bool plain = w.line && chance_in(c, 850);
	const int line = plain ? w.line : open_line(r, c);
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":%lld}", line,
		 (long long)(plain ? w.pieces : pieces(r, c, line)));
	press(r, c, "pickup.check", args);
}

/* A piece of the open order, or of any product; of those with serial numbers, its number. */
static void scan_item(struct run *r, struct chance *c)
{
	const struct wanted w = wanted_now(r, c);
	int sku = (int)chance_below(c, SKUS);
	char text[32];

	if (w.line && chance_in(c, 930))
		sku = w.sku;
	if (w.serial && chance_in(c, 800)) {
		text_fmt(text, sizeof(text), "SN-%d", (int)chance_below(c, 40));
		scan(r, c, text, false);
		return;
	}
	scan(r, c, sku_gtins[sku], false);
}

static void age(struct run *r, struct chance *c)
{
	press(r, c, "pickup.age",
	      chance_in(c, 750) ? "{\"ok\":true,\"how\":\"document\"}" : "{\"ok\":false}");
}

static void missing(struct run *r, struct chance *c)
{
	const int line = open_line(r, c);
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":%lld,\"reason\":\"brak\"}", line,
		 (long long)odd_qty(c, chance_below(c, 3)));
	press(r, c, "pickup.short", args);
}

static void hand_over(struct run *r, struct chance *c)
{
	static const char *const rests[] = { "", "", "", "\"rest\":\"later\"",
					     "\"rest\":\"refund\"" };
	static const char *const who[] = { "", "", "\"collector\":\"proxy\",\"name\":\"Jan N.\"",
					   "\"collector\":\"proxy\",\"name\":\"Ktoś\"",
					   "\"collector\":\"courier\"" };
	const bool unchecked = wanted_now(r, c).line != 0;
	const char *rest = rests[unchecked ? 3 + chance_below(c, 2) : chance_below(c, 5)];
	const char *by = who[chance_below(c, 5)];
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args), "{%s%s%s}", rest, rest[0] && by[0] ? "," : "", by);
	press(r, c, "pickup.handover", args);
}

void do_pickup(struct run *r, int kind, struct chance *c)
{
	switch (kind) {
	case ITEM_CHECKED:
		check(r, c);
		break;
	case ITEM_SCANNED:
		scan_item(r, c);
		break;
	case AGE_SEEN:
		age(r, c);
		break;
	case ITEM_SHORT:
		missing(r, c);
		break;
	case PAID:
	case RECEIPTED:
	case REVERSED:
		do_money(r, kind, c);
		break;
	case HANDED_OVER:
		hand_over(r, c);
		break;
	case PICKUP_CANCELLED:
		press(r, c, "pickup.cancel", "{}");
		break;
	default:
		come(r, c, kind);
		break;
	}
}

/* ---- bringing back ---- */

static void start_return(struct run *r, struct chance *c)
{
	static const char *const bases[] = { "",
					     "",
					     "",
					     ",\"basis\":\"shop_policy\"",
					     ",\"basis\":\"complaint\"",
					     ",\"basis\":\"wrong_item\"",
					     ",\"basis\":\"withdrawal\"",
					     ",\"basis\":\"recall\"" };
	const char *basis = bases[chance_below(c, COUNT_OF(bases))];
	const int i = some_order(r, c, gone);
	char args[ARGS_MAX];

	if (chance_in(c, 850))
		text_fmt(args, sizeof(args), "{\"order\":\"ZAM-%d\"%s}", i, basis);
	else if (chance_in(c, 600))
		text_fmt(args, sizeof(args),
			 "{\"receipt\":\"PAR %d\",\"sold_at\":\"2026-11-%02d\"%s%s}", i,
			 (int)chance_below(c, 22) + 1, basis,
			 chance_in(c, 200) ? ",\"store\":\"KRK-1\"" : "");
	else
		text_fmt(args, sizeof(args), "{\"receipt\":\"\"%s}", basis);
	if (chance_in(c, 150) && r->last_doc[0]) {
		text_fmt(args, sizeof(args), "LR.ZAM-%d.%s", i, r->last_doc);
		scan(r, c, args, false);
	} else {
		press(r, c, "return.start", args);
	}
}

static void return_line(struct run *r, struct chance *c)
{
	static const char *const conditions[] = { "good",    "good",	   "opened",
						  "damaged", "incomplete", "lovely" };
	const struct wanted w = wanted_now(r, c);
	const int line = w.line && chance_in(c, 850) ? w.line : open_line(r, c);
	const char *condition = conditions[chance_below(c, chance_in(c, 50) ? 6 : 5)];
	const char *why = chance_in(c, 300) ? ",\"reason\":\"size\"" : "";
	char args[ARGS_MAX];

	if (r->station.st->desks[DESK_COUNTER].row.order[0])
		text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":%lld,\"condition\":\"%s\"%s}",
			 line,
			 (long long)odd_qty(c,
					    chance_below(c, chance_in(c, 850) ? w.pieces + 1 : 5)),
			 condition, why);
	else
		text_fmt(args, sizeof(args),
			 "{\"line\":\"%s\",\"qty\":%lld,\"condition\":\"%s\",\"paid\":%lld%s}",
			 sku_names[chance_below(c, SKUS)],
			 (long long)odd_qty(c, chance_below(c, 4)), condition,
			 (long long)odd_qty(c, chance_below(c, 3000)), why);
	press(r, c, "return.line", args);
}

static void accept(struct run *r, struct chance *c)
{
	static const char *const args[] = { "{}",
					    "{}",
					    "{\"tender\":\"cash\"}",
					    "{\"tender\":\"card\"}",
					    "{\"tender\":\"gift\"}",
					    "{\"exchange\":true}",
					    "{\"exchange\":\"ZAM-0\",\"tender\":\"cash\"}" };

	press(r, c, "return.accept", args[chance_below(c, COUNT_OF(args))]);
}

static void complain(struct run *r, struct chance *c)
{
	char args[ARGS_MAX];

	text_fmt(args, sizeof(args),
		 "{\"order\":\"ZAM-%d\",\"line\":%d,\"demand\":\"repair\",\"goods\":\"%s\","
		 "\"text\":\"rysa\"}",
		 some_order(r, c, gone), 1 + (int)chance_below(c, 5),
		 chance_in(c, 500) ? "left" : "kept");
	press(r, c, "complaint.open", args);
}

void do_return(struct run *r, int kind, struct chance *c)
{
	if (kind == RETURN_STARTED)
		start_return(r, c);
	else if (kind == RETURN_LINE)
		return_line(r, c);
	else if (kind == RETURN_ACCEPTED)
		accept(r, c);
	else if (kind == RETURN_CANCELLED)
		press(r, c, "return.cancel", "{}");
	else
		complain(r, c);
}
