// SPDX-License-Identifier: Apache-2.0
/*
 * A raw HTTP/1.1 client over TCP for tests: sends exactly the bytes it is given, and takes an
 * answer or a stream apart. Reading fails the test after DEADLINE_S without a byte. The caller
 * owns what client_open() made.
 */
#ifndef LADA_TESTS_HTTP_CLIENT_H
#define LADA_TESTS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEADLINE_S 10

struct client {
	int fd;
	char *raw; /* all that came, with a NUL */
	size_t n;
	size_t cap;
	char *body; /* without chunk framing, with a NUL */
	size_t body_n;
	int status;
};

int64_t now_ms(void);
/* To 127.0.0.1; receive_bytes 0 leaves the receive buffer as it is. */
struct client *client_open(int port, int receive_bytes);
void client_close(struct client *c);
void client_send(struct client *c, const char *text, size_t n);
/* Reads what is there; false at the end of the connection. */
bool client_read(struct client *c);
/* Fills status and body from what came so far. */
void client_parse(struct client *c);
/* Reads to the end of the connection and parses. */
void client_finish(struct client *c);
/* Reads until the body holds this text. */
void client_expect(struct client *c, const char *text);

#endif
