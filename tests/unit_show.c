// SPDX-License-Identifier: Apache-2.0
/*
 * Displays under noise and odd texts: a panel that says anything in any chunking gives the same
 * events; no text, however broken, brings a control character or a stray FF to a display.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/fold.h"
#include "drivers/trace.h"
#include "firmware/base/text.h"

#define OUT_BYTES 16384
#define ROUNDS	  400
#define NOISE	  120

struct bench {
	const struct driver *driver;
	struct driver_setup setup;
	void *state;
	struct sink sink;
	struct buf events, out;
	char events_memory[OUT_BYTES], out_memory[OUT_BYTES];
};

static void on_event(void *ctx, const struct driver_event *e)
{
	struct bench *b = ctx;

	trace_event(&b->events, e);
}

static void on_bytes(void *ctx, const void *p, size_t n)
{
	struct bench *b = ctx;

	buf_add(&b->out, p, n);
}

static struct bench *bench_new(const struct driver *driver, const char *dialect)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->driver = driver;
	b->state = calloc(1, driver->state_size);
	assert_non_null(b->state);
	buf_init(&b->events, b->events_memory, sizeof(b->events_memory));
	buf_init(&b->out, b->out_memory, sizeof(b->out_memory));
	b->sink = (struct sink){ on_event, on_bytes, b };
	text_fmt(b->setup.dialect, sizeof(b->setup.dialect), "%s", dialect);
	driver->start(b->state, &b->setup, 0, &b->sink);
	return b;
}

static void bench_free(struct bench *b)
{
	free(b->state);
	free(b);
}

static void pump(struct bench *b, size_t room)
{
	size_t before;

	do {
		before = b->out.len;
		b->driver->room(b->state, room, 0, &b->sink);
		assert_true(b->out.len - before <= room);
	} while (b->out.len > before);
}

/* What a panel says, and what it never would, with many ends of frames among it. */
static size_t make_noise(uint8_t *noise, unsigned int *seed)
{
	static const uint8_t alphabet[] = { 0x00, 0x01, 0x01, 0x1a, 0x02, 0x24, 0x88,
					    0x65, 0x71, 0x70, 0x66, 0xff, 'a',	0xff };
	size_t n = 0;

	while (n < NOISE) {
		noise[n++] = alphabet[(size_t)rand_r(seed) % sizeof(alphabet)];
		for (int i = 0; rand_r(seed) % 4 && i < 3; i++)
			noise[n++] = 0xff;
	}
	return n;
}

static void receive(struct bench *b, const uint8_t *p, size_t n, int64_t now_ms, int chunking,
		    unsigned int *seed)
{
	for (size_t at = 0, step; at < n; at += step) {
		step = chunking == 0 ? n : chunking == 1 ? 1 : 1 + (size_t)rand_r(seed) % (n - at);
		b->driver->rx(b->state, p + at, step, now_ms, &b->sink);
		pump(b, chunking == 2 ? 7 : 1000);
	}
}

static void test_panel_in_any_chunking(void **state)
{
	static const char *const docs[] = {
		"CSklep\nCZapraszamy\n",
		"CThanks\nCSoon\nQLR.ZAM-1.X\nCcode\n",
		"Tname\nLCena\t1,00\n",
	};
	unsigned int seed = 3;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t noise[NOISE + 8];
		const size_t n = make_noise(noise, &seed);
		struct bench *b[3];

		for (int c = 0; c < 3; c++) {
			b[c] = bench_new(&driver_show_nextion, "auto");
			pump(b[c], 1000);
			for (int part = 0; part < 4; part++) {
				const int64_t now_ms = 1000 * (part + 1);

				receive(b[c], noise + n * (size_t)part / 4,
					n * (size_t)(part + 1) / 4 - n * (size_t)part / 4, now_ms,
					c, &seed);
				b[c]->driver->show(b[c]->state, slice_of(docs[part % 3]), now_ms,
						   &b[c]->sink);
				b[c]->driver->tick(b[c]->state, now_ms, &b[c]->sink);
				pump(b[c], 1000);
			}
			assert_false(b[c]->out.overflow);
			assert_string_equal(buf_str(&b[c]->events), buf_str(&b[0]->events));
			assert_int_equal(b[c]->driver->garbage(b[c]->state),
					 b[0]->driver->garbage(b[0]->state));
		}
		for (int c = 0; c < 3; c++)
			bench_free(b[c]);
	}
}

static void random_doc(struct buf *doc, unsigned int *seed)
{
	static const char commands[] = "TCLQTXE";

	buf_reset(doc);
	for (int line = 0; line < 4; line++) {
		buf_byte(doc, (uint8_t)commands[(size_t)rand_r(seed) % (sizeof(commands) - 1)]);
		for (int i = rand_r(seed) % 70; i > 0; i--)
			buf_byte(doc, rand_r(seed) % 3 ? (uint8_t)rand_r(seed) : 'a');
		buf_byte(doc, '\n');
	}
}

/* Each write to a pole is a position, 20 characters, and page switches between them. */
static void check_rows(const char *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		assert_true(n - at >= 4 + 20);
		assert_memory_equal(p + at, "\x1f\x24\x01", 3);
		assert_true(p[at + 3] == 1 || p[at + 3] == 2);
		at += 4;
		for (int i = 0; i < 20; i++) {
			if (p[at] == 0x1b) {
				assert_int_equal(p[at + 1], 't');
				at += 3;
			}
			assert_true(at < n && (uint8_t)p[at] >= 0x20 && (uint8_t)p[at] != 0x7f);
			at++;
		}
	}
}

static void test_any_text_on_a_pole(void **state)
{
	struct bench *b = bench_new(&driver_show_pole, "epson");
	char memory[1024];
	unsigned int seed = 5;
	struct buf doc;

	(void)state;
	buf_init(&doc, memory, sizeof(memory));
	pump(b, 1000);
	for (int round = 0; round < 20 * ROUNDS; round++) {
		buf_reset(&b->out);
		random_doc(&doc, &seed);
		b->driver->show(b->state, buf_read(&doc), 0, &b->sink);
		pump(b, 5);
		check_rows(b->out.p, b->out.len);
	}
	bench_free(b);
}

/* Commands and ends alone: FF only three at a time, no control characters, UTF-8 within. */
static void check_commands(const char *p, size_t n)
{
	size_t begin = 0;

	for (size_t i = 0; i < n; i++) {
		if ((uint8_t)p[i] != 0xff) {
			assert_true((uint8_t)p[i] >= 0x20 && p[i] != 0x7f);
			continue;
		}
		assert_true(i + 2 < n && (uint8_t)p[i + 1] == 0xff && (uint8_t)p[i + 2] == 0xff);
		assert_true(utf8_valid((struct slice){ p + begin, i - begin }));
		i += 2;
		begin = i + 1;
	}
	assert_int_equal(begin, n);
}

static void test_any_text_on_a_panel(void **state)
{
	struct bench *b = bench_new(&driver_show_nextion, "auto");
	char memory[1024];
	unsigned int seed = 9;
	struct buf doc;

	(void)state;
	buf_init(&doc, memory, sizeof(memory));
	for (int round = 0; round < 20 * ROUNDS; round++) {
		buf_reset(&b->out);
		random_doc(&doc, &seed);
		b->driver->show(b->state, buf_read(&doc), round, &b->sink);
		for (int i = 0; i < 8; i++) {
			pump(b, 5);
			b->driver->rx(b->state, "\x01\xff\xff\xff", 4, round, &b->sink);
		}
		check_commands(b->out.p, b->out.len);
	}
	bench_free(b);
}

static bool has_l(const void *ctx, uint32_t c)
{
	(void)ctx;
	return c == 0x142;
}

static void expect_fold(const char *text, bool (*has)(const void *ctx, uint32_t c),
			const char *want)
{
	struct fold f = fold_start(slice_of(text), has, NULL);
	char memory[256], utf8[4];
	struct buf b;
	uint32_t c;

	buf_init(&b, memory, sizeof(memory));
	while (fold_next(&f, &c))
		buf_add(&b, utf8, utf8_put(c, utf8));
	assert_string_equal(buf_str(&b), want);
}

static void test_folding(void **state)
{
	(void)state;
	expect_fold("Zażółć gęślą jaźń", NULL, "Zazolc gesla jazn");
	expect_fold("żółty", has_l, "zołty");
	expect_fold("Щука їжак ґанок", NULL, "Shchuka izhak hanok");
	expect_fold("„a” – b… 5 €", NULL, "\"a\" - b... 5 EUR");
	/* Letter and mark; soft hyphen; no-break space; controls; broken and unknown. */
	expect_fold("z\u0301\u00ad\u00a0\x01\x7f\xc2\x85\xff漢", NULL, "z\u00a0   ??");
	expect_fold("", NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panel_in_any_chunking),
		cmocka_unit_test(test_any_text_on_a_pole),
		cmocka_unit_test(test_any_text_on_a_panel),
		cmocka_unit_test(test_folding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
