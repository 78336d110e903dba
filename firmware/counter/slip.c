// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/slip.h"

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"
#include "firmware/counter/words.h"

#define TEXT_MAX 512
/* So that the longest order with the longest names still is a document: characters of a name. */
#define LINES_FEW  40
#define NAME_LONG  240
#define NAME_SHORT 60

void when_format(int64_t at_ms, char dst[WHEN_TEXT_MAX])
{
	struct local_time t = time_local(at_ms);

	text_fmt(dst, WHEN_TEXT_MAX, "%04d-%02d-%02d %02d:%02d", t.year % 10000, t.month, t.day,
		 t.hour, t.minute);
}

void when_clock(int64_t at_ms, int64_t now_ms, char dst[WHEN_TEXT_MAX])
{
	struct local_time t = time_local(at_ms), now = time_local(now_ms);

	if (t.year == now.year && t.month == now.month && t.day == now.day)
		text_fmt(dst, WHEN_TEXT_MAX, "%02d:%02d", t.hour, t.minute);
	else
		when_format(at_ms, dst);
}

static void add_texts(struct buf *doc, char command, struct json lines)
{
	struct json_walk w = json_walk(lines);
	char text[TEXT_MAX];

	while (json_next(&w))
		if (json_string(w.value, text, sizeof(text)) > 0)
			doc_text(doc, command, text);
}

static void add_header(const struct slip_facts *f, struct buf *doc)
{
	struct json header = json_get(f->texts, "header");
	char number[TEXT_MAX], when[WHEN_TEXT_MAX];

	doc_text(doc, 'G', "");
	if (json_count(header))
		add_texts(doc, 'C', header);
	else
		doc_text(doc, 'C', f->store_name);
	doc_text(doc, 'F', "1");
	doc_text(doc, 'H', word_text(WORD_SLIP_TITLE, f->language));
	order_number(f->order, number, sizeof(number));
	doc_pair(doc, slice_of(word_text(WORD_SLIP_ORDER, f->language)), slice_of(number));
	when_format(f->now_ms, when);
	doc_pair(doc, slice_of(when), slice_of(f->lane));
	doc_pair(doc, slice_of(word_text(WORD_SLIP_STAFF, f->language)), slice_of(f->staff));
	doc_text(doc, 'R', "");
}

static void add_swaps(const struct slip_facts *f, int line, struct buf *doc)
{
	for (int i = 0; i < f->swap_count; i++) {
		struct word_values v = { .tries = -1, .n = f->swaps[i].qty, .left = -1 };
		char memory[TEXT_MAX];
		struct buf b;

		if (f->swaps[i].line != line)
			continue;
		v.item = f->swaps[i].name;
		buf_init(&b, memory, sizeof(memory));
		words_fill(word_text(WORD_SLIP_SWAP, f->language), &v, &b);
		doc_line(doc, 'T', buf_read(&b));
	}
}

static void add_line(const struct slip_facts *f, int i, struct buf *doc)
{
	const struct order_line *l = &f->order->lines[i];
	int64_t leaves = l->goods ? pickup_leaves(l, f->done[i]) : l->qty;
	char name[TEXT_MAX], left[TEXT_MAX + 32], money[MONEY_TEXT_MAX] = "";
	struct slice cut;

	if (json_string(l->name, name, sizeof(name)) <= 0 &&
	    json_string(l->sku, name, sizeof(name)) <= 0)
		text_fmt(name, sizeof(name), "?");
	if (l->paid >= 0 && leaves > 0) {
		int64_t from = l->goods ? l->handed + l->short_ + f->done[i].short_ : 0;

		if (from + leaves > l->qty)
			from = l->qty - leaves;
		money_format(money_part(l->paid, l->qty, from, leaves), f->language, money);
	}
	cut = utf8_cut(slice_of(name), f->order->line_count > LINES_FEW ? NAME_SHORT : NAME_LONG);
	text_fmt(left, sizeof(left), "%lld x %.*s", (long long)leaves, (int)cut.n, cut.p);
	if (leaves > 0)
		doc_pair(doc, slice_of(left), slice_of(money));
	add_swaps(f, i, doc);
	if (l->goods && f->done[i].short_ > 0) {
		struct word_values v = { .tries = -1, .n = f->done[i].short_, .left = -1 };
		char memory[TEXT_MAX];
		struct buf b;

		/* Only what HQ was asked to pay back is promised. */
		money_format(refund_of_pieces(l, f->done[i].short_), f->language, money);
		v.item = f->refunds && l->paid >= 0 ? money : NULL;
		buf_init(&b, memory, sizeof(memory));
		words_fill(word_text(WORD_SLIP_SHORT, f->language), &v, &b);
		doc_pair(doc, cut, slice_of(""));
		doc_line(doc, 'T', buf_read(&b));
	}
}

static void add_payments(const struct slip_facts *f, struct buf *doc)
{
	char money[MONEY_TEXT_MAX], tender[64], left[TEXT_MAX];

	doc_text(doc, 'R', "");
	if (f->order->total >= 0) {
		money_format(f->order->total, f->language, money);
		doc_pair(doc, slice_of(word_text(WORD_SLIP_TOTAL, f->language)), slice_of(money));
	}
	for (int i = 0; i < f->order->payment_count; i++) {
		const struct order_payment *p = &f->order->payments[i];

		if (!p->captured)
			continue;
		if (json_string(p->tender, tender, sizeof(tender)) < 0)
			tender[0] = '\0';
		money_format(p->amount, f->language, money);
		text_fmt(left, sizeof(left), "%s: %s", word_text(WORD_SLIP_PAID, f->language),
			 tender_text(tender, f->language));
		doc_pair(doc, slice_of(left), slice_of(money));
	}
}

static void add_points(const struct slip_facts *f, struct buf *doc)
{
	char number[24];

	if (!f->member)
		return;
	doc_text(doc, 'R', "");
	text_fmt(number, sizeof(number), "%lld", (long long)f->points_earned);
	doc_pair(doc, slice_of(word_text(WORD_SLIP_EARNED, f->language)), slice_of(number));
	text_fmt(number, sizeof(number), "%lld", (long long)f->points);
	doc_pair(doc, slice_of(word_text(WORD_SLIP_BALANCE, f->language)), slice_of(number));
}

void slip_pickup(const struct slip_facts *f, struct buf *ret_doc)
{
	char code[2 * ID_MAX + 8];

	add_header(f, ret_doc);
	for (int i = 0; i < f->order->line_count; i++)
		add_line(f, i, ret_doc);
	add_payments(f, ret_doc);
	add_points(f, ret_doc);
	doc_text(ret_doc, 'R', "");
	doc_text(ret_doc, 'C', word_text(WORD_SLIP_RETURN_HINT, f->language));
	text_fmt(code, sizeof(code), "LR.%.*s.%s", (int)f->order->id.n, f->order->id.p,
		 f->document);
	doc_text(ret_doc, 'Q', code);
	add_texts(ret_doc, 'C', json_get(f->texts, "footer"));
	add_texts(ret_doc, 'T', json_get(f->texts, "terms"));
	doc_text(ret_doc, 'C', word_text(WORD_SLIP_NOT_RECEIPT, f->language));
	doc_text(ret_doc, 'X', "");
}
