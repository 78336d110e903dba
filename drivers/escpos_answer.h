// SPDX-License-Identifier: Apache-2.0
/*
 * What an ESC/POS printer sends back, told apart byte by byte (Epson TM-T88III specification,
 * appendix G): the answers to DLE EOT `0xx1xx10`, automatic status (four bytes, the first
 * `0xx1xx00`, the others `0xx0xxxx`), in-order status `0xx0xxxx`, blocks that begin with 37h,
 * 3Bh, 3Dh, 5Fh, 35h or 53h and run to 00h. XON and XOFF may stand anywhere and are nothing.
 * What fits nowhere is counted. No state but the struct; zero it to begin.
 */
#ifndef LADA_DRIVERS_ESCPOS_ANSWER_H
#define LADA_DRIVERS_ESCPOS_ANSWER_H

#include "firmware/base/bytes.h"
#include "firmware/base/device.h"

enum escpos_answer_kind {
	ESCPOS_ANSWER_REALTIME,	 /* bytes[0]: to the oldest DLE EOT without an answer */
	ESCPOS_ANSWER_AUTOMATIC, /* bytes[0..3] */
	ESCPOS_ANSWER_STATUS,	 /* bytes[0]: to GS r */
	ESCPOS_ANSWER_PROCESS,	 /* bytes[0..3]: the id of GS ( H whose data is printed */
	ESCPOS_ANSWER_TEXT,	 /* text: to GS I 66 and the like, `5F text 00` */
};

struct escpos_answer {
	enum escpos_answer_kind kind;
	uint8_t bytes[4];
	struct slice text; /* borrows the reader until the next byte */
};

#define ESCPOS_BLOCK_MAX 96

struct escpos_reader {
	uint8_t have[ESCPOS_BLOCK_MAX]; /* of an answer of several bytes */
	size_t n;
	uint64_t garbage;
};

/* True when this byte completes an answer. */
bool escpos_read(struct escpos_reader *r, uint8_t byte, struct escpos_answer *ret_answer);

/* What the printer says about itself. */
struct escpos_facts {
	enum device_status status;
	enum device_trouble trouble;
	const char *detail; /* constant, "" when ok */
	bool cover;	    /* open now, whatever else is wrong */
	bool drawer_high;
};

struct escpos_facts escpos_facts_realtime(const uint8_t eot[4]); /* answers to 1, 2, 3, 4 */
struct escpos_facts escpos_facts_automatic(const uint8_t asb[4]);

#endif
