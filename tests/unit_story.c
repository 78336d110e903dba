// SPDX-License-Identifier: Apache-2.0
/*
 * The customer's story, as far as cases in text cannot say it: what other lanes wrote, what HQ's
 * `upto` covers, pages, restores, what is forgotten, and what opening a profile costs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>

#include "firmware/store/story.h"
#include "firmware/story.h"
#include "tests/one_shop.h"

static int shown(const char *what)
{
	int n = 0;

	for (const char *at = shop.shop->screen; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* An event of lane k2 with what was written beside it. */
static void hear(int64_t seq, const char *body, const char *text)
{
	struct door_event e = { .kind = DOOR_UP };
	char memory[4096];

	text_fmt(e.up.lane, sizeof(e.up.lane), "k2");
	e.up.epoch = 1;
	text_fmt(memory, sizeof(memory),
		 "[{\"e\":{\"seq\":%lld,\"id\":\"K2-%lld\",\"type\":\"interaction.recorded\","
		 "\"at\":\"2026-11-20T10:00:0%lld.000Z\",\"body\":%s},"
		 "\"person\":{\"salt\":\"00\",\"text\":\"%s\"}}]",
		 (long long)seq, (long long)seq, (long long)seq, body, text);
	e.up.events = (struct span){ 0, (uint32_t)strlen(memory) };
	shop_submit(shop.shop, &e, memory);
}

#define NOTE_OF_C1                                                                                 \
	"{\"kind\":\"note\",\"outcome\":\"noted\",\"seconds\":0,\"customer\":\"C-1\","             \
	"\"case\":\"S-1\",\"status\":\"open\",\"staff\":\"E18\"}"

/* ---- lanes and HQ ---- */

static void what_another_lane_wrote_is_shown_until_hq_has_it(void **state)
{
	(void)state;
	case_shop_open(&shop, 1);
	fact("member M-1 {\"customer\":\"C-1\"}");
	hear(1, NOTE_OF_C1, "Oddzwonić w piątek.");
	hear(1, NOTE_OF_C1, "Oddzwonić w piątek."); /* heard twice */
	hear(2, NOTE_OF_C1, "Odebrane.");
	assert_int_equal(does("profile.open customer=C-1 why=question"), 200);
	assert_has(shop.shop->screen, "\"text\":\"Odebrane.\"");
	assert_int_equal(shown("\"sent\":false"), 2);
	/* HQ writes the first as its entry, and says so. */
	shop_down(shop.shop, STREAM_TIMELINE, 7, ++shop.seq[STREAM_TIMELINE],
		  "[{\"op\":\"put\",\"type\":\"entry\",\"id\":\"K2-1\",\"rev\":1,\"body\":"
		  "{\"customer\":\"C-1\",\"at\":\"2026-11-20T10:00:01.000Z\",\"case\":\"S-1\","
		  "\"channel\":\"store\",\"kind\":\"note\",\"status\":\"open\","
		  "\"text\":\"Oddzwonić w piątek.\"}}]",
		  "{\"k2\":[1,1]}");
	assert_int_equal(shown("\"sent\":true"), 1);
	assert_int_equal(shown("\"sent\":false"), 1);
	/* What it has taken by now is heard late. */
	hear(3, NOTE_OF_C1, "Trzecia.");
	shop_down(shop.shop, STREAM_TIMELINE, 7, ++shop.seq[STREAM_TIMELINE],
		  "[{\"op\":\"put\",\"type\":\"entry\",\"id\":\"X\",\"rev\":1,\"body\":{}}]",
		  "{\"k2\":[1,4]}");
	hear(4, NOTE_OF_C1, "Czwarta.");
	assert_int_equal(shown("\"sent\":false"), 0);
	assert_int_equal(shown("Czwarta."), 0);
	case_shop_close(&shop);
}

static void what_is_told_here_goes_up_with_its_words_beside_the_chain(void **state)
{
	(void)state;
	case_shop_open(&shop, 1);
	fact("entry E-1 {\"customer\":\"C-1\",\"case\":\"S-1\",\"status\":\"open\","
	     "\"at\":\"2026-11-01T10:00:00.000Z\",\"text\":\"?\"}");
	assert_int_equal(does("note text=Tajne_słowa. case=S-1"), 200);
	assert_has(shop.shop->up, "\"person\":{\"salt\":");
	assert_has(shop.shop->up, "Tajne słowa.");
	assert_int_equal(told_text("Tajne"), 0);
	assert_int_equal(told_text("\"kind\":\"note\""), 1);
	case_shop_close(&shop);
}

static void a_long_story_is_read_page_by_page(void **state)
{
	char text[256], before[BEFORE_MAX], *at;
	int seen = 0;

	(void)state;
	case_shop_open(&shop, 1);
	fact("member M-1 {\"customer\":\"C-1\"}");
	for (int i = 0; i < 45; i++) {
		snprintf(text, sizeof(text),
			 "entry E-%02d {\"customer\":\"C-1\",\"at\":\"2026-11-01T10:00:%02d.000Z\","
			 "\"kind\":\"note\",\"status\":\"closed\",\"text\":\"N%02d\"}",
			 i, i / 3, i); /* three of one moment */
		fact(text);
	}
	hear(5, NOTE_OF_C1, "Nowe.");
	assert_int_equal(does("profile.open customer=C-1 why=question"), 200);
	for (int page = 0; page < 3; page++) {
		for (int i = 0; i < 45; i++) {
			snprintf(text, sizeof(text), "\"text\":\"N%02d\"", i);
			seen += shown(text);
		}
		assert_int_equal(shown("Nowe."), page == 0 ? 2 : 1); /* its case stays on top */
		at = strstr(shop.shop->screen, "\"before\":\"");
		if (page == 2) {
			assert_null(at);
			break;
		}
		assert_non_null(at);
		snprintf(before, sizeof(before), "%.*s", (int)strcspn(at + 10, "\""), at + 10);
		snprintf(text, sizeof(text), "profile.open customer=C-1 why=question before=\"%s\"",
			 before);
		assert_int_equal(does(text), 200);
	}
	assert_int_equal(seen, 45); /* each once */
	case_shop_close(&shop);
}

/* ---- restarts ---- */

static void a_contact_is_told_once_over_a_restart(void **state)
{
	(void)state;
	case_shop_open(&shop, 1);
	fact("order ZAM-1 ready: 1 x MUG 24.99; card 24.99; collect_by=-1d");
	case_scan(&shop, "code of ZAM-1", false); /* refused, and could be lifted */
	assert_int_equal(told_text("interaction.recorded"), 0);
	case_restart(&shop);
	shop_tick(shop.shop, 10);
	assert_int_equal(told_text("interaction.recorded"), 0);
	shop_tick(shop.shop, CONTACT_LAPSE_MS);
	shop_tick(shop.shop, CONTACT_LAPSE_MS);
	assert_int_equal(told_text("interaction.recorded"), 1);
	case_shop_close(&shop);
}

static void a_clock_that_is_set_makes_nobody_wait_for_years(void **state)
{
	(void)state;
	case_shop_open(&shop, 1);
	fact("order ZAM-1 ready: 1 x MUG 24.99; card 24.99");
	case_scan(&shop, "code of ZAM-1", false);
	shop.shop->wall_ms += INT64_C(400) * 24 * 3600 * 1000;
	shop_tick(shop.shop, 1000);
	assert_int_equal(does("pickup.cancel"), 200);
	assert_int_equal(told_text("\"seconds\":1,"), 1);
	assert_int_equal(contact_seconds(0, INT64_MAX / 2), 8 * 3600);
	assert_int_equal(contact_seconds(5000, 0), 0);
	case_shop_close(&shop);
}

/* Two lanes opened it at once, and the other one goes on. */
static void who_loses_the_claim_has_not_refused_anybody(void **state)
{
	struct door_event e = { .kind = DOOR_CLAIM };

	(void)state;
	case_shop_open(&shop, 1);
	fact("policy lanes {\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}");
	fact("order ZAM-1 ready: 1 x MUG 24.99; card 24.99; customer={\"id\":\"C-1\"}");
	case_scan(&shop, "code of ZAM-1", false);
	e.claim.op = CLAIM_OP_TAKE;
	text_fmt(e.claim.order, sizeof(e.claim.order), "ZAM-1");
	text_fmt(e.claim.lane, sizeof(e.claim.lane), "k2");
	text_fmt(e.claim.claim, sizeof(e.claim.claim), "00000000000000000000000001");
	shop_submit(shop.shop, &e, NULL);
	assert_has(shop.shop->screen, "\"code\":\"being_served\"");
	assert_int_equal(told_text("\"outcome\":\"elsewhere\""), 1);
	assert_int_equal(told_text("\"resolved\""), 0); /* nobody knows yet */
	case_shop_close(&shop);
}

static void what_may_go_on_is_no_end(void **state)
{
	(void)state;
	assert_true(contact_may_go_on(REASON_PIN_WRONG, false));
	assert_true(contact_may_go_on(REASON_EXPIRED, true));
	assert_false(contact_may_go_on(REASON_EXPIRED, false));
	assert_false(contact_may_go_on(REASON_NOT_FOUND, false));
	assert_int_equal(contact_given_up(CONTACT_QUESTION, false, CONTACT_SETTLED),
			 CONTACT_ANSWERED);
	assert_int_equal(contact_given_up(CONTACT_QUESTION, false, CONTACT_NOTED), CONTACT_OPENED);
	assert_int_equal(contact_given_up(CONTACT_RETURN, true, CONTACT_NOTHING), CONTACT_REFUSED);
	assert_false(contact_lapsed(true, 0, INT64_MAX / 2)); /* open work never lapses */
	assert_true(contact_lapsed(false, 5, 4));	      /* the clock was set back */
}

static void languages_are_told_by_their_first_part(void **state)
{
	(void)state;
	assert_true(lang_speaks(slice_of("en"), "en-GB"));
	assert_true(lang_speaks(slice_of("en-US"), "en-GB"));
	assert_false(lang_speaks(slice_of("e"), "en"));
	assert_false(lang_speaks(slice_of("eng"), "en"));
	assert_false(lang_speaks(slice_of("en"), ""));
}

/* ---- forgetting ---- */

static void a_customer_is_forgotten_whole(void **state)
{
	struct story_row row = { .back = 0 };
	struct station *st;

	(void)state;
	case_shop_open(&shop, 1);
	hear(1, NOTE_OF_C1, "Sekret.");
	st = shop.shop->st;
	store_begin(st->store);
	assert_true(store_story_next(st->store, "C-1", &row));
	assert_string_equal(row.text, "Sekret.");
	store_story_erase(st->store, "C-1");
	row = (struct story_row){ .back = 0 };
	assert_false(store_story_next(st->store, "C-1", &row));
	assert_false(store_story_next_of(st->store, "S-1", &row));
	store_commit(st->store);
	assert_int_not_equal(does("profile.open customer=C-1 why=check"), 200);
	case_shop_close(&shop);
}

static void rows_go_when_hq_has_them_and_they_are_old(void **state)
{
	struct story_row row = { .customer = "C-1", .lane = "k1", .epoch = 1 };
	struct story_row found = { .back = 0 };
	struct station *st;

	(void)state;
	case_shop_open(&shop, 1);
	st = shop.shop->st;
	store_begin(st->store);
	for (row.seq = 1; row.seq <= 3; row.seq++) {
		row.back = story_back(row.seq * 1000);
		text_fmt(row.event, sizeof(row.event), "EV-%lld", (long long)row.seq);
		store_story_add(st->store, &row);
	}
	store_upto_set(st->store, STREAM_TIMELINE, slice_of("k1"), 1, 2);
	store_story_prune(st->store, 2000, 0); /* the first: HQ has it, and it is older */
	store_upto_clear(st->store, STREAM_TIMELINE);
	assert_true(store_story_next(st->store, "C-1", &found));
	assert_string_equal(found.event, "EV-3");
	assert_true(store_story_next(st->store, "C-1", &found));
	assert_string_equal(found.event, "EV-2");
	assert_false(store_story_next(st->store, "C-1", &found));
	store_story_prune(st->store, 0, 2500); /* too old, whoever has it */
	found = (struct story_row){ .back = 0 };
	assert_true(store_story_next(st->store, "C-1", &found));
	assert_string_equal(found.event, "EV-3");
	assert_false(store_story_next(st->store, "C-1", &found));
	store_commit(st->store);
	case_shop_close(&shop);
}

static void a_restore_forgets_what_was_open(void **state)
{
	struct contact_row k;
	struct station *st;

	(void)state;
	case_shop_open(&shop, 1);
	fact("order ZAM-1 ready: 1 x MUG 24.99; card 24.99");
	case_scan(&shop, "code of ZAM-1", false);
	st = shop.shop->st;
	store_begin(st->store);
	assert_true(store_contact(st->store, DESK_COUNTER, &k));
	store_work_forget(st->store);
	assert_false(store_contact(st->store, DESK_COUNTER, &k));
	store_commit(st->store);
	case_shop_close(&shop);
}

/* ---- what it costs ---- */

static struct {
	bool on;
	int64_t statements, rows, scanned;
} work;

static int on_trace(unsigned what, void *ctx, void *p, void *x)
{
	const int steps = what == SQLITE_TRACE_PROFILE
				  ? sqlite3_stmt_status(p, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1)
				  : 0; /* since it was asked last */

	(void)ctx;
	(void)x;
	if (work.on) {
		work.statements += what == SQLITE_TRACE_STMT;
		work.rows += what == SQLITE_TRACE_ROW;
		work.scanned += steps;
	}
	return 0;
}

static int on_open(sqlite3 *db, char **message, const void *api)
{
	(void)message;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW | SQLITE_TRACE_PROFILE,
				on_trace, NULL);
}

/* Records by the hundred; `body` takes the record's number, twice. */
static void fill(enum stream stream, const char *type, int count, const char *body)
{
	static char ops[1 << 19];
	struct buf b;

	for (int i = 0; i < count;) {
		buf_init(&b, ops, sizeof(ops));
		buf_byte(&b, '[');
		for (int n = 0; n < 500 && i < count; n++, i++) {
			char one[400];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(one, sizeof(one), body, i, i % 997);
#pragma GCC diagnostic pop
			buf_fmt(&b,
				"%s{\"op\":\"put\",\"type\":\"%s\",\"id\":\"R-%d\",\"rev\":1,"
				"\"body\":%s}",
				n ? "," : "", type, i, one);
		}
		buf_byte(&b, ']');
		shop_down(shop.shop, stream, 7, ++shop.seq[stream], buf_str(&b), NULL);
	}
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Opens C-1's profile in a shop of so many; how many statements and rows that takes. */
static int64_t cost(int members, int skus, int entries)
{
	double began;

	case_shop_open(&shop, 1);
	fill(STREAM_LOYALTY, "member", members,
	     "{\"customer\":\"C-%d\",\"card\":[\"K-%d\"],\"points\":10,\"name\":\"Anna K.\"}");
	fill(STREAM_CATALOG, "product", skus, "{\"gtin\":[\"590%08d\"],\"price\":100,\"x\":%d}");
	fill(STREAM_TIMELINE, "entry", entries,
	     "{\"at\":\"2026-11-01T10:00:00.%03d\",\"customer\":\"C-%d\",\"kind\":\"question\","
	     "\"status\":\"open\",\"case\":\"S-1\",\"channel\":\"chat\",\"text\":\"Dzień dobry\"}");
	work.statements = work.rows = work.scanned = 0;
	work.on = true;
	began = now_ms();
	assert_int_equal(does("profile.open customer=C-1 why=question"), 200);
	print_message("%d members, %d products, %d entries: %lld statements, %lld rows, %.2f ms\n",
		      members, skus, entries, (long long)work.statements, (long long)work.rows,
		      now_ms() - began);
	work.on = false;
	assert_has(shop.shop->screen, "\"profile\":{\"customer\":\"C-1\"");
	/* Nothing is read whole but where the six streams stand. */
	assert_true(work.scanned <= 100);
	case_shop_close(&shop);
	return work.statements + work.rows;
}

static void opening_a_profile_costs_the_same_in_a_large_shop(void **state)
{
	int64_t small, large;

	(void)state;
	sqlite3_auto_extension((void (*)(void))on_open);
	small = cost(1000, 500, 2000);
	large = getenv("LADA_LARGE") ? cost(10000, 100000, 50000) : cost(4000, 4000, 8000);
	sqlite3_cancel_auto_extension((void (*)(void))on_open);
	assert_true(small > 0 && large <= small + 400); /* a page is full, and no more is read */
}

static void no_statement_looks_at_all_rows(void **state)
{
	static const char *const wanted[] = {
		"SELECT event FROM story s WHERE s.customer='C' AND (s.back, s.event) > (1, '')"
		" ORDER BY s.back, s.event LIMIT 1",
		"SELECT event FROM story s WHERE s.doc='S' AND s.doc<>'' AND"
		" (s.back, s.event) > (1, '') ORDER BY s.back, s.event LIMIT 1",
		"SELECT * FROM story WHERE back>5 ORDER BY back DESC LIMIT 200",
		"SELECT key, id FROM lookup WHERE gen=1 AND kind=9 AND (key, id)>('c:','') AND"
		" key<'c;' ORDER BY key, id LIMIT 1",
		"DELETE FROM story WHERE customer='C' AND customer<>''",
	};
	struct shop *file = shop_open_file(1);
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(file->path, &db), SQLITE_OK);
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		char sql[512];
		sqlite3_stmt *q;

		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", wanted[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
		while (sqlite3_step(q) == SQLITE_ROW) {
			const char *plan = (const char *)sqlite3_column_text(q, 3);

			if (strncmp(plan, "SCAN", 4) == 0 || strstr(plan, "TEMP B-TREE"))
				fail_msg("%s: %s", plan, wanted[i]);
		}
		sqlite3_finalize(q);
	}
	sqlite3_close(db);
	shop_close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_another_lane_wrote_is_shown_until_hq_has_it),
		cmocka_unit_test(what_is_told_here_goes_up_with_its_words_beside_the_chain),
		cmocka_unit_test(a_long_story_is_read_page_by_page),
		cmocka_unit_test(a_contact_is_told_once_over_a_restart),
		cmocka_unit_test(a_clock_that_is_set_makes_nobody_wait_for_years),
		cmocka_unit_test(who_loses_the_claim_has_not_refused_anybody),
		cmocka_unit_test(what_may_go_on_is_no_end),
		cmocka_unit_test(languages_are_told_by_their_first_part),
		cmocka_unit_test(a_customer_is_forgotten_whole),
		cmocka_unit_test(rows_go_when_hq_has_them_and_they_are_old),
		cmocka_unit_test(a_restore_forgets_what_was_open),
		cmocka_unit_test(opening_a_profile_costs_the_same_in_a_large_shop),
		cmocka_unit_test(no_statement_looks_at_all_rows),
	};

	return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}
