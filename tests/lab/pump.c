// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/pump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/base/bytes.h"

#define PAPER	 "/dev/g_printer0"
#define AGAIN_MS 20
#define IDLE_MS	 1000

void pump_init(struct pump *p)
{
	memset(p, 0, sizeof(*p));
	p->paper = -1;
	p->far = -1;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void pump_on(struct pump *p, const char *host, int port)
{
	pump_off(p);
	if (text_fmt(p->host, sizeof(p->host), "%s", host) < 0)
		return;
	p->port = port;
	p->on = true;
}

void pump_off(struct pump *p)
{
	shut(&p->paper);
	shut(&p->far);
	p->on = false;
	p->out_n = 0;
	p->in_n = 0;
}

void pump_unplug(struct pump *p)
{
	uint8_t lost[PUMP_BUFFER_BYTES];

	if (p->paper < 0)
		return;
	while (read(p->paper, lost, sizeof(lost)) > 0)
		;
}

void pump_unplugged(struct pump *p)
{
	shut(&p->paper);
	p->in_n = 0;
}

void pump_cut_after(struct pump *p, uint64_t bytes)
{
	p->cutting = true;
	p->cut_left = bytes;
}

void pump_cut_off(struct pump *p)
{
	p->cutting = false;
}

int pump_connect(const char *host, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	const int one = 1;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (inet_pton(AF_INET, host, &to.sin_addr) != 1 ||
	    (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)) {
		const int e = errno ? errno : EINVAL;

		close(fd);
		return -e;
	}
	return fd;
}

static void lost_far(struct pump *p, int64_t now_ms)
{
	shut(&p->far);
	p->far_again_ms = now_ms + AGAIN_MS;
	p->out_n = 0; /* a printer that is gone keeps nothing */
	p->in_n = 0;
}

static void open_what_is_missing(struct pump *p, int64_t now_ms)
{
	if (p->far < 0 && now_ms >= p->far_again_ms) {
		p->far = pump_connect(p->host, p->port);
		p->connecting = true;
		if (p->far < 0)
			lost_far(p, now_ms);
	}
	if (p->paper < 0 && now_ms >= p->paper_again_ms) {
		p->paper = open(PAPER, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (p->paper < 0)
			p->paper_again_ms = now_ms + AGAIN_MS;
	}
}

int pump_polls(struct pump *p, struct pollfd *fds, int64_t now_ms)
{
	int wait_ms = IDLE_MS;

	fds[0] = (struct pollfd){ .fd = -1 };
	fds[1] = (struct pollfd){ .fd = -1 };
	if (!p->on)
		return IDLE_MS;
	open_what_is_missing(p, now_ms);
	if (p->far >= 0) {
		fds[1].fd = p->far;
		if (p->connecting || p->out_n > 0)
			fds[1].events |= POLLOUT;
		if (!p->connecting && p->in_n == 0)
			fds[1].events |= POLLIN;
	}
	if (p->far < 0)
		wait_ms = AGAIN_MS;
	if (p->paper < 0 || now_ms < p->paper_again_ms)
		return AGAIN_MS;
	fds[0].fd = p->paper;
	if (p->far >= 0 && !p->connecting && p->out_n == 0)
		fds[0].events |= POLLIN;
	if (p->in_n > 0)
		fds[0].events |= POLLOUT;
	if (fds[0].events == 0)
		fds[0].fd = -1; /* an unconfigured gadget reports an error all the time */
	return wait_ms;
}

static void run_far(struct pump *p, const struct pollfd *polled, int64_t now_ms)
{
	int e = 0;
	socklen_t size = sizeof(e);
	ssize_t n;

	if (p->connecting && polled->revents) {
		if (getsockopt(p->far, SOL_SOCKET, SO_ERROR, &e, &size) < 0 || e != 0) {
			lost_far(p, now_ms);
			return;
		}
		p->connecting = false;
		return;
	}
	if ((polled->revents & (POLLIN | POLLHUP | POLLERR)) && p->in_n == 0) {
		n = read(p->far, p->in, sizeof(p->in));
		if (n == 0 || (n < 0 && errno != EAGAIN)) {
			lost_far(p, now_ms);
			return;
		}
		p->in_n = n > 0 ? (size_t)n : 0;
	}
	if (p->out_n == 0)
		return;
	n = send(p->far, p->out, p->out_n, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN) {
		lost_far(p, now_ms);
	} else if (n > 0) {
		memmove(p->out, p->out + n, p->out_n - (size_t)n);
		p->out_n -= (size_t)n;
		p->passed += (uint64_t)n;
	}
}

static size_t take_max(const struct pump *p)
{
	return p->cutting && p->cut_left < sizeof(p->out) ? (size_t)p->cut_left : sizeof(p->out);
}

static void run_paper(struct pump *p, const struct pollfd *polled, int64_t now_ms)
{
	const size_t max = take_max(p);
	ssize_t n;

	if (polled->revents & (POLLERR | POLLHUP | POLLNVAL)) {
		p->paper_again_ms = now_ms + AGAIN_MS;
		return;
	}
	if ((polled->revents & POLLOUT) && p->in_n > 0) {
		n = write(p->paper, p->in, p->in_n);
		if (n > 0) {
			memmove(p->in, p->in + n, p->in_n - (size_t)n);
			p->in_n -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN) {
			p->in_n = 0; /* nobody is there to hear it */
		}
	}
	if (!(polled->revents & POLLIN) || max == 0)
		return;
	n = read(p->paper, p->out, max);
	if (n < 0 && errno != EAGAIN)
		p->paper_again_ms = now_ms + AGAIN_MS;
	if (n <= 0)
		return;
	p->out_n = (size_t)n;
	if (p->cutting)
		p->cut_left -= (size_t)n;
}

bool pump_run(struct pump *p, const struct pollfd *fds, int64_t now_ms)
{
	if (!p->on)
		return false;
	if (fds[0].fd >= 0 && fds[0].revents)
		run_paper(p, &fds[0], now_ms);
	if (fds[1].fd >= 0 && p->far >= 0)
		run_far(p, &fds[1], now_ms);
	if (!p->cutting || p->cut_left > 0 || p->out_n > 0)
		return false;
	p->cutting = false;
	return true;
}
