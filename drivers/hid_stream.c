// SPDX-License-Identifier: Apache-2.0
#include "drivers/hid_stream.h"

void hid_stream_start(struct hid_stream *s, const struct hid_layout *layout)
{
	s->input_count = 0;
	s->has_ids = layout->has_ids;
	s->n = s->want = 0;
	s->lost = false;
	for (size_t i = 0; i < layout->report_count; i++) {
		if (layout->reports[i].type != HID_INPUT)
			continue;
		s->inputs[s->input_count].id = layout->reports[i].id;
		s->inputs[s->input_count++].bytes = (uint16_t)layout->reports[i].bytes;
	}
}

/* Bytes of the report that begins with `c`; 0: none does. */
static size_t length_of(const struct hid_stream *s, uint8_t c)
{
	for (size_t i = 0; i < s->input_count; i++)
		if (!s->has_ids || s->inputs[i].id == c)
			return s->inputs[i].bytes;
	return 0;
}

bool hid_stream_byte(struct hid_stream *s, uint8_t c, int64_t now_ms)
{
	hid_stream_tick(s, now_ms);
	if (now_ms - s->heard_ms >= HID_STREAM_PAUSE_MS)
		s->lost = false;
	s->heard_ms = now_ms;
	if (s->want == 0 && !s->lost) {
		s->want = length_of(s, c);
		s->lost = s->want == 0;
		s->n = 0;
	}
	if (s->lost) {
		s->garbage++;
		return false;
	}
	s->report[s->n++] = c;
	if (s->n < s->want)
		return false;
	s->want = 0;
	return true;
}

void hid_stream_tick(struct hid_stream *s, int64_t now_ms)
{
	if (s->want > 0 && now_ms - s->heard_ms >= HID_STREAM_GAP_MS)
		hid_stream_stop(s);
}

void hid_stream_stop(struct hid_stream *s)
{
	if (s->want > 0)
		s->garbage += s->n;
	s->n = s->want = 0;
}
