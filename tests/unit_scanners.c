// SPDX-License-Identifier: Apache-2.0
/*
 * What traces cannot show of the scanner drivers: what is the matter with a device in words for
 * the clerk, bytes that are counted, ports with little room, broken descriptors, and the key
 * layouts as sets of characters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/hid.h"
#include "drivers/key_layout.h"
#include "drivers/scan_text.h"
#include "drivers/trace.h"

#define EVENTS_MAX 65536

struct bench {
	const struct driver *driver;
	struct driver_setup setup;
	char *state;
	char events_memory[EVENTS_MAX];
	uint8_t sent[4096];
	size_t sent_n;
	struct buf events;
	struct driver_event status; /* the last one */
	struct sink sink;
};

static void on_event(void *ctx, const struct driver_event *e)
{
	struct bench *b = ctx;

	trace_event(&b->events, e);
	if (e->kind == DRIVER_STATUS)
		b->status = *e;
}

static void on_bytes(void *ctx, const void *p, size_t n)
{
	struct bench *b = ctx;

	assert_true(n <= sizeof(b->sent) - b->sent_n);
	memcpy(b->sent + b->sent_n, p, n);
	b->sent_n += n;
}

static struct bench *bench_new(const struct driver *driver)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->driver = driver;
	b->state = calloc(1, driver->state_size);
	assert_non_null(b->state);
	b->setup = (struct driver_setup){ .layout = "us" };
	buf_init(&b->events, b->events_memory, sizeof(b->events_memory));
	b->sink = (struct sink){ on_event, on_bytes, b };
	return b;
}

static void bench_free(struct bench *b)
{
	free(b->state);
	free(b);
}

static void start(struct bench *b)
{
	b->driver->start(b->state, &b->setup, 0, &b->sink);
}

static void rx(struct bench *b, const void *p, size_t n, int64_t now_ms)
{
	b->driver->rx(b->state, p, n, now_ms, &b->sink);
}

static void room(struct bench *b, size_t n, int64_t now_ms)
{
	b->sent_n = 0;
	b->driver->room(b->state, n, now_ms, &b->sink);
	assert_true(b->sent_n <= n);
}

static const uint8_t ack[] = { 0x04, 0xd0, 0x00, 0x00, 0xff, 0x2c };
static const uint8_t scan_a[] = { 0x06, 0xf3, 0x00, 0x00, 0x03, 'A', 0xfe, 0xc3 };

/* ---- what is the matter ---- */

static void test_ssi_silent(void **state)
{
	struct bench *b = bench_new(&driver_scan_ssi);

	(void)state;
	start(b);
	assert_int_equal(b->status.status, DEVICE_OFFLINE);
	assert_int_equal(b->status.trouble, TROUBLE_NONE);
	for (int64_t ms = 0; ms < 10000; ms += 1000) {
		b->driver->tick(b->state, ms, &b->sink);
		room(b, 100, ms);
	}
	assert_int_equal(b->status.trouble, TROUBLE_SILENT);
	rx(b, scan_a, sizeof(scan_a), 11000);
	assert_int_equal(b->status.status, DEVICE_OK);
	assert_int_equal(b->status.trouble, TROUBLE_NONE);
	assert_non_null(strstr(buf_str(&b->events), "scan ]C0 A\n"));
	rx(b, "12345678\r12345678\r", 18, 12000);
	assert_int_equal(b->status.status, DEVICE_OFFLINE);
	assert_int_equal(b->status.trouble, TROUBLE_SILENT);
	assert_int_equal(b->driver->garbage(b->state), 17); /* the last CR may begin a packet */
	b->driver->stop(b->state, &b->sink);
	assert_int_equal(b->driver->garbage(b->state), 18);
	bench_free(b);
}

static void test_unsupported(void **state)
{
	static const char mouse[] = "\x05\x01\x09\x02\xa1\x01\x05\x09\x19\x01\x29\x03\x15\x00\x25"
				    "\x01\x95\x08\x75\x01\x81\x02\xc0";
	const struct driver *drivers[] = { &driver_scan_hidpos, &driver_scan_keyboard };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(drivers); i++) {
		struct bench *b = bench_new(drivers[i]);

		b->setup.descriptor = (struct slice){ mouse, sizeof(mouse) - 1 };
		start(b);
		assert_int_equal(b->status.status, DEVICE_UNCLAIMED);
		assert_int_equal(b->status.trouble, TROUBLE_UNSUPPORTED);
		b->driver->stop(b->state, &b->sink);
		b->setup.descriptor.n = 0; /* another device in its place */
		start(b);
		assert_int_equal(b->status.status, DEVICE_OK);
		bench_free(b);
	}
}

/* ---- room ---- */

static void test_ssi_little_room(void **state)
{
	static const uint8_t host_ack[] = { 0x04, 0xd0, 0x04, 0x00, 0xff, 0x28 };
	struct bench *b = bench_new(&driver_scan_ssi);

	(void)state;
	start(b);
	for (size_t n = 0; n < 9; n++) {
		room(b, n, 0);
		assert_int_equal(b->sent_n, 0);
	}
	room(b, 9, 0);
	assert_int_equal(b->sent_n, 9);
	rx(b, ack, sizeof(ack), 10);
	room(b, 9, 10);
	rx(b, ack, sizeof(ack), 20);
	rx(b, scan_a, sizeof(scan_a), 30);
	rx(b, scan_a, sizeof(scan_a), 400);
	room(b, 8, 400);
	assert_int_equal(b->sent_n, 0);
	room(b, 14, 400);
	assert_int_equal(b->sent_n, sizeof(host_ack));
	assert_memory_equal(b->sent, host_ack, sizeof(host_ack));
	room(b, 14, 400);
	assert_int_equal(b->sent_n, sizeof(host_ack));
	room(b, 100, 400);
	assert_int_equal(b->sent_n, 0);
	bench_free(b);
}

/* Answers that find no room are not given, so the reader asks again; none is invented. */
static void test_ssi_many_answers(void **state)
{
	struct bench *b = bench_new(&driver_scan_ssi);

	(void)state;
	start(b);
	room(b, 100, 0);
	rx(b, ack, sizeof(ack), 10);
	room(b, 100, 10);
	rx(b, ack, sizeof(ack), 20);
	for (int i = 0; i < 100; i++)
		rx(b, scan_a, sizeof(scan_a), 30);
	room(b, sizeof(b->sent), 30);
	assert_int_equal(b->sent_n, 8 * 6);
	bench_free(b);
}

/* ---- sizes ---- */

/* SCAN_TEXT_MAX bytes are a code, one more is none, and the next code is whole. */
static void test_longest(void **state)
{
	static char text[SCAN_TEXT_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t extra = 0; extra < 2; extra++) {
		struct bench *b = bench_new(&driver_scan_skeleton);

		start(b);
		rx(b, "<", 1, 0);
		rx(b, text, SCAN_TEXT_MAX + extra, 0);
		rx(b, "><ok>", 5, 0);
		assert_int_equal(strstr(buf_str(&b->events), "xxx") == NULL, extra);
		assert_non_null(strstr(buf_str(&b->events), "scan - ok\n"));
		assert_int_equal(b->driver->garbage(b->state), extra ? sizeof(text) : 0);
		bench_free(b);
	}
}

static void test_longest_ssi(void **state)
{
	struct bench *b = bench_new(&driver_scan_ssi);
	uint8_t packet[257] = { 255, 0xf3, 0, 2, 0x1c };
	unsigned int sum = 0;

	(void)state;
	memset(packet + 5, 'y', 250);
	for (size_t i = 0; i < 255; i++)
		sum += packet[i];
	packet[255] = (uint8_t)((0x10000 - sum) >> 8);
	packet[256] = (uint8_t)(0x10000 - sum);
	start(b);
	for (int i = 0; i < 20; i++)
		rx(b, packet, sizeof(packet), 10);
	rx(b, (uint8_t[]){ 0x06, 0xf3, 0, 0, 0x1c, 'z', 0xfe, 0x71 }, 8, 20);
	assert_null(strstr(buf_str(&b->events), "\nscan "));
	assert_int_equal(b->driver->garbage(b->state), 20 * 250 + 1);
	rx(b, scan_a, sizeof(scan_a), 30);
	assert_non_null(strstr(buf_str(&b->events), "scan ]C0 A\n"));
	bench_free(b);
}

/* ---- any descriptor, any bytes ---- */

static const uint8_t pos_descriptor[] = {
	0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x85, 0x02, 0x09, 0x12, 0xa1, 0x02, 0x15, 0x00,
	0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3b, 0x81, 0x02, 0x95,
	0x03, 0x05, 0x8c, 0x09, 0xfb, 0x09, 0xfc, 0x09, 0xfd, 0x81, 0x02, 0x95, 0x08, 0x09,
	0xfe, 0x82, 0x02, 0x01, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x09, 0xff, 0x81, 0x02,
	0x95, 0x07, 0x81, 0x03, 0x09, 0x86, 0x95, 0x01, 0x75, 0x08, 0x91, 0x02, 0xc0, 0xc0,
};

static const uint8_t key_descriptor[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25,
	0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x20, 0x19, 0x04, 0x29, 0x23, 0x81, 0x02,
	0x95, 0x03, 0x75, 0x08, 0x25, 0x65, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};

static void play_noise(const struct driver *driver, struct slice descriptor, unsigned int seed)
{
	struct bench *whole = bench_new(driver), *cut = bench_new(driver);
	uint8_t noise[512];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(rand_r(&seed) & rand_r(&seed) & 0x7f);
	for (size_t i = 0; i < sizeof(noise); i += 7)
		noise[i] = 2; /* often a report's id */
	whole->setup.descriptor = cut->setup.descriptor = descriptor;
	whole->setup.vendor = cut->setup.vendor = 0x0c2e;
	start(whole);
	start(cut);
	rx(whole, noise, sizeof(noise), 5);
	for (size_t i = 0; i < sizeof(noise); i++)
		rx(cut, noise + i, 1, 5);
	if (driver->feedback)
		driver->feedback(whole->state, FEEDBACK_BAD, 5, &whole->sink);
	room(whole, 256, 5);
	assert_string_equal(buf_str(&whole->events), buf_str(&cut->events));
	assert_int_equal(driver->garbage(whole->state), driver->garbage(cut->state));
	driver->stop(whole->state, &whole->sink);
	bench_free(whole);
	bench_free(cut);
}

static void test_any_descriptor(void **state)
{
	const struct {
		const struct driver *driver;
		const uint8_t *bytes;
		size_t n;
	} cases[] = {
		{ &driver_scan_hidpos, pos_descriptor, sizeof(pos_descriptor) },
		{ &driver_scan_keyboard, key_descriptor, sizeof(key_descriptor) },
	};
	unsigned int seed = 5;
	uint8_t descriptor[128];

	(void)state;
	for (unsigned int round = 0; round < 6000; round++) {
		const size_t c = round % COUNT_OF(cases);

		memcpy(descriptor, cases[c].bytes, cases[c].n);
		for (int i = rand_r(&seed) % 4; i > 0; i--)
			descriptor[(size_t)rand_r(&seed) % cases[c].n] = (uint8_t)rand_r(&seed);
		play_noise(cases[c].driver, (struct slice){ (char *)descriptor, cases[c].n },
			   round);
	}
}

/* ---- layouts ---- */

/* Can this layout type the character? A dead key counts: with a space it is its mark. */
static bool can_type(const struct key_layout *layout, uint16_t character)
{
	for (unsigned int usage = 0; usage < 0x68; usage++)
		for (int level = 0; level < 4; level++) {
			const uint16_t c =
				key_character(layout, (uint8_t)usage, level & 1, level & 2, false);

			if (c && (c & ~KEY_DEAD) == character)
				return true;
		}
	return false;
}

static void test_layouts_are_whole(void **state)
{
	static const struct {
		const char *name;
		uint16_t own[24];
	} layouts[] = {
		{ "us", { 0 } },
		{ "pl",
		  { 0x104, 0x105, 0x106, 0x107, 0x118, 0x119, 0x141, 0x142, 0x143, 0x144, 0xd3,
		    0xf3, 0x15a, 0x15b, 0x179, 0x17a, 0x17b, 0x17c, 0x20ac } },
		{ "de",
		  { 0xe4, 0xf6, 0xfc, 0xc4, 0xd6, 0xdc, 0xdf, 0x1e9e, 0xa7, 0xb0, 0x20ac, 0xb5,
		    0xb2, 0xb3, 0xb4 } },
		{ "fr",
		  { 0xe9, 0xe8, 0xe7, 0xe0, 0xf9, 0xb0, 0xb2, 0xb5, 0xa3, 0xa4, 0xa7, 0xa8,
		    0x20ac } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(layouts); i++) {
		const struct key_layout *layout = key_layout_find(layouts[i].name);

		assert_non_null(layout);
		for (uint16_t c = 0x20; c < 0x7f; c++)
			if (!can_type(layout, c))
				fail_msg("%s cannot type %c", layouts[i].name, c);
		for (size_t j = 0; layouts[i].own[j]; j++)
			if (!can_type(layout, layouts[i].own[j]))
				fail_msg("%s cannot type U+%04X", layouts[i].name,
					 layouts[i].own[j]);
		/* Digits are where a scanner expects them. */
		for (uint16_t d = 0; d < 9; d++)
			assert_int_equal(
				key_character(layout, (uint8_t)(0x1e + d), i == 3, false, false),
				'1' + d);
		assert_int_equal(key_control(layout, 0x30, false), 0x1d);
	}
	assert_null(key_layout_find("xx"));
}

static void test_caps(void **state)
{
	const struct key_layout *pl = key_layout_find("pl"), *fr = key_layout_find("fr");

	(void)state;
	assert_int_equal(key_character(pl, 0x04, false, true, true), 0x104);
	assert_int_equal(key_character(pl, 0x04, true, true, true), 0x105);
	assert_int_equal(key_character(pl, 0x1e, false, false, true), '1');
	assert_int_equal(key_character(fr, 0x1e, false, false, true), '1');
	assert_int_equal(key_character(fr, 0x1e, true, false, true), '&');
	assert_int_equal(key_character(fr, 0x64, false, false, true), '<');
	assert_int_equal(key_control(fr, 0x04, false), 'q' - 'a' + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssi_silent),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_ssi_little_room),
		cmocka_unit_test(test_ssi_many_answers),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_longest_ssi),
		cmocka_unit_test(test_any_descriptor),
		cmocka_unit_test(test_layouts_are_whole),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
