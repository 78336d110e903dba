// SPDX-License-Identifier: Apache-2.0
/*
 * TCP to a device, usually a printer's port 9100. One long-lived connection: many printers take
 * one client only, and some stop accepting after many short ones. Keep-alive finds a peer that
 * lost its power. TCP_USER_TIMEOUT stays unset: it would cut a healthy connection to a printer
 * that has no paper and therefore keeps its window shut.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "drivers/port.h"

#define KEEPALIVE_IDLE_S  10
#define KEEPALIVE_EVERY_S 5
#define KEEPALIVE_COUNT	  3
#define SEND_BUFFER_BYTES 8192

static void add_target(struct port_tcp *tcp, const struct sockaddr *address, socklen_t n)
{
	if (tcp->target_count == PORT_TARGETS_MAX || n > sizeof(tcp->targets[0]))
		return;
	memcpy(&tcp->targets[tcp->target_count], address, n);
	tcp->target_sizes[tcp->target_count++] = n;
}

static bool numeric_target(struct port *port)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (uv_ip4_addr(port->address.path, port->address.tcp_port, &v4) == 0)
		add_target(&port->tcp, (const struct sockaddr *)&v4, sizeof(v4));
	else if (uv_ip6_addr(port->address.path, port->address.tcp_port, &v6) == 0)
		add_target(&port->tcp, (const struct sockaddr *)&v6, sizeof(v6));
	return port->tcp.target_count > 0;
}

static int set_options(int fd)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		/* What has left the port shall nearly have left the machine: a printer whose
		 * buffer is full is then felt here, and its silence means something. */
		{ SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES },
	};

	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			       sizeof(options[i].value)) < 0)
			return -errno;
	return 0;
}

/* Each attempt takes the next of the host's addresses. */
static int connect_next(struct port *port)
{
	struct port_tcp *tcp = &port->tcp;
	const size_t i = tcp->next_target++ % tcp->target_count;
	int r;

	port->fd = socket(tcp->targets[i].ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (port->fd < 0)
		return -errno;
	r = set_options(port->fd);
	if (r < 0)
		return r;
	if (connect(port->fd, (const struct sockaddr *)&tcp->targets[i], tcp->target_sizes[i]) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	port_poll(port);
	return port->poll_open ? -EINPROGRESS : -EIO;
}

static void resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct port *port = request->data;
	int r = -ENXIO; /* no such name */

	port->tcp.resolving = false;
	for (const struct addrinfo *a = list; status == 0 && a; a = a->ai_next)
		add_target(&port->tcp, a->ai_addr, a->ai_addrlen);
	uv_freeaddrinfo(list);
	if (port->state != PORT_OPENING) {
		port_settled(port);
		return;
	}
	if (port->tcp.target_count > 0)
		r = connect_next(port);
	if (r != -EINPROGRESS)
		port_opened(port, r);
}

static int tcp_open(struct port *port)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	char service[8];
	int r;

	port->tcp.target_count = 0;
	if (numeric_target(port))
		return connect_next(port);
	r = text_fmt(service, sizeof(service), "%d", port->address.tcp_port);
	if (r < 0)
		return r;
	port->tcp.request.data = port;
	r = uv_getaddrinfo(port->loop, &port->tcp.request, resolved, port->address.path, service,
			   &hints);
	if (r < 0)
		return r;
	port->tcp.resolving = true;
	return -EINPROGRESS;
}

static int tcp_finish(struct port *port)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(port->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		return -errno;
	return -error;
}

static void tcp_close(struct port *port)
{
	if (port->fd >= 0)
		close(port->fd);
}

static ssize_t tcp_read(struct port *port, void *p, size_t n)
{
	const ssize_t got = recv(port->fd, p, n, 0);

	return got < 0 ? -errno : got;
}

static ssize_t tcp_write(struct port *port, const void *p, size_t n)
{
	const ssize_t done = send(port->fd, p, n, MSG_NOSIGNAL);

	return done < 0 ? -errno : done;
}

const struct port_ops port_tcp_ops = {
	.open = tcp_open,
	.finish = tcp_finish,
	.close = tcp_close,
	.read = tcp_read,
	.write = tcp_write,
};
