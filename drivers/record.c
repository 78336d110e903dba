// SPDX-License-Identifier: Apache-2.0
#include "drivers/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drivers/trace.h"
#include "firmware/base/text.h"

#define PAN_MIN 14
#define PAN_MAX 19

enum how { AS_IT_WAS, MASKED, LEFT_OUT };

/* ---- card numbers ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* From a digit on: the digits of this group, and of those behind one blank or dash each. */
static bool groups_are_card(struct slice s)
{
	char digits[PAN_MAX];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		const bool more = i + 1 < s.n && is_digit(s.p[i + 1]);

		if (is_digit(s.p[i])) {
			if (n == sizeof(digits))
				return false;
			digits[n++] = s.p[i];
			if (!more && pan_like((struct slice){ digits, n }))
				return true;
		} else if ((s.p[i] != ' ' && s.p[i] != '-') || !more) {
			return false;
		}
	}
	return false;
}

bool record_card_like(struct slice bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (is_digit(bytes.p[i]) && (i == 0 || !is_digit(bytes.p[i - 1])) &&
		    groups_are_card((struct slice){ bytes.p + i, bytes.n - i }))
			return true;
	return false;
}

/* The same with everything between the digits overlooked, at any place: for bytes of which
 * nobody knows what they mean. */
static bool may_hide_card(struct slice bytes)
{
	char last[PAN_MAX];
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		if (!is_digit(bytes.p[i]))
			continue;
		if (n == sizeof(last))
			memmove(last, last + 1, --n);
		last[n++] = bytes.p[i];
		for (size_t k = PAN_MIN; k <= n; k++)
			if (pan_like((struct slice){ last + n - k, k }))
				return true;
	}
	return false;
}

/* ---- lines ---- */

static int64_t since(const struct record *r, int64_t now_ms)
{
	return r->begun ? now_ms - r->began_ms : 0;
}

static void put(struct record *r, int64_t ms, char kind, struct slice bytes)
{
	if (!r->full && trace_write(&r->text, ms, kind, bytes) < 0)
		r->full = true;
	r->sent = r->sent || kind == '>';
}

static void put_comment(struct record *r, struct slice text)
{
	const size_t before = r->text.len;

	if (r->full)
		return;
	buf_text(&r->text, "# ");
	buf_slice(&r->text, text);
	buf_byte(&r->text, '\n');
	if (r->text.overflow) {
		r->text.len = before;
		r->text.overflow = false;
		r->full = true;
	}
}

static void go_blind(struct record *r, int64_t ms)
{
	if (!r->blind)
		put(r, ms, '!', slice_of("blind"));
	r->blind = true;
}

/* ---- what is held back ---- */

static void put_masked(struct record *r, const struct record_piece *piece)
{
	for (uint32_t i = 0; i < piece->n; i++)
		if (is_digit((char)r->bytes[piece->at + i]))
			r->bytes[piece->at + i] = '0';
	put(r, piece->ms, '<', (struct slice){ (const char *)r->bytes + piece->at, piece->n });
}

/* A keyboard's report of no key held tells nothing, and what follows needs it. */
static bool all_released(struct slice bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i])
			return false;
	return true;
}

static void put_piece(struct record *r, const struct record_piece *piece, enum how how)
{
	const struct slice bytes = { (const char *)r->bytes + piece->at, piece->n };

	if (piece->kind == '#')
		put_comment(r, bytes);
	else if (piece->kind == '!' || how == AS_IT_WAS)
		put(r, piece->ms, piece->kind, bytes);
	else if (piece->kind == '>')
		r->blind_due = true;
	else if (how == MASKED)
		put_masked(r, piece);
	else if (r->keyboard && all_released(bytes))
		put(r, piece->ms, '<', bytes);
	else
		r->left_out += piece->n;
}

static void let_go(struct record *r, enum how how)
{
	const int64_t ms = r->held_count > 0 ? r->held[r->held_count - 1].ms : 0;

	r->blind_due = how != AS_IT_WAS && r->sent;
	for (size_t i = 0; i < r->held_count; i++)
		put_piece(r, &r->held[i], how);
	if (r->blind_due)
		go_blind(r, ms);
	r->held_count = 0;
	r->byte_count = 0;
	r->holding = false;
}

static void say_left_out(struct record *r, const char *what, uint64_t before)
{
	char line[96];

	if (r->left_out == before)
		return;
	text_fmt(line, sizeof(line), "%s: %llu bytes left out", what,
		 (unsigned long long)(r->left_out - before));
	put_comment(r, slice_of(line));
}

/* No event came of them. */
static void give_up(struct record *r)
{
	const uint64_t before = r->left_out;

	if (!r->holding) {
		let_go(r, AS_IT_WAS);
	} else if (r->keyboard) {
		let_go(r, LEFT_OUT);
		say_left_out(r, "keys of which no code came", before);
	} else {
		put_comment(r, slice_of("bytes of which no code came, their digits masked"));
		let_go(r, MASKED);
	}
}

static bool joins(const struct record *r, int64_t ms, char kind, size_t n)
{
	const struct record_piece *last;

	if (r->held_count == 0 || (kind != '<' && kind != '>'))
		return false;
	last = &r->held[r->held_count - 1];
	return last->kind == kind && last->ms == ms && last->n + n <= TRACE_RECORD_MAX;
}

static void hold(struct record *r, int64_t ms, char kind, struct slice bytes)
{
	if (r->byte_count + bytes.n > sizeof(r->bytes) || r->held_count == RECORD_HELD_PIECES)
		give_up(r);
	r->holding = true;
	memcpy(r->bytes + r->byte_count, bytes.p, bytes.n);
	if (joins(r, ms, kind, bytes.n))
		r->held[r->held_count - 1].n += (uint32_t)bytes.n;
	else
		r->held[r->held_count++] = (struct record_piece){ ms, kind, (uint32_t)r->byte_count,
								  (uint32_t)bytes.n };
	r->byte_count += bytes.n;
}

static void add(struct record *r, int64_t ms, char kind, struct slice bytes)
{
	if (r->holding && bytes.n <= sizeof(r->bytes))
		hold(r, ms, kind, bytes);
	else if (kind == '#')
		put_comment(r, bytes);
	else
		put(r, ms, kind, bytes);
}

/* ---- scans ---- */

/* What came from the device and is held, in one piece at the end of `bytes`. */
static struct slice held_bytes(const struct record *r, struct buf *memory)
{
	for (size_t i = 0; i < r->held_count; i++)
		if (r->held[i].kind == '<')
			buf_add(memory, r->bytes + r->held[i].at, r->held[i].n);
	return buf_read(memory);
}

/* A code that is a product's may look like a card's; what came before and after it may not. */
static bool around_is_card(struct slice all, struct slice text)
{
	const char *at = memmem(all.p, all.n, text.p, text.n);

	if (!at)
		return record_card_like(all);
	return record_card_like((struct slice){ all.p, (size_t)(at - all.p) }) ||
	       record_card_like(
		       (struct slice){ at + text.n, all.n - (size_t)(at - all.p) - text.n });
}

static enum how judge(const struct record *r, const struct driver_event *e, uint64_t garbage)
{
	const enum symbology symbology = symbology_of_aim(e->aim);
	const bool product = symbology == SYMBOLOGY_EAN_UPC || symbology == SYMBOLOGY_GS1;
	char memory[RECORD_HELD_BYTES];
	struct slice all;
	struct buf b;

	if (!product && record_card_like(e->text))
		return LEFT_OUT;
	if (r->keyboard)
		return garbage != r->garbage ? LEFT_OUT : AS_IT_WAS;
	buf_init(&b, memory, sizeof(memory));
	all = held_bytes(r, &b);
	if (product ? around_is_card(all, e->text) : record_card_like(all))
		return LEFT_OUT;
	return garbage != r->garbage && may_hide_card(all) ? LEFT_OUT : AS_IT_WAS;
}

static void say_event(struct record *r, const struct driver_event *e)
{
	char memory[4 * SCAN_TEXT_MAX + 128];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	trace_event(&b, e);
	if (!b.overflow && b.len > 0)
		add(r, r->heard_ms, '#', (struct slice){ memory, b.len - 1 });
}

static void scanned(struct record *r, const struct driver_event *e, uint64_t garbage)
{
	const enum how how = judge(r, e, garbage);
	const uint64_t before = r->left_out;

	let_go(r, how);
	r->garbage = garbage;
	if (how == AS_IT_WAS)
		say_event(r, e);
	else
		say_left_out(r, "a code that may be a card number", before);
}

/* ---- the calls ---- */

void record_init(struct record *r, char *memory, size_t cap, enum device_kind kind)
{
	*r = (struct record){ .scanner = kind == DEVICE_SCANNER };
	buf_init(&r->text, memory, cap - RECORD_TAIL);
}

void record_note(struct record *r, const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	for (char *p = line; *p; p++)
		if ((uint8_t)*p < 0x20)
			*p = ' ';
	put_comment(r, slice_of(line));
}

__attribute__((format(printf, 3, 4))) static void say(struct record *r, int64_t now_ms,
						      const char *fmt, ...)
{
	char line[TRACE_RECORD_MAX];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof(line))
		add(r, since(r, now_ms), '!', slice_of(line));
}

void record_profile(struct record *r, const struct printer_profile *profile, int64_t now_ms)
{
	if (!r->begun)
		return;
	say(r, now_ms, "profile %s", profile->name);
	say(r, now_ms, "columns %d", profile->columns);
	say(r, now_ms, "drawer %d", profile->drawer);
}

static void say_descriptor(struct record *r, struct slice descriptor, int64_t now_ms)
{
	char hex[TRACE_RECORD_MAX - 64];

	if (descriptor.n == 0 || 2 * descriptor.n + 1 > sizeof(hex))
		return;
	hex_encode((const uint8_t *)descriptor.p, descriptor.n, hex);
	say(r, now_ms, "descriptor %s", hex);
}

void record_up(struct record *r, const struct driver *driver, const struct driver_setup *setup,
	       int64_t now_ms)
{
	if (!r->begun) {
		r->begun = true;
		r->began_ms = now_ms;
		say(r, now_ms, "ticks");
	}
	r->keyboard = driver->look == SEEN_KEYBOARD;
	if (driver->kind == DEVICE_PRINTER) {
		record_profile(r, setup->profile, now_ms);
		if (setup->profile->logo) /* it prints what no trace holds */
			go_blind(r, since(r, now_ms));
	}
	say_descriptor(r, setup->descriptor, now_ms);
	if (setup->vendor > 0)
		say(r, now_ms, "usb %04x:%04x", (unsigned)setup->vendor, (unsigned)setup->product);
	if (r->keyboard && setup->layout[0])
		say(r, now_ms, "layout %s", setup->layout);
	if (driver->kind == DEVICE_DISPLAY)
		say(r, now_ms, "dialect %s", setup->dialect);
	if (setup->ask_model && driver->kind == DEVICE_PRINTER)
		say(r, now_ms, "ask model");
	if (setup->cut_off && driver->kind == DEVICE_PRINTER)
		say(r, now_ms, "cut off");
	say(r, now_ms, "up");
}

void record_in(struct record *r, const void *p, size_t n, int64_t now_ms)
{
	const struct slice bytes = { p, n };

	if (!r->begun || n > TRACE_RECORD_MAX)
		return;
	r->heard_ms = now_ms;
	if (r->scanner)
		hold(r, since(r, now_ms), '<', bytes);
	else
		put(r, since(r, now_ms), '<', bytes);
}

void record_out(struct record *r, const void *p, size_t n, int64_t now_ms)
{
	if (r->begun && n <= TRACE_RECORD_MAX)
		add(r, since(r, now_ms), '>', (struct slice){ p, n });
}

void record_event(struct record *r, const struct driver_event *e, uint64_t garbage)
{
	if (!r->begun)
		return;
	r->events++;
	if (e->kind == DRIVER_SCAN)
		scanned(r, e, garbage);
	else
		say_event(r, e);
}

void record_tick(struct record *r, int64_t now_ms)
{
	if (!r->begun)
		return;
	if (r->holding && now_ms - r->heard_ms >= RECORD_HOLD_MS)
		give_up(r);
	say(r, now_ms, "tick");
}

void record_happened(struct record *r, struct slice what, int64_t now_ms)
{
	if (!r->begun)
		return;
	give_up(r);
	put(r, since(r, now_ms), '!', what);
}

/* A document on one line, its lines ended by '|'. */
static void say_document(struct record *r, const char *what, struct slice doc, int64_t now_ms)
{
	char line[TRACE_RECORD_MAX];
	struct buf b;

	if (!r->begun)
		return;
	buf_init(&b, line, sizeof(line));
	buf_text(&b, what);
	buf_slice(&b, doc);
	if (b.overflow || memchr(doc.p, '|', doc.n) || memchr(doc.p, '\0', doc.n)) {
		put_comment(r, slice_of("a document that does not fit a line was left out"));
		go_blind(r, since(r, now_ms));
		return;
	}
	for (size_t i = 0; i < b.len; i++)
		if (line[i] == '\n')
			line[i] = '|';
	add(r, since(r, now_ms), '!', buf_read(&b));
}

void record_job(struct record *r, int64_t job, struct slice doc, int64_t now_ms)
{
	char what[32];

	text_fmt(what, sizeof(what), "job %lld ", (long long)job);
	say_document(r, what, doc, now_ms);
}

void record_show(struct record *r, struct slice doc, int64_t now_ms)
{
	say_document(r, "show ", doc, now_ms);
}

void record_feedback(struct record *r, enum feedback feedback, int64_t now_ms)
{
	static const char *const words[] = {
		[FEEDBACK_GOOD] = "good", [FEEDBACK_ATTENTION] = "attention", [FEEDBACK_BAD] = "bad"
	};

	if (r->begun)
		say(r, now_ms, "feedback %s", words[feedback]);
}

void record_ending(const struct record *r, const char *why, int64_t now_ms, struct buf *ret_text)
{
	buf_text(ret_text, "# ");
	buf_text(ret_text, why);
	buf_byte(ret_text, '\n');
	if (!r->blind)
		(void)trace_write(ret_text, since(r, now_ms), '!', slice_of("blind"));
}

void record_end(struct record *r, int64_t now_ms)
{
	const bool full = r->full;

	give_up(r);
	r->text.cap += RECORD_TAIL;
	r->full = false;
	if (full)
		put_comment(r, slice_of("the recording was full here"));
	if (full && r->sent)
		go_blind(r, since(r, now_ms));
}
