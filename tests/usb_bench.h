// SPDX-License-Identifier: Apache-2.0
/*
 * A uv loop with the real USB bus on it, real ports, and the faked devices of usb_fake.h that
 * they open. The bench owns all of it. Nothing sleeps: BENCH_UNTIL turns the loop until a
 * condition holds or a deadline has passed.
 */
#ifndef LADA_TESTS_USB_BENCH_H
#define LADA_TESTS_USB_BENCH_H

#include "drivers/port.h"
#include "drivers/usb_bus.h"
#include "tests/usb_fake.h"

#define USB_BENCH_DEADLINE_MS 15000
#define USB_BENCH_PORTS	      4
#define USB_BENCH_IN_MAX      65536

struct usb_bench;

struct usb_line {
	struct usb_bench *bench;
	struct port port;
	bool started, stopped;
	int ups, downs, rooms;
	char why[128];
	uint8_t in[USB_BENCH_IN_MAX];
	size_t in_n, pieces;
	void (*taken)(void *ctx, const void *p, size_t n); /* instead of into `in`; may be NULL */
	void *taken_ctx;
	const uint8_t *text; /* to be written as there is room */
	size_t text_n, text_at;
};

struct usb_bench {
	uv_loop_t loop;
	uv_timer_t tick; /* rings often, so that a turn of the loop is short */
	uint64_t deadline_ns;
	struct clock clock;
	struct usb_fake *fake;
	struct usb_bus *bus;
	int changes;
	bool hurry; /* a change hurries all ports, as the device manager does */
	bool bus_stopped;
	struct usb_line lines[USB_BENCH_PORTS];
};

extern const uint8_t usb_hidpos_report[], usb_keyboard_report[];
extern const size_t usb_hidpos_report_n, usb_keyboard_report_n;
extern const struct usb_fake_setup usb_printer; /* EPSON TM-T20II, in 81, out 02, serial A1 */
extern const struct usb_fake_setup usb_hidpos;	/* Honeywell, in 81, 64 bytes of report 2 */
extern const struct usb_fake_setup usb_keyboard;

struct usb_bench *usb_bench_new(void);
void usb_bench_free(struct usb_bench *b); /* stops what still runs */
void usb_bench_run(struct usb_bench *b);  /* one turn */
void usb_bench_deadline(struct usb_bench *b);

struct usb_line *usb_bench_open(struct usb_bench *b, int i, const char *text);
/* This very interface, as a device manager names it. */
struct usb_line *usb_bench_open_path(struct usb_bench *b, int i, const char *path);
void usb_bench_write(struct usb_line *line, const void *p, size_t n);
void usb_bench_stop(struct usb_line *line);

#define BENCH_UNTIL(b, condition)                                                                  \
	do {                                                                                       \
		usb_bench_deadline(b);                                                             \
		while (!(condition) && uv_hrtime() < (b)->deadline_ns)                             \
			usb_bench_run(b);                                                          \
		if (!(condition))                                                                  \
			fail_msg("never: %s (%s)", #condition, (b)->lines[0].why);                 \
	} while (0)

#endif
