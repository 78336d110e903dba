// SPDX-License-Identifier: Apache-2.0
/*
 * The words devices, the spool and the state document share: kinds, states, results.
 */
#ifndef LADA_BASE_DEVICE_H
#define LADA_BASE_DEVICE_H

#include "firmware/base/bytes.h"

#define DEVICE_NAME_MAX 32
#define DEVICE_DETAIL_MAX 96
#define DEVICES_MAX 16

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
	SYMBOLOGY_EAN_UPC,
	SYMBOLOGY_GS1,
	SYMBOLOGY_CODE128,
	SYMBOLOGY_QR,
	SYMBOLOGY_OTHER,
};

#define AIM_MAX 4 /* "]Q1" and a NUL */

/* The longest code a reader may deliver, bytes. */
#define SCAN_TEXT_MAX 4096

const char *desk_name(enum desk desk); /* "counter", "kiosk" */
const char *device_kind_name(enum device_kind kind);
const char *device_status_name(enum device_status status);
enum symbology symbology_of_aim(const char *aim);

#endif
