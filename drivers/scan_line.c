// SPDX-License-Identifier: Apache-2.0
/*
 * Scanners that send text: protocol `line`, INTERFACES section 2. A code ends with CR, LF or
 * TAB, or is framed STX..ETX. CR or LF also ends a frame, and STX always begins a new one and
 * throws away what came before it; inside a frame a TAB, and outside one an ETX, are data. More
 * than SCAN_TEXT_MAX bytes are dropped up to the next terminator. A silence ends nothing: only
 * bytes do, so chunking cannot change a scan. Other control characters stay in the text (GS
 * separates GS1 fields); what they mean is for the shop to judge.
 */
#include <string.h>

#include "drivers/driver.h"

#define STX 0x02
#define ETX 0x03

struct scan_line {
	uint8_t text[SCAN_TEXT_MAX];
	size_t n;
	bool framed;
	bool too_long;
	uint64_t garbage;
};

_Static_assert(sizeof(struct scan_line) <= DRIVER_STATE_MAX, "state too large");

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The identifier of ISO/IEC 15424: ']', a code letter, a modifier that is a hex digit. */
static bool starts_with_aim(const uint8_t *p, size_t n)
{
	return n >= 3 && p[0] == ']' && is_letter(p[1]) &&
	       ((p[2] >= '0' && p[2] <= '9') || (p[2] >= 'A' && p[2] <= 'F'));
}

static void forget(struct scan_line *s)
{
	s->n = 0;
	s->framed = false;
	s->too_long = false;
}

static void finish(struct scan_line *s, const struct sink *sink)
{
	struct driver_event e = { .kind = DRIVER_SCAN, .detail = "" };
	size_t skip = 0;

	if (!s->too_long && starts_with_aim(s->text, s->n)) {
		skip = 3;
		memcpy(e.aim, s->text, skip);
	}
	e.text = (struct slice){ (const char *)s->text + skip, s->n - skip };
	if (!s->too_long && e.text.n > 0)
		sink->event(sink->ctx, &e);
	forget(s);
}

static void drop(struct scan_line *s)
{
	s->garbage += s->n;
	s->n = 0;
}

static void byte_in(struct scan_line *s, uint8_t c, const struct sink *sink)
{
	if (c == STX) {
		drop(s);
		forget(s);
		s->framed = true;
	} else if (c == '\r' || c == '\n' || c == (s->framed ? ETX : '\t')) {
		finish(s, sink);
	} else if (s->too_long) {
		s->garbage++;
	} else if (s->n == sizeof(s->text)) {
		drop(s);
		s->garbage++;
		s->too_long = true;
	} else {
		s->text[s->n++] = c;
	}
}

static void scan_start(void *state, const struct driver_setup *setup, int64_t now_ms,
		       const struct sink *sink)
{
	const struct driver_event up = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = "" };

	(void)setup;
	(void)now_ms;
	forget(state);
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
	(void)sink;
	drop(state);
	forget(state);
}

static uint64_t scan_garbage(const void *state)
{
	const struct scan_line *s = state;

	return s->garbage;
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
