// SPDX-License-Identifier: Apache-2.0
/* What a scan does at a desk, in each of its modes. */
#include <string.h>

#include "firmware/station.h"

static void scan_gtin(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char sku[ID_MAX + 1], name[256] = "";
	struct record r;
	struct json body;

	if (!product_by_gtin(st, s, sku)) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	if (store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	    json_check(r.body, &body) == 0)
		json_string(json_get(json_get(body, "name"), language_code(desk->language)), name,
			    sizeof(name));
	v.item = name[0] ? name : sku;
	if (c->desk == DESK_COUNTER)
		text_fmt(desk->product, sizeof(desk->product), "%s", sku);
	notice_word(st, c->desk, NOTICE_GOOD, "product", WORD_PRODUCT, WORD_PRODUCT, &v);
	answer_ok(st, c, "");
}

static int line_of_gtin(struct station *st, const struct scan *s, enum desk desk)
{
	char text[64], gtin14[15], sku[ID_MAX + 1] = "";
	int found = -1;

	if (!product_by_gtin(st, s, sku))
		sku[0] = '\0';
	pickup_done_load(st, desk);
	/* The same product may stand in two lines: fill the first that still wants a piece. */
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		bool same = (json_string(l->gtin, text, sizeof(text)) > 0 &&
			     gtin_pad(slice_of(text), gtin14) && !strcmp(gtin14, s->gtin14)) ||
			    (sku[0] && json_is(l->sku, sku));

		if (!same || !l->goods)
			continue;
		if (pickup_check(l, st->done[i], 1) == REASON_NONE)
			return i;
		found = i;
	}
	return found;
}

static void scan_in_pickup(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	enum reason r = REASON_ITEM_UNKNOWN;
	int line;

	v.order = desk->row.order;
	if (!order_load(st, slice_of(desk->row.order))) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	if (s->kind != SCAN_GTIN) {
		r = pickup_check_parcel(st, c->desk, s->text);
	} else {
		line = line_of_gtin(st, s, c->desk);
		if (line >= 0)
			r = pickup_check_pieces(st, c->desk, line, 1);
	}
	if (r != REASON_NONE) {
		answer_no(st, c, 409, r, &v);
		return;
	}
	notice_clear(st, c->desk);
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	answer_ok(st, c, "");
}

static void scan_text(struct station *st, const struct call *c, const struct scan *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char order[ID_MAX + 1];

	if (!order_named(st, s->text, order)) {
		pickup_refuse(st, c, REASON_NOT_FOUND, "", "code", &v);
		return;
	}
	desk->row = (struct desk_row){ 0 };
	text_fmt(desk->row.order, sizeof(desk->row.order), "%s", order);
	desk_set_mode(st, c->desk, MODE_ASKING);
	v.order = order;
	notice_word(st, c->desk, NOTICE_ATTENTION, "asking", WORD_ASK_CODE, WORD_ASK_CODE, &v);
	answer_ok(st, c, "\"asking\":true");
}

static void scan_text_in_pickup(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	char order[ID_MAX + 1];

	/* A carrier's label is a parcel's label in any form it likes. */
	if (order_load(st, slice_of(st->desks[c->desk].row.order)) &&
	    pickup_has_parcel(st, s->text)) {
		scan_in_pickup(st, c, s);
		return;
	}
	/* The order that is open, scanned again, changes nothing. */
	if (!order_named(st, s->text, order))
		answer_no(st, c, 409, REASON_ITEM_UNKNOWN, &v);
	else if (!strcmp(order, st->desks[c->desk].row.order))
		answer_ok(st, c, "");
	else
		answer_no(st, c, 409, REASON_BUSY, &v);
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
	case SCAN_PARCEL:
		if (desk->mode == MODE_PICKUP)
			scan_in_pickup(st, c, s);
		else if (s->kind == SCAN_GTIN)
			scan_gtin(st, c, s);
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

	if (gtin_pad(s->text, s->gtin14) && product_by_gtin(st, s, id))
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
	struct scan s;

	st->counters.scans++;
	if (st->desks[c->desk].waiting.active) {
		if (!keep_scan(st, c, text, sym))
			answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	scan_read(text, sym, &s);
	if (s.kind == SCAN_CARD_LIKE)
		desk_resolve_card_like(st, &s);
	if (c->desk == DESK_COUNTER && !c->session.valid && s.kind != SCAN_BADGE) {
		answer_no(st, c, 409, REASON_FORBIDDEN, &v);
		return;
	}
	scan_by_kind(st, c, &s);
}
