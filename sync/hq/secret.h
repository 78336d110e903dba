// SPDX-License-Identifier: Apache-2.0
/*
 * The store secret, which HQ and a store share out of band, and the hashes it keys.
 */
#ifndef LADA_SYNC_HQ_SECRET_H
#define LADA_SYNC_HQ_SECRET_H

#include "firmware/trust/hash.h"
#include "firmware/trust/keys.h"

#define SECRET_TEXT_MAX (2 * TRUST_SECRET_BYTES + 1)

void secret_make(char ret_text[SECRET_TEXT_MAX]);
/* 64 hex digits and at most a line end: 0 or negative errno. */
int secret_read(const char *path, uint8_t ret_secret[TRUST_SECRET_BYTES]);
/* words: "pin" ORDER DIGITS, "phone" NUMBER, "badge" TOKEN. 0 or -EINVAL. */
int secret_hash(const uint8_t secret[TRUST_SECRET_BYTES], char **words, int count,
		char ret_hex[HASH_TEXT_MAX]);

#endif
