// SPDX-License-Identifier: Apache-2.0
/* Commands of HQ: once each, in time, answered; and what they leave behind over a restart. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>

#include "firmware/base/log.h"
#include "tests/shop.h"

static void command_until(struct shop *s, const char *id, const char *name, const char *args,
			  int64_t expires_ms)
{
	struct door_event e = { .kind = DOOR_CMD, .cmd.expires_ms = expires_ms };

	text_fmt(e.cmd.id, sizeof(e.cmd.id), "%s", id);
	text_fmt(e.cmd.name, sizeof(e.cmd.name), "%s", name);
	e.cmd.args = (struct span){ 0, (uint32_t)strlen(args) };
	s->up[0] = '\0';
	shop_submit(s, &e, args);
}

static void command(struct shop *s, const char *id, const char *name, const char *args)
{
	command_until(s, id, name, args, s->wall_ms + 60000);
}

static void done(struct shop *s, const char *id, bool ok, const char *detail)
{
	char want[512];

	text_fmt(want, sizeof(want), "\"type\":\"cmd.done\"");
	assert_has(s->up, want);
	text_fmt(want, sizeof(want), "\"body\":{\"id\":\"%s\",\"ok\":%s,\"detail\":\"%s", id,
		 ok ? "true" : "false", detail);
	assert_has(s->up, want);
}

static void test_once_each(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	command(s, "c1", "print-test", "{\"name\":\"receipt\"}");
	done(s, "c1", true, "job 1");
	assert_int_equal(s->prints, 1);
	command(s, "c1", "print-test", "{\"name\":\"receipt\"}");
	assert_string_equal(s->up, "");
	shop_restart(s);
	command(s, "c1", "print-test", "{\"name\":\"receipt\"}");
	command(s, "c1", "restart", "{}"); /* another command under the same id */
	assert_string_equal(s->up, "");
	assert_int_equal(s->restarts, 0);
	command(s, "c2", "print-test", "{\"name\":\"nobody\"}");
	done(s, "c2", false, "no such printer");
	command(s, "c2", "print-test", "{\"name\":\"receipt\"}");
	assert_string_equal(s->up, "");
	shop_close(s);
}

static void test_too_late(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event e = { .kind = DOOR_BEAT };

	(void)state;
	command_until(s, "c1", "restart", "{}", s->wall_ms);
	done(s, "c1", false, "expired");
	assert_int_equal(s->restarts, 0);
	/* HQ's clock decides: this one is an hour behind it. */
	e.beat.online = true;
	e.beat.at_ms = s->wall_ms + 3600000;
	shop_submit(s, &e, NULL);
	command_until(s, "c2", "restart", "{}", s->wall_ms + 60000);
	assert_has(s->up, "\"id\":\"c2\",\"ok\":false,\"detail\":\"expired\"");
	assert_int_equal(s->restarts, 0);
	/* One that has expired stays so, whatever the clock says later. */
	shop_tick(s, -7200000);
	command_until(s, "c2", "restart", "{}", s->wall_ms + 99999999);
	assert_string_equal(s->up, "");
	shop_close(s);
}

static void test_unknown_is_answered(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	command(s, "c1", "dance", "{}");
	done(s, "c1", false, "unknown command");
	command(s, "c2", "", "");
	done(s, "c2", false, "unknown command");
	shop_close(s);
}

static void test_restart_answers_first(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	command(s, "c1", "restart", "");
	done(s, "c1", true, "restarting");
	assert_int_equal(s->restarts, 1);
	shop_tick(s, 1000);
	assert_int_equal(s->restarts, 1);
	shop_close(s);
}

static void asks_anew(struct shop *s, const char *stream, int64_t from)
{
	char want[128];

	text_fmt(want, sizeof(want), "\"stream\":\"%s\",\"epoch\":%lld,\"after\":%lld}", stream,
		 (long long)(from ? 7 : 0), (long long)from);
	assert_has(s->asked, want);
}

static void test_resync(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event link = { .kind = DOOR_LINK, .link.up = true };

	(void)state;
	shop_submit(s, &link, NULL);
	command(s, "c1", "resync", "{\"stream\":\"orders\"}");
	done(s, "c1", true, "asked for orders");
	asks_anew(s, "orders", 0);
	/* The wish outlives a restart and lost asks, until a snapshot begins. */
	shop_restart(s);
	shop_submit(s, &link, NULL);
	shop_verb(s, "scan", "{\"code\":\"x\"}", NULL);
	assert_int_equal(s->st->follow[STREAM_ORDERS].wanted, true);
	s->asked[0] = '\0';
	command(s, "c2", "resync", "{\"stream\":\"orders\"}");
	asks_anew(s, "orders", 0);
	shop_begin_stream(s, STREAM_ORDERS); /* offered at 7/0: older than what is here */
	asks_anew(s, "orders", 0);
	shop_close(s);
}

static void test_resync_takes_a_snapshot(void **state)
{
	struct shop *s = shop_stocked(1);
	struct door_event link = { .kind = DOOR_LINK, .link.up = true };
	struct door_event e = { .kind = DOOR_DOWN };

	(void)state;
	shop_submit(s, &link, NULL);
	command(s, "c1", "resync", "{\"stream\":\"orders\"}");
	e.down.what = DOWN_OFFER;
	e.down.epoch = 7;
	e.down.seq = 1;
	e.down.parts = 1;
	text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "anew");
	shop_submit(s, &e, "");
	assert_has(s->asked, "\"ask\":\"part\"");
	e.down.what = DOWN_PART;
	e.down.part = 1;
	e.down.ops = (struct span){ 0, 2 };
	shop_submit(s, &e, "[]");
	/* Taken: the order that HQ does not have is gone, and the stream goes on from there. */
	asks_anew(s, "orders", 1);
	assert_has(s->heartbeat, "\"orders\":{\"epoch\":7,\"seq\":1,\"count\":0");
	command(s, "c2", "resync", "{}");
	done(s, "c2", true, "asked for all streams");
	asks_anew(s, "timeline", 0);
	command(s, "c3", "resync", "{\"stream\":\"prices\"}");
	done(s, "c3", false, "no such stream");
	command(s, "c4", "resync", "{\"stream\":7}");
	done(s, "c4", false, "no such stream");
	shop_close(s);
}

static void test_diagnose_is_bounded(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	command(s, "c1", "diagnose", "{}");
	done(s, "c1", true, "{\\\"version\\\"");
	assert_has(s->up, "\\\"cursors\\\"");
	assert_has(s->up, "\\\"outbox\\\"");
	assert_has(s->up, "{\\\"name\\\":\\\"receipt\\\"");
	assert_true(strlen(s->up) < 12000);
	assert_null(strstr(s->up, "Anna"));
	shop_close(s);
}

static void test_a_message_stands_until_answered(void **state)
{
	struct shop *s = shop_stocked(1);
	char text[600];

	(void)state;
	shop_verb(s, "end", "{}", NULL);
	command(s, "m1", "message", "{\"text\":\"Zamykamy o 18\",\"level\":\"bad\"}");
	done(s, "m1", true, "shown");
	assert_has(s->screen,
		   "\"notice\":{\"code\":\"message\",\"text\":\"Zamykamy o 18\",\"level\":\"bad\"");
	command(s, "m2", "message", "{\"text\":\"Druga\"}");
	/* Work goes on, and it comes back. */
	shop_scan(s, "nonsense");
	assert_has(s->screen, "\"code\":\"not_found\"");
	assert_has(s->screen, "\"messages\":[{\"id\":\"m1\"");
	shop_verb(s, "end", "{}", NULL);
	assert_has(s->screen, "\"code\":\"message\",\"text\":\"Zamykamy o 18\"");
	shop_restart(s);
	shop_tick(s, 1000);
	assert_has(s->screen, "\"code\":\"message\",\"text\":\"Zamykamy o 18\"");
	/* Answered by the press that puts it away; then the next. */
	shop_verb(s, "end", "{}", NULL);
	assert_has(s->screen, "\"code\":\"message\",\"text\":\"Druga\",\"level\":\"attention\"");
	shop_verb(s, "message.done", "{\"id\":\"m2\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_has(s->screen, "\"notice\":null");
	assert_has(s->screen, "\"messages\":[]");
	command(s, "m3", "message", "{\"text\":\"\"}");
	done(s, "m3", false, "text must be");
	command(s, "m4", "message", "{\"text\":\"a\\u0007b\"}");
	done(s, "m4", false, "text must be");
	command(s, "m5", "message", "{\"text\":\"a\",\"level\":\"fatal\"}");
	done(s, "m5", false, "level must be");
	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"text\":\"", 9);
	memcpy(text + 500, "\"}", 3);
	command(s, "m6", "message", text);
	done(s, "m6", false, "text must be");
	shop_close(s);
}

/* An id that is forgotten, of a message that still stands. */
static void test_a_message_comes_again(void **state)
{
	struct shop *s = shop_stocked(1);
	char id[16];

	(void)state;
	command(s, "m1", "message", "{\"text\":\"Zamykamy o 18\"}");
	for (int i = 0; i < 4096; i++) {
		text_fmt(id, sizeof(id), "x%d", i);
		command(s, id, "print-test", "{\"name\":\"nobody\"}");
	}
	command(s, "m1", "message", "{\"text\":\"Zamykamy o 18\"}");
	assert_string_equal(store_trouble(s->st->store), "");
	done(s, "m1", true, "shown");
	shop_verb(s, "message.done", "{\"id\":\"m1\"}", NULL);
	assert_has(s->screen, "\"messages\":[]");
	shop_close(s);
}

static void test_messages_do_not_pile_up(void **state)
{
	struct shop *s = shop_stocked(1);
	char id[16];

	(void)state;
	for (int i = 0; i < 9; i++) {
		text_fmt(id, sizeof(id), "m%d", i);
		command(s, id, "message", "{\"text\":\"a\"}");
	}
	done(s, "m8", false, "eight messages wait already");
	shop_close(s);
}

static void test_settings(void **state)
{
	struct shop *s = shop_stocked(1);

	(void)state;
	command(s, "s1", "set", "{\"key\":\"language\",\"value\":\"uk\"}");
	done(s, "s1", true, "language set");
	assert_has(s->screen, "\"language\":\"uk\"");
	assert_has(s->manage, "\"settings\":{\"language\":\"uk\"}");
	command(s, "s2", "set", "{\"key\":\"log\",\"value\":\"warning\"}");
	done(s, "s2", true, "log set");
	assert_int_equal(s->log_level, LOG_LEVEL_WARNING);
	s->log_level = 0;
	shop_restart(s);
	assert_has(s->screen, "\"language\":\"uk\"");
	assert_int_equal(s->log_level, LOG_LEVEL_WARNING);
	command(s, "s3", "set", "{\"key\":\"language\",\"value\":null}");
	done(s, "s3", true, "language as configured");
	command(s, "s4", "set", "{\"key\":\"log\",\"value\":null}");
	assert_has(s->screen, "\"language\":\"pl\"");
	assert_has(s->manage, "\"settings\":{}");
	assert_int_equal(s->log_level, LOG_LEVEL_DEBUG);
	command(s, "s5", "set", "{\"key\":\"language\",\"value\":\"xx\"}");
	done(s, "s5", false, "language must be");
	command(s, "s6", "set", "{\"key\":\"language\",\"value\":7}");
	done(s, "s6", false, "language must be");
	command(s, "s7", "set", "{\"key\":\"language\"}");
	done(s, "s7", false, "language must be");
	command(s, "s8", "set", "{\"key\":\"insecure\",\"value\":\"yes\"}");
	done(s, "s8", false, "no such setting");
	command(s, "s9", "set", "{}");
	done(s, "s9", false, "no such setting");
	shop_restart(s);
	assert_has(s->screen, "\"language\":\"pl\"");
	shop_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_each),
		cmocka_unit_test(test_too_late),
		cmocka_unit_test(test_unknown_is_answered),
		cmocka_unit_test(test_restart_answers_first),
		cmocka_unit_test(test_resync),
		cmocka_unit_test(test_resync_takes_a_snapshot),
		cmocka_unit_test(test_diagnose_is_bounded),
		cmocka_unit_test(test_a_message_stands_until_answered),
		cmocka_unit_test(test_a_message_comes_again),
		cmocka_unit_test(test_messages_do_not_pile_up),
		cmocka_unit_test(test_settings),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
