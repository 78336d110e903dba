// SPDX-License-Identifier: Apache-2.0
/*
 * Who has what: which of the things that are plugged in belongs to which section of lada.conf.
 * Pure; the caller owns all memory, and knows what a driver can speak to.
 *
 * What a section names itself (a serial path, a USB id) is never given to `port = auto`. What a
 * section had while the process lives stays its own: told by vendor, product and serial number,
 * or by where it is plugged in when it has no serial number or one that another has too. Of one
 * device an automatic section of each kind has at most one interface.
 */
#ifndef LADA_FIRMWARE_CLAIMS_H
#define LADA_FIRMWARE_CLAIMS_H

#include "drivers/seen.h"
#include "firmware/base/device.h"

#define CLAIMS_SEEN_MAX (2 * SEEN_MAX) /* USB interfaces and serial ports */

/* What a section remembers of the device it had last. */
struct claim_own {
	bool known;
	int vendor, product;
	char serial[SEEN_TEXT_MAX];
	char place[PORT_PATH_MAX]; /* USB path, or the path of a serial port without USB */
};

struct claim_section {
	enum device_kind kind;
	const char *protocol; /* "auto": any */
	bool automatic;
	const struct port_address *named; /* others: where it is, links resolved */
	const char *has;   /* automatic: path of what it has now, "" while it waits */
	const char *avoid; /* automatic: path of what could not be opened last, "" none */
	struct claim_own own;
};

enum claim_answer {
	CLAIM_TAKE,
	CLAIM_NOTHING,	 /* nothing that fits and is free is plugged in */
	CLAIM_AWAY,	 /* nor is its own, which it had before */
	CLAIM_NO_RIGHTS, /* `seen` is for it, but the station may not open it */
};

struct claim_choice {
	enum claim_answer answer;
	size_t seen;
};

/* Can a driver of this kind and protocol speak to it? */
typedef bool claim_fits(void *ctx, const struct seen *seen, enum device_kind kind,
			const char *protocol);

/* A choice for each section that waits; `seen` is sorted by path. CLAIM_NOTHING for others. */
void claims_decide(const struct claim_section *sections, size_t section_count,
		   const struct seen *seen, size_t seen_count, claim_fits *fits, void *ctx,
		   struct claim_choice *ret_choices);

/* The section that names it, has it, or, while that is waiting, had it; -1 none. */
int claims_owner(const struct claim_section *sections, size_t section_count,
		 const struct seen *seen);

/* What to remember of it. */
void claim_remember(const struct seen *seen, struct claim_own *ret_own);

#endif
