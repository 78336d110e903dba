// SPDX-License-Identifier: Apache-2.0
/*
 * What the simulated printer and display show: letters, layout, and pictures whose QR and
 * bar codes zbarimg reads back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sim/barcode.h"
#include "tests/sim/bench.h"
#include "tests/sim/pole_parse.h"

static void test_misplaced_commands(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	/* A cut, an alignment and an image in mid-line; a bad check digit; an unknown page. */
	SEND(&b, "ab\x1dV\x00\x1b" "a\x01\x1dv0\x00\x01\x00\x01\x00\xff" "cd\n");
	SEND(&b, "\x1dk\x43\x0d" "5901234123458\x1bt\x63\x01\x1bZ\x1dV\x00");
	bench_expect_text(&b, "abcd\n[CUT]\n");
	assert_int_equal(b.ignored, 5);
	assert_int_equal(b.unknown, 3);
	bench_close(&b);
}

static void test_code_pages(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	SEND(&b, "\x1b@\x1bt\x12\xA5\x86\xA9\x88\xE4\xA2\x98\xAB\xBE ");
	SEND(&b, "\xA4\x8F\xA8\x9D\xE3\xE0\x97\x8D\xBD\n");
	SEND(&b, "\x1bt\x2d\xB9\xE6\xEA\xB3\xF1\xF3\x9C\x9F\xBF \x80\n\x1bt\x27\xB1\xE6\xB6\xBC\n");
	SEND(&b, "\x1bt\x11\x8f\xe0\xa8\xa2\xf5\xe2\n\x1bt\x2e\xB2\xBF\xBA\xA5\n");
	SEND(&b, "\x1bt\x00\xE1\n\x1bt\x02\xD5\n\x1bt\x13\xD5\n\x1bt\x10\x80\n");
	SEND(&b, "\x1bt\x01\x95\xB1\n\x1bR\x02\x5b\x1bR\x00\x5b\n\x1dV\x00");
	bench_expect_text(&b, "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ\nąćęłńóśźż €\nąćśź\nПривїт\nІїєҐ\n"
			      "ß\nı\n€\n€\n─ｱ\nÄ[\n[CUT]\n");
	assert_int_equal(b.unknown + b.ignored, 0);
	bench_close(&b);
}

static void test_clone_double_bytes(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, true);
	/* Without FS . the letters of CP852 are eaten in pairs; with it they are right. */
	SEND(&b, "\x1b@\x1bt\x12\xA5\x86\n\x1c.\xA5\x86\n\x1b@\x1bt\x12\xA5\x86\n\x1dV\x00");
	sim_buf_add(&b.text, "", 1);
	assert_non_null(strstr((const char *)b.text.bytes, "\nąć\n"));
	assert_null(strstr(strstr((const char *)b.text.bytes, "ąć") + 1, "ąć"));
	bench_close(&b);
}

static void test_layout(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, false);
	/* 48 columns of font A, then a new line; centred; right; tabs; a wide line. */
	SEND(&b, "123456789012345678901234567890123456789012345678X\n");
	SEND(&b, "\x1b" "a\x01mid\n\x1b" "a\x02right\n\x1b" "a\x00" "a\tb\n\x1d!\x10wide\n\x1d!\x00");
	/* Placed at 60 dots, and 36 to the right of the end; then blank lines. */
	SEND(&b, "\x1b$\x3c\x00p\x1b\\\x24\x00q\n\x1b" "d\x02\x1dV\x00");
	bench_expect_text(&b, "123456789012345678901234567890123456789012345678\nX\n"
			      "                      mid\n"
			      "                                           right\n"
			      "a       b\nwide\n     p   q\n\n\n[CUT]\n");
	bench_close(&b);
}

static void test_letters_are_drawn(void **state)
{
	static const uint32_t letters[] = { U'ł', U'Ż', U'ą', U'ї', U'Ґ', U'є', U'Щ', U'€' };
	struct bitmap missing, drawn;
	struct bench b;

	(void)state;
	bench_open(&b, false);
	bitmap_init(&missing, 12, 24);
	font_draw(b.font, &missing, 0, 0, 0xFFFE, &font_cells[0], 1, 1, false);
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		int ink = 0;

		bitmap_init(&drawn, 12, 24);
		font_draw(b.font, &drawn, 0, 0, letters[i], &font_cells[0], 1, 1, false);
		for (int k = 0; k < 12 * 24; k++)
			ink += bitmap_get(&drawn, k % 12, k / 12);
		assert_true(ink > 10);
		assert_memory_not_equal(drawn.bits, missing.bits, 48);
		bitmap_free(&drawn);
	}
	bitmap_free(&missing);
	bench_close(&b);
}

static void read_codes(const char *path, struct sim_buf *ret_text)
{
	char command[512];
	char piece[256];
	FILE *f;
	size_t n;

	snprintf(command, sizeof(command), "zbarimg --nodbus -q '%s' 2>/dev/null", path);
	f = popen(command, "r");
	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		sim_buf_add(ret_text, piece, n);
	assert_int_equal(pclose(f), 0);
	sim_buf_add(ret_text, "", 1);
}

static void read_file(const char *dir, const char *name, struct sim_buf *ret_text)
{
	char path[512];
	char piece[256];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		sim_buf_add(ret_text, piece, n);
	fclose(f);
	sim_buf_add(ret_text, "", 1);
}

static void remove_dir(const char *dir)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	assert_int_equal(system(command), 0);
}

static void test_slip_is_read_back(void **state)
{
	char dir[] = "/tmp/unit_sim.XXXXXX";
	char png[64];
	struct sim_buf codes = { 0 }, text = { 0 }, line = { 0 };
	struct jobs tray;
	struct bench b;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(jobs_open(&tray, dir), 0);
	bench_open(&b, false);
	b.tray = &tray;
	SEND(&b, "\x1b@\x1c.\x1b" "a\x01\x1bt\x12Za\xBE\xA2\x88\x86 g\xA9\x98l\xA5 ja\xAB\xE4\n");
	SEND(&b, "\x1bt\x2e\xC4\xFF\xEA\xF3\xBA\xEC\xEE!\n");
	SEND(&b, "\x1d(k\x04\x00\x31\x41\x32\x00\x1d(k\x03\x00\x31\x43\x06\x1d(k\x03\x00\x31\x45\x31");
	SEND(&b, "\x1d(k\x11\x00\x31\x50\x30LR.ZAM-1.KORAB\x1d(k\x03\x00\x31\x51\x30\n");
	SEND(&b, "\x1dH\x02\x1dh\x50\x1dw\x03\x1dk\x02" "590123412345\x00\n");
	SEND(&b, "\x1dw\x02\x1dk\x49\x0b{BZam-{C\x0c\x22\x38{A\n");
	SEND(&b, "\x1dk\x04" "ABC-7\x00\n\x1dkD\x07" "9638507\n");
	SEND(&b, "\x1bp\x00\x19\xfa\x1dV\x42\x00");
	snprintf(png, sizeof(png), "%s/001.png", dir);
	read_codes(png, &codes);
	assert_non_null(strstr((const char *)codes.bytes, "QR-Code:LR.ZAM-1.KORAB\n"));
	assert_non_null(strstr((const char *)codes.bytes, "EAN-13:5901234123457\n"));
	assert_non_null(strstr((const char *)codes.bytes, "CODE-128:Zam-123456\n"));
	assert_non_null(strstr((const char *)codes.bytes, "CODE-39:ABC-7\n"));
	assert_non_null(strstr((const char *)codes.bytes, "EAN-8:96385074\n"));
	read_file(dir, "001.txt", &text);
	assert_non_null(strstr((const char *)text.bytes, "Zażółć gęślą jaźń\n"));
	assert_non_null(strstr((const char *)text.bytes, "Дякуємо!\n"));
	assert_non_null(strstr((const char *)text.bytes, "\n[QR] LR.ZAM-1.KORAB\n"));
	assert_non_null(strstr((const char *)text.bytes, "\n[EAN13] 5901234123457\n"));
	assert_non_null(strstr((const char *)text.bytes, "\n[CUT]\n"));
	read_file(dir, "jobs.jsonl", &line);
	assert_non_null(strstr((const char *)line.bytes, "\"unknown\":0,\"cut\":true,\"drawer\":1,"
							 "\"qr\":[\"LR.ZAM-1.KORAB\"]"));
	/* Numbers go on where they were. */
	assert_int_equal(jobs_open(&tray, dir), 0);
	assert_int_equal(tray.last, 1);
	sim_buf_free(&codes);
	sim_buf_free(&text);
	sim_buf_free(&line);
	bench_close(&b);
	remove_dir(dir);
}

static void test_raster_qr_is_read_back(void **state)
{
	/* A QR drawn by one printer is printed by a second as an image: GS v 0 and GS ( L. */
	char dir[] = "/tmp/unit_sim.XXXXXX";
	struct sim_buf raster = { 0 }, stored = { 0 }, codes = { 0 };
	struct jobs tray;
	struct bench b;
	char png[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(jobs_open(&tray, dir), 0);
	bench_open(&b, false);
	SEND(&b, "\x1d(k\x03\x00\x31\x43\x04\x1d(k\x09\x00\x31\x50\x30raster");
	SEND(&b, "\x1d(k\x03\x00\x31\x51\x30");
	sim_buf_add(&raster, "\x1dv0\x00\x48\x00\x54\x00", 8);
	sim_buf_add(&raster, b.device.paper.dots_out.bits, 72 * 84);
	sim_buf_add(&stored, "\x1d" "8L\xaa\x17\x00\x00\x30\x70\x30\x01\x01\x31\x40\x02\x54\x00", 17);
	sim_buf_add(&stored, b.device.paper.dots_out.bits, 72 * 84);
	paper_next(&b.device.paper);
	b.tray = &tray;
	for (size_t at = 0; at < raster.len; at += 64)
		bench_send(&b, raster.bytes + at, raster.len - at < 64 ? raster.len - at : 64);
	SEND(&b, "\x1dV\x42\x00");
	for (size_t at = 0; at < stored.len; at += 64)
		bench_send(&b, stored.bytes + at, stored.len - at < 64 ? stored.len - at : 64);
	SEND(&b, "\x1d(L\x02\x00\x30\x32\x1dV\x42\x00");
	bench_expect_text(&b, "[IMAGE 576x84]\n[CUT]\n[IMAGE 576x84]\n[CUT]\n");
	for (int i = 1; i <= 2; i++) {
		snprintf(png, sizeof(png), "%s/%03d.png", dir, i);
		codes.len = 0;
		read_codes(png, &codes);
		assert_string_equal((const char *)codes.bytes, "QR-Code:raster\n");
	}
	sim_buf_free(&raster);
	sim_buf_free(&stored);
	sim_buf_free(&codes);
	bench_close(&b);
	remove_dir(dir);
}

static void test_bar_code_data(void **state)
{
	struct barcode *b = malloc(sizeof(*b));

	(void)state;
	assert_int_equal(barcode_encode(BARCODE_EAN13, (const uint8_t *)"400638133393", 12, b), 0);
	assert_int_equal(b->modules, 95);
	assert_int_equal(b->text[12], '1');
	assert_true(barcode_encode(BARCODE_EAN13, (const uint8_t *)"40063813339", 11, b) < 0);
	assert_true(barcode_encode(BARCODE_EAN13, (const uint8_t *)"4006381333932", 13, b) < 0);
	assert_true(barcode_encode(BARCODE_CODE39, (const uint8_t *)"abc", 3, b) < 0);
	assert_true(barcode_encode(BARCODE_CODE128, (const uint8_t *)"ABC", 3, b) < 0);
	assert_true(barcode_encode(BARCODE_CODE128, (const uint8_t *)"{C\x64", 3, b) < 0);
	assert_true(barcode_encode(BARCODE_CODE128, (const uint8_t *)"{B{", 3, b) < 0);
	assert_int_equal(barcode_encode(BARCODE_CODE128, (const uint8_t *)"{B{{", 4, b), 0);
	assert_int_equal(b->text_len, 1);
	free(b);
}

static void pole_send(struct pole *pole, const char *bytes, size_t n, const char *want)
{
	struct sim_buf text = { 0 };

	for (size_t i = 0; i < n; i++)
		pole_feed(pole, (uint8_t)bytes[i]);
	pole_text(pole, &text);
	sim_buf_add(&text, "", 1);
	assert_string_equal((const char *)text.bytes, want);
	sim_buf_free(&text);
}

#define POLE(pole, literal, want) pole_send(pole, literal, sizeof(literal) - 1, want)

static void test_pole(void **state)
{
	struct pole pole;

	(void)state;
	pole_init(&pole, POLE_BOTH);
	/* Epson: cursor, code page, wrap at 20 columns, home, clear line. */
	POLE(&pole, "\x1b@\x0cKawa\x1f\x24\x01\x02" "12.50", "Kawa\n12.50\n");
	POLE(&pole, "\x1bt\x12\x0bz\x88", "złwa\n12.50\n");
	POLE(&pole, "\x0c" "12345678901234567890abc", "12345678901234567890\nabc\n");
	POLE(&pole, "\x1f\x42!\x18" "12", "12\nabc                !\n");
	POLE(&pole, "\x1f\x02\x0c" "a\n\rb\n\rc", "b\nc\n");
	POLE(&pole, "\x1f\x03\x0c" "12345678901234567890ab", "345678901234567890ab\n\n");
}

static void test_pole_strings(void **state)
{
	struct pole pole;

	(void)state;
	pole_init(&pole, POLE_BOTH);
	/* CD5220: after ESC Q other text is not taken until CLR. */
	POLE(&pole, "\x0c\x1bQADo zaplaty\r\x1bQB          99.99 PLN\r",
	     "Do zaplaty\n          99.99 PLN\n");
	POLE(&pole, "ignored\x1bl\x01\x01x", "Do zaplaty\n          99.99 PLN\n");
	POLE(&pole, "\x0c\x1bl\x03\x02ok\x1b[Htop", "top\n  ok\n");
	POLE(&pole, "\x1b=\x01printer text\x1b=\x02", "top\n  ok\n");
	assert_int_equal(pole.unknown, 0);
	POLE(&pole, "\x1f\xee", "top\n  ok\n");
	assert_int_equal(pole.unknown, 2);
}

/* One family's display knows nothing of the other's commands. */
static void test_pole_dialects(void **state)
{
	struct pole pole;

	(void)state;
	pole_init(&pole, POLE_EPSON);
	POLE(&pole, "\x1b=\x02\x0c\x1b@\x1f\x01\x1f\x43\x00\x1f\x24\x03\x02\x1bt\x11\x8f", "\n  П\n");
	assert_int_equal(pole.unknown, 0);
	assert_int_equal(pole.clears, 3); /* power-up, CLR, ESC @ */
	assert_int_equal(pole.written, 1);
	POLE(&pole, "\x1bl", "\n  П\n");
	assert_int_equal(pole.unknown, 2);
	POLE(&pole, "\x1bt\x2d", "\n  П\n"); /* page 45 is a printer's */
	assert_int_equal(pole.unknown, 5);
	pole_init(&pole, POLE_CD5220);
	POLE(&pole, "\x0c\x1b@\x1b\x11\x1b_\x00\x1bl\x01\x01\x1b" "cL\x88\x1b" "cR\x8f", "łП\n\n");
	assert_int_equal(pole.unknown, 0);
	POLE(&pole, "\x1f\x24", "łП\n\n");
	assert_int_equal(pole.unknown, 2);
	POLE(&pole, "\x1b" "cX", "łП\n\n");
	assert_int_equal(pole.unknown, 5);
}

static void test_text_words(void **state)
{
	struct sim_buf out = { 0 };

	(void)state;
	sim_buf_json(&out, (const uint8_t *)"a\"\\\xc5\x82\xff\n", 7);
	sim_buf_text(&out, "|");
	sim_buf_visible(&out, (const uint8_t *)"\xc5\x82\xc5\x1d", 4);
	sim_buf_add(&out, "", 1);
	assert_string_equal((const char *)out.bytes, "\"a\\\"\\\\ł\\u00ff\\u000a\"|ł\\xC5\\x1D");
	/* Surrogates, overlong forms and cut sequences are no UTF-8. */
	assert_int_equal(sim_utf8_length((const uint8_t *)"\xed\xa0\x80", 3), 0);
	assert_int_equal(sim_utf8_length((const uint8_t *)"\xc0\x80", 2), 0);
	assert_int_equal(sim_utf8_length((const uint8_t *)"\xe0\x80\x80", 3), 0);
	assert_int_equal(sim_utf8_length((const uint8_t *)"\xf0\x9f\x98", 3), 0);
	assert_int_equal(sim_utf8_length((const uint8_t *)"\xf0\x9f\x98\x80", 4), 4);
	sim_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_misplaced_commands),
		cmocka_unit_test(test_code_pages),
		cmocka_unit_test(test_clone_double_bytes),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_letters_are_drawn),
		cmocka_unit_test(test_slip_is_read_back),
		cmocka_unit_test(test_raster_qr_is_read_back),
		cmocka_unit_test(test_bar_code_data),
		cmocka_unit_test(test_pole),
		cmocka_unit_test(test_pole_strings),
		cmocka_unit_test(test_pole_dialects),
		cmocka_unit_test(test_text_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
