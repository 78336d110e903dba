// SPDX-License-Identifier: Apache-2.0
/*
 * The far side of the USB printer gadget: bytes go between /dev/g_printer0 and a simulated printer
 * on TCP, as they are. With the cable out (no /dev/g_printer0, or nobody has configured it) it
 * waits; while the printer does not take bytes, none are taken from the gadget, and the host sees
 * a full printer.
 *
 * It can be told to cut after a number of bytes: they reach the far side, the next one does not.
 * Owner: the agent's loop, which polls what pump_polls() asks for. Times are ms of the monotonic
 * clock.
 */
#ifndef LADA_LAB_PUMP_H
#define LADA_LAB_PUMP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PUMP_BUFFER_BYTES 4096
#define PUMP_POLLS	  2

struct pump {
	bool on;
	char host[64];
	int port;
	int paper; /* /dev/g_printer0, -1 */
	int far;   /* the simulated printer, -1 */
	bool connecting;
	int64_t paper_again_ms; /* not before */
	int64_t far_again_ms;
	uint8_t out[PUMP_BUFFER_BYTES]; /* to the printer */
	size_t out_n;
	uint8_t in[PUMP_BUFFER_BYTES]; /* from the printer */
	size_t in_n;
	uint64_t passed; /* bytes the far side was given */
	bool cutting;
	uint64_t cut_left;
};

void pump_init(struct pump *p);
void pump_on(struct pump *p, const char *host, int port);
void pump_off(struct pump *p);
/*
 * Before and after the gadget's cable is pulled. What is between the host and the far side is
 * lost, both ways. It is read out first: Linux 6.1's f_printer keeps a transfer that was read in
 * part over the loss of its gadget, and goes wrong with it later.
 */
void pump_unplug(struct pump *p);
void pump_unplugged(struct pump *p);
void pump_cut_after(struct pump *p, uint64_t bytes);
void pump_cut_off(struct pump *p);

/* Fills fds[PUMP_POLLS]; entries with fd -1 are not polled. Returns how long the loop may wait. */
int pump_polls(struct pump *p, struct pollfd *fds, int64_t now_ms);
/* True once, when the bytes before the cut have reached the far side. */
bool pump_run(struct pump *p, const struct pollfd *fds, int64_t now_ms);

/* A connection begun, or a negative errno. */
int pump_connect(const char *host, int port);

#endif
