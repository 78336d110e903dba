// SPDX-License-Identifier: Apache-2.0
/*
 * Scanners that send text: protocol `line`, INTERFACES section 2. A code ends with CR, LF or
 * TAB, or is framed STX..ETX. CR or LF also ends a frame, and STX always begins a new one and
 * throws away what came before it; inside a frame a TAB, and outside one an ETX, are data. More
 * than SCAN_TEXT_MAX bytes are dropped up to the next terminator. A silence ends nothing: only
 * bytes do, so chunking cannot change a scan. Other control characters stay in the text (GS
 * separates GS1 fields); what they mean is for the shop to judge.
 */
#include "drivers/scan_text.h"

#define STX 0x02
#define ETX 0x03

struct scan_line {
	struct scan_text text;
	bool framed;
};

_Static_assert(sizeof(struct scan_line) <= DRIVER_STATE_MAX, "state too large");

static void finish(struct scan_line *s, const struct sink *sink)
{
	char aim[AIM_MAX] = "";

	s->framed = false;
	scan_text_take_aim(&s->text, aim);
	scan_text_tell(&s->text, aim, sink);
}

static void byte_in(struct scan_line *s, uint8_t c, const struct sink *sink)
{
	if (c == STX) {
		scan_text_drop(&s->text);
		s->framed = true;
	} else if (c == '\r' || c == '\n' || c == (s->framed ? ETX : '\t')) {
		finish(s, sink);
	} else {
		scan_text_add(&s->text, &c, 1);
	}
}

static void scan_start(void *state, const struct driver_setup *setup, int64_t now_ms,
		       const struct sink *sink)
{
	const struct driver_event up = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = "" };
	struct scan_line *s = state;

	(void)setup;
	(void)now_ms;
	scan_text_clear(&s->text);
	s->framed = false;
	sink->event(sink->ctx, &up);
}

static void scan_rx(void *state, const void *p, size_t n, int64_t now_ms, const struct sink *sink)
{
	const uint8_t *bytes = p;

	(void)now_ms;
	for (size_t i = 0; i < n; i++)
		byte_in(state, bytes[i], sink);
}

static void scan_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	(void)state;
	(void)bytes;
	(void)now_ms;
	(void)sink;
}

static void scan_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	(void)state;
	(void)now_ms;
	(void)sink;
}

/* Half a code on a line that went away never becomes a whole one. */
static void scan_stop(void *state, const struct sink *sink)
{
	struct scan_line *s = state;

	(void)sink;
	scan_text_drop(&s->text);
	s->framed = false;
}

static uint64_t scan_garbage(const void *state)
{
	const struct scan_line *s = state;

	return s->text.garbage;
}

const struct driver driver_scan_line = {
	.name = "line",
	.kind = DEVICE_SCANNER,
	.look = SEEN_TTY,
	.line = "9600 8n1 none",
	.state_size = sizeof(struct scan_line),
	.start = scan_start,
	.rx = scan_rx,
	.room = scan_room,
	.tick = scan_tick,
	.stop = scan_stop,
	.garbage = scan_garbage,
};
