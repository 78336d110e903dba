// SPDX-License-Identifier: Apache-2.0
/*
 * One thing that is plugged in, as far as can be told without opening it: a USB interface or a
 * serial port. Plain values, no library behind them; the device manager matches them with
 * hw/devices.tsv (drivers/known.h) and says who has them.
 */
#ifndef LADA_DRIVERS_SEEN_H
#define LADA_DRIVERS_SEEN_H

#include "drivers/port_address.h"
#include "firmware/base/bytes.h"

#define SEEN_TEXT_MAX 64
#define SEEN_MAX      64 /* things looked at in one list */

/* What it looks like by its USB class and, for HID, by its report descriptor. */
enum seen_look {
	SEEN_OTHER,    /* nothing a driver here speaks to; left alone */
	SEEN_PRINTER,  /* printer class 7/1 */
	SEEN_HIDPOS,   /* HID with usage page 0x8C, usage 0x02 */
	SEEN_KEYBOARD, /* HID keyboard: only a known id makes it a scanner */
	SEEN_HID,      /* HID of which more is not known */
	SEEN_TTY,      /* a serial port; its ids are those of the USB device behind it */
};

struct seen {
	enum port_kind port;	      /* PORT_USB or PORT_SERIAL */
	char path[PORT_PATH_MAX];     /* USB: "1-1.4:1.0", bus-ports:configuration.interface;
				       * serial: "/dev/ttyACM0". Names it among all that is there */
	char usb_path[SEEN_TEXT_MAX]; /* "1-1.4"; "" for a serial port without USB */
	int vendor, product;	      /* 0 unknown */
	char serial[SEEN_TEXT_MAX];   /* "" unknown */
	char maker[SEEN_TEXT_MAX];
	char model[SEEN_TEXT_MAX];
	enum seen_look look;
	bool no_rights; /* the station may not open it */
};

const char *seen_look_name(enum seen_look look); /* "printer", "hidpos" … */

#endif
