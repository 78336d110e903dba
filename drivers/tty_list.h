// SPDX-License-Identifier: Apache-2.0
/*
 * The serial ports of this machine, read from sysfs alone. libserialport's own list opens each
 * port of the 8250 driver to see whether it is there, and so may wait for, or wake, what is
 * plugged into it; here no port is opened. Values only, nothing to free.
 *
 * Reading sysfs may wait too, while the kernel is busy with a device: for a worker, any thread.
 *
 * Facts: Linux 6.1, Documentation/ABI: sysfs-tty (`type`, 0 is PORT_UNKNOWN), sysfs-bus-usb.
 */
#ifndef LADA_DRIVERS_TTY_LIST_H
#define LADA_DRIVERS_TTY_LIST_H

#include "drivers/seen.h"

/* Sorted by path; returns how many were written, at most `cap`. Ports behind USB carry the ids,
 * texts and path of the device they belong to. A machine that cannot be asked has none. */
size_t tty_list(struct seen *ret_seen, size_t cap);

#endif
