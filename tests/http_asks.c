// SPDX-License-Identifier: Apache-2.0
#include "tests/http_asks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct client *begin(const struct station *s, const char *line, const char *headers,
		     const char *body)
{
	struct client *c = client_open(s->port, 0);
	char head[12000];
	int n;

	n = snprintf(head, sizeof(head), "%s HTTP/1.1\r\nConnection: close\r\n", line);
	if (strncmp(headers, "Host:", 5) != 0 && strncmp(headers, "None:", 5) != 0)
		n += snprintf(head + n, sizeof(head) - (size_t)n, "Host: 127.0.0.1:%d\r\n",
			      s->port);
	n += snprintf(head + n, sizeof(head) - (size_t)n, "%s", headers);
	if (body)
		n += snprintf(head + n, sizeof(head) - (size_t)n, "Content-Length: %zu\r\n",
			      strlen(body));
	n += snprintf(head + n, sizeof(head) - (size_t)n, "\r\n");
	assert_true((size_t)n < sizeof(head));
	client_send(c, head, (size_t)n);
	if (body)
		client_send(c, body, strlen(body));
	return c;
}

struct client *ask(const struct station *s, const char *line, const char *headers, const char *body)
{
	struct client *c = begin(s, line, headers, body);

	client_finish(c);
	return c;
}

void expect(const struct station *s, const char *line, const char *headers, const char *body,
	    int status, const char *text)
{
	struct client *c = ask(s, line, headers, body);

	if (c->status != status || (text && !strstr(c->raw, text)))
		fail_msg("%s: wanted %d %s, got: %s", line, status, text ? text : "", c->raw);
	/* Every answer of the API but 200 has the same body. */
	if (status >= 400 && !strstr(line, "HEAD"))
		assert_non_null(strstr(c->body, "{\"ok\":false,\"error\":{\"code\":\""));
	client_close(c);
}

void publish(const struct station *s, const char *screen, const char *text)
{
	char body[256];

	snprintf(body, sizeof(body), "{\"screen\":\"%s\",\"text\":\"%s\"}", screen, text);
	expect(s, "POST /api/v1/do/publish", "", body, 200, NULL);
}

void login(const struct station *s, const char *staff)
{
	char body[64];

	snprintf(body, sizeof(body), "{\"staff\":\"%s\"}", staff);
	expect(s, "POST /api/v1/do/staff.login", "", body, 200, "Set-Cookie: lada_session=");
}

struct client *stream(const struct station *s, const char *screen, const char *headers)
{
	char line[96];

	snprintf(line, sizeof(line), "GET /api/v1/live?screen=%s", screen);
	return begin(s, line, headers, NULL);
}

long metric(const struct station *s, const char *name)
{
	struct client *c = ask(s, "GET /metrics", "", NULL);
	char find[96];
	const char *at;
	long value;

	snprintf(find, sizeof(find), "\n%s ", name);
	at = strstr(c->body, find);
	assert_non_null(at);
	value = strtol(at + strlen(find), NULL, 10);
	client_close(c);
	return value;
}

void wait_metric(const struct station *s, const char *name, long value)
{
	int64_t until = now_ms() + DEADLINE_S * 1000;

	while (metric(s, name) != value)
		assert_true(now_ms() < until);
}

int setup_station(void **state)
{
	*state = station_new(COMMENT_MS, ANSWER_MS);
	return 0;
}

int setup_hurried(void **state)
{
	*state = station_new(COMMENT_MS, HURRIED_MS);
	return 0;
}

int teardown_station(void **state)
{
	station_free(*state);
	return 0;
}
