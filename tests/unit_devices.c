// SPDX-License-Identifier: Apache-2.0
/*
 * The device manager with the real door on a real loop: a scanner on a pseudo-terminal, a small
 * printer on TCP. Nothing sleeps: the loop runs until a condition holds or a deadline is over.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/devices.h"

#define DEADLINE_MS 15000
#define EVENTS_MAX  64

struct seen {
	struct door_event event;
	char text[128];
	size_t n;
};

struct bench {
	uv_loop_t loop;
	uv_timer_t deadline; /* rings often, so that a turn of the loop is short */
	uint64_t deadline_ns;
	bool late, stopped;
	struct clock clock;
	struct door *door;
	struct config *config;
	struct devices *devices;
	struct seen seen[EVENTS_MAX]; /* all that came through the door */
	int count;
	bool shut; /* leave the door's events in it */

	/* The scanner's end of its cable. */
	char dir[64], link[80];
	int master;

	/* The printer: answers DLE EOT and GS r, keeps the rest. */
	int listener, tcp_port, printer;
	bool deaf, mute;
	uint8_t eot[4];
	char paper[65536];
	size_t paper_n;
	uint8_t held[3];
	size_t held_n;
};

static struct config_device *add(struct bench *b, enum device_kind kind, const char *name,
				 const char *port, const char *protocol)
{
	struct config_device *d = &b->config->devices[b->config->device_count++];

	d->kind = kind;
	slice_copy(slice_of(name), d->name, sizeof(d->name));
	slice_copy(slice_of(port), d->port, sizeof(d->port));
	slice_copy(slice_of(protocol), d->protocol, sizeof(d->protocol));
	slice_copy(slice_of("auto"), d->profile, sizeof(d->profile));
	return d;
}

static void on_deadline(uv_timer_t *timer)
{
	struct bench *b = timer->data;

	b->late = uv_hrtime() > b->deadline_ns;
}

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->config = calloc(1, sizeof(*b->config));
	b->door = door_new(NULL, NULL);
	assert_true(b->config && b->door);
	assert_int_equal(uv_loop_init(&b->loop), 0);
	uv_timer_init(&b->loop, &b->deadline);
	b->deadline.data = b;
	b->clock = clock_system();
	b->master = b->listener = b->printer = -1;
	memset(b->eot, 0x12, sizeof(b->eot));
	return b;
}

static void start(struct bench *b)
{
	b->devices = devices_start(&b->loop, b->door, b->config, &b->clock);
	assert_non_null(b->devices);
}

static void on_stopped(void *ctx)
{
	struct bench *b = ctx;

	b->stopped = true;
}

/* ---- the scanner's cable ---- */

static void plug_scanner(struct bench *b)
{
	char name[64], text[100];

	snprintf(b->dir, sizeof(b->dir), "/tmp/lada-devices-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->link, sizeof(b->link), "%s/scanner", b->dir);
	b->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(b->master >= 0);
	assert_int_equal(grantpt(b->master) | unlockpt(b->master), 0);
	assert_int_equal(ptsname_r(b->master, name, sizeof(name)), 0);
	assert_int_equal(symlink(name, b->link), 0);
	snprintf(text, sizeof(text), "serial:%s", b->link);
	add(b, DEVICE_SCANNER, "counter", text, "line");
}

static void pull_scanner(struct bench *b)
{
	close(b->master);
	unlink(b->link);
	rmdir(b->dir);
	b->master = -1;
}

static void type(struct bench *b, const char *text)
{
	assert_int_equal(write(b->master, text, strlen(text)), (ssize_t)strlen(text));
}

/* ---- the printer ---- */

static void plug_printer(struct bench *b)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	char text[64];

	b->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(b->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(b->listener, 4), 0);
	assert_int_equal(getsockname(b->listener, (struct sockaddr *)&a, &n), 0);
	b->tcp_port = ntohs(a.sin_port);
	snprintf(text, sizeof(text), "tcp:127.0.0.1:%d", b->tcp_port);
	add(b, DEVICE_PRINTER, "receipt", text, "escpos");
}

static void answer(struct bench *b, uint8_t byte)
{
	if (!b->deaf)
		assert_int_equal(send(b->printer, &byte, 1, MSG_NOSIGNAL), 1);
}

static void printer_byte(struct bench *b, uint8_t c)
{
	b->held[b->held_n++] = c;
	if (b->held[0] != 0x10 && b->held[0] != 0x1d) {
		assert_true(b->paper_n < sizeof(b->paper));
		b->paper[b->paper_n++] = (char)c;
		b->held_n = 0;
	} else if (b->held_n == 3) {
		if (b->held[0] == 0x10)
			answer(b, b->eot[c - 1]);
		else if (b->held[1] == 'r' && !b->mute)
			answer(b, 0);
		b->held_n = 0;
	}
}

static void run_printer(struct bench *b)
{
	uint8_t in[4096];
	ssize_t n;

	if (b->printer < 0 && b->listener >= 0)
		b->printer = accept4(b->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (b->printer >= 0 && (n = recv(b->printer, in, sizeof(in), 0)) >= 0) {
		if (n == 0) {
			close(b->printer);
			b->printer = -1;
		}
		for (ssize_t i = 0; i < n; i++)
			printer_byte(b, in[i]);
	}
}

/* ---- the loop ---- */

static void collect(struct bench *b)
{
	struct door_event e;
	struct slice payload;

	while (!b->shut && door_take(b->door, false, &e, &payload)) {
		struct seen *s = &b->seen[b->count++];

		assert_true(b->count < EVENTS_MAX);
		s->event = e;
		s->n = payload.n;
		memcpy(s->text, payload.p ? payload.p : "",
		       payload.n < sizeof(s->text) ? payload.n : sizeof(s->text) - 1);
	}
}

static void turn(struct bench *b)
{
	uv_run(&b->loop, UV_RUN_ONCE);
	run_printer(b);
	collect(b);
}

#define RUN_UNTIL(b, condition)                                                                    \
	do {                                                                                       \
		(b)->late = false;                                                                 \
		(b)->deadline_ns = uv_hrtime() + DEADLINE_MS * UINT64_C(1000000);                  \
		uv_timer_start(&(b)->deadline, on_deadline, 2, 2);                                 \
		while (!(condition) && !(b)->late)                                                 \
			turn(b);                                                                   \
		if (!(condition))                                                                  \
			fail_msg("never: %s", #condition);                                         \
	} while (0)

static void bench_free(struct bench *b)
{
	devices_stop(b->devices, on_stopped, b);
	RUN_UNTIL(b, b->stopped);
	devices_free(b->devices);
	uv_close((uv_handle_t *)&b->deadline, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	door_free(b->door);
	if (b->master >= 0)
		pull_scanner(b);
	if (b->printer >= 0)
		close(b->printer);
	if (b->listener >= 0)
		close(b->listener);
	free(b->config);
	free(b);
}

/* The last status told of a device; -1 none. */
static int status_of(const struct bench *b, const char *name)
{
	for (int i = b->count; i-- > 0;)
		if (b->seen[i].event.kind == DOOR_DEVICE &&
		    strcmp(b->seen[i].event.device.name, name) == 0)
			return (int)b->seen[i].event.device.status;
	return -1;
}

static int count_of(const struct bench *b, enum door_kind kind)
{
	int n = 0;

	for (int i = 0; i < b->count; i++)
		n += b->seen[i].event.kind == kind;
	return n;
}

static const struct seen *last(const struct bench *b, enum door_kind kind)
{
	for (int i = b->count; i-- > 0;)
		if (b->seen[i].event.kind == kind)
			return &b->seen[i];
	fail_msg("no such event");
	return NULL;
}

static void print(struct bench *b, int64_t job, const char *printer, const char *doc)
{
	struct door_out out = { .kind = OUT_PRINT };
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", doc);
	out.print.job = job;
	slice_copy(slice_of(printer), out.print.printer, sizeof(out.print.printer));
	devices_output(b->devices, &out, slice_of(copy));
	memset(copy, 'x', sizeof(copy)); /* the payload was only lent */
}

static void assert_job(const struct bench *b, int64_t job, enum job_result result)
{
	assert_int_equal(last(b, DOOR_JOB)->event.job.job, job);
	assert_int_equal(last(b, DOOR_JOB)->event.job.result, result);
}

static uint64_t value_of(const struct bench *b, const char *name, const char *device)
{
	static char memory[65536];
	char line[128];
	const char *at;
	struct buf m;

	buf_init(&m, memory, sizeof(memory));
	devices_metrics(b->devices, &m);
	snprintf(line, sizeof(line), "\n%s{device=\"%s\",", name, device);
	at = strstr(buf_str(&m), line);
	assert_non_null(at);
	return strtoull(strchr(at, '}') + 1, NULL, 10);
}

static void test_scan(void **state)
{
	struct bench *b = bench_new();
	const struct seen *s;
	int64_t before;

	(void)state;
	plug_scanner(b);
	b->config->devices[0].desk = DESK_KIOSK;
	start(b);
	RUN_UNTIL(b, status_of(b, "counter") == DEVICE_OK);
	before = (int64_t)uv_hrtime();
	type(b, "]E05901234123457\r");
	RUN_UNTIL(b, count_of(b, DOOR_SCAN) == 1);
	s = last(b, DOOR_SCAN);
	assert_string_equal(s->text, "5901234123457");
	assert_int_equal(s->event.scan.desk, DESK_KIOSK);
	assert_int_equal(s->event.scan.symbology, SYMBOLOGY_EAN_UPC);
	assert_string_equal(s->event.scan.device, "counter");
	assert_in_range(s->event.scan.read_ns, before, (int64_t)uv_hrtime());
	type(b, "L1.AAAA\n");
	RUN_UNTIL(b, count_of(b, DOOR_SCAN) == 2);
	assert_int_equal(last(b, DOOR_SCAN)->event.scan.symbology, SYMBOLOGY_UNKNOWN);
	pull_scanner(b);
	RUN_UNTIL(b, status_of(b, "counter") == DEVICE_OFFLINE);
	bench_free(b);
}

static int64_t made_ms(void *ctx)
{
	return *(int64_t *)ctx;
}

static void made_random(void *ctx, void *p, size_t n)
{
	(void)ctx;
	memset(p, 0, n);
}

/* The 300 ms are counted by the time of each read; the time is made here. */
static void test_repeats(void **state)
{
	struct bench *b = bench_new();
	int64_t now_ms = 1000;

	(void)state;
	b->clock = (struct clock){ made_ms, made_ms, made_random, &now_ms };
	plug_scanner(b);
	start(b);
	RUN_UNTIL(b, status_of(b, "counter") == DEVICE_OK);
	type(b, "A\rA\r\nB\rA\r");
	RUN_UNTIL(b, value_of(b, "lada_scans_repeated_total", "counter") == 2);
	assert_int_equal(count_of(b, DOOR_SCAN), 2);
	now_ms += 300;
	type(b, "A\r");
	RUN_UNTIL(b, value_of(b, "lada_scans_repeated_total", "counter") == 3);
	now_ms += 301;
	type(b, "A\r");
	RUN_UNTIL(b, count_of(b, DOOR_SCAN) == 3);
	assert_int_equal(value_of(b, "lada_scans_repeated_total", "counter"), 3);
	assert_int_equal(value_of(b, "lada_scans_total", "counter"), 3);
	bench_free(b);
}

/* A full door drops scans and counts them; results of jobs and states wait for room. */
static void test_full_door(void **state)
{
	static char code[4097];
	struct bench *b = bench_new();
	const struct door_event filler = { .kind = DOOR_SCAN };
	const struct slice nothing = { NULL, 0 };

	(void)state;
	plug_scanner(b);
	start(b);
	RUN_UNTIL(b, status_of(b, "counter") == DEVICE_OK);
	b->shut = true;
	memset(code, 'x', 4096);
	while (door_submit(b->door, &filler, slice_of(code)) == 0)
		;
	while (door_submit(b->door, &filler, nothing) == 0)
		;
	type(b, "LOST\r");
	RUN_UNTIL(b, value_of(b, "lada_scans_dropped_total", "counter") == 1);
	print(b, 70, "nobody", "Tx\n");
	print(b, 71, "nobody", "Tx\n");
	pull_scanner(b);
	RUN_UNTIL(b, value_of(b, "lada_device_ready", "counter") == 0);
	{
		struct door_event e;
		struct slice payload;

		while (door_take(b->door, false, &e, &payload))
			assert_int_equal(e.kind, DOOR_SCAN);
	}
	b->shut = false;
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 2 && status_of(b, "counter") == DEVICE_OFFLINE);
	assert_job(b, 71, JOB_RESULT_NOTHING);
	assert_string_equal(last(b, DOOR_JOB)->event.job.detail, "no such printer");
	bench_free(b);
}

static void test_print(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	plug_printer(b);
	b->config->devices[0].columns = 32;
	start(b);
	print(b, 1, "receipt", "Tearly\n");
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 1);
	assert_job(b, 1, JOB_RESULT_NOTHING);
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_OK);
	print(b, 2, "receipt", "TDziekujemy za zakupy w naszym sklepie\nR\nX\n");
	print(b, 3, "receipt", "Tbusy\n");
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 3);
	assert_int_equal(b->seen[b->count - 2].event.job.job, 3);
	assert_int_equal(b->seen[b->count - 2].event.job.result, JOB_RESULT_NOTHING);
	assert_job(b, 2, JOB_RESULT_DONE);
	assert_non_null(
		memmem(b->paper, b->paper_n, "Dziekujemy za zakupy w naszym\nsklepie\n", 38));
	assert_non_null(memmem(b->paper, b->paper_n, "\n--------------------------------\n", 34));
	assert_null(memmem(b->paper, b->paper_n, "busy", 4));
	assert_null(memmem(b->paper, b->paper_n, "early", 5));
	assert_int_equal(value_of(b, "lada_print_jobs_done_total", "receipt"), 1);
	assert_int_equal(value_of(b, "lada_print_jobs_nothing_total", "receipt"), 2);
	bench_free(b);
}

static void test_no_paper(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	plug_printer(b);
	memcpy(b->eot, "\x1a\x32\x12\x7e", 4);
	start(b);
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_PAPER_OUT);
	assert_string_equal(last(b, DOOR_DEVICE)->event.device.detail, "no paper");
	print(b, 1, "receipt", "Tx\n");
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 1);
	assert_job(b, 1, JOB_RESULT_NOTHING);
	assert_string_equal(last(b, DOOR_JOB)->event.job.detail, "no paper");
	memset(b->eot, 0x12, 4);
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_OK);
	print(b, 1, "receipt", "Tx\n");
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 2);
	assert_job(b, 1, JOB_RESULT_DONE);
	bench_free(b);
}

static void test_link_lost(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	plug_printer(b);
	b->mute = true;
	start(b);
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_OK);
	print(b, 5, "receipt", "Tin the middle\n");
	RUN_UNTIL(b, memmem(b->paper, b->paper_n, "middle\n", 7));
	close(b->printer);
	b->printer = -1;
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 1);
	assert_job(b, 5, JOB_RESULT_UNKNOWN);
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_OFFLINE);
	b->mute = false;
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_OK);
	print(b, 6, "receipt", "Tagain\n");
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 2);
	assert_job(b, 6, JOB_RESULT_DONE);
	bench_free(b);
}

/* A stop in the middle of a job tells the truth before the ports close. */
static void test_stop_in_a_job(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	plug_printer(b);
	b->mute = true;
	start(b);
	RUN_UNTIL(b, status_of(b, "receipt") == DEVICE_OK);
	print(b, 5, "receipt", "Tin the middle\n");
	RUN_UNTIL(b, memmem(b->paper, b->paper_n, "middle\n", 7));
	devices_stop(b->devices, on_stopped, b);
	RUN_UNTIL(b, b->stopped);
	assert_job(b, 5, JOB_RESULT_UNKNOWN);
	devices_free(b->devices);
	b->stopped = false;
	start(b);
	bench_free(b);
}

static void test_missing(void **state)
{
	struct bench *b = bench_new();
	struct door_out beep = { .kind = OUT_FEEDBACK };

	(void)state;
	add(b, DEVICE_SCANNER, "gone", "serial:/dev/serial/by-id/nothing", "line");
	add(b, DEVICE_SCANNER, "auto", "auto", "line");
	add(b, DEVICE_PRINTER, "usb", "usb:04b8:0202", "escpos");
	add(b, DEVICE_SCANNER, "zebra", "serial:/dev/ttyS9", "morse");
	add(b, DEVICE_DISPLAY, "pole", "serial:/dev/ttyS9", "pole");
	slice_copy(slice_of("no-such"),
		   add(b, DEVICE_PRINTER, "odd", "tcp:127.0.0.1:9", "escpos")->profile, 32);
	start(b);
	RUN_UNTIL(b, count_of(b, DOOR_DEVICE) == 6);
	assert_int_equal(status_of(b, "gone"), DEVICE_OFFLINE);
	assert_int_equal(status_of(b, "auto"), DEVICE_UNCLAIMED);
	assert_int_equal(status_of(b, "usb"), DEVICE_UNCLAIMED);
	assert_int_equal(status_of(b, "zebra"), DEVICE_UNCLAIMED);
	assert_int_equal(status_of(b, "pole"), DEVICE_OFFLINE);
	assert_int_equal(status_of(b, "odd"), DEVICE_UNCLAIMED);
	for (int i = 0; i < b->count; i++)
		assert_true(b->seen[i].event.device.detail[0] != '\0');
	print(b, 9, "usb", "Tx\n");
	RUN_UNTIL(b, count_of(b, DOOR_JOB) == 1);
	assert_job(b, 9, JOB_RESULT_NOTHING);
	devices_output(b->devices, &beep, (struct slice){ NULL, 0 });
	assert_int_equal(value_of(b, "lada_device_garbage_bytes_total", "usb"), 0);
	bench_free(b);
}

static void test_none(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	start(b);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan),	      cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_full_door),     cmocka_unit_test(test_print),
		cmocka_unit_test(test_no_paper),      cmocka_unit_test(test_link_lost),
		cmocka_unit_test(test_stop_in_a_job), cmocka_unit_test(test_missing),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
