// SPDX-License-Identifier: Apache-2.0
/*
 * Panels that draw what their HMI project says: Nextion and TJC, protocol `nextion`.
 *
 * The project's page 0 must have the text components `t0` and `t1` (txt-maxl 100 or more, an
 * UTF-8 font) and may have a QR code `qr0` (txt-maxl 192). The second line gives way to the words
 * for the QR where one is drawn. With dialect `ascii` texts are folded, for fonts without letters
 * beyond ASCII; else they go out as UTF-8, in which a byte FF, the end of a command, cannot occur.
 *
 * Instruction set as published by Nextion (nextion.tech): commands end with FF FF FF; `bkcmd=3`
 * has every one answered. FF FF FF first ends whatever half command the panel holds. One command
 * is in flight; a silence of 1.5 s begins anew, two of them are the trouble `silent`. A panel
 * that says that it has just started (00 00 00, or 88) is told everything again, and one that has
 * nothing to do is asked now and then whether it is there. Touch events mean nothing here.
 *
 * What is in flight is decided by what comes in and by the clock, never by what has been sent:
 * so the same bytes in any chunking give the same events. `unsent` keeps what the line had no
 * room for.
 */
#include <string.h>

#include "drivers/driver.h"
#include "drivers/fold.h"
#include "drivers/show_lines.h"
#include "firmware/base/text.h"

#define TEXT_MAX    100 /* bytes of t0.txt and t1.txt */
#define QR_MAX	    192 /* bytes of qr0.txt */
#define OUT_MAX	    (2 * QR_MAX + 32)
#define FRAME_MAX   64
#define SILENCE_MS  1500
#define SILENCES    2
#define ASK_IDLE_MS 30000
#define END	    "\xff\xff\xff"
#define END_BYTES   3

/* Commands, in the order they are sent. */
enum {
	SAY_ANSWER = 1, /* bkcmd=3, behind a resync */
	SAY_PAGE = 2,
	SAY_QR = 4,
	SAY_VISIBLE = 8, /* of qr0 */
	SAY_T0 = 16,
	SAY_T1 = 32,
};
#define SAY_ALL (SAY_ANSWER | SAY_PAGE | SAY_QR | SAY_VISIBLE | SAY_T0 | SAY_T1)

/* What a panel sends. */
enum {
	SAID_INVALID = 0x00,
	SAID_DONE = 0x01,
	SAID_OVERFLOW = 0x24, /* the panel lost commands */
	SAID_ERROR_LAST = 0x24,
	SAID_TOUCH = 0x65,
	SAID_PAGE = 0x66,
	SAID_POSITION = 0x67,
	SAID_POSITION_ASLEEP = 0x68,
	SAID_TEXT = 0x70,
	SAID_NUMBER = 0x71,
	SAID_ASLEEP = 0x86,
	SAID_AWAKE = 0x87,
	SAID_READY = 0x88,
};

enum told { TOLD_NOTHING, TOLD_SILENT, TOLD_STATE };

struct nextion {
	bool up, ascii;
	char doc[DOC_DISPLAY_MAX];
	size_t doc_n;
	/* What is to stand there, from the document. */
	char t0[TEXT_MAX + 1], t1[TEXT_MAX + 1], words[TEXT_MAX + 1]; /* words: with the QR */
	char qr[QR_MAX + 1];					      /* "" none */
	bool qr_too_long;

	unsigned int todo;    /* SAY_ bits still to be said */
	unsigned int waiting; /* the one in flight, 0 none */
	unsigned int unsent;  /* those whose bytes are not out yet */
	unsigned int failed;  /* those the panel refused */
	int64_t issued_ms, heard_ms;
	int silences;
	enum told told;
	const char *detail; /* told last */

	uint8_t out[OUT_MAX];
	size_t out_n, out_at;
	uint8_t frame[FRAME_MAX];
	size_t frame_n;
	bool skipping; /* a frame too long, up to its end */
	int ends;      /* FF bytes in a row, while skipping */
	uint64_t garbage;
};

_Static_assert(sizeof(struct nextion) <= DRIVER_STATE_MAX, "state too large");

/* ---- what is to be said ---- */

static bool has_letters(const void *ctx, uint32_t character)
{
	const struct nextion *x = ctx;

	return !x->ascii && character <= 0x10ffff;
}

/* A text as the panel can show it, cut at a word. */
static void clean(const struct nextion *x, struct slice text, char *dst, size_t cap)
{
	struct fold f = fold_start(text, has_letters, x);
	size_t n = 0, word = 0, size;
	char utf8[4];
	uint32_t c;

	while (fold_next(&f, &c)) {
		size = utf8_put(c == FOLD_GLUE ? ' ' : c, utf8);
		if (n + size >= cap) {
			n = word > cap / 2 ? word : n;
			break;
		}
		if (c == ' ')
			word = n;
		memcpy(dst + n, utf8, size);
		n += size;
	}
	while (n > 0 && dst[n - 1] == ' ')
		n--;
	dst[n] = '\0';
}

static void clean_line(const struct nextion *x, const struct doc_line *l, char *dst)
{
	char left[TEXT_MAX + 1], right[TEXT_MAX + 1];

	clean(x, l->text, left, sizeof(left));
	clean(x, l->right, right, sizeof(right));
	/* The right part, a price, stays whole. */
	if (left[0] && right[0] && strlen(left) + strlen(right) + 1 > TEXT_MAX)
		left[0] = '\0';
	if (text_fmt(dst, TEXT_MAX + 1, "%s%s%s", left, left[0] && right[0] ? " " : "", right) < 0)
		dst[0] = '\0';
}

static void read_document(struct nextion *x)
{
	const struct show_lines s = show_lines((struct slice){ x->doc, x->doc_n });

	clean_line(x, &s.line[0], x->t0);
	clean_line(x, &s.line[1], x->t1);
	clean(x, s.caption, x->words, sizeof(x->words));
	x->qr_too_long = s.qr.n > QR_MAX;
	if (!utf8_valid(s.qr) || text_has_control(s.qr) ||
	    slice_copy(s.qr, x->qr, sizeof(x->qr)) < 0)
		x->qr[0] = '\0';
}

static bool draws_qr(const struct nextion *x)
{
	return x->qr[0] && !(x->failed & (SAY_QR | SAY_VISIBLE));
}

static const char *second_line(const struct nextion *x)
{
	return draws_qr(x) && x->words[0] ? x->words : x->t1;
}

/* ---- what the shop is told ---- */

static const char *detail_of(const struct nextion *x)
{
	if (x->failed & SAY_PAGE)
		return "the panel's project has no page 0";
	if (x->failed & SAY_T0)
		return "the panel's page 0 has no t0";
	if (x->failed & SAY_T1)
		return "the panel's page 0 has no t1";
	if (x->failed & (SAY_QR | SAY_VISIBLE))
		return "the panel's page 0 has no qr0: no QR codes";
	return x->qr_too_long ? "a QR code is too long for the panel" : "";
}

static void tell(struct nextion *x, enum told what, const struct sink *sink)
{
	struct driver_event e = { .kind = DRIVER_STATUS };

	if (what == TOLD_SILENT) {
		e.status = DEVICE_OFFLINE;
		e.trouble = TROUBLE_SILENT;
		e.detail = "the panel does not answer";
	} else {
		const bool broken = x->failed & (SAY_PAGE | SAY_T0 | SAY_T1);

		e.status = broken ? DEVICE_ERROR : DEVICE_OK;
		e.trouble = broken ? TROUBLE_SERVICE : TROUBLE_NONE;
		e.detail = detail_of(x);
	}
	if (x->told == what && strcmp(x->detail, e.detail) == 0)
		return;
	x->told = what;
	x->detail = e.detail;
	sink->event(sink->ctx, &e);
}

/* ---- one command after the other ---- */

static void advance(struct nextion *x, int64_t now_ms)
{
	if (x->waiting || !x->todo)
		return;
	x->waiting = x->todo & -x->todo;
	x->todo &= ~x->waiting;
	x->unsent |= x->waiting;
	x->issued_ms = now_ms;
}

/* Everything again, from the resync on. A command half sent is still finished. */
static void begin(struct nextion *x, int64_t now_ms)
{
	x->todo = SAY_ALL & ~(x->qr[0] ? 0u : (unsigned int)SAY_QR);
	x->waiting = x->unsent = x->failed = 0;
	advance(x, now_ms);
}

static void on_answer(struct nextion *x, uint8_t code, int64_t now_ms, const struct sink *sink)
{
	const unsigned int item = x->waiting;

	/* What the resync cut off is an invalid instruction; and a panel that lost commands is
	 * told everything again when it has had its time. */
	if ((item == SAY_ANSWER && code != SAID_DONE) || code == SAID_OVERFLOW)
		return;
	x->heard_ms = now_ms;
	x->waiting = 0;
	x->silences = 0;
	/* With its QR the second line says something else than without. */
	if ((item & (SAY_QR | SAY_VISIBLE)) && (code == SAID_DONE) == !!(x->failed & item))
		x->todo |= SAY_T1;
	x->failed = code == SAID_DONE ? x->failed & ~item : x->failed | item;
	/* A page's components are tried before anything is said of them. */
	if (x->todo == 0)
		tell(x, TOLD_STATE, sink);
	advance(x, now_ms);
}

/* ---- what comes in ---- */

/* Bytes of a frame before its end, at the least: those of a number may be FF. */
static size_t body_min(uint8_t first)
{
	switch (first) {
	case SAID_TOUCH:
		return 4;
	case SAID_PAGE:
		return 2;
	case SAID_POSITION:
	case SAID_POSITION_ASLEEP:
		return 6;
	case SAID_NUMBER:
		return 5;
	default:
		return 1;
	}
}

static bool is_known(const uint8_t *p, size_t n)
{
	if (p[0] == SAID_TEXT)
		return true;
	if (p[0] == SAID_ASLEEP || p[0] == SAID_AWAKE || body_min(p[0]) > 1)
		return n == body_min(p[0]);
	return false;
}

static void on_frame(struct nextion *x, const uint8_t *p, size_t n, int64_t now_ms,
		     const struct sink *sink)
{
	static const uint8_t started[] = { 0, 0, 0 };

	if ((n == 1 && p[0] == SAID_READY) ||
	    (n == sizeof(started) && memcmp(p, started, n) == 0)) {
		/* Both come, one after the other: the second finds it begun. */
		if (x->waiting != SAY_ANSWER || x->todo == 0)
			begin(x, now_ms);
	} else if (n == 1 && p[0] <= SAID_ERROR_LAST && x->waiting) {
		on_answer(x, p[0], now_ms, sink);
	} else if (!is_known(p, n)) {
		x->garbage += n + END_BYTES;
	}
}

static void skip(struct nextion *x, uint8_t c)
{
	x->garbage++;
	x->ends = c == 0xff ? x->ends + 1 : 0;
	x->skipping = x->ends < END_BYTES;
}

static void byte_in(struct nextion *x, uint8_t c, int64_t now_ms, const struct sink *sink)
{
	size_t n;

	if (x->skipping) {
		skip(x, c);
		return;
	}
	/* The end of a frame whose beginning got lost. */
	if (x->frame_n == 0 && c == 0xff) {
		x->garbage++;
		return;
	}
	x->frame[x->frame_n++] = c;
	n = x->frame_n;
	if (n >= body_min(x->frame[0]) + END_BYTES &&
	    memcmp(x->frame + n - END_BYTES, END, END_BYTES) == 0) {
		x->frame_n = 0;
		on_frame(x, x->frame, n - END_BYTES, now_ms, sink);
	} else if (n == FRAME_MAX) {
		x->garbage += n;
		x->frame_n = 0;
		x->skipping = true;
		x->ends = 0;
	}
}

static void nextion_rx(void *state, const void *p, size_t n, int64_t now_ms,
		       const struct sink *sink)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		byte_in(state, bytes[i], now_ms, sink);
}

/* ---- what goes out ---- */

static void add_text(struct buf *b, const char *component, const char *text)
{
	buf_text(b, component);
	buf_text(b, ".txt=\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_byte(b, '\\');
		buf_byte(b, (uint8_t)*text);
	}
	buf_byte(b, '"');
}

/* The next whole command into `out`; nothing when none is due. */
static void compose(struct nextion *x)
{
	const unsigned int item = x->unsent & -x->unsent;
	struct buf b;

	buf_init(&b, (char *)x->out, sizeof(x->out));
	x->unsent &= ~item;
	switch (item) {
	case SAY_ANSWER:
		buf_text(&b, END "bkcmd=3");
		break;
	case SAY_PAGE:
		buf_text(&b, "page 0");
		break;
	case SAY_QR:
		add_text(&b, "qr0", x->qr);
		break;
	case SAY_VISIBLE:
		buf_text(&b, x->qr[0] && !(x->failed & SAY_QR) ? "vis qr0,1" : "vis qr0,0");
		break;
	case SAY_T0:
		add_text(&b, "t0", x->t0);
		break;
	case SAY_T1:
		add_text(&b, "t1", second_line(x));
		break;
	default:
		break;
	}
	if (item)
		buf_text(&b, END);
	x->out_n = b.len;
	x->out_at = 0;
}

static void nextion_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	struct nextion *x = state;
	size_t n;

	(void)now_ms;
	while (x->up && bytes > 0) {
		if (x->out_at == x->out_n)
			compose(x);
		if (x->out_n == 0)
			return;
		n = x->out_n - x->out_at < bytes ? x->out_n - x->out_at : bytes;
		sink->bytes(sink->ctx, x->out + x->out_at, n);
		x->out_at += n;
		bytes -= n;
	}
}

/* ---- the driver ---- */

static void nextion_start(void *state, const struct driver_setup *setup, int64_t now_ms,
			  const struct sink *sink)
{
	struct nextion *x = state;

	(void)sink;
	x->ascii = strcmp(setup->dialect, "ascii") == 0;
	x->up = true;
	x->told = TOLD_NOTHING;
	x->detail = "";
	x->silences = 0;
	x->heard_ms = now_ms;
	x->out_n = x->out_at = x->frame_n = 0;
	x->skipping = false;
	read_document(x);
	begin(x, now_ms);
}

static void nextion_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	struct nextion *x = state;

	if (!x->up)
		return;
	if (x->waiting && now_ms - x->issued_ms >= SILENCE_MS) {
		if (++x->silences >= SILENCES) {
			x->silences = SILENCES;
			tell(x, TOLD_SILENT, sink);
		}
		begin(x, now_ms);
	} else if (!x->waiting && now_ms - x->heard_ms >= ASK_IDLE_MS) {
		x->todo |= SAY_ANSWER;
		advance(x, now_ms);
	}
}

static void nextion_stop(void *state, const struct sink *sink)
{
	struct nextion *x = state;

	(void)sink;
	x->up = false;
	x->garbage += x->frame_n;
	x->frame_n = 0;
}

static void nextion_show(void *state, struct slice doc, int64_t now_ms, const struct sink *sink)
{
	const struct nextion before = *(const struct nextion *)state;
	struct nextion *x = state;

	x->doc_n = doc.n < sizeof(x->doc) ? doc.n : sizeof(x->doc);
	if (x->doc_n > 0)
		memcpy(x->doc, doc.p, x->doc_n);
	if (!x->up)
		return;
	read_document(x);
	x->todo |= strcmp(before.t0, x->t0) != 0 ? SAY_T0 : 0;
	x->todo |= strcmp(second_line(&before), second_line(x)) != 0 ? SAY_T1 : 0;
	if (strcmp(before.qr, x->qr) != 0)
		x->todo |= x->qr[0] ? SAY_QR | SAY_VISIBLE : SAY_VISIBLE;
	if (x->told == TOLD_STATE && !x->waiting && !x->todo)
		tell(x, TOLD_STATE, sink);
	advance(x, now_ms);
}

static uint64_t nextion_garbage(const void *state)
{
	const struct nextion *x = state;

	return x->garbage;
}

const struct driver driver_show_nextion = {
	.name = "nextion",
	.kind = DEVICE_DISPLAY,
	.look = SEEN_TTY,
	.line = "9600 8n1 none",
	.state_size = sizeof(struct nextion),
	.start = nextion_start,
	.rx = nextion_rx,
	.room = nextion_room,
	.tick = nextion_tick,
	.stop = nextion_stop,
	.show = nextion_show,
	.garbage = nextion_garbage,
};
