// SPDX-License-Identifier: Apache-2.0
/*
 * The words devices, the spool and the state document share: kinds, states, results.
 */
#ifndef LADA_BASE_DEVICE_H
#define LADA_BASE_DEVICE_H

#include "firmware/base/bytes.h"

#define DEVICE_NAME_MAX	    32
#define DEVICE_DETAIL_MAX   96
#define DEVICES_MAX	    16
#define DEVICE_PROTOCOL_MAX 16 /* "keyboard" and a NUL */

/* A desk: a place at a station with its own screen and session. */
enum desk { DESK_COUNTER, DESK_KIOSK };
#define DESK_COUNT 2

enum device_kind { DEVICE_SCANNER, DEVICE_PRINTER, DEVICE_DISPLAY };

/* Worst last; names are those of the state document. */
enum device_status {
	DEVICE_OK,
	DEVICE_PAPER_LOW,
	DEVICE_OFFLINE,
	DEVICE_PAPER_OUT,
	DEVICE_COVER_OPEN,
	DEVICE_ERROR,
	DEVICE_UNCLAIMED,
};

/* What is the matter, for words to a clerk (firmware/counter/words.h) and for the log. The name
 * is what the state document calls `trouble`. */
enum device_trouble {
	TROUBLE_NONE,
	/* Nobody answers at the port. */
	TROUBLE_NOT_FOUND,   /* nothing that fits is plugged in */
	TROUBLE_UNPLUGGED,   /* it was there and is gone */
	TROUBLE_NO_RIGHTS,   /* the station may not open it */
	TROUBLE_TAKEN,	     /* another program or section has it */
	TROUBLE_LINE,	     /* the line cannot be opened or broke */
	TROUBLE_SILENT,	     /* the line is up, and the device does not answer */
	TROUBLE_UNSUPPORTED, /* nothing here can speak to it */
	/* Printers. */
	TROUBLE_PAPER_LOW,
	TROUBLE_PAPER_OUT,
	TROUBLE_COVER,
	TROUBLE_CUTTER,	    /* recoverable: clear the jam */
	TROUBLE_MECHANICAL, /* recoverable */
	TROUBLE_HOT,	    /* over temperature: recovers by itself */
	TROUBLE_SERVICE,    /* not recoverable here */
	TROUBLE_OFFLINE,    /* it says that it is offline, and no more */
};
#define TROUBLE_COUNT 16

/* The sound of a decision, for scanners that can make one. */
enum feedback { FEEDBACK_GOOD, FEEDBACK_ATTENTION, FEEDBACK_BAD };

/* What became of a print job, as far as the printer can be believed. */
enum job_result {
	JOB_RESULT_DONE,    /* the printer said that everything before the fence is out */
	JOB_RESULT_NOTHING, /* it failed before the first byte left: printing again is safe */
	JOB_RESULT_UNKNOWN, /* bytes left and no answer came: only a person can tell */
	JOB_RESULT_REFUSED, /* no printer of this kind can print this document, ever */
};

/* Symbology as far as the reader told; from the AIM identifier where there is one. */
enum symbology {
	SYMBOLOGY_UNKNOWN,
	SYMBOLOGY_EAN_UPC, /* EAN-13, UPC-A or UPC-E */
	SYMBOLOGY_GS1,	   /* any carrier of GS1 element strings */
	SYMBOLOGY_CODE128,
	SYMBOLOGY_QR,
	SYMBOLOGY_OTHER,
	SYMBOLOGY_EAN8,
	SYMBOLOGY_EAN_ADDON, /* EAN or UPC and its add-on in one text */
	SYMBOLOGY_ADDON,     /* an add-on alone */
	SYMBOLOGY_ITF,
	SYMBOLOGY_DATAMATRIX,
};

#define AIM_MAX 4 /* "]Q1" and a NUL */

/* The longest code a reader may deliver, bytes. */
#define SCAN_TEXT_MAX 4096

const char *desk_name(enum desk desk); /* "counter", "kiosk" */
const char *device_kind_name(enum device_kind kind);
const char *device_status_name(enum device_status status);
const char *device_trouble_name(enum device_trouble trouble); /* "" for none, "paper_out" … */
enum symbology symbology_of_aim(const char *aim);

#endif
