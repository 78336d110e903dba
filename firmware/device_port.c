// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes between a port and its driver. While a scanner is recorded its driver is fed byte by
 * byte (the law of driver.h: that changes nothing), so that what made an event is known to the
 * byte.
 */
#include <errno.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/devices_inside.h"

static void on_driver_event(void *ctx, const struct driver_event *e)
{
	struct device *d = ctx;

	if (d->record)
		record_event(d->record, e, d->driver->garbage(d->state));
	switch (e->kind) {
	case DRIVER_SCAN:
		device_scanned(d, e);
		break;
	case DRIVER_STATUS:
		device_status(d, e->status, e->trouble, "%s", e->detail);
		break;
	case DRIVER_JOB:
		device_job_ended(d, e);
		break;
	case DRIVER_DRAWER:
		if (d->drawer_known && d->drawer_high == e->drawer_high)
			break;
		d->drawer_known = d->tell = true;
		d->drawer_high = e->drawer_high;
		if (d->told)
			device_tell_change(d);
		break;
	case DRIVER_MODEL:
		device_told_model(d, e->text);
		break;
	}
}

static void on_driver_bytes(void *ctx, const void *p, size_t n)
{
	struct device *d = ctx;

	d->given += n;
	if (d->record)
		record_out(d->record, p, n, device_now_ms(d));
	if (port_write(&d->port, p, n) < 0)
		log_error("%s %s: the driver gave more than there was room for",
			  device_kind_name(d->config.kind), d->config.name);
}

/* Lets the driver fill the port until it has no more to give or the line takes no more. */
void device_pump(struct device *d)
{
	do {
		d->given = 0;
		d->driver->room(d->state, port_room(&d->port), device_now_ms(d), &d->sink);
		port_flush(&d->port);
	} while (d->given > 0 && d->started && port_room(&d->port) > 0);
	if (d->bounce) {
		d->bounce = false;
		port_bounce(&d->port, d->status == DEVICE_OFFLINE ? d->detail : "connecting anew");
	}
}

static void on_port_up(void *ctx)
{
	struct device *d = ctx;

	if (device_refuse(d))
		return;
	device_setup_up(d);
	d->started = d->was_up = true;
	d->bounce = false;
	d->heard_ms = d->up_ms = device_now_ms(d);
	if (d->record)
		record_up(d->record, d->driver, &d->setup, d->heard_ms);
	d->driver->start(d->state, &d->setup, d->heard_ms, &d->sink);
	device_show_again(d);
	device_pump(d);
}

static void end_driver(struct device *d)
{
	if (!d->started)
		return;
	d->started = false;
	if (d->record)
		record_happened(d->record, slice_of("down"), device_now_ms(d));
	d->driver->stop(d->state, &d->sink);
}

static void on_port_down(void *ctx, const char *why)
{
	struct device *d = ctx;

	end_driver(d);
	d->drawer_known = false;
	device_lost(d, why);
}

static void on_port_bytes(void *ctx, const void *p, size_t n, int64_t read_ns)
{
	struct device *d = ctx;
	const uint8_t *bytes = p;
	const size_t step = d->record && d->config.kind == DEVICE_SCANNER ? 1 : n;

	d->read_ns = read_ns;
	d->heard_ms = device_now_ms(d);
	for (size_t at = 0; at < n; at += step) {
		if (d->record)
			record_in(d->record, bytes + at, step, d->heard_ms);
		d->driver->rx(d->state, bytes + at, step, d->heard_ms, &d->sink);
	}
	device_pump(d);
}

static void on_port_room(void *ctx)
{
	device_pump(ctx);
}

static void port_closed(void *ctx)
{
	struct device *d = ctx;

	d->has_port = d->closing = false;
	d->all->news = true; /* what was seen before is not what is free now */
	if (!d->all->stopping)
		uv_timer_start(&d->all->look, on_look, 0, 0);
	device_closed(d->all);
}

static bool on_port_taken(void *ctx)
{
	const struct device *d = ctx;

	/* Of USB devices there may be more that it could have. */
	return d->address.kind == PORT_SERIAL && device_rival(d);
}

int device_open(struct device *d)
{
	const struct port_events events = {
		on_port_up, on_port_down, on_port_bytes, on_port_room, d, on_port_taken,
	};
	int r;

	memset(d->state, 0, d->state_size);
	d->sink = (struct sink){ on_driver_event, on_driver_bytes, d };
	r = port_start(&d->port, d->all->loop, d->all->clock, d->all->bus, &d->address, &events);
	if (r < 0)
		return r;
	d->has_port = true;
	d->all->open++;
	return 0;
}

void device_close(struct device *d)
{
	end_driver(d);
	if (!d->has_port || d->closing)
		return;
	d->closing = true;
	port_stop(&d->port, port_closed);
}
