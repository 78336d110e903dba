// SPDX-License-Identifier: Apache-2.0
/*
 * What another lane took back. As with handovers, facts are kept either way; pieces that came back
 * at two lanes which could not hear each other are found here, told to HQ and shown.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/refunds.h"
#include "firmware/returns.h"
#include "firmware/store/till.h"

static int64_t pieces_of(struct json line)
{
	const int64_t n = json_int_or(json_get(line, "qty"), 0);

	return n > 0 && n <= ORDER_QTY_MAX ? n : 0;
}

/* A line's fact is what came back in all. What HQ's record has already must not count twice. */
static void keep_line(struct station *st, struct slice order, struct json told, bool known,
		      bool counted)
{
	const struct json id = json_get(told, "line");
	const struct line_fact had = store_line_fact(st->store, order, json_text(id));
	const int i = known ? order_line_find(&st->order, json_text(id)) : -1;
	const int64_t all = i >= 0 ? st->order.lines[i].returned : had.returned;
	const int64_t add = all - had.returned + (counted ? 0 : pieces_of(told));

	if ((id.type == JSON_STRING || id.type == JSON_NUMBER) && id.n <= ORDER_LINE_ID_MAX &&
	    add > 0)
		store_line_fact_add(st->store, order, json_text(id),
				    (struct line_fact){ .returned = add });
}

static void keep_refunded(struct station *st, struct slice order, struct json legs, bool known)
{
	int64_t amount;

	for (struct json_walk w = json_walk(legs); json_next(&w);)
		if (json_int(json_get(w.value, "amount"), &amount) == 0 && amount > 0 &&
		    amount <= MONEY_MAX)
			refund_keep(st, known, order, json_get(w.value, "payment"), amount);
}

/* Nothing of it is with the customer any more. */
static void keep_status(struct station *st, const struct origin *o, struct slice order)
{
	const struct mark by = { o->lane, o->epoch, o->seq, o->at_ms };

	if (!order_load(st, order))
		return;
	memset(st->back, 0, sizeof(st->back));
	if (order_finished(&st->order) && return_is_all(&st->order, st->back))
		overlay_set(st, order, "status", slice_of("\"returned\""), &by);
}

static void keep_paper(struct station *st, const struct origin *o, const char *kind,
		       const char *doc, struct json body)
{
	struct paper p = { .at_ms = o->at_ms };
	char memory[1024];
	struct buf b;
	int64_t refund = 0;

	if (json_string(json_get(body, "number"), p.number, sizeof(p.number)) < 0)
		p.number[0] = '\0';
	if (json_string(json_get(body, "order"), p.order, sizeof(p.order)) < 0)
		p.order[0] = '\0';
	text_fmt(p.kind, sizeof(p.kind), "%s", kind);
	text_fmt(p.doc, sizeof(p.doc), "%s", doc);
	for (struct json_walk w = json_walk(json_get(body, "lines")); json_next(&w);) {
		const int64_t gross = json_int_or(json_get(w.value, "gross"), 0);

		refund += gross > 0 && gross <= MONEY_MAX ? gross : 0;
	}
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_value(&b, "basis", json_get(body, "basis"));
	jw_int(&b, "refund", refund);
	if (json_get(body, "answer_by").type == JSON_STRING)
		jw_value(&b, "answer_by", json_get(body, "answer_by"));
	jw_str(&b, "lane", o->lane);
	jw_int(&b, "epoch", o->epoch);
	jw_int(&b, "seq", o->seq);
	jw_close(&b, '}');
	p.body = buf_read(&b);
	if (!b.overflow)
		store_paper_add(st->store, &p);
}

/* ---- the same pieces twice ---- */

/* Did an event of this lane take back pieces of this line? */
static bool took_line(struct station *st, int64_t epoch, int64_t seq, struct slice line)
{
	struct slice text;
	struct json e;

	if (!store_event_text(st->store, epoch, seq, &text) || json_check(text, &e) < 0)
		return false;
	for (struct json_walk w = json_walk(json_get(json_get(e, "body"), "lines")); json_next(&w);)
		if (slice_same(json_text(json_get(w.value, "line")), line))
			return true;
	return false;
}

/* A line of which more came back than was handed over, and some of it here. */
static bool is_doubled(struct station *st, struct json theirs, int64_t epoch, int64_t seq)
{
	for (struct json_walk w = json_walk(json_get(theirs, "lines")); json_next(&w);) {
		const struct slice line = json_text(json_get(w.value, "line"));
		const int i = order_line_find(&st->order, line);

		if (i >= 0 && st->order.lines[i].goods &&
		    st->order.lines[i].returned > st->order.lines[i].handed &&
		    took_line(st, epoch, seq, line))
			return true;
	}
	return false;
}

static void tell_doubled(struct station *st, const struct origin *o, struct slice order,
			 int64_t epoch, int64_t seq)
{
	struct buf b = event_begin(st);

	jw_slice(&b, "order", order);
	jw_open(&b, "with", '{');
	jw_str(&b, "lane", o->lane);
	jw_int(&b, "epoch", o->epoch);
	jw_int(&b, "seq", o->seq);
	jw_close(&b, '}');
	jw_open(&b, "here", '{');
	jw_int(&b, "epoch", epoch);
	jw_int(&b, "seq", seq);
	jw_close(&b, '}');
	event_end(st, "return.doubled", &b, (struct slice){ 0 }, NULL);
	doubled_show(st, o, order, "return_doubled", WORD_RETURN_DOUBLED);
}

static void look_for_double(struct station *st, const struct origin *o, const char *order,
			    struct json theirs)
{
	struct paper p = { .doc = "" };

	if (!order_load(st, slice_of(order)))
		return;
	while (store_paper_next(st->store, order, &p)) {
		struct json root;
		int64_t epoch, seq;

		if (strcmp(p.kind, "return") != 0 || json_check(p.body, &root) < 0 ||
		    !json_is(json_get(root, "lane"), st->config->lane))
			continue;
		epoch = json_int_or(json_get(root, "epoch"), 0);
		seq = json_int_or(json_get(root, "seq"), 0);
		if (!is_doubled(st, theirs, epoch, seq))
			continue;
		tell_doubled(st, o, slice_of(order), epoch, seq);
		return;
	}
}

/* ---- by type ---- */

static void accepted(struct station *st, const struct origin *o, struct json body)
{
	const struct mark by = { o->lane, o->epoch, o->seq, o->at_ms };
	char id[ID_MAX + 1], doc[ID_MAX + 1];
	bool known, counted;

	if (json_string(json_get(body, "return"), doc, sizeof(doc)) > 0 && id_valid(slice_of(doc)))
		keep_paper(st, o, "return", doc, body);
	if (json_string(json_get(body, "order"), id, sizeof(id)) <= 0 || !id_valid(slice_of(id)))
		return;
	counted = store_upto_covers(st->store, STREAM_ORDERS, o->lane, o->epoch, o->seq);
	known = order_load(st, slice_of(id));
	for (struct json_walk w = json_walk(json_get(body, "lines")); json_next(&w);)
		keep_line(st, slice_of(id), w.value, known, counted);
	if (!known)
		st->order.id = (struct slice){ 0 };
	if (!counted)
		keep_refunded(st, slice_of(id), json_get(body, "refund"), known);
	overlay_returned(st, slice_of(id), &by);
	keep_status(st, o, slice_of(id));
	look_for_double(st, o, id, body);
	order_changed(st, slice_of(id));
}

static void opened(struct station *st, const struct origin *o, struct json body)
{
	char doc[ID_MAX + 1];

	if (json_string(json_get(body, "case"), doc, sizeof(doc)) > 0 && id_valid(slice_of(doc)))
		keep_paper(st, o, "complaint", doc, body);
}

/* A sibling tells that the same pieces came back there and here. What it did may never be heard
 * here: HQ has it, and nobody asks for it. */
static void doubled(struct station *st, const struct origin *o, struct json body)
{
	const struct json here = json_get(body, "here");
	const int64_t epoch = json_int_or(json_get(here, "epoch"), 0);
	const int64_t seq = json_int_or(json_get(here, "seq"), 0);
	char id[ID_MAX + 1];

	if (json_string(json_get(body, "order"), id, sizeof(id)) > 0 && epoch > 0 && seq > 0 &&
	    json_is(json_get(json_get(body, "with"), "lane"), st->config->lane) &&
	    !store_heard(st->store, slice_of(o->lane), epoch, seq))
		doubled_show(st, o, slice_of(id), "return_doubled", WORD_RETURN_DOUBLED);
}

void return_effect(struct station *st, const struct origin *o, const char *type, struct json body)
{
	if (strcmp(type, "return.accepted") == 0)
		accepted(st, o, body);
	else if (strcmp(type, "complaint.opened") == 0)
		opened(st, o, body);
	else if (strcmp(type, "return.doubled") == 0)
		doubled(st, o, body);
}
