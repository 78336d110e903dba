// SPDX-License-Identifier: Apache-2.0
/*
 * What the encoder draws: letters no page has, and the logo. Letters are read again by comparing
 * them with the font's own file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/glyph.h"
#include "drivers/pbm.h"
#include "firmware/base/doc.h"
#include "firmware/base/text.h"
#include "tests/escpos_paper.h"

#define FONT_FILE "/usr/share/unifont/unifont.hex"

static struct paper paper;

static struct slice encode(const struct printer_profile *profile, const char *doc)
{
	return paper_encode(&paper, profile, doc);
}

static const char *print(const struct printer_profile *profile, const char *doc)
{
	return paper_print(&paper, profile, doc);
}

/* ---- letters ---- */

static struct {
	uint8_t rows[GLYPH_HEIGHT];
	bool narrow;
} font[0x3000];

/* The font as its own file has it, read apart from the code under test. */
static void read_font(void)
{
	FILE *f = fopen(FONT_FILE, "r");
	char line[128];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned int c, row;

		if (strlen(line) != 38 || sscanf(line, "%4x:", &c) != 1 || c >= COUNT_OF(font))
			continue;
		font[c].narrow = true;
		for (int y = 0; y < GLYPH_HEIGHT; y++) {
			assert_int_equal(sscanf(line + 5 + 2 * y, "%2x", &row), 1);
			font[c].rows[y] = (uint8_t)row;
		}
	}
	fclose(f);
}

/* The letter that looks most like the cell: each dot of the font against the middle of its
 * place. Among equal glyphs the first one is as good. */
static uint32_t look_at(int left, int top, int width, int height)
{
	uint32_t best = 0;
	int least = 1000;

	for (uint32_t c = 0x20; c < COUNT_OF(font); c++) {
		int wrong = 0;

		if (!font[c].narrow || (c >= 0x300 && c < 0x370))
			continue;
		for (int y = 0; y < GLYPH_HEIGHT && wrong < least; y++)
			for (int x = 0; x < GLYPH_WIDTH; x++)
				wrong += paper_dot(&paper, left + (2 * x + 1) * width / 16,
						   top + (2 * y + 1) * height / 32) !=
					 !!(font[c].rows[y] & (0x80 >> x));
		if (wrong < least) {
			least = wrong;
			best = c;
		}
	}
	return best;
}

static bool look_alike(uint32_t a, uint32_t b)
{
	return memcmp(font[a].rows, font[b].rows, GLYPH_HEIGHT) == 0;
}

/* Every letter of the line is on the paper, in its column. */
static void line_reads(const char *text, int left, int times)
{
	struct slice s = slice_of(text);
	size_t column = 0;

	for (size_t at = 0; at < s.n; column++) {
		const uint32_t want = (uint32_t)utf8_next(s, &at);
		const uint32_t got =
			look_at(left + (int)column * 12 * times, 0, 12 * times, 24 * times);

		if (!look_alike(want, got))
			fail_msg("column %zu of \"%s\": U+%04X is read as U+%04X", column, text,
				 want, got);
	}
}

static void test_alphabets(void **state)
{
	static const char *const lines[] = {
		"ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ 0123456789",    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
		"АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ", "äöüßÄÖÜẞ àâæçéèêëîïôœùûüÿ €½™№",
		"áčďéěíňóřšťúůýž ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",   "ăâîșț ĂÂÎȘȚ őű ñ¿¡ åøæ đ ğış āēģīķļņšūž",
		"αβγδεζηθικλμνξοπρστυφχψω Ελληνικά", "Tiếng Việt: ấầẩẫậ ằẳẵặ ểễ ơớờ ưứừ",
		"אבגדהוזחטיכלמנסעפצקרשת →←↑↓ ─│┌┐",
	};
	struct printer_profile ascii = *paper_profile("generic-80");
	char doc[400];

	(void)state;
	ascii.page_count = 0;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const int columns = (int)utf8_count(slice_of(lines[i]));

		snprintf(doc, sizeof(doc), "T%s\n", lines[i]);
		print(&ascii, doc);
		assert_int_equal(paper.rasters, 1);
		assert_int_equal(paper.row_count, 30); /* a line's feed */
		assert_int_equal(paper.row_bytes, (columns * 12 + 7) / 8);
		line_reads(lines[i], 0, 1);
	}
}

static void test_styles(void **state)
{
	const struct printer_profile *p = paper_profile("generic-80");
	struct printer_profile narrow = *p;
	uint8_t light[30][(PROFILE_DOTS_MAX / 8)];

	(void)state;
	/* Double size: half as many columns, drawn from the font once more and not blown up. */
	print(p, "HЇжак ґ\n");
	assert_int_equal(paper.row_count, 48);
	assert_int_equal(paper.row_bytes, 6 * 24 / 8);
	line_reads("Їжак ґ", 0, 2);
	/* Centred: whole bytes, the line in the middle of them. */
	print(p, "CґЇ іi\n");
	assert_int_equal(paper.row_bytes, 8);
	line_reads("ґЇ іi", 2, 1);
	/* Bold: the same dots, each a dot wider. */
	print(p, "Tґ\n");
	memcpy(light, paper.rows, sizeof(light));
	print(p, "Bґ\n");
	for (int y = 0; y < 24; y++)
		for (int x = 0; x < 12; x++)
			assert_int_equal(
				paper_dot(&paper, x, y),
				!!(light[y][x / 8] & (0x80 >> x % 8)) ||
					(x > 0 && light[y][(x - 1) / 8] & (0x80 >> (x - 1) % 8)));
	/* Where the columns were configured narrower than font A, the cells are. */
	narrow.columns = 64;
	print(&narrow, "R\nTґ234567890123456789012345678901234567890123456789012345678901234"
		       "\n");
	assert_int_equal(paper.rasters, 1);
	assert_int_equal(paper.row_bytes, 72);
	/* Only the line that needs it, whole, with both of its ends in their columns. */
	assert_string_equal(print(p, "LМолоко 3,2%\t49,00 ₴\nTzwykły\n"), "zwykły\n");
	assert_int_equal(paper.rasters, 1);
	assert_int_equal(paper.row_bytes, 576 / 8);
	line_reads("Молоко 3,2%                              49,00 ₴", 0, 1);
}

static void test_boxes_and_marks(void **state)
{
	const struct printer_profile *p = paper_profile("generic-80");
	uint8_t rows[GLYPH_HEIGHT];
	int wrong = 0;

	(void)state;
	assert_false(glyph_find(0x6f22, rows));
	assert_false(glyph_find(0x1f600, rows));
	assert_false(glyph_find(0x0627, rows)); /* Arabic wants shaping */
	assert_true(glyph_find('A', rows));
	assert_memory_equal(rows, (font['A'].rows), GLYPH_HEIGHT);
	/* A box is hollow, and none of the letters. */
	print(p, "T漢x\n");
	assert_true(paper_dot(&paper, 2, 4) && paper_dot(&paper, 9, 4) &&
		    !paper_dot(&paper, 6, 12));
	assert_int_equal(look_at(12, 0, 12, 24), 'x');
	/* Two marks over one letter, both there. */
	print(p, "Te\xcc\x82\xcc\x81q\xcc\x87\n");
	for (int y = 0; y < GLYPH_HEIGHT; y++)
		rows[y] = font['e'].rows[y] | font[0x302].rows[y] | font[0x301].rows[y];
	for (int y = 0; y < GLYPH_HEIGHT; y++)
		for (int x = 0; x < GLYPH_WIDTH; x++)
			wrong += paper_dot(&paper, (2 * x + 1) * 12 / 16, (2 * y + 1) * 24 / 32) !=
				 !!(rows[y] & (0x80 >> x));
	assert_in_range(wrong, 0, 9); /* of 128: smoothed corners */
}

/* Dots that would be DLE EOT, ENQ or DC4 in a row, over a row's end, and by chance. */
static void test_realtime(void **state)
{
	struct printer_profile p = *paper_profile("generic-80");
	static struct pbm logo = { .width = 24, .height = 300, .row_bytes = 3 };
	unsigned int seed = 7;

	(void)state;
	p.logo = &logo;
	memcpy(logo.rows, "\x10\x04\x10\x05\x10\x14\x10\x10\x04\x00\x00\x10\x14\x00\x00", 15);
	print(&p, "G\n");
	assert_int_equal(paper.row_count, 300);
	assert_int_equal(paper.rasters, 2);
	assert_memory_equal(paper.rows[0], "\x10\x0c\x10", 3);
	assert_memory_equal(paper.rows[1], "\x0d\x10\x1c", 3);
	for (int round = 0; round < 200; round++) {
		static const uint8_t few[] = { 0x10, 0x04, 0x05, 0x14 };

		for (size_t i = 0; i < 900; i++)
			logo.rows[i] = few[rand_r(&seed) % 4];
		encode(&p, "G\n");
	}
}

/* ---- the logo ---- */

static void pbm_refused(const char *file, size_t n, int err, const char *why)
{
	static struct pbm got;
	const char *what;

	assert_int_equal(pbm_read((struct slice){ file, n }, &got, &what), err);
	assert_non_null(strstr(what, why));
}

static void test_pbm(void **state)
{
	static const char text[] = "P1\n# a comment\n10 # wide\n2\n1 0 1 0 1 0 1 0 1 1\n0111111110";
	static const char packed[] = "P4 10 2\n\xaa\xff\x7f\xbf";
	static struct pbm a, b;
	const char *what;

	(void)state;
	assert_int_equal(pbm_read(slice_of(text), &a, &what), 0);
	assert_int_equal(pbm_read((struct slice){ packed, sizeof(packed) - 1 }, &b, &what), 0);
	assert_int_equal(a.width, 10);
	assert_int_equal(a.height, 2);
	assert_int_equal(a.row_bytes, 2);
	assert_memory_equal(a.rows, "\xaa\xc0\x7f\x80", 4);
	assert_memory_equal(b.rows, "\xaa\xc0\x7f\x80", 4);
#define REFUSED(file, err, why) pbm_refused(file, sizeof(file) - 1, err, why)
	REFUSED("", -EBADMSG, "P1 or P4");
	REFUSED("P5 1 1 255 x", -EBADMSG, "P1 or P4");
	REFUSED("P4", -EBADMSG, "without a width");
	REFUSED("P4 8", -EBADMSG, "without a width");
	REFUSED("P4 0 1\n", -EBADMSG, "without a width");
	REFUSED("P4 -8 1\n", -EBADMSG, "without a width");
	REFUSED("P4 641 1\n", -EMSGSIZE, "larger than 640 x 480");
	REFUSED("P4 1 481\n", -EMSGSIZE, "larger than 640 x 480");
	REFUSED("P4 99999999999999999999 1\n", -EMSGSIZE, "larger");
	REFUSED("P4 8 2\n\xff", -EBADMSG, "ends too early");
	REFUSED("P4 8 1", -EBADMSG, "ends too early");
	REFUSED("P1 2 2\n1 0 1", -EBADMSG, "ends too early");
	REFUSED("P1 2 2\n1 0 1 2", -EBADMSG, "broken");
}

/* Any bytes: no crash, and never more than fits. */
static void test_pbm_noise(void **state)
{
	static struct pbm got;
	unsigned int seed = 11;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		static const char some[] = "P14 0123456789#\n\xff";
		char file[64];
		size_t n = (size_t)rand_r(&seed) % sizeof(file);
		const char *what;

		for (size_t i = 0; i < n; i++)
			file[i] = some[(size_t)rand_r(&seed) % sizeof(some)];
		if (round % 2 && n > 2)
			memcpy(file, round % 4 == 1 ? "P1" : "P4", 2);
		if (pbm_read((struct slice){ file, n }, &got, &what) == 0)
			assert_true(got.row_bytes * got.height <= (int)sizeof(got.rows));
	}
}

/* As many lines as a document is meant for, each of them drawn (doc.h). */
static void test_long_slip(void **state)
{
	static char doc[DOC_MAX];
	struct buf b;

	(void)state;
	buf_init(&b, doc, sizeof(doc));
	for (int i = 0; i < 300; i++)
		doc_text(&b, 'T', "Їжак і ґрунтовка, Київ: довга назва, 12345 шт");
	assert_true(encode(paper_profile("generic-80"), buf_str(&b)).n > 300 * 2000);
}

static void test_logo(void **state)
{
	struct printer_profile p = *paper_profile("generic-58");
	static struct pbm logo = { .width = 380, .height = 480, .row_bytes = 48 };

	(void)state;
	assert_int_equal(encode(&p, "G\n").n, 10); /* there is none */
	p.logo = &logo;
	for (size_t i = 0; i < 48 * 480; i++)
		logo.rows[i] = (uint8_t)i;
	print(&p, "G\n");
	assert_int_equal(paper.row_count, 480);
	assert_int_equal(paper.row_bytes, 48);
	assert_memory_equal(paper.rows[479], logo.rows + 479 * 48, 48);
	logo.width = 385;
	assert_int_equal(encode(&p, "G\n").n, 10); /* wider than the paper */
}

static int setup(void **state)
{
	(void)state;
	read_font();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alphabets),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_boxes_and_marks),
		cmocka_unit_test(test_realtime),
		cmocka_unit_test(test_pbm),
		cmocka_unit_test(test_pbm_noise),
		cmocka_unit_test(test_logo),
		cmocka_unit_test(test_long_slip),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
