// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq whose database was put back as it was, and lanes that are many, slow or silent: no
 * number means two things, nothing is numbered twice for those who read on, and one lane's
 * trouble does not hold up the others.
 */
#include <errno.h>

#include "sync/hq/export.h"
#include "sync/hq/fleet.h"
#include "sync/hq/prune.h"
#include "sync/hq/putback.h"
#include "sync/hq/quota.h"
#include "tests/hq_fixture.h"

#define TWO_EVENTS 2

static void skip_post(struct fixture *f)
{
	assert_int_equal(db_commit(&f->hq.db), 0);
	stream_announce(&f->hq, false);
	post_clear(&f->hq.post);
}

/* The state of any lane, standing right at `seq` of the stock stream. */
static void tell(struct fixture *f, const char *lane, int64_t epoch, int64_t acked, int64_t seq)
{
	struct stream_state s = state_of(f, "stock");
	char text[1024];

	text_fmt(text, sizeof(text),
		 "{\"online\":true,\"store\":\"" STORE "\",\"lane\":\"%s\",\"epoch\":%lld,"
		 "\"conn\":1,\"version\":\"0.1.0\",\"cursors\":{\"stock\":{\"epoch\":%lld,"
		 "\"seq\":%lld,\"count\":%lld,\"sum\":\"%016llx\"}},\"outbox\":0,\"acked\":%lld}",
		 lane, (long long)epoch, (long long)s.epoch, (long long)seq,
		 seq == s.head ? (long long)s.count : 0,
		 seq == s.head ? (unsigned long long)s.sum : 0, (long long)acked);
	fleet_state(&f->hq, STORE, lane, parsed(text), false);
	assert_int_equal(db_commit(&f->hq.db), 0);
}

/* ---- put back ---- */

/* Seq, rev, count and sum agree; only what the lane knows of its events says that this file may
 * have numbered something else since. */
static void what_may_be_numbered_twice_is_begun_anew(void **state)
{
	struct fixture *f = *state;
	struct stream_state was, is;
	int64_t n;
	struct json m;

	put(f, "stock", "A", "", "{\"on_hand\":1}");
	up(f, "code.requested", "{\"order\":\"ZAM-1\"}");
	n = number(f, "SELECT max(n) FROM event");
	skip_post(f);
	was = state_of(f, "stock");
	tell(f, LANE, EPOCH, 1, was.head);
	no_letter(f);
	tell(f, LANE, EPOCH, 7, was.head);
	assert_ack(letter(f, STORE "/" LANE "/ack"), 1, NULL);
	is = state_of(f, "stock");
	assert_true(is.epoch > was.epoch);
	m = letter(f, STORE "/" LANE "/down/stock");
	assert_int_equal(at(m, "epoch"), is.epoch);
	assert_int_not_equal(json_get(m, "snapshot").type, JSON_NONE);
	no_letter(f);
	/* Once: it goes on saying so until its events are here. */
	tell(f, LANE, EPOCH, 7, is.head);
	assert_ack(letter(f, STORE "/" LANE "/ack"), 1, NULL);
	no_letter(f);
	assert_int_equal(state_of(f, "stock").epoch, is.epoch);
	/* What HQ counts by itself goes on above what it may have said. */
	assert_true(db_meta(&f->hq.db, "beat", 0) >= EXPORT_BEATS_AHEAD);
	up(f, "code.requested", "{\"order\":\"ZAM-1\"}");
	assert_true(number(f, "SELECT max(n) FROM event") > n + PUTBACK_EVENTS_AHEAD);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), TWO_EVENTS);
}

/* A state names only the lane's newest epoch. */
static void older_epochs_are_asked_for_again(void **state)
{
	struct fixture *f = *state;
	struct json ack;

	up(f, "code.requested", "{\"order\":\"ZAM-1\"}");
	put(f, "stock", "A", "", "{}");
	skip_post(f);
	tell(f, LANE, EPOCH + 100, 3, 0);
	ack = letter(f, STORE "/" LANE "/ack");
	assert_int_equal(at(ack, "epoch"), EPOCH + 100);
	assert_int_equal(at(ack, "seq"), 0);
	assert_ack(letter(f, STORE "/" LANE "/ack"), 1, NULL);
	post_clear(&f->hq.post);
	tell(f, LANE, EPOCH + 100, 3, 0);
	assert_int_equal(at(letter(f, STORE "/" LANE "/ack"), "epoch"), EPOCH + 100);
	no_letter(f);
}

/* An ask shows it for one stream; the others of the store are no better. */
static void what_an_ask_shows_holds_for_all_streams(void **state)
{
	struct fixture *f = *state;
	struct stream_state was;

	put(f, "stock", "A", "", "{}");
	put(f, "product", "P", "", "{}");
	skip_post(f);
	was = state_of(f, "stock");
	ask_stream(f, "catalog", state_of(f, "catalog").epoch, 9);
	assert_int_equal(state_of(f, "stock").epoch, was.epoch);
	post_clear(&f->hq.post);
	tell(f, LANE, EPOCH, 0, was.head);
	assert_true(state_of(f, "stock").epoch > was.epoch);
	/* A sibling that stands there as well needs no third numbering. */
	was = state_of(f, "stock");
	tell(f, "k2", EPOCH, 0, was.head);
	assert_int_equal(state_of(f, "stock").epoch, was.epoch);
}

static void assert_head_announced(struct fixture *f, const char *stream, int64_t epoch,
				  int64_t head)
{
	char want[128], topic[64];
	bool found = false;

	text_fmt(want, sizeof(want), "{\"stream\":\"%s\",\"epoch\":%lld,\"seq\":%lld,\"ops\":[]}",
		 stream, (long long)epoch, (long long)head);
	text_fmt(topic, sizeof(topic), STORE "/down/%s", stream);
	for (const struct letter *l = f->hq.post.first; l; l = l->next)
		found = found || (!strcmp(l->topic, topic) &&
				  slice_eq((struct slice){ l->text, l->n }, want));
	assert_true(found);
}

static void an_operator_begins_all_streams_anew(void **state)
{
	struct fixture *f = *state;
	struct stream_state stock, catalog;
	uint64_t sum;

	put(f, "stock", "A", "", "{}");
	put(f, "product", "P", "", "{}");
	import(f, "{\"store\":\"KRK-1\",\"type\":\"stock\",\"id\":\"A\",\"body\":{}}");
	skip_post(f);
	stock = state_of(f, "stock");
	catalog = state_of(f, "catalog");
	sum = stock.sum;
	assert_int_equal(putback_renumber(&f->hq, "KRK-1"), 1);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(state_of(f, "stock").epoch, stock.epoch);
	assert_int_equal(putback_renumber(&f->hq, NULL), 3);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_true(state_of(f, "stock").epoch > stock.epoch);
	assert_true(state_of(f, "catalog").epoch > catalog.epoch);
	assert_true(state_of(f, "stock").sum == sum);
	assert_true(db_meta(&f->hq.db, "beat", 0) >= EXPORT_BEATS_AHEAD);
	/* Lanes are told at once, though the new epoch has no message yet... */
	f->hq.news.all = true;
	stream_announce(&f->hq, false);
	assert_head_announced(f, "stock", state_of(f, "stock").epoch, state_of(f, "stock").head);
	post_clear(&f->hq.post);
	/* ...and who asks is offered the new epoch. */
	ask_stream(f, "stock", stock.epoch, 1);
	assert_int_equal(at(letter(f, STORE "/" LANE "/down/stock"), "epoch"),
			 state_of(f, "stock").epoch);
}

/* ---- many, slow and silent lanes ---- */

static void tell_many(struct fixture *f, int count, int64_t seq)
{
	for (int i = 0; i < count; i++) {
		char lane[16];

		text_fmt(lane, sizeof(lane), "k%d", i);
		tell(f, lane, EPOCH, 0, seq);
	}
}

/* A lane whose will was lost with a broker stays online by what HQ knows. */
static void a_silent_lane_is_sent_nothing(void **state)
{
	struct fixture *f = *state;

	put(f, "stock", "A", "", "{\"on_hand\":1}");
	put(f, "stock", "A", "", "{\"on_hand\":2}");
	skip_post(f);
	tell(f, LANE, EPOCH, 0, 0);
	post_clear(&f->hq.post);
	f->wall_ms += FLEET_SILENT_MS + 1;
	fleet_tick(&f->hq);
	f->mono_ms += FLEET_SILENT_MS + 1;
	fleet_tick(&f->hq);
	no_letter(f);
}

/* The post holds 64 MiB and drops what is more, acknowledgements too. */
static void many_that_lag_leave_room_for_others(void **state)
{
	enum { LANES = 300, MESSAGES = 20, SIZE = 3000 };
	struct fixture *f = *state;
	char body[SIZE + 32];
	int64_t turns = 0;

	memset(body, ' ', sizeof(body));
	for (int i = 0; i < MESSAGES; i++) {
		int n = snprintf(body, sizeof(body), "{\"on_hand\":%d,\"x\":\"", i);

		memset(body + n, 'x', SIZE - (size_t)n);
		memcpy(body + SIZE, "\"}", 3);
		assert_int_equal(put(f, "stock", "A", "", body).changed, 1);
	}
	skip_post(f);
	tell_many(f, LANES, 0);
	post_clear(&f->hq.post);
	fleet_tick(&f->hq);
	f->mono_ms += FLEET_LAG_MS + 1;
	/* All get their share, and none twice, within a few ticks. */
	for (int64_t told = 0; told < LANES; turns++) {
		int64_t left;

		fleet_tick(&f->hq);
		assert_true(f->hq.post.bytes < QUOTA_POST_EASY + (1 << 20));
		assert_true(turns < 8);
		post_clear(&f->hq.post);
		left = number(f, "SELECT count(*) FROM lag WHERE since_ms < 1010000");
		assert_true(LANES - left > told);
		told = LANES - left;
	}
	assert_true(turns > 1);
}

/* A large snapshot over a slow line takes longer than a minute: another offer would begin it
 * again, for ever. */
static void a_lane_that_differs_is_offered_ever_more_rarely(void **state)
{
	struct fixture *f = *state;
	int offers = 0;

	put(f, "stock", "A", "", "{}");
	skip_post(f);
	for (int i = 0; i < 120; i++) { /* an hour of states */
		char text[512];

		text_fmt(text, sizeof(text),
			 "{\"online\":true,\"epoch\":%lld,\"conn\":1,\"cursors\":{\"stock\":"
			 "{\"epoch\":%lld,\"seq\":1,\"count\":1,\"sum\":\"00000000000000ff\"}},"
			 "\"outbox\":0,\"acked\":0}",
			 (long long)EPOCH, (long long)state_of(f, "stock").epoch);
		fleet_state(&f->hq, STORE, LANE, parsed(text), false);
		assert_int_equal(db_commit(&f->hq.db), 0);
		offers += f->hq.post.first != NULL;
		post_clear(&f->hq.post);
		f->mono_ms += 30000;
	}
	assert_in_range(offers, 4, 7);
	/* One that was right for long is offered at once. */
	f->mono_ms += 3 * FLEET_OFFER_MAX_MS;
	tell(f, LANE, EPOCH, 0, 1);
	no_letter(f);
}

/* ---- what an import must keep ---- */

/* HQ had lost the order when it took the handover; then its ERP says everything again. */
static void a_handover_of_an_unknown_order_is_kept(void **state)
{
	struct fixture *f = *state;
	struct json lines;

	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2,\"short\":0},"
	   "{\"line\":2,\"qty\":1,\"short\":0}]}");
	skip_post(f);
	put(f, "order", "ZAM-1", "", READY_BODY);
	lines = json_get(json_get(first_op(announced(f, "orders")), "body"), "lines");
	assert_int_equal(at(element_of(lines, 0), "handed"), 2);
	assert_int_equal(at(element_of(lines, 1), "handed"), 1);
	/* The same again by another lane is a double, not a first. */
	up(f, "pickup.completed", "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":2}]}");
	assert_int_equal(number(f, "SELECT pieces FROM doubled"), 2);
}

/* Pieces that were short were paid back: an ERP that says `ready` again does not bring them back.
 */
static void an_import_keeps_what_was_short(void **state)
{
	struct fixture *f = *state;
	struct record r;
	struct json line;

	put(f, "order", "ZAM-1", "", READY_BODY);
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1,\"short\":1}]}");
	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), "ZAM-1", &r));
	line = element_of(json_get(parsed_slice(r.body), "lines"), 0);
	assert_int_equal(at(line, "handed"), 1);
	assert_int_equal(at(line, "short"), 1);
	line = element_of(json_get(parsed_slice(r.body), "lines"), 1);
	assert_int_equal(json_get(line, "short").type, JSON_NONE);
	/* One that HQ did not have when it took the handover. */
	up(f, "pickup.completed",
	   "{\"order\":\"ZAM-2\",\"lines\":[{\"line\":1,\"qty\":1,\"short\":1}]}");
	put(f, "order", "ZAM-2", "", READY_BODY);
	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), "ZAM-2", &r));
	line = element_of(json_get(parsed_slice(r.body), "lines"), 0);
	assert_int_equal(at(line, "handed"), 1);
	assert_int_equal(at(line, "short"), 1);
}

/* An order that is just small enough to be taken in can be handed over, too. */
static void a_large_order_can_be_handed_over(void **state)
{
	struct fixture *f = *state;
	char *body = calloc(1, HQ_BODY_MAX + 1024);
	struct record r;
	struct buf b;

	assert_non_null(body);
	buf_init(&b, body, HQ_BODY_MAX + 1024);
	buf_text(&b, "{\"store\":\"" STORE "\",\"type\":\"order\",\"id\":\"ZAM-1\",\"body\":"
		     "{\"status\":\"ready\",\"lines\":[{\"line\":1,\"qty\":1}],\"note\":\"");
	while (b.len < HQ_BODY_MAX)
		buf_byte(&b, 'x');
	buf_text(&b, "\"}}");
	assert_int_equal(import(f, buf_str(&b)).changed, 1);
	assert_ack(up(f, "pickup.completed",
		      "{\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}]}"),
		   1, NULL);
	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), "ZAM-1", &r));
	assert_is(json_get(parsed_slice(r.body), "status"), "collected");
	/* What its ERP says again is taken as before, and keeps it. */
	assert_int_equal(import(f, buf_str(&b)).changed, 1);
	for (int i = 0; i < 100; i++)
		b.p[b.len - 3 - (size_t)i] = 'y';
	b.len -= 3;
	while (b.len < HQ_BODY_MAX + 200)
		buf_byte(&b, 'x');
	buf_text(&b, "\"}}");
	assert_int_equal(import(f, buf_str(&b)).refused, 1);
	free(body);
}

/* What no station takes, and no index of PostgreSQL. */
static void a_line_of_a_long_name_is_refused(void **state)
{
	struct fixture *f = *state;
	char body[256], name[ORDER_LINE_ID_MAX + 8];

	memset(name, 'x', sizeof(name));
	name[ORDER_LINE_ID_MAX - 1] = '\0';
	text_fmt(body, sizeof(body), "{\"status\":\"ready\",\"lines\":[{\"line\":\"%s\"}]}", name);
	assert_int_equal(put(f, "order", "ZAM-1", "", body).refused, 1);
	name[ORDER_LINE_ID_MAX - 2] = '\0';
	text_fmt(body, sizeof(body), "{\"status\":\"ready\",\"lines\":[{\"line\":\"%s\"}]}", name);
	assert_int_equal(put(f, "order", "ZAM-1", "", body).changed, 1);
}

/* ---- beside other programs ---- */

/* An import of an hour is no reason to stop serving. */
static void a_serve_waits_for_a_writer_and_goes_on(void **state)
{
	struct fixture *f = *state;
	const char *what = "";
	struct hq other;

	if (f->server)
		skip();
	assert_int_equal(hq_open(&other, f->path, false, &what), 0);
	assert_int_equal(db_claim_serve(&f->hq.db), 0);
	assert_int_equal(db_begin(&other.db), 0);
	assert_int_equal(db_begin(&f->hq.db), -EAGAIN);
	assert_true(db_again(&f->hq.db));
	assert_int_equal(db_commit(&other.db), 0);
	assert_int_equal(put(f, "stock", "A", "", "{}").changed, 1);
	hq_close(&other);
}

/* PostgreSQL tells by a notice; without one a serve looks every few seconds only. */
static void one_order_is_noticed_at_once(void **state)
{
	struct fixture *f = *state;
	char store[ID_MAX + 1], id[ID_MAX + 1];
	const char *what = "";
	struct hq other;
	int64_t rev;
	int tries = 0;

	assert_int_equal(hq_open(&other, f->path, false, &what), 0);
	db_changed(&f->hq.db);
	assert_false(db_changed(&f->hq.db));
	assert_int_equal(import_order(&other, "t",
				      slice_of("{\"store\":\"" STORE "\",\"id\":\"ZAM-1\","
					       "\"status\":\"ready\"}"),
				      store, id, &rev),
			 0);
	while (!db_changed(&f->hq.db) && ++tries < 40)
		usleep(50000); /* 2 s: less than it would look by itself */
	assert_true(tries < 40);
	hq_close(&other);
}

static void personal_parts_are_pruned_in_one_walk(void **state)
{
	enum { EVENTS = 2 * PRUNE_ROWS + 100 };
	struct prune_wanted wanted = { .events_days = -1, .persons_days = 1, .log_keep = -1 };
	struct prune_counts counts;
	struct fixture *f = *state;

	db_begin(&f->hq.db);
	for (int64_t i = 1; i <= EVENTS; i++)
		db_run(&f->hq.db,
		       "INSERT INTO event (store, lane, epoch, seq, text, person, taken_at)"
		       " VALUES (?, ?, ?, ?, '{}', '{}', ?)",
		       "ttiit", STORE, LANE, EPOCH, i,
		       i % 2 ? "2026-01-01T00:00:00.000Z" : "2099-01-01T00:00:00.000Z");
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(prune(&f->hq, &wanted, &counts), 0);
	assert_int_equal(counts.persons, EVENTS / 2);
	assert_int_equal(number(f, "SELECT count(*) FROM event WHERE person IS NOT NULL"),
			 EVENTS / 2);
	wanted = (struct prune_wanted){ .events_days = 1, .persons_days = -1, .log_keep = -1 };
	assert_int_equal(prune(&f->hq, &wanted, &counts), 0);
	assert_int_equal(counts.events, EVENTS / 2);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), EVENTS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(what_may_be_numbered_twice_is_begun_anew),
		T(older_epochs_are_asked_for_again),
		T(what_an_ask_shows_holds_for_all_streams),
		T(an_operator_begins_all_streams_anew),
		T(a_silent_lane_is_sent_nothing),
		T(many_that_lag_leave_room_for_others),
		T(a_lane_that_differs_is_offered_ever_more_rarely),
		T(a_handover_of_an_unknown_order_is_kept),
		T(an_import_keeps_what_was_short),
		T(a_large_order_can_be_handed_over),
		T(a_line_of_a_long_name_is_refused),
		T(a_serve_waits_for_a_writer_and_goes_on),
		T(one_order_is_noticed_at_once),
		T(personal_parts_are_pruned_in_one_walk),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
