// SPDX-License-Identifier: Apache-2.0
/*
 * Scanners that are USB keyboards: protocol `keyboard`. The port has taken the device from the
 * system, so the keys come here as HID reports and nowhere else.
 *
 * A key is pressed when its usage appears in a report and was not in the one before. Reports are
 * read by the report descriptor: arrays, bitmaps, with and without ids; without a descriptor they
 * are the boot keyboard's eight bytes ("Device Class Definition for HID" 1.11, appendix B). A
 * report with ErrorRollOver says nothing and is passed over.
 *
 * The keys mean what the configured layout says (key_layout.h), with Shift, AltGr (or Ctrl and
 * Alt), and the CapsLock of this device alone. Enter on either block and Tab end a code. A
 * second without a key begins anew: somebody typed, and that is no scan. Ways in which scanners
 * type what no key has:
 *   Ctrl with a letter, Ctrl with ]   the control character, kept as a byte (GS)
 *   Alt and digits on the pad         that code: below 128 ASCII; to 255 the layout's Windows page
 *                                     after a leading 0 (pl CP1250, others CP1252), its DOS page
 *                                     without (pl CP852, de and fr CP850, us CP437); above it is
 *                                     Unicode. Alt+029 is GS
 *   a dead key and a letter           the letter with its mark; with a space the mark itself
 */
#include <string.h>

#include "drivers/hid_stream.h"
#include "drivers/key_layout.h"
#include "drivers/scan_text.h"
#include "firmware/base/text.h"

#define USAGE_UNDEFINED_MAX 0x03 /* 1 ErrorRollOver, 2 POSTFail, 3 ErrorUndefined */
#define USAGE_ENTER	    0x28
#define USAGE_TAB	    0x2b
#define USAGE_CAPS	    0x39
#define USAGE_SCROLL	    0x47
#define USAGE_NUM	    0x53
#define USAGE_PAD_ENTER	    0x58
#define USAGE_MODIFIERS	    0xe0 /* eight */

/* The modifiers' bits, in the order of their usages. */
#define MOD_CTRL  0x11
#define MOD_SHIFT 0x22
#define MOD_ALT	  0x04
#define MOD_ALTGR 0x40
#define MOD_GUI	  0x88

#define KEY_REPORTS_MAX 4  /* reports with keys; keyboards have one or two */
#define KEY_FIELDS_MAX	16 /* fields with keys in them */
#define PRESSED_MAX	64 /* keys that begin in one report */
#define USAGES		256
#define ALT_DIGITS_MAX	5

struct held {
	uint8_t report; /* index in the layout */
	uint8_t usages[USAGES / 8];
};

struct scan_keyboard {
	const struct key_layout *layout;
	struct hid_stream stream;
	struct hid_field fields[KEY_FIELDS_MAX];
	uint8_t field_ids[KEY_FIELDS_MAX];
	size_t field_count;
	struct held held[KEY_REPORTS_MAX];
	size_t held_count;
	uint8_t modifiers;
	bool caps;
	uint16_t dead; /* a mark waits for its letter */
	int alt_digits;
	bool alt_zero; /* the first one was 0 */
	uint32_t alt_code;
	int64_t key_ms;
	struct scan_text text;
};

_Static_assert(sizeof(struct scan_keyboard) <= DRIVER_STATE_MAX, "state too large");

/* ---- characters ---- */

static void put(struct scan_keyboard *s, uint32_t c)
{
	char utf8[4];

	scan_text_add(&s->text, utf8, utf8_put(c, utf8));
}

static void put_dead(struct scan_keyboard *s)
{
	if (s->dead)
		put(s, s->dead);
	s->dead = 0;
}

static void put_character(struct scan_keyboard *s, uint16_t c)
{
	const uint16_t mark = s->dead;
	const uint16_t composed = mark ? key_compose(s->layout, mark, c) : 0;

	if (c & KEY_DEAD) {
		put_dead(s);
		s->dead = (uint16_t)(c & ~KEY_DEAD);
		return;
	}
	if (composed) {
		s->dead = 0;
		put(s, composed);
		return;
	}
	put_dead(s);
	if (!mark || c != ' ')
		put(s, c);
}

static void finish(struct scan_keyboard *s, const struct sink *sink)
{
	char aim[AIM_MAX] = "";

	put_dead(s);
	scan_text_take_aim(&s->text, aim);
	scan_text_tell(&s->text, aim, sink);
}

static void forget(struct scan_keyboard *s)
{
	scan_text_drop(&s->text);
	s->dead = 0;
	s->alt_digits = 0;
}

static void silence(struct scan_keyboard *s, int64_t now_ms)
{
	hid_stream_tick(&s->stream, now_ms);
	if (now_ms - s->key_ms >= SCAN_GAP_MS)
		forget(s);
}

/* ---- Alt and digits ---- */

static void alt_digit(struct scan_keyboard *s, uint16_t digit)
{
	if (s->alt_digits == 0) {
		s->alt_zero = digit == '0';
		s->alt_code = 0;
	}
	s->alt_code = s->alt_code * 10 + (uint32_t)(digit - '0');
	if (s->alt_digits <= ALT_DIGITS_MAX)
		s->alt_digits++;
	else
		s->alt_code = 0;
}

/* Alt is up again: the digits were one character. */
static void alt_up(struct scan_keyboard *s)
{
	const enum codepage page = s->alt_zero ? s->layout->ansi : s->layout->oem;
	uint32_t c = s->alt_code;

	if (s->alt_digits == 0)
		return;
	if (s->alt_digits > ALT_DIGITS_MAX || c > 0xffff || (c >= 0xd800 && c < 0xe000))
		c = 0;
	else if (c >= 0x80 && c <= 0xff)
		c = codepage_character(page, (uint8_t)c);
	if (c)
		put(s, c);
	else
		s->text.garbage++;
	s->alt_digits = 0;
}

/* ---- keys ---- */

static void control(struct scan_keyboard *s, uint8_t usage)
{
	const int c = key_control(s->layout, usage, s->modifiers & MOD_SHIFT);

	if (c > 0)
		put(s, (uint32_t)c);
	else
		s->text.garbage++;
}

static void type(struct scan_keyboard *s, uint8_t usage)
{
	const uint8_t m = s->modifiers;
	const bool altgr = m & MOD_ALTGR || (m & MOD_ALT && m & MOD_CTRL);
	const uint16_t pad = key_pad(s->layout, usage);
	uint16_t c;

	if (pad >= '0' && pad <= '9' && m & (MOD_ALT | MOD_ALTGR)) {
		alt_digit(s, pad);
		return;
	}
	if (m & MOD_CTRL && !altgr) {
		control(s, usage);
		return;
	}
	c = pad ? pad : key_character(s->layout, usage, m & MOD_SHIFT, altgr, s->caps);
	if (c == 0 || m & MOD_GUI || (m & MOD_ALT && !altgr))
		s->text.garbage++;
	else
		put_character(s, c);
}

static void press(struct scan_keyboard *s, uint8_t usage, int64_t now_ms, const struct sink *sink)
{
	silence(s, now_ms);
	s->key_ms = now_ms;
	switch (usage) {
	case USAGE_ENTER:
	case USAGE_PAD_ENTER:
	case USAGE_TAB:
		finish(s, sink);
		break;
	case USAGE_CAPS:
		s->caps = !s->caps;
		break;
	case USAGE_NUM:
	case USAGE_SCROLL:
		break;
	default:
		type(s, usage);
		break;
	}
}

/* ---- reports ---- */

/* The keys of a report. */
struct keys {
	uint8_t held[USAGES / 8];
	uint8_t pressed[PRESSED_MAX];
	size_t pressed_count;
	bool rolled_over;
};

static bool has(const uint8_t *usages, uint32_t usage)
{
	return usages[usage / 8] >> (usage % 8) & 1;
}

static void key_held(struct keys *k, const struct held *before, uint32_t usage)
{
	if (usage == 0 || usage >= USAGES || has(k->held, usage))
		return;
	if (usage <= USAGE_UNDEFINED_MAX) {
		k->rolled_over = true;
		return;
	}
	k->held[usage / 8] |= (uint8_t)(1 << usage % 8);
	if (usage < USAGE_MODIFIERS && !has(before->usages, usage) &&
	    k->pressed_count < PRESSED_MAX)
		k->pressed[k->pressed_count++] = (uint8_t)usage;
}

static void read_field(const struct hid_field *f, struct slice report, const struct held *before,
		       struct keys *k)
{
	for (size_t i = 0; i < f->count; i++) {
		const uint32_t value = hid_field_value(report, f, i);

		if (!(f->flags & HID_VARIABLE))
			key_held(k, before, hid_array_usage(f, value));
		else if (value && f->usage_min + i <= f->usage_max)
			key_held(k, before, (uint32_t)(f->usage_min + i));
	}
}

static uint8_t modifiers(const struct scan_keyboard *s)
{
	uint8_t m = 0;

	for (size_t i = 0; i < s->held_count; i++)
		m |= s->held[i].usages[USAGE_MODIFIERS / 8];
	return m;
}

static void report_in(struct scan_keyboard *s, int64_t now_ms, const struct sink *sink)
{
	const struct slice report = { (const char *)s->stream.report, s->stream.n };
	const uint8_t id = s->stream.has_ids ? s->stream.report[0] : 0;
	struct held *held = NULL;
	struct keys k = { .pressed_count = 0 };

	for (size_t i = 0; i < s->field_count; i++) {
		if (s->field_ids[i] != id)
			continue;
		for (size_t j = 0; j < s->held_count; j++)
			if (s->held[j].report == s->fields[i].report)
				held = &s->held[j];
		if (held)
			read_field(&s->fields[i], report, held, &k);
	}
	if (!held || k.rolled_over)
		return;
	memcpy(held->usages, k.held, sizeof(held->usages));
	s->modifiers = modifiers(s);
	if (!(s->modifiers & (MOD_ALT | MOD_ALTGR)))
		alt_up(s);
	for (size_t i = 0; i < k.pressed_count; i++)
		press(s, k.pressed[i], now_ms, sink);
}

/* ---- the descriptor ---- */

static void boot_layout(struct hid_layout *ret_layout)
{
	memset(ret_layout, 0, sizeof(*ret_layout));
	ret_layout->report_count = 1;
	ret_layout->reports[0] = (struct hid_report){ .type = HID_INPUT, .bytes = 8 };
	ret_layout->field_count = 2;
	ret_layout->fields[0] = (struct hid_field){ .flags = HID_VARIABLE,
						    .page = HID_PAGE_KEYBOARD,
						    .usage_min = USAGE_MODIFIERS,
						    .usage_max = USAGE_MODIFIERS + 7,
						    .bits = 1,
						    .count = 8 };
	ret_layout->fields[1] = (struct hid_field){ .page = HID_PAGE_KEYBOARD,
						    .usage_max = USAGES - 1,
						    .bit_offset = 16,
						    .bits = 8,
						    .count = 6 };
}

static void add_held(struct scan_keyboard *s, uint8_t report)
{
	for (size_t i = 0; i < s->held_count; i++)
		if (s->held[i].report == report)
			return;
	if (s->held_count < KEY_REPORTS_MAX)
		s->held[s->held_count++] = (struct held){ .report = report };
}

static void use_layout(struct scan_keyboard *s, const struct hid_layout *l)
{
	s->field_count = s->held_count = 0;
	for (size_t i = 0; i < l->field_count && s->field_count < KEY_FIELDS_MAX; i++) {
		const struct hid_field *f = &l->fields[i];

		if (l->reports[f->report].type != HID_INPUT || f->page != HID_PAGE_KEYBOARD)
			continue;
		s->fields[s->field_count] = *f;
		s->field_ids[s->field_count++] = l->reports[f->report].id;
		add_held(s, f->report);
	}
	hid_stream_start(&s->stream, l);
}

/* ---- the driver ---- */

static void keyboard_start(void *state, const struct driver_setup *setup, int64_t now_ms,
			   const struct sink *sink)
{
	struct driver_event e = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = "" };
	struct scan_keyboard *s = state;
	struct hid_layout layout;

	if (hid_parse(setup->descriptor, &layout) < 0)
		boot_layout(&layout);
	use_layout(s, &layout);
	s->layout = key_layout_find(setup->layout);
	if (!s->layout)
		s->layout = key_layout_find("us");
	s->modifiers = 0;
	s->caps = false;
	s->key_ms = now_ms;
	scan_text_clear(&s->text);
	forget(s);
	if (s->field_count == 0) {
		e.status = DEVICE_UNCLAIMED;
		e.trouble = TROUBLE_UNSUPPORTED;
		e.detail = "its reports are none of a keyboard";
	}
	sink->event(sink->ctx, &e);
}

static void keyboard_rx(void *state, const void *p, size_t n, int64_t now_ms,
			const struct sink *sink)
{
	struct scan_keyboard *s = state;
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		if (hid_stream_byte(&s->stream, bytes[i], now_ms))
			report_in(s, now_ms, sink);
}

static void keyboard_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	(void)state;
	(void)bytes;
	(void)now_ms;
	(void)sink;
}

static void keyboard_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	(void)sink;
	silence(state, now_ms);
}

static void keyboard_stop(void *state, const struct sink *sink)
{
	struct scan_keyboard *s = state;

	(void)sink;
	hid_stream_stop(&s->stream);
	forget(s);
}

static uint64_t keyboard_garbage(const void *state)
{
	const struct scan_keyboard *s = state;

	return s->stream.garbage + s->text.garbage;
}

const struct driver driver_scan_keyboard = {
	.name = "keyboard",
	.kind = DEVICE_SCANNER,
	.look = SEEN_KEYBOARD,
	.line = "",
	.state_size = sizeof(struct scan_keyboard),
	.start = keyboard_start,
	.rx = keyboard_rx,
	.room = keyboard_room,
	.tick = keyboard_tick,
	.stop = keyboard_stop,
	.garbage = keyboard_garbage,
};
