// SPDX-License-Identifier: Apache-2.0
/*
 * The small pure parts of drivers/: protocol `line` case by case, the repeat rule, port texts,
 * profiles, code pages.
 */
#include <errno.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/port_address.h"
#include "drivers/scan_repeat.h"
#include "drivers/trace.h"

/* ---- protocol line ---- */

struct scanner {
	char *state;
	char memory[65536];
	struct buf events;
	struct sink sink;
};

static void on_event(void *ctx, const struct driver_event *e)
{
	struct scanner *s = ctx;

	if (e->kind == DRIVER_SCAN)
		trace_event(&s->events, e);
}

static void no_bytes(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	fail_msg("a scanner of protocol line is sent nothing");
}

static struct scanner *scanner_new(void)
{
	struct scanner *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->state = calloc(1, driver_scan_line.state_size);
	assert_non_null(s->state);
	buf_init(&s->events, s->memory, sizeof(s->memory));
	s->sink = (struct sink){ on_event, no_bytes, s };
	driver_scan_line.start(s->state, NULL, 0, &s->sink);
	return s;
}

static void scanner_free(struct scanner *s)
{
	free(s->state);
	free(s);
}

static void feed(struct scanner *s, const void *p, size_t n)
{
	driver_scan_line.rx(s->state, p, n, 0, &s->sink);
}

static void expect(const char *bytes, size_t n, const char *want)
{
	struct scanner *whole = scanner_new(), *single = scanner_new();

	feed(whole, bytes, n);
	for (size_t i = 0; i < n; i++)
		feed(single, bytes + i, 1);
	assert_string_equal(buf_str(&whole->events), want);
	assert_string_equal(buf_str(&single->events), want);
	scanner_free(whole);
	scanner_free(single);
}
#define EXPECT(bytes, want) expect(bytes, sizeof(bytes) - 1, want)

static void test_line_ends(void **state)
{
	(void)state;
	EXPECT("A\rB\nC\tD\r\nE\n\r", "scan - A\nscan - B\nscan - C\nscan - D\nscan - E\n");
	EXPECT("\r\n\t\r\r\n", "");
	EXPECT("never ends", "");
	EXPECT("\x02"
	       "A\x03"
	       "B\r",
	       "scan - A\nscan - B\n");
	EXPECT("\x02"
	       "A\rB\r",
	       "scan - A\nscan - B\n");
	EXPECT("\x02"
	       "A\nB\r",
	       "scan - A\nscan - B\n");
	EXPECT("\x02"
	       "A\tB\x03",
	       "scan - A\\x09B\n");
	EXPECT("\x02"
	       "A\x02"
	       "B\x03",
	       "scan - B\n");
	EXPECT("\x02\x02\x02"
	       "B\x03\x03\r",
	       "scan - B\nscan - \\x03\n");
	EXPECT("\x02\x03\x02\r\x02", "");
	EXPECT("A\x02"
	       "B\r",
	       "scan - B\n");
	EXPECT("A\x03"
	       "B\r",
	       "scan - A\\x03B\n");
}

static void test_line_aim(void **state)
{
	(void)state;
	EXPECT("]Q1X\r", "scan ]Q1 X\n");
	EXPECT("]E05901234123457\r]C1\x1dx\r", "scan ]E0 5901234123457\nscan ]C1 \\x1dx\n");
	EXPECT("]Q1\r\x02]Q1\x03", "");
	EXPECT("]Q1]Q1\r", "scan ]Q1 ]Q1\n");
	EXPECT("]]1x\r]1Qx\r]Qqx\r]\r]Q\rx]Q1\r",
	       "scan - ]]1x\nscan - ]1Qx\nscan - ]Qqx\nscan - ]\nscan - ]Q\nscan - x]Q1\n");
}

static void test_line_binary(void **state)
{
	char all[256 + 1];
	struct scanner *s = scanner_new();

	(void)state;
	EXPECT("a\x00\x01\xff\x7f\x1b[0m\r", "scan - a\\x00\\x01\\xff\\x7f\\x1b[0m\n");
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	all[256] = '\r';
	feed(s, all, sizeof(all));
	assert_non_null(strstr(buf_str(&s->events), "scan - \\x0b\\x0c\n")); /* between LF and CR */
	assert_non_null(strstr(buf_str(&s->events), "\\xfe\\xff\n"));
	scanner_free(s);
}

static void line_of_length(size_t n, bool framed, bool wanted)
{
	struct scanner *s = scanner_new();
	char *text = malloc(n);

	assert_non_null(text);
	memset(text, 'x', n);
	if (framed)
		feed(s, "\x02", 1);
	feed(s, text, n);
	feed(s, framed ? "\x03" : "\r", 1);
	assert_int_equal(s->events.len, wanted ? n + strlen("scan - \n") : 0);
	buf_reset(&s->events);
	feed(s, "after\r", 6);
	assert_string_equal(buf_str(&s->events), "scan - after\n");
	assert_int_equal(driver_scan_line.garbage(s->state), wanted ? 0 : n);
	free(text);
	scanner_free(s);
}

static void test_line_length(void **state)
{
	(void)state;
	for (int framed = 0; framed < 2; framed++) {
		line_of_length(4095, framed, true);
		line_of_length(4096, framed, true);
		line_of_length(4097, framed, false);
		line_of_length(10240, framed, false);
	}
}

/* What is dropped is dropped up to the next terminator, and STX begins anew even there. */
static void test_line_dropped(void **state)
{
	struct scanner *s = scanner_new();
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	feed(s, text, sizeof(text));
	feed(s, "\x03]Q1tail\tA\r", 11);
	assert_string_equal(buf_str(&s->events), "scan - A\n");
	feed(s, text, sizeof(text));
	feed(s,
	     "\x02"
	     "B\x03",
	     3);
	assert_string_equal(buf_str(&s->events), "scan - A\nscan - B\n");
	feed(s, "half", 4);
	driver_scan_line.stop(s->state, &s->sink);
	driver_scan_line.start(s->state, NULL, 5, &s->sink);
	feed(s, "C\r", 2);
	assert_string_equal(buf_str(&s->events), "scan - A\nscan - B\nscan - C\n");
	scanner_free(s);
}

/* ---- repeats ---- */

static void test_repeats(void **state)
{
	struct scan_repeats *r = calloc(1, sizeof(*r));
	const struct slice a = slice_of("A"), b = slice_of("B"), aa = slice_of("AA");

	(void)state;
	assert_non_null(r);
	assert_false(scan_is_repeat(r, a, 0));
	assert_true(scan_is_repeat(r, a, 0));
	assert_true(scan_is_repeat(r, a, 300));
	assert_false(scan_is_repeat(r, a, 601));
	assert_true(scan_is_repeat(r, a, 801)); /* a reader that stutters for a long time */
	assert_true(scan_is_repeat(r, a, 1001));
	assert_false(scan_is_repeat(r, b, 1002));
	assert_false(scan_is_repeat(r, aa, 1003));
	assert_true(scan_is_repeat(r, a, 1300));
	assert_false(scan_is_repeat(r, b, 1303));
	assert_false(scan_is_repeat(r, slice_of("C"), 1304));
	assert_false(scan_is_repeat(r, slice_of("D"), 1305)); /* takes the oldest's place: AA */
	assert_true(scan_is_repeat(r, a, 1306));
	assert_true(scan_is_repeat(r, b, 1307));
	free(r);
}

/* ---- port texts ---- */

static void port_is_wrong(const char *text)
{
	const char *what = NULL;

	if (port_check(text, &what) != -EINVAL || !what || !*what)
		fail_msg("%s was let through", text);
}

static void test_port_wrong(void **state)
{
	static const char *const wrong[] = {
		"",
		"foo",
		"serial",
		"serial:",
		"serial:ttyS0",
		"serial:/dev/ttyS0?baud=9601",
		"serial:/dev/ttyS0?mode=9n1",
		"serial:/dev/ttyS0?mode=8x1",
		"serial:/dev/ttyS0?mode=8n3",
		"serial:/dev/ttyS0?mode=8n",
		"serial:/dev/ttyS0?flow=dtr",
		"serial:/dev/ttyS0?speed=9600",
		"serial:/dev/ttyS0?baud",
		"serial:/dev/ttyS0?baud=9600&&mode=8n1",
		"tcp:",
		"tcp:host",
		"tcp:host:",
		"tcp::9100",
		"tcp:host:0",
		"tcp:host:65536",
		"tcp:host:9100x",
		"tcp:[]:1",
		"tcp:::1:9100",
		"tcp:a b:1",
		"tcp:host:99999999999",
		"usb:",
		"usb:04b8",
		"usb:04b8:",
		"usb:04b8:02021",
		"usb:04g8:0202",
		"usb:04b8:0202@",
		"usb:04b8:0202:1",
		"replay:",
		"autox",
		"Auto",
		"serial:/dev/ttyS0?baud=-9600",
	};
	char path[400];
	const char *what;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		port_is_wrong(wrong[i]);
	memset(path, 'x', sizeof(path));
	memcpy(path, "serial:/", 8);
	path[sizeof(path) - 1] = '\0';
	port_is_wrong(path);
	memcpy(path, "replay:x", 8);
	port_is_wrong(path);
	assert_int_equal(port_check("auto", &what), 0);
}

static void test_port_right(void **state)
{
	struct port_address a;
	const char *what;

	(void)state;
	assert_int_equal(port_parse("serial:/dev/ttyUSB0", "19200 7e2 xonxoff", &a, &what), 0);
	assert_int_equal(a.kind, PORT_SERIAL);
	assert_string_equal(a.path, "/dev/ttyUSB0");
	assert_int_equal(a.line.baud, 19200);
	assert_int_equal(a.line.bits, 7);
	assert_int_equal(a.line.parity, 'e');
	assert_int_equal(a.line.stop, 2);
	assert_int_equal(a.line.flow, PORT_FLOW_XONXOFF);
	assert_int_equal(port_parse("serial:/d?flow=rtscts&baud=115200&mode=8o1", "9600 8n1 none",
				    &a, &what),
			 0);
	assert_int_equal(a.line.baud, 115200);
	assert_int_equal(a.line.parity, 'o');
	assert_int_equal(a.line.flow, PORT_FLOW_RTSCTS);
	assert_int_equal(port_parse("serial:/d", "", &a, &what), 0);
	assert_int_equal(a.line.baud, 9600);
	assert_int_equal(port_parse("tcp:printer.local:9100", "", &a, &what), 0);
	assert_string_equal(a.path, "printer.local");
	assert_int_equal(a.tcp_port, 9100);
	assert_int_equal(port_parse("tcp:[fe80::1]:9100", "", &a, &what), 0);
	assert_string_equal(a.path, "fe80::1");
	assert_int_equal(port_parse("usb:04B8:0202@J5NK01", "", &a, &what), 0);
	assert_int_equal(a.usb_vendor, 0x04b8);
	assert_int_equal(a.usb_product, 0x0202);
	assert_string_equal(a.path, "J5NK01");
	assert_int_equal(port_parse("usb:04b8:0202", "", &a, &what), 0);
	assert_string_equal(a.path, "");
	assert_int_equal(port_parse("replay:x.trace", "", &a, &what), 0);
	assert_int_equal(a.kind, PORT_REPLAY);
}

/* ---- data ---- */

static void test_profiles(void **state)
{
	static const char *const names[] = {
		"generic-80",	  "generic-58",	       "epson-tm-t20",	  "epson-tm-t88",
		"epson-tm-t88iv", "epson-tm-t88iii",   "bixolon-srp-350", "bixolon-srp-350iii",
		"star-escpos",	  "citizen-ct-s310ii", "rongta",	  "xprinter",
		"munbyn",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_non_null(profile_find(slice_of(names[i])));
	assert_string_equal(profile_find(slice_of("auto"))->name, "generic-80");
	assert_null(profile_find(slice_of("epson")));
	assert_int_equal(profile_find(slice_of("epson-tm-t20"))->columns, 48);
	assert_int_equal(profile_find(slice_of("epson-tm-t88"))->columns, 42);
	for (size_t i = 0; profile_at(i); i++) {
		const struct printer_profile *p = profile_at(i);

		assert_in_range(p->columns, PROFILE_COLUMNS_MIN, PROFILE_COLUMNS_MAX);
		assert_in_range(p->page_count, 1, PROFILE_PAGES_MAX);
		assert_int_equal(p->dots % 8, 0);
		assert_in_range(p->dots, 8, PROFILE_DOTS_MAX);
		assert_true(p->columns * 12 <= p->dots);
		assert_true(p->dpi == 180 || p->dpi == 203);
		assert_true(p->drawer <= p->drawer_pins);
		assert_null(p->logo);
		assert_non_null(p->models[0]);
		for (int a = 0; a < p->page_count; a++)
			for (int b = 0; b < a; b++)
				assert_int_not_equal(p->pages[a].number, p->pages[b].number);
	}
	assert_null(profile_at(COUNT_OF(names)));
}

static void test_models(void **state)
{
	static const struct {
		const char *model, *profile;
	} models[] = {
		{ "EPSON TM-T20II", "epson-tm-t20" },
		{ "EPSON TM-T20X", "epson-tm-t20" },
		{ "TM-T20", "epson-tm-t20" },
		{ "EPSON TM-m30III", "epson-tm-t20" },
		{ "EPSON TM-T88V", "epson-tm-t88" },
		{ "epson tm-t88vii", "epson-tm-t88" },
		{ "EPSON TM-T88IV", "epson-tm-t88iv" },
		{ "EPSON TM-T88III", "epson-tm-t88iii" },
		{ "EPSON TM-T88II", "epson-tm-t88iii" },
		{ "EPSON TM-T70", "epson-tm-t88iv" },
		{ "EPSON TM-T70II", "epson-tm-t88" },
		{ "BIXOLON SRP-350", "bixolon-srp-350" },
		{ "BIXOLON SRP-350plus", "bixolon-srp-350" },
		{ "BIXOLON SRP-350III", "bixolon-srp-350iii" },
		{ "CITIZEN CT-S310II", "citizen-ct-s310ii" },
		{ "Star TSP143IIIU", "star-escpos" },
		{ "Rongta RP326US", "rongta" },
		{ "Xprinter XP-T80Q", "xprinter" },
		{ "Munbyn ITPP047", "munbyn" },
		{ "POS-58 Printer USB", "generic-58" },
		{ "Printer POS-80", "generic-80" },
		{ "EPSON TM-T200", NULL },
		{ "EPSON XTM-T20", NULL },
		{ "EPSON TM-U220", NULL },
		{ "HP LaserJet", NULL },
		{ "EPSON", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(models); i++) {
		const struct printer_profile *p = profile_for_model(slice_of(models[i].model));

		if (models[i].profile) {
			assert_non_null(p);
			assert_string_equal(p->name, models[i].profile);
		} else if (p) {
			fail_msg("%s is no %s", models[i].model, p->name);
		}
	}
}

/* glibc's iconv is the independent witness for every byte of every page. */
static void test_code_pages(void **state)
{
	(void)state;
	for (int page = 0; page < CODEPAGE_COUNT; page++) {
		iconv_t cd = iconv_open("UTF-32LE", codepage_name((enum codepage)page));

		assert_true(cd != (iconv_t)-1);
		for (int b = 0x80; b < 0x100; b++) {
			char in = (char)b, *from = &in;
			uint32_t want = 0;
			char *to = (char *)&want;
			size_t in_left = 1, out_left = sizeof(want);

			if (iconv(cd, &from, &in_left, &to, &out_left) == (size_t)-1)
				want = 0;
			iconv(cd, NULL, NULL, NULL, NULL);
			assert_int_equal(codepage_character((enum codepage)page, (uint8_t)b), want);
			if (want)
				assert_int_equal(codepage_byte((enum codepage)page, want), b);
		}
		iconv_close(cd);
		assert_int_equal(codepage_byte((enum codepage)page, 'A'), 0);
		assert_int_equal(codepage_byte((enum codepage)page, 0), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_ends),    cmocka_unit_test(test_line_aim),
		cmocka_unit_test(test_line_binary),  cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_line_dropped), cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_port_wrong),   cmocka_unit_test(test_port_right),
		cmocka_unit_test(test_profiles),     cmocka_unit_test(test_code_pages),
		cmocka_unit_test(test_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
