// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a HID report descriptor, and the rest of them as a report: what the parser accepts
 * keeps within its bounds, and its fields can be read from a report of any length.
 */
#include <stdio.h>
#include <stdlib.h>

#include "drivers/hid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is, const char *what)
{
	if (is)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void check(const struct hid_layout *l)
{
	must(l->report_count <= HID_REPORTS_MAX && l->field_count <= HID_FIELDS_MAX &&
		     l->top_count <= HID_TOPS_MAX,
	     "too many of something");
	for (size_t i = 0; i < l->report_count; i++) {
		const struct hid_report *r = &l->reports[i];

		must(r->bytes <= HID_REPORT_BYTES_MAX, "a report too long");
		must(hid_report_bytes(l, r->type, r->id) > 0, "a report that cannot be found");
		must(l->has_ids == (r->id > 0), "reports with ids and without");
	}
	for (size_t i = 0; i < l->field_count; i++) {
		const struct hid_field *f = &l->fields[i];

		must(f->report < l->report_count, "a field of no report");
		must(f->bit_offset + (size_t)f->bits * f->count <= 8 * l->reports[f->report].bytes,
		     "a field beyond its report");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t n = size > 0 ? size * data[0] / 256 : 0;
	const struct slice report = { (const char *)data + n, size - n };
	struct hid_layout layout;
	uint32_t sum = 0;

	if (hid_parse((struct slice){ (const char *)data, n }, &layout) < 0)
		return 0;
	check(&layout);
	for (size_t i = 0; i < layout.field_count; i++) {
		const struct hid_field *f = &layout.fields[i];

		for (size_t k = 0; k < f->count && k < 64; k++)
			sum += hid_array_usage(f, hid_field_value(report, f, k));
	}
	(void)hid_find(&layout, HID_INPUT, HID_PAGE_BARCODE, (uint16_t)sum);
	(void)hid_look(&layout);
	return 0;
}
