// SPDX-License-Identifier: Apache-2.0
/*
 * Recorded traffic with a device, as text: what tests replay and `replay:` ports play.
 *
 *   # where the bytes come from
 *   0    < "5901234123457\r"        from the device, 0 ms after the beginning
 *   150  < 02 4c 31 "." 03          hex bytes and quoted text, mixed
 *   150  > 10 04 01                 to the device
 *   900  ! down                     what else happened; tests/traces/README.md lists it
 *
 * Quoted text knows \r \n \t \\ \" and \xNN. Times do not fall. A line's bytes are at most
 * TRACE_RECORD_MAX. Broken lines are -EBADMSG.
 *
 * The events that go with a trace are lines too, written by trace_event().
 */
#ifndef LADA_DRIVERS_TRACE_H
#define LADA_DRIVERS_TRACE_H

#include "drivers/driver.h"

#define TRACE_RECORD_MAX 12288
#define TRACE_FILE_MAX	 (1024 * 1024)

struct trace_record {
	int64_t ms;
	char kind;  /* '<', '>' or '!' */
	uint8_t *p; /* the caller's memory */
	size_t n;   /* bytes; for '!' its text */
};

/* The record at *at, which moves on, its bytes in memory[cap]. 1 a record, 0 the end,
 * -EBADMSG with *at at the start of the broken line, -EMSGSIZE too long for cap. */
int trace_next(struct slice text, size_t *at, uint8_t *memory, size_t cap,
	       struct trace_record *ret_record);

/* "scan ]Q1 L1.abc", "status paper_out no paper", "job 7 done", "drawer high" and a newline. */
void trace_event(struct buf *out, const struct driver_event *e);

/* One line of a trace: bytes as quoted text and hex, or what happened. A record of more than
 * TRACE_RECORD_MAX bytes, or one that cannot be written, is left out: -EMSGSIZE. */
int trace_write(struct buf *out, int64_t ms, char kind, struct slice record);

/* Text with everything but printable ASCII as in quoted text. */
void trace_escape(struct buf *out, struct slice text);

#endif
