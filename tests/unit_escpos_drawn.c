// SPDX-License-Identifier: Apache-2.0
/*
 * What the encoder draws: letters no page has, bar codes, the logo. Letters are read again by
 * comparing them with the font's own file, bar codes by zbarimg.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <qrencode.h>

#include "drivers/code128.h"
#include "drivers/driver.h"
#include "drivers/escpos_encode.h"
#include "drivers/glyph.h"
#include "drivers/pbm.h"
#include "firmware/base/text.h"

#define FONT_FILE "/usr/share/unifont/unifont.hex"
#define ROWS_MAX  2000
#define ROW_BYTES 80

static char encoded[DRIVER_JOB_BYTES_MAX];

/* All rasters of what was encoded, one below the other. */
static struct {
	uint8_t rows[ROWS_MAX][ROW_BYTES];
	int count, row_bytes, blocks;
} picture;

static struct slice encode(const struct printer_profile *profile, const char *doc)
{
	struct buf b;

	buf_init(&b, encoded, sizeof(encoded));
	assert_int_equal(escpos_encode(profile, slice_of(doc), &b), 0);
	return buf_read(&b);
}

static void no_realtime(struct slice bytes)
{
	for (size_t i = 0; i + 1 < bytes.n; i++)
		if (bytes.p[i] == 0x10 &&
		    (bytes.p[i + 1] == 0x04 || bytes.p[i + 1] == 0x05 || bytes.p[i + 1] == 0x14))
			fail_msg("a real-time command at byte %zu", i);
}

/* Documents here are one drawn thing, so the headers are found by what they look like. */
static void take_pictures(struct slice bytes)
{
	memset(&picture, 0, sizeof(picture));
	for (size_t i = 0; i + 8 <= bytes.n;) {
		const uint8_t *p = (const uint8_t *)bytes.p + i;
		const int rows = p[6] | p[7] << 8;

		if (memcmp(p, "\x1dv0\0", 4) != 0 || p[5] != 0) {
			i++;
			continue;
		}
		assert_true(p[4] <= ROW_BYTES && picture.count + rows <= ROWS_MAX);
		assert_true(8 + rows * p[4] <= ESCPOS_SWALLOW_MAX);
		assert_true(i + 8 + (size_t)(rows * p[4]) <= bytes.n);
		picture.row_bytes = p[4];
		picture.blocks++;
		for (int y = 0; y < rows; y++)
			memcpy(picture.rows[picture.count++], p + 8 + y * p[4], p[4]);
		i += 8 + (size_t)(rows * p[4]);
	}
}

static bool dot(int x, int y)
{
	return picture.rows[y][x / 8] & (0x80 >> x % 8);
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
				wrong += dot(left + (2 * x + 1) * width / 16,
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
	struct printer_profile ascii = *profile_find(slice_of("generic-80"));
	char doc[400];

	(void)state;
	ascii.page_count = 0;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const int columns = (int)utf8_count(slice_of(lines[i]));

		snprintf(doc, sizeof(doc), "T%s\n", lines[i]);
		no_realtime(encode(&ascii, doc));
		take_pictures(encode(&ascii, doc));
		assert_int_equal(picture.blocks, 1);
		assert_int_equal(picture.count, 30); /* a line's feed */
		assert_int_equal(picture.row_bytes, (columns * 12 + 7) / 8);
		line_reads(lines[i], 0, 1);
	}
}

static void test_styles(void **state)
{
	const struct printer_profile *p = profile_find(slice_of("generic-80"));
	struct printer_profile narrow = *p;
	uint8_t light[30][ROW_BYTES];
	struct slice bytes;

	(void)state;
	/* Double size: half as many columns, drawn from the font once more and not blown up. */
	take_pictures(encode(p, "HЇжак ґ\n"));
	assert_int_equal(picture.count, 48);
	assert_int_equal(picture.row_bytes, 6 * 24 / 8);
	line_reads("Їжак ґ", 0, 2);
	/* Centred: whole bytes, the line in the middle of them. */
	take_pictures(encode(p, "CґЇ іi\n"));
	assert_int_equal(picture.row_bytes, 8);
	line_reads("ґЇ іi", 2, 1);
	/* Bold: the same dots, each a dot wider. */
	take_pictures(encode(p, "Tґ\n"));
	memcpy(light, picture.rows, sizeof(light));
	take_pictures(encode(p, "Bґ\n"));
	for (int y = 0; y < 24; y++)
		for (int x = 0; x < 12; x++)
			assert_int_equal(
				dot(x, y),
				!!(light[y][x / 8] & (0x80 >> x % 8)) ||
					(x > 0 && light[y][(x - 1) / 8] & (0x80 >> (x - 1) % 8)));
	/* Where the columns were configured narrower than font A, the cells are. */
	narrow.columns = 64;
	take_pictures(encode(&narrow,
			     "R\nTґ234567890123456789012345678901234567890123456789012345678901234"
			     "\n"));
	assert_int_equal(picture.blocks, 1);
	assert_int_equal(picture.row_bytes, 72);
	/* Only the line that needs it, whole, with both of its ends in their columns. */
	bytes = encode(p, "LМолоко 3,2%\t49,00 ₴\nTzwykły\n");
	take_pictures(bytes);
	assert_int_equal(picture.blocks, 1);
	assert_int_equal(picture.row_bytes, 576 / 8);
	line_reads("Молоко 3,2%                              49,00 ₴", 0, 1);
	assert_memory_equal(bytes.p + bytes.n - 10, "zwyk\x1bt\x12\x88y\n", 10);
}

static void test_boxes_and_marks(void **state)
{
	const struct printer_profile *p = profile_find(slice_of("generic-80"));
	uint8_t rows[GLYPH_HEIGHT];
	int wrong = 0;

	(void)state;
	assert_false(glyph_find(0x6f22, rows));
	assert_false(glyph_find(0x1f600, rows));
	assert_false(glyph_find(0x0627, rows)); /* Arabic wants shaping */
	assert_true(glyph_find('A', rows));
	assert_memory_equal(rows, (font['A'].rows), GLYPH_HEIGHT);
	/* A box is hollow, and none of the letters. */
	take_pictures(encode(p, "T漢x\n"));
	assert_true(dot(2, 4) && dot(9, 4) && !dot(6, 12));
	assert_int_equal(look_at(12, 0, 12, 24), 'x');
	/* Two marks over one letter, both there. */
	take_pictures(encode(p, "Te\xcc\x82\xcc\x81q\xcc\x87\n"));
	for (int y = 0; y < GLYPH_HEIGHT; y++)
		rows[y] = font['e'].rows[y] | font[0x302].rows[y] | font[0x301].rows[y];
	for (int y = 0; y < GLYPH_HEIGHT; y++)
		for (int x = 0; x < GLYPH_WIDTH; x++)
			wrong += dot((2 * x + 1) * 12 / 16, (2 * y + 1) * 24 / 32) !=
				 !!(rows[y] & (0x80 >> x));
	assert_in_range(wrong, 0, 9); /* of 128: smoothed corners */
}

/* Dots that would be DLE EOT, ENQ or DC4 in a row, over a row's end, and by chance. */
static void test_realtime(void **state)
{
	struct printer_profile p = *profile_find(slice_of("generic-80"));
	static struct pbm logo = { .width = 24, .height = 300, .row_bytes = 3 };
	unsigned int seed = 7;

	(void)state;
	p.logo = &logo;
	memcpy(logo.rows, "\x10\x04\x10\x05\x10\x14\x10\x10\x04\x00\x00\x10\x14\x00\x00", 15);
	no_realtime(encode(&p, "G\n"));
	take_pictures(encode(&p, "G\n"));
	assert_int_equal(picture.count, 300);
	assert_int_equal(picture.blocks, 2);
	assert_memory_equal(picture.rows[0], "\x10\x0c\x10", 3);
	assert_memory_equal(picture.rows[1], "\x0d\x10\x1c", 3);
	for (int round = 0; round < 200; round++) {
		static const uint8_t few[] = { 0x10, 0x04, 0x05, 0x14 };

		for (size_t i = 0; i < 900; i++)
			logo.rows[i] = few[rand_r(&seed) % 4];
		no_realtime(encode(&p, "G\n"));
	}
}

/* ---- symbols ---- */

static void zbar(char *dst, size_t cap)
{
	char name[] = "/tmp/lada-bars-XXXXXX", command[160];
	const int fd = mkstemp(name);
	size_t n;
	FILE *f;

	assert_true(fd >= 0);
	f = fdopen(fd, "wb");
	fprintf(f, "P4\n%d %d\n", picture.row_bytes * 8, picture.count);
	for (int i = 0; i < picture.count; i++)
		fwrite(picture.rows[i], 1, (size_t)picture.row_bytes, f);
	fclose(f);
	snprintf(command, sizeof(command),
		 "zbarimg -q --raw --nodbus -Sdisable -Scode128.enable pbm:%s 2>/dev/null", name);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(dst, 1, cap - 1, f);
	dst[n] = '\0';
	pclose(f);
	unlink(name);
}

static void test_code128(void **state)
{
	static const char *const codes[] = {
		"ZAM-2026-0007",
		"1234567890",
		"12345",
		"abc123456def",
		"0",
		"PL00 1604 1605",
		"LADA{{X}~",
		"00112233445566778899",
		"A1B2C3",
		"99999999",
		"1004100510141014",
	};
	const struct printer_profile *p = profile_find(slice_of("generic-80"));
	char doc[100], got[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct code128 code;

		snprintf(doc, sizeof(doc), "K%s\n", codes[i]);
		no_realtime(encode(p, doc));
		take_pictures(encode(p, doc));
		assert_int_equal(picture.blocks, 1);
		zbar(got, sizeof(got));
		assert_int_equal(code128_make(slice_of(codes[i]), &code), 0);
		assert_int_equal(strlen(got), strlen(code.text) + 1);
		assert_memory_equal(got, code.text, strlen(code.text));
	}
	take_pictures(encode(profile_find(slice_of("generic-58")), "K123456789012345678901234\n"));
	zbar(got, sizeof(got));
	assert_string_equal(got, "123456789012345678901234\n");
	assert_true(picture.row_bytes * 8 <= 384);
}

/* Every symbol of every set is one that a reader knows. */
static void test_code128_all(void **state)
{
	struct printer_profile p = *profile_find(slice_of("generic-80"));
	char doc[100], got[100];

	(void)state;
	for (int c = 0x20; c < 0x7f; c += 5) {
		char want[20] = "";
		size_t n = 0;

		for (int i = c; i < c + 5 && i < 0x7f; i++)
			want[n++] = (char)i;
		n = (size_t)snprintf(doc, sizeof(doc), "Kx");
		for (size_t i = 0; want[i]; i++)
			n += (size_t)snprintf(doc + n, sizeof(doc) - n, "%s%c",
					      want[i] == '{' ? "{" : "", want[i]);
		doc[n++] = '\n';
		doc[n] = '\0';
		take_pictures(encode(&p, doc));
		zbar(got, sizeof(got));
		assert_memory_equal(got + 1, want, strlen(want));
	}
	for (int pair = 0; pair < 100; pair += 4) {
		snprintf(doc, sizeof(doc), "K%02d%02d%02d%02d\n", pair, pair + 1, pair + 2,
			 pair + 3);
		take_pictures(encode(&p, doc));
		zbar(got, sizeof(got));
		assert_memory_equal(got, doc + 1, 8);
	}
}

static void data_is(const char *text, const char *want, size_t n)
{
	uint8_t data[CODE128_DATA_MAX];
	struct code128 code;

	assert_int_equal(code128_make(slice_of(text), &code), 0);
	assert_int_equal(code128_data(&code, data), n);
	assert_memory_equal(data, want, n);
}

static void test_code128_data(void **state)
{
	struct code128 code;
	char long_text[CODE128_TEXT_MAX + 2];
	struct slice bytes;

	(void)state;
	data_is("ABC", "{BABC", 5);
	data_is("abc", "{Babc", 5);
	data_is("a{b", "{Ba{{b", 6);
	data_is("a{{b", "{Ba{{b", 6);
	data_is("123456", "{C\x0c\x22\x38", 5);
	data_is("ab123456", "{Bab{C\x0c\x22\x38", 9);
	data_is("1234567a", "{C\x0c\x22\x38{B7a", 9);
	data_is("{10112345678901231", "{C{1\x01\x0c\x22\x38\x4e\x5a\x0c\x1f", 12);
	data_is("a\tA", "{Ba{A\tA", 7);
	assert_int_equal(code128_make(slice_of(""), &code), -EINVAL);
	assert_int_equal(code128_make(slice_of("ą"), &code), -EINVAL);
	memset(long_text, '1', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(code128_make(slice_of(long_text), &code), -EINVAL);
	long_text[CODE128_TEXT_MAX] = '\0';
	assert_int_equal(code128_make(slice_of(long_text), &code), 0);

	/* Native where the printer has it, but never with a real-time command inside. */
	bytes = encode(profile_find(slice_of("epson-tm-t20")), "KZAM-7\n");
	assert_non_null(memmem(bytes.p, bytes.n, "\x1dkI\x07{BZAM-7", 11));
	bytes = encode(profile_find(slice_of("epson-tm-t20")), "K16041604\n");
	no_realtime(bytes);
	take_pictures(bytes);
	assert_int_equal(picture.blocks, 1);
	/* Too long for the paper: in words. */
	bytes = encode(profile_find(slice_of("generic-58")), "Kabcdefghijklmnopqrstuvwxyz\n");
	assert_non_null(memmem(bytes.p, bytes.n, "[|||]\n", 6));
	assert_non_null(memmem(bytes.p, bytes.n, "abcdefghijklmnopqrstuvwxyz\n", 27));
}

static void test_ean8(void **state)
{
	const struct printer_profile *p = profile_find(slice_of("generic-58"));
	struct slice bytes = encode(p, "E9638507\n");

	(void)state;
	assert_non_null(memmem(bytes.p, bytes.n,
			       "\x1dk\x03"
			       "96385074\0",
			       12));
	bytes = encode(p, "E96385074\n");
	assert_non_null(memmem(bytes.p, bytes.n,
			       "\x1dk\x03"
			       "96385074\0",
			       12));
	bytes = encode(p, "E96385075\n");
	assert_null(memmem(bytes.p, bytes.n, "\x1dk", 2));
}

/* The printer's own QR is never larger than was reckoned with: libqrencode is the witness. */
static void test_qr_native_size(void **state)
{
	struct printer_profile p = *profile_find(slice_of("epson-tm-t20"));
	char doc[1100], text[1001];

	(void)state;
	for (size_t n = 1; n <= 1000; n += n < 100 ? 1 : 13) {
		QRcode *qr;
		struct slice bytes;
		const char *size;

		for (size_t i = 0; i < n; i++)
			text[i] = (char)('a' + i % 26);
		text[n] = '\0';
		snprintf(doc, sizeof(doc), "Q%s\n", text);
		qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
		assert_non_null(qr);
		bytes = encode(&p, doc);
		size = memmem(bytes.p, bytes.n, "\x1d(k\x03\0001C", 7);
		assert_non_null(size);
		assert_true((qr->width + 8) * size[7] <= p.dots);
		assert_true(size[7] == 6 || (qr->width + 8) * (size[7] + 1) > p.dots);
		QRcode_free(qr);
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

static void test_logo(void **state)
{
	struct printer_profile p = *profile_find(slice_of("generic-58"));
	static struct pbm logo = { .width = 380, .height = 480, .row_bytes = 48 };

	(void)state;
	assert_int_equal(encode(&p, "G\n").n, 10); /* there is none */
	p.logo = &logo;
	for (size_t i = 0; i < 48 * 480; i++)
		logo.rows[i] = (uint8_t)i;
	take_pictures(encode(&p, "G\n"));
	assert_int_equal(picture.count, 480);
	assert_int_equal(picture.row_bytes, 48);
	assert_memory_equal(picture.rows[479], logo.rows + 479 * 48, 48);
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
		cmocka_unit_test(test_alphabets),	cmocka_unit_test(test_styles),
		cmocka_unit_test(test_boxes_and_marks), cmocka_unit_test(test_realtime),
		cmocka_unit_test(test_code128),		cmocka_unit_test(test_code128_all),
		cmocka_unit_test(test_code128_data),	cmocka_unit_test(test_ean8),
		cmocka_unit_test(test_qr_native_size),	cmocka_unit_test(test_pbm),
		cmocka_unit_test(test_pbm_noise),	cmocka_unit_test(test_logo),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
