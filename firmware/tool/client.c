// SPDX-License-Identifier: Apache-2.0
#include "firmware/tool/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/door.h"

#define ANSWER_WAIT_S 5

static int connect_to(const char *host, int port)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct timeval wait = { ANSWER_WAIT_S, 0 };
	char name[16];
	int fd = -1;

	text_fmt(name, sizeof(name), "%d", port);
	/* An address that means "all" is reached by the loopback. */
	if (!strcmp(host, "0.0.0.0") || !strcmp(host, "::"))
		host = "localhost";
	if (getaddrinfo(host, name, &want, &found))
		return -ECONNREFUSED;
	for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	if (fd < 0)
		return -ECONNREFUSED;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

static int read_token(const struct config *config, char token[TOKEN_TEXT_MAX])
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	text_fmt(path, sizeof(path), "%s/operator-token", config->data);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, token, TOKEN_TEXT_MAX - 1);
	close(fd);
	token[n > 0 ? n : 0] = '\0';
	return n > 0 ? 0 : -EIO;
}

static int send_all(int fd, struct slice text)
{
	while (text.n) {
		ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);

		if (n <= 0)
			return -EIO;
		text.p += n;
		text.n -= (size_t)n;
	}
	return 0;
}

static int read_answer(int fd, char *memory, size_t cap, struct client_answer *ret_answer)
{
	size_t n = 0;
	ssize_t got;
	char *body;

	while (n < cap - 1 && (got = recv(fd, memory + n, cap - 1 - n, 0)) > 0)
		n += (size_t)got;
	memory[n] = '\0';
	body = strstr(memory, "\r\n\r\n");
	if (n < 12 || strncmp(memory, "HTTP/1.", 7) || !body)
		return -EIO;
	ret_answer->status = (int)strtol(memory + 9, NULL, 10);
	ret_answer->body = (struct slice){ body + 4, n - (size_t)(body + 4 - memory) };
	return 0;
}

int client_call(const struct config *config, const char *path, const char *body, char *memory,
		size_t cap, struct client_answer *ret_answer, char *ret_message,
		size_t message_cap)
{
	char token[TOKEN_TEXT_MAX] = "", head[1024];
	int fd = -1, err = read_token(config, token);
	struct buf b;

	if (err == -ENOENT)
		err = -ECONNREFUSED;
	if (err < 0)
		goto out;
	fd = connect_to(config->listen_host, config->listen_port);
	if (fd < 0) {
		err = fd;
		goto out;
	}
	buf_init(&b, head, sizeof(head));
	/* HTTP/1.0: the answer ends with the connection, never in chunks. */
	buf_fmt(&b,
		"%s %s HTTP/1.0\r\nHost: localhost:%d\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		body ? "POST" : "GET", path, config->listen_port, token, body ? strlen(body) : 0);
	err = b.overflow ? -EIO : send_all(fd, buf_read(&b));
	if (err == 0 && body)
		err = send_all(fd, slice_of(body));
	if (err == 0)
		err = read_answer(fd, memory, cap, ret_answer);
out:
	if (fd >= 0)
		close(fd);
	if (err == -ECONNREFUSED)
		text_fmt(ret_message, message_cap, "ladad does not run here (%s:%d)",
			 config->listen_host, config->listen_port);
	else if (err < 0)
		text_fmt(ret_message, message_cap, "%s: %s", config->data, strerror(-err));
	return err;
}
