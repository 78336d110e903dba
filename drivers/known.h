// SPDX-License-Identifier: Apache-2.0
/*
 * The devices known so far: hw/devices.tsv, which is in the program. It says which driver speaks
 * to a USB interface or serial port that is plugged in, and the udev rules are made from it.
 *
 * The owner gives the memory of the table, fills it once and only reads it afterwards. Columns,
 * separated by tabs, `-` for what is not known:
 *
 *   kind      scanner, printer, display
 *   protocol  the driver
 *   profile   printers: a name of profiles.c; - is auto. Displays: the dialect
 *   port      serial, usb or tcp: where such a device is found
 *   line      serial line settings, "9600 8n1 none"
 *   usb       VVVV:PPPP in hex, with commas between; VVVV:* all of a vendor; VVVV:??PP where
 *             a vendor puts the mode into the last two digits; `any`: all that look so
 *   models    for people
 *   proof     what this version was tried with
 */
#ifndef LADA_DRIVERS_KNOWN_H
#define LADA_DRIVERS_KNOWN_H

#include "drivers/seen.h"
#include "firmware/base/device.h"

#define KNOWN_ROWS_MAX	 96
#define KNOWN_IDS_MAX	 256
#define KNOWN_NAME_MAX	 32
#define KNOWN_MODELS_MAX 96
#define KNOWN_UDEV_MAX	 65536 /* bytes of udev rules */

/* What to make of a device. */
struct known {
	enum device_kind kind;
	char protocol[DEVICE_PROTOCOL_MAX];
	char profile[KNOWN_NAME_MAX]; /* "auto" where the table has none */
	char line[KNOWN_NAME_MAX];    /* "": the driver's */
	char models[KNOWN_MODELS_MAX];
	bool by_id; /* the table lists this very model */
};

struct known_row {
	struct known known;
	enum port_kind port;
	enum seen_look look; /* what such a device looks like; SEEN_OTHER: cannot be found */
	bool any;	     /* whatever looks so */
	size_t first_id, id_count;
};

struct known_id {
	uint16_t vendor, product;
	uint16_t mask; /* the bits of `product` that count: 0xffff, 0x00ff, 0 */
};

struct known_table {
	struct known_row rows[KNOWN_ROWS_MAX];
	size_t row_count;
	struct known_id ids[KNOWN_IDS_MAX];
	size_t id_count;
};

/* The table in the program. 0, or what known_parse() says. */
int known_load(struct known_table *ret_table);
/* -EBADMSG: line *ret_line (from 1) is no row of such a table; -ENOSPC: too long. */
int known_parse(struct slice text, struct known_table *ret_table, int *ret_line);

/*
 * Which driver of this kind speaks to it? `protocol` narrows; "auto" is any. An id wins over
 * a vendor's `*`, that over `any`. An id speaks of the interface that looks as its row says,
 * so one device may be a keyboard and a HID POS scanner; a printer that is named exactly may
 * also be of the vendor class. A keyboard is a scanner only by its id, a serial port only
 * by id. False: nothing here does, leave it alone.
 */
bool known_find(const struct known_table *table, const struct seen *seen, enum device_kind kind,
		const char *protocol, struct known *ret_known);

/* The protocols of a kind, each once, in the table's order: "line, hidpos, keyboard". The table is
 * the one list of names that `protocol =` may have; the skeleton is not in it. */
void known_protocols(const struct known_table *table, enum device_kind kind, struct buf *b);
bool known_protocol(const struct known_table *table, enum device_kind kind, struct slice name);

/* Rules for udev(7): group `lada` and stable names in /dev/lada for what the table lists, and
 * nothing for any other device. KNOWN_UDEV_MAX bytes are enough. */
void known_udev_rules(const struct known_table *table, struct buf *b);

#endif
