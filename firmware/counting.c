// SPDX-License-Identifier: Apache-2.0
/*
 * Counts and deliveries with the scanner, in mode `count`. What was scanned stands in the desk's
 * work, a line a product, so a restart in the middle loses nothing; HQ hears of it when it is
 * finished, all at once. A count is blind: what is expected is compared at the end, with what is
 * known then. What should be counted once more begins anew, and its second count stands.
 */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/stock.h"

#define WORK_COUNT	  "count"
#define WORK_RECEIVE	  "receive"
#define LINE_PREFIX	  "sku:"
#define LINES_MAX	  300 /* products of one count */
#define LINES_SHOWN	  100
#define DIFFERENCES_SHOWN 40
#define EXTRA_MAX	  128
#define NUMBER_MAX	  64 /* of a delivery note */
#define NAMES_MAX	  384

/* How far a product is. */
enum round { ROUND_FIRST, ROUND_ASKED, ROUND_AGAIN };

struct counted {
	char sku[ID_MAX + 1];
	int64_t qty;
	enum round round;
	int64_t figure; /* on hand when it was scanned last */
};

static bool counts_here(const struct station *st, enum desk desk)
{
	return st->desks[desk].mode == MODE_COUNT;
}

static bool receives(const struct station *st, enum desk desk)
{
	return !strcmp(st->desks[desk].row.method, WORK_RECEIVE);
}

static void say_no(struct station *st, const struct call *c, enum reason r, const char *item)
{
	struct word_values v = words_none();

	v.item = item;
	answer_no(st, c, 409, r, &v);
	notice_hide_from_customer(st, c->desk);
}

static void say(struct station *st, const struct call *c, const char *code, enum word w,
		const struct word_values *v)
{
	notice_word(st, c->desk, NOTICE_GOOD, code, w, w, v);
	notice_hide_from_customer(st, c->desk);
}

static void bad(struct station *st, const struct call *c)
{
	struct word_values v = words_none();

	answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
}

/* ---- its lines ---- */

static struct slice line_key(const char *sku, char memory[WORK_LINE_MAX])
{
	text_fmt(memory, WORK_LINE_MAX, LINE_PREFIX "%s", sku);
	return slice_of(memory);
}

static struct counted load_line(struct station *st, enum desk desk, const char *sku)
{
	char key[WORK_LINE_MAX], extra[EXTRA_MAX];
	const struct check c = store_check(st->store, desk, line_key(sku, key));
	struct counted l = { .qty = c.checked, .round = (enum round)c.short_ };
	struct json v;

	text_fmt(l.sku, sizeof(l.sku), "%s", sku);
	if (store_work_extra(st->store, desk, slice_of(key), extra, sizeof(extra)) &&
	    json_check(slice_of(extra), &v) == 0)
		l.figure = json_int_or(v, 0);
	return l;
}

static void keep_line(struct station *st, enum desk desk, const struct counted *l)
{
	char key[WORK_LINE_MAX], figure[24];

	line_key(l->sku, key);
	store_check_set(st->store, desk, slice_of(key), (struct check){ l->qty, l->round },
			slice_of(""));
	text_fmt(figure, sizeof(figure), "%lld", (long long)l->figure);
	store_work_extra_set(st->store, desk, slice_of(key), slice_of(figure));
	st->dirty = true;
}

/* The next product behind `line` ("" to begin), which is replaced. */
static bool next_line(struct station *st, enum desk desk, char line[WORK_LINE_MAX],
		      struct counted *ret_line)
{
	while (store_work_next(st->store, desk, line)) {
		if (strncmp(line, LINE_PREFIX, sizeof(LINE_PREFIX) - 1) != 0)
			continue;
		*ret_line = load_line(st, desk, line + sizeof(LINE_PREFIX) - 1);
		return true;
	}
	return false;
}

static int line_count(struct station *st, enum desk desk, const char *without)
{
	char line[WORK_LINE_MAX] = "";
	struct counted l;
	int n = 0;

	while (next_line(st, desk, line, &l))
		n += strcmp(l.sku, without) != 0;
	return n;
}

/* So many pieces of it in all. */
static enum reason put_line(struct station *st, enum desk desk, const char *sku, int64_t qty)
{
	struct counted l = load_line(st, desk, sku);
	bool known;

	if (qty < 0 || qty > STOCK_ADJUST_MAX ||
	    (l.qty == 0 && line_count(st, desk, sku) >= LINES_MAX))
		return REASON_QUANTITY_EXCEEDED;
	l.qty = qty;
	l.round = l.round == ROUND_ASKED ? ROUND_AGAIN : l.round;
	l.figure = stock_on_hand(st, sku, &known);
	keep_line(st, desk, &l);
	return REASON_NONE;
}

/* ---- beginning ---- */

static void begin(struct station *st, const struct call *c, const char *work, const char *number)
{
	struct desk_state *desk = &st->desks[c->desk];
	char quoted[2 * NUMBER_MAX + 8];
	struct buf b;

	store_desk_clear(st->store, c->desk);
	desk->row = (struct desk_row){ 0 };
	text_fmt(desk->row.method, sizeof(desk->row.method), "%s", work);
	text_fmt(desk->row.how, sizeof(desk->row.how), "%s",
		 station_hq_reachable(st) ? "online" : "offline");
	desk_set_mode(st, c->desk, MODE_COUNT);
	buf_init(&b, quoted, sizeof(quoted));
	jw_str(&b, NULL, number);
	if (number[0] && !b.overflow)
		store_work_extra_set(st->store, c->desk, slice_of("number"), buf_read(&b));
}

static void read_number(struct station *st, enum desk desk, char number[NUMBER_MAX])
{
	char text[2 * NUMBER_MAX + 8];
	struct json v;

	number[0] = '\0';
	if (store_work_extra(st->store, desk, slice_of("number"), text, sizeof(text)) &&
	    json_check(slice_of(text), &v) == 0)
		json_string(v, number, NUMBER_MAX);
}

static bool may_begin(struct station *st, const struct call *c)
{
	const struct desk_state *desk = &st->desks[c->desk];

	if (c->desk != DESK_COUNTER)
		say_no(st, c, REASON_BAD_REQUEST, NULL);
	else if (desk->waiting.active || (desk->mode != MODE_IDLE && desk->mode != MODE_ASKING))
		say_no(st, c, REASON_BUSY, NULL);
	else
		return true;
	return false;
}

static void verb_stock_begin(struct station *st, const struct call *c, struct json args)
{
	const struct json work = json_get(args, "work"), named = json_get(args, "number");
	const bool receive = json_is(work, WORK_RECEIVE);
	struct word_values v = words_none();
	char number[NUMBER_MAX] = "";

	if ((!receive && !json_is(work, WORK_COUNT)) ||
	    (named.type != JSON_NONE && (json_string(named, number, sizeof(number)) < 0 ||
					 text_has_control(slice_of(number))))) {
		bad(st, c);
		return;
	}
	if (!may_begin(st, c))
		return;
	begin(st, c, receive ? WORK_RECEIVE : WORK_COUNT, number);
	v.order = number[0] ? number : NULL;
	say(st, c, "count_begun", receive ? WORD_RECEIVE_BEGUN : WORD_COUNT_BEGUN, &v);
	answer_ok(st, c, "");
}

/* ---- scanning ---- */

static void scan_product(struct station *st, const struct call *c, const struct scan *s)
{
	char sku[ID_MAX + 1];
	int64_t pieces;
	enum reason r;

	if (!product_by_code(st, &s->code, sku)) {
		say_no(st, c, REASON_ITEM_UNKNOWN, NULL);
		return;
	}
	pieces = barcode_pieces(&s->code, product_pack(st, &s->code, sku));
	if (pieces < 1 || pieces > STOCK_ADJUST_MAX)
		r = REASON_QUANTITY_EXCEEDED;
	else
		r = put_line(st, c->desk, sku, load_line(st, c->desk, sku).qty + pieces);
	if (r != REASON_NONE) {
		say_no(st, c, r, sku);
		return;
	}
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	answer_ok(st, c, "");
}

bool count_scan(struct station *st, const struct call *c, const struct scan *s)
{
	if (!counts_here(st, c->desk) || s->kind == SCAN_NOTHING || s->kind == SCAN_BADGE ||
	    s->kind == SCAN_CARD_LIKE)
		return false;
	if (s->kind == SCAN_GTIN)
		scan_product(st, c, s);
	else
		say_no(st, c, s->kind == SCAN_PICKUP ? REASON_BUSY : REASON_ITEM_UNKNOWN, NULL);
	return true;
}

/* ---- finished ---- */

static void tell_counted(struct station *st, const struct call *c, const struct counted *l,
			 int64_t expected)
{
	struct buf b = event_begin(st);

	jw_str(&b, "sku", l->sku);
	jw_int(&b, "counted", l->qty);
	jw_int(&b, "expected", expected);
	if (l->round == ROUND_AGAIN)
		jw_bool(&b, "again", true);
	jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "stock.counted", &b, (struct slice){ 0 }, NULL);
	if (l->qty != expected)
		stock_change(st, c, l->sku, l->qty - expected, WORK_COUNT, "");
}

/* What is said of a product whose count is wanted or done. */
static enum reason compare(struct station *st, const struct stock_policy *p,
			   const struct counted *l, int64_t *ret_expected)
{
	struct stock_figures f = { 0 };
	struct count_facts facts = { .counted = l->qty, .again = l->round == ROUND_AGAIN };

	if (p->aside_apart)
		f = stock_figures(st, l->sku);
	else
		f.on_hand = stock_on_hand(st, l->sku, &f.known);
	facts.on_hand = f.on_hand;
	facts.aside = f.aside;
	facts.moved = f.on_hand - l->figure;
	if (l->round == ROUND_ASKED)
		return REASON_RECOUNT;
	return stock_count(p, &facts, ret_expected);
}

struct outcome {
	enum reason r;
	int products, differences;
	char names[NAMES_MAX]; /* of what is in the way */
};

static void name_it(struct station *st, const struct counted *l, enum desk desk, struct outcome *o)
{
	const size_t n = strlen(o->names);
	char name[PRODUCT_NAME_MAX];

	product_name(st, l->sku, st->desks[desk].language, name);
	if (n + strlen(name) + 3 < sizeof(o->names))
		text_fmt(o->names + n, sizeof(o->names) - n, "%s%s", n ? ", " : "", name);
}

/* Before anything is told: may all of it be? What is to be counted once more begins anew. */
static struct outcome look(struct station *st, enum desk desk, const struct stock_policy *p)
{
	struct outcome o = { REASON_NONE, 0, 0, "" };
	char line[WORK_LINE_MAX] = "";
	struct counted l;

	while (next_line(st, desk, line, &l)) {
		int64_t expected = 0;
		const enum reason r = compare(st, p, &l, &expected);

		o.products++;
		o.differences += r == REASON_NONE && l.qty != expected;
		if (r == REASON_NONE)
			continue;
		o.r = o.r == REASON_QUANTITY_EXCEEDED ? o.r : r;
		name_it(st, &l, desk, &o);
		if (r == REASON_RECOUNT && l.round == ROUND_FIRST) {
			l.qty = 0;
			l.round = ROUND_ASKED;
			keep_line(st, desk, &l);
		}
	}
	return o;
}

/* The differences, for the screen and the answer. */
static void write_difference(struct station *st, struct buf *b, enum desk desk,
			     const struct counted *l, int64_t expected)
{
	char name[PRODUCT_NAME_MAX];

	product_name(st, l->sku, st->desks[desk].language, name);
	jw_open(b, NULL, '{');
	jw_str(b, "sku", l->sku);
	jw_str(b, "name", name);
	jw_int(b, "counted", l->qty);
	jw_int(b, "expected", expected);
	jw_int(b, "difference", l->qty - expected);
	jw_close(b, '}');
}

static void tell_all(struct station *st, const struct call *c, const struct stock_policy *p)
{
	char line[WORK_LINE_MAX] = "";
	struct counted l;
	int shown = 0;
	struct buf b;

	buf_init(&b, st->counted, sizeof(st->counted));
	jw_open(&b, NULL, '[');
	while (next_line(st, c->desk, line, &l)) {
		int64_t expected = 0;

		compare(st, p, &l, &expected);
		if (l.qty != expected && shown++ < DIFFERENCES_SHOWN)
			write_difference(st, &b, c->desk, &l, expected);
		tell_counted(st, c, &l, expected);
	}
	jw_close(&b, ']');
	if (!buf_str(&b))
		text_fmt(st->counted, sizeof(st->counted), "[]");
}

static void finish_count(struct station *st, const struct call *c)
{
	const struct stock_policy policy = stock_policy_now(st);
	const struct outcome o = look(st, c->desk, &policy);
	struct word_values v = words_none();
	char members[sizeof(st->counted) + 64];

	if (o.products == 0 || o.r != REASON_NONE) {
		say_no(st, c, o.products ? o.r : REASON_ITEMS_UNCHECKED, o.names);
		return;
	}
	tell_all(st, c, &policy);
	desk_set_mode(st, c->desk, MODE_IDLE);
	v.n = o.products;
	v.left = o.differences;
	say(st, c, "counted", WORD_COUNTED, &v);
	text_fmt(members, sizeof(members), "\"products\":%d,\"differences\":%s", o.products,
		 st->counted);
	answer_ok(st, c, members);
}

static void finish_delivery(struct station *st, const struct call *c)
{
	char line[WORK_LINE_MAX] = "", number[NUMBER_MAX], more[2 * NUMBER_MAX + 24] = "";
	char members[48];
	struct word_values v = words_none();
	struct counted l;
	struct buf b;

	if (line_count(st, c->desk, "") == 0) {
		say_no(st, c, REASON_ITEMS_UNCHECKED, NULL);
		return;
	}
	read_number(st, c->desk, number);
	buf_init(&b, more, sizeof(more));
	if (number[0])
		jw_str(&b, "number", number);
	if (!buf_str(&b))
		more[0] = '\0';
	v.n = 0;
	while (next_line(st, c->desk, line, &l)) {
		if (l.qty > 0)
			stock_change(st, c, l.sku, l.qty, "delivery", more);
		v.n += l.qty;
	}
	desk_set_mode(st, c->desk, MODE_IDLE);
	v.order = number[0] ? number : NULL;
	say(st, c, "received", WORD_RECEIVED, &v);
	text_fmt(members, sizeof(members), "\"pieces\":%lld", (long long)v.n);
	answer_ok(st, c, members);
}

static void verb_stock_finish(struct station *st, const struct call *c, struct json args)
{
	(void)args;
	if (!counts_here(st, c->desk))
		say_no(st, c, REASON_BAD_REQUEST, NULL);
	else if (receives(st, c->desk))
		finish_delivery(st, c);
	else
		finish_count(st, c);
}

static void verb_stock_cancel(struct station *st, const struct call *c, struct json args)
{
	(void)args;
	if (!counts_here(st, c->desk)) {
		say_no(st, c, REASON_BAD_REQUEST, NULL);
		return;
	}
	desk_set_mode(st, c->desk, MODE_IDLE);
	notice_clear(st, c->desk);
	answer_ok(st, c, "");
}

/* ---- by hand ---- */

/* One product, counted where it stands: told at once, unless it is to be counted once more. */
static void count_one(struct station *st, const struct call *c, const char *sku, int64_t qty)
{
	if (!may_begin(st, c))
		return;
	begin(st, c, WORK_COUNT, "");
	put_line(st, c->desk, sku, qty);
	finish_count(st, c);
}

static void verb_stock_count(struct station *st, const struct call *c, struct json args)
{
	char text[128], sku[ID_MAX + 1];
	int64_t qty;
	enum reason r;

	if (json_string(json_get(args, "sku"), text, sizeof(text)) <= 0 ||
	    json_int(json_get(args, "qty"), &qty) < 0) {
		bad(st, c);
		return;
	}
	if (qty < 0 || qty > STOCK_ADJUST_MAX) {
		say_no(st, c, REASON_BAD_REQUEST, NULL);
	} else if (!stock_product(st, text, sku)) {
		say_no(st, c, REASON_ITEM_UNKNOWN, text);
	} else if (!counts_here(st, c->desk)) {
		count_one(st, c, sku, qty);
	} else {
		r = put_line(st, c->desk, sku, qty);
		if (r == REASON_NONE)
			answer_ok(st, c, "");
		else
			say_no(st, c, r, sku);
	}
}

/* ---- the screen ---- */

static void write_line(struct station *st, struct buf *b, const struct counted *l)
{
	char name[PRODUCT_NAME_MAX], place[64] = "";
	struct json body;
	struct record r;

	product_name(st, l->sku, st->desks[DESK_COUNTER].language, name);
	if (store_find(st->store, STREAM_CATALOG, slice_of(l->sku), &r) &&
	    json_check(r.body, &body) == 0 &&
	    json_string(json_get(body, "location"), place, sizeof(place)) < 0)
		place[0] = '\0';
	jw_open(b, NULL, '{');
	jw_str(b, "sku", l->sku);
	jw_str(b, "name", name);
	if (place[0])
		jw_str(b, "location", place);
	jw_int(b, "qty", l->qty);
	jw_bool(b, "recount", l->round == ROUND_ASKED);
	jw_close(b, '}');
}

static void write_count(struct station *st, struct buf *b)
{
	char line[WORK_LINE_MAX] = "", number[NUMBER_MAX];
	int64_t pieces = 0;
	int products = 0, again = 0;
	struct counted l;

	jw_open(b, "count", '{');
	jw_str(b, "work", st->desks[DESK_COUNTER].row.method);
	read_number(st, DESK_COUNTER, number);
	if (number[0])
		jw_str(b, "number", number);
	jw_open(b, "lines", '[');
	while (next_line(st, DESK_COUNTER, line, &l)) {
		if (products++ < LINES_SHOWN)
			write_line(st, b, &l);
		pieces += l.qty;
		again += l.round == ROUND_ASKED;
	}
	jw_close(b, ']');
	jw_int(b, "products", products);
	jw_int(b, "pieces", pieces);
	jw_str(b, "asks", again ? "recount" : "scan");
	jw_close(b, '}');
}

void count_document(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];

	if (desk->mode == MODE_COUNT)
		write_count(st, b);
	else
		jw_null(b, "count");
	if (desk->notice.shown && !strcmp(desk->notice.code, "counted") && st->counted[0])
		jw_raw(b, "counted", slice_of(st->counted));
	else
		jw_null(b, "counted");
}

const struct verb counting_verbs[] = {
	{ "stock.begin", false, false, ROLE_CLERK, verb_stock_begin },
	{ "stock.count", false, false, ROLE_CLERK, verb_stock_count },
	{ "stock.finish", false, false, ROLE_CLERK, verb_stock_finish },
	{ "stock.cancel", false, false, ROLE_CLERK, verb_stock_cancel },
	{ 0 },
};
