// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/pick_slip.h"

#include "firmware/base/doc.h"
#include "firmware/counter/parcel.h"
#include "firmware/counter/prep.h"
#include "firmware/counter/slip.h"
#include "firmware/counter/words.h"

#define TEXT_MAX 512
#define NAME_MAX 60 /* characters; 300 lines still fit on one document */

static void add_word_pair(struct buf *doc, enum word w, enum language l, const char *right)
{
	doc_pair(doc, slice_of(word_text(w, l)), slice_of(right));
}

static void add_number(const struct pick_slip_facts *f, struct buf *doc)
{
	char number[TEXT_MAX];

	order_number(f->order, number, sizeof(number));
	doc_text(doc, 'H', number);
}

static void add_customer(const struct pick_slip_facts *f, struct buf *doc)
{
	char name[TEXT_MAX];

	if (json_string(json_get(f->order->customer, "name"), name, sizeof(name)) > 0)
		doc_line(doc, 'C', utf8_cut(slice_of(name), NAME_MAX));
}

void pick_slip_begin(const struct pick_slip_facts *f, struct buf *doc)
{
	char when[WHEN_TEXT_MAX];

	doc_text(doc, 'C', word_text(WORD_PICK_TITLE, f->language));
	add_number(f, doc);
	add_customer(f, doc);
	if (f->order->promised_ms) {
		when_clock(f->order->promised_ms, f->now_ms, when);
		add_word_pair(doc, WORD_PICK_PROMISED, f->language, when);
	}
	when_format(f->now_ms, when);
	doc_pair(doc, slice_of(when), slice_of(f->lane));
	doc_pair(doc, slice_of(f->store_name), slice_of(f->staff));
	doc_text(doc, 'R', "");
}

void pick_slip_line(const struct pick_slip_facts *f, int line, const char *place, struct buf *doc)
{
	const struct order_line *l = &f->order->lines[line];
	const int64_t open = prep_line_of(l).open;
	char name[TEXT_MAX], left[TEXT_MAX + 32], gtin[TEXT_MAX];
	struct slice cut;

	if (open == 0)
		return;
	if (json_string(l->name, name, sizeof(name)) <= 0 &&
	    json_string(l->sku, name, sizeof(name)) <= 0)
		text_fmt(name, sizeof(name), "?");
	cut = utf8_cut(slice_of(name), NAME_MAX);
	text_fmt(left, sizeof(left), "[ ] %lld x %.*s", (long long)open, (int)cut.n, cut.p);
	doc_pair(doc, slice_of(left), slice_of(place));
	if (json_string(l->gtin, gtin, sizeof(gtin)) > 0)
		doc_pair(doc, slice_of(""), slice_of(gtin));
}

static void add_code(const struct pick_slip_facts *f, int64_t n, struct buf *doc)
{
	char code[2 * ID_MAX];

	parcel_label_text(f->order->id, n, code, sizeof(code));
	doc_text(doc, 'Q', code);
}

void pick_slip_end(const struct pick_slip_facts *f, struct buf *doc)
{
	doc_text(doc, 'R', "");
	add_code(f, 0, doc);
	doc_text(doc, 'X', "");
}

void parcel_label(const struct pick_slip_facts *f, int64_t n, int64_t count, const char *shelf,
		  struct buf *doc)
{
	char of[48];

	add_number(f, doc);
	if (f->order->ships)
		doc_text(doc, 'H', word_text(WORD_COURIER, f->language));
	add_customer(f, doc);
	add_word_pair(doc, WORD_SHELF, f->language, shelf);
	text_fmt(of, sizeof(of), "%lld/%lld", (long long)n, (long long)count);
	add_word_pair(doc, WORD_PICK_PARCEL, f->language, of);
	add_code(f, n, doc);
	doc_text(doc, 'C', f->store_name);
	doc_text(doc, 'X', "");
}
