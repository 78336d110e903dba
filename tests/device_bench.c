// SPDX-License-Identifier: Apache-2.0
#include "tests/device_bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct config_device *bench_add(struct bench *b, enum device_kind kind, const char *name,
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

void bench_deadline(uv_timer_t *timer)
{
	struct bench *b = timer->data;

	b->late = uv_hrtime() > b->deadline_ns;
}

struct bench *bench_new(void)
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

static size_t list_plugged(void *ctx, struct seen *ret_seen, size_t cap)
{
	const struct bench *b = ctx;

	assert_true(cap >= b->plugged_count);
	memcpy(ret_seen, b->plugged, b->plugged_count * sizeof(b->plugged[0]));
	return b->plugged_count;
}

static bool find_known(void *ctx, const struct seen *seen, enum device_kind kind,
		       const char *protocol, struct known *ret_known)
{
	const struct bench *b = ctx;

	*ret_known = b->known;
	return seen->vendor > 0 && b->known.protocol[0] && kind == b->known.kind &&
	       (strcmp(protocol, "auto") == 0 || strcmp(protocol, b->known.protocol) == 0);
}

void bench_start(struct bench *b)
{
	const struct device_view view = { list_plugged, find_known, b };

	b->devices = devices_open(&b->loop, b->door, b->config, &b->clock, b->view ? &view : NULL);
	assert_non_null(b->devices);
}

static void on_stopped(void *ctx)
{
	struct bench *b = ctx;

	b->stopped = true;
}

/* ---- the scanner's cable ---- */

void bench_plug_scanner(struct bench *b)
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
	bench_add(b, DEVICE_SCANNER, "counter", text, "line");
}

void bench_pull_scanner(struct bench *b)
{
	close(b->master);
	unlink(b->link);
	rmdir(b->dir);
	b->master = -1;
}

void bench_type(struct bench *b, const char *text)
{
	assert_int_equal(write(b->master, text, strlen(text)), (ssize_t)strlen(text));
}

/* ---- the printer ---- */

void bench_plug_printer(struct bench *b)
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
	bench_add(b, DEVICE_PRINTER, "receipt", text, "escpos");
}

static void answer(struct bench *b, uint8_t byte)
{
	if (!b->deaf)
		assert_int_equal(send(b->printer, &byte, 1, MSG_NOSIGNAL), 1);
}

static void answer_text(struct bench *b, const char *text)
{
	char block[64];
	const int n = snprintf(block, sizeof(block), "_%s", text);

	assert_int_equal(send(b->printer, block, (size_t)n + 1, MSG_NOSIGNAL), n + 1);
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
		else if (b->held[1] == 'I' && b->model)
			answer_text(b, c == 0x43 ? b->model : "ACME");
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
		struct told *s = &b->told[b->count++];

		assert_true(b->count < EVENTS_MAX);
		s->event = e;
		s->n = payload.n;
		memcpy(s->text, payload.p ? payload.p : "",
		       payload.n < sizeof(s->text) ? payload.n : sizeof(s->text) - 1);
	}
}

void bench_turn(struct bench *b)
{
	uv_run(&b->loop, UV_RUN_ONCE);
	run_printer(b);
	collect(b);
}

void bench_stop(struct bench *b)
{
	b->stopped = false;
	devices_stop(b->devices, on_stopped, b);
	RUN_UNTIL(b, b->stopped);
}

void bench_free(struct bench *b)
{
	bench_stop(b);
	devices_free(b->devices);
	uv_close((uv_handle_t *)&b->deadline, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	door_free(b->door);
	if (b->master >= 0)
		bench_pull_scanner(b);
	if (b->printer >= 0)
		close(b->printer);
	if (b->listener >= 0)
		close(b->listener);
	free(b->config);
	free(b);
}

/* The last status told of a device; -1 none. */
int bench_status(const struct bench *b, const char *name)
{
	for (int i = b->count; i-- > 0;)
		if (b->told[i].event.kind == DOOR_DEVICE &&
		    strcmp(b->told[i].event.device.name, name) == 0)
			return (int)b->told[i].event.device.status;
	return -1;
}

int bench_count(const struct bench *b, enum door_kind kind)
{
	int n = 0;

	for (int i = 0; i < b->count; i++)
		n += b->told[i].event.kind == kind;
	return n;
}

const struct told *bench_last(const struct bench *b, enum door_kind kind)
{
	for (int i = b->count; i-- > 0;)
		if (b->told[i].event.kind == kind)
			return &b->told[i];
	fail_msg("no such event");
	return NULL;
}

void bench_print(struct bench *b, int64_t job, const char *printer, const char *doc)
{
	struct door_out out = { .kind = OUT_PRINT };
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", doc);
	out.print.job = job;
	slice_copy(slice_of(printer), out.print.printer, sizeof(out.print.printer));
	devices_output(b->devices, &out, slice_of(copy));
	memset(copy, 'x', sizeof(copy)); /* the payload was only lent */
}

void bench_assert_job(const struct bench *b, int64_t job, enum job_result result)
{
	assert_int_equal(bench_last(b, DOOR_JOB)->event.job.job, job);
	assert_int_equal(bench_last(b, DOOR_JOB)->event.job.result, result);
}

uint64_t bench_value(const struct bench *b, const char *name, const char *device)
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

int bench_plug(struct bench *b, const char *path, int product, const char *serial)
{
	struct seen *s = &b->plugged[b->plugged_count++];
	const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	char name[64];

	assert_true(b->plugged_count <= PLUGS_MAX && master >= 0);
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	assert_int_equal(ptsname_r(master, name, sizeof(name)), 0);
	assert_int_equal(symlink(name, path), 0);
	*s = (struct seen){
		.port = PORT_SERIAL, .vendor = 0x0c2e, .product = product, .look = SEEN_TTY
	};
	snprintf(s->path, sizeof(s->path), "%s", path);
	snprintf(s->usb_path, sizeof(s->usb_path), "1-%s", strrchr(path, '/') + 1);
	snprintf(s->serial, sizeof(s->serial), "%s", serial);
	snprintf(s->maker, sizeof(s->maker), "ACME");
	snprintf(s->model, sizeof(s->model), "Model %d", product);
	return master;
}

void bench_pull(struct bench *b, const char *path, int master)
{
	close(master);
	unlink(path);
	for (size_t i = 0; i < b->plugged_count; i++)
		if (strcmp(b->plugged[i].path, path) == 0) {
			memmove(&b->plugged[i], &b->plugged[i + 1],
				(--b->plugged_count - i) * sizeof(b->plugged[0]));
			return;
		}
}

const struct door_event *bench_device(const struct bench *b, const char *name)
{
	for (int i = b->count; i-- > 0;)
		if (b->told[i].event.kind == DOOR_DEVICE &&
		    strcmp(b->told[i].event.device.name, name) == 0)
			return &b->told[i].event;
	fail_msg("nothing told of %s", name);
	return NULL;
}
