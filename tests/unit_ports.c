// SPDX-License-Identifier: Apache-2.0
/*
 * Ports on a real uv loop: a pseudo-terminal, TCP, a recording; lines that come, go and fill up.
 * Nothing sleeps: the loop runs until a condition holds or a deadline has passed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/port.h"

#define DEADLINE_MS 10000

struct bench {
	uv_loop_t loop;
	uv_timer_t deadline; /* rings often, so that a turn of the loop is short */
	uint64_t deadline_ns;
	struct clock clock;
	struct port port;
	bool late, stopped;
	int ups, downs;
	char why[128];
	char in[65536];
	size_t in_n;
	int64_t read_ns;
	size_t in_at_up;
	uint64_t waits_ms[8]; /* the first waits after a down */
	bool bounce_on_bytes;
};

static void on_up(void *ctx)
{
	struct bench *b = ctx;

	b->ups++;
	b->in_at_up = b->in_n;
}

static void on_down(void *ctx, const char *why)
{
	struct bench *b = ctx;

	if ((size_t)b->downs < COUNT_OF(b->waits_ms))
		b->waits_ms[b->downs] = uv_timer_get_due_in(&b->port.timer);
	b->downs++;
	snprintf(b->why, sizeof(b->why), "%s", why);
}

static void on_bytes(void *ctx, const void *p, size_t n, int64_t read_ns)
{
	struct bench *b = ctx;

	assert_true(b->in_n + n <= sizeof(b->in));
	memcpy(b->in + b->in_n, p, n);
	b->in_n += n;
	b->read_ns = read_ns;
	if (b->bounce_on_bytes)
		port_bounce(&b->port, "bounced");
}

static void on_room(void *ctx)
{
	(void)ctx;
}

static void on_deadline(uv_timer_t *timer)
{
	struct bench *b = timer->data;

	b->late = uv_hrtime() > b->deadline_ns;
}

static struct bench *bench_new(const char *text)
{
	struct bench *b = calloc(1, sizeof(*b));
	const struct port_events events = { on_up, on_down, on_bytes, on_room, b, NULL };
	struct port_address address;
	const char *what;

	assert_non_null(b);
	assert_int_equal(uv_loop_init(&b->loop), 0);
	b->clock = clock_system();
	uv_timer_init(&b->loop, &b->deadline);
	b->deadline.data = b;
	assert_int_equal(port_parse(text, "9600 8n1 none", &address, &what), 0);
	assert_int_equal(port_start(&b->port, &b->loop, &b->clock, NULL, &address, &events), 0);
	return b;
}

#define RUN_UNTIL(b, condition)                                                                    \
	do {                                                                                       \
		(b)->late = false;                                                                 \
		(b)->deadline_ns = uv_hrtime() + DEADLINE_MS * UINT64_C(1000000);                  \
		uv_timer_start(&(b)->deadline, on_deadline, 2, 2);                                 \
		while (!(condition) && !(b)->late)                                                 \
			uv_run(&(b)->loop, UV_RUN_ONCE);                                           \
		if (!(condition))                                                                  \
			fail_msg("never: %s (%s)", #condition, (b)->why);                          \
	} while (0)

static void on_stopped(void *ctx)
{
	struct bench *b = ctx;

	b->stopped = true;
}

static void bench_free(struct bench *b)
{
	port_stop(&b->port, on_stopped);
	RUN_UNTIL(b, b->stopped);
	uv_close((uv_handle_t *)&b->deadline, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	free(b);
}

/* ---- serial ---- */

struct cable {
	char dir[64], link[80], text[160];
	int master;
};

static void cable_plug(struct cable *c)
{
	char name[64];

	c->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(c->master >= 0);
	assert_int_equal(grantpt(c->master) | unlockpt(c->master), 0);
	assert_int_equal(ptsname_r(c->master, name, sizeof(name)), 0);
	assert_int_equal(symlink(name, c->link), 0);
}

static void cable_pull(struct cable *c)
{
	close(c->master);
	unlink(c->link);
}

static void cable_make(struct cable *c, const char *options)
{
	snprintf(c->dir, sizeof(c->dir), "/tmp/lada-port-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	snprintf(c->link, sizeof(c->link), "%s/scanner", c->dir);
	snprintf(c->text, sizeof(c->text), "serial:%s%s", c->link, options);
	cable_plug(c);
}

static void cable_free(struct cable *c)
{
	cable_pull(c);
	rmdir(c->dir);
}

static void test_pty(void **state)
{
	struct cable c;
	struct bench *b;
	struct termios t;
	char got[8];
	int64_t before;

	(void)state;
	cable_make(&c, "?baud=19200&mode=7e2&flow=rtscts");
	b = bench_new(c.text);
	assert_int_equal(port_room(&b->port), 0);
	RUN_UNTIL(b, b->ups == 1);
	assert_int_equal(tcgetattr(b->port.fd, &t), 0);
	assert_true(t.c_cflag & CRTSCTS);
	assert_true(t.c_cflag & CSTOPB);
	assert_int_equal(cfgetospeed(&t), B19200);
	assert_int_equal(t.c_lflag & (ECHO | ICANON | ISIG), 0);
	before = (int64_t)uv_hrtime();
	assert_int_equal(write(c.master, "5901\r\n", 6), 6);
	RUN_UNTIL(b, b->in_n == 6);
	assert_memory_equal(b->in, "5901\r\n", 6);
	assert_in_range(b->read_ns, before, (int64_t)uv_hrtime());
	assert_int_equal(port_write(&b->port, "ok\n", 3), 0);
	port_flush(&b->port);
	assert_int_equal(read(c.master, got, sizeof(got)), 3);
	assert_memory_equal(got, "ok\n", 3);
	bench_free(b);
	cable_free(&c);
}

/* Pulled, plugged in again, and not there at first. */
static void test_pty_comes_and_goes(void **state)
{
	struct cable c;
	struct bench *b;

	(void)state;
	cable_make(&c, "");
	cable_pull(&c);
	b = bench_new(c.text);
	RUN_UNTIL(b, b->downs >= 1);
	assert_string_equal(b->why, "No such file or directory");
	cable_plug(&c);
	RUN_UNTIL(b, b->ups == 1);
	cable_pull(&c);
	RUN_UNTIL(b, b->downs >= 2 && b->port.state == PORT_WAITING);
	assert_int_equal(port_room(&b->port), 0);
	assert_int_equal(port_write(&b->port, "x", 1), -ENOBUFS);
	cable_plug(&c);
	RUN_UNTIL(b, b->ups == 2);
	assert_int_equal(write(c.master, "x", 1), 1);
	RUN_UNTIL(b, b->in_n == 1);
	b->bounce_on_bytes = true;
	assert_int_equal(write(c.master, "y", 1), 1);
	RUN_UNTIL(b, b->ups == 3);
	assert_string_equal(b->why, "bounced");
	bench_free(b);
	cable_free(&c);
}

/* Nobody reads at the far end: the buffer fills, is bounded, and nothing is lost. */
static void test_pty_full(void **state)
{
	struct cable c;
	struct bench *b;
	uint8_t got[4096];
	uint8_t next = 0, want = 0;
	size_t sent = 0, seen = 0;

	(void)state;
	cable_make(&c, "");
	b = bench_new(c.text);
	RUN_UNTIL(b, b->ups == 1);
	while (port_room(&b->port) > 0) {
		assert_int_equal(port_write(&b->port, &next, 1), 0);
		next++;
		sent++;
		if (port_room(&b->port) == 0)
			port_flush(&b->port);
	}
	assert_int_equal(port_write(&b->port, "x", 1), -ENOBUFS);
	assert_true(sent > PORT_OUT_MAX);
	while (seen < sent) {
		const ssize_t n = read(c.master, got, sizeof(got));

		if (n < 0) {
			uv_run(&b->loop, UV_RUN_NOWAIT);
			continue;
		}
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(got[i], want++);
		seen += (size_t)n;
	}
	assert_int_equal(b->downs, 0);
	bench_free(b);
	cable_free(&c);
}

/* What the line has not taken is dropped when it closes: a kernel that waits for a printer without
 * paper would hold the loop up for half a minute. */
static void test_pty_close_drops(void **state)
{
	struct cable c;
	struct bench *b;
	char got[4096] = "";
	uint64_t sent, seen = 0;
	ssize_t n;

	(void)state;
	cable_make(&c, "");
	b = bench_new(c.text);
	RUN_UNTIL(b, b->ups == 1);
	for (size_t room; (room = port_room(&b->port)) > 0; port_flush(&b->port))
		assert_int_equal(port_write(&b->port, got, room < sizeof(got) ? room : sizeof(got)),
				 0);
	sent = b->port.bytes_out;
	bench_free(b);
	while ((n = read(c.master, got, sizeof(got))) > 0)
		seen += (uint64_t)n;
	assert_true(seen < sent / 2); /* some is at the other side already */
	cable_free(&c);
}

static void test_serial_wrong(void **state)
{
	struct bench *b = bench_new("serial:/dev/null");

	(void)state;
	RUN_UNTIL(b, b->downs >= 2);
	assert_int_equal(b->ups, 0);
	bench_free(b);
}

/* ---- TCP ---- */

static int listen_on(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;
	socklen_t n = sizeof(a);

	assert_true(fd >= 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static int option(int fd, int level, int name)
{
	int value = 0;
	socklen_t n = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &n), 0);
	return value;
}

static void tcp_talk(const char *host)
{
	char text[64], got[16];
	struct bench *b;
	int port = 0, listener = listen_on(&port), fd;

	snprintf(text, sizeof(text), "tcp:%s:%d", host, port);
	b = bench_new(text);
	RUN_UNTIL(b, b->ups == 1);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(option(b->port.fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	assert_int_equal(option(b->port.fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(port_write(&b->port, "\x10\x04\x01", 3), 0);
	port_flush(&b->port);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 3);
	assert_int_equal(send(fd, "\x12", 1, 0), 1);
	RUN_UNTIL(b, b->in_n == 1);
	close(fd);
	RUN_UNTIL(b, b->downs == 1);
	assert_string_equal(b->why, "the other side closed the line");
	RUN_UNTIL(b, b->ups == 2);
	bench_free(b);
	close(listener);
}

static void test_tcp(void **state)
{
	(void)state;
	tcp_talk("127.0.0.1");
}

static void test_tcp_name(void **state)
{
	(void)state;
	tcp_talk("localhost");
}

static void test_tcp_refused(void **state)
{
	char text[64];
	struct bench *b;
	int port = 0, listener = listen_on(&port);

	(void)state;
	close(listener);
	snprintf(text, sizeof(text), "tcp:127.0.0.1:%d", port);
	b = bench_new(text);
	RUN_UNTIL(b, b->downs >= 2);
	assert_string_equal(b->why, "Connection refused");
	listener = listen_on(&port);
	RUN_UNTIL(b, b->ups == 1);
	bench_free(b);
	close(listener);
}

/* A name that cannot be (no name server is asked), and a stop while it is looked up. */
static void test_tcp_no_name(void **state)
{
	struct bench *b = bench_new("tcp:no..name:9100");

	(void)state;
	RUN_UNTIL(b, b->downs >= 1);
	assert_string_equal(b->why, "No such device or address");
	bench_free(b);
	b = bench_new("tcp:no..name:9100");
	uv_run(&b->loop, UV_RUN_NOWAIT);
	assert_true(b->port.tcp.resolving || b->downs > 0);
	bench_free(b);
}

/* ---- retry ---- */

static void test_back_off(void **state)
{
	struct bench *b = bench_new("serial:/nonexistent/lada");
	const uint64_t limits_ms[] = { 250, 500, 1000, 2000 };

	(void)state;
	RUN_UNTIL(b, b->downs >= 3);
	for (size_t i = 0; i < 3; i++)
		assert_in_range(b->waits_ms[i], limits_ms[i], limits_ms[i + 1]);
	for (int i = 0; i < 40; i++) { /* without waiting for it: the longest wait */
		b->port.state = PORT_OPENING;
		port_bounce(&b->port, "again");
	}
	assert_in_range(uv_timer_get_due_in(&b->port.timer), PORT_RETRY_MAX_MS / 2,
			PORT_RETRY_MAX_MS);
	bench_free(b);
}

/* ---- replay ---- */

static void write_file(char *name, const char *text)
{
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_replay(void **state)
{
	char name[] = "/tmp/lada-trace-XXXXXX", text[64];
	struct bench *b;
	uint64_t began_ns;

	(void)state;
	write_file(name,
		   "# made up\n0 ! up\n0 < \"A\\r\"\n5 > 10 04 01\n60 < \"B\\r\" 43\n90 < zz\n");
	snprintf(text, sizeof(text), "replay:%s", name);
	b = bench_new(text);
	began_ns = uv_hrtime();
	RUN_UNTIL(b, b->ups == 1);
	assert_int_equal(b->in_at_up, 0);
	RUN_UNTIL(b, b->in_n >= 2);
	assert_int_equal(port_write(&b->port, "swallowed", 9), 0);
	port_flush(&b->port);
	assert_int_equal(port_room(&b->port), PORT_OUT_MAX);
	RUN_UNTIL(b, b->in_n == 5);
	assert_true(uv_hrtime() - began_ns >= 50000000);
	assert_memory_equal(b->in, "A\rB\rC", 5);
	assert_int_equal(b->downs, 0);
	bench_free(b);
	unlink(name);
	b = bench_new(text);
	RUN_UNTIL(b, b->downs >= 1);
	assert_string_equal(b->why, "No such file or directory");
	bench_free(b);
}

static void test_unsupported(void **state)
{
	struct port_address address;
	const char *what;

	(void)state;
	assert_int_equal(port_parse("auto", "", &address, &what), 0);
	assert_false(port_supported(&address));
}

/* Without a bus a USB port is a device that is not there. */
static void test_usb_without_bus(void **state)
{
	struct bench *b = bench_new("usb:04b8:0202");

	(void)state;
	RUN_UNTIL(b, b->downs == 2);
	assert_string_equal(b->why, "this machine has no USB");
	assert_int_equal(port_error(&b->port), -ENODEV);
	assert_int_equal(port_descriptor(&b->port).n, 0);
	assert_string_equal(port_model(&b->port), "");
	assert_string_equal(port_usb_path(&b->port), "");
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pty),
		cmocka_unit_test(test_pty_comes_and_goes),
		cmocka_unit_test(test_pty_full),
		cmocka_unit_test(test_serial_wrong),
		cmocka_unit_test(test_pty_close_drops),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_tcp_name),
		cmocka_unit_test(test_tcp_refused),
		cmocka_unit_test(test_tcp_no_name),
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_usb_without_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
