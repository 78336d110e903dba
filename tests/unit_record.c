// SPDX-License-Identifier: Apache-2.0
/*
 * Recordings: what is written can be played and gives the same events, and no card number is
 * ever in it, however its bytes come: in one piece, split, as HID reports, as keys, beside other
 * codes, broken off. Every driver of scanners is really behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/record.h"
#include "drivers/trace.h"

#define CARD	  "4111111111111111"
#define TEXT_MAX  (256 * 1024)
#define PORT_ROOM 8192
#define KEYS	  8 /* bytes of a boot keyboard's report */

struct bench {
	const struct driver *driver;
	struct driver_setup setup;
	struct printer_profile profile;
	void *state;
	struct sink sink;
	struct record record;
	char text[TEXT_MAX];
	char events[8192];
	struct buf heard;
	int64_t now_ms;
};

static void on_event(void *ctx, const struct driver_event *e)
{
	struct bench *b = ctx;

	record_event(&b->record, e, b->driver->garbage(b->state));
	trace_event(&b->heard, e);
}

static void on_bytes(void *ctx, const void *p, size_t n)
{
	struct bench *b = ctx;

	record_out(&b->record, p, n, b->now_ms);
}

static struct bench *bench_of(const struct driver *driver)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->driver = driver;
	b->profile = *profile_find(slice_of("auto"));
	b->setup = (struct driver_setup){ .profile = &b->profile,
					  .max_job_ms = DRIVER_MAX_JOB_MS,
					  .layout = "us",
					  .dialect = "auto" };
	b->state = calloc(1, driver->state_size);
	assert_non_null(b->state);
	b->sink = (struct sink){ on_event, on_bytes, b };
	buf_init(&b->heard, b->events, sizeof(b->events));
	record_init(&b->record, b->text, sizeof(b->text), driver->kind);
	record_note(&b->record, "a test");
	b->now_ms = 5000;
	return b;
}

static void pump(struct bench *b)
{
	b->driver->room(b->state, PORT_ROOM, b->now_ms, &b->sink);
}

static void up(struct bench *b)
{
	record_up(&b->record, b->driver, &b->setup, b->now_ms);
	b->driver->start(b->state, &b->setup, b->now_ms, &b->sink);
	pump(b);
}

/* As the manager does it while a scanner is recorded. */
static void receive(struct bench *b, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++) {
		record_in(&b->record, bytes + i, 1, b->now_ms);
		b->driver->rx(b->state, bytes + i, 1, b->now_ms, &b->sink);
	}
	pump(b);
}

static void say(struct bench *b, const char *text)
{
	receive(b, text, strlen(text));
}

static void wait_ms(struct bench *b, int64_t ms)
{
	for (; ms > 0; ms -= 1000) {
		b->now_ms += ms < 1000 ? ms : 1000;
		record_tick(&b->record, b->now_ms);
		b->driver->tick(b->state, b->now_ms, &b->sink);
		pump(b);
	}
}

static const char *end(struct bench *b)
{
	record_end(&b->record, b->now_ms);
	assert_non_null(buf_str(&b->record.text));
	return b->text;
}

static void bench_free(struct bench *b)
{
	free(b->state);
	free(b);
}

/* All that a reader could find: the text, and the bytes and digits of its records. */
static void expect_no_card(const char *text)
{
	uint8_t memory[TRACE_RECORD_MAX];
	struct trace_record r;
	char digits[TEXT_MAX];
	size_t at = 0, n = 0;

	assert_null(strstr(text, CARD));
	assert_false(record_card_like(slice_of(text)));
	while (trace_next(slice_of(text), &at, memory, sizeof(memory), &r) == 1)
		for (size_t i = 0; r.kind == '<' && i < r.n; i++)
			if (r.p[i] >= '0' && r.p[i] <= '9')
				digits[n++] = (char)r.p[i];
	digits[n] = '\0';
	assert_null(strstr(digits, CARD));
}

/* ---- cards ---- */

static void test_card_words(void **state)
{
	(void)state;
	assert_true(record_card_like(slice_of(CARD)));
	assert_true(record_card_like(slice_of("x" CARD "y")));
	assert_true(record_card_like(slice_of("%B" CARD "^NOWAK/JAN^2512101")));
	assert_true(record_card_like(slice_of("4111 1111 1111 1111")));
	assert_true(record_card_like(slice_of("4111-1111-1111-1111 12/27")));
	assert_true(record_card_like(slice_of("378282246310005")));
	assert_false(record_card_like(slice_of("4111111111111112")));
	assert_false(record_card_like(slice_of("5901234123457")));
	assert_false(record_card_like(slice_of("0" CARD "1234")));
	assert_false(record_card_like(slice_of("")));
}

static void test_card_in_any_chunks(void **state)
{
	static const char *const ways[] = { CARD "\r", "\x02" CARD "\x03", "]C0" CARD "\r\n" };

	(void)state;
	for (size_t w = 0; w < COUNT_OF(ways); w++) {
		for (size_t cut = 0; cut <= strlen(ways[w]); cut++) {
			struct bench *b = bench_of(&driver_scan_line);
			const char *text;

			up(b);
			say(b, "BEFORE\r");
			receive(b, ways[w], cut);
			wait_ms(b, 700);
			say(b, ways[w] + cut);
			say(b, "AFTER\r");
			text = end(b);
			expect_no_card(text);
			assert_non_null(strstr(text, "\"BEFORE\\r\""));
			assert_non_null(strstr(text, "\"AFTER\\r\""));
			assert_non_null(strstr(text, "# scan - AFTER"));
			assert_non_null(strstr(text, "# a code that may be a card number"));
			bench_free(b);
		}
	}
}

/* Several codes in one chunk, the card among them, and the beginning of the next. */
static void test_card_between_codes(void **state)
{
	struct bench *b = bench_of(&driver_scan_line);
	const char *text;

	(void)state;
	up(b);
	say(b, "5901234123457\r" CARD "\r590123");
	wait_ms(b, 300);
	say(b, "4123457\r");
	text = end(b);
	expect_no_card(text);
	assert_non_null(strstr(text, "< \"5901234123457\\r\"\n# scan - 5901234123457\n"));
	assert_non_null(strstr(text, "< \"590123\"\n"));
	bench_free(b);
}

/* A product's number may look like a card's: a reader that says what it read is believed. */
static void test_product_is_no_card(void **state)
{
	struct bench *b = bench_of(&driver_scan_line);
	const char *text;

	(void)state;
	up(b);
	say(b, "]C14111111111111111\r");
	text = end(b);
	assert_non_null(strstr(text, "\"]C14111111111111111\\r\""));
	bench_free(b);
	b = bench_of(&driver_scan_line);
	up(b);
	/* But not for what came before it. */
	say(b, CARD "\x02]E05901234123457\x03");
	expect_no_card(end(b));
	bench_free(b);
}

/* Bytes of which no code came: their digits are masked after a while, and at the end. */
static void test_broken_off(void **state)
{
	struct bench *b = bench_of(&driver_scan_line);
	const char *text;

	(void)state;
	up(b);
	say(b, "AB" CARD);
	wait_ms(b, 4000);
	assert_int_equal(b->record.held_count, 0);
	say(b, "\x02");
	say(b, CARD);
	text = end(b);
	expect_no_card(text);
	assert_non_null(strstr(text, "\"AB0000000000000000\""));
	assert_non_null(strstr(text, "digits masked"));
	bench_free(b);
}

/* What the driver skipped may be a card cut in pieces by other bytes. */
static void test_hidden_in_garbage(void **state)
{
	struct bench *b = bench_of(&driver_scan_line);
	const char *text;

	(void)state;
	up(b);
	say(b, "41111x11111\x02y111111\x02OK\x03");
	text = end(b);
	expect_no_card(text);
	assert_null(strstr(text, "41111x"));
	say(b, "");
	bench_free(b);
}

static void key(struct bench *b, uint8_t code)
{
	const uint8_t down[KEYS] = { 0, 0, code }, released[KEYS] = { 0 };

	receive(b, down, sizeof(down));
	b->now_ms += 4;
	receive(b, released, sizeof(released));
	b->now_ms += 4;
}

static void keys(struct bench *b, const char *digits)
{
	for (; *digits; digits++)
		key(b, *digits == '\n'	? 0x28
		       : *digits == '0' ? 0x27
					: (uint8_t)(0x1e + *digits - '1'));
}

/* A boot keyboard: HID 1.11, appendix B.1. */
static const uint8_t keyboard[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25,
	0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x06,
	0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};

static size_t reports(const char *text)
{
	uint8_t memory[TRACE_RECORD_MAX];
	struct trace_record r;
	size_t at = 0, n = 0;

	while (trace_next(slice_of(text), &at, memory, sizeof(memory), &r) == 1)
		n += r.kind == '<' ? r.n / KEYS : 0;
	return n;
}

static void test_card_as_keys(void **state)
{
	struct bench *b = bench_of(&driver_scan_keyboard);
	const char *text;

	(void)state;
	b->setup.descriptor = (struct slice){ (const char *)keyboard, sizeof(keyboard) };
	up(b);
	keys(b, "5901234123457\n");
	keys(b, CARD "\n");
	keys(b, "12345\n");
	wait_ms(b, 3000);
	text = end(b);
	assert_non_null(strstr(text, "5901234123457"));
	assert_non_null(strstr(text, "12345"));
	assert_null(strstr(text, CARD));
	assert_non_null(strstr(text, "may be a card number: 136 bytes left out"));
	assert_int_equal(reports(text), 2 * (14 + 6) + 17);
	bench_free(b);
}

static void test_keys_without_end(void **state)
{
	struct bench *b = bench_of(&driver_scan_keyboard);

	(void)state;
	b->setup.descriptor = (struct slice){ (const char *)keyboard, sizeof(keyboard) };
	up(b);
	keys(b, "411111111");
	end(b);
	assert_int_equal(reports(b->text), 9);
	assert_non_null(strstr(b->text, "keys of which no code came: 72 bytes left out"));
	bench_free(b);
}

/* ---- what is written can be played ---- */

struct play {
	const struct driver *driver;
	void *state;
	struct buf *events;
	struct sink sink;
};

static void on_played(void *ctx, const struct driver_event *e)
{
	struct play *p = ctx;

	trace_event(p->events, e);
}

static void on_sent(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
}

static void play(const struct driver *driver, const struct driver_setup *setup, const char *text,
		 struct buf *events)
{
	struct play p = {
		driver, calloc(1, driver->state_size), events, { on_played, on_sent, NULL }
	};
	uint8_t memory[TRACE_RECORD_MAX];
	struct trace_record r;
	size_t at = 0;

	p.sink.ctx = &p;
	assert_non_null(p.state);
	while (trace_next(slice_of(text), &at, memory, sizeof(memory), &r) == 1) {
		const struct slice what = { (const char *)r.p, r.n };

		if (r.kind == '<')
			driver->rx(p.state, r.p, r.n, r.ms, &p.sink);
		else if (slice_eq(what, "up"))
			driver->start(p.state, setup, r.ms, &p.sink);
		else if (slice_eq(what, "tick"))
			driver->tick(p.state, r.ms, &p.sink);
		else if (slice_eq(what, "down"))
			driver->stop(p.state, &p.sink);
		driver->room(p.state, PORT_ROOM, r.ms, &p.sink);
	}
	free(p.state);
}

static void test_same_events(void **state)
{
	static char memory[8192];
	struct bench *b = bench_of(&driver_scan_line);
	struct buf again;
	const char *text;

	(void)state;
	up(b);
	say(b, "]E05901234123457\r\nL1.AAAA");
	wait_ms(b, 1000);
	say(b, "BBB\tx\\\"\x1d\x80y\r");
	wait_ms(b, 3000);
	record_happened(&b->record, slice_of("down"), b->now_ms);
	b->driver->stop(b->state, &b->sink);
	up(b);
	say(b, "\x02IN\tFRAME\x03");
	text = end(b);
	buf_init(&again, memory, sizeof(memory));
	play(b->driver, &b->setup, text, &again);
	assert_string_equal(buf_str(&again), buf_str(&b->heard));
	assert_true(strstr(b->events, "scan - IN") != NULL);
	bench_free(b);
}

static void test_full(void **state)
{
	struct bench *b = bench_of(&driver_scan_line);

	(void)state;
	for (up(b); !b->record.full; b->now_ms++)
		say(b, "SOME TEXT THAT IS SCANNED AGAIN AND AGAIN\r");
	say(b, "MORE\r");
	end(b);
	assert_true(b->record.text.len <= TEXT_MAX);
	assert_null(strstr(b->text, "MORE"));
	assert_non_null(strstr(b->text, "# the recording was full here\n"));
	bench_free(b);
}

/* Noise is written in a bounded way, and what is written can be read. */
static void test_noise(void **state)
{
	uint8_t memory[TRACE_RECORD_MAX];
	struct trace_record r;
	unsigned int seed = 3;

	(void)state;
	for (size_t i = 0; driver_at(i); i++) {
		struct bench *b = bench_of(driver_at(i));
		size_t at = 0;
		int got;

		if (b->driver->look == SEEN_KEYBOARD || b->driver->look == SEEN_HIDPOS)
			b->setup.descriptor =
				(struct slice){ (const char *)keyboard, sizeof(keyboard) };
		up(b);
		for (int round = 0; round < 400; round++) {
			uint8_t noise[97];

			for (size_t k = 0; k < sizeof(noise); k++)
				noise[k] = rand_r(&seed) % 4 ? (uint8_t)('0' + rand_r(&seed) % 10)
							     : (uint8_t)rand_r(&seed);
			receive(b, noise, sizeof(noise));
			wait_ms(b, rand_r(&seed) % 2500);
			if (b->heard.len > sizeof(b->events) / 2)
				buf_reset(&b->heard);
		}
		end(b);
		while ((got = trace_next(slice_of(b->text), &at, memory, sizeof(memory), &r)) == 1)
			;
		assert_int_equal(got, 0);
		bench_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_card_words),
		cmocka_unit_test(test_card_in_any_chunks),
		cmocka_unit_test(test_card_between_codes),
		cmocka_unit_test(test_product_is_no_card),
		cmocka_unit_test(test_broken_off),
		cmocka_unit_test(test_hidden_in_garbage),
		cmocka_unit_test(test_card_as_keys),
		cmocka_unit_test(test_keys_without_end),
		cmocka_unit_test(test_same_events),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
