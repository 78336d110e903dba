// SPDX-License-Identifier: Apache-2.0
/*
 * The hashes of INTERFACES sections 3 and 4: all BLAKE2b with 128 bits of output.
 */
#ifndef LADA_TRUST_HASH_H
#define LADA_TRUST_HASH_H

#include "firmware/base/bytes.h"

#define HASH_BYTES 16
#define HASH_TEXT_MAX 33 /* lower-case hex and a NUL */

void hash_bytes(struct slice text, uint8_t ret_hash[HASH_BYTES]);
/* As hex: `prev` and `person_hash`. */
void hash_text(struct slice text, char ret_hex[HASH_TEXT_MAX]);
/* Keyed by the store secret (32 bytes), of `LABEL:A` or, where b is not NULL, `LABEL:A:B`:
 * pin_hash = ("pin", order, digits), phone_hash = ("phone", number, NULL), badge. */
void hash_keyed(const uint8_t secret[32], const char *label, struct slice a, const struct slice *b,
		char ret_hex[HASH_TEXT_MAX]);
/* A record's share in a stream's `sum`: first 8 bytes, big-endian, of `TYPE|ID|REV`. */
uint64_t hash_record(const char *type, struct slice id, int64_t rev);
/* Compares two hashes as text in constant time. */
bool hash_text_eq(const char *a, const char *b);

#endif
