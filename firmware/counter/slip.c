// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/slip.h"

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/slip_parts.h"
#include "firmware/counter/words.h"

#define TEXT_MAX 512
/* So that the longest order with the longest names still is a document: characters of a name. */
#define LINES_FEW     40
#define LINES_MANY    300
#define NAME_LONG     240
#define NAME_SHORT    60
#define NAME_SHORTEST 16

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

/* ---- what became of the goods ---- */

struct frame {
	const struct slip_facts *f;
	struct slip_sums sums;
	size_t name_max; /* characters of a name */
};

static void part_title(const struct frame *s, enum slip_part part, bool sum, char *dst, size_t cap)
{
	static const enum word words[SLIP_PARTS] = { WORD_SLIP_NOW, WORD_SLIP_BEFORE,
						     WORD_SLIP_WAITS, WORD_SLIP_MISSING };
	const int64_t until_ms = s->f->order->collect_by_ms;
	struct word_values v = { .tries = -1, .n = -1, .left = -1 };
	char when[WHEN_TEXT_MAX];
	struct buf b;

	if (!sum && until_ms > s->f->now_ms) {
		when_format(until_ms, when);
		v.time = when;
	}
	buf_init(&b, dst, cap);
	words_fill(word_text(words[part], s->f->language), &v, &b);
	if (!buf_str(&b))
		dst[0] = '\0';
}

/* Why it stays here although it is here: nobody shall take it for lost. */
static void add_kept(const struct slip_facts *f, int line, struct buf *doc)
{
	static const enum word words[] = { [KEPT_AGE] = WORD_SLIP_KEPT_AGE,
					   [KEPT_HOURS] = WORD_SLIP_KEPT_HOURS,
					   [KEPT_RECALLED] = WORD_SLIP_KEPT_RECALLED };
	const struct pickup_line *done = &f->done[line];
	struct word_values v = { .tries = -1, .n = done->kept, .left = -1 };
	char memory[TEXT_MAX];
	struct buf b;

	if (done->kept == 0 || done->why == KEPT_NOTHING || !f->order->lines[line].goods)
		return;
	buf_init(&b, memory, sizeof(memory));
	words_fill(word_text(words[done->why], f->language), &v, &b);
	doc_line(doc, 'T', buf_read(&b));
}

static void add_line(const struct frame *s, enum slip_part part, int i, struct buf *doc)
{
	const struct order_line *l = &s->f->order->lines[i];
	const struct slip_line mine = slip_line_of(s->f->order, s->f->done, i);
	char name[TEXT_MAX], left[TEXT_MAX + 32], money[MONEY_TEXT_MAX] = "";
	struct slice cut;

	if (mine.n[part] == 0)
		return;
	if (json_string(l->name, name, sizeof(name)) <= 0 &&
	    json_string(l->sku, name, sizeof(name)) <= 0)
		text_fmt(name, sizeof(name), "?");
	if (l->paid >= 0)
		money_format(mine.worth[part], s->f->language, money);
	cut = utf8_cut(slice_of(name), s->name_max);
	text_fmt(left, sizeof(left), "%lld x %.*s", (long long)mine.n[part], (int)cut.n, cut.p);
	doc_pair(doc, slice_of(left), slice_of(money));
	if (part == PART_NOW)
		add_swaps(s->f, i, doc);
	if (part == PART_MISSING)
		add_kept(s->f, i, doc);
}

/* All of it in one go needs no words. */
static bool is_whole(const struct slip_sums *sums)
{
	return sums->n[PART_BEFORE] == 0 && sums->n[PART_WAITS] == 0 && sums->n[PART_MISSING] == 0;
}

static void add_parts(const struct frame *s, struct buf *doc)
{
	char title[TEXT_MAX];

	for (int p = 0; p < SLIP_PARTS; p++) {
		if (s->sums.n[p] == 0)
			continue;
		part_title(s, (enum slip_part)p, false, title, sizeof(title));
		if (!is_whole(&s->sums))
			doc_text(doc, 'B', title);
		for (int i = 0; i < s->f->order->line_count; i++)
			add_line(s, (enum slip_part)p, i, doc);
	}
}

/* ---- sums ---- */

static void add_sum(const struct slip_facts *f, const char *what, int64_t amount, struct buf *doc)
{
	char money[MONEY_TEXT_MAX];

	money_format(amount, f->language, money);
	doc_pair(doc, slice_of(what), slice_of(money));
}

/* What the parts come to, and what of that is not the customer's to pay. */
static void add_part_sums(const struct frame *s, struct buf *doc)
{
	const struct slip_facts *f = s->f;
	const int64_t missing = s->sums.worth[PART_MISSING], back = s->sums.returned;
	char title[TEXT_MAX];

	for (int p = 0; p < SLIP_PARTS; p++) {
		part_title(s, (enum slip_part)p, true, title, sizeof(title));
		if (s->sums.n[p] > 0)
			add_sum(f, title, s->sums.worth[p], doc);
	}
	add_sum(f, word_text(WORD_SLIP_WHOLE, f->language), s->sums.total, doc);
	if (missing == 0 && back == 0)
		return;
	doc_text(doc, 'R', "");
	part_title(s, PART_MISSING, true, title, sizeof(title));
	if (missing > 0)
		add_sum(f, title, -missing, doc);
	if (back > 0)
		add_sum(f, word_text(WORD_SLIP_RETURNED, f->language), -back, doc);
	add_sum(f, word_text(WORD_SLIP_LEFT, f->language), s->sums.total - missing - back, doc);
}

static void add_refund(const struct slip_facts *f, enum word w, const char *tender, int64_t amount,
		       struct buf *doc)
{
	struct word_values v = { .item = tender, .tries = -1, .n = -1, .left = -1 };
	char memory[TEXT_MAX], day[DATE_TEXT_MAX];
	struct buf b;

	if (amount <= 0)
		return;
	date_format(calendar_day_of(f->refund_by_ms), day);
	v.time = day;
	buf_init(&b, memory, sizeof(memory));
	words_fill(word_text(w, f->language), &v, &b);
	add_sum(f, buf_str(&b) ? memory : "", -amount, doc);
}

static void add_payments(const struct slip_facts *f, struct buf *doc)
{
	char tender[TEXT_MAX], left[2 * TEXT_MAX];

	for (int i = 0; i < f->order->payment_count; i++) {
		const struct order_payment *p = &f->order->payments[i];
		const char *name;

		if (!p->captured)
			continue;
		if (json_string(p->tender, tender, sizeof(tender)) < 0)
			tender[0] = '\0';
		name = tender_text(tender, f->language);
		text_fmt(left, sizeof(left), "%s: %s", word_text(WORD_SLIP_PAID, f->language),
			 name);
		add_sum(f, left, p->amount, doc);
		add_refund(f, WORD_SLIP_REFUNDED, name, f->back[i].before, doc);
		add_refund(f, WORD_SLIP_REFUND, name, f->back[i].now, doc);
	}
}

static void add_sums(const struct frame *s, struct buf *doc)
{
	const struct slip_facts *f = s->f;

	doc_text(doc, 'R', "");
	if (s->sums.known && !is_whole(&s->sums))
		add_part_sums(s, doc);
	else if (f->order->total >= 0)
		add_sum(f,
			word_text(is_whole(&s->sums) ? WORD_SLIP_TOTAL : WORD_SLIP_WHOLE,
				  f->language),
			f->order->total, doc);
	add_payments(f, doc);
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
	struct frame frame = { .f = f, .sums = slip_sums_of(f->order, f->done) };
	char code[2 * ID_MAX + 8];

	frame.name_max = frame.sums.entries > LINES_MANY  ? NAME_SHORTEST
			 : frame.sums.entries > LINES_FEW ? NAME_SHORT
							  : NAME_LONG;
	add_header(f, ret_doc);
	add_parts(&frame, ret_doc);
	add_sums(&frame, ret_doc);
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
