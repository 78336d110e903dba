// SPDX-License-Identifier: Apache-2.0
/* What lada-hq makes of contacts and notes: entries of the stream `timeline` at every store that
 * knows the customer, each once; and of reasons why things came back: hints. */
#include "sync/hq/hint.h"
#include "tests/hq_fixture.h"

static bool has_record(struct fixture *f, const char *store, const char *stream, const char *id,
		       struct json *ret_root)
{
	struct record r;

	if (!record_find(&f->hq, store, stream_by_name(stream), id, &r) || !r.live)
		return false;
	*ret_root = parsed_slice(r.body);
	return true;
}

static int64_t rejects(struct fixture *f)
{
	return number(f, "SELECT count(*) FROM event WHERE rejected IS NOT NULL");
}

static int64_t entries(struct fixture *f, const char *store)
{
	return db_number(&f->hq.db, -1,
			 "SELECT count(*) FROM record WHERE stream = 'timeline' AND store = ?", "t",
			 store);
}

static void put_at(struct fixture *f, const char *store, const char *type, const char *id,
		   const char *body)
{
	char text[1024];

	assert_int_equal(text_fmt(text, sizeof(text),
				  "{\"store\":\"%s\",\"type\":\"%s\",\"id\":\"%s\",\"body\":%s}",
				  store, type, id, body),
			 0);
	import(f, text);
}

/* The id of the last event of the lane. */
static const char *last_id(struct fixture *f)
{
	static char id[ID_MAX + 1];

	text_fmt(id, sizeof(id), "01JD%022lld", (long long)f->seq);
	return id;
}

static void note(struct fixture *f, const char *body, const char *person)
{
	char memory[4096], hashed[1024], hash[HASH_TEXT_MAX];
	struct buf b;

	if (person) {
		hash_text(slice_of(person), hash);
		text_fmt(hashed, sizeof(hashed), "%.*s,\"person_hash\":\"%s\"}",
			 (int)strlen(body) - 1, body, hash);
		body = hashed;
	}
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, "interaction.recorded", body, person);
	send_up(f, buf_str(&b));
}

static void a_note_is_an_entry_at_all_stores_that_know_the_customer(void **state)
{
	struct fixture *f = *state;
	struct json root;

	put_at(f, STORE, "member", "M-1", "{\"customer\":\"C-1\"}");
	put_at(f, "KRK-1", "member", "M-1", "{\"customer\":\"C-1\"}");
	put_at(f, "GDA-1", "member", "M-2", "{\"customer\":\"C-2\"}");
	put_at(f, "POZ-1", "entry", "E-1",
	       "{\"customer\":\"C-1\",\"case\":\"S-1\",\"status\":\"open\",\"text\":\"a\"}");
	assert_int_equal(db_commit(&f->hq.db), 0);
	note(f,
	     "{\"kind\":\"answer\",\"outcome\":\"answered\",\"seconds\":0,\"customer\":\"C-1\","
	     "\"case\":\"S-1\",\"status\":\"closed\",\"staff\":\"E17\"}",
	     "{\"salt\":\"0011\",\"text\":\"Ju\\u017c jest.\"}");
	assert_true(has_record(f, STORE, "timeline", last_id(f), &root));
	assert_is(json_get(root, "customer"), "C-1");
	assert_is(json_get(root, "case"), "S-1");
	assert_is(json_get(root, "kind"), "note");
	assert_is(json_get(root, "what"), "answer");
	assert_is(json_get(root, "status"), "closed");
	assert_is(json_get(root, "channel"), "store");
	assert_is(json_get(root, "text"), "Już jest.");
	assert_is(json_get(root, "at"), "2026-11-22T16:00:00.123Z");
	assert_is(json_get(root, "store"), STORE);
	assert_is(json_get(root, "lane"), LANE);
	assert_true(has_record(f, "KRK-1", "timeline", last_id(f), &root));
	assert_true(has_record(f, "POZ-1", "timeline", last_id(f), &root));
	assert_false(has_record(f, "GDA-1", "timeline", last_id(f), &root));
	assert_int_equal(rejects(f), 0);
}

/* The message that brings the entry says that the event is in it. */
static void the_stream_covers_the_event_with_its_entry(void **state)
{
	struct fixture *f = *state;
	struct json message;

	stream_open(&f->hq, STORE, stream_by_name("timeline"));
	announced(f, "timeline");
	note(f,
	     "{\"kind\":\"pickup\",\"outcome\":\"done\",\"seconds\":40,\"order\":\"ZAM-1\","
	     "\"customer\":\"C-1\",\"resolved\":true,\"staff\":\"E17\"}",
	     NULL);
	message = announced(f, "timeline");
	assert_is(json_get(first_op(message), "id"), last_id(f));
	assert_is(json_get(json_get(first_op(message), "body"), "kind"), "order");
	assert_int_equal(json_int_or(element_of(json_get(json_get(message, "upto"), LANE), 1), -1),
			 f->seq);
}

static void a_case_without_a_customer_is_told_where_it_is_known(void **state)
{
	struct fixture *f = *state;
	struct json root;

	put_at(f, "KRK-1", "entry", "E-1", "{\"case\":\"S-1\",\"status\":\"open\"}");
	assert_int_equal(db_commit(&f->hq.db), 0);
	note(f,
	     "{\"kind\":\"note\",\"outcome\":\"noted\",\"seconds\":0,\"case\":\"S-1\","
	     "\"status\":\"open\"}",
	     NULL);
	assert_true(has_record(f, "KRK-1", "timeline", last_id(f), &root));
	assert_is(json_get(root, "status"), "open");
	assert_true(has_record(f, STORE, "timeline", last_id(f), &root));
}

static void what_is_nobodys_is_no_entry(void **state)
{
	struct fixture *f = *state;

	note(f, "{\"kind\":\"stock\",\"outcome\":\"shown\",\"seconds\":5}", NULL);
	note(f,
	     "{\"kind\":\"training\",\"outcome\":\"stopped\",\"seconds\":5,\"from\":"
	     "\"2026-11-22T16:00:00.123Z\",\"staff\":\"E17\"}",
	     NULL);
	assert_int_equal(entries(f, STORE), 0);
	assert_int_equal(rejects(f), 0);
	note(f, "{\"outcome\":\"done\",\"customer\":\"C-1\"}", NULL);
	assert_int_equal(rejects(f), 1);
	assert_int_equal(entries(f, STORE), 0);
}

/* ---- hints ---- */

static void give_back(struct fixture *f, const char *sku, const char *reason, int qty)
{
	char body[512];

	assert_int_equal(
		text_fmt(
			body, sizeof(body),
			"{\"return\":\"R\",\"number\":\"ZW 1\",\"basis\":\"shop_policy\",\"lines\":"
			"[{\"line\":1,\"sku\":\"%s\",\"qty\":%d%s%s%s}],\"refund\":[]}",
			sku, qty, reason ? ",\"reason\":\"" : "", reason ? reason : "",
			reason ? "\"" : ""),
		0);
	up(f, "return.accepted", body);
}

static struct json product(struct fixture *f, const char *store, const char *sku)
{
	struct json root;

	assert_true(has_record(f, store, "catalog", sku, &root));
	return root;
}

static void the_rule_is_a_threshold_and_a_share(void **state)
{
	(void)state;
	assert_false(hint_due(&(struct hint_rule){ 3, 50 }, &(struct hint_count){ 2, 2 }));
	assert_true(hint_due(&(struct hint_rule){ 3, 50 }, &(struct hint_count){ 3, 6 }));
	assert_false(hint_due(&(struct hint_rule){ 3, 51 }, &(struct hint_count){ 3, 6 }));
	assert_true(hint_due(&(struct hint_rule){ 3, 0 }, &(struct hint_count){ 3, 1000 }));
	assert_false(hint_due(&(struct hint_rule){ 0, 0 }, &(struct hint_count){ 3, 3 }));
}

static void what_comes_back_for_one_reason_is_a_hint(void **state)
{
	struct fixture *f = *state;
	struct json root;

	put(f, "policy", "hints", "",
	    "{\"from\":3,\"share\":60,\"texts\":{\"size\":{\"pl\":\"Wypada ma\\u0142a.\","
	    "\"en\":\"Runs small.\"}}}");
	put(f, "product", "S1", "", "{\"name\":{\"pl\":\"Koszula\"}}");
	put_at(f, "KRK-1", "product", "S1", "{\"name\":{\"pl\":\"Koszula\"}}");
	put(f, "product", "S2", "", "{\"hint\":\"Kasa m\\u00f3wi inaczej\"}");
	assert_int_equal(db_commit(&f->hq.db), 0);
	give_back(f, "S1", "size", 2);
	assert_int_equal(json_get(product(f, STORE, "S1"), "hint").type, JSON_NONE);
	give_back(f, "S1", NULL, 9); /* no reason said: counts for none */
	give_back(f, "S1", "size", 1);
	root = product(f, STORE, "S1");
	assert_is(json_get(json_get(root, "hint"), "pl"), "Wypada mała.");
	assert_is(json_get(root, "hint_by"), "returns");
	assert_is(json_get(json_get(product(f, "KRK-1", "S1"), "hint"), "en"), "Runs small.");
	/* Other reasons outweigh it: 3 of 6. */
	give_back(f, "S1", "damaged", 3);
	assert_int_equal(json_get(product(f, STORE, "S1"), "hint").type, JSON_NULL);
	/* A reason without words is its own; what somebody else wrote stays. */
	give_back(f, "S1", "damaged", 12);
	assert_is(json_get(product(f, STORE, "S1"), "hint"), "damaged");
	give_back(f, "S2", "size", 9);
	assert_is(json_get(product(f, STORE, "S2"), "hint"), "Kasa mówi inaczej");
	assert_int_equal(rejects(f), 0);
}

static void without_a_rule_there_are_no_hints(void **state)
{
	struct fixture *f = *state;

	put(f, "product", "S1", "", "{\"name\":{\"pl\":\"Koszula\"}}");
	give_back(f, "S1", "size", 999);
	assert_int_equal(json_get(product(f, STORE, "S1"), "hint").type, JSON_NONE);
	assert_int_equal(number(f, "SELECT pieces FROM return_reason"), 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_note_is_an_entry_at_all_stores_that_know_the_customer, setup, teardown),
		cmocka_unit_test_setup_teardown(the_stream_covers_the_event_with_its_entry, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_case_without_a_customer_is_told_where_it_is_known,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_nobodys_is_no_entry, setup, teardown),
		cmocka_unit_test(the_rule_is_a_threshold_and_a_share),
		cmocka_unit_test_setup_teardown(what_comes_back_for_one_reason_is_a_hint, setup,
						teardown),
		cmocka_unit_test_setup_teardown(without_a_rule_there_are_no_hints, setup, teardown),
	};

	return cmocka_run_group_tests_name("hq story", tests, group_setup, group_teardown);
}
