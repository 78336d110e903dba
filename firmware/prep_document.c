// SPDX-License-Identifier: Apache-2.0
/* Member `prep` of the counter's document: what is being prepared, and what to do next. */
#include <string.h>

#include "firmware/orders.h"
#include "firmware/prep_inside.h"
#include "firmware/privacy.h"

static void write_product(struct station *st, struct buf *b, const char *sku, bool name)
{
	const enum language l = st->desks[DESK_COUNTER].language;
	struct json body = { 0 };
	struct record r;

	if (!sku[0] || !store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		body = (struct json){ 0 };
	if (name)
		jw_value(b, "name", json_get(json_get(body, "name"), language_code(l)));
	jw_value(b, "location", json_get(body, "location"));
	if (json_get(body, "hint").type != JSON_NONE)
		jw_value(b, "hint", json_get(body, "hint"));
	if (json_is(json_get(body, "blocked"), "recall"))
		jw_bool(b, "recalled", true);
}

static void write_swaps(struct station *st, struct buf *b, const struct order_line *l)
{
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);

	jw_open(b, "substituted", '[');
	for (int i = 0; i < n; i++) {
		jw_open(b, NULL, '{');
		jw_str(b, "gtin", swaps[i].gtin);
		jw_str(b, "sku", swaps[i].sku);
		jw_int(b, "qty", swaps[i].qty);
		write_product(st, b, swaps[i].sku, true);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void write_line(struct station *st, struct buf *b, const struct order_line *l, bool kept)
{
	const struct prep_line p = prep_line_of(l);
	enum prep_then then;
	char sku[ID_MAX + 1];
	int64_t qty;

	if (json_string(l->sku, sku, sizeof(sku)) < 0)
		sku[0] = '\0';
	jw_open(b, NULL, '{');
	jw_value(b, "line", l->id);
	jw_value(b, "sku", l->sku);
	jw_value(b, "gtin", l->gtin);
	jw_value(b, "name", l->name);
	write_product(st, b, sku, false);
	jw_int(b, "qty", p.wanted);
	jw_int(b, "picked", l->picked > l->handed ? l->picked - l->handed : 0);
	jw_int(b, "short", l->short_);
	jw_int(b, "open", p.open);
	jw_int(b, "put_back", kept ? l->kept : p.back);
	write_swaps(st, b, l);
	jw_str(b, "substitutes",
	       json_is(json_get(l->json, "substitutes"), "no")	      ? "no"
	       : json_is(json_get(l->json, "substitutes"), "similar") ? "similar"
								      : "ask");
	if (prep_missing(l, &then, &qty)) {
		jw_open(b, "missing", '{');
		jw_int(b, "qty", qty);
		jw_str(b, "then", prep_then_name(then));
		jw_value(b, "reason", json_get(l->missing, "reason"));
		jw_close(b, '}');
	} else {
		jw_null(b, "missing");
	}
	jw_close(b, '}');
}

static void write_by(struct station *st, struct buf *b)
{
	char name[128];
	struct prep_by by;
	enum role role;

	if (!prep_taken_by(st, st->order.id, &by)) {
		jw_null(b, "by");
		return;
	}
	if (!staff_name(st, by.staff, name, sizeof(name), &role))
		text_fmt(name, sizeof(name), "%s", by.staff);
	jw_open(b, "by", '{');
	jw_str(b, "id", by.staff);
	jw_str(b, "name", name);
	jw_str(b, "lane", by.lane);
	jw_close(b, '}');
}

static const char *asks_now(struct station *st, const char *work)
{
	if (!strcmp(work, PREP_BACK) || !strcmp(work, PREP_KEPT))
		return "put_back";
	if (!strcmp(work, PREP_PARCEL))
		return "shelf";
	return gone_any(st, DESK_COUNTER) ? "put_back" : prep_asks_name(prep_asks(&st->order));
}

static void write_label(struct station *st, struct buf *b)
{
	char text[2 * PARCEL_LABEL_MAX];
	struct json label;

	if (store_work_extra(st->store, DESK_COUNTER, slice_of(PREP_LABEL), text, sizeof(text)) &&
	    json_check(slice_of(text), &label) == 0)
		jw_value(b, "label", label);
}

static void write_head(struct station *st, struct buf *b, const char *work)
{
	const struct order *o = &st->order;
	char number[128], promised[TIME_TEXT_MAX];

	order_number(o, number, sizeof(number));
	jw_slice(b, "order", o->id);
	jw_str(b, "number", number);
	jw_str(b, "work", work);
	jw_str(b, "asks", asks_now(st, work));
	jw_str(b, "status", order_status_name(o->status));
	jw_str(b, "claim", serving_state(st));
	write_by(st, b);
	if (o->promised_ms) {
		time_format(o->promised_ms, promised);
		jw_str(b, "promised", promised);
	} else {
		jw_null(b, "promised");
	}
	jw_shown(b, "customer", PERSONAL_NAME, viewer_at(st, DESK_COUNTER),
		 json_get(o->customer, "name"));
	jw_value(b, "shelf", o->shelf);
	jw_bool(b, "ship", o->ships);
	jw_shown(b, "note", PERSONAL_TEXT, viewer_at(st, DESK_COUNTER), json_get(o->body, "note"));
	if (o->parcels.type == JSON_ARRAY)
		jw_value(b, "parcels", o->parcels);
	else
		jw_raw(b, "parcels", slice_of("[]"));
}

void prep_document(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	bool kept;

	if (desk->mode != MODE_PREP || !order_load(st, slice_of(desk->row.order))) {
		jw_null(b, "prep");
		return;
	}
	kept = !strcmp(desk->row.method, PREP_KEPT);
	jw_open(b, "prep", '{');
	write_head(st, b, desk->row.method);
	if (!strcmp(desk->row.method, PREP_PARCEL))
		write_label(st, b);
	jw_open(b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++)
		if (kept ? st->order.lines[i].kept > 0
			 : st->order.lines[i].goods && !st->order.lines[i].boxed)
			write_line(st, b, &st->order.lines[i], kept);
	jw_close(b, ']');
	gone_document(st, b);
	jw_close(b, '}');
}
