// SPDX-License-Identifier: Apache-2.0
/*
 * The journal into an empty station: another lane of the store that hears HQ and the lanes in the
 * order in which it was said knows the same of every order and of the stock. And the laws that are
 * looked at when a run ends.
 */
#include "tests/property/property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/counter/parcel.h"
#include "firmware/prep.h"

#define STATE_MAX 16384

/* ---- the log ---- */

void replay_reset(struct run *r)
{
	r->log_n = 0;
	r->log_text_n = 0;
}

static void *grow(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		abort();
	return p;
}

void replay_keep(struct run *r, bool down, const struct door_event *e, struct slice payload)
{
	if (r->log_n == r->log_cap) {
		r->log_cap = r->log_cap ? r->log_cap * 2 : 1024;
		r->log = grow(r->log, (size_t)r->log_cap * sizeof(r->log[0]));
	}
	if (r->log_text_n + payload.n > r->log_text_cap) {
		r->log_text_cap = (r->log_text_n + payload.n) * 2;
		r->log_text = grow(r->log_text, r->log_text_cap);
	}
	memcpy(r->log_text + r->log_text_n, payload.p, payload.n);
	r->log[r->log_n++] = (struct logged){ .down = down,
					      .e = *e,
					      .wall_ms = r->station.wall_ms,
					      .mono_ms = r->station.mono_ms,
					      .at = r->log_text_n,
					      .n = payload.n };
	r->log_text_n += payload.n;
}

/* ---- what an order is like ---- */

static void write_json(struct buf *to, const char *name, struct json v)
{
	buf_fmt(to, " %s=%.*s", name, (int)v.n, v.n ? v.p : "");
}

void state_write(struct bench *b, int order, struct buf *to)
{
	const struct order *o = &b->st->order;
	struct prep_by by = { .staff = "" };
	char id[ID_MAX + 1];

	order_id(order, id);
	buf_fmt(to, "%s", id);
	if (!bench_order(b, id)) {
		buf_text(to, " unknown\n");
		return;
	}
	store_begin(b->store);
	if (!prep_taken_by(b->st, o->id, &by))
		by.staff[0] = by.lane[0] = '\0';
	buf_fmt(to, " %s by=%s@%s put_back=%d until=%lld receipted=%d due=%lld",
		order_status_name(o->status), by.staff, by.lane, prep_unstaged(b->st, o->id),
		(long long)o->collect_by_ms, o->receipted, (long long)order_due(o));
	store_commit(b->store);
	write_json(to, "shelf", o->shelf);
	for (int i = 0; i < o->line_count; i++) {
		const struct order_line *l = &o->lines[i];

		buf_fmt(to, "\n  line %.*s: handed=%lld short=%lld returned=%lld picked=%lld",
			(int)l->id.n, l->id.p, (long long)l->handed, (long long)l->short_,
			(long long)l->returned, (long long)l->picked);
		if (l->swapped > 0)
			write_json(to, "swaps", l->swaps);
		write_json(to, "missing", l->missing);
	}
	for (int i = 0; i < o->payment_count; i++) {
		const struct order_payment *p = &o->payments[i];

		buf_fmt(to, "\n  payment %.*s %.*s: %s %lld refunded=%lld", (int)p->id.n, p->id.p,
			(int)p->tender.n, p->tender.p, p->captured ? "taken" : "not taken",
			(long long)p->amount, (long long)p->refunded);
	}
	for (struct json_walk w = json_walk(o->parcels); json_next(&w);)
		write_json(to, "\n  parcel", w.value);
	buf_text(to, "\n");
}

static const char *state_of(struct run *r, struct bench *b, int order, char *memory)
{
	struct buf to;

	(void)r;
	buf_init(&to, memory, STATE_MAX);
	state_write(b, order, &to);
	return buf_str(&to) ? memory : "";
}

uint64_t state_hash(struct run *r)
{
	static char text[STATE_MAX];
	uint64_t h = UINT64_C(14695981039346656037);

	for (int i = 0; i < r->plan.orders; i++)
		for (const char *p = state_of(r, &r->station, i, text); *p; p++)
			h = (h ^ (uint8_t)*p) * UINT64_C(1099511628211);
	return h;
}

/* ---- the stock ---- */

/* As people are shown it: HQ's figure and what it has not counted. */
static int64_t stock_of(struct bench *b, int sku)
{
	struct record rec;
	struct json body;
	int64_t n = 0;

	store_begin(b->store);
	if (store_find(b->store, STREAM_STOCK, slice_of(sku_names[sku]), &rec) &&
	    json_check(rec.body, &body) == 0)
		n = json_int_or(json_get(body, "on_hand"), 0);
	n += store_stock_delta(b->store, slice_of(sku_names[sku]));
	store_commit(b->store);
	return n;
}

static void check_stock(struct run *r, struct bench *b, const char *where)
{
	for (int i = 0; i < SKUS; i++)
		if (stock_of(b, i) != r->books.stock[i])
			run_fail(r, "stock", "%s: %s is %lld there, start and changes are %lld",
				 where, sku_names[i], (long long)stock_of(b, i),
				 (long long)r->books.stock[i]);
}

/* ---- an empty station ---- */

static void compare(struct run *r)
{
	static char here[STATE_MAX], there[STATE_MAX];

	for (int i = 0; i < r->plan.orders && !r->failure[0]; i++) {
		if (strcmp(state_of(r, &r->station, i, here), state_of(r, &r->empty, i, there)) !=
		    0)
			run_fail(r, "replay", "the station has\n%sthe journal gives\n%s", here,
				 there);
	}
	check_stock(r, &r->empty, "the journal");
}

void replay_check(struct run *r)
{
	bench_reset(&r->empty, r->seed ^ 1, NULL);
	bench_begin_streams(&r->empty);
	bench_link(&r->empty, true);
	for (int i = 0; i < r->log_n; i++) {
		const struct logged *l = &r->log[i];

		r->empty.wall_ms = l->wall_ms;
		r->empty.mono_ms = l->mono_ms;
		bench_submit(&r->empty, &l->e, (struct slice){ r->log_text + l->at, l->n });
	}
	compare(r);
}

/* ---- at the end ---- */

static void check_lines(struct run *r, int i)
{
	const struct book_order *o = &r->books.orders[i];
	char id[ID_MAX + 1];

	order_id(i, id);
	if (!o->there || o->doubled || !bench_order(&r->station, id))
		return;
	for (int n = 0; n < o->line_count; n++) {
		const struct book_line *l = &o->lines[n];
		const struct order_line *is;
		char line[16];
		int at;

		text_fmt(line, sizeof(line), "%d", n + 1);
		at = order_line_find(&r->station.st->order, slice_of(line));
		if (l->gone || at < 0)
			continue;
		is = &r->station.st->order.lines[at];
		if (is->handed != l->handed || is->short_ != l->short_ ||
		    is->returned != l->returned)
			run_fail(r, "facts",
				 "%s line %d: handed %lld, short %lld, returned %lld; told were "
				 "%lld, %lld, %lld",
				 id, n + 1, (long long)is->handed, (long long)is->short_,
				 (long long)is->returned, (long long)l->handed,
				 (long long)l->short_, (long long)l->returned);
	}
}

/* What a payment gave back, as the station has it, is what was told. */
static void check_payments(struct run *r, int i)
{
	const struct order *is = &r->station.st->order;
	const struct book_order *o = &r->books.orders[i];
	char id[ID_MAX + 1];

	order_id(i, id);
	if (!o->there || o->doubled || !bench_order(&r->station, id))
		return;
	for (int n = 0; n < is->payment_count; n++) {
		struct book_payment *p;
		char name[64];

		if (json_string(is->payments[n].id, name, sizeof(name)) <= 0)
			continue;
		p = book_payment_find(&r->books.orders[i], name);
		if (!p)
			continue;
		if (p->captured != is->payments[n].captured ||
		    (p->captured && p->refunded != is->payments[n].refunded))
			run_fail(r, "facts",
				 "%s payment %s: %s, %lld went back; told were %s, %lld", id, name,
				 is->payments[n].captured ? "taken" : "not taken",
				 (long long)is->payments[n].refunded,
				 p->captured ? "taken" : "not taken", (long long)p->refunded);
	}
}

void laws_at_end(struct run *r)
{
	r->at = r->wish_count;
	/* The X report says what should be in the drawer; books.c compares. */
	bench_time(&r->station, 20 * 60000);
	bench_log_in(&r->station, "E3");
	if (r->books.shift && r->station.status == 200) {
		bench_verb(&r->station, "shift.report", "{}", NULL);
		if (r->station.status != 200)
			run_fail(r, "drawer", "no report: %s", r->station.reply);
	}
	if (r->station.st->ledger.last != r->books.seq)
		run_fail(r, "journal", "%lld events were told, the journal has %lld",
			 (long long)r->books.seq, (long long)r->station.st->ledger.last);
	check_stock(r, &r->station, "the station");
	book_figures_check(r);
	for (int i = 0; i < r->plan.orders && !r->failure[0]; i++) {
		check_lines(r, i);
		check_payments(r, i);
	}
	if (!r->failure[0])
		replay_check(r);
}
