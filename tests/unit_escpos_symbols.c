// SPDX-License-Identifier: Apache-2.0
/*
 * QR codes and bar codes on a slip: drawn here and read by zbarimg, or left to the printer, whose
 * commands are compared with what its manual says.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <qrencode.h>

#include "drivers/code128.h"
#include "tests/escpos_paper.h"

/* zbarimg's, for CODE128 alone. */
#define BARS "-Sdisable -Scode128.enable"

static struct paper paper;

static struct slice encode(const struct printer_profile *profile, const char *doc)
{
	return paper_encode(&paper, profile, doc);
}

static const char *print(const struct printer_profile *profile, const char *doc)
{
	return paper_print(&paper, profile, doc);
}

/* ---- QR ---- */

static void qr_round(const struct printer_profile *p, const char *text, int module)
{
	char doc[1200], got[1200];
	int side;

	snprintf(doc, sizeof(doc), "Q%s\n", text);
	assert_string_equal(print(p, doc), "");
	paper_zbar(&paper, "", got, sizeof(got));
	assert_int_equal(strlen(got), strlen(text) + 1);
	assert_memory_equal(got, text, strlen(text));
	assert_int_equal(paper.row_count % module, 0);
	side = paper.row_count / module;
	assert_int_equal((side - 8 - 17) % 4, 0); /* a QR width and four modules around it */
	assert_int_equal(paper.row_bytes, (side * module + 7) / 8);
	for (int i = 0; i < 4 * module; i++)
		for (int j = 0; j < paper.row_bytes; j++)
			assert_int_equal(paper.rows[i][j] | paper.rows[paper.row_count - 1 - i][j],
					 0);
}

static void test_qr(void **state)
{
	char text[1200];

	(void)state;
	qr_round(paper_profile("generic-80"), "LR.ZAM-2026-0007.D1", 6);
	qr_round(paper_profile("generic-58"), "LR.ZAM-2026-0007.D1", 6);
	memset(text, 'a', sizeof(text));
	text[180] = '\0';
	qr_round(paper_profile("generic-80"), text, 6);
	text[180] = 'a';
	text[400] = '\0';
	qr_round(paper_profile("generic-58"), text, 4); /* smaller modules rather than none */
	text[400] = 'a';
	text[1100] = '\0';
	print(paper_profile("generic-58"), "Qx\n");
	memmove(text + 1, text, 1101);
	text[0] = 'Q';
	print(paper_profile("generic-80"), text); /* too long for any: as text */
	assert_int_equal(paper.rasters, 0);
	assert_int_equal(paper.out.len, 1100 + 23 + 5);
	assert_memory_equal(paper.out.p, "[QR]\naaa", 8);
	print(paper_profile("epson-tm-t20"), "QLR.ZAM-1.D1\n");
	assert_string_equal(paper.symbol, "LR.ZAM-1.D1");
	assert_int_equal(paper.rasters, 0);
	print(paper_profile("epson-tm-t20"), "Q\nTx\n");
	assert_string_equal(paper.text, "\nx\n");
}

/* Every version and many contents: no byte of a raster begins a real-time command. */
static void test_raster_bytes(void **state)
{
	char doc[600];
	unsigned int seed = 3;

	(void)state;
	for (int round = 0; round < 60; round++) {
		const int n = 1 + rand_r(&seed) % 480;

		doc[0] = 'Q';
		for (int i = 1; i <= n; i++)
			doc[i] = (char)('!' + rand_r(&seed) % 90);
		doc[n + 1] = '\0';
		encode(paper_profile(round % 2 ? "generic-58" : "generic-80"), doc);
	}
}

/* The printer's own QR is never larger than was reckoned with: libqrencode is the witness. */
static void test_qr_native_size(void **state)
{
	struct printer_profile p = *paper_profile("epson-tm-t20");
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

/* ---- bars ---- */

static void test_ean(void **state)
{
	const struct printer_profile *p = paper_profile("generic-80");

	(void)state;
	assert_string_equal(print(p, "E5901234123457\n"), "");
	assert_string_equal(paper.barcode, "5901234123457");
	print(p, "E400638133393\n");
	assert_string_equal(paper.barcode, "4006381333931");
	assert_string_equal(print(p, "E5901234123458\nE1234\nEabcdefghijklm\n"),
			    "[|||]\n5901234123458\n[|||]\n1234\n[|||]\nabcdefghijklm\n");
	assert_string_equal(paper.barcode, "");
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
	const struct printer_profile *p = paper_profile("generic-80");
	char doc[100], got[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct code128 code;

		snprintf(doc, sizeof(doc), "K%s\n", codes[i]);
		print(p, doc);
		assert_int_equal(paper.rasters, 1);
		paper_zbar(&paper, BARS, got, sizeof(got));
		assert_int_equal(code128_make(slice_of(codes[i]), &code), 0);
		assert_int_equal(strlen(got), strlen(code.text) + 1);
		assert_memory_equal(got, code.text, strlen(code.text));
	}
	print(paper_profile("generic-58"), "K123456789012345678901234\n");
	paper_zbar(&paper, BARS, got, sizeof(got));
	assert_string_equal(got, "123456789012345678901234\n");
	assert_true(paper.row_bytes * 8 <= 384);
}

/* Every symbol of every set is one that a reader knows. */
static void test_code128_all(void **state)
{
	struct printer_profile p = *paper_profile("generic-80");
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
		print(&p, doc);
		paper_zbar(&paper, BARS, got, sizeof(got));
		assert_memory_equal(got + 1, want, strlen(want));
	}
	for (int pair = 0; pair < 100; pair += 4) {
		snprintf(doc, sizeof(doc), "K%02d%02d%02d%02d\n", pair, pair + 1, pair + 2,
			 pair + 3);
		print(&p, doc);
		paper_zbar(&paper, BARS, got, sizeof(got));
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
	bytes = encode(paper_profile("epson-tm-t20"), "KZAM-7\n");
	assert_non_null(memmem(bytes.p, bytes.n, "\x1dkI\x07{BZAM-7", 11));
	print(paper_profile("epson-tm-t20"), "K16041604\n");
	assert_int_equal(paper.rasters, 1);
	/* Too long for the paper: in words. */
	assert_string_equal(print(paper_profile("generic-58"), "Kabcdefghijklmnopqrstuvwxyz\n"),
			    "[|||]\nabcdefghijklmnopqrstuvwxyz\n");
}

static void test_ean8(void **state)
{
	const struct printer_profile *p = paper_profile("generic-58");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_qr),
		cmocka_unit_test(test_raster_bytes),
		cmocka_unit_test(test_qr_native_size),
		cmocka_unit_test(test_ean),
		cmocka_unit_test(test_ean8),
		cmocka_unit_test(test_code128),
		cmocka_unit_test(test_code128_all),
		cmocka_unit_test(test_code128_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
