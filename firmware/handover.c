// SPDX-License-Identifier: Apache-2.0
/* Handing over: decided on the newest record, one transaction, then paper. */
#include <assert.h>
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/counter/prep.h"
#include "firmware/desk.h"
#include "firmware/figures.h"
#include "firmware/documents.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep.h"
#include "firmware/printing.h"
#include "firmware/story.h"
#include "firmware/streams.h"
#include "firmware/refunds.h"
#include "firmware/station.h"
#include "firmware/survey.h"

struct handover {
	const struct call *call;
	enum collector collector;
	enum rest unchecked; /* what becomes of those pieces */
	char name[128];
	char event[ULID_TEXT_MAX]; /* id of pickup.completed */
	int64_t seq;
	struct refund_plan refund; /* for what is missing */
	int64_t copies;		   /* slips */
	struct loyalty_sum points;
};

static bool kept_back(const struct station *st)
{
	for (int i = 0; i < st->order.line_count; i++)
		if (st->done[i].kept > 0)
			return true;
	return false;
}

static void write_lines(struct station *st, enum desk desk, struct buf *b)
{
	jw_open(b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];

		if (pickup_leaves(l, st->done[i]) == 0 && st->done[i].short_ == 0)
			continue;
		jw_open(b, NULL, '{');
		jw_value(b, "line", l->id);
		jw_value(b, "sku", l->sku);
		jw_int(b, "qty", pickup_leaves(l, st->done[i]));
		jw_int(b, "short", st->done[i].short_);
		if (st->done[i].kept > 0) {
			jw_int(b, "kept", st->done[i].kept);
			jw_str(b, "why", kept_name(st->done[i].why));
		}
		pickup_serials(st, desk, i, b);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void tell_completed(struct station *st, struct handover *h)
{
	struct desk_state *desk = &st->desks[h->call->desk];
	char memory[1024], salt[17]; /* a name of 127 bytes, each escaped at worst */
	struct buf b, person;
	uint8_t random[8];

	buf_init(&person, memory, sizeof(memory));
	if (h->name[0]) {
		st->clock.random(st->clock.ctx, random, sizeof(random));
		hex_encode(random, sizeof(random), salt);
		jw_open(&person, NULL, '{');
		jw_str(&person, "salt", salt);
		jw_str(&person, "collector", h->name);
		jw_close(&person, '}');
		assert(!person.overflow);
	}
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_int(&b, "rev", st->order.rev);
	jw_str(&b, "method", desk->row.method);
	jw_str(&b, "mode", desk->row.how);
	write_lines(st, h->call->desk, &b);
	money_completed(st, &b);
	jw_str(&b, "collector", collector_name(h->collector));
	/* Its presence says that the order is not settled yet; what is paid back is short. */
	if (!pickup_all_done(&st->order, st->done))
		jw_str(&b, "rest", rest_name(REST_LATER));
	figures_took(st, h->call->desk, &b);
	jw_str(&b, "staff", h->call->session.row.staff);
	jw_approval(&b, approval_of(st, h->call));
	h->seq = event_end(st, "pickup.completed", &b, buf_read(&person), h->event);
}

static void tell_delta(struct station *st, const char *sku, int64_t pieces,
		       const struct handover *h)
{
	struct buf b;
	int64_t seq;

	if (pieces == 0 || !sku[0])
		return;
	b = event_begin(st);
	jw_str(&b, "sku", sku);
	jw_int(&b, "delta", -pieces);
	jw_str(&b, "why", "pickup");
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "staff", h->call->session.row.staff);
	seq = event_end(st, "stock.changed", &b, (struct slice){ 0 }, NULL);
	store_stock_delta_add(st->store, slice_of(sku), -pieces, st->config->lane, st->ledger.epoch,
			      seq);
}

/* A substitute is what leaves, where the line was replaced. */
static void tell_stock(struct station *st, int i, const struct handover *h)
{
	const struct order_line *l = &st->order.lines[i];
	const int64_t leaves = pickup_leaves(l, st->done[i]);
	int64_t of[SWAPS_MAX];
	const int64_t others = swaps_leave(l, leaves, of);
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);
	char sku[ID_MAX + 1];

	for (int s = 0; s < n; s++)
		tell_delta(st, swaps[s].sku, of[s], h);
	if (json_string(l->sku, sku, sizeof(sku)) > 0)
		tell_delta(st, sku, leaves - others, h);
}

/* What goes back for missing pieces, and by which payments. */
static void plan_refund(struct station *st, struct handover *h)
{
	int64_t worth = 0;

	for (int i = 0; i < st->order.line_count; i++)
		worth += refund_of_pieces(&st->order.lines[i], st->done[i].short_);
	refund_plan(st, worth, &h->refund);
}

static void keep_facts(struct station *st, const struct handover *h)
{
	struct order_fact f = { .at_ms = station_now(st), .epoch = st->ledger.epoch };

	for (int i = 0; i < st->order.line_count; i++) {
		const struct order_line *l = &st->order.lines[i];
		struct line_fact add = { .handed = pickup_leaves(l, st->done[i]),
					 .short_ = st->done[i].short_ };
		struct line_fact had = store_line_fact(st->store, st->order.id, json_text(l->id));

		if (add.handed == 0 && add.short_ == 0)
			continue;
		/* The fact is what has been done in all, HQ's share included. */
		add.handed += l->handed - had.handed;
		add.short_ += l->short_ - had.short_;
		store_line_fact_add(st->store, st->order.id, json_text(l->id), add);
	}
	text_fmt(f.status, sizeof(f.status), "%s",
		 pickup_all_done(&st->order, st->done) ? "collected" : "partly_collected");
	text_fmt(f.lane, sizeof(f.lane), "%s", st->config->lane);
	text_fmt(f.event, sizeof(f.event), "%s", h->event);
	f.seq = h->seq;
	store_order_fact_set(st->store, st->order.id, &f);
}

/* What stays here and is paid back goes to its place: a task. */
static void keep_kept(struct station *st, const struct handover *h)
{
	const struct mark mark = mark_own(st, h->seq);

	for (int i = 0; i < st->order.line_count; i++)
		kept_note(st, st->order.id, json_text(st->order.lines[i].id), st->done[i].kept,
			  st->done[i].why, &mark);
}

static bool leaves_anything(const struct station *st)
{
	for (int i = 0; i < st->order.line_count; i++)
		if (pickup_leaves(&st->order.lines[i], st->done[i]) > 0)
			return true;
	return false;
}

/* As many as policy wants; the first one's number, 0 when there is no printer. */
static int64_t queue_slips(struct station *st, const struct handover *h, struct slice doc)
{
	int64_t first = 0;

	for (int64_t n = 0; n < h->copies; n++) {
		int64_t job = job_queue(st, "pickup", NULL, doc);

		if (job)
			store_job_is(st->store, job, h->event, 0);
		first = first ? first : job;
	}
	return first;
}

/* What leaves in place of what was ordered, by its name in the slip's language. */
static int read_swaps(struct station *st, enum language l, struct slip_swap ret[SLIP_SWAPS_MAX])
{
	int count = 0;

	for (int i = 0; i < st->order.line_count; i++) {
		const int64_t leaves = pickup_leaves(&st->order.lines[i], st->done[i]);
		struct swap swaps[SWAPS_MAX];
		int64_t of[SWAPS_MAX];
		const int n = swaps_read(&st->order.lines[i], swaps);

		swaps_leave(&st->order.lines[i], leaves, of);
		for (int s = 0; s < n && count < SLIP_SWAPS_MAX; s++) {
			if (of[s] == 0)
				continue;
			ret[count].line = i;
			ret[count].qty = of[s];
			product_name(st, swaps[s].sku, l, ret[count++].name);
		}
	}
	return count;
}

static int64_t print_slip(struct station *st, const struct handover *h)
{
	enum language l = st->order.language;
	struct slip_swap swaps[SLIP_SWAPS_MAX];
	struct slip_back back[ORDER_PAYMENTS_MAX];
	struct slip_facts f = { .order = &st->order, .done = st->done, .language = l };
	char staff[128];
	enum role role;
	struct buf doc;

	if (!staff_name(st, h->call->session.row.staff, staff, sizeof(staff), &role))
		text_fmt(staff, sizeof(staff), "%s", h->call->session.row.staff);
	f.staff = staff;
	f.swaps = swaps;
	f.swap_count = read_swaps(st, l, swaps);
	f.texts = json_get(policy_get(st, "texts"), language_code(l));
	f.store_name = st->config->name;
	f.lane = st->config->lane;
	f.now_ms = station_now(st);
	refund_backs(st, &h->refund, back);
	f.back = back;
	f.refund_by_ms = f.now_ms + REFUND_DUE_MS;
	f.document = h->event;
	f.member = h->points.member;
	f.points_earned = h->points.earned;
	f.points = h->points.balance;
	buf_init(&doc, st->doc, sizeof(st->doc));
	slip_pickup(&f, &doc);
	if (doc.overflow) {
		log_error("the slip of order %.*s is too long to print", (int)st->order.id.n,
			  st->order.id.p);
		return 0;
	}
	return queue_slips(st, h, buf_read(&doc));
}

static void hand_over(struct station *st, struct handover *h)
{
	struct desk_row *row = &st->desks[h->call->desk].row;
	struct word_values v = words_none();
	char number[128], members[2 * ID_MAX + 64], order[ID_MAX + 1];
	struct contact contact = { .after = AFTER_PICKUP, .order = order };
	enum word word;
	int64_t job;

	text_fmt(order, sizeof(order), "%s", row->order);
	if (serving_alone(st))
		text_fmt(row->how, sizeof(row->how), "isolated");
	/* Also where it was only opened alone: who says so listens. */
	if (strcmp(row->how, "isolated") == 0)
		lanes_listen(st);
	loyalty_pay(st, h->call, &h->points);
	tell_completed(st, h);
	for (int i = 0; i < st->order.line_count; i++)
		tell_stock(st, i, h);
	refund_tell(st, h->call, &h->refund, "short");
	loyalty_handed(st, h->call, &h->points);
	h->copies = print_policy_now(st).copies;
	job = h->copies > 0 ? print_slip(st, h) : 0;
	contact.present = leaves_anything(st) && h->collector != COLLECTOR_COURIER;
	contact.refused = kept_back(st);
	word = leaves_anything(st) ? WORD_HANDED : WORD_PREP_NOTHING;
	keep_facts(st, h);
	keep_kept(st, h);
	store_here_drop(st->store, st->order.id);
	if (pickup_all_done(&st->order, st->done))
		queue_without(st, st->desks[h->call->desk].row.order);
	else
		st->queue_stale = true; /* the rest of it waits on */
	st->counters.handovers++;
	order_number(&st->order, number, sizeof(number));
	text_fmt(members, sizeof(members), "\"order\":\"%.*s\",\"job\":%lld", (int)st->order.id.n,
		 st->order.id.p, (long long)job);
	display_receipt(st, h->call->desk, st->order.id, h->event);
	story_ends(st, h->call->desk,
		   pickup_all_done(&st->order, st->done) ? CONTACT_DONE : CONTACT_PART);
	pickup_close(st, h->call->desk);
	v.order = number;
	notice_word(st, h->call->desk, NOTICE_GOOD, "handed_over", word, word, &v);
	if (job == 0 && h->copies > 0)
		job_missing(st);
	parcels_left(st, slice_of(order));
	survey_contact(st, &contact);
	answer_ok(st, h->call, members);
}

/* HQ changed the order since the clerk looked: show it, and ask again. */
static void show_change(struct station *st, const struct call *c)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char number[128];

	desk->row.rev = st->order.rev;
	pickup_seen(st, c->desk);
	store_desk_set(st->store, c->desk, &desk->row);
	order_number(&st->order, number, sizeof(number));
	v.order = number;
	answer_no(st, c, 409, REASON_ORDER_CHANGED, &v);
}

static void refuse_handover(struct station *st, const struct handover *h, enum reason r,
			    uint32_t needs)
{
	const struct call *c = h->call;
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX], number[128];

	order_number(&st->order, number, sizeof(number));
	v.order = number;
	if (r == REASON_FISCAL_NEEDED || r == REASON_PAYMENT_DUE) {
		const int64_t due = pay_due(&st->order, st->done);

		money_format(due ? due : pay_receipt_total(&st->order, st->done),
			     st->desks[c->desk].language, money);
		v.item = money;
	} else if (r == REASON_OVERPAID) {
		money_format(h->refund.rest, st->desks[c->desk].language, money);
		v.item = money;
	}
	if (needs)
		approval_ask(st, c, needs, 0, st->desks[c->desk].row.order, r, &v);
	else
		answer_no(st, c, 409, r, &v);
}

static bool read_args(struct json args, bool ships, struct handover *h)
{
	const struct json name = json_get(args, "name"), rest = json_get(args, "rest");

	if (json_is(rest, "later"))
		h->unchecked = REST_LATER;
	else if (json_is(rest, "refund"))
		h->unchecked = REST_REFUND;
	else if (rest.type != JSON_NONE)
		return false;
	if (name.type != JSON_NONE && (json_string(name, h->name, sizeof(h->name)) < 0 ||
				       text_has_control(slice_of(h->name))))
		return false;
	return collector_of(json_get(args, "collector"), ships, &h->collector) == 0;
}

/* On the newest record, with what was done at this desk. */
static enum reason decide(struct station *st, const struct handover *h,
			  const struct pickup_policy *policy, uint32_t *ret_needs)
{
	const struct call *c = h->call;
	const struct pickup_facts facts = { &st->order, st->config->store, station_now(st),
					    !approval_missing(st, c, 1u << NEED_LATE, 0),
					    h->collector == COLLECTOR_COURIER };
	const struct handover_facts f = {
		.order = &st->order,
		.done = st->done,
		.seen_rev = st->desks[c->desk].row.rev,
		.parcels_checked = pickup_parcels_checked(st, c->desk),
		.isolated = serving_alone(st),
		.isolated_approved = !approval_missing(st, c, 1u << NEED_ISOLATED, 0),
		.age_checked = st->order.ships || pickup_age_checked(st, c->desk),
	};
	enum reason r = pickup_verdict(&facts, policy);

	/* Somebody else may have logged in since it was opened. */
	if (r == REASON_NONE && staff_own_order(st, c))
		r = REASON_OWN_ORDER;
	*ret_needs = pickup_late_approvable(r, policy) ? 1u << NEED_LATE : 0;
	if (r == REASON_NONE)
		r = pickup_rest(&st->order, st->done, h->unchecked, policy);
	if (r == REASON_NONE) {
		r = collector_verdict(h->collector, h->name, json_get(st->order.body, "proxies"),
				      !approval_missing(st, c, 1u << NEED_PROXY, 0));
		*ret_needs = r == REASON_APPROVAL_NEEDED ? 1u << NEED_PROXY : 0;
	}
	if (r == REASON_NONE) {
		r = pickup_handover(&f, policy);
		*ret_needs = r == REASON_APPROVAL_NEEDED ? 1u << NEED_ISOLATED : 0;
	}
	return r;
}

void verb_pickup_handover(struct station *st, const struct call *c, struct json args)
{
	struct pickup_policy policy = pickup_policy_now(st);
	struct handover h = { .call = c };
	struct word_values v = words_none();
	uint32_t needs;
	enum reason r;

	if (!pickup_loaded(st, c))
		return;
	if (!read_args(args, st->order.ships, &h)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (loyalty_waits(st, c->desk)) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	if (serving_park(st, c, args))
		return;
	pickup_policy_for(&policy, &st->order);
	pickup_goods_load(st, c->desk, -1);
	pickup_kept_load(st, c->desk);
	pickup_parcels_count(st, c->desk);
	r = decide(st, &h, &policy, &needs);
	plan_refund(st, &h);
	/* What was taken at a till goes back at the till, before the goods leave. */
	if (r == REASON_NONE && h.refund.rest > 0 && pay_at_till(&st->order) > 0)
		r = REASON_OVERPAID;
	if (r == REASON_NONE)
		r = loyalty_verdict(st, c->desk);
	if (r == REASON_ORDER_CHANGED)
		show_change(st, c);
	else if (r == REASON_BAD_REQUEST)
		answer_said(st, c, 400, r, WORD_NO_PROXY_NAME);
	else if (r != REASON_NONE)
		refuse_handover(st, &h, r, needs);
	else
		hand_over(st, &h);
}
