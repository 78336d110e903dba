// SPDX-License-Identifier: Apache-2.0
/*
 * Devices that come and go, through the whole manager: port = auto over pseudo-terminals that a
 * list says are plugged in. The rules themselves are in unit_claims.c.
 */
#include <limits.h>
#include <unistd.h>

#include "firmware/base/json.h"
#include "tests/device_bench.h"

struct places {
	char dir[64], a[80], b[80];
};

static void make_places(struct places *p)
{
	snprintf(p->dir, sizeof(p->dir), "/tmp/lada-auto-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->a, sizeof(p->a), "%s/a", p->dir);
	snprintf(p->b, sizeof(p->b), "%s/b", p->dir);
}

static struct bench *bench_of(enum device_kind kind, const char *protocol, const char *profile)
{
	struct bench *b = bench_new();

	b->view = true;
	b->known.kind = kind;
	snprintf(b->known.protocol, sizeof(b->known.protocol), "%s", protocol);
	snprintf(b->known.profile, sizeof(b->known.profile), "%s", profile);
	return b;
}

static bool is(const struct bench *b, const char *name, enum device_status status,
	       enum device_trouble trouble)
{
	const struct door_event *e;

	if (bench_status(b, name) != (int)status)
		return false;
	e = bench_device(b, name);
	return e->device.trouble == trouble;
}

/* Who said it last, and what. */
static bool heard(const struct bench *b, const char *name, const char *text)
{
	const struct told *t;

	if (bench_count(b, DOOR_SCAN) == 0)
		return false;
	t = bench_last(b, DOOR_SCAN);
	return strcmp(t->event.scan.device, name) == 0 && strcmp(t->text, text) == 0;
}

static void type_at(int master, const char *text)
{
	assert_int_equal(write(master, text, strlen(text)), (ssize_t)strlen(text));
}

static void test_comes_and_goes(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	int master;

	(void)state;
	make_places(&p);
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_start(b);
	RUN_UNTIL(b, is(b, "counter", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	assert_string_equal(bench_device(b, "counter")->device.detail, "no scanner is plugged in");
	assert_string_equal(bench_device(b, "counter")->device.protocol, "auto");
	for (int round = 0; round < 3; round++) {
		char text[32];

		master = bench_plug(b, p.a, 1, "");
		devices_changed(b->devices);
		RUN_UNTIL(b, is(b, "counter", DEVICE_OK, TROUBLE_NONE));
		assert_string_equal(bench_device(b, "counter")->device.protocol, "line");
		snprintf(text, sizeof(text), "CODE-%d\r", round);
		type_at(master, text);
		text[6] = '\0';
		RUN_UNTIL(b, heard(b, "counter", text));
		bench_pull(b, p.a, master);
		devices_changed(b->devices);
		RUN_UNTIL(b, is(b, "counter", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
	}
	bench_free(b);
	rmdir(p.dir);
}

/* A tty that appears a while after the last news of the bus is found all the same. */
static void test_found_without_news(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	int master;

	(void)state;
	make_places(&p);
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "line");
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_UNCLAIMED);
	master = bench_plug(b, p.a, 1, "");
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	bench_pull(b, p.a, master);
	bench_free(b);
	rmdir(p.dir);
}

/* Two alike, told apart by serial number, replugged the other way round in swapped sockets. */
static void test_each_its_own(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	int one, two;

	(void)state;
	make_places(&p);
	bench_add(b, DEVICE_SCANNER, "left", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "right", "auto", "auto");
	bench_start(b);
	one = bench_plug(b, p.a, 1, "S1");
	two = bench_plug(b, p.b, 1, "S2");
	devices_changed(b->devices);
	RUN_UNTIL(b, is(b, "left", DEVICE_OK, TROUBLE_NONE) &&
			     is(b, "right", DEVICE_OK, TROUBLE_NONE));
	bench_pull(b, p.a, one);
	bench_pull(b, p.b, two);
	devices_changed(b->devices);
	RUN_UNTIL(b, is(b, "left", DEVICE_OFFLINE, TROUBLE_UNPLUGGED) &&
			     is(b, "right", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
	two = bench_plug(b, p.a, 1, "S2");
	devices_changed(b->devices);
	RUN_UNTIL(b, is(b, "right", DEVICE_OK, TROUBLE_NONE));
	assert_true(is(b, "left", DEVICE_OFFLINE, TROUBLE_UNPLUGGED));
	one = bench_plug(b, p.b, 1, "S1");
	devices_changed(b->devices);
	RUN_UNTIL(b, is(b, "left", DEVICE_OK, TROUBLE_NONE));
	type_at(one, "ONE\r");
	RUN_UNTIL(b, heard(b, "left", "ONE"));
	type_at(two, "TWO\r");
	RUN_UNTIL(b, heard(b, "right", "TWO"));
	bench_pull(b, p.a, two);
	bench_pull(b, p.b, one);
	bench_free(b);
	rmdir(p.dir);
}

/* A path that lada.conf names is not for auto; nor is what the table does not know. */
static void test_left_alone(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	char port[100], real[PATH_MAX];
	int master;

	(void)state;
	make_places(&p);
	master = bench_plug(b, p.a, 1, "");
	snprintf(port, sizeof(port), "serial:%s", p.a);
	b->plugged[b->plugged_count++] = (struct seen){ .port = PORT_SERIAL, .path = "/dev/ttyS0" };
	/* What a list names is the tty itself, what lada.conf names is often a link to it. */
	assert_non_null(realpath(p.a, real));
	snprintf(b->plugged[0].path, sizeof(b->plugged[0].path), "%.200s", real);
	bench_add(b, DEVICE_SCANNER, "any", "auto", "auto");
	bench_add(b, DEVICE_SCANNER, "mine", port, "line");
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "mine") == DEVICE_OK);
	RUN_UNTIL(b, is(b, "any", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	devices_changed(b->devices);
	type_at(master, "X\r");
	RUN_UNTIL(b, heard(b, "mine", "X"));
	assert_true(is(b, "any", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	close(master);
	unlink(p.a);
	bench_free(b);
	rmdir(p.dir);
}

/* One tty that two sections name, through different links: the first one's, and the second says
 * whose it is. */
static void test_one_line_two_sections(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	char port[100];
	int master;

	(void)state;
	make_places(&p);
	master = bench_plug(b, p.a, 1, "");
	assert_int_equal(symlink(p.a, p.b), 0);
	snprintf(port, sizeof(port), "serial:%s", p.a);
	bench_add(b, DEVICE_SCANNER, "first", port, "line");
	snprintf(port, sizeof(port), "serial:%s", p.b);
	bench_add(b, DEVICE_SCANNER, "second", port, "line");
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "first") == DEVICE_OK &&
			     is(b, "second", DEVICE_OFFLINE, TROUBLE_TAKEN));
	assert_string_equal(bench_device(b, "second")->device.detail,
			    "the section scanner first has it");
	for (int i = 0; i < 20; i++) {
		char code[32];

		snprintf(code, sizeof(code), "CODE-%d\r", i);
		type_at(master, code);
		code[strlen(code) - 1] = '\0';
		RUN_UNTIL(b, heard(b, "first", code));
	}
	assert_int_equal(b->devices->list[1].port.opens, 0);
	unlink(p.b);
	bench_pull(b, p.a, master);
	RUN_UNTIL(b, is(b, "second", DEVICE_OFFLINE, TROUBLE_NOT_FOUND));
	bench_free(b);
	rmdir(p.dir);
}

static void test_rights(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	int master;

	(void)state;
	make_places(&p);
	master = bench_plug(b, p.a, 1, "");
	b->plugged[0].no_rights = true;
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_start(b);
	RUN_UNTIL(b, is(b, "counter", DEVICE_OFFLINE, TROUBLE_NO_RIGHTS));
	assert_non_null(strstr(bench_device(b, "counter")->device.detail, "udev rules"));
	b->plugged[0].no_rights = false;
	RUN_UNTIL(b, is(b, "counter", DEVICE_OK, TROUBLE_NONE));
	bench_pull(b, p.a, master);
	bench_free(b);
	rmdir(p.dir);
}

/* What cannot be opened is tried ever more rarely, and another one is taken meanwhile. */
static void test_cannot_be_opened(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct places p;
	int master;

	(void)state;
	make_places(&p);
	b->plugged[b->plugged_count++] =
		(struct seen){ .port = PORT_SERIAL, .vendor = 1, .path = "/dev/null" };
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	bench_start(b);
	RUN_UNTIL(b, bench_count(b, DOOR_DEVICE) > 0);
	assert_int_equal(bench_status(b, "counter"), DEVICE_OFFLINE);
	assert_true(bench_count(b, DOOR_DEVICE) < 8);
	master = bench_plug(b, p.a, 1, "");
	RUN_UNTIL(b, is(b, "counter", DEVICE_OK, TROUBLE_NONE));
	bench_pull(b, p.a, master);
	bench_free(b);
	rmdir(p.dir);
}

static bool profile_is(struct bench *b, const char *name)
{
	return b->devices->list[0].profile.name &&
	       strcmp(b->devices->list[0].profile.name, name) == 0;
}

/* The table's profile, with what lada.conf says over it. */
static void test_profile_of_the_table(void **state)
{
	struct bench *b = bench_of(DEVICE_PRINTER, "escpos", "epson-tm-t20");
	struct places p;
	int master;

	(void)state;
	make_places(&p);
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto")->columns = 40;
	bench_start(b);
	RUN_UNTIL(b, is(b, "receipt", DEVICE_UNCLAIMED, TROUBLE_NOT_FOUND));
	assert_string_equal(bench_device(b, "receipt")->device.detail,
			    "no receipt printer is plugged in");
	master = bench_plug(b, p.a, 1, "");
	devices_changed(b->devices);
	RUN_UNTIL(b, profile_is(b, "epson-tm-t20"));
	assert_int_equal(b->devices->list[0].profile.columns, 40);
	assert_false(b->devices->list[0].setup.ask_model);
	bench_pull(b, p.a, master);
	bench_free(b);
	rmdir(p.dir);
}

/* Nobody knows the model, so the printer is asked; lada.conf's columns stay. */
static void test_profile_of_the_printer(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	bench_plug_printer(b);
	b->config->devices[0].columns = 40;
	b->model = "TM-T20II";
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "receipt") == DEVICE_OK);
	assert_true(b->devices->list[0].setup.ask_model);
	RUN_UNTIL(b, profile_is(b, "epson-tm-t20"));
	assert_int_equal(b->devices->list[0].profile.columns, 40);
	bench_free(b);
}

/* ---- a printer that is pulled out in the middle of a job ---- */

struct cable {
	int master;
	char got[65536];
	size_t n, answered;
};

/* Reads all that came and answers DLE EOT, nothing else. */
static const char *hear_all(struct cable *c, const char *wanted, size_t wanted_n)
{
	ssize_t r;

	while (c->n < sizeof(c->got) &&
	       (r = read(c->master, c->got + c->n, sizeof(c->got) - c->n)) > 0)
		c->n += (size_t)r;
	for (; c->answered + 3 <= c->n; c->answered++)
		if (memcmp(c->got + c->answered, "\x10\x04", 2) == 0)
			assert_int_equal(write(c->master, "\x12", 1), 1);
	return memmem(c->got, c->n, wanted, wanted_n);
}

/* It may still wait for the rest of a picture: plugged in again it is the same printer, and the
 * next connection fills that up as soon as the printer says that it is well. */
static void test_printer_pulled_in_a_job(void **state)
{
	static const char nothing[8192];
	static struct cable c;
	struct bench *b = bench_of(DEVICE_PRINTER, "escpos", "generic-80");
	struct places p;

	(void)state;
	make_places(&p);
	bench_add(b, DEVICE_PRINTER, "receipt", "auto", "auto");
	c = (struct cable){ .master = bench_plug(b, p.a, 1, "") };
	bench_start(b);
	RUN_UNTIL(b, (hear_all(&c, "", 0), bench_status(b, "receipt") == DEVICE_OK));
	assert_null(hear_all(&c, nothing, 64));
	bench_print(b, 5, "receipt", "Tin the middle\n");
	RUN_UNTIL(b, hear_all(&c, "middle", 6));
	bench_pull(b, p.a, c.master);
	devices_changed(b->devices);
	RUN_UNTIL(b, bench_count(b, DOOR_JOB) == 1);
	bench_assert_job(b, 5, JOB_RESULT_UNKNOWN);
	c = (struct cable){ .master = bench_plug(b, p.a, 1, "") };
	devices_changed(b->devices);
	RUN_UNTIL(b, hear_all(&c, nothing, sizeof(nothing)));
	bench_pull(b, p.a, c.master);
	bench_free(b);
	rmdir(p.dir);
}

/* ---- the inventory ---- */

static struct json inventory(struct bench *b)
{
	static char memory[DEVICES_INVENTORY_MAX];
	struct json doc;
	struct buf text;

	buf_init(&text, memory, sizeof(memory));
	devices_inventory(b->devices, &text);
	assert_false(text.overflow);
	assert_int_equal(json_check(buf_read(&text), &doc), 0);
	return doc;
}

static struct json plugged(struct json doc, const char *path)
{
	for (struct json_walk w = json_walk(json_get(doc, "plugged")); json_next(&w);)
		if (json_is(json_get(w.value, "path"), path))
			return w.value;
	fail_msg("%s is not in the inventory", path);
	return (struct json){ 0 };
}

static void expect_why(struct json thing, const char *section, const char *why)
{
	char text[128];

	if (section)
		assert_true(json_is(json_get(thing, "section"), section));
	else
		assert_int_equal(json_get(thing, "section").type, JSON_NULL);
	assert_true(json_string(json_get(thing, "why"), text, sizeof(text)) >= 0);
	if (!strstr(text, why) || (!why[0] && text[0]))
		fail_msg("`%s` does not say `%s`", text, why);
}

static void test_inventory(void **state)
{
	struct bench *b = bench_of(DEVICE_SCANNER, "line", "auto");
	struct json doc;
	struct places p;
	int one, two;

	(void)state;
	make_places(&p);
	bench_plug_printer(b);
	bench_add(b, DEVICE_SCANNER, "counter", "auto", "auto");
	one = bench_plug(b, p.a, 1, "S\x01\"1");
	two = bench_plug(b, p.b, 2, "");
	b->plugged[b->plugged_count++] =
		(struct seen){ .port = PORT_USB, .path = "1-9:1.0", .look = SEEN_KEYBOARD };
	b->plugged[b->plugged_count++] = (struct seen){ .port = PORT_USB,
							.path = "1-8:1.0",
							.look = SEEN_PRINTER,
							.vendor = 7,
							.no_rights = true };
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK &&
			     bench_status(b, "receipt") == DEVICE_OK);
	doc = inventory(b);
	assert_int_equal(json_count(json_get(doc, "devices")), 2);
	expect_why(plugged(doc, p.a), "counter", "");
	expect_why(plugged(doc, p.b), NULL, "no section of lada.conf wants a scanner");
	expect_why(plugged(doc, "1-9:1.0"), NULL, "no known scanner: left alone");
	expect_why(plugged(doc, "1-8:1.0"), NULL, "no rights");
	expect_why(plugged(doc, b->config->devices[0].port), "receipt", "");
	assert_true(json_is(json_get(plugged(doc, p.a), "usb"), "0c2e:0001"));
	assert_true(json_is(json_get(plugged(doc, p.a), "serial"), "S\x01\"1"));
	assert_int_equal(json_get(doc, "recording").type, JSON_NULL);
	bench_pull(b, p.a, one);
	bench_pull(b, p.b, two);
	devices_changed(b->devices);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OFFLINE);
	bench_free(b);
	rmdir(p.dir);
}

/* ---- sounds ---- */

static void test_feedback(void **state)
{
	struct bench *b = bench_new();
	struct door_out out = { .kind = OUT_FEEDBACK };
	char sent[64];
	ssize_t n = 0;

	(void)state;
	bench_plug_scanner(b);
	slice_copy(slice_of("skeleton"), b->config->devices[0].protocol, DEVICE_PROTOCOL_MAX);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	while (read(b->master, sent, sizeof(sent)) > 0)
		;
	out.feedback.desk = DESK_KIOSK;
	out.feedback.feedback = FEEDBACK_BAD;
	devices_output(b->devices, &out, (struct slice){ NULL, 0 });
	assert_true(read(b->master, sent, sizeof(sent)) < 0);
	out.feedback.desk = DESK_COUNTER;
	devices_output(b->devices, &out, (struct slice){ NULL, 0 });
	RUN_UNTIL(b, n > 0 || (n = read(b->master, sent, sizeof(sent))) > 0);
	assert_int_equal(sent[0], 0x07);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_and_goes),
		cmocka_unit_test(test_found_without_news),
		cmocka_unit_test(test_each_its_own),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_one_line_two_sections),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_cannot_be_opened),
		cmocka_unit_test(test_profile_of_the_table),
		cmocka_unit_test(test_profile_of_the_printer),
		cmocka_unit_test(test_printer_pulled_in_a_job),
		cmocka_unit_test(test_inventory),
		cmocka_unit_test(test_feedback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
