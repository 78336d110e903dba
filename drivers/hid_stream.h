// SPDX-License-Identifier: Apache-2.0
/*
 * Input reports out of a stream of bytes: what a HID driver's rx() gets, in any chunking, put
 * together again by the lengths of the report descriptor. Pure; part of a driver's state.
 *
 * The port delivers whole reports only, so the stream is in step unless a device sends a report
 * its descriptor does not know. Where that ends cannot be told, and reports read out of step could
 * make a wrong scan; so then everything is counted and passed over up to a pause. Half a report is
 * counted and forgotten after a longer silence, which puts a device without ids in step too.
 */
#ifndef LADA_DRIVERS_HID_STREAM_H
#define LADA_DRIVERS_HID_STREAM_H

#include "drivers/hid.h"

#define HID_STREAM_GAP_MS   1000 /* half a report is given up */
#define HID_STREAM_PAUSE_MS 100	 /* behind an unknown one, a new one begins */

struct hid_stream {
	struct {
		uint8_t id;
		uint16_t bytes;
	} inputs[HID_REPORTS_MAX];
	size_t input_count;
	bool has_ids;
	uint8_t report[HID_REPORT_BYTES_MAX];
	size_t n, want; /* want = 0: between reports */
	bool lost;	/* an unknown report came, and no pause since */
	int64_t heard_ms;
	uint64_t garbage; /* bytes passed over */
};

void hid_stream_start(struct hid_stream *s, const struct hid_layout *layout);
/* True: `report` holds a whole one of `n` bytes, with its id if there are ids, until the next
 * call. */
bool hid_stream_byte(struct hid_stream *s, uint8_t c, int64_t now_ms);
/* Drops half a report after a silence; now and then. */
void hid_stream_tick(struct hid_stream *s, int64_t now_ms);
void hid_stream_stop(struct hid_stream *s);

#endif
