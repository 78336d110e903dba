// SPDX-License-Identifier: Apache-2.0
#include "drivers/usb_bus.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "drivers/port_usb.h"

#define TIMERS_MAX 3
#define BLIND_MS   5 /* how often a descriptor is looked at that the loop cannot watch */

/* One of libusb's file descriptors in the loop. */
struct watch {
	struct watch *next;
	struct usb_bus *bus;
	uv_poll_t poll;
	int fd;
	bool blind; /* no handle: epoll does not take it, as with files in a test's /dev */
};

struct usb_bus {
	uv_loop_t *loop;
	struct libusb_context *library;
	libusb_hotplug_callback_handle hotplug;
	void (*changed)(void *ctx);
	void *changed_ctx;
	bool dirty; /* something came or went in this turn */
	bool again; /* `changed` is to be called once more */
	struct watch *watches;
	int blind;
	uv_timer_t due;	   /* libusb's own time-outs, and blind watches */
	uv_timer_t change; /* to the next `changed` */
	uv_timer_t reaper;
	struct port_usb *lines;
	uv_work_t orphans;
	bool returning; /* the request is out */
	size_t returned;
	bool stopping, closing;
	int handles; /* of the loop, still to be closed */
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

static void turn(struct usb_bus *bus);

/* ---- the loop ---- */

static void on_due(uv_timer_t *timer)
{
	turn(timer->data);
}

/* libusb keeps its time-outs in a timer descriptor where the kernel has them. */
static void arm(struct usb_bus *bus)
{
	struct timeval left;
	uint64_t ms = UINT64_MAX;

	if (!libusb_pollfds_handle_timeouts(bus->library) &&
	    libusb_get_next_timeout(bus->library, &left) == 1)
		ms = (uint64_t)left.tv_sec * 1000 + ((uint64_t)left.tv_usec + 999) / 1000;
	if (bus->blind > 0 && ms > BLIND_MS)
		ms = BLIND_MS;
	if (ms == UINT64_MAX)
		uv_timer_stop(&bus->due);
	else
		uv_timer_start(&bus->due, on_due, ms, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status; /* libusb asks for itself */
	(void)events;
	turn(((struct watch *)poll->data)->bus);
}

static void handle_closed(struct usb_bus *bus)
{
	if (--bus->handles > 0 || !bus->closing)
		return;
	bus->stopped(bus->stopped_ctx);
	free(bus);
}

static void watch_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;
	struct usb_bus *bus = w->bus;

	free(w);
	handle_closed(bus);
}

static void add_fd(int fd, short events, void *ctx)
{
	struct usb_bus *bus = ctx;
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		abort(); /* libusb cannot be told, and would wait for ever */
	*w = (struct watch){ .next = bus->watches, .bus = bus, .fd = fd };
	bus->watches = w;
	w->blind = uv_poll_init(bus->loop, &w->poll, fd) < 0;
	if (w->blind) {
		bus->blind++;
		return;
	}
	w->poll.data = w;
	bus->handles++;
	uv_poll_start(&w->poll,
		      (events & POLLIN ? UV_READABLE : 0) | (events & POLLOUT ? UV_WRITABLE : 0),
		      on_poll);
}

static void remove_fd(int fd, void *ctx)
{
	struct usb_bus *bus = ctx;

	for (struct watch **at = &bus->watches; *at; at = &(*at)->next) {
		struct watch *w = *at;

		if (w->fd != fd)
			continue;
		*at = w->next;
		if (w->blind) {
			bus->blind--;
			free(w);
		} else {
			uv_close((uv_handle_t *)&w->poll, watch_closed);
		}
		return;
	}
}

/* ---- coming and going ---- */

static int LIBUSB_CALL on_hotplug(struct libusb_context *library, struct libusb_device *device,
				  libusb_hotplug_event event, void *ctx)
{
	struct usb_bus *bus = ctx;

	(void)library;
	for (struct port_usb *u = bus->lines; u; u = u->next)
		if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT && u->handle &&
		    libusb_get_device(u->handle) == device)
			u->gone = true;
	bus->dirty = true;
	return 0;
}

static void on_change(uv_timer_t *timer)
{
	struct usb_bus *bus = timer->data;

	if (bus->again) {
		bus->again = false;
		uv_timer_start(timer, on_change, USB_BUS_LATER_MS, 0);
	}
	bus->changed(bus->changed_ctx);
}

/* A printer that only listens has no transfer out that would tell. */
static void drop_gone(struct usb_bus *bus)
{
	for (struct port_usb *u = bus->lines; u; u = u->next)
		if (u->port && u->gone)
			usb_break(u, -ENODEV, NULL);
}

/* ---- lines that have ended ---- */

static void finish(struct usb_bus *bus);

static void forget(struct port_usb *u)
{
	if (u->handle)
		libusb_close(u->handle);
	libusb_free_transfer(u->control.transfer);
	libusb_free_transfer(u->outgoing.transfer);
	for (size_t i = 0; i < USB_INS; i++)
		libusb_free_transfer(u->incoming[i].transfer);
	usb_forget(u->found, u->found_n);
	free(u->found);
	free(u);
}

static void reap(struct usb_bus *bus)
{
	struct port_usb **at = &bus->lines;

	while (*at) {
		struct port_usb *u = *at;

		if (u->port || !usb_done(u) || (u->claimed && usb_work(u, USB_WORK_RELEASE) == 0)) {
			at = &u->next;
			continue;
		}
		*at = u->next;
		forget(u);
	}
	if (bus->stopping && !bus->lines && !bus->returning)
		finish(bus);
}

static void on_reap(uv_timer_t *timer)
{
	reap(timer->data);
}

void usb_bus_reap(struct usb_bus *bus)
{
	uv_timer_start(&bus->reaper, on_reap, 0, 0);
}

static void turn(struct usb_bus *bus)
{
	struct timeval now = { 0, 0 };

	libusb_handle_events_timeout_completed(bus->library, &now, NULL);
	if (bus->dirty) {
		bus->dirty = false;
		bus->again = true;
		drop_gone(bus);
		if (!bus->stopping)
			uv_timer_start(&bus->change, on_change, USB_BUS_SOON_MS, 0);
	}
	arm(bus);
}

/* ---- for the ports ---- */

struct libusb_context *usb_bus_library(struct usb_bus *bus)
{
	return bus->library;
}

struct port_usb *usb_bus_lines(struct usb_bus *bus)
{
	return bus->lines;
}

uv_loop_t *usb_bus_loop(struct usb_bus *bus)
{
	return bus->loop;
}

void usb_bus_adopt(struct usb_bus *bus, struct port_usb *usb)
{
	usb->bus = bus;
	usb->next = bus->lines;
	bus->lines = usb;
}

/* ---- start and stop ---- */

static void return_orphans(uv_work_t *work)
{
	struct usb_bus *bus = work->data;

	bus->returned = usb_return_orphans(bus->library);
}

static void orphans_returned(uv_work_t *work, int status)
{
	struct usb_bus *bus = work->data;

	bus->returning = false;
	if (bus->stopping)
		usb_bus_reap(bus);
	else if (status == 0 && bus->returned > 0)
		uv_timer_start(&bus->change, on_change, USB_BUS_SOON_MS, 0);
}

static void watch_all(struct usb_bus *bus)
{
	const struct libusb_pollfd **list = libusb_get_pollfds(bus->library);

	for (size_t i = 0; list && list[i]; i++)
		add_fd(list[i]->fd, list[i]->events, bus);
	libusb_free_pollfds(list);
	libusb_set_pollfd_notifiers(bus->library, add_fd, remove_fd, bus);
}

static void start_timers(struct usb_bus *bus)
{
	uv_timer_t *const timers[TIMERS_MAX] = { &bus->due, &bus->change, &bus->reaper };

	for (size_t i = 0; i < TIMERS_MAX; i++) {
		uv_timer_init(bus->loop, timers[i]);
		timers[i]->data = bus;
	}
	bus->handles += TIMERS_MAX;
}

struct usb_bus *usb_bus_start(uv_loop_t *loop, void (*changed)(void *ctx), void *ctx,
			      const char **ret_why)
{
	/* Where the kernel has USB and no controller yet, libusb waits for one. */
	const bool kernel = access("/sys/bus/usb", F_OK) == 0;
	struct usb_bus *bus = calloc(1, sizeof(*bus));
	const int r = bus && kernel ? libusb_init(&bus->library) : LIBUSB_ERROR_NOT_SUPPORTED;

	if (r < 0) {
		free(bus);
		*ret_why = kernel ? libusb_strerror(r) : "this machine has no USB";
		return NULL;
	}
	bus->loop = loop;
	bus->changed = changed;
	bus->changed_ctx = ctx;
	start_timers(bus);
	bus->orphans.data = bus;
	bus->returning = uv_queue_work(loop, &bus->orphans, return_orphans, orphans_returned) == 0;
	watch_all(bus);
	/* Where there is no hotplug, what is plugged in later is found when a port tries again. */
	libusb_hotplug_register_callback(bus->library,
					 LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED |
						 LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
					 0, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
					 LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug, bus, &bus->hotplug);
	arm(bus);
	return bus;
}

static void timer_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

static void finish(struct usb_bus *bus)
{
	if (bus->closing)
		return;
	bus->closing = true;
	libusb_hotplug_deregister_callback(bus->library, bus->hotplug);
	libusb_set_pollfd_notifiers(bus->library, NULL, NULL, NULL);
	while (bus->watches)
		remove_fd(bus->watches->fd, bus);
	libusb_exit(bus->library);
	uv_close((uv_handle_t *)&bus->due, timer_closed);
	uv_close((uv_handle_t *)&bus->change, timer_closed);
	uv_close((uv_handle_t *)&bus->reaper, timer_closed);
}

void usb_bus_stop(struct usb_bus *bus, void (*stopped)(void *ctx), void *ctx)
{
	if (!bus) {
		stopped(ctx);
		return;
	}
	bus->stopping = true;
	bus->stopped = stopped;
	bus->stopped_ctx = ctx;
	uv_timer_stop(&bus->change);
	if (bus->returning)
		uv_cancel((uv_req_t *)&bus->orphans);
	for (struct port_usb *u = bus->lines; u; u = u->next) {
		if (!u->port)
			continue;
		u->port->bus = NULL;
		usb_break(u, -ENODEV, "USB is being closed");
	}
	usb_bus_reap(bus);
}
