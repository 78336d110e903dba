// SPDX-License-Identifier: Apache-2.0
/*
 * What leaves a step to be seen: a document for each screen, the heartbeat, the numbers. Each is
 * built from the database and the desks' state, and goes out only when it differs from the last.
 */
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/commands.h"
#include "firmware/counter/prep.h"
#include "firmware/desk.h"
#include "firmware/documents.h"
#include "firmware/figures.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/money.h"
#include "firmware/offers.h"
#include "firmware/orders.h"
#include "firmware/prep.h"
#include "firmware/printing.h"
#include "firmware/privacy.h"
#include "firmware/returns.h"
#include "firmware/stock.h"
#include "firmware/station.h"
#include "firmware/story.h"
#include "firmware/streams.h"
#include "firmware/survey.h"
#include "firmware/training.h"
#include "firmware/trust/hash.h"

/* Of each text of a record, and of its lists: with all the lines an order may have they fit. */
#define SHOWN_BYTES	 512
#define SHOWN_LIST_BYTES 65536
#define SHOWN_SWAPS	 40
#define JOBS_SHOWN	 100

static const char *level_name(enum notice_level level)
{
	switch (level) {
	case NOTICE_GOOD:
		return "good";
	case NOTICE_ATTENTION:
		return "attention";
	case NOTICE_BAD:
		return "bad";
	}
	return "bad";
}

static void add_notice(struct buf *b, const struct notice *n, bool customer)
{
	if (!n->shown || (customer && !n->customer[0])) {
		jw_null(b, "notice");
		return;
	}
	jw_open(b, "notice", '{');
	jw_str(b, "code", n->code);
	jw_str(b, "text", customer ? n->customer : n->text);
	jw_str(b, "level", level_name(n->level));
	jw_int(b, "n", n->n);
	jw_close(b, '}');
}

static void add_hq(struct station *st, struct buf *b, bool counts)
{
	st = st->real ? st->real : st;
	jw_open(b, "hq", '{');
	jw_bool(b, "broker", st->link_up);
	jw_bool(b, "reachable", station_hq_reachable(st));
	jw_bool(b, "isolated", station_isolated(st));
	jw_bool(b, "taken", st->taken);
	jw_bool(b, "stuck", ledger_stuck(st));
	jw_int(b, "outbox", counts ? ledger_waiting(st) : 0);
	jw_close(b, '}');
}

/* Open or closed, where the printer tells it and it is known which is which. */
static void add_drawer(struct station *st, struct buf *b, int i)
{
	const struct device_state *d = &st->devices[i];
	int open = drawer_open_level(st, i);

	if (st->config->devices[i].drawer > 0 && d->drawer_known && open >= 0 &&
	    (d->trouble == TROUBLE_NONE || d->trouble >= TROUBLE_PAPER_LOW))
		jw_str(b, "drawer", d->drawer_high == (open == 1) ? "open" : "closed");
}

static void add_devices(struct station *st, struct buf *b)
{
	enum language l = st->desks[DESK_COUNTER].language;

	jw_open(b, "devices", '[');
	for (int i = 0; i < st->config->device_count; i++) {
		const struct config_device *d = &st->config->devices[i];

		jw_open(b, NULL, '{');
		jw_str(b, "name", d->name);
		jw_str(b, "kind", device_kind_name(d->kind));
		jw_str(b, "protocol", st->devices[i].protocol);
		jw_str(b, "status", device_status_name(st->devices[i].status));
		jw_str(b, "detail", st->devices[i].detail);
		jw_str(b, "trouble", device_trouble_name(st->devices[i].trouble));
		jw_bool(b, "recoverable", trouble_recoverable(st->devices[i].trouble));
		jw_str(b, "say", trouble_text(st->devices[i].trouble, l));
		if (d->kind == DEVICE_PRINTER)
			add_drawer(st, b, i);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void add_staff(struct station *st, struct buf *b)
{
	static const char *const roles[] = { "", "clerk", "supervisor", "service" };
	struct session s = staff_at(st, DESK_COUNTER);
	char name[128] = "";
	enum role role;

	if (!s.valid || !staff_name(st, s.row.staff, name, sizeof(name), &role)) {
		jw_null(b, "staff");
		return;
	}
	jw_open(b, "staff", '{');
	jw_str(b, "id", s.row.staff);
	jw_str(b, "name", name);
	jw_str(b, "role", roles[role]);
	jw_close(b, '}');
}

/* A member of a record as HQ wrote it. What is too long for a screen is left out, or it would take
 * the whole document with it. */
static void add_shown(struct buf *b, const char *name, struct json v, size_t max)
{
	if (v.n <= max)
		jw_value(b, name, v);
	else
		jw_null(b, name);
}

/* What lies there in place of it; of the first few lines that have such. */
static void add_swaps(struct station *st, struct buf *b, const struct order_line *l, int *left)
{
	struct swap swaps[SWAPS_MAX];
	const int n = swaps_read(l, swaps);
	char name[PRODUCT_NAME_MAX];

	if (n == 0 || *left < n)
		return;
	*left -= n;
	jw_open(b, "substituted", '[');
	for (int i = 0; i < n; i++) {
		product_name(st, swaps[i].sku, st->desks[DESK_COUNTER].language, name);
		jw_open(b, NULL, '{');
		jw_str(b, "gtin", swaps[i].gtin);
		jw_str(b, "sku", swaps[i].sku);
		jw_str(b, "name", name);
		jw_int(b, "qty", swaps[i].qty);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* What others have learned of it by what they brought back. */
static void add_hint(struct station *st, struct buf *b, const char *sku)
{
	char hint[PRODUCT_HINT_MAX];

	product_hint(st, sku, st->desks[DESK_COUNTER].language, hint);
	if (hint[0])
		jw_str(b, "hint", hint);
}

static void add_line(struct station *st, struct buf *b, const struct order_line *l,
		     struct pickup_line done, int *swaps_left)
{
	char sku[ID_MAX + 1];

	jw_open(b, NULL, '{');
	jw_value(b, "line", l->id);
	jw_value(b, "sku", l->sku);
	if (json_string(l->sku, sku, sizeof(sku)) > 0)
		add_hint(st, b, sku);
	add_shown(b, "gtin", l->gtin, SHOWN_BYTES);
	add_shown(b, "name", l->name, SHOWN_BYTES);
	jw_int(b, "qty", order_line_left(l));
	jw_int(b, "checked", done.checked);
	jw_int(b, "short", done.short_);
	if (l->age_min)
		jw_int(b, "age", l->age_min);
	add_swaps(st, b, l, swaps_left);
	jw_close(b, '}');
}

/* Does something leave that the collector has to be old enough for? */
static bool age_matters(struct station *st)
{
	for (int i = 0; i < st->order.line_count; i++)
		if (st->order.lines[i].age_min > 0 &&
		    pickup_leaves(&st->order.lines[i], st->done[i]) > 0)
			return true;
	return false;
}

static void add_pickup(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	const struct order *o = &st->order;
	int swaps_left = SHOWN_SWAPS;
	char number[128];

	if (desk->mode != MODE_PICKUP || !order_load(st, slice_of(desk->row.order))) {
		jw_null(b, "pickup");
		return;
	}
	pickup_done_load(st, DESK_COUNTER);
	pickup_parcels_count(st, DESK_COUNTER);
	order_number(o, number, sizeof(number));
	jw_open(b, "pickup", '{');
	jw_slice(b, "order", o->id);
	jw_str(b, "number", number);
	jw_str(b, "verdict", "ok");
	jw_str(b, "claim", serving_state(st));
	jw_str(b, "method", desk->row.method);
	jw_shown(b, "customer", PERSONAL_NAME, viewer_at(st, DESK_COUNTER),
		 json_get(o->customer, "name"));
	add_shown(b, "shelf", o->shelf, SHOWN_BYTES);
	if (o->parcels.type == JSON_ARRAY && o->parcels.n <= SHOWN_LIST_BYTES)
		pickup_parcels_document(st, DESK_COUNTER, b);
	else
		jw_raw(b, "parcels", slice_of("[]"));
	jw_open(b, "lines", '[');
	for (int i = 0; i < o->line_count; i++)
		if (o->lines[i].goods)
			add_line(st, b, &o->lines[i], st->done[i], &swaps_left);
	jw_close(b, ']');
	money_pickup_document(st, b);
	jw_bool(b, "age_check", age_matters(st) && !pickup_age_checked(st, DESK_COUNTER));
	pickup_age_document(st, DESK_COUNTER, b);
	offers_document(st, b);
	jw_close(b, '}');
}

static void add_jobs(struct station *st, struct buf *b)
{
	struct job_row job = { .job = INT64_MAX };

	jw_open(b, "jobs", '[');
	for (int n = 0; n < JOBS_SHOWN && store_job_listed(st->store, &job); n++) {
		jw_open(b, NULL, '{');
		jw_int(b, "job", job.job);
		jw_str(b, "printer", store_job_goes(&job));
		if (job.standin[0])
			jw_str(b, "instead_of", job.printer);
		if (job.copy_of)
			jw_int(b, "copy_of", job.copy_of);
		jw_str(b, "kind", job.kind);
		jw_str(b, "status", job_status_name(job.status));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void add_product(struct station *st, struct buf *b)
{
	const char *sku = st->desks[DESK_COUNTER].product;
	struct stock_figures figures;
	struct json body;
	struct record r;

	if (!sku[0] || !store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    r.body.n >= sizeof(st->body)) {
		jw_null(b, "product");
		return;
	}
	figures = stock_figures(st, sku); /* uses st->body */
	if (!store_find(st->store, STREAM_CATALOG, slice_of(sku), &r))
		return;
	memcpy(st->body, r.body.p, r.body.n);
	if (json_check((struct slice){ st->body, r.body.n }, &body) < 0)
		return;
	jw_open(b, "product", '{');
	jw_str(b, "sku", sku);
	add_shown(b, "gtin", json_get(body, "gtin"), SHOWN_LIST_BYTES);
	add_shown(b, "name", json_get(body, "name"), SHOWN_BYTES);
	add_shown(b, "price", json_get(body, "price"), SHOWN_BYTES);
	add_shown(b, "location", json_get(body, "location"), SHOWN_BYTES);
	add_hint(st, b, sku);
	stock_document(st, b, sku, &figures, true);
	jw_close(b, '}');
}

/* How far the machine's clock is off, when that is more than a minute. */
static void add_clock(struct station *st, struct buf *b)
{
	if (st->clocks.shown_s == 0) {
		jw_null(b, "clock");
		return;
	}
	jw_open(b, "clock", '{');
	jw_int(b, "ahead_s", st->clocks.shown_s);
	jw_close(b, '}');
}

static void add_messages(struct station *st, struct buf *b)
{
	struct message_row row = { 0 };

	st = st->real ? st->real : st;
	jw_open(b, "messages", '[');
	while (store_message_next(st->store, &row)) {
		jw_open(b, NULL, '{');
		jw_str(b, "id", row.id);
		jw_str(b, "text", row.text);
		jw_str(b, "level", level_name((enum notice_level)row.level));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static const char *mode_word(const struct station *st, const struct desk_state *d)
{
	if (st->revoked)
		return "revoked";
	if (d->waiting.active)
		return "asking"; /* HQ, about an order that is not known here */
	switch (d->mode) {
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

/* Pages measure in millimetres of the screen that is looked at. */
static void add_screen(struct station *st, struct buf *b, enum desk desk)
{
	const struct config_screen *s = &st->config->screens[desk];

	jw_open(b, "screen", '{');
	jw_int(b, "width_mm", s->width_mm);
	jw_int(b, "distance_mm", s->distance_mm);
	jw_close(b, '}');
}

static void add_tail(struct station *st, struct buf *b, enum language l, bool training)
{
	jw_str(b, "language", language_code(l));
	jw_open(b, "station", '{');
	jw_str(b, "store", st->config->store);
	jw_str(b, "lane", st->config->lane);
	jw_str(b, "name", st->config->name);
	jw_str(b, "version", LADA_VERSION);
	jw_close(b, '}');
	jw_bool(b, "training", training);
}

/* Who is logged in, and how the station is: nothing of the shop. */
static void locked_document(struct station *st, struct buf *b)
{
	static const char *const hidden[] = {
		"notice",  "asking", "pickup", "return",  "blocked",
		"product", "member", "clock",  "profile", "profile_of", "low_rating",
		"consents"
	};
	static const char *const empty[] = { "jobs", "queue", "for_me", "messages" };

	jw_str(b, "mode", "locked");
	for (size_t i = 0; i < COUNT_OF(hidden); i++)
		jw_null(b, hidden[i]);
	for (size_t i = 0; i < COUNT_OF(empty); i++)
		jw_raw(b, empty[i], slice_of("[]"));
	add_staff(st, b);
	add_hq(st, b, true);
	add_devices(st, b);
	add_screen(st, b, DESK_COUNTER);
	add_tail(st, b, st->desks[DESK_COUNTER].language, false);
}

static void add_asking(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	const char *order = desk->waiting.active ? desk->waiting.order : desk->row.order;
	char number[128];

	if (!desk->waiting.active && desk->mode != MODE_ASKING) {
		jw_null(b, "asking");
		return;
	}
	jw_open(b, "asking", '{');
	jw_str(b, "order", order);
	if (order_load(st, slice_of(order))) {
		order_number(&st->order, number, sizeof(number));
		jw_str(b, "number", number);
	}
	jw_str(b, "for", desk->waiting.active ? "order" : "pin");
	jw_close(b, '}');
}

static void write_counter(struct station *st, struct buf *b)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];

	jw_str(b, "mode", mode_word(st, desk));
	add_notice(b, &desk->notice, false);
	add_asking(st, b);
	add_pickup(st, b);
	prep_document(st, b);
	return_document(st, b);
	loyalty_document(st, b);
	story_document(st, b);
	consents_document(st, DESK_COUNTER, b);
	count_document(st, b);
	money_document(st, b);
	approval_document(st, b);
	add_product(st, b);
	add_staff(st, b);
	add_hq(st, b, true);
	add_devices(st, b);
	add_jobs(st, b);
	queue_document(st, b);
	add_clock(st, b);
	add_messages(st, b);
	survey_counter_document(st, b);
	training_document(st, b);
	add_screen(st, b, DESK_COUNTER);
	add_tail(st, b, desk->language, st->real != NULL);
}

static void counter_document(struct station *st, struct buf *b)
{
	struct station *t = st->training.station;

	if (st->locked) {
		locked_document(st, b);
	} else if (t) {
		queue_refresh(t);
		write_counter(t, b);
	} else {
		write_counter(st, b);
	}
}

/* The customer hears the desk where something happened last. */
static const struct desk_state *customer_desk(const struct station *st)
{
	const struct desk_state *kiosk = &st->desks[DESK_KIOSK],
				*counter = &st->desks[DESK_COUNTER];

	if (kiosk->notice.shown && (!counter->notice.shown || kiosk->notice.n > counter->notice.n))
		return kiosk;
	return counter->notice.shown || counter->mode == MODE_PICKUP ? counter : kiosk;
}

static void customer_pickup(struct station *st, struct buf *b, const struct desk_state *desk)
{
	const char *id = desk->mode == MODE_PICKUP ? desk->row.order : desk->greeted;
	char number[128];

	if (!id[0] || !order_load(st, slice_of(id))) {
		jw_null(b, "greeting");
		return;
	}
	order_number(&st->order, number, sizeof(number));
	jw_open(b, "greeting", '{');
	jw_str(b, "number", number);
	jw_shown(b, "name", PERSONAL_NAME, VIEWER_CUSTOMER, json_get(st->order.customer, "name"));
	jw_str(b, "verdict", "ok");
	jw_close(b, '}');
}

static void customer_document(struct station *st, struct buf *b)
{
	const struct desk_state *desk = customer_desk(st);
	bool quiet = desk == &st->desks[DESK_COUNTER] && (!strcmp(desk->notice.code, "logged_in") ||
							  !strcmp(desk->notice.code, "product"));
	struct notice none = { 0 };

	jw_str(b, "mode", mode_word(st, &st->desks[DESK_KIOSK]));
	add_notice(b, quiet ? &none : &desk->notice, true);
	customer_pickup(st, b, desk);
	draft_document(st, b, desk, desk == &st->desks[DESK_KIOSK]);
	survey_customer_document(st, b);
	consents_document(st, DESK_KIOSK, b);
	jw_null(b, "pickup");
	jw_null(b, "return");
	jw_null(b, "staff");
	add_hq(st, b, false);
	jw_raw(b, "devices", slice_of("[]"));
	jw_raw(b, "jobs", slice_of("[]"));
	jw_raw(b, "queue", slice_of("[]"));
	add_screen(st, b, DESK_KIOSK);
	add_tail(st, b, st->desks[DESK_KIOSK].language, false);
}

static void board_document(struct station *st, struct buf *b)
{
	jw_str(b, "mode", st->revoked ? "revoked" : "idle");
	jw_null(b, "notice");
	jw_null(b, "pickup");
	jw_null(b, "return");
	jw_null(b, "staff");
	add_hq(st, b, false);
	jw_raw(b, "devices", slice_of("[]"));
	jw_raw(b, "jobs", slice_of("[]"));
	queue_board(st, b);
	figures_board(st, b);
	add_tail(st, b, st->language, false);
}

static void login_document(struct station *st, struct buf *b)
{
	jw_str(b, "mode", "login");
	jw_null(b, "notice");
	if (st->revoked)
		jw_bool(b, "revoked", true);
	add_screen(st, b, DESK_COUNTER);
	add_tail(st, b, st->language, false);
}

void documents_streams(struct station *st, struct buf *b)
{
	struct cursor cursors[STREAM_COUNT];
	char sum[24];

	store_cursors(st->store, cursors);
	jw_open(b, "cursors", '{');
	for (int s = 0; s < STREAM_COUNT; s++) {
		const struct cursor *c = &cursors[s];

		text_fmt(sum, sizeof(sum), "%016llx", (unsigned long long)c->sum);
		jw_open(b, stream_name((enum stream)s), '{');
		jw_int(b, "epoch", c->epoch);
		jw_int(b, "seq", c->seq);
		jw_int(b, "count", c->count);
		jw_str(b, "sum", sum);
		jw_close(b, '}');
	}
	jw_close(b, '}');
}

static void manage_document(struct station *st, struct buf *b)
{
	jw_str(b, "mode", mode_word(st, &st->desks[DESK_COUNTER]));
	jw_null(b, "notice");
	jw_null(b, "pickup");
	jw_null(b, "return");
	add_staff(st, b);
	add_hq(st, b, true);
	add_devices(st, b);
	add_jobs(st, b);
	jw_raw(b, "queue", slice_of("[]"));
	documents_streams(st, b);
	add_clock(st, b);
	add_messages(st, b);
	jw_str(b, "broker_trouble", st->trouble);
	jw_open(b, "settings", '{');
	settings_write(st, b);
	jw_close(b, '}');
	letters_document(st, b);
	figures_manage(st, b);
	jw_int(b, "epoch", st->ledger.epoch);
	jw_int(b, "last", st->ledger.last);
	jw_int(b, "acked", st->ledger.acked);
	add_tail(st, b, st->language, st->training.station != NULL);
}

bool document_differs(struct slice text, uint8_t *last)
{
	uint8_t hash[HASH_BYTES];

	hash_bytes(text, hash);
	if (!memcmp(hash, last, HASH_BYTES))
		return false;
	memcpy(last, hash, HASH_BYTES);
	return true;
}

static void publish_screen(struct station *st, enum screen screen,
			   void (*write)(struct station *st, struct buf *b))
{
	struct door_out out = { .kind = OUT_SCREEN };
	struct buf b;

	buf_init(&b, st->screen, sizeof(st->screen));
	jw_open(&b, NULL, '{');
	write(st, &b);
	jw_close(&b, '}');
	if (b.overflow || !document_differs(buf_read(&b), st->screen_hash[screen]))
		return;
	out.screen.screen = screen;
	out.screen.revision = st->revision;
	out.screen.scan_ns = screen == SCREEN_COUNTER ? st->oldest_scan_ns : 0;
	/* The ui puts the revision in front: `{"revision":N,` and the rest behind our brace. */
	door_emit(st->door, &out, (struct slice){ b.p + 1, b.len - 1 });
}

void documents_publish(struct station *st)
{
	st->dirty = false;
	st->revision++;
	st->reachable_shown = station_hq_reachable(st);
	st->acked.shown = st->ledger.acked;
	queue_refresh(st);
	publish_screen(st, SCREEN_COUNTER, counter_document);
	publish_screen(st, SCREEN_CUSTOMER, customer_document);
	publish_screen(st, SCREEN_BOARD, board_document);
	publish_screen(st, SCREEN_MANAGE, manage_document);
	publish_screen(st, SCREEN_LOGIN, login_document);
	displays_publish(st);
}
