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

__attribute__((unused)) static uint8_t *pattern(size_t n)
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

static void test_open_write_read(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_printer);
	struct usb_line *l = usb_bench_open(b, 0, "usb:04b8:0e15");
	int vendor, product;

	(void)state;
	usb_fake_status(d, 0x12);
	BENCH_UNTIL(b, l->ups == 1);
	assert_string_equal(port_model(&l->port), "EPSON TM-T20II");
	assert_string_equal(port_usb_path(&l->port), "1-1:1.0");
	assert_int_equal(port_usb_ids(&l->port, &vendor, &product), 0);
	assert_int_equal(vendor, 0x04b8);
	assert_int_equal(product, 0x0e15);
	assert_int_equal(port_descriptor(&l->port).n, 0);
	assert_int_equal(usb_fake_claims(d), 1);
	assert_int_equal(usb_fake_waiting(d, 0x81), 2);
	usb_bench_write(l, "\x10\x04\x01", 3);
	BENCH_UNTIL(b, l->in_n == 1);
	assert_int_equal(l->in[0], 0x12);
	assert_got(d, (const uint8_t *)"\x10\x04\x01", 3);
	usb_bench_stop(l);
	BENCH_UNTIL(b, usb_fake_attached(d) == 1);
	assert_int_equal(usb_fake_claims(d), 0);
	assert_int_equal(usb_fake_waiting(d, 0x81), 0);
	assert_int_equal(usb_fake_resets(d), 0);
	assert_int_equal(port_usb_ids(&l->port, &vendor, &product), -ENOTCONN);
	usb_bench_free(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_write_read),
	};

	(void)argc;
	usb_fake_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
