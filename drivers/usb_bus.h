// SPDX-License-Identifier: Apache-2.0
/*
 * The USB of this machine on the uv loop: libusb 1.0.26 without its own event thread (it keeps
 * one for hotplug, which only wakes the loop). What is plugged in, that something changed, and
 * the memory of devices being closed.
 *
 * The caller owns the bus from usb_bus_start() until `stopped`. One thread, the loop's, but for
 * usb_bus_list(). Nothing here opens a device, but for the orphans of a killed station at the
 * start; a list is read from what libusb and the kernel have cached. Times are milliseconds.
 *
 * Facts: libusb's API documentation, "Polling and timing"; sysfs of Linux 6.1.
 */
#ifndef LADA_DRIVERS_USB_BUS_H
#define LADA_DRIVERS_USB_BUS_H

#include <uv.h>

#include "drivers/seen.h"

/* The kernel binds its drivers a moment after libusb tells of a device, and only then there is a
 * tty or a HID descriptor to look at: `changed` comes soon after a change, and again later. */
#define USB_BUS_SOON_MS	 20
#define USB_BUS_LATER_MS 1000

struct usb_bus;

/* NULL: this machine has no USB, or libusb refuses; *ret_why is then a constant in English.
 * `changed` is called from the loop after anything arrived or left, once for many. It may list,
 * and start, hurry or bounce ports, and must not stop the bus. */
struct usb_bus *usb_bus_start(uv_loop_t *loop, void (*changed)(void *ctx), void *ctx,
			      const char **ret_why);

/* Every interface of every device that is there now, sorted by path; returns how many were
 * written, at most `cap`. `bus` may be NULL: none. Root hubs and hubs are left out. Waits while
 * the kernel is busy with a device: for a worker, and the bus must not be stopped meanwhile. */
size_t usb_bus_list(struct usb_bus *bus, struct seen *ret_seen, size_t cap);
/* On the loop's thread: what a list could not see of the HID devices that are open here. */
void usb_bus_complete(struct usb_bus *bus, struct seen *seen, size_t n);

/* Takes every open device away from its port (whose next attempt finds no USB), waits until all
 * their transfers have come back, and calls `stopped` from the loop, when the bus is gone. Stop
 * the ports first, or at the same time: a port_stop() need not have been answered, but no port
 * may be left to try again afterwards. NULL is stopped at once. */
void usb_bus_stop(struct usb_bus *bus, void (*stopped)(void *ctx), void *ctx);

#endif
