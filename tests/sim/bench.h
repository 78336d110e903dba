// SPDX-License-Identifier: Apache-2.0
/*
 * A printer on a test's bench: its answers and jobs are kept, time is a number. For the unit
 * tests only; include after cmocka.h. The test calls bench_close.
 */
#ifndef LADA_SIM_BENCH_H
#define LADA_SIM_BENCH_H

#include <string.h>

#include "tests/sim/device.h"
#include "tests/sim/jobs.h"

struct bench {
	struct device device;
	struct font *font;
	struct sim_buf answers;
	struct sim_buf text; /* of all jobs, each with [CUT] or [TORN] */
	struct sim_buf raw;
	uint64_t unknown;
	uint64_t ignored;
	uint64_t stray;
	unsigned int jobs;
	unsigned int kicks;
	struct jobs *tray; /* NULL = nowhere */
	int64_t now_ms;
};

static inline void bench_answer(void *ctx, const uint8_t *bytes, size_t n)
{
	struct bench *b = ctx;

	sim_buf_add(&b->answers, bytes, n);
}

static inline void bench_job(void *ctx, const struct device_job *job)
{
	struct bench *b = ctx;

	sim_buf_add(&b->text, job->paper->text.bytes, job->paper->text.len);
	sim_buf_text(&b->text, job->cut ? "[CUT]\n" : "[TORN]\n");
	sim_buf_add(&b->raw, job->raw, job->raw_len);
	b->unknown += job->unknown;
	b->ignored += job->ignored;
	b->stray += job->stray;
	b->jobs++;
	if (b->tray)
		assert_int_equal(jobs_write(b->tray, job), 0);
}

static inline void bench_drawer(void *ctx, int pin, int on_ms, bool realtime)
{
	struct bench *b = ctx;

	(void)pin;
	(void)on_ms;
	(void)realtime;
	b->kicks++;
}

static inline void bench_open(struct bench *b, bool clone)
{
	const struct device_sink sink = { b, bench_answer, bench_job, bench_drawer };
	struct device_config config = {
		.maker = "EPSON", .model = "TM-T20II", .dots = 576, .buffer_bytes = 4096,
		.drawer_ms = 2000, .starts_wide = clone,
	};

	memset(b, 0, sizeof(*b));
	assert_int_equal(font_open(FONT_PATH, &b->font), 0);
	config.font = b->font;
	b->now_ms = 1000;
	device_init(&b->device, &config, &sink, b->now_ms);
}

static inline void bench_close(struct bench *b)
{
	device_free(&b->device);
	font_close(b->font);
	sim_buf_free(&b->answers);
	sim_buf_free(&b->text);
	sim_buf_free(&b->raw);
}

static inline void bench_send(struct bench *b, const void *bytes, size_t n)
{
	assert_true(n <= device_room(&b->device));
	device_receive(&b->device, bytes, n, b->now_ms);
}

#define SEND(b, literal) bench_send(b, literal, sizeof(literal) - 1)

static inline void bench_faults(struct bench *b, const char *faults)
{
	assert_int_equal(device_set_faults(&b->device, faults, b->now_ms), 0);
}

static inline void bench_expect(struct bench *b, const void *bytes, size_t n)
{
	assert_int_equal(b->answers.len, n);
	if (n)
		assert_memory_equal(b->answers.bytes, bytes, n);
	b->answers.len = 0;
}

#define EXPECT(b, literal) bench_expect(b, literal, sizeof(literal) - 1)

static inline void bench_expect_text(struct bench *b, const char *text)
{
	sim_buf_add(&b->text, "", 1);
	assert_string_equal((const char *)b->text.bytes, text);
	b->text.len = 0;
}

#endif
