// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ does with asking and offering: members' records tell other channels and stores, with
 * `upto`; a low rating is an open entry of the timeline, once.
 */
#include "tests/hq_fixture.h"

#include "sync/hq/effect_survey.h"
#include "sync/hq/stream.h"

#define MEMBER                                                                                     \
	"{\"customer\":\"C\",\"points\":7,\"offers\":[{\"id\":\"OF-1\",\"channel\":\"app\","       \
	"\"at\":\"2026-11-01T00:00:00Z\"},{\"id\":\"OF-2\",\"channel\":\"web\"}]}"

static struct json record_of(struct fixture *f, const char *stream, const char *id)
{
	static char text[16384];
	struct record r;

	assert_true(record_find(&f->hq, STORE, stream_by_name(stream), id, &r));
	assert_int_equal(slice_copy(r.body, text, sizeof(text)), 0);
	return parsed(text);
}

static void an_offer_stands_in_the_members_record(void **state)
{
	struct fixture *f = *state;
	struct json offers, message;

	put(f, "member", "M", "", MEMBER);
	announced(f, "loyalty");
	up(f, "offer.shown", "{\"customer\":\"C\",\"offer\":\"OF-1\",\"member\":\"M\"}");
	message = announced(f, "loyalty");
	assert_is(json_get(first_op(message), "id"), "M");
	assert_int_equal(json_get(json_get(message, "upto"), LANE).type, JSON_ARRAY);
	offers = json_get(record_of(f, "loyalty", "M"), "offers");
	assert_int_equal(json_count(offers), 2); /* the same offer of the app is replaced */
	assert_is(json_get(element_of(offers, 0), "id"), "OF-2");
	assert_is(json_get(element_of(offers, 1), "channel"), "store");
	assert_is(json_get(element_of(offers, 1), "state"), "shown");
	assert_is(json_get(element_of(offers, 1), "at"), "2026-11-22T16:00:00.123Z");
	up(f, "offer.declined", "{\"customer\":\"C\",\"offer\":\"OF-1\",\"member\":\"M\"}");
	offers = json_get(record_of(f, "loyalty", "M"), "offers");
	assert_is(json_get(element_of(offers, 1), "state"), "declined");
	up(f, "offer.taken", "{\"customer\":\"C\",\"offer\":\"OF-9\",\"member\":\"M\"}");
	assert_int_equal(json_count(json_get(record_of(f, "loyalty", "M"), "offers")), 3);
	assert_int_equal(at(record_of(f, "loyalty", "M"), "points"), 7);
}

/* A lane that was cut off tells late: what another channel gave since still counts. */
static void what_was_later_stays(void **state)
{
	struct fixture *f = *state;
	struct json offers;

	put(f, "member", "M", "",
	    "{\"customer\":\"C\",\"offers\":[{\"id\":\"OF-1\",\"channel\":\"app\","
	    "\"at\":\"2026-11-25T00:00:00Z\"}],\"asked\":{\"at\":\"2026-11-25T00:00:00Z\"}}");
	up(f, "offer.shown", "{\"customer\":\"C\",\"offer\":\"OF-1\",\"member\":\"M\"}");
	up(f, "survey.asked", "{\"scale\":\"nps\",\"customer\":\"C\",\"member\":\"M\"}");
	offers = json_get(record_of(f, "loyalty", "M"), "offers");
	assert_int_equal(json_count(offers), 1);
	assert_is(json_get(element_of(offers, 0), "channel"), "app");
	assert_is(json_get(json_get(record_of(f, "loyalty", "M"), "asked"), "at"),
		  "2026-11-25T00:00:00Z");
}

static void only_the_newest_offers_are_kept(void **state)
{
	struct fixture *f = *state;
	struct json offers;
	char body[128], last[16];

	put(f, "member", "M", "", MEMBER);
	for (int i = 1; i <= MEMBER_OFFERS_MAX + 10; i++) {
		text_fmt(body, sizeof(body),
			 "{\"customer\":\"C\",\"offer\":\"N-%d\",\"member\":\"M\"}", i);
		up(f, "offer.shown", body);
	}
	offers = json_get(record_of(f, "loyalty", "M"), "offers");
	assert_int_equal(json_count(offers), MEMBER_OFFERS_MAX);
	assert_is(json_get(element_of(offers, 0), "id"), "N-11");
	text_fmt(last, sizeof(last), "N-%d", MEMBER_OFFERS_MAX + 10);
	assert_is(json_get(element_of(offers, MEMBER_OFFERS_MAX - 1), "id"), last);
}

static void who_was_asked_is_known_everywhere(void **state)
{
	struct fixture *f = *state;
	struct json asked;

	put(f, "member", "M", "", MEMBER);
	up(f, "survey.asked",
	   "{\"scale\":\"nps\",\"after\":\"pickup\",\"customer\":\"C\",\"member\":\"M\"}");
	asked = json_get(record_of(f, "loyalty", "M"), "asked");
	assert_is(json_get(asked, "scale"), "nps");
	assert_is(json_get(asked, "store"), STORE);
	assert_is(json_get(asked, "at"), "2026-11-22T16:00:00.123Z");
	/* Of nobody HQ knows there is nothing to write. */
	assert_ack(up(f, "survey.asked", "{\"scale\":\"nps\",\"after\":\"return\"}"), 2, NULL);
	assert_ack(up(f, "survey.asked", "{\"scale\":\"nps\",\"member\":\"GHOST\"}"), 3, NULL);
}

static void a_low_rating_is_one_open_entry(void **state)
{
	static const char low[] = "{\"kind\":\"rating\",\"outcome\":\"low\",\"seconds\":4,"
				  "\"case\":\"K-1\",\"customer\":\"C\",\"order\":\"A\","
				  "\"score\":2,\"scale\":\"csat\"}";
	struct fixture *f = *state;
	struct json entry;
	struct record r;

	put(f, "order", "A", "", READY_BODY);
	up(f, "interaction.recorded", low);
	entry = record_of(f, "timeline", "K-1");
	assert_is(json_get(entry, "customer"), "C");
	assert_is(json_get(entry, "kind"), "rating");
	assert_is(json_get(entry, "status"), "open");
	assert_is(json_get(entry, "channel"), "store");
	assert_is(json_get(entry, "case"), "K-1");
	assert_is(json_get(entry, "text"), "CSAT 2, A");
	assert_is(json_get(entry, "lane"), LANE);
	/* Closed by who looked into it: it stays closed. */
	put(f, "entry", "K-1", "", "{\"customer\":\"C\",\"case\":\"K-1\",\"status\":\"closed\"}");
	up(f, "interaction.recorded", low);
	assert_is(json_get(record_of(f, "timeline", "K-1"), "status"), "closed");
	/* What is no low rating is no entry. */
	up(f, "interaction.recorded",
	   "{\"kind\":\"training\",\"outcome\":\"stopped\",\"seconds\":4}");
	up(f, "interaction.recorded",
	   "{\"kind\":\"pickup\",\"outcome\":\"done\",\"seconds\":4,\"case\":\"K-2\"}");
	up(f, "interaction.rated", "{\"score\":1,\"scale\":\"csat\",\"order\":\"A\"}");
	assert_false(record_find(&f->hq, STORE, stream_by_name("timeline"), "K-2", &r));
	assert_int_equal(
		number(f, "SELECT count(*) FROM record WHERE stream = 'timeline' AND deleted = 0 "
			  "AND id LIKE 'K-%'"),
		1);
}

static void what_cannot_be_is_rejected(void **state)
{
	static const struct {
		const char *type, *body;
	} bad[] = {
		{ "offer.shown", "{\"customer\":\"C\",\"member\":\"M\"}" },
		{ "offer.shown", "{\"customer\":\"C\",\"offer\":7,\"member\":\"M\"}" },
		{ "offer.taken", "{\"customer\":\"C\",\"offer\":\"OF-1\",\"member\":\"a b\"}" },
		{ "survey.asked", "{\"scale\":\"nps\",\"member\":[]}" },
		{ "interaction.recorded", "{\"kind\":\"rating\",\"case\":\"a/b\"}" },
		{ "interaction.recorded", "{\"kind\":\"rating\",\"case\":\"K\",\"customer\":1}" },
	};
	struct fixture *f = *state;

	put(f, "member", "M", "", MEMBER);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_ack(up(f, bad[i].type, bad[i].body), (int64_t)i + 1, "body");
	assert_int_equal(json_count(json_get(record_of(f, "loyalty", "M"), "offers")), 2);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_offer_stands_in_the_members_record),
		T(only_the_newest_offers_are_kept),
		T(what_was_later_stays),
		T(who_was_asked_is_known_everywhere),
		T(a_low_rating_is_one_open_entry),
		T(what_cannot_be_is_rejected),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
