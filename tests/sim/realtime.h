// SPDX-License-Identifier: Apache-2.0
/*
 * Finds real-time commands (DLE EOT, DLE ENQ, DLE DC4) in a byte stream, as the receiving
 * side of an Epson printer does: byte by byte as they arrive, whatever they stand in, image
 * data included (Epson TM-T88III specification, DLE EOT). Holds no memory; cannot fail.
 */
#ifndef LADA_SIM_REALTIME_H
#define LADA_SIM_REALTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum realtime_kind {
	REALTIME_STATUS,  /* DLE EOT n: value = n, 1..4 */
	REALTIME_RECOVER, /* DLE ENQ n: value = n, 0..2 */
	REALTIME_PULSE,   /* DLE DC4 1 m t: value = m, time = t */
	REALTIME_OFF,     /* DLE DC4 2 1 8: power off */
	REALTIME_ASB,     /* DLE DC4 7 1: send the automatic status now */
	REALTIME_CLEAR,   /* DLE DC4 8 ...: clear the buffers */
};

struct realtime_command {
	enum realtime_kind kind;
	uint8_t value;
	uint8_t time;
};

/* Zero-initialise. */
struct realtime_scan {
	uint8_t bytes[10];
	size_t len;
};

/* True when this byte completes a command. */
bool realtime_feed(struct realtime_scan *scan, uint8_t byte, struct realtime_command *ret_command);

#endif
