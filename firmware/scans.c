// SPDX-License-Identifier: Apache-2.0
/* What a scan does at a desk, in each of its modes. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/counter/prep.h"
#include "firmware/desk.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/prep.h"
#include "firmware/returns.h"
#include "firmware/station.h"
#include "firmware/survey.h"
#include "firmware/stock.h"
#include "firmware/story.h"
#include "firmware/training.h"

static void scan_gtin(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char sku[ID_MAX + 1], name[256] = "";
	struct record r;
	struct json body;

	if (!product_by_code(st, &s->code, sku)) {
		answer_said(st, c, 409, REASON_NOT_FOUND, WORD_PRODUCT_UNKNOWN);
		return;
	}
	if (store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	    json_check(r.body, &body) == 0)
		json_string(json_get(json_get(body, "name"), language_code(desk->language)), name,
			    sizeof(name));
	v.item = name[0] ? name : sku;
	text_fmt(desk->product, sizeof(desk->product), "%s", sku);
	story_look(st, c, CONTACT_STOCK, "");
	notice_word(st, c->desk, NOTICE_GOOD, "product", WORD_PRODUCT, WORD_PRODUCT, &v);
	answer_ok(st, c, "");
}

static enum line_fit pickup_fit(const struct station *st, int line, int64_t pieces)
{
	const struct order_line *l = &st->order.lines[line];

	return pickup_check(l, st->done[line], pieces) == REASON_NONE ? LINE_WANTS : LINE_FULL;
}

static int line_of_code(struct station *st, const struct barcode *b, enum desk desk,
			int64_t *ret_pieces)
{
	pickup_done_load(st, desk);
	return order_line_of_code(st, b, true, pickup_fit, ret_pieces);
}

/* Refused: a number too large for a line is a surplus like any other. */
static enum reason check_scanned(struct station *st, enum desk desk, int line, int64_t pieces,
				 struct word_values *v)
{
	const struct order_line *l = &st->order.lines[line];
	const enum reason r = pieces > ORDER_QTY_MAX ? REASON_ITEM_SURPLUS
						     : pickup_check_pieces(st, desk, line, pieces);

	if (r == REASON_ITEM_SURPLUS && pieces > 1) {
		v->n = pieces;
		v->left = pickup_leaves(l, st->done[line]) - st->done[line].checked;
	}
	return r;
}

/* How a parcel of the open order is labelled: the text itself, or the SSCC in it. */
static bool parcel_label(const struct station *st, const struct scan *s, struct slice *ret_label)
{
	*ret_label = s->text;
	if (pickup_has_parcel(st, *ret_label))
		return true;
	*ret_label = slice_of(s->code.sscc);
	return s->code.sscc[0] && pickup_has_parcel(st, *ret_label);
}

/* An order's number scanned while one is open: that one changes nothing, another has to wait. */
static bool scan_names_order(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	char order[ID_MAX + 1];

	if (!order_named(st, s->text, order))
		return false;
	if (!strcmp(order, st->desks[c->desk].row.order))
		answer_ok(st, c, "");
	else
		answer_no(st, c, 409, REASON_BUSY, &v);
	return true;
}

static void scan_in_pickup(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	enum reason r = REASON_ITEM_UNKNOWN;
	struct slice label;
	int64_t pieces = 1;
	int line = -1;

	v.order = desk->row.order;
	if (!order_load(st, slice_of(desk->row.order))) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	if (parcel_label(st, s, &label)) {
		r = pickup_check_parcel(st, c->desk, label);
	} else if (s->kind == SCAN_GTIN &&
		   (line = line_of_code(st, &s->code, c->desk, &pieces)) >= 0) {
		r = check_scanned(st, c->desk, line, pieces, &v);
		if (r == REASON_NONE && s->code.serial[0])
			r = pickup_add_serial(st, c->desk, line, slice_of(s->code.serial));
		r = r == REASON_ITEM_UNKNOWN ? REASON_NONE : r; /* its serials are not kept */
	} else if (scan_names_order(st, c, s)) {
		return;
	}
	if (r != REASON_NONE) {
		answer_no(st, c, 409, r, &v);
		return;
	}
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	answer_ok(st, c, "");
}

/* So many digits are an item's, and they fit no check digit, or they would be one. */
static bool gtin_misread(struct slice text)
{
	return text_digits(text) && (text.n == 8 || (text.n >= 12 && text.n <= 14));
}

static void scan_text(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char order[ID_MAX + 1], number[128];

	if (!order_named(st, s->text, order)) {
		if (c->desk == DESK_COUNTER && gtin_misread(s->text))
			words_say(&v, WORD_NO_ITEM_CODE, WORD_NO_ITEM_CODE);
		pickup_refuse(st, c, REASON_NOT_FOUND, "", "code", &v);
		return;
	}
	desk->row = (struct desk_row){ 0 };
	text_fmt(desk->row.order, sizeof(desk->row.order), "%s", order);
	desk_set_mode(st, c->desk, MODE_ASKING);
	text_fmt(number, sizeof(number), "%s", order);
	if (order_load(st, slice_of(order)))
		order_number(&st->order, number, sizeof(number));
	v.order = number;
	notice_word(st, c->desk, NOTICE_ATTENTION, "asking", WORD_ASK_CODE, WORD_ASK_CODE, &v);
	answer_ok(st, c, "\"asking\":true");
}

static void scan_text_in_pickup(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();

	enum reason r = REASON_ITEM_UNKNOWN;
	bool known = order_load(st, slice_of(st->desks[c->desk].row.order));

	/* A carrier's label is a parcel's label in any form it likes. */
	if (known && pickup_has_parcel(st, s->text)) {
		scan_in_pickup(st, c, s);
		return;
	}
	if (scan_names_order(st, c, s))
		return;
	/* Behind a piece whose serial number is kept comes that number. */
	known = order_load(st, slice_of(st->desks[c->desk].row.order));
	if (known)
		pickup_done_load(st, c->desk);
	if (!known || !pickup_take_serial(st, c->desk, s->text, &r) || r != REASON_NONE) {
		answer_no(st, c, 409, r, &v);
		return;
	}
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	answer_ok(st, c, "");
}

/* A customer's number (the KID of e-paragon, a GSRN) is not known to be anybody's here yet. It may
 * be an order's or a parcel's all the same; it is never an unknown product. */
static void scan_customer(struct station *st, const struct call *c, const struct scan *s)
{
	bool pickup = st->desks[c->desk].mode == MODE_PICKUP;
	struct word_values v = words_none();
	char order[ID_MAX + 1];
	struct slice label;

	if (order_named(st, s->text, order) ||
	    (pickup && order_load(st, slice_of(st->desks[c->desk].row.order)) &&
	     parcel_label(st, s, &label))) {
		if (pickup)
			scan_text_in_pickup(st, c, s);
		else
			scan_text(st, c, s);
		return;
	}
	answer_no(st, c, 409, REASON_NOT_FOUND, &v);
}

/* A product's code; or an order's number that happens to look like one. */
static void scan_product(struct station *st, const struct call *c, const struct scan *s)
{
	char id[ID_MAX + 1];

	if (st->desks[c->desk].mode == MODE_PICKUP)
		scan_in_pickup(st, c, s);
	else if (!product_by_code(st, &s->code, id) && order_named(st, s->text, id))
		scan_text(st, c, s);
	else
		scan_gtin(st, c, s);
}

static bool keep_scan(struct station *st, const struct call *c, struct slice text,
		      enum symbology sym)
{
	struct desk_state *d = &st->desks[c->desk];
	struct kept_scan *k = &d->kept[d->kept_count];

	if (d->kept_count == SCANS_KEPT_MAX || text.n > sizeof(k->text))
		return false;
	*k = (struct kept_scan){ .call = *c, .symbology = sym, .n = text.n };
	memcpy(k->text, text.p, text.n);
	d->kept_count++;
	return true;
}

static void scan_by_kind(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	if (count_scan(st, c, s) || prep_scan(st, c, s) || return_scan(st, c, s) ||
	    loyalty_scan(st, c, s))
		return;
	switch (s->kind) {
	case SCAN_NOTHING:
		answer_no(st, c, 409, REASON_UNREADABLE, &v);
		return;
	case SCAN_PICKUP:
		pickup_scan_code(st, c, s->text);
		return;
	case SCAN_BADGE:
		staff_badge(st, c, s);
		return;
	case SCAN_PIN:
		if (desk->mode == MODE_ASKING)
			pickup_try_pin(st, c, desk->row.order, s->text);
		else if (desk->mode == MODE_PICKUP)
			scan_text_in_pickup(st, c, s);
		else
			scan_text(st, c, s);
		return;
	case SCAN_GTIN:
		scan_product(st, c, s);
		return;
	case SCAN_CUSTOMER:
		scan_customer(st, c, s);
		return;
	case SCAN_PARCEL:
	case SCAN_SSCC:
		if (desk->mode == MODE_PICKUP)
			scan_in_pickup(st, c, s);
		else
			scan_text(st, c, s);
		return;
	case SCAN_CARD_LIKE:
		answer_no(st, c, 409, REASON_CARD_NUMBER_REFUSED, &v);
		return;
	case SCAN_SLIP:
	case SCAN_SHELF:
	case SCAN_MEMBER:
	case SCAN_TEXT:
		if (desk->mode == MODE_PICKUP)
			scan_text_in_pickup(st, c, s);
		else
			scan_text(st, c, s);
		return;
	}
}

void desk_resolve_card_like(struct station *st, struct scan *s)
{
	int64_t loyalty = store_cursor(st->store, STREAM_LOYALTY).gen;
	char id[ID_MAX + 1], card[ID_MAX + 1] = "";
	struct record member;

	s->code = (struct barcode){ .kind = BARCODE_ITEM, .pieces = -1 };
	if (gtin_pad(s->text, s->code.gtin14) && product_by_code(st, &s->code, id))
		s->kind = SCAN_GTIN;
	else if (order_named(st, s->text, id))
		s->kind = SCAN_TEXT;
	else if (store_find(st->store, STREAM_LOYALTY, s->text, &member) ||
		 store_lookup_next(st->store, loyalty, LOOKUP_CARD, s->text, card))
		s->kind = SCAN_MEMBER;
	if (s->kind == SCAN_MEMBER)
		s->first = s->text;
}

void desk_scan(struct station *st, const struct call *c, struct slice text, enum symbology sym)
{
	struct word_values v = words_none();
	struct barcode_rules rules;
	struct scan s;

	const bool alone = !st->doing.verb; /* no verb that scans */

	if (c->desk == DESK_KIOSK)
		survey_somebody_comes(st);
	st->counters.scans++;
	if (st->desks[c->desk].waiting.active || loyalty_waits(st, c->desk)) {
		if (!keep_scan(st, c, text, sym))
			answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	rules = barcode_rules_now(st);
	scan_read(text, sym, &rules, &s);
	if (s.code.fault != FAULT_NONE)
		log_notice("scan: a code breaks its rules%s%s: %s",
			   s.code.fault_ai[0] ? ", AI " : "", s.code.fault_ai,
			   code_fault_name(s.code.fault));
	if (s.kind == SCAN_CARD_LIKE)
		desk_resolve_card_like(st, &s);
	if (c->desk == DESK_COUNTER && !c->session.valid && s.kind != SCAN_BADGE) {
		words_say(&v, WORD_NO_LOG_IN, WORD_NO_LOG_IN);
		answer_no(st, c, 409, REASON_FORBIDDEN, &v);
		return;
	}
	approval_forget(st, c->desk);
	if (training_refuses_scan(st, c, &s))
		return;
	if (alone)
		approval_doing(st, "", text, sym);
	scan_by_kind(st, c, &s);
	if (alone)
		st->doing.verb = NULL;
}
