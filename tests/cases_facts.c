// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "firmware/base/json.h"
#include "firmware/base/money.h"
#include "tests/cases_facts.h"

#define OPS_MAX	  32768
#define WORDS_MAX 64

/* The catalogue every case begins with. */
static const struct {
	const char *sku, *gtin, *more;
} products[] = {
	{ "MUG", "5901234123457", "\"price\":2499,\"vat\":\"23\"" },
	{ "TEA", "4006381333931", "\"price\":1299,\"vat\":\"8\"" },
	{ "BREAD", "5900000000107", "\"price\":649,\"vat\":\"5\"" },
	{ "WINE", "5900000000206", "\"price\":3999,\"vat\":\"23\",\"category\":\"alcohol\"" },
	{ "SHIRT", "5900000000305", "\"price\":3998,\"vat\":\"23\",\"category\":\"clothes\"" },
	{ "SOCKS", "5900000000404", "\"price\":1999,\"vat\":\"23\",\"category\":\"underwear\"" },
	{ "PHONE", "5900000000503", "\"price\":129900,\"vat\":\"23\"" },
	{ "LAPTOP", "5900000009902",
	  "\"price\":399900,\"vat\":\"23\",\"attrs\":{\"serials\":true}" },
};

static void put(struct case_shop *c, enum stream stream, const char *id, const char *body)
{
	char ops[OPS_MAX], upto[64];
	struct json root;

	if (json_check(slice_of(body), &root) < 0)
		fail_msg("%s %s is no JSON: %s", stream_type(stream), id, body);
	assert_true(text_fmt(ops, sizeof(ops),
			     "[{\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"rev\":%lld,"
			     "\"body\":%s}]",
			     stream_type(stream), id, (long long)++c->rev, body) == 0);
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)c->shop->st->ledger.epoch,
		 (long long)c->shop->st->ledger.last);
	shop_down(c->shop, stream, 7, ++c->seq[stream], ops, c->heard ? upto : NULL);
}

static void hear_hq(struct case_shop *c)
{
	struct door_event beat = { .kind = DOOR_BEAT }, link = { .kind = DOOR_LINK };

	link.link.up = true;
	if (!c->shop->st->link_up)
		shop_submit(c->shop, &link, "");
	beat.beat.online = true;
	beat.beat.at_ms = c->shop->wall_ms;
	shop_submit(c->shop, &beat, "");
}

void case_shop_open(struct case_shop *c, int number)
{
	char body[512];

	*c = (struct case_shop){ .shop = shop_open(number), .grants = INT64_MAX };
	for (int s = 0; s < STREAM_COUNT; s++)
		shop_begin_stream(c->shop, (enum stream)s);
	hear_hq(c);
	put(c, STREAM_POLICY, "staff",
	    "{\"people\":["
	    "{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"},"
	    "{\"id\":\"E18\",\"name\":\"Adam\",\"role\":\"clerk\",\"pin\":\"x\"},"
	    "{\"id\":\"E90\",\"name\":\"Ewa\",\"role\":\"supervisor\",\"pin\":\"x\","
	    "\"customer\":\"C-EWA\"},"
	    "{\"id\":\"E91\",\"name\":\"Jan\",\"role\":\"supervisor\",\"pin\":\"x\"}]}");
	for (size_t i = 0; i < COUNT_OF(products); i++) {
		text_fmt(body, sizeof(body),
			 "{\"gtin\":[\"%s\"],\"name\":{\"pl\":\"%s\",\"en\":\"%s\"},%s}",
			 products[i].gtin, products[i].sku, products[i].sku, products[i].more);
		put(c, STREAM_CATALOG, products[i].sku, body);
	}
	c->shop->config.devices[0].drawer = 1;
	case_login(c, "E17");
}

static bool came_out(struct case_shop *c)
{
	struct door_event e = { .kind = DOOR_JOB };
	const int before = c->shop->prints;

	e.job.job = c->shop->printed_job;
	e.job.result = JOB_RESULT_DONE;
	shop_submit(c->shop, &e, NULL);
	return c->shop->prints > before;
}

static void add_printed(struct case_shop *c)
{
	const size_t n = strlen(c->printed);

	text_fmt(c->printed + n, sizeof(c->printed) - n, "%s", c->shop->printed);
}

void case_begin(struct case_shop *c)
{
	c->printed[0] = '\0';
	c->shop->prints = 0;
}

void case_end(struct case_shop *c)
{
	struct json root;

	if (c->shop->prints)
		add_printed(c);
	while (c->shop->prints && came_out(c))
		add_printed(c);
	if (json_check(slice_of(c->shop->reply), &root) == 0 &&
	    json_get(root, "payment").type == JSON_STRING)
		json_string(json_get(root, "payment"), c->payment, sizeof(c->payment));
}

void case_shop_close(struct case_shop *c)
{
	shop_close(c->shop);
	c->shop = NULL;
}

/* ---- words ---- */

/* "24.99" in grosze, -1: no amount. */
static int64_t grosze(const char *text)
{
	char *end;
	const long long whole = strtoll(text, &end, 10);
	int64_t cents = 0;

	if (end == text || whole < 0)
		return -1;
	if (*end == '.' && end[1] && end[2] && !end[3])
		cents = strtoll(end + 1, &end, 10);
	return *end ? -1 : whole * 100 + cents;
}

/* "-1d", "+3h", "30m": milliseconds. */
static bool span_ms(const char *text, int64_t *ret_ms)
{
	char *end;
	const long long n = strtoll(text, &end, 10);
	const int64_t unit = *end == 'd'   ? 24 * 3600 * 1000
			     : *end == 'h' ? 3600 * 1000
			     : *end == 'm' ? 60 * 1000
			     : *end == 's' ? 1000
					   : 0;

	*ret_ms = n * unit;
	return end != text && unit && !end[1];
}

/* One "key=value" of an order or a verb as a JSON member. Times are said as spans from now:
 * collect_by=-1d. */
static void member(struct case_shop *c, struct buf *b, char *word)
{
	char *value = strchr(word, '=');
	char time[TIME_TEXT_MAX];
	struct json json;
	int64_t ms;

	assert_non_null(value);
	*value++ = '\0';
	if (strcmp(value, "$payment") == 0)
		value = c->payment;
	for (char *p = value; *p; p++)
		*p = *p == '_' && value[0] != '{' && value[0] != '[' ? ' ' : *p;
	if (value[0] && strchr("+-", value[0]) && span_ms(value, &ms)) {
		time_format(c->shop->wall_ms + ms, time);
		jw_str(b, word, time);
	} else if (json_check(slice_of(value), &json) == 0) {
		jw_raw(b, word, slice_of(value));
	} else {
		jw_str(b, word, value);
	}
}

static const char *gtin_of(const char *sku)
{
	for (size_t i = 0; i < COUNT_OF(products); i++)
		if (strcmp(products[i].sku, sku) == 0)
			return products[i].gtin;
	return NULL;
}

/* ---- orders ---- */

/* "2 x MUG 49.98 {more members}" */
static int64_t order_line(struct buf *b, int number, const char *text)
{
	char sku[ID_MAX + 1], amount[32], more[1024] = "";
	long long qty;
	int64_t paid;

	assert_true(sscanf(text, " %lld x %64s %31s %1023[^\n]", &qty, sku, amount, more) >= 3);
	paid = grosze(amount);
	assert_true(paid >= 0);
	jw_open(b, NULL, '{');
	jw_int(b, "line", number);
	if (strcmp(sku, "DELIVERY") == 0 || strcmp(sku, "DEPOSIT") == 0) {
		jw_str(b, "kind", sku[2] == 'L' ? "delivery" : "deposit");
	} else {
		jw_str(b, "sku", sku);
		jw_str(b, "name", sku);
		if (gtin_of(sku))
			jw_str(b, "gtin", gtin_of(sku));
	}
	jw_int(b, "qty", qty);
	jw_int(b, "paid", paid);
	if (more[0] == '{' && strlen(more) > 2) {
		more[strlen(more) - 1] = '\0';
		buf_text(b, ",");
		buf_text(b, more + 1);
	}
	jw_close(b, '}');
	return paid;
}

/* A list "a, b", where a comma inside of brackets does not part. */
static char *next_of_list(char **at, char by)
{
	char *begin = *at;
	int depth = 0;

	if (!begin || !*begin)
		return NULL;
	for (char *p = begin;; p++) {
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		if (*p && !(*p == by && depth == 0))
			continue;
		*at = *p ? p + 1 : p;
		*p = '\0';
		return begin + strspn(begin, " ");
	}
}

/* "card 74.97": where it was paid is not said, so online; "card 74.97 till". */
static int64_t order_payment(struct buf *b, int number, const char *text)
{
	char tender[16], amount[32], where[16] = "", id[16];
	int64_t n;

	assert_true(sscanf(text, " %15s %31s %15s", tender, amount, where) >= 2);
	n = grosze(amount);
	assert_true(n >= 0);
	text_fmt(id, sizeof(id), "p%d", number);
	jw_open(b, NULL, '{');
	jw_str(b, "id", id);
	jw_str(b, "tender", tender);
	jw_str(b, "state", "captured");
	jw_int(b, "amount", n);
	if (where[0])
		jw_str(b, "where", where);
	jw_close(b, '}');
	return n;
}

/* order ZAM-1 ready: 2 x MUG 49.98, 1 x TEA 12.99; card 62.97; collect_by=-1d … */
static void fact_order(struct case_shop *c, char *text)
{
	char id[ID_MAX + 1], status[24], memory[OPS_MAX];
	char *lines = strchr(text, ':'), *payments, *more, *item;
	int64_t total = 0, captured = 0;
	struct buf b;
	int n = 0;

	assert_true(lines && sscanf(text, " %64s %23[^:]", id, status) == 2);
	lines++;
	item = next_of_list(&lines, ';');
	payments = next_of_list(&lines, ';');
	more = next_of_list(&lines, ';');
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "status", status);
	jw_open(&b, "lines", '[');
	for (char *one; (one = next_of_list(&item, ',')) && *one;)
		total += order_line(&b, ++n, one);
	jw_close(&b, ']');
	jw_open(&b, "payments", '[');
	n = 0;
	for (char *one; payments && (one = next_of_list(&payments, ',')) && *one;)
		captured += order_payment(&b, ++n, one);
	jw_close(&b, ']');
	jw_open(&b, "totals", '{');
	jw_int(&b, "total", total);
	jw_int(&b, "due", total - captured);
	jw_close(&b, '}');
	for (char *one; more && (one = next_of_list(&more, ' '));)
		if (*one)
			member(c, &b, one);
	jw_close(&b, '}');
	assert_non_null(buf_str(&b));
	put(c, STREAM_ORDERS, id, memory);
}

/* ---- the other facts ---- */

/* "{json}" or "key=value …" */
static void arguments(struct case_shop *c, char *text, char *memory, size_t cap)
{
	struct buf b;

	text += strspn(text, " ");
	if (text[0] == '{') {
		text_fmt(memory, cap, "%s", text);
		return;
	}
	buf_init(&b, memory, cap);
	jw_open(&b, NULL, '{');
	for (char *one; (one = next_of_list(&text, ' '));)
		if (*one)
			member(c, &b, one);
	jw_close(&b, '}');
	assert_non_null(buf_str(&b));
}

static void fact_record(struct case_shop *c, enum stream stream, char *text)
{
	char id[ID_MAX + 1], body[OPS_MAX];
	char *rest = strchr(text, ' ');

	assert_non_null(rest);
	*rest++ = '\0';
	text_fmt(id, sizeof(id), "%s", text);
	arguments(c, rest, body, sizeof(body));
	put(c, stream, id, body);
}

static void line_goes(struct case_shop *c, bool up)
{
	struct door_event e = { .kind = DOOR_LINK };

	e.link.up = up;
	shop_submit(c->shop, &e, "");
}

static void hq_goes(struct case_shop *c)
{
	struct door_event e = { .kind = DOOR_BEAT };

	shop_submit(c->shop, &e, "");
}

/* What another lane told: "k2 pickup.completed {json}" */
static void fact_lane(struct case_shop *c, char *text)
{
	struct door_event e = { .kind = DOOR_UP };
	char lane[ID_MAX + 1], type[64], body[OPS_MAX / 2], memory[OPS_MAX], at[TIME_TEXT_MAX];
	int used = 0;

	assert_true(sscanf(text, " %64s %63s %n", lane, type, &used) == 2);
	arguments(c, text + used, body, sizeof(body));
	time_format(c->shop->wall_ms, at);
	text_fmt(e.up.lane, sizeof(e.up.lane), "%s", lane);
	e.up.epoch = 1;
	c->heard_seq++;
	assert_true(
		text_fmt(memory, sizeof(memory),
			 "[{\"e\":{\"seq\":%lld,\"id\":\"EV-%lld\",\"type\":\"%s\",\"at\":\"%s\","
			 "\"body\":%s}}]",
			 (long long)c->heard_seq, (long long)c->heard_seq, type, at, body) == 0);
	e.up.events = (struct span){ 0, (uint32_t)strlen(memory) };
	shop_submit(c->shop, &e, memory);
}

static void time_passes(struct case_shop *c, int64_t ms)
{
	const bool reachable = station_hq_reachable(c->shop->st);

	shop_tick(c->shop, ms);
	if (reachable)
		hear_hq(c);
}

/* A moment that is not over yet. */
static bool is_then(struct case_shop *c, const char *text)
{
	int64_t at_ms;

	if (time_parse(slice_of(text), &at_ms) < 0 || at_ms < c->shop->wall_ms)
		return false;
	time_passes(c, at_ms - c->shop->wall_ms);
	return true;
}

static bool after(struct case_shop *c, const char *text)
{
	int64_t ms;

	if (!span_ms(text, &ms))
		return false;
	time_passes(c, ms);
	return true;
}

void case_restart(struct case_shop *c)
{
	shop_restart(c->shop);
	c->pin = c->shop->pin = 0; /* checks are counted anew */
}

static void printer_is(struct case_shop *c, bool there)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	e.device.status = there ? DEVICE_OK : DEVICE_OFFLINE;
	e.device.trouble = there ? TROUBLE_NONE : TROUBLE_UNPLUGGED;
	shop_submit(c->shop, &e, "");
}

/* A record that HQ wrote when it had heard all that this lane had told. */
static bool case_record(struct case_shop *c, char *text)
{
	if (!strncmp(text, "member ", 7))
		fact_record(c, STREAM_LOYALTY, text + 7);
	else if (!strncmp(text, "order ", 6))
		fact_order(c, text + 6);
	else
		return false;
	c->heard = false;
	return true;
}

bool case_fact(struct case_shop *c, const char *text, char *ret_why, size_t cap)
{
	char copy[4096], word[32];
	long long grants;
	int used = 0;

	text_fmt(copy, sizeof(copy), "%s", text);
	text_fmt(ret_why, cap, "no fact that is known");
	if (sscanf(copy, "%31s %n", word, &used) != 1)
		return false;
	c->heard = !strcmp(word, "heard");
	if (c->heard)
		return case_record(c, copy + used);
	if (!strcmp(word, "order"))
		fact_order(c, copy + used);
	else if (!strcmp(word, "policy"))
		fact_record(c, STREAM_POLICY, copy + used);
	else if (!strcmp(word, "product"))
		fact_record(c, STREAM_CATALOG, copy + used);
	else if (!strcmp(word, "stock"))
		fact_record(c, STREAM_STOCK, copy + used);
	else if (!strcmp(word, "member"))
		fact_record(c, STREAM_LOYALTY, copy + used);
	else if (!strcmp(word, "entry"))
		fact_record(c, STREAM_TIMELINE, copy + used);
	else if (!strcmp(word, "lane"))
		fact_lane(c, copy + used);
	else if (!strcmp(copy, "hq answers nothing") || !strcmp(copy, "hq answers"))
		c->silent = copy[10] != '\0';
	else if (sscanf(copy, "hq grants %lld", &grants) == 1)
		c->grants = grants;
	else if (!strcmp(copy, "broker down"))
		line_goes(c, false);
	else if (!strcmp(copy, "printer down") || !strcmp(copy, "printer up"))
		printer_is(c, !strcmp(copy, "printer up"));
	else if (!strcmp(copy, "hq down"))
		hq_goes(c);
	else if (!strcmp(copy, "hq up") || !strcmp(copy, "broker up"))
		hear_hq(c);
	else if (!strcmp(copy, "restart"))
		case_restart(c);
	else if (!strcmp(word, "after"))
		return after(c, copy + used);
	else if (!strcmp(word, "now"))
		return is_then(c, copy + used);
	else
		return false;
	return true;
}

/* ---- what happens ---- */

/* A pickup code: good, run out, of a key that is not known, or with a signature that is not right.
 */
static bool read_code(struct case_shop *c, const char *what, char code[CODE_TEXT_MAX])
{
	static const char *const kinds[] = { "code of ", "old code of ", "foreign code of ",
					     "forged code of " };
	size_t n;

	for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
		n = strlen(kinds[kind]);
		if (strncmp(what, kinds[kind], n) != 0)
			continue;
		shop_sign_code_as(c->shop, what + n, kind == 2 ? 9 : 1,
				  kind == 1 ? c->shop->wall_ms / 1000 - 1 : 0, code);
		if (kind == 3)
			code[strlen(code) - 10] = code[strlen(code) - 10] == 'A' ? 'B' : 'A';
		return true;
	}
	return false;
}

/* "code of ZAM-1", a product by its sku, or the text itself. */
void case_scan(struct case_shop *c, const char *what, bool kiosk)
{
	char code[CODE_TEXT_MAX], memory[CODE_TEXT_MAX + 64];
	struct buf b;

	if (!read_code(c, what, code))
		text_fmt(code, sizeof(code), "%s", gtin_of(what) ? gtin_of(what) : what);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "code", code);
	jw_close(&b, '}');
	assert_non_null(buf_str(&b));
	if (kiosk)
		c->shop->token[0] = '\0';
	shop_verb(c->shop, "scan", memory, NULL);
	memcpy(c->shop->token, c->token, sizeof(c->token));
}

/* The slow hash of a PIN that somebody waits for is done. */
static void pin_checked(struct case_shop *c, bool right)
{
	struct door_event e = { .kind = DOOR_PIN };

	if (c->shop->answered == c->shop->request || c->shop->pin == c->pin)
		return;
	c->pin = e.pin.check = c->shop->pin;
	e.pin.right = right;
	shop_submit(c->shop, &e, right ? "$argon2id$new" : "");
}

/* Somebody waits for points that HQ is asked to set aside. */
static void grant_asked(struct case_shop *c)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct json root;
	int64_t points;

	if (c->shop->answered == c->shop->request ||
	    json_check(slice_of(c->shop->asked), &root) < 0 ||
	    !json_is(json_get(root, "ask"), "grant"))
		return;
	if (c->silent) {
		shop_tick(c->shop, 1200); /* said once more */
		shop_tick(c->shop, 1600);
		return;
	}
	e.down.stream = STREAM_LOYALTY;
	e.down.what = DOWN_GRANT;
	points = json_int_or(json_get(root, "points"), 0);
	e.down.points = points <= c->grants ? points : 0;
	json_string(json_get(root, "id"), e.down.ask, sizeof(e.down.ask));
	text_fmt(e.down.order, sizeof(e.down.order), "G1");
	shop_submit(c->shop, &e, "");
}

static void press(struct case_shop *c, const char *text, const char *key)
{
	char verb[VERB_MAX], copy[4096], args[4096];
	int used = 0;

	text_fmt(copy, sizeof(copy), "%s", text);
	assert_true(sscanf(copy, "%31s %n", verb, &used) == 1);
	arguments(c, copy + used, args, sizeof(args));
	shop_verb(c->shop, verb, args, key);
	pin_checked(c, true);
	grant_asked(c);
}

void case_do(struct case_shop *c, const char *text)
{
	press(c, text, NULL);
}

void case_press(struct case_shop *c, const char *text)
{
	char key[32];
	int used = 0;

	assert_true(sscanf(text, "%31s %n", key, &used) == 1);
	press(c, text + used, key);
}

void case_login(struct case_shop *c, const char *staff)
{
	char args[256];

	text_fmt(args, sizeof(args), "{\"staff\":\"%s\",\"pin\":\"482100\"}", staff);
	c->shop->token[0] = '\0';
	shop_verb(c->shop, "staff.login", args, NULL);
	pin_checked(c, true);
	memcpy(c->token, c->shop->token, sizeof(c->token));
}

void case_approve(struct case_shop *c, const char *text, bool pin_right)
{
	char staff[ID_MAX + 1], reason[256] = "zgoda", memory[512];
	struct buf b;

	assert_true(sscanf(text, "%64s %255[^\n]", staff, reason) >= 1);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "staff", staff);
	jw_str(&b, "pin", "123456");
	jw_str(&b, "reason", reason);
	jw_close(&b, '}');
	assert_non_null(buf_str(&b));
	shop_verb(c->shop, "approve", memory, NULL);
	pin_checked(c, pin_right);
}
