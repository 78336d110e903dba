// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/device.h"

const char *desk_name(enum desk desk)
{
	switch (desk) {
	case DESK_COUNTER:
		return "counter";
	case DESK_KIOSK:
		return "kiosk";
	}
	return "?";
}

const char *device_kind_name(enum device_kind kind)
{
	switch (kind) {
	case DEVICE_SCANNER:
		return "scanner";
	case DEVICE_PRINTER:
		return "printer";
	case DEVICE_DISPLAY:
		return "display";
	}
	return "?";
}

const char *device_status_name(enum device_status status)
{
	switch (status) {
	case DEVICE_OK:
		return "ok";
	case DEVICE_PAPER_LOW:
		return "paper_low";
	case DEVICE_OFFLINE:
		return "offline";
	case DEVICE_PAPER_OUT:
		return "paper_out";
	case DEVICE_COVER_OPEN:
		return "cover_open";
	case DEVICE_ERROR:
		return "error";
	case DEVICE_UNCLAIMED:
		return "unclaimed";
	}
	return "?";
}

const char *device_trouble_name(enum device_trouble trouble)
{
	static const char *const names[TROUBLE_COUNT] = {
		[TROUBLE_NONE] = "",
		[TROUBLE_NOT_FOUND] = "not_found",
		[TROUBLE_UNPLUGGED] = "unplugged",
		[TROUBLE_NO_RIGHTS] = "no_rights",
		[TROUBLE_TAKEN] = "taken",
		[TROUBLE_LINE] = "line",
		[TROUBLE_SILENT] = "silent",
		[TROUBLE_UNSUPPORTED] = "unsupported",
		[TROUBLE_PAPER_LOW] = "paper_low",
		[TROUBLE_PAPER_OUT] = "paper_out",
		[TROUBLE_COVER] = "cover_open",
		[TROUBLE_CUTTER] = "cutter",
		[TROUBLE_MECHANICAL] = "mechanical",
		[TROUBLE_HOT] = "too_hot",
		[TROUBLE_SERVICE] = "service",
		[TROUBLE_OFFLINE] = "offline",
	};

	return (unsigned)trouble < TROUBLE_COUNT ? names[trouble] : "";
}

/* AIM identifiers: ISO/IEC 15424; the GS1 carriers are ]C1 ]e0 ]d2 ]Q3 ]J1. */
enum symbology symbology_of_aim(const char *aim)
{
	static const struct {
		const char *aim; /* how it begins; the first that fits */
		enum symbology symbology;
	} table[] = {
		{ "]C1", SYMBOLOGY_GS1 },	{ "]e0", SYMBOLOGY_GS1 },
		{ "]d2", SYMBOLOGY_GS1 },	{ "]Q3", SYMBOLOGY_GS1 },
		{ "]J1", SYMBOLOGY_GS1 },	{ "]E1", SYMBOLOGY_ADDON },
		{ "]E2", SYMBOLOGY_ADDON },	{ "]E3", SYMBOLOGY_EAN_ADDON },
		{ "]E4", SYMBOLOGY_EAN8 },	{ "]E", SYMBOLOGY_EAN_UPC },
		{ "]C", SYMBOLOGY_CODE128 },	{ "]Q", SYMBOLOGY_QR },
		{ "]d", SYMBOLOGY_DATAMATRIX }, { "]I", SYMBOLOGY_ITF },
		{ "]", SYMBOLOGY_OTHER },
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (slice_starts(slice_of(aim), table[i].aim))
			return table[i].symbology;
	return SYMBOLOGY_UNKNOWN;
}
