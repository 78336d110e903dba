// SPDX-License-Identifier: Apache-2.0
/*
 * HID scanners on the faked bus: what is asked of them before the line is up, and reports that
 * are as long as their descriptor says, both ways.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/usb_bench.h"

#define ASKED_MAX 16
#define BURST	  200

static const struct usb_fake_asked *asked_of(const struct usb_fake_asked *asked, size_t n,
					     uint8_t type, uint8_t request)
{
	for (size_t i = 0; i < n; i++)
		if (asked[i].type == type && asked[i].request == request)
			return &asked[i];
	return NULL;
}

static void test_hidpos(void **state)
{
	static const uint8_t report[64] = { 2,	 13,  ']', 'E', '0', '5', '9', '0', '1',
					    '2', '3', '4', '1', '2', '3', '4', '5', '7' };
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_hidpos);
	struct usb_line *l = usb_bench_open(b, 0, "usb:0c2e:0b61@S1");
	struct usb_fake_asked asked[ASKED_MAX];
	const struct usb_fake_asked *a;
	struct slice descriptor;
	size_t n;

	(void)state;
	BENCH_UNTIL(b, l->ups == 1);
	descriptor = port_descriptor(&l->port);
	assert_int_equal(descriptor.n, usb_hidpos_report_n);
	assert_memory_equal(descriptor.p, usb_hidpos_report, descriptor.n);
	n = usb_fake_asked(d, asked, ASKED_MAX);
	assert_int_equal(n, 2);
	a = asked_of(asked, n, 0x81, 6);
	assert_non_null(a);
	assert_int_equal(a->value, 0x2200);
	assert_int_equal(a->length, usb_hidpos_report_n);
	/* Without this Honeywell's send nothing. */
	a = asked_of(asked, n, 0x21, 9);
	assert_non_null(a);
	assert_int_equal(a->value, 0x03fe);
	assert_int_equal(a->length, 2);
	assert_memory_equal(a->bytes, "\xfe\x01", 2);
	assert_int_equal(usb_fake_waiting(d, 0x81), 2);
	usb_fake_send(d, report, sizeof(report));
	BENCH_UNTIL(b, l->pieces == 1);
	assert_int_equal(l->in_n, 64);
	assert_memory_equal(l->in, report, 64);
	usb_bench_stop(l);
	BENCH_UNTIL(b, usb_fake_attached(d) == 1);
	usb_bench_free(b);
}

/* Another maker's is not sent what it does not know. */
static void test_no_wake(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup setup = usb_hidpos;
	struct usb_fake_asked asked[ASKED_MAX];
	struct usb_fake_device *d;
	struct usb_line *l;

	(void)state;
	setup.vendor = 0x05e0;
	d = usb_fake_plug(b->fake, &setup);
	l = usb_bench_open(b, 0, "usb:05e0:0b61");
	BENCH_UNTIL(b, l->ups == 1);
	assert_int_equal(usb_fake_asked(d, asked, ASKED_MAX), 1);
	usb_bench_free(b);
}

/* Reports 1 of 9 bytes and 2 of 4, in packets of 64. */
static const uint8_t two_reports[] = {
	0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x85, 0x01, 0x15, 0x00, 0x26, 0xff,
	0x00, 0x75, 0x08, 0x95, 0x08, 0x09, 0x01, 0x81, 0x02, 0x85, 0x02, 0x95, 0x03,
	0x09, 0x02, 0x81, 0x02, 0x85, 0x03, 0x95, 0x05, 0x09, 0x03, 0x91, 0x02, 0xc0,
};

static struct usb_fake_setup other_hid(void)
{
	struct usb_fake_setup setup = usb_hidpos;

	setup.vendor = 0x1234;
	setup.interfaces[0].report = two_reports;
	setup.interfaces[0].report_n = sizeof(two_reports);
	return setup;
}

static void test_padding(void **state)
{
	static const uint8_t expected[] = { 1,	 'a', 'b', 0,	0, 0,	0,   0,	  0,
					    2,	 'c', 'c', 'c', 1, 'd', 'd', 'd', 'd',
					    'd', 'd', 'd', 'd', 2, 'e', 0,   0 };
	struct usb_bench *b = usb_bench_new();
	const struct usb_fake_setup setup = other_hid();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &setup);
	struct usb_line *l = usb_bench_open(b, 0, "usb:1234:0b61");
	uint8_t whole[64] = { 1 };

	(void)state;
	memset(whole + 1, 'd', 63);
	BENCH_UNTIL(b, l->ups == 1);
	usb_fake_send(d, "\001ab", 3);
	usb_fake_send(d, "\002ccccc", 6);
	usb_fake_send(d, "\007xx", 3); /* no such report */
	usb_fake_send(d, whole, sizeof(whole));
	usb_fake_send(d, "\002e", 2);
	BENCH_UNTIL(b, l->pieces == 4);
	assert_int_equal(l->in_n, sizeof(expected));
	assert_memory_equal(l->in, expected, sizeof(expected));
	usb_bench_free(b);
}

static void test_burst(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_hidpos);
	struct usb_line *l = usb_bench_open(b, 0, "usb:0c2e:0b61");
	uint8_t report[64] = { 2 };

	(void)state;
	BENCH_UNTIL(b, l->ups == 1);
	for (int i = 0; i < BURST; i++) {
		report[5] = (uint8_t)i;
		usb_fake_send(d, report, sizeof(report));
	}
	BENCH_UNTIL(b, l->pieces == BURST);
	for (int i = 0; i < BURST; i++)
		assert_int_equal(l->in[i * 64 + 5], i);
	usb_bench_free(b);
}

/* Reports out: by request where there is no pipe, padded; unknown ones are dropped. */
static void test_reports_out(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_hidpos);
	struct usb_line *l = usb_bench_open(b, 0, "usb:0c2e:0b61");
	struct usb_fake_asked asked[ASKED_MAX];

	(void)state;
	BENCH_UNTIL(b, l->ups == 1);
	usb_bench_write(l, "\x99zzz", 4);
	usb_bench_write(l, "\xfd\x03\x16M\r", 5);
	BENCH_UNTIL(b, usb_fake_asked(d, asked, ASKED_MAX) == 3);
	assert_int_equal(asked[2].type, 0x21);
	assert_int_equal(asked[2].request, 9);
	assert_int_equal(asked[2].value, 0x02fd);
	assert_int_equal(asked[2].length, 64);
	assert_memory_equal(asked[2].bytes, "\xfd\x03\x16M\r\0\0\0", 8);
	usb_fake_stall_control(d, 9);
	usb_bench_write(l, "\xfe\x00", 2);
	BENCH_UNTIL(b, usb_fake_asked(d, asked, ASKED_MAX) == 4);
	assert_int_equal(asked[3].value, 0x03fe);
	assert_int_equal(asked[3].length, 2);
	assert_int_equal(l->downs, 0);
	usb_bench_free(b);
}

static void test_reports_out_pipe(void **state)
{
	static const uint8_t expected[] = { 3, 'a', 0, 0, 0, 0, 3, 'b', 'b', 'b', 'b', 'b' };
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup setup = other_hid();
	struct usb_fake_device *d;
	struct usb_line *l;
	uint8_t got[32];

	(void)state;
	setup.interfaces[0].endpoints[1] = (struct usb_fake_endpoint){ 0x02, 3, 64 };
	d = usb_fake_plug(b->fake, &setup);
	l = usb_bench_open(b, 0, "usb:1234:0b61");
	BENCH_UNTIL(b, l->ups == 1);
	usb_bench_write(l, "\003a", 2);
	usb_bench_write(l, "\003bbbbb", 6);
	BENCH_UNTIL(b, usb_fake_got(d, got, sizeof(got)) == sizeof(expected));
	assert_memory_equal(got, expected, sizeof(expected));
	usb_bench_free(b);
}

static void test_keyboard(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_keyboard);
	struct usb_line *l = usb_bench_open(b, 0, "usb:05e0:1200");
	struct usb_fake_asked asked[ASKED_MAX];
	const struct usb_fake_asked *a;
	size_t n;

	(void)state;
	BENCH_UNTIL(b, l->ups == 1);
	n = usb_fake_asked(d, asked, ASKED_MAX);
	a = asked_of(asked, n, 0x21, 0x0a);
	assert_non_null(a);
	assert_int_equal(a->value, 0);
	a = asked_of(asked, n, 0x21, 0x0b);
	assert_non_null(a);
	assert_int_equal(a->value, 0);
	assert_int_not_equal(port_descriptor(&l->port).n, usb_keyboard_report_n);
	assert_int_equal(usb_fake_waiting(d, 0x83), 2);
	usb_fake_send(d, "\0\0\x1e\0\0\0\0\0", 8);
	usb_fake_send(d, "\0\0\0\0\0\0\0\0", 8);
	BENCH_UNTIL(b, l->pieces == 2);
	assert_int_equal(l->in_n, 16);
	usb_bench_free(b);
}

/* It stalls idle and protocol: then it sends what its own descriptor says. */
static void test_keyboard_stalls(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_keyboard);
	struct usb_line *l;

	(void)state;
	usb_fake_stall_control(d, 0x0a);
	usb_fake_stall_control(d, 0x0b);
	l = usb_bench_open(b, 0, "usb:05e0:1200");
	BENCH_UNTIL(b, l->ups == 1);
	assert_int_equal(port_descriptor(&l->port).n, usb_keyboard_report_n);
	usb_bench_free(b);
}

/* A descriptor without sense: a boot keyboard can do without, others cannot be understood and
 * go back to the kernel. */
static void test_bad_descriptor(void **state)
{
	static const uint8_t bad[] = { 0xc0, 0xc0, 0x05 };
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup setup = usb_keyboard, other = usb_hidpos;
	struct usb_fake_device *d;
	struct usb_line *l, *m;

	(void)state;
	setup.interfaces[0].report = other.interfaces[0].report = bad;
	setup.interfaces[0].report_n = other.interfaces[0].report_n = sizeof(bad);
	usb_fake_plug(b->fake, &setup);
	d = usb_fake_plug(b->fake, &other);
	l = usb_bench_open(b, 0, "usb:05e0:1200");
	m = usb_bench_open(b, 1, "usb:0c2e:0b61");
	BENCH_UNTIL(b, l->ups == 1 && m->downs > 0);
	assert_int_equal(port_error(&m->port), -EPROTO);
	assert_string_equal(m->why, "its HID report descriptor makes no sense");
	usb_bench_stop(m);
	BENCH_UNTIL(b, usb_fake_claims(d) == 0 && usb_fake_attached(d) > 0);
	usb_bench_free(b);
}

static void test_unplug_while_reading(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_hidpos);
	struct usb_line *l = usb_bench_open(b, 0, "usb:0c2e:0b61");
	uint8_t report[64] = { 2 };

	(void)state;
	b->hurry = true;
	for (int i = 1; i <= 5; i++) {
		BENCH_UNTIL(b, l->ups == i);
		usb_fake_send(d, report, sizeof(report));
		BENCH_UNTIL(b, l->pieces == (size_t)i);
		usb_fake_send(d, report, sizeof(report));
		usb_fake_unplug(d);
		BENCH_UNTIL(b, l->port.state != PORT_UP);
		l->pieces = (size_t)i;
		d = usb_fake_plug(b->fake, &usb_hidpos);
	}
	BENCH_UNTIL(b, l->ups == 6);
	assert_int_equal(port_usb_path(&l->port)[0], '1');
	usb_bench_free(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hidpos),	       cmocka_unit_test(test_no_wake),
		cmocka_unit_test(test_padding),	       cmocka_unit_test(test_burst),
		cmocka_unit_test(test_reports_out),    cmocka_unit_test(test_reports_out_pipe),
		cmocka_unit_test(test_keyboard),       cmocka_unit_test(test_keyboard_stalls),
		cmocka_unit_test(test_bad_descriptor), cmocka_unit_test(test_unplug_while_reading),
	};

	(void)argc;
	usb_fake_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
