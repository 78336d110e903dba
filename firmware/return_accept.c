// SPDX-License-Identifier: Apache-2.0
/* Taking back: decided on the newest record, one transaction, then paper and money. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/number.h"
#include "firmware/counter/prep.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/printing.h"
#include "firmware/refunds.h"
#include "firmware/returns.h"
#include "firmware/survey.h"
#include "firmware/store/till.h"
#include "firmware/story.h"

#define EVENT_BODY_MAX 60000 /* with what stands around it, one message to HQ */
#define NAME_EVENT_MAX 40    /* characters of a product's name in an event */
#define REFUND_DAYS    14    /* art. 32: HQ pays within so many days */
#define DAY_MS	       (24 * 3600 * INT64_C(1000))

struct accept {
	const struct call *call;
	struct return_work work;
	struct returns_policy policy;
	char tender[REFUND_TENDER_MAX];
	char exchange[ID_MAX + 1]; /* the order that is taken instead; "*": not said which */
	int64_t total;
	struct return_legs legs;
	char doc[ULID_TEXT_MAX];
	char number[NUMBER_TEXT_MAX];
	char due[TIME_TEXT_MAX];
	int64_t seq; /* of return.accepted */
};

/* ---- legs ---- */

static int64_t given_of(struct station *st, int i)
{
	char payment[2 * ID_MAX];

	return json_string(st->order.payments[i].id, payment, sizeof(payment)) > 0
		       ? store_refunded(st->store, st->order.id, slice_of(payment))
		       : 0;
}

/* What came by BLIK goes back by BLIK: it never comes out of a drawer. */
static bool changes_to(const struct order_payment *paid, const char *tender)
{
	return strcmp(tender, "cash") != 0 || !json_is(paid->tender, "blik");
}

void return_legs_plan(struct station *st, const struct returns_policy *p, int64_t amount,
		      const char *tender, struct return_legs *ret_legs)
{
	int64_t given[ORDER_PAYMENTS_MAX] = { 0 };
	struct refund_leg split[ORDER_PAYMENTS_MAX];
	const bool has_order = st->order.id.n > 0;
	char payer[ID_MAX + 1];

	*ret_legs = (struct return_legs){ 0 };
	for (int i = 0; i < st->order.payment_count; i++)
		given[i] = has_order ? given_of(st, i) : 0;
	ret_legs->count = refund_split(&st->order, amount, given, p->refund_order, REFUND_ORDER_MAX,
				       split, &ret_legs->rest);
	for (int i = 0; i < ret_legs->count; i++) {
		const struct order_payment *paid = &st->order.payments[split[i].payment];
		struct return_leg *leg = &ret_legs->leg[i];

		/* Points that were paid here go back as points. */
		leg->points = has_order && loyalty_payer(st, paid, payer);
		leg->here = leg->points || refund_is_here(paid);
		leg->amount = split[i].amount;
		if (has_order)
			leg->payment = paid->id;
		if (leg->here && !leg->points && tender[0] && changes_to(paid, tender))
			text_fmt(leg->tender, sizeof(leg->tender), "%s", tender);
		else if (json_string(paid->tender, leg->tender, sizeof(leg->tender)) < 0)
			leg->tender[0] = '\0';
		*(leg->here ? &ret_legs->here : &ret_legs->asked) += leg->amount;
	}
}

/* Does the tender that was asked for differ from how anything was paid here? */
static bool tender_differs(struct station *st, const struct accept *a)
{
	struct return_legs plain;

	if (!a->tender[0] || !a->work.order)
		return false;
	return_legs_plan(st, &a->policy, a->total, "", &plain);
	for (int i = 0; i < plain.count; i++)
		if (strcmp(plain.leg[i].tender, a->legs.leg[i].tender) != 0)
			return true;
	return false;
}

/* Only what was paid at the till can come back another way: online payments are HQ's to pay, and
 * BLIK or a transfer never comes out of a drawer. */
static enum reason tender_verdict(const struct accept *a)
{
	if (!a->tender[0])
		return REASON_NONE;
	if (strcmp(a->tender, "cash") != 0 && strcmp(a->tender, "card") != 0)
		return REASON_TENDER_REFUSED;
	for (int i = 0; i < a->legs.count; i++)
		if (a->legs.leg[i].here && strcmp(a->legs.leg[i].tender, a->tender) == 0)
			return REASON_NONE;
	return a->total == 0 ? REASON_NONE : REASON_TENDER_REFUSED;
}

static void write_legs(struct buf *b, const char *name, const struct return_legs *legs, bool here)
{
	jw_open(b, name, '[');
	for (int i = 0; i < legs->count; i++) {
		const struct return_leg *leg = &legs->leg[i];

		if (leg->here != here)
			continue;
		jw_open(b, NULL, '{');
		jw_value(b, "payment", leg->payment);
		jw_str(b, "tender", leg->tender);
		jw_int(b, "amount", leg->amount);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* ---- events ---- */

static void write_product(const struct return_part *p, bool names, struct buf *b)
{
	if (p->sku[0])
		jw_str(b, "sku", p->sku);
	if (names && p->name[0])
		jw_slice(b, "name", utf8_cut(slice_of(p->name), NAME_EVENT_MAX));
}

/* Of several products, each by itself. */
static void write_parts(const struct return_part *parts, int count, bool names, struct buf *b)
{
	jw_open(b, "products", '[');
	for (int i = 0; i < count; i++) {
		const struct json vat = return_part_vat(&parts[i]);

		jw_open(b, NULL, '{');
		write_product(&parts[i], names, b);
		jw_int(b, "qty", parts[i].qty);
		jw_int(b, "gross", parts[i].gross);
		jw_value(b, "vat", vat);
		jw_int(b, "vat_amount", vat_amount(parts[i].gross, vat));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void write_line(struct station *st, const struct accept *a, int i, bool names, struct buf *b)
{
	const struct order_line *l = &st->order.lines[i];
	struct return_part parts[RETURN_PARTS_MAX];
	const int count = return_parts(st, a->work.basis, i, parts);
	struct line_rule rule;
	int64_t last, vat = 0;

	for (int p = 0; p < count; p++)
		vat += vat_amount(parts[p].gross, return_part_vat(&parts[p]));
	jw_open(b, NULL, '{');
	jw_value(b, "line", l->id);
	write_product(&parts[0], names, b);
	jw_int(b, "qty", return_pieces(&st->order, st->back, a->work.basis, i));
	jw_int(b, "gross", return_gross(&st->order, st->back, a->work.basis, i));
	jw_value(b, "vat", return_part_vat(&parts[0]));
	jw_int(b, "vat_amount", vat);
	if (count > 1)
		write_parts(parts, count, names, b);
	if (l->goods) {
		return_line_check(st, &a->work, &a->policy, i, &rule, &last);
		if (st->back[i].reason[0])
			jw_str(b, "reason", st->back[i].reason);
		jw_str(b, "condition", condition_name(st->back[i].condition));
		jw_str(b, "to",
		       goods_to_name(return_goods_to(st->back[i].condition, a->work.basis, &rule)));
	} else {
		jw_value(b, "kind", json_get(l->json, "kind"));
	}
	jw_close(b, '}');
}

static struct buf write_accepted(struct station *st, const struct accept *a, bool names)
{
	struct buf b = event_begin(st);
	char date[DATE_TEXT_MAX], document[128];

	jw_str(&b, "return", a->doc);
	jw_str(&b, "number", a->number);
	if (a->work.order)
		jw_slice(&b, "order", st->order.id);
	jw_str(&b, "store", a->work.store);
	jw_str(&b, "basis", return_basis_name(a->work.basis));
	if (a->work.sold_day != DAY_UNKNOWN) {
		date_format(a->work.sold_day, date);
		jw_str(&b, "sold_at", date);
	}
	if (a->work.order)
		order_number(&st->order, document, sizeof(document));
	else
		text_fmt(document, sizeof(document), "%s", a->work.receipt);
	jw_str(&b, "document", document);
	jw_open(&b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++)
		if (return_pieces(&st->order, st->back, a->work.basis, i) > 0)
			write_line(st, a, i, names, &b);
	jw_close(&b, ']');
	write_legs(&b, "refund", &a->legs, true);
	if (a->legs.rest > 0)
		jw_int(&b, "rest", a->legs.rest);
	if (strcmp(a->exchange, "*") == 0)
		jw_bool(&b, "exchange", true);
	else if (a->exchange[0])
		jw_str(&b, "exchange", a->exchange);
	/* Where the shop's fiscal till pays, nothing leaves this drawer. */
	if (a->legs.here > 0 && !money_policy_now(st).external)
		money_shift_write(st, &b);
	jw_str(&b, "staff", a->call->session.row.staff);
	jw_approval(&b, approval_of(st, a->call));
	return b;
}

static bool fits(const struct buf *b)
{
	return !b->overflow && b->len <= EVENT_BODY_MAX;
}

/* Names are for people's eyes; HQ knows them by the line. */
static struct buf accepted_text(struct station *st, const struct accept *a)
{
	const struct buf b = write_accepted(st, a, true);

	return fits(&b) ? b : write_accepted(st, a, false);
}

static void tell_delta(struct station *st, const struct accept *a, const char *sku, int64_t pieces)
{
	struct buf b;
	int64_t seq;

	if (pieces == 0 || !sku[0])
		return;
	b = event_begin(st);
	jw_str(&b, "sku", sku);
	jw_int(&b, "delta", pieces);
	jw_str(&b, "why", "return");
	if (a->work.order)
		jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", a->call->session.row.staff);
	seq = event_end(st, "stock.changed", &b, (struct slice){ 0 }, NULL);
	store_stock_delta_add(st->store, slice_of(sku), pieces, st->config->lane, st->ledger.epoch,
			      seq);
}

/* A substitute is what comes back, where the line was replaced. */
static void tell_stock(struct station *st, const struct accept *a, int i)
{
	const struct order_line *l = &st->order.lines[i];
	const struct return_line *back = &st->back[i];
	struct swap swaps[SWAPS_MAX];
	int64_t last, others, of[SWAPS_MAX];
	struct line_rule rule;
	char sku[ID_MAX + 1];
	int n;

	if (!l->goods || back->qty == 0)
		return;
	return_line_check(st, &a->work, &a->policy, i, &rule, &last);
	if (return_goods_to(back->condition, a->work.basis, &rule) != TO_STOCK)
		return;
	others = swaps_back(l, back->qty, back->others, of);
	n = swaps_read(l, swaps);
	for (int s = 0; s < n; s++)
		tell_delta(st, a, swaps[s].sku, of[s]);
	if (json_string(l->sku, sku, sizeof(sku)) > 0)
		tell_delta(st, a, sku, back->qty - others);
}

static void tell_refund(struct station *st, const struct accept *a)
{
	char id[ULID_TEXT_MAX];
	struct buf b;

	if (a->legs.asked == 0)
		return;
	ulid_make(&st->clock, id);
	b = event_begin(st);
	jw_str(&b, "refund", id);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "store", a->work.store);
	jw_str(&b, "return", a->doc);
	jw_str(&b, "basis", return_basis_name(a->work.basis));
	write_legs(&b, "legs", &a->legs, false);
	jw_str(&b, "due_by", a->due);
	jw_str(&b, "staff", a->call->session.row.staff);
	event_end(st, "refund.requested", &b, (struct slice){ 0 }, NULL);
}

/* ---- what is kept ---- */

static void keep_facts(struct station *st, const struct accept *a)
{
	const struct mark by = mark_own(st, a->seq);

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		const struct line_fact had =
			store_line_fact(st->store, st->order.id, json_text(l->id));
		const int64_t n = return_pieces(&st->order, st->back, a->work.basis, i);

		if (n > 0)
			store_line_fact_add(
				st->store, st->order.id, json_text(l->id),
				(struct line_fact){ .returned = l->returned - had.returned + n });
	}
	for (int i = 0; i < a->legs.count; i++)
		refund_keep(st, true, st->order.id, a->legs.leg[i].payment, a->legs.leg[i].amount);
	overlay_returned(st, st->order.id, &by);
	if (return_is_all(&st->order, st->back))
		overlay_set(st, st->order.id, "status", slice_of("\"returned\""), &by);
	st->queue_stale = true;
}

static void keep_paper(struct station *st, const struct accept *a)
{
	struct paper p = { .kind = "return", .at_ms = station_now(st) };
	char memory[512];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "basis", return_basis_name(a->work.basis));
	jw_int(&b, "refund", a->legs.here + a->legs.asked);
	jw_int(&b, "asked", a->legs.asked);
	if (a->legs.asked)
		jw_str(&b, "due_by", a->due);
	jw_str(&b, "lane", st->config->lane);
	jw_int(&b, "epoch", st->ledger.epoch);
	jw_int(&b, "seq", a->seq);
	jw_close(&b, '}');
	text_fmt(p.doc, sizeof(p.doc), "%s", a->doc);
	slice_copy(slice_of(a->number), p.number, sizeof(p.number));
	slice_copy(st->order.id, p.order, sizeof(p.order));
	p.body = buf_read(&b);
	store_paper_add(st->store, &p);
}

/* ---- the act ---- */

static int64_t print(struct station *st, const struct accept *a)
{
	struct return_paper p = { .work = &a->work, .legs = &a->legs, .doc = a->doc };
	char staff[128];
	enum role role;

	if (!staff_name(st, a->call->session.row.staff, staff, sizeof(staff), &role))
		text_fmt(staff, sizeof(staff), "%s", a->call->session.row.staff);
	p.number = a->number;
	p.staff = staff;
	p.due_day = calendar_day_of(station_now(st)) + REFUND_DAYS;
	p.exchange = a->exchange;
	return return_slips_print(st, &p);
}

static void say_done(struct station *st, const struct accept *a, int64_t job)
{
	const enum language l = st->desks[a->call->desk].language;
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX], here[MONEY_TEXT_MAX], members[512], date[DATE_TEXT_MAX];
	struct buf b;

	money_format(a->legs.here + a->legs.asked, l, money);
	v.order = a->number;
	v.item = money;
	if (a->legs.asked) {
		date_format(calendar_day_of(station_now(st)) + REFUND_DAYS, date);
		v.time = date;
	}
	if (a->legs.here) {
		money_format(a->legs.here, l, here);
		v.store = here;
	}
	if (job)
		notice_word(st, a->call->desk, NOTICE_GOOD, "returned", WORD_RETURNED,
			    WORD_RETURNED_CUSTOMER, &v);
	else
		notice_word(st, a->call->desk, NOTICE_ATTENTION, "print_failed",
			    WORD_RETURNED_UNPRINTED, WORD_RETURNED_CUSTOMER, &v);
	buf_init(&b, members, sizeof(members));
	buf_fmt(&b, "\"return\":\"%s\"", a->doc);
	jw_str(&b, "number", a->number);
	jw_int(&b, "refund", a->legs.here + a->legs.asked);
	jw_int(&b, "here", a->legs.here);
	jw_int(&b, "requested", a->legs.asked);
	if (a->legs.asked)
		jw_str(&b, "due_by", a->due);
	jw_int(&b, "job", job);
	answer_ok(st, a->call, buf_str(&b));
}

static void take_back(struct station *st, struct accept *a)
{
	struct buf b = accepted_text(st, a);
	char order[ID_MAX + 1] = "";
	int64_t job;

	if (a->work.order)
		text_fmt(order, sizeof(order), "%s", st->desks[a->call->desk].row.order);
	if (a->work.order && serving_alone(st))
		lanes_listen(st);
	a->seq = event_end(st, "return.accepted", &b, (struct slice){ 0 }, NULL);
	for (int i = 0; i < st->order.line_count; i++)
		tell_stock(st, a, i);
	tell_refund(st, a);
	if (a->legs.rest > 0)
		log_warning("return %s: no payment takes %lld back", a->number,
			    (long long)a->legs.rest);
	job = print(st, a);
	keep_paper(st, a);
	if (a->work.order)
		loyalty_returned(st, a->call, &a->work, &a->legs, a->doc);
	if (a->work.order)
		keep_facts(st, a);
	story_ends(st, a->call->desk, CONTACT_DONE);
	pickup_close(st, a->call->desk);
	say_done(st, a, job);
	survey_contact(st, &(struct contact){ AFTER_RETURN, order, true, false });
}

/* Does every line still stand? HQ may have changed the order, another store may have been there
 * before. */
static enum reason recheck(struct station *st, const struct accept *a, int *ret_line)
{
	bool any = false;

	for (int i = 0; i < st->order.line_count; i++) {
		struct line_rule rule;
		int64_t last;
		enum reason r;

		*ret_line = i;
		if (st->back[i].qty == 0)
			continue;
		any = true;
		r = return_line_check(st, &a->work, &a->policy, i, &rule, &last);
		if (r != REASON_NONE)
			return r;
	}
	return any ? REASON_NONE : REASON_BAD_REQUEST;
}

/* What a second person still has to agree to. */
static uint32_t needs_now(struct station *st, const struct accept *a)
{
	uint32_t needs = 0;

	if (a->total > a->work.limit && return_over_limit(a->total, a->work.basis, &a->policy))
		needs |= 1u << NEED_LIMIT;
	if (!a->policy.other_tender && tender_differs(st, a))
		needs |= 1u << NEED_TENDER;
	if (a->work.order && serving_alone(st) && a->policy.isolated != RETURNS_ALLOW &&
	    !(a->work.granted & (1u << NEED_ISOLATED)))
		needs |= 1u << NEED_ISOLATED;
	return approval_missing(st, a->call, needs, a->total);
}

static void decide(struct station *st, struct accept *a)
{
	const char *order = st->desks[a->call->desk].row.order;
	struct word_values v = words_none();
	struct return_payout pay = { order, a->doc, &a->legs };
	enum reason r;
	struct buf b;
	int line = 0;

	r = a->work.order && staff_own_order(st, a->call) ? REASON_OWN_ORDER
							  : recheck(st, a, &line);
	if (r == REASON_NONE)
		r = tender_verdict(a);
	if (r != REASON_NONE) {
		if (line < st->order.line_count)
			v.left = return_line_left(&st->order.lines[line]);
		answer_no(st, a->call, 409, r, &v);
		return;
	}
	if (needs_now(st, a)) {
		approval_ask(st, a->call, needs_now(st, a), a->total, order, REASON_APPROVAL_NEEDED,
			     &v);
		return;
	}
	b = accepted_text(st, a);
	if (!fits(&b)) { /* fewer lines at a time */
		answer_no(st, a->call, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	r = return_pay_out(st, a->call, &pay);
	if (r != REASON_NONE) {
		answer_no(st, a->call, 409, r, &v);
		return;
	}
	ledger_number(st, NUMBER_RETURN, a->number);
	take_back(st, a);
}

static bool read_accept(struct json args, struct accept *a)
{
	const struct json tender = json_get(args, "tender"), other = json_get(args, "exchange");

	if (tender.type != JSON_NONE && tender.type != JSON_NULL &&
	    json_string(tender, a->tender, sizeof(a->tender)) <= 0)
		return false;
	if (other.type == JSON_NONE || other.type == JSON_NULL)
		return true;
	if (other.type == JSON_BOOL) {
		text_fmt(a->exchange, sizeof(a->exchange), "%s", json_true(other) ? "*" : "");
		return true;
	}
	return json_string(other, a->exchange, sizeof(a->exchange)) > 0 &&
	       id_valid(slice_of(a->exchange));
}

static enum reason exchange_verdict(struct station *st, const struct accept *a)
{
	struct record r;

	if (!a->exchange[0])
		return REASON_NONE;
	if (!a->policy.exchange)
		return REASON_FORBIDDEN;
	return strcmp(a->exchange, "*") == 0 ||
			       store_find(st->store, STREAM_ORDERS, slice_of(a->exchange), &r)
		       ? REASON_NONE
		       : REASON_NOT_FOUND;
}

void verb_return_accept(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	struct accept a = { .call = c };
	enum reason r;

	if (!read_accept(args, &a)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!return_loaded(st, c, &a.work))
		return;
	if (a.work.order && serving_park(st, c, args))
		return;
	a.policy = returns_policy_now(st);
	r = exchange_verdict(st, &a);
	if (r != REASON_NONE) {
		v.order = a.exchange;
		answer_no(st, c, 409, r, &v);
		return;
	}
	a.total = return_total(&st->order, st->back, a.work.basis);
	return_legs_plan(st, &a.policy, a.total, a.tender, &a.legs);
	ulid_make(&st->clock, a.doc);
	time_format(station_now(st) + REFUND_DAYS * DAY_MS, a.due);
	number_text(NUMBER_RETURN, 0, st->config->lane, st->ledger.epoch, a.number);
	decide(st, &a);
}
