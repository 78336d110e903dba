// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_answer.h"

#include <string.h>

#define XON	   0x11
#define XOFF	   0x13
#define PROCESS_ID 0x22

static bool is_realtime(uint8_t b)
{
	return (b & 0x93) == 0x12;
}

static bool is_automatic(uint8_t b)
{
	return (b & 0x93) == 0x10;
}

static bool is_plain(uint8_t b)
{
	return (b & 0x90) == 0;
}

static bool is_block(uint8_t b)
{
	return b == 0x37 || b == 0x3b || b == 0x3d || b == 0x5f || b == 0x35 || b == 0x53;
}

/* 1Fh parts the fields of some blocks. */
static bool in_block(uint8_t b)
{
	return b == 0 || b == 0x1f || (b >= 0x20 && b < 0x7f);
}

static void drop(struct escpos_reader *r)
{
	r->garbage += r->n;
	r->n = 0;
}

static bool fits(const struct escpos_reader *r, uint8_t b)
{
	if (is_automatic(r->have[0]))
		return is_plain(b);
	return in_block(b) && r->n < sizeof(r->have);
}

static bool single(struct escpos_reader *r, enum escpos_answer_kind kind, uint8_t b,
		   struct escpos_answer *ret)
{
	(void)r;
	*ret = (struct escpos_answer){ .kind = kind, .bytes = { b } };
	return true;
}

static bool begin(struct escpos_reader *r, uint8_t b, struct escpos_answer *ret)
{
	if (is_realtime(b))
		return single(r, ESCPOS_ANSWER_REALTIME, b, ret);
	if (is_plain(b))
		return single(r, ESCPOS_ANSWER_STATUS, b, ret);
	if (is_automatic(b) || is_block(b))
		r->have[r->n++] = b;
	else
		r->garbage++;
	return false;
}

/* A block other than a process id is an answer to something not asked here. */
static bool end_block(struct escpos_reader *r, struct escpos_answer *ret)
{
	const bool process = r->n == 7 && r->have[0] == 0x37 && r->have[1] == PROCESS_ID;

	if (!process) {
		drop(r);
		return false;
	}
	ret->kind = ESCPOS_ANSWER_PROCESS;
	memcpy(ret->bytes, r->have + 2, 4);
	r->n = 0;
	return true;
}

bool escpos_read(struct escpos_reader *r, uint8_t byte, struct escpos_answer *ret_answer)
{
	if (byte == XON || byte == XOFF)
		return false;
	if (r->n > 0 && !fits(r, byte))
		drop(r);
	if (r->n == 0)
		return begin(r, byte, ret_answer);
	r->have[r->n++] = byte;
	if (!is_automatic(r->have[0]))
		return byte == 0 && end_block(r, ret_answer);
	if (r->n < 4)
		return false;
	ret_answer->kind = ESCPOS_ANSWER_AUTOMATIC;
	memcpy(ret_answer->bytes, r->have, 4);
	r->n = 0;
	return true;
}

/* The worst first. When the cover is open the paper bits are from before it was. */
static struct escpos_facts judge(const char *error, bool cover, bool paper_end, bool offline,
				 bool paper_low)
{
	if (error)
		return (struct escpos_facts){ DEVICE_ERROR, error, false };
	if (cover)
		return (struct escpos_facts){ DEVICE_COVER_OPEN, "cover open", false };
	if (paper_end)
		return (struct escpos_facts){ DEVICE_PAPER_OUT, "no paper", false };
	if (offline)
		return (struct escpos_facts){ DEVICE_OFFLINE, "printer is offline", false };
	if (paper_low)
		return (struct escpos_facts){ DEVICE_PAPER_LOW, "paper near its end", false };
	return (struct escpos_facts){ DEVICE_OK, "", false };
}

/* Bit 2 is undefined on some models, so it counts only with another sign of trouble. */
static const char *error_of(uint8_t bits, bool trouble)
{
	if (bits & 0x08)
		return "cutter error";
	if (bits & 0x20)
		return "printer needs service";
	if (bits & 0x40)
		return "print head too hot or cover opened while printing";
	if (trouble && (bits & 0x04))
		return "mechanical error";
	return NULL;
}

struct escpos_facts escpos_facts_realtime(const uint8_t eot[4])
{
	const bool error = eot[1] & 0x40;
	const char *why = error_of(eot[2], error);
	struct escpos_facts f;

	if (error && !why)
		why = "printer error";
	f = judge(why, eot[1] & 0x04, (eot[1] & 0x20) || (eot[3] & 0x60), eot[0] & 0x08,
		  eot[3] & 0x0c);
	f.drawer_high = eot[0] & 0x04;
	return f;
}

struct escpos_facts escpos_facts_automatic(const uint8_t asb[4])
{
	const bool offline = asb[0] & 0x08;
	const bool cover = asb[0] & 0x20;
	const bool paper_end = asb[2] & 0x0c;
	struct escpos_facts f = judge(error_of(asb[1], offline && !cover && !paper_end), cover,
				      paper_end, offline, asb[2] & 0x03);

	f.drawer_high = asb[0] & 0x04;
	return f;
}
