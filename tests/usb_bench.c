// SPDX-License-Identifier: Apache-2.0
#include "tests/usb_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Usage page 8C, usage 02, reports 2 (scanned data) and FE (settings), as Honeywell's. */
const uint8_t usb_hidpos_report[] = {
	0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x12, 0xa1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26,
	0xff, 0x00, 0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3b, 0x81, 0x02, 0x95, 0x03, 0x05,
	0x8c, 0x09, 0xfb, 0x09, 0xfc, 0x09, 0xfd, 0x81, 0x02, 0x09, 0xfe, 0x95, 0x38, 0x82, 0x02,
	0x01, 0x95, 0x03, 0x06, 0x66, 0xff, 0x09, 0x04, 0x81, 0x02, 0xc0, 0x85, 0xfe, 0x95, 0x01,
	0x09, 0x05, 0xb1, 0x02, 0x85, 0xfd, 0x95, 0x3f, 0x09, 0x06, 0x91, 0x02, 0xc0,
};
const size_t usb_hidpos_report_n = sizeof(usb_hidpos_report);

/* HID 1.11, appendix E.6. */
const uint8_t usb_keyboard_report[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25,
	0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x06,
	0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};
const size_t usb_keyboard_report_n = sizeof(usb_keyboard_report);

const struct usb_fake_setup usb_printer = {
	.path = "1-1",
	.vendor = 0x04b8,
	.product = 0x0e15,
	.serial = "A1",
	.maker = "EPSON",
	.model = "Receipt Printer",
	.device_id = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;",
	.interfaces = { { 0, 0, 7, 1, 2, { { 0x02, 2, 64 }, { 0x81, 2, 64 } }, NULL, 0, false } },
};

const struct usb_fake_setup usb_hidpos = {
	.path = "1-2",
	.vendor = 0x0c2e,
	.product = 0x0b61,
	.serial = "S1",
	.maker = "Honeywell",
	.model = "3310g",
	.interfaces = { { 0,
			  0,
			  3,
			  0,
			  0,
			  { { 0x81, 3, 64 } },
			  usb_hidpos_report,
			  sizeof(usb_hidpos_report),
			  false } },
};

const struct usb_fake_setup usb_keyboard = {
	.path = "1-3",
	.vendor = 0x05e0,
	.product = 0x1200,
	.model = "Bar Code Scanner",
	.interfaces = { { 0,
			  0,
			  3,
			  1,
			  1,
			  { { 0x83, 3, 8 } },
			  usb_keyboard_report,
			  sizeof(usb_keyboard_report),
			  false } },
};

static void pump(struct usb_line *l)
{
	while (l->text_at < l->text_n && port_room(&l->port) > 0) {
		size_t n = l->text_n - l->text_at;

		if (n > port_room(&l->port))
			n = port_room(&l->port);
		assert_int_equal(port_write(&l->port, l->text + l->text_at, n), 0);
		l->text_at += n;
		port_flush(&l->port);
	}
}

static void on_up(void *ctx)
{
	((struct usb_line *)ctx)->ups++;
}

static void on_down(void *ctx, const char *why)
{
	struct usb_line *l = ctx;

	l->downs++;
	snprintf(l->why, sizeof(l->why), "%s", why);
}

static void on_bytes(void *ctx, const void *p, size_t n, int64_t read_ns)
{
	struct usb_line *l = ctx;

	(void)read_ns;
	l->pieces++;
	if (l->taken) {
		l->taken(l->taken_ctx, p, n);
		return;
	}
	assert_true(l->in_n + n <= sizeof(l->in));
	memcpy(l->in + l->in_n, p, n);
	l->in_n += n;
}

static void on_room(void *ctx)
{
	struct usb_line *l = ctx;

	l->rooms++;
	pump(l);
}

static void on_stopped(void *ctx)
{
	((struct usb_line *)ctx)->stopped = true;
}

static void on_changed(void *ctx)
{
	struct usb_bench *b = ctx;

	b->changes++;
	for (int i = 0; b->hurry && i < USB_BENCH_PORTS; i++)
		if (b->lines[i].started)
			port_hurry(&b->lines[i].port);
}

static void on_bus_stopped(void *ctx)
{
	((struct usb_bench *)ctx)->bus_stopped = true;
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

void usb_bench_deadline(struct usb_bench *b)
{
	b->deadline_ns = uv_hrtime() + USB_BENCH_DEADLINE_MS * UINT64_C(1000000);
}

void usb_bench_run(struct usb_bench *b)
{
	uv_run(&b->loop, UV_RUN_ONCE);
}

struct usb_bench *usb_bench_new(void)
{
	struct usb_bench *b = calloc(1, sizeof(*b));
	const char *why = NULL;

	assert_non_null(b);
	b->fake = usb_fake_new();
	b->clock = clock_system();
	assert_int_equal(uv_loop_init(&b->loop), 0);
	uv_timer_init(&b->loop, &b->tick);
	uv_timer_start(&b->tick, on_tick, 2, 2);
	b->bus = usb_bus_start(&b->loop, on_changed, b, &why);
	if (!b->bus)
		fail_msg("%s", why);
	return b;
}

static struct usb_line *start(struct usb_bench *b, int i, const struct port_address *address)
{
	struct usb_line *l = &b->lines[i];
	const struct port_events events = { on_up, on_down, on_bytes, on_room, l, NULL };

	*l = (struct usb_line){ .bench = b, .started = true };
	assert_int_equal(port_start(&l->port, &b->loop, &b->clock, b->bus, address, &events), 0);
	return l;
}

struct usb_line *usb_bench_open(struct usb_bench *b, int i, const char *text)
{
	struct port_address address;
	const char *what;

	assert_int_equal(port_parse(text, "", &address, &what), 0);
	return start(b, i, &address);
}

struct usb_line *usb_bench_open_path(struct usb_bench *b, int i, const char *path)
{
	struct port_address address = { .kind = PORT_USB };

	assert_int_equal(slice_copy(slice_of(path), address.usb_path, sizeof(address.usb_path)), 0);
	return start(b, i, &address);
}

void usb_bench_write(struct usb_line *line, const void *p, size_t n)
{
	line->text = p;
	line->text_n = n;
	line->text_at = 0;
	pump(line);
}

void usb_bench_stop(struct usb_line *line)
{
	port_stop(&line->port, on_stopped);
	BENCH_UNTIL(line->bench, line->stopped);
	line->started = false;
}

void usb_bench_free(struct usb_bench *b)
{
	for (int i = 0; i < USB_BENCH_PORTS; i++)
		if (b->lines[i].started)
			usb_bench_stop(&b->lines[i]);
	if (!b->bus_stopped) {
		usb_bus_stop(b->bus, on_bus_stopped, b);
		BENCH_UNTIL(b, b->bus_stopped);
	}
	uv_close((uv_handle_t *)&b->tick, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	usb_fake_free(b->fake);
	free(b);
}
