// SPDX-License-Identifier: Apache-2.0
/*
 * The USB bus: what it lists, what it says when, who gets which of equal devices, and how it
 * ends.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/tty_list.h"
#include "tests/usb_bench.h"

static const struct seen *seen_at(const struct seen *list, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0)
			return &list[i];
	return NULL;
}

static enum seen_look look_at(struct usb_bench *b, const char *path)
{
	struct seen list[SEEN_MAX];
	const size_t n = usb_bus_list(b->bus, list, SEEN_MAX);
	const struct seen *s = seen_at(list, n, path);

	usb_bus_complete(b->bus, list, n);
	return s ? s->look : SEEN_OTHER;
}

static void test_list(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup composite = usb_hidpos;
	struct seen list[SEEN_MAX];
	const struct seen *s;

	(void)state;
	composite.path = "1-4";
	composite.serial = "with \001 control";
	composite.interfaces[1] = usb_keyboard.interfaces[0];
	composite.interfaces[1].number = 1;
	composite.interfaces[2] = (struct usb_fake_interface){ .number = 2, .class = 8 };
	usb_fake_plug(b->fake, &composite);
	usb_fake_plug(b->fake, &usb_hidpos);
	usb_fake_plug(b->fake, &usb_printer);
	BENCH_UNTIL(b, usb_bus_list(b->bus, list, SEEN_MAX) == 5);
	for (size_t i = 1; i < 5; i++)
		assert_true(strcmp(list[i - 1].path, list[i].path) < 0);
	s = seen_at(list, 5, "1-1:1.0");
	assert_non_null(s);
	assert_int_equal(s->port, PORT_USB);
	assert_string_equal(s->usb_path, "1-1");
	assert_int_equal(s->vendor, 0x04b8);
	assert_int_equal(s->product, 0x0e15);
	assert_string_equal(s->serial, "A1");
	assert_string_equal(s->maker, "EPSON");
	assert_string_equal(s->model, "Receipt Printer");
	assert_int_equal(s->look, SEEN_PRINTER);
	assert_false(s->no_rights);
	assert_int_equal(look_at(b, "1-2:1.0"), SEEN_HIDPOS);
	assert_int_equal(look_at(b, "1-4:1.0"), SEEN_HIDPOS);
	assert_int_equal(look_at(b, "1-4:1.1"), SEEN_KEYBOARD);
	assert_int_equal(look_at(b, "1-4:1.2"), SEEN_OTHER);
	assert_string_equal(seen_at(list, 5, "1-4:1.0")->serial, "");
	assert_int_equal(usb_bus_list(b->bus, list, 2), 2);
	assert_int_equal(usb_bus_list(NULL, list, SEEN_MAX), 0);
	usb_bench_free(b);
}

/* Without a kernel driver there is no descriptor to be seen; an open one remembers its own. */
static void test_look_of_open(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup setup = usb_hidpos, keyboard = usb_keyboard;
	struct seen list[SEEN_MAX];
	struct usb_line *l;

	(void)state;
	setup.interfaces[0].unbound = keyboard.interfaces[0].unbound = true;
	usb_fake_plug(b->fake, &setup);
	usb_fake_plug(b->fake, &keyboard);
	BENCH_UNTIL(b, usb_bus_list(b->bus, list, SEEN_MAX) == 2);
	assert_int_equal(look_at(b, "1-2:1.0"), SEEN_HID);
	assert_int_equal(look_at(b, "1-3:1.0"), SEEN_KEYBOARD);
	l = usb_bench_open(b, 0, "usb:0c2e:0b61");
	BENCH_UNTIL(b, l->ups == 1);
	assert_int_equal(look_at(b, "1-2:1.0"), SEEN_HIDPOS);
	usb_bench_free(b);
}

/* Many at once are one change, told soon and once more later. */
static void test_changes(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d;
	struct seen list[SEEN_MAX];

	(void)state;
	usb_fake_plug(b->fake, &usb_hidpos);
	usb_fake_plug(b->fake, &usb_keyboard);
	d = usb_fake_plug(b->fake, &usb_printer);
	BENCH_UNTIL(b, b->changes == 1);
	BENCH_UNTIL(b, b->changes == 2);
	assert_int_equal(usb_bus_list(b->bus, list, SEEN_MAX), 3);
	usb_fake_unplug(d);
	BENCH_UNTIL(b, b->changes == 3);
	assert_int_equal(usb_bus_list(b->bus, list, SEEN_MAX), 2);
	usb_bench_free(b);
}

static void test_equal_devices(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup second = usb_printer, third = usb_printer;
	struct usb_fake_device *d[3];
	struct usb_line *l[4];
	uint8_t got[3][8];

	(void)state;
	second.path = "1-5";
	second.serial = "B2";
	third.path = "1-6";
	third.serial = NULL;
	d[0] = usb_fake_plug(b->fake, &usb_printer);
	d[1] = usb_fake_plug(b->fake, &second);
	d[2] = usb_fake_plug(b->fake, &third);
	l[0] = usb_bench_open(b, 0, "usb:04b8:0e15@B2");
	l[1] = usb_bench_open(b, 1, "usb:04b8:0e15@1-6");
	BENCH_UNTIL(b, l[0]->ups == 1 && l[1]->ups == 1);
	l[2] = usb_bench_open(b, 2, "usb:04b8:0e15"); /* what is left */
	BENCH_UNTIL(b, l[2]->ups == 1);
	usb_bench_write(l[0], "second", 6);
	usb_bench_write(l[1], "third", 5);
	usb_bench_write(l[2], "first", 5);
	BENCH_UNTIL(b, usb_fake_got(d[0], got[0], 8) == 5 && usb_fake_got(d[1], got[1], 8) == 6 &&
			       usb_fake_got(d[2], got[2], 8) == 5);
	assert_memory_equal(got[0], "first", 5);
	assert_memory_equal(got[1], "second", 6);
	assert_memory_equal(got[2], "third", 5);
	/* None is left, and none is shared. */
	l[3] = usb_bench_open(b, 3, "usb:04b8:0e15");
	BENCH_UNTIL(b, l[3]->downs > 0);
	assert_int_equal(port_error(&l[3]->port), -EBUSY);
	assert_string_equal(l[3]->why, "somebody else has it open");
	usb_bench_stop(l[1]);
	BENCH_UNTIL(b, l[3]->ups == 1);
	assert_string_equal(port_usb_path(&l[3]->port), "1-6:1.0");
	assert_int_equal(usb_fake_claims(d[0]) + usb_fake_claims(d[1]) + usb_fake_claims(d[2]), 3);
	usb_bench_free(b);
}

/* As a device manager names it: this interface and no other. */
static void test_exact_path(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_setup composite = usb_keyboard;
	struct usb_line *l, *m, *n;

	(void)state;
	composite.interfaces[1] = usb_hidpos.interfaces[0];
	composite.interfaces[1].number = 1;
	usb_fake_plug(b->fake, &composite);
	usb_fake_plug(b->fake, &usb_hidpos);
	l = usb_bench_open_path(b, 0, "1-3:1.0");
	m = usb_bench_open_path(b, 1, "1-3:1.1");
	n = usb_bench_open_path(b, 2, "1-3:1.2");
	BENCH_UNTIL(b, l->ups == 1 && m->ups == 1 && n->downs > 0);
	assert_string_equal(port_usb_path(&l->port), "1-3:1.0");
	assert_string_equal(port_usb_path(&m->port), "1-3:1.1");
	assert_int_equal(port_error(&n->port), -ENODEV);
	usb_bench_stop(m);
	/* By ids the likelier interface comes first. */
	m = usb_bench_open(b, 1, "usb:05e0:1200");
	BENCH_UNTIL(b, m->ups == 1);
	assert_string_equal(port_usb_path(&m->port), "1-3:1.1");
	usb_bench_free(b);
}

/* Another program has claimed it, and then lets go. */
static void test_busy(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_printer);
	struct usb_line *l;

	(void)state;
	usb_fake_busy(d, EBUSY);
	l = usb_bench_open(b, 0, "usb:04b8:0e15");
	BENCH_UNTIL(b, l->downs > 1);
	assert_int_equal(port_error(&l->port), -EBUSY);
	assert_string_equal(l->why, "somebody else has it open");
	usb_fake_busy(d, 0);
	BENCH_UNTIL(b, l->ups == 1);
	usb_bench_free(b);
}

static void test_no_rights(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_printer);
	struct seen list[SEEN_MAX];
	struct usb_line *l;

	(void)state;
	if (getuid() != 0) { /* nobody else can become a stranger to its own files */
		usb_bench_free(b);
		skip();
	}
	usb_fake_forbid(d, true);
	usb_fake_stranger(b->fake, true);
	l = usb_bench_open(b, 0, "usb:04b8:0e15");
	BENCH_UNTIL(b, l->downs > 0);
	assert_int_equal(port_error(&l->port), -EACCES);
	assert_string_equal(l->why, "the station has no rights to open it");
	assert_int_equal(usb_bus_list(b->bus, list, SEEN_MAX), 1);
	assert_true(list[0].no_rights);
	usb_fake_stranger(b->fake, false);
	usb_fake_forbid(d, false);
	BENCH_UNTIL(b, l->ups == 1);
	usb_bench_free(b);
}

static void on_stopped(void *ctx)
{
	*(bool *)ctx = true;
}

/* The bus goes first, with transfers out both ways and a question unanswered. */
static void test_stop_with_open_ports(void **state)
{
	static uint8_t text[9000];
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_printer);
	struct usb_fake_device *e = usb_fake_plug(b->fake, &usb_hidpos);
	struct usb_line *l, *m;

	(void)state;
	usb_fake_deaf(e, true);
	usb_fake_takes(d, 100);
	l = usb_bench_open(b, 0, "usb:04b8:0e15");
	m = usb_bench_open(b, 1, "usb:0c2e:0b61");
	BENCH_UNTIL(b, l->ups == 1 && usb_fake_waiting(e, 0) == 1);
	usb_bench_write(l, text, sizeof(text));
	BENCH_UNTIL(b, usb_fake_got(d, NULL, 0) == 100);
	usb_bus_stop(b->bus, on_stopped, &b->bus_stopped);
	BENCH_UNTIL(b, b->bus_stopped);
	assert_int_equal(l->downs, 1);
	assert_int_equal(m->downs, 1);
	assert_string_equal(l->why, "USB is being closed");
	assert_int_equal(usb_fake_claims(d), 0);
	assert_int_equal(usb_fake_claims(e), 0);
	assert_int_equal(usb_fake_attached(d), 1);
	assert_int_equal(usb_fake_waiting(d, 0x81), 0);
	/* Their ports find no USB then. */
	BENCH_UNTIL(b, l->downs > 1);
	assert_string_equal(l->why, "this machine has no USB");
	usb_bench_free(b);
}

/* A port's memory may go at once: what is still out is the bus's. */
static void test_stop_port_first(void **state)
{
	static uint8_t text[9000];
	struct usb_bench *b = usb_bench_new();
	struct usb_fake_device *d = usb_fake_plug(b->fake, &usb_printer);
	struct usb_line *l = usb_bench_open(b, 0, "usb:04b8:0e15");

	(void)state;
	usb_fake_takes(d, 0);
	BENCH_UNTIL(b, l->ups == 1);
	usb_bench_write(l, text, sizeof(text));
	usb_bench_stop(l);
	memset(l, 0xee, sizeof(*l));
	l->started = false;
	usb_bus_stop(b->bus, on_stopped, &b->bus_stopped);
	BENCH_UNTIL(b, b->bus_stopped);
	assert_int_equal(usb_fake_claims(d), 0);
	usb_bench_free(b);
}

static void on_changed(void *ctx)
{
	(void)ctx;
}

static void test_no_usb(void **state)
{
	struct usb_fake *fake = usb_fake_none();
	struct seen list[SEEN_MAX];
	const char *why = NULL;
	bool stopped = false;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_null(usb_bus_start(&loop, on_changed, NULL, &why));
	assert_string_equal(why, "this machine has no USB");
	assert_int_equal(usb_bus_list(NULL, list, SEEN_MAX), 0);
	assert_int_equal(tty_list(list, SEEN_MAX), 0);
	usb_bus_stop(NULL, on_stopped, &stopped);
	assert_true(stopped);
	assert_int_equal(uv_loop_close(&loop), 0);
	usb_fake_free(fake);
}

static void test_ttys(void **state)
{
	struct usb_fake *fake = usb_fake_none();
	struct seen list[SEEN_MAX];
	const struct seen *s;
	size_t n;

	(void)state;
	usb_fake_tty(fake, "1-2", 0x0c2e, 0x0b6a, "S1", "ttyACM0");
	usb_fake_tty(fake, "1-3", 0x05e0, 0x1701, "S2", "ttyACM1");
	usb_fake_tty(fake, "1-4", 0x05e0, 0x1701, "S\x1b[2J", "ttyACM2"); /* a terminal obeys it */
	n = tty_list(list, SEEN_MAX);
	assert_int_equal(n, 3);
	assert_string_equal(seen_at(list, n, "/dev/ttyACM2")->serial, "");
	s = seen_at(list, n, "/dev/ttyACM0");
	assert_non_null(s);
	assert_int_equal(s->port, PORT_SERIAL);
	assert_int_equal(s->look, SEEN_TTY);
	assert_int_equal(s->vendor, 0x0c2e);
	assert_int_equal(s->product, 0x0b6a);
	assert_string_equal(s->serial, "S1");
	assert_string_equal(s->maker, "Honeywell");
	assert_string_equal(s->model, "Scanner");
	assert_string_equal(s->usb_path, "1-2");
	assert_false(s->no_rights);
	assert_int_equal(seen_at(list, n, "/dev/ttyACM1")->product, 0x1701);
	assert_int_equal(tty_list(list, 1), 1);
	usb_fake_free(fake);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_look_of_open),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_equal_devices),
		cmocka_unit_test(test_exact_path),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_no_rights),
		cmocka_unit_test(test_stop_with_open_ports),
		cmocka_unit_test(test_stop_port_first),
		cmocka_unit_test(test_no_usb),
		cmocka_unit_test(test_ttys),
	};

	(void)argc;
	usb_fake_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
