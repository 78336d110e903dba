// SPDX-License-Identifier: Apache-2.0
/*
 * From a HID report at a faked scanner to the driver's event in the process: the report is
 * submitted, umockdev ends the transfer, the loop wakes, libusb reaps it, the port delivers it,
 * the scanner's driver makes an event of it. Each reap is an ioctl to another thread, which on a
 * real machine is one into the kernel, so this is more than a device costs.
 *
 *	usb_report [ROUNDS]	-> one JSON line, microseconds
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "tests/usb_bench.h"

#define ROUNDS	   2000
#define ROUNDS_MAX 100000
#define WARM	   50

struct scan {
	const struct driver *driver;
	void *state;
	struct sink sink;
	uint64_t at_ns; /* of the event */
	int events;
};

static void on_event(void *ctx, const struct driver_event *e)
{
	struct scan *s = ctx;

	if (e->kind != DRIVER_SCAN)
		return;
	s->at_ns = uv_hrtime();
	s->events++;
}

static void on_bytes(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* As the device manager does: in the port's own call. */
static void on_taken(void *ctx, const void *p, size_t n)
{
	struct scan *s = ctx;

	s->driver->rx(s->state, p, n, (int64_t)(uv_hrtime() / 1000000), &s->sink);
}

static double round_us(struct usb_bench *b, struct scan *s, struct usb_fake_device *d, int i)
{
	uint8_t report[64] = { 2, 13, ']', 'E', '0' };
	const int before = s->events;
	uint64_t began;

	snprintf((char *)report + 5, 14, "59%011d", i);
	began = uv_hrtime();
	usb_fake_send(d, report, sizeof(report));
	usb_bench_deadline(b);
	while (s->events == before && uv_hrtime() < b->deadline_ns)
		usb_bench_run(b);
	return s->events > before ? (double)(s->at_ns - began) / 1e3 : -1;
}

static void start_driver(struct scan *s, const struct port *port)
{
	const struct driver_setup setup = { .descriptor = port_descriptor(port),
					    .vendor = 0x0c2e,
					    .product = 0x0b61 };

	s->state = calloc(1, s->driver->state_size);
	s->sink = (struct sink){ on_event, on_bytes, s };
	s->driver->start(s->state, &setup, 0, &s->sink);
}

int main(int argc, char **argv)
{
	const int asked = argc > 1 ? (int)strtol(argv[1], NULL, 10) : ROUNDS;
	const int rounds = asked > 0 && asked <= ROUNDS_MAX ? asked : ROUNDS;
	struct scan s = { .driver = driver_find(DEVICE_SCANNER, slice_of("hidpos")) };
	double *us = calloc((size_t)rounds, sizeof(*us));
	struct usb_fake_device *d;
	struct usb_line *line;
	struct usb_bench *b;

	usb_fake_begin(argv);
	if (!s.driver || !us)
		return 1;
	b = usb_bench_new();
	d = usb_fake_plug(b->fake, &usb_hidpos);
	line = usb_bench_open(b, 0, "usb:0c2e:0b61");
	line->taken = on_taken;
	line->taken_ctx = &s;
	BENCH_UNTIL(b, line->ups == 1);
	start_driver(&s, &line->port);
	for (int i = -WARM; i < rounds; i++) {
		const double t = round_us(b, &s, d, i + WARM);

		if (t < 0)
			return 1;
		if (i >= 0)
			us[i] = t;
	}
	qsort(us, (size_t)rounds, sizeof(*us), by_size);
	printf("{\"rounds\":%d,\"median_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}\n", rounds,
	       us[rounds / 2], us[rounds * 99 / 100], us[rounds - 1]);
	usb_bench_free(b);
	free(s.state);
	free(us);
	return 0;
}
