// SPDX-License-Identifier: Apache-2.0
/*
 * A live conversation written down as a trace (trace.h), which tests replay and `replay:` plays.
 *
 * No card number may ever be written (INTERFACES, "Card numbers"). So what a scanner sends is
 * held back until its driver has made its event of it. If the event's text looks like a card
 * number, a comment takes the place of those bytes. Bytes of which no event came while the
 * scanner was silent for RECORD_HOLD_MS are written with their digits masked; keyboard reports,
 * whose digits are no text, are left out and counted. Whoever feeds this gives a scanner's bytes
 * one by one, so that an event belongs to exact bytes.
 *
 * The driver's ticks are written down too: with them the trace gives the same events again.
 * When something was left out, or a job does not fit a line, the trace says `blind`: what is
 * sent from there on cannot be compared.
 *
 * Pure: the owner gives the memory of the text, RECORD_TEXT_MIN bytes at least; a text that is
 * full takes no more. Times are monotonic milliseconds.
 */
#ifndef LADA_DRIVERS_RECORD_H
#define LADA_DRIVERS_RECORD_H

#include "drivers/driver.h"

#define RECORD_HOLD_MS	   2000
#define RECORD_HELD_BYTES  32768
#define RECORD_HELD_PIECES 4096
#define RECORD_TEXT_MIN	   4096
#define RECORD_TAIL	   512 /* kept for the last lines */

struct record_piece {
	int64_t ms;
	char kind; /* '<', '>', '!' or '#' */
	uint32_t at, n;
};

struct record {
	struct buf text;
	bool scanner, keyboard;
	bool begun, full, blind, blind_due;
	bool sent; /* a line of what was sent is in the text */
	int64_t began_ms;
	int64_t heard_ms; /* the last byte of what is held */
	uint64_t events, left_out;
	uint64_t garbage; /* the driver's count at the last event */
	struct record_piece held[RECORD_HELD_PIECES];
	size_t held_count;
	bool holding; /* bytes from the device are among them */
	uint8_t bytes[RECORD_HELD_BYTES];
	size_t byte_count;
};

void record_init(struct record *r, char *memory, size_t cap, enum device_kind kind);
/* A comment line; at the head, before anything happens. */
__attribute__((format(printf, 2, 3))) void record_note(struct record *r, const char *fmt, ...);

void record_up(struct record *r, const struct driver *driver, const struct driver_setup *setup,
	       int64_t now_ms);
void record_in(struct record *r, const void *p, size_t n, int64_t now_ms);
void record_out(struct record *r, const void *p, size_t n, int64_t now_ms);
/* `garbage` is the driver's count of bytes it skipped: those may be in no event's text. */
void record_event(struct record *r, const struct driver_event *e, uint64_t garbage);
void record_tick(struct record *r, int64_t now_ms);
void record_happened(struct record *r, struct slice what, int64_t now_ms); /* "down", … */
void record_job(struct record *r, int64_t job, struct slice doc, int64_t now_ms);
void record_show(struct record *r, struct slice doc, int64_t now_ms);
void record_feedback(struct record *r, enum feedback feedback, int64_t now_ms);
void record_profile(struct record *r, const struct printer_profile *profile, int64_t now_ms);
void record_end(struct record *r, int64_t now_ms);
/* The lines that end the text as it is now, if nothing follows: why, and what cannot be compared.
 * The record itself goes on. */
void record_ending(const struct record *r, const char *why, int64_t now_ms, struct buf *ret_text);

/* Does a card number stand in these bytes, alone or between others, in one piece or in groups? */
bool record_card_like(struct slice bytes);

#endif
