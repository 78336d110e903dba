// SPDX-License-Identifier: Apache-2.0
/*
 * What a receipt printer can do, as data. A profile is chosen by its name in lada.conf and
 * copied by the device manager, which puts the configured columns and drawer pin in. Numbers
 * are facts from the makers' manuals and from the ESC/POS printer database (its data is under
 * CC BY 4.0; see README.md, "Licence"), re-stated here.
 */
#ifndef LADA_DRIVERS_PROFILE_H
#define LADA_DRIVERS_PROFILE_H

#include "drivers/codepage.h"
#include "firmware/base/bytes.h"

#define PROFILE_PAGES_MAX   8
#define PROFILE_COLUMNS_MIN 20
#define PROFILE_COLUMNS_MAX 96

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
	int columns;				      /* font A */
	int dots;				      /* of a raster line */
	struct profile_page pages[PROFILE_PAGES_MAX]; /* the first that fits as well is taken */
	int page_count;
	enum profile_qr qr;
	enum profile_cutter cutter;
	uint8_t feed_lines; /* before the cut */
	uint8_t drawer;	    /* 0 none, 1 = connector pin 2, 2 = connector pin 5 */
	enum profile_fence fence;
};

/* NULL when there is no such profile. "auto" is generic-80. */
const struct printer_profile *profile_find(struct slice name);
const struct printer_profile *profile_at(size_t i); /* NULL behind the last */

#endif
