// SPDX-License-Identifier: Apache-2.0
/* An open return: how it is opened, found again, and given up. */
#include "firmware/returns.h"

#include <string.h>

#include "firmware/approvals.h"
#include "firmware/counter/calendar.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/story.h"
#include "firmware/streams.h"
#include "firmware/survey.h"

#define ORDER_TEXT_MAX 128 /* an order's number, as people say it */

/* ---- policy ---- */

struct returns_policy returns_policy_now(struct station *st)
{
	const struct json none = { 0 };
	struct returns_policy p = returns_policy_read(policy_get(st, "returns"), none);

	p.isolated = returns_policy_read(none, policy_get(st, "pickup")).isolated;
	return p;
}

/* ---- what is open ---- */

static void write_work(const struct return_work *w, struct buf *b)
{
	jw_open(b, NULL, '{');
	jw_str(b, "basis", return_basis_name(w->basis));
	jw_bool(b, "order", w->order);
	jw_str(b, "receipt", w->receipt);
	jw_str(b, "store", w->store);
	if (w->sold_day != DAY_UNKNOWN)
		jw_int(b, "sold_day", w->sold_day);
	jw_int(b, "granted", w->granted);
	jw_int(b, "limit", w->limit);
	jw_close(b, '}');
}

void return_work_keep(struct station *st, enum desk desk, const struct return_work *w)
{
	char memory[512];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	write_work(w, &b);
	store_work_extra_set(st->store, desk, slice_of(""), buf_read(&b));
}

static bool read_work(struct station *st, enum desk desk, struct return_work *ret_work)
{
	struct return_work w = { 0 };
	struct json root;
	char text[512];

	if (!store_work_extra(st->store, desk, slice_of(""), text, sizeof(text)) ||
	    json_check(slice_of(text), &root) < 0 ||
	    !return_basis_read(json_get(root, "basis"), &w.basis) ||
	    json_string(json_get(root, "receipt"), w.receipt, sizeof(w.receipt)) < 0 ||
	    json_string(json_get(root, "store"), w.store, sizeof(w.store)) < 0)
		return false;
	w.order = json_true(json_get(root, "order"));
	w.sold_day = json_int_or(json_get(root, "sold_day"), DAY_UNKNOWN);
	w.granted = (uint32_t)json_int_or(json_get(root, "granted"), 0);
	w.limit = json_int_or(json_get(root, "limit"), 0);
	*ret_work = w;
	return true;
}

/* What was brought, as lines of an order that was paid in full at a till. */
static bool load_goods(struct station *st, enum desk desk)
{
	char line[WORK_LINE_MAX] = "", extra[2048];
	struct json root, body;
	int64_t total = 0;
	struct buf b;

	buf_init(&b, st->body, sizeof(st->body));
	jw_open(&b, NULL, '{');
	jw_str(&b, "status", "collected");
	jw_open(&b, "lines", '[');
	while (store_work_next(st->store, desk, line)) {
		const int64_t qty = store_check(st->store, desk, slice_of(line)).checked;
		int64_t paid;

		if (line[0] != '"' || qty <= 0 ||
		    !store_work_extra(st->store, desk, slice_of(line), extra, sizeof(extra)) ||
		    json_check(slice_of(extra), &root) < 0)
			continue;
		paid = json_int_or(json_get(root, "paid"), 0);
		total += paid;
		jw_open(&b, NULL, '{');
		jw_raw(&b, "line", slice_of(line));
		jw_raw(&b, "sku", slice_of(line));
		jw_value(&b, "name", json_get(root, "name"));
		jw_int(&b, "qty", qty);
		jw_int(&b, "handed", qty);
		jw_int(&b, "paid", paid);
		jw_value(&b, "vat", json_get(root, "vat"));
		jw_close(&b, '}');
	}
	jw_close(&b, ']');
	buf_fmt(&b,
		",\"payments\":[{\"id\":\"receipt\",\"tender\":\"cash\",\"state\":\"captured\","
		"\"where\":\"till\",\"amount\":%lld}],\"totals\":{\"total\":%lld,\"due\":0}}",
		(long long)total, (long long)total);
	return !b.overflow && json_check(buf_read(&b), &body) == 0 &&
	       order_read(slice_of(""), 0, body, &st->order) == NULL;
}

static void load_line(struct station *st, enum desk desk, int i)
{
	const struct slice id = json_text(st->order.lines[i].id);
	struct return_line *l = &st->back[i];
	struct json root;
	char extra[2048];

	*l = (struct return_line){ .qty = store_check(st->store, desk, id).checked };
	l->others = l->qty == 0 ? 0 : -1;
	if (l->qty == 0 || !store_work_extra(st->store, desk, id, extra, sizeof(extra)) ||
	    json_check(slice_of(extra), &root) < 0)
		return;
	if (!condition_read(json_get(root, "condition"), &l->condition))
		l->condition = CONDITION_GOOD;
	l->others = json_int_or(json_get(root, "others"), -1);
	l->approved = json_true(json_get(root, "approved"));
	if (json_string(json_get(root, "reason"), l->reason, sizeof(l->reason)) < 0)
		l->reason[0] = '\0';
}

bool return_load(struct station *st, enum desk desk, struct return_work *ret_work)
{
	const struct desk_state *d = &st->desks[desk];

	if (d->mode != MODE_RETURN || !read_work(st, desk, ret_work) ||
	    !(ret_work->order ? order_load(st, slice_of(d->row.order)) : load_goods(st, desk)))
		return false;
	for (int i = 0; i < st->order.line_count; i++)
		load_line(st, desk, i);
	return true;
}

bool return_loaded(struct station *st, const struct call *c, struct return_work *ret_work)
{
	struct word_values v = words_none();

	if (c->desk == DESK_COUNTER && return_load(st, c->desk, ret_work)) {
		serving_touch(st);
		return true;
	}
	answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
	return false;
}

int64_t return_handed_day(struct station *st)
{
	struct order_fact f;
	char text[TIME_TEXT_MAX + 8];
	int64_t at_ms;

	if (!order_finished(&st->order))
		return DAY_UNKNOWN;
	if (st->order.id.n && store_order_fact(st->store, st->order.id, &f))
		return calendar_day_of(f.at_ms);
	if (json_string(json_get(st->order.collected, "at"), text, sizeof(text)) > 0 &&
	    time_parse(slice_of(text), &at_ms) == 0)
		return calendar_day_of(at_ms);
	return DAY_UNKNOWN;
}

/* ---- opening ---- */

void return_refuse(struct station *st, const struct call *c, enum reason r, const char *order,
		   const struct word_values *values, uint32_t needs, int64_t amount)
{
	struct buf b = event_begin(st);

	if (order[0])
		jw_str(&b, "order", order);
	jw_str(&b, "reason", reason_code(r));
	jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "return.refused", &b, (struct slice){ 0 }, NULL);
	survey_refused(st, order);
	story_refused(st, c, CONTACT_RETURN, order, r, needs != 0);
	if (st->desks[c->desk].mode == MODE_ASKING)
		desk_set_mode(st, c->desk, MODE_IDLE);
	if (needs)
		approval_ask(st, c, needs, amount, order, r, values);
	else
		answer_no(st, c, 409, r, values);
}

/* What return.start was given. */
struct start {
	char order[ORDER_TEXT_MAX]; /* "" none */
	char id[ID_MAX + 1];	    /* of the order, once it is known */
	struct return_work work;
	bool basis_given;
};

static bool read_text(struct json v, char *dst, size_t cap)
{
	dst[0] = '\0';
	return v.type == JSON_NONE || v.type == JSON_NULL ||
	       (json_string(v, dst, cap) >= 0 && !text_has_control(slice_of(dst)));
}

static bool read_day(struct json v, int64_t *ret_day)
{
	char text[TIME_TEXT_MAX + 8];
	int64_t at_ms;

	*ret_day = DAY_UNKNOWN;
	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	if (json_string(v, text, sizeof(text)) <= 0)
		return false;
	if (date_parse(slice_of(text), ret_day))
		return true;
	if (time_parse(slice_of(text), &at_ms) < 0)
		return false;
	*ret_day = calendar_day_of(at_ms);
	return true;
}

static bool read_start(struct station *st, struct json args, struct start *s)
{
	const struct json basis = json_get(args, "basis");

	*s = (struct start){ .basis_given = basis.type != JSON_NONE };
	if (!read_text(json_get(args, "order"), s->order, sizeof(s->order)) ||
	    !read_text(json_get(args, "receipt"), s->work.receipt, sizeof(s->work.receipt)) ||
	    !read_text(json_get(args, "store"), s->work.store, sizeof(s->work.store)) ||
	    !read_day(json_get(args, "sold_at"), &s->work.sold_day) ||
	    (s->basis_given && !return_basis_read(basis, &s->work.basis)))
		return false;
	if (s->work.store[0] && !store_id_valid(slice_of(s->work.store)))
		return false;
	if (s->work.sold_day != DAY_UNKNOWN && s->work.sold_day > calendar_day_of(station_now(st)))
		return false; /* the window of what is sold tomorrow would never close */
	if (!s->work.store[0])
		text_fmt(s->work.store, sizeof(s->work.store), "%s", st->config->store);
	s->work.order = s->order[0] != '\0';
	return s->work.order ? !s->work.receipt[0] : json_get(args, "order").type == JSON_NONE;
}

static void open_here(struct station *st, const struct call *c, const struct start *s)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char members[2 * ID_MAX + 64], number[ORDER_TEXT_MAX] = "";

	store_desk_clear(st->store, c->desk);
	desk->row = (struct desk_row){ .rev = s->work.order ? st->order.rev : 0 };
	text_fmt(desk->row.order, sizeof(desk->row.order), "%s", s->id);
	text_fmt(desk->row.how, sizeof(desk->row.how), "%s",
		 station_hq_reachable(st) ? "online" : "offline");
	if (s->work.order)
		order_number(&st->order, number, sizeof(number));
	desk_set_mode(st, c->desk, MODE_RETURN);
	return_work_keep(st, c->desk, &s->work);
	approval_keep(st, c, 0);
	if (s->work.order)
		serving_begin(st, slice_of(s->id));
	v.order = number[0] ? number : NULL;
	notice_word(st, c->desk, NOTICE_GOOD, "return", WORD_RETURN_OPEN, WORD_RETURN_OPEN, &v);
	text_fmt(members, sizeof(members), "\"order\":\"%s\",\"verdict\":\"ok\",\"basis\":\"%s\"",
		 s->id, return_basis_name(s->work.basis));
	answer_ok(st, c, members);
}

/* Is there any line that could be brought back as things stand? The reason of the first that could
 * not. */
static enum reason any_line(struct station *st, struct start *s, const struct returns_policy *p,
			    int64_t *ret_last)
{
	enum reason first = REASON_NONE;

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		struct line_rule rule;
		int64_t last;
		enum reason r;

		st->back[i] = (struct return_line){ .qty = 1 };
		if (!return_line_is_goods(l) || return_line_left(l) == 0)
			continue;
		r = return_line_check(st, &s->work, p, i, &rule, &last);
		if (r == REASON_NONE || r == REASON_REASON_NEEDED)
			return REASON_NONE;
		if (first == REASON_NONE)
			*ret_last = last;
		first = first == REASON_NONE ? r : first;
	}
	return first;
}

/* st->order is loaded, or there is none. */
static void decide(struct station *st, const struct call *c, struct start *s, bool reachable)
{
	const struct returns_policy p = returns_policy_now(st);
	struct return_facts f = { .order = &st->order, .has_order = s->work.order };
	struct word_values v = words_none();
	char number[ORDER_TEXT_MAX] = "", date[DATE_TEXT_MAX];
	int64_t last = DAY_UNKNOWN;
	uint32_t needs = 0;
	enum reason r;

	f.self = s->work.order && staff_own_order(st, c);
	f.own = strcmp(s->work.store, st->config->store) == 0;
	f.proof = s->work.order || (s->work.receipt[0] && s->work.sold_day != DAY_UNKNOWN);
	f.reachable = reachable;
	f.isolated = lanes_several(st) && station_isolated(st);
	f.now_ms = station_now(st);
	f.handed_day = s->work.order ? s->work.sold_day : DAY_UNKNOWN;
	if (!s->basis_given)
		s->work.basis = return_basis_default(&f, &p);
	f.basis = s->work.basis;
	r = return_open(&f, &p, &needs);
	if (r == REASON_WINDOW_CLOSED)
		last = withdrawal_of(&st->order, &p, f.handed_day, f.now_ms).last_day;
	else if (r == REASON_NONE && s->work.order)
		r = any_line(st, s, &p, &last);
	if (r != REASON_NONE && return_approvable(r, f.basis, &p))
		needs |= 1u << NEED_GOODWILL;
	else if (r != REASON_NONE)
		needs = 0;
	s->work.granted = needs;
	needs = approval_missing(st, c, needs, 0);
	if (s->work.order) {
		order_number(&st->order, number, sizeof(number));
		v.order = number;
	}
	v.left = 0;
	if (r == REASON_QUANTITY_EXCEEDED)
		words_say(&v, WORD_NOT_HANDED, WORD_NOT_HANDED);
	if (last != DAY_UNKNOWN) {
		date_format(last, date);
		v.time = date;
	}
	if (needs || (r != REASON_NONE && !s->work.granted))
		return_refuse(st, c, r == REASON_NONE ? REASON_APPROVAL_NEEDED : r, s->id, &v,
			      needs, 0);
	else
		open_here(st, c, s);
}

static void wait_for(struct station *st, const struct call *c, struct json args, const char *order)
{
	struct waiting *w = &st->desks[c->desk].waiting;

	*w = (struct waiting){ .active = true, .back = true, .call = *c };
	w->deadline_ms = station_mono(st) + ASK_WAIT_MS;
	text_fmt(w->order, sizeof(w->order), "%s", order);
	slice_copy(json_text(args), w->args, sizeof(w->args)); /* verb_return_start() measured it */
	stream_ask_order(st, order, w->ask);
	st->dirty = true;
	station_wake_at(st, w->deadline_ms);
}

static bool is_other_stores(const struct station *st)
{
	return st->order.store.type == JSON_STRING && !json_is(st->order.store, st->config->store);
}

/* `asked`: HQ was, and `heard` says whether it answered. What another store sold may have been
 * returned anywhere, so HQ is asked while it can be. */
static void start_order(struct station *st, const struct call *c, struct start *s, struct json args,
			bool asked, bool heard)
{
	const bool reachable = station_hq_reachable(st) && st->link_up;
	const bool named = order_named(st, slice_of(s->order), s->id);
	struct word_values v = words_none();
	bool known;

	if (!named)
		slice_copy(slice_of(s->order), s->id, sizeof(s->id));
	known = id_valid(slice_of(s->id)) && order_load(st, slice_of(s->id));
	v.order = s->order;
	if (serving_elsewhere(st, slice_of(s->id))) {
		return_refuse(st, c, REASON_BEING_SERVED, s->id, &v, 0, 0);
		return;
	}
	if (!asked && id_valid(slice_of(s->id)) &&
	    (known ? reachable && is_other_stores(st) : st->link_up)) {
		wait_for(st, c, args, s->id);
		return;
	}
	if (!known) {
		words_say(&v, WORD_NO_SUCH_SALE, WORD_NO_SUCH_SALE);
		return_refuse(st, c, REASON_NOT_FOUND, id_valid(slice_of(s->id)) ? s->id : "", &v,
			      0, 0);
		return;
	}
	if (json_string(st->order.store, s->work.store, sizeof(s->work.store)) <= 0)
		text_fmt(s->work.store, sizeof(s->work.store), "%s", st->config->store);
	s->work.sold_day = return_handed_day(st);
	decide(st, c, s, asked ? heard : reachable);
}

static void start(struct station *st, const struct call *c, struct json args, bool asked,
		  bool heard)
{
	struct word_values v = words_none();
	struct start s;

	if (c->desk != DESK_COUNTER || !read_start(st, args, &s) ||
	    json_text(args).n >= WAITING_ARGS_MAX) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (s.work.order)
		start_order(st, c, &s, args, asked, heard);
	else
		decide(st, c, &s, station_hq_reachable(st));
}

void verb_return_start(struct station *st, const struct call *c, struct json args)
{
	const struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char order[ORDER_TEXT_MAX], id[ID_MAX + 1];

	if (desk->mode == MODE_RETURN && desk->row.order[0] &&
	    json_string(json_get(args, "order"), order, sizeof(order)) > 0 &&
	    order_named(st, slice_of(order), id) && strcmp(id, desk->row.order) == 0)
		answer_ok(st, c, "\"verdict\":\"ok\"");
	else if (desk->waiting.active || (desk->mode != MODE_IDLE && desk->mode != MODE_ASKING))
		answer_no(st, c, 409, REASON_BUSY, &v);
	else
		start(st, c, args, false, false);
}

void return_found(struct station *st, const struct waiting *w)
{
	struct json args;

	if (json_check(slice_of(w->args), &args) < 0)
		return;
	/* What a second person agrees to now is done again from the beginning. */
	approval_doing(st, "return.start", slice_of(w->args), SYMBOLOGY_UNKNOWN);
	start(st, &w->call, args, true, w->answered);
	st->doing.verb = NULL;
}

void verb_return_cancel(struct station *st, const struct call *c, struct json args)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();

	(void)args;
	if (desk->waiting.active && desk->waiting.back) {
		const struct call waited = desk->waiting.call;

		desk->waiting.active = false;
		answer_no(st, &waited, 409, REASON_NOT_FOUND, &v);
	} else if (!desk_may_cancel(st, c->desk, MODE_RETURN)) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	} else if (desk->mode != MODE_RETURN) {
		answer_ok(st, c, "");
		return;
	}
	desk_forget_kept(st, c->desk);
	pickup_close(st, c->desk);
	notice_clear(st, c->desk);
	answer_ok(st, c, "");
}

const struct verb return_verbs[] = {
	{ "return.start", false, false, ROLE_CLERK, verb_return_start },
	{ "return.line", false, false, ROLE_CLERK, verb_return_line },
	{ "return.accept", false, false, ROLE_CLERK, verb_return_accept },
	{ "return.cancel", false, false, ROLE_CLERK, verb_return_cancel },
	{ "complaint.open", false, false, ROLE_CLERK, verb_complaint_open },
	{ 0 },
};
