// SPDX-License-Identifier: Apache-2.0
/*
 * Print jobs in the step: the stand-in, unknown jobs by policy, slips printed again, the drawer.
 * Stations in memory; a restart is a station made anew from the same database.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include <sodium.h>

#include "tests/shop.h"

static void device(struct shop *s, const char *name, enum device_status status,
		   enum device_trouble trouble)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	text_fmt(e.device.name, sizeof(e.device.name), "%s", name);
	e.device.status = status;
	e.device.trouble = trouble;
	shop_submit(s, &e, NULL);
}

static void contact(struct shop *s, bool high)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	e.device.drawer_known = true;
	e.device.drawer_high = high;
	shop_submit(s, &e, NULL);
}

static void ended(struct shop *s, enum job_result result)
{
	struct door_event e = { .kind = DOOR_JOB };

	e.job.job = s->printed_job;
	e.job.result = result;
	shop_submit(s, &e, NULL);
}

static void policy(struct shop *s, int64_t seq, const char *id, const char *body)
{
	char op[512];

	text_fmt(op, sizeof(op),
		 "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"%s\",\"rev\":%lld,\"body\":%s}]",
		 id, (long long)seq, body);
	shop_down(s, STREAM_POLICY, 7, seq, op, NULL);
}

/* The process ends and starts again; no device has been heard yet. */
static void restart(struct shop *s)
{
	s->printed[0] = '\0';
	s->prints = 0;
	memset(s->st->devices, 0, sizeof(s->st->devices));
	assert_int_equal(station_start(s->st), 0);
	shop_collect(s);
}

static struct shop *two_printers(void)
{
	struct shop *s = shop_stocked(1);

	s->config.devices[1] = s->config.devices[0];
	s->config.device_count = 2;
	text_fmt(s->config.devices[1].name, DEVICE_NAME_MAX, "spare");
	text_fmt(s->config.devices[0].standin, DEVICE_NAME_MAX, "spare");
	device(s, "spare", DEVICE_OK, TROUBLE_NONE);
	device(s, "receipt", DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT);
	return s;
}

static void test_stand_in(void **state)
{
	struct shop *s = two_printers();

	(void)state;
	shop_hand_over(s);
	assert_int_equal(s->prints, 0);
	assert_int_equal(s->wake_ms, s->mono_ms + 3000);
	shop_tick(s, 2900);
	assert_int_equal(s->prints, 0);
	shop_tick(s, 200);
	assert_int_equal(s->prints, 1);
	assert_string_equal(s->printer, "spare");
	assert_has(s->printed, "QLR.ZAM-1.");
	assert_has(s->screen, "\"printer\":\"spare\",\"instead_of\":\"receipt\"");
	device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
	ended(s, JOB_RESULT_DONE);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	shop_close(s);
}

/* Where it goes survives a restart; a stand-in that cannot print either is left again. */
static void test_stand_in_vanishes(void **state)
{
	struct shop *s = two_printers();

	(void)state;
	shop_hand_over(s);
	shop_tick(s, 3100);
	ended(s, JOB_RESULT_NOTHING);
	assert_int_equal(s->prints, 1);
	restart(s);
	shop_tick(s, 60000);
	device(s, "spare", DEVICE_OK, TROUBLE_NONE);
	assert_int_equal(s->prints, 1);
	assert_string_equal(s->printer, "spare");
	ended(s, JOB_RESULT_NOTHING);
	device(s, "spare", DEVICE_OFFLINE, TROUBLE_UNPLUGGED);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	/* Nobody has to ask for it. */
	device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
	assert_int_equal(s->prints, 2);
	assert_string_equal(s->printer, "receipt");
	assert_null(strstr(s->screen, "instead_of"));
	ended(s, JOB_RESULT_DONE);
	device(s, "spare", DEVICE_OK, TROUBLE_NONE);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 2);
	shop_close(s);
}

/* Of a slip that may have left at the stand-in nothing moves. */
static void test_stand_in_unknown(void **state)
{
	struct shop *s = two_printers();

	(void)state;
	shop_hand_over(s);
	shop_tick(s, 3100);
	assert_string_equal(s->printer, "spare");
	device(s, "spare", DEVICE_OFFLINE, TROUBLE_UNPLUGGED);
	device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	ended(s, JOB_RESULT_UNKNOWN);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	assert_has(s->screen, "\"status\":\"unknown\"");
	/* It did not come out there; here it may. */
	shop_verb(s, "print.came", "{\"job\":1,\"yes\":false}", NULL);
	assert_int_equal(s->prints, 2);
	assert_string_equal(s->printer, "receipt");
	shop_close(s);
}

/* lada.conf has other printers since: what waits, is asked about or is wanted again goes there. */
static void test_other_printers(void **state)
{
	static const char *const verbs[][2] = {
		{ "print.came", "{\"job\":1,\"yes\":false}" },
		{ "print.retry", "{\"job\":1}" },
	};

	(void)state;
	for (size_t i = 0; i <= COUNT_OF(verbs); i++) {
		struct shop *s = shop_stocked(1);

		shop_hand_over(s);
		ended(s, i < COUNT_OF(verbs) ? JOB_RESULT_UNKNOWN : JOB_RESULT_NOTHING);
		text_fmt(s->config.devices[0].name, DEVICE_NAME_MAX, "new");
		restart(s);
		device(s, "new", DEVICE_OK, TROUBLE_NONE);
		if (i < COUNT_OF(verbs)) {
			assert_int_equal(s->prints, 0);
			shop_verb(s, verbs[i][0], verbs[i][1], NULL);
		}
		assert_int_equal(s->prints, 1);
		assert_string_equal(s->printer, "new");
		ended(s, JOB_RESULT_DONE);
		shop_verb(s, "print.again", "{\"doc\":1}", NULL);
		assert_int_equal(s->prints, 2);
		assert_string_equal(s->printer, "new");
		shop_close(s);
	}
}

/* What may have left stays, tests stay, and a stand-in that cannot print is none. */
static void test_no_stand_in(void **state)
{
	struct shop *s = two_printers();

	(void)state;
	device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
	shop_hand_over(s);
	assert_int_equal(s->prints, 1);
	device(s, "receipt", DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	ended(s, JOB_RESULT_UNKNOWN);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	shop_verb(s, "print.test", "{\"name\":\"receipt\"}", NULL);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	device(s, "spare", DEVICE_OFFLINE, TROUBLE_LINE);
	shop_verb(s, "print.came", "{\"job\":1,\"yes\":false}", NULL);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 1);
	device(s, "spare", DEVICE_PAPER_LOW, TROUBLE_PAPER_LOW);
	assert_int_equal(s->prints, 2);
	assert_string_equal(s->printer, "spare");
	shop_close(s);
}

static void test_unknown_is_copied(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	policy(s, 2, "print", "{\"unknown\":\"copy\"}");
	shop_hand_over(s);
	assert_int_equal(s->prints, 1);
	assert_null(strstr(s->printed, "KOPIA"));
	ended(s, JOB_RESULT_UNKNOWN);
	assert_has(s->up, "print.failed");
	assert_int_equal(s->prints, 2);
	assert_int_equal(strncmp(s->printed, "HKOPIA\n", 7), 0);
	assert_has(s->printed, "QLR.ZAM-1.");
	assert_has(s->screen, "\"status\":\"printing\"");
	assert_has(s->screen, "\"status\":\"dropped\"");
	assert_has(s->screen, "print_copied");
	/* Once by itself: of the copy a person is asked. */
	ended(s, JOB_RESULT_UNKNOWN);
	shop_tick(s, 60000);
	assert_int_equal(s->prints, 2);
	assert_has(s->screen, "\"status\":\"unknown\"");
	shop_verb(s, "print.retry", "{\"job\":2}", NULL);
	assert_int_equal(s->prints, 3);
	assert_null(strstr(s->printed + 7, "KOPIA"));
	shop_close(s);
}

/* Power gone while it printed: asked or copied, once, whatever happens next. */
static void test_interrupted(void **state)
{
	(void)state;
	for (int copy = 0; copy < 2; copy++) {
		struct shop *s = shop_stocked(1);

		policy(s, 2, "print", copy ? "{\"unknown\":\"copy\"}" : "{\"unknown\":\"ask\"}");
		shop_hand_over(s);
		restart(s);
		device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
		assert_int_equal(s->prints, copy);
		if (copy)
			assert_has(s->printed, "HKOPIA\n");
		restart(s);
		device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
		shop_tick(s, 60000);
		assert_int_equal(s->prints, 0);
		assert_has(s->screen, "\"status\":\"unknown\"");
		shop_close(s);
	}
}

static void test_copies(void **state)
{
	static const struct {
		const char *policy;
		int prints;
	} cases[] = {
		{ "{}", 1 },
		{ "{\"copies\":3}", 3 },
		{ "{\"copies\":0}", 0 },
		{ "{\"copies\":99}", 1 },
		{ "{\"copies\":-1}", 1 },
		{ "{\"copies\":\"x\"}", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct shop *s = shop_stocked(1);

		policy(s, 2, "print", cases[i].policy);
		shop_hand_over(s);
		assert_int_equal(s->status, 200);
		for (int n = 0; n < 10; n++)
			ended(s, JOB_RESULT_DONE);
		assert_int_equal(s->prints, cases[i].prints);
		assert_has(s->screen, "handed_over");
		shop_close(s);
	}
}

static void test_again(void **state)
{
	struct shop *s = shop_stocked(1);
	char args[256], doc[64];
	const char *code;

	(void)state;
	shop_hand_over(s);
	code = strstr(s->printed, "QLR.ZAM-1.");
	text_fmt(doc, sizeof(doc), "%.26s", code + 10);
	text_fmt(args, sizeof(args), "{\"doc\":\"%s\"}", doc);
	shop_verb(s, "print.again", args, NULL);
	assert_int_equal(s->status, 409); /* it is being printed */
	ended(s, JOB_RESULT_DONE);
	shop_verb(s, "print.again", args, NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->reply, "\"job\":2");
	assert_int_equal(strncmp(s->printed, "HKOPIA\n", 7), 0);
	ended(s, JOB_RESULT_DONE);
	text_fmt(args, sizeof(args), "{\"doc\":\"LR.ZAM-1.%s\"}", doc);
	shop_verb(s, "print.again", args, NULL);
	assert_int_equal(s->prints, 3);
	assert_has(s->screen, "\"copy_of\":1");
	ended(s, JOB_RESULT_DONE);
	shop_verb(s, "print.again", "{\"doc\":2}", NULL);
	assert_int_equal(s->prints, 4);
	shop_verb(s, "print.again", "{\"doc\":\"nothing\"}", NULL);
	assert_int_equal(s->status, 409);
	shop_verb(s, "print.again", "{\"doc\":99}", NULL);
	assert_int_equal(s->status, 409);
	shop_verb(s, "print.again", "{}", NULL);
	assert_int_equal(s->status, 400);
	s->token[0] = '\0';
	shop_verb(s, "print.again", "{\"doc\":2}", NULL);
	assert_int_equal(s->status, 401);
	shop_close(s);
}

static struct shop *with_drawer(int drawer_open)
{
	struct shop *s = shop_stocked(1);

	s->config.devices[0].drawer = 1;
	s->config.devices[0].drawer_open = drawer_open;
	return s;
}

static void test_drawer(void **state)
{
	struct shop *s = with_drawer(0);

	(void)state;
	shop_verb(s, "drawer.open", "{}", NULL);
	assert_int_equal(s->status, 400);
	assert_int_equal(s->prints, 0);
	contact(s, true);
	assert_has(s->screen, "\"drawer\":\"closed\"");
	shop_verb(s, "drawer.open", "{\"reason\":\"change\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_string_equal(s->printed, "D\n");
	assert_null(strstr(s->up, "drawer.opened"));
	contact(s, false);
	assert_has(s->screen, "\"drawer\":\"open\"");
	ended(s, JOB_RESULT_DONE);
	assert_has(s->up, "\"type\":\"drawer.opened\"");
	assert_has(s->up, "\"reason\":\"change\",\"staff\":\"E17\",\"known\":\"contact\"");
	device(s, "receipt", DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT);
	shop_verb(s, "drawer.open", "{\"reason\":\"change\"}", NULL);
	assert_int_equal(s->status, 409);
	assert_has(s->reply, "drawer_unreachable");
	assert_int_equal(s->prints, 1);
	s->config.devices[0].drawer = 0;
	shop_verb(s, "drawer.open", "{\"reason\":\"change\"}", NULL);
	assert_has(s->reply, "not_found");
	shop_close(s);
}

/* Who says that it opened: its contact, or the printer, where the contact tells nothing. */
static void test_drawer_opened(void **state)
{
	struct shop *s = with_drawer(-1);

	(void)state;
	shop_verb(s, "drawer.open", "{\"reason\":\"a \\\"b\\\"\"}", NULL);
	assert_null(strstr(s->up, "drawer.opened"));
	ended(s, JOB_RESULT_DONE);
	assert_has(s->up, "\"reason\":\"a \\\"b\\\"\",\"staff\":\"E17\",\"known\":\"printer\"");
	shop_close(s);
	/* The contact comes a moment after the printer's word. */
	s = with_drawer(1);
	contact(s, false);
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	ended(s, JOB_RESULT_DONE);
	assert_null(strstr(s->up, "drawer.opened"));
	shop_tick(s, 1000);
	contact(s, true);
	assert_has(s->up, "\"reason\":\"x\",\"staff\":\"E17\",\"known\":\"contact\"");
	/* It stands open already: its contact tells nothing of this kick. */
	s->up[0] = '\0';
	shop_verb(s, "drawer.open", "{\"reason\":\"y\"}", NULL);
	ended(s, JOB_RESULT_DONE);
	assert_has(s->up, "\"reason\":\"y\",\"staff\":\"E17\",\"known\":\"printer\"");
	shop_close(s);
}

/* Locked, or no drawer on the cable: the printer kicked and the contact did not move. */
static void test_drawer_stays_shut(void **state)
{
	static const enum job_result results[] = { JOB_RESULT_NOTHING, JOB_RESULT_UNKNOWN,
						   JOB_RESULT_DONE };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(results); i++) {
		struct shop *s = with_drawer(1);

		contact(s, false);
		shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
		ended(s, results[i]);
		shop_tick(s, 3600);
		contact(s, true);
		shop_tick(s, 60000);
		assert_null(strstr(s->up, "drawer.opened"));
		assert_has(s->up, "\"type\":\"print.failed\"");
		assert_has(s->up, "\"reason\":\"x\",\"staff\":\"E17\"");
		assert_has(s->screen, "drawer_failed");
		shop_close(s);
	}
}

/* The station ended between the printer's word and the contact's: the printer's it is, once. */
static void test_drawer_restart(void **state)
{
	struct shop *s = with_drawer(1);

	(void)state;
	contact(s, false);
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	ended(s, JOB_RESULT_DONE);
	assert_null(strstr(s->up, "drawer.opened"));
	restart(s);
	contact(s, false);
	assert_has(s->up, "\"reason\":\"x\",\"staff\":\"E17\",\"known\":\"printer\"");
	s->up[0] = '\0';
	restart(s);
	shop_tick(s, 60000);
	assert_null(strstr(s->up, "drawer.opened"));
	shop_close(s);
}

/* The first change after a kick says which level is open, and it is kept. */
static void test_drawer_learns(void **state)
{
	(void)state;
	for (int high = 0; high < 2; high++) {
		struct shop *s = with_drawer(-1);

		contact(s, !high);
		assert_null(strstr(s->screen, "\"drawer\":"));
		contact(s, high); /* by hand: tells nothing */
		contact(s, !high);
		assert_null(strstr(s->screen, "\"drawer\":"));
		shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
		ended(s, JOB_RESULT_DONE);
		shop_tick(s, 1000);
		contact(s, high);
		assert_has(s->screen, "\"drawer\":\"open\"");
		contact(s, !high);
		assert_has(s->screen, "\"drawer\":\"closed\"");
		restart(s);
		contact(s, high);
		assert_has(s->screen, "\"drawer\":\"open\"");
		device(s, "receipt", DEVICE_OFFLINE, TROUBLE_SILENT);
		assert_null(strstr(s->screen, "\"drawer\":"));
		shop_close(s);
	}
}

static void test_drawer_learns_nothing(void **state)
{
	struct shop *s = with_drawer(-1);

	(void)state;
	contact(s, false);
	/* Nothing moves; much later somebody opens it with the key. */
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	ended(s, JOB_RESULT_DONE);
	shop_tick(s, 60000);
	contact(s, true);
	assert_null(strstr(s->screen, "\"drawer\":"));
	contact(s, false);
	/* Nobody knows whether it was kicked. */
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	ended(s, JOB_RESULT_UNKNOWN);
	contact(s, true);
	assert_null(strstr(s->screen, "\"drawer\":"));
	shop_close(s);
}

/* It stood open when it was kicked, and was closed at once: the wrong way round, once. */
static void test_drawer_learns_again(void **state)
{
	struct shop *s = with_drawer(-1);

	(void)state;
	contact(s, true);
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	ended(s, JOB_RESULT_DONE);
	contact(s, false);
	assert_has(s->screen, "\"drawer\":\"open\"");
	for (int kick = 0; kick < 2; kick++) {
		shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
		ended(s, JOB_RESULT_DONE);
		contact(s, true);
		if (kick == 0)
			assert_null(strstr(s->screen, "\"drawer\":"));
		else
			assert_has(s->screen, "\"drawer\":\"open\"");
		contact(s, false);
	}
	assert_has(s->screen, "\"drawer\":\"closed\"");
	shop_close(s);
}

/* Its printer went away first: told after 10 s, not when the printer comes back. */
static void test_drawer_printer_gone(void **state)
{
	struct shop *s = with_drawer(1);

	(void)state;
	shop_hand_over(s);
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	device(s, "receipt", DEVICE_OFFLINE, TROUBLE_LINE);
	ended(s, JOB_RESULT_NOTHING);
	shop_tick(s, 9000);
	assert_null(strstr(s->screen, "drawer_failed"));
	shop_tick(s, 1100);
	assert_has(s->screen, "drawer_failed");
	assert_has(s->screen, "\"status\":\"dropped\"");
	device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
	assert_int_equal(s->prints, 2);
	assert_has(s->printed, "QLR.ZAM-1.");
	shop_close(s);
}

/* A drawer never opens late by itself: the kick is dropped and told, and no question is left. */
static void test_drawer_too_late(void **state)
{
	static const enum job_result results[] = { JOB_RESULT_NOTHING, JOB_RESULT_UNKNOWN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(results); i++) {
		struct shop *s = with_drawer(1);

		policy(s, 2, "print", "{\"unknown\":\"copy\"}");
		shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
		ended(s, results[i]);
		assert_has(s->screen, "drawer_failed");
		assert_has(s->screen, "\"status\":\"dropped\"");
		shop_tick(s, 60000);
		assert_int_equal(s->prints, 1);
		/* Behind a slip that takes long. */
		shop_hand_over(s);
		shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
		shop_tick(s, 11000);
		s->printed_job = 2;
		ended(s, JOB_RESULT_DONE);
		assert_int_equal(s->prints, 2);
		assert_has(s->screen, "drawer_failed");
		shop_close(s);
	}
}

/* A kick that a person takes back was not made: that is told like any other that was not. */
static void test_drawer_dropped(void **state)
{
	struct shop *s = with_drawer(1);

	(void)state;
	policy(s, 2, "staff",
	       "{\"people\":[{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"supervisor\"}]}");
	shop_hand_over(s);
	shop_verb(s, "drawer.open", "{\"reason\":\"x\"}", NULL);
	shop_verb(s, "print.drop", "{\"job\":2}", NULL);
	assert_has(s->up, "\"why\":\"a person dropped it\",\"reason\":\"x\",\"staff\":\"E17\"");
	assert_null(strstr(s->screen, "drawer_failed"));
	shop_close(s);
}

/* It says that it is well and takes no job: ever more rarely tried, and told. */
static void test_takes_nothing(void **state)
{
	static const int64_t waits_ms[] = { 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	struct shop *s = shop_stocked(1);

	(void)state;
	shop_hand_over(s);
	for (size_t i = 0; i < COUNT_OF(waits_ms); i++) {
		assert_int_equal(s->prints, 1 + (int)i);
		ended(s, JOB_RESULT_NOTHING);
		if (i < 2)
			assert_null(strstr(s->screen, "print_waits"));
		else
			assert_has(s->screen, "print_waits");
		shop_tick(s, waits_ms[i] - 100);
		assert_int_equal(s->prints, 1 + (int)i);
		shop_tick(s, 200);
	}
	assert_int_equal(s->prints, 8);
	ended(s, JOB_RESULT_NOTHING);
	/* It went away and came back: tried at once. */
	device(s, "receipt", DEVICE_OFFLINE, TROUBLE_LINE);
	shop_tick(s, 4000);
	device(s, "receipt", DEVICE_OK, TROUBLE_NONE);
	assert_int_equal(s->prints, 9);
	ended(s, JOB_RESULT_NOTHING);
	/* So it is when a person asks. */
	shop_verb(s, "print.retry", "{\"job\":1}", NULL);
	assert_int_equal(s->prints, 10);
	ended(s, JOB_RESULT_DONE);
	assert_null(strstr(s->screen, "print_waits"));
	/* And the count begins anew. */
	shop_verb(s, "print.test", "{\"name\":\"receipt\"}", NULL);
	ended(s, JOB_RESULT_NOTHING);
	shop_tick(s, 2100);
	assert_int_equal(s->prints, 12);
	shop_close(s);
}

/* An answer takes away the question, not another one's, nor what was said since. */
static void test_came_own_notice(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	shop_hand_over(s);
	ended(s, JOB_RESULT_UNKNOWN);
	assert_has(s->screen, "\"code\":\"print_unknown\"");
	shop_verb(s, "print.came", "{\"job\":1,\"yes\":true}", NULL);
	assert_has(s->screen, "\"notice\":null");
	for (int i = 0; i < 2; i++) {
		shop_verb(s, "print.test", "{\"name\":\"receipt\"}", NULL);
		ended(s, JOB_RESULT_UNKNOWN);
	}
	shop_verb(s, "print.came", "{\"job\":2,\"yes\":true}", NULL);
	assert_has(s->screen, "\"code\":\"print_unknown\"");
	shop_scan(s, "ZAM-404");
	assert_has(s->screen, "\"code\":\"not_found\"");
	shop_verb(s, "print.came", "{\"job\":3,\"yes\":true}", NULL);
	assert_has(s->screen, "\"code\":\"not_found\"");
	shop_close(s);
}

/* A clerk reads what is wrong and what to do, in the desk's language. */
static void test_say(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	assert_has(s->screen, "\"trouble\":\"\",\"recoverable\":true,\"say\":\"\"");
	device(s, "receipt", DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT);
	assert_has(s->screen,
		   "\"trouble\":\"paper_out\",\"recoverable\":true,\"say\":\"Koniec papieru.");
	device(s, "receipt", DEVICE_ERROR, TROUBLE_SERVICE);
	assert_has(s->screen, "\"trouble\":\"service\",\"recoverable\":false,\"say\":\"Drukarka");
	shop_verb(s, "language", "{\"lang\":\"en\"}", NULL);
	assert_has(s->screen, "\"say\":\"The printer has a fault.");
	for (int t = TROUBLE_NONE + 1; t < TROUBLE_COUNT; t++)
		for (int l = 0; l < 3; l++)
			assert_true(strlen(trouble_text((enum device_trouble)t, (enum language)l)) >
				    20);
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stand_in),
		cmocka_unit_test(test_stand_in_vanishes),
		cmocka_unit_test(test_stand_in_unknown),
		cmocka_unit_test(test_other_printers),
		cmocka_unit_test(test_no_stand_in),
		cmocka_unit_test(test_unknown_is_copied),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_drawer),
		cmocka_unit_test(test_drawer_opened),
		cmocka_unit_test(test_drawer_stays_shut),
		cmocka_unit_test(test_drawer_restart),
		cmocka_unit_test(test_drawer_learns),
		cmocka_unit_test(test_drawer_learns_nothing),
		cmocka_unit_test(test_drawer_learns_again),
		cmocka_unit_test(test_drawer_printer_gone),
		cmocka_unit_test(test_drawer_too_late),
		cmocka_unit_test(test_drawer_dropped),
		cmocka_unit_test(test_takes_nothing),
		cmocka_unit_test(test_came_own_notice),
		cmocka_unit_test(test_say),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
