// SPDX-License-Identifier: Apache-2.0
/*
 * The serial ports of this machine, by libserialport's enumeration: it reads sysfs and opens no
 * port, so it is cheap and disturbs nobody. Values only, nothing to free.
 */
#ifndef LADA_DRIVERS_TTY_LIST_H
#define LADA_DRIVERS_TTY_LIST_H

#include "drivers/seen.h"

/* Sorted by path; returns how many were written, at most `cap`. Ports behind USB carry the ids,
 * texts and path of the device they belong to. A machine that cannot be asked has none. */
size_t tty_list(struct seen *ret_seen, size_t cap);

#endif
