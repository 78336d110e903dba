// SPDX-License-Identifier: Apache-2.0
/*
 * Receipt printers that speak ESC/POS, and the honest answer to "did it print?".
 *
 * A job goes: ask the real-time status (DLE EOT 1..4); not printable or no answer: nothing has
 * been sent, the job is `nothing`. Then the bytes as the port has room, then a fence in order
 * with them (GS ( H process id, or GS r 1), then the real-time status again, and only then
 * `done`. Paper out or an open cover in the middle: the printer keeps what it has and goes on
 * by itself, so the job waits and status events say why; nothing is ever sent twice but the
 * fence. A link lost after the first byte, or max_job_ms while nothing is wrong: `unknown`.
 *
 * A printer that said nothing of being unable to print must give signs of life: as long as bytes
 * are on their way, they move or it answers (STUCK_MS); then it answers (SILENT_MS); else
 * `unknown`. When it is well but the fence's answer stays away, the fence is sent again. The
 * answer to a second fence proves the job only if the printer was heard all the time: one that
 * was switched off and on answers it too, and has lost the job, so then it is `unknown`.
 *
 * Real-time commands are never sent between a job's first byte and the end of its fence: they
 * would land inside another command. Meanwhile automatic status (GS a) tells, where the printer
 * has it; it is asked for at start and by every job. Without it the status is asked every 2 s,
 * with it every 30 s, so that a printer that lost its power is noticed.
 */
#include <errno.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/escpos_answer.h"
#include "drivers/escpos_encode.h"
#include "drivers/escpos_fence.h"

#define ANSWER_MS    2000 /* how long a printer may take for a real-time answer */
#define MISSES_MAX   3	  /* rounds without an answer that make it silent */
#define POLL_MS	     2000 /* without automatic status, or while a job waits */
#define POLL_SLOW_MS 30000
#define CONTROL_MAX  64

#define STUCK_MS	 60000 /* nothing moves and nothing is heard while bytes go out */
#define SILENT_MS	 20000 /* nothing is heard after the last byte */
#define LINE_BYTES_PER_S 960   /* what was sent may still be on a line as slow as this */
#define AGAIN_MS	 5000  /* well so long without the fence's answer: send it again */
#define AGAIN_STEP_MAX	 3     /* each time after twice as long, up to 40 s */

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
	bool bad;	    /* the printer's last word of any kind was that */
	int64_t heard_ms;   /* when a byte last came */

	bool reported;
	enum device_status status;
	const char *detail;
	bool drawer_known, drawer_high;

	enum phase phase;
	int64_t job;
	struct slice bytes;
	size_t sent;
	int64_t alive_ms; /* when the job last moved or had a reason to wait */

	size_t room_max, room_left; /* of the port: when empty, after the last call */
	size_t ahead;		    /* bytes in the port up to the end of the fence */
	int64_t moved_ms;	    /* when they last became fewer */
	bool well;		    /* behind the fence it said that it can print... */
	int64_t well_ms;	    /* ...first then */
	bool gap;		    /* since the fence a question met silence */
	struct escpos_fence fence;
	int64_t answered_ms; /* when the fence's answer came */
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
	uint8_t bytes[ESCPOS_FENCE_MAX];

	control(s, bytes, escpos_fence_make(&s->fence, bytes));
	s->fence_n = s->control_n;
}

static void fence_answered(struct print_escpos *s, const struct escpos_answer *a, int64_t now_ms,
			   const struct sink *sink)
{
	const enum escpos_fence_match match = escpos_fence_take(&s->fence, a);
	const bool early = s->fence_n > 0 && s->fence.sent == 1;

	if (s->phase != PHASE_FENCE || early || match == ESCPOS_FENCE_OTHER) {
		s->reader.garbage++;
		return;
	}
	if (match == ESCPOS_FENCE_AGAIN && s->gap) {
		finish(s, JOB_RESULT_UNKNOWN,
		       "printer was silent in the middle of the job and may have lost it", sink);
		return;
	}
	s->phase = PHASE_CONFIRM;
	s->alive_ms = now_ms;
	s->answered_ms = now_ms;
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
		/* One that came in the next job would be taken for its fence's. */
		if (s->fence.owed > 0 && now_ms - s->answered_ms < ANSWER_MS)
			return;
		/* A process id says "printed"; GS r only "taken", so then the printer must
		 * also be well: one that ran out of paper still has the last lines. */
		if (printable(s->status) || s->setup->profile->fence == PROFILE_FENCE_PROCESS)
			finish(s, JOB_RESULT_DONE, "", sink);
	}
}

/* Bytes of the job or its fence are not yet out of the port. */
static bool sending(const struct print_escpos *s)
{
	return s->phase == PHASE_SEND ||
	       (s->phase == PHASE_FENCE && (s->fence_n > 0 || s->ahead > 0));
}

static void told(struct print_escpos *s, const struct escpos_facts *f, bool whole_round,
		 int64_t now_ms, const struct sink *sink)
{
	s->bad = !printable(f->status);
	if (s->bad || s->phase != PHASE_FENCE || sending(s)) {
		s->well = false;
	} else if (whole_round && !s->well) {
		s->well = true;
		s->well_ms = now_ms;
	}
	report(s, f->status, f->detail, sink);
	report_drawer(s, f->drawer_high, sink);
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
	if (s->automatic_bad && printable(f.status)) {
		/* Automatic status was on and kept quiet about that: the printer was reset. */
		s->automatic_bad = false;
		s->gap = s->gap || s->phase == PHASE_FENCE;
	}
	told(s, &f, true, now_ms, sink);
	decide(s, now_ms, sink);
}

static void automatic_came(struct print_escpos *s, const uint8_t asb[4], int64_t now_ms,
			   const struct sink *sink)
{
	const struct escpos_facts f = escpos_facts_automatic(asb);

	s->automatic = true;
	s->automatic_bad = !printable(f.status);
	told(s, &f, false, now_ms, sink);
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
	s->bad = false;
	s->heard_ms = now_ms;
	s->room_max = s->room_left = 0;
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

	if (n > 0)
		s->heard_ms = now_ms;
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
			fence_answered(s, &a, now_ms, sink);
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

static size_t fill(struct print_escpos *s, size_t room, int64_t now_ms, const struct sink *sink)
{
	size_t done;

	done = send_flush(s, room, sink);
	done += send_control(s, room - done, sink);
	if (s->phase != PHASE_SEND || s->control_n > 0 || s->flush > 0)
		return done;
	done += send_job(s, room - done, now_ms, sink);
	return done + send_control(s, room - done, sink);
}

/* The port has more room than it was left with: so much has gone out. */
static void drained(struct print_escpos *s, size_t room, int64_t now_ms)
{
	const size_t gone = room > s->room_left ? room - s->room_left : 0;

	if (room > s->room_max)
		s->room_max = room;
	if (s->ahead == 0 || gone == 0)
		return;
	s->ahead -= gone < s->ahead ? gone : s->ahead;
	s->moved_ms = now_ms;
	if (s->fence.sent < 2)
		s->alive_ms = now_ms;
}

static void print_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	struct print_escpos *s = state;
	bool of_job;
	size_t done;

	if (!s->up)
		return;
	drained(s, bytes, now_ms);
	of_job = sending(s);
	done = fill(s, bytes, now_ms, sink);
	s->room_left = bytes - done;
	if (of_job && done > 0) {
		s->ahead = s->room_max - s->room_left;
		s->moved_ms = now_ms;
	}
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
	if (s->phase != PHASE_IDLE)
		return POLL_MS;
	if (over > 0)
		return over < 4 ? (int64_t)POLL_MS << over : POLL_SLOW_MS;
	return s->automatic ? POLL_SLOW_MS : POLL_MS;
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

/* A round was not answered whole, and in time. */
static void unanswered(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	if (s->phase == PHASE_FENCE && s->eot_n == 0 && s->heard_ms <= s->asked_ms)
		s->gap = true;
	s->well = false;
	if (explained(s))
		s->asking = s->control_n > 0;
	else
		missed(s, now_ms, sink);
}

/* Why a job in the middle is given up, or NULL. */
static const char *hopeless(const struct print_escpos *s, int64_t now_ms)
{
	const int64_t sign_ms = s->heard_ms > s->moved_ms ? s->heard_ms : s->moved_ms;
	const int64_t travel_ms = (int64_t)s->bytes.n * 1000 / LINE_BYTES_PER_S;

	if (now_ms - s->alive_ms >= s->setup->max_job_ms)
		return "printer did not say that it has printed";
	if (s->bad)
		return NULL;
	if (sending(s))
		return now_ms - sign_ms < STUCK_MS ? NULL
						   : "printer took no more and did not answer";
	return now_ms - sign_ms < SILENT_MS + travel_ms
		       ? NULL
		       : "printer stopped answering in the middle of the job";
}

/* While the printer says what is wrong, a person is at it: the job's clock stands. */
static void watch_job(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	const bool begun = s->phase != PHASE_SEND || s->sent > 0;
	const bool trouble = !printable(s->status) && s->misses < MISSES_MAX;
	const char *why;

	if (s->phase == PHASE_IDLE || s->phase == PHASE_CHECK)
		return;
	if (trouble)
		s->alive_ms = now_ms;
	why = hopeless(s, now_ms);
	if (why)
		finish(s, begun ? JOB_RESULT_UNKNOWN : JOB_RESULT_NOTHING, why, sink);
}

/* The printer is well and answers, but not to the fence: perhaps its answer was lost. */
static void fence_again(struct print_escpos *s, int64_t now_ms)
{
	const int repeats = s->fence.sent - 1;
	const int step = repeats < AGAIN_STEP_MAX ? repeats : AGAIN_STEP_MAX;

	if (s->phase != PHASE_FENCE || !s->well || s->control_n > 0 ||
	    now_ms - s->well_ms < (int64_t)AGAIN_MS << step)
		return;
	s->well = false;
	put_fence(s);
}

static void print_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	struct print_escpos *s = state;

	if (!s->up)
		return;
	if (s->asking && now_ms - s->asked_ms >= ANSWER_MS)
		unanswered(s, now_ms, sink);
	watch_job(s, now_ms, sink);
	fence_again(s, now_ms);
	if (!s->asking && !sending(s) && s->control_n == 0 && now_ms - s->asked_ms >= poll_ms(s))
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
	s->moved_ms = now_ms;
	s->ahead = 0;
	s->well = false;
	s->gap = false;
	s->fence = (struct escpos_fence){ .kind = s->setup->profile->fence, .job = job };
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
	.look = SEEN_PRINTER,
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
