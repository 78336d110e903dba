// SPDX-License-Identifier: Apache-2.0
/*
 * port = auto on a faked USB bus, with the real libusb, the real ports, the table of known
 * devices and the real drivers: claimed, pulled out in the middle, put in again in another order.
 */
#include <errno.h>

#include "tests/device_bench.h"
#include "tests/usb_bench.h"

static bool is(const struct bench *b, const char *name, enum device_status status,
	       enum device_trouble trouble)
{
	return bench_status(b, name) == (int)status &&
	       bench_device(b, name)->device.trouble == trouble;
}

static bool heard(const struct bench *b, const char *name, const char *text)
{
	const struct told *t;

	if (bench_count(b, DOOR_SCAN) == 0)
		return false;
	t = bench_last(b, DOOR_SCAN);
	return strcmp(t->event.scan.device, name) == 0 && strcmp(t->text, text) == 0;
}

/* Of the Honeywell's report 2: length, AIM identifier, data. */
static void scan(struct usb_fake_device *d, const char *text)
{
	uint8_t report[64] = { 2, (uint8_t)strlen(text), ']', 'C', '0' };

	memcpy(report + 5, text, strlen(text));
	usb_fake_send(d, report, sizeof(report));
}

static struct usb_fake_setup scanner_at(const char *path, const char *serial)
{
	struct usb_fake_setup setup = usb_hidpos;

	setup.path = path;
	setup.serial = serial;
	return setup;
}

static void test_claimed(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_device *printer, *scanner;
	struct usb_fake_setup setup = scanner_at("1-2", "S1");

	(void)state;
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_start(b);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND) &&
			     is(b, "counter", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	printer = usb_fake_plug(fake, &usb_printer);
	usb_fake_status(printer, 0x12);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_OK, TROUBLE_NONE));
	assert_string_equal(bench_device(b, "receipt")->device.protocol, "escpos");
	assert_string_equal(b->devices->list[0].profile.name, "epson-tm-t20");
	assert_string_equal(b->devices->list[0].model, "EPSON TM-T20II");
	assert_false(b->devices->list[0].setup.ask_model);
	scanner = usb_fake_plug(fake, &setup);
	RUN_UNTIL(b, is(b, "counter", DEVICE_OK, TROUBLE_NONE));
	assert_string_equal(bench_device(b, "counter")->device.protocol, "hidpos");
	assert_int_equal(b->devices->list[1].setup.descriptor.n, usb_hidpos_report_n);
	assert_int_equal(b->devices->list[1].setup.vendor, 0x0c2e);
	scan(scanner, "ZAM-1");
	RUN_UNTIL(b, heard(b, "counter", "ZAM-1"));
	bench_free(b);
	usb_fake_free(fake);
}

/* Also behind the NULs that fill up a command which was cut in two. */
static bool on_paper(struct usb_fake_device *printer, const char *text)
{
	static char paper[65536];
	const size_t n = usb_fake_got(printer, paper, sizeof(paper));

	assert_true(n <= sizeof(paper));
	return memmem(paper, n, text, strlen(text)) != NULL;
}

/* In the middle of a job: the truth is `unknown`; then it comes back by itself. */
static void test_pulled_in_a_job(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_device *printer = usb_fake_plug(fake, &usb_printer);

	(void)state;
	usb_fake_status(printer, 0x12);
	usb_fake_in_order(printer, 1);
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "escpos");
	bench_start(b);
	for (int round = 0; round < 3; round++) {
		RUN_UNTIL(b, is(b, "receipt", DEVICE_OK, TROUBLE_NONE));
		bench_print(b, 10 + round, "receipt", "Tin the middle\n");
		RUN_UNTIL(b, on_paper(printer, "middle"));
		usb_fake_unplug(printer);
		RUN_UNTIL(b, bench_count(b, DOOR_JOB) == round + 1);
		bench_assert_job(b, 10 + round, JOB_RESULT_UNKNOWN);
		RUN_UNTIL(b, is(b, "receipt", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
		printer = usb_fake_plug(fake, &usb_printer);
		usb_fake_status(printer, 0x12);
		usb_fake_in_order(printer, 1);
	}
	RUN_UNTIL(b, is(b, "receipt", DEVICE_OK, TROUBLE_NONE));
	bench_free(b);
	usb_fake_free(fake);
}

/* Two equal scanners with serial numbers, in swapped sockets and another order. */
static void test_each_its_own(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_setup a = scanner_at("1-2", "S1"), c = scanner_at("1-4", "S2");
	struct usb_fake_device *one, *two;

	(void)state;
	bench_add(b, DEVICE_SCANNER, "left", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "right", "auto", "auto");
	one = usb_fake_plug(fake, &a);
	two = usb_fake_plug(fake, &c);
	bench_start(b);
	RUN_UNTIL(b, is(b, "left", DEVICE_OK, TROUBLE_NONE) &&
			     is(b, "right", DEVICE_OK, TROUBLE_NONE));
	usb_fake_unplug(one);
	usb_fake_unplug(two);
	RUN_UNTIL(b, is(b, "left", DEVICE_OFFLINE, TROUBLE_UNPLUGGED) &&
			     is(b, "right", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
	c.path = "1-2";
	a.path = "1-4";
	two = usb_fake_plug(fake, &c);
	RUN_UNTIL(b, is(b, "right", DEVICE_OK, TROUBLE_NONE));
	assert_true(is(b, "left", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
	one = usb_fake_plug(fake, &a);
	RUN_UNTIL(b, is(b, "left", DEVICE_OK, TROUBLE_NONE));
	scan(two, "TWO");
	RUN_UNTIL(b, heard(b, "right", "TWO"));
	scan(one, "ONE");
	RUN_UNTIL(b, heard(b, "left", "ONE"));
	bench_free(b);
	usb_fake_free(fake);
}

/* A keyboard that is no known scanner is left alone; what lada.conf names is not for auto. */
static void test_left_alone(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_setup stranger = usb_keyboard, named = scanner_at("1-2", "S1");
	struct usb_fake_device *keyboard;

	(void)state;
	stranger.vendor = 0x046d;
	stranger.product = 0xc31c;
	keyboard = usb_fake_plug(fake, &stranger);
	usb_fake_plug(fake, &named);
	bench_add(b, DEVICE_SCANNER, "any", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "mine", "usb:0c2e:0b61@S1", "hidpos");
	bench_start(b);
	RUN_UNTIL(b, is(b, "mine", DEVICE_OK, TROUBLE_NONE));
	RUN_UNTIL(b, is(b, "any", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	assert_int_equal(usb_fake_claims(keyboard), 0);
	bench_free(b);
	usb_fake_free(fake);
}

static void test_taken_and_forbidden(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_device *printer = usb_fake_plug(fake, &usb_printer);
	static char memory[DEVICES_INVENTORY_MAX];
	struct buf text;

	(void)state;
	usb_fake_status(printer, 0x12);
	usb_fake_busy(printer, EBUSY);
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto");
	bench_start(b);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_OFFLINE, TROUBLE_TAKEN));
	RUN_UNTIL(b, !b->devices->list[0].has_port);
	buf_init(&text, memory, sizeof(memory));
	devices_inventory(b->devices, &text);
	assert_non_null(strstr(buf_str(&text),
			       "\"section\":\"receipt\",\"why\":\"another program has it\""));
	usb_fake_busy(printer, 0);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_OK, TROUBLE_NONE));
	bench_free(b);
	usb_fake_free(fake);
}

static struct usb_fake_setup printer_at(const char *path, uint16_t vendor, const char *device_id)
{
	struct usb_fake_setup setup = usb_printer;

	setup.path = path;
	setup.vendor = vendor;
	setup.product = 0x2b17;
	setup.device_id = device_id;
	return setup;
}

static const char *inventory(struct bench *b)
{
	static char memory[DEVICES_INVENTORY_MAX];
	struct buf text;

	buf_init(&text, memory, sizeof(memory));
	devices_inventory(b->devices, &text);
	return buf_str(&text);
}

/* It prints pages: the kernel has it back, nothing was sent to it, and it is not tried again. */
static void test_office_printer(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	const struct usb_fake_setup laser =
		printer_at("1-1", 0x03f0, "MFG:HP;CMD:PJL,PCLXL,URF;MDL:LaserJet;CLS:PRINTER;");
	const struct usb_fake_setup receipt = printer_at("1-4", 0x1234, "MFG:x;CMD:ESC/POS;MDL:y;");
	struct usb_fake_asked asked[USB_FAKE_ASKED_MAX];
	struct usb_fake_device *office, *printer;

	(void)state;
	office = usb_fake_plug(fake, &laser);
	usb_fake_status(office, 0x12);
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto");
	bench_start(b);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	RUN_UNTIL(b, usb_fake_claims(office) == 0 && usb_fake_attached(office) == 1);
	assert_non_null(strstr(inventory(b), "\"section\":null,\"why\":\"1-1:1.0 is not a receipt "
					     "printer: speaks PJL\""));
	printer = usb_fake_plug(fake, &receipt);
	usb_fake_status(printer, 0x12);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_OK, TROUBLE_NONE));
	assert_int_equal(usb_fake_claims(printer), 1);
	assert_int_equal(usb_fake_got(office, NULL, 0), 0);
	assert_int_equal(usb_fake_asked(office, asked, COUNT_OF(asked)), 1);
	/* What is plugged in at its place is another thing. */
	usb_fake_unplug(office);
	usb_fake_unplug(printer);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
	RUN_UNTIL(b, b->devices->refused_count == 0);
	office = usb_fake_plug(fake, &laser);
	RUN_UNTIL(b, usb_fake_attached(office) == 1 && usb_fake_claims(office) == 0);
	assert_int_equal(usb_fake_asked(office, asked, COUNT_OF(asked)), 1);
	bench_free(b);
	usb_fake_free(fake);
}

/* What says nothing of its language, or odd things, may be a clone; whom a person or the table
 * names is believed. */
static void test_unclear_printers(void **state)
{
	static const struct {
		uint16_t vendor;
		const char *port, *id;
	} cases[] = {
		{ 0x1234, "auto", NULL },
		{ 0x1234, "auto", "MFG:x;CMD:;MDL:POS-58;" },
		{ 0x1234, "auto", "MANUFACTURER:;COMMAND SET:EPSON,PCL;MODEL:y;" },
		{ 0x0fe6, "auto", "MFG:ICS;CMD:PJL,PCL;MDL:POS-80;" },
		{ 0x03f0, "usb:03f0:2b17", "MFG:HP;CMD:PJL,PCL;MDL:z;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct usb_fake *fake = usb_fake_new();
		struct bench *b = bench_new();
		struct usb_fake_setup setup = printer_at("1-1", cases[i].vendor, cases[i].id);
		struct usb_fake_device *printer;

		if (cases[i].vendor == 0x0fe6)
			setup.product = 0x811e;
		printer = usb_fake_plug(fake, &setup);
		usb_fake_status(printer, 0x12);
		bench_add(b, DEVICE_PRINTER, "receipt", cases[i].port, "escpos");
		bench_start(b);
		RUN_UNTIL(b, is(b, "receipt", DEVICE_OK, TROUBLE_NONE));
		bench_free(b);
		usb_fake_free(fake);
	}
}

static void test_without_usb(void **state)
{
	struct usb_fake *fake = usb_fake_none();
	struct bench *b = bench_new();

	(void)state;
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "mine", "usb:0c2e:0b61", "hidpos");
	bench_start(b);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	RUN_UNTIL(b, bench_status(b, "mine") == DEVICE_OFFLINE);
	bench_free(b);
	usb_fake_free(fake);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claimed),
		cmocka_unit_test(test_pulled_in_a_job),
		cmocka_unit_test(test_each_its_own),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_taken_and_forbidden),
		cmocka_unit_test(test_office_printer),
		cmocka_unit_test(test_unclear_printers),
		cmocka_unit_test(test_without_usb),
	};

	(void)argc;
	usb_fake_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
