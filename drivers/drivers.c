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

const struct driver *driver_at(size_t i)
{
	return i < COUNT_OF(table) ? table[i] : NULL;
}
