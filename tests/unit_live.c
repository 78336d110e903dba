// SPDX-License-Identifier: Apache-2.0
/*
 * ui/'s live streams: what comes at once, who sees what, the slow and the vanished, and that
 * an idle station sleeps and a stopping one lets everybody go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/http_asks.h"

static void test_stream(void **state)
{
	const struct station *s = *state;
	struct client *c;

	publish(s, "board", "one");
	c = stream(s, "board", "");
	/* A line end between values must not end the event. */
	client_expect(c, "event: state\nid: 1\ndata: {\"revision\":1,\"text\":\"one\", \"n\":1");
	assert_non_null(strstr(c->raw, "Content-Type: text/event-stream"));
	assert_non_null(strstr(c->raw, "Cache-Control: no-store\r\n"));
	client_expect(c, "}\n\n: here\n\n: here\n\n");
	publish(s, "customer", "other");
	publish(s, "board", "two");
	client_expect(c, "event: state\nid: 3\ndata: {\"revision\":3,\"text\":\"two\"");
	assert_null(strstr(c->body, "other"));
	client_close(c);
	wait_metric(s, "lada_http_live_clients", 0);
}

static void test_stream_before_document(void **state)
{
	const struct station *s = *state;
	struct client *c = stream(s, "board", "");

	client_expect(c, "retry: 1000\n\n");
	publish(s, "board", "late");
	client_expect(c, "\"late\"");
	client_close(c);
}

static void test_stream_sessions(void **state)
{
	const struct station *s = *state;
	struct client *c, *other;

	publish(s, "login", "who");
	publish(s, "counter", "secret-1");
	c = stream(s, "counter", COOKIE(TOKEN_CLERK));
	other = stream(s, "counter", "");
	client_expect(c, "\"who\"");
	client_expect(other, "\"who\"");
	login(s, "clerk"); /* the session began after its stream */
	client_expect(c, "secret-1");
	publish(s, "counter", "secret-2");
	client_expect(c, "secret-2");
	expect(s, "POST /api/v1/do/staff.logout", COOKIE(TOKEN_CLERK), "{}", 200, NULL);
	client_expect(c, "secret-2\", \"n\":1,\"fill\":\"\"}\n\nevent: state\nid: 1\n");
	publish(s, "counter", "secret-3");
	publish(s, "login", "bye");
	client_expect(c, "\"bye\"");
	client_expect(other, "\"bye\"");
	assert_null(strstr(c->body, "secret-3"));
	assert_null(strstr(other->body, "secret"));
	client_close(c);
	client_close(other);
}

#define CROWD 50
#define BURST 200

/* Fifty readers that keep up and one that takes nothing until the end: everybody gets the
 * newest document, the slow one skips what it missed. */
static void test_crowd(void **state)
{
	const struct station *s = *state;
	struct client *crowd[CROWD], *slow = client_open(s->port, 4096);
	char request[128], last[32], big[128];
	size_t events = 0;
	int n = snprintf(request, sizeof(request),
			 "GET /api/v1/live?screen=board HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
			 s->port);

	client_send(slow, request, (size_t)n);
	for (int i = 0; i < CROWD; i++)
		crowd[i] = stream(s, "board", "");
	wait_metric(s, "lada_http_live_clients", CROWD + 1);
	snprintf(big, sizeof(big),
		 "{\"screen\":\"board\",\"text\":\"big\",\"fill\":100000,\"times\":%d}", BURST);
	expect(s, "POST /api/v1/do/publish", "", big, 200, NULL);
	publish(s, "board", "the end");
	snprintf(last, sizeof(last), "\nid: %d\n", BURST + 1);
	for (int i = 0; i < CROWD; i++) {
		client_expect(crowd[i], last);
		client_expect(crowd[i], "the end");
		client_close(crowd[i]);
	}
	client_expect(slow, last);
	client_expect(slow, "the end");
	for (const char *at = slow->body; (at = strstr(at, "event: state")); at++)
		events++;
	assert_in_range(events, 2, BURST / 2);
	assert_true(metric(s, "lada_http_live_coalesced_total") > 0);
	client_close(slow);
	wait_metric(s, "lada_http_live_clients", 0);
}

static void test_too_many_streams(void **state)
{
	const struct station *s = *state;
	struct client *streams[UI_STREAMS_MAX];

	for (int i = 0; i < UI_STREAMS_MAX; i++)
		streams[i] = stream(s, "board", "");
	for (int i = 0; i < UI_STREAMS_MAX; i++)
		client_expect(streams[i], "retry");
	expect(s, "GET /api/v1/live?screen=board", "", NULL, 503, "\"busy\"");
	expect(s, "POST /api/v1/do/scan", "", "{}", 200, NULL);
	for (int i = 0; i < UI_STREAMS_MAX; i++)
		client_close(streams[i]);
	wait_metric(s, "lada_http_live_clients", 0);
}

/* With a stream and a kept connection open and nothing to tell, the loop sleeps. */
static void test_idle(void **state)
{
	struct station *s = station_new(15000, ANSWER_MS);
	struct client *c, *kept = client_open(s->port, 0);
	const struct timespec window = { 1, 0 };
	char request[128];
	unsigned long before;
	int n = snprintf(request, sizeof(request),
			 "GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", s->port);

	(void)state;
	publish(s, "board", "quiet");
	c = stream(s, "board", "");
	client_expect(c, "quiet");
	client_send(kept, request, (size_t)n);
	client_expect(kept, "true");
	before = atomic_load(&s->rounds);
	nanosleep(&window, NULL); /* the time in which it is counted, not a wait for something */
	assert_in_range(atomic_load(&s->rounds) - before, 0, 2);
	client_close(c);
	client_close(kept);
	station_free(s);
}

/* Parked calls, streams and half a request are there when the station stops. */
static void test_stop_in_the_middle(void **state)
{
	struct station *s = station_new(COMMENT_MS, 60000);
	struct client *parked = begin(s, "POST /api/v1/do/hold", "", "{}");
	struct client *c = stream(s, "board", "");
	struct client *half = client_open(s->port, 0);

	(void)state;
	client_expect(c, "retry");
	client_send(half, "POST /api", 9);
	wait_metric(s, "lada_http_parked_calls", 1);
	station_free(s);
	client_finish(parked);
	assert_int_equal(parked->status, 503);
	client_finish(c);
	client_finish(half);
	client_close(parked);
	client_close(c);
	client_close(half);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_station, teardown_station)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stream),
		TEST(test_stream_before_document),
		TEST(test_stream_sessions),
		TEST(test_crowd),
		TEST(test_too_many_streams),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_stop_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
