// SPDX-License-Identifier: Apache-2.0
/*
 * Pieces that may not be handed over (the collector's age, the hour, a recall) and were paid back:
 * they are at the counter, and go back to their place. What is put back is told piece by piece; the
 * order's other pieces are none of this.
 */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/prep_inside.h"

static bool name_of(struct slice line, char ret_name[OVER_WHAT_MAX])
{
	return line.n > 0 &&
	       text_fmt(ret_name, OVER_WHAT_MAX, "kept:%.*s", (int)line.n, line.p) == 0;
}

/* Still to go back; 0 is kept too, so that an older word that is heard later changes nothing. */
static void keep(struct station *st, struct slice order, struct slice line, int64_t qty,
		 enum kept why, const struct mark *mark)
{
	char name[OVER_WHAT_MAX], memory[96];
	struct buf b;

	if (!name_of(line, name))
		return;
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "qty", qty);
	jw_str(&b, "why", kept_name(why));
	jw_close(&b, '}');
	overlay_keep(st, order, name, buf_read(&b), mark);
	st->queue_stale = true;
}

/* Is it older than what is known of the line? */
static bool is_old(struct station *st, struct slice order, struct slice line,
		   const struct mark *mark)
{
	char name[OVER_WHAT_MAX];
	struct over over;

	return !name_of(line, name) ||
	       (store_over(st->store, order, name, &over) && over.at_ms > mark->at_ms);
}

/* The task of an order ends with its last piece. */
static void settle(struct station *st, struct slice order)
{
	if (order_load(st, order) && prep_kept(&st->order) == 0)
		overlay_drop(st, order, "kept");
}

void kept_note(struct station *st, struct slice order, struct slice line, int64_t qty,
	       enum kept why, const struct mark *mark)
{
	if (qty <= 0 || qty > ORDER_QTY_MAX || why == KEPT_NOTHING || is_old(st, order, line, mark))
		return;
	keep(st, order, line, qty, why, mark);
	overlay_keep(st, order, "kept", slice_of("true"), mark);
}

void kept_heard(struct station *st, struct slice order, const struct mark *mark, struct json body)
{
	const struct slice line = json_text(json_get(body, "line"));
	const int64_t left = json_int_or(json_get(body, "left"), 0);

	if (left < 0 || left > ORDER_QTY_MAX || is_old(st, order, line, mark))
		return;
	keep(st, order, line, left, kept_of(json_get(body, "why")), mark);
	settle(st, order);
}

void kept_forget(struct station *st)
{
	char name[OVER_WHAT_MAX];

	for (int i = 0; i < st->order.line_count; i++)
		if (st->order.lines[i].kept > 0 && name_of(json_text(st->order.lines[i].id), name))
			overlay_drop(st, st->order.id, name);
	overlay_drop(st, st->order.id, "kept");
}

void kept_begin(struct station *st, const struct call *c)
{
	struct word_values v;
	char number[128];

	prep_begin_work(st, c, PREP_KEPT);
	v = prep_words(st, number);
	v.n = prep_kept(&st->order);
	prep_note(st, c->desk, NOTICE_ATTENTION, "put_back", WORD_KEPT_BACK, &v);
}

enum reason kept_back(struct station *st, const struct call *c, int line, int64_t qty)
{
	const struct order_line *l = &st->order.lines[line];
	const enum reason r = prep_kept_back(l, qty);
	struct mark mark;
	struct buf b;

	if (r != REASON_NONE)
		return r;
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_value(&b, "line", l->id);
	jw_value(&b, "sku", l->sku);
	jw_int(&b, "qty", qty);
	jw_int(&b, "left", l->kept - qty);
	jw_str(&b, "why", kept_name(l->kept_why));
	jw_str(&b, "staff", c->session.row.staff);
	mark = mark_own(st, event_end(st, "pickup.put_back", &b, (struct slice){ 0 }, NULL));
	keep(st, st->order.id, json_text(l->id), l->kept - qty, l->kept_why, &mark);
	settle(st, slice_of(st->desks[c->desk].row.order));
	return REASON_NONE;
}

void kept_if_done(struct station *st, const struct call *c)
{
	struct word_values v;
	char number[128], members[2 * ID_MAX];

	if (prep_kept(&st->order) > 0) {
		answer_ok(st, c, "");
		return;
	}
	v = prep_words(st, number);
	text_fmt(members, sizeof(members), "\"order\":\"%.*s\",\"done\":true", (int)st->order.id.n,
		 st->order.id.p);
	prep_end_work(st, c->desk);
	prep_note(st, c->desk, NOTICE_GOOD, "put_back_done", WORD_PREP_BACK_DONE, &v);
	answer_ok(st, c, members);
}

static enum line_fit kept_fit(const struct station *st, int line, int64_t pieces)
{
	if (st->order.lines[line].kept == 0)
		return LINE_OUT;
	return prep_kept_back(&st->order.lines[line], pieces) == REASON_NONE ? LINE_WANTS
									     : LINE_FULL;
}

/* A piece, or the order's own number, which changes nothing. */
void kept_scan(struct station *st, const struct call *c, const struct scan *s)
{
	struct word_values v = words_none();
	char number[128], order[ID_MAX + 1];
	enum reason r = REASON_ITEM_UNKNOWN;
	int64_t pieces = 1;
	int line = -1;

	if (s->kind == SCAN_GTIN)
		line = order_line_of_code(st, &s->code, true, kept_fit, &pieces);
	else if (order_named(st, s->text, order))
		r = strcmp(order, st->desks[c->desk].row.order) ? REASON_BUSY : REASON_NONE;
	if (line >= 0)
		r = kept_back(st, c, line, pieces);
	if (r != REASON_NONE) {
		v.order = prep_words(st, number).order;
		prep_no(st, c, r, &v);
		return;
	}
	feedback_send(st, c->desk, FEEDBACK_GOOD);
	kept_if_done(st, c);
}
