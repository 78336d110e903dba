// SPDX-License-Identifier: Apache-2.0
/*
 * What a desk's displays show and its scanners sound.
 */
#include <string.h>

#include "firmware/devices_inside.h"

/* A display that comes up later is given what its desk shows now. */
void device_show_again(struct device *d)
{
	const struct devices *all = d->all;
	const enum desk desk = d->config.desk;
	const struct slice doc = { all->shown[desk], all->shown_n[desk] };

	if (d->config.kind != DEVICE_DISPLAY || !d->driver->show)
		return;
	if (d->record)
		record_show(d->record, doc, device_now_ms(d));
	d->driver->show(d->state, doc, device_now_ms(d), &d->sink);
}

void devices_show(struct devices *all, enum desk desk, struct slice doc)
{
	if (doc.n > DOC_DISPLAY_MAX)
		return;
	memcpy(all->shown[desk], doc.p, doc.n);
	all->shown_n[desk] = doc.n;
	for (int i = 0; i < all->count; i++) {
		struct device *d = &all->list[i];

		if (!d->started || d->config.kind != DEVICE_DISPLAY || d->config.desk != desk)
			continue;
		device_show_again(d);
		device_pump(d);
	}
}

void devices_feedback(struct devices *all, enum desk desk, enum feedback feedback)
{
	for (int i = 0; i < all->count; i++) {
		struct device *d = &all->list[i];

		if (d->config.kind != DEVICE_SCANNER || d->config.desk != desk || !d->started ||
		    !d->driver->feedback)
			continue;
		if (d->record)
			record_feedback(d->record, feedback, device_now_ms(d));
		d->driver->feedback(d->state, feedback, device_now_ms(d), &d->sink);
		device_pump(d);
	}
}
