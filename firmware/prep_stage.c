// SPDX-License-Identifier: Apache-2.0
/* What was prepared goes onto a shelf: the order is ready, or waits there for its rest. */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/counter/calendar.h"
#include "firmware/counter/pick_slip.h"
#include "firmware/figures.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/overlay.h"
#include "firmware/prep_inside.h"
#include "firmware/printing.h"

#define HOLD_HOURS     48 /* policy pickup.hold_hours */
#define HOLD_HOURS_MAX (24 * 366)

static void write_lines(struct station *st, struct buf *b)
{
	jw_open(b, "lines", '[');
	for (int i = 0; i < st->order.line_count; i++) {
		const int64_t have = prep_line_of(&st->order.lines[i]).have;

		if (have == 0)
			continue;
		jw_open(b, NULL, '{');
		jw_value(b, "line", st->order.lines[i].id);
		jw_int(b, "qty", have);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* How long it waits from now on: policy's hours while the shop is open. False: nobody says so, or
 * HQ says until when. */
static bool holds_until(struct station *st, int64_t *ret_ms)
{
	const struct json policy = json_get(policy_get(st, "pickup"), "hold_hours");
	const int64_t hours = json_int_or(policy, HOLD_HOURS), now = station_now(st);
	const bool told = policy.type != JSON_NONE;

	if (st->order.ships)
		return false; /* a courier comes, whenever */
	/* Prepared once more for who came late, or without a word of HQ's. */
	if (st->order.collect_by_ms ? now <= st->order.collect_by_ms : !told)
		return false;
	*ret_ms = calendar_hold_ms(now, hours > 0 && hours < HOLD_HOURS_MAX ? hours : HOLD_HOURS,
				   policy_get(st, "hours"));
	return true;
}

void prep_hold(struct station *st, const struct call *c)
{
	char until[TIME_TEXT_MAX], memory[256];
	int64_t until_ms;
	struct mark mark;
	struct buf b;

	if (!holds_until(st, &until_ms))
		return;
	time_format(until_ms, until);
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "until", until);
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, approval_of(st, c));
	mark = mark_own(st, event_end(st, "order.extended", &b, (struct slice){ 0 }, NULL));
	overlay_set(st, st->order.id, "until", prep_quoted(until, memory), &mark);
}

/* ---- labels ---- */

static bool labels_wanted(struct station *st)
{
	const struct json labels = json_get(policy_get(st, "print"), "labels");

	return labels.type != JSON_BOOL || json_true(labels);
}

/* How many were queued. */
static int64_t print_labels(struct station *st, const char *shelf, int64_t count)
{
	struct pick_slip_facts f = { .order = &st->order, .language = st->language };
	int64_t printed = 0;
	struct buf doc;

	if (!labels_wanted(st))
		return 0;
	f.store_name = st->config->name;
	f.now_ms = station_now(st);
	for (int64_t n = 1; n <= count; n++) {
		buf_init(&doc, st->doc, sizeof(st->doc));
		parcel_label(&f, n, count, shelf, &doc);
		if (!doc.overflow && job_queue(st, "label", NULL, buf_read(&doc)))
			printed++;
	}
	return printed;
}

/* ---- staged ---- */

static void write_parcels(struct station *st, struct buf *b, int64_t parcels)
{
	if (parcels == 0)
		return;
	jw_open(b, "parcels", '[');
	for (int64_t n = 1; n <= parcels; n++) {
		char label[2 * ID_MAX];

		parcel_label_text(st->order.id, n, label, sizeof(label));
		jw_str(b, NULL, label);
	}
	jw_close(b, ']');
}

int64_t prep_tell_staged(struct station *st, const struct call *c, const char *shelf, bool whole,
			 int64_t parcels)
{
	struct buf b = event_begin(st);
	char memory[256];
	struct mark mark;

	jw_slice(&b, "order", st->order.id);
	if (shelf[0])
		jw_str(&b, "shelf", shelf);
	write_lines(st, &b);
	write_parcels(st, &b, parcels);
	if (whole)
		figures_promised(st, &b);
	else
		jw_bool(&b, "rest", true);
	jw_str(&b, "staff", c->session.row.staff);
	jw_approval(&b, approval_of(st, c));
	mark = mark_own(st, event_end(st, "order.staged", &b, (struct slice){ 0 }, NULL));
	if (shelf[0])
		overlay_set(st, st->order.id, "shelf", prep_quoted(shelf, memory), &mark);
	if (whole && st->order.status != ORDER_READY)
		overlay_set(st, st->order.id, "status", slice_of("\"ready\""), &mark);
	if (parcels > 0) {
		text_fmt(memory, sizeof(memory), "%lld", (long long)parcels);
		overlay_keep(st, st->order.id, "packed", slice_of(memory), &mark);
	}
	overlay_drop(st, st->order.id, "by");
	return mark.seq;
}

void prep_stage_on(struct station *st, const struct call *c, const char *shelf, int64_t parcels)
{
	struct word_values v;
	char number[128], members[512];
	bool whole = false;
	enum reason r = prep_stage(&st->order, &whole);

	v = prep_words(st, number);
	if (gone_any(st, c->desk))
		r = REASON_ITEM_SURPLUS;
	if (r != REASON_NONE) {
		prep_no(st, c, r, &v);
		return;
	}
	prep_goes_on(st, c);
	whole = whole && parcels_staged(&st->order);
	parcels = print_labels(st, shelf, parcels);
	prep_tell_staged(st, c, shelf, whole, parcels);
	if (whole)
		prep_hold(st, c);
	v.item = shelf;
	text_fmt(members, sizeof(members), "\"order\":\"%.*s\",\"whole\":%s,\"labels\":%lld",
		 (int)st->order.id.n, st->order.id.p, whole ? "true" : "false", (long long)parcels);
	prep_end_work(st, c->desk);
	prep_note(st, c->desk, NOTICE_GOOD, "staged", whole ? WORD_PREP_STAGED : WORD_PREP_RESTS,
		  &v);
	answer_ok(st, c, members);
}

void verb_prep_stage(struct station *st, const struct call *c, struct json args)
{
	const struct json parcels = json_get(args, "parcels");
	char shelf[ID_MAX + 1], label[PARCEL_LABEL_MAX + 8];
	struct json said;
	int64_t n = 1;

	if (!arg_text(args, "shelf", shelf, sizeof(shelf)) ||
	    (parcels.type != JSON_NONE && json_int(parcels, &n) < 0)) {
		prep_bad(st, c);
		return;
	}
	if (prep_works(st, c->desk, PREP_PARCEL)) {
		if (store_work_extra(st->store, c->desk, slice_of(PREP_LABEL), label,
				     sizeof(label)) &&
		    json_check(slice_of(label), &said) == 0) {
			char text[PARCEL_LABEL_MAX];

			json_string(said, text, sizeof(text));
			parcel_stage_on(st, c, slice_of(text), shelf);
		} else {
			prep_bad(st, c);
		}
		return;
	}
	if (!prep_loaded(st, c, PREP_PICK))
		return;
	if (n < 1 || n > PARCELS_PACKED_MAX) {
		struct word_values v = words_none();

		prep_no(st, c, REASON_BAD_REQUEST, &v);
		return;
	}
	prep_stage_on(st, c, shelf, n);
}
