// SPDX-License-Identifier: Apache-2.0
/*
 * What is plugged in. Reading sysfs waits for as long as the kernel is busy with a device, which a
 * bad one can make seconds, so a worker looks and the loop takes what it found.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/tty_list.h"
#include "firmware/devices_inside.h"

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->path, ((const struct seen *)b)->path);
}

static void on_worker(uv_work_t *work)
{
	struct devices *all = work->data;

	if (all->view.list)
		return;
	all->fresh_n = usb_bus_list(all->bus, all->fresh, SEEN_MAX);
	all->fresh_n += tty_list(all->fresh + all->fresh_n, SEEN_MAX);
}

static void take(struct devices *all)
{
	const bool again = all->look_wanted;

	if (all->view.list)
		all->fresh_n = all->view.list(all->view.ctx, all->fresh, CLAIMS_SEEN_MAX);
	else
		usb_bus_complete(all->bus, all->fresh, all->fresh_n);
	memcpy(all->seen, all->fresh, all->fresh_n * sizeof(all->seen[0]));
	all->seen_n = all->fresh_n;
	all->seen_ms = all->look_ms;
	qsort(all->seen, all->seen_n, sizeof(all->seen[0]), by_path);
	all->look_wanted = false;
	if (again)
		devices_look(all, true);
	else
		devices_looked(all);
}

static void on_worked(uv_work_t *work, int status)
{
	struct devices *all = work->data;

	all->looking = false;
	if (!all->stopping && status == 0)
		take(all);
	device_closed(all);
}

void devices_look(struct devices *all, bool news)
{
	if (all->looking) {
		all->look_wanted = all->look_wanted || news;
		return;
	}
	all->look_work.data = all;
	all->look_ms = all->clock->mono_ms(all->clock->ctx);
	if (uv_queue_work(all->loop, &all->look_work, on_worker, on_worked) < 0)
		return;
	all->looking = true;
	all->open++;
}

/* ---- two sections that name one line ---- */

void device_resolve(const struct port_address *from, struct port_address *to)
{
	char path[PATH_MAX];

	*to = *from;
	if (from->kind == PORT_SERIAL && realpath(from->path, path))
		slice_copy(slice_of(path), to->path, sizeof(to->path));
}

static bool is_rival(const struct device *d, const struct port_address *mine,
		     const struct device *other)
{
	struct port_address theirs;

	if (other == d || !other->has_port || other->address.kind != mine->kind)
		return false;
	if (mine->kind == PORT_USB)
		return port_is_at(&other->port, mine);
	if (mine->kind != PORT_SERIAL)
		return false;
	device_resolve(&other->address, &theirs);
	return strcmp(mine->path, theirs.path) == 0 &&
	       (other < d || other->closing || other->port.state == PORT_UP);
}

const struct device *device_rival(const struct device *d)
{
	const struct devices *all = d->all;
	struct port_address mine;

	device_resolve(&d->address, &mine);
	for (int i = 0; i < all->count; i++)
		if (is_rival(d, &mine, &all->list[i]))
			return &all->list[i];
	return NULL;
}
