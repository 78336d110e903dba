// SPDX-License-Identifier: Apache-2.0
/* Parcels that come from the warehouse: received, put on a shelf, missed, by their label. */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"

#define NOTE_MAX 200

/* ---- whose it is ---- */

static bool has_parcel(struct station *st, const char *order, struct slice label)
{
	return order_load(st, slice_of(order)) && parcel_find(&st->order, label).type != JSON_NONE;
}

bool parcel_order(struct station *st, struct slice label, char ret_order[ID_MAX + 1])
{
	const struct barcode_rules rules = barcode_rules_now(st);
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	struct scan s;

	if (label.n >= PARCEL_LABEL_MAX)
		return false;
	/* `LP.ORDER.N` names its order; any other label is looked up. */
	scan_read(label, SYMBOLOGY_UNKNOWN, &rules, &s);
	if (s.kind == SCAN_PARCEL && slice_copy(s.first, ret_order, ID_MAX + 1) == 0 &&
	    has_parcel(st, ret_order, label))
		return true;
	ret_order[0] = '\0';
	if (store_lookup_next(st->store, gen, LOOKUP_LABEL, label, ret_order) &&
	    has_parcel(st, ret_order, label))
		return true;
	ret_order[0] = '\0';
	return store_lookup_next(st->store, GEN_GUEST, LOOKUP_LABEL, label, ret_order) &&
	       has_parcel(st, ret_order, label);
}

/* A parcel something is to be done with. */
struct parcel {
	char label[PARCEL_LABEL_MAX];
	char order[ID_MAX + 1]; /* st->order, while it is known */
	bool known;
	enum parcel_state state;
};

static void find(struct station *st, struct slice label, struct parcel *p)
{
	*p = (struct parcel){ 0 };
	slice_copy(label, p->label, sizeof(p->label));
	p->known = parcel_order(st, label, p->order);
	if (p->known)
		p->state = parcel_state_of(json_get(parcel_find(&st->order, label), "state"));
}

static struct word_values words_of(struct station *st, const struct parcel *p, char number[128])
{
	struct word_values v = words_none();

	if (p->known && order_load(st, slice_of(p->order)))
		v = prep_words(st, number);
	v.item = p->label;
	return v;
}

/* May it be dealt with, where its state does not forbid it? Else answers. */
static bool may(struct station *st, const struct call *c, const struct parcel *p,
		enum reason by_state)
{
	enum reason r = parcel_order_verdict(p->known ? &st->order : NULL, st->config->store);
	struct word_values v;
	char number[128];

	r = r == REASON_NONE ? by_state : r;
	if (r == REASON_NONE)
		return true;
	v = words_of(st, p, number);
	v.item = NULL;
	prep_no(st, c, r, &v);
	return false;
}

static struct buf begin_event(struct station *st, const struct call *c, const struct parcel *p)
{
	struct buf b = event_begin(st);

	jw_str(&b, "order", p->order);
	jw_str(&b, "label", p->label);
	jw_str(&b, "staff", c->session.row.staff);
	return b;
}

static void keep_state(struct station *st, const struct parcel *p, enum parcel_state s,
		       const char *shelf, int64_t seq)
{
	const struct mark mark = mark_own(st, seq);

	parcel_keep_state(st, slice_of(p->order), slice_of(p->label), s, shelf, &mark);
}

static bool any_sought(const struct order *o)
{
	for (struct json_walk w = json_walk(o->parcels); json_next(&w);)
		if (parcel_sought(o, w.value))
			return true;
	return false;
}

void parcels_left(struct station *st, struct slice order)
{
	if (order_load(st, order) && !any_sought(&st->order))
		overlay_drop(st, order, "search");
}

void parcel_keep_state(struct station *st, struct slice order, struct slice label,
		       enum parcel_state s, const char *shelf, const struct mark *mark)
{
	char memory[256];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "state", parcel_state_name(s));
	if (shelf[0])
		jw_str(&b, "shelf", shelf);
	jw_close(&b, '}');
	overlay_set_parcel(st, order, label, buf_read(&b), mark);
	/* Missing ones are a task until all of them are found. */
	if (s == PARCEL_MISSING || (order_load(st, order) && any_sought(&st->order)))
		overlay_keep(st, order, "search", slice_of("true"), mark);
	else
		overlay_drop(st, order, "search");
}

static void done(struct station *st, const struct call *c, const struct parcel *p,
		 enum notice_level level, const char *code, enum word w, const char *item)
{
	struct word_values v;
	char number[128];

	order_changed(st, slice_of(p->order));
	v = words_of(st, p, number);
	v.item = item;
	prep_note(st, c->desk, level, code, w, &v);
	answer_ok(st, c, "");
}

/* ---- received ---- */

/* The desk asks for this parcel's shelf, when it does nothing else. */
static void open_work(struct station *st, const struct call *c, const struct parcel *p)
{
	const struct desk_state *desk = &st->desks[c->desk];
	char memory[2 * PARCEL_LABEL_MAX];
	struct buf b;

	if (c->desk != DESK_COUNTER || (desk->mode != MODE_IDLE && desk->mode != MODE_ASKING &&
					!prep_works(st, c->desk, PREP_PARCEL)))
		return;
	order_load(st, slice_of(p->order));
	prep_begin_work(st, c, PREP_PARCEL);
	buf_init(&b, memory, sizeof(memory));
	jw_str(&b, NULL, p->label);
	store_work_extra_set(st->store, c->desk, slice_of(PREP_LABEL), buf_read(&b));
}

void parcel_came(struct station *st, const struct call *c, struct slice label)
{
	bool again = false;
	struct parcel p;
	struct buf b;

	find(st, label, &p);
	if (!may(st, c, &p, p.known ? parcel_receive(p.state, &again) : REASON_NONE))
		return;
	if (!again) {
		b = begin_event(st, c, &p);
		keep_state(st, &p, PARCEL_ARRIVED, "",
			   event_end(st, "parcel.received", &b, (struct slice){ 0 }, NULL));
	}
	open_work(st, c, &p);
	done(st, c, &p, NOTICE_GOOD, "parcel_received", WORD_PARCEL_CAME, p.label);
}

/* ---- on a shelf ---- */

/* All that is to come is there, and what is picked here lies on its shelf. */
static bool ready_now(const struct order *o)
{
	bool whole, picked_here = false;

	if (!parcels_staged(o) || (o->status != ORDER_IN_TRANSIT && o->status != ORDER_PLACED &&
				   o->status != ORDER_PICKING))
		return false;
	for (int i = 0; i < o->line_count; i++)
		picked_here = picked_here || prep_line_of(&o->lines[i]).wanted > 0;
	return !picked_here || o->status == ORDER_IN_TRANSIT ||
	       (prep_stage(o, &whole) == REASON_NONE && whole && o->shelf.type == JSON_STRING);
}

void parcel_stage_on(struct station *st, const struct call *c, struct slice label,
		     const char *shelf)
{
	char order_shelf[ID_MAX + 1];
	struct parcel p;
	struct buf b;

	find(st, label, &p);
	if (!may(st, c, &p, p.known ? parcel_stage(p.state) : REASON_NONE))
		return;
	b = begin_event(st, c, &p);
	jw_str(&b, "shelf", shelf);
	keep_state(st, &p, PARCEL_STAGED, shelf,
		   event_end(st, "parcel.staged", &b, (struct slice){ 0 }, NULL));
	if (order_load(st, slice_of(p.order)) && ready_now(&st->order)) {
		if (json_string(st->order.shelf, order_shelf, sizeof(order_shelf)) <= 0)
			text_fmt(order_shelf, sizeof(order_shelf), "%s", shelf);
		prep_tell_staged(st, c, order_shelf, true, 0);
		prep_hold(st, c);
	}
	if (prep_works(st, c->desk, PREP_PARCEL))
		prep_end_work(st, c->desk);
	done(st, c, &p, NOTICE_GOOD, "parcel_staged", WORD_PARCEL_STAGED, shelf);
}

/* ---- verbs ---- */

static bool arg_label(struct json args, char label[PARCEL_LABEL_MAX])
{
	return json_string(json_get(args, "label"), label, PARCEL_LABEL_MAX) > 0 &&
	       !text_has_control(slice_of(label));
}

void verb_parcel_receive(struct station *st, const struct call *c, struct json args)
{
	char label[PARCEL_LABEL_MAX];

	if (arg_label(args, label))
		parcel_came(st, c, slice_of(label));
	else
		prep_bad(st, c);
}

void verb_parcel_stage(struct station *st, const struct call *c, struct json args)
{
	char label[PARCEL_LABEL_MAX], shelf[ID_MAX + 1];

	if (arg_label(args, label) && arg_text(args, "shelf", shelf, sizeof(shelf)))
		parcel_stage_on(st, c, slice_of(label), shelf);
	else
		prep_bad(st, c);
}

void verb_parcel_problem(struct station *st, const struct call *c, struct json args)
{
	const struct json note = json_get(args, "note");
	const enum parcel_state problem = parcel_state_of(json_get(args, "problem"));
	char label[PARCEL_LABEL_MAX], text[NOTE_MAX + 1] = "", memory[PERSON_MAX];
	struct parcel p;
	struct buf b;

	if (!arg_label(args, label) || json_get(args, "problem").type != JSON_STRING ||
	    (note.type != JSON_NONE &&
	     (json_string(note, text, sizeof(text)) < 0 || text_has_control(slice_of(text))))) {
		prep_bad(st, c);
		return;
	}
	find(st, slice_of(label), &p);
	if (!may(st, c, &p, p.known ? parcel_problem(p.state, problem) : REASON_NONE))
		return;
	b = begin_event(st, c, &p);
	jw_str(&b, "problem", parcel_state_name(problem));
	keep_state(
		st, &p, problem, "",
		event_end(st, "parcel.problem", &b, event_person(st, memory, "note", text), NULL));
	done(st, c, &p, NOTICE_ATTENTION, "parcel_problem", WORD_PARCEL_PROBLEM, p.label);
}
