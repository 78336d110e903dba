// SPDX-License-Identifier: Apache-2.0
/*
 * A customer is forgotten at HQ: in records, messages, snapshots and beside events, now and when
 * it is imported or told again; and who has done it.
 */
#include "tests/hq_fixture.h"

#include "sync/hq/erase.h"
#include "sync/hq/export.h"
#include "sync/hq/snapshot.h"
#include "sync/hq/stream.h"

#define ORDER                                                                                      \
	"{\"status\":\"ready\",\"number\":\"7/26\",\"customer\":{\"id\":\"C-7\",\"name\":"         \
	"\"Zgryzelda\"},\"note\":\"dla Zgryzeldy\",\"proxies\":[\"Zgryzeld\"],\"totals\":{"        \
	"\"total\":100,\"due\":0},\"lines\":[{\"line\":1,\"sku\":\"A\",\"qty\":1,\"paid\":100,"    \
	"\"engraving\":\"Zgryzelda\"}],\"payments\":[{\"id\":\"p\",\"tender\":\"card\","           \
	"\"state\":\"captured\",\"amount\":100}]}"
#define PERSON "{\"salt\":\"00\",\"text\":\"Zgryzelda\"}"

/* Rows of all tables in which the mark stands. */
static int64_t marked(struct fixture *f)
{
	return number(f, "SELECT (SELECT count(*) FROM record WHERE body LIKE '%gryzeld%')"
			 " + (SELECT count(*) FROM log WHERE message LIKE '%gryzeld%')"
			 " + (SELECT count(*) FROM snapshot_part WHERE ops LIKE '%gryzeld%')"
			 " + (SELECT count(*) FROM event WHERE text LIKE '%gryzeld%'"
			 " OR person LIKE '%gryzeld%')");
}

static void tell(struct fixture *f, const char *type, const char *body, bool person)
{
	char memory[4096], text[1024], hash[HASH_TEXT_MAX];
	struct buf b;

	hash_text(slice_of(PERSON), hash);
	if (person)
		text_fmt(text, sizeof(text), "{%s,\"person_hash\":\"%s\"}", body, hash);
	else
		text_fmt(text, sizeof(text), "{%s}", body);
	buf_init(&b, memory, sizeof(memory));
	event(f, &b, type, text, person ? PERSON : NULL);
	say_up(f, buf_str(&b));
}

#define NOTE                                                                                       \
	"\"kind\":\"note\",\"outcome\":\"noted\",\"seconds\":0,\"customer\":\"C-7\",\"case\":\"SP-7\""

static void fill(struct fixture *f)
{
	put(f, "order", "ZAM-7", "", ORDER);
	put(f, "member", "M-7", "", "{\"customer\":\"C-7\",\"name\":\"Zgryzelda\",\"points\":5}");
	put(f, "entry", "E-7", "",
	    "{\"customer\":\"C-7\",\"text\":\"Zgryzelda\",\"case\":\"SP-7\"}");
	put(f, "member", "M-8", "", "{\"customer\":\"C-8\",\"name\":\"Anna\",\"points\":5}");
	tell(f, "complaint.opened", "\"case\":\"SP-8\",\"order\":\"ZAM-7\"", true);
	tell(f, "complaint.opened", "\"case\":\"SP-7\"", true);
	tell(f, "interaction.recorded", NOTE, true);
	ask_stream(f, "timeline", 1, 0); /* a snapshot is made */
}

static void gone_everywhere(void **state)
{
	struct fixture *f = *state;
	struct record r;
	int stores;

	fill(f);
	assert_true(marked(f) >= 8);
	assert_int_equal(erase_everywhere(&f->hq, "C-7", &stores), 0);
	assert_int_equal(stores, 1);
	assert_int_equal(marked(f), 0);
	/* What the shop has to keep. */
	assert_true(record_find(&f->hq, STORE, stream_by_name("orders"), "ZAM-7", &r));
	assert_non_null(memmem(r.body.p, r.body.n, "\"paid\":100", 10));
	assert_non_null(memmem(r.body.p, r.body.n, "\"amount\":100", 12));
	assert_true(record_find(&f->hq, STORE, stream_by_name("loyalty"), "M-8", &r));
	assert_true(r.live);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 3);
}

static void nothing_comes_back(void **state)
{
	struct fixture *f = *state;
	int stores;

	fill(f);
	assert_int_equal(erase_everywhere(&f->hq, "C-7", &stores), 0);
	assert_int_equal(
		put(f, "member", "M-7", "", "{\"customer\":\"C-7\",\"name\":\"Zgryzelda\"}")
			.refused,
		1);
	assert_int_equal(put(f, "order", "ZAM-9", "", ORDER).changed, 1);
	tell(f, "complaint.opened", "\"case\":\"SP-9\",\"order\":\"ZAM-7\"", true);
	tell(f, "interaction.recorded", NOTE, true);
	assert_int_equal(marked(f), 0);
}

static void a_snapshot_has_the_tombstones(void **state)
{
	struct fixture *f = *state;
	char id[ID_MAX + 1], text[512];
	struct json m;
	int stores;

	fill(f);
	assert_int_equal(erase_everywhere(&f->hq, "C-7", &stores), 0);
	post_clear(&f->hq.post);
	ask_stream(f, "loyalty", 1, 0);
	m = letter(f, STORE "/" LANE "/down/loyalty");
	assert_true(json_string(json_get(json_get(m, "snapshot"), "id"), id, sizeof(id)) > 0);
	text_fmt(text, sizeof(text),
		 "{\"ask\":\"part\",\"id\":\"a2\",\"snapshot\":\"%s\",\"stream\":\"loyalty\","
		 "\"from\":1,\"count\":8}",
		 id);
	ask(f, text);
	m = json_get(letter(f, STORE "/" LANE "/down/loyalty"), "ops");
	assert_is(json_get(element_of(m, 0), "id"), "M-8");
	assert_is(json_get(element_of(m, 1), "op"), "erase");
	assert_is(json_get(element_of(m, 1), "customer"), "C-7");
}

static void lanes_say_when_it_is_done(void **state)
{
	struct fixture *f = *state;
	int stores;

	fill(f);
	assert_int_equal(erase_everywhere(&f->hq, "C-7", &stores), 0);
	tell(f, "customer.erased", "\"customer\":\"C-7\"", false);
	assert_int_equal(number(f, "SELECT count(*) FROM erased_by WHERE customer = 'C-7'"
				   " AND lane = '" LANE "'"),
			 1);
	assert_int_equal(erase_list(&f->hq, true, stdout), 0);
}

static void import_begins_it_too(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_int_equal(import(f, "{\"store\":\"" STORE
				   "\",\"op\":\"erase\",\"type\":\"member\",\"id\":\"M-7\","
				   "\"customer\":\"C-7\"}")
				 .changed,
			 1);
	assert_int_equal(marked(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(gone_everywhere),
		T(nothing_comes_back),
		T(a_snapshot_has_the_tombstones),
		T(lanes_say_when_it_is_done),
		T(import_begins_it_too),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
