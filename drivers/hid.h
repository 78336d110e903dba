// SPDX-License-Identifier: Apache-2.0
/*
 * HID report descriptors: what a HID device says about the reports it sends and takes. Pure; the
 * caller owns the layout, a plain value of a few KB.
 *
 * Source: "Device Class Definition for Human Interface Devices (HID)", version 1.11, sections 5
 * and 6.2.2. Long items are skipped, as it asks. Of the delimited sets of alternative usages the
 * first one counts. A usage takes the usage page that stands when the main item comes, if none
 * came between them, as the drivers of the common systems do.
 *
 * All offsets and sizes are bits where the name says so, else bytes. Any bytes may be parsed:
 * what is cut short, nested wrongly or beyond the bounds below is -EBADMSG and nothing else.
 */
#ifndef LADA_DRIVERS_HID_H
#define LADA_DRIVERS_HID_H

#include "drivers/seen.h"
#include "firmware/base/bytes.h"

#define HID_REPORTS_MAX	     24
#define HID_FIELDS_MAX	     128
#define HID_TOPS_MAX	     8
#define HID_DEPTH_MAX	     16	  /* collections in one another */
#define HID_STACK_MAX	     8	  /* push items */
#define HID_RUNS_MAX	     64	  /* usages and ranges of usages before one main item */
#define HID_REPORT_BYTES_MAX 1024 /* a report with its id */

/* Usage pages and usages that more than one part here asks for. */
#define HID_PAGE_DESKTOP  0x01
#define HID_PAGE_KEYBOARD 0x07
#define HID_PAGE_BARCODE  0x8c

enum hid_type { HID_INPUT, HID_OUTPUT, HID_FEATURE };

/* Bits of a field's flags, section 6.2.2.5. */
#define HID_CONSTANT 0x01
#define HID_VARIABLE 0x02 /* not set: an array of indexes */

struct hid_usage {
	uint16_t page, id;
};

struct hid_report {
	uint8_t id; /* 0: this device has no ids */
	enum hid_type type;
	size_t bytes; /* with the id byte where there are ids */
};

/*
 * `count` values of `bits` each, one behind the other. Of a variable field value i is of usage
 * usage_min + i, or of usage_max for all i behind it. Of an array a value v means the usage
 * usage_min + (v - index_min) if that lies in usage_min..usage_max; an array whose usages are
 * several ranges is several fields over the same bits.
 */
struct hid_field {
	uint8_t report; /* index in `reports` */
	uint16_t flags;
	struct hid_usage top;	/* the outermost collection around it */
	struct hid_usage inner; /* the innermost */
	uint16_t page;
	uint16_t usage_min, usage_max;
	int32_t index_min;   /* arrays: the value that means usage_min */
	uint32_t bit_offset; /* from the first byte of the report, its id included */
	uint16_t bits, count;
};

struct hid_layout {
	struct hid_report reports[HID_REPORTS_MAX];
	size_t report_count;
	struct hid_field fields[HID_FIELDS_MAX]; /* padding is left out */
	size_t field_count;
	struct hid_usage tops[HID_TOPS_MAX]; /* the application collections that are in no other */
	size_t top_count;
	bool has_ids;
};

/* 0 or -EBADMSG. */
int hid_parse(struct slice descriptor, struct hid_layout *ret_layout);

/* 0: there is no such report. */
size_t hid_report_bytes(const struct hid_layout *layout, enum hid_type type, uint8_t id);

/* SEEN_HIDPOS, SEEN_KEYBOARD or SEEN_HID. */
enum seen_look hid_look(const struct hid_layout *layout);

/* NULL: there is none. */
const struct hid_field *hid_find(const struct hid_layout *layout, enum hid_type type, uint16_t page,
				 uint16_t usage);

/* Value `index` of a field; 0 where the report is too short, and for values above 32 bits. */
uint32_t hid_field_value(struct slice report, const struct hid_field *field, size_t index);

/* The usage an array's value means; 0: none of this field's. */
uint16_t hid_array_usage(const struct hid_field *field, uint32_t value);

#endif
