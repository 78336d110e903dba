// SPDX-License-Identifier: Apache-2.0
#include "drivers/driver.h"

#define DRIVER_ENTRY(symbol) &symbol,

static const struct driver *const table[] = { DRIVER_TABLE(DRIVER_ENTRY) };

const struct driver *driver_find(enum device_kind kind, struct slice name)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i]->kind == kind && slice_eq(name, table[i]->name))
			return table[i];
	return NULL;
}

const char *seen_look_name(enum seen_look look)
{
	switch (look) {
	case SEEN_OTHER:
		return "other";
	case SEEN_PRINTER:
		return "printer";
	case SEEN_HIDPOS:
		return "hidpos";
	case SEEN_KEYBOARD:
		return "keyboard";
	case SEEN_HID:
		return "hid";
	case SEEN_TTY:
		return "tty";
	}
	return "?";
}

const struct driver *driver_at(size_t i)
{
	return i < COUNT_OF(table) ? table[i] : NULL;
}
