// SPDX-License-Identifier: Apache-2.0
/*
 * Who has what: the rules one by one, and then random plugging and unplugging of many devices
 * over many sections, held to three laws: no device has two owners, each section gets its own
 * back, and nothing that fits and is free is left while a section waits for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/claims.h"

#define SECTIONS 6
#define THINGS	 10
#define ROUNDS	 4000

struct bench {
	struct claim_section sections[SECTIONS];
	char has[SECTIONS][PORT_PATH_MAX], avoid[SECTIONS][PORT_PATH_MAX];
	struct port_address named[SECTIONS];
	size_t section_count;
	struct seen seen[THINGS];
	size_t seen_count;
	struct claim_choice choices[SECTIONS];
};

/* In these tests the model says what a thing is: "printer escpos". */
static bool fits(void *ctx, const struct seen *seen, enum device_kind kind, const char *protocol)
{
	const size_t n = strlen(device_kind_name(kind));

	(void)ctx;
	return strncmp(seen->model, device_kind_name(kind), n) == 0 && seen->model[n] == ' ' &&
	       (strcmp(protocol, "auto") == 0 || strcmp(protocol, seen->model + n + 1) == 0);
}

static void section(struct bench *b, enum device_kind kind, const char *protocol)
{
	const size_t i = b->section_count++;

	b->sections[i] = (struct claim_section){ .kind = kind,
						 .protocol = protocol,
						 .automatic = true,
						 .named = &b->named[i],
						 .has = b->has[i],
						 .avoid = b->avoid[i] };
}

static void named(struct bench *b, const char *port)
{
	const size_t i = b->section_count;
	const char *what;

	section(b, DEVICE_SCANNER, "line");
	b->sections[i].automatic = false;
	assert_int_equal(port_parse(port, "", &b->named[i], &what), 0);
}

static struct seen thing(const char *path, int product, const char *serial, const char *model)
{
	struct seen s = { .port = path[0] == '/' ? PORT_SERIAL : PORT_USB,
			  .vendor = 0x1234,
			  .product = product };

	snprintf(s.path, sizeof(s.path), "%s", path);
	snprintf(s.usb_path, sizeof(s.usb_path), "%.*s", (int)strcspn(path, ":"), path);
	if (path[0] == '/')
		s.usb_path[0] = '\0';
	snprintf(s.serial, sizeof(s.serial), "%s", serial);
	snprintf(s.model, sizeof(s.model), "%s", model);
	return s;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->path, ((const struct seen *)b)->path);
}

static void plug(struct bench *b, struct seen s)
{
	assert_true(b->seen_count < THINGS);
	b->seen[b->seen_count++] = s;
	qsort(b->seen, b->seen_count, sizeof(b->seen[0]), by_path);
}

/* As the manager: the claim is given back when the device goes. */
static void pull(struct bench *b, const char *path)
{
	for (size_t i = 0; i < b->section_count; i++)
		if (strcmp(b->has[i], path) == 0)
			b->has[i][0] = '\0';
	for (size_t i = 0; i < b->seen_count; i++)
		if (strcmp(b->seen[i].path, path) == 0) {
			memmove(&b->seen[i], &b->seen[i + 1],
				(--b->seen_count - i) * sizeof(b->seen[0]));
			return;
		}
	fail_msg("%s is not there", path);
}

static void look(struct bench *b)
{
	claims_decide(b->sections, b->section_count, b->seen, b->seen_count, fits, NULL,
		      b->choices);
	for (size_t i = 0; i < b->section_count; i++) {
		const struct seen *s = &b->seen[b->choices[i].seen];

		if (!b->sections[i].automatic || b->has[i][0] || b->choices[i].answer != CLAIM_TAKE)
			continue;
		memcpy(b->has[i], s->path, sizeof(b->has[i]));
		claim_remember(s, &b->sections[i].own);
	}
}

static void test_first_that_fits(void **state)
{
	struct bench b = { 0 };

	(void)state;
	section(&b, DEVICE_PRINTER, "auto");
	section(&b, DEVICE_SCANNER, "hidpos");
	section(&b, DEVICE_SCANNER, "auto");
	look(&b);
	assert_int_equal(b.choices[0].answer, CLAIM_NOTHING);
	plug(&b, thing("1-3:1.0", 3, "", "scanner keyboard"));
	plug(&b, thing("1-2:1.0", 2, "", "webcam"));
	plug(&b, thing("1-1:1.0", 1, "", "scanner hidpos"));
	plug(&b, thing("1-4:1.0", 4, "", "printer escpos"));
	look(&b);
	assert_string_equal(b.has[0], "1-4:1.0");
	assert_string_equal(b.has[1], "1-1:1.0");
	assert_string_equal(b.has[2], "1-3:1.0");
	assert_int_equal(claims_owner(b.sections, 3, &b.seen[1]), -1);
	assert_int_equal(claims_owner(b.sections, 3, &b.seen[3]), 0);
}

static void test_named_is_not_taken(void **state)
{
	struct bench b = { 0 };

	(void)state;
	section(&b, DEVICE_SCANNER, "auto");
	named(&b, "serial:/dev/ttyACM0");
	named(&b, "usb:1234:0007");
	named(&b, "usb:1234:0008@S2");
	named(&b, "usb:1234:0009@1-7");
	plug(&b, thing("/dev/ttyACM0", 1, "", "scanner line"));
	plug(&b, thing("1-1:1.0", 7, "", "scanner hidpos"));
	plug(&b, thing("1-2:1.0", 7, "x", "scanner hidpos"));
	plug(&b, thing("1-3:1.0", 8, "S2", "scanner hidpos"));
	plug(&b, thing("1-7:1.0", 9, "", "scanner hidpos"));
	look(&b);
	assert_string_equal(b.has[0], "");
	assert_int_equal(b.choices[0].answer, CLAIM_NOTHING);
	assert_int_equal(claims_owner(b.sections, 5, &b.seen[0]), 1);
	assert_int_equal(claims_owner(b.sections, 5, &b.seen[1]), 2);
	plug(&b, thing("1-8:1.0", 8, "S3", "scanner hidpos"));
	look(&b);
	assert_string_equal(b.has[0], "1-8:1.0");
}

/* A scanner that is a keyboard too serves one section, not two. */
static void test_one_device_one_section(void **state)
{
	struct bench b = { 0 };

	(void)state;
	section(&b, DEVICE_SCANNER, "auto");
	section(&b, DEVICE_SCANNER, "auto");
	section(&b, DEVICE_PRINTER, "auto");
	plug(&b, thing("1-1:1.0", 1, "", "scanner hidpos"));
	plug(&b, thing("1-1:1.1", 1, "", "scanner keyboard"));
	plug(&b, thing("1-1:1.2", 1, "", "printer escpos"));
	look(&b);
	assert_string_equal(b.has[0], "1-1:1.0");
	assert_string_equal(b.has[1], "");
	assert_string_equal(b.has[2], "1-1:1.2");
}

static void test_rights_and_failures(void **state)
{
	struct bench b = { 0 };
	struct seen locked = thing("1-1:1.0", 1, "", "printer escpos");

	(void)state;
	section(&b, DEVICE_PRINTER, "auto");
	locked.no_rights = true;
	plug(&b, locked);
	look(&b);
	assert_int_equal(b.choices[0].answer, CLAIM_NO_RIGHTS);
	assert_int_equal(b.choices[0].seen, 0);
	plug(&b, thing("1-2:1.0", 2, "", "printer escpos"));
	plug(&b, thing("1-3:1.0", 3, "", "printer escpos"));
	snprintf(b.avoid[0], sizeof(b.avoid[0]), "1-2:1.0");
	look(&b);
	assert_string_equal(b.has[0], "1-3:1.0");
	pull(&b, "1-3:1.0");
	look(&b);
	assert_string_equal(b.has[0], "1-2:1.0");
}

/* Two of a kind with the same serial number, as cheap ones have, are told by their places. */
static void test_serial_of_two(void **state)
{
	struct bench b = { 0 };

	(void)state;
	section(&b, DEVICE_PRINTER, "auto");
	section(&b, DEVICE_PRINTER, "auto");
	plug(&b, thing("1-1:1.0", 1, "0000", "printer escpos"));
	plug(&b, thing("1-2:1.0", 1, "0000", "printer escpos"));
	look(&b);
	pull(&b, "1-1:1.0");
	pull(&b, "1-2:1.0");
	look(&b);
	assert_int_equal(b.choices[0].answer, CLAIM_AWAY);
	plug(&b, thing("1-2:1.0", 1, "0000", "printer escpos"));
	look(&b);
	assert_string_equal(b.has[0], "");
	assert_string_equal(b.has[1], "1-2:1.0");
	plug(&b, thing("1-1:1.0", 1, "0000", "printer escpos"));
	look(&b);
	assert_string_equal(b.has[0], "1-1:1.0");
}

/* One with a serial number of its own is known in another socket; one without is not. */
static void test_another_socket(void **state)
{
	struct bench b = { 0 };

	(void)state;
	section(&b, DEVICE_SCANNER, "auto");
	section(&b, DEVICE_SCANNER, "auto");
	plug(&b, thing("1-1:1.0", 1, "A", "scanner hidpos"));
	plug(&b, thing("1-2:1.0", 1, "B", "scanner hidpos"));
	look(&b);
	pull(&b, "1-1:1.0");
	pull(&b, "1-2:1.0");
	plug(&b, thing("1-1:1.0", 1, "B", "scanner hidpos"));
	look(&b);
	assert_string_equal(b.has[0], "");
	assert_string_equal(b.has[1], "1-1:1.0");
	plug(&b, thing("1-9:1.0", 1, "C", "scanner hidpos"));
	look(&b);
	assert_string_equal(b.has[0], "1-9:1.0");
}

/* ---- any order ---- */

struct model {
	struct seen thing;
	bool plugged;
	int owner; /* section whose own it is, -1 nobody's */
};

static void make_things(struct model things[THINGS], unsigned int *seed)
{
	static const char *const models[] = { "scanner hidpos", "scanner keyboard",
					      "printer escpos", "display pole", "webcam" };

	for (int i = 0; i < THINGS; i++) {
		char path[32], serial[16] = "";

		snprintf(path, sizeof(path), "1-%d:1.0", i + 1);
		if (rand_r(seed) % 2)
			snprintf(serial, sizeof(serial), "S%d", rand_r(seed) % 3 ? i : 0);
		things[i] = (struct model){ .owner = -1 };
		things[i].thing = thing(path, rand_r(seed) % 3, serial,
					models[rand_r(seed) % COUNT_OF(models)]);
	}
}

static struct model *model_of(struct model things[THINGS], const char *path)
{
	for (int i = 0; i < THINGS; i++)
		if (strcmp(things[i].thing.path, path) == 0)
			return &things[i];
	return NULL;
}

static void check_laws(struct bench *b, struct model things[THINGS])
{
	for (size_t i = 0; i < b->section_count; i++) {
		struct model *m = model_of(things, b->has[i]);

		if (!b->has[i][0])
			continue;
		assert_non_null(m);
		assert_true(m->plugged);
		assert_true(fits(NULL, &m->thing, b->sections[i].kind, b->sections[i].protocol));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(b->has[i], b->has[k]);
		/* It is somebody's own: then his, who is not waiting without it. */
		assert_true(m->owner < 0 || m->owner == (int)i);
	}
	for (size_t i = 0; i < b->section_count; i++) {
		for (int t = 0; !b->has[i][0] && t < THINGS; t++) {
			const struct model *m = &things[t];
			bool had = false;

			for (size_t k = 0; k < b->section_count; k++)
				had = had || strcmp(b->has[k], m->thing.path) == 0;
			if (m->plugged && !had && m->owner < 0 &&
			    fits(NULL, &m->thing, b->sections[i].kind, b->sections[i].protocol))
				fail_msg("section %zu waits and %s is free", i, m->thing.path);
			assert_false(m->plugged && m->owner == (int)i);
		}
	}
}

/* What each section has is its own from now on, and of no one else. */
static void learn(struct bench *b, struct model things[THINGS])
{
	for (size_t i = 0; i < b->section_count; i++) {
		struct model *m = model_of(things, b->has[i]);

		if (!b->has[i][0])
			continue;
		for (int t = 0; t < THINGS; t++)
			if (things[t].owner == (int)i)
				things[t].owner = -1;
		m->owner = (int)i;
	}
}

static void test_any_order(void **state)
{
	static const char *const protocols[] = { "auto", "auto", "hidpos", "escpos" };

	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct model things[THINGS];
		struct bench b = { 0 };
		unsigned int seed = round;

		make_things(things, &seed);
		for (int i = 0; i < SECTIONS; i++)
			section(&b, (enum device_kind)(rand_r(&seed) % 3),
				protocols[rand_r(&seed) % COUNT_OF(protocols)]);
		for (int step = 0; step < 40; step++) {
			struct model *m = &things[rand_r(&seed) % THINGS];

			m->plugged = !m->plugged;
			if (m->plugged)
				plug(&b, m->thing);
			else
				pull(&b, m->thing.path);
			if (rand_r(&seed) % 3 == 0)
				continue; /* several changes at once */
			look(&b);
			check_laws(&b, things);
			learn(&b, things);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_that_fits),
		cmocka_unit_test(test_named_is_not_taken),
		cmocka_unit_test(test_one_device_one_section),
		cmocka_unit_test(test_rights_and_failures),
		cmocka_unit_test(test_serial_of_two),
		cmocka_unit_test(test_another_socket),
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
