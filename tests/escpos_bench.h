// SPDX-License-Identifier: Apache-2.0
/*
 * The ESC/POS driver on a bench: a line whose room the test gives, a printer that answers DLE
 * EOT at once and fences where they stand in the stream, unless told to be deaf or mute, and a
 * clock that the test moves. Each test makes a bench and frees it.
 */
#ifndef LADA_TESTS_ESCPOS_BENCH_H
#define LADA_TESTS_ESCPOS_BENCH_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/escpos_encode.h"

#define WIRE_MAX 65536

/* A printer and the line to it. */
struct bench {
	struct driver_setup setup;
	struct printer_profile profile;
	char *state;
	struct sink sink;
	int64_t now_ms;
	bool in_room;
	size_t room_left;

	uint8_t wire[WIRE_MAX]; /* all that was sent since the last reset */
	size_t wire_n;
	size_t read_n; /* how much of it the printer has looked at */
	bool deaf, automatic, mute_fence;
	uint8_t eot[4];

	enum device_status status;
	char detail[DEVICE_DETAIL_MAX];
	int status_count, job_count;
	int64_t job;
	enum job_result result;
	char job_detail[DEVICE_DETAIL_MAX];
	char model[64];
};

static const char job_bytes[] = "\x1b@\x1c.\x1d"
				"a\x0fHello, this is a slip.\n\x1d(k....\n";
#define JOB_N (sizeof(job_bytes) - 1)

static inline void on_event(void *ctx, const struct driver_event *e)
{
	struct bench *b = ctx;

	if (e->kind == DRIVER_STATUS) {
		b->status = e->status;
		b->status_count++;
		assert_int_equal(slice_copy(slice_of(e->detail), b->detail, sizeof(b->detail)), 0);
	} else if (e->kind == DRIVER_MODEL) {
		assert_int_equal(slice_copy(e->text, b->model, sizeof(b->model)), 0);
	} else if (e->kind == DRIVER_JOB) {
		b->job = e->job;
		b->result = e->result;
		b->job_count++;
		assert_int_equal(
			slice_copy(slice_of(e->detail), b->job_detail, sizeof(b->job_detail)), 0);
	}
}

static inline void on_bytes(void *ctx, const void *p, size_t n)
{
	struct bench *b = ctx;

	assert_true(b->in_room);
	assert_true(n <= b->room_left);
	assert_true(b->wire_n + n <= WIRE_MAX);
	memcpy(b->wire + b->wire_n, p, n);
	b->wire_n += n;
	b->room_left -= n;
}

static inline void give_room(struct bench *b, size_t n)
{
	b->in_room = true;
	b->room_left = n;
	driver_print_escpos.room(b->state, n, b->now_ms, &b->sink);
	b->in_room = false;
}

static inline void hear(struct bench *b, const void *p, size_t n)
{
	driver_print_escpos.rx(b->state, p, n, b->now_ms, &b->sink);
}

/* The bench's printer answers DLE EOT at once and GS r, GS ( H where it stands in the stream. */
static inline void answer(struct bench *b)
{
	for (; b->read_n < b->wire_n; b->read_n++) {
		const uint8_t *p = b->wire + b->read_n;
		const size_t left = b->wire_n - b->read_n;

		if (left < 3 && (p[0] == 0x10 || p[0] == 0x1d))
			return;
		if (b->deaf)
			continue;
		if (p[0] == 0x10 && p[1] == 4 && p[2] >= 1 && p[2] <= 4)
			hear(b, &b->eot[p[2] - 1], 1);
		if (p[0] == 0x1d && p[1] == 'a' && b->automatic)
			hear(b, "\x10\x00\x00\x00", 4);
		if (p[0] == 0x1d && p[1] == 'r' && !b->mute_fence)
			hear(b, "\x00", 1);
		if (p[0] == 0x1d && p[1] == '(' && p[2] == 'H') {
			uint8_t id[7] = { 0x37, 0x22 };

			if (left < 11)
				return;
			memcpy(id + 2, p + 7, 4);
			if (!b->mute_fence)
				hear(b, id, sizeof(id));
		}
	}
}

static inline void settle(struct bench *b, size_t room)
{
	size_t before;

	do {
		before = b->wire_n;
		give_room(b, room);
		answer(b);
	} while (b->wire_n > before);
}

static inline void pass(struct bench *b, int64_t ms, size_t room)
{
	const int64_t end = b->now_ms + ms;

	while (b->now_ms < end) {
		b->now_ms += 1000;
		driver_print_escpos.tick(b->state, b->now_ms, &b->sink);
		settle(b, room);
	}
}

static inline struct bench *bench_new(const char *profile)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->profile = *profile_find(slice_of(profile));
	b->setup = (struct driver_setup){ .profile = &b->profile, .max_job_ms = 300000 };
	b->state = calloc(1, driver_print_escpos.state_size);
	assert_non_null(b->state);
	b->sink = (struct sink){ on_event, on_bytes, b };
	b->automatic = true;
	memset(b->eot, 0x12, sizeof(b->eot));
	return b;
}

static inline void bench_free(struct bench *b)
{
	free(b->state);
	free(b);
}

static inline void line_up(struct bench *b)
{
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, 100);
	pass(b, 3000, 100); /* nothing comes that was asked in an earlier life */
	b->wire_n = b->read_n = 0;
}

static inline int give_job(struct bench *b, int64_t job)
{
	return driver_print_escpos.job(b->state, job, (struct slice){ job_bytes, JOB_N }, b->now_ms,
				       &b->sink);
}

/* A printer that is there and well. */
static inline struct bench *bench_up(const char *profile)
{
	struct bench *b = bench_new(profile);

	line_up(b);
	return b;
}

/* The line comes up again; nobody has looked at what is sent from now on. */
static inline void start_anew(struct bench *b, size_t room)
{
	b->wire_n = b->read_n = 0;
	driver_print_escpos.start(b->state, &b->setup, b->now_ms, &b->sink);
	settle(b, room);
}

/* The printer has been asked how it is, and has n bytes of the job. */
static inline void begin_job(struct bench *b, int64_t job, size_t n)
{
	give_job(b, job);
	give_room(b, 12);
	answer(b);
	give_room(b, n);
}

/* How often the job's bytes were sent, whole. */
static inline int times_sent(const struct bench *b)
{
	int n = 0;

	for (size_t i = 0; i + JOB_N <= b->wire_n; i++)
		n += memcmp(b->wire + i, job_bytes, JOB_N) == 0;
	return n;
}

static inline void assert_job(const struct bench *b, int count, int64_t job, enum job_result result)
{
	assert_int_equal(b->job_count, count);
	assert_int_equal(b->job, job);
	assert_int_equal(b->result, result);
}

#endif
