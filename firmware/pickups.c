// SPDX-License-Identifier: Apache-2.0
/*
 * A desk at work: it is idle, asks for a code, or has a pickup open. Here a code opens a pickup or
 * is refused; while HQ is asked about an unknown order, scans are kept and take their turn.
 */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/commands.h"
#include "firmware/desk.h"
#include "firmware/figures.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/offers.h"
#include "firmware/orders.h"
#include "firmware/returns.h"
#include "firmware/station.h"
#include "firmware/story.h"
#include "firmware/streams.h"
#include "firmware/survey.h"
#include "firmware/trust/code.h"
#include "firmware/trust/hash.h"

static const char *mode_name(enum desk_mode m)
{
	switch (m) {
	case MODE_IDLE:
		return "idle";
	case MODE_ASKING:
		return "asking";
	case MODE_PICKUP:
		return "pickup";
	case MODE_PREP:
		return "prep";
	case MODE_RETURN:
		return "return";
	case MODE_COUNT:
		return "count";
	}
	return "idle";
}

static enum desk_mode mode_named(const char *name)
{
	for (int m = MODE_IDLE; m <= MODE_COUNT; m++)
		if (!strcmp(mode_name((enum desk_mode)m), name))
			return (enum desk_mode)m;
	return MODE_IDLE;
}

void desk_load(struct station *st)
{
	for (int d = 0; d < DESK_COUNT; d++) {
		struct desk_state *desk = &st->desks[d];

		desk->language = st->language;
		if (!store_desk(st->store, (enum desk)d, &desk->row))
			continue;
		desk->mode = mode_named(desk->row.mode);
		approval_load(st, (enum desk)d);
		if (desk->mode == MODE_PICKUP && order_load(st, slice_of(desk->row.order)) &&
		    st->order.rev == desk->row.rev)
			pickup_seen(st, (enum desk)d);
	}
}

void desk_set_mode(struct station *st, enum desk desk, enum desk_mode mode)
{
	struct desk_state *d = &st->desks[desk];

	if (d->mode == MODE_PICKUP && mode == MODE_IDLE)
		loyalty_forget(st, desk);
	if (desk == DESK_KIOSK || mode == MODE_PICKUP || mode == MODE_RETURN)
		survey_over(st); /* somebody else comes, or nobody is there any more */
	d->mode = mode;
	d->product[0] = d->paper[0] = d->member[0] = d->draft[0] = '\0';
	d->profile = (struct profile){ .customer = "" };
	st->dirty = true;
	story_mode(st, desk, mode);
	if (mode == MODE_IDLE) {
		store_desk_clear(st->store, desk);
		d->row = (struct desk_row){ 0 };
		d->approval = (struct approval){ 0 };
		return;
	}
	text_fmt(d->row.mode, sizeof(d->row.mode), "%s", mode_name(mode));
	store_desk_set(st->store, desk, &d->row);
}

bool desk_may_cancel(const struct station *st, enum desk desk, enum desk_mode work)
{
	const enum desk_mode mode = st->desks[desk].mode;

	return mode == work || mode == MODE_IDLE || mode == MODE_ASKING;
}

void pickup_close(struct station *st, enum desk desk)
{
	if (desk == DESK_COUNTER)
		serving_end(st);
	desk_set_mode(st, desk, MODE_IDLE);
}

/* Which parcels there are, and what is in them; not where they are, which this desk may have told
 * itself. */
static void digest_parcels(struct json parcels, char line[HASH_TEXT_MAX])
{
	char memory[HASH_TEXT_MAX * 3 + 8], label[HASH_TEXT_MAX], lines[HASH_TEXT_MAX];
	struct buf b;

	for (struct json_walk w = json_walk(parcels); json_next(&w);) {
		hash_text(json_text(json_get(w.value, "label")), label);
		hash_text(json_text(json_get(w.value, "lines")), lines);
		buf_init(&b, memory, sizeof(memory));
		buf_fmt(&b, "%s %s %s", line, label, lines);
		hash_text(buf_read(&b), line);
	}
}

/* Goods, quantities, worth and parcels; not what is paid or where it lies, which the screen shows
 * and the handover looks at anyway. */
static void digest_order(const struct order *o, uint8_t hash[HASH_BYTES])
{
	char memory[HASH_TEXT_MAX + 5 * 24 + 2 * ORDER_SKU_MAX], line[HASH_TEXT_MAX] = "";
	struct buf b;

	digest_parcels(o->parcels, line);
	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];
		const struct slice id = json_text(l->id), sku = json_text(l->sku);

		buf_init(&b, memory, sizeof(memory));
		buf_fmt(&b, "%s %.*s %.*s %lld %lld %lld %lld %d", line, (int)id.n, id.p,
			(int)sku.n, sku.p, (long long)l->qty, (long long)order_line_left(l),
			(long long)l->paid, (long long)l->age_min, l->goods);
		hash_text(buf_read(&b), line);
	}
	hash_bytes(slice_of(line), hash);
}

void pickup_seen(struct station *st, enum desk desk)
{
	digest_order(&st->order, st->desks[desk].seen);
}

void pickup_still_seen(struct station *st, enum desk desk)
{
	struct desk_state *d = &st->desks[desk];
	uint8_t now[HASH_BYTES];

	digest_order(&st->order, now);
	if (memcmp(now, d->seen, sizeof(now)) != 0 || d->row.rev == st->order.rev)
		return;
	d->row.rev = st->order.rev;
	store_desk_set(st->store, desk, &d->row);
}

void pickup_done_load(struct station *st, enum desk desk)
{
	for (int i = 0; i < st->order.line_count; i++) {
		struct check c = store_check(st->store, desk, json_text(st->order.lines[i].id));

		int64_t left = order_line_left(&st->order.lines[i]);

		/* HQ may have lowered the quantity since it was checked. */
		if (c.short_ > left)
			c.short_ = left;
		if (c.checked > left - c.short_)
			c.checked = left - c.short_;
		st->done[i] = (struct pickup_line){ .checked = c.checked, .short_ = c.short_ };
	}
	pickup_deposits(&st->order, st->done);
	loyalty_lay(st, desk);
}

/* `needs`: a second person could allow it, 0 nobody can. */
static void pickup_refuse_unless(struct station *st, const struct call *c, enum reason r,
				 const char *order, const char *method,
				 const struct word_values *values, uint32_t needs)
{
	struct buf b = event_begin(st);

	st->counters.scans_refused++;
	if (order[0])
		jw_str(&b, "order", order);
	jw_str(&b, "reason", reason_code(r));
	jw_str(&b, "method", method);
	if (c->session.valid && c->desk == DESK_COUNTER)
		jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "pickup.refused", &b, (struct slice){ 0 }, NULL);
	survey_refused(st, order);
	story_refused(st, c, CONTACT_PICKUP, order, r, needs != 0);
	if (st->desks[c->desk].mode == MODE_ASKING)
		desk_set_mode(st, c->desk, MODE_IDLE);
	if (needs)
		approval_ask(st, c, needs, 0, order, r, values);
	else
		answer_no(st, c, 409, r, values);
}

void pickup_refuse(struct station *st, const struct call *c, enum reason r, const char *order,
		   const char *method, const struct word_values *values)
{
	pickup_refuse_unless(st, c, r, order, method, values, 0);
}

/* The words a refusal needs: the number people know, times, places. */
struct refusal_words {
	char number[128];
	char time[WHEN_TEXT_MAX];
	char store[256];
	char at[TIME_TEXT_MAX + 8];
};

static void explain_collected(struct station *st, struct refusal_words *w, struct word_values *v)
{
	struct order_fact f;
	int64_t at;

	if (store_order_fact(st->store, st->order.id, &f)) {
		when_clock(f.at_ms, station_now(st), w->time);
		text_fmt(w->store, sizeof(w->store), "%s", f.lane);
	} else if (json_string(json_get(st->order.collected, "at"), w->at, sizeof(w->at)) > 0 &&
		   time_parse(slice_of(w->at), &at) == 0) {
		when_clock(at, station_now(st), w->time);
		if (json_string(json_get(st->order.collected, "lane"), w->store, sizeof(w->store)) <
		    0)
			w->store[0] = '\0';
	}
	v->time = w->time[0] ? w->time : NULL;
	v->store = w->store[0] ? w->store : NULL;
}

/* Where a store is, by policy `stores`; its id when the policy does not say. */
static void explain_store(struct station *st, const char *store, struct refusal_words *w,
			  struct word_values *v)
{
	struct json s = json_get(policy_get(st, "stores"), store);
	char name[96] = "", address[96] = "";

	if (json_string(json_get(s, "name"), name, sizeof(name)) < 0)
		name[0] = '\0';
	if (json_string(json_get(s, "address"), address, sizeof(address)) < 0)
		address[0] = '\0';
	text_fmt(w->store, sizeof(w->store), "%s%s%s", name[0] ? name : store,
		 address[0] ? ", " : "", address);
	v->store = w->store;
}

void refusal_of_status(const struct order *o, struct word_values *v)
{
	switch (o->status) {
	case ORDER_AWAITING_PAYMENT:
		words_say(v, WORD_NOT_PAID, WORD_NOT_PAID);
		return;
	case ORDER_ON_HOLD:
		words_say(v, WORD_ON_HOLD, WORD_ON_HOLD_CUSTOMER);
		return;
	case ORDER_IN_TRANSIT:
		words_say(v, WORD_IN_TRANSIT, WORD_IN_TRANSIT);
		return;
	case ORDER_STATUS_UNKNOWN:
	case ORDER_PLACED:
	case ORDER_PICKING:
	case ORDER_READY:
	case ORDER_PARTLY_COLLECTED:
	case ORDER_COLLECTED:
	case ORDER_RETURNED:
	case ORDER_CANCELLED:
	case ORDER_EXPIRED:
		return;
	}
}

static struct word_values explain(struct station *st, enum reason r, struct refusal_words *w)
{
	struct word_values v = words_none();
	char store[ID_MAX + 1];

	memset(w, 0, sizeof(*w));
	order_number(&st->order, w->number, sizeof(w->number));
	v.order = w->number;
	if (r == REASON_ALREADY_COLLECTED) {
		explain_collected(st, w, &v);
	} else if (r == REASON_NOT_READY) {
		refusal_of_status(&st->order, &v);
		/* What was promised for an hour that is over is no promise any more. */
		if (st->order.promised_ms > station_now(st)) {
			when_clock(st->order.promised_ms, station_now(st), w->time);
			v.time = w->time;
		}
	} else if (r == REASON_EXPIRED && st->order.collect_by_ms) {
		when_clock(st->order.collect_by_ms, station_now(st), w->time);
		v.time = w->time;
	} else if (r == REASON_WRONG_STORE &&
		   json_string(st->order.store, store, sizeof(store)) > 0) {
		explain_store(st, store, w, &v);
	}
	return v;
}

static const char *how_now(const struct station *st)
{
	return station_hq_reachable(st) ? "online" : "offline";
}

static void greet(struct station *st, const struct call *c, const char *number)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	struct buf b = event_begin(st);

	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "desk", desk_name(c->desk));
	event_end(st, "customer.arrived", &b, (struct slice){ 0 }, NULL);
	store_here_add(st->store, st->order.id, station_now(st));
	st->queue_stale = true;
	slice_copy(st->order.id, desk->greeted, sizeof(desk->greeted));
	desk_set_mode(st, c->desk, MODE_IDLE);
	desk->language = st->order.language;
	v.order = number;
	notice_word(st, c->desk, NOTICE_GOOD, "ready", WORD_GREETING, WORD_GREETING, &v);
	answer_ok(st, c, "\"verdict\":\"ok\"");
}

/* What comes before the goods is said at once, so that nobody hands them over first. */
static void say_ready(struct station *st, const struct call *c, const char *number)
{
	const enum language l = st->desks[c->desk].language;
	const bool till = money_policy_now(st).external;
	struct word_values v = words_none();
	char due[MONEY_TEXT_MAX], receipt[MONEY_TEXT_MAX];

	v.order = number;
	pickup_done_load(st, c->desk);
	if (pay_due(&st->order, st->done) > 0) {
		money_format(pay_due(&st->order, st->done), l, due);
		v.item = due;
	} else if (till && pay_receipt_only(&st->order, st->done)) {
		money_format(pay_receipt_total(&st->order, st->done), l, receipt);
		v.store = receipt;
	}
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *line = &st->order.lines[i];

		if (line->goods && order_line_left(line) > 0 && line->age_min > 0 &&
		    line->age_min > v.n)
			v.n = line->age_min;
	}
	if (v.item || v.store || v.n > 0)
		notice_word(st, c->desk, NOTICE_ATTENTION, "ready", WORD_READY_FIRST, WORD_GREETING,
			    &v);
	else
		notice_word(st, c->desk, NOTICE_GOOD, "ready", WORD_READY, WORD_GREETING, &v);
}

static void open_here(struct station *st, const struct call *c, const char *number,
		      const char *method)
{
	struct desk_state *desk = &st->desks[c->desk];
	const char *how = serving_alone(st) && !st->link_up ? "isolated" : how_now(st);
	char members[2 * ID_MAX];
	struct buf b = event_begin(st);

	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "method", method);
	jw_str(&b, "mode", how);
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, &c->approval);
	event_end(st, "pickup.verified", &b, (struct slice){ 0 }, NULL);
	store_desk_clear(st->store, c->desk);
	desk->row = (struct desk_row){ .rev = st->order.rev };
	slice_copy(st->order.id, desk->row.order, sizeof(desk->row.order));
	text_fmt(desk->row.method, sizeof(desk->row.method), "%s", method);
	text_fmt(desk->row.how, sizeof(desk->row.how), "%s", how);
	desk_set_mode(st, c->desk, MODE_PICKUP);
	figures_opened(st, c->desk);
	approval_keep(st, c, 0);
	pickup_seen(st, c->desk);
	serving_begin(st, st->order.id);
	money_opened(st, c);
	say_ready(st, c, number);
	offers_open(st, c);
	text_fmt(members, sizeof(members), "\"order\":\"%s\",\"verdict\":\"ok\"", desk->row.order);
	answer_ok(st, c, members);
}

void pickup_open(struct station *st, const struct call *c, const char *named, const char *method)
{
	struct desk_state *desk = &st->desks[c->desk];
	char order[ID_MAX + 1]; /* `named` may be the desk's own row, which changes below */
	struct pickup_policy policy = pickup_policy_now(st);
	struct pickup_facts f = { NULL, st->config->store, station_now(st),
				  approval_missing(st, c, 1u << NEED_LATE, 0) == 0,
				  c->desk == DESK_COUNTER && !strcmp(method, "search") };
	struct word_values v = words_none();
	struct refusal_words w;
	enum reason r;

	text_fmt(order, sizeof(order), "%s", named);
	if (desk->mode == MODE_PICKUP || desk->mode == MODE_RETURN) {
		if (desk->mode == MODE_PICKUP && !strcmp(desk->row.order, order))
			answer_ok(st, c, "\"verdict\":\"ok\"");
		else
			answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	if (desk->mode == MODE_PREP || desk->mode == MODE_COUNT) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	f.order = order_load(st, slice_of(order)) ? &st->order : NULL;
	r = pickup_verdict(&f, &policy);
	if (r == REASON_NONE && c->desk == DESK_COUNTER && staff_own_order(st, c))
		r = REASON_OWN_ORDER;
	if (r == REASON_NONE && c->desk == DESK_COUNTER && serving_elsewhere(st, slice_of(order)))
		r = REASON_BEING_SERVED;
	if (r != REASON_NONE) {
		v.order = order;
		if (f.order)
			v = explain(st, r, &w);
		pickup_refuse_unless(st, c, r, order, method, &v,
				     pickup_late_approvable(r, &policy) ? 1u << NEED_LATE : 0);
		return;
	}
	order_number(&st->order, w.number, sizeof(w.number));
	if (c->desk == DESK_KIOSK)
		greet(st, c, w.number);
	else
		open_here(st, c, w.number, method);
}

/* The order is known: is this still the code that counts? Then open it. */
static void open_by_code(struct station *st, const struct call *c, const char *order,
			 const char *nonce)
{
	struct word_values v = words_none();
	struct record r;
	struct json body;

	v.order = order;
	if (store_find(st->store, STREAM_ORDERS, slice_of(order), &r) &&
	    json_check(r.body, &body) == 0) {
		struct json counts = json_get(body, "code_nonce");

		if (counts.type == JSON_STRING && !json_is(counts, nonce)) {
			pickup_refuse(st, c, REASON_CODE_REPLACED, order, "code", &v);
			return;
		}
	}
	pickup_open(st, c, order, "code");
}

static void wait_for_order(struct station *st, const struct call *c, const char *order,
			   const char *nonce)
{
	struct waiting *w = &st->desks[c->desk].waiting;

	*w = (struct waiting){ .active = true, .call = *c };
	w->deadline_ms = station_mono(st) + ASK_WAIT_MS;
	text_fmt(w->order, sizeof(w->order), "%s", order);
	text_fmt(w->nonce, sizeof(w->nonce), "%s", nonce);
	stream_ask_order(st, order, w->ask);
	st->dirty = true;
	station_wake_at(st, w->deadline_ms);
}

static enum reason reason_of_code(enum code_verdict v)
{
	switch (v) {
	case CODE_GOOD:
		return REASON_NONE;
	case CODE_UNKNOWN_KEY:
		return REASON_UNKNOWN_KEY;
	case CODE_NOT_ONE:
	case CODE_BROKEN:
	case CODE_BAD_SIGNATURE:
		return REASON_BAD_SIGNATURE;
	}
	return REASON_BAD_SIGNATURE;
}

void pickup_scan_code(struct station *st, const struct call *c, struct slice text)
{
	struct word_values v = words_none();
	const struct desk_state *desk = &st->desks[c->desk];
	struct pickup_code code;
	struct refusal_words w;
	struct record known;
	char nonce[2 * CODE_NONCE_BYTES + 1];
	enum reason r = reason_of_code(code_verify(text, station_keys(st), &code));

	if (r != REASON_NONE) {
		pickup_refuse(st, c, r, "", "code", &v);
		return;
	}
	v.order = code.order;
	if (desk->mode == MODE_PREP || desk->mode == MODE_RETURN || desk->mode == MODE_COUNT ||
	    (desk->mode == MODE_PICKUP && strcmp(desk->row.order, code.order) != 0)) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	hex_encode(code.nonce, CODE_NONCE_BYTES, nonce);
	if (code.expires_s && station_now(st) / 1000 >= code.expires_s) {
		pickup_refuse(st, c, REASON_CODE_EXPIRED, code.order, "code", &v);
	} else if (store_find(st->store, STREAM_ORDERS, slice_of(code.order), &known)) {
		open_by_code(st, c, code.order, nonce);
	} else if (strcmp(code.store, st->config->store) != 0) {
		explain_store(st, code.store, &w, &v);
		pickup_refuse(st, c, REASON_WRONG_STORE, code.order, "code", &v);
	} else {
		wait_for_order(st, c, code.order, nonce);
	}
}

/* Keeps an order HQ told of, beside the stream. */
static void keep_guest(struct station *st, const struct waiting *w, struct slice ops)
{
	struct ops_target t = { .stream = STREAM_ORDERS, .gen = GEN_GUEST };
	struct json list;

	if (json_check_loose(ops, &list) < 0)
		return;
	for (struct json_walk op = json_walk(list); json_next(&op);) {
		char one[BODY_MAX / 16];
		struct buf b;

		if (!json_is(json_get(op.value, "id"), w->order))
			continue;
		buf_init(&b, one, sizeof(one));
		jw_open(&b, NULL, '[');
		jw_value(&b, NULL, op.value);
		jw_close(&b, ']');
		if (!b.overflow)
			ops_apply(st, &t, buf_read(&b));
	}
}

void desk_forget_kept(struct station *st, enum desk desk)
{
	struct desk_state *d = &st->desks[desk];
	struct word_values v = words_none();

	for (int i = 0; i < d->kept_count; i++)
		answer_no(st, &d->kept[i].call, 409, REASON_BUSY, &v);
	d->kept_count = 0;
}

void desk_resume(struct station *st, enum desk desk)
{
	struct desk_state *d = &st->desks[desk];

	while (d->kept_count && !d->waiting.active && !loyalty_waits(st, desk)) {
		struct kept_scan first = d->kept[0];

		memmove(&d->kept[0], &d->kept[1], (size_t)--d->kept_count * sizeof(d->kept[0]));
		desk_scan(st, &first.call, (struct slice){ first.text, first.n }, first.symbology);
	}
}

/* Nobody could say what the order is, and the customer has a good code: staff go there. */
static void call_staff(struct station *st, const struct word_values *v)
{
	counter_call(st, WORD_CALLED_ORDER, v);
	notice_word(st, DESK_KIOSK, NOTICE_ATTENTION, reason_code(REASON_NOT_FOUND), WORD_CALLING,
		    WORD_CALLING, v);
}

static void finish_waiting(struct station *st, enum desk desk)
{
	struct waiting w = st->desks[desk].waiting;
	struct word_values v = words_none();
	struct record known;

	st->desks[desk].waiting.active = false;
	v.order = w.order;
	if (w.back) {
		return_found(st, &w);
	} else if (store_find(st->store, STREAM_ORDERS, slice_of(w.order), &known)) {
		open_by_code(st, &w.call, w.order, w.nonce);
	} else {
		pickup_refuse(st, &w.call, REASON_NOT_FOUND, w.order, "code", &v);
		if (desk == DESK_KIOSK && !w.answered)
			call_staff(st, &v);
	}
	desk_resume(st, desk);
}

void desk_answer_ops(struct station *st, const struct door_down *d, struct slice payload)
{
	for (int i = 0; i < DESK_COUNT; i++) {
		struct waiting *w = &st->desks[i].waiting;

		if (!w->active || strcmp(w->ask, d->ask) != 0)
			continue;
		w->answered = true;
		if (d->found)
			keep_guest(st, w, span_of(payload, d->ops));
		finish_waiting(st, (enum desk)i);
	}
}

void desk_tick(struct station *st)
{
	int64_t now = station_mono(st);

	for (int i = 0; i < DESK_COUNT; i++) {
		struct desk_state *d = &st->desks[i];

		if (d->waiting.active && now >= d->waiting.deadline_ms)
			finish_waiting(st, (enum desk)i);
		if (d->wipe_ms && now >= d->wipe_ms)
			desk_wipe(st, (enum desk)i);
		/* The loop keeps one alarm; what is still ahead is told again. */
		if (d->waiting.active)
			station_wake_at(st, d->waiting.deadline_ms);
		if (d->wipe_ms)
			station_wake_at(st, d->wipe_ms);
	}
}

void desk_wipe(struct station *st, enum desk desk)
{
	struct desk_state *d = &st->desks[desk];

	d->wipe_ms = 0;
	desk_set_mode(st, desk, MODE_IDLE);
	d->greeted[0] = '\0';
	if (desk == DESK_KIOSK)
		st->somebody_came = false;
	d->member[0] = d->paper[0] = d->receipt[0] = d->draft[0] = '\0';
	d->survey = false;
	d->language = st->language;
	notice_clear(st, desk);
	st->dirty = true;
}
