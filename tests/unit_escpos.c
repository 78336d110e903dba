// SPDX-License-Identifier: Apache-2.0
/*
 * Documents to ESC/POS bytes. The bytes are read again here by a small reader of its own, text
 * through glibc's iconv and symbols through zbarimg, and compared with what was meant.
 */
#include <errno.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/escpos_encode.h"
#include "firmware/base/doc.h"
#include "firmware/base/text.h"

#define BYTES_MAX DRIVER_JOB_BYTES_MAX
#define ROWS_MAX  1200

#define POLISH		"ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ"
#define UKRAINIAN	"абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
#define UKRAINIAN_UPPER "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ"

/* What a printer would show. */
struct paper {
	const struct printer_profile *profile;
	char text[BYTES_MAX]; /* UTF-8; a double-size line begins with '#', a bold one with '*' */
	struct buf out;
	int page;
	int switches, cuts, pulses, rasters;
	int size, bold, align, pin, feeds;
	uint8_t rows[ROWS_MAX][128];
	int row_count, row_bytes;
	char symbol[1024]; /* native QR */
	char barcode[32];
	bool at_start;
};

static struct paper paper;
static char encoded[BYTES_MAX];

static const char *page_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} numbers[] = { { 0, "CP437" },	  { 16, "CP1252" }, { 17, "CP866" },  { 18, "CP852" },
			{ 19, "CP858" },  { 45, "CP1250" }, { 46, "CP1251" }, { 28, "CP1251" },
			{ 23, "CP1251" }, { 47, "CP1250" } };

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (numbers[i].number == number)
			return numbers[i].name;
	fail_msg("code page number %d", number);
	return NULL;
}

static void show(uint8_t byte)
{
	char in = (char)byte, *from = &in, utf8[8], *to = utf8;
	size_t in_left = 1, out_left = sizeof(utf8);
	iconv_t cd = iconv_open("UTF-8", page_name(paper.page));

	if (paper.at_start && paper.size)
		buf_byte(&paper.out, '#');
	if (paper.at_start && paper.bold)
		buf_byte(&paper.out, '*');
	paper.at_start = false;
	assert_int_equal(iconv(cd, &from, &in_left, &to, &out_left), 0);
	buf_add(&paper.out, utf8, (size_t)(to - utf8));
	iconv_close(cd);
}

static size_t read_raster(const uint8_t *p)
{
	const int across = p[4] | p[5] << 8, rows = p[6] | p[7] << 8;

	assert_int_equal(p[2], '0');
	assert_int_equal(p[3], 0);
	if (across != paper.row_bytes)
		paper.row_count = 0; /* another picture */
	assert_true(across * 8 <= paper.profile->dots);
	paper.row_bytes = across;
	paper.rasters++;
	for (int i = 0; i < rows; i++) {
		assert_true(paper.row_count < ROWS_MAX);
		memcpy(paper.rows[paper.row_count++], p + 8 + i * across, (size_t)across);
	}
	return 8 + (size_t)(across * rows);
}

static size_t read_symbol(const uint8_t *p)
{
	const size_t n = (size_t)(p[3] | p[4] << 8);

	assert_int_equal(p[2], 'k');
	assert_int_equal(p[5], 49);
	if (p[6] == 80) {
		assert_true(n - 3 < sizeof(paper.symbol));
		memcpy(paper.symbol, p + 8, n - 3);
		paper.symbol[n - 3] = '\0';
	}
	if (p[6] == 69)
		assert_int_equal(p[7], 49); /* level M */
	return 5 + n;
}

static size_t read_barcode(const uint8_t *p)
{
	assert_int_equal(p[2], 2);
	assert_int_equal(p[16], 0);
	memcpy(paper.barcode, p + 3, 13);
	paper.barcode[13] = '\0';
	return 17;
}

static size_t read_gs(const uint8_t *p)
{
	switch (p[1]) {
	case 'a':
	case 'h':
	case 'w':
	case 'H':
	case 'f':
		return 3;
	case '!':
		paper.size = p[2];
		return 3;
	case 'V':
		paper.cuts++;
		return p[2] == 66 ? 4 : 3;
	case 'v':
		return read_raster(p);
	case '(':
		return read_symbol(p);
	case 'k':
		return read_barcode(p);
	default:
		fail_msg("GS %02x", p[1]);
		return 0;
	}
}

static size_t read_esc(const uint8_t *p)
{
	switch (p[1]) {
	case '@':
		return 2;
	case 't':
		paper.page = p[2];
		paper.switches++;
		return 3;
	case 'a':
		assert_true(paper.at_start);
		paper.align = p[2];
		return 3;
	case 'E':
		paper.bold = p[2];
		return 3;
	case 'd':
		paper.feeds += p[2];
		return 3;
	case 'J':
		return 3;
	case 'R':
		assert_int_equal(p[2], 0);
		return 3;
	case 'p':
		paper.pulses++;
		paper.pin = p[2];
		assert_true(p[3] * 2 <= 200);
		return 5;
	default:
		fail_msg("ESC %02x", p[1]);
		return 0;
	}
}

/* DLE EOT, ENQ, DC4 must stand nowhere, whatever they are part of. */
static void check_no_realtime(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] == 0x10 && (p[i + 1] == 4 || p[i + 1] == 5 || p[i + 1] == 0x14))
			fail_msg("a real-time command at byte %zu", i);
}

static void read_all(const uint8_t *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		if (p[at] == 0x1b) {
			at += read_esc(p + at);
		} else if (p[at] == 0x1d) {
			at += read_gs(p + at);
		} else if (p[at] == 0x1c) {
			assert_int_equal(p[at + 1], '.');
			at += 2;
		} else if (p[at] == '\n') {
			buf_byte(&paper.out, '\n');
			paper.at_start = true;
			at++;
		} else {
			assert_true(p[at] >= 0x20);
			show(p[at++]);
		}
	}
	assert_int_equal(at, n);
}

static struct slice encode(const struct printer_profile *profile, const char *doc)
{
	struct buf b;

	buf_init(&b, encoded, sizeof(encoded));
	assert_int_equal(escpos_encode(profile, slice_of(doc), &b), 0);
	check_no_realtime((const uint8_t *)b.p, b.len);
	return buf_read(&b);
}

/* Encodes and reads again; the text on the paper. */
static const char *print(const struct printer_profile *profile, const char *doc)
{
	const struct slice bytes = encode(profile, doc);

	memset(&paper, 0, sizeof(paper));
	paper.profile = profile;
	paper.at_start = true;
	buf_init(&paper.out, paper.text, sizeof(paper.text));
	read_all((const uint8_t *)bytes.p, bytes.n);
	assert_int_equal(paper.size, 0);
	assert_int_equal(paper.bold, 0);
	assert_int_equal(paper.align, 0);
	return buf_str(&paper.out);
}

static const struct printer_profile *named(const char *name)
{
	return profile_find(slice_of(name));
}

static struct printer_profile narrow(int columns)
{
	struct printer_profile p = *named("generic-80");

	p.columns = columns;
	return p;
}

static void test_letters(void **state)
{
	static const char *const full[] = { "epson-tm-t20", "epson-tm-t88", "bixolon-srp-350iii",
					    "xprinter" };
	const char *doc = "T" POLISH " zł\nT" UKRAINIAN "\nT" UKRAINIAN_UPPER "\n";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(full); i++) {
		assert_string_equal(print(named(full[i]), doc),
				    POLISH " zł\n" UKRAINIAN "\n" UKRAINIAN_UPPER "\n");
		assert_int_equal(paper.rasters, 0);
	}
	/* Boards whose Cyrillic page nobody knows: such lines are drawn, the others are not. */
	assert_string_equal(print(named("generic-58"), "T" POLISH "\nTЇжак\nTa\n"), POLISH "\na\n");
	assert_int_equal(paper.rasters, 1);
	/* PC866 lacks the Ukrainian і and ґ. */
	assert_string_equal(print(named("star-escpos"), "TЧай\nTЧаї\nTМолоді\n"), "Чай\nЧаї\n");
	assert_int_equal(paper.rasters, 1);
}

static void test_switches(void **state)
{
	const struct printer_profile *p = named("epson-tm-t20");

	(void)state;
	print(p, "TPlain ASCII needs no page at all\n");
	assert_int_equal(paper.switches, 0);
	print(p, "TZażółć gęślą jaźń\nTłódź\n");
	assert_int_equal(paper.switches, 1);
	/* Both languages on a line: one switch for each change, none for the ASCII between. */
	assert_string_equal(print(p, "TЗамовлення для Łukasz Żółć, Київ\n"),
			    "Замовлення для Łukasz Żółć, Київ\n");
	assert_int_equal(paper.switches, 3);
	/* Quotes are in WPC1250 and not in PC852: the page that carries on longest is taken. */
	assert_string_equal(print(p, "Tłąka „Pod Dębem” – 5 €\n"), "łąka „Pod Dębem” – 5 €\n");
	assert_int_equal(paper.switches, 1);
	print(p, "Tж „Pod” ж\n");
	assert_int_equal(paper.switches, 1);
}

static void test_folds(void **state)
{
	const struct printer_profile *p = named("generic-58");
	struct printer_profile ascii = *p;

	(void)state;
	ascii.page_count = 0;
	/* Signs that read the same; nothing else, and no letter ever. */
	assert_string_equal(print(&ascii, "T„a” – b… ‘c’ «d» ‹e›\n"),
			    "\"a\" - b... 'c' \"d\" 'e'\n");
	assert_string_equal(print(&ascii, "T5 €\nTą\nT½\nT漢\nTі\nTß\nT№\n"), "");
	assert_int_equal(paper.rasters, 7);
	assert_string_equal(print(&ascii, "T\xff\xc0!\n"), "?"
							   "?!\n");
	/* Without raster what cannot be printed is seen not to be. */
	ascii.no_raster = true;
	assert_string_equal(print(&ascii, "Tłą „ą”\nQx\nG\nKabc\n"),
			    "?? \"?\"\n[QR]\nx\n[|||]\nabc\n");
	/* Letters in two pieces, invisible characters, no-break spaces, control characters. */
	assert_string_equal(print(p, "Ta\xcc\xa8z\xcc\x87 x\xe2\x80\x8by\xc2\xadz\n"), "ąż xyz\n");
	assert_string_equal(print(named("epson-tm-t20"), "Tі\xcc\x88\n"), "ї\n");
	/* A mark that makes no letter of a page is not left out: the line is drawn. */
	assert_string_equal(print(p, "Tq\xcc\x81\n"), "");
	assert_int_equal(paper.rasters, 1);
	assert_string_equal(print(p, "T1\xc2\xa0"
				     "234,50\xe2\x80\xafzł\n"),
			    "1 234,50 zł\n");
	assert_string_equal(print(p, "Ta\x1b\x10\x04\x01z\n"), "a    z\n");
}

static void test_wrap(void **state)
{
	struct printer_profile p = narrow(20);

	(void)state;
	assert_string_equal(print(&p, "T12345678901234567890\n"), "12345678901234567890\n");
	assert_string_equal(print(&p, "T1234567890123456789 x\n"), "1234567890123456789\nx\n");
	assert_string_equal(print(&p, "T12345678901234567890 x\n"), "12345678901234567890\nx\n");
	assert_string_equal(print(&p, "Tjeden dwa trzy cztery pięć\n"),
			    "jeden dwa trzy\ncztery pięć\n");
	assert_string_equal(print(&p, "T123456789012345678901234567890\n"),
			    "12345678901234567890\n1234567890\n");
	assert_string_equal(print(&p, "Ta b 3456789012345678901234567890\n"),
			    "a b\n34567890123456789012\n34567890\n");
	assert_string_equal(print(&p, "T  wcięty tekst, który nie mieści się\n"),
			    "  wcięty tekst,\nktóry nie mieści się\n");
	assert_string_equal(print(&p, "T                              x\n"), "\nx\n");
	assert_string_equal(print(&p, "T\nTa\nT\n"), "\na\n\n");
	/* No line is broken at a no-break space. */
	assert_string_equal(print(&p, "Tdo zapłaty: 12\xc2\xa0"
				      "345,00\xc2\xa0zł\n"),
			    "do zapłaty:\n12 345,00 zł\n");
	/* Folded text is measured as printed. */
	p.page_count = 0;
	assert_string_equal(print(&p, "T………………… ab\n"), "....................\n. ab\n");
}

static void test_styles(void **state)
{
	const struct printer_profile p = narrow(20);

	(void)state;
	assert_string_equal(print(&p, "HODBIÓR 1234567890\nT-\n"), "#ODBIÓR\n#1234567890\n-\n");
	assert_string_equal(print(&p, "Bpogrubiony napis, dwie linie\nTx\n"),
			    "*pogrubiony napis,\n*dwie linie\nx\n");
	assert_string_equal(print(&p, "R\nCśrodek\nTx\n"), "--------------------\nśrodek\nx\n");
	assert_string_equal(print(&p, "F3\nF\nF999\nTx\n"), "x\n");
	assert_int_equal(paper.feeds, 23);
	assert_string_equal(print(&p, "?later command\n"), "later command\n");
	assert_string_equal(print(&p, "Tno newline at the end"), "no newline at the\nend\n");
	assert_string_equal(print(&p, ""), "");
}

static void test_pairs(void **state)
{
	const struct printer_profile p = narrow(20);

	(void)state;
	assert_string_equal(print(&p, "LMleko\t3,49 zł\n"), "Mleko        3,49 zł\n");
	assert_string_equal(print(&p, "L12345678901\t12345678\n"), "12345678901 12345678\n");
	assert_string_equal(print(&p, "LBłękitna koszula lniana\t199,00\n"),
			    "Błękitna\nkoszula\nlniana        199,00\n");
	assert_string_equal(print(&p, "LSuma za wszystko\t12345678901234\n"),
			    "Suma za wszystko\n      12345678901234\n");
	assert_string_equal(print(&p, "La\t1234567890123456789012\n"),
			    "a\n12345678901234567890\n                  12\n");
	assert_string_equal(print(&p, "La\t\nL\tb\nLc\n"), "a\n                   b\nc\n");
}

static void test_cut_and_drawer(void **state)
{
	struct printer_profile p = *named("epson-tm-t20");
	struct slice bytes;

	(void)state;
	print(&p, "X\nD\n");
	assert_int_equal(paper.cuts, 1);
	assert_int_equal(paper.pulses, 1);
	assert_int_equal(paper.pin, 0);
	p.drawer = 2;
	print(&p, "D\n");
	assert_int_equal(paper.pin, 1);
	p.drawer = 0;
	print(&p, "D\n");
	assert_int_equal(paper.pulses, 0);
	print(named("generic-58"), "X\n");
	assert_int_equal(paper.cuts, 0);
	assert_int_equal(paper.feeds, 4);
	print(named("generic-80"), "X\n");
	assert_int_equal(paper.cuts, 1);
	assert_int_equal(paper.feeds, 4);
	bytes = encode(&p, "");
	assert_int_equal(bytes.n, 10);
	assert_memory_equal(bytes.p,
			    "\x1b@\x1c.\x1bR\x00\x1d"
			    "a\x0f",
			    10);
}

/* The raster as a picture, read by zbarimg. */
static void read_qr(char *dst, size_t cap)
{
	char name[] = "/tmp/lada-qr-XXXXXX", command[128];
	const int fd = mkstemp(name);
	size_t n;
	FILE *f;

	assert_true(fd >= 0);
	f = fdopen(fd, "wb");
	fprintf(f, "P4\n%d %d\n", paper.row_bytes * 8, paper.row_count);
	for (int i = 0; i < paper.row_count; i++)
		fwrite(paper.rows[i], 1, (size_t)paper.row_bytes, f);
	fclose(f);
	snprintf(command, sizeof(command), "zbarimg -q --raw --nodbus pbm:%s 2>/dev/null", name);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(dst, 1, cap - 1, f);
	dst[n] = '\0';
	assert_int_equal(pclose(f), 0);
	unlink(name);
}

static void qr_round(const struct printer_profile *p, const char *text, int module)
{
	char doc[1200], got[1200];
	int side;

	snprintf(doc, sizeof(doc), "Q%s\n", text);
	assert_string_equal(print(p, doc), "");
	read_qr(got, sizeof(got));
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
	qr_round(named("generic-80"), "LR.ZAM-2026-0007.D1", 6);
	qr_round(named("generic-58"), "LR.ZAM-2026-0007.D1", 6);
	memset(text, 'a', sizeof(text));
	text[180] = '\0';
	qr_round(named("generic-80"), text, 6);
	text[180] = 'a';
	text[400] = '\0';
	qr_round(named("generic-58"), text, 4); /* smaller modules rather than none */
	text[400] = 'a';
	text[1100] = '\0';
	print(named("generic-58"), "Qx\n");
	memmove(text + 1, text, 1101);
	text[0] = 'Q';
	print(named("generic-80"), text); /* too long for any: as text */
	assert_int_equal(paper.rasters, 0);
	assert_int_equal(paper.out.len, 1100 + 23 + 5);
	assert_memory_equal(paper.out.p, "[QR]\naaa", 8);
	print(named("epson-tm-t20"), "QLR.ZAM-1.D1\n");
	assert_string_equal(paper.symbol, "LR.ZAM-1.D1");
	assert_int_equal(paper.rasters, 0);
	print(named("epson-tm-t20"), "Q\nTx\n");
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
		encode(named(round % 2 ? "generic-58" : "generic-80"), doc);
		for (size_t i = 0; i < 8; i++)
			assert_true(encoded[i] != 0x10);
	}
}

static void test_ean(void **state)
{
	const struct printer_profile *p = named("generic-80");

	(void)state;
	assert_string_equal(print(p, "E5901234123457\n"), "");
	assert_string_equal(paper.barcode, "5901234123457");
	print(p, "E400638133393\n");
	assert_string_equal(paper.barcode, "4006381333931");
	assert_string_equal(print(p, "E5901234123458\nE1234\nEabcdefghijklm\n"),
			    "[|||]\n5901234123458\n[|||]\n1234\n[|||]\nabcdefghijklm\n");
	assert_string_equal(paper.barcode, "");
}

static void test_too_large(void **state)
{
	char small[64];
	struct buf b;

	(void)state;
	buf_init(&b, small, sizeof(small));
	assert_int_equal(escpos_encode(named("auto"), slice_of("QLR.ZAM-1.D1\n"), &b), -EMSGSIZE);
}

/* Byte for byte, so that nothing changes unseen. */
static void test_golden(void **state)
{
	static const char want[] = "\x1b@\x1c.\x1bR\x00\x1d"
				   "a\x0f"
				   "\x1b"
				   "a\x01\x1d!\x11"
				   "SKLEP\n\x1d!\x00\x1b"
				   "a\x00"
				   "\x1b"
				   "a\x01ul. D\x1bt\x12\x88uga 5\n\x1b"
				   "a\x00"
				   "--------------------------------\n"
				   "\x1b"
				   "E\x01Zam\xa2wienie ZAM-1\n\x1b"
				   "E\x00"
				   "Mleko 3,2%               3,49 z\x88\n"
				   "Dzi\xa9kujemy!\n"
				   "\x1b"
				   "a\x01\x1dh\x51\x1dw\x03\x1dH\x02\x1d"
				   "f\x00\x1dk\x02"
				   "5901234123457\x00\x1b"
				   "a\x00"
				   "\x1b"
				   "d\x02"
				   "\x1bp\x00\x3c\x78"
				   "\x1b"
				   "d\x04";
	const struct slice got =
		encode(named("generic-58"), "HSKLEP\nCul. Długa 5\nR\nBZamówienie ZAM-1\n"
					    "LMleko 3,2%\t3,49\xc2\xa0zł\nTDziękujemy!\n"
					    "E5901234123457\nF2\nD\nX\n");

	(void)state;
	assert_int_equal(got.n, sizeof(want) - 1);
	assert_memory_equal(got.p, want, got.n);
}

/* The same for what the printer draws by itself, and for a line that is drawn here. */
static void test_golden_symbols(void **state)
{
	static const char want[] =
		"\x1b@\x1c.\x1bR\x00\x1d"
		"a\x0f"
		"\x1b"
		"a\x01\x1dhQ\x1dw\x03\x1dH\x02\x1d"
		"f\x00\x1dkI\x0a{BZAM-{C\x0c\x22\x1b"
		"a\x00\x1b"
		"a\x01\x1dhQ\x1dw\x03\x1dH\x02\x1d"
		"f\x00\x1dk\x03"
		"96385074\x00\x1b"
		"a\x00"
		"\x1dv0\x00\x02\x00\x1e\x00" /* U+03B2 in 12 x 24, and the feed */
		"\0\0\0\0\0\0\0\0\0\0\0\0"
		"\x1f\x00\x3f\x80\x61\x80\x61\x80\x61\x80\x71\x80\x7f\x80\x7f\xc0"
		"\x60\x60\x60\x60\x60\x60\x70\x60\x78\x60\x7f\xc0\x6f\x80"
		"\x60\x00\x60\x00\x60\x00"
		"\0\0\0\0\0\0\0\0\0\0\0\0";
	const struct slice got = encode(named("epson-tm-t20"), "KZAM-1234\nE96385074\nTβ\n");

	(void)state;
	assert_int_equal(got.n, sizeof(want) - 1);
	assert_memory_equal(got.p, want, got.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters),	       cmocka_unit_test(test_switches),
		cmocka_unit_test(test_folds),	       cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_styles),	       cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_cut_and_drawer), cmocka_unit_test(test_qr),
		cmocka_unit_test(test_raster_bytes),   cmocka_unit_test(test_ean),
		cmocka_unit_test(test_too_large),      cmocka_unit_test(test_golden),
		cmocka_unit_test(test_golden_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
