// SPDX-License-Identifier: Apache-2.0
#include "firmware/approvals.h"

#include <string.h>

#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"

#define BLOCKED_MS (180 * 1000)

static bool same_act(const struct approval *a, int64_t amount)
{
	return a->staff[0] && a->amount == amount;
}

uint32_t approval_missing(const struct station *st, const struct call *c, uint32_t needs,
			  int64_t amount)
{
	const struct approval *kept = &st->desks[c->desk].approval;

	if (same_act(&c->approval, amount))
		needs &= ~c->approval.granted;
	if (same_act(kept, amount))
		needs &= ~kept->granted;
	return needs;
}

void approval_doing(struct station *st, const char *verb, struct slice text, enum symbology sym)
{
	st->doing.verb = verb;
	st->doing.text = text;
	st->doing.symbology = sym;
}

void approval_forget(struct station *st, enum desk desk)
{
	st->dirty = st->dirty || st->desks[desk].blocked.active;
	st->desks[desk].blocked.active = false;
}

void approval_ask(struct station *st, const struct call *c, uint32_t needs, int64_t amount,
		  const char *order, enum reason r, const struct word_values *values)
{
	struct blocked *b = &st->desks[c->desk].blocked;

	*b = (struct blocked){ .needs = needs, .amount = amount, .symbology = st->doing.symbology };
	b->number = ++st->blocked_number;
	b->act = c->approval.act ? c->approval.act : b->number;
	if (same_act(&c->approval, amount))
		b->granted = c->approval.granted;
	/* What is too long to be kept can be done again by hand once it is shorter: nothing is. */
	b->active =
		st->doing.verb && st->doing.text.n <= sizeof(b->text) && c->desk == DESK_COUNTER;
	if (b->active) {
		b->until_ms = station_mono(st) + BLOCKED_MS;
		station_wake_at(st, b->until_ms);
		text_fmt(b->order, sizeof(b->order), "%s", order);
		text_fmt(b->staff, sizeof(b->staff), "%s", c->session.row.staff);
		text_fmt(b->verb, sizeof(b->verb), "%s", st->doing.verb);
		memcpy(b->text, st->doing.text.p, st->doing.text.n);
		b->n = st->doing.text.n;
	}
	answer_no(st, c, 409, r, values);
}

const struct approval *approval_of(const struct station *st, const struct call *c)
{
	return c->approval.staff[0] ? &c->approval : &st->desks[c->desk].approval;
}

void jw_approval(struct buf *b, const struct approval *a)
{
	if (!a->staff[0])
		return;
	jw_open(b, "approval", '{');
	jw_str(b, "staff", a->staff);
	jw_str(b, "reason", a->reason);
	jw_close(b, '}');
}

static void write_kept(struct station *st, enum desk desk, const struct approval *a)
{
	char memory[1024];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_int(&b, "granted", a->granted);
	jw_int(&b, "amount", a->amount);
	jw_str(&b, "staff", a->staff);
	jw_str(&b, "reason", a->reason);
	jw_close(&b, '}');
	store_work_extra_set(st->store, desk, slice_of("approval"), buf_read(&b));
}

void approval_keep(struct station *st, const struct call *c, uint32_t but)
{
	struct approval *kept = &st->desks[c->desk].approval;
	const uint32_t before = kept->granted;

	if (!c->approval.staff[0])
		return;
	*kept = c->approval;
	kept->granted = (kept->granted & ~but) | before;
	write_kept(st, c->desk, kept);
}

void approval_load(struct station *st, enum desk desk)
{
	struct approval *a = &st->desks[desk].approval;
	struct json root;
	char text[1024];

	if (!store_work_extra(st->store, desk, slice_of("approval"), text, sizeof(text)) ||
	    json_check(slice_of(text), &root) < 0)
		return;
	a->granted = (uint32_t)json_int_or(json_get(root, "granted"), 0);
	a->amount = json_int_or(json_get(root, "amount"), 0);
	if (json_string(json_get(root, "staff"), a->staff, sizeof(a->staff)) < 0 ||
	    json_string(json_get(root, "reason"), a->reason, sizeof(a->reason)) < 0)
		*a = (struct approval){ 0 };
}

static void jw_needs(struct buf *b, const char *name, uint32_t needs)
{
	jw_open(b, name, '[');
	for (int n = 0; n < NEED_COUNT; n++)
		if (needs & (1u << n))
			jw_str(b, NULL, need_name((enum need)n));
	jw_close(b, ']');
}

void approval_document(struct station *st, struct buf *b)
{
	const struct blocked *blocked = &st->desks[DESK_COUNTER].blocked;

	if (!blocked->active) {
		jw_null(b, "blocked");
		return;
	}
	jw_open(b, "blocked", '{');
	jw_needs(b, "needs", blocked->needs);
	if (blocked->order[0])
		jw_str(b, "order", blocked->order);
	if (blocked->amount)
		jw_int(b, "amount", blocked->amount);
	jw_str(b, "verb", blocked->verb[0] ? blocked->verb : "scan");
	jw_close(b, '}');
}

void approvals_tick(struct station *st)
{
	for (int d = 0; d < DESK_COUNT; d++) {
		struct blocked *b = &st->desks[d].blocked;

		if (b->active && station_mono(st) >= b->until_ms)
			approval_forget(st, (enum desk)d);
		else if (b->active)
			station_wake_at(st, b->until_ms);
	}
}

void verb_approve(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char staff[ID_MAX + 1], pin[64], reason[APPROVAL_REASON_MAX];

	if (!arg_text(args, "staff", staff, sizeof(staff)) ||
	    json_string(json_get(args, "pin"), pin, sizeof(pin)) < 0 ||
	    !arg_why(args, reason, sizeof(reason))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!st->desks[c->desk].blocked.active) {
		answer_said(st, c, 409, REASON_BAD_REQUEST, WORD_NO_BLOCKED);
		return;
	}
	if (!reason[0]) {
		answer_no(st, c, 400, REASON_REASON_NEEDED, &v);
		return;
	}
	staff_check_pin(st, c, PIN_APPROVE, staff, pin, reason);
}

/* Is this order the approver's own? */
static bool is_own(struct station *st, const struct blocked *b, const char *staff)
{
	char customer[ID_MAX + 1];

	if (!b->order[0] || !order_load(st, slice_of(b->order)) ||
	    json_string(json_get(st->order.customer, "id"), customer, sizeof(customer)) <= 0)
		return false;
	return staff_is_customer(st, staff, customer);
}

static void keep_grant(struct station *st, enum desk desk, const struct blocked *blocked,
		       const char *by, const char *reason)
{
	struct desk_state *d = &st->desks[desk];
	struct grant *g = &d->grants[d->next_grant];

	*g = (struct grant){ .act = blocked->act,
			     .needs = blocked->needs,
			     .amount = blocked->amount };
	text_fmt(g->order, sizeof(g->order), "%s", blocked->order);
	text_fmt(g->by, sizeof(g->by), "%s", by);
	text_fmt(g->staff, sizeof(g->staff), "%s", blocked->staff);
	text_fmt(g->reason, sizeof(g->reason), "%s", reason);
	d->next_grant = (d->next_grant + 1) % GRANTS_KEPT;
}

static void tell_granted(struct station *st, const struct grant *g)
{
	struct buf b = event_begin(st);
	char names[256];
	struct buf list;

	buf_init(&list, names, sizeof(names));
	for (int n = 0; n < NEED_COUNT; n++)
		if (g->needs & (1u << n))
			buf_fmt(&list, "%s%s", list.len ? "," : "", need_name((enum need)n));
	jw_slice(&b, "for", buf_read(&list));
	jw_str(&b, "reason", g->reason);
	if (g->order[0])
		jw_str(&b, "order", g->order);
	if (g->amount)
		jw_int(&b, "amount", g->amount);
	jw_str(&b, "by", g->by);
	jw_str(&b, "staff", g->staff);
	event_end(st, "approval.granted", &b, (struct slice){ 0 }, NULL);
}

/* The oldest word first. */
void approval_happened(struct station *st, const struct call *c)
{
	struct desk_state *d = &st->desks[c->desk];

	for (int i = 0; c->approval.act && i < GRANTS_KEPT; i++) {
		struct grant *g = &d->grants[(d->next_grant + i) % GRANTS_KEPT];

		if (g->act != c->approval.act)
			continue;
		tell_granted(st, g);
		g->act = 0;
	}
}

void approval_came_to_nothing(struct station *st, const struct call *c)
{
	struct desk_state *d = &st->desks[c->desk];

	/* It asks for one thing more. */
	if (d->blocked.active && d->blocked.act == c->approval.act)
		return;
	for (int i = 0; c->approval.act && i < GRANTS_KEPT; i++)
		if (d->grants[i].act == c->approval.act)
			d->grants[i].act = 0;
}

/* The same act once more: whoever pressed `approve` gets its answer. */
static void do_again(struct station *st, const struct call *c, const struct blocked *b)
{
	struct slice text = { b->text, b->n };

	if (b->verb[0])
		verb_again(st, c, b->verb, text);
	else
		desk_scan(st, c, text, b->symbology);
}

void approval_given(struct station *st, const struct call *c, uint64_t number, const char *staff,
		    enum role role, const char *reason)
{
	struct desk_state *desk = &st->desks[c->desk];
	const struct blocked blocked = desk->blocked;
	struct word_values v = words_none();
	struct call again = *c;
	struct approval_facts f = { blocked.staff, staff, role >= ROLE_SUPERVISOR, false };
	enum reason r;

	/* While the PIN was looked at another act took its place: that one nobody has seen. */
	if (!blocked.active || blocked.number != number) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	f.own = is_own(st, &blocked, staff);
	r = approval_verdict(&f);
	if (r != REASON_NONE) {
		v.order = blocked.order[0] ? blocked.order : NULL;
		answer_no(st, c, 409, r, &v);
		return;
	}
	desk->blocked.active = false;
	again.approval.granted = blocked.needs | blocked.granted;
	/* A word for the open work holds for what that work was granted before. */
	again.approval.granted |=
		desk->approval.amount == blocked.amount ? desk->approval.granted : 0;
	again.approval.amount = blocked.amount;
	text_fmt(again.approval.staff, sizeof(again.approval.staff), "%s", staff);
	text_fmt(again.approval.reason, sizeof(again.approval.reason), "%s", reason);
	again.approval.act = blocked.act;
	keep_grant(st, c->desk, &blocked, staff, reason);
	do_again(st, &again, &blocked);
}
