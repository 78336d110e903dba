// SPDX-License-Identifier: Apache-2.0
/*
 * Text from outside: UTF-8, ids, digits, control characters. Nothing here allocates.
 */
#ifndef LADA_BASE_TEXT_H
#define LADA_BASE_TEXT_H

#include "firmware/base/bytes.h"

#define ID_MAX 64 /* longest id in bytes; buffers take ID_MAX + 1 */

/* Well-formed UTF-8 by RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. */
bool utf8_valid(struct slice s);
/* Decodes the character at *at and moves past it; -EBADMSG on broken text (moves one byte). */
int32_t utf8_next(struct slice s, size_t *at);
/* Writes one character as UTF-8 into dst[4]; returns its length, 0 for no Unicode scalar. */
size_t utf8_put(uint32_t c, char *dst);
/* Characters (code points) in valid text. */
size_t utf8_count(struct slice s);
/* Valid text cut to at most n characters. */
struct slice utf8_cut(struct slice s, size_t n);

/* An id of the contract: 1..64 of A-Z a-z 0-9 . _ -, not "." or "..". */
bool id_valid(struct slice s);
/* A store or lane id: an id without '.', and none of the reserved names. */
bool store_id_valid(struct slice s);
bool lane_id_valid(struct slice s);

bool text_digits(struct slice s);
/* True when some byte is below 0x20 or is 0x7f. */
bool text_has_control(struct slice s);

/* GS1 mod 10 check of an all-digit code of 8, 12, 13 or 14 digits (GS1 General
 * Specifications 7.9). */
bool gtin_valid(struct slice s);
/* A GTIN of 8, 12, 13 or 14 digits in its one form of 14; false when it is none. The check digit
 * is not looked at: HQ may file codes of its own. */
bool gtin_pad(struct slice s, char ret_gtin14[15]);
/* Does this text look like a payment card number (INTERFACES "Card numbers")? The caller knows
 * whether a symbology or a known record makes it something else. */
bool pan_like(struct slice s);

/* Does `have` hold `want`, letters of any case and with or without Polish marks being one? "zolw"
 * is in "Żółw 3". Latin and Cyrillic letters of Polish, English and Ukrainian are folded. */
bool text_holds(struct slice have, struct slice want);

#endif
