// SPDX-License-Identifier: Apache-2.0
/*
 * Keyboard layouts: which character a key of a scanner in keyboard mode means. Const data and
 * pure functions; nothing can fail. Characters are Unicode code points.
 *
 * Keys are usages of the HID keyboard page ("HID Usage Tables", section 10). The layouts are
 * those that scanners have a setting for, which are those of Windows: us, pl (programmer's), de
 * (QWERTZ) and fr (AZERTY). Sources: Microsoft's published layouts KBDUS, KBDPL1, KBDGR and
 * KBDFR, checked against the tables of xkeyboard-config (us, pl, de, fr "azerty").
 */
#ifndef LADA_DRIVERS_KEY_LAYOUT_H
#define LADA_DRIVERS_KEY_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/codepage.h"

/* Set in a character: a dead key, which waits for the letter to put its mark on. */
#define KEY_DEAD 0x8000

/* One key: alone, with Shift, with AltGr, with both; 0 nothing. */
struct key {
	uint8_t usage;
	uint16_t levels[4];
};

struct key_layout {
	const char *name;
	const struct key *keys; /* where it differs from us */
	size_t key_count;
	const uint16_t (*marks)[3]; /* mark, letter, the letter with its mark */
	size_t mark_count;
	bool caps_is_shift; /* CapsLock works on all keys, not on letters alone */
	uint16_t pad_point;
	enum codepage ansi, oem; /* what Alt and digits on the pad mean, with and without a 0 */
};

/* NULL when there is none of this name. */
const struct key_layout *key_layout_find(const char *name);

/* The character, perhaps with KEY_DEAD; 0 for a key without one, also those of the number pad. */
uint16_t key_character(const struct key_layout *layout, uint8_t usage, bool shift, bool altgr,
		       bool caps);

/* The digit or sign of a key of the number pad, NumLock on; 0 for other keys. */
uint16_t key_pad(const struct key_layout *layout, uint8_t usage);

/* The control character of a key with Ctrl; -1: none. Letters are the layout's, the others go by
 * place: right of P are ESC and GS, FS next to Enter, whatever is printed on them. */
int key_control(const struct key_layout *layout, uint8_t usage, bool shift);

/* A mark on a letter ("´", "e"), or 0 when there is no such letter. */
uint16_t key_compose(const struct key_layout *layout, uint16_t mark, uint16_t letter);

#endif
