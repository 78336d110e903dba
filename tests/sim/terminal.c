// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 1024

int terminal_open(struct terminal *t)
{
	int r;

	t->signals = sim_signals_open();
	r = t->signals < 0 ? t->signals : pty_open(&t->pty, t->link);
	if (r < 0) {
		fprintf(stderr, "%s: %s: %s\n", t->program, t->link, strerror(-r));
		return 1;
	}
	sim_lines_init(&t->lines, STDIN_FILENO);
	return 0;
}

void terminal_close(struct terminal *t)
{
	pty_close(&t->pty);
}

bool terminal_wait(struct terminal *t, short events, int timeout_ms)
{
	struct pollfd fds[2] = {
		{ .fd = t->signals, .events = POLLIN },
		{ .fd = events ? t->pty.master : -1, .events = events },
	};

	poll(fds, 2, timeout_ms);
	if (fds[0].revents)
		t->stopped = true;
	return t->stopped;
}

void terminal_hear(struct terminal *t)
{
	uint8_t bytes[READ_BYTES];
	const ssize_t n = read(t->pty.master, bytes, sizeof(bytes));

	if (n > 0)
		t->heard(t->ctx, bytes, (size_t)n);
}

void terminal_send(struct terminal *t, const uint8_t *bytes, size_t n)
{
	if (write(t->pty.master, bytes, n) < 0 && errno != EAGAIN)
		fprintf(stderr, "%s: %s\n", t->program, strerror(errno));
}

static void terminal_lines(struct terminal *t)
{
	char *line;
	size_t n;

	if (sim_lines_fill(&t->lines) < 0)
		t->lines.eof = true;
	while (!t->stopped && (line = sim_lines_next(&t->lines, &n)))
		t->told(t->ctx, line, n);
}

void terminal_loop(struct terminal *t)
{
	while (!t->stopped && !(t->lines.eof && t->until_eof)) {
		struct pollfd fds[3] = {
			{ .fd = t->signals, .events = POLLIN },
			{ .fd = t->pty.master, .events = POLLIN },
			{ .fd = t->told && !t->lines.eof ? STDIN_FILENO : -1, .events = POLLIN },
		};

		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[0].revents)
			return;
		if (fds[1].revents)
			terminal_hear(t);
		if (fds[2].revents)
			terminal_lines(t);
	}
}
