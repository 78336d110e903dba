// SPDX-License-Identifier: Apache-2.0
/*
 * What an idle, well printer is asked once after the line came up: its maker and model (GS I 66,
 * GS I 67) when nobody knows them, and whether it answers the fences its profile promises. Each
 * question has a round of DLE EOT behind it, so that silence means "does not know the command"
 * and not "is not there": only when that round was answered well, and 2 s went by (for GS r,
 * where a no means the weakest fence, 10 s), is it a no.
 *
 * GS ( H is asked only where the profile says that the model knows such commands: a board that
 * does not would print its parameters as text. Its answer names PROB and can be nothing else.
 * The answers to GS r all look alike; so as long as one is owed, no job is fenced with GS r: one
 * that comes late proves the command, and nothing about a job. What an earlier life of the
 * station asked is not counted, nor what a job that broke off did, and their late answers come
 * before ours: so the first time, and behind such a job, the printer must have been quiet for 2 s
 * after its last such answer, and the time it needs for the NULs must have gone by
 * (tests/e2e/slow_print.js kills the station at every moment of a slip). One that is never quiet
 * gets no job (escpos_job.c).
 * Boards that know neither are left with the real-time fence (escpos_job.c).
 *
 * A printer that is busy with what it got before says its model late: it counts all the same, and
 * the fences are asked for anew, for the profile may be another.
 *
 * Before any of this, a printer that a job broke off at gets NULs for what it may still wait for
 * (ESCPOS_SWALLOW_MAX); but first it says that it is well: one with an open cover would fill its
 * buffer with them and be deaf behind it. One that does not answer at all gets them at once, for
 * it may take the questions for data as well.
 *
 * A printer that ever answered a kind keeps it over reconnects: a question that met a busy
 * moment must not make its jobs less certain. It is asked anew when a job's fence stayed away, and
 * GS r when one may still be answered.
 */
#include "drivers/escpos_encode.h"
#include "drivers/escpos_printer.h"

#include <string.h>

#define PROBE_ID	 "PROB" /* jobs have four digits */
#define STATUS_MS	 10000
#define SLOW_BYTES_PER_S 960

enum profile_fence escpos_probe_fence(const struct print_escpos *s)
{
	const enum profile_fence best = s->setup->profile->fence;

	if (best == PROFILE_FENCE_REALTIME)
		return best;
	if (best == PROFILE_FENCE_PROCESS && (s->answers >= ANSWERS_PROCESS || !s->no_process))
		return best;
	if (s->answers >= ANSWERS_STATUS || !s->no_status)
		return PROFILE_FENCE_STATUS;
	return PROFILE_FENCE_REALTIME;
}

bool escpos_probe_over(const struct print_escpos *s)
{
	return s->step == STEP_DONE;
}

void escpos_probe_start(struct print_escpos *s)
{
	s->step = STEP_MODEL;
	s->step_out = s->flushed = false;
	s->no_process = s->no_status = false;
	s->no_name = s->late_name = false;
}

void escpos_probe_drop(struct print_escpos *s)
{
	s->step_out = false;
}

static bool needless(const struct print_escpos *s)
{
	switch (s->step) {
	case STEP_MODEL:
		return !s->setup->ask_model;
	case STEP_PROCESS:
		return s->setup->profile->fence != PROFILE_FENCE_PROCESS ||
		       s->answers >= ANSWERS_PROCESS;
	case STEP_STATUS:
		return escpos_probe_fence(s) != PROFILE_FENCE_STATUS ||
		       (s->answers >= ANSWERS_STATUS && s->met);
	case STEP_DONE:
		return false;
	}
	return false;
}

static void put_question(struct print_escpos *s)
{
	switch (s->step) {
	case STEP_MODEL:
		s->maker[0] = '\0';
		escpos_control(s, "\x1dI\x42\x1dI\x43", 6);
		break;
	case STEP_PROCESS:
		escpos_control(s, "\x1d(H\x06\x00\x30\x30" PROBE_ID, 11);
		break;
	case STEP_STATUS:
		escpos_control(s, "\x1dr\x01", 3);
		break;
	case STEP_DONE:
		break;
	}
}

/* Automatic status was asked for before, where the printer may have taken it for data. */
void escpos_probe_flush(struct print_escpos *s, int64_t now_ms)
{
	s->flush_due = false;
	s->flushed = true;
	s->flush = ESCPOS_SWALLOW_MAX;
	escpos_control(s, "\x1d\x61\x0f", 3);
	escpos_ask(s, now_ms);
}

/* The next question, when the printer is free and well. */
static void go_on(struct print_escpos *s, int64_t now_ms)
{
	if (s->step_out || s->asking || s->bad || s->misses > 0 ||
	    (s->phase != PHASE_IDLE && s->phase != PHASE_CHECK))
		return;
	if (s->flush_due) {
		escpos_probe_flush(s, now_ms);
		return;
	}
	while (needless(s))
		s->step++;
	if (s->step == STEP_DONE)
		return;
	s->step_out = true;
	s->step_left = s->step_round = false;
	s->stray = false;
	put_question(s);
	escpos_ask(s, now_ms);
}

static void step_over(struct print_escpos *s, int64_t now_ms)
{
	s->step_out = false;
	s->step = s->late_name ? STEP_PROCESS : s->step + 1;
	s->late_name = false;
	go_on(s, now_ms);
	s->met = s->met || s->step == STEP_DONE;
	/* A job that waited for this begins with a fresh round. */
	if (s->step == STEP_DONE && s->phase == PHASE_CHECK && !s->asking)
		escpos_ask(s, now_ms);
}

void escpos_probe_round(struct print_escpos *s, int64_t now_ms)
{
	s->step_round = s->step_out;
	go_on(s, now_ms);
}

/* Printable ASCII, one space for anything else. */
static size_t copy_name(struct slice text, char *dst, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n + 1 < cap; i++) {
		const bool plain = text.p[i] > ' ' && text.p[i] < 0x7f;

		if (plain || (n > 0 && dst[n - 1] != ' '))
			dst[n++] = plain ? text.p[i] : ' ';
	}
	while (n > 0 && dst[n - 1] == ' ')
		n--;
	dst[n] = '\0';
	return n;
}

static void tell_model(struct print_escpos *s, const char *model, const struct sink *sink)
{
	const size_t maker_n = strlen(s->maker);
	struct driver_event e = { .kind = DRIVER_MODEL, .detail = "" };
	char name[2 * ESCPOS_NAME_MAX];
	struct buf b;

	buf_init(&b, name, sizeof(name));
	/* Some say the maker in the model as well. */
	if (strncmp(model, s->maker, maker_n) != 0)
		buf_fmt(&b, "%s ", s->maker);
	buf_text(&b, model);
	e.text = buf_read(&b);
	if (e.text.n > 0)
		sink->event(sink->ctx, &e);
}

static bool name_came(struct print_escpos *s, struct slice text, int64_t now_ms,
		      const struct sink *sink)
{
	const bool asked = s->step == STEP_MODEL && s->step_out;
	char model[ESCPOS_NAME_MAX];

	if (!asked && !s->no_name)
		return false;
	if (s->maker[0] == '\0') {
		/* An empty maker still is the first of the two answers. */
		if (copy_name(text, s->maker, sizeof(s->maker)) == 0)
			memcpy(s->maker, "?", 2);
		return true;
	}
	copy_name(text, model, sizeof(model));
	tell_model(s, model, sink);
	s->no_name = false;
	if (asked) {
		step_over(s, now_ms);
	} else if (s->step_out) {
		s->late_name = true;
	} else {
		s->step = STEP_PROCESS;
	}
	return true;
}

static void heard_status(struct print_escpos *s)
{
	if (s->answers < ANSWERS_STATUS)
		s->answers = ANSWERS_STATUS;
}

static bool status_came(struct print_escpos *s, int64_t now_ms)
{
	const bool asked = s->step == STEP_STATUS && s->step_out;

	if (!asked && !s->no_status)
		return false;
	s->no_status = false;
	if (asked && s->met) {
		heard_status(s);
		step_over(s, now_ms);
	} else if (asked) {
		s->stray = true;
		s->stray_ms = now_ms;
	} else {
		/* It knows the command, and more answers may come as late: asked once more. */
		s->met = false;
		if (s->answers < ANSWERS_STATUS && s->step == STEP_DONE)
			s->step = STEP_STATUS;
	}
	return true;
}

static bool process_came(struct print_escpos *s, const uint8_t id[4], int64_t now_ms)
{
	if (memcmp(id, PROBE_ID, 4) != 0)
		return false;
	s->no_process = false;
	s->answers = ANSWERS_PROCESS;
	if (s->step == STEP_PROCESS && s->step_out)
		step_over(s, now_ms);
	return true;
}

bool escpos_probe_answered(struct print_escpos *s, const struct escpos_answer *a, int64_t now_ms,
			   const struct sink *sink)
{
	switch (a->kind) {
	case ESCPOS_ANSWER_REALTIME:
	case ESCPOS_ANSWER_AUTOMATIC:
		break;
	case ESCPOS_ANSWER_STATUS:
		return status_came(s, now_ms);
	case ESCPOS_ANSWER_PROCESS:
		return process_came(s, a->bytes, now_ms);
	case ESCPOS_ANSWER_TEXT:
		return name_came(s, a->text, now_ms, sink);
	}
	return false;
}

void escpos_probe_left(struct print_escpos *s, int64_t now_ms)
{
	if (!s->step_out || s->step_left || s->control_n > 0 || s->ahead > 0)
		return;
	s->step_left = true;
	s->step_ms = now_ms;
}

static int64_t swallow_ms(const struct print_escpos *s)
{
	return s->flushed ? ESCPOS_SWALLOW_MAX * 1000 / SLOW_BYTES_PER_S : 0;
}

/* Real-time answers say nothing of how long the printer is busy with what it got before, be it
 * from an earlier life of the station; and a no to GS r means the weakest fence. */
static int64_t patience(const struct print_escpos *s)
{
	return s->step == STEP_STATUS ? STATUS_MS + swallow_ms(s) : ESCPOS_ANSWER_MS;
}

/* Nothing more comes that looks like an answer to GS r; ours was behind all others. */
static bool quiet(const struct print_escpos *s, int64_t now_ms)
{
	return s->step_left && now_ms - s->stray_ms >= ESCPOS_ANSWER_MS &&
	       now_ms - s->step_ms >= ESCPOS_ANSWER_MS + swallow_ms(s);
}

void escpos_probe_tick(struct print_escpos *s, int64_t now_ms)
{
	if (s->step_out && s->bad)
		escpos_probe_drop(s);
	if (s->step_out && s->stray) {
		if (!quiet(s, now_ms))
			return;
		heard_status(s);
		step_over(s, now_ms);
		return;
	}
	if (!s->step_out || !s->step_left || !s->step_round || now_ms - s->step_ms < patience(s)) {
		go_on(s, now_ms);
		return;
	}
	s->no_name = s->no_name || s->step == STEP_MODEL;
	s->no_process = s->no_process || s->step == STEP_PROCESS;
	s->no_status = s->no_status || s->step == STEP_STATUS;
	step_over(s, now_ms);
}
