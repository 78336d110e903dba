// SPDX-License-Identifier: Apache-2.0
#include "ui/http.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/calls.h"
#include "ui/live.h"
#include "ui/request.h"

#define BACKLOG 64
/* Memory the library sets aside for each connection: head, and answer's head. */
#define POOL_BYTES 16384
/* A connection on which nothing moves; streams and parked calls are excepted. */
#define TIMEOUT_S 20U
/* How long sent bytes may stay unacknowledged before the kernel gives the peer up. */
#define UNACKED_MS 30000
/* Rounds of work before other handles of the loop get their turn. */
#define ROUNDS 4

/* ---- the socket ---- */

static int listen_on(const struct addrinfo *a)
{
	int on = 1;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int http_listen(const char *host, int port, char *ret_message, size_t cap)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	char bare[UI_HOST_MAX] = "", service[16];
	size_t n = strlen(host);
	int err, fd = -ENOENT;

	if (n > 2 && host[0] == '[' && host[n - 1] == ']')
		(void)slice_copy((struct slice){ host + 1, n - 2 }, bare, sizeof(bare));
	else
		(void)slice_copy(slice_of(host), bare, sizeof(bare));
	(void)text_fmt(service, sizeof(service), "%d", port);
	err = getaddrinfo(bare, service, &hints, &list);
	if (err) {
		(void)snprintf(ret_message, cap, "cannot listen on %s port %d: %s", host, port,
			       gai_strerror(err));
		return -1;
	}
	for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = listen_on(a);
	freeaddrinfo(list);
	if (fd < 0)
		(void)snprintf(ret_message, cap, "cannot listen on %s port %d: %s", host, port,
			       strerror(-fd));
	return fd < 0 ? -1 : fd;
}

int http_port(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t n = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &n) < 0)
		return 0;
	if (address.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

/* ---- connections ---- */

static void on_tick(uv_timer_t *timer)
{
	struct ui *ui = timer->data;
	uint64_t now = uv_now(ui->loop);

	live_tick(ui);
	for (int i = 0; i < UI_CONNECTIONS_MAX; i++) {
		struct conn *c = &ui->conns[i];

		if (c->used && !c->excused && now - c->since_ms > CONN_SLOW_MS)
			(void)shutdown(c->fd, SHUT_RDWR);
	}
}

static void conn_began(struct ui *ui, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	unsigned int unacked = UNACKED_MS;
	struct conn *c = NULL;

	for (int i = 0; i < UI_CONNECTIONS_MAX && !c; i++) {
		if (!ui->conns[i].used)
			c = &ui->conns[i];
	}
	*context = c;
	if (!c || !info)
		return;
	*c = (struct conn){ .used = true, .fd = info->connect_fd, .since_ms = uv_now(ui->loop) };
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked, sizeof(unacked));
	if (ui->conn_count++ == 0 && !ui->stopping)
		uv_timer_start(&ui->tick_timer, on_tick, ui->comment_ms, ui->comment_ms);
}

static void conn_ended(struct ui *ui, void **context)
{
	struct conn *c = *context;

	if (!c || !c->used)
		return;
	c->used = false;
	*context = NULL;
	if (--ui->conn_count == 0 && !ui->stopping)
		uv_timer_stop(&ui->tick_timer);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	switch (what) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		conn_began(cls, connection, context);
		break;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		conn_ended(cls, context);
		break;
	}
}

/* ---- requests ---- */

static struct conn *conn_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_n, void **context)
{
	struct request *r = *context;

	(void)version;
	if (!r) {
		r = request_new(cls, connection, conn_of(connection));
		if (!r)
			return MHD_NO;
		*context = r;
		request_judge(r, url, method);
		return request_early(r) ? request_answer(r) : MHD_YES;
	}
	if (*upload_n) {
		bool go_on = request_body(r, upload, *upload_n);

		*upload_n = 0;
		return go_on ? MHD_YES : MHD_NO;
	}
	return request_answer(r);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode why)
{
	struct ui *ui = cls;
	struct request *r = *context;

	(void)connection;
	(void)why;
	if (!r)
		return;
	if (r->conn) {
		r->conn->excused = false;
		r->conn->since_ms = uv_now(ui->loop);
	}
	request_free(r);
	*context = NULL;
}

__attribute__((format(printf, 2, 0))) static void on_library_line(void *cls, const char *fmt,
								  va_list args)
{
	struct ui *ui = cls;

	(void)fmt;
	(void)args;
	ui->meter.library_lines++;
}

/* ---- the loop ---- */

static void pump(struct ui *ui);

static void on_http_timer(uv_timer_t *timer)
{
	pump(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	pump(poll->data);
}

static void pump(struct ui *ui)
{
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;
	enum MHD_Result some = MHD_YES;

	for (int i = 0; i < ROUNDS && some == MHD_YES && wait_ms == 0; i++) {
		(void)MHD_run(ui->daemon);
		some = MHD_get_timeout(ui->daemon, &wait_ms);
	}
	if (some == MHD_YES)
		uv_timer_start(&ui->http_timer, on_http_timer, wait_ms, 0);
	else
		uv_timer_stop(&ui->http_timer);
}

void http_resume(struct ui *ui, struct MHD_Connection *connection)
{
	MHD_resume_connection(connection);
	if (!ui->stopping)
		uv_timer_start(&ui->http_timer, on_http_timer, 0, 0);
}

static int start_daemon(struct ui *ui, int fd)
{
	const unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

	ui->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, ui, MHD_OPTION_EXTERNAL_LOGGER, on_library_line,
		ui, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)UI_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)POOL_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, ui, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, ui, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!ui->daemon) {
		close(fd);
		return -ENOMEM;
	}
	return 0;
}

int http_start(struct ui *ui, int fd)
{
	const union MHD_DaemonInfo *info;
	int err = start_daemon(ui, fd);

	if (err < 0)
		return err;
	info = MHD_get_daemon_info(ui->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || uv_poll_init(ui->loop, &ui->poll, info->epoll_fd) < 0) {
		MHD_stop_daemon(ui->daemon);
		return -EIO;
	}
	uv_timer_init(ui->loop, &ui->http_timer);
	uv_timer_init(ui->loop, &ui->tick_timer);
	uv_timer_init(ui->loop, &ui->call_timer);
	ui->poll.data = ui;
	ui->http_timer.data = ui;
	ui->tick_timer.data = ui;
	ui->call_timer.data = ui;
	uv_poll_start(&ui->poll, UV_READABLE, on_readable);
	return 0;
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
	struct ui *ui = handle->data;

	if (--ui->handles_open == 0)
		ui->gone(ui);
}

void http_stop(struct ui *ui, void (*gone)(struct ui *ui))
{
	uv_handle_t *handles[] = { (uv_handle_t *)&ui->poll, (uv_handle_t *)&ui->http_timer,
				   (uv_handle_t *)&ui->tick_timer, (uv_handle_t *)&ui->call_timer };

	ui->stopping = true;
	calls_stop(ui);
	live_stop(ui);
	/* Says good-bye to whom it can; what is left is closed hard. */
	(void)MHD_run(ui->daemon);
	(void)MHD_run(ui->daemon);
	ui->gone = gone;
	ui->handles_open = (int)COUNT_OF(handles);
	for (size_t i = 0; i < COUNT_OF(handles); i++)
		uv_close(handles[i], on_closed);
	/* The library closes its epoll descriptor, so the loop let go of it first. */
	MHD_stop_daemon(ui->daemon);
}
