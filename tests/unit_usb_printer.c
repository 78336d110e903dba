// SPDX-License-Identifier: Apache-2.0
/*
 * A USB printer, as the real libusb and the real port see it: it takes bytes when it likes,
 * stalls, answers garbage, and is pulled out at every step.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/usb_bench.h"

#define BIG 40000

static uint8_t *pattern(size_t n)
{
	uint8_t *p = malloc(n);
	uint32_t x = 1;

	assert_non_null(p);
	for (size_t i = 0; i < n; i++) {
		x = x * 1103515245 + 12345;
		p[i] = (uint8_t)(x >> 16);
	}
	return p;
}

static void assert_got(struct usb_fake_device *d, const uint8_t *p, size_t n)
{
	uint8_t *got = malloc(USB_FAKE_OUT_MAX);

	assert_non_null(got);
	assert_int_equal(usb_fake_got(d, got, USB_FAKE_OUT_MAX), n);
	assert_memory_equal(got, p, n);
	free(got);
}

/* A printer that is plugged in, and a port that looks for it. */
struct rig {
	struct usb_bench *b;
	struct usb_fake_device *d;
	struct usb_line *l;
};

static struct rig rig_open(const struct usb_fake_setup *setup)
{
	struct rig r = { .b = usb_bench_new() };

	r.d = usb_fake_plug(r.b->fake, setup);
	r.l = usb_bench_open(r.b, 0, "usb:04b8:0e15");
	return r;
}

/* The port has found it. */
static struct rig rig_up(const struct usb_fake_setup *setup)
{
	struct rig r = rig_open(setup);

	BENCH_UNTIL(r.b, r.l->ups == 1);
	return r;
}

static void test_open_write_read(void **state)
{
	struct rig r = rig_open(&usb_printer);
	int vendor, product;

	(void)state;
	usb_fake_status(r.d, 0x12);
	BENCH_UNTIL(r.b, r.l->ups == 1);
	assert_string_equal(port_model(&r.l->port), "EPSON TM-T20II");
	assert_string_equal(port_usb_path(&r.l->port), "1-1:1.0");
	assert_int_equal(port_usb_ids(&r.l->port, &vendor, &product), 0);
	assert_int_equal(vendor, 0x04b8);
	assert_int_equal(product, 0x0e15);
	assert_int_equal(port_descriptor(&r.l->port).n, 0);
	assert_int_equal(usb_fake_claims(r.d), 1);
	assert_int_equal(usb_fake_waiting(r.d, 0x81), 2);
	usb_bench_write(r.l, "\x10\x04\x01", 3);
	BENCH_UNTIL(r.b, r.l->in_n == 1);
	assert_int_equal(r.l->in[0], 0x12);
	assert_got(r.d, (const uint8_t *)"\x10\x04\x01", 3);
	usb_bench_stop(r.l);
	BENCH_UNTIL(r.b, usb_fake_attached(r.d) == 1);
	assert_int_equal(usb_fake_claims(r.d), 0);
	assert_int_equal(usb_fake_waiting(r.d, 0x81), 0);
	assert_int_equal(usb_fake_resets(r.d), 0);
	assert_int_equal(port_usb_ids(&r.l->port, &vendor, &product), -ENOTCONN);
	usb_bench_free(r.b);
}

/* No more at once than 4 KiB, no more held than the port has room for. */
static void test_big_write(void **state)
{
	struct rig r = rig_up(&usb_printer);
	uint8_t *p = pattern(BIG);

	(void)state;
	usb_fake_takes(r.d, 0);
	usb_bench_write(r.l, p, BIG);
	assert_int_equal(r.l->text_at, 4096 + PORT_OUT_MAX);
	assert_int_equal(port_room(&r.l->port), 0);
	assert_int_equal(port_write(&r.l->port, p, 1), -ENOBUFS);
	assert_int_equal(usb_fake_waiting(r.d, 0x02), 1);
	usb_fake_takes(r.d, 5000);
	BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == 5000);
	assert_int_equal(usb_fake_waiting(r.d, 0x02), 1);
	usb_fake_takes(r.d, USB_FAKE_ALL);
	BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == BIG);
	assert_got(r.d, p, BIG);
	assert_int_equal(r.l->downs, 0);
	assert_true(r.l->rooms > 1);
	usb_bench_free(r.b);
	free(p);
}

/* Each transfer comes back short; what moved is not sent again. */
static void test_short_writes(void **state)
{
	struct rig r = rig_open(&usb_printer);
	uint8_t *p = pattern(BIG);

	(void)state;
	usb_fake_piece(r.d, 640);
	BENCH_UNTIL(r.b, r.l->ups == 1);
	usb_bench_write(r.l, p, BIG);
	BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == BIG);
	assert_got(r.d, p, BIG);
	usb_bench_free(r.b);
	free(p);
}

/* Paper out: it takes 1000 bytes and then no more. The transfer times out with these moved. */
static void test_timed_out(void **state)
{
	struct rig r = rig_up(&usb_printer);
	uint8_t *p = pattern(BIG);
	uint64_t before_ns;

	(void)state;
	usb_fake_takes(r.d, 1000);
	usb_bench_write(r.l, p, BIG);
	before_ns = uv_hrtime();
	BENCH_UNTIL(r.b, usb_fake_discards(r.d) == 1);
	assert_true(uv_hrtime() - before_ns >= UINT64_C(4500000000));
	BENCH_UNTIL(r.b, usb_fake_waiting(r.d, 0x02) == 1);
	assert_got(r.d, p, 1000);
	assert_int_equal(r.l->downs, 0);
	/* It still answers meanwhile. */
	usb_fake_send(r.d, "\x14\x00\x00\x0f", 4);
	BENCH_UNTIL(r.b, r.l->in_n == 4);
	usb_fake_takes(r.d, USB_FAKE_ALL);
	BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == BIG);
	assert_got(r.d, p, BIG);
	usb_bench_free(r.b);
	free(p);
}

static void test_stall(void **state)
{
	struct rig r = rig_up(&usb_printer);
	uint8_t *p = pattern(BIG);

	(void)state;
	usb_fake_stall(r.d, 0x02, 1);
	usb_bench_write(r.l, p, BIG);
	BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == BIG);
	assert_got(r.d, p, BIG);
	assert_int_equal(usb_fake_clears(r.d), 1);
	usb_fake_stall(r.d, 0x81, 1);
	BENCH_UNTIL(r.b, usb_fake_clears(r.d) == 2 && usb_fake_waiting(r.d, 0x81) == 2);
	usb_fake_send(r.d, "\x12", 1);
	BENCH_UNTIL(r.b, r.l->in_n == 1);
	assert_int_equal(r.l->downs, 0);
	/* For ever is another matter. */
	usb_fake_stall(r.d, 0x02, 1000);
	usb_bench_write(r.l, p, 10);
	BENCH_UNTIL(r.b, r.l->downs == 1);
	assert_string_equal(r.l->why, "the device refuses its own pipe");
	assert_int_equal(port_error(&r.l->port), -EPIPE);
	usb_bench_free(r.b);
	free(p);
}

static void test_bad_reads(void **state)
{
	struct rig r = rig_up(&usb_printer);
	uint8_t garbage[512];

	(void)state;
	usb_fake_fail(r.d, 0x81, 3);
	usb_fake_send(r.d, "", 0); /* boards that answer every read at once with nothing */
	usb_fake_send(r.d, "", 0);
	usb_fake_send(r.d, "", 0);
	memset(garbage, 0xa5, sizeof(garbage));
	usb_fake_send(r.d, garbage, sizeof(garbage));
	BENCH_UNTIL(r.b, r.l->in_n == sizeof(garbage));
	assert_memory_equal(r.l->in, garbage, sizeof(garbage));
	assert_int_equal(r.l->downs, 0);
	usb_fake_fail(r.d, 0x81, 1000);
	BENCH_UNTIL(r.b, r.l->downs == 1);
	assert_int_equal(port_error(&r.l->port), -EIO);
	usb_bench_free(r.b);
}

/* Whether a packet with an error got there nobody knows: the line goes down, no byte again. */
static void test_bad_write(void **state)
{
	struct rig r = rig_up(&usb_printer);

	(void)state;
	usb_fake_fail(r.d, 0x02, 1);
	usb_bench_write(r.l, "slip", 4);
	BENCH_UNTIL(r.b, r.l->ups == 2);
	assert_int_equal(r.l->downs, 1);
	assert_int_equal(usb_fake_got(r.d, NULL, 0), 0);
	usb_bench_free(r.b);
}

/* What a printer says of itself, or does not, or in odd ways. */
static void test_device_id(void **state)
{
	static const struct {
		const char *id, *model;
	} ids[] = {
		{ "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;", "EPSON TM-T20II" },
		{ "MANUFACTURER:Bixolon; MODEL:SRP-350III;", "Bixolon SRP-350III" },
		{ "MDL:POS58", "POS58" },
		{ "MFG:Custom", "Custom" },
		{ "", "" },
		{ ";;::;MDL;", "" },
		{ "MFG:a\001b;MDL:c;", "" },
		{ "MFG:\xff\xfe;MDL:c;", "" },
		{ NULL, "" },
	};
	char mdl[300] = "MDL:";

	(void)state;
	memset(mdl + 4, 'x', sizeof(mdl) - 5);
	for (size_t i = 0; i <= COUNT_OF(ids); i++) {
		struct usb_fake_setup setup = usb_printer;
		struct rig r;

		setup.device_id = i < COUNT_OF(ids) ? ids[i].id : mdl;
		r = rig_up(&setup);
		assert_string_equal(port_model(&r.l->port), i < COUNT_OF(ids) ? ids[i].model : "");
		usb_bench_free(r.b);
	}
}

/* A printer that answers no question at all is up none the less, after a while. */
static void test_deaf(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_printer);
	struct usb_line *l;

	(void)state;
	usb_fake_deaf(d, true);
	l = usb_bench_open(b, 0, "usb:04b8:0e15");
	BENCH_UNTIL(b, l->ups == 1);
	assert_int_equal(l->downs, 0);
	usb_bench_write(l, "slip", 4);
	BENCH_UNTIL(b, usb_fake_got(d, NULL, 0) == 4);
	usb_bench_free(b);
}

/* Two ways before one way before packets; pipes are where the descriptors say. */
static void test_settings(void **state)
{
	struct usb_fake_setup setup = usb_printer;
	const struct usb_fake_interface settings[] = {
		{ 1, 0, 7, 1, 3, { { 0x04, 2, 64 }, { 0x85, 2, 64 } }, NULL, 0, false },
		{ 1, 1, 7, 1, 1, { { 0x03, 2, 64 } }, NULL, 0, false },
		{ 1, 2, 7, 1, 2, { { 0x86, 2, 512 }, { 0x07, 2, 512 } }, NULL, 0, false },
	};
	struct usb_fake_asked asked[4];
	struct rig r;

	(void)state;
	setup.interfaces[0] =
		(struct usb_fake_interface){ .class = 255, .endpoints = { { 0x81, 3, 8 } } };
	memcpy(&setup.interfaces[1], settings, sizeof(settings));
	r = rig_up(&setup);
	assert_string_equal(port_usb_path(&r.l->port), "1-1:1.1");
	assert_int_equal(usb_fake_setting(r.d), 2);
	assert_int_equal(usb_fake_asked(r.d, asked, COUNT_OF(asked)), 1);
	assert_int_equal(asked[0].index, 0x0102);
	assert_int_equal(usb_fake_waiting(r.d, 0x86), 2);
	usb_fake_takes(r.d, 0);
	usb_bench_write(r.l, "slip", 4);
	BENCH_UNTIL(r.b, usb_fake_waiting(r.d, 0x07) == 1);
	usb_bench_free(r.b);
}

/* A board switched to the vendor class: the same pipes, and no class requests. */
static void test_vendor_class(void **state)
{
	struct usb_fake_setup setup = usb_printer;
	struct usb_fake_asked asked[4];
	struct rig r;

	(void)state;
	setup.interfaces[0].class = 255;
	setup.interfaces[0].subclass = 255;
	r = rig_up(&setup);
	usb_bench_write(r.l, "slip", 4);
	BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == 4);
	assert_int_equal(usb_fake_asked(r.d, asked, COUNT_OF(asked)), 0);
	assert_string_equal(port_model(&r.l->port), "");
	usb_bench_free(r.b);
}

/* What has no pipe to print through is left as it was. */
static void test_no_pipes(void **state)
{
	struct usb_fake_setup setup = usb_printer;
	struct rig r;

	(void)state;
	setup.interfaces[0].class = 8;
	r = rig_open(&setup);
	BENCH_UNTIL(r.b, r.l->downs == 1);
	assert_string_equal(r.l->why, "it has no pipes to speak through");
	assert_int_equal(usb_fake_claims(r.d), 0);
	usb_bench_free(r.b);
}

enum pull { WHILE_CLOSED, WHILE_ASKING, WHILE_IDLE, WHILE_WRITING, WHILE_STALLED, PULLS };

static void pull(const struct rig *r, enum pull when, const uint8_t *p)
{
	switch (when) {
	case WHILE_CLOSED:
		break;
	case WHILE_ASKING:
		BENCH_UNTIL(r->b, usb_fake_waiting(r->d, 0x00) == 1);
		assert_int_equal(r->l->ups, 0);
		break;
	case WHILE_IDLE:
		BENCH_UNTIL(r->b, r->l->ups == 1);
		break;
	case WHILE_WRITING:
		BENCH_UNTIL(r->b, r->l->ups == 1);
		usb_bench_write(r->l, p, BIG);
		BENCH_UNTIL(r->b, usb_fake_got(r->d, NULL, 0) == 6000);
		break;
	case WHILE_STALLED:
		BENCH_UNTIL(r->b, r->l->ups == 1);
		usb_fake_stall(r->d, 0x02, 1);
		usb_bench_write(r->l, p, BIG);
		break;
	case PULLS:
		break;
	}
	usb_fake_unplug(r->d);
}

/* Pulled out at every step, and put back: up again at once, because the bus says so. */
static void test_unplug(void **state)
{
	uint8_t *p = pattern(BIG);

	(void)state;
	for (enum pull when = WHILE_CLOSED; when < PULLS; when++) {
		struct rig r = rig_open(&usb_printer);
		int ups, downs;

		usb_fake_deaf(r.d, when == WHILE_ASKING);
		usb_fake_takes(r.d, 6000);
		pull(&r, when, p);
		BENCH_UNTIL(r.b, r.l->downs > 0);
		assert_int_equal(port_error(&r.l->port), -ENODEV);
		assert_string_equal(r.l->why,
				    r.l->ups > 0 ? "it was unplugged" : "it is not plugged in");
		/* Long enough for the waits to have become long ones. */
		downs = r.l->downs;
		BENCH_UNTIL(r.b, r.l->downs >= downs + 3);
		ups = r.l->ups;
		r.b->hurry = true;
		r.l->text_n = r.l->text_at = 0;
		r.d = usb_fake_plug(r.b->fake, &usb_printer);
		BENCH_UNTIL(r.b, r.l->ups == ups + 1);
		usb_bench_write(r.l, "slip", 4);
		BENCH_UNTIL(r.b, usb_fake_got(r.d, NULL, 0) == 4);
		usb_bench_free(r.b);
	}
	free(p);
}

/* A printer that only listens has no read out that would tell: the bus does. */
static void test_unplug_deaf_mute(void **state)
{
	struct usb_fake_setup setup = usb_printer;
	struct rig r;

	(void)state;
	setup.interfaces[0].protocol = 1;
	setup.interfaces[0].endpoints[1] = (struct usb_fake_endpoint){ 0 };
	r = rig_up(&setup);
	usb_fake_unplug(r.d);
	BENCH_UNTIL(r.b, r.l->downs == 1);
	assert_string_equal(r.l->why, "it was unplugged");
	usb_bench_free(r.b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_write_read),
		cmocka_unit_test(test_big_write),
		cmocka_unit_test(test_short_writes),
		cmocka_unit_test(test_timed_out),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_bad_reads),
		cmocka_unit_test(test_bad_write),
		cmocka_unit_test(test_device_id),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_vendor_class),
		cmocka_unit_test(test_no_pipes),
		cmocka_unit_test(test_unplug),
		cmocka_unit_test(test_unplug_deaf_mute),
	};

	(void)argc;
	usb_fake_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
