// SPDX-License-Identifier: Apache-2.0
#include "firmware/devices.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/devices_inside.h"

#define TICK_MS	  1000
#define SILENT_MS 30000 /* a printer on a network that says nothing: connect anew */

int64_t device_now_ms(const struct device *d)
{
	return d->all->clock->mono_ms(d->all->clock->ctx);
}

/* ---- ticks ---- */

static void tick_device(struct device *d, int64_t now_ms)
{
	if (!d->told) {
		device_status(d, d->status, d->trouble, "%s", d->detail);
		return;
	}
	device_tell_tick(d);
	if (!d->started)
		return;
	if (d->record)
		record_tick(d->record, now_ms);
	d->driver->tick(d->state, now_ms, &d->sink);
	d->bounce = d->bounce || (d->config.kind == DEVICE_PRINTER && !d->busy &&
				  d->port.address.kind == PORT_TCP && d->status == DEVICE_OFFLINE &&
				  now_ms - d->heard_ms > SILENT_MS);
	device_pump(d);
}

static void on_tick(uv_timer_t *timer)
{
	struct devices *all = timer->data;

	devices_tell_results(all);
	for (int i = 0; i < all->count; i++)
		tick_device(&all->list[i], device_now_ms(&all->list[i]));
	devices_record_tick(all);
}

/* ---- start ---- */

static void start_usb(struct devices *all)
{
	all->no_usb = "";
	if (all->view.list)
		return;
	if (known_load(all->known) < 0)
		log_error("the table of known devices cannot be read");
	all->bus = usb_bus_start(all->loop, devices_changed, all, &all->no_usb);
	if (!all->bus)
		log_notice("no USB here: %s", all->no_usb);
}

static void free_memory(struct devices *all)
{
	for (int i = 0; i < all->count; i++) {
		free(all->list[i].state);
		free(all->list[i].repeats);
		free(all->list[i].bytes);
		free(all->list[i].logo);
	}
	free(all->known);
	free(all);
}

static void start_timer(struct devices *all, uv_timer_t *timer)
{
	uv_timer_init(all->loop, timer);
	timer->data = all;
	all->open++;
}

struct devices *devices_open(uv_loop_t *loop, struct door *door, const struct config *config,
			     const struct clock *clock, const struct device_view *view)
{
	struct devices *all = calloc(1, sizeof(*all));
	struct known_table *known = calloc(1, sizeof(*known));

	if (!all || !known) {
		free(all);
		free(known);
		return NULL;
	}
	all->loop = loop;
	all->door = door;
	all->clock = clock;
	all->known = known;
	all->view = view ? *view : (struct device_view){ NULL, NULL, NULL };
	all->recording.trouble = "";
	text_fmt(all->recordings, sizeof(all->recordings), "%s/recordings", config->data);
	start_timer(all, &all->tick);
	start_timer(all, &all->look);
	start_usb(all);
	for (int i = 0; i < config->device_count && i < DEVICES_MAX; i++) {
		struct device *d = &all->list[all->count++];

		d->all = all;
		d->config = config->devices[i];
		device_prepare(d);
	}
	uv_timer_start(&all->tick, on_tick, TICK_MS, TICK_MS);
	all->news = true;
	uv_timer_start(&all->look, on_look, 0, 0);
	return all;
}

struct devices *devices_start(uv_loop_t *loop, struct door *door, const struct config *config,
			      const struct clock *clock)
{
	return devices_open(loop, door, config, clock, NULL);
}

void devices_cut_off(struct devices *all, const char *printer)
{
	for (int i = 0; i < all->count; i++)
		if (strcmp(all->list[i].config.name, printer) == 0)
			all->list[i].cut_off = true;
}

/* ---- what the step wants ---- */

void devices_output(struct devices *all, const struct door_out *out, struct slice payload)
{
	if (out->kind == OUT_PRINT)
		devices_print(all, out->print.job, out->print.printer, payload);
	else if (out->kind == OUT_FEEDBACK)
		devices_feedback(all, out->feedback.desk, out->feedback.feedback);
	else if (out->kind == OUT_DISPLAY)
		devices_show(all, out->display.desk, payload);
}

/* ---- end ---- */

static void bus_stopped(void *ctx)
{
	struct devices *all = ctx;

	all->stopped(all->stopped_ctx);
}

void device_closed(struct devices *all)
{
	if (--all->open > 0)
		return;
	usb_bus_stop(all->bus, bus_stopped, all);
	all->bus = NULL;
}

static void timer_closed(uv_handle_t *handle)
{
	device_closed(handle->data);
}

void devices_stop(struct devices *all, void (*stopped)(void *ctx), void *ctx)
{
	all->stopping = true;
	all->stopped = stopped;
	all->stopped_ctx = ctx;
	for (int i = 0; i < all->count; i++)
		device_close(&all->list[i]);
	devices_record_end(all);
	if (all->looking)
		uv_cancel((uv_req_t *)&all->look_work);
	uv_close((uv_handle_t *)&all->tick, timer_closed);
	uv_close((uv_handle_t *)&all->look, timer_closed);
}

void devices_free(struct devices *all)
{
	if (all)
		free_memory(all);
}
