// SPDX-License-Identifier: Apache-2.0
/*
 * Who and what waits: customers who are here, orders to hand over, orders to prepare, those by
 * their promise. Orders are filed by HQ's word and its time (filing.c); what lanes have done since
 * is laid over. Of each status the first ones are shown, and no more of them is read.
 */
#include <string.h>

#include "firmware/desk.h"
#include "firmware/documents.h"
#include "firmware/loyalty.h"
#include "firmware/overlay.h"
#include "firmware/prep.h"
#include "firmware/streams.h"

#define QUEUE_PASSED_MAX 32  /* then those that are done are no longer filed as waiting */
#define QUEUE_SHOWN	 60  /* of each status */
#define QUEUE_LOOKED	 512 /* of each status, done ones included */

static void add_queued(struct buf *b, const char *order, const char *number, const char *status,
		       int64_t waiting_s)
{
	jw_open(b, NULL, '{');
	jw_str(b, "order", order);
	jw_str(b, "status", status);
	jw_int(b, "waiting_s", waiting_s);
	jw_str(b, "number", number);
}

/* Waiting in steps of half a minute, so that a quiet shop has quiet screens. */
static int64_t waited_s(struct station *st, int64_t since_ms)
{
	int64_t s = since_ms ? (station_now(st) - since_ms) / 1000 : 0;

	return s > 0 ? s / 30 * 30 : 0;
}

static const char *const statuses[] = { "ready", "picking", "placed" };
#define STATUSES COUNT_OF(statuses)

#define QUEUE_NUMBER_MAX 48 /* a longer one is no figure for a board: then it is the id */
struct waiting_order {
	char id[ID_MAX + 1];
	char number[ID_MAX + 1]; /* what people call it */
	int64_t promised_ms;	 /* INT64_MAX none */
	int64_t since_ms;	 /* ready or placed */
	bool ships;		 /* nobody comes for it */
	char lang[LANG_MAX];	 /* its customer's, "" not known */
};

struct waits {
	struct waiting_order orders[STATUSES][QUEUE_SHOWN];
	int count[STATUSES];
};

static int64_t time_of(struct json v, int64_t otherwise)
{
	char text[48];
	int64_t at;

	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &at) == 0
		       ? at
		       : otherwise;
}

/* False: it is not there (any more). */
static bool read_times(struct station *st, struct waiting_order *o)
{
	static const char *const names[] = { "ready_at", "placed_at",  "promised_at",
					     "number",	 "fulfilment", "customer" };
	struct json m[COUNT_OF(names)], body;
	struct record r;

	if (!store_find(st->store, STREAM_ORDERS, slice_of(o->id), &r) || r.state != RECORD_LIVE ||
	    json_check(r.body, &body) < 0)
		return false;
	json_pick(body, names, m, COUNT_OF(names));
	if (json_string(m[3], o->number, QUEUE_NUMBER_MAX) <= 0)
		text_fmt(o->number, sizeof(o->number), "%s", o->id);
	o->since_ms = time_of(m[0], time_of(m[1], 0));
	o->promised_ms = time_of(m[2], time_of(m[1], INT64_MAX));
	o->ships = json_is(m[4], "ship");
	if (json_string(json_get(m[5], "lang"), o->lang, sizeof(o->lang)) < 0)
		o->lang[0] = '\0';
	return true;
}

/* Of who is here: the order's word, else the member's. */
static void read_lang(struct station *st, struct waiting_order *o)
{
	char member[ID_MAX + 1];
	struct member_view m;
	struct record r;
	struct json body;

	if (o->lang[0] || !store_find(st->store, STREAM_ORDERS, slice_of(o->id), &r) ||
	    json_check(r.body, &body) < 0 ||
	    !member_of_customer(st, json_get(body, "customer"), member) ||
	    !member_load(st, member, &m) ||
	    json_string(json_get(m.body, "lang"), o->lang, sizeof(o->lang)) < 0)
		return;
}

static void note_lang(struct station *st, const struct waiting_order *o)
{
	const int n = st->waiting_lang_count;

	if (!o->lang[0] || n == WAITING_LANGS_MAX)
		return;
	text_fmt(st->waiting_langs[n].order, ID_MAX + 1, "%s", o->id);
	text_fmt(st->waiting_langs[n].lang, LANG_MAX, "%s", o->lang);
	st->waiting_lang_count++;
}

static int status_index(struct json word)
{
	for (size_t s = 0; s < STATUSES; s++)
		if (json_is(word, statuses[s]))
			return (int)s;
	return -1;
}

static bool listed(const struct waits *w, int s, const char *id)
{
	for (int i = 0; i < w->count[s]; i++)
		if (!strcmp(w->orders[s][i].id, id))
			return true;
	return false;
}

/* What is to prepare stands by its promise. */
static void put_in(struct station *st, struct waits *w, int s, const char *id)
{
	struct waiting_order o = { 0 };
	int at = w->count[s];

	text_fmt(o.id, sizeof(o.id), "%s", id);
	if (listed(w, s, id) || !read_times(st, &o))
		return;
	while (s > 0 && at > 0 && w->orders[s][at - 1].promised_ms > o.promised_ms)
		at--;
	if (at == QUEUE_SHOWN)
		return;
	if (w->count[s] < QUEUE_SHOWN)
		w->count[s]++;
	memmove(&w->orders[s][at + 1], &w->orders[s][at],
		(size_t)(w->count[s] - at - 1) * sizeof(o));
	w->orders[s][at] = o;
}

/* Orders of one status by HQ's word, unless a lane has said otherwise since; how many of them wait
 * no more, which HQ has not written yet. */
static int collect_filed(struct station *st, int s, struct waits *w)
{
	const int64_t gen = store_cursor(st->store, STREAM_ORDERS).gen;
	char key[LOOKUP_WALK_MAX] = "", id[ID_MAX + 1] = "";
	struct json over;
	int passed = 0, n = 0;

	for (int i = 0; i < QUEUE_LOOKED && n < QUEUE_SHOWN; i++) {
		if (!store_lookup_walk(st->store, gen, LOOKUP_STATUS, statuses[s], key, id))
			break;
		if (store_order_gone(st->store, slice_of(id))) {
			passed++;
		} else if (overlay_get(st, slice_of(id), "status", &over) &&
			   status_index(over) != s) {
			passed += s > 0 && status_index(over) <= 0;
		} else {
			put_in(st, w, s, id);
			n++;
		}
	}
	return passed;
}

/* Orders that a lane says are of this status, while HQ's word is another. */
static void collect_said(struct station *st, int s, struct waits *w)
{
	char id[ID_MAX + 1] = "", value[24];
	struct json over;

	text_fmt(value, sizeof(value), "\"%s\"", statuses[s]);
	for (int i = 0; i < QUEUE_LOOKED; i++) {
		if (!store_over_of(st->store, "status", value, id))
			break;
		if (!store_order_gone(st->store, slice_of(id)) &&
		    overlay_get(st, slice_of(id), "status", &over))
			put_in(st, w, s, id);
	}
}

/* Of an order in preparation, for staff: until when, and who has it. */
static void add_prepared(struct station *st, struct buf *b, const struct waiting_order *o)
{
	char text[128];
	struct prep_by by;
	enum role role;

	if (o->promised_ms != INT64_MAX) {
		time_format(o->promised_ms, text);
		jw_str(b, "promised", text);
	}
	if (!prep_taken_by(st, slice_of(o->id), &by))
		return;
	jw_str(b, "by", staff_name(st, by.staff, text, sizeof(text), &role) ? text : by.staff);
}

static void write_queue(struct station *st, const struct waits *w, bool staff, struct buf *b)
{
	char id[ID_MAX + 1] = "";
	struct waiting_order here;
	int64_t at = 0;

	jw_open(b, NULL, '[');
	for (int n = 0; n < QUEUE_SHOWN && store_here_next(st->store, id, &at); n++) {
		here = (struct waiting_order){ .id = "" };
		text_fmt(here.id, sizeof(here.id), "%s", id);
		add_queued(b, id, read_times(st, &here) ? here.number : id, "here",
			   waited_s(st, at));
		if (staff) {
			read_lang(st, &here);
			note_lang(st, &here);
			if (here.lang[0])
				jw_str(b, "lang", here.lang);
		}
		jw_close(b, '}');
	}
	for (size_t s = 0; s < STATUSES; s++)
		for (int i = 0; i < w->count[s]; i++) {
			const struct waiting_order *o = &w->orders[s][i];

			if (store_is_here(st->store, slice_of(o->id)) || (o->ships && !staff))
				continue; /* stands above; is nobody's who waits */
			add_queued(b, o->id, o->number, statuses[s], waited_s(st, o->since_ms));
			if (o->ships)
				jw_bool(b, "ship", true);
			if (staff && o->lang[0])
				jw_str(b, "lang", o->lang);
			if (staff && s > 0)
				add_prepared(st, b, o);
			jw_close(b, '}');
		}
	jw_close(b, ']');
}

static size_t keep(const struct buf *b)
{
	return b->overflow ? 0 : b->len;
}

/* For the key figures, as far as it is read. */
static void count_queue(struct station *st, const struct waits *w)
{
	struct station_figures *f = &st->figures;
	char id[ID_MAX + 1] = "";
	int64_t at = 0, here = 0;

	while (here < QUEUE_SHOWN && store_here_next(st->store, id, &at))
		here++;
	f->stale = f->stale || f->here != here || f->ready != w->count[0] ||
		   f->picking != w->count[1] || f->placed != w->count[2] ||
		   f->no_shows != f->no_shows_seen;
	f->metrics_stale = f->metrics_stale || f->stale;
	f->here = here;
	f->ready = w->count[0];
	f->picking = w->count[1];
	f->placed = w->count[2];
	f->no_shows = f->no_shows_seen;
}

/* Reading a hundred orders for every scan is what a person would wait for; so only when one has
 * changed, and now and then for the waiting times. */
void queue_refresh(struct station *st)
{
	int64_t now = station_mono(st);
	struct waits w = { 0 };
	int passed = 0;
	struct buf b;

	if (st->queue_n && !st->queue_stale && now - st->queue_ms < QUEUE_AGE_MS)
		return;
	for (size_t s = 0; s < STATUSES; s++) {
		passed += collect_filed(st, (int)s, &w);
		collect_said(st, (int)s, &w);
	}
	st->waiting_lang_count = 0;
	buf_init(&b, st->queue, sizeof(st->queue));
	write_queue(st, &w, true, &b);
	st->queue_n = keep(&b);
	buf_init(&b, st->board_queue, sizeof(st->board_queue));
	write_queue(st, &w, false, &b);
	st->board_queue_n = keep(&b);
	buf_init(&b, st->tasks, sizeof(st->tasks));
	tasks_write(st, &b);
	st->tasks_n = keep(&b);
	count_queue(st, &w);
	if (passed > QUEUE_PASSED_MAX)
		file_out_done(st);
	st->queue_stale = false;
	st->queue_ms = now;
}

/* Takes the elements of one order out of a kept list, in place. */
static void cut_order(char *text, size_t *n, const char *order)
{
	struct json_walk w = json_walk(json_accepted((struct slice){ text, *n }));

	while (json_next(&w)) {
		size_t at = (size_t)(w.value.p - text), cut = w.value.n;

		if (!json_is(json_get(w.value, "order"), order))
			continue;
		if (text[at + cut] == ',') {
			cut++;
		} else if (text[at - 1] == ',') {
			at--;
			cut++;
		}
		memmove(text + at, text + at + cut, *n - at - cut);
		*n -= cut;
		w = json_walk(json_accepted((struct slice){ text, *n }));
	}
}

void queue_without(struct station *st, const char *order)
{
	if (st->queue_stale || !st->queue_n || !st->board_queue_n) {
		st->queue_stale = true;
		return;
	}
	cut_order(st->queue, &st->queue_n, order);
	cut_order(st->board_queue, &st->board_queue_n, order);
	st->queue_thin = st->dirty = true;
}

void queue_tick(struct station *st)
{
	if (!st->queue_thin)
		return;
	st->queue_thin = false;
	st->queue_stale = st->dirty = true;
}

static void add_kept(struct buf *b, const char *name, const char *text, size_t n)
{
	jw_raw(b, name, n ? (struct slice){ text, n } : slice_of("[]"));
}

/* Who of those that wait is served best by who is logged in here. */
static void add_for_me(struct station *st, struct buf *b)
{
	const struct session s = staff_at(st, DESK_COUNTER);
	struct queue_facts f = { .shop = language_code(st->language) };

	jw_open(b, "for_me", '[');
	for (int i = 0; s.valid && i < st->waiting_lang_count; i++) {
		f.lang = st->waiting_langs[i].lang;
		f.mine = staff_speaks(st, s.row.staff, f.lang);
		if (queue_for_me(&f) &&
		    store_is_here(st->store, slice_of(st->waiting_langs[i].order)))
			jw_str(b, NULL, st->waiting_langs[i].order);
	}
	jw_close(b, ']');
}

void queue_document(struct station *st, struct buf *b)
{
	add_kept(b, "queue", st->queue, st->queue_n);
	add_for_me(st, b);
	add_kept(b, "tasks", st->tasks, st->tasks_n);
}

void queue_board(struct station *st, struct buf *b)
{
	add_kept(b, "queue", st->board_queue, st->board_queue_n);
}
