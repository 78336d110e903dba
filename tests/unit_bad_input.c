// SPDX-License-Identifier: Apache-2.0
/*
 * Whatever is sent to a verb of the counter, in whatever mode: one clear answer, and a refusal
 * leaves no event but that of the refusal itself. Each member of each verb takes every value that
 * nobody means.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "tests/shop.h"

#define MEMBERS_MAX 6
#define LONG_TEXT   3000
#define MODES	    5 /* of open_in() */
/* A compiler that watches memory makes it five times as long; every third value is watched then. */
#ifdef __SANITIZE_ADDRESS__
#define WATCHED 3
#else
#define WATCHED 1
#endif

/* A verb and members that it would take. */
static const struct {
	const char *verb;
	const char *member[MEMBERS_MAX][2];
} verbs[] = {
	{ "pickup.take", { { "order", "\"ZAM-1\"" } } },
	{ "pickup.check", { { "line", "1" }, { "qty", "1" }, { "label", "\"P-1\"" } } },
	{ "pickup.check", { { "line", "1" }, { "serial", "\"S-1\"" } } },
	{ "pickup.short", { { "line", "1" }, { "qty", "1" }, { "reason", "\"x\"" } } },
	{ "pickup.age", { { "ok", "true" }, { "how", "\"looked\"" } } },
	{ "pickup.search", { { "text", "\"482\"" } } },
	{ "pickup.vouch", { { "order", "\"ZAM-1\"" }, { "how", "\"document\"" } } },
	{ "pickup.find", { { "order", "\"ZAM-1\"" }, { "phone", "\"+48\"" }, { "pin", "\"1\"" } } },
	{ "pickup.pay",
	  { { "tender", "\"cash\"" },
	    { "amount", "100" },
	    { "given", "100" },
	    { "ref", "\"r\"" } } },
	{ "pickup.till_card", { { "order", "\"ZAM-1\"" } } },
	{ "pay.reverse", { { "payment", "\"P\"" }, { "reason", "\"x\"" }, { "order", "\"O\"" } } },
	{ "fiscal.record",
	  { { "register", "\"K1\"" },
	    { "number", "\"3\"" },
	    { "total", "100" },
	    { "nip", "\"5260250995\"" },
	    { "tender", "\"card\"" } } },
	{ "pickup.handover",
	  { { "collector", "\"proxy\"" }, { "name", "\"Jan\"" }, { "rest", "\"later\"" } } },
	{ "order.extend", { { "order", "\"ZAM-1\"" }, { "until", "\"2026-12-01T10:00:00Z\"" } } },
	{ "code.resend", { { "order", "\"ZAM-1\"" } } },
	{ "prep.start", { { "order", "\"ZAM-2\"" } } },
	{ "prep.pick", { { "line", "1" }, { "qty", "1" } } },
	{ "prep.unpick", { { "line", "1" }, { "qty", "1" }, { "gtin", "\"5901234123457\"" } } },
	{ "prep.short",
	  { { "line", "1" }, { "qty", "1" }, { "reason", "\"x\"" }, { "then", "\"wait\"" } } },
	{ "prep.substitute",
	  { { "line", "1" },
	    { "gtin", "\"5901234123457\"" },
	    { "qty", "1" },
	    { "consent", "true" } } },
	{ "prep.stage", { { "shelf", "\"B-1\"" }, { "parcels", "1" } } },
	{ "prep.unstage", { { "order", "\"ZAM-2\"" } } },
	{ "parcel.receive", { { "label", "\"P-1\"" } } },
	{ "parcel.stage", { { "label", "\"P-1\"" }, { "shelf", "\"B-1\"" } } },
	{ "parcel.problem",
	  { { "label", "\"P-1\"" }, { "problem", "\"missing\"" }, { "note", "\"x\"" } } },
	{ "return.start", { { "order", "\"ZAM-3\"" }, { "basis", "\"withdrawal\"" } } },
	{ "return.start",
	  { { "receipt", "\"12\"" },
	    { "store", "\"KRK-1\"" },
	    { "sold_at", "\"2026-11-01\"" },
	    { "basis", "\"complaint\"" } } },
	{ "return.line",
	  { { "line", "1" },
	    { "qty", "1" },
	    { "condition", "\"good\"" },
	    { "reason", "\"size\"" },
	    { "paid", "100" } } },
	{ "return.accept", { { "tender", "\"cash\"" }, { "exchange", "true" } } },
	{ "complaint.open",
	  { { "order", "\"ZAM-3\"" },
	    { "line", "1" },
	    { "basis", "\"conformity\"" },
	    { "demand", "\"repair\"" },
	    { "goods", "\"kept\"" },
	    { "text", "\"x\"" } } },
	{ "complaint.open",
	  { { "proof", "\"bank\"" },
	    { "basis", "\"conformity\"" },
	    { "demand", "\"repair\"" },
	    { "goods", "\"left\"" },
	    { "text", "\"x\"" } } },
	{ "shift.open", { { "float", "100" } } },
	{ "cash.move", { { "amount", "100" }, { "reason", "\"x\"" } } },
	{ "shift.close", { { "counted", "100" } } },
	{ "drawer.open", { { "reason", "\"x\"" } } },
	{ "approve", { { "staff", "\"E90\"" }, { "pin", "\"1\"" }, { "reason", "\"x\"" } } },
	{ "staff.pin", { { "old", "\"1\"" }, { "new", "\"123456\"" } } },
	{ "scan", { { "code", "\"ZAM-1\"" } } },
};

static const char *const nobody_means[] = {
	"null",
	"false",
	"0",
	"-1",
	"0.5",
	"1e3",
	"100001",
	"1000000000001",
	"9223372036854775807",
	"-9223372036854775808",
	"99999999999999999999999",
	"\"\"",
	"\"1\"",
	"\"\\u0000\"",
	"\"a\\u0000b\"",
	"\"\\u001b@\\u001bp0\"",
	"\"\\n\\r\\t\"",
	"\"'; DROP TABLE fact; --\"",
	"\"..\"",
	"\"{item}[{order}]%s%n\"",
	"\"\\ud83d\\ude00ż\"",
	"[]",
	"{}",
	"[[[[{\"a\":[]}]]]]",
	NULL, /* a very long text */
};

static char long_text[LONG_TEXT + 3];

static void open_in(struct shop *s, int mode, const char *code)
{
	shop_verb(s, "pickup.cancel", "{}", NULL);
	shop_verb(s, "prep.cancel", "{}", NULL);
	shop_verb(s, "return.cancel", "{}", NULL);
	if (mode == 1)
		shop_scan(s, code);
	else if (mode == 2)
		shop_verb(s, "prep.start", "{\"order\":\"ZAM-2\"}", NULL);
	else if (mode == 3)
		shop_verb(s, "return.start", "{\"order\":\"ZAM-3\"}", NULL);
	else if (mode == 4)
		shop_verb(s, "return.start", "{\"basis\":\"complaint\"}", NULL);
}

/* The verb's members, one of them with a value that nobody means. */
static const char *args_of(size_t verb, int bad, const char *value)
{
	static char text[LONG_TEXT + 512];
	struct buf b;

	buf_init(&b, text, sizeof(text));
	jw_open(&b, NULL, '{');
	for (int i = 0; i < MEMBERS_MAX && verbs[verb].member[i][0]; i++)
		jw_raw(&b, verbs[verb].member[i][0],
		       slice_of(i == bad ? value : verbs[verb].member[i][1]));
	jw_close(&b, '}');
	assert_non_null(buf_str(&b));
	return text;
}

static bool is_told_refusal(const struct shop *s)
{
	return strstr(s->up, "pickup.refused") || strstr(s->up, "return.refused");
}

static void one(struct shop *s, int mode, size_t verb, const char *args)
{
	const int64_t last = s->st->ledger.last;

	s->status = 0;
	s->up[0] = '\0';
	shop_verb(s, verbs[verb].verb, args, NULL);
	if (!strcmp(verbs[verb].verb, "staff.pin") || !strcmp(verbs[verb].verb, "approve"))
		return; /* may wait for a slow hash */
	if (s->status == 0 && s->st->desks[DESK_COUNTER].waiting.active) {
		shop_tick(s, 4000); /* HQ was asked */
	}
	if (s->status != 200 && s->status != 400 && s->status != 409)
		fail_msg("mode %d, %s %.300s: %d %s", mode, verbs[verb].verb, args, s->status,
			 s->reply);
	if (s->status != 200 && s->st->ledger.last > last && !is_told_refusal(s))
		fail_msg("mode %d, %s %.300s: refused, and told: %s", mode, verbs[verb].verb, args,
			 s->up);
	if (store_trouble(s->st->store)[0])
		fail_msg("mode %d, %s %.300s: %s", mode, verbs[verb].verb, args,
			 store_trouble(s->st->store));
}

static struct shop *open_shop(void)
{
	struct shop *s = shop_stocked(1);

	shop_down(s, STREAM_POLICY, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"fiscal\",\"rev\":1,\"body\":{"
		  "\"mode\":\"none\"}},{\"op\":\"put\",\"type\":\"policy\",\"id\":\"pickup\","
		  "\"rev\":1,\"body\":{\"tenders\":[\"cash\",\"card\"]}},{\"op\":\"put\",\"type\":"
		  "\"policy\",\"id\":\"returns\",\"rev\":1,\"body\":{\"no_receipt\":\"allow\","
		  "\"foreign\":\"allow\"}}]",
		  NULL);
	shop_down(
		s, STREAM_ORDERS, 7, 2,
		"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":9,\"body\":{"
		"\"status\":\"ready\",\"number\":\"4821\",\"totals\":{\"total\":200000,\"due\":"
		"200000},\"lines\":[{\"line\":1,\"sku\":\"S1\",\"gtin\":\"5901234123457\",\"qty\":"
		"1000,\"paid\":200000,\"serials\":true}],\"parcels\":[{\"label\":\"P-1\",\"state\":"
		"\"expected\"}]}},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":1,\"body\":{"
		"\"status\":\"placed\",\"lines\":[{\"line\":1,\"sku\":\"S2\",\"qty\":100000,"
		"\"paid\":1000000}]}},"
		"{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-3\",\"rev\":1,\"body\":{"
		"\"status\":\"collected\",\"contract\":\"distance\",\"lines\":[{\"line\":1,"
		"\"sku\":\"S3\",\"qty\":100000,\"paid\":1000000}],\"payments\":[{\"id\":\"p1\","
		"\"tender\":\"card\",\"where\":\"till\",\"state\":\"captured\",\"amount\":"
		"1000000}],\"totals\":{\"total\":1000000,\"due\":0}}}]",
		NULL);
	return s;
}

/* Where the verb has nothing to do in this mode, a few values are enough. */
static size_t step_of(struct shop *s, int mode, size_t v)
{
	one(s, mode, v, args_of(v, -1, ""));
	return s->status == 409 && strstr(s->reply, "\"bad_request\"") ? 9 : 1;
}

static void every_verb_in_every_mode(void **state)
{
	struct shop *s = open_shop();
	char code[CODE_TEXT_MAX];

	(void)state;
	shop_sign_code(s, "ZAM-1", code);
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[0] = long_text[LONG_TEXT + 1] = '"';
	for (int mode = 0; mode < MODES; mode++) {
		for (size_t v = 0; v < COUNT_OF(verbs); v++) {
			size_t step;

			open_in(s, mode, code);
			step = step_of(s, mode, v);
			one(s, mode, v, "{}");
			for (int m = 0; m < MEMBERS_MAX && verbs[v].member[m][0]; m++) {
				open_in(s, mode, code);
				for (size_t n = (size_t)m % WATCHED; n < COUNT_OF(nobody_means);
				     n += step * WATCHED) {
					const char *bad = nobody_means[n];

					one(s, mode, v, args_of(v, m, bad ? bad : long_text));
				}
			}
		}
	}
	shop_restart(s);
	assert_int_equal(store_trouble(s->st->store)[0], '\0');
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_in_every_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
