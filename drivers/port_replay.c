// SPDX-License-Identifier: Apache-2.0
/*
 * A recording as a device: `replay:FILE` plays a trace's bytes from the device at their times
 * and swallows what is written to it. At its end the line stays up and silent. A broken line
 * ends it there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/port.h"
#include "drivers/trace.h"

static int load(int fd, struct port_replay *replay)
{
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > TRACE_FILE_MAX)
		return -EFBIG;
	replay->text = malloc((size_t)st.st_size + 1);
	if (!replay->text)
		return -ENOMEM;
	while (replay->n < (size_t)st.st_size && n > 0) {
		n = read(fd, replay->text + replay->n, (size_t)st.st_size - replay->n);
		if (n < 0)
			return -errno;
		replay->n += (size_t)n;
	}
	return 0;
}

static int replay_open(struct port *port)
{
	int fd, r;

	port->replay = (struct port_replay){ .began_ms = -1 };
	fd = open(port->address.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = load(fd, &port->replay);
	close(fd);
	return r;
}

static void replay_close(struct port *port)
{
	free(port->replay.text);
	port->replay.text = NULL;
	port->replay.n = 0;
}

/* Delivers what is due and sets the timer for what comes next. */
static void replay_timer(struct port *port)
{
	struct port_replay *replay = &port->replay;
	const int64_t now_ms = (int64_t)uv_now(port->loop);
	struct trace_record record;
	size_t at;
	int64_t due_ms;

	if (replay->began_ms < 0) {
		/* The line comes up first; then its bytes. */
		replay->began_ms = now_ms;
		port_wait(port, 0);
		return;
	}
	for (;;) {
		at = replay->at;
		if (trace_next((struct slice){ replay->text, replay->n }, &at, replay->record,
			       sizeof(replay->record), &record) <= 0)
			return;
		due_ms = replay->began_ms + record.ms;
		if (due_ms > now_ms) {
			port_wait(port, (uint64_t)(due_ms - now_ms));
			return;
		}
		replay->at = at;
		if (record.kind == '<' && record.n > 0)
			port_deliver(port, record.p, record.n);
		if (port->state != PORT_UP)
			return;
	}
}

static int replay_finish(struct port *port)
{
	(void)port;
	return 0;
}

static ssize_t replay_read(struct port *port, void *p, size_t n)
{
	(void)port;
	(void)p;
	(void)n;
	return -EAGAIN;
}

static ssize_t replay_write(struct port *port, const void *p, size_t n)
{
	(void)port;
	(void)p;
	return (ssize_t)n;
}

const struct port_ops port_replay_ops = {
	.open = replay_open,
	.finish = replay_finish,
	.close = replay_close,
	.read = replay_read,
	.write = replay_write,
	.timer = replay_timer,
};
