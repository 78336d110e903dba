// SPDX-License-Identifier: Apache-2.0
/* What HQ and customers do, and what fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/trust/code.h"
#include "tests/faults/sim.h"

#define DAY_MS	    (24 * 3600 * INT64_C(1000))
#define ELEMENT_MAX 4096
#define LOG_KEPT    "3"

/* ---- codes ---- */

static void pin_pair(struct trust_pair *pair)
{
	const uint8_t seed[TRUST_SEED_BYTES] = { 1 };

	trust_pair_from_seed(seed, pair);
}

void load_pin_key(struct trust_keys *keys)
{
	struct trust_pair pair;

	pin_pair(&pair);
	keys->count = 1;
	keys->key[0] = (struct trust_key){ .kid = 1, .purpose = KEY_PICKUP };
	memcpy(keys->key[0].public_key, pair.public_key, TRUST_PUBLIC_BYTES);
}

void load_order_id(int order, char ret_id[ID_MAX + 1])
{
	text_fmt(ret_id, ID_MAX + 1, "ZAM-%d", order);
}

int load_order_of(const char *id)
{
	return (int)strtol(id + 4, NULL, 10);
}

const char *load_code(struct sim *s, int order)
{
	struct pickup_code c = { .kid = 1 };
	struct trust_pair pair;
	char *text = s->codes[order];

	if (text[0])
		return text;
	pin_pair(&pair);
	text_fmt(c.store, sizeof(c.store), SIM_STORE);
	load_order_id(order, c.order);
	code_sign(&c, &pair, text);
	return text;
}

int load_choose(struct sim *s)
{
	return (int)(sim_in(s, 700) ? sim_below(s, s->hot) : sim_below(s, s->order_count));
}

/* ---- HQ ---- */

static void import(struct sim *s, const char *element)
{
	sim_note(s, "hq is told %s", element);
	if (!centre_import(s->centre, slice_of(element)))
		sim_note(s, "and refuses it");
	hq_worked(s);
}

/* `off` makes the sums wrong. */
static void write_body(struct sim *s, int i, int off, struct buf *b)
{
	int64_t total = 0;

	buf_fmt(b, "{\"status\":\"ready\",\"number\":\"%d\",\"note\":\"%d\",\"lines\":[", 4000 + i,
		(int)sim_below(s, 10000));
	for (int n = 0; n < s->orders[i].lines; n++) {
		const int64_t paid = s->orders[i].qty[n] * SIM_PIECE;

		total += paid;
		buf_fmt(b,
			"%s{\"line\":%d,\"sku\":\"SKU-%d\",\"name\":\"Rzecz\",\"qty\":%lld,"
			"\"paid\":%lld}",
			n ? "," : "", n + 1, (i + n) % SIM_SKUS, (long long)s->orders[i].qty[n],
			(long long)paid);
	}
	buf_fmt(b,
		"],\"customer\":{\"id\":\"C-1\"},\"totals\":{\"total\":%lld,\"due\":%lld},"
		"\"payments\":[",
		(long long)total + off, (long long)(s->paying ? total : 0));
	if (!s->paying)
		buf_fmt(b,
			"{\"id\":\"p1\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":%"
			"lld}",
			(long long)total);
	buf_text(b, "]}");
}

static void put_order(struct sim *s, int i)
{
	char memory[ELEMENT_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	buf_fmt(&b,
		"{\"store\":\"" SIM_STORE "\",\"type\":\"order\",\"id\":\"ZAM-%d\",\"body\":", i);
	write_body(s, i, 0, &b);
	buf_byte(&b, '}');
	import(s, buf_str(&b));
}

static void spoil_order(struct sim *s, int i)
{
	char memory[ELEMENT_MAX], id[ID_MAX + 1];
	struct buf b;

	load_order_id(i, id);
	s->orders[i].spoiled = true;
	buf_init(&b, memory, sizeof(memory));
	write_body(s, i, 7, &b);
	sim_note(s, "hq writes %s, which no station can read", id);
	centre_force(s->centre, SIM_STORE, "order", id, buf_read(&b));
	hq_worked(s);
}

static void delete_order(struct sim *s, int i)
{
	char text[256];

	text_fmt(text, sizeof(text),
		 "{\"store\":\"" SIM_STORE
		 "\",\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-%d\"}",
		 i);
	import(s, text);
}

/* With the one that is named HQ takes back all it has of that order. */
static void mark_reopened(struct sim *s, const char *order)
{
	for (int i = 0; i < s->handed_n; i++) {
		struct handed *h = &s->handed[i];

		if (strcmp(h->order, order) == 0 &&
		    check_hq_has(s, lane_name(h->lane), h->epoch, h->seq))
			h->reopened = true;
	}
}

/* HQ takes a handover back that it has heard of, and the order is ready again. */
static void reopen_order(struct sim *s)
{
	struct handed *h = s->handed_n ? &s->handed[sim_below(s, s->handed_n)] : NULL;
	char text[512];

	if (!h || h->reopened || !check_hq_has(s, lane_name(h->lane), h->epoch, h->seq))
		return;
	text_fmt(text, sizeof(text),
		 "{\"store\":\"" SIM_STORE "\",\"op\":\"reopen\",\"type\":\"order\",\"id\":\"%s\","
		 "\"of\":\"%s\",\"why\":\"mistake\"}",
		 h->order, h->event);
	sim_note(s, "hq takes %s back: %s", h->event, text);
	if (centre_import(s->centre, slice_of(text))) {
		mark_reopened(s, h->order);
		put_order(s, load_order_of(h->order));
	}
	hq_worked(s);
}

/* A log does not reach back for ever. */
static void prune_log(struct sim *s)
{
	sim_note(s, "hq forgets old messages");
	sqlite3_exec(centre_db(s->centre),
		     "DELETE FROM log WHERE seq < (SELECT head - " LOG_KEPT " FROM stream s"
		     " WHERE s.store = log.store AND s.stream = log.stream)",
		     NULL, NULL, NULL);
}

/* One member, whose orders all of them are. */
static void begin_points(struct sim *s)
{
	int64_t limit[SIM_LANES_MAX];
	char text[512];

	s->limits = 0;
	for (int i = 0; i < SIM_LANES_MAX; i++) {
		limit[i] = i < s->lane_count ? sim_below(s, 7) : 0;
		s->limits += limit[i];
	}
	import(s, "{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"fiscal\",\"body\":{\"mode\":"
		  "\"none\"}}");
	text_fmt(text, sizeof(text),
		 "{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"loyalty\",\"body\":{"
		 "\"earn_per\":%d,\"earn_points\":1,\"point_value\":%d}}",
		 SIM_PIECE, SIM_POINT_VALUE);
	import(s, text);
	text_fmt(text, sizeof(text),
		 "{\"store\":\"S1\",\"type\":\"member\",\"id\":\"M-1\",\"body\":{\"customer\":\"C-"
		 "1\","
		 "\"points\":%d,\"allowance\":{\"k1\":%lld,\"k2\":%lld,\"k3\":%lld}}}",
		 SIM_POINTS, (long long)limit[0], (long long)limit[1], (long long)limit[2]);
	import(s, text);
}

void load_begin(struct sim *s)
{
	static const char *const checks[] = { "none", "none", "each" };
	char text[512];

	s->order_count = 5 + (int)sim_below(s, sim_in(s, 100) ? SIM_ORDERS_MAX - 4 : 6);
	s->hot = 1 + (int)sim_below(s, 4);
	s->allow = sim_in(s, 600);
	/* Who pays takes longer. */
	s->paying = sim_in(s, 250);
	s->active_ms *= s->paying ? 4 : 1;
	import(s, s->lane_count == 3
			  ? "{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"lanes\",\"body\":{"
			    "\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"},{\"lane\":\"k3\"}]}}"
			  : "{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"lanes\",\"body\":{"
			    "\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}}");
	text_fmt(text, sizeof(text),
		 "{\"store\":\"S1\",\"type\":\"policy\",\"id\":\"pickup\",\"body\":{"
		 "\"isolated_handover\":\"%s\",\"check_items\":\"%s\",\"claim_s\":30}}",
		 s->allow ? "allow" : "refuse", checks[sim_below(s, COUNT_OF(checks))]);
	import(s, text);
	begin_points(s);
	for (int i = 0; i < SIM_SKUS; i++) {
		text_fmt(text, sizeof(text),
			 "{\"store\":\"S1\",\"type\":\"stock\",\"id\":\"SKU-%d\",\"body\":{"
			 "\"on_hand\":%d}}",
			 i, SIM_STOCK);
		import(s, text);
	}
	for (int i = 0; i < s->order_count; i++) {
		s->orders[i].spoiled = false;
		s->orders[i].lines = 1 + (int)sim_below(s, SIM_LINES_MAX);
		for (int n = 0; n < SIM_LINES_MAX; n++)
			s->orders[i].qty[n] = n < s->orders[i].lines ? 1 + sim_below(s, 3) : 0;
		put_order(s, i);
	}
}

/* ---- what fails ---- */

static int64_t how_far(struct sim *s)
{
	static const int64_t far[] = { 3000, 60000, DAY_MS, 400 * DAY_MS, 3000 * DAY_MS };
	const int64_t by = far[sim_below(s, COUNT_OF(far))];

	return sim_in(s, 500) ? by : -by;
}

static void garbage(struct sim *s, int lane)
{
	static const char *const below[] = { "up",    "ack",	     "ask",
					     "state", "down/orders", "down/nothing" };
	static const char *const what[] = {
		"",
		"{",
		"[]",
		"{\"epoch\":\"7\"}",
		"{\"epoch\":1,\"seq\":9999999}",
		"{\"stream\":\"orders\",\"epoch\":99,\"seq\":-1,\"ops\":[]}",
		"{\"stream\":\"orders\",\"epoch\":1,\"seq\":2,\"ops\":{}}",
		"{\"store\":\"S1\",\"lane\":\"k1\",\"epoch\":5,\"events\":[{\"e\":{\"seq\":3}}]}",
		"LS1 x y\n{}",
		"\xff\xfe",
	};
	char topic[128];

	text_fmt(topic, sizeof(topic), SIM_PREFIX "/" SIM_STORE "/%s/%s", lane_name(lane),
		 below[sim_below(s, COUNT_OF(below))]);
	pipe_inject(s, topic, slice_of(what[sim_below(s, COUNT_OF(what))]));
}

static bool fail_something(struct sim *s, int lane)
{
	const struct weather *w = &s->weather;

	if (sim_in(s, w->kill))
		lane_kill(s, lane);
	else if (sim_in(s, w->kill_hq))
		hq_kill(s);
	else if (sim_in(s, w->cut) && sim_in(s, 700))
		lane_cut(s, lane);
	else if (sim_in(s, w->cut))
		hq_cut(s);
	else if (sim_in(s, w->restart_broker))
		pipe_restart(s, sim_in(s, 500));
	else if (sim_in(s, w->restore) && !lane_restore(s, lane))
		lane_backup(s, lane);
	else if (sim_in(s, w->restore_hq) && !hq_restore(s))
		hq_backup(s);
	else if (sim_in(s, w->clock) && sim_in(s, 700))
		lane_clock(s, lane, how_far(s));
	else if (sim_in(s, w->clock) && w->restore_hq == 0)
		s->hq.skew_ms += how_far(s);
	else if (sim_in(s, w->garbage))
		garbage(s, lane);
	else if (sim_in(s, w->old))
		pipe_say_old(s);
	else
		return false;
	return true;
}

void load_action(struct sim *s)
{
	const int lane = (int)sim_below(s, s->lane_count);
	const int order = load_choose(s);
	const int64_t what = sim_below(s, 100);

	if (fail_something(s, lane))
		return;
	if (what < 35) { /* the same order at two counters */
		lane_scan(s, lane, order);
		lane_scan(s, (lane + 1) % s->lane_count, order);
	} else if (what < 65) { /* a change, or an ERP that says all again */
		put_order(s, order);
	} else if (what < 70) {
		delete_order(s, order);
	} else if (what < 80) {
		reopen_order(s);
	} else if (what < 82) {
		spoil_order(s, order);
	} else if (what < 85) {
		prune_log(s);
	}
}
