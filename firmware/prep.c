// SPDX-License-Identifier: Apache-2.0
/* Preparing: an order is taken by a named person, let go, changed by HQ meanwhile. */
#include "firmware/prep.h"

#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/counter/pick_slip.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"
#include "firmware/printing.h"
#include "firmware/trust/hash.h"

/* ---- words and answers ---- */

void prep_no(struct station *st, const struct call *c, enum reason r, const struct word_values *v)
{
	answer_no(st, c, 409, r, v);
	notice_hide_from_customer(st, c->desk);
}

void prep_bad(struct station *st, const struct call *c)
{
	struct word_values v = words_none();

	answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
}

void prep_note(struct station *st, enum desk desk, enum notice_level level, const char *code,
	       enum word w, const struct word_values *v)
{
	notice_word(st, desk, level, code, w, w, v);
	notice_hide_from_customer(st, desk);
}

struct word_values prep_words(struct station *st, char number[128])
{
	struct word_values v = words_none();

	order_number(&st->order, number, 128);
	v.order = number;
	return v;
}

struct slice prep_quoted(const char *text, char memory[256])
{
	struct buf b;

	buf_init(&b, memory, 255);
	jw_str(&b, NULL, text);
	memory[b.len] = '\0';
	return buf_read(&b);
}

/* ---- who ---- */

bool prep_taken_by(struct station *st, struct slice order, struct prep_by *ret_by)
{
	struct over over;
	struct json v;

	return store_over(st->store, order, "by", &over) &&
	       json_check(slice_of(over.value), &v) == 0 &&
	       json_string(json_get(v, "staff"), ret_by->staff, sizeof(ret_by->staff)) > 0 &&
	       json_string(json_get(v, "lane"), ret_by->lane, sizeof(ret_by->lane)) > 0;
}

bool prep_unstaged(struct station *st, struct slice order)
{
	struct over over;

	return store_over(st->store, order, "unstaged", &over);
}

static bool taken_by_another(struct station *st, const struct call *c, struct prep_by *ret_by)
{
	return prep_taken_by(st, st->order.id, ret_by) &&
	       strcmp(ret_by->staff, c->session.row.staff) != 0;
}

static void keep_by(struct station *st, const struct call *c, const struct mark *mark)
{
	char memory[4 * ID_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "staff", c->session.row.staff);
	jw_str(&b, "lane", st->config->lane);
	jw_close(&b, '}');
	overlay_keep(st, st->order.id, "by", buf_read(&b), mark);
}

/* Event order.claimed, whose id is that of the pick slip. */
static void claim(struct station *st, const struct call *c, char ret_event[ULID_TEXT_MAX])
{
	const bool again = prep_unstaged(st, st->order.id);
	struct buf b = event_begin(st);
	struct mark mark;

	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, approval_of(st, c));
	mark = mark_own(st, event_end(st, "order.claimed", &b, (struct slice){ 0 }, ret_event));
	if (st->order.status != ORDER_PICKING && (st->order.status != ORDER_READY || again))
		overlay_set(st, st->order.id, "status", slice_of("\"picking\""), &mark);
	if (again)
		overlay_drop(st, st->order.id, "unstaged");
	keep_by(st, c, &mark);
	order_load(st, slice_of(st->desks[c->desk].row.order));
}

/* ---- the work of a desk ---- */

bool prep_works(const struct station *st, enum desk desk, const char *work)
{
	return st->desks[desk].mode == MODE_PREP && !strcmp(st->desks[desk].row.method, work);
}

bool prep_may_begin(struct station *st, const struct call *c)
{
	const struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	if (c->desk != DESK_COUNTER)
		prep_no(st, c, REASON_BAD_REQUEST, &v);
	else if (desk->waiting.active || (desk->mode != MODE_IDLE && desk->mode != MODE_ASKING))
		prep_no(st, c, REASON_BUSY, &v);
	else
		return true;
	return false;
}

/* What a person looks at while preparing: when it changes they are told. */
static void seen_now(struct station *st, char ret_hash[HASH_TEXT_MAX])
{
	struct buf b;

	buf_init(&b, st->doc, sizeof(st->doc));
	buf_fmt(&b, "%d", st->order.status == ORDER_READY);
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (!l->goods)
			continue;
		buf_fmt(&b, "|%.*s|%.*s|%.*s|%lld|%.*s", (int)l->id.n, l->id.p, (int)l->sku.n,
			l->sku.p ? l->sku.p : "", (int)l->gtin.n, l->gtin.p ? l->gtin.p : "",
			(long long)l->qty, (int)json_get(l->json, "substitutes").n,
			json_get(l->json, "substitutes").n ? json_get(l->json, "substitutes").p
							   : "");
	}
	hash_text(buf_read(&b), ret_hash);
}

/* True: something is new. */
static bool see(struct station *st, enum desk desk)
{
	char hash[HASH_TEXT_MAX], memory[256], had[256];
	struct slice now;

	seen_now(st, hash);
	now = prep_quoted(hash, memory);
	if (store_work_extra(st->store, desk, slice_of(PREP_SEEN), had, sizeof(had)) &&
	    slice_eq(now, had))
		return false;
	store_work_extra_set(st->store, desk, slice_of(PREP_SEEN), now);
	return true;
}

void prep_begin_work(struct station *st, const struct call *c, const char *work)
{
	struct desk_state *desk = &st->desks[c->desk];
	char order[ID_MAX + 1]; /* st->order.id may be the row's, which changes below */
	const bool claimed = slice_eq(st->order.id, desk->row.order);

	slice_copy(st->order.id, order, sizeof(order));
	store_desk_clear(st->store, c->desk);
	desk->row = (struct desk_row){ .rev = st->order.rev };
	text_fmt(desk->row.order, sizeof(desk->row.order), "%s", order);
	text_fmt(desk->row.method, sizeof(desk->row.method), "%s", work);
	text_fmt(desk->row.how, sizeof(desk->row.how), "%s",
		 station_hq_reachable(st) ? "online" : "offline");
	desk_set_mode(st, c->desk, MODE_PREP);
	approval_keep(st, c, 0);
	order_load(st, slice_of(desk->row.order));
	see(st, c->desk);
	if (!claimed && strcmp(work, PREP_PARCEL) != 0)
		serving_begin(st, st->order.id);
}

void prep_end_work(struct station *st, enum desk desk)
{
	pickup_close(st, desk);
	st->queue_stale = true;
}

bool prep_loaded(struct station *st, const struct call *c, const char *work)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	if (!prep_works(st, c->desk, work) || !order_load(st, slice_of(desk->row.order))) {
		prep_no(st, c, REASON_BAD_REQUEST, &v);
		return false;
	}
	serving_touch(st);
	return true;
}

void prep_goes_on(struct station *st, const struct call *c)
{
	char event[ULID_TEXT_MAX];
	struct prep_by by;

	if (prep_works(st, c->desk, PREP_PICK) && taken_by_another(st, c, &by))
		claim(st, c, event);
}

/* ---- paper ---- */

static void line_place(struct station *st, int line, char *dst, size_t cap)
{
	char sku[ID_MAX + 1];
	struct json body;
	struct record r;

	dst[0] = '\0';
	if (json_string(st->order.lines[line].sku, sku, sizeof(sku)) > 0 &&
	    store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
	    json_check(r.body, &body) == 0)
		json_string(json_get(body, "location"), dst, cap);
}

static void print_pick_slip(struct station *st, const struct call *c, const char *event)
{
	struct pick_slip_facts f = { .order = &st->order, .language = st->language };
	char staff[128], place[64];
	enum role role;
	struct buf doc;
	int64_t job;

	if (json_get(policy_get(st, "print"), "pick_slips").type == JSON_BOOL &&
	    !json_true(json_get(policy_get(st, "print"), "pick_slips")))
		return;
	if (!staff_name(st, c->session.row.staff, staff, sizeof(staff), &role))
		text_fmt(staff, sizeof(staff), "%s", c->session.row.staff);
	f.staff = staff;
	f.store_name = st->config->name;
	f.lane = st->config->lane;
	f.now_ms = station_now(st);
	buf_init(&doc, st->doc, sizeof(st->doc));
	pick_slip_begin(&f, &doc);
	for (int i = 0; i < st->order.line_count; i++) {
		line_place(st, i, place, sizeof(place));
		pick_slip_line(&f, i, place, &doc);
	}
	pick_slip_end(&f, &doc);
	if (doc.overflow) {
		log_error("the pick slip of order %.*s is too long to print", (int)st->order.id.n,
			  st->order.id.p);
		return;
	}
	job = job_queue(st, "pick", NULL, buf_read(&doc));
	if (job)
		store_job_is(st->store, job, event, 0);
}

/* ---- prep.start ---- */

static void refuse_start(struct station *st, const struct call *c, enum reason r, const char *order,
			 const struct prep_by *by)
{
	struct word_values v = words_none();
	char number[128], who[128], money[MONEY_TEXT_MAX];
	enum role role;

	text_fmt(number, sizeof(number), "%s", order);
	if (r != REASON_NOT_FOUND)
		order_number(&st->order, number, sizeof(number));
	v.order = number;
	if (r == REASON_PAYMENT_DUE && order_due(&st->order) > 0) {
		money_format(order_due(&st->order), st->desks[c->desk].language, money);
		v.item = money;
	}
	if (r == REASON_NOT_READY)
		refusal_of_status(&st->order, &v);
	if (by && r == REASON_BEING_SERVED) {
		if (!staff_name(st, by->staff, who, sizeof(who), &role))
			text_fmt(who, sizeof(who), "%s", by->staff);
		v.item = who;
		approval_ask(st, c, 1u << NEED_TAKEN, 0, order, r, &v);
	} else if (r == REASON_EXPIRED) {
		approval_ask(st, c, 1u << NEED_PUT_BACK, 0, order, r, &v);
	} else {
		answer_no(st, c, 409, r, &v);
	}
	notice_hide_from_customer(st, c->desk);
}

static void start(struct station *st, const struct call *c)
{
	struct word_values v;
	char number[128], members[2 * ID_MAX], event[ULID_TEXT_MAX];
	struct prep_by by;
	/* Whoever comes back to it goes on where they were. */
	const bool resumed = prep_taken_by(st, st->order.id, &by) &&
			     !strcmp(by.staff, c->session.row.staff) &&
			     !strcmp(by.lane, st->config->lane);

	prep_begin_work(st, c, PREP_PICK);
	if (!resumed) {
		claim(st, c, event);
		print_pick_slip(st, c, event);
	}
	st->queue_stale = true;
	v = prep_words(st, number);
	prep_note(st, c->desk, NOTICE_GOOD, "prep_started", WORD_PREP_STARTED, &v);
	text_fmt(members, sizeof(members), "\"order\":\"%s\"", st->desks[c->desk].row.order);
	answer_ok(st, c, members);
}

void prep_begin(struct station *st, const struct call *c, const char *order)
{
	const struct desk_state *desk = &st->desks[c->desk];
	struct prep_facts f = { .store = st->config->store };
	struct prep_by by;
	enum reason r;

	if (prep_works(st, c->desk, PREP_PICK) && !strcmp(desk->row.order, order)) {
		answer_ok(st, c, "");
		return;
	}
	if (!prep_may_begin(st, c))
		return;
	if (order_load(st, slice_of(order)))
		f.order = &st->order;
	f.unstaged = prep_unstaged(st, slice_of(order));
	f.put_back_approved = !approval_missing(st, c, 1u << NEED_PUT_BACK, 0);
	f.taken_approved = !approval_missing(st, c, 1u << NEED_TAKEN, 0);
	f.taken = f.order && taken_by_another(st, c, &by);
	r = prep_verdict(&f);
	if ((r == REASON_NONE || r == REASON_BEING_SERVED) &&
	    serving_elsewhere(st, slice_of(order)))
		refuse_start(st, c, REASON_BEING_SERVED, order, NULL);
	else if (r != REASON_NONE)
		refuse_start(st, c, r, order, &by);
	else
		start(st, c);
}

static void verb_prep_start(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char named[2 * ID_MAX], order[ID_MAX + 1];

	if (json_string(json_get(args, "order"), named, sizeof(named)) <= 0) {
		prep_bad(st, c);
		return;
	}
	v.order = named;
	if (order_named(st, slice_of(named), order))
		prep_begin(st, c, order);
	else
		prep_no(st, c, REASON_NOT_FOUND, &v);
}

/* ---- prep.cancel: let go ---- */

bool prep_nothing_done(const struct order *o)
{
	for (int i = 0; i < o->line_count; i++)
		if (o->lines[i].short_ > 0)
			return false;
	return prep_pieces_here(o) == 0;
}

static int64_t tell_released(struct station *st, struct slice order, const char *staff)
{
	struct buf b = event_begin(st);

	jw_slice(&b, "order", order);
	jw_str(&b, "staff", staff);
	return event_end(st, "order.released", &b, (struct slice){ 0 }, NULL);
}

/* Somebody else may take it. */
static void let_go(struct station *st, const struct call *c)
{
	const bool untouched = st->order.status == ORDER_PICKING && prep_nothing_done(&st->order);
	const struct mark mark =
		mark_own(st, tell_released(st, st->order.id, c->session.row.staff));

	if (untouched)
		overlay_set(st, st->order.id, "status", slice_of("\"placed\""), &mark);
	overlay_drop(st, st->order.id, "by");
}

static void verb_prep_cancel(struct station *st, const struct call *c, struct json args)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	(void)args;
	if (!desk_may_cancel(st, c->desk, MODE_PREP)) {
		prep_no(st, c, REASON_BAD_REQUEST, &v);
		return;
	}
	if (desk->mode != MODE_PREP) {
		answer_ok(st, c, "");
		return;
	}
	if (prep_works(st, c->desk, PREP_PICK) && order_load(st, slice_of(desk->row.order)))
		let_go(st, c);
	prep_end_work(st, c->desk);
	notice_clear(st, c->desk);
	answer_ok(st, c, "");
}

/* ---- changed meanwhile ---- */

/* Where nobody waits for an answer. */
static struct call nobody(struct station *st, enum desk desk)
{
	struct call c = { .desk = desk };

	c.session = staff_at(st, desk);
	return c;
}

static enum reason ended_why(const struct station *st, bool known)
{
	struct prep_facts f = { .order = known ? &st->order : NULL, .store = st->config->store };

	f.put_back_approved = true;
	return prep_verdict(&f);
}

static void picking_changed(struct station *st, enum desk desk, bool known)
{
	struct call c = nobody(st, desk);
	struct word_values v = words_none();
	const enum reason r = ended_why(st, known);
	const char *why = known ? prep_put_back(&st->order, st->config->store, 0) : NULL;
	const struct slice order = slice_of(st->desks[desk].row.order);
	struct prep_by by;
	char number[128];

	if (known)
		order_number(&st->order, number, sizeof(number));
	else
		text_fmt(number, sizeof(number), "%s", st->desks[desk].row.order);
	v.order = number;
	if (r == REASON_NONE) {
		if (see(st, desk))
			prep_note(st, desk, NOTICE_ATTENTION, "order_changed", WORD_PREP_CHANGED,
				  &v);
		return;
	}
	/* The other lanes cannot know at whose desk it was. */
	if (prep_taken_by(st, order, &by) && !strcmp(by.lane, st->config->lane))
		tell_released(st, order, by.staff);
	overlay_drop(st, order, "by");
	if (why && prep_pieces_here(&st->order) > 0) {
		prep_back_begin(st, &c, why);
		return;
	}
	prep_end_work(st, desk);
	prep_no(st, &c, r, &v);
}

void prep_changed(struct station *st, enum desk desk)
{
	const char *method = st->desks[desk].row.method;
	const bool known = order_load(st, slice_of(st->desks[desk].row.order));

	if (!strcmp(method, PREP_PICK))
		picking_changed(st, desk, known);
	else if (!known || (!strcmp(method, PREP_BACK) && !prep_back_stands(st, desk)))
		prep_end_work(st, desk); /* nothing is to be done any more */
}

void prep_lost(struct station *st, enum desk desk)
{
	struct call c = nobody(st, desk);
	struct word_values v = words_none();
	char number[128];

	if (order_load(st, slice_of(st->desks[desk].row.order)))
		order_number(&st->order, number, sizeof(number));
	else
		text_fmt(number, sizeof(number), "%s", st->desks[desk].row.order);
	v.order = number;
	prep_end_work(st, desk);
	prep_no(st, &c, REASON_BEING_SERVED, &v);
}

const struct verb prep_verbs[] = {
	{ "prep.start", false, false, ROLE_CLERK, verb_prep_start },
	{ "prep.pick", false, false, ROLE_CLERK, verb_prep_pick },
	{ "prep.unpick", false, false, ROLE_CLERK, verb_prep_unpick },
	{ "prep.short", false, false, ROLE_CLERK, verb_prep_short },
	{ "prep.substitute", false, false, ROLE_CLERK, verb_prep_substitute },
	{ "prep.stage", false, false, ROLE_CLERK, verb_prep_stage },
	{ "prep.unstage", false, false, ROLE_CLERK, verb_prep_unstage },
	{ "pickup.leave", false, false, ROLE_CLERK, verb_pickup_leave },
	{ "prep.cancel", false, false, ROLE_CLERK, verb_prep_cancel },
	{ "parcel.receive", false, false, ROLE_CLERK, verb_parcel_receive },
	{ "parcel.stage", false, false, ROLE_CLERK, verb_parcel_stage },
	{ "parcel.problem", false, false, ROLE_CLERK, verb_parcel_problem },
	{ 0 },
};
