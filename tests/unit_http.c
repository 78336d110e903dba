// SPDX-License-Identifier: Apache-2.0
/*
 * ui/ as a browser sees it, over raw HTTP: pages, state, presses, who is refused and why, and
 * parked calls. Streams are in unit_live.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/http_asks.h"

/* ---- pages ---- */

static void test_pages(void **state)
{
	const struct station *s = *state;
	static const char *const pages[] = { "counter", "customer", "board", "manage" };
	char line[64], location[64];

	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		snprintf(line, sizeof(line), "GET /%s/", pages[i]);
		expect(s, line, "", NULL, 200, "<!doctype html>");
		snprintf(line, sizeof(line), "GET /%s/%s.js", pages[i], pages[i]);
		expect(s, line, "", NULL, 200, "Content-Type: text/javascript");
		snprintf(line, sizeof(line), "GET /%s", pages[i]);
		snprintf(location, sizeof(location), "Location: /%s/\r\n", pages[i]);
		expect(s, line, "", NULL, 302, location);
	}
	expect(s, "GET /", "", NULL, 302, "Location: /counter/\r\n");
	expect(s, "GET /web/i18n.js", "", NULL, 200, "Content-Type: text/javascript");
	expect(s, "GET /web/words/pl.json", "", NULL, 200, "Zamówienie");
	expect(s, "GET /web/words/de.json", "", NULL, 404, "\"not_found\"");
	expect(s, "GET /web/style.css", "", NULL, 200, "Content-Type: text/css");
	expect(s, "GET /nothing", "", NULL, 404, "\"not_found\"");
	expect(s, "GET /counter/../ui.h", "", NULL, 404, NULL);
	expect(s, "POST /counter/", "", "{}", 405, "Allow: GET, HEAD\r\n");
	expect(s, "DELETE /healthz", "", NULL, 405, "Allow: GET, HEAD\r\n");
	expect(s, "GET /healthz", "", "{}", 400, "takes no body");
}

static void test_headers_everywhere(void **state)
{
	static const char *const lines[] = { "GET /counter/", "GET /", "GET /no", "GET /healthz",
					     "GET /api/v1/state?screen=no" };

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct client *c = ask(*state, lines[i], "", NULL);

		assert_non_null(strstr(c->raw, "Content-Security-Policy: default-src 'self'; "
					       "frame-ancestors 'none'\r\n"));
		assert_non_null(strstr(c->raw, "X-Content-Type-Options: nosniff\r\n"));
		assert_non_null(strstr(c->raw, "Referrer-Policy: no-referrer\r\n"));
		assert_non_null(strstr(c->raw, i < 2 ? "Cache-Control: no-cache\r\n"
						     : "Cache-Control: no-store\r\n"));
		client_close(c);
	}
}

static void test_etag(void **state)
{
	struct client *c = ask(*state, "GET /counter/", "", NULL);
	const char *at = strstr(c->raw, "ETag: ");
	char tag[32] = "", header[64];

	assert_non_null(at);
	assert_int_equal(sscanf(at, "ETag: %31[^\r]", tag), 1);
	client_close(c);
	snprintf(header, sizeof(header), "If-None-Match: \"x\", %s\r\n", tag);
	c = ask(*state, "GET /counter/", header, NULL);
	assert_int_equal(c->status, 304);
	assert_int_equal(c->body_n, 0);
	client_close(c);
	expect(*state, "GET /counter/", "If-None-Match: \"other\"\r\n", NULL, 200, "<!doctype");
	c = ask(*state, "HEAD /counter/", "", NULL);
	assert_int_equal(c->status, 200);
	assert_int_equal(c->body_n, 0);
	client_close(c);
}

static void test_health_and_metrics(void **state)
{
	struct station *s = *state;

	expect(s, "GET /healthz", "", NULL, 200, "\r\n\r\n{\"ok\":true}");
	atomic_store(&s->healthy, false);
	expect(s, "GET /healthz", "", NULL, 503, "\"busy\"");
	publish(s, "counter", "scanned");
	expect(s, "GET /metrics", "", NULL, 200, "lada_test 42\n");
	expect(s, "GET /metrics", "", NULL, 200,
	       "lada_http_requests_total{route=\"healthz\",code=\"5xx\"} 1\n");
	expect(s, "GET /metrics", "", NULL, 200,
	       "lada_scan_to_state_seconds_bucket{screen=\"counter\",le=\"+Inf\"} 1\n");
	expect(s, "GET /metrics", "", NULL, 200,
	       "lada_scan_to_state_last_seconds{screen=\"counter\"} 0.0");
}

/* ---- state and sessions ---- */

static void test_state(void **state)
{
	const struct station *s = *state;

	expect(s, "GET /api/v1/state?screen=customer", "", NULL, 503, "\"busy\"");
	publish(s, "customer", "dzień dobry");
	publish(s, "login", "who");
	publish(s, "counter", "secret");
	publish(s, "manage", "figures");
	/* The document is old, the revision is the newest one heard of. */
	expect(s, "GET /api/v1/state?screen=customer", "", NULL, 200,
	       "\r\n\r\n{\"revision\":4,\"text\":\"dzień dobry\"");
	expect(s, "GET /api/v1/state", "", NULL, 400, "\"bad_request\"");
	expect(s, "GET /api/v1/state?screen=login", "", NULL, 400, "\"bad_request\"");
	expect(s, "GET /api/v1/state?screen=counter", "", NULL, 200, "\"who\"");
	expect(s, "GET /api/v1/state?screen=counter", COOKIE(TOKEN_CLERK), NULL, 200, "\"who\"");
	login(s, "clerk");
	login(s, "boss");
	expect(s, "GET /api/v1/state?screen=counter", COOKIE(TOKEN_CLERK), NULL, 200, "secret");
	expect(s, "GET /api/v1/state?screen=manage", COOKIE(TOKEN_CLERK), NULL, 200, "\"who\"");
	expect(s, "GET /api/v1/state?screen=manage", COOKIE(TOKEN_BOSS), NULL, 200, "figures");
	expect(s, "GET /api/v1/state?screen=manage", "Authorization: Bearer " TOKEN_BOSS "\r\n",
	       NULL, 200, "figures");
	expect(s, "GET /api/v1/state?screen=manage",
	       "Authorization: Bearer 00\r\n" COOKIE(TOKEN_BOSS), NULL, 200, "\"who\"");
	expect(s, "POST /api/v1/do/staff.logout", COOKIE(TOKEN_BOSS), "{}", 200,
	       "Set-Cookie: lada_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0\r\n");
	expect(s, "GET /api/v1/state?screen=manage", COOKIE(TOKEN_BOSS), NULL, 200, "\"who\"");
	expect(s, "GET /api/v1/state?screen=counter", COOKIE(TOKEN_CLERK), NULL, 200, "secret");
}

static void test_cookie(void **state)
{
	expect(*state, "POST /api/v1/do/staff.login", "", "{}", 200,
	       "Set-Cookie: lada_session=" TOKEN_CLERK "; HttpOnly; SameSite=Strict; Path=/\r\n");
}

/* ---- presses ---- */

static void test_do(void **state)
{
	const struct station *s = *state;

	expect(s, "POST /api/v1/do/pickup.find",
	       "Content-Type: application/json; charset=utf-8\r\n", "{\"order\":\"ZAM-1\"}", 200,
	       "\"body\":{\"order\":\"ZAM-1\"}");
	expect(s, "POST /api/v1/do/scan", COOKIE(TOKEN_BOSS), "{}", 200,
	       "\"verb\":\"scan\",\"token\":\"" TOKEN_BOSS "\",\"press\":\"\"");
	expect(s, "POST /api/v1/do/scan", "Authorization: Bearer " TOKEN_CLERK "\r\n", "{}", 200,
	       "\"token\":\"" TOKEN_CLERK "\"");
	expect(s, "POST /api/v1/do/scan", "Idempotency-Key: a-1:b/2\r\n", "{}", 200,
	       "\"token\":\"\",\"press\":\"a-1:b/2\"");
	expect(s, "POST /api/v1/do/refuse", "", "{}", 409, "jeszcze nie");
}

static void test_do_refused(void **state)
{
	const struct station *s = *state;
	char key[200] = "Idempotency-Key: ";

	expect(s, "POST /api/v1/do/scan", "", "{\"code\":", 400, "\"bad_request\"");
	expect(s, "POST /api/v1/do/scan", "", "[1]", 400, "\"bad_request\"");
	expect(s, "POST /api/v1/do/scan", "", "{\"a\":\"\xff\"}", 400, "\"bad_request\"");
	expect(s, "POST /api/v1/do/scan", "", "", 400, "\"bad_request\"");
	expect(s, "GET /api/v1/do/scan", "", NULL, 405, "Allow: POST\r\n");
	expect(s, "PUT /api/v1/do/scan", "", "{}", 405, "Allow: POST\r\n");
	expect(s, "POST /api/v1/state?screen=board", "", "{}", 405, "Allow: GET, HEAD\r\n");
	expect(s, "POST /api/v1/live?screen=board", "", "{}", 405, "Allow: GET\r\n");
	expect(s, "POST /api/v1/do/", "", "{}", 404, "\"not_found\"");
	expect(s, "POST /api/v1/do/scan/more", "", "{}", 404, NULL);
	expect(s, "POST /api/v1/do/a234567890123456789012345678901x", "", "{}", 404, NULL);
	expect(s, "POST /api/v1/do/scan", "Idempotency-Key: a b\r\n", "{}", 400, "Idempotency");
	expect(s, "POST /api/v1/do/scan", "Idempotency-Key: \xc5\x82\r\n", "{}", 400, NULL);
	memset(key + strlen(key), 'k', 128);
	memcpy(key + 17 + 128, "\r\n", 3);
	expect(s, "POST /api/v1/do/scan", key, "{}", 200, "kkk\"");
	memcpy(key + 17 + 128, "k\r\n", 4);
	expect(s, "POST /api/v1/do/scan", key, "{}", 400, "Idempotency");
}

/* {"a":"xxx…"} of exactly n bytes. */
static char *long_body(size_t n)
{
	char *body = malloc(n + 1);

	assert_non_null(body);
	memset(body, 'x', n);
	memcpy(body, "{\"a\":\"", 6);
	memcpy(body + n - 2, "\"}", 3);
	return body;
}

static void test_sizes(void **state)
{
	const struct station *s = *state;
	char *body = long_body(65536);
	char head[9000] = "X-Long: ";
	struct client *c;

	expect(s, "POST /api/v1/do/scan", "", body, 200, "\"length\":65536");
	free(body);
	body = long_body(65537);
	expect(s, "POST /api/v1/do/scan", "", body, 413, "\"bad_request\"");
	c = begin(s, "POST /api/v1/do/scan", "Transfer-Encoding: chunked\r\n", NULL);
	client_send(c, "10001\r\n", 7);
	client_send(c, body, 65537);
	client_send(c, "\r\n0\r\n\r\n", 7);
	client_finish(c);
	assert_int_equal(c->status, 413);
	client_close(c);
	free(body);
	expect(s, "POST /api/v1/do/scan", "Expect: 100-continue\r\nContent-Length: 99999999\r\n",
	       NULL, 413, NULL);
	memset(head + 8, 'h', 8300);
	memcpy(head + 8308, "\r\n", 3);
	expect(s, "GET /healthz", head, NULL, 431, "\"bad_request\"");
}

/* ---- who may ask ---- */

static void test_hosts(void **state)
{
	const struct station *s = *state;
	static const char *const good[] = { "127.0.0.1:%d",	 "localhost:%d", "[::1]:%d",
					    "LocalHost:%d",	 "kasa.example", "kasa.example:%d",
					    "proxy.example:8443" };
	static const char *const bad[] = { "evil.example:%d",
					   "evil.example",
					   "127.0.0.1",
					   "127.0.0.1:1",
					   "localhost.evil.example:%d",
					   "proxy.example",
					   "kasa.example:1",
					   "[::1",
					   "",
					   ":%d",
					   "user@localhost:%d" };
	char name[64], header[256];

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		snprintf(name, sizeof(name), good[i], s->port);
		snprintf(header, sizeof(header), "Host: %s\r\n", name);
		expect(s, "GET /healthz", header, NULL, 200, NULL);
		snprintf(header, sizeof(header), "Origin: http://%s\r\n", name);
		expect(s, "POST /api/v1/do/scan", header, "{}", 200, NULL);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		snprintf(name, sizeof(name), bad[i], s->port);
		snprintf(header, sizeof(header), "Host: %s\r\n", name);
		expect(s, "GET /healthz", header, NULL, 403, "\"forbidden\"");
		snprintf(header, sizeof(header), "Origin: http://%s\r\n", name);
		expect(s, "POST /api/v1/do/scan", header, "{}", 403, "\"forbidden\"");
	}
	expect(s, "GET /counter/", "Origin: https://evil.example\r\n", NULL, 403, "\"forbidden\"");
	expect(s, "POST /api/v1/do/scan", "Origin: null\r\n", "{}", 403, "\"forbidden\"");
	expect(s, "POST /api/v1/do/scan", "Sec-Fetch-Site: cross-site\r\n", "{}", 403,
	       "\"forbidden\"");
	expect(s, "POST /api/v1/do/scan", "Sec-Fetch-Site: same-origin\r\n", "{}", 200, NULL);
	expect(s, "GET /counter/", "Sec-Fetch-Site: cross-site\r\n", NULL, 200, NULL);
}

static void test_two_hosts(void **state)
{
	const struct station *s = *state;
	struct client *c;
	char header[128];

	snprintf(header, sizeof(header), "Host: 127.0.0.1:%d\r\nHost: evil.example\r\n", s->port);
	c = ask(s, "GET /healthz", header, NULL);
	assert_true(c->status == 403 || c->status == 400);
	client_close(c);
	c = ask(s, "GET /healthz", "None: 1\r\n", NULL);
	assert_true(c->status == 403 || c->status == 400);
	client_close(c);
}

/* ---- parked calls ---- */

static void test_two_parked(void **state)
{
	const struct station *s = *state;
	struct client *first = begin(s, "POST /api/v1/do/hold", "", "{}");
	struct client *second;

	wait_metric(s, "lada_http_parked_calls", 1);
	second = begin(s, "POST /api/v1/do/hold", "", "{}");
	wait_metric(s, "lada_http_parked_calls", 2);
	expect(s, "POST /api/v1/do/release", "", "{}", 200, NULL);
	client_finish(first);
	client_finish(second);
	assert_string_equal(first->body, "{\"held\":0}");
	assert_string_equal(second->body, "{\"held\":1}");
	client_close(first);
	client_close(second);
}

static void test_no_reply(void **state)
{
	const struct station *s = *state;
	int64_t start = now_ms();

	expect(s, "POST /api/v1/do/hold", "", "{}", 503, "\"busy\"");
	assert_in_range(now_ms() - start, HURRIED_MS - 50, 3000);
	assert_int_equal(metric(s, "lada_http_given_up_total"), 1);
	/* Its reply comes too late and finds nobody. */
	expect(s, "POST /api/v1/do/release", "", "{}", 200, "{\"ok\":true}");
	assert_int_equal(metric(s, "lada_http_parked_calls"), 0);
}

static void test_client_vanishes(void **state)
{
	const struct station *s = *state;
	struct client *c = begin(s, "POST /api/v1/do/hold", "", "{}");

	wait_metric(s, "lada_http_parked_calls", 1);
	client_close(c);
	expect(s, "POST /api/v1/do/release", "", "{}", 200, NULL);
	assert_int_equal(metric(s, "lada_http_parked_calls"), 0);
	c = begin(s, "POST /api/v1/do/silent", "", "{}");
	wait_metric(s, "lada_http_parked_calls", 1);
	client_close(c);
	wait_metric(s, "lada_http_parked_calls", 0);
	wait_metric(s, "lada_http_connections", 1); /* the one that asks */
}

static void test_door_full(void **state)
{
	struct station *s = *state;
	struct client *block = begin(s, "POST /api/v1/do/block", "", "{}");
	struct client *waiting[40]; /* as much as the queue takes, and more */
	char *body = long_body(60000);
	bool full = false;

	sem_wait(&s->blocked);
	for (size_t i = 0; i < COUNT_OF(waiting); i++)
		waiting[i] = begin(s, "POST /api/v1/do/scan", "", body);
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		client_finish(waiting[i]);
		full = full || strstr(waiting[i]->body, "the station is busy");
		assert_int_equal(waiting[i]->status, 503);
		client_close(waiting[i]);
	}
	assert_true(full);
	sem_post(&s->go_on);
	client_close(block);
	free(body);
	expect(s, "POST /api/v1/do/scan", "", "{}", 200, NULL);
}

static void test_kept_connection(void **state)
{
	const struct station *s = *state;
	struct client *c = client_open(s->port, 0);
	char request[256];
	int n = snprintf(request, sizeof(request),
			 "POST /api/v1/do/scan HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			 "Content-Length: 2\r\n\r\n{}",
			 s->port);

	for (int i = 0; i < 20; i++) {
		client_send(c, request, (size_t)n);
		c->n = 0;
		c->raw[0] = c->body[0] = '\0';
		client_expect(c, "\"verb\":\"scan\"");
	}
	client_close(c);
}

static void test_operator(void **state)
{
	const struct station *s = *state;

	expect(s, "GET /api/v1/devices", "", NULL, 401, "\"forbidden\"");
	login(s, "boss");
	expect(s, "GET /api/v1/devices", COOKIE(TOKEN_BOSS), NULL, 403, "\"forbidden\"");
	expect(s, "POST /api/v1/record?name=a&seconds=5", COOKIE(TOKEN_BOSS), NULL, 403, NULL);
	login(s, "service");
	expect(s, "GET /api/v1/devices", COOKIE(TOKEN_SERVICE), NULL, 200, "{\"plugged\":[]}");
	expect(s, "POST /api/v1/devices", COOKIE(TOKEN_SERVICE), NULL, 405, NULL);
	expect(s, "GET /api/v1/record?name=counter&seconds=5", COOKIE(TOKEN_SERVICE), NULL, 405,
	       "Allow: POST\r\n");
	expect(s, "POST /api/v1/record?name=counter&seconds=5", COOKIE(TOKEN_SERVICE), NULL, 200,
	       "{\"ok\":true}");
	expect(s, "POST /api/v1/record?name=nobody&seconds=5", COOKIE(TOKEN_SERVICE), NULL, 404,
	       "no such device");
	expect(s, "POST /api/v1/record?name=counter&seconds=7", COOKIE(TOKEN_SERVICE), NULL, 409,
	       "under way");
	expect(s, "POST /api/v1/record?name=counter&seconds=0",
	       COOKIE(TOKEN_SERVICE) "Origin: https://evil.example\r\n", NULL, 403, "\"forbidden\"");
	expect(s, "GET /api/v1/devices", COOKIE(TOKEN_SERVICE) "Origin: https://evil.example\r\n", NULL,
	       403, "\"forbidden\"");
	expect(s, "POST /api/v1/record?name=..%2F..%2Fetc&seconds=5", COOKIE(TOKEN_SERVICE), NULL, 404,
	       "no such device");
	expect(s, "POST /api/v1/record?name=counter", COOKIE(TOKEN_SERVICE), NULL, 400, NULL);
	expect(s, "POST /api/v1/record?name=counter&seconds=5x", COOKIE(TOKEN_SERVICE), NULL, 400,
	       NULL);
	expect(s, "POST /api/v1/record?name=counter&seconds=99999", COOKIE(TOKEN_SERVICE), NULL,
	       400, NULL);
}

/* ---- starting ---- */

static void test_start_refused(void **state)
{
	const struct station *s = *state;
	static const char bad_hosts[1][UI_HOST_MAX] = { "not a name" };
	struct ui_setup setup = { .listen_host = "127.0.0.1", .listen_port = s->port };
	char message[256] = "";
	uv_loop_t loop;

	uv_loop_init(&loop);
	assert_null(ui_start(&loop, s->door, &setup, message, sizeof(message)));
	assert_non_null(strstr(message, "127.0.0.1"));
	assert_non_null(strstr(message, "Address already in use"));
	setup.listen_port = 0;
	setup.hosts = bad_hosts;
	setup.host_count = 1;
	assert_null(ui_start(&loop, s->door, &setup, message, sizeof(message)));
	assert_string_equal(message, "not a host name: not a name");
	assert_int_equal(uv_loop_close(&loop), 0);
}

#define TEST(name)    cmocka_unit_test_setup_teardown(name, setup_station, teardown_station)
#define HURRIED(name) cmocka_unit_test_setup_teardown(name, setup_hurried, teardown_station)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages),	 TEST(test_headers_everywhere),
		TEST(test_etag),	 TEST(test_health_and_metrics),
		TEST(test_state),	 TEST(test_cookie),
		TEST(test_do),		 TEST(test_do_refused),
		TEST(test_sizes),	 TEST(test_hosts),
		TEST(test_two_hosts),	 TEST(test_two_parked),
		HURRIED(test_no_reply),	 HURRIED(test_client_vanishes),
		HURRIED(test_door_full), TEST(test_kept_connection),
		TEST(test_operator),	 TEST(test_start_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
