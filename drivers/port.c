// SPDX-License-Identifier: Apache-2.0
#include "drivers/port.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define READS_A_TURN 8 /* then the loop's others have their turn */

static void on_timer(uv_timer_t *timer);
static void on_poll(uv_poll_t *poll, int status, int events);

static const struct port_ops *ops_of(enum port_kind kind)
{
	switch (kind) {
	case PORT_SERIAL:
		return &port_serial_ops;
	case PORT_TCP:
		return &port_tcp_ops;
	case PORT_REPLAY:
		return &port_replay_ops;
	case PORT_USB:
		return &port_usb_ops;
	case PORT_AUTO:
		return NULL;
	}
	return NULL;
}

bool port_supported(const struct port_address *address)
{
	return ops_of(address->kind) != NULL;
}

/* Between half the step's time and all of it. */
static uint64_t retry_ms(struct port *port)
{
	uint64_t top = (uint64_t)PORT_RETRY_MIN_MS * 2 << port->retry_step;
	uint32_t chance;

	if (top > PORT_RETRY_MAX_MS)
		top = PORT_RETRY_MAX_MS;
	else
		port->retry_step++;
	port->clock->random(port->clock->ctx, &chance, sizeof(chance));
	return top / 2 + chance % (top / 2 + 1);
}

void port_settled(struct port *port)
{
	if (port->state == PORT_STOPPED)
		port_stop(port, port->stopped);
}

static void poll_closed(uv_handle_t *handle)
{
	struct port *port = handle->data;

	port->poll_closing = false;
	port_settled(port);
}

/* Something of the last attempt is still out. */
static bool is_busy(const struct port *port)
{
	return port->poll_closing || port->tcp.resolving || port->serial.work != SERIAL_IDLE;
}

/* Out of the loop first, then the file descriptor may go. */
static void release(struct port *port)
{
	if (port->poll_open) {
		port->poll_open = false;
		port->poll_closing = true;
		uv_close((uv_handle_t *)&port->poll, poll_closed);
	}
	uv_timer_stop(&port->timer);
	if (port->opened) {
		port->opened = false;
		port->ops->close(port);
	}
	port->fd = -1;
	port->out_n = 0;
}

static void fail(struct port *port, int r, const char *why)
{
	if (port->state == PORT_UP && uv_now(port->loop) - port->up_since_ms >= PORT_STEADY_MS)
		port->retry_step = 0;
	port->state = PORT_WAITING;
	port->error = r;
	release(port);
	uv_timer_start(&port->timer, on_timer, retry_ms(port), 0);
	port->events.down(port->events.ctx, why);
}

/* What a person can do something about is said in words. */
static const char *reason(const struct port *port, int r)
{
	const char *text = strerrordesc_np(-r);

	if (r == -ENODEV && port->state == PORT_UP)
		return "it was unplugged";
	if (r == -EBUSY)
		return "somebody else has it open";
	if (port->address.kind == PORT_USB) {
		switch (-r) {
		case ENODEV:
			return port->bus ? "it is not plugged in" : "this machine has no USB";
		case EACCES:
		case EPERM:
			return "the station has no rights to open it";
		case EALREADY:
			return "it is still being closed";
		case ENOTSUP:
			return "it has no pipes to speak through";
		}
	}
	return text ? text : "failed";
}

static void watch(struct port *port)
{
	int events = UV_READABLE;

	if (!port->poll_open)
		return;
	if (port->state == PORT_OPENING)
		events = UV_WRITABLE;
	else if (port->out_n > 0)
		events |= UV_WRITABLE;
	if (events == port->watched)
		return;
	port->watched = events;
	uv_poll_start(&port->poll, events, on_poll);
}

void port_poll(struct port *port)
{
	if (uv_poll_init(port->loop, &port->poll, port->fd) == 0) {
		port->poll.data = port;
		port->poll_open = true;
		port->watched = 0;
		watch(port);
	}
}

static void attempt(struct port *port)
{
	int r;

	if (is_busy(port)) {
		uv_timer_start(&port->timer, on_timer, PORT_RETRY_MIN_MS, 0);
		return;
	}
	if (port->events.taken && port->events.taken(port->events.ctx)) {
		fail(port, -EBUSY, "somebody else has it open");
		return;
	}
	port->state = PORT_OPENING;
	port->opened = true;
	uv_timer_start(&port->timer, on_timer, PORT_OPEN_MAX_MS, 0);
	r = port->ops->open(port);
	if (r != -EINPROGRESS)
		port_opened(port, r);
}

void port_opened(struct port *port, int r)
{
	if (port->state != PORT_OPENING)
		return;
	if (r < 0) {
		fail(port, r, reason(port, r));
		return;
	}
	uv_timer_stop(&port->timer);
	port->state = PORT_UP;
	port->up_since_ms = uv_now(port->loop);
	port->opens++;
	if (port->fd >= 0 && !port->poll_open) {
		port_poll(port);
		if (!port->poll_open) {
			fail(port, 0, "the line cannot be polled");
			return;
		}
	}
	watch(port);
	if (port->ops->timer)
		port->ops->timer(port);
	port->events.up(port->events.ctx);
}

static void on_timer(uv_timer_t *timer)
{
	struct port *port = timer->data;

	switch (port->state) {
	case PORT_WAITING:
		attempt(port);
		break;
	case PORT_OPENING:
		fail(port, -ETIMEDOUT, "no connection in time");
		break;
	case PORT_UP:
		if (port->ops->timer)
			port->ops->timer(port);
		break;
	case PORT_STOPPED:
		break;
	}
}

void port_deliver(struct port *port, const void *p, size_t n)
{
	const int64_t read_ns = (int64_t)uv_hrtime();

	port->bytes_in += n;
	port->events.bytes(port->events.ctx, p, n, read_ns);
}

static void take_in(struct port *port)
{
	uint8_t in[PORT_IN_MAX];
	ssize_t n;

	for (int i = 0; i < READS_A_TURN && port->state == PORT_UP; i++) {
		n = port->ops->read(port, in, sizeof(in));
		if (n == -EAGAIN || n == -EINTR)
			return;
		if (n <= 0) {
			fail(port, (int)n,
			     n < 0 ? reason(port, (int)n) : "the other side closed the line");
			return;
		}
		port_deliver(port, in, (size_t)n);
		if ((size_t)n < sizeof(in))
			return;
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct port *port = poll->data;
	int r;

	if (port->state == PORT_OPENING) {
		r = port->ops->finish(port);
		if (r != -EINPROGRESS)
			port_opened(port, r);
		return;
	}
	if (port->state != PORT_UP)
		return;
	if (status < 0 || (events & UV_READABLE))
		take_in(port);
	/* An error on the line that reading did not show. */
	if (status < 0 && port->state == PORT_UP)
		fail(port, -EIO, "the line broke");
	if (port->state == PORT_UP && (events & UV_WRITABLE))
		port_writable(port);
}

size_t port_room(const struct port *port)
{
	return port->state == PORT_UP ? sizeof(port->out) - port->out_n : 0;
}

int port_write(struct port *port, const void *p, size_t n)
{
	if (n > port_room(port))
		return -ENOBUFS;
	memcpy(port->out + port->out_n, p, n);
	port->out_n += n;
	return 0;
}

void port_flush(struct port *port)
{
	ssize_t n;

	while (port->state == PORT_UP && port->out_n > 0) {
		n = port->ops->write(port, port->out, port->out_n);
		if (n == -EINTR)
			continue;
		if (n == -EAGAIN || n == 0)
			break;
		if (n < 0) {
			fail(port, (int)n, reason(port, (int)n));
			return;
		}
		port->bytes_out += (uint64_t)n;
		port->out_n -= (size_t)n;
		memmove(port->out, port->out + n, port->out_n);
	}
	if (port->state == PORT_UP)
		watch(port);
}

void port_writable(struct port *port)
{
	port_flush(port);
	if (port->state == PORT_UP)
		port->events.room(port->events.ctx);
}

void port_broken(struct port *port, int r, const char *why)
{
	if (port->state == PORT_UP || port->state == PORT_OPENING)
		fail(port, r, why ? why : reason(port, r));
}

void port_bounce(struct port *port, const char *why)
{
	port_broken(port, 0, why);
}

void port_hurry(struct port *port)
{
	if (port->state != PORT_WAITING)
		return;
	port->retry_step = 0;
	uv_timer_start(&port->timer, on_timer, 0, 0);
}

int port_error(const struct port *port)
{
	return port->error;
}

void port_wait(struct port *port, uint64_t ms)
{
	uv_timer_start(&port->timer, on_timer, ms, 0);
}

int port_start(struct port *port, uv_loop_t *loop, const struct clock *clock, struct usb_bus *bus,
	       const struct port_address *address, const struct port_events *events)
{
	*port = (struct port){ .ops = ops_of(address->kind), .fd = -1 };
	if (!port->ops)
		return -ENOTSUP;
	port->address = *address;
	port->events = *events;
	port->clock = clock;
	port->loop = loop;
	port->bus = bus;
	port->state = PORT_WAITING;
	uv_timer_init(loop, &port->timer);
	port->timer.data = port;
	uv_timer_start(&port->timer, on_timer, 0, 0);
	return 0;
}

static void timer_closed(uv_handle_t *handle)
{
	struct port *port = handle->data;

	port->timer_closing = false;
	port_stop(port, port->stopped);
}

/* Called again by each part that has closed, the last of which calls `stopped`. */
void port_stop(struct port *port, void (*stopped)(void *ctx))
{
	if (port->state != PORT_STOPPED) {
		port->state = PORT_STOPPED;
		port->stopped = stopped;
		release(port);
		if (port->tcp.resolving)
			uv_cancel((uv_req_t *)&port->tcp.request);
		if (port->serial.work == SERIAL_OPENING)
			uv_cancel((uv_req_t *)&port->serial.request);
		port->timer_closing = true;
		uv_close((uv_handle_t *)&port->timer, timer_closed);
	}
	if (!port->timer_closing && !is_busy(port))
		port->stopped(port->events.ctx);
}
