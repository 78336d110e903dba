// SPDX-License-Identifier: Apache-2.0
/*
 * Documents to ESC/POS bytes: letters and their code pages, lines and columns, cut and drawer.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/escpos_paper.h"

#define POLISH		"ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ"
#define UKRAINIAN	"абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
#define UKRAINIAN_UPPER "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ"

static struct paper paper;

static struct slice encode(const struct printer_profile *profile, const char *doc)
{
	return paper_encode(&paper, profile, doc);
}

static const char *print(const struct printer_profile *profile, const char *doc)
{
	return paper_print(&paper, profile, doc);
}

static struct printer_profile narrow(int columns)
{
	struct printer_profile p = *paper_profile("generic-80");

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
		assert_string_equal(print(paper_profile(full[i]), doc),
				    POLISH " zł\n" UKRAINIAN "\n" UKRAINIAN_UPPER "\n");
		assert_int_equal(paper.rasters, 0);
	}
	/* Boards whose Cyrillic page nobody knows: such lines are drawn, the others are not. */
	assert_string_equal(print(paper_profile("generic-58"), "T" POLISH "\nTЇжак\nTa\n"),
			    POLISH "\na\n");
	assert_int_equal(paper.rasters, 1);
	/* PC866 lacks the Ukrainian і and ґ. */
	assert_string_equal(print(paper_profile("star-escpos"), "TЧай\nTЧаї\nTМолоді\n"),
			    "Чай\nЧаї\n");
	assert_int_equal(paper.rasters, 1);
}

static void test_switches(void **state)
{
	const struct printer_profile *p = paper_profile("epson-tm-t20");

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
	const struct printer_profile *p = paper_profile("generic-58");
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
	assert_string_equal(print(paper_profile("epson-tm-t20"), "Tі\xcc\x88\n"), "ї\n");
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
	struct printer_profile p = *paper_profile("epson-tm-t20");
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
	print(paper_profile("generic-58"), "X\n");
	assert_int_equal(paper.cuts, 0);
	assert_int_equal(paper.feeds, 4);
	print(paper_profile("generic-80"), "X\n");
	assert_int_equal(paper.cuts, 1);
	assert_int_equal(paper.feeds, 4);
	bytes = encode(&p, "");
	assert_int_equal(bytes.n, 10);
	assert_memory_equal(bytes.p,
			    "\x1b@\x1c.\x1bR\x00\x1d"
			    "a\x0f",
			    10);
}

static void test_too_large(void **state)
{
	char small[64];
	struct buf b;

	(void)state;
	buf_init(&b, small, sizeof(small));
	assert_int_equal(escpos_encode(paper_profile("auto"), slice_of("QLR.ZAM-1.D1\n"), &b),
			 -EMSGSIZE);
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
		encode(paper_profile("generic-58"), "HSKLEP\nCul. Długa 5\nR\nBZamówienie ZAM-1\n"
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
	const struct slice got =
		encode(paper_profile("epson-tm-t20"), "KZAM-1234\nE96385074\nTβ\n");

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
		cmocka_unit_test(test_cut_and_drawer), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_golden),	       cmocka_unit_test(test_golden_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
