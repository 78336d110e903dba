// SPDX-License-Identifier: Apache-2.0
/*
 * Printers that port = auto took and that turned out to be for pages: an office printer looks
 * like a receipt printer until it is open and says what it speaks. It is given back before a byte
 * was sent to it, and not tried again as long as it is plugged in. One that hw/devices.tsv lists by
 * its id is believed, whatever it says, and so is one that lada.conf names.
 */
#include <string.h>

#include "firmware/devices_inside.h"

static bool same(const struct seen *a, const struct seen *b)
{
	return strcmp(a->path, b->path) == 0 && a->vendor == b->vendor &&
	       a->product == b->product && strcmp(a->serial, b->serial) == 0;
}

const char *devices_refused(const struct devices *all, const struct seen *seen)
{
	for (size_t i = 0; i < all->refused_count; i++)
		if (same(&all->refused[i].seen, seen))
			return all->refused[i].why;
	return NULL;
}

void devices_forget_refused(struct devices *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->refused_count; i++) {
		bool there = false;

		for (size_t k = 0; k < all->seen_n && !there; k++)
			there = same(&all->refused[i].seen, &all->seen[k]);
		if (there)
			all->refused[kept++] = all->refused[i];
	}
	all->refused_count = kept;
}

bool device_refuse(struct device *d)
{
	const char *language = port_language(&d->port);
	struct devices *all = d->all;
	struct refused *r = &all->refused[all->refused_count];

	if (!d->automatic || d->config.kind != DEVICE_PRINTER || d->known.by_id || !language[0])
		return false;
	device_status(d, DEVICE_OFFLINE, TROUBLE_UNSUPPORTED,
		      "%s is not a receipt printer: speaks %s", d->claimed.path, language);
	/* One more than fit is tried again, as rarely as a port that cannot be opened. */
	if (all->refused_count < REFUSED_MAX) {
		r->seen = d->claimed;
		memcpy(r->why, d->detail, sizeof(r->why));
		all->refused_count++;
	}
	port_bounce(&d->port, d->detail);
	return true;
}
