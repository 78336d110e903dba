// SPDX-License-Identifier: Apache-2.0
/*
 * What a receipt printer can do, as data. A profile is chosen by its name in lada.conf, or by
 * the model the printer tells (GET_DEVICE_ID on USB, GS I elsewhere), and copied by the device
 * manager, which puts the configured columns, drawer pin and logo in. Numbers are facts from the
 * makers' manuals, from the ESC/POS printer database (its data is under CC BY 4.0; see
 * README.md, "Licence") and from the tables of ReceiptPrinterEncoder (MIT), re-stated here.
 */
#ifndef LADA_DRIVERS_PROFILE_H
#define LADA_DRIVERS_PROFILE_H

#include "drivers/codepage.h"
#include "drivers/pbm.h"
#include "firmware/base/bytes.h"

#define PROFILE_PAGES_MAX   8
#define PROFILE_MODELS_MAX  12
#define PROFILE_COLUMNS_MIN 20
#define PROFILE_COLUMNS_MAX 96
#define PROFILE_DOTS_MAX    640

enum profile_qr {
	PROFILE_QR_RASTER, /* drawn here, GS v 0: the same on every model */
	PROFILE_QR_NATIVE, /* GS ( k: fewer bytes, for slow lines */
};

enum profile_cutter {
	PROFILE_CUTTER_NONE,  /* feed_lines, then the person tears */
	PROFILE_CUTTER_PLAIN, /* cuts where it stands: feed_lines first, then GS V 1 */
	PROFILE_CUTTER_FEEDS, /* GS V 66 n: feeds to the blade by itself, then partial cut */
};

/* How the printer proves that everything before was dealt with. */
enum profile_fence {
	PROFILE_FENCE_STATUS,  /* GS r 1: in-order status; data was taken out of the buffer */
	PROFILE_FENCE_PROCESS, /* GS ( H: process id; data was printed */
	/* DLE EOT alone, for boards that answer neither: the weakest, see escpos_job.c. */
	PROFILE_FENCE_REALTIME,
};

struct profile_page {
	enum codepage page;
	uint8_t number; /* n of ESC t n */
};

struct printer_profile {
	const char *name;
	/* How the models' names begin, NULL behind the last; see profile_for_model. */
	const char *models[PROFILE_MODELS_MAX + 1];
	int columns; /* font A */
	int dots;    /* of a raster line, a multiple of 8 */
	int dpi;
	struct profile_page pages[PROFILE_PAGES_MAX]; /* the first that fits as well is taken */
	int page_count;
	bool no_raster; /* GS v 0 is missing: no pictures, no QR drawn here, `?` for odd letters */
	enum profile_qr qr;
	bool code128; /* GS k in its newer form, with CODE128; else bars are drawn here */
	enum profile_cutter cutter;
	uint8_t feed_lines;  /* before the cut, or before the person tears */
	uint8_t drawer_pins; /* connectors it can pulse: 0, 1 (pin 2) or 2 (pins 2 and 5) */
	uint8_t drawer;	     /* 0 none, 1 = connector pin 2, 2 = connector pin 5 */
	enum profile_fence fence;
	const struct pbm *logo; /* borrowed; NULL none. Never set in the table */
};

/* NULL when there is no such profile. "auto" is generic-80. */
const struct printer_profile *profile_find(struct slice name);
const struct printer_profile *profile_at(size_t i); /* NULL behind the last */

/* The profile for what a printer says it is, "EPSON TM-T20II": the one with the longest model
 * that stands in the text, in any case, where a word begins and no digit goes on. NULL when no
 * one knows it. */
const struct printer_profile *profile_for_model(struct slice model);

#endif
