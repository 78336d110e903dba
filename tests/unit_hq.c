// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq without a broker: records going in, their numbering, and answers to asks.
 */
#include <errno.h>

#include "sync/hq/link.h"
#include "tests/hq_fixture.h"

#define TEXT_20 "abcdefghijklmnopqrst"
#define TEXT_60 TEXT_20 TEXT_20 TEXT_20

/* ---- import ---- */

static void import_gives_revs(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "policy", "pickup", "", "{\"a\":1}").changed, 1);
	assert_int_equal(put(f, "policy", "pickup", "", "{ \"a\" :\t1 }").unchanged, 1);
	assert_int_equal(number(f, "SELECT rev FROM record"), 1);
	assert_int_equal(put(f, "policy", "pickup", "", "{\"a\":2}").changed, 1);
	assert_int_equal(number(f, "SELECT rev FROM record"), 2);
	/* A rev not above the stored one counts as none. */
	assert_int_equal(put(f, "policy", "pickup", ",\"rev\":2", "{\"a\":2}").unchanged, 1);
	assert_int_equal(put(f, "policy", "pickup", ",\"rev\":1", "{\"a\":3}").changed, 1);
	assert_int_equal(number(f, "SELECT rev FROM record"), 3);
	assert_int_equal(put(f, "policy", "pickup", ",\"rev\":70", "{\"a\":3}").changed, 1);
	assert_int_equal(number(f, "SELECT rev FROM record"), 70);
	assert_int_equal(import(f, "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"policy\","
				   "\"id\":\"pickup\"}")
				 .changed,
			 1);
	assert_int_equal(number(f, "SELECT rev FROM record WHERE deleted = 1"), 71);
	assert_int_equal(import(f, "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"policy\","
				   "\"id\":\"pickup\"}")
				 .unchanged,
			 1);
	assert_int_equal(put(f, "policy", "pickup", "", "{\"a\":3}").changed, 1);
	assert_int_equal(number(f, "SELECT rev FROM record WHERE deleted = 0"), 72);
	assert_int_equal(state_of(f, "policy").head, 6);
}

static void import_refuses_and_goes_on(void **state)
{
	struct fixture *f = *state;
	struct import_counts counts = import(
		f,
		"{\"store\":\"a.b\",\"type\":\"stock\",\"id\":\"A\",\"body\":{}}\n"
		"{\"store\":\"hq\",\"type\":\"stock\",\"id\":\"A\",\"body\":{}}\n"
		"{\"store\":\"S\",\"type\":\"stocks\",\"id\":\"A\",\"body\":{}}\r\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"..\",\"body\":{}}\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"\\u017b\",\"body\":{}}\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"stream\":\"orders\",\"id\":\"A\",\"body\":{}"
		"}\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"A\",\"body\":[]}\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"A\"}\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"A\",\"rev\":1.5,\"body\":{}}\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"A\",\"op\":\"upsert\",\"body\":{}}\n"
		"not json\n   \n\n[1]\n\"x\"\n"
		"{\"store\":\"S\",\"type\":\"stock\",\"id\":\"GOOD\",\"body\":{}}");

	assert_int_equal(counts.refused, 13);
	assert_int_equal(counts.changed, 1);
	assert_int_equal(number(f, "SELECT count(*) FROM record WHERE id = 'GOOD'"), 1);
	counts = import(f, " [{\"store\":\"S\",\"type\":\"stock\",\"id\":\"B\",\"body\":{}},7]");
	assert_int_equal(counts.refused, 1);
	assert_int_equal(counts.changed, 1);
	assert_int_equal(import_text(&f->hq, "test", slice_of("[{]"), &counts), -EBADMSG);
}

static void orders_must_add_up(void **state)
{
	static const char *const bad[] = {
		"{\"totals\":{\"total\":100,\"due\":0},\"lines\":[{\"line\":1,\"paid\":90}],"
		"\"payments\":[{\"state\":\"captured\",\"amount\":100}]}",
		"{\"totals\":{\"total\":100,\"due\":10},\"payments\":[{\"state\":\"captured\","
		"\"amount\":100}]}",
		"{\"totals\":{\"total\":100},\"payments\":[{\"state\":\"captured\",\"amount\":90}]"
		"}",
		"{\"totals\":{\"total\":100,\"due\":0},\"payments\":[{\"state\":\"authorized\","
		"\"amount\":100}]}",
		"{\"totals\":{\"total\":100.0}}",
		"{\"totals\":{\"total\":-1}}",
		"{\"totals\":{\"total\":\"100\"}}",
		"{\"totals\":[]}",
		"{\"lines\":{}}",
		"{\"lines\":[{\"qty\":1}]}",
		"{\"lines\":[{\"line\":1,\"qty\":0}]}",
		"{\"lines\":[{\"line\":1},{\"line\":1}]}",
		"{\"lines\":[{\"line\":1,\"sku\":7}]}",
		"{\"lines\":[{\"line\":1,\"sku\":\"" TEXT_60 "12345\"}]}",
		"{\"payments\":[{\"id\":7}]}",
		"{\"payments\":[{\"id\":\"" TEXT_60 TEXT_60 "1234567\"}]}",
		"{\"payments\":[{\"tender\":\"" TEXT_60 TEXT_60 "1234567\"}]}",
		"{\"status\":7}",
		"{\"collect_by\":\"tomorrow\"}",
	};
	static const char *const good[] = {
		READY_BODY,
		"{}",
		"{\"status\":\"a_word_of_a_later_version\",\"unknown\":{\"x\":null}}",
		"{\"totals\":{\"total\":100,\"due\":100},\"lines\":[{\"line\":\"a\",\"paid\":100}]"
		"}",
		"{\"totals\":{\"total\":100,\"due\":40},\"payments\":[{\"state\":\"refunded\","
		"\"amount\":60},"
		"{\"state\":\"failed\",\"amount\":100}]}",
		"{\"totals\":{\"total\":100},\"lines\":[{\"line\":1,\"paid\":100},{\"line\":2}]}",
		"{\"lines\":[{\"line\":1,\"sku\":\"" TEXT_60 "1234\"}],\"payments\":[{\"id\":"
		"\"" TEXT_60 TEXT_60 "123456\",\"tender\":null}]}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		print_message("bad %zu\n", i);
		assert_int_equal(put(f, "order", "X", "", bad[i]).refused, 1);
	}
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		print_message("good %zu\n", i);
		assert_int_equal(put(f, "order", "X", "", good[i]).changed, 1);
	}
}

static void one_order_goes_in_bare_or_wrapped(void **state)
{
	static const char bare[] = "{\"id\":\"ZAM-5\",\"store\":\"KRK-1\",\"status\":\"ready\"}";
	struct fixture *f = *state;
	char store[ID_MAX + 1], id[ID_MAX + 1];
	int64_t rev = 0;

	assert_int_equal(import_order(&f->hq, "t", slice_of(bare), store, id, &rev), 0);
	assert_string_equal(store, "KRK-1");
	assert_string_equal(id, "ZAM-5");
	assert_int_equal(rev, 1);
	assert_int_equal(
		import_order(&f->hq, "t",
			     slice_of("{\"store\":\"KRK-1\",\"type\":\"order\",\"id\":\"ZAM-5\","
				      "\"body\":{\"status\":\"cancelled\"}}"),
			     store, id, &rev),
		0);
	assert_int_equal(rev, 2);
	assert_int_equal(import_order(&f->hq, "t", slice_of("{\"id\":\"X\"}"), store, id, &rev),
			 -EINVAL);
	assert_int_equal(import_order(&f->hq, "t", slice_of("{"), store, id, &rev), -EINVAL);
}

static void reopen_and_erase_pass_through(void **state)
{
	struct fixture *f = *state;
	struct json m;

	put(f, "order", "ZAM-1", "", READY_BODY);
	put(f, "member", "M-1", "", "{\"points\":5}");
	stream_announce(&f->hq, false);
	post_clear(&f->hq.post);
	assert_int_equal(import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\","
				   "\"id\":\"ZAM-1\",\"of\":\"01J\",\"why\":\"mistake\"}")
				 .changed,
			 1);
	m = announced(f, "orders");
	assert_int_equal(at(first_op(m), "rev"), 2);
	assert_is(json_get(first_op(m), "of"), "01J");
	assert_int_equal(import(f, "{\"store\":\"" STORE "\",\"op\":\"reopen\",\"type\":\"order\","
				   "\"id\":\"ZAM-1\"}")
				 .refused,
			 1);
	assert_int_equal(import(f, "{\"store\":\"" STORE "\",\"op\":\"erase\",\"type\":\"member\","
				   "\"id\":\"M-1\",\"customer\":\"C-1\"}")
				 .changed,
			 1);
	m = announced(f, "loyalty");
	assert_is(json_get(first_op(m), "op"), "erase");
	assert_int_equal(state_of(f, "loyalty").count, 0);
	assert_true(state_of(f, "loyalty").sum == 0);
	assert_true(state_of(f, "orders").sum == hash_record("order", slice_of("ZAM-1"), 2));
}

/* ---- the log ---- */

static void messages_are_numbered_and_summed(void **state)
{
	struct fixture *f = *state;
	uint64_t a = hash_record("stock", slice_of("A"), 1),
		 b = hash_record("stock", slice_of("B"), 1);
	struct json m;

	put(f, "stock", "A", "", "{\"on_hand\":1}");
	put(f, "stock", "B", "", "{\"on_hand\":2}");
	import(f, "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"stock\",\"id\":\"A\"}");
	m = announced(f, "stock");
	assert_int_equal(at(m, "epoch"), f->wall_ms / 1000);
	assert_int_equal(at(m, "seq"), 1);
	assert_int_equal(json_count(json_get(m, "upto")), 0);
	assert_is(json_get(first_op(m), "op"), "put");
	letter(f, STORE "/down/stock");
	m = letter(f, STORE "/down/stock");
	assert_int_equal(at(m, "seq"), 3);
	assert_is(json_get(first_op(m), "op"), "del");
	assert_int_equal(json_get(first_op(m), "body").type, JSON_NONE);
	no_letter(f);
	assert_true((uint64_t)number(f, "SELECT sum FROM log WHERE seq = 1") == a);
	assert_true((uint64_t)number(f, "SELECT sum FROM log WHERE seq = 2") == (a ^ b));
	assert_true((uint64_t)number(f, "SELECT sum FROM log WHERE seq = 3") == b);
	assert_int_equal(number(f, "SELECT count FROM log WHERE seq = 2"), 2);
	assert_int_equal(number(f, "SELECT count FROM log WHERE seq = 3"), 1);
}

/* Many records in one import: several messages, none too large, every one whole. */
static void a_large_import_is_split(void **state)
{
	struct fixture *f = *state;
	size_t cap = 4 * 1024 * 1024;
	char *memory = malloc(cap), filler[1001];
	struct stream_state s;
	size_t ops = 0;
	struct buf b;

	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	buf_init(&b, memory, cap);
	for (int i = 0; i < 1000; i++)
		buf_fmt(&b,
			"{\"store\":\"" STORE "\",\"type\":\"product\",\"id\":\"P%d\","
			"\"body\":{\"text\":\"%s\"}}\n",
			i, filler);
	assert_int_equal(import(f, buf_str(&b)).changed, 1000);
	s = state_of(f, "catalog");
	assert_int_equal(s.count, 1000);
	assert_in_range(s.head, 30, 40);
	for (int64_t seq = 0; seq < s.head; seq++) {
		struct json m = seq ? letter(f, STORE "/down/catalog") : announced(f, "catalog");

		assert_int_equal(at(m, "seq"), seq + 1);
		assert_int_equal(json_get(m, "upto").type, JSON_NONE);
		ops += json_count(json_get(m, "ops"));
	}
	assert_int_equal(ops, 1000);
	free(memory);
}

static void the_log_is_pruned_from_behind(void **state)
{
	struct fixture *f = *state;
	char body[64];

	db_begin(&f->hq.db);
	for (int i = 0; i < 11000; i++) {
		text_fmt(body, sizeof(body), "{\"on_hand\":%d}", i);
		record_put(&f->hq, STORE, stream_by_name("stock"), "A", i + 1, slice_of(body));
		stream_flush(&f->hq);
	}
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(number(f, "SELECT min(seq) FROM log"), 1001);
	assert_int_equal(number(f, "SELECT count(*) FROM log"), 10000);
	ask_stream(f, "stock", state_of(f, "stock").epoch, 900);
	letter(f, STORE "/" LANE "/down/stock");
	assert_int_equal(number(f, "SELECT count(*) FROM snapshot"), 1);
	no_letter(f);
}

/* ---- asks ---- */

static void a_gap_is_replayed(void **state)
{
	struct fixture *f = *state;
	int64_t epoch;
	struct json m;
	char body[64];

	for (int i = 1; i <= 100; i++) {
		text_fmt(body, sizeof(body), "{\"on_hand\":%d}", i);
		put(f, "stock", "A", "", body);
	}
	epoch = state_of(f, "stock").epoch;
	ask_stream(f, "stock", epoch, 10);
	for (int seq = 11; seq <= 74; seq++) {
		m = letter(f, STORE "/" LANE "/down/stock");
		assert_int_equal(at(m, "seq"), seq);
	}
	no_letter(f);
	ask_stream(f, "stock", epoch, 98);
	for (int seq = 99; seq <= 100; seq++) {
		m = letter(f, STORE "/" LANE "/down/stock");
		assert_int_equal(at(m, "seq"), seq);
		assert_int_equal(json_count(json_get(m, "ops")), 1);
	}
	m = letter(f, STORE "/" LANE "/down/stock");
	assert_int_equal(at(m, "seq"), 100);
	assert_int_equal(json_count(json_get(m, "ops")), 0);
	assert_int_not_equal(json_get(m, "upto").type, JSON_NONE);
	no_letter(f);
	ask_stream(f, "stock", epoch, 100);
	m = letter(f, STORE "/" LANE "/down/stock");
	assert_int_equal(json_count(json_get(m, "ops")), 0);
}

/* A cursor HQ never gave: this file is an old copy, so a new numbering begins above it. */
static void a_restored_hq_numbers_anew(void **state)
{
	struct fixture *f = *state;
	struct stream_state before, after;
	struct json m;

	put(f, "stock", "A", "", "{\"on_hand\":1}");
	before = state_of(f, "stock");
	ask_stream(f, "stock", before.epoch, 9);
	after = state_of(f, "stock");
	assert_true(after.epoch > before.epoch);
	assert_int_equal(after.head, 0);
	assert_true(after.sum == before.sum);
	m = letter(f, STORE "/" LANE "/down/stock");
	assert_int_equal(at(m, "epoch"), after.epoch);
	assert_int_equal(at(json_get(m, "snapshot"), "seq"), 0);
	ask_stream(f, "stock", after.epoch + 3600, 9);
	assert_true(state_of(f, "stock").epoch > after.epoch + 3600);
	post_clear(&f->hq.post);
	/* Far in the future: not believed, only offered ours. */
	before = state_of(f, "stock");
	ask_stream(f, "stock", before.epoch + 1000000, 9);
	assert_int_equal(state_of(f, "stock").epoch, before.epoch);
}

static void unknown_and_broken_asks_are_let_go(void **state)
{
	static const char *const asks[] = {
		"{}",
		"{\"ask\":\"stream\"}",
		"{\"ask\":7,\"id\":\"a\"}",
		"{\"ask\":\"dance\",\"id\":\"a\"}",
		"{\"ask\":\"stream\",\"id\":\"a\",\"stream\":\"nope\",\"epoch\":0,\"after\":0}",
		"{\"ask\":\"stream\",\"id\":\"a\",\"stream\":\"orders\",\"epoch\":-1,\"after\":0}",
		"{\"ask\":\"stream\",\"id\":\"a\",\"stream\":\"orders\",\"epoch\":\"7\",\"after\":"
		"0}",
		"{\"ask\":\"stream\",\"id\":\"a b\",\"stream\":\"orders\",\"epoch\":0,\"after\":0}",
		"{\"ask\":\"part\",\"id\":\"a\",\"snapshot\":\"x\",\"stream\":\"orders\",\"from\":"
		"0}",
		"{\"ask\":\"order\",\"id\":\"a\",\"order\":\"../x\"}",
		"{\"ask\":\"grant\",\"id\":\"a\",\"member\":\"M\",\"points\":-5}",
		"{\"ask\":\"blob\",\"id\":\"a\",\"sha256\":\"00\",\"offset\":0,\"length\":9}",
		"{\"ask\":\"up\",\"id\":\"a\",\"lane\":\"k2\",\"epoch\":1,\"after\":0}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(asks); i++)
		ask(f, asks[i]);
	no_letter(f);
}

static void orders_are_found_also_elsewhere(void **state)
{
	struct fixture *f = *state;
	struct json m, answer;

	put(f, "order", "ZAM-1", "", READY_BODY);
	import(f, "{\"store\":\"KRK-1\",\"type\":\"order\",\"id\":\"ZAM-7\",\"body\":{\"status\":"
		  "\"ready\"}}");
	ask(f, "{\"ask\":\"order\",\"id\":\"a3\",\"order\":\"ZAM-1\"}");
	m = letter(f, STORE "/" LANE "/down/orders");
	answer = json_get(m, "answer");
	assert_is(json_get(answer, "ask"), "a3");
	assert_true(json_true(json_get(answer, "found")));
	assert_int_equal(json_get(json_get(first_op(m), "body"), "store").type, JSON_NONE);
	ask(f, "{\"ask\":\"order\",\"id\":\"a4\",\"order\":\"ZAM-7\"}");
	m = letter(f, STORE "/" LANE "/down/orders");
	assert_is(json_get(json_get(first_op(m), "body"), "store"), "KRK-1");
	ask(f, "{\"ask\":\"order\",\"id\":\"a5\",\"order\":\"ZAM-404\"}");
	m = letter(f, STORE "/" LANE "/down/orders");
	assert_true(!json_true(json_get(json_get(m, "answer"), "found")));
}

static void points_are_granted_once(void **state)
{
	struct fixture *f = *state;
	struct json m;
	char grant[32], body[160];

	put(f, "member", "M-1", "", "{\"points\":150}");
	for (int again = 0; again < 2; again++) {
		ask(f, "{\"ask\":\"grant\",\"id\":\"a5\",\"member\":\"M-1\",\"points\":100,"
		       "\"order\":\"ZAM-1\"}");
		m = letter(f, STORE "/" LANE "/down/loyalty");
		assert_int_equal(at(json_get(m, "answer"), "points"), 100);
		assert_true(json_string(json_get(json_get(m, "answer"), "grant"), grant,
					sizeof(grant)) > 0);
	}
	/* The rest is set aside, so another till gets none of it. */
	ask(f, "{\"ask\":\"grant\",\"id\":\"a6\",\"member\":\"M-1\",\"points\":100}");
	m = letter(f, STORE "/" LANE "/down/loyalty");
	assert_int_equal(at(json_get(m, "answer"), "points"), 0);
	text_fmt(body, sizeof(body),
		 "{\"member\":\"M-1\",\"points\":100,\"order\":\"ZAM-1\","
		 "\"against\":\"grant\",\"grant\":\"%s\"}",
		 grant);
	assert_ack(up(f, "loyalty.redeemed", body), 1, NULL);
	ask(f, "{\"ask\":\"grant\",\"id\":\"a7\",\"member\":\"M-1\",\"points\":50}");
	m = letter(f, STORE "/" LANE "/down/loyalty");
	assert_int_equal(at(json_get(m, "answer"), "points"), 50);
	ask(f, "{\"ask\":\"grant\",\"id\":\"a8\",\"member\":\"M-404\",\"points\":1}");
	m = letter(f, STORE "/" LANE "/down/loyalty");
	assert_int_equal(at(json_get(m, "answer"), "points"), 0);
}

/* Whoever serves gets the file between two slices; and what one slice did is done. */
static void a_large_import_goes_in_by_slices(void **state)
{
	enum { LINES = 2 * IMPORT_SLICE_ROWS + 10 };
	struct fixture *f = *state;
	char *text = calloc(LINES, 100);
	struct import_counts counts;
	int64_t from;
	size_t n = 0;

	assert_non_null(text);
	for (int i = 0; i < LINES; i++)
		n += (size_t)snprintf(text + n, 100,
				      "{\"store\":\"S%d\",\"type\":\"stock\",\"id\":\"A\","
				      "\"body\":{\"on_hand\":%d}}\n%s",
				      i % 7, i, i % 1000 ? "" : "no JSON\n");
	from = f->hq.db.transaction;
	counts = import(f, text);
	assert_int_equal(counts.changed, LINES);
	assert_int_equal(counts.refused, (LINES + 999) / 1000);
	assert_int_equal(f->hq.db.transaction - from, 3);
	/* An array, too. */
	n = 0;
	text[n++] = '[';
	for (int i = 0; i < LINES; i++)
		n += (size_t)snprintf(text + n, 100,
				      "%s{\"store\":\"S\",\"type\":\"stock\",\"id\":"
				      "\"A%d\",\"body\":{}}",
				      i ? "," : "", i);
	text[n++] = ']';
	text[n] = '\0';
	from = f->hq.db.transaction;
	assert_int_equal(import(f, text).changed, LINES);
	assert_int_equal(f->hq.db.transaction - from, 3);
	free(text);
}

static void urls_are_read(void **state)
{
	static const char *const bad[] = { "",		 "http://x",	   "mqtt://",
					   "mqtt://h:0", "mqtt://h:99999", "mqtt://h:1x",
					   "mqtt://u@h", "mqtt://h/path",  "mqtt://[::1" };
	struct link_options opt;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(link_parse_url(bad[i], &opt), -EINVAL);
	assert_int_equal(link_parse_url("mqtts://hq.example", &opt), 0);
	assert_true(opt.tls);
	assert_int_equal(opt.port, 8883);
	assert_int_equal(link_parse_url("mqtt://[::1]:1884/", &opt), 0);
	assert_string_equal(opt.host, "::1");
	assert_int_equal(opt.port, 1884);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(import_gives_revs),
		T(a_large_import_goes_in_by_slices),
		cmocka_unit_test(urls_are_read),
		T(import_refuses_and_goes_on),
		T(orders_must_add_up),
		T(one_order_goes_in_bare_or_wrapped),
		T(reopen_and_erase_pass_through),
		T(messages_are_numbered_and_summed),
		T(a_large_import_is_split),
		T(the_log_is_pruned_from_behind),
		T(a_gap_is_replayed),
		T(a_restored_hq_numbers_anew),
		T(unknown_and_broken_asks_are_let_go),
		T(orders_are_found_also_elsewhere),
		T(points_are_granted_once),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
