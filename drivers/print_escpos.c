// SPDX-License-Identifier: Apache-2.0
/*
 * Receipt printers that speak ESC/POS, and the honest answer to "did it print?".
 *
 * A job goes: ask the real-time status (DLE EOT 1..4); not printable or no answer: nothing has
 * been sent, the job is `nothing`. Then the bytes as the port has room, then a fence in order
 * with them (GS ( H process id, or GS r 1), then the real-time status again, and only then
 * `done`. Paper out or an open cover in the middle: the printer keeps what it has and goes on
 * by itself, so the job waits and status events say why; nothing is ever sent twice. A link
 * lost after the first byte, or max_job_ms of silence while nothing is wrong: `unknown`.
 *
 * Real-time commands are never sent between a job's first byte and the end of its fence: they
 * would land inside another command. Meanwhile automatic status (GS a) tells, where the printer
 * has it; it is asked for at start and by every job. Without it the status is asked every 2 s,
 * with it every 30 s, so that a printer that lost its power is noticed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/escpos_answer.h"
#include "drivers/escpos_encode.h"

#define ANSWER_MS    2000 /* how long a printer may take for a real-time answer */
#define MISSES_MAX   3	  /* rounds without an answer that make it silent */
#define POLL_MS	     2000 /* without automatic status, or while a job waits */
#define POLL_SLOW_MS 30000
#define CONTROL_MAX  64

enum phase {
	PHASE_IDLE,
	PHASE_CHECK,   /* may the job begin? */
	PHASE_SEND,    /* its bytes go out */
	PHASE_FENCE,   /* all is out or in the port; waiting for the fence's answer */
	PHASE_CONFIRM, /* the fence answered; the last real-time status */
};

struct print_escpos {
	const struct driver_setup *setup;
	bool up;
	struct escpos_reader reader;
	uint8_t control[CONTROL_MAX]; /* whole commands that wait for room */
	size_t control_n;
	size_t fence_n; /* how much of that is up to the end of the fence */
	size_t flush;	/* NULs still to send, see `cut_off` */
	bool cut_off;	/* a job broke off: the printer may wait for more */

	bool asking; /* a round of DLE EOT is out */
	bool stale;  /* that round began too early to decide anything */
	uint8_t eot[4];
	size_t eot_n;
	int64_t asked_ms;
	int misses;
	bool automatic;	    /* automatic status has come over this connection */
	bool automatic_bad; /* and its last word was that the printer cannot print */

	bool reported;
	enum device_status status;
	const char *detail;
	bool drawer_known, drawer_high;

	enum phase phase;
	int64_t job;
	struct slice bytes;
	size_t sent;
	int64_t alive_ms; /* when the job last moved or had a reason to wait */
};

_Static_assert(sizeof(struct print_escpos) <= DRIVER_STATE_MAX, "state too large");

static bool printable(enum device_status status)
{
	return status == DEVICE_OK || status == DEVICE_PAPER_LOW;
}

static void report(struct print_escpos *s, enum device_status status, const char *detail,
		   const struct sink *sink)
{
	const struct driver_event e = { .kind = DRIVER_STATUS, .status = status, .detail = detail };

	if (s->reported && s->status == status && strcmp(s->detail, detail) == 0)
		return;
	s->reported = true;
	s->status = status;
	s->detail = detail;
	sink->event(sink->ctx, &e);
}

static void report_drawer(struct print_escpos *s, bool high, const struct sink *sink)
{
	const struct driver_event e = { .kind = DRIVER_DRAWER, .drawer_high = high, .detail = "" };

	if (s->drawer_known && s->drawer_high == high)
		return;
	s->drawer_known = true;
	s->drawer_high = high;
	sink->event(sink->ctx, &e);
}

static void finish(struct print_escpos *s, enum job_result result, const char *detail,
		   const struct sink *sink)
{
	const struct driver_event e = {
		.kind = DRIVER_JOB, .job = s->job, .result = result, .detail = detail
	};

	s->cut_off = s->cut_off || result == JOB_RESULT_UNKNOWN;
	s->phase = PHASE_IDLE;
	s->bytes = (struct slice){ NULL, 0 };
	sink->event(sink->ctx, &e);
}

static void control(struct print_escpos *s, const void *p, size_t n)
{
	if (s->control_n + n <= sizeof(s->control)) {
		memcpy(s->control + s->control_n, p, n);
		s->control_n += n;
	}
}

/* At most four in a row, and none before they are answered or given up. */
static void ask(struct print_escpos *s, int64_t now_ms)
{
	control(s, "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", 12);
	s->asking = true;
	s->stale = false;
	s->eot_n = 0;
	s->asked_ms = now_ms;
}

static void put_fence(struct print_escpos *s)
{
	char id[5];

	switch (s->setup->profile->fence) {
	case PROFILE_FENCE_STATUS:
		control(s, "\x1dr\x01", 3);
		break;
	case PROFILE_FENCE_PROCESS:
		snprintf(id, sizeof(id), "%04u", (unsigned)((uint64_t)s->job % 10000));
		control(s, "\x1d(H\x06\x00\x30\x30", 7);
		control(s, id, 4);
		break;
	}
	s->fence_n = s->control_n;
}

static bool fence_matches(const struct print_escpos *s, const struct escpos_answer *a)
{
	char id[5];

	if (s->fence_n > 0)
		return false;
	switch (s->setup->profile->fence) {
	case PROFILE_FENCE_STATUS:
		return a->kind == ESCPOS_ANSWER_STATUS;
	case PROFILE_FENCE_PROCESS:
		snprintf(id, sizeof(id), "%04u", (unsigned)((uint64_t)s->job % 10000));
		return a->kind == ESCPOS_ANSWER_PROCESS && memcmp(a->bytes, id, 4) == 0;
	}
	return false;
}

static void fence_answered(struct print_escpos *s, const struct escpos_answer *a, int64_t now_ms)
{
	if (s->phase != PHASE_FENCE || !fence_matches(s, a)) {
		s->reader.garbage++;
		return;
	}
	s->phase = PHASE_CONFIRM;
	s->alive_ms = now_ms;
	s->misses = 0;
	/* Answers that come behind the fence's were given after it. */
	if (s->asking)
		s->stale = s->eot_n > 0;
	else
		ask(s, now_ms);
}

/* A whole round is in and reported. */
static void decide(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	if (s->stale) {
		ask(s, now_ms);
		return;
	}
	if (s->phase == PHASE_CHECK) {
		if (printable(s->status))
			s->phase = PHASE_SEND;
		else
			finish(s, JOB_RESULT_NOTHING, s->detail, sink);
		s->alive_ms = now_ms;
	} else if (s->phase == PHASE_CONFIRM) {
		/* A process id says "printed"; GS r only "taken", so then the printer must
		 * also be well: one that ran out of paper still has the last lines. */
		if (printable(s->status) || s->setup->profile->fence == PROFILE_FENCE_PROCESS)
			finish(s, JOB_RESULT_DONE, "", sink);
	}
}

static void realtime_answered(struct print_escpos *s, uint8_t byte, int64_t now_ms,
			      const struct sink *sink)
{
	struct escpos_facts f;

	if (!s->asking) {
		s->reader.garbage++;
		return;
	}
	s->eot[s->eot_n++] = byte;
	if (s->eot_n < sizeof(s->eot))
		return;
	s->asking = false;
	s->misses = 0;
	f = escpos_facts_realtime(s->eot);
	s->automatic_bad = s->automatic_bad && !printable(f.status);
	report(s, f.status, f.detail, sink);
	report_drawer(s, f.drawer_high, sink);
	decide(s, now_ms, sink);
}

static void automatic_came(struct print_escpos *s, const uint8_t asb[4], int64_t now_ms,
			   const struct sink *sink)
{
	const struct escpos_facts f = escpos_facts_automatic(asb);

	s->automatic = true;
	s->automatic_bad = !printable(f.status);
	report(s, f.status, f.detail, sink);
	report_drawer(s, f.drawer_high, sink);
	if (s->phase == PHASE_CONFIRM && printable(f.status) && !s->asking)
		ask(s, now_ms);
}

static void print_start(void *state, const struct driver_setup *setup, int64_t now_ms,
			const struct sink *sink)
{
	struct print_escpos *s = state;

	(void)sink;
	s->setup = setup;
	s->up = true;
	s->reader.n = 0;
	s->control_n = 0;
	s->fence_n = 0;
	s->flush = s->cut_off ? ESCPOS_SWALLOW_MAX : 0;
	s->cut_off = false;
	s->misses = 0;
	s->automatic = false;
	s->automatic_bad = false;
	s->reported = false;
	s->phase = PHASE_IDLE;
	ask(s, now_ms);
	control(s,
		"\x1d"
		"a\x0f",
		3);
}

static void print_rx(void *state, const void *p, size_t n, int64_t now_ms, const struct sink *sink)
{
	struct print_escpos *s = state;
	const uint8_t *bytes = p;
	struct escpos_answer a;

	for (size_t i = 0; i < n; i++) {
		if (!escpos_read(&s->reader, bytes[i], &a))
			continue;
		switch (a.kind) {
		case ESCPOS_ANSWER_REALTIME:
			realtime_answered(s, a.bytes[0], now_ms, sink);
			break;
		case ESCPOS_ANSWER_AUTOMATIC:
			automatic_came(s, a.bytes, now_ms, sink);
			break;
		case ESCPOS_ANSWER_STATUS:
		case ESCPOS_ANSWER_PROCESS:
			fence_answered(s, &a, now_ms);
			break;
		}
	}
}

static size_t send_flush(struct print_escpos *s, size_t room, const struct sink *sink)
{
	static const uint8_t nothing[64];
	size_t n, done = 0;

	while (s->flush > 0 && done < room) {
		n = s->flush < sizeof(nothing) ? s->flush : sizeof(nothing);
		if (n > room - done)
			n = room - done;
		sink->bytes(sink->ctx, nothing, n);
		s->flush -= n;
		done += n;
	}
	return done;
}

static size_t send_control(struct print_escpos *s, size_t room, const struct sink *sink)
{
	const size_t n = s->control_n < room ? s->control_n : room;

	if (n > 0) {
		sink->bytes(sink->ctx, s->control, n);
		s->control_n -= n;
		s->fence_n -= n < s->fence_n ? n : s->fence_n;
		memmove(s->control, s->control + n, s->control_n);
	}
	return n;
}

static size_t send_job(struct print_escpos *s, size_t room, int64_t now_ms, const struct sink *sink)
{
	const size_t left = s->bytes.n - s->sent;
	const size_t n = left < room ? left : room;

	if (n > 0) {
		sink->bytes(sink->ctx, s->bytes.p + s->sent, n);
		s->sent += n;
		s->alive_ms = now_ms;
	}
	if (s->sent == s->bytes.n) {
		s->phase = PHASE_FENCE;
		put_fence(s);
	}
	return n;
}

static void print_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	struct print_escpos *s = state;
	size_t done;

	if (!s->up)
		return;
	done = send_flush(s, bytes, sink);
	done += send_control(s, bytes - done, sink);
	if (s->phase != PHASE_SEND || s->control_n > 0 || s->flush > 0)
		return;
	done += send_job(s, bytes - done, now_ms, sink);
	send_control(s, bytes - done, sink);
}

/* Automatic status told why a job stands still. Its data may fill every buffer on the way, so
 * a question could not get through and its silence would mean nothing. */
static bool explained(const struct print_escpos *s)
{
	return s->automatic_bad && s->phase != PHASE_IDLE && s->phase != PHASE_CHECK;
}

/* How long until the next round: less often the longer nobody answers. */
static int64_t poll_ms(const struct print_escpos *s)
{
	const int over = s->misses - MISSES_MAX + 1;

	if (explained(s))
		return POLL_SLOW_MS;
	if (over > 0)
		return over < 4 ? (int64_t)POLL_MS << over : POLL_SLOW_MS;
	return s->automatic && s->phase == PHASE_IDLE ? POLL_SLOW_MS : POLL_MS;
}

/* A round that could not even leave goes on; it counts all the same. */
static void missed(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	s->asking = s->control_n > 0;
	s->asked_ms = s->asking ? now_ms : s->asked_ms;
	s->misses++;
	if (s->misses >= MISSES_MAX) {
		report(s, DEVICE_OFFLINE, "printer does not answer", sink);
		if (s->phase == PHASE_CHECK)
			finish(s, JOB_RESULT_NOTHING, "printer does not answer", sink);
	}
	if (s->phase == PHASE_CHECK && !s->asking)
		ask(s, now_ms);
}

/* While the printer says what is wrong, a person is at it: the job's clock stands. */
static void watch_job(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	const bool begun = s->phase == PHASE_FENCE || s->phase == PHASE_CONFIRM ||
			   (s->phase == PHASE_SEND && s->sent > 0);
	const bool trouble = !printable(s->status) && s->misses < MISSES_MAX;

	if (s->phase == PHASE_IDLE || s->phase == PHASE_CHECK)
		return;
	if (trouble)
		s->alive_ms = now_ms;
	if (now_ms - s->alive_ms < s->setup->max_job_ms)
		return;
	finish(s, begun ? JOB_RESULT_UNKNOWN : JOB_RESULT_NOTHING,
	       "printer did not say that it has printed", sink);
}

static void print_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	struct print_escpos *s = state;

	if (!s->up)
		return;
	if (s->asking && now_ms - s->asked_ms >= ANSWER_MS) {
		if (explained(s))
			s->asking = s->control_n > 0;
		else
			missed(s, now_ms, sink);
	}
	watch_job(s, now_ms, sink);
	if (!s->asking && s->phase != PHASE_SEND && s->control_n == 0 &&
	    now_ms - s->asked_ms >= poll_ms(s))
		ask(s, now_ms);
}

static void print_stop(void *state, const struct sink *sink)
{
	struct print_escpos *s = state;

	if (s->phase == PHASE_CHECK || (s->phase == PHASE_SEND && s->sent == 0))
		finish(s, JOB_RESULT_NOTHING, "connection lost before the job began", sink);
	else if (s->phase != PHASE_IDLE)
		finish(s, JOB_RESULT_UNKNOWN, "connection lost in the middle of the job", sink);
	s->up = false;
	s->asking = false;
	s->control_n = 0;
}

static int print_job(void *state, int64_t job, struct slice bytes, int64_t now_ms,
		     const struct sink *sink)
{
	struct print_escpos *s = state;

	(void)sink;
	if (!s->up)
		return -ENOTCONN;
	if (s->phase != PHASE_IDLE)
		return -EBUSY;
	s->phase = PHASE_CHECK;
	s->job = job;
	s->bytes = bytes;
	s->sent = 0;
	s->alive_ms = now_ms;
	s->misses = 0;
	if (s->asking)
		s->stale = true;
	else
		ask(s, now_ms);
	return 0;
}

static uint64_t print_garbage(const void *state)
{
	const struct print_escpos *s = state;

	return s->reader.garbage;
}

const struct driver driver_print_escpos = {
	.name = "escpos",
	.kind = DEVICE_PRINTER,
	.line = "9600 8n1 none",
	.state_size = sizeof(struct print_escpos),
	.start = print_start,
	.rx = print_rx,
	.room = print_room,
	.tick = print_tick,
	.stop = print_stop,
	.job = print_job,
	.encode = escpos_encode,
	.garbage = print_garbage,
};
