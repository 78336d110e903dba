// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/till_paper.h"

#include <string.h>

#include "firmware/base/doc.h"
#include "firmware/counter/pay.h"
#include "firmware/counter/shift.h"
#include "firmware/counter/slip.h"
#include "firmware/counter/words.h"

#define TEXT_MAX  512
#define NAME_LONG 60 /* characters: 300 lines with their barcodes still are a document */

static void add_money(struct buf *doc, const char *left, int64_t amount, enum language l)
{
	char money[MONEY_TEXT_MAX];

	money_format(amount, l, money);
	doc_pair(doc, slice_of(left), slice_of(money));
}

static void add_head(struct buf *doc, const char *store, enum till_word title, enum language l)
{
	doc_text(doc, 'C', store);
	doc_text(doc, 'H', till_word(title, l));
	doc_text(doc, 'B', till_word(TILL_WORD_NOT_FISCAL, l));
}

static void add_foot(struct buf *doc, enum language l)
{
	doc_text(doc, 'R', "");
	doc_text(doc, 'C', till_word(TILL_WORD_NOT_FISCAL, l));
	doc_text(doc, 'X', "");
}

/* ---- the card ---- */

/* As a till's scanner reads it best: an EAN where it is one. */
static void add_code(struct buf *doc, const char *code)
{
	const size_t n = strlen(code);
	char padded[CARD_CODE_MAX + 1];

	if (n == 0)
		return;
	if (n == 13 || n == 8) {
		doc_text(doc, 'E', code);
	} else if (n == 12) {
		text_fmt(padded, sizeof(padded), "0%s", code);
		doc_text(doc, 'E', padded);
	} else if (n == 14 && code[0] == '0') {
		doc_text(doc, 'E', code + 1);
	} else {
		doc_text(doc, 'K', code);
	}
}

static void add_item(const struct till_card_facts *f, int i, struct buf *doc)
{
	const struct order_line *l = &f->order->lines[i];
	const int64_t n = pickup_sold(l, f->done[i]);
	char name[TEXT_MAX], left[TEXT_MAX + 32], money[MONEY_TEXT_MAX] = "";
	struct slice cut;

	if (n <= 0)
		return;
	if (json_string(l->name, name, sizeof(name)) <= 0 &&
	    json_string(l->sku, name, sizeof(name)) <= 0)
		text_fmt(name, sizeof(name), "?");
	if (l->paid >= 0) {
		int64_t from = l->handed + l->short_ + f->done[i].short_;

		from = from + n > l->qty ? l->qty - n : from;
		money_format(money_part(l->paid, l->qty, from, n), f->language, money);
	}
	cut = utf8_cut(slice_of(name), NAME_LONG);
	text_fmt(left, sizeof(left), "%lld x %.*s", (long long)n, (int)cut.n, cut.p);
	doc_pair(doc, slice_of(left), slice_of(money));
	add_code(doc, f->codes[i]);
}

void paper_till_card(const struct till_card_facts *f, struct buf *ret_doc)
{
	const enum language l = f->language;
	const int64_t worth = pay_receipt_total(f->order, f->done);
	char number[TEXT_MAX], when[WHEN_TEXT_MAX];

	add_head(ret_doc, f->store_name, TILL_WORD_CARD, l);
	order_number(f->order, number, sizeof(number));
	doc_pair(ret_doc, slice_of(till_word(TILL_WORD_ORDER, l)), slice_of(number));
	when_format(f->now_ms, when);
	doc_pair(ret_doc, slice_of(when), slice_of(f->lane));
	if (f->nip[0])
		doc_pair(ret_doc, slice_of(till_word(TILL_WORD_NIP, l)), slice_of(f->nip));
	doc_text(ret_doc, 'R', "");
	for (int i = 0; i < f->order->line_count; i++)
		add_item(f, i, ret_doc);
	doc_text(ret_doc, 'R', "");
	if (worth > f->due)
		add_money(ret_doc, till_word(TILL_WORD_PAID, l), worth - f->due, l);
	add_money(ret_doc, till_word(TILL_WORD_DUE, l), f->due, l);
	add_foot(ret_doc, l);
}

/* ---- a shift ---- */

static void add_kind(const struct shift_facts *f, enum till_kind kind, enum till_word word,
		     struct buf *doc)
{
	char left[TEXT_MAX];

	for (int i = 0; i < f->total_count; i++) {
		const struct till_total *t = &f->totals[i];

		if (t->kind != kind)
			continue;
		text_fmt(left, sizeof(left), "%s, %s (%lld)", till_word(word, f->language),
			 tender_text(t->tender, f->language), (long long)t->count);
		add_money(doc, left, t->amount, f->language);
	}
}

static void add_drawer(const struct shift_facts *f, struct buf *doc)
{
	const struct shift_sums s = shift_sums_of(f->totals, f->total_count);
	const enum language l = f->language;

	doc_text(doc, 'R', "");
	add_money(doc, till_word(TILL_WORD_FLOAT, l), s.first, l);
	add_money(doc, till_word(TILL_WORD_IN, l), s.drawer_in, l);
	add_money(doc, till_word(TILL_WORD_OUT, l), -s.drawer_out, l);
	for (int i = 0; i < f->move_count; i++)
		add_money(doc, f->moves[i].reason, f->moves[i].amount, l);
	add_money(doc, till_word(TILL_WORD_EXPECTED, l), s.cash, l);
	if (!f->closed)
		return;
	add_money(doc, till_word(TILL_WORD_COUNTED, l), f->counted, l);
	add_money(doc, till_word(TILL_WORD_DIFFERENCE, l), f->counted - s.cash, l);
}

static void add_when(struct buf *doc, enum till_word word, int64_t at_ms, const char *who,
		     enum language l)
{
	char when[WHEN_TEXT_MAX], left[WHEN_TEXT_MAX + 64];

	when_format(at_ms, when);
	text_fmt(left, sizeof(left), "%s %s", till_word(word, l), when);
	doc_pair(doc, slice_of(left), slice_of(who));
}

void paper_shift(const struct shift_facts *f, struct buf *ret_doc)
{
	const enum language l = f->language;
	char count[24];

	add_head(ret_doc, f->store_name, f->closed ? TILL_WORD_Z : TILL_WORD_X, l);
	doc_pair(ret_doc, slice_of(till_word(TILL_WORD_SHIFT, l)), slice_of(f->number));
	add_when(ret_doc, TILL_WORD_FROM, f->opened_ms, f->staff, l);
	add_when(ret_doc, TILL_WORD_UNTIL, f->now_ms, f->closer, l);
	text_fmt(count, sizeof(count), "%lld", (long long)f->handovers);
	doc_pair(ret_doc, slice_of(till_word(TILL_WORD_HANDOVERS, l)), slice_of(count));
	doc_text(ret_doc, 'R', "");
	add_kind(f, TILL_SALE, TILL_WORD_SALES, ret_doc);
	add_kind(f, TILL_REVERSAL, TILL_WORD_REVERSALS, ret_doc);
	add_kind(f, TILL_REFUND, TILL_WORD_REFUNDS, ret_doc);
	add_drawer(f, ret_doc);
	if (f->closed) {
		doc_text(ret_doc, 'F', "2");
		doc_text(ret_doc, 'T', till_word(TILL_WORD_SIGNED, l));
	}
	add_foot(ret_doc, l);
}
