// SPDX-License-Identifier: Apache-2.0
/*
 * The skeleton: a whole driver of a scanner that does not exist, to be copied. It is compiled and
 * tested like the others, and lada.conf cannot choose it (config knows the protocols by name).
 *
 * Write here what a newcomer must know of the protocol, and where each fact comes from. This one:
 * a code is `<`, its text, `>`; the reader beeps at the byte 07h. Source: made up.
 */
#include "drivers/scan_text.h"

#define CODE_BEGINS 0x3c
#define CODE_ENDS   0x3e
#define BEEP	    0x07

/* All a driver remembers. The core gives the memory, zeroed once; no heap, no globals. */
struct scan_skeleton {
	struct scan_text text; /* the code so far, bounded; scanners share it */
	bool inside;
	bool beep; /* a byte to be sent when there is room */
};

_Static_assert(sizeof(struct scan_skeleton) <= DRIVER_STATE_MAX, "state too large");

/* The line is up, perhaps again: forget what was half done, and say how the device is. A device
 * that must be asked first is `offline` until it answers. `setup` stays valid until stop. */
static void skeleton_start(void *state, const struct driver_setup *setup, int64_t now_ms,
			   const struct sink *sink)
{
	const struct driver_event ok = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = "" };
	struct scan_skeleton *s = state;

	(void)setup;
	(void)now_ms;
	scan_text_clear(&s->text);
	s->inside = s->beep = false;
	sink->event(sink->ctx, &ok);
}

static void byte_in(struct scan_skeleton *s, uint8_t c, const struct sink *sink)
{
	if (c == CODE_BEGINS) {
		scan_text_drop(&s->text);
		s->inside = true;
	} else if (!s->inside) {
		s->text.garbage++; /* bytes of no use are counted, never an error */
	} else if (c == CODE_ENDS) {
		s->inside = false;
		scan_text_tell(&s->text, "", sink); /* the event; "" for no AIM identifier */
	} else {
		scan_text_add(&s->text, &c, 1);
	}
}

/* Bytes came, cut anywhere. Take them one by one and keep in the state where you are: then any
 * chunking gives the same events, which the tests insist on. */
static void skeleton_rx(void *state, const void *p, size_t n, int64_t now_ms,
			const struct sink *sink)
{
	const uint8_t *bytes = p;

	(void)now_ms;
	for (size_t i = 0; i < n; i++)
		byte_in(state, bytes[i], sink);
}

/* The port can take `bytes` more. The only call that may give the sink bytes, and no more than
 * that; it comes after every other call, so set a mark there and send here. */
static void skeleton_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	static const uint8_t beep[] = { BEEP };
	struct scan_skeleton *s = state;

	(void)now_ms;
	if (!s->beep || bytes < sizeof(beep))
		return;
	s->beep = false;
	sink->bytes(sink->ctx, beep, sizeof(beep));
}

/* About once a second: what a silence means (a time-out, the next question) belongs here. */
static void skeleton_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	(void)state;
	(void)now_ms;
	(void)sink;
}

/* The line is down: half a code never becomes a whole one. */
static void skeleton_stop(void *state, const struct sink *sink)
{
	struct scan_skeleton *s = state;

	(void)sink;
	scan_text_drop(&s->text);
	s->inside = s->beep = false;
}

/* The shop's decision, as a sound. Leave it out (NULL) when the device has none. */
static void skeleton_feedback(void *state, enum feedback feedback, int64_t now_ms,
			      const struct sink *sink)
{
	struct scan_skeleton *s = state;

	(void)now_ms;
	(void)sink;
	s->beep = feedback != FEEDBACK_GOOD;
}

/* Bytes that were of no use so far, for the metrics. */
static uint64_t skeleton_garbage(const void *state)
{
	const struct scan_skeleton *s = state;

	return s->text.garbage;
}

const struct driver driver_scan_skeleton = {
	.name = "skeleton",	/* as in `protocol =` */
	.kind = DEVICE_SCANNER, /* one driver serves one kind */
	.look = SEEN_OTHER,	/* claims nothing by itself; SEEN_TTY for serial ports, … */
	.line = "9600 8n1 none",
	.state_size = sizeof(struct scan_skeleton),
	.start = skeleton_start,
	.rx = skeleton_rx,
	.room = skeleton_room,
	.tick = skeleton_tick,
	.stop = skeleton_stop,
	.feedback = skeleton_feedback,
	.garbage = skeleton_garbage,
};
