// SPDX-License-Identifier: Apache-2.0
/* Training: what of it reaches the database, the printers, HQ and other lanes, and what is left of
 * it. The rules have their cases in tests/cases/counter/training.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"
#include "firmware/counter/training.h"
#include "tests/second_lane.h"
#include "tests/shop.h"

#define TABLES_MAX 64
#define ONE_MIB	   (1024 * 1024)

static const char policies[] =
	"[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":1,\"body\":{\"people\":["
	"{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"},"
	"{\"id\":\"E90\",\"name\":\"Ewa\",\"role\":\"supervisor\",\"pin\":\"x\"}]}},"
	"{\"op\":\"put\",\"type\":\"policy\",\"id\":\"fiscal\",\"rev\":1,\"body\":{\"mode\":"
	"\"none\"}},"
	"{\"op\":\"put\",\"type\":\"policy\",\"id\":\"pickup\",\"rev\":1,\"body\":{\"tenders\":["
	"\"card\",\"cash\"]}}]";

static const char products[] =
	"[{\"op\":\"put\",\"type\":\"product\",\"id\":\"S1\",\"rev\":1,\"body\":{\"gtin\":["
	"\"5901234123457\"],\"name\":{\"pl\":\"Żółw\"},\"price\":1999,\"vat\":\"23\"}},"
	"{\"op\":\"put\",\"type\":\"product\",\"id\":\"S2\",\"rev\":1,\"body\":{\"gtin\":["
	"\"4006381333931\"],\"name\":{\"pl\":\"Odwołany\"},\"price\":1999,\"vat\":\"23\","
	"\"blocked\":\"recall\"}},"
	"{\"op\":\"put\",\"type\":\"product\",\"id\":\"S3\",\"rev\":1,\"body\":{\"gtin\":["
	"\"5900000000107\"],\"name\":{\"pl\":\"Bez zwrotu\"},\"price\":1999,\"vat\":\"23\","
	"\"returnable\":false}}]";

static struct shop *stock(struct shop *s)
{
	for (int i = 0; i < STREAM_COUNT; i++)
		shop_begin_stream(s, (enum stream)i);
	shop_down(s, STREAM_POLICY, 7, 1, policies, NULL);
	shop_down(s, STREAM_CATALOG, 7, 1, products, NULL);
	shop_down(s, STREAM_ORDERS, 7, 1, SHOP_ORDER, NULL);
	s->config.devices[0].drawer = 1;
	shop_log_in(s);
	shop_tick(s, 1000);
	return s;
}

/* ---- what a database holds ---- */

struct tables {
	int count;
	char name[TABLES_MAX][64];
	char hash[TABLES_MAX][HASH_TEXT_MAX];
};

static int add_name(void *ctx, int n, char **values, char **names)
{
	struct tables *t = ctx;

	(void)n;
	(void)names;
	assert_true(t->count < TABLES_MAX);
	text_fmt(t->name[t->count++], sizeof(t->name[0]), "%s", values[0]);
	return 0;
}

static int add_row(void *ctx, int n, char **values, char **names)
{
	static char text[65536];
	char *hash = ctx;
	struct buf b;

	(void)names;
	buf_init(&b, text, sizeof(text));
	buf_text(&b, hash);
	for (int i = 0; i < n; i++)
		buf_fmt(&b, "|%zu:%s", values[i] ? strlen(values[i]) : 0,
			values[i] ? values[i] : "null");
	assert_false(b.overflow);
	hash_text(buf_read(&b), hash);
	return 0;
}

/* Every row of every table. */
static void read_tables(const struct shop *s, struct tables *ret)
{
	sqlite3 *db;
	char sql[128];

	*ret = (struct tables){ 0 };
	assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "SELECT name FROM sqlite_schema WHERE type='table'"
				      " ORDER BY name",
				      add_name, ret, NULL),
			 SQLITE_OK);
	for (int i = 0; i < ret->count; i++) {
		text_fmt(sql, sizeof(sql), "SELECT * FROM \"%s\" ORDER BY 1, 2", ret->name[i]);
		assert_int_equal(sqlite3_exec(db, sql, add_row, ret->hash[i], NULL), SQLITE_OK);
	}
	sqlite3_close(db);
	assert_true(ret->count > 20);
}

static void assert_differ(const struct shop *s, const struct tables *before, const char *where)
{
	struct tables now;
	char text[1024] = "";

	read_tables(s, &now);
	assert_int_equal(now.count, before->count);
	for (int i = 0; i < now.count; i++)
		if (strcmp(now.hash[i], before->hash[i]) != 0)
			text_fmt(text + strlen(text), sizeof(text) - strlen(text), "%s ",
				 now.name[i]);
	assert_string_equal(text, where);
}

/* ---- doing things ---- */

static void done(struct shop *s, const char *verb, const char *args)
{
	shop_verb(s, verb, args, NULL);
	if (s->status != 200)
		fail_msg("%s %s: %s", verb, args, s->reply);
}

static void refused(struct shop *s, const char *verb, const char *args, const char *code)
{
	char part[64];

	shop_verb(s, verb, args, NULL);
	text_fmt(part, sizeof(part), "\"code\":\"%s\"", code);
	if (s->status < 400 || !strstr(s->reply, part))
		fail_msg("%s %s: %s instead of %s", verb, args, s->reply, code);
}

static void pin_is(struct shop *s, uint64_t check, bool right)
{
	struct door_event e = { .kind = DOOR_PIN };

	e.pin.check = check;
	e.pin.right = right;
	shop_submit(s, &e, "");
}

static void approved(struct shop *s)
{
	shop_verb(s, "approve", "{\"staff\":\"E90\",\"pin\":\"111111\",\"reason\":\"zgoda\"}",
		  NULL);
	pin_is(s, s->pin, true);
	assert_int_equal(s->status, 200);
}

static void job_ends(struct shop *s, int64_t job, enum job_result result)
{
	struct door_event e = { .kind = DOOR_JOB };

	e.job.job = job;
	e.job.result = result;
	shop_submit(s, &e, "");
}

static void printer_is(struct shop *s, enum device_status status)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	e.device.status = status;
	shop_submit(s, &e, "");
}

static int count_of(const char *text, const char *part)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, part)); p++)
		n++;
	return n;
}

/* All that is printed meanwhile is marked, and opens no drawer. */
static void prints_out(struct shop *s)
{
	int before;

	do {
		before = s->prints;
		if (s->printed[0]) {
			assert_true(strncmp(s->printed + 1, TRAINING_MARK, strlen(TRAINING_MARK)) ==
				    0);
			assert_true(count_of(s->printed, TRAINING_MARK) >= 2);
			assert_null(strstr(s->printed, "\nD"));
		}
		job_ends(s, s->printed_job, JOB_RESULT_DONE);
	} while (s->prints > before);
}

/* The events HQ is told of, by their types. */
static void assert_told(const struct shop *s, const char *type, int count)
{
	char part[64];

	text_fmt(part, sizeof(part), "\"type\":\"%s\"", type);
	assert_int_equal(count_of(s->up, part), count);
}

static void practise_handing_over(struct shop *s)
{
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	shop_scan(s, "5901234123457"); /* the shop's own product */
	done(s, "pickup.check", "{\"line\":1}");
	done(s, "pickup.check", "{\"line\":2}");
	done(s, "pickup.handover", "{}");
	prints_out(s);
	done(s, "shift.open", "{\"float\":10000}");
	done(s, "pickup.find", "{\"order\":\"SZK-2\",\"pin\":\"123456\"}");
	assert_has(s->screen, "\"due\":8999");
	done(s, "pickup.check", "{\"line\":1}");
	done(s, "pickup.pay", "{\"tender\":\"cash\",\"amount\":8999,\"given\":10000}");
	done(s, "pickup.handover", "{}");
	prints_out(s);
	refused(s, "pickup.find", "{\"order\":\"SZK-8\",\"pin\":\"123456\"}", "expired");
	approved(s);
	done(s, "pickup.cancel", "{}");
}

static void practise_the_rest(struct shop *s)
{
	done(s, "prep.start", "{\"order\":\"SZK-5\"}");
	done(s, "prep.pick", "{\"line\":1,\"qty\":3}");
	done(s, "prep.short", "{\"line\":2,\"qty\":2,\"reason\":\"missing\",\"then\":\"refund\"}");
	done(s, "prep.stage", "{\"shelf\":\"B-1\"}");
	done(s, "parcel.receive", "{\"label\":\"LP.SZK-4.1\"}");
	done(s, "parcel.stage", "{\"label\":\"LP.SZK-4.1\",\"shelf\":\"B-2\"}");
	done(s, "return.start", "{\"order\":\"SZK-7\"}");
	done(s, "return.line", "{\"line\":1,\"qty\":2,\"condition\":\"good\"}");
	done(s, "return.accept", "{}");
	assert_has(s->reply, "\"SZK-ZW 1/k1/");
	done(s, "complaint.open", "{\"order\":\"SZK-7\",\"line\":2}");
	assert_has(s->reply, "\"SZK-SPR 1/k1/");
	done(s, "code.resend", "{\"order\":\"SZK-2\"}");
	done(s, "print.test", "{\"name\":\"receipt\"}");
	done(s, "training.sheet", "{}");
	done(s, "shift.close", "{\"counted\":18999}");
	prints_out(s);
}

/* ---- the tests ---- */

static void nothing_real_is_touched(void **state)
{
	struct shop *s = stock(shop_open_file(1));
	struct tables before;

	(void)state;
	read_tables(s, &before);
	s->up[0] = s->asked[0] = s->printed[0] = '\0';
	done(s, "training.start", "{}");
	assert_differ(s, &before, "setting ");
	practise_handing_over(s);
	practise_the_rest(s);
	shop_tick(s, 30000);
	assert_differ(s, &before, "setting ");
	assert_string_equal(s->up, "");
	assert_string_equal(s->asked, "");
	assert_int_equal(s->claims, 0);
	done(s, "training.stop", "{}");
	assert_differ(s, &before, "journal ");
	assert_told(s, "interaction.recorded", 1);
	assert_int_equal(count_of(s->up, "\"type\":"), 1);
	assert_has(s->up, "\"body\":{\"kind\":\"training\",\"outcome\":\"stopped\",\"seconds\":30,"
			  "\"from\":\"2026-");
	/* The first numbers are still there, and so is the order. */
	done(s, "shift.open", "{\"float\":0}");
	assert_has(s->reply, "\"shift\":\"ZM 1/k1/");
	shop_hand_over(s);
	assert_int_equal(s->status, 200);
	shop_close(s);
}

static void its_screen_is_marked_and_the_others_are_real(void **state)
{
	struct shop *s = stock(shop_open(2));

	(void)state;
	assert_has(s->screen, "\"practice\":null,");
	assert_has(s->screen, "\"training\":false}");
	done(s, "training.start", "{}");
	assert_has(s->screen, "\"training\":true}");
	assert_has(s->manage, "\"training\":true}");
	assert_has(s->screen, "\"staff\":{\"id\":\"E17\"");
	assert_has(s->screen, "\"order\":\"SZK-8\"");
	assert_null(strstr(s->screen, "ZAM-1"));
	assert_has(s->screen, "\"code\":\"training\"");
	done(s, "training.stop", "{}");
	assert_has(s->screen, "\"training\":false}");
	assert_has(s->manage, "\"training\":false}");
	assert_has(s->screen, "\"order\":\"ZAM-1\"");
	assert_null(strstr(s->screen, "SZK-"));
	assert_has(s->screen, "\"code\":\"training_over\"");
	shop_close(s);
}

static void the_display_is_marked(void **state)
{
	struct shop *s = shop_open(3);

	(void)state;
	s->config.device_count = 2;
	s->config.devices[1].kind = DEVICE_DISPLAY;
	s->config.devices[1].desk = DESK_COUNTER;
	text_fmt(s->config.devices[1].name, DEVICE_NAME_MAX, "customer");
	stock(s);
	assert_null(strstr(s->display[DESK_COUNTER], TRAINING_SHORT));
	done(s, "training.start", "{}");
	assert_has(s->display[DESK_COUNTER], "C" TRAINING_SHORT "\n");
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	assert_has(s->display[DESK_COUNTER], "C" TRAINING_SHORT "\nL");
	assert_has(s->display[DESK_COUNTER], "\tSZK-1\n");
	done(s, "training.stop", "{}");
	assert_null(strstr(s->display[DESK_COUNTER], "SZK"));
	shop_close(s);
}

static void a_restart_ends_it(void **state)
{
	struct shop *s = stock(shop_open_file(4));
	struct tables before;

	(void)state;
	read_tables(s, &before);
	printer_is(s, DEVICE_OFFLINE);
	done(s, "training.start", "{}");
	done(s, "training.sheet", "{}");
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	assert_has(s->screen, "\"status\":\"queued\"");
	s->prints = 0;
	s->up[0] = '\0';
	shop_restart(s);
	printer_is(s, DEVICE_OK);
	assert_int_equal(s->prints, 0);
	assert_has(s->screen, "\"mode\":\"idle\"");
	assert_has(s->screen, "\"training\":false}");
	assert_has(s->screen, "\"jobs\":[]");
	assert_has(s->up, "\"outcome\":\"restart\"");
	assert_true(s->st->devices[0].cut_off); /* nobody knows whether it was printing */
	s->up[0] = '\0';
	shop_restart(s);
	assert_told(s, "interaction.recorded", 0);
	assert_differ(s, &before, "journal meta "); /* the number of starts */
	shop_close(s);
}

static void another_lane_hears_nothing_and_is_heard(void **state)
{
	struct shop *s = two_lanes("allow");
	char code[CODE_TEXT_MAX];

	(void)state;
	link_is(s, true);
	lane_is(s, true, 5, 1, 0, 0);
	s->up[0] = '\0';
	s->claims = 0;
	done(s, "training.start", "{}");
	assert_has(s->screen, "\"training\":true}");
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	assert_has(s->screen, "\"claim\":\"none\"");
	done(s, "pickup.handover", "{}");
	shop_tick(s, 1000);
	assert_int_equal(s->claims, 0);
	assert_string_equal(s->up, "");
	/* What the other lane does meanwhile is real. */
	events(s, 5,
	       event(1, "pickup.completed",
		     "{\"order\":\"ZAM-1\",\"rev\":3,\"lines\":[{\"line\":1,\"sku\":\"S1\","
		     "\"qty\":2,\"short\":0}]}"));
	refused(s, "pickup.take", "{\"order\":\"ZAM-1\"}", "training");
	done(s, "training.stop", "{}");
	assert_told(s, "interaction.recorded", 1);
	shop_sign_code(s, "ZAM-1", code);
	shop_scan(s, code);
	assert_has(s->screen, "\"code\":\"already_collected\"");
	shop_close(s);
}

/* One printer, two spools. */
static void a_printer_is_asked_for_one_thing_at_a_time(void **state)
{
	struct shop *s = stock(shop_open(6));
	int64_t real, practice;

	(void)state;
	done(s, "print.test", "{\"name\":\"receipt\"}");
	real = s->printed_job;
	done(s, "training.start", "{}");
	done(s, "training.sheet", "{}");
	assert_int_equal(s->prints, 1);
	job_ends(s, real, JOB_RESULT_DONE);
	assert_int_equal(s->prints, 2);
	practice = s->printed_job;
	assert_true(practice > PRACTICE_FIRST);
	assert_has(s->printed, "SZK-8");
	/* The real one's number is still the real one's. */
	refused(s, "print.retry", "{\"job\":1}", "bad_request");
	done(s, "training.stop", "{}");
	assert_has(s->screen, "\"jobs\":[{\"job\":1,");
	done(s, "print.test", "{\"name\":\"receipt\"}");
	assert_int_equal(s->prints, 2); /* practice is still coming out */
	job_ends(s, practice, JOB_RESULT_UNKNOWN);
	assert_int_equal(s->prints, 3);
	assert_int_equal(s->printed_job, real + 1);
	assert_null(strstr(s->printed, TRAINING_MARK));
	assert_has(s->screen, "\"code\":\"training_over\""); /* nobody is asked about it */
	shop_close(s);
}

static void what_is_late_meets_no_later_training(void **state)
{
	struct shop *s = stock(shop_open(7));
	int64_t job;

	(void)state;
	done(s, "training.start", "{}");
	done(s, "training.sheet", "{}");
	job = s->printed_job;
	done(s, "training.stop", "{}");
	done(s, "training.start", "{}");
	job_ends(s, job, JOB_RESULT_UNKNOWN);
	done(s, "training.sheet", "{}");
	assert_true(s->printed_job > job);
	assert_has(s->screen, "\"status\":\"printing\"");
	assert_null(strstr(s->screen, "\"status\":\"unknown\""));
	job_ends(s, job, JOB_RESULT_DONE); /* again */
	assert_has(s->screen, "\"status\":\"printing\"");
	shop_close(s);
}

static void a_pin_that_is_still_checked_is_answered(void **state)
{
	struct shop *s = stock(shop_open(8));
	uint64_t check, asked;

	(void)state;
	done(s, "training.start", "{}");
	refused(s, "pickup.find", "{\"order\":\"SZK-8\",\"pin\":\"123456\"}", "expired");
	shop_verb(s, "approve", "{\"staff\":\"E90\",\"pin\":\"1\",\"reason\":\"x\"}", NULL);
	asked = s->request;
	check = s->pin;
	assert_true(s->answered < asked);
	s->reply[0] = '\0';
	shop_verb(s, "staff.logout", "{}", NULL);
	assert_true(s->answered >= asked);
	assert_has(s->screen, "\"training\":false}");
	assert_has(s->up, "\"outcome\":\"logged_out\"");
	shop_log_in(s);
	done(s, "training.start", "{}");
	pin_is(s, check, true);
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

static void what_cannot_be(void **state)
{
	struct shop *s = stock(shop_open(9));
	char token[TOKEN_TEXT_MAX];

	(void)state;
	refused(s, "training.stop", "{}", "bad_request");
	refused(s, "training.sheet", "{}", "bad_request");
	refused(s, "training.start", "{\"desk\":\"kiosk\"}", "bad_request");
	shop_verb(s, "training.start", "[]", NULL);
	assert_int_equal(s->status, 400);
	shop_verb(s, "training.start", "{\"desk\":7}", NULL);
	assert_int_equal(s->status, 400);
	memcpy(token, s->token, sizeof(token));
	s->token[0] = '\0';
	shop_verb(s, "training.start", "{}", NULL);
	assert_int_equal(s->status, 401);
	text_fmt(s->st->operator_token, sizeof(s->st->operator_token), "%s",
		 "0123456789012345678901234567890123456789012345678901234567890123");
	memcpy(s->token, s->st->operator_token, sizeof(s->token));
	refused(s, "training.start", "{}", "forbidden");
	memcpy(s->token, token, sizeof(token));
	shop_verb(s, "training.start", "{}", "press-1");
	assert_int_equal(s->status, 200);
	shop_verb(s, "training.start", "{}", "press-1"); /* the same press */
	assert_int_equal(s->status, 200);
	refused(s, "training.start", "{}", "bad_request");
	refused(s, "pickup.handover", "{}", "bad_request");
	refused(s, "pickup.pay", "{\"tender\":\"cash\",\"amount\":9223372036854775807}",
		"bad_request");
	refused(s, "no.verb", "{}", "not_found");
	assert_int_equal(s->status, 404);
	refused(s, "scan", "{\"code\":\"4111111111111111\"}", "card_number_refused");
	/* Nobody at the counter: their scans do nothing, there or here. */
	shop_verb(s, "staff.logout", "{}", NULL);
	shop_scan(s, "SZK-1");
	assert_has(s->screen, "\"mode\":\"idle\"");
	shop_close(s);
}

/* Whose answer was lost presses again, and training is over meanwhile. */
static void a_press_of_training_is_no_real_one(void **state)
{
	struct shop *s = stock(shop_open(17));

	(void)state;
	done(s, "training.start", "{}");
	shop_verb(s, "shift.open", "{\"float\":10000}", "press-1");
	assert_int_equal(s->status, 200);
	shop_verb(s, "shift.open", "{\"float\":10000}", "press-1");
	assert_int_equal(s->status, 200);
	done(s, "training.stop", "{}");
	shop_verb(s, "shift.open", "{\"float\":10000}", "press-1");
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "\"code\":\"training\"");
	assert_has(s->screen, "\"shift\":null");
	shop_verb(s, "shift.open", "{\"float\":10000}", "press-2");
	assert_int_equal(s->status, 200);
	shop_close(s);
}

static void codes_of_practice(void **state)
{
	struct shop *s = stock(shop_open(10));
	char code[CODE_TEXT_MAX] = "", real[CODE_TEXT_MAX];
	const char *at;

	(void)state;
	done(s, "training.start", "{}");
	at = strstr(s->screen, "\"code\":\"L1.");
	assert_non_null(at);
	text_fmt(code, sizeof(code), "%.*s", (int)strcspn(at + 8, "\""), at + 8);
	shop_scan(s, code);
	assert_has(s->screen, "\"pickup\":{\"order\":\"SZK-1\"");
	done(s, "pickup.cancel", "{}");
	shop_sign_code(s, "SZK-1", real); /* by HQ's key: it is none of practice */
	shop_scan(s, real);
	assert_null(strstr(s->screen, "\"pickup\":{"));
	shop_sign_code(s, "ZAM-1", real);
	shop_scan(s, real);
	assert_has(s->screen, "\"code\":\"training\"");
	done(s, "training.stop", "{}");
	shop_scan(s, code);
	assert_has(s->screen, "\"code\":\"training\"");
	assert_null(strstr(s->up, "pickup.refused"));
	shop_scan(s, real);
	assert_has(s->screen, "\"pickup\":{\"order\":\"ZAM-1\"");
	shop_close(s);
}

static void a_real_phone_is_not_tried(void **state)
{
	struct shop *s = stock(shop_open(11));
	char hash[HASH_TEXT_MAX], ops[512];

	(void)state;
	hash_keyed(s->config.secret, "phone", slice_of("+48600100417"), NULL, hash);
	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-2\",\"rev\":1,\"body\":{"
		 "\"status\":\"ready\",\"lines\":[],\"totals\":{\"total\":0,\"due\":0},"
		 "\"customer\":{\"phone_hash\":\"%s\"}}}]",
		 hash);
	shop_down(s, STREAM_ORDERS, 7, 2, ops, NULL);
	done(s, "training.start", "{}");
	refused(s, "pickup.find", "{\"phone\":\"600 100 417\",\"pin\":\"111111\"}", "training");
	refused(s, "pickup.find", "{\"phone\":\"600 100 418\",\"pin\":\"111111\"}", "pin_wrong");
	done(s, "training.stop", "{}");
	refused(s, "pickup.find", "{\"phone\":\"600 100 417\",\"pin\":\"111111\"}", "pin_wrong");
	shop_close(s);
}

static void it_takes_little_and_gives_it_back(void **state)
{
	struct shop *s = stock(shop_open(12));
	sqlite3_int64 before, during = 0;

	(void)state;
	/* What is prepared once is prepared. */
	done(s, "training.start", "{}");
	done(s, "training.stop", "{}");
	before = sqlite3_memory_used();
	for (int i = 0; i < 20; i++) {
		done(s, "training.start", "{}");
		practise_handing_over(s);
		practise_the_rest(s);
		during = sqlite3_memory_used();
		assert_true(during - before < 3 * ONE_MIB);
		done(s, "training.stop", "{}");
	}
	assert_true(during > before);
	assert_true(sqlite3_memory_used() - before < 64 * 1024); /* its events in the journal */
	assert_true(sizeof(struct station) < 5 * ONE_MIB);
	shop_close(s);
}

/* Orders with the shop's own products, or, where it has none, with invented ones; all can be read.
 */
static void orders_of_any_shop(void **state)
{
	struct shop *s = shop_open(13);

	(void)state;
	shop_begin_stream(s, STREAM_ORDERS);
	shop_begin_stream(s, STREAM_POLICY);
	shop_down(s, STREAM_POLICY, 7, 1, SHOP_STAFF, NULL);
	shop_log_in(s);
	done(s, "training.start", "{}");
	assert_int_equal(store_letter_count(s->st->training.station->store), 0);
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	assert_has(s->screen, "\"sku\":\"SZK-KUBEK\"");
	shop_scan(s, "9521203450115");
	assert_has(s->screen, "\"checked\":1");
	done(s, "pickup.cancel", "{}");
	done(s, "training.sheet", "{}");
	assert_has(s->printed, "\nE9521203450115\n");
	shop_close(s);
	s = stock(shop_open(14));
	done(s, "training.start", "{}");
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	assert_has(s->screen, "\"sku\":\"S1\"");
	assert_has(s->screen, "\"sku\":\"SZK-HERBATA\""); /* S2 is recalled, S3 never taken back */
	shop_close(s);
}

static void without_a_secret(void **state)
{
	struct shop *s = stock(shop_open(15));

	(void)state;
	s->config.has_secret = false;
	done(s, "training.start", "{}");
	refused(s, "pickup.find", "{\"order\":\"SZK-1\",\"pin\":\"123456\"}", "forbidden");
	done(s, "pickup.take", "{\"order\":\"SZK-1\"}");
	shop_close(s);
}

/* A policy that comes meanwhile counts at once, there as well: a leaver's PIN is dead. */
static void policy_is_the_real_one(void **state)
{
	struct shop *s = stock(shop_open(16));

	(void)state;
	done(s, "training.start", "{}");
	refused(s, "pickup.find", "{\"order\":\"SZK-8\",\"pin\":\"123456\"}", "expired");
	shop_down(s, STREAM_POLICY, 7, 2,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"pickup\",\"rev\":2,\"body\":{"
		  "\"late\":\"refuse\"}}]",
		  NULL);
	shop_tick(s, 1000);
	refused(s, "approve",
		"{\"staff\":\"E90\",\"pin\":\"1\",\"reason\":\"x\",\"y\":", "bad_request");
	refused(s, "pickup.find", "{\"order\":\"SZK-8\",\"pin\":\"123456\"}", "expired");
	assert_has(s->screen, "\"blocked\":null");
	shop_down(s, STREAM_POLICY, 7, 3,
		  "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"lanes\",\"rev\":1,\"body\":{"
		  "\"lanes\":[{\"lane\":\"k9\"}]}}]",
		  NULL);
	assert_has(s->screen, "\"mode\":\"revoked\"");
	assert_has(s->screen, "\"training\":false}");
	assert_has(s->up, "\"outcome\":\"revoked\"");
	refused(s, "training.start", "{}", "revoked");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_real_is_touched),
		cmocka_unit_test(its_screen_is_marked_and_the_others_are_real),
		cmocka_unit_test(the_display_is_marked),
		cmocka_unit_test(a_restart_ends_it),
		cmocka_unit_test(another_lane_hears_nothing_and_is_heard),
		cmocka_unit_test(a_printer_is_asked_for_one_thing_at_a_time),
		cmocka_unit_test(what_is_late_meets_no_later_training),
		cmocka_unit_test(a_pin_that_is_still_checked_is_answered),
		cmocka_unit_test(what_cannot_be),
		cmocka_unit_test(a_press_of_training_is_no_real_one),
		cmocka_unit_test(codes_of_practice),
		cmocka_unit_test(a_real_phone_is_not_tried),
		cmocka_unit_test(it_takes_little_and_gives_it_back),
		cmocka_unit_test(orders_of_any_shop),
		cmocka_unit_test(without_a_secret),
		cmocka_unit_test(policy_is_the_real_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
