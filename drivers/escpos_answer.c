// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_answer.h"

#include <string.h>

#define XON	   0x11
#define XOFF	   0x13
#define PROCESS_ID 0x22
#define TEXT	   0x5f

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

/* Blocks of other kinds answer something that is not asked here. */
static bool end_block(struct escpos_reader *r, struct escpos_answer *ret)
{
	const bool process = r->n == 7 && r->have[0] == 0x37 && r->have[1] == PROCESS_ID;

	if (r->have[0] == TEXT) {
		*ret = (struct escpos_answer){ .kind = ESCPOS_ANSWER_TEXT };
		ret->text = (struct slice){ (const char *)r->have + 1, r->n - 2 };
		r->n = 0;
		return true;
	}
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

/* An error that only its cause, not the printer itself, can end comes before an open cover. */
struct error {
	enum device_trouble trouble; /* TROUBLE_NONE: no error */
	const char *detail;
};

/* The worst first. When the cover is open the paper bits are from before it was. */
static struct escpos_facts judge(struct error error, bool cover, bool paper_end, bool offline,
				 bool paper_low)
{
	struct escpos_facts f = { DEVICE_OK, TROUBLE_NONE, "", cover, false };

	/* Opened while it prints, many models call that an error that ends by itself. */
	if (error.trouble != TROUBLE_NONE && !(error.trouble == TROUBLE_HOT && cover))
		f = (struct escpos_facts){ DEVICE_ERROR, error.trouble, error.detail, cover,
					   false };
	else if (cover)
		f = (struct escpos_facts){ DEVICE_COVER_OPEN, TROUBLE_COVER, "cover open", true,
					   false };
	else if (paper_end)
		f = (struct escpos_facts){ DEVICE_PAPER_OUT, TROUBLE_PAPER_OUT, "no paper", false,
					   false };
	else if (offline)
		f = (struct escpos_facts){ DEVICE_OFFLINE, TROUBLE_OFFLINE, "printer is offline",
					   false, false };
	else if (paper_low)
		f = (struct escpos_facts){ DEVICE_PAPER_LOW, TROUBLE_PAPER_LOW,
					   "paper near its end", false, false };
	return f;
}

/* Bit 2 is undefined on some models, so it counts only with another sign of trouble. */
static struct error error_of(uint8_t bits, bool trouble)
{
	if (bits & 0x20)
		return (struct error){ TROUBLE_SERVICE, "printer needs service" };
	if (bits & 0x08)
		return (struct error){ TROUBLE_CUTTER, "cutter error" };
	if (bits & 0x40)
		return (struct error){ TROUBLE_HOT, "print head too hot" };
	if (trouble && (bits & 0x04))
		return (struct error){ TROUBLE_MECHANICAL, "mechanical error" };
	return (struct error){ TROUBLE_NONE, NULL };
}

struct escpos_facts escpos_facts_realtime(const uint8_t eot[4])
{
	const bool wrong = eot[1] & 0x40;
	struct error error = error_of(eot[2], wrong);
	struct escpos_facts f;

	if (wrong && error.trouble == TROUBLE_NONE)
		error = (struct error){ TROUBLE_MECHANICAL, "printer error" };
	f = judge(error, eot[1] & 0x04, (eot[1] & 0x20) || (eot[3] & 0x60), eot[0] & 0x08,
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
