// SPDX-License-Identifier: Apache-2.0
/*
 * Shifts of this lane: opened with a float, closed with a count made blind, cash in and out beside
 * sales. A shift's number is of the lane's epoch, so it never comes twice, not after a restore
 * either: what was open in a backup ends there uncounted, and another shift is opened.
 */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/counter/number.h"
#include "firmware/ledger.h"
#include "firmware/money.h"

#define MOVE_REASON_MAX 201

static void answer_money(struct station *st, const struct call *c, const char *code, enum word w,
			 int64_t amount, const char *members)
{
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX];

	money_format(amount, st->desks[c->desk].language, money);
	v.item = money;
	notice_word(st, c->desk, NOTICE_GOOD, code, w, w, &v);
	notice_hide_from_customer(st, c->desk);
	answer_ok(st, c, members);
}

static bool arg_money(struct json args, const char *name, int64_t *ret_amount)
{
	return json_int(json_get(args, name), ret_amount) == 0 && *ret_amount <= MONEY_MAX &&
	       *ret_amount >= -MONEY_MAX;
}

/* ---- opening ---- */

static void open_shift(struct station *st, const struct call *c, int64_t first)
{
	struct shift_row s = { .opened_ms = station_now(st) };
	struct word_values v = words_none();
	char members[SHIFT_NUMBER_MAX + 16];
	struct buf b;

	ledger_number(st, NUMBER_SHIFT, s.number);
	text_fmt(s.staff, sizeof(s.staff), "%s", c->session.row.staff);
	store_shift_add(st->store, &s);
	b = event_begin(st);
	jw_str(&b, "shift", s.number);
	jw_int(&b, "float", first);
	jw_str(&b, "staff", s.staff);
	event_end(st, "shift.opened", &b, (struct slice){ 0 }, NULL);
	money_book(st, c, TILL_FLOAT, "cash", first, "", "");
	money_kick(st, c, "shift");
	v.item = s.number;
	notice_word(st, c->desk, NOTICE_GOOD, "shift_opened", WORD_SHIFT_OPENED, WORD_SHIFT_OPENED,
		    &v);
	notice_hide_from_customer(st, c->desk);
	text_fmt(members, sizeof(members), "\"shift\":\"%s\"", s.number);
	answer_ok(st, c, members);
}

static void verb_shift_open(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	struct shift_row open;
	int64_t first;
	enum reason r;

	if (!arg_money(args, "float", &first) || first < 0) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	r = shift_open_verdict(store_shift(st->store, &open), first);
	if (r == REASON_NONE)
		open_shift(st, c, first);
	else
		answer_said(st, c, 409, r, WORD_NO_SECOND_SHIFT);
}

/* ---- reports ---- */

/* Members of shift.closed and shift.reported, and of the answers. */
static void write_report(struct station *st, const struct shift_row *s, struct buf *b)
{
	struct till_total totals[TILL_TOTALS_MAX];
	const int count = store_till_totals(st->store, s->shift, totals);
	const struct shift_sums sums = shift_sums_of(totals, count);

	jw_str(b, "shift", s->number);
	jw_int(b, "expected", sums.cash);
	jw_int(b, "float", sums.first);
	jw_int(b, "cash_in", sums.drawer_in);
	jw_int(b, "cash_out", sums.drawer_out);
	jw_open(b, "totals", '{');
	for (int i = 0; i < count; i++)
		if (shift_tender_first(totals, i))
			jw_int(b, totals[i].tender,
			       shift_tender_net(totals, count, totals[i].tender));
	jw_close(b, '}');
	jw_int(b, "handovers", s->handovers);
}

/* Told to HQ and printed; what the answer says of it is in `members`. */
static void report(struct station *st, const struct call *c, const struct shift_row *s, bool closed,
		   char *members, size_t cap)
{
	struct buf b = event_begin(st), answer;
	int64_t job;

	write_report(st, s, &b);
	if (closed)
		jw_int(&b, "counted", s->counted);
	jw_str(&b, "staff", c->session.row.staff);
	if (closed)
		event_end(st, "shift.closed", &b, (struct slice){ 0 }, NULL);
	else
		event_end(st, "shift.reported", &b, (struct slice){ 0 }, NULL);
	job = till_slip_shift(st, c, s, closed);
	buf_init(&answer, members, cap);
	write_report(st, s, &answer);
	if (closed) {
		jw_int(&answer, "counted", s->counted);
		jw_int(&answer, "difference", s->counted - s->expected);
	}
	jw_int(&answer, "job", job);
	if (!buf_str(&answer))
		members[0] = '\0';
}

static void verb_shift_report(struct station *st, const struct call *c, struct json args)
{
	char members[TILL_TOTALS_MAX * 48 + 512];
	struct shift_row s;

	(void)args;
	if (!store_shift(st->store, &s)) {
		answer_said(st, c, 409, REASON_SHIFT_CLOSED, WORD_NO_SHIFT);
		return;
	}
	report(st, c, &s, false, members, sizeof(members));
	answer_ok(st, c, members);
}

/* Is an order open here that money of this shift was taken for? It goes out, or the money back,
 * within the shift. */
static bool pays_now(struct station *st, enum desk desk, const struct shift_row *s)
{
	const struct desk_state *d = &st->desks[desk];
	struct taken t = { 0 };

	while (d->mode == MODE_PICKUP && store_taken_next(st->store, slice_of(d->row.order), &t))
		if (t.state == TAKEN && t.at_ms >= s->opened_ms &&
		    strcmp(t.lane, st->config->lane) == 0)
			return true;
	return false;
}

static void verb_shift_close(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char members[TILL_TOTALS_MAX * 48 + 512];
	struct shift_row s = { 0 };
	int64_t counted;
	enum reason r;
	bool open;

	if (!arg_money(args, "counted", &counted) || counted < 0) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	open = store_shift(st->store, &s);
	r = shift_close_verdict(open, open && pays_now(st, c->desk, &s), counted);
	if (r != REASON_NONE) {
		answer_said(st, c, 409, r, WORD_NO_SHIFT);
		return;
	}
	s.counted = counted;
	s.expected = store_till_cash(st->store, s.shift);
	s.closed_ms = station_now(st);
	report(st, c, &s, true, members, sizeof(members));
	if (s.counted != s.expected)
		money_book(st, c, TILL_COUNT, "cash", s.counted - s.expected, "", "");
	store_shift_close(st->store, &s);
	answer_money(st, c, "shift_closed", WORD_SHIFT_CLOSED, s.counted - s.expected, members);
}

/* ---- cash in and out ---- */

static void move_cash(struct station *st, const struct call *c, int64_t amount, const char *reason)
{
	struct buf b = event_begin(st);
	char members[48];

	jw_int(&b, "amount", amount);
	jw_str(&b, "reason", reason);
	money_shift_write(st, &b);
	jw_str(&b, "staff", c->session.row.staff);
	if (amount < 0)
		jw_approval(&b, approval_of(st, c));
	event_end(st, "cash.moved", &b, (struct slice){ 0 }, NULL);
	money_book(st, c, amount < 0 ? TILL_OUT : TILL_IN, "cash", amount, "", reason);
	text_fmt(members, sizeof(members), "\"job\":%lld", (long long)money_kick(st, c, reason));
	answer_money(st, c, "cash_moved", WORD_CASH_MOVED, amount, members);
}

static void verb_cash_move(struct station *st, const struct call *c, struct json args)
{
	const struct till_facts till = money_till_now(st, NULL);
	struct word_values v = words_none();
	char reason[MOVE_REASON_MAX];
	int64_t amount;
	enum reason r;

	if (!arg_money(args, "amount", &amount) || amount == 0 ||
	    !arg_why(args, reason, sizeof(reason))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!reason[0]) {
		answer_no(st, c, 400, REASON_REASON_NEEDED, &v);
		return;
	}
	r = shift_move_verdict(&till, amount, !approval_missing(st, c, 1u << NEED_CASH, amount));
	if (r == REASON_NONE)
		move_cash(st, c, amount, reason);
	else if (r == REASON_APPROVAL_NEEDED)
		approval_ask(st, c, 1u << NEED_CASH, amount, "", r, &v);
	else
		answer_no(st, c, 409, r, &v);
}

const struct verb shift_verbs[] = {
	{ "shift.open", false, false, ROLE_CLERK, verb_shift_open },
	{ "shift.close", false, false, ROLE_CLERK, verb_shift_close },
	{ "shift.report", false, false, ROLE_SUPERVISOR, verb_shift_report },
	{ "cash.move", false, false, ROLE_CLERK, verb_cash_move },
	{ 0 },
};
