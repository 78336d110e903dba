// SPDX-License-Identifier: Apache-2.0
/* What preparing does to the books: lines, parcels, shelf and status of an order, as HQ has them.
 */
#include "tests/property/books.h"

#include <string.h>

static bool status_is(const struct event *e, const char *status)
{
	return strcmp(e->order->status, status) == 0;
}

static bool any_swap(const struct book_line *l)
{
	for (int i = 0; i < SKUS; i++)
		if (l->swaps[i] > 0)
			return true;
	return false;
}

static void claimed(struct event *e)
{
	if (status_is(e, "placed") || status_is(e, "expired"))
		e->order->status = "picking";
}

static void released(struct event *e)
{
	bool done = false;

	for (int i = 0; i < e->order->line_count; i++) {
		const struct book_line *l = &e->order->lines[i];

		done = done || l->picked > 0 || l->short_ > 0 || any_swap(l);
	}
	if (!done && status_is(e, "picking"))
		e->order->status = "placed";
}

static void picked(struct event *e)
{
	struct book_line *l = book_line(e, e->body);

	if (status_is(e, "placed"))
		e->order->status = "picking";
	if (!l)
		return;
	l->picked += book_number(e->body, "qty");
	if (book_lawful(e) && (l->picked < 0 || l->picked > l->qty))
		run_fail(e->r, "picked", "%s: %lld of %lld are picked", e->id, (long long)l->picked,
			 (long long)l->qty);
}

static void was_short(struct event *e)
{
	const struct json then = json_get(e->body, "then");
	struct book_line *l = book_line(e, e->body);
	int64_t left = 0, kept = 0;

	if (!l || (!json_is(then, "refund") && !json_is(then, "cancel")))
		return;
	l->short_ += book_number(e->body, "qty");
	if (book_lawful(e) && l->handed + l->short_ > l->qty)
		run_fail(e->r, "short", "%s: %lld are short and %lld handed over of %lld", e->id,
			 (long long)l->short_, (long long)l->handed, (long long)l->qty);
	for (int i = 0; i < e->order->line_count; i++) {
		const struct book_line *o = &e->order->lines[i];

		if (o->gone || o->kind > GIFT_CARD)
			continue;
		left += o->qty - o->handed - o->short_;
		kept += o->handed;
	}
	if (left <= 0 && kept == 0 && (status_is(e, "placed") || status_is(e, "picking")))
		e->order->status = "cancelled";
}

static void substituted(struct event *e)
{
	struct book_line *l = book_line(e, e->body);

	for (int i = 0; l && i < SKUS; i++)
		if (json_is(json_get(e->body, "gtin"), sku_gtins[i]))
			l->swaps[i] += book_number(e->body, "qty");
}

static int parcel_find(const struct book_order *o, const char *label)
{
	for (int i = 0; i < o->parcel_count; i++)
		if (!strcmp(o->parcels[i].label, label))
			return i;
	return -1;
}

static void set_parcel(struct event *e, const char *state)
{
	char label[40] = "", shelf[ID_MAX + 1] = "";
	int i;

	json_string(json_get(e->body, "label"), label, sizeof(label));
	json_string(json_get(e->body, "shelf"), shelf, sizeof(shelf));
	i = parcel_find(e->order, label);
	if (i < 0)
		return;
	e->order->parcels[i].state = state;
	text_fmt(e->order->parcels[i].shelf, sizeof(e->order->parcels[i].shelf), "%s", shelf);
}

static void parcel_received(struct event *e)
{
	set_parcel(e, "arrived");
}

static void parcel_staged(struct event *e)
{
	set_parcel(e, "staged");
}

static void parcel_problem(struct event *e)
{
	static const char *const problems[] = { "missing", "damaged", "sent_back" };

	for (size_t i = 0; i < COUNT_OF(problems); i++)
		if (json_is(json_get(e->body, "problem"), problems[i]))
			set_parcel(e, problems[i]);
}

static void pack(struct event *e, struct json told, const char *shelf)
{
	struct book_order *o = e->order;

	for (struct json_walk w = json_walk(told); json_next(&w);) {
		char label[40];

		if (json_string(w.value, label, sizeof(label)) <= 0 || parcel_find(o, label) >= 0 ||
		    o->parcel_count == PARCELS_MAX)
			continue;
		text_fmt(o->parcels[o->parcel_count].label, sizeof(label), "%s", label);
		text_fmt(o->parcels[o->parcel_count].shelf, ID_MAX + 1, "%s", shelf);
		o->parcels[o->parcel_count].packed = true;
		o->parcels[o->parcel_count++].state = "staged";
	}
}

static void staged(struct event *e)
{
	char shelf[ID_MAX + 1] = "";

	if (json_string(json_get(e->body, "shelf"), shelf, sizeof(shelf)) > 0)
		text_fmt(e->order->shelf, sizeof(e->order->shelf), "%s", shelf);
	pack(e, json_get(e->body, "parcels"), shelf);
	if (!json_true(json_get(e->body, "rest")) &&
	    (status_is(e, "placed") || status_is(e, "picking") || status_is(e, "in_transit") ||
	     status_is(e, "expired")))
		e->order->status = "ready";
}

static void unstaged(struct event *e)
{
	struct book_order *o = e->order;
	int kept = 0;

	o->shelf[0] = '\0';
	for (int i = 0; i < o->line_count; i++) {
		if (o->lines[i].picked > 0)
			o->lines[i].picked = o->lines[i].handed;
		memset(o->lines[i].swaps, 0, sizeof(o->lines[i].swaps));
	}
	for (int i = 0; i < o->parcel_count; i++) {
		if (o->parcels[i].packed)
			continue;
		o->parcels[kept] = o->parcels[i];
		if (!strcmp(o->parcels[kept].state, "staged")) {
			o->parcels[kept].state = "arrived";
			o->parcels[kept].shelf[0] = '\0';
		}
		kept++;
	}
	o->parcel_count = kept;
	if (json_is(json_get(e->body, "why"), "no_show") && status_is(e, "ready"))
		o->status = "expired";
}

static void extended(struct event *e)
{
	char until[48];

	if (json_string(json_get(e->body, "until"), until, sizeof(until)) > 0)
		time_parse(slice_of(until), &e->order->collect_by_ms);
}

static const struct {
	const char *type;
	void (*hear)(struct event *e);
} kinds[] = {
	{ "order.claimed", claimed },
	{ "order.released", released },
	{ "order.picked", picked },
	{ "order.short", was_short },
	{ "order.substituted", substituted },
	{ "order.staged", staged },
	{ "order.extended", extended },
	{ "pickup.unstaged", unstaged },
	{ "parcel.received", parcel_received },
	{ "parcel.staged", parcel_staged },
	{ "parcel.problem", parcel_problem },
};

void book_prepared(struct event *e, struct json type)
{
	for (size_t i = 0; e->order && i < COUNT_OF(kinds); i++)
		if (json_is(type, kinds[i].type))
			kinds[i].hear(e);
}
