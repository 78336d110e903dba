// SPDX-License-Identifier: Apache-2.0
/*
 * USB HID POS bar code scanners: protocol `hidpos`.
 *
 * The report descriptor says where in the scanned data report (page 8Ch, usage 12h) things are:
 * symbology identifier FBh..FDh, decoded data FEh, decoded data continued FFh, and the number of
 * data bytes, usage 3Bh of the desktop page. Source: USB-IF "HID Point of Sale Usage Tables"
 * 1.02. Without a number of bytes the zeros behind the data are no data.
 *
 * A descriptor without these fields, or none: the layout that Honeywell and Access-IS manuals
 * give and other makers share. Report 2: number of bytes, AIM identifier at 2..4, data from 5,
 * third last byte the maker's own letter for the symbology, bit 0 of the last byte: more follows.
 * Some models put one more byte before the identifier, which is told by the ']'.
 *
 * A code longer than a report comes in several, all but the last marked as continued; half a one
 * is dropped at a stop and after a second of silence. One CR at the end is the reader's suffix,
 * not the code's. Honeywell's answers to commands come as scans with the identifiers ]Z6 and ]X0
 * and are none. Its readers are silent until feature report FEh is set to 1, and beep at output
 * report FDh with SYN BEL CR. Other readers beep if their descriptor has the usages for it
 * (85h error, 86h good read, 87h not on file).
 */
#include <string.h>

#include "drivers/hid_stream.h"
#include "drivers/scan_text.h"

#define VENDOR_HONEYWELL 0x0c2e
#define VENDOR_YOUJIE	 0x23d0

#define USAGE_BYTE_COUNT    0x3b /* desktop page */
#define USAGE_ERROR_BEEP    0x85
#define USAGE_GOOD_BEEP	    0x86
#define USAGE_NOT_FILE_BEEP 0x87
#define USAGE_IDENTIFIER    0xfb /* and the two behind it */
#define USAGE_DATA	    0xfe
#define USAGE_CONTINUED	    0xff

#define PLAIN_REPORT_ID	   2
#define PLAIN_REPORT_BYTES 64
#define PLAIN_AIM_AT	   2
#define PLAIN_TAIL	   3 /* letter, reserved, flags */

#define HONEYWELL_ENABLE_ID  0xfe
#define HONEYWELL_COMMAND_ID 0xfd

#define BEEPS_MAX 3
#define OUT_MAX	  72 /* bytes of a report that goes to the reader */

struct out_report {
	uint8_t bytes[OUT_MAX];
	size_t n; /* 0: none */
	int times;
};

struct scan_hidpos {
	struct hid_stream stream;
	bool by_fields;
	uint8_t data_report;
	struct hid_field count, identifier[3], data, continued; /* .count = 0: there is none */
	bool honeywell;
	struct scan_text text;
	char aim[AIM_MAX];
	bool open; /* a code of several reports is under way */
	int64_t read_ms;
	struct out_report enable, beeps[FEEDBACK_BAD + 1];
	const struct out_report *out; /* the beep to be sent */
	int out_times;
};

_Static_assert(sizeof(struct scan_hidpos) <= DRIVER_STATE_MAX, "state too large");

/* Honeywell's code letters (manuals of the 3820 and later) as AIM identifiers. */
static const struct {
	char letter, aim[AIM_MAX];
} letters[] = {
	{ 'd', "]E0" }, { 'c', "]E0" }, { 'E', "]E0" }, { 'D', "]E4" }, { 'j', "]C0" },
	{ 'I', "]C1" }, { '|', "]C1" }, { 's', "]Q1" }, { 'w', "]d1" }, { 'r', "]L0" },
	{ 'R', "]L0" }, { 'y', "]e0" }, { '{', "]e0" }, { '}', "]e0" }, { 'e', "]I0" },
	{ 'b', "]A0" }, { 'a', "]F0" }, { 'i', "]G0" }, { 'z', "]z0" }, { 'x', "]U0" },
};

/* ---- what the descriptor says ---- */

/* The field narrowed to this usage, if it is one of several; .count = 0: there is none. */
static struct hid_field find(const struct hid_layout *l, uint16_t page, uint16_t usage)
{
	const struct hid_field *found = hid_find(l, HID_INPUT, page, usage);
	struct hid_field f = { .count = 0 };

	if (!found || !(found->flags & HID_VARIABLE))
		return f;
	f = *found;
	f.bit_offset += (uint32_t)(usage - f.usage_min) * f.bits;
	if (f.usage_min != f.usage_max)
		f.count = 1;
	return f;
}

/* The data must be whole bytes in their places, and fields of other reports are not meant. */
static bool use_fields(struct scan_hidpos *s, const struct hid_layout *l)
{
	struct hid_field *const others[] = { &s->count, &s->identifier[0], &s->identifier[1],
					     &s->identifier[2], &s->continued };

	s->data = find(l, HID_PAGE_BARCODE, USAGE_DATA);
	s->count = find(l, HID_PAGE_DESKTOP, USAGE_BYTE_COUNT);
	s->continued = find(l, HID_PAGE_BARCODE, USAGE_CONTINUED);
	for (uint16_t i = 0; i < COUNT_OF(s->identifier); i++)
		s->identifier[i] = find(l, HID_PAGE_BARCODE, (uint16_t)(USAGE_IDENTIFIER + i));
	if (s->data.count == 0 || s->data.bit_offset % 8 || s->data.bits * s->data.count % 8)
		return false;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (others[i]->report != s->data.report)
			others[i]->count = 0;
	s->data_report = l->reports[s->data.report].id;
	return true;
}

static void plain_layout(struct hid_layout *ret_layout)
{
	memset(ret_layout, 0, sizeof(*ret_layout));
	ret_layout->has_ids = true;
	ret_layout->report_count = 1;
	ret_layout->reports[0] = (struct hid_report){ .id = PLAIN_REPORT_ID,
						      .type = HID_INPUT,
						      .bytes = PLAIN_REPORT_BYTES };
}

static void beep_by_usage(struct scan_hidpos *s, const struct hid_layout *l, uint16_t usage,
			  enum feedback feedback)
{
	const struct hid_field *f = hid_find(l, HID_OUTPUT, HID_PAGE_BARCODE, usage);
	struct out_report *out = &s->beeps[feedback];
	uint32_t bit;

	if (!f || !(f->flags & HID_VARIABLE) || l->reports[f->report].bytes > OUT_MAX)
		return;
	bit = f->bit_offset + (uint32_t)(usage - f->usage_min) * f->bits;
	*out = (struct out_report){ .n = l->reports[f->report].bytes, .times = 1 };
	out->bytes[0] = l->reports[f->report].id;
	out->bytes[bit / 8] |= (uint8_t)(1 << bit % 8);
}

/* There is one sound only: the graver the matter the more of it. */
static void beep_honeywell(struct scan_hidpos *s, const struct hid_layout *l)
{
	static const uint8_t command[] = { HONEYWELL_COMMAND_ID, 3, 0x16, 0x07, '\r' };
	const size_t n = hid_report_bytes(l, HID_OUTPUT, HONEYWELL_COMMAND_ID);

	if (!s->honeywell || n < sizeof(command) || n > OUT_MAX)
		return;
	for (int i = FEEDBACK_GOOD; i <= FEEDBACK_BAD; i++) {
		s->beeps[i] = (struct out_report){ .n = n, .times = i + 1 };
		memcpy(s->beeps[i].bytes, command, sizeof(command));
	}
}

static void prepare_out(struct scan_hidpos *s, const struct hid_layout *l)
{
	const size_t n = hid_report_bytes(l, HID_FEATURE, HONEYWELL_ENABLE_ID);

	memset(s->beeps, 0, sizeof(s->beeps));
	s->enable = (struct out_report){ .n = 0 };
	s->out = NULL;
	beep_by_usage(s, l, USAGE_GOOD_BEEP, FEEDBACK_GOOD);
	beep_by_usage(s, l, USAGE_ERROR_BEEP, FEEDBACK_ATTENTION);
	beep_by_usage(s, l, USAGE_NOT_FILE_BEEP, FEEDBACK_ATTENTION);
	beep_by_usage(s, l, USAGE_ERROR_BEEP, FEEDBACK_BAD);
	beep_honeywell(s, l);
	if (s->honeywell && n >= 2 && n <= OUT_MAX)
		s->enable = (struct out_report){ .bytes = { HONEYWELL_ENABLE_ID, 1 }, .n = n };
}

/* ---- reports ---- */

static void drop(struct scan_hidpos *s)
{
	scan_text_drop(&s->text);
	s->open = false;
}

static void silence(struct scan_hidpos *s, int64_t now_ms)
{
	hid_stream_tick(&s->stream, now_ms);
	if (s->open && now_ms - s->read_ms >= SCAN_GAP_MS)
		drop(s);
}

/* One report's part of a code. */
struct part {
	const uint8_t *p;
	size_t n;
	uint8_t aim[3];
	uint8_t letter; /* 0: none known */
	bool continued;
};

static bool read_fields(const struct scan_hidpos *s, struct slice report, struct part *ret)
{
	const struct hid_field *data = &s->data;
	const size_t max = (size_t)data->bits * data->count / 8;
	size_t n = max;

	ret->p = (const uint8_t *)report.p + data->bit_offset / 8;
	if (s->count.count > 0)
		n = hid_field_value(report, &s->count, 0);
	else
		while (n > 0 && ret->p[n - 1] == 0)
			n--;
	for (size_t i = 0; i < COUNT_OF(s->identifier); i++)
		if (s->identifier[i].count > 0)
			ret->aim[i] = (uint8_t)hid_field_value(report, &s->identifier[i], 0);
	if (s->continued.count > 0)
		ret->continued = hid_field_value(report, &s->continued, 0) & 1;
	if (s->honeywell && report.n == PLAIN_REPORT_BYTES)
		ret->letter = (uint8_t)report.p[report.n - PLAIN_TAIL];
	ret->n = n;
	return n <= max;
}

static bool read_plain(const struct scan_hidpos *s, struct slice report, struct part *ret)
{
	const uint8_t *p = (const uint8_t *)report.p;
	const size_t shift = p[PLAIN_AIM_AT] != ']' && p[PLAIN_AIM_AT + 1] == ']' ? 1 : 0;
	const size_t data_at = PLAIN_AIM_AT + 3 + shift;

	memcpy(ret->aim, p + PLAIN_AIM_AT + shift, sizeof(ret->aim));
	ret->p = p + data_at;
	ret->n = p[1];
	ret->letter = s->honeywell ? p[report.n - PLAIN_TAIL] : 0;
	ret->continued = p[report.n - 1] & 1;
	return ret->n <= report.n - PLAIN_TAIL - data_at;
}

static void name_code(struct scan_hidpos *s, const struct part *part)
{
	s->aim[0] = '\0';
	if (scan_starts_with_aim(part->aim, sizeof(part->aim))) {
		memcpy(s->aim, part->aim, sizeof(part->aim));
		s->aim[sizeof(part->aim)] = '\0';
		return;
	}
	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (part->letter && (uint8_t)letters[i].letter == part->letter)
			memcpy(s->aim, letters[i].aim, sizeof(s->aim));
}

/* Other makers say ]X0 of codes of goods. */
static bool is_answer(const struct scan_hidpos *s)
{
	return strcmp(s->aim, "]Z6") == 0 ||
	       (strcmp(s->aim, "]X0") == 0 && (s->honeywell || !s->by_fields));
}

static void finish(struct scan_hidpos *s, const struct sink *sink)
{
	s->open = false;
	if (is_answer(s)) {
		scan_text_drop(&s->text);
		return;
	}
	if (s->text.n > 0 && s->text.bytes[s->text.n - 1] == '\r')
		s->text.n--;
	if (!s->aim[0])
		scan_text_take_aim(&s->text, s->aim);
	scan_text_tell(&s->text, s->aim, sink);
}

static void report_in(struct scan_hidpos *s, int64_t now_ms, const struct sink *sink)
{
	const struct slice report = { (const char *)s->stream.report, s->stream.n };
	struct part part = { .p = NULL };

	silence(s, now_ms);
	if (s->stream.has_ids && s->stream.report[0] != s->data_report)
		return; /* status, trigger and the like */
	if (!(s->by_fields ? read_fields(s, report, &part) : read_plain(s, report, &part))) {
		s->text.garbage += report.n;
		drop(s);
		return;
	}
	if (!s->open)
		name_code(s, &part);
	scan_text_add(&s->text, part.p, part.n);
	s->open = true;
	s->read_ms = now_ms;
	if (!part.continued)
		finish(s, sink);
}

/* ---- the driver ---- */

static void hidpos_start(void *state, const struct driver_setup *setup, int64_t now_ms,
			 const struct sink *sink)
{
	struct driver_event e = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = "" };
	struct scan_hidpos *s = state;
	struct hid_layout layout;

	(void)now_ms;
	if (hid_parse(setup->descriptor, &layout) < 0)
		plain_layout(&layout);
	s->honeywell = setup->vendor == VENDOR_HONEYWELL || setup->vendor == VENDOR_YOUJIE;
	s->by_fields = use_fields(s, &layout);
	if (!s->by_fields)
		s->data_report = PLAIN_REPORT_ID;
	hid_stream_start(&s->stream, &layout);
	prepare_out(s, &layout);
	scan_text_clear(&s->text);
	s->open = false;
	if (!s->by_fields &&
	    hid_report_bytes(&layout, HID_INPUT, PLAIN_REPORT_ID) < PLAIN_REPORT_BYTES) {
		s->stream.input_count = 0;
		e.status = DEVICE_UNCLAIMED;
		e.trouble = TROUBLE_UNSUPPORTED;
		e.detail = "its reports are none of a HID POS scanner";
	}
	sink->event(sink->ctx, &e);
}

static void hidpos_rx(void *state, const void *p, size_t n, int64_t now_ms, const struct sink *sink)
{
	struct scan_hidpos *s = state;
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		if (hid_stream_byte(&s->stream, bytes[i], now_ms))
			report_in(s, now_ms, sink);
}

static void hidpos_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	struct scan_hidpos *s = state;

	(void)now_ms;
	if (s->enable.n > 0 && s->enable.n <= bytes) {
		sink->bytes(sink->ctx, s->enable.bytes, s->enable.n);
		bytes -= s->enable.n;
		s->enable.n = 0;
	}
	while (s->out && s->out->n <= bytes) {
		sink->bytes(sink->ctx, s->out->bytes, s->out->n);
		bytes -= s->out->n;
		if (--s->out_times == 0)
			s->out = NULL;
	}
}

static void hidpos_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	(void)sink;
	silence(state, now_ms);
}

static void hidpos_stop(void *state, const struct sink *sink)
{
	struct scan_hidpos *s = state;

	(void)sink;
	hid_stream_stop(&s->stream);
	drop(s);
	s->out = NULL;
}

static void hidpos_feedback(void *state, enum feedback feedback, int64_t now_ms,
			    const struct sink *sink)
{
	struct scan_hidpos *s = state;

	(void)now_ms;
	(void)sink;
	s->out = s->beeps[feedback].n > 0 ? &s->beeps[feedback] : NULL;
	s->out_times = s->beeps[feedback].times;
}

static uint64_t hidpos_garbage(const void *state)
{
	const struct scan_hidpos *s = state;

	return s->stream.garbage + s->text.garbage;
}

const struct driver driver_scan_hidpos = {
	.name = "hidpos",
	.kind = DEVICE_SCANNER,
	.look = SEEN_HIDPOS,
	.line = "",
	.state_size = sizeof(struct scan_hidpos),
	.start = hidpos_start,
	.rx = hidpos_rx,
	.room = hidpos_room,
	.tick = hidpos_tick,
	.stop = hidpos_stop,
	.feedback = hidpos_feedback,
	.garbage = hidpos_garbage,
};
