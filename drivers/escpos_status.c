// SPDX-License-Identifier: Apache-2.0
/*
 * How the printer is: asked with DLE EOT, told by automatic status, said in the shop's words; and
 * what brings it back from an error (DLE ENQ; Epson TM-T88III and TM-L90 specifications).
 *
 * DLE ENQ ends cutter and mechanical errors once their cause is gone; heat, paper and covers end
 * by themselves, and a printer that needs service is left alone. With no job under way the
 * buffers are cleared (DLE ENQ 2, ESC @), for what stands in them belongs to a job a person has
 * been asked about. With a job whose last byte is out it goes on from the line of the error
 * (DLE ENQ 1). Never between the bytes of a job.
 */
#include "drivers/escpos_printer.h"

#include <string.h>

#define POLL_MS	     2000 /* without automatic status, or while a job waits */
#define POLL_SLOW_MS 30000
#define RECOVER_MS   10000 /* between two tries */

static void report(struct print_escpos *s, enum device_status status, enum device_trouble trouble,
		   const char *detail, const struct sink *sink)
{
	const struct driver_event e = {
		.kind = DRIVER_STATUS, .status = status, .trouble = trouble, .detail = detail
	};

	if (s->reported && s->status == status && s->trouble == trouble &&
	    strcmp(s->detail, detail) == 0)
		return;
	s->reported = true;
	s->status = status;
	s->trouble = trouble;
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

void escpos_control(struct print_escpos *s, const void *p, size_t n)
{
	if (s->control_n + n <= sizeof(s->control)) {
		memcpy(s->control + s->control_n, p, n);
		s->control_n += n;
	}
}

void escpos_ask(struct print_escpos *s, int64_t now_ms)
{
	escpos_control(s, "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", 12);
	s->asking = true;
	s->stale = false;
	s->eot_n = 0;
	s->asked_ms = now_ms;
}

static void told(struct print_escpos *s, const struct escpos_facts *f, bool whole_round,
		 int64_t now_ms, const struct sink *sink)
{
	const bool broken = f->trouble == TROUBLE_CUTTER || f->trouble == TROUBLE_MECHANICAL;

	s->bad = !escpos_printable(f->status);
	s->behind = s->behind || (whole_round && s->phase == PHASE_FENCE && !escpos_job_sending(s));
	if (s->bad || s->phase != PHASE_FENCE || escpos_job_sending(s)) {
		s->well = false;
	} else if (whole_round && !s->well) {
		s->well = true;
		s->well_ms = now_ms;
	}
	s->troubled = s->troubled || s->bad;
	if (s->bad)
		s->ready_ms = s->good_ms = 0;
	if (broken && !s->broken)
		s->recover_ms = now_ms;
	s->opened = broken && (s->opened || f->cover);
	s->broken = broken;
	s->cover = f->cover;
	report(s, f->status, f->trouble, f->detail, sink);
	report_drawer(s, f->drawer_high, sink);
}

void escpos_realtime_came(struct print_escpos *s, uint8_t byte, int64_t now_ms,
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
	if (s->automatic_bad && escpos_printable(f.status)) {
		/* Automatic status was on and keeps quiet about that: the printer was reset. */
		s->automatic_bad = false;
		s->gap = s->gap || s->phase == PHASE_FENCE;
		s->reset = s->phase == PHASE_FENCE || s->phase == PHASE_CONFIRM;
		s->reset_ms = now_ms;
	}
	told(s, &f, true, now_ms, sink);
	if (s->stale)
		escpos_ask(s, now_ms);
	escpos_probe_round(s, now_ms);
	if (!s->asking)
		escpos_job_round(s, now_ms, sink);
}

void escpos_automatic_came(struct print_escpos *s, const uint8_t asb[4], int64_t now_ms,
			   const struct sink *sink)
{
	const struct escpos_facts f = escpos_facts_automatic(asb);

	s->automatic = true;
	s->automatic_bad = !escpos_printable(f.status);
	s->reset = s->reset && s->automatic_bad;
	told(s, &f, false, now_ms, sink);
	if (s->phase == PHASE_CONFIRM && escpos_printable(f.status) && !s->asking)
		escpos_ask(s, now_ms);
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
	const int over = s->misses - ESCPOS_MISSES_MAX + 1;

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
	escpos_probe_drop(s);
	if (s->flush_due && !s->asking)
		escpos_probe_flush(s, now_ms);
	if (s->misses >= ESCPOS_MISSES_MAX) {
		report(s, DEVICE_OFFLINE, TROUBLE_SILENT, "printer does not answer", sink);
		if (s->phase == PHASE_CHECK)
			escpos_job_finish(s, JOB_RESULT_NOTHING, "printer does not answer", sink);
	}
	if (s->phase == PHASE_CHECK && !s->asking)
		escpos_ask(s, now_ms);
}

/* A round was not answered whole, and in time. */
static void unanswered(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	if (s->phase == PHASE_FENCE && s->eot_n == 0 && s->heard_ms <= s->asked_ms) {
		s->gap = true;
		s->unheard = s->unheard || !s->behind;
	}
	s->well = false;
	s->good_ms = 0;
	if (explained(s))
		s->asking = s->control_n > 0;
	else
		missed(s, now_ms, sink);
}

/* An error that waits for DLE ENQ. One whose cover was opened and closed again is likely cleared,
 * so it is tried at once; else every 10 s. */
static void recover(struct print_escpos *s, int64_t now_ms)
{
	const bool shut = s->opened && !s->cover;
	const bool idle = s->phase == PHASE_IDLE;
	const bool all_out =
		(s->phase == PHASE_FENCE || s->phase == PHASE_CONFIRM) && !escpos_job_sending(s);

	if (!s->broken || s->cover || s->asking || s->control_n > 0 || s->flush > 0 ||
	    s->misses >= ESCPOS_MISSES_MAX || (!idle && !all_out) ||
	    (!shut && now_ms - s->recover_ms < RECOVER_MS))
		return;
	s->recover_ms = now_ms;
	s->opened = false;
	if (idle) {
		escpos_probe_drop(s);
		escpos_control(s, "\x10\x05\x02\x1b@\x1d\x61\x0f", 8);
	} else {
		escpos_control(s, "\x10\x05\x01", 3);
	}
	escpos_ask(s, now_ms);
}

void escpos_status_tick(struct print_escpos *s, int64_t now_ms, const struct sink *sink)
{
	if (s->asking && now_ms - s->asked_ms >= ESCPOS_ANSWER_MS)
		unanswered(s, now_ms, sink);
	recover(s, now_ms);
}

void escpos_status_poll(struct print_escpos *s, int64_t now_ms)
{
	if (!s->asking && !escpos_job_sending(s) && s->control_n == 0 &&
	    now_ms - s->asked_ms >= poll_ms(s))
		escpos_ask(s, now_ms);
}
