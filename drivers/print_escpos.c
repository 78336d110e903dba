// SPDX-License-Identifier: Apache-2.0
/*
 * Receipt printers that speak ESC/POS, and the honest answer to "did it print?".
 *
 * After the line came up: the real-time status (DLE EOT 1..4) and automatic status (GS a) are
 * asked for; an idle, well printer is then asked what it is and what it answers (escpos_probe.c).
 *
 * A job goes: the real-time status; not printable or no answer: nothing has been sent, the job is
 * `nothing`. Then the bytes as the port has room, then a fence in order with them (GS ( H process
 * id, or GS r 1; a board that answers neither: see escpos_job.c), then the real-time status
 * again, and only then `done`. Paper out or an open cover in the middle: the printer keeps what
 * it has and goes on by itself, so the job waits and status events say why; nothing is ever sent
 * twice but the fence. A link lost after the first byte, or max_job_ms while nothing is wrong:
 * `unknown`.
 *
 * A printer must give signs of life: as long as bytes are on their way, they move or it answers
 * (60 s); then it answers (20 s, and what the machine itself may still hold at the speed of a slow
 * line); else `unknown`. One that said it cannot print may be silent for two hours, for its data
 * may fill every buffer on the way and no question get through. When it is well but the
 * fence's answer stays away, the fence is sent again. The answer to a second fence proves the job
 * only if the printer was heard all the time: one that was switched off and on answers it too,
 * and has lost the job, so then it is `unknown`. So it is when automatic status said that it
 * cannot print, and not that it can again, and yet it does.
 *
 * Real-time commands are never sent between a job's first byte and the end of its fence: they
 * would land inside another command. Meanwhile automatic status (GS a) tells, where the printer
 * has it; it is asked for at start and by every job. Without it the status is asked every 2 s,
 * with it every 30 s, so that a printer that lost its power is noticed. An error that waits for a
 * command to go on gets it (escpos_status.c).
 */
#include "drivers/escpos_encode.h"
#include "drivers/escpos_printer.h"

#include <string.h>

_Static_assert(sizeof(struct print_escpos) <= DRIVER_STATE_MAX, "state too large");

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
	s->flush = 0;
	s->flush_due = s->cut_off || setup->cut_off;
	s->cut_off = false;
	s->misses = 0;
	s->automatic = false;
	s->automatic_bad = false;
	s->bad = false;
	s->broken = s->opened = s->cover = false;
	s->heard_ms = now_ms;
	s->room_max = s->room_left = s->ahead = 0;
	s->reported = false;
	s->drawer_known = false;
	s->phase = PHASE_IDLE;
	escpos_probe_start(s);
	escpos_ask(s, now_ms);
	escpos_control(s, "\x1d\x61\x0f", 3);
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
			escpos_realtime_came(s, a.bytes[0], now_ms, sink);
			break;
		case ESCPOS_ANSWER_AUTOMATIC:
			escpos_automatic_came(s, a.bytes, now_ms, sink);
			break;
		case ESCPOS_ANSWER_STATUS:
		case ESCPOS_ANSWER_PROCESS:
			if (!escpos_probe_answered(s, &a, now_ms, sink))
				escpos_job_answered(s, &a, now_ms, sink);
			break;
		case ESCPOS_ANSWER_TEXT:
			if (!escpos_probe_answered(s, &a, now_ms, sink))
				s->reader.garbage += a.text.n + 2;
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
	if (s->sent == s->bytes.n)
		escpos_job_sent(s);
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
	bool counts;
	size_t done;

	if (!s->up)
		return;
	drained(s, bytes, now_ms);
	counts = escpos_job_sending(s) || (s->step_out && !s->step_left);
	done = fill(s, bytes, now_ms, sink);
	s->room_left = bytes - done;
	if (counts && done > 0) {
		s->ahead = s->room_max - s->room_left;
		s->moved_ms = now_ms;
	}
	escpos_probe_left(s, now_ms);
}

static void print_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	struct print_escpos *s = state;

	if (!s->up)
		return;
	escpos_status_tick(s, now_ms, sink);
	escpos_job_tick(s, now_ms, sink);
	escpos_probe_tick(s, now_ms);
	escpos_status_poll(s, now_ms);
}

static void print_stop(void *state, const struct sink *sink)
{
	struct print_escpos *s = state;

	if (s->phase == PHASE_CHECK || (s->phase == PHASE_SEND && s->sent == 0))
		escpos_job_finish(s, JOB_RESULT_NOTHING, "connection lost before the job began",
				  sink);
	else if (s->phase != PHASE_IDLE)
		escpos_job_finish(s, JOB_RESULT_UNKNOWN, "connection lost in the middle of the job",
				  sink);
	s->cut_off = s->cut_off || s->flush_due || s->flush > 0;
	s->up = false;
	s->asking = false;
	s->control_n = 0;
}

static int print_job(void *state, int64_t job, struct slice bytes, int64_t now_ms,
		     const struct sink *sink)
{
	(void)sink;
	return escpos_job_begin(state, job, bytes, now_ms);
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
