// SPDX-License-Identifier: Apache-2.0
/*
 * What became of a job; print_escpos.c says how it goes. This file knows the three fences:
 *
 * GS ( H (process id): the answer says that everything before it has been printed.
 *
 * GS r 1: the answer says that everything before it was taken out of the receive buffer; the last
 * lines may still be on their way to the paper, so the printer must also be well behind it.
 *
 * Real-time, for boards that answer DLE EOT but neither of the two. After the last byte has left
 * the port, and after the time a slow printer needs for so many bytes and lines, two whole good
 * rounds at least 1 s apart. That proves: the printer was there, was asked every 2 s and never
 * silent, every byte had reached it before the first of the rounds (DLE EOT came behind them over
 * the same line), and all the time it would have taken to print, and at the end, nothing was
 * wrong with it. It does not prove that the paper came out: a printer that was switched off and
 * on within two seconds while the line stayed up, one that dropped bytes because its buffer
 * overflowed, or one that is slower than any known, would look the same. What it said it could
 * not do (no paper, cover) begins the time anew.
 *
 * The first two fences prove what came to the printer, not that it had power all the time. On a
 * line that stays up without it (serial, a box between network and cable) a printer that was off
 * and on while the job's bytes went out has lost what it had, takes the rest and answers the
 * fence as if nothing were. What can be told of that: automatic status that had told of trouble
 * (escpos_status.c); and without automatic status, silence: bytes that stood still for 5 s, or a
 * question behind the fence that met silence before any was answered there, when the answer comes
 * so late that the slowest line and print are no reason; then it is `unknown`. A question
 * answered behind the fence proves that the fence was there, and with its first answer the job: so
 * one that is busy and silent later, or slow from the start, is done. Not proven is a job whose
 * printer was off and on within the time a slow one needs, or whose automatic status works and
 * had no trouble to tell: both look like a printer that was well.
 */
#include "drivers/escpos_printer.h"

#include <errno.h>

#define CHECK_MAX_MS	 60000	 /* all questions and their patience take half of it */
#define STUCK_MS	 60000	 /* nothing moves and nothing is heard while bytes go out */
#define SILENT_MS	 20000	 /* nothing is heard after the last byte */
#define BAD_SILENT_MS	 7200000 /* ...or after it said that it cannot print: longer than a break */
#define STOOD_MS	 5000	 /* a buffer that is full moves sooner, an empty one all the time */
#define CYCLE_MS	 2000	 /* off, on, and ready again */
#define LINE_BYTES_PER_S 960	 /* what was sent may still be on a line as slow as this */
#define IN_FLIGHT_MAX	 16384	 /* between the port and the printer: the kernel's buffers */
#define AGAIN_MS	 5000	 /* well so long without the fence's answer: send it again */
#define AGAIN_STEP_MAX	 3	 /* each time after twice as long, up to 40 s */
#define LINE_FEED_MS	 100	 /* a line of text on a slow printer */
#define CUT_MS		 1000
#define NEED_MAX_MS	 120000
#define ROUNDS_APART_MS	 1000

void escpos_job_finish(struct print_escpos *s, enum job_result result, const char *detail,
		       const struct sink *sink)
{
	const struct driver_event e = {
		.kind = DRIVER_JOB, .job = s->job, .result = result, .detail = detail
	};

	s->cut_off = s->cut_off || result == JOB_RESULT_UNKNOWN;
	s->met = s->met && (result != JOB_RESULT_UNKNOWN || s->fence.owed == 0);
	s->phase = PHASE_IDLE;
	s->bytes = (struct slice){ NULL, 0 };
	sink->event(sink->ctx, &e);
}

static int64_t time_needed(struct slice bytes)
{
	int64_t ms = CUT_MS + (int64_t)bytes.n * 1000 / LINE_BYTES_PER_S;

	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] == '\n')
			ms += LINE_FEED_MS;
	return ms < NEED_MAX_MS ? ms : NEED_MAX_MS;
}

int escpos_job_begin(struct print_escpos *s, int64_t job, struct slice bytes, int64_t now_ms)
{
	if (!s->up)
		return -ENOTCONN;
	if (s->phase != PHASE_IDLE)
		return -EBUSY;
	s->phase = PHASE_CHECK;
	s->began_ms = now_ms;
	s->job = job;
	s->bytes = bytes;
	s->sent = 0;
	s->alive_ms = now_ms;
	s->moved_ms = now_ms;
	s->well = false;
	s->gap = s->reset = s->unheard = s->behind = s->stood = false;
	s->misses = 0;
	if (s->asking)
		s->stale = true;
	else
		escpos_ask(s, now_ms);
	return 0;
}

bool escpos_job_sending(const struct print_escpos *s)
{
	return s->phase == PHASE_SEND ||
	       (s->phase == PHASE_FENCE && (s->fence_n > 0 || s->ahead > 0));
}

static void put_fence(struct print_escpos *s)
{
	uint8_t bytes[ESCPOS_FENCE_MAX];

	escpos_control(s, bytes, escpos_fence_make(&s->fence, bytes));
	s->fence_n = s->control_n;
}

void escpos_job_sent(struct print_escpos *s)
{
	s->phase = PHASE_FENCE;
	put_fence(s);
}

/* It may begin: which fence is decided now, when all is known that will be. */
static void begin_sending(struct print_escpos *s, int64_t now_ms)
{
	s->fence = (struct escpos_fence){ .kind = escpos_probe_fence(s), .job = s->job };
	s->phase = PHASE_SEND;
	s->ahead = 0;
	s->began_ms = now_ms;
	s->troubled = false;
	s->need_ms = time_needed(s->bytes);
	s->ready_ms = s->good_ms = 0;
}

/* It was silent for so long that it may have been off and on in front of the fence. */
static bool perhaps_lost(const struct print_escpos *s, int64_t now_ms)
{
	return (s->stood || s->unheard) && !s->automatic &&
	       now_ms - s->began_ms >= s->need_ms + CYCLE_MS;
}

static void was_silent(struct print_escpos *s, const struct sink *sink)
{
	escpos_job_finish(s, JOB_RESULT_UNKNOWN,
			  "printer was silent in the middle of the job and may have lost it", sink);
}

void escpos_job_answered(struct print_escpos *s, const struct escpos_answer *a, int64_t now_ms,
			 const struct sink *sink)
{
	const enum escpos_fence_match match = escpos_fence_take(&s->fence, a);
	const bool early = s->fence_n > 0 && s->fence.sent == 1;

	if (s->phase != PHASE_FENCE || early || match == ESCPOS_FENCE_OTHER) {
		s->reader.garbage++;
		return;
	}
	if ((match == ESCPOS_FENCE_AGAIN && s->gap) || perhaps_lost(s, now_ms)) {
		was_silent(s, sink);
		return;
	}
	if (s->fence.kind == PROFILE_FENCE_PROCESS)
		s->answers = ANSWERS_PROCESS;
	else if (s->answers < ANSWERS_STATUS)
		s->answers = ANSWERS_STATUS;
	s->phase = PHASE_CONFIRM;
	s->alive_ms = now_ms;
	s->answered_ms = now_ms;
	s->misses = 0;
	/* Answers that come behind the fence's were given after it. */
	if (s->asking)
		s->stale = s->eot_n > 0;
	else
		escpos_ask(s, now_ms);
}

/* A whole round behind a job that has no other fence; what it proves is said above. */
static void realtime_fence(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	if (s->gap || perhaps_lost(s, now_ms)) {
		was_silent(s, sink);
		return;
	}
	if (!escpos_printable(s->status) || escpos_job_sending(s))
		return;
	if (s->ready_ms == 0)
		s->ready_ms = (s->troubled ? now_ms : s->began_ms) + s->need_ms;
	if (now_ms < s->ready_ms)
		return;
	if (s->good_ms == 0)
		s->good_ms = now_ms;
	else if (now_ms - s->good_ms >= ROUNDS_APART_MS)
		escpos_job_finish(s, JOB_RESULT_DONE, "", sink);
}

static void checked(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	s->alive_ms = now_ms;
	if (!escpos_printable(s->status))
		escpos_job_finish(s, JOB_RESULT_NOTHING, s->detail, sink);
	else if (escpos_probe_over(s))
		begin_sending(s, now_ms);
}

/* The fence that was answered may have come behind the reset, with the end of the job; what was
 * in the printer before is lost. Its automatic status may still be on the way. */
static void was_reset(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	if (now_ms - s->reset_ms >= ESCPOS_ANSWER_MS)
		escpos_job_finish(
			s, JOB_RESULT_UNKNOWN,
			"printer was switched off in the middle of the job and may have lost it",
			sink);
}

void escpos_job_round(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	switch (s->phase) {
	case PHASE_IDLE:
	case PHASE_SEND:
		break;
	case PHASE_CHECK:
		checked(s, now_ms, sink);
		break;
	case PHASE_FENCE:
		if (s->fence.kind == PROFILE_FENCE_REALTIME)
			realtime_fence(s, now_ms, sink);
		break;
	case PHASE_CONFIRM:
		/* One that came in the next job would be taken for its fence's. */
		if (s->fence.owed > 0 && now_ms - s->answered_ms < ESCPOS_ANSWER_MS)
			break;
		if (s->reset) {
			was_reset(s, now_ms, sink);
			break;
		}
		/* A process id says "printed"; GS r only "taken", so then the printer must
		 * also be well: one that ran out of paper still has the last lines. */
		if (escpos_printable(s->status) || s->fence.kind == PROFILE_FENCE_PROCESS)
			escpos_job_finish(s, JOB_RESULT_DONE, "", sink);
		break;
	}
}

/* The last sign of life. */
static int64_t sign_ms(const struct print_escpos *s)
{
	return s->heard_ms > s->moved_ms ? s->heard_ms : s->moved_ms;
}

/* Why a job in the middle is given up, or NULL. */
static const char *hopeless(const struct print_escpos *s, int64_t now_ms)
{
	static const char *const stopped = "printer stopped answering in the middle of the job";
	const int64_t silent_ms = now_ms - sign_ms(s);
	const size_t in_flight = s->bytes.n < IN_FLIGHT_MAX ? s->bytes.n : IN_FLIGHT_MAX;
	const int64_t travel_ms = (int64_t)in_flight * 1000 / LINE_BYTES_PER_S;

	if (now_ms - s->alive_ms >= s->setup->max_job_ms)
		return s->misses < ESCPOS_MISSES_MAX ? "printer did not say that it has printed"
						     : stopped;
	if (s->bad)
		return silent_ms < BAD_SILENT_MS
			       ? NULL
			       : "printer could not print and has been silent for hours";
	if (escpos_job_sending(s))
		return silent_ms < STUCK_MS ? NULL : "printer took no more and did not answer";
	return silent_ms < SILENT_MS + travel_ms ? NULL : stopped;
}

/* While the printer says what is wrong, a person is at it: the job's clock stands. */
static void watch(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	const bool begun = s->phase != PHASE_SEND || s->sent > 0;
	const bool trouble = !escpos_printable(s->status) && s->misses < ESCPOS_MISSES_MAX;
	const char *why;

	if (s->phase == PHASE_CHECK && now_ms - s->began_ms >= CHECK_MAX_MS)
		escpos_job_finish(s, JOB_RESULT_NOTHING,
				  "printer sends what is no answer, and is not ready for a job",
				  sink);
	if (s->phase == PHASE_IDLE || s->phase == PHASE_CHECK)
		return;
	if (trouble)
		s->alive_ms = now_ms;
	if (begun && escpos_job_sending(s) && s->fence.sent < 2 && now_ms - sign_ms(s) >= STOOD_MS)
		s->stood = true;
	why = hopeless(s, now_ms);
	if (!why)
		return;
	/* Well, and heard, and no fence answered: perhaps it is another printer by now. */
	if (s->phase == PHASE_FENCE && s->misses == 0 && !s->bad)
		s->answers = ANSWERS_NONE;
	escpos_job_finish(s, begun ? JOB_RESULT_UNKNOWN : JOB_RESULT_NOTHING, why, sink);
}

/* The printer is well and answers, but not to the fence: perhaps its answer was lost. */
static void fence_again(struct print_escpos *s, int64_t now_ms)
{
	const int repeats = s->fence.sent - 1;
	const int step = repeats < AGAIN_STEP_MAX ? repeats : AGAIN_STEP_MAX;

	if (s->phase != PHASE_FENCE || s->fence.kind == PROFILE_FENCE_REALTIME || !s->well ||
	    s->control_n > 0 || now_ms - s->well_ms < (int64_t)AGAIN_MS << step)
		return;
	s->well = false;
	put_fence(s);
}

void escpos_job_tick(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	watch(s, now_ms, sink);
	fence_again(s, now_ms);
}
