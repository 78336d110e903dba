// SPDX-License-Identifier: Apache-2.0
/*
 * The life of a simulated serial device: a pseudo-terminal to the station, lines of standard
 * input from the tester, and an end at SIGTERM. What the bytes mean is the device's.
 *
 * The device owns the struct: zero-initialised, with the first block filled in. Calls come from
 * terminal_loop and terminal_hear only. What fails at the start is said on stderr.
 */
#ifndef LADA_SIM_TERMINAL_H
#define LADA_SIM_TERMINAL_H

#include "tests/sim/pty.h"
#include "tests/sim/util.h"

struct terminal {
	const char *program;
	const char *link;
	void *ctx;
	/* Bytes that the station sent. */
	void (*heard)(void *ctx, const uint8_t *bytes, size_t n);
	/* A line of standard input; NULL leaves standard input alone. */
	void (*told)(void *ctx, const char *line, size_t n);
	bool until_eof; /* the end of standard input is the end */

	bool stopped; /* by a signal, or set by the device: the loop ends */
	int signals;
	struct pty pty;
	struct sim_lines lines;
};

/* Returns 0, or 1, the exit status, after a message; only after 0 is there something to close. */
int terminal_open(struct terminal *t);
void terminal_loop(struct terminal *t);
void terminal_close(struct terminal *t);

/* Waits for poll events on the station's line (0: for none of them), a signal or the end of time
 * (-1: never); true if stopped. */
bool terminal_wait(struct terminal *t, short events, int timeout_ms);
/* Hands what has come to `heard`, without waiting. */
void terminal_hear(struct terminal *t);
/* Sends what fits: one that nobody reads fills up, and then a cable loses bytes too. */
void terminal_send(struct terminal *t, const uint8_t *bytes, size_t n);

#endif
