// SPDX-License-Identifier: Apache-2.0
/*
 * A bench for the device manager: the real door on a real loop, a scanner on a pseudo-terminal, a
 * small printer on TCP, and USB and serial ports as a list that the test fills. Nothing sleeps:
 * the loop runs until a condition holds or a deadline is over. Failures are cmocka's.
 */
#ifndef LADA_TESTS_DEVICE_BENCH_H
#define LADA_TESTS_DEVICE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/devices_inside.h"

#define DEADLINE_MS 15000
#define EVENTS_MAX  512
#define PLUGS_MAX   8

/* What came through the door. */
struct told {
	struct door_event event;
	char text[128];
	size_t n;
};

struct bench {
	uv_loop_t loop;
	uv_timer_t deadline; /* rings often, so that a turn of the loop is short */
	uint64_t deadline_ns;
	bool late, stopped;
	struct clock clock;
	struct door *door;
	struct config *config;
	struct devices *devices;
	struct told told[EVENTS_MAX]; /* all that came through the door */
	int count;
	bool shut; /* leave the door's events in it */

	/* The scanner's end of its cable. */
	char dir[64], link[80];
	int master;

	/* What is plugged in, where `view` is used; see bench_plug(). */
	bool view;
	struct seen plugged[PLUGS_MAX];
	size_t plugged_count;
	struct known known; /* of what has a vendor; protocol "" nothing is known */

	/* The printer: answers DLE EOT and GS r, keeps the rest. */
	int listener, tcp_port, printer;
	bool deaf, mute;
	uint8_t eot[4];
	const char *model; /* the answer to GS I 67, NULL none */
	char paper[65536];
	size_t paper_n;
	uint8_t held[3];
	size_t held_n;
};

#define RUN_UNTIL(b, condition)                                                                    \
	do {                                                                                       \
		(b)->late = false;                                                                 \
		(b)->deadline_ns = uv_hrtime() + DEADLINE_MS * UINT64_C(1000000);                  \
		uv_timer_start(&(b)->deadline, bench_deadline, 2, 2);                              \
		while (!(condition) && !(b)->late)                                                 \
			bench_turn(b);                                                             \
		if (!(condition))                                                                  \
			fail_msg("never: %s", #condition);                                         \
	} while (0)

struct bench *bench_new(void);
struct config_device *bench_add(struct bench *b, enum device_kind kind, const char *name,
				const char *port, const char *protocol);
void bench_start(struct bench *b);
void bench_stop(struct bench *b); /* the devices; free them, or start anew and bench_free */
void bench_free(struct bench *b);
void bench_deadline(uv_timer_t *timer);
void bench_turn(struct bench *b);
void bench_plug_scanner(struct bench *b);
void bench_pull_scanner(struct bench *b);
void bench_type(struct bench *b, const char *text);
void bench_plug_printer(struct bench *b);
void bench_print(struct bench *b, int64_t job, const char *printer, const char *doc);
int bench_status(const struct bench *b, const char *name);
int bench_count(const struct bench *b, enum door_kind kind);
const struct told *bench_last(const struct bench *b, enum door_kind kind);
void bench_assert_job(const struct bench *b, int64_t job, enum job_result result);
uint64_t bench_value(const struct bench *b, const char *name, const char *device);
/* A tty with USB ids that leads to a new pseudo-terminal at PATH; returns its far end. */
int bench_plug(struct bench *b, const char *path, int product, const char *serial);
void bench_pull(struct bench *b, const char *path, int master);
/* The last status with its trouble and detail. */
const struct door_event *bench_device(const struct bench *b, const char *name);

#endif
