// SPDX-License-Identifier: Apache-2.0
/*
 * The HID report descriptor parser. The boot keyboard is that of HID 1.11 appendix E.6; the
 * HID POS one follows the USB-IF "HID Point of Sale Usage Tables" 1.02 and the layout that
 * Honeywell and Access-IS manuals give for their reports; the others are made up after HID 1.11.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/hid.h"

#define PARSE(bytes, layout)                                                                       \
	hid_parse((struct slice){ (const char *)(bytes), sizeof(bytes) }, layout)

static const uint8_t boot_keyboard[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15,
	0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08,
	0x81, 0x01, 0x95, 0x05, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91,
	0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00,
	0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};

static const uint8_t hid_pos[] = {
	0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01,		/* application: bar code scanner */
	0x85, 0x02, 0x09, 0x12, 0xa1, 0x02,		/* report 2: scanned data */
	0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08,	/* bytes */
	0x95, 0x01, 0x05, 0x01, 0x09, 0x3b, 0x81, 0x02, /* byte count, of another page */
	0x95, 0x03, 0x05, 0x8c, 0x09, 0xfb, 0x09, 0xfc, 0x09, 0xfd, 0x81, 0x02, /* symbology */
	0x95, 0x38, 0x09, 0xfe, 0x82, 0x02, 0x01, /* decoded data, buffered bytes */
	0x95, 0x02, 0x81, 0x03,			  /* two bytes of padding */
	0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x09, 0xff, 0x81, 0x02, /* continued */
	0x95, 0x07, 0x81, 0x03, 0xc0,				    /* seven bits of padding */
	0x85, 0xfe, 0x09, 0x60, 0x95, 0x01, 0xb1, 0x02,		    /* a feature bit */
	0xc0,
};

/* A keyboard with ids: report 1 has a bit for each key, report 2 is a consumer control. */
static const uint8_t bitmap_keyboard[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x85, 0x01, 0x05, 0x07, 0x15, 0x00, 0x25, 0x01, 0x75,
	0x01, 0x95, 0x08, 0x19, 0xe0, 0x29, 0xe7, 0x81, 0x02, 0x95, 0x68, 0x19, 0x00, 0x29, 0x67,
	0x81, 0x02, 0xc0, 0x05, 0x0c, 0x09, 0x01, 0xa1, 0x01, 0x85, 0x02, 0x19, 0x00, 0x2a, 0x3c,
	0x02, 0x15, 0x00, 0x26, 0x3c, 0x02, 0x95, 0x01, 0x75, 0x10, 0x81, 0x00, 0xc0,
};

static const uint8_t nested[] = {
	0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x02, 0xa1, 0x00, 0xa4,	      /* push */
	0x05, 0x09, 0x75, 0x02, 0x95, 0x02, 0x19, 0x01, 0x29, 0x02, 0x81, 0x02, 0xb4, /* pop */
	0xfe, 0x02, 0x99, 0xc0, 0xc0, /* a long item: no end of collection */
	0x0b, 0x07, 0x00, 0x8c, 0x00, /* a usage that names its page */
	0x75, 0x04, 0x95, 0x03, 0x09, 0x08, 0x91, 0x02, 0xc0, 0xc0,
};

static void test_boot_keyboard(void **state)
{
	const uint8_t report[] = { 0x22, 0, 0x04, 0x27, 0, 0, 0, 0 };
	const struct slice bytes = { (const char *)report, sizeof(report) };
	const struct hid_field *f;
	struct hid_layout l;

	(void)state;
	assert_int_equal(PARSE(boot_keyboard, &l), 0);
	assert_int_equal(hid_look(&l), SEEN_KEYBOARD);
	assert_false(l.has_ids);
	assert_int_equal(hid_report_bytes(&l, HID_INPUT, 0), 8);
	assert_int_equal(hid_report_bytes(&l, HID_OUTPUT, 0), 1);
	assert_int_equal(hid_report_bytes(&l, HID_FEATURE, 0), 0);
	assert_int_equal(hid_report_bytes(&l, HID_INPUT, 1), 0);
	assert_int_equal(l.field_count, 3);
	f = hid_find(&l, HID_INPUT, HID_PAGE_KEYBOARD, 0xe1);
	assert_ptr_equal(f, &l.fields[0]);
	assert_int_equal(f->count, 8);
	assert_int_equal(hid_field_value(bytes, f, 0xe1 - 0xe0), 1);
	assert_int_equal(hid_field_value(bytes, f, 0xe2 - 0xe0), 0);
	assert_int_equal(hid_field_value(bytes, f, 0xe5 - 0xe0), 1);
	assert_int_equal(hid_field_value(bytes, f, 8), 0);
	f = &l.fields[2];
	assert_false(f->flags & HID_VARIABLE);
	assert_int_equal(f->bit_offset, 16);
	assert_int_equal(hid_field_value(bytes, f, 1), 0x27);
	assert_int_equal(hid_array_usage(f, 0x27), 0x27);
	assert_int_equal(hid_array_usage(f, 0x66), 0);
	assert_int_equal(hid_field_value((struct slice){ bytes.p, 3 }, f, 1), 0);
}

static void test_hid_pos(void **state)
{
	uint8_t report[64] = { 2, 3, ']', 'E', '0', 'a', 'b', 'c' };
	const struct slice bytes = { (const char *)report, sizeof(report) };
	const struct hid_field *f;
	struct hid_layout l;

	(void)state;
	report[63] = 0x01;
	assert_int_equal(PARSE(hid_pos, &l), 0);
	assert_int_equal(hid_look(&l), SEEN_HIDPOS);
	assert_true(l.has_ids);
	assert_int_equal(hid_report_bytes(&l, HID_INPUT, 2), 64);
	assert_int_equal(hid_report_bytes(&l, HID_FEATURE, 0xfe), 2);
	f = hid_find(&l, HID_INPUT, HID_PAGE_DESKTOP, 0x3b);
	assert_non_null(f);
	assert_int_equal(hid_field_value(bytes, f, 0), 3);
	for (uint16_t i = 0; i < 3; i++) {
		f = hid_find(&l, HID_INPUT, HID_PAGE_BARCODE, (uint16_t)(0xfb + i));
		assert_int_equal(f->count, 1);
		assert_int_equal(hid_field_value(bytes, f, 0), report[2 + i]);
	}
	f = hid_find(&l, HID_INPUT, HID_PAGE_BARCODE, 0xfe);
	assert_int_equal(f->count, 56);
	assert_int_equal(f->bit_offset, 5 * 8);
	assert_int_equal(f->inner.page, HID_PAGE_BARCODE);
	assert_int_equal(f->inner.id, 0x12);
	assert_int_equal(f->top.id, 0x02);
	assert_int_equal(hid_field_value(bytes, f, 2), 'c');
	f = hid_find(&l, HID_INPUT, HID_PAGE_BARCODE, 0xff);
	assert_int_equal(hid_field_value(bytes, f, 0), 1);
	assert_null(hid_find(&l, HID_OUTPUT, HID_PAGE_BARCODE, 0xff));
	assert_null(hid_find(&l, HID_INPUT, HID_PAGE_BARCODE, 0x3b));
}

static void test_ids_and_bitmaps(void **state)
{
	uint8_t report[15] = { 1, 0x02 };
	const struct slice bytes = { (const char *)report, sizeof(report) };
	const struct hid_field *f;
	struct hid_layout l;

	(void)state;
	report[2 + 0x04 / 8] = 1 << 4;
	assert_int_equal(PARSE(bitmap_keyboard, &l), 0);
	assert_int_equal(hid_look(&l), SEEN_KEYBOARD);
	assert_int_equal(l.top_count, 2);
	assert_int_equal(hid_report_bytes(&l, HID_INPUT, 1), 15);
	assert_int_equal(hid_report_bytes(&l, HID_INPUT, 2), 3);
	f = hid_find(&l, HID_INPUT, HID_PAGE_KEYBOARD, 0x04);
	assert_int_equal(f->bit_offset, 16);
	assert_int_equal(hid_field_value(bytes, f, 0x04), 1);
	assert_int_equal(hid_field_value(bytes, f, 0x05), 0);
	assert_int_equal(f->top.id, 6);
	f = hid_find(&l, HID_INPUT, 0x0c, 0x100);
	assert_int_equal(l.reports[f->report].id, 2);
	assert_int_equal(f->bits, 16);
}

static void test_nested(void **state)
{
	const uint8_t report[] = { 0x0d };
	const struct hid_field *f;
	struct hid_layout l;

	(void)state;
	assert_int_equal(PARSE(nested, &l), 0);
	assert_int_equal(hid_look(&l), SEEN_HID);
	assert_int_equal(l.top_count, 1);
	f = hid_find(&l, HID_INPUT, 9, 2);
	assert_int_equal(f->inner.id, 2);
	assert_int_equal(f->top.id, 1);
	assert_int_equal(hid_field_value((struct slice){ (const char *)report, 1 }, f, 0), 1);
	assert_int_equal(hid_field_value((struct slice){ (const char *)report, 1 }, f, 1), 3);
	/* After the pop the page is the vendor's again. The last usage takes what is left. */
	f = hid_find(&l, HID_OUTPUT, 0x8c, 7);
	assert_int_equal(f->count, 1);
	f = hid_find(&l, HID_OUTPUT, 0xff00, 8);
	assert_int_equal(f->count, 2);
	assert_int_equal(f->bit_offset, 4);
	assert_int_equal(hid_report_bytes(&l, HID_OUTPUT, 0), 2);
}

/* An array of two ranges, the values counted from 1. */
static void test_array_ranges(void **state)
{
	static const uint8_t bytes[] = {
		0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0x04, 0x29, 0x06, 0x19, 0x1e,
		0x29, 0x20, 0x15, 0x01, 0x25, 0x06, 0x75, 0x08, 0x95, 0x02, 0x81, 0x00, 0xc0,
	};
	struct hid_layout l;

	(void)state;
	assert_int_equal(PARSE(bytes, &l), 0);
	assert_int_equal(l.field_count, 2);
	assert_int_equal(hid_report_bytes(&l, HID_INPUT, 0), 2);
	assert_int_equal(hid_array_usage(&l.fields[0], 1), 0x04);
	assert_int_equal(hid_array_usage(&l.fields[0], 3), 0x06);
	assert_int_equal(hid_array_usage(&l.fields[0], 4), 0);
	assert_int_equal(hid_array_usage(&l.fields[0], 0), 0);
	assert_int_equal(hid_array_usage(&l.fields[1], 4), 0x1e);
	assert_int_equal(hid_array_usage(&l.fields[1], 6), 0x20);
	assert_int_equal(hid_array_usage(&l.fields[1], 3), 0);
}

/* Of alternative usages the first counts; a page behind the usages is theirs. */
static void test_delimiters_and_late_page(void **state)
{
	static const uint8_t bytes[] = {
		0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0xa9, 0x01, 0x09, 0x0a, 0x09, 0x0b, 0xa9,
		0x00, 0x09, 0x0c, 0x05, 0x07, 0x75, 0x08, 0x95, 0x02, 0x81, 0x02, 0xc0,
	};
	struct hid_layout l;

	(void)state;
	assert_int_equal(PARSE(bytes, &l), 0);
	assert_non_null(hid_find(&l, HID_INPUT, 7, 0x0a));
	assert_null(hid_find(&l, HID_INPUT, 7, 0x0b));
	assert_int_equal(hid_find(&l, HID_INPUT, 7, 0x0c)->bit_offset, 8);
	assert_null(hid_find(&l, HID_INPUT, 1, 0x0c));
}

/* More usages than values: those behind the last value are nowhere in the report. */
static void test_usages_without_values(void **state)
{
	static const uint8_t bytes[] = {
		0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x1a, 0x00, 0x00, 0x2a,
		0xff, 0xff, 0x76, 0xf8, 0x1f, 0x95, 0x01, 0x81, 0x02, 0x19,
		0x80, 0x29, 0x87, 0x75, 0x08, 0x95, 0x02, 0x91, 0x02, 0xc0,
	};
	struct hid_layout l;

	(void)state;
	assert_int_equal(PARSE(bytes, &l), 0);
	assert_non_null(hid_find(&l, HID_INPUT, HID_PAGE_BARCODE, 0));
	assert_null(hid_find(&l, HID_INPUT, HID_PAGE_BARCODE, 0xfe));
	assert_non_null(hid_find(&l, HID_OUTPUT, HID_PAGE_BARCODE, 0x81));
	assert_null(hid_find(&l, HID_OUTPUT, HID_PAGE_BARCODE, 0x82));
	assert_null(hid_find(&l, HID_OUTPUT, HID_PAGE_BARCODE, 0x87));
}

static void refuse(const uint8_t *bytes, size_t n)
{
	struct hid_layout l;

	memset(&l, 0x5a, sizeof(l));
	assert_int_equal(hid_parse((struct slice){ (const char *)bytes, n }, &l), -EBADMSG);
	assert_int_equal(l.field_count, (size_t)0x5a5a5a5a5a5a5a5a); /* not written */
}

#define REFUSE(...)                                                                                \
	do {                                                                                       \
		static const uint8_t refused[] = { __VA_ARGS__ };                                  \
		refuse(refused, sizeof(refused));                                                  \
	} while (0)

static void test_broken(void **state)
{
	uint8_t deep[2 * (HID_DEPTH_MAX + 1)], pushes[HID_STACK_MAX + 1];

	(void)state;
	for (size_t n = 0; n < sizeof(boot_keyboard); n++)
		refuse(boot_keyboard, n);
	REFUSE(0xa1, 0x01, 0xc0, 0xc0);		    /* one end too many */
	REFUSE(0xa1, 0x01, 0xb4, 0xc0);		    /* pop without push */
	REFUSE(0xa1, 0x01, 0xfe, 0x05, 0x00, 0xc0); /* a long item cut short */
	REFUSE(0xa1, 0x01, 0x85, 0x00, 0xc0);	    /* report id 0 is reserved */
	REFUSE(0xa1, 0x01, 0x86, 0x01, 0x01, 0xc0); /* and 257 none */
	REFUSE(0xa1, 0x01, 0x75, 0x08, 0x95, 0x01, 0x09, 0x01, 0x81, 0x02, 0x85, 0x01, 0xb1, 0x02,
	       0xc0); /* some with ids, some without */
	REFUSE(0xa1, 0x01, 0x77, 0xff, 0xff, 0xff, 0xff, 0x97, 0xff, 0xff, 0xff, 0xff, 0x81, 0x02,
	       0xc0); /* a report of 2^61 bytes */
	REFUSE(0xa1, 0x01, 0x75, 0x08, 0x96, 0x00, 0x04, 0x81, 0x02, 0xc0);
	REFUSE(0x05, 0x01); /* no collection at all */
	memset(pushes, 0xa4, sizeof(pushes));
	refuse(pushes, sizeof(pushes));
	for (size_t i = 0; i < sizeof(deep); i++)
		deep[i] = i % 2 ? 0x01 : 0xa1;
	refuse(deep, sizeof(deep));
}

/* Whatever comes: an answer, and fields that lie inside their reports. */
static void test_noise(void **state)
{
	unsigned int seed = 11;
	uint8_t bytes[sizeof(hid_pos)];
	struct hid_layout l;
	int good = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		memcpy(bytes, hid_pos, sizeof(bytes));
		for (int i = 1 + rand_r(&seed) % 4; i > 0; i--)
			bytes[(size_t)rand_r(&seed) % sizeof(bytes)] = (uint8_t)rand_r(&seed);
		if (PARSE(bytes, &l) < 0)
			continue;
		good++;
		assert_true(l.report_count <= HID_REPORTS_MAX && l.field_count <= HID_FIELDS_MAX);
		for (size_t i = 0; i < l.field_count; i++) {
			const struct hid_field *f = &l.fields[i];

			assert_true(f->bit_offset + (uint32_t)f->bits * f->count <=
				    l.reports[f->report].bytes * 8);
		}
		for (size_t i = 0; i < l.report_count; i++)
			assert_true(l.reports[i].bytes <= HID_REPORT_BYTES_MAX);
	}
	assert_true(good > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_keyboard),
		cmocka_unit_test(test_hid_pos),
		cmocka_unit_test(test_ids_and_bitmaps),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_array_ranges),
		cmocka_unit_test(test_delimiters_and_late_page),
		cmocka_unit_test(test_usages_without_values),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
