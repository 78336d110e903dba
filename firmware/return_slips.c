// SPDX-License-Identifier: Apache-2.0
/*
 * Papers of returns and complaints: two copies each, one in the customer's language and one for the
 * shop, with what the register of returns needs and room for two signatures; and a label for goods
 * that do not go back onto the shelf. None is a fiscal document.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/return_words.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/returns.h"

#define NAME_LONG 120
#define SIGN_LINE "........................"

static void pair(struct buf *doc, enum paper_word w, enum language l, const char *value)
{
	doc_pair(doc, slice_of(paper_text(w, l)), slice_of(value));
}

static void day_pair(struct buf *doc, enum paper_word w, enum language l, int64_t day)
{
	char date[DATE_TEXT_MAX] = "..........";

	if (day != DAY_UNKNOWN)
		date_format(day, date);
	pair(doc, w, l, date);
}

static void money_pair(struct buf *doc, const char *what, enum language l, int64_t amount)
{
	char money[MONEY_TEXT_MAX];

	money_format(amount, l, money);
	doc_pair(doc, slice_of(what), slice_of(money));
}

static void lines_of(struct buf *doc, char command, struct json lines)
{
	char text[512];

	for (struct json_walk w = json_walk(lines); json_next(&w);)
		if (json_string(w.value, text, sizeof(text)) > 0)
			doc_text(doc, command, text);
}

/* ---- what all papers begin and end with ---- */

static void add_head(struct station *st, struct buf *doc, enum language l, enum paper_word title,
		     const char *number, bool shop)
{
	const struct json header =
		json_get(json_get(policy_get(st, "texts"), language_code(l)), "header");

	doc_text(doc, 'G', "");
	if (json_count(header))
		lines_of(doc, 'C', header);
	else
		doc_text(doc, 'C', st->config->name);
	doc_text(doc, 'F', "1");
	doc_text(doc, 'H', paper_text(title, l));
	doc_text(doc, 'C', paper_text(shop ? PAPER_FOR_SHOP : PAPER_FOR_CUSTOMER, l));
	pair(doc, PAPER_NUMBER, l, number);
}

static void add_code(struct station *st, struct buf *doc, const char *id, bool has_order)
{
	char code[RECEIPT_CODE_MAX];

	/* Without an order there is still something to scan. */
	text_fmt(code, sizeof(code), "LR.%.*s.%s", has_order ? (int)st->order.id.n : 1,
		 has_order ? st->order.id.p : "0", id);
	doc_text(doc, 'Q', code);
}

static void add_tail(struct station *st, struct buf *doc, enum language l, const char *id,
		     bool has_order)
{
	doc_text(doc, 'F', "2");
	doc_pair(doc, slice_of(SIGN_LINE), slice_of(""));
	doc_text(doc, 'T', paper_text(PAPER_SIGN_CUSTOMER, l));
	doc_text(doc, 'F', "2");
	doc_pair(doc, slice_of(SIGN_LINE), slice_of(""));
	doc_text(doc, 'T', paper_text(PAPER_SIGN_SHOP, l));
	doc_text(doc, 'R', "");
	doc_text(doc, 'C', paper_text(PAPER_STATUS_HINT, l));
	add_code(st, doc, id, has_order);
	doc_text(doc, 'C', paper_text(PAPER_NOT_FISCAL, l));
	doc_text(doc, 'X', "");
}

/* The customer's copy first. 0: there is no printer, or no paper could be made. */
static int64_t queue(struct station *st, const char *kind, const char *id, struct buf *doc)
{
	int64_t job;

	if (doc->overflow) {
		log_error("a paper of %s is too long to print", id);
		return 0;
	}
	job = job_queue(st, kind, NULL, buf_read(doc));
	if (job)
		store_job_is(st->store, job, id, 0);
	return job;
}

static void name_of(const struct order_line *l, char *dst, size_t cap)
{
	char name[512];
	struct slice cut;

	if (json_string(l->name, name, sizeof(name)) <= 0 &&
	    json_string(l->sku, name, sizeof(name)) <= 0)
		text_fmt(name, sizeof(name), "?");
	cut = utf8_cut(slice_of(name), NAME_LONG);
	slice_copy(cut, dst, cap);
}

/* ---- returns ---- */

void return_reason_name(struct station *st, const char *code, enum language l,
			char dst[RETURN_REASON_NAME_MAX])
{
	const struct json own =
		json_get(json_get(policy_get(st, "texts"), language_code(l)), "reasons");
	const char *known = return_reason_text(code, l);

	if (json_string(json_get(own, code), dst, RETURN_REASON_NAME_MAX) <= 0)
		text_fmt(dst, RETURN_REASON_NAME_MAX, "%s", known ? known : code);
}

int return_reasons(struct station *st, char ret_codes[RETURN_REASONS_MAX][RETURN_REASON_MAX])
{
	const struct json list = json_get(policy_get(st, "returns"), "reasons");
	int n = 0;

	for (struct json_walk w = json_walk(list); n < RETURN_REASONS_MAX && json_next(&w);)
		if (json_string(w.value, ret_codes[n], RETURN_REASON_MAX) > 0)
			n++;
	return n;
}

static void add_part(struct buf *doc, const struct return_part *p, enum language l)
{
	const struct json vat = return_part_vat(p);
	const struct slice name = utf8_cut(slice_of(p->name[0]	? p->name
						    : p->sku[0] ? p->sku
								: "?"),
					   NAME_LONG);
	char text[640], rate[16] = "", money[MONEY_TEXT_MAX];

	text_fmt(text, sizeof(text), "%lld x %.*s", (long long)p->qty, (int)name.n, name.p);
	money_pair(doc, text, l, p->gross);
	if (vat.type == JSON_NONE)
		return;
	if (json_string(vat, rate, sizeof(rate)) < 0)
		slice_copy(json_text(vat), rate, sizeof(rate));
	money_format(vat_amount(p->gross, vat), l, money);
	text_fmt(text, sizeof(text), "  %s %s%s", paper_text(PAPER_VAT, l), rate,
		 text_digits(slice_of(rate)) ? "%" : "");
	doc_pair(doc, slice_of(text), slice_of(money));
}

static void add_line(struct station *st, struct buf *doc, const struct return_paper *p, int i,
		     enum language l)
{
	struct return_part parts[RETURN_PARTS_MAX];
	const int count = return_parts(st, p->work->basis, i, parts);
	char text[256], why[RETURN_REASON_NAME_MAX];

	for (int n = 0; n < count; n++)
		add_part(doc, &parts[n], l);
	if (count == 0 || !st->order.lines[i].goods)
		return;
	return_reason_name(st, st->back[i].reason, l, why);
	text_fmt(text, sizeof(text), "  %s%s%s", condition_text(st->back[i].condition, l),
		 why[0] ? ", " : "", why);
	doc_text(doc, 'T', text);
}

static void add_legs(struct buf *doc, const struct return_paper *p, enum language l)
{
	char text[128];

	for (int i = 0; i < p->legs->count; i++) {
		const struct return_leg *leg = &p->legs->leg[i];

		text_fmt(text, sizeof(text), "%s: %s",
			 paper_text(leg->here ? PAPER_HERE : PAPER_ASKED, l),
			 tender_text(leg->tender, l));
		money_pair(doc, text, l, leg->amount);
	}
	if (p->legs->asked)
		day_pair(doc, PAPER_BY, l, p->due_day);
}

static int64_t print_return(struct station *st, const struct return_paper *p, enum language l,
			    bool shop)
{
	char number[128];
	struct buf doc;

	buf_init(&doc, st->doc, sizeof(st->doc));
	add_head(st, &doc, l, PAPER_RETURN, p->number, shop);
	if (p->work->order) {
		order_number(&st->order, number, sizeof(number));
		pair(&doc, PAPER_ORDER, l, number);
	}
	pair(&doc, PAPER_DOCUMENT, l,
	     p->work->order	   ? number
	     : p->work->receipt[0] ? p->work->receipt
				   : "-");
	day_pair(&doc, PAPER_SOLD, l, p->work->sold_day);
	day_pair(&doc, PAPER_RETURNED, l, calendar_day_of(station_now(st)));
	pair(&doc, PAPER_BASIS, l, return_basis_text(p->work->basis, l));
	pair(&doc, PAPER_STAFF, l, p->staff);
	doc_text(&doc, 'R', "");
	for (int i = 0; i < st->order.line_count; i++)
		add_line(st, &doc, p, i, l);
	doc_text(&doc, 'R', "");
	money_pair(&doc, paper_text(PAPER_TOTAL, l), l,
		   return_total(&st->order, st->back, p->work->basis));
	add_legs(&doc, p, l);
	if (p->exchange[0])
		pair(&doc, PAPER_EXCHANGE, l, strcmp(p->exchange, "*") ? p->exchange : "");
	add_tail(st, &doc, l, p->doc, p->work->order);
	return queue(st, "return", p->doc, &doc);
}

/* Goods that somebody has to look at, or that belong to another store, carry their number. */
static bool needs_label(struct station *st, const struct return_paper *p)
{
	const struct returns_policy policy = returns_policy_now(st);
	struct line_rule rule;
	int64_t last;

	for (int i = 0; i < st->order.line_count; i++) {
		if (!st->order.lines[i].goods || st->back[i].qty == 0)
			continue;
		return_line_check(st, p->work, &policy, i, &rule, &last);
		if (return_goods_to(st->back[i].condition, p->work->basis, &rule) != TO_STOCK)
			return true;
	}
	return false;
}

static void print_label(struct station *st, enum paper_word title, const char *id,
			const char *number, bool has_order)
{
	struct buf doc;

	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', paper_text(title, st->language));
	doc_text(&doc, 'B', number);
	add_code(st, &doc, id, has_order);
	doc_text(&doc, 'X', "");
	queue(st, "label", "", &doc);
}

int64_t return_slips_print(struct station *st, const struct return_paper *p)
{
	const int64_t job =
		print_return(st, p, p->work->order ? st->order.language : st->language, false);

	print_return(st, p, st->language, true);
	if (needs_label(st, p))
		print_label(st, PAPER_LABEL, p->doc, p->number, p->work->order);
	return job;
}

/* ---- complaints ---- */

static void add_complaint(struct station *st, struct buf *doc, const struct complaint_paper *p,
			  enum language l)
{
	char text[512];

	if (p->has_order) {
		order_number(&st->order, text, sizeof(text));
		pair(doc, PAPER_ORDER, l, text);
	}
	if (p->line >= 0) {
		name_of(&st->order.lines[p->line], text, sizeof(text));
		doc_text(doc, 'T', text);
	}
	if (p->proof[0])
		pair(doc, PAPER_PROOF, l, p->proof);
	pair(doc, PAPER_BASIS, l, complaint_basis_text(p->basis, l));
	pair(doc, PAPER_DEMAND, l, complaint_demand_text(p->demand, l));
	pair(doc, PAPER_GOODS, l, complaint_goods_text(p->goods, l));
	day_pair(doc, PAPER_TAKEN, l, calendar_day_of(station_now(st)));
	day_pair(doc, PAPER_ANSWER_BY, l, p->answer_day);
	pair(doc, PAPER_STAFF, l, p->staff);
	doc_text(doc, 'R', "");
	doc_text(doc, 'T', paper_text(PAPER_TEXT, l));
	doc_text(doc, 'T', p->text);
}

static int64_t print_complaint(struct station *st, const struct complaint_paper *p, enum language l,
			       bool shop)
{
	struct buf doc;

	buf_init(&doc, st->doc, sizeof(st->doc));
	add_head(st, &doc, l, PAPER_COMPLAINT, p->number, shop);
	add_complaint(st, &doc, p, l);
	add_tail(st, &doc, l, p->doc, p->has_order);
	return queue(st, "complaint", p->doc, &doc);
}

int64_t complaint_slips_print(struct station *st, const struct complaint_paper *p)
{
	const int64_t job =
		print_complaint(st, p, p->has_order ? st->order.language : st->language, false);

	print_complaint(st, p, st->language, true);
	if (p->goods == GOODS_LEFT)
		print_label(st, PAPER_COMPLAINT_LABEL, p->doc, p->number, p->has_order);
	return job;
}
