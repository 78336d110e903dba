// SPDX-License-Identifier: Apache-2.0
/*
 * A USB device that the kernel is busy with: who reads what sysfs says of it waits. The whole
 * manager with the real libusb goes on serving another scanner meanwhile, and ends cleanly. And
 * what a list may touch: nothing.
 */
#include <dlfcn.h>
#include <limits.h>
#include <unistd.h>

#include "drivers/tty_list.h"
#include "tests/device_bench.h"
#include "tests/usb_bench.h"

#define GAP_NS	  UINT64_C(1000000000) /* the longest turn of a loop that serves */
#define CODES	  100
#define GIVE_UP_S 45 /* a loop that waits for the kernel never comes back by itself */

char *__realpath_chk(const char *path, char *ret_real, size_t cap);

/* umockdev's own cuts as many bytes off what a node leads to, /dev/pts/N, as its folder's name has,
 * and writes beyond the buffer. The fake's nodes are no links. */
char *realpath(const char *path, char *ret_real)
{
	char *(*next)(const char *path, char *ret_real);

	if (strncmp(path, "/dev/tty", 8) == 0 && !ret_real)
		return strdup(path);
	if (strncmp(path, "/dev/tty", 8) == 0)
		return slice_copy(slice_of(path), ret_real, PATH_MAX) == 0 ? ret_real : NULL;
	*(void **)&next = dlsym(RTLD_NEXT, "realpath");
	return next(path, ret_real);
}

char *__realpath_chk(const char *path, char *ret_real, size_t cap)
{
	(void)cap;
	return realpath(path, ret_real);
}

static struct usb_fake_setup scanner_at(const char *path, const char *serial)
{
	struct usb_fake_setup setup = usb_hidpos;

	setup.path = path;
	setup.serial = serial;
	return setup;
}

static bool heard(const struct bench *b, const char *name, const char *text)
{
	const struct told *t;

	if (bench_count(b, DOOR_SCAN) == 0)
		return false;
	t = bench_last(b, DOOR_SCAN);
	return strcmp(t->event.scan.device, name) == 0 && strcmp(t->text, text) == 0;
}

/* Codes go through, and no turn of the loop takes long. */
static void assert_serves(struct bench *b, struct usb_fake_device *scanner, int round)
{
	uint64_t turned_ns = uv_hrtime(), now_ns, gap_ns = 0;

	for (int i = 0; i < CODES; i++) {
		uint8_t report[64] = { 2, 6, ']', 'C', '0' };
		char text[16];

		snprintf(text, sizeof(text), "C%d-%03d", round % 10, i % 1000);
		memcpy(report + 5, text, 6);
		usb_fake_send(scanner, report, sizeof(report));
		do {
			bench_turn(b);
			now_ns = uv_hrtime();
			gap_ns = now_ns - turned_ns > gap_ns ? now_ns - turned_ns : gap_ns;
			turned_ns = now_ns;
		} while (!heard(b, "counter", text));
	}
	if (gap_ns > GAP_NS)
		fail_msg("the loop stood still for %d ms", (int)(gap_ns / 1000000));
}

/* With `counter` at work; the second scanner is there, and the kernel is busy with it. */
static struct usb_fake_device *begin(struct bench *b, struct usb_fake *fake,
				     struct usb_fake_device **ret_second)
{
	const struct usb_fake_setup one = scanner_at("1-2", "S1"), two = scanner_at("1-4", "S2");
	struct usb_fake_device *first = usb_fake_plug(fake, &one);

	alarm(GIVE_UP_S);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	*ret_second = usb_fake_plug(fake, &two);
	usb_fake_hang(*ret_second, true);
	return first;
}

static void test_list(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_device *first, *second;
	static char memory[DEVICES_INVENTORY_MAX];
	struct buf text;

	(void)state;
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "second", "auto", "auto");
	first = begin(b, fake, &second);
	RUN_UNTIL(b, b->devices->looking);
	assert_serves(b, first, 1);
	assert_true(b->devices->looking);
	/* Who asks what is there is answered all the same, with what was there before. */
	buf_init(&text, memory, sizeof(memory));
	devices_inventory(b->devices, &text);
	assert_non_null(strstr(buf_str(&text), "\"path\":\"1-2:1.0\""));
	assert_null(strstr(buf_str(&text), "\"path\":\"1-4:1.0\""));
	usb_fake_hang(second, false);
	RUN_UNTIL(b, bench_status(b, "second") == DEVICE_OK);
	buf_init(&text, memory, sizeof(memory));
	devices_inventory(b->devices, &text);
	assert_non_null(strstr(buf_str(&text), "\"path\":\"1-4:1.0\""));
	bench_free(b);
	usb_fake_free(fake);
}

/* A port that names it is being opened for as long; it fails in time, and then comes up. */
static void test_port(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_device *first, *second;

	(void)state;
	bench_add(b, DEVICE_SCANNER, "counter", "usb:0c2e:0b61@S1", "hidpos");
	bench_add(b, DEVICE_SCANNER, "second", "usb:0c2e:0b61@1-4", "hidpos");
	first = begin(b, fake, &second);
	RUN_UNTIL(b, b->devices->list[1].port.state == PORT_OPENING);
	assert_serves(b, first, 2);
	RUN_UNTIL(b, strstr(b->devices->list[1].detail, "no connection in time"));
	assert_serves(b, first, 3);
	usb_fake_hang(second, false);
	RUN_UNTIL(b, bench_status(b, "second") == DEVICE_OK);
	bench_free(b);
	usb_fake_free(fake);
}

static void on_stopped(void *ctx)
{
	*(bool *)ctx = true;
}

/* The end waits for the worker, and the loop does not; nothing is used after it is gone. */
static void test_stop(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	struct usb_fake_device *second;
	bool stopped = false;
	int turns = 0;

	(void)state;
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "second", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "third", "usb:0c2e:0b61@1-4", "hidpos");
	begin(b, fake, &second);
	RUN_UNTIL(b, b->devices->looking && b->devices->list[2].port.state == PORT_OPENING);
	/* What a worker has not begun needs no waiting for. */
	RUN_UNTIL(b, usb_fake_hung(second) > 0);
	devices_stop(b->devices, on_stopped, &stopped);
	RUN_UNTIL(b, ++turns > 100);
	assert_false(stopped);
	usb_fake_hang(second, false);
	RUN_UNTIL(b, stopped);
	devices_free(b->devices);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	bench_free(b);
	usb_fake_free(fake);
}

/* A HID device that a killed station left without its driver goes back to the kernel, and the
 * loop does not wait for that either. */
static void test_orphan(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct usb_fake_setup setup = usb_hidpos;
	struct usb_fake_device *d;
	struct bench *b;
	int turns = 0;

	(void)state;
	alarm(GIVE_UP_S);
	setup.interfaces[0].unbound = true;
	d = usb_fake_plug(fake, &setup);
	usb_fake_hang(d, true);
	b = bench_new();
	bench_start(b);
	RUN_UNTIL(b, ++turns > 100);
	assert_int_equal(usb_fake_attached(d), 0);
	usb_fake_hang(d, false);
	RUN_UNTIL(b, usb_fake_attached(d) == 1);
	bench_free(b);
	usb_fake_free(fake);
}

static const struct seen *seen_at(const struct seen *list, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0)
			return &list[i];
	return NULL;
}

/* Ports of the 8250 that are not there are no ports, and none is opened to find that out. */
static void test_list_opens_nothing(void **state)
{
	struct usb_fake *fake = usb_fake_none();
	struct seen list[SEEN_MAX];
	int watches[3];
	size_t n;

	(void)state;
	usb_fake_uart(fake, "ttyS1", 4);
	usb_fake_uart(fake, "ttyS2", 0);
	usb_fake_tty(fake, "1-2", 0x0c2e, 0x0b6a, "S1", "ttyACM0");
	watches[0] = usb_fake_watch(fake, "ttyS1");
	watches[1] = usb_fake_watch(fake, "ttyS2");
	watches[2] = usb_fake_watch(fake, "ttyACM0");
	n = tty_list(list, SEEN_MAX);
	assert_int_equal(n, 2);
	assert_non_null(seen_at(list, n, "/dev/ttyS1"));
	assert_string_equal(seen_at(list, n, "/dev/ttyS1")->usb_path, "");
	assert_non_null(seen_at(list, n, "/dev/ttyACM0"));
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		assert_int_equal(usb_fake_opens(watches[i]), 0);
		close(watches[i]);
	}
	usb_fake_free(fake);
}

/* A real port, through libserialport: open for this one alone while it is open. */
static void test_line_of_its_own(void **state)
{
	struct usb_bench *b = usb_bench_new();
	struct usb_line *l, *m;

	(void)state;
	usb_fake_tty(b->fake, "1-2", 0x0c2e, 0x0b6a, "S1", "ttyACM0");
	l = usb_bench_open(b, 0, "serial:/dev/ttyACM0");
	BENCH_UNTIL(b, l->ups == 1);
	assert_non_null(l->port.serial.line);
	assert_int_equal(usb_fake_lines_taken(b->fake), 1);
	m = usb_bench_open(b, 1, "serial:/dev/ttyACM0");
	BENCH_UNTIL(b, m->downs == 1);
	assert_int_equal(port_error(&m->port), -EBUSY);
	assert_string_equal(m->why, "somebody else has it open");
	assert_int_equal(usb_fake_lines_taken(b->fake), 1);
	usb_bench_stop(l);
	BENCH_UNTIL(b, m->ups == 1);
	usb_bench_free(b);
}

/* While all sections have their device nobody looks; while one waits, ever more rarely. */
static void test_idle(void **state)
{
	struct usb_fake *fake = usb_fake_new();
	struct bench *b = bench_new();
	const struct usb_fake_setup one = scanner_at("1-2", "S1");
	uv_handle_t *look;

	(void)state;
	usb_fake_plug(fake, &one);
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_start(b);
	look = (uv_handle_t *)&b->devices->look;
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK && !uv_is_active(look));
	RUN_UNTIL(b, !b->devices->looking);
	bench_stop(b);
	devices_free(b->devices);
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto");
	bench_start(b);
	look = (uv_handle_t *)&b->devices->look;
	RUN_UNTIL(b, uv_timer_get_due_in(&b->devices->look) > LOOK_RETRY_MS * 12);
	assert_true(uv_is_active(look));
	bench_free(b);
	usb_fake_free(fake);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_list_opens_nothing),
		cmocka_unit_test(test_line_of_its_own),
		cmocka_unit_test(test_idle),
	};

	(void)argc;
	usb_fake_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
