// SPDX-License-Identifier: Apache-2.0
#include "tests/http_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct client *client_open(int port, int receive_bytes)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct timeval wait = { DEADLINE_S, 0 };

	assert_non_null(c);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(c->fd >= 0);
	if (receive_bytes)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	assert_int_equal(connect(c->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	c->raw = calloc(1, 1);
	c->body = calloc(1, 1);
	return c;
}

void client_close(struct client *c)
{
	close(c->fd);
	free(c->raw);
	free(c->body);
	free(c);
}

void client_send(struct client *c, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(c->fd, text, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return; /* a refusal may come before all is sent */
		text += sent;
		n -= (size_t)sent;
	}
}

/* Undoes chunks as far as they are here. */
static void read_chunks(struct client *c, const char *at, const char *end)
{
	c->body_n = 0;
	while (at < end) {
		char *after;
		unsigned long n = strtoul(at, &after, 16);
		size_t here;

		if (after == at || end - after < 2)
			break;
		at = after + 2;
		here = (size_t)(end - at) < n ? (size_t)(end - at) : n;
		memcpy(c->body + c->body_n, at, here);
		c->body_n += here;
		if (here < n || n == 0)
			break;
		at += n + 2;
	}
}

void client_parse(struct client *c)
{
	const char *head_end = strstr(c->raw, "\r\n\r\n");
	const char *start;

	if (!head_end)
		return;
	start = head_end + 4;
	assert_int_equal(sscanf(c->raw, "HTTP/1.1 %d", &c->status), 1);
	c->body = realloc(c->body, c->n + 1);
	assert_non_null(c->body);
	if (strcasestr(c->raw, "Transfer-Encoding: chunked")) {
		read_chunks(c, start, c->raw + c->n);
	} else {
		c->body_n = (size_t)(c->raw + c->n - start);
		memcpy(c->body, start, c->body_n);
	}
	c->body[c->body_n] = '\0';
}

bool client_read(struct client *c)
{
	ssize_t got;

	if (c->cap - c->n < 65537) {
		c->cap = c->cap * 2 + 131072;
		c->raw = realloc(c->raw, c->cap);
		assert_non_null(c->raw);
	}
	got = recv(c->fd, c->raw + c->n, 65536, 0);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		fail_msg("nothing came within %d s", DEADLINE_S);
	if (got <= 0)
		return false;
	c->n += (size_t)got;
	c->raw[c->n] = '\0';
	return true;
}

void client_finish(struct client *c)
{
	while (client_read(c))
		;
	client_parse(c);
}

void client_expect(struct client *c, const char *text)
{
	client_parse(c);
	while (!strstr(c->body, text)) {
		if (!client_read(c))
			fail_msg("the stream ended before: %s", text);
		client_parse(c);
	}
}
