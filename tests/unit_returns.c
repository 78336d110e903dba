// SPDX-License-Identifier: Apache-2.0
/*
 * Returns beyond what the cases can say: money to the last grosz over any sequence of partial
 * returns, holidays by the year, another store's order, two lanes, a restart in the middle, and
 * orders as large as they come.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "firmware/counter/number.h"
#include "firmware/counter/returns.h"
#include "firmware/ledger.h"
#include "tests/second_lane.h"

/* ---- property: what goes back never passes what was paid, and is all of it in the end ---- */

#define ROUNDS 3000

struct chance {
	uint64_t state;
};

static int64_t pick(struct chance *c, int64_t below)
{
	c->state = c->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(c->state >> 33) % below;
}

struct made {
	struct order order;
	char text[16384];
	int64_t total;
	int64_t given[ORDER_PAYMENTS_MAX];
};

/* An order that is handed over: goods, perhaps a deposit and delivery, paid by some tenders. */
static void make_order(struct chance *c, struct made *m)
{
	static const char *const tenders[] = {
		"card", "blik", "gift", "points", "cash", "transfer"
	};
	const int goods = 1 + (int)pick(c, 5);
	int64_t left;
	struct json root;
	struct buf b;

	buf_init(&b, m->text, sizeof(m->text));
	buf_text(&b, "{\"status\":\"collected\",\"lines\":[");
	m->total = 0;
	for (int i = 0; i < goods + 2; i++) {
		const char *const kinds[] = { "deposit", "delivery" };
		const int64_t qty = 1 + pick(c, i == goods + 1 ? 1 : 9);
		const int64_t paid = pick(c, 4) ? pick(c, 100000) : pick(c, 12);

		m->total += paid;
		buf_fmt(&b, "%s{\"line\":%d,\"kind\":\"%s\",\"qty\":%lld,\"paid\":%lld}",
			i ? "," : "", i, i < goods ? "goods" : kinds[i - goods], (long long)qty,
			(long long)paid);
	}
	buf_text(&b, "],\"payments\":[");
	left = m->total;
	for (int i = 0; left > 0 || i == 0; i++) {
		const int64_t part = i == 4 || !pick(c, 3) ? left : pick(c, left + 1);

		buf_fmt(&b,
			"%s{\"id\":\"p%d\",\"tender\":\"%s\",\"state\":\"captured\","
			"\"where\":\"%s\",\"amount\":%lld}",
			i ? "," : "", i, tenders[pick(c, 6)], pick(c, 2) ? "till" : "online",
			(long long)part);
		left -= part;
		if (i == 4)
			break;
	}
	buf_fmt(&b, "],\"totals\":{\"total\":%lld,\"due\":0}}", (long long)m->total);
	assert_false(b.overflow);
	assert_int_equal(json_check(buf_read(&b), &root), 0);
	assert_null(order_read(slice_of("ZAM-1"), 1, root, &m->order));
	memset(m->given, 0, sizeof(m->given));
}

/* Some of what is left is brought back; or all of it. */
static void bring_back(struct chance *c, struct made *m, struct return_line *back, bool all)
{
	for (int i = 0; i < m->order.line_count; i++) {
		const struct order_line *l = &m->order.lines[i];
		const int64_t left = return_line_left(l);

		back[i] = (struct return_line){ 0 };
		if (!l->goods && !return_line_is_deposit(l))
			continue;
		back[i].qty = all ? left : pick(c, left + 1);
		back[i].condition = all ? CONDITION_GOOD : (enum condition)pick(c, CONDITION_COUNT);
	}
}

/* One return: what it pays back. */
static int64_t pay_back(struct chance *c, struct made *m, const struct return_line *back)
{
	const enum return_basis basis = BASIS_WITHDRAWAL;
	const char sequence[2][REFUND_TENDER_MAX] = { "gift", "card" };
	const int64_t total = return_total(&m->order, back, basis);
	struct refund_leg legs[ORDER_PAYMENTS_MAX];
	int64_t rest, sum = 0, pieces[ORDER_LINES_MAX];
	const int n =
		refund_split(&m->order, total, m->given, sequence, (int)pick(c, 3), legs, &rest);

	assert_int_equal(rest, 0);
	for (int i = 0; i < n; i++) {
		struct order_payment *p = &m->order.payments[legs[i].payment];

		assert_true(legs[i].amount > 0);
		m->given[legs[i].payment] += legs[i].amount;
		assert_true(m->given[legs[i].payment] <= p->amount);
		/* HQ may have counted it already, or not yet. */
		if (pick(c, 2))
			p->refunded = m->given[legs[i].payment];
		sum += legs[i].amount;
	}
	assert_int_equal(sum, total);
	for (int i = 0; i < m->order.line_count; i++)
		pieces[i] = return_pieces(&m->order, back, basis, i);
	for (int i = 0; i < m->order.line_count; i++) {
		m->order.lines[i].returned += pieces[i];
		assert_true(m->order.lines[i].returned <= m->order.lines[i].qty);
	}
	return sum;
}

static void any_sequence_adds_up(void **state)
{
	static struct made m;
	static struct return_line back[ORDER_LINES_MAX];

	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct chance c = { seed };
		int64_t sum = 0;

		make_order(&c, &m);
		for (int64_t n = pick(&c, 6); n > 0; n--) {
			bring_back(&c, &m, back, false);
			sum += pay_back(&c, &m, back);
			if (sum > m.total)
				fail_msg("seed %llu: %lld of %lld", (unsigned long long)seed,
					 (long long)sum, (long long)m.total);
		}
		bring_back(&c, &m, back, true);
		sum += pay_back(&c, &m, back);
		if (sum != m.total)
			fail_msg("seed %llu: %lld of %lld\n%s", (unsigned long long)seed,
				 (long long)sum, (long long)m.total, m.text);
	}
}

/* ---- numbers ---- */

static void numbers_and_vat(void **state)
{
	char text[NUMBER_TEXT_MAX];
	struct json vat;

	(void)state;
	number_text(NUMBER_RETURN, 17, "k1", 32, text);
	assert_string_equal(text, "ZW 17/k1/10");
	number_text(NUMBER_COMPLAINT, 1, "k1", 0, text);
	assert_string_equal(text, "SPR 1/k1/0");
	json_check(slice_of("\"23\""), &vat);
	assert_int_equal(vat_amount(12300, vat), 2300);
	assert_int_equal(vat_amount(1, vat), 0);
	assert_int_equal(vat_amount(3, vat), 1);
	assert_int_equal(vat_amount(MONEY_MAX, vat), 186991869919);
	json_check(slice_of("\"zw\""), &vat);
	assert_int_equal(vat_amount(12300, vat), 0);
	json_check(slice_of("8"), &vat);
	assert_int_equal(vat_amount(10800, vat), 800);
}

/* ---- at a counter ---- */

#define BOUGHT(id, more)                                                                           \
	"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"" id "\",\"rev\":1,\"body\":{\"status\":"    \
	"\"collected\",\"contract\":\"distance\",\"totals\":{\"total\":3998,\"due\":0},"           \
	"\"collected\":{\"at\":\"2026-11-20T10:00:00Z\"}," more                                    \
	"\"lines\":[{\"line\":1,\"sku\":\"S1\",\"gtin\":\"5901234123457\",\"name\":\"Żółw\","   \
	"\"qty\":3,\"paid\":3998,\"vat\":\"23\"}],\"payments\":[{\"id\":\"p1\",\"tender\":"        \
	"\"blik\",\"state\":\"captured\",\"amount\":3998}]}}]"

static void beat(struct shop *s)
{
	struct door_event e = { .kind = DOOR_BEAT }, link = { .kind = DOOR_LINK };

	link.link.up = true;
	shop_submit(s, &link, NULL);
	e.beat.online = true;
	e.beat.at_ms = s->wall_ms;
	shop_submit(s, &e, NULL);
}

static struct shop *shop_with(const char *order)
{
	struct shop *s = shop_stocked(1);

	beat(s);
	shop_down(s, STREAM_ORDERS, 7, 2, order, NULL);
	return s;
}

static void answer(struct shop *s, bool found, const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };
	struct json ask;

	e.down.stream = STREAM_ORDERS;
	e.down.what = DOWN_ANSWER;
	e.down.found = found;
	assert_int_equal(json_check(slice_of(s->asked), &ask), 0);
	assert_true(json_is(json_get(ask, "ask"), "order"));
	json_string(json_get(ask, "id"), e.down.ask, sizeof(e.down.ask));
	json_string(json_get(ask, "order"), e.down.order, sizeof(e.down.order));
	e.down.ops.n = (uint32_t)strlen(ops);
	shop_submit(s, &e, ops);
}

static void another_stores_order_is_asked_for(void **state)
{
	struct shop *s = shop_with("[]");

	(void)state;
	/* Unknown here: HQ knows it, and that a piece came back in Kraków. */
	shop_verb(s, "return.start", "{\"order\":\"ZAM-9\"}", NULL);
	assert_int_not_equal(s->answered, s->request);
	assert_has(s->screen, "\"asking\":{\"order\":\"ZAM-9\",\"for\":\"order\"}");
	answer(s, true, BOUGHT("ZAM-9", "\"store\":\"KRK-1\","));
	assert_int_equal(s->status, 200);
	assert_has(s->reply, "\"basis\":\"withdrawal\"");
	shop_scan(s, "5901234123457");
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->up, "\"store\":\"KRK-1\"");
	assert_has(s->up, "\"amount\":1333");
	/* What is known is asked about again, for it may have changed elsewhere. */
	shop_verb(s, "return.start", "{\"order\":\"ZAM-9\"}", NULL);
	answer(s, true,
	       "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-9\",\"rev\":2,\"body\":"
	       "{\"status\":\"returned\",\"contract\":\"distance\",\"store\":\"KRK-1\","
	       "\"lines\":[{\"line\":1,\"qty\":3,\"handed\":3,\"returned\":3,\"paid\":3998}]}}]");
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "already_returned");
	/* HQ knows no such order; or says nothing in time. */
	shop_verb(s, "return.start", "{\"order\":\"ZAM-8\"}", NULL);
	answer(s, false, "");
	assert_has(s->reply, "not_found");
	shop_verb(s, "return.start", "{\"order\":\"ZAM-7\"}", NULL);
	shop_tick(s, 3000);
	assert_has(s->reply, "not_found");
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

static void hq_that_says_nothing_is_down(void **state)
{
	struct shop *s = shop_with(BOUGHT("ZAM-9", "\"store\":\"KRK-1\","));

	(void)state;
	shop_verb(s, "return.start", "{\"order\":\"ZAM-9\",\"basis\":\"shop_policy\"}", NULL);
	shop_tick(s, 3000);
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "isolated"); /* another store's: policy refuses */
	shop_verb(s, "return.start", "{\"order\":\"ZAM-9\"}", NULL);
	shop_tick(s, 3000);
	assert_has(s->reply, "approval_needed");
	assert_has(s->screen, "\"needs\":[\"hq_down\"]");
	shop_verb(s, "return.start", "{\"order\":\"ZAM-9\"}", NULL);
	shop_verb(s, "return.cancel", "{}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

static void a_restart_changes_nothing(void **state)
{
	struct shop *s = shop_with(BOUGHT("ZAM-2", ""));

	(void)state;
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"opened\"}", NULL);
	assert_has(s->reply, "\"refund\":2665");
	shop_restart(s);
	beat(s);
	assert_has(s->screen, "\"mode\":\"return\"");
	assert_has(s->screen, "\"condition\":\"opened\"");
	shop_verb(s, "return.accept", "{}", "press-1");
	assert_has(s->reply, "\"number\":\"ZW 1/k1/");
	shop_verb(s, "return.accept", "{}", "press-1");
	assert_has(s->reply, "\"number\":\"ZW 1/k1/");
	/* Two copies, and a label, for what was opened is looked at. */
	assert_has(s->screen, "{\"job\":2,\"printer\":\"receipt\",\"kind\":\"return\"");
	assert_has(s->screen, "{\"job\":1,\"printer\":\"receipt\",\"kind\":\"return\"");
	assert_has(s->screen, "{\"job\":3,\"printer\":\"receipt\",\"kind\":\"label\"");
	shop_restart(s);
	beat(s);
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"good\"}", NULL);
	assert_has(s->reply, "quantity_exceeded");
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":1,\"condition\":\"good\"}", NULL);
	shop_verb(s, "return.accept", "{}", NULL);
	assert_has(s->reply, "\"number\":\"ZW 2/k1/");
	shop_close(s);
}

static void hq_lowers_nothing(void **state)
{
	struct shop *s = shop_with(BOUGHT("ZAM-2", ""));

	(void)state;
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":3,\"condition\":\"good\"}", NULL);
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_equal(s->status, 200);
	/* An ERP that has not heard writes the order again. */
	shop_down(s, STREAM_ORDERS, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":9,\"body\":"
		  "{\"status\":\"collected\",\"contract\":\"distance\",\"lines\":[{\"line\":1,"
		  "\"qty\":3,\"paid\":3998}]}}]",
		  NULL);
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	assert_has(s->reply, "already_returned");
	assert_null(strstr(s->up, "order.conflict"));
	shop_close(s);
}

/* HQ that has heard of the return, and says that less came back: told, and kept. */
static void hq_says_less_came_back(void **state)
{
	static const char put[] =
		"[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":%d,\"body\":"
		"{\"status\":\"collected\",\"contract\":\"distance\",\"lines\":[{\"line\":1,"
		"\"qty\":3,\"paid\":3998,\"handed\":3,\"returned\":%d}]}}]";
	struct shop *s = shop_with(BOUGHT("ZAM-2", ""));
	char ops[512], upto[128];

	(void)state;
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"good\"}", NULL);
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_equal(s->status, 200);
	text_fmt(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)s->st->ledger.epoch,
		 (long long)s->st->ledger.last);
	text_fmt(ops, sizeof(ops), put, 9, 2);
	shop_down(s, STREAM_ORDERS, 7, 3, ops, upto);
	assert_null(strstr(s->up, "order.conflict"));
	text_fmt(ops, sizeof(ops), put, 10, 0);
	shop_down(s, STREAM_ORDERS, 7, 4, ops, upto);
	assert_has(s->up, "\"field\":\"lines.1.returned\",\"hq\":0,\"store\":2");
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"good\"}", NULL);
	assert_has(s->reply, "quantity_exceeded");
	shop_close(s);
}

/* What changed while the return was open is seen before anything is paid. */
static void changed_meanwhile(void **state)
{
	struct shop *s = shop_with(BOUGHT("ZAM-2", ""));
	int64_t told;

	(void)state;
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":3,\"condition\":\"good\"}", NULL);
	shop_down(s, STREAM_ORDERS, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":9,\"body\":"
		  "{\"status\":\"collected\",\"contract\":\"distance\",\"lines\":[{\"line\":1,"
		  "\"qty\":3,\"paid\":3998,\"handed\":3,\"returned\":1}]}}]",
		  NULL);
	told = s->st->ledger.last;
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "quantity_exceeded");
	assert_int_equal(s->st->ledger.last, told);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"good\"}", NULL);
	assert_has(s->reply, "\"refund\":2665"); /* the last two pieces */
	shop_close(s);
}

/* ---- two lanes ---- */

#define TOOK_BACK(n)                                                                               \
	"{\"return\":\"R" #n "\",\"number\":\"ZW " #n "/k2/1\",\"order\":\"ZAM-1\",\"basis\":"     \
	"\"shop_policy\",\"lines\":[{\"line\":1,\"qty\":" #n ",\"gross\":3998}],\"refund\":[]}"

static void both_lanes_took_it_back(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	shop_hand_over(s);
	shop_down(s, STREAM_POLICY, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"returns\",\"rev\":1,\"body\":"
		  "{\"hq_down\":{\"own_store\":\"allow\"}}},{\"op\":\"put\",\"type\":\"policy\","
		  "\"id\":\"pickup\",\"rev\":9,\"body\":{\"isolated_handover\":\"allow\","
		  "\"returns_isolated\":\"allow\"}}]",
		  NULL);
	shop_verb(s, "return.start", "{\"order\":\"ZAM-1\"}", NULL);
	assert_int_equal(s->status, 200);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"good\"}", NULL);
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_equal(s->status, 200);
	events(s, 50, event(7, "return.accepted", TOOK_BACK(2)));
	assert_has(s->up, "\"type\":\"return.doubled\"");
	assert_has(s->up, "\"with\":{\"lane\":\"k2\",\"epoch\":50,\"seq\":7}");
	assert_has(s->screen, "\"code\":\"return_doubled\"");
	shop_close(s);
}

static void one_lane_after_the_other_is_no_double(void **state)
{
	struct shop *s = two_lanes("allow");

	(void)state;
	shop_hand_over(s);
	events(s, 50, event(7, "return.accepted", TOOK_BACK(1)));
	assert_null(strstr(s->up, "return.doubled"));
	events(s, 50, event(8, "return.accepted", TOOK_BACK(1)));
	assert_null(strstr(s->up, "return.doubled")); /* this lane took nothing */
	shop_verb(s, "return.start", "{\"order\":\"ZAM-1\"}", NULL);
	assert_has(s->reply, "already_returned");
	shop_close(s);
}

static void claim_says(struct shop *s, enum claim_op op, const char *lane, const char *claim)
{
	struct door_event e = { .kind = DOOR_CLAIM, .claim.op = op };

	text_fmt(e.claim.order, sizeof(e.claim.order), "ZAM-2");
	text_fmt(e.claim.lane, sizeof(e.claim.lane), "%s", lane);
	text_fmt(e.claim.claim, sizeof(e.claim.claim), "%s", claim);
	shop_submit(s, &e, NULL);
}

/* A return is claimed like a handover: who loses is told, and money waits until it is settled. */
static void a_return_takes_a_claim(void **state)
{
	struct shop *s = two_lanes("refuse");
	char claim[ID_MAX + 1];
	struct json word;

	(void)state;
	beat(s);
	lane_is(s, false, 50, 3, 0, 0);
	shop_down(s, STREAM_ORDERS, 7, 2, BOUGHT("ZAM-2", ""), NULL);
	claim_says(s, CLAIM_OP_KEEP, "k2", "01J0000000000000000000000A");
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	assert_has(s->reply, "being_served");
	claim_says(s, CLAIM_OP_DROP, "k2", "01J0000000000000000000000A");
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->claim, "\"op\":\"take\",\"order\":\"ZAM-2\"");
	assert_has(s->screen, "\"claim\":\"pending\"");
	claim_says(s, CLAIM_OP_HELD, "k2", "01J0000000000000000000000B");
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_has(s->screen, "being_served");
	claim_says(s, CLAIM_OP_DROP, "k2", "01J0000000000000000000000B");
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_scan(s, "5901234123457");
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_not_equal(s->answered, s->request); /* waits for its own echo */
	assert_int_equal(json_check(slice_of(s->claim), &word), 0);
	json_string(json_get(word, "claim"), claim, sizeof(claim));
	claim_says(s, CLAIM_OP_TAKE, "k1", claim);
	shop_tick(s, 400);
	assert_int_equal(s->answered, s->request);
	assert_int_equal(s->status, 200);
	assert_has(s->reply, "\"refund\":1333");
	assert_has(s->claim, "\"op\":\"drop\"");
	shop_close(s);
}

/* Nothing can be printed: what is to be paid out is said all the same. */
static void without_a_printer(void **state)
{
	struct shop *s = shop_with(BOUGHT("ZAM-2", ""));

	(void)state;
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	shop_verb(s, "return.line", "{\"line\":1,\"qty\":1,\"condition\":\"good\"}", NULL);
	s->config.device_count = 0;
	shop_verb(s, "return.accept", "{}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->reply, "\"job\":0");
	assert_has(s->screen, "\"code\":\"print_failed\"");
	assert_has(s->screen, "przyjęty: 13,33");
	shop_verb(s, "complaint.open",
		  "{\"order\":\"ZAM-2\",\"basis\":\"conformity\",\"demand\":\"repair\",\"goods\":"
		  "\"kept\",\"text\":\"x\"}",
		  NULL);
	assert_has(s->screen, "Przyjęliśmy reklamację");
	assert_null(strstr(s->screen, "wydano"));
	shop_close(s);
}

/* ---- large ---- */

static void three_hundred_lines(void **state)
{
	struct shop *s = shop_with("[]");
	static char ops[200000], args[128];
	struct buf b;

	(void)state;
	buf_init(&b, ops, sizeof(ops));
	buf_text(&b, "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":1,\"body\":"
		     "{\"status\":\"collected\",\"contract\":\"distance\",\"lines\":[");
	for (int i = 0; i < ORDER_LINES_MAX; i++)
		buf_fmt(&b,
			"%s{\"line\":%d,\"sku\":\"SKU-%05d-0123456789-0123456789\",\"qty\":1,"
			"\"paid\":%lld,\"name\":\"\\\"%0150d\\\"\",\"vat\":\"23\"}",
			i ? "," : "", i, i, (long long)(MONEY_MAX / ORDER_LINES_MAX), i);
	buf_text(&b, "]}}]");
	assert_non_null(buf_str(&b));
	{
		struct door_event e = { .kind = DOOR_DOWN };

		e.down.stream = STREAM_ORDERS;
		e.down.what = DOWN_OPS;
		e.down.epoch = 7;
		e.down.seq = 3;
		e.down.ops.n = (uint32_t)b.len;
		shop_submit(s, &e, ops);
	}
	shop_verb(s, "return.start", "{\"order\":\"ZAM-2\"}", NULL);
	assert_int_equal(s->status, 200);
	for (int i = 0; i < ORDER_LINES_MAX; i++) {
		text_fmt(args, sizeof(args),
			 "{\"line\":%d,\"qty\":1,\"condition\":\"good\",\"reason\":\"size\"}", i);
		shop_verb(s, "return.line", args, NULL);
		assert_int_equal(s->status, 200);
	}
	shop_verb(s, "return.accept", "{}", NULL);
	/* One event, one message: taken back all at once, or refused as a whole. */
	assert_int_equal(s->status, 200);
	assert_has(s->screen, "\"mode\":\"idle\"");
	store_begin(s->st->store);
	for (int64_t seq = 1; seq <= s->st->ledger.last; seq++) {
		struct slice text;

		assert_true(store_event_text(s->st->store, s->st->ledger.epoch, seq, &text));
		assert_true(text.n < UP_MESSAGE_MAX - 256);
	}
	store_commit(s->st->store);
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_sequence_adds_up),
		cmocka_unit_test(numbers_and_vat),
		cmocka_unit_test(another_stores_order_is_asked_for),
		cmocka_unit_test(hq_that_says_nothing_is_down),
		cmocka_unit_test(a_restart_changes_nothing),
		cmocka_unit_test(hq_lowers_nothing),
		cmocka_unit_test(hq_says_less_came_back),
		cmocka_unit_test(changed_meanwhile),
		cmocka_unit_test(both_lanes_took_it_back),
		cmocka_unit_test(one_lane_after_the_other_is_no_double),
		cmocka_unit_test(a_return_takes_a_claim),
		cmocka_unit_test(without_a_printer),
		cmocka_unit_test(three_hundred_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
