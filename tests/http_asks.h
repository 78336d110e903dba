// SPDX-License-Identifier: Apache-2.0
/*
 * One-line requests to a test station. Whatever is not as wanted fails the test.
 */
#ifndef LADA_TESTS_HTTP_ASKS_H
#define LADA_TESTS_HTTP_ASKS_H

#include "tests/http_client.h"
#include "tests/http_station.h"

/* Of the stations the tests make. A hurried one gives a press up soon, so that nobody waits; the
 * other does not while a slow machine works. */
#define COMMENT_MS 150
#define ANSWER_MS  20000
#define HURRIED_MS 500

#define COOKIE(token) "Cookie: other=1; lada_session=" token "\r\n"

/* Sends one request on its own connection. `line` is "METHOD PATH"; each line of `headers` ends
 * with CR LF; Host is added unless they begin with one (or with "None:"). */
struct client *begin(const struct station *s, const char *line, const char *headers,
		     const char *body);
/* The same, with its whole answer. */
struct client *ask(const struct station *s, const char *line, const char *headers,
		   const char *body);
/* The same, and it answers `status` with `text` somewhere in it (NULL: any). */
void expect(const struct station *s, const char *line, const char *headers, const char *body,
	    int status, const char *text);
void publish(const struct station *s, const char *screen, const char *text);
void login(const struct station *s, const char *staff);
struct client *stream(const struct station *s, const char *screen, const char *headers);
long metric(const struct station *s, const char *name);
/* Polls /metrics until it is so. */
void wait_metric(const struct station *s, const char *name, long value);
/* cmocka's fixture: *state is a fresh station. */
int setup_station(void **state);
int setup_hurried(void **state);
int teardown_station(void **state);

#endif
