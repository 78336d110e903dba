// SPDX-License-Identifier: Apache-2.0
/*
 * What a driver is: a pure translator between a device's bytes and the shop's events.
 *
 * A driver has no file descriptor, no heap, no clock and no log. Everything it remembers is in
 * one block of `state_size` bytes that the core gives, zeroed once when the device is made and
 * kept over every stop and start. It is told the time, handed the bytes that came, and speaks
 * through a sink: events for the shop, bytes for the device. So the same driver runs over a
 * serial line, USB, TCP and a recording.
 *
 * The one law: the same bytes in any chunking give the same events. The replay test and the
 * fuzzer hold every driver to it.
 *
 * Bad bytes are not errors: rx() counts what it cannot use in `garbage` and goes on.
 *
 * Calls, all on the loop thread, never re-entered (a sink's callbacks call nothing back):
 *   start   the line is up (again); printers ask for status here
 *   rx      bytes came
 *   room    the port can take `bytes` more now. The only call that may give the sink bytes, and
 *           never more than this. The core calls it after every other call and whenever the
 *           port has sent something
 *   tick    about once a second while the line is up
 *   stop    the line is down; a job in the middle ends with the truth (nothing or unknown)
 *   job     (printers) takes a job's bytes, made by `encode`; borrowed until its JOB event
 *   encode  (printers) document to bytes, pure, by profile. Times are monotonic milliseconds.
 *   feedback (scanners) a sound or light; may be NULL
 *   show    (displays) a document (firmware/base/doc.h) to stand there until the next one. The
 *           driver keeps what it needs of it and sends it when there is room, after every start
 *
 * Devices that speak in HID reports: the port hands rx() whole reports one after another, each
 * exactly as long as the report descriptor says (with its report id where it has ids), and takes
 * output and feature reports from room() in the same form. So the law holds for them too.
 */
#ifndef LADA_DRIVERS_DRIVER_H
#define LADA_DRIVERS_DRIVER_H

#include "drivers/profile.h"
#include "drivers/seen.h"
#include "firmware/base/bytes.h"
#include "firmware/base/device.h"

enum driver_event_kind {
	DRIVER_SCAN,   /* text, aim */
	DRIVER_STATUS, /* status, detail; also the first one after start */
	DRIVER_JOB,    /* job, result, detail: the job is over */
	DRIVER_DRAWER, /* drawer_high, where the printer can tell */
	DRIVER_MODEL,  /* text: "EPSON TM-T20II", when the device told by the protocol itself */
};

/* A small value; `text` borrows the driver's memory until the call returns. */
struct driver_event {
	enum driver_event_kind kind;
	struct slice text;
	char aim[AIM_MAX]; /* "]Q1", or "" when the reader sent none */
	enum device_status status;
	enum device_trouble trouble;
	const char *detail; /* "" or a constant in English, for the details line */
	int64_t job;
	enum job_result result;
	bool drawer_high; /* the drawer connector's pin 3; whether high is open is its wiring */
};

struct sink {
	void (*event)(void *ctx, const struct driver_event *e);
	void (*bytes)(void *ctx, const void *p, size_t n);
	void *ctx;
};

#define LAYOUT_MAX 8

/* How this device was configured and what its port knows of it; constant between start and
 * stop. */
struct driver_setup {
	const struct printer_profile *profile; /* printers: never NULL */
	uint32_t max_job_ms;	 /* how long a printer that is well may take over a job */
	bool ask_model;		 /* printers: nobody knows the model yet, ask for it */
	bool cut_off;		 /* printers: a job broke off, and it may wait for the rest */
	struct slice descriptor; /* HID: the report descriptor; n = 0 elsewhere */
	int vendor, product;	 /* USB ids, 0 unknown */
	char layout[LAYOUT_MAX]; /* keyboards: "us", "pl", "de", "fr" */
	char dialect[16]; /* displays: the profile's name, "auto" as the driver thinks best */
};

#define DRIVER_MAX_JOB_MS    300000
#define DRIVER_JOB_BYTES_MAX 262144 /* what encode() may make of one document */

struct driver {
	const char *name; /* as in `protocol =` */
	enum device_kind kind;
	enum seen_look look; /* what it speaks to when nobody says where it is plugged in */
	const char *line;    /* default line settings, "9600 8n1 none"; "" where no line */
	size_t state_size;
	void (*start)(void *state, const struct driver_setup *setup, int64_t now_ms,
		      const struct sink *sink);
	void (*rx)(void *state, const void *p, size_t n, int64_t now_ms, const struct sink *sink);
	void (*room)(void *state, size_t bytes, int64_t now_ms, const struct sink *sink);
	void (*tick)(void *state, int64_t now_ms, const struct sink *sink);
	void (*stop)(void *state, const struct sink *sink);
	/* -EBUSY while another runs, -ENOTCONN while the line is down. NULL for no printer. */
	int (*job)(void *state, int64_t job, struct slice bytes, int64_t now_ms,
		   const struct sink *sink);
	/* -EMSGSIZE: it does not fit the buffer. NULL for no printer. */
	int (*encode)(const struct printer_profile *profile, struct slice doc,
		      struct buf *ret_bytes);
	/* Scanners; NULL where none can. */
	void (*feedback)(void *state, enum feedback feedback, int64_t now_ms,
			 const struct sink *sink);
	/* Displays; NULL elsewhere. */
	void (*show)(void *state, struct slice doc, int64_t now_ms, const struct sink *sink);
	uint64_t (*garbage)(const void *state); /* bytes skipped so far */
};

#define DRIVER_STATE_MAX 16384

/* Every driver is one `struct driver` and one line here. */
#define DRIVER_TABLE(DRIVER)                                                                       \
	DRIVER(driver_scan_line)                                                                   \
	DRIVER(driver_scan_hidpos)                                                                 \
	DRIVER(driver_scan_keyboard)                                                               \
	DRIVER(driver_scan_ssi)                                                                    \
	DRIVER(driver_scan_skeleton)                                                               \
	DRIVER(driver_print_escpos)                                                                \
	DRIVER(driver_show_pole)                                                                   \
	DRIVER(driver_show_nextion)

#define DRIVER_DECLARE(symbol) extern const struct driver symbol;
DRIVER_TABLE(DRIVER_DECLARE)

/* NULL when there is no such driver. */
const struct driver *driver_find(enum device_kind kind, struct slice name);
const struct driver *driver_at(size_t i); /* NULL behind the last */

#endif
