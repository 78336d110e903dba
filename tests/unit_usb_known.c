// SPDX-License-Identifier: Apache-2.0
/*
 * The table of known devices: what it makes of what is plugged in, what it refuses to read, and
 * the udev rules made from it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/device_id.h"
#include "drivers/known.h"
#include "drivers/port_address.h"

#define HEAD "# a comment\nkind\tprotocol\tprofile\tport\tline\tusb\tmodels\tproof\n"

static const struct known_table *table(void)
{
	static struct known_table t;

	assert_int_equal(known_load(&t), 0);
	return &t;
}

static struct seen usb(int vendor, int product, enum seen_look look)
{
	return (struct seen){ .port = PORT_USB,
			      .path = "1-1:1.0",
			      .vendor = vendor,
			      .product = product,
			      .look = look };
}

static struct seen tty(int vendor, int product)
{
	return (struct seen){ .port = PORT_SERIAL,
			      .path = "/dev/ttyACM0",
			      .vendor = vendor,
			      .product = product,
			      .look = SEEN_TTY };
}

/* What the table says, "" for nothing. */
static const char *protocol_of(struct seen s, enum device_kind kind)
{
	static struct known k;

	return known_find(table(), &s, kind, "auto", &k) ? k.protocol : "";
}

static void test_known(void **state)
{
	(void)state;
	assert_string_equal(protocol_of(usb(0x04b8, 0x0202, SEEN_PRINTER), DEVICE_PRINTER),
			    "escpos");
	assert_string_equal(protocol_of(usb(0xabcd, 0x0001, SEEN_PRINTER), DEVICE_PRINTER),
			    "escpos");
	assert_string_equal(protocol_of(usb(0x0c2e, 0x0b61, SEEN_HIDPOS), DEVICE_SCANNER),
			    "hidpos");
	assert_string_equal(protocol_of(usb(0xabcd, 0x0001, SEEN_HIDPOS), DEVICE_SCANNER),
			    "hidpos");
	assert_string_equal(protocol_of(usb(0x05e0, 0x1200, SEEN_KEYBOARD), DEVICE_SCANNER),
			    "keyboard");
	assert_string_equal(protocol_of(usb(0x1eab, 0x1d03, SEEN_KEYBOARD), DEVICE_SCANNER),
			    "keyboard");
	assert_string_equal(protocol_of(tty(0x0c2e, 0x0b6a), DEVICE_SCANNER), "line");
	assert_string_equal(protocol_of(tty(0x1eab, 0x1d06), DEVICE_SCANNER), "line");
}

static void test_left_alone(void **state)
{
	(void)state;
	/* The keyboard that people type on, of an unknown and of a known maker. */
	assert_string_equal(protocol_of(usb(0x046d, 0xc31c, SEEN_KEYBOARD), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(usb(0x0c2e, 0x7777, SEEN_KEYBOARD), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(usb(0x1eab, 0x1d10, SEEN_KEYBOARD), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(usb(0x0c2e, 0x0b61, SEEN_HID), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(usb(0x046d, 0xc52b, SEEN_HID), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(usb(0x0781, 0x5567, SEEN_OTHER), DEVICE_PRINTER), "");
	/* Scanners for documents are Epson's too. */
	assert_string_equal(protocol_of(usb(0x04b8, 0x013a, SEEN_OTHER), DEVICE_PRINTER), "");
	assert_string_equal(protocol_of(tty(0x0403, 0x6001), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(tty(0, 0), DEVICE_SCANNER), "");
	/* Kinds are not mixed up, nor are ports. */
	assert_string_equal(protocol_of(usb(0x04b8, 0x0202, SEEN_PRINTER), DEVICE_SCANNER), "");
	assert_string_equal(protocol_of(usb(0x0c2e, 0x0b61, SEEN_HIDPOS), DEVICE_PRINTER), "");
	assert_string_equal(protocol_of(usb(0x0c2e, 0x0b6a, SEEN_TTY), DEVICE_SCANNER), "");
}

static void test_closest(void **state)
{
	static const char text[] =
		HEAD "printer\tescpos\t-\tusb\t-\tany\tany\t-\n"
		     "printer\tescpos\tgeneric-58\tusb\t-\t1234:*\tof the maker\t-\n"
		     "printer\tother\tepson-tm-t20\tusb\t-\t5678:0001,1234:0001\tthis one\t-\n"
		     "scanner\tline\t-\tserial\t9600 8n1 none\t1234:??06\tmode\t-\n";
	static struct known_table t;
	struct seen s = usb(0x1234, 0x0001, SEEN_PRINTER);
	struct known k;
	int line;

	(void)state;
	assert_int_equal(known_parse(slice_of(text), &t, &line), 0);
	assert_true(known_find(&t, &s, DEVICE_PRINTER, "auto", &k));
	assert_string_equal(k.models, "this one");
	assert_string_equal(k.profile, "epson-tm-t20");
	assert_true(known_find(&t, &s, DEVICE_PRINTER, "escpos", &k));
	assert_string_equal(k.models, "of the maker");
	s.product = 2;
	assert_true(known_find(&t, &s, DEVICE_PRINTER, "auto", &k));
	assert_string_equal(k.models, "of the maker");
	s.vendor = 2;
	assert_true(known_find(&t, &s, DEVICE_PRINTER, "auto", &k));
	assert_string_equal(k.models, "any");
	assert_string_equal(k.profile, "auto");
	assert_false(known_find(&t, &s, DEVICE_PRINTER, "nothing", &k));
	/* By its very id a printer may be of the vendor class. */
	s = usb(0x1234, 0x0001, SEEN_OTHER);
	assert_true(known_find(&t, &s, DEVICE_PRINTER, "auto", &k));
	assert_string_equal(k.models, "this one");
	s.product = 2;
	assert_false(known_find(&t, &s, DEVICE_PRINTER, "auto", &k));
	s = tty(0x1234, 0xff06);
	assert_true(known_find(&t, &s, DEVICE_SCANNER, "auto", &k));
	assert_string_equal(k.line, "9600 8n1 none");
	s = tty(0x1234, 0x06ff);
	assert_false(known_find(&t, &s, DEVICE_SCANNER, "auto", &k));
}

static void test_wrong_tables(void **state)
{
	static const struct {
		const char *text;
		int line;
	} wrong[] = {
		{ "", 1 },
		{ "kind\tprotocol\n", 1 },
		{ HEAD "scanner\tline\n", 3 },
		{ HEAD "scanner\tline\t-\tserial\t-\t-\tmodels\tproof\tmore\n", 3 },
		{ HEAD "scanner\tline\t-\tserial\t-\t\tmodels\tproof\n", 3 },
		{ HEAD "toaster\tline\t-\tserial\t-\t-\tmodels\tproof\n", 3 },
		{ HEAD "scanner\tline\t-\tparallel\t-\t-\tmodels\tproof\n", 3 },
		{ HEAD "scanner\tline\t-\tserial\t-\t0c2e\tmodels\tproof\n", 3 },
		{ HEAD "scanner\tline\t-\tserial\t-\t0c2e:12\tmodels\tproof\n", 3 },
		{ HEAD "scanner\tline\t-\tserial\t-\t0c2e:????\tmodels\tproof\n", 3 },
		{ HEAD "scanner\tline\t-\tserial\t-\t0c2g:0001\tmodels\tproof\n", 3 },
		{ HEAD "\nscanner\tline\t-\tserial\t-\tany\tmodels\tproof\n", 4 },
		{ HEAD "scanner\tkeyboard\t-\tusb\t-\tany\tmodels\tproof\n", 3 },
		{ HEAD "scanner\ta-name-much-too-long\t-\tusb\t-\t-\tmodels\tproof\n", 3 },
	};
	static struct known_table t;
	int line;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(known_parse(slice_of(wrong[i].text), &t, &line), -EBADMSG);
		assert_int_equal(line, wrong[i].line);
	}
	assert_int_equal(known_parse(slice_of(HEAD), &t, &line), 0);
	assert_int_equal(t.row_count, 0);
}

/* Every byte of the table cut or changed: read or refused, and nothing else. */
static void test_broken_tables(void **state)
{
	static const char text[] = HEAD "scanner\tline\t-\tserial\t9600 8n1 none\t0c2e:0b6a,1eab:"
					"??06\tmodels\tproof\nprinter\tescpos\t-\tusb\t-\tany\t"
					"models\tproof\n";
	static struct known_table t;
	char copy[sizeof(text)];
	int line;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		memcpy(copy, text, sizeof(text));
		(void)known_parse((struct slice){ copy, i }, &t, &line);
		for (int c = 0; c < 256; c++) {
			copy[i] = (char)c;
			(void)known_parse((struct slice){ copy, sizeof(text) - 1 }, &t, &line);
			assert_true(t.row_count <= 2 && t.id_count <= 8);
		}
	}
}

static void test_too_long(void **state)
{
	static struct known_table t;
	const size_t cap = 65536;
	char *memory = malloc(cap);
	struct buf b;
	int line;

	(void)state;
	assert_non_null(memory);
	buf_init(&b, memory, cap);
	buf_text(&b, HEAD);
	for (int i = 0; i <= KNOWN_ROWS_MAX; i++)
		buf_text(&b, "scanner\tline\t-\tserial\t-\t-\tm\tp\n");
	assert_int_equal(known_parse(buf_read(&b), &t, &line), -ENOSPC);
	buf_reset(&b);
	buf_text(&b, HEAD "scanner\tline\t-\tserial\t-\t0001:0001");
	for (int i = 0; i < KNOWN_IDS_MAX; i++)
		buf_fmt(&b, ",0002:%04x", i);
	buf_text(&b, "\tm\tp\n");
	assert_int_equal(known_parse(buf_read(&b), &t, &line), -ENOSPC);
	free(memory);
}

static const char *rules(void)
{
	static char memory[KNOWN_UDEV_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	known_udev_rules(table(), &b);
	assert_non_null(buf_str(&b));
	return memory;
}

/* KEY, an operator, a quoted value; with commas between. */
static bool rule_valid(const char *at, const char *end)
{
	static const char *const operators[] = { "==", "!=", "+=", "=" };

	while (at < end) {
		size_t i = 0;

		at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (*at == '{')
			at = strchr(at, '}') + 1;
		while (i < COUNT_OF(operators) &&
		       strncmp(at, operators[i], strlen(operators[i])) != 0)
			i++;
		if (i == COUNT_OF(operators))
			return false;
		at += strlen(operators[i]);
		if (*at != '"')
			return false;
		at = strchr(at + 1, '"');
		if (!at || at >= end)
			return false;
		at++;
		if (at < end && strncmp(at, ", ", 2) != 0)
			return false;
		at += at < end ? 2 : 0;
	}
	return true;
}

static void test_udev_rules(void **state)
{
	const char *all = rules();
	int rights = 0;

	(void)state;
	for (const char *at = all; *at; at = strchr(at, '\n') + 1) {
		const char *end = strchr(at, '\n');
		const struct slice line = { at, (size_t)(end - at) };

		assert_non_null(end);
		if (line.n == 0 || at[0] == '#')
			continue;
		if (!rule_valid(at, end))
			fail_msg("%.*s", (int)line.n, at);
		if (!memmem(at, line.n, "GROUP=", 6))
			continue;
		rights++;
		/* Rights are given to what is named, and never to all of a subsystem. */
		assert_true(memmem(at, line.n, "idVendor}==\"", 12) ||
			    memmem(at, line.n, "ID_USB_INTERFACES}==\"*:0701", 27));
		assert_non_null(memmem(at, line.n, "MODE=\"0660\"", 11));
	}
	assert_true(rights > 20);
	assert_non_null(strstr(all, "ATTR{idVendor}==\"04b8\", ATTR{idProduct}==\"0202\""));
	assert_non_null(strstr(all, "ATTRS{idProduct}==\"??06\""));
	assert_non_null(strstr(all, "ATTRS{idVendor}==\"05e0\", ATTRS{idProduct}==\"1200\", "
				    "ENV{LIBINPUT_IGNORE_DEVICE}=\"1\""));
	assert_null(strstr(all, "ATTRS{idProduct}==\"*\", ENV{LIBINPUT"));
}

/* What surely is for pages or labels; anything else may be a receipt printer. */
static void test_languages(void **state)
{
	static const struct {
		const char *id, *language;
	} ids[] = {
		{ "MFG:HP;CMD:PJL,PML,PCLXL,URF,PCLm,PCL,POSTSCRIPT;", "PJL" },
		{ "MANUFACTURER:Brother;COMMAND SET:PCL XL, HBP;", "PCL" },
		{ "MFG:x;CMD:Adobe PostScript 3;", "ADOBEPOSTSCRIPT" },
		{ "MFG:EPSON;CMD:ESCPL2,BDC,D4,D4PX,ESCPR1;MDL:L3150;", "ESCPL" },
		{ "MFG:Zebra;CMD:ZPL;", "ZPL" },
		{ "CMD:MLC,pcl;", "PCL" },
		{ "MFG:EPSON;CMD:ESC/POS;", "" },
		{ "COMMAND SET:ESC/POS;ACTIVE COMMAND SET:PCL;", "" },
		{ "CMD:PCL,Esc/Pos,PDF;", "" },
		{ "CMD:EPSON;", "" },
		{ "CMD:XPP,XL;", "" },
		{ "CMD:STAR;", "" },
		{ "CMD:,,;", "" },
		{ "CMD:", "" },
		{ "MDL:PCL;", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		assert_string_equal(device_id_language(slice_of(ids[i].id)), ids[i].language);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),	      cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_closest),	      cmocka_unit_test(test_wrong_tables),
		cmocka_unit_test(test_broken_tables), cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_udev_rules),    cmocka_unit_test(test_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
