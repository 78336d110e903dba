// SPDX-License-Identifier: Apache-2.0
/*
 * Money at the counter, as far as cases in text cannot say it: what a restore, other lanes, HQ's
 * records and a pressed button twice do to it; and how much a closing reads.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include <sqlite3.h>

#include "firmware/counter/nip.h"
#include "firmware/counter/number.h"
#include "firmware/counter/till_paper.h"
#include "firmware/money.h"
#include "firmware/orders.h"
#include "tests/cases_facts.h"

static struct case_shop shop; /* large */

static void fact(const char *text)
{
	char why[256];

	if (!case_fact(&shop, text, why, sizeof(why)))
		fail_msg("%s: %s", why, text);
}

static int does(const char *text)
{
	case_begin(&shop);
	case_do(&shop, text);
	case_end(&shop);
	return shop.shop->status;
}

static void opens(const char *order)
{
	char what[ID_MAX + 16];

	snprintf(what, sizeof(what), "code of %s", order);
	case_begin(&shop);
	case_scan(&shop, what, false);
	case_end(&shop);
	assert_int_equal(shop.shop->status, 200);
}

/* Cash and card are taken here, nothing is scanned. */
static void open_shop(const char *more)
{
	case_shop_open(&shop, 1);
	fact("policy fiscal {\"mode\":\"none\"}");
	fact("policy pickup {\"tenders\":[\"cash\",\"card\"],\"check_items\":\"none\"}");
	if (more)
		fact(more);
}

static void close_shop(void)
{
	case_shop_close(&shop);
}

static struct taken taken(const char *order, const char *payment)
{
	struct taken t = { .payment = "" };

	store_begin(shop.shop->st->store);
	assert_true(store_taken(shop.shop->st->store, slice_of(order), slice_of(payment), &t));
	store_commit(shop.shop->st->store);
	return t;
}

/* The text of the newest event of a type, "" none. */
static const char *told(const char *type)
{
	static char text[8192];
	struct station *st = shop.shop->st;
	char member[64];
	struct slice e;

	snprintf(member, sizeof(member), "\"type\":\"%s\"", type);
	text[0] = '\0';
	store_begin(st->store);
	for (int64_t seq = st->ledger.last; seq > 0 && !strstr(text, member); seq--)
		if (!store_event_text(st->store, st->ledger.epoch, seq, &e) ||
		    slice_copy(e, text, sizeof(text)) < 0)
			text[0] = '\0';
	store_commit(st->store);
	return strstr(text, member) ? text : "";
}

static int64_t count_told(const char *type)
{
	struct station *st = shop.shop->st;
	char member[64], text[8192];
	struct slice e;
	int64_t n = 0;

	snprintf(member, sizeof(member), "\"type\":\"%s\"", type);
	store_begin(st->store);
	for (int64_t seq = 1; seq <= st->ledger.last; seq++)
		n += store_event_text(st->store, st->ledger.epoch, seq, &e) &&
		     slice_copy(e, text, sizeof(text)) == 0 && strstr(text, member);
	store_commit(st->store);
	return n;
}

/* ---- numbers ---- */

static void test_numbers(void **state)
{
	char text[NUMBER_TEXT_MAX], nip[NIP_MAX];

	(void)state;
	number_text("ZM", 17, "k1", 1795366197, text);
	assert_string_equal(text, "ZM 17/k1/1NG679N");
	number_text("ZM", 1, "k1", 0, text);
	assert_string_equal(text, "ZM 1/k1/0");
	number_text("ZM", INT64_MAX, "k1", INT64_MAX, text);
	assert_string_equal(text, "ZM 9223372036854775807/k1/7ZZZZZZZZZZZZ");
	assert_true(nip_read(slice_of("PL 526-025-09-95"), nip));
	assert_string_equal(nip, "5260250995");
	assert_true(nip_read(slice_of("5260250995"), nip));
	assert_false(nip_read(slice_of("5260250996"), nip)); /* the check digit */
	assert_false(nip_read(slice_of("5620250995"), nip)); /* two digits changed places */
	assert_false(nip_read(slice_of("0000000000"), nip));
	assert_false(nip_read(slice_of("526025099"), nip));
	assert_false(nip_read(slice_of("52602509955"), nip));
	assert_false(nip_read(slice_of("526025099x"), nip));
	assert_false(nip_read(slice_of("PL"), nip));
	assert_false(nip_read(slice_of(""), nip));
}

/* What was open in a backup is not known to be open still, and its number is not given again. */
static void test_a_restore_ends_the_shift(void **state)
{
	char first[256], again[256];
	struct shift_row s;

	(void)state;
	open_shop(NULL);
	assert_int_equal(does("shift.open float=100"), 200);
	text_fmt(first, sizeof(first), "%s", strstr(shop.shop->reply, "\"shift\":"));
	store_begin(shop.shop->st->store);
	store_meta_set(shop.shop->st->store, "restored", 1);
	/* The copy is from before the number was given out. */
	assert_int_equal(store_number_next(shop.shop->st->store, "ZM", 1), 1);
	store_commit(shop.shop->st->store);
	case_restart(&shop);
	assert_has(shop.shop->screen, "\"shift\":null");
	case_login(&shop, "E17");
	assert_int_equal(does("shift.close counted=100"), 409);
	assert_has(shop.shop->reply, "shift_closed");
	assert_int_equal(does("shift.open float=100"), 200);
	text_fmt(again, sizeof(again), "%s", strstr(shop.shop->reply, "\"shift\":"));
	assert_string_not_equal(first, again);
	store_begin(shop.shop->st->store);
	assert_true(store_shift_of(shop.shop->st->store, 1, &s));
	assert_int_equal(s.counted, -1);
	assert_true(s.closed_ms > 0);
	store_commit(shop.shop->st->store);
	close_shop();
}

/* ---- other lanes ---- */

static void test_a_reversal_heard_first(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	fact("lane k2 payment.reversed {\"order\":\"ZAM-1\",\"payment\":\"P1\",\"reason\":\"x\"}");
	fact("lane k2 payment.taken {\"order\":\"ZAM-1\",\"payment\":\"P1\",\"tender\":\"card\","
	     "\"amount\":2499}");
	assert_int_equal(taken("ZAM-1", "P1").state, TAKEN_BACK);
	opens("ZAM-1");
	assert_has(shop.shop->screen, "\"due\":2499");
	close_shop();
}

static void test_nonsense_of_a_lane_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"{\"order\":\"ZAM-1\",\"payment\":\"P1\",\"tender\":\"card\",\"amount\":-1}",
		"{\"order\":\"ZAM-1\",\"payment\":\"P1\",\"tender\":\"card\",\"amount\":"
		"9223372036854775807}",
		"{\"order\":\"ZAM-1\",\"payment\":\"P1\",\"tender\":\"card\"}",
		"{\"order\":\"ZAM-1\",\"payment\":\"a b\",\"tender\":\"card\",\"amount\":1}",
		"{\"order\":\"../1\",\"payment\":\"P1\",\"tender\":\"card\",\"amount\":1}",
		"{\"order\":\"ZAM-1\",\"payment\":\"P1\",\"amount\":1}",
	};
	char text[512];

	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		snprintf(text, sizeof(text), "lane k2 payment.taken %s", bad[i]);
		fact(text);
	}
	opens("ZAM-1");
	assert_has(shop.shop->screen, "\"due\":2499,\"payments\":[]");
	close_shop();
}

/* A handover at another lane names what was paid: here it is not named again. */
static void test_paid_is_named_once(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 2 x MUG 49.98");
	opens("ZAM-1");
	assert_int_equal(does("pickup.pay tender=card amount=4998"), 200);
	assert_int_equal(does("pickup.cancel"), 200);
	fact("lane k2 pickup.completed {\"order\":\"ZAM-1\",\"lines\":[{\"line\":1,\"qty\":1}],"
	     "\"rest\":[],\"paid\":[]}");
	assert_has(shop.shop->screen, "\"unsettled\":[]");
	opens("ZAM-1");
	assert_has(shop.shop->screen, "\"due\":0");
	assert_has(shop.shop->screen, "\"paid\":0");
	assert_int_equal(does("pickup.handover"), 200);
	assert_has(told("pickup.completed"), "\"paid\":[]");
	close_shop();
}

static void hear(enum claim_op op, const char *lane, const char *claim)
{
	struct door_event e = { .kind = DOOR_CLAIM, .claim.op = op };

	text_fmt(e.claim.order, sizeof(e.claim.order), "ZAM-1");
	text_fmt(e.claim.lane, sizeof(e.claim.lane), "%s", lane);
	text_fmt(e.claim.claim, sizeof(e.claim.claim), "%s", claim);
	shop_submit(shop.shop, &e, NULL);
}

/* While it is open who serves the order, nobody takes money for it. */
static void test_a_payment_waits_for_the_claim(void **state)
{
	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		struct json word;
		char claim[ID_MAX + 1];
		uint64_t pressed;

		open_shop("order ZAM-1 ready: 1 x MUG 24.99");
		fact("policy lanes {\"lanes\":[{\"lane\":\"k1\"},{\"lane\":\"k2\"}]}");
		opens("ZAM-1");
		assert_int_equal(json_check(slice_of(shop.shop->claim), &word), 0);
		assert_true(json_string(json_get(word, "claim"), claim, sizeof(claim)) > 0);
		shop.shop->status = 0;
		assert_int_equal(does("pickup.pay tender=card amount=2499"), 0);
		pressed = shop.shop->request;
		if (lost) {
			hear(CLAIM_OP_TAKE, "k2", "00");
		} else {
			hear(CLAIM_OP_TAKE, "k1", claim);
			shop_tick(shop.shop, 300);
		}
		assert_int_equal(shop.shop->answered, pressed);
		assert_int_equal(shop.shop->status, lost ? 409 : 200);
		assert_int_equal(count_told("payment.taken"), lost ? 0 : 1);
		if (lost)
			assert_has(shop.shop->reply, "being_served");
		close_shop();
	}
}

/* ---- HQ's records ---- */

static void hq_says(int64_t rev, const char *body, bool heard_all)
{
	struct station *st = shop.shop->st;
	char ops[2048], upto[128];

	snprintf(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-1\",\"rev\":%lld,\"body\":%s}]",
		 (long long)rev, body);
	snprintf(upto, sizeof(upto), "{\"k1\":[%lld,%lld]}", (long long)st->ledger.epoch,
		 (long long)(heard_all ? st->ledger.last : 1));
	shop_down(shop.shop, STREAM_ORDERS, 7, ++shop.seq[STREAM_ORDERS], ops, upto);
}

#define UNPAID                                                                                     \
	"{\"status\":\"ready\",\"totals\":{\"total\":2499,\"due\":2499},\"lines\":[{\"line\":1,"   \
	"\"sku\":\"MUG\",\"qty\":1,\"paid\":2499}],\"payments\":[]}"
#define OTHER_NAME                                                                                 \
	"{\"status\":\"ready\",\"totals\":{\"total\":2499,\"due\":0},\"lines\":[{\"line\":1,"      \
	"\"sku\":\"MUG\",\"qty\":1,\"paid\":2499}],\"payments\":[{\"id\":\"ERP-7\",\"tender\":"    \
	"\"card\",\"state\":\"captured\",\"amount\":2499,\"where\":\"till\"}]}"

static void test_hq_says_unpaid(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	opens("ZAM-1");
	assert_int_equal(does("pickup.pay tender=card amount=2499"), 200);
	/* It had not heard yet: no conflict. */
	hq_says(100, UNPAID, false);
	assert_int_equal(count_told("order.conflict"), 0);
	assert_has(shop.shop->screen, "\"due\":0");
	/* It had. The fact stays, and this is told once for each of its words. */
	hq_says(101, UNPAID, true);
	assert_int_equal(count_told("order.conflict"), 1);
	assert_has(told("order.conflict"), "\"hq\":\"unpaid\",\"store\":\"captured\"");
	assert_has(told("order.conflict"), "\"field\":\"payments.");
	hq_says(102, UNPAID, true);
	assert_int_equal(count_told("order.conflict"), 2);
	assert_has(shop.shop->screen, "\"due\":0");
	/* Under a name of its own it has the same money, not as much again. */
	hq_says(103, OTHER_NAME, true);
	assert_int_equal(count_told("order.conflict"), 2);
	store_begin(shop.shop->st->store);
	assert_true(order_load(shop.shop->st, slice_of("ZAM-1")));
	assert_int_equal(shop.shop->st->order.payment_count, 1);
	assert_int_equal(pay_at_till(&shop.shop->st->order), 2499);
	store_commit(shop.shop->st->store);
	close_shop();
}

static void test_hq_says_paid_after_a_reversal(void **state)
{
	char body[1024], payment[ID_MAX + 1];

	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	opens("ZAM-1");
	assert_int_equal(does("pickup.pay tender=card amount=2499"), 200);
	text_fmt(payment, sizeof(payment), "%s", shop.payment);
	assert_int_equal(does("pay.reverse payment=$payment reason=x"), 409);
	case_approve(&shop, "E90 tak", true);
	assert_int_equal(shop.shop->status, 200);
	snprintf(body, sizeof(body),
		 "{\"status\":\"ready\",\"totals\":{\"total\":2499,\"due\":0},\"payments\":[{"
		 "\"id\":\"%s\",\"tender\":\"card\",\"state\":\"captured\",\"amount\":2499,"
		 "\"where\":\"till\"}],\"lines\":[{\"line\":1,\"qty\":1,\"paid\":2499}]}",
		 payment);
	hq_says(100, body, false);
	assert_int_equal(count_told("order.conflict"), 0);
	assert_has(shop.shop->screen, "\"due\":2499");
	hq_says(101, body, true);
	assert_has(told("order.conflict"), "\"hq\":\"captured\",\"store\":\"reversed\"");
	assert_has(shop.shop->screen, "\"due\":2499");
	close_shop();
}

/* A station that was set up anew knows the payment from HQ's record alone. */
static void test_a_payment_of_before_can_be_reversed(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99; card 24.99 till");
	opens("ZAM-1");
	assert_has(shop.shop->screen, "\"due\":0");
	assert_int_equal(does("pay.reverse payment=p1 reason=x"), 409);
	assert_has(shop.shop->reply, "approval_needed");
	case_approve(&shop, "E90 tak", true);
	assert_int_equal(shop.shop->status, 200);
	assert_has(shop.shop->screen, "\"due\":2499");
	close_shop();
	open_shop("order ZAM-1 ready: 1 x MUG 24.99; card 24.99");
	opens("ZAM-1");
	assert_int_equal(does("pay.reverse payment=p1 reason=x"), 409);
	assert_has(shop.shop->reply, "not_found"); /* paid online: HQ's to give back */
	close_shop();
}

/* ---- presses ---- */

static void test_a_press_twice_is_one_payment(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	opens("ZAM-1");
	shop_verb(shop.shop, "pickup.pay", "{\"tender\":\"card\",\"amount\":1000}", "k");
	shop_verb(shop.shop, "pickup.pay", "{\"tender\":\"card\",\"amount\":1000}", "k");
	assert_int_equal(shop.shop->status, 200);
	assert_int_equal(count_told("payment.taken"), 1);
	assert_has(shop.shop->screen, "\"due\":1499");
	close_shop();
}

/* A record has 32 payments at most: one more would be money that nobody knows of. */
static void test_no_more_payments_than_a_record_has(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	opens("ZAM-1");
	for (int i = 0; i < ORDER_PAYMENTS_MAX; i++)
		assert_int_equal(does("pickup.pay tender=card amount=1"), 200);
	assert_int_equal(does("pickup.pay tender=card amount=1"), 409);
	assert_has(shop.shop->reply, "bad_request");
	assert_int_equal(count_told("payment.taken"), ORDER_PAYMENTS_MAX);
	assert_has(shop.shop->screen, "\"due\":2467");
	close_shop();
}

/* A sole trader's NIP is in no event's chained part. */
static void test_nip_stands_beside_the_chain(void **state)
{
	(void)state;
	open_shop("order ZAM-1 ready: 1 x MUG 24.99");
	fact("policy fiscal {\"mode\":\"external\"}");
	opens("ZAM-1");
	assert_int_equal(does("fiscal.record register=1 number=5 total=2499 nip=5260250995"), 200);
	assert_null(strstr(told("fiscal.recorded"), "5260250995"));
	assert_has(told("fiscal.recorded"), "\"person_hash\":");
	assert_has(shop.shop->up, "\"nip\":\"5260250995\"");
	close_shop();
}

/* ---- refunds for returns ---- */

static void test_refund_out(void **state)
{
	struct station *st;
	struct call c = { .desk = DESK_COUNTER };

	(void)state;
	open_shop(NULL);
	assert_int_equal(does("shift.open float=1000"), 200);
	st = shop.shop->st;
	text_fmt(c.session.row.staff, sizeof(c.session.row.staff), "E17");
	store_begin(st->store);
	assert_int_equal(money_refund_out(st, &c, slice_of("ZAM-1"), "cash", 1001, "ZW 1"), -EPERM);
	assert_int_equal(money_refund_out(st, &c, slice_of("ZAM-1"), "cash", 0, "ZW 1"), -EPERM);
	assert_int_equal(money_refund_out(st, &c, slice_of("ZAM-1"), "transfer", 1, "ZW 1"),
			 -EPERM);
	assert_int_equal(store_till_cash(st->store, 1), 1000);
	assert_int_equal(money_refund_out(st, &c, slice_of("ZAM-1"), "cash", 999, "ZW 1"), 0);
	assert_int_equal(money_refund_out(st, &c, slice_of("ZAM-1"), "card", 5000, "ZW 2"), 0);
	assert_int_equal(store_till_cash(st->store, 1), 1);
	store_commit(st->store);
	assert_int_equal(does("shift.close counted=1"), 200);
	assert_has(shop.shop->reply, "\"difference\":0");
	assert_has(shop.shop->reply, "\"totals\":{\"card\":-5000,\"cash\":-999}");
	assert_has(shop.printed, "LZwrócono, gotówka (1)");
	close_shop();
}

/* ---- closing ---- */

static struct {
	int64_t steps, full_scans, statements;
} work;

static int finished(unsigned what, void *ctx, void *statement, void *ns)
{
	sqlite3_stmt *s = statement;

	(void)what;
	(void)ctx;
	(void)ns;
	work.steps += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1);
	work.full_scans += strstr(sqlite3_sql(s), " till") || strstr(sqlite3_sql(s), " shift ")
				   ? sqlite3_stmt_status(s, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1)
				   : 0;
	work.statements++;
	return 0;
}

static int watch(sqlite3 *db, const char **message, const void *api)
{
	(void)message;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, finished, NULL);
}

static void add_older_shifts(int shifts, int movements)
{
	struct store *st = shop.shop->st->store;
	struct shift_row s = { .number = "OLD", .closed_ms = 1 };
	struct till_row row = { .kind = TILL_SALE, .tender = "cash", .amount = 100 };

	store_begin(st);
	for (int i = 0; i < shifts; i++) {
		s.shift = row.shift = store_shift_add(st, &s);
		store_shift_close(st, &s);
		for (int n = 0; n < movements; n++)
			store_till_add(st, &row);
	}
	store_commit(st);
}

/* 500 handovers, each paid in cash, behind two months of others: closing reads this shift's
 * movements, a few times over, and nothing of the shifts before. */
static void test_closing_reads_its_own_shift_only(void **state)
{
	(void)state;
	sqlite3_auto_extension((void (*)(void))watch);
	open_shop(NULL);
	sqlite3_reset_auto_extension();
	add_older_shifts(60, 500);
	assert_int_equal(does("shift.open float=10000"), 200);
	for (int i = 0; i < 500; i++) {
		char text[128];

		snprintf(text, sizeof(text), "order Z-%d ready: 1 x MUG 10.00", i);
		fact(text);
		snprintf(text, sizeof(text), "Z-%d", i);
		opens(text);
		assert_int_equal(does("pickup.pay tender=cash amount=1000"), 200);
		assert_int_equal(does("pickup.handover"), 200);
	}
	memset(&work, 0, sizeof(work));
	assert_int_equal(does("shift.close counted=510000"), 200);
	assert_has(shop.shop->reply, "\"expected\":510000");
	assert_has(shop.shop->reply, "\"difference\":0");
	assert_has(shop.shop->reply, "\"handovers\":500");
	assert_has(shop.printed, "(500)");
	print_message("closing: %lld statements, %lld steps of SQLite\n",
		      (long long)work.statements, (long long)work.steps);
	assert_true(work.statements > 10 && work.statements < 300);
	assert_int_equal(work.full_scans, 0);
	assert_true(work.steps < 500 * 300); /* the 30,000 older ones would be twice as many more */
	close_shop();
}

/* ---- papers ---- */

static void test_codes_on_the_card(void **state)
{
	static const struct {
		const char *gtin, *printed;
	} codes[] = {
		{ "5901234123457", "E5901234123457\n" },
		{ "036000291452", "E0036000291452\n" },	  /* UPC-A is an EAN-13 */
		{ "05901234123457", "E5901234123457\n" }, /* so is a GTIN-14 of one */
		{ "15901234123454", "K15901234123454\n" },
		{ "96385074", "E96385074\n" },
		{ "ABC-1", "KABC-1\n" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		open_shop(NULL);
		fact("policy fiscal {\"mode\":\"external\"}");
		snprintf(text, sizeof(text),
			 "order ZAM-1 ready: 2 x THING 20.00 {\"gtin\":\"%s\"}, 1 x DELIVERY 5.00; "
			 "blik 10.00",
			 codes[i].gtin);
		fact(text);
		opens("ZAM-1");
		assert_has(shop.printed, codes[i].printed);
		assert_has(shop.printed, "L2 x THING\t20,00");
		assert_has(shop.printed, "LZapłacono wcześniej\t10,00");
		assert_has(shop.printed, "LDO ZAPŁATY\t15,00");
		close_shop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_a_restore_ends_the_shift),
		cmocka_unit_test(test_a_reversal_heard_first),
		cmocka_unit_test(test_nonsense_of_a_lane_changes_nothing),
		cmocka_unit_test(test_paid_is_named_once),
		cmocka_unit_test(test_a_payment_waits_for_the_claim),
		cmocka_unit_test(test_hq_says_unpaid),
		cmocka_unit_test(test_hq_says_paid_after_a_reversal),
		cmocka_unit_test(test_a_payment_of_before_can_be_reversed),
		cmocka_unit_test(test_a_press_twice_is_one_payment),
		cmocka_unit_test(test_no_more_payments_than_a_record_has),
		cmocka_unit_test(test_nip_stands_beside_the_chain),
		cmocka_unit_test(test_refund_out),
		cmocka_unit_test(test_closing_reads_its_own_shift_only),
		cmocka_unit_test(test_codes_on_the_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
