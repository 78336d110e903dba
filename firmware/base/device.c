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
	static const char *const gs1[] = { "]C1", "]e0", "]d2", "]Q3", "]J1" };

	if (aim[0] != ']')
		return SYMBOLOGY_UNKNOWN;
	for (size_t i = 0; i < COUNT_OF(gs1); i++)
		if (slice_eq(slice_of(aim), gs1[i]))
			return SYMBOLOGY_GS1;
	switch (aim[1]) {
	case 'E':
		return SYMBOLOGY_EAN_UPC;
	case 'C':
		return SYMBOLOGY_CODE128;
	case 'Q':
		return SYMBOLOGY_QR;
	default:
		return SYMBOLOGY_OTHER;
	}
}
